"""All quantities of a network's workbook, and its sheets."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from xlnn import reference
from xlnn.quantity import Model, Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.lens import (
    PLACE,
    drawn_whole,
    lens_quantities,
    window_quantities,
)
from xlnn.workbooks.network.quantities.network import network
from xlnn.workbooks.network.quantities.play import course, play_quantities, worth_seeing
from xlnn.workbooks.network.quantities.runs import choosing, seen_by
from xlnn.workbooks.network.quantities.stack import Stack
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
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.parts import Made, Table
from xlnn.workbooks.pages.sheet import Context, Sheet
from xlnn.writing.drawing import Drawing

OPEN_ON_LAST = ("fit_epoch", "confusion_epoch", "draw_epoch", "map_epoch")
"""The choices that are the last epoch at first."""


def workbook_model(spec: Spec, words: Text) -> Model:
    """Return all quantities of the workbook that a Spec describes."""
    stack, trained = Stack(spec.of_run(0)), network(spec)
    quantities = [*trained.quantities, *images.quantities(stack)]
    quantities += _looking_closely(stack, trained, words)
    if spec.epochs:
        quantities += check.quantities(spec, words)
    if spec.runs:
        quantities += compare.quantities(spec, words)
    if any(found.equation and found.equation.switches for found in trained.quantities):
        # formulas of a unit or place that is switched off give 0, whatever they refer to
        quantities = [replace(quantity, reads_as_stated=True) for quantity in quantities]
    return Model(tuple(quantities)).without_errors(words("validation", "no_value"))


def _looking_closely(stack: Stack, trained: Model, words: Text) -> Iterator[Quantity]:
    """Yield the quantities about a chosen epoch and, if there are several, a chosen run."""
    spec, whole, trains = stack.spec, drawn_whole(stack.spec), stack.spec.epochs > 0
    found = [*lens_quantities(stack, words, whole=whole)]
    if whole and trains:
        found += window_quantities(stack)
    if whole:
        found += recognise.quantities(stack, words)
    if whole and trains:
        found += gradient_check.quantities(stack)
    if trains:
        found += fit.quantities(stack) if spec.is_regression else confusion.quantities(stack, words)
        found += progress.quantities(stack, words)
    found += play_quantities(stack, words)
    if trains and plane.has_plane(spec):
        found += plane.quantities(stack, words)
    if spec.runs:
        found.append(course(stack))
        own = {each.name for each in trained.quantities if each.each}
        found = [*choosing(found, own, spec.number_of_runs)]
    return choosers.within_range(found, words)


def first_choices(
    model: Model, inputs: Mapping[str, np.ndarray], run: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return the initial choices of the sheets with choices.

    An image that the network recognises in the end, in the first epoch; on the Lens the first image
    that shows something, and the place in the middle of its maps; the last image that
    shows something as a drawing to start from, after the last epoch; a parameter that the cost
    depends on, moved by 0.001; and what is predicted or recognised in the last epoch.
    """
    run = seen_by(0, model, run)
    choices = {"slope_h": 0.001}
    for each in (quantity for quantity in model.quantities if quantity.choices):
        _, most = each.choices
        middle = (1 + most) // 2 if each.kind in PLACE else 1
        choices[each.name] = most if each.name in OPEN_ON_LAST else middle
    choices |= worth_seeing(inputs, run)
    if "slope_chosen" in model.by_name:
        choices["slope_chosen"] = gradient_check.worth_moving(model, run)
    if "map_epoch" in model.by_name:
        choices["map_label_chosen"] = inputs["labels"][-1]
        choices["map_number"] = reference.known(model)["map_number"]
    drawn = "raw" if "raw" in inputs else "x"
    if drawing := model.by_name.get(f"draw_{drawn}"):
        *_, last = [image for image in inputs[drawn] if image.any()] or inputs[drawn]
        if drawing.is_input:
            choices[drawing.name] = last.reshape(drawing.lengths)
        else:
            typed = drawing.equation.typed(last.ravel())
            choices["draw_typed_number"], choices["draw_typed_word"] = typed
    return {
        name: np.asarray(value, dtype=object if model[name].is_text else float)
        for name, value in choices.items()
        if name in model.by_name
    }


def _table(key: str, *, lined: bool = False) -> Sheet:
    """Return a sheet that only has a table, or one for each run."""

    def columns(model: Model) -> Table:
        return Table(*(q.name for q in model.quantities if q.sheet == key), lined=lined)

    def draw(page: Context[Spec]) -> Drawing:
        drawing = stated.draw(page)
        images.centre(drawing, page, page.layout.on(key), images.CENTRED)
        return drawing

    stated = Page(key, "", "", Made(columns), is_helper=True, gridlines=True)
    return _sheet(stated, "table", draw)


def _sheet(page: Page, tab: str = "explore", draw: several_runs.Draw | None = None) -> Sheet:
    """Return a sheet that is repeated for each run if there is one of each."""
    drawn = several_runs.drawn(page.key, draw or page.draw)
    return Sheet(drawn, several_runs.placed(page.place), tab)


def _behind(page: Page) -> Sheet:
    """Return a hidden sheet of the numbers behind another one."""
    return _sheet(page, "helper", lambda context: replace(page.draw(context), is_hidden=True))


def _images(key: str) -> Sheet:
    """Return a sheet of images: those of training, or those held out."""
    return _sheet(images.PAGES[key], "input", partial(images.draw, sheet=key))


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
    "map": _sheet(plane.PAGE),
    "play": _sheet(play.PAGE),
    "images": _images("images"),
    "settings": Sheet(settings.PAGE.draw, settings.PAGE.place, "input"),
    "lens": _sheet(lens.PAGE),
    "recognise": _sheet(recognise.PAGE),
    "test_images": _images("test_images"),
    "training": _table("training"),
    "test": _table("test"),
    "weights": _weights(),
    "gradients": _table("gradients"),
    "optimiser": _sheet(weights.REMEMBERED, "table"),
    "progress": _sheet(progress.PAGE, "result"),
    "compare": Sheet(compare.PAGE.draw, compare.PAGE.place, "result"),
    "fit": _sheet(fit.PAGE, "result"),
    "confusion": _sheet(confusion.PAGE, "result"),
    "gradient_check": _sheet(gradient_check.PAGE, "check"),
    "check": _sheet(check.PAGE, "check"),
    "plane": _behind(plane.NUMBERS_PAGE),
    "drawing": _behind(drawing.PAGE),
}
"""All sheets by their keys, in the workbook's order: those that only help come last."""
