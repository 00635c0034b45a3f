"""Write the parts of a workbook so that every program finds them.

The same parts give the same bytes at any time and on any machine: the document's dates become
SOURCE_DATE_EPOCH, or 1980-01-01 if that is not set, like those of the zip's entries.
"""

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from lxml import etree
from openpyxl.packaging.extended import ExtendedProperties
from openpyxl.writer.theme import theme_xml
from openpyxl.xml.constants import (
    ARC_APP,
    ARC_CORE,
    ARC_STYLE,
    CHART_NS,
    DRAWING_NS,
    REL_NS,
    SHEET_DRAWING_NS,
)

from xlnn.errors import OutputError
from xlnn.writing.style import EAST_ASIAN, FONT
from xlnn.xlsx.copying import dated_entry
from xlnn.xlsx.fingerprint import PART, properties
from xlnn.xlsx.parts import FONT_ORDER, ROOT, TYPES

PREFIXES = {"xdr": SHEET_DRAWING_NS, "a": DRAWING_NS, "c": CHART_NS, "r": REL_NS}
"""The usual prefixes of drawings and charts. Excel and LibreOffice accept any; exceljs finds a
drawing by its prefix, and Gnumeric no chart whose namespaces are declared inside the part."""

APPLICATION = "xlnn"
"""The application in a workbook's properties."""

LEVEL = 5
"""The level of compression. zlib's default of 6 takes half as long again and saves 1 %."""

CHUNK = 1 << 20
"""Bytes of a sheet that are compressed at a time."""

FIRST = (TYPES, ROOT)
"""The parts by which many programs recognise a workbook."""


class Parts:
    """The parts of a workbook, which openpyxl adds as it would to a zip file."""

    def __init__(self) -> None:
        self._parts: dict[str, bytes | Path] = {}

    def namelist(self) -> list[str]:
        """Return the names of the parts."""
        return [*self._parts]

    def write(self, filename: str, name: str) -> None:
        """Add the file of a sheet, which stays until the workbook is complete."""
        self._parts[name] = Path(filename)

    def writestr(self, name: str, data: bytes | str) -> None:
        """Add any other part."""
        for pattern, change in _CHANGES.items():
            if re.fullmatch(pattern, name):
                data = change(data)
        self._parts[name] = data.encode() if isinstance(data, str) else data

    def save(self, path: Path) -> None:
        """Write the workbook, with the fingerprint of all other parts as the last."""
        del self._parts[PART]  # openpyxl's is empty
        with ZipFile(path, "w") as package:
            for name in sorted(self._parts, key=_turn):
                data = self._parts[name]
                with package.open(dated_entry(name, ZIP_DEFLATED, LEVEL), "w") as part:
                    if isinstance(data, bytes):
                        part.write(data)
                        continue
                    with data.open("rb") as file:
                        while chunk := file.read(CHUNK):
                            part.write(chunk)
                    data.unlink()
            with package.open(dated_entry(PART, ZIP_DEFLATED, LEVEL), "w") as part:
                part.write(properties(package.infolist()))


def _turn(name: str) -> int:
    return FIRST.index(name) if name in FIRST else len(FIRST)


def prefixed(data: bytes | str) -> bytes:
    """Declare all namespaces of a drawing on its root, each with its usual prefix.

    >>> drawn = prefixed(f'<wsDr xmlns="{SHEET_DRAWING_NS}"><b xmlns="{DRAWING_NS}"/></wsDr>')
    >>> drawn.decode().replace(SHEET_DRAWING_NS, "...").replace(DRAWING_NS, "...")
    '<xdr:wsDr xmlns:xdr="..." xmlns:a="..."><a:b/></xdr:wsDr>'
    """
    old = etree.fromstring(data)
    root = etree.Element(old.tag, old.attrib, nsmap=PREFIXES)
    root.text = old.text
    root.extend(old)
    etree.cleanup_namespaces(root)
    return etree.tostring(root)


def font_order(styles: bytes | str) -> bytes:
    """Put the elements of fonts into the order of the schema; openpyxl's differs.

    >>> font_order('<fonts><font><name val="Arial"/><sz val="11"/></font></fonts>')
    b'<fonts><font><sz val="11"/><name val="Arial"/></font></fonts>'
    """
    root = etree.fromstring(styles)
    for font in root.iter("{*}font"):
        font[:] = sorted(font, key=lambda child: FONT_ORDER.index(etree.QName(child).localname))
    return etree.tostring(root)


def theme_of(script: str) -> str:
    """Return the theme, which sets the fonts of charts: ours, and those for a script.

    >>> "Yu Gothic" in theme_of("ja"), "Yu Gothic" in theme_of("zh"), "Calibri" in theme_of("")
    (True, False, False)
    """
    name, _ = EAST_ASIAN.get(script, ("", None))
    latin = re.sub('(?<=<a:latin typeface=")[^"]*', FONT, theme_xml)
    return latin.replace('<a:ea typeface=""/>', f'<a:ea typeface="{name}"/>')


def _application(_: bytes | str) -> bytes:
    properties = ExtendedProperties()
    properties.Application, properties.AppVersion = APPLICATION, None  # instead of openpyxl's
    return etree.tostring(properties.to_tree())


def _fix_dates(core: bytes | str) -> bytes:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "315532800")  # 1980-01-01
    try:
        date = datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise OutputError(
            f'SOURCE_DATE_EPOCH is "{epoch}"; expected whole seconds since 1970.'
        ) from error
    root = etree.fromstring(core)
    for dated in root.iter("{*}created", "{*}modified"):
        dated.text = f"{date:%Y-%m-%dT%H:%M:%SZ}"
    return etree.tostring(root)


_CHANGES: dict[str, Callable[[bytes | str], bytes]] = {
    r"xl/(drawings/drawing|charts/chart)\d+\.xml": prefixed,
    re.escape(ARC_APP): _application,
    re.escape(ARC_CORE): _fix_dates,
    re.escape(ARC_STYLE): font_order,
}
"""Changes of parts, by patterns of their names."""
