"""Write a trained network as an ONNX graph.

Tensors have the names of their quantities (``x``, ``z2``, ``a2``), and constants those of PyTorch.
Scaling in the sheet becomes part of the model.
"""

import json
from collections.abc import Sequence
from importlib import metadata
from math import prod
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from xlnn.equations.activation import leak_of
from xlnn.equations.layer import LayerKind
from xlnn.equations.layernorm import EPSILON
from xlnn.errors import WorkbookError
from xlnn.experiments.network.layers import LayerSpec, kinds_of
from xlnn.onnx.export_trained import PRODUCER, Trained, maps, names_of, properties, tensors_of
from xlnn.onnx.operators import ACTIVATIONS, POOLINGS

OPSET, IR = 17, 8
"""Versions from 2022, which ONNX Runtime reads since 1.12."""


def onnx_of(trained: Trained, precision: type[np.floating]) -> bytes:
    """Return the model of a network, verified by ONNX's checker; lists in metadata are JSON.

    Its input has the shape (samples, inputs), or (samples, 1, rows, columns) if the first layer has
    filters; its output (samples, outputs).
    """
    graph = _Graph(tensors_of(trained, precision), precision)
    kinds = kinds_of(trained.spec)
    below = kinds[trained.spec.layers[0].name].below
    rows: list[int | str] = ["images", *(below if len(below) == 1 else (1, *below))]
    seen = first = "raw" if "middle" in trained.scaling else "x"
    if "middle" in trained.scaling:
        for name in ("middle", "factor"):
            graph.tensors[name] = graph.tensors[name].reshape(rows[1:])
        seen = graph.add("Sub", [seen, "middle"], "raw_less_middle")
        seen = graph.add("Mul", [seen, "factor"], "x")
    for layer in trained.spec.layers:
        kind = kinds[layer.name]
        if layer.kind in POOLINGS:
            seen = _pooled(graph, layer, kind, seen)
            continue
        parameters = names_of(kind, layer.name)
        if layer.kind == "convolution":
            seen = _filtered(graph, layer, kind, seen)
        elif layer.kind == "layernorm":
            seen = _rescaled(graph, layer.name, parameters, seen)
        else:
            if len(kind.below) > 1:
                seen = graph.add("Flatten", [seen], f"flat{layer.name}", axis=1)
            seen = graph.add("Gemm", [seen, *parameters], f"z{layer.name}", transB=1)
        seen = _activated(graph, layer, seen)
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
            [numpy_helper.from_array(array, name) for name, array in graph.tensors.items()],
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR,
        producer_name=PRODUCER,
        producer_version=metadata.version("xlnn"),
    )
    helper.set_model_props(
        model,
        {
            key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for key, value in properties(trained).items()
        },
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


class _Graph:
    """Nodes and constants, in the order in which they were added."""

    def __init__(self, tensors: dict[str, np.ndarray], precision: type[np.floating]) -> None:
        self.tensors, self.precision = tensors, precision
        self.is_double = precision is np.float64
        self.nodes: list[onnx.NodeProto] = []

    def add(self, operator: str, inputs: Sequence[object], output: str, **attributes: Any) -> str:  # noqa: ANN401 -- as ONNX has them
        """Add a node, and return the name of its output; numbers among its inputs are constants."""
        names = []
        for number, entry in enumerate(inputs):
            names.append(entry if isinstance(entry, str) else f"{output}_{number}")
            if not isinstance(entry, str):
                kind = self.precision if isinstance(entry, float) else np.int64
                self.tensors[names[-1]] = np.asarray(entry, kind)
        self.nodes.append(helper.make_node(operator, names, [output], output, **attributes))
        return output


def _activated(graph: _Graph, layer: LayerSpec, seen: str) -> str:
    leak = leak_of(layer.activation)
    if leak is not None and graph.is_double:  # LeakyRelu keeps 7 digits of its slope
        above = graph.add("Max", [seen, 0.0], f"above{layer.name}")
        below = graph.add("Min", [seen, 0.0], f"below{layer.name}")
        below = graph.add("Mul", [below, leak], f"leaked{layer.name}")
        return graph.add("Add", [above, below], f"a{layer.name}")
    if leak is not None:
        return graph.add("LeakyRelu", [seen], f"a{layer.name}", alpha=leak)
    if layer.activation not in ACTIVATIONS:
        raise WorkbookError(
            f"Layer {layer.name}: no operator of ONNX is known for the activation "
            f"{layer.activation}: export to .npz or .safetensors, which hold the weights alone."
        )
    axis = {"axis": 1} if layer.activation == "softmax" else {}
    return graph.add(ACTIVATIONS[layer.activation], [seen], f"a{layer.name}", **axis)


def _rescaled(graph: _Graph, name: str, parameters: Sequence[str], seen: str) -> str:
    if not graph.is_double:
        how = {"axis": -1, "epsilon": float(EPSILON)}
        return graph.add("LayerNormalization", [seen, *parameters], f"z{name}", **how)
    # LayerNormalization keeps 7 digits of its epsilon
    mean = graph.add("ReduceMean", [seen], f"mean{name}", axes=[-1])
    off = graph.add("Sub", [seen, mean], f"off{name}")
    square = graph.add("Mul", [off, off], f"square{name}")
    variance = graph.add("ReduceMean", [square], f"variance{name}", axes=[-1])
    divisor = graph.add("Add", [variance, float(EPSILON)], f"above_0{name}")
    divisor = graph.add("Sqrt", [divisor], f"deviation{name}")
    seen = graph.add("Div", [off, divisor], f"normalised{name}")
    seen = graph.add("Mul", [seen, parameters[0]], f"product{name}")
    return graph.add("Add", [seen, parameters[1]], f"z{name}")


def _pooled(graph: _Graph, layer: LayerSpec, kind: LayerKind, seen: str) -> str:
    output, operator = f"a{layer.name}", POOLINGS[layer.kind]
    if operator == "AveragePool" and graph.is_double:  # not in ONNX Runtime
        seen = _windows(graph, layer, kind, seen)
        seen = graph.add("ReduceMean", [seen], f"means{layer.name}", axes=[3], keepdims=0)
        return graph.add("Reshape", [seen, [0, *kind.shape]], output)
    step = {"kernel_shape": layer.size, "strides": layer.step or layer.size}
    pads = {"pads": layer.padding} if layer.padding else {}
    return graph.add(operator, [seen], output, **step, **pads)


def _filtered(graph: _Graph, layer: LayerSpec, kind: LayerKind, seen: str) -> str:
    name, (weight, bias) = layer.name, names_of(kind, layer.name)
    if not graph.is_double:
        step = {"strides": layer.step} if layer.step else {}
        pads = {"pads": layer.padding} if layer.padding else {}
        return graph.add("Conv", [seen, weight, bias], f"z{name}", **step, **pads)
    # ONNX Runtime has no Conv for float64: multiply every window with the filters
    seen = _windows(graph, layer, kind, seen)
    weight = graph.add("Reshape", [weight, [0, 0, -1]], f"rows_of_{weight}")
    seen = graph.add("Einsum", [seen, weight], f"sums{name}", equation="nmwc,fmc->nwf")
    seen = graph.add("Add", [seen, bias], f"places{name}")
    seen = graph.add("Transpose", [seen], f"filters{name}", perm=[0, 2, 1])
    return graph.add("Reshape", [seen, [0, *kind.shape]], f"z{name}")


def _windows(graph: _Graph, layer: LayerSpec, kind: LayerKind, seen: str) -> str:
    """Add the cells of all windows, of shape (images, maps, windows, cells)."""
    name, (rows, columns) = layer.name, kind.below[-2:]
    if layer.padding:
        top, left, bottom, right = layer.padding
        around = [0, 0, top, left, 0, 0, bottom, right]
        seen = graph.add("Pad", [seen, around], f"padded{name}")
        rows, columns = rows + top + bottom, columns + left + right
    numbers = np.arange(rows * columns).reshape(rows, columns)
    every = np.lib.stride_tricks.sliding_window_view(numbers, layer.size)
    down, right = layer.step or ((1, 1) if layer.kind == "convolution" else layer.size)
    windows = every[::down, ::right].reshape(-1, prod(layer.size))
    seen = graph.add("Reshape", [seen, [0, maps(kind.below), -1]], f"flat{name}")
    return graph.add("Gather", [seen, windows], f"windows{name}", axis=2)
