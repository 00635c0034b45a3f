"""Estimate from its text how much work a formula asks for.

Formulas that differ only in their digits have them in the same places: their ranges are measured
together, a column of digits at a time.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from xlnn.xlsx.sheet_stream import COLUMNS, MAX_COLUMNS, MAX_ROWS, MAX_TEXT

READS, READS_A_FORMULA = 20_000_000, 5_000
"""Cells that all formulas of a workbook may read together: some, and for each formula some more. A
formula of the digits of 8 x 8 pixels reads 35 on average, one of an image of 28 x 28 some 600."""

MAX_SHAPES = 100_000
"""Shapes remembered at a time, so that a file of nothing but different formulas fills no memory."""

MAX_PLACES = 99
"""Digits to which a number is rounded or written; a double has 17."""

_RANGE = re.compile(
    rb"([A-Z]{1,3})\$?([0-9]{1,7}):\$?([A-Z]{1,3})\$?([0-9]{1,7})(?![\w(])"
    rb"|([A-Z]{1,3}):\$?([A-Z]{1,3})(?![\w(])"
    rb"|(?<![\w.$])\$?([0-9]{1,7}):\$?([0-9]{1,7})(?![\w.(])",
    re.IGNORECASE,
)
_LAST_NUMBER = re.compile(r",\s*[-+]?([0-9]+)\s*(?:,\s*\w*\s*)?\)")
_CALLS = re.compile(r"\b(ROUND|FIXED|REPT)\s*\(", re.IGNORECASE)


@dataclass(frozen=True)
class Range:
    """A range in formulas that differ only in their digits.

    Attributes
    ----------
    width : int
        Its columns.
    top, bottom : slice or None
        Where the digits of its rows stand; None where it is of whole columns.
    """

    width: int
    top: slice | None = None
    bottom: slice | None = None


@lru_cache(maxsize=MAX_SHAPES)
def ranges(formula: bytes) -> tuple[Range, ...]:
    """Find the ranges of a formula."""
    found = []
    for match in _RANGE.finditer(formula):
        left, _, right, _, first, last, *_ = match.groups()
        if first:
            found.append(Range(_columns(first, last)))
        elif left:
            found.append(Range(_columns(left, right), slice(*match.span(2)), slice(*match.span(4))))
        else:
            found.append(Range(MAX_COLUMNS, slice(*match.span(7)), slice(*match.span(8))))
    return tuple(found)


def reads(formulas: Sequence[bytes], found: Sequence[Range]) -> np.ndarray:
    """Count the cells in the ranges of formulas that differ only in their digits.

    >>> formulas = [b"SUM(A1:B3)+SUM(C$7:C$7)", b"SUM(A4:B4)+SUM(C$1:C$9)"]
    >>> reads(formulas, ranges(formulas[0]))
    array([ 7, 11])
    """
    if len(formulas) == 1:
        return np.array([sum(_read(formulas[0], each) for each in found)], np.int64)
    digits = np.frombuffer(b"".join(formulas), np.uint8).reshape(len(formulas), -1)
    cells = np.zeros(len(formulas), np.int64)
    for each in found:
        if each.top is None:
            cells += each.width * MAX_ROWS
        else:
            rows = _numbers(digits[:, each.bottom]) - _numbers(digits[:, each.top])
            cells += each.width * (np.abs(rows) + 1)
    return cells


def _read(formula: bytes, each: Range) -> int:
    """Count the cells in a range of one formula, in less time than by arrays."""
    if each.top is None or each.bottom is None:
        return each.width * MAX_ROWS
    return each.width * (abs(int(formula[each.bottom]) - int(formula[each.top])) + 1)


def _numbers(digits: np.ndarray) -> np.ndarray:
    """Read the numbers whose digits, as ASCII, stand in the rows of an array."""
    return (digits - np.int64(ord("0"))) @ 10 ** np.arange(digits.shape[1] - 1, -1, -1)


def too_much(formula: str) -> str | None:
    """Say what of a formula is more than any workbook needs.

    >>> too_much("ROUND(A1,2)"), too_much('FIXED(A1,3,TRUE)&REPT("a",20)')
    (None, None)
    >>> too_much("ROUND(A1,1000000000)")
    'rounds to 1000000000 places, and 99 are the most'
    >>> too_much('REPT("ab",20000)')
    'repeats a text 20000 times, and a cell holds 32,767 characters'
    """
    calls = list(_CALLS.finditer(formula))
    for call, until in pairwise([*(call.end() for call in calls), len(formula)]):
        found = _LAST_NUMBER.search(formula, call, until)
        name = next(c[1].upper() for c in calls if c.end() == call)
        if not found:
            continue
        digits = found[1].lstrip("0") or "0"
        if name == "REPT":
            quoted = re.match(r'\s*"((?:[^"]|"")*)"', formula[call:until])
            length = max(1, len(quoted[1])) if quoted else 1
            if len(digits) > 5 or int(digits) * length > MAX_TEXT:
                return (
                    f"repeats a text {digits:.20} times, and a cell holds {MAX_TEXT:,} characters"
                )
        elif len(digits) > 2:
            return f"rounds to {digits:.20} places, and {MAX_PLACES} are the most"
    return None


def _columns(left: bytes, right: bytes) -> int:
    first, last = (COLUMNS[letters.decode().upper()] for letters in (left, right))
    return abs(last - first) + 1
