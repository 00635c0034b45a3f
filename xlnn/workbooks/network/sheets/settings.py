"""Draw the sheet Settings: how the network trains, and how inputs are scaled."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from xlnn.grid import address
from xlnn.layout import FIRST_ROW, Block
from xlnn.quantity import Model
from xlnn.workbooks.network.sheets.names import input_names
from xlnn.workbooks.pages.sheet import Context, titled_drawing
from xlnn.workbooks.pages.table import bounded_validation, number_validation
from xlnn.writing.drawing import Drawing, cell_range
from xlnn.writing.style import ASIDE, ASKED, PLAIN, Look, value
from xlnn.writing.text_width import name_width

LISTS = ("labels", "middle", "factor", "t_middle", "t_factor")
TAKEN = ("mu", "beta", "beta1", "beta2", "epsilon", "l2")
"""What optimisers take, and the penalty on the weights."""

BOUNDS = {"eta": "positive", "epsilon": "positive", "l2": "from_0"}
"""What their cells may hold; of the others a share."""

SYMBOL = Look(bold=True, align="center", shrink=True)
VALUE = 3
"""The column of the cells that may be changed."""


def place(model: Model) -> Iterator[Block]:
    """Place the constants of a step, and below them the lists, one after the other.

    If there are several runs, each has a column.
    """
    row, here = FIRST_ROW, {q.name for q in model.quantities if q.sheet == "settings"}
    for name in ("eta", *TAKEN):
        if name in here:
            column, steps = VALUE + model[name].begins, ((0, 1),) * len(model[name].each)
            yield Block(model[name], "settings", row, column, steps)
            row += 1
    diverged = model.by_name.get("settings_diverged")
    if diverged:
        yield Block(diverged, "settings", row, VALUE, ((1, 0),))
    row += diverged.shape[0] if diverged else 1
    for name in LISTS:
        if name in here:
            yield Block(model[name], "settings", row, VALUE, ((1, 0),))
            row += model[name].shape[0] + 1


def draw(page: Context) -> Drawing:
    """Draw a line for each setting: its name, its symbol, its cell, and what it does."""
    runs = page.spec.number_of_runs
    told = VALUE + runs
    values = dict.fromkeys(range(VALUE, told), max(12, name_width(page.spec.labels)))
    drawing = titled_drawing(page, "settings")
    drawing.widths = {1: 24, 2: 14, **values, told: 60}
    blocks = page.layout.blocks
    drawing.looks["settings_diverged"] = ASKED
    for block in (block for block in page.layout.on("settings") if block.quantity.is_input):
        quantity = block.quantity
        drawing.put(block.row, 1, page.words("quantities", quantity.kind), PLAIN)
        drawing.put(block.row, told, page.words("settings", quantity.kind), ASIDE)
        look = value(quantity.number_format, given=True, first=False)
        drawing.looks[quantity.name] = replace(look, align="center", shrink=quantity.is_text)
        if quantity.kind in {"eta", *TAKEN}:
            drawing.put(block.row, 2, quantity.symbol, SYMBOL)
    for run in range(runs if runs > 1 else 0):
        title = page.words("compare", "run", run=run + 1)
        drawing.put(FIRST_ROW - 1, VALUE + run, title, SYMBOL)
    scaled = {name: input_names(page) for name in ("middle", "factor")}
    scaled |= dict.fromkeys(("t_middle", "t_factor"), page.spec.labels)
    for name, texts in scaled.items():
        if name in blocks:
            drawing.widths[2] = max(drawing.widths[2], name_width(texts))
            for number, text in enumerate(texts):
                drawing.put(blocks[name].row + number, 2, text, SYMBOL)
            positive = name == "t_factor"  # a prediction is divided by it
            cells = cell_range(blocks[name])
            drawing.validations.append(number_validation(cells, page.words, positive=positive))
    steps = (
        block for block in page.layout.on("settings") if block.quantity.kind in {"eta", *TAKEN}
    )
    for part in chain(*(block.parts for block in steps)):
        within, where = BOUNDS.get(part.quantity.kind, "share"), address(part.row, part.column)
        drawing.validations.append(bounded_validation(where, page.words, within))
    return drawing
