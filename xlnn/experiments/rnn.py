"""An Elman network learns the parity of bits by back-propagation through time.

J. L. Elman, Finding structure in time, Cognitive Science 14 (1990), figure 2: the hidden state goes
back into the network at the next step. P. J. Werbos, Backpropagation through time: what it does and
how to do it, Proceedings of the IEEE 78 (1990). Differs from Elman, who cut the error off after one
step: here it runs back to the first.
"""

from collections.abc import Iterator
from functools import partial
from itertools import product

import numpy as np

import xlnn
from xlnn import Axis, Chart, Quantity, Stated, Table, Trace, Weight, following, previous, shown
from xlnn.equations import recurrent
from xlnn.equations import units as eq
from xlnn.terms import Value

ROWS = "row", "step"

RATIO = Stated(
    lambda size: size[0] / size[-1] if size[-1] else 0.0,
    "=IF(SIGN({size.last})=0,0,{size.first}/{size.last})",
)
REACHES = eq.Choice(lambda size: np.sign(size[-1]), "=SIGN({size.last})")
ONES = eq.Choice(lambda x: (x > 0).sum((1, 2)), '=COUNTIF({x[step][0]},">0")')


def reach(steps: int) -> Stated:
    """Return how fast the last z changes with the input of tanh: delta without the errors."""
    return Stated(
        lambda V, U, after, h, n: ((n == steps) * V[0] + after @ U) * (1 - h * h),
        lambda i, V, U, after, h, n: (
            f"=(IF({n[()]}={steps},{V[0, i]},0)+"
            + "+".join(f"{after[j]}*{U[j, i]}" for j in range(h.shape[0]))
            + f")*(1-{h[i]}*{h[i]})"
        ),
    )


# fmt: off
def weights(hidden: int) -> xlnn.Weights:
    """Return the weights and their gradients, summed over rows and steps."""
    slope, bias = eq.slope(*ROWS), eq.bias_slope(*ROWS)
    return xlnn.Weights({
        "U": Weight(
            (hidden, hidden), slope, "delta", "past", title="from h to h",
            meaning="the weights with which h comes back at the next step; the same at each",
            gradient={
                "meaning": "summed over rows and steps: the δ of a step times the h of the step "
                "before, both with the weights of this epoch", "written": "∂C/∂U = Σ δ h₋ᵀ",
                "source": "Werbos 1990"}),
        "W": Weight((hidden, 1), slope, "delta", "x", title="from x to h"),
        "b": Weight((hidden,), bias, "delta", title="bias of h"),
        "V": Weight((1, hidden), slope, "e", "h", title="from h to y"),
        "c": Weight((1,), bias, "e", title="bias of y"),
    }, source="Elman 1990")


def model(sizes: dict, words: xlnn.Text) -> Iterator[Quantity | xlnn.Copy]:
    """Yield the quantities in the order in which they are computed."""
    epochs, T, H = sizes["epochs"], sizes["steps"], sizes["hidden"]
    epoch, row = Axis("epoch", epochs, "up"), Axis("row", sizes["rows"])
    up, down = Axis("step", T, "up"), Axis("step", T, "down")
    yield Quantity("eta", title="learning rate η", symbol="η", scale=0.05, is_step_size=True)
    data = xlnn.alike(sheet="data", axes=(row, up), shape=(1,))
    yield data("x", "bit", symbol="x", meaning="what the network reads at a step: 1, or −1 for 0")
    yield data("t", "target", symbol="t", choices=(0, 1),
               meaning="what the output is to be at this step")
    yield Quantity("ones", title="number of ones", symbol="Σ", sheet="data", axes=(row,),
                   equation=ONES)
    network = weights(H)
    yield from network.trained(epochs, sizes["optimizer"])
    forward = xlnn.alike(axes=(epoch, row, up), role="forward")
    yield forward("past", "h of the step before",
                  eq.COPY.of(previous("h", along="step", start=0.0)), symbol="h{}₋", shape=(H,))
    yield forward("h", "hidden state", recurrent.RECURRENT, shape=(H,),
                  meaning="what the network keeps of the steps so far",
                  written="h = tanh(U h₋ + W x + b)", source="Elman 1990")
    yield forward("z", "weighted input of y", eq.DENSE.of("V", "h", "c"), symbol="z", shape=(1,))
    yield forward("y", "output", eq.SIGMOID, symbol="y", shape=(1,),
                  meaning="how sure the network is that the target is 1",
                  written="y = σ(z),  z = V h + c")
    yield forward("cost", "cross-entropy", eq.ENTROPY, symbol="C", shape=(1,))
    yield forward("e", "error of y", eq.ERROR, symbol="e", shape=(1,), role="backward",
                  meaning="how fast C changes with z", written="e = y − t")
    yield Quantity("delta", title="error of h, from the last step back", symbol="δ{}",
                   axes=(epoch, row, down), shape=(H,), role="backward",
                   equation=eq.Back(("e", "V"), ("after", "U"), tanh="h"),
                   uses={"after": following("delta", along="step", start=0.0)},
                   meaning="how fast C changes with what goes into tanh; δ₊ is that of the next "
                   "step, and 0 after the last",
                   written="δ = (Vᵀ e + Uᵀ δ₊)(1 − h²)", source="Werbos 1990")
    once = xlnn.alike(sheet="progress", axes=(epoch,))
    yield once("C_T", "total cost", eq.total(*ROWS).of("cost"),
               meaning="the cost of all steps of all rows", written="C_T = Σ C")
    yield once("right", "outputs that are right", eq.right(*ROWS), symbol=" ")
    yield from network.gradients(epochs)
    yield from xlnn.choice("epoch", epoch, words, title="epoch shown")
    yield from xlnn.choice("row", row, words, title="row shown")
    yield Quantity("n", title="step", axes=(Axis("step", T),), counts=True)
    yield from (shown(name, "n") for name in "xhyt")
    yield shown("delta", "n", title="error of h")
    yield from (shown(name, title=f"{name} of this epoch") for name in "UV")
    yield Quantity("reach", title="reach", symbol="∂z/∂h{}", role="backward", axes=(down,),
                   shape=(H,), equation=reach(T),
                   uses={"V": "V_shown", "U": "U_shown", "h": "h_shown",
                         "after": following("reach", along="step", start=0.0)},
                   meaning="how fast the last output changes with this step: δ without the errors",
                   written="Vᵀ at the last step, then Uᵀ(…)₊; times 1 − h²")
    yield Quantity("size", title="size of reach", symbol="|∂z/∂h|", axes=(up,),
                   equation=eq.LENGTH.of("reach"))
    yield Quantity("ratio", title="first step to last", equation=RATIO)
    yield shown("right", title="right")
    yield Quantity("reaches", title="reaches", equation=REACHES)
    yield Quantity("course", equation=xlnn.Told(
        {"once": "In the only epoch, {right_shown} of {all} outputs are right, and C_T is "
         "{C_T_last}.",
         "course": "In epoch {epoch_used}, {right_shown} of {all} outputs are right. C_T is "
         "{C_T_first} in epoch 1 and {C_T_last} in epoch {epochs}."},
        lambda: (Value(epochs == 1),), digits=3, all=T * sizes["rows"]))
    yield Quantity("fades", equation=xlnn.Told({
        "none": "At the last step the gradient is 0 already: tanh or V lets nothing through.",
        "fades": "Seen from the last output, the first step counts {ratio} times as much as the "
        "last: below 1 the gradient fades on its way back, above 1 it grows."},
        "reaches", digits=3))


def inputs(sizes: dict) -> dict:
    """Return the initial inputs: all sequences of bits, and random weights."""
    T = sizes["steps"]
    numbers = np.linspace(0, 2**T - 1, sizes["rows"]).round().astype(int)
    x = np.array(list(product((-1, 1), repeat=T)))[numbers][..., None]
    start = weights(sizes["hidden"]).drawn(sizes["seed"])
    return {**start, "x": x, "t": (x > 0).cumsum(axis=1) % 2,
            "epoch": sizes["epochs"], "row": sizes["rows"]}


chart = partial(Chart, size_in_cm=(10, 7))

EXPERIMENT = xlnn.Experiment(
    "rnn", model, title="A recurrent network in a sheet",
    summary="An Elman network learns the parity of bits by back-propagation through time; see its "
    "gradient fade with the distance.",
    sizes={"epochs": xlnn.Size(40, most=1000), "rows": xlnn.Size(16, most=1000),
           "steps": xlnn.Size(4, least=2, most=16), "hidden": xlnn.Size(3, most=20),
           "seed": xlnn.Size(5, 0, 2**31)},
    rates={"sgd": 0.05, "momentum": 0.01, "rmsprop": 0.02, "adam": 0.1},
    inputs=inputs, task=1,
    learns=xlnn.Learns(sizes=dict.fromkeys("xt", ("rows", "steps")), results=("C_T", "right")),
    options_for=["epochs", "hidden", "seed"],
    about=(
        "{rows} rows of {steps} bits: 1, or −1 for 0. After each bit the network says whether the "
        "number of ones so far is odd.",
        "Its memory is the hidden state h, which comes back at the next step. The "
        "same weights U, W, b, V, c serve at all steps.",
        "So the gradient of U is a sum over all steps: the δ of a step times the h of the step "
        "before it, both with the weights of this epoch.",
        "Many sheets take the h of the same step, or run δ back with weights that are already "
        "changed. The cost falls all the same: only a gradient check reveals it.",
        "δ runs from the last step back to the first. Each step multiplies it with U and with the "
        "slope of tanh, so that it fades or grows with the distance.",
        "Your own sequences:  xlnn build rnn --data my.csv --target t1 --target t2  takes a "
        "target, 0 or 1, for each other column.",
    ),
    pages=(
        xlnn.Page(
            "network", "Network", "One row of bits at one epoch, unrolled: each line is a step, "
            "and h goes from line to line. Choose another epoch or row.",
            xlnn.Numbers("eta", ("epoch", "epoch_asked"), ("row", "row_asked")),
            xlnn.Sentences("course", "fades", above=1),
            xlnn.Network(
                "x", "h", "y", along="step", back={"h": "delta", "y": "e"}, labels={"y": ""},
                width_in_cm=24, lines=(("x", "W", "h"), (previous("h"), "U", "h"), ("h", "V", "y")),
            ),
            Table("n", "x_shown", "h_shown", "y_shown", "t_shown", "delta_shown", "reach", "size",
                  coloured=("h_shown", "delta_shown", "reach"), ink=("y_shown",)),
            xlnn.Beside(
                chart("Total cost", Trace("C_T")),
                chart("How far back the gradient reaches", Trace("size", "n", marker="circle")),
                chart("Hidden state over the steps", Trace("h_shown", "n", marker="circle")),
            ),
            xlnn.Beside(xlnn.Grid("U_shown", digits="0.00"), xlnn.Grid("V_shown", digits="0.00")),
            xlnn.Hidden("reach_start"),
            does="Choose an epoch and a row. See what h remembers, and how the gradient fades.",
        ),
        xlnn.Progress(), xlnn.Predict(), xlnn.GradientCheck(),
        xlnn.Page("data", "Data", "The bits of each row, and the target of each step. Type "
                  "others."),
        xlnn.Page("steps", "Steps", "Forward from the first step to the last, and δ back from the "
                  "last to the first.",
                  Table("past", "h", "z", "y", "cost", "e", "delta"), stays=True),
    ),
    colours={"forward": "forward: from the bits to the output"},
    tries=(
        ("Choose epoch 1 on {network}, then later ones.", "At first many outputs are wrong. Then h "
         "learns to switch with each 1, and the outputs follow."),
        ("Set η to 0.5.", "The steps are too long: the cost jumps, and many outputs stay wrong."),
        ("On {data}, let each target be the bit of the step before, and 0 in the first step.",
         "The same network learns another task: remembering one step is easier than counting."),
    ),
)
