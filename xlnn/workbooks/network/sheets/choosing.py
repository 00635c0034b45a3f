"""Where is a run chosen? On each sheet that looks closely at one epoch, above the epoch."""

from collections.abc import Iterator
from dataclasses import replace

from xlnn.address import address
from xlnn.blocks import Block
from xlnn.layout import quoted
from xlnn.quantity import Model
from xlnn.workbooks.network.quantities import compare
from xlnn.workbooks.network.quantities.runs import RUN
from xlnn.workbooks.network.sheets.stacked import Draw, Place
from xlnn.workbooks.network.spec import Spec
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.table import choice_validation
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import LABEL, value

EPOCH = "epoch"


def placed(place: Place) -> Place:
    """Return the function that places a sheet, and on it the choice of a run."""

    def placing(model: Model) -> Iterator[Block]:
        for block in place(model):
            yield block
            name = block.quantity.name.removesuffix(EPOCH) + RUN
            if block.quantity.kind == EPOCH and name in model.by_name:
                yield Block(model[name], block.sheet, block.row - 1, block.column, ())

    return placing


def drawn(sheet: str, draw: Draw) -> Draw:
    """Return the function that draws a sheet, and on it the choice of a run."""

    def drawing_of(page: Page[Spec]) -> Drawing:
        drawing = draw(page)
        for block in page.layout.on(sheet):
            if block.quantity.kind == RUN:
                _choice(drawing, page, block)
        return drawing

    return drawing_of


def _choice(drawing: Drawing, page: Page[Spec], block: Block) -> None:
    """Draw what the choice is, above the words of the epoch, and its list."""
    beside = min(column for column in drawing.cells[block.row + 1] if column < block.column)
    note = drawing.cells.get(block.row, {}).pop(beside, None)
    if note:  # what was told there stands to the right of the choice
        drawing.cells[block.row][block.column + 1] = note
    drawing.put(block.row, beside, page.words("headings", RUN), LABEL)
    look = value("0", given=True, first=False)
    drawing.looks[block.quantity.name] = replace(look, bold=True, align="center")
    runs = page.layout.blocks[f"{compare.PREFIX}name"]
    source = f"{quoted(page.layout.titles[compare.SHEET])}!$A${runs.row}:$A${runs.last[0]}"
    cell = address(block.row, block.column)
    drawing.validations.append(
        choice_validation(cell, source, page.words, block.quantity.choices[1])
    )
