"""Workbooks with values stored in their formula cells, whoever wrote them."""

import numpy as np
from rewriting import copy, rewrite_cells

from xlnn.formula import COLUMNS
from xlnn.grid import SheetValues
from xlnn.xlsx.markup import cached
from xlnn.xlsx.parts import sheet_parts


def store(source, target, values):
    """Copy a workbook with a value in each formula cell."""

    def filled(grid):
        def rewrite(cell):
            place = cell.attributes["r"]
            letters = place.rstrip("0123456789")
            value = grid.at(int(place.removeprefix(letters)), COLUMNS[letters])
            return cell.rebuilt(cell.formula, *cached(value)) if cell.formula else None

        return rewrite

    nothing = SheetValues(np.empty((0, 0)))
    parts = sheet_parts(source).items()
    edits = {part: rewrite_cells(filled(values.get(title, nothing))) for title, part in parts}
    copy(source, target, edits)
