"""Choose the cost of stated gradients by the slopes, where several cells may be it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import itemgetter

import numpy as np

from xlnn.auditing.audit_report import WRONG
from xlnn.auditing.engines import Engine
from xlnn.auditing.fault_search import explainer
from xlnn.auditing.faults import is_weak
from xlnn.auditing.judging import measured
from xlnn.auditing.pairs import Pair
from xlnn.auditing.roles import Finder

MOST_TRIED = 6
"""The most gradients of a kind with which the cells that may be their cost are tried."""


def with_best_costs(
    finder: Finder, engine: Engine, pairs: Sequence[Pair], *, are_named: bool
) -> list[Pair]:
    """Return pairs with the cost whose slopes most gradients of their kind are.

    Parameters
    ----------
    finder : Finder
    engine : Engine
    pairs : sequence of Pair
    are_named : bool
        Whether names that xlnn defined tell which quantity each gradient belongs to.
    """
    kinds = _kinds(finder, pairs, are_named=are_named)
    tried = []
    for kind in kinds:
        some = [*kind[:: max(1, len(kind) // MOST_TRIED)], *kind[-2:]] if kind[0].others else []
        tried += [replace(p, cost=cost) for p in some for cost in (p.cost, *p.others)]
    results = measured(finder, engine, tried) if tried else []
    right = {(pair.gradient, pair.cost) for pair in results if pair.fits}
    # a cost that is named so is the cost of all, if it is that of some
    is_known = are_named and any((p.gradient, p.cost) in right and not p.is_tied for p in pairs)
    chosen: dict[Pair, Pair] = {}
    for kind in kinds:
        costs = [(pair.cost, *pair.others) for pair in kind]
        counts = [
            sum((p.gradient, c[n]) in right for p, c in zip(kind, costs, strict=True))
            for n in range(min(map(len, costs)))
        ]
        is_settled = is_known and not kind[0].is_tied
        best = 0 if is_settled else counts.index(max(counts))
        for pair, options in zip(kind, costs, strict=True):
            others = options[:best] + options[best + 1 :]
            chosen[pair] = replace(pair, cost=options[best], others=others)
    return [chosen[pair] for pair in pairs]


def _kinds(finder: Finder, pairs: Sequence[Pair], *, are_named: bool) -> list[list[Pair]]:
    """Return groups of pairs that have the same kind of cost.

    Costs with one formula are of one kind. If these are too many, costs in one column are, or those
    on one sheet.
    """
    for key in (finder.book.pattern, itemgetter(0, 2), itemgetter(0)):
        kinds: dict[tuple[object, ...], list[Pair]] = defaultdict(list)
        for pair in pairs:
            group = pair.group if are_named else pair.gradient[0]
            kinds[group, *map(key, (pair.cost, *pair.others))].append(pair)
        if len(kinds) <= MOST_TRIED:
            break
    return [*kinds.values()]


def with_other_costs(
    finder: Finder, engine: Engine, pairs: Sequence[Pair]
) -> tuple[list[Pair], set[str]]:
    """Try the other costs of wrong gradients whose cost only the slopes can tell.

    A group's cost is the first whose slopes equal some of its gradients; if there is none, the
    first for which a fault explains them.

    Returns
    -------
    list of Pair
        The pairs, measured with the chosen costs.
    set of str
        The groups for which no cost was found.
    """
    groups: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[pair.group].append(pair)
    unsettled = {
        group: wrong for group, members in groups.items()
        if (wrong := [pair for pair in members if pair.verdict == WRONG and pair.is_tied])
        and not any(pair.fits for pair in members)
    }  # fmt: skip
    chosen = {pair.gradient: pair for wrong in unsettled.values() for pair in wrong}
    attempts: list[Mapping[str, list[Pair]]] = [dict(unsettled)]
    for turn in range(max((len(pair.others) for pair in chosen.values()), default=0)):
        left = [p for wrong in unsettled.values() for p in wrong if turn < len(p.others)]
        other = [replace(pair, cost=pair.others[turn]) for pair in left]
        attempt: dict[str, list[Pair]] = defaultdict(list)
        for pair in measured(finder, engine, other) if other else ():
            attempt[pair.group].append(pair)
        attempts.append(attempt)
        for group, members in attempt.items():
            if any(pair.fits for pair in members):
                chosen |= {pair.gradient: pair for pair in members}
                del unsettled[group]
    for attempt in attempts:
        left = {group: members for group, members in attempt.items() if group in unsettled}
        for group in _explained(finder, engine, left):
            chosen |= {pair.gradient: pair for pair in left[group]}
            del unsettled[group]
    return [chosen.get(pair.gradient, pair) for pair in pairs], {*unsettled}


def _explained(finder: Finder, engine: Engine, groups: Mapping[str, Sequence[Pair]]) -> list[str]:
    """Return the groups whose first wrong gradients are all explained by faults."""
    firsts = {
        group: [*{pair.parameter[::2]: pair for pair in reversed(members)}.values()][-MOST_TRIED:]
        for group, members in groups.items()
        if members and all(np.isfinite(pair.stated) for pair in members)
    }
    if not firsts:
        return []
    wrong = [pair for members in firsts.values() for pair in members]
    explain = explainer(finder, engine, wrong, []).explain
    return [
        group for group, members in firsts.items()
        if not any(is_weak(explain([pair]), pair) for pair in members)
    ]  # fmt: skip
