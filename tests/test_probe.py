"""Random inputs of a probe are of a size at which training gives numbers."""

import numpy as np
import pytest
from networks import spec, with_functions

from xlnn import reference
from xlnn.checking.probe import LARGEST, _calm, _recurring
from xlnn.workbooks.network.sheets import workbook_layout
from xlnn.workbooks.network.words import words_of


@pytest.mark.parametrize(("hidden", "output"), [("linear", "linear"), ("relu", "linear")])
def test_a_learning_rate_that_would_overflow_is_made_smaller(hidden, output):
    described = spec([3, 4, 2], images=20, epochs=100)
    described = with_functions(described, [hidden], "squared error", output)
    model = workbook_layout(described, words_of(described)).model
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
