"""Find circular references among formulas.

In the layout, every formula reads only cells that come before it in the order of `reference.run`.
So a circular reference includes a formula that reads ahead in this order.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from xlnn import reference
from xlnn.checking.formula_text import Entry
from xlnn.checking.references import areas
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
    turns = _turns(layout, contents)

    def is_ahead(entry: Entry, formula: str) -> bool:
        title, row, column = layout.place(*entry)
        read = areas(formula, title)
        if read is None:  # a name, a whole column or row; or no engine computes it
            return parsed(formula) is not None
        cells = (turns[a.sheet][a.top - 1 : a.bottom, a.left - 1 : a.right] for a in read)
        own = turns[title.casefold()][row - 1, column - 1]
        return any(each.max(initial=0) >= own for each in cells)

    return tuple(entry for entry, formula in formulas.items() if is_ahead(entry, formula))


def replacements(layout: Layout, entries: Iterable[Entry]) -> Inputs:
    """Return numbers to put in place of formulas, so that no circular reference is left."""
    return {
        layout.place(*entry): CHOICE if layout.model[entry[0]].is_coarse else NUMBER
        for entry in entries
    }


def _turns(layout: Layout, contents: Package) -> dict[str, np.ndarray]:
    """Give each cell from A1 on its position in the order of `reference.run`.

    Typed cells have 0, and formulas outside the quantities, which may depend on anything, `_LAST`.
    """
    model = layout.model
    order = {q.name: np.zeros(q.lengths, dtype=np.int64) for q in model.quantities}
    for turn, (quantity, place) in enumerate(reference.order(model), start=1):
        order[quantity.name][place] = turn
    extents = {title: layout.extents[key] for key, title in layout.titles.items()}
    turns = {}
    for title, cells in contents.formulas.items():
        down, right = extents.get(title, (0, 0))
        size = max(cells.rows.max(initial=0), down), max(cells.columns.max(initial=0), right)
        turns[title.casefold()] = cells.fill(np.zeros(size, dtype=np.int64), _LAST)
    for name, block in layout.blocks.items():
        block.window(turns[layout.titles[block.sheet].casefold()])[...] = order[name]
    return turns
