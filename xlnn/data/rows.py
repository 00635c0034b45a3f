"""The rows of a table, from its headings on."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress, islice

from xlnn.data.dataset import MOST_INPUTS, ReadOptions
from xlnn.data.messages import short
from xlnn.data.numbers import is_absent
from xlnn.data.words import looks_numeric
from xlnn.errors import DataError, Message
from xlnn.grid import address

LOOKED_AT = 20
"""Rows that are searched for headings."""

Row = tuple[int, list[str]]
"""The number of a row, and its fields without surrounding blanks."""


@dataclass
class Table:
    """A table from a file or a data frame.

    Attributes
    ----------
    name : str
        The file, as a message names it.
    row : str
        The word for a row there.
    rows : list of (int, list of str)
        The rows that are not blank; once `apart` chose the columns, all of the same length.
    notes : list of str
        Notes for the user about anything unexpected.
    given : bool or None
        Whether the first row contains headings; None to find out from it.
    mark : str
        The decimal mark if numbers can be read with either; "" if neither is likely.
    dated : frozenset of int
        The columns whose numbers are dates.
    title : str
        The sheet; "" in other files.
    """

    name: str
    row: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    given: bool | None = None
    mark: str = ""
    dated: frozenset[int] = frozenset()
    title: str = ""

    def from_headings(self, rows: Iterator[Row], options: ReadOptions) -> Iterator[Row]:
        """Return the rows from the headings on, and note which rows were skipped or joined.

        Titles fill at most half as many columns as the widest of the first rows. If there are two
        rows of headings, the one with the named columns is used, or both if the upper one has them.

        Parameters
        ----------
        rows : iterator of (int, list of str)
            The rows that are not blank.
        options : ReadOptions
            The row of the headings, if known, and the named columns.

        >>> table = Table("my.csv", "line")
        >>> rows = [(1, ["Sales", ""]), (3, ["a", "b"]), (4, ["1", "2"])]
        >>> next(table.from_headings(iter(rows), ReadOptions())), table.notes
        ((3, ['a', 'b']), ['my.csv: the table begins in line 3 (--header-row names another).'])
        """
        first = list(islice(rows, max(LOOKED_AT, options.header_row)))
        texts = [{n: text for n, text in enumerate(row) if text} for _, row in first]
        if options.header_row:
            above = sum(number < options.header_row for number, _ in first)
            joined = {}
        else:
            above = _first(texts, options)
            named = {options.label, *options.targets, *options.drop, *options.columns}
            joined = _joined(texts[above:], named)
        first = first[above:]
        if above and first:
            self.notes.append(
                f"{self.name}: the table begins in {self.row} {first[0][0]:,} (--header-row names "
                "another)."
            )
        if joined:
            number, upper = first[0]
            width = max(len(upper), max(joined) + 1)
            first[:2] = [(number, [joined.get(n, "") for n in range(width)])]
            self.notes.append(
                f"{self.name}: {self.row} {number:,} and the next one were joined as headings."
            )
        return chain(first, rows)

    def apart(self) -> None:
        """Keep the columns with headings and those next to them or between, and pad short rows.

        Values beyond an empty column are remarks; the first of them is noted.

        >>> table = Table("my.csv", "line", [(1, ["a", "b"]), (2, ["x", "1", "", "why?"])])
        >>> table.apart()
        >>> table.rows[1], table.notes[0]
        ((2, ['x', '1']), 'my.csv: left out what stands beside the table, the first in line 2.')
        """
        widest, held = max(len(fields) for _, fields in self.rows), set()
        for _, fields in self.rows:
            if len(held) == widest:
                break
            held.update(compress(range(len(fields)), fields))
        gaps = [n for n in range(widest + 1) if n not in held]
        heads = [n for n, text in enumerate(self.rows[0][1]) if text]
        start = max((gap + 1 for gap in gaps if gap < heads[0]), default=0)
        kept = slice(start, next(gap for gap in gaps if gap > heads[-1]))
        if note := self._beside(kept):
            self.notes.append(f"{self.name}: {note}.")
        width = kept.stop - kept.start
        self.rows = [
            (number, cells if len(cells) == width else cells + [""] * (width - len(cells)))
            for number, fields in self.rows
            if any(cells := fields[kept])
        ]
        self.dated = frozenset(n - kept.start for n in self.dated)

    def _beside(self, kept: slice) -> str:
        """Return a note on the first value in columns that are left out; "" without any."""
        for number, fields in self.rows:
            for column in (*range(kept.start), *range(kept.stop, len(fields))):
                if any(fields[column : column + 1]):
                    where = self.place(number, column + 1)
                    return f"left out what stands beside the table, the first in {where}"
        return ""

    def place(self, row: int, column: int) -> str:
        """Return words for a cell, or in a file without addresses for its row."""
        if self.title:
            return f"{short(self.title)}!{address(row, column)}"
        return f"{self.row} {row:,}"

    def check_width(self, number: int, width: int, hint: str) -> None:
        """Refuse a first row with too many columns or too few."""
        known = {"file": self.name, "row": Message(self.row), "number": number}
        if width < 2:
            raise DataError(
                "{file}, {row} {number:,}: 1 column was found; two or more are expected, {hint}",
                **known,
                hint=hint,
            )
        if width > MOST_INPUTS:
            raise DataError(
                "{file}, {row} {number:,}: {width:,} columns were found; a sheet has {most:,}.",
                **known,
                width=width,
                most=MOST_INPUTS,
            )


def _first(texts: Sequence[dict[int, str]], options: ReadOptions) -> int:
    """Return the index of the row of the headings."""
    widest = max(map(len, texts), default=0)
    whole = [n for n, row in enumerate(texts) if len(row) * 2 > widest]
    named = {*options.targets} or {options.label} - {""}
    headings = {n: {" ".join(text.split()) for text in texts[n].values()} for n in whole}
    above = next(iter(whole), 0)
    if named and headings and not named <= headings[above]:
        of_words = (n for n in whole if named <= headings[n] and n + 1 < len(texts))
        above = next((n for n in of_words if not _has_values(texts[n])), above)
    return above


def _joined(texts: Sequence[dict[int, str]], named: Collection[str] = ()) -> dict[int, str]:
    """Return the headings of the first two rows, joined; {} if only one row holds headings.

    Cells that were merged over several columns leave gaps in the upper row, which the lower row
    fills. With one gap, the lower row must have words above a column of numbers; with no gap, it
    must have words, such as units, above several of them. Columns that are named by their upper
    heading keep it.

    >>> heads, data = [{0: "kind", 1: "sales"}, {1: "Q1", 2: "Q2"}], [{0: "x", 1: "1", 2: "2"}] * 2
    >>> _joined([*heads, *data])
    {0: 'kind', 1: 'sales Q1', 2: 'sales Q2'}
    """
    (upper, lower), below = (*texts[:2], {}, {})[:2], texts[2:]
    if len(below) < 2 or not upper or not lower or _has_values(upper) or _has_values(lower):
        return {}
    columns = {*upper, *lower}
    numbers = {n for n in columns if all(looks_numeric(row.get(n, "")) for row in below)}
    numbers = {n for n in numbers if not all(is_absent(row.get(n, "")) for row in below)}
    gaps = columns - {*upper}
    firm = numbers | gaps if len(gaps) > 1 else numbers
    present = {n for n, text in lower.items() if not is_absent(text)}
    if min(columns) in gaps or len(firm & present) < 2 - bool(gaps):
        return {}
    joined, group = {}, ""
    for n in sorted(columns):
        group = upper.get(n, group)
        is_whole = n not in lower or (group in named and n in upper)
        joined[n] = group if is_whole else f"{group} {lower[n]}"
    return joined


def _has_values(row: dict[int, str]) -> bool:
    """Return whether a row contains numbers, and so no headings."""
    return any(looks_numeric(text) and not is_absent(text) for text in row.values())
