"""Draw the sheet Gradient check: a slope computed in two ways."""

from collections.abc import Iterator
from dataclasses import replace
from math import prod

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill

from xlnn.address import address, letters
from xlnn.layout import Block, table_blocks
from xlnn.quantity import Model
from xlnn.workbooks.network.quantities.gradient_check import PREFIX, SHEET, SIDES
from xlnn.workbooks.network.sheets.choosers import draw_used, with_used
from xlnn.workbooks.pages.sheet import Context, begun
from xlnn.workbooks.pages.table import (
    choice_validation,
    head,
    name_rows,
    number_validation,
    row_validation,
)
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import KEY, LABEL, NUMBER, RULE, heading, value

VALUES = 3
CHOICES = ("epoch", "chosen", "h")
RESULTS = ("numeric", "backward", "distance")
TOP = 4
PARAMETERS = TOP + 8
"""The row of the parameters' numbers; their symbols, values and gradients stand below."""

IMAGES = PARAMETERS + 9
PENALTIES = {"plus_penalty": (4, 1), "minus_penalty": (5, 1), f"{PREFIX}penalty": (4, 2)}
"""Where the penalty with w + h and with w - h stands, and its slope: below the first parameter's
number, to the right of the last one."""


def place(model: Model) -> Iterator[Block]:
    """Place the choices and results, the parameters in one row each, and a row for each image."""
    here = [quantity for quantity in model.quantities if quantity.sheet == SHEET]
    for row, name in enumerate((*CHOICES, *RESULTS), start=TOP):
        yield from with_used(model, PREFIX + name, row, VALUES)
    rows = {f"{PREFIX}w": 2, f"{PREFIX}g": 3} | {side: 4 + i for i, side in enumerate(SIDES)}
    columns = dict.fromkeys(rows, 2)
    parameters = [q for q in here if not q.axes and q.shape]
    for quantity in parameters:
        row = f"{PREFIX}{'g' if quantity.kind.startswith('dC') else 'w'}"
        row = next((side for side in SIDES if quantity.name.startswith(side)), row)
        (block,) = table_blocks([quantity], PARAMETERS + rows[row], columns[row])
        columns[row] += prod(quantity.shape)
        yield block
    for name, (row, right) in PENALTIES.items():
        if name in model.by_name:
            yield Block(model[name], SHEET, PARAMETERS + row, max(columns.values()) + right, ())
    yield from table_blocks([q for q in here if q.axes], IMAGES, 2)


def draw(page: Context) -> Drawing:
    """Draw the choices, the parameters' names, and the headings of the images' table."""
    blocks, words = page.layout.blocks, page.words
    drawing = begun(page, SHEET)
    drawing.gridlines, drawing.freeze = True, (1, 2)
    drawing.repeat_from, drawing.repeat = IMAGES - 2, IMAGES - 1
    for name in (*CHOICES, *RESULTS):
        block = blocks[PREFIX + name]
        drawing.put(block.row, 1, words("gradient_check", name), LABEL)
        drawing.looks[PREFIX + name] = replace(
            value(block.quantity.number_format, given=name in CHOICES, first=False), align="center"
        )
    draw_used(drawing, page, SHEET)
    here = page.layout.on(SHEET)
    tables = [block for block in here if block.quantity.axes]
    name_rows(drawing, tables[0].quantity.axes, IMAGES, words)
    for block in tables:
        head(drawing, block, words, width=False)
    _draw_parameters(drawing, page)
    sides = {"plus_": words("gradient_check", "plus"), "minus_": words("gradient_check", "minus")}
    for side, text in sides.items():
        first = next(block for block in tables if block.quantity.name.startswith(side))
        drawing.put(IMAGES - 3, first.column, text, LABEL)
    last = max(block.last[1] for block in here)
    drawing.widths |= dict.fromkeys(range(2, last + 1), 10)
    drawing.widths[1] = 26
    return drawing


def _draw_parameters(drawing: Drawing, page: Context) -> None:
    blocks, words = page.layout.blocks, page.words
    lines = ("number", "symbol", "w", "gradient", "plus", "minus")
    for row, name in enumerate(lines, start=PARAMETERS):
        drawing.put(row, 1, words("gradient_check", f"line_{name}"), LABEL)
    column = 2
    parameters = [
        block
        for block in page.layout.on(SHEET)
        if block.row == PARAMETERS + 2 and not block.quantity.axes
    ]
    for block in parameters:
        quantity = block.quantity
        for position, unit in enumerate(quantity.units):
            drawing.put(PARAMETERS, column, column - 1, KEY)
            look = heading(quantity.role, first=position == 0)
            drawing.put(PARAMETERS + 1, column, quantity.heading(unit), look)
            column += 1
    for block in page.layout.on(SHEET):
        if not block.quantity.axes and (block.quantity.shape or block.quantity.name in PENALTIES):
            drawing.looks[block.quantity.name] = NUMBER
    for name, text in (("plus_penalty", "λ/2 Σ w²"), (f"{PREFIX}penalty", "Δ / 2h")):
        if name in blocks:
            look = heading(blocks[name].quantity.role, first=True)
            drawing.put(PARAMETERS + 1, blocks[name].column, text, look)
    epoch, chosen, h, used = (blocks[PREFIX + name] for name in (*CHOICES, "chosen_used"))
    end = letters(column - 1)
    drawing.validations += [
        choice_validation(
            address(chosen.row, chosen.column),
            f"$B${PARAMETERS}:${end}${PARAMETERS}",
            words,
            chosen.quantity.choices[1],
        ),
        row_validation(page, epoch, blocks["C_T"]),
        number_validation(address(h.row, h.column), words, positive=True),
    ]
    rule = FormulaRule(
        formula=[f"B${PARAMETERS}=${letters(used.column)}${used.row}"],
        fill=PatternFill("solid", bgColor=RULE),
    )
    drawing.colours.append((f"B{PARAMETERS}:{end}{PARAMETERS + 5}", rule))
