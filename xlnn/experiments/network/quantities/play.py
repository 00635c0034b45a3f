"""The quantities of the sheet Play: one sample and epoch, looked up in the training sheets."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from math import prod

import numpy as np

from xlnn.equations.elementary import COPY
from xlnn.equations.layer import WEIGHTS
from xlnn.equations.lookup import OfRow, OfUnit
from xlnn.equations.sentences import Bar, Name, Told, plain
from xlnn.equations.units import training_position
from xlnn.equations.verdict import LABEL_OF, Tied
from xlnn.experiments.network.layers import (
    has_shares,
    is_share,
    kinds_of,
    output_of,
    parameters_of,
    shapes_of,
)
from xlnn.experiments.network.quantities.lens import ONE, said_of_prediction, shown_shape
from xlnn.experiments.network.quantities.stating import (
    actual_of,
    at_epoch,
    copied,
    epochs_of,
    measure_of,
    predicted_of,
    quantity,
)
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.pages.predict import verdict
from xlnn.workbooks.pages.progress import diverged
from xlnn.workbooks.spec import Spec

SHEET, NUMBERS = "play", "drawing"
PREFIX = "play_"

LISTED = 12
"""Outputs, and inputs of a table, that are listed with their names."""

MOST_WEIGHTS, BROADEST = 2_000, 48
"""Weights of a layer that are shown as pictures, and how many columns these take."""

LARGEST_PICTURE = 40
"""Rows and columns up to which the chosen image is shown."""

SHARE = '0.000;"−"0.000'
"""The number format of an output between 0 and 1: of two parts, so that `xlnn.writing.formats`
gives it no exponent where it is nearly 0."""

WHOLE = {"number_format": "0"}

play = partial(quantity, prefix=PREFIX, sheet=SHEET)
one = partial(play, axes=(ONE,))
drawn = partial(play, sheet=NUMBERS)
looked_up = partial(copied, prefix=PREFIX, sheet=SHEET)
"""State a quantity of the sheet Play, one of the chosen sample, one of the sheet Drawing, and one
that another sheet has."""


def truth(words: Text, row: str, *, several: bool) -> Told:
    """Return whether the predicted class is right, and which one is.

    Parameters
    ----------
    words : Text
    row : str
        What a sample is: an image, or a row.
    several : bool
        Whether there are several outputs, which may be equal. A tie is not right.
    """
    unknown = words.sentence(
        f"is_unknown_{row}", f"The targets of this {row} do not name a single class."
    )
    wrong = words.sentence("is_wrong", "The correct answer is {truth}.", truth="{label}")
    right = words.sentence("is_right", "Correct.")
    if not several:
        return Told([right, wrong], lambda answer, truth: (answer == truth,), form=plain)
    return Told(
        [unknown, wrong, right, wrong],
        lambda targets_tied, tied, answer, truth: (targets_tied == 1, tied == 1, answer == truth),
        form=plain,
    )


def play_quantities(spec: Spec, trained: Model, words: Text) -> Iterator[Quantity]:
    """Yield the quantities of Play, and those on Drawing that its sentences take."""
    if spec.epochs:
        yield play("epoch", "epoch", choices=(1, spec.epochs), **WHOLE)
    row = "image" if spec.epochs and not spec.features else "row"
    yield play("image", row, choices=(1, spec.images), **WHOLE)
    if spec.epochs:
        position = training_position(spec.images).of("play_epoch", "play_image")
        yield drawn("position", "row in the table", position, **WHOLE)
        yield play("diverged", equation=diverged(words))
    yield from _chosen(spec, trained)
    yield from _said(spec, trained, words)
    for name, layer, shape in parameters_of(spec):
        if name in WEIGHTS:
            yield from _weights(spec, trained, name, layer, shape)


def course(spec: Spec) -> Quantity:
    """Return the total cost by epoch, of the chosen run if there are several."""
    return drawn("course", "cost of each epoch", COPY.of("C_T"), axes=(epochs_of(spec),))


def worth_seeing(inputs: Mapping[str, np.ndarray], run: Mapping[str, np.ndarray]) -> dict[str, int]:
    """Return the samples that Play and Lens open on.

    On Play it is the sample recognised at the end with the most certainty; on Lens the first one
    recognised.

    Parameters
    ----------
    inputs : dict of arrays
        ``x`` or ``raw``, shape (samples, inputs ...). An image that is all 0 shows nothing.
    run : dict of arrays
        The results of training, if there is any: ``C`` and, for classes, ``right``, shape
        (epochs, samples).
    """
    x = inputs.get("raw", inputs.get("x"))
    shown = np.reshape(x, (len(x), -1)).any(axis=1)
    first = int(shown.argmax()) + 1
    cost = np.array(run["C"][-1]) if "C" in run else np.zeros(len(shown))
    if "right" in run:
        right = shown & (run["right"][-1] > 0)
        shown = right if right.any() else shown
    if shown.any():
        cost[~shown] = np.inf
    return {"play_image": int(cost.argmin()) + 1, "lens_image": first}


def _chosen(spec: Spec, trained: Model) -> Iterator[Quantity]:
    """Yield the chosen sample, and the results of the chosen epoch."""
    if spec.features:
        shape = (min(LISTED, spec.inputs),)
        given = OfRow(shape).of("raw" if spec.scaled else "x", "play_image")
        yield play("given", equation=given, shape=shape, number_format="General")
    elif max(spec.grid) <= LARGEST_PICTURE:
        equation = OfRow(spec.grid, shapes_of(spec)["1"])
        stated, own = equation.of("x", "play_image"), {"axes": (ONE,), "number_format": "General"}
        yield looked_up(trained["x"], stated, shape=spec.grid, **own)
    kinds = ["C_T"] if spec.is_regression else ["C_T", "recognised"]
    for kind in kinds if spec.epochs else ():
        yield looked_up(trained[kind], OfRow().of(kind, "play_epoch"), axes=(ONE,))


def row_of(spec: Spec) -> str:
    """Return the name of the chosen sample's row; without epochs that is its number."""
    return "play_position" if spec.epochs else "play_image"


def _said(spec: Spec, trained: Model, words: Text) -> Iterator[Quantity]:
    """Yield the outputs, and their meaning in words."""
    outputs, row = f"a{output_of(spec)}", row_of(spec)
    measure = measure_of(spec) if spec.is_regression else SHARE if is_share(spec) else "0.000"
    shape = (min(LISTED, len(spec.labels)),)
    output = predicted_of(spec) if spec.is_regression else outputs
    yield one("name", equation=Name(), shape=shape)
    yield play("output", "output", OfRow(shape).of(output, row), shape=shape, number_format=measure)
    if spec.is_regression:
        own = {"labels": "labels", "predicted": "play_output"}
        if spec.epochs:
            kind = actual_of(spec)  # the unscaled targets
            actual = OfRow(shape).of(kind, "play_image")
            target = looked_up(trained[kind], actual, shape=shape, number_format=measure)
            yield replace(target, name="play_t")
            own["actual"] = "play_t"
        if len(spec.labels) == 1:  # the list below shows several
            sentence = said_of_prediction(words, known=spec.epochs > 0)
            yield one("verdict", equation=sentence, uses=own)
        return
    if has_shares(spec):
        yield one("bar", equation=Bar().of("play_output"), shape=shape)
    behind = partial(looked_up, axes=(ONE,), sheet=NUMBERS)
    yield behind(trained["answer"], OfRow().of("answer", row))
    labels = {"label": "answer"}
    if spec.epochs:
        yield behind(trained["truth"], OfRow().of("truth", "play_image"))
        labels["truth_label"] = "truth"
    for kind, of in labels.items():
        yield behind(trained[kind], LABEL_OF.of(f"play_{of}"), {"of": f"play_{of}"})
    surest = OfUnit(shapes_of(spec)[output_of(spec)], "answer")
    yield one(
        "surest",
        "output of the class found",
        sheet=NUMBERS,
        equation=surest.of(outputs, row, "play_answer"),
    )
    ties = [*_tied(spec)] if len(spec.labels) > 1 else []
    yield from ties
    tied = {tie.kind: tie.name for tie in ties}
    uses = {"label": "play_label", "a": "play_surest", **tied}
    sentence = verdict(words, several=bool(ties), are_shares=is_share(spec))
    yield one("verdict", equation=sentence, uses=uses)
    if spec.epochs:
        known = {"answer": "play_answer", "truth": "play_truth", "label": "play_truth_label"}
        right = truth(words, "row" if spec.features else "image", several=bool(ties))
        yield one("truth_text", equation=right, uses=known | tied)


def _tied(spec: Spec) -> Iterator[Quantity]:
    """Yield whether the largest outputs are equal, and whether the largest targets are."""
    tied, shape = partial(one, equation=Tied(), sheet=NUMBERS, **WHOLE), (len(spec.labels),)
    every = "play_output"
    if len(spec.labels) > LISTED:  # Play shows only some of them
        every = "play_outputs"
        outputs = OfRow(shape).of(f"a{output_of(spec)}", row_of(spec))
        yield drawn("outputs", "all outputs", outputs, shape=shape)
    yield tied("tied", "largest outputs equal? (1: yes)", uses={"a": every})
    if spec.epochs:
        targets = OfRow(shape).of("t", "play_image")
        yield drawn("targets", "targets", targets, shape=shape, number_format="General")
        title = "largest targets equal? (1: yes)"
        yield tied("targets_tied", title, uses={"a": "play_targets"})


def _weights(
    spec: Spec, trained: Model, name: str, layer: str, stated: tuple[int, ...]
) -> Iterator[Quantity]:
    """Yield the weights of a layer's first units, as pictures, and their biases."""
    shape = _shown(spec, name, layer)
    if not shape:
        return
    shapes = {name: (shape, stated)}
    for other, whole in kinds_of(spec)[layer].parameters.items():
        if other not in WEIGHTS:
            shapes[other] = (shape[:1], whole)
    for kind, (shown, whole) in shapes.items():
        uses = {"of": f"{kind}{layer}"} | at_epoch(spec, PREFIX)
        yield looked_up(trained[f"{kind}{layer}"], OfRow(shown, whole), uses, shape=shown)
    if layer == output_of(spec):
        yield one("name", equation=Name(), shape=shape[:1], layer=layer)


def _shown(spec: Spec, name: str, layer: str) -> tuple[int, ...]:
    """Return the shape in which the weights of a layer's first units are shown; () if none are."""
    below = kinds_of(spec)[layer].lower
    units, *seen = shown_shape(spec, name, layer)
    if spec.features and below == "1":
        seen = [spec.inputs]
    size = prod(seen)
    if len(seen) == 1:  # a row for each unit
        units, seen = min(units, LISTED), [min(size, BROADEST)]
    elif len(seen) == 3:  # a row of pictures, of as many maps as fit
        units = max(1, min(units, LISTED, MOST_WEIGHTS // size))
        seen = [max(1, min(seen[0], BROADEST // (seen[-1] + 1))), *seen[1:]]
    else:
        units = max(1, min(units, MOST_WEIGHTS // size, BROADEST // (seen[-1] + 1)))
    return () if prod(seen) > MOST_WEIGHTS else (units, *seen)
