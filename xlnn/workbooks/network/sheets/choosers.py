"""Draw the cells in which users choose an epoch and a run.

They have drop-down lists instead of scroll bars. A scroll bar is a form control: it needs a VML
drawing and a separate part, LibreOffice loses it on saving, and a file with one is refused before
any engine reads it (`FORBIDDEN` in `xlnn.xlsx.guard`), since such controls can run macros.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from xlnn.layout import Block, single_block
from xlnn.quantity import Model
from xlnn.workbooks.network.quantities import compare
from xlnn.workbooks.network.quantities.runs import RUN
from xlnn.workbooks.network.quantities.workbook import ASKED as ASKED_FOR
from xlnn.workbooks.network.quantities.workbook import USED, companion_name
from xlnn.workbooks.network.sheets.several_runs import Draw, Place
from xlnn.workbooks.network.spec import Spec
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import row_validation
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import ASKED, CHOICE, LABEL, QUIET_NUMBER

EPOCH = "epoch"

ROOM = 5
"""Columns of pixels that the sentence beside a choice takes."""


def with_used(model: Model, name: str, row: int, column: int) -> Iterator[Block]:
    """Place a number; to the right of a choice, the number that is used, and what to type.

    The number that is used is there unless another sheet has it.
    """
    choice = model[name]
    yield single_block(choice, row, column)
    for what in (USED, ASKED_FOR) if choice.choices else ():
        found = model[companion_name(choice, what)]
        if found.sheet == choice.sheet:
            column += 1
            yield single_block(found, row, column)


def draw_used(drawing: Drawing, page: Context[Any], sheet: str) -> None:
    """Draw the choices of a sheet as they were typed, and what stands beside them."""
    looks = {USED: QUIET_NUMBER, ASKED_FOR: ASKED}
    for block in page.layout.on(sheet):
        name = block.quantity.name
        if block.quantity.choices and name in drawing.looks:
            drawing.looks[name] = replace(drawing.looks[name], number_format="General")
        elif look := looks.get(block.quantity.kind.rpartition("_")[2]):
            drawing.looks[name] = look


def draw_epoch(drawing: Drawing, page: Context[Spec], prefix: str) -> None:
    """Draw the choice of the epoch of a sheet, whose names begin with a prefix."""
    epoch = page.layout.blocks[prefix + EPOCH]
    drawing.put(epoch.row, 1, page.words("headings", EPOCH), LABEL)
    drawing.looks[epoch.quantity.name] = CHOICE
    drawing.validations.append(row_validation(page, epoch, page.layout.blocks["C_T"]))


def placed(place: Place) -> Place:
    """Return the function that places a sheet, and on it the choice of a run."""

    def placing(model: Model) -> Iterator[Block]:
        for block in place(model):
            yield block
            name = block.quantity.name.removesuffix(EPOCH) + RUN
            if block.quantity.kind == EPOCH and name in model.by_name:
                yield from with_used(model, name, block.row - 1, block.column)

    return placing


def drawn(sheet: str, draw: Draw) -> Draw:
    """Return the function that draws a sheet, and on it the choice of a run."""

    def drawing_of(page: Context[Spec]) -> Drawing:
        drawing = draw(page)
        for block in page.layout.on(sheet):
            if block.quantity.kind == RUN:
                _choice(drawing, page, block)
        return drawing

    return drawing_of


def _choice(drawing: Drawing, page: Context[Spec], block: Block) -> None:
    """Draw what the choice is, above the words of the epoch, and its list."""
    beside = min(column for column in drawing.cells[block.row + 1] if column < block.column)
    drawing.put(block.row, beside, page.words("headings", RUN), LABEL)
    drawing.looks[block.quantity.name] = CHOICE
    runs = page.layout.blocks[f"{compare.PREFIX}name"]
    drawing.validations.append(row_validation(page, block, runs))
