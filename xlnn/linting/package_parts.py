"""Check the parts of the file: relationships, content types and styles."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise

from xlnn.linting.book import OFFICE, LintedWorkbook, Problem, elements_named, source_of
from xlnn.xlsx.markup import Node
from xlnn.xlsx.parts import FONT_ORDER, TYPES, rels_of

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


_COLOUR = re.compile("[0-9A-Fa-f]{6}")


def package_problems(book: LintedWorkbook) -> Iterator[Problem]:
    """Check how the parts of the file refer to each other."""
    yield from _relationships(book)
    yield from _identities(book)
    yield from _orphans(book)
    yield from _content_types(book)
    yield from _table_headers(book)
    yield from _colours(book)


def _relationships(book: LintedWorkbook) -> Iterator[Problem]:
    for source, lines in book.relationships.items():
        part = rels_of(source)
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


def _identities(book: LintedWorkbook) -> Iterator[Problem]:
    """Look for parts that refer to relationships that they do not have."""
    found = [*book.parts.items(), *((sheet.part, sheet.nodes) for sheet in book.sheets)]
    for part, nodes in found:
        known = {line.identity for line in book.relationships.get(part, ())}
        for node in nodes:
            for key, value in node.attributes.items():
                if OFFICE in key and value and value not in known:
                    yield Problem(
                        "relationship",
                        part,
                        f'<{node.local}> refers to the relationship "{value:.40}", which is not in '
                        f"{rels_of(part)}.",
                    )


def _orphans(book: LintedWorkbook) -> Iterator[Problem]:
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


def _content_types(book: LintedWorkbook) -> Iterator[Problem]:
    types = book.parts[TYPES]
    defaults = {
        node.attributes.get("Extension", "").casefold(): node.attributes.get("ContentType", "")
        for node in elements_named(types, "Default")
    }
    overrides = {
        node.attributes.get("PartName", "").removeprefix("/"): node.attributes.get(
            "ContentType", ""
        )
        for node in elements_named(types, "Override")
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


def _table_headers(book: LintedWorkbook) -> Iterator[Problem]:
    for part, nodes in book.parts.items():
        for table in (node for node in nodes if node.main and node.local == "table"):
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


def _colours(book: LintedWorkbook) -> Iterator[Problem]:
    for part, nodes in book.parts.items():
        for node in elements_named(nodes, "srgbClr"):
            colour = node.attributes.get("val", "")
            if not _COLOUR.fullmatch(colour):
                yield Problem(
                    "colour", part, f'A colour is "{colour:.9}"; expected six hexadecimal digits.'
                )


def _inside(node: Node, name: str) -> list[Node]:
    """Return the elements with a name inside a node, at any depth."""
    return [
        found
        for child in node.children
        for found in ([child] if child.local == name else _inside(child, name))
    ]


_REFERS = {"fontId": "fonts", "fillId": "fills", "borderId": "borders", "xfId": "cellStyleXfs"}
"""What an <xf> refers to: its attribute -> the list that is meant."""


def style_problems(book: LintedWorkbook) -> Iterator[Problem]:
    """Check the styles part and all references to it."""
    counts = {
        node.local: len(node.children)
        for node in book.styles
        if node.main and node.parent is not None and node.parent.local == "styleSheet"
    }
    yield from _font_order(book)
    yield from _formats(book, counts)
    yield from _cells(book, counts)


def _font_order(book: LintedWorkbook) -> Iterator[Problem]:
    for node in elements_named(book.styles, "font"):
        names = [child.local for child in node.children if child.local in FONT_ORDER]
        for before, after in pairwise(names):
            if FONT_ORDER.index(after) <= FONT_ORDER.index(before):
                yield Problem(
                    "font-order",
                    book.styles_part,
                    f"A <font> has <{after}> after <{before}>; the schema has {_listed(names)}.",
                )
                break


def _listed(names: list[str]) -> str:
    return " ".join(f"<{name}>" for name in FONT_ORDER if name in names)


def _formats(book: LintedWorkbook, counts: Mapping[str, int]) -> Iterator[Problem]:
    for node in book.styles:
        if node.parent is None or node.local not in {"xf", "cellStyle"}:
            continue
        for attribute, listed in _REFERS.items():
            yield from _index(
                node, attribute, counts, listed, f"{book.styles_part}, <{node.parent.local}>"
            )


def _cells(book: LintedWorkbook, counts: Mapping[str, int]) -> Iterator[Problem]:
    # without a styles part there is one style, the default
    known = counts.get("cellXfs", 0 if book.styles else 1)
    for sheet in book.sheets:
        for style, place in sheet.styles.items():
            if not _is_below(style, known):
                yield _missing(f"{sheet.title}!{place}", "style", style, "cellXfs", known)
        for node in sheet.nodes:
            if node.local == "col":
                style = node.attributes.get("style", "0")
                if not _is_below(style, max(known, 1)):
                    yield _missing(f"{sheet.title}, <cols>", "style", style, "cellXfs", known)
            elif node.local == "cfRule":
                yield from _index(node, "dxfId", counts, "dxfs", f"{sheet.title}, <cfRule>")


def _index(
    node: Node, attribute: str, counts: Mapping[str, int], listed: str, where: str
) -> Iterator[Problem]:
    """Check an attribute that is an index into a list of the styles part."""
    value, known = node.attributes.get(attribute), counts.get(listed, 0)
    if value is not None and not _is_below(value, known):
        yield _missing(where, attribute, value, listed, known)


def _missing(where: str, attribute: str, value: str, listed: str, known: int) -> Problem:
    return Problem(
        "style-index",
        where,
        f"It refers to {attribute} {value:.9} and <{listed}> has {known}, counted from 0.",
    )


def _is_below(value: str, count: int) -> bool:
    return value.isascii() and value.isdigit() and int(value[:9]) < count
