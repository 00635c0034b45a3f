"""Copy an .xlsx file with some cells or inputs rewritten and everything else unchanged.

Parts are streamed, so that memory does not grow with a sheet.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from xml.parsers import expat
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from xlnn.errors import WorkbookError
from xlnn.grid import Inputs, address
from xlnn.xlsx.markup import attribute, markup, unprefix
from xlnn.xlsx.parts import WORKBOOK, sheet_parts

CHUNK = 1 << 16  # bytes of XML at a time
LARGE = 1 << 30  # a part of this size gets the long sizes of zip64, since it grows on the way

DAMAGES = (BadZipFile, zlib.error, expat.ExpatError)
"""Exceptions that the libraries raise for a damaged file."""

Edit = Callable[[Iterable[bytes]], Iterable[bytes]]
"""Turns the chunks of a part into other chunks."""


def copy(source: Path, target: Path, edits: Mapping[str, Edit]) -> None:
    """Copy a package with some of its parts edited, not compressed.

    Parameters
    ----------
    source, target : Path
        Two different files; ``target`` is overwritten.
    edits : mapping of str to Edit
        The edit of each part that has one, by the part's name.

    Raises
    ------
    WorkbookError
        The source is not a package, or is damaged.
    """
    try:
        with ZipFile(source) as package, ZipFile(target, "w") as copied:
            for entry in package.infolist():
                edit = edits.get(entry.filename, iter)
                new, is_large = dated_entry(entry.filename, ZIP_STORED), entry.file_size >= LARGE
                with (
                    package.open(entry) as part,
                    copied.open(new, "w", force_zip64=is_large) as written,
                ):
                    for chunk in edit(iter(lambda: part.read(CHUNK), b"")):
                        written.write(chunk)
    except DAMAGES as error:
        raise WorkbookError(
            f"{source.name} is damaged, or is not an .xlsx file: {error}"
        ) from error


def dated_entry(name: str, compression: int, level: int | None = None) -> ZipInfo:
    """Return an entry that is the same at any time and on any machine."""
    entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type, entry._compresslevel = compression, level  # noqa: SLF001 -- what `open` takes from it
    entry.create_system = 0  # else Windows and the others differ
    entry.external_attr = 0o600 << 16
    return entry


def whole(change: Callable[[bytes], bytes]) -> Edit:
    """Return an edit that changes a small part in one piece."""
    return lambda chunks: [change(b"".join(chunks))]


NONE: Mapping[str, str] = MappingProxyType({})


class RewrittenCell:
    """A cell that `rewrite_cells` may change.

    Attributes
    ----------
    attributes, formula_attributes : dict
        Those of the elements ``c`` and ``f``.
    formula : str
        The element ``f`` as written; empty where the cell has none.
    """

    __slots__ = ("attributes", "formula", "formula_attributes", "prefix", "start")

    def __init__(self, prefix: str, attributes: dict[str, str], start: int) -> None:
        self.prefix = prefix
        self.attributes = attributes
        self.start = start
        self.formula = ""
        self.formula_attributes: Mapping[str, str] = NONE

    def rebuilt(self, formula: str, kind: str, value: str) -> str:
        """Return the cell with its place and style, and other content.

        Parameters
        ----------
        formula : str
            The element ``f``, or nothing.
        kind : str
            The attribute t, such as ``' t="b"'``; nothing for a number.
        value : str
            What follows ``<v``, as in ``'>0.5'``.
        """
        p, place = self.prefix, self.attributes["r"]
        style = _style(self.attributes.get("s"))
        return f'<{p}c r="{place}"{style}{kind}>{formula}<{p}v{value}</{p}v></{p}c>'

    def restated(self, formula: str) -> str:
        """Return the cell with its place and style, another formula, and no value."""
        more = "".join(f" {key}={attribute(text)}" for key, text in self.formula_attributes.items())
        text = f"<{self.prefix}f{more}>{markup(formula)}</{self.prefix}f>"
        return self.rebuilt(text, "", ">0")

    def emptied(self) -> str:
        """Return the cell with its place and style, and no content."""
        return f'<{self.prefix}c r="{self.attributes["r"]}"{_style(self.attributes.get("s"))}/>'


@lru_cache(maxsize=4096)
def _style(style: str | None) -> str:
    return "" if style is None else f" s={attribute(style)}"


Rewrite = Callable[[RewrittenCell], str | None]
"""Returns the XML that replaces the cell; None to keep it."""


def rewrite_cells(rewrite: Rewrite) -> Edit:
    """Return an edit of a sheet that keeps every byte outside the cells that are rewritten."""

    def edit(chunks: Iterable[bytes]) -> Iterator[bytes]:
        scanner = _Scanner(rewrite)
        for chunk in chunks:
            yield scanner.read(chunk, last=False)
        yield scanner.read(b"", last=True)

    return edit


class _Scanner:
    """Finds cells by expat's byte offsets, so any valid XML is understood.

    Attributes in another order, prefixes, cells without content: Excel, LibreOffice and openpyxl
    each write a sheet in their own way.
    """

    def __init__(self, rewrite: Rewrite) -> None:
        self.rewrite = rewrite
        self.parser = expat.ParserCreate("UTF-8")
        self.parser.StartElementHandler = self.root
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.data = b""  # what was read and is not yet passed on
        self.offset = 0  # where in the part data begins
        self.passed = 0  # up to where in the part the bytes are in out
        self.out: list[bytes] = []
        self.cell: RewrittenCell | None = None
        self.formula_start = 0

    def read(self, chunk: bytes, *, last: bool) -> bytes:
        self.data += chunk
        self.parser.Parse(chunk, last)
        if last:
            self.out.append(self.data[self.passed - self.offset :])
        else:
            # expat may hold back some of its input, and its index is -1 before the first tag.
            safe = self.cell.start if self.cell else max(self.parser.CurrentByteIndex, self.offset)
            self.out.append(self.data[self.passed - self.offset : safe - self.offset])
            self.data = self.data[safe - self.offset :]
            self.passed = self.offset = safe
        result = b"".join(self.out)
        self.out.clear()
        return result

    def doctype(self, *_: object) -> None:
        raise WorkbookError("A sheet declares a document type, which no spreadsheet does.")

    def root(self, name: str, _: dict[str, str]) -> None:
        prefix = self.prefix = name[: name.rfind(":") + 1]
        self.c, self.f = f"{prefix}c", f"{prefix}f"
        self.closing_c, self.closing_f = f"</{prefix}c".encode(), f"</{prefix}f".encode()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == self.c:
            self.cell = RewrittenCell(self.prefix, attributes, self.parser.CurrentByteIndex)
        elif name == self.f and self.cell:
            self.formula_start = self.parser.CurrentByteIndex
            self.cell.formula_attributes = attributes

    def end(self, name: str) -> None:
        if name == self.f and (cell := self.cell):
            start, end = self.formula_start - self.offset, self.end_of(self.closing_f)
            cell.formula = self.data[start:end].decode()
        elif name == self.c and (cell := self.cell):
            self.cell = None
            new = self.rewrite(cell)
            if new is not None:
                unchanged = self.data[self.passed - self.offset : cell.start - self.offset]
                self.out += unchanged, new.encode()
                self.passed = self.offset + self.end_of(self.closing_c)

    def end_of(self, closing: bytes) -> int:
        """Return the offset in data where the element that is being closed ends."""
        position = self.parser.CurrentByteIndex - self.offset
        if self.data.startswith(closing, position):
            return self.data.index(b">", position) + 1
        return position  # <c/> ends where it is reported


def replace_inputs(source: Path, target: Path, inputs: Inputs) -> None:
    """Copy a workbook for an engine, with numbers put into some cells.

    Any program may have saved it. Cached values stay, and so are stale. Formulas are written as
    all engines read them. Iteration is switched off, since an engine would give circular
    references numbers by it. The copy is not compressed.

    Raises
    ------
    WorkbookError
        A cell is not in the file, or it holds a formula that is shared with other cells.
    """
    missing = dict(inputs)

    def put(title: str) -> Rewrite:
        places = {address(*key[1:]): key for key in inputs if key[0] == title}

        def rewrite(cell: RewrittenCell) -> str | None:
            key = places.get(cell.attributes.get("r", ""))
            if key is None:
                return None
            if "ref" in cell.formula_attributes:
                raise WorkbookError(
                    f"{title}!{address(*key[1:])} is an input, but holds a formula that other cells"
                    " share: type a number into it."
                )
            return cell.rebuilt("", "", f">{float(missing.pop(key))!r}")

        return rewrite

    titles = {sheet for sheet, _, _ in inputs}
    parts = sheet_parts(source)
    edits: dict[str, Edit] = {WORKBOOK: whole(_without_iteration)}
    for title, part in parts.items():
        edits[part] = unprefix
        if title in titles:
            edits[part] = _both(unprefix, rewrite_cells(put(title)))
    copy(source, target, edits)
    for sheet, row, column in missing:
        raise WorkbookError(
            f"{source.name}: the input {sheet}!{address(row, column)} is not in the file."
        )


def _both(first: Edit, second: Edit) -> Edit:
    return lambda chunks: second(first(chunks))


def _without_iteration(workbook: bytes) -> bytes:
    """Remove the setting by which programs settle circular references."""
    if b"iterate" not in workbook:
        return workbook
    from lxml import etree  # noqa: PLC0415 - slow

    # `inspect` has limited its size and its depth
    root = etree.fromstring(workbook, etree.XMLParser(resolve_entities=False, huge_tree=True))
    for settings in root.iter("{*}calcPr"):
        for name in list(settings.attrib):
            if etree.QName(name).localname == "iterate":
                del settings.attrib[name]
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
