"""Find the faults behind wrong gradients, within the time of an audit."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from xlnn.auditing.audit_report import RIGHT, WRONG, Finding
from xlnn.auditing.breaks import broken
from xlnn.auditing.chain_rule import MOST_CELLS, ChainRule
from xlnn.auditing.clock import OutOfTimeError
from xlnn.auditing.doubts import Doubts
from xlnn.auditing.engines import Engine
from xlnn.auditing.faults import Explainer, Fault
from xlnn.auditing.notes import Notes
from xlnn.auditing.pairs import Pair, costs_of
from xlnn.auditing.roles import Finder
from xlnn.auditing.updates import wrong_updates
from xlnn.engines.scenarios import Place
from xlnn.errors import Message

if TYPE_CHECKING:
    from xlnn.auditing.formula import Pattern

MOST_IN_VAIN = 3
"""Parameters of a quantity without a fault after which the others are skipped."""

Broken = Mapping[Place, Place]
"""Cells that break a pattern, each with one that shows it."""

Explained = list[tuple[Fault, list[Pair]]]


class FaultSearch:
    """Searches for the faults of a workbook.

    Parameters
    ----------
    finder : Finder
    engine : Engine
    notes : Notes
    by : str
        How pairs were found (`Roles.chosen_by`).
    unclear : collection of str
        Groups of gradients that fit none of several costs.
    """

    def __init__(
        self, finder: Finder, engine: Engine, notes: Notes, *, by: str, unclear: Collection[str]
    ) -> None:
        self._finder, self._book, self._engine = finder, finder.book, engine
        self._notes, self._by, self._unclear = notes, by, unclear

    def find(self, pairs: Sequence[Pair]) -> tuple[list[Finding], set[Place]]:
        """Explain what is wrong.

        Returns
        -------
        list of Finding
        set of Place
            The gradients that may belong to something else. Nothing is found wrong with them.
        """
        breaks = self._broken(pairs)
        explained = self._explained(pairs, breaks)
        # a person who names cells knows which of them belong together
        doubted = set() if self._by == "options" else self._doubted(pairs, explained)
        faults = _Joined()
        for cell in breaks:
            faults.add(self._break(cell, breaks))
        for fault, members in explained:
            if names := tuple(pair.name for pair in members if pair.gradient not in doubted):
                is_of_cells = fault.kind in {"break", "typed"}
                key = () if is_of_cells else (str(sorted(fault.said.items())),)
                faults.add(replace(fault, names=names), key)
        sure = [pair for pair in pairs if pair.gradient not in doubted]
        for fault in wrong_updates(self._finder.updates, sure):
            faults.add(fault, ("update", fault.names, fault.said.get("other")))
        of_updates = {
            fault.cells for key, fault in faults.by_key.items() if key[1:2] == ("update",)
        }
        return [
            Finding(fault.kind, fault.said, self._notes.cells(fault.cells), fault.names)
            for fault in faults.by_key.values()
            if fault.kind != "break" or fault.names or fault.cells not in of_updates
        ], doubted

    def _broken(self, pairs: Sequence[Pair]) -> Broken:
        """Return the cells that break a pattern and change a number; none if it is late."""
        try:
            if not self._notes.is_late:
                finder = self._finder
                return broken(self._book, finder.known, self._engine, pairs, finder.breaks)
        except OutOfTimeError:
            self._notes.add_late()
        return {}

    def _break(self, cell: Place, breaks: Broken) -> Fault:
        kind = "break" if self._book.formula(cell) else "typed"
        return Fault(kind, {"like": self._book.at(breaks[cell])}, (cell,))

    def _doubted(self, pairs: Sequence[Pair], explained: Explained) -> set[Place]:
        """Return the gradients that may belong to something else, and note them."""
        by_reason = Doubts(self._finder, pairs, explained, self._by).by_reason()
        for reason, doubted in by_reason.items():
            costs = self._notes.cells({cost for costs in doubted.values() for cost in costs})
            self._notes.add(f"doubt_{reason}", cells=self._notes.cells(doubted), of=costs)
        return {gradient for doubted in by_reason.values() for gradient in doubted}

    def _explained(self, pairs: Sequence[Pair], breaks: Broken) -> Explained:
        """Return the likeliest fault of each wrong gradient."""
        left: list[Pair] = []
        explained: Explained = []
        stops = self._finder.known.parameters
        for pair in pairs:
            if pair.verdict == WRONG:
                behind = self._book.cone([pair.gradient, pair.cost], stops) if breaks else ()
                cell = next((cell for cell in breaks if cell in behind), None)
                if cell:
                    explained.append((self._break(cell, breaks), [pair]))
                else:
                    left.append(pair)
        if left:
            right = [pair for pair in pairs if pair.verdict == RIGHT]
            explained += self._explained_by_slopes(left, right)
        return explained

    def _explained_by_slopes(self, wrong: Sequence[Pair], right: Sequence[Pair]) -> Explained:
        """Return the fault of each parameter that explains its wrong gradients in all steps."""
        known = self._explainer(wrong, right)
        groups: dict[tuple[str, str | Pattern | None], list[Pair]] = defaultdict(list)
        for pair in wrong:
            kind = pair.group if self._by == "names" else self._book.pattern(pair.gradient)
            groups[pair.name, kind].append(pair)
        unexplained: Counter[str] = Counter()
        explained: Explained = []
        for n, pairs in enumerate(groups.values()):
            self._notes.begin(
                Message("Looking for faults, {done:,} of {total:,}", done=n, total=len(groups))
            )
            group = pairs[0].group
            is_vain = self._by == "names" and unexplained[group] >= MOST_IN_VAIN
            is_vain = is_vain or (pairs[0].is_tied and group in self._unclear)
            fault = self._fault(None if is_vain else known, pairs)
            unexplained[group] += fault.kind == "other"
            explained.append((fault, pairs))
        return explained

    def _explainer(self, wrong: Sequence[Pair], right: Sequence[Pair]) -> Explainer | None:
        try:
            if not self._notes.is_late:
                return explainer(self._finder, self._engine, wrong, right)
        except OutOfTimeError:
            self._notes.add_late()
        return None

    def _fault(self, known: Explainer | None, pairs: Sequence[Pair]) -> Fault:
        """Explain the wrong gradients of one parameter, if there is time."""
        cells = tuple(pair.gradient for pair in pairs)
        numbers = [pair for pair in pairs if np.isfinite(pair.stated)]
        if not numbers:
            return Fault("error", {}, cells)
        try:
            if known and not self._notes.is_late:
                costs = known.chain.costs
                if reached := [pair for pair in numbers if pair.cost in costs]:
                    return known.explain(reached)
        except OutOfTimeError:
            self._notes.add_late()
        return Fault("other", {}, cells)


class _Joined:
    """Faults; those with one key are one fault, with the cells and the names of all."""

    def __init__(self) -> None:
        self.by_key: dict[tuple[object, ...], Fault] = {}

    def add(self, fault: Fault, key: tuple[object, ...] = ()) -> None:
        """Add a fault; its cells are its key by default."""
        key = fault.kind, *(key or fault.cells)
        before = self.by_key.get(key, replace(fault, cells=(), names=()))
        cells = tuple(dict.fromkeys((*before.cells, *fault.cells)))
        names = tuple(dict.fromkeys((*before.names, *fault.names)))
        self.by_key[key] = replace(fault, cells=cells, names=names)


def explainer(
    finder: Finder, engine: Engine, wrong: Sequence[Pair], right: Sequence[Pair]
) -> Explainer:
    """Measure the derivatives behind some wrong gradients; of many steps, the first ones."""
    book, stops = finder.book, frozenset(finder.known.parameters)
    costs, size = [], 0
    for cost in costs_of((*wrong, *right)):
        size += len(book.cone([cost], stops))
        if costs and size > MOST_CELLS:
            break
        costs.append(cost)
    chain = ChainRule(book, stops, tuple(costs))
    if len(chain.cells) <= MOST_CELLS:
        chain.measure(engine)
    return Explainer(chain, [pair for pair in wrong if pair.cost in costs] or wrong, right)
