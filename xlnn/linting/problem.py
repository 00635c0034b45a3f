"""A problem that lint reports."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Problem:
    """Something in a workbook that a spreadsheet program may stumble over.

    Attributes
    ----------
    rule : str
        One of `RULES`.
    where : str
        A cell (``Training!R7``), a sheet, or a part of the file (``xl/styles.xml``).
    message : str
        One sentence: what was found, and what was expected.
    """

    rule: str
    where: str
    message: str


RULES: Mapping[str, str] = MappingProxyType(
    {
        "formula-syntax": "A formula can be parsed, within the limits of Excel and the engines.",
        "arguments": "A function has as many arguments as Excel takes, 255 at most.",
        "unlike-ranges": "Ranges that a function or an operation pairs have shapes that fit.",
        "unknown-name": "A word in a formula is a cell or a defined name.",
        "reference": "Every cell that a formula, a name or a chart refers to exists.",
        "uncomputed": "Formulas have a cached value, or the workbook asks to be computed.",
        "cell-value": "A cell holds a value of its type, or none.",
        "style-index": "A style, font, fill, border or format that is referred to exists.",
        "font-order": "The elements of a font are in the order of the schema.",
        "element-order": "The elements of a sheet are in the order of the schema, each once.",
        "column-widths": "The columns of <cols> go from left to right and do not overlap.",
        "merge": "Merged ranges do not overlap and cover no formula.",
        "range": "A validation, a conditional format or a link has a range inside the grid.",
        "validation-text": "The texts of a data validation are as short as Excel wants them.",
        "hyperlink": "A link inside the workbook points at a sheet, a cell or a name of it.",
        "sheets": "Sheets have different numbers, one is visible, and the sheet to show first "
        "exists.",
        "sheet-name": "A sheet has a name that Excel allows.",
        "defined-name": "A defined name is allowed by Excel, is not a cell address and is there "
        "once.",
        "table-header": "The columns of a table have different headers.",
        "orphan-part": "Every part of the file is reached by relationships from the workbook.",
        "relationship": "Relationships have different ids and lead to parts that are there.",
        "content-type": "Every part has the content type of its kind, and every type its part.",
    }
)
"""The rules: what is true in a workbook without problems."""
