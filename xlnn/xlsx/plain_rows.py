"""Read simple rows with a regular expression instead of an XML parser.

Nearly all rows of a filled-down sheet are plain, and a regular expression reads them five times as
fast. expat gets the document without them; everything else is read as in any other part. A row only
counts as plain if an XML parser would find the same in it. These conditions guarantee that:

* The first row follows the bytes ``<sheetData>``, where expat itself has reported an opening tag of
  that name. So a ``<row>`` without a prefix has the namespace of a workbook.
* Each further row follows a plain one, or a row that expat has read from its opening tag to its
  closing one. So it is directly inside ``sheetData``, and not within a tag.
* Up to there the part has no ``<!`` (and the rows no ``<?``), so it is not in a comment, a CDATA
  section or a processing instruction.
* The attributes after the row's number are, byte for byte, those of a row that expat has read in
  this sheet. So no prefix is undeclared, no attribute occurs twice, and no namespace differs.
* It has no ``_xlfn.``, which may have to be removed.
* Its cells are in UTF-8 and follow each other without a gap, and each names this row. The only
  entities are ``&lt;``, ``&gt;`` and ``&amp;``, which mean the same in every document.

If one of the first three fails, expat reads the rest of the part.
"""

import re
from collections.abc import Iterator

from xlnn.errors import WorkbookError
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.markup import MAX_TAG, PREFIX, Node, Parser, trees, unmarked

_CELL = re.compile(
    # the order of attributes in which openpyxl, Excel, LibreOffice and xlnn write them
    r'<c r="([A-Z]{1,3}+)([1-9][0-9]{0,6}+)"(?: s="([0-9]{1,9}+)")?+'
    r'(?: t="(n|str|b|e|s|inlineStr)")?+'
    # a longer text goes to expat, and is refused in one place
    r'(?:/>|>(?:<f((?: aca="false")?+(?: t="array" ref="[A-Z0-9:]{2,21}+")?+)>'
    r"([^<]{1,32767}+)</f>)?+(?:(?:(?<!inlineStr\">)<v>|(?<=inlineStr\">)(<is><t>))"
    r"([^<]{0,32767}+)(?(7)</t></is>|</v>))?+</c>)"
)
_GROUPS = _CELL.groups + 1
_ATTRIBUTE = re.compile('([a-z]+)="([^"]*)"')
_ROW = re.compile(rb'[ \t\r\n]*+<row r="([1-9][0-9]{0,6})"((?: [A-Za-z][\w.:-]*+="[^"]*+")*+)(/?)>')
_ROW_END = b"</row>"
_DATA = b"<sheetData>"
_ENTITY = re.compile("&(?:lt|gt|amp);")
_PRINTABLE = bytes(range(0x20, 0x7F))

_MAX_DIFFERENT, _MAX_LENGTH = 1_000, 1_000
"""The most attributes of rows that are cached, and their bytes. A sheet has a few."""

_TYPES = {None: "n"} | {type_: type_ for type_ in ("n", "str", "b", "e", "s", "inlineStr")}


class _Attributes(dict[str | None, dict[str, str] | None]):
    """The attributes of formulas as written; those of an array formula are read each time."""

    def __missing__(self, written: str) -> dict[str, str]:
        return dict(_ATTRIBUTE.findall(written))


_FORMULA_ATTRIBUTES = _Attributes({None: None, "": {}, ' aca="false"': {"aca": "false"}})


class PlainRow:
    """A plain row, directly inside ``sheetData``.

    Attributes
    ----------
    number : str
        Its number as written in the row and in each cell.
    letters : list of str
        The columns of the cells.
    """

    __slots__ = ("_pieces", "letters", "number")

    def __init__(self, number: str, pieces: list[str | None]) -> None:
        self.number = number
        self.letters = pieces[1::_GROUPS]
        self._pieces = pieces

    def contents(
        self,
    ) -> tuple[Iterator[str], Iterator[dict[str, str] | None], *tuple[list[str | None], ...]]:
        """Return the types, formula attributes, formulas, values and styles of all cells."""
        pieces = self._pieces
        return (
            map(_TYPES.__getitem__, pieces[4::_GROUPS]),
            map(_FORMULA_ATTRIBUTES.__getitem__, pieces[5::_GROUPS]),
            pieces[6::_GROUPS],
            pieces[8::_GROUPS],
            pieces[3::_GROUPS],
        )


def sheet_nodes(archive: Archive, part: str) -> Iterator[list[Node | PlainRow]]:
    """Read a sheet as `xlnn.xlsx.markup.Parser.batches` does, with `PlainRow` for a plain row."""
    parser = Parser(archive, part)
    try:
        yield from parser.batches(_Sieve(parser).feed)
    except WorkbookError:
        # expat counts the lines of its input: for the message it gets everything
        for _ in trees(archive, part):
            pass
        raise


class _Sieve:
    """Separates plain rows from the rest of a sheet, which goes to a parser."""

    def __init__(self, parser: Parser) -> None:
        self._parser = parser
        self._found: list[Node | PlainRow] = parser.found
        self._held = b""
        self._inside = False  # whether ``<sheetData>`` was read
        self._ended = False  # whether the parser reads the rest
        self._attributes = {b""}  # what may come after the number of a plain row

    def feed(self, data: bytes, *, last: bool) -> None:
        """Take some bytes; hold back the beginning of a row, so that the parser gets it whole."""
        data = self._held + data
        start = 0 if self._ended else self._sift(data)
        self._held = data[start:]
        if last or self._ended or len(self._held) > MAX_TAG:
            self._ended = True
            self._parser.feed(self._held, last=last)
            self._held = b""

    def _sift(self, data: bytes) -> int:
        """Read row by row; return where the first incomplete row begins."""
        start = 0
        if not self._inside:
            start = data.find(_DATA) + len(_DATA)
            if start < len(_DATA):
                return 0
            self._inside = True
            self._ended = not self._reads(data[:start])
        while not self._ended:
            tag = _ROW.match(data, start)
            end = tag.end() if tag and tag[3] else data.find(_ROW_END, start) + len(_ROW_END)
            if end < len(_ROW_END):
                break
            plain = tag and self._plain(tag, data[tag.end() : end])
            if plain:
                self._found.append(plain)
            elif not self._reads_row(data[start:end]):
                self._ended = True
            elif tag and len(tag[2]) < _MAX_LENGTH and len(self._attributes) < _MAX_DIFFERENT:
                self._attributes.add(tag[2])
            start = end
        return start

    def _plain(self, tag: re.Match[bytes], content: bytes) -> PlainRow | None:
        """Return a row if it is plain, given its opening tag and what follows."""
        if tag[2] not in self._attributes:
            return None
        content = content.removesuffix(_ROW_END)
        try:
            text = content.decode()
        except UnicodeDecodeError:
            return None
        # what XML cannot hold is not printable; testing for ASCII first takes a quarter of the time
        is_printable = not content.translate(None, _PRINTABLE) or text.isprintable()
        if "]]>" in text or PREFIX in text or not is_printable:
            return None
        has_entities = "&" in text
        # character references, and what is not an entity, are left to the parser
        if has_entities and len(_ENTITY.findall(text)) != text.count("&"):
            return None
        pieces = _CELL.split(text)
        number = tag[1].decode()
        # there is no gap between the cells, and all are in this row
        if any(pieces[::_GROUPS]) or not {number}.issuperset(pieces[2::_GROUPS]):
            return None
        if has_entities:  # entities can only be in formulas and values
            pieces = [unmarked(piece) if piece and "&" in piece else piece for piece in pieces]
        return PlainRow(number, pieces)

    def _reads(self, data: bytes) -> bool:
        """Let the parser read on; return whether the next thing can be a row of the sheet."""
        self._parser.feed(data, last=False)
        around = [node.main for node in self._parser.open[1:]]
        return b"<!" not in data and self._parser.between_tags and around == ["sheetData"]

    def _reads_row(self, data: bytes) -> bool:
        """Let the parser read up to a ``</row>``; return whether it reports exactly one row."""
        before = len(self._found)
        is_between = self._reads(data) and b"<?" not in data
        return is_between and [node.main for node in self._found[before:]] == ["row"]
