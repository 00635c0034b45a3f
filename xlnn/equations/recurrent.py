"""Recurrent layers, forward from step to step and back through time.

At each step a layer receives a vector x (inputs,) and what it kept of the step before (hidden,).
Its weights are U (hidden, hidden), W (hidden, inputs) and b (hidden,); an LSTM has one set for each
of its gates.

J. L. Elman, Finding structure in time, Cognitive Science 14 (1990). S. Hochreiter and
J. Schmidhuber, Long short-term memory, Neural Computation 9 (1997); the forget gate is that of
F. A. Gers, J. Schmidhuber and F. Cummins, Learning to forget, Neural Computation 12 (2000), without
peepholes. Differs from both papers, which cut the errors off where they leave a memory cell: here
the whole gradient runs back, as in K. Greff et al., LSTM: a search space odyssey, IEEE TNNLS 28
(2017). K. Cho et al., Learning phrase representations using RNN encoder-decoder for statistical
machine translation, EMNLP 2014: the gated recurrent unit. Differs from PyTorch's GRU, whose
reset gate multiplies the product of the weights U and the past, not the past itself.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from xlnn.axis import Use, following, previous
from xlnn.equation import Cells, Stated
from xlnn.equations import elementary, units
from xlnn.equations.optimiser import MOVING_AVERAGE
from xlnn.quantity import Quantity
from xlnn.terms import peak_formula

__all__ = [
    "CANDIDATE_ERROR", "CELL_ERROR", "GATE", "GATE_ERROR", "HIDDEN", "KEPT_ERROR",
    "LARGEST_LAST", "LEFT", "MIXED", "MIXED_ERROR", "OUT_ERROR", "RECURRENT", "TANH_ERROR",
    "UPDATE_ERROR", "gru", "gru_back", "lstm", "lstm_back",
]  # fmt: skip

SOURCE = "Hochreiter & Schmidhuber 1997"


def _received(j: int, **of: Cells) -> str:
    U, past, W, x, b = (of[name] for name in ("U", "past", "W", "x", "b"))
    several = x.shape[0] > 1
    inputs = f"SUMPRODUCT({W[j, :]},{x[:]})" if several else f"{W[j, 0]}*{x[0]}"
    return f"SUMPRODUCT({U[j, :]},{past[:]})+{inputs}+{b[j]}"


RECEIVED = "MMULT({past},TRANSPOSE({U}))+MMULT({x},TRANSPOSE({W}))+{b}"
"""The formula of `_received` for all units and samples, as matrices."""

RECURRENT = Stated(
    lambda U, past, W, x, b: np.tanh(past @ U.T + x @ W.T + b),
    lambda j, U, past, W, x, b: f"=TANH({_received(j, U=U, past=past, W=W, x=x, b=b)})",
    usage="U (n, n), past (row; n), W (n, m), x (row; m), b (n) → (row; n): tanh of what a "
    "unit receives from the step before and from x. Elman 1990.",
    block=f"=TANH({RECEIVED})",
)

GATE = Stated(
    lambda U, past, W, x, b: 1 / (1 + np.exp(np.minimum(700, -(past @ U.T + x @ W.T + b)))),
    lambda j, U, past, W, x, b: (
        f"=1/(1+EXP(MIN(700,-({_received(j, U=U, past=past, W=W, x=x, b=b)}))))"
    ),
    usage="U (n, n), past (row; n), W (n, m), x (row; m), b (n) → (row; n): The sigmoid of "
    "what a unit receives: how far a gate is open.",
    block=f"=1/(1+EXP(-IF({RECEIVED}<-700,-700,{RECEIVED})))",
)

TANH_ERROR = Stated(
    lambda a, h: a * (1 - h * h),
    "={a}*(1-{h}*{h})",
    usage="a (row; n), h (row; n) → (row; n): The error before tanh, from that of its output h.",
)

HIDDEN = Stated(
    lambda o, c: o * np.tanh(c),
    "={o}*TANH({c})",
    usage="o (row; n), c (row; n) → (row; n): o tanh(c): what an LSTM shows of its memory.",
)
CELL_ERROR = Stated(  # LibreOffice gives #NUM! for the square of a tiny number, and 0 for a product
    lambda after, o, c, later, f_after: after * o * (1 - np.tanh(c) ** 2) + later * f_after,
    "={after}*{o}*(1-TANH({c})*TANH({c}))+{later}*{f_after}",
    usage="after (row; n), o (row; n), c (row; n), later (row; n), f_after (row; n) → (row; "
    "n): The error of the memory c.",
)
GATE_ERROR = Stated(
    lambda dc, by, a: dc * by * a * (1 - a),
    "={dc}*{by}*{a}*(1-{a})",
    usage="dc (row; n), by (row; n), a (row; n) → (row; n): The error of a gate a that "
    "multiplies by.",
)
OUT_ERROR = Stated(
    lambda after, c, o: after * np.tanh(c) * o * (1 - o),
    "={after}*TANH({c})*{o}*(1-{o})",
    usage="after (row; n), c (row; n), o (row; n) → (row; n): The error of the output gate.",
)
CANDIDATE_ERROR = Stated(
    lambda dc, i, g: dc * i * (1 - g * g),
    "={dc}*{i}*(1-{g}*{g})",
    usage="dc (row; n), i (row; n), g (row; n) → (row; n): The error of the candidate g of an "
    "LSTM.",
)

MIXED = MOVING_AVERAGE.restated(
    "past",
    "g",
    "u",
    says="h = u h₋ + (1 − u) g",
    usage="past (row; n), g (row; n), u (row; n) → (row; n)",
)
UPDATE_ERROR = Stated(
    lambda dh, past, g, u: dh * (past - g) * u * (1 - u),
    "={dh}*({past}-{g})*{u}*(1-{u})",
    usage="dh (row; n), past (row; n), g (row; n), u (row; n) → (row; n): The error of the "
    "update gate of a GRU.",
)
MIXED_ERROR = Stated(
    lambda dh, u, g: dh * (1 - u) * (1 - g * g),
    "={dh}*(1-{u})*(1-{g}*{g})",
    usage="dh (row; n), u (row; n), g (row; n) → (row; n): The error of the candidate g of a GRU.",
)
KEPT_ERROR = elementary.LINEAR.restated(
    "dh",
    "u",
    "dseen",
    "r",
    usage="dh (row; n), u (row; n), dseen (row; n), r (row; n) → (row; n): What goes back past "
    "the gates of a GRU.",
)

LARGEST_LAST = Stated(
    lambda d: np.abs(d[-1]).max(),
    lambda d: f"={peak_formula(d.at(-1)[:])}",
    usage="d (step up; n) → (): The largest of the errors at the last step.",
)

LEFT = Stated(  # divided first, so that no square is too large
    lambda d, peak: (
        np.sqrt(((d / peak) ** 2).sum(1) / ((d[-1] / peak) ** 2).sum()) if peak else 0 * d[:, 0]
    ),
    lambda d, peak: "=IF(SIGN({})=0,0,SQRT(SUMSQ({})/SUMSQ({})))".format(
        peak[()],
        *(",".join(f"{step[j]}/{peak[()]}" for j in range(d.shape[0])) for step in (d, d.at(-1))),
    ),
    usage="d (step; n), peak () → (step;): The size of the errors d at a step, relative to "
    "that at the last step; peak is `LARGEST_LAST` of them.",
)

GATES = {
    "i": ("input gate", "how much of the candidate is written", "i = σ", SOURCE),
    "f": ("forget gate", "how much of the memory is kept", "f = σ", "Gers et al. 2000"),
    "o": ("output gate", "how much of the memory is shown", "o = σ", SOURCE),
    "g": ("candidate", "what may be written", "g = tanh", SOURCE),
}
"""The title, meaning, beginning of the formula, and source of each gate."""

GRU_SOURCE = "Cho et al. 2014"
GRU_GATES = {
    "r": ("reset gate", "how much of the state before the candidate sees", "past", "h₋"),
    "u": (
        "update gate",
        "how much of the state stays; the rest comes from the candidate",
        "past",
        "h₋",
    ),
    "g": ("candidate", "what may take the place of the state", "seen", "(r h₋)"),
}
"""For each gate of a GRU: title, meaning, the role that its weights U multiply, and its letters."""


# fmt: off
def lstm(each: Callable[..., Quantity]) -> Iterator[Quantity]:
    """Yield an LSTM, from its input x and the weights of each gate, ``Ui`` to ``bg``, to h.

    Parameters
    ----------
    each : function
        Returns a quantity (hidden,) of a name and fields, along an axis ``step`` that is filled
        down: a ``partial`` of `Quantity`.

    >>> from xlnn import Axis
    >>> steps = Axis("step", 5, "up")
    >>> [q.name for q in lstm(partial(Quantity, axes=(steps,), shape=(3,)))]
    ['past', 'i', 'f', 'o', 'g', 'c_before', 'c', 'h']
    """
    before = partial(previous, along="step", start=0.0)
    yield each("past", title="h of the step before", equation=units.COPY.of(before("h")),
               symbol="h{}₋")
    for g, (title, meaning, begins, source) in GATES.items():
        gate = RECURRENT if g == "g" else GATE
        yield each(g, title=title, equation=gate.of(**{name: f"{name}{g}" for name in "UWb"}),
                   source=source, meaning=meaning, written=f"{begins}(U{g} h₋ + W{g} x + b{g})")
    yield each("c_before", title="c of the step before", equation=units.COPY.of(before("c")),
               symbol="c{}₋")
    yield each("c", title="cell state", equation=units.LINEAR.of("f", "c_before", "i", "g"),
               source=SOURCE, meaning="the memory: with f near 1 it goes on as it is",
               written="c = f c₋ + i g")
    yield each("h", title="hidden state", equation=HIDDEN, source=SOURCE, written="h = o tanh(c)",
               meaning="what the cell shows of its memory")


def lstm_back(each: Callable[..., Quantity], arrives: str | Use) -> Iterator[Quantity]:
    """Yield the errors of an LSTM's gates and memory, and ``passed``, the error of the h before.

    Parameters
    ----------
    each : function
        As for `lstm`, but along an axis that is filled from the next step, ``down``.
    arrives : str or Use
        The error of h at each step. If only the last h has an error, ``top``, it is
        ``following("passed", along="step", start="top")``; otherwise it is the sum of
        ``following("passed", along="step", start=0.0)`` and of the step's own error.

    >>> from xlnn import Axis
    >>> steps = Axis("step", 5, "down")
    >>> [q.name for q in lstm_back(partial(Quantity, axes=(steps,), shape=(3,)), "dh")]
    ['do', 'dc', 'di', 'df', 'dg', 'passed']
    """
    later = partial(following, along="step", start=0.0)
    yield each("do", title="error of o", equation=OUT_ERROR.of(arrives), symbol="δo{}")
    yield each("dc", title="error of c",
               equation=CELL_ERROR.of(arrives, later=later("dc"), f_after=later("f")),
               meaning="multiplied only by f from step to step: so it need not fade",
               written="δc = ∂C/∂h o (1 − tanh² c) + δc₊ f₊", symbol="δc{}", source=SOURCE)
    yield each("di", title="error of i", equation=GATE_ERROR.of("dc", "g", "i"), symbol="δi{}")
    yield each("df", title="error of f", equation=GATE_ERROR.of("dc", "c_before", "f"),
               symbol="δf{}")
    yield each("dg", title="error of g", equation=CANDIDATE_ERROR, symbol="δg{}")
    yield each("passed", title="back to the h before", symbol="∂C/∂h{}₋",
               equation=units.Back(*((f"d{gate}", f"U{gate}") for gate in "ifog")))


def gru(each: Callable[..., Quantity]) -> Iterator[Quantity]:
    """Yield a gated recurrent unit, from x and the weights of each gate, ``Ur`` to ``bg``, to h.

    Parameters
    ----------
    each : function
        As for `lstm`.

    >>> from xlnn import Axis
    >>> steps = Axis("step", 5, "up")
    >>> [q.name for q in gru(partial(Quantity, axes=(steps,), shape=(3,)))]
    ['past', 'r', 'u', 'seen', 'g', 'h']
    """
    yield each("past", title="h of the step before", symbol="h{}₋",
               equation=units.COPY.of(previous("h", along="step", start=0.0)))
    for g, (title, meaning, past, written) in GRU_GATES.items():
        if g == "g":
            yield each("seen", title="what the candidate sees", symbol="rh{}₋",
                       equation=units.PRODUCT.of("r", "past"))
        gate, begins = (RECURRENT, "g = tanh") if g == "g" else (GATE, f"{g} = σ")
        yield each(g, title=title, equation=gate.of(f"U{g}", past, f"W{g}", b=f"b{g}"),
                   source=GRU_SOURCE, meaning=meaning,
                   written=f"{begins}(U{g} {written} + W{g} x + b{g})")
    yield each("h", title="state", equation=MIXED, source=GRU_SOURCE,
               meaning="the memory and the output in one: a mean of what it was and of g",
               written="h = u h₋ + (1 − u) g")


def gru_back(each: Callable[..., Quantity], arrives: str | Use) -> Iterator[Quantity]:
    """Yield the errors of a GRU's state and gates, and ``passed``, the error of the state before.

    Parameters
    ----------
    each, arrives
        As for `lstm_back`.

    >>> from xlnn import Axis
    >>> steps = Axis("step", 5, "down")
    >>> [q.name for q in gru_back(partial(Quantity, axes=(steps,), shape=(3,)), "top")]
    ['dh', 'du', 'dg', 'dseen', 'dr', 'kept', 'passed']
    """
    yield each("dh", title="error of h", equation=units.COPY.of(arrives), symbol="∂C/∂h{}",
               meaning="it goes back from step to step times u, and by way of the gates",
               written="∂C/∂h₋ = ∂C/∂h u + r Ugᵀ δg + Urᵀ δr + Uuᵀ δu", source=GRU_SOURCE)
    yield each("du", title="error of u", equation=UPDATE_ERROR, symbol="δu{}")
    yield each("dg", title="error of g", equation=MIXED_ERROR, symbol="δg{}")
    yield each("dseen", title="error of what g sees", equation=units.BACK.of("dg", "Ug"),
               symbol="∂C/∂rh{}₋")
    yield each("dr", title="error of r", equation=GATE_ERROR.of("dseen", "past", "r"),
               symbol="δr{}")
    yield each("kept", title="back past the gates", equation=KEPT_ERROR, symbol="u ∂C/∂h{}")
    yield each("passed", title="back to the h before", symbol="∂C/∂h{}₋",
               equation=units.Back(("dr", "Ur"), ("du", "Uu"), plus="kept"))
# fmt: on
