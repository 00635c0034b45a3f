"""The kind "sequences": recurrences filled down, a coupled pair there and back, and sums.

Three sheets: sequences beside their formulas; the pair whose way back is that of back-propagation;
and the linearity of the sum sign.   Book: 2-2, 2-3.
"""

from collections.abc import Iterator, Mapping

from xlnn.equations import sequences as eq
from xlnn.equations.telling import Told
from xlnn.quantity import Axis, Quantity, previous
from xlnn.shipped.text import Text
from xlnn.workbooks.experiment import Experiment
from xlnn.workbooks.pages.parts import (
    Below,
    Beside,
    Chart,
    Grid,
    Hidden,
    Numbers,
    Sentences,
    Space,
    Table,
    Trace,
    page,
)
from xlnn.writing.style import NEGATIVE, POSITIVE

SETTINGS = ("d", "r", "p", "q")
TERMS = ("arithmetic", "arithmetic_term", "geometric", "geometric_term", "linear")
PAIR = ("a", "b", "ratio")
BACK = ("c", "d_back")
LAWS = ("added", "multiplied", "combined")
SUMMED = ("u", "v", *LAWS)
"""The columns of the tables, and what is said of sums."""

COLOURS = {"arithmetic": NEGATIVE, "geometric": POSITIVE, "linear": "5B8C5A"}


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


KIND = Experiment(
    name="sequences",
    sizes={"terms": (2, 100), "numbers": (1, 100)},
    quantities=quantities,
    sheets={
        "sequences": page(
            "sequences",
            Numbers(*SETTINGS, at=2),
            Sentences("course", above=1),
            Beside(
                Table("n", *TERMS),
                Chart(
                    "sequences",
                    *(
                        Trace(name, "n", colour, marker="circle", name=name)
                        for name, colour in COLOURS.items()
                    ),
                    x="n",
                    size_in_cm=(15, 9),
                ),
            ),
        ),
        "pair": page(
            "pair",
            Beside(
                Grid("coefficients", indent=1),
                Below(Space(), Numbers("at_end", "at_start"), Hidden("meets", indent=3)),
            ),
            Sentences("verdict", above=1),
            Beside(
                Beside(Table(*PAIR), Table(*BACK), apart=0),
                Chart(
                    "ratio",
                    Trace("ratio", "n", POSITIVE, marker="circle"),
                    x="n",
                    size_in_cm=(12, 7.5),
                ),
            ),
        ),
        "sums": page(
            "sums",
            Numbers("by", "and_by", at=2),
            Sentences(*(f"law_{name}" for name in LAWS), bold=3, above=1),
            Table(*SUMMED, coloured=SUMMED, under={"sum": "sum", "from": "from", "": "same"}),
        ),
    },
    taken={"epochs": "terms"},
)
