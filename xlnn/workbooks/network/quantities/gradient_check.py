"""The quantities of the sheet Gradient check: a slope computed in two ways.

The chosen parameter is moved by h to either side, all images are sent forward, and the difference
quotient is shown next to the back-propagated gradient.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from math import prod

import numpy as np

from xlnn.equations.cost import TotalCost
from xlnn.equations.lens import DIFFERENCE_QUOTIENT, DISTANCE, ChosenGradient, Shifted
from xlnn.equations.lookup import OfEpoch
from xlnn.equations.optimiser import Penalty
from xlnn.quantity import Model, Quantity
from xlnn.workbooks.network.quantities.network import L2, cost, forward, penalised
from xlnn.workbooks.network.quantities.stack import Stack, quantity

SHEET = "gradient_check"
PREFIX = "slope_"
SIDES = {"plus_": 1, "minus_": -1}

HEEDED = 0.01
"""From which part of the largest slope on a parameter is worth moving."""


def gradient_check(stack: Stack) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Gradient check."""
    shown = {"prefix": PREFIX, "sheet": SHEET}
    parameters = list(stack.parameters)
    count = sum(prod(shape) for *_, shape in parameters)
    yield quantity("epoch", choices=(1, stack.spec.epochs), number_format="0", **shown)
    yield quantity("chosen", choices=(1, count), number_format="0", **shown)
    yield quantity("h", scale=0.01, number_format="General", **shown)
    for kind in ("", "dC_d"):
        for letter, layer, shape in parameters:
            uses = {"all_epochs": f"{kind}{letter}{layer}", "epoch": "slope_epoch"}
            own = {"shape": shape, "equation": OfEpoch(shape), "uses": uses}
            yield quantity(f"{kind}{letter}", layer, **own, **shown)
    for side, sign in SIDES.items():
        first = 1
        for letter, layer, shape in parameters:
            uses = {"w": f"slope_{letter}{layer}", "chosen": "slope_chosen", "h": "slope_h"}
            own = {"shape": shape, "equation": Shifted(first, sign), "uses": uses}
            yield quantity(letter, layer, prefix=side, sheet=SHEET, **own)
            first += prod(shape)
    images = (stack.image,)
    for side in SIDES:
        below = {stack.names[0]: "x"}
        moved = {"axes": images, "prefix": side, "sheet": SHEET}
        sent = chain(forward(stack, slopes=False, below=below, **moved), cost(stack, **moved))
        # w + h and w - h differ in one parameter, so a formula with the wrong one may seem right
        yield from (replace(found, reads_as_stated=True) for found in sent)
    quotients = {"C_plus": "plus_C", "C_minus": "minus_C", "h": "slope_h"}
    yield quantity("quotient", axes=images, equation=DIFFERENCE_QUOTIENT, uses=quotients, **shown)
    uses = {"C": "slope_quotient"}
    if stack.spec.regularised:
        yield from _penalties(stack)
        uses["penalty"] = "slope_penalty"
    yield quantity("numeric", equation=TotalCost(), uses=uses, **shown)
    names = tuple(f"slope_dC_d{letter}{layer}" for letter, layer, _ in parameters)
    uses = {name: name for name in names} | {"chosen": "slope_chosen"}
    yield quantity("backward", equation=ChosenGradient(names), uses=uses, **shown)
    between = {"here": "slope_numeric", "there": "slope_backward"}
    yield quantity("distance", equation=DISTANCE, uses=between, number_format="0.0E+00", **shown)


def worth_moving(model: Model, run: Mapping[str, np.ndarray]) -> int:
    """Return the number of the first parameter that affects the cost: a pixel may be always 0.

    Parameters
    ----------
    model : Model
        With the sheet Gradient check.
    run : dict of arrays
        What training comes to.
    """
    names = [name.removeprefix(PREFIX) for name in model["slope_backward"].uses]
    slopes = [np.abs(run[name][0]).ravel() for name in names if name in run]
    size = np.concatenate(slopes) if slopes else np.ones(1)
    return int((size >= HEEDED * size.max()).argmax()) + 1


def _penalties(stack: Stack) -> Iterator[Quantity]:
    """Yield the penalty with w + h and with w - h, and the slope that it adds to C_T."""
    for side in SIDES:
        weights = [f"{side}{name}" for name in penalised(stack)]
        uses = {name: name for name in (*weights, L2)}
        found = quantity(
            "penalty", prefix=side, sheet=SHEET, equation=Penalty(tuple(weights)), uses=uses
        )
        yield replace(found, reads_as_stated=True)
    quotients = {"C_plus": "plus_penalty", "C_minus": "minus_penalty", "h": "slope_h"}
    yield quantity(
        "penalty", prefix=PREFIX, sheet=SHEET, equation=DIFFERENCE_QUOTIENT, uses=quotients
    )
