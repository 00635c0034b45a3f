"""The kind "similarity": how alike two patterns are, images ranked by it, and matrices.

The inner product between its bounds; the images of another template by their likeness to the drawn
one; and the products and the transpose of two matrices.   Book: 2-4, 2-5.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from xlnn.address import address
from xlnn.blocks import FIRST_ROW, Block, single_block, table_blocks
from xlnn.equations import similarity as eq
from xlnn.equations.telling import Told
from xlnn.quantity import Axis, Model, Quantity
from xlnn.shipped.text import Text
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
from xlnn.writing.charts import THIN, Line, scatter
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import CAPTION, LABEL, NEGATIVE, POSITIVE, QUIET, SECTION, value

SHOWN = 8
"""How many images are drawn from either end of the ranking."""

POINTS = 61
"""Of the curve of the inner product over the angle."""

NUMBERS = ("inner", "length_a", "length_b", "upper", "lower", "cosine", "angle")
TABLE = FIRST_ROW + 3
ENDS = ("best", "last")
PRODUCTS = (
    ("A", "B"),
    ("AB", "BA", "hadamard"),
    ("A_turned", "B_turned"),
    ("turned_AB", "BA_turned"),
)
"""The matrices in the rows of their sheet."""


def quantities(sizes: Mapping[str, int], words: Text) -> Iterator[Quantity]:
    """Yield two patterns and their angle, the images in order, and the matrices."""
    yield from _patterns(sizes, words)
    yield from _ranking(sizes, words)
    yield from _matrices(sizes["size"], words)


def _patterns(sizes: Mapping[str, int], words: Text) -> Iterator[Quantity]:
    page = {"sheet": "similarity"}
    shape = {"shape": (sizes["rows"], sizes["columns"])}
    for name in ("pattern_a", "pattern_b"):
        yield Quantity(name, symbol=name[-1], role="input", **shape, **page)
    of = {"a": "pattern_a", "b": "pattern_b"}
    yield Quantity("product", equation=eq.PRODUCT, uses=of, role="forward", **shape, **page)
    yield Quantity("inner", symbol="a·b", equation=eq.INNER_PRODUCT, uses=of, **page)
    for name in "ab":
        uses = {"a": of[name]}
        yield Quantity(f"length_{name}", symbol=f"|{name}|", equation=eq.LENGTH, uses=uses, **page)
    yield Quantity("upper", symbol="|a||b|", equation=eq.UPPER, **page)
    yield Quantity("lower", symbol="−|a||b|", equation=eq.LOWER, **page)
    yield Quantity("cosine", symbol="cos θ", equation=eq.Cosine(), **page)
    yield Quantity("angle", symbol="θ", equation=eq.ANGLE, number_format="0.0", **page)
    yield Quantity("direction", equation=eq.Direction(), number_format=";;;", **page)
    keys = ("nothing", "opposite", "against", "right_angle", "alike", "same")
    said = Told([words.open("sentences", key) for key in keys], "direction", 3)
    yield Quantity("verdict", equation=said, is_text=True, **page)
    curve = {"sheet": "curve", "axes": (Axis("point", POINTS, counts_from=0),)}
    yield Quantity("curve_number", symbol="k", is_record=True, number_format="0", **curve)
    uses = {"number": "curve_number"}
    yield Quantity("curve_angle", symbol="θ", equation=eq.degrees(POINTS), uses=uses, **curve)
    uses = {"angle": "curve_angle"}
    for name in ("upper", "lower"):
        yield Quantity(
            f"curve_{name}",
            symbol="|a||b|" if name == "upper" else "−|a||b|",
            equation=eq.LEVEL,
            uses={"angle": "curve_angle", "height": name},
            **curve,
        )
    yield Quantity("curve_inner", symbol="|a||b| cos θ", equation=eq.AT_ANGLE, uses=uses, **curve)


def _ranking(sizes: Mapping[str, int], words: Text) -> Iterator[Quantity]:
    images, columns = Axis("image", sizes["images"]), sizes["columns"]
    pixels = sizes["rows"] * columns
    page, table = {"sheet": "ranking"}, {"sheet": "images", "axes": (images,)}
    yield Quantity(
        "drawn",
        symbol="a{}",
        shape=(pixels,),
        equation=eq.InRow(columns),
        uses={"a": "pattern_a"},
        role="forward",
        sheet="images",
        number_format="General",
    )
    yield Quantity("number", symbol="n", is_record=True, number_format="0", **table)
    yield Quantity("labels", symbol=" ", role="input", number_format="0", choices=(0, 9), **table)
    look = {"role": "input", "number_format": "General"}
    yield Quantity("images", symbol="b{}", shape=(pixels,), **look, **table)
    yield Quantity("image_inner", symbol="a·b", equation=eq.IMAGE_INNER, **table)
    yield Quantity("image_length", symbol="|b|", equation=eq.IMAGE_LENGTH, **table)
    uses = {"inner": "image_inner", "own": "length_a", "length": "image_length"}
    yield Quantity("likeness", symbol="cos θ", equation=eq.Likeness(), uses=uses, **table)
    yield Quantity("place", symbol=" ", equation=eq.Place(), number_format="0", **table)
    shown = min(SHOWN, sizes["images"])
    places = {
        "best": list(range(1, shown + 1)),
        "last": list(range(sizes["images"] - shown + 1, sizes["images"] + 1)),
    }
    several = {**page, "shape": (shown,)}
    for end in ENDS:
        yield Quantity(
            end, "found", "", equation=eq.AtPlace(places[end]), number_format="0", **several
        )
        of = {"found": end}
        for kind, entries, look in (("label", "labels", "0"), ("likeness", "likeness", "0.000")):
            yield Quantity(
                f"{end}_{kind}",
                f"found_{kind}",
                "",
                equation=eq.OfThese(),
                uses={**of, "entries": entries},
                number_format=look,
                **several,
            )
        yield Quantity(
            f"{end}_pictures",
            "pictures",
            "",
            equation=eq.PicturesOfThese(columns),
            uses=of,
            role="forward",
            **{**page, "shape": (shown, sizes["rows"], columns)},
        )
    said = Told([words.open("sentences", "nearest")], digits=3)
    uses = {"number": "best", "label": "best_label", "likeness": "best_likeness"}
    yield Quantity("nearest", equation=said, uses=uses, shape=(1,), is_text=True, **page)


def _matrices(size: int, words: Text) -> Iterator[Quantity]:
    page = {"sheet": "matrices", "shape": (size, size), "number_format": "General"}
    for name in ("A", "B"):
        yield Quantity(f"matrix_{name}", name, f"{name}{{}}", role="weight", **page)
    A, B = ("matrix_A", "matrix_B")
    made = {"role": "forward", **page}
    product = eq.MatrixProduct()
    yield Quantity("AB", symbol="AB", equation=product, uses={"A": A, "B": B}, **made)
    yield Quantity("BA", symbol="BA", equation=product, uses={"A": B, "B": A}, **made)
    yield Quantity("hadamard", symbol="A ⊙ B", equation=eq.PRODUCT, uses={"a": A, "b": B}, **made)
    for name, symbol, of in (
        ("A_turned", "Aᵀ", A),
        ("B_turned", "Bᵀ", B),
        ("turned_AB", "(AB)ᵀ", "AB"),
    ):
        yield Quantity(name, symbol=symbol, equation=eq.TRANSPOSE, uses={"A": of}, **made)
    uses = {"A": "B_turned", "B": "A_turned"}
    yield Quantity("BA_turned", symbol="BᵀAᵀ", equation=product, uses=uses, **made)
    single = {"sheet": "matrices", "number_format": ";;;"}
    for name, one, other in (("commutes", "AB", "BA"), ("turns", "turned_AB", "BA_turned")):
        yield Quantity(name, equation=eq.Equal(), uses={"A": one, "B": other}, **single)
        said = Told([words.open("sentences", f"{key}_{name}") for key in ("not", "is")], name)
        yield Quantity(f"{name}_said", equation=said, is_text=True, sheet="matrices")


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
    drawing.freeze, drawing.repeat, drawing.one_page = (TABLE, 4), TABLE - 1, False
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
