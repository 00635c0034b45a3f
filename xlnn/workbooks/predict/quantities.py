"""Which quantities is a trained network made of, as it goes forward? Those of `network`, but fewer.

No equation is stated here, and no layer: what is trained elsewhere is what a row, a weight and an
output are in a network that learns, without epochs, errors and gradients.
"""

from collections.abc import Iterator
from dataclasses import replace

from xlnn.equations.layer import probed
from xlnn.equations.verdict import LargestUnit
from xlnn.quantity import Model, Quantity
from xlnn.shipped.text import Text
from xlnn.workbooks.network.quantities.choices import within_range
from xlnn.workbooks.network.quantities.lens import lens
from xlnn.workbooks.network.quantities.network import forward, scaled
from xlnn.workbooks.network.quantities.play import play
from xlnn.workbooks.network.quantities.recognise import recognise
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.quantities.whole import drawn_whole, gallery, verdicts
from xlnn.workbooks.predict.spec import PredictSpec


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
    found += lens(stack, said["verdict"], whole=whole)
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
