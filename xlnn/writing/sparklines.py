"""Write sparklines, small charts in single cells.

Programs that do not know the extension show the cells without them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lxml.etree import Element, SubElement

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"
KIND = "{05C60535-1F16-4fd2-B633-F4F36F0B64E0}"
"""What Microsoft calls the extension (MS-XLSX 2.3.1)."""


@dataclass(frozen=True)
class Sparkline:
    """A line through the numbers of some cells.

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
