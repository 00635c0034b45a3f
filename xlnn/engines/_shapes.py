"""Collect the distinct formulas of a workbook and the cells that each of them reads.

A formula's *shape* is its text with every reference replaced by a numbered slot, and the size of
each slot: ``=SUMPRODUCT(A2:L2,B7:M7)+C7`` is ``SUMPRODUCT(_s0,_s1)+_s2`` with slots of 1 x 12,
1 x 12 and 1 x 1 cells. A workbook of formulas that were filled down has few shapes.

There may be millions of formulas, so nothing is done twice: a formula that differs from an earlier
one only in row numbers costs a look-up and a few integers.
"""

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from xlnn.engines._store import Extent, Places
from xlnn.errors import EngineError
from xlnn.grid import address

ALL_ROWS = 1_048_576
ALL_COLUMNS = 16_384

_DIGITS = str.maketrans("123456789", "000000000")

_CELL = r"\$?(?P<{0}column>[A-Z]{{1,3}})\$?(?P<{0}row>[1-9][0-9]{{0,6}})"
_TOKEN = re.compile(
    rf"""
      (?P<text>"(?:[^"]|"")*")
    | (?P<error>(?:'(?:[^']|'')*'!|[^\W\d][\w.]*!)?\#(?:REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|N/A))
    | (?:(?P<sheet>'(?:[^']|'')*'|[^\W\d][\w.]*)!)?
      (?: {_CELL.format("first_")} (?: : (?:(?P=sheet)!)? {_CELL.format("last_")} )?
        | \$?(?P<from_column>[A-Z]{{1,3}}):\$?(?P<to_column>[A-Z]{{1,3}})
        | \$?(?P<from_row>[1-9][0-9]{{0,6}}):\$?(?P<to_row>[1-9][0-9]{{0,6}})
      ) (?![\w.(!])
    | (?P<number>[0-9]+\.?[0-9]*(?:E[+-]?[0-9]+)?)
    | (?P<function>[^\W\d][\w.]*\()
    | (?P<foreign>\[|[^\W\d][\w.]*\[)
    | (?P<name>(?:(?:'(?:[^']|'')*'|[^\W\d][\w.]*)!)?[^\W\d][\w.\\?]*)
    """,
    re.VERBOSE | re.IGNORECASE,
)

_MOVES = re.compile(r"(?<![$A-Z])[A-Z]|(?<![$0-9])[0-9]")
"""A column or a row without $; in a defined name, it would depend on the cell that uses it."""


class Slot(NamedTuple):
    """A reference of a formula.

    A row is the index of its number among the numbers of the formula's text or, if it is not in the
    text (a defined name, a whole column), minus the row itself.
    """

    sheet: int
    rows: tuple[int, int]
    columns: tuple[int, int]


class FormulaGroup(NamedTuple):
    """Formulas that differ only in row numbers, described by the first of them."""

    sheet: int
    formula: str
    text: str
    slots: tuple[Slot, ...]
    numbers: Callable[[str], Sequence[str]]
    count: int  # number of row numbers
    cells: array  # row, column and row numbers of each formula

    def table(self) -> np.ndarray:
        """Return the formulas as an array, shape (n, 2 + count): row, column, row numbers."""
        return np.frombuffer(self.cells, dtype=np.intc).reshape(-1, 2 + self.count)

    def rows(self, slot: Slot, height: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the first and last row that each formula reads through a slot.

        A reference to all rows ends at `height`, below which every cell is empty.
        """
        table = self.table()
        first, last = (
            table[:, 2 + row] if row >= 0 else np.full(len(table), -row) for row in slot.rows
        )
        first, last = np.minimum(first, last), np.maximum(first, last)
        return first, np.where((first == 1) & (last == ALL_ROWS), height, last)


@dataclass
class _Alike:
    """Formulas that are equal except for digits, by their digits that are not row numbers."""

    others: Callable[[str], Sequence[str]]
    met: dict[Sequence[str], FormulaGroup] = field(default_factory=dict)


@dataclass
class Shape:
    """Formulas that are equal except for the cells they read.

    Attributes
    ----------
    text : str
        The formula without "=" and with slots ``_s0``, ``_s1`` for references.
    sizes : tuple of (int, int)
        Rows and columns of each slot.
    example : str
        The first such formula.
    cells : array, shape (n,)
        The places of the formulas.
    slots : array, shape (n, slots)
        The places of the upper left cells of the ranges that each reads.
    """

    text: str
    sizes: tuple[tuple[int, int], ...]
    example: str
    cells: np.ndarray
    slots: np.ndarray


@dataclass
class Shapes:
    """The formulas of a workbook, collected cell by cell.

    Attributes
    ----------
    titles : sequence of str
        The sheets.
    names : mapping of str to str
        What each defined name, in lower case, refers to.
    """

    titles: Sequence[str]
    names: Mapping[str, str]
    _alike: dict[tuple[int, str], _Alike] = field(default_factory=dict)

    def add(self, sheet: int, row: int, column: int, formula: str) -> None:
        """Add one cell; the formula begins with "=".

        Raises
        ------
        EngineError
            The formula refers to something that no engine of xlnn reads.
        """
        key = sheet, formula.translate(_DIGITS)
        alike = self._alike.get(key)
        met = alike.met.get(alike.others(formula)) if alike else None
        if met is None:
            try:
                met, others = self._read(sheet, formula)
            except ValueError as error:
                cell = f"{self.titles[sheet]}!{address(row, column)}"
                raise EngineError(f"{cell}: {formula} {error}.") from error
            alike = self._alike.setdefault(key, _Alike(_getter(others)))
            alike.met[alike.others(formula)] = met
        met.cells.extend((row, column, *map(int, met.numbers(formula))))

    def areas(self, values: Sequence[tuple[int, int]]) -> list[Extent]:
        """Return the extent of each sheet.

        Parameters
        ----------
        values : sequence of (int, int)
            The last row and column of each sheet with a value.

        Raises
        ------
        EngineError
            A formula refers to a row beyond the last row of a sheet.
        """
        used = np.array(values, dtype=np.int64).reshape(-1, 2)
        for met in self._all():
            used[met.sheet] = np.maximum(used[met.sheet], met.table()[:, :2].max(axis=0))
        kept = used.copy()
        height, width = used.max(axis=0, initial=1)
        for met in self._all():
            for slot in met.slots:
                first, last = met.rows(slot, height)
                if first.min() < 1 or last.max() > ALL_ROWS:
                    row = 0 if first.min() < 1 else last.max()
                    raise EngineError(
                        f"{self.titles[met.sheet]}: a formula like {met.formula} refers to row"
                        f" {row}; a sheet has rows 1 to {ALL_ROWS}."
                    )
                reach = last.max(), _clip(slot.columns, width)[1]
                kept[slot.sheet] = np.maximum(kept[slot.sheet], reach)
        return [
            Extent(title, (rows, columns), (reached_rows, reached_columns))
            for title, (rows, columns), (reached_rows, reached_columns) in zip(
                self.titles, used.tolist(), kept.tolist(), strict=True
            )
        ]

    def shapes(self, places: Places) -> list[Shape]:
        """Group the formulas by shape."""
        height, width = np.max([area.used for area in places.areas], axis=0, initial=1)
        examples: dict[tuple, str] = {}
        parts: dict[tuple, list[tuple[np.ndarray, np.ndarray]]] = defaultdict(list)
        for met in self._all():
            table = met.table()
            cells = places.at(met.sheet, table[:, 0], table[:, 1]).astype(np.int32)
            corners = np.empty((len(table), len(met.slots)), dtype=np.int32)
            heights = np.empty_like(corners)
            widths = []
            for index, slot in enumerate(met.slots):
                first, last = met.rows(slot, height)
                columns = _clip(slot.columns, width)
                corners[:, index] = places.at(slot.sheet, first, columns[0])
                heights[:, index] = last - first + 1
                widths.append(columns[1] - columns[0] + 1)
            for tall, rows in _groups(heights):
                key = met.text, tuple(zip(tall, widths, strict=True))
                examples.setdefault(key, met.formula)
                parts[key].append((cells[rows], corners[rows]))
        return [
            Shape(*key, examples[key], *map(np.concatenate, zip(*found, strict=True)))
            for key, found in parts.items()
        ]

    def _all(self) -> Iterator[FormulaGroup]:
        for alike in self._alike.values():
            yield from alike.met.values()

    def _read(self, sheet: int, formula: str) -> tuple[FormulaGroup, list[slice]]:
        """Split a formula into text and slots; find its row numbers and other numbers."""
        text, slots, rows, end = [], [], [], 1
        for token in _TOKEN.finditer(formula, 1):
            slot = self._slot(token, sheet, rows)
            if slot is None:
                continue
            text.append(formula[end : token.start()])
            text.append("#REF!" if slot.sheet < 0 else f"_s{len(slots)}")
            if slot.sheet >= 0:
                slots.append(slot)
            end = token.end()
        text.append(formula[end:])
        starts = {span.start for span in rows}
        runs = [slice(*run.span()) for run in re.finditer("[0-9]+", formula)]
        others = [run for run in runs if run.start not in starts]
        numbers = _getter(rows)
        met = FormulaGroup(
            sheet, formula, "".join(text), tuple(slots), numbers, len(rows), array("i")
        )
        return met, others

    def _slot(self, token: re.Match, sheet: int, rows: list[slice]) -> Slot | None:
        """Turn a token into a slot if it is a reference; record where its row numbers are."""
        if token["foreign"]:
            raise ValueError("refers to another workbook or to a table, which xlnn does not read")
        title = token["sheet"]
        if title is not None:
            sheet = self._sheet(title)
        if token["first_row"]:
            last = "last_" if token["last_row"] else "first_"
            columns = _columns(token["first_column"], token[last + "column"])
            places = []
            for name in ("first_row", last + "row"):
                span = slice(*token.span(name))
                if span not in rows[-1:]:
                    rows.append(span)
                places.append(len(rows) - 1)
            return Slot(sheet, (places[0], places[1]), columns)
        if token["from_column"]:
            columns = _columns(token["from_column"], token["to_column"])
            return Slot(sheet, (-1, -ALL_ROWS), columns)
        if token["from_row"]:
            return Slot(sheet, (-int(token["from_row"]), -int(token["to_row"])), (1, ALL_COLUMNS))
        if token["name"] and token["name"].upper() not in ("TRUE", "FALSE"):
            return self._named(token["name"])
        return None

    def _sheet(self, title: str) -> int:
        """Return the index of a sheet from its title in a formula; -1 if it is missing."""
        if title.startswith("'"):
            title = title[1:-1].replace("''", "'")
        titles = [known.casefold() for known in self.titles]
        return titles.index(title.casefold()) if title.casefold() in titles else -1

    def _named(self, name: str) -> Slot:
        target = self.names.get(name.casefold())
        if target is None:
            raise ValueError(f'uses the name "{name}", which the workbook does not define')
        token = _TOKEN.fullmatch(target)
        if token is None or not token["sheet"] or _MOVES.search(target, token.end("sheet") + 1):
            raise ValueError(f'uses the name "{name}" for {target}, which is not a fixed range')
        rows: list[slice] = []
        slot = self._slot(token, -1, rows)
        if not rows:
            return slot
        first, last = (-int(target[rows[index]]) for index in slot.rows)
        return slot._replace(rows=(first, last))


def _getter(spans: list[slice]) -> Callable[[str], Sequence[str]]:
    """Return the fastest function that cuts these spans out of a text."""
    if not spans:
        return lambda _: ()
    if len(spans) == 1:
        return lambda text, span=spans[0]: (text[span],)
    return itemgetter(*spans)


def _columns(first: str, last: str) -> tuple[int, int]:
    """Return the numbers of two columns, the smaller first."""
    numbers = [
        reduce(lambda number, letter: 26 * number + ord(letter) - 64, letters.upper(), 0)
        for letters in (first, last)
    ]
    if max(numbers) > ALL_COLUMNS:
        raise ValueError(f"refers to column {max(first, last)}, but a sheet ends at XFD")
    return min(numbers), max(numbers)


def _clip(columns: tuple[int, int], width: int) -> tuple[int, int]:
    """End a reference to all columns after the last column used."""
    return (1, int(width)) if columns == (1, ALL_COLUMNS) else columns


def _groups(heights: np.ndarray) -> Iterator[tuple[tuple[int, ...], slice | np.ndarray]]:
    """Group formulas by the heights of their slots; nearly always there is one group."""
    if not (heights != heights[0]).any():
        yield tuple(heights[0].tolist()), slice(None)
        return
    distinct, group = np.unique(heights, axis=0, return_inverse=True)
    for index, tall in enumerate(distinct.tolist()):
        yield tuple(tall), np.flatnonzero(group == index)
