"""Which quantities does the sheet Check hold? NumPy's run as it was when the workbook was built."""

from collections.abc import Iterator, Mapping

import numpy as np

from xlnn.data import rounded
from xlnn.equations.lens import Distance
from xlnn.equations.record import Changes, Fingerprint, Largest, LastDistance, State
from xlnn.models.stack import Stack, quantity
from xlnn.quantity import Quantity

SHEET = "check"
PREFIX = "numpy_"


def record(stack: Stack, words: tuple[str, str, str]) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Check.

    Parameters
    ----------
    stack : Stack
    words : (str, str, str)
        What `xlnn.equations.record.State` says.
    """
    shown = {"prefix": PREFIX, "sheet": SHEET}
    noted = {"is_record": True, **shown}
    parameters = [(f"{kind}{layer}", kind, layer, shape) for kind, layer, shape in stack.parameters]
    yield quantity("eta", number_format="General", **noted)
    prints = {"x": stack.spec.inputs, "t": stack.units[stack.output]}
    for name, units in prints.items():
        uses = {"number": "number", "values": name}
        yield quantity(f"{name}_print", shape=(units,), number_format="General", **noted)
        yield quantity(
            f"{name}_print_now",
            shape=(units,),
            equation=Fingerprint(),
            uses=uses,
            number_format="General",
            **shown,
        )
    for _, kind, layer, shape in parameters:
        yield quantity(f"{kind}_start", layer, shape=shape, number_format="0.0000", **noted)
    for name, kind, layer, shape in parameters:
        last = {"W": name, "noted": f"numpy_{name}"}
        yield quantity(kind, layer, shape=shape, **noted)
        yield quantity(
            f"{kind}_distance",
            layer,
            shape=shape,
            equation=LastDistance(),
            uses=last,
            number_format="0E+00",
            **shown,
        )
    epochs = {"axes": (stack.epoch,)}
    yield quantity("C_T", **epochs, **noted)
    uses = {"here": "C_T", "there": "numpy_C_T"}
    yield quantity(
        "C_T_distance", equation=Distance(), uses=uses, number_format="0E+00", **epochs, **shown
    )
    pairs = [("eta", "numpy_eta")]
    pairs += [(f"numpy_{name}_print_now", f"numpy_{name}_print") for name in prints]
    pairs += [(name, f"numpy_{kind}_start{layer}") for name, kind, layer, _ in parameters]
    uses = {role: role for pair in pairs for role in pair}
    yield quantity(
        "changes", equation=Changes(tuple(pairs)), uses=uses, number_format="0E+00", **shown
    )
    distances = ["numpy_C_T_distance"]
    distances += [f"numpy_{kind}_distance{layer}" for _, kind, layer, _ in parameters]
    uses = {name: name for name in distances}
    yield quantity(
        "largest", equation=Largest(tuple(distances)), uses=uses, number_format="0E+00", **shown
    )
    uses = {"changes": "numpy_changes", "largest": "numpy_largest"}
    yield quantity("state", equation=State(words), uses=uses, is_text=True, **shown)


def recorded(stack: Stack, run: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return what the records hold, from a run of the network."""
    noted = {
        "numpy_eta": run["eta"],
        "numpy_x_print": run["number"] @ run["x"],
        "numpy_t_print": run["number"] @ run["t"],
        "numpy_C_T": run["C_T"],
    }
    for kind, layer, _ in stack.parameters:
        noted[f"numpy_{kind}_start{layer}"] = run[f"{kind}{layer}"][0]
        noted[f"numpy_{kind}{layer}"] = run[f"{kind}{layer}"][-1]
    return {name: rounded(array) for name, array in noted.items()}
