"""Tell how functions of `formulas` are called: for references or values, at once or one by one."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from formulas.functions import Array, get_functions, parse_ranges, wrap_func, wrap_ranges_func
from formulas.functions.look import _index
from formulas.functions.operators import OPERATORS
from formulas.ranges import Ranges
from schedula import bypass


def named(name: str) -> Callable:
    """Return a function of `formulas`, which keeps some of them with what else they are given."""
    found = get_functions()[name]
    return found["function"] if isinstance(found, dict) else found


_OPERATORS = ("+", "-", "U+", "U-", "*", "/", "^", "%", "&", ">=", "<=", "<>", "<", ">", "=")
_NAMES = (
    *("ABS", "ACOS", "ADDRESS", "CHOOSE", "COS", "EXP", "FIXED", "IF", "IFERROR", "INT", "LN"),
    *("LOG10", "MOD", "REPT", "ROUND", "SIGN", "SIN", "SQRT", "TANH", "TEXT"),
)
ELEMENTWISE = frozenset((*map(OPERATORS.__getitem__, _OPERATORS), *map(named, _NAMES)))
"""Functions that `formulas` applies to each element of arrays."""


@dataclass(frozen=True)
class CalledFunction:
    """A function of `formulas`.

    Attributes
    ----------
    public : callable
        The function that `formulas` calls.
    takes_references : bool
        Whether it takes references (``INDEX``, ``:``), not values.
    is_elementwise : bool
        Whether `formulas` applies it to each element of arrays.
    """

    public: Callable
    takes_references: bool
    is_elementwise: bool = False

    @classmethod
    def of(cls, public: Callable) -> "CalledFunction":
        """Return how a function of `formulas` is called."""
        if public is OPERATORS[":"]:
            return cls(_range, takes_references=True)
        # this wrapper turns references into values
        takes_values = getattr(public, "__code__", None) is wrap_ranges_func(bypass).__code__
        return cls(public, not takes_values, public in ELEMENTWISE)


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


INDEX = named("INDEX")

PICK = CalledFunction(wrap_func(_pick), takes_references=False)
"""INDEX where its result is not used as a reference."""
