"""Find ranges that Excel and some engines compute differently. The formula's text decides.

*Unlike*: ``SUMPRODUCT(A1:B1,D1:D3)`` is #VALUE! in Excel, while some engines broadcast the row over
the column and give a number. *Intersected*: in a formula that is not marked as an array formula,
Excel and LibreOffice compute ``A1:A3*B1:B3`` for one cell of each range, the one in the formula's
own row or column. Other engines compute an array, which agrees with NumPy but with no spreadsheet
program.

Functions that pair ranges cell by cell need ranges of one shape. Operators and functions of single
values also take a range with one of its rows, columns or cells, which is repeated to fill the
range. A row with a column counts as unlike, since neither fills the other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from xlnn.formula import Node, Token, corners_of, parsed, tokens
from xlnn.grid import address
from xlnn.xlsx.guard import FUNCTIONS, MOST_ARGUMENTS

_ALL = (True, True)
RANGES: Mapping[str, tuple[bool, ...]] = {
    **dict.fromkeys(("SUM", "AVERAGE", "COUNT", "MAX", "MIN", "SUMSQ", "AND"), _ALL),
    **dict.fromkeys(("SUMPRODUCT", "SUMXMY2", "SLOPE", "INTERCEPT", "STEYX"), _ALL),
    "COUNTIF": (True, False),
    "COUNTIFS": (True, False) * (MOST_ARGUMENTS // 2),
    "INDEX": (True, False),
    "LARGE": (True, False),
    "MATCH": (False, True, False),
    "RANK": (False, True, False),
    "SUMIF": (True, False, True),
    "VLOOKUP": (False, True, False),
}
"""Which arguments of a function take a range; the last entry applies to all further arguments."""

_EVERY, _SECOND = (slice(None),), (slice(0, None, 2),)
_PAIRED: Mapping[str, tuple[slice, ...]] = {
    **dict.fromkeys(("SUMPRODUCT", "SUMXMY2", "SUMX2MY2", "SUMX2PY2", "CORREL"), _EVERY),
    **dict.fromkeys(("PEARSON", "RSQ", "SLOPE", "INTERCEPT", "STEYX", "COVAR"), _EVERY),
    **dict.fromkeys(("COVARIANCE.P", "COVARIANCE.S"), _EVERY),
    **dict.fromkeys(("FORECAST", "FORECAST.LINEAR"), (slice(1, None),)),
    **dict.fromkeys(("SUMIF", "AVERAGEIF", "COUNTIFS"), _SECOND),
    **dict.fromkeys(
        ("SUMIFS", "AVERAGEIFS", "MAXIFS", "MINIFS"), (slice(1), slice(1, None, 2))
    ),
}  # fmt: skip
"""Which arguments a function pairs. In some programs SUMIF silently extends a shorter range with
the cells below it."""

SINGLE = FUNCTIONS | {"LOG", "LOG10", "NOT", "POWER", "ROUNDDOWN", "ROUNDUP", "TAN", "TRUNC"}
"""Functions that are computed for each cell of arguments that are not ranges."""

_CHOOSING = {"IF", "CHOOSE"}
"""Functions that return one of their arguments if the first is a single value."""

_ONE_BY_ONE = {
    *("IF", "IFERROR", "CHOOSE", "INDEX", "MATCH", "VLOOKUP", "RANK", "COUNTIF", "COUNTIFS"),
    "SUMIF",
}
"""Functions that Excel applies to single values, even in SUMPRODUCT."""

_SHAPING = {"COLUMN", "INDEX", "MMULT", "ROW", "TRANSPOSE"}
"""Functions whose result differs in shape from their arguments."""

REFERRING = {":", ",", " "}
"""Operators that combine references, and compute nothing."""


class Operand(NamedTuple):
    """An operand of a formula: its text, its rows and its columns."""

    text: str
    rows: int
    columns: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns

    def __str__(self) -> str:
        """Return its text with its shape.

        >>> str(Operand("A1:B1", 1, 2)), str(Operand("D1:D3", 3, 1)), str(Operand("C4", 1, 1))
        ('A1:B1 (1 row of 2)', 'D1:D3 (3 rows of 1)', 'C4 (a single value)')
        """
        rows = "1 row" if self.rows == 1 else f"{self.rows:,} rows"
        shape = "a single value" if self.shape == (1, 1) else f"{rows} of {self.columns:,}"
        return f"{self.text:.60} ({shape})"


class Unlike(NamedTuple):
    """Two operands that a formula pairs although their shapes differ."""

    first: Operand
    second: Operand

    def __str__(self) -> str:
        """Return both with their shapes."""
        return f"{self.first} with {self.second}"


class Reading(NamedTuple):
    """What Excel and some engines compute differently in a formula.

    Attributes
    ----------
    unlike : Unlike or None
        The first two operands of different shapes that it pairs.
    intersected : str or None
        The first range in which Excel uses only one cell.
    """

    unlike: Unlike | None = None
    intersected: str | None = None


def unlike(formula: str) -> Unlike | None:
    """Return the first two operands of different shapes that a formula pairs, or None.

    Operands whose shape the text does not tell, such as OFFSET(…) or a name, fit everything.

    Parameters
    ----------
    formula : str
        With its leading "=", and with cells in place of names (`xlnn.xlsx.name_substitution`).

    >>> print(unlike("=SUMPRODUCT(A1:B1,D1:D3)"))
    A1:B1 (1 row of 2) with D1:D3 (3 rows of 1)
    >>> print(unlike("=SUMPRODUCT(A1:B1-D1:D3)"))
    A1:B1 (1 row of 2) with D1:D3 (3 rows of 1)
    >>> unlike("=SUMPRODUCT(A1:B3-D1:D3,E1:F3)")
    """
    return reading(formula).unlike


def intersection(formula: str) -> str | None:
    """Return the range of which Excel would use one cell, or None; see `unlike`.

    >>> intersection("=SUM(A1:C1*A2:C2)"), intersection("=A1:INDEX(B:B,2)")
    ('A1:C1', 'A1:INDEX(B:B,2)')
    >>> intersection("=SUMPRODUCT(CHOOSE({1,2},A1,B1),POWER(C1:D1,2))"), intersection("={1,2}*2")
    (None, '{…}')
    >>> intersection("=SUMPRODUCT((A1:C1=2)*A2:C2)+SUM(A1:C1)"), intersection("=B4:B4")
    (None, None)
    """
    return reading(formula).intersected


def reading(formula: str) -> Reading:
    """Return the first ranges that are unlike, and the first that is intersected."""
    alike = _read_alike(at_a1(formula))
    return alike if alike == Reading() else _read(formula)


def at_a1(formula: str) -> str:
    """Move each range to A1, so that filled-down formulas become equal.

    >>> at_a1("=SUMPRODUCT(Data!B4:M4,Weights!B$5:B$9)+LOG10(AL7)")
    '=SUMPRODUCT(Data!A1:L1,Weights!A1:A5)+LOG10(A1)'
    """
    pieces = tokens(formula)
    is_computed = any(token[0] == ":" for token in pieces)
    return formula if is_computed else "".join(map(_moved, pieces))


def _moved(token: Token) -> str:
    if not token["first_row"]:
        return token[0]
    if not token["last_row"]:
        return f"{token['sheet'] or ''}A1"
    if (corners := corners_of(token)) is None:
        return token[0]
    top, left, bottom, right = corners
    last = address(abs(bottom - top) + 1, abs(right - left) + 1)
    return f"{token['sheet'] or ''}A1:{last}"


def _read(formula: str) -> Reading:
    tree = parsed(formula)
    return reading_of(tree) if tree else Reading()


def reading_of(tree: Node) -> Reading:
    """Return what `reading` returns, given the tree of the formula."""
    reader = _Reader()
    reader.value(tree, _Taken())
    return Reading(next(iter(reader.unlike), None), next(iter(reader.intersected), None))


_read_alike = lru_cache(maxsize=4096)(_read)


class _Taken(NamedTuple):
    """How Excel takes a part of a formula: a range as a whole, or each of its cells in turn."""

    whole: bool = False
    arrays: bool = False

    @property
    def single(self) -> bool:
        """Whether it takes a single value."""
        return not (self.whole or self.arrays)


class _Reader:
    """Walks the tree of a formula, and records what some engines compute differently."""

    def __init__(self) -> None:
        self.unlike: list[Unlike] = []
        self.intersected: list[str] = []

    def value(self, node: Node, taken: _Taken, *, spills: bool = False) -> Operand | None:
        """Return an operand with the shape of a node's result; None if unknown.

        Parameters
        ----------
        node : Node
        taken : _Taken
        spills : bool
            Whether a row and a column may give a table, as in a lookup.
        """
        operands = self._operands(node, taken)
        if len(operands) == 1:
            return operands[0]
        known: dict[tuple[int, int], Operand] = {}
        for operand in filter(None, operands):
            known.setdefault(operand.shape, operand)
        for one, other in combinations(known.values(), 2):
            shape = max(one.rows, other.rows), max(one.columns, other.columns)
            fit = all(a == b or 1 in (a, b) for a, b in zip(one.shape, other.shape, strict=True))
            if not fit or not (spills or shape in known or None in operands):
                self.unlike.append(Unlike(one, other))
        rows, columns = (max(lengths) for lengths in zip((1, 1), *known, strict=True))
        if None in operands:
            return None
        return known.get((rows, columns), Operand("a table", rows, columns))

    def _operands(self, node: Node, taken: _Taken) -> list[Operand | None]:
        """Return what a node is computed from cell by cell; None for what is unknown."""
        if node.kind == "Function":
            return self._function(node, taken)
        operator = node.operator or ":"
        if operator in REFERRING:
            return [self._operand(node, taken)]
        cell_by_cell = taken._replace(whole=False)
        operands = [one for part in node.children for one in self._operands(part, cell_by_cell)]
        return [None] if operator in {"#", "@"} else operands

    def _operand(self, node: Node, taken: _Taken) -> Operand | None:
        """Return a constant or a reference."""
        match node.kind:
            case "Reference":
                if (corners := node.corners) is None:
                    return None
                if taken.single and corners[:2] != corners[2:]:
                    self.intersected.append(node.reference)
                return _area(node.reference, corners)
            case "Literal" | "Omitted":
                return Operand(node.word or "nothing", 1, 1)
            case "Array":
                if taken.single:
                    self.intersected.append("{…}")
                rows = node.children
                return Operand("{…}", len(rows), len(rows[0].children)) if rows else None
            case "BinaryOp":
                if taken.single:
                    self.intersected.append(str(node))
                return self._joined(node.operator, *node.children)
        return None

    def _joined(self, operator: str, first: Node, last: Node) -> Operand | None:
        """Return the range from one reference to another, such as Data!A1:Data!A9."""
        for side in (first, last):
            self.value(side, _Taken(whole=True))
        ends = first.corners, last.corners
        if operator != ":" or None in ends:
            return None
        return _area(f"{first.reference}:{last.reference}", (*ends[0][:2], *ends[1][2:]))

    def _function(self, node: Node, taken: _Taken) -> list[Operand | None]:
        name, arguments = node.function, node.children
        if name in {"LET", "LAMBDA"}:  # their words are not defined names
            return [None]
        given = [*zip(arguments, _arguments_taken(name, arguments, taken), strict=True)]
        operands = self._result(name, given)
        if name == "INDEX" and taken.single and any(map(_is_all, arguments[1:])):
            self.intersected.append(str(node))
        return operands

    def _result(self, name: str, given: "Sequence[_Given]") -> list[Operand | None]:
        if name in _SHAPING:
            return [self._shaped(name, given)]
        if name in _CHOOSING and given:
            condition = self._operands(*given[0])
            if all(operand and operand.shape == (1, 1) for operand in condition):
                return [self._chosen(given[1:])]
        takes, pairs = RANGES.get(name, (False,)), set(_paired(name, len(given)))
        is_known = bool(pairs) or name in SINGLE
        single: list[Operand | None] = [] if is_known else [None]
        first: Operand | None = None
        for position, argument in enumerate(given):
            if is_known and position not in pairs and not takes[min(position, len(takes) - 1)]:
                single += self._operands(*argument)
                continue
            value = self.value(*argument)
            if position in pairs and value:
                first = first or value
                if first.shape != value.shape:
                    self.unlike.append(Unlike(first, value))
        return single or [Operand(f"{name}(…)", 1, 1)]

    def _chosen(self, given: "Sequence[_Given]") -> Operand | None:
        """Return one of the arguments, if all have the same shape."""
        values = [self.value(*argument) for argument in given]
        shapes = {value and value.shape for value in values}
        return values[0] if len(shapes) == 1 else None

    def _shaped(self, name: str, given: "Sequence[_Given]") -> Operand | None:
        """Return the result of a function whose shape is not that of its arguments."""
        values = [self.value(*argument, spills=name == "INDEX") for argument in given]
        if None in values:
            return None
        shape: tuple[int, int] | None = None
        match name, values:
            case "ROW" | "COLUMN", []:
                shape = 1, 1
            case "ROW", [cells]:
                shape = cells.rows, 1
            case "COLUMN", [cells]:
                shape = 1, cells.columns
            case "TRANSPOSE", [cells]:
                shape = cells.columns, cells.rows
            case "MMULT", [left, right]:
                shape = left.rows, right.columns
                if left.columns != right.rows:
                    self.unlike.append(Unlike(left, right))
            case "INDEX", [cells, *positions] if all(at.shape == (1, 1) for at in positions):
                shape = _picked(cells, [node for node, _ in given[1:]])
        return shape and Operand(f"{name}(…)", *shape)


def _area(text: str, corners: tuple[int, int, int, int]) -> Operand:
    """Return a range with its shape, from its corners."""
    top, left, bottom, right = corners
    return Operand(text, abs(bottom - top) + 1, abs(right - left) + 1)


_Given = tuple[Node, _Taken]
"""An argument, and how its function takes it."""


def _arguments_taken(name: str, arguments: Sequence[Node], taken: _Taken) -> Iterator[_Taken]:
    """Yield how a function takes each of its arguments, given how its result is taken."""
    is_each = taken.arrays and name in SINGLE and name not in _ONE_BY_ONE
    takes = RANGES.get(name, (False,))
    for position, argument in enumerate(arguments):
        is_chosen = name in _CHOOSING and position > 0
        whole = taken.whole if is_chosen else takes[min(position, len(takes) - 1)]
        # Excel evaluates any function for each entry of a constant
        is_constant = argument.kind == "Array" and not taken.single
        yield _Taken(whole or is_constant, is_each or name == "SUMPRODUCT")


def _paired(name: str, count: int) -> Iterable[int]:
    """Return the positions of the arguments that a function pairs, given how many there are."""
    return (position for part in _PAIRED.get(name, ()) for position in range(count)[part])


def _picked(cells: Operand, positions: Sequence[Node]) -> tuple[int, int] | None:
    """Return the shape of what INDEX picks by a row and a column; 0 means all."""
    whole = [*map(_is_all, positions)]
    if len(whole) == 1 and 1 in cells.shape:
        return cells.shape if whole[0] else (1, 1)
    if len(whole) != 2:
        return None
    return cells.rows if whole[0] else 1, cells.columns if whole[1] else 1


def _is_all(position: Node) -> bool:
    """Return whether INDEX picks all rows or columns with an argument."""
    return position.kind == "Omitted" or position.value == 0
