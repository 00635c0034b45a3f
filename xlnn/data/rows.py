"""The rows of a table, from its headings on."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress, islice, pairwise

from xlnn.data.dataset import MOST_INPUTS, ReadOptions
from xlnn.data.numbers import is_absent
from xlnn.data.wording import listed, short
from xlnn.data.words import looks_numeric
from xlnn.errors import DataError
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

        Titles fill at most half as many columns as the widest of the first rows. Of two rows of
        headings, the one with the named columns is used, or both if the upper one has the names.

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
            count, joined = 0, {}
        else:
            above = _first(texts, options)
            named = {options.label, *options.targets, *options.drop, *options.columns}
            count, joined = _joined(texts[above:], named)
        first = first[above:]
        if above and first:
            self.notes.append(
                f"{self.name}: the table begins in {self.row} {first[0][0]:,} (--header-row names "
                "another)."
            )
        if joined:
            number, upper = first[0]
            width = max(len(upper), max(joined) + 1)
            first[:count] = [(number, [joined.get(n, "") for n in range(width)])]
            self.notes.append(
                f"{self.name}: {self.row} {number:,} and the next {('one', 'two')[count - 2]} were "
                "joined as headings."
            )
        return chain(first, rows)

    def apart(self, options: ReadOptions) -> None:
        """Keep the columns of one table, pad short rows, and note which columns are left out.

        Tables that stand side by side have headings, and an empty column between them. They are
        several if some of them end two rows or more above others. The one with the named columns is
        kept, or the first. Otherwise they are read as one, which is noted.

        >>> rows = [(1, ["a", "b", "", "c"])] + [(n, ["x", "1"]) for n in (2, 3)]
        >>> table = Table("my.csv", "line", rows)
        >>> table.apart(ReadOptions())
        >>> table.rows[0], table.notes
        ((1, ['a', 'b']), ['my.csv: another table with c stands beside this one and was left out.'])
        """
        heads, held = self.rows[0][1], set()
        widest = max(len(fields) for _, fields in self.rows)
        for _, fields in self.rows:
            if len(held) < widest:
                held.update(compress(range(len(fields)), fields))
        gaps = [n for n in range(max(held)) if n not in held]
        parts = [slice(n + 1, gap) for n, gap in pairwise([-1, *gaps, max(held) + 1])]
        parts = [part for part in parts if any(heads[part])]
        asked = {options.label, *options.targets, *options.drop, *options.columns}
        named = [part for part in parts if asked & {*heads[part]}]
        kept = next(iter(named), parts[0])
        others = [head for part in parts if part != kept for head in heads[part]]
        ends = [max(n for n, (_, row) in enumerate(self.rows) if any(row[p])) for p in parts]
        if max(ends) - min(ends) > 1 and len(named) < 2:
            which = listed(others, most=3)
            told = f"another table with {which} stands beside this one and was left out"
        else:
            kept = slice(parts[0].start, parts[-1].stop)
            told = self._beside(sorted(held.difference(range(kept.start, kept.stop))))
            if others and min(part.stop - part.start for part in parts) > 1:
                told = f"{listed(others, most=3)}, beyond an empty column, were read as part of "
                told += "the table: --drop leaves them out"
        if told:
            self.notes.append(f"{self.name}: {told}.")
        width = kept.stop - kept.start
        self.rows = [
            (number, own if len(own) == width else own + [""] * (width - len(own)))
            for number, fields in self.rows
            if any(own := fields[kept])
        ]
        self.dated = frozenset(n - kept.start for n in self.dated)

    def _beside(self, columns: Sequence[int]) -> str:
        """Return a note on the first value in columns that are left out; "" without columns."""
        for number, fields in self.rows if columns else ():
            for column in columns:
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
        where = f"{self.name}, {self.row} {number:,}"
        if width < 2:
            raise DataError(f"{where}: 1 column was found; two or more are expected, {hint}")
        if width > MOST_INPUTS:
            raise DataError(f"{where}: {width:,} columns were found; a sheet has {MOST_INPUTS:,}.")


def _first(texts: Sequence[dict[int, str]], options: ReadOptions) -> int:
    """Return the index of the row of the headings."""
    widest = max(map(len, texts), default=0)
    whole = [n for n, row in enumerate(texts) if len(row) * 2 > widest]
    named = {*options.targets} or {options.label} - {""}
    found = [{" ".join(each.split()) for each in texts[n].values()} for n in whole]
    above = next(iter(whole), 0)
    if named and found and not named <= found[0]:
        of_words = (
            n for n, each in zip(whole, found, strict=True) if named <= each and n + 1 < len(texts)
        )  # fmt: skip
        above = next((n for n in of_words if not _has_values(texts[n])), above)
    return above


def _joined(
    texts: Sequence[dict[int, str]], named: Collection[str] = ()
) -> tuple[int, dict[int, str]]:
    """Return how many rows hold headings, three or two, and these, joined; 0 and {} for one row.

    Cells that were merged over several columns leave gaps in the upper row, which the further rows
    fill. With fewer than two gaps, each has words above a column of numbers; without any above
    several, such as units. Columns that are named by
    their upper heading keep it, and the third row, which survey tools write, is left out.

    >>> heads, data = [{0: "kind", 1: "sales"}, {1: "Q1", 2: "Q2"}], [{0: "x", 1: "1", 2: "2"}] * 2
    >>> _joined([*heads, *data])
    (2, {0: 'kind', 1: 'sales Q1', 2: 'sales Q2'})
    """
    for count in (3, 2):
        heads, below = texts[:count], texts[count:]
        if len(below) < 2 or not all(heads) or any(map(_has_values, heads)):
            continue
        upper, *more = heads
        both = {*upper}.union(*more)
        numbers = {n for n in both if all(looks_numeric(row.get(n, "")) for row in below)}
        numbers = {n for n in numbers if not all(is_absent(row.get(n, "")) for row in below)}
        gaps = both - {*upper}
        firm = numbers | gaps if len(gaps) > 1 else numbers
        said = [{n for n, text in row.items() if not is_absent(text)} for row in more]
        if min(both) in gaps or any(len(firm & own) < 2 - bool(gaps) for own in said):
            continue
        joined, group = {}, ""
        for n in sorted(both):
            group = upper.get(n, group)
            is_whole = n not in more[0] or (group in named and n in upper)
            joined[n] = group if is_whole else f"{group} {more[0][n]}"
        return count, joined
    return 0, {}


def _has_values(row: dict[int, str]) -> bool:
    """Return whether a row contains numbers, and so no headings."""
    return any(looks_numeric(text) and not is_absent(text) for text in row.values())
