"""Compare stated gradients with the slopes of their costs, measured in NumPy.

A cell can agree with NumPy although both state a wrong gradient. `xlnn.Weights` states which
quantities are weights, gradients and costs. This module moves single weights a little and computes
the first epoch again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from math import isfinite

import numpy as np

from xlnn import reference
from xlnn.checking.report import MeasuredGradient, Report
from xlnn.checking.slope import BASES, HALVES, UNKNOWN, Slope, best_of, slope_of, unit_of
from xlnn.errors import Message
from xlnn.layout import Layout
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.reference import Arrays

USUAL_COST = "C_T"
"""The cost of gradients that do not name one."""

RELATIVE = 1e-6
"""The largest relative difference between a stated gradient and the slope. NumPy rounds only the
last digit, and slopes are accurate to 1e-8; if the estimated error is larger, it is added."""

ROUNDING = 1e-7
"""The same, relative to the largest entry of the gradient."""

SMALL, ZERO = 1e-6, 1e-9
"""Slopes that count as small, and as 0, as the part of the cost that changes if the weight
doubles."""

NUDGE, NUDGES, ROUNDED = 2.0**-50, 2, 10
"""How far, relatively, and how often weights are moved to see how rounding changes a cost or a
gradient in which terms cancel; and a safety factor for what that shows."""

ENTRIES = 4
"""Entries of each gradient that are measured at both points, the largest among them."""

SECONDS, RUNS = 1.0, 8
"""The time limit for all slopes, and the usual number of runs for one slope."""

SECONDS_A_CALL, SECONDS_A_CELL = 2e-5, 1e-7
"""The measured time that NumPy takes for an equation, and for each of its numbers."""

SAME = 1e-9
"""The largest relative difference between the first epoch alone and in the run, from rounding."""

EPSILON = float(np.finfo(float).eps)
"""NumPy's rounding error."""

SPREAD = 0.03
"""How far weights are moved for the second point, relative to their usual size."""

START, NEAR = Message("the start"), Message("a point near the start")
"""The points. The start may have zeros and ties, which hide errors."""


def with_gradients(report: Report, layout: Layout, run: Arrays) -> Report:
    """Return a report with measured gradients; a wrong one disagrees."""
    gradients = measured(layout, run)
    wrong = any(gradient.agrees is False for gradient in gradients)
    return replace(report, gradients=gradients, agrees=report.agrees and not wrong)


def measured(layout: Layout, run: Arrays, seed: int = 0) -> tuple[MeasuredGradient, ...]:
    """Measure a few entries of each stated gradient.

    Parameters
    ----------
    layout : Layout
    run : dict of arrays
        NumPy's run of the workbook's inputs.
    seed : int
        Seed of the choice of entries.

    Returns
    -------
    tuple of MeasuredGradient
        In the order of the gradients. A gradient that was not measured has a reason instead.
    """
    model, entries = layout.model, {}
    stated = [quantity for quantity in model.quantities if quantity.gradient_of]
    for gradient in stated:
        reason = unmeasurable(model, gradient)
        reason = reason or _unfit(model, cost_of(gradient), run)
        entries[gradient.name] = [_entry(gradient, reason=reason)] if reason else []
    generator = np.random.default_rng(seed)
    able = [gradient for gradient in stated if not entries[gradient.name]]
    for family in dict.fromkeys(map(_family, able)):
        members = [gradient for gradient in able if _family(gradient) == family]
        start = FirstEpoch.of(model, members, run)
        points = {START: start, NEAR: start.moved(generator)}
        for gradient, point, index in _tasks(members, start, generator):
            entries[gradient.name].append(_compared(layout, gradient, points[point], point, index))
    late = Message("computing the cost takes too long")
    return tuple(
        entry
        for gradient in stated
        for entry in _without_ties(entries[gradient.name]) or [_entry(gradient, reason=late)]
    )


def _without_ties(entries: Sequence[MeasuredGradient]) -> list[MeasuredGradient]:
    """Do not judge entries that are wrong only at the start, where ties have many slopes."""
    right = {entry.entry for entry in entries if entry.point == NEAR and entry.agrees}
    tied = Message("it differs from the slope only at the start, where terms are equal or 0")
    return [
        replace(entry, agrees=None, reason=tied)
        if entry.agrees is False and entry.point == START and entry.entry in right else entry
        for entry in entries
    ]  # fmt: skip


def _family(gradient: Quantity) -> str:
    """Return the family of the epochs of a gradient."""
    return gradient.rows[0].family


def _first(array: np.ndarray, quantity: Quantity) -> np.ndarray:
    """Return the first epoch of a quantity, of each run if there are several."""
    return array.take(0, axis=len(quantity.each))


def cost_of(gradient: Quantity) -> str:
    """Return the name of the cost of a gradient."""
    return gradient.gradient_of.cost or USUAL_COST


def unmeasurable(model: Model, gradient: Quantity) -> str:
    """Return why a gradient cannot be compared with a slope; empty if it can."""
    of, cost = gradient.gradient_of, cost_of(gradient)
    if not of.exact:
        return Message("meant to differ (exact=False)")
    weight = model.by_name.get(of.weight)
    if weight is None or not weight.is_input or weight.is_text:
        return Message("{weight} is not an input with numbers", weight=of.weight)
    rest = [axis for axis in weight.axes if axis.family != _family(gradient)]
    if (weight.each, (*(axis.length for axis in rest), *weight.shape)) != (
        gradient.each, _first(np.empty(gradient.lengths), gradient).shape
    ):  # fmt: skip
        return Message("{weight} and its gradient differ in shape", weight=of.weight)
    if _is_cost(model, cost, gradient):
        return ""
    maybe = next((q.name for q in model.quantities if _is_cost(model, q.name, gradient)), "C")
    return Message(
        "no {cost} is one number in each epoch that depends on the weights; name the cost, as in "
        'xlnn.Weights(…, cost="{maybe}")',
        cost=cost,
        maybe=maybe,
    )


def _is_cost(model: Model, name: str, gradient: Quantity) -> bool:
    """Return whether a quantity can be the cost of a gradient."""
    one = model.by_name.get(name)
    return (
        one is not None
        and one.each == gradient.each
        and one.is_number_along(_family(gradient))
        and one.equation is not None
        and not (one.given or one.equation.discontinuous)
        and gradient.gradient_of.weight in model.needed_by(name)
    )


def _unfit(model: Model, cost: str, run: Arrays) -> str:
    """Return why a cost has no slopes at the typed numbers; empty if it has."""
    if not np.isfinite(_first(run[cost], model[cost])).all():
        return Message("{cost} is not a finite number", cost=cost)
    for quantity in _needed(model, cost).inputs:
        if quantity.choices:
            (least, most), typed = quantity.choices, quantity.typed(run[quantity.name])
            if (typed != np.clip(np.round(typed), least, most)).any():
                known = {"name": quantity.name, "least": least, "most": most}
                return Message(
                    "an entry of {name} is not a whole number from {least} to {most}", **known
                )
    return ""


@dataclass(frozen=True)
class FirstEpoch:
    """The model and inputs of the first epoch, from which gradients and costs are computed.

    Attributes
    ----------
    model : Model
    inputs : dict of arrays
    weights : tuple of str
        The inputs that may be moved.
    """

    model: Model
    inputs: Arrays
    weights: tuple[str, ...]

    @classmethod
    def of(cls, model: Model, gradients: Sequence[Quantity], run: Arrays) -> "FirstEpoch":
        """Return the first epoch of a run, or the whole run if the first depends on later ones."""
        names = {name for gradient in gradients for name in (gradient.name, cost_of(gradient))}
        weights = tuple(dict.fromkeys(gradient.gradient_of.weight for gradient in gradients))
        cut = Model(tuple(_cut(quantity, _family(gradients[0])) for quantity in model.quantities))
        for whole in (cut, model):
            part = _needed(whole, *names)
            arrays = {q.name: run[q.name][tuple(map(slice, q.lengths))] for q in part.quantities}
            epoch = cls(part, reference.inputs_of(part, arrays), weights)
            if all(_alike(epoch.first(name), _first(run[name], model[name])) for name in names):
                break
        return epoch

    def moved(self, generator: np.random.Generator) -> "FirstEpoch":
        """Return it with other weights, near the first ones."""
        inputs = dict(self.inputs)
        for name in self.weights:
            array, between = inputs[name], self.model[name].between
            size = float(np.sqrt(np.mean(array**2))) or 1.0
            other = array + SPREAD * size * generator.standard_normal(array.shape)
            inputs[name] = generator.uniform(*between, array.shape) if between else other
        return replace(self, inputs=inputs)

    @cached_property
    def run(self) -> Arrays:
        """All quantities."""
        return _run(self.model, self.inputs)

    def first(self, name: str, run: Arrays | None = None) -> np.ndarray:
        """Return a quantity in the first epoch; NaN where an equation fails."""
        quantity, arrays = self.model[name], self.run if run is None else run
        array = arrays.get(name)
        return _first(np.full(quantity.lengths, np.nan) if array is None else array, quantity)

    def cost(self, name: str, place: tuple[int, ...], run: Arrays | None = None) -> float:
        """Return a cost in the first epoch, of the run in which an entry is."""
        costs = self.first(name, run)
        return float(costs[place[0]].sum() if self.model[name].each else costs.sum())

    @cached_property
    def _nudged(self) -> list[Arrays]:
        """All quantities, computed from weights whose last digits differ."""
        generator, runs = np.random.default_rng(0), []
        for _ in range(NUDGES):
            far = {w: NUDGE * generator.uniform(-1, 1, self.inputs[w].shape) for w in self.weights}
            moved = {name: self.inputs[name] * (1 + change) for name, change in far.items()}
            runs.append(_run(self.model, {**self.inputs, **moved}))
        return runs

    def rounding(self, name: str) -> float:
        """Return how far a cost or gradient may be off because its terms are rounded."""
        here = self.first(name)
        far = [float(np.abs(self.first(name, run) - here).max()) for run in self._nudged]
        return ROUNDED * max(far) if np.isfinite(far).all() else np.inf

    def seconds(self, cost: str) -> float:
        """Estimate how long a cost takes: no clock, so that each check measures the same."""
        model = _needed(self.model, cost)
        calls = sum(1 for _ in reference.order(model))
        return calls * SECONDS_A_CALL + sum(q.computed for q in model.quantities) * SECONDS_A_CELL

    def slope(
        self, cost: str, weight: str, index: tuple[int, ...], is_near: Callable[[Slope], bool]
    ) -> Slope:
        """Measure the slope of a cost in the direction of one entry of a weight.

        Parameters
        ----------
        cost, weight : str
        index : tuple of int
            That of the entry, in the typed part of the weight.
        is_near : function
            Returns whether a slope is good enough, so that other steps need not be tried.
        """
        model, array, start = _needed(self.model, cost), self.inputs[weight], self.cost(cost, index)
        value, unit, tried, moves = float(array[index]), unit_of(array.flat), [], []
        epsilon = max(EPSILON, self.rounding(cost) / (8 * abs(start) or 1.0))

        def moved(far: float) -> float:
            other = array.copy()
            other[index] = value + far
            return self.cost(cost, index, _run(model, {**self.inputs, weight: other}))

        for base in BASES:
            steps = base * max(abs(value), unit) * np.array(HALVES)
            h = value + np.outer(steps, (1, -1)) - value
            costs = np.array([[moved(far) for far in sides] for sides in h])
            tried.append(slope_of(start, costs, h, epsilon))
            moves.append(bool((costs != start).any()))
            best = best_of(tried)
            if is_near(best):
                return best
        # a cost that changes only with larger steps is rounded; the last steps are the smallest
        large = max(1.0, abs(value))
        is_flat = not moves[-1] and (any(moves) or {start} != {moved(large), moved(-large)})
        return UNKNOWN if is_flat else best


def _cut(quantity: Quantity, family: str) -> Quantity:
    """Return a quantity for the first epoch alone, as an input if it has a start."""
    axes = tuple(
        replace(axis, length=1) if axis.family == family and not axis.first else axis
        for axis in quantity.axes
    )
    if quantity.given and quantity.rows[0].family == family:
        return replace(quantity, axes=axes, equation=None, uses={}, given=0)
    return replace(quantity, axes=axes)


def _alike(again: np.ndarray, before: np.ndarray) -> bool:
    """Return whether an array of the first epoch equals that of the run, apart from rounding."""
    return np.allclose(again, before, 0, SAME * np.abs(before).max(initial=0.0), equal_nan=True)


def _needed(model: Model, *names: str) -> Model:
    needed = model.needed_by(*names)
    return Model(tuple(quantity for quantity in model.quantities if quantity.name in needed))


def _run(model: Model, inputs: Arrays) -> Arrays:
    """Compute a model, without quantities whose equations fail for weights that nobody chose."""
    try:
        return reference.run(model, inputs)
    except Exception:  # noqa: BLE001 -- a programmer's code may raise anything
        return {}


def _tasks(
    gradients: Sequence[Quantity], start: FirstEpoch, generator: np.random.Generator
) -> Iterator[tuple[Quantity, str, tuple[int, ...]]]:
    """Return what to measure within the time limit: gradients, points and entries."""
    chosen: list[list[tuple[Quantity, tuple[int, ...]]]] = [[] for _ in range(ENTRIES)]
    for gradient in gradients:
        sizes = np.abs(start.first(gradient.name))
        numbers = np.argmax(sizes), *generator.permutation(sizes.size)[:ENTRIES]
        for ranked, number in zip(chosen, dict.fromkeys(map(int, numbers)), strict=False):
            ranked.append((gradient, tuple(map(int, np.unravel_index(number, sizes.shape)))))
    tasks = (
        (gradient, point, index)
        for ranked in chosen for point in (START, NEAR) for gradient, index in ranked
    )  # fmt: skip
    slowest = max(map(start.seconds, {cost_of(gradient) for gradient in gradients}))
    return islice(tasks, int(SECONDS / RUNS / slowest))


def _compared(
    layout: Layout, gradient: Quantity, epoch: FirstEpoch, point: str, index: tuple[int, ...]
) -> MeasuredGradient:
    """Compare an entry of a gradient with the measured slope."""
    name, weight, cost = gradient.name, gradient.gradient_of.weight, cost_of(gradient)
    whole, typed, runs = epoch.first(name), epoch.inputs[weight], len(gradient.each)
    place = (*index[:runs], *(0,) * (typed.ndim - len(index)), *index[runs:])
    usual = abs(epoch.cost(cost, place)) / max(abs(typed[place]), unit_of(typed.flat))
    stated, largest = float(whole[index]), float(np.abs(whole).max())
    scale = max(largest, SMALL * usual)
    rounding = ROUNDING * largest + ZERO * usual + epoch.rounding(name)

    def is_near(slope: Slope) -> bool:
        return bool(slope.is_near(stated, RELATIVE, rounding))

    slope = epoch.slope(cost, weight, place, lambda one: one.is_sure(scale) and is_near(one))
    known = {
        "entry": tuple(n + 1 for n in index),
        "cell": layout.cell(name, (*index[:runs], 0, *index[runs:])),
        "weight_cell": layout.cell(weight, place),
        "point": point,
    }
    near = is_near(slope)
    is_lost = 0 < abs(stated) < rounding  # beside larger entries, whatever its slope is
    if not (isfinite(stated + rounding) and rounding < scale) or is_lost or slope.is_vague(scale):
        return _entry(gradient, reason=Message("{cost} is too rough there", cost=cost), **known)
    if slope.is_kink and not near:  # with several kinks in one place, other numbers are right, too
        return _entry(gradient, reason=Message("{cost} has a kink there", cost=cost), **known)
    value = float(slope.value)
    off = 0.0 if slope.is_kink else abs(stated - value) / (max(scale, abs(value)) or 1.0)
    return _entry(gradient, stated=stated, slope=value, difference=off, agrees=near, **known)


def _entry(gradient: Quantity, **known: object) -> MeasuredGradient:
    return MeasuredGradient(gradient.name, gradient.gradient_of.weight, cost_of(gradient), **known)
