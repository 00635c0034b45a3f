"""Predictions of a regression in the units of the targets, and their errors.

Shapes: a, t and off (images, outputs), middle and factor (outputs,). The network learns targets
t = (y - middle) factor, as it sees inputs that are scaled.
"""

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
        number = flat(unit, self.shape)
        return f"=({raw[unit]}-{middle[number]})*{factor[number]}"


class Predicted(Equation):
    """y_k = middle_k + a_k / factor_k: an output, taken back to the size of its targets."""

    def array(self, a: np.ndarray, middle: np.ndarray, factor: np.ndarray) -> np.ndarray:
        """Return the predictions, shape (images, outputs); a may hold the first outputs only."""
        outputs = a.shape[-1]
        return middle[:outputs] + a / factor[:outputs]

    def cell(self, k: int, a: Cells, middle: Cells, factor: Cells) -> str:
        """Return the formula of output k."""
        return f"={middle[k]}+{a[k]}/{factor[k]}"


class Off(Equation):
    """|y_k predicted - y_k|: how far off the prediction is, in the units of the target.

    It is |a_k - t_k| / |factor_k|: of the two numbers without the middle, which may be far larger
    than they differ. Targets that are not scaled have no factor.
    """

    optional = ("factor",)

    def array(self, a: np.ndarray, t: np.ndarray, factor: np.ndarray | float = 1.0) -> np.ndarray:
        """Return the distances, shape (images, outputs)."""
        return np.abs((a - t) / factor)

    def cell(self, k: int, a: Cells, t: Cells, factor: Cells | None = None) -> str:
        """Return the formula of output k."""
        return f"=ABS(({a[k]}-{t[k]})/{factor[k]})" if factor else f"=ABS({a[k]}-{t[k]})"


class RootMeanSquare(Equation):
    """The root of the mean square of how far off the images are; large errors count for more."""

    def array(self, off: np.ndarray) -> np.ndarray:
        """Return a number for each output, shape (outputs,)."""
        return np.sqrt((off**2).mean(axis=0))

    def cell(self, k: int, off: Cells) -> str:
        """Return the formula of output k in one epoch."""
        rows = off.images[k]
        return f"=SQRT(SUMSQ({rows})/COUNT({rows}))"


class MeanAbsolute(Equation):
    """The mean of how far off the images are."""

    def array(self, off: np.ndarray) -> np.ndarray:
        """Return a number for each output, shape (outputs,)."""
        return off.mean(axis=0)

    def cell(self, k: int, off: Cells) -> str:
        """Return the formula of output k in one epoch."""
        return f"=AVERAGE({off.images[k]})"


class Ends(Equation):
    """The smallest and the largest of what was to be predicted and of what was, on both axes.

    A line from the one to the other is where both are the same.

    Parameters
    ----------
    roles : tuple of str
        What is looked at.
    """

    repeats = True

    def __init__(self, roles: tuple[str, ...]) -> None:
        self.roles = roles

    def array(self, **rows: np.ndarray) -> np.ndarray:
        """Return both for each output, shape (2, outputs)."""
        everything = np.concatenate(list(rows.values()))
        return np.stack([everything.min(axis=0), everything.max(axis=0)])

    def cell(self, end: int, k: int, **rows: Cells) -> str:
        """Return the formula of one end, of output k."""
        ranges = ",".join(cells.images[k] for cells in rows.values())
        return f"={('MIN', 'MAX')[end]}({ranges})"
