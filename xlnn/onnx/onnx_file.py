"""Read the graph of an ONNX file if it is safe to read.

A file is untrusted. Its size and the sizes that it declares are checked before numbers are read;
nothing outside it is opened, and only ONNX's own operators are accepted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from xlnn.data.dataset import LARGE, MOST_INPUTS, MOST_NUMBERS
from xlnn.data.files import content
from xlnn.data.messages import listed, reason, short
from xlnn.errors import DataError

USUAL, LARGEST = 32 * 1024 * 1024, 512 * 1024 * 1024
"""The most bytes of a file, without and with --large: 8 bytes for each number allowed, and some
more."""

MOST_NODES = 10_000
"""Operators of a graph: no workbook has as many layers."""

MOST_ROWS = 4_096
"""The most rows of a model with a fixed number; missing rows are filled with 0.
"""

DOMAINS = {"": "", "ai.onnx": "", "ai.onnx.ml": "ai.onnx.ml"}
"""The accepted domains of operators: ONNX, and ONNX-ML for scikit-learn and others."""

FLOATS = {1: "float32", 11: "float64"}
"""The accepted number types, by ONNX's codes."""

NEEDED = 'ONNX models need two more packages: pip install "xlnn[onnx]".'


def needed(name: str, why: str = NEEDED) -> Any:  # noqa: ANN401 -- a module
    """Import an optional package.

    Raises
    ------
    DataError
        It is missing; the message says what to install.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise DataError(why) from error


def session(serialized: bytes) -> Any:  # noqa: ANN401 -- an InferenceSession
    """Return ONNX Runtime's session of a model, in one thread."""
    runtime = needed("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return runtime.InferenceSession(serialized, options, providers=["CPUExecutionProvider"])


@dataclass(frozen=True)
class OnnxNode:
    """A node of the graph: an operator with its inputs and outputs.

    Attributes
    ----------
    op : str
        Its name: ``Gemm``.
    inputs, outputs : tuple of str
        The names of its inputs and outputs; "" for one that is omitted.
    attributes : dict
        Numbers, lists of numbers, texts and arrays, by name.
    """

    op: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]

    def given(self, number: int) -> str:
        """Return the name of an input; "" if it is omitted."""
        return self.inputs[number] if number < len(self.inputs) else ""


@dataclass(frozen=True)
class Graph:
    """The graph of a model.

    Attributes
    ----------
    name : str
        The file's, for messages.
    inputs : dict
        The shape of each input without its rows, by name.
    outputs : tuple of str
    nodes : tuple of Node
        The nodes, each after those that it depends on.
    constants : dict of arrays
        The weights and other initial arrays, by name.
    metadata : dict of str
    precision : str
        ``float32`` or ``float64``.
    opset : int
        The version of ONNX's operators.
    rows : int or None
        The fixed number of rows that it takes at once, if any.
    serialized : bytes
        The bytes of the file, for ONNX Runtime.
    """

    name: str
    inputs: Mapping[str, tuple[int, ...]]
    outputs: tuple[str, ...]
    nodes: tuple[OnnxNode, ...]
    constants: Mapping[str, np.ndarray]
    metadata: Mapping[str, str]
    precision: str
    opset: int
    rows: int | None
    serialized: bytes


def read_graph(path: Path, *, large: bool = False) -> Graph:
    """Read an ONNX file.

    Parameters
    ----------
    path : Path
    large : bool
        Whether to accept many weights.

    Raises
    ------
    DataError
        The file is not a model, is too large, refers to other files, or uses operators that ONNX
        does not define.
    """
    onnx = needed("onnx")
    serialized, name = content(path, LARGEST if large else USUAL), path.name
    model = onnx.ModelProto()
    try:
        model.ParseFromString(serialized)
    except Exception as error:  # the parser's errors come from several packages
        raise DataError(
            f"{name} is not an ONNX model: export one with a name that ends in .onnx."
        ) from error
    graph = model.graph
    if not graph.node or not graph.output:
        raise DataError(f"{name} is not an ONNX model: it holds no operators.")
    _check_domains(name, model)
    attributes = (attribute for node in graph.node for attribute in node.attribute)
    tensors = [
        *graph.initializer,
        *(attribute.t for attribute in attributes if attribute.HasField("t")),
    ]
    _check_tensors(name, tensors, onnx.TensorProto.EXTERNAL, large=large)
    _check_whole(name, onnx, model)
    constants = {tensor.name: _array(name, onnx, tensor) for tensor in graph.initializer}
    inputs, precision, rows = _inputs(name, graph, constants)
    return Graph(
        name=name,
        inputs=inputs,
        outputs=tuple(output.name for output in graph.output),
        nodes=tuple(_node(name, onnx, node) for node in graph.node),
        constants=constants,
        metadata={entry.key: entry.value for entry in model.metadata_props},
        precision=precision,
        opset=max(
            (o.version for o in model.opset_import if DOMAINS.get(o.domain) == ""), default=1
        ),
        rows=rows,
        serialized=serialized,
    )


def _check_domains(name: str, model: Any) -> None:  # noqa: ANN401 -- onnx's own type
    """Refuse operators that ONNX does not define, and graphs of unreasonable size."""
    if len(model.graph.node) > MOST_NODES:
        raise DataError(
            f"{name} has {len(model.graph.node):,} operators; at most {MOST_NODES:,} are read."
        )
    for node in model.graph.node:
        if node.domain not in DOMAINS:
            raise DataError(
                f'{name}: the operator {short(node.op_type)} is of "{short(node.domain)}" and not '
                "of ONNX itself: the file does not say what it computes. Export the model without "
                "it."
            )


def _check_tensors(name: str, tensors: Iterable[Any], external: int, *, large: bool) -> None:
    """Refuse numbers stored in another file, and too many numbers."""
    count = 0
    for tensor in tensors:
        if tensor.data_location == external or tensor.external_data:
            raise DataError(
                f"{name}: its weights are in another file. Save everything in one file, with "
                "onnx.save(onnx.load(path), path), or external_data=False in torch.onnx.export."
            )
        if any(length < 0 for length in tensor.dims):
            raise DataError(f"{name}: {short(tensor.name)} has a negative size.")
        count += prod(tensor.dims)
    if count > (MOST_NUMBERS if large else LARGE):
        remedy = "" if large else ", or add --large"
        raise DataError(
            f"{name} holds {count:,} numbers; over {LARGE:,} make a workbook that takes minutes to "
            f"build and to open: use a smaller model{remedy}."
        )


def _check_whole(name: str, onnx: Any, model: Any) -> None:  # noqa: ANN401 -- the same
    """Refuse a graph that ONNX's checker refuses."""
    try:
        onnx.checker.check_model(model)
    except Exception as error:
        raise DataError(
            f"{name} is not a valid ONNX model: {reason(error)}. Export it again."
        ) from error


def _array(name: str, onnx: Any, tensor: Any) -> np.ndarray:  # noqa: ANN401 -- the same
    try:
        array = np.asarray(onnx.numpy_helper.to_array(tensor))
    except Exception as error:
        raise DataError(
            f"{name}: {short(tensor.name)} does not hold an array: {reason(error)}."
        ) from error
    if array.dtype.kind in "OS":  # texts
        return np.vectorize(_text, otypes=[object])(array)
    if array.dtype.kind not in "biuf":
        raise DataError(
            f"{name}: {short(tensor.name)} holds {array.dtype}, which are not plain numbers."
        )
    if array.dtype.kind == "f":
        array = array.astype(float)
        if not np.isfinite(array).all():
            raise DataError(f"{name}: {short(tensor.name)} holds a number that is not finite.")
    return array


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _node(name: str, onnx: Any, node: Any) -> OnnxNode:  # noqa: ANN401 -- the same
    attributes = {}
    for attribute in node.attribute:
        value = onnx.helper.get_attribute_value(attribute)
        if isinstance(value, onnx.GraphProto):
            raise DataError(
                f"{name}: the operator {short(node.op_type)} branches or loops: a workbook "
                "computes the same for every row."
            )
        is_array = isinstance(value, onnx.TensorProto)
        attributes[attribute.name] = _array(name, onnx, value) if is_array else _plain(value)
    return OnnxNode(node.op_type, tuple(node.input), tuple(node.output), attributes)


def _plain(value: object) -> Any:  # noqa: ANN401 -- a number, a text, or a list of them
    if isinstance(value, bytes):
        return _text(value)
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value


def _inputs(
    name: str,
    graph: Any,  # noqa: ANN401 -- the same
    constants: Mapping[str, np.ndarray],
) -> tuple[dict[str, tuple[int, ...]], str, int | None]:
    """Return the shapes of the inputs, the model's precision, and its number of rows if fixed."""
    shapes, types, rows = {}, set(), set()
    for given in graph.input:
        if given.name in constants:
            continue
        tensor = given.type.tensor_type
        if not given.type.HasField("tensor_type") or tensor.elem_type not in FLOATS:
            raise DataError(
                f"{name}: the input {short(given.name)} does not take plain numbers: float32 or "
                "float64 were expected."
            )
        types.add(FLOATS[tensor.elem_type])
        lengths = [d.dim_value if d.HasField("dim_value") else 0 for d in tensor.shape.dim]
        if len(lengths) < 2 or min(lengths[1:]) < 1:
            raise DataError(
                f"{name}: the input {short(given.name)} has the shape {lengths or 'of a number'}, "
                "where 0 is open: rows of a fixed size were expected."
            )
        if prod(lengths[1:]) > MOST_INPUTS or not 0 <= lengths[0] <= MOST_ROWS:
            raise DataError(
                f"{name}: the input {short(given.name)} takes {prod(lengths[1:]):,} numbers a row "
                f"and {lengths[0]:,} rows at once: a sheet has {MOST_INPUTS:,} columns, and up to "
                f"{MOST_ROWS:,} rows are given at once (0: any number)."
            )
        rows.add(lengths[0])
        shapes[given.name] = tuple(lengths[1:])
    if not shapes:
        raise DataError(f"{name} has no inputs: there is nothing to predict from.")
    if len(types) > 1 or len(rows) > 1:
        raise DataError(f"{name}: its inputs {listed(shapes)} are not of one kind.")
    return shapes, types.pop(), rows.pop() or None
