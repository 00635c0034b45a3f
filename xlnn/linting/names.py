"""Check the names of sheets, the defined names and the calculation settings."""

import re
from collections.abc import Iterator

from xlnn.linting.book import Finding, LintedWorkbook, elements_named
from xlnn.xlsx.package import reads_otherwise

MAX_TITLE = 31
"""Characters of a sheet's name; Excel counts those beyond the basic plane as two."""

MAX_NAME = 255
"""Characters of a defined name."""

_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NAME = re.compile(r"[^\W\d][\w.?\\]*|\\[\w.?\\]*")


def sheet_names(book: LintedWorkbook) -> Iterator[Finding]:
    """Check that a sheet has a name that Excel allows."""
    for title in book.titles:  # `inspect` has refused a title that occurs twice
        if wrong := _wrong_title(title):
            yield (
                f'the sheet "{title:.40}"',
                f"Excel does not allow this name: {wrong}; choose another.",
            )


def sheet_list(book: LintedWorkbook) -> Iterator[Finding]:
    """Check that sheets have different numbers, one is visible, and the first shown exists."""
    sheets = list(elements_named(book.workbook, "sheet"))
    numbers = [sheet.attributes.get("sheetId", "") for sheet in sheets]
    shown = [
        node.attributes.get("activeTab", "0")
        for node in elements_named(book.workbook, "workbookView")
    ]
    wrong = []
    if len(set(numbers)) < len(numbers):
        wrong.append("two sheets have the same number (sheetId); expected different ones")
    if sheets and all(sheet.attributes.get("state", "visible") != "visible" for sheet in sheets):
        wrong.append("all sheets are hidden; expected one that can be seen")
    if any(not (tab.isdecimal() and int(tab) < len(sheets)) for tab in shown):
        wrong.append("the sheet to show first (activeTab) is not there; expected one that is")
    for sentence in wrong:
        yield "the list of sheets", f"{sentence[0].upper()}{sentence[1:]}."


def _wrong_title(title: str) -> str | None:
    length = len(title.encode("utf-16-le")) // 2
    forbidden = _FORBIDDEN.search(title)
    if not title.strip():
        return "it is empty"
    if length > MAX_TITLE:
        return f"it has {length} characters, but only {MAX_TITLE} are allowed"
    if forbidden:
        return f"it contains {forbidden[0]!a}"
    if title[0] == "'" or title[-1] == "'":
        return "it begins or ends with an apostrophe"
    if title.casefold() == "history":
        return "it is reserved for Excel's own use"
    return None


def defined_names(book: LintedWorkbook) -> Iterator[Finding]:
    """Check that Excel allows each defined name, and that it is unique and not a cell address."""
    seen: set[tuple[str, str]] = set()
    for node in elements_named(book.workbook, "definedName"):
        name, sheet = node.attributes.get("name", ""), node.attributes.get("localSheetId", "")
        wrong = _wrong_name(name)
        if (name.casefold(), sheet) in seen:
            wrong = "it is there twice (upper and lower case count as equal)"
        elif sheet and not (sheet.isascii() and sheet.isdigit() and int(sheet) < len(book.titles)):
            wrong = f"it belongs to sheet number {sheet:.9}, which is not there"
        elif not node.text.strip():
            wrong = "it refers to nothing"
        seen.add((name.casefold(), sheet))
        if wrong:
            yield (
                f'the defined name "{name:.40}"',
                f"Excel does not allow it: {wrong}; choose another, or remove it.",
            )


def _wrong_name(name: str) -> str | None:
    if len(name) > MAX_NAME:
        return f"it has {len(name)} characters, but only {MAX_NAME} are allowed"
    if not _NAME.fullmatch(name):
        return "a name begins with a letter, _ or \\ and goes on with letters, digits, . _ ? or \\"
    return "it reads as a cell or a value" if reads_otherwise(name) else None


def uncomputed(book: LintedWorkbook) -> Iterator[Finding]:
    """Check that formulas have a cached value, or that the workbook asks to be computed.

    openpyxl writes formulas without values. Excel computes them on opening if fullCalcOnLoad is
    set; otherwise what it shows depends on the version of Excel that the file names. A workbook in
    which every formula has its value, as a spreadsheet program saves it, does not need the setting.
    """
    asks = any(
        node.attributes.get("fullCalcOnLoad") in {"1", "true"}
        for node in elements_named(book.workbook, "calcPr")
    )
    first = next((sheet for sheet in book.sheets if sheet.no_value), None)
    if first is not None and not asks:
        message = (
            "The formula has no cached value and the workbook does not ask to be computed; "
            'expected <calcPr fullCalcOnLoad="1"/>, or a value.'
        )
        yield f"{first.title}!{first.no_value}", message
