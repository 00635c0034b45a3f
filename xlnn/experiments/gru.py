"""A gated recurrent unit remembers the first symbol of a sequence with three sets of weights.

K. Cho et al., Learning phrase representations using RNN encoder-decoder for statistical machine
translation, EMNLP 2014, section 2.3. Beside it an LSTM of the same size, which has four sets, an
output gate and a memory without bounds. G. Weiss, Y. Goldberg and E. Yahav, On the practical
computational power of finite precision RNNs for language recognition, ACL 2018, show what an LSTM
can do with such a memory: it counts. The equations are in `xlnn.equations.recurrent`.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np

import xlnn
from xlnn import Axis, Chart, Quantity, Stated, Table, Trace, Weight, alike, following, previous
from xlnn.equations import recurrent
from xlnn.equations import units as eq
from xlnn.terms import peak_formula

# fmt: off
LARGEST = Stated(lambda of: np.abs(of).max(), lambda of: f"={peak_formula(of.over('step')[:])}")

SHOWN = (*recurrent.GRU_GATES, "h", *(f"{name}_lstm" for name in (*recurrent.GATES, "c", "h")))
GATES = {"": recurrent.GRU_GATES, "_lstm": recurrent.GATES}
"""The gates of both networks, by the endings of their names."""


def weights(H: int) -> xlnn.Weights:
    """Return the weights of both networks, with their gradients."""
    slope, bias, named = eq.slope("row", "step"), eq.bias_slope("row", "step"), {}
    for more, gates in GATES.items():
        for gate in gates:
            past = "seen" if gate + more == "g" else f"past{more}"
            d, part = f"d{gate}{more}", f"{gate}{more}"
            named |= {f"U{part}": ((H, H), slope, d, past), f"W{part}": ((H, 1), slope, d, "x"),
                      f"b{part}": ((H,), bias, d)}
        named |= {f"V{more}": ((1, H), eq.slope("row"), f"e{more}", f"last{more}"),
                  f"d{more}": ((1,), eq.bias_slope("row"), f"e{more}")}
    return xlnn.Weights({
        name: Weight(*of, kind=name[0] + ("_lstm" if "_" in name else ""),
                     symbol=name.replace("_lstm", "′") + "{}",
                     cost="C_T_lstm" if "_" in name else "",
                     title=f"{'biases' if name[0] in 'bd' else 'weights'} {name[0]}"
                     f"{' of the LSTM' if '_' in name else ''}")
        for name, of in named.items()})


def training(sizes: dict, epoch: Axis, row: Axis) -> Iterator[Quantity | xlnn.Copy]:
    """Yield the quantities of both networks in the order in which they are computed."""
    T, H = sizes["steps"], sizes["hidden"]
    up, down = Axis("step", T, "up"), Axis("step", T, "down")
    yield Quantity("eta", title="learning rate η", symbol="η", scale=0.05, is_step_size=True)
    data = alike(sheet="data", shape=(1,))
    yield data("x", "symbol", symbol="x", axes=(row, up),
               meaning="what both networks read at a step: 1 or −1")
    yield data("t", "target", symbol="t", axes=(row,), choices=(0, 1),
               meaning="what the output is to be at the end")
    networks = weights(H)
    yield from networks.trained(epoch.length, sizes["optimizer"])
    own = {"V": "V_lstm", "d": "d_lstm"}
    own |= {f"{name}{gate}": f"{name}{gate}_lstm" for name in "UWb" for gate in recurrent.GATES}
    beside = partial(xlnn.again, named="{}_lstm", axes=None, title="{}, LSTM", symbol="{}′")
    forward = alike(sheet="steps", axes=(epoch, row, up), shape=(H,), role="forward")
    yield from recurrent.gru(forward)
    yield from beside(recurrent.lstm(forward), instead=own)
    end = alike(sheet="ends", axes=(epoch, row), shape=(1,))
    ends = (
        end("last", "last h", eq.entry(-1, "step", 1).of("h"), symbol="h{}", shape=(H,),
            role="forward"),
        end("z", "weighted input", eq.DENSE.of("V", "last", "d"), symbol="z"),
        end("y", "output", eq.SIGMOID, symbol="y", role="forward", written="y = σ(V h + d)",
            meaning="how sure the network is that the target is 1"),
        end("cost", "cross-entropy", eq.ENTROPY, symbol="C"),
        end("e", "error", eq.ERROR, symbol="e", role="backward"),
        end("top", "error of the last h", eq.BACK.of("e", "V"), symbol="∂C/∂h{}", shape=(H,),
            role="backward"))
    there = {f"{name}{gate}": f"{name}{gate}_lstm" for name in "Ub" for gate in recurrent.GATES}
    there |= {name: f"{name}_lstm" for name in (*recurrent.GATES, "c", "c_before", "h", "top")}
    yield from (*ends, *beside(ends, instead=own | there))
    error = alike(sheet="errors", axes=(epoch, row, down), shape=(H,), role="backward")
    arrives = following("passed", along="step", start="top")
    yield from recurrent.gru_back(error, arrives)
    yield from beside(recurrent.lstm_back(error, arrives), instead=own | there)
    once = alike(sheet="weights", axes=(epoch,))
    told = (once("C_T", "total cost", eq.total("row").of("cost"), symbol="C_T",
                 meaning="the cost of all rows", written="C_T = Σ C"),
            once("recognised", "rows that are right", eq.right("row"), symbol=" "))
    yield from (*told, *beside(told, instead={"cost": "cost_lstm", "y": "y_lstm"}))
    yield from networks.gradients(epoch.length, "gradient, {title}")


def model(sizes: dict, words: xlnn.Text) -> Iterator[Quantity | xlnn.Copy]:
    """Yield both networks, and what they do in one row at one epoch."""
    epoch, row = Axis("epoch", sizes["epochs"], "up"), Axis("row", sizes["rows"])
    yield from training(sizes, epoch, row)
    yield from xlnn.choice("epoch", epoch, words, title="epoch shown")
    yield from xlnn.choice("row", row, words, title="row shown")
    step, H = Axis("step", sizes["steps"]), sizes["hidden"]
    yield Quantity("n", title="step", axes=(step,), counts=True)
    yield xlnn.shown("x", "n")
    yield from (xlnn.shown(name, "n", number_format="0.00") for name in (*SHOWN, "dh", "dc_lstm"))
    share = alike(symbol="|δ|", axes=(step,), role="backward", number_format="0.000")
    for more, of, title in (("", "dh", "error left"), ("_lstm", "dc_lstm", "LSTM")):
        yield Quantity(f"peak{more}", kind="peak", title="largest error at the last step",
                       equation=recurrent.LARGEST_LAST.of(f"{of}_shown"))
        yield share(f"share{more}", title, recurrent.LEFT.of(f"{of}_shown", f"peak{more}"),
                    meaning="" if more else "the error of the state at this step, as a part of "
                    "that at the last step",
                    written="|∂C/∂h| / |∂C/∂h at the last step|")
        yield Quantity(f"remains{more}", title="at the first step",
                       equation=eq.entry(0, "step").of(f"share{more}"))
        yield Quantity(f"largest{more}", title="largest size", equation=LARGEST.of(
            f"{'c_lstm' if more else 'h'}_shown"))
        yield xlnn.shown(f"recognised{more}", title="right")
        yield xlnn.shown(f"C_T{more}", title="total cost")
    yield Quantity("course", equation=xlnn.Told(
        "In epoch {epoch_used} the GRU has {recognised_shown} of {rows} rows right, and C_T is "
        "{C_T_shown}. The LSTM of the same size has {recognised_lstm_shown} right, and its C_T is "
        "{C_T_lstm_shown}.", digits=3))
    yield Quantity("lacks", equation=xlnn.Told(
        "The GRU has {few} weights and the LSTM {many}. In this row the GRU's h reaches a size of "
        "{largest}: it cannot exceed 1. The LSTM's c reaches {largest_lstm}: it has no bound.",
        digits=3, **{name: gates * H * (H + 2) + H + 1 for name, gates in (
            ("few", len(recurrent.GRU_GATES)), ("many", len(recurrent.GATES)))}))
    yield Quantity("arrives", equation=xlnn.Told(
        "The error at the first step is {remains} times that at the last step in the GRU, and "
        "{remains_lstm} times in the LSTM.", digits=4))


def inputs(sizes: dict) -> dict:
    """Return the initial inputs: random symbols and weights; u and f keep the memory at first."""
    rows, T = sizes["rows"], sizes["steps"]
    x = np.random.default_rng(0).integers(0, 2, (rows, T)) * 2 - 1
    x[:, 0] = np.arange(rows) % 2 * 2 - 1
    start = weights(sizes["hidden"]).drawn(sizes["seed"], 0.5)
    for kept in ("bu", "bf_lstm"):
        start[kept][:] = 2
    return {**start, "x": x, "t": x[:, 0] > 0, "epoch": sizes["epochs"], "row": 1}


chart = partial(Chart, size_in_cm=(10, 7))

EXPERIMENT = xlnn.Experiment(
    "gru", model, title="A gated recurrent unit in a sheet",
    summary="A GRU remembers the first of ten symbols; beside it an LSTM of the same size, and "
    "what it has that the GRU has not.",
    sizes={"epochs": xlnn.Size(40, most=1000), "rows": xlnn.Size(8, most=1000),
           "steps": xlnn.Size(10, least=2, most=50), "hidden": xlnn.Size(2, most=20),
           "seed": xlnn.Size(21, 0, 2**31)},
    rates={"adam": 0.1, "sgd": 0.5, "momentum": 0.05, "rmsprop": 0.05},
    inputs=inputs, learns=xlnn.Learns(sizes={"x": ("rows", "steps"), "t": ("rows",)}), task=1,
    options_for=["epochs", "hidden", "seed"],
    about=(
        "{rows} rows of {steps} symbols, 1 or −1. At the end the network says what the first "
        "symbol was; the symbols between tell nothing.",
        "Two networks of {hidden} hidden units learn it side by side, with the same data, epochs "
        "and optimiser: a gated recurrent unit (GRU) and an LSTM.",
        "One gate of the GRU, u, does the work of two gates of the LSTM: what it does not keep, "
        "it takes from the candidate, u and 1 − u. The LSTM has i and f apart.",
        "The reset gate r says how much of the state the candidate sees. h is a mean of numbers "
        "between −1 and 1, and so it stays between them. c can grow: an LSTM can count.",
        "PyTorch's GRU applies r after the weights Ug, and not before them as Cho et al. do: "
        "weights of one are not weights of the other.",
        "Your own sequences:  xlnn build gru --data my.csv --target t .",
    ),
    pages=(
        xlnn.Page(
            "memory", "Memory", "One row at one epoch, step by step: a GRU, and beside it an "
            "LSTM. Choose another epoch or row.",
            xlnn.Numbers("eta", ("epoch", "epoch_asked"), ("row", "row_asked")),
            xlnn.Sentences("course", "lacks", "arrives", above=1),
            xlnn.Network(
                "x", "g", "h", "y", along="step", back={"h": "dh"}, labels={"y": ""},
                lines=(("x", "Wg", "g"), (previous("h"), "Ug", "g"), ("g", "", "h"),
                       (previous("h"), "u", "h"), ("h", "V", "y")),
            ),
            Table("n", "x_shown", *(f"{name}_shown" for name in SHOWN), width=9.5,
                  coloured=[f"{name}_shown" for name in SHOWN]),
            xlnn.Beside(
                chart("Total cost", Trace("C_T", name="GRU"), Trace("C_T_lstm", name="LSTM")),
                chart("Memory: h of the GRU, c of the LSTM",
                      Trace("h_shown", "n", marker="circle"), Trace("c_lstm_shown", "n")),
                chart("What remains of the error",
                      Trace("share", "n", marker="circle", name="GRU"),
                      Trace("share_lstm", "n", name="LSTM")),
            ),
            Table("dh_shown", "dc_lstm_shown", "share", "share_lstm", width=9),
            xlnn.Hidden("peak", "peak_lstm", "largest", "largest_lstm"),
            does="Choose an epoch and a row. Which units remember, and how?",
        ),
        xlnn.Page("data", "Data", "The symbols of each row, and its target. Type others."),
        xlnn.Page("steps", "Steps", "Both networks forward, from the first step to the last."),
        xlnn.Page("ends", "Last step", "What both networks say at the last step, and its error."),
        xlnn.Page("errors", "Errors", "Back from the last step to the first: the errors of gates "
                  "and memories."),
    ),
    colours={"forward": "forward: gates, memory and outputs"},
    tries=(
        ("Choose epoch 1 on {memory}, then the last.", "Later a unit of h holds the first symbol "
         "to the end: its u stays near 1."),
        ("On {weights}, set the start of both biases bu to −2.", "The GRU forgets at first: hardly "
         "any error arrives at the first step."),
        ("On {data}, let each target be 1 if most symbols of its row are 1.", "Both learn this, "
         "too: it is enough to count a little."),
    ),
)
