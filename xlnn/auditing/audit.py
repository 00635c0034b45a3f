"""Audit a workbook: measure the slopes of its cost, and compare the gradients that it states."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xlnn.arguments import is_number, wrong
from xlnn.auditing.audit_report import RIGHT, UNSTATED, VAGUE, WRONG, Audit, Finding, Judged, Note
from xlnn.auditing.book import MOST_NAMED, Book, read
from xlnn.auditing.clock import Clock, OutOfTimeError
from xlnn.auditing.costs import differences, implied_costs
from xlnn.auditing.faults import Explainer, Fault, Pair, is_plain
from xlnn.auditing.quantities import by_names
from xlnn.auditing.roles import Finder, Roles, chosen
from xlnn.auditing.slopes import (
    HALVES,
    MOST_CELLS,
    ChainRule,
    Engine,
    IronCalc,
    Slope,
    close,
    load_apart,
    measure,
    number,
    second_opinion,
)
from xlnn.auditing.updates import wrong_updates
from xlnn.engines.scenarios import Found, Place, Question
from xlnn.errors import EngineError, Message
from xlnn.formula import moved
from xlnn.grid import CellError, address
from xlnn.layout import Layout
from xlnn.loading.spec import described
from xlnn.model import Model

if TYPE_CHECKING:
    from xlnn.auditing.formula import Pattern

REPRODUCED = 1e-6
"""How far a recalculated value may be from the stored one, relatively: rounding grows from step to
step of a training, in a thousand steps to some 1e-9."""

ROUNDS = 12
"""How often a cost is computed for a slope: 6 or 18 times."""

NEAR = 0.02
"""How near a wrong gradient has to be to the slope to be that of nothing else, relatively."""

MOST_STEPS = 40
"""Steps for which a cost that no cell states is made up."""

MOST_IN_VAIN = 3
"""Parameters of a quantity without a fault after which the others are skipped."""

MOST_TRIED = 6
"""Gradients of a kind with which the cells that may be their cost are tried."""

SECONDS = 120.0
"""The default time limit of an audit."""

MOST_AT_ONCE = 3_000_000
"""Formulas that are computed before some slopes are noted, as those that were measured."""

Tell = Callable[[str], None]


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
        Cells and ranges, as "Net!B6" and "Net!B2:D4"; found by themselves where they are not given.
    seconds : float
        The time limit. At the limit the audit reports what it has found so far, and says so.
    tell : function
        Is told what is being done.
    model : Model
        The model, if the workbook was made from your own: it says which gradients are the slopes of
        which cost. Those that it states with ``exact=False`` are not judged.

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
        return Audit(str(path), notes=(_late(clock, "reading"),))
    if not book.formulas:
        return _without_formulas(book)
    box = sum(len(cells) for cells in book.filled.values())
    engine = IronCalc(path, len(book.formulas), box, clock)
    try:
        return _Auditing(book, engine, clock, tell, layout).run(cost, parameters, gradients)
    finally:
        engine.close()


def _without_formulas(book: Book) -> Audit:
    """Note that a file without formulas holds pasted values where it states gradients."""
    meanings = Finder(book).headings.meanings
    stated = [
        p for p, found in meanings.items() if found.kind == "gradient" and p not in book.aside
    ]
    findings = (Finding("pasted", {}, book.shown(stated)),) if stated else ()
    note = Note("no_formulas")
    if book.aside:
        note = Note("none_computed", {"cells": book.shown(book.aside, MOST_NAMED),
                                      "why": _reasons(book)})  # fmt: skip
    return Audit(str(book.path), findings=findings, notes=(note,))


def _late(clock: Clock, stage: str) -> Note:
    """Note what was being done when the time was over."""
    return Note("late", {"seconds": f"{clock.seconds:g}", "stage": stage})


def _reasons(book: Book) -> str:
    """Return why the stored values of some cells are taken: the first few reasons."""
    return ", ".join(sorted(set(book.aside.values()))[:MOST_NAMED])


class _Auditing:
    """An audit of one workbook."""

    def __init__(
        self, book: Book, engine: IronCalc, clock: Clock, tell: Tell, layout: Layout | None
    ) -> None:
        self.book, self.clock, self._tell, self._layout = book, clock, tell, layout
        self.stage, self.is_late = "", False
        self.first = engine
        self.engine: Engine = engine
        self.notes: list[Note] = []
        self.implied: set[Place] = set()
        self.unclear: set[str] = set()
        """Groups of gradients that fit none of several costs."""

    def tell(self, stage: str) -> None:
        """Say what is being done."""
        self.stage = stage
        self._tell(stage)

    def run(self, cost: str | None, parameters: str | None, gradients: str | None) -> Audit:
        """Audit the workbook, within its time."""
        try:
            return self._found(cost, parameters, gradients)
        except OutOfTimeError:
            self.note_late()
        except EngineError:
            self.note_failed(self.book.titles)
        return self.result()

    def _found(self, cost: str | None, parameters: str | None, gradients: str | None) -> Audit:
        book = self.book
        if any(book.values.get(place) is None for place in (*book.formulas, *book.owner)):
            self.tell(Message("Recalculating"))
            if failed := self._computed([*book.titles]):
                self.note("uncomputed", cells=self.few(failed))
        if book.last:
            rows = (f"{book.lower[title]} 1–{row:,}" for title, row in book.last.items())
            self.note("window", count=f"{len(book.formulas):,}", rows=", ".join(rows))
        if book.brings:
            self.note("brings", what=", ".join(sorted(book.brings)))
        if book.aside:
            self.note("aside", cells=self.few(book.aside), why=_reasons(book))
        self.tell(Message("Finding the cost, the parameters and the gradients"))
        self.finder = Finder(book)
        if cost or parameters or gradients:
            return self._judged(chosen(self.finder, cost, parameters, gradients))
        roles = by_names(self.finder, self._layout)
        if not roles.pairs:
            roles = self.finder.find()
        if not roles.pairs:
            roles = self._implied(roles)
        if roles.pairs:
            return self._judged(replace(roles, pairs=self._best(roles.pairs, roles.chosen_by)))
        return self._slopes_only(roles)

    def _computed(self, titles: Sequence[str]) -> list[Place]:
        """Recalculate the cells of some sheets; return those whose stored values nothing gives.

        If an engine fails, it computes each sheet alone, with all that it reads, so that a formula
        without end is the end of its own sheet.
        """
        places = (place for place in self.book.filled_places if place[0] in titles)
        is_whole = len(titles) == len(self.book.titles)
        cells = None if is_whole else self.book.cone(places)
        try:
            return self._recalculate(self.book.sheets(cells))
        except EngineError:
            if len(titles) > 1:
                return [place for title in titles for place in self._computed([title])]
            self.note_failed(titles)
            return []

    def _recalculate(self, sheets: Question) -> list[Place]:
        """Recalculate some cells; return those whose stored values no engine reproduces.

        If IronCalc does not reproduce them, or cannot compute them, LibreOffice is asked; if it
        does, it computes the slopes as well.
        """
        places = [*sheets.formulas, *sheets.beside]
        places += [p for p, first in self.book.owner.items() if first in sheets.formulas]
        tried: list[tuple[list[Place], Engine, dict[Place, Found]]] = []
        is_first = self.engine is self.first
        other = second_opinion(len(sheets.formulas), self.clock) if is_first else None
        for engine in filter(None, (self.engine, other)):
            try:
                engine.load(sheets)
                (found,) = engine.rounds([{}], places)
            except EngineError:
                if engine is self.engine:
                    raise
                break
            values = self.book.values | dict(zip(places, found, strict=True))
            tried.append((self._unlike(places, values), engine, values))
            if not tried[-1][0]:
                break
        unlike, engine, self.book.values = min(tried, key=lambda each: len(each[0]))
        if engine is not self.engine:
            self.note("second", cells=self.few(tried[0][0]), engine=engine.name)
            self.engine = engine
        return unlike

    def note(self, kind: str, **said: str) -> None:
        self.notes.append(Note(kind, said))

    def note_late(self) -> None:
        """Note that the time is over; the remaining steps are quick and have no limit."""
        if not self.is_late:
            self.notes.append(_late(self.clock, self.stage.partition(" ")[0].casefold()))
        self.is_late, self.book.check = True, lambda: None

    def note_failed(self, titles: Iterable[str]) -> None:
        """Note the sheets at which the engine failed, or that the time is over."""
        if self.clock.left:
            self.note("failed", sheets=", ".join(titles), engine=self.engine.name)
        else:
            self.note_late()

    def few(self, places: Iterable[Place]) -> str:
        """Return the names of some cells: of many, the first few."""
        return self.book.shown(places, MOST_NAMED)

    def result(self, judged: Sequence[Judged] = (), findings: Sequence[Finding] = ()) -> Audit:
        return Audit(str(self.book.path), tuple(judged), tuple(findings), tuple(self.notes))

    # What it cannot judge

    def _unlike(self, places: Iterable[Place], values: Mapping[Place, Found]) -> list[Place]:
        """Return cells that the engine does not compute as they are stored."""
        book = self.book
        unlike = set()
        for place in places:
            stored, found = book.stored.get(place), values.get(place)
            if not book.formula(place):
                continue
            if stored is None:
                is_unlike = isinstance(found, CellError)
            elif is_number(stored) and isinstance(found, float | int):
                is_unlike = abs(found - stored) > REPRODUCED * max(abs(found), abs(stored), 1e-9)
            else:
                is_error = isinstance(stored, CellError)
                is_unlike = is_number(stored) or is_error != isinstance(found, CellError)
            if is_unlike:
                unlike.add(place)
        return sorted(p for p in unlike if unlike.isdisjoint(set(book.reads(p)) - {p}))

    def _reproduced(self, pairs: Sequence[Pair]) -> list[Place]:
        """Recalculate what leads from the parameters to costs and gradients, and compare it."""
        stops = self.finder.known.parameters
        ends = {p for pair in pairs for p in (pair.cost, pair.gradient) if p}
        cells = self.book.cone(ends, stops)
        unlike = self._recalculate(self.book.sheets(cells, cells & stops))
        return [p for p in unlike if p not in stops and self.book.stored.get(p) is not None]

    # Costs that are not stated, and gradients without headings

    def _implied(self, roles: Roles) -> Roles:
        """Try costs whose slopes are outputs minus targets, one for the parameters of each step."""
        found = differences(self.book)
        steps: dict[int, list[tuple[Place, Place, Place]]] = defaultdict(list)
        for each in found if self.finder.known else ():
            if reached := self.finder.reach(each[1]):
                steps[reached].append(each)
        for by, groups in (("headings", [*steps.values()]), ("products", [found])):
            texts = {}
            for own in groups[:MOST_STEPS] if found else ():
                title = own[0][0][0]
                texts[title, self.book.bottom(title) + 3 + len(texts), 1] = implied_costs(own)
            if texts and all(texts.values()) and (pairs := self._tried(texts, by, found)):
                total = max(len(pairs), roles.total)
                return replace(roles, pairs=pairs, chosen_by=by, total=total)
        return roles

    def _tried(
        self, texts: Mapping[Place, Mapping[str, str]], by: str,
        found: Sequence[tuple[Place, Place, Place]],
    ) -> list[Pair]:  # fmt: skip
        """Return pairs with the implied costs of which most gradients are the slopes."""
        book, names = self.book, [*next(iter(texts.values()))]

        def state(name: str) -> None:
            book.put({place: text[name] for place, text in texts.items()})

        state(names[0])
        book.values |= dict.fromkeys(texts, 0.0)
        if by == "products":
            forward = book.cone([y for _, y, _ in found])
            pairs = self.finder.by_products(forward, next(iter(texts)))
            self.finder.set_parameters({pair.parameter for pair in pairs})
        else:
            self.finder = Finder(book)
            pairs = [
                replace(pair, cost=cost, others=())
                for pair in self.finder.find().pairs
                for cost in (pair.cost, *pair.others) if cost in texts
            ]  # fmt: skip
        right: dict[str, int] = {}
        for name in names if pairs else ():
            state(name)
            right[name] = sum(pair.verdict == RIGHT for pair in self._measured(pairs))
            if right[name] == len(pairs):
                break
        best = max(right, key=right.__getitem__, default="")
        if not right.get(best):
            book.put(dict.fromkeys(texts))
            for place in texts:
                del book.values[place]
            return []
        state(best)
        self.implied = {*texts}
        self.note("implied", cost=best, cells=self.few(p for p, _, _ in found))
        return pairs

    # Slopes

    def _measured(self, pairs: Sequence[Pair]) -> list[Pair]:
        """Measure the slope of each pair and judge it; none if a cost is not a number."""
        known = self.finder.known
        reach = {cost: frozenset(known.cone(cost) & known.parameters) for cost in costs_of(pairs)}
        cells = set().union(*map(known.cone, reach))
        moved = cells & known.parameters
        numbers = {p: self.book.number(p) for p in moved}
        if any(np.isnan(v) for v in numbers.values()):
            return []
        self.engine.load(self.book.sheets(cells, moved))
        slopes = measure(self.engine, [(p.parameter, p.cost) for p in pairs], numbers, reach)
        sizes = [abs(s.value) for s in slopes if np.isfinite(s.value) and s.value]
        scale = float(np.median(sizes)) if sizes else 0.0
        return [
            replace(pair, slope=slope.value, stated=self._stated(pair),
                    verdict=self._verdict(pair, slope, scale))
            for pair, slope in zip(pairs, slopes, strict=True)
        ]  # fmt: skip

    def _verdict(self, pair: Pair, slope: Slope, scale: float) -> str:
        if pair.gradient is None:
            return UNSTATED
        stated, known = self._stated(pair), self.finder.known
        if np.isnan(slope.value) or known.rounded(pair.cost) & known.bits[pair.parameter]:
            return VAGUE
        if np.isnan(stated):
            return WRONG
        if slope.is_near(stated):
            return VAGUE if slope.is_vague(scale) else RIGHT
        return VAGUE if self._is_rounded_or_clipped(pair, stated, slope) else WRONG

    def _is_rounded_or_clipped(self, pair: Pair, stated: float, slope: Slope) -> bool:
        """Tell whether a gradient is rounded, or clipped to a range."""
        pattern = self.book.pattern(pair.gradient)
        called = pattern.functions if pattern else frozenset()
        is_clipped = called >= {"MIN", "MAX"} or "MEDIAN" in called
        is_between = is_clipped and 0 <= stated / (slope.value or 1.0) < 1
        return self.book.rounds(pair.gradient) or is_between

    def _stated(self, pair: Pair) -> float:
        """Return the gradient that is stated, or by which an update is taken."""
        stated = self.book.number(pair.gradient)
        if pair.rate is None:
            return stated
        return (self.book.number(pair.parameter) - stated) / pair.rate

    def _best(self, pairs: Sequence[Pair], by: str) -> list[Pair]:
        """Choose the cell whose slopes are stated, among several that may be the cost."""
        are_named = by == "names"
        # of many costs, those in one column or on one sheet are alike
        for key in (self.book.pattern, itemgetter(0, 2), itemgetter(0)):
            alike: dict[tuple[object, ...], list[Pair]] = defaultdict(list)
            for pair in pairs:
                own = pair.group if are_named else pair.gradient[0]
                alike[own, *map(key, (pair.cost, *pair.others))].append(pair)
            if len(alike) <= MOST_TRIED:
                break
        tried: list[Pair] = []
        for own in alike.values():
            few = [*own[:: max(1, len(own) // MOST_TRIED)], *own[-2:]] if own[0].others else []
            tried += [replace(p, cost=cost) for p in few for cost in (p.cost, *p.others)]
        found = self._measured(tried) if tried else []
        right = {(p.gradient, p.cost) for p in found if p.verdict == RIGHT and p.slope}
        chosen: dict[Pair, Pair] = {}
        # a cost that is named so is the cost of all, if it is that of some
        is_known = are_named and any((p.gradient, p.cost) in right and not p.is_tied for p in pairs)
        for own in alike.values():
            turns = range(min(len(pair.others) for pair in own) + 1)
            costs = [(p.cost, *p.others) for p in own]
            count = [sum((p.gradient, c[n]) in right for p, c in zip(own, costs, strict=True))
                     for n in turns]  # fmt: skip
            is_settled = is_known and not own[0].is_tied
            best = 0 if is_settled else count.index(max(count))
            for pair, every in zip(own, costs, strict=True):
                others = every[:best] + every[best + 1 :]
                chosen[pair] = replace(pair, cost=every[best], others=others)
        return [chosen[pair] for pair in pairs]

    def _of_other_costs(self, pairs: Sequence[Pair]) -> list[Pair]:
        """Try the other costs of gradients whose cost only the slopes can identify.

        It is the one whose slopes some of a group state, or for which a fault explains them all.
        """
        groups: dict[str, list[Pair]] = defaultdict(list)
        for pair in pairs:
            groups[pair.group].append(pair)
        unsettled = {
            group: wrong for group, own in groups.items()
            if (wrong := [pair for pair in own if pair.verdict == WRONG and pair.is_tied])
            and not _fits(own)
        }  # fmt: skip
        chosen = {pair.gradient: pair for own in unsettled.values() for pair in own}
        options = [dict(unsettled)]
        for turn in range(max((len(pair.others) for pair in chosen.values()), default=0)):
            left = [p for own in unsettled.values() for p in own if turn < len(p.others)]
            found = self._measured([replace(p, cost=p.others[turn]) for p in left]) if left else []
            options.append(defaultdict(list))
            for pair in found:
                options[-1][pair.group].append(pair)
            for group, own in options[-1].items():
                if _fits(own):
                    chosen |= {pair.gradient: pair for pair in own}
                    del unsettled[group]
        for option in options:
            left = {group: own for group, own in option.items() if group in unsettled}
            for group in self._explained_groups(left):
                chosen |= {pair.gradient: pair for pair in left[group]}
                del unsettled[group]
        self.unclear = {*unsettled}
        return [chosen.get(pair.gradient, pair) for pair in pairs]

    def _explained_groups(self, groups: Mapping[str, Sequence[Pair]]) -> list[str]:
        """Return the groups whose first wrong gradients are explained by faults in words."""
        firsts = {
            group: [*{pair.parameter[::2]: pair for pair in reversed(own)}.values()][-MOST_TRIED:]
            for group, own in groups.items()
            if own and all(np.isfinite(pair.stated) for pair in own)
        }
        if not firsts:
            return []
        explainer = self._explainer([pair for own in firsts.values() for pair in own], [])
        return [
            group for group, own in firsts.items()
            if not any(_is_weak(explainer.explain([pair]), pair) for pair in own)
        ]  # fmt: skip

    # Judging

    def _judged(self, roles: Roles) -> Audit:
        book = self.book
        pairs, unlike = self._computable(self._some(roles.pairs))
        if unlike:
            self.note("unlike", cells=self.few(unlike), count=str(len(unlike)))
            return self.result()
        is_stored = any(value is not None for value in book.stored.values())
        self.note("engine" if is_stored else "engine_alone", engine=self.engine.name)
        pairs = self._measured_in_time(pairs)
        try:
            pairs = pairs if self.is_late else self._of_other_costs(pairs)
        except OutOfTimeError:
            self.note_late()
        if not pairs:
            if {"late", "failed"}.isdisjoint(note.kind for note in self.notes):
                self.note("no_number")
            return self.result()
        pairs = self._named(pairs)
        self._tell_roles(roles, pairs)
        wrong = [pair for pair in pairs if pair.verdict == WRONG]
        if book.last and 2 * len(wrong) > sum(p.verdict in {WRONG, RIGHT} for p in pairs):
            # the right ones may depend on rows that were not read, and these be of another cost
            cells = self.few(pair.gradient for pair in wrong)
            self.note("doubt_unfit", cells=cells, of=self.few(costs_of(wrong)))
            pairs = [replace(p, verdict=VAGUE) if p in wrong else p for p in pairs]
        self.tell(Message("Looking for faults"))
        findings, doubted = self._findings(pairs, roles.chosen_by)
        vague = {p.gradient for p in pairs if p.verdict == VAGUE} - doubted
        judged = [
            Judged(
                pair.name, book.at(pair.parameter), book.at(pair.gradient) if pair.gradient else "",
                "" if pair.cost in self.implied else book.at(pair.cost),
                _finite(pair.stated), _finite(pair.slope),
                VAGUE if pair.gradient in doubted else pair.verdict,
            )
            for pair in pairs
        ]  # fmt: skip
        if vague:
            self.note("vague", cells=self.few(vague), count=str(len(vague)))
        if roles.total > len(pairs):
            self.note("some", count=str(len(pairs)), total=str(roles.total))
        return self.result(judged, findings)

    def _computable(self, pairs: Sequence[Pair]) -> tuple[Sequence[Pair], list[Place]]:
        """Return the pairs of the sheets at which no engine fails, and what is not as stored."""
        try:
            return pairs, self._reproduced(pairs)
        except EngineError:
            sheets: dict[str, list[Pair]] = defaultdict(list)
            for pair in pairs:
                sheets[pair.cost[0]].append(pair)
            if len(sheets) == 1:
                self.note_failed(sheets)
                return [], []
        kept: list[Pair] = []
        unlike: list[Place] = []
        for own in sheets.values():
            more, places = self._computable(own)
            kept += more
            unlike += places
        return kept, unlike

    def _measured_in_time(self, pairs: Sequence[Pair]) -> list[Pair]:
        """Measure the slopes of pairs; of some of them, if the time is over before."""
        most = max(Counter(pair.cost for pair in pairs).values(), default=0)
        cells = sum(len(self.finder.known.cone(cost)) for cost in costs_of(pairs))
        parts = max(1, round(len(HALVES) * 2 * most * cells / MOST_AT_ONCE))
        found: list[Pair] = []
        # a part has parameters of all steps, which are moved at once
        groups: dict[str, list[Pair]] = defaultdict(list)
        for pair in pairs:
            groups[f"{pair.group} {pair.name}"].append(pair)
        every = [*groups.values()]
        for n in range(min(parts, len(every))):
            self.tell(
                Message(
                    "Measuring slopes, {done:,} of {total:,}", done=len(found), total=len(pairs)
                )
            )
            try:
                found += self._measured([pair for own in every[n::parts] for pair in own])
            except OutOfTimeError:
                self.note_late()
                break
            except EngineError:
                self.note_failed(dict.fromkeys(pair.cost[0] for pair in pairs))
                break
        order = {(pair.parameter, pair.gradient): n for n, pair in enumerate(pairs)}
        return sorted(found, key=lambda pair: order[pair.parameter, pair.gradient])

    def _some(self, pairs: Sequence[Pair]) -> list[Pair]:
        """Return the pairs to measure: those of the first and last steps, and some more."""
        steps = Counter(pair.cost for pair in pairs)
        costs, most = [*steps], max(steps.values())

        def work() -> float:
            formulas = sum(len(self.finder.known.cone(cost)) for cost in costs)
            return ROUNDS * most * formulas / self.engine.most_work

        while len(costs) > MOST_TRIED and work() > 1:
            costs = [*costs[:2], *costs[2:-2:2], *costs[-2:]]
        apart = max(1, round(work()))
        seen: Counter[Place] = Counter()
        found = []
        for pair in pairs:
            if pair.cost in costs:
                if pair.gradient in self.finder.breaks or seen[pair.cost] % apart == 0:
                    found.append(pair)
                seen[pair.cost] += 1
        return found

    def _named(self, pairs: Sequence[Pair]) -> list[Pair]:
        """Give each parameter of a step its own name."""
        counted = Counter((p.cost, p.name) for p in pairs)
        many = {name for (_, name), count in counted.items() if count > 1 and name}
        columns: dict[tuple[str, int], list[Pair]] = defaultdict(list)
        for pair in pairs:
            columns[pair.parameter[::2]].append(pair)
        own = []
        for pair in pairs:
            name, where = pair.name, self.book.at(pair.parameter)
            if not name:
                line = columns[pair.parameter[::2]]
                is_chain = len(costs_of(line)) == len(line)
                name = self.book.at(min(p.parameter for p in line)) if is_chain else where
            elif name in many and name != where:
                name = f"{name} {address(*pair.parameter[1:])}"
            own.append(replace(pair, name=name))
        return own

    def _tell_roles(self, roles: Roles, pairs: Sequence[Pair]) -> None:
        if not self.implied:
            self.note("cost", cells=self.few(costs_of(pairs)))
        self.note("parameters", cells=self.few(p.parameter for p in pairs), how=roles.chosen_by)
        if gradients := [p.gradient for p in pairs if p.gradient]:
            self.note("gradients", cells=self.few(gradients))
        updates = self.finder.updates
        used = {cell for p in pairs if p.next for cell in updates.of[p.parameter].moved_by}
        if rates := used & updates.rates:
            self.note("rate", cells=self.few(rates))
        is_sure = any(pair.verdict == RIGHT for pair in pairs)
        for two in () if is_sure else roles.ambiguous[:1]:
            self.note("ambiguous", cells=two)

    # Faults

    def _findings(self, pairs: Sequence[Pair], by: str) -> tuple[list[Finding], set[Place]]:
        """Explain what is wrong, and name the gradients that may belong to something else."""
        try:
            broken = {} if self.is_late else self._broken(pairs)
        except OutOfTimeError:
            self.note_late()
            broken = {}
        found: dict[tuple[object, ...], Fault] = {}

        def join(fault: Fault, key: tuple[object, ...] = ()) -> None:
            key = fault.kind, *(key or fault.cells)
            before = found.get(key, replace(fault, cells=(), names=()))
            cells, names = (*before.cells, *fault.cells), (*before.names, *fault.names)
            cells, names = (tuple(dict.fromkeys(each)) for each in (cells, names))
            found[key] = replace(fault, cells=cells, names=names)

        for cell in broken:
            join(self._break(cell, broken))
        explained = self._explained(pairs, broken, by)
        # a person who names cells knows which of them belong together
        doubted = set() if by == "options" else self._doubted(explained, pairs, by)
        for fault, every in explained:
            if names := tuple(pair.name for pair in every if pair.gradient not in doubted):
                is_of_cells = fault.kind in {"break", "typed"}
                key = () if is_of_cells else (str(sorted(fault.said.items())),)
                join(replace(fault, names=names), key)
        sure = [pair for pair in pairs if pair.gradient not in doubted]
        for fault in wrong_updates(self.finder.updates, sure):
            join(fault, ("update", fault.names, fault.said.get("other")))
        told = {fault.cells for key, fault in found.items() if key[1:2] == ("update",)}
        return [
            Finding(fault.kind, fault.said, self.few(fault.cells), fault.names)
            for fault in found.values()
            if fault.kind != "break" or fault.names or fault.cells not in told
        ], doubted

    def _explained(
        self, pairs: Sequence[Pair], broken: Mapping[Place, Place], by: str
    ) -> list[tuple[Fault, list[Pair]]]:
        """Return the likeliest fault of each wrong gradient."""
        left: list[Pair] = []
        explained: list[tuple[Fault, list[Pair]]] = []
        for pair in pairs:
            if pair.verdict == WRONG:
                stops = self.finder.known.parameters
                behind = self.book.cone([pair.gradient, pair.cost], stops) if broken else ()
                cell = next((c for c in broken if c in behind), None)
                if cell:
                    explained.append((self._break(cell, broken), [pair]))
                else:
                    left.append(pair)
        if left:
            right = [p for p in pairs if p.verdict == RIGHT]
            try:
                explainer = None if self.is_late else self._explainer(left, right)
            except OutOfTimeError:
                self.note_late()
                explainer = None
            groups: dict[tuple[str, str | Pattern | None], list[Pair]] = defaultdict(list)
            for pair in left:
                kind = pair.group if by == "names" else self.book.pattern(pair.gradient)
                groups[pair.name, kind].append(pair)
            unexplained: Counter[str] = Counter()
            for n, own in enumerate(groups.values()):
                self.tell(
                    Message("Looking for faults, {done:,} of {total:,}", done=n, total=len(groups))
                )
                group = own[0].group
                is_vain = by == "names" and unexplained[group] >= MOST_IN_VAIN
                is_vain = is_vain or (own[0].is_tied and group in self.unclear)
                fault = self._fault(None if is_vain else explainer, own)
                unexplained[group] += fault.kind == "other"
                explained.append((fault, own))
        return explained

    def _fault(self, explainer: Explainer | None, pairs: Sequence[Pair]) -> Fault:
        """Explain the wrong gradients of one parameter, if there is time."""
        cells = tuple(pair.gradient for pair in pairs)
        numbers = [pair for pair in pairs if np.isfinite(pair.stated)]
        if not numbers:
            return Fault("error", {}, cells)
        try:
            if explainer and not self.is_late:
                costs = explainer.chain.costs
                if known := [pair for pair in numbers if pair.cost in costs]:
                    return explainer.explain(known)
        except OutOfTimeError:
            self.note_late()
        return Fault("other", {}, cells)

    def _break(self, cell: Place, broken: Mapping[Place, Place]) -> Fault:
        kind = "break" if self.book.formula(cell) else "typed"
        return Fault(kind, {"like": self.book.at(broken[cell])}, (cell,))

    def _doubted(
        self, explained: Sequence[tuple[Fault, Sequence[Pair]]], pairs: Sequence[Pair], by: str
    ) -> set[Place]:
        """Return the gradients that may belong to something else, and note them.

        An accusation needs evidence: a fault in words, or other gradients that are the slopes of
        the same cost, or are near them. Formulas count once, in how many steps they may be.
        """
        pattern = self.book.pattern
        fits: dict[Pattern | None, set[Pattern | None]] = defaultdict(set)
        unlike: dict[Pattern | None, set[Pattern | None]] = defaultdict(set)
        for pair in pairs:
            if pair.verdict == RIGHT and pair.slope:
                fits[pattern(pair.cost)].add(pattern(pair.gradient))
        every = [(fault, pair) for fault, own in explained for pair in own]
        for fault, pair in every:
            is_near = abs(pair.stated - pair.slope) <= NEAR * abs(pair.slope)
            which = unlike if _is_weak(fault, pair) and not is_near else fits
            which[pattern(pair.cost)].add(pattern(pair.gradient))
        settled = {(p.group, pattern(p.cost)) for p in pairs if p.verdict == RIGHT and p.slope}
        stated: dict[tuple[Place, Place], set[float]] = defaultdict(set)
        for pair in pairs:
            stated[pair.parameter, pair.cost].add(pair.stated)
        doubted: dict[str, dict[Place, tuple[Place, ...]]] = defaultdict(dict)
        for fault, pair in every:
            of = pattern(pair.cost)
            is_tied = pair.is_tied and (pair.group, of) not in settled
            is_named = by == "names" and not pair.is_tied and bool(fits[of])
            doubts = {
                "tied": is_tied and _is_weak(fault, pair),
                "shared": len(stated[pair.parameter, pair.cost]) > 1,
                "unfit": not is_named
                and (len(unlike[of]) > len(fits[of]) or self._is_alone(fault, pair, by)),
                "decay": fault.kind == "decay",
                "mean": fault.kind == "mean" and self._is_of_total(pair),
            }
            if kind := next((kind for kind, holds in doubts.items() if holds), None):
                others = pair.others if kind == "tied" else ()
                doubted[kind][pair.gradient] = pair.cost, *others
        for kind, own in doubted.items():
            of = self.few({cost for costs in own.values() for cost in costs})
            self.note(f"doubt_{kind}", cells=self.few(own), of=of)
        return {gradient for own in doubted.values() for gradient in own}

    def _is_alone(self, fault: Fault, pair: Pair, by: str) -> bool:
        """Tell whether nothing explains what no heading calls a gradient."""
        is_called = self.finder.headings.said(pair.gradient).kind == "gradient"
        return fault.kind == "other" and not is_called and by != "products"

    def _is_of_total(self, pair: Pair) -> bool:
        """Tell whether a gradient is called that of C, and its cost C_T."""
        of = self.finder.headings.said(pair.gradient).of
        total = self.finder.headings.said(pair.cost).name
        return bool(of) and total != of and total.startswith(of)

    def _explainer(self, wrong: Sequence[Pair], right: Sequence[Pair]) -> Explainer:
        """Measure the derivatives behind some wrong gradients; of many steps, the first ones."""
        stops = frozenset(self.finder.known.parameters)
        costs, size = [], 0
        for cost in costs_of((*wrong, *right)):
            size += len(self.book.cone([cost], stops))
            if costs and size > MOST_CELLS:
                break
            costs.append(cost)
        chain = ChainRule(self.book, stops, tuple(costs))
        if len(chain.cells) <= MOST_CELLS:
            chain.measure(self.engine)
        return Explainer(chain, [p for p in wrong if p.cost in costs] or wrong, right)

    def _broken(self, pairs: Sequence[Pair]) -> dict[Place, Place]:
        """Return cells that break a pattern and give a different number than the pattern would."""
        book, known = self.book, self.finder.known
        relevant = book.cone(
            {p for pair in pairs for p in (pair.cost, pair.gradient, pair.next) if p}
        )
        odd = {
            cell: shown for cell, shown in self.finder.breaks.items()
            if not relevant.isdisjoint((cell, shown)) and shown in book.patterns
            if known.reach(shown) and not any(map(known.depends_on_unread, (shown, cell)))
        }  # fmt: skip
        if not odd:
            return {}
        formulas, read = {}, set()
        for cell, shown in odd.items():
            down, right = (to - of for to, of in zip(cell[1:], shown[1:], strict=True))
            formulas[cell] = moved(book.formulas[shown], down, right)
            for reference in book.patterns[shown].references:
                read.update(book.inside(reference.area(cell)))
        copies = load_apart(self.engine, book, formulas, read)
        (expected,) = self.engine.rounds([{}], [copies[cell] for cell in formulas])
        return {
            cell: odd[cell] for cell, value in zip(formulas, expected, strict=True)
            if not book.formula(cell)
            or not close(number(value), book.number(cell), 1e-9)
        }  # fmt: skip

    def _slopes_only(self, roles: Roles) -> Audit:
        """Give the slopes of a sheet without stated gradients."""
        pairs = self.finder.unstated()
        if not pairs:
            self.note("nothing")
            return self.result()
        if self.finder.stated:
            self.note("unpaired", cells=self.few(self.finder.stated))
        return self._judged(replace(roles, pairs=pairs, chosen_by="headings", total=len(pairs)))


def costs_of(pairs: Iterable[Pair]) -> list[Place]:
    """Return the costs of some pairs, each once."""
    return [*dict.fromkeys(pair.cost for pair in pairs)]


def _fits(pairs: Iterable[Pair]) -> bool:
    """Tell whether one of some gradients is the slope of its cost."""
    return any(pair.verdict == RIGHT and pair.slope for pair in pairs)


def _is_weak(fault: Fault, pair: Pair) -> bool:
    """Tell whether a fault explains little: that of another cost could look the same."""
    is_odd = fault.kind == "factor" and not is_plain(pair.stated / pair.slope)
    return is_odd or fault.kind in {"other", "range"}


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
