"""What is drawn on the sheet Check: NumPy's run beside the sheet's own, and what it means."""

from collections.abc import Iterator
from dataclasses import replace

from xlnn.blocks import Block, table_blocks
from xlnn.quantity import Model, Quantity
from xlnn.shipped.text import Text
from xlnn.workbooks.network.quantities.record import PREFIX, SHEET
from xlnn.workbooks.network.sheets.names import input_names, named
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.table import head, name_rows
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import LABEL, NOTE, SENTENCE, TITLE, heading

TOP = 4
VALUES = 3
RESULTS = ("state", "changes", "largest")
LINES = ("", "_distance", "_start")
"""The rows of the parameters: the last weights, their distance, and the start."""

PARAMETERS = TOP + 7
NOTED = PARAMETERS + 5
"""The first row of what else was noted of the inputs."""

NAMES = 5
"""The column of the inputs' names, beside how they were scaled: down, as on the sheet Settings."""

SCALING = ("middle", "factor")


def place(model: Model) -> Iterator[Block]:
    """Place the results, the parameters, the other inputs, and a row for each epoch."""
    for row, name in enumerate(RESULTS, start=TOP):
        yield Block(model[PREFIX + name], SHEET, row, VALUES, ())
    names = [q for q in model.quantities if q.sheet == "weights"]
    for row, line in enumerate(LINES, start=PARAMETERS):
        quantities = [model[f"{PREFIX}{q.kind}{line}{q.layer}"] for q in names]
        yield from table_blocks(quantities, row, VALUES)
    inputs = _inputs(model)
    first = NOTED + len(inputs) + 3
    for column, quantity in enumerate(_scaling(model), start=NAMES + 1):
        yield Block(quantity, SHEET, first, column, ((1, 0),))
    for row, quantity in enumerate(inputs, start=NOTED):
        yield from table_blocks([quantity], row, VALUES)
    yield from table_blocks([model[f"{PREFIX}C_T"], model[f"{PREFIX}C_T_distance"]], first, 2)


def _scaling(model: Model) -> list[Quantity]:
    return [model[PREFIX + name] for name in SCALING if PREFIX + name in model.by_name]


def _inputs(model: Model) -> list[Quantity]:
    """Return what else was noted of the inputs that are no weights, and of images the same now."""
    placed = {f"{PREFIX}{name}" for name in (*RESULTS, *SCALING, "C_T", "C_T_distance")}
    return [
        quantity
        for quantity in model.quantities
        if quantity.sheet == SHEET and quantity.name not in placed and not quantity.layer
    ]


def draw(page: Page) -> Drawing:
    """Draw what the lines are."""
    blocks, words = page.layout.blocks, page.words
    drawing = Drawing(gridlines=False, one_page=True, heights={1: 24}, widths={1: 8, 2: 36})
    drawing.put(1, 1, page.layout.titles[SHEET], TITLE)
    drawing.put(2, 1, words("notes", SHEET), NOTE)
    for name in RESULTS:
        drawing.put(blocks[PREFIX + name].row, 1, words("check", name), LABEL)
        drawing.looks[PREFIX + name] = replace(
            SENTENCE,
            bold=name == "state",
            align="left",
            number_format=blocks[PREFIX + name].quantity.number_format,
        )
    drawing.put(PARAMETERS - 2, 1, words("check", "parameters"), LABEL)
    for row, line in enumerate(LINES, start=PARAMETERS):
        drawing.put(row, 1, words("check", f"line{line}"), LABEL)
    column = VALUES
    for block in page.layout.on("weights"):
        quantity = block.quantity
        for position, unit in enumerate(quantity.units):
            look = heading(quantity.role, first=position == 0)
            drawing.put(PARAMETERS - 1, column, quantity.heading(unit), look)
            column += 1
    for quantity in _inputs(page.layout.model):
        drawing.put(blocks[quantity.name].row, 1, _told(quantity, words), LABEL)
    epochs = [blocks[f"{PREFIX}C_T"], blocks[f"{PREFIX}C_T_distance"]]
    name_rows(drawing, epochs[0].quantity.axes, epochs[0].row, words)
    for block in epochs:
        head(drawing, block, words, width=False)
    drawing.widths |= dict.fromkeys(range(VALUES, max(column, NAMES + len(SCALING)) + 1), 10)
    _draw_scaling(drawing, page)
    return drawing


def _draw_scaling(drawing: Drawing, page: Page) -> None:
    """Draw the headings of what was noted of the scaling, and the names of the inputs."""
    scaling = _scaling(page.layout.model)
    for quantity in scaling:
        block = page.layout.blocks[quantity.name]
        look = heading(quantity.role, first=True, computed=True)
        drawing.put(block.row - 1, block.column, _told(quantity, page.words), look)
        drawing.heights[block.row - 1] = 44
        for row, name in enumerate(input_names(page), start=block.row):
            drawing.put(row, NAMES, name, LABEL)


def _told(quantity: Quantity, words: Text) -> str:
    """Say what was noted: an input, or a sum that changes with any image; and the same now."""
    name = named(quantity, words)
    if quantity.name.endswith("_now"):
        return words("check", "sum_now", name=name)
    key = "sum" if quantity.name.endswith("_print") else "noted"
    return words("check", key, name=name)
