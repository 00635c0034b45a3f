"""Find the formulas that refer to a cell."""

from collections.abc import Iterator
from dataclasses import replace
from math import prod

import numpy as np

from xlnn.checking.references import areas
from xlnn.layout import FilledColumn, Layout, moving
from xlnn.quantity import Quantity

EXERCISE = "exercise_"
"""How the names of what tells how far an exercise is filled in begin: no reader asks for it."""

FIRST = 1_000_000
"""The number of the first row that moves: a formula may name others as they are."""

Entries = tuple[Quantity, tuple[int, ...], list[tuple[int, ...]]]
"""A quantity, a unit of it, and the indices along its axes."""


def dependants(layout: Layout, name: str, index: tuple[int, ...]) -> Iterator[Entries]:
    """Yield which entries of each unit are computed from an entry of a quantity.

    The formulas are those that the layout states.
    """
    block = layout.blocks[name]
    place = layout.titles[block.sheet].casefold(), *block.address(index)
    for quantity in layout.model.quantities:
        if name not in quantity.sources or quantity.name.startswith(EXERCISE):
            continue
        here = layout.titles[quantity.sheet]
        for number, part in enumerate(layout.blocks[quantity.name].parts):
            lengths, before = part.lengths, (number,) if quantity.each else ()
            for column in layout.columns(quantity.name, number):
                naming = _naming(column, here, lengths, place)
                naming[: part.given] = False
                if naming.any():
                    found = np.argwhere(naming.reshape(lengths))
                    yield quantity, column.unit, [(*before, *map(int, entry)) for entry in found]


def _naming(
    column: FilledColumn, here: str, lengths: tuple[int, ...], place: tuple[str, int, int]
) -> np.ndarray:
    """Tell at which places of a column its formula names a cell."""
    sheet, row, at = place
    if column.starts:
        naming = _naming(replace(column, starts=()), here, lengths, place).reshape(lengths)
        for axis, index, start in column.starts:
            there = (*(slice(None) for _ in range(axis)), index)
            naming[there] = _naming(start, here, lengths, place).reshape(lengths)[there]
        return naming.ravel()
    naming = np.zeros(prod(lengths), dtype=bool)
    if not column.rows:  # its cells stand in it as they are
        named = areas(column.text.format(), here) or ()
        covered = (
            area.sheet == sheet and area.left <= at <= area.right and area.top <= row <= area.bottom
            for area in named
        )
        naming[:] = any(covered)
        return naming
    # in place of its rows the number of each: an area's corners say how they move
    numbered = column.text.format(*range(FIRST, FIRST + len(column.rows)))
    for area in areas(numbered, here) or ():
        if area.sheet == sheet and area.left <= at <= area.right:
            corners = [
                moving(*column.rows[n - FIRST], lengths) if n >= FIRST else np.full(naming.size, n)
                for n in (area.top, area.bottom)
            ]
            naming |= (np.minimum(*corners) <= row) & (row <= np.maximum(*corners))
    return naming
