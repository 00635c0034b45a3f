"""Measure slopes of a cost: central differences with several steps, and how far to trust them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from xlnn.auditing.machines import IronCalc, LibreOffice
from xlnn.engines.cellwise import Held, Place

BASES = (1e-2, 1e-4, 1e-6)
"""First steps, relative to the size of the parameters: large ones where the cost is large beside
its slope, small ones where a kink or a steep curve is near."""

SURE = 1e-6
"""An error, relative to the slope, at which the first steps that are tried are enough."""

HALVES = (1.0, 0.5, 0.25)
"""Each base is tried whole, half and quartered: three central differences give two extrapolated
ones (Richardson), and their difference an estimate of the error."""

RELATIVE = 1e-5
"""How far a stated gradient may be from the slope: sheets round in their formulas, and write
constants with few digits; the smallest fault that people make, a factor, is 1000 times as large."""


@dataclass(frozen=True)
class Slope:
    """A measured slope.

    Attributes
    ----------
    value : float
    error : float
        An estimate of how far off it may be.
    low, high : float
        The slopes to the left and to the right, where the cost has a kink just here.
    """

    value: float
    error: float
    low: float
    high: float

    @property
    def is_kink(self) -> bool:
        """Tell whether the cost has a kink here."""
        return self.low != self.high

    def is_near(self, stated: float) -> bool:
        """Tell whether a stated gradient is this slope."""
        room = 5 * self.error + RELATIVE * max(abs(self.value), abs(stated))
        return self.low - room <= stated <= self.high + room

    def is_sure(self, scale: float) -> bool:
        """Tell whether other steps would say no more, beside slopes of some size."""
        return self.error <= SURE * max(abs(self.value), scale) and not self.is_kink

    def is_vague(self, scale: float) -> bool:
        """Tell whether the error is too large to say anything, beside slopes of some size."""
        return not self.error < 1e-2 * max(abs(self.value), scale, 1e-300)


def number(value: Held) -> float:
    """Return a value as a float, or NaN if it is not a number."""
    is_number = isinstance(value, float | int) and not isinstance(value, bool)
    return float(value) if is_number else float("nan")


def measure(
    machine: IronCalc | LibreOffice,
    pairs: Sequence[tuple[Place, Place]],
    values: Mapping[Place, float],
    reach: Mapping[Place, frozenset[Place]],
) -> list[Slope]:
    """Measure the slope of each cost in the direction of its parameter.

    Parameters
    ----------
    machine : IronCalc or LibreOffice
        Loaded with the cells that lead from the parameters to the costs.
    pairs : sequence of (parameter, cost)
    values : mapping
        What the parameters hold.
    reach : mapping
        The parameters on which each cost depends: costs that share none are moved at once.
    """
    usual = sorted(abs(v) for v in values.values() if v)
    unit = 0.1 * usual[len(usual) // 2] if usual else 1.0
    size = {p: max(abs(values[p]), unit) for p, _ in pairs}
    costs = list(dict.fromkeys(cost for _, cost in pairs))
    columns = {cost: index for index, cost in enumerate(costs)}
    found: dict[tuple[Place, Place], Slope] = {}
    left = list(dict.fromkeys(pairs))
    tried: dict[tuple[Place, Place], dict[float, tuple[np.ndarray, np.ndarray]]] = defaultdict(dict)
    for bases in (BASES[1:2], BASES[::2]):  # most slopes need no more than one base
        steps = [base * half for base in bases for half in HALVES]
        groups = _at_once(left, reach)
        moves = [
            {p: values[p] + sign * step * size[p] for p in group}
            for group in groups
            for step in steps
            for sign in (1, -1)
        ]
        lines = machine.rounds([*moves, {}], costs) if moves else []
        table = np.array([[number(v) for v in line] for line in lines])
        of = {p: index * len(steps) * 2 for index, group in enumerate(groups) for p in group}
        for p, cost in left:
            column = columns[cost]
            here = table[of[p] : of[p] + 2 * len(steps), column].reshape(-1, 2)
            h = np.array([
                [(values[p] + sign * step * size[p]) - values[p] for sign in (1, -1)]
                for step in steps
            ])  # fmt: skip
            for n, base in enumerate(bases):
                rows = slice(n * len(HALVES), (n + 1) * len(HALVES))
                tried[p, cost][base] = here[rows], h[rows]
            known = [tried[p, cost][base] for base in BASES if base in tried[p, cost]]
            found[p, cost] = _slope(
                table[-1, column],
                *(np.vstack(each) for each in zip(*known, strict=True)),
                machine.epsilon,
            )
        sizes = [abs(slope.value) for slope in found.values() if np.isfinite(slope.value)]
        usual = float(np.median(sizes)) if sizes else 0.0
        left = [pair for pair in left if not found[pair].is_sure(usual)]
    return [found[pair] for pair in pairs]


def _at_once(
    pairs: Sequence[tuple[Place, Place]], reach: Mapping[Place, frozenset[Place]]
) -> list[set[Place]]:
    """Group parameters that can be moved at once: each cost of a pair depends on one of them."""
    of: dict[Place, set[Place]] = {}
    for parameter, cost in pairs:
        of.setdefault(parameter, set()).add(cost)
    groups: list[tuple[set[Place], set[Place]]] = []
    for parameter in of:
        touched = {cost for cost, own in reach.items() if parameter in own}
        for group, blocked in groups:
            if not touched & blocked:
                group.add(parameter)
                blocked |= touched  # noqa: PLW2901 -- the set itself
                break
        else:
            groups.append(({parameter}, set(touched)))
    return [group for group, _ in groups]


def _slope(start: float, costs: np.ndarray, h: np.ndarray, epsilon: float) -> Slope:
    """Return the slope from costs ahead and behind at several steps (steps, 2)."""
    best = Slope(np.nan, np.inf, np.nan, np.nan)
    with np.errstate(all="ignore"):
        central = (costs[:, 0] - costs[:, 1]) / (h[:, 0] - h[:, 1])
        sides = (costs - start) / h
        for first in range(0, len(h), len(HALVES)):
            one, two, three = central[first : first + 3]
            near, far = (4 * three - two) / 3, (4 * two - one) / 3
            value = (16 * near - far) / 15
            noise = 8 * epsilon * np.abs(costs[first : first + 3]).max() / abs(h[first + 2, 0])
            error = abs(near - far) + noise
            jump, before = (sides[i, 0] - sides[i, 1] for i in (first + 2, first))
            room = 40 * noise + 1e-4 * np.abs(sides[first + 2]).max()
            is_kink = abs(jump) > max(room, 0.5 * abs(before))
            if not np.isfinite(value + error):
                continue
            if is_kink and first == len(h) - len(HALVES):
                low, high = sorted(sides[first + 2])
                return Slope((low + high) / 2, noise, low, high)
            if error < best.error and not is_kink:
                best = Slope(value, error, value, value)
    return best
