"""Scaling: inputs of any size brought near to those that a unit is made for."""

from math import prod

import numpy as np

from xlnn.equations.lookup import flat
from xlnn.quantity import Cells, Equation


class Scaled(Equation):
    """x_i = (raw_i - middle_i) factor_i.

    Parameters
    ----------
    shape : tuple of int
        The shape in which the inputs are shown; middle and factor stand in a list.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape

    def array(self, raw: np.ndarray, middle: np.ndarray, factor: np.ndarray) -> np.ndarray:
        """Return x, shape (images, inputs ...)."""
        rows = raw.reshape(-1, prod(self.shape))
        return ((rows - middle) * factor).reshape(raw.shape)

    def cell(self, *unit: int, raw: Cells, middle: Cells, factor: Cells) -> str:
        """Return the formula of one input."""
        number = flat(unit, self.shape)
        return f"=({raw[unit]}-{middle[number]})*{factor[number]}"
