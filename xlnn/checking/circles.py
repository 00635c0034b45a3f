"""Find circular references among formulas.

In the layout, every formula reads only cells that come before it in the order of `reference.run`.
So a circular reference includes a formula that reads ahead in this order.
"""

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from itertools import product

import numpy as np

from xlnn import reference
from xlnn.checking.formula_text import Entry
from xlnn.checking.references import areas, taken
from xlnn.formula import parsed
from xlnn.grid import Inputs, Place
from xlnn.layout import Layout
from xlnn.xlsx.package import Package

CHOICE, NUMBER = 1.0, 0.75
"""Replacements for a class, a choice or another coarse value, and for any other number: one at
which no slope vanishes, not even a(1 - a)."""

_LAST = np.iinfo(np.int64).max


class Order:
    """The position of each cell in the order of `reference.run`.

    Parameters
    ----------
    layout : Layout
    contents : Package
    """

    def __init__(self, layout: Layout, contents: Package) -> None:
        self.layout, self._turns = layout, _turns(layout, contents)
        self._titles = {title.casefold(): title for title in contents.formulas}

    def is_ahead(self, place: Place, formula: str) -> bool:
        """Return whether a formula reads its own cell or one that is computed later."""
        if (read := areas(formula, place[0])) is None:
            # a name, a whole column or row; or no engine computes it
            return parsed(formula) is not None
        cells = (self._turns[a.sheet][a.top - 1 : a.bottom, a.left - 1 : a.right] for a in read)
        turn = self._turn(place)
        return any(cell.max(initial=0) >= turn for cell in cells)

    def on_circles(
        self, formulas: Mapping[Place, str], others: Sequence[Mapping[Place, str]] = ()
    ) -> set[Place]:
        """Return the places of the formulas that close a circle: they read ahead, and lead back.

        Circles follow from the cells to which formulas refer, as in a spreadsheet program: SUMIF
        refers to all cells of its ranges. Cells that INDEX or OFFSET may pick are left out.

        Parameters
        ----------
        formulas : mapping
            Of one quantity, by place.
        others : sequence of mappings
            All other formulas through which a circle may go.
        """
        ahead = {place for place, text in formulas.items() if self.is_ahead(place, text)}
        if not ahead:
            return set()
        every = ChainMap(dict(formulas), *map(dict, others))
        read: dict[Place, list[Place]] = {}
        earliest = min(map(self._turn, ahead))
        return {place for place in ahead if self._leads_back(place, every, read, earliest)}

    def _leads_back(
        self,
        start: Place,
        formulas: Mapping[Place, str],
        read: dict[Place, list[Place]],
        earliest: int,
    ) -> bool:
        """Return whether a formula depends on its own cell.

        Cells before the earliest formula that reads ahead cannot: they only read earlier ones. Of
        the others the first lead back soonest.
        """
        seen, waiting = {start}, [(0, start)]
        while waiting:
            _, place = heappop(waiting)
            if place not in read:
                read[place] = [*self._read_by(place, formulas)]
            for other in read[place]:
                if other == start:
                    return True
                turn = self._turn(other)
                if other not in seen and turn >= earliest:
                    seen.add(other)
                    heappush(waiting, (turn, other))
        return False

    def _read_by(self, place: Place, formulas: Mapping[Place, str]) -> Iterator[Place]:
        """Yield the cells with formulas whose values a formula takes."""
        for area in taken(formulas[place], place[0])[0]:
            title = self._titles.get(area.sheet, "")
            rows, columns = range(area.top, area.bottom + 1), range(area.left, area.right + 1)
            if len(rows) * len(columns) <= len(formulas):
                cells = ((title, *at) for at in product(rows, columns))
                yield from (cell for cell in cells if cell in formulas)
            else:
                yield from (cell for cell in formulas if area.holds(*cell))

    def _turn(self, place: Place) -> int:
        title, row, column = place
        return int(self._turns[title.casefold()][row - 1, column - 1])


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
    order = Order(layout, contents)
    return tuple(
        entry for entry, text in formulas.items() if order.is_ahead(layout.place(*entry), text)
    )


def replacements(layout: Layout, entries: Iterable[Entry]) -> Inputs:
    """Return numbers to put in place of formulas, so that no circular reference is left."""
    return {
        layout.place(*entry): CHOICE if layout.model[entry[0]].is_read_as_stated else NUMBER
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
