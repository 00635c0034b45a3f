"""The sheet Gradient check: a slope computed in two ways.

The chosen parameter is moved by h to either side, all samples are sent forward, and the difference
quotient is shown next to the back-propagated gradient.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain
from math import prod

import numpy as np

from xlnn.equations.cost import TOTAL_COST
from xlnn.equations.lens import CHOSEN_GRADIENT, DIFFERENCE_QUOTIENT, DISTANCE, shifted
from xlnn.equations.lookup import OfRow
from xlnn.equations.optimiser import PENALTY
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.workbooks.network.quantities.network import L2, cost, forward, penalised
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.sheets.choosers import choices
from xlnn.workbooks.pages.gradient_check import ParameterNumbers
from xlnn.workbooks.pages.number_parts import Made, Row, Symbols
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.part import Below, Beside, PagePart, Space
from xlnn.workbooks.pages.table_parts import Table
from xlnn.workbooks.pages.text_parts import Label
from xlnn.writing.style import NUMBER

SHEET = "gradient_check"
PREFIX = "slope_"
SIDES = {"plus_": "+", "minus_": "-"}

HEEDED = 0.01
"""From which part of the largest slope on a parameter is worth moving."""

RESULTS = ("numeric", "backward", "distance")
LINES = {
    "line_w": PREFIX,
    "line_gradient": f"{PREFIX}dC_d",
    "line_plus": "plus_",
    "line_minus": "minus_",
}
"""The lines of the parameters: how their names begin, by the key of what they are called."""

WIDTH = 10


def quantities(stack: Stack) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Gradient check."""
    shown = partial(quantity, prefix=PREFIX, sheet=SHEET)
    parameters, rows = [*stack.parameters], {"axes": (stack.image,), "sheet": SHEET}
    count = sum(prod(shape) for *_, shape in parameters)
    yield shown("epoch", choices=(1, stack.spec.epochs), number_format="0")
    yield shown("chosen", choices=(1, count), number_format="0")
    yield shown("h", scale=0.01, number_format="General")
    for kind in ("", "dC_d"):
        for letter, layer, shape in parameters:
            found = OfRow(shape).of(f"{kind}{letter}{layer}", "slope_epoch")
            yield shown(f"{kind}{letter}", found, shape=shape, layer=layer)
    for side, sign in SIDES.items():
        first = 1
        for letter, layer, shape in parameters:
            moved = shifted(first, sign).of(f"slope_{letter}{layer}", "slope_chosen", "slope_h")
            yield shown(letter, moved, shape=shape, layer=layer, prefix=side)
            first += prod(shape)
    for side in SIDES:
        below, own = {stack.names[0]: "x"}, {**rows, "prefix": side}
        sent = chain(forward(stack, slopes=False, below=below, **own), cost(stack, **own))
        # w + h and w - h differ in one parameter, so a formula with the wrong one may seem right
        yield from (replace(found, reads_as_stated=True) for found in sent)
    quotient = DIFFERENCE_QUOTIENT.of(h="slope_h")
    yield shown("quotient", quotient.of("plus_C", "minus_C"), axes=(stack.image,))
    uses = {"C": "slope_quotient"}
    if stack.spec.regularised:  # the penalty on both sides, and the slope that it adds to C_T
        for side in SIDES:
            weights = PENALTY.taking(*(f"{side}{name}" for name in penalised(stack)), L2)
            yield shown("penalty", weights, prefix=side, reads_as_stated=True)
        slope = shown("penalty", quotient.of("plus_penalty", "minus_penalty"))
        yield replace(slope, symbol="Δ / 2h")
        uses["penalty"] = "slope_penalty"
    yield shown("numeric", TOTAL_COST, uses)
    names = tuple(f"slope_dC_d{letter}{layer}" for letter, layer, _ in parameters)
    yield shown("backward", CHOSEN_GRADIENT.taking(*names, "chosen").of(chosen="slope_chosen"))
    distance = DISTANCE.of("slope_numeric", "slope_backward")
    yield shown("distance", distance, number_format="0.0E+00")


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


def _parameters(model: Model) -> Below:
    """Return the parameters, each in a column: its number, its symbol, and its values."""
    begins = LINES["line_gradient"]
    names = [name.removeprefix(begins) for name in model.by_name if name.startswith(begins)]
    lines = {key: [prefix + name for name in names] for key, prefix in LINES.items()}
    weights, *_ = lines.values()
    penalties = ["", "plus_penalty", f"{PREFIX}penalty"] * ("plus_penalty" in model.by_name)
    if penalties:
        lines["line_plus"] += penalties
        lines["line_minus"] += ["", "minus_penalty"]
    return Below(
        _titled("line_number", ParameterNumbers(sum(len(model[name].units) for name in weights))),
        _titled("line_symbol", Symbols(*weights, *penalties, coloured=True)),
        *(
            _titled(key, Row(*row, width=WIDTH, flat=True, look=NUMBER))
            for key, row in lines.items()
        ),
    )


def _titled(key: str, row: PagePart) -> Beside:
    return Beside(Label(key, SHEET, fits=True), row, apart=0)


def _images(model: Model) -> Table:
    """Return a row for each sample, with w + h and with w - h."""
    here = [found.name for found in model.quantities if found.sheet == SHEET and found.axes]
    plus, minus = (next(name for name in here if name.startswith(side)) for side in SIDES)
    groups = {plus: "plus", minus: "minus", f"{PREFIX}quotient": ""}
    return Table(*here, groups=groups, width=WIDTH, repeated=True)


PAGE = Page(
    SHEET, "", "",
    choices(
        PREFIX, "chosen", "h", *RESULTS, at=1, of={f"{PREFIX}chosen": ""}, positive=[f"{PREFIX}h"]
    ),
    Space(2), Made(_parameters), Space(), Made(_images), is_named=True, gridlines=True,
    tab="check",
)  # fmt: skip
