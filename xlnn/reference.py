"""What does NumPy say? The quantities of a model, computed by their ``array`` statements.

Two readings of the same list: `run` computes everything from the inputs, epoch after epoch;
`expected` computes one quantity from given values of the quantities it depends on.
"""

from collections.abc import Mapping
from itertools import groupby

import numpy as np

from xlnn.quantity import Model, Quantity

NUDGE = 1e-6
"""How far terms are moved: rounding disturbs no more than the tenth digit of what comes of it."""

DRAWS = 8
"""How often: two terms that cancel may move together once or twice."""

Arrays = Mapping[str, np.ndarray]


def known(model: Model) -> dict[str, np.ndarray]:
    """Return what records hold in every workbook: the numbers of an axis, or nothing yet.

    >>> from xlnn.quantity import Axis
    >>> known(Model((Quantity("i", axes=(Axis("point", 3, counts_from=-1),), counts=True),)))
    {'i': array([-1.,  0.,  1.])}
    """
    found = {}
    for quantity in model.quantities:
        if quantity.counts:
            (axis,) = quantity.axes
            found[quantity.name] = np.arange(axis.length) + float(axis.counts_from)
        elif quantity.is_record and quantity.given:
            found[quantity.name] = np.zeros(quantity.input_lengths)
    return found


def run(model: Model, inputs: Arrays) -> dict[str, np.ndarray]:
    """Compute every quantity of a model from its inputs.

    Parameters
    ----------
    model : Model
    inputs : dict of arrays
        The input quantities by name. Of a quantity with a start (the weights), the start:
        shape (1, units ...).

    Returns
    -------
    dict of arrays
        Every quantity by name, axes first: ``z2`` (epochs, images, units).
    """
    arrays = {quantity.name: _empty(quantity, inputs) for quantity in model.quantities}
    computed = [quantity for quantity in model.quantities if quantity.is_compared]
    for timed, group in groupby(computed, key=lambda quantity: quantity.timed):
        quantities = list(group)
        if not timed:
            for quantity in quantities:
                arrays[quantity.name][...] = _value(model, quantity, arrays)
            continue
        for index in range(max(quantity.lengths[0] for quantity in quantities)):
            for quantity in quantities:
                if quantity.given <= index < quantity.lengths[0]:
                    arrays[quantity.name][index] = _value(model, quantity, arrays, index)
    return arrays


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
        The whole quantity; a part that is given stays as it is.
    """
    if not quantity.timed:
        return np.asarray(_value(model, quantity, arrays, judges=True))
    values = arrays[quantity.name].copy()
    for index in range(quantity.given, quantity.lengths[0]):
        values[index] = _value(model, quantity, arrays, index, judges=True)
    return values


def terms(model: Model, quantity: Quantity, arrays: Arrays) -> np.ndarray | float:
    """Return the size of the terms of which a quantity is made, also where they cancel in it.

    It is how far the result moves, relatively, when what it is computed from moves a little: an
    engine writes its values with 15 digits, and so many are known of each term.

    Returns
    -------
    array
        Of the quantity's shape. Large for a class that jumps, and yet far below 1 / 1e-12.
    """
    generator = np.random.default_rng(0)
    names = {use.name for use in quantity.uses.values() if not model[use.name].is_text}
    still, size = expected(model, quantity, arrays), 0.0
    for _ in range(DRAWS):
        moved = {
            name: arrays[name] * (1 + NUDGE * generator.uniform(-1, 1, arrays[name].shape))
            for name in sorted(names)
        }
        result = expected(model, quantity, {**arrays, **moved})
        with np.errstate(all="ignore"):  # of infinities, which the comparison names
            size = np.fmax(size, np.abs(result - still) / NUDGE)
    return size


def ties(model: Model, quantity: Quantity, arrays: Arrays, tolerance: float) -> np.ndarray:
    """Tell which entries of a quantity are other choices that are as good.

    Returns
    -------
    array of bool
        Of the quantity's shape.
    """
    got = arrays[quantity.name]
    tied = np.zeros(quantity.lengths, dtype=bool)
    if not quantity.timed:
        tied[...] = quantity.equation.ties(got, tolerance, **_arguments(model, quantity, arrays))
        return tied
    for index in range(quantity.given, quantity.lengths[0]):
        arguments = _arguments(model, quantity, arrays, index)
        tied[index] = quantity.equation.ties(got[index], tolerance, **arguments)
    return tied


def _empty(quantity: Quantity, inputs: Arrays) -> np.ndarray:
    if quantity.equation is None:
        return np.asarray(inputs[quantity.name])
    nothing, kind = (None, object) if quantity.is_text else (np.nan, float)
    array = np.full(quantity.lengths, nothing, dtype=kind)
    if quantity.given:
        array[: quantity.given] = inputs[quantity.name]
    return array


def _value(
    model: Model,
    quantity: Quantity,
    arrays: Arrays,
    index: int | None = None,
    *,
    judges: bool = False,
) -> np.ndarray:
    """Compute a quantity; if it has epochs, in the epoch of that index.

    Who judges a sheet computes from what stands there, be it the 80th of 64.
    """
    arguments = _arguments(model, quantity, arrays, index)
    # NumPy's warnings of an overflow say nothing that the comparison does not say better
    with np.errstate(all="ignore"):
        try:
            return quantity.equation.array(**arguments)
        except Exception as error:
            # an equation need not mind what has no value: no entry is the NaN-th
            is_no_place = judges and isinstance(error, IndexError | OverflowError | ValueError)
            if not is_no_place and not any(map(_lacks, arguments.values())):
                raise
            shape = quantity.lengths if index is None else quantity.lengths[1:]
            return np.full(shape, *((None, object) if quantity.is_text else (np.nan, float)))


def _lacks(argument: np.ndarray) -> bool:
    """Tell whether some entry has no value."""
    if argument.dtype == object:
        return any(entry is None for entry in argument.ravel())
    return bool(np.isnan(argument).any())


def _arguments(
    model: Model, quantity: Quantity, arrays: Arrays, index: int | None = None
) -> dict[str, np.ndarray]:
    """Return what an equation is computed from; if it has epochs, in the epoch of that index."""
    return {
        role: arrays[use.name][index - use.lag]
        if index is not None and model[use.name].timed
        else arrays[use.name]
        for role, use in quantity.uses.items()
    }
