"""How is a sheet printed on A4 so that it can be read? Upright or across, on one page or more."""

from dataclasses import dataclass
from math import ceil

from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import text_pixels
from xlnn.writing.style import wide

LONG, SHORT, MARGIN = 11.69, 8.27, 0.4
"""Of A4, in inches, and the white around what is printed."""

DOTS = 96
"""Pixels of an inch on the screen, at the size at which 10 points are printed as 10 points."""

CELL, ROW = 64, 20
"""The usual width and height of a cell, in pixels."""

LEAST = 0.6
"""The scale below which 10 points are too small to read: then more pages are taken."""

OF_DIGITS = 0.92
"""How wide letters are, on average, beside digits."""

CLEAR = 0.85
"""The scale from which a sheet of several pages may stand upright: fewer pages."""


@dataclass(frozen=True)
class Paper:
    """How a sheet is printed.

    Attributes
    ----------
    is_upright : bool
    across, down : int
        How many pages it is fitted to from left to right, and from top to bottom; 0 for as many as
        it takes.
    scale : float
        How large it is then, 1 being its size on the screen.
    """

    is_upright: bool
    across: int
    down: int
    scale: float


def paper(drawing: Drawing, reach: tuple[int, int]) -> Paper:
    """Return how a sheet is printed best.

    Parameters
    ----------
    drawing : Drawing
    reach : (int, int)
        The last row and column of its quantities.
    """
    if drawing.scale:
        return Paper(is_upright=False, across=0, down=0, scale=drawing.scale / 100)
    width, height = size(drawing, reach)
    scales = {
        upright: tuple(
            (side - 2 * MARGIN) * DOTS for side in ((SHORT, LONG) if upright else (LONG, SHORT))
        )
        for upright in (False, True)
    }
    if drawing.one_page:
        fits = {up: min(1, wide / width, high / height) for up, (wide, high) in scales.items()}
        best = max(fits, key=lambda upright: fits[upright])
        if fits[best] >= LEAST:
            return Paper(best, 1, 1, fits[best])
    fits = {up: min(1, wide / width) for up, (wide, _) in scales.items()}
    upright = fits[True] >= CLEAR
    across = ceil(LEAST / fits[upright])
    return Paper(upright, across, 0, min(1, across * fits[upright]))


def size(drawing: Drawing, reach: tuple[int, int]) -> tuple[float, float]:
    """Return the width and height of a sheet with its charts, in pixels."""
    rows, columns = printed(drawing, reach)
    width = sum(_width(drawing, column) for column in range(1, columns + 1))
    height = sum(_height(drawing, row) for row in range(1, rows + 1))
    for anchor, chart in drawing.charts:
        if not isinstance(anchor, str):
            continue  # it lies over cells, which are counted
        letters, row = coordinate_from_string(anchor)
        column = column_index_from_string(letters)
        left = sum(_width(drawing, number) for number in range(1, column))
        top = sum(_height(drawing, number) for number in range(1, row))
        width = max(width, left + chart.width / 2.54 * DOTS)
        height = max(height, top + chart.height / 2.54 * DOTS)
    return width, height


def filled(drawing: Drawing, reach: tuple[int, int]) -> tuple[int, int]:
    """Return the last row and column that hold something."""
    rows, columns = reach
    rows = max([rows, *drawing.cells])
    return rows, max([columns, *(column for cells in drawing.cells.values() for column in cells)])


def printed(drawing: Drawing, reach: tuple[int, int]) -> tuple[int, int]:
    """Return the same with the empty columns into which a text runs on.

    LibreOffice prints no more than the columns that hold something.
    """
    rows, columns = filled(drawing, reach)
    for cells in drawing.cells.values():
        column = max(cells)
        text, look = cells[column]
        if not isinstance(text, str) or look.wrap:
            continue
        room = text_pixels("0" * wide(text), look.size) * OF_DIGITS
        while room > _width(drawing, column):
            room -= _width(drawing, column)
            column += 1
        columns = max(columns, column)
    return rows, columns


def _width(drawing: Drawing, column: int) -> float:
    return 7 * drawing.widths[column] + 5 if column in drawing.widths else CELL


def _height(drawing: Drawing, row: int) -> float:
    return drawing.heights[row] / 72 * DOTS if row in drawing.heights else ROW
