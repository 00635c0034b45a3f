"""Read the XML of a sheet in the order in which it is written.

A row or a cell outside its place, which one program would skip and another would compute, is
refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from xlnn.errors import WorkbookError
from xlnn.formula import COLUMNS, MAX_COLUMNS, MAX_ROWS, corners
from xlnn.grid import address
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.markup import ANEW, Node, stray_sentence, unprefixed
from xlnn.xlsx.plain_rows import PlainRow, sheet_nodes

MAX_BOX = 50_000_000
"""Cells of the rectangle from A1 that holds a sheet: engines and NumPy allocate it whole (400 MB).
Four million formulas in 21 columns need a tenth of it; two far-apart cells claim 17 billion."""

MAX_TEXT = 32_767
"""Characters of a cell, as in Excel."""

Item = tuple[int, int, str, Any, str | None, str | None, str | None]
"""A cell: (row, column, type, attributes of its formula or None, formula as
`xlnn.xlsx.markup.unprefixed` writes it, value, style). Or something else: an element beside the
cells (0, 0, local name, its `Node`, None, None, None), and of a row with a style (0, its number,
"row", None, None, None, style). Last comes the rectangle of all cells (0, 0, "", None, rectangle,
None, None)."""

COMPUTED = {
    "f": "an extension",
    "formula": "a conditional format",
    "formula1": "a data validation",
    "formula2": "a data validation",
}
"""Elements outside the cells whose text is computed, in whatever namespace."""

_CELLS = {"sheetData", "row", "c", "v", "is"}
"""Elements of cells. Beside these none may have such a name in whatever namespace, since some
programs look at the local name alone."""

_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


def area(reference: str) -> int:
    """Return how many cells a reference like ``B2:C9`` spans; 0 if it is not one.

    >>> area("B2:C9"), area("$A$1"), area("A1:XFD1048576"), area("?")
    (16, 1, 17179869184, 0)
    """
    top, left, bottom, right = corners(reference) or (1, 1, 0, 0)
    return (abs(right - left) + 1) * (abs(bottom - top) + 1) if bottom else 0


@dataclass(frozen=True)
class SheetSource:
    """A sheet that is being read."""

    archive: Archive
    title: str
    part: str

    def refused(self, row: int, column: int, sentence: str) -> WorkbookError:
        """Return an error about a cell (column 0: about a row; both 0: about the sheet)."""
        where = f'the sheet "{self.title}"'
        if row:
            where = f"{self.title}!{address(row, column) if column else f'{row}:{row}'}"
        return self.archive.refused(f"{where} {sentence}")

    def bad_value(self, row: int, column: int, kind: str, text: str) -> WorkbookError:
        """Return the error for a value that does not fit the type of its cell."""
        return self.refused(
            row, column, f'holds "{text:.40}", no finite value of its type "{kind:.12}"; {ANEW}'
        )

    def items(self) -> Iterator[Item]:
        """Read the sheet item by item.

        Raises
        ------
        WorkbookError
            The XML is not sound, or cells are out of place or out of order.
        """
        row, lowest, widest, is_over = 0, 1, 1, False
        letters: list[str] = []
        columns: list[int] = []
        for element in chain.from_iterable(sheet_nodes(self.archive, self.part)):
            if element.__class__ is PlainRow:
                row = self._row_number(element.number, row)
                if element.letters != letters:  # otherwise the columns are those of the row above
                    letters, columns = element.letters, self._columns_of(element, row)
                if row > MAX_ROWS:
                    raise self._misplaced(address(row, 1), row, 0)
                last = columns[-1] if columns else 0
                yield from zip(repeat(row), columns, *element.contents(), strict=False)
            elif element.parent is None or element.parent.parent is None:
                yield from self._beside(element, is_over=is_over)
                is_over |= element.main == "sheetData"
                continue
            elif element.main == "row":
                self._check_blank(element.parent, 0, 0)
                row, last = yield from self._cells(element, row)
            else:
                self._check_extension(element, row, 0)
                continue
            if is_over:
                raise self.refused(0, 0, f"holds <sheetData> where none belongs; {ANEW}")
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
        yield 0, 0, "", None, f"A1:{address(lowest, widest)}", None, None

    def _beside(self, node: Node, *, is_over: bool) -> Iterator[Item]:
        """Read an element that is not a row, or the root; `is_over` after the last row."""
        if (node.parent or node).main != "worksheet":
            raise self.archive.refused(f'the part "{self.part}" is not a sheet; {ANEW}')
        if node.parent is None:
            return
        if node.main == "sheetData" and not is_over:
            self._check_blank(node, 0, 0)
        else:
            for inner in node.walk():
                if inner.local in _CELLS:
                    raise self._stranger(inner, 0, 0)
                if inner.local in COMPUTED:
                    self._leaf(inner, 0, 0)
        yield 0, 0, node.local, node, None, None, None

    def _columns_of(self, plain: PlainRow, row: int) -> list[int]:
        """Return the columns of a plain row's cells, which must go from left to right."""
        columns = [COLUMNS[letters] for letters in plain.letters]
        before = 0
        for letters, column in zip(plain.letters, columns, strict=True):
            if column <= before:
                raise self._misplaced(letters + plain.number, row, before)
            before = column
        return columns

    def _cells(self, node: Node, above: int) -> Iterator[Item]:
        """Read one row, given the number of the one above; return its number and last column."""
        text = node.attributes.get("r", str(above + 1))
        row, column = self._row_number(text, above), 0
        if "s" in node.attributes:
            yield 0, row, "row", None, None, None, node.attributes["s"]
        self._check_blank(node, row, 0)
        for cell in node.children:
            if cell.main != "c":
                self._check_extension(cell, row, 0)
                continue
            attributes, before, column = cell.attributes, column, column + 1
            if "r" in attributes:
                column = COLUMNS[attributes["r"].removesuffix(text)]
                if column <= before:
                    raise self._misplaced(attributes["r"], row, before)
            if column > MAX_COLUMNS:
                raise self._misplaced(address(row, column), row, before)
            yield (
                row,
                column,
                attributes.get("t", "n"),
                *self._content(cell, row, column),
                attributes.get("s"),
            )
        node.children.clear()
        if row > MAX_ROWS:
            raise self._misplaced(address(row, 1), row, 0)
        return row, column

    def _content(
        self, cell: Node, row: int, column: int
    ) -> tuple[dict[str, str] | None, str | None, str | None]:
        """Return the attributes of a cell's formula, its formula and its value."""
        attributes = formula = value = inline = None
        for node in cell.children:
            name = node.main
            if name == "f" and formula is None:
                attributes, formula = node.attributes, unprefixed(self._leaf(node, row, column))
            elif name == "v" and value is None:
                value = self._leaf(node, row, column)
            elif name == "is" and inline is None:
                inline = self._inline(node, row, column)
            else:
                self._check_extension(node, row, column)
        if cell.text:
            self._check_blank(cell, row, column)
        cell.children.clear()  # a circle of references would wait for the garbage collector
        is_inline = cell.attributes.get("t") == "inlineStr"
        return attributes, formula, inline if is_inline else value

    def _leaf(self, node: Node, row: int, column: int) -> str:
        """Return the text of an element that only contains text."""
        for inner in node.children:
            raise self._stranger(inner, row, column)
        if node.stray:
            raise self.refused(row, column, stray_sentence(node))
        return self._short(node.text, row, column)

    def _inline(self, node: Node, row: int, column: int) -> str:
        """Return a text in the cell itself, plain or in runs of different fonts."""
        texts = []
        for inner in node.children:
            if inner.main == "t":
                texts.append(self._leaf(inner, row, column))
            elif inner.main == "rPh":  # phonetic guide (furigana)
                self._check_within(inner, row, column)
            elif inner.local in _CELLS | {"f", "t", "rPh"}:
                raise self._stranger(inner, row, column)
            else:
                texts.append(self._inline(inner, row, column))
        return self._short("".join(texts), row, column)

    def _short(self, text: str, row: int, column: int) -> str:
        """Return a text; refuse it if it is too long."""
        if len(text) > MAX_TEXT:
            raise self.refused(
                row,
                column,
                f"holds a text of more than {MAX_TEXT:,} characters, which Excel does not "
                "allow; shorten it",
            )
        return text

    def _check_blank(self, node: Node, row: int, column: int) -> None:
        """Refuse text between the elements inside an element; forget the blanks."""
        if node.text and not node.text.isspace():
            raise self.refused(row, column, f"holds loose text where none belongs; {ANEW}")
        node.text = ""

    def _check_extension(self, node: Node, row: int, column: int) -> None:
        """Refuse what may not be between rows, cells and their contents: all but extensions."""
        if node.main != "extLst":
            raise self._stranger(node, row, column)
        self._check_within(node, row, column)

    def _check_within(self, node: Node, row: int, column: int) -> None:
        """Refuse an element with cells or formulas inside it."""
        for inner in node.walk():
            if inner.local in _CELLS - {"is"} | {"f"}:
                raise self._stranger(inner, row, column)

    def _stranger(self, node: Node, row: int, column: int) -> WorkbookError:
        return self.refused(row, column, f"holds <{node.local}> where none belongs; {ANEW}")

    def _row_number(self, text: str, above: int) -> int:
        """Return the number of a row, which must be greater than that of the row above."""
        if not re.fullmatch("[1-9][0-9]{0,6}", text) or int(text) <= above:
            raise self.refused(
                0,
                0,
                f'numbers a row "{text:.20}" after row {above}; rows go up one by one; {ANEW}',
            )
        return int(text)

    def _misplaced(self, reference: str, row: int, before: int) -> WorkbookError:
        """Return the error for a cell that is not to the right of the one before it."""
        match = _ADDRESS.fullmatch(reference)
        if match and (int(match[2]) > MAX_ROWS or not COLUMNS[match[1]]):
            return self.archive.refused(
                f"{self.title}!{reference} lies outside the grid of a spreadsheet, which ends at "
                f"XFD{MAX_ROWS}; use fewer epochs, images or units"
            )
        return self.refused(
            row,
            before,
            f'is followed by a cell "{reference:.20}", and the cells of row {row} go from left to '
            f"right, each once; {ANEW}",
        )
