"""What would come out of a printer? Pages and their cuts, from what stands in a workbook's file.

Nothing here is taken from `xlnn.writing`: widths, heights, breaks and anchors are read again from
the file, and the pages are cut as Excel and LibreOffice cut them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from unicodedata import east_asian_width

import openpyxl
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

LETTER = 0.5
"""How wide a letter is beside its font's size, on average; ideographs are 1."""

SMALL = 20
"""Rows of a table that is small: it belongs on one page."""

HEADED = 4
"""Rows of a long table that belong on the page of its first heading."""

APART = 3
"""Pixels between two charts that do not touch: programs draw borders half outside."""

Span = tuple[int, int]
"""The first and the last of some columns or rows."""


@dataclass(frozen=True)
class Thing:
    """Something that belongs on one page: a chart, a text that runs on, a small table.

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
        What lies on two pages though it has room on one.
    empty : tuple of (rows, columns)
        Pages on which nothing stands but what is printed again on each.
    covered : tuple of str
        Cells and charts over which a chart lies, or which it touches.
    """

    scale: float
    pages: tuple[tuple[Span, Span], ...]
    cut: tuple[str, ...]
    empty: tuple[tuple[Span, Span], ...]
    covered: tuple[str, ...]


def printed(path: Path) -> dict[str, Printed]:
    """Return how each sheet of a workbook is printed, by its title."""
    return {sheet.title: _printed(sheet) for sheet in openpyxl.load_workbook(path)}


@dataclass(frozen=True)
class _Way:
    """One way over a sheet, columns from left to right or rows from top to bottom.

    Attributes
    ----------
    size : function
        Returns the size of a column or row, in pixels.
    repeated : (int, int)
        Those that are printed again on each page that follows them.
    breaks : set of int
        After which another page begins.
    room : float
        Of a page, in pixels.
    """

    size: Callable[[int], float]
    repeated: Span
    breaks: frozenset[int]
    room: float

    def pages(self, area: Span, scale: float) -> list[Span]:
        """Return the first and last column or row of each page of an area."""
        found, (start, last) = [], area
        while start <= last:
            used, end = self.again(start) + self.size(start), start
            while end < last and end not in self.breaks:
                used += self.size(end + 1)
                if used * scale > self.room:
                    break
                end += 1
            found.append((start, end))
            start = end + 1
        return found

    def again(self, start: int) -> float:
        """Return how much is printed again on a page that begins with a column or row."""
        first, last = self.repeated
        return sum(map(self.size, range(first, last + 1))) if start > last else 0.0

    def has_room(self, span: Span, scale: float) -> bool:
        """Tell whether columns or rows have room on one page."""
        size = self.again(span[0]) + sum(map(self.size, range(span[0], span[1] + 1)))
        return size * scale <= self.room


def _printed(sheet: Worksheet) -> Printed:
    things = [*_texts(sheet), *_charts(sheet), *_tables(sheet)]
    reach = [(sheet.max_row, sheet.max_column), *((t.rows[1], t.columns[1]) for t in things)]
    bounds = [range_boundaries(area.rpartition("!")[2]) for area in _areas(sheet)]
    areas = [((top, bottom), (left, right)) for left, top, right, bottom in bounds]
    areas = areas or [((1, max(row for row, _ in reach)), (1, max(column for _, column in reach)))]
    down, across = _ways(sheet)
    scale = _scale(sheet, (down, across), areas)
    pages = tuple(
        page
        for rows, columns in areas
        for page in product(down.pages(rows, scale), across.pages(columns, scale))
    )
    cut = [
        f"{thing.name} {name}"
        for thing in things
        for name, way, span, at in (
            ("down", down, thing.rows, 0),
            ("across", across, thing.columns, 1),
        )
        if len({page[at] for page in pages if _is_on(thing, page)}) > 1
        and way.has_room(span, scale)
    ]
    taken = [cell for cell in sheet._cells.values() if cell.value is not None]  # noqa: SLF001
    charts = list(_charts(sheet))
    empty = [
        (rows, columns)
        for rows, columns in pages
        if not any(_is_on(chart, (rows, columns)) for chart in charts)
        and not any(
            rows[0] <= cell.row <= rows[1] and columns[0] <= cell.column <= columns[1]
            for cell in taken
        )
    ]
    return Printed(scale, pages, tuple(cut), tuple(empty), tuple(_covered(sheet)))


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


def _areas(sheet: Worksheet) -> list[str]:
    area = sheet.print_area or ""
    return [each for each in re.split(r",(?=[^']*(?:'[^']*'[^']*)*$)", area) if each]


def _ways(sheet: Worksheet) -> tuple[_Way, _Way]:
    """Return the ways over a sheet: its rows, and its columns."""
    across, down = A4 if sheet.page_setup.orientation == "landscape" else A4[::-1]
    margins, widths = sheet.page_margins, _widths(sheet)
    return (
        _Way(
            lambda row: _height(sheet, row),
            _repeated(sheet.print_title_rows, 1),
            frozenset(each.id for each in sheet.row_breaks.brk),
            (down - margins.top - margins.bottom) * DOTS,
        ),
        _Way(
            lambda column: widths.get(column, USUAL[0]),
            _repeated(sheet.print_title_cols, 0),
            frozenset(each.id for each in sheet.col_breaks.brk),
            (across - margins.left - margins.right) * DOTS,
        ),
    )


def _repeated(name: str | None, at: int) -> Span:
    if not name:
        return 1, 0
    bounds = range_boundaries(name)
    return bounds[at], bounds[at + 2]


def _scale(sheet: Worksheet, ways: tuple[_Way, _Way], areas: list[tuple[Span, Span]]) -> float:
    """Return how large a sheet is printed: as it says, or fitted to pages, heeding no breaks."""
    setup, properties = sheet.page_setup, sheet.sheet_properties.pageSetUpPr
    if not (properties and properties.fitToPage):
        return int(setup.scale or 100) / 100
    most = [int(each or 0) for each in (setup.fitToHeight, setup.fitToWidth)]
    free = [_Way(way.size, way.repeated, frozenset(), way.room) for way in ways]
    for percent in range(100, 9, -1):
        counts = [
            sum(len(way.pages(area[at], percent / 100)) for area in areas)
            for at, way in enumerate(free)
        ]
        if all(not limit or count <= limit for limit, count in zip(most, counts, strict=True)):
            return percent / 100
    return 0.1


def _widths(sheet: Worksheet) -> dict[int, float]:
    return {
        column: int(7 * dimension.width + 5)
        for dimension in sheet.column_dimensions.values()
        for column in range(dimension.min, dimension.max + 1)
    }


def _height(sheet: Worksheet, row: int) -> float:
    height = sheet.row_dimensions[row].height if row in sheet.row_dimensions else None
    return height / 72 * DOTS if height else USUAL[1]


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


def _texts(sheet: Worksheet) -> Iterator[Thing]:
    """Yield each text that runs on over empty cells."""
    widths = _widths(sheet)
    for (row, column), cell in sorted(sheet._cells.items()):  # noqa: SLF001 -- creates none
        text = cell.value
        if not isinstance(text, str) or text.startswith("=") or cell.alignment.wrap_text:
            continue
        pixels = cell.font.size * DOTS / 72
        room = sum(pixels * (1 if east_asian_width(sign) in "WF" else LETTER) for sign in text)
        last = column
        while room > widths.get(last, USUAL[0]):
            beside = sheet._cells.get((row, last + 1))  # noqa: SLF001 -- creates none
            if beside is not None and beside.value is not None:
                break
            room -= widths.get(last, USUAL[0])
            last += 1
        if last > column:
            yield Thing(f"{cell.coordinate} {text[:20]!r}", (row, row), (column, last))


def _tables(sheet: Worksheet) -> Iterator[Thing]:
    """Yield the rows of each small table or picture of cells, its headings among them.

    What is below each other in a column without an empty cell is of one table; of a long one its
    headings and first rows belong together.
    """
    filled: dict[int, list[int]] = {}
    for (row, column), cell in sorted(sheet._cells.items()):  # noqa: SLF001 -- creates none
        if cell.value is not None or cell.fill.fill_type:
            filled.setdefault(column, []).append(row)
    spans: dict[Span, int] = {}
    for column, rows in filled.items():
        starts = [at for at, row in enumerate(rows) if not at or rows[at - 1] != row - 1]
        for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
            first, last = rows[start], rows[end - 1]
            last = last if last - first < SMALL else first + HEADED
            spans.setdefault((first, last), column)
    for (first, last), column in sorted(spans.items()):
        yield Thing(f"rows {first}-{last}", (first, last), (column, column))
