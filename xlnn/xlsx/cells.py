"""Read the cells of a sheet as a stream."""

import math
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from xlnn.errors import WorkbookError
from xlnn.formula import corners, moved
from xlnn.grid import CellError, address
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.formula_groups import BATCH
from xlnn.xlsx.markup import unescaped
from xlnn.xlsx.parts import read_workbook, shared_strings
from xlnn.xlsx.sheet_stream import Item, SheetSource, area

_Text = TypeVar("_Text")

_SHARED = {
    "array": "an array formula",
    "dataTable": "a data table",
    "shared": "a shared formula that is stated nowhere above, or twice",
}
"""Names of the types of formulas that cannot be read cell by cell."""


SINGLE, PART = (1, 1), (0, 0)
"""The size of a formula of one cell, and that of a cell that an array formula elsewhere fills."""


class Cell(NamedTuple):
    """A cell that is present in a sheet's XML.

    Attributes
    ----------
    row, column : int
        From 1.
    formula : str or None
        With its leading "="; a shared formula is written out for this cell, and an array formula is
        that of its first cell.
    value : float, bool, str, CellError or None
        The constant, or the cached value of a formula, which may be wrong.
    size : (int, int)
        How many rows and columns its array formula fills; `PART` of one that another cell holds.
    """

    row: int
    column: int
    formula: str | None
    value: float | bool | str | CellError | None
    size: tuple[int, int] = (1, 1)


def cells(path: Path, sheet: str) -> Iterator[Cell]:
    """Read the cells of one sheet, row by row and from left to right.

    The sheet is read as a stream: four million cells need no more memory than four.

    Parameters
    ----------
    path : Path
        A workbook that `inspect` has accepted.
    sheet : str
        The title of a sheet.

    Raises
    ------
    WorkbookError
        There is no such sheet, or its XML is not sound.
    """
    titles = []
    for source, strings in _sheets(path):
        titles.append(source.title)
        if source.title == sheet:
            yield from cells_of(source, strings, SharedFormulas(source, arrays=True))
            return
    raise source.archive.refused(f'there is no sheet "{sheet:.40}"; there are {", ".join(titles)}')


def all_cells(
    path: Path, *, last: Mapping[str, int] | None = None, parts: bool = True
) -> Iterator[tuple[str, Cell]]:
    """Read the cells of all sheets, each with the title of its sheet; see `cells`.

    `last` gives the last row to read of some sheets. Without `parts`, cells that an array formula
    elsewhere fills are left out.
    """
    for source, strings in _sheets(path):
        end = (last or {}).get(source.title, math.inf)
        for cell in cells_of(source, strings, SharedFormulas(source, arrays=True), parts=parts):
            if cell[0] > end:
                break
            yield source.title, cell


def headings(path: Path) -> dict[str, str]:
    """Return the first text in row 1 of each sheet ("" if there is none), by the sheet's title."""
    texts = {}
    for source, strings in _sheets(path):
        sheet = cells_of(source, strings, SharedFormulas(source, arrays=True))
        top = takewhile(lambda cell: cell.row == 1, sheet)
        texts[source.title] = next((c.value for c in top if isinstance(c.value, str)), "")
    return texts


def _sheets(path: Path) -> Iterator[tuple[SheetSource, list[str]]]:
    """Yield each sheet of a file, ready to be read, and the file's shared texts."""
    with Archive(path) as archive:
        book = read_workbook(archive)
        strings = shared_strings(archive, book.strings)
        for title, part in book.sheets.items():
            yield SheetSource(archive, title, part), strings


def cells_of(
    source: SheetSource, strings: Sequence[str], shared: "SharedFormulas", *, parts: bool = True
) -> Iterator[Cell]:
    """Read the cells of a sheet, with the file's shared texts and the sheet's shared formulas.

    Without `parts`, cells that an array formula elsewhere fills are left out.
    """
    new = tuple.__new__
    for row, column, kind, attributes, formula, text, _ in source.items():
        if not row:
            continue
        if attributes is not None:
            if attributes or not formula:
                formula = shared.written_out(row, column, attributes, formula)  # noqa: PLW2901
            formula = f"={formula}"  # noqa: PLW2901
        size = shared.size_at(row, column) if shared.arrays else SINGLE
        if size is PART and not parts:
            continue
        value = None
        if text:
            value = number(text) if kind == "n" else cell_value(kind, text, strings)
            if value is None:
                raise source.bad_value(row, column, kind, text)
        elif kind in {"str", "inlineStr"}:
            value = text
        yield new(Cell, (row, column, formula, value, size))


def number(text: str) -> float | None:
    """Return a finite number as programs write them; None if it is something else.

    >>> number("-2.5E-3"), number("1e999"), number("1_000"), number(" 1")
    (-0.0025, None, None, None)
    """
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and _is_plain(text) else None


def _is_plain(text: str) -> bool:
    """Return whether a text is free of what `float` accepts in a number and engines do not.

    These are "1_000", the digits of other scripts and blanks, with which formualizer reads a text.
    """
    return text.isascii() and not any(sign in text for sign in "_ \t\n\r")


def read_numbers(texts: Sequence[str | None]) -> "array[float] | None":
    """Return the `number` of each text, NaN where there is no text; None if one is not a number.

    Reading a hundred at once takes a fifth of the time.

    >>> read_numbers(["1", "-2.5E-3", None])
    array('d', [1.0, -0.0025, nan])
    >>> read_numbers(["1", "nan"]), read_numbers(["1_000"]), read_numbers([])
    (None, None, array('d'))
    """
    given = list(filter(None, texts))
    joined = "".join(given)
    if not _is_plain(joined):
        return None
    try:
        numbers = array("d", map(float, given))
    except ValueError:
        return None
    if not np.isfinite(numbers).all():
        return None
    if len(given) < len(texts):
        following = iter(numbers)
        numbers = array("d", (next(following) if text else math.nan for text in texts))
    return numbers


def cell_value(
    kind: str, text: str, strings: Sequence[_Text]
) -> bool | str | CellError | _Text | None:
    """Return the value of a cell that is not a number; None if it does not fit the cell's type."""
    match kind:
        case "str" | "inlineStr":
            return unescaped(text)
        case "d":
            return text
        case "s":
            known = text.isascii() and text.isdigit() and int(text[:9]) < len(strings)
            return strings[int(text[:9])] if known and len(text) < 10 else None
        case "b":
            return {"0": False, "1": True, "false": False, "true": True}.get(text)
        case "e":
            return CellError(text)
        case _:
            return None


class SharedFormulas:
    """The shared formulas of one sheet: stated once, and moved to each further cell.

    With `arrays`, array formulas are accepted in the first of their cells. Excel writes a formula
    as one if it computes with whole ranges, as =SUM(A1:A3*B1:B3), or spills into other cells.
    """

    def __init__(self, sheet: SheetSource, *, arrays: bool = False) -> None:
        self.arrays: dict[tuple[int, int], str] = {}
        """The cells that each array formula fills, by its row and column."""
        self._has_arrays = arrays
        self._sheet = sheet
        # by column: the first rows of array formulas, and their last rows and sizes
        self._filled: dict[int, tuple[list[int], list[tuple[int, tuple[int, int]]]]] = {}
        self._stated: dict[str, tuple[str, int, int]] = {}

    def written_out(
        self, row: int, column: int, attributes: Mapping[str, str], text: str | None
    ) -> str:
        """Return the formula of a cell, moved to it if another cell states it."""
        kind, index = attributes.get("t", "normal"), attributes.get("si", "")
        if kind == "normal" and text:
            return text
        if kind == "array" and text and self._has_arrays:
            cells = attributes.get("ref", "")
            first, _, last = cells.partition(":")
            if first == address(row, column) and area(cells):
                # LibreOffice writes a range of one cell as "G6:G6"
                self.arrays[row, column] = first if last == first else cells
                _, _, bottom, right = corners(cells) or (row, column, row, column)
                self._begin(row, column, bottom, right)
                return text
        elif kind == "shared" and text and index not in self._stated:
            self._stated[index] = text, row, column
            return text
        if kind == "shared" and not text and index in self._stated:
            return self._moved(row, column, index)
        known = _SHARED if text or kind != "normal" else {}
        raise self._refused(row, column, known.get(kind, "a formula without text"))

    def size_at(self, row: int, column: int) -> tuple[int, int]:
        """Return the size of the array formula of a cell, `PART` of one that lies in another's."""
        tops, ends = self._filled.get(column, ((), ()))
        number = bisect_right(tops, row) - 1
        if number < 0 or ends[number][0] < row:
            return SINGLE
        return ends[number][1] if tops[number] == row else PART

    def _begin(self, row: int, column: int, bottom: int, right: int) -> None:
        """Note the cells that an array formula fills, which no other may hold."""
        columns = range(column, right + 1)
        if any(self.size_at(row, filled) != SINGLE for filled in columns):
            raise self._refused(row, column, "an array formula inside another one")
        if (bottom, right) == (row, column):
            return
        for filled in columns:
            tops, ends = self._filled.setdefault(filled, ([], []))
            tops.append(row)
            size = bottom - row + 1, right - column + 1
            ends.append((bottom, size if filled == column else PART))

    def _moved(self, row: int, column: int, index: str) -> str:
        text, top, left = self._stated[index]
        try:
            return moved(text, row - top, column - left)
        except ValueError:
            raise self._refused(row, column, "a shared formula that cannot be moved here") from None

    def refused_inside(self, row: int, column: int) -> WorkbookError:
        """Return the error for a formula in a cell that an array formula elsewhere fills."""
        return self._refused(row, column, "a formula inside an array formula")

    def _refused(self, row: int, column: int, what: str) -> WorkbookError:
        return self._sheet.refused(row, column, f"holds {what}; write a plain formula in each cell")


class Constants:
    """The numbers and texts that are typed into cells of a sheet, row by row.

    Only a checksum of each text is kept, since a file may hold a gigabyte of texts.
    """

    def __init__(self) -> None:
        self._numbers = array("i"), array("i"), array("d")
        self._texts = array("i"), array("i"), array("I")

    @property
    def numbers(self) -> tuple[np.ndarray, ...]:
        """The rows, columns and values of the numbers: arrays of shape (numbers,)."""
        return tuple(map(np.asarray, self._numbers))

    @property
    def texts(self) -> tuple[np.ndarray, ...]:
        """The rows, columns and checksums of the texts: arrays of shape (texts,)."""
        return tuple(map(np.asarray, self._texts))

    def add_numbers(self, items: Sequence[Item]) -> bool:
        """Add cells with numbers; return whether all are sound, otherwise add none."""
        numbers = read_numbers([item[5] for item in items])
        if numbers is not None:
            rows, columns, values = self._numbers
            rows.extend([item[0] for item in items])
            columns.extend([item[1] for item in items])
            values.extend(numbers)
        return numbers is not None

    def add_text(self, row: int, column: int, mark: int) -> None:
        """Add a cell with a text, known by its `checksum`."""
        for values, value in zip(self._texts, (row, column, mark), strict=True):
            values.append(value)


def checksum(text: str) -> int:
    r"""Return a checksum of a text without its blanks, which not every program keeps.

    Gnumeric turns a carriage return into a line feed, and others drop the outer blanks.

    >>> checksum(" a\r\nb") == checksum("a\nb"), checksum("ab") == checksum("a")
    (True, False)
    """
    return zlib.crc32("".join(text.split()).encode(errors="surrogatepass"))


BATCH_TEXT = 1 << 24
"""Characters of formulas that are compressed together."""

MAX_SAID, EACH_SAID = 1 << 23, 40
"""The most characters kept of texts stored with a sheet's formulas; each text counts `EACH_SAID`
more for its place. A network has a few thousand words."""

_SAID = frozenset({"str", "inlineStr", "d", "e", "b"})
"""Types of cells in which a formula has a text, an error, a truth value or a date as its value.
No program stores these among the shared texts."""


class FormulaCells:
    """The formula cells of a sheet, row by row and from left to right.

    Formulas that were filled down compress to a thirtieth, in less time than reading the file
    again.

    Parameters
    ----------
    places : iterable of (int, int)
        The rows and columns of cells without formulas or stored values.

    Attributes
    ----------
    said : dict of str
        The stored texts, errors and truth values, by row and column, up to `MAX_SAID`.
    """

    def __init__(self, places: Iterable[tuple[int, int]] = ()) -> None:
        known = [*places]
        self._rows = array("i", [row for row, _ in known])
        self._columns = array("i", [column for _, column in known])
        self._stored = array("d")
        self.said: dict[tuple[int, int], str] = {}
        self._packed: list[bytes] = []
        self._batch: list[str] = []
        self._length = self._said_length = 0

    @property
    def rows(self) -> np.ndarray:
        """The row of each formula, from 1: array of int32, shape (formulas,)."""
        return np.asarray(self._rows)

    @property
    def columns(self) -> np.ndarray:
        """The column of each formula, from 1: array of int32, shape (formulas,)."""
        return np.asarray(self._columns)

    @property
    def stored(self) -> np.ndarray:
        """The number stored with each formula, which may be wrong; NaN for other values."""
        return np.asarray(self._stored)

    def add(self, items: Sequence[Item], formulas: Sequence[str]) -> bool:
        """Add cells and their formulas without "="; return whether all stored numbers are sound."""
        self._rows.extend([item[0] for item in items])
        self._columns.extend([item[1] for item in items])
        numbers = read_numbers([item[5] if item[2] == "n" else None for item in items])
        self._stored.extend(numbers or ())
        in_words = [item for item in items if item[2] in _SAID and item[5]]
        for row, column, _, _, _, text, _ in in_words:
            self._said_length += len(text) + EACH_SAID
            if self._said_length <= MAX_SAID:
                self.said[row, column] = unescaped(text)
        self._batch += formulas
        self._length += sum(map(len, formulas))
        if len(self._batch) >= BATCH or self._length >= BATCH_TEXT:
            # NUL cannot occur in XML
            self._packed.append(zlib.compress("\0".join(self._batch).encode(), 1))
            self._batch, self._length = [], 0
        return numbers is not None

    def batches(self) -> Iterator[bytes]:
        """Yield the formulas without their "=" in UTF-8, many at a time, with NUL between them."""
        yield from map(zlib.decompress, self._packed)
        if self._batch:
            yield "\0".join(self._batch).encode()

    def texts(self) -> Iterator[str]:
        """Yield the formulas without their "="."""
        for batch in self.batches():
            yield from batch.decode().split("\0")

    def fill(self, sheet: np.ndarray, values: np.ndarray | int) -> np.ndarray:
        """Put each formula's value at its cell in an array of the sheet; return the array."""
        inside = (self.rows <= sheet.shape[0]) & (self.columns <= sheet.shape[1])
        spread = np.broadcast_to(values, self.rows.shape)
        sheet[self.rows[inside] - 1, self.columns[inside] - 1] = spread[inside]
        return sheet
