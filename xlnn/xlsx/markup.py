"""Parse the XML of a part, and refuse what other readers might read differently.

expat reads everything: a formula behind a namespace prefix, an entity or a CDATA section is still a
formula. What makes readers differ (document types, other encodings) is refused.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol
from xml.parsers import expat

from xlnn.errors import WorkbookError
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
