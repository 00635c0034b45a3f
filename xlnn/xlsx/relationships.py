"""Check that all programs find the same workbook in a package.

Programs choose differently where a package can be read in two ways: some follow ``_rels/.rels``,
some know where the workbook stands; some look at an element's namespace, some at its local name;
some believe a content type, some an ending. What they could choose between is refused.
"""

import posixpath
from collections.abc import Mapping, Sequence

from xlnn.xlsx.archive import Archive
from xlnn.xlsx.guard import FORBIDDEN, OTHER_SHEETS, forbidden
from xlnn.xlsx.markup import RELATIONSHIPS, elements, nested

TYPES = "[Content_Types].xml"
"""The part that says what kind of part each is."""

KINDS = {"officeDocument", "worksheet", "chartsheet", "sharedStrings"}
"""Relationships on which it depends which cells a workbook has."""

CELLS = {"worksheet": "worksheet+xml", "sharedStrings": "sharedStrings+xml"}
"""How the content type ends of the parts that hold cells, by the kind of their relationship."""

ANEW = "save the file again in a spreadsheet program"

ROOT = "_rels/.rels"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_SEPARATOR = "\x01"
_TYPES = [f"{_PACKAGE}content-types{_SEPARATOR}Types"]
_RELATIONSHIPS = [f"{_PACKAGE}relationships{_SEPARATOR}Relationships"]


def check_word(archive: Archive, text: str, where: str) -> None:
    """Refuse what brings along more than cells, by a part's name, content type or relationship."""
    meaning = forbidden(text)
    if meaning and archive.brings is not None and meaning not in OTHER_SHEETS:
        archive.brings.add(meaning)
    elif meaning:
        raise archive.refused(
            f"{where} means that the file holds {meaning}, which xlnn does not open; remove that "
            "and save the file as a plain .xlsx workbook"
        )


def check_relationships(archive: Archive, part: str) -> None:
    """Refuse relationships that lead outside the file, or to more than cells."""
    for _, attributes, _ in elements(archive, part):
        kind, target = attributes.get("Type", ""), attributes.get("Target", "")
        check_word(archive, kind, f'a relationship in "{part}"')
        outside = attributes.get("TargetMode", "Internal") != "Internal"
        if outside and archive.brings is not None:
            archive.brings.add(FORBIDDEN["externallink"])
        elif outside and not kind.endswith("/hyperlink"):
            raise archive.refused(
                f'the part "{part}" refers to "{target:.60}" outside the file, which xlnn does not '
                "open; remove the link in a spreadsheet program"
            )


def content_types(archive: Archive) -> Mapping[str, str]:
    """Return the content type of each part that has one of its own, by its name in lower case.

    Raises
    ------
    WorkbookError
        A part or an ending has two, or something stands where some programs pass over it.
    """
    found: dict[str, str] = {}
    endings = {part.casefold().rpartition(".")[2] for part in archive.parts}
    for (tag, attributes, _), above in nested(archive, TYPES):
        content = attributes.get("ContentType", "")
        name = attributes.get("PartName", f"*.{attributes.get('Extension', '')}")
        is_used = tag.local != "Default" or attributes.get("Extension", "").casefold() in endings
        if is_used:  # SheetJS names the types of whatever it knows
            check_word(archive, content, f'the part "{name:.60}"')
        if not _in_place(tag.name, above, _TYPES, {"Default", "Override"}):
            raise archive.refused(
                f'the part "{TYPES}" holds <{tag.local:.40}> where none belongs; {ANEW}'
            )
        if not above:
            continue
        if name.casefold() in found:
            raise archive.refused(f'the part "{TYPES}" names "{name:.60}" twice; {ANEW}')
        found[name.casefold()] = content
    return found


def check_root(archive: Archive, workbook: str) -> None:
    """Refuse a package that leads to another workbook part than the one that xlnn reads."""
    known = relationships(archive, "")
    leads = [part for kind, part in known.values() if kind == "officeDocument"]
    if leads != [workbook]:
        found = ", ".join(f'"{part:.40}"' for part in leads[:3]) or "no part"
        raise archive.refused(
            f'the part "{ROOT}" leads to {found} and not to "{workbook}" alone, so two programs '
            f"may read two different workbooks; {ANEW}"
        )


def check_kind(archive: Archive, types: Mapping[str, str], kind: str, part: str) -> None:
    """Refuse a part with cells that some programs would read as a part of another kind."""
    content = types.get(f"/{part}".casefold(), CELLS[kind])
    if not part.endswith(".xml") or not content.endswith(CELLS[kind]):
        raise archive.refused(
            f'the part "{part:.60}" is used as a {kind} and is none by its ending or its content '
            f'type "{content:.60}"; {ANEW}'
        )


def relationships(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Return the relationships of a part: id -> (last word of the type, target part).

    Raises
    ------
    WorkbookError
        One is there twice, or is none for every program.
    """
    folder, name = posixpath.split(part)
    source = posixpath.join(folder, "_rels", f"{name}.rels")
    if source not in archive.parts:
        raise archive.refused(f'the part "{source}" is missing; {ANEW}')
    found: dict[str, tuple[str, str]] = {}
    for (tag, attributes, _), above in nested(archive, source):
        if not _in_place(tag.name, above, _RELATIONSHIPS, {"Relationship"}):
            raise archive.refused(
                f'the part "{source}" holds <{tag.local:.40}> where none belongs; {ANEW}'
            )
        if not above:
            continue
        identity = attributes.get("Id", "")
        if identity in found:
            raise archive.refused(f'the part "{source}" has "{identity:.40}" twice; {ANEW}')
        found[identity] = _relationship(archive, source, part, attributes)
    return found


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
    return kind, _resolve(part, target)


def _resolve(part: str, target: str) -> str:
    """Return the part that a relationship of another part points at."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")


def _in_place(name: str, above: Sequence[object], root: list[str], inside: set[str]) -> bool:
    """Say whether an element is the root, or one of those that stand directly inside it."""
    if not above:
        return [name] == root
    space, _, local = name.rpartition(_SEPARATOR)
    return [other.name for other in above] == root and (
        local in inside and space == root[0].rpartition(_SEPARATOR)[0]
    )
