"""What the Guide of the book's images says of experiments is what comes of them."""

import numpy as np
import pytest

from xlnn import reference

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


def test_with_swapped_targets_the_cost_falls_less_far(digits, swapped):
    costs, _ = swapped
    assert (costs[:, -1] > reference.run(digits.model, digits.inputs)["C_T"][-1]).all()


def test_with_swapped_targets_the_error_grows_mostly_to_ten_times_the_others(swapped):
    _, times = swapped
    assert times[:, 0].max() < 2
    assert (times[:, -1] > times[:, 0]).all()
    assert (times[:, -1] >= TIMES).mean() > 0.5
