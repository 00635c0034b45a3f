"""Find the cells that may be costs, and of which of them a gradient is likely the slope."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from xlnn.auditing.book import Dependence, parsed, terms
from xlnn.auditing.headings import Meaning, is_total
from xlnn.auditing.slopes import number
from xlnn.engines.cellwise import Held, Place

MOST_PARTS = 4
"""Rows at the beginning, and at the end, of those that a cost adds up, by which a gradient is known
that adds up the same rows."""


@dataclass(frozen=True, eq=False)
class Cost:
    """A cell that may be the cost of some parameters.

    Attributes
    ----------
    place : Place
    said : Meaning
        Of its heading.
    reach : int
        The bits of the parameters on which it depends.
    depth : int
        How many formulas lead from a parameter to it.
    """

    place: Place
    said: Meaning
    reach: int
    depth: int

    def score(self, gradient: Place, of: str) -> tuple[int | bool, ...]:
        """Return how well it suits a gradient, of the cost that its heading names."""
        name, kind = self.said.name, self.said.kind
        is_named = of == name
        is_whole = kind == "cost"
        return (
            is_named and bool(of) and not is_whole,  # ∂E1/∂w
            is_whole,
            is_named and bool(of),
            self.place[0] == gradient[0],
            self.depth,
            is_total(name),
            self.reach.bit_count(),
        )


Ranked = list[tuple[tuple[int | bool, ...], Cost, list[Place]]]
"""Costs with their scores, and the parameters on which they depend."""


class Costs:
    """The cells that may be costs: by their headings, or at the end of all formulas.

    Parameters
    ----------
    known : Dependence
        It knows the parameters.
    values, meanings : mapping
        What each cell holds, and what its headings say.
    steps : sequence of (Place, Place)
        Each parameter that a step makes, and the one from which it starts.
    stated : set of Place
        The gradients.
    """

    def __init__(
        self,
        known: Dependence,
        values: Mapping[Place, Held],
        meanings: Mapping[Place, Meaning],
        steps: Sequence[tuple[Place, Place]],
        stated: set[Place],
    ) -> None:
        self.known, self.book = known, known.book
        self.values, self.meanings, self.steps = values, meanings, steps
        self.every = [*self._found(stated)]
        self._by_place = {cost.place: cost for cost in self.every}
        self._beside = self._lines()
        self._likely: dict[tuple[object, ...], Ranked] = {}
        # costs of many rows that differ in nothing else: the first of them is looked at
        alike = {(c.place[0], c.said, c.reach, c.depth): c for c in reversed(self.every)}
        self._firsts = [*reversed(alike.values())]
        ordered = sorted(known.parameters)
        self._of: dict[Place, list[Cost]] = defaultdict(list)
        for cost in self._firsts:
            for n in ones(cost.reach):
                self._of[ordered[n]].append(cost)
        self._parts: dict[Place, set[Place]] = {}
        self._bits: dict[Place, int] = {}
        self._rows = self.book.reach(dict.fromkeys(known.parameters, 0), self._marks())

    def _found(self, gradients: set[Place]) -> Iterator[Cost]:
        known, book = self.known, self.book
        said = {
            place: found
            for place, found in self.meanings.items()
            if found.kind in {"cost", "part"} and place not in known.parameters
            if self._is_cost(place)
        }
        # if no heading tells: what nobody reads, and no gradient leads to
        led = book.reach(dict.fromkeys(known.parameters, 0) | dict.fromkeys(gradients, 1))
        for place in book.formulas:
            is_end = not (place in book.read_cells or place in known.parameters or led(place))
            if is_end and np.isfinite(number(self.values.get(place))):
                said.setdefault(place, Meaning("", ""))
        reached = {
            place: bits for place in said if 0 < (bits := known.reach(place)) < known.cut
        }  # what reads rows that were not read is the cost of more than is known
        chains = self._chains()
        # what depends on the parameters of several steps shows one, or adds costs up
        is_whole = {
            bits: all((bits & chain).bit_count() < 2 for chain in chains)
            for bits in {*reached.values()}
        }
        whole = {place: bits for place, bits in reached.items() if is_whole[bits]}
        depths = book.depths(known.parameters)
        for place, bits in (whole or reached).items():
            yield Cost(place, said[place], bits, depths[book.owner.get(place, place)])

    def _chains(self) -> list[int]:
        """Return the bits of each parameter with what it becomes from step to step."""
        chain: dict[Place, int] = {}
        found: list[int] = []
        for new, start in self.steps:
            n = chain.get(start, chain.get(new, len(found)))
            if n == len(found):
                found.append(0)
            for place in (start, new):
                chain[place] = n
                found[n] |= self.known.bits.get(place, 0)
        return found

    def _is_cost(self, place: Place) -> bool:
        """Tell whether a cell may be a cost: a formula, and no mere difference y − t."""
        text = self.book.formula(place)
        tree = parsed(text) if text else None
        if tree is None:
            return text is not None
        own = list(terms(tree))
        is_difference = len(own) == 2 and {sign for sign, _ in own} == {1, -1}
        return not (is_difference and all(n.node_type() == "Reference" for _, n in own))

    def _lines(self) -> Mapping[tuple[object, ...], list[Cost]]:
        """Return the costs of a row that stand in a column with others, and the other way round."""
        columns = Counter((c.place[0], c.place[2], c.said) for c in self.every)
        rows = Counter((c.place[0], c.place[1], c.said) for c in self.every)
        found: dict[tuple[object, ...], list[Cost]] = defaultdict(list)
        for cost in self.every:
            title, row, column = cost.place
            if columns[title, column, cost.said] > 1:
                found[title, "row", row].append(cost)
            elif rows[title, row, cost.said] > 1:
                found[title, "column", column].append(cost)
        return found

    def likeliest(self, gradient: Place, of: str, options: Sequence[Place]) -> Ranked:
        """Return the costs that a gradient may be of, the likeliest first.

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
        own = [c for line in lines for c in self._beside.get(line, ()) if c.reach & mask]
        if ranked := self._ranked(own, gradient, of, near):
            return ranked
        rows, read = self._rows(gradient), self.known.reach(gradient)
        key = title, *options[:1], len(options), of, read, rows
        if key not in self._likely:
            every = dict.fromkeys(c for p in sorted(near) for c in self._of[p])
            self._likely[key] = self._ranked(every, gradient, of, near)
        return self._likely[key]

    def _ranked(self, costs: Iterable[Cost], gradient: Place, of: str, near: set[Place]) -> Ranked:
        rows, read = self._rows(gradient), self.known.reach(gradient)
        # the costs of single rows, where a gradient adds up these rows
        left_out = {
            part for whole, bits in self._bits.items() if (rows & bits).bit_count() > 1
            for part in self._parts[whole]
        }  # fmt: skip
        kept = [cost for cost in costs if cost.place not in left_out]
        # a gradient that depends on none of the parameters of a cost is not its slope
        kept = [cost for cost in kept if cost.reach & read] or kept
        bits, ordered = self.known.bits, sorted(near)
        scored = [
            (cost.score(gradient, of), cost, [p for p in ordered if bits[p] & cost.reach])
            for cost in kept
        ]
        return sorted(scored, key=lambda each: each[0], reverse=True)

    def _marks(self) -> dict[Place, int]:
        """Return a bit for some of the rows that each cost adds up, at the cells of that row."""
        marks: dict[Place, int] = defaultdict(int)
        count = 0
        for whole in self._firsts:
            own = {
                p for p in self.book.reads(whole.place)
                if p in self._by_place and self._by_place[p].reach == whole.reach
            }  # fmt: skip
            if len(own) < 2:
                continue
            few = sorted(own)
            cones = [self.known.cone(p) for p in {*few[:MOST_PARTS], *few[-MOST_PARTS:]}]
            shared = Counter(cell for cone in cones for cell in cone)
            self._bits[whole.place], self._parts[whole.place] = 0, own
            for cone in cones:
                self._bits[whole.place] |= 1 << count
                for cell in cone:
                    if shared[cell] == 1:
                        marks[cell] |= 1 << count
                count += 1
        return marks


def ones(bits: int) -> Iterator[int]:
    """Yield the numbers of the bits that are set.

    >>> list(ones(0b1010))
    [1, 3]
    """
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
