"""Refuse missing values, drop their rows or fill in the mean of the column."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xlnn.data.dataset import ReadOptions
from xlnn.data.wording import counted, short
from xlnn.errors import DataError


@dataclass(frozen=True)
class IncompleteRows:
    """Numbers of which some may be missing.

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


@dataclass(frozen=True)
class CompleteRows:
    """Rows without missing values.

    Attributes
    ----------
    x, t : arrays, shapes (rows, inputs) and (rows, targets)
    whole : array of bool
        Which of the original rows these are.
    missing : str
        What was done, ``drop`` or ``mean``; "" if nothing was.
    told : tuple of str
        The same as sentences for the user.
    """

    x: np.ndarray
    t: np.ndarray
    whole: np.ndarray
    missing: str = ""
    told: tuple[str, ...] = ()


def filled(holed: IncompleteRows, reading: ReadOptions) -> CompleteRows:
    """Return the numbers without missing values.

    Parameters
    ----------
    holed : Holed
    reading : ReadOptions
        Its ``missing`` says what to do.

    Raises
    ------
    DataError
        Values are missing, and ``missing`` is not given or cannot be applied.
    """
    absent = np.hstack([np.isnan(holed.x), np.isnan(holed.t)])
    whole = ~absent.any(axis=1)
    if whole.all() and not holed.unlabelled:
        return CompleteRows(holed.x, holed.t, whole)
    if not reading.missing:
        row, column = np.argwhere(absent)[0]
        cells = {(int(row), holed.headings[column]) for row, column in np.argwhere(absent)}
        raise DataError(
            f"{holed.where}: {counted(len(cells), 'value')} missing in "
            f"{counted(int((~whole).sum()), holed.row)}, the first in {holed.row} "
            f"{holed.rows[row]}, column {short(holed.headings[column])}: fill them in, or add "
            "--missing drop (leave these rows out) or --missing mean (use the mean of the column)."
        )
    if reading.missing == "mean":
        return _with_means(holed, whole)
    if not whole.any():
        raise DataError(
            f"{holed.where}: every {holed.row} has a missing value, so none can be kept."
        )
    out = counted(int((~whole).sum()) + holed.unlabelled, holed.row)
    told = f"{holed.where}: {out} with missing values left out (--missing drop)."
    return CompleteRows(holed.x[whole], holed.t[whole], whole, "drop", (told,))


def _with_means(holed: IncompleteRows, whole: np.ndarray) -> CompleteRows:
    """Replace each missing input by the mean of its column."""
    absent = np.isnan(holed.x)
    if np.isnan(holed.t).any():
        raise DataError(
            f"{holed.where}: values to predict are missing, and a mean would train on values that "
            "nobody measured: add --missing drop."
        )
    if (empty := absent.all(axis=0)).any():
        heading = short(holed.headings[int(empty.argmax())])
        raise DataError(f"{holed.where}: the column {heading} holds no value at all: remove it.")
    size = np.nanmax(np.abs(holed.x), axis=0)
    size[size == 0] = 1  # so that sums of very large numbers do not overflow
    means = np.nanmean(holed.x / size, axis=0) * size
    told = (
        f"{holed.where}: {counted(int(absent.sum()), 'missing value')} replaced by the mean of the "
        "column (--missing mean)."
    )
    x = np.where(absent, means, holed.x)
    return CompleteRows(x, holed.t, np.full_like(whole, fill_value=True), "mean", (told,))
