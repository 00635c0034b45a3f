"""Return whether a workbook is as built or was saved since.

A workbook carries among its properties a fingerprint of all its other parts. Every program that
saves a workbook writes its parts in its own way, so that the fingerprint no longer fits, or is
gone. It guards against loss, not against malice: a changed workbook can be made to look untouched,
and then xlnn overwrites it.
"""

import os
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import Enum, auto
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from zipfile import ZIP_DEFLATED, ZipInfo

from xlnn.errors import OutputError
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.copying import LEVEL, Edit, Seal, copy, whole

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
        found = archive.parts[PART]
        if found.file_size == len(expected) and b"".join(archive.chunks(PART)) == expected:
            return State.AS_BUILT
        return State.CHANGED


def seal(source: Path, target: Path, edits: Mapping[str, Edit] = MappingProxyType({})) -> None:
    """Copy a workbook that was just written, with edits of its parts, and set its fingerprint.

    The same workbook gives the same bytes: the document's dates become SOURCE_DATE_EPOCH, or
    1980-01-01 if that is not set, like those of the zip's entries. Other parts are copied
    unchanged.

    Raises
    ------
    OutputError
        SOURCE_DATE_EPOCH is not a date.
    """
    dated = {"docProps/core.xml": whole(_fix_dates), **edits}
    copy(source, target, dated, ZIP_DEFLATED, LEVEL, Seal(PART, properties))


def _fix_dates(core: bytes) -> bytes:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "315532800")  # 1980-01-01
    try:
        date = datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise OutputError(
            f'SOURCE_DATE_EPOCH is "{epoch}"; expected whole seconds since 1970.'
        ) from error
    text = f"{date:%Y-%m-%dT%H:%M:%SZ}".encode()
    return re.sub(rb"(<dcterms:(?:created|modified)\b[^>]*>)[^<]*", rb"\g<1>" + text, core)


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
