"""Where do the cells of one quantity stand?

A quantity occupies a `Block`: its array index maps to a row and a column by a fixed step for each
axis, so a block can be a table (a row for each epoch and image, a column for each unit) as well as
a picture (rows and columns of pixels).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from math import prod

import numpy as np

from xlnn.quantity import Quantity

FIRST_ROW = 4
"""Where the tables begin: below a line that says what the sheet is, and two rows of headings."""


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
        For each dimension of the quantity's array, how far its next entry lies: rows, columns.
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
        """Return the index of the entry that stands at a row and a column; None if none does."""
        left = [row - self.row, column - self.column]
        found = [0] * len(self.steps)
        # the widest step first; a dimension of one entry may have none
        order = sorted(range(len(self.steps)), key=lambda n: -sum(self.steps[n]))
        for dimension in order:
            for direction, step in enumerate(self.steps[dimension]):
                if step:
                    most = self.quantity.lengths[dimension] - 1
                    found[dimension] = min(max(left[direction], 0) // step, most)
                    left[direction] -= found[dimension] * step
        return None if any(left) else tuple(found)

    def places(self, unit: tuple[int, ...]) -> Iterator[tuple[int, int]]:
        """Yield the row and column of one unit at every index along the axes, in their order."""
        axes = self.quantity.axes
        if not axes:
            return iter((self.address(unit),))
        lengths = tuple(axis.length for axis in axes)
        row, column = self.address((*(0 for _ in axes), *unit))
        down, right = (tuple(step[n] for step in self.steps[: len(axes)]) for n in (0, 1))
        return zip(spread(row, down, lengths), spread(column, right, lengths), strict=True)

    @cached_property
    def parts(self) -> "tuple[Block, ...]":
        """The cells of each part of the quantity: of several runs, those of each."""
        if not self.quantity.each:
            return (self,)
        (down, right), *steps = self.steps
        return tuple(
            Block(part, self.sheet, self.row + n * down, self.column + n * right, (*steps,))
            for n, part in enumerate(self.quantity.parts)
        )

    @property
    def lengths(self) -> tuple[int, ...]:
        """The lengths of its axes."""
        return tuple(axis.length for axis in self.quantity.axes)

    @property
    def given(self) -> int:
        """How many entries of each unit are typed in before the others, in their order."""
        return self.quantity.given * prod(self.lengths[1:])

    @property
    def is_table(self) -> bool:
        """Whether its epochs and images follow each other down the rows."""
        axes = len(self.quantity.axes)
        return self.steps[:axes] == _table_steps(self.quantity)[:axes]

    @property
    def is_dense(self) -> bool:
        """Whether it fills the rectangle that holds it: units in bands of their own do not."""
        row, column = self.last
        area = (row - self.row + 1) * (column - self.column + 1)
        return area == prod(self.quantity.lengths)

    @property
    def last(self) -> tuple[int, int]:
        """The row and column of the last entry of the array."""
        return self.address(tuple(length - 1 for length in self.quantity.lengths))

    def rectangles(self) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """Yield the first and the last cell of each rectangle of it, as few as there may be."""
        lengths, apart = self.quantity.lengths, len(self.steps)
        while apart and _fills(lengths[apart - 1 :], self.steps[apart - 1 :]):
            apart -= 1
        ends = tuple(length - 1 for length in lengths[apart:])
        for index in product(*map(range, lengths[:apart])):
            yield self.address((*index, *(0 for _ in ends))), self.address((*index, *ends))

    def window(self, sheet: np.ndarray) -> np.ndarray:
        """Return the block's entries in an array of the whole sheet, as a view of it.

        Parameters
        ----------
        sheet : array, shape (rows, columns)
            At least as large as the block reaches.

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
    """Tell whether entries leave no cell between them."""
    height, width = (
        1 + sum((length - 1) * step[way] for length, step in zip(lengths, steps, strict=True))
        for way in (0, 1)
    )
    return height * width == prod(lengths)


@lru_cache(maxsize=64)
def spread(first: int, steps: tuple[int, ...], lengths: tuple[int, ...]) -> list[int]:
    """Return a number that moves by a step along each axis, for every index in their order.

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
    """Place quantities side by side: a row for each epoch and image, a column for each unit."""
    for quantity in quantities:
        yield Block(quantity, quantity.sheet, row, column, _table_steps(quantity))
        column += prod(quantity.shape)


def _table_steps(quantity: Quantity) -> tuple[tuple[int, int], ...]:
    """One row for each index along the axes, one column for each unit."""
    steps, down, right = [], 1, 1
    for axis in reversed(quantity.axes):
        steps.insert(0, (down, 0))
        down *= axis.length
    units = []
    for length in reversed(quantity.shape):
        units.insert(0, (0, right))
        right *= length
    return (*steps, *units)


def single_block(quantity: Quantity, row: int, column: int, *steps: tuple[int, int]) -> Block:
    """Place a quantity of one image or of none: its axes take no room, its units these steps."""
    return Block(quantity, quantity.sheet, row, column, ((0, 0),) * len(quantity.axes) + steps)
