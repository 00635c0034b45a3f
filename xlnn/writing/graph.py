"""Draw a network as a chart in which each series has one look."""

from collections.abc import Iterable
from dataclasses import dataclass

from openpyxl.chart import ScatterChart, Series
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties

from xlnn.writing.charts import CellColumn, Line
from xlnn.writing.style import INK, QUIET

MARGIN = 0.01
"""Of the chart's sides, around what it shows."""


OUTLINE = 9_000
"""The width of a dot's outline, in EMU."""


@dataclass(frozen=True)
class Dots:
    """Dots of one look.

    Attributes
    ----------
    x, y : Cells
    fill, outline : str
        Colours; LibreOffice draws no outlines, so that no fill can be white.
    size : int
        In points, from 2 to 72.
    marker : str
        ``circle`` or ``square``.
    """

    x: CellColumn
    y: CellColumn
    fill: str
    outline: str
    size: int
    marker: str

    @property
    def series(self) -> Series:
        """The dots as openpyxl's charts take them."""
        series = Series(self.y.reference, self.x.reference)
        series.graphicalProperties.line.noFill = True
        series.marker.symbol, series.marker.size = self.marker, self.size
        look = GraphicalProperties(solidFill=self.fill)
        look.line = LineProperties(w=OUTLINE, solidFill=self.outline)
        series.marker.graphicalProperties = look
        series.smooth = False
        return series


@dataclass(frozen=True)
class Tag:
    """A text at a point.

    Attributes
    ----------
    x, y : Cells
        Of one cell each.
    text : str
        What is said; with ``cell`` the address of the cell that says it.
    side : str
        Where it stands: ``r``, ``l`` or ``t``, for right, left and above.
    is_cell : bool
    is_quiet : bool
    """

    x: CellColumn
    y: CellColumn
    text: str
    side: str = "r"
    is_cell: bool = False
    is_quiet: bool = False

    @property
    def series(self) -> Series:
        """The text as openpyxl's charts take it: the name of a series of one point."""
        series = Series(self.y.reference, self.x.reference)
        label = {"strRef": StrRef(self.text)} if self.is_cell else {"v": self.text}
        series.tx = SeriesLabel(**label)
        series.graphicalProperties.line.noFill = True
        series.marker.symbol = "none"
        series.dLbls = DataLabelList(
            dLblPos=self.side, showSerName=True, showVal=False, showCatName=False,
            showLegendKey=False, showPercent=False, showBubbleSize=False,
        )  # fmt: skip
        font = CharacterProperties(sz=900, solidFill=QUIET if self.is_quiet else INK)
        paragraph = Paragraph(pPr=ParagraphProperties(defRPr=font), endParaRPr=font)
        series.dLbls.txPr = RichText(p=[paragraph])
        series.smooth = False
        return series


def graph(
    things: Iterable[Line | Dots | Tag],
    width: float,
    height: float,
    millimetres: tuple[float, float],
) -> ScatterChart:
    """Return a chart without axes of lines, dots and texts.

    Which lies over which differs between programs: nothing may rely on it.

    Parameters
    ----------
    things : iterable
    width, height : float
        Of the chart, in cm.
    millimetres : (float, float)
        How far the coordinates go, from 0 on: to the right, and up.
    """
    chart = ScatterChart()
    chart.series.extend(thing.series for thing in things)
    chart.style, chart.scatterStyle, chart.legend = 2, "lineMarker", None
    chart.width, chart.height = width, height
    for axis, length in zip((chart.x_axis, chart.y_axis), millimetres, strict=True):
        axis.scaling.min, axis.scaling.max = 0, length
        axis.majorGridlines, axis.delete = None, True
    inside = {"x": MARGIN, "y": MARGIN, "w": 1 - 2 * MARGIN, "h": 1 - 2 * MARGIN}
    chart.layout = Layout(ManualLayout(layoutTarget="inner", xMode="edge", yMode="edge", **inside))
    return chart


def over(chart: ScatterChart, first: tuple[int, int], last: tuple[int, int]) -> TwoCellAnchor:
    """Lay a chart over cells, so that its coordinates are theirs and they are seen through it.

    Parameters
    ----------
    chart : ScatterChart
    first, last : (int, int)
        The row and column of the upper left cell and of the lower right one, from 1.

    Returns
    -------
    TwoCellAnchor
        Where it is to be put.
    """
    nothing = GraphicalProperties(noFill=True)
    nothing.line.noFill = True
    chart.graphical_properties = chart.plot_area.graphicalProperties = nothing
    whole = {"x": 0, "y": 0, "w": 1, "h": 1}
    chart.layout = Layout(ManualLayout(layoutTarget="inner", xMode="edge", yMode="edge", **whole))
    (top, left), (bottom, right) = first, last
    return TwoCellAnchor(
        editAs="twoCell",
        _from=AnchorMarker(col=left - 1, row=top - 1),
        to=AnchorMarker(col=right, row=bottom),
    )
