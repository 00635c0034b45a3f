"""Decide which wrong gradients may belong to something else than their pair.

An accusation needs evidence: a fault in words, or other gradients that are the slopes of the same
cost, or are near them. Formulas count once, in how many steps they may be.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from xlnn.auditing.faults import Fault, is_weak
from xlnn.auditing.formula import Pattern
from xlnn.auditing.pairs import Pair
from xlnn.auditing.roles import Finder
from xlnn.engines.scenarios import Place

NEAR = 0.02
"""How near a wrong gradient has to be to the slope to be that of nothing else, relatively."""

Explained = Sequence[tuple[Fault, Sequence[Pair]]]
"""Faults, each with the pairs that it explains."""


class Doubts:
    """Finds the gradients that may belong to something else.

    Parameters
    ----------
    finder : Finder
    pairs : sequence of Pair
    explained : sequence of (Fault, sequence of Pair)
        The faults of the wrong ones.
    by : str
        How pairs were found (`Roles.chosen_by`).
    """

    def __init__(
        self, finder: Finder, pairs: Sequence[Pair], explained: Explained, by: str
    ) -> None:
        self._headings, self._book, self._by = finder.headings, finder.book, by
        self._wrong = [(fault, pair) for fault, members in explained for pair in members]
        self._stated: dict[tuple[Place, Place], set[float]] = defaultdict(set)
        for pair in pairs:
            self._stated[pair.parameter, pair.cost].add(pair.stated)
        pattern = self._book.pattern
        right = [pair for pair in pairs if pair.fits]
        self._settled = {(pair.group, pattern(pair.cost)) for pair in right}
        self._fits = defaultdict[Pattern | None, set[Pattern | None]](set)
        self._unlike = defaultdict[Pattern | None, set[Pattern | None]](set)
        for pair in right:
            self._fits[pattern(pair.cost)].add(pattern(pair.gradient))
        for fault, pair in self._wrong:
            is_near = abs(pair.stated - pair.slope) <= NEAR * abs(pair.slope)
            evidence = self._unlike if is_weak(fault, pair) and not is_near else self._fits
            evidence[pattern(pair.cost)].add(pattern(pair.gradient))

    def by_reason(self) -> Mapping[str, Mapping[Place, tuple[Place, ...]]]:
        """Return the doubted gradients for each reason, with the costs that each may have."""
        doubted: dict[str, dict[Place, tuple[Place, ...]]] = defaultdict(dict)
        for fault, pair in self._wrong:
            if reason := self._reason(fault, pair):
                others = pair.others if reason == "tied" else ()
                doubted[reason][pair.gradient] = pair.cost, *others
        return doubted

    def _reason(self, fault: Fault, pair: Pair) -> str:
        """Return why a gradient is doubted; empty if it is not."""
        cost = self._book.pattern(pair.cost)
        fits, unlike = self._fits[cost], self._unlike[cost]
        is_tied = pair.is_tied and (pair.group, cost) not in self._settled
        if is_tied and is_weak(fault, pair):
            return "tied"
        if len(self._stated[pair.parameter, pair.cost]) > 1:
            return "shared"
        is_named = self._by == "names" and not pair.is_tied and bool(fits)
        if not is_named and (len(unlike) > len(fits) or self._is_alone(fault, pair)):
            return "unfit"
        if fault.kind == "decay":
            return "decay"
        if fault.kind == "mean" and self._is_of_total(pair):
            return "mean"
        return ""

    def _is_alone(self, fault: Fault, pair: Pair) -> bool:
        """Tell whether nothing explains what no heading calls a gradient."""
        is_called = self._headings.said(pair.gradient).kind == "gradient"
        return fault.kind == "other" and not is_called and self._by != "products"

    def _is_of_total(self, pair: Pair) -> bool:
        """Tell whether a gradient is called that of C, and its cost C_T."""
        of = self._headings.said(pair.gradient).of
        total = self._headings.said(pair.cost).name
        return bool(of) and total != of and total.startswith(of)
