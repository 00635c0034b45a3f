"""What the Guide of a network says of experiments is what comes of them."""

import re

import numpy as np
import pytest
from networks import NETWORK_TEMPLATES, from_template, plan

from xlnn import reference
from xlnn.options import Options
from xlnn.registry.templates import template
from xlnn.registry.text import languages

LOWER_FROM = 10
"""The epoch from which on η = 1 has the lower cost, as the Guide says."""

TIMES = 10
"""How many times the error of an image with swapped targets is that of the others at last."""


def test_with_eta_1_the_cost_jumps_about_and_is_lower_from_epoch_10_on(digits):
    slow, fast = (
        reference.run(digits.model, digits.inputs | {"eta": np.array(eta)})["C_T"]
        for eta in (0.2, 1.0)
    )
    assert (np.diff(fast[: LOWER_FROM - 1]) > 0).sum() >= 2
    lower = fast < slow
    assert lower[LOWER_FROM - 1 :].all()
    assert not lower[: LOWER_FROM - 1].any()


@pytest.mark.parametrize("eta", [5.0, 20.0])
def test_with_eta_5_and_20_nothing_is_learnt(digits, eta):
    run = reference.run(digits.model, digits.inputs | {"eta": np.array(eta)})
    assert run["recognised"][-1] <= len(digits.inputs["t"]) / 2


@pytest.fixture(scope="module")
def swapped(digits):
    """The cost of each epoch, and the error of the image beside the others', for each image."""
    costs, times = [], []
    for image in range(len(digits.inputs["t"])):
        t = digits.inputs["t"].copy()
        t[image] = t[image, ::-1]
        run = reference.run(digits.model, digits.inputs | {"t": t})
        largest = np.abs(run["delta3"]).max(axis=-1)
        costs.append(run["C_T"])
        times.append(largest[:, image] / np.delete(largest, image, axis=1).mean(axis=1))
    return np.array(costs), np.array(times)


@pytest.mark.ci
def test_with_swapped_targets_the_cost_falls_less_far(digits, swapped):
    costs, _ = swapped
    assert (costs[:, -1] > reference.run(digits.model, digits.inputs)["C_T"][-1]).all()


def test_with_swapped_targets_the_error_grows_mostly_to_ten_times_the_others(swapped):
    _, times = swapped
    assert times[:, 0].max() < 2
    assert (times[:, -1] > times[:, 0]).all()
    assert (times[:, -1] >= TIMES).mean() > 0.5


def made_of(name, **options):
    return plan(from_template(template(name)), Options(**options))


def tries(name, **options):
    """Return what the Guide of a template's workbook says is worth trying."""
    made = made_of(name, **options)
    found = made.kind.words(made.spec, made.layout).words["guide"]["experiments"]
    return [each["do"] + " " + each["look"] for each in found]


EPOCHS = {
    "en": r"epochs? (\d+)|(\d+) epochs?",
    "zh": r"第? ?(\d+) ?轮",
    "ja": r"エポック ?(\d+)|(\d+) ?エポック",
}
"""How a language speaks of an epoch."""


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("name", NETWORK_TEMPLATES)
def test_a_guide_speaks_of_no_epoch_that_there_is_not(name, lang):
    for line in tries(name, epochs=5, lang=lang):
        assert all(int("".join(each)) <= 5 for each in re.findall(EPOCHS[lang], line)), line


@pytest.mark.parametrize("lang", languages())
def test_the_guide_of_the_books_images_speaks_of_its_epochs(lang):
    said = " ".join(tries("digits", lang=lang))
    assert {"".join(each) for each in re.findall(EPOCHS[lang], said)} == {"10", "50"}


@pytest.mark.parametrize("name", ["digits", "cnn"])
def test_what_is_said_of_all_images_is_not_said_where_some_are_held_out(name):
    assert tries(name) != tries(name, test_share=0.25)


def changed(made, **inputs):
    return reference.run(made.model, made.inputs | inputs)


def zeros(made):
    return {
        quantity.name: np.zeros(quantity.input_lengths)
        for quantity in made.model.inputs
        if quantity.kind in {"W", "b"}
    }


@pytest.mark.parametrize("name", ["digits", "xor", "iris", "cnn", "diabetes"])
def test_units_that_begin_with_0_have_the_same_gradient_and_stay_alike(name):
    made = made_of(name, epochs=5)
    run = changed(made, **zeros(made))
    layer = made.spec.layers[0].name
    for kind in (f"W{layer}", f"dC_dW{layer}"):
        units = run[kind].reshape(*run[kind].shape[:2], -1)
        assert (units == units[:, :1]).all()


def test_with_weights_of_0_nothing_is_learnt_of_the_books_images(digits):
    run = changed(digits, **zeros(digits))
    assert np.ptp(run["C_T"]) < 1e-9
    one, other = (run["delta3"][0, digits.inputs["t"][:, k] == 1].sum(axis=0) for k in (0, 1))
    np.testing.assert_allclose(one, -other, atol=1e-9)


def test_an_empty_grid_has_no_small_output(digits):
    run = changed(digits)
    hidden = 1 / (1 + np.exp(-run["b2"][-1]))
    output = 1 / (1 + np.exp(-(run["W3"][-1] @ hidden + run["b3"][-1])))
    assert output.max() > 0.5


def test_of_the_books_cnn_91_of_96_are_right_before_any_step_and_a_third_by_guessing():
    made = made_of("cnn")
    assert changed(made)["recognised"][0] == 91
    guessed = [changed(made_of("cnn", seed=seed, epochs=1))["recognised"][0] for seed in range(4)]
    assert np.mean(guessed) / 96 == pytest.approx(1 / 3, abs=0.1)


@pytest.mark.parametrize("epochs", [5, 150])
def test_one_hidden_unit_has_3_of_4_rows_of_exclusive_or_at_most(epochs):
    made = made_of("xor", epochs=epochs)
    for unit in range(3):
        left_out = [other for other in range(3) if other != unit]
        W2, b2, W3 = (np.array(made.inputs[name]) for name in ("W2", "b2", "W3"))
        W2[0, left_out] = b2[0, left_out] = W3[0, :, left_out] = 0
        run = changed(made, W2=W2, b2=b2, W3=W3)
        assert run["recognised"].max() <= 3
        assert not run["a2"][..., left_out].any()


@pytest.mark.parametrize("epochs", [5, 150])
def test_weights_of_0_leave_2_of_4_rows_of_exclusive_or(epochs):
    made = made_of("xor", epochs=epochs)
    run = changed(made, **zeros(made))
    assert not run["a2"].any()
    assert not any(run[name].any() for name in ("dC_dW2", "dC_db2", "dC_dW3"))
    assert run["dC_db3"].any()
    assert (run["recognised"] == 2).all()


@pytest.mark.parametrize("epochs", [1, 5, 30])
def test_a_target_ten_times_as_large_moves_the_root_mean_square_more(epochs):
    made = made_of("diabetes", epochs=epochs)
    name = "raw_t" if made.spec.scaled_targets else "t"
    t = np.array(made.inputs[name])
    t[t.argmax()] *= 10
    usual, other = changed(made), changed(made, **{name: t})
    rise = {kind: other[kind][-1] / usual[kind][-1] for kind in ("rmse", "mae")}
    assert (rise["rmse"] > rise["mae"]).all()
