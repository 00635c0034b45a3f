"""Split the lines of a CSV text into fields."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from xlnn.data.dataset import MOST_IMAGES, MOST_INPUTS, ReadOptions
from xlnn.data.files import text
from xlnn.data.wording import short
from xlnn.errors import DataError

DELIMITERS = ("\t", ";", ",")
"""Of those that stand as often in the first line, the first: a decimal comma is no delimiter."""


class Lines:
    """The lines of a CSV: the number and the fields of each that is not blank.

    Parameters
    ----------
    path : Path
        With comma, semicolon or tab between the values.
    reading : ReadOptions

    Raises
    ------
    DataError
        The file is no text, or holds more than was asked for.
    """

    row = "line"
    given: bool | None = None
    notes: tuple[str, ...] = ()

    def __init__(self, path: Path, reading: ReadOptions) -> None:
        self.name = path.name
        self._content = text(path, "CSV", reading.encoding)
        found = re.search(r"[^\n]+", self._content)
        first = found[0] if found else ""
        delimiter = max(DELIMITERS, key=first.count)
        self._delimiter = delimiter if delimiter in first else ","
        lines = self._content.count("\n") + (not self._content.endswith("\n"))
        reading.check_count(self.name, lines, self._content.count(self._delimiter) + lines)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Read from the first line on.

        Raises
        ------
        DataError
            The file is no CSV, or a line has another number of columns than the first.
        """
        reader = csv.reader(_split(self._content), delimiter=self._delimiter, strict=True)
        columns, started, count = 0, 0, 0
        try:
            for fields in reader:
                if not any(field.strip() for field in fields):
                    continue
                if not columns:
                    columns, started = self._columns(reader.line_num, fields), reader.line_num
                if len(fields) != columns:
                    raise DataError(
                        f"{self.name}, line {reader.line_num}: {len(fields):,} columns were found "
                        f"and {columns:,} expected, as in line {started}."
                    )
                count += 1
                if count > MOST_IMAGES:
                    raise DataError(
                        f"{self.name}, line {reader.line_num}: a sheet has {MOST_IMAGES:,} rows: "
                        "leave images out."
                    )
                yield reader.line_num, fields
        except csv.Error as error:
            where = f"{self.name}, line {reader.line_num}"
            raise DataError(f"{where}: not CSV: {short(error)}.") from error
        if not count:
            raise DataError(f"{self.name} holds no images: expected one line per image.")

    def _columns(self, line: int, fields: list[str]) -> int:
        """Return how many columns the first line has, and so all."""
        if len(fields) < 2:
            raise DataError(
                f"{self.name}, line {line}: 1 column was found; a label and at least one value are "
                "expected, separated by comma, semicolon or tab."
            )
        if len(fields) > MOST_INPUTS:
            raise DataError(
                f"{self.name}, line {line}: {len(fields):,} columns were found; a sheet has "
                f"{MOST_INPUTS:,}."
            )
        return len(fields)


def _split(content: str) -> Iterator[str]:
    """Yield the lines of a text one by one: a list of all would take as much room again."""
    return (line[0] for line in re.finditer(r"[^\n]*\n|[^\n]+", content))
