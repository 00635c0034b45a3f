"""How are the parts around the cells written, so that every program finds what they hold?

openpyxl hands its parts to a zip file, one by one. `Parts` is one that writes some of them
otherwise.
"""

import re
from collections.abc import Callable
from zipfile import ZipFile

from lxml import etree
from openpyxl.packaging.extended import ExtendedProperties
from openpyxl.writer.theme import theme_xml
from openpyxl.xml.constants import ARC_APP, CHART_NS, DRAWING_NS, REL_NS, SHEET_DRAWING_NS

from xlnn.writing.style import EAST_ASIAN

PREFIXES = {"xdr": SHEET_DRAWING_NS, "a": DRAWING_NS, "c": CHART_NS, "r": REL_NS}
"""The usual prefixes of drawings and charts. Excel and LibreOffice accept any; exceljs finds a
drawing by its prefix, and Gnumeric no chart whose namespaces are declared inside the part."""

APPLICATION = "xlnn"
"""Who wrote a workbook, as its properties say."""


class Parts(ZipFile):
    """The zip file of a workbook, for openpyxl to write into."""

    def writestr(self, name: str, data: bytes | str, *more: object) -> None:
        """Write a part."""
        for pattern, change in _CHANGES.items():
            if re.fullmatch(pattern, name):
                data = change(data)
        super().writestr(name, data, *more)


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


def theme_of(script: str) -> str:
    """Return the theme, from which charts take their font, with that of a script for its signs.

    >>> "Yu Gothic" in theme_of("ja"), "Yu Gothic" in theme_of("zh")
    (True, False)
    """
    name, _ = EAST_ASIAN[script]
    return theme_xml.replace('<a:ea typeface=""/>', f'<a:ea typeface="{name}"/>')


def _application(_: bytes | str) -> bytes:
    properties = ExtendedProperties()
    properties.Application, properties.AppVersion = APPLICATION, None  # openpyxl sets its own
    return etree.tostring(properties.to_tree())


_CHANGES: dict[str, Callable[[bytes | str], bytes]] = {
    r"xl/(drawings/drawing|charts/chart)\d+\.xml": prefixed,
    re.escape(ARC_APP): _application,
}
"""What becomes of a part, by the pattern of its name."""
