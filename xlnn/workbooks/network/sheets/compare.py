"""The sheet Compare: a row of results for each run, and the curves of all in one chart."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from xlnn.equations.runs import LEAST_OF, LastOf, RunName, SameText
from xlnn.equations.verdict import FirstAllRight, SmallestEpoch
from xlnn.grid import address
from xlnn.layout import FIRST_ROW, Block
from xlnn.quantity import Equation, Model, Quantity, of_each
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.network import TEST
from xlnn.workbooks.network.quantities.runs import runs_from
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.sheets.several_runs import page_of_run
from xlnn.workbooks.network.spec import Spec
from xlnn.workbooks.pages.parts import Trace
from xlnn.workbooks.pages.sheet import Context, titled_drawing
from xlnn.writing.charts import CellColumn, ends, scatter
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import KEY, NUMBER, SENTENCE, heading

SHEET = "compare"
PREFIX = "compare_"

COURSES = ("C_T", "recognised", "test_recognised", "rmse", "test_rmse")
"""The quantities with a chart, if they exist; of several outputs the first."""

COLOURS = (
    "C0561C", "1B4F9C", "7A8B2A", "8E5EA2", "3A9D9D", "B8860B", "6B7785", "D46A9F", "2F7D4F",
    "A0522D", "5B7FDB", "999933",
)  # fmt: skip
"""The colour of each run's line."""

WIDTHS = {"name": 30, "state": 38}
"""The widths of columns with texts."""

CHART_ROWS, CHART_COLUMNS = 17, 5
"""How far the charts stand from each other."""


def quantities(spec: Spec, words: Text) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Compare."""
    yield _each(spec, "name", of_each([*_names(spec, words)]), {"eta": "eta", "l2": "l2"})
    whole = {"number_format": "0"}
    yield _each(spec, "best", SmallestEpoch(), {"C_T": "C_T"}, **whole)
    yield _each(spec, "least", LEAST_OF, {"course": "C_T"})
    yield _each(spec, "C_T_last", LastOf(), {"course": "C_T"})
    if not spec.is_regression:
        first = FirstAllRight(spec.samples)
        yield _each(spec, "all_right", first, {"recognised": "recognised"}, **whole)
    told = "rmse" if spec.is_regression else "recognised"
    unit = (0,) if spec.is_regression else ()
    digits = Stack(spec).measure if spec.is_regression else "0"
    for part in ("", TEST) if spec.test_samples else ("",):
        uses = {"course": part + told}
        yield _each(spec, f"{part}{told}_last", LastOf(unit), uses, number_format=digits)
    yield _each(spec, "state", SameText(), {"said": "numpy_state"})


def _each(
    spec: Spec,
    kind: str,
    equation: Equation,
    uses: Mapping[str, str],
    *,
    number_format: str = "0.0000",
) -> Quantity:
    """Return a quantity with an equation's value for each run."""
    found = quantity(
        kind, prefix=PREFIX, sheet=SHEET, axes=(runs_from(0, spec.number_of_runs),), uses=uses,
        equation=equation, number_format=number_format,
    )  # fmt: skip
    return replace(found, is_text=found.is_sentence, reads_as_stated=True)


def _names(spec: Spec, words: Text) -> Iterator[RunName]:
    """Yield the names of the runs, from the settings in which they differ."""
    for run, optimizer in enumerate(spec.runs):
        values = {"run": run + 1, "eta": "{eta}", "l2": "{l2}"}
        values["optimizer"] = words("compare", f"optimizer_{optimizer}")
        values["seed"] = spec.seeds[run] if spec.seeds else ""
        parts = [words("compare", f"by_{name}", **values) for name in spec.compared]
        said = words("joined", "between").join(parts) or words("compare", "run", **values)
        yield RunName(said)


def place(model: Model) -> Iterator[Block]:
    """Place a column for each result of the runs."""
    for column, found in enumerate(_here(model), start=2):
        yield Block(found, SHEET, FIRST_ROW, column, ((1, 0),))


def _here(model: Model) -> list[Quantity]:
    return [found for found in model.quantities if found.sheet == SHEET]


def draw(page: Context[Spec]) -> Drawing:
    """Draw the headings, the numbers of the runs, and the charts."""
    words, runs = page.words, page.spec.number_of_runs
    drawing = titled_drawing(page, SHEET)
    drawing.heights[FIRST_ROW - 1], drawing.widths[1] = 62, 7
    drawing.put(FIRST_ROW - 1, 1, words("headings", "run"), KEY)
    for run in range(runs):
        drawing.put(FIRST_ROW + run, 1, run + 1, KEY)
    for found in _here(page.layout.model):
        block = page.layout.blocks[found.name]
        look = heading(found.role, first=True, computed=True)
        first = page.spec.labels[0]
        drawing.put(block.row - 1, block.column, words("compare", found.kind, label=first), look)
        drawing.widths[block.column] = WIDTHS.get(found.kind, 14)
        number_format = found.number_format
        if found.kind == "all_right":
            number_format = f'0;;"{words("story", "none")}"'
        number = replace(NUMBER, number_format=number_format)
        drawing.looks[found.name] = SENTENCE if found.is_text else number
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
    counted = spec.test_samples if name.startswith(TEST) else spec.samples
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
