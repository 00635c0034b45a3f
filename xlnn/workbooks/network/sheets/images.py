"""What is drawn on the sheet Images: the table of pixels, and each image as a picture."""

from collections.abc import Iterator
from dataclasses import replace
from math import prod

from xlnn.blocks import FIRST_ROW, Block, table_blocks
from xlnn.quantity import Model, Quantity
from xlnn.workbooks.network.quantities.whole import GALLERY
from xlnn.workbooks.network.sheets.signs import CENTRED, centre
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.table import NORMAL, UNIT_ROW, table
from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import DIGIT_PIXELS
from xlnn.writing.names import MOST_OF_WORD
from xlnn.writing.room import LEADING, lines, text_width
from xlnn.writing.style import CAPTION, KEY, NOTE, PICTURE, heading, ink_scale

SHEET, TESTED = "images", "test_images"
PIXEL_WIDTH = 2.7
BETWEEN = 2
"""Columns between the table and the pictures."""


def place(model: Model) -> Iterator[Block]:
    """Place the image's number, the table, and beside it the pictures, line by line."""
    here = [quantity for quantity in model.quantities if quantity.sheet == SHEET]
    rows = [quantity for quantity in here if not _is_drawn(quantity)]
    yield from table_blocks(rows, FIRST_ROW, 1)
    column = 1 + sum(prod(quantity.shape) for quantity in rows) + BETWEEN
    row = FIRST_ROW
    for quantity in here:
        if quantity.kind == "picture":
            height, width = quantity.shape
            steps = ((0, width + 1), (1, 0), (0, 1))
            yield Block(quantity, SHEET, row, column, steps)
            caption = model[quantity.name.replace("picture", "caption")]
            yield Block(caption, SHEET, row + height, column, ((0, width + 1),))
            row += height + 2


def place_tested(model: Model) -> Iterator[Block]:
    """Place the table of the images that are held out."""
    rows = [quantity for quantity in model.quantities if quantity.sheet == TESTED]
    yield from table_blocks(rows, FIRST_ROW, 1)


def draw(page: Page) -> Drawing:
    """Draw the table's headings, and colour the pictures by their values."""
    drawing = _table(page, SHEET)
    if page.spec.spare:
        place, first = max(drawing.cells[1]), page.spec.images - page.spec.spare + 1
        spare = page.words("notes", "spare", first=first)
        drawing.put(1, place, f"{drawing.cells[1][place][0]} {spare}", NOTE)
    pictures = [block for block in page.layout.on(SHEET) if _is_drawn(block.quantity)]
    if not pictures:
        return drawing
    first = min(block.column for block in pictures)
    for column in range(first - 1, max(block.last[1] for block in pictures) + 3):
        drawing.widths[column] = PIXEL_WIDTH
    drawing.widths[first - BETWEEN] = 3
    for block in pictures:
        if block.quantity.kind == "picture":
            drawing.colour(block, ink_scale())
            drawing.looks[block.quantity.name] = replace(PICTURE, number_format=";;;", border=True)
        else:
            drawing.looks[block.quantity.name] = CAPTION
    if page.spec.images > GALLERY:
        drawing.put(FIRST_ROW - 1, first, page.words("notes", "gallery", count=GALLERY), NOTE)
    return drawing


def draw_tested(page: Page) -> Drawing:
    """Draw the headings of the images that are held out."""
    return _table(page, TESTED)


def _table(page: Page, sheet: str) -> Drawing:
    """Draw a table of images; inputs of a table and targets have the names the person gave them.

    These stand over their symbols, and what they are over all of them, as in any table.
    """
    blocks = [block for block in page.layout.on(sheet) if not _is_drawn(block.quantity)]
    drawing = table(page, sheet, blocks)
    drawing.gridlines = False
    outputs = page.spec.labels
    centred = () if page.spec.is_regression else ("t", *CENTRED)
    if not page.spec.features and not page.spec.scaled:
        centred += ("x",)
    centre(drawing, page, blocks, centred)
    names = {"t": outputs, "raw_t": outputs, "raw": page.spec.features, "x": page.spec.features}
    for block in blocks:
        quantity = block.quantity
        if quantity.kind == "number":
            drawing.looks[quantity.name] = replace(KEY, number_format="0")
        for position, name in enumerate(names.get(quantity.kind, ())):
            column, symbol = block.column + position, quantity.heading(quantity.units[position])
            look = heading(quantity.role, first=position == 0, computed=not quantity.is_input)
            drawing.put(UNIT_ROW, column, f"{name}\n{symbol}", look)
            drawing.widths[column] = max(NORMAL, min(MOST_OF_WORD, text_width(name)))
            needed = (lines(name, look, drawing.widths[column] * DIGIT_PIXELS) + 1) * look.size
            drawing.heights[UNIT_ROW] = max(drawing.heights[UNIT_ROW], needed * LEADING)
    return drawing


def _is_drawn(quantity: Quantity) -> bool:
    return quantity.kind in {"picture", "caption"}
