"""A neuron with a threshold, and the demons who read a picture.   Book: 1-2 to 1-5.

Two sheets to experiment with, and one with the points of a curve.
"""

from collections.abc import Iterator, Mapping
from functools import partial

import xlnn
from xlnn import Axis, Below, Beside, Grid, Page, Quantity, Sentences, Space, Table, Text, Told
from xlnn.equations import neuron as eq
from xlnn.equations import units
from xlnn.equations.activation import SIGMOID
from xlnn.equations.sentences import Bar
from xlnn.workbooks.pages.table_parts import Units
from xlnn.writing.style import NEGATIVE, POSITIVE, Look

ROWS, COLUMNS, OUTPUTS = 4, 3, 2
"""The picture of 1-5, and the demons who recognise it."""

LIKING = ("demon A", "demon B", "demon C")
"""The demons who like some of its pixels."""

PIXEL = 5.5
"""The width of a pixel's column."""

CURVES = {
    "step": (NEGATIVE, "unit step u(z)", "u of this z"),
    "sigmoid": (POSITIVE, "sigmoid σ(z)", "σ of this z"),
}
"""The colours and names of the curves, and the name of the neuron's point on each."""


# fmt: off
def model(_: Mapping[str, int], __: Text) -> Iterator[Quantity]:
    """Yield the neuron, its input patterns, the demons, and the points of the curves."""
    yield from _neuron()
    yield from _demons()
    curve = xlnn.alike(axes=(Axis("point", eq.POINTS, counts_from=0),))
    yield Quantity("reach", title="range of the chart", symbol=" ", equation=eq.REACH)
    yield curve("number", "point", symbol="k", counts=True)
    yield curve("curve_z", "weighted input", eq.SPREAD, symbol="z")
    yield curve("curve_step", "unit step", eq.UNIT_STEP.of("curve_z"), symbol="u(z)",
                number_format="0", role="forward")
    yield curve("curve_sigmoid", "sigmoid", SIGMOID.of("curve_z"), symbol="σ(z)", role="forward")


def _neuron() -> Iterator[Quantity]:
    of_input, forward = partial(Quantity, shape=(eq.INPUTS,)), partial(Quantity, role="forward")
    yield of_input("x", title="signal x", symbol="x{}", meaning="the signals that come in",
                   written="given: 0 or 1, or any number", source="1-2")
    yield of_input("w", title="weight w", symbol="w{}", role="weight",
                   meaning="how much weight the neuron gives each input", source="1-2")
    yield Quantity("threshold", title="threshold", symbol="θ", role="weight",
                   meaning="the sum at which the neuron fires", written="w₁x₁ + w₂x₂ + w₃x₃ ≥ θ",
                   source="1-2")
    yield of_input("products", title="w × x", symbol="wx{}", role="forward",
                   equation=units.PRODUCT.of("w", "x"), number_format="General")
    yield Quantity("bias", title="bias −θ", symbol="b", role="weight",
                   equation=units.NEGATIVE.of("threshold"))
    yield forward("z", title="weighted input", equation=eq.WEIGHTED_INPUT, source="1-3",
                  written="z = w₁x₁ + w₂x₂ + w₃x₃ + b",
                  meaning="the sum of the signals times their weights, plus the bias")
    yield forward("step", title="unit step", symbol="u(z)", equation=eq.FIRES, source="1-3",
                  meaning="fires (1) or does not (0)", written="u(z) = 1 (z ≥ 0), 0 (z < 0)")
    yield forward("sigmoid", title="sigmoid", symbol="σ(z)", equation=SIGMOID, source="1-3",
                  meaning="how strongly the neuron is activated",
                  written="σ(z) = 1 / (1 + exp(−z))")
    yield Quantity("verdict", equation=eq.FIRING)
    yield Quantity("gradual", equation=Told(
        "The sigmoid does not answer yes or no, but how strongly: {sigmoid}.", digits=3))
    column = xlnn.alike(axes=(Axis("pattern", 2**eq.INPUTS, counts_from=0),))
    yield column("pattern_number", "no.", symbol=" ", counts=True)
    yield column("pattern", "signals", eq.DIGIT.of("pattern_number"), symbol="x{}",
                 shape=(eq.INPUTS,))
    yield column("pattern_z", "weighted input", eq.OF_PATTERN, symbol="z", role="forward")
    yield column("pattern_step", "unit step", eq.FIRES.of("pattern_z", "pattern"), symbol="u(z)",
                 role="forward")
    yield column("pattern_sigmoid", "sigmoid", SIGMOID.of("pattern_z"), symbol="σ(z)",
                 role="forward")


def _demons() -> Iterator[Quantity]:
    demons = len(LIKING)
    typed, forward = partial(Quantity, role="weight"), partial(Quantity, role="forward")
    yield Quantity("picture", title="picture x", symbol="x{}", shape=(ROWS, COLUMNS))
    yield typed("W2", title="what each demon likes (weights w²)", symbol="w²{}",
                shape=(demons, ROWS, COLUMNS))
    yield typed("b2", title="bias b²", symbol="b²{}", shape=(demons,))
    yield typed("W3", title="bonds w³", symbol="w³{}", shape=(OUTPUTS, demons), source="1-6",
                meaning="the weights: how strongly an output demon listens to a hidden one")
    yield typed("b3", title="bias b³", symbol="b³{}", shape=(OUTPUTS,))
    of_picture = {"W": "W2", "x": "picture"}
    yield forward("seen", title="the part of it in the picture (w² × x)",
                  equation=units.PRODUCT.of("W2", "picture"), shape=(demons, ROWS, COLUMNS))
    hidden = partial(forward, shape=(demons,))
    yield hidden("liking", title="fit Σ w²x", symbol="Σ w²x", equation=eq.INNER_PRODUCT,
                 uses=of_picture, meaning="how well a demon's pattern fits the picture",
                 written="Σ w² x over the 12 pixels", source="1-5")
    yield hidden("z2", title="excitement z²", symbol="z²{}",
                 equation=units.SUM.of("liking", "b2"))
    yield hidden("a2", title="how loud a²", symbol="a²{}", equation=SIGMOID, uses={"z": "z2"},
                 meaning="how loudly a hidden demon calls", written="a² = σ(z²)", source="1-5")
    output = partial(forward, shape=(OUTPUTS,))
    yield output("z3", title="excitement z³", symbol="z³{}", equation=eq.BONDS,
                 uses={"W": "W3", "a": "a2", "b": "b3"})
    yield output("a3", title="how loud a³", symbol="a³{}", equation=SIGMOID, uses={"z": "z3"},
                 meaning="how loudly an output demon calls",
                 written="a³ = σ(w³₁a²₁ + w³₂a²₂ + w³₃a²₃ + b³)", source="1-5")
    for layer, count in (("2", demons), ("3", OUTPUTS)):
        of = {"uses": {"a": f"a{layer}"}, "shape": (count,)}
        yield Quantity(f"calls{layer}", title="call", symbol=" ", equation=Bar(), **of)
        yield Quantity(f"loudest{layer}", title="loudest", symbol=" ", equation=eq.AS_LOUD, **of)
    yield Quantity("winner", title="winner", equation=eq.WINNER.of("loudest3"))
    yield Quantity("says", equation=Told({
        "digit_0": "Output demon 0 calls loudest: the picture is a 0.",
        "digit_1": "Output demon 1 calls loudest: the picture is a 1.",
        "digit_none": "Both output demons call equally loudly: undecided between 0 and 1."},
        "winner"))


def _heard(rows: tuple[str, ...], layer: str, *names: str, above: int = 0) -> Units:
    """Return the table of a layer of demons, with loudness as ink and as a bar."""
    of_layer = [f"{name}{layer}" for name in ("b", "z", "a", "loudest", "calls")]
    return Units(rows, *names, *of_layer, ink=(f"a{layer}", f"loudest{layer}"),
                 looks={f"calls{layer}": Look(size=5)}, above=above)


EXPERIMENT = xlnn.Experiment(
    "neuron", model, title="A neuron, and the demons", book=("1-2", "1-3", "1-4", "1-5"),
    summary="One neuron with a threshold, the step beside the sigmoid, and the demons who tell 0 "
    "from 1 in a 4 × 3 picture.",
    inputs={
        "x": [1, 0, 1], "w": [2, 3, 1], "threshold": 2.5,
        "picture": [[1, 1, 1], [1, 0, 1], [1, 0, 1], [1, 1, 1]],
        "W2": [  # A likes the pixels 4 and 7, B 5 and 8, C 6 and 9
            [[0, 0, 0], [3, 0, 0], [3, 0, 0], [0, 0, 0]],
            [[0, 0, 0], [0, 3, 0], [0, 3, 0], [0, 0, 0]],
            [[0, 0, 0], [0, 0, 3], [0, 0, 3], [0, 0, 0]],
        ],
        "b2": [-4, -4, -4],
        "W3": [[4, 0, 4], [0, 8, 0]],  # the demon of 0 is bound to A and C, the demon of 1 to B
        "b3": [-4, -4],
    },
    about=(
        "A neuron multiplies each signal by a weight, adds them up and compares the sum with a "
        "threshold θ: it fires or it does not (1-2).",
        "With the bias b = −θ the condition is z ≥ 0, and any activation function can replace the "
        "step (1-3).",
        "A layer of neurons is like a house full of demons: each hidden demon likes a pattern, and "
        "calls louder the better it fits (1-4, 1-5).",
    ),
    colours={
        "forward": "what is computed from the inputs", "weight": "weights, thresholds and biases",
        "result": "points, and results",
    },
    pages=(
        Page(
            "neuron", "Neuron", "A neuron adds up its inputs, each times its weight, and responds. "
            "You can change the signals x, the weights w and the threshold θ.",
            Sentences("verdict", "gradual", bold=2),
            Space(),
            Beside(
                Below(
                    Units("input {number}", "x", "w", "products", coloured=("products",)),
                    Space(),
                    xlnn.Numbers("threshold", "bias", "z", "step", "sigmoid", "reach", symbols=True,
                                 ink=tuple(CURVES)),
                    Table("pattern_number", "pattern", "pattern_z", "pattern_step",
                          "pattern_sigmoid", ink=("pattern", "pattern_step", "pattern_sigmoid"),
                          groups={"pattern_number": "All firing patterns: how this neuron responds "
                                  "to every input of 0s and 1s"}),
                ),
                xlnn.Chart("Two responses to the same z",
                           *(xlnn.Trace(f"curve_{key}", "curve_z", colour, name=name)
                             for key, (colour, name, _) in CURVES.items()),
                           *(xlnn.Trace(key, "z", colour, marker="circle", name=name)
                             for key, (colour, _, name) in CURVES.items()),
                           x="z", size_in_cm=(14, 9.5), ends_up=(0, 1)),
            ),
            does="Change signals, weights and the threshold. Below: the same neuron with all eight "
            "firing patterns.",
        ),
        Page(
            "demons", "Demons", "Three hidden demons each like a pattern of pixels; two output "
            "demons listen to them. Draw in the picture (1 is ink, 0 is paper), or change what the "
            "demons like.",
            Sentences("says"),
            Space(),
            Beside(
                Below(Space(), Grid("picture", scale="ink", width=PIXEL)),
                Below(Grid("W2", captions=LIKING, width=PIXEL), Grid("seen", above=1)),
                Below(
                    _heard(LIKING, "2", "liking"),
                    _heard(("output demon 0", "output demon 1"), "3", "W3", above=1),
                ),
            ),
            does="Draw a 0 or a 1 and see which demon calls loudest.",
        ),
        Page(
            "curves", "Curves", "Points of the unit step and the sigmoid, for the chart on the "
            "sheet Neuron.",
            Table("number", "curve_z", "curve_step", "curve_sigmoid"),
            does="The points of the chart.", is_helper=True,
        ),
    ),
    tries=(
        ("On {neuron}, set all weights to 1 and the threshold to 3, then to 1.", "With 3 only (1, "
         "1, 1) fires: all three signals are needed. With 1 any one signal is enough."),
        ("On {neuron}, move the threshold slowly from 2 to 4.", "The step jumps from 1 to 0; the "
         "sigmoid falls smoothly. That is why it can learn (2-1)."),
        ("On {demons}, erase the picture and draw a 1: the middle column. Then change one pixel.",
         "Demon B calls instead of A and C, and output demon 1 hears it. It still does with one "
         "wrong pixel."),
    ),
)
