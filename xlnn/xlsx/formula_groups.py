"""Group formulas that differ only in row numbers, and find the cells that each of them reads.

Formulas that differ only in digits have them in the same places, so that one of them is parsed and
the numbers of all are read together, a column of digits at a time.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import numpy as np

from xlnn.errors import EngineError
from xlnn.formula import COLUMNS, MAX_COLUMNS, MAX_ROWS, Token, title_of, tokens
from xlnn.grid import Place

BATCH = 131_072
"""Formulas that are held as texts at a time."""

_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_RUN = {str: re.compile("[0-9]+"), bytes: re.compile(rb"[0-9]+")}


class Batch(NamedTuple):
    """Formulas of a sheet.

    Attributes
    ----------
    places : array of int, shape (formulas, 2)
        The row and the column of each.
    joined : bytes
        The formulas in UTF-8, with NUL between them, which cannot occur in XML.
    """

    places: np.ndarray
    joined: bytes


def batches(cells: Iterable[tuple[int, int, str]]) -> Iterator[Batch]:
    """Yield cells (row, column and formula) in batches, which saves memory."""
    left = iter(cells)
    while batch := list(islice(left, BATCH)):
        rows, columns, formulas = zip(*batch, strict=True)
        yield Batch(np.column_stack([rows, columns]), "\0".join(formulas).encode())


class Slot(NamedTuple):
    """A reference of a formula.

    A row is the index of its number among the numbers of the formula's text or, in a whole column
    or row, minus the row itself.
    """

    sheet: int
    rows: tuple[int, int]
    columns: tuple[int, int]


class FormulaGroup(NamedTuple):
    """Formulas that differ only in row numbers, described by the first of them.

    Attributes
    ----------
    sheet : int
    formula : str
        The first formula.
    text : str
        The formula without "=" and with slots ``_s0``, ``_s1`` for references.
    slots : tuple of Slot
    words : tuple of str
        What is neither a reference nor a function nor a constant, if names are words.
    is_lost : bool
        Whether it refers to a sheet that is missing.
    spans : list of slice
        Where the row numbers are in the bytes of the formula.
    tables : list of arrays, shape (formulas, 2 + numbers)
        The row, the column and the row numbers of each formula.
    """

    sheet: int
    formula: str
    text: str
    slots: tuple[Slot, ...]
    words: tuple[str, ...]
    is_lost: bool
    spans: list[slice]
    tables: list[np.ndarray]

    def table(self) -> np.ndarray:
        """Return all `tables` as one."""
        if len(self.tables) > 1:
            self.tables[:] = [np.concatenate(self.tables)]
        return self.tables[0]

    def at(self, index: int) -> str:
        """Return one of the formulas."""
        text = bytearray(self.formula.encode())
        for span, number in zip(self.spans, self.table()[index, 2:].tolist(), strict=True):
            text[span] = b"%0*d" % (span.stop - span.start, number)
        return text.decode()

    def reads(self, height: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the first and last row that each formula reads through each slot.

        A reference to all rows ends at `height`, below which every cell is empty.

        Returns
        -------
        first, last : arrays of int, shape (formulas, slots)
        """
        ends = np.array([slot.rows for slot in self.slots], np.intc).reshape(-1, 2)
        rows = np.where(ends < 0, -ends, self.table()[:, np.maximum(2 + ends, 0)])
        first, last = rows.min(axis=2), rows.max(axis=2)
        last[(first == 1) & (last == MAX_ROWS)] = height
        return first, last


@dataclass
class Groups:
    """Formulas, grouped one by one.

    Attributes
    ----------
    titles : sequence of str
        The sheets.
    names_are_words : bool
        Whether defined names are words, and formulas may also differ in constants; if not, names
        are refused.
    """

    titles: Sequence[str]
    names_are_words: bool = True
    _groups: dict[tuple[int, bytes, bytes], FormulaGroup] = field(default_factory=dict)
    _others: dict[tuple[int, bytes], np.ndarray] = field(default_factory=dict)
    """Where digits are that set groups apart, by sheet and the formula with 0 for every digit."""

    def __iter__(self) -> Iterator[FormulaGroup]:
        """Iterate over the groups."""
        return iter(self._groups.values())

    def add(self, sheet: int, batch: Batch) -> None:
        """Add cells of a sheet, whose formulas begin with "=".

        Raises
        ------
        EngineError
            A formula refers to something that no engine of xlnn reads.
        """
        places, joined = batch
        texts, shapes = joined.split(b"\0"), joined.translate(_DIGITS).split(b"\0")
        alike: dict[bytes, list[int]] = defaultdict(list)
        for index, shape in enumerate(shapes):
            alike[shape].append(index)
        for shape, indices in alike.items():
            members = np.array(indices)
            digits = np.frombuffer(b"".join([texts[index] for index in indices]), np.uint8)
            digits = digits.reshape(len(indices), -1)
            if (sheet, shape) not in self._others:
                group, others = self._read(sheet, *places[indices[0]], texts[indices[0]].decode())
                self._others[sheet, shape] = others
                self._groups[sheet, shape, digits[0, others].tobytes()] = group
            deciding = digits[:, self._others[sheet, shape]]
            for chosen in split(deciding):
                key = sheet, shape, deciding[chosen[0]].tobytes()
                if key not in self._groups:
                    first = indices[chosen[0]]
                    self._groups[key], _ = self._read(sheet, *places[first], texts[first].decode())
                group = self._groups[key]
                rows = [numbers(digits[chosen, span]) for span in group.spans]
                table = np.column_stack([places[members[chosen]], *rows])
                group.tables.append(table.astype(np.intc))

    def _read(
        self, sheet: int, row: int, column: int, formula: str
    ) -> tuple[FormulaGroup, np.ndarray]:
        """Split a formula into text and slots; find its row numbers, and what else decides."""
        text, slots, lost, words, rows, free, end = [], [], [], [], [], set(), 1
        before: Token | None = None
        for token in tokens(formula)[1:]:
            try:
                slot = self._slot(token, sheet, rows)
            except ValueError as error:
                if not self.names_are_words:
                    cell = Place(self.titles[sheet], row, column)
                    raise EngineError(f"{cell}: {formula} {error}.") from error
                slot = words.append(token[0])
            is_constant = token["number"] and token["number"].replace(".", "").isdecimal()
            if self.names_are_words and (token["text"] or is_constant):
                free.update(range(*token.span()))
            if slot is None:
                continue
            known = slots if slot.sheet >= 0 else lost
            if before and formula[end : token.start()] == ":" and _is_one_range(before, token):
                first = known.pop()
                columns = sorted((*first.columns, *slot.columns))
                slot = Slot(slot.sheet, (first.rows[0], slot.rows[0]), (columns[0], columns[-1]))
            else:
                text.append(formula[end : token.start()])
                text.append("#REF!" if slot.sheet < 0 else f"_s{len(slots)}")
            known.append(slot)
            before, end = token, token.end()
        text.append(formula[end:])
        # only digits are written alike in a text and in its bytes
        starts = [run.start() for run in _RUN[str].finditer(formula)]
        runs = dict(
            zip(
                starts,
                (slice(*run.span()) for run in _RUN[bytes].finditer(formula.encode())),
                strict=True,
            )
        )
        spans = [runs.pop(span.start) for span in rows]
        others = [
            place
            for start, run in runs.items()
            if start not in free
            for place in range(run.start, run.stop)
        ]
        slots, words = tuple(slots), tuple(words)
        group = FormulaGroup(sheet, formula, "".join(text), slots, words, bool(lost), spans, [])
        return group, np.array(others, int)

    def _slot(self, token: Token, sheet: int, rows: list[slice]) -> Slot | None:
        """Turn a token into a slot if it is a reference; record where its row numbers are."""
        if token["table"] or token[0].startswith("["):
            raise ValueError("refers to another workbook or to a table, which xlnn does not read")
        if token["sheet"]:
            sheet = self._sheet(token["sheet"])
        cell_rows = token["first_row"], token["last_row"]
        is_word = token["name"] or any(row and row[0] == "0" for row in cell_rows)
        if is_word and token[0].upper() not in ("TRUE", "FALSE"):
            raise ValueError(f'uses the name "{token[0]}", which is not defined')
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
            return Slot(sheet, (-1, -MAX_ROWS), columns)
        if token["from_row"]:
            return Slot(sheet, (-int(token["from_row"]), -int(token["to_row"])), (1, MAX_COLUMNS))
        return None

    def _sheet(self, title: str) -> int:
        """Return the index of a sheet from how a formula names it; -1 if it is missing."""
        title = title_of(title)
        titles = [known.casefold() for known in self.titles]
        return titles.index(title.casefold()) if title.casefold() in titles else -1


def grouped(titles: Sequence[str], sheet: int, formulas: Iterable[Batch]) -> Iterator[FormulaGroup]:
    """Group the formulas of a sheet as `Groups` does, batch by batch."""
    for batch in formulas:
        groups = Groups(titles)
        groups.add(sheet, batch)
        yield from groups


def numbers(digits: np.ndarray) -> np.ndarray:
    """Return the numbers whose digits, as ASCII, are the rows of an array."""
    return (digits - np.int64(ord("0"))) @ 10 ** np.arange(digits.shape[1] - 1, -1, -1)


def split(table: np.ndarray) -> list[np.ndarray]:
    """Return the indices of equal rows of an array, together; nearly always all are equal."""
    if (table == table[0]).all():
        return [np.arange(len(table))]
    _, which = np.unique(table, axis=0, return_inverse=True)
    order = np.argsort(which, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(which[order])) + 1)


def _is_one_range(first: Token, last: Token) -> bool:
    """Return whether two cells with a colon between them are a range of one sheet."""
    ends = first, last
    are_cells = all(end["first_row"] and not end["last_row"] for end in ends)
    return are_cells and first["sheet"] is not None and first["sheet"] == last["sheet"]


def _columns(first: str, last: str) -> tuple[int, int]:
    """Return the numbers of two columns, the smaller first."""
    numbers = [COLUMNS[letters.upper()] for letters in (first, last)]
    if not all(numbers):
        raise ValueError(f"refers to column {max(first, last)}, but a sheet ends at XFD")
    return min(numbers), max(numbers)
