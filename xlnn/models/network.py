"""Which quantities is a network made of? Any stack of layers, trained by gradient descent.

The quantities follow the book's order: the inputs, the weights, forward through the layers, the
cost, back through the layers, the gradients, and what came of it (4-4).
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import sqrt

from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.cost import COSTS, TotalCost
from xlnn.equations.dense import BiasGradient, HiddenDelta, WeightedInput, WeightGradient
from xlnn.equations.descent import Descent, GradientSize
from xlnn.equations.verdict import LargestUnit, Recognised, Right
from xlnn.models.stack import Stack, quantity
from xlnn.quantity import Axis, Model, Quantity, previous
from xlnn.spec import Spec


def network(spec: Spec) -> Model:
    """Return the quantities of the network that a Spec describes.

    Names are those of the contract, a kind and a layer: ``x``, ``t``, ``W2``, ``b2``, ``z2``,
    ``a2``, ``slope2``, ``C``, ``delta2``, ``dC_dW2``, ``dC_db2``, ``C_T`` and so on.

    Book: 4-4.
    """
    stack = Stack(spec)
    each = (stack.epoch, stack.image)
    return Model(
        (
            *_inputs(stack),
            *_weights(stack),
            *forward(stack, axes=each),
            *cost(stack, axes=each),
            *backward(stack, axes=each),
            *_gradients(stack),
            *_results(stack),
        )
    )


def _inputs(stack: Stack) -> Iterator[Quantity]:
    labels, rows = len(stack.spec.labels), (stack.image,)
    yield quantity("eta", scale=1 / stack.spec.images)
    yield quantity("labels", shape=(labels,), is_text=stack.labels_are_text)
    yield quantity("number", axes=rows, is_record=True)
    yield quantity("x", axes=rows, shape=(stack.spec.inputs,))
    yield quantity("t", axes=rows, shape=(labels,))
    yield quantity("truth", axes=rows, equation=LargestUnit(), uses={"a": "t"})
    yield stack.label("truth_label", rows, of="truth")


def _weights(stack: Stack) -> Iterator[Quantity]:
    for kind, layer, shape in stack.parameters:
        yield quantity(
            kind,
            layer,
            axes=(stack.state,),
            shape=shape,
            equation=Descent(),
            uses={
                "W": previous(f"{kind}{layer}"),
                "gradient": previous(f"dC_d{kind}{layer}"),
                "eta": "eta",
            },
            given=1,
            scale=1.5 / sqrt(stack.units[stack.below[layer]]) if kind == "W" else 0.5,
        )


def forward(  # noqa: PLR0913 -- the same layers, for the sheets that look closely
    stack: Stack,
    *,
    axes: tuple[Axis, ...],
    prefix: str = "",
    sheet: str = "",
    slopes: bool = True,
    below: Mapping[str, str] | None = None,
) -> Iterator[Quantity]:
    """Yield z, a and a' of every layer, from the pixels and weights of that prefix.   Book: 3-2.

    For a layer that ``below`` names, its units see that quantity.
    """
    for layer in stack.layers:
        name = layer.name
        rows = {"prefix": prefix, "sheet": sheet, "axes": axes, "shape": (layer.units,)}
        uses = {
            "a": (below or {}).get(name, stack.activation(stack.below[name], prefix)),
            "W": f"{prefix}W{name}",
            "b": f"{prefix}b{name}",
        }
        own = {"z": f"{prefix}z{name}", "a": f"{prefix}a{name}"}
        activation = ACTIVATIONS[layer.activation]
        yield quantity("z", name, equation=WeightedInput(), uses=uses, **rows)
        yield quantity("a", name, equation=activation.value, uses=own, **rows)
        if slopes:
            yield quantity("slope", name, equation=activation.slope, uses=own, **rows)


def cost(  # noqa: PLR0913 -- the same
    stack: Stack,
    *,
    axes: tuple[Axis, ...],
    prefix: str = "",
    sheet: str = "",
    t: str = "t",
    a: str = "",
) -> Iterator[Quantity]:
    """Yield C of the outputs of that prefix.   Book: 3-4."""
    uses = {"t": t, "a": a or stack.activation(stack.output, prefix)}
    equation = COSTS[stack.spec.cost].value
    yield quantity("C", prefix=prefix, sheet=sheet, axes=axes, equation=equation, uses=uses)


def backward(
    stack: Stack, *, axes: tuple[Axis, ...], prefix: str = "", sheet: str = "", t: str = "t"
) -> Iterator[Quantity]:
    """Yield delta of every layer, from the output layer down.   Book: 4-2, 4-3."""
    rows = {"prefix": prefix, "sheet": sheet, "axes": axes}
    name = stack.output
    yield quantity(
        "delta",
        name,
        shape=(stack.units[name],),
        equation=COSTS[stack.spec.cost].delta,
        uses={"t": t, "a": f"{prefix}a{name}", "slope": f"{prefix}slope{name}"},
        **rows,
    )
    for upper, lower in pairwise(reversed(stack.names)):
        yield quantity(
            "delta",
            lower,
            shape=(stack.units[lower],),
            equation=HiddenDelta(),
            uses={
                "delta_above": f"{prefix}delta{upper}",
                "W_above": f"{prefix}W{upper}",
                "slope": f"{prefix}slope{lower}",
            },
            **rows,
        )


def _gradients(stack: Stack) -> Iterator[Quantity]:
    equations = {"W": WeightGradient(), "b": BiasGradient()}
    for kind, layer, shape in stack.parameters:
        yield quantity(
            f"dC_d{kind}",
            layer,
            axes=(stack.epoch,),
            shape=shape,
            equation=equations[kind],
            uses={"delta": f"delta{layer}", "a": stack.activation(stack.below[layer])},
        )


def _results(stack: Stack) -> Iterator[Quantity]:
    images, epochs = (stack.epoch, stack.image), (stack.epoch,)
    gradients = tuple(f"dC_d{kind}{layer}" for kind, layer, _ in stack.parameters)
    output = {"a": stack.activation(stack.output)}
    right = {"answer": "answer", "truth": "truth"}
    yield quantity("answer", axes=images, equation=LargestUnit(), uses=output)
    yield stack.label("label", images, of="answer")
    yield quantity("right", axes=images, equation=Right(), uses=right)
    yield quantity("C_T", axes=epochs, equation=TotalCost(), uses={"C": "C"})
    yield quantity("recognised", axes=epochs, equation=Recognised(), uses={"right": "right"})
    yield quantity(
        "gradient_size",
        axes=epochs,
        equation=GradientSize(gradients),
        uses={name: name for name in gradients},
    )
