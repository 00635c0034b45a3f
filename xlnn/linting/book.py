"""Read a workbook into the form that lint rules examine."""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from xlnn.linting.nodes import SheetNode, nodes
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.markup import Node
from xlnn.xlsx.package import Package
from xlnn.xlsx.parts import WORKBOOK, read_workbook

OFFICE = "officeDocument/2006/relationships\x01"
"""The beginning of attributes that refer to a relationship, after the host."""


@dataclass(frozen=True)
class Relationship:
    """A line of a ``.rels`` part.

    Attributes
    ----------
    identity : str
        Its id, by which the source refers to it.
    kind : str
        The last word of its type.
    target : str
        The part it leads to; unresolved, where it points outside the file.
    outside : bool
    """

    identity: str
    kind: str
    target: str
    outside: bool


@dataclass(frozen=True)
class LintedWorkbook:
    """A workbook, read once for all rules.

    Attributes
    ----------
    archive : Archive
        The open file.
    contents : Package
        The result of `inspect`.
    sheets : tuple of SheetNode
        The sheets of cells.
    parts : mapping of str to list of Node
        The elements of the parts: workbook, charts, drawings, tables, styles. Sheets, shared texts
        and parts that are not XML are left out.
    relationships : mapping of str to tuple
        Where each part leads to; the package itself is "".
    """

    archive: Archive
    contents: Package
    sheets: tuple[SheetNode, ...]
    parts: Mapping[str, list[Node]]
    relationships: Mapping[str, tuple[Relationship, ...]]

    @property
    def workbook(self) -> list[Node]:
        """The elements of ``xl/workbook.xml``."""
        return self.parts[WORKBOOK]

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """The titles of all sheets, chart sheets included, in the workbook's order."""
        return tuple(
            node.attributes.get("name", "") for node in elements_named(self.workbook, "sheet")
        )

    @cached_property
    def folded_titles(self) -> frozenset[str]:
        """The titles of all sheets, case-folded."""
        return frozenset(map(str.casefold, self.titles))

    @cached_property
    def names(self) -> frozenset[str]:
        """The defined names, case-folded, including those of single sheets."""
        defined = elements_named(self.workbook, "definedName")
        return frozenset(node.attributes.get("name", "").casefold() for node in defined)

    @cached_property
    def styles_part(self) -> str:
        """The name of the styles part; empty if there is none."""
        kinds = {line.kind: line.target for line in self.relationships[WORKBOOK]}
        return kinds.get("styles", "")

    @property
    def styles(self) -> list[Node]:
        """The elements of the styles part."""
        return self.parts.get(self.styles_part, [])


def read_book(
    archive: Archive, contents: Package, sheets: Sequence[SheetNode], count: Iterator[int]
) -> LintedWorkbook:
    """Read a file that `xlnn.xlsx.package.inspect` has accepted, except its sheets.

    Parameters
    ----------
    archive : Archive
    contents : Package
        The result of `inspect`.
    sheets : sequence of SheetNode
        The sheets, as read while `inspect` ran.
    count : iterator of int
        Counts the elements of the workbook.
    """
    book = read_workbook(archive)
    large = {*book.sheets.values(), book.strings}
    parts = {
        part: nodes(archive, part, count)
        for part in archive.parts
        if part not in large and _is_read(part.casefold())
    }
    return LintedWorkbook(
        archive,
        contents,
        tuple(sheets),
        parts,
        {source_of(part): _lines(part, parts[part]) for part in parts if part.endswith(".rels")},
    )


def _is_read(part: str) -> bool:
    """Return whether a part is XML of a known kind."""
    is_known = part.endswith(".xml") and not part.startswith("customxml/")
    return is_known or part.endswith(".rels")


def elements_named(found: list[Node], name: str) -> list[Node]:
    """Return the elements with a name."""
    return [node for node in found if node.local == name]


def source_of(part: str) -> str:
    """Return the part whose relationships a ``.rels`` part holds; "" is the package.

    >>> source_of("xl/_rels/workbook.xml.rels"), source_of("_rels/.rels")
    ('xl/workbook.xml', '')
    """
    folder, name = posixpath.split(part)
    return posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))


def _lines(part: str, found: list[Node]) -> tuple[Relationship, ...]:
    folder = posixpath.dirname(source_of(part))
    return tuple(_line(folder, node.attributes) for node in elements_named(found, "Relationship"))


def _line(folder: str, attributes: Mapping[str, str]) -> Relationship:
    target = attributes.get("Target", "")
    outside = attributes.get("TargetMode", "Internal") != "Internal"
    if not outside:
        target = posixpath.normpath(posixpath.join("/", folder, target.partition("#")[0]))[1:]
    kind = attributes.get("Type", "").rpartition("/")[2]
    return Relationship(attributes.get("Id", ""), kind, target, outside)


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
        "colour": "A colour of a chart or a drawing has six hexadecimal digits.",
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
