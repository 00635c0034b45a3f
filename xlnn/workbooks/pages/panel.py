"""Draw a panel: named numbers, pictures made of cells, and a table."""

from typing import Any

from xlnn.address import address
from xlnn.layout import Block, Layout, single_block
from xlnn.quantity import Model
from xlnn.workbooks.pages.sheet import Context
from xlnn.writing.charts import CellColumn
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import (
    CAPTION,
    NOTE,
    TITLE,
    Look,
    ink_scale,
    on_ink,
    value,
)


def grid(model: Model, name: str, row: int, column: int, apart: int = 0) -> Block:
    """Place a picture, a cell a pixel; several are side by side, so many columns apart."""
    quantity = model[name]
    several = ((0, apart),) * (len(quantity.shape) - 2)
    return single_block(quantity, row, column, *several, (1, 0), (0, 1))


def begun(page: Context[Any], sheet: str) -> Drawing:
    """Begin a sheet: its title, what it shows, and that it prints on one page.

    Parameters
    ----------
    page : Context
    sheet : str
        Its key.
    """
    drawing = Drawing(gridlines=False, heights={1: 24})
    drawing.put(1, 1, page.layout.titles[sheet], TITLE)
    drawing.put(2, 1, page.words("notes", sheet, **page.layout.titles), NOTE)
    return drawing


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
        ``ink`` from 0 to 1, or ``around 0``: blue below, orange above. Of what may be typed, 0 is
        yellow.
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
        drawing.colour_around_0(block, typed=quantity.is_input)


def point_of(layout: Layout, name: str) -> CellColumn:
    """Return a single number for a chart."""
    block = layout.blocks[name]
    return CellColumn(layout.titles[block.sheet], block.column, block.row, block.row)
