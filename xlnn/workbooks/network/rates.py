"""The constants with which a network steps: those of its optimiser, and its penalty."""

from collections.abc import Mapping

import numpy as np

from xlnn.data.digits import rounded
from xlnn.equations.optimiser import OPTIMISERS
from xlnn.errors import DataError
from xlnn.workbooks.network.spec import Spec


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
