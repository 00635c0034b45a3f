"""Check that the styles in use exist and that fonts follow the order of the schema."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from xlnn.linting.book import Book, named
from xlnn.linting.nodes import Node
from xlnn.linting.problem import Problem
from xlnn.xlsx.parts import FONT_ORDER

_REFERS = {"fontId": "fonts", "fillId": "fills", "borderId": "borders", "xfId": "cellStyleXfs"}
"""What an <xf> refers to: its attribute -> the list that is meant."""


def style_problems(book: Book) -> Iterator[Problem]:
    """Look at the part with the styles, and at whoever refers to it."""
    counts = {
        node.name: len(node.children)
        for node in book.styles
        if node.main and node.parent is not None and node.parent.name == "styleSheet"
    }
    yield from _font_order(book)
    yield from _formats(book, counts)
    yield from _cells(book, counts)


def _font_order(book: Book) -> Iterator[Problem]:
    for node in named(book.styles, "font"):
        names = [child.name for child in node.children if child.name in FONT_ORDER]
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


def _formats(book: Book, counts: Mapping[str, int]) -> Iterator[Problem]:
    for node in book.styles:
        if node.parent is None or node.name not in {"xf", "cellStyle"}:
            continue
        for attribute, listed in _REFERS.items():
            yield from _index(
                node, attribute, counts, listed, f"{book.styles_part}, <{node.parent.name}>"
            )


def _cells(book: Book, counts: Mapping[str, int]) -> Iterator[Problem]:
    # without a part for styles, there is the one style that all programs know
    known = counts.get("cellXfs", 0 if book.styles else 1)
    for sheet in book.sheets:
        for style, place in sheet.styles.items():
            if not _is_below(style, known):
                yield _missing(f"{sheet.title}!{place}", "style", style, "cellXfs", known)
        for node in sheet.nodes:
            if node.name == "col":
                style = node.attributes.get("style", "0")
                if not _is_below(style, max(known, 1)):
                    yield _missing(f"{sheet.title}, <cols>", "style", style, "cellXfs", known)
            elif node.name == "cfRule":
                yield from _index(node, "dxfId", counts, "dxfs", f"{sheet.title}, <cfRule>")


def _index(
    node: Node, attribute: str, counts: Mapping[str, int], listed: str, where: str
) -> Iterator[Problem]:
    """Look at an attribute that is the number of something in a list of the styles."""
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
