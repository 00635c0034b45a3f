"""How is a sheet printed on A4 so that it can be read? Upright or across, on which pages."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby, pairwise
from operator import itemgetter

from xlnn.blocks import Block
from xlnn.writing.drawing import Drawing
from xlnn.writing.pages import Span, Way
from xlnn.writing.whole import (
    DOTS,
    charts,
    column_runs,
    columns_together,
    height,
    rows_together,
    runs_on,
    width,
)

LONG, SHORT, MARGIN = 11.69, 8.27, 0.25
"""Of A4, in inches, and the white around what is printed."""

LEAST = 0.65
"""The scale below which 10 points are too small to read: then more pages are taken."""

CLEAR = 0.85
"""The scale from which a sheet of several pages may stand upright, or a table on one page."""

FREE = 0.96, 0.92
"""How much of a page's width and height is filled where pages are broken by numbers: columns and
rows are a little larger with other fonts, and what has no room would take a page of its own. Below
stands the number of the page."""

SHRUNK, EASY = 0.92, 0.8
"""How much smaller a sheet may be printed for the sake of a page less, and down to which scale it
may be in any case."""

LEAD = 10
"""Rows that are printed also where nothing stands in them. Where there are more, a page begins
below: names of rows that are printed again would stand beside nothing."""

MOST = 16
"""Pages of a sheet. Of a longer one the beginning is printed, and as the last page its end: how
training begins, and what has come of it, with as many of its columns as there may be. Who prints a
workbook does not want hundreds of pages."""

Corner = tuple[int, int]
"""A row and a column."""


@dataclass(frozen=True)
class Paper:
    """How a sheet is printed.

    Attributes
    ----------
    is_upright : bool
    scale : float
        How large, 1 being its size on the screen.
    columns, rows : tuple of int
        The last column of each page from left to right, and the last row of each from top to
        bottom. A sheet of one page is fitted to it, whatever the fonts.
    areas : tuple of (corner, corner)
        The first and last cells of what is printed, where it is not all of the sheet.
    is_part : bool
        Whether more is left out than pages on which nothing stands.
    names_rows : bool
        Whether the columns that do not scroll are printed again: some page further right holds
        what has a row for each of their names.
    """

    is_upright: bool
    scale: float
    columns: tuple[int, ...]
    rows: tuple[int, ...]
    areas: tuple[tuple[Corner, Corner], ...] = ()
    is_part: bool = False
    names_rows: bool = False

    @property
    def is_one_page(self) -> bool:
        """Whether all of it is on one page."""
        return len(self.columns) == len(self.rows) == 1


def paper(drawing: Drawing, blocks: Sequence[Block]) -> Paper:
    """Return how a sheet is printed best.

    Parameters
    ----------
    drawing : Drawing
    blocks : sequence of Block
        Its quantities.
    """
    rows, columns = last = printed(drawing, blocks)
    extent = size(drawing, last)
    fits = {upright: _fit(extent, is_upright=upright) for upright in (False, True)}
    best = max(fits, key=lambda upright: min(fits[upright]))
    is_parted = bool(drawing.scale or drawing.breaks)
    if not is_parted and min(fits[best]) >= (LEAST if drawing.one_page else CLEAR):
        how = Paper(best, min(1, *fits[best]), (columns,), (rows,))
    else:
        upright = not drawing.scale and fits[True][0] >= CLEAR
        how = _of_several(drawing, blocks, last, is_upright=upright)
    if not how.areas and columns > filled(drawing, blocks)[1]:
        how = replace(how, areas=(((1, 1), last),))  # also the empty cells a text runs on into
    return replace(how, names_rows=how.columns[0] < _named(drawing, blocks))


def _named(drawing: Drawing, blocks: Iterable[Block]) -> int:
    """Return the last column of what the names at the left are of: a row for each, or a line."""

    def is_named(block: Block) -> bool:
        if axes := block.quantity.axes:
            return not block.steps[len(axes) - 1][1]  # from row to row, and not beside each other
        lines = (drawing.cells.get(row, {}) for row in range(block.row, block.last[0] + 1))
        return any(isinstance(cells.get(1, (0,))[0], str) for cells in lines)

    return max((block.last[1] for block in blocks if is_named(block)), default=0)


def page(*, is_upright: bool) -> tuple[float, float]:
    """Return the width and height of what a page holds, in pixels."""
    sides = (SHORT, LONG) if is_upright else (LONG, SHORT)
    across, down = ((side - 2 * MARGIN) * DOTS for side in sides)
    return across, down


def _fit(extent: tuple[float, float], *, is_upright: bool) -> tuple[float, float]:
    """Return the scales at which a sheet is as wide as a page, and as high."""
    across, down = page(is_upright=is_upright)
    return across / extent[0], down / extent[1]


def _of_several(
    drawing: Drawing, blocks: Sequence[Block], last: Corner, *, is_upright: bool
) -> Paper:
    """Return how a sheet is printed on several pages, up to its last row and column."""
    taken = column_runs(drawing, blocks)
    right, down = _ways(drawing, blocks, taken, last, is_upright=is_upright)
    scales = [percent / 100 for percent in range(100, round(100 * LEAST) - 1, -1)]
    if drawing.scale:
        scales = [drawing.scale / 100]
    across, along = {scale: right.cost(scale) for scale in scales}, cache(down.cost)
    if drawing.one_page:
        across = {s: (along(s)[0] * pages, *cut) for s, (pages, *cut) in across.items()}
    largest = min(scales, key=lambda scale: (across[scale], -scale))
    scales = [s for s in scales if s <= largest and across[s][0] == across[largest][0]]
    cut = {scale: (across[scale][1] + along(scale)[1], along(scale)[2]) for scale in scales}
    clear = [scale for scale in scales if cut[scale] == min(cut.values())]
    near = [scale for scale in clear if scale >= min(EASY, SHRUNK * max(clear))]
    scale = min(near, key=lambda scale: (along(scale)[0], across[scale][2], -scale))
    how = Paper(is_upright, scale, right.pages(scale), down.pages(scale))
    dense = [block for block in blocks if block.quantity.name not in drawing.sparse]
    if len(dense) < len(blocks):
        taken = column_runs(drawing, dense)
    starts = {column: runs[0][0] for column, runs in taken.items() if right.repeated[1]}
    ends = {column: runs[-1][1] for column, runs in taken.items()}
    how = _filled_pages(how, (starts, ends), lambda last: down.back(last, scale))
    return replace(how, is_part=how.is_part or _is_cut(how, (b for b in blocks if b not in dense)))


def _is_cut(how: Paper, sparse: Iterable[Block]) -> bool:
    """Tell whether some quantities reach beyond what is printed."""
    return any(
        left <= block.column <= right and bottom < block.last[0] and bottom > block.row
        for block in sparse
        for (_, left), (bottom, right) in how.areas
    )


def _filled_pages(
    how: Paper, reach: tuple[Mapping[int, int], Mapping[int, int]], back: Callable[[int], int]
) -> Paper:
    """Return what is printed of a sheet: no page on which nothing stands, and of many the ends.

    Parameters
    ----------
    how : Paper
    reach : (mapping, mapping)
        The first and the last row that is taken in each column.
    back : function
        Returns the first row of a full page, by its last.
    """
    starts, ends = reach
    spans = [range(before + 1, right + 1) for before, right in pairwise((0, *how.columns))]
    lasts = [max((ends[each] for each in span if each in ends), default=1) for span in spans]
    tops = [min((starts[each] for each in span if each in starts), default=1) for span in spans]
    tops = [top if top > LEAD and top <= how.rows[0] else 1 for top in tops]
    downs = [bisect_left(how.rows, last) + 1 for last in lasts]
    across, long = len(downs), max(downs)
    while sum(min(down, long) for down in downs[:across]) > MOST:
        across, long = (across, long - 1) if long > 2 else (across - 1, long)
    if across == len(downs) and set(downs) == {long} and set(tops) == {1} and not starts:
        return how
    # names of rows that are printed again are, as far as something stands beside them
    ends_at = [min(last, how.rows[-1]) if starts else how.rows[-1] for last in lasts]

    def parts(top: int, down: int, end: int) -> tuple[Span, ...]:
        """Return the rows that are printed of columns that reach so many pages and rows down."""
        if down <= long or long == 1:
            return ((top, min(end, how.rows[min(down, long) - 1])),)
        last = how.rows[down - 1]
        return (top, how.rows[long - 2]), (max(back(last), how.rows[long - 1] + 1), last)

    areas, left = [], 1
    pages = [
        (parts(top, down, end), right)
        for top, down, end, right in zip(tops[:across], downs, ends_at, how.columns, strict=False)
    ]
    for spans, alike in groupby(pages, itemgetter(0)):
        *_, (_, right) = alike
        areas += [((first, left), (last, right)) for first, last in spans]
        left = right + 1
    is_part = across < len(downs) or long < max(downs)
    columns, rows = how.columns[:across], how.rows[:long]
    return replace(how, columns=columns, rows=rows, areas=tuple(areas), is_part=is_part)


def headed(drawing: Drawing, how: Paper) -> Drawing:
    """Return a drawing whose headings of many columns stand again where another page begins."""
    cells = {row: dict(here) for row, here in drawing.cells.items()}
    for here in cells.values():
        for column in (last + 1 for last in how.columns[:-1]):
            first = column
            while here.get(first, ("-", None))[0] == "":
                first -= 1
            text, look = here.get(first, ("", None))
            if first < column and look and look.fill == here[column][1].fill != "":
                here[column] = (text, look)
    return replace(drawing, cells=cells)


def _ways(
    drawing: Drawing,
    blocks: Sequence[Block],
    taken: Mapping[int, Sequence[Span]],
    last: Corner,
    *,
    is_upright: bool,
) -> tuple[Way, Way]:
    """Return the ways over a sheet, from left to right and from top to bottom."""
    last_row, last_column = last
    whole, groups = columns_together(drawing, blocks)
    (across, down), again = page(is_upright=is_upright), drawing.freeze or (1, 1)
    right = Way(
        tuple(width(drawing, column) for column in range(1, last_column + 1)),
        across * FREE[0],
        (1, again[1] - 1),
        frozenset(_within(whole, last_column)),
        frozenset(_within(groups, last_column)),
        tuple(drawing.breaks),
    )
    rows, tables = (frozenset(_within(each, last_row)) for each in rows_together(drawing, taken))
    sizes = tuple(height(drawing, row) for row in range(1, last_row + 1))
    return right, Way(sizes, down * FREE[1], (drawing.repeat_from, drawing.repeat), rows, tables)


def _within(spans: Iterable[Span], last: int) -> Iterator[Span]:
    """Yield spans of several columns or rows, as far as the sheet is printed."""
    return ((first, min(end, last)) for first, end in spans if first < min(end, last))


def size(drawing: Drawing, last: Corner) -> tuple[float, float]:
    """Return the width and height of a sheet up to a row and a column, in pixels."""
    rows, columns = last
    return (
        sum(width(drawing, column) for column in range(1, columns + 1)),
        sum(height(drawing, row) for row in range(1, rows + 1)),
    )


def filled(drawing: Drawing, blocks: Sequence[Block]) -> tuple[int, int]:
    """Return the last row and column that hold something: cells and charts."""
    corners = [block.last for block in blocks]
    corners += [(rows[1], columns[1]) for columns, rows in charts(drawing)]
    corners += [(row, max(cells)) for row, cells in drawing.cells.items()]
    return max(row for row, _ in corners), max(column for _, column in corners)


def printed(drawing: Drawing, blocks: Sequence[Block]) -> tuple[int, int]:
    """Return the same with the empty columns into which a text runs on.

    LibreOffice prints no more than the columns that hold something.
    """
    rows, columns = filled(drawing, blocks)
    for cells in drawing.cells.values():
        column = max(cells)
        text, look = cells[column]
        if not isinstance(text, str) or look.wrap:
            continue
        room = runs_on(text, look.size)
        while room > width(drawing, column):
            room -= width(drawing, column)
            column += 1
        columns = max(columns, column)
    return rows, columns
