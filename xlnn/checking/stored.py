"""Which stored values are not what their formulas give?

Nothing here believes them, but they are what a program shows that computes nothing: a preview, a
phone, a reader of files.
"""

import re

import numpy as np

from xlnn import reference
from xlnn.blocks import Block
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
        numbers = _numbers(cells, layout.extents[key])
        for block in layout.on(key):
            quantity = block.quantity
            if quantity.equation is None:
                continue
            if quantity.is_text:
                wrong = _texts_apart(block, cells, arrays[quantity.name])
            elif numbers is not None:
                wrong = _numbers_apart(comparison, quantity, block.window(numbers), arrays)
            else:
                continue
            found += [layout.cell(quantity.name, tuple(at)) for at in np.argwhere(wrong)]
    return found


def _numbers(cells: FormulaCells, extent: tuple[int, int]) -> np.ndarray | None:
    """Return the stored numbers where they stand in a sheet; None if there are none."""
    known = ~np.isnan(cells.stored) & (cells.rows <= extent[0]) & (cells.columns <= extent[1])
    if not known.any():
        return None
    numbers = np.full(extent, np.nan)
    numbers[cells.rows[known] - 1, cells.columns[known] - 1] = cells.stored[known]
    return numbers


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


def _texts_apart(block: Block, cells: FormulaCells, computed: np.ndarray) -> np.ndarray:
    """Tell which stored texts are others."""
    wrong = np.zeros(computed.shape, dtype=bool)
    if cells.said:
        for index in np.ndindex(computed.shape):
            said, text = cells.said.get(block.address(index)), computed[index]
            wrong[index] = said is not None and not reads_alike(said, str(text))
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
