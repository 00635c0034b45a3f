"""All quantities of a network's workbook, and its sheets."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from xlnn import reference
from xlnn.experiments.network import guide_texts
from xlnn.experiments.network.quantities.lens import (
    PLACE,
    drawn_whole,
    lens_quantities,
    window_quantities,
)
from xlnn.experiments.network.quantities.network import alone, network
from xlnn.experiments.network.quantities.play import course, play_quantities, worth_seeing
from xlnn.experiments.network.sheets import (
    check,
    choosers,
    compare,
    guide,
    images,
    lens,
    plane,
    play,
    recognise,
    settings,
    weights,
)
from xlnn.experiments.network.sheets.drawing import drawn_network
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.learning import with_used
from xlnn.workbooks.pages import network_drawing
from xlnn.workbooks.pages.confusion import Confusion
from xlnn.workbooks.pages.fit import Fit
from xlnn.workbooks.pages.gradient_check import GradientCheck, worth_moving
from xlnn.workbooks.pages.page import Page, in_words, said, with_inputs, with_pages
from xlnn.workbooks.pages.progress import Progress
from xlnn.workbooks.pages.sheet import Sheet
from xlnn.workbooks.runs import choosing, is_run, seen_by
from xlnn.workbooks.samples import Learns
from xlnn.workbooks.spec import Spec

OPEN_ON_LAST = ("map_epoch",)
"""The choices whose initial value is the last epoch."""


def workbook_model(spec: Spec, words: Text) -> Model:
    """Return all quantities of the workbook that a Spec describes."""
    one, trained = spec.of_run(0), network(spec)
    quantities = [*trained.quantities, *images.quantities(one)]
    quantities += _looking_closely(one, trained, words)
    quantities += _on_pages(one, trained, words)
    if spec.epochs:
        quantities += check.quantities(spec, words)
    if spec.runs:
        quantities += compare.quantities(spec, words)
    if any(q.equation and q.equation.switches for q in trained.quantities):
        # formulas of a unit or place that is switched off give 0, whatever they refer to
        quantities = [replace(quantity, reads_as_stated=True) for quantity in quantities]
    return Model(tuple(quantities)).without_errors(words("validation", "no_value"))


def _looking_closely(spec: Spec, trained: Model, words: Text) -> Iterator[Quantity]:
    """Yield the quantities about a chosen epoch and, if there are several, a chosen run."""
    whole, trains = drawn_whole(spec), spec.epochs > 0
    shown = [*lens_quantities(spec, trained, words, whole=whole)]
    if whole and trains:
        shown += window_quantities(spec)
    shown += play_quantities(spec, trained, words)
    shown += drawn_network(spec).quantities(Model((*trained.quantities, *shown)))
    if trains and plane.has_plane(spec):
        shown += plane.quantities(spec, trained, words)
    if spec.runs:
        shown.append(course(spec))
        shown = [*choosing(shown, _own(trained), spec.number_of_runs)]
        shown += settings.quantities(spec, words)
    return choosers.within_range(shown, words)


def _own(trained: Model) -> set[str]:
    """Return the names of the quantities that differ between runs."""
    return {quantity.name for quantity in trained.quantities if quantity.each}


def _on_pages(spec: Spec, trained: Model, words: Text) -> Iterator[Quantity]:
    """Yield the quantities of the pages that any experiment may use."""
    pages = [*(OF_TRAINING if spec.epochs else ()), *(WHOLE if drawn_whole(spec) else ())]
    of_one = Model(tuple(alone(spec)))
    whole = with_pages(pages, of_one, learns_of(spec), spec, words)
    added = Model(whole.quantities[len(of_one.quantities) :])
    added = in_words(added, words, {}).quantities
    if spec.runs:
        shown = choosing(added, _own(trained), spec.number_of_runs)
        yield from with_used(shown, words, is_run)
    else:
        yield from added


LEARNS = Learns(sizes={"x": ("images",)}, classes=True, numbers=True, table=False)


def learns_of(spec: Spec) -> Learns:
    """Return what a network learns from; the output is that of the last layer."""
    return replace(LEARNS, output=f"a{spec.layers[-1].name}")


def first_choices(
    spec: Spec, model: Model, inputs: Mapping[str, np.ndarray], run: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return the initial choices of the sheets with choices.

    They are the first epoch and an image that the network recognises in the end; on the Lens the
    first image that shows something, and the place in the middle of its maps; a parameter that the
    cost depends on; and what other pages begin with.
    """
    run, choices = seen_by(0, model, run), {}
    for chosen in (q for q in model.quantities if q.choices):
        _, most = chosen.choices
        middle = (1 + most) // 2 if chosen.kind in PLACE else 1
        choices[chosen.name] = most if chosen.name in OPEN_ON_LAST else middle
    choices |= with_inputs(SHARED, model, learns_of(spec), spec, inputs)
    choices |= worth_seeing(inputs, run)
    if "slope_chosen" in model.by_name:
        choices["slope_chosen"] = worth_moving(model, run)
    if "map_epoch" in model.by_name:
        choices["map_label_chosen"] = inputs["labels"][-1]
    return reference.known(model) | {
        name: np.asarray(value, dtype=object if model[name].is_text else float)
        for name, value in choices.items()
        if name in model.by_name
    }


OF_TRAINING = (Progress(), Fit(), Confusion())
WHOLE = (recognise.PAGE, GradientCheck())
"""The pages that any experiment may use, and the pages of networks that are drawn in full."""

SHARED = (*OF_TRAINING, *WHOLE)

PAGES = (
    plane.PAGE, play.PAGE, images.PAGE, settings.PAGE, lens.PAGE, WHOLE[0],
    images.TESTED_PAGE, images.TRAINING, images.TEST_PAGE, weights.PAGE, weights.GRADIENTS,
    weights.REMEMBERED, OF_TRAINING[0], compare.PAGE, *OF_TRAINING[1:], WHOLE[1], check.PAGE,
    plane.NUMBERS_PAGE, network_drawing.PAGE,
)  # fmt: skip
"""All pages in the workbook's order: those that only help come last."""

ONCE = (settings.PAGE, compare.PAGE, *SHARED)
"""The pages that show several runs side by side or in rows, or a chosen run."""


def named(words: Text, model: Model, spec: Spec) -> Text:
    """Return the texts of a workbook with those of its quantities, its pages and its Guide."""
    known = said(model, PAGES, spec)
    known["headings"] = {"image": "row" if spec.features or not spec.epochs else "image"}
    known["guide"] |= guide_texts.texts(spec)
    return replace(words, words=known).in_words_of(words).with_said()


def sheets_of(model: Model) -> dict[str, Sheet | Page | compare.EachRun]:
    """Return all sheets by their keys; without epochs the weights of a layer are a matrix."""
    sheets = {page.key: page if page in ONCE else compare.EachRun(page) for page in PAGES}
    matrices = {} if "C_T" in model.by_name else {"weights": weights.MATRICES}
    return {"guide": Sheet(guide.draw), **sheets, **matrices}
