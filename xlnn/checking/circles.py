"""Find circular references among formulas.

In the layout, every formula reads only cells that come before it in the order of `reference.run`.
So a circular reference includes a formula that reads ahead in this order.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from xlnn import reference
from xlnn.checking.formula_text import Entry
from xlnn.checking.references import CellRange, areas
from xlnn.grid import Inputs
from xlnn.layout import Layout
from xlnn.xlsx.package import Package
from xlnn.xlsx.range_shapes import parsed

CHOICE, NUMBER = 1.0, 0.75
"""Replacements for a class, a choice or another coarse value, and for any other number: one at
which no slope vanishes, not even a(1 - a)."""

_LAST = np.iinfo(np.int64).max


def reading_ahead(
    layout: Layout, contents: Package, formulas: Mapping[Entry, str]
) -> tuple[Entry, ...]:
    """Return the formulas that read their own cell or one that is computed later.

    Parameters
    ----------
    layout : Layout
    contents : Package
    formulas : mapping
        Formulas of quantities' entries that differ from those in the layout.
    """
    order = _Order.of(layout, contents)
    return tuple(entry for entry, formula in formulas.items() if order.is_ahead(entry, formula))


def replacements(layout: Layout, entries: Iterable[Entry]) -> Inputs:
    """Return numbers to put in place of formulas, so that no circular reference is left."""
    numbers = {}
    for name, index in entries:
        block = layout.blocks[name]
        number = CHOICE if block.quantity.is_coarse else NUMBER
        numbers[layout.titles[block.sheet], *block.address(index)] = number
    return numbers


@dataclass(frozen=True)
class _Order:
    """When each cell is computed.

    Attributes
    ----------
    layout : Layout
    turns : mapping of str to array
        For each sheet, in lower case, the turn of each cell from A1 on: 0 for typed cells, `_LAST`
        for formulas outside the quantities, which may depend on anything.
    """

    layout: Layout
    turns: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, layout: Layout, contents: Package) -> "_Order":
        turns = {}
        for title, cells in contents.formulas.items():
            rows, columns = cells.rows.max(initial=0), cells.columns.max(initial=0)
            key = next((key for key, own in layout.titles.items() if own == title), None)
            down, right = layout.extents.get(key, (0, 0))
            grid = np.zeros((max(rows, down), max(columns, right)), dtype=np.int64)
            grid[cells.rows - 1, cells.columns - 1] = _LAST
            turns[title.casefold()] = grid
        for name, turn in _turns(layout).items():
            block = layout.blocks[name]
            block.window(turns[layout.titles[block.sheet].casefold()])[...] = turn
        return cls(layout, turns)

    def is_ahead(self, entry: Entry, formula: str) -> bool:
        name, index = entry
        block = self.layout.blocks[name]
        title = self.layout.titles[block.sheet].casefold()
        row, column = block.address(index)
        own = self.turns[title][row - 1, column - 1]
        read = areas(formula, title)
        if read is None:  # a name, a whole column or row; or no engine computes it
            return parsed(formula) is not None
        return any(self._latest(area) >= own for area in read)

    def _latest(self, area: CellRange) -> int:
        """Return the latest turn among the cells of a range."""
        rows, columns = slice(area.top - 1, area.bottom), slice(area.left - 1, area.right)
        return int(self.turns[area.sheet][rows, columns].max(initial=0))


def _turns(layout: Layout) -> dict[str, np.ndarray]:
    """Give each entry its position in the order of `reference.run`."""
    model = layout.model
    turns = {q.name: np.zeros(q.lengths, dtype=np.int64) for q in model.quantities}
    for turn, (quantity, place) in enumerate(reference.order(model), start=1):
        turns[quantity.name][place] = turn
    return turns
