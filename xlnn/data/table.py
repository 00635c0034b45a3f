"""Read the rows of a table: labels and pixels, or inputs and targets."""

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Protocol

import numpy as np

from xlnn.data import number_text
from xlnn.data.classes import as_whole, name, one_hot
from xlnn.data.columns import ColumnRoles, columns, looks_numeric
from xlnn.data.dataset import Dataset, ReadOptions
from xlnn.data.missing import Holed, filled
from xlnn.data.number_text import Numerals
from xlnn.data.precision import LARGEST, LONGEST, PLAIN_LINE, rounded
from xlnn.data.size import picture_size
from xlnn.data.summary import (
    counting,
    doubt,
    images_told,
    labels_told,
    table_told,
    targets_told,
)
from xlnn.data.wording import listed, short
from xlnn.errors import DataError

_DATE = re.compile(r"[0-9]{1,4}([-/.])[0-9]{1,2}\1[0-9]{2,4}\b")
"""A day as people write it, by year or by day."""


class TableRows(Protocol):
    """The rows of a table, from whatever it is kept in; each iteration begins anew.

    Attributes
    ----------
    name : str
        The file, as a message names it.
    row : str
        What a row is called there.
    given : bool or None
        Whether the first row holds headings; None where it must tell itself.
    notes : tuple of str
        What a person may not expect, after the rows were read.
    """

    name: str
    row: str
    given: bool | None
    notes: tuple[str, ...]

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the number and the fields of every row that is not blank."""
        ...


class _GroupedError(Exception):
    """A number holds commas or blanks, of which nobody has said what they mean."""


@dataclass
class _Found:
    """What has been read of a table so far."""

    columns: ColumnRoles
    rows: array = field(default_factory=lambda: array("l"))
    names: list[str] = field(default_factory=list)
    x: array = field(default_factory=lambda: array("d"))
    t: array = field(default_factory=lambda: array("d"))
    unlabelled: int = 0


def from_rows(rows: TableRows, reading: ReadOptions) -> Dataset:
    """Read a row for each image: its label and its pixels, or the columns of a table.

    Parameters
    ----------
    rows : TableRows
    reading : ReadOptions

    Raises
    ------
    DataError
        The rows cannot be read as images; the message names row and column.
    """
    said, notes = Numerals(reading.decimal, grouped=True) if reading.decimal else None, ()
    try:
        found = _read(rows, reading, said or number_text.PLAIN, is_said=said is not None)
    except _GroupedError:
        proven = number_text.proven(_places(rows, reading), rows.name)
        found = _read(rows, reading, proven, is_said=True)
        mark = {".": "point, and marks between thousands", ",": "comma"}[proven.mark]
        notes = (
            f"{rows.name}: numbers were read with a decimal {mark} (--decimal {proven.mark}).",
        )
    return _dataset(rows, reading, found, notes)


def _dataset(
    rows: TableRows, reading: ReadOptions, found: _Found, notes: tuple[str, ...]
) -> Dataset:
    """Make a data set of what was read."""
    if not found.rows and not found.unlabelled:
        raise DataError(f"{rows.name} holds no images: expected one {rows.row} per image.")
    here, kept = found.columns, filled(_holed(rows, found), reading)
    names = as_whole([n for n, is_kept in zip(found.names, kept.whole, strict=False) if is_kept])
    is_table = reading.table or here.label is None
    features = _names(rows, here, here.inputs) if is_table else ()
    if here.label is None:
        t, labels = rounded(kept.t), _names(rows, here, here.targets)
    else:
        hint = (
            ""
            if reading.label
            else (" If the labels are in another column, add --label last, or the column.")
        )
        t, labels = one_hot(names, reading, rows.name, hint)
    picture = None if is_table else _picture(rows, here, reading)
    if reading.bare:
        beside = [n for n in range(len(here.headings)) if n not in here.inputs]
        end = f"no input: {listed(here.where(n) for n in beside)}" if beside else ""
    elif here.label is None:
        end = targets_told(labels, t)
    else:
        end = labels_told(labels, t, f"in {here.where(here.label)}")
        end += "" if reading.label else doubt(names, kept.x)
    if picture is None:
        end += counting(features, kept.x)
    told = (
        table_told(len(kept.x), features, end)
        if picture is None
        else images_told(len(kept.x), picture, end)
    )
    return Dataset(
        x=rounded(kept.x),
        t=t,
        labels=labels,
        picture=picture,
        features=features,
        is_regression=here.label is None,
        told=(f"{rows.name}: {told}.", *rows.notes, *notes, *kept.told),
        missing=kept.missing,
    )


def _holed(rows: TableRows, found: _Found) -> Holed:
    """Return what was read as arrays."""
    here, count = found.columns, len(found.rows)
    return Holed(
        where=rows.name,
        row=rows.row,
        rows=found.rows,
        headings=[here.headings[column] for column in (*here.inputs, *here.targets)],
        x=np.array(found.x).reshape(count, len(here.inputs)),
        t=np.array(found.t).reshape(count, len(here.targets)),
        unlabelled=found.unlabelled,
    )


def _read(rows: TableRows, reading: ReadOptions, way: Numerals, *, is_said: bool) -> _Found:
    """Read all rows; what is missing becomes NaN."""
    every = iter(rows)
    first = next(every)
    found = _Found(columns(first[1], rows.given, reading, rows.name))
    here = found.columns
    for row, fields in every if here.given else chain([first], every):
        if here.label is not None:
            where = f"{rows.name}, {rows.row} {row}"
            if not fields[here.label].strip():
                if reading.missing != "drop":
                    raise DataError(
                        f"{where}: the label is empty; write a word or a number, or leave such "
                        f"{rows.row}s out with --missing drop."
                    )
                found.unlabelled += 1
                continue
            found.names.append(name(fields[here.label], where))
        found.rows.append(row)
        for numbers, chosen in ((found.x, here.inputs), (found.t, here.targets)):
            texts = [fields[column] for column in chosen]
            try:
                numbers.extend(_plain(texts) if way.mark == "." else _slowly(texts, way))
            except ValueError:
                numbers.extend(_slowly_named(rows, row, here, fields, chosen, way, is_said=is_said))
    return found


def _plain(texts: Sequence[str]) -> list[float]:
    """Return plain numbers all at once, or fail: one by one they take five times as long.

    Raises
    ------
    ValueError
        One of them is no plain number, or too large.
    """
    if not PLAIN_LINE.fullmatch("".join(texts)):
        raise ValueError
    values = list(map(float, texts))
    if texts and (max(map(len, texts)) > LONGEST or max(map(abs, values)) > LARGEST):
        raise ValueError
    return values


def _slowly(texts: Sequence[str], way: Numerals) -> list[float]:
    """Return numbers one by one, or fail.

    Raises
    ------
    ValueError
        One of them is no number.
    """
    values = [way.number(text) for text in texts]
    if None in values:
        raise ValueError
    return values


def _slowly_named(  # noqa: PLR0913, PLR0917 -- all that a message names
    rows: TableRows,
    row: int,
    here: ColumnRoles,
    fields: Sequence[str],
    chosen: Sequence[int],
    way: Numerals,
    *,
    is_said: bool,
) -> Iterator[float]:
    """Yield numbers one by one, and name the one that is none."""
    for column in chosen:
        value = way.number(fields[column])
        if value is not None:
            yield value
        elif number_text.is_absent(fields[column]):
            yield np.nan
        elif not is_said and number_text.looks_grouped(fields[column]):
            raise _GroupedError
        else:
            raise _no_number(rows, row, here, fields[column], column)


def _no_number(rows: TableRows, row: int, here: ColumnRoles, text: str, column: int) -> DataError:
    """Return the error for a value that is no number: perhaps its column is the label."""
    heading = short(here.headings[column])
    reason = str(number_text.refusal(text, f"{rows.name}, {rows.row} {row}, column {heading}"))
    if _DATE.match(text.strip()):
        return DataError(
            f"{reason} If it is a date, remove the column or write it as a number of days."
        )
    if looks_numeric(text.strip()):
        return DataError(reason)
    place = f'"{heading}"' if here.given else _place(column, len(here.headings))
    if column in here.targets:
        return DataError(
            f"{reason} A target is a number to predict: choose another column, or if these are "
            f"classes, use --label {place} instead of --target.",
            "targets",
        )
    or_label = "" if here.targets else f", or if it holds the labels add --label {place}"
    return DataError(f"{reason} Remove the column{or_label}.")


def _place(column: int, count: int) -> str:
    return "last" if column == count - 1 else str(column + 1)


def _places(rows: TableRows, reading: ReadOptions) -> Iterator[tuple[str, str]]:
    """Yield every value that should be a number: where it stands, and its text."""
    every = iter(rows)
    first = next(every)
    here = columns(first[1], rows.given, reading, rows.name)
    for row, fields in every if here.given else chain([first], every):
        for column in (*here.inputs, *here.targets):
            yield f"{rows.row} {row}, column {short(here.headings[column])}", fields[column]


def _names(rows: TableRows, here: ColumnRoles, chosen: Sequence[int]) -> tuple[str, ...]:
    """Return the names of columns, as they are written into the workbook."""
    return tuple(
        name(here.headings[column], f"{rows.name}, {rows.row} 1", "heading") for column in chosen
    )


def _picture(rows: TableRows, here: ColumnRoles, reading: ReadOptions) -> tuple[int, int]:
    headings = [here.headings[column] for column in here.inputs] if here.given else []
    return picture_size(len(here.inputs), headings, reading.picture, rows.name)
