"""What is drawn on the sheet Progress: its table, and a chart for each thing worth watching."""

from types import SimpleNamespace

from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, RegularTextRun

from xlnn.address import address
from xlnn.drawing import Drawing
from xlnn.layout import FIRST_ROW, Block
from xlnn.sheets.page import Page
from xlnn.sheets.table import table
from xlnn.style import INK, RULE

CHARTED = {"C_T": "C0561C", "recognised": "1B4F9C"}
"""The quantities that are charted, and the colours of their lines."""

CHART_ROWS = 15


def draw(page: Page) -> Drawing:
    """Draw the table and, beside it, the charts of the total cost and of the images recognised."""
    layout, words = page.layout, page.words
    drawing = table(page, "progress", layout.on("progress"))
    drawing.one_page = True
    images = page.spec.images
    column = max(block.last[1] for block in layout.on("progress")) + 2
    for position, (name, colour) in enumerate(CHARTED.items()):
        chart = _line(layout.blocks[name], colour, layout.titles["progress"])
        chart.title = _titled(words("charts", name, images=images))
        chart.x_axis.title = _titled(words("charts", "epoch"))
        row = FIRST_ROW - 1 + position * CHART_ROWS
        drawing.charts.append((address(row, column), chart))
    return drawing


def _line(block: Block, colour: str, title: str) -> ScatterChart:
    """Return a chart of a quantity over the epochs."""
    sheet = SimpleNamespace(title=title)  # all that a chart asks of a sheet
    last = block.last[0]
    epochs = Reference(sheet, min_col=1, min_row=block.row, max_row=last)
    values = Reference(sheet, min_col=block.column, min_row=block.row, max_row=last)
    series = Series(values, epochs)
    series.graphicalProperties.line.solidFill = colour
    series.graphicalProperties.line.width = 22_000
    series.marker.symbol = "none"
    series.smooth = False
    chart = ScatterChart()
    chart.style = 2
    chart.scatterStyle = "lineMarker"
    chart.series.append(series)
    chart.legend = None
    chart.height, chart.width = 7.2, 15
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.scaling.min = 0
    chart.y_axis.scaling.min = 0
    chart.x_axis.majorGridlines = None
    chart.x_axis.scaling.max = block.quantity.lengths[0]
    chart.x_axis.number_format = chart.y_axis.number_format = "General"
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=RULE))
    return chart


def _titled(words: str) -> Title:
    """Return a chart's title in the size of a heading: the programs' own is far larger."""
    font = CharacterProperties(sz=1100, b=True, solidFill=INK)
    run = RegularTextRun(rPr=font, t=words)
    return Title(tx=Text(rich=RichText(p=[Paragraph(r=[run])])), overlay=False)
