"""Divide a sheet into A4 pages.

A sheet that is readable on one page is fitted to it, and a longer one to the width of a page. One
that is too wide for that is cut between columns into print areas, each at most as wide as a page.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from openpyxl.drawing.spreadsheet_drawing import TwoCellAnchor
from openpyxl.utils.cell import coordinate_to_tuple

from xlnn.layout import Block
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
"""The share of a page that is filled from top to bottom, since other fonts may be higher."""

MOST = 16
"""The most pages of a sheet. Of a longer one, the beginning and, as the last page, the end are
printed."""

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
    sparse = [block for block in blocks if block.quantity.name in drawing.sparse]
    charts, texts = list(charted(drawing)), list(_texts(drawing, blocks, values))
    full = [area for block in blocks if block not in sparse for area in block.rectangles()]
    shown = [*charts, *texts, *full]
    corners = [*(last for _, last in shown), *(block.last for block in sparse)]
    rows, columns = (max(corner[way] for corner in corners) for way in (0, 1))
    across = np.cumsum([0, *(column_pixels(drawing, each) for each in range(1, columns + 1))])
    down = np.cumsum([0, *(row_pixels(drawing, each) for each in range(1, rows + 1))])
    width, height = across[-1], down[-1]
    page = max(LANDSCAPE, PORTRAIT, key=lambda page: min(page[0] / width, page[1] / height))
    if LEAST * width <= page[0] and LEAST * height <= page[1]:
        areas: list[Area] = [((1, 1), (rows, columns))]
        return Pages(page == PORTRAIT, is_one=True, areas=tuple(areas), is_part=is_part)
    page = PORTRAIT if LEAST * width <= PORTRAIT[0] else LANDSCAPE
    names = across[drawing.freeze[1] - 1] if drawing.freeze else 0
    starts = [(first, first) for first, _ in texts]
    apart = [*_runs((a[1], z[1]) for a, z in (*charts, *starts, *full)),
             *((a[1], z[1]) for a, z in (*charts, *texts)),
             *((block.column, block.last[1]) for block in blocks)]  # fmt: skip
    ends = _ends(across, apart, page[0] / LEAST, names)
    for strips in (MOST, MOST // 2):  # a page of each width, or the beginning and the end of each
        printed = [*pairwise((0, *ends[:strips]))]
        widths = [across[end] - across[before] for before, end in printed]
        rooms = [FILLED * page[1] * max(1, width / page[0]) for width in widths]
        if height <= max(rooms):
            break
    again = down[drawing.repeat] - down[drawing.repeat_from - 1]
    # half of the upper border of a chart is in the row above
    whole = [*((a[0] - 1, z[0]) for a, z in charts), *drawing.whole]
    drawn = {(a[0] - 1, z[0]) for a, z in charts}
    bottoms = _ends(down, whole, max(rooms), again, drawn)
    begun = max((top for top, _ in whole), default=0)
    most, areas, is_part = MOST // len(printed), [], is_part or len(printed) < len(ends)
    for (before, end), room in zip(printed, rooms, strict=True):
        reach = [last[0] for first, last in shown if first[1] <= end and last[1] > before]
        hidden = [block.last[0] for block in sparse if before < block.column <= end]
        bottom = max([*reach, *(min(last, bottoms[0]) for last in hidden)], default=0)
        spans = [(1, bottom)]
        if bisect_left(bottoms, bottom) >= most:
            own = _ends(down, whole, room, again, drawn)  # LibreOffice fits each area by itself
            last = bisect_left(own, bottom)
            spans = [(1, own[most - 2]), (own[last - 1] + 1, bottom)]
        areas += [((top, before + 1), (end_row, end)) for top, end_row in spans if bottom]
        is_part |= len(spans) > 1 or max(hidden, default=0) > bottom
    named = {block.quantity.axes for block in blocks if block.column <= ends[0]}
    return Pages(
        is_upright=page == PORTRAIT,
        is_one=False,
        areas=tuple(areas),
        breaks=tuple(row for row in bottoms[:-1] if row < begun),
        is_part=is_part,
        repeats_names=any(b.last[1] > ends[0] and b.quantity.axes in named for b in blocks),
    )


def _is_folded(drawing: Drawing, block: Block) -> bool:
    """Tell whether all rows or all columns of a quantity are closed at first."""
    rows, columns = (
        range(a, b + 1) for a, b in zip((block.row, block.column), block.last, strict=True)
    )
    return drawing.folded_rows.issuperset(rows) or drawing.folded_columns.issuperset(columns)


def _runs(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of columns in a row that are not empty."""
    taken = sorted({column for first, last in spans for column in range(first, last + 1)})
    bounds = [n for n, (one, other) in enumerate(pairwise(taken), start=1) if other > one + 1]
    for begin, beyond in pairwise((0, *bounds, len(taken))):
        yield taken[begin], taken[beyond - 1]


def _ends(
    edges: np.ndarray,
    whole: Iterable[tuple[int, int]],
    room: float,
    again: float,
    charts: Collection[tuple[int, int]] = (),
) -> list[int]:
    """Return the last row of each page, or the last column.

    Parameters
    ----------
    edges : array, shape (rows + 1,)
        The lower edges of the rows, in pixels; the first is 0.
    whole : iterable of (int, int)
        The first and the last of rows that stay together if a page has room for them.
    room, again : float
        What a page holds, and what each page after the first repeats of it, in pixels.
    charts : collection of (int, int)
        Those of them that are torn last of all.
    """
    ends, spans, last = [0], [*whole], len(edges) - 1

    def torn(at: int) -> tuple[int, float]:
        """Return how many charts a page that ends there tears, and how much: a long table least."""
        cut = [(top, bottom) for top, bottom in here if top <= at < bottom]
        return sum(span in charts for span in cut), sum(1 / (end - top + 1) for top, end in cut)

    def fits(at: int) -> bool:
        """Return whether the next page has room for what would have been torn, if it ends there."""
        far = max(bottom for top, bottom in here if at < top <= end < bottom)
        return edges[min(far, last)] - edges[at] <= room - again

    while ends[-1] < last:
        begin = edges[ends[-1]] - (again if ends[-1] else 0)
        end = max(int(np.searchsorted(edges, begin + room, "right")) - 1, ends[-1] + 1)
        here = [span for span in spans if ends[-1] < span[0] <= end]
        sooner = {top - 1 for top, bottom in here if end < bottom} if end < last else set()
        if sooner:
            sooner |= {top - 1 for top, _ in here if top <= max(sooner)}
        possible = [at for at in sooner if edges[at] - begin > again + EMPTY * room and fits(at)]
        ends.append(min(end, *possible, key=lambda at: (torn(at), -at)) if possible else end)
    return ends[1:]


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
        while (across := across - column_pixels(drawing, right)) > 0:
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
    parts = [part for block in blocks for part in block.parts]
    for part in parts:
        name = part.quantity.name
        if part.quantity.is_sentence and not part.quantity.timed and name not in drawing.sparse:
            said = np.ravel(values.get(name, ())).tolist()
            longest = max([SAID, *(wide(each) for each in said if isinstance(each, str))])
            drawn = "x" * longest, drawing.looks.get(name, SENTENCE)
            cells |= {next(part.places(unit)): drawn for unit in part.quantity.units}
    filled = {at for at, (text, _) in cells.items() if text != ""}
    for (row, column), (text, look) in cells.items():
        if row in drawing.folded_rows or column in drawing.folded_columns:
            continue
        last, pixels = column, 0.0
        if isinstance(text, str) and not look.wrap and look.align != "center":
            letter = LETTER * BOLD if look.bold else LETTER
            pixels = wide(text) * letter * look.size * PIXELS_A_POINT
        if pixels > column_pixels(drawing, column):
            here = [part for part in parts if part.row <= row <= part.last[0]]
            while (pixels := pixels - column_pixels(drawing, last)) > 0:
                beside = last + 1
                if (row, beside) in filled or any(
                    part.column <= beside <= part.last[1] for part in here
                ):
                    break
                last = beside
        yield (row, column), (row, last)
