"""What is drawn on the sheet Progress: its table, and a chart for each thing worth watching."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace

from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, RegularTextRun

from xlnn.address import address
from xlnn.blocks import FIRST_ROW, Block, table_blocks
from xlnn.quantity import Model
from xlnn.workbooks.network.sheets.names import named
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.table import table
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import INK, QUIET_NUMBER, RULE, SECTION

CHARTED = {"C_T": "C0561C", "mean_C": "C0561C", "recognised": "1B4F9C", "accuracy": "1B4F9C"}
"""The quantities that are charted, and the colours of their lines."""

TESTED_COLOUR = "7A8B2A"
"""The line of the images that are held out, beside that of the others."""

SHEET = "progress"
STORY = FIRST_ROW
"""The first row of the words."""

LINES = 50
"""Weights of a layer whose paths are drawn, one line each."""

CHART_ROWS, CHART_COLUMNS = 15, 8
"""How far the charts stand from each other."""


def place(model: Model) -> Iterator[Block]:
    """Place the table, and to its right what happened, in numbers and in words."""
    here = [quantity for quantity in model.quantities if quantity.sheet == SHEET]
    rows = [quantity for quantity in here if quantity.axes]
    yield from table_blocks(rows, FIRST_ROW, 2)
    column = _beside(len(rows))
    yield Block(model["story"], SHEET, STORY, column, ((1, 0),))
    numbers = [quantity for quantity in here if not quantity.axes and not quantity.is_text]
    for row, quantity in enumerate(numbers, start=STORY):
        yield Block(quantity, SHEET, row, column - 1, ())


def draw(page: Page) -> Drawing:
    """Draw the table, the words, and the charts: cost, images recognised, paths of the weights."""
    layout, words = page.layout, page.words
    tables = [block for block in layout.on(SHEET) if block.quantity.axes]
    drawing = table(page, SHEET, tables, named)
    drawing.one_page = True
    column = layout.blocks["story"].column
    drawing.widths[column - 1] = 7
    for position in range(CHART_COLUMNS):
        title = words("story", "title") if position == 0 else ""
        drawing.put(STORY - 1, column - 1 + position, title, SECTION)
    drawing.looks |= {"best": QUIET_NUMBER, "all_right": QUIET_NUMBER}
    charts = [*_courses(page), *_paths(page)]
    for position, (title, lines) in enumerate(charts):
        chart = _chart(lines, layout.titles)
        chart.title = _titled(title)
        chart.x_axis.title = _titled(words("charts", "epoch"))
        row = STORY + layout.blocks["story"].quantity.shape[0] + 1 + position // 2 * CHART_ROWS
        at = column - 1 + position % 2 * CHART_COLUMNS
        drawing.charts.append((address(row, at), chart))
    return drawing


@dataclass(frozen=True)
class _Line:
    """A line of a chart: a unit of a block over the epochs; without a colour, the program's own."""

    block: Block
    unit: tuple[int, ...] = ()
    colour: str = ""
    name: str = ""


def _courses(page: Page) -> Iterator[tuple[str, list[_Line]]]:
    """Yield what training comes to, beside the same of the images that are held out."""
    blocks, words = page.layout.blocks, page.words
    for name, colour in CHARTED.items():
        if name not in blocks or (name == "recognised" and "accuracy" in blocks):
            continue
        lines = [_Line(blocks[name], colour=colour)]
        if name in {"mean_C", "accuracy"}:
            trained, tested = words("charts", "trained"), words("charts", "tested")
            lines = [
                _Line(blocks[name], colour=colour, name=trained),
                _Line(blocks[f"test_{name}"], colour=TESTED_COLOUR, name=tested),
            ]
        yield words("charts", name, images=page.spec.images), lines


def _paths(page: Page) -> Iterator[tuple[str, list[_Line]]]:
    """Yield the paths of the weights of each layer."""
    for block in page.layout.on("weights"):
        if block.quantity.kind == "W":
            lines = [_Line(block, unit) for unit in block.quantity.units[:LINES]]
            yield page.words("charts", "weights", layer=block.quantity.layer), lines


def _beside(columns: int) -> int:
    """Return the column of the words, to the right of a table of so many columns."""
    return columns + 4


def _chart(lines: list[_Line], titles: dict[str, str]) -> ScatterChart:
    """Return a chart of some lines over the epochs."""
    chart = ScatterChart()
    for line in lines:
        block = line.block
        sheet = SimpleNamespace(title=titles[block.sheet])  # all that a chart asks of a sheet
        rows = {"min_row": block.row, "max_row": block.last[0]}
        _, column = block.address((0, *line.unit))
        values = Reference(sheet, min_col=column, **rows)
        series = Series(values, Reference(sheet, min_col=1, **rows), title=line.name or None)
        series.graphicalProperties.line.width = 22_000 if line.colour else 12_000
        if line.colour:
            series.graphicalProperties.line.solidFill = line.colour
        series.marker.symbol = "none"
        series.smooth = False
        chart.series.append(series)
    chart.style = 2
    chart.scatterStyle = "lineMarker"
    if len(lines) > 1 and lines[0].name:
        chart.legend.position = "b"
    else:
        chart.legend = None
    chart.height, chart.width = 7.2, 13
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.scaling.min = 0
    if lines[0].colour:
        chart.y_axis.scaling.min = 0
    chart.x_axis.tickLblPos = "low"
    chart.x_axis.majorGridlines = None
    chart.x_axis.scaling.max = lines[0].block.last[0] - FIRST_ROW + 1
    chart.x_axis.number_format = chart.y_axis.number_format = "General"
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=RULE))
    return chart


def _titled(words: str) -> Title:
    """Return a chart's title in the size of a heading: the programs' own is far larger."""
    font = CharacterProperties(sz=1100, b=True, solidFill=INK)
    run = RegularTextRun(rPr=font, t=words)
    return Title(tx=Text(rich=RichText(p=[Paragraph(r=[run])])), overlay=False)
