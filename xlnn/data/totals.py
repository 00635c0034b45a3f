"""Find rows that hold totals of others, or notes."""

import re
from collections import deque
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from xlnn.data.numbers import MARKS, Numerals, united

_TOTAL = re.compile(
    r"""
    (?:.*[ ])? (?P<word> (?:sub|grand[ ])? -? totals? | sous-total | zwischensumme | gesamt | summe
        | gesamtergebnis | ergebnis | totale | subtotale | total[ ]général | somme | итого | всего )
    | (?P<first> (?:sub)?total ) [ ] .+
    | .*? (?P<eastern> 合计|总计|小计|汇总|合計|総計|小計|集計|합계|소계|총계 )
    | (?P<alone> sum | averages? | means? | durchschnitt | mittelwert | moyenne | promedio | 平均 )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Words of a row of totals; those of means only alone."""

MOST_ABOVE = 1_000
"""The most rows above a total that are added up."""

CLOSE = 0.005
"""How far a total may be from a sum or mean, relatively, since it is often rounded."""


def is_note(fields: Sequence[str]) -> bool:
    """Return whether a row has one value in three or more columns, like a note below a table.

    >>> is_note(["Source: our own", "", ""]), is_note(["Ann", "", "3"])
    (True, False)
    """
    return len(fields) > 2 and fields.count("") == len(fields) - 1


@lru_cache(maxsize=4096)
def total_word(text: str) -> str:
    """Return the word in a text that marks a row of totals, or "".

    >>> [total_word(text) for text in ("Total:", "North Subtotal", "华东小计", "totally")]
    ['total', 'subtotal', '小计', '']
    """
    found = _TOTAL.fullmatch(text.strip().rstrip(":："))
    return next(filter(None, found.groups())).lower() if found else ""


def totals(rows: Iterable[tuple[int, list[str]]], columns: Iterable[int]) -> frozenset[int]:
    """Return the rows that hold totals of others.

    They have a word for it, and lack a value that other rows have, or their numbers are the sum or
    the mean of those above. If one row with this word in this column has neither, it is a category.

    Parameters
    ----------
    rows : iterable
        The number and the fields of each row, without headings.
    columns : iterable of int
        The columns that are read.

    >>> rows = [(1, ["a", "x", "1"]), (2, ["b", "y", "2"]), (3, ["Total", "", "3"])]
    >>> totals(rows, [0, 1, 2])
    frozenset({3})
    """
    columns, count = [*columns], 0
    empty = dict.fromkeys(columns, 0)
    found: dict[tuple[int, str], list[tuple[int, list[int], bool]]] = {}
    above: deque[list[str]] = deque(maxlen=MOST_ABOVE)
    since: deque[list[str]] = deque(maxlen=MOST_ABOVE)
    for row, fields in rows:
        if is_note(fields):
            continue
        lacking = [column for column in columns if not fields[column].strip()]
        texts = ((c, text) for c, text in enumerate(fields) if not text[:1].isdigit())
        words = ((column, total_word(text)) for column, text in texts)
        if key := next((each for each in words if each[1]), None):
            adds_up = _adds_up(fields, since) or _adds_up(fields, above)
            found.setdefault(key, []).append((row, lacking, adds_up))
            since.clear()
            continue
        above.append(fields)
        since.append(fields)
        count += 1
        for column in lacking:
            empty[column] += 1
    usual = {column for column, missing in empty.items() if missing <= count / 2}
    return frozenset(
        row
        for rows_of_one in found.values()
        if all(adds_up or usual & {*lacking} for _, lacking, adds_up in rows_of_one)
        for row, *_ in rows_of_one
    )


def _adds_up(fields: Sequence[str], above: Iterable[Sequence[str]]) -> bool:
    """Return whether a number of a row is the sum or the mean of two or more above."""
    above = [*above]
    for column, text in enumerate(fields if len(above) > 1 else ()):
        for mark in MARKS:
            way = Numerals(mark, grouped=True)
            value = way.number(united(text)[0])
            others = [way.number(united(each[column])[0]) for each in above] if value else []
            if value and None not in others:
                added = np.array(others, dtype=float).sum()
                if np.isclose(value, [added, added / len(above)], rtol=CLOSE, atol=0).any():
                    return True
    return False
