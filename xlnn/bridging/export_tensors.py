"""How does PyTorch name and shape the weights of a network, and what do they compute?

A layer is an attribute of a module: ``self.layer2 = nn.Linear(12, 3)`` has ``layer2.weight`` of
shape (out, in) and ``layer2.bias``; ``self.layerF = nn.Conv2d(1, 3, 3)`` has ``layerF.weight`` of
shape (out, in, rows, columns).
"""

from collections.abc import Mapping

import numpy as np

from xlnn.bridging.export_trained import Trained
from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.layer import Shape
from xlnn.workbooks.network.spec import Spec
from xlnn.workbooks.network.start import tensor_name
from xlnn.workbooks.predict.spec import PredictSpec

Tensors = Mapping[str, np.ndarray]


def names_of(layer: str) -> tuple[str, str]:
    """Return the names of a layer's weights and biases.

    >>> names_of("2")
    ('layer2.weight', 'layer2.bias')
    """
    return tensor_name(f"W{layer}"), tensor_name(f"b{layer}")


def tensors_of(trained: Trained, precision: type[np.floating]) -> dict[str, np.ndarray]:
    """Return the weights, and what scales inputs and targets, by the names that PyTorch has."""
    tensors: dict[str, np.ndarray] = {}
    for name, kind in trained.spec.kinds.items():
        if kind.weights:
            weight, bias = names_of(name)
            is_dense = len(kind.shape) == 1
            W = trained.weights[f"W{name}"]
            shape = (len(W), -1) if is_dense else (len(W), maps(kind.below), *W.shape[-2:])
            tensors[weight], tensors[bias] = W.reshape(shape), trained.weights[f"b{name}"]
    tensors |= trained.scaling
    return {name: np.ascontiguousarray(array, precision) for name, array in tensors.items()}


def maps(below: Shape) -> int:
    """Return how many maps a layer sees: a picture is one."""
    return below[0] if len(below) == 3 else 1


def outputs_of(spec: Spec | PredictSpec, tensors: Tensors, images: np.ndarray) -> np.ndarray:
    """Return what a network makes of images, by the statements of its equations in NumPy.

    Parameters
    ----------
    spec : Spec or PredictSpec
    tensors : dict of arrays
        As `tensors_of` gives them.
    images : array, shape (images, inputs)
        As they were given.

    Returns
    -------
    array, shape (images, outputs)
        Of a regression in the units of its targets.
    """
    tensors = {name: np.asarray(array, dtype=float) for name, array in tensors.items()}
    if "middle" in tensors:
        images = (images - tensors["middle"]) * tensors["factor"]
    a = images.reshape(len(images), *spec.kinds[spec.layers[0].name].below)
    for layer in spec.layers:
        kind = spec.kinds[layer.name]
        if kind.value:
            a = kind.value.array(below=a)
            continue
        weight, bias = (tensors[name] for name in names_of(layer.name))
        found = {"z": kind.weighted.array(a=a, W=weight, b=bias)}
        activation = ACTIVATIONS[layer.activation]
        for name, step in activation.steps.items():
            found[name] = step.array(**{role: found[role] for role in step.roles})
        a = activation.value.array(**{role: found[role] for role in activation.value.roles})
    return tensors["t_middle"] + a / tensors["t_factor"] if "t_factor" in tensors else a
