"""What is drawn on the sheet Images: the table of pixels, and each image as a picture."""

from collections.abc import Iterator
from dataclasses import replace

from xlnn.drawing import Drawing
from xlnn.layout import FIRST_ROW, Block, table_blocks
from xlnn.models.workbook import GALLERY
from xlnn.quantity import Model, Quantity
from xlnn.sheets.page import Page
from xlnn.sheets.table import table
from xlnn.style import CAPTION, KEY, NOTE, PICTURE, ink_scale

SHEET = "images"
PIXEL_WIDTH = 2.7
BETWEEN = 2
"""Columns between the table and the pictures."""


def place(model: Model) -> Iterator[Block]:
    """Place the image's number, the table, and beside it the pictures, line by line."""
    here = [quantity for quantity in model.quantities if quantity.sheet == SHEET]
    rows = [quantity for quantity in here if not _is_drawn(quantity)]
    yield from table_blocks(rows, FIRST_ROW, 1)
    column = 1 + sum(_width(quantity) for quantity in rows) + BETWEEN
    row = FIRST_ROW
    for quantity in here:
        if quantity.kind == "picture":
            height, width = quantity.shape
            steps = ((0, width + 1), (1, 0), (0, 1))
            yield Block(quantity, SHEET, row, column, steps)
            caption = model[quantity.name.replace("picture", "caption")]
            yield Block(caption, SHEET, row + height, column, ((0, width + 1),))
            row += height + 2


def draw(page: Page) -> Drawing:
    """Draw the table's headings, and colour the pictures by their values."""
    blocks = page.layout.on(SHEET)
    pictures = [block for block in blocks if _is_drawn(block.quantity)]
    drawing = table(page, SHEET, [block for block in blocks if not _is_drawn(block.quantity)])
    drawing.gridlines = False
    drawing.looks["number"] = replace(KEY, number_format="0")
    first = min(block.column for block in pictures)
    for column in range(first - 1, max(block.last[1] for block in pictures) + 3):
        drawing.widths[column] = PIXEL_WIDTH
    drawing.widths[first - BETWEEN] = 3
    for block in pictures:
        if block.quantity.kind == "picture":
            drawing.colour(block, ink_scale())
            drawing.looks[block.quantity.name] = replace(PICTURE, number_format=";;;")
        else:
            drawing.looks[block.quantity.name] = CAPTION
    if page.spec.images > GALLERY:
        drawing.put(FIRST_ROW - 1, first, page.words("notes", "gallery", count=GALLERY), NOTE)
    return drawing


def _is_drawn(quantity: Quantity) -> bool:
    return quantity.kind in {"picture", "caption"}


def _width(quantity: Quantity) -> int:
    width = 1
    for length in quantity.shape:
        width *= length
    return width
