"""The equations of layer normalisation: each sample's units get mean 0 and variance 1.

J. L. Ba, J. R. Kiros and G. E. Hinton, Layer normalization, arXiv:1607.06450 (2016). Shapes: below
(samples, units), or those of a picture; mean, variance, delta_mean and delta_product (samples,);
normalised, z and delta (samples, units); gain and shift (units,).
"""

from math import prod

import numpy as np

from xlnn.equation import Cells, Equation, Stated
from xlnn.equations.dense import total, written_sum
from xlnn.equations.elementary import LINE, PRODUCT
from xlnn.equations.number import factor, fixed
from xlnn.equations.sentences import UnitSentence
from xlnn.slices import Slice
from xlnn.terms import Term

EPSILON = "0.00001"
"""Keeps the divisor above 0 if all units are equal; the default of PyTorch and ONNX."""


def _deviation(variance: np.ndarray) -> np.ndarray:
    return np.sqrt(variance + float(EPSILON))


UNIT_MEAN = Stated(
    lambda below: below.reshape(len(below), -1).mean(axis=1),
    lambda below: f"={total(below)}/{prod(below.shape)}",
    says="mu = 1/n sum_i a_i, over the units that the layer sees. Ba et al. 2016, (3).",
    block=lambda below: f"={below.row_sums}/{prod(below.shape)}",
)

UNIT_VARIANCE = Stated(
    lambda below, mean: ((below.reshape(len(below), -1) - mean[:, np.newaxis]) ** 2).mean(axis=1),
    lambda below, mean: "=SUMPRODUCT({0}*{0})/{1}".format(
        f"({below[...]}-{mean[()]})", prod(below.shape)
    ),
    says="sigma^2 = 1/n sum_i (a_i - mu)^2: divided by n, and not by n - 1. Ba et al. 2016, (3).",
    block=lambda below, mean: (
        f"={below.sum_rows(f'({below}-{mean})*({below}-{mean})')}/{prod(below.shape)}"
    ),
)

NORMALISED = Stated(
    lambda below, mean, variance: (
        (below.reshape(len(below), -1) - mean[:, np.newaxis]) / _deviation(variance)[:, np.newaxis]
    ),
    # the unit below may be a pixel of a picture
    lambda i, below, mean, variance: (
        f"=({below[tuple(map(int, np.unravel_index(i, below.shape)))]}-{mean[()]})"
        f"/SQRT({variance[()]}+{EPSILON})"
    ),
    says="x_i = (a_i - mu) / sqrt(sigma^2 + epsilon). Ba et al. 2016, (4); epsilon as in PyTorch.",
    block=f"=({{below}}-{{mean}})/SQRT({{variance}}+{EPSILON})",
)

RESCALED = LINE.restated(
    "normalised", "gain", "shift", says="z_i = gamma_i x_i + beta_i. Ba et al. 2016, (4)."
)

GAIN_GRADIENT = Stated(
    lambda delta, normalised: (delta * normalised).sum(axis=0),
    lambda i, delta, normalised: f"=SUMPRODUCT({delta.samples[i]},{normalised.samples[i]})",
    says="dC_T/dgamma_i = sum over the samples of delta_i x_i.",
    block=lambda delta, normalised: f"={delta.sum_columns(f'{delta}*{normalised}')}",
)

NORMALISED_DELTA = PRODUCT.restated(
    "delta", "gain", says="dC/dx_i = delta_i gamma_i: how C changes with a normalised value."
)

DELTA_MEAN = Stated(
    lambda delta_normalised: delta_normalised.mean(axis=1),
    lambda delta_normalised: f"={total(delta_normalised)}/{delta_normalised.shape[0]}",
    says="1/n sum_i dC/dx_i: what all units share, since they share mu.",
    block=lambda delta_normalised: f"={delta_normalised.row_sums}/{delta_normalised.shape[0]}",
)


class DeltaProduct(Equation):
    """1/n sum_i x_i dC/dx_i: what all units share, since they share sigma."""

    def array(self, delta_normalised: np.ndarray, normalised: np.ndarray) -> np.ndarray:
        """Return the mean of each sample, shape (samples,)."""
        return (delta_normalised * normalised).mean(axis=1)

    def cell(self, delta_normalised: Cells, normalised: Cells) -> str:
        """Return the formula of one sample; units that are not a range are written out."""
        arguments, units = (delta_normalised, normalised), range(normalised.shape[0])
        if any("," in argument.listed for argument in arguments):
            terms = written_sum([f"{delta_normalised[i]}*{normalised[i]}" for i in units])
            return f"=({terms})/{len(units)}"
        return f"=SUMPRODUCT({delta_normalised[...]},{normalised[...]})/{len(units)}"

    def block(self, delta_normalised: Slice, normalised: Slice) -> str:
        """Return the array formula of all samples."""
        sums = normalised.sum_rows(f"{delta_normalised}*{normalised}")
        return f"={sums}/{normalised.shape[0]}"


LAYER_NORM_DELTA = Stated(
    lambda delta_normalised, delta_mean, delta_product, normalised, variance, slope=1.0: (
        (delta_normalised - (delta_mean[:, np.newaxis] + normalised * delta_product[:, np.newaxis]))
        / _deviation(variance)[:, np.newaxis]
        * slope
    ),
    lambda i, delta_normalised, delta_mean, delta_product, normalised, variance, slope=None: (
        f"=({delta_normalised[i]}-{delta_mean[()]}-{normalised[i]}*{delta_product[()]})"
        f"/SQRT({variance[()]}+{EPSILON})" + (f"*{slope[i]}" if slope else "")
    ),
    optional=("slope",),
    says="delta_i = (dC/dx_i - mean(dC/dx) - x_i mean(x dC/dx)) / sqrt(sigma^2 + epsilon) a'(z_i).",
)
"""For the layer below: a_i changes x_i and, through mu and sigma^2, all others."""


class NormalisedSentence(UnitSentence):
    """x_i = (a_i - mu) / sqrt(sigma^2 + epsilon), with the numbers."""

    def said(self, i: int, *, below: Term, mean: Term, variance: Term, normalised: Term) -> str:
        unit = tuple(map(int, np.unravel_index(i, below.shape)))
        distance = f"{fixed(below[unit])} − {factor(mean)}"
        divisor = f"√({fixed(variance)} + {EPSILON})"
        return f"{self.symbols[i]} = ({distance}) / {divisor} = {fixed(normalised[i])}"


class RescaledSentence(UnitSentence):
    """z_i = gamma_i x_i + beta_i, with the numbers."""

    def said(self, i: int, *, normalised: Term, gain: Term, shift: Term, z: Term) -> str:
        product = f"{factor(gain[i])} × {factor(normalised[i])}"
        return f"{self.symbols[i]} = {product} + {factor(shift[i])} = {fixed(z[i])}"


class LayerNormDeltaSentence(UnitSentence):
    """delta_i as `LAYER_NORM_DELTA` has it, with the numbers; a linear unit has no a'."""

    optional = ("slope",)

    def said(  # noqa: PLR0913 -- each is a quantity
        self,
        i: int,
        *,
        delta_normalised: Term,
        delta_mean: Term,
        delta_product: Term,
        normalised: Term,
        variance: Term,
        delta: Term,
        slope: Term | None = None,
    ) -> str:
        shared = f"{factor(delta_mean)} − {factor(normalised[i])} × {factor(delta_product)}"
        divisor = f"√({fixed(variance)} + {EPSILON})"
        quotient = f"({fixed(delta_normalised[i])} − {shared}) / {divisor}"
        times = "" if slope is None else f" × {fixed(slope[i])}"
        return f"{self.symbols[i]} = {quotient}{times} = {fixed(delta[i], 4)}"
