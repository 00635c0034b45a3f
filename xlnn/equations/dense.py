"""The equations of a dense layer: every unit sees every unit of the layer below.

Shapes: a (images, inputs), W (units, inputs), b (units,), z and delta (images, units).
"""

from collections.abc import Sequence

import numpy as np

from xlnn.quantity import Cells, Equation

LONGEST_CHAIN = 100
"""Terms added in a row: formualizer takes 256 operators, so longer sums are put in brackets."""


def written_sum(terms: Sequence[str]) -> str:
    """Write a sum out.

    >>> written_sum(["a*b", "c*d"])
    'a*b+c*d'
    """
    if len(terms) <= LONGEST_CHAIN:
        return "+".join(terms)
    groups = [terms[i : i + LONGEST_CHAIN] for i in range(0, len(terms), LONGEST_CHAIN)]
    return "+".join(f"({'+'.join(group)})" for group in groups)


class WeightedInput(Equation):
    """z_j = sum_i w_ji a_i + b_j.   Book: 3-2."""

    def array(self, a: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return z, shape (images, units); a and W may keep the shape of a picture."""
        return a.reshape(len(a), -1) @ W.reshape(len(W), -1).T + b

    def cell(self, j: int, a: Cells, W: Cells, b: Cells) -> str:
        """Return the formula of unit j."""
        return f"=SUMPRODUCT({a[...]},{W[j, ...]})+{b[j]}"


class HiddenDelta(Equation):
    """delta_i = (sum_k delta_k w_ki) a'(z_i), from the layer above.   Book: 4-3."""

    def array(self, delta_above: np.ndarray, W_above: np.ndarray, slope: np.ndarray) -> np.ndarray:
        """Return delta, shape (images, units); W_above has the shape (units above, units)."""
        return (delta_above @ W_above) * slope

    def cell(self, i: int, delta_above: Cells, W_above: Cells, slope: Cells) -> str:
        """Return the formula of unit i, written out as the book writes it."""
        terms = [f"{delta_above[k]}*{W_above[k, i]}" for k in range(delta_above.shape[0])]
        return f"=({written_sum(terms)})*{slope[i]}"


class WeightGradient(Equation):
    """dC_T/dw_ji = sum over the images of delta_j a_i.   Book: 4-2, summed as in 4-4."""

    def array(self, delta: np.ndarray, a: np.ndarray) -> np.ndarray:
        """Return the gradient, shape (units, inputs)."""
        return delta.T @ a

    def cell(self, j: int, i: int, delta: Cells, a: Cells) -> str:
        """Return the formula of the weight from unit i below to unit j."""
        return f"=SUMPRODUCT({delta.images[j]},{a.images[i]})"


class BiasGradient(Equation):
    """dC_T/db_j = sum over the images of delta_j.   Book: 4-2, summed as in 4-4."""

    def array(self, delta: np.ndarray) -> np.ndarray:
        """Return the gradient, shape (units,)."""
        return delta.sum(axis=0)

    def cell(self, j: int, delta: Cells) -> str:
        """Return the formula of the bias of unit j."""
        return f"=SUM({delta.images[j]})"
