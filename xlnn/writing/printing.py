"""Divide a sheet into A4 pages: one, several below each other, or print areas.

A sheet that is readable on one page is fitted to it; a longer one is fitted to the width of a page.
If that makes it too small, it is cut between columns into print areas, each as wide as a page.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
from openpyxl.drawing.spreadsheet_drawing import TwoCellAnchor
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from xlnn.layout import Block
from xlnn.quantity import Axis
from xlnn.reference import Arrays
from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import NOTHING, PIXELS_A_POINT, PIXELS_AN_INCH, column_pixels, row_pixels
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
"""The share of a page that is filled when cuts are computed, since other fonts may be wider."""

MOST = 16
"""The most pages of a sheet. Of a longer one, the beginning and, as the last page, the end are
printed."""

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
    areas : tuple of areas
        The print areas, each as wide as a page.
    breaks : tuple of int
        The rows after which there is a page break.
    is_part : bool
        Whether cells that are not empty are left out.
    repeats_names : bool
        Whether the frozen columns are repeated in further areas.
    """

    is_upright: bool
    is_one: bool
    areas: tuple[Area, ...]
    breaks: tuple[int, ...] = ()
    is_part: bool = False
    repeats_names: bool = False


def pages(drawing: Drawing, blocks: Sequence[Block], values: Arrays = NOTHING) -> Pages:
    """Return how a sheet with some quantities is printed; ``values`` has what sentences say."""
    seen = [each for each in blocks if not _is_folded(drawing, each)]
    blocks, is_part = seen, len(seen) < len(blocks)
    charts, texts = list(charted(drawing)), list(_texts(drawing, blocks, values))
    sparse = [block for block in blocks if block.quantity.name in drawing.sparse]
    dense = (block.rectangles() for block in blocks if block not in sparse)
    taken = [*charts, *((first, first) for first, _ in texts), *chain.from_iterable(dense)]
    corners = [*(last for _, last in (*taken, *texts)), *(block.last for block in sparse)]
    rows, columns = max(row for row, _ in corners), max(column for _, column in corners)
    across = np.cumsum([0, *(column_pixels(drawing, each) for each in range(1, columns + 1))])
    down = np.cumsum([0, *(row_pixels(drawing, each) for each in range(1, rows + 1))])
    width, height = across[-1], down[-1]
    page = max(LANDSCAPE, PORTRAIT, key=lambda page: min(page[0] / width, page[1] / height))
    if LEAST * width <= page[0] and LEAST * height <= page[1]:
        areas = (((1, 1), (rows, columns)),)
        return Pages(page == PORTRAIT, is_one=True, areas=areas, is_part=is_part)
    page = PORTRAIT if LEAST * width <= PORTRAIT[0] else LANDSCAPE
    names, ends = 0, [columns]
    if LEAST * width > page[0]:
        names = across[drawing.freeze[1] - 1] if drawing.freeze else 0
        ends = _cut(across, names, taken, [*charts, *texts], {block.column for block in blocks})
    again = down[drawing.repeat] - down[drawing.repeat_from - 1]
    narrowest = min(across[end] - across[before] for before, end in pairwise((0, *ends))) + names
    room = FILLED * page[1] * max(1, narrowest / page[0])
    printed = ends[: MOST if height <= room else MOST // 2]
    areas, is_part = [], is_part or len(printed) < len(ends)
    whole = [*((first[0], last[0]) for first, last in charts), *drawing.whole]
    breaks = list(_breaks(down, whole, room, again))
    for before, end in pairwise((0, *printed)):
        shown = (*taken, *texts)  # a text overflows into blank cells
        reach = [last[0] for first, last in shown if first[1] <= end and last[1] > before]
        hidden = [block.last[0] for block in sparse if before < block.column <= end]
        first_page = int(np.searchsorted(down, room)) - 1
        bottom = max([*reach, *(min(last, first_page) for last in hidden)], default=0)
        if not bottom:
            continue
        spans = _spans(down[: bottom + 1], breaks, room, again, MOST // len(printed))
        areas += [((top, before + 1), (last, end)) for top, last in spans]
        is_part |= len(spans) > 1 or max(hidden, default=0) > bottom
    named = {b.quantity.axes for b in blocks if b.column <= ends[0]}
    return Pages(
        is_upright=page == PORTRAIT,
        is_one=False,
        areas=tuple(areas),
        breaks=tuple(breaks),
        is_part=is_part,
        repeats_names=any(b.last[1] > ends[0] and _is_named(drawing, b, named) for b in blocks),
    )


def _is_folded(drawing: Drawing, block: Block) -> bool:
    """Tell whether all rows or all columns of a quantity are closed at first."""
    rows, columns = (
        range(a, b + 1) for a, b in zip((block.row, block.column), block.last, strict=True)
    )
    return drawing.folded_rows.issuperset(rows) or drawing.folded_columns.issuperset(columns)


def _is_named(drawing: Drawing, block: Block, named: Collection[tuple[Axis, ...]]) -> bool:
    """Return whether a quantity has rows that are named in the first columns, as some axes are."""
    if axes := block.quantity.axes:
        return (
            axes in named and not block.steps[len(axes) - 1][1]
        )  # from row to row, not side by side
    here = (drawing.cells.get(row, {}) for row in range(block.row, block.last[0] + 1))
    return any(isinstance(cells.get(1, (0,))[0], str) for cells in here)


def _cut(
    across: np.ndarray,
    names: float,
    taken: Sequence[Area],
    whole: Sequence[Area],
    starts: Collection[int],
) -> list[int]:
    """Return the last column of each print area: few, cut where best, and about equally wide.

    Parameters
    ----------
    across : array, shape (columns + 1,)
        The right edges of the columns, in pixels; the first is 0.
    names : float
        The width of the columns that each area repeats.
    taken, whole : sequence of areas
        Areas with contents, and areas that are cut only if they are too wide.
    starts : collection of int
        The first columns of quantities, where a cut is second best; an empty column is best.
    """
    empty, free = (np.ones(len(across), dtype=bool) for _ in range(2))
    for (_, left), (_, right) in taken:
        empty[left : right + 1] = False
    for (_, left), (_, right) in whole:
        free[left:right] = False
    begins = np.isin(np.arange(len(across)) + 1, list(starts))
    cuts = empty & free, begins & free, free
    room = LANDSCAPE[0] / LEAST
    found = [_ends(across, room * each / 100, names, cuts) for each in range(60, 101, 5)]
    return min(found, key=lambda ends: (len(ends), -free[ends].sum(), -cuts[0][ends].sum()))


def _ends(across: np.ndarray, room: float, names: float, cuts: tuple[np.ndarray, ...]) -> list[int]:
    """Return the last column of each area, cut at the best kind of place available."""
    ends = [0]
    while ends[-1] < len(across) - 1:
        begin = across[ends[-1]] - (names if ends[-1] else 0)
        least, last = ends[-1] + 1, int(np.searchsorted(across, begin + room, "right")) - 1
        if last < len(across) - 1:
            half = max(int(np.searchsorted(across, begin + room / 2)), least)
            fit = (np.flatnonzero(where[half : last + 1]) for where in cuts)
            last = next((half + int(each[-1]) for each in fit if len(each)), max(last, least))
        ends.append(last)
    return ends[1:]


def _spans(
    down: np.ndarray, breaks: Iterable[int], room: float, again: float, most: int
) -> list[tuple[int, int]]:
    """Return the first and last rows to print: all rows, or both ends."""
    last, further = len(down) - 1, room - again
    ends = [0]
    while ends[-1] < last and len(ends) <= most:
        full = down[ends[-1]] + (further if ends[1:] else room)
        fitting = max(int(np.searchsorted(down, full, "right")) - 1, ends[-1] + 1)
        ends.append(min((each for each in breaks if ends[-1] < each < fitting), default=fitting))
    if ends[-1] >= last:
        return [(1, last)]
    end = int(np.searchsorted(down, down[last] - further))
    return [(1, ends[-2]), (min((each for each in breaks if each >= end), default=end) + 1, last)]


def _breaks(
    down: np.ndarray, whole: Iterable[tuple[int, int]], room: float, again: float
) -> Iterator[int]:
    """Yield page breaks (rows) that keep charts and pictures from being cut."""
    begin, left = 0.0, room
    kept = sorted(rows for rows in whole if rows[1] < len(down))
    for top, bottom in kept:
        above = max(top - 2, 0)  # half of the upper border of a chart is in the row above
        while down[above] > begin + left:
            begin, left = begin + left, room - again
        if begin < down[above] and begin + left < down[bottom] <= down[above] + room - again:
            higher = _clear_of(kept, above)  # what stands beside it begins earlier
            if begin < down[higher] and down[bottom] <= down[higher] + room - again:
                above = higher
            begin, left = down[above], room - again
            yield above


def _clear_of(kept: Iterable[tuple[int, int]], row: int) -> int:
    """Return the last row, up to the given one, below which a break cuts nothing."""
    for top, bottom in sorted(kept, reverse=True):
        if top - 1 <= row < bottom:
            row = max(top - 2, 0)
    return row


def charted(drawing: Drawing) -> Iterator[Area]:
    """Yield the cells that each chart covers."""
    for anchor, chart in drawing.charts:
        if isinstance(anchor, TwoCellAnchor):
            first, end = anchor._from, anchor.to  # noqa: SLF001 -- a name of the file format
            last = end.row + (end.rowOff > 0), end.col + (end.colOff > 0)
            yield (first.row + 1, first.col + 1), last
            continue
        letters, row = coordinate_from_string(anchor)
        bottom, right = first = row, column_index_from_string(letters)
        across, down = (
            centimetres / 2.54 * PIXELS_AN_INCH for centimetres in (chart.width, chart.height)
        )
        while (across := across - column_pixels(drawing, right)) > 0:
            right += 1
        while (down := down - row_pixels(drawing, bottom)) > 0:
            bottom += 1
        yield first, (bottom, right)


def _with_sentences(
    drawing: Drawing, blocks: Sequence[Block], values: Arrays
) -> Mapping[int, Mapping[int, tuple[object, Look]]]:
    """Return the single cells by row and column, and beside them those of sentences."""
    cells = {row: {**each} for row, each in drawing.cells.items()}
    for quantity, block in ((part.quantity, part) for each in blocks for part in each.parts):
        if quantity.is_sentence and not quantity.timed and quantity.name not in drawing.sparse:
            for unit in quantity.units:
                row, column = next(block.places(unit))
                look = drawing.looks.get(quantity.name, SENTENCE)
                said = np.ravel(
                    values[quantity.name][(..., *unit)] if quantity.name in values else []
                )
                longest = max([SAID, *(wide(each) for each in said if isinstance(each, str))])
                cells.setdefault(row, {})[column] = "x" * longest, look
    return cells


def _texts(drawing: Drawing, blocks: Sequence[Block], values: Arrays) -> Iterator[Area]:
    """Yield each single cell, with the empty ones that its text overflows into; sentences, too."""
    for row, cells in _with_sentences(drawing, blocks, values).items():
        if row in drawing.folded_rows:
            continue
        filled = {column for column, (text, _) in cells.items() if text != ""}
        for column, (text, look) in cells.items():
            if column in drawing.folded_columns:
                continue
            last, pixels = column, 0.0
            if isinstance(text, str) and not look.wrap and look.align != "center":
                letter = LETTER * BOLD if look.bold else LETTER
                pixels = wide(text) * letter * look.size * PIXELS_A_POINT
            if pixels > column_pixels(drawing, column):
                parts = (part for b in blocks for part in b.parts)
                here = [b for b in parts if b.row <= row <= b.last[0]]
                while (pixels := pixels - column_pixels(drawing, last)) > 0:
                    beside = last + 1
                    if beside in filled or any(b.column <= beside <= b.last[1] for b in here):
                        break
                    last = beside
            yield (row, column), (row, last)
