"""Matrices on a page, as pictures of coloured cells."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from xlnn.block import Block
from xlnn.errors import DataError
from xlnn.grid import address
from xlnn.model import Model
from xlnn.workbooks.pages.number_parts import Row
from xlnn.workbooks.pages.part import GAP, UNREAD, Below, Beside, PagePart, Space
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import called, plain_name, type_in
from xlnn.workbooks.pages.text_parts import Label
from xlnn.writing.drawing import Drawing, fixed_range
from xlnn.writing.formats import DIGIT_PIXELS, PIXELS_A_POINT
from xlnn.writing.style import (
    CAPTION,
    LABEL,
    Look,
    bars_to_1,
    least_framed,
    two_sided_scale,
    valley_scale,
    value,
)


@dataclass(frozen=True)
class Grid(PagePart):
    """A matrix as coloured cells, below its name; several matrices are side by side.

    Attributes
    ----------
    name : str
    indent : int
        Blank columns before it.
    scale : str, (float, float) or function
        ``around 0``: blue below, orange above; ``ink`` from 0 to 1; ``bars`` from 0 to 1;
        ``valley``, where the smallest is dark and framed; "" for no colours; the ends of a range,
        halfway between which is white; or a function that returns it for a page. In input cells, 0
        is yellow.
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
    turned : bool
        Whether rows and columns are exchanged: numbers of one dimension are below each other.
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
    turned: bool = False
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
        if self.turned:
            steps = tuple((right, down) for down, right in steps)
        yield Block(quantity, quantity.sheet, row, right, steps)
        for down, below in enumerate((model[name] for name in self.under), start=row + rows):
            one = ((0, 0),) * (len(below.lengths) - len(several))  # of an axis of one entry
            yield Block(below, below.sheet, down, right + columns // 2, one + several)

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Draw its name, and colour it."""
        block = page.layout.blocks[self.name]
        if self.titled:
            drawing.put(row, column + self.indent, called(block.quantity, page.words), LABEL)
        quantity = block.quantity
        apart = (block.last[1] - block.column if self.turned else quantity.shape[-1]) + 1
        for number, key in enumerate(self.captions):
            text = page.words.of_itself("headings", key)
            drawing.put(block.row - 1, block.column + number * apart, text, CAPTION)
        is_typed = quantity.is_input and len(quantity.shape) > 1
        digits = self.digits or ("General" if is_typed else quantity.number_format)
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
        elif scale == "bars":
            drawing.colour(block, bars_to_1())
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


class Chain(Beside):
    """Matrices side by side, with the names of their rows at the left.

    Parameters
    ----------
    rows : str
        The texts (rows, 1) that name the rows.
    *steps : Grid or tuple of Grid
        An arrow leads to each grid from the one before it, but not between grids of one tuple.
    """

    above = 1

    def __init__(self, rows: str, *steps: Grid | tuple[Grid, ...]) -> None:
        groups = [step if isinstance(step, tuple) else (step,) for step in steps]
        names = Below(Space(), Row(rows, align="right"))
        super().__init__(names, *(grid for group in groups for grid in group))
        self.reached = [group[0].name for group in groups[1:]]

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Draw the matrices, and the arrows in the columns between them."""
        PagePart.draw(self, drawing, page, row, column)  # all columns are as wide, in each line
        for block in (page.layout.blocks[name] for name in self.reached):
            middle = (block.row + block.last[0]) // 2
            drawing.put(middle, block.column - 1, "→", replace(LABEL, align="center"))


Scale = str | tuple[float, float]
"""How numbers are coloured: ``around 0``, ``ink``, ``valley``, the ends of a range, or ""."""


def scale_on(page: Context[Any], scale: Scale | Callable[[Context[Any]], Scale]) -> Scale:
    """Return the scale of a grid on a page."""
    return scale(page) if callable(scale) else scale
