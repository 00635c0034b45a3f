"""The equations of pooling: each block of a map becomes one number.

Shapes: a below (images, maps, rows, columns), or (images, rows, columns) of a picture, which is one
map; above (images, maps, rows / r, columns / c) for a block of r x c. Forward, blocks may also
overlap, leave out an edge, or reach over it, where nothing is.
"""

import numpy as np

from xlnn.equations.dense import MOST_ARGUMENTS, written_call, written_sum
from xlnn.quantity import Cells, Equation

DIGITS = 12
"""Values of a block that equal its largest to so many decimals are taken for equal to it: engines
compare 15 digits or 17, so that the last ones must not decide."""


Sides = tuple[int, ...]
"""Rows and columns."""


def _blocks(a: np.ndarray, size: Sides) -> np.ndarray:
    """Return the cells of each block side by side, row by row: (images, maps, R, C, cells)."""
    (r, c), (rows, columns) = size, a.shape[-2:]
    split = a.reshape(len(a), -1, rows // r, r, columns // c, c)
    return split.swapaxes(3, 4).reshape(len(a), -1, rows // r, columns // c, r * c)


def _cuts(a: np.ndarray, size: Sides) -> bool:
    """Tell whether blocks do not divide the maps."""
    return any(length % side for length, side in zip(a.shape[-2:], size, strict=True))


def _windows(
    a: np.ndarray, size: Sides, step: Sides, padding: tuple[int, ...], outside: float
) -> np.ndarray:
    """Return the cells of each block side by side, wherever blocks begin."""
    maps = a.reshape(len(a), -1, *a.shape[-2:])
    (top, left, bottom, right), around = padding, [(0, 0), (0, 0)]
    maps = np.pad(maps, [*around, (top, bottom), (left, right)], constant_values=outside)
    every = np.lib.stride_tricks.sliding_window_view(maps, size, axis=(2, 3))
    found = every[:, :, :: step[0], :: step[1]]
    return found.reshape(*found.shape[:4], -1)


class _Pooling(Equation):
    """What the two kinds of pooling share.

    Parameters
    ----------
    size : (int, int)
        Rows and columns of a block.
    step : (int, int)
        How far the next block begins, down and to the right; by default where this one ends.
    padding : (int, int, int, int)
        How far blocks reach over the maps: above, to the left, below, to the right.
    """

    def __init__(self, size: Sides, step: Sides = (), padding: Sides = (0, 0, 0, 0)) -> None:
        self.size = size
        self.step = step or size
        self.padding = padding

    def seen(self, below: np.ndarray, outside: float) -> np.ndarray:
        """Return the cells of each block side by side: (images, maps, R, C, cells)."""
        if self.step == self.size and not any(self.padding) and not _cuts(below, self.size):
            return _blocks(below, self.size)
        return _windows(below, self.size, self.step, self.padding, outside)

    def single(self, unit: tuple[int, ...], below: Cells) -> list[tuple[int, ...]]:
        """Return the index of each cell of a block, row by row."""
        (r, c), (*m, p, q), (*_, rows, columns) = self.size, unit, below.shape
        m = m if len(below.shape) == 3 else ()
        top, left = p * self.step[0] - self.padding[0], q * self.step[1] - self.padding[1]
        cells = [(top + u, left + v) for u in range(r) for v in range(c)]
        return [(*m, i, j) for i, j in cells if 0 <= i < rows and 0 <= j < columns]

    def above(self, unit: tuple[int, ...]) -> tuple[tuple[int, ...], int]:
        """Return the block to which a unit below belongs, and its number there, from 1."""
        (r, c), (*m, i, j) = self.size, unit
        return (*m, i // r, j // c), i % r * c + j % c + 1

    def spread(self, above: np.ndarray) -> np.ndarray:
        """Return for each unit below what its block has."""
        return above.repeat(self.size[0], axis=-2).repeat(self.size[1], axis=-1)


class MaxPooling(_Pooling):
    """a = the largest value of the block.   Book: 5-3."""

    coarse = switches = True

    def array(self, below: np.ndarray) -> np.ndarray:
        """Return a, shape (images, maps, rows / r, columns / c)."""
        return self.seen(below, -np.inf).max(axis=-1)

    def cell(self, *unit: int, below: Cells) -> str:
        return "=" + written_call("MAX", [below[cell] for cell in self.single(unit, below)])


class Argmax(_Pooling):
    """Which value of the block is the largest, from 1, row by row; of equals the first.

    Differs from a plain reading of the book (5-5), in which every value that equals the largest
    passes the error on: the derivative would count twice where two windows are alike.
    """

    coarse = jumps = True

    def array(self, below: np.ndarray, a: np.ndarray) -> np.ndarray:
        """Return the position, of the shape of a."""
        distance = a[..., np.newaxis] - _blocks(below, self.size)
        return (np.round(distance, DIGITS) == 0).argmax(axis=-1) + 1.0

    def cell(self, *unit: int, below: Cells, a: Cells) -> str:
        *first, _ = self.single(unit, below)
        tests = "".join(
            f"IF(ROUND({a[unit]}-{below[cell]},{DIGITS})=0,{number},"
            for number, cell in enumerate(first, 1)
        )
        return f"={tests}{len(first) + 1}{')' * len(first)}"


class MaxPoolingDelta(_Pooling):
    """delta = (delta of the block, for its first largest value, else 0) a'(z).   Book: 5-5."""

    coarse = True

    optional = ("slope",)

    def array(
        self,
        delta_above: np.ndarray,
        argmax: np.ndarray,
        slope: np.ndarray | float = 1.0,
    ) -> np.ndarray:
        """Return delta of the layer below."""
        passed = self.spread(delta_above)
        (r, c), (rows, columns) = self.size, passed.shape[-2:]
        numbers = np.arange(rows)[:, np.newaxis] % r * c + np.arange(columns) % c + 1
        return np.where(self.spread(argmax) == numbers, passed, 0.0) * slope

    def cell(
        self, *unit: int, delta_above: Cells, argmax: Cells, slope: Cells | None = None
    ) -> str:
        block, number = self.above(unit)
        passed = f"IF({argmax[block]}={number},{delta_above[block]},0)"
        return f"={passed}*{slope[unit]}" if slope else f"={passed}"


class AveragePooling(_Pooling):
    """a = the mean of the block."""

    def array(self, below: np.ndarray) -> np.ndarray:
        """Return a, shape (images, maps, rows / r, columns / c)."""
        return self.seen(below, 0.0).mean(axis=-1)

    def cell(self, *unit: int, below: Cells) -> str:
        cells = [below[cell] for cell in self.single(unit, below)]
        if len(cells) > MOST_ARGUMENTS:
            return f"=({written_sum(cells)})/{len(cells)}"
        return f"=AVERAGE({','.join(cells)})"


class AveragePoolingDelta(_Pooling):
    """delta = (delta of the block / how many share it) a'(z)."""

    optional = ("slope",)

    def array(self, delta_above: np.ndarray, slope: np.ndarray | float = 1.0) -> np.ndarray:
        """Return delta of the layer below."""
        return self.spread(delta_above) / (self.size[0] * self.size[1]) * slope

    def cell(self, *unit: int, delta_above: Cells, slope: Cells | None = None) -> str:
        block, _ = self.above(unit)
        shared = f"{delta_above[block]}/{self.size[0] * self.size[1]}"
        return f"={shared}*{slope[unit]}" if slope else f"={shared}"
