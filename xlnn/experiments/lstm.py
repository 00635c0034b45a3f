"""An LSTM remembers the first symbol of a sequence, and an Elman network forgets it.

S. Hochreiter and J. Schmidhuber, Long short-term memory, Neural Computation 9 (1997), with the
forget gate of F. A. Gers, J. Schmidhuber and F. Cummins, Learning to forget, Neural Computation 12
(2000). The equations are in `xlnn.equations.recurrent`, and in what they differ from the papers.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np

import xlnn
from xlnn import Axis, Chart, Quantity, Table, Trace, Weight, alike, following, previous
from xlnn.equations import recurrent
from xlnn.equations import units as eq

# fmt: off
RESULTS = "C_T", "recognised", "accuracy"
SHOWN = (*recurrent.GATES, "c", "h_rnn", "dc", "delta_rnn")


def labels_of(sizes: dict) -> tuple:
    """Return the labels that are learnt, if there are any."""
    return sizes["labels"] if sizes.get("task") == "classification" else ()


def outputs(sizes: dict) -> int:
    """Return the number of outputs: one for each label, or a single one."""
    return len(labels_of(sizes)) or 1


def weights(H: int, K: int = 1) -> xlnn.Weights:
    """Return the weights of both networks of H units and K outputs, with their gradients."""
    slope, bias, named = eq.slope("row", "step"), eq.bias_slope("row", "step"), {}
    parts = {gate: (f"d{gate}", "past") for gate in recurrent.GATES}
    for part, (d, past) in (parts | {"_rnn": ("delta_rnn", "past_rnn")}).items():
        named |= {f"U{part}": ((H, H), slope, d, past), f"W{part}": ((H, 1), slope, d, "x"),
                  f"b{part}": ((H,), bias, d)}
    for more in ("", "_rnn"):
        named |= {f"V{more}": ((K, H), eq.slope("row"), f"e{more}", f"last{more}"),
                  f"d{more}": ((K,), eq.bias_slope("row"), f"e{more}")}
    return xlnn.Weights({
        name: Weight(*of, kind=name if "_" in name else name[0],
                     symbol=name.replace("_rnn", "′") + "{}",
                     cost="C_T_rnn" if "_rnn" in name else "",
                     title=f"{'biases' if name[0] in 'bd' else 'weights'} {name[0]}"
                     f"{' of the RNN' if '_' in name else ''}")
        for name, of in named.items()})


def training(sizes: dict, epoch: Axis, row: Axis) -> Iterator[Quantity]:
    """Yield the quantities of both networks in the order in which they are computed."""
    T, H, K = sizes["steps"], sizes["hidden"], outputs(sizes)
    up, down = Axis("step", T, "up"), Axis("step", T, "down")
    after = partial(following, along="step")
    yield Quantity("eta", title="learning rate η", symbol="η", scale=0.05, is_step_size=True)
    data = alike(sheet="data")
    yield data("x", "symbol", symbol="x", axes=(row, up), shape=(1,),
               meaning="what both networks read at a step: 1 or −1")
    t = data("t", "target", symbol="t{}", axes=(row,), shape=(K,), choices=(0, 1),
             meaning="what the output is to be at the end")
    yield t
    if labels := labels_of(sizes):
        yield from xlnn.classes_of(t, labels)
    networks = weights(H, K)
    yield from networks.trained(epoch.length, sizes["optimizer"])
    forward = alike(sheet="steps", axes=(epoch, row, up), shape=(H,), role="forward")
    yield from recurrent.lstm(forward)
    yield forward("past_rnn", "h of the step before, RNN",
                  eq.COPY.of(previous("h_rnn", along="step", start=0.0)), symbol="h′{}₋")
    yield forward("h_rnn", "hidden state, RNN",
                  recurrent.RECURRENT.of("U_rnn", "past_rnn", "W_rnn", b="b_rnn"), symbol="h′{}",
                  meaning="all that the Elman network keeps", source="Elman 1990",
                  written="h′ = tanh(U′ h′₋ + W′ x + b′)")
    end = alike(sheet="ends", axes=(epoch, row), shape=(K,))
    ends = (
        end("last", "last h", eq.entry(-1, "step", 1).of("h"), symbol="h{}", shape=(H,),
            role="forward"),
        end("z", "weighted input", eq.DENSE.of("V", "last", "d"), symbol="z{}"),
        end("y", "output", eq.SIGMOID, symbol="y{}", role="forward", written="y = σ(V h + d)",
            meaning="how sure the network is that the target is 1"),
        end("cost", "cross-entropy", eq.ENTROPY, symbol="C{}"),
        end("e", "error", eq.ERROR, symbol="e{}", role="backward"),
        end("top", "error of the last h", eq.BACK.of("e", "V"), symbol="∂C/∂h{}", shape=(H,),
            role="backward"))
    beside = partial(xlnn.again, named="{}_rnn", axes=None, title="{}, RNN", symbol="{}′")
    yield from (*ends, *beside(ends, instead={"h": "h_rnn", "V": "V_rnn", "d": "d_rnn"}))
    error = alike(sheet="errors", axes=(epoch, row, down), shape=(H,), role="backward")
    yield from recurrent.lstm_back(error, after("passed", start="top"))
    yield error("delta_rnn", "δ of the RNN",
                recurrent.TANH_ERROR.of(after("passed_rnn", start="top_rnn"), "h_rnn"),
                symbol="δ′{}", meaning="it goes back times U′ and 1 − h′² at each step",
                written="δ′ = (U′ᵀ δ′₊)(1 − h′²)", source="Werbos 1990")
    yield error("passed_rnn", "back to the h before, RNN", eq.BACK.of("delta_rnn", "U_rnn"),
                symbol="∂C/∂h′{}₋")
    once, y = alike(sheet="progress", axes=(epoch,)), ends[2]
    told = (once("C_T", "total cost", eq.total("row").of("cost"), symbol="C_T",
                 meaning="the cost of all rows", written="C_T = Σ C"),
            *(xlnn.classes_found(y, labels, sheet="progress", tested=sizes["test_samples"] > 0)
              if labels else
              [once("recognised", "rows that are right", eq.right("row"), symbol=" ")]))
    yield from (*told, *beside(told, instead={"cost": "cost_rnn", "y": "y_rnn"}))
    yield from networks.gradients(epoch.length, "gradient, {title}")


def model(sizes: dict, words: xlnn.Text) -> Iterator[Quantity | xlnn.Copy]:
    """Yield both networks, and what they do in one row at one epoch."""
    epoch, row = Axis("epoch", sizes["epochs"], "up"), Axis("row", sizes["rows"])
    yield from training(sizes, epoch, row)
    yield from xlnn.choice("epoch", epoch, words, title="epoch shown")
    yield from xlnn.choice("row", row, words, title="row shown")
    step = Axis("step", sizes["steps"])
    yield Quantity("n", title="step", axes=(step,), counts=True)
    yield xlnn.shown("x", "n")
    yield from (xlnn.shown(name, "n", number_format="0.00") for name in SHOWN)
    for of in ("dc", "delta_rnn"):
        yield Quantity(f"peak_{of}", kind="peak", title="largest error at the last step",
                       equation=recurrent.LARGEST_LAST.of(f"{of}_shown"))
    share = alike(symbol="|δ|", axes=(step,), role="backward", number_format="0.000")
    yield share("share", "error left", recurrent.LEFT.of("dc_shown", "peak_dc"),
                written="|δc| / |δc at the last step|",
                meaning="|δc| at this step, as a part of that at the last step")
    yield share("share_rnn", "RNN", recurrent.LEFT.of("delta_rnn_shown", "peak_delta_rnn"),
                written="|δ′| / |δ′ₜ|")
    for more in ("", "_rnn"):
        yield Quantity(f"remains{more}", title="at the first step",
                       equation=eq.entry(0, "step").of(f"share{more}"))
        yield xlnn.shown(f"recognised{more}", title="right")
        yield xlnn.shown(f"C_T{more}", title="total cost")
    yield Quantity("course", equation=xlnn.Told(
        "In epoch {epoch_used} the LSTM has {recognised_shown} of {rows} rows right, and C_T is "
        "{C_T_shown}. The Elman network of the same size has {recognised_rnn_shown} right, and its "
        "C_T is {C_T_rnn_shown}.", digits=3))
    yield Quantity("arrives", equation=xlnn.Told(
        "The error at the first step is {remains} times that at the last step in the LSTM, and "
        "{remains_rnn} times in the Elman network.", digits=4))


def inputs(sizes: dict) -> dict:
    """Return the initial inputs: random symbols and weights; b of the forget gate is 2.

    So the memory is kept at first, as in Gers et al. 2000, where the bias starts positive, too.
    """
    rows, T = sizes["rows"], sizes["steps"]
    x = np.random.default_rng(0).integers(0, 2, (rows, T)) * 2 - 1
    x[:, 0] = np.arange(rows) % 2 * 2 - 1
    start = weights(sizes["hidden"], outputs(sizes)).drawn(sizes["seed"], 0.5)
    start["bf"][:] = 2
    return {**start, "x": x, "t": x[:, :1] > 0, "epoch": sizes["epochs"], "row": 1}


chart = partial(Chart, size_in_cm=(10, 7))

EXPERIMENT = xlnn.Experiment(
    "lstm", model, title="Long short-term memory in a sheet",
    summary="An LSTM remembers the first of twelve symbols; an Elman network of the same size, "
    "beside it, forgets it.",
    sizes={"epochs": xlnn.Size(50, most=1000), "rows": xlnn.Size(8, most=1000),
           "steps": xlnn.Size(12, least=2, most=50), "hidden": xlnn.Size(2, most=20),
           "seed": xlnn.Size(21, 0, 2**31)},
    rates={"adam": 0.1, "sgd": 0.5, "momentum": 0.05, "rmsprop": 0.05},
    inputs=inputs, task=1,
    learns=xlnn.Learns(sizes={"x": ("rows", "steps"), "t": ("rows",)}, classes=True,
                       results=[result + more for more in ("", "_rnn") for result in RESULTS]),
    options_for=["epochs", "hidden", "seed"],
    about=(
        "{rows} rows of {steps} symbols, 1 or −1. At the end the network says what the first "
        "symbol was; the symbols between tell nothing.",
        "Two networks of {hidden} hidden units learn it side by side, with the same data, epochs "
        "and optimiser: an LSTM, and an Elman network (RNN).",
        "In the Elman network the error is multiplied by U′ and 1 − h′² at each step on its way "
        "back, and mostly fades. In the LSTM it is multiplied only by f from c to c.",
        "Three gates and the candidate g have four sets of weights; g takes tanh and not σ. δc has "
        "two parts: by h of this step, and by c of the next. Sheets often leave out the second.",
        "The biases of the forget gate begin at 2, so that f begins nearer to 1 than to ½. With "
        "0 hardly any error would reach the first step.",
        "Your own sequences:  xlnn build lstm --data my.csv --target t .",
    ),
    pages=(
        xlnn.Page(
            "memory", "Memory", "One row at one epoch, step by step: the gates and the memory of "
            "the LSTM, and h of the Elman network. Choose another epoch or row.",
            xlnn.Numbers("eta", ("epoch", "epoch_asked"), ("row", "row_asked")),
            xlnn.Sentences("course", "arrives", above=1),
            xlnn.Network(
                "x", "g", "c", "h", "y", along="step", back={"c": "dc"}, labels={"y": ""},
                lines=(("x", "Wg", "g"), (previous("h"), "Ug", "g"), ("g", "i", "c"),
                       (previous("c"), "f", "c"), ("c", "o", "h"), ("h", "V", "y")),
            ),
            Table("n", "x_shown", *(f"{name}_shown" for name in SHOWN), "share", "share_rnn",
                  coloured=[f"{name}_shown" for name in SHOWN][:-2], width=8),
            xlnn.Beside(
                chart("Total cost", Trace("C_T", name="LSTM"), Trace("C_T_rnn", name="RNN")),
                chart("What remains of the error",
                      Trace("share", "n", marker="circle", name="LSTM"),
                      Trace("share_rnn", "n", marker="circle", name="RNN")),
                chart("Memory", Trace("c_shown", "n", marker="circle"), Trace("h_rnn_shown", "n")),
            ),
            xlnn.Network(
                "x", "h_rnn", "y_rnn", along="step", back={"h_rnn": "delta_rnn"},
                labels={"y_rnn": ""}, key="elman",
                lines=(("x", "W_rnn", "h_rnn"), (previous("h_rnn"), "U_rnn", "h_rnn"),
                       ("h_rnn", "V_rnn", "y_rnn")),
            ),
            xlnn.Hidden("peak_dc", "peak_delta_rnn"),
            does="Choose an epoch and a row. Which units remember, and which forget?",
        ),
        xlnn.Progress(), xlnn.Confusion(), xlnn.Predict(), xlnn.GradientCheck(),
        xlnn.Page("data", "Data", "The symbols of each row, and its target. Type others."),
        xlnn.Page("steps", "Steps", "Both networks forward, from the first step to the last."),
        xlnn.Page("ends", "Last step", "What both networks say at the last step, and its error."),
        xlnn.Page("errors", "Errors", "Back from the last step to the first: the errors of the "
                  "gates, of the memory, and of the Elman network."),
    ),
    colours={"forward": "forward: gates, memory and outputs"},
    tries=(
        ("Choose epoch 1 on {memory}, then the last.", "The forget gate is open from the start. "
         "Later c holds the first symbol to the end; h of the Elman network follows the last "
         "symbols."),
        ("On {weights}, set the start of both biases bf to 0.", "The LSTM forgets, too: in epoch "
         "1 hardly any error arrives at the first step."),
        ("On {memory}, set η to 1.", "The steps are too long for both."),
    ),
)
