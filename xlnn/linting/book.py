"""Read a workbook into the form that lint rules examine."""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from xlnn.linting.nodes import SheetNode, kept
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.markup import Node, elements
from xlnn.xlsx.package import Package
from xlnn.xlsx.parts import WORKBOOK, read_workbook, resolved

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
    titles : tuple of str
        The titles of all sheets, chart sheets included, in the workbook's order.
    """

    archive: Archive
    contents: Package
    sheets: tuple[SheetNode, ...]
    parts: Mapping[str, list[Node]]
    relationships: Mapping[str, tuple[Relationship, ...]]
    titles: tuple[str, ...]

    @property
    def workbook(self) -> list[Node]:
        """The elements of ``xl/workbook.xml``."""
        return self.parts[WORKBOOK]

    @cached_property
    def names(self) -> frozenset[str]:
        """The defined names, case-folded, including those of single sheets."""
        return frozenset(name.casefold() for _, name in self.contents.defined)

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
        part: kept(archive, elements(archive, part), count)
        for part in archive.parts
        if part not in large and _is_read(part.casefold())
    }
    relationships = {
        source_of(part): tuple(_relationships(source_of(part), nodes))
        for part, nodes in parts.items()
        if part.endswith(".rels")
    }
    return LintedWorkbook(archive, contents, tuple(sheets), parts, relationships, book.listed)


def _is_read(part: str) -> bool:
    """Return whether a part is XML of a known kind."""
    is_known = part.endswith(".xml") and not part.startswith("customxml/")
    return is_known or part.endswith(".rels")


def elements_named(nodes: list[Node], name: str) -> list[Node]:
    """Return the elements with a name."""
    return [node for node in nodes if node.local == name]


def source_of(part: str) -> str:
    """Return the part whose relationships a ``.rels`` part holds; "" is the package.

    >>> source_of("xl/_rels/workbook.xml.rels"), source_of("_rels/.rels")
    ('xl/workbook.xml', '')
    """
    folder, name = posixpath.split(part)
    return posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))


def _relationships(source: str, nodes: list[Node]) -> Iterator[Relationship]:
    for node in elements_named(nodes, "Relationship"):
        attributes = node.attributes
        target, outside = (
            attributes.get("Target", ""),
            attributes.get("TargetMode", "Internal") != "Internal",
        )
        leads = target if outside else resolved(source, target.partition("#")[0])
        yield Relationship(
            attributes.get("Id", ""), attributes.get("Type", "").rpartition("/")[2], leads, outside
        )


@dataclass(frozen=True)
class Problem:
    """Something in a workbook that a spreadsheet program may stumble over.

    Attributes
    ----------
    rule : str
        One of `xlnn.linting.RULES`.
    where : str
        A cell (``Training!R7``), a sheet, or a part of the file (``xl/styles.xml``).
    message : str
        One sentence: what was found, and what was expected.
    """

    rule: str
    where: str
    message: str


Finding = tuple[str, str]
"""Where a rule is broken, and the message: what a `Problem` has besides its rule."""
