"""Verify that a new workbook agrees with NumPy and that Excel can open it.

Where the equations are those of another programmer, one that fails is named.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from xlnn.building.limits import size
from xlnn.checking.check import compare
from xlnn.checking.comparison import all_foreign
from xlnn.checking.edges import edges
from xlnn.checking.formula_text import check_stated
from xlnn.checking.gradients import with_gradients
from xlnn.checking.last_digits import Deciders, check_last_digits
from xlnn.checking.probe import Work
from xlnn.checking.report import Report, named_entry, ratio_of, told_apart, wrong_gradients
from xlnn.checking.witness import begin_second
from xlnn.errors import DataError, DisagreementError, Message, XlnnError
from xlnn.formula import functions_of, parsed
from xlnn.grid import Place, Values
from xlnn.layout import Layout
from xlnn.linting import inspect_and_lint
from xlnn.reference import LARGE, Arrays, size_of
from xlnn.workbooks.own_model import raised
from xlnn.writing.workbook import can_be_stored
from xlnn.xlsx.guard import FUNCTIONS, OTHERWISE, instead_of
from xlnn.xlsx.package import Package, inspect

BYTES_OF_A_FORMULA, BYTES_OF_A_READ = 2_100, 10
"""Memory that formualizer takes, which is the fastest: 2 kB for each formula, and 4 kB where each
reads some 200 cells. The library formulas takes a sixth to a tenth of it, and much longer."""

PART = 0.7
"""The share of free memory that an engine may use."""

FORMULAS_ALWAYS = 2_000_000
"""Formulas assumed to fit if the system does not report free memory."""

REPORT = "This is an error in xlnn: please report it with your data."


def verifier(layout: Layout) -> str:
    """Return the engine that verifies a workbook before it is published."""
    if layout.has_arrays:
        return "ironcalc"
    total, free = size(layout), free_memory()
    needed = total.formulas * BYTES_OF_A_FORMULA + total.reads * BYTES_OF_A_READ
    if free is None:
        return "formualizer" if total.formulas <= FORMULAS_ALWAYS else "formulas"
    return "formualizer" if needed <= PART * free else "formulas"


def free_memory() -> int | None:
    """Return how many bytes of memory are free; None if the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvail"))
    except (OSError, ValueError, StopIteration):
        return None
    try:  # the limit of a container
        most, used = (
            int(Path(f"/sys/fs/cgroup/memory.{name}").read_text()) for name in ("max", "current")
        )
    except (OSError, ValueError):
        return free
    return min(free, most - used)


def proven(  # noqa: PLR0913 -- what is proven, and how
    work: Work,
    layout: Layout,
    written: Arrays,
    tell: Callable[[str], None],
    *,
    is_ours: bool = True,
    is_first: bool = True,
) -> tuple[Report, Values]:
    """Verify a draft: Excel can open it without repair, and an engine agrees with NumPy.

    The engine, in another process, computes the draft and the probes while the draft is inspected.
    Return the report and the engine's values.

    Parameters
    ----------
    work : Work
        The engine that has started with the draft.
    layout : Layout
    written : dict of arrays
        The values that the draft should store, in input cells and with the formulas.
    tell : function
        Called with a description of each step.
    is_ours : bool
        Whether the equations are those of xlnn.
    is_first : bool
        Whether lint reads it.

    Raises
    ------
    DisagreementError
        It does not agree with NumPy, stores other values, or Excel would repair it.
    """
    work.probe(layout)
    if all_foreign(layout, is_ours=is_ours):
        begin_second(work, layout)
    deciders = Deciders(layout)
    tell(Message("Recalculating, and looking for anything that Excel would repair"))
    arrays = layout.has_arrays
    if is_first:
        patterns = None if arrays else _patterns(deciders)
        contents, problems = inspect_and_lint(work.file, patterns=patterns, arrays=arrays)
    else:
        contents, problems = inspect(work.file, arrays=arrays), ()
    tell(Message("Comparing with NumPy"))
    report, values, run = compare(contents, layout, work, is_ours=is_ours)
    if is_first:
        report = with_gradients(report, layout, run)
        _refuse_gradient(report, is_ours=is_ours)
    _refuse_disagreement(report, is_ours=is_ours, is_huge=size_of(run) >= LARGE)
    if other := _stored_otherwise(contents, layout, written):
        raise DisagreementError(
            f"The workbook was not written, because {other} does not store the value that NumPy "
            f"gives. {REPORT}"
        )
    if problems:
        first = problems[0]
        raise DisagreementError(
            f"The workbook was not written, because lint finds a problem in it: {first.where}: "
            f"{first.message} {REPORT if is_ours else 'Correct the model.'}"
        )
    return replace(report, edges=edges(deciders, run)), values


def _patterns(deciders: Deciders) -> Iterator[tuple[str, str]]:
    """Yield a cell of each formula that differs from the others in more than its cells.

    The comparison finds whether a cell holds another formula than the layout states. So what is
    true of these is true of all.
    """
    for quantity in deciders.layout.model.quantities:
        for formula, index in deciders.formulas(quantity).items():
            yield deciders.layout.cell(quantity.name, index), formula


DIGITS = 1e-15
"""How far a stored number may be from the one that was written: openpyxl keeps 16 digits."""


def _stored_otherwise(contents: Package, layout: Layout, written: Arrays) -> str | None:
    """Return the first cell that stores another number or text than was written; None if none does.

    Numbers and formulas outside the quantities are left to the comparison and to lint.
    """
    kept = {name: array for name, array in written.items() if can_be_stored(array)}
    numbers = {name: array for name, array in kept.items() if array.dtype.kind in "iuf"}
    for title, sheet in layout.sheets(numbers, empty=np.nan).items():
        computed = ((group.rows, group.columns, group.stored) for group in contents.computed(title))
        for rows, columns, stored in (*computed, contents.constants[title].numbers):
            inside = (rows <= sheet.shape[0]) & (columns <= sheet.shape[1])
            own = sheet[rows[inside] - 1, columns[inside] - 1]
            differs = np.isfinite(own) & ~np.isclose(stored[inside], own, rtol=DIGITS, atol=0)
            if differs.any():
                first = np.flatnonzero(inside)[differs.argmax()]
                return str(Place(title, int(rows[first]), int(columns[first])))
    for name in filter(lambda name: layout.model[name].is_text, kept):
        for index, (title, row, column) in layout.places(name).items():
            texts = (group.said.get((row, column)) for group in contents.computed(title))
            if any(text not in {None, kept[name][index]} for text in texts):
                return layout.cell(name, index)
    return None


OVERFLOWS = ("#NUM!", "#DIV/0!", "#VALUE!")
"""What engines return for a stated formula that overflows."""


def _refuse_disagreement(report: Report, *, is_ours: bool, is_huge: bool) -> None:
    """Refuse a workbook that does not agree with NumPy."""
    if report.agrees and not report.other_cells and not report.restated:
        return
    if not report.wrong:
        raise DisagreementError(
            "The workbook was not written, because it holds formulas that nothing compares."
        )
    first = report.wrong[0]
    is_lost = is_huge or first.got in OVERFLOWS
    if is_ours and first.formula == first.expected_formula and is_lost:
        raise DisagreementError(
            f"{first.cell} is {first.got}, because a number among the inputs or the start weights "
            "is so large that the results do not fit in a cell: use smaller numbers."
        )
    if first.engine is not None:
        raise DisagreementError(
            f"The workbook was not written: {first.cell}, {first.quantity}, "
            f"{first.formula:.80}: {first.reason}."
        )
    remedy = REPORT if is_ours else f"Make the array and the cell of {first.quantity} agree."
    raise DisagreementError(
        f"The workbook does not agree with NumPy and was not written: {first.cell} is {first.got}, "
        f"but NumPy gives {first.expected}. {remedy}"
    )


def _refuse_gradient(report: Report, *, is_ours: bool) -> None:
    """Refuse a gradient that is not the slope of its cost, if all cells are right."""
    wrong = wrong_gradients(report.gradients)
    if report.wrong or not wrong:
        return
    first = wrong[0]
    remedy = (
        REPORT if is_ours
        else 'Correct its equation, name its cost (cost="…"), or set exact=False.'
    )  # fmt: skip
    stated, slope = told_apart(first.stated, first.slope)
    ratio = ratio_of(report.gradients, first.gradient)
    entries = f" (each entry is {ratio:.6g} times the slope)" if ratio else ""
    raise DisagreementError(
        f"The workbook was not written: at {first.point}, {named_entry(first)} is "
        f"{stated}, but the slope of {first.cost} with respect to {first.weight} is "
        f"{slope}{entries}. {remedy}"
    )


def check_formulas(layout: Layout) -> None:
    """Refuse results of a programmer's ``cell`` that no workbook can hold.

    Raises
    ------
    DataError
        The message names the quantity.
    """
    for quantity in layout.model.quantities:
        name = quantity.name
        try:
            columns = layout.columns(name) if quantity.equation else ()
        except XlnnError:
            raise
        except Exception as error:  # user code may raise anything
            raise DataError(f"The cell of {name} raises {raised(error)}.") from error
        if quantity.sliced:
            continue  # its equation is proven, and its functions are those of `block`
        last = tuple(axis.length - 1 for axis in quantity.rows)  # of each of several runs
        try:
            formulas = [column.at(last) for column in columns]
        except (IndexError, KeyError, ValueError) as error:
            raise DataError(
                f"The cell of {name} contains braces, which no formula can contain."
            ) from error
        for formula in formulas:
            if parsed(formula) is None:
                raise DataError(
                    f'The cell of {name} gives "{formula:.60}", which is not a formula: look for a '
                    "missing bracket or operator."
                )
            if strange := sorted(functions_of(formula) - FUNCTIONS):
                raise DataError(
                    f"The cell of {name} calls {strange[0]:.40}, which is not one of the "
                    f"{len(FUNCTIONS)} functions that all engines compute alike; "
                    f"{instead_of(strange[0]) or OTHERWISE}."
                )
    check_stated(layout)
    check_last_digits(layout)
