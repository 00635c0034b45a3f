"""Explain a wrong gradient: find the fault in the chain rule that gives just the stated number.

The derivatives along every edge of the formulas, from cell to cell, are measured. A guess is a
fault with the gradient that it predicts: with one derivative left out, that of another weight, or
that of another step. The guess that predicts what is stated, in every step, is the likeliest.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import product
from math import prod

import numpy as np

from xlnn.auditing.book import islands, number
from xlnn.auditing.formula import Pattern, size
from xlnn.auditing.slopes import ChainRule, Edge, close
from xlnn.engines.scenarios import Place

MOST_TRIES = 2_000_000
"""Cells that are passed in all while faults are tried: some seconds."""


@dataclass(frozen=True, eq=False)
class Pair:
    """A parameter, its stated gradient and the cost of which it is the slope.

    Attributes
    ----------
    name : str
        How the parameter is called.
    parameter, gradient, cost : Place
    next : Place or None
        The parameter after the step that is taken with the gradient.
    rate : float or None
        Where the gradient stands in no cell: the rate by which the step divided is the gradient.
    others : tuple of Place
        What else may be its cost, the likeliest first.
    stated, slope : float
        The gradient as stated, and the measured slope.
    verdict : str
    """

    name: str
    parameter: Place
    gradient: Place | None
    cost: Place
    next: Place | None = None
    rate: float | None = None
    others: tuple[Place, ...] = ()
    stated: float = np.nan
    slope: float = np.nan
    verdict: str = ""


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
    names : tuple of str
        The parameters of which something is wrong because of it.
    """

    kind: str
    said: dict[str, str] = field(default_factory=dict)
    cells: tuple[Place, ...] = ()
    names: tuple[str, ...] = ()


Predict = Callable[[Pair], float | None]
Guess = tuple[Fault, Predict]
"""A fault, and the gradient that it predicts for a pair; None where it cannot be."""

Curve = Callable[[float], float]
Altered = Callable[[Edge, Pair], float | None]
Ways = dict[Pair, tuple[Edge, ...]]
"""A path from the parameter to the cost, in each step."""


def _explains(predict: Predict, pairs: Sequence[Pair]) -> bool:
    """Tell whether a guess predicts each stated gradient, and differs from the slopes."""
    is_other = False
    for pair in pairs:
        found = predict(pair)
        if found is None or not close(found, pair.stated):
            return False
        is_other |= not close(found, pair.slope)
    return is_other


class Explainer:
    """Explains wrong gradients.

    Parameters
    ----------
    chain : ChainRule
    wrong, right : sequence of Pair
    """

    def __init__(self, chain: ChainRule, wrong: Sequence[Pair], right: Sequence[Pair]) -> None:
        self.chain, self.book = chain, chain.book
        numbers = ((place, number(value)) for place, value in self.book.values.items())
        self.values = {place: each for place, each in numbers if np.isfinite(each)}
        self.wrong, self.right = wrong, right
        self.every = [*wrong, *right]
        self._adjoints = lru_cache(maxsize=None)(chain.adjoints)

    def layers(self) -> Iterator[tuple[Fault, list[Pair]]]:
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
            said = {"cells": self.book.shown(through)}
            yield Fault(kind, said, holding or self.start(own)), own
            left = [c for c in left if c not in own]

    def _changed(self, edges: Mapping[Edge, float], pairs: Sequence[Pair]) -> list[Pair]:
        """Return the gradients that stay the same with other derivatives on some edges."""
        adjoints = {cost: self.chain.adjoints(cost, edges) for cost in {c.cost for c in pairs}}
        return [
            pair for pair in pairs
            if _explains(lambda c: adjoints[c.cost].get(c.parameter, 0.0), [pair])
        ]  # fmt: skip

    @cached_property
    def _layers(self) -> list[list[Edge]]:
        """Return edges to neighbouring cells with the same formula of one cell."""
        return [
            [edges[cell] for cell in own]
            for kind in self._kinds.values()
            for edges in [{edge[1]: edge for edge in kind}]
            for own in islands(edges)
        ]

    def explain(self, pairs: Sequence[Pair]) -> Fault:
        """Explain wrong gradients of one parameter, in one step or several."""
        typed = tuple(c.gradient for c in pairs if not self.book.formula(c.gradient))
        if typed:
            return Fault("typed", {}, typed)
        fault = self._short(pairs[0]) or next(
            (fault for fault, predict in self._guesses(pairs) if _explains(predict, pairs)),
            Fault("other"),
        )
        return replace(fault, cells=self.start(pairs, is_scaled=fault.kind in {"sign", "factor"}))

    def _guesses(self, pairs: Sequence[Pair]) -> Iterator[Guess]:
        """Yield what may be wrong, the likeliest first."""
        yield Fault("sign"), lambda pair: -pair.slope
        yield from self._interchanged(pairs)
        yield from self._decay(pairs[0])
        for factor in (2.0, 0.5):
            yield Fault("factor", {"factor": f"{factor:.4g}"}), lambda c, f=factor: f * c.slope
        yield from self._neuron(pairs)
        yield from self._extra(pairs)
        if self.chain.edges:
            yield from self._operator(pairs[0])
            yield from self._missing_on_one_path(pairs)
            yield from self._other_weight(pairs[0])
            yield from self._other_derivative(pairs[0])
            yield from self._weights_of_another_step(pairs)
        yield from self._factor(pairs)
        if self.chain.edges:
            yield from self._left_out(pairs)
            yield from self._another_input(pairs)

    def _altered(self, first: Pair, edges: Mapping[Edge, Altered]) -> Predict:
        """Return the gradient with other derivatives along some edges.

        Parameters
        ----------
        first : Pair
        edges : mapping
            Edges of the first pair with the derivative that takes the place of theirs: a function
            of the same edge of another pair, and of that pair.
        """

        def predict(pair: Pair) -> float | None:
            if self.chain.tries > MOST_TRIES:
                return None
            changed = {
                moved: found
                for edge, number in edges.items()
                for moved in self._moved(edge, pair, first)
                if (found := number(moved, pair)) is not None
            }
            adjoint = self.chain.adjoints(pair.cost, changed) if changed else {}
            return adjoint.get(pair.parameter, 0.0) if changed else None

        return predict

    def _short(self, pair: Pair) -> Fault | None:
        """Look for a range that is shorter, or longer, than that over which the cost adds up."""
        rows, right = (
            {
                (a.top, a.bottom)
                for a in self.book.areas(p)
                if a.bottom > a.top and a.left == a.right
            }
            for p in (pair.gradient, pair.cost)
        )
        overlap = all(top <= b and t <= bottom for top, bottom in rows for t, b in right)
        if not rows or len(right) != 1 or rows == right or not overlap:
            return None
        found, whole = (f"{first}–{last}" for first, last in (min(rows - right), *right))
        return Fault("range", {"found": found, "right": whole})

    def _interchanged(self, pairs: Sequence[Pair]) -> Iterator[Guess]:
        for name in dict.fromkeys(c.name for c in self.every if c.name != pairs[0].name):
            others = {c.cost: c for c in reversed(self.every) if c.name == name and c.slope}
            if not others.keys() >= {c.cost for c in pairs}:
                continue
            if self._reads_alike(pairs[0], others[pairs[0].cost]):
                both = all(close(others[c.cost].stated, c.slope) for c in pairs)
                fault = Fault("interchanged" if both else "of_another", {"other": name})
                yield fault, lambda pair, others=others: others[pair.cost].slope

    def _reads_alike(self, pair: Pair, other: Pair) -> bool:
        """Tell whether a gradient reads the cells that another parameter's gradient needs."""
        own, theirs = ({*self.book.reads(c.gradient)} for c in (pair, other))
        inputs = {e[0] for e in self.chain.edges} | self.chain.parameters
        return not close(other.stated, other.slope) or own >= theirs or own - theirs <= inputs

    def _decay(self, first: Pair) -> Iterator[Guess]:
        """Look for a penalty on the weights that the cost leaves out: a multiple of each."""

        def rate(pair: Pair) -> float:
            value = self.values.get(pair.parameter, 0.0)
            return (pair.stated - pair.slope) / value if value else 0.0

        usual = rate(first)
        if usual and len({c.parameter for c in self.wrong if close(rate(c), usual, 1e-3)}) > 2:
            yield Fault("decay"), lambda c: c.stated if close(rate(c), usual, 1e-3) else None

    def _neuron(self, pairs: Sequence[Pair]) -> Iterator[Guess]:
        """Look for a missing or exchanged derivative of a neuron that is computed in one cell."""
        for place in self._of_step(pairs[0]) & {*self.chain.cells}:
            text = (self.book.formula(place) or "").upper()
            if ("TANH(" in text) == ("EXP(" in text):
                continue
            own, other = (_sigmoid, _tanh) if "EXP(" in text else (_tanh, _sigmoid)
            for kind, put in (("derivative", lambda _: 1.0), ("function", other)):

                def predict(
                    pair: Pair, place: Place = place, own: Curve = own, put: Curve = put
                ) -> float | None:
                    y = self.values.get(self._shifted(place, pair, pairs[0]), 0.0)
                    return pair.slope * put(y) / own(y) if own(y) else None

                yield Fault(kind, {"cells": self.book.at(place)}), predict

    def _extra(self, pairs: Sequence[Pair]) -> Iterator[Guess]:
        """Look for y (1 − y) of an output beside a cost that cancels it, as softmax has."""
        found: dict[Pair, Place] = {}
        for pair in pairs:
            for place in self._on_the_way(pair) - {pair.parameter}:
                y = self.values.get(place, 0.0)
                if 0 < y < 1 and pair.slope and close(pair.stated, pair.slope * _sigmoid(y)):
                    found[pair] = place
        yield (
            Fault("twice", {"cells": self.book.shown(found.values())}),
            lambda pair: pair.stated if pair in found else None,
        )

    @cached_property
    def _kinds(self) -> dict[tuple[str, Pattern | None], list[Edge]]:
        """Return edges to cells with the same formula of one cell: activations."""
        found: dict[tuple[str, Pattern | None], list[Edge]] = defaultdict(list)
        for edge in self.chain.edges:
            if self._only(edge[1]) == edge[0]:
                found[edge[1][0], self.book.pattern(edge[1])].append(edge)  # of one layer
        return found

    def _only(self, cell: Place) -> Place | None:
        """Return the one cell from which another is computed; None if there are several."""
        reads = {r for r in self.book.reads(cell) if (r, cell) in self.chain.edges}
        moving = reads if len(reads) == 1 else {r for r in reads if self.chain.edges[r, cell]}
        if moving:
            return next(iter(moving)) if len(moving) == 1 else None
        references = self.book.pattern(cell).references if reads else ()
        elements = (self.book.element(each, cell) for each in references)
        return next((place for place in elements if place in reads), None)  # a mask that is 0 here

    def _on_the_way(self, pair: Pair) -> set[Place]:
        found, left = set(), [pair.parameter]
        while left:
            place = left.pop()
            if place not in found:
                found.add(place)
                left += self.chain.readers[place]
        return found

    def _moved(self, edge: Edge, pair: Pair, first: Pair) -> list[Edge]:
        """Return the corresponding edges of another step, where steps stand in rows."""
        moved = tuple(self._shift(p, pair, first) for p in edge)
        return [e for e in dict.fromkeys((moved, edge)) if e in self.chain.edges]

    @staticmethod
    def _shift(place: Place, pair: Pair, first: Pair, further: int = 0) -> Place:
        """Return the cell that lies relative to one pair's cost as a cell does to another's."""
        down, right = (a - b for a, b in zip(pair.cost[1:], first.cost[1:], strict=True))
        return place[0], place[1] + down + further, place[2] + right

    def _shifted(self, place: Place, pair: Pair, first: Pair) -> Place:
        """Return the cell of another step that corresponds to a cell, if there is one."""
        there = self._shift(place, pair, first)
        return there if there in self.values else place

    def _is_mask(self, cell: Place) -> bool:
        text = (self.book.formula(cell) or "").upper()
        return "MAX(" in text or ">" in text or "<" in text

    def _of_step(self, pair: Pair) -> set[Place]:
        return self.book.cone([pair.cost], self.chain.parameters)

    def _holding(self, pairs: Sequence[Pair], after: set[Place]) -> tuple[Place, ...]:
        """Return cells behind a gradient that pass on the derivative by an activation."""
        found = []
        for pair in pairs:
            adjoint, behind = self._adjoints(pair.cost), self._behind(pair)
            numbers = [adjoint[a] for a in after if abs(adjoint.get(a, 0.0)) > 1e-12]
            hold = {
                p for p in behind
                if any(close(self.values.get(p, np.nan), n, 1e-6) for n in numbers)
            }  # fmt: skip
            found += [p for p in sorted(hold) if (behind - hold) & {*self.book.readers.get(p, ())}]
        return tuple(dict.fromkeys(found))

    def _missing_on_one_path(self, pairs: Sequence[Pair]) -> Iterator[Guess]:
        for ways in self._ways(pairs):
            way = ways[pairs[0]]
            for length in (1, 2, 3):
                for n in range(len(way) - length + 1):
                    span = slice(n, n + length)

                    def predict(pair: Pair, ways: Ways = ways, span: slice = span) -> float | None:
                        left = self._product(ways[pair][span])
                        if len(ways[pair]) < span.stop or not left or close(left, 1.0):
                            return None
                        whole = self._product(ways[pair])
                        return pair.slope + whole / left - whole

                    cells = [e[1] for e in way[span] if e[0] not in self.chain.parameters]
                    through = way[min(n + length, len(way) - 1)][1]
                    said = {"cells": self.book.shown(cells or [way[n][1]])}
                    yield Fault("one_path", said | {"path": self.book.at(through)}), predict

    def _left_out(self, pairs: Sequence[Pair]) -> Iterator[Guess]:
        for ways in self._ways(pairs):
            through = [e[1] for e in ways[pairs[0]]][-2:]
            yield (
                Fault("left_out", {"cells": self.book.at(through[0])}),
                lambda pair, ways=ways: pair.slope - self._product(ways[pair]),
            )

    def _ways(self, pairs: Sequence[Pair]) -> list[Ways]:
        """Return each path from parameters to costs; none if steps do not have as many."""
        ways = [self.chain.paths(c.parameter, c.cost) for c in pairs]
        if len({len(own) for own in ways}) > 1 or len(ways[0]) < 2:
            return []
        return [dict(zip(pairs, way, strict=True)) for way in zip(*ways, strict=True)]

    def _product(self, way: Iterable[Edge]) -> float:
        return prod(self.chain.edges[edge] for edge in way)

    def _weight_edges(self, pair: Pair, weights: Iterable[Place]) -> list[tuple[Edge, Place]]:
        """Return edges on the way to a cost whose derivative is a weight, with the weight."""
        way = self._on_the_way(pair)
        return [
            (edge, p) for edge, slope in self.chain.edges.items()
            if slope and edge[0] in way and edge[1] in way
            for p in weights
            if close(slope, self.values[p], 1e-7) and p in self.book.reads(edge[1])
        ]  # fmt: skip

    def _other_weight(self, first: Pair) -> Iterator[Guess]:
        """Look for weights taken from another unit: all of a step, or one or two."""
        inputs = sorted(self.chain.parameters & self._of_step(first))
        own: dict[Place, list[Edge]] = defaultdict(list)
        for edge, weight in self._weight_edges(first, inputs):
            own[weight].append(edge)
        if sum(map(len, own.values())) * len(inputs) > 4_000:
            return
        chosen = [((one,), (other,)) for one in own for other in inputs]
        if len(own) == 2 and len(inputs) <= 24:
            chosen += [(tuple(own), two) for two in product(inputs, inputs)]
        for weights, others in chosen:
            pairs = [*zip(weights, others, strict=True)]
            if all(close(self.values[a], self.values[b], 1e-7) for a, b in pairs):
                continue
            edges = {
                edge: lambda _, pair, p=other: self.values[self._shifted(p, pair, first)]
                for weight, other in pairs for edge in own[weight]
            }  # fmt: skip
            found, right = (", ".join(map(self.book.at, each)) for each in (others, weights))
            yield Fault("weight", {"found": found, "right": right}), self._altered(first, edges)

    def _other_derivative(self, first: Pair) -> Iterator[Guess]:
        """Look for the derivative of another unit's activation."""
        way, there = self._on_the_way(first), self._of_step(first)
        kinds = [e for edges in self._kinds.values() for e in edges if e[1] in there]
        own = [e for e in kinds if e[0] in way]
        for edge, other in product(own, kinds) if len(own) * len(kinds) <= 1_000 else ():
            if close(self.chain.edges[other], self.chain.edges[edge]):
                continue

            def number(_: Edge, pair: Pair, other: Edge = other) -> float | None:
                return next(map(self.chain.edges.get, self._moved(other, pair, first)), None)

            said = {"found": self.book.at(other[1]), "right": self.book.at(edge[1])}
            yield Fault("other_derivative", said), self._altered(first, {edge: number})

    def _weights_of_another_step(self, pairs: Sequence[Pair]) -> Iterator[Guess]:
        if len({c.cost for c in self.every}) < 2:
            return
        for which, further in (("next", 1), ("previous", -1)):
            first = pairs[::further][0]
            edges = {
                edge: lambda _, pair, p=p, first=first, further=further: self.values.get(
                    self._shift(p, pair, first, further)
                )
                for edge, p in self._weight_edges(first, self.chain.parameters)
            }
            altered = self._altered(first, edges)

            def predict(
                pair: Pair, first: Pair = first, altered: Predict = altered
            ) -> float | None:
                found = altered(pair)  # the last step has no next one, the first no previous one
                return pair.stated if found is None and pair != first else found

            yield Fault("step_weights", {"which": which}), predict

    def _factor(self, pairs: Sequence[Pair]) -> Iterator[Guess]:
        ratio = next((c.stated / c.slope for c in pairs if c.slope), 0.0)
        rows = self._rows_of(pairs[0])
        mates = [c for c in self.wrong if c.slope and close(c.stated / c.slope, ratio)]
        if rows > 1 and (close(ratio, 1 / rows) or close(ratio, rows)):
            fault = Fault("mean" if ratio < 1 else "sum", {"count": str(rows)})
        elif ratio and (len(mates) > 1 or is_plain(ratio)):
            fault = Fault("factor", {"factor": f"{ratio:.4g}"})
        else:
            return
        yield fault, lambda pair: pair.slope * ratio if pair.slope else pair.stated

    def _rows_of(self, pair: Pair) -> int:
        """Return the number of rows that a cost adds up."""
        return max((max(size(area)) for area in self.book.areas(pair.cost)), default=1)

    def _operator(self, first: Pair) -> Iterator[Guess]:
        """Look for y − t with another target, or with another sign between them."""
        typed = [
            p for p in self._of_step(first)
            if not self.book.formula(p) and p not in self.chain.parameters and p in self.values
        ]  # fmt: skip
        outputs = (self._on_the_way(first) & self.values.keys()) - self.chain.parameters
        for edge, slope in self.chain.edges.items():
            targets = [
                t for t in typed if edge[0] in outputs
                if close(self.values[edge[0]] - self.values[t], slope, 1e-6)
            ]  # fmt: skip
            if not targets or targets[0] not in self.book.reads(edge[1]):
                continue
            target = targets[0]
            changes: list[tuple[str, Place, Callable[[float, float], float]]] = [
                ("operator", target, lambda y, t: y * t),
                ("operator", target, lambda y, t: y + t),
                *(("target", other, lambda y, t: y - t) for other in typed if other != target),
            ]
            for kind, other, compute in changes:

                def number(
                    moved: Edge, pair: Pair, other: Place = other, compute: Callable = compute
                ) -> float:
                    there = self._shifted(other, pair, first)
                    return compute(self.values[moved[0]], self.values[there])

                said = {"found": other, "right": target, "output": edge[0]}
                said = {key: self.book.at(place) for key, place in said.items()}
                yield Fault(kind, said), self._altered(first, {edge: number})

    def _another_input(self, pairs: Sequence[Pair]) -> Iterator[Guess]:
        """Look for another cell of the step that multiplies the gradient instead of its own."""
        first = pairs[0]
        readers = self.chain.readers[first.parameter]
        edge = first.parameter, readers[0] if len(readers) == 1 else None
        own = self.chain.edges.get(edge)
        for place in self._of_step(first) if own else ():
            value = self.values.get(place)
            if not value or close(value, own) or not close(first.stated * own, first.slope * value):
                continue
            passes = place in self.book.reads(edge[1]) and place not in self.chain.parameters

            def predict(pair: Pair, place: Place = place) -> float | None:
                slope = next(map(self.chain.edges.get, self._moved(edge, pair, first)), 0.0)
                there = self.values.get(self._shifted(place, pair, first), 0.0)
                return pair.slope * there / slope if slope else None

            if passes:
                yield Fault("derivative", {"cells": self.book.at(edge[1])}), predict
            else:
                yield Fault("input", {"found": self.book.at(place)}), predict

    # Where it starts

    def _behind(self, pair: Pair) -> set[Place]:
        """Return the cells with formulas that lead to a gradient, and to no cost."""
        forward = {*self.chain.cells, *self.chain.parameters}
        return {
            p for p in self.book.cone([pair.gradient], forward)
            if self.book.formula(p) and p not in forward
        }  # fmt: skip

    @cached_property
    def _trusted(self) -> set[Place]:
        """Return the cells behind right gradients."""
        found: set[Place] = set()
        for pair in self.right:
            if abs(pair.slope) > 1e-12:
                found |= self._behind(pair)
        return found

    def start(self, pairs: Sequence[Pair], *, is_scaled: bool = False) -> tuple[Place, ...]:
        """Return where the fault starts: in cells that only wrong gradients depend on."""
        found: list[Place] = []
        for pair in pairs:
            adjoint = [v for v in self._adjoints(pair.cost).values() if abs(v) > 1e-12]
            numbers = np.array(adjoint) if adjoint else np.zeros(1)
            behind = self._behind(pair)
            suspects = {p for p in behind if p not in self._trusted and p != pair.gradient}
            if not is_scaled or self._trusted:  # else what is known may be so with another sign
                suspects = {p for p in suspects if not self._is_known(p, numbers)}
            suspects = {p for p in suspects if not self._is_plain(p, suspects)}
            deepest = [p for p in suspects if suspects.isdisjoint({*self.book.reads(p)} - {p})]
            found += deepest or [pair.gradient]
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
