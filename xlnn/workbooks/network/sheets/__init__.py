"""Which sheets does a workbook have? Each places its quantities and draws what stands around."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from xlnn.blocks import Block
from xlnn.layout import Layout, lay_out
from xlnn.quantity import Model
from xlnn.shipped.text import Text
from xlnn.workbooks.network.quantities.whole import workbook_model
from xlnn.workbooks.network.sheets import (
    check,
    gradient_check,
    guide,
    images,
    lens,
    progress,
    recognise,
    settings,
    spec_text,
    table,
)
from xlnn.workbooks.network.sheets.page import Page
from xlnn.workbooks.network.spec import Spec
from xlnn.writing.drawing import Drawing


@dataclass(frozen=True)
class Sheet:
    """How a sheet is made.

    Attributes
    ----------
    place : function
        Gives each of the sheet's quantities its cells.
    draw : function
        Draws what the sheet shows besides them.
    """

    place: Callable[[Model], Iterable[Block]]
    draw: Callable[[Page], Drawing]


SHEETS = {
    "guide": Sheet(lambda _: (), guide.draw),
    "images": Sheet(images.place, images.draw),
    "settings": Sheet(settings.place, settings.draw),
    "lens": Sheet(lens.place, lens.draw),
    "recognise": Sheet(recognise.place, recognise.draw),
    "test_images": Sheet(images.place_tested, images.draw_tested),
    "training": Sheet(table.placed("training"), table.drawn("training")),
    "test": Sheet(table.placed("test"), table.drawn("test")),
    "weights": Sheet(table.placed("weights"), table.drawn("weights")),
    "gradients": Sheet(table.placed("gradients"), table.drawn("gradients")),
    "progress": Sheet(progress.place, progress.draw),
    "gradient_check": Sheet(gradient_check.place, gradient_check.draw),
    "check": Sheet(check.place, check.draw),
    "spec": Sheet(lambda _: (), spec_text.draw),
}
"""All sheets by their keys, in the workbook's order."""

TEXT_ONLY = {"guide", "spec"}


def workbook_layout(spec: Spec, words: Text) -> Layout:
    """Return the cells of everything that a Spec describes.

    Raises
    ------
    DataError
        It does not fit a spreadsheet.
    """
    model = workbook_model(spec, words)
    used = {quantity.sheet for quantity in model.quantities} | TEXT_ONLY
    keys = [key for key in SHEETS if key in used]
    titles = {key: words("sheets", key) for key in keys}
    return lay_out(model, titles, (block for key in keys for block in SHEETS[key].place(model)))


def drawings(page: Page) -> dict[str, Drawing]:
    """Return what each sheet shows besides its quantities, by the sheet's key."""
    return {key: SHEETS[key].draw(page) for key in page.layout.titles}
