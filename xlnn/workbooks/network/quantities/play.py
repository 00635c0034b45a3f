"""The quantities of the sheets Play and Drawing.

Play shows the chosen sample and epoch; Drawing has every number that its charts need. Everything is
looked up in the training sheets, so it is small compared with them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from xlnn.equations.layer import WEIGHTS
from xlnn.equations.lookup import COPY, OfRow
from xlnn.equations.play import (
    LARGEST_SIZE,
    LEVELS,
    OF_ANSWER,
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
from xlnn.equations.wording import Bar, Diverged, Name, Prediction, Verdict
from xlnn.quantity import Equation, Quantity, Sentence
from xlnn.workbooks.network.quantities.figure import LISTED, TOP, DrawnLayer, Figure
from xlnn.workbooks.network.quantities.lens import ONE
from xlnn.workbooks.network.quantities.stack import QUANTITY_KINDS, Stack, quantity

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


def play_quantities(stack: Stack, words: Mapping[str, str]) -> Iterator[Quantity]:
    """Yield the quantities of both sheets.

    Parameters
    ----------
    stack : Stack
    words : dict
        The sentences ``verdict``, ``undecided``, ``is_right``, ``is_wrong`` and ``is_unknown``,
        with their blanks; of a regression ``verdict`` alone. Where there are epochs ``rose`` and
        ``lost`` as well.
    """
    figure = Figure(stack)
    if stack.spec.epochs:
        yield _quantity("epoch", choices=(1, stack.spec.epochs), **WHOLE)
    yield _quantity("image", choices=(1, stack.spec.samples), **WHOLE)
    if stack.spec.epochs:
        both = {"epoch": "play_epoch", "image": "play_image"}
        yield _number("position", training_position(stack.spec.samples), both, **WHOLE)
        diverged = Diverged(words)
        yield _quantity("diverged", diverged, {"C_T": "C_T"}, axes=())
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
    yield _number("label_text", OutputLabel(is_share=stack.is_share), labels, (outputs,))


def course(stack: Stack) -> Quantity:
    """Return the total cost by epoch, of the chosen run if there are several."""
    uses = {"a": "C_T"}
    return quantity(
        "course", prefix=PREFIX, sheet=NUMBERS, axes=(stack.epoch,), equation=COPY, uses=uses
    )


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
    uses = {"at": "play_image", "of": "x"}
    if spec.features:
        uses["of"] = "raw" if spec.scaled else "x"
        shape = (min(LISTED, spec.inputs),)
        yield _quantity("given", OfRow(shape), uses, shape, number_format="General")
    elif max(spec.picture) <= LARGEST_PICTURE:
        equation = OfRow(spec.picture, stack.shapes["1"])
        yield _quantity("x", equation, uses, spec.picture, axes=(ONE,))
    kinds = ["C_T"] if spec.is_regression else ["C_T", "recognised"]
    for kind in kinds if spec.epochs else ():
        yield _one(kind, OfRow(), {"of": kind, "at": "play_epoch"})


def _row(stack: Stack) -> str:
    """Return the name of the chosen sample's row; without epochs that is its number."""
    return f"{PREFIX}position" if stack.spec.epochs else f"{PREFIX}image"


def _measure(stack: Stack) -> dict[str, str]:
    """Return the number format of outputs: with the decimals of the sentences, or of targets."""
    if stack.spec.is_regression:
        return {"number_format": stack.measure}
    return {"number_format": SHARE if stack.is_share else "0.000"}


def _said(stack: Stack, words: Mapping[str, str]) -> Iterator[Quantity]:
    """Yield the outputs, and their meaning in words."""
    spec, outputs = stack.spec, f"a{stack.output}"
    row = {"at": _row(stack)}
    shape = (min(LISTED, len(spec.labels)),)
    yield _quantity("name", Name(), {"labels": "labels"}, shape)
    uses = {**row, "of": stack.predicted() if spec.is_regression else outputs}
    yield _quantity("output", OfRow(shape), uses, shape, **_measure(stack))
    own = {"labels": "labels", "a": "play_output"}
    if spec.is_regression:
        own["predicted"] = "play_output"
        if spec.epochs:
            image = {"at": "play_image", "of": stack.actual()}
            actual = _quantity("t", OfRow(shape), image, shape, **_measure(stack))
            kind = stack.actual()  # of scaled targets those that were given
            yield replace(actual, kind=kind, symbol=QUANTITY_KINDS[kind].symbol)
            own["actual"] = "play_t"
        if len(spec.labels) == 1:  # of several the list below tells each
            yield _quantity("verdict", Prediction(words["verdict"]), own)
        return
    if stack.has_shares:
        yield _quantity("bar", Bar(), own, shape)
    yield _one("answer", OfRow(), {**row, "of": "answer"}, sheet=NUMBERS, **WHOLE)
    labels = {"label": "answer"}
    if spec.epochs:
        image = {"of": "truth", "at": "play_image"}
        yield _one("truth", OfRow(), image, sheet=NUMBERS, **WHOLE)
        labels["truth_label"] = "truth"
    for kind, of in labels.items():
        one = {"axes": (ONE,), "prefix": PREFIX, "sheet": NUMBERS}
        yield stack.label(kind, of=f"play_{of}", **one)
    found = {"answer": "play_answer", "truth": "play_truth"}
    yield _one("surest", OF_ANSWER, {**row, **found, "of": outputs}, sheet=NUMBERS)
    tied = {}
    if len(spec.labels) > 1:
        yield from _tied(stack, {**row, "of": outputs})
        tied["tied"] = "play_tied"
        if spec.epochs:
            yield from _targets(stack)
            tied["targets_tied"] = "play_targets_tied"
    verdict = Verdict(words, is_share=stack.is_share)
    yield _one("verdict", verdict, {"label": "play_label", "a": "play_surest", **tied})
    if not spec.epochs:
        return
    truth = {**found, "label": "play_truth_label", **tied}
    yield _one("truth_text", Truth(words), truth)


def _tied(stack: Stack, uses: Mapping[str, str]) -> Iterator[Quantity]:
    """Yield whether the largest outputs are equal; of many outputs all, of which Play has some."""
    outputs = len(stack.spec.labels)
    every = "play_output"
    if outputs > LISTED:
        every = "play_outputs"
        yield _number("outputs", OfRow((outputs,)), uses, (outputs,))
    yield _one("tied", Tied(), {"a": every}, sheet=NUMBERS, **WHOLE)


def _targets(stack: Stack) -> Iterator[Quantity]:
    """Yield the targets of the chosen sample, and whether the largest of them are equal."""
    shape = (len(stack.spec.labels),)
    uses = {"of": "t", "at": "play_image"}
    yield _number("targets", OfRow(shape), uses, shape, number_format="General")
    yield _one("targets_tied", Tied(), {"a": "play_targets"}, sheet=NUMBERS, **WHOLE)


def _weights(figure: Figure, name: str, layer: str, stated: tuple[int, ...]) -> Iterator[Quantity]:
    """Yield the weights of a layer's first units, as pictures, and their biases."""
    stack, shape = figure.stack, figure.shown(name, layer)
    if not shape:
        return
    shapes = {name: (shape, stated)}
    for other, whole in stack.kinds[layer].parameters.items():
        if other not in WEIGHTS:
            shapes[other] = (shape[:1], whole)
    for kind, (drawn, whole) in shapes.items():
        uses = {"of": f"{kind}{layer}"} | stack.at_epoch(PREFIX)
        yield _quantity(kind, OfRow(drawn, whole), uses, drawn, layer=layer)
    if layer == stack.output:
        yield _quantity("name", Name(), {"labels": "labels"}, shape[:1], layer=layer)


def _units(stack: Stack, figure: Figure, column: DrawnLayer) -> Iterator[Quantity]:
    """Yield the values of a layer's units, and their dots."""
    layer, shape = column.layer, (len(column.units),)
    uses = {"of": stack.activation(layer), "at": "play_image" if layer == "1" else _row(stack)}
    value = _number("value", OfRow(shape, units=column.units), uses, shape, layer=layer)
    places, below_0 = (figure.x(layer), figure.y(layer)), column.reach == "around 0"
    yield from _dots(value, "" if column.bounded else "size", places, below_0=below_0)


def _dots(
    value: Quantity, size: str, places: tuple[Sequence[float], Sequence[float]], *, below_0: bool
) -> Iterator[Quantity]:
    """Yield numbers that are drawn as dots, the largest one, fill levels, positions, and dots."""
    layer, shape, prefix = value.layer, value.shape, value.name.partition(value.kind)[0]
    more = {"layer": layer, "prefix": prefix}
    own = {"v": value.name, "level": f"{prefix}level{layer}", "y": f"{prefix}up{layer}"}
    yield value
    if size:
        yield _number(size, LARGEST_SIZE, own, **more)
        own["size"] = f"{prefix}{size}{layer}"
    yield _number("level", FillLevel(below_0=below_0), own, shape, **more, **WHOLE)
    for kind, place in zip(("across", "up"), places, strict=True):
        yield _number(kind, coordinate(place), {}, shape, **more, **PLACE)
    levels = tuple(range(-LEVELS if below_0 else 0, LEVELS + 1))
    yield _number("dot", Dot(levels), own, (*shape, len(levels)), **more, **IN_SIGHT)


def _weight(
    stack: Stack, weights: Sequence[tuple[int, ...]], layer: str, prefix: str = PREFIX
) -> Quantity:
    """Return some weights of a layer, in the chosen epoch."""
    shape, (name,) = (len(weights),), stack.weights(layer)
    uses = {"of": f"{name}{layer}"} | stack.at_epoch(PREFIX)
    equation = OfRow(shape, units=weights)
    return _number("weight", equation, uses, shape, layer=layer, prefix=prefix)


def _lines(figure: Figure, layer: str) -> Iterator[Quantity]:
    """Yield the connections of a layer: its weights and their lines, or where its maps look."""
    if layer not in figure.dense:
        yield from _guides(figure, layer)
        return
    below = figure.stack.below[layer]
    weight = _weight(figure.stack, figure.weights(layer, figure.columns[below].units), layer)
    yield weight
    own = {kind: f"play_{kind}{layer}" for kind in ("strength", "across", "up")}
    own |= {"v": weight.name, "w": weight.name}
    yield _number("heaviest", LARGEST_SIZE, own, layer=layer)
    own["size"] = f"play_heaviest{layer}"
    yield _number("strength", Strength(), own, weight.shape, layer=layer, **WHOLE)
    right, up = figure.out(below)
    for kind, ends in (("across", (right, figure.radius(layer))), ("up", (up, 0))):
        both = {"start": f"play_{kind}{below}", "end": f"play_{kind}{layer}"}
        shape = (*weight.shape, 2, len(SERIES))
        equation = LineEnds(SERIES, *ends)
        yield _number(f"line_{kind}", equation, own | both, shape, layer=layer, **PLACE)


def _guides(figure: Figure, layer: str) -> Iterator[Quantity]:
    """Yield the thin lines from each map to those that look at it."""
    pairs = figure.guides(layer)
    below, here = figure.edges(figure.stack.below[layer]), figure.edges(layer)
    shape = (len(pairs), 2)
    across = [place for i, j in pairs for place in (below[i][1], here[j][0])]
    up = [place for i, j in pairs for place in (below[i][2], here[j][2])]
    yield _number("guide_across", coordinate(across, shape), {}, shape, layer=layer, **PLACE)
    yield _number("guide_up", coordinate(up, shape), {}, shape, layer=layer, **PLACE)


def _headings(figure: Figure) -> Iterator[Quantity]:
    """Yield the positions of the layers' headings, above their columns."""
    middles = [figure.middles[layer] for layer in figure.columns]
    shape = (len(middles),)
    yield _number("heading_across", coordinate(middles), {}, shape, **PLACE)
    yield _number("heading_up", coordinate([TOP + 2.0] * len(middles)), {}, shape, **PLACE)
    output = figure.stack.output
    right = [x + figure.radius(output) for x in figure.x(output)][:LISTED]
    yield _number("label_across", coordinate(right), {}, (len(right),), **PLACE)
    if figure.stack.spec.features:
        left = [x - figure.radius("1") for x in figure.x("1")]
        yield _number("name_across", coordinate(left), {}, (len(left),), **PLACE)


def _quantity(
    kind: str,
    equation: Equation | None = None,
    uses: Mapping[str, str] | None = None,
    shape: tuple[int, ...] = (),
    **more: object,
) -> Quantity:
    """Return a quantity of the sheet Play; sentences are of the one sample, as on the Lens."""
    shown = {"prefix": PREFIX, "sheet": SHEET}
    shown |= {"axes": (ONE,)} if isinstance(equation, Sentence) else {}
    return quantity(kind, equation=equation, uses=uses, shape=shape, **{**shown, **more})


def _one(kind: str, equation: Equation, uses: Mapping[str, str], **more: object) -> Quantity:
    """Return a quantity of the one sample."""
    return _quantity(kind, equation, uses, axes=(ONE,), **more)


def _number(
    kind: str,
    equation: Equation,
    uses: Mapping[str, str],
    shape: tuple[int, ...] = (),
    **more: object,
) -> Quantity:
    """Return a quantity of the sheet Drawing."""
    return _quantity(kind, equation, uses, shape, sheet=NUMBERS, **more)
