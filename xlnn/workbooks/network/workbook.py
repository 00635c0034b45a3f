"""All quantities of a network's workbook, and its sheets."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from xlnn import reference
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.lens import (
    PLACE,
    drawn_whole,
    lens_quantities,
    window_quantities,
)
from xlnn.workbooks.network.quantities.network import network
from xlnn.workbooks.network.quantities.play import course, play_quantities, worth_seeing
from xlnn.workbooks.network.quantities.stack import Stack
from xlnn.workbooks.network.sheets import (
    check,
    choosers,
    compare,
    confusion,
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
    weights,
)
from xlnn.workbooks.network.sheets.drawing import picture
from xlnn.workbooks.pages import network_drawing
from xlnn.workbooks.pages.number_parts import Made
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.sheet import Sheet
from xlnn.workbooks.pages.table_parts import Table
from xlnn.workbooks.runs import choosing, seen_by
from xlnn.workbooks.spec import Spec

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
    found += [*play_quantities(stack, words), *picture(stack).quantities()]
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


def _lined(model: Model) -> Table:
    """Return the weights of every epoch, each with its course."""
    return Table(*(q.name for q in model.quantities if q.sheet == "weights"), lined=True)


PAGES = (
    plane.PAGE, play.PAGE, images.PAGE, settings.PAGE, lens.PAGE, recognise.PAGE,
    images.TESTED_PAGE,
    *(images.Examples(key, gridlines=True) for key in ("training", "test")),
    images.Examples("weights", Made(_lined), gridlines=True),
    images.Examples("gradients", gridlines=True),
    weights.REMEMBERED, progress.PAGE, compare.PAGE, fit.PAGE, confusion.PAGE,
    gradient_check.PAGE, check.PAGE, plane.NUMBERS_PAGE, network_drawing.PAGE,
)  # fmt: skip
"""All pages in the workbook's order: those that only help come last."""

ONCE = (settings.PAGE, compare.PAGE)
"""Those that show several runs side by side or in rows."""


def sheets_of(model: Model) -> dict[str, Sheet | Page | compare.EachRun]:
    """Return all sheets by their keys; without epochs the weights of a layer are a matrix."""
    sheets = {page.key: page if page in ONCE else compare.EachRun(page) for page in PAGES}
    matrices = {} if "C_T" in model.by_name else {"weights": weights.MATRICES}
    return {"guide": Sheet(guide.draw), **sheets, **matrices}
