"""Which quantities does a workbook of several runs have? Each run's own, and the run that is shown.

The first run has the names and cells of a workbook that has no other; those of the others begin
with ``run2_``, ``run3_`` and so on. What does not depend on what the runs differ in is there once.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from xlnn.equations.optimiser import OPTIMISERS
from xlnn.equations.runs import OfChosenRun, SaidOfChosenRun, role_of
from xlnn.quantity import Equation, Quantity, Use

RUN = "run"
"""The choice of a run, after the prefix of a sheet that looks closely."""

OWN = frozenset({"eta", "l2", *(name for each in OPTIMISERS.values() for name in each.constants)})
"""The inputs of which each run has its own, besides the start."""


def prefix_of(run: int) -> str:
    """Return with what the names of a run begin, counted from 0.

    >>> prefix_of(0), prefix_of(1)
    ('', 'run2_')
    """
    return "" if run == 0 else f"run{run + 1}_"


def run_of(name: str) -> int:
    """Return to which run a quantity of that name belongs, counted from 0.

    >>> run_of("W2"), run_of("run2_W2"), run_of("lens_run")
    (0, 1, 0)
    """
    before, _, rest = name.partition("_")
    number = before.removeprefix(RUN)
    return int(number) - 1 if rest and before.startswith(RUN) and number.isdecimal() else 0


def own_names(quantities: Iterable[Quantity]) -> set[str]:
    """Return the names of the quantities that each run has for itself."""
    own: set[str] = set()
    for found in quantities:
        begins = found.name in OWN or found.given > 0
        if begins or any(use.name in own for use in found.uses.values()):
            own.add(found.name)
    return own


def of_run(quantities: Iterable[Quantity], own: Collection[str], run: int) -> Iterator[Quantity]:
    """Yield those that a run has for itself, by its names."""
    prefix = prefix_of(run)
    for found in quantities:
        if found.name in own:
            uses = {
                role: Use(prefix + use.name if use.name in own else use.name, use.lag)
                for role, use in found.uses.items()
            }
            yield replace(found, name=prefix + found.name, uses=uses)


def choosing(quantities: Iterable[Quantity], own: Collection[str], runs: int) -> Iterator[Quantity]:
    """Yield what looks closely at one epoch, now of a run that is chosen above the epoch.

    The choice is that of the sheet, or of the sheet whose prefix the name begins with.
    """
    choices: dict[str, str] = {}
    for found in quantities:
        prefix = found.name.partition("_")[0]
        if found.kind == "epoch" and found.choices:
            choices[found.sheet] = choices[prefix] = f"{prefix}_{RUN}"
            yield replace(found, name=choices[prefix], kind=RUN, choices=(1, runs))
        roles = [role for role, use in found.uses.items() if use.name in own]
        choice = choices.get(found.sheet) or choices.get(prefix)
        if not roles or choice is None:
            yield found
            continue
        others = {
            role_of(role, run): Use(prefix_of(run) + found.uses[role].name, found.uses[role].lag)
            for run in range(1, runs)
            for role in roles
        }
        equation: Equation = OfChosenRun(found.equation, found.uses, roles, runs)
        if found.is_sentence:
            equation = SaidOfChosenRun(equation)
        yield replace(found, equation=equation, uses={**found.uses, **others, RUN: choice})


def stacked(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return arrays in which what all runs have alike is one, with the runs as its first axis.

    >>> stacked({"C_T": np.ones(3), "x": np.ones(2), "run2_C_T": np.ones(3)})["C_T"].shape
    (2, 3)
    """
    prefixes = [prefix_of(run) for run in range(1 + max(map(run_of, arrays), default=0))]
    if len(prefixes) == 1:
        return dict(arrays)
    joined = {}
    for name, array in arrays.items():
        each = [arrays.get(prefix + name) for prefix in prefixes]
        if run_of(name) == 0 and all(one is not None and one.shape == array.shape for one in each):
            joined[name] = np.stack(each)
    parts = {prefix + name for prefix in prefixes for name in joined}
    return joined | {name: array for name, array in arrays.items() if name not in parts}


def seen_by(run: int, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the arrays of a run and those that all share, by the names of a run alone."""
    own = {
        name.removeprefix(prefix_of(run)): array
        for name, array in arrays.items()
        if run_of(name) == run
    }
    return {name: array for name, array in arrays.items() if run_of(name) == 0} | own
