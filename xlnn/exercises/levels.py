"""List the quantities that an exercise of a level leaves out.

Levels follow from the order in which quantities are computed, in any workbook. In a network, the
first of five starts with the weighted input, and the last leaves out a whole training epoch.
"""

from collections.abc import Sequence
from difflib import get_close_matches

from xlnn.errors import DataError, OptionsError
from xlnn.exercises.rounding import unsteady
from xlnn.layout import Layout
from xlnn.quantity import Constant, Quantity
from xlnn.reference import Arrays
from xlnn.workbooks.exercise import LEVELS
from xlnn.workbooks.exercise_sheet import check_blank

BESIDE = frozenset(
    {
        *("play", "map", "lens", "recognise", "test_images", "test", "gradient_check", "check"),
        *("plane", "drawing"),
    }
)
"""Sheets that show or repeat results of others."""


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
        There is no such quantity or level.
    DataError
        There is nothing to leave out.
    """
    ordered = [quantity.name for quantity in in_order(layout)]
    if blank:
        for name in blank:
            if name not in layout.model.by_name:
                near = get_close_matches(name, ordered, 3, 0.4)
                hint = f": is it {' or '.join(near)}?" if near else "."
                raise OptionsError(f'There is no quantity "{name:.40}" to leave out{hint}')
            check_blank(layout.model, name)
        chosen = tuple(name for name in ordered if name in blank)
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
    return tuple(fit[: -(-len(fit) * level // LEVELS)])


def is_exercise(layout: Layout, quantity: Quantity) -> bool:
    """Return whether a level may blank a quantity: its numbers must show if a formula is right."""
    equation, block = quantity.equation, layout.blocks[quantity.name]
    return (
        equation is not None
        and not (quantity.is_text or equation.coarse or equation.jumps or equation.repeats)
        and not isinstance(equation, Constant)
        and block.parts[0].is_table
        and block.sheet not in BESIDE
        and not quantity.name.startswith("test_")
    )


def in_order(layout: Layout) -> list[Quantity]:
    """Return the quantities with equations in the order in which one step computes them.

    In a model, a quantity with a start, such as weights, precedes those that use it; within a step,
    its new value comes after everything that it is computed from.
    """
    ordered: list[Quantity] = []
    put_off: list[Quantity] = []
    last_of = {q.name: n for n, q in enumerate(layout.model.quantities)}
    for number, quantity in enumerate(layout.model.quantities):
        if not quantity.timed:  # a step has ended
            ordered += put_off
            put_off = []
        if quantity.equation is None:
            continue
        later = any(use.lag and last_of[use.name] > number for use in quantity.uses.values())
        (put_off if later else ordered).append(quantity)
    return ordered + put_off
