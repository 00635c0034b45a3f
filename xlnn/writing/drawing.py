"""What a sheet shows beside its quantities: headings, notes, charts, colours and widths.

The sheets of ``xlnn.workbooks`` fill a `Drawing`; `xlnn.writing.workbook` writes it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml.etree import Element, SubElement
from openpyxl.chart._chart import ChartBase
from openpyxl.drawing.spreadsheet_drawing import TwoCellAnchor
from openpyxl.formatting.rule import Rule
from openpyxl.worksheet.datavalidation import DataValidation

from xlnn.address import address
from xlnn.layout import Block
from xlnn.writing.style import PLAIN, Look, diverging_scale

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"
KIND = "{05C60535-1F16-4fd2-B633-F4F36F0B64E0}"
"""What Microsoft calls the extension (MS-XLSX 2.3.1)."""


@dataclass(frozen=True)
class Sparkline:
    """A line through the numbers of some cells, which programs without the extension leave out.

    Attributes
    ----------
    cells : str
        The range with its sheet: ``Weights!B4:B54``.
    at : str
        The address of the cell that shows it.
    colour : str
    """

    cells: str
    at: str
    colour: str


def extension(lines: Sequence[Sparkline]) -> Element:
    """Return the element that ends a sheet's part: a group for each colour.

    >>> from lxml.etree import tostring
    >>> b"<xm:f>Weights!B4:B54</xm:f>" in tostring(
    ...     extension([Sparkline("Weights!B4:B54", "B2", "6B7785")]))
    True
    """
    root = Element(f"{{{MAIN}}}extLst", nsmap={None: MAIN})
    ext = SubElement(root, f"{{{MAIN}}}ext", {"uri": KIND}, nsmap={"x14": X14})
    groups = SubElement(ext, f"{{{X14}}}sparklineGroups", nsmap={"xm": XM})
    for colour in dict.fromkeys(line.colour for line in lines):
        shown = {"displayEmptyCellsAs": "gap", "lineWeight": "1"}
        group = SubElement(groups, f"{{{X14}}}sparklineGroup", shown)
        SubElement(group, f"{{{X14}}}colorSeries", {"rgb": f"FF{colour}"})
        inside = SubElement(group, f"{{{X14}}}sparklines")
        for line in lines:
            if line.colour == colour:
                one = SubElement(inside, f"{{{X14}}}sparkline")
                SubElement(one, f"{{{XM}}}f").text = line.cells
                SubElement(one, f"{{{XM}}}sqref").text = line.at
    return root


@dataclass
class Drawing:
    """Everything on a sheet that is no quantity.

    Attributes
    ----------
    cells : dict
        Texts and numbers with their looks, by row and then by column.
    widths : dict
        The width of columns, by their number.
    heights : dict
        The height of rows.
    looks : dict
        How a quantity is to look, by its name, where its sheet wants it otherwise than in a table.
    freeze : (int, int) or None
        The first row and column that scroll.
    repeat : int
        The last of the rows that are printed again at the top of each page; 0 for none.
    repeat_from : int
        The first of them.
    charts : list of (str or anchor, chart)
        Charts and the cells at which they stand, or over which they lie.
    sparklines : list of Sparkline
        Lines in single cells.
    validations : list of DataValidation
        What may be typed into which cells.
    colours : list of (str, Rule)
        Ranges whose colours follow their values.
    links : dict
        For a cell, by its address, the cell that it leads to.
    files : dict
        For a cell, by its address, the file beside the workbook that it leads to.
    gridlines : bool
    part : str
        What is said below its pages if not all of it is printed.
    sparse : set of str
        The names of quantities most of whose cells are empty: no page is printed for them alone.
    names : dict of str
        Hidden names that the sheet alone knows, and what they stand for.
    opens : bool
        Whether the workbook opens on it.
    tab : str
        What the sheet is for, a key of `xlnn.writing.style.TABS`: its tab has that colour.
    cursor : str
        The cell that is selected first; by default A1.
    is_hidden : bool
        Whether the sheet is hidden: other sheets show what it computes. A person can unhide it.
    folded_rows, folded_columns : set of int
        Those that are grouped and closed at first; a click on the + beside them opens them.
    """

    cells: dict[int, dict[int, tuple[str | int | float, Look]]] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    looks: dict[str, Look] = field(default_factory=dict)
    freeze: tuple[int, int] | None = None
    repeat: int = 0
    repeat_from: int = 1
    charts: list[tuple[str | TwoCellAnchor, ChartBase]] = field(default_factory=list)
    sparklines: list[Sparkline] = field(default_factory=list)
    validations: list[DataValidation] = field(default_factory=list)
    colours: list[tuple[str, Rule]] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    gridlines: bool = True
    part: str = ""
    sparse: set[str] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)
    opens: bool = False
    tab: str = ""
    cursor: str = ""
    is_hidden: bool = False
    folded_rows: set[int] = field(default_factory=set)
    folded_columns: set[int] = field(default_factory=set)

    def put(self, row: int, column: int, value: str | float, look: Look = PLAIN) -> None:
        """Write a text or a number into a cell."""
        self.cells.setdefault(row, {})[column] = (value, look)

    def make_room(self, row: int) -> None:
        """Move what stands in a row and below down by one: cells, heights and links."""
        self.cells = {at + (at >= row): cells for at, cells in self.cells.items()}
        self.heights = {at + (at >= row): height for at, height in self.heights.items()}
        self.folded_rows = {at + (at >= row) for at in self.folded_rows}
        for kept in ("links", "files"):
            moved = {_below(cell, row): target for cell, target in getattr(self, kept).items()}
            setattr(self, kept, moved)

    def fold_columns(self, *blocks: Block) -> None:
        """Close the columns of some blocks at first."""
        for block in blocks:
            self.folded_columns |= {*range(block.column, block.last[1] + 1)}

    def colour(self, block: Block, *rules: Rule) -> None:
        """Let the colours of a block's cells follow their values."""
        self.colours += ((cell_range(block), rule) for rule in rules)

    def colour_around_0(
        self, block: Block, *others: Block, is_read: bool = True, typed: bool = False
    ) -> None:
        """Let the colours of blocks follow their values to either side of 0, by one scale.

        They are full where the numbers are not read; 0 is yellow where they may be typed.
        """
        rule = diverging_scale(fixed_range(block), is_read=is_read, typed=typed)
        for each in (block, *others):
            self.colour(each, rule)


def _below(cell: str, row: int) -> str:
    """Return the address of a cell after room was made for a row.

    >>> _below("B7", 7), _below("B6", 7)
    ('B8', 'B6')
    """
    column, at = re.fullmatch("([A-Z]+)([0-9]+)", cell).groups()  # type: ignore[union-attr]
    return f"{column}{int(at) + (int(at) >= row)}"


def fixed_range(block: Block) -> str:
    """Return the rectangle that holds a block, with ``$``."""
    return re.sub("([A-Z]+)([0-9]+)", r"$\1$\2", cell_range(block))


def cell_range(block: Block) -> str:
    """Return the rectangle that holds a block."""
    return f"{address(block.row, block.column)}:{address(*block.last)}"
