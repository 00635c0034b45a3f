"""Split the lines of a CSV text into fields."""

import csv
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from xlnn.data.columns import LOOKED_AT, from_headings
from xlnn.data.dataset import MOST_INPUTS, MOST_ROWS, ReadOptions
from xlnn.data.files import USUAL, content, decoded, likely_encoding
from xlnn.data.wording import counted, short
from xlnn.errors import DataError

DELIMITERS = ("\t", ";", "|", ",")
"""In order of preference if they are equally frequent: a decimal comma is not a delimiter."""


class Lines:
    """The lines of a CSV: number and fields of each line that is not blank.

    Parameters
    ----------
    path : Path
        A CSV file with commas, semicolons, tabs or | between the values.
    reading : ReadOptions

    Raises
    ------
    DataError
        The file is not text, or contains more than allowed without ``large``.
    """

    row = "line"
    given: bool | None = None
    notes: tuple[str, ...] = ()
    dated: frozenset[int] = frozenset()

    @property
    def mark(self) -> str:
        """The likely decimal mark: a point if commas separate values."""
        return "." if self._delimiter == "," else ""

    def __init__(self, path: Path, reading: ReadOptions) -> None:
        self.name, self._reading, self.notes = path.name, reading, ()
        read = content(path)
        encoding = reading.encoding or likely_encoding(read)
        self._content = decoded(read, path.name, "CSV", encoding)
        if not reading.encoding and not encoding.startswith("utf"):
            told = f"{self.name} is not UTF-8 and was read as {encoding}; if letters look wrong"
            other = "gb18030" if encoding == USUAL else USUAL
            self.notes += (f"{told}, choose another --encoding, such as {other}.",)
        self._delimiter = _delimiter(self._content, reading.header_row)
        lines = self._content.count("\n") + (not self._content.endswith("\n"))
        reading.check_count(self.name, lines, self._content.count(self._delimiter) + lines)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Read from the first line on.

        Raises
        ------
        DataError
            The file is not a CSV, or lines have different numbers of columns.
        """
        reader = csv.reader(_split(self._content), delimiter=self._delimiter, strict=True)
        columns, started, count = 0, 0, 0
        numbered = (
            (reader.line_num, fields) for fields in reader if any(each.strip() for each in fields)
        )
        try:
            rows, above, headings = from_headings(numbered, _cells, self._reading)
            for line, fields in rows:
                if not columns:
                    columns, started = self._columns(line, fields), line
                    self._tell_headings(above, line, is_double=bool(headings))
                    for column, heading in headings.items():
                        fields[column] = heading
                if not any(each.strip() for each in fields[columns:]):
                    del fields[columns:]  # separators at the end
                if len(fields) == 1:
                    fields.extend([""] * (columns - 1))  # a note below the table
                if len(fields) != columns:
                    others = sum(len(each) not in {1, columns} for _, each in rows)
                    more = f", and {counted(others, 'other line')} differ" if others else ""
                    raise DataError(
                        f"{self.name}, line {line}: {len(fields):,} columns were found and "
                        f"{columns:,} expected, as in line {started}{more}. Put a text that holds "
                        f'"{self._delimiter}" between quotation marks.'
                    )
                count += 1
                if count > MOST_ROWS:
                    raise DataError(
                        f"{self.name}, line {line}: a sheet has {MOST_ROWS:,} rows: leave some out."
                    )
                yield line, fields
        except csv.Error as error:
            where = f"{self.name}, line {reader.line_num}"
            raise DataError(f"{where}: not CSV: {short(error)}.") from error
        if not count:
            row = self._reading.header_row
            below = f" from line {row:,} on" if row else ""
            raise DataError(f"{self.name} holds no data{below}: expected a line for each row.")

    def _tell_headings(self, above: int, line: int, *, is_double: bool) -> None:
        """Add a note about lines above the headings that were not read, or headings of two."""
        told = f"{self.name}: the table begins in line {line:,} (--header-row names another)."
        double = f"{self.name}: line {line:,} and the next one were joined as headings."
        for note in (told,) * bool(above) + (double,) * is_double:
            if note not in self.notes:
                self.notes += (note,)

    def _columns(self, line: int, fields: list[str]) -> int:
        """Return how many columns the first line has."""
        if len(fields) < 2:
            raise DataError(
                f"{self.name}, line {line}: 1 column was found; two or more are expected, "
                "separated by comma, semicolon, tab or |."
            )
        if len(fields) > MOST_INPUTS:
            raise DataError(
                f"{self.name}, line {line}: {len(fields):,} columns were found; a sheet has "
                f"{MOST_INPUTS:,}."
            )
        return len(fields)


def _cells(fields: list[str]) -> dict[int, str]:
    """Return the values of a line by column."""
    return {column: field for column, field in enumerate(fields) if field.strip()}


def _delimiter(content: str, header_row: int) -> str:
    r"""Return the separator of values: the most frequent one in the line of the headings.

    >>> _delimiter("Sales, 2024\na;b;c\n1,5;2,5;3,5\n", 0)
    ';'
    """
    found = islice(re.finditer(r"[^\n]*\n|[^\n]+", content), max(header_row, LOOKED_AT))
    lines = [line[0] for line in found]
    if header_row:
        lines = lines[header_row - 1 :]
    counts = [max(map(line.count, DELIMITERS)) for line in lines]
    whole = (line for line, n in zip(lines, counts, strict=True) if n and 2 * n >= max(counts))
    first = next(whole, "")
    delimiter = max(DELIMITERS, key=first.count)
    return delimiter if delimiter in first else ","


def _split(content: str) -> Iterator[str]:
    """Yield the lines of a text one by one, since a list would double the memory."""
    return (line[0] for line in re.finditer(r"[^\n]*\n|[^\n]+", content))
