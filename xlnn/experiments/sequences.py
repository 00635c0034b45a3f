"""Recurrences filled down, a coupled pair there and back, and sums.   Book: 2-2, 2-3.

The way back of the coupled pair is that of back-propagation; the sums show the linearity of Σ.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import xlnn
from xlnn import Axis, Beside, Chart, Quantity, Size, Table, Text, Told, Trace, alike, previous
from xlnn.equations import sequences as eq
from xlnn.equations import units
from xlnn.equations.elementary import LINE


# fmt: off
def model(sizes: Mapping[str, int], _: Text) -> Iterator[Quantity]:
    """Yield the sequences, the pair there and back, and the sums."""
    yield from _sequences(sizes["terms"])
    yield from _pair(Axis("n", sizes["terms"], "time"))
    yield from _sums(Axis("k", sizes["numbers"]))


def _sequences(terms: int) -> Iterator[Quantity]:
    for name, title in (("d", "common difference d"), ("r", "common ratio r"), ("p", "factor p"),
                        ("q", "constant q")):
        yield Quantity(name, title=title)
    recurring = alike(axes=(Axis("n", terms, "time"),), given=1, role="weight", source="2-2")
    term = alike(axes=(Axis("n", terms),), role="forward")
    yield Quantity("n", title="place", axes=(Axis("n", terms),), counts=True)
    yield recurring("arithmetic", "arithmetic", eq.ADDED.of(previous("arithmetic"), "d"),
                    symbol="aₙ₊₁ = aₙ + d", meaning="each term is the previous one plus d",
                    written="aₙ₊₁ = aₙ + d, aₙ = a₁ + (n − 1) d")
    yield term("arithmetic_term", "its formula", eq.ARITHMETIC_TERM, symbol="a₁ + (n − 1) d")
    yield recurring("geometric", "geometric", eq.MULTIPLIED.of("r", previous("geometric")),
                    symbol="aₙ₊₁ = r aₙ", meaning="each term is the previous one times r",
                    written="aₙ₊₁ = r aₙ, aₙ = a₁ rⁿ⁻¹")
    yield term("geometric_term", "its formula", eq.GEOMETRIC_TERM, symbol="a₁ rⁿ⁻¹")
    yield recurring("linear", "linear recurrence", LINE.of(previous("linear"), "p", "q"),
                    symbol="aₙ₊₁ = p aₙ + q", meaning="both combined", written="aₙ₊₁ = p aₙ + q")
    yield Quantity("course", equation=Told(
        "After {terms} terms the arithmetic sequence is at {arithmetic_last}, the geometric one at "
        "{geometric_last}, and the linear recurrence at {linear_last}.", digits=4))


def _pair(n: Axis) -> Iterator[Quantity]:
    there = alike(axes=(n,), given=1, role="weight", source="2-2")
    back = alike(axes=(replace(n, name="step back"),), given=1, role="backward")
    yield Quantity("coefficients", title="coefficients p", symbol="p{}", shape=(2, 2),
                   role="weight")
    pair = {"P": "coefficients", "one": previous("a"), "other": previous("b")}
    yield there("a", "first sequence", eq.coupled((0, 0), (0, 1)).of(**pair), symbol="aₙ",
                meaning="the first of the coupled pair", written="aₙ₊₁ = p₁₁aₙ + p₁₂bₙ")
    yield there("b", "second sequence", eq.coupled((1, 0), (1, 1)).of(**pair), symbol="bₙ",
                meaning="the second of the coupled pair", written="bₙ₊₁ = p₂₁aₙ + p₂₂bₙ")
    yield Quantity("ratio", title="ratio (0 if aₙ is 0)", symbol="bₙ / aₙ", equation=units.RATIO,
                   axes=(n,), role="forward")
    pair = {"P": "coefficients", "one": previous("c"), "other": previous("d_back")}
    yield back("c", "way back", eq.coupled((0, 0), (1, 0)).of(**pair), source="4-3",
               meaning="the pair on the way back: columns instead of rows",
               written="c ← p₁₁c + p₂₁d, d ← p₁₂c + p₂₂d")
    yield back("d_back", "way back", eq.coupled((0, 1), (1, 1)).of(**pair), symbol="d")
    yield Quantity("at_end", title="c₁ aₙ + d₁ bₙ, at the end", equation=eq.across(-1, 0))
    yield Quantity("at_start", title="cₙ a₁ + dₙ b₁, at the start", equation=eq.across(0, -1))
    yield Quantity("meets", title="equal", equation=eq.SAME.of("at_end", "at_start"))
    yield Quantity("verdict", equation=Told({
        "apart": "There: {at_end}, back: {at_start}. They differ only by rounding.",
        "meets": "There and back give the same number: {at_end}. The way back ends with how fast "
        "it changes with a₁ and with b₁: this is how back-propagation works (4-3)."}, "meets"))


LAWS = {
    "added": (eq.ADDED, "aₖ + bₖ", "sum of both", "Σ(aₖ + bₖ)", "Σaₖ + Σbₖ"),
    "multiplied": (eq.MULTIPLIED, "c aₖ", "multiple", "Σ c aₖ", "c Σaₖ"),
    "combined": (eq.COMBINED, "c aₖ + d bₖ", "combination", "Σ(c aₖ + d bₖ)", "c Σaₖ + d Σbₖ"),
}
"""The equation of each law, its terms in symbols and in words, and both of its sides."""

SUMMED = ("u", "v", *LAWS)


def _sums(k: Axis) -> Iterator[Quantity]:
    number = alike(number_format="General")
    yield number("by", "factor c", symbol="c")
    yield number("and_by", "factor d", symbol="d")
    yield number("u", "terms", symbol="aₖ", axes=(k,))
    yield number("v", "terms", symbol="bₖ", axes=(k,))
    for name, (equation, symbol, title, *_) in LAWS.items():
        yield number(name, title, equation, symbol=symbol, axes=(k,), role="forward")
    for name in SUMMED:
        yield number(f"sum_{name}", "sum", units.total("k").of(name), kind="sum", symbol="Σ",
                     meaning="the sum of all terms", written="Σaₖ = a₁ + a₂ + …", source="2-3")
    for name, (equation, *_, left, right) in LAWS.items():
        sums = {role: f"sum_{role}" for role in equation.roles if role in "uv"}
        yield number(f"from_{name}", right.replace("ₖ", ""), equation.of(**sums))
        both = f"sum_{name}", f"from_{name}"
        yield Quantity(f"same_{name}", "same", "=", title="equal", equation=eq.SAME.of(*both))
        told = Told({
            f"other_{name}": f"{left} = {{left}}, {right} = {{right}}: they differ only by "
            "rounding.", f"same_{name}": f"{left} = {{left}} = {right}"}, "same")
        yield Quantity(f"law_{name}", "law", title="law", equation=told.of(f"same_{name}", *both))


def dotted(name: str, colour: str, called: str = "") -> Trace:
    """Return a line over the places, with a dot at each."""
    return Trace(name, "n", colour, marker="circle", name=called)


EXPERIMENT = xlnn.Experiment(
    "sequences", model, title="Sequences and sums", book=("2-2", "2-3"),
    summary="Recurrences filled down, a coupled pair there and back as in back-propagation, and "
    "the linearity of Σ.",
    sizes={"terms": Size(10, 2, 100), "numbers": Size(5, 1, 100)}, options_for={"epochs": "terms"},
    inputs={"d": 2, "r": 1.5, "p": 0.5, "q": 3, "arithmetic": 1, "geometric": 1, "linear": 1,
            "coefficients": [[1, 2], [2, 3]], "a": 1, "b": 1, "c": 1, "d_back": 0, "by": 3,
            "and_by": -2, "u": [1, 2, 3, 4, 5], "v": [2, 4, 6, 8, 10]},
    about=(
        "A recurrence and a first term define a sequence. A spreadsheet is ideal for it: one "
        "formula, filled down (2-2).",
        "Coupled recurrences compute several sequences from each other. A network does this from "
        "layer to layer, and back-propagation does it in reverse (4-3).",
        "Σ is linear: that is why the gradient of a sum is the sum of the gradients (2-3, 4-1).",
    ),
    colours={"forward": "formulas for any term, and terms computed from others",
             "backward": "the way back", "weight": "sequences by recurrence; coefficients"},
    pages=(
        xlnn.Page(
            "sequences", "Sequences", "A recurrence says how each term follows from the previous "
            "one. Change the first terms and the coefficients.",
            xlnn.Numbers("d", "r", "p", "q", at=2), xlnn.Sentences("course", above=1),
            Beside(
                Table("n", "arithmetic", "arithmetic_term", "geometric", "geometric_term",
                      "linear"),
                Chart("Terms of the sequences", dotted("arithmetic", "3B78B8", "arithmetic"),
                      dotted("geometric", "D9793B", "geometric"),
                      dotted("linear", "5B8C5A", "linear recurrence"), size_in_cm=(15, 9)),
            ),
        ),
        xlnn.Page(
            "pair", "Coupled pair", "Two sequences, each computed from both: aₙ₊₁ = p₁₁aₙ + p₁₂bₙ "
            "and bₙ₊₁ = p₂₁aₙ + p₂₂bₙ. The way back uses the columns of the matrix instead of its "
            "rows.",
            Beside(xlnn.Grid("coefficients", indent=1),
                   xlnn.Below(xlnn.Space(), xlnn.Numbers("at_end", "at_start"))),
            xlnn.Sentences("verdict", above=2),
            Beside(
                Beside(Table("a", "b", "ratio"), Table("c", "d_back"), apart=0),
                Chart("Ratio bₙ / aₙ", dotted("ratio", "D9793B"), size_in_cm=(12, 7.5)),
            ),
            does="Two sequences that depend on each other, there and back.",
        ),
        xlnn.Page(
            "sums", "Sums", "Σ of a sum is the sum of the Σ, and a constant factor can be moved "
            "out of Σ. Change the terms and the factors c and d.",
            xlnn.Numbers("by", "and_by", at=2),
            xlnn.Sentences("law_added", "law_multiplied", "law_combined", bold=3, above=1),
            Table(*SUMMED, coloured=SUMMED, under={
                "Σ: sum of the column": "sum", "from Σaₖ and Σbₖ": "from", "": "same"}),
        ),
    ),
    tries=(
        ("On {sequences}, set r to −0.8, then p to 1 and to −1.", "The geometric sequence "
         "alternates and tends to 0. With p = 1 the linear recurrence is arithmetic, with −1 it "
         "jumps back and forth."),
        ("On {pair}, change a₁ and b₁ as you like.", "From nearly everywhere the ratio tends to "
         "the same number, 1.618; there and back still agree."),
        ("On {sums}, change some terms and the factors c and d.", "The last two rows stay equal, "
         "except for rounding."),
    ),
)
