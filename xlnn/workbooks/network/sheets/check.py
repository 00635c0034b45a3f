"""What is drawn on the sheet Check: NumPy's run beside the sheet's own, and what it means."""

from collections.abc import Iterator
from dataclasses import replace

from xlnn.address import address
from xlnn.blocks import Block, table_blocks
from xlnn.equations.record import ImageFound
from xlnn.quantity import Model, Quantity
from xlnn.shipped.text import Text
from xlnn.workbooks.network.quantities.record import PREFIX, SHEET
from xlnn.workbooks.network.sheets.names import named
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.table import head, name_rows
from xlnn.writing.drawing import Drawing
from xlnn.writing.room import text_width
from xlnn.writing.style import LABEL, LINK, NOTE, SENTENCE, TITLE, heading

TOP = 4
VALUES, NUMBERS = 3, 15
"""The first column of values beside their names, and how wide the columns of numbers are."""

RESULTS = ("state", "largest", "changes", "changed", "empty", "emptied")
LINES = ("", "_distance", "_start", "_found")
"""The rows of the parameters: the last weights and how far they are from NumPy's; the start, and
whether it is another now."""

PARAMETERS = TOP + len(RESULTS) + 3
EPOCHS = PARAMETERS + len(LINES) + 3
"""The first rows of values of the parameters, and of the epochs."""

SUMS = (1, 2, 3)
"""Of each column: of its numbers, and of these times the row's number, and times its square."""


def place(model: Model) -> Iterator[Block]:
    """Place the results, the parameters, a row for each epoch, and what was noted of the inputs."""
    for row, name in enumerate(RESULTS, start=TOP):
        yield Block(model[PREFIX + name], SHEET, row, VALUES, ())
    names = [q for q in model.quantities if q.sheet == "weights"]
    for row, line in enumerate(LINES, start=PARAMETERS):
        quantities = [model[f"{PREFIX}{q.kind}{line}{q.layer}"] for q in names]
        yield from table_blocks(quantities, row, VALUES)
    epochs = [quantity for quantity in model.quantities if _is_of_epochs(quantity)]
    yield from table_blocks(epochs, EPOCHS, VALUES - 1)
    row = EPOCHS + epochs[0].axes[0].length + 2
    for quantity in _inputs(model):
        rows = quantity.shape[0] if _has_rows(quantity) else 1
        if rows == 1:
            yield from table_blocks([quantity], row, VALUES)
        else:
            (inner,) = table_blocks([replace(quantity, shape=quantity.shape[1:])], row, VALUES)
            yield Block(quantity, SHEET, row, VALUES, ((1, 0), *inner.steps))
        row += rows


def _is_of_epochs(quantity: Quantity) -> bool:
    return quantity.sheet == SHEET and bool(quantity.axes)


def _has_rows(quantity: Quantity) -> bool:
    """Tell whether it has a row for each power of the image's number."""
    return quantity.kind.endswith(("_print", "_moved"))


def _inputs(model: Model) -> list[Quantity]:
    """Return what was noted of the inputs that are no weights, and of images the same now."""
    placed = {f"{PREFIX}{name}" for name in RESULTS}
    return [
        quantity
        for quantity in model.quantities
        if quantity.sheet == SHEET
        and quantity.name not in placed
        and not quantity.layer
        and not quantity.axes
    ]


def _input_of(quantity: Quantity) -> str:
    """Return the name of the input that something was noted of, or whose change is told."""
    name = quantity.name.removeprefix(PREFIX)
    for what in ("_print", "_moved", "_found"):
        name = name.removesuffix(what)
    return name


def draw(page: Page) -> Drawing:
    """Draw what the lines of a run are; each name of an input leads to its cells."""
    blocks, words = page.layout.blocks, page.words
    drawing = Drawing(gridlines=False, heights={1: 24}, freeze=(1, 2))
    drawing.put(1, 1, page.layout.titles[SHEET], TITLE)
    drawing.put(2, 1, words("notes", SHEET), NOTE)
    down = blocks[PREFIX + RESULTS[0]].row - TOP
    parameters = PARAMETERS + down
    for name in RESULTS:
        drawing.put(blocks[PREFIX + name].row, 1, words("check", name), LABEL)
        drawing.looks[PREFIX + name] = replace(
            SENTENCE,
            bold=name == "state",
            align="left",
            number_format=blocks[PREFIX + name].quantity.number_format,
        )
    drawing.put(parameters - 2, 1, words("check", "parameters"), LABEL)
    for row, line in enumerate(LINES, start=parameters):
        drawing.put(row, 1, words("check", f"line{line}"), LABEL)
    column = VALUES
    for block in page.layout.on("weights"):
        quantity = block.quantity
        for position, unit in enumerate(quantity.units):
            look = heading(quantity.role, first=position == 0)
            drawing.put(parameters - 1, column, quantity.heading(unit), look)
            start = page.layout.cell(quantity.name, (0, *unit))
            drawing.links[address(parameters - 1, column)] = start
            column += 1
    noted = _inputs(page.layout.model)
    if not down:
        drawing.put(blocks[noted[0].name].row - 1, 1, words("check", "sums"), NOTE)
    for quantity in noted:
        target = page.layout.first_cell(_input_of(quantity))
        for row, text in enumerate(_told(quantity, words), start=blocks[quantity.name].row):
            drawing.put(row, 1, text, LINK)
            drawing.links[address(row, 1)] = target
    epochs = [block for block in blocks.values() if _is_of_epochs(block.quantity)]
    name_rows(drawing, epochs[0].quantity.axes, epochs[0].row, words)
    for block in epochs:
        head(drawing, block, words, width=False)
    drawing.widths |= dict.fromkeys(range(VALUES - 1, column + 1), NUMBERS)
    names = (cells[1] for cells in drawing.cells.values() if 1 in cells)
    drawing.widths[1] = text_width(*(text for text, look in names if look in (LABEL, LINK)))
    return drawing


def _told(quantity: Quantity, words: Text) -> list[str]:
    """Say what was noted: an input, or sums that change with any image; and which changed since."""
    kind, _, what = quantity.kind.rpartition("_")
    if what not in {"print", "moved", "found"}:
        kind, what = quantity.kind, ""
    name = named(replace(quantity, kind=kind), words)
    if _has_rows(quantity):
        sums = (words("check", "sum", name=name, number=number) for number in SUMS)
        return [words("check", what, name=each) for each in sums]
    if what == "found":
        is_image = isinstance(quantity.equation, ImageFound)
        return [words("check", "image_found" if is_image else "found", name=name)]
    return [words("check", "noted", name=name)]
