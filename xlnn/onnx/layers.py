"""Combine the operators of a model into layers.

An operator that only rearranges numbers (flatten, transpose), or scales and shifts each, is not a
layer: it changes where the next layer finds its inputs (`AffineUnits`), and is folded into the
weights of a layer.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

import numpy as np

from xlnn.data.dataset import MOST_INPUTS, MOST_NUMBERS
from xlnn.equations.activation import leak_of
from xlnn.equations.layer import LAYERS, Shape
from xlnn.errors import DataError
from xlnn.onnx.onnx_file import Graph, OnnxNode

TASK = "task"
"""The entry of a model's metadata with its task, as `xlnn.onnx.export` writes it."""

RISING = {"sigmoid", "tanh", "relu"}
"""Monotonic activations, for which pooling may come before or after."""


@dataclass
class Layer:
    """A layer under construction.

    Attributes
    ----------
    kind : str
        A key of `xlnn.equations.layer.LAYERS`; ``input`` for the first layer.
    shape : tuple of int
        The shape of its units.
    parameters : dict of arrays
        By name; W has the shape (units, units below ...) or (filters, maps ..., rows, columns).
    activation : str
        "" until one is found.
    size, step, padding : tuple of int
        As in `xlnn.experiments.network.layers.LayerSpec`.
    changes : int
        How often its result was changed.
    """

    kind: str
    shape: Shape
    parameters: dict[str, np.ndarray] = field(default_factory=dict)
    activation: str = ""
    size: Shape = ()
    step: Shape = ()
    padding: Shape = ()
    changes: int = 0

    @property
    def is_open(self) -> bool:
        """Whether it has parameters and no activation yet."""
        return bool(self.parameters) and not self.activation


@dataclass(frozen=True)
class AffineUnits:
    """Numbers of a row as a graph passes them on: units of a layer, each scaled and shifted.

    Attributes
    ----------
    layer, changes : int
        The layer, and the number of its changes so far.
    index : array of int
        The flat index of each number's unit in the layer, in the shape of a row.
    scale, shift : array
        The factor of each number, and the summand added after that.
    """

    layer: int
    changes: int
    index: np.ndarray
    scale: np.ndarray
    shift: np.ndarray

    def moved(self, move: Callable[[np.ndarray], np.ndarray]) -> "AffineUnits":
        """Return the same numbers in another order or shape."""
        return replace(self, index=move(self.index), scale=move(self.scale), shift=move(self.shift))

    def times(self, scale: np.ndarray, shift: np.ndarray) -> "AffineUnits":
        """Return the numbers, each scaled and then shifted."""
        return replace(self, scale=self.scale * scale, shift=self.shift * scale + shift)

    def as_plain(self) -> "AffineUnits":
        """Return the numbers without factors and summands."""
        shape = self.index.shape
        return replace(self, scale=np.ones(shape), shift=np.zeros(shape))

    def by_unit(self) -> tuple[np.ndarray, np.ndarray]:
        """Return factors and summands in the order of the units, each of which occurs once."""
        order = np.argsort(self.index.ravel())
        return self.scale.ravel()[order], self.shift.ravel()[order]

    @property
    def is_plain(self) -> bool:
        """Whether the numbers are the units themselves."""
        return bool((self.scale == 1).all() and not self.shift.any())


@dataclass(frozen=True)
class Class:
    """A predicted class, or its label.

    Attributes
    ----------
    source : str
        The name of the outputs in the graph, the largest of which decides.
    """

    source: str


@dataclass
class TrainedModel:
    """A network, as far as it has been read of a graph.

    Attributes
    ----------
    graph : Graph
    layers : list of Layer
        From bottom to top, the input first; in the end the last is dense.
    values : dict
        The value of each name in the graph: numbers of a row, or a class.
    known : dict of arrays
        Arrays that do not depend on the rows.
    labels : tuple
        The classes in the order of the outputs, as texts in the end; () if the file has none.
    told : dict
        Keys of notes on the model, such as what was folded into what.
    scaling : (array, array) or None
        The middle and the factor of each input.
    outputs, classes : str
        The names of the outputs and of the class in the graph; "" if there is no class.
    """

    graph: Graph
    layers: list[Layer] = field(default_factory=list)
    values: dict[str, AffineUnits | Class] = field(default_factory=dict)
    known: dict[str, np.ndarray] = field(default_factory=dict)
    labels: tuple[Any, ...] = ()
    told: dict[str, None] = field(default_factory=dict)
    scaling: tuple[np.ndarray, np.ndarray] | None = None
    outputs: str = ""
    classes: str = ""

    @property
    def shape(self) -> Shape:
        """The shape of a row: (inputs,), (rows, columns) or (maps, rows, columns)."""
        return self.layers[0].shape

    @property
    def inputs(self) -> int:
        """How many numbers a row has."""
        return prod(self.shape)

    @property
    def is_classifier(self) -> bool:
        """Whether the largest output decides.

        It does if the file says so, if outputs are probabilities or have classes, and if the inputs
        are a picture.
        """
        last, task = self.layers[-1], self.graph.metadata.get(TASK)
        if last.shape[0] < 2 or task == "regression":
            return False
        if task == "classification":
            return True
        shares = last.activation in {"softmax", "sigmoid"}
        return shares or bool(self.classes) or len(self.shape) > 1

    def named_layers(self) -> dict[str, Layer]:
        """Return the layers above the input by name: numbers, starting with 1 for the input."""
        return {str(number): layer for number, layer in enumerate(self.layers[1:], start=2)}

    def weights(self) -> dict[str, np.ndarray]:
        """Return the weights and biases by name."""
        return {
            f"{parameter}{name}": array
            for name, layer in self.named_layers().items()
            for parameter, array in layer.parameters.items()
        }

    def refuse(self, reason: str) -> DataError:
        """Return the error for a model that is not a stack of layers."""
        return DataError(f"{self.graph.name}: {reason}")

    def row(self, node: OnnxNode, number: int = 0) -> AffineUnits:
        """Return an input, which must be numbers of a row."""
        value = self.values.get(node.given(number))
        if not isinstance(value, AffineUnits):
            raise self.refuse(f"{node.op} uses something that is not a number of a row.")
        return value

    def array(self, node: OnnxNode, number: int) -> np.ndarray:
        """Return an input, which must be a known array."""
        name = node.given(number)
        if name not in self.known:
            raise self.refuse(
                f"{node.op} joins two results that both follow from the row: in a workbook each "
                "layer follows another, with fixed weights."
            )
        return self.known[name]

    def seen(self) -> AffineUnits:
        """Return the units of the top layer, unchanged."""
        top = self.layers[-1]
        index = np.arange(int(np.prod(top.shape))).reshape(top.shape)
        number = len(self.layers) - 1
        return AffineUnits(number, top.changes, index, np.ones(index.shape), np.zeros(index.shape))

    def dense(self, seen: AffineUnits, W: np.ndarray, b: np.ndarray) -> AffineUnits:
        """Add a dense layer; W (units, inputs), b (units,)."""
        seen = self._settled(seen)
        if seen.index.ndim != 1 or W.shape[1:] != seen.index.shape:
            shape = " × ".join(map(str, seen.index.shape))
            raise self.refuse(
                f"weights of {W.shape[1]} inputs meet rows of {shape} numbers: flatten them first."
            )
        below = self._closed()
        self._check_units(len(W))
        if len(W) * prod(below.shape) > MOST_NUMBERS:
            raise self.refuse(f"a layer has {len(W) * prod(below.shape):,} weights: too many.")
        seen = self._input_scaled(seen)
        placed = np.zeros((len(W), int(np.prod(below.shape))))
        np.add.at(placed.T, seen.index, (W * seen.scale).T)
        b = b + W @ seen.shift
        if not (seen.is_plain or seen.layer == 0):
            self.told["folded above"] = None
        parameters = {"W": placed.reshape(len(W), *below.shape), "b": b.astype(float)}
        self.layers.append(Layer("dense", (len(W),), parameters))
        return self.seen()

    def layernorm(self, seen: AffineUnits, gain: np.ndarray, shift: np.ndarray) -> AffineUnits:
        """Add a layer normalisation; gain and shift (units,)."""
        seen = self._input_scaled(self._settled(seen))
        below = self._layer(seen)
        if not self._is_whole(seen):
            raise self.refuse(
                "LayerNormalization takes what is not the units of a layer as they are."
            )
        self._closed()
        return self._put(Layer("layernorm", (), {"gain": gain, "shift": shift}), 0, below)

    def convolution(
        self, seen: AffineUnits, W: np.ndarray, b: np.ndarray, step: Shape, padding: Shape
    ) -> AffineUnits:
        """Add a convolutional layer; W (filters, maps, rows, columns), b (filters,)."""
        seen = self._input_scaled(self._settled(seen))
        below, maps = self._closed(), self._maps(seen)
        if W.shape[1] != len(maps.index):
            raise self.refuse(
                f"filters over {W.shape[1]} maps meet {len(maps.index)}: groups are not supported."
            )
        scale, shift = (self._of_each_map(numbers) for numbers in (maps.scale, maps.shift))
        if any(padding) and shift.any():
            raise self.refuse(
                "a batch normalisation comes before filters with a padding, whose zeros it does "
                "not change: put it after the filters."
            )
        b = b + (W * shift[:, np.newaxis, np.newaxis]).sum(axis=(1, 2, 3))
        W = W * scale[:, np.newaxis, np.newaxis]
        if not maps.is_plain:
            self.told["folded above"] = None
        if len(below.shape) == 2:
            W = W[:, 0]
        layer = Layer("convolution", (), {"W": W, "b": b}, size=W.shape[-2:])
        layer.step = () if step == (1, 1) else step
        layer.padding = padding if any(padding) else ()
        return self._put(layer, len(W), below)

    def pooling(
        self, seen: AffineUnits, kind: str, size: Shape, step: Shape, padding: Shape
    ) -> AffineUnits:
        """Add a pooling layer: ``max pooling`` or ``average pooling``."""
        seen = self._input_scaled(self._settled(seen))
        below, maps = self._layer(seen), self._maps(seen)
        scale, shift = (self._of_each_map(numbers) for numbers in (maps.scale, maps.shift))
        if kind == "max pooling" and (scale < 0).any():
            raise self.refuse("numbers are multiplied by one below 0 before the largest is taken.")
        layer = Layer(kind, (), size=size)
        divides = all(n % side == 0 for n, side in zip(below.shape[-2:], size, strict=True))
        layer.step = () if step == size and divides and not any(padding) else step
        layer.padding = padding if any(padding) else ()
        pooled = self._put(layer, 0, below)
        return pooled.times(*(factors[:, np.newaxis, np.newaxis] for factors in (scale, shift)))

    def activate(self, seen: AffineUnits, name: str) -> AffineUnits:
        """Give the top layer an activation function."""
        seen = self._settled(seen)
        layer, number = self._layer(seen), seen.layer
        if layer.kind == "max pooling" and (name in RISING or leak_of(name) is not None):
            while self.layers[number].kind == "max pooling":
                number -= 1
            layer = self.layers[number]
            self.told["activation below"] = None
        if not layer.is_open or not seen.is_plain:
            source = "the inputs" if number == 0 else f"what is no weighted input ({layer.kind})"
            raise self.refuse(
                f"the activation {name} is applied to {source}: it must follow weights or filters."
            )
        if name == "softmax" and (layer.kind != "dense" or seen.index.ndim != 1):
            raise self.refuse("softmax is applied to maps, but it must follow a dense layer.")
        layer.activation = name
        return self._changed(seen)

    def both(self, seen: AffineUnits) -> AffineUnits:
        """Turn a single sigmoid unit into two, the first of which is its complement."""
        layer = self._layer(seen)
        if layer.kind != "dense":
            raise self.refuse("what is joined is not a unit with weights.")
        for name, array in layer.parameters.items():
            layer.parameters[name] = np.concatenate([-array, array])
        layer.shape = (2,)
        layer.changes += 1
        self.told["both"] = None
        return self.seen()

    def finished(self, seen: AffineUnits) -> None:
        """Make sure that the last layer is dense and its units are the outputs."""
        seen = self._settled(seen)
        if self._layer(seen).kind != "dense" or not self._is_whole(seen):
            flat = seen.moved(np.ravel)
            self.dense(flat, np.eye(flat.index.size), np.zeros(flat.index.size))
            self.told["copied"] = None
        self._closed()

    def _check_units(self, units: int) -> None:
        """Refuse more units than a sheet has columns, before memory is allocated."""
        if units > MOST_INPUTS:
            raise self.refuse(f"a layer has {units:,} units, and a sheet {MOST_INPUTS:,} columns.")

    def _layer(self, seen: AffineUnits) -> Layer:
        """Return the layer of some numbers, which must be the top one."""
        layer = self.layers[seen.layer]
        if seen.layer != len(self.layers) - 1 or seen.changes != layer.changes:
            raise self.refuse(
                "it branches: a result is used in two places, but in a workbook each layer follows "
                "another."
            )
        return layer

    def _changed(self, seen: AffineUnits) -> AffineUnits:
        layer = self.layers[seen.layer]
        layer.changes += 1
        return replace(seen, changes=layer.changes)

    def _closed(self) -> Layer:
        """Make layers without an activation linear, and return the top one."""
        for layer in self.layers:
            if layer.is_open:
                layer.activation = "linear"
        return self.layers[-1]

    def _put(self, layer: Layer, units: int, below: Layer) -> AffineUnits:
        sides = (layer.size, layer.step, layer.padding)
        try:
            kind = LAYERS[layer.kind](below.shape, units, *sides)
        except DataError as error:
            raise self.refuse(f"a {layer.kind} {error}.") from error
        layer.shape = kind.shape
        self._check_units(prod(layer.shape))
        self.layers.append(layer)
        return self.seen()

    def _settled(self, seen: AffineUnits) -> AffineUnits:
        """Fold scale and shift of numbers into the layer that computes them."""
        layer, number = self._layer(seen), seen.layer
        while self.layers[number].kind.endswith("pooling"):
            number -= 1
        weighted = self.layers[number]
        sound = (seen.scale > 0).all() or layer is weighted
        if seen.is_plain or not weighted.is_open or not sound or not self._covers(seen):
            return seen
        scale, shift = (numbers.reshape(layer.shape[0], -1) for numbers in seen.by_unit())
        if (scale != scale[:, :1]).any() or (shift != shift[:, :1]).any():
            return seen
        # weights and biases, or gains and shifts: the first is a factor, the second a summand
        (first, W), (second, b) = weighted.parameters.items()
        weighted.parameters = {
            first: W * scale[:, 0].reshape(-1, *(1,) * (W.ndim - 1)),
            second: b * scale[:, 0] + shift[:, 0],
        }
        return self._changed(seen.as_plain())

    def _covers(self, seen: AffineUnits) -> bool:
        """Return whether each unit of the layer occurs exactly once."""
        units = np.arange(prod(self.layers[seen.layer].shape))
        return np.array_equal(np.sort(seen.index.ravel()), units)

    def _is_whole(self, seen: AffineUnits) -> bool:
        """Return whether numbers are the units of the layer as they are, in their order."""
        units = np.arange(prod(self.layers[seen.layer].shape))
        return seen.is_plain and np.array_equal(seen.index.ravel(), units)

    def _input_scaled(self, seen: AffineUnits) -> AffineUnits:
        """Keep the scaling of inputs separate from the weights, so that it is visible."""
        if seen.layer or seen.is_plain or not self._covers(seen) or not seen.scale.all():
            return seen
        factor, shift = seen.by_unit()
        self.scaling = -shift / factor + 0.0, factor
        return seen.as_plain()

    def _maps(self, seen: AffineUnits) -> AffineUnits:
        """Return numbers as maps, in the layer's order."""
        layer = self._layer(seen)
        shape = layer.shape if len(layer.shape) == 3 else (1, *layer.shape)
        natural = np.arange(seen.index.size).reshape(seen.index.shape)
        if len(shape) != 3 or seen.index.shape != shape or (seen.index != natural).any():
            raise self.refuse(
                "filters and blocks look at maps, rows and columns in this order: what they meet "
                f"has the shape {list(seen.index.shape)}, or another order."
            )
        return seen

    def _of_each_map(self, numbers: np.ndarray) -> np.ndarray:
        """Return the value of each map, which must be the same at all its places."""
        by_map = numbers.reshape(len(numbers), -1)
        if (by_map != by_map[:, :1]).any():
            raise self.refuse("places of one map are scaled differently: scale the inputs before.")
        return by_map[:, 0]
