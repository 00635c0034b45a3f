"""Translate the operators that scikit-learn's models use."""

from typing import Any

import numpy as np

from xlnn.onnx.layers import AffineUnits, Class, Stacking
from xlnn.onnx.onnx_file import OnnxNode
from xlnn.onnx.operators import OPERATORS, Operator

TRANSFORMS = {"NONE": "", "SOFTMAX": "softmax", "LOGISTIC": "sigmoid"}
"""The functions that a linear model applies to its sums."""


def _scaler(stack: Stacking, node: OnnxNode) -> AffineUnits:
    seen = stack.row(node)
    ones = np.ones(seen.index.shape)
    offset, scale = (
        np.asarray(node.attributes.get(name) or [usual], dtype=float)
        for name, usual in (("offset", 0.0), ("scale", 1.0))
    )
    try:
        return seen.times(ones * scale, ones * (-offset * scale))
    except ValueError as error:
        raise stack.refuse("Scaler scales another number of inputs.") from error


def _regressor(stack: Stacking, node: OnnxNode) -> AffineUnits:
    return _linear(stack, node, node.attributes.get("targets", 1))


def _classifier(stack: Stacking, node: OnnxNode) -> AffineUnits:
    labels = _labels(node, "classlabels_ints", "classlabels_strings")
    stack.labels = labels
    found = _linear(stack, node, len(node.attributes.get("intercepts") or labels))
    if node.outputs[0]:
        stack.values[node.outputs[0]] = Class(node.outputs[1])
    return found


def _linear(stack: Stacking, node: OnnxNode, units: int) -> AffineUnits:
    """Return the outputs of a linear model: a dense layer, perhaps with softmax or sigmoid."""
    seen = stack.row(node)
    b = np.asarray(node.attributes.get("intercepts") or [0.0] * units, dtype=float)
    W = np.asarray(node.attributes["coefficients"], dtype=float)
    if W.size != units * seen.index.size or b.shape != (units,):
        raise stack.refuse(f"{node.op} has {W.size} coefficients for {seen.index.size} inputs.")
    transform = node.attributes.get("post_transform", "NONE")
    if transform not in TRANSFORMS:
        raise stack.refuse(f"{node.op} ends with {transform}, which is not supported.")
    found = stack.dense(seen, W.reshape(units, -1), b)
    if TRANSFORMS[transform]:
        found = stack.activate(found, TRANSFORMS[transform])
    if node.op == "LinearClassifier" and units == 1:
        if transform != "LOGISTIC":
            raise stack.refuse("LinearClassifier tells two classes apart by a single sum.")
        found = stack.both(found)
    return found


def _normalizer(stack: Stacking, node: OnnxNode) -> AffineUnits:
    """Return probabilities unchanged if they already add up to 1, as Normalizer would."""
    seen = stack.row(node)
    if node.attributes.get("norm") != "L1":
        raise stack.refuse("Normalizer divides rows by another sum than L1's.")
    _check_shares(stack, seen)
    return seen


def _check_shares(stack: Stacking, seen: AffineUnits) -> None:
    """Refuse outputs that do not add up to 1 by themselves.

    Those of softmax do, and those of a unit with its complement.
    """
    layer = stack.layers[seen.layer]
    is_pair = layer.activation == "sigmoid" and layer.shape == (2,) and seen.index.size == 2
    if is_pair:
        opposite = (not array.sum(axis=0).any() for array in layer.parameters.values())
        is_pair = layer.kind == "dense" and all(opposite)
    if not (seen.is_plain and (layer.activation == "softmax" or is_pair)):
        raise stack.refuse(
            "outputs are divided by their sum, as in models of one class against the rest: train a "
            "multinomial one."
        )


def _positive(stack: Stacking, node: OnnxNode) -> AffineUnits:
    """Return outputs unchanged if none is negative, as Abs would."""
    seen = stack.row(node)
    if stack.layers[seen.layer].activation not in {"sigmoid", "softmax", "relu"}:
        raise stack.refuse("Abs removes the sign of a result, which no layer does.")
    return seen


def _sum(stack: Stacking, node: OnnxNode) -> AffineUnits:
    """Record that probabilities add up to 1, so that dividing by their sum changes nothing."""
    seen = stack.row(node)
    _check_shares(stack, seen)
    stack.known[node.outputs[0]] = np.ones((1, 1))
    return seen


def _zipmap(stack: Stacking, node: OnnxNode) -> AffineUnits:
    stack.labels = _labels(node, "classlabels_int64s", "classlabels_strings")
    return stack.row(node)


def _argmax(stack: Stacking, node: OnnxNode) -> Class:
    stack.row(node)
    if node.attributes.get("axis", 0) not in {1, -1} or node.attributes.get("select_last_index"):
        raise stack.refuse("ArgMax is supported only along the axis of the outputs.")
    return Class(node.given(0))


def _extracted(stack: Stacking, node: OnnxNode) -> AffineUnits | Class:
    """Gather or ArrayFeatureExtractor: the label of a class, or some columns of the inputs."""
    value = stack.values.get(node.given(1))
    if isinstance(value, Class) and node.given(0) in stack.known:
        stack.labels = tuple(stack.known[node.given(0)].ravel().tolist())
        return value
    return OPERATORS[node.op](stack, node)


def _labels(node: OnnxNode, *names: str) -> tuple[Any, ...]:
    return next(tuple(node.attributes[name]) for name in names if node.attributes.get(name))


CLASSICAL: dict[str, Operator] = {
    "Scaler": _scaler, "LinearRegressor": _regressor, "LinearClassifier": _classifier,
    "Normalizer": _normalizer, "ZipMap": _zipmap, "ArgMax": _argmax,
    "ArrayFeatureExtractor": _extracted, "Gather": _extracted, "Abs": _positive, "ReduceSum": _sum,
}  # fmt: skip
"""The operators of linear models, of scaling, and of postprocessing."""
