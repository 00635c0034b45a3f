"""What is to be said of a workbook, whether its formulas are right or not?"""

from collections.abc import Iterator

import numpy as np

from xlnn.checking.comparison import marked
from xlnn.checking.readings import plainly
from xlnn.layout import Layout
from xlnn.xlsx.package import Contents


def remarks(layout: Layout, contents: Contents) -> Iterator[str]:
    """Yield a sentence for what no comparison judges: inputs by formulas, and moved names."""
    found = []
    for quantity in layout.model.inputs:
        block = layout.blocks[quantity.name]
        title, extent = layout.titles[block.sheet], layout.extents[block.sheet]
        formulas = quantity.typed(block.window(marked(contents.formulas[title], extent)))
        found += [layout.cell(quantity.name, tuple(index)) for index in np.argwhere(formulas)]
    if len(found) == 1:
        yield f"{found[0]} is an input and holds a formula: it was taken for the number it gives"
    elif found:
        yield (
            f"{len(found):,} inputs hold formulas, {found[0]} among them: they were taken for the "
            "numbers they give"
        )
    for name, block in layout.blocks.items():
        stands = contents.names.get(f"xlnn.{name}")
        if block.is_dense and stands and plainly(stands) != plainly(layout.area(name)):
            yield f"the name xlnn.{name} stands for {stands}, and not for {layout.area(name)}"
