"""Read the rows of a table: labels and pixels, or inputs and targets."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from math import prod
from typing import Protocol

import numpy as np

from xlnn.data.classes import as_whole, name, one_hot
from xlnn.data.columns import ColumnRoles, columns
from xlnn.data.dataset import (
    ENOUGH,
    Dataset,
    ReadOptions,
    doubt,
    images_told,
    labels_told,
    many_kinds,
    summing,
    table_told,
    targets_told,
)
from xlnn.data.numbers import (
    CODE,
    LARGEST,
    LONGEST,
    PLAIN,
    PLAIN_LINE,
    Numerals,
    is_absent,
    looks_grouped,
    proven,
    rounded,
    united,
    unsigned,
)
from xlnn.data.pictures import name_pixels, picture_of
from xlnn.data.preprocessing import IncompleteRows, filled
from xlnn.data.sheet import DAYS
from xlnn.data.survey import TRUTHS, Survey, no_number, surveyed
from xlnn.data.totals import is_note, total_word
from xlnn.data.wording import counted, listed, short
from xlnn.data.words import counts_rows, is_missing, kept_words, unlike
from xlnn.errors import DataError


class TableRows(Protocol):
    """The rows of a table from any source; each iteration starts from the first row.

    Attributes
    ----------
    name : str
        The file, as a message names it.
    row : str
        The word for a row there.
    given : bool or None
        Whether the first row contains headings; None to find out from it.
    notes : tuple of str
        Notes for the user about anything unexpected, once the rows have been read.
    dated : frozenset of int
        The columns whose numbers are dates.
    mark : str
        The decimal mark if numbers can be read with either; "" if neither is likely.
    """

    name: str
    row: str
    given: bool | None
    notes: tuple[str, ...]
    dated: frozenset[int]
    mark: str

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the number and the fields of every row that is not blank."""
        ...


class _UnclearError(Exception):
    """A value is not a plain number, so that all columns must be surveyed."""


@dataclass
class _Found:
    """What has been read of a table so far."""

    columns: ColumnRoles
    rows: array = field(default_factory=lambda: array("l"))
    names: list[str] = field(default_factory=list)
    x: array = field(default_factory=lambda: array("d"))
    t: array = field(default_factory=lambda: array("d"))
    unlabelled: int = 0
    aside: list[int] = field(default_factory=list)


def from_rows(rows: TableRows, reading: ReadOptions) -> Dataset:
    """Read a data set from rows: label and pixels, or the columns of a table.

    Raises
    ------
    DataError
        The rows cannot be read; the message names row and column.
    """
    said = Numerals(reading.decimal, grouped=True) if reading.decimal else None
    survey, way = None, said
    notes: tuple[str, ...] = ()
    try:
        found = _read(rows, reading, said or PLAIN, None, is_said=said is not None)
    except _UnclearError:
        survey = _surveyed(rows, reading)
        if survey and survey.is_headless and rows.given is None:
            rows.given = False
            return from_rows(rows, reading)
        notes += survey.notes if survey else ()
        if way is None and (survey is None or survey.grouped):
            way = proven(_places(rows, reading, survey), rows.name, rows.mark)
            mark = {".": "point, and marks between thousands", ",": "comma"}[way.mark]
            notes += (
                f"{rows.name}: numbers were read with a decimal {mark} (--decimal {way.mark}).",
            )
        found = _read(rows, reading, way or PLAIN, survey, is_said=True)
    return _dataset(rows, reading, found, notes, survey)


def _surveyed(rows: TableRows, reading: ReadOptions) -> Survey | None:
    """Decide how the columns of a table with words are read; None for pictures."""
    here = columns(next(iter(rows))[1], rows.given, replace(reading, table=True), rows.name)
    if _is_strict(here, reading):
        return None
    return surveyed(
        _Below(rows, here),
        here,
        reading,
        name=rows.name,
        row_name=rows.row,
        dated=rows.dated,
    )


@dataclass(frozen=True)
class _Below:
    """The rows below the headings."""

    rows: TableRows
    columns: ColumnRoles

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        every = iter(self.rows)
        if self.columns.given:
            next(every)
        return every


def _is_strict(here: ColumnRoles, reading: ReadOptions) -> bool:
    """Return whether the columns may only contain numbers, since they are pixels."""
    if reading.table or (here.label is None and not reading.bare):
        return False
    headings = [here.headings[column] for column in here.inputs] if here.given else []
    if reading.picture or name_pixels(headings):
        return True
    return not headings and len(here.inputs) == prod(reading.usual or (0,))


def _dataset(
    rows: TableRows,
    reading: ReadOptions,
    found: _Found,
    notes: tuple[str, ...],
    survey: Survey | None,
) -> Dataset:
    """Make a data set from what was read."""
    if not found.rows and not found.unlabelled:
        raise DataError(f"{rows.name} holds no data: expected a {rows.row} for each image or row.")
    here, made = found.columns, _features(found, survey)
    holed = _holed(rows, found, made, survey)
    made, holed, blank = _without_blank(rows, reading, here, made, holed)
    kept = filled(holed, reading)
    names = as_whole([n for n, is_kept in zip(found.names, kept.whole, strict=False) if is_kept])
    if not here.given:
        made = [f"x{each[1:]}" for each in made]
    made, x, numbering = _without_numbering(rows, reading, made, kept.x)
    picture = None
    headings = made if here.given else ()
    is_labelled = here.label is not None or reading.bare
    if is_labelled and (name_pixels(headings) or not (survey and survey.notes)):
        picture = picture_of(x, headings, reading, rows.name, is_named=bool(reading.label))
    features, constant = (), ()
    if picture is None:
        features, x, constant = _without_constants(rows, reading, made, x)
    notes += numbering + constant
    if here.label is None:
        t, labels = rounded(kept.t), _names(rows, here, here.targets)
    else:
        hint = (
            ""
            if reading.label
            else (" If the labels are in another column, add --label last, or the column.")
        )
        t, labels = one_hot(names, reading, rows.name, hint)
    if reading.bare:
        beside = [n for n in range(len(here.headings)) if n not in here.inputs]
        end = f"no input: {listed(here.where(n) for n in beside)}" if beside else ""
    elif here.label is None:
        end = targets_told(labels, t)
    else:
        end = labels_told(labels, t, f"in {here.where(here.label)}")
        end += many_kinds(names, labels) if reading.label else doubt(names, kept.x)
    if picture is None:
        end += summing(kept.x)
    told = (
        table_told(len(x), features, end) if picture is None else images_told(len(x), picture, end)
    )
    return Dataset(
        x=rounded(x),
        t=t,
        labels=labels,
        picture=picture,
        features=features,
        is_regression=here.label is None,
        told=(f"{rows.name}: {told}.", *_notes(rows, found, labels), *notes, *blank, *kept.told),
        missing=kept.missing,
        words=kept_words(survey.words.values() if survey else (), features),
    )


def _notes(rows: TableRows, found: _Found, labels: Sequence[str]) -> Iterator[str]:
    """Yield notes about anything unexpected, except dates that are left out."""
    for note in rows.notes:
        if DAYS not in note or rows.dated & {*found.columns.inputs, *found.columns.targets}:
            yield note
    if found.aside:
        few = f"{counted(len(found.aside), rows.row)} with a single value, the first in {rows.row}"
        yield f"{rows.name}: left out {few} {found.aside[0]:,}."
    if found.names and len(unlike(labels)) < len(labels):
        yield f"{rows.name}: labels that differ only in capitals are classes of their own."


def _features(found: _Found, survey: Survey | None) -> list[str]:
    """Return the name of each input, as it is written into the workbook."""
    here, made = found.columns, []
    for column in here.inputs:
        words = survey.words.get(column) if survey else None
        made += words.features if words else [here.headings[column]]
    return made


def _without_blank(
    rows: TableRows,
    reading: ReadOptions,
    here: ColumnRoles,
    made: list[str],
    holed: IncompleteRows,
) -> tuple[list[str], IncompleteRows, tuple[str, ...]]:
    """Return the inputs without columns that have no value at all, and a note on these."""
    kept = ~np.isnan(holed.x).all(axis=0)
    is_asked = reading.columns or reading.features or reading.bare or _is_strict(here, reading)
    if kept.all() or not kept.any() or is_asked:
        return made, holed, ()
    told = f"left out {listed(compress(made, ~kept), most=6)}, without any value"
    headings = [*compress(holed.headings, kept), *holed.headings[len(made) :]]
    holed = replace(holed, x=holed.x[:, kept], headings=headings)
    return [*compress(made, kept)], holed, (f"{rows.name}: {told}.",)


def _without_numbering(
    rows: TableRows, reading: ReadOptions, made: list[str], x: np.ndarray
) -> tuple[list[str], np.ndarray, tuple[str, ...]]:
    """Return the inputs without those that number the rows, and a note on these."""
    out = [counts_rows(*each) for each in zip(made, x.T, strict=True)]
    if _all_wanted(reading, x) or not any(out) or all(out):
        return made, x, ()
    why = "which numbers the rows" if sum(out) == 1 else "which number the rows"
    return _without(rows, out, made, x, why)


def _without_constants(
    rows: TableRows, reading: ReadOptions, made: list[str], x: np.ndarray
) -> tuple[tuple[str, ...], np.ndarray, tuple[str, ...]]:
    """Return the inputs without those that are constant, unless all are, and a note on these."""
    out = (x == x[:1]).all(axis=0).tolist()
    if _all_wanted(reading, x) or not any(out):
        return tuple(made), x, ()
    why = "the same in all rows" if sum(out) == 1 else "each the same in all rows"
    if all(out):
        told = f"{listed(made, most=6)}: {why}, so there is nothing to learn from."
        return tuple(made), x, (f"{rows.name}: {told}",)
    made, x, notes = _without(rows, out, made, x, why)
    return tuple(made), x, notes


def _all_wanted(reading: ReadOptions, x: np.ndarray) -> bool:
    """Return whether no input is left out: the inputs are known, or there are too few rows."""
    return bool(reading.columns or reading.features or reading.bare or len(x) < ENOUGH)


def _without(
    rows: TableRows, out: list[bool], made: list[str], x: np.ndarray, why: str
) -> tuple[list[str], np.ndarray, tuple[str, ...]]:
    """Return the inputs without some of them, and a note on these."""
    kept = [not each for each in out]
    told = f"left out {listed(compress(made, out), most=6)}, {why}; --columns names those to keep."
    return [*compress(made, kept)], x[:, kept], (f"{rows.name}: {told}",)


def _holed(
    rows: TableRows, found: _Found, made: list[str], survey: Survey | None
) -> IncompleteRows:
    """Return the data that were read as arrays."""
    here, count = found.columns, len(found.rows)
    return IncompleteRows(
        where=rows.name,
        row=rows.row,
        rows=found.rows,
        headings=[
            here.headings[column]
            for column in (*here.inputs, *here.targets)
            for _ in (survey.words[column].kinds if survey and column in survey.words else (0,))
        ],
        x=np.array(found.x).reshape(count, len(made)),
        t=np.array(found.t).reshape(count, len(here.targets)),
        unlabelled=found.unlabelled,
    )


def _read(
    rows: TableRows, reading: ReadOptions, way: Numerals, survey: Survey | None, *, is_said: bool
) -> _Found:
    """Read all rows; missing values become NaN."""
    here = columns(next(iter(rows))[1], rows.given, reading, rows.name)
    is_by_column = False
    if survey is not None:
        here, is_by_column = survey.columns, bool(survey.words or survey.units)
    elif here.inputs and rows.dated & {*here.inputs}:
        raise _UnclearError
    found, is_strict = _Found(here), _is_strict(here, reading)
    for row, fields in _data_rows(rows, found, survey):
        if here.label is not None and not _labelled(found, rows, reading, row, fields[here.label]):
            continue
        found.rows.append(row)
        for numbers, chosen in ((found.x, here.inputs), (found.t, here.targets)):
            texts = [fields[column] for column in chosen]
            try:
                if is_by_column:
                    raise ValueError  # noqa: TRY301 -- the caller then reads column by column
                numbers.extend(_plain(texts) if way.mark == "." else _slowly(texts, way))
            except ValueError:
                is_final = is_strict or survey is not None
                reader = _Careful(rows, here, way, survey, is_said, is_final)
                numbers.extend(reader.numbers(row, fields, chosen))
    if survey is None and not is_strict and any(map(total_word, found.names)):
        raise _UnclearError
    return found


def _data_rows(
    rows: TableRows, found: _Found, survey: Survey | None
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows below the headings without notes and totals."""
    for row, fields in _Below(rows, found.columns):
        if is_note(fields):
            found.aside.append(row)
        elif survey is None or row not in survey.totals:
            yield row, fields


def _labelled(found: _Found, rows: TableRows, reading: ReadOptions, row: int, label: str) -> bool:
    """Add the label of a row, or count the row as left out if it is missing."""
    where = f"{rows.name}, {rows.row} {row}"
    if not is_missing(label) or (label.strip() and not any(map(str.isalnum, label))):
        found.names.append(name(label, where))
        return True
    if not reading.missing:
        raise DataError(
            f"{where}: the label is {label.strip() or 'empty'}; write a word or a number, or leave "
            f"such {rows.row}s out with --missing drop."
        )
    found.unlabelled += 1
    return False


def _plain(texts: Sequence[str]) -> list[float]:
    """Return plain numbers, all at once: five times as fast as one by one.

    Raises
    ------
    ValueError
        One of them is not a plain number, is a code, or is too large.
    """
    line = " ".join(texts)
    if not PLAIN_LINE.fullmatch(line) or CODE.search(line):
        raise ValueError
    values = list(map(float, texts))
    if texts and (max(map(len, texts)) > LONGEST or max(map(abs, values)) > LARGEST):
        raise ValueError
    return values


def _slowly(texts: Sequence[str], way: Numerals) -> list[float]:
    """Return numbers, read one by one.

    Raises
    ------
    ValueError
        One of them is not a number.
    """
    values = [way.number(text) for text in texts]
    if None in values or any(unsigned(text)[1] or CODE.fullmatch(text) for text in texts):
        raise ValueError
    return values


@dataclass(frozen=True)
class _Careful:
    """Reads values one by one, with an error that explains what is wrong."""

    rows: TableRows
    columns: ColumnRoles
    way: Numerals
    survey: Survey | None
    is_said: bool
    is_final: bool

    def numbers(self, row: int, fields: Sequence[str], chosen: Sequence[int]) -> Iterator[float]:
        """Yield the numbers of some columns of a row; NaN for missing ones."""
        words = self.survey.words if self.survey else {}
        units = self.survey.units if self.survey else ()
        for column in chosen:
            text = united(fields[column])[0] if column in units else fields[column]
            if column in words:
                yield from words[column].numbers(text)
            elif not self.is_final and (unsigned(text)[1] or CODE.fullmatch(text.strip())):
                raise _UnclearError  # which is reported
            elif (one := self._number(text)) is not None:
                yield one
            elif self.is_final:
                raise no_number(
                    self.rows.name, self.rows.row, self.columns, column, row, fields[column]
                )
            else:
                raise _UnclearError

    def _number(self, text: str) -> float | None:
        value = self.way.number(text)
        if value is not None:
            return value
        if is_absent(text):
            return np.nan
        if not self.is_said and looks_grouped(text):
            raise _UnclearError
        truth = text.strip().upper()
        return float(TRUTHS.index(truth)) if truth in TRUTHS else None


def _places(
    rows: TableRows, reading: ReadOptions, survey: Survey | None
) -> Iterator[tuple[str, str]]:
    """Yield every value that should be a number: where it is, and its text."""
    here = survey.columns if survey else None
    here = here or columns(next(iter(rows))[1], rows.given, reading, rows.name)
    words, units = (survey.words, survey.units) if survey else ({}, ())
    for row, fields in _data_rows(rows, _Found(here), survey):
        for column in (*here.inputs, *here.targets):
            text = united(fields[column])[0] if column in units else fields[column]
            if column not in words:
                yield f"{rows.row} {row}, column {short(here.headings[column])}", text


def _names(rows: TableRows, here: ColumnRoles, chosen: Sequence[int]) -> tuple[str, ...]:
    """Return the names of columns as written into the workbook."""
    return tuple(
        name(here.headings[column], f"{rows.name}, {rows.row} 1", "heading") for column in chosen
    )
