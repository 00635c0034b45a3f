"""Draw the sheet Drawing: the numbers behind the pictures on Play."""

from collections.abc import Iterator
from dataclasses import replace
from math import prod

from xlnn.equations.play import LEVELS
from xlnn.layout import FIRST_ROW, Block, single_block
from xlnn.quantity import Model, Quantity
from xlnn.workbooks.network.quantities import recognise
from xlnn.workbooks.network.quantities.figure import Figure
from xlnn.workbooks.network.quantities.play import NUMBERS, PREFIX, SERIES
from xlnn.workbooks.network.quantities.stack import Stack
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import title_line
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import CAPTION, KEY, heading
from xlnn.writing.text_width import text_width

LAYER, UNIT, VALUE, LEVEL, ACROSS, UP, DOT = range(1, 8)
SIZE = DOT + 2 * LEVELS + 1
LABEL = SIZE + 2
TEXTS = ("label_across", "name_across", "heading_across", "heading_up")
CONNECTION = LABEL + len(TEXTS) + 2
LINES = CONNECTION + 5
GUIDES = LINES + 2 * len(SERIES) + 2
"""The columns, with levels to either side of 0; a connection is named once beside its weight, and
once beside its lines."""

APART = 2
"""Rows of a unit: its own, and one that is truly empty, so that no line joins two units."""

GAP = 3
"""Rows of a connection: where it begins, where it ends, and one that is truly empty."""

KINDS = (
    "run_used", "epoch_used", "image_used", "position", "answer", "label", "truth", "truth_label",
    "surest", "tied", "targets_tied", "outputs", "targets",
)  # fmt: skip
FOUND = (
    *(PREFIX + kind for kind in KINDS),
    *(recognise.PREFIX + kind for kind in recognise.BEHIND),
)
"""What is looked up for the words on Play, and for those on Recognise."""

ROLES = {
    "value": "forward", "level": "forward", "dot": "forward", "size": "forward",
    "weight": "weight", "strength": "weight", "heaviest": "weight",
    "line_across": "weight", "line_up": "weight",
}  # fmt: skip
"""Whose colours the headings have."""

WIDTHS = {"label_text": 22, "dot": 6, "line_across": 6, "line_up": 6}


def place(model: Model) -> Iterator[Block]:
    """Place the units below each other, and beside them the lines, three rows each."""
    spare = _spare(model)
    for block in _place(model):
        yield replace(block, column=block.column - spare) if block.column >= DOT else block


def _spare(model: Model) -> int:
    """Return how many columns no level needs, where no layer has levels below 0."""
    dots = [q.shape[1] for q in model.quantities if q.sheet == NUMBERS and q.kind == "dot"]
    return 2 * LEVELS + 1 - max(dots)


def _place(model: Model) -> Iterator[Block]:
    here = [quantity for quantity in model.quantities if quantity.sheet == NUMBERS]
    layers = [quantity.layer for quantity in here if quantity.kind == "dot"]
    row = FIRST_ROW
    columns = {"value": VALUE, "level": LEVEL, "across": ACROSS, "up": UP}
    for layer in layers:
        for kind, column in columns.items():
            down = ((APART, 0),)
            yield Block(model[f"{PREFIX}{kind}{layer}"], NUMBERS, row, column, down)
        dot = model[f"{PREFIX}dot{layer}"]
        first = DOT + 2 * LEVELS + 1 - dot.shape[1]
        yield Block(dot, NUMBERS, row, first, ((APART, 0), (0, 1)))
        if f"{PREFIX}size{layer}" in model.by_name:
            yield Block(model[f"{PREFIX}size{layer}"], NUMBERS, row, SIZE, ())
        row += APART * dot.shape[0]
    yield single_block(model[f"{PREFIX}label_text"], FIRST_ROW, LABEL, (1, 0))
    for column, kind in enumerate(TEXTS, start=LABEL + 1):
        if PREFIX + kind in model.by_name:
            yield Block(model[PREFIX + kind], NUMBERS, FIRST_ROW, column, ((1, 0),))
    row = FIRST_ROW + model[f"{PREFIX}label_text"].shape[0] + 2
    for name in filter(model.by_name.__contains__, FOUND):
        found = model[name]
        yield single_block(found, row, LABEL, *((1, 0),) * len(found.shape))
        row += prod(found.shape)
    yield from _place_lines(model, here)


def _place_lines(model: Model, here: list[Quantity]) -> Iterator[Block]:
    row, line = FIRST_ROW, FIRST_ROW
    for quantity in (quantity for quantity in here if quantity.kind == "weight"):
        layer, (units, below) = quantity.layer, quantity.shape
        for column, kind in enumerate(("weight", "strength"), start=CONNECTION + 1):
            down = ((below, 0), (1, 0))
            yield Block(model[f"{PREFIX}{kind}{layer}"], NUMBERS, row, column, down)
        yield Block(model[f"{PREFIX}heaviest{layer}"], NUMBERS, row, CONNECTION + 3, ())
        for column, kind in ((LINES + 1, "across"), (LINES + 1 + len(SERIES), "up")):
            ends = ((GAP, 0), (1, 0), (0, 1))
            yield Block(model[f"{PREFIX}line_{kind}{layer}"], NUMBERS, line, column, ends)
        row += units * below
        line += GAP * units * below
    if f"{PREFIX}course" in model.by_name:
        yield Block(model[f"{PREFIX}course"], NUMBERS, FIRST_ROW, GUIDES + 3, ((1, 0),))
    row = FIRST_ROW
    for quantity in (quantity for quantity in here if quantity.kind == "guide_across"):
        for column, kind in enumerate(("across", "up"), start=GUIDES):
            guide = model[f"{PREFIX}guide_{kind}{quantity.layer}"]
            yield Block(guide, NUMBERS, row, column, ((GAP, 0), (1, 0)))
        row += GAP * quantity.shape[0]


def draw(page: Context) -> Drawing:
    """Draw the headings, and which layer, unit or connection each row is of."""
    drawing = Drawing(freeze=(FIRST_ROW, 3), repeat=FIRST_ROW - 1, heights={1: 24, 2: 44})
    figure = Figure(Stack(page.spec))
    row = FIRST_ROW
    for column in (column for columns in figure.alike.values() for column in columns):
        for unit in column.units:
            drawing.put(row, LAYER, column.layer, KEY)
            drawing.put(row, UNIT, _symbol(page, column.layer, unit), KEY)
            row += APART
    number, spare = 0, _spare(page.layout.model)
    for layer in figure.dense:
        below, (kind,) = figure.columns[figure.stack.below[layer]], figure.stack.weights(layer)
        for j in figure.columns[layer].units:
            for i in below.units:
                weight = page.layout.model[f"{kind}{layer}"].heading((*j, *i))
                drawing.put(FIRST_ROW + number, CONNECTION - spare, weight, KEY)
                drawing.put(FIRST_ROW + GAP * number, LINES - spare, weight, KEY)
                number += 1
    _draw_headings(drawing, page)
    title_line(drawing, page, NUMBERS, UNIT + 1)
    for name in filter(page.layout.blocks.__contains__, FOUND):
        block = page.layout.blocks[name]
        kind = block.quantity.kind
        told = page.words("drawing" if kind in page.words.words["drawing"] else "quantities", kind)
        if name.startswith(recognise.PREFIX):
            title = page.layout.titles[recognise.SHEET]
            told = page.words("joined", "named", what=title, name=told)
        drawing.put(block.row, block.column - 1, told, CAPTION)
        least = text_width(told, size=CAPTION.size)
        drawing.widths[block.column - 1] = max(drawing.widths.get(block.column - 1, 0), least)
    return drawing


def _draw_headings(drawing: Drawing, page: Context) -> None:
    """Head each column: what it holds, and of which level or strength."""
    seen = set()
    spare = _spare(page.layout.model)
    names = {LAYER: "layer", UNIT: "unit"}
    names |= dict.fromkeys((CONNECTION - spare, LINES - spare), "connection")
    for column, key in names.items():
        drawing.put(FIRST_ROW - 2, column, page.words("drawing", key), heading("key", first=False))
    for block in page.layout.on(NUMBERS):
        kind, quantity = block.quantity.kind, block.quantity
        if block.quantity.name in FOUND:
            continue
        if kind == "dot":
            levels = quantity.equation.levels
            steps = [(block.column + n, _signed(level)) for n, level in enumerate(levels)]
        elif kind.startswith("line"):
            steps = [(block.column + n, _signed(level)) for n, level in enumerate(SERIES)]
        else:
            steps = [(block.column, "")]
        for n, (column, text) in enumerate(steps):
            if (column, text) not in seen:
                seen.add((column, text))
                look = heading(ROLES.get(kind, "key"), first=n == 0, computed=True)
                spread = replace(look, align="centerContinuous", wrap=False) if text else look
                above = page.words("drawing", kind) if n == 0 else ""
                drawing.put(FIRST_ROW - 2, column, above, spread)
                drawing.put(FIRST_ROW - 1, column, text, look)
                drawing.widths[column] = WIDTHS.get(kind, 9)


def _signed(level: int) -> str:
    """Return a level with its sign, which 0 has not."""
    return f"{level:+d}" if level else "0"


def _symbol(page: Context, layer: str, unit: tuple[int, ...]) -> str:
    return page.layout.model["x" if layer == "1" else f"a{layer}"].heading(unit)
