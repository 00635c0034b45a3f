"""Parse the XML of a part, and refuse what other readers might read differently.

expat reads everything: a formula behind a namespace prefix or an entity is still a formula. What
makes readers differ (document types, other encodings, comments within a number) is refused.

Excel writes a character that XML cannot hold as ``_x``, four hexadecimal digits and ``_``, and
decodes every text that way. The module ``xml.sax.saxutils`` escapes markup, too, but imports
network modules: a tenth of a build's imports.
"""

import re
from collections.abc import Callable, Iterator
from itertools import chain
from xml.parsers import expat

from xlnn.errors import WorkbookError
from xlnn.formula import Token, rewritten
from xlnn.grid import CellError
from xlnn.xlsx.archive import Archive

MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
"""The namespaces of a workbook: transitional, which all programs write, and strict."""

ANEW = "save the file again in a spreadsheet program"
"""What to do with a file that is not as programs write it."""

MAX_TAG = 1 << 20
"""Bytes of one tag, comment or text. expat before 2.6 needs quadratic time for a longer one."""

MAX_DEPTH = 256
"""Elements inside one another; libxml2 has the same limit."""

MAX_NODES = 1_000_000
"""Elements beside cells and texts, kept in memory. A workbook of xlnn has some thousand, and twice
as many as a chart has points where a spreadsheet program stored these."""

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

READ = frozenset({"v", "f", "t", "formula", "formula1", "formula2", "definedName"})
"""Elements whose text is a value or a formula."""

_STRAY = re.compile(
    rb"(?P<cdata><!\[CDATA\[)|(?P<comment><!--)|(?P<instruction><\?)"
    rb"|(?P<reference>&#(?:0*(?P<decimal>[0-9]{2,3})|x0*(?P<hex>[0-9A-Fa-f]{2}));)"
)
"""What some programs leave out of a text, or stop at."""

_STRAYS = {
    "cdata": "a CDATA section",
    "comment": "a comment",
    "instruction": "a processing instruction",
}

_ESCAPED = frozenset(" &<>\"'")
"""The printable ASCII characters that a program may write as references."""

_SEPARATOR = "\x01"  # between a namespace and a name; XML cannot contain it


def stray(written: bytes) -> str:
    """Return what some programs do not read, or stop at, in an element's bytes; "" if all is read.

    LibreOffice writes line breaks as references, openpyxl all letters beyond ASCII, and others
    markup. No program needs one for another character.

    >>> stray(b"<v>0.0&#53;</v>"), stray(b"<f>1<!-- -->+1</f>")
    ('the reference &#53;', 'a comment')
    >>> stray(b"<t>a&#10;b &#38; &#948; &lt;</t>")
    ''
    """
    for match in _STRAY.finditer(written):
        if not match["reference"]:
            return _STRAYS[match.lastgroup]
        sign = chr(int(match["decimal"] or match["hex"], 10 if match["decimal"] else 16))
        if sign.isascii() and sign.isprintable() and sign not in _ESCAPED:
            return f"the reference {match['reference'].decode():.20}"
    return ""


def stray_sentence(node: "Node") -> str:
    """Return the end of a sentence that refuses the text of an element."""
    return f"holds {node.stray} within <{node.local}>, which some programs do not read; {ANEW}"


class Node:
    r"""An element of a part.

    Attributes
    ----------
    name : str
        Namespace, ``\x01`` and local name.
    local : str
        The local name.
    main : str
        The local name if the element belongs to a workbook's own namespace, else "".
    attributes : dict of str to str
        By name; a name with a namespace is ``namespace`` + ``\x01`` + ``name``.
    parent : Node or None
    text : str
        Its own text, without that of the elements inside it.
    stray : str
        What is within the text of one of `READ`, in words.
    children : list of Node
    """

    __slots__ = (
        "attributes", "children", "local", "main", "name", "parent", "stray", "text",
    )  # fmt: skip

    def __init__(
        self, names: tuple[str, str, str], attributes: dict[str, str], parent: "Node | None"
    ) -> None:
        self.name, self.local, self.main = names
        self.attributes, self.parent = attributes, parent
        self.text = self.stray = ""
        self.children: list[Node] = []

    @property
    def above(self) -> list[str]:
        """Return `main` of each element around it, innermost first."""
        return [] if self.parent is None else [self.parent.main, *self.parent.above]

    def walk(self) -> Iterator["Node"]:
        """Yield it and all elements inside it, in the order of their opening tags."""
        left = [self]
        while left:
            node = left.pop()
            yield node
            left += reversed(node.children)


class _Names(dict[str, tuple[str, str, str]]):
    """The three names of a `Node`, so that each is split once."""

    def __init__(self, refused: Callable[[str], WorkbookError]) -> None:
        self.refused = refused

    def __missing__(self, name: str) -> tuple[str, str, str]:
        if _SEPARATOR not in name:
            raise self.refused(f'holds an element "{name}" of no namespace, which no workbook has')
        namespace, _, local = name.rpartition(_SEPARATOR)
        names = self[name] = name, local, local if namespace in MAIN else ""
        return names


class Parser:
    """Reads a part in pieces of any length, and refuses what other readers read differently.

    Attributes
    ----------
    archive : Archive
    part : str
    found : list of Node
        The children of the root that have ended, each a tree; of ``sheetData`` its children
        instead, so that a sheet is read row by row. None of these is among the `children` of its
        parent. The root comes last.
    open : list of Node
        The elements that have not ended, outermost first.
    """

    def __init__(self, archive: Archive, part: str) -> None:
        self.archive, self.part = archive, part
        self.found: list[Node] = []
        self.open: list[Node] = []
        self._fed = 0
        self._kept = b""  # the last bytes fed, from the beginning of `_reading` or of a tag
        self._kept_from = self._begins = 0  # where these bytes and `_reading` begin
        self._reading: Node | None = None  # the element of `READ` that is open
        self._parser = self._made()

    def _made(self) -> expat.XMLParserType:
        """Return a parser that fills `found` and `open`."""
        around, names, kept = self.open, _Names(self._refused), 0

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal kept
            for key in attributes:
                if _SEPARATOR in key:
                    self._check_attribute(key)
            node = Node(names[name], attributes, around[-1] if around else None)
            around.append(node)
            self._opened(node)
            kept += 1
            if len(around) > MAX_DEPTH:
                raise self._refused(f"nests its elements more than {MAX_DEPTH} deep")
            if kept > MAX_NODES:
                raise crowded(self.archive)

        def end(_: str) -> None:
            nonlocal kept
            ended = around.pop()
            self._closed(ended)
            if len(around) <= 1 or (len(around) == 2 and around[1].main == "sheetData"):
                self.found.append(ended)
                kept = 0
            else:
                around[-1].children.append(ended)

        def read(text: str) -> None:
            node = around[-1]
            node.text = node.text + text if node.text else text
            if len(node.text) > MAX_TAG:
                raise self._long()

        parser = expat.ParserCreate("utf-8", _SEPARATOR)
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = self._doctype
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = read
        return parser

    def feed(self, data: bytes, *, last: bool) -> None:
        """Read on; add what was found to `found`."""
        begins = self._parser.CurrentByteIndex if self._fed else 0
        begins = self._begins if self._reading else begins
        self._kept = self._kept[begins - self._kept_from :]
        self._kept_from = begins
        if len(self._kept) > MAX_TAG:
            raise self._long()
        self._kept += data
        self._parser.Parse(data, last)
        self._fed += len(data)

    def _opened(self, node: Node) -> None:
        """Keep the bytes of an element of `READ`, from here on."""
        if node.main in READ and not self._reading:
            self._reading, self._begins = node, self._parser.CurrentByteIndex

    def _closed(self, node: Node) -> None:
        """Look at the bytes of an element of `READ`."""
        if node is self._reading:
            ends = self._parser.CurrentByteIndex - self._kept_from
            node.stray = stray(self._kept[self._begins - self._kept_from : ends])
            self._reading = None

    @property
    def between_tags(self) -> bool:
        """Whether the input so far ends neither in a tag nor in a comment."""
        return self._parser.CurrentByteIndex == self._fed

    def _check_attribute(self, name: str) -> None:
        """Refuse an attribute that some readers mistake for another."""
        namespace, _, local = name.rpartition(_SEPARATOR)
        if local in MEANT and not (local == "id" and namespace in RELATIONSHIPS):
            raise self._refused(
                f'holds an attribute "{local}" of a foreign namespace, which some programs accept '
                "and others do not"
            )

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        # expat is told to read UTF-8, but another reader would follow the declaration
        if encoding is not None and encoding.upper() not in ("UTF-8", "UTF8"):
            raise self._encoded(encoding)

    def _doctype(self, *_: object) -> None:
        raise doctype_refused(self.archive, self.part)

    def _encoded(self, encoding: str) -> WorkbookError:
        return self._refused(f"is written in {encoding}, and xlnn reads UTF-8")

    def _long(self) -> WorkbookError:
        return self._refused(f"has a tag or a text of more than {MAX_TAG:,} bytes")

    def _refused(self, sentence: str) -> WorkbookError:
        return self.archive.refused(f'the part "{self.part}" {sentence}; {ANEW}')

    def batches(self, feed: Callable[..., None]) -> Iterator[list[Node]]:
        """Read the whole part through a function that passes its input on to `feed`.

        The list is `found`, which is emptied when the next one is asked for.

        Raises
        ------
        WorkbookError
            The part is not sound XML in UTF-8, declares a document type, or is built to exhaust
            memory.
        """
        try:
            for number, chunk in enumerate(self.archive.chunks(self.part)):
                if number == 0 and (b"\0" in chunk[:4] or chunk[:2] in (b"\xff\xfe", b"\xfe\xff")):
                    raise self._encoded("UTF-16")
                feed(chunk, last=False)
                yield self.found
                self.found.clear()
            feed(b"", last=True)
        except expat.ExpatError as error:
            raise self._refused(f"is not valid XML ({error})") from None
        yield self.found


def crowded(archive: Archive) -> WorkbookError:
    """Return the error that refuses more elements than memory should hold."""
    return archive.refused(
        f"it holds more than {MAX_NODES:,} elements besides its cells and texts; remove charts, "
        "formats or links"
    )


def doctype_refused(archive: Archive, part: str) -> WorkbookError:
    """Return the error that refuses a document type."""
    return archive.refused(
        f'the part "{part}" declares a document type, which can make a small file exhaust memory; '
        "no spreadsheet program writes one, so do not open the file unless you know its author"
    )


def trees(archive: Archive, part: str) -> Iterator[Node]:
    """Read a part as XML; yield each child of its root as it ends, and the root last.

    Raises
    ------
    WorkbookError
        As `Parser.batches`.
    """
    parser = Parser(archive, part)
    return chain.from_iterable(parser.batches(parser.feed))


def elements(archive: Archive, part: str) -> Iterator[Node]:
    """Yield the elements of a part, the root last."""
    return (node for tree in trees(archive, part) for node in tree.walk())


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


def unprefixed(formula: str) -> str:
    """Remove prefixes from functions as Excel does; texts and sheet names stay unchanged.

    >>> unprefixed('_xlfn.IFERROR(A1,"_xlfn.IFERROR(")+_xlfn.STDEV.S(A1)')
    'IFERROR(A1,"_xlfn.IFERROR(")+_xlfn.STDEV.S(A1)'
    """
    return rewritten(formula, _unprefixed) if PREFIX in formula else formula


def _unprefixed(token: Token) -> str:
    return "IFERROR(" if token[0] == f"{PREFIX}IFERROR(" else token[0]
