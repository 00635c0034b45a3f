"""Which quantities is a trained network made of, as it goes forward? Those of `network`, but fewer.

No equation is stated here, and no layer: what is trained elsewhere is what a row, a weight and an
output are in a network that learns, without epochs, errors and gradients.
"""

from collections.abc import Iterator
from dataclasses import replace

from xlnn.equations.choice import Copy, OfImage
from xlnn.equations.layer import probed
from xlnn.equations.verdict import LargestUnit
from xlnn.equations.wording import Bar, Name, Prediction
from xlnn.quantity import Model, Quantity
from xlnn.shipped.text import Text
from xlnn.workbooks.network.quantities.choices import within_range
from xlnn.workbooks.network.quantities.lens import (
    ONE,
    first_units,
    forward_by_bands,
    forward_sentences,
    forward_shown,
    weights,
)
from xlnn.workbooks.network.quantities.network import forward, scaled
from xlnn.workbooks.network.quantities.play import play
from xlnn.workbooks.network.quantities.recognise import recognise
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.quantities.whole import drawn_whole, gallery, verdicts
from xlnn.workbooks.predict.spec import PredictSpec

LENS = "lens_"


def predicting(spec: PredictSpec) -> Model:
    """Return the quantities that follow from the rows and the weights alone.

    Names are those of a network that learns: ``x``, ``W2``, ``b2``, ``z2``, ``a2``, ``answer``,
    ``label``. Weights have no epochs, and z and a a row for each row of the inputs.
    """
    return Model(_careful(_predicting(Stack(spec))))


def workbook_model(spec: PredictSpec, words: Text) -> Model:
    """Return all quantities of the workbook that a Spec describes."""
    stack, whole = Stack(spec), drawn_whole(spec)
    found = [*_predicting(stack)]
    if not spec.is_regression:
        found += gallery(stack, label="label")
    said = verdicts(spec, words)
    found += _lens(stack, said["verdict"], whole=whole)
    if whole:
        found += recognise(stack, said)
    found += play(stack, said)
    return Model(_careful(within_range(found, words)))


def _careful(found: Iterator[Quantity]) -> tuple[Quantity, ...]:
    """Return quantities that must read as stated where some give 0 whatever they refer to."""
    listed = tuple(found)
    if any(q.equation and q.equation.switches for q in listed):
        return tuple(replace(q, reads_as_stated=True) for q in listed)
    return listed


def _predicting(stack: Stack) -> Iterator[Quantity]:
    spec, rows = stack.spec, {"axes": (stack.image,)}
    yield quantity("labels", shape=(len(spec.labels),), is_text=stack.labels_are_text)
    shape = stack.shapes["1"]
    if spec.scaled:
        yield quantity("middle", shape=(spec.inputs,))
        yield quantity("factor", shape=(spec.inputs,))
    yield quantity("number", counts=True, **rows)
    if spec.scaled:
        yield quantity("raw", shape=shape, **rows)
        yield scaled(shape, prefix="", sheet="", **rows)
    else:
        yield quantity("x", shape=shape, **rows)
    for kind, layer, lengths in stack.parameters:
        yield quantity(kind, layer, shape=lengths, scale=probed(kind, lengths))
    yield from forward(stack, slopes=False, **rows)
    if not spec.is_regression:
        output = {"a": stack.activation(stack.output)}
        yield quantity("answer", equation=LargestUnit(), uses=output, **rows)
        yield stack.label("label", of="answer", **rows)


def _lens(stack: Stack, said: str, *, whole: bool) -> Iterator[Quantity]:
    """Yield the sheet Lens: one row, forward, as pictures and with the numbers in sentences."""
    if not whole:
        stack = first_units(stack)
    shown = {"prefix": LENS, "sheet": "lens"}
    one = {"axes": (ONE,), **shown}
    spec = stack.spec
    yield quantity("image", choices=(1, spec.images), number_format="0", **shown)
    for name in ("raw", "x") if spec.scaled and spec.features else ("x",):
        uses = {"all_images": name, "image": "lens_image"}
        found = OfImage(spec.picture)
        yield quantity(name, shape=spec.picture, equation=found, uses=uses, **one)
    yield from weights(stack, LENS, "lens", "")
    if whole:
        yield from forward_by_bands(stack, slopes=False, **one)
    else:
        yield from _looked_up(stack)
    for name in stack.names:
        if len(stack.shapes[name]) == 1:
            yield from forward_sentences(stack, name, whole=whole)
    output, outputs = f"lens_a{stack.output}", {"shape": stack.shapes[stack.output], **one}
    yield quantity("output", equation=Copy(), uses={"a": output}, **outputs)
    text = {"is_text": True, **outputs}
    yield quantity("name", equation=Name(), uses={"labels": "labels"}, **text)
    if spec.is_regression:
        uses = {"labels": "labels", "predicted": "lens_output"}
        yield quantity("verdict", equation=Prediction(said), uses=uses, is_text=True, **one)
        return
    if stack.has_shares:
        yield quantity("bar", equation=Bar(), uses={"a": output}, **text)


def _looked_up(stack: Stack) -> Iterator[Quantity]:
    """Yield what the sheet Forward says of the first units of each layer."""
    for name in stack.names:
        for kind, shape in forward_shown(stack, name):
            uses = {"all_images": f"{kind}{name}", "image": "lens_image"}
            yield quantity(
                kind, name, prefix=LENS, sheet="lens", axes=(ONE,), shape=shape,
                equation=OfImage(shape), uses=uses,
            )  # fmt: skip
