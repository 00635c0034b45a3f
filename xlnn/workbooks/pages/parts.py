"""Parts of a page, which are laid out below or beside each other.

A part derives from the model how many rows and columns it takes, which cells its quantities have,
and what is drawn around them: names, headings, validations, the cells of a chart.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, cycle, product
from math import ceil, prod
from typing import Any

from openpyxl.utils.cell import coordinate_to_tuple

from xlnn.axis import Axis
from xlnn.block import Block, extent, single_block, strides, table_blocks
from xlnn.equations.lookup import Asked, NameOf, UsedNumber
from xlnn.equations.sentences import Bar
from xlnn.errors import DataError
from xlnn.grid import address
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import (
    Named,
    add_sparklines,
    beside_symbol,
    called,
    head,
    name_rows,
    naming,
    plain_name,
    row_axes,
    row_validation,
    type_in,
)
from xlnn.workbooks.runs import COLOURS, NAMES, choice_of_run
from xlnn.writing.charts import (
    MOST_LABELS,
    THICK,
    THIN,
    Line,
    Range,
    ends,
    graph,
    over,
    range_of,
    scatter,
    square,
)
from xlnn.writing.drawing import Drawing, fixed_range
from xlnn.writing.formats import (
    DIGIT_PIXELS,
    PADDING,
    PIXELS_A_POINT,
    PIXELS_AN_INCH,
    USUAL_HEIGHT,
    USUAL_WIDTH,
)
from xlnn.writing.style import (
    ASKED,
    CAPTION,
    FAINT,
    INK,
    KEY,
    LABEL,
    NEGATIVE,
    PLAIN,
    POSITIVE,
    QUIET,
    QUIET_NUMBER,
    SECTION,
    SENTENCE,
    WHITE,
    Look,
    heading,
    least_framed,
    tint,
    two_sided_scale,
    valley_scale,
    value,
)
from xlnn.writing.text_width import LEADING, lines, name_width, text_width

HEADINGS = 2
"""The rows of headings over a table: names and symbols; where no symbols are, one."""

LONG = 30
"""Rows of a table that may be printed on several pages; a shorter one is not cut."""

NUMBER = 12
"""The width of a column that holds numbers without a table."""

UNIT, GAP = 9, 3
"""The width of a column in a table of units, and of one between parts."""

UNREAD = ";;;"
"""The format of numbers that are seen as colours alone."""

USUAL_SIZE = 13, 7.2
"""The size of a chart, in cm."""

ROW = 0.53
"""The usual height of a row, in cm."""

MARGIN = 6
"""What is above and below a wrapped text, in points."""

AXES = "x_axis", "y_axis"

PIXELS_A_CM, CLEAR = PIXELS_AN_INCH / 2.54, 12
"""Of a chart; and the pixels between it and what is to its right."""


class PagePart:
    """A part of a page, which may be made of other parts."""

    above = 0
    """Blank rows that part it from what stands above."""

    is_last = False
    """Whether it is drawn after the parts around it, since its names use columns that they leave."""

    size_in_cm: tuple[float, float] | None = None
    """The width and height of a chart; None of what is in cells."""

    def placed(self, model: Model) -> "Iterator[tuple[PagePart, int, int]]":  # noqa: ARG002 -- for those made of others
        """Yield the parts that it is made of, each with the rows and columns before it."""
        yield from ()

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
        for part, down, right in sorted(placed, key=lambda each: each[0].is_last):
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
        for left, each in self.bands:
            row += max(left.above, each.above) if row else 0
            yield row, left, each
            row += max(left.size(model)[0], each.size(one)[0])

    def _apart(self, one: Model) -> int:
        """Return how many columns are from one entry to the next."""
        return 1 + max(each.size(one)[1] for _, each in self.bands)

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield the cells at the left, and those of all entries."""
        one = self._of_one(model)
        step = 0, self._apart(one)
        for down, left, each in self._placed(model, one):
            yield from left.blocks(model, row + down, column)
            for block in each.blocks(one, row + down, column + self.left(model)):
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
            for down, _, each in bands:
                each.draw(drawing, own, row + down, at)
            drawing.widths[at + apart - 1] = self.width
        drawing.freeze = row + bands[1][0], first


class Mat(PagePart):
    """A part on a grey ground, where white cells are seen, with a blank row and columns around it.

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
            drawing.widths.get(each, USUAL_WIDTH) * DIGIT_PIXELS + PADDING
            for each in range(chart_column, first)
        )
        short = chart.width * PIXELS_A_CM + CLEAR - room
        drawing.widths[first - 1] += max(0, short) / DIGIT_PIXELS


class Numbers(PagePart):
    """Single numbers below each other, each after its name.

    Parameters
    ----------
    names : tuple of str or (str, ...)
        The quantities. Those of further names are shown beside the number. Numbers of one
        quantity are side by side, such as those of several runs.
    positive : tuple of str
        Those that must be greater than 0, by default learning rates (`Quantity.is_step_size`).
    choices : dict
        For a choice, the meaning of each number, unless a sentence names what is chosen; or a
        quantity whose row is chosen, unless `xlnn.choice` has its axis, or without rows, whose
        value; "" if another part has the list.
    symbols : bool
        Whether symbols are shown between names and numbers.
    at : int
        The number of columns for a name and its symbol.
    ink : tuple of str
        Quantities from 0 to 1 that are shown as shades of ink.
    named : function
        Returns the name of a quantity; by default also its symbol if it has no name.
    looks : dict
        Looks of quantities that differ from the default.
    """

    is_last = True

    def __init__(  # noqa: PLR0913 -- what a list may settle
        self,
        *names: str | tuple[str, ...],
        positive: Sequence[str] | None = None,
        choices: Mapping[str, Sequence[str] | str] | None = None,
        symbols: bool = False,
        at: int = 3,
        ink: Sequence[str] = (),
        named: Named | None = None,
        looks: Mapping[str, Look] | None = None,
    ) -> None:
        self.named = named or (plain_name if symbols else called)
        self.names = [(name,) if isinstance(name, str) else name for name in names]
        self.positive, self.choices = positive, choices or {}
        self.symbols, self.at, self.ink = symbols, at, ink
        self.looks = looks or {}

    def size(self, model: Model) -> tuple[int, int]:
        """Return a row for each number, and the columns up to its last unit."""
        rows = self._rows(model)
        numbers = (model[name] for name, *_ in rows)
        most = max(each.begins + len(_side_by_side(each).units) for each in numbers)
        return len(rows), self.at + most

    def _rows(self, model: Model) -> list[tuple[str, ...]]:
        """Return the names of each row; the choice of a run is above that of an epoch."""
        rows, shown = [], {name for name, *_ in self.names}
        for name, *beside in self.names:
            run = choice_of_run(name)
            if run not in shown and run in model.by_name and model[run].choices:
                rows.append((run, f"{run}_asked"))
            rows.append((name, *beside))
        return rows

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield the cells of the numbers, and of the quantities beside them."""
        for down, names in enumerate(self._rows(model), start=row):
            quantities = [model[name] for name in names]
            right = column + self.at + quantities[0].begins
            placed = table_blocks(map(_side_by_side, quantities), down, right)
            for quantity, block in zip(quantities, placed, strict=True):
                yield replace(block, quantity=quantity)

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:  # noqa: ARG002 -- beside its cells
        """Draw their names, and add validations."""
        texts = []
        for name, *beside in self._rows(page.layout.model):
            drawing.looks |= {other: _beside(page.layout.model[other]) for other in beside}
            block = page.layout.blocks[name]
            quantity = block.quantity
            texts.append(self.named(quantity, page.words))
            drawing.put(block.row, column, texts[-1], LABEL)
            if self.symbols:
                symbol = Label(quantity.heading(()), look=replace(LABEL, align="right"), fits=True)
                symbol.draw(drawing, page, block.row, column + self.at - 1)
            drawing.looks[name] = centred(quantity)
            chosen = self.choices.get(name, _meant(page.layout.model, name))
            if chosen and isinstance(chosen, str):
                drawing.validations.append(row_validation(page, block, page.layout.blocks[chosen]))
            elif chosen != "":
                is_positive = (
                    quantity.is_step_size if self.positive is None else name in self.positive
                )
                type_in(drawing, block, page.words, chosen, positive=is_positive)
            for at in range(block.column, block.last[1] + 1):
                drawing.widths.setdefault(at, NUMBER)
        beside = range(column + 1, column + self.at - self.symbols)
        room = sum(drawing.widths.get(each, USUAL_WIDTH) for each in beside)
        usual = drawing.widths.get(column, USUAL_WIDTH)
        drawing.widths[column] = max(usual, text_width(*texts) - room)
        draw_ink(drawing, page, self.ink)
        draw_looks(drawing, page, self.looks)


def _side_by_side(quantity: Quantity) -> Quantity:
    """Return a quantity that has its runs as units."""
    runs = (axis.length for axis in quantity.each)
    return replace(quantity, axes=quantity.rows, shape=(*runs, *quantity.shape))


def _meant(model: Model, name: str) -> Sequence[str]:
    """Return the meanings of the numbers of a choice, or a quantity with the rows that it names."""
    found: Sequence[str] = ()
    for equation in (q.equation for q in model.quantities if name in q.sources):
        if isinstance(equation, NameOf):
            return equation.names
        if isinstance(equation, UsedNumber) and equation.along:
            axes = [(equation.along.name, equation.along.length)]
            rows = (q for q in model.quantities if [(a.name, a.length) for a in q.axes] == axes)
            found = next((each.name for each in rows), ())
    return found


def _beside(quantity: Quantity) -> Look:
    if isinstance(quantity.equation, Asked):
        return ASKED
    return PLAIN if quantity.is_text else QUIET_NUMBER


def centred(quantity: Quantity) -> Look:
    digits = "General" if quantity.choices else quantity.number_format  # a choice as it was typed
    look = value(digits, given=quantity.is_input, first=False)
    return replace(look, align="center", border=True, bold=quantity.choices is not None)


def draw_ink(drawing: Drawing, page: Context[Any], names: Iterable[str]) -> None:
    """Show numbers from 0 to 1 as shades of ink."""
    for block in (page.layout.blocks[name] for name in names):
        drawing.looks[block.quantity.name] = centred(block.quantity)
        drawing.colour_ink(block, typed=block.quantity.is_input)


class Sentences(PagePart):
    """Sentences below each other.

    Parameters
    ----------
    names : tuple of str
    bold : int
        How many of them are bold, starting with the first.
    above : int
    look : Look
    """

    def __init__(self, *names: str, bold: int = 1, above: int = 0, look: Look = SENTENCE) -> None:
        self.names, self.bold, self.above, self.look = names, bold, above, look

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield the cells of each."""
        for quantity in (model[name] for name in self.names):
            if not quantity.is_text:
                raise DataError(f"{quantity.name} is not a sentence: Numbers or a Table show it.")
            yield single_block(quantity, row, column, *[(1, 0)] * len(quantity.shape))
            row += len(quantity.units)

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:  # noqa: ARG002 -- their looks are all
        """Give each its look."""
        for number, name in enumerate(self.names):
            drawing.looks[name] = replace(self.look, bold=number < self.bold)


@dataclass(frozen=True)
class Space(PagePart):
    """Blank rows, or as many blank columns."""

    rows: int = 1
    columns: int = 1

    def size(self, model: Model) -> tuple[int, int]:  # noqa: ARG002 -- it is blank
        """Return its rows and columns."""
        return self.rows, self.columns


@dataclass(frozen=True)
class Grid(PagePart):
    """A matrix as coloured cells, below its name; several matrices are side by side.

    Attributes
    ----------
    name : str
    indent : int
        Blank columns before it.
    scale : str, (float, float) or function
        ``around 0``: blue below, orange above; ``ink`` from 0 to 1; ``valley``, where the smallest
        is dark and framed; "" for no colours; the ends of a range, halfway between which is white;
        or a function that returns it for a page. Of what may be typed, 0 is yellow.
    captions : tuple of str
        The keys of the captions above each of several matrices.
    width : float
        The width of its columns.
    height : float
        The height of its rows; 0 for the default.
    pixels : int
        The side of its cells, if they are squares without lines between them.
    text_size : int
        The size of its numbers.
    digits : str
        The format of its numbers, by default as many digits as fit; ``;;;`` for colours alone.
    titled : bool
        Whether its name is above it.
    lined : bool
        Whether its cells have lines around them.
    under : tuple of str
        Quantities with an entry for each of several matrices, which are below their middle; their
        names are in the blank columns.
    above : int
    """

    name: str
    indent: int = 0
    scale: "Scale | Callable[[Context[Any]], Scale]" = "around 0"
    captions: tuple[str, ...] = ()
    width: float = 0
    height: float = 24
    pixels: int = 0
    text_size: int = 11
    digits: str = ""
    titled: bool = True
    lined: bool = True
    under: tuple[str, ...] = ()
    above: int = 0

    @property
    def _headings(self) -> int:
        return self.titled + bool(self.captions)

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield its cells, and those below it."""
        quantity, right = model[self.name], column + self.indent
        if not quantity.lengths:
            raise DataError(f"{self.name} is a single number: Numbers show it, and no Grid.")
        *_, rows, columns = (1, *quantity.lengths)
        row += self._headings
        several = ((0, columns + 1),) * (len(quantity.lengths) - 2)
        steps = (*several, (1, 0), (0, 1))[-len(quantity.lengths) :]
        yield Block(quantity, quantity.sheet, row, right, steps)
        for down, found in enumerate((model[name] for name in self.under), start=row + rows):
            one = ((0, 0),) * (len(found.lengths) - len(several))  # of an axis of one entry
            yield Block(found, found.sheet, down, right + columns // 2, one + several)

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Draw its name, and colour it."""
        block = page.layout.blocks[self.name]
        if self.titled:
            drawing.put(row, column + self.indent, called(block.quantity, page.words), LABEL)
        quantity, apart = block.quantity, block.quantity.shape[-1] + 1
        for number, key in enumerate(self.captions):
            text = page.words.of_itself("headings", key)
            drawing.put(block.row - 1, block.column + number * apart, text, CAPTION)
        digits = self.digits or (quantity.number_format if len(quantity.shape) == 1 else "General")
        ink = value(digits, given=quantity.is_input, first=False).ink
        drawing.looks[quantity.name] = Look(
            size=self.text_size, align="center", number_format=digits,
            border=self.lined and not self.pixels, ink=ink,
        )  # fmt: skip
        drawing.whole.append((block.row - self._headings, block.last[0]))
        self._colour(drawing, block, scale_on(page, self.scale), is_read=digits != UNREAD)
        type_in(drawing, block, page.words)
        last_row, last = block.last
        if height := self.pixels / PIXELS_A_POINT or self.height:
            drawing.heights |= dict.fromkeys(range(block.row, last_row + 1), height)
        if width := self.pixels / DIGIT_PIXELS or self.width:
            drawing.widths |= dict.fromkeys(range(block.column, last + 1), width)
        drawing.widths |= dict.fromkeys(range(block.column + apart - 1, last, apart), GAP)
        self._draw_under(drawing, page, column)

    def _colour(self, drawing: Drawing, block: Block, scale: "Scale", *, is_read: bool) -> None:
        typed = block.quantity.is_input
        if scale == "ink":
            drawing.colour_ink(block, typed=typed)
        elif scale == "valley":
            first = address(block.row, block.column)
            drawing.colour(block, valley_scale(), least_framed(first, fixed_range(block)))
        elif scale == "around 0":
            drawing.colour_around_0(block, is_read=is_read, typed=typed)
        elif scale:
            drawing.colour(block, two_sided_scale(fixed_range(block), *scale))

    def _draw_under(self, drawing: Drawing, page: Context[Any], column: int) -> None:
        """Draw the captions or numbers below the pictures, on the same printed page."""
        for block in (page.layout.blocks[name] for name in self.under):
            first, last = drawing.whole[-1]
            drawing.whole[-1] = first, max(last, block.row)
            look = CAPTION
            if self.digits == UNREAD and not block.quantity.is_text:
                self._draw_coloured(drawing, page, block)
                continue
            if not block.quantity.is_text:
                look = value(block.quantity.number_format, given=False, first=False)
            drawing.looks[block.quantity.name] = replace(look, align="center", size=CAPTION.size)
            if self.indent:
                name = Label(plain_name(block.quantity, page.words), fits=True)
                name.draw(drawing, page, block.row, column)

    def _draw_coloured(self, drawing: Drawing, page: Context[Any], block: Block) -> None:
        """Colour numbers below the pictures on the scale of these, each beside its symbol."""
        whole = page.layout.blocks[self.name]
        drawing.colour_around_0(whole, block, is_read=False)
        drawing.looks[block.quantity.name] = drawing.looks[self.name]
        symbol = block.quantity.symbol.format("")
        for row, column in map(block.address, block.quantity.units):
            drawing.put(row, column - 1, symbol, replace(CAPTION, align="right"))


Scale = str | tuple[float, float]
"""How numbers are coloured: ``around 0``, ``ink``, ``valley``, the ends of a range, or ""."""


def scale_on(page: Context[Any], scale: Scale | Callable[[Context[Any]], Scale]) -> Scale:
    """Return the scale of a grid on a page."""
    return scale(page) if callable(scale) else scale


Said = str | Callable[[Context[Any]], str]
"""A text: its key, or itself for all languages, or a function that returns it for a page."""


def said_on(page: Context[Any], of: str, text: Said) -> str:
    return page.words.of_itself(of, text) if isinstance(text, str) else text(page)


@dataclass(frozen=True)
class Label(PagePart):
    """A fixed line of text, which may overflow into blank cells.

    Attributes
    ----------
    text : str or function
        Its key, or a text for all languages, or a function that returns it for a page.
    of : str
        The table of texts that has the key.
    look : Look
    columns : int
        The number of columns with its look.
    fits : bool
        Whether its column is at least as wide.
    numbers : dict
        Values for the names in braces.
    link : str
        The cells that it leads to.
    above : int
    """

    text: Said
    of: str = ""
    look: Look = LABEL
    columns: int = 1
    fits: bool = False
    numbers: Mapping[str, int] = field(default_factory=dict)
    link: str = ""
    above: int = 0

    def size(self, model: Model) -> tuple[int, int]:  # noqa: ARG002 -- a row
        """Return one row."""
        return 1, self.columns

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Write it."""
        text = said_on(page, self.of, self.text)
        if self.numbers:
            text = text.format(**self.numbers)
        if self.link:
            drawing.links[address(row, column)] = self.link
        for right in range(self.columns):
            drawing.put(row, column + right, "" if right else text, self.look)
        if self.fits:
            usual = drawing.widths.get(column, USUAL_WIDTH)
            drawing.widths[column] = max(usual, text_width(text))
        if self.look.wrap:
            room = drawing.widths.get(column, USUAL_WIDTH) * DIGIT_PIXELS - PADDING
            height = MARGIN + lines(text, self.look, room) * self.look.size * LEADING
            drawing.heights[row] = max(height, drawing.heights.get(row, 0))


class Row(PagePart):
    """Quantities side by side; a matrix takes all of its rows, and "" leaves a cell blank.

    Parameters
    ----------
    names : tuple of str
    width : float
        The width of its columns.
    flat : bool
        Whether all units of a quantity are side by side, too.
    look : Look or None
        Their look, if it differs from the default.
    titled : bool
        Whether their names are above them.
    """

    def __init__(
        self,
        *names: str,
        width: float = 0,
        flat: bool = False,
        look: Look | None = None,
        titled: bool = False,
    ) -> None:
        self.names, self.width, self.flat, self.look = names, width, flat, look
        self.titled = titled

    def _shapes(self, model: Model) -> list[tuple[int, ...]]:
        """Return the rows, if it has several, and columns of each."""
        shapes = [model[name].shape if name else () for name in self.names]
        return [(prod(shape),) for shape in shapes] if self.flat else shapes

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield their cells."""
        row += self.titled
        for name, shape in zip(self.names, self._shapes(model), strict=True):
            if name and self.flat:
                yield from table_blocks([model[name]], row, column)
            elif name:
                steps = [(1, 0), (0, 1)][2 - len(shape) :]
                yield single_block(model[name], row, column, *steps)
            column += (1, *shape)[-1]

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:  # noqa: ARG002 -- each has its cells
        """Add validations, and centre texts and choices."""
        for block in (page.layout.blocks[name] for name in self.names if name):
            quantity = block.quantity
            if self.titled:
                title = called(quantity, page.words)
                drawing.put(block.row - 1, block.column, title, replace(LABEL, align="center"))
                usual = drawing.widths.get(block.column, USUAL_WIDTH)
                drawing.widths[block.column] = max(usual, text_width(title))
            if quantity.is_text:
                look = value("@", given=quantity.is_input, first=False)
                drawing.looks[quantity.name] = replace(look, align="center")
            else:
                type_in(drawing, block, page.words)
            if quantity.choices:
                drawing.looks[quantity.name] = centred(quantity)
            if self.width:
                columns = range(block.column, block.last[1] + 1)
                drawing.widths |= dict.fromkeys(columns, self.width)
        if self.look:
            draw_looks(drawing, page, dict.fromkeys(filter(None, self.names), self.look))


class Hidden(Row):
    """Quantities that a page uses but does not show, side by side: they have no digits."""

    def __init__(self, *names: str, indent: int = 0) -> None:
        super().__init__(*[""] * indent, *names, look=Look(number_format=UNREAD))


class Made(PagePart):
    """A part that depends on the model.

    Parameters
    ----------
    of : function
        Returns the part of a model.
    """

    def __init__(self, of: Callable[[Model], PagePart]) -> None:
        self.of = of

    def placed(self, model: Model) -> Iterator[tuple[PagePart, int, int]]:
        """Yield the part."""
        yield self.of(model), 0, 0


class Symbols(PagePart):
    """The symbols of quantities and their units side by side, over rows of numbers.

    Parameters
    ----------
    names : tuple of str
        "" leaves a cell blank.
    coloured : bool
        Whether they have the colours of their quantities, as headings of a table have.
    """

    def __init__(self, *names: str, coloured: bool = False) -> None:
        self.names, self.coloured = names, coloured

    def size(self, model: Model) -> tuple[int, int]:
        """Return one row, with a column for each unit."""
        return 1, sum(len(model[name].units) if name else 1 for name in self.names)

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Write them."""
        for name in self.names:
            quantity = page.layout.model[name] if name else None
            for unit in quantity.units if quantity else ():
                coloured = heading(quantity.role, first=unit == quantity.units[0])
                look = coloured if self.coloured else KEY
                drawing.put(row, column, quantity.heading(unit), look)
                column += 1
            column += not name


class Table(PagePart):
    """Quantities side by side: a row for each entry along their axes, a column for each unit.

    Parameters
    ----------
    names : tuple of str
    left : int
        Columns that name the rows, by default one for each axis; blank if the first quantity
        numbers the rows.
    coloured : tuple of str
        Quantities that are coloured by value, on one scale.
    ink : tuple of str
        Quantities from 0 to 1 that are shown as shades of ink.
    looks : dict
        Looks of quantities that differ from the default.
    width : float
        The width of its columns, unless their symbols need more; half of it for ink.
    repeated : bool
        Whether its headings are repeated on each printed page.
    groups : dict
        The keys of titles over columns, by the first of their columns; "" ends the previous one.
    under : dict
        Rows under the columns: the key of each heading ("" for hidden rows), and the prefix of the
        names of its numbers: ``sum`` for sum_a under a.
    named : function
        Returns the name of a quantity for its heading.
    units : dict
        For a quantity, a function that returns the names of its units on a page, in place of their
        symbols.
    widths : dict
        Widths of the columns of quantities that differ.
    lined : bool
        Whether the course of each column is drawn behind its heading.
    folded : bool
        Whether its columns are collapsed at first, and grey: other numbers are counted from them.
    """

    def __init__(  # noqa: PLR0913 -- what a table may settle
        self,
        *names: str,
        left: int | None = None,
        coloured: Sequence[str] = (),
        ink: Sequence[str] = (),
        looks: Mapping[str, Look] | None = None,
        width: float = 0,
        repeated: bool = False,
        groups: Mapping[str, str] | None = None,
        under: Mapping[str, str] | None = None,
        named: Named = plain_name,
        units: Mapping[str, Callable[[Context[Any]], Sequence[str]]] | None = None,
        widths: Mapping[str, float] | None = None,
        lined: bool = False,
        folded: bool = False,
        above: int = 1,
    ) -> None:
        self.names, self.left, self.width, self.repeated = names, left, width, repeated
        self.coloured, self.ink, self.looks = coloured, ink, looks or {}
        self.groups, self.under, self.above = groups or {}, under or {}, above
        self.named, self.units, self.widths = named, units or {}, widths or {}
        self.lined, self.folded = lined, folded

    def _headings(self, model: Model) -> int:
        return HEADINGS - (not (self.units or _have_symbols(model, self.names)))

    def naming(self, model: Model) -> int:
        """Return how many columns come before the first of its quantities."""
        axes = row_axes(model[name] for name in self.names)
        counts = model[self.names[0]].counts
        return self.left if self.left is not None else 0 if counts else len(axes)

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield the columns."""
        quantities = [model[name] for name in self.names]
        row += self._headings(model) + bool(self.groups)
        for block in table_blocks(quantities, row, column + self.naming(model)):
            yield block
            below = block.last[0] + 2
            for down, begins in enumerate(self.under.values()):
                if found := model.by_name.get(f"{begins}_{block.quantity.name}"):
                    yield single_block(found, below + down, block.column)

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:  # noqa: ARG002 -- as far down as its cells
        """Draw the headings, and the names of the rows."""
        blocks = [page.layout.blocks[name] for name in self.names]
        quantities, first = [block.quantity for block in blocks], blocks[0].row
        headings = self._headings(page.layout.model)
        if self.naming(page.layout.model) and not quantities[0].counts:
            name_rows(drawing, row_axes(quantities), first, page.words, column, headings=headings)
        for block in blocks:
            named = self.units.get(block.quantity.name)
            units = named(page) if named else None
            head(
                drawing, block, page.words, self.named, width=not self.width, units=units,
                headings=headings,
            )  # fmt: skip
            type_in(drawing, block, page.words)
            if block.quantity.is_text:  # away from the numbers at its left
                look = value("@", given=block.quantity.is_input, first=False)
                drawing.looks[block.quantity.name] = replace(look, indent=1)
        if self.lined:
            add_sparklines(drawing, page, blocks)
        # the height from which wrapped names make it grow
        drawing.heights.setdefault(first - headings, USUAL_HEIGHT)
        self._set_widths(drawing, blocks)
        _dress(drawing, page, self)
        last = blocks[0].last[0]
        kept = last if last - first < LONG else first  # no heading without a row
        drawing.whole.append((first - headings - bool(self.groups), kept))
        if self.repeated:
            drawing.repeat_from, drawing.repeat = first - headings, first - 1
        if self.folded:
            columns = range(column, column + self.size(page.layout.model)[1])
            self._fold(drawing, range(first - headings, first), columns)
        self._draw_groups(drawing, page, blocks, first - headings - 1)
        below = last + 2
        for down, (key, begins) in enumerate(self.under.items()):
            look = Look(number_format=UNREAD)
            if key:
                text = page.words.of_itself("headings", key)
                drawing.put(below + down, column, text, SECTION)
                drawing.widths[column] = max(drawing.widths[column], text_width(text))
                look = replace(
                    value("General", given=False, first=False), align="center", bold=True
                )
            drawing.looks |= {f"{begins}_{name}": look for name in self.names}

    def _set_widths(self, drawing: Drawing, blocks: Iterable[Block]) -> None:
        for block in blocks:
            name = block.quantity.name
            width = self.widths.get(name, self.width / 2 if name in self.ink else self.width)
            if not width:
                continue
            for column, unit in enumerate(block.quantity.units, start=block.column):
                least = text_width(block.quantity.heading(unit))
                drawing.widths[column] = max(width, least)

    def _fold(self, drawing: Drawing, headings: Iterable[int], columns: Iterable[int]) -> None:
        drawing.folded_columns |= {*columns}
        drawing.looks |= dict.fromkeys(self.names, QUIET_NUMBER)
        for row, column in product(headings, columns):
            text, look = drawing.cells[row][column]
            drawing.put(row, column, text, replace(look, fill="key", ink=QUIET))

    def _draw_groups(
        self, drawing: Drawing, page: Context[Any], blocks: Iterable[Block], row: int
    ) -> None:
        group = ""
        for block in blocks:
            begins = self.groups.get(block.quantity.name)
            group = group if begins is None else begins
            for right in range(len(block.quantity.units) if group else 0):
                text = page.words.of_itself("charts", group) if begins and not right else ""
                drawing.put(row, block.column + right, text, SECTION)


class Units(PagePart):
    """Quantities side by side: a row or pictures for each unit, by its first index.

    Parameters
    ----------
    rows : str, tuple of str or function
        The keys of the names of the rows, or one key for all of them, with their number; "" if the
        first quantity names them; or a function that returns the names on a page.
    names : tuple of str
    headed : bool
        Whether it has headings, or continues the part above it.
    over : dict
        For a quantity, the one whose cells are the headings of its units.
    lines : tuple of str
        Quantities whose second index counts the points of a line, which are below each other. In a
        chart, a line ends there: blank rows follow the points of each unit.
    units, coloured, ink, looks
        As those of a `Table`.
    repeated : bool
        Whether its headings are repeated on each printed page.
    width : float
        The width of its columns, unless other parts settle it.
    pictures : bool
        Whether what a unit has of a quantity is shown as a picture, maps side by side.
    apart : int
        The columns between pictures.
    high : int
        The least rows of a unit, so that parts side by side have it in the same rows.
    named : function
        Returns the name of a quantity for its heading, by default without its symbol.
    """

    def __init__(  # noqa: PLR0913 -- what a table of units may settle
        self,
        rows: str | Sequence[str] | Callable[[Context[Any]], Sequence[str]],
        *names: str,
        headed: bool = True,
        over: Mapping[str, str] | None = None,
        lines: Sequence[str] = (),
        units: Mapping[str, Callable[[Context[Any]], Sequence[str]]] | None = None,
        coloured: Sequence[str] = (),
        ink: Sequence[str] = (),
        looks: Mapping[str, Look] | None = None,
        repeated: bool = False,
        width: float = UNIT,
        pictures: bool = False,
        apart: int = 1,
        high: int = 1,
        named: Named | None = None,
        above: int = 0,
    ) -> None:
        self.rows, self.names, self.over, self.above = rows, names, over or {}, above
        self.coloured, self.ink, self.looks = coloured, ink, looks or {}
        self.lines, self.units = lines, units or {}
        self.headed, self.repeated, self.width = headed, repeated, width
        self.pictures, self.apart = pictures, apart
        self.high, self.named = high, named or _above_symbol

    def _headings(self, model: Model) -> int:
        above = self.over or self.units or _have_symbols(model, self.names)
        return HEADINGS - (not above) if self.headed else 0

    def _inside(self, quantity: Quantity) -> tuple[tuple[int, int], ...]:
        """Return the steps within a unit: its maps are side by side, blank columns apart."""
        if self.pictures:
            return ((0, quantity.shape[-1] + self.apart), (1, 0), (0, 1))[4 - len(quantity.shape) :]
        is_line = quantity.name in self.lines
        across = ((0, step) for step in strides(quantity.shape[1 + is_line :]))
        return ((1, 0),) * is_line + (*across,)

    def _extent(self, quantity: Quantity) -> tuple[int, int]:
        """Return how many rows and columns a unit of a quantity takes."""
        return extent(quantity.shape[1:], self._inside(quantity))

    def _is_picture(self, quantity: Quantity) -> bool:
        return self.pictures and len(quantity.shape) > 1

    def _placed(self, model: Model) -> Iterator[tuple[Quantity, int]]:
        """Yield each quantity, and how far right it is: blank columns part two pictures."""
        right, was_picture = int(bool(self.rows)), False
        for quantity in (model[name] for name in self.names):
            right += self.apart * (was_picture and self._is_picture(quantity))
            yield quantity, right
            right += self._extent(quantity)[1]
            was_picture = self._is_picture(quantity)

    def _apart(self, model: Model) -> int:
        """Return how many rows are from one unit to the next: a blank one follows several."""
        highest = max(self.high, *(self._extent(model[name])[0] for name in self.names))
        return highest + (highest > 1)

    def size(self, model: Model) -> tuple[int, int]:
        """Return its rows with the headings, and its columns with the names of the rows."""
        apart = self._apart(model)
        rows = max(model[name].shape[0] for name in self.names) * apart
        rows -= apart > 1 and not self.lines  # a line of the part below is another line
        return self._headings(model) + rows, super().size(model)[1]

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield the columns."""
        row += self._headings(model)
        for quantity, across in self._placed(model):
            down, inside = (self._apart(model), 0), self._inside(quantity)
            yield single_block(quantity, row, column + across, down, *inside)
            if over := self.over.get(quantity.name):
                yield single_block(model[over], row - 1, column + across, *inside)

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Draw the headings, and the names of the rows."""
        headings = self._headings(page.layout.model)
        if self.rows:
            self._name_rows(drawing, page, row, column)
        if self.repeated:
            drawing.repeat_from, drawing.repeat = row, row + headings - 1
        for block in (page.layout.blocks[name] for name in self.names):
            self._head(drawing, page, block, headings)
            type_in(drawing, block, page.words)
            drawing.looks[block.quantity.name] = centred(block.quantity)
        _dress(drawing, page, self)
        for block in (page.layout.blocks[name] for name in self.names if self.headed):
            if isinstance(block.quantity.equation, Bar):  # its heading is as wide
                size = drawing.looks[block.quantity.name].size
                least = text_width(Bar.FULL, size=size)
                drawing.widths[block.column] = max(drawing.widths[block.column], least)

    def _head(self, drawing: Drawing, page: Context[Any], block: Block, headings: int) -> None:
        """Draw the headings of a quantity, and make its columns wide."""
        quantity, is_picture = block.quantity, self._is_picture(block.quantity)
        inside = quantity.shape[1 + (quantity.name in self.lines) :]
        shape = self._extent(quantity)[1:] if is_picture else inside
        across, units = replace(quantity, shape=shape), None
        if quantity.name in self.over:
            units = []
        elif is_picture:
            units = [quantity.symbol.format(""), *[""] * (shape[0] - 1)]
        elif quantity.name in self.units:
            units = self.units[quantity.name](page)
        if headings:
            head(
                drawing, replace(block, quantity=across), page.words, self.named,
                width=False, headings=headings, units=units,
            )  # fmt: skip
        for right in range(len(across.units)):
            drawing.widths.setdefault(block.column + right, self.width)

    def _name_rows(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Write the names, and keep the rows of each unit on one page."""
        model, words = page.layout.model, page.words
        first, apart = row + self._headings(model), self._apart(model)
        if callable(self.rows):
            names = self.rows(page)
        else:
            one = isinstance(self.rows, str)
            keys = [self.rows] * model[self.names[0]].shape[0] if one else self.rows
            said = (words.of_itself("headings", key) for key in keys)
            names = [text.format(number=number) for number, text in enumerate(said, start=1)]
        for at in range(row, first):
            drawing.put(at, column, "", KEY)
        for at, text in zip(count(first, apart), names, strict=False):
            drawing.put(at, column, text, replace(KEY, shrink=True))
            if apart > 1 and not self.lines:
                drawing.whole.append((row if at == first else at, at + apart - 2))
        drawing.widths[column] = max(drawing.widths.get(column, 0), name_width(names))


def _have_symbols(model: Model, names: Iterable[str]) -> bool:
    """Return whether some quantities have symbols, for which a table has a row of headings."""
    quantities = (model[name] for name in names)
    return any(quantity.heading(quantity.units[0]) for quantity in quantities)


def _above_symbol(quantity: Quantity, words: Text) -> str:
    return beside_symbol(plain_name(quantity, words), quantity.heading(quantity.units[0]))


def _dress(drawing: Drawing, page: Context[Any], table: Table | Units) -> None:
    """Colour the columns of a table, and apply special looks."""
    if table.coloured:
        blocks = (page.layout.blocks[name] for name in table.coloured)
        looks = (table.looks.get(name, PLAIN) for name in table.coloured)
        is_read = any(look.number_format != UNREAD for look in looks)
        drawing.colour_around_0(*blocks, is_read=is_read)
    draw_ink(drawing, page, table.ink)
    draw_looks(drawing, page, table.looks)


def draw_looks(drawing: Drawing, page: Context[Any], looks: Mapping[str, Look]) -> None:
    """Apply looks; one without a number format keeps the quantity's."""
    for name, look in looks.items():
        digits = look.number_format or page.layout.model[name].number_format
        drawing.looks[name] = replace(look, number_format=digits)


@dataclass(frozen=True)
class Trace:
    """A line of a chart: y over x, or over the rows of its table; one for each unit.

    Attributes
    ----------
    y : str or (str, int, ...)
        A quantity, or one of its units; in the place of a number, ``...`` is for all. Without axes,
        its numbers are one line.
    x : str or (str, int, ...)
        The same; with as many units as y, each line has its own.
    colour : str or tuple of str
        The colour; several lines use one after another.
    marker : str
    width : int
        0 for markers without lines.
    name, of : str
        Its name in the legend, in English or as an equation, and the table of texts with its
        translations; by default the symbols of several units. None leaves them out of the legend.
    each : str
        The axis with a line for each entry: the first axis of both.
    labels, called : str
        The texts along that axis, shown beside the points, or as names in the legend.
    side : str
        Where they are beside the points, by default ``r`` for right.
    size : int
        The size of the markers, in points.
    is_quiet : bool
        Whether it is thin and grey, behind what it is compared with.
    """

    y: str | tuple[Any, ...]
    x: str | tuple[Any, ...] = ""
    colour: str | tuple[str, ...] = ""
    width: int = THICK
    marker: str = "none"
    name: str | None = ""
    of: str = "charts"
    each: str = ""
    labels: str = ""
    called: str = ""
    size: int = 5
    is_quiet: bool = False
    side: str = "r"

    def lines(self, page: Context[Any]) -> Iterator[Line]:
        """Yield its lines."""
        y = _named(page, self.y)
        x = _named(page, self.x) if self.x else _counted(page, y)
        axes = y.quantity.axes
        steps = {axis.name: (axis.length, down) for axis, (down, _) in zip(axes, y.steps)}  # noqa: B905 -- units have steps, too
        each, called, colour = self.each, self.called, self.colour
        if y.quantity.each and not each:  # a line for each run
            each, called = y.quantity.axes[0].name, called or NAMES
            colour = colour or COLOURS
        count, apart = steps.get(each, (1, 0))
        whole = prod(axis.length for axis in axes) // count
        several = axes and y.quantity.shape
        colour, width = (QUIET, THIN) if self.is_quiet else (colour, self.width)
        colours = cycle([colour] if isinstance(colour, str) else colour)
        for unit, number in product(y.quantity.units if several else [()], range(count)):
            own = unit if x.quantity.shape == y.quantity.shape else ()
            rows = number * apart, number * apart + whole - 1
            name = page.words.of_itself(self.of, self.name or "")
            if several and self.name == "":
                name = y.quantity.heading(unit)
            cells = [_cells(page, b, *rows) for b in (of_unit(x, own), of_unit(y, unit))]
            if self.labels:
                name = _cells(page, _named(page, self.labels), *rows)
            elif called:
                name = _cells(page, _named(page, called), number, number)
            side = self.side if self.labels else ""
            marker = self.marker if ":" in cells[1] else "circle"  # of a point, no line is seen
            yield Line(*cells, next(colours), name, width, marker, self.size, side=side)


LEGEND_ROWS, STEPS = 2, 2
"""The rows of a legend with a blank one below it, and its colours to either side of the middle."""

SIGNS = ("−", "0", "+")


def draw_scale(
    drawing: Drawing, row: int, column: int, names: Sequence[str] = SIGNS, steps: int = STEPS
) -> int:
    """Draw the scale of colours, with the names of its ends and its middle.

    There are ``steps`` colours to either side of the middle.

    Returns
    -------
    int
        The column after it.
    """
    for n in range(2 * steps + 1):
        share, name = n / steps - 1, names[n // steps] if n % steps == 0 else ""
        fill = tint(POSITIVE if share > 0 else NEGATIVE, abs(share))
        ink = INK if abs(share) < 1 else WHITE
        drawing.put(row, column + n, name, replace(CAPTION, fill=fill, align="center", ink=ink))
    return column + 2 * steps + 1


class Plane(PagePart):
    """A matrix as a plane: coloured squares with a legend, the ends of its sides, and points on it.

    Parameters
    ----------
    name : str
        A matrix. Its first row is the upper one.
    points : tuple of Trace
        Points on it, as many cells from its left side and from its bottom as x and y say: the
        middle of the lowest cell at the left is (0.5, 0.5).
    ends : (str, str) or ()
        Two quantities of two numbers or texts each: the ends of the lower side, and of the left one
        from the top.
    x, y : str or function
        The titles of these sides, in the middle of at least three cells.
    scale : str, (float, float) or function
        As that of a `Grid`, but not ``ink``.
    indent : int
        Blank columns before it, for the title and the ends of the left side.
    pixels : int
        The side of a cell.
    """

    def __init__(  # noqa: PLR0913 -- what a plane may settle
        self,
        name: str,
        *points: Trace,
        ends: Sequence[str] = (),
        x: Said = "",
        y: Said = "",
        scale: Scale | Callable[[Context[Any]], Scale] = "around 0",
        indent: int = 1,
        pixels: int = 17,
    ) -> None:
        self.points, self.ends, self.x, self.y, self.indent = points, ends, x, y, indent
        self.grid = Grid(name, indent, scale, pixels=pixels, digits=UNREAD, titled=False)

    def placed(self, model: Model) -> Iterator[tuple[PagePart, int, int]]:  # noqa: ARG002 -- the same in all
        """Yield the matrix, below the legend."""
        yield self.grid, LEGEND_ROWS, 0

    def size(self, model: Model) -> tuple[int, int]:
        """Return its rows with the legend and the ends, and its columns or those of the colours."""
        rows, columns = super().size(model)
        return rows + 1, max(columns, self.indent + 2 * STEPS + 1)

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield its cells, and those of the ends."""
        (block,) = super().blocks(model, row, column)
        yield block
        if self.ends:
            (lower, left), (last_row, last) = (model[name] for name in self.ends), block.last
            across, down = last - block.column, last_row - block.row
            yield single_block(lower, last_row + 1, block.column, (0, across))
            yield single_block(left, block.row, block.column - 1, (down, 0))

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Draw the colours, what they mean, and over them the points."""
        block = page.layout.blocks[self.grid.name]
        first, last = (block.row, block.column), block.last
        down, right = ((start + end) // 2 for start, end in zip(first, last, strict=True))
        self.grid.draw(drawing, page, block.row, column)
        looks = [replace(LABEL, align=align) for align in ("center", "right")]
        places = (last[0] + 1, right), (down, block.column - 1)
        for at, text, look in zip(places, (self.x, self.y), looks, strict=True):
            if text:
                drawing.put(*at, said_on(page, "headings", text), look)
        drawing.looks |= zip(self.ends, looks, strict=False)
        lines = [line for trace in self.points for line in trace.lines(page)]
        lines = [replace(line, colour=line.colour or INK) for line in lines]
        self._draw_legend(drawing, page, lines, row, block.column)
        if lines:
            look = {"width": 0, "marker": "circle", "outline": WHITE}
            dots = [Line(each.x, each.y, each.colour, size=each.size, **look) for each in lines]
            columns, rows = block.last[1] - block.column + 1, block.last[0] - block.row + 1
            chart = graph(dots, 1, 1, (columns, rows))
            drawing.charts.append((over(chart, first, last), chart))

    def _draw_legend(
        self, drawing: Drawing, page: Context[Any], lines: Iterable[Line], row: int, column: int
    ) -> None:
        """Draw what the colours of the plane and of the points mean."""
        scale = scale_on(page, self.grid.scale)
        names = SIGNS
        if not isinstance(scale, str):
            names = tuple(f"{each:g}" for each in (scale[0], sum(scale) / 2, scale[1]))
        column = 1 + draw_scale(drawing, row, column, names)
        for line in (line for line in lines if line.name):
            drawing.put(row, column, "●", replace(LABEL, ink=line.colour, align="center"))
            drawing.put(row, column + 1, line.name, CAPTION)
            room = text_width(line.name, size=CAPTION.size)
            column += ceil(room / drawing.widths.get(column, USUAL_WIDTH)) + 2


def _named(page: Context[Any], name: str | tuple[Any, ...]) -> Block:
    """Return the cells of a quantity, or of its units whose index has this beginning."""
    quantity, *unit = (name,) if isinstance(name, str) else name
    return of_unit(page.layout.blocks[quantity], unit)


def of_unit(block: Block, unit: Sequence[Any]) -> Block:
    """Return the cells of the units whose index has this beginning; by default all."""
    axes, shape = len(block.quantity.axes), block.quantity.shape
    if len(unit) > len(shape) or any(at is not ... and at >= n for at, n in zip(unit, shape)):  # noqa: B905 -- the beginning
        raise DataError(f"{block.quantity.name} has the shape {shape}, and no unit {(*unit,)}.")
    index = (*unit, *[...] * (len(shape) - len(unit)))
    row, column = block.address((*[0] * axes, *(0 if at is ... else at for at in index)))
    whole = [number for number, at in enumerate(index) if at is ...]
    quantity = replace(block.quantity, shape=tuple(shape[number] for number in whole))
    steps = (*block.steps[:axes], *(block.steps[axes + number] for number in whole))
    return replace(block, quantity=quantity, row=row, column=column, steps=steps)


def _cells(page: Context[Any], block: Block, first: int, last: int) -> Range:
    title, (end, across) = page.layout.titles[block.sheet], block.last
    end = block.row + last if block.quantity.axes else end
    return range_of(title, block.column, block.row + first, end, across)


def _counted(page: Context[Any], block: Block) -> Block:
    """Return the column that names the rows of a table, the last if there are several."""
    axes = len(block.quantity.axes)
    column = naming(page, block).stop - 1
    alone = replace(block.quantity, shape=())
    return replace(block, quantity=alone, column=column, steps=block.steps[:axes])


class Chart(PagePart):
    """A chart whose lines follow the cells.

    Parameters
    ----------
    title : str or function
        The key of its title, or a function that returns it for a page.
    traces : tuple of Trace
    x, y : str or function
        The titles of its axes; by default the heading of the rows for x.
    size_in_cm : (float, float)
        Its width and height, by default `USUAL_SIZE`, or a square if units are equally long.
    ends : tuple of float
        The first and last value of the x axis, and the distance of its labels; by default those of
        numbered rows, or from 0 if these are many.
    ends_up : tuple of float
        The same for the y axis; of a single number, its first value.
    edges : (str, str)
        The records that note where the x and the y axis begin or end (`xlnn.writing.charts.edge`).
    is_square : bool
        Whether units of both axes are equally long.
    """

    def __init__(  # noqa: PLR0913 -- what a chart may settle
        self,
        title: Said,
        *traces: Trace,
        x: Said = "",
        y: Said = "",
        size_in_cm: tuple[float, float] | None = None,
        ends: tuple[float, ...] = (),
        ends_up: tuple[float, ...] = (),
        edges: tuple[str, str] = ("", ""),
        is_square: bool = False,
        above: int = 1,
    ) -> None:
        self.title, self.traces, self.x, self.y = title, traces, x, y
        self.size_in_cm = size_in_cm or ((USUAL_SIZE[0],) * 2 if is_square else USUAL_SIZE)
        self.is_square, self.above = is_square, above
        self.edges = {axis: name for axis, name in zip(AXES, edges, strict=True) if name}
        self.ends, self.ends_up = ends, ends_up

    def size(self, model: Model) -> tuple[int, int]:  # noqa: ARG002 -- it lies over cells
        """Return how many rows it covers, and one column: as many as it needs are made wide."""
        return ceil(self.size_in_cm[1] / ROW), 1

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Draw it over the cells."""
        lines = [line for trace in self.traces for line in trace.lines(page)]
        quantity = _named(page, self.traces[0].y).quantity
        axes = quantity.axes
        if not axes and not self.traces[0].x:
            raise DataError(f"{quantity.name} has no axes that a chart could run along.")
        across, up = (said_on(page, "headings", each) for each in (self._across(page), self.y))
        chart = scatter(said_on(page, "charts", self.title), across, lines, up)
        chart.width, chart.height = self.size_in_cm
        if self.is_square:
            square(chart)
        if self.ends:
            ends(chart.x_axis, *self.ends)
        elif self._is_counted(page) and axes[-1].length > 1:
            first = axes[-1].counts_from
            last = first + axes[-1].length - 1
            ends(chart.x_axis, 0 if first == 1 and last > MOST_LABELS else first, last)
        if len(self.ends_up) == 1:
            chart.y_axis.scaling.min = self.ends_up[0]
        elif self.ends_up:
            ends(chart.y_axis, *self.ends_up)
        chart.edges = self.edges
        if quantity.number_format.endswith("%"):
            chart.y_axis.number_format = "0%"
        drawing.charts.append((address(row, column), chart))

    def _across(self, page: Context[Any]) -> Said:
        """Return the title of the x axis: by default the name of the rows, or the symbol of x."""
        first = self.traces[0]
        if self.x or self._is_counted(page):
            return self.x or _named(page, first.y).quantity.axes[-1].name
        name, *unit = (first.x,) if isinstance(first.x, str) else first.x
        quantity = page.layout.model[name]
        return quantity.heading((*unit, *[0] * (len(quantity.shape) - len(unit))))

    def _is_counted(self, page: Context[Any]) -> bool:
        """Tell whether the rows are counted across."""
        x = self.traces[0].x
        return not x or _named(page, x).quantity.counts
