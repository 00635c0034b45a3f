"""Take the arithmetic of a function of `formulas` without the wrappers that floats do not need.

A function of `formulas` is a small piece of arithmetic inside wrappers that look for references,
error values, texts, booleans and empty cells. Most cells of a network hold finite floats, for
which all this changes nothing and takes most of the time. Here a function is taken apart: what is
called for floats is formulas' own arithmetic without the search. Everything else, and whatever
does not turn out to be made as expected, goes through the public function.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from types import FunctionType
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
    """A function of `formulas` and the shorter ways to its arithmetic.

    Attributes
    ----------
    public : callable
        As `formulas` calls it.
    takes_references : bool
        It wants references (``INDEX``, ``:``), not values.
    is_elementwise : bool
        `formulas` applies it to each element of arrays by itself.
    scalar : callable or None
        What `formulas` applies to each element, of floats. If it gives a finite float or a boolean,
        so does `public`, and the same.
    counts_booleans : bool
        `formulas` makes floats of booleans before.
    of_floats : callable or None
        What `formulas` applies to arrays, of float arrays, with the same promise.
    """

    public: Callable
    takes_references: bool
    is_elementwise: bool = False
    scalar: Callable[..., Any] | None = None
    counts_booleans: bool = False
    of_floats: Callable[..., Any] | None = None

    @classmethod
    def of(cls, public: Callable) -> "FastFunction":
        """Take a function of `formulas` apart."""
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
    whole = FastFunction(public, takes_references=False, of_floats=_without_searches(inner))
    return _by_elements(whole, inner)


def _by_elements(whole: FastFunction, inner: Callable) -> FastFunction:
    """Look whether a function is elementwise, and what it applies to elements that are floats.

    `wrap_ufunc` of `formulas` makes a function of arrays from one of single values. With its
    defaults it passes errors on, turns every element into a float, and turns a result that is not
    finite into #NUM!: of floats with a finite result, nothing remains but the inner function. What
    compares prepares two elements by their types; so it is done here.
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
"""Functions that prepare their arguments in their own way, but each element alike."""


def _without_searches(inner: Callable) -> Callable | None:
    """Make the same function - its very code - with helpers that find nothing in floats left out.

    It halves the time of SUMPRODUCT, and that is most of the time of a workbook.
    """
    core = inner.func if isinstance(inner, partial) else inner
    if not isinstance(core, FunctionType) or not set(core.__code__.co_names) & set(_SEARCHES):
        return None
    names = {**core.__globals__, **_SEARCHES}
    bare = FunctionType(core.__code__, names, core.__name__, core.__defaults__, core.__closure__)
    bare.__kwdefaults__ = core.__kwdefaults__
    return partial(bare, *inner.args, **inner.keywords) if isinstance(inner, partial) else bare


_SEARCHES: dict[str, Callable] = {
    "raise_errors": lambda *_: None,  # floats hold no error values,
    "clean_values": lambda values: values,  # no empty cells,
    "to_number": lambda values: values,  # and no texts or booleans
}


class _Cells:
    """What INDEX of `formulas` picks from: an array whose every element is a range of one cell."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values
        self.shape = values.shape

    def __getitem__(self, position: tuple[int, int]) -> np.ndarray:
        return np.array([[self.values[position]]], dtype=object)


def _pick(values: np.ndarray, row: object, column: object = None, area: object = 1) -> np.ndarray:
    """Pick from the values of a range as INDEX of `formulas` picks from the range itself.

    INDEX makes a reference of every cell before it picks one: 20 ms for a column of 3,200. Its
    `_index`, which makes the choice, is the same here.
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
    """Join two references to a range as formulas does, which sees no other cells than theirs.

    In ``B1:INDEX(B5:B9,2)`` it would take B2 to B4 for empty.
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
