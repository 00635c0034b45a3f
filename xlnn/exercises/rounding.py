"""Find quantities whose values depend on rounding, so that right formulas may differ.

A difference of nearly equal numbers, or the first of several equal maxima, varies with the engine
and with the way a formula is written. Comparing sums cannot show whether it is right.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from xlnn import reference
from xlnn.layout import Layout
from xlnn.reference import Arrays
from xlnn.workbooks.exercise_sheet import Tasks
from xlnn.workbooks.kind import Recipe, WorkbookKind

NUDGE = 1e-13
"""The relative change of the inputs: a few hundred times that of rounding."""

DRAWS = 2
"""The number of tries, each with a change and its opposite, one of which breaks a tie."""


def cells_of(kind: WorkbookKind[Any, Any], made: Recipe[Any], layout: Layout) -> dict[str, Any]:
    """Return the values of a workbook's input cells and records.

    Raises
    ------
    DataError
        NumPy cannot compute the workbook from its inputs.
    """
    run = reference.run(made.model, made.inputs)
    kind.check_run(made.model, run)
    return kind.cells(made, layout, run)


def unsteady(layout: Layout, blank: Sequence[str], cells: Arrays) -> tuple[str, ...]:
    """Return which quantities have different sums if all inputs change in their last digits.

    Parameters
    ----------
    layout : Layout
        The layout of the workbook, without a sheet Exercise.
    blank : sequence of str
    cells : dict of arrays
        The values of its input cells.
    """
    if not blank:
        return ()
    tasks, random = Tasks(layout, tuple(blank)), np.random.default_rng(0)
    run = reference.run(layout.model, cells)
    right = np.ones(len(blank), dtype=bool)
    for _ in range(DRAWS):
        by = {
            quantity.name: NUDGE * random.uniform(-1, 1, quantity.input_lengths)
            for quantity in layout.model.inputs
            if not (quantity.is_text or quantity.choices)
        }
        for sign in (1, -1):
            moved = {name: np.asarray(cells[name]) * (1 + sign * by[name]) for name in by}
            right &= tasks.right(run, reference.run(layout.model, {**cells, **moved}))
    return tuple(name for name, is_right in zip(blank, right, strict=True) if not is_right)
