"""The engine ``formulas``: the Python library of that name computes every number.

The library's own model of a workbook builds a graph of Python objects for every cell, which takes
minutes and gigabytes for a training run. Here the library only parses formulas and computes
functions, both as rarely as possible:

- formulas that are equal except for the cells they read are parsed once (`_shapes`, `_programs`);
- cells become ready in waves (`waves`), and all ready cells of a shape are computed together;
- values live in one flat array (`_store`).
"""

from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import numpy as np
from formulas.ranges import Ranges

from xlnn.engines import Recalculate
from xlnn.engines._programs import Program, compile_shape
from xlnn.engines._shapes import Shape, laid_out
from xlnn.engines._store import Places, Store
from xlnn.errors import CircularReferenceError, EngineError, WorkbookError
from xlnn.grid import Inputs, Place, Values, address
from xlnn.xlsx.cells import SINGLE, all_cells
from xlnn.xlsx.formula_groups import BATCH, Groups, batches
from xlnn.xlsx.parts import sheet_parts

_AT_ONCE = 500_000
"""Values gathered at a time, so that a large wave does not double the memory."""


def load(path: Path) -> Recalculate:
    """Load a workbook: read its cells, parse its distinct formulas, find their order.

    Parameters
    ----------
    path : Path
        A file that `xlnn.xlsx.package.inspect` has accepted.

    Raises
    ------
    EngineError
        A formula cannot be parsed, uses a function that `formulas` lacks, or reads more cells than
        fit into memory.
    WorkbookError
        There is a circular reference.
    """
    return _FormulasSession(path)


class _FormulasSession:
    """A loaded workbook: constants, programs and the order in which to run them."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.store, self.shapes = _read(path)
        self.programs: dict[str, Program] = {}
        for shape in self.shapes:
            if shape.text not in self.programs:
                self.programs[shape.text] = self._compiled(shape)
        self.steps = list(_steps(self.shapes, self.store.places))

    def __call__(self, inputs: Inputs) -> Values:
        """Compute every formula, with some cells replaced by numbers."""
        store = self.store.copy()
        replaced = np.array([self._place(*cell) for cell in inputs], dtype=np.int64)
        for place, value in zip(replaced.tolist(), inputs.values(), strict=True):
            if np.isnan(value):
                store.clear(place)
            else:
                store.set(place, float(value))
        computed = [shape.cells for shape in self.shapes]  # of an array formula the first
        replaced = replaced[np.isin(replaced, np.concatenate([[], *computed]))]
        # what formulas cannot compute becomes an error value, so no warning is needed
        with np.errstate(all="ignore"):
            for number, ready in self.steps:
                shape = self.shapes[number]
                rows = ready[~np.isin(shape.cells[ready], replaced)] if replaced.size else ready
                largest = max((tall * wide for tall, wide in shape.sizes), default=1)
                count = max(1, _AT_ONCE // largest)
                for start in range(0, len(rows), count):
                    self._run(shape, self.programs[shape.text], rows[start : start + count], store)
        return store.grids()

    def _run(self, shape: Shape, program: Program, rows: np.ndarray, store: Store) -> None:
        places = store.places
        slots = [
            store.take(places.within(shape.slots[rows, index], size))
            for index, size in enumerate(shape.sizes)
        ]

        def reference(slot: int | None, i: int) -> Ranges:
            if slot is None:
                return _reference(places, shape.cells[rows[i]], (1, 1), None)
            corner = shape.slots[rows[i], slot]
            return _reference(places, corner, shape.sizes[slot], slots[slot][i])

        try:
            results = program.run(slots, len(rows), reference, shape.filled)
        except Exception as error:
            if len(rows) > 1:
                for row in rows:  # the failing one reports its name
                    self._run(shape, program, np.array([row]), store)
                return
            cell = places.name(shape.cells[rows[0]])
            raise EngineError(
                f"{cell}: formulas cannot compute a formula like {shape.example}: {error}"
            ) from error
        filled = store.places.within(shape.cells[rows], shape.filled)
        store.put(filled.ravel(), results.ravel())

    def _compiled(self, shape: Shape) -> Program:
        try:
            return compile_shape(shape.text)
        except ValueError as error:
            cell = self.store.places.name(shape.cells[0])
            raise EngineError(f"{cell}: {shape.example} {error}.") from error

    def _place(self, title: str, row: int, column: int) -> int:
        places = self.store.places
        if title not in places.titles:
            raise WorkbookError(f'{self.name}: there is no sheet "{title}".')
        sheet = places.titles.index(title)
        rows, columns = places.extents[sheet]
        if not (1 <= row <= rows and 1 <= column <= columns):
            raise WorkbookError(
                f"{Place(title, row, column)} lies outside the cells in use, so it can be no input."
            )
        return int(places.at(sheet, np.int64(row), np.int64(column)))


def _read(path: Path) -> tuple[Store, list[Shape]]:  # noqa: C901 -- each kind of cell
    """Read all cells once, sheet by sheet; there may be millions, so no object is kept per cell."""
    titles = [*sheet_parts(path)]
    groups = Groups(titles, names_are_words=False)
    numbers = [(array("i"), array("d")) for _ in titles]
    others: list[dict[tuple[int, int], object]] = [{} for _ in titles]
    last, arrays = [(0, 0)] * len(titles), {}
    for title, sheet_cells in groupby(all_cells(path, parts=False), itemgetter(0)):
        sheet = titles.index(title)
        cell_positions, cell_numbers = numbers[sheet]
        bottom, right, batch = 0, 0, []
        for _, (row, column, formula, value, size) in sheet_cells:
            if formula is not None:
                if size != SINGLE:
                    arrays[sheet, row, column] = size
                batch.append((row, column, formula))
                if len(batch) == BATCH:
                    groups.add(sheet, *batches(batch))
                    batch.clear()
                continue
            if value is None:
                continue
            bottom, right = max(bottom, row), max(right, column)
            if isinstance(value, str | bool):
                others[sheet][row, column] = value
            else:
                cell_positions.extend((row, column))
                cell_numbers.append(value)
        for rest in batches(batch):
            groups.add(sheet, rest)
        last[sheet] = bottom, right
    places, shapes = laid_out(groups, last, arrays)
    store = Store(places, np.full(places.size, np.nan))
    for sheet, (cell_positions, cell_numbers) in enumerate(numbers):
        rows, columns = np.array(cell_positions, dtype=np.int64).reshape(-1, 2).T
        store.numbers[places.at(sheet, rows, columns)] = cell_numbers
        for (row, column), value in others[sheet].items():
            store.set(int(places.at(sheet, np.int64(row), np.int64(column))), value)
    return store, shapes


def _steps(shapes: list[Shape], places: Places) -> Iterator[tuple[int, np.ndarray]]:
    """Yield what to compute in order: a shape, and which of its formulas are ready."""
    if not shapes:
        return
    wave = waves(shapes, places)
    counts = [len(shape.cells) for shape in shapes]
    shape = np.repeat(np.arange(len(shapes), dtype=np.int32), counts)
    index = np.concatenate([np.arange(count, dtype=np.int32) for count in counts])
    order = np.argsort(wave, kind="stable")  # within a wave the shapes stay together
    wave, shape, index = wave[order], shape[order], index[order]
    ends = np.flatnonzero((np.diff(wave) != 0) | (np.diff(shape) != 0)) + 1
    for rows, start in zip(np.split(index, ends), [0, *ends.tolist()], strict=True):
        yield int(shape[start]), rows


def _reference(
    places: Places, corner: int, size: tuple[int, int], values: np.ndarray | None
) -> Ranges:
    """Make a reference of `formulas` to a range, as ROW and INDEX need it."""
    sheet, row, column = places.cell(corner)
    corners = address(row, column), address(row + size[0] - 1, column + size[1] - 1)
    area = Ranges.get_range(":".join(corners), {"sheet": places.titles[sheet]})
    if values is None:
        return Ranges((area,))
    return Ranges().set_value(area, values.astype(object))


MAX_EXPANDED = 500_000_000
"""Cells in all distinct ranges together: an edge each, of 24 bytes while they are sorted."""

_EXPANDED = 2_000_000  # cells of ranges expanded at a time


def waves(shapes: Sequence[Shape], places: Places) -> np.ndarray:
    """Find the wave in which each formula can be computed.

    Kahn's algorithm in waves: the first wave reads only constants, each further one the results of
    earlier waves. A range that formulas share is a separate node: 64 gradients that read the same
    64 cells cost 64 + 64 edges instead of 64 * 64.

    Returns
    -------
    array, shape (formulas,)
        Wave numbers from 0, for the formulas of all shapes in order. They increase along every
        reference but need not be consecutive.

    Raises
    ------
    CircularReferenceError
        There is a circular reference.
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
    """List which formulas read which.

    Nodes are the formulas, numbered as in `cells`, followed by the distinct ranges that contain a
    formula. Constants and empty cells are not nodes.

    Returns
    -------
    (array, array, int)
        For each edge the node that is read and the node that reads; the number of nodes.
    """
    node = np.full(places.size, -1, dtype=np.int32)
    start = 0
    for shape in shapes:
        numbers = np.arange(start, start + len(shape.cells), dtype=np.int32)
        node[places.within(shape.cells, shape.filled)] = numbers[:, None, None]
        start += len(shape.cells)
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
    for size, blocks in ranges.items():
        corners, readers = map(np.concatenate, zip(*blocks, strict=True))
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
    step = max(1, _EXPANDED // (size[0] * size[1]))
    for start in range(0, len(corners), step):
        members = node[places.within(corners[start : start + step], size)]
        index = np.nonzero(members >= 0)[0]
        read.append(members[members >= 0])
        ranges.append(start + index)
    return np.concatenate(read), np.concatenate(ranges)


def _on_cycle(sources: np.ndarray, targets: np.ndarray, wave: np.ndarray, formulas: int) -> int:
    """Find a formula on a cycle: go back from a node that was never ready until one repeats."""
    stuck = (wave[sources] < 0) & (wave[targets] < 0)
    before = dict(zip(targets[stuck].tolist(), sources[stuck].tolist(), strict=True))
    current, seen = next(iter(before)), set()
    while current not in seen or current >= formulas:
        seen.add(current)
        current = before[current]
    return current
