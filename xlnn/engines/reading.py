"""Compare what an engine has read in a file with what xlnn has read there.

An engine that reads the file itself may read it differently, and drop a part of a number, for
example. Its results would then be those of another workbook.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Self

import formualizer
import numpy as np

from xlnn.errors import EngineError
from xlnn.grid import Inputs, Place, SheetValues, Values
from xlnn.xlsx.cells import Constants, all_cells, checksum

if TYPE_CHECKING:
    from xlnn.xlsx.package import Package

Told = Callable[[Place], str]
"""Returns the formula that an engine holds in a cell, as `formualizer` writes formulas."""

PART = 20
"""How many characters of a formula are shown, starting near the first difference."""

_NOTHING = SheetValues(np.zeros((0, 0)))


@dataclass(frozen=True)
class Reading:
    """What xlnn has read in a file that an engine gets.

    Attributes
    ----------
    constants : mapping of str to Constants
        The typed numbers and texts, by the sheet's title: all of them are compared.
    formulas : mapping of Place to str
        Formulas without "=", one of those that differ only in digits: reading all
        of them from formualizer takes a sixth of the time of a check.
    """

    constants: Mapping[str, Constants]
    formulas: Mapping[Place, str]

    @classmethod
    def of(cls, contents: "Package") -> Self:
        """Return what was read, without formulas that were rewritten for the engine."""
        changed = contents.named | contents.left_out.keys()
        formulas = contents.examples.items()
        return cls(
            contents.constants, {cell: text for cell, text in formulas if cell not in changed}
        )

    def without_formulas(self) -> Self:
        """Return what was read from a file in which some formulas were replaced."""
        return type(self)(self.constants, {})

    def check_values(
        self, engine: str, path: Path, values: Values, inputs: Inputs, precision: float = 0.0
    ) -> None:
        """Refuse values if a constant is neither the one in the file nor an input put there.

        Parameters
        ----------
        engine : str
        path : Path
            The file.
        values : Values
            What the engine holds.
        inputs : Inputs
            The numbers that were put into cells; NaN for an empty cell.
        precision : float
            The largest relative error of the numbers that the engine returns.

        Raises
        ------
        EngineError
            The message names the cell and what each has read.
        """
        for title, typed in self.constants.items():
            grid = values.get(title, _NOTHING)
            for cell, number in _unlike(title, typed, grid, precision):
                if cell not in inputs:
                    raise _misread(engine, cell, number, grid.at(*cell[1:]))
            for row, column, mark in zip(*map(np.ndarray.tolist, typed.texts), strict=True):
                held, cell = grid.others.get((row, column)), Place(title, row, column)
                is_held = type(held) is str and checksum(held) == mark
                if not is_held and cell not in inputs:
                    raise _misread(engine, cell, _text(path, cell), grid.at(row, column))
        for cell, number in inputs.items():
            held = values.get(cell[0], _NOTHING).at(*cell[1:])
            is_held = held is None if isnan(number) else _near(held, number, precision)
            if not is_held:
                raise _misread(engine, Place(*cell), number, held)

    def check_formulas(self, engine: str, told: Told) -> None:
        """Refuse an engine that holds a formula other than the one in the file.

        Raises
        ------
        EngineError
            The message names the cell and what each has read.
        """
        for cell, text in self.formulas.items():
            known, held = _read_by_formualizer(text), told(cell)
            if known and known != held:
                alike = takewhile(
                    lambda signs: signs[0] == signs[1], zip(known, held, strict=False)
                )
                start = len([*alike]) // PART * PART
                raise _misread(engine, cell, known[start:], held[start:])


def _read_by_formualizer(text: str) -> str | None:
    """Return a formula as formualizer writes it; None if it cannot read it."""
    try:
        return formualizer.parse(f"={text}").to_formula()
    except (formualizer.ParserError, formualizer.TokenizerError, ValueError, RecursionError):
        return None


def _unlike(
    title: str, typed: Constants, grid: SheetValues, precision: float
) -> Iterator[tuple[Place, float]]:
    """Yield the numbers of a sheet that an engine does not hold, by their cells."""
    rows, columns, known = typed.numbers
    height, width = grid.numbers.shape
    inside = (rows <= height) & (columns <= width)
    held = np.full(known.shape, np.nan)
    held[inside] = grid.numbers[rows[inside] - 1, columns[inside] - 1]
    for index in np.flatnonzero(~_near(held, known, precision)).tolist():
        yield Place(title, int(rows[index]), int(columns[index])), float(known[index])


def _near(held: object, known: float | np.ndarray, precision: float) -> bool | np.ndarray:
    """Return the numbers that an engine holds; NaN where it holds none."""
    if not isinstance(held, float | np.ndarray):
        return False
    return np.abs(held - known) <= precision * np.abs(known)


def _text(path: Path, cell: Place) -> str:
    """Return the text of a cell."""
    return next(
        str(value)
        for title, (row, column, _, value, _) in all_cells(path)
        if (title, row, column) == cell
    )


def _misread(engine: str, cell: Place, known: object, held: object) -> EngineError:
    return EngineError(
        f"{cell} holds {_shown(known)}, but {engine} reads {_shown(held)}, so it computes another "
        "workbook: type the cell again, or choose another engine with --engine."
    )


def _shown(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124 -- NaN, for an emptied cell
        return "nothing"
    return f'"{value:.60}"' if isinstance(value, str) else f"{value!r:.30}"
