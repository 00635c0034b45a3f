"""Find the headings of a table below titles and blank rows."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import TypeVar

from xlnn.data.columns import looks_numeric
from xlnn.data.dataset import ReadOptions

LOOKED_AT = 20
"""Rows that are searched for headings."""

Row = TypeVar("Row")


def from_headings(
    rows: Iterator[tuple[int, Row]],
    filled: Callable[[Row], int],
    reading: ReadOptions,
    texts: Callable[[Row], Iterable[str]],
) -> tuple[Iterator[tuple[int, Row]], int]:
    """Return the rows from the headings on, and how many rows were skipped.

    Titles fill at most half as many columns as the widest of the first rows. Of two rows of
    headings, the one with the named columns is used.

    Parameters
    ----------
    rows : iterator of (int, row)
        The rows that are not blank, with their numbers.
    filled : function
        Returns how many values a row has.
    reading : ReadOptions
        The row of the headings, if known, and the named columns.
    texts : function
        Returns the values of a row.

    Returns
    -------
    rows : iterator
    skipped : int
        How many rows are above the headings.

    >>> rows = [(1, ["Sales"]), (3, ["a", "b", "c"]), (4, ["1", "2", "3"])]
    >>> kept, skipped = from_headings(iter(rows), len, ReadOptions(), iter)
    >>> next(kept), skipped
    ((3, ['a', 'b', 'c']), 1)
    """
    first = list(islice(rows, max(LOOKED_AT, reading.header_row)))
    if reading.header_row:
        above = sum(number < reading.header_row for number, _ in first)
    else:
        widest = max((filled(row) for _, row in first), default=0)
        whole = [n for n, (_, row) in enumerate(first) if filled(row) * 2 > widest]
        above = next(iter(whole), 0)
        named = {*reading.targets} or {reading.label} - {""}
        found = [{each.strip() for each in texts(first[n][1])} for n in whole]
        if named and found and not named <= found[0]:
            of_words = (n for n, each in zip(whole, found, strict=True) if named <= each)
            above = next((n for n in of_words if not _has_values(texts(first[n][1]))), above)
    return chain(first[above:], rows), above


def _has_values(texts: Iterable[str]) -> bool:
    """Return whether a row contains numbers, and so no headings."""
    return any(each.strip() and looks_numeric(each.strip()) for each in texts)
