"""The kind "similarity": how alike two patterns are, images ranked by it, and matrices.

The inner product between its bounds; the images of another template by their likeness to the drawn
one; and the products and the transpose of two matrices.   Book: 2-4, 2-5.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from xlnn.blocks import Block, single_block
from xlnn.equations import similarity as eq
from xlnn.equations.telling import Told
from xlnn.quantity import Axis, Model, Quantity
from xlnn.shipped.text import Text
from xlnn.workbooks.experiment import Experiment
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.panel import grid, picture
from xlnn.workbooks.pages.parts import (
    Below,
    Beside,
    Chart,
    Grid,
    Hidden,
    Label,
    Made,
    Numbers,
    Part,
    Row,
    Sentences,
    Space,
    Table,
    Trace,
    helper_page,
    page,
)
from xlnn.writing.charts import THIN
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import INPUT_INK, LABEL, NEGATIVE, POSITIVE, QUIET, SECTION, Look, value

SHOWN = 8
"""How many images are drawn from either end of the ranking."""

POINTS = 61
"""Of the curve of the inner product over the angle."""

ENDS = ("best", "last")
"""Of the ranking."""

NUMBERS = ("inner", "length_a", "length_b", "upper", "lower", "cosine", "angle")
PIXELS = {
    "drawn": Look(size=9, align="center", border=True),
    "images": Look(size=9, align="center", border=True, ink=INPUT_INK),
}
IMAGES = ("number", "labels", "images", "image_inner", "image_length", "likeness", "place")


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
    inner = {"symbol": "a·b", "number_format": "General"}
    yield Quantity("inner", equation=eq.INNER_PRODUCT, uses=of, **inner, **page)
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
    curve = {"sheet": "curve", "axes": (Axis("angle", POINTS, counts_from=0),)}
    yield Quantity("curve_number", symbol="k", counts=True, number_format="0", **curve)
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
    yield Quantity("number", symbol="n", counts=True, number_format="0", **table)
    yield Quantity("labels", symbol=" ", role="input", number_format="0", choices=(0, 9), **table)
    look = {"role": "input", "number_format": "General"}
    yield Quantity("images", symbol="b{}", shape=(pixels,), **look, **table)
    inner = {"symbol": "a·b", "number_format": "General"}
    yield Quantity("image_inner", equation=eq.IMAGE_INNER, **inner, **table)
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
    keys = ("nearest", "several", "equally", "no_direction")
    one, several, every, nothing = (
        words.open("sentences", key, images=sizes["images"]) for key in keys
    )
    said = eq.Nearest((one, several, every, nothing), sizes["images"])
    uses = {"own": "length_a", "number": "best", "label": "best_label"}
    yield Quantity("nearest", equation=said, uses=uses, is_text=True, **page)


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
        uses = {"one": one, "other": other, "A": A, "B": B}
        yield Quantity(name, equation=eq.Equal(), uses=uses, **single)
        said = Told([words.open("sentences", f"{key}_{name}") for key in ("not", "is")], name)
        yield Quantity(f"{name}_said", equation=said, is_text=True, sheet="matrices")


@dataclass(frozen=True)
class Ranked(Part):
    """The images at one end of the ranking, side by side, and below each what it is.

    Attributes
    ----------
    end : str
        One of the `ENDS`.
    """

    end: str
    above = 1

    @property
    def _names(self) -> tuple[str, ...]:
        return self.end, f"{self.end}_label", f"{self.end}_likeness"

    def size(self, model: Model) -> tuple[int, int]:
        """Return the rows of a heading, a picture and its numbers, and the columns of all."""
        shown, rows, columns = model[f"{self.end}_pictures"].shape
        return 1 + rows + len(self._names), shown * (columns + 1)

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield the pictures, and the numbers below the middle of each."""
        _, rows, columns = model[f"{self.end}_pictures"].shape
        yield grid(model, f"{self.end}_pictures", row + 1, column + 1, columns + 1)
        for down, name in enumerate(self._names, start=row + 1 + rows):
            yield single_block(model[name], down, column + 1 + columns // 2, (0, columns + 1))

    def draw(self, drawing: Drawing, page: Page[Any], row: int, column: int) -> None:
        """Draw the heading, the ink, and what names the numbers."""
        block = page.layout.blocks[f"{self.end}_pictures"]
        (rows, width), last = block.quantity.shape[1:], block.last[1]
        Label(self.end, "headings", SECTION, last - column + 1).draw(drawing, page, row, column)
        picture(drawing, block, scale="ink", digits=";;;")
        drawing.heights |= dict.fromkeys(range(block.row, block.row + rows), 24)
        drawing.widths |= {column: 12, **dict.fromkeys(range(block.column, last + 1), 4.5)}
        drawing.widths |= dict.fromkeys(range(block.column + width, last + 1, width + 1), 2)
        for name in self._names:
            block = page.layout.blocks[name]
            drawing.put(block.row, column, page.words("quantities", block.quantity.kind), LABEL)
            look = value(block.quantity.number_format, given=False, first=False)
            drawing.looks[name] = replace(look, align="center", size=8)


def _similarity(model: Model) -> Part:
    """Return the patterns and what follows from them: numbers begin below the second pattern."""
    _, columns = model["pattern_a"].shape
    return Below(
        Beside(Grid("pattern_a", scale="ink"), Grid("pattern_b", scale="ink"), Grid("product")),
        Sentences("verdict", above=1),
        Hidden("direction"),
        Numbers(*NUMBERS, at=columns + 1),
    )


def _grids(*names: str) -> Part:
    return Beside(*(Grid(name, width=9.5, above=1) for name in names))


KIND = Experiment(
    name="similarity",
    sizes={"images": (1, 1_000), "rows": (1, 28), "columns": (1, 28), "size": (1, 8)},
    quantities=quantities,
    sheets={
        "similarity": page(
            "similarity",
            Beside(
                Made(_similarity),
                Chart(
                    "bounds",
                    Trace("curve_inner", "curve_angle", NEGATIVE, name="|a||b| cos θ"),
                    Trace("curve_upper", "curve_angle", QUIET, THIN, name="|a||b|"),
                    Trace("curve_lower", "curve_angle", QUIET, THIN, name="−|a||b|"),
                    Trace("inner", "angle", POSITIVE, marker="circle", name="a·b", of=""),
                    size_in_cm=(14, 9.5),
                    ends=(0, 180, 30),
                ),
            ),
        ),
        "ranking": page("ranking", Sentences("nearest"), *(Ranked(end) for end in ENDS)),
        "images": helper_page(
            "images",
            Below(
                Beside(Label("drawn", "quantities", columns=2), Row("drawn"), apart=0),
                Table(*IMAGES, ink=("drawn", "images"), looks=PIXELS, width=9, above=0),
            ),
        ),
        "matrices": page(
            "matrices",
            _grids("matrix_A", "matrix_B"),
            _grids("AB", "BA", "hadamard"),
            _grids("A_turned", "B_turned"),
            _grids("turned_AB", "BA_turned"),
            Space(),
            Sentences("commutes_said", "turns_said", bold=2),
            Hidden("commutes", "turns"),
        ),
        "curve": helper_page("curve"),
    },
)
