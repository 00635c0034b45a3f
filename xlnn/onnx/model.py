"""Read a network from an ONNX file: layers, weights, scaling and labels."""

import json
from collections.abc import Mapping
from itertools import chain, pairwise
from pathlib import Path

import numpy as np

from xlnn.data.classes import name as label_of
from xlnn.data.messages import cut, listed
from xlnn.data.numbers import LARGEST
from xlnn.equations.layer import WEIGHTS
from xlnn.errors import DataError
from xlnn.onnx.layers import AffineUnits, Class, Layer, TrainedModel
from xlnn.onnx.onnx_file import read_graph
from xlnn.onnx.operators import read_layers

LABELS = "labels"
"""The entry of a model's metadata with its labels, a list in JSON, as `xlnn.onnx.export` writes it.
"""


def read_model(path: Path, *, large: bool = False) -> TrainedModel:
    """Read a trained network.

    Parameters
    ----------
    path : Path
        An ONNX file.
    large : bool
        Whether it may have many weights.

    Raises
    ------
    DataError
        The file is not a model, or not a stack of layers; the message names the operator.
    """
    model = read_layers(read_graph(path, large=large))
    seen = _outputs(model)
    model.finished(seen)
    layers = model.layers[1:]
    _tell(model, layers)
    if any(layer.activation == "softmax" for layer in layers[:-1]):
        raise model.refuse("softmax comes before another layer, but it is only for the outputs.")
    model.labels = _labels(model, layers[-1].shape[0])
    return model


def _outputs(model: TrainedModel) -> AffineUnits:
    """Find the outputs and the class, and return the outputs."""
    values = {name: model.values.get(name) for name in model.graph.outputs}
    numbers = {name: value for name, value in values.items() if isinstance(value, AffineUnits)}
    sources = {name: value.source for name, value in values.items() if isinstance(value, Class)}
    model.classes = next(reversed(sources), "")
    if not numbers and not model.classes:
        raise model.refuse("no output follows from the rows.")
    if len(numbers) > 1:
        raise model.refuse(
            f"it has several outputs ({listed(numbers)}), but only one is supported."
        )
    name = next(iter(numbers), "") or sources[model.classes]
    # a ZipMap returns no array: take the numbers before it
    tables = (n for n in model.graph.nodes if n.op == "ZipMap" and name in n.outputs)
    model.outputs = next((node.inputs[0] for node in tables), name)
    return model.values[name]  # type: ignore[return-value]


def _labels(model: TrainedModel, outputs: int) -> tuple[str, ...]:
    """Return the labels in the graph or in its metadata."""
    name, labels = model.graph.name, model.labels or _of_metadata(model.graph.metadata)
    if labels and len(labels) != outputs:
        raise DataError(f"{name} names {len(labels)} labels for {outputs} outputs.")
    return tuple(cut(label_of(str(label), name)) for label in labels)


def _of_metadata(metadata: Mapping[str, str]) -> tuple[str, ...]:
    try:
        labels = json.loads(metadata.get(LABELS, ""))
    except (ValueError, RecursionError):
        return ()
    is_sound = isinstance(labels, list) and all(isinstance(label, str | int) for label in labels)
    return tuple(map(str, labels)) if is_sound else ()


def _tell(model: TrainedModel, layers: list[Layer]) -> None:
    """Note what the user may have forgotten in the model, and refuse numbers that are too large."""
    told = model.told
    for layer, above in pairwise(layers):
        is_linear = layer.activation == "linear" and not WEIGHTS.isdisjoint(layer.parameters)
        if is_linear and above.kind != "layernorm":
            told["linear"] = None
    for array in chain(*(layer.parameters.values() for layer in layers)):
        if not (np.abs(array) <= LARGEST).all():
            raise model.refuse("a weight is too large for a workbook.")
