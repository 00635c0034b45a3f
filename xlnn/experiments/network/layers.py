"""The layers of a network: read from plain values, refused if no network can have them.

A template has them in ``template.toml``; a workbook has them among the sizes of its Spec. A network
that was trained elsewhere has 0 epochs and no cost: it only predicts.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated

from xlnn.data.messages import likely, listed
from xlnn.equation import Equation
from xlnn.equations.activation import ACTIVATIONS, REFUSED
from xlnn.equations.cost import COSTS
from xlnn.equations.layer import LAYERS, LayerKind, Shape
from xlnn.equations.optimiser import PLAIN
from xlnn.errors import DataError, Message
from xlnn.option import MOST_LAYERS, TABLES, WHOLES, Option, Type
from xlnn.options import BUILD
from xlnn.workbooks.entries import SELDOM, from_values, one_of
from xlnn.workbooks.spec import Spec

INPUT = "1"
"""The name of the input, the lowest layer."""

LARGEST_LAYER = 16_384
"""No layer can be wider than a sheet."""


def _numbers(count: int, least: int, written: str) -> Option:
    """Declare so many whole numbers, or none."""
    return Option(
        WHOLES, "", written, lambda v: len(v) in {0, count} and min(v, default=least) >= least
    )


@dataclass(frozen=True)
class LayerSpec:
    """A layer of the network.

    Attributes
    ----------
    name : str
        The layer's number or letter in the book's notation; the input is layer 1.
    units : int
        The number of filters of a convolution; 0 for pooling or layernorm, which have as many maps
        or units as the layer below.
    activation : str
        A key of `xlnn.equations.activation.ACTIVATIONS`; a pooling is "linear".
    kind : str
        A key of `xlnn.equations.layer.LAYERS`.
    size : tuple of int
        Rows and columns of a filter or of a block.
    step : tuple of int
        The step down and to the right, if not the default: 1 for a filter, its size for a block.
    padding : tuple of int
        Rows and columns of zeros around the maps, above, to the left, below and to the right.
    """

    name: str
    units: int
    activation: str = "sigmoid"
    kind: Annotated[str, one_of("kind", LAYERS)] = "dense"
    size: Annotated[tuple[int, ...], _numbers(2, 1, "[rows, columns]")] = ()
    step: Annotated[tuple[int, ...], _numbers(2, 1, "[down, right]")] = field(
        default=(), metadata=SELDOM
    )
    padding: Annotated[tuple[int, ...], _numbers(4, 0, "[top, left, bottom, right]")] = field(
        default=(), metadata=SELDOM
    )


ACTIVATING = ("activation", "output_activation")
"""The options that name activation functions."""


def check_layers(layers: tuple[LayerSpec, ...], labels: tuple[str, ...]) -> None:
    """Refuse sequences of layers that no network can have."""
    if not layers:
        raise DataError("The network has no layers: it needs at least an output layer.")
    if len(layers) > MOST_LAYERS + 1:
        raise DataError(
            f"{len(layers):,} layers are too many: a workbook holds at most {MOST_LAYERS} and an "
            "output layer.",
            "hidden",
        )
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
    """Refuse an invalid layer."""
    if not (layer.name.isalnum() and layer.name.isascii()):
        raise DataError(
            f'A layer is named "{layer.name}": names are letters and digits of ASCII, since the '
            "workbook names cells after layers and Excel does not take every sign there."
        )
    if layer.name == "1":
        raise DataError(
            'A layer is named "1", as the input is: leave the name out, or choose another.'
        )
    kind = LAYERS[layer.kind]
    entries = {"units": (kind.has_units, 0), "activation": (kind.activates, "linear")}
    entries |= dict.fromkeys(("size", "step", "padding"), (kind.slides, ()))
    for name, (takes, nothing) in entries.items():
        if not takes and getattr(layer, name) != nothing:
            raise DataError(
                f"Layer {layer.name}: a {layer.kind} layer has no {name} of its own; leave it out."
            )
    if kind.has_units and not 1 <= layer.units <= LARGEST_LAYER:
        way = "" if layer.units else Message(", and --hidden none leaves hidden layers out")
        raise DataError(
            "Layer {name} has {units:,} units: a layer has 1 to {most:,}{way}.",
            "hidden",
            name=layer.name,
            units=layer.units,
            most=LARGEST_LAYER,
            way=way,
        )
    if layer.activation in REFUSED:
        raise DataError(
            f"Layer {layer.name}: a network cannot learn with the {layer.activation}, because "
            f"{REFUSED[layer.activation]}; {_choices()}.",
            *ACTIVATING,
        )
    if layer.activation not in ACTIVATIONS:
        raise DataError(
            'Layer {name}: there is no activation "{activation}"{end}',
            *ACTIVATING,
            name=layer.name,
            activation=layer.activation,
            end=likely(layer.activation, ACTIVATIONS, f"; {_choices()}."),
        )


def _choices() -> str:
    """Return words for the activations, and which of them are only for outputs."""
    outputs = [name for name, activation in ACTIVATIONS.items() if activation.only_output]
    others = [name for name in ACTIVATIONS if name not in outputs]
    return f"choose one of {listed(others)}, or for outputs {listed(outputs)}"


def layers_of(layers: object, outputs: int | None = None) -> tuple[LayerSpec, ...]:
    """Read the layers of a network from plain values.

    Parameters
    ----------
    layers : object
    outputs : int or None
        The units of the last layer, if it does not say them.

    Raises
    ------
    DataError
        They are not a list of tables, or an entry of a table is unknown or has a wrong value.
    """
    tables, stated = [*Option(TABLES, "", name="layers").check(layers)], []
    if tables and outputs is not None:
        tables[-1] = {"units": outputs, **tables[-1]}
    for number, layer in enumerate(tables, start=2):
        kind = LAYERS.get(layer.get("kind", "dense"))
        usual = {} if kind is None or kind.has_units else {"units": 0, "activation": "linear"}
        values = {"name": str(number), **usual, **layer}
        if isinstance(values.get("activation"), str):
            values["activation"] = BUILD["activation"].check(values["activation"])
        stated.append(from_values(LayerSpec, values, f"Layer {number}"))
    return tuple(stated)


def _stated(layers: object) -> tuple[LayerSpec, ...]:
    """Return layers, or read them; the units of the last may follow from the data."""
    several = layers if isinstance(layers, list | tuple) else ()
    if several and all(isinstance(layer, LayerSpec) for layer in several):
        return tuple(several)
    return layers_of(layers, outputs=0)


LAYERS_STATED = Type("a list of layers, each a table", _stated)
"""The type of the size ``layers``."""


def kinds_of(spec: Spec) -> dict[str, LayerKind]:
    """Return the kind of each layer, with its sizes over the layer below, by the layer's name.

    Raises
    ------
    DataError
        A layer does not fit the one below.
    """
    slides = LAYERS[spec.layers[0].kind].slides
    sees_picture = not spec.features and (slides or not spec.epochs)
    return _kinds(spec.layers, spec.grid if sees_picture else (spec.inputs,))


@lru_cache(maxsize=64)
def _kinds(layers: tuple[LayerSpec, ...], below: Shape) -> dict[str, LayerKind]:
    kinds: dict[str, LayerKind] = {}
    lower = INPUT
    for layer in layers:
        sides = (layer.size, layer.step, layer.padding)
        try:
            kind = LAYERS[layer.kind](below, layer.units, *sides, layer.activation)
        except DataError as error:
            raise DataError(f"Layer {layer.name} {error}.") from error
        kinds[layer.name], kind.lower = kind, lower
        lower, below = layer.name, kind.shape
    return kinds


def names_of(spec: Spec) -> list[str]:
    """Return the names of the layers, without that of the input."""
    return [layer.name for layer in spec.layers]


def output_of(spec: Spec) -> str:
    """Return the name of the last layer."""
    name: str = spec.layers[-1].name
    return name


def shapes_of(spec: Spec) -> dict[str, Shape]:
    """Return the shapes of the input and of the layers."""
    kinds = kinds_of(spec)
    first = kinds[spec.layers[0].name]
    return {INPUT: first.below} | {name: kind.shape for name, kind in kinds.items()}


def parameters_of(spec: Spec) -> list[tuple[str, str, Shape]]:
    """Return name, layer and shape of all parameters, layer by layer."""
    parameters = ((layer, kind.parameters) for layer, kind in kinds_of(spec).items())
    return [(name, layer, shape) for layer, own in parameters for name, shape in own.items()]


def activation_of(layer: str, prefix: str = "") -> str:
    """Return the name of a layer's activations; those of the input are the pixels."""
    return f"{prefix}x" if layer == INPUT else f"{prefix}a{layer}"


def slides(spec: Spec) -> bool:
    """Return whether a layer looks at maps through a window."""
    return any(kind.slides for kind in kinds_of(spec).values())


def learning(spec: Spec) -> list[str]:
    """Return the layers that errors reach: those with parameters, and those above them."""
    kinds = kinds_of(spec)
    first = next(n for n, kind in enumerate(kinds.values()) if kind.parameters)
    return [*kinds][first:] if spec.epochs else []


def noted(spec: Spec, layer: str) -> dict[str, Equation]:
    """Return what a layer keeps in the forward pass for back-propagation."""
    if layer not in learning(spec):
        return {}
    asked, keeps = COSTS[spec.cost].delta.roles, kinds_of(spec)[layer].noted
    return {kind: keeps[kind] for kind in keeps if layer != output_of(spec) or kind in asked}


def named(
    spec: Spec, layer: str, prefix: str = "", seen: str = "", weights: str | None = None
) -> dict[str, str]:
    """Return the names of a layer's quantities, and of its inputs.

    Parameters
    ----------
    spec : Spec
    layer, prefix : str
    seen : str
        Its inputs, if not the activations of the layer below.
    weights : str
        The prefix of its parameters, if different.
    """
    kind, of = kinds_of(spec)[layer], prefix if weights is None else weights
    own = (*kind.forward, *noted(spec, layer), *kind.backward, "delta")
    names = {name: f"{prefix}{name}{layer}" for name in own}
    names |= {parameter: f"{of}{parameter}{layer}" for parameter in kind.parameters}
    return names | {"below": seen or activation_of(kind.lower, prefix)}


def named_below(spec: Spec, layer: str, prefix: str) -> dict[str, str]:
    """Return the names for delta of a layer, which the layer above states."""
    upper = next(name for name, kind in kinds_of(spec).items() if kind.lower == layer)
    own, above = named(spec, layer, prefix), named(spec, upper, prefix)
    known = above | {f"{kind}_above": name for kind, name in above.items()}
    of_layer = {kind: own[kind] for kind in ("slope", "delta") if kind in own}
    return {kind: known[kind] for kind in known.keys() - {"slope"}} | of_layer


def is_share(spec: Spec) -> bool:
    """Return whether outputs are between 0 and 1, so that they need no exponent."""
    return ACTIVATIONS[spec.layers[-1].activation].reach == (0, 1)


def has_shares(spec: Spec) -> bool:
    """Return whether a bar shows outputs: between 0 and 1, or learning to be 0 or 1."""
    return spec.epochs > 0 or is_share(spec)


def check_network(spec: Spec) -> None:
    """Refuse a Spec that describes no possible network.

    Raises
    ------
    DataError
        Sizes do not fit, or functions or settings do not go together.
    """
    _check_forward(spec)
    if not spec.grid[0] * spec.grid[1]:
        raise DataError("The data have no inputs: a network needs at least one.")
    check_layers(spec.layers, spec.labels)
    for layer in spec.layers:
        if spec.epochs and (layer.step or layer.padding):
            raise DataError(
                f"Layer {layer.name} has a step or a padding: networks learn with filters that "
                "move one step at a time and not over the edge, and with blocks side by side. "
                "Without epochs it can predict."
            )
    if spec.epochs:
        _check_functions(spec)
    kinds_of(spec)  # each fits the layer below


def _check_forward(spec: Spec) -> None:
    """Refuse settings of training without epochs, and too many spare rows."""
    training = spec.cost, spec.test_samples, spec.scaled_targets, spec.regularised, spec.runs
    if not spec.epochs and (any(training) or spec.optimizer != PLAIN):
        raise DataError(
            "epochs is 0, and only training has a cost, test_samples, scaled_targets, a penalty, "
            "runs or an optimizer."
        )
    if spec.spare > (0 if spec.epochs else spec.images):
        raise DataError(
            f"spare is {spec.spare}: a network that predicts has up to {spec.images} spare "
            "rows, and one that trains has none."
        )


def _check_functions(spec: Spec) -> None:
    """Refuse activation functions and costs that do not go together, and say why."""
    cost, output = COSTS[spec.cost], spec.layers[-1].activation
    if not cost.suits(output):
        raise DataError(
            f'The cost "{spec.cost}" does not go with the output layer\'s "{output}", since '
            f"{cost.reason}: choose {listed(cost.outputs, 'or')} there, or another cost.",
            "cost",
            "output_activation",
        )
    if spec.is_regression and not cost.for_numbers:
        raise DataError(
            f'The cost "{spec.cost}" is for classes, since {cost.reason}: '
            'a regression takes "squared error".',
            "cost",
            "targets",
        )
    if spec.is_regression and not spec.features:
        raise DataError(
            "The task is a regression, and no features are named: pictures have classes, so "
            "the task of this workbook is classification."
        )


def network_spec(
    picture: tuple[int, int], labels: tuple[str, ...], *layers: LayerSpec, images: int = 1
) -> Spec:
    """Return the Spec of a network that does not train, on pictures."""
    sizes = {"epochs": 0, "images": images, "layers": layers, "cost": "", "optimizer": PLAIN,
             "regularised": False}  # fmt: skip
    return Spec("network", "network", "en", sizes, picture=picture, labels=labels)
