"""Prepare data for training: hold out rows for testing, and scale columns."""

import numpy as np

from xlnn.data.numbers import rounded
from xlnn.errors import DataError


def held_out(t: np.ndarray, share: float, seed: int, *, is_regression: bool) -> np.ndarray:
    """Choose at random the rows that are held out.

    Each class gives its share, rounded to whole rows, and keeps at least one row for training.

    Parameters
    ----------
    t : array, shape (samples, outputs)
    share : float
        Between 0 and 1; at least one row is held out.
    seed : int
    is_regression : bool
        Whether t contains numbers to predict: then all rows are equally likely.

    Returns
    -------
    array of bool, shape (samples,)
        True for the rows that are held out.

    Raises
    ------
    DataError
        No class can spare a row.

    >>> t = np.eye(2)[[0, 0, 0, 0, 1, 1]]
    >>> mask = held_out(t, 0.5, seed=1, is_regression=False)
    >>> int(mask[:4].sum()), int(mask[4:].sum())
    (2, 1)
    """
    classes = np.zeros(len(t), dtype=int) if is_regression else t.argmax(axis=1)
    members = [np.flatnonzero(classes == known) for known in np.unique(classes)]
    counts = _counts(np.array([len(images) for images in members]), share)
    if not counts.sum():
        raise DataError("No class has two images, so none can be held out: add images.")
    random = np.random.default_rng(seed)
    mask = np.zeros(len(t), dtype=bool)
    for images, count in zip(members, counts, strict=True):
        mask[random.permutation(images)[:count]] = True
    return mask


def _counts(sizes: np.ndarray, share: float) -> np.ndarray:
    """Return how many rows each class gives (largest remainder method)."""
    most = sizes - 1
    wanted = min(max(1, round(share * sizes.sum())), most.sum())
    counts = np.minimum(np.floor(share * sizes).astype(int), most)
    while counts.sum() < wanted:
        missing = np.where(counts < most, share * sizes - counts, -np.inf)
        counts[missing.argmax()] += 1
    return counts


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
