"""What the sheets of a network say is true: recomputed from the arrays, by other means.

A case is known by the words of its language. Each claim has a falsehood that makes it fail.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from networks import random_plan, replace, spec

from xlnn import reference
from xlnn.building.plan import planned, source_of_onnx, source_of_template
from xlnn.experiments.network.kind import KIND
from xlnn.model import Model
from xlnn.options import Options
from xlnn.registry.text import Text
from xlnn.workbooks.runs import name_of_run

ROOT = Path(__file__).parent.parent
NAN = float("nan")
SAME = 1e-9
TIED = 1e-12
"""How far apart two outputs may be, relative to 1, that are equal to 12 digits."""

RISE = 1.01
"""How many times the first cost the last one is where training has diverged."""

RAISED = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")
NUMBER = re.compile(r"(−?\d+(?:\.(\d+))?)(?: × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?")


def filled_in(words, text):
    """Return what stands in the blanks of words in a text; None where the text is another."""
    parts = re.split(r"\{(\w+)\}", words)
    named = (f"(?P<{part}>.+?)" if n % 2 else re.escape(part) for n, part in enumerate(parts))
    found = re.fullmatch("".join(named), text)
    return found.groupdict() if found else None


def told_in(words, text):
    """Return what stands in the blanks of words in a text, which has no other words."""
    told = filled_in(words, text)
    assert told is not None, f"{text!r} is not {words!r}"
    return told


def tells(text, number):
    """Tell whether a text is a number, but for rounding."""
    digits, decimals, power = NUMBER.fullmatch(text).groups()
    scale = 10.0 ** int(power.translate(RAISED)) if power else 1.0
    unit = scale / 100 if power else 10.0 ** -len(decimals or "")
    return abs(float(digits.translate(RAISED)) * scale - number) <= unit * (0.5 + 1e-6)


@dataclass
class State:
    """A workbook in some state: its arrays, its model and its words."""

    arrays: dict
    model: Model
    words: Text
    spec: object

    def __getitem__(self, name):
        return self.arrays[name]

    def __contains__(self, name):
        return name in self.arrays

    def said(self, section, key, **values):
        return self.words.open(section, key, **values)

    @property
    def row(self):
        """What a sample is."""
        return "row" if self.spec.features else "image"

    def text(self, name):
        (text,) = np.ravel(self.arrays[name])
        return text

    @property
    def output(self):
        return self.spec.layers[-1].name

    def label(self, number):
        label = self["labels"][int(number) - 1]
        return label if isinstance(label, str) else f"{label:.15g}"


@cache
def _made(source, options):
    """Return the Spec, model, words and inputs of a template, a model in a file, or a Spec."""
    if isinstance(source, str):
        found = (
            source_of_onnx(ROOT / source, Options(large=True))[0]
            if source.endswith(".onnx")
            else source_of_template(source)
        )
        plan = planned(found, Options(**dict(options), large=True))
        words = plan.kind.stated(plan.spec)[1]
        return plan.spec, plan.layout.model, words, dict(plan.cells)
    drawn, words = random_plan(source, seed=1), KIND.stated(source)[1]
    layout = KIND.layout(source)
    return source, layout.model, words, drawn.cells


def state_of(source, changed=None, **options):
    """Return a workbook's state with some inputs changed; a single number fills all cells."""
    made, model, words, inputs = _made(source, tuple(sorted(options.items())))
    inputs = reference.known(model) | inputs
    for name, value in (changed or {}).items():
        if name in model.by_name:
            lengths = model[name].input_lengths
            inputs[name] = np.broadcast_to(np.asarray(value, dtype=float), lengths)
    return State(reference.run(model, inputs), model, words, made)


def choices(state):
    return [quantity for quantity in state.model.inputs if quantity.choices]


def beside(choice, what):
    return f"{choice.name.removesuffix(choice.layer)}_{what}{choice.layer}"


# The claims


def whoever_chose_no_number_of_the_range_is_asked_to(state):
    for choice in choices(state):
        (least, most), chosen = choice.choices, float(state[choice.name])
        is_one = chosen in set(range(least, most + 1))
        asked = state.said("validation", "choice", least=least, largest=most)
        assert state.text(beside(choice, "asked")) == ("" if is_one else asked)
        used = float(state[beside(choice, "used")])
        assert used in set(range(least, most + 1))
        distances = [abs(number - chosen) for number in range(least, most + 1)]
        assert np.isnan(chosen) or abs(used - chosen) == min(distances)


def of_run(state, name, run=1):
    """Return the values that a quantity has in a run, from 1."""
    return state[name][run - 1] if state.model[name].each else state[name]


def shown_on(state, sheet, name):
    """Return the values that a quantity has in the run that a sheet shows."""
    return of_run(state, name, int(state.arrays.get(f"{sheet}_run_used", 1)))


def outputs_of(state, sheet):
    """Return the outputs that a verdict is of, from the weights or from training."""
    if sheet == "draw":
        return state[f"draw_a{state.output}"][0]
    rows = shown_on(state, "play", f"a{state.output}")
    image = int(state["play_image_used"]) - 1
    return rows[int(state["play_epoch_used"]) - 1, image] if state.spec.epochs else rows[image]


def verdicts_name_the_label_of_the_output_that_is_larger_than_all_others(state):
    for sheet in ("draw", "play"):
        if state.spec.is_regression or f"{sheet}_verdict" not in state:
            continue
        outputs, text = outputs_of(state, sheet), state.text(f"{sheet}_verdict")
        others, largest = np.sort(outputs)[:-1], outputs.max()
        is_tied = bool((largest - others <= TIED * max(1.0, abs(largest))).any())
        if told := filled_in(state.said("sentences", "undecided"), text):
            assert is_tied
        else:
            told = told_in(state.said("sentences", "verdict"), text)
            assert not is_tied
            assert told["label"] == state.label(outputs.argmax() + 1)
        assert tells(told["output"], largest)


def what_is_right_is_the_class_of_the_largest_target(state):
    if "play_truth_text" not in state:
        return
    outputs, text = outputs_of(state, "play"), state.text("play_truth_text")
    targets = state["t"][int(state["play_image_used"]) - 1]
    several = np.flatnonzero(targets >= targets.max() - TIED)
    if len(several) > 1:
        assert text == state.said("sentences", f"is_unknown_{state.row}")
        return
    rest = np.delete(outputs, several[0])
    is_right = bool((outputs[several[0]] - rest > TIED * max(1, np.abs(outputs).max())).all())
    right, label = state.said("sentences", "is_right"), state.label(several[0] + 1)
    assert text == (right if is_right else state.said("sentences", "is_wrong", truth=label))


def training_that_makes_the_cost_larger_is_said_to_diverge(state):
    if "diverged" not in state:
        return
    told = [(shown_on(state, "play", "C_T"), "", state.text("play_diverged"))]
    names = ["diverged", *(["settings_diverged"] if state.spec.runs else [])]  # where η stands
    for said in names:
        for run, text in enumerate(state[said], start=1):
            name = name_of_run(run, state.words) if state.spec.runs else ""
            before = state.said("joined", "named", what=name, name="") if name else ""
            told.append((of_run(state, "C_T", run), before, text))
    for costs, before, text in told:
        if rose := filled_in(before + state.said("sentences", "rose"), text):
            assert costs[-1] > RISE * costs[0]
            assert tells(rose["first"], costs[0])
            assert tells(rose["last"], costs[-1])
        elif text == before + state.said("sentences", "lost"):
            assert np.isfinite(costs[0])
            assert not np.isfinite(costs[-1])
        else:
            assert text == ""
            assert not np.isfinite(costs[0]) or costs[-1] <= RISE * costs[0]


def of_what(state):
    return "images" if state.spec.has_images else "rows"


def right_in(state, part=""):
    """Return how many images are right in each epoch, of equal outputs by the first."""
    outputs, targets = shown_on(state, "progress", f"{part}a{state.output}"), state[f"{part}t"]
    return (outputs.argmax(axis=-1) == targets.argmax(axis=-1)).sum(axis=-1)


def the_story_tells_what_is_so_in_the_last_epoch(state):
    if "story" not in state:
        return
    costs = shown_on(state, "progress", "C_T")
    if np.isfinite(costs).all():
        assert state["best"] == 1 + min(e for e in range(len(costs)) if costs[e] == min(costs))
    end, *tested = state["story"]
    if state.spec.is_regression:
        if np.isfinite(costs).all():
            told = told_in(state.said("sentences", "end_cost"), end)
            assert tells(told["first"], costs[0])
            assert tells(told["cost"], costs[-1])
            the_errors_are_those_of_the_last_epoch(state)
        return
    right, which = right_in(state), of_what(state)
    told = told_in(state.said("sentences", f"end_{which}", images=state.spec.images), end)
    assert int(told["count"]) == right[-1]
    whole = [e for e, count in enumerate(right, start=1) if count == state.spec.images]
    assert state["all_right"] == min(whole, default=0)
    if tested:
        count = state.spec.test_samples
        told = told_in(state.said("sentences", f"tested_{which}", tested=count), tested[0])
        assert int(told["count"]) == right_in(state, "test_")[-1]


def the_errors_are_those_of_the_last_epoch(state):
    scaled = state.spec.scaled_targets
    for part in ("", "test_") if state.spec.test_samples else ("",):
        outputs = shown_on(state, "progress", f"{part}a{state.output}")[-1]
        targets = state[f"{part}raw_t"] if scaled else state[f"{part}t"]
        if scaled:
            outputs = state["t_middle"] + outputs / state["t_factor"]
        off = np.abs(outputs - targets)
        key = "errors_tested" if state.spec.test_samples else "errors"
        for text, label, errors in zip(state["errors"], state["labels"], off.T, strict=False):
            told = told_in(state.said("sentences", key), text)
            assert told["label"] == label
            assert tells(told[f"{part}mae"], errors.mean())
            assert tells(told[f"{part}rmse"], np.sqrt((errors**2).mean()))


def the_confusion_table_counts_what_is_wrong_in_the_epoch_used(state):
    for part in ("", "test_"):
        if f"confusion_{part}mistakes" not in state:
            continue
        epoch = int(state["confusion_epoch_used"]) - 1
        outputs = shown_on(state, "confusion", f"{part}a{state.output}")
        answers = outputs[epoch].argmax(axis=-1)
        truths = state[f"{part}t"].argmax(axis=-1)
        wrong, count = np.flatnonzero(answers != truths), len(truths)
        text = state.text(f"confusion_{part}mistakes")
        listed = state[f"confusion_{part}image"]
        said, which = {"images": count, "listed": len(listed)}, of_what(state)
        if text == state.said("sentences", f"confusion_none_{which}"):
            assert not len(wrong)
        elif told := filled_in(state.said("sentences", f"confusion_many_{which}", **said), text):
            assert int(told["wrong"]) == len(wrong)
            assert int(told["more"]) == len(wrong) - len(listed) > 0
        else:
            told = told_in(state.said("sentences", f"confusion_some_{which}", **said), text)
            assert 0 < int(told["wrong"]) == len(wrong) <= len(listed)
        assert [*listed[listed > 0] - 1] == [*wrong[: len(listed)]]
        for n, image in enumerate(wrong[: len(listed)]):
            assert state[f"confusion_{part}listed_label"][n] == state.label(truths[image] + 1)
            assert state[f"confusion_{part}listed_answer"][n] == state.label(answers[image] + 1)


def all_that_a_sheet_shows_belongs_to_the_numbers_used(state):
    def used(name):
        return int(state[f"{name}_used"]) - 1

    def equal(shown, wanted):
        np.testing.assert_allclose(np.ravel(shown), np.ravel(wanted), rtol=SAME, atol=SAME)

    if state.spec.runs:  # of a chosen run
        return
    layers = [layer.name for layer in state.spec.layers if layer.kind == "dense"]
    if state.spec.epochs:
        epoch = used("play_epoch")
        equal(state["play_C_T"], state["C_T"][epoch])
        for layer in layers:
            if f"play_weight{layer}" in state and state[f"play_weight{layer}"].size == (
                state[f"W{layer}"][0].size
            ):
                equal(state[f"play_weight{layer}"], state[f"W{layer}"][epoch])
            equal(state[f"lens_W{layer}"], state[f"W{layer}"][used("lens_epoch")])
            shown = state[f"lens_a{layer}"]
            equal(shown, state[f"a{layer}"][used("lens_epoch"), used("lens_image")])
            equal(state[f"draw_W{layer}"], state[f"W{layer}"][used("draw_epoch") + 1])
            equal(state[f"slope_W{layer}"], state[f"W{layer}"][used("slope_epoch")])
    if "map_picture" in state:
        column = state[f"map_a{state.output}"][..., int(state["map_output"]) - 1]
        equal(state["map_picture"], column)
        equal(state[f"map_W{layers[0]}"], state[f"W{layers[0]}"][used("map_epoch") + 1])
    if "fit_epoch" in state:
        name = "predicted" if state.spec.scaled_targets else f"a{state.output}"
        equal(state["fit_predicted"], state[name][used("fit_epoch")])


def the_lines_of_lens_come_to_what_they_are_of(state):
    """The last number of a line is the unit's, and a sum named Σδw is that sum."""
    for quantity in state.model.quantities:
        kind, is_unit = quantity.kind.removesuffix("_text"), quantity.kind.endswith("_text")
        if quantity.sheet != "lens" or not is_unit or kind == "C":
            continue
        values = state[f"lens_{kind}{quantity.layer if kind != 'loss' else ''}"][0]
        for text, value in zip(state[quantity.name][0], values, strict=True):
            assert tells(text.rpartition(" = ")[2], value)
    for upper, lower in zip(state.spec.layers[:0:-1], state.spec.layers[-2::-1], strict=False):
        name = f"lens_delta_text{lower.name}"
        if name in state and f"lens_W{upper.name}" in state:
            sums = state[f"lens_delta{upper.name}"][0] @ state[f"lens_W{upper.name}"]
            for text, total in zip(state[name][0], sums, strict=True):
                if told := re.search(r"Σδw = (.*?)\)", text):
                    assert tells(told[1], total)


def the_ends_of_the_map_are_round_and_a_tenth_beyond_the_data(state):
    if "map_ends" not in state:
        return
    data = state["raw"] if "raw" in state else state["x"]
    for name, column, signs in (("map_ends", 0, (-1, 1)), ("map_heights", 1, (1, -1))):
        least, most = data[..., column].min(), data[..., column].max()
        span = (most - least) or 1.0
        step = 10.0 ** np.floor(np.log10(span) + 1e-9) / 5  # a fifth of a power of ten
        for text, sign in zip(state[name], signs, strict=True):
            digits, _, power = NUMBER.fullmatch(text).groups()
            told = float(digits.translate(RAISED)) * 10.0 ** int((power or "0").translate(RAISED))
            rounding = 1e-3 * abs(told) + 1e-4 * step
            further = sign * (told - (most if sign > 0 else least)) - span / 10
            assert -rounding <= further <= step + rounding
            assert abs(told / step - round(told / step)) * step <= rounding


def runs_are_named_by_what_they_have(state):
    if "compare_name" not in state:
        return
    for run, name in enumerate(state["compare_name"]):
        before, eta = name.split("η = ")
        assert before == ""
        assert tells(eta, state["eta"][run])
        costs = state["C_T"][run]
        if np.isfinite(costs).all():
            assert state["compare_best"][run] == 1 + [*costs].index(min(costs))
            assert state["compare_least"][run] == min(costs)
            assert state["compare_C_T_last"][run] == costs[-1]


CLAIMS = (
    whoever_chose_no_number_of_the_range_is_asked_to,
    verdicts_name_the_label_of_the_output_that_is_larger_than_all_others,
    what_is_right_is_the_class_of_the_largest_target,
    training_that_makes_the_cost_larger_is_said_to_diverge,
    the_story_tells_what_is_so_in_the_last_epoch,
    the_confusion_table_counts_what_is_wrong_in_the_epoch_used,
    all_that_a_sheet_shows_belongs_to_the_numbers_used,
    the_lines_of_lens_come_to_what_they_are_of,
    the_ends_of_the_map_are_round_and_a_tenth_beyond_the_data,
    runs_are_named_by_what_they_have,
)


def check(state):
    for claim in CLAIMS:
        claim(state)


# The states


def everything(model, value):
    return dict.fromkeys((q.name for q in model.inputs if q.kind in {"W", "b"}), value)


def odd(model, value):
    return {q.name: value for q in model.inputs if q.choices}


ODD = (NAN, 0.0, -3.0, 2.5, 2.4, 1e300)
LIMITS = {
    "as built": {},
    "no step": {"eta": 0.0},
    "large steps": {"eta": 1e6},
    "huge steps": {"eta": 1e300},
    "blank images": {"x": 0.0, "raw": 0.0, "draw_x": 0.0, "draw_raw": 0.0},
    "huge inputs": {"x": 1e6, "raw": 1e6},
    "targets of no class": {"t": 0.0, "raw_t": 0.0},
    "targets that are all alike": {"t": 1.0, "raw_t": 1.0},
}
SOURCES = (
    ("xor", {"epochs": 3}),
    ("digits", {"epochs": 3}),
    ("digits", {"epochs": 1, "lang": "zh"}),
    ("xor", {"epochs": 3, "lang": "ja"}),
    ("xor", {"epochs": 3, "eta": (0.1, 0.5)}),
    ("iris", {"epochs": 2}),
    ("diabetes", {"epochs": 2}),
    ("cnn", {"epochs": 1}),
    ("tests/models/mlp.onnx", {}),
    (spec([2, 3, 1], images=1, epochs=1), {}),
    (replace(spec([3, 2, 12], images=2, epochs=2), picture=(1, 3), features=("a", "b", "c")), {}),
    (replace(spec([2, 3, 1], images=2), features=("a", "b"), task="regression"), {}),
)
IDS = [
    f"{n} {source}" if isinstance(source, str) else str(n) for n, (source, _) in enumerate(SOURCES)
]


@pytest.mark.parametrize(("source", "options"), SOURCES, ids=IDS)
def test_what_is_said_is_true_of_a_workbook_and_of_limits(source, options):
    for changed in LIMITS.values():
        check(state_of(source, changed, **options))


@pytest.mark.parametrize(("source", "options"), SOURCES, ids=IDS)
def test_what_is_said_is_true_where_all_weights_are_equal(source, options):
    model = state_of(source, **options).model
    for weight in (0.0, 1.0, 1e4):
        check(state_of(source, everything(model, weight), **options))


@pytest.mark.parametrize(("source", "options"), SOURCES, ids=IDS)
def test_what_is_said_is_true_whatever_is_chosen(source, options):
    model = state_of(source, **options).model
    for chosen in ODD:
        check(state_of(source, odd(model, chosen), **options))


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.first(3)
@pytest.mark.ci
def test_what_is_said_is_true_of_random_numbers(seed):
    random = np.random.default_rng(seed)
    for source, options in SOURCES[:6]:
        model = state_of(source, **options).model
        drawn = {}
        for quantity in model.inputs:
            if quantity.is_text or quantity.kind == "labels":
                continue
            numbers = random.normal(size=quantity.input_lengths) * 10 ** random.uniform(-2, 2)
            drawn[quantity.name] = numbers
            if quantity.choices:
                least, most = quantity.choices
                near = random.uniform(least - 1, most + 1)
                drawn[quantity.name] = random.choice([near, np.round(near), NAN])
            elif quantity.kind == "eta":
                drawn[quantity.name] = np.abs(numbers)
        check(state_of(source, drawn, **options))


@pytest.mark.parametrize("eta", [5.0, 20.0, 1e6])
def test_with_a_smaller_eta_training_no_longer_diverges(eta):
    assert state_of("digits", {"eta": eta}, epochs=3).text("diverged")
    assert not state_of("digits", {"eta": 1e-3}, epochs=3).text("diverged")


# The falsehoods


def false(name, text):
    def alter(arrays):
        return arrays | {name: np.broadcast_to(np.array(text, dtype=object), arrays[name].shape)}

    return alter


def moved(name, by=1.0):
    return lambda arrays: arrays | {name: arrays[name] + by}


ROSE = "Training diverged: C_T rose from {first} to {last}. Choose a smaller η."
BOOK, PLANE = ("digits", {"epochs": 3}), ("xor", {"epochs": 3})
MEASURED, RUNS = ("diabetes", {"epochs": 2}), ("xor", {"epochs": 3, "eta": (0.1, 0.5)})
FALSEHOODS = [
    (CLAIMS[0], BOOK, false("play_epoch_asked", "Choose a whole number from 1 to 3.")),
    (CLAIMS[0], BOOK, moved("lens_image_used")),
    (CLAIMS[1], BOOK, false("play_verdict", "Undecided: the largest outputs are equal (0.571).")),
    (CLAIMS[1], BOOK, false("draw_verdict", "Prediction: 1 (0.572).")),
    (
        CLAIMS[2],
        BOOK,
        false("play_truth_text", "The targets of this image do not name a single class."),
    ),
    (CLAIMS[2], BOOK, moved("play_image_used", -32)),
    (CLAIMS[3], BOOK, false("diverged", ROSE.format(first="20.26", last="21"))),
    (CLAIMS[3], BOOK, false("play_diverged", ROSE.format(first="20.26", last="21"))),
    (CLAIMS[3], RUNS, false("settings_diverged", "run 1: " + ROSE.format(first="2", last="3"))),
    (CLAIMS[3], BOOK, lambda arrays: arrays | {"C_T": arrays["C_T"] * [1, 1, 9]}),
    (CLAIMS[4], BOOK, false("story", "In the last epoch 58 of 64 images are recognised.")),
    (CLAIMS[4], BOOK, moved("best", -1)),
    (CLAIMS[4], MEASURED, moved("raw_t", 0.5)),
    (CLAIMS[5], BOOK, false("confusion_mistakes", "Every image is recognised.")),
    (CLAIMS[5], BOOK, moved("confusion_epoch_used", -2)),
    (CLAIMS[6], BOOK, moved("play_epoch_used", -1)),
    (CLAIMS[6], PLANE, moved("map_output", -1)),
    (CLAIMS[7], BOOK, moved("lens_z2", 0.001)),
    (CLAIMS[8], PLANE, moved("x", 0.3)),
    (CLAIMS[9], RUNS, false("compare_name", "η = 0.5")),
]  # fmt: skip
NAMES = [f"{claim.__name__} {n}" for n, (claim, *_) in enumerate(FALSEHOODS)]


@pytest.mark.parametrize(("claim", "source", "alter"), FALSEHOODS, ids=NAMES)
def test_a_falsehood_is_found(claim, source, alter):
    name, options = source
    state = state_of(name, **options)
    claim(state)
    state.arrays = alter(state.arrays)
    with pytest.raises(AssertionError):
        claim(state)


def test_every_claim_has_a_falsehood():
    assert {claim for claim, *_ in FALSEHOODS} == set(CLAIMS)
