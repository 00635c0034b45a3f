"""The kind "xor-layers": exclusive or without and with a hidden layer, side by side.

A unit divides the plane by a line, and no line has (0, 1) and (1, 0) on one side of it and (0, 0)
and (1, 1) on the other. Two hidden units draw two lines, and the output unit joins them.

Book: 1-2, 1-4, 3-2, 4-4; the exclusive or itself is not the book's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from xlnn.address import address
from xlnn.blocks import FIRST_ROW, Block, single_block, table_blocks
from xlnn.quantity import Model
from xlnn.workbooks.experiment import Experiment, ExperimentSpec, Origin
from xlnn.workbooks.kind import Recipe
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.panel import begun, column_of, heads, say, show
from xlnn.workbooks.pages.sheet import Sheet
from xlnn.workbooks.pages.table import (
    choice_validation,
    drawn,
    name_rows,
    number_validation,
    numbers_only,
    placed,
)
from xlnn.workbooks.xor_layers.quantities import LAYERS, MARKS, POINT, POINTS, quantities
from xlnn.writing.charts import Cells, Line, ends, scatter, square
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import (
    LABEL,
    NEGATIVE,
    POSITIVE,
    QUIET,
    SECTION,
    Look,
    ink_scale,
    on_ink,
    value,
)

SINGLE = ("z_single_shown", "a_single_shown", "fires_single", "side_single")
HIDDEN_ONE = ("z2_shown", "a2_shown", "z3_shown", "a3_shown", "fires_hidden", "side_hidden")
TABLE = FIRST_ROW + 8
LINES = TABLE + POINTS + 5
CHARTS = LINES + 6
"""Rows of the sheet: what the networks make of the points, their lines, and the charts."""

FIRST_COLOUR, SECOND_COLOUR = "C0561C", "1B4F9C"


def place(model: Model) -> Iterator[Block]:
    """Place the settings, a row for each point, and below a row for each line."""
    for row, name in enumerate(("eta", "shown"), start=FIRST_ROW):
        yield single_block(model[name], row, 3)
    for row, name in enumerate(("counts", "means"), start=FIRST_ROW + 2):
        yield single_block(model[name], row, 1)
    for row, name in enumerate(("epoch", "who"), start=FIRST_ROW + 1):
        yield single_block(model[name], row, 20)
    names = ("x", "t", *SINGLE, *HIDDEN_ONE, "height")
    columns = {}
    for block in table_blocks([model[name] for name in names], TABLE, 2):
        columns[block.quantity.name] = block.column
        yield block
    for which in ("single", "hidden"):
        yield single_block(model[f"right_{which}"], TABLE + POINTS, columns[f"side_{which}"])
    row = LINES
    for layer, (units, _) in LAYERS.items():
        down, right = (1, 0), (0, 1)
        name = layer if layer.isdigit() else f"_{layer}"
        yield single_block(model[f"W{name}_shown"], row, 2, down, right)
        yield single_block(model[f"b{name}_shown"], row, 4, down)
        if layer != "3":
            for column, along in ((5, "x"), (7, "y")):
                yield single_block(model[f"line_{along}_{layer}"], row, column, down, right)
        row += units


def draw(page: Page[Any]) -> Drawing:
    """Draw the settings, what both networks make of the points, their lines, and three charts."""
    layout, words = page.layout, page.words
    drawing = begun(page, "xor", A=24)
    drawing.widths |= dict.fromkeys(range(2, 21), 8.3)
    show(drawing, layout, words, ("eta",))
    _choose_epoch(drawing, page)
    say(drawing, "counts", bold=True)
    say(drawing, "means")
    drawing.looks |= dict.fromkeys(("epoch", "who"), Look(number_format=";;;"))
    name_rows(drawing, (POINT,), TABLE, words)
    drawing.widths[1] = 24
    for name in ("x", "t", *SINGLE, *HIDDEN_ONE, "height"):
        block = layout.blocks[name]
        heads(drawing, block, words)
        look = value(block.quantity.number_format, given=block.quantity.is_input, first=False)
        drawing.looks[name] = replace(look, align="center")
        if name in {"z_single_shown", "z3_shown"}:
            drawing.widths[block.column] = 14
        if name in {"a_single_shown", "a2_shown", "a3_shown"}:
            drawing.colour(block, ink_scale())
            drawing.colour(block, *on_ink(address(block.row, block.column)))
        if name.startswith("side"):
            drawing.looks[name] = Look(align="center", number_format=MARKS, bold=True)
    drawing.looks["height"] = Look(size=8, ink=QUIET, align="center", number_format="0.##")
    drawing.validations.append(numbers_only(layout.blocks["x"], words))
    block = layout.blocks["t"]
    cells = f"{address(block.row, block.column)}:{address(*block.last)}"
    drawing.validations.append(choice_validation(cells, '"0,1"', words, 1, least=0))
    for which, names in (("single", SINGLE), ("hidden", HIDDEN_ONE)):
        columns = [layout.blocks[names[0]].column, layout.blocks[names[-1]].column]
        for column in range(columns[0], columns[1] + 1):
            text = words("headings", which) if column == columns[0] else ""
            drawing.put(TABLE - 3, column, text, SECTION)
        block = layout.blocks[f"right_{which}"]
        drawing.put(block.row, columns[0], words("quantities", "right"), LABEL)
        drawing.looks[f"right_{which}"] = Look(align="center", number_format="0", bold=True)
    _draw_lines(drawing, page)
    drawing.charts = [*_charts(page)]
    return drawing


def _choose_epoch(drawing: Drawing, page: Page[Any]) -> None:
    """Draw the name of the epoch that is shown; a list of all would be too long for a cell."""
    show(drawing, page.layout, page.words, ("shown",))
    block = page.layout.blocks["shown"]
    cell = address(block.row, block.column)
    drawing.validations = [rule for rule in drawing.validations if cell not in str(rule.sqref)]
    drawing.validations.append(number_validation(cell, page.words))


def _draw_lines(drawing: Drawing, page: Page[Any]) -> None:
    """Draw the headings over the weights of the epoch and over the ends of the lines."""
    words, row = page.words, LINES
    texts = {1: "line", 2: "w₁", 3: "w₂", 4: "b", 5: "ends_x", 7: "ends_y"}
    for column in range(1, 9):
        text = texts.get(column, "")
        text = words("headings", text) if text in {"line", "ends_x", "ends_y"} else text
        look = replace(SECTION, align="right") if column in {2, 3, 4, 5, 7} else SECTION
        drawing.put(row - 1, column, text, look)
    rows = [("output_single", 1), ("unit", 1), ("unit", 2), ("output_hidden", 1)]
    for down, (key, number) in enumerate(rows):
        drawing.put(row + down, 1, words("headings", key, number=number), LABEL)


def _charts(page: Page[Any]) -> Iterator[tuple[str, Any]]:
    """Yield the plane as each network divides it, and both C_T over the epochs."""
    layout, words = page.layout, page.words
    for column, which, layer in ((1, "single", "single"), (5, "hidden", "2")):
        lines = []
        for unit in range(LAYERS[layer][0]):
            x, y = (_row(page, f"line_{along}_{layer}", unit) for along in "xy")
            name = words("charts", f"line_{which}", number="₁₂"[unit])
            lines.append(Line(x, y, (FIRST_COLOUR, SECOND_COLOUR)[unit], name=name))
        for target, colour in ((0, NEGATIVE), (1, POSITIVE)):
            points = column_of(layout, "x", (0,)), column_of(layout, "height", (target,))
            name = words("charts", f"points_{target}")
            lines.append(Line(*points, colour, name=name, width=0, marker="circle"))
        chart = scatter(words("charts", f"plane_{which}"), "x₁", lines, "x₂")
        chart.height, chart.width = 10, 9.1
        square(chart)
        for axis in (chart.x_axis, chart.y_axis):
            axis.scaling.min, axis.scaling.max, axis.majorUnit = -0.5, 1.5, 0.5
        yield address(CHARTS, column), chart
    block = layout.blocks["C_T_single"]
    numbers = Cells(layout.titles["weights"], 1, block.row, block.last[0])
    lines = [
        Line(numbers, column_of(layout, f"C_T_{which}"), colour, name=words("charts", which))
        for which, colour in (("single", QUIET), ("hidden", FIRST_COLOUR))
    ]
    chart = scatter(words("charts", "C_T"), words("headings", "epoch"), lines)
    chart.height, chart.width = 10, 13
    ends(chart.x_axis, 0, page.spec.sizes["steps"])
    chart.y_axis.scaling.min = 0
    yield address(CHARTS, 10), chart


def _row(page: Page[Any], name: str, unit: int) -> Cells:
    """Return both ends of a line, which stand side by side."""
    block = page.layout.blocks[name]
    row, column = block.address((unit, 0))
    return Cells(page.layout.titles[block.sheet], column, row, row, last_column=column + 1)


class LayersKind(Experiment):
    """An experiment that shows an epoch, at first the last one."""

    def recipe(self, origin: Origin, options: Mapping[str, Any]) -> Recipe[ExperimentSpec]:
        """Join an origin with a person's options; no later epoch is shown than there is."""
        steps = options.get("epochs", origin.spec.sizes["steps"])
        shown = np.asarray(origin.inputs.get("shown"))
        if shown.dtype.kind in "if" and shown.size == 1 and isinstance(steps, int):
            origin = Origin(origin.spec, {**origin.inputs, "shown": np.minimum(shown, steps)})
        return super().recipe(origin, options)


KIND = LayersKind(
    name="xor-layers",
    sizes={"steps": (1, 2_000)},
    quantities=quantities,
    sheets={
        "xor": Sheet(draw, place),
        "training": Sheet(drawn("training"), placed("training")),
        "weights": Sheet(drawn("weights"), placed("weights")),
    },
    taken={"epochs": "steps", "eta": "eta"},
)
