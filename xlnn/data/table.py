"""What do the columns of a CSV say? Labels and pixels, or columns to predict and others."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from xlnn.data.classes import name, one_hot
from xlnn.data.dataset import Dataset, Reading
from xlnn.data.digits import number, refusal, rounded
from xlnn.data.lines import lines
from xlnn.data.size import picture_size
from xlnn.data.wording import listed, short
from xlnn.errors import DataError


@dataclass(frozen=True)
class Columns:
    """Which column of a CSV is what.

    Attributes
    ----------
    headings : tuple of str
        Of all columns, for messages; made up if the file has none.
    given : bool
        The headings stand in the file.
    label : int or None
        The column of the label; None for a regression.
    targets : tuple of int
        The columns to predict; () for classes.
    inputs : tuple of int
        All others.
    """

    headings: tuple[str, ...]
    given: bool
    label: int | None
    targets: tuple[int, ...]
    inputs: tuple[int, ...]


def from_csv(path: Path, reading: Reading) -> Dataset:
    """Read a line for each image: its label and its pixels, or the columns of a table.

    Parameters
    ----------
    path : Path
        UTF-8, with comma, semicolon or tab between the values; a first line of headings may stand.
    reading : Reading

    Raises
    ------
    DataError
        The file cannot be read as images; the message names line and column.
    """
    read = lines(path)
    first = next(read)
    columns = _columns(path, first[1], reading)
    x: list[np.ndarray] = []
    numbers: list[np.ndarray] = []
    names: list[str] = []
    for line, fields in read if columns.given else chain([first], read):
        if columns.label is not None:
            names.append(name(fields[columns.label], f"{path.name}, line {line}"))
        x.append(_numbers(path, line, columns, fields, columns.inputs))
        numbers.append(_numbers(path, line, columns, fields, columns.targets))
    if not x:
        raise DataError(f"{path.name} holds no images: a line for each is expected.")
    if columns.label is None:
        t, labels = rounded(numbers), _names(path, columns, columns.targets)
    else:
        t, labels = one_hot(names, reading.labels, path.name)
    is_table = reading.table or columns.label is None
    return Dataset(
        x=rounded(x),
        t=t,
        labels=labels,
        picture=None if is_table else _picture(path, columns, reading),
        features=_names(path, columns, columns.inputs) if is_table else (),
        is_regression=columns.label is None,
    )


def _columns(path: Path, first: Sequence[str], reading: Reading) -> Columns:
    """Tell what each column is, by the first line and what is asked for."""
    first = [field.strip() for field in first]
    label = first.index(reading.label) if reading.label and reading.label in first else 0
    values = [field for column, field in enumerate(first) if reading.targets or column != label]
    given = not any(_looks_numeric(field) for field in values)
    headings = first if given else []
    asked = reading.targets or ((reading.label,) if reading.label else ())
    found = [_find(path, heading, headings) for heading in asked]
    if len(set(found)) < len(found):
        raise DataError(f"{path.name}: a column stands twice in the targets {listed(asked)}.")
    targets = tuple(found) if reading.targets else ()
    taken = targets or (label,)
    inputs = tuple(column for column in range(len(first)) if column not in taken)
    if not inputs:
        raise DataError(
            f"{path.name}: all columns are targets; at least one is needed to predict from."
        )
    if not given:
        mark = "x" if reading.table else "p"
        headings = ["label", *(f"{mark}{place}" for place in range(1, len(first)))]
    return Columns(tuple(headings), given, None if targets else label, targets, inputs)


def _find(path: Path, heading: str, headings: Sequence[str]) -> int:
    """Return the column of a heading that stands exactly once."""
    if not headings:
        raise DataError(
            f'{path.name}: the first line holds numbers and no headings, so there is no column "'
            f'{short(heading)}"; write the names of the columns in the first line.'
        )
    if headings.count(heading) != 1:
        found = "stands more than once" if heading in headings else "is not there"
        raise DataError(
            f'{path.name}: the column "{short(heading)}" {found}; the headings are '
            f"{listed(headings)}. --label and --target name columns."
        )
    return headings.index(heading)


def _looks_numeric(field: str) -> bool:
    """Tell whether a field of the first line was meant as a value and not as a heading.

    >>> [_looks_numeric(field) for field in ("0.5", "=1+1", "", "p11", "1x1")]
    [True, True, True, False, False]
    """
    if re.fullmatch(r"[0-9]+x[0-9]+", field):
        return False  # row x column of a pixel
    return bool(re.match(r"[=+\-.\d]", field)) or field.lower() in {"nan", "inf", ""}


def _numbers(
    path: Path, line: int, columns: Columns, fields: Sequence[str], chosen: Sequence[int]
) -> np.ndarray:
    """Return the numbers in the chosen columns of a line."""
    numbers = np.empty(len(chosen))
    for place, column in enumerate(chosen):
        value = number(fields[column])
        if value is None:
            heading = short(columns.headings[column])
            reason = str(refusal(fields[column], f"{path.name}, line {line}, column {heading}"))
            if columns.given and not _looks_numeric(fields[column].strip()):
                or_label = f', or if it holds the labels add --label "{heading}"'
                reason = f"{reason} Remove the column{'' if columns.targets else or_label}."
            raise DataError(reason)
        numbers[place] = value
    return numbers


def _names(path: Path, columns: Columns, chosen: Sequence[int]) -> tuple[str, ...]:
    """Return the names of columns, as they are written into the workbook."""
    return tuple(
        name(columns.headings[column], f"{path.name}, line 1", "heading") for column in chosen
    )


def _picture(path: Path, columns: Columns, reading: Reading) -> tuple[int, int]:
    headings = [columns.headings[column] for column in columns.inputs] if columns.given else []
    return picture_size(len(columns.inputs), headings, reading.picture, path.name)
