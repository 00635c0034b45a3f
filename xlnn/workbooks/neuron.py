"""Which quantities do the neuron and the demons have?   Book: 1-2, 1-3, 1-5."""

from collections.abc import Iterator, Mapping

from xlnn.equations import neuron as eq
from xlnn.equations.activation import Sigmoid
from xlnn.equations.telling import Told
from xlnn.equations.wording import Bar
from xlnn.quantity import Axis, Quantity
from xlnn.shipped.text import Text

INPUTS, ROWS, COLUMNS, DEMONS, OUTPUTS = 3, 4, 3, 3, 2
"""The neuron's inputs; the picture of 1-5, and its demons."""

POINTS = 161
"""Of each curve; so many that the step looks upright."""


def quantities(sizes: Mapping[str, int], words: Text) -> Iterator[Quantity]:
    """Yield the neuron, its patterns of firing, the demons, and the points of the curves."""
    del sizes
    yield from _neuron(words)
    yield from _demons(words)
    curve = {"sheet": "curves", "axes": (Axis("point", POINTS, counts_from=0),)}
    yield Quantity("reach", equation=eq.REACH, number_format="General", sheet="neuron")
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
    yield Quantity("x", shape=(INPUTS,), role="input", number_format="General", **one)
    yield Quantity("w", shape=(INPUTS,), role="weight", number_format="General", **one)
    yield Quantity("threshold", symbol="θ", role="weight", number_format="General", **one)
    shape = {"shape": (INPUTS,)}
    yield Quantity("products", symbol="wx{}", equation=eq.PRODUCTS, role="forward", **one, **shape)
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
    yield Quantity("pattern_number", counts=True, number_format="0", **several)
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
    yield Quantity("calls2", uses={"a": "a2"}, **bars, **hidden)
    yield Quantity("calls3", uses={"a": "a3"}, **bars, **output)
    loudest = {"equation": eq.AsLoud(), "number_format": "0;;"}
    yield Quantity("loudest2", uses={"a": "a2"}, **loudest, **hidden)
    yield Quantity("loudest3", uses={"a": "a3"}, **loudest, **output)
    yield Quantity("winner", equation=eq.Winner(), uses={"loudest": "loudest3"}, **page)
    digits = [words.open("sentences", f"digit_{digit}") for digit in (*range(OUTPUTS), "none")]
    yield Quantity("says", equation=Told(digits, "winner"), is_text=True, **page)
