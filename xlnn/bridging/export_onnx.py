"""How is a trained network written in ONNX?

Every tensor has the name of its quantity (``x``, ``z2``, ``a2``), and every constant that of
PyTorch. What the sheet scales, the model scales.
"""

import json
from collections.abc import Sequence
from importlib import metadata
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from xlnn.bridging.export_tensors import maps, names_of, tensors_of
from xlnn.bridging.export_trained import PRODUCER, Trained, properties
from xlnn.equations.layer import LayerKind

OPSET, IR = 17, 8
"""Of 2022: versions of ONNX Runtime from 1.12 on read them."""

OPERATORS = {
    "sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "Relu", "linear": "Identity",
    "softmax": "Softmax",
}  # fmt: skip

POOLINGS = {"max pooling": "MaxPool", "average pooling": "AveragePool"}


def onnx_of(trained: Trained, precision: type[np.floating]) -> bytes:
    """Return the model of a network, sound in the eyes of ONNX's own checker; lists are in JSON.

    Its input has the shape (images, inputs), or (images, 1, rows, columns) where filters look at a
    picture; its output (images, outputs).
    """
    graph = _Graph(tensors_of(trained, precision))
    kinds = trained.spec.kinds
    below = kinds[trained.spec.layers[0].name].below
    rows: list[int | str] = ["images", *(below if len(below) == 1 else (1, *below))]
    seen = first = "raw" if "middle" in trained.scaling else "x"
    if "middle" in trained.scaling:
        graph.reshape("middle", rows[1:])
        graph.reshape("factor", rows[1:])
        seen = graph.add("Sub", [seen, "middle"], "raw_less_middle")
        seen = graph.add("Mul", [seen, "factor"], "x")
    for layer in trained.spec.layers:
        kind, name = kinds[layer.name], layer.name
        if layer.kind in POOLINGS:
            pool = _pooled if precision is np.float32 else _pooled_in_double
            seen = pool(graph, layer.kind, kind, layer.size, seen, f"a{name}")
            continue
        if len(kind.shape) == 1:
            if len(kind.below) > 1:
                seen = graph.add("Flatten", [seen], f"flat{name}", axis=1)
            seen = graph.add("Gemm", [seen, *names_of(name)], f"z{name}", transB=1)
        elif precision is np.float32:
            seen = graph.add("Conv", [seen, *names_of(name)], f"z{name}")
        else:
            seen = _filtered_in_double(graph, kind, layer.size, seen, name)
        axis = {"axis": 1} if layer.activation == "softmax" else {}
        seen = graph.add(OPERATORS[layer.activation], [seen], f"a{name}", **axis)
    if "t_factor" in trained.scaling:
        seen = graph.add("Div", [seen, "t_factor"], "predicted_less_middle")
        seen = graph.add("Add", [seen, "t_middle"], "predicted")
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(precision))
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            trained.spec.template,
            [helper.make_tensor_value_info(first, kind, rows)],
            [helper.make_tensor_value_info(seen, kind, ["images", trained.outputs.shape[1]])],
            graph.initialisers,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR,
        producer_name=PRODUCER,
        producer_version=metadata.version("xlnn"),
    )
    helper.set_model_props(
        model,
        {
            key: said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
            for key, said in properties(trained).items()
        },
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


class _Graph:
    """Nodes and constants, in the order in which they were added."""

    def __init__(self, tensors: dict[str, np.ndarray]) -> None:
        self.tensors = tensors
        self.nodes: list[onnx.NodeProto] = []

    @property
    def initialisers(self) -> list[TensorProto]:
        """The constants."""
        return [numpy_helper.from_array(array, name) for name, array in self.tensors.items()]

    def add(self, operator: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:  # noqa: ANN401 -- as ONNX has them
        """Add a node, and return the name of its output."""
        self.nodes.append(helper.make_node(operator, inputs, [output], output, **attributes))
        return output

    def constant(self, name: str, numbers: object) -> str:
        """Add whole numbers, and return their name."""
        self.tensors[name] = np.asarray(numbers, dtype=np.int64)
        return name

    def reshape(self, name: str, shape: Sequence[int | str]) -> None:
        """Give a constant another shape."""
        self.tensors[name] = self.tensors[name].reshape([int(length) for length in shape])


def _pooled(  # noqa: PLR0913, PLR0917 -- as `_pooled_in_double`
    graph: _Graph, name: str, kind: LayerKind, size: tuple[int, ...], seen: str, output: str
) -> str:
    del kind
    return graph.add(POOLINGS[name], [seen], output, kernel_shape=size, strides=size)


def _pooled_in_double(  # noqa: PLR0913, PLR0917 -- the same
    graph: _Graph, name: str, kind: LayerKind, size: tuple[int, ...], seen: str, output: str
) -> str:
    """Pool blocks along axes of their own: ONNX Runtime's AveragePool has no double."""
    (rows, columns), (r, c) = kind.below[-2:], size
    blocks = [0, maps(kind.below), rows // r, r, columns // c, c]
    shape = graph.constant(f"blocks_{output}", blocks)
    seen = graph.add("Reshape", [seen, shape], f"in_{shape}")
    operator = "ReduceMax" if name == "max pooling" else "ReduceMean"
    return graph.add(operator, [seen], output, axes=[3, 5], keepdims=0)


def _filtered_in_double(
    graph: _Graph, kind: LayerKind, size: tuple[int, ...], seen: str, name: str
) -> str:
    """Lay every window beside the filters and multiply: ONNX Runtime's Conv has no double."""
    (rows, columns), (r, c) = kind.below[-2:], size
    filters, R, C = kind.shape
    numbers = np.arange(maps(kind.below) * rows * columns).reshape(-1, rows, columns)
    windows = [numbers[:, i : i + r, j : j + c].ravel() for i in range(R) for j in range(C)]
    weight, bias = names_of(name)
    flat = graph.constant(f"rows_{name}", [0, -1])
    seen = graph.add("Reshape", [seen, flat], f"flat{name}")
    at = graph.constant(f"windows_{name}", windows)
    seen = graph.add("Gather", [seen, at], f"windows{name}", axis=1)
    wide = graph.constant(f"filters_{name}", [filters, -1])
    weight = graph.add("Reshape", [weight, wide], f"rows_of_{weight}")
    weight = graph.add("Transpose", [weight], f"columns_of_{weight}", perm=[1, 0])
    seen = graph.add("MatMul", [seen, weight], f"sums{name}")
    seen = graph.add("Add", [seen, bias], f"places{name}")
    seen = graph.add("Transpose", [seen], f"filters{name}", perm=[0, 2, 1])
    shape = graph.constant(f"maps_{name}", [0, filters, R, C])
    return graph.add("Reshape", [seen, shape], f"z{name}")
