"""Translate the operators of a graph into layers.

Comments explain where an operator is not translated literally. Any mistake here shows when the
workbook is compared with ONNX Runtime.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from xlnn.data.dataset import MOST_NUMBERS
from xlnn.data.wording import short
from xlnn.equations.layer import Shape
from xlnn.equations.layernorm import EPSILON
from xlnn.errors import DataError
from xlnn.onnx.layers import AffineUnits, Layer, Stacking
from xlnn.onnx.onnx_file import Graph, OnnxNode

ROWS = -1
"""The number of rows in a shape: "the rest" to a reshaping."""

MOVES = frozenset({
    "Gather", "Concat", "Unsqueeze", "Squeeze", "Transpose", "Reshape", "Identity", "Cast",
})  # fmt: skip
"""Operators that are computed for constants. A graph may compute the size of a reshaping from the
shape of its rows, or transpose its weights. These only rearrange numbers, so a small file cannot
produce a large array."""


@dataclass(frozen=True)
class Class:
    """A predicted class, or its label.

    Attributes
    ----------
    of : AffineUnits
        The outputs, the largest of which decides.
    source : str
        The name of these outputs in the graph.
    labels : tuple, or None
        The classes in the order of the outputs, once known.
    """

    of: AffineUnits
    source: str
    labels: tuple | None = None


@dataclass
class Reader:
    """What has been read of a graph.

    Attributes
    ----------
    graph : Graph
    stack : Stacking
    values : dict
        The value of each name in the graph: numbers of a row, or a class.
    known : dict of arrays
        Arrays that do not depend on the rows.
    labels : tuple, or None
        The classes in the order of the outputs.
    """

    graph: Graph
    stack: Stacking
    values: dict[str, AffineUnits | Class] = field(default_factory=dict)
    known: dict[str, np.ndarray] = field(default_factory=dict)
    labels: tuple | None = None

    def seen(self, node: OnnxNode, number: int = 0) -> AffineUnits:
        """Return an input, which must be numbers of a row."""
        value = self.values.get(node.given(number))
        if not isinstance(value, AffineUnits):
            raise self.stack.refuse(f"{node.op} uses something that is not a number of a row.")
        return value

    def array(self, node: OnnxNode, number: int) -> np.ndarray:
        """Return an input, which must be a known array."""
        name = node.given(number)
        if name not in self.known:
            raise self.stack.refuse(
                f"{node.op} joins two results that both follow from the row: in a workbook each "
                "layer follows another, with fixed weights."
            )
        return self.known[name]


Operator = Callable[[Reader, OnnxNode], AffineUnits | Class]


def _gemm(reader: Reader, node: OnnxNode) -> AffineUnits:
    seen, W = reader.seen(node), reader.array(node, 1)
    if node.attributes.get("transA", 0):
        raise reader.stack.refuse("Gemm transposes its rows (transA), which no layer does.")
    W = W if node.attributes.get("transB", 0) else W.T
    W = W * node.attributes.get("alpha", 1.0)
    b = np.zeros(len(W))
    if node.given(2):
        b = b + np.broadcast_to(reader.array(node, 2).ravel(), b.shape)
    return reader.stack.dense(seen, W, b * node.attributes.get("beta", 1.0))


def _matmul(reader: Reader, node: OnnxNode) -> AffineUnits:
    seen, W = reader.seen(node), reader.array(node, 1)
    if W.ndim != 2:
        raise reader.stack.refuse("MatMul multiplies by something that is not a matrix of weights.")
    return reader.stack.dense(seen, W.T, np.zeros(W.shape[1]))


def _by_a_constant(reader: Reader, node: OnnxNode) -> AffineUnits:
    """Add, Sub, Mul or Div with a constant."""
    turned = node.given(0) in reader.known
    seen, constant = reader.seen(node, int(turned)), reader.array(node, 0 if turned else 1)
    shape = seen.index.shape
    try:
        constant = np.broadcast_to(constant, (1, *shape))[0].astype(float)
    except ValueError as error:
        raise reader.stack.refuse(
            f"{node.op} takes rows of {list(shape)} and a constant of {list(constant.shape)}."
        ) from error
    ones, zeros = np.ones(shape), np.zeros(shape)
    if node.op == "Div" and (turned or not constant.all()):
        raise reader.stack.refuse("Div divides by a result, or by 0: no layer does.")
    scale, shift = {
        "Add": (ones, constant),
        "Sub": (-ones, constant) if turned else (ones, -constant),
        "Mul": (constant, zeros),
        "Div": (ones / np.where(constant == 0, 1, constant), zeros),
    }[node.op]
    return reader.stack.times(seen, scale, shift)


def _normalised(reader: Reader, node: OnnxNode) -> AffineUnits:
    """BatchNormalization, as in inference."""
    if node.attributes.get("training_mode", 0):
        raise reader.stack.refuse("BatchNormalization is still training: export with model.eval().")
    seen = reader.seen(node)
    gamma, beta, mean, variance = (reader.array(node, number) for number in range(1, 5))
    factor = gamma / np.sqrt(variance + node.attributes.get("epsilon", 1e-5))
    sides = (slice(None), *(np.newaxis,) * (seen.index.ndim - 1))
    reader.stack.told["batch normalization"] = None
    ones = np.ones(seen.index.shape)
    return reader.stack.times(seen, ones * factor[sides], ones * (beta - mean * factor)[sides])


def _layernorm(reader: Reader, node: OnnxNode) -> AffineUnits:
    seen, epsilon = reader.seen(node), node.attributes.get("epsilon", 1e-5)
    if node.attributes.get("axis", -1) not in {-1, 1} or seen.index.ndim != 1:
        raise reader.stack.refuse(
            "LayerNormalization is supported only over the units of a dense layer."
        )
    if any(node.outputs[1:]) or reader.graph.precision != "float32":
        raise reader.stack.refuse(
            "LayerNormalization is supported only in float32, with one output."
        )
    if np.float32(epsilon) != np.float32(EPSILON):
        raise reader.stack.refuse(
            f"LayerNormalization has the epsilon {epsilon:g}: {EPSILON} is taken."
        )
    gain = reader.array(node, 1)
    shift = reader.array(node, 2) if node.given(2) else np.zeros(gain.shape)
    return reader.stack.layernorm(seen, gain.ravel().astype(float), shift.ravel().astype(float))


def _sides(reader: Reader, node: OnnxNode, size: Shape) -> tuple[Shape, Shape]:
    """Return the step and the padding of a window."""
    attributes = node.attributes
    step = tuple(attributes.get("strides") or (1, 1))
    padding = tuple(attributes.get("pads") or (0, 0, 0, 0))
    if any(side != 1 for side in attributes.get("dilations") or ()):
        raise reader.stack.refuse(f"{node.op} has dilations, which are not supported: use 1.")
    auto = attributes.get("auto_pad", "NOTSET")
    if auto in {"SAME_UPPER", "SAME_LOWER"}:
        lengths = reader.seen(node).index.shape[-2:]
        around = [
            max((-(-n // s) - 1) * s + side - n, 0)
            for n, s, side in zip(lengths, step, size, strict=True)
        ]
        less, more = [n // 2 for n in around], [n - n // 2 for n in around]
        padding = (*less, *more) if auto == "SAME_UPPER" else (*more, *less)
    if len(size) != 2 or len(step) != 2 or len(padding) != 4 or min(padding) < 0:
        raise reader.stack.refuse(
            f"{node.op} slides along {len(size)} dimensions: only 2 are supported."
        )
    return step, padding


def _conv(reader: Reader, node: OnnxNode) -> AffineUnits:
    seen, W = reader.seen(node), reader.array(node, 1)
    if node.attributes.get("group", 1) != 1:
        raise reader.stack.refuse(
            f"Conv has {node.attributes['group']} groups, so each filter sees only some maps: only "
            "filters that see all maps are supported."
        )
    step, padding = _sides(reader, node, W.shape[2:])
    b = reader.array(node, 2) if node.given(2) else np.zeros(len(W))
    return reader.stack.convolution(seen, W, b, step, padding)


def _pool(reader: Reader, node: OnnxNode) -> AffineUnits:
    seen, size = reader.seen(node), tuple(node.attributes["kernel_shape"])
    step, padding = _sides(reader, node, size)
    lengths = zip(seen.index.shape[-2:], size, step, padding[:2], padding[2:], strict=True)
    rest = [(n + before + behind - side) % s for n, side, s, before, behind in lengths]
    if node.attributes.get("ceil_mode", 0) and any(rest):
        raise reader.stack.refuse(
            f"{node.op} rounds its size up (ceil_mode), which is not supported."
        )
    if any(around >= side for around, side in zip(padding, (*size, *size), strict=True)):
        raise reader.stack.refuse(f"{node.op} has a padding as large as its blocks.")
    kind = "max pooling" if node.op == "MaxPool" else "average pooling"
    if kind == "average pooling" and any(padding):
        raise reader.stack.refuse("AveragePool has a padding, which is not supported.")
    return reader.stack.pooling(seen, kind, size, step, padding)


def _whole_mean(reader: Reader, node: OnnxNode) -> AffineUnits:
    """GlobalAveragePool, or ReduceMean over rows and columns, which is the same."""
    seen = reader.seen(node)
    size = seen.index.shape[-2:]
    if node.op == "ReduceMean":
        axes = axes_of(node, reader.known, seen.index.ndim + 1)
        if seen.index.ndim != 3 or axes != [2, 3]:
            raise reader.stack.refuse(
                "ReduceMean is supported only over the rows and columns of maps, as a global "
                "average pooling."
            )
    found = reader.stack.pooling(seen, "average pooling", size, size, (0, 0, 0, 0))
    if node.op == "ReduceMean" and not node.attributes.get("keepdims", 1):
        return found.moved(np.ravel)
    return found


def _activation(name: str) -> Operator:
    return lambda reader, node: reader.stack.activate(reader.seen(node), name)


def _leaky(reader: Reader, node: OnnxNode) -> AffineUnits:
    alpha = np.float32(node.attributes.get("alpha", 0.01))
    if not 0 <= alpha < 1000:
        raise reader.stack.refuse(f"LeakyRelu has the slope {alpha}: from 0 to 999 is supported.")
    written = np.format_float_positional(alpha, trim="-")  # 0.2, as the user wrote it
    return reader.stack.activate(reader.seen(node), f"leaky relu {written}")


def _softmax(reader: Reader, node: OnnxNode) -> AffineUnits:
    axis, usual = node.attributes.get("axis"), -1 if reader.graph.opset >= 13 else 1
    if (usual if axis is None else axis) not in {-1, 1}:
        raise reader.stack.refuse("Softmax is supported only along the axis of the outputs.")
    return reader.stack.activate(reader.seen(node), "softmax")


def _flatten(reader: Reader, node: OnnxNode) -> AffineUnits:
    if node.attributes.get("axis", 1) not in {1, -reader.seen(node).index.ndim}:
        raise reader.stack.refuse("Flatten joins rows with what is in them.")
    return reader.seen(node).moved(np.ravel)


def _reshape(reader: Reader, node: OnnxNode) -> AffineUnits | Class:
    value = reader.values[node.given(0)]
    if isinstance(value, Class):
        return value
    first, *shape = reader.array(node, 1).astype(int).ravel().tolist()
    old, keeps = value.index.shape, not node.attributes.get("allowzero", 0)
    shape = [
        old[n] if length == 0 and keeps and n < len(old) else length
        for n, length in enumerate(shape)
    ]
    if first not in {ROWS, 0, reader.graph.rows}:
        raise reader.stack.refuse("Reshape changes how many rows there are.")
    try:
        return value.moved(lambda array: array.reshape(shape))
    except ValueError as error:
        raise reader.stack.refuse(
            f"Reshape makes {shape} of {list(old)}: another count of numbers."
        ) from error


def _moved(reader: Reader, node: OnnxNode) -> AffineUnits | Class:
    """Transpose, Squeeze or Unsqueeze, which must keep rows apart."""
    value = reader.values[node.given(0)]
    if isinstance(value, Class):
        return value

    def move(array: np.ndarray) -> np.ndarray:
        # two rows show whether rows stay apart
        made = rearranged(node, [np.stack([array, array])], reader.known)
        if made.shape[:1] != (2,) or made[0].size != array.size:
            raise reader.stack.refuse(f"{node.op} mixes the rows.")
        return made[0]

    if node.op == "Transpose" and (node.attributes.get("perm") or [1])[0] != 0:
        raise reader.stack.refuse("Transpose mixes the rows.")
    return value.moved(move)


def _same(reader: Reader, node: OnnxNode) -> AffineUnits | Class:
    return reader.values[node.given(0)]


def _dropout(reader: Reader, node: OnnxNode) -> AffineUnits | Class:
    mode = reader.known.get(node.given(2))
    if node.given(2) and (mode is None or mode.any()):
        raise reader.stack.refuse("Dropout is still training: export with model.eval().")
    reader.stack.told["dropout"] = None
    return reader.values[node.given(0)]


def _joined(reader: Reader, node: OnnxNode) -> AffineUnits:
    """Concat of inputs, or of 1 - p and p, as two classes are exported."""
    parts = [reader.seen(node, number) for number in range(len(node.inputs))]
    axis = node.attributes["axis"]
    first = parts[0]
    layer = reader.stack.layers[first.layer]
    if any(part.layer != first.layer or part.changes != first.changes for part in parts):
        raise reader.stack.refuse("Concat joins results of several layers.")
    if len(parts) == 2 and _is_opposite(*parts, layer):
        return reader.stack.both(parts[1])
    if axis not in {1, -1} or any(part.index.ndim != 1 for part in parts):
        raise reader.stack.refuse("Concat joins something other than single rows of numbers.")
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


OPERATORS: dict[str, Operator] = {
    "Gemm": _gemm, "MatMul": _matmul, "Conv": _conv, "MaxPool": _pool, "AveragePool": _pool,
    "GlobalAveragePool": _whole_mean, "ReduceMean": _whole_mean,
    "BatchNormalization": _normalised, "LayerNormalization": _layernorm,
    **dict.fromkeys(("Add", "Sub", "Mul", "Div"), _by_a_constant),
    "Relu": _activation("relu"), "LeakyRelu": _leaky, "Sigmoid": _activation("sigmoid"),
    "Tanh": _activation("tanh"), "Softmax": _softmax, "Flatten": _flatten, "Reshape": _reshape,
    **dict.fromkeys(("Transpose", "Squeeze", "Unsqueeze"), _moved), "Concat": _joined,
    "Identity": _same, "Cast": _same, "Dropout": _dropout,
}  # fmt: skip
"""The operators of networks."""

TAKEN = (
    "supported are Gemm, MatMul, Conv, MaxPool, AveragePool, GlobalAveragePool, "
    "BatchNormalization, LayerNormalization, Relu, LeakyRelu, Sigmoid, Tanh, Softmax, Dropout, "
    "scalings, reshapings, and the linear models of scikit-learn"
)
"""The same in a sentence."""


def read_layers(graph: Graph, more: dict[str, Operator]) -> Reader:
    """Combine the operators of a graph into layers.

    Parameters
    ----------
    graph : Graph
    more : dict
        Further operators, by name.

    Raises
    ------
    DataError
        An operator is unknown, or the graph is not a stack of layers.
    """
    operators = OPERATORS | more
    reader = Reader(graph, Stacking(graph.name), known=dict(graph.constants))
    _begin(reader)
    for node in graph.nodes:
        if node.op == "Shape" and isinstance(
            value := reader.values.get(node.given(0)), AffineUnits
        ):
            reader.known[node.outputs[0]] = np.array([ROWS, *value.index.shape])
        elif node.op in MOVES and all(name in reader.known for name in node.inputs if name):
            arrays = [reader.known[name] for name in node.inputs if name]
            reader.known[node.outputs[0]] = _made(reader, node, arrays)
        elif node.op not in operators:
            raise DataError(
                f"{graph.name}: the operator {short(node.op)} is not supported; {TAKEN}."
            )
        else:
            found = _meant(reader, node, operators[node.op])
            for name in node.outputs:
                reader.values.setdefault(name, found)
    return reader


def _meant(reader: Reader, node: OnnxNode, operator: Operator) -> AffineUnits | Class:
    """Return the result of an operator; errors from odd sizes or attributes become one sentence."""
    try:
        return operator(reader, node)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise reader.stack.refuse(f"{node.op} does not fit its inputs: {short(error)}.") from error


def _made(reader: Reader, node: OnnxNode, arrays: list[np.ndarray]) -> np.ndarray:
    try:
        return rearranged(node, arrays, reader.known)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise reader.stack.refuse(f"{node.op} cannot be computed: {short(error)}.") from error


def _begin(reader: Reader) -> None:
    """Add the inputs: one, or several side by side in the order of the file."""
    shapes = reader.graph.inputs
    stack = reader.stack
    sizes = [int(np.prod(shape)) for shape in shapes.values()]
    only = next(iter(shapes.values()))
    shape = only if len(shapes) == 1 else (sum(sizes),)
    shape = shape if len(shape) != 3 or shape[0] != 1 else shape[1:]  # a picture is one map
    stack.layers.append(Layer("input", shape, activation="given"))
    every, first = stack.seen(), 0
    for (name, own), size in zip(shapes.items(), sizes, strict=True):
        place = slice(first, first + size)
        reader.values[name] = every.moved(
            lambda array, place=place, own=own: array.ravel()[place].reshape(own)
        )
        first += size


def axes_of(node: OnnxNode, known: Mapping[str, np.ndarray], rank: int) -> list[int]:
    """Return the axes that a node names by an attribute or an input, as non-negative numbers."""
    given = node.attributes.get("axes")
    if given is None and node.given(1) in known:
        given = known[node.given(1)].ravel().tolist()
    axes = list(range(rank)) if given is None else [int(axis) for axis in given]
    return sorted(axis + rank if axis < 0 else axis for axis in axes)


def rearranged(
    node: OnnxNode, arrays: Sequence[np.ndarray], known: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Compute a node of `MOVES` from known arrays; the first array is the data.

    Raises
    ------
    DataError
        The result would be too large.
    """
    array, said = arrays[0], node.attributes
    match node.op:
        case "Gather":
            array = np.take(array, arrays[1].astype(int), axis=int(said.get("axis", 0)))
        case "Concat":
            if sum(each.size for each in arrays) > MOST_NUMBERS:
                raise DataError("Concat joins too many numbers.")
            array = np.concatenate(list(arrays), axis=int(said["axis"]))
        case "Unsqueeze":
            given = said.get("axes")
            given = known[node.given(1)].ravel().tolist() if given is None else given
            axes = axes_of(node, known, array.ndim + len(given))
            array = np.expand_dims(array, tuple(axes))
        case "Squeeze":
            axes = [axis for axis, length in enumerate(array.shape) if length == 1]
            if node.given(1) or "axes" in said:
                axes = axes_of(node, known, array.ndim)
            array = np.squeeze(array, tuple(axes))
        case "Transpose":
            array = np.transpose(array, said.get("perm"))
        case "Reshape":
            array = array.reshape(known[node.given(1)].astype(int).ravel())
    if array.size > MOST_NUMBERS:
        raise DataError(f"{node.op} makes {array.size:,} numbers of constants: too many.")
    return array
