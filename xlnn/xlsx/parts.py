"""List the parts of a workbook, and refuse those that it may not have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlnn.xlsx.archive import Archive
from xlnn.xlsx.guard import FormulaGuard
from xlnn.xlsx.markup import doctype_refused, elements, nested
from xlnn.xlsx.relationships import (
    ANEW,
    TYPES,
    check_kind,
    check_relationships,
    check_root,
    check_word,
    content_types,
    relationships,
)
from xlnn.xlsx.sheet_stream import COMPUTED, MAX_TEXT
from xlnn.xlsx.texts import unescaped

WORKBOOK = "xl/workbook.xml"
"""Where all programs put the workbook, and where some engines look without asking."""

FONT_ORDER = (
    *("b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign"),
    *("sz", "color", "name", "family", "charset", "scheme"),
)
"""The order in which Microsoft's SDK wants the children of <font>."""

MAX_STRINGS = 2_000_000
"""Shared texts, kept in memory while a sheet is read. A workbook of xlnn has some hundred."""

MAX_STRINGS_LENGTH = 100_000_000
"""Characters of all shared texts together."""

MAX_OTHER_PART = 64 << 20
"""Inflated bytes of a part of XML that is neither a sheet nor the shared texts."""


_PLACES = {
    "workbook": [],
    "sheets": ["workbook"],
    "sheet": ["sheets", "workbook"],
    "definedNames": ["workbook"],
    "definedName": ["definedNames", "workbook"],
    "calcPr": ["workbook"],
}
"""Where each element of a workbook stands that says which cells there are: in which others."""

_TEXTS = {"t": (["si", "sst"], ["r", "si", "sst"], ["rPh", "si", "sst"]), "si": (["sst"],)}
"""Where each element of the shared texts stands."""

_LINKS = "xl/externallinks/"
"""Where the values stand that were read from other workbooks."""

_COMPUTED = {*COMPUTED, "calculatedColumnFormula", "totalsRowFormula"}


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
    listed : tuple of str
        The titles of all sheets, those of charts among them.
    iterates : bool
        Whether a program may settle circular references by iteration, as Gnumeric asks in every
        file. No engine of ours does: `xlnn.xlsx.copying.replace_inputs` switches it off.
    is_manual : bool
        Whether a program computes only when it is asked to. Every engine of ours computes.
    """

    sheets: Mapping[str, str]
    strings: str | None
    names: tuple[tuple[str, str, Mapping[str, str]], ...]
    listed: tuple[str, ...]
    iterates: bool = False
    is_manual: bool = False


def check_parts(archive: Archive) -> None:
    """Refuse macros, links to the outside and whatever else `guard.FORBIDDEN` names."""
    for part in archive.parts:
        check_word(archive, f"/{part}", f'the part "{part}"')
        if part.casefold().endswith(".rels"):
            check_relationships(archive, part)
    if TYPES not in archive.parts or WORKBOOK not in archive.parts:
        raise archive.refused(
            f'it is a zip file without "{TYPES}" or "{WORKBOOK}", so no .xlsx workbook; open it '
            "in a spreadsheet program and save it as .xlsx"
        )
    types = content_types(archive).items()
    ends = "sheet.main+xml", "template.main+xml"
    workbooks = [part for part, content in types if content.endswith(ends)]
    if workbooks != [f"/{WORKBOOK}"]:
        raise archive.refused(
            f'it declares {len(workbooks)} workbooks, and one is expected, "{WORKBOOK}"; {ANEW}'
        )
    check_root(archive, WORKBOOK)


def check_other_parts(archive: Archive, book: Workbook, formulas: FormulaGuard) -> None:
    """Check all parts but the sheets and the shared texts: charts, styles, tables, pictures."""
    is_noted = archive.brings is not None
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
            if tag.main == "sheetData" and not (is_noted and name.startswith(_LINKS)):
                raise archive.refused(
                    f'the part "{part}" holds a sheet that the workbook does not list; {ANEW}'
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


def read_workbook(archive: Archive) -> Workbook:
    """Read xl/workbook.xml and its relationships."""
    known = relationships(archive, WORKBOOK)
    names, listed, iterates, is_manual = [], [], False, False
    for (tag, attributes, text), above in nested(archive, WORKBOOK):
        place = [other.main for other in reversed(above)]
        if tag.local in _PLACES and (not tag.main or place != _PLACES[tag.local]):
            raise archive.refused(
                f'the part "{WORKBOOK}" holds <{tag.local}> where none belongs; {ANEW}'
            )
        if tag.main == "definedName":
            names.append((attributes.get("name", ""), text, attributes))
        elif tag.main == "calcPr":
            settings = _settings(archive, attributes)
            iterates |= settings.get("iterate", "0") not in {"0", "false"}
            is_manual |= settings.get("calcMode") == "manual"
        elif tag.main == "sheet":
            listed.append((attributes.get("name", ""), attributes))
    sheets = _sheets(archive, listed, known)
    strings = [part for kind, part in known.values() if kind == "sharedStrings"]
    if len(strings) > 1 or any(part not in archive.parts for part in strings):
        raise archive.refused(f"its shared texts are missing or there twice; {ANEW}")
    types = content_types(archive)
    for kind, parts in (("worksheet", sheets.values()), ("sharedStrings", strings)):
        for part in parts:
            check_kind(archive, types, kind, part)
    return Workbook(
        sheets,
        strings[0] if strings else None,
        tuple(names),
        tuple(title for title, _ in listed),
        iterates,
        is_manual,
    )


def _sheets(
    archive: Archive,
    listed: Sequence[tuple[str, Mapping[str, str]]],
    known: Mapping[str, tuple[str, str]],
) -> dict[str, str]:
    """Return the part of each sheet of cells that a workbook lists."""
    sheets: dict[str, str] = {}
    seen = set()
    for title, attributes in listed:
        kind, part = known.get(_identity(archive, title, attributes), ("", ""))
        if title.casefold() in seen or part in sheets.values():
            raise archive.refused(f'the sheet "{title}" is there twice; {ANEW}')
        seen.add(title.casefold())
        if kind == "chartsheet":
            continue
        if kind != "worksheet" or part not in archive.parts:
            raise archive.refused(f'the sheet "{title}" is missing or of no known kind; {ANEW}')
        sheets[title] = part
    if not sheets:
        raise archive.refused("it has no sheet of cells; check that it is the right file")
    return sheets


def _identity(archive: Archive, title: str, attributes: Mapping[str, str]) -> str:
    """Return the relationship that a sheet names, by one attribute and no other."""
    found = [key for key in attributes if key.rpartition("\x01")[2].casefold() == "id"]
    if len(found) != 1 or "\x01" not in found[0]:
        raise archive.refused(f'the sheet "{title}" names no part of its own, or several; {ANEW}')
    return attributes[found[0]]


def _settings(archive: Archive, attributes: Mapping[str, str]) -> dict[str, str]:
    """Return how a workbook asks to be computed; refuse to have its values rounded."""
    # a reader may overlook that a name has another namespace
    settings = {name.rpartition("\x01")[2]: value.strip() for name, value in attributes.items()}
    if settings.get("fullPrecision", "1") not in {"1", "true"}:
        raise archive.refused(
            "it is set to precision as displayed, which rounds every value; switch that off in the "
            "options of the spreadsheet program"
        )
    return settings


def iterates(path: Path) -> bool:
    """Say whether a file asks for circular references to be settled by iteration."""
    with Archive(path) as archive:
        return read_workbook(archive).iterates


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
    for (tag, _, text), above in nested(archive, part):
        if tag.local not in _TEXTS:
            continue
        place = [other.main for other in reversed(above)]
        if not tag.main or place not in _TEXTS[tag.local]:
            raise archive.refused(
                f'the part "{part}" holds <{tag.local}> where none belongs; {ANEW}'
            )
        if tag.local == "t":
            if place[0] != "rPh":  # how an East Asian text is read aloud is no part of it
                runs.append(text)
        else:
            strings.append(unescaped("".join(runs)))
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
