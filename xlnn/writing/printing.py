"""Fit a sheet to the width of A4 pages, with page breaks between what belongs together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from openpyxl.drawing.spreadsheet_drawing import TwoCellAnchor
from openpyxl.utils.cell import coordinate_to_tuple

from xlnn.block import Block
from xlnn.reference import Arrays
from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import (
    NOTHING,
    PADDING,
    PIXELS_A_POINT,
    PIXELS_AN_INCH,
    column_pixels,
    row_pixels,
)
from xlnn.writing.style import SENTENCE, Look, wide

MARGIN, BOTTOM = 0.25, 0.4
"""Inches around what is printed, and below it, where the footer stands."""

PORTRAIT, LANDSCAPE = (
    ((across - 2 * MARGIN) * PIXELS_AN_INCH, (down - MARGIN - BOTTOM) * PIXELS_AN_INCH)
    for across, down in ((8.27, 11.69), (11.69, 8.27))
)
"""Width and height of what a page holds, in pixels."""

LEAST = 0.65
"""The scale below which 10 points are too small to read."""

FILLED = 0.95
"""The share of a page that is filled from top to bottom, since other fonts may be higher."""

EMPTY = 1 / 4
"""The share of a page that is filled at least, rather than to keep together what comes next."""

BORDER = 8
"""Pixels around a chart: in some programs columns are a little narrower than here."""

SAID = 30
"""Letters of a sentence that stay together if nothing is known of what it says, or if it is
shorter: it may say something else after a change."""

LETTER, BOLD = 0.51, 1.1
"""Width of a letter, on average, of the size of its font; and how much wider a bold one is."""

Area = tuple[tuple[int, int], tuple[int, int]]
"""The first and the last cell, each as a row and a column."""


@dataclass(frozen=True)
class Pages:
    """How a sheet is printed.

    Attributes
    ----------
    is_upright, is_one : bool
        Whether its pages are portrait, and whether it is fitted to one page.
    area : area
        What is printed.
    breaks : tuple of int
        The rows after which there is a page break.
    """

    is_upright: bool
    is_one: bool
    area: Area
    breaks: tuple[int, ...] = ()


def pages(drawing: Drawing, blocks: Sequence[Block], values: Arrays = NOTHING) -> Pages:
    """Return how a sheet with some quantities is printed; ``values`` has what sentences say."""
    blocks = [block for block in blocks if not _is_folded(drawing, block)]
    charts = [*charted(drawing)]
    full = [area for block in blocks for area in block.rectangles()]
    corners = [last for _, last in (*charts, *_texts(drawing, blocks, values), *full)]
    rows, columns = (max(corner[way] for corner in corners) for way in (0, 1))
    across = sum(column_pixels(drawing, column) for column in range(1, columns + 1))
    down = np.cumsum([0, *(row_pixels(drawing, row) for row in range(1, rows + 1))])
    area = (1, 1), (rows, columns)
    page = max(LANDSCAPE, PORTRAIT, key=lambda page: min(page[0] / across, page[1] / down[-1]))
    if LEAST * across <= page[0] and LEAST * down[-1] <= page[1]:
        return Pages(page == PORTRAIT, is_one=True, area=area)
    page = PORTRAIT if LEAST * across <= PORTRAIT[0] else LANDSCAPE
    again = down[drawing.repeat] - down[drawing.repeat_from - 1]
    # half of the upper border of a chart is in the row above
    whole = [*((first[0] - 1, last[0]) for first, last in charts), *drawing.whole]
    breaks = _breaks(down, whole, FILLED * page[1] * max(1, across / page[0]), again)
    return Pages(page == PORTRAIT, is_one=False, area=area, breaks=tuple(breaks))


def _is_folded(drawing: Drawing, block: Block) -> bool:
    """Tell whether all rows or all columns of a quantity are closed at first."""
    rows, columns = (
        range(a, b + 1) for a, b in zip((block.row, block.column), block.last, strict=True)
    )
    return drawing.folded_rows.issuperset(rows) or drawing.folded_columns.issuperset(columns)


def _breaks(
    edges: np.ndarray, whole: Sequence[tuple[int, int]], room: float, again: float
) -> Iterator[int]:
    """Yield the last row of each page up to the last rows that stay together.

    Parameters
    ----------
    edges : array, shape (rows + 1,)
        The lower edges of the rows, in pixels; the first is 0.
    whole : sequence of (int, int)
        The first and the last of rows that stay together if a page has room for them.
    room, again : float
        What a page holds, and what each page after the first repeats of it, in pixels.
    """
    end, last = 0, len(edges) - 1
    whole = [(a, z) for a, z in whole if a <= last]  # what is folded may begin below
    begun = max((a for a, _ in whole), default=0)
    fitting = [(a, z) for a, z in whole if edges[min(z, last)] - edges[a - 1] <= room - again]
    while end < last:
        begin, start = end, edges[end] - (again if end else 0)
        full = end = max(int(np.searchsorted(edges, start + room, "right")) - 1, begin + 1)
        least = start + again + EMPTY * room
        here = [(a, z) for a, z in fitting if edges[a - 1] > least and a <= full]
        while full < last and (torn := [top for top, bottom in here if top <= end < bottom]):
            end = min(torn) - 1
        if end < begun:
            yield end


def charted(drawing: Drawing) -> Iterator[Area]:
    """Yield the cells that each chart covers."""
    for anchor, chart in drawing.charts:
        if isinstance(anchor, TwoCellAnchor):
            first, end = anchor._from, anchor.to  # noqa: SLF001 -- a name of the file format
            last = end.row + (end.rowOff > 0), end.col + (end.colOff > 0)
            yield (first.row + 1, first.col + 1), last
            continue
        bottom, right = corner = coordinate_to_tuple(anchor)
        across, down = (
            centimetres / 2.54 * PIXELS_AN_INCH + BORDER
            for centimetres in (chart.width, chart.height)
        )
        # a width in a file has the padding in it: what is narrow is a quarter narrower
        while (across := across - max(0, column_pixels(drawing, right) - PADDING)) > 0:
            right += 1
        while (down := down - row_pixels(drawing, bottom)) > 0:
            bottom += 1
        yield corner, (bottom, right)


def _texts(drawing: Drawing, blocks: Sequence[Block], values: Arrays) -> Iterator[Area]:
    """Yield each single cell, with the empty ones that its text overflows into; sentences, too."""
    cells: dict[tuple[int, int], tuple[object, Look]] = {
        (row, column): drawn
        for row, here in drawing.cells.items()
        for column, drawn in here.items()
    }
    runs = [run for block in blocks for run in block.runs]
    for run in runs:
        name = run.quantity.name
        if run.quantity.is_sentence and not run.quantity.timed:
            texts = np.ravel(values.get(name, ())).tolist()
            longest = max([SAID, *(wide(text) for text in texts if isinstance(text, str))])
            drawn = "x" * longest, drawing.looks.get(name, SENTENCE)
            cells |= {next(run.places(unit)): drawn for unit in run.quantity.units}
    filled = {at for at, (text, _) in cells.items() if text != ""}
    for (row, column), (text, look) in cells.items():
        if row in drawing.folded_rows or column in drawing.folded_columns:
            continue
        last, pixels = column, 0.0
        if isinstance(text, str) and not look.wrap and look.align != "center":
            letter = LETTER * BOLD if look.bold else LETTER
            pixels = wide(text) * letter * look.size * PIXELS_A_POINT
        if pixels > column_pixels(drawing, column):
            here = [run for run in runs if run.row <= row <= run.last[0]]
            while (pixels := pixels - column_pixels(drawing, last)) > 0:
                beside = last + 1
                if (row, beside) in filled or any(
                    run.column <= beside <= run.last[1] for run in here
                ):
                    break
                last = beside
        yield (row, column), (row, last)
