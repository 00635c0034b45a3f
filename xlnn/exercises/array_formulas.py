"""Turn array formulas into formulas of single cells, as Excel computes them.

Excel 365 writes an array formula once, with the range that it fills. Our engines need a formula for
each cell. If every function works entry by entry, it is the same formula for the entries that
belong to the cell; otherwise it picks its entry of the whole result. In a formula that is not an
array formula, Excel uses the cell of a range in its own row or column.
"""

from collections.abc import Collection, Iterable
from functools import partial
from itertools import count, product

from openpyxl.utils import range_boundaries

from xlnn.checking.references import replaced
from xlnn.engines.scenarios import Place
from xlnn.formula import corners, functions_of, rewritten
from xlnn.grid import address
from xlnn.xlsx.range_shapes import SINGLE, intersection

ENTRYWISE = frozenset(
    ("ABS", "ACOS", "COS", "EXP", "IF", "INT", "LN", "MOD", "ROUND", "SIGN", "SIN", "SQRT", "TANH")
)
"""Functions that return as many numbers as a range has."""


def spilled(formula: str, cells: str, title: str, filled: Collection[Place]) -> dict[Place, str]:
    """Return the formula of each existing cell that an array formula fills.

    Parameters
    ----------
    formula : str
        With its "=".
    cells : str
        The range that it fills, as ``F4:H67``.
    title : str
        The title of the sheet.
    filled : collection of places
        Cells with a value or left out; the first cell of the range has the formula.

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
    if size[0] * size[1] > len(filled):  # it may declare a whole sheet
        every = (
            cell for cell in filled if cell[0] == title and cell[1] in rows and cell[2] in columns
        )
    places = {(title, top, left)} | {place for place in every if place in filled}
    is_entrywise = functions_of(formula) <= ENTRYWISE
    found = {}
    for place in sorted(places):
        down, aside = place[1] - top, place[2] - left
        found[place] = (
            replaced(formula, partial(_entry, size, down, aside))
            if is_entrywise
            else f"=INDEX({formula[1:]},{down + 1},{aside + 1})"
        )
    return found


def _entry(size: tuple[int, int], down: int, aside: int, sheet: str, cells: str) -> str:
    """Return the cell of a range for a position in the result; a row or column is repeated."""
    top, left, bottom, right = corners(cells) or (0, 0, 0, 0)
    extent = bottom - top + 1, right - left + 1
    if ":" not in cells or any(n not in {1, of} for n, of in zip(extent, size, strict=True)):
        return sheet + cells
    return sheet + address(
        top + (down if extent[0] > 1 else 0), left + (aside if extent[1] > 1 else 0)
    )


def reads_one(formula: str) -> str:
    """Return the range of which Excel would use one cell.

    Only for functions in our workbooks is it known which arguments take a range. Within INDEX, as
    within SUMPRODUCT, Excel computes with whole ranges.
    """
    if functions_of(formula) - SINGLE:
        return ""
    in_whole = rewritten(
        formula, lambda token: "SUMPRODUCT(" if token[0].upper() == "INDEX(" else token[0]
    )
    return intersection(in_whole) or ""


def intersected(formula: str, row: int, column: int) -> str:
    """Return a formula with ranges replaced by the cell that Excel would use of each.

    >>> intersected("=C$4:C$9/SUM(C$4:C$9)+B1:D1", 5, 4)
    '=C5/SUM(C$4:C$9)+D1'
    """
    if not reads_one(formula):
        return formula
    numbers = count()

    def one(sheet: str, cells: str) -> str:
        number, others = next(numbers), count()
        alone = replaced(
            formula, lambda s, c: s + c if next(others) == number or ":" not in c else "A1"
        )
        top, left, bottom, right = corners(cells) or (0, 0, 0, 0)
        if ":" in cells and reads_one(alone):
            if left == right and top <= row <= bottom:
                return sheet + address(row, left)
            if top == bottom and left <= column <= right:
                return sheet + address(top, column)
        return sheet + cells

    return replaced(formula, one)
