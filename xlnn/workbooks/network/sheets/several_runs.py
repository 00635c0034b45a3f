"""Place and draw several runs: each sheet of training below itself, once for each run.

The first run is where a single run would be. A sheet is placed as for one run, and drawn for one
run at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from xlnn.layout import Block
from xlnn.quantity import Model
from xlnn.workbooks.network.quantities.runs import RUN
from xlnn.workbooks.network.spec import Spec
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import GROUP_ROW
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import KEY, SECTION


@dataclass(frozen=True)
class EachRun:
    """A page with what each run has of it below each other; without that it exists once."""

    page: Page

    @property
    def tab(self) -> str:
        """The purpose of the sheet."""
        return self.page.tab

    def place(self, model: Model) -> Iterator[Block]:
        """Yield the cells of its quantities; those of all runs come before those of only some."""
        runs = max(len(quantity.parts) for quantity in model.quantities)
        if runs == 1:
            yield from self.page.place(model)
            return
        ordered = sorted(model.quantities, key=lambda q: bool(q.each) and len(q.parts) < runs)
        blocks = [*self.page.place(Model(tuple(quantity.parts[0] for quantity in ordered)))]
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
            name = page.words("compare", "run", run=run + 1)
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
        name = page.words("compare", "run", run=1)
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
