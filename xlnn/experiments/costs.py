"""Squared error and cross-entropy side by side (3-3), and C_T as a valley.   Book: 3-4.

Why cross-entropy learns faster where the sigmoid is flat, and what training minimises. One formula
of the valley computes C_T over all rows, without cells for each z, a and C.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

import xlnn
from xlnn import Beside, Chart, Numbers, Page, Quantity, Sentences, Stated, Text, Told
from xlnn.block import FIRST_ROW
from xlnn.equations import cost as eq
from xlnn.equations.activation import SIGMOID, SIGMOID_SLOPE
from xlnn.equations.lookup import entry_of
from xlnn.equations.neuron import DIGITS, steadied, steady
from xlnn.equations.number import fixed, short
from xlnn.equations.sentences import at_most, first_place
from xlnn.equations.surface import DESCENT, Line
from xlnn.terms import Term, function, largest, least
from xlnn.workbooks.pages.part import PagePart
from xlnn.workbooks.pages.table_parts import Units
from xlnn.workbooks.pages.text_parts import Label
from xlnn.writing.formats import USUAL_WIDTH
from xlnn.writing.style import KEY, Look

FLAT = 300
"""Below minus this z the sigmoid is 0 to 130 digits, and its square is still a number: LibreOffice
gives an error for a power below 1e-308."""

MANY = 10**12
"""A ratio above this cannot be told from that of no slope at all."""

COSTS = {"sq": "squared error", "ce": "cross-entropy"}

AROUND, GRID = 20, 21
"""Points of the curves on either side of 0, and weights along each side of the grid."""

# fmt: off
POINT = Stated(lambda i: i[:, np.newaxis] * 0.4, "={i}*0.4")
"""The z of a point of the curves, in the shape of a layer of one unit."""

TIMES = Stated(
    lambda slope: np.divide(1, slope, out=np.zeros_like(slope), where=slope > 0)[..., 0],
    "=IF(SIGN({slope[0]})>0,1/{slope[0]},0)")
"""The delta of the cross-entropy divided by that of the squared error; 0 where the slope of the
sigmoid is 0."""


def weights_of_grid(which: int) -> Stated:
    """Return the equation of the weights of the grid: 0 for w1, 1 for w2."""
    return Stated(
        lambda middle, between: steady(middle[which] + (np.arange(GRID) - GRID // 2) * between),
        lambda i, middle, between: (
            "=" + steadied(f"({middle[which]}+({i - GRID // 2})*{between[()]})")),
        says="The weights of the grid, at equal distances around the middle.")


def total_on_grid(rows: int, costs: Line, whole: str) -> Stated:
    """Return the equation of C_T over so many rows, shape (w2, w1), from their costs."""
    def z(row: int, w1: str, w2: str, b: xlnn.Cells, x: xlnn.Cells) -> str:
        return f"({w1}*{x[row, 0]}+{w2}*{x[row, 1]}+{b[()]})"

    return Stated(
        lambda w1, w2, b, x, target: costs.array(
            w1[:, np.newaxis] * x[:, 0] + (w2[:, np.newaxis] * x[:, 1])[:, np.newaxis] + b, target
        ).sum(axis=-1),
        lambda i, j, w1, w2, b, x, target: whole.format("+".join(
            costs.text.format(z=z(row, w1[j], w2[i], b, x), t=target[row]) for row in range(rows))),
        says="C_T of one neuron with a sigmoid, over all rows, at each pair of weights. "
        "Book: 3-3, 3-4.")


ON_GRID = {
    "sq": (Line(lambda z, t: (t - 1 / (1 + np.exp(np.minimum(FLAT, -z)))) ** 2 / 2,
                f"({{t}}-1/(1+EXP(MIN({FLAT},-{{z}}))))^2"), "=({})/2"),
    "ce": (Line(lambda z, t: np.maximum(z, 0) - t * z + np.log(1 + np.exp(-np.abs(z))),
                "MAX({z},0)-{t}*{z}+LN(1+EXP(-ABS({z})))"), "={}"),
}
"""The cost of a row without a factor, and the formula that multiplies the sum by it. The
cross-entropy has the form of `xlnn.equations.cost.CROSS_ENTROPY`."""


def least_along(axis: int) -> Stated:
    """Return the equation of the smallest C_T of each column, with axis 0, or of each row."""
    return Stated(
        lambda C_T: C_T.min(axis=axis),
        lambda i, C_T: f"=MIN({C_T[i, :] if axis else C_T[:, i]})",
        says="The smallest C_T at each w1, or at each w2: the valley seen from the side.")


def how_many_least(C_T: Term, low_w1: Term) -> Term:
    """Return at how many points of the grid C_T is least, apart from rounding."""
    costs, lowest = C_T[...], least(low_w1[:])
    return at_most(costs, least(costs) + largest(1, abs(lowest)) / 10**12)


def lowest(cost: str) -> Told:
    """Return the sentence about the lowest point of a cost on its grid."""
    begins = COSTS[cost].capitalize()
    return Told(
        {f"lowest_{cost}": f"{begins}: on this grid C_T is least, {{C_T}}, at w₁ = {{w1}}, w₂ = "
         "{w2}.",
         f"level_{cost}": f"{begins}: C_T is {{C_T}} at every point of this grid, and no point is "
         "lowest.",
         f"several_{cost}": f"{begins}: on this grid C_T is least, {{C_T}}, at {{count}} points, "
         "all equally deep."},
        lambda C_T, low_w1: (how_many_least(C_T, low_w1) == 1,
                             how_many_least(C_T, low_w1) == GRID**2),
        C_T=lambda low_w1: fixed(least(low_w1[:]), 4), count=how_many_least,
        w1=lambda w1, low_w1: short(entry_of(w1[:], first_place(least(low_w1[:]), low_w1[:]))),
        w2=lambda w2, low_w2: short(entry_of(w2[:], first_place(least(low_w2[:]), low_w2[:]))))


WHICH_LEARNS = Told(
    {"reached": "At z = {z} the output {a} has reached its target {t}: δ is 0, or nearly 0, with "
     "squared error and with cross-entropy.",
     "which": "At z = {z} the output is {a} and its target {t}. δ is {delta_sq} with squared error "
     "and {delta_ce} with cross-entropy: {times} times as much, because a′ does not appear.",
     "flat": "At z = {z} the sigmoid is flat, with a′ below 10⁻¹²: δ is {delta_sq} with squared "
     "error and {delta_ce} with cross-entropy; the output is {a} and its target {t}."},
    lambda delta_ce, times: (abs(delta_ce[0]) * 10**DIGITS < 0.5,
                             (times > 0) * (times <= MANY) == 1),
    times=lambda times: short(least(times, MANY), 1))

far = function(
    lambda a, t: (np.abs(a - t) > 0.1 + 1 / 10**12).sum() + 0 * t + 0 * a.sum(),
    lambda a, t: (
        f'(COUNTIF({a},">"&ROUND({t}+0.1,12)+1/10^12)+COUNTIF({a},"<"&ROUND({t}-0.1,12)-1/10^12)'
        f"+0/COUNT({t})+0*SUM({a}))"))
"""How many outputs differ from the target by more than 0.1."""

COLOURS = {"sq": "C0561C", "ce": "1B4F9C"}

CURVE = ("a", "slope", "C_sq", "delta_sq", "C_ce", "delta_ce")
HEIGHT, NARROW = "0.000", 5.2
"""Enough digits to find the lowest point of the valley by eye, and the width of its columns."""

WEIGHTS = Look(fill="weight", size=9, align="center", number_format="0.0#")
LEAST = Look(fill="result", size=9, align="center", number_format=HEIGHT)


def model(sizes: Mapping[str, int], _: Text) -> Iterator[Quantity]:
    """Yield the costs over z, two units that learn by them, and C_T over two weights."""
    yield from _over_z()
    yield from _learning(sizes["steps"])
    yield from _valleys(sizes["rows"])


def _over_z() -> Iterator[Quantity]:
    """Yield the costs at a z that users type, and along a curve."""
    unit = xlnn.alike(shape=(1,))
    yield unit("t", "target t", symbol="t")
    yield unit("z_chosen", "weighted input z", symbol="z", scale=4)
    yield from _of_z("chosen")
    yield Quantity("times", title="how many times larger", symbol="1 / a′",
                   equation=TIMES.of("slope_chosen"))
    along = (xlnn.Axis("point", 2 * AROUND + 1, counts_from=-AROUND),)
    yield Quantity("i", title="point", axes=along, counts=True)
    yield unit("z_along", "weighted input", POINT, symbol="z", axes=along)
    yield from _of_z("along", along)
    shown = {name: f"{name}_chosen" for name in ("z", "a", "delta_sq", "delta_ce")}
    yield Quantity("which", title="which learns faster", equation=WHICH_LEARNS.of(**shown))


def _of_z(name: str, axes: tuple[xlnn.Axis, ...] = ()) -> Iterator[Quantity]:
    """Yield the output of a unit at z, and both costs and deltas."""
    z, a, slope = f"z_{name}", f"a_{name}", f"slope_{name}"
    forward = xlnn.alike(axes=axes, shape=(1,), role="forward")
    backward = partial(forward, role="backward")
    yield forward(a, "output", SIGMOID.of(z), kind="a", symbol="a")
    yield backward(slope, "slope of the sigmoid", SIGMOID_SLOPE.of(a), kind="slope", symbol="a′")
    yield forward(f"C_sq_{name}", "squared error", eq.SQUARED_ERROR.of(a=a), kind="C_sq",
                  symbol="C", shape=(), meaning="half the squared difference of output and target",
                  written="C = ½ (t − a)²", source="3-4")
    yield backward(f"delta_sq_{name}", "δ by squared error",
                   eq.SQUARED_ERROR_DELTA.of(a=a, slope=slope), kind="delta_sq", symbol="δ",
                   meaning="how fast C changes with z", written="δ = (a − t) a′(z)", source="4-2")
    yield forward(f"C_ce_{name}", "cross-entropy", eq.CROSS_ENTROPY.of(z=z), kind="C_ce",
                  symbol="C", written="C = −(t ln a + (1 − t) ln(1 − a))", source="3-3",
                  meaning="grows without limit as the output approaches the wrong value")
    yield backward(f"delta_ce_{name}", "δ by cross-entropy", eq.CROSS_ENTROPY_DELTA.of(a=a),
                   kind="delta_ce", symbol="δ", written="δ = a − t", source="3-3",
                   meaning="how fast C changes with z; here a′ cancels")


def _learning(steps: int) -> Iterator[Quantity]:
    """Yield two units with the same start and target, each trained with one cost."""
    one = xlnn.alike(shape=(1,), axes=(xlnn.Axis("step", steps + 1, "time", counts_from=0),))
    back = partial(one, role="backward")
    yield Quantity("eta", title="learning rate η", symbol="η", is_step_size=True)
    for cost in COSTS:
        z, a, slope, delta = (f"{name}_{cost}" for name in ("z", "a", "slope", "delta"))
        learnt = DESCENT.of(xlnn.previous(z), gradient=xlnn.previous(f"learn_{delta}"))
        yield one(z, "weighted input", learnt, kind="z", symbol="z", given=1, role="weight",
                  scale=4)
        yield one(a, equation=SIGMOID.of(z), kind="a", symbol="a", role="forward")
        step = partial(back, f"learn_{delta}", kind=delta, symbol="δ")
        if cost == "sq":
            yield back(slope, equation=SIGMOID_SLOPE.of(a), kind="slope", symbol="a′")
            yield step(equation=eq.SQUARED_ERROR_DELTA.of(a=a, slope=slope))
        else:
            yield step(equation=eq.CROSS_ENTROPY_DELTA.of(a=a))
    yield Quantity("far", title="how many steps it takes", equation=Told(
        "Outputs more than 0.1 from the target, of {outputs} (steps 0 to {steps}): {squared} with "
        "squared error, {cross} with cross-entropy.", outputs=steps + 1,
        squared=lambda t, a_sq: far(a_sq.over("time")[0], t[0]),
        cross=lambda t, a_ce: far(a_ce.over("time")[0], t[0])))


def _valleys(rows: int) -> Iterator[Quantity]:
    """Yield the data, the grid, and C_T on it for each cost."""
    yield Quantity("x", title="data", symbol="x{}", shape=(rows, 2))
    yield Quantity("target", symbol="t", shape=(rows,))
    yield Quantity("b", title="bias b")
    yield Quantity("middle", title="middle of the grid: w₁, w₂", symbol="w{}", shape=(2,))
    yield Quantity("between", title="spacing of the weights", symbol="Δw", scale=0.5)
    edge = xlnn.alike(shape=(GRID,))
    for cost, named in COSTS.items():
        grid, w1, w2, low = f"C_T_{cost}", f"w1_{cost}", f"w2_{cost}", f"low_w{{}}_{cost}"
        for which, w in enumerate(("w₁", "w₂")):
            yield edge((w1, w2)[which], f"weight {w}", weights_of_grid(which), symbol="w",
                       kind=f"w{which + 1}", role="weight", number_format="0.0#")
        yield edge(grid, f"total cost, {named}", total_on_grid(rows, *ON_GRID[cost]).of(w1, w2),
                   symbol="C_T", shape=(GRID, GRID), number_format=HEIGHT, written="C_T = Σ C",
                   meaning="the sum over all data" if cost == "sq" else "", source="3-4")
        for which in (0, 1):
            yield edge(low.format(which + 1), "smallest of the row or column",
                       least_along(which).of(grid), kind="low", symbol="C_T", number_format=HEIGHT)
        yield Quantity(f"lowest_{cost}", title="the lowest point", equation=lowest(cost), uses={
            "w1": w1, "w2": w2, "C_T": grid, "low_w1": low.format(1), "low_w2": low.format(2)})


def _valley(cost: str) -> PagePart:
    """Return C_T over two weights, with the weights and the smallest of each row and column."""
    (w1, low1), (w2, low2) = ((f"w{n}_{cost}", f"low_w{n}_{cost}") for n in (1, 2))
    beside = partial(Units, "", headed=False, looks={w2: WEIGHTS, low2: LEAST})
    return xlnn.Below(
        Beside(Label("w₂ \\ w₁", look=replace(KEY, size=8)), xlnn.Row(w1, look=WEIGHTS), apart=0),
        Beside(beside(w2, width=USUAL_WIDTH),
               xlnn.Grid(f"C_T_{cost}", scale="valley", width=NARROW, height=0, text_size=9,
                    digits=HEIGHT, titled=False, lined=False),
               beside(low2, width=NARROW), apart=0),
        Beside(xlnn.Space(), xlnn.Row(low1, look=LEAST), apart=0),
    )


def _chart(title: str, name: str) -> Chart:
    """Return the chart of both costs, or of both deltas, over z."""
    return Chart(title, *(xlnn.Trace(f"{name}_{cost}_along", "z_along", COLOURS[cost], name=named)
                          for cost, named in COSTS.items()), x="z")


EXPERIMENT = xlnn.Experiment(
    "costs", model, title="Two costs in a sheet", book=("3-3", "3-4"),
    summary="Squared error and cross-entropy side by side, and the cost function C_T as a valley "
    "of two weights.",
    sizes={"steps": xlnn.Size(60), "rows": xlnn.Size(8, 1, 12)},
    inputs={
        "t": 1, "z_chosen": -5, "eta": 1, "z_sq": -3, "z_ce": -3,
        "x": [[1, 2], [2, 1], [-1, -1], [-2, 0], [1.5, -1], [-0.5, 1.5], [0.5, -0.5], [-1, 2]],
        "target": [1, 1, 0, 0, 1, 0, 0, 1], "b": 0, "middle": [1.2, 0.8], "between": 0.4,
    },
    options_for={"epochs": "steps"},
    about=(
        "How wrong is an output? The squared error and the cross-entropy (3-3) are both smallest "
        "when it is right, but they do not correct it equally fast.",
        "δ = ∂C/∂z determines how the weights change. With squared error it is (a − t)·a′(z), and "
        "a′ is nearly 0 where the sigmoid is flat. With cross-entropy a′ cancels: δ = a − t.",
    ),
    pages=(
        Page(
            "costs", "Two costs", "One output a = σ(z) and its target t, measured by squared error "
            "and by cross-entropy (3-3), with the error δ of the unit for each. Change the yellow "
            "cells.",
            Numbers("t", "z_chosen", *(f"{name}_chosen" for name in CURVE), "times", symbols=True),
            Sentences("which", above=1),
            Beside(
                xlnn.Table("i", "z_along", *(f"{name}_along" for name in CURVE)),
                xlnn.Below(xlnn.Space(2), _chart("The cost C over z", "C"),
                           _chart("The error δ over z", "delta")),
            ),
            does="Both costs, and both δ, over z.",
        ),
        Page(
            "learning", "Learning", "Two units update z ← z − ηδ, step by step, from a z that you "
            "can change: one with squared error, the other with cross-entropy.",
            Sentences("far"),
            Numbers("eta", at=2),
            Beside(
                xlnn.Table("z_sq", "a_sq", "slope_sq", "learn_delta_sq", "z_ce", "a_ce",
                           "learn_delta_ce", groups={f"z_{cost}": COSTS[cost] for cost in COSTS},
                           above=0),
                xlnn.Below(xlnn.Space(4), Chart(
                    "The output a after each step",
                    *(xlnn.Trace(f"a_{cost}", colour=COLOURS[cost], name=COSTS[cost])
                      for cost in COSTS), above=0)),
            ),
            row=FIRST_ROW - 1, does="See which unit leaves the flat part first.",
        ),
        Page(
            "valley", "Valley", "C_T of one unit with two weights, summed over the data (3-4): "
            "training looks for the deepest cell, which is framed. The numbers at the edge are the "
            "smallest of their row or column.",
            Numbers("b", "middle", "between", at=6),
            Units("row {number}", "x", "target", above=1),
            Sentences("lowest_sq", above=1), _valley("sq"),
            Sentences("lowest_ce", above=1), _valley("ce"),
            does="The cost function as a landscape of two weights.",
        ),
    ),
    colours={
        "forward": "output and cost", "backward": "slope and error δ",
        "weight": "z at each step, and the weights of the grid", "result": "results",
    },
    tries=(
        ("On {costs} set z to 0, then to −10.", "At 0 a′ is ¼, so δ with squared error is a "
         "quarter of the other. At −10 it has almost vanished, although the output could hardly be "
         "more wrong."),
        ("On {learning} set η to 4.", "Even so, the unit with the squared error is stuck in the "
         "flat part for a long time."),
        ("On {valley} set the spacing of the weights to 2.", "From further away: squared error has "
         "flat regions without a gradient to follow; cross-entropy rises on all sides."),
    ),
)
