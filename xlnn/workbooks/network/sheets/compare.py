"""Draw the sheet Compare: a row for each run, and the curves of all in one chart."""

from collections.abc import Iterator
from dataclasses import replace

from xlnn.address import address
from xlnn.layout import FIRST_ROW, Block
from xlnn.quantity import Model, Quantity
from xlnn.workbooks.network.quantities.compare import PREFIX, SHEET
from xlnn.workbooks.network.quantities.network import TEST
from xlnn.workbooks.network.sheets.several_runs import page_of_run
from xlnn.workbooks.network.spec import Spec
from xlnn.workbooks.pages.parts import Trace
from xlnn.workbooks.pages.sheet import Context, begun
from xlnn.writing.charts import CellColumn, ends, scatter
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import KEY, NUMBER, SENTENCE, heading

COURSES = ("C_T", "recognised", "test_recognised", "rmse", "test_rmse")
"""What is charted of each run, where there is such a thing; of several outputs the first."""

COLOURS = (
    "C0561C", "1B4F9C", "7A8B2A", "8E5EA2", "3A9D9D", "B8860B", "6B7785", "D46A9F", "2F7D4F",
    "A0522D", "5B7FDB", "999933",
)  # fmt: skip
"""A line each."""

WIDTHS = {"name": 30, "state": 38}
"""Of what is told in words."""

CHART_ROWS, CHART_COLUMNS = 17, 5
"""How far the charts stand from each other."""


def place(model: Model) -> Iterator[Block]:
    """Place a column for each result of the runs."""
    for column, quantity in enumerate(_here(model), start=2):
        yield Block(quantity, SHEET, FIRST_ROW, column, ((1, 0),))


def _here(model: Model) -> list[Quantity]:
    return [quantity for quantity in model.quantities if quantity.sheet == SHEET]


def draw(page: Context[Spec]) -> Drawing:
    """Draw the headings, the numbers of the runs, and the charts."""
    words, runs = page.words, page.spec.number_of_runs
    drawing = begun(page, SHEET)
    drawing.heights[FIRST_ROW - 1], drawing.widths[1] = 62, 7
    drawing.put(FIRST_ROW - 1, 1, words("headings", "run"), KEY)
    for run in range(runs):
        drawing.put(FIRST_ROW + run, 1, run + 1, KEY)
    for quantity in _here(page.layout.model):
        block = page.layout.blocks[quantity.name]
        look = heading(quantity.role, first=True, computed=True)
        first = page.spec.labels[0]
        drawing.put(block.row - 1, block.column, words("compare", quantity.kind, label=first), look)
        drawing.widths[block.column] = WIDTHS.get(quantity.kind, 14)
        number_format = quantity.number_format
        if quantity.kind == "all_right":
            number_format = f'0;;"{words("story", "none")}"'
        number = replace(NUMBER, number_format=number_format)
        drawing.looks[quantity.name] = SENTENCE if quantity.is_text else number
    for position, name in enumerate(n for n in COURSES if n in page.layout.blocks):
        row = FIRST_ROW + runs + 1 + position // 2 * CHART_ROWS
        at = 1 + position % 2 * CHART_COLUMNS
        drawing.charts.append((address(row, at), _chart(page, name)))
    return drawing


def _chart(page: Context[Spec], name: str) -> object:
    """Return the chart of one result, with a line for each run."""
    names, lines = page.layout.blocks[f"{PREFIX}name"], []
    for run in range(page.spec.number_of_runs):
        row, title = names.row + run, page.layout.titles[SHEET]
        line = next(Trace(name, colour=COLOURS[run]).lines(page_of_run(page, run)))
        lines.append(replace(line, name="", called=CellColumn(title, names.column, row, row)))
    kind, spec = name.removeprefix(TEST), page.spec
    counted = spec.test_images if name.startswith(TEST) else spec.images
    is_charted = kind in {"C_T", "recognised"}
    title = page.words("charts" if is_charted else "quantities", kind, images=counted)
    if name.startswith(TEST):
        title = page.words("headings", "tested", name=title)
    chart = scatter(title, page.words("charts", "epoch"), lines)
    chart.height, chart.width = 8, 15
    ends(chart.x_axis, 0, spec.epochs)
    if kind == "recognised":
        ends(chart.y_axis, 0, counted)
    else:
        chart.y_axis.scaling.min = 0
    return chart
