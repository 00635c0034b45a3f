"""Sort formulas into an order in which they can be computed.

Kahn's algorithm in waves: the first wave reads only constants, each further one what earlier waves
have computed. A range that formulas share is a node of its own: 64 gradients that read the same
64 cells cost 64 + 64 edges and not 64 * 64.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from xlnn.engines._shapes import Shape
from xlnn.engines._store import Places
from xlnn.errors import CircularReferenceError, EngineError

MAX_EXPANDED = 500_000_000
"""Cells in all distinct ranges together: an edge each, of 24 bytes while they are sorted."""

_AT_ONCE = 2_000_000  # cells of ranges that are expanded at a time


def waves(shapes: Sequence[Shape], places: Places) -> np.ndarray:
    """Find the wave in which each formula can be computed.

    Returns
    -------
    array, shape (formulas,)
        Wave numbers from 0, of the formulas of all shapes one after the other. They increase
        along every reference but need not be consecutive.

    Raises
    ------
    CircularReferenceError
        Formulas refer to one another in a circle.
    """
    cells = np.concatenate([shape.cells for shape in shapes])
    sources, targets, nodes = _edges(shapes, places, cells)
    waiting = np.bincount(targets, minlength=nodes).astype(np.int32)
    by_source = np.argsort(sources, kind="stable")
    followers = targets[by_source]
    first = np.concatenate([[0], np.cumsum(np.bincount(sources, minlength=nodes))])
    wave = np.full(nodes, -1, dtype=np.int32)
    ready = np.flatnonzero(waiting == 0)
    number = 0
    while ready.size:
        wave[ready] = number
        number += 1
        counts = first[ready + 1] - first[ready]
        # the places, in `followers`, of all followers of all ready nodes
        starts = np.repeat(first[ready] - (np.cumsum(counts) - counts), counts)
        following = followers[starts + np.arange(len(starts))]
        np.subtract.at(waiting, following, 1)
        ready = np.unique(following[waiting[following] == 0])
    if (wave < 0).any():
        place = cells[_on_cycle(sources, targets, wave, len(cells))]
        raise CircularReferenceError(
            f"{places.name(place)} depends on itself: a circular reference."
        )
    return wave[: len(cells)]


def _edges(
    shapes: Sequence[Shape], places: Places, cells: np.ndarray
) -> tuple[np.ndarray, np.ndarray, int]:
    """List who is read by whom.

    Nodes are the formulas, numbered as in `cells`, and after them the distinct ranges that hold a
    formula. Constants and empty cells are no nodes.

    Returns
    -------
    (array, array, int)
        For each edge the node that is read and the node that reads; the number of nodes.
    """
    node = np.full(places.size, -1, dtype=np.int32)
    node[cells] = np.arange(len(cells), dtype=np.int32)
    sources, targets = [], []
    ranges: dict[tuple[int, int], list[tuple[np.ndarray, np.ndarray]]] = defaultdict(list)
    start = 0
    for shape in shapes:
        readers = np.arange(start, start + len(shape.cells), dtype=np.int32)
        start += len(shape.cells)
        for corners, size in zip(shape.slots.T, shape.sizes, strict=True):
            if size == (1, 1):
                read = node[corners]
                sources.append(read[read >= 0])
                targets.append(readers[read >= 0])
            else:
                ranges[size].append((corners, readers))
    nodes, expanded = len(cells), 0
    for size, found in ranges.items():
        corners, readers = map(np.concatenate, zip(*found, strict=True))
        distinct, which = np.unique(corners, return_inverse=True)
        expanded += len(distinct) * size[0] * size[1]
        if expanded > MAX_EXPANDED:
            raise EngineError(
                f"The formulas read ranges of more than {MAX_EXPANDED} cells in all. Use shorter "
                "ranges: a running total, for example, is the total above plus one cell."
            )
        read, ranges_reading = _members(places, distinct, size, node)
        sources += [read, (nodes + which).astype(np.int32)]
        targets += [(nodes + ranges_reading).astype(np.int32), readers]
        nodes += len(distinct)
    empty = [np.empty(0, dtype=np.int32)]
    return np.concatenate(sources + empty), np.concatenate(targets + empty), nodes


def _members(
    places: Places, corners: np.ndarray, size: tuple[int, int], node: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """List the formulas in ranges of one size, and the index of the range of each."""
    read, ranges = [], []
    step = max(1, _AT_ONCE // (size[0] * size[1]))
    for start in range(0, len(corners), step):
        members = node[places.within(corners[start : start + step], size)]
        index = np.nonzero(members >= 0)[0]
        read.append(members[members >= 0])
        ranges.append(start + index)
    return np.concatenate(read), np.concatenate(ranges)


def _on_cycle(sources: np.ndarray, targets: np.ndarray, wave: np.ndarray, formulas: int) -> int:
    """Find a formula on a cycle: from any node that was never ready, go back until it repeats."""
    stuck = (wave[sources] < 0) & (wave[targets] < 0)
    before = dict(zip(targets[stuck].tolist(), sources[stuck].tolist(), strict=True))
    current, seen = next(iter(before)), set()
    while current not in seen or current >= formulas:
        seen.add(current)
        current = before[current]
    return current
