"""The cost functions, and where back-propagation begins: delta of the output layer.

Shapes: t and a (images, outputs), C (images,).
"""

from dataclasses import dataclass

import numpy as np

from xlnn.quantity import Cells, Equation


class SquaredError(Equation):
    """C = 1/2 sum_k (t_k - a_k)^2, for one image.   Book: 3-4."""

    def array(self, t: np.ndarray, a: np.ndarray) -> np.ndarray:
        """Return C, shape (images,)."""
        return ((t - a) ** 2).sum(axis=1) / 2

    def cell(self, t: Cells, a: Cells) -> str:
        """Return the formula of one image."""
        return f"=SUMXMY2({t[:]},{a[:]})/2"


class SquaredErrorDelta(Equation):
    """delta_k = dC/da_k a'(z_k) = (a_k - t_k) a'(z_k).   Book: 4-2."""

    def array(self, t: np.ndarray, a: np.ndarray, slope: np.ndarray) -> np.ndarray:
        """Return delta, shape (images, outputs)."""
        return (a - t) * slope

    def cell(self, k: int, t: Cells, a: Cells, slope: Cells) -> str:
        """Return the formula of output k."""
        return f"=({a[k]}-{t[k]})*{slope[k]}"


class TotalCost(Equation):
    """C_T = sum of C over the images.   Book: 3-4."""

    def array(self, C: np.ndarray) -> np.ndarray:
        """Return C_T, a number, from the C of each image."""
        return C.sum()

    def cell(self, C: Cells) -> str:
        """Return the formula of one epoch."""
        return f"=SUM({C.images[()]})"


@dataclass(frozen=True)
class Cost:
    """A cost function, and the delta that it gives the output layer."""

    value: Equation
    delta: Equation


COSTS = {
    "squared error": Cost(SquaredError(), SquaredErrorDelta()),
}
