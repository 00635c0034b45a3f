"""The sheet Progress: a table of the epochs, and charts."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from math import prod

from xlnn.equations.layer import WEIGHTS
from xlnn.equations.runs import SaidOfEachRun
from xlnn.equations.verdict import SmallestEpoch, first_all_right
from xlnn.equations.wording import Diverged, Errors, Story
from xlnn.quantity import Model, Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.figure import sampled
from xlnn.workbooks.network.quantities.network import TEST
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.sheets import compare
from xlnn.workbooks.network.sheets.names import layer_name, named
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.parts import (
    HEADINGS,
    Below,
    Beside,
    Chart,
    Label,
    Made,
    Numbers,
    Sentences,
    Space,
    Table,
    Trace,
)
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import WIDE
from xlnn.writing.charts import THIN
from xlnn.writing.style import ASKED, SECTION

MOST_TOLD = 3
"""Outputs of a regression of whose errors Progress has a line and a chart each."""

CHARTED = {"C_T": "C0561C", "recognised": "1B4F9C", "accuracy": "1B4F9C"}
"""The quantities that are charted, and the colours of their lines."""

TESTED_COLOUR = "7A8B2A"
"""The line of the samples that are held out, beside that of the others."""

ERRORS, ERROR_COLOUR = ("rmse", "mae"), "1B4F9C"

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
"""How many columns a chart has."""


def divergence(words: Text) -> dict[str, str]:
    """Return the sentences about training that increases the total cost, with their blanks."""
    return {key: words.open("sentences", key) for key in ("rose", "lost")}


def quantities(stack: Stack, words: Text) -> Iterator[Quantity]:
    """Yield the sentences on training as a whole on the sheet Progress."""
    shown = {"sheet": "progress", "number_format": f'0;;"{words("story", "none")}"'}
    yield quantity("best", equation=SmallestEpoch(), uses={"of": "C_T"}, **shown)
    uses = {}
    blanks = {name: f"{{{name}}}" for name in ("count", "cost", "first")}
    blanks |= {"images": stack.spec.samples, "tested": stack.spec.test_samples}
    keys = ["end"]
    if not stack.spec.is_regression:
        first = first_all_right(stack.spec.samples)
        yield quantity("all_right", equation=first, uses={"recognised": "recognised"}, **shown)
        uses["recognised"] = "recognised"
    else:
        uses["C_T"] = "C_T"
    if stack.spec.test_samples and not stack.spec.is_regression:
        uses["tested"] = "test_recognised"
        keys.append("tested")
    lines = {key: words("story", key, **blanks) for key in keys}
    story = Story(lines)
    shape = (len(lines),)
    yield quantity("story", shape=shape, equation=story, uses=uses, sheet="progress")
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
    equation = SaidOfEachRun([Diverged(one) for one in each])
    return quantity(
        "diverged", prefix=prefix, sheet=sheet, shape=(len(runs),), equation=equation,
        uses={"C_T": "C_T"},
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
    yield quantity("errors", shape=shape, equation=equation, uses=uses, sheet="progress")


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
    charts = [*_courses(model), *_error_courses(model), *_paths(model)]
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


PAGE = Page(SHEET, "", "", Made(_parts), is_helper=True, gridlines=True)


def _of_run(page: Context, what: str) -> str:
    """Return words for the first run, if there are several."""
    if f"{compare.PREFIX}name" not in page.layout.blocks:
        return what
    return page.words("joined", "named", what=page.words("compare", "run", run=1), name=what)


def _courses(model: Model) -> Iterator[Chart]:
    """Yield the results of training together with those of held-out samples.

    The total cost of held-out samples, a sum over fewer samples, has a separate chart.
    """
    images = model["number"].axes[-1].length
    for name, colour in CHARTED.items():
        if name not in model.by_name or (name == "recognised" and "accuracy" in model.by_name):
            continue
        lines = [Trace(name, colour=colour)]
        if name == "accuracy":
            lines = [
                Trace(name, colour=colour, name="trained"),
                Trace(f"{TEST}{name}", colour=TESTED_COLOUR, name="tested"),
            ]
        title = partial(_course, name, images)
        most = {"recognised": images, "accuracy": 1}.get(name)
        yield _chart(model, title, lines, (0, most) if most else (0,))
        if name == "C_T" and f"{TEST}C_T" in model.by_name:
            held_out = Trace(f"{TEST}C_T", colour=TESTED_COLOUR)
            yield _chart(model, partial(_tested, title), [held_out])


def _course(name: str, images: int, page: Context) -> str:
    return page.words("charts", name, images=images)


def _tested(title: Callable[[Context], str], page: Context) -> str:
    return page.words("headings", "tested", name=title(page))


def _error_courses(model: Model) -> Iterator[Chart]:
    """Yield the root mean square error of each output of a regression, in the target's units."""
    outputs = model["rmse"].shape[0] if "rmse" in model.by_name else 0
    for unit in range(min(outputs, MOST_TOLD)):
        lines = [Trace(("rmse", unit), colour=ERROR_COLOUR, name="trained")]
        if f"{TEST}rmse" in model.by_name:
            lines.append(Trace((f"{TEST}rmse", unit), colour=TESTED_COLOUR, name="tested"))
        yield _chart(model, partial(_error, unit), lines)


def _error(unit: int, page: Context) -> str:
    return page.words("charts", "rmse", label=page.spec.labels[unit])


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
        columns=CHART_COLUMNS,
    )
