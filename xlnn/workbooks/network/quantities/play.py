"""The quantities of the sheets Play and Drawing.

Play shows the chosen sample and epoch; Drawing has every number that its charts need. Everything is
looked up in the training sheets, so it is small compared with them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain

import numpy as np

from xlnn.equations.layer import WEIGHTS
from xlnn.equations.lookup import COPY, OfRow, OfUnit
from xlnn.equations.play import (
    LARGEST_SIZE,
    LEVELS,
    Dot,
    FillLevel,
    LineEnds,
    OutputLabel,
    Strength,
    Truth,
    coordinate,
)
from xlnn.equations.units import training_position
from xlnn.equations.verdict import Tied
from xlnn.equations.wording import Bar, Diverged, Name, Verdict
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.figure import LISTED, TOP, DrawnLayer, Figure
from xlnn.workbooks.network.quantities.lens import ONE, said_of_prediction
from xlnn.workbooks.network.quantities.stack import Stack, quantity

SHEET, NUMBERS = "play", "drawing"
PREFIX = "play_"
SQUARE = f"{PREFIX}square_"
"""The prefix of what the pictures of weights are drawn from."""

SERIES = (-1, 1, -2, 2, -3, 3)
"""The strengths of the lines, from the weakest, which are drawn first."""

LARGEST_PICTURE = 40
"""Rows and columns up to which the chosen image is shown."""

SHARE = '0.000;"−"0.000'
"""The number format of an output between 0 and 1: of two parts, so that `xlnn.writing.formats`
gives it no exponent where it is nearly 0."""

WHOLE = {"number_format": "0"}
PLACE = {"number_format": "0.0"}

IN_SIGHT = {"number_format": "0.0;"}
"""Of what may be out of sight, below 0: it is not written."""

play = partial(quantity, prefix=PREFIX, sheet=SHEET)
one = partial(play, axes=(ONE,))
drawn = partial(play, sheet=NUMBERS)
"""State a quantity of the sheet Play, one of the chosen sample, and one of the sheet Drawing."""


def divergence(words: Text) -> dict[str, str]:
    """Return the sentences about training that increases the total cost, with their blanks."""
    return {key: words.open("sentences", key) for key in ("rose", "lost")}


def verdict(stack: Stack, words: Text) -> Verdict:
    """Return the sentence about the predicted class, or that none is predicted."""
    said = {key: words.open("sentences", key) for key in ("verdict", "undecided")}
    return Verdict(said, is_share=stack.is_share)


def play_quantities(stack: Stack, words: Text) -> Iterator[Quantity]:
    """Yield the quantities of both sheets."""
    figure = Figure(stack)
    if stack.spec.epochs:
        yield play("epoch", choices=(1, stack.spec.epochs), **WHOLE)
    yield play("image", choices=(1, stack.spec.samples), **WHOLE)
    if stack.spec.epochs:
        position = training_position(stack.spec.samples).of("play_epoch", "play_image")
        yield drawn("position", position, **WHOLE)
        yield play("diverged", Diverged(divergence(words)))
    yield from _chosen(stack)
    yield from _said(stack, words)
    for name, layer, shape in stack.parameters:
        if name in WEIGHTS:
            yield from _weights(figure, name, layer, shape)
    for columns in figure.alike.values():  # so that they are below each other
        for column in columns:
            yield from _units(stack, figure, column)
    for layer in stack.names:
        yield from _lines(figure, layer)
    for layer, pictures in figure.pictures.items():
        weight = _weight(stack, pictures.weights, layer, SQUARE)
        yield from _dots(weight, "max", figure.squares(layer), below_0=True)
    yield from _headings(figure)
    labels = {"labels": "labels", "a": f"play_value{stack.output}"}
    if stack.spec.is_regression:
        labels = {"labels": "labels", "predicted": "play_output"}
    outputs = min(LISTED, len(figure.columns[stack.output].units))
    label = OutputLabel(is_share=stack.is_share)
    yield drawn("label_text", label, labels, (outputs,), axes=(ONE,))


def course(stack: Stack) -> Quantity:
    """Return the total cost by epoch, of the chosen run if there are several."""
    return drawn("course", COPY.of("C_T"), axes=(stack.epoch,))


def worth_seeing(
    inputs: Mapping[str, np.ndarray], run: Mapping[str, np.ndarray] | None
) -> dict[str, int]:
    """Return the samples that Play and Lens open on.

    On Play it is the sample recognised at the end with the most certainty; on Lens the first one
    recognised.

    Parameters
    ----------
    inputs : dict of arrays
        ``x`` or ``raw``, shape (samples, inputs ...). An image that is all 0 shows nothing.
    run : dict of arrays or None
        What training comes to, if there is any: ``C`` and, of classes, ``right``, shape
        (epochs, samples).
    """
    x = inputs.get("raw", inputs.get("x"))
    shown = np.reshape(x, (len(x), -1)).any(axis=1)
    first = int(shown.argmax()) + 1
    run = run or {}
    cost = np.array(run["C"][-1]) if "C" in run else np.zeros(len(shown))
    if "right" in run:
        right = shown & (run["right"][-1] > 0)
        shown = right if right.any() else shown
    if shown.any():
        cost[~shown] = np.inf
    return {"play_image": int(cost.argmin()) + 1, "lens_image": first}


def _chosen(stack: Stack) -> Iterator[Quantity]:
    """Yield the chosen sample, and the results of the chosen epoch."""
    spec = stack.spec
    if spec.features:
        shape = (min(LISTED, spec.inputs),)
        given = OfRow(shape).of("raw" if spec.scaled else "x", "play_image")
        yield play("given", given, shape=shape, number_format="General")
    elif max(spec.picture) <= LARGEST_PICTURE:
        equation = OfRow(spec.picture, stack.shapes["1"])
        yield one("x", equation.of("x", "play_image"), shape=spec.picture)
    kinds = ["C_T"] if spec.is_regression else ["C_T", "recognised"]
    for kind in kinds if spec.epochs else ():
        yield one(kind, OfRow().of(kind, "play_epoch"))


def _row(stack: Stack) -> str:
    """Return the name of the chosen sample's row; without epochs that is its number."""
    return "play_position" if stack.spec.epochs else "play_image"


def _said(stack: Stack, words: Text) -> Iterator[Quantity]:
    """Yield the outputs, and their meaning in words."""
    spec, outputs, row = stack.spec, f"a{stack.output}", _row(stack)
    measure = stack.measure if spec.is_regression else SHARE if stack.is_share else "0.000"
    shape = (min(LISTED, len(spec.labels)),)
    output = stack.predicted() if spec.is_regression else outputs
    yield one("name", Name(), shape=shape)
    yield play("output", OfRow(shape).of(output, row), shape=shape, number_format=measure)
    if spec.is_regression:
        own = {"labels": "labels", "predicted": "play_output"}
        if spec.epochs:
            kind = stack.actual()  # of scaled targets those that were given
            actual = OfRow(shape).of(kind, "play_image")
            found = play(kind, actual, shape=shape, number_format=measure)
            yield replace(found, name="play_t")
            own["actual"] = "play_t"
        if len(spec.labels) == 1:  # of several the list below tells each
            yield one("verdict", said_of_prediction(words, known=spec.epochs > 0), own)
        return
    if stack.has_shares:
        yield one("bar", Bar().of("play_output"), shape=shape)
    behind = partial(one, sheet=NUMBERS)
    yield behind("answer", OfRow().of("answer", row), **WHOLE)
    labels = {"label": "answer"}
    if spec.epochs:
        yield behind("truth", OfRow().of("truth", "play_image"), **WHOLE)
        labels["truth_label"] = "truth"
    for kind, of in labels.items():
        yield stack.label(kind, f"play_{of}", axes=(ONE,), prefix=PREFIX, sheet=NUMBERS)
    surest = OfUnit(stack.shapes[stack.output], "answer")
    yield behind("surest", surest.of(outputs, row, "play_answer"))
    found = [*_tied(stack)] if len(spec.labels) > 1 else []
    yield from found
    tied = {each.kind: each.name for each in found}
    said = {"label": "play_label", "a": "play_surest", **tied}
    yield one("verdict", verdict(stack, words), said)
    if spec.epochs:
        keys = ("is_right", "is_wrong", "is_unknown")
        said = Truth({key: words.open("sentences", key) for key in keys})
        truth = {"answer": "play_answer", "truth": "play_truth", "label": "play_truth_label"}
        yield one("truth_text", said, truth | tied)


def _tied(stack: Stack) -> Iterator[Quantity]:
    """Yield whether the largest outputs are equal, and whether the largest targets are."""
    tied, shape = partial(one, equation=Tied(), sheet=NUMBERS, **WHOLE), (len(stack.spec.labels),)
    every = "play_output"
    if len(stack.spec.labels) > LISTED:  # of which Play has some
        every = "play_outputs"
        outputs = OfRow(shape).of(f"a{stack.output}", _row(stack))
        yield drawn("outputs", outputs, shape=shape)
    yield tied("tied", uses={"a": every})
    if stack.spec.epochs:
        targets = OfRow(shape).of("t", "play_image")
        yield drawn("targets", targets, shape=shape, number_format="General")
        yield tied("targets_tied", uses={"a": "play_targets"})


def _weights(figure: Figure, name: str, layer: str, stated: tuple[int, ...]) -> Iterator[Quantity]:
    """Yield the weights of a layer's first units, as pictures, and their biases."""
    stack, shape = figure.stack, figure.shown(name, layer)
    if not shape:
        return
    shapes = {name: (shape, stated)}
    for other, whole in stack.kinds[layer].parameters.items():
        if other not in WEIGHTS:
            shapes[other] = (shape[:1], whole)
    for kind, (shown, whole) in shapes.items():
        uses = {"of": f"{kind}{layer}"} | stack.at_epoch(PREFIX)
        yield play(kind, OfRow(shown, whole), uses, shown, layer=layer)
    if layer == stack.output:
        yield one("name", Name(), shape=shape[:1], layer=layer)


def _units(stack: Stack, figure: Figure, column: DrawnLayer) -> Iterator[Quantity]:
    """Yield the values of a layer's units, and their dots."""
    layer, shape = column.layer, (len(column.units),)
    value = OfRow(shape, units=column.units)
    value = value.of(stack.activation(layer), "play_image" if layer == "1" else _row(stack))
    places, below_0 = (figure.x(layer), figure.y(layer)), column.reach == "around 0"
    size = "" if column.bounded else "size"
    yield from _dots(drawn("value", value, shape=shape, layer=layer), size, places, below_0=below_0)


def _dots(
    value: Quantity, size: str, places: tuple[Sequence[float], Sequence[float]], *, below_0: bool
) -> Iterator[Quantity]:
    """Yield numbers that are drawn as dots, the largest one, fill levels, positions, and dots."""
    layer, shape, prefix = value.layer, value.shape, value.name.partition(value.kind)[0]
    own = partial(drawn, layer=layer, prefix=prefix)
    uses = {"v": value.name, "level": f"{prefix}level{layer}", "y": f"{prefix}up{layer}"}
    yield value
    if size:
        yield own(size, LARGEST_SIZE, uses)
        uses["size"] = f"{prefix}{size}{layer}"
    yield own("level", FillLevel(below_0=below_0), uses, shape, **WHOLE)
    for kind, place in zip(("across", "up"), places, strict=True):
        yield own(kind, coordinate(place), shape=shape, **PLACE)
    levels = tuple(range(-LEVELS if below_0 else 0, LEVELS + 1))
    yield own("dot", Dot(levels), uses, (*shape, len(levels)), **IN_SIGHT)


def _weight(
    stack: Stack, weights: Sequence[tuple[int, ...]], layer: str, prefix: str = PREFIX
) -> Quantity:
    """Return some weights of a layer, in the chosen epoch."""
    shape, (name,) = (len(weights),), stack.weights(layer)
    uses = {"of": f"{name}{layer}"} | stack.at_epoch(PREFIX)
    return drawn("weight", OfRow(shape, units=weights), uses, shape, layer=layer, prefix=prefix)


def _lines(figure: Figure, layer: str) -> Iterator[Quantity]:
    """Yield the connections of a layer: its weights and their lines, or where its maps look."""
    own, below = partial(drawn, layer=layer), figure.stack.below[layer]
    if layer not in figure.dense:  # thin lines from each map to those that look at it
        lines = figure.guides(layer)
        for way, places in zip(("across", "up"), zip(*chain(*lines), strict=True), strict=True):
            shape = (len(lines), 2)
            yield own(f"guide_{way}", coordinate(places, shape), shape=shape, **PLACE)
        return
    weight = _weight(figure.stack, figure.weights(layer, figure.columns[below].units), layer)
    strength, largest = f"play_strength{layer}", f"play_heaviest{layer}"
    yield weight
    yield own("heaviest", LARGEST_SIZE.of(weight.name))
    yield own("strength", Strength().of(weight.name, largest), shape=weight.shape, **WHOLE)
    right, up = figure.out(below)
    for kind, ends in (("across", (right, figure.radius(layer))), ("up", (up, 0))):
        line = LineEnds(SERIES, *ends).of(strength, f"play_{kind}{below}", f"play_{kind}{layer}")
        yield own(f"line_{kind}", line, shape=(*weight.shape, 2, len(SERIES)), **PLACE)


def _headings(figure: Figure) -> Iterator[Quantity]:
    """Yield the positions of the layers' headings, and of names beside units."""
    middles, output = [figure.middles[layer] for layer in figure.columns], figure.stack.output
    places = {"heading_across": middles, "heading_up": [TOP + 2.0] * len(middles)}
    right = [x + figure.radius(output) for x in figure.x(output)]
    places["label_across"] = right[:LISTED]
    if figure.stack.spec.features:
        places["name_across"] = [x - figure.radius("1") for x in figure.x("1")]
    for kind, each in places.items():
        yield drawn(kind, coordinate(each), shape=(len(each),), **PLACE)
