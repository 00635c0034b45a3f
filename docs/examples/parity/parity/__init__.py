"""An Elman network learns the parity of bits by back-propagation through time (Werbos 1990)."""

from functools import partial
from pathlib import Path

import numpy as np

import xlnn
from xlnn import Axis, Quantity, Stated, Weight, following, previous
from xlnn.equations import units as eq

# Equations, each twice: for NumPy, and for the formula of one cell.

HIDDEN = Stated(
    array=lambda U, past, W, x: np.tanh(past @ U.T + x @ W.T),
    cell=lambda j, U, past, W, x: (
        f"=TANH(SUMPRODUCT({U[j, :]},{past[:]})+SUMPRODUCT({W[j, :]},{x[:]}))"
    ),
)
ERROR = Stated(
    array=lambda V, h, t: h @ V.T - t,
    cell=lambda k, V, h, t: f"=SUMPRODUCT({V[k, :]},{h[:]})-{t[k]}",
)
COST = Stated(
    array=lambda e: (e**2).sum() / 2, cell=lambda e: f"=SUMSQ({e.over('row', 'step')[0]})/2"
)


def weights(hidden):
    """Return the weights, each with what its gradient is the product of, summed over all steps."""
    slope = eq.slope("row", "step")
    return xlnn.Weights(
        {
            "U": Weight((hidden, hidden), slope, "delta", "past"),
            "W": Weight((hidden, 2), slope, "delta", "x"),
            "V": Weight((1, hidden), slope, "e", "h"),
        },
        sheet="training",
    )


def model(sizes, _):
    """Yield the quantities, each after those that it is computed from."""
    epoch, row = Axis("epoch", sizes["epochs"], "up"), Axis("row", sizes["rows"])
    up, down = Axis("step", sizes["steps"], "up"), Axis("step", sizes["steps"], "down")
    network, units = weights(sizes["hidden"]), (sizes["hidden"],)

    yield Quantity(
        "eta", title="learning rate η", symbol="η", scale=0.05, is_step_size=True,
        meaning="how far a step goes",
    )  # fmt: skip
    data = partial(Quantity, sheet="data", axes=(row, up), number_format="0")
    yield data("x", title="bit, and 1 for the bias", shape=(2,))
    yield data("t", title="odd so far", shape=(1,))
    yield from network.trained(sizes["epochs"], sizes["optimizer"])
    steps = partial(Quantity, role="forward")
    yield steps(
        "past", title="h of the step before", axes=(epoch, row, up), shape=units, equation=eq.COPY,
        uses={"a": previous("h", along="step", start=0.0)},
    )  # fmt: skip
    yield steps(
        "h", title="hidden state", axes=(epoch, row, up), shape=units, equation=HIDDEN,
        meaning="what the network knows of the steps so far",
        written="h = tanh(U h₋₁ + W x)", source="Elman 1990, fig. 2",
    )  # fmt: skip
    yield steps("e", title="error", axes=(epoch, row, up), shape=(1,), equation=ERROR)
    yield steps(
        "delta", title="δ, from the last step back", symbol="δ{}", axes=(epoch, row, down),
        shape=units, equation=eq.Back(("e", "V"), ("after", "U"), tanh="h"),
        uses={"after": following("delta", along="step", start=0.0)},
        meaning="how fast C changes with what goes into tanh",
        written="δ = (e V + δ₊₁ U)(1 − h²)", source="Werbos 1990",
    )  # fmt: skip
    yield Quantity(
        "C_T", title="total cost", axes=(epoch,), equation=COST,
        meaning="half the sum of all squared errors", written="C = Σe² / 2",
    )  # fmt: skip
    yield from network.gradients(sizes["epochs"])
    falls = "In {epochs} epochs C goes from {C_T_first} to {C_T_last}."
    yield Quantity("falls", equation=xlnn.Told(falls, digits=2))


def inputs(sizes):
    """Return what the inputs hold at first: random bits, and random weights."""
    draw = np.random.default_rng(1)
    bits = draw.integers(0, 2, (sizes["rows"], sizes["steps"], 1))
    x = np.insert(bits, 1, 1, axis=2)
    start = weights(sizes["hidden"]).drawn(draw, digits=16)
    return {"x": x, "t": bits.cumsum(axis=1) % 2, **start}


EXPERIMENT = xlnn.Experiment(
    "parity",
    model,
    title="A recurrent network in a sheet",
    summary="An Elman network learns the parity of bits, by back-propagation through time.",
    about=(
        ("{rows} rows of {steps} bits. After each bit the network says whether it has seen an odd "
         "number of ones so far."),
    ),
    sizes={
        "epochs": xlnn.Size(20, least=2, most=1000),
        "rows": xlnn.Size(4),
        "steps": xlnn.Size(5),
        "hidden": xlnn.Size(3, least=2, most=20),
    },
    rates={"sgd": 0.05, "adam": 0.05},
    inputs=inputs,
    options_for=["epochs", "hidden"],
    texts=Path(__file__).parent,
    pages=(
        xlnn.Page(
            "training", "Training", "Change the learning rate, and look at the cost.",
            xlnn.Numbers("eta"),
            xlnn.Sentences("falls"),
            xlnn.Beside(
                xlnn.Table("C_T"),
                xlnn.Chart("Total cost", xlnn.Trace("C_T"), y="C_T"),
            ),
            xlnn.Table("U", "W", "V"),
            xlnn.Chart("Weights from one step to the next", xlnn.Trace("U")),
        ),
        xlnn.Page("data", "Data", "Bits, and whether their sum is odd so far."),
        xlnn.Page("steps", "Steps", "Forward from the first step, and back from the last.",
                  xlnn.Table("past", "h", "e", "delta")),
        xlnn.Page("gradients", "Gradients", "How fast C changes with each weight."),
    ),
    tries=(
        ("Set η on {training} to 0.5.", "The steps are too long: the cost jumps up and down."),
    ),
)  # fmt: skip
