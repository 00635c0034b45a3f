"""Batch normalisation: in training with the mean of the batch, afterwards with a running one.

S. Ioffe and C. Szegedy, Batch normalization: accelerating deep network training by reducing
internal covariate shift, ICML 2015. Section 2 shows what goes wrong if a gradient leaves out that
the mean changes with the weights: here a second network does so. Differs from the paper: all rows
are one batch, and the running variance is that of the batches, not times n / (n − 1).
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

import xlnn
from xlnn import Axis, Chart, Page, Quantity, Table, Trace, Weight, alike, previous
from xlnn.equations import batchnorm
from xlnn.equations import units as eq

SOURCE = "Ioffe & Szegedy 2015"
NAMES = {"W": "W", "b": "b", "gamma": "γ", "shift": "β", "V": "V", "c": "c"}
"""The weights of a network, and their symbols."""


# fmt: off
def weights(inputs: int, hidden: int) -> xlnn.Weights:
    """Return the weights of both networks; two gradients of the second lack the mean's term."""
    slope, bias, named = eq.slope("row"), eq.bias_slope("row"), {}
    for more, title in (("", "weights"), ("_cut", "weights of the second network")):
        ds, delta, e = (f"{name}{more}" for name in ("ds", "delta", "e"))
        stated = {
            "W": ((hidden, inputs), slope, ds, "x"), "b": ((hidden,), bias, ds),
            "gamma": ((hidden,), batchnorm.GAMMA_SLOPE, delta, f"norm{more}"),
            "shift": ((hidden,), bias, delta),
            "V": ((1, hidden), slope, e, f"h{more}"), "c": ((1,), bias, e)}
        for name, of in stated.items():
            named[name + more] = Weight(
                *of, title=title, symbol=f"{NAMES[name]}{'′' if more else ''}{{}}",
                cost=f"C_T{more}", exact=not more or name not in "Wb",
                start={"W": None, "V": None, "gamma": 1}.get(name, 0))
    return xlnn.Weights(named)


def network(of_row: partial, batch: partial, H: int) -> Iterator[Quantity]:
    """Yield a network with a normalised hidden layer, forward and back."""
    hidden, over = partial(of_row, shape=(H,)), partial(batch, shape=(H,))
    forward, one = partial(hidden, role="forward"), partial(of_row, shape=(1,))
    yield forward("s", "sum", eq.DENSE.of("W", "x", "b"), symbol="s{}", written="s = W x + b")
    yield from batchnorm.layer(forward, over)
    yield forward("h", "hidden unit", batchnorm.SCALED, symbol="h{}", source=SOURCE,
                  meaning="γ and β give back what the normalisation took, as far as it is useful",
                  written="h = tanh(γ ŝ + β)")
    yield one("z", "weighted input", eq.DENSE.of("V", "h", "c"), symbol="z", role="forward")
    yield one("p", "output", eq.SIGMOID, symbol="p", written="p = σ(V h + c)", role="forward",
              meaning="how sure the network is that the target is 1")
    yield one("C", "cross-entropy", eq.ENTROPY, symbol="C")
    yield one("e", "error", eq.ERROR.of("p"), symbol="e", role="backward")
    back = partial(hidden, role="backward")
    yield back("delta", "error of γŝ + β", eq.Back(("e", "V"), tanh="h"), symbol="δ{}",
               meaning="how fast C changes with γŝ + β", written="δ = Vᵀ e (1 − h²)")
    yield from batchnorm.layer_back(back, partial(over, role="backward"))
    total = partial(batch, sheet="weights")
    yield total("C_T", "total cost", eq.total("row").of("C"), symbol="C_T", written="C_T = Σ C",
                meaning="the cost of all rows")
    yield total("right", "rows that are right", eq.right("row").of("p"), symbol=" ")


def model(sizes: dict, words: xlnn.Text) -> Iterator[Quantity | xlnn.Copy]:
    """Yield both networks in training, and the first one at the epoch shown in inference."""
    epoch, row = Axis("epoch", sizes["epochs"], "up"), Axis("row", sizes["rows"])
    inputs, H = sizes["inputs"], sizes["hidden"]
    yield Quantity("eta", title="learning rate η", symbol="η", scale=0.05, is_step_size=True)
    yield Quantity("offset", title="added to all inputs", symbol="Δ", scale=1)
    yield Quantity("share", title="share ρ of the running mean", symbol="ρ", between=(0, 1))
    yield from xlnn.choice("epoch", epoch, words, title="epoch shown")
    yield Quantity("n", title="row", axes=(row,), counts=True)
    data = alike(axes=(row,), shape=(inputs,))
    yield data("points", "data", symbol="q{}", sheet="data")
    yield Quantity("typed", title="type a row", symbol="q{}", shape=(inputs,))
    yield data("x", "input", eq.SUM.of("points", "offset"), symbol="x{}", number_format="0.00")
    yield data("t", "target", symbol="t", shape=(1,), choices=(0, 1))
    both = weights(inputs, H)
    yield from both.trained(epoch.length, sizes["optimizer"])
    of_row, batch = alike(sheet="steps", axes=(epoch, row)), alike(sheet="means", axes=(epoch,))
    first = [*network(of_row, batch, H)]
    yield from first
    second = [replace(q, equation=batchnorm.CUT_ERROR, uses={}) if q.name == "ds" else q
              for q in first]
    yield from xlnn.again(second, "{}_cut", axes=None, title="{}, cut", symbol="{}′", meaning="",
                          instead={name: f"{name}_cut" for name in NAMES})
    yield from both.gradients(epoch.length)
    for name, start in (("mean", 0.0), ("variance", 1.0)):
        yield batch(f"running_{name}", f"running {name}", batchnorm.FOLLOWED.of(
            previous(f"running_{name}", along="epoch", start=start), name), shape=(H,),
            symbol="ρμ{}" if name == "mean" else "ρσ²{}", source=SOURCE,
            meaning="follows the batch; in inference it takes its place",
            written="r ← r + ρ (μ − r), and σ² in place of μ")
    yield batch("without", "gradient of W, mean left out", batchnorm.CUT_SLOPE.of("dC_dW"),
                shape=(H, inputs), symbol="∂C/∂W |μ{}")
    yield from _shown(row, (inputs,))


def _shown(row: Axis, shape: tuple[int]) -> Iterator[Quantity | xlnn.Copy]:
    for name in ("norm", "p"):
        yield xlnn.shown(name, "n", number_format="0.00")
    for name in ("right", "right_cut", "C_T", "C_T_cut", "dC_dW", "without", *NAMES,
                 "running_mean", "running_variance"):
        yield xlnn.shown(name, sheet="inference")
    there = {name: f"{name}_shown" for name in NAMES}
    there |= {name: f"running_{name}_shown" for name in ("mean", "variance")}
    again = partial(xlnn.again, ["s", "centred", "norm", "h", "z", "p"], sheet="inference",
                    number_format="0.00")
    yield from again("{}_infer", axes=(row,), instead=there, title="{}, inference",
                     apart={"p": "batch"})
    yield Quantity("right_infer", title="right in inference", sheet="inference",
                   equation=eq.right("row").of("p_infer", "t"))
    yield Quantity("x_typed", title="input typed", symbol="x{}", sheet="inference",
                   equation=eq.SUM.of("typed", "offset"), shape=shape)
    yield from again("{}_typed", instead={**there, "x": "x_typed"}, title="{}, typed",
                     apart={"p": "batch"})
    yield Quantity("course", equation=xlnn.Told(
        "In epoch {epoch_used}, {right_shown} of {rows} rows are right, and C_T is {C_T_shown}. In "
        "the second network, whose gradient leaves the mean out, {right_cut_shown} are right, and "
        "C_T is {C_T_cut_shown}.", digits=3))
    yield Quantity("slopes", equation=xlnn.Told(
        "The gradient of w₁₁ is {dC_dW_shown}; with the mean left out it would be {without_shown}.",
        digits=4))
    yield Quantity("modes", equation=xlnn.Told(
        "With the running mean, as in inference, {right_infer} of {rows} rows are right, and p of "
        "the row typed is {p_typed}.", digits=3))


def inputs(sizes: dict) -> dict:
    """Return rows around 0 with exclusive or as their targets, and random weights."""
    x = np.random.default_rng(0).choice([-1.5, -0.5, 0.5, 1.5], (sizes["rows"], sizes["inputs"]))
    if x.shape == (16, 2):
        x = np.stack(np.meshgrid(*2 * [[-1.5, -0.5, 0.5, 1.5]]), axis=-1).reshape(16, 2)
    return {**weights(sizes["inputs"], sizes["hidden"]).drawn(sizes["seed"], 0.5), "points": x,
            "t": x.prod(axis=1) > 0, "offset": 3, "share": 0.1, "typed": x[0],
            "epoch": sizes["epochs"]}


chart = partial(Chart, size_in_cm=(10, 7))
INK = {"p_shown": 8, "p_infer": 10}
"""Widths at which the outputs can be read."""


def compared(right: str | tuple, cut: str | tuple) -> tuple[Trace, Trace]:
    """Return the lines of a correct number, and of the one that leaves the mean out."""
    return Trace(right, name="right"), Trace(cut, name="mean left out")


EXPERIMENT = xlnn.Experiment(
    "batch-norm", model, title="Batch normalisation in a sheet",
    summary="Batch normalisation in training and in inference, and a second network whose "
    "gradient leaves the mean out.",
    sizes={"epochs": xlnn.Size(80, 1, 1000), "rows": xlnn.Size(16, 2, 1000),
           "inputs": xlnn.Size(2, 1, 50), "hidden": xlnn.Size(4, 1, 20),
           "seed": xlnn.Size(1, 0, 2**31)},
    rates={"sgd": 0.1, "momentum": 0.01, "rmsprop": 0.02, "adam": 0.05},
    inputs=inputs, task=1,
    learns=xlnn.Learns("points", sizes={"points": ("rows", "inputs"), "t": ("rows",)}),
    options_for=["epochs", "hidden", "seed"],
    about=(
        "{rows} rows of {inputs} numbers, and exclusive or: the target is 1 if both have the same "
        "sign. All numbers are moved away from 0 by a number that you may choose.",
        "A layer's sums are normalised over the batch, all {rows} rows: each unit has the mean 0 "
        "and the variance 1. So it does not matter where the inputs are.",
        "A mean depends on every row. So ∂C/∂s of a row has two more parts: s moves the mean, and "
        "it moves the variance. Many write-ups leave out the first.",
        "A second network does so, with the same start. Its bias b grows, although the mean takes "
        "it away again: the right gradient of b is 0.",
        "A row alone has no batch: its mean would be itself. So inference takes running means, "
        "which follow the batches by a share ρ in each epoch.",
        "Your own rows:  xlnn build batch-norm --data my.csv --target t .",
    ),
    pages=(
        Page(
            "batch", "Batch", "Choose an epoch, move the inputs, or type a row.",
            xlnn.Numbers("eta", "offset", "share", ("epoch", "epoch_asked"), "typed", "p_typed"),
            xlnn.Sentences("course", "slopes", "modes", above=1),
            xlnn.Network("x_typed", "norm_typed", "h_typed", "p_typed", ink=("p_typed",),
                         lines=(("x_typed", "W", "norm_typed"), ("norm_typed", "gamma", "h_typed"),
                                ("h_typed", "V", "p_typed"))),
            xlnn.Beside(
                Table("n", "x", "t", "p_shown", "p_infer", "norm_shown", width=8,
                      ink=("p_shown", "p_infer"), coloured=("norm_shown",), widths=INK),
                xlnn.Below(
                    chart("Total cost", *compared("C_T", "C_T_cut")),
                    chart("Gradient of w₁₁, at the same weights",
                          *compared(("dC_dW", 0, 0), ("without", 0, 0))),
                ),
                xlnn.Below(
                    chart("Bias b, which the mean takes away", Trace("b", colour="1B4F9C"),
                          Trace("b_cut", colour="C0561C")),
                    chart("Mean of unit 1", Trace(("mean", 0), name="of the batch"),
                          Trace(("running_mean", 0), name="running")),
                ),
            ),
        ),
        Page("data", "Data", "The rows, before they are moved."),
        Page("means", "Means", "Mean and variance of each unit in each epoch, and running ones."),
        Page("steps", "Steps", "Both networks forward and back, for each row in each epoch."),
        Page("inference", "Inference", "The weights and running means of the epoch shown, and what "
             "they make of each row and of the row typed."),
    ),
    colours={"forward": "forward: sums, normalised, to the output"},
    tries=(
        ("On {batch}, set what is added to all inputs to 0, then to 10.", "The first network does "
         "not notice. The second one does."),
        ("Choose epoch 1, then 10 and the last.", "At first the running mean is far from the "
         "batch's, and inference differs from training; later they agree."),
        ("Set ρ to 0, then to 1.", "With 0 nothing follows, and inference fails. With 1 "
         "inference takes the last batch."),
    ),
)
