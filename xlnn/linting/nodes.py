"""Read a part of a workbook as a tree, and a sheet without its cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from xlnn.linting.used import Used
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.markup import MAX_NODES, Node, crowded, trees
from xlnn.xlsx.sheet_stream import Item, SheetSource, address

ERRORS = frozenset(
    ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA")
)
"""The error values of the format; a cell of the type "e" holds one of them."""

MAX_NOTED = 100_000
"""The most styles and bad values recorded for a sheet; Excel has up to 65,490 styles."""


def keep(archive: Archive, tree: Node, count: Iterator[int]) -> None:
    """Append a tree that `trees` yields to the children of its parent.

    Parameters
    ----------
    archive : Archive
    tree : Node
    count : iterator of int
        Counts the elements of a whole workbook.

    Raises
    ------
    WorkbookError
        There are more than `MAX_NODES`.
    """
    if any(next(count) > MAX_NODES for _ in tree.walk()):
        raise crowded(archive)
    if tree.parent is not None:
        tree.parent.children.append(tree)


def nodes(archive: Archive, part: str, count: Iterator[int]) -> list[Node]:
    """Read a part that is not a sheet; return its elements in the order of their opening tags."""
    for root in trees(archive, part):
        keep(archive, root, count)
    return [*root.walk()]


@dataclass
class SheetNode:
    """A sheet of cells.

    Attributes
    ----------
    source : SheetSource
    count : iterator of int
        Counts the elements of a whole workbook.
    children : list of Node
        The elements outside the cells, inside ``worksheet``; ``sheetData`` is empty.
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

    @property
    def nodes(self) -> list[Node]:
        """The elements outside the cells, in the order of their opening tags."""
        return [node for child in self.children for node in child.walk()]

    def take(self, cells: Sequence[Item], aside: Sequence[Item]) -> None:
        """Take cells, elements outside them, and the styles of rows."""
        for item in aside:
            if item[3]:
                keep(self.source.archive, item[3], self.count)
                self.children = item[3].parent.children
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
