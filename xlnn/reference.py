"""Compute the quantities of a model with NumPy.

There are two ways: `run` computes everything from the inputs, epoch after epoch;
`expected` computes one quantity from given values of the quantities it depends on.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from xlnn.axis import Axis, Use
from xlnn.equation import MissingNumberError, Sentence
from xlnn.model import Model
from xlnn.quantity import Quantity

NUDGE = 1e-6
"""The relative change of terms: rounding then affects at most the tenth digit of the result."""

DRAWS = 8
"""The number of tries: two terms that cancel may move together once or twice."""

TOLERANCE = 1e-12
"""Relative to max(1, |expected|). One formula rounds a few times at 1e-16, and LibreOffice writes
its values with 15 digits; the smallest planted error was a thousand times larger."""

Arrays = Mapping[str, np.ndarray]

LARGE = 1e100
"""Products and powers of such numbers are beyond 1.8e308, the largest that a cell holds."""

At = Mapping[str, int]
"""An index along each ordered axis, by the axis's family."""


def known(model: Model) -> dict[str, np.ndarray]:
    """Return the records that are the same in every workbook: the numbers of an axis.

    >>> from xlnn.axis import Axis
    >>> known(Model((Quantity("i", axes=(Axis("point", 3, counts_from=-1),), counts=True),)))
    {'i': array([-1.,  0.,  1.])}
    """
    arrays = {}
    for quantity in model.quantities:
        if quantity.counts:
            (axis,) = quantity.axes
            arrays[quantity.name] = np.arange(axis.length) + float(axis.counts_from)
        elif quantity.is_record and quantity.given:
            arrays[quantity.name] = np.zeros(quantity.input_lengths)
    return arrays


def run(model: Model, inputs: Arrays) -> dict[str, np.ndarray]:
    """Compute every quantity of a model from its inputs.

    Parameters
    ----------
    model : Model
    inputs : dict of arrays
        The input quantities by name. For a quantity with a start (the weights), the start:
        shape (1, units ...).

    Returns
    -------
    dict of arrays
        Every quantity by name, axes first: ``z2`` (epochs, images, units).
    """
    arrays = {quantity.name: _empty(quantity, inputs) for quantity in model.quantities}
    for quantity, at in _rounds(model):
        arrays[quantity.name][*_place(quantity, at), ...] = _value(model, quantity, arrays, at)
    return arrays


def inputs_of(model: Model, arrays: Arrays) -> dict[str, np.ndarray]:
    """Return the typed values: inputs, the start of weights, and records."""
    return {
        quantity.name: quantity.typed(arrays[quantity.name])
        for quantity in model.quantities
        if quantity.is_input or quantity.is_record
    }


def size_of(arrays: Arrays) -> float:
    """Return the size of the largest number."""
    sizes = (np.abs(array).ravel() for array in arrays.values() if array.dtype != object)
    return max((float(np.fmax.reduce(size, initial=0.0)) for size in sizes), default=0.0)


def largest_input(model: Model, arrays: Arrays) -> tuple[Quantity, tuple[int, ...], float] | None:
    """Return the input by which a run overflows, and the index and value of its largest number.

    None if there are no inputs that are numbers.

    Parameters
    ----------
    model : Model
    arrays : dict of arrays
        The run.
    """
    inputs = inputs_of(model, arrays)
    numeric = [q for q in model.inputs if not (q.is_text or q.choices)]
    # if all is small with steps of size 0, the steps were too large
    steps = [quantity for quantity in numeric if quantity.is_step_size]
    still = inputs | {quantity.name: 0 * inputs[quantity.name] for quantity in steps}
    is_step = bool(steps) and size_of(run(model, still)) < LARGE
    largest = []
    for quantity in steps if is_step else numeric:
        array = inputs[quantity.name]
        index = tuple(map(int, np.unravel_index(np.abs(array).argmax(), array.shape)))
        largest.append((quantity, index, float(array[index])))
    return max(largest, key=lambda candidate: abs(candidate[2]), default=None)


def order(model: Model) -> Iterator[tuple[Quantity, tuple[int | slice, ...]]]:
    """Yield each quantity, and the part of its array that `run` computes at once, in its order."""
    return ((quantity, _place(quantity, at)) for quantity, at in _rounds(model))


def _rounds(model: Model) -> Iterator[tuple[Quantity, At]]:
    """Yield what is computed at once, each after everything that it uses.

    Along an ordered axis, consecutive quantities of the model take turns: all of them at one entry,
    then all at the next. Sentences come last.
    """
    computed = [q for q in model.quantities if q.equation is not None and not q.is_sentence]
    yield from _ordered([(quantity, _ordered_axes(quantity)) for quantity in computed], {})
    yield from ((quantity, {}) for quantity in model.quantities if quantity.is_sentence)


def _ordered(
    waiting: Sequence[tuple[Quantity, Sequence[Axis]]], at: At
) -> Iterator[tuple[Quantity, At]]:
    """Yield quantities at every entry of their remaining ordered axes."""
    for runs, group in groupby(waiting, key=lambda pair: _runs(pair[1])):
        together = list(group)
        if runs is None:
            yield from ((quantity, at) for quantity, _ in together)
            continue
        family, direction = runs
        indices = range(
            min(axis.first for _, (axis, *_) in together),
            max(axis.first + axis.length for _, (axis, *_) in together),
        )
        for index in reversed(indices) if direction == "down" else indices:
            here = [
                (quantity, inner)
                for quantity, (axis, *inner) in together
                if _begin(quantity, axis) <= index < axis.first + axis.length
            ]
            yield from _ordered(here, {**at, family: index})


def _ordered_axes(quantity: Quantity) -> list[Axis]:
    return [axis for axis in quantity.axes if axis.order]


def _runs(axes: Sequence[Axis]) -> tuple[str, str] | None:
    """Return the family and the direction of the first axis."""
    return (axes[0].family, axes[0].order) if axes else None


def _begin(quantity: Quantity, axis: Axis) -> int:
    """Return the first index along an axis at which a quantity is computed, not typed."""
    return axis.first + (quantity.given if axis in quantity.rows[:1] else 0)


def _places(quantity: Quantity) -> Iterator[At]:
    """Yield where a quantity is computed along its ordered axes."""
    if quantity.is_sentence:
        return iter(({},))
    return (at for _, at in _ordered([(quantity, _ordered_axes(quantity))], {}))


def _place(quantity: Quantity, at: At) -> tuple[int | slice, ...]:
    """Return where in its array a quantity is computed."""
    return tuple(
        at[axis.family] - axis.first if axis.family in at else slice(None) for axis in quantity.axes
    )


def expected(model: Model, quantity: Quantity, arrays: Arrays) -> np.ndarray:
    """Compute a quantity from the given values of the quantities that it depends on.

    Parameters
    ----------
    model : Model
    quantity : Quantity
        A quantity with an equation.
    arrays : dict of arrays
        Values of the quantity and of those it uses, as `run` returns them.

    Returns
    -------
    array
        The whole quantity; typed entries are unchanged.
    """
    dtype = object if quantity.is_text else float
    values = (
        np.empty(quantity.lengths, dtype) if not quantity.given else arrays[quantity.name].copy()
    )
    for at in _places(quantity):
        values[*_place(quantity, at), ...] = _value(model, quantity, arrays, at, judges=True)
    return values


def terms(model: Model, quantity: Quantity, arrays: Arrays) -> np.ndarray | float:
    """Return the size of the terms of a quantity, even if they cancel.

    It is the relative change of the result if its arguments change a little: an engine writes
    values with 15 digits, so each term is known to 15 digits.

    Returns
    -------
    array
        Of the quantity's shape. Large where a class jumps, but far below 1 / 1e-12.
    """
    still, size = expected(model, quantity, arrays), 0.0
    for result in nudged(model, quantity, arrays, NUDGE):
        with np.errstate(all="ignore"):  # of infinities, which the comparison reports
            size = np.fmax(size, np.abs(result - still) / NUDGE)
    return size


def nudged(model: Model, quantity: Quantity, arrays: Arrays, far: float) -> Iterator[np.ndarray]:
    """Yield a quantity several times, each time from slightly changed arguments.

    Parameters
    ----------
    model : Model
    quantity : Quantity
    arrays : dict of arrays
    far : float
        The largest relative change of a number.
    """
    generator = np.random.default_rng(0)
    names = {name for name in quantity.sources if not model[name].is_text}
    for _ in range(DRAWS):
        moved = {
            name: arrays[name] * (1 + far * generator.uniform(-1, 1, arrays[name].shape))
            for name in sorted(names)
        }
        yield expected(model, quantity, {**arrays, **moved})


def ties(model: Model, quantity: Quantity, arrays: Arrays, tolerance: float) -> np.ndarray:
    """Return which entries of a quantity are different but equally good choices.

    Returns
    -------
    array of bool
        Of the quantity's shape.
    """
    array = arrays[quantity.name]
    tied = np.zeros(quantity.lengths, dtype=bool)
    for at in _places(quantity):
        place, part = _place(quantity, at), _run_of(quantity, at)
        arguments = _arguments(model, part, arrays, at)
        tied[*place, ...] = part.equation.ties(array[place], tolerance, **arguments)
    return tied


def _empty(quantity: Quantity, inputs: Arrays) -> np.ndarray:
    if quantity.equation is None:
        return np.asarray(inputs[quantity.name])
    nothing, dtype = (None, object) if quantity.is_text else (np.nan, float)
    array = np.full(quantity.lengths, nothing, dtype=dtype)
    if quantity.given:
        quantity.typed(array)[...] = inputs[quantity.name]
    return array


def _run_of(quantity: Quantity, at: At) -> Quantity:
    """Return the quantity of the run that is computed."""
    return quantity.runs[sum(at[axis.family] for axis in quantity.each) - quantity.begins]


def _value(
    model: Model,
    quantity: Quantity,
    arrays: Arrays,
    at: At,
    *,
    judges: bool = False,
) -> np.ndarray:
    """Compute a quantity at one entry of its ordered axes.

    With ``judges``, arguments are used as they are on a sheet, even an index out of range.
    """
    if isinstance(quantity.equation, Sentence):
        return _texts(model, quantity, arrays, judges=judges)
    part = _run_of(quantity, at)
    arguments = _arguments(model, part, arrays, at)
    # the comparison reports overflows better than NumPy's warnings
    with np.errstate(all="ignore"):
        try:
            return part.equation.array(**arguments)
        except Exception as error:
            # equations need not handle missing values, such as NaN as an index
            if not _is_no_value(error, arguments, judges=judges):
                raise
            return np.full(
                quantity.at_once, *((None, object) if quantity.is_text else (np.nan, float))
            )


def _texts(model: Model, quantity: Quantity, arrays: Arrays, *, judges: bool) -> np.ndarray:
    """Return a sentence for each row and unit, or its other text where a number is missing."""
    texts = np.full(quantity.lengths, None, dtype=object)
    axes = len(quantity.axes)
    for index in np.ndindex(texts.shape):
        own = dict(zip(quantity.axes, index, strict=False))
        one = quantity.runs[index[0] if quantity.each else 0]
        arguments = {
            role: _in_row(model[use.name], arrays[use.name], own) for role, use in one.uses.items()
        }
        try:
            with np.errstate(all="ignore"):
                texts[index] = one.equation.text(*index[axes:], **arguments)
        except Exception as error:
            if not _is_no_value(error, arguments, judges=judges):
                raise
            texts[index] = quantity.otherwise or None
    return texts


def _in_row(quantity: Quantity, array: np.ndarray, own: Mapping[Axis, int]) -> Any:  # noqa: ANN401 -- an array, a number or a text
    """Return the values of a quantity in a sentence's row, along axes that both have."""
    at = {axis.name: axis.first + position for axis, position in own.items()}
    row = [at[axis.name] - axis.first if axis.name in at else slice(None) for axis in quantity.axes]
    return array[tuple(row)]


def _is_no_value(error: Exception, arguments: Mapping[str, Any], *, judges: bool) -> bool:
    """Return whether an equation failed because a number has no value."""
    if isinstance(error, MissingNumberError):
        return True
    is_no_place = judges and isinstance(error, IndexError | OverflowError | ValueError)
    return is_no_place or any(map(_lacks, arguments.values()))


def _lacks(argument: object) -> bool:
    """Return whether an entry has no value."""
    array = np.asarray(argument)
    if array.dtype.kind in "OUT":
        return any(entry is None for entry in array.ravel())
    return not np.isfinite(array).all()


def _arguments(model: Model, quantity: Quantity, arrays: Arrays, at: At) -> dict[str, np.ndarray]:
    """Return the arguments of an equation at one entry of its ordered axes."""
    return {role: _argument(model, use, arrays, at) for role, use in quantity.uses.items()}


def _argument(model: Model, use: Use, arrays: Arrays, at: At) -> np.ndarray:
    """Return the values of an argument; beyond its ends, those of its start."""
    source = model[use.name]
    if use.along in at:
        at = {**at, use.along: at[use.along] - use.lag}
    for axis in source.axes:
        is_inside = axis.first <= at.get(axis.family, axis.first) < axis.first + axis.length
        if use.start is not None and axis.family == use.along and not is_inside:
            return _argument(model, Use(use.start), arrays, at)
    return arrays[use.name][_place(source, at)]
