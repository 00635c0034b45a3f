"""Which rows of a sheet are written so plainly that reading them needs no XML parser?

Nearly all rows of a filled-down sheet are, and a regular expression reads them five times as fast.
A plain row is one token, and expat gets the document without it: the rest, and whatever is not
plain to the last byte, is read as in any other part. No row is plain unless an XML parser would
find the same in it, and these conditions make that certain:

* The first row stands behind the bytes ``<sheetData>``, where expat itself has reported an opening
  tag of that name. So a ``<row>`` without a prefix has the namespace of a workbook.
* Each further row stands behind a plain one, or behind a row that expat has read from its opening
  tag to its closing one. So it stands directly inside ``sheetData``, and in no tag.
* Up to there the part has no ``<!`` (and none of the rows a ``<?``), so it stands in no comment,
  no CDATA section and no processing instruction.
* The attributes that follow the row's number are, byte for byte, those of a row that expat has
  read in this sheet. So no prefix is undeclared, no attribute is there twice, and no namespace is
  another one.
* Its cells are in UTF-8, follow each other without a gap, and each names this row.

Where one of the first three fails, expat reads the rest of the part.
"""

import re
from collections.abc import Iterable, Iterator

from xlnn.archive import Archive
from xlnn.errors import WorkbookError
from xlnn.markup import Parser, Token, batches, tokens

_TEXT = r"[^<>&\x00-\x1f\ufffe\uffff]"
_CELL = re.compile(
    # the order of attributes in which openpyxl, Excel, LibreOffice and xlnn write them
    r'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="[0-9]{1,9}")?(?: t="(n|str|b|e|s)")?'
    r'(?:/>|>(?:<f((?: aca="false")?)>'
    # a longer text goes to expat, and there to the one place that refuses it
    rf"({_TEXT}{{1,32767}}+)</f>)?(?:<v>({_TEXT}{{0,32767}}+)</v>)?</c>)"
)
_GROUPS = _CELL.groups + 1
_ROW = re.compile(
    rb'[ \t\r\n]*+<row r="([1-9][0-9]{0,6})"((?: [A-Za-z][\w.:-]*+="[^"<>&\x00-\x1f]*+")*+)(/?)>'
)
_ROW_END = b"</row>"
_DATA = b"<sheetData>"

_MAX_HEADS = 10_000
"""Different attributes of rows that are remembered; a spreadsheet program writes a few of them."""

_TYPES = {None: "n"} | {type_: type_ for type_ in ("n", "str", "b", "e", "s")}
_FORMULA_ATTRIBUTES = {None: None, "": {}, ' aca="false"': {"aca": "false"}}


class PlainRow:
    """A plain row, directly inside ``sheetData``.

    Attributes
    ----------
    number : str
        Its number as it stands in the row and in each cell.
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
    ) -> tuple[
        Iterator[str], Iterator[dict[str, str] | None], list[str | None], list[str | None]
    ]:
        """Return of all cells: types, attributes of formulas, formulas, values."""
        pieces = self._pieces
        return (
            map(_TYPES.__getitem__, pieces[3::_GROUPS]),
            map(_FORMULA_ATTRIBUTES.__getitem__, pieces[4::_GROUPS]),
            pieces[5::_GROUPS],
            pieces[6::_GROUPS],
        )


def sheet_tokens(archive: Archive, part: str) -> Iterator[list[Token | PlainRow]]:
    """Read a sheet as `xlnn.markup.tokens` does, with each plain row as one token."""
    parser = Parser(archive, part)
    try:
        yield from batches(parser, _without_plain_rows(archive.chunks(part), parser))
    except WorkbookError:
        # expat counts the lines of what it was given; for the message it is given all
        for _ in tokens(archive, part):
            pass
        raise


def _without_plain_rows(chunks: Iterable[bytes], parser: Parser) -> Iterator[bytes]:
    ...
