"""Does a workbook compute what the book says? Every cell against NumPy, where it is born.

Every formula is read (`xlnn.checking.readings`), and three comparisons are made. *Local*: each
quantity against NumPy's value of the same equation, computed from the recalculated values of the
quantities it depends on, so that a wrong formula is found where it stands and not in the thousands
of cells that it spoils. *Probe*: the same with every input replaced by a random number. *Drift*:
all of it against an independent NumPy run from the file's own inputs, which is reported but does
not judge, since rounding grows over the epochs.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import randbelow
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple, overload

from xlnn import engines, reference
from xlnn.checking.comparison import Comparison
from xlnn.checking.edits import appended, cause, happened
from xlnn.checking.probe import Points, probe_inputs
from xlnn.checking.remarks import remarks
from xlnn.checking.report import Report, Reports
from xlnn.engines import DEFAULT_ENGINE, Allowance, Recalculate
from xlnn.errors import CircularReferenceError, EngineError, OptionsError, WorkbookError
from xlnn.grid import Values
from xlnn.layout import Layout
from xlnn.quantity import Model
from xlnn.reading.arrays import check_inputs, inputs_of, read_arrays
from xlnn.reading.left_out import shown
from xlnn.reading.opening import check_sheets, opened
from xlnn.reading.spec import Spec, described
from xlnn.xlsx.package import Contents

SEEDS = 1_000_000
"""From how many seeds one is drawn."""


@overload
def check(
    path: Path | str,
    engine: Literal["all"],
    probes: int = 1,
    *,
    seed: int | None = None,
    model: Model | None = None,
) -> Reports: ...
@overload
def check(
    path: Path | str,
    engine: list[str] | tuple[str, ...],
    probes: int = 1,
    *,
    seed: int | None = None,
    model: Model | None = None,
) -> Reports: ...
@overload
def check(
    path: Path | str,
    engine: str = DEFAULT_ENGINE,
    probes: int = 1,
    *,
    seed: int | None = None,
    model: Model | None = None,
) -> Report: ...
def check(
    path: Path | str,
    engine: str | Sequence[str] = DEFAULT_ENGINE,
    probes: int = 1,
    *,
    seed: int | None = None,
    model: Model | None = None,
) -> Report | Reports:
    """Compare every formula of a workbook with NumPy.

    Parameters
    ----------
    path : Path
    engine : str, or several
        One of `xlnn.engines.ENGINES`, some of them, or ``"all"``.
    probes : int
        How many times to repeat the comparison with random inputs; 0 or more.
    seed : int
        With which the random inputs are drawn; by default another one at each check, which the
        report names, so that no file can be made to agree with it.
    model : Model
        The model of a workbook that was made of your own.

    Returns
    -------
    Report, or Reports of several engines
        Either tells by ``agrees`` whether all is well.

    Raises
    ------
    WorkbookError
        The file is no workbook of xlnn, or is not safe to open.
    EngineError
        The engine cannot be used.
    OptionsError
        `probes` or `seed` is no whole number from 0 on.
    """
    if not isinstance(probes, int) or probes < 0:
        raise OptionsError(f"probes is {probes!r}: a whole number from 0 on was expected.")
    if seed is not None and (not isinstance(seed, int) or seed < 0):
        raise OptionsError(f"seed is {seed!r}: a whole number from 0 on was expected.")
    points = Points(probes, randbelow(SEEDS) if seed is None else seed)
    if isinstance(engine, str) and engine != "all":
        return _reported(Path(path), engine, points, model)
    names = engines.ENGINES if engine == "all" else tuple(dict.fromkeys(engine))
    left_out = engines.missing() if engine == "all" else {}
    return Reports(
        _reported(Path(path), name, points, model) for name in names if name not in left_out
    )


def _reported(path: Path, engine: str, points: Points, model: Model | None) -> Report:
    """Compare a workbook with NumPy by one engine, and say what happened to it."""
    try:
        report, _, layout, values = examined(path, engine, points, model)
    except (WorkbookError, EngineError) as refusal:
        edited = cause(path, model)
        if edited is None:
            raise
        raise WorkbookError(f"{path.name}: {edited}.") from refusal
    edited = None if report.agrees else happened(path, layout, report.wrong)
    notes = *report.notes, appended(layout, values), edited
    return replace(report, notes=tuple(filter(None, notes)))


class Examined(NamedTuple):
    """A workbook that was compared with NumPy, and what it holds."""

    report: Report
    spec: Spec
    layout: Layout
    values: Values


def examined(path: Path, engine: str, points: Points, model: Model | None = None) -> Examined:
    """Compare a workbook as `check` does, whatever was done to it."""
    contents = opened(path, model)
    with shown(contents) as file:
        recalculate = _loaded(engine, file, contents, points)
        # The engine computes while this process reads the Spec and imports what places its cells
        with _worker(recalculate) as worker:
            first = worker.submit(recalculate, {})
            spec, layout = described(path, model, contents)
            work = _Work(engine, recalculate, worker, first)
            report, values = _compare(contents, layout, work, points)
    return Examined(report, spec, layout, values)


def compare(
    contents: Contents, layout: Layout, recalculate: Recalculate, engine: str, points: Points
) -> tuple[Report, Values]:
    """Compare a workbook that an engine has loaded with NumPy.

    Returns
    -------
    Report
    Values
        The recalculated workbook, with its own inputs.

    Raises
    ------
    WorkbookError
        A sheet is missing, or an input cell holds no number.
    """
    with _worker(recalculate) as worker:
        first = worker.submit(recalculate, {})
        return _compare(contents, layout, _Work(engine, recalculate, worker, first), points)


def _loaded(engine: str, file: Path, contents: Contents, points: Points) -> Recalculate:
    """Let an engine load a file, within what one of its size may take."""
    return engines.load(engine, file, Allowance.of(contents), with_twin=points.probes > 0)


@contextmanager
def _worker(recalculate: Recalculate) -> Iterator[ThreadPoolExecutor]:
    """Give threads for the engine; whoever stops a check does not wait for it."""
    worker = ThreadPoolExecutor(engines.AT_ONCE)
    try:
        yield worker
    except BaseException:
        engines.cancel(recalculate, worker)
        raise
    worker.shutdown()
    engines.cancel(recalculate, worker)


@dataclass(frozen=True)
class _Work:
    """An engine at work: the first result is on its way."""

    engine: str
    recalculate: Recalculate
    worker: ThreadPoolExecutor
    first: Future[Values]


def _compare(
    contents: Contents, layout: Layout, work: _Work, points: Points
) -> tuple[Report, Values]:
    check_sheets(contents, layout)
    comparison = Comparison(layout, contents)
    with TemporaryDirectory(prefix="xlnn-", ignore_cleanup_errors=True) as folder:
        return _computed(comparison, work, points, Path(folder))


def _computed(
    comparison: Comparison, work: _Work, points: Points, folder: Path
) -> tuple[Report, Values]:
    """Judge a workbook; where a formula stops the engine, without that formula."""
    waiting = _probing(work, comparison.layout, points)
    _ = comparison.readings  # while the engine computes
    try:
        values = work.first.result()
    except (CircularReferenceError, EngineError) as stopped:
        for probed in waiting:
            probed.cancel()
        if isinstance(stopped, CircularReferenceError):
            copy = comparison.opened(folder)
        else:
            copy = comparison.readable(folder, f"the engine stops at it: {stopped}")
        if copy is None:
            raise
        recalculate = _loaded(work.engine, copy, comparison.contents, points)
        with _worker(recalculate) as worker:
            first = worker.submit(recalculate, {})
            again = _Work(work.engine, recalculate, worker, first)
            return _computed(comparison, again, points, folder)
    return _judge(comparison, work, values, waiting, points)


def _probing(work: _Work, layout: Layout, points: Points) -> list[Future[Values]]:
    """Let the engine begin with the probes."""
    return [
        work.worker.submit(work.recalculate, probe_inputs(layout, points.seed, number))
        for number in range(points.probes)
    ]


def _judge(
    comparison: Comparison,
    work: _Work,
    values: Values,
    waiting: list[Future[Values]],
    points: Points,
) -> tuple[Report, Values]:
    """Make all comparisons of a workbook that has values."""
    layout = comparison.layout
    arrays = read_arrays(layout, values)
    known = reference.known(layout.model)  # whatever the cells say: that is judged
    inputs = inputs_of(layout, arrays) | known
    check_inputs(layout, values, inputs)
    comparison.circular(arrays)
    comparison.not_computed(arrays)
    comparison.typed_over(arrays, values)
    comparison.renumbered(known, arrays, values)
    comparison.local(arrays, values)
    comparison.otherwise(arrays, values)
    run = reference.run(layout.model, inputs)
    for probed in waiting:
        comparison.local(read_arrays(layout, probed.result()), probed.result())
    report = comparison.report(work.engine, points.probes, points.seed, arrays, run)
    return replace(report, notes=tuple(remarks(comparison))), values
