"""Read a sheet of a user's .xlsx file as a table.

The file goes through the same guard as a workbook to check: a sound archive of limited size without
macros and links, read as a stream. Nothing is computed, so it may have any formulas: their stored
values are used.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xlnn.data.dataset import ReadOptions
from xlnn.data.messages import counted, listed, short
from xlnn.data.rows import Row, Table
from xlnn.errors import DataError, Message
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.cells import cell_value, number
from xlnn.xlsx.markup import elements
from xlnn.xlsx.parts import WORKBOOK, check_parts, read_workbook, relationships, shared_strings
from xlnn.xlsx.sheet_stream import Item, SheetSource, area

BUILT_IN = frozenset(map(str, (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))))
"""The built-in number formats of dates and times, some of them only in East Asia."""

LONGEST = 200
"""Characters of a text that are kept; labels and numbers have fewer."""


def sheet_table(path: Path, options: ReadOptions) -> Table:
    """Read a sheet of an ``.xlsx``: the one that is named, or the first.

    Raises
    ------
    XlnnError
        The file is unsafe, has no such sheet, or a cell cannot be read or is outside the columns of
        the first row.
    """
    with Archive(path) as archive:
        check_parts(archive)
        book = read_workbook(archive)
        title = options.sheet or next(iter(book.sheets))
        if title not in book.sheets:
            raise DataError(
                f'{path.name}: there is no sheet "{short(title)}"; there are '
                f"{listed(book.sheets)}.",
                "sheet",
            )
        strings = [text[:LONGEST] for text in shared_strings(archive, book.strings)]
        source = SheetSource(archive, title, book.sheets[title])
        table = Table(path.name, "row", title=title)
        cells = _Cells(table, source, strings, date_styles(archive))
        if len(book.sheets) > 1 and not options.sheet:
            table.notes.append(
                f'{path.name}: the first sheet, "{short(title)}", was read (--sheet).'
            )
        _read(table, cells, options)
    others = [sheet for sheet in book.sheets if sheet != title]
    named = Message(" Other sheets (--sheet): {names}.", names=listed(others)) if others else ""
    widest = len({n for _, fields in table.rows for n, text in enumerate(fields) if text})
    hint = Message('in the sheet "{sheet}".{others}', sheet=short(title), others=named)
    table.check_width(table.rows[0][0], widest, hint)
    if cells.formulas:
        held = counted(cells.formulas, "formula")
        table.notes.append(f"{path.name} holds {held}: the stored values were taken.")
    return table


def _read(table: Table, cells: "_Cells", options: ReadOptions) -> None:
    """Read the rows of the table."""
    values = 0
    for row, fields in table.from_headings(cells.rows(options), options):
        table.rows.append((row, fields))
        values += len(fields) - fields.count("")
        options.check_count(table.name, len(table.rows), values - len(table.rows))
    if not table.rows:
        raise DataError(
            '{file}: the sheet "{sheet}" is empty (--sheet).',
            file=table.name,
            sheet=short(table.title),
        )
    _fill_down(table, cells.merged)
    table.dated = frozenset(cells.dates)


def _fill_down(table: Table, merged: Sequence[str]) -> None:
    """Repeat the value of cells that were merged over several rows in each of these rows."""
    from openpyxl.utils import range_boundaries  # noqa: PLC0415 -- slow

    below, last = dict(table.rows), table.rows[-1][0]
    ended: dict[int, int] = {}
    for column, top, _, bottom in sorted(map(range_boundaries, merged)):
        if any(text := below.get(top, [])[column - 1 : column]):
            for row in range(max(top, ended.get(column, 0)) + 1, min(bottom, last) + 1):
                if fields := below.get(row):
                    fields += [""] * (column - len(fields))
                    fields[column - 1 : column] = text
            ended[column] = bottom


@dataclass
class _Cells:
    """The cells of a sheet as texts, how many are formulas, and which columns have dates."""

    table: Table
    source: SheetSource
    strings: Sequence[str]
    date_styles: frozenset[str]
    formulas: int = 0
    dates: set[int] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)

    def rows(self, options: ReadOptions) -> Iterator[Row]:
        """Yield each row that is not blank, from column A on."""
        now, fields = 0, []
        for item in self.source.items():
            row, column, kind, attributes, *_ = item
            if not row:
                if kind == "dimension":
                    self._check_size(attributes.attributes.get("ref", ""), options)
                elif kind == "mergeCells":
                    refs = (child.attributes.get("ref", "") for child in attributes.children)
                    self.merged = [ref for ref in refs if area(ref) > 1]
                continue
            if row != now:
                if fields:
                    yield now, fields
                now, fields = row, []
            if text := self._text(item).strip():
                fields += [""] * (column - 1 - len(fields))
                fields.append(text)
        if fields:
            yield now, fields

    def _check_size(self, box: str, options: ReadOptions) -> None:
        """Refuse a sheet that claims to hold too much, before it is read."""
        cells = area(box)
        rows = cells // max(1, area(re.sub("[0-9]+", "1", box)))
        options.check_count(self.table.name, rows, cells - rows)

    def _text(self, item: Item) -> str:
        """Return a cell's value or stored value as text."""
        row, column, kind, attributes, _, value, style = item
        if attributes is not None:
            self.formulas += 1
            if not value and kind != "str":  # an empty text
                raise DataError(
                    f"{self.table.name}, {self.table.place(row, column)} holds a formula without a "
                    "stored value: open the file in a spreadsheet program and save it."
                )
        if not value:
            return ""
        known = number(value) if kind == "n" else cell_value(kind, value, self.strings)
        if known is None:
            raise self.source.bad_value(row, column, kind, value)
        if kind == "n":
            if style in self.date_styles:
                self.dates.add(column - 1)
            return value
        return str(known).upper() if isinstance(known, bool) else str(known)[:LONGEST]


def date_styles(archive: Archive) -> frozenset[str]:
    """Return the style indices of a workbook that show dates or times."""
    from openpyxl.styles.numbers import is_date_format  # noqa: PLC0415 - slow

    parts = [part for kind, part in relationships(archive, WORKBOOK).values() if kind == "styles"]
    known, formats = set(BUILT_IN), []
    for part in parts:
        if part not in archive.parts:
            continue
        for node in elements(archive, part):
            attributes = node.attributes
            if node.main == "numFmt" and is_date_format(attributes.get("formatCode")):
                known.add(attributes.get("numFmtId", ""))
            elif node.main == "cellXfs":
                formats = [
                    child.attributes.get("numFmtId", "0")
                    for child in node.children
                    if child.main == "xf"
                ]
    return frozenset(str(style) for style, number in enumerate(formats) if number in known)
