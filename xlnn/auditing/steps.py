"""Compare the steps that a sheet takes with its gradients: their rates, and where they start."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np

from xlnn.auditing.audits import Finding
from xlnn.auditing.book import MOST_NAMED
from xlnn.auditing.faults import Case, close
from xlnn.auditing.roles import Finder, Pair, Update
from xlnn.auditing.slopes import number
from xlnn.engines.cellwise import Place

SAME = 1e-5
"""How near two rates have to be to be one, relatively."""


class Steps:
    """The steps from parameters to the next ones.

    Parameters
    ----------
    finder : Finder
    pairs : sequence of Pair
    cases : mapping of Pair to Case
        What is stated of those with a gradient.
    """

    def __init__(self, finder: Finder, pairs: Sequence[Pair], cases: Mapping[Pair, Case]) -> None:
        self.finder, self.pairs, self.cases = finder, pairs, cases

    def findings(self) -> list[Finding]:
        """Return what is wrong with steps, each fault once."""
        cells: dict[tuple[str, tuple[str, ...], str], list[Place]] = defaultdict(list)
        said: dict[tuple[str, tuple[str, ...], str], dict[str, str]] = {}
        for own in self._alike():
            for kind, what, names, places in self._wrong(own):
                key = kind, names, what.get("other", "")
                cells[key] += places
                said.setdefault(key, what)
        found = [
            Finding(kind, said[kind, names, other], self._few(places), names)
            for (kind, names, other), places in cells.items()
        ]
        return found + self._starts()

    def _few(self, places: Iterable[Place]) -> str:
        return self.finder.book.shown(places, MOST_NAMED)

    @cached_property
    def rates(self) -> dict[Pair, float]:
        """Return by which multiple of its stated gradient each parameter moves."""
        values, found = self.finder.values, {}
        for pair, case in self.cases.items():
            if pair.next and case.stated and self._is_taken(pair):
                start = number(values.get(pair.parameter))
                moved = start - number(values.get(pair.next))
                if np.isfinite(moved) and abs(case.stated) > 1e-9 * abs(start):
                    found[pair] = moved / case.stated
        return found

    def _is_taken(self, pair: Pair) -> bool:
        """Tell whether a step takes a gradient itself, and no mean of those before."""
        update = self.finder.updates[pair.parameter]
        taken = self.finder.gradient_of(update)
        said = self.finder.meanings
        return update.is_inline or taken == pair.gradient or (
            taken in said and said[taken].kind == "gradient"
        )  # fmt: skip

    def _alike(self) -> Iterable[list[Pair]]:
        """Group the parameters that ought to move by one rate: those of one cost and one rate.

        Two networks of one cost may have a rate each. A cell that one step alone multiplies by, and
        that no heading calls a rate, is more likely a fault than a rate of its own.
        """
        labelled = self.finder.labelled_rates
        used = {
            pair: frozenset(self.finder.updates[pair.parameter].moved_by) & self.finder.rates
            for pair in self.rates
        }
        count = Counter((pair.cost, cells) for pair, cells in used.items())
        usual = {
            cost: cells for (cost, cells), n in sorted(count.items(), key=lambda each: each[1])
            if cells and (n > 1 or cells & labelled)
        }  # fmt: skip
        found: dict[tuple[Place, frozenset[Place]], list[Pair]] = defaultdict(list)
        for pair, cells in used.items():
            is_own = cells and (count[pair.cost, cells] > 1 or cells & labelled)
            found[pair.cost, cells if is_own else usual.get(pair.cost, frozenset())].append(pair)
        return found.values()

    def _usual(self, own: Sequence[Pair]) -> float | None:
        """Return the rate of most parameters, or the one that a heading calls so."""
        rates = [self.rates[pair] for pair in own]
        for rate in rates if len(rates) > 1 else ():
            if sum(close(rate, other, SAME) for other in rates) > len(rates) / 2:
                return rate
        stated = [number(self.finder.values.get(p)) for p in self.finder.labelled_rates]
        return next((rate for rate in rates if any(close(rate, r) for r in stated)), None)

    def _wrong(
        self, own: Sequence[Pair]
    ) -> Iterator[tuple[str, dict[str, str], tuple[str, ...], list[Place]]]:
        """Yield each fault with its description, its parameters and its cells."""
        usual = self._usual(own)
        if usual is None:
            return
        if usual < 0:
            # a gradient of the wrong sign that is added is said once, as a gradient
            if sum(self.rates[p] * self.cases[p].stated * self.cases[p].slope for p in own) < 0:
                names = tuple(dict.fromkeys(p.name for p in self.rates))
                yield "climbs", {}, names, [p.next for p in own]
            return
        for pair in own:
            rate = self.rates[pair]
            if close(rate, usual, SAME):
                continue
            moved = rate * self.cases[pair].stated / usual
            taken = (p for p in own if p != pair and close(self.cases[p].stated, moved, 1e-6))
            if close(rate, -usual, SAME):
                kind, said = "climbs", {}
            elif other := next(taken, None):
                kind, said = "other_gradient", {"other": other.name}
            else:
                kind, said = "rate", {"found": f"{rate:.4g}", "usual": f"{usual:.4g}"}
            yield kind, said, (pair.name,), [pair.next]

    def _starts(self) -> list[Finding]:
        """Find parameters that go on from another step than the one above them."""
        columns: dict[tuple[str, int], list[Update]] = defaultdict(list)
        own = {p.parameter for p in self.pairs}
        for update in self.finder.every_update:
            new, old = update.new, update.old
            if new[0] == old[0] and new[2] == old[2] and not own.isdisjoint((new, old)):
                columns[new[0], new[2]].append(update)
        found, at = [], self.finder.book.at
        for updates in columns.values():
            ahead = Counter(u.new[1] - u.old[1] for u in updates)
            usual, count = ahead.most_common(1)[0]
            off = [u for u in updates if u.new[1] - u.old[1] != usual]
            if off and 2 * count > len(updates):
                name = self.finder.name(off[0].new) or at(off[0].new)
                said = {"found": at(off[0].old)}
                found.append(Finding("start", said, self._few(u.new for u in off), (name,)))
        return found
