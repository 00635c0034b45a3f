"""List the used cells of a sheet."""

from array import array
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from xlnn.formula import MAX_ROWS, corners
from xlnn.xlsx.sheet_stream import address


def box(reference: str) -> tuple[int, int, int, int] | None:
    """Return the `corners` of a range inside the grid; None if it is not one, or reversed.

    >>> box("B2:C9"), box("C9:B2"), box("XFE1"), box("A0")
    ((2, 2, 9, 3), None, None, None)
    """
    top, left, bottom, right = area = corners(reference) or (1, 1, 0, 0)
    return area if top <= bottom <= MAX_ROWS and left <= right else None


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

    def have(
        self,
        left: np.ndarray | int,
        right: np.ndarray | int,
        first: np.ndarray,
        last: np.ndarray,
    ) -> np.ndarray:
        """Return which of some ranges exist completely.

        Parameters
        ----------
        left, right : int, or arrays of int
            The first and last column of each, which are broadcast to the rows.
        first, last : arrays of int, one per range
            The first and last row of each.

        Returns
        -------
        array of bool, one per range
        """
        height, width = self._counts.shape
        inside = (first > 0) & (last < height) & (right < width)
        top, bottom = np.where(inside, first - 1, 0), np.where(inside, last, 0)
        left, right = np.minimum(left, width) - 1, np.minimum(right, width - 1)
        counts = self._counts
        cells = counts[bottom, right] - counts[top, right]
        cells += counts[top, left] - counts[bottom, left]
        return inside & (cells == (last - first + 1) * (right - left))

    def first_missing(self, left: int, right: int, first: int, last: int) -> str:
        """Return the first cell of a range that does not exist, column by column."""
        rows = np.arange(first, last + 1)
        for column in range(left, right + 1):
            missing = rows[~self.have(column, column, rows, rows)]
            if missing.size:
                return address(int(missing[0]), column)
        raise ValueError("All cells of the range exist.")
