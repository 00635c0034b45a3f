"""Read and write the description of a layer in a Spec."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any, get_type_hints

from xlnn.equations.activation import ACTIVATIONS, REFUSED
from xlnn.equations.layer import LAYERS, LayerKind, Shape
from xlnn.errors import DataError
from xlnn.option import FLAG, SIZE, TEXT, TEXTS, WHOLE, WHOLES, Option

LARGEST_NUMBER = 10**9
"""A thousand times as many epochs or images as a sheet has rows; Python writes out no longer ones
than of some thousand digits."""

TYPES = {
    str: TEXT, int: WHOLE, bool: FLAG, tuple[int, int]: SIZE, tuple[str, ...]: TEXTS,
    tuple[int, ...]: WHOLES,
}  # fmt: skip


def entries(
    spec: type, values: Mapping[str, Any], **own: Callable[[Mapping[str, Any]], object]
) -> dict[str, Any]:
    """Return the entries of a Spec, each of the type that its dataclass states.

    Parameters
    ----------
    spec : type
    values : mapping
    **own : function
        What reads an entry of another type, from all values.

    Raises
    ------
    DataError
        An entry is unknown, is missing or has the wrong type.
    """
    known = {field.name: field.default for field in fields(spec)}
    if unknown := set(values) - set(known):
        raise DataError(f"Unknown entries: {quoted_list(sorted(unknown))}.")
    if missing := {name for name in known if known[name] is MISSING} - set(values):
        raise DataError(f"Missing entries: {quoted_list(sorted(missing))}.")
    hints = get_type_hints(spec)
    found = {name: typed(values, name, hints[name]) for name in values if name not in own}
    return found | {name: read(values) for name, read in own.items()}


def typed(values: Mapping[str, Any], name: str, kind: type) -> Any:  # noqa: ANN401 -- as asked
    """Return an entry of a type, or refuse it."""
    value = values[name]
    if type(value) is int and abs(value) > LARGEST_NUMBER:
        raise DataError(f"{name} is larger than any workbook: at most {LARGEST_NUMBER:,}.")
    return Option(TYPES[kind], "", name=name).check(value)


def quoted_or(names: tuple[str, ...]) -> str:
    """Say names of which one is to be chosen."""
    *head, last = (f'"{name}"' for name in names)
    return f"{', '.join(head)} or {last}" if head else last


def quoted_list(names: object) -> str:
    """Say names, each in quotes."""
    return ", ".join(f'"{name}"' for name in names)


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
        Of a convolution its filters, of a pooling or a layernorm 0: it has as many maps or units
        as the layer below.
    activation : str
        A key of `xlnn.equations.activation.ACTIVATIONS`; a pooling is "linear".
    kind : str
        A key of `xlnn.equations.layer.LAYERS`.
    size : tuple of int
        Rows and columns of a filter or of a block.
    step : tuple of int
        How far it moves, down and to the right, where that is not as usual: by 1 a filter, by its
        size a block.
    padding : tuple of int
        Rows and columns of zeros around the maps, above, to the left, below and to the right.
    """

    name: str
    units: int
    activation: str = "sigmoid"
    kind: str = "dense"
    size: tuple[int, ...] = ()
    step: tuple[int, ...] = ()
    padding: tuple[int, ...] = ()

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values, without those that are as usual and seldom told."""
        values = asdict(self)
        return {key: v for key, v in values.items() if v or key not in SELDOM}


ACTIVATING = ("activation", "output_activation")
"""The options that name activation functions."""

SELDOM = ("step", "padding")
"""What the sheet Spec names only where it is not as usual."""


def check_layers(layers: tuple[LayerSpec, ...], labels: tuple[str, ...]) -> None:
    """Refuse what no network can have one above the other."""
    if not layers:
        raise DataError("The network has no layers: it needs at least an output layer.")
    for layer in layers:
        check_layer(layer)
    names = [layer.name for layer in layers]
    if len({name.casefold() for name in names}) < len(names):
        raise DataError(
            f"Two layers have one name; the names are {', '.join(names)}. Upper and lower case "
            "count as equal, because the workbook names cells after layers and Excel treats W_F "
            "and w_f alike."
        )
    *below, last = layers
    for layer in below:
        if ACTIVATIONS[layer.activation].only_output:
            raise DataError(
                f"Layer {layer.name}: {layer.activation} is for the output layer, whose values it "
                "makes probabilities; choose another one below it.",
                "activation",
            )
    if last.kind != "dense":
        raise DataError(
            f"The output layer {last.name} is a {last.kind}: the last layer must be dense, with "
            "one unit per label."
        )
    if len(labels) != last.units:
        raise DataError(
            f"The output layer has {last.units} units for {len(labels)} labels: it needs one unit "
            "per label."
        )


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
    _check_steps(layer)
    kind = LAYERS[layer.kind]
    if not kind.activates and (layer.units or layer.activation != "linear"):
        raise DataError(
            f"Layer {layer.name}: a {layer.kind} has neither units nor an activation of its own: "
            "leave both out."
        )
    if layer.units and not kind.has_units:
        raise DataError(
            f"Layer {layer.name}: a {layer.kind} has as many units as the layer below it: leave "
            "units out."
        )
    if kind.has_units and not 1 <= layer.units <= LARGEST_LAYER:
        raise DataError(
            f"Layer {layer.name} has {layer.units:,} units: a layer has 1 to {LARGEST_LAYER:,}.",
            "hidden",
        )
    if layer.activation in REFUSED:
        raise DataError(
            f"Layer {layer.name}: a network cannot learn with the {layer.activation}, because "
            f"{REFUSED[layer.activation]}; {_choices()}.",
            *ACTIVATING,
        )
    if layer.activation not in ACTIVATIONS:
        raise DataError(
            f'Layer {layer.name}: there is no activation "{layer.activation}"; {_choices()}.',
            *ACTIVATING,
        )


def _choices() -> str:
    """Say which activations there are, and which of them are for outputs alone."""
    outputs = [name for name, each in ACTIVATIONS.items() if each.only_output]
    others = [name for name in ACTIVATIONS if name not in outputs]
    return f"choose one of {quoted_list(others)}, or for outputs {quoted_list(outputs)}"


def _check_steps(layer: LayerSpec) -> None:
    """Refuse steps and paddings that no layer of its kind has."""
    for name, count, least in (("step", 2, 1), ("padding", 4, 0)):
        numbers = getattr(layer, name)
        if numbers and (
            len(numbers) != count or min(numbers) < least or not LAYERS[layer.kind].slides
        ):
            raise DataError(
                f"Layer {layer.name}: a layer of the kind {layer.kind} cannot have {name} = "
                f"{list(numbers)}."
            )


def layers_of(values: Mapping[str, Any]) -> tuple[LayerSpec, ...]:
    """Read the layers of a Spec from its plain values.

    Raises
    ------
    DataError
        They are no list of tables, or a table says what no layer has.
    """
    layers = values["layers"]
    if not isinstance(layers, list) or not all(isinstance(layer, dict) for layer in layers):
        raise DataError("layers is not a list of tables; write each as [[layers]].")
    return tuple(_layer_of(layer, number) for number, layer in enumerate(layers, start=2))


def kinds_of(below: Shape, layers: Iterable[LayerSpec]) -> dict[str, LayerKind]:
    """Return what each layer is over the one below, by its name.

    Parameters
    ----------
    below : tuple of int
        The shape of what the first of them sees.
    layers : iterable of LayerSpec

    Raises
    ------
    DataError
        A layer does not fit the one below.
    """
    kinds: dict[str, LayerKind] = {}
    for layer in layers:
        sides = (layer.size, layer.step, layer.padding)
        kind = LAYERS[layer.kind](below, layer.units, *sides, layer.activation)
        try:
            kind.check()
        except DataError as error:
            raise DataError(f"Layer {layer.name} {error}.") from error
        kinds[layer.name] = kind
        below = kind.shape
    return kinds


def _layer_of(values: Mapping[str, Any], number: int) -> LayerSpec:
    """Read a layer from plain values."""
    known = {field.name for field in fields(LayerSpec)}
    if unknown := set(values) - known:
        raise DataError(f"Layer {number}: unknown entries: {quoted_list(sorted(unknown))}.")
    usual = {"name": str(number), "kind": "dense", "activation": "sigmoid"}
    usual |= {"size": [], "step": [], "padding": []}
    if (kind := LAYERS.get(values.get("kind", "dense"))) and not kind.has_units:
        usual |= {"units": 0, "activation": "linear"}
    complete = {**usual, **values}
    if "units" not in complete:
        raise DataError(f"Layer {number} does not say its units.")
    for name, written in (("size", "[rows, columns]"), ("step", "[down, right]")):
        _check_numbers(complete[name], f"Layer {number}: {name}", written)
    _check_numbers(complete["padding"], f"Layer {number}: padding", "[top, left, bottom, right]")
    return LayerSpec(
        name=typed(complete, "name", str),
        units=typed(complete, "units", int),
        activation=typed(complete, "activation", str),
        kind=typed(complete, "kind", str),
        size=tuple(complete["size"]),
        step=tuple(complete["step"]),
        padding=tuple(complete["padding"]),
    )


def _check_numbers(given: object, where: str, written: str) -> None:
    """Refuse what is no list of whole numbers."""
    if not isinstance(given, list | tuple) or not all(type(number) is int for number in given):
        raise DataError(f"{where} = {given!r}: write {written}.")
