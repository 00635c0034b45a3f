"""What is to be said of a workbook, whether its formulas are right or not?"""

from collections.abc import Iterator

import numpy as np

from xlnn.checking.comparison import Comparison
from xlnn.checking.readings import plainly


def remarks(comparison: Comparison) -> Iterator[str]:
    """Yield a sentence for what no comparison judges: inputs by formulas, moved names, settings."""
    layout, names = comparison.layout, comparison.contents.names
    if comparison.contents.is_manual:
        yield (
            "it is set to calculate only when asked: until then it shows values of inputs that are "
            "no longer there; set its calculation to automatic"
        )
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
    for name, block in layout.blocks.items():
        stands = names.get(f"xlnn.{name}")
        if block.is_dense and stands and plainly(stands) != plainly(layout.area(name)):
            yield f"the name xlnn.{name} stands for {stands}, and not for {layout.area(name)}"
