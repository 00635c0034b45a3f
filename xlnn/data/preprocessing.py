"""Prepare data for training: treat missing values, hold out rows for testing, and scale columns."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xlnn.data.messages import counted, listed, short
from xlnn.data.numbers import rounded
from xlnn.errors import DataError, Message


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
        raise DataError("No class has two rows or images, so none can be held out: add some.")
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


SHARE, MOST_DECIMALS = 2, 15
"""Decimals of a share, and those up to which numbers have the same."""

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


@dataclass(frozen=True)
class IncompleteRows:
    """Numbers, some of which may be missing.

    Attributes
    ----------
    where : str
        The file, as a message names it.
    row : str
        The word for a row there.
    rows : sequence of int
        The numbers of the rows.
    headings : sequence of str
        The headings of the inputs and targets; those of one column of words are repeated.
    x, t : arrays, shapes (rows, inputs) and (rows, targets)
        NaN where a value is missing.
    unlabelled : int
        How many rows without a label have been left out.
    """

    where: str
    row: str
    rows: Sequence[int]
    headings: Sequence[str]
    x: np.ndarray
    t: np.ndarray
    unlabelled: int = 0


def filled(holed: IncompleteRows, missing: str) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Return the inputs without missing values.

    Parameters
    ----------
    holed : IncompleteRows
    missing : str
        ``drop`` leaves out rows with missing values, ``mean`` uses the mean of the column.

    Returns
    -------
    x : array, shape (kept rows, inputs)
    kept : array of bool, shape (rows,)
        Which rows these are; none of them lacks a target.
    notes : list of str
        What was done, for the user; empty if nothing is missing.

    Raises
    ------
    DataError
        Values are missing, and ``missing`` is not given or cannot be applied.
    """
    absent = np.hstack([np.isnan(holed.x), np.isnan(holed.t)])
    whole = ~absent.any(axis=1)
    if whole.all() and not holed.unlabelled:
        return holed.x, whole, []
    if not missing:
        raise _missing(holed, absent)
    # a target is never filled in: the network would learn a value that nobody measured
    kept = ~np.isnan(holed.t).any(axis=1) if missing == "mean" else whole
    if not kept.any():
        raise DataError(
            "{file}: every {row} has a missing value, so none can be kept.",
            file=holed.where,
            row=Message(holed.row),
        )
    notes: list[str] = []
    if out := int((~kept).sum()) + holed.unlabelled:
        notes.append(
            Message(
                "{file}: {rows} with missing values left out (--missing drop)."
                if missing == "drop"
                else "{file}: {rows} with nothing to predict left out (--missing mean).",
                file=holed.where,
                rows=counted(out, holed.row),
            )
        )
    x = holed.x[kept]
    absent = np.isnan(x)
    if not absent.any():
        return x, kept, notes
    if (empty := absent.all(axis=0)).any():
        heading = short(holed.headings[int(empty.argmax())])
        raise DataError(
            '{file}: the column "{column}" holds no value at all: remove it.',
            file=holed.where,
            column=heading,
        )
    size = np.nanmax(np.abs(x), axis=0)
    size[size == 0] = 1  # so that sums of very large numbers do not overflow
    # a cell with a word is missing in each input made of it
    cells = absent[:, np.unique(holed.headings[: x.shape[1]], return_index=True)[1]]
    notes.append(
        Message(
            "{file}: {values} replaced by the mean of the column (--missing mean).",
            file=holed.where,
            values=counted(int(cells.sum()), "missing value"),
        )
    )
    means = np.nanmean(x / size, axis=0) * size
    return np.where(absent, [*map(_as_typed, means, x.T)], x), kept, notes


def _as_typed(mean: float, column: np.ndarray) -> float:
    """Return the mean of a column, with as many decimals as its numbers have.

    One of 0 and 1, such as an input that a word became, has two: the mean is a share.

    >>> _as_typed(200.77647, np.array([181, 210, np.nan])), _as_typed(17.113, np.array([18.7, 15]))
    (201.0, 17.1)
    >>> _as_typed(0.4767, np.array([0, 1, np.nan]))
    0.48
    """
    known = column[~np.isnan(column)]
    if np.isin(known, (0, 1)).all():
        return round(mean, SHARE)
    alike = (n for n in range(MOST_DECIMALS) if np.array_equal(np.round(known, n), known))
    decimals = next(alike, None)
    return mean if decimals is None else round(mean, decimals)


def _missing(holed: IncompleteRows, absent: np.ndarray) -> DataError:
    """Return the error for values that are missing."""
    holes = np.argwhere(absent).tolist()
    (row, column), rows = holes[0], int(absent.any(axis=1).sum())
    cells = dict.fromkeys((row, holed.headings[column]) for row, column in holes)
    per_column = Counter(heading for _, heading in cells).most_common()
    counts = (Message("{count:,} in {name}", name=name, count=count) for name, count in per_column)
    more = Message(
        " There are {counts}; --drop leaves a column out.", counts=listed(counts, most=6)
    )
    return DataError(
        "{file}: {values} missing in {rows}, the first in {first}, column {column}: fill them in, "
        "or add --missing drop (leave these rows out) or --missing mean (use the mean of the "
        "column).{more}",
        file=holed.where,
        values=counted(len(cells), "value"),
        rows=counted(rows, holed.row),
        first=Message("{row} {number}", row=Message(holed.row), number=holed.rows[row]),
        column=short(holed.headings[column]),
        more=more if len(per_column) > 1 else "",
    )
