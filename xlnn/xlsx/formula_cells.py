"""Read the formula cells of a sheet and their stored values."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from xlnn.xlsx.sheet_stream import Item
from xlnn.xlsx.texts import unescaped

MAX_SAID, EACH_SAID = 1 << 23, 40
"""Characters of the texts that are stored with the formulas of a sheet and are kept, of which each
counts for so many more, as it needs a place. Of a network they are some thousands of words."""

_SAID = frozenset({"str", "inlineStr", "d", "e", "b"})
"""Types of what is stored with a formula in words. No program stores it in a table of texts."""


class FormulaCells(NamedTuple):
    """The formula cells of a sheet, row by row and from left to right.

    Attributes
    ----------
    rows, columns : array of int32, shape (formulas,)
        Where each formula stands, from 1.
    texts : list of str or None
        The formulas without their "="; None where they are too many to be kept, or where some are
        stated by another cell: `Contents.stated` reads those again.
    stored : array of float, shape (formulas,)
        The number that is stored with each formula, which nobody may trust; NaN where that is none.
    said : dict of str
        The texts, errors and truth values that are stored, by row and column, up to `MAX_SAID`.
    """

    rows: np.ndarray
    columns: np.ndarray
    texts: list[str] | None
    stored: np.ndarray
    said: dict[tuple[int, int], str]

    def fill(self, sheet: np.ndarray, values: np.ndarray | int) -> np.ndarray:
        """Put a value for each formula where it stands in an array of a sheet; return the array."""
        inside = (self.rows <= sheet.shape[0]) & (self.columns <= sheet.shape[1])
        each = np.broadcast_to(values, self.rows.shape)
        sheet[self.rows[inside] - 1, self.columns[inside] - 1] = each[inside]
        return sheet


@dataclass
class FormulaBuffer:
    """What is kept of the formula cells of a sheet that is being read."""

    rows: "array[int]" = field(default_factory=lambda: array("i"))
    columns: "array[int]" = field(default_factory=lambda: array("i"))
    texts: list[str] | None = field(default_factory=list)
    stored: "array[float]" = field(default_factory=lambda: array("d"))
    said: dict[tuple[int, int], str] = field(default_factory=dict)
    length: int = 0

    def numbers(self, items: Sequence[Item]) -> list[str | None]:
        """Return the numbers of some cells; what else is stored with formulas is kept."""
        for row, column, kind, attributes, _, text in items:
            if kind in _SAID and attributes is not None and text:
                self.length += len(text) + EACH_SAID
                if self.length <= MAX_SAID:
                    self.said[row, column] = unescaped(text)
        return [item[5] if item[2] == "n" else None for item in items]

    def cells(self) -> FormulaCells:
        """Return what was kept."""
        return FormulaCells(
            np.frombuffer(self.rows, dtype=np.int32) if self.rows else np.empty(0, np.int32),
            np.frombuffer(self.columns, dtype=np.int32) if self.rows else np.empty(0, np.int32),
            self.texts,
            np.frombuffer(self.stored) if self.rows else np.empty(0),
            self.said,
        )
