"""Keep the elements of a workbook that are outside its cells."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from xlnn.linting.used import Used
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.markup import MAX_NODES, Node, crowded
from xlnn.xlsx.sheet_stream import Item, SheetSource, address

ERRORS = frozenset(
    ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA")
)
"""The error values of the format; a cell of the type "e" holds one of them."""

MAX_NOTED = 100_000
"""The most styles and bad values recorded for a sheet; Excel has up to 65,490 styles."""


def kept(archive: Archive, nodes: Iterable[Node], count: Iterator[int]) -> list[Node]:
    """Return elements as a list.

    Parameters
    ----------
    archive : Archive
    nodes : iterable of Node
    count : iterator of int
        Counts the elements of a whole workbook.

    Raises
    ------
    WorkbookError
        The workbook has more than `MAX_NODES`.
    """
    listed = []
    for node in nodes:
        if next(count) > MAX_NODES:
            raise crowded(archive)
        listed.append(node)
    return listed


@dataclass
class SheetNode:
    """A sheet of cells.

    Attributes
    ----------
    source : SheetSource
    count : iterator of int
        Counts the elements of a whole workbook.
    children : list of Node
        The elements inside ``worksheet``; ``sheetData`` is empty.
    nodes : list of Node
        The children and all elements inside them, in the order of their opening tags.
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
    children: list[Node] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    used: Used = field(default_factory=Used)
    styles: dict[str, str] = field(default_factory=dict)
    bad_values: list[tuple[str, str, str]] = field(default_factory=list)
    no_value: str = ""

    @property
    def title(self) -> str:
        """Its name."""
        return self.source.title

    @property
    def part(self) -> str:
        """Its part in the file."""
        return self.source.part

    def take(self, cells: Sequence[Item], aside: Sequence[Item]) -> None:
        """Take cells, elements outside them, and the styles of rows."""
        for item in aside:
            if item[3]:
                self.children.append(item[3])
                self.nodes += kept(self.source.archive, item[3].walk(), self.count)
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
