"""The page Predicted and actual: predictions beside targets in one epoch, and in charts."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from xlnn.equations.elementary import COPY
from xlnn.equations.lookup import Chosen, OfRow
from xlnn.equations.verdict import ENDS
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.learning import choice
from xlnn.workbooks.pages.chart_parts import Chart, Trace
from xlnn.workbooks.pages.number_parts import Numbers, Row, used_choices
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.part import Below, Beside, PagePart, Space
from xlnn.workbooks.pages.progress import MOST_TOLD, RESULT_COLOUR, TESTED_COLOUR, named
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import NARROW
from xlnn.workbooks.pages.table_parts import Table
from xlnn.workbooks.pages.text_parts import Label
from xlnn.workbooks.samples import TEST, Learns, raw_name
from xlnn.workbooks.spec import Spec
from xlnn.writing.charts import THIN
from xlnn.writing.style import KEY, NUMBER, QUIET

PREFIX = "fit_"
ROWS, ERRORS = ("actual", "predicted", "off"), ("rmse", "mae")
SYMBOLS = {"actual": "y{}", "predicted": "ŷ{}"}
SPLITS = ("", TEST)
WIDTH = 14
SMALL, MANY = 3, 100
"""The size of points from this many rows on."""


class Fit(Page):
    """Predictions beside targets, of a model of numbers that states `xlnn.numbers_found`.

    Without numbers to predict the page is left out.
    """

    def __init__(
        self,
        key: str = "fit",
        title: str = "Predicted and actual",
        note: str = "Predicted and actual values, in the units of the data. Choose the epoch in "
        "the yellow cell. Each point of a chart is one row; on the line the prediction is exact.",
        does: str = "See how close the predictions come to the line, epoch by epoch.",
    ) -> None:
        super().__init__(key, title, note, does=does, stays=True, gridlines=True, tab="result")

    def adds(self, learns: Learns | None) -> tuple[str, ...]:  # noqa: ARG002 -- for other pages
        """Return the names of the inputs that it may have."""
        return (f"{PREFIX}epoch",)

    def quantities(
        self,
        model: Model,
        learns: Learns | None,
        spec: Spec,
        words: Text,
    ) -> Iterator[Quantity]:
        """Yield the choice of the epoch, and what it comes to, in the units of the targets.

        Each row has its target, its prediction, and the error. There are also the ends of the line
        on which all points of the chart would lie without errors.
        """
        if "rmse" not in model.by_name or learns is None:
            return
        epoch = model["off"].axes[0]
        yield from choice(f"{PREFIX}epoch", epoch, words, title="epoch shown", sheet=self.key)
        digits, used = str(model["off"].number_format), f"{PREFIX}epoch_used"

        def shown(split: str, kind: str, **fields: Any) -> Quantity:  # noqa: ANN401 -- fields of a quantity
            own = (f"{PREFIX}{kind}", SYMBOLS.get(kind, ""), kind)
            if kind not in SYMBOLS:  # an error, as the model states it
                own = (model[kind].kind, model[kind].symbol, model[kind].title)
            called = dict(zip(("kind", "symbol", "title"), own, strict=True))
            return Quantity(
                f"{PREFIX}{split}{kind}", shape=model["off"].shape, sheet=self.key,
                number_format=digits, **called | fields,
            )  # fmt: skip

        splits = [split for split in SPLITS if f"{split}off" in model.by_name]
        actual = raw_name(learns.t) if spec.scaled_targets else learns.t
        predicted = "predicted" if "predicted" in model.by_name else learns.output
        for split in splits:
            axis = model[f"{split}off"].axes[-1]
            number = f"{PREFIX}{split}number"
            yield Quantity(number, f"{PREFIX}number", " ", axes=(axis,), counts=True,
                           title="row", sheet=self.key)  # fmt: skip
            copied = COPY.of(f"{split}{actual}")
            yield shown(split, "actual", axes=(axis,), equation=copied)
            for kind, of in (("predicted", predicted), ("off", "off")):
                at = {epoch.name: used, axis.name: number}
                chosen = Chosen(epoch, axis).of(f"{split}{of}", **at)
                yield shown(split, kind, axes=(axis,), equation=chosen)
            for kind in ERRORS:
                chosen = OfRow(model["off"].shape).of(f"{split}{kind}", used)
                yield shown(split, kind, equation=chosen)
        names = [f"{PREFIX}{split}{kind}" for split in splits for kind in ROWS[:2]]
        shape = (2, *model["off"].shape)
        yield Quantity(f"{PREFIX}diagonal", title="predicted = actual", symbol=" ", shape=shape,
                       sheet=self.key, equation=ENDS.taking(*names),
                       number_format=digits)  # fmt: skip

    def made(self, model: Model) -> list[PagePart]:
        """Return the rows of each split below their errors, and beside them the charts."""
        splits = [split for split in SPLITS if f"{PREFIX}{split}actual" in model.by_name]
        outputs = model[f"{PREFIX}actual"].shape[0]
        small = {"size": SMALL} if model[f"{PREFIX}actual"].axes[0].length > MANY else {}
        return [Beside(
            Below(
                Numbers((f"{PREFIX}epoch", f"{PREFIX}epoch_asked"), at=2),
                Beside(*(_rows_of(split, outputs) for split in splits)),
            ),
            Below(
                Label("smallest and largest", "headings"),
                Row(f"{PREFIX}diagonal", look=replace(NUMBER, number_format="", ink=QUIET)),
                used_choices(model, f"{PREFIX}epoch"),
                Space(len(ERRORS)),
                *(_chart(splits, unit, **small) for unit in range(min(outputs, MOST_TOLD))),
            ),
        )]  # fmt: skip


def _rows_of(split: str, outputs: int) -> Below:
    """Return a row for each sample of a split, and above the errors over all of them."""
    errors, rows = ([f"{PREFIX}{split}{kind}" for kind in kinds] for kinds in (ERRORS, ROWS))
    units, number = dict.fromkeys(rows, lambda page: page.spec.labels), f"{PREFIX}{split}number"
    return Below(
        Numbers(*errors, at=1 + 2 * outputs, named=named),
        Table(
            number, *rows, units=units, width=WIDTH, named=named, widths={number: NARROW},
            looks={number: replace(KEY, number_format="0")},
        ),
    )  # fmt: skip


def _chart(splits: Iterable[str], unit: int, **size: int) -> Chart:
    """Return the chart of an output: a point for each row, and the line without errors."""
    diagonal = (f"{PREFIX}diagonal", ..., unit)
    points = (
        Trace(
            (f"{PREFIX}{split}predicted", unit), (f"{PREFIX}{split}actual", unit),
            TESTED_COLOUR if split else RESULT_COLOUR, 0, "circle",
            name="held out" if split else "training data", **size,
        )
        for split in splits
    )  # fmt: skip

    def title(page: Context) -> str:
        title = page.words.of_itself("charts", "Predicted and actual: {label}")
        return title.format(label=page.spec.labels[unit])

    line = Trace(diagonal, diagonal, QUIET, THIN, name="predicted = actual")
    return Chart(title, line, *points, x="actual", y="predicted", size_in_cm=(14, 10.5))
