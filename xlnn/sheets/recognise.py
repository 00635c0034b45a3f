"""What is drawn on the sheet Recognise: a grid to draw on, and what the network makes of it."""

from collections.abc import Iterator
from dataclasses import replace

from openpyxl.worksheet.datavalidation import DataValidation

from xlnn.address import address
from xlnn.drawing import Drawing, cell_range
from xlnn.layout import Block, quoted
from xlnn.quantity import Model, Quantity
from xlnn.sheets.page import Page
from xlnn.sheets.table import choice_validation
from xlnn.style import (
    INPUT_INK,
    LABEL,
    NOTE,
    NUMBER,
    PICTURE,
    SECTION,
    SENTENCE,
    TITLE,
    Look,
    diverging_scale,
    ink_scale,
    on_ink,
    value,
)

SHEET, PREFIX = "recognise", "draw_"
TOP, LEFT, CELL = 4, 2, 6.2


def _layers(model: Model) -> list[str]:
    return [q.layer for q in model.quantities if q.sheet == SHEET and q.kind == "z"]


def place(model: Model) -> Iterator[Block]:
    """Place the epoch, the grid, the outputs and verdict, then a band for each layer."""
    if f"{PREFIX}x" not in model.by_name:
        return
    rows, columns = model[f"{PREFIX}x"].shape
    layers = _layers(model)
    outputs = model[f"{PREFIX}z{layers[-1]}"].shape[0]

    def block(name: str, row: int, column: int, *steps: tuple[int, int]) -> Block:
        quantity = model[PREFIX + name]
        return Block(quantity, SHEET, row, column, ((0, 0),) * len(quantity.axes) + steps)

    yield block("epoch", TOP, LEFT + 3)
    yield block("x", TOP + 2, LEFT, (1, 0), (0, 1))
    right = LEFT + max(columns, 3) + 2
    yield block("verdict", TOP, right)
    yield block("label", TOP + 1, right + 2)
    yield block("answer", TOP + 1, right + 4)
    yield block(f"a{layers[-1]}", TOP + 3, right + 1, (1, 0))
    yield block("bar", TOP + 3, right + 2, (1, 0))
    row = TOP + max(rows + 2, outputs + 3) + 2
    band = max(rows + 1, 3) + 2
    first, units = layers[0], model[f"{PREFIX}z{layers[0]}"].shape[0]
    for position, kind in enumerate((f"W{first}", "seen")):
        column = LEFT + position * (columns + 1)
        yield block(kind, row + 2, column, (band, 0), (1, 0), (0, 1))
    numbers = LEFT + 2 * (columns + 1) + 1
    yield block(f"b{first}", row + 2, numbers, (band, 0))
    yield block(f"z{first}", row + 3, numbers, (band, 0))
    if len(layers) > 1:  # else it is the output layer, whose a stands above
        yield block(f"a{first}", row + 4, numbers, (band, 0))
    row += 2 + units * band
    for layer in layers[1:]:
        width = model[f"{PREFIX}W{layer}"].shape[1]
        yield block(f"below{layer}", row + 2, LEFT + 4, (0, 1))
        yield block(f"W{layer}", row + 3, LEFT + 4, (1, 0), (0, 1))
        yield block(f"b{layer}", row + 3, LEFT + 4 + width, (1, 0))
        yield block(f"z{layer}", row + 3, LEFT + 1, (1, 0))
        if layer != layers[-1]:
            yield block(f"a{layer}", row + 3, LEFT + 2, (1, 0))
        row += 4 + model[f"{PREFIX}z{layer}"].shape[0]


def draw(page: Page) -> Drawing:
    """Draw the headings, what may be typed, and the colours."""
    model, blocks, words = page.layout.model, page.layout.blocks, page.words
    drawing = Drawing(gridlines=False, one_page=True, widths={1: 2}, heights={1: 24})
    grid = blocks[f"{PREFIX}x"]
    last = max(block.last[1] for block in page.layout.on(SHEET))
    drawing.widths |= dict.fromkeys(range(LEFT, last + 4), CELL)
    drawing.put(1, LEFT, page.layout.titles[SHEET], TITLE)
    drawing.put(2, LEFT, words("notes", SHEET), NOTE)
    epoch = blocks[f"{PREFIX}epoch"]
    drawing.put(epoch.row, LEFT, words("recognise", "epoch"), LABEL)
    weights = blocks["W" + _layers(model)[0]]
    drawing.validations.append(
        choice_validation(
            address(epoch.row, epoch.column),
            f"{quoted(page.layout.titles['weights'])}!$A${weights.row}:$A${weights.last[0]}",
            words,
            page.spec.epochs,
        )
    )
    drawing.put(grid.row - 1, LEFT, words("recognise", "grid"), LABEL)
    ink = DataValidation(
        type="list", formula1='"0,1"', showErrorMessage=False, showInputMessage=True,
        promptTitle=words("recognise", "grid"), prompt=words("recognise", "prompt"),
    )  # fmt: skip
    ink.add(cell_range(grid))
    drawing.validations.append(ink)
    label = blocks[f"{PREFIX}label"]
    drawing.put(label.row, label.column - 2, words("quantities", "label"), LABEL)
    drawing.put(label.row, label.column + 1, words("headings", "class"), LABEL)
    bars = blocks[f"{PREFIX}bar"]
    for unit, name in enumerate(page.spec.labels):
        drawing.put(bars.row + unit, bars.column - 2, name, LABEL)
    _draw_layers(drawing, page)
    drawing.colour(grid, ink_scale())
    drawing.colour(grid, on_ink(address(grid.row, grid.column)))
    for block in page.layout.on(SHEET):
        drawing.looks[block.quantity.name] = _look(block.quantity)
    return drawing


def _draw_layers(drawing: Drawing, page: Page) -> None:
    model, blocks, words = page.layout.model, page.layout.blocks, page.words
    first, *others = _layers(model)
    weights, seen, z = (blocks[PREFIX + name] for name in (f"W{first}", "seen", f"z{first}"))
    for column in range(LEFT, z.column + 1):
        drawing.put(weights.row - 2, column, "", SECTION)
    drawing.put(weights.row - 2, LEFT, words("recognise", "weights", layer=first), SECTION)
    drawing.put(weights.row - 2, seen.column, words("recognise", "seen"), SECTION)
    for unit in range(z.quantity.shape[0]):
        top = weights.row + unit * weights.steps[0][0]
        symbol = z.quantity.heading((unit,)).replace("z", "w")
        drawing.put(top - 1, LEFT, symbol, LABEL)
        drawing.put(top - 1, seen.column, f"{symbol} x", LABEL)
        for below, kind in enumerate(("b", "z", "a")):
            if below < 2 or others:
                quantity = blocks[f"{PREFIX}{kind}{first}"].quantity
                drawing.put(top + below, z.column - 1, quantity.heading((unit,)), LABEL)
    drawing.colour(weights, diverging_scale(3))
    drawing.colour(seen, diverging_scale(3))
    for layer in others:
        weights, bias = blocks[f"{PREFIX}W{layer}"], blocks[f"{PREFIX}b{layer}"]
        row = weights.row - 2
        for column in range(LEFT, bias.column + 1):
            drawing.put(row, column, "", SECTION)
        drawing.put(row, LEFT, words("recognise", "layer", layer=layer), SECTION)
        drawing.put(row, LEFT + 1, "z", SECTION)
        drawing.put(row, LEFT + 2, "a" if layer != others[-1] else "", SECTION)
        drawing.put(row, weights.column, "w", SECTION)
        drawing.put(row, bias.column, "b", SECTION)
        drawing.put(row + 1, LEFT, words("recognise", "below"), LABEL)
        for unit in range(weights.quantity.shape[0]):
            symbol = blocks[f"{PREFIX}z{layer}"].quantity.heading((unit,))
            drawing.put(weights.row + unit, LEFT, symbol, LABEL)
        drawing.colour(weights, diverging_scale(3))


def _look(quantity: Quantity) -> Look:
    if quantity.choices:
        return replace(value("0", given=True, first=False), bold=True, align="center")
    if quantity.kind == "x":
        return replace(PICTURE, ink=INPUT_INK, number_format="0.##", border=True)
    if quantity.kind == "verdict":
        return replace(SENTENCE, bold=True, size=14)
    if quantity.kind == "bar":
        return SENTENCE
    if quantity.kind in {"W", "seen", "b"}:
        return PICTURE
    return replace(NUMBER, number_format=quantity.number_format)
