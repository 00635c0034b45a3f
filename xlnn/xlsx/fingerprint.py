"""Tell whether a workbook is as it was built, or was saved since.

A workbook carries among its properties a fingerprint of all its other parts. Every program that
saves a workbook writes its parts in its own way, so that the fingerprint no longer fits, or is
gone. It guards against loss, not against malice: a changed workbook can be made to look untouched,
and then xlnn overwrites it.
"""

from collections.abc import Iterable
from enum import Enum, auto
from hashlib import sha256
from pathlib import Path
from zipfile import ZipInfo

from xlnn.xlsx.archive import Archive

PART = "docProps/custom.xml"
"""The part with custom properties, which all programs support."""

NAME = "xlnn.fingerprint"
"""The name of the property, listed under Custom in Excel's file properties."""

_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006"
_OF_USERS = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # that every custom property names


class State(Enum):
    """What a workbook's fingerprint shows."""

    AS_BUILT = auto()
    CHANGED = auto()
    UNKNOWN = auto()  # there is none: an older xlnn wrote it, or another program left it out


def state(path: Path) -> State:
    """Compare a workbook with its fingerprint.

    Raises
    ------
    WorkbookError
        The file is not a sound package.
    """
    with Archive(path) as archive:
        if PART not in archive.parts:
            return State.UNKNOWN
        expected = properties(archive.parts.values())
        entry = archive.parts[PART]
        if entry.file_size == len(expected) and b"".join(archive.chunks(PART)) == expected:
            return State.AS_BUILT
        return State.CHANGED


def properties(entries: Iterable[ZipInfo]) -> bytes:
    """Return the part with the fingerprint of all others.

    Sizes and CRC-32 come from the zip's directory, so no part is read again.
    """
    parts = sorted((entry.filename, entry.file_size, entry.CRC) for entry in entries)
    lines = [f"{name}\t{size}\t{crc:08x}\n" for name, size, crc in parts if name != PART]
    digest = sha256("".join(lines).encode()).hexdigest()
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<Properties xmlns="{_TYPES}/custom-properties" xmlns:vt="{_TYPES}/docPropsVTypes">'
        f'<property fmtid="{_OF_USERS}" pid="2" name="{NAME}"><vt:lpwstr>{digest}</vt:lpwstr>'
        "</property></Properties>"
    ).encode()
