"""The quantities of the Lens: one epoch and one sample, forward and back.

The equations are those of training, over an axis of one sample, from weights that are looked up.
A network that is too large to be drawn completely is shown by its first units, looked up instead of
computed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import prod

from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.convolution import (
    PLUS_BIAS,
    PRODUCTS,
    SUM_OF_PRODUCTS,
    OfFilter,
    OfPlace,
    Window,
)
from xlnn.equations.cost import COSTS
from xlnn.equations.layer import WEIGHTS
from xlnn.equations.lens import DISTANCE
from xlnn.equations.lookup import COPY, OfRow
from xlnn.equations.units import training_position
from xlnn.equations.verdict import PREDICTED
from xlnn.equations.wording import (
    ActivationSentence,
    Bar,
    CostSentence,
    Name,
    OutputDeltaSentence,
    Prediction,
)
from xlnn.quantity import Axis, Equation, Quantity
from xlnn.workbooks.network.quantities.network import (
    backward,
    cost,
    forward,
    led_by,
    optimiser_of,
)
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.spec import Spec

SHEET = "lens"
PREFIX = "lens_"
ONE = Axis("one", 1, family="image")
ROWS = {"axes": (ONE,), "prefix": PREFIX, "sheet": SHEET}

FIRST_UNITS = 8
"""How many units of a layer are shown where the network is too large to be drawn whole."""

MAP, PLACE = "window_map", ("window_row", "window_column")
"""The kinds of quantities that a person chooses."""

LARGEST_DRAWN = 2_000
"""Weights and biases up to which a network is drawn whole."""

MOST_OUTPUTS = 100
"""Outputs up to which it is: a function takes 255 single cells."""

WIDEST_DRAWN = 60_000
"""Units of all dense layers times those of the widest one, up to which it is: each unit takes some
rows of the Lens, and the widest layer sets how many columns there are."""


def lens_quantities(stack: Stack, words: str, *, whole: bool) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Lens; without epochs only the forward ones.

    Parameters
    ----------
    stack : Stack
    words : str
        What is said of the prediction of an output of a regression, with ``{label}``,
        ``{predicted}`` and, where the network is trained, ``{actual}`` in it.
    whole : bool
        Whether to compute everything from pixels and weights, instead of looking up the first units
        of each layer.
    """
    stack = stack if whole else first_units(stack)
    labels, outputs = stack.shapes[stack.output], {"a": f"lens_a{stack.output}"}
    yield from _chosen(stack)
    yield from weights(stack, PREFIX, SHEET)
    if whole:
        yield from forward_by_bands(stack, slopes=stack.spec.epochs > 0, **ROWS)
    else:
        yield from _looked_up(stack)
    yield _quantity("output", COPY, outputs, labels)
    if stack.spec.epochs:
        yield from _back(stack, whole=whole)
    for name in stack.names:
        if len(stack.shapes[name]) == 1:
            yield from _sentences(stack, name, whole=whole)
    yield _quantity("name", Name(), {"labels": "labels"}, labels)
    if stack.spec.is_regression:
        yield from _prediction(stack, words)
    elif stack.has_shares:
        yield _quantity("bar", Bar(), outputs, labels)
    if stack.spec.epochs:
        yield from _cost(stack, whole=whole)


def _chosen(stack: Stack) -> Iterator[Quantity]:
    """Yield what is chosen, and what is looked up of the chosen sample."""
    spec = stack.spec
    if spec.epochs:
        yield _choice("epoch", spec.epochs)
    yield _choice("image", spec.samples)
    if spec.epochs:
        both = {"epoch": "lens_epoch", "image": "lens_image"}
        yield _quantity(
            "position", training_position(spec.samples), both, axes=(), number_format="0"
        )
    for name, shape in _of_image(stack).items():
        digits = "0.0000" if name == "t" and spec.scaled_targets else ""
        stated = shape if name.endswith("t") else stack.shapes["1"]
        own = {"equation": OfRow(shape, stated), "uses": {"of": name, "at": "lens_image"}}
        yield quantity(name, shape=shape, number_format=digits, **own, **ROWS)


def _back(stack: Stack, *, whole: bool) -> Iterator[Quantity]:
    """Yield the cost, the errors and the gradients."""
    if whole:
        yield from cost(stack, t="lens_t", a="lens_output", **ROWS)
        yield from backward(stack, t="lens_t", **ROWS)
    for name in stack.names:
        yield from _layer_gradients(stack, name)


def _cost(stack: Stack, *, whole: bool) -> Iterator[Quantity]:
    """Yield the cost with the numbers in it, and how far it is from that of the sheet Training."""
    costs = {"t": "lens_t", "a": "lens_output", "C": "lens_C"}
    if whole and COSTS[stack.spec.cost].loss:
        costs["loss"] = "lens_loss"
    digits = 3 if stack.spec.is_regression else 0
    yield _quantity("C_text", CostSentence(digits), costs)
    yield _quantity("there", OfRow(), {"of": "C", "at": "lens_position"})
    gap = {"here": "lens_C", "there": "lens_there"}
    yield _quantity("gap", DISTANCE, gap, number_format="0E+00")


def forward_by_bands(
    stack: Stack, *, axes: tuple[Axis, ...], prefix: str, sheet: str, slopes: bool = True
) -> Iterator[Quantity]:
    """Yield z, a and a' of every layer, with each unit in rows of its own.

    The activations that a layer sees are repeated in one row above its weights;
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
            own = {"equation": COPY, "uses": {"a": found.name}, "shape": found.shape}
            place = {"axes": axes, "prefix": prefix, "sheet": sheet}
            yield quantity("below", upper[found.layer], **own, **place)


def _of_image(stack: Stack) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the quantities that are looked up for the chosen sample."""
    spec, own = stack.spec, {"raw": stack.spec.picture}  # the user's units
    found = {"x": spec.picture, "t": stack.shapes[stack.output]}
    if not spec.epochs:
        return {**(own if spec.scaled and spec.features else {}), "x": spec.picture}
    if spec.is_regression and spec.scaled:
        found |= own
    return found | ({"raw_t": found["t"]} if spec.scaled_targets else {})


def _prediction(stack: Stack, words: str) -> Iterator[Quantity]:
    """Yield the prediction in the units of its targets, and a sentence that sets it beside them."""
    if stack.spec.scaled_targets:
        uses = {"a": "lens_output", "middle": "t_middle", "factor": "t_factor"}
        shape = stack.shapes[stack.output]
        yield _quantity("predicted", PREDICTED, uses, shape, number_format=stack.measure)
    predicted = "lens_predicted" if stack.spec.scaled_targets else "lens_output"
    uses = {"labels": "labels", "predicted": predicted}
    uses |= {"actual": stack.actual(PREFIX)} if stack.spec.epochs else {}
    yield _quantity("verdict", Prediction(words), uses)


def first_units(stack: Stack) -> Stack:
    """Return a stack with only the first units of each layer."""
    layers = tuple(replace(layer, units=min(layer.units, FIRST_UNITS)) for layer in stack.layers)
    labels = stack.spec.labels[: layers[-1].units]
    return Stack(replace(stack.spec, layers=layers, labels=labels))


def _looked_up(stack: Stack) -> Iterator[Quantity]:
    """Yield the first units of each layer and C from the sheet Training."""
    found = [("C", "", ())] * (stack.spec.epochs > 0)
    for name, layer in reversed(stack.kinds.items()):
        kinds = [kind for kind in layer.forward if kind not in ACTIVATIONS[layer.activation].steps]
        kinds += [*stack.noted(name), *["delta"] * (name in stack.learning)]
        kinds += layer.backward if name in stack.learning[1:] else ()
        found[:0] = [(kind, name, stack.shape_of(kind, name)) for kind in kinds]
    for kind, name, shape in found:
        at = "lens_position" if stack.spec.epochs else "lens_image"
        own = {"equation": OfRow(shape), "uses": {"of": f"{kind}{name}", "at": at}}
        yield quantity(kind, name, shape=shape, **own, **ROWS)


def weights(stack: Stack, prefix: str, sheet: str, row: int = 1) -> Iterator[Quantity]:
    """Yield the weights and biases of the chosen epoch, those of the pixels as pictures."""
    for kind, layer, stated in stack.parameters:
        shape = shown_shape(stack, kind, layer)
        uses = {"of": f"{kind}{layer}"} | stack.at_epoch(prefix)
        own = {"equation": OfRow(shape, stated, row=row), "uses": uses, "shape": shape}
        yield quantity(kind, layer, prefix=prefix, sheet=sheet, **own)


def shown_shape(stack: Stack, kind: str, layer: str) -> tuple[int, ...]:
    """Return the shape in which a parameter of a layer is shown."""
    shape = stack.kinds[layer].parameters[kind]
    is_row = kind in WEIGHTS and stack.below[layer] == "1" and len(stack.shapes["1"]) == 1
    return (shape[0], *stack.spec.picture) if is_row else shape


def _choice(kind: str, largest: int) -> Quantity:
    return quantity(kind, prefix=PREFIX, sheet=SHEET, choices=(1, largest), number_format="0")


def _quantity(
    kind: str,
    equation: Equation,
    uses: Mapping[str, str],
    shape: tuple[int, ...] = (),
    **more: object,
) -> Quantity:
    """Return a quantity of the one sample."""
    return quantity(kind, equation=equation, uses=uses, shape=shape, **{**ROWS, **more})


def _layer_gradients(stack: Stack, name: str) -> Iterator[Quantity]:
    """Yield the gradient of this sample, the gradient of all, and the weights after the step."""
    for number, (kind, stated) in enumerate(stack.kinds[name].parameters.items()):
        shape = shown_shape(stack, kind, name)
        before, after = (OfRow(shape, stated, row=row) for row in (1, 2))
        shown = {"prefix": PREFIX, "sheet": SHEET, "shape": shape}
        if number == 0:  # that of a bias in one sample is shown already: delta
            one, uses = stack.kinds[name].gradient_of_one, stack.named(name, PREFIX)
            yield quantity(f"dC_d{kind}_one", name, equation=one, uses=uses, **shown)
        uses = {"of": f"dC_d{kind}{name}", "at": "lens_epoch"}
        yield quantity(f"dC_d{kind}", name, equation=before, uses=uses, **shown)
        if step := optimiser_of(stack).step:
            led = uses | {"of": led_by(stack, kind, name).name}
            yield quantity(f"{step}_{kind}", name, equation=after, uses=led, **shown)
        uses["of"] = f"{kind}{name}"
        yield quantity(f"{kind}_after", name, equation=after, uses=uses, **shown)


def _headings(kind: str, name: str, shape: tuple[int, ...]) -> tuple[str, ...]:
    """Return the symbols of the units of a layer."""
    found = quantity(kind, name, shape=shape)
    return tuple(found.heading(unit) for unit in found.units)


def _sentences(stack: Stack, name: str, *, whole: bool) -> Iterator[Quantity]:
    """Yield what a layer without maps computes with the numbers in it."""
    layer, shape, names = stack.kinds[name], stack.shapes[name], stack.named(name, PREFIX)
    activation = ACTIVATIONS[layer.activation]
    left_out = () if whole else activation.steps  # of a large network
    own = {kind: on for kind, on in names.items() if kind not in left_out}
    for kind, sentence in layer.sentences.items():
        said = sentence(_headings(kind, name, shape))
        yield _quantity(f"{kind}_text", said, own, shape, layer=name)
    said = ActivationSentence(_headings("a", name, shape), activation.symbol)
    yield _quantity("a_text", said, own, shape, layer=name)
    if not stack.spec.epochs:
        return
    cost = COSTS[stack.spec.cost]
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


def window_quantities(stack: Stack) -> Iterator[Quantity]:
    """Yield the quantities of one place of each convolution: window, filter and products.

    A convolution repeats one small computation at every place; here it is written out once.
    """
    for layer in stack.layers:
        if layer.kind == "convolution":
            yield from _of_layer(stack, layer.name)


def _of_layer(stack: Stack, name: str) -> Iterator[Quantity]:
    filters, *places = stack.shapes[name]
    (weight,), parameters = stack.weights(name), stack.kinds[name].parameters
    _, *size = parameters[weight]
    shown = {"layer": name, "axes": ()}

    def own(*kinds: str) -> dict[str, str]:
        return {kind: f"{PREFIX}window_{kind}{name}" for kind in kinds}

    for kind, length in zip((MAP, *PLACE), (filters, *places), strict=True):
        choices = {"choices": (1, length), "number_format": "0"}
        yield quantity(kind, name, prefix=PREFIX, sheet=SHEET, **choices)
    where = {"number": f"{PREFIX}{MAP}{name}", **own("row", "column")}
    looked_up = {"epoch": f"{PREFIX}epoch", "position": f"{PREFIX}position", **where}
    seen = {"a": stack.activation(stack.below[name], PREFIX), **where}
    yield _quantity("window", Window(tuple(size[-2:])), seen, tuple(size), **shown)
    for kind, (_, *shape) in parameters.items():
        of_all = {"all_epochs": f"{kind}{name}", **looked_up}
        yield _quantity(f"window_{kind}", OfFilter(), of_all, tuple(shape), **shown)
    uses = own(*parameters, "sum", "product")
    uses |= {"a": f"{PREFIX}window{name}", "total": uses["sum"], "products": uses["product"]}
    yield _quantity("window_product", PRODUCTS, uses, tuple(size), **shown)
    yield _quantity("window_sum", SUM_OF_PRODUCTS, uses, **shown)
    yield _quantity("window_z", PLUS_BIAS, uses, **shown)
    yield _quantity("window_there", OfPlace(), {"rows": f"z{name}", **looked_up}, **shown)


def drawn_whole(spec: Spec) -> bool:
    """Return whether the network is small enough for its sheets of pictures to show all of it."""
    stack = Stack(spec)
    parameters = sum(prod(shape) for *_, shape in stack.parameters)
    units = [n for n, *more in (stack.shapes[name] for name in stack.names) if not more]
    return (
        parameters <= LARGEST_DRAWN
        and len(spec.labels) <= MOST_OUTPUTS
        and sum(units) * max(units) <= WIDEST_DRAWN
    )
