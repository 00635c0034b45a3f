"""Audit a workbook: measure the slopes of its cost, and compare the gradients that it states."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from openpyxl.formula.translate import Translator

from xlnn.address import address
from xlnn.auditing.audits import RIGHT, UNSTATED, VAGUE, WRONG, Audit, Finding, Judged, Note
from xlnn.auditing.book import MOST_NAMED, Book, Shape, read
from xlnn.auditing.chain import MOST_CELLS, Chain
from xlnn.auditing.faults import Case, Explainer, Fault, close, is_plain
from xlnn.auditing.headings import Meaning
from xlnn.auditing.machines import IronCalc, LibreOffice, second_opinion
from xlnn.auditing.options import chosen
from xlnn.auditing.products import by_products, implied, residuals
from xlnn.auditing.roles import Finder, Pair, Roles
from xlnn.auditing.slopes import Slope, measure, number
from xlnn.auditing.steps import Steps
from xlnn.engines.cellwise import Held, Place, Sheets
from xlnn.errors import EngineError
from xlnn.grid import CellError

REPRODUCED = 1e-6
"""How far a recalculated value may be from the stored one, relatively: rounding grows from step to
step of a training, in a thousand steps to some 1e-9."""

ROUNDS = 12
"""How often a cost is computed for a slope: 6 or 18 times."""

NOTHING = Meaning("", "")

NEAR = 0.02
"""How near a wrong gradient has to be to the slope to be that of nothing else, relatively."""

MOST_STEPS = 40
"""Steps for which a cost that no cell states is made up."""

MOST_TRIED = 6
"""Gradients of a kind with which the cells that may be their cost are tried."""

Tell = Callable[[str], None]


def audit(
    path: Path | str,
    *,
    cost: str | None = None,
    parameters: str | None = None,
    gradients: str | None = None,
    tell: Tell = lambda _: None,
) -> Audit:
    """Audit a workbook that anyone made.

    Parameters
    ----------
    path : Path or str
    cost, parameters, gradients : str
        Cells and ranges, as "Net!B6" and "Net!B2:D4"; found by themselves where they are not given.
    tell : function
        Is told what is being done.

    Returns
    -------
    Audit

    Raises
    ------
    WorkbookError
        The file cannot be read.
    EngineError
        It took more time or memory than it may.
    OptionsError
        A cell or range is not in the workbook.
    """
    path = Path(path)
    tell("Reading")
    book = read(path)
    if not book.formulas:
        return _without_formulas(book)
    box = sum(len(cells) for cells in book.filled.values())
    machine = IronCalc(path, len(book.formulas), box)
    try:
        return _Auditing(book, machine, tell).run(cost, parameters, gradients)
    finally:
        machine.close()


def _without_formulas(book: Book) -> Audit:
    """Say of a file without formulas what it holds: pasted values where it states gradients."""
    values = dict(book.constants)
    finder = Finder(book, values)
    stated = [p for p, m in finder.meanings.items() if m.kind == "gradient"]
    if stated:
        found = Finding("pasted", {}, book.shown(stated))
        return Audit(str(book.path), findings=(found,), notes=(Note("no_formulas"),))
    return Audit(str(book.path), notes=(Note("no_formulas"),))


class _Auditing:
    """An audit of one workbook."""

    def __init__(self, book: Book, machine: IronCalc, tell: Tell) -> None:
        self.book, self.tell = book, tell
        self.first = machine
        self.machine: IronCalc | LibreOffice = machine
        self.notes: list[Note] = []

    def run(self, cost: str | None, parameters: str | None, gradients: str | None) -> Audit:
        book = self.book
        self.values: dict[Place, Held] = book.constants | book.stored
        if any(self.values.get(place) is None for place in (*book.formulas, *book.owner)):
            self.tell("Recalculating")
            if failed := self._recalculate(book.sheets()):
                self.note("uncomputed", cells=self.few(failed))
        if book.last:
            rows = (f"{book.lower[title]} 1–{row:,}" for title, row in book.last.items())
            self.note("window", count=f"{len(book.formulas):,}", rows=", ".join(rows))
        if book.brings:
            self.note("brings", what=", ".join(sorted(book.brings)))
        if book.aside:
            self.note("aside", cells=self.few(book.aside), why=", ".join(
                sorted(set(book.aside.values()))[:MOST_NAMED]))  # fmt: skip
        self.tell("Finding the cost, the parameters and the gradients")
        self.finder = Finder(book, self.values)
        if cost or parameters or gradients:
            roles = chosen(book, self.values, self.finder, cost, parameters, gradients)
            return self._judged(roles)
        roles = self.finder.find()
        if not roles.pairs:
            roles = self._implied(roles)
        if roles.pairs:
            return self._judged(self._best(roles))
        return self._slopes_only(roles)

    def _recalculate(self, sheets: Sheets) -> list[Place]:
        """Recalculate some cells; return those that no engine computes as they are stored.

        If IronCalc does not reproduce them, or cannot compute them, LibreOffice is asked; if it
        does, it computes the slopes as well.
        """
        places = [*sheets.formulas, *sheets.constants]
        places += [p for p, first in self.book.owner.items() if first in sheets.formulas]
        tried: list[tuple[list[Place], IronCalc | LibreOffice, dict[Place, Held]]] = []
        other = second_opinion(len(sheets.formulas)) if self.machine is self.first else None
        for machine in filter(None, (self.machine, other)):
            try:
                machine.load(sheets)
                (found,) = machine.rounds([{}], places)
            except EngineError:
                if machine is self.machine:
                    raise
                break
            values = self.values | dict(zip(places, found, strict=True))
            tried.append((self._unlike(places, values), machine, values))
            if not tried[-1][0]:
                break
        unlike, machine, self.values = min(tried, key=lambda each: len(each[0]))
        if machine is not self.machine:
            self.note("second", cells=self.few(tried[0][0]), engine=machine.name)
            self.machine = machine
        return unlike

    def note(self, kind: str, **said: str) -> None:
        self.notes.append(Note(kind, said))

    def few(self, places: Iterable[Place]) -> str:
        """Name some cells: the first of many."""
        return self.book.shown(places, MOST_NAMED)

    def result(self, judged: Sequence[Judged] = (), findings: Sequence[Finding] = ()) -> Audit:
        return Audit(str(self.book.path), tuple(judged), tuple(findings), tuple(self.notes))

    # What it cannot judge

    def _unlike(self, places: Iterable[Place], values: Mapping[Place, Held]) -> list[Place]:
        """Return cells that are not computed, or otherwise than their stored values say."""
        book = self.book
        unlike = set()
        for place in places:
            stored, found = book.stored.get(place), values.get(place)
            if not book.formula(place):
                continue
            if stored is None:
                is_unlike = isinstance(found, CellError)
            elif isinstance(stored, bool | str) or not isinstance(found, float | int):
                was_error, is_error = (isinstance(v, CellError) for v in (stored, found))
                was_number = isinstance(stored, float | int) and not isinstance(stored, bool)
                is_unlike = was_error != is_error or was_number
            else:
                is_unlike = abs(found - stored) > REPRODUCED * max(abs(found), abs(stored), 1e-9)
            if is_unlike:
                unlike.add(place)
        return sorted(p for p in unlike if unlike.isdisjoint(set(book.reads(p)) - {p}))

    def _reproduced(self, pairs: Sequence[Pair]) -> list[Place]:
        """Recalculate what leads from the parameters to costs and gradients, and compare it."""
        stops = self.finder.parameters
        ends = {p for pair in pairs for p in (pair.cost, pair.gradient) if p}
        cells = self.book.cone(ends, stops)
        unlike = self._recalculate(self.book.sheets(cells, cells & stops, self.values))
        return [p for p in unlike if p not in stops and self.book.stored.get(p) is not None]

    # Costs that are not stated, and gradients without headings

    def _implied(self, roles: Roles) -> Roles:
        """Try costs whose slopes are outputs minus targets, one for the parameters of each step."""
        book, finder = self.book, self.finder
        found = residuals(book, self.values)
        steps: dict[int, list[tuple[Place, Place, Place]]] = defaultdict(list)
        for each in found if finder.parameters else ():
            if reached := finder.reach(each[1]):
                steps[reached].append(each)
        for by, groups in (("headings", [*steps.values()]), ("products", [found])):
            texts = {}
            for own in groups[:MOST_STEPS] if found else ():
                title = own[0][0][0]
                bottom = max(r for r, _ in book.filled[title.casefold()])
                texts[title, bottom + 3 + len(texts), 1] = dict(implied(own))
            if texts and all(texts.values()):
                pairs = self._tried(texts, by, found)
                if pairs:
                    total = max(len(pairs), roles.total)
                    return replace(roles, pairs=pairs, chosen_by=by, total=total)
        return roles

    def _tried(
        self, texts: Mapping[Place, Mapping[str, str]], by: str,
        found: Sequence[tuple[Place, Place, Place]],
    ) -> list[Pair]:  # fmt: skip
        """Return pairs with the implied costs of which most gradients are the slopes."""
        book, names = self.book, [*next(iter(texts.values()))]
        self._state(texts, names[0])
        self.values |= dict.fromkeys(texts, 0.0)
        if by == "products":
            forward = book.cone([y for _, y, _ in found])
            pairs = by_products(book, forward, next(iter(texts)))
            self.finder.take({pair.parameter for pair in pairs})
        else:
            self.finder = Finder(book, self.values)
            pairs = [
                replace(pair, cost=cost, others=())
                for pair in self.finder.find().pairs
                for cost in (pair.cost, *pair.others) if cost in texts
            ]  # fmt: skip
        right: dict[str, int] = {}
        for name in names if pairs else ():
            self._state(texts, name)
            slopes = self._measured(pairs)
            if slopes is None:
                continue
            right[name] = sum(
                self._verdict(p, s, 0.0) == RIGHT for p, s in zip(pairs, slopes, strict=True)
            )
            if right[name] == len(pairs):
                break
        best = max(right, key=right.__getitem__, default="")
        if not right.get(best):
            book.take_back(texts)
            for place in texts:
                del self.values[place]
            return []
        self._state(texts, best)
        self.implied = {*texts}
        self.note("implied", cost=best, cells=self.few(p for p, _, _ in found))
        return pairs

    implied: frozenset[Place] | set[Place] = frozenset()

    def _state(self, texts: Mapping[Place, Mapping[str, str]], name: str) -> None:
        self.book.state({place: each[name] for place, each in texts.items()})

    # Slopes

    def _measured(self, pairs: Sequence[Pair]) -> list[Slope] | None:
        """Measure the slope of each pair; None if a cost is not a number."""
        stops = self.finder.parameters
        reach, cells = {}, set()
        for cost in {pair.cost for pair in pairs}:
            cone = self.finder.cone(cost)
            cells |= cone
            reach[cost] = frozenset(cone & stops)
        numbers = {p: number(self.values.get(p)) for p in cells & stops}
        if any(np.isnan(v) for v in numbers.values()):
            return None
        self.machine.load(self.book.sheets(cells, cells & stops, self.values))
        return measure(self.machine, [(p.parameter, p.cost) for p in pairs], numbers, reach)

    def _verdict(self, pair: Pair, slope: Slope, scale: float) -> str:
        if pair.gradient is None:
            return UNSTATED
        stated = self._stated(pair)
        if np.isnan(slope.value) or self._is_stepped(pair):
            return VAGUE
        if np.isnan(stated):
            return WRONG
        if slope.is_near(stated):
            return VAGUE if slope.is_vague(scale) else RIGHT
        return VAGUE if self._is_cut(pair, stated, slope) else WRONG

    def _is_cut(self, pair: Pair, stated: float, slope: Slope) -> bool:
        """Tell whether a gradient is rounded, or clipped to a range."""
        shape = self.book.pattern(pair.gradient)
        called = shape.functions if shape else frozenset()
        is_clipped = called >= {"MIN", "MAX"} or "MEDIAN" in called
        is_rounded = self.book.owner.get(pair.gradient, pair.gradient) in self.book.stepped
        return is_rounded or (is_clipped and 0 <= stated / (slope.value or 1.0) < 1)

    def _stated(self, pair: Pair) -> float:
        """Return the gradient that is stated, or by which a step is taken."""
        stated = number(self.values.get(pair.gradient))
        if pair.rate is None:
            return stated
        return (number(self.values.get(pair.parameter)) - stated) / pair.rate

    def _is_stepped(self, pair: Pair) -> bool:
        """Tell whether a cost rounds what depends on the parameter."""
        owner, bits = self.book.owner, self.finder.bits
        return any(
            self.finder.reach(p) & bits[pair.parameter]
            for p in (self.finder.cone(pair.cost) if self.book.stepped else ())
            if owner.get(p, p) in self.book.stepped and p not in bits
        )

    def _best(self, roles: Roles) -> Roles:
        """Choose among several cells that may be the cost: the one whose slopes are stated."""
        pattern = self.book.pattern
        alike: dict[tuple[object, ...], list[Pair]] = defaultdict(list)
        for pair in roles.pairs:
            alike[pair.gradient[0], *map(pattern, (pair.cost, *pair.others))].append(pair)
        tried: list[Pair] = []
        for own in alike.values():
            few = [*own[:: max(1, len(own) // MOST_TRIED)], *own[-2:]] if own[0].others else []
            for pair in few:
                tried += [replace(pair, cost=cost) for cost in (pair.cost, *pair.others)]
        slopes = self._measured(tried) if tried else None
        if slopes is None:
            return roles
        right = {
            (pair.gradient, pair.cost)
            for pair, slope in zip(tried, slopes, strict=True)
            if self._verdict(pair, slope, 0.0) == RIGHT and slope.value
        }
        chosen: dict[Pair, Pair] = {}
        for own in alike.values():
            turns = [
                sum((pair.gradient, cost) in right for pair, cost in each)
                for each in zip(*([(p, c) for c in (p.cost, *p.others)] for p in own), strict=False)
            ]
            turn = turns.index(max(turns))
            for pair in own:
                chosen[pair] = replace(pair, cost=(pair.cost, *pair.others)[turn])
        return replace(roles, pairs=[chosen[pair] for pair in roles.pairs])

    # Judging

    def _judged(self, roles: Roles) -> Audit:
        book = self.book
        roles = replace(roles, pairs=self._some(roles.pairs))
        unlike = self._reproduced(roles.pairs)
        if unlike:
            self.note("unlike", cells=self.few(unlike), count=str(len(unlike)))
            return self.result()
        is_stored = any(value is not None for value in book.stored.values())
        self.note("engine" if is_stored else "engine_alone", engine=self.machine.name)
        self.tell("Measuring slopes")
        slopes = self._measured(roles.pairs)
        if slopes is None:
            self.note("no_number")
            return self.result()
        sizes = [abs(s.value) for s in slopes if np.isfinite(s.value) and s.value]
        scale = float(np.median(sizes)) if sizes else 0.0
        verdicts = [self._verdict(p, s, scale) for p, s in zip(roles.pairs, slopes, strict=True)]
        pairs = self._named(roles.pairs)
        self._tell_roles(roles, pairs)
        if book.last and verdicts.count(WRONG) > verdicts.count(RIGHT):
            # the right ones may depend on rows that were not read, and these be of another cost
            wrong = [p for p, v in zip(pairs, verdicts, strict=True) if v == WRONG]
            costs = {p.cost for p in wrong}
            self.note("doubt_unfit", cells=self.few(p.gradient for p in wrong), of=self.few(costs))
            verdicts = [VAGUE if v == WRONG else v for v in verdicts]
        self.tell("Looking for faults")
        findings, doubted = self._findings(pairs, slopes, verdicts, roles.chosen_by)
        verdicts = [
            VAGUE if p.gradient in doubted else v for p, v in zip(pairs, verdicts, strict=True)
        ]
        judged = [
            Judged(
                pair.name, book.at(pair.parameter), book.at(pair.gradient) if pair.gradient else "",
                "" if pair.cost in self.implied else book.at(pair.cost),
                _finite(self._stated(pair)), _finite(slope.value), verdict,
            )
            for pair, slope, verdict in zip(pairs, slopes, verdicts, strict=True)
        ]  # fmt: skip
        vague = {p.gradient for p, v in zip(pairs, verdicts, strict=True) if v == VAGUE} - doubted
        if vague:
            self.note("vague", cells=self.few(vague), count=str(len(vague)))
        if roles.total > len(pairs):
            self.note("some", count=str(len(pairs)), total=str(roles.total))
        return self.result(judged, findings)

    def _some(self, pairs: Sequence[Pair]) -> list[Pair]:
        """Return the pairs to measure: of many, those of the first and last steps, and some."""
        steps = Counter(pair.cost for pair in pairs)
        costs, most = [*steps], max(steps.values())

        def work() -> float:
            formulas = sum(len(self.finder.cone(cost)) for cost in costs)
            return ROUNDS * most * formulas / self.machine.most_work

        while len(costs) > MOST_TRIED and work() > 1:
            costs = [*costs[:2], *costs[2:-2:2], *costs[-2:]]
        apart = max(1, round(work()))
        seen: Counter[Place] = Counter()
        found = []
        for pair in pairs:
            if pair.cost in costs:
                is_odd = pair.gradient in self.finder.breaks
                if is_odd or seen[pair.cost] % apart == 0:
                    found.append(pair)
                seen[pair.cost] += 1
        return found

    def _named(self, pairs: Sequence[Pair]) -> list[Pair]:
        """Give each parameter of a step a name of its own."""
        counted = Counter((p.cost, p.name) for p in pairs)
        many = {name for (_, name), count in counted.items() if count > 1 and name}
        columns: dict[tuple[str, int], list[Pair]] = defaultdict(list)
        for pair in pairs:
            columns[pair.parameter[0], pair.parameter[2]].append(pair)
        own = []
        for pair in pairs:
            where = self.book.at(pair.parameter)
            if not pair.name:
                line = columns[pair.parameter[0], pair.parameter[2]]
                is_chain = len({p.cost for p in line}) == len(line)
                first = self.book.at(min(p.parameter for p in line))
                own.append(replace(pair, name=first if is_chain else where))
            elif pair.name in many and pair.name != where:
                own.append(replace(pair, name=f"{pair.name} {address(*pair.parameter[1:])}"))
            else:
                own.append(pair)
        return own

    def _tell_roles(self, roles: Roles, pairs: Sequence[Pair]) -> None:
        shown = self.few
        if not self.implied:
            self.note("cost", cells=shown({p.cost for p in pairs}))
        self.note("parameters", cells=shown({p.parameter for p in pairs}), how=roles.chosen_by)
        if any(p.gradient for p in pairs):
            self.note("gradients", cells=shown({p.gradient for p in pairs if p.gradient}))
        used = {c for p in pairs if p.next for c in self.finder.updates[p.parameter].moved_by}
        rates = used & self.finder.rates
        if rates:
            self.note("rate", cells=shown(rates))
        for two in dict.fromkeys(roles.ambiguous[:1]):
            self.note("ambiguous", cells=two)

    def _findings(
        self,
        pairs: Sequence[Pair],
        slopes: Sequence[Slope],
        verdicts: Sequence[str],
        by: str,
    ) -> tuple[list[Finding], set[Place]]:
        """Explain what is wrong, and name the gradients that may be those of something else."""
        cases = {
            pair: Case(
                pair.name, pair.parameter, pair.gradient, pair.cost,
                self._stated(pair), slope.value,
            )
            for pair, slope in zip(pairs, slopes, strict=True) if pair.gradient
        }  # fmt: skip
        wrong = [p for p, v in zip(pairs, verdicts, strict=True) if v == WRONG]
        right = [p for p, v in zip(pairs, verdicts, strict=True) if v == RIGHT]
        broken = self._broken(pairs)
        found: dict[tuple[str, str, tuple[Place, ...]], tuple[Fault, list[str]]] = {}
        for cell in broken:
            fault = self._break(cell, broken)
            found[fault.kind, "", fault.cells] = fault, []
        explained = self._explained(wrong, right, cases, broken)
        named = by == "options"  # by a person, who knows which cells belong together
        doubted = set() if named else self._doubted(explained, [cases[p] for p in right], by)
        for fault, every in explained:
            own = [case for case in every if case.gradient not in doubted]
            if not own:
                continue
            is_alike = fault.kind in {"factor", "mean", "sum", "sign", "twice", "typed", "other"}
            key = fault.kind, str(sorted(fault.said.items())), () if is_alike else fault.cells
            if fault.kind in {"break", "typed"} and (fault.kind, "", fault.cells) in found:
                key = fault.kind, "", fault.cells
            names = [c.name for c in own]
            if key in found:
                fault = replace(  # noqa: PLW2901 -- joined with what is alike
                    fault, cells=tuple(dict.fromkeys((*found[key][0].cells, *fault.cells)))
                )
                names = [*found[key][1], *names]
            found[key] = fault, names
        findings = [
            Finding(fault.kind, fault.said, self.few(fault.cells), tuple(dict.fromkeys(names)))
            for fault, names in found.values()
        ]
        steps = Steps(self.finder, pairs, cases).findings()
        told = {each.cells for each in steps}
        kept = [f for f in findings if f.kind != "break" or f.names or f.cells not in told]
        return kept + steps, doubted

    def _explained(
        self,
        wrong: Sequence[Pair],
        right: Sequence[Pair],
        cases: Mapping[Pair, Case],
        broken: Mapping[Place, Place],
    ) -> list[tuple[Fault, list[Case]]]:
        """Return the likeliest fault of each wrong gradient."""
        left = []
        explained: list[tuple[Fault, list[Case]]] = []
        for pair in wrong:
            behind = self.book.cone([pair.gradient, pair.cost], self.finder.parameters)
            own = [c for c in broken if c in behind]
            if own:
                explained.append((self._break(own[0], broken), [cases[pair]]))
            else:
                left.append(pair)
        if left:
            explainer = self._explainer([cases[p] for p in left], [cases[p] for p in right])
            explained += explainer.layers()
            done = {c.gradient for _, own in explained for c in own}
            groups: dict[tuple[str, Shape | None], list[Case]] = defaultdict(list)
            for pair in left:
                if pair.gradient not in done:
                    groups[pair.name, self.book.pattern(pair.gradient)].append(cases[pair])
            for own in groups.values():
                numbers = [c for c in own if np.isfinite(c.stated)]
                fault = Fault("error", {}, tuple(c.gradient for c in own))
                explained.append((explainer.explain(numbers) if numbers else fault, own))
        return explained

    def _break(self, cell: Place, broken: Mapping[Place, Place]) -> Fault:
        kind = "break" if self.book.formula(cell) else "typed"
        return Fault(kind, {"like": self.book.at(broken[cell])}, (cell,))

    def _doubted(
        self, explained: Sequence[tuple[Fault, Sequence[Case]]], right: Sequence[Case], by: str
    ) -> set[Place]:
        """Return the gradients that may be those of something else, and say so.

        An accusation needs evidence: a fault in words, or other gradients that are the slopes of
        the same cost, or are near them. Formulas count once, in how many steps they may be.
        """
        pattern = self.book.pattern
        fits: dict[Shape | None, set[Shape | None]] = defaultdict(set)
        unlike: dict[Shape | None, set[Shape | None]] = defaultdict(set)
        for case in right:
            if case.slope:
                fits[pattern(case.cost)].add(pattern(case.gradient))
        for fault, own in explained:
            for case in own:
                is_near = abs(case.stated - case.slope) <= NEAR * abs(case.slope)
                is_odd = fault.kind == "factor" and not is_plain(case.stated / case.slope)
                is_weak = is_odd or fault.kind in {"other", "range"}
                which = unlike if is_weak and not is_near else fits
                which[pattern(case.cost)].add(pattern(case.gradient))
        doubted: dict[str, dict[Place, Place]] = defaultdict(dict)
        for fault, own in explained:
            for case in own:
                kind = pattern(case.cost)
                is_named = self.finder.meanings.get(case.gradient, NOTHING).kind == "gradient"
                is_alone = fault.kind == "other" and not is_named and by != "products"
                if len(unlike[kind]) > len(fits[kind]) or is_alone:
                    doubted["unfit"][case.gradient] = case.cost
                elif fault.kind == "decay" or (fault.kind == "mean" and self._is_total_of(case)):
                    doubted[fault.kind][case.gradient] = case.cost
        for kind, own in doubted.items():
            self.note(f"doubt_{kind}", cells=self.few(own), of=self.few(set(own.values())))
        return {gradient for own in doubted.values() for gradient in own}

    def _is_total_of(self, case: Case) -> bool:
        """Tell whether a gradient is said to be of C, and the cost is called C_total."""
        of = self.finder.meanings.get(case.gradient, NOTHING).of
        name = self.finder.meanings.get(case.cost, NOTHING).name
        return bool(of) and name != of and name.startswith(of)

    def _explainer(self, wrong: Sequence[Case], right: Sequence[Case]) -> Explainer:
        """Measure the derivatives behind some wrong gradients; of many steps, the first ones."""
        stops = frozenset(self.finder.parameters | {c.parameter for c in (*wrong, *right)})
        costs, size = [], 0
        for cost in dict.fromkeys(c.cost for c in (*wrong, *right)):
            size += len(self.book.cone([cost], stops))
            if costs and size > MOST_CELLS:
                break
            costs.append(cost)
        chain = Chain(self.book, stops, tuple(costs))
        numbers = {p: number(v) for p, v in self.values.items()}
        numbers = {p: v for p, v in numbers.items() if np.isfinite(v)}
        if len(chain.cells) <= MOST_CELLS:
            chain.measure(self.machine, numbers)
        return Explainer(chain, [c for c in wrong if c.cost in costs] or wrong, right, numbers)

    # Rows that break a pattern, and steps

    def _broken(self, pairs: Sequence[Pair]) -> dict[Place, Place]:
        """Return cells that break a pattern and give another number than it would give there."""
        book = self.book
        ends = {p for pair in pairs for p in (pair.cost, pair.gradient, pair.next) if p}
        relevant = book.cone(ends)
        odd = {
            cell: shown
            for cell, shown in self.finder.breaks.items()
            if (cell in relevant or shown in relevant) and self.finder.reach(shown)
            if shown in book.shapes and not (self.finder.is_cut(shown) or self.finder.is_cut(cell))
        }
        formulas, beside, bottom, read = {}, {}, {}, set()
        for cell, shown in odd.items():
            row = bottom.setdefault(cell[0], max(r for r, _ in book.filled[cell[0].casefold()]) + 5)
            beside[cell] = cell[0], row, 1
            bottom[cell[0]] += 2
            text = book.formulas[shown]
            moved = Translator(text, address(*shown[1:])).translate_formula(address(*cell[1:]))
            formulas[beside[cell]] = moved
            for area in book.shapes[shown].areas(cell):
                read.update(book.inside(area))
        if not formulas:
            return {}
        constants = {p: self.values.get(p) for p in read}
        self.machine.load(Sheets(book.titles, formulas, constants, {}, book.named))
        expected = self.machine.rounds([{}], list(beside.values()))[0]
        found = {}
        for cell, value in zip(beside, expected, strict=True):
            is_same = close(number(value), number(self.values.get(cell)), 1e-9)
            if not book.formula(cell) or not is_same:
                found[cell] = odd[cell]
        return found

    # Without gradients

    def _slopes_only(self, roles: Roles) -> Audit:
        pairs = self.finder.unstated()
        if not pairs:
            self.note("nothing")
            return self.result()
        if self.finder.stated_names:
            self.note("unpaired", cells=self.few(self.finder.stated_names))
        return self._judged(replace(roles, pairs=pairs, chosen_by="headings", total=len(pairs)))


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
