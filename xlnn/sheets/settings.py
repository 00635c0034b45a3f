"""What is drawn on the sheet Settings: the learning rate and the labels, with their words."""

from openpyxl.worksheet.datavalidation import DataValidation

from xlnn.address import address
from xlnn.drawing import Drawing
from xlnn.layout import Layout
from xlnn.style import NOTE, PLAIN, TITLE, Look
from xlnn.text import Text

SYMBOL = Look(bold=True, align="center")


def settings(layout: Layout, text: Text) -> Drawing:
    """Draw a line for each setting: its name, its symbol, and what it does behind its cell."""
    drawing = Drawing(widths={1: 24, 2: 9, 3: 12, 4: 60}, gridlines=False)
    drawing.put(1, 1, layout.titles["settings"], TITLE)
    drawing.put(2, 1, text("notes", "settings"), NOTE)
    for block in layout.on("settings"):
        kind = block.quantity.kind
        drawing.put(block.row, 1, text("quantities", kind), PLAIN)
        drawing.put(block.row, 4, text("settings", kind), NOTE)
        if block.quantity.shape:
            for number in range(block.quantity.shape[0]):
                class_name = f"{text('headings', 'class')} {number + 1}"
                drawing.put(block.row + number, 2, class_name, SYMBOL)
        else:
            drawing.put(block.row, 2, block.quantity.symbol, SYMBOL)
    eta = layout.blocks["eta"]
    positive = DataValidation(
        type="decimal",
        operator="greaterThan",
        formula1="0",
        allow_blank=False,
        showErrorMessage=True,
        errorTitle=text("validation", "number_title"),
        error=text("validation", "positive"),
    )
    positive.add(address(eta.row, eta.column))
    drawing.validations.append(positive)
    return drawing
