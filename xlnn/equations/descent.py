"""Gradient descent: the step, and how large the gradient is."""

import numpy as np

from xlnn.equations.dense import written_squares
from xlnn.quantity import Cells, Equation


class Descent(Equation):
    """w - eta dC_T/dw: the weights after one step against the gradient.   Book: 2-10, 4-4."""

    def array(self, w: np.ndarray, gradient: np.ndarray, eta: np.ndarray) -> np.ndarray:
        """Return the new weights, of the shape of w."""
        return w - eta * gradient

    def cell(self, *unit: int, w: Cells, gradient: Cells, eta: Cells) -> str:
        """Return the formula of one weight."""
        return f"={w[unit]}-{eta[()]}*{gradient[unit]}"


class GradientSize(Equation):
    """|grad C_T| = sqrt(sum of the squares of all its components).   Book: 2-10."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.roles = names

    def array(self, **gradients: np.ndarray) -> np.ndarray:
        """Return the length of the gradient, a number."""
        return np.sqrt(sum((gradient**2).sum() for gradient in gradients.values()))

    def cell(self, **gradients: Cells) -> str:
        """Return the formula of one epoch."""
        ranges = [gradient[...] for gradient in gradients.values()]
        return f"=SQRT({written_squares(ranges)})"
