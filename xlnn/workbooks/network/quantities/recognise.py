"""The quantities of the sheet Recognise: a drawing, and what the network recognises."""

from collections.abc import Iterator, Mapping

from xlnn.data.words import typed_as
from xlnn.equations.lens import PIXEL_SHARE
from xlnn.equations.lookup import COPY, FromWords
from xlnn.equations.verdict import PREDICTED, LargestUnit, Tied
from xlnn.equations.wording import Bar, Name, Prediction, Verdict
from xlnn.quantity import Quantity
from xlnn.workbooks.network.quantities.lens import ONE, forward_by_bands, shown_shape, weights
from xlnn.workbooks.network.quantities.network import scaled
from xlnn.workbooks.network.quantities.play import NUMBERS
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.spec import Spec

SHEET = "recognise"
PREFIX = "draw_"
BEHIND = ("answer", "tied")
"""What stands on Drawing: the sentence says it."""


def recognise(stack: Stack, words: Mapping[str, str]) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Recognise.

    Parameters
    ----------
    stack : Stack
    words : dict
        The ``verdict`` in the workbook's language, with ``{label}`` and ``{output}`` in it, and
        the sentence if the network is ``undecided``, with ``{output}``; for a regression only the
        ``verdict``, with ``{label}`` and ``{predicted}``.
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
    yield from weights(stack, PREFIX, SHEET, "draw_epoch", row=2)
    yield from forward_by_bands(stack, slopes=False, **one)
    first = stack.names[0]
    for name in stack.weights(first) if len(stack.shapes[first]) == 1 else ():
        shape = shown_shape(stack, name, first)
        uses = {"a": "draw_x", name: f"draw_{name}{first}"}
        yield quantity("seen", shape=shape, equation=PIXEL_SHARE, uses=uses, **shown)
    output, shape = {"a": f"draw_a{stack.output}"}, stack.shapes[stack.output]
    outputs = {"shape": shape, **one}
    labels = {"labels": "labels"}
    yield quantity("name", equation=Name(), uses=labels, is_text=True, **outputs)
    yield quantity("output", equation=COPY, uses=output, **outputs)
    if stack.spec.is_regression:
        yield from _prediction(stack, words["verdict"])
        return
    if stack.has_shares:
        yield quantity("bar", equation=Bar(), uses=output, is_text=True, **outputs)
    output = {"a": "draw_output"}
    behind = {**one, "sheet": NUMBERS}
    yield quantity("answer", equation=LargestUnit(), uses=output, **behind)
    yield stack.label("label", axes=(ONE,), of="draw_answer", **shown)
    said = {"label": "draw_label", **output}
    if len(stack.spec.labels) > 1:
        yield quantity("tied", equation=Tied(), uses=output, number_format="0", **behind)
        said["tied"] = "draw_tied"
    verdict = Verdict(words["verdict"], words["undecided"], is_share=stack.is_share)
    yield quantity("verdict", equation=verdict, uses=said, is_text=True, **one)


def from_words(spec: Spec) -> FromWords:
    """Return how the inputs follow from a row as the user types it."""
    inputs = typed_as(spec.features, spec.words)
    others = (
        next((word for word in column[1:] if (number, word) not in inputs), "–")
        for number, column in enumerate(spec.words)
    )
    return FromWords(inputs, tuple(others))


def _prediction(stack: Stack, words: str) -> Iterator[Quantity]:
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
    yield quantity("verdict", equation=Prediction(words), uses=uses, is_text=True, **shown)
