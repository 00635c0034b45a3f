"""The engines that recalculate a workbook: what one is, and which there are.

An engine never believes the values stored in a file: it computes every formula anew.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import numpy as np

from xlnn.errors import EngineError

Inputs = Mapping[tuple[str, int, int], float]
"""Numbers to put into input cells before recalculating: (sheet, row, column) -> number."""


class CellError(str):
    """An error value of a cell, such as ``#NUM!``."""

    __slots__ = ()


@dataclass(frozen=True)
class Grid:
    """The values of one sheet.

    Attributes
    ----------
    numbers : array, shape (rows, columns)
        The cell in row r and column c (both from 1) is ``numbers[r - 1, c - 1]``; NaN where the
        cell holds no number.
    others : dict
        Texts, booleans and error values by (row, column), both from 1. Empty cells are absent.
    """

    numbers: np.ndarray
    others: dict[tuple[int, int], str | bool | CellError] = field(default_factory=dict)

    def at(self, row: int, column: int) -> float | str | bool | CellError | None:
        """Return what a cell holds; None for an empty one."""
        if (row, column) in self.others:
            return self.others[row, column]
        rows, columns = self.numbers.shape
        if row > rows or column > columns or np.isnan(self.numbers[row - 1, column - 1]):
            return None
        return float(self.numbers[row - 1, column - 1])


Values = Mapping[str, Grid]
"""A recalculated workbook: a Grid for each sheet, by the sheet's title."""

Recalculate = Callable[[Inputs], Values]
"""Recalculates the loaded workbook, with some inputs replaced (none: ``{}``)."""

ENGINES = ("formulas", "formualizer", "libreoffice")

DEFAULT_ENGINE = "formulas"


def cancel(recalculate: Recalculate, worker: ThreadPoolExecutor) -> None:
    """End an engine's work in another thread, as soon as nothing of it is left anywhere.

    A method ``cancel`` of an engine ends what the interpreter would not.
    """
    worker.shutdown(wait=False, cancel_futures=True)
    getattr(recalculate, "cancel", lambda: None)()


def load(engine: str, path: Path) -> Recalculate:
    """Load a workbook into an engine; the result may be called any number of times.

    Raises
    ------
    EngineError
        The engine is unknown, is not installed, or cannot load the file.
    """
    if engine not in ENGINES:
        raise EngineError(f'There is no engine "{engine}"; choose one of {", ".join(ENGINES)}.')
    module = import_module(f"xlnn.engines.{engine}")
    return module.load(path)
