"""The quantities of the Lens: one epoch and one sample, forward and back.

The equations are those of training, over an axis of one sample, from weights that are looked up.
A network that is too large to be drawn completely is shown by its first units, looked up instead of
computed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from math import prod

import numpy as np

from xlnn.axis import Axis
from xlnn.equation import Sentence
from xlnn.equations import convolution, sentences
from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.cost import COSTS
from xlnn.equations.elementary import COPY
from xlnn.equations.layer import PARAMETERS, WEIGHTS
from xlnn.equations.lens import DISTANCE
from xlnn.equations.lookup import OfRow
from xlnn.equations.units import training_position
from xlnn.experiments.network.quantities.network import (
    backward,
    cost,
    forward,
    optimiser_of,
    predicted,
)
from xlnn.experiments.network.quantities.stack import Stack, copied, quantity
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.spec import Spec

SHEET = "lens"
PREFIX = "lens_"
ONE = Axis("one", 1, family="image")
ROWS = {"axes": (ONE,), "prefix": PREFIX, "sheet": SHEET}

lens = partial(quantity, prefix=PREFIX, sheet=SHEET)
one = partial(lens, axes=(ONE,))
looked_up = partial(copied, prefix=PREFIX, sheet=SHEET)
"""State a quantity of the sheet Lens, one of the chosen sample, and one of another sheet."""

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


def lens_quantities(
    stack: Stack, trained: Model, words: Text, *, whole: bool
) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Lens; without epochs only the forward ones.

    Parameters
    ----------
    stack : Stack
    trained : Model
        What the network computes.
    words : Text
    whole : bool
        Whether to compute everything from pixels and weights, instead of looking up the first units
        of each layer.
    """
    stack = stack if whole else first_units(stack)
    labels, outputs = stack.shapes[stack.output], f"lens_a{stack.output}"
    yield from _chosen(stack, trained)
    yield from weights(stack, trained, PREFIX, SHEET)
    if whole:
        yield from forward_by_bands(stack, slopes=stack.spec.epochs > 0, **ROWS)
    else:
        yield from _looked_up(stack, trained)
    yield one("output", "output", COPY.of(outputs), shape=labels)
    if stack.spec.epochs and whole:
        yield from cost(stack, t="lens_t", a="lens_output", **ROWS)
        yield from backward(stack, t="lens_t", **ROWS)
    for name in stack.names if stack.spec.epochs else ():
        yield from _layer_gradients(stack, trained, name)
    for name in stack.names:
        if len(stack.shapes[name]) == 1:
            yield from _sentences(stack, trained, name, whole=whole)
    yield one("name", equation=sentences.Name(), shape=labels)
    if stack.spec.is_regression:
        known = {"actual": stack.actual(PREFIX)} if stack.spec.epochs else {}
        said = said_of_prediction(words, known=bool(known))
        yield from prediction(stack, said, known, **ROWS)
    elif stack.has_shares:
        yield one("bar", equation=sentences.Bar().of(outputs), shape=labels)
    if stack.spec.epochs:
        costs = {"t": "lens_t", "a": "lens_output", "C": "lens_C"}
        if whole and COSTS[stack.spec.cost].loss:
            costs["loss"] = "lens_loss"
        said = sentences.CostSentence(3 if stack.spec.is_regression else 0)
        yield one("C_text", equation=said, uses=costs)
        yield one("there", "C in the table", OfRow().of("C", "lens_position"))
        gap = DISTANCE.of("lens_C", "lens_there")
        yield one("gap", "difference", gap, number_format="0E+00")


def _chosen(stack: Stack, trained: Model) -> Iterator[Quantity]:
    """Yield what is chosen, and what is looked up of the chosen sample."""
    spec, chosen = stack.spec, partial(lens, number_format="0")
    if spec.epochs:
        yield chosen("epoch", "epoch", choices=(1, spec.epochs))
    row = "row of the data" if spec.features else "image"
    row = row if spec.epochs else "row"
    yield replace(chosen("image", row, choices=(1, spec.images)), kind="lens_image")
    if spec.epochs:
        position = training_position(spec.images).of("lens_epoch", "lens_image")
        yield replace(chosen("position", "row in the table", position), kind="lens_position")
    for name, shape in _of_image(stack).items():
        digits = trained[name].number_format if name == "t" else "General"
        found = OfRow(shape, shape if name.endswith("t") else stack.shapes["1"])
        yield looked_up(
            trained[name], found.of(name, "lens_image"), axes=(ONE,), shape=shape,
            number_format=digits,
        )  # fmt: skip


def forward_by_bands(stack: Stack, **rows: object) -> Iterator[Quantity]:
    """Yield z, a and a' of every layer, with each unit in rows of its own.

    The activations that a layer sees are repeated in one row above its weights;
    maps are pictures and need no copy.
    """
    prefix, place = rows["prefix"], {key: rows[key] for key in ROWS}
    below_of = partial(quantity, "below", "activations a of the layer below", **place)
    upper = dict(zip(stack.names, stack.names[1:], strict=False))
    flat = {lower: layer for lower, layer in upper.items() if len(stack.shapes[lower]) == 1}
    below = {layer: f"{prefix}below{layer}" for layer in flat.values()}
    for found in forward(stack, below=below, **rows):
        yield found
        if found.kind == "a" and found.layer in flat:
            layer = flat[found.layer]
            yield below_of(COPY.of(found.name), shape=found.shape, layer=layer)


def _of_image(stack: Stack) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the quantities that are looked up for the chosen sample."""
    spec, own = stack.spec, {"raw": stack.spec.grid}  # the user's units
    found = {"x": spec.grid, "t": stack.shapes[stack.output]}
    if not spec.epochs:
        return {**(own if spec.scaled and spec.features else {}), "x": spec.grid}
    if spec.is_regression and spec.scaled:
        found |= own
    return found | ({"raw_t": found["t"]} if spec.scaled_targets else {})


def said_of_prediction(words: Text, *, known: bool) -> sentences.Prediction:
    """Return the sentence about a prediction, beside the actual number if that is known."""
    if known:
        return sentences.Prediction(words.open("sentences", "predicted_actual"))
    return sentences.Prediction(words("joined", "named", what="{label}", name="{predicted}"))


def prediction(
    stack: Stack,
    said: Sentence,
    uses: Mapping[str, str],
    **rows: object,
) -> Iterator[Quantity]:
    """Yield the outputs in the units of their targets, and the sentence about them."""
    output = f"{rows['prefix']}output"
    if stack.spec.scaled_targets:
        found = predicted(stack, output, shape=stack.shapes[stack.output], **rows)
        yield found
        output = found.name
    uses = {"labels": "labels", **uses, "predicted": output}
    yield quantity("verdict", equation=said, uses=uses, **rows)


def first_units(stack: Stack) -> Stack:
    """Return a stack with only the first units of each layer."""
    layers = tuple(replace(layer, units=min(layer.units, FIRST_UNITS)) for layer in stack.layers)
    labels = stack.spec.labels[: layers[-1].units]
    return Stack(stack.spec.sized(layers=layers, labels=labels))


def _looked_up(stack: Stack, trained: Model) -> Iterator[Quantity]:
    """Yield the first units of each layer and C from the sheet Training."""
    found = [("C", "", ())] * (stack.spec.epochs > 0)
    for name, layer in reversed(stack.kinds.items()):
        kinds = [kind for kind in layer.forward if kind not in ACTIVATIONS[layer.activation].steps]
        kinds += [*stack.noted(name), *["delta"] * (name in stack.learning)]
        kinds += layer.backward if name in stack.learning[1:] else ()
        found[:0] = [(kind, name, stack.shape_of(kind, name)) for kind in kinds]
    at = "lens_position" if stack.spec.epochs else "lens_image"
    for kind, name, shape in found:
        of = trained[f"{kind}{name}"]
        yield looked_up(of, OfRow(shape).of(of.name, at), axes=(ONE,), shape=shape)


def weights(
    stack: Stack, trained: Model, prefix: str, sheet: str, row: int = 1
) -> Iterator[Quantity]:
    """Yield the weights and biases of the chosen epoch, those of the pixels as pictures."""
    for kind, layer, stated in stack.parameters:
        of, shape = trained[f"{kind}{layer}"], shown_shape(stack, kind, layer)
        found, uses = OfRow(shape, stated, row=row), {"of": of.name} | stack.at_epoch(prefix)
        yield copied(of, found, uses, shape=shape, prefix=prefix, sheet=sheet)


def shown_shape(stack: Stack, kind: str, layer: str) -> tuple[int, ...]:
    """Return the shape in which a parameter of a layer is shown."""
    shape = stack.kinds[layer].parameters[kind]
    is_row = kind in WEIGHTS and stack.below[layer] == "1" and len(stack.shapes["1"]) == 1
    return (shape[0], *stack.spec.grid) if is_row else shape


def _layer_gradients(stack: Stack, trained: Model, name: str) -> Iterator[Quantity]:
    """Yield the gradient of this sample, the gradient of all, and the weights after the step."""
    step, row = optimiser_of(stack).step, "row" if stack.spec.features else "image"
    for number, (kind, stated) in enumerate(stack.kinds[name].parameters.items()):
        shape, symbol = shown_shape(stack, kind, name), PARAMETERS[kind].symbol
        before, after = (OfRow(shape, stated, row=row) for row in (1, 2))
        own = partial(lens, shape=shape, layer=name)
        if number == 0:  # that of a bias in one sample is shown already: delta
            one_gradient, uses = stack.kinds[name].gradient_of_one, stack.named(name, PREFIX)
            yield own(
                f"dC_d{kind}_one", f"∂C/∂{symbol}, this {row}", one_gradient, uses,
                symbol=f"∂C/∂{symbol}^{{}}", role="backward",
            )  # fmt: skip
        found = {f"dC_d{kind}{name}": before}
        found |= {f"{step}_{kind}{name}": after} if step else {}
        for of, equation in found.items():
            yield looked_up(trained[of], equation.of(of, "lens_epoch"), shape=shape)
        yield own(
            f"{kind}_after", "" if number else f"{symbol} after the update",
            after.of(f"{kind}{name}", "lens_epoch"), symbol=f"→ {symbol}^{{}}", role="weight",
        )  # fmt: skip


def _sentences(stack: Stack, trained: Model, name: str, *, whole: bool) -> Iterator[Quantity]:
    """Yield what a layer without maps computes with the numbers in it."""
    layer, shape, names = stack.kinds[name], stack.shapes[name], stack.named(name, PREFIX)
    activation, told = ACTIVATIONS[layer.activation], partial(one, shape=shape, layer=name)

    def headings(kind: str) -> tuple[str, ...]:
        """Return the symbols of the units of the layer."""
        of = trained[kind if kind == "loss" else f"{kind}{name}"]
        return tuple(of.heading(unit) for unit in np.ndindex(*shape))

    left_out = () if whole else activation.steps  # of a large network
    own = {kind: on for kind, on in names.items() if kind not in left_out}
    for kind, sentence in layer.sentences.items():
        yield told(f"{kind}_text", equation=sentence(headings(kind)), uses=own)
    said = sentences.ActivationSentence(headings("a"), activation.symbol)
    yield told("a_text", equation=said, uses=own)
    if not stack.spec.epochs:
        return
    cost = COSTS[stack.spec.cost]
    delta = headings("delta")
    if name == stack.output:
        targets = own | {"t": "lens_t", "loss": "lens_loss"}
        digits = 3 if stack.spec.is_regression else 0
        if whole and cost.loss:
            yield told("loss_text", equation=cost.sentence(headings("loss")), uses=targets)
        sentence, uses = sentences.OutputDeltaSentence(delta, digits), targets
    else:
        upper = stack.names[stack.names.index(name) + 1]
        sentence = stack.kinds[upper].sentence_below(delta)
        uses = stack.named_below(name, PREFIX)
    yield told("delta_text", equation=sentence, uses=uses)


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
    (_, *size), shown = parameters[weight], partial(lens, layer=name)

    def own(*kinds: str) -> dict[str, str]:
        return {kind: f"lens_window_{kind}{name}" for kind in kinds}

    chosen = ((MAP, "map (filter)"), *zip(PLACE, ("row", "column"), strict=True))
    for (kind, title), length in zip(chosen, (filters, *places), strict=True):
        yield shown(kind, title, choices=(1, length), number_format="0")
    where = {"number": f"lens_{MAP}{name}", **own("row", "column")}
    seen = {"a": stack.activation(stack.below[name], PREFIX), **where}
    window = convolution.Window(tuple(size[-2:]))
    yield shown("window", "the window", window, seen, tuple(size))
    titles = {weight: "× the filter"}
    for kind, shape in parameters.items():
        of_filter = convolution.OfFilter(shape, "number").of(
            f"{kind}{name}", "lens_epoch", where["number"]
        )
        yield shown(f"window_{kind}", titles.get(kind, "+ bias b"), of_filter, shape=shape[1:])
    uses = own(*parameters, "sum", "product")
    uses |= {"a": f"lens_window{name}", "total": uses["sum"], "products": uses["product"]}
    yield shown("window_product", "= products", convolution.PRODUCTS, uses, tuple(size))
    yield shown("window_sum", "sum of the products", convolution.SUM_OF_PRODUCTS, uses)
    yield shown("window_z", "= z", convolution.PLUS_BIAS, uses)
    of_place = convolution.OfFilter((filters, *places), *where).of(
        f"z{name}", "lens_position", **where
    )
    yield shown("window_there", "z in the table", of_place)


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
