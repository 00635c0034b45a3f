"""What belongs on one page of paper? Charts, texts that run on, small tables, and groups."""

from collections.abc import Iterator, Mapping, Sequence

from openpyxl.chart._chart import ChartBase
from openpyxl.drawing.spreadsheet_drawing import TwoCellAnchor
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from xlnn.blocks import Block
from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import DIGIT_PIXELS, PADDING, text_pixels
from xlnn.writing.pages import Span
from xlnn.writing.style import SECTION, Look, wide

CELL, ROW = 64, 20
"""The usual width and height of a cell, in pixels."""

DOTS = 96
"""Pixels of an inch on the screen, at the size at which 10 points are printed as 10 points."""

OF_DIGITS = 0.92
"""How wide letters are, on average, beside digits."""

ENDS = 5
"""Rows of a long table that are not parted from its headings, and rows that end it together."""

SMALL = 24
"""Rows up to which a table is better not parted at all."""


def columns_together(drawing: Drawing, blocks: Sequence[Block]) -> tuple[set[Span], set[Span]]:
    """Return the columns that charts and texts take up, and those below one heading."""
    whole = {columns for columns, _ in charts(drawing)}
    whole |= set(_running(drawing, blocks))
    return whole, {(block.column, block.last[1]) for block in blocks} | set(_bands(drawing))


def _bands(drawing: Drawing) -> Iterator[Span]:
    """Yield the columns of each heading that has a colour, with the empty ones of that colour."""
    for cells in drawing.cells.values():
        for column, (text, look) in cells.items():
            if text == "" or not isinstance(text, str) or not look.fill:
                continue
            last = column
            while (
                (beside := cells.get(last + 1))
                and beside[0] == ""
                and (beside[1].fill == look.fill)
            ):
                last += 1
            yield column, last


def rows_together(
    drawing: Drawing, taken: Mapping[int, Sequence[Span]]
) -> tuple[set[Span], set[Span]]:
    """Return the rows of charts and those by which a table begins and ends, and of small tables.

    What stands in a column without an empty cell between is one table, its headings among it:
    `column_runs` has found them.
    """
    # with the row above a chart: its upper border is drawn half into that
    whole = {(max(first - 1, 1), last) for _, (first, last) in charts(drawing)}
    small: set[Span] = set()
    for first, last in {span for runs in taken.values() for span in runs}:
        whole |= {(first, min(first + ENDS - 1, last)), (max(last - ENDS + 1, first), last)}
        if last - first < SMALL:
            small.add((first, last))
    whole |= {(row, row + ENDS) for row, cells in drawing.cells.items() if _is_headed(cells)}
    return whole, small


def _is_headed(cells: Mapping[int, tuple[str | float, Look]]) -> bool:
    """Tell whether a row is the heading of what stands below it."""
    return any(text != "" and look == SECTION for text, look in cells.values())


def charts(drawing: Drawing) -> Iterator[tuple[Span, Span]]:
    """Yield the columns and the rows over which each chart lies."""
    for anchor, chart in drawing.charts:
        if isinstance(anchor, TwoCellAnchor):
            first, last = anchor._from, anchor.to  # noqa: SLF001 -- a name of the file format
            yield (
                (first.col + 1, last.col + (last.colOff > 0)),
                (first.row + 1, last.row + (last.rowOff > 0)),
            )
            continue
        yield _lies(drawing, anchor, chart)


def _lies(drawing: Drawing, anchor: str, chart: ChartBase) -> tuple[Span, Span]:
    letters, top = coordinate_from_string(anchor)
    left = right = column_index_from_string(letters)
    bottom = top
    across, down = (centimetres / 2.54 * DOTS for centimetres in (chart.width, chart.height))
    while (across := across - width(drawing, right)) > 0:
        right += 1
    while (down := down - height(drawing, bottom)) > 0:
        bottom += 1
    return (left, right), (top, bottom)


def _running(drawing: Drawing, blocks: Sequence[Block]) -> Iterator[Span]:
    """Yield the columns of each text that runs on over empty cells."""
    for row, cells in drawing.cells.items():
        beside = None
        for column, (text, look) in cells.items():
            if not isinstance(text, str) or look.wrap or look.align == "center":
                continue
            pixels = runs_on(text, look.size) - width(drawing, column)
            if pixels <= 0:
                continue
            if beside is None:
                beside = {column for column, (text, _) in cells.items() if text != ""}
                beside |= _taken(blocks, row)
            last = column
            while pixels > 0 and last + 1 not in beside:
                last += 1
                pixels -= width(drawing, last)
            if last > column:
                yield column, last


def _taken(blocks: Sequence[Block], row: int) -> set[int]:
    """Return the columns in which quantities stand in a row."""
    here = [block for block in blocks if block.row <= row <= block.last[0]]
    return {column for block in here for column in range(block.column, block.last[1] + 1)}


def column_runs(drawing: Drawing, blocks: Sequence[Block]) -> dict[int, list[Span]]:
    """Return the rows that are taken in each column, those together that leave none between."""
    taken: dict[int, list[Span]] = {}
    for row, cells in drawing.cells.items():
        for column in cells:
            taken.setdefault(column, []).append((row, row))
    rectangles = [corners for block in blocks for corners in block.rectangles()]
    rectangles += [
        ((top, left), (bottom, right)) for (left, right), (top, bottom) in charts(drawing)
    ]
    for (first, left), (last, right) in rectangles:
        for column in range(left, right + 1):
            taken.setdefault(column, []).append((first, last))
    return {column: list(_joined(sorted(spans))) for column, spans in taken.items()}


def _joined(spans: Sequence[Span]) -> Iterator[Span]:
    """Join spans that touch each other, in their order.

    >>> list(_joined([(1, 1), (3, 4), (5, 9), (11, 11)]))
    [(1, 1), (3, 9), (11, 11)]
    """
    first, last = spans[0]
    for start, end in spans:
        if start > last + 1:
            yield first, last
            first = start
        last = max(last, end)
    yield first, last


def runs_on(text: str, size: int) -> float:
    """Return over how many pixels a text runs on that is neither wrapped nor bold."""
    return wide(text) * text_pixels("0", size) * OF_DIGITS


def width(drawing: Drawing, column: int) -> float:
    """Return the width of a column, in pixels."""
    widths: Mapping[int, float] = drawing.widths
    return DIGIT_PIXELS * widths[column] + PADDING if column in widths else CELL


def height(drawing: Drawing, row: int) -> float:
    """Return the height of a row, in pixels."""
    return drawing.heights[row] / 72 * DOTS if row in drawing.heights else ROW
