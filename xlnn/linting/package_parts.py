"""Check the parts of the file: relationships, content types and styles."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from xlnn.linting.book import OFFICE, Finding, LintedWorkbook, elements_named, source_of
from xlnn.xlsx.parts import FONT_ORDER, TYPES, rels_of
from xlnn.xlsx.parts import content_types as types_of

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


def relationships(book: LintedWorkbook) -> Iterator[Finding]:
    """Check that relationships have different ids and lead to parts that are there."""
    for source, lines in book.relationships.items():
        part = rels_of(source)
        counts = Counter(line.identity for line in lines)
        for identity, count in counts.items():
            if count > 1:
                yield part, f'{count} relationships have the id "{identity:.40}"; expected one.'
        for line in lines:
            if not line.outside and line.target not in book.archive.parts:
                message = (
                    f'"{line.identity:.40}" leads to "{line.target:.80}", which is not a part of '
                    "this file."
                )
                yield part, message
    yield from _identities(book)


def _identities(book: LintedWorkbook) -> Iterator[Finding]:
    """Look for parts that refer to relationships that they do not have."""
    nodes_of = [*book.parts.items(), *((sheet.part, sheet.nodes) for sheet in book.sheets)]
    for part, nodes in nodes_of:
        known = {line.identity for line in book.relationships.get(part, ())}
        for node in nodes:
            for key, value in node.attributes.items():
                if OFFICE in key and value and value not in known:
                    message = (
                        f'<{node.local}> refers to the relationship "{value:.40}", which is not in '
                        f"{rels_of(part)}."
                    )
                    yield part, message


def orphans(book: LintedWorkbook) -> Iterator[Finding]:
    """Check that every part of the file is reached by relationships from the workbook."""
    reached, waiting = {""}, [""]
    while waiting:
        for line in book.relationships.get(waiting.pop(), ()):
            if not line.outside and line.target not in reached:
                reached.add(line.target)
                waiting.append(line.target)
    for part in book.archive.parts:
        is_lines = part.endswith(".rels")
        if part != TYPES and (source_of(part) if is_lines else part) not in reached:
            yield part, "No relationship leads to it; expected one, or no part."


def content_types(book: LintedWorkbook) -> Iterator[Finding]:
    """Check that every part has the content type of its kind, and every type its part."""
    types = types_of(book.archive)
    for node in elements_named(book.parts[TYPES], "Override"):
        part = node.attributes.get("PartName", "").removeprefix("/")
        if part not in book.archive.parts:
            yield TYPES, f'It names "{part:.80}", which is not in the file.'
    kinds = {line.target: line.kind for lines in book.relationships.values() for line in lines}
    for part in book.archive.parts:
        ending = f"*.{part.rpartition('.')[2]}"
        kind = types.get(f"/{part}".casefold(), types.get(ending.casefold(), ""))
        wanted = KINDS.get(kinds.get(part, ""), "")
        if part != TYPES and not kind:
            yield part, f"{TYPES} gives it no type; expected one."
        elif not kind.endswith(wanted):
            yield (
                part,
                f'Its content type is "{kind:.80}"; expected one that ends with "{wanted}".',
            )


def table_headers(book: LintedWorkbook) -> Iterator[Finding]:
    """Check that the columns of a table have different headers."""
    for part, nodes in book.parts.items():
        columns = (node for node in nodes if node.main == "tableColumn")
        headers = Counter(column.attributes.get("name", "").casefold() for column in columns)
        for header, count in headers.items():
            if count > 1 or not header:
                message = (
                    f'{count} columns have the header "{header:.40}"; expected different ones, and '
                    "none that are empty."
                )
                yield part, message


def colours(book: LintedWorkbook) -> Iterator[Finding]:
    """Check that a colour of a chart or a drawing has six hexadecimal digits."""
    for part, nodes in book.parts.items():
        for node in elements_named(nodes, "srgbClr"):
            colour = node.attributes.get("val", "")
            if not _COLOUR.fullmatch(colour):
                yield part, f'A colour is "{colour:.9}"; expected six hexadecimal digits.'


_XF = {"fontId": "fonts", "fillId": "fills", "borderId": "borders", "xfId": "cellStyleXfs"}
_REFERS = {"xf": _XF, "cellStyle": _XF, "col": {"style": "cellXfs"}, "cfRule": {"dxfId": "dxfs"}}
"""What an element refers to: its attribute -> the list that is meant."""


def font_order(book: LintedWorkbook) -> Iterator[Finding]:
    """Check that the elements of a font are in the order of the schema."""
    for node in elements_named(book.styles, "font"):
        names = [child.local for child in node.children if child.local in FONT_ORDER]
        for before, after in pairwise(names):
            if FONT_ORDER.index(after) <= FONT_ORDER.index(before):
                yield (
                    book.styles_part,
                    f"A <font> has <{after}> after <{before}>; the schema has {_listed(names)}.",
                )
                break


def _listed(names: list[str]) -> str:
    return " ".join(f"<{name}>" for name in FONT_ORDER if name in names)


def style_indices(book: LintedWorkbook) -> Iterator[Finding]:
    """Check that a style, font, fill, border or format that is referred to exists."""
    counts = {
        node.local: len(node.children)
        for node in book.styles
        if node.main and node.parent is not None and node.parent.local == "styleSheet"
    }
    if not book.styles:
        counts["cellXfs"] = 1  # the default
    for where, attribute, value, listed in _style_references(book):
        known = counts.get(listed, 0)
        if not (value.isascii() and value.isdigit() and int(value[:9]) < known):
            yield (
                where,
                f"It refers to {attribute} {value:.9} and <{listed}> has {known}, counted from 0.",
            )


def _style_references(book: LintedWorkbook) -> Iterator[tuple[str, str, str, str]]:
    """Yield where a style is referred to, by which attribute, its index, and the list meant."""
    of_sheets = ((sheet.title, sheet.nodes) for sheet in book.sheets)
    for place, nodes in ((book.styles_part, book.styles), *of_sheets):
        for node in nodes:
            for attribute, listed in _REFERS.get(node.local, {}).items():
                if attribute in node.attributes and node.parent is not None:
                    where = f"{place}, <{node.parent.local}>"
                    yield where, attribute, node.attributes[attribute], listed
    for sheet in book.sheets:
        for style, place in sheet.styles.items():
            yield f"{sheet.title}!{place}", "style", style, "cellXfs"
