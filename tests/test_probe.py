"""Random inputs of a probe are of a size at which training gives numbers."""

import numpy as np
import pytest
from networks import spec, with_functions

from xlnn import Axis, Model, Quantity, Stated, previous, reference
from xlnn.checking.probe import LARGEST, _calm, _recurring, probe_arrays
from xlnn.experiments.network.kind import KIND


@pytest.mark.parametrize(("hidden", "output"), [("linear", "linear"), ("relu", "linear")])
def test_a_learning_rate_that_would_overflow_is_made_smaller(hidden, output):
    described = spec([3, 4, 2], images=20, epochs=100)
    described = with_functions(described, [hidden], "squared error", output)
    model = KIND.layout(described).model
    training, generator = _recurring(model), np.random.default_rng(1)
    drawn = {
        quantity.name: quantity.scale * generator.uniform(0.5, 1, quantity.input_lengths)
        for quantity in training.inputs
    }
    drawn["eta"] = np.asarray(-3.0)  # uphill
    assert not np.isfinite(reference.run(training, drawn)["W2"]).all()
    calm = _calm(model, drawn)
    assert -3 < calm["eta"] < 0
    run = reference.run(training, calm)
    assert all((np.abs(array) < LARGEST).all() for array in run.values())
    assert (run["W2"][0] != run["W2"][-1]).all()


def test_a_recurrence_that_reads_the_numbers_of_its_rows_is_calmed_as_well():
    state, row = Axis("step", 60, "up"), Axis("row", 3)
    grows = Stated(
        array=lambda w, n, eta: w * (1 + eta * n),
        cell=lambda w, n, eta: f"={w[()]}*(1+{eta[()]}*{n[()]})",
    )
    model = Model((
        Quantity("eta", scale=100.0, is_step_size=True), Quantity("n", axes=(row,), counts=True),
        Quantity("w", axes=(state, row), equation=grows, uses={"w": previous("w")}, given=1),
    ))  # fmt: skip
    found = reference.run(model, probe_arrays(model, 0, 0) | reference.known(model))
    assert np.abs(found["w"]).max() < LARGEST
