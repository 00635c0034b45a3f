"""The sheet "steepest" of descent: in which direction does f change most?   Book: 2-4, 2-10.

A small step of one length goes from a point of the descent in every direction. What f changes by is
compared with the inner product of the step and the gradient.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from xlnn.address import address
from xlnn.blocks import FIRST_ROW, Block, single_block, table_blocks
from xlnn.equations import steepest as eq
from xlnn.equations.calculus import OfSurfaceShifted
from xlnn.equations.surface import Direction, OfSurface, UsedChoice
from xlnn.quantity import Axis, Model, Quantity
from xlnn.shipped.text import Text
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.table import head, number_validation, plain_name, row_validation
from xlnn.writing.charts import Cells, Line, ends, scatter
from xlnn.writing.drawing import Drawing
from xlnn.writing.room import text_width
from xlnn.writing.style import LABEL, NOTE, SENTENCE, TITLE, value

DIRECTIONS = 36
"""A direction every 10 degrees."""

LIST = (
    "at", "used_at", "length", "x_at", "y_at", "slope_x", "slope_y", "z_at", "bound", "angle",
)  # fmt: skip
TABLE, BESIDE = FIRST_ROW + len(LIST) + 5, 13
COLUMNS = (
    "unit_x", "unit_y", "step_x", "step_y", "z_there", "change", "inner", "change_share",
    "inner_share",
)  # fmt: skip
CHANGE, INNER = "C0561C", "1B4F9C"


def quantities(steps: int, words: Text) -> Iterator[Quantity]:
    """Yield the point, the steps in all directions, and what each changes."""
    page = {"sheet": "steepest"}
    direction = Axis("direction", DIRECTIONS, counts_from=0)
    around = {**page, "axes": (direction,)}
    yield Quantity("at", symbol=" ", role="input", number_format="0", choices=(0, steps), **page)
    used = {"equation": UsedChoice(0, steps), "uses": {"choice": "at"}}
    yield Quantity("used_at", symbol=" ", number_format="0", **used, **page)
    yield Quantity("length", symbol="ε", role="input", number_format="General", scale=0.3, **page)
    point = {"function": "used_function", "x": "x_at", "y": "y_at"}
    for x in ("x", "y"):
        of = {"all_steps": x, "at": "used_at"}
        yield Quantity(f"{x}_at", symbol=x, equation=eq.AtStep(), uses=of, role="weight", **page)
    for x in ("x", "y"):
        slope = OfSurface(f"dz_d{x}")
        yield Quantity(
            f"slope_{x}", symbol=f"∂z/∂{x}", equation=slope, uses=point, role="backward", **page
        )
    yield Quantity("z_at", symbol="z", equation=OfSurface("z"), uses=point, role="forward", **page)
    yield Quantity("bound", symbol="ε|∇z|", equation=eq.Bound(), **page)
    yield Quantity("angle", symbol="∠∇z", equation=eq.Angle(), number_format="0.00", **page)
    turn = {"symbol": "k", "number_format": "0"}
    yield Quantity("turn", axes=(direction,), counts=True, **turn, **page)
    for name, of in (("unit_x", "COS"), ("unit_y", "SIN")):
        turned = Direction(DIRECTIONS, of)
        yield Quantity(name, symbol=of.lower(), equation=turned, uses={"part": "turn"}, **around)
    for x in ("x", "y"):
        step = {"u": f"unit_{x}"}
        yield Quantity(
            f"step_{x}", symbol=f"Δ{x}", equation=eq.STEP, uses=step, role="weight", **around
        )
    there = {"surface": "used_function", "x": "x_at", "y": "y_at", "dx": "step_x", "dy": "step_y"}
    yield Quantity(
        "z_there", symbol="z", equation=OfSurfaceShifted(), uses=there, role="forward", **around
    )
    yield Quantity("change", symbol="Δz", equation=eq.CHANGE, role="forward", **around)
    yield Quantity("inner", symbol="∇z·Δ", equation=eq.INNER, role="backward", **around)
    for name in ("change", "inner"):
        uses = {"change": name}
        yield Quantity(
            f"{name}_share", kind="share", symbol="%", equation=eq.Share(), uses=uses,
            **around | {"number_format": "0.0%"},
        )  # fmt: skip
    told = {"steps": steps, "directions": DIRECTIONS}
    said = {
        key: words.open("sentences", key, **told)
        for key in ("choose_step", "length", "tied", "steepest")
    }
    where = eq.Steepest(said, 360 // DIRECTIONS)
    uses = {"used": "used_at", "function": "used_function"}
    yield Quantity("where", equation=where, uses=uses, is_text=True, **page)
    points = eq.Points(*(words.open("sentences", key) for key in ("points", "level")))
    yield Quantity("points", equation=points, is_text=True, **page)


def place(model: Model) -> Iterator[Block]:
    """Place the point in a list, and below it a row for each direction."""
    for row, name in enumerate(LIST, start=FIRST_ROW):
        yield single_block(model[name], row, 4)
    for row, name in enumerate(("where", "points"), start=FIRST_ROW + len(LIST)):
        yield single_block(model[name], row, 1)
    yield from table_blocks([model[name] for name in ("turn", *COLUMNS)], TABLE, 2)


def draw(page: Page[Any]) -> Drawing:
    """Draw the names of the list, the headings of the table, and the changes over directions."""
    layout, words = page.layout, page.words
    drawing = Drawing(gridlines=False, one_page=True, heights={1: 24}, widths={1: 12})
    drawing.put(1, 1, layout.titles["steepest"], TITLE)
    drawing.put(2, 1, words("notes", "steepest"), NOTE)
    names = {name: plain_name(layout.model[name], words) for name in LIST}
    for name in LIST:
        block = layout.blocks[name]
        drawing.put(block.row, 1, names[name], LABEL)
        symbol = block.quantity.heading(())
        drawing.put(block.row, 3, symbol, replace(LABEL, align="right"))
        look = value(block.quantity.number_format, given=block.quantity.is_input, first=False)
        drawing.looks[name] = look
    drawing.looks |= {"where": replace(SENTENCE, bold=True), "points": SENTENCE}
    for name in ("turn", *COLUMNS):
        head(drawing, layout.blocks[name], words)
    beside = drawing.widths[layout.blocks["turn"].column]
    drawing.widths[1] = max(drawing.widths[1], text_width(*names.values()) - beside)
    drawing.colour_around_0(layout.blocks["change"], layout.blocks["inner"])
    length = address(layout.blocks["length"].row, 4)
    drawing.validations += [
        row_validation(page, layout.blocks["at"], layout.blocks["x"]),
        number_validation(length, words, positive=True),
    ]

    def column(name: str) -> Cells:
        block = layout.blocks[name]
        return Cells(layout.titles["steepest"], block.column, block.row, block.last[0])

    lines = [
        Line(column("turn"), column("inner"), INNER, words("charts", "inner")),
        Line(column("turn"), column("change"), CHANGE, words("charts", "change"), 0, "circle"),
    ]
    chart = scatter(words("charts", "steepest"), words("headings", "direction"), lines)
    chart.height = 10
    ends(chart.x_axis, 0, DIRECTIONS)
    drawing.charts.append((address(TABLE - 2, BESIDE), chart))
    return drawing
