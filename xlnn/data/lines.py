"""Which fields stand in the lines of a CSV text?"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from xlnn.data.dataset import MOST_IMAGES, MOST_INPUTS
from xlnn.data.files import text
from xlnn.data.wording import short
from xlnn.errors import DataError

DELIMITERS = ("\t", ";", ",")
"""Of those that stand as often in the first line, the first: a decimal comma is no delimiter."""


def lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and the fields of every line that is not blank.

    Parameters
    ----------
    path : Path
        UTF-8, with comma, semicolon or tab between the values.

    Raises
    ------
    DataError
        The file is no CSV, or a line has another number of columns than the first.
    """
    content = text(path, "CSV")
    first = content.lstrip("\n").split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    delimiter = delimiter if delimiter in first else ","
    reader = csv.reader(io.StringIO(content, newline="\n"), delimiter=delimiter, strict=True)
    columns, started, count = 0, 0, 0
    try:
        for fields in reader:
            if not any(field.strip() for field in fields):
                continue
            if not columns:
                columns, started = _columns(path, reader.line_num, fields), reader.line_num
            if len(fields) != columns:
                raise DataError(
                    f"{path.name}, line {reader.line_num}: {len(fields):,} columns were found "
                    f"and {columns:,} expected, as in line {started}."
                )
            count += 1
            if count > MOST_IMAGES:
                raise DataError(
                    f"{path.name}, line {reader.line_num}: a sheet has {MOST_IMAGES:,} rows; "
                    "leave images out."
                )
            yield reader.line_num, fields
    except csv.Error as error:
        where = f"{path.name}, line {reader.line_num}"
        raise DataError(f"{where}: not CSV: {short(error)}.") from error
    if not count:
        raise DataError(f"{path.name} holds no images: a line for each is expected.")


def _columns(path: Path, line: int, fields: list[str]) -> int:
    """Return how many columns the first line has, and so all."""
    if len(fields) < 2:
        raise DataError(
            f"{path.name}, line {line}: 1 column was found; a label and at least one value are "
            "expected, with comma, semicolon or tab between them."
        )
    if len(fields) > MOST_INPUTS:
        raise DataError(
            f"{path.name}, line {line}: {len(fields):,} columns were found; a sheet has "
            f"{MOST_INPUTS:,}."
        )
    return len(fields)
