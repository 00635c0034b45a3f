"""Recurrent layers, forward from step to step and back through time.

At each step a layer receives a vector x (inputs,) and what it kept of the step before (hidden,).
Its weights are U (hidden, hidden), W (hidden, inputs) and b (hidden,); an LSTM has one set for each
of its gates.

J. L. Elman, Finding structure in time, Cognitive Science 14 (1990). S. Hochreiter and
J. Schmidhuber, Long short-term memory, Neural Computation 9 (1997); the forget gate is that of
F. A. Gers, J. Schmidhuber and F. Cummins, Learning to forget, Neural Computation 12 (2000), without
peepholes. Differs from both papers, which cut the errors off where they leave a memory cell: here
the whole gradient runs back, as in K. Greff et al., LSTM: a search space odyssey, IEEE TNNLS 28
(2017).
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from xlnn.axis import Use, following, previous
from xlnn.equation import Cells, Stated
from xlnn.equations import units
from xlnn.quantity import Quantity

SOURCE = "Hochreiter & Schmidhuber 1997"


def _received(j: int, **of: Cells) -> str:
    U, past, W, x, b = (of[name] for name in ("U", "past", "W", "x", "b"))
    several = x.shape[0] > 1
    inputs = f"SUMPRODUCT({W[j, :]},{x[:]})" if several else f"{W[j, 0]}*{x[0]}"
    return f"SUMPRODUCT({U[j, :]},{past[:]})+{inputs}+{b[j]}"


RECURRENT = Stated(
    lambda U, past, W, x, b: np.tanh(past @ U.T + x @ W.T + b),
    lambda j, U, past, W, x, b: f"=TANH({_received(j, U=U, past=past, W=W, x=x, b=b)})",
)
"""tanh of what a unit receives from the step before and from x.   Elman 1990."""

GATE = Stated(
    lambda U, past, W, x, b: 1 / (1 + np.exp(np.minimum(700, -(past @ U.T + x @ W.T + b)))),
    lambda j, U, past, W, x, b: (
        f"=1/(1+EXP(MIN(700,-({_received(j, U=U, past=past, W=W, x=x, b=b)}))))"
    ),
)
"""The sigmoid of the same: how far a gate is open."""

TANH_ERROR = Stated(lambda a, h: a * (1 - h * h), "={a}*(1-{h}*{h})")
"""The error before tanh, from that of its output h."""

HIDDEN = Stated(lambda o, c: o * np.tanh(c), "={o}*TANH({c})")
CELL_ERROR = Stated(  # LibreOffice gives #NUM! for the square of a tiny number, and 0 for a product
    lambda after, o, c, later, f_after: after * o * (1 - np.tanh(c) ** 2) + later * f_after,
    "={after}*{o}*(1-TANH({c})*TANH({c}))+{later}*{f_after}",
)
GATE_ERROR = Stated(lambda dc, by, a: dc * by * a * (1 - a), "={dc}*{by}*{a}*(1-{a})")
OUT_ERROR = Stated(
    lambda after, c, o: after * np.tanh(c) * o * (1 - o), "={after}*TANH({c})*{o}*(1-{o})"
)
CANDIDATE_ERROR = Stated(lambda dc, i, g: dc * i * (1 - g * g), "={dc}*{i}*(1-{g}*{g})")

GATES = {
    "i": ("input gate", "how much of the candidate is written", "i = σ", SOURCE),
    "f": ("forget gate", "how much of the memory is kept", "f = σ", "Gers et al. 2000"),
    "o": ("output gate", "how much of the memory is shown", "o = σ", SOURCE),
    "g": ("candidate", "what may be written", "g = tanh", SOURCE),
}
"""The title, meaning, beginning of the formula, and source of each gate."""


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
    """Yield the errors of its gates and of its memory, and ``passed``, that of the h before.

    Parameters
    ----------
    each : function
        As for `lstm`, of which each step is filled from the next one, ``down``.
    arrives : str or Use
        The error of h at each step. Where only the last h has one, ``top``, it is
        ``following("passed", along="step", start="top")``; else the sum of that, from 0.0 on, and
        of the step's own error.

    >>> from xlnn import Axis
    >>> steps = Axis("step", 5, "down")
    >>> [q.name for q in lstm_back(partial(Quantity, axes=(steps,), shape=(3,)), "dh")]
    ['do', 'dc', 'di', 'df', 'dg', 'passed']
    """
    later = partial(following, along="step", start=0.0)
    yield each("do", title="error of o", equation=OUT_ERROR.of(arrives), symbol="δo{}")
    yield each("dc", title="error of c",
               equation=CELL_ERROR.of(arrives, later=later("dc"), f_after=later("f")),
               meaning="it goes back from step to step times f alone: so it need not fade",
               written="δc = ∂C/∂h o (1 − tanh² c) + δc₊ f₊", symbol="δc{}", source=SOURCE)
    yield each("di", title="error of i", equation=GATE_ERROR.of("dc", "g", "i"), symbol="δi{}")
    yield each("df", title="error of f", equation=GATE_ERROR.of("dc", "c_before", "f"),
               symbol="δf{}")
    yield each("dg", title="error of g", equation=CANDIDATE_ERROR, symbol="δg{}")
    yield each("passed", title="back to the h before", symbol="∂C/∂h{}₋",
               equation=units.Back(*((f"d{gate}", f"U{gate}") for gate in "ifog")))
# fmt: on
