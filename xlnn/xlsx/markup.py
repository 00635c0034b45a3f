"""Parse the XML of a part, and refuse what other readers might read differently.

expat reads everything: a formula behind a namespace prefix, an entity or a CDATA section is still a
formula. What makes readers differ (document types, other encodings) is refused.

Excel writes a character that XML cannot hold as ``_x``, four hexadecimal digits and ``_``, and
decodes every text that way. The module ``xml.sax.saxutils`` escapes markup, too, but imports
network modules: a tenth of a build's imports.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol
from xml.parsers import expat

from xlnn.errors import WorkbookError
from xlnn.grid import CellError
from xlnn.xlsx.archive import Archive

MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
"""The namespaces of a workbook: transitional, which all programs write, and strict."""

MAX_TAG = 1 << 20
"""Bytes of one tag or comment. expat before 2.6 needs quadratic time for a longer one."""

MAX_DEPTH = 256
"""Elements inside one another; libxml2 has the same limit."""

RELATIONSHIPS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
"""The namespaces of the attribute by which an element names a relationship of its part."""

MEANT = frozenset({
    "r", "t", "si", "ref", "name", "localSheetId", "id", "Id", "Type", "Target", "TargetMode",
    "PartName", "ContentType", "Extension", "iterate", "fullPrecision", "transitionEvaluation",
})  # fmt: skip
"""Attributes that affect what a workbook computes. Readers that only look at local names would
accept them in any namespace, others only in their own."""

_SEPARATOR = "\x01"  # XML text cannot contain it, so no text can be mistaken for a name


class Opening:
    """An opening tag.

    Attributes
    ----------
    name : str
        Namespace and local name, as the closing tag has it.
    local : str
        The local name.
    main : str
        The local name if the element belongs to a workbook's own namespace, else "".
    """

    __slots__ = ("local", "main", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        namespace, _, self.local = name.rpartition(_SEPARATOR)
        self.main = self.local if namespace in MAIN else ""


Token = Opening | dict[str, str] | str
"""An opening tag; its attributes, if it has any; a text; the name of a closing tag."""


class Element(NamedTuple):
    """An element that has ended."""

    tag: Opening
    attributes: dict[str, str]
    text: str
    """The element's own text, without that of the elements inside it."""


class _Openings(dict[str, Opening]):
    """Opening tags by name, so that each name is parsed once."""

    def __missing__(self, name: str) -> Opening:
        if _SEPARATOR not in name:
            raise _ForeignError(name)
        opening = self[name] = Opening(name)
        return opening


class _ForeignError(Exception):
    """An element has no namespace, so its closing tag could be mistaken for text."""


class _LentError(Exception):
    """An attribute has a meaningful name, but in a foreign namespace."""


class _DoctypeError(Exception):
    """A document type is declared."""


class _EncodingError(Exception):
    """The XML declaration names an encoding other than UTF-8."""


def is_closing(token: str) -> bool:
    """Return whether a string token is a closing tag, not text."""
    return _SEPARATOR in token


class Parser:
    """Reads a part in pieces of any length.

    Attributes
    ----------
    archive : Archive
    part : str
    found : list
        The tokens of what was fed.
    """

    def __init__(self, archive: Archive, part: str) -> None:
        self.archive, self.part = archive, part
        self.found: list[Token] = []
        self._parser, self._fed = _parser(self.found), 0

    def feed(self, data: bytes, *, last: bool) -> None:
        """Read on; add what was found to `found`."""
        self._parser.Parse(data, last)
        self._fed += len(data)
        if self._fed - self._parser.CurrentByteIndex > MAX_TAG + len(data):
            raise self.archive.refused(
                f'the part "{self.part}" has a tag of more than {MAX_TAG:,} bytes; save the file '
                "again in a spreadsheet program"
            )

    @property
    def between_tags(self) -> bool:
        """Whether the input so far ends neither in a tag nor in a comment."""
        return self._parser.CurrentByteIndex == self._fed


class Feed(Protocol):
    """A function that takes the bytes of a part piece by piece."""

    def __call__(self, data: bytes, *, last: bool) -> None:
        """Take some bytes."""


def tokens(archive: Archive, part: str) -> Iterator[list[Token]]:
    """Read a part as XML, in lists of a few thousand tokens.

    A list is emptied when the next one is asked for.

    Raises
    ------
    WorkbookError
        The part is not sound XML in UTF-8, declares a document type, or is built to exhaust memory.
    """
    parser = Parser(archive, part)
    return batches(parser, parser.feed)


def batches(parser: Parser, feed: Feed) -> Iterator[list[Token]]:
    """Read a part as `tokens` does, through a `feed` that passes its input on to the parser."""
    archive, part, found = parser.archive, parser.part, parser.found
    try:
        for number, chunk in enumerate(archive.chunks(part)):
            if number == 0 and (b"\0" in chunk[:4] or chunk[:2] in (b"\xff\xfe", b"\xfe\xff")):
                raise _EncodingError("UTF-16")  # noqa: TRY301 - one place words the refusals
            feed(chunk, last=False)
            yield found
            found.clear()
        feed(b"", last=True)
    except expat.ExpatError as error:
        raise archive.refused(
            f'the part "{part}" is not valid XML ({error}); save the file again in a spreadsheet '
            "program"
        ) from None
    except _ForeignError as error:
        raise archive.refused(
            f'the part "{part}" holds an element "{error}" of no namespace, which no workbook has; '
            "save the file again in a spreadsheet program"
        ) from None
    except _LentError as error:
        raise archive.refused(
            f'the part "{part}" holds an attribute "{error}" of a foreign namespace, which some '
            "programs accept and others do not; save the file again in a spreadsheet program"
        ) from None
    except _EncodingError as error:
        raise archive.refused(
            f'the part "{part}" is written in {error}, and xlnn reads UTF-8; save the file again '
            "in a spreadsheet program"
        ) from None
    except _DoctypeError:
        raise doctype_refused(archive, part) from None
    yield found


def doctype_refused(archive: Archive, part: str) -> WorkbookError:
    """Return the error that refuses a document type."""
    return archive.refused(
        f'the part "{part}" declares a document type, which can make a small file exhaust memory; '
        "no spreadsheet program writes one, so do not open the file unless you know its author"
    )


def _parser(found: list[Token]) -> expat.XMLParserType:
    push, openings = found.append, _Openings()

    def start(name: str, attributes: dict[str, str]) -> None:
        push(openings[name])
        if attributes:
            for key in attributes:
                if _SEPARATOR in key:
                    _check_attribute(key)
            push(attributes)

    def declaration(_version: str, encoding: str | None, _standalone: int) -> None:
        # expat is told to read UTF-8, but another reader would follow the declaration
        if encoding is not None and encoding.upper() not in ("UTF-8", "UTF8"):
            raise _EncodingError(encoding)

    def doctype(*_: object) -> None:
        raise _DoctypeError

    parser = expat.ParserCreate("utf-8", _SEPARATOR)
    parser.buffer_text = True
    parser.XmlDeclHandler = declaration
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    parser.StartElementHandler = start
    # both are list.append, which expat calls without a detour through Python code
    parser.EndElementHandler = push
    parser.CharacterDataHandler = push
    return parser


def _check_attribute(name: str) -> None:
    """Refuse an attribute that some readers mistake for another."""
    namespace, _, local = name.rpartition(_SEPARATOR)
    if local in MEANT and not (local == "id" and namespace in RELATIONSHIPS):
        raise _LentError(local)


def elements(archive: Archive, part: str) -> Iterator[Element]:
    """Read a small part as XML; yield each element as it ends."""
    for element, _ in nested(archive, part):
        yield element


def nested(archive: Archive, part: str) -> Iterator[tuple[Element, list[Opening]]]:
    """Read a small part as `elements` does; yield each element with its ancestors.

    The ancestors are a new list, outermost first.
    """
    stack: list[tuple[Opening, dict[str, str], list[str]]] = []
    for batch in tokens(archive, part):
        for token in batch:
            if isinstance(token, Opening):
                if len(stack) >= MAX_DEPTH:
                    raise depth_refused(archive, part)
                stack.append((token, {}, []))
            elif isinstance(token, dict):
                stack[-1][1].update(token)
            elif is_closing(token):
                tag, attributes, texts = stack.pop()
                yield Element(tag, attributes, "".join(texts)), [above for above, *_ in stack]
            else:
                stack[-1][2].append(token)


def depth_refused(archive: Archive, part: str) -> WorkbookError:
    """Return the error that refuses elements nested without end."""
    return archive.refused(
        f'the part "{part}" nests its elements more than {MAX_DEPTH} deep; save the file again in '
        "a spreadsheet program"
    )


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
