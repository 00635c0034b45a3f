"""List the used cells of a sheet."""

import re
from array import array
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from xlnn.xlsx.sheet_stream import COLUMNS, MAX_ROWS, address

_CORNER = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")


class Box(NamedTuple):
    """A range of cells; rows and columns count from 1, and both ends belong to it."""

    top: int
    left: int
    bottom: int
    right: int


def box(reference: str) -> Box | None:
    """Read a range like ``B2:C9`` or ``B2``; None if it is not a range, or reversed.

    >>> box("B2:C9")
    Box(top=2, left=2, bottom=9, right=3)
    >>> box("C9:B2"), box("XFE1"), box("A0")
    (None, None, None)
    """
    corners = [_CORNER.fullmatch(corner) for corner in reference.split(":")]
    known = [(int(corner[2]), COLUMNS[corner[1]]) for corner in corners if corner]
    if len(corners) > 2 or len(known) < len(corners):
        return None
    (top, left), (bottom, right) = known[0], known[-1]
    inside = 0 < left <= right and top <= bottom <= MAX_ROWS
    return Box(top, left, bottom, right) if inside else None


class Used:
    """The cells that a sheet has.

    >>> used = Used()
    >>> used.add([1, 2, 3, 7], [2, 2, 2, 2])
    >>> used.have(2, 2, np.array([1, 2, 3]), np.array([3, 2, 7]))
    array([ True,  True, False])
    >>> used.first_missing(2, 2, 2, 7)
    'B4'
    """

    def __init__(self) -> None:
        self._rows: array[int] = array("i")
        self._columns: array[int] = array("i")

    def add(self, rows: Sequence[int], columns: Sequence[int]) -> None:
        """Add cells. All are added before the first question."""
        self._rows.extend(rows)
        self._columns.extend(columns)

    @cached_property
    def _counts(self) -> np.ndarray:
        """The number of cells up to each row and column."""
        counts = np.zeros((max(self._rows, default=0) + 1, max(self._columns, default=0) + 1), "i")
        counts[self._rows, self._columns] = 1
        np.cumsum(counts, 0, out=counts)
        return np.cumsum(counts, 1, out=counts)

    def have(self, left: int, right: int, first: np.ndarray, last: np.ndarray) -> np.ndarray:
        """Return which of some ranges between two columns exist completely.

        Parameters
        ----------
        left, right : int
            The columns of all the ranges.
        first, last : arrays of int, one per range
            The first and last row of each.

        Returns
        -------
        array of bool, one per range
        """
        height, width = self._counts.shape
        inside = (first > 0) & (last < height) & (right < width)
        top, bottom = np.where(inside, first - 1, 0), np.where(inside, last, 0)
        left, right = min(left, width) - 1, min(right, width - 1)
        counts = self._counts
        found = counts[bottom, right] - counts[top, right]
        found += counts[top, left] - counts[bottom, left]
        return inside & (found == (last - first + 1) * (right - left))

    def first_missing(self, left: int, right: int, first: int, last: int) -> str:
        """Return the first cell of a range that does not exist, column by column."""
        rows = np.arange(first, last + 1)
        for column in range(left, right + 1):
            missing = rows[~self.have(column, column, rows, rows)]
            if missing.size:
                return address(int(missing[0]), column)
        raise ValueError("All cells of the range exist.")
