"""Scale the columns of a table to a common size."""

import numpy as np

from xlnn.data.precision import rounded

SMALLEST = 1e-300
"""Columns whose values differ by less count as constant, since 1/1e-308 overflows."""


def scaling(x: np.ndarray, how: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers by which columns are scaled: scaled = (x - middle) * factor.

    Parameters
    ----------
    x : array, shape (samples, inputs)
    how : str
        ``range`` scales each column to 0 ... 1, ``standard`` to mean 0 and standard deviation 1
        (the population's: divided by the number of rows).

    Returns
    -------
    middle, factor : arrays, shape (inputs,)
        Rounded to 15 digits. The factor of a constant column is 1.

    >>> middle, factor = scaling(np.array([[1.0, 5.0], [3.0, 5.0]]), "range")
    >>> middle.tolist(), factor.tolist()
    ([1.0, 5.0], [0.5, 1.0])
    """
    least, spread = x.min(axis=0), x.max(axis=0) - x.min(axis=0)
    is_constant = spread < SMALLEST
    spread = np.where(is_constant, 1, spread)
    if how == "range":
        return rounded(least), rounded(1 / spread)
    unit = (x - least) / spread  # within 0 ... 1, so that squares do not overflow
    deviation = np.where(is_constant, 1, unit.std(axis=0))
    return rounded(least + spread * unit.mean(axis=0)), rounded(1 / deviation / spread)
