"""What is drawn on the sheet Settings: the learning rate and the labels, with their words."""

from collections.abc import Iterator

from xlnn.address import address
from xlnn.blocks import FIRST_ROW, Block
from xlnn.equations.optimiser import OPTIMISERS
from xlnn.quantity import Model
from xlnn.workbooks.network.sheets.names import input_names
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.table import bounded_validation, number_validation
from xlnn.writing.drawing import Drawing, cell_range
from xlnn.writing.style import NOTE, PLAIN, TITLE, Look

LISTS = ("labels", "middle", "factor", "t_middle", "t_factor")
TAKEN = ("mu", "beta", "beta1", "beta2", "epsilon", "l2")
"""What optimisers take, and the penalty on the weights."""

SYMBOL = Look(bold=True, align="center")
VALUE = 3
"""The column of the cells that may be changed."""


def place(model: Model) -> Iterator[Block]:
    """Place eta and what else a step takes, and below them the lists, one after the other."""
    row = FIRST_ROW
    for name in ("eta", *TAKEN):
        if name in model.by_name:
            yield Block(model[name], "settings", row, VALUE, ())
            row += 1
    row += 1
    for name in LISTS:
        if name in model.by_name:
            yield Block(model[name], "settings", row, VALUE, ((1, 0),))
            row += model[name].shape[0] + 1


def draw(page: Page) -> Drawing:
    """Draw a line for each setting: its name, its symbol, and what it does behind its cell."""
    drawing = Drawing(widths={1: 24, 2: 14, VALUE: 12, 4: 60}, gridlines=False)
    drawing.put(1, 1, page.layout.titles["settings"], TITLE)
    drawing.put(2, 1, page.words("notes", "settings"), NOTE)
    blocks = page.layout.blocks
    for block in page.layout.on("settings"):
        name = block.quantity.name
        drawing.put(block.row, 1, page.words("quantities", name), PLAIN)
        drawing.put(block.row, 4, page.words("settings", name), NOTE)
    for name in ("eta", *TAKEN):
        if name in blocks:
            drawing.put(blocks[name].row, 2, blocks[name].quantity.symbol, SYMBOL)
    for number in range(1, len(page.spec.labels) + 1):
        text = f"{page.words('headings', 'class')} {number}"
        drawing.put(blocks["labels"].row + number - 1, 2, text, SYMBOL)
    scaled = {name: input_names(page) for name in ("middle", "factor")}
    scaled |= dict.fromkeys(("t_middle", "t_factor"), page.spec.labels)
    for name, texts in scaled.items():
        if name in blocks:
            for number, text in enumerate(texts):
                drawing.put(blocks[name].row + number, 2, text, SYMBOL)
            positive = name == "t_factor"  # a prediction is divided by it
            cells = cell_range(blocks[name])
            drawing.validations.append(number_validation(cells, page.words, positive=positive))
    optimiser = OPTIMISERS[page.spec.optimizer]
    bounds = {name: "share" if c.share else "positive" for name, c in optimiser.constants.items()}
    for name, within in {"eta": "positive", **bounds, "l2": "from_0"}.items():
        if name in blocks:
            where = address(blocks[name].row, blocks[name].column)
            drawing.validations.append(bounded_validation(where, page.words, within))
    return drawing
