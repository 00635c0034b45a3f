"""With which numbers does a network step? The learning rate, and what its optimiser takes."""

from collections.abc import Mapping

import numpy as np

from xlnn.data.digits import rounded
from xlnn.equations.optimiser import OPTIMISERS
from xlnn.errors import DataError
from xlnn.workbooks.network.spec import Spec


def rate_of(value: object) -> np.ndarray:
    """Return the learning rate.

    Raises
    ------
    DataError
        It is no finite number greater than 0.
    """
    if not _is_number(value) or value <= 0:
        raise DataError(
            f"eta is {value}: the learning rate is a finite number greater than 0.", "eta"
        )
    return rounded(value)


def penalty_of(origin: object, asked: object) -> float | None:
    """Return the strength of the penalty on the weights; None where there is none.

    Raises
    ------
    DataError
        It is no number from 0 on.
    """
    value = origin if asked is None else asked
    if value is not None and (not _is_number(value) or value < 0):
        raise DataError(f"l2 is {value}: the penalty on the weights is a number from 0 on.", "l2")
    return None if asked == 0 else value


def constants_of(
    spec: Spec, given: Mapping[str, object], l2: float | None
) -> dict[str, np.ndarray]:
    """Return what the optimiser and the penalty take, as given or else as usual.

    Raises
    ------
    DataError
        A number is none that the optimiser can take.
    """
    found = {} if l2 is None else {"l2": rounded(l2)}
    for name, constant in OPTIMISERS[spec.optimizer].constants.items():
        value = given.get(name, constant.usual)
        if not _is_number(value) or not constant.takes(value):
            raise DataError(
                f"{name} is {value}: {spec.optimizer} takes a number {constant.wanted}."
            )
        found[name] = rounded(value)
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and bool(np.isfinite(value))
