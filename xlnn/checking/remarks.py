"""Collect notes about a workbook that apply whether its formulas are right or wrong."""

from collections.abc import Iterator, Sequence

import numpy as np

from xlnn.checking.comparison import Comparison
from xlnn.checking.formula_text import plainly
from xlnn.checking.stored import stale
from xlnn.reference import Arrays


def remarks(comparison: Comparison, arrays: Arrays) -> Iterator[str]:
    """Yield a sentence for what no comparison judges.

    Inputs by formulas, moved names, settings, and values that are stored and not computed anew.

    Parameters
    ----------
    comparison : Comparison
    arrays : dict of arrays
        What was computed.
    """
    layout, names = comparison.layout, comparison.names
    if comparison.contents.is_manual:
        yield (
            "it is set to calculate only when asked: until then it shows values of inputs that are "
            "no longer there; set its calculation to automatic"
        )
    if not comparison.found:  # else what is wrong is said, and this follows from it
        yield from _stored(stale(comparison, arrays))
    found = []
    for quantity in layout.model.inputs:
        formulas = quantity.typed(comparison.formulas_of(quantity))
        found += [layout.cell(quantity.name, tuple(index)) for index in np.argwhere(formulas)]
    if len(found) == 1:
        yield f"{found[0]} is an input and holds a formula: it was taken for the number it gives"
    elif found:
        yield (
            f"{len(found):,} inputs hold formulas, {found[0]} among them: they were taken for the "
            "numbers they give"
        )
    for name, area in layout.names.items():
        stands = names.get(name.casefold())
        if stands and plainly(stands) != plainly(area):
            yield f"the name {name} stands for {stands}, and not for {area}"


def _stored(cells: Sequence[str]) -> Iterator[str]:
    """Say that values are stored which are others than those computed."""
    if len(cells) == 1:
        what, they, them = f"{cells[0]} holds a stored value that is", "its formula gives", "it"
    elif cells:
        what = f"{len(cells):,} cells, {cells[0]} among them, hold stored values that are"
        they, them = "their formulas give", "those"
    else:
        return
    yield (
        f"{what} not what {they}, and a program that computes nothing shows {them}: open the file "
        "in a spreadsheet program and save it"
    )
