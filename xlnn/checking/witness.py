"""Let a second engine confirm formulas that do not come from a template of xlnn.

Each engine misreads something. The tests compute the formulas of the templates in every engine. Two
engines compute the formulas of other models, and those that somebody has rewritten.
"""

from typing import NamedTuple

from xlnn.checking.comparison import Comparison, Finding, written
from xlnn.checking.formula_text import Entry
from xlnn.checking.probe import Work
from xlnn.data.messages import counted
from xlnn.errors import CircularReferenceError, EngineError, Message
from xlnn.grid import Values
from xlnn.layout import Layout
from xlnn.loading.values import read_arrays
from xlnn.reference import Arrays

WITNESSES = ("ironcalc", "formualizer", "formulas")
"""The engines that may confirm what another has computed, the preferred one first. None of them
shares code with another."""

REFUSALS = (EngineError, CircularReferenceError)
"""What an engine raises for a workbook that it cannot compute, though another can."""


def begin_second(work: Work, layout: Layout) -> None:
    """Start a second engine beside the first, which `confirm` then asks."""
    work.beside(_others(work, layout)[0])


class Confirmed(NamedTuple):
    """The result of confirming the foreign formulas.

    Attributes
    ----------
    witness : str
        The engines that computed the workbook as well; empty if none could.
    notes : tuple of str
        A sentence about each engine that gives a formula another value than all the others.
    """

    witness: str
    notes: tuple[str, ...] = ()


def confirm(comparison: Comparison, work: Work, recalculated: tuple[Arrays, Values]) -> Confirmed:
    """Report the foreign formulas whose values no second engine confirms.

    If the second engine cannot compute the workbook, or gives another value, the next one is used.

    Parameters
    ----------
    comparison : Comparison
        With the findings of the first engine.
    work : Work
        The first engine.
    recalculated : (dict of arrays, Values)
        What the first computed from the workbook's own inputs.
    """
    asked: dict[str, dict[Entry, Finding]] = {}
    refusal = None
    for engine in _others(work, comparison.layout):
        try:
            asked[engine] = _differing(comparison, work.beside(engine))
        except REFUSALS as error:
            refusal = refusal or error
            continue
        if not asked[engine]:
            break
    if not asked:
        why = Message(
            "only {engine} computes it, so no second engine confirms it: {error}",
            engine=work.engine,
            error=str(refusal),
        )
        comparison.not_confirmed(*recalculated, why)
        return Confirmed("")
    (first, differing), *others = asked.items()
    alone = {}
    for entry, (expected, value) in differing.items():
        if all(entry in formulas for _, formulas in others):
            comparison.refute(entry, expected, value, work.engine, first)
        else:
            alone[comparison.layout.cell(*entry)] = value
    if not alone:
        return Confirmed(" and ".join(asked))
    (cell, value), more = next(iter(alone.items())), len(alone) - 1
    note = Message(
        "{engine} gives {value} in {cell}{also}; the other engines give NumPy's value",
        engine=first,
        value=written(value),
        cell=cell,
        also=Message(", as in {cells}", cells=counted(more, "other cell")) if more else "",
    )
    return Confirmed(" and ".join(asked), (note,))


def _others(work: Work, layout: Layout) -> list[str]:
    """Return the engines that may confirm what an engine computed."""
    lacking = {"formualizer"} if layout.has_arrays else set()  # it computes no array formulas
    return [engine for engine in WITNESSES if engine not in {work.engine, *lacking}]


def _differing(comparison: Comparison, another: Work) -> dict[Entry, Finding]:
    """Return the foreign formulas for which an engine's value differs from NumPy's."""
    differing: dict[Entry, Finding] = {}
    for values in (recalculation.result() for recalculation in (another.own, *another.probed)):
        arrays = read_arrays(comparison.layout, values)
        for entry, finding in comparison.foreign_unlike(arrays, values):
            differing.setdefault(entry, finding)
    return differing
