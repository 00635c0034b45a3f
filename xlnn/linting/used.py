"""List the used cells of a sheet."""

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
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

    Cells below one another are stored as one run, so that a column of a million formulas needs no
    more memory than a single one.

    >>> used = Used()
    >>> for row in (1, 2, 3, 7):
    ...     used.add(row, 2)
    >>> used.have(2, 2, np.array([1, 2, 3]), np.array([3, 2, 7]))
    array([ True,  True, False])
    >>> used.first_missing(2, 2, 2, 7)
    'B4'
    """

    def __init__(self) -> None:
        self._runs: dict[int, tuple[array[int], array[int]]] = {}
        self._bounds: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self._columns: list[int] = []  # of the last row and the equal ones above it
        self._bottom = 0

    def add_row(self, row: int, columns: list[int]) -> None:
        """Add cells of one row, below all others; fast if the row has the same columns as the last.

        >>> used = Used()
        >>> for row in (1, 2, 3):
        ...     used.add_row(row, [1, 3])
        >>> used.have(3, 3, [1], [3])
        [True]
        """
        if row == self._bottom + 1 and columns == self._columns:
            self._bottom = row
            return
        self._settle()
        for column in columns:
            self.add(row, column)
        self._columns, self._bottom = columns, row

    def _settle(self) -> None:
        """Store the runs of the last rows with equal columns."""
        for column in self._columns:
            self._runs[column][1][-1] = self._bottom
        self._columns = []

    def add(self, row: int, column: int) -> None:
        """Add a cell below all others of its column."""
        runs = self._runs.get(column)
        if runs is None:
            self._runs[column] = array("i", [row]), array("i", [row])
        elif runs[1][-1] == row - 1:
            runs[1][-1] = row
        else:
            runs[0].append(row)
            runs[1].append(row)

    def have(
        self,
        left: int,
        right: int,
        first: Sequence[int] | np.ndarray,
        last: Sequence[int] | np.ndarray,
    ) -> Sequence[bool] | np.ndarray:
        """Return which of some ranges between two columns exist completely.

        Parameters
        ----------
        left, right : int
            The columns of all the ranges.
        first, last : sequences of int, one per range
            The first and last row of each; arrays if there is more than one range.

        Returns
        -------
        sequence of bool, one per range
        """
        self._settle()
        if len(first) == 1:  # faster than arrays
            top, bottom = int(first[0]), int(last[0])
            return [all(self._has(column, top, bottom) for column in range(left, right + 1))]
        complete = np.ones(len(first), dtype=bool)
        for column in range(left, right + 1):
            if column not in self._runs:
                return np.zeros(len(first), dtype=bool)
            starts, ends = self._bounds_of(column)
            run = np.searchsorted(starts, first, side="right") - 1
            complete &= (run >= 0) & (last <= ends[run])
        return complete

    def _has(self, column: int, top: int, bottom: int) -> bool:
        """Return whether all cells of a column between two rows exist."""
        starts, ends = self._runs.get(column, ((), ()))
        run = bisect_right(starts, top) - 1
        return run >= 0 and bottom <= ends[run]

    def first_missing(self, left: int, right: int, first: int, last: int) -> str:
        """Return the first cell of a range that does not exist, column by column."""
        self._settle()
        for column in range(left, right + 1):
            row = first
            for start, end in zip(*self._runs.get(column, ((), ())), strict=True):
                if start <= row <= end:
                    row = end + 1
            if row <= last:
                return address(row, column)
        raise ValueError("All cells of the range exist.")

    def _bounds_of(self, column: int) -> tuple[np.ndarray, np.ndarray]:
        if column not in self._bounds:
            starts, ends = self._runs[column]
            self._bounds[column] = np.array(starts), np.array(ends)
        return self._bounds[column]
