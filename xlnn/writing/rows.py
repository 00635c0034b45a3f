"""Write the cells of a sheet as XML, fast enough for millions.

Columns are filled down: a cell is a pattern that is the same in every row, with row numbers and
values inserted. So the patterns of a whole row are joined once, and each row is one string
formatting. openpyxl gets the rows as XML, since its cell objects would take most of the time.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
from openpyxl.cell import WriteOnlyCell
from openpyxl.compat import safe_string
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet._writer import WorksheetWriter

from xlnn.grid import letters
from xlnn.quantity_cells import FilledColumn
from xlnn.writing.drawing import extension
from xlnn.xlsx.markup import attribute, escaped, markup

KIND, NUMBER, OTHER = "%s", "<v>%s</v>", "<v%s</v>"
"""Patterns for the type of a formula's value, for a number, and for any value, as in `cached`."""

Varying = tuple[Sequence[str] | np.ndarray, ...]
"""What varies from cell to cell of a `FilledStrip`."""

_AT_ONCE = 1_000  # rows formatted at a time
_CELL = WriteOnlyCell()  # to check which texts a cell can hold


@dataclass(frozen=True)
class FilledStrip:
    """Cells below one another in one column.

    Attributes
    ----------
    column, first, last : int
    top : int
        The row of the first entry of ``varying``.
    pattern : str
        The XML of a cell, with ``%s`` for each varying text and ``%%`` for a percent sign.
    varying : tuple of sequences
        For each ``%s`` except the first, which is the row's number: texts or numbers, one per row.
        Integers are row numbers, and floats are values of cells.
    """

    column: int
    first: int
    last: int
    top: int
    pattern: str
    varying: Varying


def strips_of(  # noqa: PLR0913 -- what is filled down, and where
    column: int, row: int, part: range, *, typed: Sequence[str], pattern: str, varying: Varying
) -> Iterator[FilledStrip]:
    """Yield some of the cells of one unit of a quantity, starting at a row.

    Parameters
    ----------
    column, row : int
    part : range
        Which of its cells.
    typed : sequence of str
        Its first cells, as `content` returns them.
    pattern : str
        The pattern of the cells below, if any.
    varying : tuple of sequences
        As in `FilledStrip`; the first belongs to the first of all cells.
    """
    top, middle = row - part.start, max(part.start, min(part.stop, len(typed)))
    if part.start < middle:
        yield FilledStrip(column, row, top + middle - 1, top, "%s%s", (typed,))
    if middle < part.stop and pattern:
        yield FilledStrip(column, top + middle, top + part.stop - 1, top, pattern, varying)


def formula_pattern(
    column: FilledColumn, style: int, *, kind: str = "", value: str = ""
) -> tuple[str, list[int]]:
    """Return the pattern of a formula's cell, and the indices of its row numbers in order.

    The first ``%s`` is the cell's own row, which is not among them; the column's letters come
    before it. The second is the type of its value, and the last the value, if they vary.

    >>> formula_pattern(FilledColumn((), "=IF(B{0}<1,A{1}%,B{0})", ()), 7)
    ('%s" s="7"><f>IF(B%s&lt;1,A%s%%,B%s)</f></c>', [0, 1, 0])
    >>> formula_pattern(FilledColumn((), "=A{0}", ()), 7, value=NUMBER)
    ('%s" s="7"><f>A%s</f><v>%s</v></c>', [0])
    """
    pieces = re.split(r"\{(\d+)\}", column.text.removeprefix("="))
    text = "%s".join(_fixed(piece) for piece in pieces[::2])
    return f'%s" s="{style}"{kind}><f>{text}</f>{value}</c>', [*map(int, pieces[1::2])]


def content(value: str | float, style: int) -> str:
    """Return the XML after the address of a cell with a text or a number.

    A text that begins with "=" does not become a formula.

    >>> content("=1+1", 7), content(0.5, 7)
    ('" s="7" t="inlineStr"><is><t>=1+1</t></is></c>', '" s="7" t="n"><v>0.5</v></c>')
    """
    if not isinstance(value, str):
        return f'" s="{style}" t="n"><v>{safe_string(value)}</v></c>'
    if not value:
        return f'" s="{style}" t="inlineStr"/>'
    text = markup(escaped(_CELL.check_string(value)))
    space = ' xml:space="preserve"' if value != value.strip() else ""
    return f'" s="{style}" t="inlineStr"><is><t{space}>{text}</t></is></c>'


@lru_cache(maxsize=10_000)
def _fixed(text: str) -> str:
    """Escape a text for a pattern."""
    return markup(text).replace("%", "%%")


def rows_of(
    strips: Iterable[FilledStrip], drawn: Mapping[int, Mapping[int, str]], last: int
) -> Iterator[str]:
    """Yield the XML of each row of a sheet.

    Parameters
    ----------
    strips : iterable of FilledStrip
    drawn : mapping
        Single cells, by row and then by column, as `content` returns them.
    last : int
        The last row.
    """
    beginning: dict[int, list[FilledStrip]] = {}
    bounds = {1, last + 1}
    for strip in strips:
        beginning.setdefault(strip.first, []).append(strip)
        bounds |= {strip.first, strip.last + 1}
    here: list[FilledStrip] = []
    for first, beyond in pairwise(sorted(bounds)):
        here = [strip for strip in here if strip.last >= first] + beginning.get(first, [])
        for start in range(first, beyond, _AT_ONCE):
            yield from _band(here, drawn, start, min(start + _AT_ONCE, beyond))


def _band(
    strips: list[FilledStrip], drawn: Mapping[int, Mapping[int, str]], first: int, beyond: int
) -> Iterator[str]:
    """Yield some rows in which the same strips have cells."""
    # many cells refer to the same rows, so each number is formatted once
    columns = {
        (id(texts), strip.top): _written(texts[first - strip.top : beyond - strip.top])
        for strip in strips
        for texts in strip.varying
    }
    places = {key: number for number, key in enumerate(columns, start=1)}
    texts = [[*map(str, range(first, beyond))], *columns.values()]
    kinds: dict[tuple[int, ...], tuple[str, list[int]]] = {}
    for row, varying in enumerate(zip(*texts, strict=True), first):
        singles = drawn.get(row, {})
        kind = tuple(singles)
        if kind not in kinds:
            kinds[kind] = _joined(strips, kind, places)
        pattern, order = kinds[kind]
        known = (*varying, *singles.values())
        yield pattern % tuple([known[place] for place in order])


def _written(part: Sequence[str] | np.ndarray) -> Sequence[str]:
    if not isinstance(part, np.ndarray):
        return part
    if part.dtype != float:
        return _whole(part.tobytes(), part.dtype.str)
    texts = [*map(repr, part.tolist())]  # NumPy's numbers are slow one by one
    has_whole = (part == np.rint(part)).any()
    return [text.removesuffix(".0") for text in texts] if has_whole else texts


@lru_cache(maxsize=256)
def _whole(numbers: bytes, kind: str) -> list[str]:
    """Format whole numbers, cached since many columns and bands share row numbers."""
    return [*map(str, np.frombuffer(numbers, kind).tolist())]


def _joined(
    strips: list[FilledStrip], singles: tuple[int, ...], places: Mapping[tuple[int, int], int]
) -> tuple[str, list[int]]:
    """Join the patterns of a row's cells; return it, and the positions of its values."""
    cells = {
        strip.column: (
            strip.pattern,
            [0, *(places[id(texts), strip.top] for texts in strip.varying)],
        )
        for strip in strips
    }
    beyond = len(places) + 1
    cells |= {column: ("%s%s", [0, number]) for number, column in enumerate(singles, beyond)}
    inside = sorted(cells.items())
    text = "".join(f'<c r="{letters(column)}{pattern}' for column, (pattern, _) in inside)
    return text, [*chain.from_iterable(order for _, (_, order) in inside)]


class RowWriter(WorksheetWriter):
    """openpyxl's writer of one sheet, for whole rows instead of cells.

    It writes to a file of ours, so that openpyxl leaves no temporary files, and rows are written
    unchanged.
    """

    def __init__(
        self, sheet: WriteOnlyWorksheet, path: Path, sparklines: Mapping[str, str]
    ) -> None:
        self.file = path.open("wb")
        super().__init__(sheet, self.file)
        self.out = str(path)
        self.sparklines = sparklines
        sheet._writer = self  # noqa: SLF001 -- openpyxl has no public way
        self.write_top()

    def write_all(self, rows: Iterable[str]) -> Iterator[int]:
        """Write all rows; yield the number of each."""
        self.ws.append(())  # so that openpyxl starts the rows
        dimensions = self.ws.row_dimensions
        for number, cells in enumerate(rows, start=1):
            more = dict(dimensions[number]) if number in dimensions else {}
            attributes = "".join(f" {name}={attribute(value)}" for name, value in more.items())
            self.file.write(f'<row r="{number}"{attributes}>{cells}</row>'.encode())
            yield number

    def write_row(self, xf: object, *_: object) -> None:
        """Flush what comes before the rows, which are written past lxml; openpyxl calls it."""
        xf.flush()

    def write_tail(self) -> None:
        """Write what follows the rows, and the extensions that openpyxl lacks."""
        super().write_tail()
        if self.sparklines:
            self.xf.send(extension(self.sparklines))

    def close(self) -> None:
        """Complete the sheet's file."""
        super().close()
        self.file.close()

    def cleanup(self) -> None:
        """Keep the sheet's file, which is removed once it is in the workbook."""
