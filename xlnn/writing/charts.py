"""Draw scatter charts with straight lines."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from math import floor, log10

import numpy as np
from openpyxl.chart import ScatterChart
from openpyxl.chart.axis import NumericAxis
from openpyxl.chart.data_source import AxDataSource, NumDataSource, NumRef, StrRef
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.legend import LegendEntry
from openpyxl.chart.series import SeriesLabel, XYSeries
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import (
    CharacterProperties,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
)
from openpyxl.utils.cell import quote_sheetname

from xlnn.formula import tokens
from xlnn.grid import fixed
from xlnn.writing.style import AXIS, INK, RULE

THICK, THIN, OUTLINE = 22_000, 12_000, 9_000
"""Widths of lines and of markers' outlines, in EMU."""

LEAST_MARKER, LEAST_LINE = 2, 5_000
"""The smallest marker that Excel draws, in points, and the thinnest line of a smaller chart."""

SMALL_PRINT, SMALL_TITLE = 700, 800
"""The size of numbers and of the title of a smaller chart, in hundredths of a point."""

MOST_LABELS = 9
"""The largest axis on which each whole number has a label."""

MOST_NAMED = 12
"""The most lines that a legend names: of more, their colours are no longer told apart."""

MOST_RANGES = 80
"""Ranges of a line whose cells lie apart: Excel allows 8,192 characters for x and y, with a sheet's
title of up to 31 characters before each range."""

ROUND = ("1", "2", "5")
"""The digits of a round number before its zeros."""


class Range(str):
    """Cells, as a chart refers to them."""

    __slots__ = ()


def range_of(title: str, column: int, first: int, last: int, last_column: int = 0) -> Range:
    """Return the cells of a sheet from one row to another, in one column or in several.

    >>> range_of("Training", 5, 6, 14), range_of("Play", 5, 6, 6)
    ("'Training'!$E$6:$E$14", "'Play'!$E$6")
    """
    corners = dict.fromkeys((fixed(first, column), fixed(last, last_column or column)))
    return Range(f"{quote_sheetname(title)}!{':'.join(corners)}")


def ranges_of(title: str, places: Sequence[tuple[int, int]]) -> Range:
    """Return cells of a sheet that may lie apart, evenly spread ones if they are too many ranges.

    >>> ranges_of("Matrices", [(6, 3), (7, 3), (73, 3), (74, 3)])
    "('Matrices'!$C$6:$C$7,'Matrices'!$C$73:$C$74)"
    """
    breaks = [n for n in range(1, len(places)) if places[n] != (places[n - 1][0] + 1, places[n][1])]
    starts = [0, *breaks, len(places)]
    drawn = np.linspace(0, len(breaks), min(len(breaks) + 1, MOST_RANGES)).round().astype(int)
    ranges = []
    for n in drawn:
        (first, column), (last, _) = places[starts[n]], places[starts[n + 1] - 1]
        ranges.append(range_of(title, column, first, last))
    return Range(f"({','.join(ranges)})") if len(ranges) > 1 else ranges[0]


def each_range(text: str) -> list[str]:
    """Return the ranges of a reference of a chart.

    >>> each_range("('Matrices'!$C$6:$C$7,'Matrices'!$C$73)")
    ["'Matrices'!$C$6:$C$7", "'Matrices'!$C$73"]
    """
    return [token[0] for token in tokens(text) if token.lastgroup == "reference"]


@dataclass(frozen=True)
class Line:
    """A line of a chart, some markers, or a text at a point.

    Attributes
    ----------
    x, y : Range
    colour : str
        By default the program's choice.
    name : str
        Its name in the legend, or the cell that has it.
    width : int
        0 for markers without a line.
    marker : str
        The kind of marker on each point, such as ``circle``.
    size : int
        Size of the markers, in points, from 2 to 72.
    outline : str or None
        Colour of the markers' outlines; "" for none, and by default their own. LibreOffice draws
        none, so markers must not be white.
    side : str
        Where its name is beside its points, and not in the legend: ``r``, ``l`` or ``t`` for right,
        left and above.
    ink : str
        Colour of a name beside points; by default the program's choice, and its size.
    """

    x: Range
    y: Range
    colour: str = ""
    name: str | Range = ""
    width: int = THICK
    marker: str = "none"
    size: int = 5
    outline: str | None = None
    side: str = ""
    ink: str = ""

    @property
    def series(self) -> XYSeries:
        """The line as a series of an openpyxl chart."""
        series = XYSeries(
            xVal=AxDataSource(numRef=NumRef(f=self.x)), yVal=NumDataSource(numRef=NumRef(f=self.y))
        )
        if self.name:
            is_cell = isinstance(self.name, Range)
            series.tx = SeriesLabel(
                **({"strRef": StrRef(self.name)} if is_cell else {"v": self.name})
            )
        if self.side:
            no = dict.fromkeys(("Val", "CatName", "LegendKey", "Percent", "BubbleSize"), False)
            shows = {f"show{what}": value for what, value in no.items()}
            series.dLbls = DataLabelList(showSerName=True, dLblPos=self.side, **shows)
        if self.ink:
            font = CharacterProperties(sz=900, solidFill=self.ink)
            paragraph = Paragraph(pPr=ParagraphProperties(defRPr=font), endParaRPr=font)
            series.dLbls.txPr = RichText(p=[paragraph])
        line = series.graphicalProperties.line
        if not self.width:
            line.noFill = True
        else:
            line.width = self.width
            if self.colour:
                line.solidFill = self.colour
        series.marker.symbol = self.marker
        if self.marker != "none":
            series.marker.size = self.size
            if self.colour:
                fill = GraphicalProperties(solidFill=self.colour)
                fill.line.solidFill = self.colour
                if self.outline is not None:
                    fill.line = LineProperties(w=OUTLINE, solidFill=self.outline or None)
                    fill.line.noFill = None if self.outline else True
                series.marker.graphicalProperties = fill
        series.smooth = False
        return series


def scatter(title: str, x_title: str, lines: Sequence[Line], y_title: str = "") -> ScatterChart:
    """Return a chart of lines, with a legend of those that have names, unless it covered them.

    The chart's title names the vertical axis unless ``y_title`` does.
    """
    chart = ScatterChart()
    chart.series.extend(line.series for line in lines)
    chart.style = 2
    chart.visible_cells_only = False  # numbers in collapsed rows are drawn, too
    chart.scatterStyle = "lineMarker"
    if len(lines) > 1 and 0 < sum(map(_is_named, lines)) <= MOST_NAMED:
        chart.legend.position = "b"
        unnamed = (n for n, line in enumerate(lines) if not _is_named(line))
        chart.legend.legendEntry = [LegendEntry(idx=n, delete=True) for n in unnamed]
    else:
        chart.legend = None
    chart.height, chart.width = 7.2, 13
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.tickLblPos = chart.y_axis.tickLblPos = "low"
    chart.x_axis.majorGridlines = None
    chart.x_axis.number_format = chart.y_axis.number_format = AXIS
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=RULE))
    chart.title = _titled(title)
    chart.x_axis.title = _titled(x_title)
    if y_title:
        chart.y_axis.title = _titled(y_title)
    return chart


def _is_named(line: Line) -> bool:
    """Return whether the legend has a line."""
    return bool(line.name) and not line.side


def smaller(chart: ScatterChart, width: float, height: float) -> ScatterChart:
    """Return a copy of a chart that fits a width and a height in cm, without names of axes."""
    chart = deepcopy(chart)
    scale = min(1.0, width / chart.width, height / chart.height)
    chart.width, chart.height = scale * chart.width, scale * chart.height
    chart.x_axis.title = chart.y_axis.title = None
    small = ParagraphProperties(defRPr=CharacterProperties(sz=SMALL_PRINT))
    chart.x_axis.txPr = chart.y_axis.txPr = RichText(p=[Paragraph(pPr=small)])
    if chart.legend:
        chart.legend.txPr = chart.x_axis.txPr
    if chart.title:
        chart.title.tx.rich.p[0].r[0].rPr.sz = SMALL_TITLE
    chart.series = [one for one in chart.series if one.dLbls is None or not _is_tag(one)]
    for number, series in enumerate(chart.series):
        series.dLbls, series.idx, series.order = None, number, number
        if series.marker and series.marker.size:
            series.marker.size = max(LEAST_MARKER, round(scale * series.marker.size))
        line = series.graphicalProperties.line
        if line.width:
            line.width = max(LEAST_LINE, round(scale * line.width))
    return chart


def _is_tag(series: XYSeries) -> bool:
    """Return whether a series is a text and nothing else."""
    return not series.marker.symbol and bool(series.graphicalProperties.line.noFill)


def ends(axis: NumericAxis, first: float, last: float, apart: float | None = None) -> None:
    """Make an axis span its data, with a label at its end if one fits."""
    axis.scaling.min, axis.scaling.max = first, last
    axis.majorUnit = apart or interval(last - first)


FAR_FROM_0, ALIKE, ROOM = 1 / 4, 5 / 6, 1 / 10
"""For numbers of a smaller ratio 0 is near enough, and of a larger one Excel leaves it out; and the
share of their range that is left free before the smallest."""

SIDES, ABOVE, BELOW, LEGEND = 0.1, 0.12, 0.16, 0.1
"""Shares of a chart's width beside the plot area, and of its height above and below it, for the
axis' numbers and title; a legend of two lines takes as much again."""


def edge(numbers: np.ndarray) -> float:
    """Return where an axis should begin or end so that it does not reach to 0; 0 if it may.

    Excel extends an automatic axis to 0 unless the numbers differ by less than a sixth of the
    largest. Numbers above 0 have an edge below them, at which the axis begins, and numbers below 0
    one above them, at which it ends.

    >>> edge(np.array([45.5, 56.4])), edge(np.array([-56.4, -45.5])), edge(np.array([3, 56.4]))
    (40.0, -40.0, 0.0)
    """
    first, last = numbers.min(), numbers.max()
    near, far = sorted([abs(first), abs(last)])
    if first <= 0 <= last or not FAR_FROM_0 * far <= near < ALIKE * far:
        return 0.0
    step = 10.0 ** floor(log10((far - near) / 2))
    step *= max(factor for factor in (1, 2, 5) if factor * step <= (far - near) / 2)
    at = step * floor((near - ROOM * (far - near)) / step)
    return float(f"{np.sign(first) * at:.12g}")


def square(chart: ScatterChart) -> None:
    """Make units of both axes equally long, if both have the same range.

    Programs lay out a chart's title, axes and legend differently, so the plot area is fixed.
    """
    below = BELOW + LEGEND * (chart.legend is not None)
    side = min((1 - 2 * SIDES) * chart.width, (1 - ABOVE - below) * chart.height)
    wide, high = side / chart.width, side / chart.height
    chart.layout = _inside((1 - wide) / 2, ABOVE, wide, high)


def _inside(x: float, y: float, width: float, height: float) -> Layout:
    """Return where a chart's plot area is, as shares of the chart."""
    return Layout(ManualLayout("inner", "edge", "edge", x=x, y=y, w=width, h=height))


def interval(length: float) -> float | None:
    """Return an interval that divides an axis of this length, if possible a round one, or None.

    >>> interval(64), interval(50), interval(40), interval(3), interval(1), interval(53)
    (16, 10, 10, 1, 0.2, None)
    """
    if length <= 1:
        return length / 5
    counts = (5, 4, 6, 8, 3, 7, 2) if length >= MOST_LABELS else (length,)
    intervals = [length // count for count in counts if length % count == 0]
    return next((n for n in intervals if str(n).rstrip("0") in ROUND), (*intervals, None)[0])


def _titled(words: str) -> Title:
    """Return a chart's title in the size of a heading; the default is far larger."""
    font = CharacterProperties(sz=1100, b=True, solidFill=INK)
    run = RegularTextRun(rPr=font, t=words)
    return Title(tx=Text(rich=RichText(p=[Paragraph(r=[run])])), overlay=False)


MARGIN = 0.01
"""Of the chart's sides, around what it shows."""


def graph(
    lines: Iterable[Line],
    width: float,
    height: float,
    millimetres: tuple[float, float],
) -> ScatterChart:
    """Return a chart without axes of lines, markers and texts.

    Programs differ in which they draw on top, so nothing may rely on it.

    Parameters
    ----------
    lines : iterable of Line
    width, height : float
        Size of the chart, in cm.
    millimetres : (float, float)
        The largest coordinates, to the right and up; the smallest are 0.
    """
    chart = ScatterChart()
    chart.series.extend(line.series for line in lines)
    chart.style, chart.scatterStyle, chart.legend = 2, "lineMarker", None
    chart.width, chart.height = width, height
    for axis, length in zip((chart.x_axis, chart.y_axis), millimetres, strict=True):
        axis.scaling.min, axis.scaling.max = 0, length
        axis.majorGridlines, axis.delete = None, True
    chart.layout = _inside(MARGIN, MARGIN, 1 - 2 * MARGIN, 1 - 2 * MARGIN)
    return chart


def over(chart: ScatterChart, first: tuple[int, int], last: tuple[int, int]) -> TwoCellAnchor:
    """Lay a transparent chart over cells, so that its coordinates match theirs.

    Parameters
    ----------
    chart : ScatterChart
    first, last : (int, int)
        The row and column of the upper left cell and of the lower right one, from 1.

    Returns
    -------
    TwoCellAnchor
        The anchor for the chart.
    """
    nothing = GraphicalProperties(noFill=True)
    nothing.line.noFill = True
    chart.graphical_properties = chart.plot_area.graphicalProperties = nothing
    chart.layout = _inside(0, 0, 1, 1)
    (top, left), (bottom, right) = first, last
    return TwoCellAnchor(
        editAs="twoCell",
        _from=AnchorMarker(col=left - 1, row=top - 1),
        to=AnchorMarker(col=right, row=bottom),
    )
