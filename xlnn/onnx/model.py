"""Read a network from an ONNX file: layers, weights, scaling and labels."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path

import numpy as np

from xlnn.data.classes import name as label_of
from xlnn.data.numbers import LARGEST
from xlnn.data.wording import cut, listed
from xlnn.equations.layer import WEIGHTS, Shape
from xlnn.errors import DataError
from xlnn.onnx.layers import AffineUnits, Class, Layer, Stacking
from xlnn.onnx.onnx_file import Graph, read_graph
from xlnn.onnx.operators import read_layers

LABELS, TASK = "labels", "task"
"""The entries of a model's metadata with its labels (a list in JSON) and its task, as
`xlnn.onnx.export` writes them."""


@dataclass(frozen=True)
class TrainedModel:
    """A network read from a file.

    Attributes
    ----------
    graph : Graph
    shape : tuple of int
        The shape of a row: (inputs,), or for a picture (rows, columns) or (maps, rows, columns).
    layers : tuple of Layer
        From bottom to top; the last is dense.
    scaling : (array, array) or None
        The middle and the factor of each input.
    labels : tuple of str
        The labels of the outputs; () if the file has none.
    outputs : str
        The name of the outputs in the graph.
    classes : str
        The name of the class in the graph; "" if it has none.
    told : tuple of str
        Keys of notes on the model.
    """

    graph: Graph
    shape: Shape
    layers: tuple[Layer, ...]
    scaling: tuple[np.ndarray, np.ndarray] | None
    labels: tuple[str, ...]
    outputs: str
    classes: str
    told: tuple[str, ...]

    @property
    def inputs(self) -> int:
        """How many numbers a row has."""
        return int(np.prod(self.shape))

    @property
    def is_classifier(self) -> bool:
        """Whether the largest output decides.

        It does if the file says so, if outputs are probabilities or have classes, and if the inputs
        are a picture.
        """
        last, told = self.layers[-1], self.graph.metadata.get(TASK)
        if last.shape[0] < 2 or told == "regression":
            return False
        if told == "classification":
            return True
        shares = last.activation in {"softmax", "sigmoid"}
        return shares or bool(self.classes) or len(self.shape) > 1

    def names(self) -> tuple[str, ...]:
        """Return the names of the layers: numbers, starting with 1 for the input."""
        return tuple(str(number) for number in range(2, len(self.layers) + 2))

    def weights(self) -> dict[str, np.ndarray]:
        """Return the weights and biases by name."""
        return {
            f"{parameter}{name}": array
            for name, layer in zip(self.names(), self.layers, strict=True)
            for parameter, array in layer.parameters.items()
        }


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
    graph = read_graph(path, large=large)
    stack = read_layers(graph)
    source, seen, classes = _outputs(stack)
    stack.finished(seen)
    given, *layers = stack.layers
    _tell(stack, layers)
    if any(layer.activation == "softmax" for layer in layers[:-1]):
        raise DataError(
            f"{path.name}: softmax comes before another layer, but it is only for the outputs."
        )
    return TrainedModel(
        graph=graph,
        shape=given.shape,
        layers=tuple(layers),
        scaling=stack.scaling,
        labels=_labels(stack, layers[-1].shape[0]),
        outputs=source,
        classes=classes,
        told=tuple(stack.told),
    )


def _outputs(stack: Stacking) -> tuple[str, AffineUnits, str]:
    """Return the outputs, their name, and the name of the class."""
    values = {name: stack.values.get(name) for name in stack.graph.outputs}
    numbers = {name: value for name, value in values.items() if isinstance(value, AffineUnits)}
    sources = {name: value.source for name, value in values.items() if isinstance(value, Class)}
    classes = next(reversed(sources), "")
    if not numbers and not classes:
        raise stack.refuse("no output follows from the rows.")
    if not numbers:
        return sources[classes], stack.values[sources[classes]], classes  # type: ignore[return-value]
    if len(numbers) > 1:
        raise stack.refuse(
            f"it has several outputs ({listed(numbers)}), but only one is supported."
        )
    ((name, seen),) = numbers.items()
    return _source(stack, name), seen, classes


def _source(stack: Stacking, name: str) -> str:
    """Return the name of the numbers before a ZipMap, which returns no array."""
    for node in stack.graph.nodes:
        if node.op == "ZipMap" and name in node.outputs:
            return node.inputs[0]
    return name


def _labels(stack: Stacking, outputs: int) -> tuple[str, ...]:
    """Return the labels in the graph or in its metadata."""
    name, found = stack.graph.name, stack.labels
    if found is None:
        found = _of_metadata(stack.graph.metadata)
    if found is None:
        return ()
    if len(found) != outputs:
        raise DataError(f"{name} names {len(found)} labels for {outputs} outputs.")
    return tuple(cut(label_of(str(label), name)) for label in found)


def _of_metadata(metadata: Mapping[str, str]) -> tuple[str, ...] | None:
    try:
        labels = json.loads(metadata.get(LABELS, ""))
    except (ValueError, RecursionError):
        return None
    if not isinstance(labels, list) or not all(isinstance(label, str | int) for label in labels):
        return None
    return tuple(map(str, labels)) or None


def _tell(stack: Stacking, layers: list[Layer]) -> None:
    """Note what the user may have forgotten in the model, and refuse numbers that are too large."""
    told = stack.told
    for layer, above in pairwise(layers):
        is_linear = layer.activation == "linear" and not WEIGHTS.isdisjoint(layer.parameters)
        if is_linear and above.kind != "layernorm":
            told["linear"] = None
    for array in chain(*(layer.parameters.values() for layer in layers)):
        if not (np.abs(array) <= LARGEST).all():
            raise DataError(f"{stack.graph.name}: a weight is too large for a workbook.")
