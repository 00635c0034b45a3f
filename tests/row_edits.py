"""What a spreadsheet program does to a workbook when a person inserts, deletes or sorts rows."""

from dataclasses import replace

import openpyxl
from cell_references import references
from openpyxl.formula.translate import Translator, TranslatorError


def insert_row(path, title, row, count=1, *, names=False):
    """Insert empty rows above a row; references follow the cells that they named.

    So do defined names, where it is asked for.
    """
    return _shifted(path, title, row, count, names=names)


def delete_row(path, title, row, count=1):
    """Delete rows; a reference to one of them is lost, and a range shrinks."""
    return _shifted(path, title, row, -count)


def _shifted(path, title, row, count, *, names=False):
    book = openpyxl.load_workbook(path)
    for name in book.defined_names.values() if names else ():
        name.value = _followed(f"={name.value}", "", title, row, count)[1:]
    sheet = book[title]
    if count > 0:
        sheet.insert_rows(row, count)
    else:
        sheet.delete_rows(row, -count)
    for other in book.worksheets:
        for line in other.iter_rows():
            for cell in line:
                if cell.data_type == "f":
                    cell.value = _followed(cell.value, other.title, title, row, count)
    book.save(path)
    return path


def _followed(formula, here, title, row, count):
    """Return a formula whose references follow cells that were moved."""
    pieces, end = [], 0
    for reference in references(formula):
        start, stop = reference.span
        pieces += [formula[end:start], _moved(reference, here, title, row, count)]
        end = stop
    return "".join([*pieces, formula[end:]])


def _moved(reference, here, title, row, count):
    if (reference.sheet or here) != title:
        return str(reference)
    lost = range(row, row - count)  # none, where rows are inserted
    rows = [corner.row for corner in reference.corners]
    if all(each in lost for each in rows):
        return "#REF!"
    corners = []
    for position, corner in enumerate(reference.corners):
        number = corner.row
        if number in lost:
            number = row if position == 0 else row - 1
        elif number >= row:
            number += count
        corners.append(replace(corner, row=number))
    return str(replace(reference, corners=tuple(corners)))


def sort_rows(path, title, first, last, order):
    """Put rows into another order: each formula moves as when it is copied."""
    book = openpyxl.load_workbook(path)
    sheet = book[title]
    width = sheet.max_column
    old = [
        [sheet.cell(row, column).value for column in range(1, width + 1)]
        for row in range(first, last + 1)
    ]
    for row, source in zip(range(first, last + 1), order, strict=True):
        for column in range(1, width + 1):
            value = old[source - first][column - 1]
            if isinstance(value, str) and value.startswith("="):
                place = sheet.cell(source, column).coordinate
                target = sheet.cell(row, column).coordinate
                try:
                    value = Translator(value, place).translate_formula(target)
                except TranslatorError:  # a reference above the first row
                    value = "=#REF!"
            sheet.cell(row, column).value = value
    book.save(path)
    return path
