"""Estimate the slope of a cost from central differences, with its error, and tell kinks apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

BASES = (1e-4, 1e-2, 1e-6)
"""First steps, relative to the size of the parameters. The first is enough for most slopes. A large
step is needed if the cost is large beside its slope, a small one if a kink or a steep curve is
near."""

SURE = 1e-6
"""The relative error at which the first steps are enough."""

HALVES = (1.0, 0.5, 0.25)
"""Each base is tried whole, half and quartered: three central differences give two extrapolated
ones (Richardson), and their difference an estimate of the error."""

RELATIVE = 1e-5
"""The largest relative difference between a stated gradient and the slope. Sheets round in their
formulas and have constants with few digits; the faults that people make are 1000 times as large."""


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
        """Return whether the cost has a kink here."""
        return self.low < self.high

    def is_near(self, stated: float, relative: float = RELATIVE, rounding: float = 0.0) -> bool:
        """Return whether a stated gradient is this slope, apart from rounding of some size."""
        room = 5 * self.error + relative * max(abs(self.value), abs(stated)) + rounding
        return self.low - room <= stated <= self.high + room

    def is_sure(self, scale: float) -> bool:
        """Return whether other steps would add nothing, beside slopes of some size."""
        return self.error <= SURE * max(abs(self.value), scale) and not self.is_kink

    def is_vague(self, scale: float) -> bool:
        """Return whether the error is too large to judge by, beside slopes of some size."""
        return not self.error < 1e-2 * max(abs(self.value), scale, 1e-300)


UNKNOWN = Slope(np.nan, np.inf, np.nan, np.nan)
"""No slope is known."""


def unit_of(values: Iterable[float]) -> float:
    """Return the size below which a parameter counts as small, for the length of a step.

    >>> unit_of([0, -2.0, 5.0, 8.0]), unit_of([0.0])
    (0.5, 1.0)
    """
    usual = sorted(abs(float(v)) for v in values if v)
    return 0.1 * usual[len(usual) // 2] if usual else 1.0


def slope_of(start: float, costs: np.ndarray, h: np.ndarray, epsilon: float) -> Slope:
    """Return the slope from costs ahead and behind at three steps, shape (3, 2).

    Parameters
    ----------
    start : float
        The cost itself.
    costs, h : arrays, shape (3, 2)
        The costs, and how far the parameter was moved.
    epsilon : float
        The relative rounding error of the costs.
    """
    with np.errstate(all="ignore"):
        one, two, three = (costs[:, 0] - costs[:, 1]) / (h[:, 0] - h[:, 1])
        sides = (costs - start) / h
        near, far = (4 * three - two) / 3, (4 * two - one) / 3
        value = (16 * near - far) / 15
        noise = 8 * epsilon * np.abs(costs).max() / abs(h[-1, 0])
        error = abs(near - far) + noise
        before, _, jump = sides[:, 0] - sides[:, 1]
        room = 40 * noise + 1e-4 * np.abs(sides[-1]).max()
    if not np.isfinite(value + error):
        return UNKNOWN
    if abs(jump) > max(room, 0.5 * abs(before)):
        low, high = sorted(sides[-1])
        # the slope of one side changes with the step, and after the last half by less than before
        return Slope((low + high) / 2, noise + np.abs(sides[-1] - sides[-2]).max(), low, high)
    return Slope(value, error, value, value)


def best_of(tried: Sequence[Slope]) -> Slope:
    """Return the slope with the smallest error, or the kink that the last step still shows."""
    smooth = [slope for slope in tried if not slope.is_kink]
    is_kink = len(tried) == len(BASES) and tried[-1].is_kink
    return tried[-1] if is_kink else min(smooth, key=lambda slope: slope.error, default=UNKNOWN)
