"""Read a part of a workbook as a tree, and a sheet without its cells."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from xlnn.linting.used import Used
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.cells import SheetSource
from xlnn.xlsx.markup import MAIN, Opening, Token, is_closing, tokens
from xlnn.xlsx.plain_rows import PlainRow
from xlnn.xlsx.sheet_stream import COLUMNS, Witness, address

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
    """

    source: SheetSource
    nodes: list[Node] = field(default_factory=list)
    used: Used = field(default_factory=Used)
    styles: dict[str, str] = field(default_factory=dict)
    bad_values: list[tuple[str, str, str]] = field(default_factory=list)
    no_value: str = ""
    _row_of_styles: list[str | None] = field(default_factory=list)

    @property
    def title(self) -> str:
        """Its name."""
        return self.source.title

    @property
    def part(self) -> str:
        """Its part in the file."""
        return self.source.part

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
        if "e" in kinds or not all(values):
            for column, kind, formula, value in zip(columns, kinds, formulas, values, strict=True):
                if not value or kind == "e":
                    _note(self, address(row, column), kind, value, computed=formula is not None)

    def add_style(self, style: str, place: str) -> None:
        """Record a style and where it is first used."""
        if len(self.styles) < MAX_NOTED:
            self.styles.setdefault(style, place)


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
    value: str | None = None
    computed = False
    while True:
        token = yield
        kind = token.__class__
        if kind is PlainRow:
            sheet.add_plain(token)
            row = int(token.number)
        elif kind is Opening:
            name, text = token.main, ""
            if name == "c":
                attributes, value, computed, column = {}, None, False, column + 1
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
        elif (closed := _CLOSING.get(token)) is None:
            text += token
        elif closed == "f":
            computed = True
        elif closed == "v":
            value = text
        elif closed == "c":
            add(row, [column])
            style = attributes.get("s")
            if style is not None and style not in sheet.styles:
                sheet.add_style(style, address(row, column))
            kind = attributes.get("t", "n")
            if not value or kind == "e":
                _note(sheet, address(row, column), kind, value, computed=computed)
        elif token == end:
            return


def _note(sheet: SheetNode, place: str, kind: str, value: str | None, *, computed: bool) -> None:
    """Record a cell that contains an error or no value."""
    if value:
        bad = value not in ERRORS
    elif kind in {"str", "inlineStr"}:
        bad = False  # an empty text
    elif computed:
        sheet.no_value = sheet.no_value or place
        bad = False
    else:
        # openpyxl writes a cell that only has a style with the type "n" and without <v>
        bad = value is not None or kind != "n"
    if bad and len(sheet.bad_values) < MAX_NOTED:
        sheet.bad_values.append((place, kind, value or ""))
