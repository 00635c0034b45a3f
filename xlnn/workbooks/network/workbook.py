"""All quantities of a network's workbook, and its sheets."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from xlnn import reference
from xlnn.quantity import Model, Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.lens import (
    MAP,
    PLACE,
    drawn_whole,
    lens_quantities,
    window_quantities,
)
from xlnn.workbooks.network.quantities.network import network
from xlnn.workbooks.network.quantities.play import course, play_quantities, worth_seeing
from xlnn.workbooks.network.quantities.runs import RUN, choosing, seen_by
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
    spec, whole = stack.spec, drawn_whole(stack.spec)
    trains = spec.epochs > 0
    found = [*lens_quantities(stack, _beside(spec, words), whole=whole)]
    if whole and trains:
        found += window_quantities(stack)
    if whole:
        said = {**verdicts(spec, words), "missing": words("sentences", "missing")}
        found += recognise.quantities(stack, said)
    if whole and trains:
        found += gradient_check.quantities(stack)
    if trains:
        found += fit.quantities(stack) if spec.is_regression else confusion.quantities(stack, words)
        found += progress.quantities(stack, words)
    found += play_quantities(stack, _play_words(spec, words))
    if trains and plane.has_plane(spec):
        found += plane.quantities(stack, words)
    if spec.runs:
        found.append(course(stack))
        own = {each.name for each in trained.quantities if each.each}
        found = [*choosing(found, own, spec.number_of_runs)]
    return choosers.within_range(found, words)


def verdicts(spec: Spec, words: Text) -> dict[str, str]:
    """Return the sentences about the outputs of a drawing or an example, with their blanks."""
    if spec.is_regression:
        return {"verdict": words("joined", "named", what="{label}", name="{predicted}")}
    return {key: words.open("sentences", key) for key in ("verdict", "undecided")}


def _beside(spec: Spec, words: Text) -> str:
    """Return the sentence about a prediction, with the actual number if there is one."""
    if not spec.epochs:
        return verdicts(spec, words)["verdict"]
    blanks = {name: f"{{{name}}}" for name in ("label", "predicted", "actual")}
    return words("sentences", "predicted_actual", **blanks) if spec.is_regression else ""


def _play_words(spec: Spec, words: Text) -> dict[str, str]:
    """Return the sentences of the sheet Play, with their blanks."""
    said = progress.divergence(words)
    if spec.is_regression:
        return {**said, "verdict": _beside(spec, words)}
    beside = {key: words.open("sentences", key) for key in ("is_right", "is_wrong", "is_unknown")}
    return {**said, **verdicts(spec, words), **beside}


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
    choices = {q.name: 1 for q in model.quantities if q.kind in {RUN, MAP}}
    middles = (q for q in model.quantities if q.kind in PLACE)
    choices |= {q.name: (1 + q.choices[1]) // 2 for q in middles}
    choices |= dict.fromkeys(("play_epoch", "lens_epoch", "slope_epoch", "slope_chosen"), 1)
    choices["slope_h"] = 0.001
    choices |= worth_seeing(inputs, run)
    if "slope_chosen" in model.by_name:
        choices["slope_chosen"] = gradient_check.worth_moving(model, run)
    for last in ("fit_epoch", "confusion_epoch", "draw_epoch"):
        if last in model.by_name:
            choices[last] = model[last].choices[1]
    if "map_epoch" in model.by_name:
        choices["map_epoch"] = model["map_epoch"].choices[1]
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
        blocks = page.layout.on(key)
        images.centre(drawing, page, blocks, images.CENTRED)
        drawing.fold_columns(*(block for block in blocks if block.quantity.kind == "answer"))
        return drawing

    stated = Page(key, "", "", Made(columns), is_helper=True, gridlines=True)
    return _of_runs(key, draw, stated.place)


def _page(page: Page, tab: str = "explore") -> Sheet:
    """Return a sheet that exists once for all runs."""
    return Sheet(several_runs.of_first_run(page.draw), page.place, tab)


def _of_runs(
    key: str, draw: several_runs.Draw, place: several_runs.Place, tab: str = "table"
) -> Sheet:
    """Return a sheet that is repeated for each run."""
    return Sheet(several_runs.drawn(key, draw), several_runs.placed(place), tab)


def _behind(draw: several_runs.Draw, place: several_runs.Place) -> Sheet:
    """Return a hidden sheet of the numbers behind another one."""
    shown = several_runs.of_first_run(draw)
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
    "map": _page(plane.PAGE),
    "play": _page(play.PAGE),
    "images": _images("images"),
    "settings": Sheet(settings.PAGE.draw, settings.PAGE.place, "input"),
    "lens": _page(lens.PAGE),
    "recognise": _page(recognise.PAGE),
    "test_images": _images("test_images"),
    "training": _table("training"),
    "test": _table("test"),
    "weights": _weights(),
    "gradients": _table("gradients"),
    "optimiser": _of_runs("optimiser", weights.REMEMBERED.draw, weights.REMEMBERED.place),
    "progress": _of_runs("progress", progress.PAGE.draw, progress.PAGE.place, "result"),
    "compare": Sheet(compare.PAGE.draw, compare.PAGE.place, "result"),
    "fit": _page(fit.PAGE, "result"),
    "confusion": _page(confusion.PAGE, "result"),
    "gradient_check": _page(gradient_check.PAGE, "check"),
    "check": _of_runs("check", check.PAGE.draw, check.PAGE.place, "check"),
    "plane": _behind(plane.NUMBERS_PAGE.draw, plane.NUMBERS_PAGE.place),
    "drawing": _behind(drawing.PAGE.draw, drawing.PAGE.place),
}
"""All sheets by their keys, in the workbook's order: those that only help come last."""
