"""What is drawn on the sheet Weights where nothing trains: the weights of each layer as a matrix.

A row of a matrix is what a unit, or a filter, multiplies by; its bias stands behind.
"""

from collections.abc import Iterator
from itertools import groupby, product
from math import prod

from xlnn.blocks import FIRST_ROW, Block
from xlnn.equations.layer import PARAMETERS
from xlnn.equations.layer import WEIGHTS as SHOWN
from xlnn.quantity import Model, Quantity, subscript
from xlnn.workbooks.network.sheets.bands import layer_title
from xlnn.workbooks.network.spec import Spec
from xlnn.workbooks.pages import table
from xlnn.workbooks.pages.page import Page
from xlnn.writing.drawing import Drawing, cell_range
from xlnn.writing.style import KEY, LABEL, NOTE, SECTION, TITLE

WEIGHTS = "weights"
LEFT = 2
WIDTH = 9


def _stack(model: Model) -> Iterator[tuple[list[Quantity], int]]:
    """Yield the parameters of each layer that has any, and the row of its heading."""
    row = FIRST_ROW - 1
    here = (quantity for quantity in model.quantities if quantity.sheet == WEIGHTS)
    for _, found in groupby(here, lambda quantity: quantity.layer):
        parameters = list(found)
        yield parameters, row
        row += parameters[0].shape[0] + 3


def place(model: Model) -> Iterator[Block]:
    """Place the parameters of each layer below each other: a row for each unit."""
    for parameters, row in _stack(model):
        column = LEFT
        for quantity in parameters:
            inside = quantity.shape[1:]
            across = tuple((0, prod(inside[n + 1 :])) for n in range(len(inside)))
            yield Block(quantity, WEIGHTS, row + 2, column, ((1, 0), *across))
            column += prod(inside)


def draw(page: Page[Spec]) -> Drawing:
    """Draw what each layer is, and whose each weight is."""
    found = Drawing(widths={1: 8}, heights={1: 24}, freeze=(FIRST_ROW - 1, LEFT))
    found.put(1, 1, page.layout.titles[WEIGHTS], TITLE)
    found.put(1, LEFT + 2, page.words("notes", WEIGHTS), NOTE)
    for parameters, row in _stack(page.layout.model):
        first, *_ = blocks = [page.layout.blocks[quantity.name] for quantity in parameters]
        for column in range(1, blocks[-1].column + 1):
            found.put(row, column, "", SECTION)
            if column >= LEFT:
                found.widths[column] = WIDTH
        found.put(row, 1, layer_title(page, first.quantity.layer), SECTION)
        for unit in range(first.quantity.shape[0]):
            of_unit = subscript((unit,), first.quantity.shape[:1])
            found.put(row + 2 + unit, 1, first.quantity.symbol.format(of_unit), LABEL)
        for block in blocks:
            kind, inside = block.quantity.kind, block.quantity.shape[1:]
            over = _units(inside) if kind in SHOWN else [PARAMETERS[kind].symbol]
            for place, name in enumerate(over):
                found.put(row + 1, block.column + place, name, KEY)
            found.validations.append(table.number_validation(cell_range(block), page.words))
            if kind in SHOWN:
                found.colour_around_0(block)
    return found


def _units(below: tuple[int, ...]) -> Iterator[str]:
    """Yield what a weight looks at, counted from 1."""
    for place in product(*(range(1, length + 1) for length in below)):
        yield ",".join(map(str, place))
