"""The kind "descent": a point goes down a surface by gradient descent.   Book: 2-10, 2-11.

The example of an experiment: its quantities, its sheets, and at the end what it is made of. The
sheet of all directions stands in `xlnn.workbooks.steepest`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from xlnn.address import address
from xlnn.blocks import FIRST_ROW, Block, single_block, table_blocks
from xlnn.equations import surface as eq
from xlnn.quantity import Axis, Model, Quantity, previous
from xlnn.shipped.text import Text
from xlnn.workbooks import steepest
from xlnn.workbooks.experiment import Experiment
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.sheet import Sheet
from xlnn.workbooks.pages.table import (
    choice_validation,
    head,
    name_rows,
    number_validation,
    plain_name,
    title_line,
)
from xlnn.writing.charts import THIN, Cells, Line, ends, scatter, square
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import LABEL, NOTE, PLAIN, QUIET, SENTENCE, TITLE, value

LINES, PARTS = 6, 48
"""Level lines, and the parts of the circle along which each is drawn."""

TABLE, BESIDE = 14, 10
"""The first row of the table of steps, and the column of the charts beside it."""

COLUMNS = ("x", "y", "dz_dx", "dz_dy", "dx", "dy", "z")
"""The table's columns, in the book's order."""

SETTINGS = ("eta", "function", "used_function", "swings", "grows")
PATH, VALLEY = "C0561C", "1B4F9C"


def quantities(sizes: Mapping[str, int], words: Text) -> Iterator[Quantity]:
    """Yield the settings, the table of steps, the level lines, and what they come to in words."""
    state = Axis("step", sizes["steps"] + 1, "time", counts_from=0)
    level, part = Axis("level", LINES), Axis("part", PARTS + 1, counts_from=0)
    page = {"sheet": "descent"}
    steps = {**page, "axes": (state,)}
    yield Quantity(
        "eta", symbol="η", role="input", number_format="General", scale=0.05, calms=True, **page
    )
    yield Quantity(
        "function", role="input", number_format="0", choices=(1, len(eq.SURFACES)), **page
    )
    used, of_function = eq.UsedChoice(1, len(eq.SURFACES)), {"function": "used_function"}
    yield Quantity(
        "used_function", equation=used, uses={"choice": "function"}, number_format="0", **page
    )
    for x in ("x", "y"):
        yield Quantity(
            x,
            symbol=x,
            equation=eq.Moved(),
            given=1,
            role="weight",
            scale=3,
            uses={"at": previous(x), "by": previous(f"d{x}")},
            **steps,
        )
    for x in ("x", "y"):
        yield Quantity(
            f"dz_d{x}",
            symbol=f"∂z/∂{x}",
            equation=eq.OfSurface(f"dz_d{x}"),
            uses=of_function,
            role="backward",
            **steps,
        )
    for x in ("x", "y"):
        yield Quantity(
            f"d{x}",
            symbol=f"Δ{x}",
            equation=eq.Displacement(),
            uses={"slope": f"dz_d{x}"},
            role="backward",
            **steps,
        )
    height = eq.OfSurface("z")
    yield Quantity("z", symbol="z", equation=height, uses=of_function, role="forward", **steps)
    for name, times in (("swings", 1), ("grows", 2)):
        limit = {"equation": eq.LargestEta(times), "uses": of_function}
        yield Quantity(name, number_format="General", **limit, **page)
    lines = {"sheet": "level_lines", "number_format": "0.000"}
    whole = lines | {"number_format": "0", "counts": True}
    yield Quantity("number", symbol="n", axes=(level,), **whole)
    yield Quantity("part", symbol="k", axes=(part,), **whole)
    yield Quantity("level", symbol="z", axes=(level,), equation=eq.Level(LINES), **lines)
    for name, of in (("u", "COS"), ("v", "SIN")):
        yield Quantity(name, axes=(part,), equation=eq.Direction(PARTS, of), **lines)
    for name, along in (("x", "u"), ("y", "v")):
        on_line = {"axes": (level, part), "equation": eq.OnLevelLine(along), **lines}
        yield Quantity(f"level_{name}", symbol=name, uses=of_function, **on_line)
    names = [f"z = {surface.text}" for surface in eq.SURFACES]
    named = eq.NameOf(names, words.open("sentences", "choose", most=len(names)))
    uses = {"choice": "function", "used": "used_function"}
    yield Quantity("name", equation=named, uses=uses, is_text=True, **page)
    said = {key: words.open("sentences", key) for key in eq.VERDICTS}
    verdict = {"equation": eq.EtaVerdict(words.open("sentences", "eta"), said), "uses": of_function}
    yield Quantity("verdict", is_text=True, **verdict, **page)
    told = {"steps": sizes["steps"], "all": sizes["steps"] + 1}
    course, lost = (words.open("sentences", key, **told) for key in ("course", "lost"))
    course = eq.Course(course, lost, sizes["steps"])
    yield Quantity("course", equation=course, is_text=True, **page)
    yield from steepest.quantities(sizes["steps"], words)


def place(model: Model) -> Iterator[Block]:
    """Place the settings with their words, and below them the table of steps."""
    for row, name in enumerate(SETTINGS, start=FIRST_ROW):
        yield single_block(model[name], row, 4)
    yield single_block(model["name"], FIRST_ROW + 1, 5)
    for row, name in enumerate(("verdict", "course"), start=FIRST_ROW + len(SETTINGS)):
        yield single_block(model[name], row, 1)
    yield from table_blocks([model[name] for name in COLUMNS], TABLE, 2)


def place_lines(model: Model) -> Iterator[Block]:
    """Place the points of the level lines, and beside them what they are computed from."""
    yield from table_blocks([model["level_x"], model["level_y"]], FIRST_ROW, 3)
    yield from table_blocks([model["number"], model["level"]], FIRST_ROW, 6)
    yield from table_blocks([model["part"], model["u"], model["v"]], FIRST_ROW, 9)


def draw(page: Page[Any]) -> Drawing:
    """Draw the settings, the headings of the table, and two charts: the path, and z over steps."""
    layout, words = page.layout, page.words
    drawing = Drawing(gridlines=False, one_page=True, heights={1: 24}, widths={BESIDE - 1: 3})
    drawing.put(1, 1, layout.titles["descent"], TITLE)
    drawing.put(2, 1, words("notes", "descent"), NOTE)
    for name in SETTINGS:
        block = layout.blocks[name]
        drawing.put(block.row, 1, plain_name(block.quantity, words), LABEL)
        look = value(block.quantity.number_format, given=block.quantity.is_input, first=False)
        drawing.looks[name] = replace(look, align="center")
    drawing.looks |= {"name": PLAIN, "verdict": replace(SENTENCE, bold=True), "course": SENTENCE}
    name_rows(drawing, layout.blocks["x"].quantity.axes, TABLE, words)
    for name in COLUMNS:
        head(drawing, layout.blocks[name], words)
    choices = ",".join(str(number + 1) for number in range(len(eq.SURFACES)))
    where = {
        name: address(*layout.blocks[name].address((0,) * (name in COLUMNS)))
        for name in ("eta", "function", "x", "y")
    }
    drawing.validations += [
        number_validation(where["eta"], words, positive=True),
        choice_validation(
            where["function"],
            f'"{choices}"',
            words,
            len(eq.SURFACES),
            [each.text for each in eq.SURFACES],
        ),
        number_validation(f"{where['x']}:{where['y']}", words),
    ]
    drawing.charts = [*_charts(page)]
    return drawing


def draw_lines(page: Page[Any]) -> Drawing:
    """Draw the headings over the points of the level lines."""
    layout, words = page.layout, page.words
    drawing = Drawing(gridlines=False, freeze=(FIRST_ROW, 1), repeat=FIRST_ROW - 1, heights={1: 24})
    name_rows(drawing, layout.blocks["level_x"].quantity.axes, FIRST_ROW, words)
    for block in layout.on("level_lines"):
        head(drawing, block, words)
    title_line(drawing, page, "level_lines", 3)
    return drawing


def _charts(page: Page[Any]) -> Iterator[tuple[str, Any]]:
    """Yield the path over the level lines, and z over the steps, and where they stand."""
    layout, words = page.layout, page.words

    def cells(name: str, first: int = 0, last: int = -1) -> Cells:
        block = layout.blocks[name]
        rows = range(block.row, block.last[0] + 1)
        return Cells(layout.titles[block.sheet], block.column, rows[first], rows[last])

    turn = PARTS + 1
    spans = [(line * turn, line * turn + turn - 1) for line in range(LINES)]
    lines = [
        Line(cells("level_x", *span), cells("level_y", *span), QUIET, width=THIN) for span in spans
    ]
    path = Line(cells("x"), cells("y"), PATH, marker="circle")
    chart = scatter(words("charts", "path"), "x", [*lines, path], "y")
    chart.height, chart.width = 13, 13
    square(chart)  # so that circles are round
    yield address(FIRST_ROW, BESIDE), chart
    block = layout.blocks["x"]
    numbers = Cells(layout.titles["descent"], 1, block.row, block.last[0])
    course = scatter(
        words("charts", "z"), words("headings", "step"), [Line(numbers, cells("z"), VALLEY)]
    )
    ends(course.x_axis, 0, page.spec.sizes["steps"])
    yield address(FIRST_ROW + 26, BESIDE), course


KIND = Experiment(
    name="descent",
    sizes={"steps": (1, 10_000)},
    quantities=quantities,
    sheets={
        "descent": Sheet(draw, place),
        "steepest": Sheet(steepest.draw, steepest.place),
        "level_lines": Sheet(draw_lines, place_lines),
    },
    taken={"epochs": "steps", "eta": "eta"},
)
