"""Read rows from a sheet of a user's .xlsx file.

The file goes through the same guard as a workbook to check: a sound archive of limited size without
macros and links, read as a stream. Nothing is computed, so it may have any formulas: their stored
values are used.
"""

from collections.abc import Iterator
from pathlib import Path

from xlnn.data.columns import from_headings
from xlnn.data.dataset import MOST_INPUTS, MOST_ROWS, ReadOptions
from xlnn.data.wording import counted, listed, short
from xlnn.errors import DataError
from xlnn.grid import CellError, address, column_number
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.cells import SheetSource, cell_value, number
from xlnn.xlsx.markup import Opening, elements, tokens
from xlnn.xlsx.parts import WORKBOOK, check_parts, read_workbook, relationships, shared_strings
from xlnn.xlsx.sheet_stream import Item, area

DAYS = "read as numbers of days"
"""The note about dates that were read."""

BUILT_IN = frozenset(map(str, (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))))
"""The built-in number formats of dates and times, some of them only in East Asia."""


def date_styles(archive: Archive) -> frozenset[str]:
    """Return the style indices of a workbook that show dates or times."""
    from openpyxl.styles.numbers import is_date_format  # noqa: PLC0415 - slow

    parts = [part for kind, part in relationships(archive, WORKBOOK).values() if kind == "styles"]
    known, formats = set(BUILT_IN), []
    for part in parts:
        if part not in archive.parts:
            continue
        inside: list[str] = []
        for tag, attributes, _ in elements(archive, part):
            if tag.main == "numFmt" and is_date_format(attributes.get("formatCode")):
                known.add(attributes.get("numFmtId", ""))
            elif tag.main == "xf":
                inside.append(attributes.get("numFmtId", "0"))
            elif tag.main == "cellStyleXfs":
                inside.clear()
            elif tag.main == "cellXfs":
                formats = inside.copy()
    return frozenset(str(style) for style, number in enumerate(formats) if number in known)


def dates(archive: Archive, part: str, styles: frozenset[str]) -> tuple[int, str, frozenset[str]]:
    """Return the number of cells shown as dates, the address of the first, and their columns."""
    count, first, here, before, columns = 0, "", "", "", set()
    for batch in tokens(archive, part):
        for token in batch:
            if isinstance(token, Opening):
                before = token.main
                if before == "c":
                    here = ""
                elif before == "v" and here:
                    columns.add(here.rstrip("0123456789"))
                    count, first, here = count + 1, first or here, ""
            elif isinstance(token, dict) and before == "c" and token.get("t", "n") == "n":
                here = token.get("r", "") if token.get("s") in styles else ""
    return count, first, frozenset(columns)


class SheetRows:
    """The rows of a sheet: number and fields of each row that is not blank, as text.

    Parameters
    ----------
    path : Path
        An ``.xlsx``.
    reading : ReadOptions
        Its ``sheet`` names the sheet; by default the first.

    Raises
    ------
    XlnnError
        The file is unsafe, or has no such sheet.
    """

    row = "row"
    given: bool | None = None
    dated: frozenset[int] = frozenset()
    mark = ""

    def __init__(self, path: Path, reading: ReadOptions) -> None:
        self.name = path.name
        self._path, self._reading = path, reading
        self._formulas = self._above = self._double = 0
        with Archive(path) as archive:
            check_parts(archive)
            book = read_workbook(archive)
            self.sheet = reading.sheet or next(iter(book.sheets))
            if self.sheet not in book.sheets:
                raise DataError(
                    f'{self.name}: there is no sheet "{short(self.sheet)}"; there are '
                    f"{listed(book.sheets)}.",
                    "sheet",
                )
            self._part, self._sheets = book.sheets[self.sheet], [*book.sheets]
            styles = date_styles(archive)
            self._dates = dates(archive, self._part, styles) if styles else (0, "", frozenset())
            self._strings = [short_enough(text) for text in shared_strings(archive, book.strings)]

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on surprises in the rows that were read last."""
        notes: tuple[str, ...] = ()
        if len(self._sheets) > 1 and not self._reading.sheet:
            notes += (f'{self.name}: the first sheet, "{short(self.sheet)}", was read (--sheet).',)
        if self._above:
            told = f"the table begins in row {self._above:,} (--header-row names another)"
            notes += (f"{self.name}: {told}.",)
        if self._double:
            told = f"row {self._double:,} and the next one were joined as headings"
            notes += (f"{self.name}: {told}.",)
        if self._formulas:
            held = f"{counted(self._formulas, 'formula')}: the stored values were taken"
            notes += (f"{self.name} holds {held}.",)
        count, first, _ = self._dates
        if count:
            where = f"{short(self.sheet)}!{short(first)}"
            held = f"{counted(count, 'date')}, the first in {where}: {DAYS}"
            notes += (f"{self.name} holds {held}, as the file stores them.",)
        return notes

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Read from the first row on.

        Raises
        ------
        XlnnError
            A cell cannot be read, or is outside the columns of the first row.
        """
        self._formulas = count = 0
        left = right = started = 0
        rows, above, headings = from_headings(self._filled(), dict, self._reading)
        for row, filled in rows:
            if not started:
                filled.update(headings)
                self._double = row if headings else 0
                left, right, started = min(filled), max(filled), row
                self._above = row if above else 0
                self.dated = frozenset(
                    column - left
                    for column in map(column_number, self._dates[2])
                    if left <= column <= right
                )
                self._check_columns(row, right - left + 1)
            for column in filled:
                if not left <= column <= right:
                    raise DataError(
                        f"{self.name}, {self._cell(row, column)}: there is a value outside the "
                        f"columns of row {started:,}, the first that is not empty: the table "
                        "begins there, so remove everything above and beside it."
                    )
            count += 1
            if count > MOST_ROWS - 1:
                raise DataError(f"{self.name}: a sheet has {MOST_ROWS:,} rows; leave some out.")
            self._reading.check_count(self.name, count, count * (right - left))
            yield row, [filled.get(column, "") for column in range(left, right + 1)]
        if not count:
            raise DataError(f'{self.name}: the sheet "{short(self.sheet)}" is empty (--sheet).')

    def _filled(self) -> Iterator[tuple[int, dict[int, str]]]:
        """Yield each row that is not blank: its number, and its texts by column."""
        now, filled = 0, {}
        with Archive(self._path) as archive:
            source = SheetSource(archive, self.sheet, self._part)
            for item in source.items():
                row, column, kind, attributes, *_ = item
                if kind == "dimension" and not row:
                    cells = area((attributes or {}).get("ref", ""))
                    rows = cells // max(1, self._columns_of(attributes))
                    self._reading.check_count(self.name, rows, cells - rows)
                if not row:
                    continue
                if row != now:
                    if filled:
                        yield now, filled
                    now, filled = row, {}
                if text := self._text(source, item).strip():
                    filled[column] = text
            if filled:
                yield now, filled

    @staticmethod
    def _columns_of(attributes: dict[str, str] | None) -> int:
        """Return how many columns a sheet declares."""
        corners = (attributes or {}).get("ref", "").replace("$", "").split(":")
        letters = [corner.rstrip("0123456789") for corner in corners]
        return area(f"{letters[0]}1:{letters[-1]}1")

    def _text(self, source: SheetSource, item: Item) -> str:
        """Return a cell's value or stored value as text."""
        row, column, kind, attributes, _, value, _ = item
        if attributes is not None:
            self._formulas += 1
            if not value and kind != "str":  # an empty text
                raise DataError(
                    f"{self.name}, {self._cell(row, column)} holds a formula without a stored "
                    "value: open the file in a spreadsheet program and save it."
                )
        if not value:
            return ""
        if kind == "n":
            found = number(value)
            if found is None:
                raise source.bad_value(row, column, kind, value)
            return value
        known = cell_value(kind, value, self._strings)
        if known is None:
            raise source.bad_value(row, column, kind, value)
        if isinstance(known, bool):
            return str(known).upper()
        return str(known) if isinstance(known, CellError) else short_enough(known)

    def _cell(self, row: int, column: int) -> str:
        return f"{short(self.sheet)}!{address(row, column)}"

    def _check_columns(self, row: int, columns: int) -> None:
        """Refuse a first row with too many columns or too few."""
        if columns < 2:
            others = f" --sheet reads another of {listed(self._sheets)}."
            told = others if len(self._sheets) > 1 else ""
            raise DataError(
                f"{self.name}, {self.row} {row:,}: 1 column was found; two or more are expected, "
                f"from the first row on that is not empty.{told}"
            )
        if columns > MOST_INPUTS:
            raise DataError(
                f"{self.name}: {columns:,} columns were found; at most {MOST_INPUTS:,}."
            )


def short_enough(text: str) -> str:
    """Cut a text that is longer than any label or number, to save memory."""
    return text[:200]
