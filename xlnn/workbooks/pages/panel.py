"""What is drawn on a sheet that is a panel: numbers with names, pictures of cells, and a table."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from xlnn.address import address
from xlnn.blocks import Block, single_block
from xlnn.layout import Layout
from xlnn.quantity import Model
from xlnn.shipped.text import Text
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.table import choice_validation, number_validation, plain_name
from xlnn.writing.charts import Cells
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import (
    CAPTION,
    LABEL,
    NOTE,
    SENTENCE,
    TITLE,
    Look,
    heading,
    ink_scale,
    on_ink,
    value,
)

NUMBER_COLUMN = 3
"""Where a named number stands: its name takes the columns before."""


def numbers_below(model: Model, names: Iterable[str], row: int) -> Iterator[Block]:
    """Place single numbers below each other, beside their names."""
    for down, name in enumerate(names):
        yield single_block(model[name], row + down, NUMBER_COLUMN)


def grid(model: Model, name: str, row: int, column: int, apart: int = 0) -> Block:
    """Place a picture, a cell a pixel; several are side by side, so many columns apart."""
    quantity = model[name]
    several = ((0, apart),) * (len(quantity.shape) - 2)
    return single_block(quantity, row, column, *several, (1, 0), (0, 1))


def begun(page: Page[Any], sheet: str, **widths: float) -> Drawing:
    """Begin a sheet: its title, what it shows, and that it prints on one page.

    Parameters
    ----------
    page : Page
    sheet : str
        Its key.
    widths : float
        Of columns, by their letter.
    """
    drawing = Drawing(gridlines=False, heights={1: 24})
    drawing.put(1, 1, page.layout.titles[sheet], TITLE)
    drawing.put(2, 1, page.words("notes", sheet, **page.layout.titles), NOTE)
    drawing.widths |= {ord(letter) - ord("A") + 1: width for letter, width in widths.items()}
    return drawing


def show(drawing: Drawing, layout: Layout, words: Text, names: Iterable[str]) -> None:
    """Draw single numbers with their names in column A, and the rules for what is typed in."""
    for name in names:
        block = layout.blocks[name]
        quantity = block.quantity
        drawing.put(block.row, 1, plain_name(quantity, words), LABEL)
        look = value(quantity.number_format, given=quantity.is_input, first=False)
        drawing.looks[name] = replace(look, align="center", border=True)
        type_in(drawing, block, words)


def type_in(
    drawing: Drawing,
    block: Block,
    words: Text,
    names: Iterable[str] = (),
    *,
    positive: bool = False,
) -> None:
    """Let only numbers be typed into a block, only positive ones, or only those of a choice.

    What the numbers of a choice stand for may be named.
    """
    quantity = block.quantity
    if not quantity.is_input:
        return
    first, last = (address(*at) for at in ((block.row, block.column), _end(block)))
    cells = first if first == last else f"{first}:{last}"
    if quantity.choices:
        least, most = quantity.choices
        source = ",".join(str(number) for number in range(least, most + 1))
        drawing.validations.append(
            choice_validation(cells, f'"{source}"', words, most, names, least=least)
        )
    else:
        drawing.validations.append(number_validation(cells, words, positive=positive))


def _end(block: Block) -> tuple[int, int]:
    """Return the last cell of a block that is typed in."""
    return block.address(tuple(length - 1 for length in block.quantity.input_lengths))


def say(drawing: Drawing, *names: str, bold: bool = False) -> None:
    """Let sentences look like text."""
    drawing.looks |= {name: replace(SENTENCE, bold=bold) for name in names}


def picture(
    drawing: Drawing,
    block: Block,
    *captions: str,
    scale: str = "around 0",
    size: int = 9,
    digits: str = "General",
) -> None:
    """Draw a picture of cells, with a caption over each of several side by side.

    Parameters
    ----------
    drawing : Drawing
    block : Block
        A picture, or several.
    captions : str
    scale : str
        ``ink`` from 0 to 1, or ``around 0``: blue below, orange above.
    size : int
        Of the numbers in it.
    digits : str
        Their format.
    """
    quantity = block.quantity
    ink = value(digits, given=quantity.is_input, first=False).ink
    drawing.looks[quantity.name] = Look(
        size=size, align="center", number_format=digits, border=True, ink=ink
    )
    apart = block.steps[0][1] if len(quantity.lengths) > 2 else 0
    for number, caption in enumerate(captions):
        drawing.put(block.row - 1, block.column + number * apart, caption, CAPTION)
    if scale == "ink":
        drawing.colour(block, ink_scale(typed=quantity.is_input))
        drawing.colour(block, *on_ink(address(block.row, block.column)))
    else:
        drawing.colour_around_0(block)


def heads(drawing: Drawing, block: Block, words: Text, *, symbols: bool = True) -> None:
    """Head a table's columns: what each is, and the symbol of its units."""
    quantity = block.quantity
    for position, unit in enumerate(quantity.units):
        look = heading(quantity.role, first=position == 0, computed=not quantity.is_input)
        column = block.column + position
        text = plain_name(quantity, words) if position == 0 else ""
        spread = replace(look, align="centerContinuous", wrap=False) if quantity.shape else look
        drawing.put(block.row - 2, column, text, spread)
        if symbols:
            drawing.put(block.row - 1, column, quantity.heading(unit), look)


def column_of(layout: Layout, name: str, unit: Sequence[int] = ()) -> Cells:
    """Return a column of a table for a chart."""
    block = layout.blocks[name]
    row, column = block.address((*(0 for _ in block.quantity.axes), *unit))
    last, _ = block.last
    return Cells(layout.titles[block.sheet], column, row, last)


def point_of(layout: Layout, name: str) -> Cells:
    """Return a single number for a chart."""
    block = layout.blocks[name]
    return Cells(layout.titles[block.sheet], block.column, block.row, block.row)
