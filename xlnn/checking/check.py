"""Check every cell of a workbook against NumPy and report errors where they start.

Every formula is read (`xlnn.checking.formula_text`), and three comparisons are made. *Local*: each
quantity is compared with NumPy's value of its equation, computed from the recalculated values of
the quantities it depends on, so that a wrong formula is found itself, not the thousands of cells
that depend on it. *Probe*: the same with every input replaced by a random number. Formulas that no
template of xlnn states are compared in a second engine, too (`xlnn.checking.witness`). *Drift*:
everything is compared with an independent NumPy run from the file's inputs. The drift is reported
but decides nothing, since rounding errors grow over the epochs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from secrets import randbelow
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple, overload

import numpy as np

from xlnn import engines, reference
from xlnn.arguments import path_of
from xlnn.checking.comparison import Comparison, all_foreign, is_altered
from xlnn.checking.edges import edges
from xlnn.checking.edits import appended, cause, happened
from xlnn.checking.formula_text import check_stated, plainly
from xlnn.checking.gradients import with_gradients
from xlnn.checking.last_digits import Deciders, check_last_digits
from xlnn.checking.probe import Work
from xlnn.checking.report import Report, Reports, without_answers
from xlnn.checking.stored import CLOSE, stale
from xlnn.checking.witness import Confirmed, begin_second, confirm
from xlnn.engines import DEFAULT_ENGINE, Allowance
from xlnn.engines.reading import Reading
from xlnn.errors import (
    CircularReferenceError,
    EngineError,
    Message,
    OptionsError,
    WorkbookError,
)
from xlnn.grid import Values
from xlnn.layout import Layout
from xlnn.loading.open_file import check_sheets, opened
from xlnn.loading.spec import (
    WorkbookSpec,
    described,
    is_in_matrices,
    is_ours,
    left_out_of,
    names_in,
    on_records,
)
from xlnn.loading.unseen_formulas import file_for_engine
from xlnn.loading.values import check_inputs, read_arrays
from xlnn.model import Model
from xlnn.options import MOST_PROBES
from xlnn.reference import LARGE, Arrays, inputs_of, largest_input, size_of
from xlnn.xlsx.package import Package

SEEDS = 1_000_000
"""The number of seeds to choose from."""


@overload
def check(
    path: Path | str,
    engine: Literal["all"] | list[str] | tuple[str, ...],
    probes: int = 1,
    *,
    seed: int | None = None,
    model: Model | None = None,
    answers: bool = False,
) -> Reports: ...
@overload
def check(
    path: Path | str,
    engine: str = DEFAULT_ENGINE,
    probes: int = 1,
    *,
    seed: int | None = None,
    model: Model | None = None,
    answers: bool = False,
) -> Report: ...
def check(  # noqa: PLR0913 -- the options of the command
    path: Path | str,
    engine: str | Sequence[str] = DEFAULT_ENGINE,
    probes: int = 1,
    *,
    seed: int | None = None,
    model: Model | None = None,
    answers: bool = False,
) -> Report | Reports:
    """Compare every formula of a workbook with NumPy.

    Parameters
    ----------
    path : Path
    engine : str, or several
        One of `xlnn.engines.ENGINES`, some of them, or ``"all"``.
    probes : int
        How many times to repeat the comparison with random inputs, up to 100.
    seed : int
        Seed of the random inputs; by default a new one for each check, so that no file can be
        tailored to it. The report names it.
    model : Model
        The model, if the workbook was made from your own.
    answers : bool
        Whether the report on an exercise has the formulas and values that belong in its blanks.

    Returns
    -------
    Report, or Reports of several engines
        Both have ``agrees``: whether every formula is right.

    Raises
    ------
    WorkbookError
        The file is not a workbook of xlnn, or is unsafe to open.
    EngineError
        The engine cannot be used.
    OptionsError
        `path` is not a path, or `probes` or `seed` is not such a whole number.
    """
    if not isinstance(probes, int) or not 0 <= probes <= MOST_PROBES:
        wanted = f"a whole number from 0 to {MOST_PROBES}"
        raise OptionsError(f"probes is {probes!r}: {wanted} was expected.")
    if seed is not None and (not isinstance(seed, int) or seed < 0):
        raise OptionsError(f"seed is {seed!r}: a whole number of at least 0 was expected.")
    seed = randbelow(SEEDS) if seed is None else seed
    file = path_of(path)
    if isinstance(engine, str) and engine != "all":
        return _reported(file, engine, probes, seed, model, answers=answers)
    names = engines.ENGINES if engine == "all" else tuple(dict.fromkeys(engine))
    left_out = dict(engines.missing()) if engine == "all" else {}
    if engine == "all" and is_in_matrices(file):
        left_out[DEFAULT_ENGINE] = ""  # which computes no array formulas
    return Reports(
        _reported(file, name, probes, seed, model, answers=answers)
        for name in names
        if name not in left_out
    )


def _reported(  # noqa: PLR0913 -- as `check`
    path: Path, engine: str, probes: int, seed: int, model: Model | None, *, answers: bool
) -> Report:
    """Compare a workbook with NumPy using one engine, and describe edits of its rows."""
    try:
        report, spec, layout, values, run = examined(path, engine, model, probes, seed)
    except (WorkbookError, EngineError) as refusal:
        edited = cause(path, model)
        if edited is None:
            raise
        raise WorkbookError("{file}: {what}.", file=path.name, what=edited) from refusal
    if too_large := overflow(report, layout, run):
        raise WorkbookError(too_large)
    edited = None if report.agrees else happened(path, layout, report.wrong)
    # where rounding changes the course of a run, NumPy's results differ between processors
    records = on_records(spec, layout, run) if report.drift <= CLOSE else ()
    notes = *report.notes, *records, appended(layout, values), edited
    report = with_gradients(report, layout, run)
    jumps = edges(Deciders(layout), run, report.restated)
    report = replace(report, notes=tuple(filter(None, notes)), edges=jumps)
    if spec.lang != "en":
        quantities = {wrong.quantity for wrong in report.wrong}
        axes = {axis for wrong in report.wrong for axis in wrong.place}
        names, headings = names_in(spec, layout, quantities, axes)
        report = replace(report, lang=spec.lang, names=names, axes=headings)
    blanks = () if answers else left_out_of(path)
    return without_answers(report, blanks) if blanks else report


class Examined(NamedTuple):
    """A workbook compared with NumPy: the report, its contents, and NumPy's run of its inputs."""

    report: Report
    spec: WorkbookSpec
    layout: Layout
    values: Values
    run: Arrays


def examined(
    path: Path, engine: str, model: Model | None, probes: int = 0, seed: int = 0
) -> Examined:
    """Compare a workbook as `check` does, without refusing one whose rows were edited."""
    contents = opened(path, model)
    engine = engines.able(engine, contents.arrays)
    known = Allowance.of(contents), Reading.of(contents)
    with file_for_engine(contents) as file, Work(engine, file, probes, seed, *known) as work:
        # the engine computes while this process reads the Spec and imports the layout code
        spec, layout = described(path, model, contents)
        if model is not None:
            check_stated(layout)
            check_last_digits(layout)
        work.probe(layout)
        ours = is_ours(spec, model)
        if all_foreign(layout, is_ours=ours):
            begin_second(work, layout)
        check_sheets(contents, layout)
        report, values, run = compare(contents, layout, work, is_ours=ours)
    return Examined(report, spec, layout, values, run)


def compare(
    contents: Package, layout: Layout, work: Work, *, is_ours: bool = True
) -> tuple[Report, Values, Arrays]:
    """Compare the values and the probes that an engine computes with NumPy.

    Parameters
    ----------
    contents : Package
    layout : Layout
    work : Work
        The engine that has started with the workbook.
    is_ours : bool
        Whether the equations are those of xlnn; others are computed by a second engine, too.

    Returns
    -------
    Report
    Values
        The workbook recalculated with its own inputs.
    Arrays
        NumPy's run of these inputs.

    Raises
    ------
    WorkbookError
        An input cell does not contain a number.
    """
    comparison = Comparison(layout, contents, is_ours)
    _ = comparison.readings.otherwise  # while the engine computes
    with TemporaryDirectory(prefix="xlnn-", ignore_cleanup_errors=True) as folder:
        while True:
            try:
                return _compared(comparison, work)
            except (CircularReferenceError, EngineError) as stopped:
                # each round leaves out further formulas, or is the last
                copy = comparison.without(stopped, work.file, Path(folder))
                if copy is None:
                    raise
                work.begin_anew(copy, layout)


def _compared(comparison: Comparison, work: Work) -> tuple[Report, Values, Arrays]:
    """Make all comparisons; those of the file's own inputs while the engine computes the probes."""
    layout = comparison.layout
    if comparison.foreign:
        begin_second(work, layout)
    values = work.own.result()
    arrays = read_arrays(layout, values)
    known = reference.known(layout.model)  # the true values; the cells are compared below
    inputs = inputs_of(layout.model, arrays) | known
    check_inputs(layout, values, inputs)
    comparison.not_computed(arrays)
    comparison.typed_over(arrays, values)
    comparison.renumbered(known, arrays, values)
    comparison.local(arrays, values)
    comparison.otherwise(arrays, values)
    run = reference.run(layout.model, inputs)
    for probed in work.probed:
        comparison.local(read_arrays(layout, probed.result()), probed.result())
    recalculated = arrays, values
    confirmed = confirm(comparison, work, recalculated) if comparison.foreign else Confirmed("")
    report = comparison.report(work.engine, work.probes, work.seed, arrays, run)
    notes = *confirmed.notes, *remarks(comparison, arrays)
    return replace(report, notes=notes, witness=confirmed.witness), values, run


OVERFLOWS = ("#NUM!", float("inf"), float("-inf"))
"""What engines return on overflow."""


def overflow(report: Report, layout: Layout, arrays: Arrays) -> str:
    """Return a sentence about an input that is too large, or an empty string.

    Parameters
    ----------
    report : Report
    layout : Layout
    arrays : dict of arrays
        NumPy's run of the workbook's inputs.
    """
    if not report.wrong or any(map(is_altered, report.wrong)) or size_of(arrays) < LARGE:
        return ""
    first = report.wrong[0]
    lost = [*OVERFLOWS, *filter(None, [layout.model[first.quantity].otherwise])]
    largest = largest_input(layout.model, arrays)
    if first.got not in lost or largest is None or abs(largest[2]) <= 1:
        return ""
    quantity, index, value = largest
    symbol = quantity.heading(index[len(quantity.axes) :]).strip() or quantity.name
    return Message(
        "{cell} is too large: numbers computed from {symbol} = {value} do not fit in a cell, "
        "starting with {first}: type a smaller number.",
        cell=layout.cell(quantity.name, index),
        symbol=symbol,
        value=f"{value:.15g}",
        first=first.cell,
    )


def remarks(comparison: Comparison, arrays: Arrays) -> Iterator[str]:
    """Yield notes about what no comparison covers.

    These are inputs that contain formulas, moved names, settings, and stale stored values.

    Parameters
    ----------
    comparison : Comparison
    arrays : dict of arrays
        The computed arrays.
    """
    layout = comparison.layout
    names = {name.casefold(): text for name, text in comparison.contents.names.items()}
    if comparison.contents.is_manual:
        yield Message(
            "it is set to manual calculation, so it may show results of earlier inputs; set "
            "calculation to automatic"
        )
    if not comparison.found:  # otherwise the report says what is wrong, and this follows from it
        yield from _stored(stale(comparison, arrays))
    typed_over = []
    for quantity in layout.model.inputs:
        formulas = quantity.typed(comparison.formulas_of(quantity))
        typed_over += [layout.cell(quantity.name, tuple(index)) for index in np.argwhere(formulas)]
    if typed_over:
        yield Message(
            "{cell} is an input but holds a formula: its result was used as the number"
            if len(typed_over) == 1
            else "{count} inputs hold formulas, {cell} among them: their results were used as the "
            "numbers",
            cell=typed_over[0],
            count=f"{len(typed_over):,}",
        )
    for name, area in layout.names.items():
        stands = names.get(name.casefold())
        if stands and plainly(stands) != plainly(area):
            known = {"name": name, "stands": stands, "area": area}
            yield Message("the name {name} refers to {stands}, not to {area}", **known)


def _stored(cells: Sequence[str]) -> Iterator[str]:
    """Report stored values that differ from the computed ones."""
    if not cells:
        return
    yield Message(
        "{cell} holds a stored value that is not what its formula gives, and a program that does "
        "not recalculate shows it: open the file in a spreadsheet program and save it"
        if len(cells) == 1
        else "{count} cells, {cell} among them, hold stored values that are not what their "
        "formulas give, and a program that does not recalculate shows those: open the file in a "
        "spreadsheet program and save it",
        cell=cells[0],
        count=f"{len(cells):,}",
    )
