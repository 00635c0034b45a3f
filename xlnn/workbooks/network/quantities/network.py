"""The quantities of a network: any stack of layers, with or without training.

The quantities follow the book's order: the inputs, the weights, forward through the layers, the
cost, back through the layers, the gradients, and the results (4-4). Held-out samples only go
forward, as do all samples of a network without epochs, whose weights are fixed.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from math import isfinite

from xlnn.axis import Axis
from xlnn.equations import verdict as eq
from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.cost import COSTS, TOTAL_COST
from xlnn.equations.layer import WEIGHTS, probed
from xlnn.equations.optimiser import OPTIMISERS, PENALTY, Optimiser, with_penalty
from xlnn.equations.surface import GRADIENT_SIZE
from xlnn.model import Model
from xlnn.quantity import GradientOf, Quantity
from xlnn.workbooks.learning import stepped
from xlnn.workbooks.network.quantities.stack import TEST, Stack, quantity
from xlnn.workbooks.runs import of_runs
from xlnn.workbooks.spec import Spec

L2 = "l2"
"""The strength of the penalty on the weights."""

FACTOR = (0.1, 3.0)
"""Factors are one over a spread, and functions such as STANDARDIZE take only a positive one."""


def optimiser_of(stack: Stack) -> Optimiser:
    """Return the optimiser of a network.

    If runs have different ones, each has a direction, so that they can be shown side by side.
    """
    optimiser = OPTIMISERS[stack.spec.optimizer]
    return optimiser.directed if len(set(stack.spec.runs)) > 1 else optimiser


def penalised(stack: Stack) -> list[str]:
    """Return the names of the weights, without the biases."""
    return [f"{kind}{layer}" for kind, layer, _ in stack.parameters if kind in WEIGHTS]


def network(spec: Spec) -> Model:
    """Return the quantities of the network that a Spec describes.

    Names are those of the contract, a kind and a layer: ``x``, ``t``, ``W2``, ``b2``, ``z2``,
    ``a2``, ``slope2``, ``C``, ``delta2``, ``dC_dW2``, ``dC_db2``, ``C_T`` and so on; of samples
    that are held out ``test_x``, ``test_z2``.

    Of several runs, what differs from run to run has the axis ``run`` before its others.

    Book: 4-4.
    """
    return Model(tuple(of_each_run(spec, alone)))


def of_each_run(
    spec: Spec,
    quantities_of: Callable[[Spec], Iterable[Quantity]],
    shared: Collection[str] | None = None,
) -> Iterator[Quantity]:
    """Yield the quantities of all runs of a Spec; runs with one optimizer have the same."""
    if not spec.runs:
        yield from quantities_of(spec)
        return
    alike = {each.optimizer: each for each in map(spec.of_run, range(spec.number_of_runs))}
    found = {name: tuple(quantities_of(one)) for name, one in alike.items()}
    yield from of_runs(found, spec.runs, shared)


def alone(spec: Spec) -> Iterator[Quantity]:
    """Yield the quantities of one run; of a network without epochs those of the way forward."""
    stack = Stack(spec)
    each = (stack.epoch, stack.image) if spec.epochs else (stack.image,)
    yield from _settings(stack)
    yield from _data(stack, axes=(stack.image,))
    yield from _trained(stack)
    yield from forward(stack, axes=each)
    if not spec.epochs:
        yield from () if spec.is_regression else _answers(stack, axes=each)
        return
    yield from cost(stack, axes=each)
    yield from backward(stack, axes=each)
    yield from _gradients(stack)
    yield from _results(stack, stack.image)
    gradients = tuple(f"dC_d{kind}{layer}" for kind, layer, _ in stack.parameters)
    yield quantity("gradient_size", GRADIENT_SIZE.taking(*gradients), axes=(stack.epoch,))
    if TEST in stack.samples:
        yield from _tested(stack, stack.samples[TEST])


def _settings(stack: Stack) -> Iterator[Quantity]:
    spec = stack.spec
    if spec.epochs:
        grows = any(
            not isfinite(bound)
            for layer in stack.layers
            for bound in ACTIVATIONS[layer.activation].reach
        )
        sheet = "settings" if spec.runs else "play"
        yield quantity("eta", scale=1 / spec.images, is_step_size=grows, sheet=sheet)
    for name, constant in optimiser_of(stack).constants.items():
        yield quantity(name, between=constant.probed)
    if spec.regularised:
        yield quantity(L2, between=(0.01, 0.5))
    yield quantity(
        "labels", shape=(len(spec.labels),), is_text=stack.labels_are_text,
        sheet="images" if spec.epochs else "settings",
    )  # fmt: skip
    scales = {"": (spec.inputs,)} if spec.scaled else {}
    scales |= {"t_": stack.shapes[stack.output]} if spec.scaled_targets else {}
    for of, shape in scales.items():
        yield quantity(f"{of}middle", shape=shape)
        yield quantity(f"{of}factor", shape=shape, between=FACTOR)


def _data(stack: Stack, **rows: object) -> Iterator[Quantity]:
    spec, prefix = stack.spec, rows.get("prefix", "")
    yield quantity("number", counts=True, **rows)
    yield quantity("raw" if spec.scaled else "x", shape=stack.shapes["1"], **rows)
    if spec.scaled:
        yield scaled(stack.shapes["1"], **rows)
    if not spec.epochs:
        return
    outputs = stack.shapes[stack.output]
    yield quantity("raw_t" if spec.scaled_targets else "t", shape=outputs, **rows)
    if spec.scaled_targets:
        scale = eq.SCALED.of(f"{prefix}raw_t", "t_middle", "t_factor")
        yield quantity("t", scale, shape=outputs, number_format="0.0000", **rows)
    if not spec.is_regression:
        yield quantity("truth", eq.ClassOfTargets().of(f"{prefix}t"), **rows)
        yield stack.label("truth_label", of=f"{prefix}truth", **rows)


def scaled(shape: tuple[int, ...], *, prefix: str = "", **rows: object) -> Quantity:
    """Return the inputs of that prefix, scaled, in the shape in which they were given."""
    return quantity(
        "x", eq.SCALED.of(f"{prefix}raw"), shape=shape, prefix=prefix, number_format="0.0000",
        **rows,
    )  # fmt: skip


def _trained(stack: Stack) -> Iterator[Quantity]:
    """Yield the weights, of a network with epochs after the memories of their gradients."""
    weights = (
        quantity(kind, shape=shape, layer=layer, scale=probed(kind, shape))
        for kind, layer, shape in stack.parameters
    )
    if not stack.spec.epochs:
        yield from weights
        return

    def memory(name: str, weight: Quantity | None) -> Quantity:
        return quantity(f"{name}_{weight.kind}", layer=weight.layer) if weight else quantity(name)

    yield from stepped(weights, optimiser_of(stack), stack.state, memory)


def forward(
    stack: Stack,
    *,
    prefix: str = "",
    slopes: bool = True,
    below: Mapping[str, str] | None = None,
    weights: str | None = None,
    **rows: object,
) -> Iterator[Quantity]:
    """Yield what every layer computes, from the pixels of that prefix.   Book: 3-2.

    The weights are those of the same prefix, or of the prefix ``weights``. For a layer that
    ``below`` names, its units see that quantity. Without ``slopes`` nothing is noted for the way
    back.
    """
    for name, layer in stack.kinds.items():
        names = stack.named(name, prefix, (below or {}).get(name, ""), weights)
        for kind, equation in {**layer.forward, **(stack.noted(name) if slopes else {})}.items():
            shape = stack.shape_of(kind, name)
            yield quantity(kind, equation, names, shape, layer=name, prefix=prefix, **rows)


def cost(
    stack: Stack,
    *,
    prefix: str = "",
    t: str = "t",
    a: str = "",
    **rows: object,
) -> Iterator[Quantity]:
    """Yield C of the outputs of that prefix, and before it the cost of each output.   Book: 3-4."""
    name, found = stack.output, COSTS[stack.spec.cost]
    uses = {kind: f"{prefix}{kind}{name}" for kind in ("z", "largest", "exp")}
    uses |= {"t": t, "a": a or f"{prefix}a{name}", "loss": f"{prefix}loss"}
    if found.loss:
        yield quantity("loss", found.loss, uses, stack.shapes[name], prefix=prefix, **rows)
    yield quantity("C", found.value, uses, prefix=prefix, **rows)


def backward(
    stack: Stack,
    *,
    prefix: str = "",
    t: str = "t",
    **rows: object,
) -> Iterator[Quantity]:
    """Yield delta of every layer, from the output layer down.   Book: 4-2, 4-3."""
    own = partial(quantity, prefix=prefix, **rows)
    delta, uses = COSTS[stack.spec.cost].delta, stack.named(stack.output, prefix) | {"t": t}
    yield own("delta", delta, uses, stack.shapes[stack.output], layer=stack.output)
    for upper, lower in pairwise(reversed(stack.learning)):
        layer, uses = stack.kinds[upper], stack.named(upper, prefix)
        for kind, equation in layer.backward.items():
            yield own(kind, equation, uses, stack.shape_of(kind, upper), layer=upper)
        uses = stack.named_below(lower, prefix)
        yield own("delta", layer.delta_below, uses, stack.shapes[lower], layer=lower)


def _gradients(stack: Stack) -> Iterator[Quantity]:
    rows = {"axes": (stack.epoch,)}
    for kind, layer, shape in stack.parameters:
        gradient = stack.kinds[layer].gradients[kind]
        if kind in WEIGHTS and stack.spec.regularised:
            gradient = with_penalty(gradient)
        uses = stack.named(layer) | {"w": f"{kind}{layer}", L2: L2}
        of = GradientOf(f"{kind}{layer}")
        yield quantity(f"dC_d{kind}", gradient, uses, shape, layer=layer, gradient_of=of, **rows)


def _results(stack: Stack, samples: Axis, prefix: str = "", sheet: str = "") -> Iterator[Quantity]:
    """Yield the results of the outputs, for each sample and then for each epoch."""
    spec, rows = stack.spec, {"axes": (stack.epoch, samples), "prefix": prefix, "sheet": sheet}
    whole = partial(quantity, axes=(stack.epoch,), prefix=prefix)
    if spec.is_regression:
        yield from predictions(stack, **rows)
    else:
        yield from _answers(stack, **rows)
        yield quantity("right", eq.RIGHT.of(f"{prefix}answer", f"{prefix}truth"), **rows)
    C = {"C": f"{prefix}C"}
    if spec.regularised and not prefix:  # what is held out is measured, not trained
        yield whole("penalty", PENALTY.taking(*penalised(stack), L2))
        C["penalty"] = "penalty"
    yield whole("C_T", TOTAL_COST, C)
    if not spec.is_regression:
        right = f"{prefix}right"
        yield whole("recognised", eq.RECOGNISED.of(right))
        if spec.test_samples:  # so that the two kinds of samples can be compared
            yield whole("accuracy", eq.ACCURACY.of(right))
        return
    if spec.test_samples:
        yield whole("mean_C", eq.MEAN_COST, C)
    own = {"shape": stack.shapes[stack.output], "number_format": stack.measure}
    yield whole("rmse", eq.ROOT_MEAN_SQUARE.of(f"{prefix}off"), **own)
    yield whole("mae", eq.MEAN_ABSOLUTE.of(f"{prefix}off"), **own)


def _answers(stack: Stack, *, prefix: str = "", **rows: object) -> Iterator[Quantity]:
    """Yield the predicted class."""
    output = stack.activation(stack.output, prefix)
    yield quantity("answer", eq.LargestUnit().of(output), prefix=prefix, **rows)
    yield stack.label("label", of=f"{prefix}answer", prefix=prefix, **rows)


def predictions(stack: Stack, *, prefix: str = "", **rows: object) -> Iterator[Quantity]:
    """Yield the predictions of a regression in the units of its targets, and their errors."""
    rows |= {"shape": stack.shapes[stack.output], "number_format": stack.measure, "prefix": prefix}
    uses = {"a": stack.activation(stack.output, prefix), "t": f"{prefix}t"}
    if stack.spec.scaled_targets:
        uses |= {"middle": "t_middle", "factor": "t_factor"}
        yield quantity("predicted", eq.PREDICTED, uses, **rows)
    yield quantity("off", eq.OFF, uses, **rows)


def _tested(stack: Stack, samples: Axis) -> Iterator[Quantity]:
    """Yield the held-out samples, and the results with each epoch's weights."""
    each = {"axes": (stack.epoch, samples), "prefix": TEST, "sheet": "test"}
    yield from _data(stack, axes=(samples,), prefix=TEST, sheet="test_images")
    yield from forward(stack, slopes=False, weights="", **each)
    yield from cost(stack, t=f"{TEST}t", **each)
    yield from _results(stack, samples, TEST, "test")
