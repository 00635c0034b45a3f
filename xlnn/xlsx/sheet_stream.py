"""Read the XML of a sheet in the order in which it is written.

A row or a cell outside its place, which one program would skip and another would compute, is
refused.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, repeat

from xlnn.errors import WorkbookError
from xlnn.grid import address
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.markup import MAX_DEPTH, Opening, Token, is_closing, unprefixed
from xlnn.xlsx.plain_rows import PlainRow, sheet_tokens

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
"""The grid of Excel and of LibreOffice."""

MAX_BOX = 50_000_000
"""Cells of the rectangle from A1 that holds a sheet: engines and NumPy allocate it whole (400 MB).
Four million formulas in 21 columns need a tenth of it; two far-apart cells claim 17 billion."""

MAX_TEXT = 32_767
"""Characters of a cell, as in Excel."""

Item = tuple[int, int, str, dict[str, str] | None, str | None, str | None, str | None]
"""A cell: (row, column, type, attributes of its formula or None, formula as
`xlnn.xlsx.markup.unprefixed` writes it, value, style). Or something else that the sheet says: (0,
0, local name of its element, attributes, text, None, None), and of a row with a style (0, its
number, "row", None, None, None, style); last comes ``sheetData`` with the rectangle of all cells as
its text."""


Witness = Callable[[list[Token | PlainRow]], None]
"""Gets the contents of a sheet while it is read, some thousand tokens at a time, after their places
were checked. The list is emptied afterwards."""

COMPUTED = {
    "f": "an extension",
    "formula": "a conditional format",
    "formula1": "a data validation",
    "formula2": "a data validation",
}
"""Elements outside the cells whose text is computed, in whatever namespace."""

TOLD = {"cfvo", "dimension", "hyperlink", "mergeCell", "sheetPr"}
"""Elements outside the cells whose attributes are items."""

_ANEW = "save the file again in a spreadsheet program"
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


class _Columns(dict[str, int]):
    """Column numbers by their letters; 0 for letters beyond the last column."""

    def __missing__(self, letters: str) -> int:
        number = 0
        if re.fullmatch("[A-Z]{1,3}", letters):
            for letter in letters:
                number = number * 26 + ord(letter) - 64
        if not 0 < number <= MAX_COLUMNS:
            return 0
        self[letters] = number
        return number


COLUMNS = _Columns()


def area(reference: str) -> int:
    """Return how many cells a reference like ``B2:C9`` spans; 0 if it is not one.

    >>> area("B2:C9"), area("$A$1"), area("A1:XFD1048576"), area("?")
    (16, 1, 17179869184, 0)
    """
    corners = [_ADDRESS.fullmatch(corner) for corner in reference.replace("$", "").split(":")]
    known = [(COLUMNS[corner[1]], int(corner[2])) for corner in corners if corner]
    if len(corners) > 2 or len(known) < len(corners):
        return 0
    (left, top), (right, bottom) = known[0], known[-1]
    return (abs(right - left) + 1) * (abs(bottom - top) + 1)


def stream(
    archive: Archive, part: str, title: str, witness: Witness | None = None
) -> Iterator[Item]:
    """Read a sheet item by item, see `Item`; pass what is read to a witness.

    Raises
    ------
    WorkbookError
        The XML is not sound, or cells are out of place or out of order.
    """
    batches = sheet_tokens(archive, part)
    if witness is not None:
        batches = _shown(batches, witness)
    return _Sheet(archive, part, title, chain.from_iterable(batches)).items()


def _shown(
    batches: Iterator[list[Token | PlainRow]], witness: Witness
) -> Iterator[list[Token | PlainRow]]:
    """Pass batches on, and to the witness once they have been read and nothing was refused."""
    for batch in batches:
        yield batch
        witness(batch)


@dataclass(frozen=True)
class _Sheet:
    """A sheet that is being read; each method reads up to its closing tag."""

    archive: Archive
    part: str
    title: str
    source: Iterator[Token | PlainRow]

    def refused(self, row: int, column: int, sentence: str) -> WorkbookError:
        """Return an error about a cell (column 0: about a row; both 0: about the sheet)."""
        where = f'the sheet "{self.title}"'
        if row:
            where = f"{self.title}!{address(row, column) if column else f'{row}:{row}'}"
        return self.archive.refused(f"{where} {sentence}")

    def items(self) -> Iterator[Item]:
        """Read the whole sheet."""
        depth, box, opened = 0, "", None
        for token in self.source:
            if isinstance(token, Opening):
                opened = token
                if depth == 0 and token.main != "worksheet":
                    raise self.archive.refused(f'the part "{self.part}" is not a sheet; {_ANEW}')
                if token.main == "sheetData" and depth == 1 and not box:
                    box = yield from self.rows(token)
                elif token.local in {"sheetData", "row", "c", "v", "is"} or depth > MAX_DEPTH:
                    # in whatever namespace: some programs look at the local name alone
                    raise self.refused(0, 0, f"holds <{token.local}> where none belongs; {_ANEW}")
                elif token.local in COMPUTED:
                    text, attributes = self.leaf(token, 0, 0)
                    yield 0, 0, token.local, attributes, text, None, None
                else:
                    depth += 1
            elif isinstance(token, dict):
                if opened is not None and opened.local in TOLD:
                    yield 0, 0, opened.local, token, None, None, None
            elif is_closing(token):
                depth -= 1
        yield 0, 0, "sheetData", None, box or "A1", None, None

    def rows(self, data: Opening) -> Iterator[Item]:
        """Read all rows; return the rectangle that contains their cells."""
        row, lowest, widest = 0, 1, 1
        letters: list[str] = []
        columns: list[int] = []
        for token in self.source:
            if token == data.name:
                break
            if token.__class__ is PlainRow:
                row = self.row_number(token.number, row)
                if token.letters != letters:  # otherwise the columns are those of the row above
                    letters, columns = token.letters, self.columns_of(token, row)
                if row > MAX_ROWS:
                    raise self.misplaced(address(row, 1), row, 0)
                last = columns[-1] if columns else 0
                yield from zip(repeat(row), columns, *token.contents(), strict=False)
            elif token.__class__ is Opening and token.main == "row":
                row, last = yield from self.cells(token, row)
            else:
                self.between(token, row, 0)
                continue
            if not last:  # LibreOffice writes an empty last row of the grid
                continue
            lowest, widest = row, max(widest, last)
            if row * widest > MAX_BOX:
                raise self.refused(
                    row,
                    last,
                    f"makes this sheet a rectangle of {row * widest:,} cells, and xlnn reads up to "
                    f"{MAX_BOX:,}; move distant cells closer to A1",
                )
        return f"A1:{address(lowest, widest)}"

    def columns_of(self, plain: PlainRow, row: int) -> list[int]:
        """Return the columns of a plain row's cells, which must go from left to right."""
        columns = [COLUMNS[letters] for letters in plain.letters]
        before = 0
        for letters, column in zip(plain.letters, columns, strict=True):
            if column <= before:
                raise self.misplaced(letters + plain.number, row, before)
            before = column
        return columns

    def cells(self, tag: Opening, above: int) -> Iterator[Item]:  # noqa: C901, PLR0912 - one loop, since calls cost seconds at four million cells
        """Read one row, given the number of the one above; return its number and last column."""
        row, column, columns, leaf = above + 1, 0, COLUMNS, self.leaf
        row_text, row_end = str(row), tag.name
        for token in self.source:
            kind = token.__class__
            if kind is dict:
                row_text = token.get("r", row_text)
                row = self.row_number(row_text, above)
                if "s" in token:
                    yield 0, row, "row", None, None, None, token["s"]
                continue
            if token == row_end:
                break
            if kind is not Opening or token.main != "c":
                self.between(token, row, 0)
                continue
            cell_end, before, column, type_ = token.name, column, column + 1, "n"
            attributes = formula = value = inline = style = None
            for inner in self.source:
                kind = inner.__class__
                if kind is Opening:
                    name = inner.main
                    if name == "f" and formula is None:
                        formula, attributes = leaf(inner, row, column)
                        formula = unprefixed(formula)
                    elif name == "v" and value is None:
                        value, _ = leaf(inner, row, column)
                    elif name == "is" and inline is None:
                        inline = self.inline(inner, row, column)
                    else:
                        self.between(inner, row, column)
                elif kind is dict:
                    type_, style = inner.get("t", "n"), inner.get("s")
                    if "r" in inner:
                        column = columns[inner["r"].removesuffix(row_text)]
                        if column <= before:
                            raise self.misplaced(inner["r"], row, before)
                elif inner == cell_end:
                    break
                else:
                    self.between(inner, row, column)
            if column > MAX_COLUMNS:
                raise self.misplaced(address(row, column), row, before)
            value = inline if type_ == "inlineStr" else value
            yield row, column, type_, attributes, formula, value, style
        if row > MAX_ROWS:
            raise self.misplaced(address(row, 1), row, 0)
        return row, column

    def leaf(self, tag: Opening, row: int, column: int) -> tuple[str, dict[str, str]]:
        """Read an element that only contains text; return its text and attributes."""
        text, attributes, end = "", {}, tag.name
        for token in self.source:
            if token.__class__ is str:
                if token == end:
                    break
                text = text + token if text else token
                if len(text) > MAX_TEXT:
                    raise self.refused(
                        row,
                        column,
                        f"holds a text of more than {MAX_TEXT:,} characters, which Excel does not "
                        "allow; shorten it",
                    )
            elif token.__class__ is dict:
                attributes = token
            else:
                self.between(token, row, column)
        return text, attributes

    def inline(self, tag: Opening, row: int, column: int) -> str:
        """Read a text in the cell itself, plain or in runs of different fonts."""
        text, depth = "", 0
        for token in self.source:
            if token.__class__ is Opening:
                if token.main == "t":
                    text += self.leaf(token, row, column)[0]
                elif token.main == "rPh":  # phonetic guide (furigana)
                    self.skip(row, column)
                else:
                    depth += 1
                is_foreign = token.local in {"t", "rPh"} and not token.main
                is_cell = token.local in {"sheetData", "row", "c", "f", "v", "is"}
                if depth > MAX_DEPTH or is_foreign or is_cell:
                    self.between(token, row, column)
            elif token == tag.name:
                break
            elif token.__class__ is str and is_closing(token):
                depth -= 1
            if len(text) > MAX_TEXT:
                raise self.refused(
                    row, column, f"holds more than {MAX_TEXT:,} characters; shorten it"
                )
        return text

    def skip(self, row: int, column: int) -> None:
        """Skip an element."""
        depth = 1
        for token in self.source:
            if token.__class__ is Opening:
                depth += 1
                if depth > MAX_DEPTH or token.local in {"sheetData", "row", "c", "f", "v"}:
                    raise self.refused(
                        row, column, f"holds <{token.local}> where none belongs; {_ANEW}"
                    )
            elif token.__class__ is str and is_closing(token):
                depth -= 1
                if depth == 0:
                    break

    def between(self, token: Token, row: int, column: int) -> None:
        """Accept what may be between rows, cells and their contents: blanks, extensions."""
        if isinstance(token, Opening):
            if token.main != "extLst":
                raise self.refused(
                    row, column, f"holds <{token.local}> where none belongs; {_ANEW}"
                )
            self.skip(row, column)
        elif isinstance(token, str) and not token.isspace():
            raise self.refused(row, column, f"holds loose text where none belongs; {_ANEW}")

    def row_number(self, text: str, above: int) -> int:
        """Return the number of a row, which must be greater than that of the row above."""
        if not re.fullmatch("[1-9][0-9]{0,6}", text) or int(text) <= above:
            raise self.refused(
                0,
                0,
                f'numbers a row "{text:.20}" after row {above}; rows go up one by one; {_ANEW}',
            )
        return int(text)

    def misplaced(self, reference: str, row: int, before: int) -> WorkbookError:
        """Return the error for a cell that is not to the right of the one before it."""
        found = _ADDRESS.fullmatch(reference)
        if found and (int(found[2]) > MAX_ROWS or not COLUMNS[found[1]]):
            return self.archive.refused(
                f"{self.title}!{reference} lies outside the grid of a spreadsheet, which ends at "
                f"XFD{MAX_ROWS}; use fewer epochs, images or units"
            )
        return self.refused(
            row,
            before,
            f'is followed by a cell "{reference:.20}", and the cells of row {row} go from left to '
            f"right, each once; {_ANEW}",
        )
