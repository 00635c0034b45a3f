"""What is drawn on the sheet Optimiser: a table for each thing that is remembered of a parameter.

The tables stand below each other, so that a column is a parameter here as on Weights and Gradients;
the first begins in the row of theirs.
"""

from collections.abc import Iterator
from math import prod

from xlnn.blocks import FIRST_ROW, Block, table_blocks
from xlnn.quantity import Model, Quantity
from xlnn.workbooks.network.quantities.optimiser import SHEET
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.table import head, headed, name_rows, title_line
from xlnn.writing.drawing import Drawing

LEFT = 2
BETWEEN = 3
"""Rows from the end of a table to the beginning of the next: one that is empty, two of headings."""


def place(model: Model) -> Iterator[Block]:
    """Place the tables below each other, and beside the first one what all parameters share."""
    row, right = FIRST_ROW, 0
    for table in _tables(model):
        yield from table_blocks(table, row, LEFT)
        row += table[0].axes[0].length + BETWEEN
        right = LEFT + sum(prod(quantity.shape) for quantity in table)
    yield from table_blocks(_shared(model), FIRST_ROW, right + 1)


def _tables(model: Model) -> list[list[Quantity]]:
    """Return the quantities of each table: what is remembered, of the weights and biases."""
    tables: dict[str, list[Quantity]] = {}
    for quantity in model.quantities:
        if quantity.sheet == SHEET and quantity.layer:
            tables.setdefault(quantity.kind.rpartition("_")[0], []).append(quantity)
    return list(tables.values())


def _shared(model: Model) -> list[Quantity]:
    return [each for each in model.quantities if each.sheet == SHEET and not each.layer]


def draw(page: Page) -> Drawing:
    """Draw the headings of each table and the numbers of its epochs."""
    layout = page.layout
    top = min(block.row for block in layout.on(SHEET))
    drawing = Drawing(freeze=(1, LEFT), heights={1: 24, **headed(top)})
    for table in _tables(layout.model):
        first = layout.blocks[table[0].name]
        name_rows(drawing, first.quantity.axes, first.row, page.words)
    for block in layout.on(SHEET):
        head(drawing, block, page.words)
    title_line(drawing, page, SHEET, LEFT)
    return drawing
