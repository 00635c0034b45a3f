"""Find the updates of parameters, w − ηg, and compare them with the stated gradients."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import numpy as np

from xlnn.auditing.book import is_cell
from xlnn.auditing.dependence import reach_of
from xlnn.auditing.faults import Fault
from xlnn.auditing.formula import Factor, Pattern, Reference, Term
from xlnn.auditing.headings import Headings, old
from xlnn.auditing.pairs import Pair
from xlnn.auditing.slopes import close
from xlnn.engines.scenarios import Place

SAME = 1e-4
"""How near two rates have to be to be one, relatively: a step may round elsewhere than the stated
gradient does, as with a constant e of six digits; the gradient of another unit is off by more."""

ROUNDING = 1e-9
"""The size below which a gradient may be rounding alone, relative to its parameter and to the
largest gradient of its cost: where the rows add up to 0, engines round the sum differently."""

MOST_BETWEEN = 3
"""The most cells between an update and its gradient, such as a mean or a product."""


@dataclass(frozen=True)
class Update:
    """A parameter that is another cell minus a product.

    Attributes
    ----------
    new, old : Place
    moved_by : tuple of Place
        The cells in the product: a gradient, a rate, or what was made of them.
    sign : int
        The sign of the product; 1 if the update climbs.
    literal : float or None
        A number in the product.
    is_inline : bool
        Whether the gradient is computed in the product itself, and stands in no cell.
    """

    new: Place
    old: Place
    moved_by: tuple[Place, ...]
    sign: int
    literal: float | None = None
    is_inline: bool = False


class Updates:
    """The updates of a workbook.

    Parameters
    ----------
    headings : Headings
    """

    def __init__(self, headings: Headings) -> None:
        self.book, self.headings = headings.book, headings

    @cached_property
    def every(self) -> list[Update]:
        """Return all updates."""
        updates = [update for update in self._sums if self._is_update(update)]
        new = {update.new for update in updates}
        _, others = reach_of(self.book, dict.fromkeys(new.union(u.old for u in updates), 1))
        # a cell computed from parameters is not a parameter, unless an update makes it
        return [u for u in updates if u.old in new or not others.get(u.old)]

    @cached_property
    def of(self) -> dict[Place, Update]:
        """Return the first update that starts from each parameter."""
        return {update.old: update for update in reversed(self.every)}

    @cached_property
    def made(self) -> set[Place]:
        """Return the cells that updates compute."""
        return {update.new for update in self.every}

    @cached_property
    def _sums(self) -> list[Update]:
        """Return all cells that are a cell plus or minus something, updates or not."""
        return [
            update
            for place, pattern in self.book.patterns.items() if _may_update(pattern)
            for new in self.book.filled_by(place) if (update := self._update(new))
        ]  # fmt: skip

    def _update(self, new: Place) -> Update | None:
        terms = self.book.terms(new)
        start = next((t.alone for t in terms if t.sign > 0 and is_cell(t.alone)), None)
        rest = [term for term in terms if term != Term(1, (Factor(start, is_divisor=False),))]
        factors = [factor for term in rest for factor in term.factors]
        moved = tuple(f.what for f in factors if is_cell(f.what) and not f.is_divisor)
        if start is None or not moved:
            return None
        sign = max(term.sign for term in rest)
        literal = next((f.what for f in reversed(factors) if isinstance(f.what, float)), None)
        is_inline = any(factor.what is None for factor in factors)
        return Update(new, start, moved, sign, literal, is_inline)

    def _is_update(self, update: Update) -> bool:  # noqa: PLR0911 -- a sign each
        """Tell whether a sum leads from a parameter to the next one."""
        new, start, meaning = update.new, update.old, self.headings.said
        are_numbers = self.book.is_number(start) and self.book.is_number(new)
        if not are_numbers or start in update.moved_by:
            return False
        kinds = {self.headings.said(cell).kind for cell in update.moved_by}
        says_so = bool(kinds & {"gradient", "rate"})
        if update.sign > 0 and not says_so:
            return False
        after, before = meaning(new), meaning(start)
        if after.name and before.name and "gradient" in {after.kind, before.kind}:
            return False
        if before.kind == "cost" and not says_so:  # a bias may be called c
            return False
        if says_so and (not after.name or not before.name or old(after.name) == old(before.name)):
            return True
        if kinds >= {"gradient", "rate"}:
            return True
        if new[0] == start[0] and new[2] == start[2] and new[1] > start[1]:
            return True
        if new[0] == start[0] and new[1] == start[1] and new[2] > start[2]:
            beyond = new[0], new[1], 2 * new[2] - start[2]
            return self.book.pattern(beyond) == self.book.pattern(new)
        if after.name and old(after.name) == old(before.name):
            return len(update.moved_by) > 1 or update.literal is not None
        return False

    # Gradients and rates

    def gradient_of(self, update: Update) -> Place | None:
        """Return the cell of a product that is the gradient: the one that is not a rate."""
        if update.is_inline:
            return None
        return self._gradient(update.moved_by, update.old, MOST_BETWEEN)

    def _gradient(self, cells: Sequence[Place], start: Place, depth: int) -> Place | None:
        gradients = [cell for cell in cells if self.headings.said(cell).kind == "gradient"]
        if len(gradients) == 1:
            return gradients[0]
        free = [cell for cell in cells if cell not in self.rates]
        moving = [cell for cell in free if self.book.formula(cell)] or free
        if len(moving) != 1:
            return None
        (cell,) = moving
        terms = self.book.terms(cell) if depth else ()
        factors = [factor for term in terms for factor in term.factors]
        is_mean = any(c[0] == cell[0] and c[2] == cell[2] for c in self.book.reads(cell))
        is_ratio = len(terms) == 1 and factors[-1].is_divisor
        if len(factors) > 1 and not is_ratio and (is_mean or len(cells) == 1):
            # what is subtracted is the product itself, or a mean of gradients over steps
            within = [factor.what for factor in factors if is_cell(factor.what)]
            further = [c for c in within if c != start and c[::2] != cell[::2]]
            inner = self._gradient(further, start, depth - 1)
            if inner and not self.rates.isdisjoint(within):
                return inner
        return cell

    @cached_property
    def called_rates(self) -> frozenset[Place]:
        """Return the cells that headings call rates."""
        return frozenset(p for p, m in self.headings.meanings.items() if m.kind == "rate")

    @cached_property
    def rates(self) -> frozenset[Place]:
        """Return the cells that multiply gradients: called so, or typed in and in many products."""
        counted = Counter(
            cell
            for update in self._sums
            if self.book.is_number(update.old) and len(update.moved_by) > 1 and update.sign < 0
            for cell in update.moved_by
            if not self.book.formula(cell)
        )
        return self.called_rates | {cell for cell, count in counted.items() if count > 1}

    def rate_of(self, update: Update) -> float | None:
        """Return the rate of an update whose gradient stands in no cell, if it is one number."""
        rate_cells = [c for c in update.moved_by if c in self.rates and not self.book.formula(c)]
        text = self.book.formula(update.new) or ""
        if "SQRT" in text.upper() or update.old not in self.book.reads(update.new):
            return None
        if len(rate_cells) == 1 and update.literal is None:
            return self.book.number(rate_cells[0]) or None
        return update.literal or None if not rate_cells else None


def _may_update(pattern: Pattern) -> bool:
    """Tell whether a formula adds up two or three terms, of which two multiply cells."""
    multiply = [any(isinstance(f.what, Reference) for f in term.factors) for term in pattern.terms]
    return 2 <= len(multiply) <= 3 and sum(multiply) > 1


# What is wrong with updates


def wrong_updates(updates: Updates, pairs: Sequence[Pair]) -> Iterator[Fault]:
    """Yield what is wrong with the updates of some parameters."""
    rates: dict[Pair, float] = {}
    largest: dict[Place, float] = defaultdict(float)
    for pair in pairs:
        largest[pair.cost] = max(largest[pair.cost], abs(np.nan_to_num(pair.stated)))
    for pair in pairs:
        start, after = map(updates.book.number, (pair.parameter, pair.next))
        least = ROUNDING * max(abs(start), largest[pair.cost])
        if pair.next and abs(pair.stated) > least and _takes_gradient(updates, pair):
            rates[pair] = (start - after) / pair.stated
    rates = {pair: rate for pair, rate in rates.items() if np.isfinite(rate)}
    for group in _of_one_rate(updates, rates):
        yield from _of_another_rate(updates, {pair: rates[pair] for pair in group}, rates)
    yield from _odd_starts(updates, {pair.parameter for pair in pairs})


def _takes_gradient(updates: Updates, pair: Pair) -> bool:
    """Tell whether an update uses a gradient itself instead of a mean of earlier ones."""
    update = updates.of[pair.parameter]
    taken = updates.gradient_of(update)
    is_said = taken is not None and updates.headings.said(taken).kind == "gradient"
    return update.is_inline or taken == pair.gradient or is_said


def _of_one_rate(updates: Updates, rates: Mapping[Pair, float]) -> list[list[Pair]]:
    """Group the parameters of each cost that should share a rate.

    Two networks of one cost may have a rate each. A cell that one update alone multiplies by, and
    that no heading calls a rate, is more likely a fault than a rate of its own: the update then
    belongs to the most usual rate of its cost.
    """
    groups: dict[Place, dict[frozenset[Place], list[Pair]]] = defaultdict(lambda: defaultdict(list))
    for pair in rates:
        cells = frozenset(updates.of[pair.parameter].moved_by) & updates.rates
        groups[pair.cost][cells].append(pair)
    pairs_by_rate = []
    for by_rates in groups.values():
        usual = [c for c, p in by_rates.items() if c and (len(p) > 1 or c & updates.called_rates)]
        rest = [pair for cells, pairs in by_rates.items() if cells not in usual for pair in pairs]
        usual.sort(key=lambda cells: len(by_rates[cells]))
        if usual:
            by_rates[usual[-1]] += rest
        pairs_by_rate += [by_rates[cells] for cells in usual] if usual else [rest]
    return pairs_by_rate


def _of_another_rate(
    updates: Updates, rates: Mapping[Pair, float], every: Iterable[Pair]
) -> Iterator[Fault]:
    """Yield the updates that use another rate than most, or than the one called so."""
    called_so = [*map(updates.book.number, updates.called_rates)]
    all_rates = [*rates.values()]
    alike = ((r, sum(close(r, other, SAME) for other in all_rates)) for r in all_rates)
    most = (rate for rate, count in alike if 2 * count > len(all_rates) > 1)
    called = (rate for rate in all_rates if any(close(rate, known) for known in called_so))
    usual = next(chain(most, called), None)
    if not usual:
        return
    if usual < 0:
        # a gradient of the wrong sign that is added is said once, as a gradient
        if sum(rate * pair.stated * pair.slope for pair, rate in rates.items()) < 0:
            names = tuple(dict.fromkeys(pair.name for pair in every))
            for pair in rates:
                yield Fault("climbs", {}, (pair.next,), names)
        return
    for pair, rate in rates.items():
        if close(rate, usual, SAME):
            continue
        moved = rate * pair.stated / usual
        others = (p for p in rates if p.parameter != pair.parameter)
        taken = (p.name for p in others if close(p.stated, moved, 1e-6))
        if close(rate, -usual, SAME):
            fault = Fault("climbs", {}, (pair.next,))
        elif other := next(taken, None):
            fault = Fault("other_gradient", {"other": other}, (pair.next,))
        else:
            fault = Fault(
                "rate", dict(zip(("found", "usual"), apart(rate, usual), strict=True)), (pair.next,)
            )
        yield replace(fault, names=(pair.name,))


def apart(one: float, other: float) -> tuple[str, str]:
    """Return two different numbers with as many digits as they need to look different.

    >>> apart(0.05, 0.5), apart(0.990123, 0.99)
    (('0.05', '0.5'), ('0.9901', '0.99'))
    >>> apart(1.0002, 1)
    ('1.0002', '1')
    """
    for digits in range(4, 17):
        texts = f"{one:.{digits}g}", f"{other:.{digits}g}"
        if texts[0] != texts[1]:
            break
    return texts


def _odd_starts(updates: Updates, parameters: set[Place]) -> Iterator[Fault]:
    """Yield the parameters that start from another step than those of their column do."""
    columns: dict[tuple[str, int], list[Update]] = defaultdict(list)
    for update in updates.every:
        new, start = update.new, update.old
        if new[0] == start[0] and new[2] == start[2] and not parameters.isdisjoint((new, start)):
            columns[new[0], new[2]].append(update)
    for column_updates in columns.values():
        usual, count = Counter(u.new[1] - u.old[1] for u in column_updates).most_common(1)[0]
        off = [u for u in column_updates if u.new[1] - u.old[1] != usual]
        for update in off if 2 * count > len(column_updates) else ():
            at = updates.book.at
            name = updates.headings.name(off[0].new) or at(off[0].new)
            yield Fault("start", {"found": at(off[0].old)}, (update.new,), (name,))
