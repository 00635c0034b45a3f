"""Read a part of a workbook as a tree, and a sheet without its cells."""

import zlib
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from xlnn.linting.used import Used
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.cells import FormulaCells, SharedFormulas, SheetSource
from xlnn.xlsx.markup import MAIN, Opening, Token, is_closing, tokens
from xlnn.xlsx.plain_rows import PlainRow
from xlnn.xlsx.sheet_stream import COLUMNS, Witness, address

BATCH, BATCH_TEXT = 131_072, 1 << 24
"""Formulas that are checked together, and their characters; up to as many of a sheet are kept
uncompressed."""

ERRORS = frozenset(
    ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA")
)
"""The error values of the format; a cell of the type "e" holds one of them."""


MAX_NODES = 1_000_000
"""Elements beside cells and texts, kept in memory. A workbook of xlnn has some thousand, and twice
as many as a chart has points where a spreadsheet program stored these."""

MAX_NOTED = 100_000
"""The most styles and bad values recorded for a sheet; Excel has up to 65,490 styles."""

_CLOSING = {
    f"{namespace}\x01{name}": name for namespace in MAIN for name in ("f", "v", "c", "sheetData")
}
"""The closing tags among cells that matter: token -> local name."""

_SHARED = "\x01"
"""Marks the number of a shared formula; cannot occur in XML."""


class Node:
    r"""An element of a part.

    Attributes
    ----------
    name : str
        The local name.
    main : bool
        Whether it belongs to the namespace of workbooks.
    parent : Node or None
    attributes : dict of str to str
        By name; a name with a namespace is ``namespace`` + ``\x01`` + ``name``.
    text : str
    children : list of Node
    """

    __slots__ = ("attributes", "children", "main", "name", "parent", "text")

    def __init__(self, opening: Opening, parent: "Node | None") -> None:
        self.name, self.main, self.parent = opening.local, bool(opening.main), parent
        self.attributes: dict[str, str] = {}
        self.text = ""
        self.children: list[Node] = []


def nodes(archive: Archive, part: str, count: Iterator[int]) -> list[Node]:
    """Read a part that is not a sheet; return its elements in the order of their opening tags.

    Parameters
    ----------
    archive : Archive
    part : str
    count : iterator of int
        Counts the elements of a whole workbook.

    Raises
    ------
    WorkbookError
        There are more than `MAX_NODES`.
    """
    found: list[Node] = []
    reader = _reader(found, archive, count)
    next(reader)
    for batch in tokens(archive, part):
        for token in batch:
            reader.send(token)
    return found


@dataclass
class SheetNode:
    """A sheet of cells.

    Attributes
    ----------
    title, part : str
    nodes : list of Node
        The elements outside the cells; ``sheetData`` itself is empty.
    used : Used
        Which cells exist.
    styles : dict of str to str
        The style indices of cells and rows, each with the first address that has it.
    bad_values : list of tuple
        Cells whose value does not fit their type: (address, type, value).
    no_value : str
        The first formula without a cached value; empty if all have one.
    shared : bool
        Whether there are shared formulas.
    """

    source: SheetSource
    nodes: list[Node] = field(default_factory=list)
    used: Used = field(default_factory=Used)
    styles: dict[str, str] = field(default_factory=dict)
    bad_values: list[tuple[str, str, str]] = field(default_factory=list)
    no_value: str = ""
    shared: bool = False
    _batch: list[str] = field(default_factory=list)
    _batch_text: int = 0
    _row_of_styles: list[str | None] = field(default_factory=list)
    _packed: list[bytes] = field(default_factory=list)

    @property
    def title(self) -> str:
        """Its name."""
        return self.source.title

    @property
    def part(self) -> str:
        """Its part in the file."""
        return self.source.part

    def add_formulas(self, formulas: Sequence[str]) -> None:
        """Keep formulas until the cells of all sheets are known.

        Filled-down formulas compress to a thirtieth, in less time than reading the file again.
        """
        self._batch += formulas
        self._batch_text += sum(map(len, formulas))
        if len(self._batch) >= BATCH or self._batch_text >= BATCH_TEXT:
            self._pack()

    def add_plain(self, plain: PlainRow) -> None:
        """Add a plain row, which nearly always has the same columns as the row above."""
        row, columns = int(plain.number), [COLUMNS[letters] for letters in plain.letters]
        self.used.add_row(row, columns)
        styles = plain.styles
        if styles != self._row_of_styles:
            self._row_of_styles = styles
            for column, style in zip(columns, styles, strict=True):
                if style is not None and style not in self.styles:
                    self.add_style(style, address(row, column))
        kinds, _, formulas, values = plain.contents()
        kinds = list(kinds)
        self.add_formulas([formula for formula in formulas if formula is not None])
        if "e" in kinds or not all(values):
            for column, kind, formula, value in zip(columns, kinds, formulas, values, strict=True):
                if not value or kind == "e":
                    _note(self, address(row, column), kind, formula, value)

    def add_style(self, style: str, place: str) -> None:
        """Record a style and where it is first used."""
        if len(self.styles) < MAX_NOTED:
            self.styles.setdefault(style, place)

    def formulas(self, cells: FormulaCells) -> Iterator[list[str]]:
        """Yield all formulas, about `BATCH` at a time, in the order of their cells.

        A formula that filled-down cells share is written out for each.
        """
        shared = SharedFormulas(self.source)
        places = zip(cells.rows.tolist(), cells.columns.tolist(), strict=True)
        # NUL cannot occur in XML
        unpacked = (zlib.decompress(packed).decode().split("\0") for packed in self._packed)
        for batch in chain(unpacked, [self._batch]):
            yield (
                [_written_out(formula, *next(places), shared) for formula in batch]
                if self.shared
                else batch
            )

    def _pack(self) -> None:
        if self._batch:
            self._packed.append(zlib.compress("\0".join(self._batch).encode(), 1))
            self._batch.clear()
            self._batch_text = 0


def witness(sheet: SheetNode, count: Iterator[int]) -> Witness:
    """Return a witness that fills a sheet while `xlnn.xlsx.package.inspect` reads it."""
    reader = _reader(sheet.nodes, sheet.source.archive, count, sheet)
    next(reader)

    def take(batch: list[Token | PlainRow]) -> None:
        for token in batch:
            reader.send(token)

    return take


_Reader = Generator[None, Token | PlainRow, None]
"""Is sent the tokens of a part, one by one."""


def _reader(
    found: list[Node], archive: Archive, count: Iterator[int], sheet: SheetNode | None = None
) -> _Reader:
    """Collect the elements of a part; contents of cells go to the sheet."""
    parent: Node | None = None
    while True:
        token = yield
        if isinstance(token, Opening):
            if next(count) > MAX_NODES:
                raise archive.refused(
                    f"it holds more than {MAX_NODES:,} elements besides its cells and texts, which "
                    "is more than lint reads; remove charts, formats or links"
                )
            node = Node(token, parent)
            found.append(node)
            if parent is not None:
                parent.children.append(node)
            if sheet is not None and token.main == "sheetData":
                yield from _cells(token.name, sheet)
            else:
                parent = node
        elif parent is None:
            continue  # a blank before or after the one element of a part
        elif isinstance(token, dict):
            parent.attributes = token
        elif is_closing(token):
            parent = parent.parent
        else:
            parent.text += token


def _cells(  # noqa: C901, PLR0912 -- one loop, since calls cost seconds at four million cells
    end: str, sheet: SheetNode
) -> _Reader:
    """Take the cells up to the end of ``sheetData``; `inspect` has refused anything else there."""
    row, column, row_text, columns, add = 0, 0, "", COLUMNS, sheet.used.add_row
    name = text = ""
    attributes: dict[str, str] = {}
    formula: str | None = None
    value: str | None = None
    shared = ""
    while True:
        token = yield
        kind = token.__class__
        if kind is PlainRow:
            sheet.add_plain(token)
            row = int(token.number)
        elif kind is Opening:
            name, text = token.main, ""
            if name == "c":
                attributes, formula, value, column = {}, None, None, column + 1
            elif name == "row":
                row, column = row + 1, 0
                row_text = str(row)
        elif kind is dict:
            if name == "c":
                attributes = token
                if "r" in token:
                    column = columns[token["r"].removesuffix(row_text)]
            elif name == "row":
                row_text = token.get("r", row_text)
                row = int(row_text)
                if "s" in token:
                    sheet.add_style(token["s"], f"{row}:{row}")
            elif name == "f" and token.get("t") == "shared":
                sheet.shared, shared = True, f"{_SHARED}{token.get('si', '')}{_SHARED}"
        elif (closed := _CLOSING.get(token)) is None:
            text += token
        elif closed == "f":
            formula, shared = shared + text, ""
        elif closed == "v":
            value = text
        elif closed == "c":
            add(row, [column])
            style = attributes.get("s")
            if style is not None and style not in sheet.styles:
                sheet.add_style(style, address(row, column))
            if formula is not None:
                sheet.add_formulas((formula,))
            kind = attributes.get("t", "n")
            if not value or kind == "e":
                _note(sheet, address(row, column), kind, formula, value)
        elif token == end:
            return


def _written_out(formula: str, row: int, column: int, shared: SharedFormulas) -> str:
    """Return a cell's formula, given as it is written in the cell."""
    if not formula.startswith(_SHARED):
        return formula
    _, index, text = formula.split(_SHARED)
    attributes = {"t": "shared", "si": index}
    own = shared.stated(row, column, attributes, text)
    return shared.moved(row, column, attributes) if own is None else own


def _note(sheet: SheetNode, place: str, kind: str, formula: str | None, value: str | None) -> None:
    """Record a cell that contains an error or no value."""
    if value:
        bad = value not in ERRORS
    elif kind in {"str", "inlineStr"}:
        bad = False  # an empty text
    elif formula is not None:
        sheet.no_value = sheet.no_value or place
        bad = False
    else:
        # openpyxl writes a cell that only has a style with the type "n" and without <v>
        bad = value is not None or kind != "n"
    if bad and len(sheet.bad_values) < MAX_NOTED:
        sheet.bad_values.append((place, kind, value or ""))
