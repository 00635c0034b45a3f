"""Train two networks on exclusive or, without and with a hidden layer.

A unit divides the plane by a line, and no line has (0, 1) and (1, 0) on one side of it and (0, 0)
and (1, 1) on the other. Two hidden units draw two lines, and the output unit joins them. Both
networks are trained with the same equations as all others.

Sections 1-2, 1-4, 3-2, 3-4, 4-2 to 4-4; the exclusive or itself is not the book's.

The equations below are those of the line w1 x + w2 y + b = 0 where a unit divides the plane.
Shapes: x (points, 2), t (points, 1), W (units, 2), b (units,).   Book: 1-2, 1-3.
"""

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

import xlnn
from xlnn import Axis, Cells, Chart, Quantity, Stated, Text, Trace, alike, previous
from xlnn.equations.activation import SIGMOID, SIGMOID_SLOPE
from xlnn.equations.cost import SQUARED_ERROR, SQUARED_ERROR_DELTA, TOTAL_COST
from xlnn.equations.dense import BIAS_GRADIENT, DENSE, HIDDEN_DELTA, WEIGHT_GRADIENT
from xlnn.equations.neuron import UNIT_STEP
from xlnn.equations.sentences import equal_to
from xlnn.equations.surface import DESCENT
from xlnn.equations.units import Choice
from xlnn.workbooks.pages.table_parts import Units
from xlnn.writing.style import NEGATIVE, POSITIVE, QUIET, Look

POINTS, HIDDEN = 4, 2

REACH = 4
"""How far a line is drawn to both sides of its point nearest to the origin."""

OUTSIDE, IF_SHOWN = -9, "0.0;"
"""The height of points that a series hides, outside the axes of the chart, and the number format of
heights, which leaves it out."""


def line_end(along: int) -> Stated:
    """Return the equation of a coordinate, 0 for x or 1 for y, of both ends of a unit's line.

    The line's nearest point to the origin is -b (w1, w2) / |w|^2, and it runs along (-w2, w1). A
    unit without weights divides nothing: its line is the origin. All are parts of the larger
    weight, so that no square is too large.
    """

    def array(W: np.ndarray, b: np.ndarray) -> np.ndarray:
        most = np.abs(W).max(axis=1)
        most = np.where(most == 0, np.inf, most)
        w = W / most[:, np.newaxis]
        square = np.where(np.isinf(most), 1, (w**2).sum(axis=1))
        middle = -(b / most) * w[:, along] / square
        direction = np.array([-w[:, 1], w[:, 0]])[along] / np.sqrt(square)
        return np.column_stack([middle - REACH * direction, middle + REACH * direction])

    def cell(j: int, end: int, W: Cells, b: Cells) -> str:
        most = f"MAX(ABS({W[j, 0]}),ABS({W[j, 1]}))"
        square = f"SUMSQ({W[j, 0]}/{most},{W[j, 1]}/{most})"
        direction = (f"(-{W[j, 1]}/{most})", f"({W[j, 0]}/{most})")[along]
        return (
            f"=IF(SIGN({most})=0,0,-({b[j]}/{most})*({W[j, along]}/{most})/{square}"
            f"{'-+'[end]}{REACH}*{direction}/SQRT({square}))"
        )

    says = "A coordinate of both ends of the line on which a unit's z is 0."
    return Stated(array, cell, says=says)


HEIGHT_OF = Stated(
    lambda x, t: np.where(t == np.array([0, 1]), x[:, 1:], float(OUTSIDE)),
    lambda which, x, t: f"=IF({t[0]}={which},{x[1]},{OUTSIDE})",
    says="The y at which a point is drawn in the series of its class; far outside in the other.",
    reads_as_stated=True,
)


NEAR = 0.002
"""The weighted input below which the output is 0.500."""


RIGHT_SIDE = Choice(
    lambda z, answer, truth: np.where(
        np.isfinite(z), np.where(np.abs(z) < NEAR, -1.0, 1.0 * (answer == truth)), np.nan
    ),
    lambda k, z, answer, truth: f"=IF(ABS({z[k]})<{NEAR},-1,IF({answer[k]}={truth[k]},1,0))",
    says="1 if a point lies on the side of its target, 0 if on the other, -1 if it is undecided.",
)
"""An output is undecided if it is shown as 0.500."""


RIGHT_SIDES = Choice(
    lambda right: (right == 1).sum() + 0 * right.sum(),
    lambda right: f"=COUNTIF({right.samples[0]},1)+0*SUM({right.samples[0]})",
    says="How many points lie on the side of their target.",
)


COUNTS = xlnn.Told(
    {
        "count": "After epoch {epoch}, {right_single} of {points} points are right without a "
        "hidden layer, and {right_hidden} with one.{undecided}"
    },
    form=lambda number, _: f"{number}",
    points=POINTS,
    undecided=xlnn.Told(
        {"undecided": " An output of 0.500 (–) is undecided and not counted as right.", "": ""},
        lambda side_single, side_hidden: (
            equal_to(side_single.samples[0], -1) + equal_to(side_hidden.samples[0], -1) > 0,
        ),
    ),
)
"""How many points both networks have right in the epoch that is shown."""


WHO_CAN = Choice(
    lambda right_single, right_hidden: (
        1.0 * (right_single == POINTS)
        + 2.0 * (right_hidden == POINTS)
        + 0 * (right_single + right_hidden)
    ),
    f"=IF({{right_single}}={POINTS},1,0)+IF({{right_hidden}}={POINTS},2,0)",
    says="Which network has all points right: 0 neither, 1 the first, 2 the second, 3 both.",
)

POINT = Axis("point", POINTS, family="image")

LAYERS = {"_single": (1, 2, "x"), "2": (HIDDEN, 2, "x"), "3": (1, HIDDEN, "a2")}
"""By the ending of a layer's names: its units, the inputs of a unit, and which inputs these are."""

NETWORKS = {
    "single": ("without a hidden layer", ["_single"]),
    "hidden": ("with a hidden layer", ["2", "3"]),
}
"""The layers of each network."""

MARKS = '"✓";"–";"✗"'
"""The marks of points that are right, undecided, or not right."""

LOOKS = {
    **dict.fromkeys(("fires_single", "fires_hidden"), Look(align="center", number_format="0")),
    **dict.fromkeys(
        ("side_single", "side_hidden"), Look(align="center", number_format="", bold=True)
    ),
}
FIRST_COLOUR, SECOND_COLOUR = "C0561C", "1B4F9C"


# fmt: off
def model(sizes: Mapping[str, int], words: Text) -> Iterator[Quantity | xlnn.Copy]:
    """Yield the points, both trainings, and the outputs of both networks after one epoch."""
    steps = sizes["steps"]
    yield Quantity("eta", title="learning rate η", symbol="η", scale=0.3, is_step_size=True)
    point = alike(axes=(POINT,))
    yield point("x", "point", symbol="x{}", shape=(2,), meaning="the coordinates of a point",
                source="1-2")
    yield point("t", "target", symbol="t", shape=(1,), choices=(0, 1),
                meaning="what the output should be", written="given: 0 or 1", source="3-3")
    state = Axis("epoch", steps + 1, "time", counts_from=0)
    yield from xlnn.choice("shown", state, words, title="epoch shown (0: the start)", used="epoch")
    yield from _weights(state)
    yield from _training(state)
    yield from _gradients(state)
    yield from _shown(words.sentence("marks", MARKS))


def _weights(state: Axis) -> Iterator[Quantity]:
    weight = alike(sheet="weights", axes=(state,), given=1, role="weight")
    for n, (units, inputs, _) in LAYERS.items():
        step_W, step_b = (DESCENT.of(previous(f"{kind}{n}"), previous(f"dC_d{kind}{n}"))
                          for kind in "Wb")
        yield weight(f"W{n}", "weights", step_W, kind="W", symbol="w^{}", shape=(units, inputs),
                     meaning="how much weight a unit gives each input, epoch by epoch",
                     written="w ← w − η ∂C_T/∂w", source="4-4")
        yield weight(f"b{n}", "bias", step_b, kind="b", symbol="b^{}", shape=(units,))


def _training(state: Axis) -> Iterator[Quantity]:
    """Yield both networks forward and backward, for each point in each epoch."""
    column = alike(sheet="training", axes=(state, POINT))
    for n, (units, _, below) in LAYERS.items():
        forward = partial(column, shape=(units,), role="forward", source="1-3")
        yield forward(f"z{n}", "weighted input", DENSE.of(f"W{n}", below, f"b{n}"),
                      kind="z", symbol="z^{}", written="z = w₁x₁ + w₂x₂ + b",
                      meaning="the total input of a unit; 0 on its line")
        yield forward(f"a{n}", "output", SIGMOID.of(f"z{n}"), kind="a", symbol="a^{}",
                      meaning="how strongly a unit is activated",
                      written="a = σ(z) = 1 / (1 + exp(−z))")
    hidden = HIDDEN_DELTA.of("delta3", "W3", "slope2")
    for n in ("_single", "3", "2"):
        back = partial(column, shape=LAYERS[n][:1], role="backward")
        output = SQUARED_ERROR_DELTA.of(a=f"a{n}", slope=f"slope{n}")
        yield back(f"slope{n}", "slope a′", SIGMOID_SLOPE.of(f"a{n}"), kind="slope",
                   symbol="a′^{}")
        yield back(f"delta{n}", "error δ", hidden if n == "2" else output, kind="delta",
                   symbol="δ^{}", meaning="how fast C changes with z", source="4-2, 4-3",
                   written="output: (a − t) a′;  hidden: (Σ δ w) a′")
    for which, (_, layers) in NETWORKS.items():
        yield column(f"C_{which}", "squared error", SQUARED_ERROR.of(a=f"a{layers[-1]}"),
                     kind="C", symbol="C")


def _gradients(state: Axis) -> Iterator[Quantity]:
    column = alike(sheet="weights", axes=(state,))
    back = partial(column, role="backward")
    for n, (units, inputs, below) in LAYERS.items():
        yield back(f"dC_dW{n}", "gradient, weights", WEIGHT_GRADIENT.of(f"delta{n}", below),
                   kind="dC_dW", symbol="∂C_T/∂w^{}", shape=(units, inputs))
        yield back(f"dC_db{n}", "gradient, bias", BIAS_GRADIENT.of(f"delta{n}"), kind="dC_db",
                   symbol="∂C_T/∂b^{}", shape=(units,))
    for which in NETWORKS:
        yield column(f"C_T_{which}", "total cost", TOTAL_COST.of(f"C_{which}"), kind="C_T",
                     symbol="C_T", meaning="how wrong the outputs are for all points",
                     written="C_T = Σ ½ (t − a)²", source="3-4")


def _shown(marks: str) -> Iterator[Quantity | xlnn.Copy]:
    """Yield the weights of one epoch, their outputs for the points, and their lines."""
    own = {f"{kind}{n}": f"{kind}{n}_shown" for n in LAYERS for kind in "Wb"}
    for name in own:
        yield xlnn.shown(name, at={"epoch": "epoch"}, kind=name[0], number_format="0.000")
    column = alike(axes=(POINT,), shape=(1,))
    for which, (named, layers) in NETWORKS.items():
        yield from xlnn.again([f"{kind}{n}" for n in layers for kind in "za"], "{}_shown",
                              axes=(POINT,), sheet="xor", instead=own, number_format="0.000")
        z, fires, side = f"z{layers[-1]}_shown", f"fires_{which}", f"side_{which}"
        yield column(fires, "fires?", UNIT_STEP.of(z), kind="fires", symbol="u(z)",
                     number_format="0", written="u(z) = 1 (z ≥ 0), 0 (z < 0)", source="1-2",
                     meaning="1 if the output is at least ½: the point is on that side of the "
                     "line, or on it")
        yield column(side, "right?", RIGHT_SIDE.of(z, fires, "t"), kind="side", symbol=" ",
                     number_format=marks)
        yield Quantity(f"right_{which}", title=f"points right {named}",
                       equation=RIGHT_SIDES.of(side))
    yield column("height", "drawn: target 0, 1", HEIGHT_OF, symbol="x₂", shape=(2,),
                 sheet="weights", number_format=IF_SHOWN)
    line = alike(title="ends of the line", number_format="0.00")
    for n in ("_single", "2"):
        for at, (along, symbol) in enumerate((("x", "x₁"), ("y", "x₂"))):
            yield line(f"line_{along}_{n.strip('_')}", symbol=symbol, kind=f"line_{along}",
                       equation=line_end(at).of(f"W{n}_shown", f"b{n}_shown"),
                       written=f"{symbol} = −b w{'₁₂'[at]} / |w|² {'∓±'[at]} {REACH} "
                       f"w{'₂₁'[at]} / |w|",
                       shape=(LAYERS[n][0], 2))
    yield Quantity("who", title="which network can", equation=WHO_CAN)
    yield Quantity("counts", title="how many", equation=COUNTS)
    yield Quantity("means", title="what it means", equation=xlnn.Told({
        "neither": "Neither network has all points right. Another epoch, another η or other start "
        "weights may do better, unless points with different targets coincide.",
        "one": "The unit alone has all points right: for these points one line is enough, and no "
        "hidden layer is needed.",
        "two": "The unit alone draws one line, and not all points are on the right side of it. "
        "Each hidden unit draws its own line, and the output unit combines them.",
        "both": "Both networks have all points right: for these points one line is enough, and no "
        "hidden layer is needed."}, "who"))


def _plane(title: str, *lines: Trace) -> Chart:
    """Return the chart of the points, and of the lines by which a network divides the plane."""
    points = (
        Trace(("height", 0), ("x", 0), NEGATIVE, 0, "circle", "target 0"),
        Trace(("height", 1), ("x", 0), POSITIVE, 0, "circle", "target 1"),
    )
    return Chart(title, *lines, *points, x="x₁", y="x₂", size_in_cm=(9.1, 10),
                 ends=(-0.5, 1.5, 0.5), ends_up=(-0.5, 1.5, 0.5), is_square=True)


EXPERIMENT = xlnn.Experiment(
    "xor-layers", model, title="What a hidden layer is for", book=("1-4", "4-4"),
    summary="Exclusive or without and with a hidden layer, side by side: one unit draws one line, "
    "and one line is not enough.",
    sizes={"steps": xlnn.Size(120, 1, 2_000)},
    inputs=lambda sizes: {
        "eta": 2, "shown": sizes["steps"],
        "x": [[0, 0], [0, 1], [1, 0], [1, 1]], "t": [[0], [1], [1], [0]],
        "W_single": [[0.6, -0.8]], "b_single": [0.3],
        "W2": [[-2.1, -1.4], [0.6, -0.8]], "b2": [0.8, 1.2],
        "W3": [[-2.2, 1.5]], "b3": [-0.9],
    },
    options_for={"epochs": "steps", "eta": "eta"},
    about=(
        "Exclusive or: the target is 1 if exactly one of two inputs is 1. Two networks learn it "
        "side by side, in {steps} epochs of the same gradient descent (4-4).",
        "A unit fires on one side of the line w₁x₁ + w₂x₂ + b = 0 (1-2, 1-3). For exclusive or, "
        "(0, 1) and (1, 0) must lie on one side and (0, 0) and (1, 1) on the other.",
        "No line can do that: the midpoint of each pair is (½, ½), so it would have to be on both "
        "sides. A network without a hidden layer cannot learn it, however long you train it.",
        "Two hidden units draw two lines and give the output unit new inputs a²₁, a²₂, for which "
        "one line is enough: that is what a hidden layer is for (1-4, 1-5).",
    ),
    colours={"forward": "forward: from the inputs to the outputs",
             "result": "costs, and right answers"},
    pages=(
        xlnn.Page(
            "xor", "Two networks", "Four points, and two networks that learn them: one unit alone, "
            "and one with two hidden units. Change any yellow cell.",
            xlnn.Numbers("eta", ("shown", "shown_asked"), "right_single", "right_hidden",
                         choices={"shown": "C_T_single"}),
            xlnn.Sentences("counts", "means", above=1),
            xlnn.Hidden("epoch"),
            xlnn.Table(
                "x", "t", "z_single_shown", "a_single_shown", "fires_single", "side_single",
                "z2_shown", "a2_shown", "z3_shown", "a3_shown", "fires_hidden", "side_hidden",
                ink=("a_single_shown", "a2_shown", "a3_shown"), looks=LOOKS, above=0,
                groups={"z_single_shown": NETWORKS["single"][0],
                        "z2_shown": NETWORKS["hidden"][0]}),
            Units(["unit alone: its line"], "W_single_shown", "b_single_shown", "line_x_single",
                  "line_y_single", above=1),
            Units("hidden unit {number}: its line", "W2_shown", "b2_shown", "line_x_2", "line_y_2",
                  headed=False),
            Units(["output unit (of a²₁, a²₂)"], "W3_shown", "b3_shown", headed=False),
            xlnn.Beside(
                _plane("No hidden layer: one line",
                       Trace(("line_y_single", 0), ("line_x_single", 0), FIRST_COLOUR,
                             name="z = 0", of="")),
                _plane("With a hidden layer: two lines",
                       Trace(("line_y_2", 0), ("line_x_2", 0), FIRST_COLOUR, name="z²₁ = 0", of=""),
                       Trace(("line_y_2", 1), ("line_x_2", 1), SECOND_COLOUR, name="z²₂ = 0",
                             of="")),
                Chart("C_T of both",
                      Trace("C_T_single", colour=QUIET, name=NETWORKS["single"][0]),
                      Trace("C_T_hidden", colour=FIRST_COLOUR, name=NETWORKS["hidden"][0]),
                      size_in_cm=(13, 10)),
            ),
            does="Step through the epochs and see the lines move.",
        ),
        xlnn.Page("training", "Training", "Forward and back, for each point in each epoch, of "
                  "both networks. Each column is one formula, filled down.", is_helper=True,
                  does="The whole calculation: every point in every epoch."),
        xlnn.Page("weights", "Weights", "The weights of both networks after each epoch, the "
                  "gradient of C_T there, and C_T. The first row is the start, which you can "
                  "change.", is_helper=True,
                  does="The weights and C_T, epoch by epoch. Change the start."),
    ),
    tries=(
        ("On {xor}, step through the epochs, from 0 to the last.", "The single line swings about "
         "and never settles. The two lines close in on the points with target 1; with η = 2 and "
         "this start it takes 40 epochs."),
        ("Type the targets of OR (0, 1, 1, 1), then of AND (0, 0, 0, 1).", "Now one line separates "
         "the points, and the unit alone learns them too, in a few epochs."),
        ("With exclusive or, move the point (1, 1) to (0.2, 0.2).", "Now one line can separate the "
         "points. Does the unit alone find it?"),
        ("On {weights}, give both hidden units the same start weights and biases, and the output "
         "unit equal weights.", "They stay equal: two lines become one, and the network is no "
         "better than a single unit."),
    ),
)
