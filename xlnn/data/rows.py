"""The rows of a table, from its headings on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from xlnn.data.columns import looks_numeric
from xlnn.data.dataset import MOST_INPUTS, ReadOptions
from xlnn.errors import DataError

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
        The rows that are not blank, all of the same length.
    notes : list of str
        Notes for the user about anything unexpected.
    given : bool or None
        Whether the first row contains headings; None to find out from it.
    mark : str
        The decimal mark if numbers can be read with either; "" if neither is likely.
    dated : frozenset of int
        The columns whose numbers are dates.
    date_note : str
        A note on these, for a table in which they are read as numbers.
    """

    name: str
    row: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    given: bool | None = None
    mark: str = ""
    dated: frozenset[int] = frozenset()
    date_note: str = ""

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
            above, joined = sum(number < options.header_row for number, _ in first), {}
        else:
            above = _first(texts, options)
            joined = _of_two_rows(texts[above : above + 2], texts[above + 2 :])
        first = first[above:]
        if above and first:
            self.notes.append(
                f"{self.name}: the table begins in {self.row} {first[0][0]:,} (--header-row names "
                "another)."
            )
        if joined:
            number, upper = first[0]
            width = max(len(upper), len(first[1][1]))
            first[:2] = [(number, [joined.get(n, "") for n in range(width)])]
            self.notes.append(
                f"{self.name}: {self.row} {number:,} and the next one were joined as headings."
            )
        return chain(first, rows)

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
        of_words = (n for n, each in zip(whole, found, strict=True) if named <= each)
        above = next((n for n in of_words if not _has_values(texts[n])), above)
    return above


def _of_two_rows(
    heads: Sequence[dict[int, str]], below: Sequence[dict[int, str]]
) -> dict[int, str]:
    """Return the headings of two rows, joined; empty if the lower one is not of headings.

    Cells that were merged over several columns leave gaps in the upper row. Without gaps, the lower
    row has words above several columns of numbers, such as units.

    >>> heads, data = [{0: "kind", 1: "sales"}, {1: "Q1", 2: "Q2"}], [{0: "x", 1: "1", 2: "2"}] * 2
    >>> _of_two_rows(heads, data)
    {0: 'kind', 1: 'sales Q1', 2: 'sales Q2'}
    """
    if len(below) < 2 or not all(heads) or any(map(_has_values, heads)):
        return {}
    upper, lower = heads
    both = {*upper} | {*lower}
    numbers = {n for n in both if all(looks_numeric(row.get(n, "")) for row in below)}
    numbers = {n for n in numbers if any(row.get(n) for row in below)}
    gaps = both - {*upper}
    if min(both) in gaps or len(numbers & {*lower}) < (1 if gaps else 2):
        return {}
    joined, group = {}, ""
    for n in sorted(both):
        group = upper.get(n, group)
        joined[n] = f"{group} {lower[n]}" if n in lower else group
    return joined


def _has_values(row: dict[int, str]) -> bool:
    """Return whether a row contains numbers, and so no headings."""
    return any(map(looks_numeric, row.values()))
