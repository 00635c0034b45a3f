"""Batch normalisation: each unit's sums have the mean 0 and the variance 1 over the rows.

The sums s (rows, units) lose their ``mean`` (units,) over the axis ``row``, and are divided by the
root of their ``variance`` (units,). ``delta`` (rows, units) is how fast the cost changes with
gamma * norm + shift, which the unit's activation gets.

S. Ioffe and C. Szegedy, Batch normalization, ICML 2015: algorithm 1, and its gradients in section
3.
"""

from collections.abc import Callable, Iterator

import numpy as np

from xlnn.equation import Cells, Stated
from xlnn.equations import units
from xlnn.equations.elementary import DIFFERENCE
from xlnn.quantity import Quantity

__all__ = [
    "CENTRED", "CUT_ERROR", "CUT_SLOPE", "ERROR", "FOLLOWED", "GAMMA_SLOPE", "MEAN_PRODUCT",
    "NORMAL", "SCALED", "VARIANCE", "layer", "layer_back",
]  # fmt: skip

SOURCE = "Ioffe & Szegedy 2015"

EPSILON = 1e-5
ROOT = "SQRT({variance}+1/100000)"

CENTRED = DIFFERENCE.restated("s", "mean", usage="s (row; n), mean (n) → (row; n): s - mean.")

VARIANCE = Stated(
    lambda centred: (centred**2).mean(0),
    lambda j, centred: "=SUMSQ({0})/COUNT({0})".format(centred.over("row")[j]),
    usage="centred (row; n) → (n): The mean of the squares.",
)

NORMAL = Stated(
    lambda centred, variance: centred / np.sqrt(variance + EPSILON),
    f"={{centred}}/{ROOT}",
    usage="centred (row; n), variance (n) → (row; n): With the mean 0 and the variance 1.",
)

SCALED = Stated(
    lambda norm, gamma, shift: np.tanh(gamma * norm + shift),
    "=TANH({gamma}*{norm}+{shift})",
    usage="norm (row; n), gamma (n), shift (n) → (row; n): tanh(gamma norm + shift).",
)

GAMMA_SLOPE = Stated(
    lambda delta, norm: (delta * norm).sum(0),
    lambda j, delta, norm: "=SUMPRODUCT({},{})".format(
        *(factor.over("row")[j] for factor in (delta, norm))
    ),
    usage="delta (row; n), norm (row; n) → (n): The gradient of gamma.",
)

MEAN_PRODUCT = Stated(
    lambda delta, norm: (delta * norm).mean(0),
    lambda j, delta, norm: "=SUMPRODUCT({0},{1})/COUNT({0})".format(
        *(factor.over("row")[j] for factor in (delta, norm))
    ),
    usage="delta (row; n), norm (row; n) → (n): The mean of their products.",
)

ERROR = Stated(
    lambda delta, mean_delta, norm, product, gamma, variance: (
        gamma * (delta - mean_delta - norm * product) / np.sqrt(variance + EPSILON)
    ),
    f"={{gamma}}*({{delta}}-{{mean_delta}}-{{norm}}*{{product}})/{ROOT}",
    usage="delta (row; n), mean_delta (n), norm (row; n), product (n), gamma (n), variance (n) "
    "→ (row; n): The error of the sum: each sum moves the mean (mean_delta) and the "
    "variance (product) as well.",
)

CUT_ERROR = Stated(
    lambda delta, norm, product, gamma, variance: (
        gamma * (delta - norm * product) / np.sqrt(variance + EPSILON)
    ),
    f"={{gamma}}*({{delta}}-{{norm}}*{{product}})/{ROOT}",
    usage="delta (row; n), norm (row; n), product (n), gamma (n), variance (n) → (row; n): "
    "`ERROR` as if the mean were a constant: a mistake.",
)


def _cut_slope(j: int, i: int, **of: Cells) -> str:
    x, one = of["x"].over("row")[i], {name: of[name][j] for name in ("gamma", "mean_delta")}
    root = ROOT.format(variance=of["variance"][j])
    return f"={of['slope'][j, i]}+{one['gamma']}*{one['mean_delta']}/{root}*SUM({x})"


CUT_SLOPE = Stated(
    lambda slope, x, gamma, mean_delta, variance: (
        slope + np.outer(gamma * mean_delta / np.sqrt(variance + EPSILON), x.sum(0))
    ),
    lambda j, i, slope, x, gamma, mean_delta, variance: _cut_slope(
        j, i, slope=slope, x=x, gamma=gamma, mean_delta=mean_delta, variance=variance
    ),
    usage="slope (m, n), x (row; n), gamma (m), mean_delta (m), variance (m) → (m, n): What "
    "the gradient of weights from x would be, as if the mean were a constant.",
)

FOLLOWED = Stated(
    lambda before, now, share: before + share * (now - before),
    "={before}+{share}*({now}-{before})",
    usage="before (n), now (n), share () → (n): A number that moves a fraction of the way to that "
    "of each epoch.",
)


# fmt: off
def layer(
    each: Callable[..., Quantity], batch: Callable[..., Quantity]
) -> Iterator[Quantity]:
    """Yield the normalised sums of a layer, from its sums ``s`` over the axis ``row``.

    Parameters
    ----------
    each, batch : function
        Return a quantity (units,) of a name and fields, with the axis ``row`` and without it.

    >>> [q.name for q in layer(Quantity, Quantity)]
    ['mean', 'centred', 'variance', 'norm']
    """
    yield batch("mean", title="mean of the batch", equation=units.mean("row").of("s"),
                symbol="μ{}", source=SOURCE, written="μ = Σ s / n",
                meaning="the mean of a unit's sums over all rows")
    yield each("centred", title="minus the mean", equation=CENTRED, symbol="s − μ{}")
    yield batch("variance", title="variance of the batch", equation=VARIANCE, symbol="σ²{}",
                meaning="the mean of the squares of s − μ", written="σ² = Σ (s − μ)² / n")
    yield each("norm", title="normalised", equation=NORMAL, symbol="ŝ{}", source=SOURCE,
               meaning="with the mean 0 and the variance 1, wherever the inputs are",
               written="ŝ = (s − μ) / √(σ² + ε), ε = 0.00001")


def layer_back(
    each: Callable[..., Quantity], batch: Callable[..., Quantity]
) -> Iterator[Quantity]:
    """Yield the error ``ds`` of its sums, from ``delta``, that of what its activation gets.

    >>> [q.name for q in layer_back(Quantity, Quantity)]
    ['mean_delta', 'product', 'ds']
    """
    yield batch("mean_delta", title="mean of δ", symbol="⟨δ⟩{}",
                equation=units.mean("row").of("delta"))
    yield batch("product", title="mean of δ ŝ", equation=MEAN_PRODUCT, symbol="⟨δŝ⟩{}")
    yield each("ds", title="error of s", equation=ERROR, symbol="∂C/∂s{}", source=SOURCE,
               meaning="each s also moves the mean, ⟨δ⟩, and the variance, ŝ⟨δŝ⟩",
               written="∂C/∂s = γ (δ − ⟨δ⟩ − ŝ⟨δŝ⟩) / √(σ² + ε)")
# fmt: on
