"""Store the value of each cell while a workbook is computed.

All sheets are one after another in one flat array. A cell is a place in it, so that formulas of all
sheets gather their operands with one NumPy index.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from formulas.tokens.operand import Error, XlError
from schedula import EMPTY

from xlnn.errors import EngineError
from xlnn.grid import CellError, Place, SheetValues

MAX_PLACES = 100_000_000
"""The most cells that all sheets may span, including empty ones: 0.8 GB of numbers."""


@dataclass(frozen=True)
class Places:
    """The place of every cell of a workbook in one flat array.

    Row r and column c (both from 1) of a sheet are place
    ``first[sheet] + (r - 1) * width[sheet] + c - 1``.

    Attributes
    ----------
    titles : tuple of str
        The title of each sheet.
    extents : tuple of (int, int)
        The rows and columns of each sheet that are used or read by a formula.
    first : array, shape (sheets,)
        The place of A1.
    width : array, shape (sheets,)
        The columns of each sheet.
    size : int
        The number of places.
    """

    titles: tuple[str, ...]
    extents: tuple[tuple[int, int], ...]
    first: np.ndarray
    width: np.ndarray
    size: int

    @classmethod
    def of(cls, titles: Sequence[str], extents: Sequence[tuple[int, int]]) -> "Places":
        """Lay out the sheets.

        Raises
        ------
        EngineError
            The sheets span more than `MAX_PLACES` cells.
        """
        sizes = [rows * columns for rows, columns in extents]
        if sum(sizes) > MAX_PLACES:
            largest = int(np.argmax(sizes))
            rows, columns = extents[largest]
            raise EngineError(
                f"{titles[largest]}: the cells in use span {rows} rows and {columns} columns; the"
                f" engine takes {MAX_PLACES} cells over all sheets. Move the far cells closer."
            )
        first = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
        width = np.array([columns for _, columns in extents], dtype=np.int64)
        return cls(tuple(titles), tuple(extents), first, width, sum(sizes))

    def at(self, sheet: int, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Return the places of cells of one sheet."""
        return self.first[sheet] + (rows - 1) * self.width[sheet] + columns - 1

    def sheets(self, places: np.ndarray) -> np.ndarray:
        """Return the sheet of each place."""
        # "right" skips sheets without cells, which share their place with the next sheet
        return np.searchsorted(self.first, places, side="right") - 1

    def within(self, corners: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
        """Return the places of ranges of one shape.

        Parameters
        ----------
        corners : array, shape (n,)
            The places of the upper left cells.
        shape : (int, int)
            Rows and columns of each range.

        Returns
        -------
        array, shape (n, rows, columns)
        """
        rows, columns = shape
        if rows == columns == 1:
            return corners[:, None, None]
        width = self.width[self.sheets(corners)]
        down = width[:, None, None] * np.arange(rows)[:, None]
        return corners[:, None, None] + down + np.arange(columns)

    def cell(self, place: int) -> tuple[int, int, int]:
        """Return the sheet, row and column of a place."""
        sheet = int(self.sheets(np.array([place]))[0])
        row, column = divmod(int(place - self.first[sheet]), int(self.width[sheet]))
        return sheet, row + 1, column + 1

    def name(self, place: int) -> str:
        """Return a place as Sheet!A1."""
        sheet, row, column = self.cell(place)
        return str(Place(self.titles[sheet], row, column))


@dataclass
class Store:
    """The values of all cells.

    Attributes
    ----------
    places : Places
    numbers : array, shape (places,)
        NaN where a cell is not a number.
    others : dict
        Texts, booleans and error values of `formulas`, by place.
    """

    places: Places
    numbers: np.ndarray
    others: dict[int, object] = field(default_factory=dict)
    held: np.ndarray = field(init=False)
    """Which places have one of these, so that not every empty cell is looked up."""

    def __post_init__(self) -> None:
        """Mark the places of the other values."""
        self.held = np.zeros(self.numbers.shape, dtype=bool)
        self.held[[*self.others]] = True

    def copy(self) -> "Store":
        """Return a copy of the values; the places are shared."""
        return Store(self.places, self.numbers.copy(), dict(self.others))

    def take(self, places: np.ndarray) -> np.ndarray:
        """Read cells.

        Returns
        -------
        array of the same shape
            float if all are numbers, else object with values of `formulas`: EMPTY, str, bool,
            XlError.
        """
        values = self.numbers[places]
        missing = np.isnan(values)
        if not missing.any():
            return values
        values = values.astype(object)
        values[missing] = EMPTY
        held = missing & self.held[places]
        values[held] = [self.others[place] for place in places[held].tolist()]
        return values

    def put(self, places: np.ndarray, values: np.ndarray) -> None:
        """Write the results of formulas, both of shape (n,)."""
        if values.dtype == float and np.isfinite(values).all():
            self.numbers[places] = values
            return
        for place, value in zip(places.tolist(), values.tolist(), strict=True):
            self.set(place, value)

    def clear(self, place: int) -> None:
        """Leave a cell empty."""
        self.numbers[place] = np.nan
        self.others.pop(place, None)
        self.held[place] = False

    def set(self, place: int, value: object) -> None:
        """Write one value, from a file or from `formulas`."""
        if value is EMPTY:  # a formula that refers to an empty cell shows 0
            value = 0.0
        if isinstance(value, np.bool_):
            value = bool(value)
        is_real = isinstance(value, int | float | np.integer | np.floating)
        if is_real and not isinstance(value, bool) and np.isfinite(value):
            self.numbers[place] = value
            self.others.pop(place, None)
            self.held[place] = False
            return
        if isinstance(value, CellError):
            value = Error.errors.get(value, Error.errors["#VALUE!"])
        elif not isinstance(value, str | bool):
            # a few functions of formulas return infinity or complex numbers, which no cell can hold
            value = Error.errors["#NUM!"]
        self.numbers[place] = np.nan
        self.others[place] = value
        self.held[place] = True

    def grids(self) -> dict[str, SheetValues]:
        """Return the values of all sheets, up to the last row and column with a value."""
        places, grids = self.places, {}
        known = ~np.isnan(self.numbers) | self.held
        parts = (np.split(array, places.first[1:]) for array in (self.numbers, known))
        for title, extent, *part in zip(places.titles, places.extents, *parts, strict=True):
            numbers, here = (array.reshape(extent) for array in part)
            rows, columns = (np.flatnonzero(here.any(axis)) for axis in (1, 0))
            corner = max(rows, default=-1) + 1, max(columns, default=-1) + 1
            grids[title] = SheetValues(numbers[: corner[0], : corner[1]].copy())
        for place, value in self.others.items():
            sheet, row, column = places.cell(place)
            grid = grids[places.titles[sheet]]
            grid.others[row, column] = CellError(value) if isinstance(value, XlError) else value
        return grids
