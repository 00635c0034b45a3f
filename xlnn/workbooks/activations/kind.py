"""The kind "activations": the functions that a network needs, and their slopes.   Book: 2-1.

Activation functions beside their slopes and central differences; two units of which one can not
learn; a line and a parabola; and the bell curve from which start weights are drawn.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from xlnn.address import address
from xlnn.blocks import FIRST_ROW, Block, single_block
from xlnn.equations import functions as eq
from xlnn.quantity import Model
from xlnn.workbooks.activations.quantities import BELL, LEARNING, SHAPES, STEPS, UNITS, quantities
from xlnn.workbooks.experiment import Experiment
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.panel import (
    begun,
    column_of,
    numbers_below,
    show,
)
from xlnn.workbooks.pages.parts import (
    Beside,
    Chart,
    Hidden,
    Numbers,
    Sentences,
    Table,
    Trace,
    page,
)
from xlnn.workbooks.pages.sheet import Sheet
from xlnn.workbooks.pages.table import drawn, placed
from xlnn.writing.charts import Line, scatter
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

SIZE = 15, 8.5
"""Of charts, in cm."""

BESIDE = 5
"""The column of what stands beside numbers."""


def place(model: Model) -> Iterator[Block]:
    """Place the range, and a line for each function: how far its slopes and differences differ."""
    yield from numbers_below(model, ("low", "high", "h", "used_h"), FIRST_ROW)
    for row, function in enumerate(eq.FUNCTIONS, start=FIRST_ROW + 7):
        yield single_block(model[f"{function.name}_gap"], row, 4)


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
    chart.width, chart.height = SIZE
    chart.y_axis.tickLblPos = "low"
    return chart


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
        "learning": page(
            "learning",
            Beside(
                Numbers(*LEARNING, at=2),
                Chart(
                    "learning",
                    *(Trace(f"{name}_C", colour=COLOURS[name], name=name) for name in UNITS),
                    size_in_cm=SIZE,
                ),
            ),
            Sentences("step_course", "sigmoid_course", bold=2),
            Table(
                *(f"{name}_{key}" for name in UNITS for key in STEPS),
                groups={f"{name}_w": name for name in UNITS},
            ),
        ),
        "shapes": page(
            "shapes",
            Numbers(*SHAPES, at=2),
            Sentences("vertex", above=1),
            Hidden("bends"),
            Chart(
                "shapes",
                Trace("line", "shape_x", COLOURS["linear"], name="y = mx + n"),
                Trace("parabola", "shape_x", NEGATIVE, name="y = ax² + bx + c"),
                Trace("lowest_y", "lowest_x", POSITIVE, marker="circle", name="vertex"),
                x="x",
                size_in_cm=SIZE,
            ),
        ),
        "bell": page(
            "bell",
            Numbers(*BELL, at=2, positive=["deviation"]),
            Sentences("drawn", above=1),
            Hidden("percent_1", "percent_2", "percent_3"),
            Chart("bell", Trace("density", "bell_x", POSITIVE), x="x", size_in_cm=SIZE),
        ),
        **{
            key: Sheet(_narrow(drawn(key)), placed(key))
            for key in ("table", "differences", "shape_points", "bell_points")
        },
    },
    taken={"epochs": "steps", "eta": "eta"},
)
