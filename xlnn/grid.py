"""The values of a recalculated workbook, and addresses of cells such as AB12."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from openpyxl.utils.cell import get_column_letter as letters

LONGEST_FORMULA = 8_192
"""Excel's limit, in characters."""

Inputs = Mapping[tuple[str, int, int], float]
"""Numbers to put into cells before recalculating: (sheet, row, column) -> number.

The engines that prove a build, formualizer, IronCalc and formulas, empty a cell for NaN.
"""


class CellError(str):
    """An error value of a cell, such as ``#NUM!``."""

    __slots__ = ()


@dataclass(frozen=True)
class SheetValues:
    """The values of one sheet.

    Attributes
    ----------
    numbers : array, shape (rows, columns)
        The cell in row r and column c (both from 1) is ``numbers[r - 1, c - 1]``; NaN where the
        cell is not a number.
    others : dict
        Texts, booleans and error values by (row, column), both from 1. Empty cells are absent.
    """

    numbers: np.ndarray
    others: dict[tuple[int, int], str | bool | CellError] = field(default_factory=dict)

    def at(self, row: int, column: int) -> float | str | bool | CellError | None:
        """Return the value of a cell; None if it is empty."""
        if (row, column) in self.others:
            return self.others[row, column]
        rows, columns = self.numbers.shape
        if row > rows or column > columns or np.isnan(self.numbers[row - 1, column - 1]):
            return None
        return float(self.numbers[row - 1, column - 1])


Values = Mapping[str, SheetValues]
"""A recalculated workbook: `SheetValues` by the sheet's title."""


def address(row: int, column: int) -> str:
    """Return the address of a cell.

    >>> address(7, 18)
    'R7'
    """
    return f"{letters(column)}{row}"


def fixed(row: int, column: int) -> str:
    """Return the absolute address of a cell.

    >>> fixed(7, 18)
    '$R$7'
    """
    return f"${letters(column)}${row}"


class Place(NamedTuple):
    """A cell: the title of its sheet, its row and its column, both from 1.

    >>> str(Place("Training", 7, 18))
    'Training!R7'
    """

    title: str
    row: int
    column: int

    def __str__(self) -> str:
        """Return it as a message names it."""
        return f"{self.title}!{address(self.row, self.column)}"


def quoted(title: str) -> str:
    """Return a sheet's title as a formula writes it.

    >>> quoted("Training"), quoted("Gradient check"), quoted("训练")
    ('Training', "'Gradient check'", '训练')
    """
    if re.fullmatch(r"[^\W\d]\w*", title) and not re.fullmatch(
        r"[A-Za-z]{1,3}\d+|[Rr]\d*[Cc]?\d*|[Cc]\d*", title
    ):
        return title
    return "'" + title.replace("'", "''") + "'"
