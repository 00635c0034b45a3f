"""One place of a map, looked at closely: the window, the filter, and their sum of products.

Book: 5-3. Shapes: a (1, rows, columns) of a picture or (1, maps, rows, columns); the window, the
filter and the products (r, c) or (maps, r, c). Places count from 1, as INDEX does.
"""

import numpy as np

from xlnn.equations.dense import written_call
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
        """Return the formula of one cell of the window."""
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
        """Return the formula of one product."""
        return f"={a[unit]}*{W[unit]}"


class SumOfProducts(Equation):
    """The sum of all products."""

    def array(self, products: np.ndarray) -> np.ndarray:
        """Return the sum, a number."""
        return products.sum()

    def cell(self, products: Cells) -> str:
        """Return the formula."""
        return "=" + written_call("SUM", products.listed.split(","))


class PlusBias(Equation):
    """z_fij = the sum of the products + b_f."""

    def array(self, total: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return z, a number."""
        return total + b

    def cell(self, total: Cells, b: Cells) -> str:
        """Return the formula."""
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
