"""The inner product as a measure of similarity; matrices.   Book: 2-4, 2-5.

The inner product between its bounds; images ranked by their similarity to a drawn one; and the
products and the transpose of two matrices.
"""

from collections.abc import Iterator, Mapping
from functools import partial

import xlnn
from xlnn import Axis, Beside, Grid, Model, Page, Quantity, Sentences, Size, Text, Told, Trace
from xlnn.equations import similarity as eq
from xlnn.equations import units
from xlnn.workbooks.pages.number_parts import Made
from xlnn.workbooks.pages.part import PagePart
from xlnn.workbooks.pages.text_parts import Label
from xlnn.writing.style import INPUT_INK, NEGATIVE, POSITIVE, SECTION, Look

SHOWN = 8
"""How many images are shown from either end of the ranking."""

PIXELS = {
    "drawn": Look(size=9, align="center", border=True),
    "images": Look(size=9, align="center", border=True, ink=INPUT_INK),
}


# fmt: off
def model(sizes: Mapping[str, int], _: Text) -> Iterator[Quantity]:
    """Yield two patterns and their angle, the images in order, and the matrices."""
    yield from _patterns((sizes["rows"], sizes["columns"]))
    yield from _ranking(sizes)
    yield from _matrices(sizes["size"])


def _patterns(shape: tuple[int, int]) -> Iterator[Quantity]:
    of = {"a": "pattern_a", "b": "pattern_b"}
    for symbol, name in of.items():
        yield Quantity(name, title=f"pattern {symbol}", symbol=symbol, shape=shape)
    yield Quantity("product", title="a × b, pixel by pixel", equation=units.PRODUCT, uses=of,
                   role="forward", shape=shape)
    yield Quantity("inner", title="inner product a·b", symbol="a·b", equation=eq.INNER_PRODUCT,
                   uses=of, meaning="how similar two patterns are",
                   written="a·b = a₁b₁ + a₂b₂ + … = |a||b| cos θ", source="2-4")
    length = xlnn.alike(equation=eq.LENGTH)
    yield length("length_a", "length |a|", symbol="|a|", uses={"a": "pattern_a"},
                 meaning="the length of a vector", written="|a| = √(a₁² + a₂² + …)", source="2-4")
    yield length("length_b", "length |b|", symbol="|b|", uses={"a": "pattern_b"})
    yield Quantity("upper", title="at most |a||b|", symbol="|a||b|",
                   equation=units.PRODUCT.of("length_a", "length_b"),
                   meaning="the Cauchy–Schwarz bound", written="−|a||b| ≤ a·b ≤ |a||b|",
                   source="2-4")
    yield Quantity("lower", title="at least −|a||b|", symbol="−|a||b|",
                   equation=units.NEGATIVE.of("upper"))
    yield Quantity("cosine", title="cos θ = a·b / |a||b|", symbol="cos θ", equation=eq.COSINE,
                   meaning="similarity, independent of the lengths", written="cos θ = a·b / |a||b|",
                   source="2-4")
    yield Quantity("angle", title="angle θ in degrees", symbol="θ", equation=eq.ANGLE)
    yield Quantity("direction", title="direction", equation=eq.RELATION)
    yield Quantity("verdict", title="verdict", equation=Told({
        "nothing": "|a||b| = 0: there is no direction and no angle; cos θ and θ are shown as 0 "
        "and 90.",
        "opposite": "a and b are opposite: a·b = {inner} is the smallest possible value, "
        "−|a||b|. Against the gradient z falls fastest (2-10).",
        "against": "a·b = {inner} is below 0: a and b point in rather opposite directions "
        "({angle}°).",
        "right_angle": "a·b is 0, to 12 digits of |a||b|: a and b are at right angles.",
        "alike": "a·b = {inner} is between {lower} and {upper}: the angle between a and b is "
        "{angle}°, their similarity is {cosine}.",
        "same": "a and b have the same direction: a·b = {inner} is the largest possible value, "
        "|a||b|."}, "direction", 3))
    point = xlnn.alike(sheet="curve", axes=(Axis("angle", eq.POINTS, counts_from=0),))
    of_angle = {"angle": "curve_angle"}
    yield point("curve_number", "point", symbol="k", counts=True)
    yield point("curve_angle", "angle", eq.DEGREES.of("curve_number"), symbol="θ")
    yield point("curve_upper", "at most", eq.LEVEL, symbol="|a||b|",
                uses={**of_angle, "height": "upper"})
    yield point("curve_lower", "at least", eq.LEVEL, symbol="−|a||b|",
                uses={**of_angle, "height": "lower"})
    yield point("curve_inner", "inner product", eq.AT_ANGLE, symbol="|a||b| cos θ", uses=of_angle)


def _ranking(sizes: Mapping[str, int]) -> Iterator[Quantity]:
    count, rows, columns = sizes["images"], sizes["rows"], sizes["columns"]
    column = xlnn.alike(axes=(Axis("image", count),))
    yield Quantity("drawn", title="pattern a", symbol="a{}", shape=(rows * columns,),
                   equation=eq.in_row(columns).of(a="pattern_a"), role="forward",
                   number_format="General")
    yield column("number", "number", symbol="n", counts=True)
    yield column("labels", "label", symbol=" ", choices=(0, 9))
    yield column("images", "pixels of image b", symbol="b{}", shape=(rows * columns,))
    yield column("image_inner", "inner product", eq.IMAGE_INNER, symbol="a·b")
    yield column("image_length", "length", units.LENGTH.of("images"), symbol="|b|")
    yield column("likeness", "likeness",
                 eq.LIKENESS.of("image_inner", "length_a", "image_length"), symbol="cos θ")
    yield column("place", "place", eq.RANK, symbol=" ")
    shown, row_of = min(SHOWN, count), units.look_up("image", reads_as_stated=True)
    several = xlnn.alike(shape=(shown,))
    for end, first in (("best", 1), ("last", count - shown + 1)):
        places = list(range(first, first + shown))
        yield several(end, "image", eq.image_at_rank(places), kind="found", symbol="")
        yield several(f"{end}_label", "label", row_of.of("labels", end), kind="found_label",
                      symbol="", number_format="0")
        yield several(f"{end}_likeness", "likeness", row_of.of("likeness", end),
                      kind="found_likeness", symbol="", number_format="0.000")
        yield Quantity(f"{end}_pictures", "pictures", "", title="pictures",
                       equation=eq.pictures_of_these(columns).of(found=end), role="forward",
                       shape=(shown, rows, columns))
    yield Quantity("nearest", title="nearest", equation=eq.most_similar(count),
                   uses={"own": "length_a", "number": "best", "label": "best_label"})


def _matrices(size: int) -> Iterator[Quantity]:
    matrix = xlnn.alike(shape=(size, size), number_format="General")
    made, A, B = partial(matrix, role="forward"), "matrix_A", "matrix_B"
    yield matrix(A, "A", kind="A", symbol="A{}", role="weight")
    yield matrix(B, "B", kind="B", symbol="B{}", role="weight")
    yield made("AB", title="AB: rows of A with columns of B", equation=eq.MATRIX_PRODUCT,
               uses={"A": A, "B": B}, meaning="product of matrices",
               written="(AB)ᵢⱼ = Σₖ aᵢₖ bₖⱼ", source="2-5")
    yield made("BA", title="BA: rows of B with columns of A", equation=eq.MATRIX_PRODUCT,
               uses={"A": B, "B": A})
    yield made("hadamard", title="A ⊙ B: entry by entry", symbol="A ⊙ B", equation=units.PRODUCT,
               uses={"a": A, "b": B}, meaning="Hadamard product",
               written="(A ⊙ B)ᵢⱼ = aᵢⱼ bᵢⱼ", source="2-5")
    turned = partial(made, equation=eq.TRANSPOSE)
    yield turned("A_turned", title="Aᵀ", symbol="Aᵀ", uses={"A": A}, meaning="transpose",
                 written="(Aᵀ)ᵢⱼ = aⱼᵢ", source="2-5")
    yield turned("B_turned", title="Bᵀ", symbol="Bᵀ", uses={"A": B})
    yield turned("turned_AB", title="(AB)ᵀ", symbol="(AB)ᵀ", uses={"A": "AB"})
    yield made("BA_turned", title="BᵀAᵀ", symbol="BᵀAᵀ", equation=eq.MATRIX_PRODUCT,
               uses={"A": "B_turned", "B": "A_turned"})
    claims = {
        "commutes": ("AB = BA", "AB", "BA", {
            "not_commutes": "AB and BA are not equal: the order of a product matters.",
            "is_commutes": "AB = BA: these two matrices can be multiplied in either order, which "
            "is rare."}),
        "turns": ("(AB)ᵀ = BᵀAᵀ", "turned_AB", "BA_turned", {
            "not_turns": "(AB)ᵀ and BᵀAᵀ differ only by rounding.",
            "is_turns": "(AB)ᵀ = BᵀAᵀ: transposing a product reverses its order. That is why "
            "back-propagation uses transposed weights (4-3)."}),
    }
    for name, (title, one, other, lines) in claims.items():
        yield Quantity(name, title=title, equation=eq.Equal().of(one, other, A, B))
        yield Quantity(f"{name}_said", equation=Told(lines, name))


# fmt: on


def _ranked(end: str, title: str) -> PagePart:
    """Return the images at one end of the ranking, with their numbers below."""
    pictures = Grid(
        f"{end}_pictures", indent=1, scale="ink", digits=";;;", width=4.5, titled=False,
        under=(end, f"{end}_label", f"{end}_likeness"),
    )  # fmt: skip

    def headed(model: Model) -> PagePart:
        columns = pictures.size(model)[1]
        return xlnn.Below(Label(title, "headings", SECTION, columns=columns), pictures)

    return Made(headed)


def _similarity(model: Model) -> PagePart:
    """Return the patterns and the results, which begin below the second pattern."""
    _, columns = model["pattern_a"].shape
    return xlnn.Below(
        Beside(Grid("pattern_a", scale="ink"), Grid("pattern_b", scale="ink"), Grid("product")),
        Sentences("verdict", above=1),
        xlnn.Space(),
        xlnn.Numbers(
            *("inner", "length_a", "length_b", "upper", "lower", "cosine", "angle"), at=columns + 1
        ),
    )


def _grids(*names: str) -> PagePart:
    return Beside(*(Grid(name, width=9.5, above=1) for name in names))


# fmt: off
EXPERIMENT = xlnn.Experiment(
    "similarity", model, title="Similarity, and matrices", book=("2-4", "2-5"),
    summary="The inner product of two drawn patterns, 64 images ranked by similarity, and matrices "
    "that you can edit.",
    sizes={"images": Size(64, 1, 1_000), "rows": Size(4, 1, 28), "columns": Size(3, 1, 28),
           "size": Size(3, 1, 8)},
    images="digits",
    inputs={
        "pattern_a": [[1, 1, 1], [1, 0, 1], [1, 0, 1], [1, 1, 1]],
        "pattern_b": [[0, 1, 0], [0, 1, 0], [0, 1, 0], [0, 1, 0]],
        "matrix_A": [[1, 2, 0], [0, 1, 3], [2, 0, 1]],
        "matrix_B": [[2, 0, 1], [1, 1, 0], [0, 3, 1]],
    },
    about=(
        "A picture of {rows} × {columns} pixels is a vector of as many numbers. The inner product "
        "of two such vectors says how similar they are (2-4).",
        "It is between −|a||b| and |a||b|: smallest for opposite, largest for equal directions. "
        "That is the principle of gradient descent, and of the demons that like patterns (1-5).",
        "With matrices a whole layer is one line: product, Hadamard product and transpose are all "
        "you need (2-5).",
    ),
    colours={
        "forward": "products, and pictures computed from others", "weight": "the matrices A and B",
        "result": "inner products, lengths, angles and ranks",
    },
    pages=(
        Page(
            "similarity", "Similarity", "Two patterns as vectors: the more similar they are, the "
            "larger their inner product a·b. Draw in a and b: 1 is ink, 0 is paper.",
            Beside(
                Made(_similarity),
                xlnn.Chart(
                    "a·b between its bounds",
                    Trace("curve_inner", "curve_angle", NEGATIVE, name="|a||b| cos θ", of=""),
                    Trace("curve_upper", "curve_angle", name="|a||b|", of="", is_quiet=True),
                    Trace("curve_lower", "curve_angle", name="−|a||b|", of="", is_quiet=True),
                    Trace("inner", "angle", POSITIVE, marker="circle", name="a·b", of=""),
                    x="angle θ in degrees", size_in_cm=(14, 9.5), ends=(0, 180, 30)),
            ),
            does="Draw two patterns and see their inner product between its bounds.",
        ),
        Page(
            "ranking", "Ranking", "The images in order of similarity to pattern a, which you draw "
            "on {similarity}.",
            Sentences("nearest"),
            xlnn.Space(),
            _ranked("best", "most similar to a"),
            xlnn.Space(),
            _ranked("last", "least similar to a"),
            does="The images most and least similar to your pattern a.",
        ),
        Page(
            "images", "Images", "Each image as a row of pixels, its inner product with the drawn "
            "pattern a, and its rank.",
            xlnn.Below(
                Beside(Label("pattern a", "headings", columns=2), xlnn.Row("drawn"), apart=0),
                xlnn.Table("number", "labels", "images", "image_inner", "image_length", "likeness",
                           "place", ink=("drawn", "images"), looks=PIXELS, width=9, above=0),
            ),
            does="All images as vectors, with their inner products and ranks.", is_helper=True,
        ),
        Page(
            "matrices", "Matrices", "The product of two matrices, their product entry by entry, "
            "and their transposes. You can change A and B.",
            _grids("matrix_A", "matrix_B"),
            _grids("AB", "BA", "hadamard"),
            _grids("A_turned", "B_turned"),
            _grids("turned_AB", "BA_turned"),
            xlnn.Space(),
            Sentences("commutes_said", "turns_said", bold=2),
            does="Type in two matrices.",
        ),
        Page("curve", "Curve", "Points of the inner product over the angle, for the chart on the "
             "sheet Similarity.", does="The points of the chart.", is_helper=True),
    ),
    tries=(
        ("On {similarity}, make b equal to a, then type −1 wherever a is 1, and 0 elsewhere.",
         "The angle is 0°, then 180°: a·b goes from its upper to its lower bound, and never "
         "beyond."),
        ("On {similarity}, double every number of a.", "a·b and |a| double, the similarity stays: "
         "it depends only on the directions."),
        ("On {similarity}, draw a 1 as pattern a and look at {ranking}.", "The 1s move to the "
         "front, the 0s to the end: similarity alone tells most images apart."),
    ),
)
