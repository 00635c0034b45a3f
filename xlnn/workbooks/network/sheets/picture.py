"""Draw the network from the numbers of the sheet Drawing."""

from collections.abc import Iterator

from openpyxl.chart import ScatterChart

from xlnn.address import letters
from xlnn.equations.play import LEVELS
from xlnn.layout import quoted
from xlnn.workbooks.network.quantities.figure import HEIGHT, DrawnLayer, Figure
from xlnn.workbooks.network.quantities.play import NUMBERS, PREFIX, SERIES
from xlnn.workbooks.network.quantities.stack import Stack
from xlnn.workbooks.network.sheets.unit_rows import layer_name
from xlnn.workbooks.pages.sheet import Context
from xlnn.writing.charts import CellColumn, Dots, Line, Tag, graph
from xlnn.writing.style import FAINT, INK, NEGATIVE, POSITIVE, QUIET, RULE, tint

TINTS = {1: 0.4, 2: 0.75, 3: 1.0}
"""How full the colour of a line is, by its strength."""

LINES = {1: 8_000, 2: 19_000, 3: 38_000}
"""How wide it is, in EMU."""

GUIDE = 6_000
"""How wide a line is that leads from map to map."""

LONGEST_NAME = 24
"""Characters of an input's name that stand beside it."""

MOST_CAPTIONS = 6
"""Columns up to which there is room for words above each."""


def picture(page: Context) -> ScatterChart:
    """Return the drawing of the network: lines, over them units, and beside them texts."""
    figure = Figure(Stack(page.spec))
    things = [*_lines(page, figure), *_dots(page, figure), *_tags(page, figure)]
    return graph(things, figure.width / 10, HEIGHT / 10, (figure.width, HEIGHT))


def _lines(page: Context, figure: Figure) -> Iterator[Line]:
    blocks, title = page.layout.blocks, page.layout.titles[NUMBERS]

    def cells(kind: str, layers: list[str], series: int = 0) -> CellColumn:
        first, last = (blocks[f"{PREFIX}{kind}{layer}"] for layer in (layers[0], layers[-1]))
        return CellColumn(title, first.column + series, first.row, last.last[0])

    maps = [name for name in figure.stack.names if name not in figure.dense]
    if maps:
        yield Line(cells("guide_across", maps), cells("guide_up", maps), RULE, width=GUIDE)
    for series, strength in enumerate(SERIES):
        x, y = (cells(f"line_{kind}", figure.dense, series) for kind in ("across", "up"))
        colour = tint(POSITIVE if strength > 0 else NEGATIVE, TINTS[abs(strength)])
        yield Line(x, y, colour, width=LINES[abs(strength)])


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
        yield Tag(point("name_across", unit), point("up1", unit), name[:LONGEST_NAME], "l")


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
