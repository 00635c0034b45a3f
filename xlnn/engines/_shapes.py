"""Group the formulas of a workbook by shape for the engine `formulas`.

A formula's *shape* is its text with every reference replaced by a numbered slot, and the size of
each slot: ``=SUMPRODUCT(A2:L2,B7:M7)+C7`` is ``SUMPRODUCT(_s0,_s1)+_s2`` with slots of 1 x 12,
1 x 12 and 1 x 1 cells. A workbook of formulas that were filled down has few shapes.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from xlnn.engines._store import Places
from xlnn.errors import EngineError
from xlnn.formula import MAX_COLUMNS, MAX_ROWS
from xlnn.xlsx.formula_groups import Groups, split


@dataclass
class Shape:
    """Formulas that are equal except for the cells they read.

    Attributes
    ----------
    text : str
        The formula without "=" and with slots ``_s0``, ``_s1`` for references.
    sizes : tuple of (int, int)
        Rows and columns of each slot.
    example : str
        The first such formula.
    cells : array, shape (n,)
        The places of the formulas.
    slots : array, shape (n, slots)
        The places of the upper left cells of the ranges that each reads.
    filled : (int, int)
        The rows and columns that each fills: more than one cell with an array formula.
    """

    text: str
    sizes: tuple[tuple[int, int], ...]
    example: str
    cells: np.ndarray
    slots: np.ndarray
    filled: tuple[int, int] = (1, 1)


def laid_out(
    groups: Groups,
    values: Sequence[tuple[int, int]],
    arrays: Mapping[tuple[int, int, int], tuple[int, int]],
) -> tuple[Places, list[Shape]]:
    """Lay out the sheets, with all cells that have a value or a formula or are read.

    Return the places of the cells, and the formulas grouped by shape.

    Parameters
    ----------
    groups : Groups
    values : sequence of (int, int)
        The last row and column of each sheet with a value.
    arrays : mapping
        The rows and columns that array formulas fill, by sheet, row and column of the first cell.

    Raises
    ------
    EngineError
        A formula refers to a row beyond the last row of a sheet, or the cells are too many.
    """
    used = np.array(values, dtype=np.int64).reshape(-1, 2)
    for met in groups:
        used[met.sheet] = np.maximum(used[met.sheet], met.table()[:, :2].max(axis=0))
    for (sheet, *first), size in arrays.items():
        used[sheet] = np.maximum(used[sheet], np.add(first, size) - 1)
    kept = used.copy()
    height, width = used.max(axis=0, initial=1)
    for met in groups:
        first, last = met.reads(height)
        if first.min(initial=1) < 1 or last.max(initial=1) > MAX_ROWS:
            row = 0 if first.min() < 1 else last.max()
            raise EngineError(
                f"{groups.titles[met.sheet]}: a formula like {met.formula} refers to row"
                f" {row}; a sheet has rows 1 to {MAX_ROWS}."
            )
        for slot, lowest in zip(met.slots, last.max(axis=0, initial=1), strict=True):
            reach = lowest, _clip(slot.columns, width)[1]
            kept[slot.sheet] = np.maximum(kept[slot.sheet], reach)
    places = Places.of(groups.titles, [*map(tuple, kept.tolist())])
    examples: dict[tuple, str] = {}
    parts: dict[tuple, list[tuple[np.ndarray, np.ndarray]]] = defaultdict(list)
    for met in groups:
        table = met.table()
        cells = places.at(met.sheet, table[:, 0], table[:, 1]).astype(np.int32)
        first, last = met.reads(height)
        corners, heights, widths = np.empty_like(first), last - first + 1, []
        for index, slot in enumerate(met.slots):
            columns = _clip(slot.columns, width)
            corners[:, index] = places.at(slot.sheet, first[:, index], columns[0])
            widths.append(columns[1] - columns[0] + 1)
        filled = [arrays.get((met.sheet, *at), (1, 1)) for at in table[:, :2].tolist()]
        for rows in split(np.column_stack([heights, filled])):
            sizes = tuple(zip(heights[rows[0]].tolist(), widths, strict=True))
            key = met.text, sizes, filled[rows[0]]
            examples.setdefault(key, met.formula)
            parts[key].append((cells[rows], corners[rows]))
    shapes = [
        Shape(*key[:2], examples[key], *map(np.concatenate, zip(*blocks, strict=True)), key[2])
        for key, blocks in parts.items()
    ]
    return places, shapes


def _clip(columns: tuple[int, int], width: int) -> tuple[int, int]:
    """End a reference to all columns after the last column used."""
    return (1, int(width)) if columns == (1, MAX_COLUMNS) else columns
