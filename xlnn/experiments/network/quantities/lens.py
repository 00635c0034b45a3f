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
from xlnn.equations.layer import PARAMETERS, SINGLE, WEIGHTS
from xlnn.equations.lens import DISTANCE
from xlnn.equations.lookup import OfRow
from xlnn.equations.units import training_position
from xlnn.experiments.network.layers import (
    INPUT,
    activation_of,
    has_shares,
    kinds_of,
    learning,
    named,
    named_below,
    names_of,
    noted,
    output_of,
    parameters_of,
    shapes_of,
)
from xlnn.experiments.network.quantities.network import (
    backward,
    cost,
    forward,
    optimiser_of,
    predicted,
)
from xlnn.experiments.network.quantities.stating import actual_of, at_epoch, copied, quantity
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
"""Outputs up to which a network is drawn whole: a function takes 255 single cells."""

WIDEST_DRAWN = 60_000
"""Units of all dense layers times those of the widest one, up to which a network is drawn whole:
each unit takes some rows of the Lens, and the widest layer sets how many columns there are."""


def lens_quantities(spec: Spec, trained: Model, words: Text, *, whole: bool) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Lens; without epochs only the forward ones.

    Parameters
    ----------
    spec : Spec
    trained : Model
        What the network computes.
    words : Text
    whole : bool
        Whether to compute everything from pixels and weights, instead of looking up the first units
        of each layer.
    """
    spec = spec if whole else first_units(spec)
    labels, outputs = shapes_of(spec)[output_of(spec)], f"lens_a{output_of(spec)}"
    yield from _chosen(spec, trained)
    yield from weights(spec, trained, PREFIX, SHEET)
    if whole:
        yield from forward_by_bands(spec, slopes=spec.epochs > 0, **ROWS)
    else:
        yield from _looked_up(spec, trained)
    yield one("output", "output", COPY.of(outputs), shape=labels)
    if spec.epochs and whole:
        yield from cost(spec, t="lens_t", a="lens_output", **ROWS)
        yield from backward(spec, t="lens_t", **ROWS)
    for name in names_of(spec) if spec.epochs else ():
        yield from _layer_gradients(spec, trained, name)
    for name in names_of(spec):
        if len(shapes_of(spec)[name]) == 1:
            yield from _sentences(spec, trained, name, whole=whole)
    yield one("name", equation=sentences.Name(), shape=labels)
    if spec.is_regression:
        known = {"actual": actual_of(spec, PREFIX)} if spec.epochs else {}
        sentence = said_of_prediction(words, known=bool(known))
        yield from prediction(spec, sentence, known, **ROWS)
    elif has_shares(spec):
        yield one("bar", equation=sentences.Bar().of(outputs), shape=labels)
    if spec.epochs:
        costs = {"t": "lens_t", "a": "lens_output", "C": "lens_C"}
        if whole and COSTS[spec.cost].loss:
            costs["loss"] = "lens_loss"
        sentence = sentences.CostSentence(3 if spec.is_regression else 0)
        yield one("C_text", equation=sentence, uses=costs)
        yield one("there", "C in the table", OfRow().of("C", "lens_position"))
        gap = DISTANCE.of("lens_C", "lens_there")
        yield one("gap", "difference", gap, number_format="0E+00")


def _chosen(spec: Spec, trained: Model) -> Iterator[Quantity]:
    """Yield the choices, and what is looked up for the chosen sample."""
    chosen = partial(lens, number_format="0")
    if spec.epochs:
        yield chosen("epoch", "epoch", choices=(1, spec.epochs))
    row = "row of the data" if spec.features else "image"
    row = row if spec.epochs else "row"
    yield replace(chosen("image", row, choices=(1, spec.images)), kind="lens_image")
    if spec.epochs:
        position = training_position(spec.images).of("lens_epoch", "lens_image")
        yield replace(chosen("position", "row in the table", position), kind="lens_position")
    for name, shape in _of_image(spec).items():
        digits = trained[name].number_format if name == "t" else "General"
        equation = OfRow(shape, shape if name.endswith("t") else shapes_of(spec)["1"])
        yield looked_up(
            trained[name], equation.of(name, "lens_image"), axes=(ONE,), shape=shape,
            number_format=digits,
        )  # fmt: skip


def forward_by_bands(spec: Spec, **rows: object) -> Iterator[Quantity]:
    """Yield z, a and a' of every layer, with each unit in rows of its own.

    The activations that a layer sees are repeated in one row above its weights;
    maps are pictures and need no copy.
    """
    prefix, place = rows["prefix"], {key: rows[key] for key in ROWS}
    below_of = partial(quantity, "below", "activations a of the layer below", **place)
    upper = dict(zip(names_of(spec), names_of(spec)[1:], strict=False))
    flat = {lower: layer for lower, layer in upper.items() if len(shapes_of(spec)[lower]) == 1}
    below = {layer: f"{prefix}below{layer}" for layer in flat.values()}
    for q in forward(spec, below=below, **rows):
        yield q
        if q.kind == "a" and q.layer in flat:
            layer = flat[q.layer]
            yield below_of(COPY.of(q.name), shape=q.shape, layer=layer)


def _of_image(spec: Spec) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the quantities that are looked up for the chosen sample."""
    own = {"raw": spec.grid}  # the user's units
    shapes = {"x": spec.grid, "t": shapes_of(spec)[output_of(spec)]}
    if not spec.epochs:
        return {**(own if spec.scaled and spec.features else {}), "x": spec.grid}
    if spec.is_regression and spec.scaled:
        shapes |= own
    return shapes | ({"raw_t": shapes["t"]} if spec.scaled_targets else {})


def said_of_prediction(words: Text, *, known: bool) -> sentences.Prediction:
    """Return the sentence about a prediction, beside the actual number if that is known."""
    if known:
        english = "{label}: {predicted} predicted, {actual} actual"
        return sentences.Prediction(words.sentence("predicted_actual", english))
    return sentences.Prediction(words("joined", "named", what="{label}", name="{predicted}"))


def prediction(
    spec: Spec,
    said: Sentence,
    uses: Mapping[str, str],
    **rows: object,
) -> Iterator[Quantity]:
    """Yield the outputs in the units of their targets, and the sentence about them."""
    output = f"{rows['prefix']}output"
    if spec.scaled_targets:
        converted = predicted(spec, output, shape=shapes_of(spec)[output_of(spec)], **rows)
        yield converted
        output = converted.name
    uses = {"labels": "labels", **uses, "predicted": output}
    yield quantity("verdict", equation=said, uses=uses, **rows)


def first_units(spec: Spec) -> Spec:
    """Return a Spec with only the first units of each layer."""
    layers = tuple(replace(layer, units=min(layer.units, FIRST_UNITS)) for layer in spec.layers)
    labels = spec.labels[: layers[-1].units]
    return spec.sized(layers=layers, labels=labels)


def _looked_up(spec: Spec, trained: Model) -> Iterator[Quantity]:
    """Yield the first units of each layer and C from the sheet Training."""
    wanted = [("C", "", ())] * (spec.epochs > 0)
    for name, layer in reversed(kinds_of(spec).items()):
        kinds = [kind for kind in layer.forward if kind not in ACTIVATIONS[layer.activation].steps]
        kinds += [*noted(spec, name), *["delta"] * (name in learning(spec))]
        kinds += layer.backward if name in learning(spec)[1:] else ()
        wanted[:0] = [(kind, name, () if kind in SINGLE else layer.shape) for kind in kinds]
    at = "lens_position" if spec.epochs else "lens_image"
    for kind, name, shape in wanted:
        of = trained[f"{kind}{name}"]
        yield looked_up(of, OfRow(shape).of(of.name, at), axes=(ONE,), shape=shape)


def weights(
    spec: Spec, trained: Model, prefix: str, sheet: str, row: int = 1
) -> Iterator[Quantity]:
    """Yield the weights and biases of the chosen epoch, those of the pixels as pictures."""
    for kind, layer, stated in parameters_of(spec):
        of, shape = trained[f"{kind}{layer}"], shown_shape(spec, kind, layer)
        equation, uses = OfRow(shape, stated, row=row), {"of": of.name} | at_epoch(spec, prefix)
        yield copied(of, equation, uses, shape=shape, prefix=prefix, sheet=sheet)


def shown_shape(spec: Spec, kind: str, layer: str) -> tuple[int, ...]:
    """Return the shape in which a parameter of a layer is shown."""
    of = kinds_of(spec)[layer]
    shape, is_row = of.parameters[kind], of.lower == INPUT and len(of.below) == 1
    return (shape[0], *spec.grid) if kind in WEIGHTS and is_row else shape


def _layer_gradients(spec: Spec, trained: Model, name: str) -> Iterator[Quantity]:
    """Yield the gradient of this sample, the gradient of all, and the weights after the step."""
    step, row = optimiser_of(spec).step, "row" if spec.features else "image"
    for number, (kind, stated) in enumerate(kinds_of(spec)[name].parameters.items()):
        shape, symbol = shown_shape(spec, kind, name), PARAMETERS[kind].symbol
        before, after = (OfRow(shape, stated, row=row) for row in (1, 2))
        own = partial(lens, shape=shape, layer=name)
        if number == 0:  # that of a bias in one sample is shown already: delta
            one_gradient, uses = kinds_of(spec)[name].gradient_of_one, named(spec, name, PREFIX)
            yield own(
                f"dC_d{kind}_one", f"∂C/∂{symbol}, this {row}", one_gradient, uses,
                symbol=f"∂C/∂{symbol}^{{}}", role="backward",
            )  # fmt: skip
        equations = {f"dC_d{kind}{name}": before}
        equations |= {f"{step}_{kind}{name}": after} if step else {}
        for of, equation in equations.items():
            yield looked_up(trained[of], equation.of(of, "lens_epoch"), shape=shape)
        yield own(
            f"{kind}_after", "" if number else f"{symbol} after the update",
            after.of(f"{kind}{name}", "lens_epoch"), symbol=f"→ {symbol}^{{}}", role="weight",
        )  # fmt: skip


def _sentences(spec: Spec, trained: Model, name: str, *, whole: bool) -> Iterator[Quantity]:
    """Yield what a layer without maps computes with the numbers in it."""
    layer, shape, names = kinds_of(spec)[name], shapes_of(spec)[name], named(spec, name, PREFIX)
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
    if not spec.epochs:
        return
    cost = COSTS[spec.cost]
    delta = headings("delta")
    if name == output_of(spec):
        targets = own | {"t": "lens_t", "loss": "lens_loss"}
        digits = 3 if spec.is_regression else 0
        if whole and cost.loss:
            yield told("loss_text", equation=cost.sentence(headings("loss")), uses=targets)
        sentence, uses = sentences.OutputDeltaSentence(delta, digits), targets
    else:
        upper = names_of(spec)[names_of(spec).index(name) + 1]
        sentence = kinds_of(spec)[upper].sentence_below(delta)
        uses = named_below(spec, name, PREFIX)
    yield told("delta_text", equation=sentence, uses=uses)


def window_quantities(spec: Spec) -> Iterator[Quantity]:
    """Yield the quantities of one place of each convolution: window, filter and products.

    A convolution repeats one small computation at every place; here it is written out once.
    """
    for layer in spec.layers:
        if layer.kind == "convolution":
            yield from _of_layer(spec, layer.name)


def _of_layer(spec: Spec, name: str) -> Iterator[Quantity]:
    filters, *places = shapes_of(spec)[name]
    (weight,), parameters = kinds_of(spec)[name].weights, kinds_of(spec)[name].parameters
    (_, *size), shown = parameters[weight], partial(lens, layer=name)

    def own(*kinds: str) -> dict[str, str]:
        return {kind: f"lens_window_{kind}{name}" for kind in kinds}

    chosen = ((MAP, "map (filter)"), *zip(PLACE, ("row", "column"), strict=True))
    for (kind, title), length in zip(chosen, (filters, *places), strict=True):
        yield shown(kind, title, choices=(1, length), number_format="0")
    where = {"number": f"lens_{MAP}{name}", **own("row", "column")}
    seen = {"a": activation_of(kinds_of(spec)[name].lower, PREFIX), **where}
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
    parameters = sum(prod(shape) for *_, shape in parameters_of(spec))
    units = [n for n, *more in (shapes_of(spec)[name] for name in names_of(spec)) if not more]
    return (
        parameters <= LARGEST_DRAWN
        and len(spec.labels) <= MOST_OUTPUTS
        and sum(units) * max(units) <= WIDEST_DRAWN
    )
