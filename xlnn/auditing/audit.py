"""Audit a workbook: measure the slopes of its cost, and compare the gradients that it states."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from xlnn.arguments import is_number, wrong
from xlnn.auditing.audit_report import RIGHT, VAGUE, WRONG, Audit, Finding, Judged, Note
from xlnn.auditing.book import MOST_NAMED, Book
from xlnn.auditing.clock import Clock, OutOfTimeError
from xlnn.auditing.cost_choice import with_best_costs, with_other_costs
from xlnn.auditing.engines import IronCalc
from xlnn.auditing.fault_search import FaultSearch
from xlnn.auditing.implied import with_implied_costs
from xlnn.auditing.judging import affordable, measured_in_time
from xlnn.auditing.notes import Notes, Tell, late
from xlnn.auditing.options import chosen
from xlnn.auditing.pairs import Pair, costs_of, with_names
from xlnn.auditing.quantities import by_names
from xlnn.auditing.reading import read
from xlnn.auditing.recalculation import Recalculation
from xlnn.auditing.roles import Finder, Roles
from xlnn.engines.scenarios import Place
from xlnn.errors import EngineError, Message
from xlnn.layout import Layout
from xlnn.loading.spec import described
from xlnn.model import Model

SECONDS = 120.0
"""The default time limit of an audit."""


def audit(  # noqa: PLR0913 -- what a person may state
    path: Path | str,
    *,
    cost: str | None = None,
    parameters: str | None = None,
    gradients: str | None = None,
    seconds: float = SECONDS,
    tell: Tell = lambda _: None,
    model: Model | None = None,
) -> Audit:
    """Audit a workbook that anyone made.

    Parameters
    ----------
    path : Path or str
    cost, parameters, gradients : str
        Cells and ranges, as "Net!B6" and "Net!B2:D4"; the audit finds those that are not given.
    seconds : float
        The time limit. At the limit the audit reports what it has found so far, and says so.
    tell : function
        Is told what is being done.
    model : Model
        The model, if the workbook was made from your own: it states which gradients are the slopes
        of which cost. Those that it states with ``exact=False`` are not judged.

    Returns
    -------
    Audit

    Raises
    ------
    WorkbookError
        The file cannot be read, or was made from another model.
    OptionsError
        A cell or range is not in the workbook.
    """
    if not is_number(seconds) or not seconds > 0:
        raise wrong("seconds", seconds, "a number greater than 0")
    path, clock = Path(path), Clock(seconds)
    tell(Message("Reading"))
    layout = None if model is None else described(path, model)[1]
    try:
        book = read(path, clock.check)
    except OutOfTimeError:
        return Audit(str(path), notes=(late(clock, "reading"),))
    if not book.formulas:
        return _without_formulas(book)
    box = sum(len(cells) for cells in book.filled.values())
    engine = IronCalc(path, len(book.formulas), box, clock)
    try:
        return _Auditing(book, engine, Notes(book, clock, tell), layout).run(
            cost, parameters, gradients
        )
    finally:
        engine.close()


def _without_formulas(book: Book) -> Audit:
    """Note that a file without formulas holds pasted values where it states gradients."""
    meanings = Finder(book).headings.meanings
    stated = [
        place for place, meaning in meanings.items()
        if meaning.kind == "gradient" and place not in book.aside
    ]  # fmt: skip
    findings = (Finding("pasted", {}, book.shown(stated)),) if stated else ()
    note = Note("no_formulas")
    if book.aside:
        note = Note("none_computed", {"cells": book.shown(book.aside, MOST_NAMED),
                                      "why": _reasons(book)})  # fmt: skip
    return Audit(str(book.path), findings=findings, notes=(note,))


def _reasons(book: Book) -> str:
    """Return why the stored values of some cells are taken: the first few reasons."""
    return ", ".join(sorted(set(book.aside.values()))[:MOST_NAMED])


class _Auditing:
    """The steps of an audit of one workbook."""

    def __init__(self, book: Book, engine: IronCalc, notes: Notes, layout: Layout | None) -> None:
        self.book, self.notes, self.layout = book, notes, layout
        self.recalculation = Recalculation(book, engine, notes)

    def run(self, cost: str | None, parameters: str | None, gradients: str | None) -> Audit:
        """Audit the workbook, within its time."""
        try:
            return self._audited(cost, parameters, gradients)
        except OutOfTimeError:
            self.notes.add_late()
        except EngineError:
            self.notes.add_failed(self.book.titles, self.recalculation.engine.name)
        return self._result()

    def _result(self, judged: Sequence[Judged] = (), findings: Sequence[Finding] = ()) -> Audit:
        return Audit(str(self.book.path), tuple(judged), tuple(findings), tuple(self.notes.listed))

    def _audited(self, cost: str | None, parameters: str | None, gradients: str | None) -> Audit:
        book, notes, recalculation = self.book, self.notes, self.recalculation
        if any(book.values.get(place) is None for place in (*book.formulas, *book.owner)):
            notes.begin(Message("Recalculating"))
            if failed := recalculation.of_sheets(book.titles):
                notes.add("uncomputed", cells=notes.cells(failed))
        self._note_what_is_left_out()
        notes.begin(Message("Finding the cost, the parameters and the gradients"))
        finder = Finder(book)
        if cost or parameters or gradients:
            return self._judged(finder, chosen(finder, cost, parameters, gradients))
        roles, made_up = by_names(finder, self.layout), frozenset[Place]()
        if not roles.pairs:
            roles = finder.find()
        if not roles.pairs:
            implied = with_implied_costs(finder, recalculation.engine, roles, notes)
            finder, roles, made_up = implied.finder, implied.roles, implied.costs
        if not roles.pairs:
            return self._slopes_only(finder, roles)
        are_named = roles.chosen_by == "names"
        pairs = with_best_costs(finder, recalculation.engine, roles.pairs, are_named=are_named)
        return self._judged(finder, replace(roles, pairs=pairs), made_up)

    def _note_what_is_left_out(self) -> None:
        """Note rows that were not read, parts that are not run, and values that are taken."""
        book, notes = self.book, self.notes
        if book.last:
            rows = (f"{book.lower[title]} 1–{row:,}" for title, row in book.last.items())
            notes.add("window", count=f"{len(book.formulas):,}", rows=", ".join(rows))
        if book.brings:
            notes.add("brings", what=", ".join(sorted(book.brings)))
        if book.aside:
            notes.add("aside", cells=notes.cells(book.aside), why=_reasons(book))

    def _slopes_only(self, finder: Finder, roles: Roles) -> Audit:
        """Give the slopes of a sheet without stated gradients."""
        pairs = finder.unstated()
        if not pairs:
            self.notes.add("nothing")
            return self._result()
        if finder.stated:
            self.notes.add("unpaired", cells=self.notes.cells(finder.stated))
        roles = replace(roles, pairs=pairs, chosen_by="headings", total=len(pairs))
        return self._judged(finder, roles)

    def _judged(
        self, finder: Finder, roles: Roles, made_up: Collection[Place] = frozenset()
    ) -> Audit:
        """Judge pairs by their slopes, and explain what is wrong.

        Parameters
        ----------
        finder : Finder
        roles : Roles
        made_up : collection of Place
            Costs that no cell of the file states.
        """
        book, notes, recalculation = self.book, self.notes, self.recalculation
        pairs = affordable(finder, recalculation.engine, roles.pairs)
        pairs, unlike = recalculation.computable(pairs, finder.known.parameters)
        if unlike:
            notes.add("unlike", cells=notes.cells(unlike), count=str(len(unlike)))
            return self._result()
        engine = recalculation.engine
        is_stored = any(value is not None for value in book.stored.values())
        notes.add("engine" if is_stored else "engine_alone", engine=engine.name)
        pairs, unclear = measured_in_time(finder, engine, pairs, notes), set[str]()
        try:
            if not notes.is_late:
                pairs, unclear = with_other_costs(finder, engine, pairs)
        except OutOfTimeError:
            notes.add_late()
        if not pairs:
            if {"late", "failed"}.isdisjoint(note.kind for note in notes.listed):
                notes.add("no_number")
            return self._result()
        pairs = with_names(pairs, book)
        self._note_roles(finder, roles, pairs, made_up)
        pairs = self._without_unread(pairs)
        notes.begin(Message("Looking for faults"))
        search = FaultSearch(finder, engine, notes, by=roles.chosen_by, unclear=unclear)
        findings, doubted = search.find(pairs)
        vague = {pair.gradient for pair in pairs if pair.verdict == VAGUE} - doubted
        if vague:
            notes.add("vague", cells=notes.cells(vague), count=str(len(vague)))
        if roles.total > len(pairs):
            notes.add("some", count=str(len(pairs)), total=str(roles.total))
        judged = [
            Judged(
                pair.name, book.at(pair.parameter), book.at(pair.gradient) if pair.gradient else "",
                "" if pair.cost in made_up else book.at(pair.cost),
                _finite(pair.stated), _finite(pair.slope),
                VAGUE if pair.gradient in doubted else pair.verdict,
            )
            for pair in pairs
        ]  # fmt: skip
        return self._result(judged, findings)

    def _note_roles(
        self, finder: Finder, roles: Roles, pairs: Sequence[Pair], made_up: Collection[Place]
    ) -> None:
        """Note what was taken for the cost, the parameters, the gradients and the rate."""
        notes = self.notes
        if not made_up:
            notes.add("cost", cells=notes.cells(costs_of(pairs)))
        parameters = notes.cells(pair.parameter for pair in pairs)
        notes.add("parameters", cells=parameters, how=roles.chosen_by)
        if gradients := [pair.gradient for pair in pairs if pair.gradient]:
            notes.add("gradients", cells=notes.cells(gradients))
        if roles.meant:
            notes.add("meant", cells=notes.cells(roles.meant))
        updates = finder.updates
        used = {cell for p in pairs if p.next for cell in updates.of[p.parameter].moved_by}
        if rates := used & updates.rates:
            notes.add("rate", cells=notes.cells(rates))
        if roles.ambiguous and not any(pair.verdict == RIGHT for pair in pairs):
            notes.add("ambiguous", cells=roles.ambiguous[0])

    def _without_unread(self, pairs: list[Pair]) -> list[Pair]:
        """Return the pairs; the wrong ones are vague if most are wrong and rows were not read.

        The right ones may depend on rows that were not read, and these be of another cost.
        """
        accused = [pair for pair in pairs if pair.verdict == WRONG]
        judged = sum(pair.verdict in {WRONG, RIGHT} for pair in pairs)
        if not self.book.last or 2 * len(accused) <= judged:
            return pairs
        cells = self.notes.cells(pair.gradient for pair in accused)
        self.notes.add("doubt_unfit", cells=cells, of=self.notes.cells(costs_of(accused)))
        return [replace(pair, verdict=VAGUE) if pair in accused else pair for pair in pairs]


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
