"""Measure the derivative along each reference, and multiply derivatives along paths to a cost."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from xlnn.auditing.book import Book
from xlnn.auditing.engines import Engine
from xlnn.auditing.slopes import load_apart, moved_values
from xlnn.engines.scenarios import Place

MOST_CELLS = 4_000
"""The most cells between parameters and costs for which the derivatives are measured."""

MOST_PATHS = 200
"""The most paths from a parameter to the cost that are looked at one by one."""

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
        The derivative of a cell with respect to one that its formula reads.
    tries : int
        Cells that were passed so far while faults were tried.
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
        depends, cells = {*self.parameters}, []
        ranked = ((rank[book.owner.get(c, c)], c) for c in cone if book.formula(c))
        for _, cell in sorted(ranked):
            if not depends.isdisjoint(book.reads(cell)):
                depends.add(cell)
                cells.append(cell)
        return cells

    def measure(self, engine: Engine) -> None:
        """Measure the derivative along each edge, with copied formulas among fixed numbers."""
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
        _, moved = moved_values(engine, values, steps, touched, [*copies.values()])
        for p in sources:
            for reader in self.readers[p]:
                ahead, behind = moved[p][0, :, column[reader]]
                self.edges[p, reader] = float(ahead - behind) / (2 * steps[p][0])

    @cached_property
    def moving(self) -> set[Place]:
        """Return the parameters, and the cells that depend on them."""
        return {*self.cells, *self.parameters}

    def behind(self, gradient: Place) -> set[Place]:
        """Return the cells with formulas that lead to a gradient, and to no cost."""
        cone = self.book.cone([gradient], self.moving)
        return {p for p in cone - self.moving if self.book.formula(p)}

    def after(self, place: Place) -> set[Place]:
        """Return a cell and all that depend on it on the way to a cost."""
        seen, left = set(), [place]
        while left:
            cell = left.pop()
            if cell not in seen:
                seen.add(cell)
                left += self.readers[cell]
        return seen

    def step_of(self, cost: Place) -> set[Place]:
        """Return a cost and all that it depends on, up to the parameters."""
        return self.book.cone([cost], self.parameters)

    @cached_property
    def readers(self) -> dict[Place, list[Place]]:
        """Return the cells that read each cell on the way to a cost."""
        readers: dict[Place, list[Place]] = defaultdict(list)
        for cell in self.cells:
            for read in self.book.reads(cell):
                readers[read].append(cell)
        return readers

    def adjoints(
        self, cost: Place, edges: Mapping[Edge, float] | None = None
    ) -> dict[Place, float]:
        """Return the derivative of a cost with respect to each cell, with some edges changed."""
        other = edges or {}
        slopes: dict[Place, float] = {cost: 1.0}
        for cell in self._behind(cost):
            here = slopes.get(cell, 0.0)
            if here:
                for edge, slope in self._inward[cell]:
                    change = here * (other.get(edge, slope) if other else slope)
                    slopes[edge[0]] = slopes.get(edge[0], 0.0) + change
        return slopes

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
        inward: dict[Place, list[tuple[Edge, float]]] = defaultdict(list)
        for edge, slope in self.edges.items():
            inward[edge[1]].append((edge, slope))
        return inward

    def paths(self, parameter: Place, cost: Place) -> list[tuple[Edge, ...]]:
        """Return the paths from a parameter to a cost along which something changes."""
        paths: list[tuple[Edge, ...]] = []
        left: list[tuple[Place, tuple[Edge, ...]]] = [(parameter, ())]
        self.book.check()
        while left and len(paths) <= MOST_PATHS and len(left) < 20 * MOST_PATHS:
            place, way = left.pop()
            if place == cost:
                paths.append(way)
                continue
            left += [
                (r, (*way, (place, r))) for r in self.readers[place] if self.edges.get((place, r))
            ]
        return paths if len(paths) <= MOST_PATHS else []
