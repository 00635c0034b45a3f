"""The sheet Recognise: a grid to draw on, and what the network recognises."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from xlnn.data.words import typed_as
from xlnn.equations.layer import PARAMETERS, WEIGHTS
from xlnn.equations.lens import PIXEL_SHARE
from xlnn.equations.lookup import COPY, FromWords
from xlnn.equations.verdict import LargestUnit, Tied
from xlnn.equations.wording import Bar, Complete, Name
from xlnn.quantity import Model, Quantity, Sentence
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.lens import (
    ONE,
    forward_by_bands,
    prediction,
    said_of_prediction,
    shown_shape,
    weights,
)
from xlnn.workbooks.network.quantities.network import scaled
from xlnn.workbooks.network.quantities.play import NUMBERS, verdict
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.sheets.choosers import choices
from xlnn.workbooks.network.sheets.layers import (
    NAMED,
    SMALL,
    Inputs,
    Narrow,
    Section,
    above,
    layers,
    outputs,
    units,
)
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.parts import Below, Beside, Made, Numbers, Sentences
from xlnn.workbooks.spec import Spec
from xlnn.writing.style import SENTENCE

SHEET = "recognise"
PREFIX = "draw_"

VERDICT = replace(SENTENCE, size=14)


def quantities(stack: Stack, words: Text) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Recognise."""
    spec, shown = stack.spec, partial(quantity, prefix=PREFIX, sheet=SHEET)
    rows = {"axes": (ONE,), "prefix": PREFIX, "sheet": SHEET}
    one = partial(shown, axes=(ONE,))
    if spec.epochs:
        yield shown("epoch", choices=(0, spec.epochs), number_format="0")
    given = "raw" if spec.scaled else "x"
    typed, numbers, equation = given, spec.inputs if spec.features else 0, None
    if spec.words:
        equation = _from_words(spec)
        typed, numbers = "typed_number", sum(isinstance(each, int) for each in equation.inputs)
        if numbers:
            yield shown(typed, shape=(numbers,), number_format="General")
        yield shown("typed_word", shape=(len(spec.words),), is_text=True)
        uses = ["draw_typed_word", "draw_typed_number"]
        equation = equation.of(*uses[: 1 + bool(numbers)])
    yield one(given, equation, shape=spec.grid, number_format="General")
    if spec.scaled:
        yield scaled(spec.grid, **rows)
    # state 0 is the start, so the weights after epoch e stand in row e + 1
    yield from weights(stack, PREFIX, SHEET, row=2)
    yield from forward_by_bands(stack, slopes=False, **rows)
    first = stack.names[0]
    for name in stack.weights(first) if len(stack.shapes[first]) == 1 else ():
        shape = shown_shape(stack, name, first)
        seen = shown("seen", PIXEL_SHARE.of("draw_x", f"draw_{name}{first}"), shape=shape)
        yield replace(seen, layer=first)
    output, shape = f"draw_a{stack.output}", stack.shapes[stack.output]
    yield one("name", Name(), shape=shape)
    yield one("output", COPY.of(output), shape=shape)

    def checked(said: Sentence) -> Sentence:
        """Return a sentence, or one that a number of a table's row is missing."""
        missing = words("sentences", "missing")
        return Complete(said, ("given",), numbers, missing) if numbers else said

    whole = {"given": PREFIX + typed}  # of pictures, an empty cell is paper
    if spec.is_regression:
        said = checked(said_of_prediction(words, known=False))
        yield from prediction(stack, said, whole, **rows)
        return
    if stack.has_shares:
        yield one("bar", Bar().of(output), shape=shape)
    yield one("answer", LargestUnit().of("draw_output"), sheet=NUMBERS)
    yield stack.label("label", "draw_answer", **rows)
    said = {"label": "draw_label", "a": "draw_output", **whole}
    if len(spec.labels) > 1:
        yield one("tied", Tied().of("draw_output"), sheet=NUMBERS, number_format="0")
        said["tied"] = "draw_tied"
    yield one("verdict", checked(verdict(stack, words)), said)


def _from_words(spec: Spec) -> FromWords:
    """Return how the inputs follow from a row as the user types it."""
    inputs = typed_as(spec.features, spec.words)
    others = (
        next((word for word in column[1:] if (number, word) not in inputs), "–")
        for number, column in enumerate(spec.words)
    )
    return FromWords(inputs, tuple(others))


def _parts(model: Model) -> Narrow:
    """Return the epoch, the inputs beside what is recognised, and each layer below them."""
    epoch, label, verdict = (f"{PREFIX}{kind}" for kind in ("epoch", "label", "verdict"))
    choice = []
    if epoch in model.by_name:
        states = next(found.name for found in model.quantities if found.sheet == "weights")
        choice.append(choices(PREFIX, at=NAMED + 1, of={epoch: states}))
    names = layers(model, SHEET)
    kinds = (*sorted(WEIGHTS), "seen", *PARAMETERS, "normalised", "z", "exp", "a")
    tables = {layer: units(model, names[layer], *kinds) for layer in names}
    last = max(part.size(model)[1] for part in tables.values())
    found = []
    if label in model.by_name:
        look = SENTENCE if model[label].is_text else SMALL
        found.append(Numbers(label, at=NAMED, looks={label: look}))
    typed = ("typed_number", "typed_word", "raw", "x")
    inputs = [Inputs(PREFIX, kind) for kind in typed if PREFIX + kind in model.by_name]
    said = Sentences(verdict, look=VERDICT)
    return Narrow(
        PREFIX,
        *choice,
        Beside(Below(*inputs), Below(said, *found, outputs(model, PREFIX))),
        *(Section(layer, last, *above(names[layer]), table) for layer, table in tables.items()),
    )


PAGE = Page(SHEET, "", "", Made(_parts))
