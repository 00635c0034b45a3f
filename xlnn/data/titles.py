"""Find the headings of a table below titles and blank rows."""

from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import TypeVar

LOOKED_AT = 20
"""Rows among which the headings are looked for."""

Row = TypeVar("Row")


def from_headings(
    rows: Iterator[tuple[int, Row]], filled: Callable[[Row], int], header_row: int
) -> tuple[Iterator[tuple[int, Row]], int]:
    """Return rows from the headings on, and the number of the first of them.

    Titles fill at most half as many columns as the widest of the first rows does.

    Parameters
    ----------
    rows : iterator of (int, row)
        The rows that are not blank, with their numbers.
    filled : function
        Returns how many values a row holds.
    header_row : int
        The row of the headings, if it is known; else 0.

    Returns
    -------
    rows : iterator
    skipped : int
        How many rows stand above the headings.

    >>> rows = [(1, ["Sales"]), (3, ["a", "b", "c"]), (4, ["1", "2", "3"])]
    >>> kept, skipped = from_headings(iter(rows), len, 0)
    >>> next(kept), skipped
    ((3, ['a', 'b', 'c']), 1)
    """
    first = list(islice(rows, max(LOOKED_AT, header_row)))
    if header_row:
        above = sum(number < header_row for number, _ in first)
    else:
        widest = max((filled(row) for _, row in first), default=0)
        whole = (n for n, (_, row) in enumerate(first) if filled(row) * 2 > widest)
        above = next(whole, 0)
    return chain(first[above:], rows), above
