"""The activation functions a(z) and their slopes a'(z), unit by unit.

Shapes: z and a (images, units ...).
"""

from dataclasses import dataclass

import numpy as np

from xlnn.quantity import Cells, Equation


class Sigmoid(Equation):
    """a = 1 / (1 + exp(-z)), between 0 and 1.   Book: 1-3, 2-1."""

    def array(self, z: np.ndarray) -> np.ndarray:
        """Return a, of the shape of z."""
        return 1 / (1 + np.exp(-z))

    def cell(self, *unit: int, z: Cells) -> str:
        """Return the formula of one unit."""
        return f"=1/(1+EXP(-{z[unit]}))"


class SigmoidSlope(Equation):
    """a'(z) = a (1 - a).   Book: 2-6."""

    def array(self, a: np.ndarray) -> np.ndarray:
        """Return a'(z), of the shape of a."""
        return a * (1 - a)

    def cell(self, *unit: int, a: Cells) -> str:
        """Return the formula of one unit."""
        return f"={a[unit]}*(1-{a[unit]})"


@dataclass(frozen=True)
class Activation:
    """An activation function and its slope."""

    value: Equation
    slope: Equation


ACTIVATIONS = {
    "sigmoid": Activation(Sigmoid(), SigmoidSlope()),
}
