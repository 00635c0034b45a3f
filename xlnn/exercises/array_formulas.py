"""Turn array formulas into formulas of single cells, as Excel computes them.

Excel 365 writes an array formula once, with the range that it fills. Our engines need a formula for
each cell. If every function works entry by entry, it is the same formula for the entries that
belong to the cell; otherwise it picks its entry of the whole result. In a formula that is not an
array formula, Excel uses the cell of a range in its own row or column.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import product

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token
from openpyxl.utils import range_boundaries

from xlnn.checking.implicit_intersection import intersection
from xlnn.engines.functions import functions_of
from xlnn.engines.scenarios import Place
from xlnn.grid import address
from xlnn.xlsx.range_shapes import SINGLE

_INDEX = re.compile(r"\bINDEX\(", re.IGNORECASE)

ENTRYWISE = frozenset(
    ("ABS", "ACOS", "COS", "EXP", "IF", "INT", "LN", "MOD", "ROUND", "SIGN", "SIN", "SQRT", "TANH")
)
"""Functions that return as many numbers as a range has."""


def spilled(formula: str, cells: str, title: str, there: Collection[Place]) -> dict[Place, str]:
    """Return the formula of each existing cell that an array formula fills.

    Parameters
    ----------
    formula : str
        With its "=".
    cells : str
        The range that it fills, as ``F4:H67``.
    title : str
        The title of the sheet.
    there : collection of places
        Cells with a value; the first cell of the range has the formula.

    Examples
    --------
    >>> spilled("=EXP(-C4:E4)", "F4:H4", "T", {("T", 4, 7), ("T", 5, 7)})
    {('T', 4, 6): '=EXP(-C4)', ('T', 4, 7): '=EXP(-D4)'}
    >>> spilled("=SORT(C4:E4)", "F4:H4", "T", {("T", 4, 7)})
    {('T', 4, 6): '=INDEX(SORT(C4:E4),1,1)', ('T', 4, 7): '=INDEX(SORT(C4:E4),1,2)'}
    """
    left, top, right, bottom = range_boundaries(cells)
    size = bottom - top + 1, right - left + 1
    rows, columns = range(top, bottom + 1), range(left, right + 1)
    every: Iterable[Place] = ((title, *place) for place in product(rows, columns))
    if size[0] * size[1] > len(there):  # it may declare a whole sheet
        every = (
            each for each in there if each[0] == title and each[1] in rows and each[2] in columns
        )
    places = {(title, top, left)} | {place for place in every if place in there}
    items = Tokenizer(formula).items
    is_entrywise = functions_of(formula) <= ENTRYWISE
    found = {}
    for place in sorted(places):
        down, aside = place[1] - top, place[2] - left
        found[place] = (
            "=" + "".join(_entries(items, size, down, aside))
            if is_entrywise
            else f"=INDEX({formula[1:]},{down + 1},{aside + 1})"
        )
    return found


def _entries(items: Iterable[Token], size: tuple[int, int], down: int, aside: int) -> Iterator[str]:
    """Yield the parts of a formula, with each range replaced by the entry for one cell."""
    for token in items:
        sheet, mark, cells = token.value.rpartition("!")
        is_range = token.type == Token.OPERAND and token.subtype == Token.RANGE and ":" in cells
        if not is_range:
            yield token.value
            continue
        left, top, right, bottom = range_boundaries(cells)
        one = _entry(size, (top, left, bottom, right), down, aside)
        yield sheet + mark + (address(*one) if one else cells)


def _entry(
    size: tuple[int, int], corners: tuple[int | None, ...], down: int, aside: int
) -> tuple[int, int] | None:
    """Return the cell of a range for a position in the result; a row or column is repeated."""
    top, left, bottom, right = corners
    if None in corners:
        return None
    own = bottom - top + 1, right - left + 1
    if any(one not in {1, all_of} for one, all_of in zip(own, size, strict=True)):
        return None
    return top + (down if own[0] > 1 else 0), left + (aside if own[1] > 1 else 0)


def reads_one(formula: str) -> str:
    """Return the range of which Excel would use one cell.

    Only for functions in our workbooks is it known which arguments take a range. Within INDEX, as
    within SUMPRODUCT, Excel computes with whole ranges.
    """
    if functions_of(formula) - SINGLE:
        return ""
    return intersection(_INDEX.sub("SUMPRODUCT(", formula)) or ""


def intersected(formula: str, row: int, column: int) -> str:
    """Return a formula with ranges replaced by the cell that Excel would use of each.

    >>> intersected("=C$4:C$9/SUM(C$4:C$9)+B1:D1", 5, 4)
    '=C5/SUM(C$4:C$9)+D1'
    """
    if not reads_one(formula):
        return formula
    items = Tokenizer(formula).items
    ranges = [
        n for n, item in enumerate(items) if item.subtype == Token.RANGE and ":" in item.value
    ]
    texts = [item.value for item in items]
    for n in ranges:
        sheet, mark, cells = texts[n].rpartition("!")
        alone = ["A1" if other in ranges and other != n else t for other, t in enumerate(texts)]
        try:
            left, top, right, bottom = range_boundaries(cells)
        except ValueError:
            continue
        if not reads_one("=" + "".join(alone)):
            continue
        if left == right and top <= row <= bottom:
            texts[n] = f"{sheet}{mark}{address(row, left)}"
        elif top == bottom and left <= column <= right:
            texts[n] = f"{sheet}{mark}{address(top, column)}"
    return "=" + "".join(texts)
