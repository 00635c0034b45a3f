"""Arcs over a row of words: how much each takes from itself and from the words before it."""

from collections.abc import Iterator
from typing import Any

from xlnn.equations.arcs import HIGH, WORD
from xlnn.model import Model
from xlnn.workbooks.pages.part import PagePart
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table_parts import Units
from xlnn.writing.charts import Line, graph, over, range_of
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import POSITIVE, tint

ACROSS, UP = "arc_across", "arc_up"

WIDTHS = (10_000, 25_000, 50_000)
"""How wide a line is, from the weakest, in EMU."""

FULL = (0.5, 0.75, 1)
"""How strong the colour of a line is, from the weakest."""

MARGIN = 1
"""Above the highest arc and below the feet, so that their lines are seen whole."""


class Arcs(PagePart):
    """Arcs over the cells of words; each word has a column.

    Parameters
    ----------
    of : str
        The shares (words, words) that words take, of which `xlnn.equations.arcs.arcs` are stated.
    rows : int
        How high they are.

    Their points are on a page of their own, with the part ``Arcs.points()``.
    """

    def __init__(self, of: str, rows: int = 9) -> None:
        self.of, self.rows = of, rows

    @staticmethod
    def points() -> Units:
        """Return the table of the points; blank rows are between two arcs."""
        return Units("", "arc_strength", ACROSS, UP, lines=(ACROSS, UP), width=8)

    def size(self, model: Model) -> tuple[int, int]:
        """Return its rows, and a column for each word."""
        return self.rows, model[self.of].shape[0]

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Draw the arcs, the strongest last."""
        _, words = self.size(page.layout.model)
        lines = list(_lines(page))
        chart = graph(lines, 1, 1, (words * WORD, HIGH + MARGIN))
        chart.y_axis.scaling.min = -MARGIN
        last = row + self.rows - 1, column + words - 1
        drawing.charts.append((over(chart, (row, column), last), chart))
        drawing.whole.append((row, row + self.rows))


def _lines(page: Context[Any]) -> Iterator[Line]:
    across, up = (page.layout.blocks[name] for name in (ACROSS, UP))
    title = page.layout.titles[up.sheet]
    x = range_of(title, across.column, across.row, across.last[0])
    for series, width in enumerate(WIDTHS):
        y = range_of(title, up.column + series, up.row, up.last[0])
        yield Line(x, y, tint(POSITIVE, FULL[series]), width=width)
