"""The kind "similarity": how alike two patterns are, images ranked by it, and matrices.

The inner product between its bounds; the images of another template by their likeness to the drawn
one; and the products and the transpose of two matrices.   Book: 2-4, 2-5.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from xlnn.address import address
from xlnn.blocks import FIRST_ROW, Block, single_block, table_blocks
from xlnn.quantity import Model
from xlnn.workbooks.experiment import Experiment
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.panel import (
    begun,
    column_of,
    grid,
    heads,
    picture,
    point_of,
    say,
    show,
    type_in,
)
from xlnn.workbooks.pages.sheet import Sheet
from xlnn.workbooks.pages.table import drawn, name_rows, placed
from xlnn.workbooks.similarity.quantities import ENDS, quantities
from xlnn.writing.charts import THIN, Line, scatter
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import CAPTION, LABEL, NEGATIVE, POSITIVE, QUIET, SECTION, value

NUMBERS = ("inner", "length_a", "length_b", "upper", "lower", "cosine", "angle")
TABLE = FIRST_ROW + 3
PRODUCTS = (
    ("A", "B"),
    ("AB", "BA", "hadamard"),
    ("A_turned", "B_turned"),
    ("turned_AB", "BA_turned"),
)
"""The matrices in the rows of their sheet."""


def place(model: Model) -> Iterator[Block]:
    """Place the two patterns, their product, and below them what follows."""
    rows, columns = model["pattern_a"].shape
    for number, name in enumerate(("pattern_a", "pattern_b", "product")):
        yield grid(model, name, FIRST_ROW + 1, 1 + number * (columns + 1))
    below = FIRST_ROW + rows + 2
    yield single_block(model["verdict"], below, 1)
    for down, name in enumerate(NUMBERS, start=below + 2):
        yield single_block(model[name], down, columns + 2)
    yield single_block(model["direction"], below + 1, 1)


def place_images(model: Model) -> Iterator[Block]:
    """Place the drawn picture in a row, and below it the images, with what they have in common."""
    yield single_block(model["drawn"], FIRST_ROW - 1, 4, (0, 1))
    names = ("number", "labels", "images", "image_inner", "image_length", "likeness", "place")
    yield from table_blocks([model[name] for name in names], TABLE, 2)


def place_ranking(model: Model) -> Iterator[Block]:
    """Place the images at either end of the ranking."""
    rows, columns = model["pattern_a"].shape
    apart = columns + 1
    yield single_block(model["nearest"], FIRST_ROW, 1, (0, 1))
    for number, end in enumerate(ENDS):
        top = FIRST_ROW + 3 + number * (rows + 6)
        yield grid(model, f"{end}_pictures", top, 2, apart)
        for down, name in enumerate((end, f"{end}_label", f"{end}_likeness"), start=top + rows):
            yield single_block(model[name], down, 2 + columns // 2, (0, apart))


def place_matrices(model: Model) -> Iterator[Block]:
    """Place the matrices as they belong together, and what is equal."""
    size = model["AB"].shape[0]
    for number, row in enumerate(_named_rows()):
        for position, name in enumerate(row):
            column = 1 + position * (size + 1)
            yield grid(model, name, FIRST_ROW + 1 + number * (size + 2), column)
    below = FIRST_ROW + 1 + len(PRODUCTS) * (size + 2)
    for down, name in enumerate(("commutes", "turns")):
        yield single_block(model[f"{name}_said"], below + 2 * down, 1)
        yield single_block(model[name], below + 2 * down + 1, 1)


def _named_rows() -> Iterator[tuple[str, ...]]:
    """Yield the names of the quantities in the rows of the sheet of matrices."""
    for row in PRODUCTS:
        yield tuple(f"matrix_{name}" if name in {"A", "B"} else name for name in row)


def draw(page: Page[Any]) -> Drawing:
    """Draw the patterns, the numbers, and the inner product between its bounds."""
    layout, words = page.layout, page.words
    drawing = begun(page, "similarity")
    rows, columns = layout.model["pattern_a"].shape
    drawing.widths |= dict.fromkeys(range(1, 3 * columns + 3), 8)
    drawing.widths |= {columns + 1: 4, 2 * columns + 2: 4, columns + 2: 11}
    for name in ("pattern_a", "pattern_b", "product"):
        block = layout.blocks[name]
        scale = "around 0" if name == "product" else "ink"
        picture(drawing, block, words("quantities", name), scale=scale, size=11)
        type_in(drawing, block, words)
    drawing.heights |= dict.fromkeys(range(FIRST_ROW + 1, FIRST_ROW + 1 + rows), 28)
    show(drawing, layout, words, NUMBERS)
    say(drawing, "verdict", bold=True)
    angle, own = column_of(layout, "curve_angle"), point_of(layout, "angle")
    lines = [
        Line(angle, column_of(layout, "curve_inner"), NEGATIVE, name="|a||b| cos θ"),
        Line(angle, column_of(layout, "curve_upper"), QUIET, name="|a||b|", width=THIN),
        Line(angle, column_of(layout, "curve_lower"), QUIET, name="−|a||b|", width=THIN),
        Line(own, point_of(layout, "inner"), POSITIVE, name="a·b", marker="circle"),
    ]
    chart = scatter(words("charts", "bounds"), words("charts", "angle"), lines)
    chart.height, chart.width = 9.5, 14
    chart.x_axis.scaling.min, chart.x_axis.scaling.max = 0, 180
    chart.x_axis.majorUnit = 30
    drawing.charts.append((address(FIRST_ROW, 3 * columns + 4), chart))
    return drawing


def draw_images(page: Page[Any]) -> Drawing:
    """Draw the images as rows of pixels, and each one's place."""
    layout, words = page.layout, page.words
    drawing = begun(page, "images")
    drawing.freeze, drawing.repeat = (TABLE, 4), TABLE - 1
    drawing.put(FIRST_ROW - 1, 2, words("quantities", "drawn"), replace(LABEL, bold=True))
    name_rows(drawing, layout.blocks["number"].quantity.axes, TABLE, words)
    for block in layout.on("images"):
        if block.quantity.name != "drawn":
            heads(drawing, block, words)
            type_in(drawing, block, words)
        if block.quantity.shape:
            picture(drawing, block, scale="ink")
            pixels = range(block.column, block.column + len(block.quantity.units))
            drawing.widths |= dict.fromkeys(pixels, 5)
    return drawing


def draw_ranking(page: Page[Any]) -> Drawing:
    """Draw the images that are most and least like the drawn one."""
    layout, words = page.layout, page.words
    drawing = begun(page, "ranking", A=12)
    rows, columns = layout.model["pattern_a"].shape
    shown = layout.model["best"].shape[0]
    drawing.widths |= dict.fromkeys(range(2, 2 + shown * (columns + 1)), 4.5)
    drawing.widths |= {1 + n * (columns + 1): 2 for n in range(1, shown + 1)}
    say(drawing, "nearest", bold=True)
    for end in ENDS:
        block = layout.blocks[f"{end}_pictures"]
        drawing.put(block.row - 1, 1, words("headings", end), SECTION)
        for column in range(2, 1 + shown * (columns + 1)):
            drawing.put(block.row - 1, column, "", SECTION)
        picture(drawing, block, scale="ink", digits=";;;")
        drawing.heights |= dict.fromkeys(range(block.row, block.row + rows), 24)
        for name in (end, f"{end}_label", f"{end}_likeness"):
            block = layout.blocks[name]
            drawing.put(block.row, 1, words("quantities", block.quantity.kind), LABEL)
            look = value(block.quantity.number_format, given=False, first=False)
            drawing.looks[name] = replace(look, align="center", size=8)
    return drawing


def draw_matrices(page: Page[Any]) -> Drawing:
    """Draw the matrices as pictures under their names."""
    layout, words = page.layout, page.words
    drawing = begun(page, "matrices")
    size = layout.model["AB"].shape[0]
    drawing.widths |= dict.fromkeys(range(1, 3 * size + 3), 9)
    drawing.widths |= {size + 1: 4, 2 * size + 2: 4}
    for name in (name for row in _named_rows() for name in row):
        block = layout.blocks[name]
        kind = block.quantity.kind
        picture(drawing, block, size=11, digits="General")
        drawing.put(
            block.row - 1, block.column, words("quantities", kind), replace(CAPTION, size=9)
        )
        drawing.heights |= dict.fromkeys(range(block.row, block.row + size), 22)
        type_in(drawing, block, words)
    say(drawing, "commutes_said", "turns_said", bold=True)
    return drawing


KIND = Experiment(
    name="similarity",
    sizes={"images": (1, 1_000), "rows": (1, 28), "columns": (1, 28), "size": (1, 8)},
    quantities=quantities,
    sheets={
        "similarity": Sheet(draw, place),
        "ranking": Sheet(draw_ranking, place_ranking),
        "images": Sheet(draw_images, place_images),
        "matrices": Sheet(draw_matrices, place_matrices),
        "curve": Sheet(drawn("curve"), placed("curve")),
    },
)
