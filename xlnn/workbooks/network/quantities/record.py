"""Which quantities does the sheet Check hold? NumPy's run as it was when the workbook was built."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from xlnn.data import rounded
from xlnn.equations.lens import Distance
from xlnn.equations.record import Changes, Fingerprint, Largest, LastDistance, State
from xlnn.quantity import Quantity
from xlnn.workbooks.network.quantities.stack import Stack, quantity

SHEET = "check"
PREFIX = "numpy_"


def record(
    stack: Stack, inputs: Sequence[Quantity], words: tuple[str, str, str]
) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Check.

    Parameters
    ----------
    stack : Stack
    inputs : sequence of Quantity
        What is typed into the network.
    words : (str, str, str)
        What `xlnn.equations.record.State` says.
    """
    shown = {"prefix": PREFIX, "sheet": SHEET}
    noted = {"is_record": True, **shown}
    pairs = []
    for given in _noted(inputs):
        name = _noted_name(given)
        pairs.append((given.name, name))
        own = {"shape": given.shape, "number_format": given.number_format}
        if not _has_images(given):
            yield replace(quantity(given.kind, given.layer, **own, **noted), name=name)
            continue
        own["number_format"] = "General"
        yield replace(quantity(given.kind, **own, **noted), name=name)
        number = f"{given.name.removesuffix(given.kind)}number"
        now = quantity(
            given.kind,
            equation=Fingerprint(),
            uses={"number": number, "values": given.name},
            **own,
            **shown,
        )
        pairs[-1] = (f"{name}_now", name)
        yield replace(now, name=f"{name}_now")
    for kind, layer, shape in stack.parameters:
        yield quantity(kind, layer, shape=shape, **noted)
        yield quantity(
            f"{kind}_distance",
            layer,
            shape=shape,
            equation=LastDistance(),
            uses={"W": f"{kind}{layer}", "noted": f"numpy_{kind}{layer}"},
            number_format="0E+00",
            **shown,
        )
    epochs = {"axes": (stack.epoch,)}
    yield quantity("C_T", **epochs, **noted)
    uses = {"here": "C_T", "there": "numpy_C_T"}
    yield quantity(
        "C_T_distance", equation=Distance(), uses=uses, number_format="0E+00", **epochs, **shown
    )
    uses = {role: role for pair in pairs for role in pair}
    yield quantity(
        "changes", equation=Changes(tuple(pairs)), uses=uses, number_format="0E+00", **shown
    )
    distances = ["numpy_C_T_distance"]
    distances += [f"numpy_{kind}_distance{layer}" for kind, layer, _ in stack.parameters]
    uses = {name: name for name in distances}
    yield quantity(
        "largest", equation=Largest(tuple(distances)), uses=uses, number_format="0E+00", **shown
    )
    uses = {"changes": "numpy_changes", "largest": "numpy_largest"}
    yield quantity("state", equation=State(words), uses=uses, is_text=True, **shown)


def recorded(
    stack: Stack, inputs: Sequence[Quantity], run: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return what the records hold, from a run of the network."""
    noted = {"numpy_C_T": run["C_T"]}
    for given in _noted(inputs):
        value = run[given.name]
        if _has_images(given):
            number = run[f"{given.name.removesuffix(given.kind)}number"]
            value = np.tensordot(number, value, axes=1)
        elif given.axes:
            value = value[0]
        noted[_noted_name(given)] = value
    for kind, layer, _ in stack.parameters:
        noted[f"numpy_{kind}{layer}"] = run[f"{kind}{layer}"][-1]
    return {name: rounded(array) for name, array in noted.items()}


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
