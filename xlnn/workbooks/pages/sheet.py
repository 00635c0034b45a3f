"""Sheets, what they know of their workbook, and the layout that they make."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from xlnn.layout import FIRST_ROW, Block, Layout, lay_out
from xlnn.quantity import Model
from xlnn.registry.text import Text
from xlnn.workbooks.kind import Spec
from xlnn.workbooks.spec_text import to_toml
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import NOTE, TEXT_LINE, TITLE

S = TypeVar("S", bound=Spec)


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
    """Place no quantity: the sheet has none."""
    return ()


@dataclass(frozen=True)
class Sheet:
    """How a sheet is made.

    Attributes
    ----------
    draw : function
        Draws what the sheet shows besides its quantities.
    place : function
        Gives each of the sheet's quantities its cells.
    tab : str
        What it is for, a key of `xlnn.writing.style.TABS`.
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
    """Return what each sheet of a workbook shows besides its quantities, by the sheet's key."""
    drawings = {key: sheets[key].draw(page) for key in page.layout.titles}
    for key, drawing in drawings.items():
        drawing.tab = sheets[key].tab
        drawing.part = page.words("joined", "part")
    return drawings


def draw_spec(page: Context[Any]) -> Drawing:
    """Draw the sheet Spec: the model as text, a line a row."""
    drawing = Drawing(widths={1: 80}, gridlines=False)
    drawing.put(1, 1, page.layout.titles["spec"], TITLE)
    drawing.put(2, 1, page.words("notes", "spec"), NOTE)
    for row, line in enumerate(to_toml(page.spec).splitlines(), start=FIRST_ROW):
        if line:
            drawing.put(row, 1, line, TEXT_LINE)
    return drawing
