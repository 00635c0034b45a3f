"""Which quantities is a network made of? Any stack of layers, trained by gradient descent.

The quantities follow the book's order: the inputs, the weights, forward through the layers, the
cost, back through the layers, the gradients, and what came of it (4-4).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.cost import COSTS, TotalCost
from xlnn.equations.dense import BiasGradient, HiddenDelta, WeightedInput, WeightGradient
from xlnn.equations.descent import Descent, GradientSize
from xlnn.equations.verdict import LabelOf, LargestUnit, Recognised, Right
from xlnn.quantity import Axis, Equation, Model, Quantity, Use, previous, superscript
from xlnn.spec import Spec


@dataclass(frozen=True)
class _Kind:
    """What all quantities of a kind share: symbol (^ is the layer), sheet, number format."""

    symbol: str
    sheet: str
    number_format: str = "0.0000"


KINDS = {
    "eta": _Kind("η", "settings", "General"),
    "labels": _Kind("", "settings", "General"),
    "x": _Kind("x{}", "images", "General"),
    "t": _Kind("t{}", "images", "General"),
    "truth": _Kind("", "images", "0"),
    "truth_label": _Kind("", "images", "General"),
    "W": _Kind("w^{}", "weights"),
    "b": _Kind("b^{}", "weights"),
    "z": _Kind("z^{}", "training"),
    "a": _Kind("a^{}", "training"),
    "slope": _Kind("a′(z^{})", "training"),
    "C": _Kind("C", "training"),
    "delta": _Kind("δ^{}", "training"),
    "answer": _Kind("", "training", "0"),
    "label": _Kind("", "training", "General"),
    "right": _Kind("", "training", "0"),
    "dC_dW": _Kind("∂C_T/∂w^{}", "gradients", "0.00000"),
    "dC_db": _Kind("∂C_T/∂b^{}", "gradients", "0.00000"),
    "C_T": _Kind("C_T", "progress"),
    "recognised": _Kind("", "progress", "0"),
    "gradient_size": _Kind("|∇C_T|", "progress"),
}


def network(spec: Spec) -> Model:
    """Return the quantities of the network that a Spec describes.

    Names are those of the contract, a kind and a layer: ``x``, ``t``, ``W2``, ``b2``, ``z2``,
    ``a2``, ``slope2``, ``C``, ``delta2``, ``dC_dW2``, ``dC_db2``, ``C_T`` and so on.

    Book: 4-4.
    """
    stack = _Stack(spec)
    parts = (_inputs, _weights, _forward, _cost, _backward, _gradients, _results)
    return Model(tuple(quantity for part in parts for quantity in part(stack)))


def numeric_labels(spec: Spec) -> bool:
    """Tell whether the labels are whole numbers, so that the sheet shows them as numbers."""
    return all(label.isdecimal() and str(int(label)) == label for label in spec.labels)


class _Stack:
    """A Spec's layers and axes, as the functions below see them."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.layers = spec.layers
        self.epoch = Axis("epoch", spec.epochs, "time")
        self.state = Axis("state", spec.epochs + 1, "time")
        self.image = Axis("image", spec.images, "image")
        self.names = [layer.name for layer in spec.layers]
        self.output = self.names[-1]
        self.below = dict(zip(self.names, ["1", *self.names], strict=False))
        self.units = {"1": spec.inputs} | {layer.name: layer.units for layer in spec.layers}
        self.activations = {"1": "x"} | {name: f"a{name}" for name in self.names}
        self.labels_are_text = not numeric_labels(spec)

    @property
    def parameters(self) -> Iterator[tuple[str, str, tuple[int, ...]]]:
        """Kind, layer and shape of all weights and biases, layer by layer."""
        for name in self.names:
            yield "W", name, (self.units[name], self.units[self.below[name]])
            yield "b", name, (self.units[name],)


def _inputs(stack: _Stack) -> Iterator[Quantity]:
    labels, rows = len(stack.spec.labels), (stack.image,)
    yield _quantity("eta", scale=1 / stack.spec.images)
    yield _quantity("labels", shape=(labels,), is_text=stack.labels_are_text)
    yield _quantity("x", axes=rows, shape=(stack.spec.inputs,))
    yield _quantity("t", axes=rows, shape=(labels,))
    yield _quantity("truth", axes=rows, equation=LargestUnit(), uses={"a": "t"})
    yield _label("truth_label", rows, of="truth", is_text=stack.labels_are_text)


def _weights(stack: _Stack) -> Iterator[Quantity]:
    for kind, layer, shape in stack.parameters:
        yield _quantity(
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


def _forward(stack: _Stack) -> Iterator[Quantity]:
    for layer in stack.layers:
        name = layer.name
        rows = {"axes": (stack.epoch, stack.image), "shape": (layer.units,)}
        below = {"a": stack.activations[stack.below[name]], "W": f"W{name}", "b": f"b{name}"}
        own = {"z": f"z{name}", "a": f"a{name}"}
        activation = ACTIVATIONS[layer.activation]
        yield _quantity("z", name, equation=WeightedInput(), uses=below, **rows)
        yield _quantity("a", name, equation=activation.value, uses=own, **rows)
        yield _quantity("slope", name, equation=activation.slope, uses=own, **rows)


def _cost(stack: _Stack) -> Iterator[Quantity]:
    cost, name, rows = COSTS[stack.spec.cost], stack.output, (stack.epoch, stack.image)
    uses = {"t": "t", "a": f"a{name}", "slope": f"slope{name}"}
    yield _quantity("C", axes=rows, equation=cost.value, uses=uses)
    shape = (stack.units[name],)
    yield _quantity("delta", name, axes=rows, shape=shape, equation=cost.delta, uses=uses)


def _backward(stack: _Stack) -> Iterator[Quantity]:
    for upper, lower in pairwise(reversed(stack.names)):
        yield _quantity(
            "delta",
            lower,
            axes=(stack.epoch, stack.image),
            shape=(stack.units[lower],),
            equation=HiddenDelta(),
            uses={
                "delta_above": f"delta{upper}",
                "W_above": f"W{upper}",
                "slope": f"slope{lower}",
            },
        )


def _gradients(stack: _Stack) -> Iterator[Quantity]:
    equations = {"W": WeightGradient(), "b": BiasGradient()}
    for kind, layer, shape in stack.parameters:
        yield _quantity(
            f"dC_d{kind}",
            layer,
            axes=(stack.epoch,),
            shape=shape,
            equation=equations[kind],
            uses={"delta": f"delta{layer}", "a": stack.activations[stack.below[layer]]},
        )


def _results(stack: _Stack) -> Iterator[Quantity]:
    images, epochs = (stack.epoch, stack.image), (stack.epoch,)
    gradients = tuple(f"dC_d{kind}{layer}" for kind, layer, _ in stack.parameters)
    output = {"a": f"a{stack.output}"}
    right = {"answer": "answer", "truth": "truth"}
    yield _quantity("answer", axes=images, equation=LargestUnit(), uses=output)
    yield _label("label", images, of="answer", is_text=stack.labels_are_text)
    yield _quantity("right", axes=images, equation=Right(), uses=right)
    yield _quantity("C_T", axes=epochs, equation=TotalCost(), uses={"C": "C"})
    yield _quantity("recognised", axes=epochs, equation=Recognised(), uses={"right": "right"})
    yield _quantity(
        "gradient_size",
        axes=epochs,
        equation=GradientSize(gradients),
        uses={name: name for name in gradients},
    )


def _label(kind: str, axes: tuple[Axis, ...], *, of: str, is_text: bool) -> Quantity:
    uses = {"answer": of, "labels": "labels"}
    return _quantity(kind, axes=axes, equation=LabelOf(), uses=uses, is_text=is_text)


def _quantity(  # noqa: PLR0913 -- what a kind does not settle
    kind: str,
    layer: str = "",
    *,
    axes: tuple[Axis, ...] = (),
    shape: tuple[int, ...] = (),
    equation: Equation | None = None,
    uses: Mapping[str, str | Use] | None = None,
    is_text: bool = False,
    given: int = 0,
    scale: float = 1.0,
) -> Quantity:
    """Return the quantity of a kind in a layer; of the uses offered it takes its equation's."""
    roles = equation.roles if equation is not None else ()
    offered = {role: (uses or {})[role] for role in roles}
    settled = KINDS[kind]
    return Quantity(
        name=f"{kind}{layer}",
        kind=kind,
        symbol=settled.symbol.replace("^", superscript(layer)),
        sheet=settled.sheet,
        axes=axes,
        shape=shape,
        equation=equation,
        uses={role: use if isinstance(use, Use) else Use(use) for role, use in offered.items()},
        given=given,
        number_format=settled.number_format,
        is_text=is_text,
        scale=scale,
    )
