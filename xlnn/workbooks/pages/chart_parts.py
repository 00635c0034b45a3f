"""Charts on a page, and planes whose colours are numbers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, product
from math import ceil, prod
from typing import Any

from xlnn.block import Block, single_block
from xlnn.errors import DataError
from xlnn.grid import address
from xlnn.model import Model
from xlnn.workbooks.pages.grid_part import Grid, Scale, scale_on
from xlnn.workbooks.pages.part import UNREAD, PagePart
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import naming
from xlnn.workbooks.pages.text_parts import Said, said_on
from xlnn.workbooks.runs import COLOURS, NAMES
from xlnn.writing.charts import (
    MOST_LABELS,
    THICK,
    THIN,
    Line,
    Range,
    ends,
    graph,
    over,
    range_of,
    ranges_of,
    scatter,
    square,
)
from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import USUAL_WIDTH
from xlnn.writing.style import CAPTION, INK, LABEL, NEGATIVE, POSITIVE, QUIET, WHITE, tint
from xlnn.writing.text_width import text_width

USUAL_SIZE = 13, 7.2
"""The size of a chart, in cm."""

ROW = 0.53
"""The usual height of a row, in cm."""

AXES = "x_axis", "y_axis"


@dataclass(frozen=True)
class Trace:
    """A line of a chart: y over x, or over the rows of its table; one for each unit.

    Attributes
    ----------
    y : str or (str, int, ...)
        A quantity, or one of its units; in the place of a number, ``...`` is for all. Without axes,
        its numbers are one line.
    x : str or (str, int, ...)
        The same; with as many units as y, each line has its own.
    colour : str or tuple of str
        The colour; several lines use one after another.
    marker : str
    width : int
        0 for markers without lines.
    name, of : str
        Its name in the legend, in English or as an equation, and the table of texts with its
        translations; by default the symbols of several units. None leaves them out of the legend.
    each : str
        The axis with a line for each entry: the first axis of both.
    labels, called : str
        The texts along that axis, or of each unit, shown beside the points in their colour; or
        names in the legend.
    side : str
        Where they are beside the points, by default ``r`` for right.
    size : int
        The size of the markers, in points.
    is_quiet : bool
        Whether it is thin and grey, behind what it is compared with.
    """

    y: str | tuple[Any, ...]
    x: str | tuple[Any, ...] = ""
    colour: str | tuple[str, ...] = ""
    width: int = THICK
    marker: str = "none"
    name: str | None = ""
    of: str = "charts"
    each: str = ""
    labels: str = ""
    called: str = ""
    size: int = 5
    is_quiet: bool = False
    side: str = "r"

    def lines(self, page: Context[Any]) -> Iterator[Line]:
        """Yield its lines."""
        y = _named(page, self.y)
        x = _named(page, self.x) if self.x else _counted(page, y)
        axes = y.quantity.axes
        along, called, colour = self.each, self.called, self.colour
        if y.quantity.each and not along:  # a line for each run
            along, called = y.quantity.axes[0].name, called or NAMES
            colour = colour or COLOURS
        count = next((axis.length for axis in axes if axis.name == along), 1)
        whole = prod(axis.length for axis in axes) // count
        several = (axes or self.labels) and y.quantity.shape
        colour, width = (QUIET, THIN) if self.is_quiet else (colour, self.width)
        colours = cycle([colour] if isinstance(colour, str) else colour)
        for unit, number in product(y.quantity.units if several else [()], range(count)):
            own = unit if x.quantity.shape == y.quantity.shape else ()
            rows = number * whole, (number + 1) * whole
            name = page.words.of_itself(self.of, self.name or "")
            if several and self.name == "":
                name = y.quantity.heading(unit)
            cells = [_cells(page, b, *rows) for b in (of_unit(x, own), of_unit(y, unit))]
            if self.labels:
                texts = _named(page, self.labels)
                name = _cells(page, of_unit(texts, unit) if texts.quantity.shape else texts, *rows)
            elif called and (along or len(y.quantity.units) > 1):
                at = number if along else y.quantity.units.index(unit)
                name = _entry(page, _named(page, called), at)
            side = self.side if self.labels else ""
            # of a point, no line is seen; of a text, no marker
            is_point = not cells[1].startswith("(") and ":" not in cells[1]
            marker = "circle" if is_point and not side else self.marker
            colour = next(colours)
            ink = colour if side and marker == "none" else ""
            yield Line(*cells, colour, name, width, marker, self.size, side=side, ink=ink)


LEGEND_ROWS, STEPS = 2, 2
"""The rows of a legend with a blank one below it, and its colours to either side of the middle."""

SIGNS = ("−", "0", "+")


def draw_scale(drawing: Drawing, row: int, column: int, names: Sequence[str] = SIGNS) -> int:
    """Draw the scale of colours, with the names of its ends and its middle.

    Returns
    -------
    int
        The column after it.
    """
    for n in range(2 * STEPS + 1):
        share, name = n / STEPS - 1, names[n // STEPS] if n % STEPS == 0 else ""
        fill = tint(POSITIVE if share > 0 else NEGATIVE, abs(share))
        ink = INK if abs(share) < 1 else WHITE
        drawing.put(row, column + n, name, replace(CAPTION, fill=fill, align="center", ink=ink))
    return column + 2 * STEPS + 1


class Plane(PagePart):
    """A matrix as a plane: coloured squares with a legend, the ends of its sides, and points on it.

    Parameters
    ----------
    name : str
        A matrix. Its first row is the upper one.
    points : tuple of Trace
        Points. x and y count cells from the lower left corner: the middle of the lowest
        cell at the left is (0.5, 0.5).
    ends : (str, str) or ()
        Two quantities of two numbers or texts each: the ends of the lower side, and of the left one
        from the top.
    x, y : str or function
        The titles of these sides, in the middle of at least three cells.
    scale : str, (float, float) or function
        As that of a `Grid`, but not ``ink``.
    indent : int
        Blank columns before it, for the title and the ends of the left side.
    pixels : int
        The side of a cell.
    """

    def __init__(  # noqa: PLR0913 -- what a plane may settle
        self,
        name: str,
        *points: Trace,
        ends: Sequence[str] = (),
        x: Said = "",
        y: Said = "",
        scale: Scale | Callable[[Context[Any]], Scale] = "around 0",
        indent: int = 1,
        pixels: int = 17,
    ) -> None:
        self.points, self.ends, self.x, self.y, self.indent = points, ends, x, y, indent
        self.grid = Grid(name, indent, scale, pixels=pixels, digits=UNREAD, titled=False)

    def placed(self, model: Model) -> Iterator[tuple[PagePart, int, int]]:  # noqa: ARG002 -- the same in all
        """Yield the matrix, below the legend."""
        yield self.grid, LEGEND_ROWS, 0

    def size(self, model: Model) -> tuple[int, int]:
        """Return its rows with the legend and the ends, and its columns or those of the colours."""
        rows, columns = super().size(model)
        return rows + 1, max(columns, self.indent + 2 * STEPS + 1)

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield its cells, and those of the ends."""
        (block,) = super().blocks(model, row, column)
        yield block
        if self.ends:
            (lower, left), (last_row, last) = (model[name] for name in self.ends), block.last
            across, down = last - block.column, last_row - block.row
            yield single_block(lower, last_row + 1, block.column, (0, across))
            yield single_block(left, block.row, block.column - 1, (down, 0))

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Draw the colours, what they mean, and over them the points."""
        block = page.layout.blocks[self.grid.name]
        first, last = (block.row, block.column), block.last
        down, right = ((start + end) // 2 for start, end in zip(first, last, strict=True))
        self.grid.draw(drawing, page, block.row, column)
        looks = [replace(LABEL, align=align) for align in ("center", "right")]
        places = (last[0] + 1, right), (down, block.column - 1)
        for at, text, look in zip(places, (self.x, self.y), looks, strict=True):
            if text:
                drawing.put(*at, said_on(page, "headings", text), look)
        drawing.looks |= zip(self.ends, looks, strict=False)
        lines = [line for trace in self.points for line in trace.lines(page)]
        lines = [replace(line, colour=line.colour or INK) for line in lines]
        self._draw_legend(drawing, page, lines, row, block.column)
        if lines:
            look = {"width": 0, "marker": "circle", "outline": WHITE}
            dots = [Line(line.x, line.y, line.colour, size=line.size, **look) for line in lines]
            columns, rows = block.last[1] - block.column + 1, block.last[0] - block.row + 1
            chart = graph(dots, 1, 1, (columns, rows))
            drawing.charts.append((over(chart, first, last), chart))

    def _draw_legend(
        self, drawing: Drawing, page: Context[Any], lines: Iterable[Line], row: int, column: int
    ) -> None:
        """Draw what the colours of the plane and of the points mean."""
        scale = scale_on(page, self.grid.scale)
        names = SIGNS
        if not isinstance(scale, str):
            names = tuple(f"{number:g}" for number in (scale[0], sum(scale) / 2, scale[1]))
        column = 1 + draw_scale(drawing, row, column, names)
        for line in (line for line in lines if line.name):
            drawing.put(row, column, "●", replace(LABEL, ink=line.colour, align="center"))
            drawing.put(row, column + 1, line.name, CAPTION)
            room = text_width(line.name, size=CAPTION.size)
            column += ceil(room / drawing.widths.get(column, USUAL_WIDTH)) + 2


def _named(page: Context[Any], name: str | tuple[Any, ...]) -> Block:
    """Return the cells of a quantity, or of its units whose index has this beginning."""
    quantity, *unit = (name,) if isinstance(name, str) else name
    return of_unit(page.layout.blocks[quantity], unit)


def of_unit(block: Block, unit: Sequence[Any]) -> Block:
    """Return the cells of the units whose index has this beginning; by default all."""
    axes, shape = len(block.quantity.axes), block.quantity.shape
    if len(unit) > len(shape) or any(at is not ... and at >= n for at, n in zip(unit, shape)):  # noqa: B905 -- the beginning
        raise DataError(f"{block.quantity.name} has the shape {shape}, and no unit {(*unit,)}.")
    index = (*unit, *[...] * (len(shape) - len(unit)))
    row, column = block.address((*[0] * axes, *(0 if at is ... else at for at in index)))
    whole = [number for number, at in enumerate(index) if at is ...]
    quantity = replace(block.quantity, shape=tuple(shape[number] for number in whole))
    steps = (*block.steps[:axes], *(block.steps[axes + number] for number in whole))
    return replace(block, quantity=quantity, row=row, column=column, steps=steps)


def _cells(page: Context[Any], block: Block, first: int, end: int) -> Range:
    """Return the cells of one unit in some of its rows, which lie apart in matrices."""
    title, (last, across) = page.layout.titles[block.sheet], block.last
    if not block.is_table:
        return ranges_of(title, [*block.places(())][first:end])
    last = block.row + end - 1 if block.quantity.axes else last
    return range_of(title, block.column, block.row + first, last, across)


def _entry(page: Context[Any], block: Block, at: int) -> Range:
    """Return the cells of an entry along the first axis, which a matrix may lay across."""
    others = block.quantity.lengths[1:]
    row, column = block.address((at, *(0 for _ in others)))
    end, across = block.address((at, *(length - 1 for length in others)))
    return range_of(page.layout.titles[block.sheet], column, row, end, across)


def _counted(page: Context[Any], block: Block) -> Block:
    """Return the column that names the rows of a table, the last if there are several.

    In matrices the first column names the epochs, and the one before their group the samples.
    """
    axes = len(block.quantity.axes)
    is_apart = not (block.is_table or block.quantity.samples)
    column = 1 if is_apart else naming(page, block).stop - 1
    alone = replace(block.quantity, shape=())
    return replace(block, quantity=alone, column=column, steps=block.steps[:axes])


class Chart(PagePart):
    """A chart whose lines follow the cells.

    Parameters
    ----------
    title : str or function
        The key of its title, or a function that returns it for a page.
    traces : tuple of Trace
    x, y : str or function
        The titles of its axes; by default the heading of the rows for x.
    size_in_cm : (float, float)
        Its width and height, by default `USUAL_SIZE`, or a square if units are equally long.
    ends : tuple of float
        The first and last value of the x axis, and the distance of its labels; by default those of
        numbered rows, or from 0 if these are many.
    ends_up : tuple of float
        The same for the y axis; of a single number, its first value.
    edges : (str, str)
        The records that note where the x and the y axis begin or end (`xlnn.writing.charts.edge`).
    is_square : bool
        Whether units of both axes are equally long.
    """

    def __init__(  # noqa: PLR0913 -- what a chart may settle
        self,
        title: Said,
        *traces: Trace,
        x: Said = "",
        y: Said = "",
        size_in_cm: tuple[float, float] | None = None,
        ends: tuple[float, ...] = (),
        ends_up: tuple[float, ...] = (),
        edges: tuple[str, str] = ("", ""),
        is_square: bool = False,
        above: int = 1,
    ) -> None:
        self.title, self.traces, self.x, self.y = title, traces, x, y
        self.size_in_cm = size_in_cm or ((USUAL_SIZE[0],) * 2 if is_square else USUAL_SIZE)
        self.is_square, self.above = is_square, above
        self.edges = {axis: name for axis, name in zip(AXES, edges, strict=True) if name}
        self.ends, self.ends_up = ends, ends_up

    def size(self, model: Model) -> tuple[int, int]:  # noqa: ARG002 -- it lies over cells
        """Return how many rows it covers, and one column: as many as it needs are made wide."""
        return ceil(self.size_in_cm[1] / ROW), 1

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Draw it over the cells."""
        lines = [line for trace in self.traces for line in trace.lines(page)]
        quantity = _named(page, self.traces[0].y).quantity
        axes = quantity.axes
        if not axes and not self.traces[0].x:
            raise DataError(f"{quantity.name} has no axes that a chart could run along.")
        across, up = (said_on(page, "headings", text) for text in (self._across(page), self.y))
        chart = scatter(said_on(page, "charts", self.title), across, lines, up)
        chart.width, chart.height = self.size_in_cm
        if self.is_square:
            square(chart)
        if self.ends:
            ends(chart.x_axis, *self.ends)
        elif self._is_counted(page) and axes[-1].length > 1:
            first = axes[-1].counts_from
            last = first + axes[-1].length - 1
            ends(chart.x_axis, 0 if first == 1 and last > MOST_LABELS else first, last)
        if len(self.ends_up) == 1:
            chart.y_axis.scaling.min = self.ends_up[0]
        elif self.ends_up:
            ends(chart.y_axis, *self.ends_up)
        chart.edges = self.edges
        if quantity.number_format.endswith("%"):
            chart.y_axis.number_format = "0%"
        drawing.charts.append((address(row, column), chart))

    def _across(self, page: Context[Any]) -> Said:
        """Return the title of the x axis: by default the name of the rows, or the symbol of x."""
        first = self.traces[0]
        if self.x or self._is_counted(page):
            return self.x or _named(page, first.y).quantity.axes[-1].name
        name, *unit = (first.x,) if isinstance(first.x, str) else first.x
        quantity = page.layout.model[name]
        return quantity.heading((*unit, *[0] * (len(quantity.shape) - len(unit))))

    def _is_counted(self, page: Context[Any]) -> bool:
        """Tell whether the rows are counted across."""
        x = self.traces[0].x
        return not x or _named(page, x).quantity.counts
