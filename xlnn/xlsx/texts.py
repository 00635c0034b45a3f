"""Encode and decode texts in XML, with characters that XML cannot hold.

Excel writes a character that XML cannot hold as ``_x``, four hexadecimal digits and ``_``, and
decodes every text that way. The module ``xml.sax.saxutils`` escapes markup, too, but imports
network modules: a tenth of a build's imports.
"""

import re
from collections.abc import Iterable, Iterator

from xlnn.errors import WorkbookError
from xlnn.grid import CellError
from xlnn.xlsx.markup import MAX_TAG

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LOOKS_LIKE_ONE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""The characters that XML cannot hold."""

_SIGNS = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_MARKUP = str.maketrans(_SIGNS)
_ATTRIBUTE = str.maketrans({**_SIGNS, '"': "&quot;", "\n": "&#10;", "\t": "&#9;"})
_NAMED = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}  # & is the last


def markup(text: str) -> str:
    """Return a text escaped for use between two tags.

    >>> markup("a < b & c")
    'a &lt; b &amp; c'
    """
    return text.translate(_MARKUP)


def attribute(text: str) -> str:
    """Return a text as an attribute's value, with its quotation marks.

    >>> attribute('a "b"')
    '"a &quot;b&quot;"'
    """
    return f'"{text.translate(_ATTRIBUTE)}"'


def unmarked(text: str) -> str:
    """Return the text between two tags with its entities decoded; character references stay.

    >>> unmarked("a &lt; &amp;lt; b")
    'a < &lt; b'
    """
    for name, sign in _NAMED.items():
        text = text.replace(name, sign)
    return text


def escaped(text: str) -> str:
    """Return a text as a file holds it, so that it is read back unchanged.

    >>> escaped("_x0041_")
    '_x005F_x0041_'
    """
    return _LOOKS_LIKE_ONE.sub("_x005F_", text) if "_x" in text else text


def unescaped(text: str) -> str:
    """Return the text that a file holds.

    >>> unescaped("_x005F_x0041_"), unescaped("_x0041_")
    ('_x0041_', 'A')
    """
    return _ESCAPE.sub(_sign, text) if "_x" in text else text


def _sign(escape: re.Match[str]) -> str:
    """Return the character of an escape; one that no text may hold stays escaped."""
    sign = chr(int(escape[1], 16))
    return sign if sign.isprintable() or sign in "\t\n\r" else escape[0]


def cached(value: object) -> tuple[str, str]:
    """Return the attribute t of a cell with this value, and what follows ``<v``.

    None is an empty text.

    >>> cached("a < b "), cached(CellError("#N/A")), cached(0.5)
    ((' t="str"', ' xml:space="preserve">a &lt; b '), (' t="e"', '>#N/A'), ('', '>0.5'))
    """
    if value is None:
        return ' t="str"', ">"
    if isinstance(value, bool):
        return ' t="b"', f">{int(value)}"
    if not isinstance(value, str):
        return "", f">{repr(value).removesuffix('.0')}"
    if _ILLEGAL.search(value):
        raise WorkbookError(f"The text {value!r} has a character that no cell can hold.")
    if isinstance(value, CellError):
        return ' t="e"', f">{markup(value)}"
    # Excel and its SDK know xml:space on <v>
    space = ' xml:space="preserve"' if value != value.strip() else ""
    return ' t="str"', f"{space}>{markup(escaped(value))}"


PREFIX = "_xlfn."
"""The prefix of functions newer than the format. IFERROR is older, but newer than the .xls files of
Excel 2003, in which it had the prefix; Spire and others keep it, and LibreOffice then does not
recognise the function."""

_PREFIXED = re.compile(r"""("(?:[^"]|"")*+"|'(?:[^']|'')*+'!)|(?<![\w.])_xlfn\.(?=IFERROR\()""")
_FORMULA = re.compile(rb"(<(?:[\w.-]+:)?f(?:\s[^<>]*)?>)([^<]*)")


def unprefixed(formula: str) -> str:
    """Remove prefixes from functions as Excel does; texts and sheet names stay unchanged.

    >>> unprefixed('_xlfn.IFERROR(A1,"_xlfn.IFERROR(")+_xlfn.STDEV.S(A1)')
    'IFERROR(A1,"_xlfn.IFERROR(")+_xlfn.STDEV.S(A1)'
    """
    return _PREFIXED.sub(lambda found: found[1] or "", formula) if PREFIX in formula else formula


def unprefix(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Make each formula of a sheet `unprefixed`; an edit for `xlnn.xlsx.copying.copy`."""
    held: list[bytes] = []
    length = 0
    for chunk in chunks:
        end = chunk.rfind(b"<")  # text before a tag is complete
        if end >= 0:
            yield _unprefixed(b"".join([*held, chunk[:end]]))
            held, length, chunk = [], 0, chunk[end:]  # noqa: PLW2901 -- the rest of it
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
