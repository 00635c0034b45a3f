"""The edition in matrices: a sheet with a band of rows for each epoch, as on a blackboard.

In a band each quantity is a matrix. Weights, gradients and other quantities without samples stand
below each other; those with samples stand side by side, with a row for each sample, or for each
position of each sample. A column at the left of each group numbers its rows. Entries along further
ordered axes, such as the steps of a sequence, are side by side.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import prod
from typing import Any

from xlnn.axis import EACH, TIME, Axis
from xlnn.block import FIRST_ROW, Block, strides
from xlnn.errors import DataError
from xlnn.layout import Layout, is_turned
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.quantity_cells import NoRectangleError
from xlnn.slices import as_rows, matrix_of, sliced
from xlnn.workbooks.entries import MATRICES
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.sheet import Context, titled_drawing
from xlnn.workbooks.pages.table import MOST_SPREAD, NARROW, NORMAL, plain_name, type_in
from xlnn.workbooks.pages.table_parts import Table
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import KEY, heading
from xlnn.writing.text_width import text_width

STACKED = frozenset(("weights", "gradients", "optimiser"))
"""Sheets of quantities without samples, besides those of pages without parts."""

HEADINGS, GAP = 2, 3
"""Rows over a matrix, of its name and of its columns; and the width of a column between groups."""


@dataclass(frozen=True)
class Placed:
    """A quantity in a band: its first row there, counted from 0, its column, and its size."""

    quantity: Quantity
    row: int
    column: int
    rows: int
    columns: int


@dataclass(frozen=True)
class Group:
    """Quantities that share the numbers of their rows.

    Attributes
    ----------
    samples : tuple of Axis
        The axes of their rows; none for weights, whose matrices are numbered one by one.
    column : int
        The first of the columns that number the rows.
    placed : tuple of Placed
    """

    samples: tuple[Axis, ...]
    column: int
    placed: tuple[Placed, ...]


def is_banded(axis: Axis) -> bool:
    """Return whether an axis has a band for each entry."""
    return axis.family in {TIME, "epoch"} and axis.order not in {"", EACH}


class Matrices(Page):
    """A page with a band for each epoch, or with one band."""

    def __init__(self, key: str, page: Page | None = None) -> None:
        title, note = (page.title, page.note) if page else ("", "")
        super().__init__(key, title, note, tab="table")

    def groups(self, model: Model) -> list[Group]:
        """Return what a band has, from left to right; it begins with the column of epochs."""
        here = [q for q in model.quantities if q.sheet == self.key]
        column, groups = 2, []
        for samples, group in _grouped(here):
            left = column
            column = end = left + max(1, len(samples))
            placed, row = [], HEADINGS
            # matrices of one shape stand side by side, such as a weight and its memories
            lines = [group] if samples else [[*line] for _, line in groupby(group, _shape)]
            for line in lines:
                at = column
                for quantity in line:
                    rows, columns = _size(quantity)
                    placed.append(Placed(quantity, row, at, rows, columns))
                    at += columns
                end = max(end, at)
                row += HEADINGS + placed[-1].rows
            groups.append(Group(samples, left, tuple(placed)))
            column = end + 1
        return groups

    def place(self, model: Model) -> Iterator[Block]:
        """Yield the cells of its quantities."""
        groups = self.groups(model)
        height, bands = _height(groups), _bands(groups)
        for matrix in _placed(groups):
            quantity, row = matrix.quantity, FIRST_ROW + matrix.row
            steps, right = [], _units_across(quantity)
            down = strides([axis.length for axis in as_rows(quantity).samples])
            for axis in quantity.axes:
                if is_banded(axis):
                    steps.append((height, 0))
                    row += axis.first * height
                elif axis.order == EACH:
                    steps.append((bands * height, 0))
                    row += axis.first * bands * height
                elif axis.order:
                    steps.append((0, right))
                else:
                    steps.append((down.pop(0), 0))
            yield Block(quantity, self.key, row, matrix.column, (*steps, *_unit_steps(quantity)))

    def draw(self, context: Context[Any]) -> Drawing:
        """Draw the names of all bands, of their rows and of their columns."""
        model = context.layout.model
        drawing = titled_drawing(context, self.key)
        groups = self.groups(model)
        height, bands = _height(groups), _bands(groups)
        names = _names(context, groups)
        drawing.freeze = (FIRST_ROW, 2)
        drawing.widths[1] = NARROW
        runs = max(q.axes[0].length + q.axes[0].first if q.each else 1 for q in _all(groups))
        for run in range(runs):
            for band in range(bands):
                top = FIRST_ROW + (run * bands + band) * height
                self._draw_band(drawing, context, groups, (run, band, top), names)
        for matrix in _placed(groups):
            type_in(drawing, context.layout.blocks[matrix.quantity.name], context.words)
        return drawing

    def _draw_band(
        self,
        drawing: Drawing,
        context: Context[Any],
        groups: Sequence[Group],
        at: tuple[int, int, int],
        names: Mapping[int, str],
    ) -> None:
        """Draw one band: its name, and the headings of what it has."""
        run, band, top = at
        last = top
        for group in groups:
            shown = [matrix for matrix in group.placed if _is_in(matrix.quantity, run, band)]
            for matrix in shown:
                self._draw_head(drawing, context, matrix, top)
            for rows in _numbered(group, shown):
                for column, numbers in enumerate(rows[1], start=group.column):
                    for row, number in enumerate(numbers, start=top + rows[0]):
                        drawing.put(row, column, number, KEY)
                        last = max(last, row)
                    drawing.widths[column] = NARROW
            drawing.widths[group.column - 1] = max(NARROW if group.column == 2 else 0, GAP)
            last = max([last, *(top + matrix.row + matrix.rows - 1 for matrix in shown)])
        for row in range(top, last + 1):
            drawing.put(row, 1, band + 1, replace(KEY, number_format=names.get(band, "General")))

    def _draw_head(self, drawing: Drawing, context: Context[Any], matrix: Placed, top: int) -> None:
        """Draw the name of a matrix, and the symbols of the columns of its first row."""
        quantity, row = matrix.quantity, top + matrix.row - 1
        units = quantity.units[: _units_across(quantity)]
        look = heading(quantity.role, first=True, computed=not quantity.is_input)
        name = plain_name(quantity, context.words)
        spread = "centerContinuous" if 1 < matrix.columns <= MOST_SPREAD else "left"
        for position in range(matrix.columns):
            column = matrix.column + position
            symbol = quantity.heading(units[position % len(units)])
            own = replace(look, first=position == 0, wrap=False)
            drawing.put(row, column, symbol, own)
            above = replace(own, align=spread, wrap=matrix.columns == 1)
            drawing.put(row - 1, column, "" if position else name, above)
            narrow = max(NARROW if quantity.role == "input" else NORMAL - 1, text_width(symbol))
            drawing.widths[column] = max(drawing.widths.get(column, 0), narrow)
        if matrix.columns == 1:
            drawing.heights[row - 1] = 30


def _grouped(
    quantities: Sequence[Quantity],
) -> Iterator[tuple[tuple[Axis, ...], list[Quantity]]]:
    """Yield the weights, what has samples, the gradients, and what has other samples.

    So the epoch is read from left to right.
    """
    stacks: tuple[list[Quantity], list[Quantity]] = ([], [])
    rows: dict[tuple[Axis, ...], list[Quantity]] = {}
    for quantity in quantities:
        if samples := as_rows(quantity).samples:
            rows.setdefault(samples, []).append(quantity)
        else:
            stacks[bool(rows)].append(quantity)
    first, *others = rows.items() if rows else [((), [])]
    for samples, group in (((), stacks[0]), first, ((), stacks[1]), *others):
        if group:
            yield samples, group


def _shape(quantity: Quantity) -> tuple[int, ...]:
    return quantity.shape


def _placed(groups: Sequence[Group]) -> list[Placed]:
    return [matrix for group in groups for matrix in group.placed]


def _all(groups: Sequence[Group]) -> list[Quantity]:
    return [matrix.quantity for matrix in _placed(groups)]


def _units_across(quantity: Quantity) -> int:
    """Return the columns of one entry: all units, or those of a row of a matrix."""
    return matrix_of(as_rows(quantity))[1]


def _unit_steps(quantity: Quantity) -> Iterator[tuple[int, int]]:
    """Yield the steps of the units: down for rows of a matrix and for positions, else across."""
    is_matrix = not quantity.samples and len(quantity.shape) > 1
    for number, step in enumerate(strides(quantity.shape)):
        is_down = number == 0 and (is_matrix or quantity.has_positions)
        yield (1, 0) if is_down else (0, step)


def _size(quantity: Quantity) -> tuple[int, int]:
    """Return the rows and columns that a quantity takes in a band."""
    rows, columns = matrix_of(as_rows(quantity))
    beside = (a.length for a in quantity.axes if a.order and a.order != EACH and not is_banded(a))
    return rows, columns * prod(beside)


def _height(groups: Sequence[Group]) -> int:
    """Return the rows of a band, with a blank one below."""
    return 1 + max(matrix.row + matrix.rows for matrix in _placed(groups))


def _bands(groups: Sequence[Group]) -> int:
    """Return how many bands there are."""
    axes = (axis for q in _all(groups) for axis in q.axes if is_banded(axis))
    return max((axis.first + axis.length for axis in axes), default=1)


def _is_in(quantity: Quantity, run: int, band: int) -> bool:
    """Return whether a quantity has an entry in a band of a run."""
    if quantity.each and not 0 <= run - quantity.axes[0].first < quantity.axes[0].length:
        return False
    own = [axis for axis in quantity.axes if is_banded(axis)]
    if not own:
        return band == 0
    return 0 <= band - own[0].first < own[0].length


def _names(context: Context[Any], groups: Sequence[Group]) -> dict[int, str]:
    """Return the formats of bands with another name: the one after the last epoch.

    Their cells hold numbers, too, over which charts draw their lines.
    """
    axes = [axis for q in _all(groups) for axis in q.axes if is_banded(axis)]
    computed = max((axis.first + axis.length for axis in axes if axis.counts_from), default=0)
    bands = _bands(groups)
    end = f'"{context.words("headings", "end")}";'
    return {bands - 1: end} if 0 < computed < bands else {}


def _numbered(group: Group, shown: Sequence[Placed]) -> Iterator[tuple[int, list[list[int]]]]:
    """Yield the first row of some numbers, and for each column the numbers below each other."""
    if not shown:
        return
    if not group.samples:
        firsts = {matrix.row: matrix.rows for matrix in shown}
        for row, rows in firsts.items():
            yield row, [[*range(1, rows + 1)]]
        return
    lengths = [axis.length for axis in group.samples]
    rows, columns = range(prod(lengths)), []
    for axis, after in zip(group.samples, strides(lengths), strict=True):
        columns.append([axis.counts_from + row // after % axis.length for row in rows])
    yield HEADINGS, columns


def moved(model: Model, sheets: Mapping[str, Any]) -> dict[str, str]:
    """Return the key of the sheet in matrices for each sheet that is shown so.

    All with epochs are one sheet; one with steps or samples alone keeps its own.
    """
    formats = {}
    for key, sheet in sheets.items():
        page = getattr(sheet, "page", sheet)
        is_whole = _is_whole(page, key)
        here = [q for q in model.quantities if q.sheet == key] if is_whole else []
        if any(is_banded(axis) for q in here for axis in q.axes):
            formats[key] = MATRICES
        elif any(map(_is_laid_down, here)):
            formats[key] = key
    return formats


def _is_laid_down(quantity: Quantity) -> bool:
    """Return whether a quantity without epochs has matrices that a table does not show as such."""
    is_ordered = any(axis.order not in {"", EACH} for axis in quantity.axes)
    return is_ordered or quantity.has_positions


def _is_whole(page: object, key: str) -> bool:
    """Return whether a page shows all quantities of its sheet as tables."""
    if not isinstance(page, Page):
        return False
    is_plain = type(page).made is Page.made and all(type(part) is Table for part in page.parts)
    return is_plain or page.is_usual or key in STACKED


def in_matrices(model: Model, sheets: Mapping[str, Any]) -> Model:
    """Return a model whose training is on the sheet in matrices; unchanged if it has none."""
    keys = moved(model, sheets)
    if MATRICES not in keys.values():
        return model
    there = (replace(q, sheet=keys.get(q.sheet, q.sheet)) for q in model.quantities)
    return replace(model, quantities=tuple(there))


def is_in_matrices(model: Model) -> bool:
    """Return whether a model's training is on the sheet in matrices."""
    return any(quantity.sheet == MATRICES for quantity in model.quantities)


def sheets_in_matrices(model: Model, sheets: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sheets of a model `in_matrices`, the one of training where its first one was."""
    pages: dict[str, Any] = {}
    used = {quantity.sheet for quantity in model.quantities}
    for key, sheet in sheets.items():
        page = getattr(sheet, "page", sheet)
        is_whole = _is_whole(page, key)
        here = [q for q in model.quantities if q.sheet == key]
        if is_whole and not here and key not in used:
            pages.setdefault(MATRICES, Matrices(MATRICES))
        elif is_whole and any(map(_is_laid_down, here)):
            pages[key] = Matrices(key, page)
        else:
            pages[key] = sheet
    return pages


def by_slices(layout: Layout, sheets: Mapping[str, Any]) -> Layout:
    """Return a layout in which an array formula computes each slice of a quantity in matrices.

    This includes the scaled numbers on the sheets of data. Where an equation states no array
    formula, or the cells of a slice are no rectangle, a formula for each cell remains.
    """
    blocks, model = dict(layout.blocks), layout.model
    for block in layout.blocks.values():
        if isinstance(sheets.get(block.sheet), Matrices) or block.sheet in OF_SAMPLES:
            several = (replace(block, quantity=q) for q in sliced(model, block.quantity))
            blocks[block.quantity.name] = next(filter(fits_in(layout), several), block)
    quantities = tuple(blocks[q.name].quantity for q in model.quantities)
    return replace(layout, model=replace(model, quantities=quantities), blocks=blocks)


def reads_positions_apart(layout: Layout) -> bool:
    """Return whether a cell needs one position of all samples, which are no range in matrices."""
    known = layout.model
    for quantity in known.quantities:
        if quantity.sliced or not any(known[name].has_positions for name in quantity.sources):
            continue
        try:
            for run in range(len(quantity.runs)):
                layout.columns(quantity.name, run)
        except NoRectangleError:
            return True
    return False


def without_positions(model: Model) -> Model:
    """Return a model in which each sample is one row, whose positions stand side by side."""
    quantities = (replace(quantity, has_positions=False) for quantity in model.quantities)
    return replace(model, quantities=tuple(quantities))


OF_SAMPLES = ("images", "test_images", "data", "test_data", "gradient_check")
"""The sheets of the data, and that of moved weights, which stay as they are."""


def fits_in(layout: Layout) -> Callable[[Block], bool]:
    """Return whether the slices of a quantity and of its arguments are the matrices they should be.

    An argument that is read unit by unit may lie anywhere.
    """

    def fits(block: Block) -> bool:
        quantity, whole = block.quantity, block.quantity.sliced == "all"
        if not block.runs[0].fills:
            return False
        for name in quantity.sources if quantity.sliced != "unit" else ():
            one = layout.blocks[name].runs[0]
            part = replace(one.quantity, sliced=quantity.sliced)
            size = matrix_of(as_rows(part, whole=whole))
            if replace(one, quantity=part).size != size and not is_turned(one, whole=whole):
                return False
        return _is_stated(replace(layout, blocks={**layout.blocks, quantity.name: block}), block)

    return fits


def _is_stated(layout: Layout, block: Block) -> bool:
    """Return whether each array formula of a quantity can be stated where its arguments are."""
    try:
        for run in range(len(block.runs)):
            layout.columns(block.quantity.name, run)
    except DataError:
        return False
    return True
