"""Which parts does a workbook have, and which of them may it not have?"""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from xlnn.xlsx.archive import Archive
from xlnn.xlsx.guard import Formulas, forbidden
from xlnn.xlsx.markup import doctype_refused, elements
from xlnn.xlsx.sheet_stream import COMPUTED, MAX_TEXT

WORKBOOK = "xl/workbook.xml"
"""Where all programs put the workbook, and where some engines look without asking."""

MAX_STRINGS = 2_000_000
"""Shared texts, kept in memory while a sheet is read. A workbook of xlnn has some hundred."""

MAX_STRINGS_LENGTH = 100_000_000
"""Characters of all shared texts together."""

MAX_OTHER_PART = 64 << 20
"""Inflated bytes of a part of XML that is neither a sheet nor the shared texts."""

_ANEW = "save the file anew in a spreadsheet program"
_UNWANTED = {
    "iterate": ({"0", "false"}, "iterative calculation, which hides circular references"),
    "fullPrecision": ({"1", "true"}, "precision as displayed, which rounds every value"),
}
"""Settings of a workbook under which engines differ: harmless values, and what others mean."""

_COMPUTED = {*COMPUTED, "calculatedColumnFormula", "totalsRowFormula"}
_TYPES = "[Content_Types].xml"


@dataclass(frozen=True)
class Workbook:
    """What xl/workbook.xml and its relationships say.

    Attributes
    ----------
    sheets : mapping of str to str
        The part of each sheet of cells by its title, in the workbook's order.
    strings : str or None
        The part with the shared texts.
    names : tuple
        Defined names: (name, formula, attributes).
    """

    sheets: Mapping[str, str]
    strings: str | None
    names: tuple[tuple[str, str, Mapping[str, str]], ...]


def check_parts(archive: Archive) -> None:
    """Refuse macros, links to the outside and whatever else `guard.FORBIDDEN` names."""
    for part in archive.parts:
        _check_word(archive, f"/{part}", f'the part "{part}"')
        if part.casefold().endswith(".rels"):
            _check_relationships(archive, part)
    if _TYPES not in archive.parts or WORKBOOK not in archive.parts:
        raise archive.refused(
            f'it is a zip file without "{_TYPES}" or "{WORKBOOK}", so no .xlsx workbook; open it '
            "in a spreadsheet program and save it as .xlsx"
        )
    workbooks = []
    for _, attributes, _ in elements(archive, _TYPES):
        content = attributes.get("ContentType", "")
        _check_word(archive, content, f'the part "{attributes.get("PartName", "")}"')
        if content.endswith(("sheet.main+xml", "template.main+xml")):
            workbooks.append(attributes.get("PartName", ""))
    if workbooks != [f"/{WORKBOOK}"]:
        raise archive.refused(
            f'it declares {len(workbooks)} workbooks, and one is expected, "{WORKBOOK}"; {_ANEW}'
        )


def _check_word(archive: Archive, text: str, where: str) -> None:
    meaning = forbidden(text)
    if meaning:
        raise archive.refused(
            f"{where} means that the file holds {meaning}, which xlnn does not open; remove that "
            "and save the file as a plain .xlsx workbook"
        )


def _check_relationships(archive: Archive, part: str) -> None:
    for _, attributes, _ in elements(archive, part):
        kind, target = attributes.get("Type", ""), attributes.get("Target", "")
        _check_word(archive, kind, f'a relationship in "{part}"')
        outside = attributes.get("TargetMode", "Internal") != "Internal"
        if outside and not kind.endswith("/hyperlink"):
            raise archive.refused(
                f'the part "{part}" refers to "{target:.60}" outside the file, which xlnn does not '
                "open; remove the link in a spreadsheet program"
            )


def check_names(archive: Archive, book: Workbook, formulas: Formulas) -> None:
    """Refuse defined names that belong to macros or whose formulas may not be computed."""
    for name, text, attributes in book.names:
        macro = {"xlm", "vbProcedure", "function"} & attributes.keys()
        if any(attributes[key] not in {"0", "false"} for key in macro):
            raise archive.refused(f'the defined name "{name:.40}" belongs to a macro; remove it')
        formulas.check([text], lambda _, name=name: f'the defined name "{name:.40}"')


def check_other_parts(archive: Archive, book: Workbook, formulas: Formulas) -> None:
    """Check all parts but the sheets and the shared texts: charts, styles, tables, pictures."""
    for part, entry in archive.parts.items():
        if part in book.sheets.values() or part == book.strings:
            continue
        name = part.casefold()
        if not name.endswith((".xml", ".rels")) or name.startswith("customxml/"):
            _check_bytes(archive, part)
            continue
        if entry.file_size > MAX_OTHER_PART:
            raise archive.refused(
                f'the part "{part}" has {entry.file_size:,} bytes, and xlnn reads up to '
                f"{MAX_OTHER_PART:,} of what is no sheet; remove what is not needed"
            )
        for tag, _, text in elements(archive, part):
            if tag.main == "sheetData":
                raise archive.refused(
                    f'the part "{part}" holds a sheet that the workbook does not list; {_ANEW}'
                )
            if tag.local in _COMPUTED and text:
                formulas.check([text], lambda _, part=part: f'the part "{part}"')


def _check_bytes(archive: Archive, part: str) -> None:
    """Look for document types in what is not read as XML here: old drawings, pictures."""
    end = b""
    for chunk in archive.chunks(part):
        # without NUL the text of UTF-16 is that of ASCII
        end = end[-16:] + chunk.replace(b"\0", b"")
        if b"<!DOCTYPE" in end or b"<!ENTITY" in end:
            raise doctype_refused(archive, part)


def _resolve(part: str, target: str) -> str:
    """Return the part that a relationship of another part points at."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")


def _relationships(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Return the relationships of a part: id -> (last word of the type, target part)."""
    folder, name = posixpath.split(part)
    source = posixpath.join(folder, "_rels", f"{name}.rels")
    if source not in archive.parts:
        raise archive.refused(f'the part "{source}" is missing; {_ANEW}')
    found: dict[str, tuple[str, str]] = {}
    for tag, attributes, _ in elements(archive, source):
        if tag.local == "Relationship":
            identity = attributes.get("Id", "")
            if identity in found:
                raise archive.refused(f'the part "{source}" has "{identity}" twice; {_ANEW}')
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[identity] = kind, _resolve(part, attributes.get("Target", ""))
    return found


def read_workbook(archive: Archive, *, computed: bool = True) -> Workbook:
    """Read xl/workbook.xml and its relationships.

    Parameters
    ----------
    archive : Archive
    computed : bool
        Whether the workbook will be recalculated, so that its settings must be those of all
        engines. Gnumeric sets iteration in every file.
    """
    relationships = _relationships(archive, WORKBOOK)
    sheets: dict[str, str] = {}
    names = []
    for tag, attributes, text in elements(archive, WORKBOOK):
        if tag.main == "definedName":
            names.append((attributes.get("name", ""), text, attributes))
        elif tag.local == "calcPr" and computed:
            _check_calculation(archive, attributes)
        elif tag.main == "sheet":
            title = attributes.get("name", "")
            identity = next((attributes[key] for key in attributes if key.endswith("\x01id")), "")
            kind, part = relationships.get(identity, ("", ""))
            if kind == "chartsheet":
                continue
            if kind != "worksheet" or part not in archive.parts:
                raise archive.refused(
                    f'the sheet "{title}" is missing or of no known kind; {_ANEW}'
                )
            if part in sheets.values() or title.casefold() in map(str.casefold, sheets):
                raise archive.refused(f'the sheet "{title}" is there twice; {_ANEW}')
            sheets[title] = part
    if not sheets:
        raise archive.refused("it has no sheet of cells; check that it is the right file")
    strings = [part for kind, part in relationships.values() if kind == "sharedStrings"]
    if len(strings) > 1 or any(part not in archive.parts for part in strings):
        raise archive.refused(f"its shared texts are missing or there twice; {_ANEW}")
    return Workbook(sheets, strings[0] if strings else None, tuple(names))


def _check_calculation(archive: Archive, attributes: Mapping[str, str]) -> None:
    for name, (harmless, meaning) in _UNWANTED.items():
        if name in attributes and attributes[name].strip() not in harmless:
            raise archive.refused(
                f"it is set to {meaning}; switch that off in the options of the spreadsheet program"
            )


def sheet_parts(path: Path) -> Mapping[str, str]:
    """Return the part of each sheet of cells of a file by its title, in the workbook's order."""
    with Archive(path) as archive:
        return read_workbook(archive).sheets


def shared_strings(archive: Archive, part: str | None) -> list[str]:
    """Read the texts to which cells of type "s" refer by number."""
    strings: list[str] = []
    if part is None:
        return strings
    length, runs = 0, []
    for tag, _, text in elements(archive, part):
        if tag.main == "t":
            runs.append(text)
        elif tag.main == "rPh":  # how an East Asian text is read aloud; its text has just ended
            runs.pop()
        elif tag.main == "si":
            strings.append("".join(runs))
            runs.clear()
            length += len(strings[-1])
            if len(strings[-1]) > MAX_TEXT:
                raise archive.refused(
                    f"its shared text {len(strings)} has more than {MAX_TEXT:,} characters, which "
                    "Excel does not allow; shorten it"
                )
            if len(strings) > MAX_STRINGS or length > MAX_STRINGS_LENGTH:
                raise archive.refused(
                    f"it holds more than {MAX_STRINGS:,} shared texts or {MAX_STRINGS_LENGTH:,} "
                    "characters in them; remove the sheets that xlnn does not need"
                )
    return strings
