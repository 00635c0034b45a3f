"""Which quantities does the sheet Check hold? NumPy's run as it was, and how the sheets differ.

What was noted when the workbook was built tells which inputs are others now. As long as none is,
C_T of every epoch and the last weights are those of NumPy's run.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from xlnn.data.digits import rounded
from xlnn.equations.lens import Distance
from xlnn.equations.record import (
    POWERS,
    Address,
    Counted,
    Found,
    ImageFound,
    Largest,
    LastDistance,
    Moved,
    State,
)
from xlnn.quantity import Quantity
from xlnn.workbooks.network.quantities.network import alone
from xlnn.workbooks.network.quantities.runs import of_run, own_names, prefix_of
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.spec import Spec

SHEET = "check"
PREFIX = "numpy_"
SHOWN = {"prefix": PREFIX, "sheet": SHEET}
NOTED = {"is_record": True, **SHOWN}
SMALL = {"number_format": "0E+00", **SHOWN}
WHOLE = {"number_format": "0", **SHOWN}


def record_of(spec: Spec, run: int, words: Mapping[str, str]) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Check of a run, counted from 0.

    What was noted of the data is there once, with the first run.
    """
    stack, trained = Stack(spec.of_run(run)), alone(spec, run)
    found = [*record(stack, trained.inputs, words)]
    if run == 0:
        return iter(found)
    own = own_names(trained.quantities)
    shared = {
        quantity.name
        for given in _noted(trained.inputs)
        if given.name not in own
        for quantity in _compared(given)
    }
    return of_run(found, own | {each.name for each in found if each.name not in shared}, run)


def record(
    stack: Stack, inputs: Sequence[Quantity], words: Mapping[str, str]
) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Check.

    Parameters
    ----------
    stack : Stack
    inputs : sequence of Quantity
        What is typed into the network.
    words : dict
        What `xlnn.equations.record.State` says.
    """
    inputs = tuple(_noted(inputs))
    for given in inputs:
        yield from _compared(given)
    yield from _run(stack)
    yield _largest(stack)
    yield from _changes(inputs)
    state = State(dict(words))
    uses = {role: f"{PREFIX}{role}" for role in state.roles}
    yield quantity("state", equation=state, uses=uses, is_text=True, **SHOWN)


def _compared(given: Quantity) -> Iterator[Quantity]:
    """Yield what was noted of an input, and where it is another now."""
    name, found = _noted_name(given), _found_name(given)
    if not _has_images(given):
        own = {"shape": given.shape, "number_format": given.number_format}
        yield replace(quantity(given.kind, given.layer, **own, **NOTED), name=name)
        uses = {"now": given.name, "noted": name}
        flag = quantity(
            f"{given.kind}_found", given.layer, shape=given.shape, equation=Found(), uses=uses,
            **WHOLE,
        )  # fmt: skip
        yield replace(flag, name=found)
        return
    shape = (len(POWERS), *given.shape)
    yield replace(
        quantity(f"{given.kind}_print", shape=shape, number_format="General", **NOTED), name=name
    )
    number = f"{given.name.removesuffix(given.kind)}number"
    uses = {"number": number, "values": given.name, "noted": name}
    moved = quantity(
        f"{given.kind}_moved", shape=shape, equation=Moved(), uses=uses,
        **(SHOWN | {"number_format": "General"}),
    )  # fmt: skip
    yield replace(moved, name=f"{PREFIX}{given.name}_moved")
    uses = {"number": number, "values": given.name, "moved": f"{PREFIX}{given.name}_moved"}
    images = given.axes[0].length
    flag = quantity(
        f"{given.kind}_found", shape=given.shape, equation=ImageFound(images), uses=uses, **WHOLE
    )
    yield replace(flag, name=found)


def _run(stack: Stack) -> Iterator[Quantity]:
    """Yield NumPy's last weights and its costs, and how far those of the sheets are from them."""
    for kind, layer, shape in stack.parameters:
        yield quantity(kind, layer, shape=shape, **NOTED)
        uses = {"w": f"{kind}{layer}", "noted": f"{PREFIX}{kind}{layer}"}
        yield quantity(
            f"{kind}_distance", layer, shape=shape, equation=LastDistance(), uses=uses, **SMALL
        )
    yield quantity("C_T", axes=(stack.epoch,), **NOTED)
    uses = {"here": "C_T", "there": f"{PREFIX}C_T"}
    yield quantity("C_T_distance", axes=(stack.epoch,), equation=Distance(), uses=uses, **SMALL)


def _largest(stack: Stack) -> Quantity:
    """Return the largest distance from NumPy's run."""
    pairs = [(f"{PREFIX}C_T_distance", f"{PREFIX}C_T")]
    pairs += [
        (f"{PREFIX}{kind}_distance{layer}", f"{PREFIX}{kind}{layer}")
        for kind, layer, _ in stack.parameters
    ]
    uses = {name: name for pair in pairs for name in pair}
    return quantity("largest", equation=Largest(tuple(pairs)), uses=uses, **SMALL)


def _changes(inputs: Sequence[Quantity]) -> Iterator[Quantity]:
    """Yield how many inputs are others now or hold no number, and the first of each."""
    weights = [given for given in inputs if given.given]
    found = tuple(_found_name(given) for given in inputs)
    pairs, images = [], {}
    for given in inputs:
        if given.given:
            continue
        way = "images" if _has_images(given) else "down" if given.shape else "single"
        pairs.append((given.name, _found_name(given), way))
        if way == "images":
            images[given.name] = given.axes[0].length
    pairs += [(given.name, _found_name(given), "right") for given in weights]
    for sign, count, name in ((1, "changes", "changed"), (-1, "empty", "emptied")):
        uses = {each: each for each in found}
        yield quantity(count, equation=Counted(found, sign), uses=uses, **WHOLE)
        address = Address(tuple(pairs), images, sign)
        uses = {role: role for role in address.roles}
        yield quantity(name, equation=address, uses=uses, is_text=True, **SHOWN)


def recorded_of(spec: Spec, run: int, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return what the records of a run hold, by their names, from a computation of all runs."""
    stack, trained, prefix = Stack(spec.of_run(run)), alone(spec, run), prefix_of(run)
    own = own_names(trained.quantities)
    names = (quantity.name for quantity in trained.quantities)
    here = {name: arrays[prefix + name if name in own else name] for name in names}
    found = recorded(stack, trained.inputs, here)
    if run == 0:
        return found
    shared = {_noted_name(given) for given in trained.inputs if given.name not in own}
    return {prefix + name: array for name, array in found.items() if name not in shared}


def recorded(
    stack: Stack, inputs: Sequence[Quantity], run: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return what the records hold, from a run of the network."""
    noted = {f"{PREFIX}C_T": run["C_T"]}
    for given in _noted(inputs):
        value = run[given.name]
        if _has_images(given):
            number = run[f"{given.name.removesuffix(given.kind)}number"]
            value = np.stack([np.tensordot(number**power, value, axes=1) for power in POWERS])
        elif given.axes:
            value = value[0]
        noted[_noted_name(given)] = value
    for kind, layer, _ in stack.parameters:
        noted[f"{PREFIX}{kind}{layer}"] = run[f"{kind}{layer}"][-1]
    return {name: rounded(array) for name, array in noted.items()}


def altered(
    spec: Spec, run: Mapping[str, np.ndarray]
) -> Iterator[tuple[str, tuple[int, ...], float]]:
    """Yield what the records hold of NumPy's run that it has not, if no input is another.

    Parameters
    ----------
    spec : Spec
    run : mapping of arrays
        A computation of all runs, from the records that a workbook holds now.

    Yields
    ------
    str, tuple of int, float
        The record, where in it, and what the run has.
    """
    given, outcome = {}, {}
    for number in range(spec.number_of_runs):
        state = f"{prefix_of(number)}{PREFIX}"
        if run[f"{state}changes"] or run[f"{state}empty"]:
            return
        parameters = (f"{kind}{layer}" for kind, layer, _ in Stack(spec.of_run(number)).parameters)
        own = {f"{state}{name}" for name in ("C_T", *parameters)}
        for name, array in recorded_of(spec, number, run).items():
            (outcome if name in own else given)[name] = array
    # numbers that are beyond all sums change nothing in the sheet's eyes
    if any(_far(run[name], array).any() for name, array in given.items()):
        return
    for name, array in outcome.items():
        for index in np.argwhere(_far(run[name], array)):
            yield name, tuple(index), array[tuple(index)]


def _far(noted: np.ndarray, array: np.ndarray) -> np.ndarray:
    """Tell which numbers differ from those of a run, as `Largest` and `State` tell it."""
    largest = np.abs(noted).max() or 1.0
    with np.errstate(all="ignore"):  # of infinities, of which nothing was noted
        return ~(np.abs(noted / largest - array / largest) < 1 / 10**State.DIGITS)


def _noted(inputs: Sequence[Quantity]) -> Iterator[Quantity]:
    """Yield the inputs on which training depends; labels are names and change nothing."""
    return (given for given in inputs if given.kind != "labels")


def _has_images(given: Quantity) -> bool:
    return any(axis.family == "image" for axis in given.axes)


def _noted_name(given: Quantity) -> str:
    """Return the name of what is noted of an input."""
    if _has_images(given):
        return f"{PREFIX}{given.name}_print"
    return f"{PREFIX}{given.kind}_start{given.layer}" if given.axes else f"{PREFIX}{given.name}"


def _found_name(given: Quantity) -> str:
    """Return the name of what is found of an input."""
    return (
        f"{PREFIX}{given.kind}_found{given.layer}" if given.given else f"{PREFIX}{given.name}_found"
    )
