"""The kind "neuron": one neuron, with a threshold and with a sigmoid; and the demons of 1-5.

Two sheets to change and see, and the points of a curve.   Book: 1-2 to 1-5.
"""

from collections.abc import Iterator, Mapping

from xlnn.equations import neuron as eq
from xlnn.equations.activation import Sigmoid
from xlnn.equations.telling import Told
from xlnn.equations.wording import Bar
from xlnn.quantity import Axis, Quantity
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
    Units,
    helper_page,
    page,
)
from xlnn.writing.style import NEGATIVE, POSITIVE, Look

INPUTS, ROWS, COLUMNS, DEMONS, OUTPUTS = 3, 4, 3, 3, 2
"""The neuron's inputs; the picture of 1-5, and its demons."""

POINTS = 161
"""Of each curve; so many that the step looks upright."""

PIXEL = 5.5
"""The width of a pixel's column."""

HIDDEN = ("liking", "b2", "z2", "a2", "loudest2", "calls2")
OUTPUT = ("W3", "b3", "z3", "a3", "loudest3", "calls3")
"""What is said of the demons of each layer."""

COLOURS = {"step": NEGATIVE, "sigmoid": POSITIVE}


def quantities(sizes: Mapping[str, int], words: Text) -> Iterator[Quantity]:
    """Yield the neuron, its patterns of firing, the demons, and the points of the curves."""
    del sizes
    yield from _neuron(words)
    yield from _demons(words)
    curve = {"sheet": "curves", "axes": (Axis("point", POINTS, counts_from=0),)}
    yield Quantity("reach", symbol=" ", equation=eq.REACH, number_format="General", sheet="neuron")
    yield Quantity("number", symbol="k", counts=True, number_format="0", **curve)
    uses = {"uses": {"z": "curve_z"}}
    yield Quantity("curve_z", symbol="z", equation=eq.spread_over(POINTS), **curve)
    step = {"equation": eq.UnitStep(), "number_format": "0", "role": "forward"}
    yield Quantity("curve_step", symbol="u(z)", **step, **curve, **uses)
    yield Quantity(
        "curve_sigmoid", symbol="σ(z)", equation=Sigmoid(), role="forward", **curve, **uses
    )


def _neuron(words: Text) -> Iterator[Quantity]:
    one = {"sheet": "neuron"}
    yield Quantity("x", symbol="x{}", shape=(INPUTS,), role="input", number_format="General", **one)
    yield Quantity(
        "w", symbol="w{}", shape=(INPUTS,), role="weight", number_format="General", **one
    )
    yield Quantity("threshold", symbol="θ", role="weight", number_format="General", **one)
    shape = {"shape": (INPUTS,)}
    products = {"equation": eq.PRODUCTS, "role": "forward", "number_format": "General"}
    yield Quantity("products", symbol="wx{}", **products, **one, **shape)
    yield Quantity("bias", symbol="b", equation=eq.OPPOSITE, role="weight", **one)
    yield Quantity("z", symbol="z", equation=eq.WEIGHTED_INPUT, role="forward", **one)
    yield Quantity(
        "step", symbol="u(z)", equation=eq.Fires(), number_format="0", role="forward", **one
    )
    yield Quantity("sigmoid", symbol="σ(z)", equation=Sigmoid(), role="forward", **one)
    silent, fires = (words.open("sentences", key) for key in ("silent", "fires"))
    said = eq.FiringSentence((silent, fires))
    yield Quantity("verdict", equation=said, is_text=True, **one)
    said = [words.open("sentences", "gradual")]
    yield Quantity("gradual", equation=Told(said, digits=3), is_text=True, **one)
    several = {**one, "axes": (Axis("pattern", 2**INPUTS, counts_from=0),)}
    uses = {"uses": {"z": "pattern_z"}}
    yield Quantity("pattern_number", symbol=" ", counts=True, number_format="0", **several)
    yield Quantity(
        "pattern",
        symbol="x{}",
        shape=(INPUTS,),
        equation=eq.Digit(INPUTS),
        uses={"number": "pattern_number"},
        number_format="0",
        **several,
    )
    yield Quantity("pattern_z", symbol="z", equation=eq.OF_PATTERN, role="forward", **several)
    yield Quantity(
        "pattern_step",
        symbol="u(z)",
        equation=eq.Fires(),
        uses={"z": "pattern_z", "x": "pattern"},
        number_format="0",
        role="forward",
        **several,
    )
    yield Quantity(
        "pattern_sigmoid", symbol="σ(z)", equation=Sigmoid(), role="forward", **several, **uses
    )


def _demons(words: Text) -> Iterator[Quantity]:
    page = {"sheet": "demons"}
    hidden, output = {**page, "shape": (DEMONS,)}, {**page, "shape": (OUTPUTS,)}
    typed = {"number_format": "General", "role": "weight"}
    yield Quantity("picture", symbol="x{}", shape=(ROWS, COLUMNS), role="input", **page)
    yield Quantity("W2", symbol="w²{}", **{**hidden, **typed, "shape": (DEMONS, ROWS, COLUMNS)})
    yield Quantity("b2", symbol="b²{}", **{**hidden, **typed})
    yield Quantity("W3", symbol="w³{}", **{**output, **typed, "shape": (OUTPUTS, DEMONS)})
    yield Quantity("b3", symbol="b³{}", **{**output, **typed})
    yield Quantity(
        "seen",
        equation=eq.SEEN,
        uses={"W": "W2", "x": "picture"},
        role="forward",
        **{**page, "shape": (DEMONS, ROWS, COLUMNS)},
    )
    heard = {"role": "forward", **hidden}
    yield Quantity(
        "liking",
        symbol="Σ w²x",
        equation=eq.InnerProduct(),
        uses={"W": "W2", "x": "picture"},
        **heard,
    )
    uses = {"uses": {"one": "liking", "other": "b2"}}
    yield Quantity("z2", symbol="z²{}", equation=eq.SUM, **uses, **heard)
    yield Quantity("a2", symbol="a²{}", equation=Sigmoid(), uses={"z": "z2"}, **heard)
    heard = {"role": "forward", **output}
    uses = {"uses": {"W": "W3", "a": "a2", "b": "b3"}}
    yield Quantity("z3", symbol="z³{}", equation=eq.Bonds(), **uses, **heard)
    yield Quantity("a3", symbol="a³{}", equation=Sigmoid(), uses={"z": "z3"}, **heard)
    bars = {"equation": Bar(), "is_text": True}
    yield Quantity("calls2", symbol=" ", uses={"a": "a2"}, **bars, **hidden)
    yield Quantity("calls3", symbol=" ", uses={"a": "a3"}, **bars, **output)
    loudest = {"equation": eq.AsLoud(), "number_format": "0;;"}
    yield Quantity("loudest2", symbol=" ", uses={"a": "a2"}, **loudest, **hidden)
    yield Quantity("loudest3", symbol=" ", uses={"a": "a3"}, **loudest, **output)
    yield Quantity("winner", equation=eq.Winner(), uses={"loudest": "loudest3"}, **page)
    digits = [words.open("sentences", f"digit_{digit}") for digit in (*range(OUTPUTS), "none")]
    yield Quantity("says", equation=Told(digits, "winner"), is_text=True, **page)


def _demons_heard(rows: tuple[str, ...], names: tuple[str, ...], above: int = 0) -> Units:
    """Return the table of a layer of demons, with how loud each is as ink and as a bar."""
    up = names[-1].removeprefix("calls")
    bar = {f"calls{up}": Look(size=6)}
    return Units(rows, *names, ink=(f"a{up}", f"loudest{up}"), looks=bar, above=above)


KIND = Experiment(
    name="neuron",
    sizes={},
    quantities=quantities,
    sheets={
        "neuron": page(
            "neuron",
            Beside(
                Below(
                    Units("input", "x", "w", "products", coloured=("products",)),
                    Space(),
                    Numbers(
                        *("threshold", "bias", "z", "step", "sigmoid", "reach"),
                        symbols=True,
                        ink=COLOURS,
                    ),
                    Sentences("verdict", "gradual", bold=2, above=1),
                    Table(
                        *("pattern_number", "pattern"),
                        *("pattern_z", "pattern_step", "pattern_sigmoid"),
                        ink=("pattern", "pattern_step", "pattern_sigmoid"),
                        groups={"pattern_number": "patterns"},
                    ),
                ),
                Chart(
                    "curves",
                    *(
                        Trace(f"curve_{name}", "curve_z", colour, name=name)
                        for name, colour in COLOURS.items()
                    ),
                    *(
                        Trace(name, "z", colour, marker="circle", name=f"own_{name}")
                        for name, colour in COLOURS.items()
                    ),
                    x="z",
                    size_in_cm=(14, 9.5),
                    ends_up=(0, 1),
                ),
            ),
        ),
        "demons": page(
            "demons",
            Sentences("says"),
            Hidden("winner"),
            Beside(
                Below(Space(), Grid("picture", scale="ink", width=PIXEL)),
                Below(
                    Grid("W2", captions=("demon_A", "demon_B", "demon_C"), width=PIXEL),
                    Grid("seen", above=1),
                ),
                Below(
                    _demons_heard(("demon_A", "demon_B", "demon_C"), HIDDEN),
                    _demons_heard(("output_0", "output_1"), OUTPUT, above=1),
                ),
            ),
        ),
        "curves": helper_page("curves", Table("number", "curve_z", "curve_step", "curve_sigmoid")),
    },
)
