"""Find stored values that differ from the results of their formulas.

xlnn never uses them, but programs that do not compute show them: previews, phones, file readers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from xlnn import reference
from xlnn.checking.comparison import CONSEQUENCE, Comparison, relative_difference, unlike
from xlnn.quantity import Model, Quantity
from xlnn.reference import TOLERANCE, Arrays
from xlnn.xlsx.cells import FormulaCells

CLOSE = 1e-9
"""How far a stored number may be from its equation's value for the values stored with it, relative
to 1 or to itself; relative to its terms, the same as in a check."""

_NUMBER = re.compile(r"(?<![\w.,])-?\d+(?:[.,]\d+)?(?!(?!E[+-]?\d)\w|[.,]\w)", re.ASCII)
"""A number within a text, in which a program writes the decimal mark of its language. With a letter
or another point beside it it is part of a name."""

_LAST_DIGIT = 1.5
"""How many units of its last digit a rounded number may differ."""


def stale(comparison: Comparison, arrays: Arrays) -> list[str]:
    """Return the cells whose stored value is stale.

    A stored value is stale if it differs from the recalculated value and does not follow from the
    values stored in the cells it depends on. Another program may round differently, or choose
    another of several equal candidates; values that follow from that are right. An empty value is
    never stale.
    """
    layout = comparison.layout
    shown = _Shown(layout.model, arrays)
    for key, title in layout.titles.items():
        cells, extent = comparison.contents.formulas[title], layout.extents[key]
        if cells.said or not np.isnan(cells.stored).all():
            numbers = cells.fill(np.full(extent, np.nan), cells.stored)
            words = _words(cells, extent)
            for block in layout.on(key):
                if block.quantity.equation is not None:
                    said = None if words is None else block.window(words)
                    shown.add(block.quantity, block.window(numbers), said)
    return [layout.cell(name, index) for name, index in shown.wrong()]


def _words(cells: FormulaCells, extent: tuple[int, int]) -> np.ndarray | None:
    """Return the texts stored in a rectangle of a sheet, or None."""
    if not cells.said:
        return None
    words = np.full(extent, None)
    for (row, column), text in cells.said.items():
        if row <= extent[0] and column <= extent[1]:
            words[row - 1, column - 1] = text
    return words


@dataclass
class _Shown:
    """The stored values, next to the recalculated ones."""

    model: Model
    computed: Arrays
    values: dict[str, np.ndarray] = field(default_factory=dict)
    others: dict[str, np.ndarray] = field(default_factory=dict)

    def add(self, quantity: Quantity, numbers: np.ndarray, words: np.ndarray | None) -> None:
        """Add the stored values of a quantity, and its texts if it has any."""
        name, computed = quantity.name, self.computed[quantity.name]
        words = np.full(numbers.shape, None) if words is None else words
        said = np.not_equal(words, None)
        if quantity.is_text:
            pairs = zip(np.ravel(said), np.ravel(words), np.ravel(computed), strict=True)
            unlike = [here and not reads_alike(text, value) for here, text, value in pairs]
            other = ~np.isnan(numbers) | np.reshape(unlike, numbers.shape)
        else:
            other = ~np.isnan(numbers) & ~(relative_difference(numbers, computed) <= CONSEQUENCE)
            other |= said & ~np.isnan(computed)
        if np.any(other):
            self.others[name] = other
        self.values[name] = words if quantity.is_text else numbers

    def wrong(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Yield the stale cells."""
        for name, other in self.others.items():
            wrong = other & ~self._follows(self.model[name])
            for index in np.argwhere(wrong):
                yield name, tuple(index)

    def _follows(self, quantity: Quantity) -> np.ndarray | bool:
        """Return which values follow from the stored values they depend on."""
        shown = {name: self._shown(name) for name in quantity.sources}
        shown[quantity.name] = got = self._shown(quantity.name)
        expected = reference.expected(self.model, quantity, shown)
        if quantity.is_text:
            return ~unlike(self.model, quantity, shown, expected) | np.equal(expected, None)
        near = relative_difference(got, expected) <= CLOSE
        if not near.all():
            near |= (
                relative_difference(got, expected, reference.terms(self.model, quantity, shown))
                <= TOLERANCE
            )
        if not near.all():
            near |= reference.ties(self.model, quantity, shown, CLOSE)
        return near | np.isnan(expected)

    def _shown(self, name: str) -> np.ndarray:
        """Return the stored values of a quantity; for typed cells the typed values."""
        quantity, computed = self.model[name], self.computed[name]
        if quantity.equation is None:
            return computed
        nothing = np.full(computed.shape, *((None, object) if quantity.is_text else (np.nan,)))
        shown = np.array(self.values.get(name, nothing))
        quantity.typed(shown)[...] = quantity.typed(computed)
        return shown


def reads_alike(one: str, other: object) -> bool:
    """Return whether two texts are equal apart from the decimal mark and last digits of numbers.

    Errors count as no value.

    >>> reads_alike("C = 0.25", "C = 0,26"), reads_alike("7 of 64", "8 of 64")
    (True, False)
    """
    if not isinstance(other, str):
        return one.startswith("#")
    if _NUMBER.sub("0", one) != _NUMBER.sub("0", other):
        return False
    return all(map(_as_good, _NUMBER.findall(one), _NUMBER.findall(other)))


def _as_good(one: str, other: str) -> bool:
    """Return whether two rounded numbers may be the same number."""
    one, other = one.replace(",", "."), other.replace(",", ".")
    decimals = len(one.partition(".")[2])
    if decimals != len(other.partition(".")[2]):
        return False
    far = abs(float(one) - float(other))
    return far == 0 or (decimals > 1 and far < _LAST_DIGIT * 10.0**-decimals)
