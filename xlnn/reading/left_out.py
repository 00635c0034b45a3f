"""Which formulas of a person's own does no engine see, and does anything depend on them?

Beside the quantities a person may write any formula, with functions on which engines differ too.
Such cells are emptied in the file that an engine gets. What a quantity may depend on is refused.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_STORED

import formualizer
import numpy as np

from xlnn.address import address
from xlnn.errors import WorkbookError
from xlnn.layout import Layout, quoted
from xlnn.xlsx import package
from xlnn.xlsx.copying import Cell, Rewrite, copy, rewrite_cells
from xlnn.xlsx.package import Contents
from xlnn.xlsx.parts import sheet_parts
from xlnn.xlsx.sheet_stream import COLUMNS, MAX_COLUMNS, MAX_ROWS

_CELL = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})")
_BETWEEN = re.compile(r":\s*[A-Za-z]+\(|\)\s*:")
_ANYWHERE = ("", 1, MAX_ROWS, 1, MAX_COLUMNS)
_NOTHING = np.zeros((0, 0), dtype=bool)

Place = tuple[str, int, int]
"""A cell: its sheet's title in lower case, its row and its column."""


def outside(layout: Layout) -> Callable[[str], bool]:
    """Return what says of a cell, as ``Training!BA7``, whether it belongs to no quantity."""
    masks = {
        title: np.zeros(layout.extents[key], dtype=bool) for key, title in layout.titles.items()
    }
    for block in layout.blocks.values():
        block.window(masks[layout.titles[block.sheet]])[...] = True

    def is_outside(cell: str) -> bool:
        title, _, place = cell.rpartition("!")
        found = _CELL.fullmatch(place)
        if not found:
            return False  # a name, a chart, a conditional format
        row, column = int(found[2]), COLUMNS[found[1]]
        rows, columns = masks.get(title, _NOTHING).shape
        return row > rows or column > columns or not masks[title][row - 1, column - 1]

    return is_outside


def check_dependents(contents: Contents, layout: Layout) -> None:
    """Refuse a workbook in which a quantity may depend on a formula that was left out.

    Raises
    ------
    WorkbookError
        Naming both.
    """
    reading = _readings(contents)
    spoilt = {_place(cell): cell for cell in contents.left_out}
    masks = {title.casefold(): key for key, title in layout.titles.items()}
    quantities = {
        (title, *block.address(index))
        for title, key in masks.items()
        for block in layout.on(key)
        for index in np.ndindex(block.quantity.lengths)
    }
    waiting = dict(spoilt)
    while waiting:
        place, cause = waiting.popitem()
        for reader in [each for each, areas in reading.items() if _covers(areas, place)]:
            if reader in quantities:
                title, *corner = reader
                raise WorkbookError(
                    f"{contents.path.name}: {cause} calls {contents.left_out[cause]}, which not "
                    f"all engines compute alike, and {quoted(layout.titles[masks[title]])}!"
                    f"{address(*corner)} may depend on it: remove either."
                )
            if reader not in spoilt:
                spoilt[reader] = waiting[reader] = cause


def _readings(contents: Contents) -> dict[Place, list[tuple[str, int, int, int, int]]]:
    """Return the rectangles that each formula reads; a name may stand for any cell."""
    found = {}
    for title in contents.sheets:
        here = title.casefold()
        for row, column, formula in contents.stated(title):
            try:
                references = list(formualizer.parse(formula).walk_refs())
            except formualizer.ParserError:
                continue
            read = [_rectangle(each, here) for each in references]
            # a corner that a function returns may lie anywhere
            found[here, row, column] = [*read, _ANYWHERE] if _BETWEEN.search(formula) else read
    return found


def _rectangle(reference: object, here: str) -> tuple[str, int, int, int, int]:
    first = getattr(reference, "start", reference)
    last = getattr(reference, "end", reference)
    if isinstance(reference, formualizer.NamedRangeRef):
        return _ANYWHERE
    rows = sorted((getattr(first, "row", 1), getattr(last, "row", MAX_ROWS)))
    columns = sorted((getattr(first, "col", 1), getattr(last, "col", MAX_COLUMNS)))
    sheet = (getattr(reference, "sheet", None) or here).casefold()
    return sheet, *rows, *columns


def _covers(areas: list[tuple[str, int, int, int, int]], place: Place) -> bool:
    title, row, column = place
    return any(
        sheet in ("", title) and top <= row <= bottom and left <= column <= right
        for sheet, top, bottom, left, right in areas
    )


def _place(cell: str) -> Place:
    title, _, place = cell.rpartition("!")
    found = _CELL.fullmatch(place)
    return title.casefold(), int(found[2]), COLUMNS[found[1]]


@contextmanager
def shown(contents: Contents) -> Iterator[Path]:
    """Give the file that an engine may see: without the formulas that are left out."""
    if not contents.left_out:
        yield contents.path
        return
    places: dict[str, set[str]] = {}
    for cell in contents.left_out:
        title, _, place = cell.rpartition("!")
        places.setdefault(title, set()).add(place)
    parts = sheet_parts(contents.path)
    edits = {parts[title]: rewrite_cells(_emptied(here)) for title, here in places.items()}
    with TemporaryDirectory(prefix="xlnn-", ignore_cleanup_errors=True) as folder:
        copied = Path(folder, contents.path.name)
        copy(contents.path, copied, edits, ZIP_STORED)
        package.inspect(copied)  # what an engine sees was looked at, to the last formula
        yield copied


def _emptied(places: set[str]) -> Rewrite:
    """Return what empties cells, and those that share a formula with them."""
    shared: set[str] = set()

    def rewrite(cell: Cell) -> str | None:
        number = cell.formula_attributes.get("si")
        if cell.attributes.get("r") not in places and number not in shared:
            return None
        if number is not None:
            shared.add(number)
        return cell.emptied()

    return rewrite


def sentence(cells: Mapping[str, str]) -> str:
    """Say which formulas no engine has seen.

    >>> sentence({"Training!BA7": "STDEV"})
    '1 formula of your own is left out (Training!BA7 calls STDEV): nothing compared uses it'
    """
    cell, function = next(iter(cells.items()))
    one = len(cells) == 1
    what = "1 formula of your own is" if one else f"{len(cells):,} formulas of your own are"
    called = f"{cell} calls {function}" if one else f"{cell} calls {function}, …"
    return f"{what} left out ({called}): nothing compared uses {'it' if one else 'them'}"
