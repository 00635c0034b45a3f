"""Check the parts of the file, their relationships and their content types."""

import posixpath
from collections import Counter
from collections.abc import Iterator

from xlnn.linting.book import OFFICE, Book, named, source_of
from xlnn.linting.nodes import Node
from xlnn.linting.problem import Problem
from xlnn.xlsx.relationships import TYPES

# fmt: off
KINDS = {
    "officeDocument": "main+xml", "worksheet": "worksheet+xml", "chartsheet": "chartsheet+xml",
    "styles": "styles+xml", "theme": "theme+xml", "sharedStrings": "sharedStrings+xml",
    "drawing": "drawing+xml", "chart": "chart+xml", "table": "table+xml",
    "comments": "comments+xml", "calcChain": "calcChain+xml",
    "core-properties": "core-properties+xml", "extended-properties": "extended-properties+xml",
    "custom-properties": "custom-properties+xml",
}
# fmt: on
"""How the content type of a part ends, by the kind of the relationship that leads to it."""


def package_problems(book: Book) -> Iterator[Problem]:
    """Look at how the parts of the file hang together."""
    yield from _relationships(book)
    yield from _identities(book)
    yield from _orphans(book)
    yield from _content_types(book)
    yield from _table_headers(book)


def _relationships(book: Book) -> Iterator[Problem]:
    for source, lines in book.relationships.items():
        part = _rels_of(source)
        counts = Counter(line.identity for line in lines)
        for identity, count in counts.items():
            if count > 1:
                yield Problem(
                    "relationship",
                    part,
                    f'{count} relationships have the id "{identity:.40}"; expected one.',
                )
        for line in lines:
            if not line.outside and line.target not in book.archive.parts:
                yield Problem(
                    "relationship",
                    part,
                    f'"{line.identity:.40}" leads to "{line.target:.80}", which is not a part of '
                    "this file.",
                )


def _identities(book: Book) -> Iterator[Problem]:
    """Look for parts that refer to a relationship which they do not have."""
    found = [*book.parts.items(), *((sheet.part, sheet.nodes) for sheet in book.sheets)]
    for part, nodes in found:
        known = {line.identity for line in book.relationships.get(part, ())}
        for node in nodes:
            for key, value in node.attributes.items():
                if OFFICE in key and value and value not in known:
                    yield Problem(
                        "relationship",
                        part,
                        f'<{node.name}> refers to the relationship "{value:.40}", which is not in '
                        f"{_rels_of(part)}.",
                    )


def _orphans(book: Book) -> Iterator[Problem]:
    reached, waiting = {""}, [""]
    while waiting:
        for line in book.relationships.get(waiting.pop(), ()):
            if not line.outside and line.target not in reached:
                reached.add(line.target)
                waiting.append(line.target)
    for part in book.archive.parts:
        is_lines = part.endswith(".rels")
        if part != TYPES and (source_of(part) if is_lines else part) not in reached:
            yield Problem(
                "orphan-part", part, "No relationship leads to it; expected one, or no part."
            )


def _content_types(book: Book) -> Iterator[Problem]:
    types = book.parts[TYPES]
    defaults = {
        node.attributes.get("Extension", "").casefold(): node.attributes.get("ContentType", "")
        for node in named(types, "Default")
    }
    overrides = {
        node.attributes.get("PartName", "").removeprefix("/"): node.attributes.get(
            "ContentType", ""
        )
        for node in named(types, "Override")
    }
    for part in overrides:
        if part not in book.archive.parts:
            yield Problem(
                "content-type", TYPES, f'It names "{part:.80}", which is not in the file.'
            )
    kinds = {line.target: line.kind for lines in book.relationships.values() for line in lines}
    for part in book.archive.parts:
        found = overrides.get(part, defaults.get(part.rpartition(".")[2].casefold(), ""))
        wanted = KINDS.get(kinds.get(part, ""), "")
        if part != TYPES and not found:
            yield Problem("content-type", part, f"{TYPES} gives it no type; expected one.")
        elif not found.endswith(wanted):
            yield Problem(
                "content-type",
                part,
                f'Its content type is "{found:.80}"; expected one that ends with "{wanted}".',
            )


def _table_headers(book: Book) -> Iterator[Problem]:
    for part, nodes in book.parts.items():
        for table in (node for node in nodes if node.main and node.name == "table"):
            columns = _inside(table, "tableColumn")
            headers = Counter(column.attributes.get("name", "").casefold() for column in columns)
            for header, count in headers.items():
                if count > 1 or not header:
                    yield Problem(
                        "table-header",
                        part,
                        f'{count} columns have the header "{header:.40}"; expected different ones, '
                        "and none that are empty.",
                    )


def _inside(node: Node, name: str) -> list[Node]:
    """Return the elements of a name inside another one, at any depth."""
    return [
        found
        for child in node.children
        for found in ([child] if child.name == name else _inside(child, name))
    ]


def _rels_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")
