"""Explain a wrong gradient: which fault in the chain rule gives just the number that is stated?

The derivatives along every edge of the formulas, from cell to cell, are measured. A fault is a
change of some of them: one left out, one of another weight, one of another step. The change whose
gradient equals the stated one, in every step, is the likeliest.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

import numpy as np

from xlnn.auditing.book import Shape
from xlnn.auditing.chain import Chain, Edge
from xlnn.engines.cellwise import Place

MOST_TRIES = 2_000_000
"""Cells that are passed in all while faults are tried: some seconds."""

CLOSE = 1e-5
"""How near a fault's gradient has to be to the stated one, relatively."""

Replaced = Callable[[Edge, Edge, "Case"], float | None]


def close(one: float, other: float, room: float = CLOSE) -> bool:
    """Tell whether two numbers are alike but for rounding."""
    return abs(one - other) <= room * max(abs(one), abs(other)) + 1e-13


@dataclass(frozen=True)
class Case:
    """A stated gradient with its slope: what is to be explained.

    Attributes
    ----------
    name : str
    parameter, gradient, cost : Place
    stated, slope : float
    """

    name: str
    parameter: Place
    gradient: Place
    cost: Place
    stated: float
    slope: float


@dataclass(frozen=True)
class Fault:
    """The likeliest fault.

    Attributes
    ----------
    kind : str
        The key of its sentence.
    said : dict
        What fills the sentence.
    cells : tuple of Place
        Where it starts.
    """

    kind: str
    said: dict[str, str] = field(default_factory=dict)
    cells: tuple[Place, ...] = ()


class Explainer:
    """Explains wrong gradients.

    Parameters
    ----------
    chain : Chain
    wrong, right : sequence of Case
    values : mapping of numbers by place
    """

    def __init__(
        self,
        chain: Chain,
        wrong: Sequence[Case],
        right: Sequence[Case],
        values: Mapping[Place, float],
    ) -> None:
        self.chain, self.book, self.values = chain, chain.book, values
        self.wrong, self.right = wrong, right
        self.every = [*wrong, *right]
        self._adjoints: dict[Place, dict[Place, float]] = {}

    def adjoints(self, cost: Place) -> dict[Place, float]:
        """Return the true derivatives of a cost."""
        if cost not in self._adjoints:
            self._adjoints[cost] = self.chain.adjoints(cost)
        return self._adjoints[cost]

    def layers(self) -> Iterator[tuple[Fault, list[Case]]]:
        """Yield activations whose derivative is missing, and what is wrong because of that.

        One such fault makes the gradients of all parameters below wrong, so that it is looked for
        in all of them at once.
        """
        left = [c for c in self.wrong if self.book.formula(c.gradient)]
        changes: dict[tuple[int, str], dict[Edge, float]] = {}
        for n, edges in enumerate(self._layers):
            if all(close(abs(self.chain.edges[e]), 1.0) for e in edges):
                continue  # t − y, which is no activation
            changes[n, "missing"] = dict.fromkeys(edges, 1.0)
            changes[n, "twice"] = {e: self.chain.edges[e] ** 2 for e in edges}
        while left and changes:
            fits = {key: self._changed(edges, left) for key, edges in changes.items()}
            most = max(fits, key=lambda key: len(fits[key]))
            own, edges = fits[most], changes.pop(most)
            if not own:
                break
            way = set().union(*(self._on_the_way(c) for c in own))
            through = [e[1] for e in edges if e[0] in way]
            kind = "mask" if self._is_mask(through[0]) else "derivative"
            kind = "twice" if most[1] == "twice" else kind
            holding = self._holding(own, {e[1] for e in edges}) if kind != "twice" else ()
            yield (
                Fault(kind, {"cells": self.book.shown(through)}, holding or self.start(own)),
                own,
            )
            left = [c for c in left if c not in own]
        yield from self._scaled(left)

    def _scaled(self, cases: Sequence[Case]) -> Iterator[tuple[Fault, list[Case]]]:
        """Yield what is wrong by one factor, if that is so of several parameters."""
        left = [c for c in cases if c.slope and c.stated]
        for case in left:
            ratio = case.stated / case.slope
            own = [c for c in left if close(c.stated / c.slope, ratio)]
            others = [c for c in cases if c not in own and c.slope]
            size = self._samples(case)
            is_usual = is_plain(ratio) or close(ratio, size) or close(ratio, 1 / size)
            is_one = len({c.name for c in own}) > 1 and len(own) > len(others)
            if is_one and is_usual and not close(ratio, -1):
                fault = self._factor(own)
                if fault:
                    scaled = fault.kind == "factor"
                    yield Fault(fault.kind, fault.said, self.start(own, is_scaled=scaled)), own
                    return

    def _changed(self, edges: Mapping[Edge, float], cases: Sequence[Case]) -> list[Case]:
        """Return the gradients that are what they were with other derivatives on some edges."""
        found = []
        for cost in dict.fromkeys(c.cost for c in cases):
            adjoint = self.chain.adjoints(cost, edges)
            for case in cases:
                if case.cost == cost:
                    is_it = close(adjoint.get(case.parameter, 0.0), case.stated)
                    if is_it and not close(case.stated, case.slope):
                        found.append(case)
        return found

    @cached_property
    def _layers(self) -> list[list[Edge]]:
        """Return edges to neighbouring cells that compute alike from one cell alone."""
        found: list[list[Edge]] = []
        for edges in self._kinds.values():
            left = {e[1]: e for e in edges}
            while left:
                cell, edge = left.popitem()
                own, near = [edge], [cell]
                while near:
                    title, row, column = near.pop()
                    for down, right in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                        if other := left.pop((title, row + down, column + right), None):
                            own.append(other)
                            near.append(other[1])
                found.append(own)
        return found

    def explain(self, cases: Sequence[Case]) -> Fault:
        """Explain wrong gradients of one parameter, in one step or several."""
        fault = next(filter(None, (rule(cases) for rule in self._rules)), Fault("other"))
        if fault.cells:
            return fault
        return Fault(
            fault.kind, fault.said, self.start(cases, is_scaled=fault.kind in {"sign", "factor"})
        )

    @property
    def _rules(self) -> Iterator:
        yield self._typed
        yield self._short
        yield self._sign
        yield self._interchanged
        yield self._decay
        yield self._twofold
        yield self._neuron
        yield self._extra
        if self.chain.edges:
            yield self._operator
            yield self._missing_on_one_path
            yield self._other_weight
            yield self._other_derivative
        if self.chain.edges:
            yield self._weights_of_another_step
        yield self._factor
        if self.chain.edges:
            yield self._left_out
            yield self._another_input

    def _typed(self, cases: Sequence[Case]) -> Fault | None:
        typed = [c.gradient for c in cases if not self.book.formula(c.gradient)]
        return Fault("typed", {}, tuple(typed)) if typed else None

    def _short(self, cases: Sequence[Case]) -> Fault | None:
        """Look for a range that is shorter, or longer, than that over which the cost adds up."""
        case = cases[0]
        own = [a for a in self.book.areas(case.gradient) if a.bottom > a.top and a.left == a.right]
        whole = [a for a in self.book.areas(case.cost) if a.bottom > a.top and a.left == a.right]
        if not own or not whole:
            return None
        rows = {(a.top, a.bottom) for a in own}
        right = {(a.top, a.bottom) for a in whole}
        if (
            len(right) != 1
            or rows == right
            or not all(top <= b and t <= bottom for top, bottom in rows for t, b in right)
        ):
            return None
        (first, last), (top, bottom) = min(rows - right), next(iter(right))
        return Fault("range", {"found": f"{first}–{last}", "right": f"{top}–{bottom}"})

    def _sign(self, cases: Sequence[Case]) -> Fault | None:
        return Fault("sign") if all(close(c.stated, -c.slope) for c in cases) else None

    def _twofold(self, cases: Sequence[Case]) -> Fault | None:
        for factor in (2.0, 0.5):
            if all(close(c.stated, factor * c.slope) and c.slope for c in cases):
                return Fault("factor", {"factor": f"{factor:.4g}"})
        return None

    def _neuron(self, cases: Sequence[Case]) -> Fault | None:
        """Look for the derivative of a neuron that stands in one cell: missing, or of another."""
        case = cases[0]
        for place in self._of_step(case) & {*self.chain.cells}:
            text = (self.book.formula(place) or "").upper()
            if ("TANH(" in text) == ("EXP(" in text):
                continue
            own, other = _tanh, _sigmoid
            if "EXP(" in text:
                own, other = other, own
            for kind, ratio in (
                ("derivative", lambda y, own=own: 1 / own(y)),
                ("function", lambda y, own=own, other=other: other(y) / own(y)),
            ):
                numbers = [self.values.get(self._shifted(place, c, case), 0.0) for c in cases]
                is_it = all(
                    own(y) and c.slope and close(c.stated, c.slope * ratio(y))
                    for c, y in zip(cases, numbers, strict=True)
                )
                if is_it:
                    return Fault(kind, {"cells": self.book.at(place)})
        return None

    def _extra(self, cases: Sequence[Case]) -> Fault | None:
        """Look for y (1 − y) of an output beside a cost that cancels it, as softmax has."""
        found: list[Place] = []
        for case in cases:
            for place in self._on_the_way(case) - {case.parameter}:
                y = self.values.get(place, 0.0)
                if 0 < y < 1 and case.slope and close(case.stated, case.slope * _sigmoid(y)):
                    found.append(place)
                    break
            else:
                return None
        return Fault("twice", {"cells": self.book.shown(found)})

    def _decay(self, cases: Sequence[Case]) -> Fault | None:
        """Look for a penalty on the weights that the cost leaves out: a multiple of each."""

        def rate(case: Case) -> float:
            size = self.values.get(case.parameter, 0.0)
            return (case.stated - case.slope) / size if size else 0.0

        usual = rate(cases[0])
        mates = {c.parameter for c in self.wrong if close(rate(c), usual, 1e-3)}
        is_it = usual and all(close(rate(case), usual, 1e-3) for case in cases)
        return Fault("decay") if is_it and len(mates) > 2 else None

    def _interchanged(self, cases: Sequence[Case]) -> Fault | None:
        for name in dict.fromkeys(c.name for c in self.every):
            if name == cases[0].name:
                continue
            in_step = {c.cost: c for c in reversed(self.every) if c.name == name}
            others = [in_step.get(c.cost) for c in cases]
            if all(
                o and o.slope and close(c.stated, o.slope)
                for c, o in zip(cases, others, strict=True)
            ):
                if not self._reads_alike(cases[0], others[0]):
                    continue
                both = all(close(o.stated, c.slope) for c, o in zip(cases, others, strict=True))
                return Fault("interchanged" if both else "of_another", {"other": name})
        return None

    def _reads_alike(self, case: Case, other: Case) -> bool:
        """Tell whether a gradient reads what that of another parameter has to read."""
        own = {*self.book.reads(case.gradient)}
        theirs = {*self.book.reads(other.gradient)}
        inputs = {e[0] for e in self.chain.edges} | self.chain.parameters
        if close(other.stated, other.slope):
            return own == theirs or not (own - theirs - inputs) or len(theirs - own) == 0
        return True

    def _fits(self, cases: Sequence[Case], edges: Iterable[Edge], number: Replaced) -> bool:
        """Tell whether other derivatives along some edges give what is stated, in each case.

        Parameters
        ----------
        cases : sequence of Case
        edges : iterable of Edge
            Those of the first case: of others, those that stand alike to their costs.
        number : function
            Of an edge of the first case, the same edge of a case, and the case: its derivative.
        """
        edges = list(edges)
        is_other = False
        for case in cases:
            if self.chain.tries > MOST_TRIES:
                return False
            changed: dict[Edge, float] = {}
            for edge in edges:
                for moved in self._moved(edge, case, cases[0]):
                    found = number(edge, moved, case)
                    if found is not None:
                        changed[moved] = found
            slope = self.chain.adjoints(case.cost, changed).get(case.parameter, 0.0)
            if not changed or not close(slope, case.stated):
                return False
            is_other |= not close(slope, case.slope)
        return is_other

    @cached_property
    def _kinds(self) -> dict[tuple[str, Shape | None], list[Edge]]:
        """Return edges to cells that compute alike from one cell alone: activations."""
        found: dict[tuple[str, Shape | None], list[Edge]] = defaultdict(list)
        for edge in self.chain.edges:
            if self._only(edge[1]) == edge[0]:
                found[edge[1][0], self.book.pattern(edge[1])].append(edge)  # of one layer
        return found

    def _only(self, cell: Place) -> Place | None:
        """Return the one cell from which another is computed; None if there are several."""
        reads = {r for r in self.book.reads(cell) if (r, cell) in self.chain.edges}
        if len(reads) == 1:
            return next(iter(reads))
        moving = [r for r in reads if self.chain.edges[r, cell]]
        if len(moving) == 1:
            return moving[0]
        first = self.book.owner.get(cell, cell)
        size = self.book.arrays.get(first, (1, 1))
        for area in self.book.areas(cell) if not moving else ():  # a mask that is 0 here
            if (area.bottom - area.top + 1, area.right - area.left + 1) == size:
                there = area.top + cell[1] - first[1], area.left + cell[2] - first[2]
                place = self.book.filled[area.sheet].get(there)
                if place in reads:
                    return place
        return None

    def _on_the_way(self, case: Case) -> set[Place]:
        found, left = set(), [case.parameter]
        while left:
            place = left.pop()
            if place not in found:
                found.add(place)
                left += self.chain.readers[place]
        return found

    def _moved(self, edge: Edge, case: Case, first: Case) -> list[Edge]:
        """Return an edge of one step as those of another, where steps stand in rows."""
        if case.cost == first.cost:
            return [edge]
        moved = tuple(self._shift(p, case, first) for p in edge)
        return [e for e in (moved, edge) if e in self.chain.edges]

    @staticmethod
    def _shift(place: Place, case: Case, first: Case, further: int = 0) -> Place:
        """Return what stands to the cost of one case as a cell does to that of another."""
        down, right = (a - b for a, b in zip(case.cost[1:], first.cost[1:], strict=True))
        return place[0], place[1] + down + further, place[2] + right

    def _shifted(self, place: Place, case: Case, first: Case) -> Place:
        """Return a cell of one step as that of another step, if there is one."""
        there = self._shift(place, case, first)
        return there if there in self.values else place

    def _is_mask(self, cell: Place) -> bool:
        text = (self.book.formula(cell) or "").upper()
        return "MAX(" in text or ">" in text or "<" in text

    def _holding(self, cases: Sequence[Case], after: set[Place]) -> tuple[Place, ...]:
        """Return cells behind a gradient that pass on the derivative by an activation."""
        found = []
        for case in cases:
            adjoint = self.adjoints(case.cost)
            behind = self._behind(case)
            numbers = [adjoint[a] for a in after if abs(adjoint.get(a, 0.0)) > 1e-12]
            hold = {
                p for p in behind
                if any(close(self.values.get(p, np.nan), n, 1e-6) for n in numbers)
            }  # fmt: skip
            readers = self.book.readers
            found += [
                p for p in sorted(hold)
                if any(r in behind and r not in hold for r in readers.get(p, ()))
            ]  # fmt: skip
        return tuple(dict.fromkeys(found))

    def _missing_on_one_path(self, cases: Sequence[Case]) -> Fault | None:
        ways = self._ways(cases)
        for number_, way in enumerate(ways[0] if ways else ()):
            for size in (1, 2, 3):
                for position in range(len(way) - size + 1):
                    span = range(position, position + size)
                    if all(
                        self._is_short(c, w[number_], span)
                        for c, w in zip(cases, ways, strict=True)
                    ):
                        cells = [way[n][1] for n in span if way[n][0] not in self.chain.parameters]
                        through = way[min(position + size, len(way) - 1)][1]
                        said = {"cells": self.book.shown(cells or [way[position][1]])}
                        return Fault("one_path", said | {"path": self.book.at(through)})
        return None

    def _ways(self, cases: Sequence[Case]) -> list[list[tuple[Edge, ...]]]:
        """Return the paths from parameters to costs; none if there are not as many in each step."""
        ways = [self.chain.paths(c.parameter, c.cost) for c in cases]
        return ways if len({len(own) for own in ways}) == 1 and len(ways[0]) > 1 else []

    def _is_short(self, case: Case, way: Sequence[Edge], span: Iterable[int]) -> bool:
        """Tell whether a gradient is right but for derivatives that one path lacks."""
        if max(span) >= len(way):
            return False
        whole = float(np.prod([self.chain.edges[e] for e in way]))
        left = float(np.prod([self.chain.edges[way[n]] for n in span]))
        if not left or close(left, 1.0):
            return False
        return close(case.stated - case.slope, whole / left - whole)

    def _weight_edges(self, case: Case, weights: Iterable[Place]) -> list[tuple[Edge, Place]]:
        """Return edges on the way to a cost whose derivative is a weight, with the weight."""
        way = self._on_the_way(case)
        return [
            (edge, p) for edge, slope in self.chain.edges.items()
            if slope and edge[0] in way and edge[1] in way
            for p in weights
            if close(slope, self.values[p], 1e-7) and p in self.book.reads(edge[1])
        ]  # fmt: skip

    def _other_weight(self, cases: Sequence[Case]) -> Fault | None:
        """Look for weights that were taken from another unit: all of a step, or one or two."""
        inputs = sorted(self.chain.parameters & self._of_step(cases[0]))
        own: dict[Place, list[Edge]] = defaultdict(list)
        for edge, weight in self._weight_edges(cases[0], inputs):
            own[weight].append(edge)
        if sum(map(len, own.values())) * len(inputs) > 4_000:
            return None
        chosen = [((one,), (other,)) for one in own for other in inputs]
        if len(own) == 2 and len(inputs) <= 24:
            chosen += [(tuple(own), two) for two in product(inputs, inputs)]
        for weights, others in chosen:
            pairs = [*zip(weights, others, strict=True)]
            if all(close(self.values[a], self.values[b], 1e-7) for a, b in pairs):
                continue
            taken = {edge: other for weight, other in pairs for edge in own[weight]}

            def number(edge: Edge, _: Edge, case: Case, taken: Mapping = taken) -> float:
                return self.values[self._shifted(taken[edge], case, cases[0])]

            if self._fits(cases, taken, number):
                found, right = (", ".join(map(self.book.at, own)) for own in (others, weights))
                return Fault("weight", {"found": found, "right": right})
        return None

    def _other_derivative(self, cases: Sequence[Case]) -> Fault | None:
        """Look for the derivative of another unit's activation."""
        way, there = self._on_the_way(cases[0]), self._of_step(cases[0])
        kinds = [e for edges in self._kinds.values() for e in edges if e[1] in there]
        own = [e for e in kinds if e[0] in way]
        if len(own) * len(kinds) > 1_000:
            return None
        for edge, other in product(own, kinds):

            def number(_: Edge, __: Edge, case: Case, other: Edge = other) -> float | None:
                moved = self._moved(other, case, cases[0])
                return self.chain.edges[moved[0]] if moved else None

            is_same = close(self.chain.edges[other], self.chain.edges[edge])
            if not is_same and self._fits(cases, [edge], number):
                said = {"found": self.book.at(other[1]), "right": self.book.at(edge[1])}
                return Fault("other_derivative", said)
        return None

    def _of_step(self, case: Case) -> set[Place]:
        return self.book.cone([case.cost], self.chain.parameters)

    def _weights_of_another_step(self, cases: Sequence[Case]) -> Fault | None:
        if len({c.cost for c in self.every}) < 2:
            return None
        for which, further in (("next", 1), ("previous", -1)):
            every = cases[::further]  # the last step has no next one, the first no previous one
            own = dict(self._weight_edges(every[0], self.chain.parameters))

            def number(
                edge: Edge, _: Edge, case: Case, which: tuple = (own, every[0], further)
            ) -> float | None:
                edges, first, further = which
                return self.values.get(self._shift(edges[edge], case, first, further))

            usable = [c for c in every if any(number(e, e, c) is not None for e in own)]
            if usable[:1] == every[:1] and self._fits(usable, own, number):
                return Fault("step_weights", {"which": which})
        return None

    def _factor(self, cases: Sequence[Case]) -> Fault | None:
        ratios = [c.stated / c.slope for c in cases if c.slope]
        if not ratios or not all(close(r, ratios[0]) for r in ratios) or not ratios[0]:
            return None
        ratio = ratios[0]
        mates = [c for c in self.wrong if c.slope and close(c.stated / c.slope, ratio)]
        size = self._samples(cases[0])
        if size > 1 and (close(ratio, 1 / size) or close(ratio, size)):
            return Fault("mean" if ratio < 1 else "sum", {"count": str(size)})
        if len(mates) > 1 or is_plain(ratio):
            return Fault("factor", {"factor": f"{ratio:.4g}"})
        return None

    def _samples(self, case: Case) -> int:
        """Return over how many rows a cost adds up."""
        sizes = [
            max(area.bottom - area.top, area.right - area.left) + 1
            for area in self.book.areas(case.cost)
        ]
        return max(sizes, default=1)

    def _operator(self, cases: Sequence[Case]) -> Fault | None:
        """Look for y − t with another target, or with another sign between them."""
        case = cases[0]
        typed = [
            p for p in self._of_step(case)
            if not self.book.formula(p) and p not in self.chain.parameters and p in self.values
        ]  # fmt: skip
        way = self._on_the_way(case)
        for edge, slope in self.chain.edges.items():
            output = edge[0]
            if output not in way or output in self.chain.parameters or output not in self.values:
                continue
            targets = [t for t in typed if close(self.values[output] - self.values[t], slope, 1e-6)]
            if not targets or targets[0] not in self.book.reads(edge[1]):
                continue
            target = targets[0]
            changes: list[tuple[str, Place, Callable[[float, float], float]]] = [
                ("operator", target, lambda y, t: y * t),
                ("operator", target, lambda y, t: y + t),
                *(("target", other, lambda y, t: y - t) for other in typed if other != target),
            ]
            for kind, other, compute in changes:

                def number(_: Edge, moved: Edge, each: Case, other: Place = other,
                           compute: Callable = compute) -> float:  # fmt: skip
                    there = self._shifted(other, each, case)
                    return compute(self.values[moved[0]], self.values[there])

                if self._fits(cases, [edge], number):
                    said = {"found": self.book.at(other), "right": self.book.at(target)}
                    return Fault(kind, said | {"output": self.book.at(output)})
        return None

    def _left_out(self, cases: Sequence[Case]) -> Fault | None:
        ways = self._ways(cases)
        totals = [[float(np.prod([self.chain.edges[e] for e in way])) for way in w] for w in ways]
        for n in range(len(ways[0]) if ways else 0):
            if all(close(c.stated, c.slope - t[n]) for c, t in zip(cases, totals, strict=True)):
                first = cases[0].parameter
                through = [e[1] for e in ways[0][n] if e[1] != first]
                return Fault(
                    "left_out",
                    {"cells": self.book.at(through[-2] if len(through) > 1 else through[0])},
                )
        return None

    def _another_input(self, cases: Sequence[Case]) -> Fault | None:
        """Tell whether another cell of the step multiplies the gradient in the place of its own."""
        case = cases[0]
        readers = self.chain.readers[case.parameter]
        if len(readers) != 1 or not self.chain.edges.get((case.parameter, readers[0])):
            return None
        own = self.chain.edges[case.parameter, readers[0]]
        for place in self._of_step(case):
            value = self.values.get(place)
            if not value or close(value, own) or not close(case.stated * own, case.slope * value):
                continue
            if all(self._is_scaled(c, case, place, readers[0]) for c in cases):
                if place in self.book.reads(readers[0]) and place not in self.chain.parameters:
                    return Fault("derivative", {"cells": self.book.at(readers[0])})
                return Fault("input", {"found": self.book.at(place)})
        return None

    def _is_scaled(self, case: Case, first: Case, place: Place, reader: Place) -> bool:
        edge = self._moved((first.parameter, reader), case, first)
        slope = next((self.chain.edges[e] for e in edge), 0.0)
        value = self.values.get(self._shifted(place, case, first), 0.0)
        return bool(slope) and close(case.stated * slope, case.slope * value)

    # Where it starts

    def _behind(self, case: Case) -> set[Place]:
        """Return the cells with formulas that lead to a gradient, and to no cost."""
        forward = {*self.chain.cells, *self.chain.parameters}
        return {
            p for p in self.book.cone([case.gradient], forward)
            if self.book.formula(p) and p not in forward
        }  # fmt: skip

    @cached_property
    def _trusted(self) -> set[Place]:
        """Return the cells behind right gradients."""
        found: set[Place] = set()
        for case in self.right:
            if abs(case.slope) > 1e-12:
                found |= self._behind(case)
        return found

    def start(self, cases: Sequence[Case], *, is_scaled: bool = False) -> tuple[Place, ...]:
        """Return where the fault starts: behind the wrong gradients alone, and behind no other."""
        found: list[Place] = []
        for case in cases:
            adjoint = [v for v in self.adjoints(case.cost).values() if abs(v) > 1e-12]
            numbers = np.array(adjoint) if adjoint else np.zeros(1)
            behind = self._behind(case)
            suspects = {p for p in behind if p not in self._trusted and p != case.gradient}
            if not is_scaled or self._trusted:  # else what is known may be so with another sign
                suspects = {p for p in suspects if not self._is_known(p, numbers)}
            suspects = {p for p in suspects if not self._is_plain(p, suspects)}
            deepest = [p for p in suspects if suspects.isdisjoint({*self.book.reads(p)} - {p})]
            found += deepest or [case.gradient]
        return tuple(dict.fromkeys(found))

    def _is_known(self, place: Place, numbers: np.ndarray) -> bool:
        value = self.values.get(place, np.nan)
        return bool((np.abs(numbers - value) <= 1e-7 * np.abs(numbers)).any())

    def _is_plain(self, place: Place, suspects: set[Place]) -> bool:
        """Tell whether a cell is a local derivative of one forward cell that is right."""
        reads = [r for r in self.book.reads(place) if r in {*self.chain.cells}]
        if len(reads) != 1 or suspects & set(self.book.reads(place)):
            return False
        value = self.values.get(place, np.nan)
        near = [s for e, s in self.chain.edges.items() if reads[0] in e]
        return any(close(value, s, 1e-6) for s in near)


def _tanh(y: float) -> float:
    return 1 - y * y


def _sigmoid(y: float) -> float:
    return y * (1 - y)


def is_plain(ratio: float) -> bool:
    """Tell whether a factor is one that a formula may have, such as 2 or 0.75."""
    return any(
        close(ratio * n, round(ratio * n), 1e-6) and 0.5 < abs(ratio * n) < 1_000
        for n in (1, 2, 3, 4)
    )
