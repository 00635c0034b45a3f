"""Leave out a user's own formulas that engines cannot compute.

Outside the quantities a user may write any formula, even with functions on which engines differ.
Such cells are emptied in the file that an engine gets, unless a quantity may depend on them: then
the file is refused.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import formualizer
import numpy as np

from xlnn.errors import WorkbookError
from xlnn.grid import address
from xlnn.layout import Layout, quoted
from xlnn.linting.used import Used
from xlnn.loading.name_substitution import NO_VALUE, MeaningError, Names
from xlnn.xlsx import package
from xlnn.xlsx.copying import copy_cells
from xlnn.xlsx.package import Package
from xlnn.xlsx.range_shapes import parsed
from xlnn.xlsx.sheet_stream import COLUMNS, MAX_COLUMNS, MAX_ROWS

_CELL = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})")
_BETWEEN = re.compile(r":\s*[\w.]*\(|\)\s*:")
_ANY_SHEET = -1
_ANYWHERE = (_ANY_SHEET, 1, MAX_ROWS, 1, MAX_COLUMNS)
_NOTHING = np.zeros((0, 0), dtype=bool)

Place = tuple[int, int, int]
"""A cell: the number of its sheet, its row and its column."""


def outside(layout: Layout) -> Callable[[str], bool]:
    """Return a function that tells whether a cell, as ``Training!BA7``, is in no quantity."""
    masks = _masks(layout)

    def is_outside(cell: str) -> bool:
        title, _, place = cell.rpartition("!")
        found = _CELL.fullmatch(place)
        if not found:
            return False  # a name, a chart, a conditional format
        row, column = int(found[2]), COLUMNS[found[1]]
        return not _holds(masks.get(title, _NOTHING), row, column)

    return is_outside


def check_dependents(contents: Package, layout: Layout) -> None:
    """Refuse a workbook in which a quantity may depend on a formula that is left out.

    Raises
    ------
    WorkbookError
        The message names both.
    """
    numbers = {title.casefold(): number for number, title in enumerate(contents.sheets)}
    blocks = _Blocks(layout, numbers)
    readers, areas = _readings(contents, numbers)
    # most formulas read only quantities, none of which is left out
    areas = areas[blocks.reach_beyond(areas)]
    left_out = ((*_parsed(cell), cell) for cell in contents.left_out)
    waiting = {(numbers[title.casefold()], *at): cell for title, *at, cell in left_out}
    spoilt = set(waiting)
    while waiting:
        place, cause = waiting.popitem()
        hit = np.isin(areas[:, 0], areas[_cover(areas, place), 0])
        for number in np.unique(areas[hit, 0]):
            reader = readers[number]
            if reader in blocks:
                title, *corner = contents.sheets[reader[0]], *reader[1:]
                raise WorkbookError(
                    f"{contents.path.name}: {cause} {_calls(contents.left_out[cause])}, which not "
                    f"all engines compute alike, and {quoted(title)}!{address(*corner)} may "
                    "depend on it: remove either."
                )
            if reader not in spoilt:
                spoilt.add(reader)
                waiting[reader] = cause
        areas = areas[~hit]


class _Blocks:
    """The cells of all quantities, sheet by sheet."""

    def __init__(self, layout: Layout, numbers: Mapping[str, int]) -> None:
        self._masks = {numbers[title.casefold()]: mask for title, mask in _masks(layout).items()}

    def __contains__(self, place: Place) -> bool:
        """Whether a cell belongs to a quantity."""
        sheet, row, column = place
        return _holds(self._masks.get(sheet, _NOTHING), row, column)

    def reach_beyond(self, areas: np.ndarray) -> np.ndarray:
        """Return which rectangles contain cells outside all quantities."""
        beyond = np.ones(len(areas), dtype=bool)
        for number, mask in self._masks.items():
            used, here = Used(), np.flatnonzero(areas[:, 1] == number)
            used.add(*((np.argwhere(mask) + 1).astype(np.intc).T))
            top, bottom, left, right = areas[here, 2:].T
            beyond[here] = ~used.have(left, right, top, bottom)
        return beyond


def _holds(mask: np.ndarray, row: int, column: int) -> bool:
    """Return whether a cell is set in a mask."""
    rows, columns = mask.shape
    return row <= rows and column <= columns and bool(mask[row - 1, column - 1])


def _masks(layout: Layout) -> dict[str, np.ndarray]:
    """Return masks of the cells of quantities, by the titles of the sheets."""
    masks = {
        title: np.zeros(layout.extents[key], dtype=bool) for key, title in layout.titles.items()
    }
    for block in layout.blocks.values():
        block.window(masks[layout.titles[block.sheet]])[...] = True
    return masks


def _readings(contents: Package, numbers: Mapping[str, int]) -> tuple[list[Place], np.ndarray]:
    """Return the formulas, and the rectangles that they read, each with the formula's index."""
    readers: list[Place] = []
    areas: list[tuple[int, ...]] = []
    names = Names(contents)
    for number, title in enumerate(contents.sheets):
        for row, column, stated in contents.stated(title):
            formula = names.plain(stated, title)
            if (tree := parsed(formula)) is None:
                continue
            read = tree.walk_refs()
            areas += [(len(readers), *_rectangle(each, number, numbers)) for each in read]
            if _BETWEEN.search(formula):  # a computed corner may be anywhere
                areas.append((len(readers), *_ANYWHERE))
            readers.append((number, row, column))
    return readers, np.array(areas, dtype=np.int64).reshape(-1, 6)


def _rectangle(reference: object, here: int, numbers: Mapping[str, int]) -> tuple[int, ...]:
    """Return the sheet, rows and columns that a reference reads; a name may be any cell."""
    first = getattr(reference, "start", reference)
    last = getattr(reference, "end", reference)
    if isinstance(reference, formualizer.NamedRangeRef):
        return _ANYWHERE
    rows = sorted((getattr(first, "row", 1), getattr(last, "row", MAX_ROWS)))
    columns = sorted((getattr(first, "col", 1), getattr(last, "col", MAX_COLUMNS)))
    title = getattr(reference, "sheet", None)
    return (numbers[title.casefold()] if title else here), *rows, *columns


def _cover(areas: np.ndarray, place: Place) -> np.ndarray:
    """Return which rectangles contain a cell."""
    sheet, row, column = place
    _, of, top, bottom, left, right = areas.T
    is_here = (of == sheet) | (of == _ANY_SHEET)
    return is_here & (top <= row) & (row <= bottom) & (left <= column) & (column <= right)


def _parsed(cell: str) -> tuple[str, int, int]:
    """Return the title, row and column of a cell, as ``Training!BA7``."""
    title, _, place = cell.rpartition("!")
    found = _CELL.fullmatch(place)
    return title, int(found[2]), COLUMNS[found[1]]


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
        package.inspect(copied)  # inspect the file that the engine gets, too
        yield copied


def _changes(contents: Package) -> Iterator[tuple[tuple[str, int, int], str | None]]:
    """Yield the cells to empty, and those to restate, with names replaced."""
    yield from ((_parsed(cell), None) for cell in contents.left_out)
    names = Names(contents)
    named = {_parsed(cell) for cell in contents.named.difference(contents.left_out)}
    for title in {title for title, _, _ in named}:
        for row, column, formula in contents.stated(title):
            if (title, row, column) in named:
                try:
                    yield (title, row, column), names.written_out(formula, title)
                except MeaningError:
                    yield (title, row, column), NO_VALUE


def _calls(function: str) -> str:
    """Return what in a formula is not computed: a function, or references to deleted cells."""
    return f"{'holds' if function.startswith('#') else 'calls'} {function}"


def sentence(cells: Mapping[str, str]) -> str:
    """Return a sentence about the formulas that were left out.

    >>> sentence({"Training!BA7": "STDEV"})
    '1 formula of your own is left out (Training!BA7 calls STDEV): nothing compared uses it'
    """
    cell, function = next(iter(cells.items()))
    one = len(cells) == 1
    what = "1 formula of your own is" if one else f"{len(cells):,} formulas of your own are"
    called = f"{cell} {_calls(function)}" if one else f"{cell} {_calls(function)}, …"
    return f"{what} left out ({called}): nothing compared uses {'it' if one else 'them'}"
