"""Ask a second engine about formulas that no template of xlnn states.

Each engine misreads something. The formulas of the templates are computed in every engine by the
tests; a programmer's own formulas and those that a person has rewritten are computed by two.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from xlnn.checking.comparison import Comparison
from xlnn.checking.probe import Work
from xlnn.errors import CircularReferenceError, EngineError
from xlnn.grid import Values
from xlnn.loading.values import read_arrays
from xlnn.reference import Arrays

WITNESSES = ("ironcalc", "formualizer", "formulas")
"""The engines that may confirm what another has computed, the preferred one first. None of them
shares code with another."""

REFUSALS = (EngineError, CircularReferenceError)
"""What an engine raises for a workbook that it cannot compute, though another can."""


@contextmanager
def second_work(comparison: Comparison, work: Work) -> Iterator[Work | None]:
    """Start a second engine beside the first if there are formulas that need it."""
    if not comparison.foreign:
        yield None
        return
    with _started(comparison, work, _others(work)[0]) as second:
        yield second


def confirm(comparison: Comparison, work: Work, second: Work, own: tuple[Arrays, Values]) -> str:
    """Compare what a second engine computes; if it cannot compute the workbook, ask the next.

    Parameters
    ----------
    comparison : Comparison
        With the findings of the first engine.
    work, second : Work
        The first engine and the second.
    own : (dict of arrays, Values)
        What the first computed from the workbook's own inputs.

    Returns
    -------
    str
        The engine that confirmed the formulas; empty if none could, so that each is reported.
    """
    try:
        _compare(comparison, work, second)
    except REFUSALS as error:
        refusal = error
    else:
        return second.engine
    for engine in _others(work)[1:]:
        try:
            with _started(comparison, work, engine) as another:
                _compare(comparison, work, another)
        except REFUSALS:
            continue
        return engine
    comparison.not_confirmed(
        *own, f"only {work.engine} computes it, and no second engine: {refusal}"
    )
    return ""


def _others(work: Work) -> list[str]:
    """Return the engines that may confirm what an engine computed."""
    return [engine for engine in WITNESSES if engine != work.engine]


def _started(comparison: Comparison, work: Work, engine: str) -> Work:
    """Let another engine compute the same file with the same random inputs."""
    second = Work(engine, work.given, work.probes, work.seed, work.allowance, work.reading)
    second.probe(comparison.layout)
    return second


def _compare(comparison: Comparison, work: Work, second: Work) -> None:
    for values in (each.result() for each in (second.own, *second.probed)):
        arrays = read_arrays(comparison.layout, values)
        comparison.confirm(arrays, values, work.engine, second.engine)
