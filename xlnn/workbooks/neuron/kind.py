"""The kind "neuron": one neuron, with a threshold and with a sigmoid; and the demons of 1-5.

Two sheets to change and see, and the points of a curve.   Book: 1-2 to 1-5.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from xlnn.address import address
from xlnn.blocks import FIRST_ROW, Block, single_block, table_blocks
from xlnn.quantity import Model
from xlnn.workbooks.experiment import Experiment
from xlnn.workbooks.neuron.quantities import COLUMNS, DEMONS, INPUTS, OUTPUTS, ROWS, quantities
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.panel import (
    begun,
    column_of,
    grid,
    heads,
    numbers_below,
    picture,
    point_of,
    say,
    show,
    type_in,
)
from xlnn.workbooks.pages.sheet import Sheet
from xlnn.workbooks.pages.table import drawn, placed
from xlnn.writing.charts import Line, scatter
from xlnn.writing.drawing import Drawing
from xlnn.writing.room import text_width
from xlnn.writing.style import KEY, LABEL, NEGATIVE, POSITIVE, SECTION, Look, value

APART = COLUMNS + 1
"""Columns from one demon's picture to the next."""

HIDDEN = ("liking", "b2", "z2", "a2", "calls2", "loudest2")
OUTPUT = ("b3", "z3", "a3", "loudest3", "calls3")
"""What is said of the demons of each layer, in rows and in columns."""

BELOW = ("threshold", "bias", "z", "step", "sigmoid")
PATTERN_ROW, CHART_COLUMN = 23, 9
LIKED, SEEN, HEARD, BONDS = FIRST_ROW + 2, FIRST_ROW + 8, FIRST_ROW + 13, FIRST_ROW + 21
FIRST_DEMON = 3 + APART
LAST = FIRST_DEMON + DEMONS * APART
"""Rows of the sheet of the demons, and its columns: the first demon's, and the one after all."""


def place(model: Model) -> Iterator[Block]:
    """Place the neuron at the left, what it says below, and then its patterns of firing."""
    for column, name in enumerate(("x", "w", "products"), start=3):
        yield single_block(model[name], FIRST_ROW + 1, column, (1, 0))
    yield from numbers_below(model, BELOW, FIRST_ROW + 5)
    for row, name in enumerate(("verdict", "gradual"), start=FIRST_ROW + 12):
        yield single_block(model[name], row, 1)
    yield single_block(model["reach"], FIRST_ROW + 10, 3)
    names = ("pattern_number", "pattern", "pattern_z", "pattern_step", "pattern_sigmoid")
    yield from table_blocks([model[name] for name in names], PATTERN_ROW, 1)


def place_demons(model: Model) -> Iterator[Block]:
    """Place the picture, what each demon likes and sees of it, and how loudly it calls."""
    yield grid(model, "picture", LIKED, 2)
    for name, row in (("W2", LIKED), ("seen", SEEN)):
        yield grid(model, name, row, FIRST_DEMON, APART)
    for row, name in enumerate(HIDDEN, start=HEARD):
        yield single_block(model[name], row, FIRST_DEMON, (0, APART))
    yield single_block(model["W3"], BONDS, FIRST_DEMON, (1, 0), (0, APART))
    for column, name in enumerate(OUTPUT, start=LAST):
        yield single_block(model[name], BONDS, column, (1, 0))
    yield single_block(model["winner"], BONDS + 4, 1)
    yield single_block(model["says"], BONDS + 3, 1)


def draw(page: Page[Any]) -> Drawing:
    """Draw the neuron as coloured cells, its two answers, its patterns, and the curves."""
    layout, words = page.layout, page.words
    drawing = begun(page, "neuron", A=17, B=11, C=11, D=11, E=11, F=11, G=11, H=3)
    for column, name in enumerate(("x", "w", "products"), start=3):
        block = layout.blocks[name]
        drawing.put(FIRST_ROW, column, words("quantities", name), replace(SECTION, align="center"))
        picture(drawing, block, scale="ink" if name == "x" else "around 0", size=11)
        type_in(drawing, block, words)
    drawing.put(FIRST_ROW, 1, words("headings", "input"), SECTION)
    drawing.put(FIRST_ROW, 2, "", SECTION)
    for number in range(INPUTS):
        drawing.put(FIRST_ROW + 1 + number, 1, f"{words('headings', 'input')} {number + 1}", LABEL)
        drawing.heights[FIRST_ROW + 1 + number] = 24
    show(drawing, layout, words, (*BELOW, "reach"))
    for name in BELOW:
        block = layout.blocks[name]
        drawing.put(block.row, 2, block.quantity.symbol, LABEL)
    for name, digits in (("step", "0"), ("sigmoid", "0.000")):
        picture(drawing, layout.blocks[name], scale="ink", size=11, digits=digits)
    say(drawing, "verdict", "gradual", bold=True)
    drawing.put(PATTERN_ROW - 3, 1, words("notes", "patterns"), LABEL)
    for name in ("pattern_number", "pattern", "pattern_z", "pattern_step", "pattern_sigmoid"):
        heads(drawing, layout.blocks[name], words, symbols=name != "pattern_number")
    drawing.put(PATTERN_ROW - 1, 1, "", KEY)
    drawing.looks["pattern_number"] = KEY
    for name in ("pattern", "pattern_step", "pattern_sigmoid"):
        picture(
            drawing,
            layout.blocks[name],
            scale="ink",
            digits="0.000" if name == "pattern_sigmoid" else "General",
        )
    drawing.looks["pattern_z"] = replace(value("0.000", given=False, first=False), align="center")
    drawing.charts.append((address(FIRST_ROW, CHART_COLUMN), _curves(page)))
    return drawing


def _curves(page: Page[Any]) -> Any:  # noqa: ANN401 -- openpyxl's chart
    layout, words = page.layout, page.words
    z, own = column_of(layout, "curve_z"), point_of(layout, "z")
    lines = []
    for name, colour in (("step", NEGATIVE), ("sigmoid", POSITIVE)):
        curve, title = column_of(layout, f"curve_{name}"), words("charts", name)
        lines.append(Line(z, curve, colour, name=title))
    for name, colour in (("step", NEGATIVE), ("sigmoid", POSITIVE)):
        title = words("charts", f"own_{name}")
        lines.append(Line(own, point_of(layout, name), colour, name=title, marker="circle"))
    chart = scatter(words("charts", "curves"), "z", lines)
    chart.height, chart.width = 9.5, 14
    chart.y_axis.scaling.min, chart.y_axis.scaling.max = 0, 1
    chart.y_axis.majorUnit, chart.y_axis.tickLblPos = 0.2, "low"
    return chart


def draw_demons(page: Page[Any]) -> Drawing:
    """Draw the picture, the demons' patterns, what they see of it, their calls and their bonds."""
    layout, words = page.layout, page.words
    drawing = begun(page, "demons", A=19)
    drawing.widths |= dict.fromkeys(range(2, LAST), 6.5)
    drawing.widths |= {2 + COLUMNS: 4, LAST + 4: 15}
    drawing.widths |= dict.fromkeys(range(LAST, LAST + 4), 12)
    drawing.widths |= {FIRST_DEMON + COLUMNS + n * APART: 3 for n in range(DEMONS)}
    named = [words("headings", f"demon_{name}") for name in "ABC"]
    for row, key in ((LIKED, "likes"), (SEEN, "sees")):
        drawing.put(
            row - 2 if row == LIKED else row - 1, FIRST_DEMON, words("headings", key), LABEL
        )
    drawing.put(LIKED - 1, 2, words("headings", "picture"), replace(LABEL, bold=True))
    picture(drawing, layout.blocks["picture"], scale="ink", size=11)
    picture(drawing, layout.blocks["W2"], size=11)
    picture(drawing, layout.blocks["seen"], size=11)
    for number, name in enumerate(named):
        drawing.put(LIKED - 1, FIRST_DEMON + number * APART, name, replace(LABEL, bold=True))
    for row in (*range(LIKED, LIKED + ROWS), *range(SEEN, SEEN + ROWS)):
        drawing.heights[row] = 24
    for name in HIDDEN:
        block = layout.blocks[name]
        drawing.put(block.row, 1, words("quantities", name), LABEL)
        look = value(block.quantity.number_format, given=block.quantity.is_input, first=False)
        drawing.looks[name] = replace(look, align="center")
    _draw_outputs(drawing, page, named)
    for name in ("picture", "W2", "b2", "W3", "b3"):
        type_in(drawing, layout.blocks[name], words)
    return drawing


def _draw_outputs(drawing: Drawing, page: Page[Any], named: list[str]) -> None:
    """Draw the bonds of the output demons, what they make of the calls, and who wins."""
    layout, words = page.layout, page.words
    for digit in range(OUTPUTS):
        drawing.put(BONDS + digit, 1, words("headings", f"output_{digit}"), LABEL)
    drawing.put(BONDS - 1, 1, words("headings", "bonds"), SECTION)
    columns = {FIRST_DEMON + number * APART: name for number, name in enumerate(named)}
    for column in range(2, LAST + 5):
        drawing.put(BONDS - 1, column, columns.get(column, ""), SECTION)
    for name in OUTPUT:
        block = layout.blocks[name]
        said = words("quantities", name)
        drawing.put(BONDS - 1, block.column, said, replace(SECTION, align="center"))
        drawing.widths[block.column] = max(drawing.widths[block.column], text_width(said))
        look = value(block.quantity.number_format, given=block.quantity.is_input, first=False)
        drawing.looks[name] = replace(look, align="center")
    drawing.looks |= {"calls2": Look(size=6), "calls3": Look(size=6)}
    picture(drawing, layout.blocks["W3"], size=11)
    for name in ("a2", "a3", "loudest2", "loudest3"):
        picture(
            drawing,
            layout.blocks[name],
            scale="ink",
            size=11,
            digits="0.000" if name in {"a2", "a3"} else "0;;",
        )
    drawing.looks["winner"] = Look(number_format=";;;")
    say(drawing, "says", bold=True)


KIND = Experiment(
    name="neuron",
    sizes={},
    quantities=quantities,
    sheets={
        "neuron": Sheet(draw, place),
        "demons": Sheet(draw_demons, place_demons),
        "curves": Sheet(drawn("curves"), placed("curves")),
    },
)
