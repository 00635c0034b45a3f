"""Parts of a page, which are laid out below or beside each other.

A part derives from the model how many rows and columns it takes, which cells its quantities have,
and what is drawn around them: names, headings, validations, the cells of a chart.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from openpyxl.utils.cell import coordinate_to_tuple

from xlnn.axis import Axis
from xlnn.block import Block
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.workbooks.pages.sheet import Context
from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import DIGIT_PIXELS, PADDING, PIXELS_AN_INCH, USUAL_WIDTH
from xlnn.writing.style import FAINT, KEY, PLAIN, Look, value

UNIT, GAP = 9, 3
"""The width of a column in a table of units, and of one between parts."""

UNREAD = ";;;"
"""The format of numbers that are seen as colours alone."""

PIXELS_A_CM, CLEAR = PIXELS_AN_INCH / 2.54, 12
"""Pixels of a centimetre of a chart, and between a chart and what is to its right."""


class PagePart:
    """A part of a page, which may be made of other parts."""

    above = 0
    """Blank rows that part it from what stands above."""

    is_last = False
    """Whether it is drawn after the parts around it: its names use columns that they leave."""

    size_in_cm: tuple[float, float] | None = None
    """The width and height of a chart; None for a part that consists of cells."""

    def placed(self, model: Model) -> "Iterator[tuple[PagePart, int, int]]":  # noqa: ARG002 -- for those made of others
        """Yield the parts that it is made of, each with the rows and columns before it."""
        yield from ()

    def quantities(self, model: Model) -> Iterator[Quantity]:
        """Yield the quantities that it needs besides those of the model."""
        for part, _, _ in self.placed(model):
            yield from part.quantities(model)

    def size(self, model: Model) -> tuple[int, int]:
        """Return how many rows and columns it takes, up to the last part or else the last cell."""
        known = vars(self).get("_sized")
        if known and known[0] is model:  # parts within parts would be measured again and again
            return known[1]
        ends = [
            (row + rows, column + columns)
            for part, row, column in self.placed(model)
            for rows, columns in [part.size(model)]
        ] or [
            (row + 1, column + 1)
            for block in self.blocks(model, 0, 0)
            for row, column in [block.last]
        ]
        size = max((row for row, _ in ends), default=0), max((last for _, last in ends), default=0)
        vars(self)["_sized"] = model, size
        return size

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield the cells of its quantities, from its first cell on."""
        for part, down, right in self.placed(model):
            yield from part.blocks(model, row + down, column + right)

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Draw what it shows besides its quantities.

        Names use the columns that parts below them leave free.
        """
        placed = self.placed(page.layout.model)
        for part, down, right in sorted(placed, key=lambda place: place[0].is_last):
            part.draw(drawing, page, row + down, column + right)


class Below(PagePart):
    """Parts below each other."""

    def __init__(self, *parts: PagePart) -> None:
        self.parts = parts

    @property
    def above(self) -> int:  # type: ignore[override]
        """The rows above its first part."""
        return self.parts[0].above if self.parts else 0

    def placed(self, model: Model) -> Iterator[tuple[PagePart, int, int]]:
        """Yield each part."""
        row = 0
        for number, part in enumerate(self.parts):
            row += part.above if number else 0
            yield part, row, 0
            row += part.size(model)[0]


class Beside(PagePart):
    """Parts beside each other, with a narrow column between them or none.

    Charts alone are as near to each other as their columns allow.

    Parameters
    ----------
    parts : tuple of PagePart
    apart : int
        The columns between them.
    most : int
        The columns that they take; further parts begin again at the left, below. 0 for all.
    """

    def __init__(self, *parts: PagePart, apart: int = 1, most: int = 0) -> None:
        self.parts, self.apart, self.most = parts, apart, most

    @property
    def above(self) -> int:  # type: ignore[override]
        """The most rows that a part wants above it."""
        return max(part.above for part in self.parts)

    def placed(self, model: Model) -> Iterator[tuple[PagePart, int, int]]:
        """Yield each part."""
        row = column = high = 0
        for part in self.parts:
            rows, columns = part.size(model)
            if self.most and column and column + columns > self.most:
                row, column, high = row + high + 1, 0, 0
            yield part, row, column
            column, high = column + columns + self.apart, max(high, rows)

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Draw all parts, and the columns between them: no chart lies over the part beside it."""
        if all(part.size_in_cm for part in self.parts):
            for part in self.parts:
                part.draw(drawing, page, row, column)
                column = _behind(drawing, column, part.size_in_cm[0])
            return
        super().draw(drawing, page, row, column)
        for _, _, right in self.placed(page.layout.model):
            if self.apart and right:
                drawing.widths.setdefault(column + right - 1, GAP)
                _clear(drawing, row, column, column + right)


class Across(PagePart):
    """Bands below each other, each for all entries along an axis, which are side by side.

    At the left of a band is what the entries share; both it and the first band stay in view. The
    entries are numbered, in the first cell of the first band.

    Parameters
    ----------
    axis : str
        The family of the first axis of the quantities at the right.
    bands : tuple of (PagePart, PagePart)
        What stands at the left, and what each entry has.
    width : float
        The width of the columns between entries.
    """

    def __init__(self, axis: str, *bands: tuple[PagePart, PagePart], width: float = GAP) -> None:
        self.axis, self.bands, self.width = axis, bands, width

    def left(self, model: Model) -> int:
        """Return the columns before the first entry."""
        return 1 + max(left.size(model)[1] for left, _ in self.bands)

    def _axis(self, model: Model) -> Axis:
        axes = (axis for quantity in model.quantities for axis in quantity.axes[:1])
        return next(axis for axis in axes if axis.family == self.axis)

    def _of_one(self, model: Model) -> Model:
        """Return the model of one entry."""
        entries = ((*quantity.entries(self.axis)[:1], quantity) for quantity in model.quantities)
        return Model(tuple(first for first, *_ in entries))

    def _placed(self, model: Model, one: Model) -> Iterator[tuple[int, PagePart, PagePart]]:
        """Yield each band, after the rows before it."""
        row = 0
        for left, right in self.bands:
            row += max(left.above, right.above) if row else 0
            yield row, left, right
            row += max(left.size(model)[0], right.size(one)[0])

    def _apart(self, one: Model) -> int:
        """Return how many columns are from one entry to the next."""
        return 1 + max(right.size(one)[1] for _, right in self.bands)

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield the cells at the left, and those of all entries."""
        one = self._of_one(model)
        step = 0, self._apart(one)
        for down, left, right in self._placed(model, one):
            yield from left.blocks(model, row + down, column)
            for block in right.blocks(one, row + down, column + self.left(model)):
                quantity = model[block.quantity.name]
                yield replace(block, quantity=quantity, steps=(step, *block.steps))

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Draw all bands, and freeze what stays in view."""
        model = page.layout.model
        one, axis, first = self._of_one(model), self._axis(model), column + self.left(model)
        bands, apart = [*self._placed(model, one)], self._apart(one)
        for down, left, _ in bands:
            left.draw(drawing, page, row + down, column)
        drawing.widths[first - 1] = self.width
        for number in range(axis.length):
            at = first + number * apart
            own = replace(page, layout=page.layout.at(self.axis, axis.first + number))
            drawing.put(row, at, axis.counts_from + number, KEY)
            for down, _, right in bands:
                right.draw(drawing, own, row + down, at)
            drawing.widths[at + apart - 1] = self.width
        drawing.freeze = row + bands[1][0], first


class Mat(PagePart):
    """A part on a grey background, where white cells stand out, with blank cells around it.

    The captions of its first row are at the upper edge.
    """

    def __init__(self, part: PagePart) -> None:
        self.part = part

    def placed(self, model: Model) -> Iterator[tuple[PagePart, int, int]]:  # noqa: ARG002 -- the same in all
        """Yield the part, after a blank column."""
        yield self.part, 0, 1

    def size(self, model: Model) -> tuple[int, int]:
        """Return the size of the part with what is around it."""
        rows, columns = super().size(model)
        return rows + 1, columns + 1

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Draw the part, and fill the cells that its quantities leave free."""
        super().draw(drawing, page, row, column)
        model = page.layout.model
        (rows, columns), blocks = self.size(model), [*self.blocks(model, row, column)]
        for at in product(range(row, row + rows), range(column, column + columns)):
            if all(block.index(*at) is None for block in blocks):
                text, look = drawing.cells.get(at[0], {}).get(at[1], ("", PLAIN))
                drawing.put(*at, text, replace(look, fill=FAINT))
        drawing.widths |= {column: GAP, column + columns - 1: GAP}


def _behind(drawing: Drawing, column: int, width: float) -> int:
    """Return the first column that begins to the right of a chart of a width in cm."""
    room = width * PIXELS_A_CM + CLEAR
    while room > 0:
        room -= drawing.widths.get(column, USUAL_WIDTH) * DIGIT_PIXELS + PADDING
        column += 1
    return column


def _clear(drawing: Drawing, row: int, column: int, first: int) -> None:
    """Widen the column before another one until charts to its left end before it."""
    for anchor, chart in drawing.charts:
        if not isinstance(anchor, str):  # it ends where its cells do
            continue
        chart_row, chart_column = coordinate_to_tuple(anchor)
        if chart_row < row or not column <= chart_column < first:
            continue
        room = sum(
            drawing.widths.get(beside, USUAL_WIDTH) * DIGIT_PIXELS + PADDING
            for beside in range(chart_column, first)
        )
        short = chart.width * PIXELS_A_CM + CLEAR - room
        drawing.widths[first - 1] += max(0, short) / DIGIT_PIXELS


def centred(quantity: Quantity) -> Look:
    """Return the look of a number in the middle of a framed cell."""
    digits = "General" if quantity.choices else quantity.number_format  # a choice as it was typed
    look = value(digits, given=quantity.is_input, first=False)
    return replace(look, align="center", border=True, bold=quantity.choices is not None)


def draw_ink(drawing: Drawing, page: Context[Any], names: Iterable[str]) -> None:
    """Show numbers from 0 to 1 as shades of ink."""
    for block in (page.layout.blocks[name] for name in names):
        drawing.looks[block.quantity.name] = centred(block.quantity)
        drawing.colour_ink(block, typed=block.quantity.is_input)


@dataclass(frozen=True)
class Space(PagePart):
    """Blank rows, or as many blank columns."""

    rows: int = 1
    columns: int = 1

    def size(self, model: Model) -> tuple[int, int]:  # noqa: ARG002 -- it is blank
        """Return its rows and columns."""
        return self.rows, self.columns


def draw_looks(drawing: Drawing, page: Context[Any], looks: Mapping[str, Look]) -> None:
    """Apply looks; one without a number format keeps the quantity's."""
    for name, look in looks.items():
        digits = look.number_format or page.layout.model[name].number_format
        drawing.looks[name] = replace(look, number_format=digits)
