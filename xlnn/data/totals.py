"""Find rows that hold totals of others, or notes."""

import re
from collections.abc import Sequence

import numpy as np

from xlnn.data.numbers import MARKS, PLAIN_LINE, number, united

_TOTAL = re.compile(
    r"""
    (?:.*[ ])? (?P<word> (?:sub|grand[ ])? -? totals? )
    | (?P<first> (?:sub)?total ) [ ] .+
    | .*? (?P<eastern> 合计|总计|小计|汇总|合計|総計|小計|集計 )
    | (?P<alone> sum | averages? | means? | 平均 )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Words that mark a row of totals, in the languages of the workbooks; words for means only if they
stand alone."""

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


def total_word(text: str) -> str:
    """Return the word in a text that marks a row of totals, or "".

    >>> [total_word(text) for text in ("Total:", "North Subtotal", "华东小计", "totally")]
    ['total', 'subtotal', '小计', '']
    """
    match = None if text[:1].isdigit() else _TOTAL.fullmatch(text.rstrip(":："))
    return next(filter(None, match.groups())).lower() if match else ""


def totals(rows: Sequence[Sequence[str]], columns: Sequence[int]) -> list[int]:
    """Return the indices of the rows that hold totals of others.

    They have a word for it, and lack a value that other rows have, or their numbers are the sum or
    the mean of those above. If one row with this word in this column has neither, it is a category.

    Parameters
    ----------
    rows : sequence of sequence of str
        The fields of each row, without headings.
    columns : sequence of int
        The columns that are read.

    >>> totals([["a", "x", "1"], ["b", "y", "2"], ["Total", "", "3"]], [0, 1, 2])
    [2]
    """
    marked: dict[int, tuple[int, str]] = {}
    for column, texts in enumerate(zip(*rows, strict=True)):
        kinds = () if PLAIN_LINE.fullmatch("".join(texts)) else {*texts}
        if words := {text: word for text in kinds if (word := total_word(text))}:
            for row, text in enumerate(texts):
                if text in words:
                    marked.setdefault(row, (column, words[text]))
    if not marked:
        return []
    others = [row for row in range(len(rows)) if row not in marked]
    empty = {column: sum(not rows[row][column] for row in others) for column in columns}
    usual = [column for column in columns if empty[column] <= len(others) / 2]
    categories, last = set(), -1
    for before, row in enumerate(sorted(marked)):
        if marked[row] not in categories and all(rows[row][column] for column in usual):
            above = [rows[one] for one in others[: row - before][-MOST_ABOVE:]]
            since = above[max(0, len(above) - (row - last - 1)) :]
            if not _adds_up(rows[row], since) and not _adds_up(rows[row], above):
                categories.add(marked[row])
        last = row
    return [row for row in sorted(marked) if marked[row] not in categories]


def _adds_up(fields: Sequence[str], above: Sequence[Sequence[str]]) -> bool:
    """Return whether a number of a row is the sum or the mean of two or more above."""
    for column, text in enumerate(fields if len(above) > 1 else ()):
        for mark in MARKS:
            value = number(united(text)[0], mark)
            others = [number(united(row[column])[0], mark) for row in above] if value else []
            if value and None not in others:
                added = np.array(others, dtype=float).sum()
                if np.isclose(value, [added, added / len(above)], rtol=CLOSE, atol=0).any():
                    return True
    return False
