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
from xlnn.quantity import Model, Quantity
from xlnn.workbooks.network.quantities.network import alone, network
from xlnn.workbooks.network.quantities.runs import of_runs
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.spec import Spec

SHEET = "check"
PREFIX = "numpy_"
SHOWN = {"prefix": PREFIX, "sheet": SHEET}
NOTED = {"is_record": True, **SHOWN}
SMALL = {"number_format": "0E+00", **SHOWN}
WHOLE = {"number_format": "0", **SHOWN}


def records(spec: Spec, words: Mapping[str, str]) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Check; what was noted of the data is there once.

    Parameters
    ----------
    spec : Spec
    words : dict
        What `xlnn.equations.record.State` says.
    """
    once = (given for given in _noted(network(spec).inputs) if not given.each)
    shared = {quantity.name for given in once for quantity in _compared(given)}

    def of_one(own: Spec) -> Iterator[Quantity]:
        return record(Stack(own), Model(tuple(alone(own))).inputs, words)

    return of_runs(spec, of_one, shared)


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


def recorded(spec: Spec, run: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return what the records hold, from a computation of the network."""
    noted, epochs = {f"{PREFIX}C_T": run["C_T"]}, int(bool(spec.runs))
    for given in _noted(network(spec).inputs):
        value = run[given.name]
        if _has_images(given):
            number = run[f"{given.name.removesuffix(given.kind)}number"]
            value = np.stack([np.tensordot(number**power, value, axes=1) for power in POWERS])
        elif given.given:
            value = value.take(0, axis=epochs)
        noted[_noted_name(given)] = value
    for kind, layer, _ in Stack(spec).parameters:
        noted[f"{PREFIX}{kind}{layer}"] = run[f"{kind}{layer}"].take(-1, axis=epochs)
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
    if run[f"{PREFIX}changes"].any() or run[f"{PREFIX}empty"].any():
        return
    once = {_noted_name(given) for given in _noted(network(spec).inputs) if not given.each}
    far = {
        name: (array, _far(run[name], array, apart=bool(spec.runs) and name not in once))
        for name, array in recorded(spec, run).items()
    }
    outcome = ["C_T", *(f"{kind}{layer}" for kind, layer, _ in Stack(spec).parameters)]
    outcome = [f"{PREFIX}{name}" for name in outcome]
    # numbers that are beyond all sums change nothing in the sheet's eyes
    if any(is_far.any() for name, (_, is_far) in far.items() if name not in outcome):
        return
    for name in outcome:
        array, is_far = far[name]
        for index in np.argwhere(is_far):
            yield name, tuple(index), array[tuple(index)]


def _far(noted: np.ndarray, array: np.ndarray, *, apart: bool) -> np.ndarray:
    """Tell which numbers differ from those of a run, as `Largest` and `State` tell it.

    Of several runs each has its largest number.
    """
    largest = np.abs(noted).max(axis=tuple(range(apart, np.ndim(noted))), keepdims=True)
    largest = np.where(largest, largest, 1.0)
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
    return f"{PREFIX}{given.kind}_start{given.layer}" if given.given else f"{PREFIX}{given.name}"


def _found_name(given: Quantity) -> str:
    """Return the name of what is found of an input."""
    return (
        f"{PREFIX}{given.kind}_found{given.layer}" if given.given else f"{PREFIX}{given.name}_found"
    )
