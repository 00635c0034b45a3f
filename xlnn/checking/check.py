"""Does a workbook compute what the book says? Every cell against NumPy, where it is born.

Three comparisons. *Local*: each quantity against NumPy's value of the same equation, computed
from the recalculated values of the quantities it depends on, so that a wrong formula is found
where it stands and not in the thousands of cells that it spoils. *Probe*: the same with every
input replaced by a random number, so that nothing agrees by chance. *Drift*: all of it against
an independent NumPy run from the file's own inputs, which is reported but does not judge, since
rounding grows over the epochs.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from xlnn import engines, reference
from xlnn.checking.comparison import Comparison
from xlnn.checking.probe import probe_inputs
from xlnn.checking.report import Report
from xlnn.engines import DEFAULT_ENGINE, Allowance, Recalculate
from xlnn.errors import CircularReferenceError, WorkbookError
from xlnn.grid import Values
from xlnn.layout import Layout
from xlnn.reading.arrays import check_inputs, inputs_of, read_arrays
from xlnn.reading.spec import read_layout
from xlnn.xlsx import package
from xlnn.xlsx.package import Contents


def check(path: Path | str, engine: str = DEFAULT_ENGINE, probes: int = 1) -> Report:
    """Compare every formula of a workbook with NumPy.

    Parameters
    ----------
    path : Path
    engine : str
        One of `xlnn.engines.ENGINES`.
    probes : int
        How many times to repeat the comparison with random inputs.

    Raises
    ------
    WorkbookError
        The file is no workbook of xlnn, or is not safe to open.
    EngineError
        The engine cannot be used.
    """
    path = Path(path)
    contents = package.inspect(path)
    recalculate = engines.load(engine, path, Allowance.of(contents))
    # The engine computes while this process reads the Spec and imports what places its cells
    with _worker(recalculate) as worker:
        first = worker.submit(recalculate, {})
        layout = read_layout(path, contents)
        report, _ = _compare(contents, layout, _Work(engine, recalculate, worker, first), probes)
    return report


def compare(
    contents: Contents, layout: Layout, recalculate: Recalculate, engine: str, probes: int
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
        return _compare(contents, layout, _Work(engine, recalculate, worker, first), probes)


@contextmanager
def _worker(recalculate: Recalculate) -> Iterator[ThreadPoolExecutor]:
    """Give a thread for the engine; whoever stops a check does not wait for it."""
    worker = ThreadPoolExecutor(max_workers=1)
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


def _compare(contents: Contents, layout: Layout, work: _Work, probes: int) -> tuple[Report, Values]:
    _check_sheets(contents, layout)
    comparison = Comparison(layout, contents)
    waiting = _probing(work, layout, probes)
    comparison.read()  # while the engine computes
    try:
        values = work.first.result()
    except CircularReferenceError:
        for probed in waiting:
            probed.cancel()
        with TemporaryDirectory(prefix="xlnn-") as folder:
            cut = comparison.cut(Path(folder))
            if cut is None:
                raise
            recalculate = engines.load(work.engine, cut, Allowance.of(contents))
            with _worker(recalculate) as worker:
                first = worker.submit(recalculate, {})
                opened = _Work(work.engine, recalculate, worker, first)
                return _judge(comparison, opened, first.result(), _probing(opened, layout, probes))
    return _judge(comparison, work, values, waiting)


def _probing(work: _Work, layout: Layout, probes: int) -> list[Future[Values]]:
    """Let the engine begin with the probes."""
    return [
        work.worker.submit(work.recalculate, probe_inputs(layout, number))
        for number in range(probes)
    ]


def _judge(
    comparison: Comparison, work: _Work, values: Values, waiting: list[Future[Values]]
) -> tuple[Report, Values]:
    """Make all comparisons of a workbook that has values."""
    layout = comparison.layout
    arrays = read_arrays(layout, values)
    inputs = inputs_of(layout, arrays)
    check_inputs(layout, values, inputs)
    comparison.circular(arrays)
    comparison.typed_over(arrays, values)
    comparison.local(arrays, values)
    comparison.otherwise(arrays, values)
    run = reference.run(layout.model, inputs)
    for probed in waiting:
        comparison.local(read_arrays(layout, probed.result()), probed.result())
    return comparison.report(work.engine, len(waiting), arrays, run), values


def _check_sheets(contents: Contents, layout: Layout) -> None:
    for title in layout.titles.values():
        if title not in contents.sheets:
            raise WorkbookError(
                f"{contents.path.name}: the sheet {title} is missing; bring it back, or its name."
            )
