"""Measure the slopes of pairs, and judge the stated gradients by them."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from xlnn.auditing.audit_report import RIGHT, UNSTATED, VAGUE, WRONG
from xlnn.auditing.book import Book
from xlnn.auditing.clock import OutOfTimeError
from xlnn.auditing.engines import Engine
from xlnn.auditing.notes import Notes
from xlnn.auditing.pairs import Pair, costs_of
from xlnn.auditing.roles import Finder
from xlnn.auditing.slopes import HALVES, Slope, measure
from xlnn.engines.scenarios import Place
from xlnn.errors import EngineError, Message

ROUNDS = 12
"""How often a cost is computed for a slope: 6 or 18 times."""

FEWEST_COSTS = 6
"""The number of steps, first and last ones, whose slopes are measured in any case."""

MOST_AT_ONCE = 3_000_000
"""Formulas that are computed before the slopes measured so far are kept: if the time is over
later, these are judged."""


def measured(finder: Finder, engine: Engine, pairs: Sequence[Pair]) -> list[Pair]:
    """Measure the slope of each pair and judge it; none if a parameter is not a number."""
    book, known = finder.book, finder.known
    reach = {cost: frozenset(known.cone(cost) & known.parameters) for cost in costs_of(pairs)}
    cells = set().union(*map(known.cone, reach))
    moved = cells & known.parameters
    numbers = {p: book.number(p) for p in moved}
    if any(np.isnan(value) for value in numbers.values()):
        return []
    engine.load(book.sheets(cells, moved))
    slopes = measure(engine, [(p.parameter, p.cost) for p in pairs], numbers, reach)
    sizes = [abs(s.value) for s in slopes if np.isfinite(s.value) and s.value]
    scale = float(np.median(sizes)) if sizes else 0.0
    return [
        replace(pair, slope=slope.value, stated=_stated(book, pair),
                verdict=_verdict(finder, pair, slope, scale))
        for pair, slope in zip(pairs, slopes, strict=True)
    ]  # fmt: skip


def _stated(book: Book, pair: Pair) -> float:
    """Return the stated gradient; where none is, the one by which an update is made."""
    stated = book.number(pair.gradient)
    if pair.rate is None:
        return stated
    return (book.number(pair.parameter) - stated) / pair.rate


def _verdict(finder: Finder, pair: Pair, slope: Slope, scale: float) -> str:
    if pair.gradient is None:
        return UNSTATED
    stated, known = _stated(finder.book, pair), finder.known
    if np.isnan(slope.value) or known.rounded(pair.cost) & known.bits[pair.parameter]:
        return VAGUE
    if np.isnan(stated):
        return WRONG
    if slope.is_near(stated):
        return VAGUE if slope.is_vague(scale) else RIGHT
    return VAGUE if _is_rounded_or_clipped(finder.book, pair, stated, slope) else WRONG


def _is_rounded_or_clipped(book: Book, pair: Pair, stated: float, slope: Slope) -> bool:
    """Tell whether a gradient is rounded, or clipped to a range."""
    pattern = book.pattern(pair.gradient)
    functions = pattern.functions if pattern else frozenset()
    is_clipped = functions >= {"MIN", "MAX"} or "MEDIAN" in functions
    is_between = is_clipped and 0 <= stated / (slope.value or 1.0) < 1
    return book.rounds(pair.gradient) or is_between


def measured_in_time(
    finder: Finder, engine: Engine, pairs: Sequence[Pair], notes: Notes
) -> list[Pair]:
    """Measure the slopes of pairs in their order; of some of them, if the time is over before."""
    most = max(Counter(pair.cost for pair in pairs).values(), default=0)
    cells = sum(len(finder.known.cone(cost)) for cost in costs_of(pairs))
    parts = max(1, round(len(HALVES) * 2 * most * cells / MOST_AT_ONCE))
    results: list[Pair] = []
    # a part has parameters of all steps, which are moved at once
    groups: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[f"{pair.group} {pair.name}"].append(pair)
    every = [*groups.values()]
    for n in range(min(parts, len(every))):
        notes.begin(
            Message("Measuring slopes, {done:,} of {total:,}", done=len(results), total=len(pairs))
        )
        try:
            results += measured(
                finder, engine, [pair for group in every[n::parts] for pair in group]
            )
        except OutOfTimeError:
            notes.add_late()
            break
        except EngineError:
            notes.add_failed(dict.fromkeys(pair.cost[0] for pair in pairs), engine.name)
            break
    order = {(pair.parameter, pair.gradient): n for n, pair in enumerate(pairs)}
    return sorted(results, key=lambda pair: order[pair.parameter, pair.gradient])


def affordable(finder: Finder, engine: Engine, pairs: Sequence[Pair]) -> list[Pair]:
    """Return the pairs that an engine can measure: those of the first and last steps, and more."""
    steps = Counter(pair.cost for pair in pairs)
    costs, most = [*steps], max(steps.values())

    def work() -> float:
        formulas = sum(len(finder.known.cone(cost)) for cost in costs)
        return ROUNDS * most * formulas / engine.most_work

    while len(costs) > FEWEST_COSTS and work() > 1:
        costs = [*costs[:2], *costs[2:-2:2], *costs[-2:]]
    apart = max(1, round(work()))
    seen = Counter[Place]()
    kept = []
    for pair in pairs:
        if pair.cost in costs:
            if pair.gradient in finder.breaks or seen[pair.cost] % apart == 0:
                kept.append(pair)
            seen[pair.cost] += 1
    return kept
