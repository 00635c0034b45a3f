"""The sheet Progress: a table of the epochs, and charts."""

from collections.abc import Iterator
from dataclasses import replace
from math import prod

from openpyxl.chart import ScatterChart

from xlnn.equations.layer import WEIGHTS
from xlnn.equations.runs import SaidOfEachRun
from xlnn.equations.verdict import FirstAllRight, SmallestEpoch
from xlnn.equations.wording import Diverged, Errors, Story
from xlnn.grid import address
from xlnn.layout import FIRST_ROW, Block
from xlnn.quantity import Model, Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.figure import sampled
from xlnn.workbooks.network.quantities.network import TEST
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.sheets import compare
from xlnn.workbooks.network.sheets.names import named, output_headings
from xlnn.workbooks.network.sheets.unit_rows import layer_name, symbol
from xlnn.workbooks.pages.page import helper_page
from xlnn.workbooks.pages.parts import HEADINGS, Beside, Made, Part, Table, Trace
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import WIDE
from xlnn.writing.charts import THIN, ends, scatter
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import ASKED, QUIET_NUMBER, SECTION, SENTENCE

MOST_TOLD = 3
"""Outputs of a regression of whose errors Progress has a line and a chart each."""

CHARTED = {"C_T": "C0561C", "recognised": "1B4F9C", "accuracy": "1B4F9C"}
"""The quantities that are charted, and the colours of their lines."""

TESTED_COLOUR = "7A8B2A"
"""The line of the images that are held out, beside that of the others."""

ERRORS, ERROR_COLOUR = ("rmse", "mae"), "1B4F9C"

SHEET = "progress"
STORY = FIRST_ROW + 1
"""The first row of the words; their heading above is not printed again, as the table's are."""

LINES = 50
"""Weights of a layer whose paths are drawn, one line each, evenly spread over all of them: those
of one edge of a picture are of pixels that are mostly paper, and would hardly move."""

PATH_COLOURS = (
    *("1B4F9C", "C0561C", "3F8F5B", "8B5FA8"),
    *("A78A1F", "2A8C99", "B0476B", "6B7785"),
)
"""Of the weights of each unit, of which as many units are drawn."""

CHART_ROWS, CHART_COLUMNS = 15, 8
"""How far the charts stand from each other."""


def divergence(words: Text) -> dict[str, str]:
    """Return the sentences about training that increases the total cost, with their blanks."""
    return {key: words.open("sentences", key) for key in ("rose", "lost")}


def quantities(stack: Stack, words: Text) -> Iterator[Quantity]:
    """Yield the sentences on training as a whole on the sheet Progress."""
    shown = {"sheet": "progress", "number_format": "0"}
    yield quantity("best", equation=SmallestEpoch(), uses={"C_T": "C_T"}, **shown)
    uses = {}
    blanks = {name: f"{{{name}}}" for name in ("count", "cost", "first")}
    blanks |= {"images": stack.spec.samples, "tested": stack.spec.test_samples}
    keys = ["end"]
    if not stack.spec.is_regression:
        first = FirstAllRight(stack.spec.samples)
        yield quantity("all_right", equation=first, uses={"recognised": "recognised"}, **shown)
        uses["recognised"] = "recognised"
    else:
        uses["C_T"] = "C_T"
    if stack.spec.test_samples and not stack.spec.is_regression:
        uses["tested"] = "test_recognised"
        keys.append("tested")
    lines = {key: words("story", key, **blanks) for key in keys}
    story = Story(lines, tuple(uses))
    shown = {"sheet": "progress", "is_text": True}
    yield quantity("story", shape=(len(story.lines),), equation=story, uses=uses, **shown)
    if stack.spec.is_regression:
        yield from _errors(stack, words)
    yield _diverged(stack, words, "", "progress")
    if stack.spec.runs:  # of one run Play says so, beside its learning rate
        yield _diverged(stack, words, "settings_", "settings")


def _diverged(stack: Stack, words: Text, prefix: str, sheet: str) -> Quantity:
    """Return the sentence about each run whose total cost rose."""
    runs, said = range(stack.spec.number_of_runs), divergence(words)
    each = [said]
    if stack.spec.runs:
        names = [words("compare", "run", run=run + 1) for run in runs]
        each = [
            {key: words("joined", "named", what=name, name=line) for key, line in said.items()}
            for name in names
        ]
    equation = SaidOfEachRun([Diverged(**one) for one in each])
    return quantity(
        "diverged", prefix=prefix, sheet=sheet, shape=(len(runs),), equation=equation,
        uses={"C_T": "C_T"}, is_text=True,
    )  # fmt: skip


def _errors(stack: Stack, words: Text) -> Iterator[Quantity]:
    """Yield the errors of the predictions in the last epoch, a line for each output."""
    names = ["mae", "rmse"]
    names += [f"{TEST}{name}" for name in names] if stack.spec.test_samples else []
    blanks = {name: f"{{{name}}}" for name in ("label", *names)}
    line = words("story", "errors_tested" if stack.spec.test_samples else "errors", **blanks)
    equation = Errors(line, ("labels", *names))
    uses = {"labels": "labels"} | {name: name for name in names}
    shape = (min(len(stack.spec.labels), MOST_TOLD),)
    yield quantity(
        "errors", shape=shape, equation=equation, uses=uses, sheet="progress", is_text=True
    )


class _Story(Part):
    """The results in numbers and in words, with the charts below."""

    def size(self, model: Model) -> tuple[int, int]:  # noqa: ARG002 -- nothing is beside it
        """Return the smallest size, since nothing is below or beside it."""
        return 1, 1

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield the numbers, each beside its words, and the sentences."""
        row += STORY - FIRST_ROW + HEADINGS
        here = [each for each in model.quantities if each.sheet == SHEET and not each.axes]
        for found in sorted(here, key=lambda each: each.is_text):
            steps = ((1, 0),) * len(found.shape)
            yield Block(found, SHEET, row, column + found.is_text, steps)
            row += prod(found.shape)

    def draw(self, drawing: Drawing, page: Context, row: int, column: int) -> None:
        """Draw the title, the words, and the charts: cost, images recognised, paths of weights."""
        layout, words = page.layout, page.words
        drawing.widths[column] = 7
        title = _of_run(page, words("story", "title"))
        for position in range(CHART_COLUMNS):
            drawing.put(STORY - 1, column + position, "" if position else title, SECTION)
        for name in ("best", "all_right"):
            if name in layout.blocks:
                drawing.put(layout.blocks[name].row, column + 1, words("story", name), SENTENCE)
                never = f'0;;"{words("story", "none")}"'
                drawing.looks[name] = replace(QUIET_NUMBER, number_format=never)
        drawing.looks["diverged"] = ASKED
        last = max(block.last[0] for block in self.blocks(layout.model, row, column))
        for position, (title, lines) in enumerate(
            (*_courses(page), *_error_courses(page), *_paths(page))
        ):
            down, right = divmod(position, 2)
            at = address(last + 2 + down * CHART_ROWS, column + right * CHART_COLUMNS)
            drawing.charts.append((at, _chart(page, _of_run(page, title), lines)))


def _parts(model: Model) -> Beside:
    rows = (each.name for each in model.quantities if each.sheet == SHEET and each.axes)
    story = [_Story()] * ("story" in model.by_name)  # of several runs the first has it
    return Beside(Table(*rows, named=named, lined=True), *story)


PAGE = helper_page(SHEET, "", "", Made(_parts), gridlines=True)


def draw(page: Context) -> Drawing:
    """Draw the page, and the names of what is predicted."""
    drawing = PAGE.draw(page)
    for block in page.layout.on(SHEET):
        if block.quantity.kind in ERRORS:
            output_headings(drawing, page, block, WIDE)
    return drawing


def _of_run(page: Context, what: str) -> str:
    """Return words for the first run, if there are several."""
    if f"{compare.PREFIX}name" not in page.layout.blocks:
        return what
    return page.words("joined", "named", what=page.words("compare", "run", run=1), name=what)


def _courses(page: Context) -> Iterator[tuple[str, list[Trace]]]:
    """Yield the results of training together with those of held-out images.

    The total cost of held-out images, a sum over fewer images, has a separate chart.
    """
    blocks, words = page.layout.blocks, page.words
    for name, colour in CHARTED.items():
        if name not in blocks or (name == "recognised" and "accuracy" in blocks):
            continue
        lines = [Trace((name,), colour=colour)]
        if name == "accuracy":
            lines = [
                Trace((name,), colour=colour, name="trained"),
                Trace((f"test_{name}",), colour=TESTED_COLOUR, name="tested"),
            ]
        title = words("charts", name, images=page.spec.samples)
        yield title, lines
        if name == "C_T" and f"{TEST}C_T" in blocks:
            held_out = Trace((f"{TEST}C_T",), colour=TESTED_COLOUR)
            yield words("headings", "tested", name=title), [held_out]


def _error_courses(page: Context) -> Iterator[tuple[str, list[Trace]]]:
    """Yield the root mean square error of each output of a regression, in the target's units."""
    blocks = page.layout.blocks
    for unit, label in enumerate(page.spec.labels[:MOST_TOLD] if "rmse" in blocks else ()):
        lines = [Trace(("rmse", unit), colour=ERROR_COLOUR, name="trained")]
        if f"{TEST}rmse" in blocks:
            lines.append(Trace((f"{TEST}rmse", unit), colour=TESTED_COLOUR, name="tested"))
        yield page.words("charts", "rmse", label=label), lines


def _paths(page: Context) -> Iterator[tuple[str, list[Trace]]]:
    """Yield the paths of the weights of each layer, those of a unit in one colour."""
    for block in page.layout.on("weights"):
        quantity = block.quantity
        if quantity.kind in WEIGHTS:
            units = sampled(quantity.shape[0], len(PATH_COLOURS))
            lines = []
            for unit, colour in zip(units, PATH_COLOURS, strict=False):
                own = [index for index in quantity.units if index[0] == unit]
                names = [symbol(quantity, unit, quantity.layer)]  # of one line, for all of the unit
                for at in sampled(len(own), max(1, LINES // len(units))):
                    y = (quantity.name, *own[at])
                    lines.append(Trace(y, colour=colour, width=THIN, name="".join(names)))
                    names.clear()
            title = page.words("charts", "weights", layer=layer_name(page, quantity.layer))
            if len(lines) < (of := prod(quantity.shape)):
                title = page.words("charts", "part", what=title, drawn=len(lines), of=f"{of:,}")
            yield title, lines


def _chart(page: Context, title: str, traces: list[Trace]) -> ScatterChart:
    """Return a chart of some lines over the epochs."""
    lines = [line for trace in traces for line in trace.lines(page)]
    chart = scatter(title, page.words("charts", "epoch"), lines)
    quantity = page.layout.model[traces[0].y[0]]
    rows, most = quantity.axes[0], {"recognised": page.spec.samples, "accuracy": 1}
    ends(chart.x_axis, 0, rows.counts_from + rows.length - 1)
    if quantity.name in most:
        ends(chart.y_axis, 0, most[quantity.name])
        if quantity.name == "accuracy":
            chart.y_axis.number_format = "0%"
    elif quantity.kind not in WEIGHTS:
        chart.y_axis.scaling.min = 0
    return chart
