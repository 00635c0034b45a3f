"""The kind "sequences": recurrences filled down, a coupled pair there and back, and sums.

Three sheets: sequences beside their formulas; the pair whose way back is that of back-propagation;
and the linearity of the sum sign.   Book: 2-2, 2-3.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from xlnn.address import address
from xlnn.blocks import FIRST_ROW, Block, single_block, table_blocks
from xlnn.equations import sequences as eq
from xlnn.equations.telling import Told
from xlnn.quantity import Axis, Model, Quantity, previous
from xlnn.shipped.text import Text
from xlnn.workbooks.experiment import Experiment
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.panel import (
    begun,
    column_of,
    grid,
    heads,
    numbers_below,
    picture,
    say,
    show,
    type_in,
)
from xlnn.workbooks.pages.sheet import Sheet
from xlnn.workbooks.pages.table import name_rows
from xlnn.writing.charts import Line, ends, scatter
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import KEY, LABEL, NEGATIVE, POSITIVE, SECTION, value

SETTINGS = ("d", "r", "p", "q")
TERMS = ("arithmetic", "arithmetic_term", "geometric", "geometric_term", "linear")
PAIR = ("a", "b", "ratio")
BACK = ("c", "d_back")
LAWS = ("added", "multiplied", "combined")
SUMMED = ("u", "v", *LAWS)
"""The columns of the tables, and what is said of sums."""

TABLE, BESIDE = 13, 9
"""The first row of the tables, and the column of the charts."""

THIRD = "5B8C5A"


def quantities(sizes: Mapping[str, int], words: Text) -> Iterator[Quantity]:
    """Yield the sequences, the pair there and back, and the sums."""
    yield from _sequences(sizes["terms"], words)
    yield from _pair(sizes["terms"], words)
    yield from _sums(sizes["numbers"], words)


def _sequences(terms: int, words: Text) -> Iterator[Quantity]:
    page = {"sheet": "sequences", "number_format": "General"}
    for name in SETTINGS:
        yield Quantity(name, symbol=name, role="input", **page)
    recurring = {**page, "axes": (Axis("n", terms, "time"),), "given": 1, "role": "weight"}
    place_of = {**page, "axes": (Axis("n", terms),)}
    yield Quantity("n", counts=True, **place_of)
    for name, equation, symbol, formula in (
        ("arithmetic", eq.ARITHMETIC, "aₙ₊₁ = aₙ + d", eq.ARITHMETIC_TERM),
        ("geometric", eq.GEOMETRIC, "aₙ₊₁ = r aₙ", eq.GEOMETRIC_TERM),
        ("linear", eq.LINEAR, "aₙ₊₁ = p aₙ + q", None),
    ):
        uses, look = {"before": previous(name)}, {}
        if name != "arithmetic":  # those terms have ever more decimals
            look = {"number_format": "0.0000"}
        yield Quantity(name, symbol=symbol, equation=equation, uses=uses, **{**recurring, **look})
        if formula:
            term = "a₁ + (n − 1) d" if name == "arithmetic" else "a₁ rⁿ⁻¹"
            yield Quantity(
                f"{name}_term",
                symbol=term,
                equation=formula,
                uses={"a": name},
                role="forward",
                **{**place_of, **look},
            )
    said = words.open("sentences", "course", terms=terms)
    yield Quantity("course", equation=Told([said], digits=4), is_text=True, **page)


def _pair(terms: int, words: Text) -> Iterator[Quantity]:
    page = {"sheet": "pair", "number_format": "General"}
    yield Quantity("coefficients", symbol="p{}", shape=(2, 2), role="weight", **page)
    there = {**page, "axes": (Axis("n", terms, "time"),), "given": 1, "role": "weight"}
    for which, name in enumerate(("a", "b")):
        uses = {"P": "coefficients", "one": previous("a"), "other": previous("b")}
        yield Quantity(name, symbol=f"{name}ₙ", equation=eq.Coupled(which), uses=uses, **there)
    yield Quantity(
        "ratio",
        symbol="bₙ / aₙ",
        equation=eq.Ratio(),
        sheet="pair",
        axes=(Axis("n", terms, "time"),),
        role="forward",
    )
    back = {**there, "axes": (Axis("back", terms, "time"),), "role": "backward"}
    for which, name in enumerate(BACK):
        uses = {"P": "coefficients", "one": previous("c"), "other": previous("d_back")}
        equation = eq.Coupled(which, back=True)
        symbol = "c" if which == 0 else "d"
        yield Quantity(name, symbol=symbol, equation=equation, uses=uses, **back)
    uses = {"d": "d_back"}
    for name, way in (("at_end", (-1, 0)), ("at_start", (0, -1))):
        yield Quantity(name, equation=eq.across(*way), uses=uses, **page)
    uses = {"left": "at_end", "right": "at_start"}
    yield Quantity("meets", equation=eq.Same(), uses=uses, **{**page, "number_format": ";;;"})
    said = [words.open("sentences", key) for key in ("apart", "meets")]
    yield Quantity("verdict", equation=Told(said, "meets"), is_text=True, **page)


def _sums(numbers: int, words: Text) -> Iterator[Quantity]:
    page = {"sheet": "sums", "number_format": "General"}
    for name, symbol in (("by", "c"), ("and_by", "d")):
        yield Quantity(name, symbol=symbol, role="input", **page)
    table = {**page, "axes": (Axis("k", numbers),)}
    for name, symbol in (("u", "aₖ"), ("v", "bₖ")):
        yield Quantity(name, symbol=symbol, role="input", **table)
    of = {"a": "u", "b": "v"}
    yield Quantity("added", symbol="aₖ + bₖ", equation=eq.ADDED, uses=of, role="forward", **table)
    yield Quantity(
        "multiplied",
        symbol="c aₖ",
        equation=eq.MULTIPLIED,
        uses={"a": "u"},
        role="forward",
        **table,
    )
    yield Quantity(
        "combined", symbol="c aₖ + d bₖ", equation=eq.COMBINED, uses=of, role="forward", **table
    )
    for name in SUMMED:
        yield Quantity(f"sum_{name}", "sum", "Σ", equation=eq.TOTAL, uses={"terms": name}, **page)
    of = {"a": "sum_u", "b": "sum_v"}
    for name, equation in zip(LAWS, (eq.ADDED, eq.MULTIPLIED, eq.COMBINED), strict=True):
        uses = {role: sum_of for role, sum_of in of.items() if role in equation.roles}
        yield Quantity(f"from_{name}", equation=equation, uses=uses, **page)
    for name in LAWS:
        uses = {"left": f"sum_{name}", "right": f"from_{name}"}
        look = {**page, "number_format": ";;;"}
        yield Quantity(f"same_{name}", "same", "=", equation=eq.Same(), uses=uses, **look)
    for name in LAWS:
        said = [
            words.open("sentences", f"{equal}_{name}")
            .replace("{left}", f"{{sum_{name}}}")
            .replace("{right}", f"{{from_{name}}}")
            for equal in ("other", "same")
        ]
        yield Quantity(
            f"law_{name}", "law", "", equation=Told(said, f"same_{name}"), is_text=True, **page
        )


def place(model: Model) -> Iterator[Block]:
    """Place the coefficients, and the sequences with their formulas beside them."""
    yield from numbers_below(model, SETTINGS, FIRST_ROW)
    yield single_block(model["course"], FIRST_ROW + 5, 1)
    yield from table_blocks([model[name] for name in ("n", *TERMS)], TABLE, 1)


def place_pair(model: Model) -> Iterator[Block]:
    """Place the matrix, the pair on its way there and back, and where both meet."""
    yield grid(model, "coefficients", FIRST_ROW + 1, 2)
    yield from table_blocks([model[name] for name in PAIR], TABLE, 2)
    yield from table_blocks([model[name] for name in BACK], TABLE, 6)
    for row, name in enumerate(("at_end", "at_start"), start=FIRST_ROW + 1):
        yield single_block(model[name], row, 8)
    yield single_block(model["meets"], FIRST_ROW + 3, 8)
    yield single_block(model["verdict"], FIRST_ROW + 5, 1)


def place_sums(model: Model) -> Iterator[Block]:
    """Place the factors, the terms, their sums below, and what is equal."""
    yield from numbers_below(model, ("by", "and_by"), FIRST_ROW)
    yield from table_blocks([model[name] for name in SUMMED], TABLE, 2)
    last = TABLE + model["u"].axes[0].length
    for column, name in enumerate(SUMMED, start=2):
        yield single_block(model[f"sum_{name}"], last + 1, column)
    for column, name in enumerate(LAWS, start=4):
        yield single_block(model[f"from_{name}"], last + 2, column)
        yield single_block(model[f"same_{name}"], last + 3, column)
    for row, name in enumerate(LAWS, start=FIRST_ROW + 3):
        yield single_block(model[f"law_{name}"], row, 1)


def draw(page: Page[Any]) -> Drawing:
    """Draw the sequences as a table and as dots."""
    layout, words = page.layout, page.words
    drawing = begun(page, "sequences", A=20, G=3)
    drawing.widths |= dict.fromkeys(range(2, 7), 15)
    show(drawing, layout, words, SETTINGS)
    say(drawing, "course", bold=True)
    for name in ("n", *TERMS):
        block = layout.blocks[name]
        heads(drawing, block, words)
        type_in(drawing, block, words)
    drawing.looks["n"] = KEY
    n, titles = column_of(layout, "n"), words.words["charts"]
    lines = [
        Line(n, column_of(layout, name), colour, name=titles[name], marker="circle")
        for name, colour in (("arithmetic", NEGATIVE), ("geometric", POSITIVE), ("linear", THIRD))
    ]
    chart = scatter(titles["sequences"], "n", lines)
    chart.height, chart.width = 9, 15
    ends(chart.x_axis, 0, layout.model["n"].axes[0].length)
    drawing.charts.append((address(FIRST_ROW, BESIDE - 1), chart))
    return drawing


def draw_pair(page: Page[Any]) -> Drawing:
    """Draw the matrix as a picture, both ways as tables, and the ratio to which the pair tends."""
    layout, words = page.layout, page.words
    drawing = begun(page, "pair", A=10, E=10, I=3)
    drawing.widths |= dict.fromkeys((2, 3, 4, 6, 7, 8), 14)
    drawing.put(FIRST_ROW, 2, words("quantities", "coefficients"), LABEL)
    picture(drawing, layout.blocks["coefficients"], size=11)
    type_in(drawing, layout.blocks["coefficients"], words)
    for row in (FIRST_ROW + 1, FIRST_ROW + 2):
        drawing.heights[row] = 24
    for name in ("at_end", "at_start"):
        block = layout.blocks[name]
        drawing.put(block.row, 5, words("quantities", name), LABEL)
        drawing.looks[name] = replace(
            value("General", given=False, first=False), align="center", border=True
        )
    say(drawing, "verdict", bold=True)
    name_rows(drawing, layout.blocks["a"].quantity.axes, TABLE, words)
    name_rows(drawing, layout.blocks["c"].quantity.axes, TABLE, words, left=5)
    drawing.widths |= {1: 10, 5: 12}
    for name in (*PAIR, *BACK):
        heads(drawing, layout.blocks[name], words)
        if name != "ratio":
            type_in(drawing, layout.blocks[name], words)
    n = column_of(layout, "n")
    line = Line(n, column_of(layout, "ratio"), POSITIVE, marker="circle")
    chart = scatter(words("charts", "ratio"), "n", [line])
    chart.height, chart.width = 7.5, 12
    ends(chart.x_axis, 0, layout.model["n"].axes[0].length)
    drawing.charts.append((address(TABLE - 2, BESIDE + 1), chart))
    return drawing


def draw_sums(page: Page[Any]) -> Drawing:
    """Draw the terms as a table, their sums below it, and what follows from linearity."""
    layout, words = page.layout, page.words
    drawing = begun(page, "sums", A=24)
    drawing.widths |= dict.fromkeys(range(2, 7), 15)
    show(drawing, layout, words, ("by", "and_by"))
    say(drawing, *(f"law_{name}" for name in LAWS), bold=True)
    name_rows(drawing, layout.blocks["u"].quantity.axes, TABLE, words)
    drawing.widths[1] = 24
    for name in SUMMED:
        heads(drawing, layout.blocks[name], words)
        type_in(drawing, layout.blocks[name], words)
        picture(drawing, layout.blocks[name], size=11, digits="General")
    row = layout.blocks["sum_u"].row
    for down, key in enumerate(("sum", "from")):
        drawing.put(row + down, 1, words("headings", key), SECTION)
    look = replace(value("General", given=False, first=False), align="center", bold=True)
    drawing.looks |= {f"sum_{name}": look for name in SUMMED}
    drawing.looks |= {f"from_{name}": look for name in LAWS}
    return drawing


KIND = Experiment(
    name="sequences",
    sizes={"terms": (2, 100), "numbers": (1, 100)},
    quantities=quantities,
    sheets={
        "sequences": Sheet(draw, place),
        "pair": Sheet(draw_pair, place_pair),
        "sums": Sheet(draw_sums, place_sums),
    },
    taken={"epochs": "terms"},
)
