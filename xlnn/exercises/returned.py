"""Put the cells of a submission back to where they were handed out, using its defined names.

A spreadsheet program moves a name with its cells: if a student inserted or deleted rows and
columns, moved a block, or renamed a sheet, the names show where each quantity is now. The formulas
are rewritten with the original cells, and judged as if nothing had moved.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import product

from openpyxl.utils.cell import coordinate_to_tuple

from xlnn.checking.references import replaced
from xlnn.engines.scenarios import Place
from xlnn.formula import corners, corners_of, title_of, tokens
from xlnn.grid import address, quoted
from xlnn.layout import Layout

Rectangle = tuple[int, int, int, int]
"""Rows and columns: top, left, bottom, right."""


def cut(formulas: Mapping[Place, str], rows: int, columns: int) -> dict[Place, str]:
    """Return formulas with ranges cut at a row and a column, beyond which there are no cells.

    Row and column are the same for all sheets, so that ranges of equal shape are cut alike.

    >>> cut({("S", 1, 9): "=SUM(A:B)+SUM(C$2:C999999)+SUM(A1:B2)"}, 7, 9)
    {('S', 1, 9): '=SUM(A1:B7)+SUM(C2:C7)+SUM(A1:B2)'}
    """

    def written(sheet: str, cells: str) -> str:
        top, left, bottom, right = corners(cells) or (1, 1, 1, 1)
        if ":" not in cells or (bottom <= rows and right <= columns):
            return sheet + cells
        last = max(top, min(bottom, rows)), max(left, min(right, columns))
        return f"{sheet}{address(top, left)}:{address(*last)}"

    return {
        place: replaced(text, written) if ":" in text else text for place, text in formulas.items()
    }


class Returning:
    """Finds the original place of each cell of a submission.

    Parameters
    ----------
    layout : Layout
        The layout as handed out.
    names : dict of str
        The current defined names.
    sheets : sequence of str
        The titles of the existing sheets.
    filled : sequence of places
        The cells that are not empty.
    """

    def __init__(
        self,
        layout: Layout,
        names: Mapping[str, str],
        sheets: tuple[str, ...],
        filled: Sequence[Place],
    ) -> None:
        self._layout = layout
        self._filled = filled
        texts = {name.casefold(): text for name, text in names.items()}
        self._pairs = {
            name: (before, now)
            for name, text in layout.names.items()
            if (before := _area(text)) and (now := _area(texts.get(name.casefold(), "")))
        }
        self.titles = {now[0]: before[0] for before, now in self._pairs.values()}
        gone = [title for title in layout.titles.values() if title not in sheets]
        renamed = {before: now for now, before in self.titles.items() if now != before}
        shifted = {b[0] for b, now in self._pairs.values() if b[1] != now[1]}
        kinds = {
            "renamed": tuple(renamed),
            "deleted": tuple(title for title in gone if title not in renamed),
            "shifted": tuple(sorted(shifted)),
        }
        self.moved = {kind: titles for kind, titles in kinds.items() if titles}
        """Titles of sheets as they were handed out: ``renamed``, ``deleted`` or ``shifted``."""
        self.is_needed = bool(renamed or shifted)
        self._shifted = shifted
        self._named = {name.removeprefix("xlnn.").partition(".")[0] for name in self._pairs}
        self._rows: dict[str, dict[int, int]] = defaultdict(dict)
        self._columns: dict[str, dict[int, int]] = defaultdict(dict)
        self._back: dict[Place, Place] = {}
        for before, now in self._pairs.values() if self.is_needed else ():
            rows, columns = (self._lines(before, now, axis) for axis in (0, 1))
            self._rows[now[0]] |= rows
            self._columns[now[0]] |= columns
            self._back |= {
                (now[0], row, column): (before[0], rows[row], columns[column])
                for row, column in product(rows, columns)
            }

    def _lines(
        self, before: tuple[str, Rectangle], now: tuple[str, Rectangle], axis: int
    ) -> dict[int, int]:
        """Return the original number of each row (axis 0) or column that was not inserted."""
        (_, was), (title, area) = before, now
        lines = [*range(area[axis], area[axis + 2] + 1)]
        count = was[axis + 2] - was[axis] + 1
        if len(lines) > count:
            across = 1 - axis
            beside = [
                (other[across], other[across + 2])
                for _, (sheet, other) in self._pairs.values()
                if sheet == title and other[axis::2] == area[axis::2]
            ]
            filled = {
                place[axis]
                for sheet, *place in self._filled
                if sheet == title and any(first <= place[across] <= last for first, last in beside)
            }
            empty = [line for line in lines if line not in filled][: len(lines) - count]
            lines = [line for line in lines if line not in empty]
        return dict(zip(lines, range(was[axis], was[axis + 2] + 1), strict=False))

    def place(self, place: Place) -> Place:
        """Return a cell's original place, or a place outside all blocks if the student added it."""
        if place in self._back:
            return self._back[place]
        title, row, column = place
        before = self.titles.get(title, title)
        if before not in self._shifted:
            return before, row, column
        rows, columns = self._rows[title], self._columns[title]
        moved = rows.get(row, row), columns.get(column, column)
        is_new = _is_between(row, rows) or _is_between(column, columns)
        holds = self._layout.entry(before, *moved)
        if is_new or (holds and holds[0] in self._named):
            return before, row, column + self._aside(before)
        return before, *moved  # cells without a name move with those around them

    def _aside(self, title: str) -> int:
        key = next(key for key, current in self._layout.titles.items() if current == title)
        return self._layout.extents[key][1] + max(
            (now[1][3] for _, now in self._pairs.values() if self.titles.get(now[0]) == title),
            default=0,
        )

    def formula(self, formula: str, title: str) -> str:
        """Return a formula of a sheet with the original cells."""
        return replaced(formula, lambda sheet, cells: self._written(sheet, cells, title))

    def _written(self, sheet: str, cells: str, here: str) -> str:
        title = title_of(sheet) or here
        title = next((t for t in self.titles if t.casefold() == title.casefold()), title)
        places = [
            self.place((title, *coordinate_to_tuple(end.replace("$", "").upper())))
            for end in cells.split(":")
        ]
        cells_now = ":".join(address(row, column) for _, row, column in places)
        if not sheet and places[0][0] == self.titles.get(here, here):
            return cells_now
        return f"{quoted(places[0][0])}!{cells_now}"


def _is_between(line: int, lines: Mapping[int, int]) -> bool:
    """Return whether a row or column was inserted: it is between others but not one of them."""
    return bool(lines) and line not in lines and min(lines) < line < max(lines)


def _area(text: str) -> tuple[str, Rectangle] | None:
    """Read a sheet's title and one rectangle; None for anything else."""
    found = tokens(text)
    area = corners_of(found[0]) if len(found) == 1 and found[0]["sheet"] else None
    return area and (title_of(found[0]["sheet"]), area)
