"""Which stored values are not what their formulas give?

Nothing here believes them, but they are what a program shows that computes nothing: a preview, a
phone, a reader of files.
"""

import re

import numpy as np

from xlnn import reference
from xlnn.checking.comparison import CONSEQUENCE, Comparison, apart
from xlnn.quantity import Quantity
from xlnn.reference import Arrays
from xlnn.xlsx.formula_cells import FormulaCells

_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?)")
"""A number within a text, in which a program writes the decimal mark of its language."""

_LAST_DIGIT = 1.5
"""How many units of its last digit a number within a text may differ: it was rounded."""


def stale(comparison: Comparison, arrays: Arrays) -> list[str]:
    """Return the cells whose stored value is another than the one that was computed.

    A number that differs as rounding over the epochs makes numbers differ is none of them, nor is
    a choice that is as good, nor a text in which numbers are rounded or written otherwise. Where
    nothing is stored, nothing is wrong.
    """
    layout = comparison.layout
    found = []
    for key, title in layout.titles.items():
        cells = comparison.contents.formulas[title]
        if not cells.said and np.isnan(cells.stored).all():
            continue
        numbers, words = _numbers(cells, layout.extents[key]), _words(cells, layout.extents[key])
        for block in layout.on(key):
            quantity = block.quantity
            if quantity.equation is None:
                continue
            computed, stored = arrays[quantity.name], block.window(numbers)
            if quantity.is_text:
                wrong = ~np.isnan(stored)
            else:
                wrong = _numbers_apart(comparison, quantity, stored, arrays)
            if words is not None:
                wrong = wrong | _words_apart(block.window(words), computed)
            found += [layout.cell(quantity.name, tuple(at)) for at in np.argwhere(wrong)]
    return found


def _numbers(cells: FormulaCells, extent: tuple[int, int]) -> np.ndarray:
    """Return the stored numbers where they stand in a sheet, NaN elsewhere."""
    numbers = np.full(extent, np.nan)
    inside = (cells.rows <= extent[0]) & (cells.columns <= extent[1])
    numbers[cells.rows[inside] - 1, cells.columns[inside] - 1] = cells.stored[inside]
    return numbers


def _words(cells: FormulaCells, extent: tuple[int, int]) -> np.ndarray | None:
    """Return what else is stored where it stands in a sheet; None if it is nothing."""
    if not cells.said:
        return None
    words = np.full(extent, None)
    for (row, column), text in cells.said.items():
        if row <= extent[0] and column <= extent[1]:
            words[row - 1, column - 1] = text
    return words


def _numbers_apart(
    comparison: Comparison, quantity: Quantity, stored: np.ndarray, arrays: Arrays
) -> np.ndarray:
    """Tell which stored numbers are others."""
    known, computed = ~np.isnan(stored), arrays[quantity.name]
    wrong = known & ~(apart(stored, computed) <= CONSEQUENCE)
    if wrong.any() and quantity.is_compared:
        model = comparison.layout.model
        shown = {**arrays, quantity.name: np.where(known, stored, computed)}
        wrong &= ~reference.ties(model, quantity, shown, CONSEQUENCE)
    return wrong


def _words_apart(stored: np.ndarray, computed: np.ndarray) -> np.ndarray:
    """Tell which stored texts are others, or stand where a number belongs."""
    wrong = np.array(np.not_equal(stored, None), dtype=bool)
    for index in map(tuple, np.argwhere(wrong)):
        text, value = stored[index], computed[index]
        if isinstance(value, str):
            wrong[index] = not reads_alike(text, value)
        elif value is None or np.isnan(value):
            wrong[index] = not text.startswith("#")
    return wrong


def reads_alike(one: str, other: str) -> bool:
    """Tell whether two texts are the same but for the last digits of decimals and their mark.

    >>> reads_alike("C = 0.25", "C = 0,26"), reads_alike("7 of 64", "8 of 64")
    (True, False)
    """
    if one == other:
        return True
    pieces, others = _NUMBER.split(one), _NUMBER.split(other)
    if pieces[::2] != others[::2]:
        return False
    for number, wanted in zip(pieces[1::2], others[1::2], strict=True):
        found, expected = (text.replace(",", ".") for text in (number, wanted))
        decimals = len(found.partition(".")[2])
        if decimals != len(expected.partition(".")[2]):
            return False
        unit = _LAST_DIGIT * 10.0**-decimals if decimals else 0.0
        if abs(float(found) - float(expected)) > unit:
            return False
    return True
