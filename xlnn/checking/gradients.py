"""Compare stated gradients with the slopes of their costs, measured in NumPy.

A cell can agree with NumPy although both state a wrong gradient. Whoever states weights with
`xlnn.Weights` has said which quantities are weights, gradients and costs: here single weights are
moved a little, and the first epoch is computed again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite

import numpy as np

from xlnn import reference
from xlnn.checking.report import MeasuredGradient, Report
from xlnn.checking.slope import BASES, HALVES, UNKNOWN, Slope, best_of, slope_of, unit_of
from xlnn.layout import Layout
from xlnn.quantity import Model, Quantity
from xlnn.reference import Arrays

USUAL_COST = "C_T"
"""The cost of gradients that name none."""

RELATIVE = 1e-6
"""How far a stated gradient may be from the slope. NumPy rounds the last digit only, and a slope is
measured to 1e-8 or better, unless its estimated error, which is added, is larger."""

ROUNDING = 1e-7
"""The same beside the largest entry of the gradient: terms that cancel in a cost are rounded."""

ENTRIES = 3
"""Entries of each gradient that are measured at each point, the largest among them."""

SECONDS, RUNS = 1.0, 8
"""How long all may take, and the usual number of runs for one slope."""

SECONDS_A_CALL, SECONDS_A_CELL = 4e-5, 1e-7
"""What NumPy takes for an equation, and for each of its numbers: measured, and doubled."""

EPSILON = float(np.finfo(float).eps)
"""How far NumPy rounds."""

SPREAD = 0.3
"""How far weights are moved for the second point, as a part of their usual size."""

START, NEAR = "the start", "a point near the start"
"""The points. The start may have zeros and ties, which hide errors."""


def with_gradients(report: Report, layout: Layout, run: Arrays) -> Report:
    """Return a report with measured gradients; a wrong one disagrees."""
    found = measured(layout, run)
    wrong = any(each.agrees is False for each in found)
    return replace(report, gradients=found, agrees=report.agrees and not wrong)


def measured(layout: Layout, run: Arrays, seed: int = 0) -> tuple[MeasuredGradient, ...]:
    """Measure a few entries of each stated gradient.

    Parameters
    ----------
    layout : Layout
    run : dict of arrays
        NumPy's run of the workbook's inputs.
    seed : int
        By which the entries are chosen.

    Returns
    -------
    tuple of MeasuredGradient
        In the order of the gradients; for one of which nothing was measured, the reason.
    """
    model, found = layout.model, {}
    stated = [quantity for quantity in model.quantities if quantity.gradient_of]
    for gradient in stated:
        reason = unmeasurable(model, gradient)
        reason = reason or _unfit(model, cost_of(gradient), run)
        found[gradient.name] = [_entry(gradient, reason=reason)] if reason else []
    generator = np.random.default_rng(seed)
    able = [gradient for gradient in stated if not found[gradient.name]]
    for family in dict.fromkeys(gradient.axes[0].family for gradient in able):
        own = [gradient for gradient in able if gradient.axes[0].family == family]
        start = FirstEpoch.of(model, own, run)
        points = {START: start, NEAR: start.moved(own, generator)}
        for gradient, point, index in _tasks(own, start, generator):
            found[gradient.name].append(_compared(layout, gradient, points[point], point, index))
    late = "computing the cost takes too long"
    return tuple(
        each
        for gradient in stated
        for each in found[gradient.name] or [_entry(gradient, reason=late)]
    )


def cost_of(gradient: Quantity) -> str:
    """Return the name of the cost of a gradient."""
    return gradient.gradient_of.cost or USUAL_COST


def unmeasurable(model: Model, gradient: Quantity) -> str:
    """Return why a gradient cannot be compared with a slope; empty if it can."""
    of, cost = gradient.gradient_of, cost_of(gradient)
    if not of.exact:
        return "meant to differ (exact=False)"
    weight = model.by_name.get(of.weight)
    if weight is None or not weight.is_input or weight.is_text:
        return f"no numbers {of.weight} are typed"
    runs = [axis.family for axis in weight.axes[:1]] == [gradient.axes[0].family]
    if weight.lengths[runs:] != gradient.lengths[1:]:
        return f"{of.weight} has another shape"
    if _is_cost(model, cost, gradient):
        return ""
    maybe = next((q.name for q in model.quantities if _is_cost(model, q.name, gradient)), "C")
    what = "is one number in each epoch that depends on the weights"
    return f'no {cost} {what}; name the cost, as in xlnn.Weights(…, cost="{maybe}")'


def _is_cost(model: Model, name: str, gradient: Quantity) -> bool:
    """Return whether a quantity can be the cost of a gradient."""
    one = model.by_name.get(name)
    return (
        one is not None
        and one.is_number_along(gradient.axes[0].family)
        and one.equation is not None
        and not (one.given or one.equation.jumps)
        and gradient.gradient_of.weight in model.needed_by(name)
    )


def _unfit(model: Model, cost: str, run: Arrays) -> str:
    """Return why a cost has no slopes at the numbers that are typed; empty if it has."""
    if not isfinite(_first(run, cost)):
        return f"{cost} is not a finite number"
    for quantity in _needed(model, cost).inputs:
        if quantity.choices:
            (least, most), typed = quantity.choices, quantity.typed(run[quantity.name])
            if (typed != np.clip(np.round(typed), least, most)).any():
                return f"{quantity.name} is not everywhere a whole number from {least} to {most}"
    return ""


@dataclass(frozen=True)
class FirstEpoch:
    """What gradients and costs are computed from, in the first epoch.

    Attributes
    ----------
    model : Model
    inputs : dict of arrays
    """

    model: Model
    inputs: Arrays

    @classmethod
    def of(cls, model: Model, gradients: Sequence[Quantity], run: Arrays) -> "FirstEpoch":
        """Return the first epoch of a run, or the whole run if the first depends on later ones."""
        names = {name for each in gradients for name in (each.name, cost_of(each))}
        cut = Model(tuple(_cut(each, gradients[0].axes[0].family) for each in model.quantities))
        for whole in (cut, model):
            part = _needed(whole, *names)
            arrays = {q.name: run[q.name][tuple(map(slice, q.lengths))] for q in part.quantities}
            found = cls(part, reference.inputs_of(part, arrays))
            again = found.run
            if all(np.allclose(again[n][0], run[n][0], 1e-9, equal_nan=True) for n in names):
                break
        return found

    def moved(self, gradients: Sequence[Quantity], generator: np.random.Generator) -> "FirstEpoch":
        """Return it with other weights, near the first ones."""
        inputs = dict(self.inputs)
        for name in dict.fromkeys(each.gradient_of.weight for each in gradients):
            own = inputs[name]
            size = float(np.sqrt(np.mean(own**2))) or 1.0
            inputs[name] = own + SPREAD * size * generator.standard_normal(own.shape)
        return replace(self, inputs=inputs)

    @cached_property
    def run(self) -> Arrays:
        """All quantities."""
        return _run(self.model, self.inputs)

    def seconds(self, cost: str) -> float:
        """Estimate how long a cost takes: no clock, so that each check measures the same."""
        model = _needed(self.model, cost)
        calls = sum(1 for _ in reference.order(model))
        return calls * SECONDS_A_CALL + sum(q.computed for q in model.quantities) * SECONDS_A_CELL

    def slope(
        self, cost: str, weight: str, index: tuple[int, ...], stated: float, scale: float
    ) -> Slope:
        """Measure the slope of a cost in the direction of one entry of a weight.

        Parameters
        ----------
        cost, weight : str
        index : tuple of int
            That of the entry, in the typed part of the weight.
        stated, scale : float
            The stated slope, and the size of the largest of its gradient.
        """
        model, array, start = _needed(self.model, cost), self.inputs[weight], _first(self.run, cost)
        value, unit, tried, moves = float(array[index]), unit_of(array.flat), [], []

        def moved(far: float) -> float:
            other = array.copy()
            other[index] = value + far
            return _first(_run(model, {**self.inputs, weight: other}), cost)

        for base in BASES:
            steps = base * max(abs(value), unit) * np.array(HALVES)
            h = value + np.outer(steps, (1, -1)) - value
            costs = np.array([[moved(far) for far in both] for both in h])
            tried.append(slope_of(start, costs, h, EPSILON))
            moves.append(bool((costs != start).any()))
            found = best_of(tried)
            if found.is_sure(scale) and found.is_near(stated, RELATIVE, ROUNDING * scale):
                return found
        has_steps = any(moves) and not moves[-1]  # the last steps are the smallest
        return UNKNOWN if has_steps else found


def _cut(quantity: Quantity, family: str) -> Quantity:
    """Return a quantity of the first epoch alone; one that has a start then is an input."""
    axes = tuple(
        replace(axis, length=1) if axis.family == family and not axis.first else axis
        for axis in quantity.axes
    )
    if quantity.given and quantity.axes[0].family == family:
        return replace(quantity, axes=axes, equation=None, uses={}, given=0)
    return replace(quantity, axes=axes)


def _needed(model: Model, *names: str) -> Model:
    needed = model.needed_by(*names)
    return Model(tuple(each for each in model.quantities if each.name in needed))


def _run(model: Model, inputs: Arrays) -> Arrays:
    """Compute a model; nothing where an equation fails for weights that nobody chose."""
    try:
        return reference.run(model, inputs)
    except Exception:  # noqa: BLE001 -- a programmer's code may raise anything
        return {}


def _first(arrays: Arrays, cost: str) -> float:
    """Return a cost in the first epoch."""
    return float(arrays[cost][0].sum()) if cost in arrays else np.nan


def _tasks(
    gradients: Sequence[Quantity], start: FirstEpoch, generator: np.random.Generator
) -> Iterator[tuple[Quantity, str, tuple[int, ...]]]:
    """Yield what to measure in the time there is: gradients, points and entries."""
    ranked = []
    for gradient in gradients:
        sizes = np.abs(start.run[gradient.name][0])
        for n, point in enumerate((START, NEAR)):
            largest, others = [int(np.argmax(sizes))], generator.permutation(sizes.size)[:ENTRIES]
            chosen = [*dict.fromkeys((*largest, *map(int, others)))][:ENTRIES]
            ranked += [
                (2 * rank + n, gradient, point, tuple(map(int, np.unravel_index(k, sizes.shape))))
                for rank, k in enumerate(chosen)
            ]
    slowest = max(map(start.seconds, {cost_of(gradient) for gradient in gradients}))
    most = int(SECONDS / RUNS / slowest)
    yield from (task for _, *task in sorted(ranked, key=lambda task: task[0])[:most])


def _compared(
    layout: Layout, gradient: Quantity, epoch: FirstEpoch, point: str, index: tuple[int, ...]
) -> MeasuredGradient:
    """Compare an entry of a gradient with the slope that is measured."""
    name, weight, cost = gradient.name, gradient.gradient_of.weight, cost_of(gradient)
    whole = epoch.run.get(name, np.full(gradient.lengths, np.nan))[0]
    typed = epoch.inputs[weight]
    place = (*(0,) * (typed.ndim - len(index)), *index)
    # a slope counts as 0 that changes the cost by less than a millionth of itself
    least = 1e-6 * abs(_first(epoch.run, cost)) / max(abs(typed[place]), unit_of(typed.flat))
    stated, scale = float(whole[index]), max(float(np.abs(whole).max()), least)
    slope = epoch.slope(cost, weight, place, stated, scale)
    known = {
        "entry": tuple(n + 1 for n in index),
        "cell": layout.cell(name, (0, *index)),
        "weight_cell": layout.cell(weight, place),
        "point": point,
    }
    near = bool(slope.is_near(stated, RELATIVE, ROUNDING * scale))
    if not isfinite(stated) or slope.is_vague(scale):
        return _entry(gradient, reason=f"{cost} is too rough there", **known)
    if slope.is_kink and not near:  # with several kinks in one place, other numbers are right, too
        return _entry(gradient, reason=f"{cost} has a kink there", **known)
    value = float(slope.value)
    off = 0.0 if slope.is_kink else abs(stated - value) / (max(scale, abs(value)) or 1.0)
    return _entry(gradient, stated=stated, slope=value, difference=off, agrees=near, **known)


def _entry(gradient: Quantity, **known: object) -> MeasuredGradient:
    return MeasuredGradient(gradient.name, gradient.gradient_of.weight, cost_of(gradient), **known)
