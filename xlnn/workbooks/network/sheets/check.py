"""What is drawn on the sheet Check: NumPy's run beside the sheet's own, and what it means."""

from collections.abc import Iterator
from dataclasses import replace

from xlnn.address import address
from xlnn.blocks import Block, table_blocks
from xlnn.equations.optimiser import REMEMBERED
from xlnn.equations.record import ImageFound
from xlnn.quantity import Model, Quantity
from xlnn.shipped.text import Text
from xlnn.workbooks.network.quantities.network import TEST
from xlnn.workbooks.network.quantities.record import PREFIX, SHEET
from xlnn.workbooks.network.sheets.bands import layer_name
from xlnn.workbooks.network.sheets.names import input_names, named
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.table import head, name_rows
from xlnn.writing.drawing import Drawing
from xlnn.writing.room import text_width
from xlnn.writing.style import LABEL, LINK, NOTE, SENTENCE, TITLE, heading

TOP = 4
VALUES, NUMBERS = 3, 15
"""The first column of values beside their names, and how wide the columns of numbers are."""

RESULTS = ("state", "changes", "changed", "empty", "emptied", "largest", "inside")
LINES = ("", "_distance", "_steps", "_start", "_found", *(f"_{name}" for name in REMEMBERED))
"""The rows of the parameters: the last weights and how far they are from NumPy's and from all steps
taken at once; the start, and whether it is another now; the gaps of what an optimiser keeps."""

PARAMETERS = TOP + len(RESULTS) + 4

SUMS = (1, 2, 3)
"""Of each column: of its numbers, and of these times the row's number, and times its square."""

TOLD = ("rmse_gap", "mae_gap", "predicted_gap")
"""Gaps of what a regression tells of the rows that are trained, and of those held out."""

SCALING = ("middle", "factor", "middle_found", "factor_found")
"""What stands beside the epochs: down, as on the sheet Settings."""


def place(model: Model) -> Iterator[Block]:
    """Place the results, the parameters, the other inputs, and a row for each epoch."""
    for row, name in enumerate(RESULTS, start=TOP):
        yield Block(model[PREFIX + name], SHEET, row, VALUES, ())
    names = [q for q in model.quantities if q.sheet == "weights"]
    lines = _lines(model)
    for row, line in enumerate(lines, start=PARAMETERS):
        quantities = [model[f"{PREFIX}{q.kind}{line}{q.layer}"] for q in names]
        yield from table_blocks(quantities, row, VALUES)
    row = PARAMETERS + len(lines) + 2  # what else was noted of the inputs
    for quantity in _inputs(model):
        rows = quantity.shape[0] if _has_rows(quantity) else 1
        if rows == 1:
            yield from table_blocks([quantity], row, VALUES)
        else:
            (inner,) = table_blocks([replace(quantity, shape=quantity.shape[1:])], row, VALUES)
            yield Block(quantity, SHEET, row, VALUES, ((1, 0), *inner.steps))
        row += rows
    first = row + 3
    epochs = _epochs(model)
    for column, quantity in enumerate(_scaling(model), start=_names_column(model) + 1):
        yield Block(quantity, SHEET, first, column, ((1, 0),))
    yield from table_blocks(epochs, first, 2)


def _lines(model: Model) -> list[str]:
    """Return which rows of the parameters there are."""
    first = next(quantity for quantity in model.quantities if quantity.sheet == "weights")
    names = {line: f"{PREFIX}{first.kind}{line}{first.layer}" for line in LINES}
    return [line for line, name in names.items() if name in model.by_name]


def _has_rows(quantity: Quantity) -> bool:
    """Tell whether it has a row for each power of the image's number."""
    return quantity.kind.endswith(("_print", "_moved"))


def _epochs(model: Model) -> list[Quantity]:
    """Return what has a row for each epoch."""
    return [quantity for quantity in model.quantities if quantity.sheet == SHEET and quantity.axes]


def _names_column(model: Model) -> int:
    """Return the column of the inputs' names, beside how they were scaled."""
    return 2 + len(_epochs(model)) + 1


def _scaling(model: Model) -> list[Quantity]:
    return [model[PREFIX + name] for name in SCALING if PREFIX + name in model.by_name]


def _inputs(model: Model) -> list[Quantity]:
    """Return what else was noted of the inputs that are no weights, and of images the same now."""
    placed = {f"{PREFIX}{name}" for name in (*RESULTS, *SCALING)}
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
    """Draw what the lines are; each name of an input leads to its cells."""
    words = page.words
    drawing = Drawing(gridlines=False, one_page=True, heights={1: 24}, freeze=(1, 2))
    drawing.put(1, 1, page.layout.titles[SHEET], TITLE)
    drawing.put(2, 1, words("notes", SHEET), NOTE)
    _draw_run(drawing, page, 0)
    return drawing


def draw_more(page: Page, down: int) -> Drawing:
    """Draw the same of a further run, so many rows below."""
    drawing = Drawing()
    _draw_run(drawing, page, down)
    return drawing


def _draw_run(drawing: Drawing, page: Page, down: int) -> None:
    """Draw what the lines of a run are."""
    blocks, words, parameters = page.layout.blocks, page.words, PARAMETERS + down
    for name in RESULTS:
        drawing.put(blocks[PREFIX + name].row, 1, words("check", name), LABEL)
        drawing.looks[PREFIX + name] = replace(
            SENTENCE,
            bold=name == "state",
            align="left",
            number_format=blocks[PREFIX + name].quantity.number_format,
        )
    drawing.put(parameters - 2, 1, words("check", "parameters"), LABEL)
    for row, line in enumerate(_lines(page.layout.model), start=parameters):
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
    epochs = [blocks[quantity.name] for quantity in _epochs(page.layout.model)]
    name_rows(drawing, epochs[0].quantity.axes, epochs[0].row, words)
    drawing.put(epochs[0].row - 3, VALUES - 1, words("check", "gaps"), NOTE)
    drawing.heights[epochs[0].row - 2] = 58
    for block in epochs:
        _head(drawing, block, page)
    last = _names_column(page.layout.model) + len(SCALING)
    drawing.widths |= dict.fromkeys(range(VALUES - 1, max(column, last) + 1), NUMBERS)
    names = (cells[1] for cells in drawing.cells.values() if 1 in cells)
    drawing.widths[1] = text_width(*(text for text, look in names if look in (LABEL, LINK)))
    _draw_scaling(drawing, page)


def _draw_scaling(drawing: Drawing, page: Page) -> None:
    """Draw the headings of what was noted of the scaling, and the names of the inputs."""
    scaling = _scaling(page.layout.model)
    if scaling:
        names = page.layout.blocks[scaling[0].name].column - 1
        drawing.widths[names] = max(10, text_width(*input_names(page)))
    for quantity in scaling:
        block = page.layout.blocks[quantity.name]
        look = heading(quantity.role, first=True, computed=True)
        (text,) = _told(quantity, page.words)
        drawing.put(block.row - 2, block.column, text, look)
        for row, name in enumerate(input_names(page), start=block.row):
            if quantity is scaling[0]:
                unit = (row - block.row,)
                drawing.put(row, block.column - 1, name, LINK)
                target = page.layout.cell(_input_of(quantity), unit)
                drawing.links[address(row, block.column - 1)] = target


def _head(drawing: Drawing, block: Block, page: Page) -> None:
    """Draw the headings of a column of the epochs: what it compares, and where."""
    quantity, words = block.quantity, page.words
    if not quantity.kind.endswith("_gap"):
        head(drawing, block, words, width=False)
        return
    look = heading(quantity.role, first=True, computed=True)
    drawing.put(block.row - 2, block.column, words("check", quantity.kind), look)
    if quantity.kind in TOLD:
        where = words("charts", "tested" if TEST in quantity.name else "trained")
    else:
        where = layer_name(page, quantity.layer) if quantity.layer else "C_T"
    drawing.put(block.row - 1, block.column, where, look)


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
