"""Recurrences filled down, a coupled pair there and back, and sums.   Book: 2-2, 2-3.

Three pages: sequences beside their formulas; a coupled pair with a way back, as in
back-propagation; and the linearity of Σ.
"""

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

import xlnn
from xlnn import Axis, Beside, Cells, Equation, Quantity, Stated, Table, Text, Told, Trace, previous
from xlnn.equations import units
from xlnn.writing.style import NEGATIVE, POSITIVE

ALIKE = 9
"""Digits to which two numbers agree that are equal apart from rounding."""

MULTIPLIED = Stated(lambda a, by: by * a, lambda a, by: f"={by[()]}*{a[()]}")
"""a_n+1 = r a_n, and c a_k.   Book: 2-2, 2-3."""

LINEAR = Stated(
    lambda before, p, q: p * before + q,
    lambda before, p, q: f"={p[()]}*{before[()]}+{q[()]}",
)
"""a_n+1 = p a_n + q: both at once.   Book: 2-2."""

ARITHMETIC_TERM = Stated(
    lambda a, n, d: a[0] + (n - 1) * d,
    lambda a, n, d: f"={a.at(0)[()]}+({n[()]}-1)*{d[()]}",
)
"""a_n = a_1 + (n - 1) d.   Book: 2-2."""

GEOMETRIC_TERM = Stated(
    lambda a, n, r: a[0] * r ** (n - 1),
    # 0^0 is 1 to NumPy and an error to a spreadsheet
    lambda a, n, r: f"=IF({n[()]}=1,{a.at(0)[()]},{a.at(0)[()]}*{r[()]}^({n[()]}-1))",
)
"""a_n = a_1 r^(n - 1).   Book: 2-2."""


def coupled(*at: tuple[int, int]) -> Stated:
    """Return the equation of one of two coupled sequences, by the places of its coefficients."""
    return Stated(
        lambda P, one, other: P[at[0]] * one + P[at[1]] * other,
        lambda P, one, other: f"={P[at[0]]}*{one[()]}+{P[at[1]]}*{other[()]}",
        says="One of two sequences that are computed from each other. Book: 2-2.",
    )


RATIO = Stated(
    lambda a, b: np.where(a == 0, 0.0, b / np.where(a == 0, 1.0, a)),
    lambda a, b: f"=IF(SIGN({a[()]})=0,0,{b[()]}/{a[()]})",
    says="b_n / a_n: the direction in which the pair lies; 0 where a_n is 0.",
)


def across(of_pair: int, of_back: int) -> Equation:
    """Return c a + d b, with one end of the pair there and one of the pair back.

    Parameters
    ----------
    of_pair, of_back : int
        0 for the first place, -1 for the last.
    """
    return Stated(
        lambda a, b, c, d: np.asarray(c[of_back] * a[of_pair] + d[of_back] * b[of_pair]),
        lambda a, b, c, d: (
            f"={c.at(of_back)[()]}*{a.at(of_pair)[()]}+{d.at(of_back)[()]}*{b.at(of_pair)[()]}"
        ),
    )


COMBINED = Stated(
    lambda a, b, by, and_by: by * a + and_by * b,
    lambda a, b, by, and_by: f"={by[()]}*{a[()]}+{and_by[()]}*{b[()]}",
)
"""c a_k + d b_k; also of two sums."""

TOTAL = Stated(lambda terms: terms.sum(), lambda terms: f"=SUMPRODUCT({terms.over('k')[()]})")
"""The sum of all terms.   Book: 2-3."""


class Same(Equation):
    """1 where two numbers agree to `ALIKE` digits, else 0."""

    coarse = True

    def array(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Return a number."""
        size = np.maximum(np.abs(left), np.abs(right))
        return np.where(np.abs(left - right) <= size / 10.0**ALIKE, 1.0, 0.0)

    def cell(self, left: Cells, right: Cells) -> str:
        far, size = (
            f"ABS({left[()]}-{right[()]})", f"MAX(ABS({left[()]}),ABS({right[()]}))"
        )  # fmt: skip
        return f"=IF({far}<={size}/10^{ALIKE},1,0)"


SUMMED = ("u", "v", "added", "multiplied", "combined")


# fmt: off
def model(sizes: Mapping[str, int], words: Text) -> Iterator[Quantity]:
    """Yield the sequences, the pair there and back, and the sums."""
    yield from _sequences(sizes["terms"], words)
    yield from _pair(sizes["terms"], words)
    yield from _sums(sizes["numbers"], words)


def _sequences(terms: int, words: Text) -> Iterator[Quantity]:
    number = partial(Quantity, sheet="sequences", number_format="General")
    for name, title in (("d", "common difference d"), ("r", "common ratio r"), ("p", "factor p"),
                        ("q", "constant q")):
        yield number(name, title=title, symbol=name, role="input")
    recurring = partial(number, axes=(Axis("n", terms, "time"),), given=1, role="weight",
                        source="2-2")
    term = partial(number, title="its formula", axes=(Axis("n", terms),), role="forward")
    yield number("n", title="place", axes=(Axis("n", terms),), counts=True)
    yield recurring("arithmetic", title="arithmetic", symbol="aₙ₊₁ = aₙ + d",
                    equation=units.SUM, uses={"a": previous("arithmetic"), "b": "d"},
                    meaning="each term is the previous one plus d",
                    written="aₙ₊₁ = aₙ + d, aₙ = a₁ + (n − 1) d")
    yield term("arithmetic_term", symbol="a₁ + (n − 1) d", equation=ARITHMETIC_TERM,
               uses={"a": "arithmetic"})
    yield recurring("geometric", title="geometric", symbol="aₙ₊₁ = r aₙ", number_format="0.0000",
                    equation=MULTIPLIED, uses={"a": previous("geometric"), "by": "r"},
                    meaning="each term is the previous one times r",
                    written="aₙ₊₁ = r aₙ, aₙ = a₁ rⁿ⁻¹")
    yield term("geometric_term", symbol="a₁ rⁿ⁻¹", number_format="0.0000",
               equation=GEOMETRIC_TERM, uses={"a": "geometric"})
    yield recurring("linear", title="linear recurrence", symbol="aₙ₊₁ = p aₙ + q",
                    number_format="0.0000", equation=LINEAR, uses={"before": previous("linear")},
                    meaning="both combined", written="aₙ₊₁ = p aₙ + q")
    course = words.sentence(
        "course", "After {terms} terms the arithmetic sequence is at {arithmetic_last}, the "
        "geometric one at {geometric_last}, and the linear recurrence at "
        "{linear_last}.", terms=terms)
    yield number("course", equation=Told([course], digits=4), is_text=True)


def _pair(terms: int, words: Text) -> Iterator[Quantity]:
    number = partial(Quantity, sheet="pair", number_format="General")
    there = partial(number, axes=(Axis("n", terms, "time"),), given=1, role="weight")
    back = partial(there, axes=(Axis("step back", terms, "time"),), role="backward")
    yield number("coefficients", title="coefficients p", symbol="p{}", shape=(2, 2), role="weight")
    pair = {"P": "coefficients", "one": previous("a"), "other": previous("b")}
    yield there("a", title="first sequence", symbol="aₙ", equation=coupled((0, 0), (0, 1)),
                uses=pair, meaning="the first of the coupled pair",
                written="aₙ₊₁ = p₁₁aₙ + p₁₂bₙ", source="2-2")
    yield there("b", title="second sequence", symbol="bₙ", equation=coupled((1, 0), (1, 1)),
                uses=pair, meaning="the second of the coupled pair",
                written="bₙ₊₁ = p₂₁aₙ + p₂₂bₙ", source="2-2")
    yield Quantity("ratio", title="ratio (0 if aₙ is 0)", symbol="bₙ / aₙ", equation=RATIO,
                   sheet="pair", axes=(Axis("n", terms, "time"),), role="forward")
    pair = {"P": "coefficients", "one": previous("c"), "other": previous("d_back")}
    yield back("c", title="way back", symbol="c", equation=coupled((0, 0), (1, 0)), uses=pair,
               meaning="the pair on the way back: columns instead of rows",
               written="c ← p₁₁c + p₂₁d, d ← p₁₂c + p₂₂d", source="4-3")
    yield back("d_back", title="way back", symbol="d", equation=coupled((0, 1), (1, 1)), uses=pair)
    yield number("at_end", title="c₁ aₙ + d₁ bₙ, at the end", equation=across(-1, 0),
                 uses={"d": "d_back"})
    yield number("at_start", title="cₙ a₁ + dₙ b₁, at the start", equation=across(0, -1),
                 uses={"d": "d_back"})
    yield number("meets", title="equal", equation=Same(), number_format=";;;",
                 uses={"left": "at_end", "right": "at_start"})
    apart = words.sentence("apart", "There: {at_end}, back: {at_start}. They differ only by "
                           "rounding.")
    meets = words.sentence("meets", "There and back give the same number: {at_end}. The way back "
                           "ends with how fast it changes with a₁ and with b₁: this is how "
                           "back-propagation works (4-3).")
    yield number("verdict", equation=Told([apart, meets], "meets"), is_text=True)


LAWS = {
    "added": ("aₖ + bₖ", "sum of both", "Σa + Σb", units.SUM,
              "Σ(aₖ + bₖ) = {left} = Σaₖ + Σbₖ", "Σ(aₖ + bₖ) = {left}, Σaₖ + Σbₖ = {right}"),
    "multiplied": ("c aₖ", "multiple", "c Σa", MULTIPLIED,
                   "Σ c aₖ = {left} = c Σaₖ", "Σ c aₖ = {left}, c Σaₖ = {right}"),
    "combined": ("c aₖ + d bₖ", "combination", "c Σa + d Σb", COMBINED,
                 "Σ(c aₖ + d bₖ) = {left} = c Σaₖ + d Σbₖ",
                 "Σ(c aₖ + d bₖ) = {left}, c Σaₖ + d Σbₖ = {right}"),
}
"""For each law: its terms in symbols and in words, its right side, its equation, and the sentences
if both sides agree and if they differ."""


def _sums(numbers: int, words: Text) -> Iterator[Quantity]:
    number = partial(Quantity, sheet="sums", number_format="General")
    column = partial(number, axes=(Axis("k", numbers),))
    yield number("by", title="factor c", symbol="c", role="input")
    yield number("and_by", title="factor d", symbol="d", role="input")
    yield column("u", title="terms", symbol="aₖ", role="input")
    yield column("v", title="terms", symbol="bₖ", role="input")

    def uses(equation: Stated, a: str, b: str) -> dict[str, str]:
        return {role: name for role, name in (("a", a), ("b", b)) if role in equation.roles}

    for name, (symbol, title, _, equation, *_) in LAWS.items():
        yield column(name, title=title, symbol=symbol, equation=equation, role="forward",
                     uses=uses(equation, "u", "v"))
    for name in SUMMED:
        yield number(f"sum_{name}", "sum", "Σ", title="sum", equation=TOTAL,
                     uses={"terms": name}, meaning="the sum of all terms",
                     written="Σaₖ = a₁ + a₂ + …", source="2-3")
    for name, (_, _, title, equation, *_) in LAWS.items():
        yield number(f"from_{name}", title=title, equation=equation,
                     uses=uses(equation, "sum_u", "sum_v"))
        yield number(f"same_{name}", "same", "=", title="equal", equation=Same(),
                     number_format=";;;", uses={"left": f"sum_{name}", "right": f"from_{name}"})
    for name, (*_, same, other) in LAWS.items():
        blanks = {"left": f"{{sum_{name}}}", "right": f"{{from_{name}}}"}
        said = [words.sentence(f"other_{name}", f"{other}: they differ only by rounding.",
                               **blanks), words.sentence(f"same_{name}", same, **blanks)]
        yield number(f"law_{name}", "law", title="law", equation=Told(said, f"same_{name}"),
                     is_text=True)


EXPERIMENT = xlnn.Experiment(
    "sequences", model, title="Sequences and sums", book=("2-2", "2-3"),
    summary="Recurrences filled down, a coupled pair there and back as in back-propagation, and "
    "the linearity of Σ.",
    sizes={"terms": xlnn.Size(10, 2, 100), "numbers": xlnn.Size(5, 1, 100)},
    inputs={
        "d": 2, "r": 1.5, "p": 0.5, "q": 3, "arithmetic": 1, "geometric": 1, "linear": 1,
        "coefficients": [[1, 2], [2, 3]], "a": 1, "b": 1, "c": 1, "d_back": 0, "by": 3,
        "and_by": -2, "u": [1, 2, 3, 4, 5], "v": [2, 4, 6, 8, 10],
    },
    options_for={"epochs": "terms"},
    about=(
        "A recurrence and a first term define a sequence. A spreadsheet is ideal for it: one "
        "formula, filled down (2-2).",
        "Coupled recurrences compute several sequences from each other. A network does this from "
        "layer to layer, and back-propagation does it in reverse (4-3).",
        "Σ is linear: that is why the gradient of a sum is the sum of the gradients (2-3, 4-1).",
    ),
    colours={
        "forward": "formulas for any term, and terms computed from "
                   "others", "backward": "the way back",
        "weight": "sequences by recurrence; coefficients",
        "result": "positions, sums and results",
    },
    pages=(
        xlnn.Page(
            "sequences", "Sequences", "A recurrence says how each term follows from the previous "
            "one. Change the first terms and the coefficients.",
            xlnn.Numbers("d", "r", "p", "q", at=2),
            xlnn.Sentences("course", above=1),
            Beside(
                Table("n", "arithmetic", "arithmetic_term", "geometric", "geometric_term",
                      "linear"),
                xlnn.Chart(
                    "Terms of the sequences",
                    Trace("arithmetic", "n", NEGATIVE, marker="circle", name="arithmetic"),
                    Trace("geometric", "n", POSITIVE, marker="circle", name="geometric"),
                    Trace("linear", "n", "5B8C5A", marker="circle", name="linear recurrence"),
                    x="n", size_in_cm=(15, 9)),
            ),
            does="Three recurrences, two of them with the formula that gives any term directly.",
        ),
        xlnn.Page(
            "pair", "Coupled pair", "Two sequences, each computed from both: aₙ₊₁ = p₁₁aₙ + p₁₂bₙ "
            "and bₙ₊₁ = p₂₁aₙ + p₂₂bₙ. The way back uses the columns of the matrix instead of its "
            "rows.",
            Beside(xlnn.Grid("coefficients", indent=1),
                   xlnn.Below(xlnn.Space(), xlnn.Numbers("at_end", "at_start"),
                              xlnn.Hidden("meets", indent=3))),
            xlnn.Sentences("verdict", above=1),
            Beside(
                Beside(Table("a", "b", "ratio"), Table("c", "d_back"), apart=0),
                xlnn.Chart("Ratio bₙ / aₙ", Trace("ratio", "n", POSITIVE, marker="circle"), x="n",
                           size_in_cm=(12, 7.5)),
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
            does="Sums, and what can be moved out of them.",
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
# fmt: on
