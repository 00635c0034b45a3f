"""What comes out of a printer? The pages of each sheet, from what stands in a workbook's file.

Nothing here is taken from `xlnn.writing`: widths, heights, print areas and anchors are read again
from the file, and pages are cut as Excel and LibreOffice cut them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import openpyxl
from openpyxl.cell import Cell
from openpyxl.chart._chart import ChartBase
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

A4 = 11.69, 8.27
"""Inches."""

DOTS = 96
"""Pixels of an inch at the size at which 10 points are 10 points."""

USUAL = 64, 20
"""The width of a column and the height of a row that nothing sets, in pixels."""

EMU = 9_525
"""Of the file's units of length, those of a pixel."""

APART = 3
"""Pixels between two charts that do not touch: programs draw borders half outside."""

Span = tuple[int, int]
"""The first and the last of some columns or rows."""


@dataclass(frozen=True)
class Thing:
    """Something that belongs on one page, such as a chart.

    Attributes
    ----------
    name : str
    rows, columns : (int, int)
    """

    name: str
    rows: Span
    columns: Span


@dataclass(frozen=True)
class Printed:
    """How a sheet is printed.

    Attributes
    ----------
    scale : float
        How large, 1 being 10 points for 10 points.
    pages : tuple of (rows, columns)
        The first and last row and column of each page.
    cut : tuple of str
        Charts that lie on two pages.
    missing : tuple of str
        Cells that hold something and are on no page.
    empty : tuple of (rows, columns)
        Pages on which nothing stands but what is printed again on each.
    covered : tuple of str
        Cells and charts over which a chart lies, or which it touches.
    """

    scale: float
    pages: tuple[tuple[Span, Span], ...]
    cut: tuple[str, ...]
    missing: tuple[str, ...]
    empty: tuple[tuple[Span, Span], ...]
    covered: tuple[str, ...]


def printed(path: Path) -> dict[str, Printed]:
    """Return how each sheet of a workbook that is not hidden is printed, by its title."""
    shown = (s for s in openpyxl.load_workbook(path) if s.sheet_state == "visible")
    return {sheet.title: _printed(sheet) for sheet in shown}


def _printed(sheet: Worksheet) -> Printed:
    across, down = A4 if sheet.page_setup.orientation == "landscape" else A4[::-1]
    margins, widths = sheet.page_margins, _widths(sheet)
    room = (across - margins.left - margins.right) * DOTS
    high = (down - margins.top - margins.bottom) * DOTS
    names, heads = (_repeated(each) for each in (sheet.print_title_cols, sheet.print_title_rows))

    def wide(columns: Span) -> float:
        again = range(names[0], names[1] + 1) if columns[0] > names[1] else ()
        return sum(widths.get(n, USUAL[0]) for n in (*again, *range(columns[0], columns[1] + 1)))

    areas = list(_areas(sheet))
    scale = min(1, *(room / wide(columns) for _, columns in areas))
    if sheet.page_setup.fitToHeight:
        ((rows, _),) = areas
        scale = min(scale, high / sum(_height(sheet, n) for n in range(rows[0], rows[1] + 1)))
    breaks = {each.id for each in sheet.row_breaks.brk}
    pages = [
        (rows, columns)
        for area, columns in areas
        for rows in _pages(sheet, area, heads, high / scale * 1.001, breaks)
    ]
    charts, taken = list(_charts(sheet)), [c for c in _cells(sheet) if c.value is not None]
    return Printed(
        scale,
        tuple(pages),
        tuple(each.name for each in charts if sum(_is_on(each, page) for page in pages) > 1),
        tuple(
            cell.coordinate
            for cell in taken
            if not any(_is_on(Thing("", (cell.row,) * 2, (cell.column,) * 2), p) for p in pages)
        ),
        tuple(
            (rows, columns)
            for rows, columns in pages
            if not any(_is_on(chart, (rows, columns)) for chart in charts)
            and not any(
                rows[0] <= cell.row <= rows[1] and columns[0] <= cell.column <= columns[1]
                for cell in taken
            )
        ),
        tuple(_covered(sheet)),
    )


def _pages(
    sheet: Worksheet, area: Span, heads: Span, room: float, breaks: set[int]
) -> Iterator[Span]:
    """Yield the first and last row of each page of an area."""
    start, last = area
    while start <= last:
        again = range(heads[0], heads[1] + 1) if start > heads[1] else ()
        used, end = sum(_height(sheet, n) for n in (*again, start)), start
        while end < last and end not in breaks:
            used += _height(sheet, end + 1)
            if used > room:
                break
            end += 1
        yield start, end
        start = end + 1


def _covered(sheet: Worksheet) -> Iterator[str]:
    """Yield the cells that hold something below a chart, and charts that touch each other.

    A chart that is seen through is anchored at two cells, and belongs over others.
    """
    solid = [chart for chart in sheet._charts if not hasattr(chart.anchor, "to")]  # noqa: SLF001
    taken = [cell for cell in sheet._cells.values() if cell.value is not None]  # noqa: SLF001
    lying = list(_lying(sheet, solid))
    for chart in lying:
        yield from (
            cell.coordinate
            for cell in taken
            if _is_on(chart, ((cell.row,) * 2, (cell.column,) * 2))
        )
    edges = [_edges(sheet, chart) for chart in solid]
    for (one, first), (other, second) in combinations(zip(lying, edges, strict=True), 2):
        if all(
            a <= d + APART and c <= b + APART for (a, b), (c, d) in zip(first, second, strict=True)
        ):
            yield f"{one.name} {other.name}"


def _edges(sheet: Worksheet, chart: ChartBase) -> tuple[tuple[float, float], ...]:
    """Return where a chart begins and ends, in pixels: from the left, and from the top."""
    widths, (begin, size) = _widths(sheet), (chart.anchor._from, chart.anchor.ext)  # noqa: SLF001
    left = sum(widths.get(column, USUAL[0]) for column in range(1, begin.col + 1))
    top = sum(_height(sheet, row) for row in range(1, begin.row + 1))
    return (left, left + size.width / EMU), (top, top + size.height / EMU)


def _is_on(thing: Thing, page: tuple[Span, Span]) -> bool:
    spans = zip((thing.rows, thing.columns), page, strict=True)
    return all(first <= end and last >= start for (first, last), (start, end) in spans)


def _cells(sheet: Worksheet) -> Iterable[Cell]:
    return sheet._cells.values()  # noqa: SLF001 -- creates none


def _areas(sheet: Worksheet) -> Iterator[tuple[Span, Span]]:
    for area in re.split(r",(?=[^']*(?:'[^']*'[^']*)*$)", sheet.print_area):
        left, top, right, bottom = range_boundaries(area.rpartition("!")[2])
        yield (top, bottom), (left, right)


def _repeated(name: str | None) -> Span:
    found = [each for each in range_boundaries(name) if each] if name else (1, 0)
    return found[0], found[1]


def _widths(sheet: Worksheet) -> dict[int, float]:
    return {
        column: 0 if dimension.hidden else int(7 * dimension.width + 5)
        for dimension in sheet.column_dimensions.values()
        for column in range(dimension.min, dimension.max + 1)
    }


def _height(sheet: Worksheet, row: int) -> float:
    if row not in sheet.row_dimensions:
        return USUAL[1]
    height, is_folded = sheet.row_dimensions[row].height, sheet.row_dimensions[row].hidden
    return 0 if is_folded else height / 72 * DOTS if height else USUAL[1]


def _charts(sheet: Worksheet) -> Iterator[Thing]:
    """Yield each chart with the rows and the columns over which it lies."""
    yield from _lying(sheet, sheet._charts)  # noqa: SLF001 -- no other way to them


def _lying(sheet: Worksheet, charts: Iterable[ChartBase]) -> Iterator[Thing]:
    widths = _widths(sheet)
    for number, chart in enumerate(charts, start=1):
        begin = chart.anchor._from  # noqa: SLF001 -- a name of the file format
        top, left = begin.row + 1, begin.col + 1
        if hasattr(chart.anchor, "to"):
            end = chart.anchor.to
            bottom, right = end.row + (end.rowOff > 0), end.col + (end.colOff > 0)
        else:
            size = chart.anchor.ext
            bottom = _reach(lambda row: _height(sheet, row), top, size.height / EMU)
            right = _reach(lambda at: widths.get(at, USUAL[0]), left, size.width / EMU)
        yield Thing(f"chart {number}", (top, bottom), (left, right))


def _reach(size: Callable[[int], float], first: int, pixels: float) -> int:
    """Return the last column or row of something so large."""
    while pixels > size(first):
        pixels -= size(first)
        first += 1
    return first
