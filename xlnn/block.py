"""The cells that a quantity occupies.

A quantity occupies a `Block`: its array index maps to a row and a column by a fixed step for each
axis. So a block can be a table (a row for each epoch and sample, a column for each unit) or a
picture (rows and columns of pixels).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import product
from math import inf, prod

import numpy as np

from xlnn.grid import address, fixed
from xlnn.quantity import Quantity

ROWS, COLUMNS = 1_048_576, 16_384
"""Excel's grid."""


FIRST_ROW = 4
"""The first row of tables, below the sheet's title and two rows of headings."""


@dataclass(frozen=True)
class Block:
    """The cells of a quantity.

    Attributes
    ----------
    quantity : Quantity
    sheet : str
        The sheet's key.
    row, column : int
        The first cell, from 1.
    steps : tuple of (int, int)
        For each dimension of the quantity's array, the distance to its next entry: rows, columns.
    """

    quantity: Quantity
    sheet: str
    row: int
    column: int
    steps: tuple[tuple[int, int], ...]

    def address(self, index: tuple[int, ...]) -> tuple[int, int]:
        """Return the row and column of one entry of the array."""
        row, column = self.row, self.column
        for position, (down, right) in zip(index, self.steps, strict=True):
            row += position * down
            column += position * right
        return row, column

    def index(self, row: int, column: int) -> tuple[int, ...] | None:
        """Return the index of the entry in a cell, or None if the cell is not one of the block."""
        if row < self.row or column < self.column:
            return None
        left = [row - self.row, column - self.column]
        index = [0] * len(self.steps)
        for dimension in self._widest_first:
            for direction, step in enumerate(self.steps[dimension]):
                if step:
                    most = self.quantity.lengths[dimension] - 1
                    index[dimension] = min(left[direction] // step, most)
                    left[direction] -= index[dimension] * step
        return None if any(left) else tuple(index)

    @cached_property
    def _widest_first(self) -> list[int]:
        """The dimensions by their steps; one of length 1 may have step 0."""
        return sorted(range(len(self.steps)), key=lambda n: -sum(self.steps[n]))

    def places(self, unit: tuple[int, ...]) -> Iterator[tuple[int, int]]:
        """Yield the row and column of one unit at every index along the axes, in their order."""
        axes = self.quantity.axes
        if not axes:
            return iter((self.address(unit),))
        lengths = tuple(axis.length for axis in axes)
        row, column = self.address((*(0 for _ in axes), *unit))
        down, right = (tuple(step[n] for step in self.steps[: len(axes)]) for n in (0, 1))
        return zip(spread(row, down, lengths), spread(column, right, lengths), strict=True)

    def lines_along(self, along: str) -> Iterator[tuple[float, list[int], list[int]]]:
        """Yield the number of each entry along an axis, and the rows and columns of its cells.

        A quantity without that axis has one entry, whose number is -inf.

        >>> from xlnn.axis import Axis
        >>> x = Quantity("x", axes=(Axis("step", 2),), shape=(3,))
        >>> [*Block(x, "data", 4, 2, ((1, 0), (0, 1))).lines_along("step")]
        [(1, [4], [2, 3, 4]), (2, [5], [2, 3, 4])]
        """
        names = [axis.name for axis in self.quantity.axes]
        lengths, steps = [*self.quantity.lengths], [*self.steps]
        first, count, step = -inf, 1, (0, 0)
        if along in names:
            place = names.index(along)
            first = self.quantity.axes[place].counts_from
            count, step = lengths.pop(place), steps.pop(place)
        ways = zip(*steps, strict=True) if steps else ((), ())
        rows, columns = (dict.fromkeys(spread(0, way, tuple(lengths))) for way in ways)
        for n in range(count):
            row, column = self.row + n * step[0], self.column + n * step[1]
            yield first + n, [row + at for at in rows], [column + at for at in columns]

    @cached_property
    def heads(self) -> "Block":
        """The cells that hold its formulas: all, or the first of each slice of an array formula."""
        quantity = self.quantity
        if not quantity.sliced:
            return self
        lengths = [
            1 if is_inside else length
            for length, is_inside in zip(quantity.lengths, quantity.inside, strict=True)
        ]
        axes = (replace(a, length=n) for a, n in zip(quantity.axes, lengths, strict=False))
        one = replace(quantity, axes=tuple(axes), shape=(*lengths[len(quantity.axes) :],))
        return replace(self, quantity=one)

    @cached_property
    def size(self) -> tuple[int, int]:
        """How many rows and columns a formula fills."""
        filled = [
            (length, step)
            for length, step, is_inside in zip(
                self.quantity.lengths, self.steps, self.quantity.inside, strict=True
            )
            if is_inside
        ]
        return extent(*zip(*filled, strict=True)) if filled else (1, 1)

    @property
    def fills(self) -> bool:
        """Whether the entries of one formula fill its cells."""
        inside = zip(self.quantity.lengths, self.quantity.inside, strict=True)
        return prod(self.size) == prod(length for length, is_inside in inside if is_inside)

    def head(self, index: tuple[int, ...]) -> tuple[int, ...]:
        """Return the index of the entry whose cell holds the formula of an entry."""
        inside = zip(index, self.quantity.inside, strict=True)
        return tuple(0 if is_inside else n for n, is_inside in inside)

    def area(self, index: tuple[int, ...]) -> str:
        """Return the range that the array formula of an entry fills; empty for a single cell."""
        return self.area_at(*self.address(self.head(index))) if self.quantity.sliced else ""

    def area_at(self, row: int, column: int) -> str:
        """Return the range of a formula that begins in a cell."""
        rows, columns = self.size
        return f"{address(row, column)}:{address(row + rows - 1, column + columns - 1)}"

    @cached_property
    def runs(self) -> "tuple[Block, ...]":
        """The cells of the quantity in each run."""
        if not self.quantity.each:
            return (self,)
        return tuple(self._entry(quantity, n) for n, quantity in enumerate(self.quantity.runs))

    def at(self, family: str, number: int) -> "Block | None":
        """Return the block of one run, or of one entry of another family of axes.

        A block without runs returns itself; a run that lacks this quantity returns None.
        """
        entries = self.quantity.entries(family)
        if not entries:
            return self
        n = number - self.quantity.axes[0].first
        return self._entry(entries[n], n) if 0 <= n < len(entries) else None

    def _entry(self, quantity: Quantity, number: int) -> "Block":
        (down, right), *steps = self.steps
        row, column = self.row + number * down, self.column + number * right
        return Block(quantity, self.sheet, row, column, (*steps,))

    @property
    def lengths(self) -> tuple[int, ...]:
        """The lengths of its axes."""
        return tuple(axis.length for axis in self.quantity.axes)

    @property
    def given(self) -> int:
        """How many entries of each unit are typed before the computed ones."""
        return self.quantity.given * prod(self.lengths[1:])

    @property
    def is_table(self) -> bool:
        """Whether its epochs and samples are consecutive rows."""
        axes = len(self.quantity.axes)
        return self.steps[:axes] == _table_steps(self.quantity)[:axes]

    @property
    def is_dense(self) -> bool:
        """Whether it fills its bounding rectangle; units in separate bands do not."""
        return _fills(self.quantity.lengths, self.steps)

    @property
    def last(self) -> tuple[int, int]:
        """The row and column of the last entry of the array."""
        return self.address(tuple(length - 1 for length in self.quantity.lengths))

    def rectangles(self) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """Yield the first and the last cell of its rectangles, as few as possible."""
        lengths, apart = self.quantity.lengths, len(self.steps)
        while apart and _fills(lengths[apart - 1 :], self.steps[apart - 1 :]):
            apart -= 1
        ends = tuple(length - 1 for length in lengths[apart:])
        for index in product(*map(range, lengths[:apart])):
            yield self.address((*index, *(0 for _ in ends))), self.address((*index, *ends))

    def ranges(self, *, is_fixed: bool = False) -> Iterator[str]:
        """Yield its rectangles as ranges, or as single cells; fixed ones have ``$``."""
        written = fixed if is_fixed else address
        for corners in self.rectangles():
            yield ":".join(written(*corner) for corner in dict.fromkeys(corners))

    def window(self, sheet: np.ndarray) -> np.ndarray:
        """Return the block's entries as a view of an array of the whole sheet.

        Parameters
        ----------
        sheet : array, shape (rows, columns)
            An array at least as large as the block's extent.

        Returns
        -------
        array
            Of the quantity's shape.
        """
        down, right = sheet.strides
        return np.lib.stride_tricks.as_strided(
            sheet[self.row - 1 :, self.column - 1 :],
            self.quantity.lengths,
            tuple(rows * down + columns * right for rows, columns in self.steps),
        )


def _fills(lengths: Sequence[int], steps: Sequence[tuple[int, int]]) -> bool:
    """Return whether entries leave no gaps."""
    return prod(extent(lengths, steps)) == prod(lengths)


def extent(lengths: Sequence[int], steps: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return how many rows and columns the entries of an array take.

    >>> extent((2, 3), ((5, 0), (0, 1)))
    (6, 3)
    """
    last = [(length - 1, step) for length, step in zip(lengths, steps, strict=True)]
    return 1 + sum(n * down for n, (down, _) in last), 1 + sum(n * right for n, (_, right) in last)


@lru_cache(maxsize=64)
def spread(first: int, steps: tuple[int, ...], lengths: tuple[int, ...]) -> list[int]:
    """Return a number that changes by a step along each axis, for every index in order.

    >>> spread(4, (2, 1), (3, 2))
    [4, 5, 6, 7, 8, 9]
    """
    return moving(first, steps, lengths).tolist()


def moving(first: int, steps: tuple[int, ...], lengths: tuple[int, ...]) -> np.ndarray:
    """Return the numbers of `spread` as an array."""
    numbers = np.array(first)
    for step, length in zip(steps, lengths, strict=True):
        numbers = np.add.outer(numbers, step * np.arange(length))
    return numbers.ravel()


def table_blocks(quantities: Iterable[Quantity], row: int, column: int) -> Iterator[Block]:
    """Place quantities side by side: a row for each epoch and sample, a column for each unit."""
    for quantity in quantities:
        yield Block(quantity, quantity.sheet, row, column, _table_steps(quantity))
        column += prod(quantity.shape)


def _table_steps(quantity: Quantity) -> tuple[tuple[int, int], ...]:
    """Return steps for a row for each index along the axes and a column for each unit."""
    down = strides([axis.length for axis in quantity.axes])
    return (*((step, 0) for step in down), *((0, step) for step in strides(quantity.shape)))


def strides(lengths: Sequence[int]) -> list[int]:
    """Return how many entries lie from one to the next along each dimension of an array.

    >>> strides((2, 3, 4))
    [12, 4, 1]
    """
    return [prod(lengths[number:]) for number in range(1, len(lengths) + 1)]


def single_block(quantity: Quantity, row: int, column: int, *steps: tuple[int, int]) -> Block:
    """Place a quantity whose axes have length 1: only its units have steps."""
    return Block(quantity, quantity.sheet, row, column, ((0, 0),) * len(quantity.axes) + steps)
