"""Find the cells of a sheet that hold dates."""

from xlnn.xlsx.archive import Archive
from xlnn.xlsx.markup import Opening, elements, tokens
from xlnn.xlsx.parts import WORKBOOK
from xlnn.xlsx.relationships import relationships

BUILT_IN = frozenset(map(str, (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))))
"""The number formats that every program has for dates and times, some in East Asia alone."""


def date_styles(archive: Archive) -> frozenset[str]:
    """Return the styles of a workbook that show dates or times, as cells name them."""
    from openpyxl.styles.numbers import is_date_format  # noqa: PLC0415 - slow

    parts = [part for kind, part in relationships(archive, WORKBOOK).values() if kind == "styles"]
    known, formats = set(BUILT_IN), []
    for part in parts:
        if part not in archive.parts:
            continue
        inside: list[str] = []
        for tag, attributes, _ in elements(archive, part):
            if tag.main == "numFmt" and is_date_format(attributes.get("formatCode")):
                known.add(attributes.get("numFmtId", ""))
            elif tag.main == "xf":
                inside.append(attributes.get("numFmtId", "0"))
            elif tag.main == "cellStyleXfs":
                inside.clear()
            elif tag.main == "cellXfs":
                formats = inside.copy()
    return frozenset(str(style) for style, number in enumerate(formats) if number in known)


def dates(archive: Archive, part: str, styles: frozenset[str]) -> tuple[int, str]:
    """Return how many numbers of a sheet are shown as dates, and the address of the first."""
    count, first, here, before = 0, "", "", ""
    for batch in tokens(archive, part):
        for token in batch:
            if isinstance(token, Opening):
                before = token.main
                if before == "c":
                    here = ""
                elif before == "v" and here:
                    count, first, here = count + 1, first or here, ""
            elif isinstance(token, dict) and before == "c" and token.get("t", "n") == "n":
                here = token.get("r", "") if token.get("s") in styles else ""
    return count, first
