"""What does a Spec say of a layer?"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from xlnn.equations.activation import ACTIVATIONS, REFUSED
from xlnn.equations.layer import LAYERS, WITHOUT_WEIGHTS
from xlnn.errors import DataError
from xlnn.workbooks.network.typed import quoted_list, typed

LARGEST_LAYER = 16_384
"""No layer can be wider than a sheet."""


@dataclass(frozen=True)
class LayerSpec:
    """A layer of the network.

    Attributes
    ----------
    name : str
        The layer's number or letter in the book's notation; the input is layer 1.
    units : int
        Of a convolution its filters, of a pooling 0: it has as many maps as the layer below.
    activation : str
        A key of `xlnn.equations.activation.ACTIVATIONS`; a pooling is "linear".
    kind : str
        A key of `xlnn.equations.layer.LAYERS`.
    size : tuple of int
        Rows and columns of a filter or of a block.
    """

    name: str
    units: int
    activation: str = "sigmoid"
    kind: str = "dense"
    size: tuple[int, ...] = ()


def check_layer(layer: LayerSpec) -> None:
    """Refuse what no layer can be."""
    if not (layer.name.isalnum() and layer.name.isascii()):
        raise DataError(
            f'A layer is named "{layer.name}": names are letters and digits of ASCII, since the '
            "workbook names cells after layers and Excel does not take every sign there."
        )
    if layer.name == "1":
        raise DataError(
            'A layer is named "1", as the input is: leave the name out, or choose another.'
        )
    if layer.kind not in LAYERS:
        raise DataError(
            f'Layer {layer.name}: there is no kind "{layer.kind}"; '
            f"choose one of {quoted_list(LAYERS)}."
        )
    if min(layer.size, default=1) < 1 or len(layer.size) not in {0, 2}:
        raise DataError(f"Layer {layer.name}: size = {list(layer.size)}: write [rows, columns].")
    if layer.kind in WITHOUT_WEIGHTS:
        if layer.units or layer.activation != "linear":
            raise DataError(
                f"Layer {layer.name}: a {layer.kind} has neither units nor an activation of its "
                "own: leave both away."
            )
        return
    if not 1 <= layer.units <= LARGEST_LAYER:
        raise DataError(
            f"Layer {layer.name} has {layer.units:,} units: a layer has 1 to {LARGEST_LAYER:,}."
        )
    if layer.activation in REFUSED:
        raise DataError(
            f"Layer {layer.name}: no network learns with the {layer.activation}, since "
            f"{REFUSED[layer.activation]}; choose one of {quoted_list(ACTIVATIONS)}."
        )
    if layer.activation not in ACTIVATIONS:
        raise DataError(
            f'Layer {layer.name}: there is no activation "{layer.activation}"; '
            f"choose one of {quoted_list(ACTIVATIONS)}."
        )


def layer_of(values: Mapping[str, Any], number: int) -> LayerSpec:
    """Read a layer from plain values."""
    known = {field.name for field in fields(LayerSpec)}
    if unknown := set(values) - known:
        raise DataError(f"Layer {number}: unknown entries: {quoted_list(sorted(unknown))}.")
    usual = {"name": str(number), "kind": "dense", "size": [], "activation": "sigmoid"}
    if values.get("kind") in WITHOUT_WEIGHTS:
        usual |= {"units": 0, "activation": "linear"}
    complete = {**usual, **values}
    if "units" not in complete:
        raise DataError(f"Layer {number} does not say its units.")
    size = complete["size"]
    if not isinstance(size, list | tuple) or not all(type(length) is int for length in size):
        raise DataError(f"Layer {number}: size = {size!r}: write [rows, columns].")
    return LayerSpec(
        name=typed(complete, "name", str),
        units=typed(complete, "units", int),
        activation=typed(complete, "activation", str),
        kind=typed(complete, "kind", str),
        size=tuple(size),
    )
