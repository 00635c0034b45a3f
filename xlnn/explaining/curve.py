"""Choose the quantity that shows how a run went."""

from collections.abc import Mapping

import numpy as np

from xlnn.layout import Layout
from xlnn.quantity import Quantity

CHECK = "check"
"""The key of the sheet that tells what was changed."""


def course_of(layout: Layout, arrays: Mapping[str, np.ndarray]) -> Quantity | None:
    """Return the total cost; without one, the last single number along epochs or steps."""
    found = [
        quantity
        for quantity in layout.model.quantities
        if is_course(quantity) and quantity.equation is not None and quantity.sheet != CHECK
    ]
    cost = [quantity for quantity in found if quantity.name == "C_T"]
    known = [each for each in cost or found if np.isfinite(arrays[each.name]).any()]
    return (known or [None])[-1]


def is_course(quantity: Quantity) -> bool:
    """Return whether a quantity is one number in each epoch or step."""
    axes = [axis.family for axis in quantity.rows]
    return axes == ["time"] and not quantity.shape and not quantity.is_text
