"""Measure slopes of costs by central differences."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from xlnn.auditing.book import Book, number
from xlnn.auditing.engines import Engine
from xlnn.checking.slope import BASES, HALVES, Slope, best_of, slope_of, unit_of
from xlnn.engines.scenarios import Place

CLOSE = 1e-5
"""How near a number has to be to be the stated one, relatively."""


def close(one: float, other: float, room: float = CLOSE) -> bool:
    """Tell whether two numbers are equal except for rounding."""
    return abs(one - other) <= room * max(abs(one), abs(other)) + 1e-13


MOST_GROUPS = 500
"""The most groups that are searched for one that a further cell can join, to be moved with it."""


def measure(
    engine: Engine,
    pairs: Sequence[tuple[Place, Place]],
    values: Mapping[Place, float],
    reach: Mapping[Place, frozenset[Place]],
) -> list[Slope]:
    """Measure the slope of each cost with respect to its parameter.

    Parameters
    ----------
    engine : Engine
        Loaded with the cells that lead from the parameters to the costs.
    pairs : sequence of (parameter, cost)
    values : mapping
        What the parameters hold.
    reach : mapping
        The parameters on which each cost depends: costs that share none are moved at once.
    """
    unit = unit_of(values.values())
    tried: dict[tuple[Place, Place], list[Slope]] = {pair: [] for pair in pairs}
    left = [*tried]
    for bases in (BASES[:1], BASES[1:]):
        for base in bases if left else ():
            step = {p: base * max(abs(values[p]), unit) for p, _ in left}
            for pair, slope in _measured(engine, left, values, reach, step).items():
                tried[pair].append(slope)
        best = {pair: best_of(slopes) for pair, slopes in tried.items()}
        sizes = [abs(slope.value) for slope in best.values() if np.isfinite(slope.value)]
        scale = float(np.median(sizes)) if sizes else 0.0
        left = [pair for pair in left if not best[pair].is_sure(scale)]
    return [best[pair] for pair in pairs]


def _measured(
    engine: Engine,
    pairs: Sequence[tuple[Place, Place]],
    values: Mapping[Place, float],
    reach: Mapping[Place, frozenset[Place]],
    step: Mapping[Place, float],
) -> dict[tuple[Place, Place], Slope]:
    """Measure slopes with the whole, half and quarter of a step for each parameter."""
    touched = {p: {cost for cost, parameters in reach.items() if p in parameters} for p in step}
    steps = {p: [half * step[p] for half in HALVES] for p in step}
    start, moved = moved_values(engine, values, steps, touched, [*reach])
    columns = {cost: n for n, cost in enumerate(reach)}
    slopes = {}
    for p, cost in pairs:
        h = values[p] + np.outer(steps[p], (1, -1)) - values[p]
        costs_moved = moved[p][:, :, columns[cost]]
        slopes[p, cost] = slope_of(start[columns[cost]], costs_moved, h, engine.epsilon)
    return slopes


def moved_values(
    engine: Engine,
    values: Mapping[Place, float],
    steps: Mapping[Place, Sequence[float]],
    touched: Mapping[Place, set[Place]],
    wanted: Sequence[Place],
) -> tuple[np.ndarray, dict[Place, np.ndarray]]:
    """Compute cells as they are, and with each number moved up and down by its steps.

    Numbers that touch none of the same cells are moved at once.

    Returns
    -------
    array, shape (wanted,)
    dict of arrays, shape (steps, 2, wanted)
    """
    groups = together(touched)
    moves = [
        {p: values[p] + sign * steps[p][n] for p in group}
        for group in groups for n in range(len(steps[group[0]])) for sign in (1, -1)
    ]  # fmt: skip
    lines = engine.rounds([*moves, {}], wanted)
    *table, start = np.array([[number(v) for v in line] for line in lines])
    moved = np.reshape(table, (len(groups), -1, 2, len(wanted)))
    return start, {p: moved[n] for n, group in enumerate(groups) for p in group}


def together(touched: Mapping[Place, set[Place]]) -> list[list[Place]]:
    """Group cells that affect no common cell, so that they can be moved at once."""
    groups: list[tuple[list[Place], set[Place]]] = []
    for place, cells in touched.items():
        for group, taken in groups[-MOST_GROUPS:]:
            if taken.isdisjoint(cells):
                group.append(place)
                taken |= cells  # noqa: PLW2901 -- the set itself
                break
        else:
            groups.append(([place], set(cells)))
    return [group for group, _ in groups]


def load_apart(
    engine: Engine, book: Book, formulas: Mapping[Place, str], read: Iterable[Place]
) -> dict[Place, Place]:
    """Load copies of formulas below their sheets, among fixed numbers that they read.

    Returns
    -------
    dict
        The copy of each cell that a formula fills.
    """
    bottom = {title: book.bottom(title) + 5 for title in book.titles}
    copies: dict[Place, Place] = {}
    for first in formulas:
        title, top, left = first
        for _, row, column in book.filled_by(first):
            copies[title, row, column] = title, bottom[title] + row - top, 1 + column - left
        bottom[title] += row - top + 2
    texts = {copies[first]: text for first, text in formulas.items()}
    arrays = {copy: book.arrays[p] for p, copy in copies.items() if p in book.arrays}
    engine.load(book.question(texts, read, arrays))
    return copies
