"""The kind "activations": the functions that a network needs, and their slopes.   Book: 2-1.

Activation functions beside their slopes and central differences; two units of which one can not
learn; a line and a parabola; and the bell curve from which start weights are drawn.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from xlnn.address import address
from xlnn.blocks import FIRST_ROW, Block, single_block, table_blocks
from xlnn.equations import functions as eq
from xlnn.quantity import Model
from xlnn.workbooks.activations.quantities import BELL, LEARNING, SHAPES, STEPS, UNITS, quantities
from xlnn.workbooks.experiment import Experiment
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.panel import (
    begun,
    column_of,
    heads,
    numbers_below,
    point_of,
    positive_only,
    say,
    show,
    type_in,
)
from xlnn.workbooks.pages.sheet import Sheet
from xlnn.workbooks.pages.table import drawn, name_rows, placed
from xlnn.writing.charts import Line, ends, scatter
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import LABEL, NEGATIVE, POSITIVE, SECTION, value

COLOURS = {
    "step": NEGATIVE,
    "sigmoid": POSITIVE,
    "tanh": "5B8C5A",
    "relu": "8C5BA6",
    "linear": "B59410",
}
FORMULAS = {
    "step": ("1 (z ≥ 0), 0 (z < 0)", "0 (z ≠ 0)"),
    "sigmoid": ("1 / (1 + exp(−z))", "σ(z) (1 − σ(z))"),
    "tanh": ("tanh(z)", "1 − tanh²(z)"),
    "relu": ("max(0, z)", "1 (z > 0), 0 (z ≤ 0)"),
    "linear": ("z", "1"),
}
"""How each function is drawn and written, and its slope."""

TABLE, BESIDE = 27, 5
"""The row of the tables below numbers, and the column of what stands beside numbers."""


def place(model: Model) -> Iterator[Block]:
    """Place the range, and a line for each function: how far its slopes and differences differ."""
    yield from numbers_below(model, ("low", "high", "h", "used_h"), FIRST_ROW)
    for row, function in enumerate(eq.FUNCTIONS, start=FIRST_ROW + 7):
        yield single_block(model[f"{function.name}_gap"], row, 4)


def place_learning(model: Model) -> Iterator[Block]:
    """Place what both units are told, what became of them, and their steps side by side."""
    yield from numbers_below(model, LEARNING, FIRST_ROW)
    for row, name in enumerate(UNITS, start=FIRST_ROW + 17):
        yield single_block(model[f"{name}_course"], row, 1)
    names = [f"{name}_{key}" for name in UNITS for key in STEPS]
    yield from table_blocks([model[name] for name in names], TABLE, 2)


def place_shapes(model: Model) -> Iterator[Block]:
    """Place the coefficients and where the parabola turns."""
    yield from numbers_below(model, SHAPES, FIRST_ROW)
    yield single_block(model["vertex"], FIRST_ROW + 8, 1)
    yield single_block(model["bends"], FIRST_ROW + 9, 1)


def place_bell(model: Model) -> Iterator[Block]:
    """Place mean and deviation, and the areas below the curve."""
    yield from numbers_below(model, BELL, FIRST_ROW)
    yield single_block(model["drawn"], FIRST_ROW + 7, 1)
    for far in (1, 2, 3):
        yield single_block(model[f"percent_{far}"], FIRST_ROW + 8, far)


def draw(page: Page[Any]) -> Drawing:
    """Draw the range, the functions with their formulas, and the charts of both."""
    layout, words = page.layout, page.words
    drawing = begun(page, "activations", A=18, B=22, C=24, D=16, E=3)
    show(drawing, layout, words, ("low", "high", "h", "used_h"))
    for column, key in enumerate(("function", "formula", "slope", "gap"), start=1):
        drawing.put(FIRST_ROW + 6, column, words("headings", key), SECTION)
    for row, function in enumerate(eq.FUNCTIONS, start=FIRST_ROW + 7):
        name = function.name
        drawing.put(row, 1, words("charts", name))
        for column, text in enumerate(FORMULAS[name], start=2):
            drawing.put(row, column, text, LABEL)
        drawing.looks[f"{name}_gap"] = replace(
            value("0.0E+00", given=False, first=False), align="center"
        )
    for down, key in enumerate(("kink", "step_slope", "linear_slope")):
        drawing.put(FIRST_ROW + 36 + down, 1, words("notes", key), LABEL)
    places = (address(FIRST_ROW + 17, 1), address(FIRST_ROW, BESIDE + 1))
    z = column_of(layout, "z")
    for place_of, kind, ending in zip(places, ("functions", "slopes"), ("", "_slope"), strict=True):
        lines = [
            Line(z, column_of(layout, f"{name}{ending}"), colour, name=words("charts", name))
            for name, colour in COLOURS.items()
        ]
        drawing.charts.append((place_of, _sized(scatter(words("charts", kind), "z", lines))))
    lines = [
        Line(z, column_of(layout, f"{name}_difference"), colour, name=words("charts", name))
        for name, colour in COLOURS.items()
    ]
    chart = _sized(scatter(words("charts", "differences"), "z", lines))
    chart.y_axis.scaling.min, chart.y_axis.scaling.max = 0, 1.2  # the step's leaves the chart
    drawing.charts.append((address(FIRST_ROW + 17, BESIDE + 1), chart))
    return drawing


def _sized(chart: Any) -> Any:  # noqa: ANN401 -- openpyxl's chart
    chart.height, chart.width = 8.5, 15
    chart.y_axis.tickLblPos = "low"
    return chart


def draw_learning(page: Page[Any]) -> Drawing:
    """Draw both units' steps under one heading each, and how their errors went."""
    layout, words = page.layout, page.words
    drawing = begun(page, "learning", A=7, B=10, C=10)
    show(drawing, layout, words, LEARNING)
    say(drawing, "step_course", "sigmoid_course", bold=True)
    name_rows(drawing, layout.blocks["step_w"].quantity.axes, TABLE, words)
    drawing.widths[1] = 10
    for name in UNITS:
        first = layout.blocks[f"{name}_w"]
        drawing.put(TABLE - 3, first.column, words("charts", name), SECTION)
        for key in STEPS:
            block = layout.blocks[f"{name}_{key}"]
            if key != "w":
                drawing.put(TABLE - 3, block.column, "", SECTION)
            heads(drawing, block, words)
            drawing.widths[block.column] = 10
        type_in(drawing, first, words)
    steps = replace(column_of(layout, "step_w"), column=1)
    lines = [
        Line(steps, column_of(layout, f"{name}_C"), COLOURS[name], name=words("charts", name))
        for name in UNITS
    ]
    chart = _sized(scatter(words("charts", "learning"), words("headings", "step"), lines))
    ends(chart.x_axis, 0, page.spec.sizes["steps"])
    drawing.charts.append((address(FIRST_ROW, BESIDE), chart))
    return drawing


def draw_shapes(page: Page[Any]) -> Drawing:
    """Draw the coefficients, and the line and the parabola with its lowest point."""
    layout, words = page.layout, page.words
    drawing = begun(page, "shapes", A=30, B=5, C=12, D=3)
    show(drawing, layout, words, SHAPES)
    say(drawing, "vertex", bold=True)
    x = column_of(layout, "shape_x")
    lowest = Line(
        point_of(layout, "lowest_x"),
        point_of(layout, "lowest_y"),
        POSITIVE,
        name=words("charts", "vertex"),
        marker="circle",
    )
    lines = [
        Line(x, column_of(layout, "line"), COLOURS["linear"], name="y = mx + n"),
        Line(x, column_of(layout, "parabola"), NEGATIVE, name="y = ax² + bx + c"),
        lowest,
    ]
    chart = _sized(scatter(words("charts", "shapes"), "x", lines))
    drawing.charts.append((address(FIRST_ROW + 10, 1), chart))
    return drawing


def draw_bell(page: Page[Any]) -> Drawing:
    """Draw mean, deviation and areas, and the curve."""
    layout, words = page.layout, page.words
    drawing = begun(page, "bell", A=30, B=5, C=12, D=16)
    show(drawing, layout, words, BELL)
    positive_only(drawing, layout.blocks["deviation"], words)
    say(drawing, "drawn", bold=True)
    line = Line(column_of(layout, "bell_x"), column_of(layout, "density"), POSITIVE)
    chart = _sized(scatter(words("charts", "bell"), "x", [line]))
    drawing.charts.append((address(FIRST_ROW + 10, 1), chart))
    return drawing


def _narrow(draw_table: Callable[[Page[Any]], Drawing]) -> Callable[[Page[Any]], Drawing]:
    """Return what draws a table with columns so narrow that it fits on a page."""

    def draw(page: Page[Any]) -> Drawing:
        drawing = draw_table(page)
        drawing.widths = {column: min(11, width) for column, width in drawing.widths.items()}
        return drawing

    return draw


KIND = Experiment(
    name="activations",
    sizes={"steps": (1, 1_000)},
    quantities=quantities,
    sheets={
        "activations": Sheet(draw, place),
        "learning": Sheet(draw_learning, place_learning),
        "shapes": Sheet(draw_shapes, place_shapes),
        "bell": Sheet(draw_bell, place_bell),
        **{
            key: Sheet(_narrow(drawn(key)), placed(key))
            for key in ("table", "differences", "shape_points", "bell_points")
        },
    },
    taken={"epochs": "steps", "eta": "eta"},
)
