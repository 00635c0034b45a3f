"""Copy an .xlsx file with some cells rewritten and every other byte unchanged, as users edit it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from xml.parsers import expat
from zipfile import ZIP_STORED, ZipFile

from lxml import etree
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.utils import coordinate_to_tuple

from xlnn.grid import address
from xlnn.xlsx.cells import cells
from xlnn.xlsx.copying import dated_entry
from xlnn.xlsx.markup import attribute
from xlnn.xlsx.parts import sheet_parts

Edit = Callable[[Iterable[bytes]], Iterable[bytes]]
"""Turns the chunks of a part into other chunks."""


def copy(source, target, edits):
    """Copy a package with some of its parts edited, by the parts' names."""
    with ZipFile(source) as package, ZipFile(target, "w") as copied:
        for entry in package.infolist():
            data = b"".join(edits.get(entry.filename, iter)([package.read(entry)]))
            copied.writestr(dated_entry(entry.filename, ZIP_STORED), data)


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


def replace_inputs(source, target, inputs):
    """Copy a workbook with numbers put into some cells; cached values stay, and so are stale."""
    places = {(sheet, address(row, column)): n for (sheet, row, column), n in inputs.items()}

    def put(title):
        def rewrite(cell):
            number = places.pop((title, cell.attributes["r"]), None)
            return None if number is None else cell.rebuilt("", "", f">{float(number)!r}")

        return rewrite

    parts = sheet_parts(source).items()
    copy(source, target, {part: rewrite_cells(put(title)) for title, part in parts})
    assert not places


def edit(path, changes):
    """Type into cells of a saved workbook, as a person does, and return its path.

    The values that other cells store stay, and so are stale.
    """
    parts, typed = sheet_parts(Path(path)), {}
    for cell, content in changes.items():
        title, _, place = cell.rpartition("!")
        typed.setdefault(parts[title.strip("'")], {})[coordinate_to_tuple(place)] = content
    edits = {part: _typed_into(contents) for part, contents in typed.items()}
    edited = BytesIO()
    copy(path, edited, edits)
    Path(path).write_bytes(edited.getvalue())
    return path


def respelled(path, old, new):
    """Write something else into the sheet Spec, and return its path."""
    lines = {f"Spec!A{c.row}": c.value for c in cells(path, "Spec") if isinstance(c.value, str)}
    return edit(path, {cell: line.replace(old, new) for cell, line in lines.items() if old in line})


def _typed_into(contents):
    """Return an edit that puts contents into cells of a sheet, by row and column."""

    def typed(chunks):
        root = etree.fromstring(b"".join(chunks))
        space = root.tag.removesuffix("worksheet")
        data = root.find(f"{space}sheetData")
        rows = {int(row.get("r")): row for row in data}
        for (row, column), content in contents.items():
            if row not in rows:
                rows[row] = etree.SubElement(data, f"{space}row", r=str(row))
                data[:] = [rows[number] for number in sorted(rows)]
            line, place = rows[row], address(row, column)
            cell = next((each for each in line if each.get("r") == place), None)
            if cell is None:
                cell = etree.SubElement(line, f"{space}c", r=place)
                line[:] = sorted(line, key=lambda each: coordinate_to_tuple(each.get("r")))
            _fill(cell, content, space)
        yield etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)

    return typed


def _fill(cell, content, space):
    """Put a formula, a text, a number, True or False into a cell, or None."""
    del cell[:]
    cell.attrib.pop("t", None)
    if isinstance(content, str) and content.startswith("=") and content != "=":
        etree.SubElement(cell, f"{space}f").text = content[1:]
    elif isinstance(content, str) and content not in ERROR_CODES:
        cell.set("t", "inlineStr")
        inner = etree.SubElement(etree.SubElement(cell, f"{space}is"), f"{space}t")
        inner.text = content
        inner.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    elif content is not None:
        kind = {str: "e", bool: "b"}.get(type(content), "n")
        cell.set("t", kind)
        value = content if kind == "e" else int(content) if kind == "b" else repr(float(content))
        etree.SubElement(cell, f"{space}v").text = str(value)
