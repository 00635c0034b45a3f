"""The equations of recurrent layers, in a model of one's own: several inputs, targets at each step.

The experiments rnn and lstm show them with one input, and an error at the last step alone.
"""

from functools import partial

import numpy as np
import pytest

import xlnn
from xlnn import Axis, Quantity, Stated, Weight, Weights, following, reference
from xlnn.equations import recurrent
from xlnn.equations import units as eq
from xlnn.quantity import Model

ROWS = "row", "step"
EPOCHS, N, T, INPUTS, H = 3, 4, 5, 2, 3
EPOCH, ROW, UP, DOWN = (
    Axis("epoch", EPOCHS, "up"), Axis("row", N), Axis("step", T, "up"), Axis("step", T, "down"),
)  # fmt: skip
COST = Stated(lambda e: (e**2).sum() / 2, lambda e: f"=SUMSQ({e.over(*ROWS)[0]})/2")


def lstm_weights():
    slope, bias, found = eq.slope(*ROWS), eq.bias_slope(*ROWS), {}
    for gate in recurrent.GATES:
        found[f"U{gate}"] = Weight((H, H), slope, f"d{gate}", "past")
        found[f"W{gate}"] = Weight((H, INPUTS), slope, f"d{gate}", "x")
        found[f"b{gate}"] = Weight((H,), bias, f"d{gate}")
    found["V"] = Weight((1, H), slope, "e", "h")
    return Weights(found)


def elman_weights():
    return Weights(
        {
            "U": Weight((H, H), eq.slope(*ROWS), "delta", "past"),
            "W": Weight((H, INPUTS), eq.slope(*ROWS), "delta", "x"),
            "b": Weight((H,), eq.bias_slope(*ROWS), "delta"),
            "V": Weight((1, H), eq.slope(*ROWS), "e", "h"),
        }
    )


def lstm(forward, back):
    yield from recurrent.lstm(forward)
    yield from outputs(forward)
    later = following("passed", along="step", start=0.0)
    yield back("dh", equation=eq.Back(("e", "V"), plus="later"), uses={"later": later})
    yield from recurrent.lstm_back(back, "dh")


def elman(forward, back):
    before = xlnn.previous("h", along="step", start=0.0)
    yield forward("past", equation=eq.COPY.of(before))
    yield forward("h", equation=recurrent.RECURRENT)
    yield from outputs(forward)
    later = following("delta", along="step", start=0.0)
    yield back("dh", equation=eq.Back(("e", "V"), ("later", "U")), uses={"later": later})
    yield back("delta", equation=recurrent.TANH_ERROR.of("dh", "h"))


def outputs(forward):
    yield forward("y", equation=eq.PROJECT.of("V", "h"), shape=(1,))
    yield forward("e", equation=eq.ERROR, shape=(1,))


@pytest.fixture(scope="module", params=["elman", "lstm"])
def model(request):
    weights, layer = {"elman": (elman_weights, elman), "lstm": (lstm_weights, lstm)}[request.param]
    weights = weights()
    forward, back = (
        partial(Quantity, sheet=sheet, axes=(EPOCH, ROW, step), shape=(H,))
        for sheet, step in (("Forward", UP), ("Back", DOWN))
    )
    stated = Model(
        (
            Quantity("eta"),
            Quantity("x", sheet="Data", axes=(ROW, UP), shape=(INPUTS,)),
            Quantity("t", sheet="Data", axes=(ROW, UP), shape=(1,)),
            *weights.trained(EPOCHS),
            *layer(forward, back),
            Quantity("C_T", axes=(EPOCH,), equation=COST),
            *weights.gradients(EPOCHS),
        )
    )
    draw = np.random.default_rng(4)
    x = draw.normal(size=(N, T, INPUTS))
    given = {"eta": 0.02, "x": x, "t": x.sum(axis=2, keepdims=True).cumsum(axis=1) / 3}
    return stated, {**weights.drawn(draw, 0.6), **given}, weights


def test_every_gradient_is_the_central_difference_of_the_cost(model):
    stated, given, weights = model
    run = reference.run(stated, given)
    assert run["C_T"][-1] < run["C_T"][0]
    for name in weights:
        for unit in np.ndindex(run[name].shape[1:]):
            costs = []
            for step in (1e-5, -1e-5):
                moved = given[name].copy()
                moved[(0, *unit)] += step
                costs.append(reference.run(stated, {**given, name: moved})["C_T"][0])
            slope = (costs[0] - costs[1]) / 2e-5
            assert run[f"dC_d{name}"][(0, *unit)] == pytest.approx(slope, rel=1e-7, abs=1e-8), name


def test_the_cells_agree_with_the_arrays(model, tmp_path):
    stated, given, _ = model
    assert xlnn.workbook(stated, given, tmp_path / "own.xlsx").report.agrees
