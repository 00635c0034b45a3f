"""Name and shape the weights of a network as PyTorch does.

A layer is an attribute of a module: ``self.layer2 = nn.Linear(12, 3)`` has ``layer2.weight`` of
shape (out, in) and ``layer2.bias``; ``self.layerF = nn.Conv2d(1, 3, 3)`` has ``layerF.weight`` of
shape (out, in, rows, columns).
"""

from collections.abc import Mapping

import numpy as np

from xlnn.equations.layer import WEIGHTS, LayerKind, Shape, computed
from xlnn.onnx.export_trained import Trained
from xlnn.workbooks.network.spec import Spec
from xlnn.workbooks.network.start import tensor_name

Tensors = Mapping[str, np.ndarray]


def names_of(kind: LayerKind, layer: str) -> list[str]:
    """Return the names of a layer's parameters."""
    return [tensor_name(f"{parameter}{layer}") for parameter in kind.parameters]


def tensors_of(trained: Trained, precision: type[np.floating]) -> dict[str, np.ndarray]:
    """Return the weights and the scaling of inputs and targets, with PyTorch's names."""
    tensors: dict[str, np.ndarray] = {}
    for name, kind in trained.spec.kinds.items():
        for parameter in kind.parameters:
            array = trained.weights[f"{parameter}{name}"]
            if parameter in WEIGHTS:
                sides = (maps(kind.below), *kind.size) if kind.slides else (-1,)
                array = array.reshape(len(array), *sides)
            tensors[tensor_name(f"{parameter}{name}")] = array
    tensors |= trained.scaling
    return {name: np.ascontiguousarray(array, precision) for name, array in tensors.items()}


def maps(below: Shape) -> int:
    """Return how many maps a layer sees; a picture counts as one."""
    return below[0] if len(below) == 3 else 1


def outputs_of(spec: Spec, tensors: Tensors, samples: np.ndarray) -> np.ndarray:
    """Return the outputs of a network for samples, computed with its equations in NumPy.

    Parameters
    ----------
    spec : Spec
    tensors : dict of arrays
        The result of `tensors_of`.
    samples : array, shape (samples, inputs)
        The unscaled inputs.

    Returns
    -------
    array, shape (samples, outputs)
        For a regression, in the units of its targets.
    """
    tensors = {name: np.asarray(array, dtype=float) for name, array in tensors.items()}
    if "middle" in tensors:
        samples = (samples - tensors["middle"]) * tensors["factor"]
    a = samples.reshape(len(samples), *spec.kinds[spec.layers[0].name].below)
    for name, kind in spec.kinds.items():
        own = zip(kind.parameters, names_of(kind, name), strict=True)
        values = {"below": a, **{parameter: tensors[tensor] for parameter, tensor in own}}
        for each, equation in kind.forward.items():
            values[each] = computed(equation, values)
        a = values["a"]
    return tensors["t_middle"] + a / tensors["t_factor"] if "t_factor" in tensors else a
