"""What is drawn on the sheet Progress: its table, and a chart for each thing worth watching."""

from types import SimpleNamespace

from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.utils import get_column_letter

from xlnn.drawing import Drawing
from xlnn.layout import FIRST_ROW, Block, Layout
from xlnn.sheets.table import table
from xlnn.text import Text

CHARTED = {"C_T": "C0561C", "recognised": "1B4F9C"}
"""The quantities that are charted, and the colours of their lines."""

CHART_ROWS = 17


def progress(layout: Layout, text: Text) -> Drawing:
    """Draw the table and, beside it, the charts of the total cost and of the images recognised."""
    drawing = table(layout, "progress", text)
    images = layout.model["x"].axes[0].length
    column = max(block.last[1] for block in layout.on("progress")) + 2
    for position, (name, colour) in enumerate(CHARTED.items()):
        chart = _line(layout.blocks[name], colour, layout.titles["progress"])
        chart.title = text("charts", name, images=images)
        chart.x_axis.title = text("charts", "epoch")
        row = FIRST_ROW - 1 + position * CHART_ROWS
        drawing.charts.append((f"{get_column_letter(column)}{row}", chart))
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
    chart.height, chart.width = 8, 16
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.scaling.min = 0
    chart.y_axis.scaling.min = 0
    chart.x_axis.majorGridlines = None
    chart.x_axis.number_format = "0"
    return chart
