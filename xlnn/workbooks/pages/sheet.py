"""Sheets, their context in a workbook, and the layout that they form."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Generic, TypeVar

from openpyxl.chart._chart import ChartBase

from xlnn.grid import address
from xlnn.layout import FIRST_ROW, Block, Layout, lay_out
from xlnn.quantity import Model
from xlnn.registry.text import Text
from xlnn.workbooks.entries import WorkbookSpec, to_toml
from xlnn.writing.charts import smaller
from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import PIXELS_A_POINT, USUAL_HEIGHT, column_pixels
from xlnn.writing.style import NOTE, TEXT_LINE, TITLE
from xlnn.writing.text_width import parted

S = TypeVar("S", bound=WorkbookSpec)

PICTURE_ROWS, BESIDE, LAST = 11, 4, 7
"""The rows of the picture below the title, and the columns of the lines beside it."""

GAP, A_CM = 8, 96 / 2.54
"""Pixels between the picture and what is around it, and of a centimetre."""


@dataclass(frozen=True)
class Context(Generic[S]):
    """The workbook that a sheet belongs to.

    Attributes
    ----------
    spec : Spec
    layout : Layout
    words : Text
        The texts of its language.
    """

    spec: S
    layout: Layout
    words: Text


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
    """Return the contents of each sheet besides its quantities, by the sheet's key."""
    drawings = {key: sheets[key].draw(page) for key in page.layout.titles}
    if guide := drawings.get("guide"):
        first = next((each.charts for each in drawings.values() if each.charts), [])
        own = [each.picture for each in drawings.values() if each.picture]
        _add_picture(guide, own or [chart for _, chart in first], is_titled=bool(own))
    for key, drawing in drawings.items():
        drawing.tab = sheets[key].tab
        drawing.part = page.words("joined", "part")
    return drawings


def _add_picture(drawing: Drawing, charts: Iterable[ChartBase], *, is_titled: bool) -> None:
    """Show a smaller copy of a chart below the title, next to the first lines.

    A line that is longer than the columns beside the picture goes on in the next row. Of several
    charts, the one with the most series is shown: the network or the data. One that no sheet shows
    has its title.
    """
    chart = max(charts, key=lambda each: len(each.series), default=None)
    if chart is None:
        return
    about = next(row for row in count(2) if row not in drawing.cells)
    room = sum(column_pixels(drawing, column) for column in range(BESIDE, LAST + 1))
    beside = []
    for row in range(2, about):
        text, look = drawing.cells[row].pop(2)
        said = parted(text, look, room)
        beside += [(each, look) for each in (said if len(said) > 1 else [text])]
    for _ in range(max(PICTURE_ROWS, len(beside)) - (about - 2)):
        drawing.make_room(about)
    for row, (text, look) in enumerate(beside, start=2):
        drawing.put(row, BESIDE, text, look)
    width = sum(column_pixels(drawing, column) for column in range(2, BESIDE)) - GAP
    height = PICTURE_ROWS * USUAL_HEIGHT * PIXELS_A_POINT - GAP
    shown = smaller(chart, width / A_CM, height / A_CM)
    shown.title = chart.title if is_titled else None
    drawing.charts.append((address(2, 2), shown))


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
    drawing.put(2, 1, page.words("notes", sheet, **page.layout.titles), NOTE)
    return drawing
