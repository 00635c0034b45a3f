"""An Elman network learns the parity of bits by back-propagation through time (Werbos 1990)."""

from functools import partial
from pathlib import Path

import numpy as np

import xlnn
from xlnn import Axis, Quantity, Stated, following, previous

# Equations, each twice: for NumPy, and for the formula of one cell.

PAST = Stated(lambda h: h, lambda j, h: f"={h[j]}")
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
DELTA = Stated(
    array=lambda V, e, U, after, h: (e @ V + after @ U) * (1 - h**2),
    cell=lambda i, V, e, U, after, h: "=({}*{}+{})*(1-{}^2)".format(
        e[0], V[0, i], "+".join(f"{after[j]}*{U[j, i]}" for j in range(h.shape[0])), h[i]
    ),
)
COST = Stated(
    array=lambda e: (e**2).sum() / 2, cell=lambda e: f"=SUMSQ({e.over('row', 'step')[0]})/2"
)
SLOPE = Stated(
    array=lambda d, a: np.einsum("rsj,rsi->ji", d, a),
    cell=lambda j, i, d, a: f"=SUMPRODUCT({d.over('row', 'step')[j]},{a.over('row', 'step')[i]})",
)
LEARN = Stated(
    array=lambda w, slope, eta: w - eta * slope,
    cell=lambda j, i, w, slope, eta: f"={w[j, i]}-{eta[()]}*{slope[j, i]}",
)


class Falls(xlnn.Sentence):
    """How far the cost falls, in the words of a language."""

    def __init__(self, words):
        self.words = words

    def text(self, *, C_T):
        """Return the sentence as Python writes it."""
        return self.words.format(first=f"{C_T[0]:.2f}", last=f"{C_T[-1]:.2f}")

    def cell(self, C_T):
        """Return the formula that writes it."""
        ends = (f'"&TEXT({C_T.at(n)[()]},"0.00")&"' for n in (0, -1))
        return '="{}"'.format(self.words.format(**dict(zip(("first", "last"), ends, strict=True))))


def weights(hidden):
    """Return each matrix of weights: its shape, and of what its gradient is the product."""
    return {
        "U": ((hidden, hidden), "delta", "past"),
        "W": ((hidden, 2), "delta", "x"),
        "V": ((1, hidden), "e", "h"),
    }


def model(sizes, words):
    """Yield the quantities, each after those that it is computed from."""
    state = Axis("epoch", sizes["epochs"] + 1, "up", counts_from=0)
    epoch, row = Axis("epoch", sizes["epochs"], "up"), Axis("row", sizes["rows"])
    up, down = Axis("step", sizes["steps"], "up"), Axis("step", sizes["steps"], "down")
    matrices, units = weights(sizes["hidden"]), (sizes["hidden"],)

    yield Quantity(
        "eta", title="learning rate η", symbol="η", sheet="training", role="input", scale=0.05,
        calms=True, meaning="how far a step goes", number_format="General",
    )  # fmt: skip
    data = partial(Quantity, sheet="data", axes=(row, up), role="input", number_format="0")
    yield data("x", title="bit, and 1 for the bias", shape=(2,))
    yield data("t", title="odd so far", shape=(1,))
    for name, (shape, *_) in matrices.items():
        uses = {"w": previous(name), "slope": previous(f"dC_d{name}")}
        yield Quantity(
            name, sheet="training", axes=(state,), shape=shape, equation=LEARN, given=1, uses=uses,
            role="weight",
        )  # fmt: skip
    steps = partial(Quantity, sheet="steps", role="forward")
    yield steps(
        "past", title="h of the step before", axes=(epoch, row, up), shape=units, equation=PAST,
        uses={"h": previous("h", along="step", start=0.0)},
    )  # fmt: skip
    yield steps(
        "h", title="hidden state", axes=(epoch, row, up), shape=units, equation=HIDDEN,
        meaning="what the network knows of the steps so far",
        written="h = tanh(U h₋₁ + W x)", source="Elman 1990, fig. 2",
    )  # fmt: skip
    yield steps("e", title="error", axes=(epoch, row, up), shape=(1,), equation=ERROR)
    yield steps(
        "delta", title="δ, from the last step back", symbol="δ{}", axes=(epoch, row, down),
        shape=units, equation=DELTA, uses={"after": following("delta", along="step", start=0.0)},
        meaning="how fast C changes with what goes into tanh",
        written="δ = (e V + δ₊₁ U)(1 − h²)", source="Werbos 1990",
    )  # fmt: skip
    yield Quantity(
        "C_T", title="total cost", sheet="training", axes=(epoch,), equation=COST,
        meaning="half the sum of all squared errors", written="C = Σe² / 2",
    )  # fmt: skip
    for name, (shape, d, a) in matrices.items():
        yield Quantity(
            f"dC_d{name}", sheet="gradients", axes=(epoch,), shape=shape, equation=SLOPE,
            uses={"d": d, "a": a}, role="backward", symbol=f"∂C/∂{name}{{}}",
        )  # fmt: skip
    falls = words.sentence(
        "falls", "In {epochs} epochs C goes from {first} to {last}.", epochs=sizes["epochs"]
    )
    yield Quantity("falls", sheet="training", equation=Falls(falls), is_text=True)


def inputs(sizes):
    """Return what the inputs hold at first: random bits, and random weights."""
    draw = np.random.default_rng(1)
    bits = draw.integers(0, 2, (sizes["rows"], sizes["steps"], 1))
    start = {name: draw.normal(size=(1, *m[0])) for name, m in weights(sizes["hidden"]).items()}
    x = np.insert(bits, 1, 1, axis=2)
    return {"eta": 0.05, "x": x, "t": bits.cumsum(axis=1) % 2, **start}


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
    inputs=inputs,
    options_for=["epochs", "eta", "hidden"],
    texts=Path(__file__).parent,
    pages=(
        xlnn.Page(
            "training", "Training", "Change the learning rate, and look at the cost.",
            xlnn.Numbers("eta", positive=["eta"]),
            xlnn.Sentences("falls"),
            xlnn.Beside(
                xlnn.Table("C_T"),
                xlnn.Chart("Total cost", xlnn.Trace("C_T"), y="C_T"),
            ),
            xlnn.Table("U", "W", "V"),
            xlnn.Chart("Weights from one step to the next", xlnn.Trace("U")),
        ),
        xlnn.Page("data", "Data", "Bits, and whether their sum is odd so far.",
                  xlnn.Table("x", "t")),
        xlnn.Page("steps", "Steps", "Forward from the first step, and back from the last.",
                  xlnn.Table("past", "h", "e", "delta")),
        xlnn.Page("gradients", "Gradients", "How fast C changes with each weight.",
                  xlnn.Table(*(f"dC_d{name}" for name in weights(1)))),
    ),
    tries=(
        ("Set η on {training} to 0.5.", "The steps are too long: the cost jumps up and down."),
    ),
)  # fmt: skip
