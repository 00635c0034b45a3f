"""All quantities of a workbook: those of the network and of the sheets that show it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from math import prod

import numpy as np

from xlnn import reference
from xlnn.equations.lookup import Asked, Caption, Picture, UsedNumber
from xlnn.equations.runs import SaidOfEachRun
from xlnn.equations.verdict import FirstAllRight, SmallestEpoch
from xlnn.equations.wording import Diverged, Errors, Story
from xlnn.quantity import Axis, Model, Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.check_sheet import recorded, records
from xlnn.workbooks.network.quantities.compare import compare
from xlnn.workbooks.network.quantities.confusion import confusion
from xlnn.workbooks.network.quantities.fit import fit
from xlnn.workbooks.network.quantities.gradient_check import gradient_check, worth_moving
from xlnn.workbooks.network.quantities.lens import MAP, PLACE, lens, window
from xlnn.workbooks.network.quantities.network import TEST, network
from xlnn.workbooks.network.quantities.plane import has_plane, plane
from xlnn.workbooks.network.quantities.play import NUMBERS, SHEET, course, play, worth_seeing
from xlnn.workbooks.network.quantities.recognise import recognise
from xlnn.workbooks.network.quantities.runs import RUN, choosing, seen_by
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.spec import Spec

LARGEST_DRAWN = 2_000
"""Weights and biases up to which a network is drawn whole."""

MOST_OUTPUTS = 100
"""Outputs up to which it is: a function takes 255 single cells."""

MOST_TOLD = 3
"""Outputs of a regression of whose errors Progress has a line and a chart each."""

GALLERY = 256
"""Images that are drawn as pictures; all of them are in the table."""

GALLERY_COLUMNS = 36
"""Columns of the sheet that one line of pictures takes."""


def workbook_model(spec: Spec, words: Text) -> Model:
    """Return all quantities of the workbook that a Spec describes."""
    stack, trained = Stack(spec.of_run(0)), network(spec)
    quantities = [*trained.quantities, *gallery(stack)]
    quantities += _looking_closely(stack, trained, words)
    if spec.epochs:
        quantities += records(spec, words)
    if spec.runs:
        quantities += compare(spec, words)
    if any(found.equation and found.equation.switches for found in trained.quantities):
        # formulas of a unit or place that is switched off give 0, whatever they refer to
        quantities = [replace(quantity, reads_as_stated=True) for quantity in quantities]
    return Model(tuple(quantities)).without_errors(words("validation", "no_value"))


def _looking_closely(stack: Stack, trained: Model, words: Text) -> Iterator[Quantity]:
    """Yield the quantities about a chosen epoch and, if there are several, a chosen run."""
    spec, whole = stack.spec, drawn_whole(stack.spec)
    trains = spec.epochs > 0
    found = [*lens(stack, _beside(spec, words), whole=whole)]
    if whole and trains:
        found += window(stack)
    if whole:
        found += recognise(stack, verdicts(spec, words))
    if whole and trains:
        found += gradient_check(stack)
    if trains:
        found += fit(stack) if spec.is_regression else confusion(stack, words)
        found += _story(stack, words)
    found += play(stack, _play_words(spec, words))
    if trains and has_plane(spec):
        found += plane(stack, words)
    if spec.runs:
        found.append(course(stack))
        own = {each.name for each in trained.quantities if each.each}
        found = [*choosing(found, own, spec.number_of_runs)]
    return within_range(found, words)


def verdicts(spec: Spec, words: Text) -> dict[str, str]:
    """Return the sentences about the outputs of a drawing or an example, with their blanks."""
    if spec.is_regression:
        return {"verdict": words("joined", "named", what="{label}", name="{predicted}")}
    return {key: words.open("sentences", key) for key in ("verdict", "undecided")}


def divergence(words: Text) -> dict[str, str]:
    """Return the sentences about training that increases the total cost, with their blanks."""
    return {key: words.open("sentences", key) for key in ("rose", "lost")}


def _beside(spec: Spec, words: Text) -> str:
    """Return the sentence about a prediction, with the actual number if there is one."""
    if not spec.epochs:
        return verdicts(spec, words)["verdict"]
    blanks = {name: f"{{{name}}}" for name in ("label", "predicted", "actual")}
    return words("sentences", "predicted_actual", **blanks) if spec.is_regression else ""


def _play_words(spec: Spec, words: Text) -> dict[str, str]:
    """Return the sentences of the sheet Play, with their blanks."""
    said = divergence(words)
    if spec.is_regression:
        return {**said, "verdict": _beside(spec, words)}
    beside = {key: words.open("sentences", key) for key in ("is_right", "is_wrong", "is_unknown")}
    return {**said, **verdicts(spec, words), **beside}


def drawn_whole(spec: Spec) -> bool:
    """Return whether the network is small enough for its sheets of pictures to show all of it."""
    parameters = sum(prod(shape) for *_, shape in Stack(spec).parameters)
    return parameters <= LARGEST_DRAWN and len(spec.labels) <= MOST_OUTPUTS


def with_records(
    spec: Spec, inputs: Mapping[str, np.ndarray], run: Mapping[str, np.ndarray] | None = None
) -> dict[str, np.ndarray]:
    """Return the network's inputs and the notes from NumPy's run."""
    run = reference.run(network(spec), inputs) if run is None else run
    return {**inputs, **recorded(spec, run)} if spec.epochs else inputs


def first_choices(
    model: Model, inputs: Mapping[str, np.ndarray], run: Mapping[str, np.ndarray] | None = None
) -> dict[str, np.ndarray]:
    """Return the initial choices of the sheets with choices.

    An image that the network recognises in the end, in the first epoch; on the Lens the first image
    that shows something, and the place in the middle of its maps; the last image that
    shows something as a drawing to start from, after the last epoch; a parameter that the cost
    depends on, moved by 0.001; and what is predicted or recognised in the last epoch.
    """
    run = None if run is None else seen_by(0, model, run)
    choices = {q.name: 1 for q in model.quantities if q.kind in {RUN, MAP}}
    middles = (q for q in model.quantities if q.kind in PLACE)
    choices |= {q.name: (1 + q.choices[1]) // 2 for q in middles}
    choices |= dict.fromkeys(("play_epoch", "lens_epoch", "slope_epoch", "slope_chosen"), 1)
    choices["slope_h"] = 0.001
    choices |= worth_seeing(inputs, run)
    if run is not None and "slope_chosen" in model.by_name:
        choices["slope_chosen"] = worth_moving(model, run)
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


def _story(stack: Stack, words: Text) -> Iterator[Quantity]:
    """Yield the sentences on training as a whole on the sheet Progress."""
    shown = {"sheet": "progress", "number_format": "0"}
    yield quantity("best", equation=SmallestEpoch(), uses={"C_T": "C_T"}, **shown)
    uses = {}
    blanks = {name: f"{{{name}}}" for name in ("count", "cost", "first")}
    blanks |= {"images": stack.spec.images, "tested": stack.spec.test_images}
    keys = ["end"]
    if not stack.spec.is_regression:
        first = FirstAllRight(stack.spec.images)
        yield quantity("all_right", equation=first, uses={"recognised": "recognised"}, **shown)
        uses["recognised"] = "recognised"
    else:
        uses["C_T"] = "C_T"
    if stack.spec.test_images and not stack.spec.is_regression:
        uses["tested"] = "test_recognised"
        keys.append("tested")
    lines = {key: words("story", key, **blanks) for key in keys}
    story = Story(lines, tuple(uses))
    shown = {"sheet": "progress", "is_text": True}
    yield quantity("story", shape=(len(story.lines),), equation=story, uses=uses, **shown)
    if stack.spec.is_regression:
        yield from _errors(stack, words)
    yield _diverged(stack, words, "", "progress")
    if stack.spec.runs:  # of one run Play says so, beside its learning rate
        yield _diverged(stack, words, "settings_", "settings")


def _diverged(stack: Stack, words: Text, prefix: str, sheet: str) -> Quantity:
    """Return the sentence about each run whose total cost rose."""
    runs, said = range(stack.spec.number_of_runs), divergence(words)
    each = [said]
    if stack.spec.runs:
        names = [words("compare", "run", run=run + 1) for run in runs]
        each = [
            {key: words("joined", "named", what=name, name=line) for key, line in said.items()}
            for name in names
        ]
    equation = SaidOfEachRun([Diverged(**one) for one in each])
    return quantity(
        "diverged", prefix=prefix, sheet=sheet, shape=(len(runs),), equation=equation,
        uses={"C_T": "C_T"}, is_text=True,
    )  # fmt: skip


def _errors(stack: Stack, words: Text) -> Iterator[Quantity]:
    """Yield the errors of the predictions in the last epoch, a line for each output."""
    names = ["mae", "rmse"]
    names += [f"{TEST}{name}" for name in names] if stack.spec.test_images else []
    blanks = {name: f"{{{name}}}" for name in ("label", *names)}
    line = words("story", "errors_tested" if stack.spec.test_images else "errors", **blanks)
    equation = Errors(line, ("labels", *names))
    uses = {"labels": "labels"} | {name: name for name in names}
    shape = (min(len(stack.spec.labels), MOST_TOLD),)
    yield quantity(
        "errors", shape=shape, equation=equation, uses=uses, sheet="progress", is_text=True
    )


def gallery(stack: Stack) -> Iterator[Quantity]:
    """Yield the images as pictures, line by line, each with a label below it."""
    if stack.spec.features or stack.spec.is_regression:
        return
    label = "truth_label" if stack.spec.epochs else "label"
    rows, columns = stack.spec.picture
    across = max(1, GALLERY_COLUMNS // (columns + 1))
    drawn = min(stack.spec.images, GALLERY)
    for line, first in enumerate(range(0, drawn, across), start=1):
        some = Axis("image", min(across, drawn - first), first=first)
        shown = {"prefix": f"line{line}_", "sheet": "images", "axes": (some,)}
        uses = {"x": "x", "number": "number", "label": label}
        shape = (rows, columns)
        equation = Picture(some, shape)
        yield quantity("caption", equation=Caption(), uses=uses, is_text=True, **shown)
        yield quantity(
            "picture", equation=equation, uses=uses, shape=shape, number_format=";;;", **shown
        )


USED, ASKED = "used", "asked"
"""How the kinds end of the number that is used, and of the sentence."""


def companion_name(choice: Quantity, what: str) -> str:
    """Return the name of the quantity beside a choice: `USED` or `ASKED`.

    >>> companion_name(Quantity("lens_window_mapF", layer="F"), USED)
    'lens_window_map_usedF'
    """
    return f"{choice.name.removesuffix(choice.layer)}_{what}{choice.layer}"


def within_range(quantities: Iterable[Quantity], words: Text) -> Iterator[Quantity]:
    """Yield quantities, with choices replaced by the whole number within range."""
    used: dict[str, str] = {}
    for found in quantities:
        if not found.choices:
            uses = {
                role: replace(use, name=used.get(use.name, use.name))
                for role, use in found.uses.items()
            }
            yield replace(found, uses=uses)
            continue
        yield found
        least, most = found.choices
        used[found.name] = companion_name(found, USED)
        ask = Asked(words("validation", "choice", least=least, largest=most))
        for what, equation in ((USED, UsedNumber(least, most)), (ASKED, ask)):
            beside_it = quantity(
                f"{found.kind}_{what}", found.layer, equation=equation,
                uses={"chosen": found.name, "used": used[found.name]}, is_text=what == ASKED,
                # all numbers of Play that are not read there stand on Drawing
                sheet=NUMBERS if what == USED and found.sheet == SHEET else found.sheet,
                number_format="0",
            )  # fmt: skip
            yield replace(beside_it, name=companion_name(found, what))
