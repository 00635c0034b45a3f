"""The kind "xor-layers": exclusive or without and with a hidden layer, side by side.

A unit divides the plane by a line, and no line has (0, 1) and (1, 0) on one side of it and (0, 0)
and (1, 1) on the other. Two hidden units draw two lines, and the output unit joins them. Both
networks are trained by the same equations as every other one.

Book: 1-2, 1-4, 3-2, 3-4, 4-2 to 4-4; the exclusive or itself is not the book's.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from xlnn.equations import dividing as eq
from xlnn.equations.activation import Sigmoid, SigmoidSlope
from xlnn.equations.choice import OfEpoch
from xlnn.equations.cost import SquaredError, SquaredErrorDelta, TotalCost
from xlnn.equations.dense import BiasGradient, HiddenDelta, WeightedInput, WeightGradient
from xlnn.equations.descent import Descent
from xlnn.equations.neuron import UnitStep
from xlnn.equations.telling import Told
from xlnn.quantity import Axis, Quantity, previous
from xlnn.shipped.text import Text
from xlnn.workbooks.experiment import Experiment, ExperimentSpec, Origin
from xlnn.workbooks.kind import Recipe
from xlnn.workbooks.pages.parts import (
    Beside,
    Chart,
    Hidden,
    Numbers,
    Sentences,
    Table,
    Trace,
    Units,
    page,
)
from xlnn.workbooks.pages.sheet import Sheet
from xlnn.workbooks.pages.table import drawn, placed
from xlnn.writing.style import NEGATIVE, POSITIVE, QUIET, Look

POINTS, HIDDEN = 4, 2
POINT = Axis("point", POINTS, family="image")

LAYERS = {"single": (1, 2), "2": (HIDDEN, 2), "3": (1, HIDDEN)}
"""Each layer's units, and the inputs of a unit."""

MARKS = '"○";"–";"×"'
"""How it is shown that a point is right, undecided, or not right."""

SYMBOLS = {"single": "", "2": "²", "3": "³"}

SINGLE = ("z_single_shown", "a_single_shown", "fires_single", "side_single")
HIDDEN_ONE = ("z2_shown", "a2_shown", "z3_shown", "a3_shown", "fires_hidden", "side_hidden")
"""What each network makes of the points."""

LOOKS = {
    **dict.fromkeys(("fires_single", "fires_hidden"), Look(align="center", number_format="0")),
    **dict.fromkeys(
        ("side_single", "side_hidden"), Look(align="center", number_format=MARKS, bold=True)
    ),
    "height": Look(size=8, ink=QUIET, align="center", number_format="0.##"),
}
FIRST_COLOUR, SECOND_COLOUR = "C0561C", "1B4F9C"


def quantities(sizes: Mapping[str, int], words: Text) -> Iterator[Quantity]:
    """Yield the points, both trainings, and what the networks of one epoch make of the points."""
    steps = sizes["steps"]
    page: dict[str, Any] = {"sheet": "xor"}
    typed = {"role": "input", "number_format": "General", **page}
    yield Quantity("eta", symbol="η", scale=0.3, calms=True, **typed)
    yield Quantity("shown", symbol=" ", choices=(0, steps), **typed)
    each = {"axes": (POINT,), **typed}
    yield Quantity("x", symbol="x{}", shape=(2,), **each)
    yield Quantity("t", symbol="t", shape=(1,), choices=(0, 1), **each)
    state = Axis("epoch", steps + 1, "time", counts_from=0)
    yield from _weights(state)
    yield from _training(state)
    yield from _gradients(state)
    yield Quantity("epoch", equation=eq.EpochUsed(steps), number_format="0", **page)
    yield from _shown(steps, words)


def _weights(state: Axis) -> Iterator[Quantity]:
    on: dict[str, Any] = {"sheet": "weights", "axes": (state,), "given": 1, "role": "weight"}
    for layer, shape in LAYERS.items():
        for kind, its_shape in (("W", shape), ("b", shape[:1])):
            name = _named(kind, layer)
            uses = {"w": previous(name), "gradient": previous(f"dC_d{name}"), "eta": "eta"}
            symbol = f"{'w' if kind == 'W' else 'b'}{SYMBOLS[layer]}{{}}"
            yield Quantity(name, kind, symbol, shape=its_shape, equation=Descent(), uses=uses, **on)


def _training(state: Axis) -> Iterator[Quantity]:
    """Yield both networks forward and back, for each point in each epoch."""
    on: dict[str, Any] = {"sheet": "training", "axes": (state, POINT)}
    forward, backward = {"role": "forward", **on}, {"role": "backward", **on}
    for layer, below in (("single", "x"), ("2", "x"), ("3", "a2")):
        yield from _forward(layer, below, forward)
    for layer in ("single", "3", "2"):
        one, up = {"shape": LAYERS[layer][:1], **backward}, SYMBOLS[layer]
        a, slope = _named("a", layer), _named("slope", layer)
        yield Quantity(slope, "slope", f"a′{up}{{}}", equation=SigmoidSlope(), uses={"a": a}, **one)
        uses = {"slope": slope}
        if layer == "2":
            equation, uses = HiddenDelta(), uses | {"delta_above": "delta3", "W_above": "W3"}
        else:
            equation, uses = SquaredErrorDelta(), uses | {"a": a}
        yield Quantity(
            _named("delta", layer), "delta", f"δ{up}{{}}", equation=equation, uses=uses, **one
        )
    for name, a in (("C_single", "a_single"), ("C_hidden", "a3")):
        yield Quantity(name, "C", "C", equation=SquaredError(), uses={"a": a}, **on)


def _forward(layer: str, below: str, on: Mapping[str, Any], more: str = "") -> Iterator[Quantity]:
    """Yield z and a of a layer; with ``more``, of the epoch that is shown."""
    up, shape = SYMBOLS[layer], LAYERS[layer][:1]
    z, a = f"{_named('z', layer)}{more}", f"{_named('a', layer)}{more}"
    uses = {"below": below, "W": f"{_named('W', layer)}{more}", "b": f"{_named('b', layer)}{more}"}
    yield Quantity(z, "z", f"z{up}{{}}", shape=shape, equation=WeightedInput(), uses=uses, **on)
    yield Quantity(a, "a", f"a{up}{{}}", shape=shape, equation=Sigmoid(), uses={"z": z}, **on)


def _gradients(state: Axis) -> Iterator[Quantity]:
    on: dict[str, Any] = {"sheet": "weights", "axes": (state,)}
    for layer, shape in LAYERS.items():
        delta, up = _named("delta", layer), SYMBOLS[layer]
        uses = {"delta": delta, "below": "a2" if layer == "3" else "x"}
        yield Quantity(f"dC_d{_named('W', layer)}", "dC_dW", f"∂C_T/∂w{up}{{}}", shape=shape,
                       equation=WeightGradient(), uses=uses, role="backward", **on)  # fmt: skip
        yield Quantity(f"dC_d{_named('b', layer)}", "dC_db", f"∂C_T/∂b{up}{{}}", shape=shape[:1],
                       equation=BiasGradient(), uses={"delta": delta}, role="backward",
                       **on)  # fmt: skip
    for which in ("single", "hidden"):
        yield Quantity(f"C_T_{which}", "C_T", "C_T", equation=TotalCost(),
                       uses={"C": f"C_{which}"}, **on)  # fmt: skip


def _shown(steps: int, words: Text) -> Iterator[Quantity]:
    """Yield the weights of one epoch, what they make of the points, and the lines they draw."""
    on: dict[str, Any] = {"sheet": "xor"}
    for layer, shape in LAYERS.items():
        for kind, its_shape in (("W", shape), ("b", shape[:1])):
            name = _named(kind, layer)
            symbol = f"{'w' if kind == 'W' else 'b'}{SYMBOLS[layer]}{{}}"
            # the weights of epoch 0, the start, stand in row 1
            uses = {"all_epochs": name, "epoch": "epoch"}
            yield Quantity(f"{name}_shown", kind, symbol, shape=its_shape, role="weight",
                           equation=OfEpoch(its_shape, row=2), uses=uses,
                           number_format="0.000", **on)  # fmt: skip
    each = {"axes": (POINT,), **on}
    forward = {"role": "forward", "number_format": "0.000", **each}
    for which, last, layers in (
        ("single", "single", (("single", "x"),)),
        ("hidden", "3", (("2", "x"), ("3", "a2_shown"))),
    ):
        for layer, below in layers:
            yield from _forward(layer, below, forward, "_shown")
        says = {"shape": (1,), "number_format": "0", **each}
        uses = {"z": f"{_named('z', last)}_shown"}
        yield Quantity(f"fires_{which}", "fires", "u(z)", equation=UnitStep(), uses=uses, **says)
        uses |= {"answer": f"fires_{which}", "truth": "t"}
        marks = {**says, "number_format": MARKS}
        yield Quantity(f"side_{which}", "side", " ", equation=eq.RightSide(), uses=uses, **marks)
        yield Quantity(f"right_{which}", equation=eq.RightSides(),
                       uses={"right": f"side_{which}"}, number_format="0", **on)  # fmt: skip
    yield Quantity("height", symbol="x₂", shape=(2,), equation=eq.HeightOf(), number_format="0.0",
                   **each)  # fmt: skip
    for layer in ("single", "2"):
        uses = {"W": f"{_named('W', layer)}_shown", "b": f"{_named('b', layer)}_shown"}
        for number, along in enumerate("xy"):
            yield Quantity(f"line_{along}_{layer}", f"line_{along}", f"x{'₁₂'[number]}",
                           shape=(LAYERS[layer][0], 2), equation=eq.LineEnd(number), uses=uses,
                           number_format="0.00", **on)  # fmt: skip
    yield Quantity("who", equation=eq.WhoCan(POINTS), number_format="0", **on)
    count, choose, undecided = (
        words.open("sentences", key, points=POINTS, steps=steps)
        for key in ("count", "choose", "undecided")
    )
    said = eq.CountSentence((count, choose, undecided))
    yield Quantity("counts", equation=said, is_text=True, **on)
    said = [words.open("sentences", key) for key in ("neither", "one", "two", "both")]
    yield Quantity("means", equation=Told(said, "who"), is_text=True, **on)


def _named(kind: str, layer: str) -> str:
    """Return the name of a quantity of a layer: W2, W_single."""
    return f"{kind}{layer}" if layer.isdigit() else f"{kind}_{layer}"


def _plane(which: str, *lines: Trace) -> Chart:
    """Return the chart of the plane as a network divides it, and the points in it."""
    points = (
        Trace(("height", 0), ("x", 0), NEGATIVE, 0, "circle", "points_0"),
        Trace(("height", 1), ("x", 0), POSITIVE, 0, "circle", "points_1"),
    )
    return Chart(
        f"plane_{which}",
        *lines,
        *points,
        x="x₁",
        y="x₂",
        size_in_cm=(9.1, 10),
        ends=(-0.5, 1.5, 0.5),
        ends_up=(-0.5, 1.5, 0.5),
        is_square=True,
        columns=4,
    )


class LayersKind(Experiment):
    """An experiment that shows an epoch, at first the last one."""

    def recipe(self, origin: Origin, options: Mapping[str, Any]) -> Recipe[ExperimentSpec]:
        """Join an origin with a person's options; no later epoch is shown than there is."""
        steps = options.get("epochs", origin.spec.sizes["steps"])
        shown = np.asarray(origin.inputs.get("shown"))
        if shown.dtype.kind in "if" and shown.size == 1 and isinstance(steps, int):
            origin = Origin(origin.spec, {**origin.inputs, "shown": np.minimum(shown, steps)})
        return super().recipe(origin, options)


KIND = LayersKind(
    name="xor-layers",
    sizes={"steps": (1, 2_000)},
    quantities=quantities,
    sheets={
        "xor": page(
            "xor",
            Numbers(
                "eta", "shown", "right_single", "right_hidden", choices={"shown": "C_T_single"}
            ),
            Sentences("counts", "means", above=1),
            Hidden("epoch", "who"),
            Table(
                *("x", "t", *SINGLE, *HIDDEN_ONE, "height"),
                ink=("a_single_shown", "a2_shown", "a3_shown"),
                looks=LOOKS,
                groups={"z_single_shown": "single", "z2_shown": "hidden", "height": ""},
                above=0,
            ),
            Units(
                ("output_single",),
                *("W_single_shown", "b_single_shown", "line_x_single", "line_y_single"),
                above=1,
            ),
            Units(("unit", "unit"), "W2_shown", "b2_shown", "line_x_2", "line_y_2", headed=False),
            Units(("output_hidden",), "W3_shown", "b3_shown", headed=False),
            Beside(
                _plane(
                    "single",
                    Trace(("line_y_single", 0), ("line_x_single", 0), FIRST_COLOUR, name="z = 0"),
                ),
                _plane(
                    "hidden",
                    Trace(("line_y_2", 0), ("line_x_2", 0), FIRST_COLOUR, name="z²₁ = 0"),
                    Trace(("line_y_2", 1), ("line_x_2", 1), SECOND_COLOUR, name="z²₂ = 0"),
                ),
                Chart(
                    "C_T",
                    Trace("C_T_single", colour=QUIET, name="single"),
                    Trace("C_T_hidden", colour=FIRST_COLOUR, name="hidden"),
                    size_in_cm=(13, 10),
                ),
            ),
        ),
        "training": Sheet(drawn("training"), placed("training")),
        "weights": Sheet(drawn("weights"), placed("weights")),
    },
    taken={"epochs": "steps", "eta": "eta"},
)
