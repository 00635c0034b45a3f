"""Check the elements, cells, merges, validations and links of each sheet."""

import re
from collections.abc import Iterator
from itertools import product

from xlnn.formula import MAX_COLUMNS
from xlnn.linting.book import Finding, LintedWorkbook, elements_named
from xlnn.linting.nodes import SheetNode
from xlnn.linting.used import box
from xlnn.xlsx.markup import Node

# fmt: off
ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr",
    "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate",
    "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations",
    "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks",
    "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing",
    "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls",
    "webPublishItems", "tableParts", "extLst",
)
# fmt: on
"""The children of <worksheet>, by ECMA-376 part 1, 18.3.1.99."""

REPEATED = {"cols", "conditionalFormatting"}
"""The children of <worksheet> that may occur several times."""

MAX_LIST = 255
"""Characters of the list of a validation; Excel repairs a file with more by removing it."""

MAX_TEXTS = {"promptTitle": 32, "errorTitle": 32, "prompt": 255, "error": 255}
"""Characters of the other texts of a validation."""

_LOCATION = re.compile(r"(?:'(?P<quoted>(?:[^']|'')*)'|(?P<plain>[^'!]+))!(?P<place>.+)", re.DOTALL)


def element_order(_: LintedWorkbook, sheet: SheetNode) -> Iterator[Finding]:
    """Check that the elements of a sheet are in the order of the schema, each once."""
    before, seen = "", set()
    for node in sheet.children:
        if not node.main:
            continue
        if node.local not in ORDER:
            yield sheet.title, f"A sheet has no element <{node.local}>."
            continue
        if node.local in seen and node.local not in REPEATED:
            yield sheet.title, f"<{node.local}> is there twice; expected one."
        elif before and ORDER.index(node.local) < ORDER.index(before):
            yield sheet.title, f"<{node.local}> comes after <{before}>; the schema has it before."
        else:
            before = node.local
        seen.add(node.local)


def column_widths(_: LintedWorkbook, sheet: SheetNode) -> Iterator[Finding]:
    """Check that the columns of <cols> go from left to right and do not overlap."""
    before = 0
    for node in elements_named(sheet.nodes, "col"):
        first, last = (_whole(node.attributes.get(end, "")) for end in ("min", "max"))
        if not before < first <= last <= MAX_COLUMNS:
            message = (
                f"<cols> has columns {first} to {last} after column {before}; expected columns "
                f"further right, up to {MAX_COLUMNS:,}."
            )
            yield sheet.title, message
        before = max(before, last)


def cell_values(_: LintedWorkbook, sheet: SheetNode) -> Iterator[Finding]:
    """Check that a cell holds a value of its type, or none."""
    for place, kind, value in sheet.bad_values:
        held = f'holds "{value:.20}"' if value else "holds nothing"
        yield (
            f"{sheet.title}!{place}",
            f'A cell of the type "{kind}" {held}; expected a value of this type.',
        )


def merges(book: LintedWorkbook, sheet: SheetNode) -> Iterator[Finding]:
    """Check that merged ranges do not overlap and cover no formula."""
    merged: dict[tuple[int, int], str] = {}  # `inspect` accepts a million merged cells
    for node in elements_named(sheet.nodes, "mergeCell"):
        reference = node.attributes.get("ref", "")
        where, area = f"{sheet.title}!{reference}", box(reference)
        if area is None or area[:2] == area[2:]:
            yield where, "This is not a range of several cells inside the grid."
            continue
        top, left, bottom, right = area
        cells = list(product(range(top, bottom + 1), range(left, right + 1)))
        other = next((merged[cell] for cell in cells if cell in merged), None)
        if other:
            yield where, f"It overlaps the merged range {other}; a cell belongs to one."
        merged.update(dict.fromkeys(cells, reference))
    if merged:
        formulas = book.contents.formulas[sheet.title]
        places = zip(formulas.rows.tolist(), formulas.columns.tolist(), strict=True)
        for reference in dict.fromkeys(merged[cell] for cell in places if cell in merged):
            yield (
                f"{sheet.title}!{reference}",
                "It covers a formula; formulas must be in cells that are not merged.",
            )


def ranges(_: LintedWorkbook, sheet: SheetNode) -> Iterator[Finding]:
    """Check that a validation, a conditional format or a link has a range inside the grid."""
    for node in sheet.nodes:
        if node.local in {"dataValidation", "conditionalFormatting"}:
            # the extensions of Excel 2010 have the range as an element
            inner = [child.text for child in node.children if child.local == "sqref"]
            text = node.attributes.get("sqref", " ".join(inner))
        elif node.local in {"hyperlink", "dimension", "autoFilter"}:
            text = node.attributes.get("ref", "")
        else:
            continue
        wrong = [reference for reference in text.split() if box(reference) is None]
        if wrong or not text.strip():
            message = (
                f'<{node.local}> has the range "{text:.60}"; expected one like B2:C9 inside the '
                "grid."
            )
            yield sheet.title, message


def validation_texts(_: LintedWorkbook, sheet: SheetNode) -> Iterator[Finding]:
    """Check that the texts of a data validation are as short as Excel wants them."""
    for node in elements_named(sheet.nodes, "dataValidation"):
        where = f"{sheet.title}!{node.attributes.get('sqref', '')}"
        for child in elements_named(node.children, "formula1"):
            listed = child.text.strip()
            if listed.startswith('"') and len(listed) - 2 > MAX_LIST:
                message = (
                    f"The list has {len(listed) - 2:,} characters and Excel allows {MAX_LIST}; "
                    "refer to cells instead."
                )
                yield where, message
        for name, limit in MAX_TEXTS.items():
            text = node.attributes.get(name, "")
            if len(text) > limit:
                yield where, f"Its {name} has {len(text):,} characters and Excel allows {limit}."


def hyperlinks(book: LintedWorkbook, sheet: SheetNode) -> Iterator[Finding]:
    """Check that a link inside the workbook points at a sheet, a cell or a name of it."""
    outside = {
        line.identity: line.target
        for line in book.relationships.get(sheet.part, ())
        if line.outside and line.kind == "hyperlink"
    }
    for node in elements_named(sheet.nodes, "hyperlink"):
        location = node.attributes.get("location", "")
        if not location:
            target = next((outside.get(node.attributes[key], "") for key in _identities(node)), "")
            if not target.startswith("#"):
                continue
            location = target[1:]
        if not _leads_somewhere(book, location):
            message = (
                f'The link leads to "{location:.60}"; expected a cell, a name or a sheet of this '
                "workbook."
            )
            yield f"{sheet.title}!{node.attributes.get('ref', '')}", message


def _identities(node: Node) -> list[str]:
    return [key for key in node.attributes if key.endswith("\x01id")]


def _leads_somewhere(book: LintedWorkbook, location: str) -> bool:
    match = _LOCATION.fullmatch(location)
    if match is None:
        return location.casefold() in book.names or box(location) is not None
    title = (match["quoted"] or match["plain"] or "").replace("''", "'").casefold()
    place = match["place"]
    return title in map(str.casefold, book.titles) and (
        box(place) is not None or place.casefold() in book.names
    )


def _whole(text: str) -> int:
    return int(text[:9]) if text.isascii() and text.isdigit() else 0
