"""Translate the operators of a graph into layers.

Comments explain where an operator is not translated literally. Any mistake here shows when the
workbook is compared with ONNX Runtime.
"""

from collections.abc import Callable, Collection
from math import prod
from typing import Any

import numpy as np

from xlnn.data.dataset import MOST_NUMBERS
from xlnn.data.messages import reason, short
from xlnn.equations.layer import Shape
from xlnn.equations.layernorm import EPSILON
from xlnn.onnx.layers import AffineUnits, Class, Layer, TrainedModel
from xlnn.onnx.onnx_file import Graph, OnnxNode

ROWS = -1
"""The number of rows in a shape: "the rest" to a reshaping."""

MOVES = (
    "Gather", "ArrayFeatureExtractor", "Unsqueeze", "Squeeze", "Transpose", "Reshape", "Flatten",
    "Identity", "Cast",
)  # fmt: skip
"""Operators that only rearrange numbers, those of a row or constants: a graph may compute the size
of a reshaping from the shape of its rows, or transpose its weights."""


OF_CONSTANTS = {*MOVES, "Concat", "Constant"}
"""Operators that are computed if they do not depend on the rows."""

ACTIVATIONS = {
    "sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "Relu", "linear": "Identity",
    "softmax": "Softmax",
}  # fmt: skip
"""ONNX's operators of activations, to export and to read; a leaky relu has a slope besides."""

POOLINGS = {"max pooling": "MaxPool", "average pooling": "AveragePool"}

TRANSFORMS = {"NONE": "", "SOFTMAX": "softmax", "LOGISTIC": "sigmoid"}
"""The functions that a linear model applies to its sums."""

Operator = Callable[[TrainedModel, OnnxNode], AffineUnits | Class]


def _gemm(model: TrainedModel, node: OnnxNode) -> AffineUnits:
    seen, W = model.row(node), model.array(node, 1)
    if node.attributes.get("transA", 0):
        raise model.refuse("Gemm transposes its rows (transA), which no layer does.")
    W = W if node.attributes.get("transB", 0) else W.T
    W = W * node.attributes.get("alpha", 1.0)
    b = np.zeros(len(W))
    if node.given(2):
        b = b + np.broadcast_to(model.array(node, 2).ravel(), b.shape)
    return model.dense(seen, W, b * node.attributes.get("beta", 1.0))


def _matmul(model: TrainedModel, node: OnnxNode) -> AffineUnits:
    seen, W = model.row(node), model.array(node, 1)
    if W.ndim != 2:
        raise model.refuse("MatMul multiplies by something that is not a matrix of weights.")
    return model.dense(seen, W.T, np.zeros(W.shape[1]))


def _by_a_constant(model: TrainedModel, node: OnnxNode) -> AffineUnits:
    """Add, Sub, Mul or Div with a constant."""
    turned = node.given(0) in model.known
    seen, constant = model.row(node, int(turned)), model.array(node, 0 if turned else 1)
    shape = seen.index.shape
    try:
        constant = np.broadcast_to(constant, (1, *shape))[0].astype(float)
    except ValueError as error:
        raise model.refuse(
            f"{node.op} takes rows of {list(shape)} and a constant of {list(constant.shape)}."
        ) from error
    ones, zeros = np.ones(shape), np.zeros(shape)
    if node.op == "Div" and (turned or not constant.all()):
        raise model.refuse("Div divides by a result, or by 0: no layer does.")
    scale, shift = {
        "Add": (ones, constant),
        "Sub": (-ones, constant) if turned else (ones, -constant),
        "Mul": (constant, zeros),
        "Div": (ones / np.where(constant == 0, 1, constant), zeros),
    }[node.op]
    return seen.times(scale, shift)


def _normalised(model: TrainedModel, node: OnnxNode) -> AffineUnits:
    """BatchNormalization, as in inference."""
    if node.attributes.get("training_mode", 0):
        raise model.refuse("BatchNormalization is still training: export with model.eval().")
    seen = model.row(node)
    gamma, beta, mean, variance = (model.array(node, number) for number in range(1, 5))
    factor = gamma / np.sqrt(variance + node.attributes.get("epsilon", 1e-5))
    sides = (slice(None), *(np.newaxis,) * (seen.index.ndim - 1))
    model.told["batch normalization"] = None
    return seen.times(factor[sides], (beta - mean * factor)[sides])


def _layernorm(model: TrainedModel, node: OnnxNode) -> AffineUnits:
    seen, epsilon = model.row(node), node.attributes.get("epsilon", 1e-5)
    if node.attributes.get("axis", -1) not in {-1, 1} or seen.index.ndim != 1:
        raise model.refuse("LayerNormalization is supported only over the units of a dense layer.")
    if any(node.outputs[1:]) or model.graph.precision != "float32":
        raise model.refuse("LayerNormalization is supported only in float32, with one output.")
    if np.float32(epsilon) != np.float32(EPSILON):
        raise model.refuse(f"LayerNormalization has the epsilon {epsilon:g}: {EPSILON} is taken.")
    gain = model.array(node, 1)
    shift = model.array(node, 2) if node.given(2) else np.zeros(gain.shape)
    return model.layernorm(seen, gain.ravel().astype(float), shift.ravel().astype(float))


def _sides(model: TrainedModel, node: OnnxNode, size: Shape) -> tuple[Shape, Shape]:
    """Return the step and the padding of a window."""
    attributes = node.attributes
    step = tuple(attributes.get("strides") or (1, 1))
    padding = tuple(attributes.get("pads") or (0, 0, 0, 0))
    if any(side != 1 for side in attributes.get("dilations") or ()):
        raise model.refuse(f"{node.op} has dilations, which are not supported: use 1.")
    auto = attributes.get("auto_pad", "NOTSET")
    if auto in {"SAME_UPPER", "SAME_LOWER"}:
        lengths = model.row(node).index.shape[-2:]
        around = [
            max((-(-n // s) - 1) * s + side - n, 0)
            for n, s, side in zip(lengths, step, size, strict=True)
        ]
        less, more = [n // 2 for n in around], [n - n // 2 for n in around]
        padding = (*less, *more) if auto == "SAME_UPPER" else (*more, *less)
    if len(size) != 2 or len(step) != 2 or len(padding) != 4 or min(padding) < 0:
        raise model.refuse(f"{node.op} slides along {len(size)} dimensions: only 2 are supported.")
    return step, padding


def _conv(model: TrainedModel, node: OnnxNode) -> AffineUnits:
    seen, W = model.row(node), model.array(node, 1)
    if node.attributes.get("group", 1) != 1:
        raise model.refuse(
            f"Conv has {node.attributes['group']} groups, so each filter sees only some maps: only "
            "filters that see all maps are supported."
        )
    step, padding = _sides(model, node, W.shape[2:])
    b = model.array(node, 2) if node.given(2) else np.zeros(len(W))
    return model.convolution(seen, W, b, step, padding)


def _pool(model: TrainedModel, node: OnnxNode) -> AffineUnits:
    seen, size = model.row(node), tuple(node.attributes["kernel_shape"])
    step, padding = _sides(model, node, size)
    lengths = zip(seen.index.shape[-2:], size, step, padding[:2], padding[2:], strict=True)
    rest = [(n + before + behind - side) % s for n, side, s, before, behind in lengths]
    if node.attributes.get("ceil_mode", 0) and any(rest):
        raise model.refuse(f"{node.op} rounds its size up (ceil_mode), which is not supported.")
    if any(around >= side for around, side in zip(padding, (*size, *size), strict=True)):
        raise model.refuse(f"{node.op} has a padding as large as its blocks.")
    (kind,) = (kind for kind, operator in POOLINGS.items() if operator == node.op)
    if kind == "average pooling" and any(padding):
        raise model.refuse("AveragePool has a padding, which is not supported.")
    return model.pooling(seen, kind, size, step, padding)


def _whole_mean(model: TrainedModel, node: OnnxNode) -> AffineUnits:
    """GlobalAveragePool, or ReduceMean over rows and columns, which is the same."""
    seen = model.row(node)
    size = seen.index.shape[-2:]
    is_mean = node.op == "ReduceMean"
    over = {axis % 4 for axis in axes_of(model, node) or ()} if is_mean else {2, 3}
    if seen.index.ndim != 3 or over != {2, 3}:
        raise model.refuse(
            f"{node.op} is supported only over the rows and columns of maps, as a global average "
            "pooling."
        )
    pooled = model.pooling(seen, "average pooling", size, size, (0, 0, 0, 0))
    if is_mean and not node.attributes.get("keepdims", 1):
        return pooled.moved(np.ravel)
    return pooled


def _activation(name: str) -> Operator:
    return lambda model, node: model.activate(model.row(node), name)


def _leaky(model: TrainedModel, node: OnnxNode) -> AffineUnits:
    alpha = np.float32(node.attributes.get("alpha", 0.01))
    if not 0 <= alpha < 1000:
        raise model.refuse(f"LeakyRelu has the slope {alpha}: from 0 to 999 is supported.")
    written = np.format_float_positional(alpha, trim="-")  # 0.2, as the user wrote it
    return model.activate(model.row(node), f"leaky relu {written}")


def _softmax(model: TrainedModel, node: OnnxNode) -> AffineUnits:
    axis, usual = node.attributes.get("axis"), -1 if model.graph.opset >= 13 else 1
    if (usual if axis is None else axis) not in {-1, 1}:
        raise model.refuse("Softmax is supported only along the axis of the outputs.")
    return model.activate(model.row(node), "softmax")


def _moved(model: TrainedModel, node: OnnxNode) -> AffineUnits | Class:
    """Return numbers in another order or shape, in which each row must stay a row."""
    value = model.values[node.given(0)]
    if isinstance(value, Class):
        return value
    size = value.index.size
    first = np.arange(size).reshape(value.index.shape)
    # the positions in two rows show whether rows stay apart
    made = rearranged(model, node, np.stack([first, first + size]), {ROWS, model.graph.rows})
    if made.shape[:1] != (2,) or (made[0] + size != made[1]).any() or (made[0] >= size).any():
        raise model.refuse(f"{node.op} mixes the rows.")
    return value.moved(lambda array: array.ravel()[made[0]])


def _dropout(model: TrainedModel, node: OnnxNode) -> AffineUnits | Class:
    mode = model.known.get(node.given(2))
    if node.given(2) and (mode is None or mode.any()):
        raise model.refuse("Dropout is still training: export with model.eval().")
    model.told["dropout"] = None
    return model.values[node.given(0)]


def _joined(model: TrainedModel, node: OnnxNode) -> AffineUnits:
    """Concat of inputs, or of 1 - p and p, as two classes are exported."""
    parts = [model.row(node, number) for number in range(len(node.inputs))]
    axis = node.attributes["axis"]
    first = parts[0]
    layer = model.layers[first.layer]
    if any(part.layer != first.layer or part.changes != first.changes for part in parts):
        raise model.refuse("Concat joins results of several layers.")
    if len(parts) == 2 and _is_opposite(*parts, layer):
        return model.both(parts[1])
    if axis not in {1, -1} or any(part.index.ndim != 1 for part in parts):
        raise model.refuse("Concat joins something other than single rows of numbers.")
    index, scale, shift = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("index", "scale", "shift")
    )
    return AffineUnits(first.layer, first.changes, index, scale, shift)


def _is_opposite(one: AffineUnits, other: AffineUnits, layer: Layer) -> bool:
    """Return whether two numbers are 1 - p and p, of a single sigmoid unit."""
    return (
        layer.activation == "sigmoid"
        and layer.shape == (1,)
        and one.index.size == other.index.size == 1
        and other.is_plain
        and bool((one.scale == -1).all() and (one.shift == 1).all())
    )


def _scaler(model: TrainedModel, node: OnnxNode) -> AffineUnits:
    offset, scale = (
        np.asarray(node.attributes.get(name) or [usual], dtype=float)
        for name, usual in (("offset", 0.0), ("scale", 1.0))
    )
    try:
        return model.row(node).times(scale, -offset * scale)
    except ValueError as error:
        raise model.refuse("Scaler scales another number of inputs.") from error


def _regressor(model: TrainedModel, node: OnnxNode) -> AffineUnits:
    return _linear(model, node, node.attributes.get("targets", 1))


def _classifier(model: TrainedModel, node: OnnxNode) -> AffineUnits:
    labels = _labels(node, "classlabels_ints", "classlabels_strings")
    model.labels = labels
    units = _linear(model, node, len(node.attributes.get("intercepts") or labels))
    if node.outputs[0]:
        model.values[node.outputs[0]] = Class(node.outputs[1])
    return units


def _linear(model: TrainedModel, node: OnnxNode, units: int) -> AffineUnits:
    """Return the outputs of a linear model: a dense layer, perhaps with softmax or sigmoid."""
    seen = model.row(node)
    b = np.asarray(node.attributes.get("intercepts") or [0.0] * units, dtype=float)
    W = np.asarray(node.attributes["coefficients"], dtype=float)
    if W.size != units * seen.index.size or b.shape != (units,):
        raise model.refuse(f"{node.op} has {W.size} coefficients for {seen.index.size} inputs.")
    transform = node.attributes.get("post_transform", "NONE")
    if transform not in TRANSFORMS:
        raise model.refuse(f"{node.op} ends with {transform}, which is not supported.")
    outputs = model.dense(seen, W.reshape(units, -1), b)
    if TRANSFORMS[transform]:
        outputs = model.activate(outputs, TRANSFORMS[transform])
    if node.op == "LinearClassifier" and units == 1:
        if transform != "LOGISTIC":
            raise model.refuse("LinearClassifier tells two classes apart by a single sum.")
        outputs = model.both(outputs)
    return outputs


def _normalizer(model: TrainedModel, node: OnnxNode) -> AffineUnits:
    """Return probabilities unchanged if they already add up to 1, as Normalizer would."""
    seen = model.row(node)
    if node.attributes.get("norm") != "L1":
        raise model.refuse("Normalizer divides rows by another sum than L1's.")
    _check_shares(model, seen)
    return seen


def _check_shares(model: TrainedModel, seen: AffineUnits) -> None:
    """Refuse outputs that do not add up to 1 by themselves.

    Those of softmax do, and those of a unit with its complement.
    """
    layer = model.layers[seen.layer]
    is_pair = layer.activation == "sigmoid" and layer.shape == (2,) and seen.index.size == 2
    if is_pair:
        opposite = (not array.sum(axis=0).any() for array in layer.parameters.values())
        is_pair = layer.kind == "dense" and all(opposite)
    if not (seen.is_plain and (layer.activation == "softmax" or is_pair)):
        raise model.refuse(
            "outputs are divided by their sum, as in models of one class against the rest: train a "
            "multinomial one."
        )


def _positive(model: TrainedModel, node: OnnxNode) -> AffineUnits:
    """Return outputs unchanged if none is negative, as Abs would."""
    seen = model.row(node)
    if model.layers[seen.layer].activation not in {"sigmoid", "softmax", "relu"}:
        raise model.refuse("Abs removes the sign of a result, which no layer does.")
    return seen


def _sum(model: TrainedModel, node: OnnxNode) -> AffineUnits:
    """Record that probabilities add up to 1, so that dividing by their sum changes nothing."""
    seen = model.row(node)
    _check_shares(model, seen)
    model.known[node.outputs[0]] = np.ones((1, 1))
    return seen


def _zipmap(model: TrainedModel, node: OnnxNode) -> AffineUnits:
    model.labels = _labels(node, "classlabels_int64s", "classlabels_strings")
    return model.row(node)


def _argmax(model: TrainedModel, node: OnnxNode) -> Class:
    model.row(node)
    if node.attributes.get("axis", 0) not in {1, -1} or node.attributes.get("select_last_index"):
        raise model.refuse("ArgMax is supported only along the axis of the outputs.")
    return Class(node.given(0))


def _extracted(model: TrainedModel, node: OnnxNode) -> AffineUnits | Class:
    """Gather or ArrayFeatureExtractor: the label of a class, or some columns of the inputs."""
    value = model.values.get(node.given(1))
    if isinstance(value, Class) and node.given(0) in model.known:
        model.labels = tuple(model.known[node.given(0)].ravel().tolist())
        return value
    return _moved(model, node)


def _labels(node: OnnxNode, *names: str) -> tuple[Any, ...]:
    return next(tuple(node.attributes[name]) for name in names if node.attributes.get(name))


OPERATORS: dict[str, Operator] = {
    "Gemm": _gemm, "MatMul": _matmul, "Conv": _conv, **dict.fromkeys(POOLINGS.values(), _pool),
    "GlobalAveragePool": _whole_mean, "ReduceMean": _whole_mean,
    "BatchNormalization": _normalised, "LayerNormalization": _layernorm,
    **dict.fromkeys(("Add", "Sub", "Mul", "Div"), _by_a_constant),
    **{operator: _activation(name) for name, operator in ACTIVATIONS.items()},
    "LeakyRelu": _leaky, "Softmax": _softmax, "Concat": _joined, "Dropout": _dropout,
    **dict.fromkeys(MOVES, _moved),
    "Scaler": _scaler, "LinearRegressor": _regressor, "LinearClassifier": _classifier,
    "Normalizer": _normalizer, "ZipMap": _zipmap, "ArgMax": _argmax,
    "ArrayFeatureExtractor": _extracted, "Gather": _extracted, "Abs": _positive, "ReduceSum": _sum,
}  # fmt: skip
"""The operators of networks, of linear models, and of postprocessing."""

TAKEN = (
    "supported are Gemm, MatMul, Conv, MaxPool, AveragePool, GlobalAveragePool, "
    "BatchNormalization, LayerNormalization, Relu, LeakyRelu, Sigmoid, Tanh, Softmax, Dropout, "
    "scalings, reshapings, and the linear models of scikit-learn"
)
"""The same in a sentence."""


def read_layers(graph: Graph) -> TrainedModel:
    """Combine the operators of a graph into layers.

    Raises
    ------
    DataError
        An operator is unknown, or the graph is not a stack of layers.
    """
    model = TrainedModel(graph, known=dict(graph.constants))
    _begin(model)
    for node in graph.nodes:
        value = model.values.get(node.given(0))
        if node.op == "Shape" and isinstance(value, AffineUnits):
            model.known[node.outputs[0]] = np.array([ROWS, *value.index.shape])
        elif node.op in OF_CONSTANTS and model.known.keys() >= {*filter(None, node.inputs)}:
            model.known[node.outputs[0]] = _meant(model, node, _of_constants)
        elif node.op not in OPERATORS:
            raise model.refuse(f"the operator {short(node.op)} is not supported; {TAKEN}.")
        else:
            result = _meant(model, node, OPERATORS[node.op])
            for name in node.outputs:
                model.values.setdefault(name, result)
    return model


def _meant(
    model: TrainedModel, node: OnnxNode, operator: Callable[[TrainedModel, OnnxNode], Any]
) -> Any:  # noqa: ANN401 -- the operator's
    """Return the result of an operator; errors from odd sizes or attributes become one sentence."""
    try:
        return operator(model, node)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise model.refuse(f"{node.op} does not fit its inputs: {reason(error)}.") from error


def _of_constants(model: TrainedModel, node: OnnxNode) -> np.ndarray:
    """Return, rearrange or join known arrays."""
    if node.op == "Constant":
        (value,) = node.attributes.values()
        return np.asarray(value)
    arrays = [model.known[name] for name in node.inputs if name]
    if node.op == "Concat":
        _check_size(model, node, sum(array.size for array in arrays))
        return np.concatenate(arrays, axis=int(node.attributes["axis"]))
    return rearranged(model, node, arrays[0])


def _check_size(model: TrainedModel, node: OnnxNode, size: int) -> None:
    """Refuse a large array, which a small file may make by repeating numbers."""
    if size > MOST_NUMBERS:
        raise model.refuse(f"{node.op} makes {size:,} numbers of constants: too many.")


def _begin(model: TrainedModel) -> None:
    """Add the inputs: one, or several side by side in the order of the file."""
    shapes = model.graph.inputs
    sizes = [int(np.prod(shape)) for shape in shapes.values()]
    only = next(iter(shapes.values()))
    shape = only if len(shapes) == 1 else (sum(sizes),)
    shape = shape if len(shape) != 3 or shape[0] != 1 else shape[1:]  # a picture is one map
    model.layers.append(Layer("input", shape, activation="given"))
    every, first = model.seen(), 0
    for (name, extent), size in zip(shapes.items(), sizes, strict=True):
        place = slice(first, first + size)
        model.values[name] = every.moved(
            lambda array, place=place, extent=extent: array.ravel()[place].reshape(extent)
        )
        first += size


def axes_of(model: TrainedModel, node: OnnxNode) -> tuple[int, ...] | None:
    """Return the axes that a node names by an attribute or an input; None without them."""
    given = node.attributes.get("axes")
    if given is None and node.given(1):
        given = model.array(node, 1).ravel().tolist()
    return None if given is None else tuple(map(int, given))


def rearranged(
    model: TrainedModel, node: OnnxNode, array: np.ndarray, rows: Collection[int | None] = ()
) -> np.ndarray:
    """Compute a node of `MOVES`; ``rows`` are lengths that stand for the array's rows."""
    attributes, shape = node.attributes, array.shape
    match node.op:
        case "Gather" | "ArrayFeatureExtractor":
            axis = int(attributes.get("axis", 0)) if node.op == "Gather" else -1
            places = model.array(node, 1).astype(int)
            _check_size(model, node, places.size * array.size // max(1, shape[axis]))
            array = np.take(array, places, axis=axis)
        case "Unsqueeze":
            array = np.expand_dims(array, axes_of(model, node))
        case "Squeeze":
            array = np.squeeze(array, axes_of(model, node))
        case "Transpose":
            array = np.transpose(array, attributes.get("perm"))
        case "Flatten":
            array = array.reshape(prod(shape[: attributes.get("axis", 1)]), -1)
        case "Reshape":
            lengths = model.array(node, 1).astype(int).ravel().tolist()
            if not attributes.get("allowzero", 0):
                lengths = [length or shape[n] for n, length in enumerate(lengths)]
            if lengths and lengths[0] in rows:
                lengths[0] = len(array)
            array = array.reshape(lengths)
    return array
