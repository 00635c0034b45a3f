"""An LSTM remembers the first symbol of a sequence, and an Elman network forgets it.

S. Hochreiter and J. Schmidhuber, Long short-term memory, Neural Computation 9 (1997); the forget
gate is that of F. A. Gers, J. Schmidhuber and F. Cummins, Learning to forget, Neural Computation 12
(2000), without peepholes. Differs from both papers, which cut the errors off where they leave a
memory cell: here the whole gradient runs back, as in K. Greff et al., LSTM: a search space odyssey,
IEEE TNNLS 28 (2017).
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

import xlnn
from xlnn import Axis, Chart, Quantity, Stated, Table, Trace, Weight, following, previous
from xlnn.equations import units as eq

# fmt: off
CELL = Stated(lambda f, before, i, g: f * before + i * g,
              lambda j, f, before, i, g: f"={f[j]}*{before[j]}+{i[j]}*{g[j]}")
HIDDEN = Stated(lambda o, c: o * np.tanh(c), lambda j, o, c: f"={o[j]}*TANH({c[j]})")
CELL_ERROR = Stated(lambda after, o, c, later, f_after: after * o * (1 - np.tanh(c)**2)
                    + later * f_after,
                    lambda j, after, o, c, later, f_after: (
                        f"={after[j]}*{o[j]}*(1-TANH({c[j]})^2)+{later[j]}*{f_after[j]}"))
GATE_ERROR = Stated(lambda error, by, a: error * by * a * (1 - a),
                    lambda j, error, by, a: f"={error[j]}*{by[j]}*{a[j]}*(1-{a[j]})")
OUT_ERROR = Stated(lambda after, c, o: after * np.tanh(c) * o * (1 - o),
                   lambda j, after, c, o: f"={after[j]}*TANH({c[j]})*{o[j]}*(1-{o[j]})")
CANDIDATE_ERROR = Stated(lambda dc, i, g: dc * i * (1 - g * g),
                         lambda j, dc, i, g: f"={dc[j]}*{i[j]}*(1-{g[j]}*{g[j]})")
DELTA = Stated(lambda a, h: a * (1 - h * h), lambda j, a, h: f"={a[j]}*(1-{h[j]}*{h[j]})")
SHARE = Stated(  # of the errors at this step in those at the last one
    lambda d: np.sqrt((d**2).sum(1)) / (np.sqrt((d[-1] ** 2).sum()) or np.inf),
    lambda d: "=IF(SIGN(SUMSQ({1}))=0,0,SQRT(SUMSQ({0}))/SQRT(SUMSQ({1})))".format(
        d[:], d.at(-1, along="step")[:]))
SOURCE = "Hochreiter & Schmidhuber 1997"

GATES = {
    "i": ("input gate", "how much of the candidate is written", "i = σ", SOURCE),
    "f": ("forget gate", "how much of the memory is kept", "f = σ", "Gers et al. 2000"),
    "o": ("output gate", "how much of the memory is shown", "o = σ", SOURCE),
    "g": ("candidate", "what may be written", "g = tanh", SOURCE),
}
"""The title, meaning, beginning of the formula, and source of each gate."""

NETWORKS = (("", "", ""), ("_rnn", "′", ", RNN"))
"""The LSTM and the Elman network: the ends of names, symbols and titles."""

SHOWN = (*GATES, "c", "h_rnn", "dc", "delta_rnn")


def weights(H: int) -> xlnn.Weights:
    """Return the weights of both networks, with their gradients."""
    slope, bias, found = eq.slope("row", "step"), eq.bias_slope("row", "step"), {}
    for part, error, past in (*((gate, f"d{gate}", "past") for gate in GATES),
                              ("_rnn", "delta_rnn", "past_rnn")):
        found |= {f"U{part}": ((H, H), slope, error, past), f"W{part}": ((H, 1), slope, error, "x"),
                  f"b{part}": ((H,), bias, error)}
    for more, *_ in NETWORKS:
        found |= {f"V{more}": ((1, H), eq.slope("row"), f"e{more}", f"last{more}"),
                  f"d{more}": ((1,), eq.bias_slope("row"), f"e{more}")}
    return xlnn.Weights({name: weight(name, *of) for name, of in found.items()})


def weight(name: str, *of: Any) -> Weight:  # noqa: ANN401 -- what a weight is stated with
    """Return a weight of one of the networks."""
    more, mark, _ = NETWORKS[name.endswith("_rnn")]
    title = f"weights {name[0]} of the RNN" if more else f"weights {name[0]}"
    return Weight(*of, kind=name[0] + more, symbol=f"{name.removesuffix(more)}{mark}{{}}",
                  title=title)


def training(sizes: dict, epoch: Axis, row: Axis) -> Iterator[Quantity]:
    """Yield the quantities of both networks in the order in which they are computed."""
    T, H = sizes["steps"], sizes["hidden"]
    up, down = Axis("step", T, "up"), Axis("step", T, "down")
    before = partial(previous, along="step", start=0.0)
    after = partial(following, along="step")
    yield Quantity("eta", title="learning rate η", symbol="η", scale=0.05, calms=True)
    yield Quantity("x", title="symbol", symbol="x", sheet="data", axes=(row, up), shape=(1,),
                   meaning="what both networks read at a step: 1 or −1")
    yield Quantity("t", title="target", symbol="t", sheet="data", axes=(row,), shape=(1,),
                   choices=(0, 1), meaning="what the output is to be at the end")
    networks = weights(H)
    yield from networks.trained(epoch.length, sizes["optimizer"])
    forward = partial(Quantity, sheet="steps", axes=(epoch, row, up), shape=(H,), role="forward")
    yield forward("past", title="h of the step before", symbol="h₋{}", equation=eq.COPY,
                  uses={"h": before("h")})
    for g, (title, meaning, begins, source) in GATES.items():
        yield forward(g, title=title, equation=eq.RECURRENT if g == "g" else eq.GATE,
                      uses={name: f"{name}{g}" for name in "UWb"}, meaning=meaning,
                      written=f"{begins}(U{g} h₋ + W{g} x + b{g})", source=source)
    yield forward("c_before", title="c of the step before", symbol="c₋{}", equation=eq.COPY,
                  uses={"h": before("c")})
    yield forward("c", title="cell state", equation=CELL, uses={"before": "c_before"},
                  meaning="the memory: with f near 1 it goes on as it is", source=SOURCE,
                  written="c = f c₋ + i g")
    yield forward("h", title="hidden state", equation=HIDDEN, written="h = o tanh(c)",
                  meaning="what the cell shows of its memory", source=SOURCE)
    yield forward("past_rnn", title="h of the step before, RNN", symbol="h′₋{}", equation=eq.COPY,
                  uses={"h": before("h_rnn")})
    yield forward("h_rnn", title="hidden state, RNN", symbol="h′{}", equation=eq.RECURRENT,
                  uses={"past": "past_rnn", **{name: f"{name}_rnn" for name in "UWb"}},
                  meaning="all that the Elman network keeps", source="Elman 1990",
                  written="h′ = tanh(U′ h′₋ + W′ x + b′)")
    end = partial(Quantity, sheet="ends", axes=(epoch, row), shape=(1,))
    for more, mark, of in NETWORKS:
        yield end(f"last{more}", title=f"last h{of}", symbol=f"h{mark}{{}}", shape=(H,),
                  equation=eq.entry(-1, "step", 1), uses={"of": f"h{more}"}, role="forward")
        yield end(f"z{more}", title=f"weighted input{of}", symbol=f"z{mark}", equation=eq.DENSE,
                  uses={"x": f"last{more}", "W": f"V{more}", "b": f"d{more}"})
        yield end(f"y{more}", title=f"output{of}", symbol=f"y{mark}", role="forward",
                  equation=eq.SIGMOID, uses={"z": f"z{more}"}, written="y = σ(V h + d)",
                  meaning="" if more else "how sure the network is that the target is 1")
        yield end(f"cost{more}", title=f"cross-entropy{of}", symbol=f"C{mark}",
                  equation=eq.ENTROPY, uses={"z": f"z{more}"})
        yield end(f"e{more}", title=f"error{of}", symbol=f"e{mark}", role="backward",
                  equation=eq.ERROR, uses={"y": f"y{more}"})
        yield end(f"top{more}", title=f"error of the last h{of}", symbol=f"∂C/∂h{mark}{{}}",
                  shape=(H,), equation=eq.BACK, uses={"W": f"V{more}", "d": f"e{more}"},
                  role="backward")
    error = partial(Quantity, sheet="errors", axes=(epoch, row, down), shape=(H,), role="backward")
    passed = {"after": after("passed", start="top")}
    yield error("do", title="error of o", symbol="δo{}", equation=OUT_ERROR, uses=passed)
    yield error("dc", title="error of c", symbol="δc{}", equation=CELL_ERROR,
                uses={**passed, "later": after("dc", start=0.0), "f_after": after("f", start=0.0)},
                meaning="it goes back from step to step times f alone: so it need not fade",
                written="δc = ∂C/∂h o (1 − tanh² c) + δc₊ f₊", source=SOURCE)
    yield error("di", title="error of i", symbol="δi{}", equation=GATE_ERROR,
                uses={"error": "dc", "by": "g", "a": "i"})
    yield error("df", title="error of f", symbol="δf{}", equation=GATE_ERROR,
                uses={"error": "dc", "by": "c_before", "a": "f"})
    yield error("dg", title="error of g", symbol="δg{}", equation=CANDIDATE_ERROR)
    yield error("passed", title="back to the h before", symbol="∂C/∂h₋{}",
                equation=eq.Back(*((f"d{gate}", f"U{gate}") for gate in "ifog")))
    yield error("delta_rnn", title="δ of the RNN", symbol="δ′{}", equation=DELTA,
                uses={"a": after("passed_rnn", start="top_rnn"), "h": "h_rnn"},
                meaning="it goes back times U′ and 1 − h′² at each step", source="Werbos 1990",
                written="δ′ = (Uᵀ δ′₊)(1 − h′²)")
    yield error("passed_rnn", title="back to the h before, RNN", symbol="∂C/∂h′₋{}",
                equation=eq.BACK, uses={"d": "delta_rnn", "W": "U_rnn"})
    once = partial(Quantity, sheet="weights", axes=(epoch,))
    for more, mark, of in NETWORKS:
        yield once(f"C_T{more}", title=f"total cost{of}", symbol=f"C_T{mark}",
                   equation=eq.total("row"), uses={"C": f"cost{more}"},
                   meaning="" if more else "the cost of all rows", written="C_T = Σ C")
        yield once(f"right{more}", title=f"rows that are right{of}", symbol=" ",
                   equation=eq.right("row"), uses={"y": f"y{more}"})
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
    share = partial(Quantity, symbol="|δ|", axes=(step,), equation=SHARE, role="backward",
                    number_format="0.000")
    yield share("share", title="error left", uses={"d": "dc_shown"},
                meaning="|δc| at this step, as a part of that at the last step",
                written="|δc| / |δc at the last step|")
    yield share("share_rnn", title="RNN", uses={"d": "delta_rnn_shown"})
    for more, *_ in NETWORKS:
        yield Quantity(f"remains{more}", title="at the first step", equation=eq.entry(0, "step"),
                       uses={"of": f"share{more}"})
        yield xlnn.shown(f"right{more}", title="right")
        yield xlnn.shown(f"C_T{more}", title="total cost")
    yield Quantity("course", equation=xlnn.Told(
        "In epoch {epoch_used} the LSTM has {right_shown} of {rows} rows right, and C_T is "
        "{C_T_shown}. The Elman network of as many units has {right_rnn_shown} right, and its C_T "
        "is {C_T_rnn_shown}.", digits=3))
    yield Quantity("arrives", equation=xlnn.Told(
        "Of the error at the last step, {remains} times as much arrives at the first step in the "
        "LSTM, and {remains_rnn} times in the Elman network.", digits=4))


def inputs(sizes: dict) -> dict:
    """Return the initial inputs: random symbols and weights; b of the forget gate is 2.

    So the memory is kept at first, as in Gers et al. 2000, where the bias starts positive, too.
    """
    rows, T = sizes["rows"], sizes["steps"]
    x = np.random.default_rng(0).integers(0, 2, (rows, T)) * 2 - 1
    x[:, 0] = np.arange(rows) % 2 * 2 - 1
    start = weights(sizes["hidden"]).drawn(21, 0.5)
    start["bf"][:] = 2
    return {**start, "x": x[..., None], "t": x[:, :1] > 0, "epoch": sizes["epochs"], "row": 1}


def from_data(data: xlnn.Dataset, where: str) -> tuple[dict, dict]:
    """Return the sizes and inputs for a table: x in each step, and one target."""
    (rows, steps), targets = data.x.shape, data.t.shape[1]
    if targets != 1:
        raise xlnn.XlnnError(f"{where}: one --target is expected, and {targets} were given.")
    return {"rows": rows, "steps": steps}, {"x": data.x[..., None], "t": data.t, "row": 1}


chart = partial(Chart, size_in_cm=(10, 7), columns=6)

EXPERIMENT = xlnn.Experiment(
    "lstm", model, title="Long short-term memory in a sheet",
    summary="An LSTM remembers the first of twelve symbols; an Elman network of as many units, "
    "beside it, forgets it.",
    sizes={"epochs": xlnn.Size(50, most=1000), "rows": xlnn.Size(8, most=1000),
           "steps": xlnn.Size(12, least=2, most=50), "hidden": xlnn.Size(2, most=20)},
    rates={"adam": 0.1, "sgd": 0.5, "momentum": 0.05, "rmsprop": 0.05},
    inputs=inputs, from_data=from_data, task=1, options_for=["epochs", "hidden"],
    about=(
        "{rows} rows of {steps} symbols, 1 or −1. At the end the network says what the first "
        "symbol was; the symbols between tell nothing.",
        "Two networks of {hidden} hidden units learn it side by side, with the same data, epochs "
        "and optimiser: an LSTM, and an Elman network (RNN).",
        "In the Elman network the error is multiplied by U′ and 1 − h′² at each step on its way "
        "back, and mostly fades. In the LSTM it goes from c to c times f alone.",
        "Four gates have four sets of weights; g takes tanh and not σ. δc has two parts: by h of "
        "this step, and by c of the next. Sheets often leave out the second.",
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
            Table("n", "x_shown", *(f"{name}_shown" for name in SHOWN), "share", "share_rnn",
                  coloured=[f"{name}_shown" for name in SHOWN][:-2], width=8),
            xlnn.Beside(
                chart("Total cost", Trace("C_T", name="LSTM"), Trace("C_T_rnn", name="RNN")),
                chart("What remains of the error, step by step back",
                      Trace("share", "n", marker="circle", name="LSTM"),
                      Trace("share_rnn", "n", marker="circle", name="RNN"), x="step"),
                chart("Memory", Trace("c_shown", "n", marker="circle"), Trace("h_rnn_shown", "n"),
                      x="step"),
            ),
            does="Choose an epoch and a row. Which units remember, and which forget?",
        ),
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
