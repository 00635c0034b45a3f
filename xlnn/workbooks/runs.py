"""Join the quantities of several runs: those that differ between runs have the axis ``run``.

Quantities that do not depend on the differences exist once.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, Protocol

import numpy as np

from xlnn.axis import EACH, Axis, Use
from xlnn.data.messages import listed
from xlnn.equation import of_each
from xlnn.equations.lookup import UsedNumber
from xlnn.equations.number import significant
from xlnn.equations.optimiser import OPTIMISERS
from xlnn.equations.runs import OfOneRun, SaidOfEachRun, SaidOfOneRun
from xlnn.equations.sentences import Told
from xlnn.errors import DataError, OptionsError
from xlnn.model import Model
from xlnn.option import MOST_RUNS
from xlnn.options import BUILD, as_typed
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.learning import with_used

RUN = "run"
"""The axis of the runs; after a sheet's prefix, also the name of that sheet's choice of a run."""

EPOCH = "epoch"
"""The axis of the epochs, and the kind of quantity that chooses an epoch."""

OWN = frozenset(
    {"eta", "l2", *(name for optimiser in OPTIMISERS.values() for name in optimiser.constants)}
)
"""The inputs that differ between runs, besides the start weights."""


COMPARED = ("optimizer", "eta", "l2", "seed")
"""Settings in which runs may differ."""

NAMES = "compare_name"
"""The quantity with the names of the runs."""

COLOURS = (
    "C0561C", "1B4F9C", "7A8B2A", "8E5EA2", "3A9D9D", "B8860B", "6B7785", "D46A9F", "2F7D4F",
    "A0522D", "5B7FDB", "999933",
)  # fmt: skip
"""The colour of each run's line."""


class Compared(Protocol):
    """A Spec of several runs."""

    runs: tuple[str, ...]
    compared: tuple[str, ...]
    seeds: tuple[int, ...]


def check_runs(spec: Compared) -> None:
    """Refuse runs that cannot be compared.

    Raises
    ------
    DataError
        There are too many runs or only one, or the number of seeds differs from that of the runs.
    """
    if len(spec.runs) > MOST_RUNS:
        raise DataError(
            f"{len(spec.runs)} runs are too many: a workbook compares at most {MOST_RUNS}.",
            *COMPARED,
        )
    if len(spec.runs) == 1:
        raise DataError(
            "runs has one entry, but it must name the optimizer of each of several runs, or be "
            "empty."
        )
    if len(spec.seeds) not in {0, len(spec.runs)}:
        raise DataError("seeds must have one number per run, or be empty.")


def each_run(options: Mapping[str, Any], least: int = 1) -> list[dict[str, Any]]:
    """Return the options of each run.

    Parameters
    ----------
    options : mapping
        Those with a tuple of values have one for each run.
    least : int
        The number of runs without such options.

    Raises
    ------
    OptionsError
        Two lists differ in length.
    """
    several = [name for name, option in BUILD.items() if option.several]
    lists = {name: values for name in several if isinstance(values := options.get(name), tuple)}
    lengths = {len(values) for values in lists.values()}
    if len(lengths) > 1:
        lengths_of = listed([f"{as_typed(name)} has {len(own)}" for name, own in lists.items()])
        raise OptionsError(
            f"Lists of values must have the same length, one entry per run, but {lengths_of}."
        )
    count = lengths.pop() if lengths else least
    return [
        {**options, **{name: values[number] for name, values in lists.items()}}
        for number in range(count)
    ]


def together(model: Model, own: Sequence[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return the inputs of several runs, with the runs as the first axis, except in records.

    Inputs that all runs share are taken from the first run. If a run lacks an input that runs
    before and after it have, it gets the one of the first run that has it.
    """
    joint = {}
    for name in dict.fromkeys(chain(*own)):
        if model[name].is_record:
            continue
        if not model[name].each:
            joint[name] = next(inputs[name] for inputs in own if name in inputs)
            continue
        (axis,) = model[name].each
        those = own[axis.first : axis.first + axis.length]
        joint[name] = np.stack([inputs.get(name, those[0][name]) for inputs in those])
    return joint


def are_equal(several: Sequence[Mapping[str, np.ndarray]]) -> bool:
    """Return whether all runs have the same inputs."""
    first, *others = several
    return all(
        first.keys() == other.keys() and all(np.array_equal(first[n], other[n]) for n in first)
        for other in others
    )


def name_of_run(run: int, words: Text) -> str:
    """Return what a run is called, by its number from 1 on."""
    return words.of_itself("headings", "run {run}").format(run=run)


def names_of_runs(spec: Compared, words: Text) -> Iterator[Told]:
    """Yield the names of the runs, from the settings in which they differ."""
    told = {"eta": "η = {eta}", "l2": "λ = {l2}"}  # as the cells have them
    for run, optimizer in enumerate(spec.runs):
        if optimizer:
            told["optimizer"] = words.of_itself("headings", OPTIMISERS[optimizer].title)
        if spec.seeds:
            told["seed"] = words.of_itself("headings", "seed {seed}").format(seed=spec.seeds[run])
        between = words("joined", "between")
        label = between.join(told[name] for name in spec.compared) or name_of_run(run + 1, words)
        yield Told([label], form=significant)


def runs_from(first: int, length: int) -> Axis:
    """Return the axis of some runs, starting with one counted from 0."""
    return Axis(RUN, length, EACH, first=first, counts_from=first + 1)


def joined_runs(
    several: Mapping[str, Sequence[Quantity]], runs: Sequence[str], words: Text
) -> Model:
    """Return the quantities of several runs, and those that show an epoch of the chosen run.

    Parameters
    ----------
    several : dict of sequences of Quantity
        All quantities of a run, by its optimizer.
    runs : sequence of str
        The optimizer of each run.
    words : Text
        The texts beside the choice of a run.
    """
    first = several[runs[0]]
    close = _close(first)
    trained = {
        name: [quantity for quantity in quantities if quantity.name not in close]
        for name, quantities in several.items()
    }
    # shared quantities come first: between those of runs they would part one round from the next
    joined = sorted(of_runs(trained, runs), key=lambda quantity: bool(quantity.each))
    by_name = {quantity.name: quantity for quantity in joined}
    own = {quantity.name for quantity in by_name.values() if quantity.each}
    choice = next((choice_of_run(q.name) for q in first if q.name in _epochs(first)), "")
    shown = choosing([q for q in first if q.name in close], own, len(runs), choice)
    by_name |= {quantity.name: quantity for quantity in with_used(shown, words, is_run)}
    return Model(tuple(by_name.values()))


def _close(quantities: Sequence[Quantity]) -> set[str]:
    """Return the names of the choices of an epoch, and of the quantities that show that epoch.

    These use a choice, or are computed from one and have no axis of epochs.
    """
    own, epochs = _own(quantities, None), _epochs(quantities)
    courses = {
        quantity.name
        for quantity in quantities
        if any(axis.name == EPOCH for axis in quantity.axes)
    }
    begun = {quantity.name for quantity in quantities if quantity.name in OWN or quantity.given > 0}
    summed = own - courses - begun
    chosen = epochs | summed | {quantity.name for quantity in quantities if is_run(quantity)}
    return (chosen | _users(quantities, chosen)) - courses


def is_run(quantity: Quantity) -> bool:
    """Return whether a quantity is the choice of a run on a page without a choice of an epoch."""
    return quantity.kind == RUN and quantity.choices is not None


def _epochs(quantities: Sequence[Quantity]) -> set[str]:
    """Return the names of the choices of an epoch."""
    chosen = (quantity for quantity in quantities if quantity.choices)
    epochs = {quantity.name for quantity in chosen if quantity.kind.rpartition("_")[2] == EPOCH}
    used = (quantity for quantity in quantities if _is_used_epoch(quantity))
    return epochs | {name for quantity in used for name in quantity.sources}


def is_of_one(quantity: Quantity) -> bool:
    """Return whether a quantity belongs to one of several runs: the chosen one, or the first."""
    return isinstance(quantity.equation, OfOneRun)


def of_runs(
    by_optimizer: Mapping[str, Sequence[Quantity]],
    runs: Sequence[str],
    shared: Collection[str] | None = None,
) -> Iterator[Quantity]:
    """Yield the quantities of all runs.

    Quantities of only some runs, such as momentum's velocity, range from the first to the last of
    these.

    Parameters
    ----------
    by_optimizer : dict of sequences of Quantity
        The quantities of a run, by its optimizer.
    runs : sequence of str
        The optimizer of each run.
    shared : collection of str
        The names of quantities that exist once; by default those that do not depend on the
        differences.
    """
    own = _own(chain(*by_optimizer.values()), shared)
    each_run = [
        {quantity.name: quantity for quantity in by_optimizer[optimizer]} for optimizer in runs
    ]
    for name in _in_order(by_optimizer.values()):
        having = [n for n, run in enumerate(each_run) if name in run]
        first = each_run[having[0]][name]
        if name not in own:
            yield first
            continue
        copies = [run.get(name, first) for run in each_run[having[0] : having[-1] + 1]]
        yield replace(
            first,
            axes=(runs_from(having[0], len(copies)), *first.axes),
            equation=of_each([one.equation for one in copies]),
            uses={role: use for one in copies for role, use in one.uses.items()},
        )


def _own(quantities: Iterable[Quantity], shared: Collection[str] | None) -> set[str]:
    """Return the names of the quantities that differ between runs."""
    if shared is not None:
        return {quantity.name for quantity in quantities} - {*shared}
    quantities = tuple(quantities)
    own = {quantity.name for quantity in quantities if quantity.name in OWN or quantity.given > 0}
    return own | _users(quantities, own)


def _users(quantities: Sequence[Quantity], of: Collection[str]) -> set[str]:
    """Return the names of the quantities that are computed from some, directly or not.

    A quantity may use the neighbouring entry of one that follows it.
    """
    users: set[str] = set()
    while more := {q.name for q in quantities if {*q.sources} & {*of, *users}} - users:
        users |= more
    return users


def _in_order(several: Iterable[Sequence[Quantity]]) -> list[str]:
    """Return the names in several lists, in an order consistent with each list."""
    names: list[str] = []
    for quantities in several:
        at = 0
        for quantity in quantities:
            if quantity.name not in names:
                names.insert(at, quantity.name)
            at = names.index(quantity.name) + 1
    return names


def choosing(
    quantities: Iterable[Quantity], own: Collection[str], runs: int, otherwise: str = ""
) -> Iterator[Quantity]:
    """Yield the quantities that show one epoch, changed to show the chosen run.

    The choice of the run is above that of the epoch, on the same sheet or on the sheet whose prefix
    the name has, or else is the quantity named ``otherwise``. Without a choice, the first run is
    shown.
    """
    quantities = tuple(quantities)
    choices: dict[str, str] = {}
    epochs = _epochs(quantities)
    for quantity in quantities:
        prefix = quantity.name.partition("_")[0]
        if quantity.name in epochs:
            name = choice_of_run(quantity.name)
            choices[quantity.sheet] = choices[prefix] = name
            yield replace(quantity, name=name, kind=RUN, title=RUN, symbol=" ", choices=(1, runs))
        elif is_run(quantity):
            choices[quantity.sheet] = quantity.name
        roles = [role for role, use in quantity.uses.items() if use.name in own]
        if not roles or isinstance(quantity.equation, SaidOfEachRun):
            yield quantity
            continue
        choice = choices.get(quantity.sheet) or choices.get(prefix) or otherwise
        chosen = {RUN: Use(choice)} if choice else {}
        chooser = SaidOfOneRun if quantity.is_sentence else OfOneRun
        equation = chooser(quantity.equation, quantity.uses, roles, runs if choice else 0)
        yield replace(quantity, equation=equation, uses={**quantity.uses, **chosen})


def _is_used_epoch(quantity: Quantity) -> bool:
    """Return whether a quantity is the epoch that is used, whatever was chosen."""
    along = getattr(quantity.equation, "along", None)
    return isinstance(quantity.equation, UsedNumber) and along is not None and along.name == EPOCH


def choice_of_run(epoch: str) -> str:
    """Return the name of the choice of a run above that of an epoch.

    >>> choice_of_run("lens_epoch"), choice_of_run("epoch"), choice_of_run("epoch_chosen")
    ('lens_run', 'epoch_run', 'epoch_chosen_run')
    """
    prefix, is_kind, _ = epoch.rpartition(f"_{EPOCH}")
    return f"{prefix if is_kind else epoch}_{RUN}"


def seen_by(run: int, model: Model, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the arrays of one run, without the axis of runs, and those that all runs share."""
    own = {}
    for name, array in arrays.items():
        at = run - model[name].begins
        if not model[name].each:
            own[name] = array
        elif 0 <= at < len(array):
            own[name] = array[at]
    return own
