"""Write a workbook of cells alone, which is what an engine gets.

Charts, formats, names, settings and stored values stay behind: nothing but what a formula computes
with reaches another program. Cells are streamed, so that memory does not grow with a sheet.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from math import isnan
from operator import itemgetter
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from xlnn.errors import WorkbookError
from xlnn.grid import Place, address
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.cells import Cell, SharedFormulas, cells_of
from xlnn.xlsx.markup import MAIN, RELATIONSHIPS, attribute, cached, markup
from xlnn.xlsx.parts import PACKAGE, ROOT, TYPES, WORKBOOK, read_workbook, rels_of, shared_strings
from xlnn.xlsx.sheet_stream import SheetSource

Changes = Mapping[tuple[str, int, int], float | str | None]
"""What cells hold instead, by sheet, row and column: a number, a formula with its "=", or nothing
(None or NaN)."""

LARGE = 1 << 29
"""Bytes of a sheet whose copy gets the long sizes of zip64, which formualizer does not read."""

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FORMAT = "application/vnd.openxmlformats-"


def dated_entry(name: str, compression: int, level: int | None = None) -> ZipInfo:
    """Return an entry that is the same at any time and on any machine."""
    entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type, entry._compresslevel = compression, level  # noqa: SLF001 -- what `open` takes from it
    entry.create_system = 0  # else Windows and the others differ
    entry.external_attr = 0o600 << 16
    return entry


def copy_cells(source: Path, target: Path, changes: Changes) -> None:
    """Copy the formulas and constants of a workbook, with some cells changed.

    Shared formulas are written out, and all formulas so that all engines read them. The copy is not
    compressed.

    Parameters
    ----------
    source, target : Path
        Two different files; ``target`` is overwritten.
    changes : mapping

    Raises
    ------
    WorkbookError
        A changed cell is not in the file, or the file is damaged.
    """
    missing = dict(changes)
    with Archive(source) as archive, ZipFile(target, "w") as copied:
        book = read_workbook(archive)
        strings = shared_strings(archive, book.strings)
        for part, text in _frame(tuple(book.sheets)):
            copied.writestr(dated_entry(part, ZIP_STORED), _XML + text)
        for number, (title, part) in enumerate(book.sheets.items(), start=1):
            sheet = SheetSource(archive, title, part)
            shared = SharedFormulas(sheet, arrays=True)
            cells = (_changed(title, cell, missing) for cell in cells_of(sheet, strings, shared))
            entry = dated_entry(f"xl/{_sheet(number)}", ZIP_STORED)
            is_large = archive.parts[part].file_size >= LARGE
            with copied.open(entry, "w", force_zip64=is_large) as written:
                written.write(f'{_XML}<worksheet xmlns="{MAIN[0]}"><sheetData>'.encode())
                for row in _rows(cells, shared.arrays):
                    written.write(row.encode())
                written.write(b"</sheetData></worksheet>")
    for place in missing:
        raise WorkbookError(f"{source.name}: the input {Place(*place)} is not in the file.")


def _sheet(number: int) -> str:
    return f"worksheets/sheet{number}.xml"


def _frame(titles: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the parts of a workbook around its sheets."""
    sheets = range(1, len(titles) + 1)
    types = [(WORKBOOK, "sheet.main"), *((f"xl/{_sheet(n)}", "worksheet") for n in sheets)]
    lines = [
        f'<Override PartName="/{part}" '
        f'ContentType="{_FORMAT}officedocument.spreadsheetml.{kind}+xml"/>'
        for part, kind in types
    ]
    rels = f'<Default Extension="rels" ContentType="{_FORMAT}package.relationships+xml"/>'
    yield TYPES, f'<Types xmlns="{PACKAGE}content-types">{rels}{"".join(lines)}</Types>'
    yield ROOT, _relationships([("officeDocument", WORKBOOK)])
    yield rels_of(WORKBOOK), _relationships([("worksheet", _sheet(n)) for n in sheets])
    listed = "".join(
        f'<sheet name={attribute(title)} sheetId="{n}" r:id="rId{n}"/>'
        for n, title in enumerate(titles, start=1)
    )
    spaces = f'xmlns="{MAIN[0]}" xmlns:r="{RELATIONSHIPS[0]}"'
    yield WORKBOOK, f"<workbook {spaces}><sheets>{listed}</sheets></workbook>"


def _relationships(targets: Iterable[tuple[str, str]]) -> str:
    lines = (
        f'<Relationship Id="rId{n}" Type="{RELATIONSHIPS[0]}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}relationships">{"".join(lines)}</Relationships>'


def _changed(
    title: str, cell: Cell, missing: dict[tuple[str, int, int], float | str | None]
) -> Cell:
    """Return a cell as it is changed, and take the change off the list."""
    place = title, cell.row, cell.column
    if place not in missing:
        return cell
    new = missing.pop(place)
    if isinstance(new, str):
        return cell._replace(formula=new)
    return cell._replace(formula=None, value=None if new is None or isnan(new) else float(new))


def _rows(cells: Iterable[Cell], arrays: Mapping[tuple[int, int], str]) -> Iterator[str]:
    """Yield the XML of each row; the arrays are the cells that array formulas fill."""
    for row, row_cells in groupby(cells, key=itemgetter(0)):
        written = []
        for _, column, formula, value, _ in row_cells:
            place = address(row, column)
            if formula is not None:
                area = arrays.get((row, column)) if arrays else None
                kind = f' t="array" ref="{area}"' if area else ""
                written.append(f'<c r="{place}"><f{kind}>{markup(formula[1:])}</f></c>')
            elif value is not None:
                kind, text = cached(value)
                written.append(f'<c r="{place}"{kind}><v{text}</v></c>')
        yield f'<row r="{row}">{"".join(written)}</row>'
