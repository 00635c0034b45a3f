"""Units that receive a row of numbers: their sums, outputs and costs, and gradients over all rows.

Each row of a layer's table is a vector x of shape (inputs,), the weights are W (units, inputs) and
b (units,), and an error has the shape (units,). Axes of rows, such as ``"row", "step"``, are those
over which a cost or a gradient is a sum.
"""

import numpy as np

from xlnn.quantity import Cells, Stated

COPY = Stated(lambda h: h, lambda j, h: f"={h[j]}")
DENSE = Stated(
    lambda W, x, b: x @ W.T + b, lambda j, W, x, b: f"=SUMPRODUCT({W[j, :]},{x[:]})+{b[j]}"
)
"""What each unit receives."""


def _received(j: int, **of: Cells) -> str:
    return f"SUMPRODUCT({of['U'][j, :]},{of['past'][:]})+{of['W'][j, 0]}*{of['x'][0]}+{of['b'][j]}"


RECURRENT = Stated(
    lambda U, past, W, x, b: np.tanh(past @ U.T + x @ W.T + b),
    lambda j, U, past, W, x, b: f"=TANH({_received(j, U=U, past=past, W=W, x=x, b=b)})",
)
"""tanh of what a unit receives from the step before, and from one number x.   Elman 1990."""

GATE = Stated(
    lambda U, past, W, x, b: 1 / (1 + np.exp(np.minimum(700, -(past @ U.T + x @ W.T + b)))),
    lambda j, U, past, W, x, b: (
        f"=1/(1+EXP(MIN(700,-({_received(j, U=U, past=past, W=W, x=x, b=b)}))))"
    ),
)
"""The sigmoid of the same: how far a gate is open."""

SIGMOID = Stated(
    lambda z: 1 / (1 + np.exp(np.minimum(700, -z))), lambda k, z: f"=1/(1+EXP(MIN(700,-{z[k]})))"
)
TANH = Stated(lambda z: np.tanh(z), lambda j, z: f"=TANH({z[j]})")  # noqa: PLW0108 -- a ufunc has no names
ENTROPY = Stated(  # -t ln y - (1 - t) ln(1 - y), which asks for ln 0 where z is large
    lambda z, t: np.maximum(z, 0) - t * z + np.log1p(np.exp(-np.abs(z))),
    lambda k, z, t: f"=MAX({z[k]},0)-{t[k]}*{z[k]}+LN(1+EXP(-ABS({z[k]})))",
)
"""The cross-entropy of a sigmoid output and a target from 0 to 1."""

ERROR = Stated(lambda y, t: y - t, lambda k, y, t: f"={y[k]}-{t[k]}")
"""How fast that cross-entropy changes with z."""


def slope(*axes: str) -> Stated:
    """Return the gradient of weights: what enters them times their error, summed over axes."""
    return Stated(
        lambda d, a: np.einsum("nj,ni->ji", *(each.reshape(-1, each.shape[-1]) for each in (d, a))),
        lambda j, i, d, a: f"=SUMPRODUCT({d.over(*axes)[j]},{a.over(*axes)[i]})",
    )


def bias_slope(*axes: str) -> Stated:
    """Return the gradient of biases."""
    return Stated(
        lambda d: d.reshape(-1, d.shape[-1]).sum(0), lambda j, d: f"=SUM({d.over(*axes)[j]})"
    )


def total(*axes: str) -> Stated:
    """Return the sum of costs."""
    return Stated(lambda C: C.sum(), lambda C: f"=SUM({C.over(*axes)[...]})")


def right(*axes: str) -> Stated:
    """Return how many outputs are on the side of ½ on which their target is."""
    return Stated(
        lambda y, t: float(((y >= 0.5) == (t >= 0.5)).sum()),
        lambda y, t: (
            '=COUNTIFS({0},">="&0.5,{1},">="&0.5)+COUNTIFS({0},"<"&0.5,{1},"<"&0.5)'.format(
                *(cells.over(*axes)[0] for cells in (y, t))
            )
        ),
        coarse=True,
        jumps=True,
    )
