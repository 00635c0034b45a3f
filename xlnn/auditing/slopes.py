"""Measure slopes of costs by central differences, and the derivative along each reference.

IronCalc computes the cells, or LibreOffice where IronCalc does not reproduce what is stored.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from xlnn.auditing.book import Book, number
from xlnn.auditing.clock import Clock
from xlnn.checking.slope import BASES, HALVES, Slope, best_of, slope_of, unit_of
from xlnn.engines import Allowance
from xlnn.engines._child import Child
from xlnn.engines.libreoffice import PROGRAM
from xlnn.engines.scenarios import Found, Place, Question, Task
from xlnn.errors import EngineError
from xlnn.exercises.evaluation import computed

CLOSE = 1e-5
"""How near a number has to be to be the stated one, relatively."""


def close(one: float, other: float, room: float = CLOSE) -> bool:
    """Tell whether two numbers are equal except for rounding."""
    return abs(one - other) <= room * max(abs(one), abs(other)) + 1e-13


SECONDS_A_FORMULA, SECONDS_A_ROUND = 5e-6, 1e-3
"""What IronCalc takes to evaluate what is loaded, measured: twice that and more."""

MOST_CONVERTED = 60_000
"""Formulas that LibreOffice computes at once, all copies of them counted: some ten seconds."""

MOST_COPIES = 300
"""Copies in one workbook, each of which has sheets of its own."""


class IronCalc:
    """Computes cells of a file in a process of its own, within limits."""

    name = "IronCalc"
    epsilon = float(np.finfo(float).eps)
    most_work = 4e6
    """Formulas that are computed while slopes are measured: some ten seconds."""

    def __init__(self, path: Path, formulas: int, box: int, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self._allowance = Allowance.of_size(max(formulas, 2_000), box)
        self._child: Child | None = None

    def close(self) -> None:
        """End the process."""
        if self._child is not None:
            self._child.cancel()
            self._child = None

    def load(self, sheets: Question) -> None:
        """Load other cells, in another process if the one before failed.

        Raises
        ------
        EngineError
            It fails.
        """
        self._size = len(sheets.formulas)
        self._ask(sheets)

    def _ask(self, question: Question) -> list[list[Found]]:
        if self._child is None:
            self._child = Child("arrays", self._path, within(self._allowance, self._clock))
        try:
            return self._child(question)
        except EngineError:
            self.close()
            raise

    def rounds(
        self, moves: Sequence[Mapping[Place, float]], wanted: Sequence[Place]
    ) -> list[list[Found]]:
        """Return the values of some cells in each round, with other numbers in some cells."""
        seconds = SECONDS_A_FORMULA * self._size + SECONDS_A_ROUND
        at_once = max(1, int((2 + 2e-4 * self._size) / seconds))
        found: list[list[Found]] = []
        for start in range(0, len(moves), at_once):
            self._clock.check()
            own = moves[start : start + at_once]
            found += self._ask(Question(tasks=[Task({}, move, tuple(wanted)) for move in own]))
        return found


class LibreOffice:
    """Computes cells with LibreOffice, all rounds in one workbook if they are not too many."""

    name = "LibreOffice"
    epsilon = 5e-15
    """It writes numbers with 15 digits."""
    most_work = 4.0 * MOST_CONVERTED

    def __init__(self, clock: Clock) -> None:
        self._sheets, self._clock = Question(), clock

    def load(self, sheets: Question) -> None:
        """Load other cells."""
        self._sheets = sheets

    def rounds(
        self, moves: Sequence[Mapping[Place, float]], wanted: Sequence[Place]
    ) -> list[list[Found]]:
        """Return the values of some cells in each round, with other numbers in some cells.

        Raises
        ------
        EngineError
            LibreOffice fails.
        """
        sheets, size = self._sheets, max(1, len(self._sheets.formulas))
        at_once = max(1, min(MOST_COPIES, MOST_CONVERTED // size))
        found: list[list[Found]] = []
        for start in range(0, len(moves), at_once):
            tasks = [Task({}, move, tuple(wanted)) for move in moves[start : start + at_once]]
            cells = len(tasks) * (size + len(sheets.beside))
            self._clock.check()
            allowed = within(Allowance.of_size(cells, cells), self._clock)
            found += computed([replace(sheets, tasks=tasks)], allowed)[0]
        return found


Engine = IronCalc | LibreOffice


def within(allowance: Allowance, clock: Clock) -> Allowance:
    """Return the limits of an engine in an audit that takes no longer than it may."""
    left = clock.left + 1
    return replace(allowance, first=min(allowance.first, left), again=min(allowance.again, left))


def second_opinion(formulas: int, clock: Clock) -> LibreOffice | None:
    """Return LibreOffice, where it is installed and the formulas are not too many for it."""
    return LibreOffice(clock) if formulas <= MOST_CONVERTED and PROGRAM.find() else None


MOST_GROUPS = 500
"""Groups of cells that are moved at once, into which a further cell may fit."""


def measure(
    engine: Engine,
    pairs: Sequence[tuple[Place, Place]],
    values: Mapping[Place, float],
    reach: Mapping[Place, frozenset[Place]],
) -> list[Slope]:
    """Measure the slope of each cost in the direction of its parameter.

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
        found = {pair: best_of(own) for pair, own in tried.items()}
        sizes = [abs(slope.value) for slope in found.values() if np.isfinite(slope.value)]
        scale = float(np.median(sizes)) if sizes else 0.0
        left = [pair for pair in left if not found[pair].is_sure(scale)]
    return [found[pair] for pair in pairs]


def _measured(
    engine: Engine,
    pairs: Sequence[tuple[Place, Place]],
    values: Mapping[Place, float],
    reach: Mapping[Place, frozenset[Place]],
    step: Mapping[Place, float],
) -> dict[tuple[Place, Place], Slope]:
    """Measure slopes with the whole, half and quarter of a step for each parameter."""
    touched = {p: {cost for cost, own in reach.items() if p in own} for p in step}
    steps = {p: [half * step[p] for half in HALVES] for p in step}
    start, moved = _moved(engine, values, steps, touched, [*reach])
    columns = {cost: n for n, cost in enumerate(reach)}
    found = {}
    for p, cost in pairs:
        h = values[p] + np.outer(steps[p], (1, -1)) - values[p]
        own = moved[p][:, :, columns[cost]]
        found[p, cost] = slope_of(start[columns[cost]], own, h, engine.epsilon)
    return found


def _moved(
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
    each = np.reshape(table, (len(groups), -1, 2, len(wanted)))
    return start, {p: each[n] for n, group in enumerate(groups) for p in group}


def together(touched: Mapping[Place, set[Place]]) -> list[list[Place]]:
    """Group cells that affect no common cell, so that they can be moved at once."""
    groups: list[tuple[list[Place], set[Place]]] = []
    for place, own in touched.items():
        for group, taken in groups[-MOST_GROUPS:]:
            if taken.isdisjoint(own):
                group.append(place)
                taken |= own  # noqa: PLW2901 -- the set itself
                break
        else:
            groups.append(([place], set(own)))
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


MOST_CELLS = 4_000
"""Cells between parameters and costs for which the derivatives are measured."""

MOST_PATHS = 200
"""Paths from a parameter to the cost that are looked at one by one."""

Edge = tuple[Place, Place]
"""A cell, and one whose formula reads it."""


@dataclass
class ChainRule:
    """What leads from parameters to costs, and the derivative along each edge.

    Attributes
    ----------
    book : Book
    parameters : frozenset of Place
    costs : tuple of Place
    edges : dict
        The derivative of a cell by one that its formula reads.
    tries : int
        Cells that were passed while faults were tried.
    """

    book: Book
    parameters: frozenset[Place]
    costs: tuple[Place, ...]
    edges: dict[Edge, float] = field(default_factory=dict)
    tries: int = 0
    _ways: dict[Place, list[Place]] = field(default_factory=dict)

    @cached_property
    def cells(self) -> list[Place]:
        """Return the cells that depend on a parameter, each after those that it reads."""
        book = self.book
        rank = {place: n for n, place in enumerate(book.order)}
        cone = book.cone(self.costs, self.parameters) - self.parameters
        depends, found = {*self.parameters}, []
        own = ((rank[book.owner.get(c, c)], c) for c in cone if book.formula(c))
        for _, cell in sorted(own):
            if not depends.isdisjoint(book.reads(cell)):
                depends.add(cell)
                found.append(cell)
        return found

    def measure(self, engine: Engine) -> None:
        """Measure the derivative along each edge: formulas apart, among fixed numbers."""
        book = self.book
        read = {p for cell in self.cells for p in book.reads(cell)}
        sources = sorted(filter(book.is_number, read & {*self.cells, *self.parameters}))
        firsts = dict.fromkeys(book.owner.get(cell, cell) for cell in self.cells)
        formulas = {first: book.formulas[first] for first in firsts}
        copies = load_apart(engine, book, formulas, read)
        column = {cell: index for index, cell in enumerate(copies)}
        touched = {place: {*self.readers[place]} for place in sources}
        values = {p: book.number(p) for p in sources}
        steps = {p: [1e-5 * max(abs(values[p]), 1e-2)] for p in sources}
        _, moved = _moved(engine, values, steps, touched, [*copies.values()])
        for p in sources:
            for reader in self.readers[p]:
                ahead, behind = moved[p][0, :, column[reader]]
                self.edges[p, reader] = float(ahead - behind) / (2 * steps[p][0])

    @cached_property
    def readers(self) -> dict[Place, list[Place]]:
        """Return the cells that read each cell on the way to a cost."""
        found: dict[Place, list[Place]] = defaultdict(list)
        for cell in self.cells:
            for read in self.book.reads(cell):
                found[read].append(cell)
        return found

    def adjoints(
        self, cost: Place, edges: Mapping[Edge, float] | None = None
    ) -> dict[Place, float]:
        """Return the derivative of a cost by every cell, with other numbers on some edges."""
        other = edges or {}
        found: dict[Place, float] = {cost: 1.0}
        for cell in self._behind(cost):
            here = found.get(cell, 0.0)
            if here:
                for edge, slope in self._inward[cell]:
                    change = here * (other.get(edge, slope) if other else slope)
                    found[edge[0]] = found.get(edge[0], 0.0) + change
        return found

    def _behind(self, cost: Place) -> list[Place]:
        """Return the cells on the way to a cost, each before those that it reads."""
        if cost not in self._ways:
            cone = self.book.cone([cost], self.parameters)
            self._ways[cost] = [cell for cell in reversed(self.cells) if cell in cone]
        self.tries += len(self._ways[cost])
        self.book.check()
        return self._ways[cost]

    @cached_property
    def _inward(self) -> dict[Place, list[tuple[Edge, float]]]:
        found: dict[Place, list[tuple[Edge, float]]] = defaultdict(list)
        for edge, slope in self.edges.items():
            found[edge[1]].append((edge, slope))
        return found

    def paths(self, parameter: Place, cost: Place) -> list[tuple[Edge, ...]]:
        """Return the paths from a parameter to a cost along which something changes."""
        found: list[tuple[Edge, ...]] = []
        left: list[tuple[Place, tuple[Edge, ...]]] = [(parameter, ())]
        self.book.check()
        while left and len(found) <= MOST_PATHS and len(left) < 20 * MOST_PATHS:
            place, way = left.pop()
            if place == cost:
                found.append(way)
                continue
            left += [
                (r, (*way, (place, r))) for r in self.readers[place] if self.edges.get((place, r))
            ]
        return found if len(found) <= MOST_PATHS else []
