"""Find the arrays of a graph that do not depend on its inputs.

A graph may compute the size of a reshaping from the shape of its rows, or transpose its weights.
Only operators that rearrange numbers are computed here, so a small file cannot produce a large
array.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from xlnn.data.dataset import MOST_NUMBERS
from xlnn.errors import DataError
from xlnn.onnx.onnx_file import OnnxNode

ROWS = -1
"""The number of rows in a shape: "the rest" to a reshaping."""


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
    """Return the result of a node for known arrays, the first of which are its data.

    Raises
    ------
    KeyError
        The node does more than rearrange numbers.
    DataError
        The result would be too large.
    """
    made = MOVES[node.op](node, arrays, known)
    if made.size > MOST_NUMBERS:
        raise DataError(f"{node.op} makes {made.size:,} numbers of constants: too many.")
    return made


def _gather(
    node: OnnxNode, arrays: Sequence[np.ndarray], _: Mapping[str, np.ndarray]
) -> np.ndarray:
    array, index = arrays
    return np.take(array, index.astype(int), axis=int(node.attributes.get("axis", 0)))


def _concat(
    node: OnnxNode, arrays: Sequence[np.ndarray], _: Mapping[str, np.ndarray]
) -> np.ndarray:
    if sum(array.size for array in arrays) > MOST_NUMBERS:
        raise DataError("Concat joins too many numbers.")
    return np.concatenate(list(arrays), axis=int(node.attributes["axis"]))


def _unsqueeze(
    node: OnnxNode, arrays: Sequence[np.ndarray], known: Mapping[str, np.ndarray]
) -> np.ndarray:
    given = node.attributes.get("axes")
    given = known[node.given(1)].ravel().tolist() if given is None else given
    rank = arrays[0].ndim + len(given)
    return np.expand_dims(arrays[0], tuple(axes_of(node, known, rank)))


def _squeeze(
    node: OnnxNode, arrays: Sequence[np.ndarray], known: Mapping[str, np.ndarray]
) -> np.ndarray:
    shape = arrays[0].shape
    if node.given(1) or "axes" in node.attributes:
        axes = axes_of(node, known, len(shape))
    else:
        axes = [axis for axis, length in enumerate(shape) if length == 1]
    return np.squeeze(arrays[0], tuple(axes))


def _transpose(
    node: OnnxNode, arrays: Sequence[np.ndarray], _: Mapping[str, np.ndarray]
) -> np.ndarray:
    return np.transpose(arrays[0], node.attributes.get("perm"))


def _reshape(
    node: OnnxNode, arrays: Sequence[np.ndarray], known: Mapping[str, np.ndarray]
) -> np.ndarray:
    return arrays[0].reshape(known[node.given(1)].astype(int).ravel())


def _same(_: OnnxNode, arrays: Sequence[np.ndarray], __: Mapping[str, np.ndarray]) -> np.ndarray:
    return arrays[0]


MOVES: dict[
    str, Callable[[OnnxNode, Sequence[np.ndarray], Mapping[str, np.ndarray]], np.ndarray]
] = {
    "Gather": _gather, "Concat": _concat, "Unsqueeze": _unsqueeze, "Squeeze": _squeeze,
    "Transpose": _transpose, "Reshape": _reshape, "Identity": _same, "Cast": _same,
}  # fmt: skip
"""Operators that are computed for constants."""
