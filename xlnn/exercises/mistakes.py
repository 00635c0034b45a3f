"""Find out why a unit is wrong, among the most common mistakes.

A mistake is recognised by the formula's values in every world (a sign, a factor, a row) and by the
cells that it reads, compared with the stated formula. The first that fits is the reason.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token

from xlnn import reference
from xlnn.checking.circles import reading_ahead
from xlnn.checking.references import CellRange, areas, beyond, range_text
from xlnn.engines.formualizer import CIRCULAR
from xlnn.engines.functions import unknown
from xlnn.engines.scenarios import Found
from xlnn.exercises.edits import edits, right_with
from xlnn.exercises.evaluation import World
from xlnn.exercises.judging import TOLERANCE, JudgedQuantity
from xlnn.exercises.submission import Submission
from xlnn.grid import CellError
from xlnn.layout import Layout
from xlnn.quantity import Model, Quantity
from xlnn.xlsx.range_shapes import Operand, parsed

Index = tuple[int, ...]

DIGITS, MOST_DIGITS = 6, 17
"""Digits of a number in a sentence; 17 distinguish any two."""

BY_HAND = frozenset({"by_hand", "unknown"})
"""Kinds that may not be mistakes: the teacher has to judge them."""

_COMPUTES = re.compile(r"[A-Z]{1,3}\$?[0-9]|[A-Z]\(", re.IGNORECASE)
"""Signs that a text was meant as a formula: a cell or a call."""

DELETED = "#REF!"
"""The reference to deleted cells in a formula."""

NEAR = 3
"""Up to how many rows or columns a reference counts as shifted, rather than a different cell."""


@dataclass(frozen=True)
class Mistake:
    """Why a unit is wrong.

    Attributes
    ----------
    kind : str
        The key of its sentence: ``empty``, ``partly``, ``typed``, ``error``, ``unknown``,
        ``reads_one``, ``unlike``, ``truth``, ``constant``, ``circle``, ``sign``, ``factor``,
        ``offset``, ``anchor``, ``dragged``, ``epoch``, ``row``, ``column``, ``short``, ``long``,
        ``missing``, ``by_hand``, ``no_equals``, ``instead``, ``epochs``, ``these_inputs``, those of
        `xlnn.exercises.edits`, ``other``.
    cell : str
        The first wrong cell.
    said : dict
        The values for the braces of the sentence.
    """

    kind: str
    cell: str
    said: Mapping[str, str] = field(default_factory=dict)


def mistakes(handed_in: Submission, judged: JudgedQuantity) -> dict[Index, Mistake]:
    """Return why units are wrong, for each wrong unit."""
    found = {
        unit: _mistake(handed_in, judged, unit)
        for unit in judged.quantity.units
        if not judged.right(unit)
    }
    for unit in _refuted(handed_in, judged, found):
        found[unit] = _by_outcome(judged, _rows(judged, unit), found[unit].cell)
    vague = {
        unit: next(index for index in _rows(judged, unit) if judged.wrong[index])
        for unit, why in found.items()
        if why.kind == "other" and isinstance(judged.got[0].get(_first(judged, unit)), float)
    }
    for unit, (kind, said) in edits(handed_in, judged, vague).items():
        found[unit] = replace(found[unit], kind=kind, said=said)
    return found


def _refuted(
    handed_in: Submission, judged: JudgedQuantity, found: Mapping[Index, Mistake]
) -> list[Index]:
    """Return the units of which other cells, as their reasons name them, would not be right.

    A formula that differs from the stated one only in its cells may have several mistakes.
    """
    layout, name = handed_in.layout, judged.quantity.name
    here = layout.titles[layout.blocks[name].sheet]
    doubtful, mended = {}, {}
    for unit, why in found.items():
        if "named" not in why.said:
            continue
        first = next(i for i in _rows(judged, unit) if layout.cell(name, i) == why.cell)
        formula = judged.formulas[first]
        if _form(formula) != _form(layout.formula(name, first)):
            doubtful[unit], mended[first] = first, _exchanged(formula, here, layout, why.said)
    right = right_with(handed_in, judged, mended)
    return [unit for unit, first in doubtful.items() if first not in right]


def _exchanged(formula: str, here: str, layout: Layout, said: Mapping[str, str]) -> str:
    """Return a formula with the cells that belong there instead of those that it names."""
    parts = ["="]
    for token in Tokenizer(formula).items:
        named = areas(f"={token.value}", here) if token.subtype == Token.RANGE else None
        is_named = named and range_text(named[0], layout.titles.values()) == said["named"]
        parts.append(said["belongs"] if is_named else token.value)
    return "".join(parts)


def _form(formula: str) -> str:
    """Return a formula without its cells."""
    items = Tokenizer(formula).items
    texts = ("_" if each.subtype == Token.RANGE else each.value.strip() for each in items)
    return "".join(texts).upper()


def _rows(judged: JudgedQuantity, unit: Index) -> list[Index]:
    return [index for index in judged.got[0] if index[len(judged.quantity.axes) :] == unit]


def _first(judged: JudgedQuantity, unit: Index) -> Index:
    return next(index for index in _rows(judged, unit) if judged.wrong[index])


def _mistake(handed_in: Submission, judged: JudgedQuantity, unit: Index) -> Mistake:  # noqa: PLR0911 -- one a kind
    """Return why a wrong unit is wrong."""
    layout, quantity = handed_in.layout, judged.quantity
    rows = _rows(judged, unit)
    known = [index for index in rows if judged.wrong[index] and index not in judged.by_hand]
    if not known:
        return _by_hand(layout, judged, _first(judged, unit))
    first = known[0]
    cell = layout.cell(quantity.name, first)
    filled = [index for index in rows if index in judged.formulas or index in judged.typed]
    if not filled:
        return Mistake("empty", cell)
    typed = judged.typed.get(first, judged.typed.get(filled[0]))
    if isinstance(typed, str) and _COMPUTES.search(typed) and parsed(f"={typed}"):
        return Mistake("no_equals", cell, {"value": typed})
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
        _by_form(handed_in, judged, first, cell)
        or _by_value(layout.model, judged, rows, cell)
        or _by_cells(layout, judged, rows, first, cell)
        or _by_outcome(judged, rows, cell)
    )


def _by_outcome(judged: JudgedQuantity, rows: list[Index], cell: str) -> Mistake:
    """Say when a unit is wrong, or what it gives instead of what."""
    first = next(i for i in rows if judged.wrong[i] and i not in judged.by_hand)
    return (
        _of_these_inputs(judged, rows, cell)
        or _error(judged, first, cell)
        or Mistake("other", cell, _beside(judged, first))
    )


def _by_hand(layout: Layout, judged: JudgedQuantity, first: Index) -> Mistake:
    """Return that no engine computes a formula, and which function is missing."""
    cell = layout.cell(judged.quantity.name, first)
    for function in unknown(judged.formulas.get(first, "")):
        return Mistake("unknown", cell, {"function": function})
    return Mistake("by_hand", cell)


def _of_these_inputs(judged: JudgedQuantity, rows: list[Index], cell: str) -> Mistake | None:
    """Find formulas that are right only for the inputs of the file."""
    if not judged.worlds[0].is_own:
        return None
    expected = judged.worlds[0].arrays[judged.quantity.name]
    if all(_distance(judged.got[0][index], expected[index]) <= TOLERANCE for index in rows):
        return Mistake("these_inputs", cell)
    return None


def _shaped(operand: Operand) -> str:
    """Return a range with its shape, for any language."""
    return f"{operand.text} ({operand.rows} × {operand.columns})"


def _by_form(
    handed_in: Submission, judged: JudgedQuantity, first: Index, cell: str
) -> Mistake | None:
    """Find mistakes that do not depend on the formula's values."""
    if first in judged.reads_one:
        return Mistake("reads_one", cell, {"range": judged.reads_one[first]})
    if DELETED in judged.formulas.get(first, ""):
        return Mistake("error", cell, {"error": DELETED})
    if not judged.quantity.is_text and any(isinstance(got[first], bool) for got in judged.got):
        return Mistake("truth", cell)
    if first in judged.constant:
        return Mistake("constant", cell, {"value": _written(judged.got[0][first])})
    if judged.circular[first] or any(got[first] == CIRCULAR for got in judged.got):
        return Mistake("circle", cell, {"cells": _closing(handed_in, judged, first)})
    return None


def _closing(handed_in: Submission, judged: JudgedQuantity, first: Index) -> str:
    """Return the ranges through which a formula depends on its own cell, as far as known."""
    layout, entry = handed_in.layout, (judged.quantity.name, first)
    here, titles = layout.titles[layout.blocks[entry[0]].sheet], layout.titles.values()
    named = [range_text(area, titles) for area in areas(judged.formulas.get(first, ""), here) or []]
    ahead = [t for t in named if reading_ahead(layout, handed_in.contents, {entry: f"={t}"})]
    return ", ".join(dict.fromkeys(ahead or named))


def _error(judged: JudgedQuantity, first: Index, cell: str) -> Mistake | None:
    for got in judged.got:
        if got[first] == CellError("#NAME?"):
            for function in unknown(judged.formulas[first]):
                return Mistake("unknown", cell, {"function": function})
        if isinstance(got[first], CellError):
            return Mistake("error", cell, {"error": str(got[first])})
    return None


def _beside(judged: JudgedQuantity, first: Index) -> dict[str, str]:
    """Return a cell's value and the right one, in the first world in which they differ."""
    pairs = [
        (got[first], world.arrays[judged.quantity.name][first])
        for got, world in zip(judged.got, judged.worlds, strict=True)
    ]
    furthest = max(pairs, key=lambda pair: _distance(*pair))  # differences of tiny numbers are tiny
    found, expected = next((p for p in pairs if _distance(*p) > TOLERANCE), furthest)
    return dict(zip(("found", "expected"), _told_apart(found, expected), strict=True))


def _distance(found: Found, expected: object) -> float:
    """Return the distance of two values, relative for large numbers."""
    try:
        off = abs(float(found) - float(expected)) / max(1.0, abs(float(expected)))
    except (TypeError, ValueError):
        off = 0.0 if found == expected else np.inf
    return np.inf if np.isnan(off) else off


def _told_apart(one: object, other: object) -> tuple[str, str]:
    """Return two values with as many digits as needed to tell them apart.

    >>> _told_apart(0.4850961, 0.4850962)
    ('0.4850961', '0.4850962')
    """
    texts = "", ""
    for digits in range(DIGITS, MOST_DIGITS + 1):
        texts = _written(one, digits), _written(other, digits)
        if texts[0] != texts[1]:
            break
    return texts


def _by_value(model: Model, judged: JudgedQuantity, rows: list[Index], cell: str) -> Mistake | None:
    """Look for values that are right except for their sign, a factor, or a summand."""
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
    """Return the right value of each row given the student's rows above, in a recurrence."""
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
    """Compare numbers of several worlds, each with its own size."""
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
    offset = float(np.median(found - expected))  # large numbers lose their last digits
    if (
        several
        and abs(offset) > 1e-9 * size
        and _close(found, expected + offset, sizes + abs(offset))
    ):
        return Mistake("offset", cell, {"offset": _written(offset)})
    return None


def _close(found: np.ndarray, expected: np.ndarray, sizes: np.ndarray) -> bool:
    """Return whether numbers are equal relative to their sizes, apart from cancellation."""
    return bool((np.abs(found - expected) <= 1e-7 * np.abs(expected) + 1e-11 * sizes).all())


def _by_cells(
    layout: Layout, judged: JudgedQuantity, rows: list[Index], first: Index, cell: str
) -> Mistake | None:
    """Compare the cells that the formula reads with those of the stated formula."""
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
            if kind := _kind(layout, area, other):
                said = _swapped(layout, area, other) | _epochs(layout, area, other)
                said |= {"axis": _time(layout, other)} if kind == "epochs" else {}
                return Mistake(kind, cell, said)
    for area in strange:
        for other in sorted(unused, key=lambda each: abs(_cells(each) - _cells(area))):
            is_instead = beyond([other], named) and beyond([area], stated)
            names = {_names(layout, area), _names(layout, other)}
            if is_instead and len(names) > 1 and "" not in names:
                both = {"symbol": _symbols(layout, area), "right": _symbols(layout, other)}
                return Mistake("instead", cell, _swapped(layout, area, other) | both)
    if unused and not strange:
        belongs = range_text(unused[0], layout.titles.values())
        return Mistake("missing", cell, {"symbol": _symbols(layout, unused[0]), "belongs": belongs})
    return None


def _swapped(layout: Layout, area: CellRange, other: CellRange) -> dict[str, str]:
    """Return an area that a formula names and the one that belongs there."""
    titles = layout.titles.values()
    return {"named": range_text(area, titles), "belongs": range_text(other, titles)}


def _covered(stated: CellRange, named: list[CellRange]) -> bool:
    """Return whether a formula reads all of an area in parts."""
    parts = [area for area in named if not beyond([area], [stated])]
    return not beyond([stated], parts)


def _dragged(
    layout: Layout,
    judged: JudgedQuantity,
    rows: list[Index],
    first: Index,
    strange: list[CellRange],
) -> Mistake | None:
    """Find the cells that moved when the formula was filled down, but should not have."""
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
            title, _, cells = range_text(there, titles).rpartition("!")
            return Mistake(
                "anchor", cell, {"cells": title + "!" + re.sub("([0-9]+)", r"$\1", cells)}
            )
    for area, there in back.items():
        if there in stated and len(belonging) == len(stated):
            return Mistake("dragged", cell, _swapped(layout, area, belonging[stated.index(there)]))
    return None


def _kind(layout: Layout, area: CellRange, other: CellRange) -> str:
    """Return how an area lies relative to the right one; empty if elsewhere."""
    size, right = _size(area), _size(other)
    if other.sheet == area.sheet and not beyond([other], [area]) and _reaches(layout, area, other):
        return "epochs"
    if size == right:
        return "epoch" if _epochs(layout, area, other) else _off(area, other)
    if area.sheet != other.sheet:
        return ""
    one = abs(size[0] - right[0]) + abs(size[1] - right[1]) == 1
    corners = (area.top, area.left) == (other.top, other.left) or (area.bottom, area.right) == (
        other.bottom, other.right,
    )  # fmt: skip
    if one and corners and any(right):  # a single right cell is not a range
        return "short" if size < right else "long"
    return ""


def _reaches(layout: Layout, area: CellRange, other: CellRange) -> bool:
    """Return whether an area contains entries of other epochs besides the right one."""
    ends = [
        layout.entry(each.sheet, row, each.left)
        for each, row in ((area, area.top), (area, area.bottom), (other, other.top))
    ]
    if not all(ends) or len({end[0] for end in ends if end}) > 1:
        return False
    first, last, own = (end[1] for end in ends if end)
    quantity = layout.model[ends[0][0]] if ends[0] else None
    if quantity is None or not quantity.timed:
        return False
    at = len(quantity.each)
    return len({first[at], last[at], own[at]}) > 1


def _time(layout: Layout, area: CellRange) -> str:
    """Return the name of the time axis of the quantity in an area."""
    quantity = layout.model[_names(layout, area)]
    return quantity.axes[len(quantity.each)].name


def _names(layout: Layout, area: CellRange) -> str:
    found = layout.entry(area.sheet, area.top, area.left)
    return found[0] if found else ""


def _symbols(layout: Layout, area: CellRange) -> str:
    """Return the symbols of an area's first and last entry, or its cells if it has no symbols."""
    ends = [
        layout.entry(area.sheet, *corner)
        for corner in ((area.top, area.left), (area.bottom, area.right))
    ]
    every = (layout.model[e[0]].heading(e[1][len(layout.model[e[0]].axes) :]) for e in ends if e)
    said = dict.fromkeys(filter(None, map(str.strip, every)))
    return " … ".join(said) if all(ends) and said else range_text(area, layout.titles.values())


def _cells(area: CellRange) -> int:
    return (area.bottom - area.top + 1) * (area.right - area.left + 1)


def _off(area: CellRange, other: CellRange) -> str:
    down, aside = area.top - other.top, area.left - other.left
    if area.sheet != other.sheet or (down and aside) or abs(down + aside) > NEAR:
        return ""
    return "row" if down else "column"


def _epochs(layout: Layout, area: CellRange, other: CellRange) -> dict[str, str]:
    """Return the quantity and the epochs of two areas that differ only in epochs."""
    one, two = (layout.entry(each.sheet, each.top, each.left) for each in (area, other))
    if one is None or two is None or one[0] != two[0] or not layout.model[one[0]].timed:
        return {}
    quantity, at = layout.model[one[0]], len(layout.model[one[0]].each)
    time, right = one[1][at], two[1][at]
    if time == right or any(one[1][n] != two[1][n] for n in range(len(one[1])) if n != at):
        return {}
    axis = quantity.axes[at]
    return {
        "symbol": _symbols(layout, other),
        "axis": axis.name,
        "epoch": str(time + axis.counts_from),
        "right": str(right + axis.counts_from),
    }


def _size(area: CellRange) -> tuple[int, int]:
    return area.bottom - area.top, area.right - area.left


def _far(area: CellRange, other: CellRange) -> int:
    if area.sheet != other.sheet:
        return 10**9
    return abs(area.top - other.top) + abs(area.left - other.left)


def _written(value: object, digits: int = DIGITS) -> str:
    """Return a value as written in a sentence."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float | np.floating):
        return f"{value:.{digits}g}"
    return f"{value}"
