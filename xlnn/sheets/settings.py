"""What is drawn on the sheet Settings: the learning rate and the labels, with their words."""

from collections.abc import Iterator

from xlnn.address import address
from xlnn.drawing import Drawing
from xlnn.layout import FIRST_ROW, Block
from xlnn.quantity import Model
from xlnn.sheets.page import Page
from xlnn.sheets.table import number_validation
from xlnn.style import NOTE, PLAIN, TITLE, Look

SYMBOL = Look(bold=True, align="center")
VALUE = 3
"""The column of the cells that may be changed."""


def place(model: Model) -> Iterator[Block]:
    """Place eta, and below it the labels, one under the other."""
    yield Block(model["eta"], "settings", FIRST_ROW, VALUE, ())
    yield Block(model["labels"], "settings", FIRST_ROW + 2, VALUE, ((1, 0),))


def draw(page: Page) -> Drawing:
    """Draw a line for each setting: its name, its symbol, and what it does behind its cell."""
    drawing = Drawing(widths={1: 24, 2: 9, VALUE: 12, 4: 60}, gridlines=False)
    drawing.put(1, 1, page.layout.titles["settings"], TITLE)
    drawing.put(2, 1, page.words("notes", "settings"), NOTE)
    for name in ("eta", "labels"):
        row = page.layout.blocks[name].row
        drawing.put(row, 1, page.words("quantities", name), PLAIN)
        drawing.put(row, 4, page.words("settings", name), NOTE)
    eta, labels = page.layout.blocks["eta"], page.layout.blocks["labels"]
    drawing.put(eta.row, 2, eta.quantity.symbol, SYMBOL)
    for number in range(1, len(page.spec.labels) + 1):
        text = f"{page.words('headings', 'class')} {number}"
        drawing.put(labels.row + number - 1, 2, text, SYMBOL)
    where = address(eta.row, eta.column)
    drawing.validations.append(number_validation(where, page.words, positive=True))
    return drawing
