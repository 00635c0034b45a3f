"""Parse formulas: the cells that they name, and the sums of products that they are."""

from collections.abc import Iterator
from typing import NamedTuple

from xlnn.checking.references import CellRange
from xlnn.engines.scenarios import Place
from xlnn.formula import (
    MAX_COLUMNS,
    MAX_ROWS,
    Node,
    Token,
    corners,
    functions_of,
    parsed,
    relative,
    title_of,
    tokens,
    without,
)
from xlnn.xlsx.guard import FUNCTIONS, MAX_FORMULA

COMPUTING = frozenset(
    """
    ACOSH AGGREGATE ANCHORARRAY ARRAYTOTEXT ASIN ASINH ATAN ATAN2 ATANH AVEDEV AVERAGEA
    AVERAGEIF AVERAGEIFS BYCOL BYROW CEILING CHOOSECOLS CHOOSEROWS COLUMN COLUMNS CONCAT
    CONCATENATE CORREL COSH COUNTA COUNTBLANK COVARIANCE.P DEGREES DEVSQ DROP ERF
    ERF.PRECISE EVEN EXACT EXPAND FACT FILTER FIND FLOOR GAUSS HLOOKUP HSTACK IFNA IFS
    ISERROR ISEVEN ISNUMBER ISODD ISTEXT LAMBDA LEFT LEN LET LN LOG LOOKUP LOWER MAKEARRAY
    MAP MAXIFS MDETERM MEDIAN MINIFS MINVERSE MMULT MUNIT N NA NORM.DIST NORM.S.DIST
    NORMDIST NORMSDIST NOT ODD OR POWER PRODUCT QUOTIENT RADIANS RANK.EQ REDUCE ROUNDDOWN
    ROUNDUP ROWS SCAN SECH SEQUENCE SINGLE SINH SMALL SORT SORTBY SQRTPI STANDARDIZE STDEV
    STDEV.P STDEV.S STDEVP SUMIFS SUMX2MY2 SUMX2PY2 SWITCH T TAKE TAN TEXTJOIN TOCOL TOROW
    TRANSPOSE TRIM TRUNC UNIQUE UPPER VALUE VAR VAR.P VAR.S VARP VSTACK WRAPCOLS WRAPROWS
    XLOOKUP XMATCH XOR
    """.split()  # noqa: SIM905 -- 150 names read better as words
)
"""Functions that compute from their arguments alone, which an audit accepts besides `FUNCTIONS`.
Volatile functions, and those that read cells named nowhere, are left out."""

_ROUNDING = frozenset(
    {"ROUND", "ROUNDUP", "ROUNDDOWN", "INT", "TRUNC", "FIXED", "FLOOR", "CEILING"}
)
_PARAMETER = "_XLPM."
"""What files write before a parameter of a LAMBDA."""

_FIXED = (False,) * 4


class Reference(NamedTuple):
    """Cells that a formula names, seen from the cell of the formula.

    Attributes
    ----------
    sheet : str
        In lower case; "" for the sheet of the formula.
    corners : tuple of int
        Two rows and columns: top, left, bottom, right, or the other way round.
    moves : tuple of bool
        Which of them are relative to the cell of the formula.
    is_transposed : bool
        Whether it is the argument of TRANSPOSE.
    is_spilt : bool
        Whether it stands for all that the formula of its cell spills, as H1# does.
    """

    sheet: str
    corners: tuple[int, ...]
    moves: tuple[bool, ...]
    is_transposed: bool = False
    is_spilt: bool = False

    def area(self, place: Place) -> CellRange:
        """Return the cells that it names in the formula of a cell."""
        (one, left, two, right), moves = self.corners, self.moves
        if moves != _FIXED:
            _, row, column = place
            one, two = one + row * moves[0], two + row * moves[2]
            left, right = left + column * moves[1], right + column * moves[3]
        top, bottom = (one, two) if one <= two else (two, one)
        left, right = (left, right) if left <= right else (right, left)
        return CellRange(self.sheet or place[0].casefold(), top, left, bottom, right)


class Factor(NamedTuple):
    """A factor of a product: cells, a number, or None for any other expression."""

    what: Reference | Place | float | None
    is_divisor: bool


class Term(NamedTuple):
    """A term of a sum: a sign and the factors of a product."""

    sign: int
    factors: tuple[Factor, ...]

    @property
    def alone(self) -> Reference | Place | float | None:
        """Return its only factor; None if it has several, or divides by it."""
        (what, is_divisor), *more = self.factors
        return None if more or is_divisor else what


class Pattern:
    """What formulas that are filled down or across share: everything but the cells they are in.

    Parameters
    ----------
    formula : str
    place : Place
        One of its cells.
    lambdas : frozenset of str
        The names of the functions that the workbook defines.

    Attributes
    ----------
    why_aside : str
        Why no engine may compute it; "" if one may.
    functions : frozenset of str
    references : tuple of Reference
        The cells that it names.
    terms : tuple of Term
        The sum of products that it is.
    call : tuple of (str, list)
        The function that it calls and its references and numbers; "" if it is not a call.
    """

    def __init__(self, formula: str, place: Place, lambdas: frozenset[str] = frozenset()) -> None:
        self.functions = frozenset(functions_of(formula))
        tree, why = None, _why_aside(formula, self.functions, lambdas)
        if not why and len(formula) <= MAX_FORMULA:
            tree = parsed(formula)
        self.why_aside = why or ("" if tree else "what cannot be read")
        self.references = () if tree is None else tuple(_named(tree, place))
        self.terms = () if tree is None else tuple(_terms(tree, place))
        self.call: tuple[str, list] = "", []
        if tree is not None:
            self.call = tree.function, [_operand(node, place) for node in tree.children]

    @property
    def rounds(self) -> bool:
        """Tell whether it rounds, so that small changes of its inputs change nothing."""
        return not self.functions.isdisjoint(_ROUNDING)


def size(area: CellRange) -> tuple[int, int]:
    """Return the number of rows and columns of an area."""
    return area.bottom - area.top + 1, area.right - area.left + 1


def key_of(formula: str, place: Place) -> tuple[str | int, ...]:
    """Return the parts of a formula, with its cells relative to its own cell.

    >>> key_of("=A1*$B$2", ("S", 2, 1)) == key_of("=A2*$B$2", ("S", 3, 1))
    True
    """
    _, row, column = place
    text, parts, end = without(formula, "space") if " " in formula else formula, [], 0
    for token in tokens(text):
        if token["reference"]:
            for start, stop, number in relative(token):
                here = row if text[start].isdigit() else column
                parts += text[end:start].upper(), number - here
                end = stop
        elif token["text"]:
            parts += text[end : token.start()].upper(), token[0]
            end = token.end()
    return *parts, text[end:].upper()


def reference(text: str, place: Place) -> Reference | None:
    """Return a reference as seen from a cell; None for a name."""
    sheet, _, cells = text.rpartition("!")
    numbers = corners(cells)
    if numbers is None or ":" in sheet:  # the cells of several sheets
        return None
    top, left, bottom, right = numbers
    is_whole = (top, bottom) == (1, MAX_ROWS) or (left, right) == (1, MAX_COLUMNS)
    ends = cells.split(":")
    marks = (mark for end in (ends[0], ends[-1]) for mark in ("$" in end[1:], end[0] == "$"))
    moves = _FIXED if is_whole else tuple(not mark for mark in marks)
    seen = (n - at * move for n, at, move in zip(numbers, place[1:] * 2, moves, strict=True))
    return Reference(title_of(sheet).casefold(), tuple(seen), moves)


def _named(node: Node, place: Place, *, is_spilt: bool = False) -> Iterator[Reference]:
    """Yield each reference in a formula."""
    if node.reference and (cells := reference(node.reference, place)):
        yield cells._replace(is_spilt=is_spilt)
    for child in node.children:
        yield from _named(child, place, is_spilt=is_spilt or node.function == "ANCHORARRAY")


def _terms(node: Node, place: Place, sign: int = 1) -> Iterator[Term]:
    operator, children = node.operator, node.children
    if operator in {"+", "-"}:
        if len(children) == 2:
            yield from _terms(children[0], place, sign)
        yield from _terms(children[-1], place, sign if operator == "+" else -sign)
    else:
        signed = [*_factors(node, place)]
        factors = tuple(factor for factor in signed if factor is not _MINUS)
        yield Term(sign * (-1) ** (len(signed) - len(factors)), factors)


_MINUS = Factor(-1.0, is_divisor=True)


def _factors(node: Node, place: Place, *, is_divisor: bool = False) -> Iterator[Factor]:
    operator, children = node.operator, node.children
    if operator in {"*", "/"}:
        yield from _factors(children[0], place, is_divisor=is_divisor)
        yield from _factors(children[1], place, is_divisor=is_divisor ^ (operator == "/"))
    elif operator in {"+", "-"} and len(children) == 1:
        if operator == "-":
            yield _MINUS
        yield from _factors(children[0], place, is_divisor=is_divisor)
    else:
        yield Factor(_operand(node, place), is_divisor)


def _operand(node: Node, place: Place) -> Reference | float | None:
    """Return the reference (also a transposed one) or the number of a node."""
    is_transposed = node.function == "TRANSPOSE"
    if is_transposed:
        (node,) = node.children
    if node.reference:
        cells = reference(node.reference, place)
        return cells and cells._replace(is_transposed=is_transposed)
    value = node.value
    return float(value) if isinstance(value, float | int) and not is_transposed else None


def _why_aside(formula: str, functions: frozenset[str], lambdas: frozenset[str]) -> str:
    """Say why no engine may compute a formula; "" if one may."""
    if any(map(_is_outside, tokens(formula))):
        return "other files or deleted cells"
    known = FUNCTIONS | COMPUTING | lambdas
    unknown = sorted(n for n in functions - known if not n.startswith(_PARAMETER))
    return unknown[0] if unknown else ""


def _is_outside(token: Token) -> bool:
    """Return whether a token refers to another file, to a table, or to deleted cells."""
    text = token[0]
    return not token["text"] and ("[" in text or text in {"]", "|"} or token["error"] == "#REF!")
