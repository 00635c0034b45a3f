"""A sheet, and the layout that the sheets of a workbook make."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from xlnn.layout import Block, Layout, lay_out
from xlnn.quantity import Model
from xlnn.workbooks.pages.context import Context
from xlnn.writing.drawing import Drawing


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
