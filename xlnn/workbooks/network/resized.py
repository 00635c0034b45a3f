"""Change the layers of a template as options ask."""

from collections.abc import Sequence
from typing import Any

from xlnn.equations.cost import COSTS
from xlnn.equations.layer import LAYERS
from xlnn.errors import OptionsError

USUAL = "sigmoid"
"""The activation of a layer that says none, as in a template."""

Layers = list[dict[str, Any]]


def reshaped(
    layers: Layers,
    hidden: Sequence[int] | None,
    activation: str | None,
    output_activation: str | None,
) -> Layers:
    """Return layers with other hidden ones, or with other activation functions.

    Parameters
    ----------
    layers : list of dict
        As a template writes them; the last is the output.
    hidden : sequence of int, or None
        The units of the hidden layers, dense ones, that take the place of all there are.
    activation : str or None
        Of the hidden layers.
    output_activation : str or None
        Of the output layer.

    Raises
    ------
    OptionsError
        There is no hidden layer that could have an activation.

    >>> reshaped([{"units": 3, "activation": "tanh"}, {"units": 2}], (5, 4), None, "softmax")[1:]
    [{'units': 4, 'activation': 'tanh'}, {'units': 2, 'activation': 'softmax'}]
    """
    *below, output = layers
    pooling = {name for name, kind in LAYERS.items() if not kind.activates}
    weighted = [layer for layer in below if layer.get("kind") not in pooling]
    if hidden is not None:
        first = weighted[0].get("activation", USUAL) if weighted else USUAL
        below = [{"units": units, "activation": activation or first} for units in hidden]
        if str(output.get("name", "")).isdigit():  # numbers follow the order, and it is another
            output = {key: value for key, value in output.items() if key != "name"}
    elif activation is not None:
        below = [
            layer | {"activation": activation} if layer in weighted else layer for layer in below
        ]
    if activation is not None and not below:
        raise OptionsError(
            "--activation is for hidden layers, and there are none: add --hidden, or use "
            "--output-activation."
        )
    if output_activation is not None:
        output = output | {"activation": output_activation}
    return [*below, output]


def fitting(
    layers: Layers, cost: str | None, *, is_regression: bool
) -> tuple[Layers, tuple[str, ...]]:
    """Return layers whose output goes with a cost that was asked for, and what changed.

    Parameters
    ----------
    layers : list of dict
    cost : str or None
        None where the template's stays.
    is_regression : bool
        Numbers are predicted: a linear output reaches all of them.
    """
    known = COSTS.get(cost or "")
    had = layers[-1].get("activation", USUAL)
    if known is None or known.suits(had):
        return layers, ()
    linear = is_regression and "linear" in known.outputs
    taken = "linear" if linear else known.outputs[0]
    told = (
        f"The output layer is now {taken} instead of {had}, which cannot be combined with the cost "
        f'"{cost}" (--output-activation).'
    )
    return [*layers[:-1], layers[-1] | {"activation": taken}], (told,)
