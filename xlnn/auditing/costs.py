"""Find the cells that may be costs, and the likeliest cost of each gradient.

A cost that no cell holds is made up from outputs minus targets.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

import numpy as np

from xlnn.auditing.book import Book, is_cell
from xlnn.auditing.dependence import Dependence, reach_of
from xlnn.auditing.headings import NOTHING, Headings, Meaning, is_total
from xlnn.engines.scenarios import Place
from xlnn.grid import address, quoted

MOST_TERMS = 120
"""The most terms of an implied cost: more would not fit into a formula."""


Ranked = list[tuple[tuple[int | bool, ...], Place, list[Place]]]
"""Costs with their scores, and the parameters on which they depend."""


class Costs:
    """The cells that may be costs: by their headings, or at the end of all formulas.

    Parameters
    ----------
    headings : Headings
    known : Dependence
        It knows the parameters.
    gradients : iterable of Place
        The stated gradients.

    Attributes
    ----------
    said : dict
        The meaning of each cell that may be a cost.
    """

    def __init__(self, headings: Headings, known: Dependence, gradients: Iterable[Place]) -> None:
        self.known, self.book = known, known.book
        self.said = self._meanings(headings, gradients)
        self._beside = self._lines()
        self._likely: dict[tuple[object, ...], Ranked] = {}
        # costs of many rows that differ in nothing else: the first of them is looked at
        every = reversed(self.said.items())
        pattern = self.book.pattern
        alike = {
            (cost[0], meaning, known.reach(cost), pattern(cost)): cost for cost, meaning in every
        }
        self._firsts = [*reversed(alike.values())]

        self._parts: list[tuple[int, list[Place]]] = []
        self._rows, _ = reach_of(self.book, dict.fromkeys(known.parameters, 0), self._marks())

    def _meanings(self, headings: Headings, gradients: Iterable[Place]) -> dict[Place, Meaning]:
        known, book = self.known, self.book
        meanings = {
            place: meaning
            for place, meaning in headings.meanings.items()
            if meaning.kind in {"cost", "part"} and place not in known.parameters
            if self._is_cost(place)
        }
        # without a heading: cells that no formula reads and no gradient leads to
        led, _ = reach_of(book, dict.fromkeys(known.parameters, 0) | dict.fromkeys(gradients, 1))
        for place in book.formulas:
            is_end = not (place in book.read_cells or place in known.parameters or led.get(place))
            if is_end and np.isfinite(book.number(place)):
                meanings.setdefault(place, NOTHING)
        # what reads rows that were not read is the cost of more than is known
        return {p: said_of for p, said_of in meanings.items() if 0 < known.reach(p) < known.unread}

    def _is_cost(self, place: Place) -> bool:
        """Tell whether a cell may be a cost: a formula, but not just a difference y − t."""
        terms = self.book.terms(place)
        is_difference = len(terms) == 2 and {term.sign for term in terms} == {1, -1}
        of_cells = all(is_cell(term.alone) for term in terms)
        return self.book.formula(place) is not None and not (is_difference and of_cells)

    def _lines(self) -> Mapping[tuple[object, ...], list[Place]]:
        """Return the costs of each row that share their columns with others, and of each column."""
        columns = Counter((cost[0], cost[2], meaning) for cost, meaning in self.said.items())
        rows = Counter((cost[0], cost[1], meaning) for cost, meaning in self.said.items())
        lines: dict[tuple[object, ...], list[Place]] = defaultdict(list)
        for cost, meaning in self.said.items():
            title, row, column = cost
            if columns[title, column, meaning] > 1:
                lines[title, "row", row].append(cost)
            elif rows[title, row, meaning] > 1:
                lines[title, "column", column].append(cost)
        return lines

    def likeliest(self, gradient: Place, of: str, options: Sequence[Place]) -> Ranked:
        """Return the costs that a gradient may belong to, first those in its row or column.

        Parameters
        ----------
        gradient : Place
        of : str
            The cost that its heading names.
        options : sequence of Place
            The parameters of which it may be the gradient.
        """
        title, row, column = gradient
        near = {p for p in options if p[0] == title} or {*options}
        lines = (title, "row", row), (title, "column", column)
        mask = sum(self.known.bits[p] for p in near)
        reach = self.known.reach
        near_costs = [c for line in lines for c in self._beside.get(line, ()) if reach(c) & mask]
        key = title, *options[:1], len(options), of, reach(gradient), self._rows.get(gradient, 0)
        if key not in self._likely:
            every = [cost for cost in self._firsts if reach(cost) & mask]
            self._likely[key] = self._ranked(every, gradient, of, near)
        others = [rated for rated in self._likely[key] if rated[1] not in near_costs]
        ranked = self._ranked(near_costs, gradient, of, near)
        return [((True, *score), cost, of_it) for score, cost, of_it in ranked] + others

    def _marks(self) -> dict[Place, int]:
        """Return a bit for each of two rows that a cost adds up, at the cells of that row alone."""
        reach = {cost: self.known.reach(cost) for cost in self.said}
        marks: dict[Place, int] = defaultdict(int)
        for cost in self._firsts:
            parts = [p for p in self.book.reads(cost) if reach.get(p) == reach[cost]]
            if len(parts) > 1:
                one, other = (self.known.cone(part) for part in parts[:2])
                bit = 1 << 2 * len(self._parts)
                self._parts.append((3 * bit, parts))
                for cells, row_bit in ((one - other, bit), (other - one, 2 * bit)):
                    for cell in cells:
                        marks[cell] |= row_bit
        return marks

    def _score(self, cost: Place, gradient: Place, of: str) -> tuple[int | bool, ...]:
        """Return how well a cost suits a gradient whose heading names one."""
        meaning = self.said[cost]
        is_named, is_whole = bool(of) and of == meaning.name, meaning.kind == "cost"
        return (
            is_named and not is_whole,  # ∂E1/∂w
            is_whole,
            is_named,
            cost[0] == gradient[0],
            is_total(meaning.name),
            self.known.reach(cost).bit_count(),
        )

    def _ranked(self, costs: Sequence[Place], gradient: Place, of: str, near: set[Place]) -> Ranked:
        reach, bits = self.known.reach, self.known.bits
        # the costs of single rows, where a gradient adds up these rows
        rows = self._rows.get(gradient, 0)
        left_out = {part for bits, parts in self._parts if rows & bits == bits for part in parts}
        costs = [cost for cost in costs if cost not in left_out]
        # a gradient that depends on none of the parameters of a cost is not its slope
        kept = [cost for cost in costs if reach(cost) & reach(gradient)] or costs
        ordered = sorted(near)
        scored = [
            (self._score(cost, gradient, of), cost, [p for p in ordered if bits[p] & reach(cost)])
            for cost in kept
        ]
        return sorted(scored, key=itemgetter(0), reverse=True)


def differences(book: Book) -> list[tuple[Place, Place, Place]]:
    """Return the cells that are an output minus a typed target, with these two."""
    cells = []
    for first, pattern in book.patterns.items():
        if sorted(term.sign for term in pattern.terms) != [-1, 1]:
            continue
        for place in book.filled_by(first):
            one, other = (term.alone for term in book.terms(place))
            for output, target in ((one, other), (other, one)):
                is_typed = book.is_number(target) and not book.formula(target)
                if is_cell(output) and is_typed and book.formula(output):
                    cells.append((place, output, target))
    return cells


def implied_costs(cells: Sequence[tuple[Place, Place, Place]]) -> dict[str, str]:
    """Return formulas of costs by name; their slopes by the weighted inputs are y − t."""
    pairs = [
        [f"{quoted(place[0])}!{address(*place[1:])}" for place in (output, target)]
        for _, output, target in cells
    ]
    if not 0 < len(pairs) <= MOST_TERMS:
        return {}
    entropy = "+".join(f"IF({t}=0,0,{t}*LN({y}))" for y, t in pairs)
    binary = "+".join(f"IF({t}=1,0,(1-{t})*LN(1-{y}))" for y, t in pairs)
    squares = "+".join(f"({y}-{t})^2" for y, t in pairs)
    texts = {
        "entropy": f"=-({entropy})",
        "binary": f"=-({entropy}+{binary})",
        "squares": f"=({squares})/2",
        "whole_squares": f"={squares}",
    }
    if len(pairs) > 1:
        texts |= {f"mean_{name}": f"=({text[1:]})/{len(pairs)}" for name, text in texts.items()}
    return {name: text for name, text in texts.items() if len(text) < 8_000}
