"""Which quantities does the Lens hold? One epoch and one image, forward and back, as pictures.

The equations are those of training, over an axis of one image, from weights that are looked up.
A network that is too large to draw whole is shown by its first units, looked up and not computed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.choice import (
    Copy,
    OfEpoch,
    OfImage,
    OfRow,
    Picked,
    TrainingPosition,
    stored,
)
from xlnn.equations.cost import COSTS
from xlnn.equations.layer import WEIGHTS
from xlnn.equations.lens import Distance
from xlnn.equations.prediction import Predicted
from xlnn.equations.wording import (
    ActivationSentence,
    Bar,
    CostSentence,
    Name,
    OutputDeltaSentence,
    Prediction,
)
from xlnn.quantity import Axis, Equation, Quantity, Sentence
from xlnn.workbooks.network.quantities.network import backward, cost, forward
from xlnn.workbooks.network.quantities.optimiser import led_by, optimiser_of
from xlnn.workbooks.network.quantities.stack import Stack, quantity

SHEET = "lens"
PREFIX = "lens_"
ONE = Axis("one", 1, family="image")

FIRST_UNITS = 8
"""How many units of a layer are shown where the network is too large to be drawn whole."""


def lens(stack: Stack, words: str, *, whole: bool) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Lens.

    Parameters
    ----------
    stack : Stack
    words : str
        What is said of the prediction of an output of a regression, with ``{label}``,
        ``{predicted}`` and ``{actual}`` in it.
    whole : bool
        Compute everything from the pixels and weights; else look up the first units of each layer.
    """
    if not whole:
        stack = first_units(stack)
    rows = {"axes": (ONE,), "prefix": PREFIX, "sheet": SHEET}
    yield _choice("epoch", stack.spec.epochs)
    yield _choice("image", stack.spec.images)
    yield _quantity(
        "position",
        TrainingPosition(stack.spec.images),
        {"epoch": "lens_epoch", "image": "lens_image"},
        number_format="0",
    )
    labels = stack.shapes[stack.output]
    for name, shape in _of_image(stack):
        is_scaled = name == "t" and stack.spec.scaled_targets
        yield quantity(
            name,
            shape=shape,
            number_format="0.0000" if is_scaled else "",
            equation=OfImage(shape),
            uses={"all_images": name, "image": "lens_image"},
            **rows,
        )
    yield from weights(stack, PREFIX, SHEET, "lens_epoch")
    outputs = {"a": f"lens_a{stack.output}"}
    if whole:
        yield from forward_by_bands(stack, **rows)
        yield _quantity("output", Copy(), outputs, labels)
        yield from cost(stack, t="lens_t", a="lens_output", **rows)
        yield from backward(stack, t="lens_t", **rows)
    else:
        yield from _looked_up(stack, rows)
        yield _quantity("output", Copy(), outputs, labels)
    for name in stack.names:
        yield from _layer_gradients(stack, name)
    for name in stack.names:
        if len(stack.shapes[name]) == 1:
            yield from _sentences(stack, name, whole=whole)
    yield _quantity("name", Name(), {"labels": "labels"}, labels)
    if stack.spec.is_regression:
        yield from _prediction(stack, words)
    else:
        yield _quantity("bar", Bar(), outputs, labels)
    costs = {"t": "lens_t", "a": "lens_output", "C": "lens_C"}
    if whole and COSTS[stack.spec.cost].loss:
        costs["loss"] = "lens_loss"
    digits = 3 if stack.spec.is_regression else 0
    yield _quantity("C_text", CostSentence(digits), costs)
    yield _quantity("there", OfRow(), {"rows": "C", "position": "lens_position"})
    yield _quantity(
        "gap", Distance(), {"here": "lens_C", "there": "lens_there"}, number_format="0E+00"
    )


def forward_by_bands(
    stack: Stack, *, axes: tuple[Axis, ...], prefix: str, sheet: str, slopes: bool = True
) -> Iterator[Quantity]:
    """Yield z, a and a' of every layer where each unit stands in a band of its own.

    The activations that a layer sees are then written once more, in one row above its weights;
    maps are pictures and need no copy.
    """
    upper = dict(zip(stack.names, stack.names[1:], strict=False))
    rows = {lower: layer for lower, layer in upper.items() if len(stack.shapes[lower]) == 1}
    below = {layer: f"{prefix}below{layer}" for layer in rows.values()}
    copied = {f"{prefix}a{lower}" for lower in rows}
    options = {"axes": axes, "prefix": prefix, "sheet": sheet, "slopes": slopes}
    for found in forward(stack, below=below, **options):
        yield found
        if found.name in copied:
            yield quantity(
                "below",
                upper[found.layer],
                prefix=prefix,
                sheet=sheet,
                axes=axes,
                shape=found.shape,
                equation=Copy(),
                uses={"a": found.name},
            )


def _of_image(stack: Stack) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield what is looked up of the chosen image, and its shape."""
    yield "x", stack.spec.picture
    yield "t", stack.shapes[stack.output]
    if stack.spec.is_regression:  # a person's own units, beside those of the network
        if stack.spec.scaled:
            yield "raw", stack.spec.picture
        if stack.spec.scaled_targets:
            yield "raw_t", stack.shapes[stack.output]


def _prediction(stack: Stack, words: str) -> Iterator[Quantity]:
    """Yield the prediction in the units of its targets, and a sentence that sets it beside them."""
    if stack.spec.scaled_targets:
        uses = {"a": "lens_output", "middle": "t_middle", "factor": "t_factor"}
        shape = stack.shapes[stack.output]
        yield _quantity("predicted", Predicted(), uses, shape, number_format=stack.measure)
    predicted = "lens_predicted" if stack.spec.scaled_targets else "lens_output"
    uses = {"labels": "labels", "predicted": predicted, "actual": stack.actual(PREFIX)}
    yield _quantity("verdict", Prediction(words), uses)


def first_units(stack: Stack) -> Stack:
    """Return a stack of which each layer holds its first units only."""
    layers = tuple(replace(layer, units=min(layer.units, FIRST_UNITS)) for layer in stack.layers)
    labels = stack.spec.labels[: layers[-1].units]
    return Stack(replace(stack.spec, layers=layers, labels=labels))


def _looked_up(stack: Stack, rows: dict[str, object]) -> Iterator[Quantity]:
    """Yield what the sheet Training says of the first units of each layer."""
    for name in stack.names:
        for kind, shape in _trained(stack, name):
            uses = {"rows": f"{kind}{name}", "position": "lens_position"}
            yield quantity(kind, name, shape=shape, equation=OfRow(shape), uses=uses, **rows)
    yield quantity("C", equation=OfRow(), uses={"rows": "C", "position": "lens_position"}, **rows)


def forward_shown(stack: Stack, name: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the kinds and shapes of what a layer computes forward, but for steps to its a."""
    kinds = (kind for kind in stack.kinds[name].forward if kind not in _steps(stack, name))
    yield from ((kind, stack.shape_of(kind, name)) for kind in kinds)


def _trained(stack: Stack, name: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the same of what the sheet Training has of a layer."""
    yield from forward_shown(stack, name)
    delta = ["delta"] * (name in stack.learning)
    back = stack.kinds[name].backward if name in stack.learning[1:] else ()
    kinds = (*stack.noted(name), *delta, *back)
    yield from ((kind, stack.shape_of(kind, name)) for kind in kinds)


def _steps(stack: Stack, name: str) -> Mapping[str, Equation]:
    return ACTIVATIONS[stack.kinds[name].activation].steps


def weights(stack: Stack, prefix: str, sheet: str, epoch: str, row: int = 1) -> Iterator[Quantity]:
    """Yield the weights and biases of the chosen epoch, those of the pixels as pictures."""
    for kind, layer, stated in stack.parameters:
        shape = shown_shape(stack, kind, layer)
        uses = {"all_epochs": f"{kind}{layer}", "epoch": epoch, "a": f"{kind}{layer}"}
        equation = OfEpoch(shape, row) if stack.spec.epochs else picked(shape, stated)
        yield quantity(
            kind, layer, prefix=prefix, sheet=sheet, shape=shape, equation=equation, uses=uses
        )


def picked(shape: tuple[int, ...], stated: tuple[int, ...]) -> Picked:
    """Return weights that stay, in the shape in which they are shown: they may be the first ones.

    Parameters
    ----------
    shape, stated : tuple of int
        In which they are shown, and in which they stand.
    """
    units = [
        (number, *stored(place, shape[1:], stated[1:]))
        for number in range(shape[0])
        for place in product(*map(range, shape[1:]))
    ]
    return Picked(units, shape)


def shown_shape(stack: Stack, kind: str, layer: str) -> tuple[int, ...]:
    """Return the shape in which a parameter of a layer is shown."""
    shape = stack.kinds[layer].parameters[kind]
    is_row = kind in WEIGHTS and stack.below[layer] == "1" and len(stack.shapes["1"]) == 1
    return (shape[0], *stack.spec.picture) if is_row else shape


def _choice(kind: str, largest: int) -> Quantity:
    return quantity(kind, prefix=PREFIX, sheet=SHEET, choices=(1, largest), number_format="0")


def _quantity(  # noqa: PLR0913, PLR0917 -- what differs between them
    kind: str,
    equation: Equation,
    uses: dict[str, str],
    shape: tuple[int, ...] = (),
    number_format: str = "0.0000",
    layer: str = "",
) -> Quantity:
    """Return a quantity of the one image; sentences are texts."""
    return quantity(
        kind,
        layer,
        prefix=PREFIX,
        sheet=SHEET,
        axes=() if kind == "position" else (ONE,),
        shape=shape,
        equation=equation,
        uses=uses,
        is_text=isinstance(equation, Sentence),
        number_format=number_format,
    )


def _layer_gradients(stack: Stack, name: str) -> Iterator[Quantity]:
    """Yield the gradient of this image, the gradient of all, and the weights after the step."""
    for number, kind in enumerate(stack.kinds[name].parameters):
        shape = shown_shape(stack, kind, name)
        shown = {"prefix": PREFIX, "sheet": SHEET, "shape": shape}
        if number == 0:  # that of a bias in one image is shown already: delta
            one, uses = stack.kinds[name].gradient_of_one, stack.named(name, PREFIX)
            yield quantity(f"dC_d{kind}_one", name, equation=one, uses=uses, **shown)
        total = {"all_epochs": f"dC_d{kind}{name}", "epoch": "lens_epoch"}
        yield quantity(f"dC_d{kind}", name, equation=OfEpoch(shape), uses=total, **shown)
        if step := optimiser_of(stack).step:
            led = {"all_epochs": led_by(stack, kind, name).name, "epoch": "lens_epoch"}
            yield quantity(f"{step}_{kind}", name, equation=OfEpoch(shape, 2), uses=led, **shown)
        after = {"all_epochs": f"{kind}{name}", "epoch": "lens_epoch"}
        yield quantity(f"{kind}_after", name, equation=OfEpoch(shape, 2), uses=after, **shown)


def forward_sentences(stack: Stack, name: str, *, whole: bool) -> Iterator[Quantity]:
    """Yield what a layer without maps computes forward with the numbers in it."""
    layer, shape, own = stack.kinds[name], stack.shapes[name], _shown(stack, name, whole=whole)
    for kind, sentence in layer.sentences.items():
        said = sentence(_headings(kind, name, shape))
        yield _quantity(f"{kind}_text", said, own, shape, layer=name)
    said = ActivationSentence(_headings("a", name, shape), ACTIVATIONS[layer.activation].symbol)
    yield _quantity("a_text", said, own, shape, layer=name)


def _shown(stack: Stack, name: str, *, whole: bool) -> dict[str, str]:
    """Return the names of what the sheet has of a layer: of a large network, not all steps."""
    steps = () if whole else _steps(stack, name)
    return {kind: on for kind, on in stack.named(name, PREFIX).items() if kind not in steps}


def _headings(kind: str, name: str, shape: tuple[int, ...]) -> tuple[str, ...]:
    """Return the symbols of the units of a layer."""
    found = quantity(kind, name, shape=shape)
    return tuple(found.heading(unit) for unit in found.units)


def _sentences(stack: Stack, name: str, *, whole: bool) -> Iterator[Quantity]:
    cost, shape = COSTS[stack.spec.cost], stack.shapes[name]
    yield from forward_sentences(stack, name, whole=whole)
    own = _shown(stack, name, whole=whole)
    loss, delta = (_headings(kind, name, shape) for kind in ("loss", "delta"))
    if name == stack.output:
        targets = own | {"t": "lens_t", "loss": "lens_loss"}
        digits = 3 if stack.spec.is_regression else 0
        if whole and cost.loss:
            yield _quantity("loss_text", cost.sentence(loss), targets, shape, layer=name)
        sentence, uses = OutputDeltaSentence(delta, digits), targets
    else:
        upper = stack.names[stack.names.index(name) + 1]
        sentence = stack.kinds[upper].sentence_below(delta)
        uses = stack.named_below(name, PREFIX)
    yield _quantity("delta_text", sentence, uses, shape, layer=name)
