"""List the parts of a workbook, and refuse what programs could read in two ways.

Some programs follow ``_rels/.rels``, others look for the workbook at its usual place; some look at
an element's namespace, others at its local name; some trust a content type, others a file's
extension. Whatever they could read differently is refused.
"""

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlnn.errors import WorkbookError
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.guard import FORBIDDEN, FormulaGuard, forbidden
from xlnn.xlsx.markup import (
    ANEW,
    RELATIONSHIPS,
    Node,
    doctype_refused,
    elements,
    stray_sentence,
    trees,
    unescaped,
)
from xlnn.xlsx.sheet_stream import COMPUTED, MAX_TEXT

TYPES = "[Content_Types].xml"
"""The part with the types of all parts."""

KINDS = {"officeDocument", "worksheet", "chartsheet", "sharedStrings"}
"""Relationships that affect which cells a workbook has."""

CELLS = {"worksheet": "worksheet+xml", "sharedStrings": "sharedStrings+xml"}
"""Ends of the content types of parts with cells, by the kind of their relationship."""

ROOT = "_rels/.rels"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_TYPES = f"{PACKAGE}content-types\x01"
_RELATIONSHIPS = f"{PACKAGE}relationships\x01"


def check_word(archive: Archive, text: str, where: str) -> None:
    """Refuse a part's name, content type or relationship that stands for more than cells."""
    meaning = forbidden(text)
    if meaning in archive.accepted:
        archive.brings.add(meaning)
    elif meaning:
        raise archive.refused(
            f"{where} means that the file holds {meaning}, which xlnn does not open; remove that "
            "and save the file as a plain .xlsx workbook"
        )


def check_relationships(archive: Archive, part: str) -> None:
    """Refuse relationships that point outside the file, or to more than cells."""
    for node in elements(archive, part):
        attributes = node.attributes
        kind, target = attributes.get("Type", ""), attributes.get("Target", "")
        check_word(archive, kind, f'a relationship in "{part}"')
        outside = attributes.get("TargetMode", "Internal") != "Internal"
        if outside and FORBIDDEN["externallink"] in archive.accepted:
            archive.brings.add(FORBIDDEN["externallink"])
        elif outside and not kind.endswith("/hyperlink"):
            raise archive.refused(
                f'the part "{part}" refers to "{target:.60}" outside the file, which xlnn does not '
                "open; remove the link in a spreadsheet program"
            )


def content_types(archive: Archive) -> Mapping[str, str]:
    """Return content types by a part's name in lower case, or by ``*.`` and an extension.

    Raises
    ------
    WorkbookError
        A part or an extension has two, or an element is where some programs ignore it.
    """
    types: dict[str, str] = {}
    for node in elements(archive, TYPES):
        attributes = node.attributes
        content = attributes.get("ContentType", "")
        name = attributes.get("PartName", f"*.{attributes.get('Extension', '')}")
        _check_place(archive, TYPES, node, _TYPES, ("Types", "Default", "Override"))
        if node.parent is None:
            continue
        if name.casefold() in types:
            raise archive.refused(f'the part "{TYPES}" names "{name:.60}" twice; {ANEW}')
        types[name.casefold()] = content
    return types


def check_root(archive: Archive, workbook: str) -> None:
    """Refuse a package whose main part is not the workbook part that xlnn reads."""
    known = relationships(archive, "")
    leads = [part for kind, part in known.values() if kind == "officeDocument"]
    if leads != [workbook]:
        targets = ", ".join(f'"{part:.40}"' for part in leads[:3]) or "no part"
        raise archive.refused(
            f'the part "{ROOT}" leads to {targets} and not to "{workbook}" alone, so two programs '
            f"may read two different workbooks; {ANEW}"
        )


def check_kind(archive: Archive, types: Mapping[str, str], kind: str, part: str) -> None:
    """Refuse a part with cells that some programs would read as a part of another kind."""
    content = types.get(f"/{part}".casefold(), CELLS[kind])
    if not part.endswith(".xml") or not content.endswith(CELLS[kind]):
        raise archive.refused(
            f'the part "{part:.60}" is used as a {kind}, but its name or its content type '
            f'"{content:.60}" is of another kind; {ANEW}'
        )


def rels_of(part: str) -> str:
    """Return the part with the relationships of another part, or of the package ("").

    >>> rels_of("xl/workbook.xml"), rels_of("")
    ('xl/_rels/workbook.xml.rels', '_rels/.rels')
    """
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def relationships(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Return the relationships of a part: id -> (last word of the type, target part).

    Raises
    ------
    WorkbookError
        A relationship occurs twice, or some programs would not accept it.
    """
    source = rels_of(part)
    if source not in archive.parts:
        raise archive.refused(f'the part "{source}" is missing; {ANEW}')
    by_id: dict[str, tuple[str, str]] = {}
    for node in elements(archive, source):
        _check_place(archive, source, node, _RELATIONSHIPS, ("Relationships", "Relationship"))
        if node.parent is None:
            continue
        identity = node.attributes.get("Id", "")
        if identity in by_id:
            raise archive.refused(f'the part "{source}" has "{identity:.40}" twice; {ANEW}')
        by_id[identity] = _relationship(archive, source, part, node.attributes)
    return by_id


def _relationship(
    archive: Archive, source: str, part: str, attributes: Mapping[str, str]
) -> tuple[str, str]:
    """Return the last word of a relationship's type, and the part that it points at."""
    space, _, kind = attributes.get("Type", "").rpartition("/")
    target = attributes.get("Target", "")
    if kind.casefold() in {known.casefold() for known in KINDS}:
        is_plain = not target.startswith("//") and not set("%?#:\\") & set(target)
        if kind not in KINDS or space not in RELATIONSHIPS or not is_plain:
            raise archive.refused(
                f'the part "{source}" leads to "{target:.60}" by a relationship "{kind:.40}" that '
                f"not every program understands alike; {ANEW}"
            )
    return kind, resolved(part, target)


def resolved(part: str, target: str) -> str:
    """Return the part that a relationship of another part points at."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")


def _check_place(
    archive: Archive, part: str, node: Node, space: str, names: tuple[str, ...]
) -> None:
    """Refuse an element that is neither the root, the first of some names, nor a child of it."""
    known = names[:1] if node.parent is None else names[1:]
    is_deep = node.parent is not None and node.parent.parent is not None
    if is_deep or node.name not in {f"{space}{name}" for name in known}:
        raise _stranger(archive, part, node)


def _stranger(archive: Archive, part: str, node: Node) -> WorkbookError:
    return archive.refused(f'the part "{part}" holds <{node.local:.40}> where none belongs; {ANEW}')


WORKBOOK = "xl/workbook.xml"
"""Where all programs put the workbook, and where some engines expect it."""

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
"""The ancestors of each element of a workbook that affects its cells."""

_TEXTS = {"t": (["si", "sst"], ["r", "si", "sst"], ["rPh", "si", "sst"]), "si": (["sst"],)}
"""The ancestors of each element of the shared texts."""

_LINKS = "xl/externallinks/"
"""The folder of values read from other workbooks."""

_COMPUTED = {*COMPUTED, "calculatedColumnFormula", "totalsRowFormula"}


@dataclass(frozen=True)
class Workbook:
    """The contents of xl/workbook.xml and its relationships.

    Attributes
    ----------
    sheets : mapping of str to str
        The part of each worksheet by its title, in the workbook's order.
    strings : str or None
        The part with the shared texts.
    names : tuple
        Defined names: (name, formula, attributes).
    listed : tuple of str
        The titles of all sheets, chart sheets included.
    iterates : bool
        Whether iteration is on, by which programs resolve circular references. Gnumeric sets it in
        every file, and formualizer would follow it, despite its configuration.
    is_manual : bool
        Whether the workbook is set to manual calculation. Our engines compute all the same.
    """

    sheets: Mapping[str, str]
    strings: str | None
    names: tuple[tuple[str, str, Mapping[str, str]], ...]
    listed: tuple[str, ...]
    iterates: bool = False
    is_manual: bool = False


_WORKBOOKS = tuple(
    f"{kind}.{macros}main+xml" for kind in ("sheet", "template") for macros in ("", "macroEnabled.")
)
"""Ends of the content types of workbooks."""


def check_parts(archive: Archive) -> None:
    """Refuse whatever `guard.FORBIDDEN` lists and the caller does not accept."""
    for part in archive.parts:
        check_word(archive, f"/{part}", f'the part "{part}"')
        if part.casefold().endswith(".rels"):
            check_relationships(archive, part)
    if TYPES not in archive.parts or WORKBOOK not in archive.parts:
        raise archive.refused(
            f'it is a zip file without "{TYPES}" or "{WORKBOOK}", so it is not a workbook; open it '
            "in a spreadsheet program and save it as .xlsx"
        )
    types = content_types(archive).items()
    endings = {part.casefold().rpartition(".")[2] for part in archive.parts}
    for part, content in types:
        # SheetJS lists the types of everything it knows
        if not part.startswith("*.") or part.removeprefix("*.") in endings:
            check_word(archive, content, f'the part "{part:.60}"')
    workbooks = [part for part, content in types if content.endswith(_WORKBOOKS)]
    if workbooks != [f"/{WORKBOOK}"]:
        raise archive.refused(
            f'it declares {len(workbooks)} workbooks, and one is expected, "{WORKBOOK}"; {ANEW}'
        )
    check_root(archive, WORKBOOK)


def check_other_parts(archive: Archive, book: Workbook, formulas: FormulaGuard) -> None:
    """Check all parts but the sheets and the shared texts: charts, styles, tables, pictures."""
    has_links = FORBIDDEN["externallink"] in archive.accepted
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
                f"{MAX_OTHER_PART:,} of a part that is not a sheet; remove what is not needed"
            )
        for node in elements(archive, part):
            if node.main == "sheetData" and not (has_links and name.startswith(_LINKS)):
                raise archive.refused(
                    f'the part "{part}" holds a sheet that the workbook does not list; {ANEW}'
                )
            if node.local in _COMPUTED and node.text:
                formulas.check([node.text], lambda _, part=part: f'the part "{part}"')


def _check_bytes(archive: Archive, part: str) -> None:
    """Refuse document types in parts that are not read as XML here: old drawings, pictures."""
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
    for node in elements(archive, WORKBOOK):
        attributes = node.attributes
        if node.local in _PLACES and (not node.main or node.above != _PLACES[node.local]):
            raise _stranger(archive, WORKBOOK, node)
        if node.main == "definedName":
            name = attributes.get("name", "")
            if node.stray:
                raise archive.refused(f'the defined name "{name:.40}" {stray_sentence(node)}')
            names.append((name, node.text, attributes))
        elif node.main == "calcPr":
            settings = _settings(archive, attributes)
            iterates |= settings.get("iterate", "0") not in {"0", "false"}
            is_manual |= settings.get("calcMode") == "manual"
        elif node.main == "sheet":
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
    """Return the id of a sheet's relationship, which must be in exactly one attribute."""
    keys = [key for key in attributes if key.rpartition("\x01")[2].casefold() == "id"]
    if len(keys) != 1 or "\x01" not in keys[0]:
        raise archive.refused(f'the sheet "{title}" refers to no part, or to several; {ANEW}')
    return attributes[keys[0]]


def _settings(archive: Archive, attributes: Mapping[str, str]) -> dict[str, str]:
    """Return the calculation settings; refuse "precision as displayed"."""
    # a reader may overlook the namespace of a name
    settings = {name.rpartition("\x01")[2]: value.strip() for name, value in attributes.items()}
    if settings.get("fullPrecision", "1") not in {"1", "true"}:
        raise archive.refused(
            "it is set to precision as displayed, which rounds every value; switch that off in the "
            "options of the spreadsheet program"
        )
    return settings


def sheet_parts(path: Path) -> Mapping[str, str]:
    """Return the part of each worksheet of a file by its title, in the workbook's order."""
    with Archive(path) as archive:
        return read_workbook(archive).sheets


def shared_strings(archive: Archive, part: str | None) -> list[str]:
    """Read the texts to which cells of type "s" refer by number."""
    strings: list[str] = []
    if part is None:
        return strings
    length = 0
    for tree in trees(archive, part):
        runs = []
        for node in tree.walk():
            if node.local in _TEXTS and not (node.main and node.above in _TEXTS[node.local]):
                raise _stranger(archive, part, node)
            # phonetic guides (furigana) are not part of the text
            if node.local == "t" and node.above[0] != "rPh":
                runs.append(node.text)
                if node.stray:
                    raise archive.refused(
                        f"its shared text {len(strings) + 1} {stray_sentence(node)}"
                    )
        if tree.local == "si":
            strings.append(unescaped("".join(runs)))
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
