"""The sheet Progress: a table of the epochs, and charts."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from math import prod

from xlnn.equations.layer import WEIGHTS
from xlnn.equations.number import fixed, significant
from xlnn.equations.runs import SaidOfEachRun
from xlnn.equations.sentences import Lines, Told, plain
from xlnn.equations.verdict import Least, first_all_right
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.play import diverged
from xlnn.workbooks.network.quantities.stack import TEST, Stack, quantity
from xlnn.workbooks.network.sheets import compare
from xlnn.workbooks.network.sheets.names import layer_name, named
from xlnn.workbooks.pages.chart_parts import Chart, Trace
from xlnn.workbooks.pages.number_parts import Made, Numbers
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.part import Below, Beside, Space
from xlnn.workbooks.pages.progress import sampled
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import WIDE
from xlnn.workbooks.pages.table_parts import HEADINGS, Table
from xlnn.workbooks.pages.text_parts import Label, Sentences
from xlnn.workbooks.spec import Spec
from xlnn.writing.charts import THIN
from xlnn.writing.style import ASKED, SECTION

MOST_TOLD = 3
"""Outputs of a regression of whose errors Progress has a line and a chart each."""

COST_COLOUR, RESULT_COLOUR, TESTED_COLOUR = "C0561C", "1B4F9C", "7A8B2A"
"""The colours of the total cost, of other results, and of those of held-out samples beside them."""

ERRORS = ("rmse", "mae")

SHEET = "progress"
LINES = 50
"""Weights of a layer whose paths are drawn, one line each, evenly spread over all of them: those
of one edge of a picture are of pixels that are mostly paper, and would hardly move."""

PATH_COLOURS = (
    *("1B4F9C", "C0561C", "3F8F5B", "8B5FA8"),
    *("A78A1F", "2A8C99", "B0476B", "6B7785"),
)
"""Of the weights of each unit, of which as many units are drawn."""

CHART_COLUMNS = 8
"""How many columns the heading over the charts has."""


def quantities(stack: Stack, words: Text) -> Iterator[Quantity]:
    """Yield the sentences on training as a whole on the sheet Progress."""
    shown, spec = partial(quantity, sheet=SHEET), stack.spec
    never = f'0;;"{words("story", "none")}"'
    yield shown("best", Least("time").of("C_T"), number_format=never)
    if not spec.is_regression:
        yield shown("all_right", first_all_right(spec.images), number_format=never)
    lines = {"story": [*_story(stack, words)]}
    if spec.is_regression:
        told = range(min(len(spec.labels), MOST_TOLD))
        lines["errors"] = [_errors(spec, words, output) for output in told]
    for kind, said in lines.items():
        yield shown(kind, Lines(said), shape=(len(said),))
    yield _diverged(stack, words, "", SHEET)
    if spec.runs:  # of one run Play says so, beside its learning rate
        yield _diverged(stack, words, "settings_", "settings")


def _story(stack: Stack, words: Text) -> Iterator[Told]:
    """Yield the results of training, and those of held-out samples if they have classes."""
    spec = stack.spec
    blanks = {"images": spec.images, "tested": spec.test_samples}
    if spec.is_regression:
        ends = {"first": "{C_T_first}", "cost": "{C_T_last}"}
        key = "end" if spec.epochs > 1 else "end_once"
        yield Told([words("story", key, **blanks, **ends)], digits=3, form=fixed)
        return
    for part in stack.samples:
        key, count = "tested" if part else "end", f"{{{part}recognised_last}}"
        yield Told([words("story", key, **blanks, count=count)], form=plain)


def _errors(spec: Spec, words: Text, output: int) -> Told:
    """Return the errors of an output in the last epoch, and those of held-out samples."""
    names = [part + name for part in ("", TEST) for name in ERRORS]
    blanks = {name: f"{{{name}_last}}" for name in names}
    line = words.open("story", "errors_tested" if spec.test_samples else "errors", **blanks)
    return Told([line], digits=4, form=significant, label=lambda labels: f"{labels[output]}")


def _diverged(stack: Stack, words: Text, prefix: str, sheet: str) -> Quantity:
    """Return the sentence about each run whose total cost rose."""
    runs = range(1, len(stack.spec.runs) + 1)
    each = [diverged(words, words("compare", "run", run=run)) for run in runs] or [diverged(words)]
    shape = (len(each),)
    return quantity("diverged", SaidOfEachRun(each), shape=shape, prefix=prefix, sheet=sheet)


def _parts(model: Model) -> Beside:
    """Return the table of the epochs, and beside it the results of the first run."""
    here = [each for each in model.quantities if each.sheet == SHEET]
    errors = [each.name for each in here if each.kind in ERRORS]
    table = Table(
        *(each.name for each in here if each.axes), named=named, lined=True,
        units=dict.fromkeys(errors, lambda page: page.spec.labels),
        widths=dict.fromkeys(errors, WIDE),
    )  # fmt: skip
    if "story" not in model.by_name:  # of several runs the first has it
        return Beside(table)
    said = (each.name for each in here if each.is_text and each.kind != "diverged")
    numbers = (each.name for each in here if not each.axes and not each.is_text)
    charts = [*_courses(model), *_paths(model)]
    return Beside(
        table,
        Below(
            Space(HEADINGS),  # which are printed again on each page
            Label(
                lambda page: _of_run(page, page.words("story", "title")),
                look=SECTION,
                columns=CHART_COLUMNS,
            ),
            Numbers(*numbers, named=lambda each, words: words("story", each.kind), at=6),
            Sentences(*said, bold=0),
            Sentences("diverged", bold=0, look=ASKED),
            *(Beside(*charts[at : at + 2], apart=0) for at in range(0, len(charts), 2)),
        ),
    )


PAGE = Page(SHEET, "", "", Made(_parts), is_helper=True, gridlines=True, tab="result")


def _of_run(page: Context, what: str) -> str:
    """Return words for the first run, if there are several."""
    if f"{compare.PREFIX}name" not in page.layout.blocks:
        return what
    return page.words("joined", "named", what=page.words("compare", "run", run=1), name=what)


def _courses(model: Model) -> Iterator[Chart]:
    """Yield the results of training together with those of held-out samples.

    The total cost of held-out samples, a sum over fewer samples, has a separate chart.
    """
    known, images = model.by_name, model["number"].axes[-1].length
    told = partial(_title, images=images)
    yield _chart(model, partial(told, "C_T"), [Trace("C_T", colour=COST_COLOUR)])
    if f"{TEST}C_T" in known:
        tested = Trace(f"{TEST}C_T", colour=TESTED_COLOUR)
        yield _chart(model, partial(told, "C_T", tested=True), [tested])
    if "accuracy" in known:
        yield _chart(model, partial(told, "accuracy"), _both(model, "accuracy"), (0, 1))
    elif "recognised" in known:
        lines = [Trace("recognised", colour=RESULT_COLOUR)]
        yield _chart(model, partial(told, "recognised"), lines, (0, images))
    for unit in range(min(known["rmse"].shape[0], MOST_TOLD) if "rmse" in known else 0):
        yield _chart(model, partial(told, "rmse", unit=unit), _both(model, "rmse", unit))


def _both(model: Model, name: str, *unit: int) -> Iterator[Trace]:
    """Yield the lines of a result, in a target's units for a regression, and of held-out data."""
    yield Trace((name, *unit), colour=RESULT_COLOUR, name="trained")
    if f"{TEST}{name}" in model.by_name:
        yield Trace((f"{TEST}{name}", *unit), colour=TESTED_COLOUR, name="tested")


def _title(name: str, page: Context, *, images: int, unit: int = 0, tested: bool = False) -> str:
    title = page.words("charts", name, images=images, label=page.spec.labels[unit])
    return page.words("headings", "tested", name=title) if tested else title


def _paths(model: Model) -> Iterator[Chart]:
    """Yield the paths of the weights of each layer, those of a unit in one colour."""
    for found in model.quantities:
        if found.sheet == "weights" and found.kind in WEIGHTS:
            units = sampled(found.shape[0], len(PATH_COLOURS))
            lines = []
            for unit, colour in zip(units, PATH_COLOURS, strict=False):
                own = [index for index in found.units if index[0] == unit]
                names = [found.heading((unit,))]  # of one line, for all of the unit
                for at in sampled(len(own), max(1, LINES // len(units))):
                    y = (found.name, *own[at])
                    lines.append(Trace(y, colour=colour, width=THIN, name="".join(names)))
                    names.clear()
            yield _chart(model, partial(_weights, found, len(lines)), lines, ())


def _weights(found: Quantity, drawn: int, page: Context) -> str:
    title = page.words("charts", "weights", layer=layer_name(page, found.layer))
    if drawn < (of := prod(found.shape)):
        title = page.words("charts", "part", what=title, drawn=drawn, of=f"{of:,}")
    return title


def _chart(
    model: Model,
    title: Callable[[Context], str],
    traces: Iterable[Trace],
    ends_up: tuple[float, ...] = (0,),
) -> Chart:
    """Return a chart of some lines over the epochs."""
    return Chart(
        lambda page: _of_run(page, title(page)),
        *traces,
        ends=(0, model["C_T"].axes[-1].length),
        ends_up=ends_up,
    )
