"""Explain a wrong gradient: find the fault in the chain rule that gives exactly what is stated.

The derivatives along every edge of the formulas, from cell to cell, are measured. A guess is a
fault with the gradient that it predicts: one derivative is left out, or that of another weight or
another step is used. The likeliest guess is the first that predicts what is stated in every step.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import product
from math import prod

import numpy as np

from xlnn.auditing.activations import Activations
from xlnn.auditing.book import number
from xlnn.auditing.chain_rule import ChainRule, Edge
from xlnn.auditing.formula import size
from xlnn.auditing.pairs import Pair
from xlnn.auditing.slopes import close
from xlnn.auditing.starts import Starts
from xlnn.engines.scenarios import Place

MOST_TRIES = 2_000_000
"""The most cells that are passed while faults are tried: some seconds."""


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
        The parameters whose gradients or updates are wrong because of it.
    """

    kind: str
    said: dict[str, str] = field(default_factory=dict)
    cells: tuple[Place, ...] = ()
    names: tuple[str, ...] = ()


Guess = tuple[Fault, float]
"""A fault, and the gradient that it predicts."""

_OF_EVERY_STEP = ("factor", "other", "which")
"""Kinds of faults that every step shows in the same way."""


class Explainer:
    """Explains wrong gradients.

    Parameters
    ----------
    chain : ChainRule
    wrong, right : sequence of Pair
    """

    def __init__(self, chain: ChainRule, wrong: Sequence[Pair], right: Sequence[Pair]) -> None:
        self.chain, self.book = chain, chain.book
        numbers = {place: number(value) for place, value in self.book.values.items()}
        self.values = {place: value for place, value in numbers.items() if np.isfinite(value)}
        self.wrong, self.right = wrong, right
        self.every = [*wrong, *right]
        self._adjoints = lru_cache(maxsize=None)(chain.adjoints)
        self._starts = Starts(chain, self.values, self._adjoints, right)
        self._activations = Activations(chain)

    def explain(self, pairs: Sequence[Pair]) -> Fault:
        """Explain wrong gradients of one parameter, in one step or several."""
        typed = tuple(c.gradient for c in pairs if not self.book.formula(c.gradient))
        if typed:
            return Fault("typed", {}, typed)
        fault = next(self._explaining(pairs), Fault("other"))
        is_scaled = fault.kind in {"sign", "factor"}
        return replace(fault, cells=fault.cells or self._starts.find(pairs, is_scaled=is_scaled))

    def _explaining(self, pairs: Sequence[Pair]) -> Iterator[Fault]:
        """Yield the faults that predict what is stated in every step, the likeliest first.

        Each of the methods yields guesses about a gradient in one step. A fault of several steps is
        one that is among the guesses of each.
        """
        first, *others = pairs
        for guesses in (
            self._derivative, self._range, self._sign, self._interchanged, self._decay,
            self._twofold, self._neuron, self._extra, self._operator, self._missing_on_one_path,
            self._other_weight, self._other_derivative, self._weights_of_another_step,
            self._factor, self._left_out, self._another_input,
        ):  # fmt: skip
            self.book.check()
            for fault, gradient in guesses(first):
                if _is_predicted(first, gradient):
                    faults = [fault, *(_like(fault, guesses(pair), pair) for pair in others)]
                    if all(faults):
                        cells = (cell for same in faults for cell in same.cells)
                        yield replace(fault, cells=tuple(dict.fromkeys(cells)))

    def _altered(self, pair: Pair, edges: Mapping[Edge, float]) -> float:
        """Return the gradient with other derivatives along some edges."""
        if self.chain.tries > MOST_TRIES:
            return np.nan
        return self.chain.adjoints(pair.cost, edges).get(pair.parameter, 0.0)

    def _derivative(self, pair: Pair) -> Iterator[Guess]:
        """Look for a layer of activations whose derivative is missing, or occurs twice."""
        for n, edges in enumerate(self._activations.layers):
            values = {"cells": self.book.shown(e[1] for e in edges)}
            missing, twice = (
                self._activations.adjoints(pair.cost, n, power).get(pair.parameter, 0.0)
                for power in (0, 2)
            )
            holding = self._holding(pair, edges) if close(missing, pair.stated) else ()
            kind = "mask" if self._is_mask(edges[0][1]) else "derivative"
            yield Fault(kind, values, holding), missing
            yield Fault("twice", values), twice

    def _holding(self, pair: Pair, edges: Iterable[Edge]) -> tuple[Place, ...]:
        """Return cells behind a gradient that pass on the derivative by an activation."""
        adjoint, behind = self._adjoints(pair.cost), self.chain.behind(pair.gradient)
        numbers = [a for _, cell in edges if abs(a := adjoint.get(cell, 0.0)) > 1e-12]
        hold = {
            p for p in behind - {pair.gradient}
            if any(close(self.values.get(p, np.nan), n, 1e-6) for n in numbers)
        }  # fmt: skip
        return tuple(p for p in sorted(hold) if (behind - hold) & {*self.book.readers.get(p, ())})

    def _range(self, pair: Pair) -> Iterator[Guess]:
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
        if rows and len(right) == 1 and rows != right and overlap:
            summed, whole = (f"{first}–{last}" for first, last in (min(rows - right), *right))
            yield Fault("range", {"found": summed, "right": whole}), pair.stated

    def _sign(self, pair: Pair) -> Iterator[Guess]:
        yield Fault("sign"), -pair.slope

    def _twofold(self, pair: Pair) -> Iterator[Guess]:
        for factor in (2.0, 0.5):
            yield Fault("factor", {"factor": f"{factor:.4g}"}), factor * pair.slope

    def _interchanged(self, pair: Pair) -> Iterator[Guess]:
        for other in self.every:
            is_another = other.cost == pair.cost and other.name != pair.name and other.slope
            if is_another and self._reads_alike(pair, other):
                kind = "interchanged" if close(other.stated, pair.slope) else "of_another"
                yield Fault(kind, {"other": other.name}), other.slope

    def _reads_alike(self, pair: Pair, other: Pair) -> bool:
        """Tell whether a gradient reads the cells that another parameter's gradient needs."""
        reads, theirs = ({*self.book.reads(c.gradient)} for c in (pair, other))
        inputs = {e[0] for e in self.chain.edges} | self.chain.parameters
        return not close(other.stated, other.slope) or reads >= theirs or reads - theirs <= inputs

    def _decay(self, pair: Pair) -> Iterator[Guess]:
        """Look for a penalty on the weights that the cost leaves out: a multiple of each."""

        def rate(pair: Pair) -> float:
            value = self.values.get(pair.parameter, 0.0)
            return (pair.stated - pair.slope) / value if value else 0.0

        usual = rate(pair)
        if usual and len({c.parameter for c in self.wrong if close(rate(c), usual, 1e-3)}) > 2:
            yield Fault("decay"), pair.stated

    def _neuron(self, pair: Pair) -> Iterator[Guess]:
        """Look for a missing or exchanged derivative of a neuron that is computed in one cell."""
        for place in self.chain.step_of(pair.cost) & self.chain.moving:
            text = (self.book.formula(place) or "").upper()
            if ("TANH(" in text) == ("EXP(" in text):
                continue
            y = self.values.get(place, 0.0)
            right, other = _sigmoid(y), _tanh(y)
            if "TANH(" in text:
                right, other = other, right
            for kind, put in (("derivative", 1.0), ("function", other)) if right else ():
                yield Fault(kind, {"cells": self.book.at(place)}), pair.slope * put / right

    def _extra(self, pair: Pair) -> Iterator[Guess]:
        """Look for y (1 − y) of an output beside a cost that cancels it, as softmax has."""
        for place in self.chain.after(pair.parameter) - {pair.parameter}:
            y = self.values.get(place, 0.0)
            if 0 < y < 1:
                yield Fault("twice", {"cells": self.book.at(place)}), pair.slope * _sigmoid(y)

    def _is_mask(self, cell: Place) -> bool:
        text = (self.book.formula(cell) or "").upper()
        return "MAX(" in text or ">" in text or "<" in text

    def _missing_on_one_path(self, pair: Pair) -> Iterator[Guess]:
        for way in self._ways(pair):
            whole = self._product(way)
            for length in (1, 2, 3):
                for n in range(len(way) - length + 1):
                    left = self._product(way[n : n + length])
                    if not left or close(left, 1.0):
                        continue
                    passed = [
                        e[1] for e in way[n : n + length] if e[0] not in self.chain.parameters
                    ]
                    through = way[min(n + length, len(way) - 1)][1]
                    values = {"cells": self.book.shown(passed or [way[n][1]])}
                    fault = Fault("one_path", values | {"path": self.book.at(through)})
                    yield fault, pair.slope + whole / left - whole

    def _left_out(self, pair: Pair) -> Iterator[Guess]:
        for way in self._ways(pair):
            fault = Fault("left_out", {"cells": self.book.at(way[-2:][0][1])})
            yield fault, pair.slope - self._product(way)

    def _ways(self, pair: Pair) -> list[tuple[Edge, ...]]:
        """Return the paths from a parameter to its cost, if there are several."""
        ways = self.chain.paths(pair.parameter, pair.cost)
        return ways if len(ways) > 1 else []

    def _product(self, way: Iterable[Edge]) -> float:
        return prod(self.chain.edges[edge] for edge in way)

    def _weight_edges(self, pair: Pair, weights: Iterable[Place]) -> list[tuple[Edge, Place]]:
        """Return edges on the way to a cost whose derivative is a weight, with the weight."""
        way, chosen = self.chain.after(pair.parameter), {*weights}
        return [
            (edge, p) for edge, p in self._along_weights
            if p in chosen and edge[0] in way and edge[1] in way
        ]  # fmt: skip

    @cached_property
    def _along_weights(self) -> list[tuple[Edge, Place]]:
        """Return all edges whose derivative is a weight that their formula reads."""
        parameters, reads = self.chain.parameters, self.book.reads
        return [
            (edge, p)
            for edge, slope in self.chain.edges.items() if slope
            for p in sorted(parameters.intersection(reads(edge[1])))
            if close(slope, self.values.get(p, np.nan), 1e-7)
        ]  # fmt: skip

    def _other_weight(self, pair: Pair) -> Iterator[Guess]:
        """Look for weights taken from another unit: all of a step, or one or two."""
        inputs = sorted(self.chain.parameters & self.chain.step_of(pair.cost))
        along: dict[Place, list[Edge]] = defaultdict(list)
        for edge, weight in self._weight_edges(pair, inputs):
            along[weight].append(edge)
        if sum(map(len, along.values())) * len(inputs) > 4_000:
            return
        chosen = [((one,), (other,)) for one in along for other in inputs]
        if len(along) == 2 and len(inputs) <= 24:
            chosen += [(tuple(along), two) for two in product(inputs, inputs)]
        for weights, others in chosen:
            two = [*zip(weights, others, strict=True)]
            if all(close(self.values[a], self.values[b], 1e-7) for a, b in two):
                continue
            edges = {edge: self.values[other] for weight, other in two for edge in along[weight]}
            used, right = (", ".join(map(self.book.at, cells)) for cells in (others, weights))
            yield Fault("weight", {"found": used, "right": right}), self._altered(pair, edges)

    def _other_derivative(self, pair: Pair) -> Iterator[Guess]:
        """Look for the derivative of another unit's activation."""
        way, in_step = self.chain.after(pair.parameter), self.chain.step_of(pair.cost)
        kinds = [e for edges in self._activations.kinds.values() for e in edges if e[1] in in_step]
        used = [e for e in kinds if e[0] in way]
        for edge, other in product(used, kinds) if len(used) * len(kinds) <= 1_000 else ():
            slope = self.chain.edges[other]
            if not close(slope, self.chain.edges[edge]):
                values = {"found": self.book.at(other[1]), "right": self.book.at(edge[1])}
                yield Fault("other_derivative", values), self._altered(pair, {edge: slope})

    def _weights_of_another_step(self, pair: Pair) -> Iterator[Guess]:
        """Look for the weights of the row below, or above, where steps stand in rows."""
        weights = self._weight_edges(pair, self.chain.parameters)
        is_one = len({c.cost for c in self.every}) < 2
        for which, further in (("next", 1), ("previous", -1)) if weights and not is_one else ():
            edges = {
                edge: self.values.get((title, row + further, column), 0.0)
                for edge, (title, row, column) in weights
            }
            yield Fault("step_weights", {"which": which}), self._altered(pair, edges)

    def _factor(self, pair: Pair) -> Iterator[Guess]:
        rows = self._rows_of(pair)
        sloped = [c for c in self.wrong if c.slope]
        for ratio in (c.stated / c.slope for c in sloped if c.name == pair.name and c.stated):
            if not close(ratio * pair.slope, pair.stated):
                continue
            if rows > 1 and (close(ratio, 1 / rows) or close(ratio, rows)):
                yield Fault("mean" if ratio < 1 else "sum", {"count": str(rows)}), pair.stated
            elif is_plain(ratio) or sum(close(c.stated / c.slope, ratio) for c in sloped) > 1:
                yield Fault("factor", {"factor": f"{ratio:.4g}"}), pair.stated

    def _rows_of(self, pair: Pair) -> int:
        """Return the number of rows that a cost adds up."""
        return max((max(size(area)) for area in self.book.areas(pair.cost)), default=1)

    def _operator(self, pair: Pair) -> Iterator[Guess]:
        """Look for y − t with another target, or with another sign between them."""
        still = (self.chain.step_of(pair.cost) & self.values.keys()) - self.chain.moving
        outputs = (self.chain.after(pair.parameter) & self.values.keys()) - self.chain.parameters
        for edge, slope in self.chain.edges.items():
            y = self.values[edge[0]] if edge[0] in outputs else np.nan
            read = (p for p in self.book.reads(edge[1]) if p in still)
            target = next((p for p in read if close(y - self.values[p], slope, 1e-6)), None)
            if target is None:
                continue
            t = self.values[target]
            for kind, other, difference in (
                ("operator", target, y * t),
                ("operator", target, y + t),
                *(("target", p, y - self.values[p]) for p in still if p != target),
            ):
                said = {"found": other, "right": target, "output": edge[0]}
                said = {key: self.book.at(place) for key, place in said.items()}
                yield Fault(kind, said), self._altered(pair, {edge: difference})

    def _another_input(self, pair: Pair) -> Iterator[Guess]:
        """Look for another cell of the step that multiplies the gradient instead of its own."""
        readers = self.chain.readers[pair.parameter]
        edge = pair.parameter, readers[0] if len(readers) == 1 else None
        slope = self.chain.edges.get(edge)
        for place in self.chain.step_of(pair.cost) if slope else ():
            value = self.values.get(place, 0.0)
            if not close(value, slope):
                passes = place in self.book.reads(edge[1]) and place not in self.chain.parameters
                fault = Fault("input", {"found": self.book.at(place)})
                if passes:
                    fault = Fault("derivative", {"cells": self.book.at(edge[1])})
                yield fault, pair.slope * value / slope


def _is_predicted(pair: Pair, number: float) -> bool:
    """Tell whether a fault predicts a stated gradient, which is not the slope."""
    return close(number, pair.stated) and not close(number, pair.slope)


def _like(fault: Fault, guesses: Iterable[Guess], pair: Pair) -> Fault | None:
    """Return the same fault among guesses that predict the stated gradient of another step."""
    for guess, gradient in guesses:
        is_alike = all(guess.said.get(key) == fault.said.get(key) for key in _OF_EVERY_STEP)
        if guess.kind == fault.kind and is_alike and close(gradient, pair.stated):
            return guess
    return None


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


def is_weak(fault: Fault, pair: Pair) -> bool:
    """Tell whether a fault explains little: the gradient of another cost could look the same."""
    is_odd = fault.kind == "factor" and not is_plain(pair.stated / pair.slope)
    return is_odd or fault.kind in {"other", "range"}
