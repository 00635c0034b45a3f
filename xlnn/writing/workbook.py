"""Write the quantities and drawings of a layout to a workbook with openpyxl.

The only module that writes with openpyxl, in its write-only mode. `xlnn.writing.rows` makes the
rows.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from itertools import repeat
from math import prod
from pathlib import Path
from types import EllipsisType
from typing import Any

import numpy as np
from lxml.etree import SerialisationError
from openpyxl import Workbook
from openpyxl.chart._chart import ChartBase
from openpyxl.formatting.formatting import ConditionalFormatting
from openpyxl.packaging.core import DocumentProperties
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font
from openpyxl.utils.cell import range_to_tuple
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.workbook.properties import CalcProperties
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import Outline, PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from xlnn.block import Block, moving
from xlnn.errors import OutputError
from xlnn.grid import address, fixed, letters, quoted
from xlnn.layout import Layout
from xlnn.quantity import Quantity
from xlnn.quantity_cells import FilledColumn
from xlnn.reference import Arrays
from xlnn.writing.charts import each_range
from xlnn.writing.drawing import Drawing, with_ending
from xlnn.writing.formats import NOTHING, axis_format, fitted
from xlnn.writing.package_parts import APPLICATION, Parts, theme_of
from xlnn.writing.printing import BOTTOM, MARGIN, Pages, pages
from xlnn.writing.rows import (
    KIND,
    NUMBER,
    OTHER,
    FilledStrip,
    RowWriter,
    Varying,
    content,
    formula_pattern,
    rows_of,
    strips_of,
)
from xlnn.writing.style import (
    AXIS,
    BLANK,
    FONT,
    TABS,
    Look,
    is_east_asian,
    script_of,
    styled,
    value,
)
from xlnn.writing.text_width import wrapped
from xlnn.xlsx.fingerprint import NAME
from xlnn.xlsx.markup import cached, markup


class SheetCells:
    """All cells of a sheet, as input for rows.

    Parameters
    ----------
    style : function
        Returns the number of a look among the styles of the workbook.
    drawing : Drawing
    inputs, values : dict of arrays
        Values of inputs, and results of formulas if they are to be stored.
    script : str
        The script of the workbook's East Asian texts.
    blank : frozenset of str
        The names of quantities whose formulas will be left out.
    """

    def __init__(  # noqa: PLR0913 -- a sheet and its contents
        self,
        style: Callable[[Look], int],
        drawing: Drawing,
        *,
        inputs: Arrays,
        values: Arrays,
        script: str,
        blank: frozenset[str],
    ) -> None:
        self._drawing, self._inputs, self._values = drawing, inputs, values
        self._script, self._blank = script, blank
        self._style = style
        self._numbers = cache(moving)

    def drawn(self) -> dict[int, dict[int, str]]:
        """Return the single cells by row and column."""
        return {
            row: {
                column: content(text, self._style_of(look, text))
                for column, (text, look) in cells.items()
            }
            for row, cells in self._drawing.cells.items()
        }

    def strips(self, layout: Layout, block: Block) -> Iterator[FilledStrip]:
        """Yield the cells of a quantity, run by run."""
        for number, run in enumerate(block.runs):
            place = (number,) if block.quantity.each else ()
            strips = self._array_strips if run.quantity.sliced else self._strips
            yield from strips(layout, run, place)

    def _strips(
        self, layout: Layout, block: Block, place: tuple[int, ...]
    ) -> Iterator[FilledStrip]:
        quantity = block.quantity
        columns = layout.columns(quantity.name, *place) if quantity.equation else repeat(None)
        starts = (0,) * len(quantity.axes)
        rows = range(prod(block.lengths))
        looks = {first: self._looks(quantity, first=first) for first in (False, True)}
        is_table = block.is_table
        for unit, column in zip(quantity.units, columns, strict=False):
            row, at = block.address((*starts, *unit))
            filled = self._filled(block, (*place, ..., *unit), column, looks[at == block.column])
            if is_table or not quantity.axes:
                yield from filled(at, row, rows)
                continue
            for number, (down, right) in enumerate(block.places(unit)):
                yield from filled(right, down, range(number, number + 1))

    def _array_strips(
        self, layout: Layout, block: Block, place: tuple[int, ...]
    ) -> Iterator[FilledStrip]:
        """Yield the cells of array formulas: the first of a slice has its formula."""
        quantity, heads = block.quantity, block.heads
        typed, computed = self._looks(quantity, first=False)
        given, values = (
            self._slices(block, of.get(quantity.name), place) for of in (self._inputs, self._values)
        )
        for unit, column in enumerate(layout.columns(quantity.name, *place)):
            formulas = column.down(heads.lengths, heads.given)
            for number, corner in enumerate(heads.places(column.unit)):
                if number < heads.given:
                    yield from self._typed(corner, given[number, unit], typed)
                elif quantity.name in self._blank:
                    empty = f'%s" s="{self._style_of(replace(computed, fill=BLANK), "")}"/>'
                    (row, left), (rows, columns) = corner, block.size
                    for at in range(left, left + columns):
                        yield FilledStrip(at, row, row + rows - 1, row, empty, ())
                else:
                    text = markup(next(formulas).removeprefix("="))
                    head = f'<f t="array" ref="{block.area_at(*corner)}">{text}</f>'
                    held = None if values is None else values[number, unit]
                    yield from self._computed(corner, block.size, held, head, computed)

    def _typed(
        self, corner: tuple[int, int], matrix: np.ndarray, look: Look
    ) -> Iterator[FilledStrip]:
        """Yield the columns of a matrix that is typed in."""
        row, left = corner
        for at, column in enumerate(matrix.T.tolist(), start=left):
            texts = [content(entry, self._style_of(look, entry)) for entry in column]
            yield FilledStrip(at, row, row + len(texts) - 1, row, "%s%s", (texts,))

    def _computed(
        self,
        corner: tuple[int, int],
        size: tuple[int, int],
        values: np.ndarray | None,
        head: str,
        look: Look,
    ) -> Iterator[FilledStrip]:
        """Yield the columns of a matrix; its first cell has the formula."""
        (row, left), (rows, columns) = corner, size
        style = f's="{self._style_of(look, "")}"'
        for at in range(columns):
            kind, kinds, value, numbers = self._stored(None if values is None else values[:, at])
            varying, first = (*kinds, *numbers), row
            if at == 0:
                pattern = f'%s" {style}{kind}>{head.replace("%", "%%")}{value}</c>'
                yield FilledStrip(left, row, row, row, pattern, varying)
                first = row + 1
            if first < row + rows:
                pattern = f'%s" {style}{kind}>{value}</c>'
                yield FilledStrip(left + at, first, row + rows - 1, row, pattern, varying)

    def _slices(
        self, block: Block, array: np.ndarray | None, place: tuple[int, ...]
    ) -> np.ndarray | None:
        """Return the numbers of a part as the matrices of its slices.

        Returns
        -------
        array, shape (entries along the axes, units, rows, columns)
            Of units that have formulas of their own.
        """
        if array is None:
            return None
        quantity, units = block.quantity, len(block.heads.quantity.units)
        outside = [n for n, is_inside in enumerate(quantity.inside) if not is_inside]
        inside = [n for n, is_inside in enumerate(quantity.inside) if is_inside]
        return array[place].transpose(*outside, *inside).reshape(-1, units, *block.size)

    def _filled(
        self,
        block: Block,
        entries: tuple[int | EllipsisType, ...],
        column: FilledColumn | None,
        looks: tuple[Look, Look],
    ) -> Callable[[int, int, range], Iterator[FilledStrip]]:
        """Return `strips_of` for one unit of a part, whose entries of the quantity these are."""
        quantity, (typed_in, computed) = block.quantity, looks
        given = self._inputs.get(quantity.name)
        typed = [] if given is None or not given.size else given[entries].ravel().tolist()
        texts = [content(entry, self._style_of(typed_in, entry)) for entry in typed]
        if column is None:
            return partial(strips_of, typed=texts, pattern="", varying=())
        if quantity.name in self._blank:
            style = self._style_of(replace(computed, fill=BLANK), "")
            return partial(strips_of, typed=texts, pattern=f'%s" s="{style}"/>', varying=())
        quoted_texts = "".join(re.findall('"[^"]*"', column.text)) if '"' in column.text else ""
        style = self._style_of(computed, quoted_texts)
        kind, kinds, value, values = self._value(quantity, entries)
        axes = block.lengths
        if column.starts:  # a recurrence starts with a different formula
            pattern, _ = formula_pattern(
                FilledColumn((), "={0}", ()), style, kind=kind, value=value
            )
            numbers = ([markup(text.removeprefix("=")) for text in column.down(axes, 0)],)
        else:
            pattern, order = formula_pattern(column, style, kind=kind, value=value)
            numbers = tuple(self._numbers(*column.rows[number], axes) for number in order)
        return partial(strips_of, typed=texts, pattern=pattern, varying=(*kinds, *numbers, *values))

    def _value(
        self, quantity: Quantity, entries: tuple[int | EllipsisType, ...]
    ) -> tuple[str, Varying, str, Varying]:
        """Return patterns for the types and values of formulas, and what varies in them."""
        array = self._values.get(quantity.name)
        return self._stored(None if array is None else array[entries])

    def _stored(self, stored: Any) -> tuple[str, Varying, str, Varying]:  # noqa: ANN401 -- a single entry is not an array
        """Return patterns for the types and values of some formulas, and what varies in them."""
        if stored is None:
            return "", (), "", ()
        if isinstance(stored, np.ndarray | np.generic) and stored.dtype.kind == "f":
            return "", (), NUMBER, (np.ravel(stored),)
        cells = np.ravel(np.asarray(stored, dtype=object)).tolist()
        kinds, values = zip(*map(cached, cells), strict=True)
        return KIND, (kinds,), OTHER, (values,)

    def _looks(self, quantity: Quantity, *, first: bool) -> tuple[Look, Look]:
        """Return the looks of typed and of computed cells, in the first column or another."""
        wanted = self._drawing.looks.get(quantity.name)
        if wanted:
            wanted = replace(wanted, first=wanted.first and first)
            return wanted, wanted
        edge = first and bool(quantity.axes)
        given = not quantity.is_record
        return (
            value(quantity.number_format, given=given, first=edge),
            value(quantity.number_format, given=False, first=edge),
        )

    def _style_of(self, look: Look, text: object) -> int:
        is_text = isinstance(text, str) and is_east_asian(text)
        return self._style(replace(look, script=self._script) if is_text else look)


ROWS_TOLD = 1_000
"""Rows between two reports of progress."""

FOOTER, FOOTER_SIZE, FOOT = "&A   &P / &N", 8, 0.2
"""The name of the sheet and the number of the page, in points, and its inches above the edge."""

USUAL_FONT = Font(name=FONT, size=10, family=2)
"""The font whose digits are the unit of column widths, seven pixels each. openpyxl's font is not on
every system, and differs between languages: columns would be wider there, and not fit on a page."""


def write(  # noqa: PLR0913 -- the contents of a workbook
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
    """Write a workbook and return its number of formulas.

    Parameters
    ----------
    path : Path
    layout : Layout
    drawings : dict
        What each sheet shows besides its quantities, by the sheet's key.
    inputs : dict of arrays
        The input quantities; for weights, the start.
    tell : function
        Called now and then with the number of rows written and the total.
    values : dict of arrays
        Results of the quantities' formulas. An array of objects contains texts, numbers, booleans
        and errors; values of a numeric array that is not finite throughout are not stored.
    title : str
        The workbook's title in its properties.
    blank : collection of str
        The names of quantities whose formulas are left out: their cells are marked and empty.

    Raises
    ------
    OutputError
        The disk is full.
    """
    workbook = Workbook(write_only=True)
    workbook._fonts = IndexedList()  # noqa: SLF001 -- its first one is Calibri
    workbook._named_styles["Normal"].font = USUAL_FONT  # noqa: SLF001 -- there is no public way
    script = script_of(_texts(layout, drawings))
    workbook.loaded_theme = theme_of(script)
    workbook.calculation = CalcProperties(fullCalcOnLoad=True)
    # the name of a user's folder may contain what XML cannot
    printable = "".join(character if character.isprintable() else "?" for character in title)
    workbook.properties = DocumentProperties(creator=APPLICATION, title=printable)
    workbook.custom_doc_props.append(StringProperty(name=NAME, value=""))  # set by `Parts`
    values = {name: array for name, array in values.items() if can_be_stored(array)}
    done = 0
    rows = sum(layout.extents[key][0] for key in layout.titles)
    style = cache(lambda look: styled(workbook.worksheets[0], look).style_id)
    parts = Parts()
    for key in layout.titles:
        sheet = workbook.create_sheet(layout.titles[key])
        # where formulas are left out, the numbers are not those of the filled-in workbook
        drawing = with_ending(drawings[key], NOTHING if blank else values)
        drawing = wrapped(fitted(drawing, layout.on(key), inputs))
        for _, chart in drawing.charts:
            _label_axes(chart, layout, {**values, **inputs})
        _furnish(sheet, drawing)
        if not drawing.is_hidden:  # LibreOffice would print it
            _print(sheet, drawing, pages(drawing, layout.on(key), values))
        if drawing.opens:
            workbook.active = sheet
        cells = SheetCells(
            style, drawing, inputs=inputs, values=values, script=script, blank=frozenset(blank)
        )
        drawn = cells.drawn()
        strips = [strip for block in layout.on(key) for strip in cells.strips(layout, block)]
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
        done += layout.extents[key][0]
    for name, area in layout.names.items():
        workbook.defined_names[name] = DefinedName(name, attr_text=area)
    ExcelWriter(workbook, parts).write_data()
    parts.save(path)
    return sum(
        quantity.formulas for quantity in layout.model.quantities if quantity.name not in blank
    )


def can_be_stored(values: np.ndarray) -> bool:
    """Return whether all values can be stored in cells."""
    return values.dtype == object or bool(np.isfinite(values).all())


def _texts(layout: Layout, drawings: Mapping[str, Drawing]) -> Iterator[str]:
    """Yield the sheets' titles, and the texts that are drawn."""
    yield from layout.titles.values()
    for key in layout.titles:
        for cells in drawings[key].cells.values():
            yield from (text for text, _ in cells.values() if isinstance(text, str))


def _label_axes(chart: ChartBase, layout: Layout, numbers: Arrays) -> None:
    """Format the labels of the axes that follow their numbers, and set their noted edges."""
    for axis, part in ((chart.x_axis, "xVal"), (chart.y_axis, "yVal")):
        if axis.delete or axis.scaling.min is not None or axis.numFmt.formatCode != AXIS:
            continue
        references = (getattr(series, part).numRef.f for series in chart.series)
        cells = (area for reference in references for area in each_range(reference))
        shown = [number for cell in cells for number in _charted(cell, layout, numbers)]
        axis.number_format = axis_format(np.array(shown, dtype=float))
    for name, edge in getattr(chart, "edges", {}).items():
        scaling, at = getattr(chart, name).scaling, float(numbers[edge])
        scaling.min, scaling.max = at if at > 0 else None, at if at < 0 else None


def _charted(cells: str, layout: Layout, numbers: Arrays) -> Iterator[float]:
    """Yield the numbers of a range of a chart that are known."""
    title, (left, top, right, bottom) = range_to_tuple(cells)
    title = title.replace("''", "'")  # which openpyxl leaves as it is
    first, last = layout.entry(title, top, left), layout.entry(title, bottom, right)
    if first and last and first[0] == last[0] and first[0] in numbers:
        part = tuple(slice(a, b + 1) for a, b in zip(first[1], last[1], strict=True))
        values = np.ravel(numbers[first[0]][part])
        # where formulas are left out, others give errors
        yield from (entry for entry in values if not isinstance(entry, str | None))


def _furnish(sheet: Worksheet, drawing: Drawing) -> None:
    """Set everything about a sheet except its cells; widths and panes must precede the rows."""
    for column, width in drawing.widths.items():
        sheet.column_dimensions[letters(column)].width = width
    for row, height in drawing.heights.items():
        sheet.row_dimensions[row].height = height
    _fold(sheet, drawing)
    if drawing.freeze:
        row, column = drawing.freeze
        sheet.freeze_panes = address(row, column)
    areas = cache(ConditionalFormatting)  # several rules for the same cells
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


def _fold(sheet: Worksheet, drawing: Drawing) -> None:
    """Group and collapse rows and columns; hide the sheet if it is hidden."""
    for dimensions, folded, key in (
        (sheet.column_dimensions, drawing.folded_columns, letters),
        (sheet.row_dimensions, drawing.folded_rows, int),
    ):
        for number in folded:
            dimensions[key(number)].outlineLevel, dimensions[key(number)].hidden = 1, True
            if number - 1 not in folded:  # the + is before them, where there is a cell
                dimensions[key(number - 1)].collapsed = True
    sheet.sheet_properties.outlinePr = Outline(summaryBelow=False, summaryRight=False)
    if drawing.folded_rows:  # openpyxl writes the one for columns itself
        sheet.sheet_format.outlineLevelRow = 1
    if drawing.is_hidden:
        sheet.sheet_state = "hidden"


def _print(sheet: Worksheet, drawing: Drawing, how: Pages) -> None:
    """Set how a sheet is printed: its pages, the headings that each repeats, and the footer."""
    sheet.page_setup.orientation = "portrait" if how.is_upright else "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_margins = PageMargins(MARGIN, MARGIN, MARGIN, BOTTOM, FOOT, FOOT)
    sheet.oddFooter.right.text, sheet.oddFooter.right.size = FOOTER, FOOTER_SIZE
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, int(how.is_one)
    for row in how.breaks:
        sheet.row_breaks.append(Break(id=row))
    named = {"Print_Area": ":".join(fixed(*corner) for corner in how.area)}
    if drawing.repeat:
        named["Print_Titles"] = f"${drawing.repeat_from}:${drawing.repeat}"
    for what, cells in named.items():
        name = f"_xlnm.{what}"
        sheet.defined_names[name] = DefinedName(name, attr_text=f"{quoted(sheet.title)}!{cells}")


def _fill(
    writer: RowWriter, strips: list[FilledStrip], drawn: dict[int, dict[int, str]], drawing: Drawing
) -> Iterator[int]:
    """Write all rows of a sheet; yield the number written now and then."""
    last = max([*drawn, *(strip.last for strip in strips)])
    for row in writer.write_all(rows_of(strips, drawn, last)):
        if row % ROWS_TOLD == 0:
            yield row
    # openpyxl drops links that are added to a write-only sheet before its first row
    writer.ws._hyperlinks += [  # noqa: SLF001 -- there is no public way
        Hyperlink(ref=cell, **{"location" if "!" in target else "target": target})
        for cell, target in drawing.links.items()
    ]
