"""List the references of a formula, whatever its row numbers are.

The formulas of a filled-down column differ in nothing but the numbers of rows. One of them is
parsed, and the reading says which of a formula's numbers is which row; the other formulas then
are but rows of a table of numbers.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import isinf

import formualizer

from xlnn.xlsx.guard import ARGUMENTS, MOST_ARGUMENTS
from xlnn.xlsx.sheet_stream import COLUMNS

NUMBER = re.compile(rb"[0-9]+")
"""A number of a formula: what its digits make up, wherever they stand."""

_WRONG = "cannot be parsed; expected operands between operators, and brackets in pairs"
_DEEP = (
    "cannot be parsed; expected at most 72 brackets inside one another, and 256 operators in a row"
)

_LONG = (
    "exceeds the limits of Excel; expected texts of 255 characters, and numbers of 1E+308, at most"
)
_NESTED = "exceeds the limits of Excel; expected at most 64 functions inside one another"

MOST_NESTED, LONGEST_TEXT = 64, 255
"""Functions inside one another, and characters of a text in a formula, as in Excel."""

_AREA = re.compile(
    r"\$?(?P<left>[A-Z]{1,3})?\$?(?P<first>[0-9]+)?(?P<range>:\$?(?P<right>[A-Z]{1,3})?\$?(?P<last>[0-9]+)?)?",
    re.IGNORECASE,
)
_TITLE = re.compile(r"(?:'((?:[^']|'')*)'|([^'!]*))!")


Miscounted = tuple[str, int, tuple[int, int]]


@dataclass(frozen=True)
class Reference:
    """A cell or a range in a formula.

    Attributes
    ----------
    sheet : str or None
        The sheet's title as the formula writes it; None for the formula's own sheet.
    left, right : int or None
        The columns, from 1; None where the range is whole rows.
    first, last : int or None
        Which numbers of the formula are the rows, from 0; None where it is whole columns.
    """

    sheet: str | None
    left: int | None
    right: int | None
    first: int | None
    last: int | None


@dataclass(frozen=True)
class FormulaReferences:
    """What is known about all formulas that differ in their numbers only.

    Attributes
    ----------
    fault : str
        What is wrong with it as a whole; empty if nothing is.
    names : tuple of str
        The words that can only be defined names.
    miscounted : tuple of (str, int, (int, int))
        The functions with fewer or more arguments than Excel takes: how many, and how many it
        takes.
    references : tuple of Reference
    deciding : tuple of int
        Which numbers belong to names or titles; formulas that differ there have a reading each.
    may_pair : bool
        Whether it holds what a range may be paired with.
    """

    fault: str = ""
    names: tuple[str, ...] = ()
    miscounted: tuple[Miscounted, ...] = ()
    references: tuple[Reference, ...] = ()
    deciding: tuple[int, ...] = ()
    may_pair: bool = False


def read(formula: str) -> FormulaReferences:
    """Read a formula, given without its leading "=".

    >>> read("SUM(B2:B9)*Weights!$C$4").references[1]
    Reference(sheet='Weights', left=3, right=3, first=2, last=2)
    >>> read("1+*2").fault
    'cannot be parsed; expected operands between operators, and brackets in pairs'
    >>> read("2*xlnn.eta").names, read("ABS(1,2)").miscounted
    (('xlnn.eta',), (('ABS', 2, (1, 1)),))
    """
    equation = f"={formula}"
    try:
        formualizer.parse(equation)
        tokens = formualizer.tokenize(equation)
    except (formualizer.ParserError, formualizer.TokenizerError) as error:
        # the words of formualizer, which has no other sign for a formula beyond its limits
        is_deep = "too deep" in str(error) or "limit" in str(error)
        return FormulaReferences(_DEEP if is_deep else _WRONG)
    starts = [number.start() for number in NUMBER.finditer(equation.encode())]
    names: list[str] = []
    references: list[Reference] = []
    deciding: set[int] = set()
    for token in tokens:
        if token.subtype == formualizer.TokenSubType.Number and "E" in token.value.upper():
            deciding.update(range(bisect_left(starts, token.start), bisect_left(starts, token.end)))
        if token.subtype != formualizer.TokenSubType.Range:
            continue
        title = _TITLE.match(token.value)
        rest = token.value[title.end() if title else 0 :]
        area = token.end - len(rest.encode())  # the offsets of tokens count bytes
        reference = _reference(rest, title and (title[1] or title[2]), bisect_left(starts, area))
        if reference is None:
            names.append(rest)
        else:
            references.append(reference)
        own_end = token.end if reference is None else area
        deciding.update(range(bisect_left(starts, token.start), bisect_left(starts, own_end)))
    return FormulaReferences(
        _beyond(tokens),
        names=tuple(names),
        miscounted=tuple(_miscounted(tokens)),
        references=tuple(references),
        deciding=tuple(sorted(deciding)),
        may_pair=bool(names) or ":" in formula or "{" in formula,
    )


def _beyond(tokens: Iterable[formualizer.Token]) -> str:
    """Say what goes beyond what Excel takes, though it can be parsed; nothing if nothing does."""
    depth = 0
    for token in tokens:
        if token.token_type == formualizer.TokenType.Func:
            depth += 1 if token.subtype == formualizer.TokenSubType.Open else -1
        is_text = token.subtype == formualizer.TokenSubType.Text
        if is_text and len(token.value.replace('""', '"')) > LONGEST_TEXT + 2:
            return _LONG
        if token.subtype == formualizer.TokenSubType.Number and isinf(float(token.value)):
            return _LONG
        if depth > MOST_NESTED:
            return _NESTED
    return ""


def _miscounted(tokens: Iterable[formualizer.Token]) -> Iterator[Miscounted]:
    """Yield the functions with fewer or more arguments than Excel takes."""
    opened: list[tuple[str, int]] = []
    is_empty = False  # whether nothing stands behind the bracket that was opened last
    for token in tokens:
        if token.token_type == formualizer.TokenType.Whitespace:
            continue
        if token.subtype == formualizer.TokenSubType.Open:
            opened.append((token.value.rstrip("("), 1))
        elif token.subtype == formualizer.TokenSubType.Arg and opened:
            name, count = opened[-1]
            opened[-1] = name, count + 1
        elif token.subtype == formualizer.TokenSubType.Close and opened:
            name, count = opened.pop()
            least, most = ARGUMENTS.get(name.upper(), (0, MOST_ARGUMENTS))
            count -= is_empty
            if name not in {"", "{"} and not least <= count <= most:
                yield name, count, (least, most)
        is_empty = token.subtype == formualizer.TokenSubType.Open


def _reference(text: str, title: str | None, number: int) -> Reference | None:
    """Read a cell or a range whose first row is the formula's given number; None for a name."""
    area = _AREA.fullmatch(text)
    if area is None:
        return None
    left, first, right, last = area["left"], area["first"], area["right"], area["last"]
    if not area["range"]:
        if not (left and first):
            return None
        right, last = left, first
        second = number
    else:
        if bool(left) != bool(right) or bool(first) != bool(last) or not (left or first):
            return None
        second = number + 1
    columns = sorted(COLUMNS[letters.upper()] for letters in (left, right) if letters)
    if left and not columns[0]:
        return None
    return Reference(
        title.replace("''", "'") if title is not None else None,
        columns[0] if left else None,
        columns[1] if left else None,
        number if first else None,
        second if first else None,
    )
