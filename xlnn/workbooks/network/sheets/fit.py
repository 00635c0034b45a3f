"""The sheet Fit: predictions beside targets in one epoch, as rows and as a chart."""

from collections.abc import Iterator
from dataclasses import replace

from openpyxl.chart import ScatterChart

from xlnn.equations.lookup import COPY, OfEpoch, OfEpochRows
from xlnn.equations.verdict import Ends
from xlnn.grid import address
from xlnn.layout import Block, table_blocks
from xlnn.quantity import Axis, Model, Quantity
from xlnn.workbooks.network.quantities.network import TEST
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.sheets.choosers import draw_choices, draw_epoch_choice, place_choice
from xlnn.workbooks.network.sheets.names import named, output_headings
from xlnn.workbooks.network.sheets.progress import ERROR_COLOUR, MOST_TOLD, TESTED_COLOUR
from xlnn.workbooks.pages.sheet import Context, titled_drawing
from xlnn.workbooks.pages.table import name_rows
from xlnn.writing.charts import THIN, CellColumn, Line, scatter
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import LABEL, NUMBER, QUIET
from xlnn.writing.text_width import text_width

SHEET = "fit"
PREFIX = "fit_"

TOP = 4
FIRST = TOP + 6
"""The first row of the table: below the epoch, the errors and two rows of headings."""

ROWS = ("actual", "predicted", "off")
AXES = ROWS[:2]
ERRORS = ("rmse", "mae")
WIDTH = 14
SMALL, LARGE, MANY = 3, 5, 100
"""Sizes of points, and from how many on they are small."""
CHART_ROWS = 22
"""How far the charts stand from each other."""


def quantities(stack: Stack) -> Iterator[Quantity]:
    """Yield the quantities of the sheet: of a regression, in the units of its targets.

    Each image has a row with its target, its prediction in the chosen epoch, and the error. There
    are also the ends of the line on which all points of the chart would lie without errors.
    """
    yield quantity(
        "epoch", prefix=PREFIX, sheet=SHEET, choices=(1, stack.spec.epochs), number_format="0"
    )
    yield from _rows(stack, stack.image, "")
    parts = [""]
    if stack.spec.test_samples:
        yield from _rows(stack, stack.test_image, TEST)
        parts.append(TEST)
    names = tuple(f"{PREFIX}{part}{kind}" for part in parts for kind in ("actual", "predicted"))
    yield quantity(
        "diagonal", prefix=PREFIX, sheet=SHEET, shape=(2, *stack.shapes[stack.output]),
        equation=Ends(names), uses={name: name for name in names}, number_format=stack.measure,
    )  # fmt: skip


def _rows(stack: Stack, images: Axis, part: str) -> Iterator[Quantity]:
    """Yield a row for each training or held-out image, and the errors over all of them."""
    shape = stack.shapes[stack.output]
    shown = {
        "prefix": f"{PREFIX}{part}", "sheet": SHEET, "shape": shape,
        "number_format": stack.measure,
    }  # fmt: skip
    uses = {"a": stack.actual(part)}
    yield quantity("actual", equation=COPY, uses=uses, axes=(images,), **shown)
    for kind, rows in (("predicted", stack.predicted(part)), ("off", f"{part}off")):
        uses = {"rows": rows, "number": f"{part}number", "epoch": f"{PREFIX}epoch"}
        equation = OfEpochRows(images.length)
        yield quantity(kind, equation=equation, uses=uses, axes=(images,), **shown)
    for kind in ("rmse", "mae"):
        uses = {"all_epochs": f"{part}{kind}", "epoch": f"{PREFIX}epoch"}
        yield quantity(kind, equation=OfEpoch(shape), uses=uses, **shown)


def _parts(model: Model) -> list[str]:
    """Return the prefixes of the names of training images and of held-out ones."""
    return [part for part in (PREFIX, PREFIX + TEST) if f"{part}actual" in model.by_name]


def _left(model: Model) -> dict[str, int]:
    """Return the first column of each part, which names its rows, and that of the charts."""
    column, left = 1, {}
    for part in _parts(model):
        left[part] = column
        column += 2 + len(ROWS) * model[f"{part}actual"].shape[0]
    return left | {"charts": column}


def place(model: Model) -> Iterator[Block]:
    """Place the epoch, the errors, and below them a row for each image."""
    left = _left(model)
    yield from place_choice(model, f"{PREFIX}epoch", TOP, 3)
    for part in _parts(model):
        rows = [model[f"{part}{kind}"] for kind in ROWS]
        for row, kind in enumerate(ERRORS, start=TOP + 1):
            errors = model[f"{part}{kind}"]
            yield Block(errors, SHEET, row, left[part] + 1 + 2 * errors.shape[0], ((0, 1),))
        yield from table_blocks(rows, FIRST, left[part] + 1)
    # the ends stand below each other, so that a chart can draw them
    yield Block(model[f"{PREFIX}diagonal"], SHEET, TOP + 1, left["charts"], ((1, 0), (0, 1)))


def draw(page: Context) -> Drawing:
    """Draw the headings, the choice of the epoch, and a chart for each output."""
    layout, words = page.layout, page.words
    blocks, left = layout.blocks, _left(layout.model)
    drawing = titled_drawing(page, SHEET)
    drawing.gridlines, drawing.freeze, drawing.repeat = True, (FIRST, 1), FIRST - 1
    drawing.heights[FIRST - 2] = 30
    draw_epoch_choice(drawing, page, PREFIX)
    draw_choices(drawing, page, SHEET)
    for part in _parts(layout.model):
        rows = [blocks[f"{part}{kind}"] for kind in ROWS]
        name_rows(drawing, rows[0].quantity.axes, FIRST, words, left[part])
        for block in rows:
            output_headings(drawing, page, block, WIDTH)
        for kind in ERRORS:
            errors = blocks[f"{part}{kind}"]
            column = left[part] + 1 if part != PREFIX else 1
            label = named(errors.quantity, words)
            drawing.put(errors.row, column, label, LABEL)
            free = errors.column - column - 1  # beside the first of the columns that it runs over
            least = text_width(label) - free * WIDTH
            drawing.widths[column] = max(drawing.widths.get(column, 0), least)
            drawing.looks[f"{part}{kind}"] = replace(
                NUMBER, number_format=errors.quantity.number_format
            )
    ends = blocks[f"{PREFIX}diagonal"]
    drawing.put(ends.row - 1, ends.column, words("fit", "ends"), LABEL)
    look = replace(NUMBER, number_format=ends.quantity.number_format, ink=QUIET)
    drawing.looks[f"{PREFIX}diagonal"] = look
    for unit, label in enumerate(page.spec.labels[:MOST_TOLD]):
        chart = _chart(page, unit, label)
        drawing.charts.append((address(FIRST + 1 + unit * CHART_ROWS, left["charts"]), chart))
    return drawing


def _chart(page: Context, unit: int, label: str) -> ScatterChart:
    """Return the chart of an output: a point for each image, and the line without errors."""
    blocks, title = page.layout.blocks, page.layout.titles[SHEET]

    def cells(name: str) -> CellColumn:
        block = blocks[name]
        return CellColumn(title, block.column + unit, block.row, block.last[0])

    diagonal = cells(f"{PREFIX}diagonal")
    lines = [Line(diagonal, diagonal, QUIET, page.words("fit", "diagonal"), THIN)]
    parts = {PREFIX: ("trained", ERROR_COLOUR), PREFIX + TEST: ("tested", TESTED_COLOUR)}
    for part in _parts(page.layout.model):
        name, colour = parts[part]
        x, y = cells(f"{part}actual"), cells(f"{part}predicted")
        size = SMALL if page.spec.samples > MANY else LARGE
        lines.append(Line(x, y, colour, page.words("charts", name), 0, "circle", size))
    title, (x, y) = page.words("fit", "chart", label=label), AXES
    chart = scatter(title, page.words("quantities", x), lines, y_title=page.words("quantities", y))
    chart.height, chart.width = 10.5, 14
    return chart
