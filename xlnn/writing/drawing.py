"""Describe a sheet besides its quantities: headings, notes, charts, colours and widths.

The sheets of ``xlnn.workbooks`` fill a `Drawing`; `xlnn.writing.workbook` writes it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from lxml.etree import Element, SubElement
from openpyxl.chart._chart import ChartBase
from openpyxl.drawing.spreadsheet_drawing import TwoCellAnchor
from openpyxl.formatting.rule import Rule
from openpyxl.worksheet.datavalidation import DataValidation

from xlnn.block import Block
from xlnn.grid import address
from xlnn.reference import Arrays
from xlnn.writing.style import NOTE, PLAIN, Look, diverging_scale, ink_scale, on_ink

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"
KIND = "{05C60535-1F16-4fd2-B633-F4F36F0B64E0}"
"""What Microsoft calls the extension (MS-XLSX 2.3.1)."""


COURSE = "9AA5B1"
"""The colour of sparklines: pale enough to be read over."""


def extension(lines: Mapping[str, str]) -> Element:
    """Return the extension element of a sheet with sparklines, which other programs ignore.

    Parameters
    ----------
    lines : dict
        The range with its sheet of each line, by the address of the cell that shows it.

    >>> from lxml.etree import tostring
    >>> b"<xm:f>Weights!B4:B54</xm:f>" in tostring(extension({"B2": "Weights!B4:B54"}))
    True
    """
    root = Element(f"{{{MAIN}}}extLst", nsmap={None: MAIN})
    ext = SubElement(root, f"{{{MAIN}}}ext", {"uri": KIND}, nsmap={"x14": X14})
    groups = SubElement(ext, f"{{{X14}}}sparklineGroups", nsmap={"xm": XM})
    shown = {"displayEmptyCellsAs": "gap", "lineWeight": "1"}
    group = SubElement(groups, f"{{{X14}}}sparklineGroup", shown)
    SubElement(group, f"{{{X14}}}colorSeries", {"rgb": f"FF{COURSE}"})
    inside = SubElement(group, f"{{{X14}}}sparklines")
    for at, cells in lines.items():
        line = SubElement(inside, f"{{{X14}}}sparkline")
        SubElement(line, f"{{{XM}}}f").text = cells
        SubElement(line, f"{{{XM}}}sqref").text = at
    return root


@dataclass
class Drawing:
    """Everything on a sheet except its quantities.

    Attributes
    ----------
    cells : dict
        Texts and numbers with their looks, by row and then by column.
    widths : dict
        The width of columns, by their number.
    heights : dict
        The height of rows.
    looks : dict
        The look of a quantity, by its name, if it differs from that in tables.
    freeze : (int, int) or None
        The first row and column that scroll.
    repeat : int
        The last of the rows repeated at the top of each printed page; 0 for none.
    repeat_from : int
        The first of them.
    charts : list of (str or anchor, chart)
        Charts with the cell or the anchor of each.
    whole : list of (int, int)
        The first and last of rows that belong on one page.
    picture : chart or None
        The chart to show on the Guide, if no sheet has it.
    sparklines : dict
        The range of the numbers that a cell shows as a line, with its sheet, by its address.
    validations : list of DataValidation
        What may be typed into which cells.
    colours : list of (str, Rule)
        Ranges with colour rules.
    marks : list of (str, Rule)
        Those that come before number formats by rules: LibreOffice applies one rule to a cell.
    links : dict
        The cell that a cell links to, or the file beside the workbook, by its address.
    gridlines : bool
    names : dict of str
        Hidden names local to the sheet, and what they stand for.
    opens : bool
        Whether the workbook opens on it.
    tab : str
        The purpose of the sheet, a key of `xlnn.writing.style.TABS` for the colour of its tab.
    cursor : str
        The cell that is selected first; by default A1.
    is_hidden : bool
        Whether the sheet is hidden, since other sheets show its results. Users can unhide it.
    folded_rows, folded_columns : set of int
        Rows and columns that are grouped and collapsed at first; the + beside them expands them.
    ending : Ending or None
        Rows and columns that are collapsed depending on a number of the workbook.
    """

    cells: dict[int, dict[int, tuple[str | int | float, Look]]] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    looks: dict[str, Look] = field(default_factory=dict)
    freeze: tuple[int, int] | None = None
    repeat: int = 0
    repeat_from: int = 1
    charts: list[tuple[str | TwoCellAnchor, ChartBase]] = field(default_factory=list)
    whole: list[tuple[int, int]] = field(default_factory=list)
    picture: ChartBase | None = None
    sparklines: dict[str, str] = field(default_factory=dict)
    validations: list[DataValidation] = field(default_factory=list)
    colours: list[tuple[str, Rule]] = field(default_factory=list)
    marks: list[tuple[str, Rule]] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    gridlines: bool = True
    names: dict[str, str] = field(default_factory=dict)
    opens: bool = False
    tab: str = ""
    cursor: str = ""
    is_hidden: bool = False
    folded_rows: set[int] = field(default_factory=set)
    folded_columns: set[int] = field(default_factory=set)
    ending: "Ending | None" = None

    def put(self, row: int, column: int, value: str | float, look: Look = PLAIN) -> None:
        """Write a text or a number into a cell."""
        self.cells.setdefault(row, {})[column] = (value, look)

    def colour(self, block: Block, *rules: Rule) -> None:
        """Add rules for the colours of a block's cells."""
        self.colours += ((cell_range(block), rule) for rule in rules)

    def colour_ink(self, block: Block, *, typed: bool) -> None:
        """Show numbers from 0 to 1 as shades of ink, and write readably on them."""
        self.colour(block, ink_scale(typed=typed), *on_ink(address(block.row, block.column)))

    def colour_around_0(
        self, block: Block, *others: Block, is_read: bool = True, typed: bool = False
    ) -> None:
        """Colour blocks by one scale around 0.

        The colours are strong if the numbers are not read; 0 is yellow if the cells are editable.
        """
        rule = diverging_scale(fixed_range(block), is_read=is_read, typed=typed)
        for coloured in (block, *others):
            self.colour(coloured, rule)


@dataclass(frozen=True)
class Ending:
    """Rows and columns to collapse since nothing changes in them any more.

    Attributes
    ----------
    last : str
        The quantity whose value is the number of the last entry along an axis that stays in view.
    rows, columns : dict of int
        The number of the earliest entry in each row and in each column.
    row : int
        The row of the note, in the first column.
    note : str
        What to write there if anything is collapsed; ``{number}`` is that of the last entry.
    """

    last: str
    rows: Mapping[int, float]
    columns: Mapping[int, float]
    row: int
    note: str


def with_ending(drawing: Drawing, values: Arrays) -> Drawing:
    """Return a drawing whose rows and columns after the last entry that matters are collapsed.

    Of several runs the latest last entry counts. Nothing is collapsed if it is not a number.
    """
    ending = drawing.ending
    last = [] if ending is None else np.ravel(values.get(ending.last, ())).tolist()
    if ending is None or not last or not all(isinstance(number, float) for number in last):
        return drawing
    number = max(last)
    rows, columns = (
        {at for at, earliest in of.items() if earliest > number}
        for of in (ending.rows, ending.columns)
    )
    if not rows and not columns:
        return drawing
    note = {1: (ending.note.format(number=f"{number:g}"), NOTE)}
    return replace(
        drawing,
        cells=drawing.cells | {ending.row: drawing.cells.get(ending.row, {}) | note},
        folded_rows=drawing.folded_rows | rows,
        folded_columns=drawing.folded_columns | columns,
    )


def fixed_range(block: Block) -> str:
    """Return the range of a block, with ``$``."""
    return re.sub("([A-Z]+)([0-9]+)", r"$\1$\2", cell_range(block))


def cell_range(block: Block) -> str:
    """Return the range of a block."""
    return f"{address(block.row, block.column)}:{address(*block.last)}"
