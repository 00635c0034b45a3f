"""List the sheets of a network's workbook."""

from dataclasses import replace
from functools import partial
from types import ModuleType

from xlnn.layout import Layout
from xlnn.quantity import Model
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.figure import Figure
from xlnn.workbooks.network.quantities.stack import Stack
from xlnn.workbooks.network.quantities.workbook import workbook_model
from xlnn.workbooks.network.sheets import (
    check,
    choosers,
    compare,
    confusion,
    drawing,
    fit,
    gradient_check,
    guide,
    images,
    lens,
    plane,
    play,
    progress,
    recognise,
    settings,
    several_runs,
    weights,
)
from xlnn.workbooks.network.spec import Spec
from xlnn.workbooks.pages.page import helper_page
from xlnn.workbooks.pages.parts import Made, Table
from xlnn.workbooks.pages.sheet import Context, Sheet, draw_spec, drawn, layout_of_sheets
from xlnn.writing.drawing import Drawing


def _table(key: str, *, lined: bool = False) -> Sheet:
    """Return a sheet that only has a table, or one for each run."""

    def columns(model: Model) -> Table:
        return Table(*(q.name for q in model.quantities if q.sheet == key), lined=lined)

    def draw(page: Context[Spec]) -> Drawing:
        drawing = stated.draw(page)
        blocks = page.layout.on(key)
        images.centre(drawing, page, blocks, images.CENTRED)
        drawing.fold_columns(*(block for block in blocks if block.quantity.kind == "answer"))
        return drawing

    stated = helper_page(key, "", "", Made(columns), gridlines=True)
    return _of_runs(key, draw, stated.place)


def _closely(key: str, sheet: ModuleType, tab: str = "explore") -> Sheet:
    """Return a sheet about one epoch and, if there are several, a chosen run."""
    draw = choosers.drawn(key, several_runs.first_alone(sheet.draw))
    return Sheet(draw, choosers.placed(sheet.place), tab)


def _of_runs(
    key: str, draw: several_runs.Draw, place: several_runs.Place, tab: str = "table"
) -> Sheet:
    """Return a sheet that is repeated for each run."""
    return Sheet(several_runs.drawn(key, draw), several_runs.placed(place), tab)


def _behind(draw: several_runs.Draw, place: several_runs.Place) -> Sheet:
    """Return a hidden sheet of the numbers behind another one."""
    shown = several_runs.first_alone(draw)
    return Sheet(lambda page: replace(shown(page), is_hidden=True), place, "helper")


def _images(key: str) -> Sheet:
    """Return a sheet of images: those of training, or those held out."""
    return Sheet(partial(images.draw, sheet=key), images.PAGES[key].place, "input")


def _weights() -> Sheet:
    """Return the sheet of the weights: a row for each epoch, or a matrix without epochs."""
    epochs = _table("weights", lined=True)
    return Sheet(
        lambda page: epochs.draw(page) if page.spec.epochs else weights.draw_matrices(page),
        lambda model: (epochs if "C_T" in model.by_name else weights.MATRICES).place(model),
        "table",
    )


SHEETS = {
    "guide": Sheet(guide.draw),
    "map": _closely("map", plane),
    "play": Sheet(choosers.drawn("play", several_runs.first_alone(play.draw))),
    "images": _images("images"),
    "settings": Sheet(settings.draw, settings.place, "input"),
    "lens": _closely("lens", lens),
    "recognise": _closely("recognise", recognise),
    "test_images": _images("test_images"),
    "training": _table("training"),
    "test": _table("test"),
    "weights": _weights(),
    "gradients": _table("gradients"),
    "optimiser": _of_runs("optimiser", weights.REMEMBERED.draw, weights.REMEMBERED.place),
    "progress": _of_runs("progress", progress.draw, progress.PAGE.place, "result"),
    "compare": Sheet(compare.draw, compare.place, "result"),
    "fit": _closely("fit", fit, "result"),
    "confusion": _closely("confusion", confusion, "result"),
    "gradient_check": _closely("gradient_check", gradient_check, "check"),
    "check": _of_runs("check", check.draw, check.place, "check"),
    "plane": _behind(plane.draw_numbers, plane.place_numbers),
    "drawing": _behind(drawing.draw, drawing.place),
    "spec": Sheet(draw_spec, tab="helper"),
}
"""All sheets by their keys, in the workbook's order: those that only help come last."""


def workbook_layout(spec: Spec, words: Text) -> Layout:
    """Return the cells of everything that a Spec describes.

    Raises
    ------
    DataError
        It does not fit a spreadsheet.
    """
    figure = Figure(Stack(spec))
    shown = Sheet(SHEETS["play"].draw, choosers.placed(partial(play.place, figure)))
    sheets = {**SHEETS, "play": shown}
    return layout_of_sheets(workbook_model(spec, words), sheets, words.sheets)


def drawings(spec: Spec, layout: Layout, words: Text) -> dict[str, Drawing]:
    """Return what each sheet shows besides its quantities, by the sheet's key."""
    return drawn(Context(spec, layout, words), SHEETS)
