"""Measure the derivative of each cell by each that its formula reads, from parameters to costs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from xlnn.auditing.book import Book
from xlnn.auditing.machines import IronCalc, LibreOffice
from xlnn.auditing.slopes import number
from xlnn.engines.cellwise import Place, Sheets

MOST_CELLS = 4_000
"""Cells between parameters and costs for which the derivatives are measured."""

MOST_PATHS = 200
"""Paths from a parameter to the cost that are looked at one by one."""

Edge = tuple[Place, Place]
"""A cell, and one whose formula reads it."""


@dataclass
class Chain:
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

    def measure(self, machine: IronCalc | LibreOffice, values: Mapping[Place, float]) -> None:
        """Measure the derivative along each edge: formulas beside, among fixed numbers."""
        book = self.book
        read = {p for cell in self.cells for p in book.reads(cell)}
        sources = sorted(read & {*self.cells, *self.parameters})
        bottom = {t: max((r for r, _ in cells), default=0) + 5 for t, cells in book.filled.items()}
        formulas, arrays, copy = {}, {}, {}
        beside: dict[Place, Place] = {}
        for cell in self.cells:
            first = book.owner.get(cell, cell)
            title = first[0].casefold()
            if first not in beside:
                height, width = book.arrays.get(first, (1, 1))
                beside[first] = own = first[0], bottom[title], 1
                bottom[title] += height + 1
                formulas[own] = book.formulas[first]
                if first in book.arrays:
                    arrays[own] = height, width
            own = beside[first]
            copy[cell] = own[0], own[1] + cell[1] - first[1], own[2] + cell[2] - first[2]
        constants = {p: values.get(p, book.constants.get(p)) for p in read}
        machine.load(Sheets(book.titles, formulas, constants, arrays, book.named))
        wanted = list(copy.values())
        column = {cell: index for index, cell in enumerate(copy)}
        groups = _apart(sources, self.readers)
        moves, steps = [], []
        for group in groups:
            step = {p: 1e-5 * max(abs(values[p]), 1e-2) for p in group}
            steps.append(step)
            moves += [{p: values[p] + sign * step[p] for p in group} for sign in (1, -1)]
        results = machine.rounds(moves, wanted)
        for index, (group, step) in enumerate(zip(groups, steps, strict=True)):
            ahead, behind = results[2 * index], results[2 * index + 1]
            for p in group:
                for reader in self.readers[p]:
                    n = column[reader]
                    self.edges[p, reader] = (number(ahead[n]) - number(behind[n])) / (2 * step[p])

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
        while left and len(found) <= MOST_PATHS and len(left) < 20 * MOST_PATHS:
            place, way = left.pop()
            if place == cost:
                found.append(way)
                continue
            left += [
                (r, (*way, (place, r))) for r in self.readers[place] if self.edges.get((place, r))
            ]
        return found if len(found) <= MOST_PATHS else []


def _apart(places: Sequence[Place], readers: Mapping[Place, Sequence[Place]]) -> list[list[Place]]:
    """Group cells that nobody reads together."""
    groups: list[tuple[list[Place], set[Place]]] = []
    for place in places:
        own = set(readers[place])
        for group, taken in groups[-60:]:
            if not own & taken:
                group.append(place)
                taken |= own  # noqa: PLW2901 -- the set itself
                break
        else:
            groups.append(([place], own))
    return [group for group, _ in groups]
