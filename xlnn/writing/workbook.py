"""Write the quantities and drawings of a layout to a workbook with openpyxl.

The only module that writes with openpyxl, in its write-only mode, which writes a sheet row by row;
the rows are those of `xlnn.writing.rows`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from lxml.etree import SerialisationError
from openpyxl import Workbook
from openpyxl.formatting.formatting import ConditionalFormatting
from openpyxl.packaging.core import DocumentProperties
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.workbook.properties import CalcProperties
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from xlnn.address import address, fixed, letters
from xlnn.errors import OutputError
from xlnn.layout import Layout, quoted
from xlnn.reference import Arrays
from xlnn.writing.cells import SheetCells
from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import NOTHING, fitted
from xlnn.writing.package_parts import APPLICATION, Parts, theme_of
from xlnn.writing.printing import BOTTOM, MARGIN, Pages, pages
from xlnn.writing.rows import FilledStrip, RowWriter, rows_of
from xlnn.writing.style import FONT, TABS, script_of
from xlnn.writing.text_width import wrapped
from xlnn.xlsx.fingerprint import NAME

ROWS_TOLD = 1_000
"""After so many rows whoever waits is told."""

FOOTER, FOOTER_SIZE, FOOT = "&A   &P / &N", 8, 0.2
"""The name of the sheet and the number of the page, in points, and its inches above the edge."""

USUAL_FONT = Font(name=FONT, size=10, family=2)
"""By whose digits the widths of columns are counted, seven pixels each. The font of openpyxl is not
on every system, and not the same in every language: columns would be wider there, and not fit on a
page."""


def write(  # noqa: PLR0913 -- what a workbook is made of, and who is told
    path: Path,
    layout: Layout,
    drawings: dict[str, Drawing],
    inputs: Arrays,
    tell: Callable[[int, int], None] = lambda *_: None,
    *,
    values: Arrays = NOTHING,
    title: str = APPLICATION,
    blank: Collection[str] = (),
) -> int:
    """Write a workbook and return how many formulas it holds.

    Parameters
    ----------
    path : Path
    layout : Layout
    drawings : dict
        What each sheet shows besides its quantities, by the sheet's key.
    inputs : dict of arrays
        The input quantities; of the weights, the start.
    tell : function
        Is told now and then how many rows were written, and of how many.
    values : dict of arrays
        What the formulas of quantities give. An array of objects holds texts, numbers, booleans and
        errors; of one of numbers that are not all finite, no value is stored.
    title : str
        What file managers and search engines call the workbook.
    blank : collection of str
        The names of quantities whose formulas are left out: their cells are empty and marked.

    Raises
    ------
    OutputError
        There is no space for it.
    """
    workbook = Workbook(write_only=True)
    workbook._fonts = IndexedList()  # noqa: SLF001 -- its first one is Calibri
    workbook._named_styles["Normal"].font = USUAL_FONT  # noqa: SLF001 -- it has no other way in
    script = script_of(_texts(layout, drawings))
    workbook.loaded_theme = theme_of(script)
    workbook.calculation = CalcProperties(fullCalcOnLoad=True)
    # the name of a person's folder may hold what XML cannot
    printable = "".join(each if each.isprintable() else "?" for each in title)
    workbook.properties = DocumentProperties(creator=APPLICATION, title=printable)
    workbook.custom_doc_props.append(StringProperty(name=NAME, value=""))  # set by the last pass
    values = {name: found for name, found in values.items() if _can_be_stored(found)}
    formulas = done = 0
    rows = sum(layout.extents[key][0] for key in layout.titles)
    with Parts(path) as archive:
        for number, key in enumerate(layout.titles, start=1):
            sheet = workbook.create_sheet(layout.titles[key])
            drawing = wrapped(fitted(drawings[key], layout.on(key), inputs))
            _furnish(sheet, drawing)
            _print(sheet, drawing, pages(drawing, layout.on(key)))
            if drawing.opens:
                workbook.active = sheet
            cells = SheetCells(
                sheet, drawing, inputs=inputs, values=values, script=script, blank=frozenset(blank)
            )
            drawn = cells.drawn()
            strips = [each for block in layout.on(key) for each in cells.strips(layout, block)]
            writer = RowWriter(sheet, path.with_suffix(f".{key}"), drawing.sparklines)
            try:
                for row in _fill(writer, strips, drawn, drawing):
                    tell(min(done + row, rows), rows)
                sheet.close()
            except SerialisationError as error:
                raise OutputError(
                    f"The draft of the workbook cannot be written ({error}): free some space in "
                    f"{path.parent}, or set TMPDIR to another folder."
                ) from error
            archive.pack(Path(writer.out), f"xl/worksheets/sheet{number}.xml")
            done += layout.extents[key][0]
            formulas += sum(strip.formulas for strip in strips)
        for name, area in layout.names.items():
            workbook.defined_names[name] = DefinedName(name, attr_text=area)
        ExcelWriter(workbook, archive).write_data()
        archive.finish()
    return formulas


def _can_be_stored(values: np.ndarray) -> bool:
    """Tell whether each of some values can be stored in a cell."""
    return values.dtype == object or bool(np.isfinite(values).all())


def _texts(layout: Layout, drawings: Mapping[str, Drawing]) -> Iterator[str]:
    """Yield the sheets' titles, and the texts that are drawn."""
    yield from layout.titles.values()
    for key in layout.titles:
        for cells in drawings[key].cells.values():
            yield from (text for text, _ in cells.values() if isinstance(text, str))


def _furnish(sheet: Worksheet, drawing: Drawing) -> None:
    """Set everything about a sheet that is no cell; widths and panes must come before the rows."""
    for column, width in drawing.widths.items():
        sheet.column_dimensions[letters(column)].width = width
    for row, height in drawing.heights.items():
        sheet.row_dimensions[row].height = height
    if drawing.freeze:
        row, column = drawing.freeze
        sheet.freeze_panes = address(row, column)
    areas = cache(ConditionalFormatting)  # several rules of the same cells
    for cells, rule in drawing.colours:
        sheet.conditional_formatting.add(areas(cells), rule)
    for anchor, chart in drawing.charts:
        sheet.add_chart(chart, anchor)
    for validation in drawing.validations:
        sheet.data_validations.append(validation)
    sheet.sheet_view.showGridLines = drawing.gridlines
    sheet.sheet_view.tabSelected = drawing.opens or None
    if drawing.tab:
        sheet.sheet_properties.tabColor = TABS[drawing.tab]
    if drawing.cursor:
        at = sheet.sheet_view.selection[-1]
        at.activeCell = at.sqref = drawing.cursor
    for name, text in drawing.names.items():
        sheet.defined_names[name] = DefinedName(name, attr_text=text, hidden=True)


def _print(sheet: Worksheet, drawing: Drawing, how: Pages) -> None:
    """Set how a sheet is printed: its pages, the headings that each repeats, and the footer."""
    sheet.page_setup.orientation = "portrait" if how.is_upright else "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_margins = PageMargins(MARGIN, MARGIN, MARGIN, BOTTOM, FOOT, FOOT)
    sheet.oddFooter.right.text, sheet.oddFooter.right.size = FOOTER, FOOTER_SIZE
    if how.is_part:
        part = drawing.part.replace("&", "&&")
        sheet.oddFooter.left.text, sheet.oddFooter.left.size = part, FOOTER_SIZE
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, int(how.is_one)
    for row in how.breaks:
        sheet.row_breaks.append(Break(id=row))
    titles = []
    if how.repeats_names and drawing.freeze and drawing.freeze[1] > 1:
        titles.append(f"$A:${letters(drawing.freeze[1] - 1)}")
    if drawing.repeat:
        titles.append(f"${drawing.repeat_from}:${drawing.repeat}")
    # openpyxl names the rows first, and LibreOffice then saves the name twice
    _name(sheet, "Print_Titles", titles)
    _name(sheet, "Print_Area", [":".join(fixed(*corner) for corner in area) for area in how.areas])


def _name(sheet: Worksheet, name: str, parts: Sequence[str]) -> None:
    """Give parts of a sheet the name by which programs know what is printed of it."""
    if parts:
        name, text = f"_xlnm.{name}", ",".join(f"{quoted(sheet.title)}!{part}" for part in parts)
        sheet.defined_names[name] = DefinedName(name, attr_text=text)


def _fill(
    writer: RowWriter, strips: list[FilledStrip], drawn: dict[int, dict[int, str]], drawing: Drawing
) -> Iterator[int]:
    """Write all rows of a sheet; yield now and then how many there are."""
    last = max([*drawn, *(strip.last for strip in strips)])
    for row in writer.write_all(rows_of(strips, drawn, last)):
        if row % ROWS_TOLD == 0:
            yield row
    # openpyxl forgets the links of a write-only sheet that are there before its first row
    writer.ws._hyperlinks += [  # noqa: SLF001 -- it has no other way in
        *(Hyperlink(ref=cell, location=target) for cell, target in drawing.links.items()),
        *(Hyperlink(ref=cell, target=file) for cell, file in drawing.files.items()),
    ]
