"""The sheet Optimiser: a table for each thing that is remembered of a parameter.

The tables stand below each other, so that a column is a parameter here as on Weights and Gradients;
the first begins in the row of theirs. Beside it stands what all parameters share.
"""

from xlnn.quantity import Model
from xlnn.workbooks.network.quantities.network import SHEET
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.parts import Below, Beside, Made, Table


def _tables(model: Model) -> Beside:
    tables: dict[str, list[str]] = {}
    for quantity in (each for each in model.quantities if each.sheet == SHEET):
        kept = quantity.kind.rpartition("_")[0] if quantity.layer else ""
        tables.setdefault(kept, []).append(quantity.name)
    shared = tables.pop("", [])
    beside = [Table(*shared, left=0)] if shared else []
    return Beside(Below(*(Table(*names) for names in tables.values())), *beside)


PAGE = Page(SHEET, "", "", Made(_tables), is_helper=True, gridlines=True)
