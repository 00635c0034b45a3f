"""Collect notes about a workbook that apply whether its formulas are right or wrong."""

from collections.abc import Iterator, Sequence

import numpy as np

from xlnn import reference
from xlnn.checking.comparison import Comparison, is_altered
from xlnn.checking.formula_text import plainly
from xlnn.checking.report import Report
from xlnn.checking.stored import stale
from xlnn.layout import Layout
from xlnn.loading.arrays import inputs_of
from xlnn.quantity import Quantity
from xlnn.reference import Arrays

LARGE = 1e100
"""Products and powers of such numbers are beyond 1.8e308, the largest that a cell holds."""

OVERFLOWS = ("#NUM!", float("inf"), float("-inf"))
"""What engines give there."""


def overflow(report: Report, layout: Layout, arrays: Arrays) -> str:
    """Return a sentence about an input that is too large, or an empty string.

    Parameters
    ----------
    report : Report
    layout : Layout
    arrays : dict of arrays
        NumPy's run of the inputs that the workbook holds.
    """
    if not report.wrong or any(map(is_altered, report.wrong)) or _size(arrays) < LARGE:
        return ""
    inputs = inputs_of(layout, arrays)
    numeric = [q for q in layout.model.inputs if not (q.is_text or q.choices)]
    # if steps of size 0 keep the numbers small, the steps were too large
    steps = [quantity for quantity in numeric if quantity.calms]
    still = inputs | {quantity.name: 0 * inputs[quantity.name] for quantity in steps}
    is_step = bool(steps) and _size(reference.run(layout.model, still)) < LARGE
    name, index, value = max(
        (_largest(quantity, inputs[quantity.name]) for quantity in (steps if is_step else numeric)),
        key=lambda found: abs(found[2]),
    )
    first = report.wrong[0]
    if first.got not in OVERFLOWS or abs(value) <= 1:
        return ""
    symbol = layout.model[name].heading(index[len(layout.model[name].axes) :]).strip() or name
    return (
        f"{layout.cell(name, index)} is too large: numbers computed from {symbol} = {value:.15g} "
        f"do not fit in a cell, starting with {first.cell}: type a smaller number."
    )


def _size(arrays: Arrays) -> float:
    """Return the size of the largest number."""
    numbers = (np.abs(array).ravel() for array in arrays.values() if array.dtype != object)
    return max((float(np.fmax.reduce(each, initial=0.0)) for each in numbers), default=0.0)


def _largest(quantity: Quantity, array: np.ndarray) -> tuple[str, tuple[int, ...], float]:
    """Return an input's name, and where its largest number is and what."""
    index = tuple(map(int, np.unravel_index(np.abs(array).argmax(), array.shape)))
    return quantity.name, index, float(array[index])


def remarks(comparison: Comparison, arrays: Arrays) -> Iterator[str]:
    """Yield notes about what no comparison covers.

    These are inputs that hold formulas, moved names, settings, and stale stored values.

    Parameters
    ----------
    comparison : Comparison
    arrays : dict of arrays
        What was computed.
    """
    layout, names = comparison.layout, comparison.names
    if comparison.contents.is_manual:
        yield (
            "it is set to manual calculation, so it may show results of earlier inputs; set "
            "calculation to automatic"
        )
    if not comparison.found:  # else what is wrong is said, and this follows from it
        yield from _stored(stale(comparison, arrays))
    found = []
    for quantity in layout.model.inputs:
        formulas = quantity.typed(comparison.formulas_of(quantity))
        found += [layout.cell(quantity.name, tuple(index)) for index in np.argwhere(formulas)]
    if len(found) == 1:
        yield f"{found[0]} is an input but holds a formula: its result was used as the number"
    elif found:
        yield (
            f"{len(found):,} inputs hold formulas, {found[0]} among them: their results were used "
            "as the numbers"
        )
    for name, area in layout.names.items():
        stands = names.get(name.casefold())
        if stands and plainly(stands) != plainly(area):
            yield f"the name {name} refers to {stands}, not to {area}"


def _stored(cells: Sequence[str]) -> Iterator[str]:
    """Report stored values that differ from the computed ones."""
    if len(cells) == 1:
        what, they, them = f"{cells[0]} holds a stored value that is", "its formula gives", "it"
    elif cells:
        what = f"{len(cells):,} cells, {cells[0]} among them, hold stored values that are"
        they, them = "their formulas give", "those"
    else:
        return
    yield (
        f"{what} not what {they}, and a program that does not recalculate shows {them}: open the "
        "file in a spreadsheet program and save it"
    )
