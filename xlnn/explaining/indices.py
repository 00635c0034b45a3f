"""Find the entry of an array from the positions that users see."""

from collections.abc import Mapping
from math import prod

import numpy as np

from xlnn.arguments import is_whole, wrong
from xlnn.errors import OptionsError
from xlnn.quantity import Quantity


def index_of(
    quantity: Quantity, at: Mapping[str, int], unit: tuple[int, ...] = ()
) -> tuple[int, ...]:
    """Return the index of an entry; the first along axes that are not given, and of units.

    Parameters
    ----------
    quantity : Quantity
    at : dict
        Positions along axes by their names, as shown.
    unit : tuple of int
        From 1. For units with several dimensions also one number, or the first and one number for
        the rest, as in `xlnn.values`.

    Raises
    ------
    OptionsError
        There is no such axis, number or unit.

    >>> from xlnn.quantity import Axis
    >>> epoch = Axis("epoch", 50)
    >>> index_of(Quantity("W", axes=(epoch,), shape=(3, 2, 2)), {"epoch": 7}, (2, 3))
    (6, 1, 1, 0)
    """
    if not isinstance(at, Mapping):
        raise wrong("at", at, 'a dict of numbers along axes, such as {"epoch": 1},')
    names = {axis.name: n for n, axis in enumerate(quantity.axes)}
    names |= {name: n for n, axis in enumerate(quantity.axes) for name in _also(axis.name)}
    index = [0] * len(quantity.axes)
    for name, number in at.items():
        if name not in names:
            known = ", ".join(axis.name for axis in quantity.axes) or "none"
            raise OptionsError(f"{quantity.name} has no {name}: its axes are {known}.")
        if not is_whole(number):
            raise wrong(f"{name} of {quantity.name}", number, "a whole number")
        axis = quantity.axes[names[name]]
        index[names[name]] = number - axis.counts_from
        if not 0 <= index[names[name]] < axis.length:
            last = axis.counts_from + axis.length - 1
            raise OptionsError(
                f"There is no {name} {number}: for {quantity.name}, {name} goes from "
                f"{axis.counts_from} to {last}."
            )
    return (*index, *_unit_of(quantity, unit or (1,) * len(quantity.shape)))


def _unit_of(quantity: Quantity, unit: tuple[int, ...]) -> tuple[int, ...]:
    """Return the index of a unit, whose last number may count all remaining dimensions."""
    if not isinstance(unit, tuple | list) or not all(map(is_whole, unit)):
        raise wrong("unit", unit, "a tuple of whole numbers, such as (1, 2),")
    shape = quantity.shape
    if 0 < len(unit) < len(shape):
        shape = (*shape[: len(unit) - 1], prod(shape[len(unit) - 1 :]))
    if len(unit) != len(shape) or not all(
        1 <= each <= length for each, length in zip(unit, shape, strict=True)
    ):
        raise OptionsError(f"{_known(quantity)} no unit {_written(unit)}.")
    if len(shape) == len(quantity.shape):
        return tuple(each - 1 for each in unit)
    number = np.ravel_multi_index(tuple(each - 1 for each in unit), shape)
    return tuple(map(int, np.unravel_index(number, quantity.shape)))


def _known(quantity: Quantity) -> str:
    """Return words for the units of a quantity."""
    if not quantity.shape:
        return f"{quantity.name} is one number and has"
    first, last = (1,) * len(quantity.shape), quantity.shape
    return f"{quantity.name} has units {_written(first)} to {_written(last)}, and"


def _written(unit: tuple[int, ...]) -> str:
    return ",".join(map(str, unit))


def _also(axis: str) -> tuple[str, ...]:
    """Return other names of an axis: state 3 is the end of epoch 3."""
    return ("epoch",) if axis == "state" else ()
