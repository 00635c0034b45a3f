"""The sheet Compare, with a row for each run and the curves of all; and other sheets of each run.

Compare has a row of results for each run, and their curves in one chart. A sheet of training is
repeated below itself, once for each run, and the first run is where a single run would be: the
sheet is placed as for one run, and drawn for one run at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from xlnn.block import Block
from xlnn.equation import of_each
from xlnn.equations.runs import last_of, least_of
from xlnn.equations.sentences import Name
from xlnn.equations.verdict import Least, first_all_right
from xlnn.experiments.network.quantities.stating import measure_of, quantity, samples_of
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.compare import COMPARE, DOES, NOTE, TITLE
from xlnn.workbooks.pages.chart_parts import Chart, Trace
from xlnn.workbooks.pages.number_parts import Made
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.part import Below, Beside
from xlnn.workbooks.pages.progress import of_classes
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import GROUP_ROW
from xlnn.workbooks.pages.table_parts import Table
from xlnn.workbooks.runs import COLOURS, NAMES, RUN, name_of_run, names_of_runs, runs_from
from xlnn.workbooks.samples import TEST
from xlnn.workbooks.spec import Spec
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import KEY, NUMBER, SECTION

PREFIX = "compare_"

COURSES = ("C_T", "recognised", "test_recognised", "rmse", "test_rmse")
"""The quantities with a chart, if they exist; it shows only the first of several outputs."""

WIDTHS, WIDTH = {f"{PREFIX}name": 30, f"{PREFIX}state": 38}, 14
"""The widths of columns with texts, and of others."""

ERRORS = (f"{PREFIX}rmse_last", f"{PREFIX}test_rmse_last")


def quantities(spec: Spec, words: Text) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Compare."""
    of_run = partial(
        quantity, sheet=COMPARE, axes=(runs_from(0, spec.number_of_runs),),
        reads_as_stated=True, number_format="0.0000",
    )  # fmt: skip
    yield of_run(f"{PREFIX}name", "name", of_each([*names_of_runs(spec, words)]))
    best = Least("time").of("C_T")
    yield of_run(f"{PREFIX}best", "first epoch with the smallest C_T", best, number_format="0")
    yield of_run(f"{PREFIX}least", "smallest C_T", least_of("time").of("C_T"))
    yield of_run(f"{PREFIX}C_T_last", "C_T in the last epoch", last_of().of("C_T"))
    if not spec.is_regression:
        never = f'0;;"{words.sentence("none", "none")}"'
        first = "first epoch with no mistakes" if spec.features else "all recognised from epoch"
        yield of_run(f"{PREFIX}all_right", first, first_all_right(spec.images), number_format=never)
    result, right = "recognised", "classified correctly" if spec.features else "recognised"
    titles = [f"{'rows' if spec.features else 'images'} {right}", right]
    if spec.is_regression:
        result, titles = "rmse", ["root mean square error"] * 2
    unit = (0,) if spec.is_regression else ()
    digits = measure_of(spec) if spec.is_regression else "0"
    for part, title in zip(samples_of(spec), titles, strict=False):
        title = f"{'held out: ' if part else ''}{title} in the last epoch"  # noqa: PLW2901 -- whole
        last = last_of(*unit).of(part + result)
        yield of_run(f"{PREFIX}{part}{result}_last", title, last, number_format=digits)
    yield of_run(f"{PREFIX}state", "does it agree with NumPy?", Name().of("numpy_state"))


def _parts(model: Model) -> Below:
    """Return a column for each result of the runs, and below them the charts, two side by side."""
    here = [q for q in model.quantities if q.sheet == COMPARE]
    numbers = [q.name for q in here if not q.is_text]
    charts = [_chart(model, name) for name in COURSES if name in model.by_name]
    return Below(
        Table(
            *(q.name for q in here), widths=WIDTHS, width=WIDTH,
            looks=dict.fromkeys(numbers, replace(NUMBER, number_format="")),
            units=dict.fromkeys(ERRORS, lambda page: page.spec.labels[:1]),
        ),
        *(Beside(*charts[at : at + 2], apart=0) for at in range(0, len(charts), 2)),
    )  # fmt: skip


def _chart(model: Model, name: str) -> Chart:
    """Return the chart of one result, with a line for each run."""
    course, kind = model[name], name.removeprefix(TEST)
    part = name.removesuffix(kind)
    images, epochs = (model[result].axes[-1].length for result in (f"{part}number", name))

    def title(page: Context[Spec]) -> str:
        if kind == "C_T":
            text = page.words.of_itself("charts", "Total cost C_T")
        elif kind == "recognised":
            text = of_classes(kind, images, page)
        else:
            text = page.words("quantities", kind)
        return page.words("headings", "tested", name=text) if part else text

    trace = Trace((name, *[0] * len(course.shape)), colour=COLOURS, each=RUN, called=NAMES)
    up = (0, images) if kind == "recognised" else (0,)
    return Chart(title, trace, size_in_cm=(15, 8), ends=(0, epochs), ends_up=up)


PAGE = Page(COMPARE, TITLE, NOTE, Made(_parts), does=DOES, tab="result")


@dataclass(frozen=True)
class EachRun:
    """Repeat a page's per-run quantities below one another, once per run."""

    page: Page

    @property
    def tab(self) -> str:
        """The purpose of the sheet."""
        return self.page.tab

    def place(self, model: Model) -> Iterator[Block]:
        """Yield the cells of its quantities; those of all runs come before those of only some."""
        runs = max(len(quantity.runs) for quantity in model.quantities)
        if runs == 1:
            yield from self.page.place(model)
            return
        ordered = sorted(model.quantities, key=lambda q: bool(q.each) and len(q.runs) < runs)
        blocks = [*self.page.place(Model(tuple(quantity.runs[0] for quantity in ordered)))]
        height = max(block.last[0] for block in blocks) + 1
        for block in blocks:
            quantity = model[block.quantity.name]
            row = block.row + quantity.begins * height
            steps = ((height, 0),) * len(quantity.each) + block.steps
            yield replace(block, quantity=quantity, row=row, steps=steps)

    def draw(self, page: Context[Spec]) -> Drawing:
        """Draw each run; the charts are those of the first."""
        if not page.spec.runs:
            return self.page.draw(page)
        drawing = self._drawn(page, 0)
        steps = [block.steps[0] for block in page.layout.on(self.page.key) if block.quantity.each]
        if not steps:
            return drawing
        _name_first(drawing, page)
        apart, _ = steps[0]
        for run in range(1, page.spec.number_of_runs):
            name = name_of_run(run + 1, page.words)
            drawing.put(run * apart + 1, 1, name, SECTION)
            _join(drawing, self._drawn(page, run))
        return drawing

    def _drawn(self, page: Context[Spec], run: int) -> Drawing:
        """Draw one run: its quantities in its cells, and what all runs share."""
        layout = page.layout.at(RUN, run)
        return self.page.draw(replace(page, spec=page.spec.of_run(run), layout=layout))


def _name_first(drawing: Drawing, page: Context[Spec]) -> None:
    """Name the first run over the names of its rows: the title stands where others are named."""
    above = drawing.cells.get(GROUP_ROW, {}).get(1)
    if above == ("", KEY):
        name = name_of_run(1, page.words)
        drawing.put(GROUP_ROW, 1, name, replace(KEY, bold=True, wrap=True))


def _join(drawing: Drawing, other: Drawing) -> None:
    """Add to a drawing what was drawn for a further run."""
    for row, cells in other.cells.items():
        drawing.cells.setdefault(row, {}).update(cells)
    for column, width in other.widths.items():
        drawing.widths[column] = max(width, drawing.widths.get(column, 0))
    for name in ("heights", "folded_rows", "folded_columns", "looks", "sparklines", "links"):
        getattr(drawing, name).update(getattr(other, name))
    drawing.validations += other.validations
    drawing.colours += other.colours
