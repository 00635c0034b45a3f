"""The quantities of a network: any stack of layers, with or without training.

The quantities follow the book's order: the inputs, the weights, forward through the layers, the
cost, back through the layers, the gradients, and the results (4-4). Held-out samples only go
forward, as do all samples of a network without epochs, whose weights are fixed.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import isfinite

from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.cost import COSTS, TOTAL_COST
from xlnn.equations.layer import WEIGHTS, probed
from xlnn.equations.optimiser import (
    CORRECTION,
    COUNT,
    DIRECTION,
    OPTIMISERS,
    PENALTY,
    Memory,
    Optimiser,
    with_penalty,
)
from xlnn.equations.surface import DESCENT, GRADIENT_SIZE
from xlnn.equations.verdict import (
    ACCURACY,
    MEAN_ABSOLUTE,
    MEAN_COST,
    OFF,
    PREDICTED,
    RECOGNISED,
    RIGHT,
    ROOT_MEAN_SQUARE,
    SCALED,
    LargestUnit,
)
from xlnn.quantity import Axis, Model, Quantity, Use, previous
from xlnn.workbooks.network.quantities.runs import of_runs
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.spec import Spec

SHEET = "optimiser"
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


def constants(stack: Stack) -> Iterator[Quantity]:
    """Yield the constants of the optimiser and the penalty, which users may change."""
    for name, constant in optimiser_of(stack).constants.items():
        yield quantity(name, between=constant.probed)
    if stack.spec.regularised:
        yield quantity(L2, between=(0.01, 0.5))


def steps(stack: Stack) -> Iterator[Quantity]:
    """Yield the memories of the gradients, the direction, and the weights."""
    optimiser = optimiser_of(stack)
    rows = {"axes": (stack.state,), "given": 1, "is_record": True}
    if optimiser.corrected:
        uses = {"before": previous("steps")}
        yield quantity("steps", equation=COUNT, uses=uses, **rows)
    for name, constant in optimiser.corrected.items():
        uses = {"beta": constant, "steps": "steps"}
        yield quantity(name, equation=CORRECTION, uses=uses, **rows)
    for kind, layer, shape in stack.parameters:
        gradient = previous(f"dC_d{kind}{layer}")
        for name, memory in optimiser.memories.items():
            found = f"{name}_{kind}"
            yield quantity(
                found, layer, shape=shape, equation=memory.equation,
                uses=_remembered(memory, f"{found}{layer}", gradient), **rows,
            )  # fmt: skip
        if optimiser.direction:
            named = {name: f"{name}_{kind}{layer}" for name in optimiser.memories}
            uses = named | {"gradient": gradient, "epsilon": "epsilon"}
            uses |= {name: name for name in optimiser.corrected}
            yield quantity(
                f"{DIRECTION}_{kind}", layer, shape=shape, equation=optimiser.direction, uses=uses,
                **rows,
            )  # fmt: skip


def _remembered(memory: Memory, name: str, gradient: Use) -> dict[str, Use | str]:
    return {"before": previous(name), "gradient": gradient, memory.role: memory.constant}


def led_by(stack: Stack, kind: str, layer: str) -> Use:
    """Return the direction of a step of a layer's weights or biases, or the gradient."""
    step = optimiser_of(stack).step
    return Use(f"{step}_{kind}{layer}") if step else previous(f"dC_d{kind}{layer}")


def step_of(stack: Stack, kind: str, layer: str) -> dict[str, Use | str]:
    """Return the arguments of the equation of a step."""
    uses = {"w": previous(f"{kind}{layer}"), "gradient": led_by(stack, kind, layer)}
    return {**uses, "eta": "eta"}


def penalty(stack: Stack) -> Iterator[Quantity]:
    """Yield the penalty that an epoch's weights add to its cost."""
    if stack.spec.regularised:
        uses = {name: name for name in (*penalised(stack), L2)}
        equation = PENALTY.taking(*uses)
        yield quantity("penalty", axes=(stack.epoch,), equation=equation, uses=uses)


def penalised(stack: Stack) -> list[str]:
    """Return the names of the weights, without the biases."""
    return [f"{kind}{layer}" for kind, layer, _ in stack.parameters if kind in WEIGHTS]


TEST = "test_"
"""Begins the names of all quantities of the samples that are held out."""


def network(spec: Spec) -> Model:
    """Return the quantities of the network that a Spec describes.

    Names are those of the contract, a kind and a layer: ``x``, ``t``, ``W2``, ``b2``, ``z2``,
    ``a2``, ``slope2``, ``C``, ``delta2``, ``dC_dW2``, ``dC_db2``, ``C_T`` and so on; of samples
    that are held out ``test_x``, ``test_z2``.

    Of several runs, what differs from run to run has the axis ``run`` before its others.

    Book: 4-4.
    """
    return Model(tuple(of_runs(spec, alone)))


def alone(spec: Spec) -> Iterator[Quantity]:
    """Yield the quantities of one run; of a network without epochs those of the way forward."""
    stack = Stack(spec)
    each = (stack.epoch, stack.image) if spec.epochs else (stack.image,)
    yield from _settings(stack)
    yield from _data(stack, stack.image)
    yield from steps(stack)
    yield from _weights(stack)
    yield from forward(stack, axes=each)
    if not spec.epochs:
        yield from _answers(stack, axes=each)
        return
    yield from cost(stack, axes=each)
    yield from backward(stack, axes=each)
    yield from _gradients(stack)
    yield from _results(stack)
    yield from _tested(stack)


def _settings(stack: Stack) -> Iterator[Quantity]:
    grows = any(
        not isfinite(bound)
        for layer in stack.layers
        for bound in ACTIVATIONS[layer.activation].reach
    )
    if stack.spec.epochs:
        sheet = "settings" if stack.spec.runs else "play"
        yield quantity("eta", scale=1 / stack.spec.samples, calms=grows, sheet=sheet)
    yield from constants(stack)
    yield quantity(
        "labels", shape=(len(stack.spec.labels),), is_text=stack.labels_are_text,
        sheet="images" if stack.spec.epochs else "settings",
    )  # fmt: skip
    if stack.spec.scaled:
        yield quantity("middle", shape=(stack.spec.inputs,))
        yield quantity("factor", shape=(stack.spec.inputs,), between=FACTOR)
    if stack.spec.scaled_targets:
        yield quantity("t_middle", shape=stack.shapes[stack.output])
        yield quantity("t_factor", shape=stack.shapes[stack.output], between=FACTOR)


def _data(stack: Stack, samples: Axis, prefix: str = "", sheet: str = "") -> Iterator[Quantity]:
    rows = {"axes": (samples,), "prefix": prefix, "sheet": sheet}
    yield quantity("number", counts=True, **rows)
    if stack.spec.scaled:
        yield quantity("raw", shape=stack.shapes["1"], **rows)
        yield scaled(stack.shapes["1"], **rows)
    else:
        yield quantity("x", shape=stack.shapes["1"], **rows)
    if not stack.spec.epochs:
        return
    outputs = stack.shapes[stack.output]
    if stack.spec.scaled_targets:
        yield quantity("raw_t", shape=outputs, **rows)
        uses = {"raw": f"{prefix}raw_t", "middle": "t_middle", "factor": "t_factor"}
        scale = {"equation": SCALED, "uses": uses, "number_format": "0.0000"}
        yield quantity("t", shape=outputs, **scale, **rows)
    else:
        yield quantity("t", shape=outputs, **rows)
    if not stack.spec.is_regression:
        yield quantity("truth", equation=LargestUnit(), uses={"a": f"{prefix}t"}, **rows)
        yield stack.label("truth_label", of=f"{prefix}truth", **rows)


def scaled(shape: tuple[int, ...], *, axes: tuple[Axis, ...], prefix: str, sheet: str) -> Quantity:
    """Return the inputs of that prefix, scaled, in the shape in which they were given."""
    uses = {"raw": f"{prefix}raw", "middle": "middle", "factor": "factor"}
    return quantity(
        "x", shape=shape, equation=SCALED, uses=uses, axes=axes, prefix=prefix, sheet=sheet,
        number_format="0.0000",
    )  # fmt: skip


def _weights(stack: Stack) -> Iterator[Quantity]:
    for kind, layer, shape in stack.parameters:
        steps = {}
        if stack.spec.epochs:
            steps = {"axes": (stack.state,), "equation": DESCENT, "given": 1}
            steps["uses"] = step_of(stack, kind, layer)
        yield quantity(kind, layer, shape=shape, scale=probed(kind, shape), **steps)


def forward(  # noqa: PLR0913 -- the same layers, for the sheets that look closely
    stack: Stack,
    *,
    axes: tuple[Axis, ...],
    prefix: str = "",
    sheet: str = "",
    slopes: bool = True,
    below: Mapping[str, str] | None = None,
    weights: str | None = None,
) -> Iterator[Quantity]:
    """Yield what every layer computes, from the pixels of that prefix.   Book: 3-2.

    The weights are those of the same prefix, or of the prefix ``weights``. For a layer that
    ``below`` names, its units see that quantity. Without ``slopes`` nothing is noted for the way
    back.
    """
    for name, layer in stack.kinds.items():
        names = stack.named(name, prefix, (below or {}).get(name, ""), weights)
        rows = {"prefix": prefix, "sheet": sheet, "axes": axes}
        for kind, equation in {**layer.forward, **(stack.noted(name) if slopes else {})}.items():
            shape = stack.shape_of(kind, name)
            yield quantity(kind, name, equation=equation, uses=names, shape=shape, **rows)


def cost(  # noqa: PLR0913 -- the same
    stack: Stack,
    *,
    axes: tuple[Axis, ...],
    prefix: str = "",
    sheet: str = "",
    t: str = "t",
    a: str = "",
) -> Iterator[Quantity]:
    """Yield C of the outputs of that prefix, and before it the cost of each output.   Book: 3-4."""
    name = stack.output
    rows = {"prefix": prefix, "sheet": sheet, "axes": axes}
    uses = {kind: f"{prefix}{kind}{name}" for kind in ("z", "largest", "exp")}
    uses |= {"t": t, "a": a or f"{prefix}a{name}", "loss": f"{prefix}loss"}
    found = COSTS[stack.spec.cost]
    if found.loss:
        yield quantity("loss", equation=found.loss, uses=uses, shape=stack.shapes[name], **rows)
    yield quantity("C", equation=found.value, uses=uses, **rows)


def backward(
    stack: Stack, *, axes: tuple[Axis, ...], prefix: str = "", sheet: str = "", t: str = "t"
) -> Iterator[Quantity]:
    """Yield delta of every layer, from the output layer down.   Book: 4-2, 4-3."""
    rows = {"prefix": prefix, "sheet": sheet, "axes": axes}
    uses, delta = stack.named(stack.output, prefix) | {"t": t}, COSTS[stack.spec.cost].delta
    shape = stack.shapes[stack.output]
    yield quantity("delta", stack.output, equation=delta, uses=uses, shape=shape, **rows)
    for upper, lower in pairwise(reversed(stack.learning)):
        layer, uses = stack.kinds[upper], stack.named(upper, prefix)
        for kind, equation in layer.backward.items():
            shape = stack.shape_of(kind, upper)
            yield quantity(kind, upper, equation=equation, uses=uses, shape=shape, **rows)
        delta, uses = layer.delta_below, stack.named_below(lower, prefix)
        shape = stack.shapes[lower]
        yield quantity("delta", lower, equation=delta, uses=uses, shape=shape, **rows)


def _gradients(stack: Stack) -> Iterator[Quantity]:
    for kind, layer, shape in stack.parameters:
        gradient = stack.kinds[layer].gradients[kind]
        if kind in WEIGHTS and stack.spec.regularised:
            gradient = with_penalty(gradient)
        own = {"axes": (stack.epoch,), "shape": shape, "equation": gradient}
        uses = stack.named(layer) | {"w": f"{kind}{layer}", L2: L2}
        yield quantity(f"dC_d{kind}", layer, uses=uses, **own)


def _results(stack: Stack) -> Iterator[Quantity]:
    gradients = {f"dC_d{kind}{layer}": f"dC_d{kind}{layer}" for kind, layer, _ in stack.parameters}
    yield from _verdicts(stack, stack.image)
    size = GRADIENT_SIZE.taking(*gradients)
    yield quantity("gradient_size", axes=(stack.epoch,), equation=size, uses=gradients)


def _verdicts(stack: Stack, samples: Axis, prefix: str = "", sheet: str = "") -> Iterator[Quantity]:
    """Yield the results of the outputs, for each sample and then for each epoch."""
    each = {"axes": (stack.epoch, samples), "prefix": prefix, "sheet": sheet}
    whole = {"axes": (stack.epoch,), "prefix": prefix}
    classes, tested = not stack.spec.is_regression, stack.spec.test_samples > 0
    if classes:
        right = {"answer": f"{prefix}answer", "truth": f"{prefix}truth"}
        yield from _answers(stack, **each)
        yield quantity("right", equation=RIGHT, uses=right, **each)
    else:
        yield from predictions(stack, prefix=prefix, axes=each["axes"], sheet=sheet)
    C = {"C": f"{prefix}C"}
    if stack.spec.regularised and not prefix:  # what is held out is measured, not trained
        yield from penalty(stack)
        C["penalty"] = "penalty"
    yield quantity("C_T", equation=TOTAL_COST, uses=C, **whole)
    if classes:
        right = {"right": f"{prefix}right"}
        yield quantity("recognised", equation=RECOGNISED, uses=right, **whole)
        if tested:  # so that the two kinds of samples can be compared
            yield quantity("accuracy", equation=ACCURACY, uses=right, **whole)
        return
    if tested:
        yield quantity("mean_C", equation=MEAN_COST, uses=C, **whole)
    whole |= {"shape": stack.shapes[stack.output], "number_format": stack.measure}
    off = {"off": f"{prefix}off"}
    yield quantity("rmse", equation=ROOT_MEAN_SQUARE, uses=off, **whole)
    yield quantity("mae", equation=MEAN_ABSOLUTE, uses=off, **whole)


def _answers(
    stack: Stack, *, axes: tuple[Axis, ...], prefix: str = "", sheet: str = ""
) -> Iterator[Quantity]:
    """Yield the predicted class; nothing for a regression."""
    if stack.spec.is_regression:
        return
    rows = {"axes": axes, "prefix": prefix, "sheet": sheet}
    output = {"a": stack.activation(stack.output, prefix)}
    yield quantity("answer", equation=LargestUnit(), uses=output, **rows)
    yield stack.label("label", of=f"{prefix}answer", **rows)


def predictions(
    stack: Stack, *, axes: tuple[Axis, ...], prefix: str = "", sheet: str = ""
) -> Iterator[Quantity]:
    """Yield the predictions of a regression in the units of its targets, and their errors."""
    rows = {"axes": axes, "prefix": prefix, "sheet": sheet, "shape": stack.shapes[stack.output]}
    rows["number_format"] = stack.measure
    uses = {"a": stack.activation(stack.output, prefix), "t": f"{prefix}t"}
    if stack.spec.scaled_targets:
        uses |= {"middle": "t_middle", "factor": "t_factor"}
        yield quantity("predicted", equation=PREDICTED, uses=uses, **rows)
    yield quantity("off", equation=OFF, uses=uses, **rows)


def _tested(stack: Stack) -> Iterator[Quantity]:
    """Yield the held-out samples, and the results with each epoch's weights."""
    if not stack.spec.test_samples:
        return
    each = {"axes": (stack.epoch, stack.test_image), "prefix": TEST, "sheet": "test"}
    yield from _data(stack, stack.test_image, TEST, "test_images")
    yield from forward(stack, slopes=False, weights="", **each)
    yield from cost(stack, t=f"{TEST}t", **each)
    yield from _verdicts(stack, stack.test_image, TEST, "test")
