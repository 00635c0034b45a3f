"""Write the parts around the cells so that every program finds them.

openpyxl writes its parts to a zip file, one by one. `Parts` is a zip file that changes some of
them.
"""

import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from lxml import etree
from openpyxl.packaging.extended import ExtendedProperties
from openpyxl.writer.theme import theme_xml
from openpyxl.xml.constants import (
    ARC_APP,
    ARC_STYLE,
    CHART_NS,
    DRAWING_NS,
    REL_NS,
    SHEET_DRAWING_NS,
)

from xlnn.writing.style import EAST_ASIAN, FONT
from xlnn.xlsx.copying import LEVEL
from xlnn.xlsx.parts import FONT_ORDER

PREFIXES = {"xdr": SHEET_DRAWING_NS, "a": DRAWING_NS, "c": CHART_NS, "r": REL_NS}
"""The usual prefixes of drawings and charts. Excel and LibreOffice accept any; exceljs finds a
drawing by its prefix, and Gnumeric no chart whose namespaces are declared inside the part."""

APPLICATION = "xlnn"
"""The application in a workbook's properties."""


class Parts(ZipFile):
    """The zip file of a workbook, for openpyxl to write into."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "w", ZIP_DEFLATED, compresslevel=LEVEL)

    def writestr(self, name: str, data: bytes | str, *_: object) -> None:
        """Add a part."""
        for pattern, change in _CHANGES.items():
            if re.fullmatch(pattern, name):
                data = change(data)
        super().writestr(name, data)


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


_CHANGES: dict[str, Callable[[bytes | str], bytes]] = {
    r"xl/(drawings/drawing|charts/chart)\d+\.xml": prefixed,
    re.escape(ARC_APP): _application,
    re.escape(ARC_STYLE): font_order,
}
"""Changes of parts, by patterns of their names."""
