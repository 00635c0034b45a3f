"""Choose the quantities that an exercise leaves out.

Levels follow from the order in which a step computes quantities, in any workbook. In a network, the
first of five starts with the weighted input, and the last leaves out a whole training epoch.

Quantities whose values depend on rounding are never left out: a difference of nearly equal numbers,
or the first of several equal maxima, varies with the engine and with the way a formula is written,
so comparing sums cannot show whether it is right.
"""

from collections.abc import Sequence

import numpy as np

from xlnn import reference
from xlnn.equation import Constant
from xlnn.errors import DataError, OptionsError
from xlnn.layout import Layout
from xlnn.quantity import Quantity
from xlnn.reference import Arrays
from xlnn.workbooks.exercise import LEVELS
from xlnn.workbooks.exercise_sheet import Tasks, check_blank

NUDGE = 1e-13
"""The relative change of the inputs: a few hundred times that of rounding."""

MOST_AT_FIRST = 12
"""The most quantities that level 1 leaves out: as many as fit into a lesson."""

DRAWS = 2
"""The number of tries, each with a change and its opposite, one of which breaks a tie."""


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


BESIDE = frozenset(
    {
        *("play", "map", "lens", "recognise", "test_images", "test", "gradient_check", "check"),
        *("plane", "drawing", "labels"),
    }
)
"""Sheets that show or repeat results of others, or hold what only a chart reads."""


def blanks_of(layout: Layout, blank: Sequence[str], level: int, cells: Arrays) -> tuple[str, ...]:
    """Return the names of the quantities that are left out, in the order of computation.

    Parameters
    ----------
    layout : Layout
    blank : sequence of str
        The chosen quantities; empty if a level was chosen.
    level : int
    cells : dict of arrays
        The values of the input cells.

    Raises
    ------
    OptionsError
        There is no such level.
    DataError
        There is no such quantity, or nothing to leave out.
    """
    if blank:
        for name in blank:
            check_blank(layout.model, name)
        chosen = tuple(quantity.name for quantity in in_order(layout) if quantity.name in blank)
        if shaky := unsteady(layout, chosen, cells):
            raise DataError(
                f"{shaky[0]} cannot be left out: rounding decides its numbers, so a right formula "
                "may give different ones.",
                "blank",
            )
        return chosen
    if not 1 <= level <= LEVELS:
        raise OptionsError(f"level is {level}: a whole number from 1 to {LEVELS} was expected.")
    fit = [quantity.name for quantity in in_order(layout) if is_exercise(layout, quantity)]
    shaky = unsteady(layout, fit, cells)
    fit = [name for name in fit if name not in shaky]
    if not fit:
        raise DataError("This workbook has no formulas that could be an exercise.")
    return tuple(fit[: _count(len(fit), level)])


def _count(every: int, level: int) -> int:
    """Return how many quantities a level leaves out: equal parts, but the first is not too long.

    >>> [_count(19, level) for level in range(1, 6)], [_count(134, level) for level in (1, 2, 5)]
    ([4, 8, 12, 16, 19], [12, 43, 134])
    """
    first = min(-(-every // LEVELS), MOST_AT_FIRST)
    return first - (first - every) * (level - 1) // (LEVELS - 1)


def is_exercise(layout: Layout, quantity: Quantity) -> bool:
    """Return whether a level may blank a quantity: its numbers must show if a formula is right."""
    equation, block = quantity.equation, layout.blocks[quantity.name]
    return (
        equation is not None
        and not (
            quantity.is_text
            or equation.reads_as_stated
            or equation.discontinuous
            or equation.repeats
        )
        and not isinstance(equation, Constant)
        and block.runs[0].is_table
        and block.sheet not in BESIDE
        and not quantity.name.startswith("test_")
    )


def in_order(layout: Layout) -> list[Quantity]:
    """Return the quantities with equations in the order in which one step computes them.

    In a network these are the forward pass, the cost, the errors, the gradients and the update. The
    model states what has a start, such as weights and the moments of Adam, before all that uses it;
    its new values come last in a step, after all that they are computed from, unless they are
    computed from numbers of their own step.
    """
    model = layout.model
    ordered: list[Quantity] = []
    updated: list[Quantity] = []
    for quantity in model.quantities:
        if not quantity.timed:  # a step has ended
            ordered += updated
            updated = []
        if quantity.equation is not None:
            sources = (model[use.name] for use in quantity.uses.values() if not use.lag)
            is_of_step = any(used.timed and used not in updated for used in sources)
            (updated if quantity.given and not is_of_step else ordered).append(quantity)
    return ordered + updated
