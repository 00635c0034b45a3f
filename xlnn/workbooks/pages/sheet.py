"""Sheets, their context in a workbook, and the layout that they form."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from openpyxl.chart._chart import ChartBase

from xlnn.block import FIRST_ROW, Block
from xlnn.layout import Layout, lay_out
from xlnn.model import Model
from xlnn.registry.text import Text
from xlnn.workbooks.entries import MATRICES, WorkbookSpec, to_toml
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import NOTE, TEXT_LINE, TITLE

S = TypeVar("S", bound=WorkbookSpec)


@dataclass(frozen=True)
class Context(Generic[S]):
    """The workbook that a sheet belongs to.

    Attributes
    ----------
    spec : Spec
    layout : Layout
    words : Text
        The texts of its language.
    picture : chart or None
        The chart that the Guide shows.
    is_coloured : bool
        Whether numbers are coloured by a scale around 0, as the Guide explains.
    """

    spec: S
    layout: Layout
    words: Text
    picture: ChartBase | None = None
    is_coloured: bool = False

    @property
    def titles(self) -> dict[str, str]:
        """The titles of the sheets by their keys; in matrices several keys are one sheet."""
        titles = self.layout.titles
        others = dict.fromkeys(self.words.sheets, titles[MATRICES]) if MATRICES in titles else {}
        return {**others, **titles}


def nothing(_: Model) -> Iterable[Block]:
    """Place no quantities, for a sheet without any."""
    return ()


@dataclass(frozen=True)
class Sheet:
    """How a sheet is made.

    Attributes
    ----------
    draw : function
        Draws what the sheet shows besides its quantities.
    place : function
        Yields the cells of the sheet's quantities.
    tab : str
        Its purpose, a key of `xlnn.writing.style.TABS`.
    """

    draw: Callable[[Context[Any]], Drawing]
    place: Callable[[Model], Iterable[Block]] = nothing
    tab: str = "explore"


def layout_of_sheets(
    model: Model, sheets: Mapping[str, Sheet], titles: Mapping[str, str]
) -> Layout:
    """Return the cells of a model's quantities, on those sheets that have any or need none.

    Raises
    ------
    DataError
        They do not fit a spreadsheet.
    """
    used = {quantity.sheet for quantity in model.quantities}
    keys = [key for key, sheet in sheets.items() if key in used or sheet.place is nothing]
    blocks = (block for key in keys for block in sheets[key].place(model))
    return lay_out(model, {key: titles[key] for key in keys}, blocks)


def drawn(page: Context[Any], sheets: Mapping[str, Sheet]) -> dict[str, Drawing]:
    """Return the contents of each sheet besides its quantities, by the sheet's key.

    The Guide shows the chart with the most series, such as the network or the data, of those that
    are for it, or of the first sheet that has any.
    """
    drawings = {key: sheets[key].draw(page) for key in page.layout.titles if key != "guide"}
    if "guide" in page.layout.titles:
        first = next((drawing.charts for drawing in drawings.values() if drawing.charts), [])
        own = [drawing.picture for drawing in drawings.values() if drawing.picture]
        charts = own or [chart for _, chart in first]
        picture = max(charts, key=lambda chart: len(chart.series), default=None)
        scales = (rule.colorScale for drawing in drawings.values() for _, rule in drawing.colours)
        is_coloured = any(scale and len(scale.color) > 2 for scale in scales)
        shown = replace(page, picture=picture, is_coloured=is_coloured)
        drawings["guide"] = sheets["guide"].draw(shown)
    for key, drawing in drawings.items():
        drawing.tab = sheets[key].tab
    return drawings


def draw_spec(page: Context[Any]) -> Drawing:
    """Draw the sheet Spec: the model as text, one line in each row."""
    drawing = Drawing(widths={1: 80}, gridlines=False)
    drawing.put(1, 1, page.layout.titles["spec"], TITLE)
    drawing.put(2, 1, page.words("notes", "spec"), NOTE)
    for row, line in enumerate(to_toml(page.spec).splitlines(), start=FIRST_ROW):
        if line:
            drawing.put(row, 1, line, TEXT_LINE)
    return drawing


def titled_drawing(page: Context[Any], sheet: str) -> Drawing:
    """Start a sheet with its title and note, printed on one page.

    Parameters
    ----------
    page : Context
    sheet : str
        Its key.
    """
    drawing = Drawing(gridlines=False, heights={1: 24})
    drawing.put(1, 1, page.layout.titles[sheet], TITLE)
    drawing.put(2, 1, page.words("notes", sheet, **page.titles), NOTE)
    return drawing
