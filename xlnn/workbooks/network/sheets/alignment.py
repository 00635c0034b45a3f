"""Centre columns of signs that are compared with those beside them.

A class stands beside its label: at the right of its column the one would run into the other.
"""

from collections.abc import Iterable
from dataclasses import replace

from xlnn.layout import Block
from xlnn.workbooks.pages.context import Context
from xlnn.writing.drawing import Drawing
from xlnn.writing.name_width import name_width
from xlnn.writing.style import value

CENTRED = ("truth", "truth_label", "answer", "label", "right")


def centre(
    drawing: Drawing, page: Context, blocks: Iterable[Block], kinds: tuple[str, ...]
) -> None:
    """Centre what is of some kinds in its columns; those of labels are as wide as these."""
    for block in blocks:
        quantity = block.quantity
        if quantity.kind not in kinds:
            continue
        look = value(quantity.number_format, given=quantity.is_input, first=True)
        drawing.looks[quantity.name] = replace(look, align="center", shrink=quantity.is_text)
        if quantity.is_text:
            usual = drawing.widths.get(block.column, 0)
            drawing.widths[block.column] = max(usual, name_width(page.spec.labels))
