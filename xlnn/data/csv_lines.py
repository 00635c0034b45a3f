"""Read the lines of a CSV as a table."""

import csv
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from xlnn.data.dataset import MOST_ROWS, ReadOptions
from xlnn.data.files import USUAL, content, decoded, likely_encoding
from xlnn.data.messages import counted, reason
from xlnn.data.rows import LOOKED_AT, Row, Table
from xlnn.errors import DataError, Message

DELIMITERS = ("\t", ";", "|", ",")
"""In order of preference if they are equally frequent: a decimal comma is not a delimiter."""


def csv_table(path: Path, options: ReadOptions) -> Table:
    """Read a CSV file with commas, semicolons, tabs, | or blanks between the values.

    Raises
    ------
    DataError
        The file is not a CSV, contains more than allowed without ``large``, or its lines have
        different numbers of columns.
    """
    read = content(path)
    encoding = options.encoding or likely_encoding(read)
    text = decoded(read, path.name, "CSV", encoding)
    delimiter = _delimiter(text, options.header_row)
    lines = text.count("\n") + (not text.endswith("\n"))
    options.check_count(path.name, lines, text.count(delimiter) + lines)
    table = Table(path.name, "line", mark="." if delimiter == "," else "")
    if not options.encoding and not encoding.startswith("utf"):
        other = "gb18030" if encoding == USUAL else USUAL
        table.notes.append(
            f"{table.name} is not UTF-8 and was read as {encoding}; if letters look wrong, choose "
            f"another --encoding, such as {other}."
        )
    every = _split(text)
    if delimiter == " ":  # some align their columns with several
        every = (f"{' '.join(line.split())}\n" for line in every)
    reader = csv.reader(every, delimiter=delimiter, strict=True)
    numbered = ((reader.line_num, [*map(str.strip, fields)]) for fields in reader)
    try:
        rows = table.from_headings((row for row in numbered if any(row[1])), options)
        table.rows += _even(table, rows, delimiter)
    except csv.Error as error:
        raise DataError(
            f"{table.name}, line {reader.line_num}: not CSV: {reason(error)}."
        ) from error
    if not table.rows:
        below = f" from line {options.header_row:,} on" if options.header_row else ""
        raise DataError(f"{table.name} holds no data{below}: expected a line for each row.")
    return table


def _even(table: Table, rows: Iterator[Row], delimiter: str) -> Iterator[Row]:
    """Yield the lines, all with as many columns as the first."""
    columns = started = 0
    for count, (line, fields) in enumerate(rows, start=1):
        if not columns:
            columns, started = len(fields), line
            hint = Message("separated by comma, semicolon, tab, | or blanks.")
            table.check_width(line, columns, hint)
        if not any(fields[columns:]):
            del fields[columns:]  # separators at the end
        if len(fields) == 1:
            fields.extend([""] * (columns - 1))  # a note below the table
        if len(fields) != columns:
            others = sum(len(line_fields) not in {1, columns} for _, line_fields in rows)
            more = f", and {counted(others, 'other line')} differ" if others else ""
            raise DataError(
                "{file}, line {line}: {count} columns were found and {columns} expected, as in "
                'line {started}{more}. Put a text that holds "{delimiter}" between quotation '
                "marks.",
                file=table.name,
                line=line,
                count=f"{len(fields):,}",
                columns=f"{columns:,}",
                started=started,
                more=more,
                delimiter=delimiter,
            )
        if count > MOST_ROWS:
            raise DataError(
                f"{table.name}, line {line}: a sheet has {MOST_ROWS:,} rows: leave some out."
            )
        yield line, fields


def _delimiter(content: str, header_row: int) -> str:
    r"""Return the separator of values: the most frequent one in the line of the headings.

    Blanks separate them if there is no other, and if all lines have equally many values.

    >>> _delimiter("Sales, 2024\na;b;c\n1,5;2,5;3,5\n", 0), _delimiter("1.5  2\n3 4\n", 0)
    (';', ' ')
    """
    lines = list(islice(_split(content), max(header_row, LOOKED_AT)))
    if header_row:
        lines = lines[header_row - 1 :]
    counts = [max(map(line.count, DELIMITERS)) for line in lines]
    whole = (line for line, n in zip(lines, counts, strict=True) if n and 2 * n >= max(counts))
    first = next(whole, "")
    delimiter = max(DELIMITERS, key=first.count)
    if delimiter in first:
        return delimiter
    fields = {len(line.split()) for line in lines if line.strip()}
    return " " if len(fields) == 1 and fields != {1} else ","


def _split(content: str) -> Iterator[str]:
    """Yield the lines of a text one by one, since a list would double the memory."""
    return (line[0] for line in re.finditer(r"[^\n]*\n|[^\n]+", content))
