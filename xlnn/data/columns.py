"""Decide which columns of a table are labels, targets and inputs."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain, islice, pairwise
from typing import TypeVar

from xlnn.data.dataset import ReadOptions
from xlnn.data.numbers import is_absent, looks_like_number
from xlnn.data.wording import listed, named_apart, short
from xlnn.data.words import DATE, bases
from xlnn.errors import DataError

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
    """

    headings: tuple[str, ...]
    given: bool
    label: int | None
    targets: tuple[int, ...]
    inputs: tuple[int, ...]

    def where(self, column: int) -> str:
        """Return words for a column, as in "labels 0 and 1 in ...".

        >>> ColumnRoles(("label", "p1", "p2"), False, 2, (), (0, 1)).where(2)
        'the last column'
        """
        if self.given:
            return f'the column "{short(self.headings[column])}"'
        if column in {0, len(self.headings) - 1}:
            return "the first column" if column == 0 else "the last column"
        return f"column {column + 1}"


def columns(
    first: Sequence[str],
    given: bool | None,  # noqa: FBT001 -- True, False or unknown
    reading: ReadOptions,
    name: str,
) -> ColumnRoles:
    """Return the role of each column, from the first row and the options.

    Parameters
    ----------
    first : sequence of str
        The fields of the first row.
    given : bool or None
        Whether they are headings; None to find out from them.
    reading : ReadOptions
    name : str
        The file, as a message names it.

    Raises
    ------
    DataError
        A requested column is missing, or no input is left.
    """
    first = [" ".join(field.split()) for field in first]  # some have line ends
    asked = reading.targets or ((reading.label,) if reading.label else ())
    if given is None:
        given = bool(reading.header_row) or _are_headings(first, reading)
    headings = first if given else []
    found = [_find(name, column, headings, len(first)) for column in asked]
    if len(set(found)) < len(found):
        raise DataError(
            f"{name}: a column appears twice in the targets {listed(asked)}.", "targets"
        )
    targets = tuple(found) if reading.targets and not reading.bare else ()
    label = None if targets or reading.bare else (found or [0])[0]
    taken = tuple(found) if reading.bare else targets or (label,)
    inputs = _inputs(name, reading, headings, len(first), taken)
    if not inputs:
        raise DataError(
            f"{name}: all columns are targets or left out; at least one is needed to predict from.",
            "targets",
            "drop",
        )
    headings = named_apart(headings)
    if not given:
        beside = taken[0] if reading.bare and len(taken) == 1 else label  # it names no input
        headings = _made_up(len(first), beside, "x" if reading.table or label is None else "p")
    return ColumnRoles(tuple(headings), given, label, targets, inputs)


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
        which = next(each for each in reading.drop if _find(name, each, headings, count) in wrong)
        raise DataError(
            f"{name}: {short(which)} holds the label or a target and cannot be left out.", "drop"
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
    numbers = [field for field in firm if looks_numeric(field)]
    named = {reading.label, *reading.targets, *reading.columns, *reading.drop} & {*first}
    if not numbers or all(map(looks_numeric, named)):
        return bool(firm) and not numbers
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
            f"{name}: the first line holds numbers, not headings, so there is no column "
            f'"{short(asked)}"; give its place, last or 1 to {count:,}, or write headings.',
            *NAMING,
        )
    asked, shown = " ".join(asked.split()), named_apart(headings)
    names = headings if asked in headings else shown
    places = [n for n, heading in enumerate(names, start=1) if heading == asked]
    if len(places) == 1:
        return places[0] - 1
    folded = {heading.casefold(): heading for heading in shown}
    found = "is not there; the"
    if places:
        found = f"appears more than once; give its number, {listed(places, 'or')}; the"
    elif near := get_close_matches(asked.casefold(), folded, 1):
        found = f'is not there: did you mean "{folded[near[0]]}"? The'
    raise DataError(
        f'{name}: the column "{short(asked)}" {found} headings are {listed(shown)}. '
        "--label, --target, --drop and --columns name columns.",
        *NAMING,
    )


def looks_numeric(field: str) -> bool:
    """Return whether a field of the first line looks like a value rather than a heading.

    >>> [looks_numeric(field) for field in ("0.5", "=1+1", "", "p11", "1st floor")]
    [True, True, True, False, False]
    """
    is_value = looks_like_number(field) or DATE.fullmatch(field) or is_absent(field)
    return bool(is_value) or field.startswith("=") or field.lower().lstrip("+-") == "inf"


LOOKED_AT = 20
"""Rows that are searched for headings."""

Row = TypeVar("Row")


def from_headings(
    rows: Iterator[tuple[int, Row]], cells: Callable[[Row], dict[int, str]], reading: ReadOptions
) -> tuple[Iterator[tuple[int, Row]], int, dict[int, str]]:
    """Return the rows from the headings on, how many rows were skipped, and joined headings.

    Titles fill at most half as many columns as the widest of the first rows. Of two rows of
    headings, the one with the named columns is used, or both if the upper one has the names.

    Parameters
    ----------
    rows : iterable of (int, row)
        The rows that are not blank, with their numbers.
    cells : function
        Returns the texts of a row that are not blank, by column.
    reading : ReadOptions
        The row of the headings, if known, and the named columns.

    Returns
    -------
    rows : iterator
        The first one has the headings, the upper ones of two rows.
    skipped : int
        How many rows are above the headings.
    headings : dict
        The headings of two rows by column; empty for one row.

    >>> rows = [(1, {0: "Sales"}), (3, {0: "a", 1: "b"}), (4, {0: "1", 1: "2"})]
    >>> kept, skipped, _ = from_headings(iter(rows), dict, ReadOptions())
    >>> next(kept), skipped
    ((3, {0: 'a', 1: 'b'}), 1)
    """
    first = list(islice(rows, max(LOOKED_AT, reading.header_row)))
    texts = [cells(row) for _, row in first]
    if reading.header_row:
        above = sum(number < reading.header_row for number, _ in first)
        return chain(first[above:], rows), above, {}
    widest = max(map(len, texts), default=0)
    whole = [n for n, row in enumerate(texts) if len(row) * 2 > widest]
    above = next(iter(whole), 0)
    named = {*reading.targets} or {reading.label} - {""}
    found = [{" ".join(each.split()) for each in texts[n].values()} for n in whole]
    if named and found and not named <= found[0]:
        of_words = (n for n, each in zip(whole, found, strict=True) if named <= each)
        above = next((n for n in of_words if not _has_values(texts[n])), above)
    headings = _of_two_rows(*texts[above : above + 2], texts[above + 2 :]) if texts[1:] else {}
    if headings:
        del first[above + 1]
    return chain(first[above:], rows), above, headings


def _of_two_rows(
    upper: dict[int, str], lower: dict[int, str], below: Sequence[dict[int, str]] = ()
) -> dict[int, str]:
    """Return the headings of two rows, joined; empty if the lower one is not of headings.

    Cells that were merged over several columns leave gaps in the upper row. Without gaps, the lower
    row has words above several columns of numbers, such as units.

    >>> data = [{0: "x", 1: "1", 2: "2"}] * 2
    >>> _of_two_rows({0: "kind", 1: "sales"}, {1: "Q1", 2: "Q2"}, data)
    {0: 'kind', 1: 'sales Q1', 2: 'sales Q2'}
    """
    both = {*upper} | {*lower}
    if len(below) < 2 or not upper or not lower or _has_values(upper) or _has_values(lower):
        return {}
    numbers = {n for n in both if all(looks_numeric(row.get(n, "").strip()) for row in below)}
    numbers = {n for n in numbers if any(row.get(n) for row in below)}
    gaps = both - {*upper}
    if min(both) in gaps or len(numbers & {*lower}) < (1 if gaps else 2):
        return {}
    joined, group = {}, ""
    for n in sorted(both):
        group = upper.get(n, group).strip()
        joined[n] = f"{group} {lower[n].strip()}" if n in lower else group
    return joined


def _has_values(row: dict[int, str]) -> bool:
    """Return whether a row contains numbers, and so no headings."""
    return any(looks_numeric(each.strip()) for each in row.values() if each.strip())
