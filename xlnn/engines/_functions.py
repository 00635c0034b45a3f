"""Call functions of `formulas` without the wrappers that floats do not need.

A function of `formulas` is a small piece of arithmetic inside wrappers that look for references,
error values, texts, booleans and empty cells. Most cells of a network contain finite floats, for
which the wrappers change nothing but take most of the time. The arithmetic inside an elementwise
function is called directly for floats. Everything else, and any function that is not built as
expected, goes through the public function.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np
from formulas.functions import (
    Array,
    get_functions,
    parse_ranges,
    wrap_func,
    wrap_ranges_func,
    wrap_ufunc,
)
from formulas.functions.look import _index
from formulas.functions.operators import OPERATORS
from formulas.ranges import Ranges
from schedula import bypass


@dataclass(frozen=True)
class FastFunction:
    """A function of `formulas` and its faster variants.

    Attributes
    ----------
    public : callable
        The function that `formulas` calls.
    takes_references : bool
        Whether it takes references (``INDEX``, ``:``), not values.
    is_elementwise : bool
        Whether `formulas` applies it to each element of arrays.
    scalar : callable or None
        The function that `formulas` applies to each element, for floats. If it returns a finite
        float or a boolean, `public` returns the same.
    counts_booleans : bool
        Whether `formulas` turns booleans into floats first.
    """

    public: Callable
    takes_references: bool
    is_elementwise: bool = False
    scalar: Callable[..., Any] | None = None
    counts_booleans: bool = False

    @classmethod
    def of(cls, public: Callable) -> "FastFunction":
        """Find the faster variants of a function of `formulas`."""
        if public is OPERATORS[":"]:
            return cls(_range, takes_references=True)
        # this wrapper turns references into values
        if getattr(public, "__code__", None) is not wrap_ranges_func(bypass).__code__:
            return cls(public, takes_references=True)
        return _taken_apart(public)


@cache
def _taken_apart(public: Callable) -> FastFunction:
    try:
        inner = public.__wrapped__.__wrapped__
        made_by_wrap_func = public.__wrapped__.__code__ is wrap_func(bypass).__wrapped__.__code__
    except AttributeError:
        return FastFunction(public, takes_references=False)
    if not made_by_wrap_func:
        return FastFunction(public, takes_references=False)
    return _by_elements(FastFunction(public, takes_references=False), inner)


def _by_elements(whole: FastFunction, inner: Callable) -> FastFunction:
    """Find out whether a function is elementwise, and what it applies to float elements.

    `wrap_ufunc` of `formulas` makes a function of arrays from one of single values. By default it
    passes errors on, turns every element into a float, and turns a result that is not finite into
    #NUM!. For floats with a finite result only the inner function remains. Comparisons prepare two
    elements by their types, as is done here.
    """
    public = whole.public
    try:
        wrapper = inspect.getclosurevars(inner).nonlocals
        evaluate = inspect.getclosurevars(wrapper["safe_eval"]).nonlocals
        made = {**wrapper, **evaluate}
        defaults = inspect.signature(wrap_ufunc).parameters
        same = {name: made[name] is defaults[name].default for name in _WRAPPING}
    except (AttributeError, KeyError, TypeError, ValueError):
        return whole
    if not (set(wrapper["kw"]) == {"otypes"} and same["return_func"]):
        return whole
    if all(same.values()):
        return replace(whole, is_elementwise=True, scalar=made["func"], counts_booleans=True)
    scalar = partial(_prepared, made["func"], made["input_parser"])
    if public in _COMPARING and same["check_error"] and same["check_nan"] and same["otype"]:
        return replace(whole, is_elementwise=True, scalar=scalar)
    return replace(whole, is_elementwise=same["args_parser"] or public in _ELEMENTWISE)


def _prepared(function: Callable, prepare: Callable, *elements: float) -> object:
    return function(*prepare(*elements))


_WRAPPING = ("input_parser", "check_error", "args_parser", "otype", "return_func", "check_nan")

_COMPARING = frozenset(OPERATORS[name] for name in (">=", "<=", "<>", "<", ">", "="))

_ELEMENTWISE = _COMPARING | {
    OPERATORS["&"],
    *(get_functions()[name] for name in ("CHOOSE", "FIXED", "REPT", "ADDRESS")),
}
"""Functions that prepare their arguments differently, but each element in the same way."""


class _Cells:
    """The array that INDEX of `formulas` picks from: each element is a range of one cell."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values
        self.shape = values.shape

    def __getitem__(self, position: tuple[int, int]) -> np.ndarray:
        return np.array([[self.values[position]]], dtype=object)


def _pick(values: np.ndarray, row: object, column: object = None, area: object = 1) -> np.ndarray:
    """Pick from the values of a range as INDEX of `formulas` picks from the range itself.

    INDEX makes a reference of every cell before it picks one: 20 ms for a column of 3,200. The same
    `_index` of `formulas` makes the choice.
    """
    row, column, area = parse_ranges(row, column, area)[0]
    pick = np.vectorize(_index, excluded={0}, otypes=[object])
    is_reference, is_array = True, isinstance(row, np.ndarray)
    picked = pick([_Cells(values)], row, column, area, is_reference, is_array)
    if picked.size == 1:
        picked = picked.reshape(1, 1)
        if isinstance(picked[0, 0], np.ndarray):
            picked = picked[0, 0]
    return picked.view(Array)


def _range(first: Ranges, last: Ranges) -> Ranges:
    """Join two references to a range, as formulas does, which only knows their cells.

    In ``B1:INDEX(B5:B9,2)`` it would treat B2 to B4 as empty.
    """
    joined = OPERATORS[":"](first, last)
    operands = [operand for operand in (first, last) if isinstance(operand, Ranges)]
    seen = [area for operand in operands for area, _ in operand.values.values()]
    if isinstance(joined, Ranges) and not any(_holds(area, joined.ranges[0]) for area in seen):
        raise ValueError("the range reaches beyond the cells given to INDEX")
    return joined


def _holds(outer: dict, inner: dict) -> bool:
    return (
        int(outer["r1"]) <= int(inner["r1"])
        and int(outer["r2"]) >= int(inner["r2"])
        and outer["n1"] <= inner["n1"]
        and outer["n2"] >= inner["n2"]
    )


INDEX: Callable = get_functions()["INDEX"]["function"]

PICK = FastFunction(wrap_func(_pick), takes_references=False)
"""INDEX where its result is not used as a reference."""
