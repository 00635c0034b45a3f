"""Models with recurrent layers and a transformer block, stated as a user of the library would.

The experiments rnn and lstm have one input at each step; these models have several. In lstm only
the last step has a target, and here each step has one.
"""

from functools import partial

import numpy as np
import pytest

import xlnn
from xlnn import Axis, Quantity, Stated, Weight, Weights, following, reference
from xlnn.equations import attention, recurrent
from xlnn.equations import units as eq
from xlnn.model import Model

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


def of_steps(weights, layer):
    forward, back = (
        partial(Quantity, sheet=sheet, axes=(EPOCH, ROW, step), shape=(H,))
        for sheet, step in (("Forward", UP), ("Back", DOWN))
    )
    draw = np.random.default_rng(4)
    x = draw.normal(size=(N, T, INPUTS))
    stated = (
        Quantity("x", sheet="Data", axes=(ROW, UP), shape=(INPUTS,)),
        Quantity("t", sheet="Data", axes=(ROW, UP), shape=(1,)),
        *layer(forward, back),
        Quantity("C_T", axes=(EPOCH,), equation=COST),
    )
    given = {"x": x, "t": x.sum(axis=2, keepdims=True).cumsum(axis=1) / 3}
    return weights, stated, given


def of_positions():
    """Return a block of a transformer that is to give its input in reverse order."""
    shape = (T, INPUTS)
    square, wide = (INPUTS, INPUTS), (H, INPUTS)
    weights = Weights(
        {
            **{f"W{k.lower()}": Weight(square, attention.SLOPE, f"d{k}", "x") for k in "QKV"},
            "Wo": Weight(square, attention.SLOPE, "dr1", "o"),
            "W1": Weight(wide, attention.SLOPE, "dh", "y1"),
            "c1": Weight((H,), attention.BIAS_SLOPE, "dh"),
            "W2": Weight(wide[::-1], attention.SLOPE, "dr2", "active"),
            "c2": Weight((INPUTS,), attention.BIAS_SLOPE, "dr2"),
            **{f"g{n}": Weight((INPUTS,), attention.GAIN_SLOPE, f"dy{n}", f"n{n}") for n in "12"},
            **{f"b{n}": Weight((INPUTS,), attention.BIAS_SLOPE, f"dy{n}") for n in "12"},
        }
    )
    each = partial(Quantity, sheet="Block", axes=(EPOCH, ROW), shape=shape)
    stated = (
        Quantity("x", sheet="Data", axes=(ROW,), shape=shape),
        Quantity("t", sheet="Data", axes=(ROW,), shape=shape),
        *attention.block(each, T, H),
        each("dy2", equation=eq.ERROR.of("y2", "t")),
        *attention.block_back(each, T, H),
        Quantity(
            "C_T",
            axes=(EPOCH,),
            equation=Stated(
                lambda dy2: (dy2**2).sum() / 2, lambda dy2: f"=SUMSQ({dy2.over('row')[...]})/2"
            ),
        ),
    )
    x = np.random.default_rng(4).normal(size=(N, *shape))
    return weights, stated, {"x": x, "t": x[:, ::-1]}


@pytest.fixture(scope="module", params=["elman", "lstm", "block"])
def model(request):
    weights, stated, given = {
        "elman": lambda: of_steps(elman_weights(), elman),
        "lstm": lambda: of_steps(lstm_weights(), lstm),
        "block": of_positions,
    }[request.param]()
    data = [each for each in stated if each.equation is None]
    rest = [each for each in stated if each.equation is not None]
    stated = Model(
        (Quantity("eta"), *data, *weights.trained(EPOCHS), *rest, *weights.gradients(EPOCHS))
    )
    return stated, {**weights.drawn(3, 0.6), "eta": 0.02, **given}, weights


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


@pytest.mark.ci
def test_the_cells_agree_with_the_arrays(model, tmp_path):
    stated, given, _ = model
    assert xlnn.workbook(stated, given, tmp_path / "own.xlsx").report.agrees
