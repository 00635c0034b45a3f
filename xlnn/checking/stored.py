"""Find stored values that differ from the results of their formulas.

xlnn never uses them, but programs that do not compute show them: previews, phones, file readers.
"""

import re

import numpy as np

from xlnn import reference
from xlnn.checking.comparison import (
    CONSEQUENCE,
    Comparison,
    disagreement,
    relative_difference,
    unlike,
)
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.reference import Arrays

CLOSE = 1e-9
"""How far a stored number may be from its equation's value for the values stored with it."""

_COMMA = re.compile(r"(?<=\d),(?=\d)")
"""The decimal mark of some languages, which a program writes into texts."""


def stale(comparison: Comparison, arrays: Arrays) -> list[str]:
    """Return the cells whose stored value is stale.

    A stored value is stale if it differs from the recalculated value and does not follow from the
    values stored in the cells it depends on. Another program may round differently, or choose
    another of several equal candidates; values that follow from that are right. An empty value is
    never stale.
    """
    layout, shown, other = comparison.layout, dict(arrays), {}
    for key, title in layout.titles.items():
        extent = layout.extents[key]
        numbers, words = np.full(extent, np.nan), np.full(extent, None)
        for cells in comparison.contents.computed(title):
            cells.fill(numbers, cells.stored)
            for (row, column), text in cells.said.items():
                if row <= extent[0] and column <= extent[1]:
                    words[row - 1, column - 1] = text
        for block in layout.on(key):
            quantity, computed = block.quantity, arrays[block.quantity.name]
            if quantity.equation is None:
                continue
            stored, words_stored = block.window(numbers), block.window(words)
            differs = _differs(quantity, stored, words_stored, computed)
            shown[quantity.name] = np.array(_plain(words_stored) if quantity.is_text else stored)
            quantity.typed(shown[quantity.name])[...] = quantity.typed(computed)
            if differs.any():
                other[quantity.name] = differs
    return [
        layout.cell(name, tuple(index))
        for name, differs in other.items()
        for index in np.argwhere(differs & ~_follows(layout.model, layout.model[name], shown))
    ]


def _differs(
    quantity: Quantity, stored: np.ndarray, said: np.ndarray, computed: np.ndarray
) -> np.ndarray:
    """Return which stored numbers and texts differ from the recalculated values."""
    has_number, has_text = ~np.isnan(stored), np.not_equal(said, None).astype(bool)
    if quantity.is_text:
        return has_number | (has_text & np.not_equal(_plain(said), _plain(computed)).astype(bool))
    near = relative_difference(stored, computed) <= CONSEQUENCE
    return (has_number & ~near) | (has_text & ~np.isnan(computed))


def _follows(model: Model, quantity: Quantity, shown: Arrays) -> np.ndarray:
    """Return which values of a quantity follow from the stored values they depend on."""
    expected = reference.expected(model, quantity, shown)
    if quantity.is_text:
        return ~unlike(model, quantity, shown, expected) | np.equal(expected, None).astype(bool)
    got = shown[quantity.name]
    off = disagreement(model, quantity, shown, got, expected, tolerance=CLOSE)
    return (off <= CLOSE) | np.isnan(expected)


def _plain(texts: np.ndarray) -> np.ndarray:
    """Return texts with points for commas in numbers, and None for errors."""
    known = [
        _COMMA.sub(".", text) if isinstance(text, str) and text[:1] != "#" else None
        for text in texts.ravel()
    ]
    return np.array([*known, None], dtype=object)[:-1].reshape(texts.shape)
