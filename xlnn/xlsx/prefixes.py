"""Remove prefixes that some programs write before functions.

``_xlfn.`` stands before the functions that are younger than the format. IFERROR is older, but it
is younger than the .xls files of Excel 2003, in which it had the prefix; Spire and others keep it.
LibreOffice then knows no such function.
"""

import re
from collections.abc import Iterable, Iterator

from xlnn.xlsx.markup import MAX_TAG
from xlnn.xlsx.texts import markup, unmarked

PREFIX = "_xlfn."

_PREFIXED = re.compile(r"""("(?:[^"]|"")*+"|'(?:[^']|'')*+'!)|(?<![\w.])_xlfn\.(?=IFERROR\()""")
_FORMULA = re.compile(rb"(<(?:[\w.-]+:)?f(?:\s[^<>]*)?>)([^<]*)")


def unprefixed(formula: str) -> str:
    """Write a formula's functions as Excel does; texts and names of sheets stay as they are.

    >>> unprefixed('_xlfn.IFERROR(A1,"_xlfn.IFERROR(")+_xlfn.STDEV.S(A1)')
    'IFERROR(A1,"_xlfn.IFERROR(")+_xlfn.STDEV.S(A1)'
    """
    return _PREFIXED.sub(lambda found: found[1] or "", formula) if PREFIX in formula else formula


def unprefix(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Edit a sheet, as `xlnn.xlsx.copying.copy` does: each formula becomes `unprefixed`."""
    held: list[bytes] = []
    length = 0
    for chunk in chunks:
        end = chunk.rfind(b"<")  # what stands before a tag is complete
        if end >= 0:
            yield _unprefixed(b"".join([*held, chunk[:end]]))
            held, length, chunk = [], 0, chunk[end:]  # noqa: PLW2901 -- its rest
        held.append(chunk)
        length += len(chunk)
        if length > MAX_TAG + len(chunk):  # no formula
            yield b"".join(held)
            held, length = [], 0
    yield _unprefixed(b"".join(held))


def _unprefixed(data: bytes) -> bytes:
    if PREFIX.encode() not in data:
        return data
    return _FORMULA.sub(lambda found: found[1] + _in_xml(found[2].decode()).encode(), data)


def _in_xml(text: str) -> str:
    if PREFIX not in text or "&#" in text:  # no program writes its quotes by their numbers
        return text
    return markup(unprefixed(unmarked(text)))
