"""The page Compare: a row for each run of an experiment, and the curves of all in one chart."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from xlnn.equation import of_each
from xlnn.equations.runs import last_of, least_of
from xlnn.equations.verdict import Least
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.pages.chart_parts import Chart, Trace
from xlnn.workbooks.pages.number_parts import Made
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.part import Below, Beside
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table_parts import Table
from xlnn.workbooks.runs import EPOCH, NAMES, Compared, names_of_runs, runs_from

COMPARE = "compare"
"""The key of the page, with which the names of its quantities begin."""

TITLE = "Compare"
NOTE = (
    "The runs side by side. They learn from the same data and differ only in what their names say; "
    "on the other sheets they are one below the other."
)
DOES = "Which run learns best? See all of them in one chart."

COST = "C_T"
"""The cost whose smallest value is shown, too."""

LAST = "{what}, last epoch"

WIDTHS, WIDTH = {NAMES: 30}, 14
"""The widths of the column with names, and of others."""


def courses(model: Model) -> list[Quantity]:
    """Return the numbers that each run has for each epoch, such as C_T."""
    return [
        quantity
        for quantity in model.quantities
        if quantity.each and [axis.name for axis in quantity.rows] == [EPOCH]
        and not (quantity.shape or quantity.is_record or quantity.is_text or quantity.given)
    ]  # fmt: skip


def quantities(spec: Compared, model: Model, words: Text) -> Iterator[Quantity]:
    """Yield the results of each run."""
    runs = (runs_from(0, len(spec.runs)),)
    of_run = partial(Quantity, sheet=COMPARE, axes=runs, reads_as_stated=True, symbol=" ")
    names = of_each([*names_of_runs(spec, words)])
    yield of_run(NAMES, title="name", equation=names)
    results = courses(model)
    if COST in {course.name for course in results}:
        yield of_run(f"{COMPARE}_best", title="first epoch with the smallest C_T",
                     equation=Least(EPOCH).of(COST), number_format="0")  # fmt: skip
        yield of_run(f"{COMPARE}_least", title="smallest C_T",
                     equation=least_of(EPOCH).of(COST), number_format="0.0000")  # fmt: skip
    for course in results:
        yield of_run(
            f"{COMPARE}_{course.name}", equation=last_of().of(course.name),
            title=words.of_itself("headings", LAST).format(what=_called(course, words)),
            number_format=str(course.number_format),
        )  # fmt: skip


def _called(course: Quantity, words: Text) -> str:
    """Return the title of a course in a language."""
    return words.words.get("quantities", {}).get(course.kind) or course.title


def _title(course: Quantity, page: Context[Any]) -> str:
    return _called(course, page.words)


def page(model: Model) -> Page:
    """Return the page, with a chart of each course."""
    charts = [
        Chart(partial(_title, course), Trace(course.name), size_in_cm=(15, 8))
        for course in courses(model)
    ]

    def parts(model: Model) -> Below:
        names = [quantity.name for quantity in model.quantities if quantity.sheet == COMPARE]
        rows = (charts[at : at + 2] for at in range(0, len(charts), 2))
        return Below(
            Table(*names, widths=WIDTHS, width=WIDTH), *(Beside(*row, apart=0) for row in rows)
        )

    return Page(COMPARE, TITLE, NOTE, Made(parts), does=DOES, tab="result")
