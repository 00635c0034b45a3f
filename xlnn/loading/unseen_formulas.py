"""Leave out a user's own formulas that engines cannot compute.

Outside the quantities a user may write any formula, even with functions on which engines differ.
Such cells are emptied in the file that an engine gets, unless a quantity may depend on them: then
the file is refused.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from xlnn.errors import Message, WorkbookError
from xlnn.formula import MAX_COLUMNS, MAX_ROWS, tokens
from xlnn.grid import Place
from xlnn.layout import Layout
from xlnn.linting.used import Used
from xlnn.xlsx import package
from xlnn.xlsx.copying import copy_cells
from xlnn.xlsx.formula_groups import batches, grouped
from xlnn.xlsx.name_substitution import NO_VALUE, MeaningError, Names
from xlnn.xlsx.package import Package

_ANY_SHEET = -1
_ANYWHERE = (_ANY_SHEET, 1, MAX_ROWS, 1, MAX_COLUMNS)
_NOTHING = np.zeros((0, 0), dtype=bool)


def outside(layout: Layout) -> Callable[[Place | str], bool]:
    """Return a function that tells whether a formula is in a cell of no quantity."""

    def is_outside(cell: Place | str) -> bool:
        # a text is a name, a chart, or a conditional format
        return isinstance(cell, Place) and layout.entry(*cell) is None

    return is_outside


def check_dependents(contents: Package, layout: Layout) -> None:
    """Refuse a workbook in which a quantity may depend on a formula that is left out.

    Raises
    ------
    WorkbookError
        The message names both.
    """
    masks = layout.sheets(dict.fromkeys(layout.blocks, True), empty=False)
    readers, areas = _readings(contents)
    # most formulas read only quantities, none of which is left out
    areas = areas[_reach_beyond(areas, [masks.get(title, _NOTHING) for title in contents.sheets])]
    waiting = {(contents.sheets.index(cell.title), *cell[1:]): cell for cell in contents.left_out}
    spoilt = set(waiting)
    while waiting:
        place, cause = waiting.popitem()
        hit = np.isin(areas[:, 0], areas[_cover(areas, place), 0])
        for number, *at in readers[np.unique(areas[hit, 0])].tolist():
            if entry := layout.entry(contents.sheets[number], *at):
                raise WorkbookError(
                    "{file}: {called}, which not all engines compute alike, and {cell} may depend "
                    "on it: remove either.",
                    file=contents.path.name,
                    called=_calls(cause, contents.left_out[cause]),
                    cell=layout.cell(*entry),
                )
            if (number, *at) not in spoilt:
                spoilt.add((number, *at))
                waiting[number, *at] = cause
        areas = areas[~hit]


def _reach_beyond(areas: np.ndarray, masks: Sequence[np.ndarray]) -> np.ndarray:
    """Return which rectangles contain cells outside the masks of their sheets."""
    beyond = np.ones(len(areas), dtype=bool)
    for number, mask in enumerate(masks):
        used, here = Used(), areas[:, 1] == number
        used.add(*((np.argwhere(mask) + 1).astype(np.intc).T))
        top, bottom, left, right = areas[here, 2:].T
        beyond[here] = ~used.have(left, right, top, bottom)
    return beyond


def _readings(contents: Package) -> tuple[np.ndarray, np.ndarray]:
    """Return the cells of all formulas, and the rectangles that they read.

    Returns
    -------
    array, shape (formulas, 3)
        The number of the sheet, the row and the column of each.
    array, shape (rectangles, 6)
        The index of the formula, the number of the sheet, the first and last row, and the first and
        last column of each.
    """
    readers, areas, count = [np.empty((0, 3), int)], [np.empty((0, 6), int)], 0
    names = Names.of(contents)
    for number, title in enumerate(contents.sheets):
        stated = ((*at, names.plain(formula, title)) for *at, formula in contents.stated(title))
        for group in grouped(contents.sheets, number, batches(stated)):
            places = group.table()[:, :2]
            index = np.arange(count, count + len(places))
            count += len(places)
            readers.append(np.column_stack([np.full_like(index, number), places]))
            rows = zip(*(ends.T for ends in group.reads(MAX_ROWS)), strict=True)
            read = [(s.sheet, *row, *s.columns) for s, row in zip(group.slots, rows, strict=True)]
            # a name, or a range with a computed corner, may be anywhere
            if group.words or any(token[0] == ":" for token in tokens(group.text)):
                read.append(_ANYWHERE)
            areas += [np.column_stack(np.broadcast_arrays(index, *rectangle)) for rectangle in read]
    return np.concatenate(readers), np.concatenate(areas)


def _cover(areas: np.ndarray, place: tuple[int, int, int]) -> np.ndarray:
    """Return which rectangles contain a cell: the number of its sheet, its row and its column."""
    sheet, row, column = place
    _, of, top, bottom, left, right = areas.T
    is_here = (of == sheet) | (of == _ANY_SHEET)
    return is_here & (top <= row) & (row <= bottom) & (left <= column) & (column <= right)


@contextmanager
def file_for_engine(contents: Package) -> Iterator[Path]:
    """Yield the file for an engine.

    If formulas are to be left out, or others have names, it is a copy without these. So it is if
    circular references are iterated, since formualizer would give them numbers.
    """
    if not (contents.left_out or contents.named or contents.iterates):
        yield contents.path
        return
    with TemporaryDirectory(prefix="xlnn-", ignore_cleanup_errors=True) as folder:
        copied = Path(folder, contents.path.name)
        copy_cells(contents.path, copied, dict(_changes(contents)))
        # inspect the file that the engine gets, too
        package.inspect(copied, arrays=bool(contents.arrays))
        yield copied


def _changes(contents: Package) -> Iterator[tuple[Place, str | None]]:
    """Yield the cells to empty, and those to restate, with names replaced."""
    yield from ((cell, None) for cell in contents.left_out)
    names = Names.of(contents)
    named = contents.named.difference(contents.left_out)
    for title in {cell.title for cell in named}:
        for *at, formula in contents.stated(title):
            if (cell := Place(title, *at)) in named:
                try:
                    yield cell, names.written_out(formula, title)
                except MeaningError:
                    yield cell, NO_VALUE


def _calls(cell: Place | str, function: str) -> str:
    """Return what in a cell is not computed: a function, or references to deleted cells."""
    return Message(
        "{cell} holds {function}" if function.startswith("#") else "{cell} calls {function}",
        cell=cell,
        function=function,
    )


def sentence(cells: Mapping[str, str]) -> str:
    """Return a sentence about the formulas that were left out.

    >>> sentence({"Training!BA7": "STDEV"})
    '1 formula of your own is left out (Training!BA7 calls STDEV): nothing compared uses it'
    """
    return Message(
        "1 formula of your own is left out ({called}): nothing compared uses it"
        if len(cells) == 1
        else "{count} formulas of your own are left out ({called}, …): nothing compared uses them",
        count=f"{len(cells):,}",
        called=_calls(*next(iter(cells.items()))),
    )
