"""A training that leads nowhere is told before anything is written."""

import re

import numpy as np
import pytest

from xlnn import reference
from xlnn.building.build import build
from xlnn.errors import DataError
from xlnn.experiments.network.progress_notes import check_training, training_notes

REGRESSION = """
cost = "squared error"
eta = 5
epochs = 40
[data]
file = "my.csv"
table = true
targets = ["y"]
[[layers]]
units = 2
activation = "linear"
[[layers]]
activation = "linear"
"""


@pytest.fixture
def linear(tmp_path):
    """A template of a linear network, whose numbers nothing bounds."""
    folder = tmp_path / "linear"
    folder.mkdir()
    (folder / "template.toml").write_text(REGRESSION)
    (folder / "my.csv").write_text("x,y\n1,2\n2,4\n3,7\n")
    return folder


@pytest.mark.parametrize("verify", [True, False])
@pytest.mark.slow
@pytest.mark.first(1)
def test_training_that_diverges_is_refused_and_nothing_is_written(linear, verify):
    path = linear / "a.xlsx"
    with pytest.raises(
        DataError, match=r"^Training diverges: .* becomes infinite or NaN in epoch \d+\."
    ):
        build(linear, path, verify=verify)
    assert not path.exists()
    built = build(linear, path, eta=0.01)
    assert built.report.agrees


def test_the_first_epoch_without_a_number_is_named(digits):
    run = dict(reference.run(digits.model, digits.inputs))
    check_training(digits.model, run)
    for name, index, message in (
        ("delta3", 20, "δ³ becomes infinite or NaN in epoch 21"),
        ("C_T", 20, "C_T becomes infinite or NaN in epoch 21"),
        ("W2", 12, "w² becomes infinite or NaN in epoch 12"),
    ):
        run[name] = run[name].copy()
        run[name][index:] = np.nan
        with pytest.raises(DataError, match=re.escape(f"Training diverges: {message}. Use a")):
            check_training(digits.model, run)


def test_a_cost_that_rose_is_told_and_one_that_fell_is_not():
    assert training_notes({"C_T": np.array([3.0, 9.0, 1.0])}) == ()
    (note,) = training_notes({"C_T": np.array([3.0, 1.0, 90.0])})
    assert note == "C_T rose from 3 to 90. Try a smaller --eta."
