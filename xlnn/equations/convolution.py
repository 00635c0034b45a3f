"""The equations of convolution and pooling.

Shapes: a of the layer ``below`` (samples, maps, rows, columns), or (samples, rows, columns) of a
picture; W (filters, maps, r, c), or (filters, r, c); b (filters,); z and delta
(samples, filters, R, C), where R = rows - r + 1 and C = columns - c + 1. With longer steps, or
zeros around the maps, there are `places` of them.

Pooling reduces each block of r x c to one number: a below to a above (samples, maps, rows / r,
columns / c). Forward, blocks may also overlap, leave out an edge, or reach beyond it.

Differs from a matrix product: sums are computed in the same order at every place, so that equal
windows give exactly equal numbers, which pooling then compares.

Book: 5-3. Shapes: a (1, rows, columns) of a picture or (1, maps, rows, columns); the window, the
filter and the products (r, c) or (maps, r, c). Places count from 1, as INDEX does.
"""

import numpy as np

from xlnn.equation import Cells, Equation
from xlnn.equations.dense import MOST_ARGUMENTS, written_call, written_sum
from xlnn.equations.elementary import PRODUCT, SUM, total
from xlnn.equations.lookup import OfUnit
from xlnn.slices import Slice, largest_of


class Window(Equation):
    """a_m,i+u,j+v: the window that a filter sees at the chosen place (i, j).

    Parameters
    ----------
    size : (int, int)
        Rows and columns of the filter.
    """

    reads_as_stated = repeats = True

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size

    def array(self, a: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
        """Return the window; NaN if there is no such place."""
        (r, c), (*maps, rows, columns) = self.size, a.shape[1:]
        if not (1 <= row <= rows - r + 1 and 1 <= column <= columns - c + 1):
            return np.full((*maps, r, c), np.nan)
        i, j = int(row) - 1, int(column) - 1
        return a[0, ..., i : i + r, j : j + c]

    def cell(self, *unit: int, a: Cells, row: Cells, column: Cells) -> str:
        *m, u, v = unit
        cells = a[(*m, slice(None), slice(None))]
        if ":" not in cells:
            return f"={cells}"
        down, right = (f"+{step}" if step else "" for step in (u, v))
        return f"=INDEX({cells},{row[()]}{down},{column[()]}{right})"


class OfFilter(OfUnit):
    """The weights, the bias, or z at the chosen place, of the chosen filter."""


PRODUCTS = PRODUCT.restated(
    "a", "W", says="w_fmuv a_m,i+u,j+v, of each cell of the window. Book: 5-3."
)

SUM_OF_PRODUCTS = total().restated("products", says="The sum of all products. Book: 5-3.")

PLUS_BIAS = SUM.restated("total", "b", says="z_fij = the sum of the products + b_f. Book: 5-3.")


Sides = tuple[int, ...]
"""Rows and columns, or what is above, to the left, below and to the right."""


def _maps(below: np.ndarray) -> np.ndarray:
    """Return a picture as one map; maps as they are: (samples, maps, rows, columns)."""
    return below[:, np.newaxis] if below.ndim == 3 else below


def _filters(W: np.ndarray) -> np.ndarray:
    """Return filters over a picture as filters over one map: (filters, maps, r, c)."""
    return W[:, np.newaxis] if W.ndim == 3 else W


def _each_map(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return the index of each map; that of a picture is empty."""
    return [(m,) for m in range(shape[0])] if len(shape) == 3 else [()]


def places(lengths: Sides, window: Sides, step: Sides, padding: Sides) -> Sides:
    """Return the numbers of places of a window, down and across.

    >>> places((6, 6), (3, 3), (1, 1), (0, 0, 0, 0)), places((8, 6), (2, 3), (2, 2), (0, 1, 0, 1))
    ((4, 4), (4, 3))
    """
    around = padding[0] + padding[2], padding[1] + padding[3]
    sides = zip(lengths, window, step, around, strict=True)
    return tuple((length + more - wide) // by + 1 for length, wide, by, more in sides)


class Convolution(Equation):
    """z_fij = sum of w_fmuv a_m,i+u,j+v over maps m, rows u, columns v, + b_f.   Book: 5-3.

    With a step s and p zeros around the maps, a_m,si+u-p,sj+v-p takes the place of a_m,i+u,j+v.

    Parameters
    ----------
    step : (int, int)
        How far the filter moves, down and to the right.
    padding : (int, int, int, int)
        Rows and columns of zeros around the maps: above, to the left, below, to the right.
    """

    def __init__(
        self, step: tuple[int, ...] = (1, 1), padding: tuple[int, ...] = (0, 0, 0, 0)
    ) -> None:
        self.step = step
        self.padding = padding

    def array(self, below: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return z, shape (samples, filters, R, C)."""
        a, W, (down, right), (top, left, bottom, end) = (
            _maps(below), _filters(W), self.step, self.padding,
        )  # fmt: skip
        R, C = places(a.shape[2:], W.shape[2:], self.step, self.padding)
        a = np.pad(a, ((0, 0), (0, 0), (top, bottom), (left, end)))
        rows, columns = down * (R - 1) + 1, right * (C - 1) + 1
        z = np.zeros((len(a), len(W), R, C))
        for m, u, v in np.ndindex(W.shape[1:]):
            seen = a[:, m, np.newaxis, u : u + rows : down, v : v + columns : right]
            z += W[:, m, u, v, np.newaxis, np.newaxis] * seen
        return z + b[:, np.newaxis, np.newaxis]

    def cell(self, f: int, *place: int, below: Cells, W: Cells, b: Cells) -> str:
        """Return the formula of one place: a SUMPRODUCT for each row of the filter.

        Parts of the filter over the padding are left out.
        """
        (i, j), (*_, r, c), (*_, rows, columns) = place, W.shape, below.shape
        top, left = i * self.step[0] - self.padding[0], j * self.step[1] - self.padding[1]
        first, beyond = max(0, left), min(columns, left + c)
        terms = [
            f"SUMPRODUCT({below[(*m, top + u, slice(first, beyond))]},"
            f"{W[(f, *m, u, slice(first - left, beyond - left))]})"
            for m in _each_map(below.shape)
            for u in range(r)
            if 0 <= top + u < rows and first < beyond
        ]
        return "=" + "+".join([*([written_sum(terms)] if terms else []), b[f]])

    block_of = "unit"

    def block(self, f: int, *place: int, below: Slice, W: Slice, b: Slice) -> str:
        """Return the array formula of one place in all samples."""
        (i, j), (*_, r, c), (*_, rows, columns) = place, W.shape, below.shape
        top, left = i * self.step[0] - self.padding[0], j * self.step[1] - self.padding[1]
        terms = [
            f"{W[(f, *m, u, v)]}*{below[(*m, top + u, left + v)]}"
            for m in _each_map(below.shape)
            for u in range(r)
            for v in range(c)
            if 0 <= top + u < rows and 0 <= left + v < columns
        ]
        return "=" + "+".join([*([written_sum(terms)] if terms else []), b[f]])


class ConvolutionDelta(Equation):
    """delta_mpq = (sum over the filters f of delta_f,p-u,q-v w_fmuv) a'(z_mpq).   Book: 5-5.

    For the layer below a convolution: each unit is in several windows.
    """

    optional = ("slope",)

    def __init__(self, below: tuple[int, ...]) -> None:
        self.below = below

    def array(
        self, delta_above: np.ndarray, W_above: np.ndarray, slope: np.ndarray | float = 1.0
    ) -> np.ndarray:
        """Return delta of the layer below, shape (samples, maps, rows, columns)."""
        W, (R, C) = _filters(W_above), delta_above.shape[2:]
        delta = np.zeros((len(delta_above), W.shape[1], *self.below[-2:]))
        for f, m, u, v in np.ndindex(W.shape):
            delta[:, m, u : u + R, v : v + C] += delta_above[:, f] * W[f, m, u, v]
        return delta.reshape(len(delta), *self.below) * slope

    def cell(
        self, *unit: int, delta_above: Cells, W_above: Cells, slope: Cells | None = None
    ) -> str:
        *m, p, q = unit
        filters, R, C = delta_above.shape
        *_, r, c = W_above.shape
        total = written_sum(
            [
                f"{delta_above[f, p - u, q - v]}*{W_above[(f, *m, u, v)]}"
                for f in range(filters)
                for u in range(r)
                for v in range(c)
                if 0 <= p - u < R and 0 <= q - v < C
            ]
        )
        return f"=({total})*{slope[unit]}" if slope else f"={total}"


class FilterGradient(Equation):
    """dC_T/dw_fmuv = sum over the samples and places of delta_fij a_m,i+u,j+v.   Book: 5-5."""

    def array(self, delta: np.ndarray, below: np.ndarray) -> np.ndarray:
        """Return the gradient, of the shape of W."""
        maps, (R, C) = _maps(below), delta.shape[2:]
        r, c = maps.shape[2] - R + 1, maps.shape[3] - C + 1
        gradient = np.empty((delta.shape[1], maps.shape[1], r, c))
        for m, u, v in np.ndindex(gradient.shape[1:]):
            window = maps[:, m, np.newaxis, u : u + R, v : v + C]
            gradient[:, m, u, v] = (delta * window).sum(axis=(0, 2, 3))
        return gradient if below.ndim == 4 else gradient[:, 0]

    def cell(self, f: int, *place: int, delta: Cells, below: Cells) -> str:
        """Return the formula of one weight: a SUMPRODUCT over the samples for each row of delta."""
        *m, u, v = place
        _, R, C = delta.shape
        rows = [
            f"SUMPRODUCT({delta.samples[f, i, :]},{below.samples[(*m, i + u, slice(v, v + C))]})"
            for i in range(R)
        ]
        return f"={written_sum(rows)}"


DIGITS = 12
"""Values of a block that equal its largest to this many decimals count as equal: engines compare 15
or 17 digits, so the last ones must not decide."""


class _Pooling(Equation):
    """What the two kinds of pooling share.

    Parameters
    ----------
    size : (int, int)
        Rows and columns of a block.
    step : (int, int)
        Distance to the next block, down and to the right; by default the block's size.
    padding : (int, int, int, int)
        How far blocks reach over the maps: above, to the left, below, to the right.
    """

    def __init__(self, size: Sides, step: Sides = (), padding: Sides = (0, 0, 0, 0)) -> None:
        self.size = size
        self.step = step or size
        self.padding = padding

    def seen(self, below: np.ndarray, outside: float = 0.0) -> np.ndarray:
        """Return the cells of each block side by side, row by row: (samples, maps, R, C, cells)."""
        (top, left, bottom, right), (down, across) = self.padding, self.step
        maps = below.reshape(len(below), -1, *below.shape[-2:])
        around = (0, 0), (0, 0), (top, bottom), (left, right)
        maps = np.pad(maps, around, constant_values=outside)
        every = np.lib.stride_tricks.sliding_window_view(maps, self.size, axis=(2, 3))
        kept = every[:, :, ::down, ::across]
        return kept.reshape(*kept.shape[:4], -1)

    def single(self, unit: tuple[int, ...], below: Cells) -> list[tuple[int, ...]]:
        """Return the index of each cell of a block, row by row."""
        (r, c), (*m, p, q), (*_, rows, columns) = self.size, unit, below.shape
        m = m if len(below.shape) == 3 else ()
        top, left = p * self.step[0] - self.padding[0], q * self.step[1] - self.padding[1]
        cells = [(top + u, left + v) for u in range(r) for v in range(c)]
        return [(*m, i, j) for i, j in cells if 0 <= i < rows and 0 <= j < columns]

    def above(self, unit: tuple[int, ...]) -> tuple[tuple[int, ...], int]:
        """Return the block of a unit below, and the unit's number in it, from 1."""
        (r, c), (*m, i, j) = self.size, unit
        return (*m, i // r, j // c), i % r * c + j % c + 1

    def spread(self, above: np.ndarray) -> np.ndarray:
        """Return for each unit below the value of its block."""
        return above.repeat(self.size[0], axis=-2).repeat(self.size[1], axis=-1)


class MaxPooling(_Pooling):
    """a = the largest value of the block.   Book: 5-3."""

    reads_as_stated = switches = True

    def array(self, below: np.ndarray) -> np.ndarray:
        """Return a, shape (samples, maps, rows / r, columns / c)."""
        return self.seen(below, -np.inf).max(axis=-1)

    def cell(self, *unit: int, below: Cells) -> str:
        return "=" + written_call("MAX", [below[cell] for cell in self.single(unit, below)])

    block_of = "unit"

    def block(self, *unit: int, below: Slice) -> str:
        """Return the array formula of one block in all samples."""
        cells = [below[cell] for cell in self.single(unit, below)]
        return f"={largest_of(cells, cells)}"


class Argmax(_Pooling):
    """Which value of the block is the largest, from 1, row by row; the first if equal.

    Differs from a literal reading of the book (5-5), where every value that equals the largest
    passes the error on: with equal windows, the derivative would count twice.
    """

    reads_as_stated = discontinuous = True

    def array(self, below: np.ndarray, a: np.ndarray) -> np.ndarray:
        """Return the position, of the shape of a."""
        distance = a[..., np.newaxis] - self.seen(below)
        return (np.round(distance, DIGITS) == 0).argmax(axis=-1) + 1.0

    def cell(self, *unit: int, below: Cells, a: Cells) -> str:
        *first, _ = self.single(unit, below)
        tests = "".join(
            f"IF(ROUND({a[unit]}-{below[cell]},{DIGITS})=0,{number},"
            for number, cell in enumerate(first, 1)
        )
        return f"={tests}{len(first) + 1}{')' * len(first)}"

    block_of = "unit"

    def block(self, *unit: int, below: Slice, a: Slice) -> str:
        """Return the array formula of one block in all samples."""
        *first, _ = self.single(unit, below)
        tests = "".join(
            f"IF(ABS({a[unit]}-{below[cell]})<=0.5/10^{DIGITS},{number},"
            for number, cell in enumerate(first, 1)
        )
        return f"={tests}{len(first) + 1}{')' * len(first)}"


class MaxPoolingDelta(_Pooling):
    """delta = (delta of the block, for its first largest value, else 0) a'(z).   Book: 5-5."""

    reads_as_stated = True

    optional = ("slope",)

    def array(
        self,
        delta_above: np.ndarray,
        argmax: np.ndarray,
        slope: np.ndarray | float = 1.0,
    ) -> np.ndarray:
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
        """Return a, shape (samples, maps, rows / r, columns / c)."""
        return self.seen(below).mean(axis=-1)

    def cell(self, *unit: int, below: Cells) -> str:
        cells = [below[cell] for cell in self.single(unit, below)]
        if len(cells) > MOST_ARGUMENTS:
            return f"=({written_sum(cells)})/{len(cells)}"
        return f"=AVERAGE({','.join(cells)})"

    block_of = "unit"

    def block(self, *unit: int, below: Slice) -> str:
        """Return the array formula of one block in all samples."""
        cells = [below[cell] for cell in self.single(unit, below)]
        return f"=({written_sum(cells)})/{len(cells)}"


class AveragePoolingDelta(_Pooling):
    """delta = (delta of the block / number of its units) a'(z)."""

    optional = ("slope",)

    def array(self, delta_above: np.ndarray, slope: np.ndarray | float = 1.0) -> np.ndarray:
        return self.spread(delta_above) / (self.size[0] * self.size[1]) * slope

    def cell(self, *unit: int, delta_above: Cells, slope: Cells | None = None) -> str:
        block, _ = self.above(unit)
        shared = f"{delta_above[block]}/{self.size[0] * self.size[1]}"
        return f"={shared}*{slope[unit]}" if slope else f"={shared}"
