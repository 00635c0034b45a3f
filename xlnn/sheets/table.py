"""What is drawn on a sheet that is a table: a row for each epoch or image, a column a unit."""

from itertools import product
from math import prod

from openpyxl.worksheet.datavalidation import DataValidation

from xlnn.address import address
from xlnn.drawing import Drawing
from xlnn.layout import FIRST_ROW, KEY_COLUMNS, Block, Layout
from xlnn.quantity import Axis
from xlnn.style import KEY, NOTE, ROLES, TITLE, heading
from xlnn.text import Text

NARROW, NORMAL, WIDE = 7, 10.5, 13
GROUP_ROW, UNIT_ROW = FIRST_ROW - 2, FIRST_ROW - 1


def table(layout: Layout, sheet: str, text: Text) -> Drawing:
    """Draw the headings of a table in two rows, quantity and unit, and the names of its rows."""
    drawing = Drawing(freeze=(FIRST_ROW, KEY_COLUMNS[sheet] + 1))
    drawing.put(1, 1, layout.titles[sheet], TITLE)
    drawing.put(1, KEY_COLUMNS[sheet] + 3, text("notes", sheet, **layout.titles), NOTE)
    drawing.heights |= {1: 24, GROUP_ROW: 30, UNIT_ROW: 18}
    blocks = layout.on(sheet)
    _row_names(drawing, max((block.quantity.axes for block in blocks), key=len), text)
    for block in blocks:
        _headings(drawing, block, text)
        if block.quantity.is_input:
            drawing.validations.append(numbers_only(block, text))
    return drawing


def _row_names(drawing: Drawing, axes: tuple[Axis, ...], text: Text) -> None:
    """Name the rows: the epoch, the image, or both. A state 0 is the start."""
    for column, axis in enumerate(axes, start=1):
        name = {"state": "epoch"}.get(axis.name, axis.name)
        drawing.put(GROUP_ROW, column, "", KEY)
        drawing.put(UNIT_ROW, column, text("headings", name), KEY)
        drawing.widths[column] = NARROW
    ranges = (range(axis.name != "state", axis.length + (axis.name != "state")) for axis in axes)
    for row, index in enumerate(product(*ranges), start=FIRST_ROW):
        for column, number in enumerate(index, start=1):
            drawing.put(row, column, number, KEY)


def _headings(drawing: Drawing, block: Block, text: Text) -> None:
    quantity = block.quantity
    units = list(product(*map(range, quantity.shape)))
    words = text("quantities", quantity.kind)
    for position, unit in enumerate(units):
        column = block.column + position
        look = heading(quantity.kind, first=position == 0)
        drawing.put(UNIT_ROW, column, quantity.heading(unit), look)
        drawing.put(GROUP_ROW, column, words if position == 0 else "", look)
        narrow = ROLES.get(quantity.kind) == "input"
        drawing.widths[column] = NARROW if narrow else NORMAL if len(units) > 1 else WIDE
    if prod(quantity.shape) > 1:
        _spread(drawing, block, len(units))


def _spread(drawing: Drawing, block: Block, units: int) -> None:
    """Let the words over a block run across its columns, without merging cells."""
    for column in range(block.column, block.column + units):
        value, look = drawing.cells[GROUP_ROW][column]
        spread = {"align": "centerContinuous" if units <= 6 else "left", "wrap": False}
        drawing.put(GROUP_ROW, column, value, look.__class__(**(look.__dict__ | spread)))


def numbers_only(block: Block, text: Text) -> DataValidation:
    """Let only numbers be typed into a block's input cells."""
    quantity = block.quantity
    lengths = quantity.input_lengths
    row, column = block.address(tuple(length - 1 for length in lengths))
    first = address(block.row, block.column)
    validation = DataValidation(
        type="decimal",
        operator="between",
        formula1="-1E+300",
        formula2="1E+300",
        allow_blank=False,
        showErrorMessage=True,
        errorTitle=text("validation", "number_title"),
        error=text("validation", "number"),
    )
    validation.add(f"{first}:{address(row, column)}")
    return validation
