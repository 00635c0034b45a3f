"""Join the quantities of several runs: those that differ between runs have the axis ``run``.

Quantities that do not depend on the differences exist once.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from xlnn.equations.optimiser import OPTIMISERS
from xlnn.equations.runs import OfOneRun, SaidOfEachRun, SaidOfOneRun
from xlnn.quantity import EACH, Axis, Model, Quantity, Use, of_each
from xlnn.workbooks.network.spec import Spec

RUN = "run"
"""The axis, and the choice of a run on a sheet that looks closely, after the sheet's prefix."""

OWN = frozenset({"eta", "l2", *(name for each in OPTIMISERS.values() for name in each.constants)})
"""The inputs of which each run has its own, besides the start."""


def runs_from(first: int, length: int) -> Axis:
    """Return the axis of some runs, starting with one counted from 0."""
    return Axis(RUN, length, EACH, first=first, counts_from=first + 1)


def is_of_one(quantity: Quantity) -> bool:
    """Return whether a quantity belongs to one of several runs: the chosen one, or the first."""
    return isinstance(quantity.equation, OfOneRun)


def of_runs(
    spec: Spec,
    quantities_of: Callable[[Spec], Iterable[Quantity]],
    shared: Collection[str] | None = None,
) -> Iterator[Quantity]:
    """Yield the quantities of all runs of a Spec.

    Quantities of only some runs, such as momentum's velocity, range from the first to the last of
    these.

    Parameters
    ----------
    spec : Spec
    quantities_of : function
        Returns the quantities of a run; those of runs with one optimizer are the same.
    shared : collection of str
        The names of quantities that exist once; by default those that do not depend on the
        differences.
    """
    if not spec.runs:
        yield from quantities_of(spec)
        return
    alike = {spec.optimizer: spec for spec in map(spec.of_run, range(spec.number_of_runs))}
    found = {name: tuple(quantities_of(one)) for name, one in alike.items()}
    own = _own(chain(*found.values()), shared)
    runs = [{each.name: each for each in found[optimizer]} for optimizer in spec.runs]
    for name in _in_order(found.values()):
        having = [n for n, run in enumerate(runs) if name in run]
        first = runs[having[0]][name]
        if name not in own:
            yield first
            continue
        each = [run.get(name, first) for run in runs[having[0] : having[-1] + 1]]
        yield replace(
            first,
            axes=(runs_from(having[0], len(each)), *first.axes),
            equation=of_each([one.equation for one in each]),
            uses={role: use for one in each for role, use in one.uses.items()},
        )


def _own(quantities: Iterable[Quantity], shared: Collection[str] | None) -> set[str]:
    """Return the names of the quantities that differ between runs."""
    if shared is not None:
        return {found.name for found in quantities} - {*shared}
    own: set[str] = set()
    for found in quantities:
        begins = found.name in OWN or found.given > 0
        if begins or any(use.name in own for use in found.uses.values()):
            own.add(found.name)
    return own


def _in_order(several: Iterable[Sequence[Quantity]]) -> list[str]:
    """Return the names of several lists, in an order consistent with each."""
    names: list[str] = []
    for quantities in several:
        at = 0
        for found in quantities:
            if found.name not in names:
                names.insert(at, found.name)
            at = names.index(found.name) + 1
    return names


def choosing(quantities: Iterable[Quantity], own: Collection[str], runs: int) -> Iterator[Quantity]:
    """Yield quantities about one epoch, changed to show a run that is chosen above the epoch.

    The choice is on the same sheet, or on the sheet whose prefix the name has. Without one, the
    first run is shown.
    """
    choices: dict[str, str] = {}
    for found in quantities:
        prefix = found.name.partition("_")[0]
        if found.kind == "epoch" and found.choices:
            choices[found.sheet] = choices[prefix] = f"{prefix}_{RUN}"
            yield replace(found, name=choices[prefix], kind=RUN, choices=(1, runs))
        roles = [role for role, use in found.uses.items() if use.name in own]
        if not roles or isinstance(found.equation, SaidOfEachRun):
            yield found
            continue
        choice = choices.get(found.sheet) or choices.get(prefix)
        chosen = {RUN: Use(choice)} if choice else {}
        kind = SaidOfOneRun if found.is_sentence else OfOneRun
        equation = kind(found.equation, found.uses, roles, runs if choice else 0)
        yield replace(found, equation=equation, uses={**found.uses, **chosen})


def seen_by(run: int, model: Model, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the arrays of one run, without the axis, and those that all share."""
    found = {}
    for name, array in arrays.items():
        at = run - model[name].begins
        if not model[name].each:
            found[name] = array
        elif 0 <= at < len(array):
            found[name] = array[at]
    return found
