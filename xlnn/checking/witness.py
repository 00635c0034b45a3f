"""Ask a second engine about formulas that no template of xlnn states.

Each engine misreads something. The formulas of the templates are computed in every engine by the
tests; a programmer's own formulas and those that a person has rewritten are computed by two.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from xlnn.checking.comparison import Comparison, Finding
from xlnn.checking.formula_text import Entry
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
    """Add the foreign formulas that no second engine computes as the first does.

    Where the second engine cannot compute the workbook, or gives another value, the next is asked.

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
        The engines that were asked; empty if none could compute the workbook.
    """
    asked, left, refusal = [], None, None
    for engine in _others(work):
        try:
            with (
                nullcontext(second)
                if engine == second.engine
                else _started(comparison, work, engine) as another
            ):
                differing = _differing(comparison, another)
        except REFUSALS as error:
            refusal = refusal or error
            continue
        asked.append(engine)
        left = differing if left is None else {e: left[e] for e in left if e in differing}
        if not left:
            break
    if left is None:
        why = f"only {work.engine} computes it, and no second engine: {refusal}"
        comparison.not_confirmed(*own, why)
    for entry, (expected, value) in (left or {}).items():
        comparison.refute(entry, expected, value, work.engine, asked[0])
    return " and ".join(asked)


def _others(work: Work) -> list[str]:
    """Return the engines that may confirm what an engine computed."""
    return [engine for engine in WITNESSES if engine != work.engine]


def _started(comparison: Comparison, work: Work, engine: str) -> Work:
    """Let another engine compute the same file with the same random inputs."""
    second = Work(engine, work.given, work.probes, work.seed, work.allowance, work.reading)
    second.probe(comparison.layout)
    return second


def _differing(comparison: Comparison, another: Work) -> dict[Entry, Finding]:
    """Return the foreign formulas to which an engine gives another value than NumPy."""
    found: dict[Entry, Finding] = {}
    for values in (each.result() for each in (another.own, *another.probed)):
        arrays = read_arrays(comparison.layout, values)
        for entry, finding in comparison.foreign_unlike(arrays, values):
            found.setdefault(entry, finding)
    return found
