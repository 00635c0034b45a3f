"""The sheet Gradient check: a slope computed in two ways.

The chosen parameter is moved by h to either side, all images are sent forward, and the difference
quotient is shown next to the back-propagated gradient.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from math import prod

import numpy as np
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill

from xlnn.equations.cost import TotalCost
from xlnn.equations.lens import DIFFERENCE_QUOTIENT, DISTANCE, ChosenGradient, Shifted
from xlnn.equations.lookup import OfEpoch
from xlnn.equations.optimiser import Penalty
from xlnn.grid import address, letters
from xlnn.layout import Block, table_blocks
from xlnn.quantity import Model, Quantity
from xlnn.workbooks.network.quantities.network import L2, cost, forward, penalised
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.sheets.choosers import draw_choices, place_choice
from xlnn.workbooks.pages.sheet import Context, titled_drawing
from xlnn.workbooks.pages.table import (
    choice_validation,
    head,
    name_rows,
    number_validation,
    row_validation,
)
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import KEY, LABEL, NUMBER, RULE, heading, value

SHEET = "gradient_check"
PREFIX = "slope_"
SIDES = {"plus_": 1, "minus_": -1}

HEEDED = 0.01
"""From which part of the largest slope on a parameter is worth moving."""

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


def quantities(stack: Stack) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Gradient check."""
    shown = {"prefix": PREFIX, "sheet": SHEET}
    parameters = list(stack.parameters)
    count = sum(prod(shape) for *_, shape in parameters)
    yield quantity("epoch", choices=(1, stack.spec.epochs), number_format="0", **shown)
    yield quantity("chosen", choices=(1, count), number_format="0", **shown)
    yield quantity("h", scale=0.01, number_format="General", **shown)
    for kind in ("", "dC_d"):
        for letter, layer, shape in parameters:
            uses = {"all_epochs": f"{kind}{letter}{layer}", "epoch": "slope_epoch"}
            own = {"shape": shape, "equation": OfEpoch(shape), "uses": uses}
            yield quantity(f"{kind}{letter}", layer, **own, **shown)
    for side, sign in SIDES.items():
        first = 1
        for letter, layer, shape in parameters:
            uses = {"w": f"slope_{letter}{layer}", "chosen": "slope_chosen", "h": "slope_h"}
            own = {"shape": shape, "equation": Shifted(first, sign), "uses": uses}
            yield quantity(letter, layer, prefix=side, sheet=SHEET, **own)
            first += prod(shape)
    images = (stack.image,)
    for side in SIDES:
        below = {stack.names[0]: "x"}
        moved = {"axes": images, "prefix": side, "sheet": SHEET}
        sent = chain(forward(stack, slopes=False, below=below, **moved), cost(stack, **moved))
        # w + h and w - h differ in one parameter, so a formula with the wrong one may seem right
        yield from (replace(found, reads_as_stated=True) for found in sent)
    quotients = {"C_plus": "plus_C", "C_minus": "minus_C", "h": "slope_h"}
    yield quantity("quotient", axes=images, equation=DIFFERENCE_QUOTIENT, uses=quotients, **shown)
    uses = {"C": "slope_quotient"}
    if stack.spec.regularised:
        yield from _penalties(stack)
        uses["penalty"] = "slope_penalty"
    yield quantity("numeric", equation=TotalCost(), uses=uses, **shown)
    names = tuple(f"slope_dC_d{letter}{layer}" for letter, layer, _ in parameters)
    uses = {name: name for name in names} | {"chosen": "slope_chosen"}
    yield quantity("backward", equation=ChosenGradient(names), uses=uses, **shown)
    between = {"here": "slope_numeric", "there": "slope_backward"}
    yield quantity("distance", equation=DISTANCE, uses=between, number_format="0.0E+00", **shown)


def worth_moving(model: Model, run: Mapping[str, np.ndarray]) -> int:
    """Return the number of the first parameter that affects the cost: a pixel may be always 0.

    Parameters
    ----------
    model : Model
        With the sheet Gradient check.
    run : dict of arrays
        What training comes to.
    """
    names = [name.removeprefix(PREFIX) for name in model["slope_backward"].uses]
    slopes = [np.abs(run[name][0]).ravel() for name in names if name in run]
    size = np.concatenate(slopes) if slopes else np.ones(1)
    return int((size >= HEEDED * size.max()).argmax()) + 1


def _penalties(stack: Stack) -> Iterator[Quantity]:
    """Yield the penalty with w + h and with w - h, and the slope that it adds to C_T."""
    for side in SIDES:
        weights = [f"{side}{name}" for name in penalised(stack)]
        uses = {name: name for name in (*weights, L2)}
        found = quantity(
            "penalty", prefix=side, sheet=SHEET, equation=Penalty(tuple(weights)), uses=uses
        )
        yield replace(found, reads_as_stated=True)
    quotients = {"C_plus": "plus_penalty", "C_minus": "minus_penalty", "h": "slope_h"}
    yield quantity(
        "penalty", prefix=PREFIX, sheet=SHEET, equation=DIFFERENCE_QUOTIENT, uses=quotients
    )


def place(model: Model) -> Iterator[Block]:
    """Place the choices and results, the parameters in one row each, and a row for each image."""
    here = [found for found in model.quantities if found.sheet == SHEET]
    for row, name in enumerate((*CHOICES, *RESULTS), start=TOP):
        yield from place_choice(model, PREFIX + name, row, VALUES)
    rows = {f"{PREFIX}w": 2, f"{PREFIX}g": 3} | {side: 4 + i for i, side in enumerate(SIDES)}
    columns = dict.fromkeys(rows, 2)
    parameters = [q for q in here if not q.axes and q.shape]
    for found in parameters:
        row = f"{PREFIX}{'g' if found.kind.startswith('dC') else 'w'}"
        row = next((side for side in SIDES if found.name.startswith(side)), row)
        (block,) = table_blocks([found], PARAMETERS + rows[row], columns[row])
        columns[row] += prod(found.shape)
        yield block
    for name, (row, right) in PENALTIES.items():
        if name in model.by_name:
            yield Block(model[name], SHEET, PARAMETERS + row, max(columns.values()) + right, ())
    yield from table_blocks([q for q in here if q.axes], IMAGES, 2)


def draw(page: Context) -> Drawing:
    """Draw the choices, the parameters' names, and the headings of the images' table."""
    blocks, words = page.layout.blocks, page.words
    drawing = titled_drawing(page, SHEET)
    drawing.gridlines, drawing.freeze = True, (1, 2)
    drawing.repeat_from, drawing.repeat = IMAGES - 2, IMAGES - 1
    for name in (*CHOICES, *RESULTS):
        block = blocks[PREFIX + name]
        drawing.put(block.row, 1, words("gradient_check", name), LABEL)
        drawing.looks[PREFIX + name] = replace(
            value(block.quantity.number_format, given=name in CHOICES, first=False), align="center"
        )
    draw_choices(drawing, page, SHEET)
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
