"""The sheet Fit: predictions beside targets in one epoch, as rows and as a chart."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from xlnn.equations.elementary import COPY
from xlnn.equations.lookup import Chosen, OfRow
from xlnn.equations.verdict import ENDS
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.workbooks.network.quantities.stack import TEST, Stack, quantity
from xlnn.workbooks.network.sheets.choosers import choices
from xlnn.workbooks.network.sheets.names import named
from xlnn.workbooks.network.sheets.progress import MOST_TOLD, RESULT_COLOUR, TESTED_COLOUR
from xlnn.workbooks.pages.chart_parts import Chart, Trace
from xlnn.workbooks.pages.number_parts import Made, Numbers, Row
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.part import Below, Beside, Space
from xlnn.workbooks.pages.table_parts import Table
from xlnn.workbooks.pages.text_parts import Label
from xlnn.writing.charts import THIN
from xlnn.writing.style import NUMBER, QUIET

SHEET = "fit"
PREFIX = "fit_"

ROWS, ERRORS = ("actual", "predicted", "off"), ("rmse", "mae")
WIDTH = 14
SMALL, MANY = 3, 100
"""The size of points from this many samples on."""


def quantities(stack: Stack) -> Iterator[Quantity]:
    """Yield the quantities of the sheet: of a regression, in the units of its targets.

    Each sample has a row with its target, its prediction in the chosen epoch, and the error. There
    are also the ends of the line on which all points of the chart would lie without errors.
    """
    shown = partial(quantity, prefix=PREFIX, sheet=SHEET)
    yield shown("epoch", choices=(1, stack.spec.epochs), number_format="0")
    own = {"shape": stack.shapes[stack.output], "number_format": stack.measure}
    for part, axis in stack.samples.items():
        rows = partial(shown, prefix=f"{PREFIX}{part}", **own)
        yield rows("actual", COPY.of(stack.actual(part)), axes=(axis,))
        for kind, of in (("predicted", stack.predicted(part)), ("off", f"{part}off")):
            found = Chosen(stack.epoch, axis).of(of, f"{PREFIX}epoch", f"{part}number")
            yield rows(kind, found, axes=(axis,))
        for kind in ERRORS:
            yield rows(kind, OfRow(own["shape"]).of(f"{part}{kind}", f"{PREFIX}epoch"))
    actual, predicted, _ = ROWS
    names = (f"{PREFIX}{part}{kind}" for part in stack.samples for kind in (actual, predicted))
    shape = (2, *own["shape"])
    yield shown("diagonal", ENDS.taking(*names), shape=shape, number_format=stack.measure)


def _parts(model: Model) -> Beside:
    """Return the rows of each part below their errors, and beside them the charts."""
    parts = [part for part in ("", TEST) if f"{PREFIX}{part}actual" in model.by_name]
    outputs = model[f"{PREFIX}actual"].shape[0]
    small = {"size": SMALL} if model[f"{PREFIX}actual"].axes[0].length > MANY else {}
    return Beside(
        Below(choices(PREFIX), Beside(*(_rows_of(part, outputs) for part in parts))),
        Below(
            Label("ends", SHEET),
            Row(f"{PREFIX}diagonal", look=replace(NUMBER, number_format="", ink=QUIET)),
            Space(len(ERRORS) + 1),
            *(_chart(parts, unit, **small) for unit in range(min(outputs, MOST_TOLD))),
        ),
    )


def _rows_of(part: str, outputs: int) -> Below:
    """Return a row for each sample of a part, and above the errors over all of them."""
    errors, rows = ([f"{PREFIX}{part}{kind}" for kind in kinds] for kinds in (ERRORS, ROWS))
    return Below(
        Numbers(*errors, at=1 + 2 * outputs, named=named),
        Table(
            *rows,
            units=dict.fromkeys(rows, lambda page: page.spec.labels),
            width=WIDTH,
            named=named,
        ),
    )


def _chart(parts: Iterable[str], unit: int, **size: int) -> Chart:
    """Return the chart of an output: a point for each sample, and the line without errors."""
    diagonal = (f"{PREFIX}diagonal", ..., unit)
    points = (
        Trace(
            (f"{PREFIX}{part}predicted", unit), (f"{PREFIX}{part}actual", unit),
            TESTED_COLOUR if part else RESULT_COLOUR, 0, "circle",
            name="tested" if part else "trained", **size,
        )
        for part in parts
    )  # fmt: skip
    return Chart(
        lambda page: page.words(SHEET, "chart", label=page.spec.labels[unit]),
        Trace(diagonal, diagonal, QUIET, THIN, name="diagonal", of=SHEET), *points,
        x=lambda page: page.words("quantities", "actual"),
        y=lambda page: page.words("quantities", "predicted"), size_in_cm=(14, 10.5),
    )  # fmt: skip


PAGE = Page(SHEET, "", "", Made(_parts), stays=True, gridlines=True, tab="result")
