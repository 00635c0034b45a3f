"""Terms of a sentence that is stated once, for Python and for a cell: numbers and conditions.

A term is a `Value` for Python and a `Formula` for a cell, and both have the same operators. Within
a text a formula stands between two marks, so that f-strings and ``format`` join it with words. A
value that is missing leaves a mark, too.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np

BEGIN, END, GENERAL, MISSING = "\x01", "\x02", "\x03", "\x04"
"""Marks in a text: around a formula; before one that may give a number; of a missing value."""

COMPARISON, SUM, PRODUCT, POWER, OPERAND = range(5)
"""How closely the parts of a formula are bound, the loosest first."""

LONGEST_LITERAL = 255
"""Excel accepts no longer text within a formula."""

NO_EXPONENT = '0.0000;"−"0.0000'
"""A number format without exponents, for numbers that count as 0 if they are shown as 0."""

WHOLE = 10**5
"""From here on powers of ten are written as such: 10^6."""


def _operator(
    sign: str, binds: int, array: Callable[[Any, Any], Any]
) -> tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]:
    """Return an operator, and the same with its operands exchanged."""

    def of(one: object, other: object) -> "Term":
        if isinstance(one, Formula) or isinstance(other, Formula):
            left, right = _formula(one).within(binds), _formula(other).within(binds + 1)
            return Formula(f"{left}{sign}{right}", binds)
        return _value(array, one, other)

    return of, lambda one, other: of(other, one)


def _comparison(array: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return a comparison that is missing where a number is: 0 times it is NaN."""
    return lambda one, other: array(one, other) + 0 * one + 0 * other


class Term:
    """A number, a range of numbers, a text, or a condition, which is 1 or 0."""

    __hash__ = None  # == states a condition
    __add__, __radd__ = _operator("+", SUM, np.add)
    __sub__, __rsub__ = _operator("-", SUM, np.subtract)
    __mul__, __rmul__ = _operator("*", PRODUCT, np.multiply)
    __truediv__, __rtruediv__ = _operator("/", PRODUCT, np.divide)
    __lt__, _ = _operator("<", COMPARISON, _comparison(np.less))
    __le__, _ = _operator("<=", COMPARISON, _comparison(np.less_equal))
    __gt__, _ = _operator(">", COMPARISON, _comparison(np.greater))
    __ge__, _ = _operator(">=", COMPARISON, _comparison(np.greater_equal))
    __eq__, _ = _operator("=", COMPARISON, _comparison(np.equal))

    samples = property(
        lambda self: self.over("image", "row"), doc="The same units, over all samples."
    )
    epochs = property(
        lambda self: self.over("time", "epoch"), doc="The same units, over all epochs."
    )

    def __abs__(self) -> "Term":
        """Return its size."""
        return _size(self)

    def __bool__(self) -> bool:
        """Refuse to decide: nobody knows what a cell will hold."""
        raise TypeError("a condition of a sentence chooses a text by either(condition, one, other)")


class Value(Term):
    """Known numbers or texts; those that are not finite are missing.

    Parameters
    ----------
    of : array, number or str
        The values of the sentence's own row along axes that both have, and all along others.
    """

    def __init__(self, of: object) -> None:
        array = np.asarray(of)
        is_real = array.dtype.kind == "f"
        self.array = np.where(np.isfinite(array), array, np.nan) if is_real else array

    def __getitem__(self, unit: object) -> Self:
        """Return a unit, or several."""
        units = unit if isinstance(unit, tuple) else (unit,)
        return type(self)(self.array[units if ... in units else (..., *units)])

    def at(self, index: int, along: str = "") -> Self:  # noqa: ARG002 -- as that of cells
        """Return the same units at one index of an axis."""
        return type(self)(self.array[index])

    def over(self, *axes: str) -> Self:  # noqa: ARG002 -- likewise
        """Return the same units along all of some axes."""
        return self

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the units."""
        return self.array.shape

    @property
    def listed(self) -> Self:
        """All units as an argument of a function that takes several cells."""
        return self

    @property
    def value(self) -> Any:  # noqa: ANN401 -- a number, a text or an array
        """The number, text or array."""
        return self.array[()]

    @property
    def is_missing(self) -> bool:
        """Whether there is neither a number nor a text."""
        return self.value is None or (self.array.dtype.kind == "f" and bool(np.isnan(self.value)))

    def __format__(self, _: str) -> str:
        """Return what a spreadsheet joins to a text."""
        return MISSING if self.is_missing else general_text(self.value)


class Formula(Term):
    """A part of a formula, or the cells of a quantity.

    Parameters
    ----------
    text : str
    binds : int
        How closely its loosest operator binds.
    cells : Cells or None
        The cells, instead of a text.
    """

    def __init__(self, text: str = "", binds: int = OPERAND, cells: Any = None) -> None:  # noqa: ANN401 -- Cells
        self._text, self.binds, self.cells = text, binds, cells

    @property
    def text(self) -> str:
        """The formula, without "="."""
        return self._text if self.cells is None else self.cells[()]

    def within(self, binds: int) -> str:
        """Return it as an operand, in parentheses where the operator binds more closely."""
        return self.text if self.binds >= binds else f"({self.text})"

    def __getitem__(self, unit: Any) -> Self:  # noqa: ANN401 -- as cells take it
        """Return the cell of a unit, or the range of several."""
        return type(self)(self.cells[unit])

    def at(self, index: int, along: str = "") -> Self:
        """Return the same units at one index of an axis."""
        return type(self)(cells=self.cells.at(index, along))

    def over(self, *axes: str) -> Self:
        """Return the same units along all of some axes."""
        return type(self)(cells=self.cells.over(*axes))

    @property
    def listed(self) -> Self:
        """All units as arguments: a range, or single cells."""
        return type(self)(self.cells.listed)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the units."""
        return self.cells.shape

    def __format__(self, _: str) -> str:
        """Return it between marks, to be joined to a text."""
        return f"{BEGIN}{GENERAL}{self.within(OPERAND)}{END}"


def function(array: Callable[..., Any], formula: str | Callable[..., str]) -> Callable[..., Term]:
    """Return a function of terms, stated twice.

    Parameters
    ----------
    array : function
        Its values, of numbers and arrays.
    formula : str or function
        The name of the spreadsheet's function, or what returns the formula of formulas.

    >>> largest = function(np.max, "MAX")
    >>> f"{largest(Value([1, 3]))}", joined(f"{largest(Formula('A1:B1')) + 1} apples")
    ('3', '(MAX(A1:B1)+1)&" apples"')
    """

    def of(*given: object) -> Term:
        if not any(isinstance(argument, Formula) for argument in given):
            return _value(array, *given)
        cells = [_formula(argument).text for argument in given]
        return Formula(
            f"{formula}({','.join(cells)})" if isinstance(formula, str) else formula(*cells)
        )

    return of


def round_away(x: Any, digits: int) -> Any:  # noqa: ANN401 -- numbers or arrays
    """Round as spreadsheets do: a half goes away from 0, and 0 has no sign.

    >>> round_away(-2.5, 0), round_away(-0.1, 0)
    (-3.0, 0.0)
    """
    rounded = np.sign(x) * np.floor(np.abs(x) * 10**digits + 0.5) / 10**digits
    return (rounded + 0.0).tolist() if np.ndim(x) == 0 else rounded + 0.0


def peak_formula(cells: str) -> str:
    """Return the formula of the largest size in a range.

    >>> peak_formula("A1:A9")
    'MAX(MAX(A1:A9),-MIN(A1:A9))'
    """
    return f"MAX(MAX({cells}),-MIN({cells}))"


_size = function(np.abs, "ABS")
choice = function(lambda number, *of: of[int(number) - 1] if number >= 1 else np.nan, "CHOOSE")
count = function(lambda *xs: sum(np.isfinite(x).sum() for x in xs), "COUNT")
largest = function(lambda *xs: np.max([np.max(x) for x in xs]), "MAX")
least = function(lambda *xs: np.min([np.min(x) for x in xs]), "MIN")
peak = function(lambda x: np.abs(x).max(), peak_formula)
products = function(lambda *xs: np.prod(xs, axis=0).sum(), "SUMPRODUCT")
root = function(np.sqrt, "SQRT")
rounded = function(round_away, "ROUND")
sign = function(np.sign, "SIGN")
squares = function(lambda x: (x**2).sum(), "SUMSQ")


def _value(array: Callable[..., Any], *given: object) -> Value:
    """Return what a function gives of known numbers; missing where it gives nothing."""
    known = [argument.value if isinstance(argument, Value) else argument for argument in given]
    try:
        with np.errstate(all="ignore"):
            return Value(array(*known))
    except (ArithmeticError, LookupError, ValueError):
        return Value(np.nan)


def _formula(given: Any) -> Formula:  # noqa: ANN401 -- a term or a constant
    """Return a term, a number or a text as a part of a formula."""
    if isinstance(given, Formula):
        return given
    number = given.value if isinstance(given, Value) else given
    if isinstance(number, str):
        return Formula(f'"{number}"')
    if number < 0:
        return Formula(f"-{_formula(-number).text}", SUM)
    digits, _, power = f"{number:.15g}".partition("e")
    if number >= WHOLE and re.fullmatch("10+", digits):
        digits, power = "1", str(len(digits) - 1)
    if not power:
        return Formula(digits)
    if int(power) < 0:
        return Formula(f"{digits}/10^{-int(power)}", PRODUCT)
    size = f"10^{int(power)}"
    return Formula(size, POWER) if digits == "1" else Formula(f"{digits}*{size}", PRODUCT)


def form(text: Callable[..., str], formula: Callable[..., str]) -> Callable[..., str]:
    """Return a form of numbers in texts, stated twice: as a text, and as the formula of a text."""

    def of(x: Term, *how: int) -> str:
        if isinstance(x, Formula):
            return f"{BEGIN}{formula(x.text, *how)}{END}"
        return MISSING if x.is_missing else text(x.value, *how)

    return of


def either(condition: Term, one: str, other: str) -> str:
    """Return one text where a condition holds, and another elsewhere.

    >>> either(Value(2) > 1, "more", "less")
    'more'
    >>> joined(either(Formula("A1") > 1, "more", "less"))
    'IF(A1>1,"more","less")'
    """
    if isinstance(condition, Formula):
        return f"{BEGIN}IF({condition.text},{joined(one)},{joined(other)}){END}"
    return MISSING if condition.is_missing else one if condition.value else other


def among(number: Term, texts: Sequence[str]) -> str:
    """Return one of several texts, by its number from 1."""
    if isinstance(number, Formula):
        return f"{BEGIN}CHOOSE({number.text},{','.join(map(joined, texts))}){END}"
    is_one = not number.is_missing and 1 <= number.value < len(texts) + 1
    return texts[int(number.value) - 1] if is_one else MISSING


def without(said: str, characters: int) -> str:
    """Return a text without its first characters.

    >>> without("; eta", 2), joined(without(either(Formula("A1") > 0, "; eta", ""), 2))
    ('eta', 'MID(IF(A1>0,"; eta",""),3,9999)')
    """
    if BEGIN in said:
        return f"{BEGIN}MID({joined(said)},{characters + 1},9999){END}"
    return said if MISSING in said else said[characters:]


def joined(said: str) -> str:
    """Return the formula of a text with marked formulas in it.

    >>> joined(f"η = {Formula('A1')}."), joined("flat"), joined(f"{Formula('A1')}")
    ('"η = "&A1&"."', '"flat"', 'A1&""')
    """
    operands = []
    for n, part in enumerate(re.split(f"[{BEGIN}{END}]", said)):
        if n % 2:
            operands.append(part.removeprefix(GENERAL))
            continue
        for first in range(0, len(part), LONGEST_LITERAL):
            literal = part[first : first + LONGEST_LITERAL].replace('"', '""')
            operands.append(f'"{literal}"')
    if len(operands) == 1 and said.startswith(BEGIN + GENERAL):
        operands.append('""')  # the cell may hold a number
    return "&".join(operands) or '""'


def general_text(value: float | str) -> str:
    """Return what a spreadsheet joins to a text: a text as it is, a number with its digits.

    >>> general_text("setosa"), general_text(1.0), general_text(0.25)
    ('setosa', '1', '0.25')
    """
    return value if isinstance(value, str) else f"{value:.15g}"
