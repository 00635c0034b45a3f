"""Name a network's quantities and inputs in headings."""

from dataclasses import replace

from xlnn.layout import Block
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.network import TEST
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import plain_name
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import heading


def named(quantity: Quantity, words: Text) -> str:
    """Return the name of a quantity, to be shown beside that of the training images."""
    name = plain_name(quantity, words)
    is_beside = quantity.sheet in {"progress", "fit", "check"} and TEST in quantity.name
    return words("headings", "tested", name=name) if is_beside else name


def input_names(page: Context) -> tuple[str, ...]:
    """Return the names of the inputs: a table's features, or the symbols of pixels."""
    x = page.layout.model["x"]
    return page.spec.features or tuple(x.heading(unit) for unit in x.units)


def name_outputs(drawing: Drawing, page: Context, block: Block, width: float) -> None:
    """Draw the heading of a quantity, and the name of an output over each of its columns."""
    for position, name in enumerate(page.spec.labels):
        column, look = block.column + position, heading(block.quantity.role, first=position == 0)
        text = "" if position else named(block.quantity, page.words)  # in lines within the first
        drawing.put(block.row - 2, column, text, look)
        drawing.put(block.row - 1, column, name, replace(look, wrap=False))
        drawing.widths[column] = width
