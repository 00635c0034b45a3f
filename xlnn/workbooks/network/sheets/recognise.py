"""The sheet Recognise: a grid to draw on, and what the network recognises."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from openpyxl.worksheet.datavalidation import DataValidation

from xlnn.data.words import typed_as
from xlnn.equations.layer import PARAMETERS, WEIGHTS
from xlnn.equations.lens import PIXEL_SHARE
from xlnn.equations.lookup import COPY, FromWords
from xlnn.equations.verdict import PREDICTED, LargestUnit, Tied
from xlnn.equations.wording import Bar, Complete, Name, Prediction, Verdict
from xlnn.grid import address
from xlnn.layout import Block
from xlnn.quantity import Model, Quantity, Sentence
from xlnn.workbooks.network.quantities.lens import ONE, forward_by_bands, shown_shape, weights
from xlnn.workbooks.network.quantities.network import scaled
from xlnn.workbooks.network.quantities.play import NUMBERS
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.sheets.choosers import choices
from xlnn.workbooks.network.sheets.layers import (
    BORDERED,
    NAMED,
    SMALL,
    Inputs,
    Narrow,
    Section,
    above,
    layers,
    of_layer,
    outputs,
    units,
)
from xlnn.workbooks.network.spec import Spec
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.parts import Below, Beside, Made, Numbers, Sentences
from xlnn.workbooks.pages.sheet import Context
from xlnn.writing.drawing import Drawing, cell_range
from xlnn.writing.style import INPUT_INK, LABEL, SENTENCE

SHEET = "recognise"
PREFIX = "draw_"

LONGEST_LIST = 255
"""Characters of a list that stands in a validation, in Excel."""

VERDICT = replace(SENTENCE, size=14)
GIVEN = replace(BORDERED, fill="input", ink=INPUT_INK, number_format="General")
WORD = replace(GIVEN, number_format="@", shrink=True)  # what is typed there stays a word


def quantities(stack: Stack, words: Mapping[str, str]) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Recognise.

    Parameters
    ----------
    stack : Stack
    words : dict
        The ``verdict`` in the workbook's language, with ``{label}`` and ``{output}`` in it, and
        the sentence if the network is ``undecided``, with ``{output}``; for a regression only the
        ``verdict``, with ``{label}`` and ``{predicted}``. Also the one if a number is ``missing``.
    """
    shown = {"prefix": PREFIX, "sheet": SHEET}
    one = {"axes": (ONE,), **shown}
    if stack.spec.epochs:
        yield quantity("epoch", choices=(0, stack.spec.epochs), number_format="0", **shown)
    given = {"shape": stack.spec.picture, "number_format": "General", **one}
    if stack.spec.words:
        equation = from_words(stack.spec)
        count = sum(isinstance(each, int) for each in equation.inputs)
        uses = {"word": "draw_typed_word"} | ({"number": "draw_typed_number"} if count else {})
        if count:
            yield quantity("typed_number", shape=(count,), number_format="General", **shown)
        yield quantity("typed_word", shape=(len(stack.spec.words),), is_text=True, **shown)
        given |= {"equation": equation, "uses": uses}
    if stack.spec.scaled:
        yield quantity("raw", **given)
        yield scaled(stack.spec.picture, **one)
    else:
        yield quantity("x", **given)
    # state 0 is the start, so the weights after epoch e stand in row e + 1
    yield from weights(stack, PREFIX, SHEET, row=2)
    yield from forward_by_bands(stack, slopes=False, **one)
    first = stack.names[0]
    for name in stack.weights(first) if len(stack.shapes[first]) == 1 else ():
        shape = shown_shape(stack, name, first)
        uses = {"a": "draw_x", name: f"draw_{name}{first}"}
        seen = quantity("seen", shape=shape, equation=PIXEL_SHARE, uses=uses, **shown)
        yield replace(seen, layer=first)
    output, shape = {"a": f"draw_a{stack.output}"}, stack.shapes[stack.output]
    outputs = {"shape": shape, **one}
    labels = {"labels": "labels"}
    yield quantity("name", equation=Name(), uses=labels, **outputs)
    yield quantity("output", equation=COPY, uses=output, **outputs)
    if stack.spec.is_regression:
        yield from _prediction(stack, words)
        return
    if stack.has_shares:
        yield quantity("bar", equation=Bar(), uses=output, **outputs)
    output = {"a": "draw_output"}
    behind = {**one, "sheet": NUMBERS}
    yield quantity("answer", equation=LargestUnit(), uses=output, **behind)
    yield stack.label("label", axes=(ONE,), of="draw_answer", **shown)
    said = {"label": "draw_label", **output}
    if len(stack.spec.labels) > 1:
        yield quantity("tied", equation=Tied(), uses=output, number_format="0", **behind)
        said["tied"] = "draw_tied"
    verdict = Verdict(words, is_share=stack.is_share)
    yield _verdict(stack, verdict, said, words["missing"])


def _verdict(stack: Stack, said: Sentence, uses: Mapping[str, str], missing: str) -> Quantity:
    """Return the sentence about a typed row, or one that a number of a table's row is missing."""
    spec, given = stack.spec, "raw" if stack.spec.scaled else "x"
    numbers = spec.inputs if spec.features else 0  # of pictures, an empty cell is paper
    if spec.words:
        numbers = sum(isinstance(each, int) for each in from_words(spec).inputs)
        given = "typed_number"
    if numbers:
        said, uses = Complete(said, ("given",), numbers, missing), {**uses, "given": PREFIX + given}
    return quantity("verdict", equation=said, uses=uses, prefix=PREFIX, sheet=SHEET, axes=(ONE,))


def from_words(spec: Spec) -> FromWords:
    """Return how the inputs follow from a row as the user types it."""
    inputs = typed_as(spec.features, spec.words)
    others = (
        next((word for word in column[1:] if (number, word) not in inputs), "–")
        for number, column in enumerate(spec.words)
    )
    return FromWords(inputs, tuple(others))


def _prediction(stack: Stack, words: Mapping[str, str]) -> Iterator[Quantity]:
    """Yield the predictions in the units of the targets, as numbers and as a sentence."""
    shown = {"prefix": PREFIX, "sheet": SHEET, "axes": (ONE,)}
    uses = {"a": "draw_output", "middle": "t_middle", "factor": "t_factor"}
    predicted = "draw_output"
    if stack.spec.scaled_targets:
        predicted, shape = "draw_predicted", stack.shapes[stack.output]
        yield quantity(
            "predicted", equation=PREDICTED, uses=uses, shape=shape,
            number_format=stack.measure, **shown,
        )  # fmt: skip
    uses = {"labels": "labels", "predicted": predicted}
    yield _verdict(stack, Prediction(words["verdict"]), uses, words["missing"])


class _Inputs(Inputs):
    """Inputs or pixels that may be typed, or those that follow from them."""

    def draw(self, drawing: Drawing, page: Context[Spec], row: int, column: int) -> None:
        """Draw what is above them, their looks, and what may be typed."""
        super().draw(drawing, page, row, column)
        block = page.layout.blocks[self.name]
        if not block.quantity.is_input:
            return
        drawing.looks[self.name] = WORD if block.quantity.is_text else GIVEN
        if block.quantity.is_text:
            drawing.validations += _lists(page.spec, block)
        elif not page.spec.features:  # pixels of ink and of paper; numbers between them, too
            drawing.put(row, column, page.words(SHEET, "grid"), LABEL)
            drawing.validations[-1] = DataValidation(
                type="list", formula1='"0,1"', showErrorMessage=False, showInputMessage=True,
                promptTitle=page.words(SHEET, "grid"), prompt=page.words(SHEET, "prompt"),
                sqref=cell_range(block),
            )  # fmt: skip

    def names_of(self, spec: Spec, block: Block) -> Iterable[str]:
        """Return the names of the inputs that a person types."""
        return _typed_names(spec, block.quantity.kind)


def _typed_names(spec: Spec, kind: str) -> Iterable[str]:
    """Return the headings of the inputs, or of the numbers or words that they are made from."""
    if kind == "typed_word":
        return [heading for heading, *_ in spec.words]
    if kind == "typed_number":
        inputs = zip(spec.features, from_words(spec).inputs, strict=True)
        return [name for name, of in inputs if isinstance(of, int)]
    return spec.features


def _lists(spec: Spec, block: Block) -> Iterator[DataValidation]:
    """Yield a list of each column's words; others may be typed."""
    for position, (_, *kinds) in enumerate(spec.words):
        listed = ",".join(kinds)
        if len(listed) <= LONGEST_LIST and not any(set(kind) & {",", '"'} for kind in kinds):
            cell = address(*block.address((position,)))
            yield DataValidation(
                type="list", formula1=f'"{listed}"', showErrorMessage=False, sqref=cell
            )


def _parts(model: Model) -> Narrow:
    """Return the epoch, the inputs beside what is recognised, and each layer below them."""
    epoch, label, verdict = (f"{PREFIX}{kind}" for kind in ("epoch", "label", "verdict"))
    choice = []
    if epoch in model.by_name:
        states = next(found.name for found in model.quantities if found.sheet == "weights")
        choice.append(choices(PREFIX, at=NAMED + 1, of={epoch: states}))
    names = {layer: of_layer(model, SHEET, layer) for layer in layers(model, SHEET)}
    kinds = (*sorted(WEIGHTS), "seen", *PARAMETERS, "normalised", "z", "exp", "a")
    tables = {layer: units(model, names[layer], *kinds) for layer in names}
    last = max(part.size(model)[1] for part in tables.values())
    found = []
    if label in model.by_name:
        look = SENTENCE if model[label].is_text else SMALL
        found.append(Numbers(label, at=NAMED, looks={label: look}))
    typed = ("typed_number", "typed_word", "raw", "x")
    inputs = [_Inputs(PREFIX, kind) for kind in typed if PREFIX + kind in model.by_name]
    said = Sentences(verdict, look=VERDICT)
    return Narrow(
        PREFIX,
        *choice,
        Beside(Below(*inputs), Below(said, *found, outputs(model, PREFIX))),
        *(Section(layer, last, *above(names[layer]), table) for layer, table in tables.items()),
    )


PAGE = Page(SHEET, "", "", Made(_parts))
