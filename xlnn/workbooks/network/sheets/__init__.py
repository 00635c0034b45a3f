"""Which sheets does a workbook have? Each places its quantities and draws what stands around."""

from xlnn.layout import Layout
from xlnn.shipped.text import Text
from xlnn.workbooks.network.quantities.whole import workbook_model
from xlnn.workbooks.network.sheets import (
    check,
    confusion,
    drawing,
    fit,
    gradient_check,
    guide,
    images,
    lens,
    optimiser,
    play,
    progress,
    recognise,
    settings,
)
from xlnn.workbooks.network.spec import Spec
from xlnn.workbooks.pages import spec_text, table
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.sheet import Sheet, drawn, layout_of_sheets
from xlnn.writing.drawing import Drawing

SHEETS = {
    "guide": Sheet(guide.draw),
    "play": Sheet(play.draw, play.place),
    "images": Sheet(images.draw, images.place),
    "settings": Sheet(settings.draw, settings.place),
    "lens": Sheet(lens.draw, lens.place),
    "recognise": Sheet(recognise.draw, recognise.place),
    "test_images": Sheet(images.draw_tested, images.place_tested),
    "training": Sheet(table.drawn("training"), table.placed("training")),
    "test": Sheet(table.drawn("test"), table.placed("test")),
    "weights": Sheet(table.drawn("weights", lined=True), table.placed("weights")),
    "gradients": Sheet(table.drawn("gradients"), table.placed("gradients")),
    "optimiser": Sheet(optimiser.draw, optimiser.place),
    "progress": Sheet(progress.draw, progress.place),
    "fit": Sheet(fit.draw, fit.place),
    "confusion": Sheet(confusion.draw, confusion.place),
    "gradient_check": Sheet(gradient_check.draw, gradient_check.place),
    "drawing": Sheet(drawing.draw, drawing.place),
    "check": Sheet(check.draw, check.place),
    "spec": Sheet(spec_text.draw),
}
"""All sheets by their keys, in the workbook's order."""


def workbook_layout(spec: Spec, words: Text) -> Layout:
    """Return the cells of everything that a Spec describes.

    Raises
    ------
    DataError
        It does not fit a spreadsheet.
    """
    return layout_of_sheets(workbook_model(spec, words), SHEETS, words.sheets)


def drawings(page: Page[Spec]) -> dict[str, Drawing]:
    """Return what each sheet shows besides its quantities, by the sheet's key."""
    return drawn(page, SHEETS)
