"""Decide which columns of a table are labels, targets and inputs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import pairwise
from math import prod

from xlnn.data.dataset import ReadOptions
from xlnn.data.messages import listed, named_apart, short
from xlnn.data.numbers import is_absent
from xlnn.data.pictures import name_pixels
from xlnn.data.rows import Table
from xlnn.data.words import bases, looks_numeric
from xlnn.errors import DataError, Message

NAMING = ("label", "targets", "drop", "columns")
"""The options that name columns."""


@dataclass(frozen=True)
class ColumnRoles:
    """The roles of a table's columns.

    Attributes
    ----------
    headings : tuple of str
        The headings of all columns, for messages; made up if the table has none.
    given : bool
        Whether the table has headings.
    label : int or None
        The column of the label; None for a regression.
    targets : tuple of int
        The columns to predict; () for classes.
    inputs : tuple of int
        The input columns.
    is_strict : bool
        Whether the inputs may only contain numbers, since they are pixels.
    """

    headings: tuple[str, ...]
    given: bool
    label: int | None
    targets: tuple[int, ...]
    inputs: tuple[int, ...]
    is_strict: bool = False

    def where(self, column: int) -> str:
        """Return words for a column, as in "labels 0 and 1 in ...".

        >>> ColumnRoles(("label", "p1", "p2"), False, 2, (), (0, 1)).where(2)
        'the last column'
        """
        if self.given:
            return Message('the column "{name}"', name=short(self.headings[column]))
        if column in {0, len(self.headings) - 1}:
            return Message("the first column" if column == 0 else "the last column")
        return Message("column {number}", number=column + 1)

    def place(self, column: int) -> str:
        """Return a column as the options name it.

        >>> ColumnRoles(("label", "p1", "p2"), False, 2, (), (0, 1)).place(2)
        'last'
        """
        column %= len(self.headings)
        if self.given:
            return f'"{short(self.headings[column])}"'
        return "last" if column == len(self.headings) - 1 else str(column + 1)


def roles_in(table: Table, reading: ReadOptions) -> ColumnRoles:
    """Return the role of each column of a table, from its first row and the options.

    Raises
    ------
    DataError
        A requested column is missing, or no input is left.
    """
    name, given, rows = table.name, table.given, [fields for _, fields in table.rows]
    first = [" ".join(field.split()) for field in rows[0]]  # some have line ends
    asked = reading.targets or ((reading.label,) if reading.label else ())
    if given is None:
        given = bool(reading.header_row) or _are_headings(first, reading)
    headings = first if given else []
    columns = [_find(name, column, headings, len(first)) for column in asked]
    if len(set(columns)) < len(columns):
        raise DataError(
            "{file}: a column appears twice in the targets {names}.",
            "targets",
            file=name,
            names=listed(asked),
        )
    targets = tuple(columns) if reading.targets and not reading.bare else ()
    label = None if targets or reading.bare else (columns or [0])[0]
    taken = tuple(columns) if reading.bare else targets or (label,)
    inputs = _inputs(name, reading, headings, len(first), taken)
    if not inputs:
        raise DataError(
            "{file}: all columns are targets or left out; at least one is needed to predict from.",
            "targets",
            "drop",
            file=name,
        )
    if given and table.given is None and _occur_below(rows, inputs):
        return roles_in(replace(table, given=False), reading)
    headings = named_apart(headings)
    is_strict = not targets and _are_pixels([headings[n] for n in inputs if given], inputs, reading)
    if not given:
        beside = taken[0] if reading.bare and len(taken) == 1 else label  # it names no input
        headings = _made_up(len(first), beside, "p" if is_strict else "x")
    return ColumnRoles(tuple(headings), given, label, targets, inputs, is_strict)


def _occur_below(rows: Sequence[Sequence[str]], inputs: Sequence[int]) -> bool:
    """Return whether the words of the first row occur below it, so that it holds no headings."""
    if all(looks_numeric(rows[0][n]) for n in inputs):
        return False
    return all(any(fields[n] == rows[0][n] for fields in rows[1:]) for n in inputs)


def _are_pixels(headings: Sequence[str], inputs: Sequence[int], reading: ReadOptions) -> bool:
    """Return whether the inputs can only be pixels."""
    if reading.table:
        return False
    if reading.picture or name_pixels(headings):
        return True
    return not headings and len(inputs) == prod(reading.usual or (0,))


def _inputs(
    name: str,
    reading: ReadOptions,
    headings: Sequence[str],
    count: int,
    taken: Sequence[int | None],
) -> tuple[int, ...]:
    """Return the input columns: those that were named, or all that are not left out."""
    dropped = {_find(name, column, headings, count) for column in reading.drop}
    if wrong := dropped & {*taken}:
        which = next(
            column for column in reading.drop if _find(name, column, headings, count) in wrong
        )
        raise DataError(
            "{file}: {column} holds the label or a target and cannot be left out.",
            "drop",
            file=name,
            column=short(which),
        )
    known = bases(reading.features)
    if reading.columns:
        named = [_find(name, column, headings, count) for column in reading.columns]
    elif known and {*known} <= {*(apart := named_apart(headings))}:
        named = [apart.index(column) for column in known]
    else:
        named = list(range(count))
    return tuple(n for n in dict.fromkeys(named) if n not in taken and n not in dropped)


def _are_headings(first: Sequence[str], reading: ReadOptions) -> bool:
    """Return whether the first row contains headings."""
    if reading.label in first:
        label = first.index(reading.label)
    else:
        label = _by_place(reading.label, len(first)) or 0
    is_whole = reading.targets or (reading.bare and not reading.label)
    values = [field for column, field in enumerate(first) if is_whole or column != label]
    # the column of row numbers that pandas writes has no heading; =a and -b may be either
    firm = [field for field in values if field and not re.match(r"=|[+-][^\d.]", field)]
    present = [field for field in firm if not is_absent(field)]  # Na may be sodium
    numbers = [field for field in present if looks_numeric(field)]
    named = {reading.label, *reading.targets, *reading.columns, *reading.drop} & {*first}
    if not numbers or all(_by_place(name, len(first)) is not None for name in named):
        return bool(present) and not numbers
    years = [float(field) for field in numbers if field.isdecimal()]  # or 0, 1, 2 ...
    return len(years) == len(numbers) and all(a < b for a, b in pairwise(years))


def _made_up(count: int, label: int | None, mark: str) -> list[str]:
    """Return names for columns without headings: label, p1, p2 and so on."""
    names = [f"{mark}{place}" for place in range(1, count + (label is None))]
    if label is not None:
        names.insert(label, "label")
    return names


def _by_place(asked: str, count: int) -> int | None:
    """Return the column meant by "first", "last" or a number from 1.

    >>> _by_place("last", 5), _by_place("2", 5), _by_place("6", 5), _by_place("kind", 5)
    (4, 1, None, None)
    """
    if asked in {"first", "last"}:
        return 0 if asked == "first" else count - 1
    if re.fullmatch("[0-9]{1,6}", asked) and 1 <= int(asked) <= count:
        return int(asked) - 1
    return None


def _find(name: str, asked: str, headings: Sequence[str], count: int) -> int:
    """Return the column with a unique heading, or else at a position."""
    if asked not in headings and (place := _by_place(asked, count)) is not None:
        return place
    if not headings:
        raise DataError(
            "{file}: the first line holds numbers, not headings, so there is no column "
            '"{column}"; give its place, last or 1 to {count}, or write headings.',
            *NAMING,
            file=name,
            column=short(asked),
            count=f"{count:,}",
        )
    asked, shown = " ".join(asked.split()), named_apart(headings)
    names = headings if asked in headings else shown
    places = [n for n, heading in enumerate(names, start=1) if heading == asked]
    if len(places) == 1:
        return places[0] - 1
    folded = {heading.casefold(): heading for heading in shown}
    column, near = short(asked), get_close_matches(asked.casefold(), folded, 1)
    why = Message('the column "{column}" is not there; the', column=column)
    if places:
        why = Message(
            'the column "{column}" appears more than once; give its number, {places}; the',
            column=column,
            places=listed(places, "or"),
        )
    elif near:
        why = Message(
            'the column "{column}" is not there: did you mean "{near}"? The',
            column=column,
            near=folded[near[0]],
        )
    raise DataError(
        "{file}: {found} headings are {names}. --label, --target, --drop and --columns name "
        "columns.",
        *NAMING,
        file=name,
        found=why,
        names=listed(shown),
    )
