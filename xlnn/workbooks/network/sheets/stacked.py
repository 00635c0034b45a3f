"""Where do several runs stand? Each sheet of training below itself, once for each run.

The first run stands where it would stand alone. A sheet is placed and drawn for one run at a time,
which it sees by the names that it has without others.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from xlnn.blocks import FIRST_ROW, Block
from xlnn.layout import Layout
from xlnn.quantity import Model, Quantity, Use
from xlnn.workbooks.network.quantities.runs import OWN, own_names, prefix_of, run_of
from xlnn.workbooks.network.sheets.names import named
from xlnn.workbooks.network.spec import Spec
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.table import (
    GROUP_ROW,
    UNIT_ROW,
    courses,
    head,
    name_rows,
    numbers_only,
    row_axes,
)
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import KEY, SECTION

Place = Callable[[Model], Iterable[Block]]


def stacked(place: Place) -> Place:
    """Return the function that places a sheet once for each run, one below the other."""

    def placing(model: Model) -> Iterator[Block]:
        down = 0
        for run in range(runs_of(model)):
            prefix, last = prefix_of(run), 0
            for block in place(alone(model, run)):
                name = prefix + block.quantity.name
                if name in model.by_name:
                    shifted = replace(block, quantity=model[name], row=block.row + down)
                    last = max(last, shifted.last[0])
                    yield shifted
            down = last + 1

    def single(model: Model) -> Iterable[Block]:
        return placing(model) if runs_of(model) > 1 else place(model)

    return single


def runs_of(model: Model) -> int:
    """Return how many runs a model has."""
    return 1 + max(run_of(quantity.name) for quantity in model.quantities)


def alone(model: Model, run: int) -> Model:
    """Return what a run has and what all runs share, by the names of a workbook of one run."""
    if runs_of(model) == 1:
        return model
    firsts = [quantity for quantity in model.quantities if run_of(quantity.name) == 0]
    if run == 0:
        return Model(tuple(firsts))
    prefix = prefix_of(run)
    own = {
        quantity.name.removeprefix(prefix): quantity
        for quantity in model.quantities
        if run_of(quantity.name) == run
    }
    of_first = own_names(firsts)
    shared = [
        found
        for found in firsts
        if found.name not in own
        and found.name not in of_first
        and found.kind.removesuffix("_found") not in OWN
    ]
    renamed = (_named(found, name, prefix) for name, found in own.items())
    return Model((*shared, *renamed))


def _named(found: Quantity, name: str, prefix: str) -> Quantity:
    uses = {role: Use(use.name.removeprefix(prefix), use.lag) for role, use in found.uses.items()}
    return replace(found, name=name, uses=uses)


def page_of_run(page: Page[Spec], run: int) -> Page[Spec]:
    """Return the page as a run sees it: its names, in its cells."""
    layout, prefix = page.layout, prefix_of(run)
    model = alone(layout.model, run)
    blocks = {}
    for quantity in model.quantities:
        name = prefix + quantity.name if prefix + quantity.name in layout.blocks else quantity.name
        blocks[quantity.name] = replace(layout.blocks[name], quantity=quantity)
    return replace(page, spec=page.spec.of_run(run), layout=Layout(model, layout.titles, blocks))


Draw = Callable[[Page[Spec]], Drawing]
More = Callable[[Page[Spec], int], Drawing]
"""Draws what a further run shows, so many rows below the first, and nothing of the whole sheet."""


def drawn_for_all(sheet: str, draw: Draw, more: More) -> Draw:
    """Return the function that draws a sheet for the first run, and then for the others."""

    def drawing_of(page: Page[Spec]) -> Drawing:
        if not page.spec.runs:
            return draw(page)
        drawing = draw(page_of_run(page, 0))
        _name_first(drawing, page)
        for run in range(1, page.spec.number_of_runs):
            down = _top(page, sheet, run) - _top(page, sheet, 0)
            drawing.put(down + 1, 1, page.words("compare", "run", run=run + 1), SECTION)
            joined(drawing, more(page_of_run(page, run), down), run)
        return drawing

    return drawing_of


def _name_first(drawing: Drawing, page: Page[Spec]) -> None:
    """Name the first run over the names of its rows: the title stands where others are named."""
    above = drawing.cells.get(GROUP_ROW, {}).get(1)
    if above == ("", KEY):
        name = page.words("compare", "run", run=1)
        drawing.put(GROUP_ROW, 1, name, replace(KEY, bold=True, wrap=True))


def _top(page: Page[Spec], sheet: str, run: int) -> int:
    """Return the first row of a run on a sheet."""
    return min(block.row for block in page.layout.on(sheet) if run_of(block.quantity.name) == run)


def first_alone(draw: Draw) -> Draw:
    """Return the function that draws a sheet of which all runs have but one."""
    return lambda page: draw(page_of_run(page, 0) if page.spec.runs else page)


def joined(drawing: Drawing, other: Drawing, run: int) -> None:
    """Add to a drawing what was drawn for a run, whose quantities have other names in it."""
    for row, cells in other.cells.items():
        drawing.cells.setdefault(row, {}).update(cells)
    for column, width in other.widths.items():
        drawing.widths[column] = max(width, drawing.widths.get(column, 0))
    drawing.heights |= other.heights
    drawing.looks |= {prefix_of(run) + name: look for name, look in other.looks.items()}
    drawing.validations += other.validations
    drawing.sparklines += other.sparklines
    drawing.colours += other.colours
    drawing.links |= other.links


def more_table(sheet: str, *, lined: bool = False) -> More:
    """Return the function that draws the table of a further run."""

    def more(page: Page[Spec], down: int) -> Drawing:
        drawing = Drawing(heights={down + GROUP_ROW: 30, down + UNIT_ROW: 18})
        blocks = [block for block in page.layout.on(sheet) if block.quantity.axes]
        axes = row_axes(block.quantity for block in blocks)
        name_rows(drawing, axes, down + FIRST_ROW, page.words)
        for block in blocks:
            head(drawing, block, page.words, named)
            if block.quantity.is_input:
                drawing.validations.append(numbers_only(block, page.words))
        if lined:
            courses(drawing, page, blocks)
        return drawing

    return more
