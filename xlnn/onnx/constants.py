"""Find the arrays of a graph that do not depend on its inputs.

A graph may compute the size of a reshaping from the shape of its rows, or transpose its weights.
Only operators that rearrange numbers are computed here, so a small file cannot produce a large
array.
"""

from collections.abc import Mapping, Sequence

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


MOVES = frozenset({
    "Gather", "Concat", "Unsqueeze", "Squeeze", "Transpose", "Reshape", "Identity", "Cast",
})  # fmt: skip
"""Operators that are computed for constants."""


def rearranged(
    node: OnnxNode, arrays: Sequence[np.ndarray], known: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Compute a node of `MOVES` from known arrays; the first array is the data.

    Raises
    ------
    DataError
        The result would be too large.
    """
    array, said = arrays[0], node.attributes
    match node.op:
        case "Gather":
            array = np.take(array, arrays[1].astype(int), axis=int(said.get("axis", 0)))
        case "Concat":
            if sum(each.size for each in arrays) > MOST_NUMBERS:
                raise DataError("Concat joins too many numbers.")
            array = np.concatenate(list(arrays), axis=int(said["axis"]))
        case "Unsqueeze":
            given = said.get("axes")
            given = known[node.given(1)].ravel().tolist() if given is None else given
            axes = axes_of(node, known, array.ndim + len(given))
            array = np.expand_dims(array, tuple(axes))
        case "Squeeze":
            axes = [axis for axis, length in enumerate(array.shape) if length == 1]
            if node.given(1) or "axes" in said:
                axes = axes_of(node, known, array.ndim)
            array = np.squeeze(array, tuple(axes))
        case "Transpose":
            array = np.transpose(array, said.get("perm"))
        case "Reshape":
            array = array.reshape(known[node.given(1)].astype(int).ravel())
    if array.size > MOST_NUMBERS:
        raise DataError(f"{node.op} makes {array.size:,} numbers of constants: too many.")
    return array
