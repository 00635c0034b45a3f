"""Two inputs, two hidden units and one output learn from four rows.   Book: 4-1 to 4-4.

One sheet shows every step of one epoch with its numbers, as a worked example by hand.
"""

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

import xlnn
from xlnn import Axis, Quantity, Stated, Text, alike, previous
from xlnn.equations import units as eq
from xlnn.equations.lookup import UsedNumber, is_chosen
from xlnn.equations.surface import DESCENT
from xlnn.terms import function

ROWS = 4

# Equations, each twice: for NumPy, and for the formula of one cell. Units 1 and 2 are hidden.
# fmt: off
HIDDEN_Z = Stated(
    lambda w, b, x: x @ w[:4].reshape(2, 2).T + b[:2],
    lambda j, w, b, x: f"={w[2 * j]}*{x[0]}+{w[2 * j + 1]}*{x[1]}+{b[j]}",
)
OUTPUT_Z = Stated(
    lambda w, b, a: a @ w[4:] + b[2],
    "={w[4]}*{a[0]}+{w[5]}*{a[1]}+{b[2]}")
HIDDEN_DELTA = Stated(
    lambda d, w, a: d[:, np.newaxis] * w[4:] * a * (1 - a),
    lambda j, d, w, a: f"={d[()]}*{w[4 + j]}*{a[j]}*(1-{a[j]})",
)


def product_cell(k: int, **of: xlnn.Cells) -> str:
    """Return the formula of the gradient of a weight: each error times the weight's input."""
    d, d3, x, a = (of[name].over("row") for name in ("d", "d3", "x", "a"))
    error, seen = (d[k // 2], x[k % 2]) if k < 4 else (d3[()], a[k % 2])
    return f"=SUMPRODUCT({error},{seen})"


WEIGHT_SLOPE = Stated(lambda d, d3, x, a: np.append(d.T @ x, d3 @ a), product_cell)
BIAS_SLOPE = Stated(
    lambda d, d3: np.append(d.sum(axis=0), d3.sum()),
    lambda k, d, d3: f'=SUM({d.over("row")[k] if k < 2 else d3.over("row")[()]})',
)


right = function(  # COUNTIFS skips an empty target, which is 0, and a text, where C is an error
    lambda a, t, C: ((a > 0.5) == (t > 0.5)).sum() + 0 * C.sum(),
    lambda a, t, C: (
        f'(COUNTIFS({a},">"&0.5,{t},">"&0.5)'
        f'+COUNTIF({a},"<="&0.5)-COUNTIFS({a},"<="&0.5,{t},">"&0.5)+0*SUM({C}))'))


def model(sizes: Mapping[str, int], _: Text) -> Iterator[Quantity | xlnn.Copy]:
    """Yield the settings, the rows, the steps of the chosen epoch, and those of every epoch."""
    last = sizes["epochs"]
    epoch, row = Axis("epoch", last + 1, "up", counts_from=0), Axis("row", ROWS)
    yield Quantity("epoch", title="epoch to look at", choices=(0, last))
    yield Quantity("eta", title="learning rate η", symbol="η", meaning="how far a step goes",
                   source="4-4")
    yield Quantity("epoch_used", title="epoch shown",
                   equation=UsedNumber(0, last).of(chosen="epoch"))
    data = alike(axes=(row,))
    yield data("x", "inputs", symbol="x{}", shape=(2,))
    yield data("t", "target")
    # the course: after each epoch the parameters, and the cost that they give
    course = alike(axes=(epoch,), role="weight", equation=DESCENT, given=1)
    for name, title, count, meaning in (
        ("w", "weights", 6, "w₁ w₂ lead to unit 1, w₃ w₄ to unit 2, w₅ w₆ to the output"),
        ("b", "biases", 3, "the bias of each unit; 3 is the output"),
    ):
        yield course(name, title, symbol=f"{name}{{}}", shape=(count,), meaning=meaning,
                     source="4-4", uses={"w": previous(name), "gradient": previous(f"dC_d{name}")},
                     written=f"{name} ← {name} − η ∂C_T/∂{name}")
    # the same equations twice: for every epoch on the second sheet, for the chosen one on the first
    rows, sums = tuple(of_rows((epoch, row))), tuple(gradients(epoch))
    yield from (*rows, *sums)
    yield Quantity("C_T", title="total cost", axes=(epoch,), role="backward", source="3-4",
                   equation=eq.total("row"), meaning="how wrong the outputs are for all rows",
                   written="C_T = Σ C")
    now = {name: f"{name}_now" for name in "wb"}
    yield from (xlnn.shown(name, name=now[name], title=f"{name} of this epoch") for name in "wb")
    instead = {quantity.name: f"now_{quantity.name}" for quantity in rows} | now
    yield from xlnn.again(rows, "now_{}", axes=(row,), sheet="first", instead=now)
    yield from xlnn.again(sums, "now_{}", sheet="first", instead=instead)
    yield Quantity("answers", equation=xlnn.Told(
        {"answers": "{right} of {rows} rows are right in this epoch: a₃ is on the same side of 0.5 "
         "as t.",
         "choose": "Choose a whole number from 0 to {epochs}. Epoch {epoch_used} is shown: "
         "{right} of {rows} rows are right."},
        lambda epoch, epoch_used: (is_chosen(epoch, epoch_used),), rows=ROWS,
        right=lambda a3, t, C: right(*(array.over("row") for array in (a3, t, C)))).of(
            a3="now_a3", C="now_C"))


def of_rows(axes: tuple[Axis, ...]) -> Iterator[Quantity]:
    """Yield forward, cost and backward for each row."""
    of_row = alike(sheet="every", axes=axes, role="forward")
    back = partial(of_row, role="backward")
    yield of_row("z", "zⱼ = Σ w x + bⱼ", HIDDEN_Z, symbol="z{}", shape=(2,))
    yield of_row("a", "aⱼ = 1/(1 + exp(−zⱼ))", eq.SIGMOID, symbol="a{}", shape=(2,))
    yield of_row("z3", "z₃ = w₅a₁ + w₆a₂ + b₃", OUTPUT_Z, symbol="z₃")
    yield of_row("a3", "a₃ = 1/(1 + exp(−z₃))", eq.SIGMOID.of("z3"), symbol="a₃")
    yield back("C", "C = (t − a₃)²/2", eq.HALF_SQUARE.of(a="a3"), symbol="C")
    yield back("delta3", "δ₃ = (a₃ − t) a₃(1 − a₃)", eq.SIGMOID_DELTA.of("a3"), symbol="δ₃")
    yield back("delta", "δⱼ = δ₃ w aⱼ(1 − aⱼ)", HIDDEN_DELTA.of("delta3"), symbol="δ{}",
               shape=(2,))


def gradients(*axes: Axis) -> Iterator[Quantity]:
    """Yield the gradients, summed over the rows."""
    whole = alike(sheet="every", axes=axes, role="backward")
    uses = {"d": "delta", "d3": "delta3"}
    yield whole("dC_dw", "∂C_T/∂w = Σ δ × input, over the rows", WEIGHT_SLOPE, symbol="∂C_T/∂w{}",
                shape=(6,), uses=uses)
    yield whole("dC_db", "∂C_T/∂b = Σ δ", BIAS_SLOPE, symbol="∂C_T/∂b{}", shape=(3,), uses=uses)


FORWARD = ("x", "t", "now_z", "now_a", "now_z3", "now_a3", "now_C", "now_delta3", "now_delta")

EXPERIMENT = xlnn.Experiment(
    "first", model, title="Back-propagation on one sheet",
    summary="A 2-2-1 network learns from four rows: every step of back-propagation on one sheet.",
    book=("4-1", "4-2", "4-3", "4-4"), sizes={"epochs": xlnn.Size(10, least=1, most=1000)},
    inputs={
        "epoch": 0, "eta": 4, "x": [[0, 0], [0, 1], [1, 0], [1, 1]], "t": [0, 1, 1, 1],
        "w": [0.9, 0.1, -0.9, -0.7, 0.8, -0.6], "b": [-0.4, 0.3, -0.7],
    },
    options_for=["epochs"],
    about=(
        "Two inputs, two hidden units (1 and 2) and one output (3) learn the logical or from four "
        "rows, in {epochs} epochs.",
        "All steps of one epoch are on the sheet First: forward, cost, back, gradients, step; each "
        "heading is the equation of its column.",
    ),
    colours={"backward": "back: cost, errors, gradients"},
    pages=(
        xlnn.Page(
            "first", "First", "Type 0, 1, 2 … as the epoch, and follow the numbers from left to "
            "right: each heading is the equation of its column.",
            xlnn.Beside(
                xlnn.Numbers("epoch", "eta", "epoch_used", positive=["eta"], at=1),
                xlnn.Table("w_now", "b_now", left=1), apart=0,
            ),
            xlnn.Sentences("answers", above=0),
            xlnn.Table(*FORWARD, above=0, groups={
                "x": "Data", "now_z": "1. Forward", "now_C": "2. Cost", "now_delta3": "3. Back"}),
            xlnn.Table("now_dC_dw", "now_dC_db", left=1, groups={"now_dC_dw": "4. Gradients"}),
            xlnn.Beside(
                xlnn.Table("w", "b", "C_T", groups={"w": "5. A step an epoch"},
                           named=lambda quantity, _: quantity.written),
                xlnn.Chart("Total cost C_T", xlnn.Trace("C_T", colour="C0561C"),
                           size_in_cm=(8, 6.6), above=0), apart=0,
            ),
            does="Follow one epoch from left to right, then choose the next.",
        ),
        xlnn.Page("every", "Every epoch", "The same equations for each row in every epoch: the "
                  "gradients by which the steps on First go.", is_helper=True,
                  does="The same for every row of every epoch."),
    ),
    tries=(
        ("Type 1, 2 and so on as the epoch on {first}.", "After the first step all outputs are "
         "above 0.5. That of row 1 falls below it in epoch 8, and all four rows are right."),
        ("Set η on {first} to 0.5, then to 20.", "With 0.5 ten epochs are too few. With 20 the "
         "first step goes too far: all outputs stay at 1, where a₃(1 − a₃) leaves hardly any δ."),
        ("Set η to 4 again and the last target to 0: exclusive or.", "Ten epochs do not learn it. "
         "A workbook of 300 does: xlnn build first --epochs 300"),
    ),
)
