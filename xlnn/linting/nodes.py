"""Read a part of a workbook as a tree, and a sheet without its cells."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

from xlnn.linting.used import Used
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.cells import SheetSource
from xlnn.xlsx.markup import Opening, Token, is_closing, tokens
from xlnn.xlsx.plain_rows import PlainRow
from xlnn.xlsx.sheet_stream import Item, address

ERRORS = frozenset(
    ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA")
)
"""The error values of the format; a cell of the type "e" holds one of them."""


MAX_NODES = 1_000_000
"""Elements beside cells and texts, kept in memory. A workbook of xlnn has some thousand, and twice
as many as a chart has points where a spreadsheet program stored these."""

MAX_NOTED = 100_000
"""The most styles and bad values recorded for a sheet; Excel has up to 65,490 styles."""


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
    count : iterator of int
        Counts the elements of a whole workbook.
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
    count: Iterator[int]
    nodes: list[Node] = field(default_factory=list)
    used: Used = field(default_factory=Used)
    styles: dict[str, str] = field(default_factory=dict)
    bad_values: list[tuple[str, str, str]] = field(default_factory=list)
    no_value: str = ""

    def __post_init__(self) -> None:
        """Begin to collect elements."""
        self._reader = _reader(self.nodes, self.source.archive, self.count)
        next(self._reader)

    @property
    def title(self) -> str:
        """Its name."""
        return self.source.title

    @property
    def part(self) -> str:
        """Its part in the file."""
        return self.source.part

    def take_tokens(self, batch: list[Token | PlainRow]) -> None:
        """Take the elements outside the cells."""
        for token in batch:
            self._reader.send(token)

    def take_cells(self, cells: Sequence[Item], aside: Sequence[Item]) -> None:
        """Take cells, and the styles of rows."""
        self.used.add([item[0] for item in cells], [item[1] for item in cells])
        first = {item[6]: item for item in (*reversed(cells), *aside)}
        for style, (row, column, *_) in first.items():
            if style is not None and len(self.styles) < MAX_NOTED:
                place = address(row, column) if row else f"{column}:{column}"
                self.styles.setdefault(style, place)
        for item in cells:
            if not item[5] or item[2] == "e":
                self._note(item)

    def _note(self, cell: Item) -> None:
        """Record a cell that contains an error or no value."""
        row, column, kind, attributes, _, value, _ = cell
        place = address(row, column)
        if value:
            bad = value not in ERRORS
        elif kind in {"str", "inlineStr"}:
            bad = False  # an empty text
        elif attributes is not None:
            self.no_value = self.no_value or place
            bad = False
        else:
            # openpyxl writes a cell that only has a style with the type "n" and without <v>
            bad = value is not None or kind != "n"
        if bad and len(self.bad_values) < MAX_NOTED:
            self.bad_values.append((place, kind, value or ""))


_Reader = Generator[None, Token | PlainRow, None]
"""Is sent the tokens of a part, one by one."""


def _reader(found: list[Node], archive: Archive, count: Iterator[int]) -> _Reader:
    """Collect the elements of a part, without the cells of a sheet."""
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
            if token.main == "sheetData":
                while (yield) != token.name:
                    pass
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
