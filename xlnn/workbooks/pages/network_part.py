"""The part of a page that draws a network: its layers side by side, or unrolled in time."""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any

from xlnn.grid import address
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.workbooks.pages.chart_parts import ROW
from xlnn.workbooks.pages.network_drawing import Picture
from xlnn.workbooks.pages.network_layers import Caption, Labels, Line, NetworkLayout, Statement
from xlnn.workbooks.pages.network_side_by_side import SIDE, SideBySide
from xlnn.workbooks.pages.network_unrolled import Unrolled
from xlnn.workbooks.pages.part import PagePart
from xlnn.workbooks.pages.sheet import Context
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import CAPTION


class Network(PagePart):
    """A network with the activations and weights of the epoch and row that a person chose.

    A unit's colour is its number, a line's colour and width are a weight. Of wide layers the first
    units are drawn, of large maps some evenly spread places, and of many steps the last.

    Parameters
    ----------
    layers : tuple of str or (str, ...)
        The quantities that are layers, from left to right, those of a tuple below each other; along
        an axis from the bottom up. Their units are in a column, those of a matrix in rows, and
        those of three dimensions are maps.
    lines : sequence of (str or Use, str, str)
        What a layer receives: from which layer, by which weights, and which layer it is. Along an
        axis, ``xlnn.previous("h")`` is the layer at the step before. Weights are a matrix, with a
        row for each row of the layer; or a vector, from each unit to the same one. Lines are thin
        for filters, and for "", to the same unit or map if there are as many. Weights that have the
        axis, such as gates, are those of the step.
    along : str
        The axis along which it is unrolled.
    back : dict of str
        The error of a layer, which is drawn beside its units.
    beside : tuple of str
        Layers with a picture of its weights beside each unit, where there is room.
    pictures : dict of (int, int)
        The rows and columns of the layers that are pictures.
    ink : tuple of str
        Layers of numbers from 0 to 1, or of another ``reach``, that are shades of ink.
    reach : dict of (float, float)
        The range of a layer's numbers, which have no colours below 0 if they are not less, and
        the same colours anywhere if they are between -1 and 1.
    labels : dict
        The texts beside the units or rows of a layer: a quantity, a sentence each, or a function
        of the page; "" for their numbers.
    captions : dict of functions
        What a layer is called on a page, by default the name and symbol of its quantity.
    at : dict of str
        The quantity with the chosen entry of an axis, by default ``epoch_used`` of ``epoch``.
    key : str
        How the names of its quantities begin: those of two drawings differ.
    named : dict of str
        How the names of a layer's, a line's or texts' quantities end, by default in ``_`` and its
        name.
    width_in_cm, height_in_cm : float
        Its size; of many steps the least width, and their height follows from their layers.
    room : (float, float)
        That of texts to the left and right of layers side by side, in mm.
    columns : int
        The columns that it covers, of a page with narrow ones.
    """

    def __init__(  # noqa: PLR0913 -- what a drawing may settle
        self,
        *layers: str | Sequence[str],
        lines: Sequence[Line],
        along: str = "",
        back: Mapping[str, str] | None = None,
        beside: Sequence[str] = (),
        pictures: Mapping[str, tuple[int, int]] | None = None,
        ink: Sequence[str] = (),
        reach: Mapping[str, tuple[float, float]] | None = None,
        labels: Mapping[str, Labels] | None = None,
        captions: Mapping[str, Caption] | None = None,
        at: Mapping[str, str] | None = None,
        key: str = "network",
        named: Mapping[str, str] | None = None,
        width_in_cm: float = 19,
        height_in_cm: float = 9.8,
        room: tuple[float, float] = (SIDE, SIDE),
        columns: int = 1,
        above: int = 1,
    ) -> None:
        self.stated = Statement(
            [(layer,) if isinstance(layer, str) else tuple(layer) for layer in layers],
            lines, along,
            back or {}, beside, pictures or {}, ink,
            {**dict.fromkeys(ink, (0, 1)), **(reach or {})}, labels or {}, captions or {}, at or {},
            key, named or {}, (10 * width_in_cm, 10 * height_in_cm), room,
        )  # fmt: skip
        self.columns, self.above = columns, above

    def quantities(self, model: Model) -> Iterator[Quantity]:
        """Yield the numbers that it is drawn from, on the sheet Drawing."""
        return self.picture(model).quantities()

    def layout(self, model: Model) -> NetworkLayout:
        """Return what is drawn of a model, and where."""
        return (Unrolled if self.stated.along else SideBySide)(self.stated, model)

    def picture(self, model: Model) -> Picture:
        """Return what is drawn."""
        return self.layout(model).picture

    def size(self, model: Model) -> tuple[int, int]:
        """Return how many rows and columns it covers, with the lines of text above it."""
        layout = self.layout(model)
        return len([*layout.said]) + ceil(layout.size[1] / 10 / ROW), self.columns

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Draw it over the cells, and above it what its colours mean."""
        layout = self.layout(page.layout.model)
        captions = [text(page) for text in layout.said]
        drawing.whole.append((row, row + len(captions)))  # printed above the chart
        for text in captions:
            drawing.put(row, column, text, CAPTION)
            row += 1
        drawing.charts.append((address(row, column), layout.picture.chart(page)))
