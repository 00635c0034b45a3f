"""What is drawn on the sheet Check: NumPy's run beside the sheet's own, and what it means."""

from collections.abc import Iterator
from dataclasses import replace

from xlnn.drawing import Drawing
from xlnn.layout import Block, table_blocks
from xlnn.models.record import PREFIX, SHEET
from xlnn.quantity import Model
from xlnn.sheets.page import Page
from xlnn.sheets.table import head, name_rows
from xlnn.style import LABEL, NOTE, SENTENCE, TITLE, heading

TOP = 4
VALUES = 3
RESULTS = ("state", "changes", "largest", "eta")
LINES = ("", "_distance", "_start")
"""The rows of the parameters: the last weights, their distance, and the start."""

PARAMETERS = TOP + 8
PRINTS = PARAMETERS + 6
EPOCHS = PRINTS + 10


def place(model: Model) -> Iterator[Block]:
    """Place the results, the parameters, the fingerprints, and a row for each epoch."""
    for row, name in enumerate(RESULTS, start=TOP):
        yield Block(model[PREFIX + name], SHEET, row, VALUES, ())
    names = [q for q in model.quantities if q.sheet == "weights"]
    for row, line in enumerate(LINES, start=PARAMETERS):
        quantities = [model[f"{PREFIX}{q.kind}{line}{q.layer}"] for q in names]
        yield from table_blocks(quantities, row, VALUES)
    row = PRINTS
    for name in ("x", "t"):
        for line in ("", "_now"):
            yield from table_blocks([model[f"{PREFIX}{name}_print{line}"]], row, VALUES)
            row += 1
        row += 1
    yield from table_blocks([model[f"{PREFIX}C_T"], model[f"{PREFIX}C_T_distance"]], EPOCHS, 2)


def draw(page: Page) -> Drawing:
    """Draw what the lines are."""
    blocks, words = page.layout.blocks, page.words
    drawing = Drawing(gridlines=False, one_page=True, heights={1: 24}, widths={1: 8, 2: 30})
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
            look = heading(quantity.kind, first=position == 0)
            drawing.put(PARAMETERS - 1, column, quantity.heading(unit), look)
            column += 1
    row = PRINTS
    for name in ("x", "t"):
        for line in ("", "_now"):
            drawing.put(row, 1, words("check", f"{name}{line}"), LABEL)
            row += 1
        row += 1
    epochs = [blocks[f"{PREFIX}C_T"], blocks[f"{PREFIX}C_T_distance"]]
    name_rows(drawing, epochs[0].quantity.axes, EPOCHS, words)
    for block in epochs:
        head(drawing, block, words, width=False)
    drawing.widths |= dict.fromkeys(range(VALUES, column + 1), 10)
    return drawing
