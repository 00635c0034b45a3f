"""How is a workbook written? The quantities and the drawings of a layout, through openpyxl.

The only module that writes with openpyxl. Its write-only mode writes a sheet row by row: each
column has one cell, styled once, whose value is replaced for every row.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, repeat
from math import prod
from pathlib import Path

import numpy as np
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.workbook.properties import CalcProperties
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from xlnn.address import address, letters
from xlnn.drawing import Drawing
from xlnn.layout import Block, Layout, quoted
from xlnn.reference import Arrays
from xlnn.style import Look, styled, value


def write(path: Path, layout: Layout, drawings: dict[str, Drawing], inputs: Arrays) -> int:
    """Write a workbook.

    Parameters
    ----------
    path : Path
    layout : Layout
    drawings : dict
        What each sheet shows besides its quantities, by the sheet's key.
    inputs : dict of arrays
        The input quantities; of the weights, the start.

    Returns
    -------
    int
        How many formulas it holds.
    """
    workbook = Workbook(write_only=True)
    workbook.calculation = CalcProperties(fullCalcOnLoad=True)
    formulas = 0
    for key, title in layout.titles.items():
        sheet = workbook.create_sheet(title)
        _furnish(sheet, drawings[key])
        formulas += _fill(sheet, drawings[key], layout, layout.on(key), inputs)
    for name, block in layout.blocks.items():
        if not block.is_dense:
            continue
        workbook.defined_names[f"xlnn.{name}"] = DefinedName(
            f"xlnn.{name}", attr_text=_absolute(block, layout.titles[block.sheet])
        )
    workbook.save(path)
    return formulas


def _absolute(block: Block, title: str) -> str:
    row, column = block.last
    first = f"${letters(block.column)}${block.row}"
    last = f"${letters(column)}${row}"
    return f"{quoted(title)}!{first}" + (f":{last}" if last != first else "")


def _furnish(sheet: Worksheet, drawing: Drawing) -> None:
    """Set everything about a sheet that is no cell; widths and panes must come before the rows."""
    for column, width in drawing.widths.items():
        sheet.column_dimensions[letters(column)].width = width
    for row, height in drawing.heights.items():
        sheet.row_dimensions[row].height = height
    if drawing.freeze:
        row, column = drawing.freeze
        sheet.freeze_panes = address(row, column)
    for cells, rule in drawing.colours:
        sheet.conditional_formatting.add(cells, rule)
    if drawing.repeat:
        sheet.print_title_rows = f"1:{drawing.repeat}"
    for anchor, chart in drawing.charts:
        sheet.add_chart(chart, anchor)
    for validation in drawing.validations:
        sheet.data_validations.append(validation)
    sheet.sheet_view.showGridLines = drawing.gridlines
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = int(drawing.one_page)
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _fill(
    sheet: Worksheet, drawing: Drawing, layout: Layout, blocks: tuple[Block, ...], inputs: Arrays
) -> int:
    """Write all rows of a sheet; return how many formulas they hold."""
    looks: dict[Look, Cell] = {}
    strips = [
        strip
        for block in blocks
        for strip in _strips(sheet, layout, block, inputs, drawing.looks.get(block.quantity.name))
    ]
    strips.sort(key=lambda strip: strip.column)
    last = max([*drawing.cells, *(strip.last for strip in strips)])
    by_row: dict[int, list[_Strip]] = {}
    for strip in strips:
        for row in range(strip.first, strip.last + 1):
            by_row.setdefault(row, []).append(strip)

    def drawn(content: tuple[str | float, Look]) -> Cell:
        text, look = content
        if look not in looks:
            looks[look] = styled(sheet, look)
        cell = _set(looks[look], text)
        if isinstance(text, str):
            cell.data_type = "s"  # a text that begins with "=" is no formula
        return cell

    def cells(row: int) -> Iterator[Cell | None]:
        here: dict[int, Callable[[], Cell]] = {
            strip.column: strip.cells.__next__ for strip in by_row.get(row, ())
        }
        for column, content in drawing.cells.get(row, {}).items():
            here[column] = partial(drawn, content)
        before = 0
        for column in sorted(here):
            yield from repeat(None, column - before - 1)
            yield here[column]()
            before = column

    for row in range(1, last + 1):
        sheet.append(cells(row))
    # openpyxl forgets the links of a write-only sheet that are there before its first row
    sheet._hyperlinks += [  # noqa: SLF001 -- it has no other way in
        Hyperlink(ref=cell, location=target) for cell, target in drawing.links.items()
    ]
    return sum(strip.formulas for strip in strips)


@dataclass(frozen=True)
class _Strip:
    """Cells below each other in one column, one after another, and how many are formulas."""

    column: int
    first: int
    last: int
    cells: Iterator[Cell]
    formulas: int


def _strips(
    sheet: Worksheet, layout: Layout, block: Block, inputs: Arrays, look: Look | None
) -> Iterator[_Strip]:
    """Yield the cells of a block: a strip for each column of a table, or for each single cell."""
    quantity = block.quantity
    axes = tuple(axis.length for axis in quantity.axes)
    given = inputs.get(quantity.name, np.empty(0))
    columns = iter(layout.columns(quantity.name)) if quantity.equation else repeat(None)
    for unit, column in zip(quantity.units, columns, strict=False):
        row, at = block.address((*(0 for _ in axes), *unit))
        typed = [] if given.size == 0 else given[(..., *unit)].ravel().tolist()
        formulas = [] if column is None else column.down(axes, len(typed))
        count = prod(axes)
        first = at == block.column and bool(axes)
        looks = [
            look or value(quantity.number_format, given=marked, first=first)
            for marked in (not quantity.is_record, False)
        ]
        parts = zip(looks, (typed, formulas), strict=True)
        cells = chain.from_iterable(
            map(partial(_set, styled(sheet, part)), contents) for part, contents in parts
        )
        if block.is_table:
            yield _Strip(at, row, row + count - 1, cells, count - len(typed))
            continue
        for index in np.ndindex(axes):
            row, at = block.address((*index, *unit))
            yield _Strip(at, row, row, cells, int(column is not None))


def _set(cell: Cell, content: str | float) -> Cell:
    cell.value = content
    return cell
