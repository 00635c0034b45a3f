"""The page Progress: a table of the epochs, what training came to, and charts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from math import prod
from typing import Any

from xlnn.equations.number import fixed, significant
from xlnn.equations.runs import SaidOfEachRun
from xlnn.equations.sentences import Lines, Told, plain
from xlnn.equations.verdict import Least, first_all_right
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.terms import count
from xlnn.workbooks.entries import MATRICES
from xlnn.workbooks.pages.chart_parts import Chart, Trace
from xlnn.workbooks.pages.number_parts import Numbers
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.part import Below, Beside, PagePart, Space
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import WIDE, plain_name
from xlnn.workbooks.pages.table_parts import HEADINGS, Table
from xlnn.workbooks.pages.text_parts import Label, Sentences
from xlnn.workbooks.runs import RUN, name_of_run
from xlnn.workbooks.samples import TEST, Learns
from xlnn.workbooks.spec import Spec
from xlnn.writing.charts import THIN, interval
from xlnn.writing.style import ASKED, SECTION

COST = "C_T"
"""The cost that training makes smaller, one number in each epoch."""

MOST_TOLD = 3
"""The most outputs of a regression whose errors have a line and a chart each."""

MOST_PATHS = 6
"""Weights of which a chart has paths."""

LINES = 24
"""Paths of a weight that are drawn, evenly spread over all of them: those of one edge of a picture
are of pixels that are mostly paper, and would hardly move."""

COST_COLOUR, RESULT_COLOUR, TESTED_COLOUR = "C0561C", "1B4F9C", "7A8B2A"
"""The colours of the total cost, of other results, and of those of held-out rows beside them."""

PATH_COLOURS = (
    "1B4F9C", "C0561C", "3F8F5B", "8B5FA8", "A78A1F", "2A8C99", "B0476B", "6B7785",
)  # fmt: skip
"""The colours of the paths of each unit; as many units are drawn as there are colours."""

CHART_COLUMNS = 8
"""How many columns the heading over the charts has."""

RISE = 1.01
"""The ratio of last to first cost that counts as a rise: a cost at its minimum may rise in its last
digits."""

ROWS = {
    "end": "In the last epoch {count} of {images} rows are classified correctly.",
    "tested": "Of the {tested} rows that are held out, {count} are classified correctly in the "
    "last epoch.",
    "all_right": "the first epoch in which every row is classified correctly",
    "recognised": "Rows classified correctly, of {images}",
    "accuracy": "Share of rows classified correctly",
}
IMAGES = {
    "end": "In the last epoch {count} of {images} images are recognised.",
    "tested": "Of the {tested} images that are held out, {count} are recognised in the last epoch.",
    "all_right": "the first epoch in which every image is recognised",
    "recognised": "Images recognised, of {images}",
    "accuracy": "Share of images recognised",
}
"""The sentences about classes: for the rows of a table, and for images."""


def named(quantity: Quantity, words: Text) -> str:
    """Return the name of a quantity; for results of held-out rows it says so."""
    name, is_tested = plain_name(quantity, words), TEST in quantity.name and not quantity.counts
    return words("headings", "tested", name=name) if is_tested else name


def diverged(words: Text, run: str = "") -> Told:
    """Return the warning that training increased the total cost or made it overflow, or nothing.

    It begins with the name of the run, if there is one.
    """
    ends = {"first": "{C_T_first}", "last": "{C_T_last}"}
    lost = words.sentence(
        "lost", "C_T has no value: an input is not a number (undo), or training diverged (choose a "
        "smaller η).",
    )  # fmt: skip
    rose = words.sentence(
        "rose", "Training diverged: C_T rose from {first} to {last}. Choose a smaller η.", **ends
    )
    if run:
        lost, rose = (words("joined", "named", what=run, name=note) for note in (lost, rose))
    return Told(
        ["", lost, rose, ""],
        lambda C_T: (
            count(C_T.at(0)) == 0, count(C_T.at(-1)) == 0, C_T.at(-1) > RISE * C_T.at(0)
        ),
        digits=4, form=significant,
    )  # fmt: skip


class Progress(Page):
    """How training went: the numbers of each epoch that are on this sheet, sentences and charts.

    Parameters
    ----------
    key, title, note, does : str
        As for a `Page`.
    paths : sequence of str or None
        The weights whose paths are drawn; by default the first that are matrices.
    """

    def __init__(
        self,
        key: str = "progress",
        title: str = "Progress",
        note: str = "How training went, epoch by epoch.",
        does: str = "See how the cost falls, epoch by epoch.",
        *,
        paths: Sequence[str] | None = None,
    ) -> None:
        super().__init__(key, title, note, does=does, stays=True, gridlines=True, tab="result")
        self.paths = paths

    def quantities(
        self,
        model: Model,
        learns: Learns | None,  # noqa: ARG002 -- for other pages
        spec: Spec,
        words: Text,
    ) -> Iterator[Quantity]:
        """Yield the sentences on training as a whole."""
        if COST not in model.by_name:
            return
        shown = partial(Quantity, sheet=self.key, symbol=" ")
        runs = range(1, len(spec.runs) + 1)
        if runs:
            yield shown(f"{self.key}_{RUN}", RUN, choices=(1, len(runs)))
        yield shown("best", "progress_best", title="the first epoch with the smallest total cost",
                    equation=Least("epoch").of(COST), number_format="0")  # fmt: skip
        titles = IMAGES if spec.has_images else ROWS
        if "answer" in model.by_name:
            rows = model["answer"].axes[-1].length
            kind = "progress_images" if spec.has_images else "progress_rows"
            never = f'0;;"{words.sentence("none", "none")}"'
            yield shown("all_right", kind, title=titles["all_right"], number_format=never,
                        equation=first_all_right(rows).of("recognised"))  # fmt: skip
        lines = {"story": [*_story(model, spec, words)], "errors": [*_errors(model, spec, words)]}
        for name, said_of in lines.items():
            if said_of:
                yield shown(name, shape=(len(said_of),), equation=Lines(said_of))
        sentences = [diverged(words, name_of_run(run, words)) for run in runs]
        sentences = sentences or [diverged(words)]
        yield shown("diverged", shape=(len(sentences),), equation=SaidOfEachRun(sentences))

    def made(self, model: Model) -> list[PagePart]:
        """Return the table of the epochs, and beside it the results of a run."""
        here = [quantity for quantity in model.quantities if quantity.sheet == self.key]
        rows = [quantity.name for quantity in here if quantity.axes]
        several = [row for row in rows if model[row].shape]
        table = Table(
            *rows, named=named, lined=True,
            units=dict.fromkeys(several, lambda page: page.spec.labels),
            widths={name: WIDE + 4 * (model[name].shape[0] < 3) for name in several},
        )  # fmt: skip
        sentences = [quantity.name for quantity in here if quantity.is_sentence and quantity.shape]
        numbers: list[Any] = ["best", *(name for name in ("all_right",) if name in model.by_name)]
        if (run := f"{self.key}_{RUN}") in model.by_name:
            numbers.insert(0, (run, f"{run}_asked"))
        charts = [*_courses(model), *self._paths(model)]
        results = Below(
            *([Space(HEADINGS)] if rows else []),
            Label("Results", "headings", SECTION, CHART_COLUMNS),
            Numbers(*numbers, at=6),
            Sentences(*(name for name in sentences if name != "diverged"), bold=0),
            Sentences("diverged", bold=0, look=ASKED),
            *(Beside(*charts[at : at + 2], apart=0) for at in range(0, len(charts), 2)),
        )
        return [Beside(*([table] if rows else []), results)]

    def _paths(self, model: Model) -> Iterator[Chart]:
        """Yield the paths of weights, those of a unit in one colour; of several runs none."""
        weights = [q for q in model.quantities if q.given and not (q.is_record or q.each)]
        paths = self.paths
        if paths is None:
            paths = [weight.name for weight in weights if len(weight.shape) > 1][:MOST_PATHS]
        for weight in (weight for weight in weights if weight.name in paths and weight.shape):
            units = sampled(weight.shape[0], len(PATH_COLOURS))
            lines = []
            for unit, colour in zip(units, PATH_COLOURS, strict=False):
                own = [index for index in weight.units if index[0] == unit]
                names = [
                    weight.heading((unit,)) or str(unit + 1)
                ]  # of one line, for all of the unit
                for at in sampled(len(own), max(1, LINES // len(units))):
                    y = (weight.name, *own[at])
                    name = "".join(names)
                    lines.append(Trace(y, colour=colour, width=THIN, name=name, of=""))
                    names.clear()
            title, after = partial(_weights, weight, len(lines)), weight.sheet == MATRICES
            yield _chart(model, title, lines, (), after=after)


def _story(model: Model, spec: Spec, words: Text) -> Iterator[Told]:
    """Yield the results of training, and those of held-out rows if they have classes."""
    if "answer" not in model.by_name:
        is_one = model[COST].axes[-1].length == 1
        english = "The total cost is {first} in the first epoch and {cost} in the last."
        if is_one:
            english = "The total cost is {cost} in the only epoch."
        key, ends = "end_once" if is_one else "end_cost", {"first": "{C_T_first}"}
        line = words.sentence(key, english, cost="{C_T_last}", **ends)
        yield Told([line], digits=3, form=fixed)
        return
    texts, which = (IMAGES, "images") if spec.has_images else (ROWS, "rows")
    rows = model["answer"].axes[-1].length
    for part in ("", TEST) if f"{TEST}recognised" in model.by_name else ("",):
        key, number = "tested" if part else "end", f"{{{part}recognised_last}}"
        blanks = {"images": rows, "tested": spec.test_samples, "count": number}
        yield Told([words.sentence(f"{key}_{which}", texts[key], **blanks)], form=plain)


def _errors(model: Model, spec: Spec, words: Text) -> Iterator[Told]:
    """Yield the errors of each output in the last epoch, and those of held-out rows."""
    if "rmse" not in model.by_name:
        return
    end = "{label}: in the last epoch the mean error is {mae} (root mean square {rmse})"
    tested = f"{TEST}rmse" in model.by_name
    key, english = "errors", f"{end}."
    if tested:
        key = "errors_tested"
        english = f"{end}; for the data held out it is {{test_mae}} ({{test_rmse}})."
    names = [part + name for part in ("", TEST) for name in ("rmse", "mae")]
    line = words.sentence(key, english, **{name: f"{{{name}_last}}" for name in names})
    for output in range(min(len(spec.labels), MOST_TOLD)):
        yield Told([line], digits=4, form=significant, label=_label(output))


def _label(output: int) -> Callable[..., str]:
    return lambda labels: f"{labels[output]}"


def _courses(model: Model) -> Iterator[Chart]:
    """Yield the results of training together with those of held-out rows.

    The total cost of held-out rows, a sum over fewer rows, has a separate chart.
    """
    known = model.by_name
    yield _chart(model, "Total cost C_T", [_trace(model, COST, COST_COLOUR)])
    if f"{TEST}{COST}" in known:
        tested = partial(_tested, "Total cost C_T")
        yield _chart(model, tested, [_trace(model, f"{TEST}{COST}", TESTED_COLOUR)])
    if "answer" in known:
        rows = known["answer"].axes[-1].length
        name, ends_up = ("accuracy", (0, 1)) if "accuracy" in known else ("recognised", (0, rows))
        title = partial(of_classes, name, rows)
        yield _chart(model, title, _both(model, name), ends_up)
    for unit in range(min(known["rmse"].shape[0], MOST_TOLD) if "rmse" in known else 0):
        yield _chart(model, partial(_of_output, unit), _both(model, "rmse", unit))


def _trace(model: Model, name: str, colour: str, *unit: int, called: str = "") -> Trace:
    """Return the line of a result; of several runs a line each, in their colours and names."""
    if model[name].each:
        return Trace((name, *unit))
    return Trace((name, *unit), colour=colour, name=called)


def _both(model: Model, name: str, *unit: int) -> Iterator[Trace]:
    """Yield the lines of a result and, if there is one run, of held-out rows."""
    yield _trace(model, name, RESULT_COLOUR, *unit, called="training data")
    if f"{TEST}{name}" in model.by_name and not model[name].each:
        yield _trace(model, f"{TEST}{name}", TESTED_COLOUR, *unit, called="held out")


def _tested(title: str, page: Context) -> str:
    return page.words("headings", "tested", name=page.words.of_itself("charts", title))


def of_classes(name: str, rows: int, page: Context) -> str:
    """Return the title of the chart of how many rows, or which share of them, are right."""
    english = (IMAGES if page.spec.has_images else ROWS)[name]
    return page.words.of_itself("charts", english).format(images=rows)


def _of_output(unit: int, page: Context) -> str:
    title = page.words.of_itself("charts", "Root mean square error: {label}")
    return title.format(label=page.spec.labels[unit])


def _weights(weight: Quantity, drawn: int, page: Context) -> str:
    symbol = weight.symbol.replace("{}", "")
    between = page.words("joined", "between")
    what = between.join(filter(None, (page.words("quantities", weight.kind), symbol)))
    title = page.words.of_itself("charts", "Over the epochs: {what}").format(what=what)
    if drawn < (of := prod(weight.shape)):
        part = page.words.of_itself("charts", "{what}, {drawn} of {of}")
        title = part.format(what=title, drawn=drawn, of=f"{of:,}")
    return title


def _chart(
    model: Model,
    title: str | Callable[[Context], str],
    traces: Iterable[Trace],
    ends_up: tuple[float, ...] = (0,),
    *,
    after: bool = False,
) -> Chart:
    """Return a chart of some lines over the epochs; in matrices weights have one row after them."""
    epochs = model[COST].axes[-1].length
    ends = (0, epochs + 1, interval(epochs)) if after else (0, epochs)
    return Chart(title, *traces, ends=ends, ends_up=ends_up)


def sampled(length: int, most: int) -> Sequence[int]:
    """Return evenly spread places along a side.

    >>> sampled(3, 4), sampled(8, 4)
    (range(0, 3), [1, 3, 5, 7])
    """
    if length <= most:
        return range(length)
    return [(2 * place + 1) * length // (2 * most) for place in range(most)]
