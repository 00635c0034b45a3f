"""The sheet Drawing, whose numbers make the picture of the network on Play."""

from collections.abc import Iterator
from dataclasses import replace
from math import prod

from openpyxl.chart import ScatterChart

from xlnn.data.words import cut
from xlnn.equations.play import LEVELS
from xlnn.grid import letters
from xlnn.layout import FIRST_ROW, Block, quoted, single_block
from xlnn.quantity import Model, Quantity
from xlnn.workbooks.network.quantities.figure import HEIGHT, DrawnLayer, Figure
from xlnn.workbooks.network.quantities.play import NUMBERS, PREFIX, SERIES
from xlnn.workbooks.network.quantities.stack import Stack
from xlnn.workbooks.network.sheets import recognise
from xlnn.workbooks.network.sheets.unit_rows import layer_name
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import title_line
from xlnn.writing.charts import CellColumn, Dots, Line, Stub, Tag, graph
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import (
    CAPTION,
    FAINT,
    INK,
    KEY,
    NEGATIVE,
    POSITIVE,
    QUIET,
    RULE,
    heading,
    tint,
)
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

TINTS = {1: 0.4, 2: 0.75, 3: 1.0}
"""How full the colour of a line is, by its strength."""

LINE_WIDTHS = {1: 8_000, 2: 19_000, 3: 38_000}
"""How wide it is, in EMU."""

GUIDE_WIDTH = 6_000
"""How wide a line is that leads from map to map."""

LONGEST_NAME = 24
"""Characters of an input's name that stand beside it."""

MOST_CAPTIONS = 6
"""Columns up to which there is room for words above each."""


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


def picture(page: Context, *, beside_cells: bool = True) -> ScatterChart:
    """Return the drawing of the network: lines, over them units, and beside them texts.

    Without the cells beside it, which have the pictures of weights, a faint line from each unit to
    its connections fills their place.
    """
    figure = Figure(Stack(page.spec))
    stubs = () if beside_cells else _stubs(page, figure)
    things = [*_lines(page, figure), *stubs, *_dots(page, figure), *_tags(page, figure)]
    return graph(things, figure.width / 10, HEIGHT / 10, (figure.width, HEIGHT))


def _lines(page: Context, figure: Figure) -> Iterator[Line]:
    blocks, title = page.layout.blocks, page.layout.titles[NUMBERS]

    def cells(kind: str, layers: list[str], series: int = 0) -> CellColumn:
        first, last = (blocks[f"{PREFIX}{kind}{layer}"] for layer in (layers[0], layers[-1]))
        return CellColumn(title, first.column + series, first.row, last.last[0])

    maps = [name for name in figure.stack.names if name not in figure.dense]
    if maps:
        yield Line(cells("guide_across", maps), cells("guide_up", maps), RULE, width=GUIDE_WIDTH)
    for series, strength in enumerate(SERIES):
        x, y = (cells(f"line_{kind}", figure.dense, series) for kind in ("across", "up"))
        colour = tint(POSITIVE if strength > 0 else NEGATIVE, TINTS[abs(strength)])
        yield Line(x, y, colour, width=LINE_WIDTHS[abs(strength)])


def _stubs(page: Context, figure: Figure) -> Iterator[Stub]:
    title = page.layout.titles[NUMBERS]
    for layer in filter(figure.beside, figure.columns):
        across, up = (page.layout.blocks[f"{PREFIX}{kind}{layer}"] for kind in ("across", "up"))
        x, y = (CellColumn(title, each.column, each.row, each.last[0]) for each in (across, up))
        yield Stub(x, y, figure.out(layer)[0][0], RULE)


def _dots(page: Context, figure: Figure) -> Iterator[Dots]:
    blocks, title = page.layout.blocks, page.layout.titles[NUMBERS]
    for (is_map, reach), columns in figure.alike.items():
        first, last = (blocks[f"{PREFIX}dot{columns[n].layer}"] for n in (0, -1))
        rows = first.row, last.last[0]
        size, marker = figure.points(columns[0]), "square" if is_map else "circle"
        full = INK if reach == "ink" else POSITIVE
        across = CellColumn(title, blocks[f"{PREFIX}across{columns[0].layer}"].column, *rows)
        for n, level in enumerate(first.quantity.equation.levels):
            fill = tint(full if level >= 0 else NEGATIVE, abs(level) / LEVELS, FAINT)
            y = CellColumn(title, first.column + n, *rows)
            yield Dots(across, y, fill, RULE if is_map else QUIET, size, marker)


def _tags(page: Context, figure: Figure) -> Iterator[Tag]:
    blocks, title = page.layout.blocks, page.layout.titles[NUMBERS]

    def point(name: str, unit: int) -> CellColumn:
        row, column = blocks[PREFIX + name].address((unit,))
        return CellColumn(title, column, row, row)

    for n, column in enumerate(figure.columns.values()):
        x, y = point("heading_across", n), point("heading_up", n)
        yield Tag(x, y, _caption(page, column), "t", is_quiet=True)
    output = figure.stack.output
    texts = blocks[f"{PREFIX}label_text"]
    for unit in range(texts.quantity.shape[0]):
        cell = f"{quoted(title)}!${letters(texts.column)}${texts.row + unit}"
        yield Tag(point("label_across", unit), point(f"up{output}", unit), cell, is_cell=True)
    for unit, name in enumerate(page.spec.features[: len(figure.columns["1"].units)]):
        yield Tag(point("name_across", unit), point("up1", unit), cut(name, LONGEST_NAME), "l")


def _caption(page: Context, column: DrawnLayer) -> str:
    """Say which layer a column is, and how much of it is drawn."""
    is_input = column.layer not in {layer.name for layer in page.spec.layers}
    name = page.words("play", "input") if is_input else layer_name(page, column.layer)
    if len(Figure(Stack(page.spec)).columns) > MOST_CAPTIONS:
        name = column.layer
    if len(column.units) < column.of:
        drawn = page.words("play", "part", drawn=len(column.units), of=column.of)
        return page.words("joined", "named", what=name, name=drawn)
    return name
