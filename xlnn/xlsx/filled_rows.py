"""How are values put into rows as xlnn's writer writes them, faster than an XML parser reads?

A regular expression finds the formula cells. It is trusted with what has no comment, no CDATA
section and no formula that it does not find; anything else is for `xlnn.xlsx.copying`.
"""

import re
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from xlnn.xlsx.copying import Edit
from xlnn.xlsx.sheet_stream import COLUMNS

_CELL = re.compile(
    r'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"((?: s="[0-9]{1,9}")?)>'
    r"(<f>[^<]*</f>)(?:<v></v>|<v ?/>)?</c>"
)
_GROUPS = _CELL.groups + 1
_ROW_END, _ROWS_END = b"</row>", b"</sheetData>"


Cached = Callable[[str], tuple[str, str]]


class NotPlainError(Exception):
    """A sheet is not written as xlnn's writer writes it."""


def fill_rows(numbers: np.ndarray, cached: Cached, add: Callable[[int], None]) -> Edit:
    """Edit a sheet: put a value into each formula cell.

    Parameters
    ----------
    numbers : array, shape (rows, columns)
        The values that are numbers; NaN for others, which `cached` gives.
    cached : callable
        Turns A1 into its attribute t and what follows ``<v``.
    add : callable
        Is told how many formula cells were filled.

    Raises
    ------
    NotPlainError
        While chunks are taken: the sheet needs a parser.
    """

    def edit(chunks: Iterable[bytes]) -> Iterator[bytes]:
        held = b""
        for chunk in chunks:
            data = held + chunk
            end = data.rfind(_ROW_END) + len(_ROW_END)
            end = 0 if end < len(_ROW_END) else end
            held = data[end:]
            if b"<!" in data:
                raise NotPlainError
            if end:
                text, count = _filled(data[:end].decode(), numbers, cached)
                add(count)
                yield text.encode()
        # what stands below the rows may have formulas that belong to no cell
        if re.search(rb"<(?:\w+:)?f[\s/>]", held.partition(_ROWS_END)[0]):
            raise NotPlainError
        yield held

    return edit


def _filled(text: str, numbers: np.ndarray, cached: Cached) -> tuple[str, int]:
    """Fill whole rows."""
    pieces = _CELL.split(text)
    letters, rows = pieces[1::_GROUPS], pieces[2::_GROUPS]
    # with a prefix, too: <x:f>
    if text.count("<f") != len(rows) or any(end in text for end in (":f>", ":f ", ":f/")):
        raise NotPlainError
    if not rows:
        return text, 0
    row = np.array([*map(int, rows)])
    column = np.array([COLUMNS[each] for each in letters])
    inside = (row <= numbers.shape[0]) & (column <= numbers.shape[1]) & (column > 0)
    found = np.full(len(rows), np.nan)
    found[inside] = numbers[row[inside] - 1, column[inside] - 1]
    kinds, values = [""] * len(rows), [f">{_written(number)}" for number in found.tolist()]
    for index in np.flatnonzero(~np.isfinite(found)).tolist():
        kinds[index], values[index] = cached(letters[index] + rows[index])
    parts = (*(pieces[n::_GROUPS] for n in range(_GROUPS)), kinds, values)
    filled = [
        f'{gap}<c r="{letter}{number}"{style}{kind}>{formula}<v{value}</v></c>'
        for gap, letter, number, style, formula, kind, value in zip(*parts, strict=False)
    ]
    return "".join(filled) + pieces[-1], len(rows)


def _written(number: float) -> str:
    return repr(number).removesuffix(".0")
