"""Why is a unit wrong? The commonest mistakes of whoever fills in a formula, told apart.

A mistake is found by what the formula gives in every world (a sign, a factor, a row) and by the
cells that it names beside those that the layout states. The first that fits is the reason.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from xlnn import reference
from xlnn.checking.references import CellRange, areas, beyond, written
from xlnn.engines.custom_functions import unknown
from xlnn.engines.formualizer import CIRCULAR
from xlnn.engines.scenarios import Found
from xlnn.exercises.judging import TOLERANCE, Judged, World
from xlnn.grid import CellError
from xlnn.layout import Layout
from xlnn.quantity import Model, Quantity
from xlnn.xlsx.range_shapes import Operand

Index = tuple[int, ...]

DIGITS, MOST_DIGITS = 6, 17
"""Of a number in a sentence; 17 tell any two apart."""

DELETED = "#REF!"
"""What stands in a formula for cells that are no longer there."""

NEAR = 3
"""How many rows or columns off is still said to be off, rather than another cell."""


@dataclass(frozen=True)
class Mistake:
    """Why a unit is wrong.

    Attributes
    ----------
    kind : str
        The key of its sentence: ``empty``, ``partly``, ``typed``, ``error``, ``unknown``,
        ``reads_one``, ``unlike``, ``truth``, ``constant``, ``circle``, ``sign``, ``factor``,
        ``offset``, ``anchor``, ``dragged``, ``epoch``, ``row``, ``column``, ``short``, ``long``,
        ``missing``, ``other``.
    cell : str
        The first wrong cell.
    said : dict
        What stands in the braces of the sentence.
    """

    kind: str
    cell: str
    said: Mapping[str, str] = field(default_factory=dict)


def mistake(layout: Layout, judged: Judged, unit: Index) -> Mistake:
    """Return why a unit is wrong.

    Parameters
    ----------
    layout : Layout
    judged : Judged
    unit : tuple of int
        A unit that is wrong.
    """
    quantity = judged.quantity
    rows = [index for index in judged.got[0] if index[len(quantity.axes) :] == unit]
    first = next(index for index in rows if judged.wrong[index])
    cell = layout.cell(quantity.name, first)
    filled = [index for index in rows if index in judged.formulas or index in judged.typed]
    if not filled:
        return Mistake("empty", cell)
    if not any(index in judged.formulas for index in rows):
        return Mistake("typed", cell, {"value": _written(judged.typed[filled[0]])})
    if first not in judged.formulas and first in judged.typed:
        return Mistake("typed", cell, {"value": _written(judged.typed[first])})
    if len(filled) < len(rows) and first not in judged.formulas:
        return Mistake("partly", cell, {"filled": str(len(filled)), "rows": str(len(rows))})
    if first in judged.unlike:
        said = dict(zip(("first", "second"), map(_shaped, judged.unlike[first]), strict=True))
        by_cells = _by_cells(layout, judged, rows, first, cell)
        return by_cells or Mistake("unlike", cell, said)
    return (
        _by_form(layout, judged, first, cell)
        or _by_value(layout.model, judged, rows, cell)
        or _by_cells(layout, judged, rows, first, cell)
        or _error(judged, first, cell)
        or Mistake("other", cell, _beside(judged, first))
    )


def _shaped(operand: Operand) -> str:
    """Write a range with its shape, in any language."""
    return f"{operand.text} ({operand.rows} × {operand.columns})"


def _by_form(layout: Layout, judged: Judged, first: Index, cell: str) -> Mistake | None:
    """Find what is wrong whatever the formula gives among right values."""
    if first in judged.reads_one:
        return Mistake("reads_one", cell, {"range": judged.reads_one[first]})
    if DELETED in judged.formulas.get(first, ""):
        return Mistake("error", cell, {"error": DELETED})
    if not judged.quantity.is_text and any(isinstance(got[first], bool) for got in judged.got):
        return Mistake("truth", cell)
    if first in judged.constant:
        return Mistake("constant", cell, {"value": _written(judged.got[0][first])})
    is_circle = judged.circular[first] or _names_itself(layout, judged, first)
    return Mistake("circle", cell) if is_circle else None


def _names_itself(layout: Layout, judged: Judged, first: Index) -> bool:
    """Tell whether a formula names its own cell, by others of its quantity as well."""
    if any(got[first] == CIRCULAR for got in judged.got):
        return True
    block = layout.blocks[judged.quantity.name]
    here, (row, column) = layout.titles[block.sheet], block.address(first)
    own = CellRange(here.casefold(), row, column, row, column)
    named = areas(judged.formulas.get(first, ""), here) or []
    return beyond([own], named) is None


def _error(judged: Judged, first: Index, cell: str) -> Mistake | None:
    for got in judged.got:
        if got[first] == CellError("#NAME?"):
            for function in unknown(judged.formulas[first]):
                return Mistake("unknown", cell, {"function": function})
        if isinstance(got[first], CellError):
            return Mistake("error", cell, {"error": str(got[first])})
    return None


def _beside(judged: Judged, first: Index) -> dict[str, str]:
    """Return what a cell gives and what belongs there, in the first world in which they differ."""
    pairs = [
        (got[first], world.arrays[judged.quantity.name][first])
        for got, world in zip(judged.got, judged.worlds, strict=True)
    ]
    furthest = max(pairs, key=lambda pair: _distance(*pair))  # of tiny numbers none is far off
    found, expected = next((p for p in pairs if _distance(*p) > TOLERANCE), furthest)
    return dict(zip(("found", "expected"), _told_apart(found, expected), strict=True))


def _distance(found: Found, expected: object) -> float:
    """Say how far apart two values are, of large numbers relative to them."""
    try:
        off = abs(float(found) - float(expected)) / max(1.0, abs(float(expected)))
    except (TypeError, ValueError):
        off = 0.0 if found == expected else np.inf
    return np.inf if np.isnan(off) else off


def _told_apart(one: object, other: object) -> tuple[str, str]:
    """Write two values with as many digits as it takes to tell them apart.

    >>> _told_apart(0.4850961, 0.4850962)
    ('0.4850961', '0.4850962')
    """
    texts = "", ""
    for digits in range(DIGITS, MOST_DIGITS + 1):
        texts = _written(one, digits), _written(other, digits)
        if texts[0] != texts[1]:
            break
    return texts


def _by_value(model: Model, judged: Judged, rows: list[Index], cell: str) -> Mistake | None:
    """Look for what is right but for its sign, a factor, or something added."""
    if judged.quantity.is_text:
        return None
    found, expected, sizes = [], [], []
    for got, world in zip(judged.got, judged.worlds, strict=True):
        stated = _step_by_step(model, judged.quantity, got, world)
        size = float(np.max(np.abs(stated), initial=0.0))
        for index in rows:
            value = got[index]
            if isinstance(value, str | bool) or value is None:
                return None
            found.append(value)
            expected.append(float(stated[index]))
            sizes.append(size)
    return _scaled(np.array(found), np.array(expected), np.array(sizes), cell)


def _step_by_step(
    model: Model, quantity: Quantity, got: Mapping[Index, Found], world: World
) -> np.ndarray:
    """Return what each row should be after those above it, where a quantity goes on from itself."""
    stated = world.arrays[quantity.name]
    if quantity.name not in {use.name for use in quantity.uses.values()}:
        return stated
    values = np.array(stated, dtype=float)
    for index, value in got.items():
        is_number = isinstance(value, float) and not isinstance(value, CellError)
        values[index] = value if is_number else np.nan
    return reference.expected(model, quantity, {**world.arrays, quantity.name: values})


def _scaled(
    found: np.ndarray, expected: np.ndarray, sizes: np.ndarray, cell: str
) -> Mistake | None:
    """Compare numbers of several worlds, of which each has a size of its own."""
    size = float(np.max(np.abs(expected), initial=0.0))
    if not (np.isfinite(found).all() and np.isfinite(expected).all()) or not size:
        return None
    several = float(np.ptp(expected)) > 1e-6 * size
    factor = float(found @ expected / (expected @ expected))
    if several and factor and _close(found, factor * expected, sizes):
        if abs(factor + 1) < 1e-6:
            return Mistake("sign", cell)
        if abs(factor - 1) > 1e-6:
            return Mistake("factor", cell, {"factor": _written(factor)})
    offset = float(np.median(found - expected))  # of large numbers the last digits are lost
    if (
        several
        and abs(offset) > 1e-9 * size
        and _close(found, expected + offset, sizes + abs(offset))
    ):
        return Mistake("offset", cell, {"offset": _written(offset)})
    return None


def _close(found: np.ndarray, expected: np.ndarray, sizes: np.ndarray) -> bool:
    """Tell whether numbers are the same, each relative to its own size, but for cancellation."""
    return bool((np.abs(found - expected) <= 1e-7 * np.abs(expected) + 1e-11 * sizes).all())


def _by_cells(
    layout: Layout, judged: Judged, rows: list[Index], first: Index, cell: str
) -> Mistake | None:
    """Compare the cells that the formula names with those that the layout states."""
    name = judged.quantity.name
    here = layout.titles[layout.blocks[name].sheet]
    named = areas(judged.formulas[first], here)
    stated = areas(layout.formula(name, first), here)
    if named is None or stated is None:
        return None
    others = [area for area in named if area not in stated]
    unused = [area for area in stated if area not in named and not _covered(area, others)]
    used = [area for area in stated if area not in unused]
    strange = [area for area in named if beyond([area], used)]
    dragged = _dragged(layout, judged, rows, first, strange)
    if dragged:
        return dragged
    for area in strange:
        for other in sorted(unused, key=lambda each: _far(each, area)):
            kind = _kind(layout, area, other)
            if kind:
                titles = layout.titles.values()
                said = {"named": written(area, titles), "belongs": written(other, titles)}
                return Mistake(kind, cell, said | _epochs(layout, area, other))
    if unused and not strange:
        symbol = _symbol(layout, unused[0])
        belongs = written(unused[0], layout.titles.values())
        return Mistake("missing", cell, {"symbol": symbol, "belongs": belongs})
    return None


def _covered(stated: CellRange, named: list[CellRange]) -> bool:
    """Tell whether a formula names all of an area by its parts."""
    parts = [area for area in named if not beyond([area], [stated])]
    return not beyond([stated], parts)


def _dragged(
    layout: Layout, judged: Judged, rows: list[Index], first: Index, strange: list[CellRange]
) -> Mistake | None:
    """Find the cells that moved down with a formula and should have stayed, or begun again."""
    top = next((index for index in rows if index in judged.formulas), first)
    if top == first or judged.wrong[top] or not strange:
        return None
    name = judged.quantity.name
    block, cell = layout.blocks[name], layout.cell(name, first)
    here = layout.titles[block.sheet]
    moved = block.address(first)[0] - block.address(top)[0]
    below = rows[rows.index(top) + 1]
    stated, next_one, belonging = (
        areas(layout.formula(name, index), here) or [] for index in (top, below, first)
    )
    titles = layout.titles.values()
    back = {
        area: area._replace(top=area.top - moved, bottom=area.bottom - moved) for area in strange
    }
    for there in back.values():
        if there in stated and there in next_one:
            title, _, cells = written(there, titles).rpartition("!")
            return Mistake(
                "anchor", cell, {"cells": title + "!" + re.sub("([0-9]+)", r"$\1", cells)}
            )
    for area, there in back.items():
        if there in stated and len(belonging) == len(stated):
            right = belonging[stated.index(there)]
            said = {"named": written(area, titles), "belongs": written(right, titles)}
            return Mistake("dragged", cell, said)
    return None


def _kind(layout: Layout, area: CellRange, other: CellRange) -> str:
    """Say how an area lies beside the one that belongs there; empty where it lies elsewhere."""
    size, right = _size(area), _size(other)
    if size == right:
        return "epoch" if _epochs(layout, area, other) else _off(area, other)
    if area.sheet != other.sheet:
        return ""
    one = abs(size[0] - right[0]) + abs(size[1] - right[1]) == 1
    corners = (area.top, area.left) == (other.top, other.left) or (area.bottom, area.right) == (
        other.bottom, other.right,
    )  # fmt: skip
    if one and corners and any(right):  # one cell that belongs is no range
        return "short" if size < right else "long"
    return ""


def _off(area: CellRange, other: CellRange) -> str:
    down, aside = area.top - other.top, area.left - other.left
    if area.sheet != other.sheet or (down and aside) or abs(down + aside) > NEAR:
        return ""
    return "row" if down else "column"


def _epochs(layout: Layout, area: CellRange, other: CellRange) -> dict[str, str]:
    """Return what two areas are of, and in which epochs, where they differ in these alone."""
    one, two = (layout.entry(each.sheet, each.top, each.left) for each in (area, other))
    if one is None or two is None or one[0] != two[0] or not layout.model[one[0]].timed:
        return {}
    quantity, at = layout.model[one[0]], len(layout.model[one[0]].each)
    time, right = one[1][at], two[1][at]
    if time == right or any(one[1][n] != two[1][n] for n in range(len(one[1])) if n != at):
        return {}
    axis = quantity.axes[at]
    return {
        "symbol": _symbol(layout, other),
        "epoch": str(time + axis.counts_from),
        "right": str(right + axis.counts_from),
    }


def _symbol(layout: Layout, area: CellRange) -> str:
    found = layout.entry(area.sheet, area.top, area.left)
    if found is None:
        return written(area, layout.titles.values())
    quantity, index = layout.model[found[0]], found[1]
    return quantity.heading(index[len(quantity.axes) :]).strip() or quantity.name


def _size(area: CellRange) -> tuple[int, int]:
    return area.bottom - area.top, area.right - area.left


def _far(area: CellRange, other: CellRange) -> int:
    if area.sheet != other.sheet:
        return 10**9
    return abs(area.top - other.top) + abs(area.left - other.left)


def _written(value: object, digits: int = DIGITS) -> str:
    """Write a value for a sentence."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float | np.floating):
        return f"{value:.{digits}g}"
    return f"{value}"
