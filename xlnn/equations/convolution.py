"""The equations of a convolution: a filter slides over the maps below, one step at a time.

Shapes: a of the layer ``below`` (images, maps, rows, columns), or (images, rows, columns) of a
picture; W (filters, maps, r, c), or (filters, r, c); b (filters,); z and delta
(images, filters, R, C), where R = rows - r + 1 and C = columns - c + 1. With longer steps, or zeros
around the maps, there are `places` of them.

Differs from one matrix product: sums are taken in the same order at every place, so that equal
windows give exactly equal numbers. Pooling asks which of them is the largest.

Book: 5-3. Shapes: a (1, rows, columns) of a picture or (1, maps, rows, columns); the window, the
filter and the products (r, c) or (maps, r, c). Places count from 1, as INDEX does.
"""

import numpy as np

from xlnn.equations.dense import written_call, written_sum
from xlnn.equations.lookup import entry, flat, looked_up
from xlnn.quantity import Cells, Equation


class Window(Equation):
    """a_m,i+u,j+v: what a filter sees from the chosen place (i, j).

    Parameters
    ----------
    size : (int, int)
        Rows and columns of the filter.
    """

    coarse = repeats = True

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size

    def array(self, a: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
        """Return the window; NaN where the place is none."""
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


class OfFilter(Equation):
    """The weights, or the bias, of the chosen filter in the chosen epoch."""

    coarse = repeats = True

    def array(self, all_epochs: np.ndarray, epoch: np.ndarray, number: np.ndarray) -> np.ndarray:
        """Return them, of the shape of one filter."""
        return entry(entry(all_epochs, epoch), number)

    def cell(self, *unit: int, all_epochs: Cells, epoch: Cells, number: Cells) -> str:
        """Return the formula of one of them: the filters stand in one row, one after another."""
        filters, *one = all_epochs.shape
        size, here = int(np.prod(one)), flat(unit, tuple(one)) + 1
        cells = all_epochs.epochs[...]
        if filters * size == 1:
            return looked_up(cells, epoch[()])
        place = f"({number[()]}-1)*{size}+{here}" if one else number[()]
        return f"=INDEX({cells},{epoch[()]},{place})"


class Products(Equation):
    """w_fmuv a_m,i+u,j+v, of each cell of the window."""

    def array(self, a: np.ndarray, W: np.ndarray) -> np.ndarray:
        """Return the products, of the shape of both."""
        return a * W

    def cell(self, *unit: int, a: Cells, W: Cells) -> str:
        return f"={a[unit]}*{W[unit]}"


class SumOfProducts(Equation):
    """The sum of all products."""

    def array(self, products: np.ndarray) -> np.ndarray:
        """Return the sum, a number."""
        return products.sum()

    def cell(self, products: Cells) -> str:
        return "=" + written_call("SUM", products.listed.split(","))


class PlusBias(Equation):
    """z_fij = the sum of the products + b_f."""

    def array(self, total: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return z, a number."""
        return total + b

    def cell(self, total: Cells, b: Cells) -> str:
        return f"={total[()]}+{b[()]}"


class OfPlace(Equation):
    """z of the chosen place of the chosen map, as training has it in the chosen epoch and image."""

    coarse = repeats = True

    def array(
        self,
        rows: np.ndarray,
        position: np.ndarray,
        number: np.ndarray,
        row: np.ndarray,
        column: np.ndarray,
    ) -> np.ndarray:
        """Return z, a number, from that of all epochs and images; NaN where the place is none."""
        maps = entry(rows.reshape(-1, *rows.shape[2:]), position)
        return entry(entry(entry(maps, number), row), column)

    def cell(self, rows: Cells, position: Cells, number: Cells, row: Cells, column: Cells) -> str:
        """Return the formula: the places of all maps stand in one row, one after another."""
        _, R, C = rows.shape
        place = f"({number[()]}-1)*{R * C}+({row[()]}-1)*{C}+{column[()]}"
        cells = rows.epochs.images[...]
        return f"=INDEX({cells},{position[()]},{place})" if ":" in cells else f"={cells}"


def _maps(below: np.ndarray) -> np.ndarray:
    """Return a picture as one map; maps as they are: (images, maps, rows, columns)."""
    return below[:, np.newaxis] if below.ndim == 3 else below


def _filters(W: np.ndarray) -> np.ndarray:
    """Return filters over a picture as filters over one map: (filters, maps, r, c)."""
    return W[:, np.newaxis] if W.ndim == 3 else W


def _each_map(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return the index of each map; that of a picture is empty."""
    return [(m,) for m in range(shape[0])] if len(shape) == 3 else [()]


def places(length: int, window: int, step: int = 1, around: int = 0) -> int:
    """Return at how many places a window of some length stands along a side.

    Parameters
    ----------
    length, window, step : int
        Of the side, of the window, and how far it moves.
    around : int
        Cells before and behind the side, together.

    >>> places(6, 3), places(8, 2, 2), places(6, 3, 2, 2)
    (4, 4, 3)
    """
    return (length + around - window) // step + 1


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
        """Return z, shape (images, filters, R, C)."""
        a, W, (down, right), (top, left, bottom, end) = (
            _maps(below), _filters(W), self.step, self.padding,
        )  # fmt: skip
        R = places(a.shape[2], W.shape[2], down, top + bottom)
        C = places(a.shape[3], W.shape[3], right, left + end)
        a = np.pad(a, ((0, 0), (0, 0), (top, bottom), (left, end)))
        rows, columns = down * (R - 1) + 1, right * (C - 1) + 1
        z = np.zeros((len(a), len(W), R, C))
        for m, u, v in np.ndindex(W.shape[1:]):
            seen = a[:, m, np.newaxis, u : u + rows : down, v : v + columns : right]
            z += W[:, m, u, v, np.newaxis, np.newaxis] * seen
        return z + b[:, np.newaxis, np.newaxis]

    def cell(self, f: int, *place: int, below: Cells, W: Cells, b: Cells) -> str:
        """Return the formula of one place: a SUMPRODUCT for each row of the filter.

        What of the filter lies over the zeros around the maps is left out.
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


class ConvolutionDelta(Equation):
    """delta_mpq = (sum over the filters f of delta_f,p-u,q-v w_fmuv) a'(z_mpq).   Book: 5-5.

    For the layer below a convolution: each of its units is seen by every window that holds it.
    """

    optional = ("slope",)

    def __init__(self, below: tuple[int, ...]) -> None:
        self.below = below

    def array(
        self, delta_above: np.ndarray, W_above: np.ndarray, slope: np.ndarray | float = 1.0
    ) -> np.ndarray:
        """Return delta of the layer below, shape (images, maps, rows, columns)."""
        W, (R, C) = _filters(W_above), delta_above.shape[2:]
        delta = np.zeros((len(delta_above), W.shape[1], *self.below[-2:]))
        for f, m, u, v in np.ndindex(W.shape):
            delta[:, m, u : u + R, v : v + C] += delta_above[:, f] * W[f, m, u, v]
        return delta.reshape(len(delta), *self.below) * slope

    def cell(
        self, *unit: int, delta_above: Cells, W_above: Cells, slope: Cells | None = None
    ) -> str:
        """Return the formula of a unit, written out."""
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
    """dC_T/dw_fmuv = sum over the images and places of delta_fij a_m,i+u,j+v.   Book: 5-5."""

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
        """Return the formula of one weight: a SUMPRODUCT over the images for each row of delta."""
        *m, u, v = place
        _, R, C = delta.shape
        rows = [
            f"SUMPRODUCT({delta.images[f, i, :]},{below.images[(*m, i + u, slice(v, v + C))]})"
            for i in range(R)
        ]
        return f"={written_sum(rows)}"
