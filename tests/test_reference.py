"""The NumPy reference is guarded from outside: by the definition of a derivative, by bare loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from networks import (
    PAIRS,
    Spec,
    convolutional_plans,
    from_template,
    plan,
    plans,
    random_plan,
    spec,
    with_functions,
)
from plain import train, train_convolutional

from xlnn import reference
from xlnn.equation import Stated
from xlnn.experiments.network.layers import LayerSpec
from xlnn.experiments.network.quantities.network import network
from xlnn.model import Model
from xlnn.options import Options
from xlnn.quantity import Quantity
from xlnn.registry.templates import template

STEP = 1e-5
CENTRAL = 1e-7
"""A central difference with step 1e-5 is exact to about 1e-10 plus rounding of 1e-16 / 1e-5."""


def total_cost(plan, changes):
    inputs = plan.inputs | changes
    return reference.run(plan.model, inputs)["C_T"][0]


def bumped(array, index, step):
    array = array.copy()
    array[index] += step
    return array


@given(plans() | convolutional_plans())
@settings(max_examples=60)
@pytest.mark.ci
def test_each_gradient_equals_the_central_difference_of_C_T(plan):
    run = reference.run(plan.model, plan.inputs)
    parameters = [q for q in plan.model.quantities if q.kind in {"W", "b"}]
    for parameter in parameters:
        start = plan.inputs[parameter.name]
        for index in np.ndindex(start.shape):
            up = total_cost(plan, {parameter.name: bumped(start, index, STEP)})
            down = total_cost(plan, {parameter.name: bumped(start, index, -STEP)})
            gradient = run[f"dC_d{parameter.name}"][index]
            assert gradient == pytest.approx((up - down) / (2 * STEP), abs=CENTRAL)


@given(plans())
@settings(max_examples=20)
def test_delta_equals_dC_dz(plan):
    """Shift one weighted input of one image: its bias, for that image alone."""
    run = reference.run(plan.model, plan.inputs)
    layers = [layer.name for layer in plan.spec.layers]
    for name in layers:
        for image, unit in np.ndindex(run[f"delta{name}"][0].shape):
            costs = [
                _cost_with_z_shifted(plan, run, name, image, unit, step) for step in (STEP, -STEP)
            ]
            difference = (costs[0] - costs[1]) / (2 * STEP)
            assert run[f"delta{name}"][0, image, unit] == pytest.approx(difference, abs=CENTRAL)


BARE_ACTIVATIONS = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)),
    "relu": lambda z: z * (z > 0),
    "leaky relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "linear": lambda z: z,
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(),
}
BARE_COSTS = {
    "squared error": lambda t, a: ((t - a) ** 2).sum() / 2,
    "cross-entropy": lambda t, a: -(t * np.log(a) + (1 - t) * np.log(1 - a)).sum(),
    "categorical cross-entropy": lambda t, a: -(t * np.log(a)).sum(),
}
"""The functions as books write them, with nothing done against an overflow."""


def _cost_with_z_shifted(plan, run, layer, image, unit, step):
    """C of one image in the first epoch after its z of one unit was shifted, by bare formulas."""
    z = run[f"z{layer}"][0, image].copy()
    z[unit] += step
    functions = {spec.name: BARE_ACTIVATIONS[spec.activation] for spec in plan.spec.layers}
    a = functions[layer](z)
    above = [spec.name for spec in plan.spec.layers]
    for name in above[above.index(layer) + 1 :]:
        a = functions[name](run[f"W{name}"][0] @ a + run[f"b{name}"][0])
    return BARE_COSTS[plan.spec.cost](run["t"][image], a)


@pytest.mark.parametrize(("cost", "output"), PAIRS)
def test_guarded_costs_are_those_of_the_book(cost, output):
    plan = random_plan(with_functions(spec([3, 2, 3]), ["sigmoid"], cost, output), seed=4)
    run = reference.run(plan.model, plan.inputs)
    for image, C in enumerate(run["C"][0]):
        a = BARE_ACTIVATIONS[output](run["z3"][0, image])
        assert pytest.approx(BARE_COSTS[cost](run["t"][image], a), abs=1e-13) == C


@pytest.mark.parametrize(("cost", "output"), PAIRS)
def test_large_weighted_inputs_give_numbers_all_the_same(cost, output):
    """The book's exp(-z) overflows beyond 709, and its ln a has no value once a is 0."""
    plan = random_plan(with_functions(spec([3, 2, 3]), ["sigmoid"], cost, output), seed=4)
    large = plan.inputs | {"b3": np.array([[2000.0, -2000.0, 0.0]])}
    run = reference.run(plan.model, large)
    for name in ("a3", "C", "delta3", "delta2", "dC_dW2", "C_T"):
        assert np.isfinite(run[name][0]).all(), name


def test_the_book_network_equals_the_bare_loops_in_all_50_epochs(digits):
    run = reference.run(digits.model, digits.inputs)
    plain = {name: array.tolist() for name, array in digits.inputs.items()}
    history, final = train(
        plain["x"],
        plain["t"],
        *(plain[name][0] for name in ("W2", "b2", "W3", "b3")),
        plain["eta"],
        digits.spec.epochs,
    )
    assert len(history) == 50
    for index, epoch in enumerate(history):
        for name, values in epoch.items():
            np.testing.assert_allclose(run[name][index], values, rtol=0, atol=1e-11, err_msg=name)
    for name, values in final.items():
        np.testing.assert_allclose(run[name][-1], values, rtol=0, atol=1e-11, err_msg=name)


@pytest.fixture(scope="module")
def chapter_5():
    """What the book's convolutional network is built from."""
    return plan(from_template(template("cnn")), Options())


@pytest.mark.slow
def test_the_convolutional_network_equals_the_bare_loops_in_all_50_epochs(chapter_5):
    run = reference.run(chapter_5.model, chapter_5.inputs)
    plain = {name: array.tolist() for name, array in chapter_5.inputs.items()}
    start = (plain[name][0] for name in ("WF", "bF", "WO", "bO"))
    history, final = train_convolutional(
        plain["x"], plain["t"], *start, plain["eta"], chapter_5.spec.epochs
    )
    assert len(history) == 50
    for index, epoch in enumerate(history):
        for name, values in epoch.items():
            np.testing.assert_allclose(run[name][index], values, rtol=0, atol=1e-11, err_msg=name)
    for name, values in final.items():
        np.testing.assert_allclose(run[name][-1], values, rtol=0, atol=1e-11, err_msg=name)


def test_the_convolutional_network_recognises_all_96_images_of_the_book(chapter_5):
    run = reference.run(chapter_5.model, chapter_5.inputs)
    assert run["recognised"][-1] == 96


def test_equal_windows_are_exactly_equal_so_that_ties_are_common(chapter_5):
    run = reference.run(chapter_5.model, chapter_5.inputs)
    x, z = chapter_5.inputs["x"], run["zF"][0]
    found = {}
    for image, i, j in np.ndindex(len(x), 4, 4):
        window = x[image, i : i + 3, j : j + 3].tobytes()
        found.setdefault(window, set()).add(tuple(z[image, :, i, j]))
    assert len(found) < len(x) * 16 / 5
    assert {len(values) for values in found.values()} == {1}
    a, top = run["aF"][0], run["aP"][0].repeat(2, axis=-1).repeat(2, axis=-2)
    assert (a == top).sum() > run["aP"][0].size


def test_a_tie_passes_the_error_on_once_and_counting_every_tie_doubles_the_derivative():
    """A picture of one grey: all windows are alike, and so are all values of a block."""
    drawn = Spec(
        "test", "en", 1, 1, (3, 3), ("0", "1"),
        (
            LayerSpec("F", 1, "sigmoid", "convolution", (2, 2)),
            LayerSpec("P", 0, "linear", "max pooling", (2, 2)),
            LayerSpec("O", 2),
        ),
        "squared error",
    )  # fmt: skip
    made = random_plan(drawn, seed=3)
    made.inputs["x"][...] = 0.5
    run = reference.run(made.model, made.inputs)
    assert len(set(run["aF"][0].ravel())) == 1
    assert run["argmaxP"].ravel().tolist() == [1.0]
    start = made.inputs["bF"]
    costs = [total_cost(made, {"bF": start + step}) for step in (STEP, -STEP)]
    difference = (costs[0] - costs[1]) / (2 * STEP)
    assert run["dC_dbF"][0, 0] == pytest.approx(difference, abs=CENTRAL)
    # a plain reading of the book: every value that equals the largest passes the error on
    ties = (run["aF"][0] == run["aP"][0].max()) * run["deltaP"][0].max() * run["slopeF"][0]
    assert ties.sum() == pytest.approx(4 * difference, abs=4 * CENTRAL)


def test_training_recognises_all_64_images_of_the_book(digits):
    run = reference.run(digits.model, digits.inputs)
    assert run["recognised"][-1] == 64
    assert run["C_T"][-1] < run["C_T"][0] / 50


@given(plans() | convolutional_plans())
@settings(max_examples=30)
def test_expected_gives_back_what_the_run_computed(plan):
    run = reference.run(plan.model, plan.inputs)
    for quantity in plan.model.quantities:
        if quantity.equation is not None:
            expected = reference.expected(plan.model, quantity, run)
            np.testing.assert_array_equal(expected, run[quantity.name], err_msg=quantity.name)


def test_quantities_stand_after_the_ones_they_are_computed_from():
    seen = set()
    for quantity in network(spec([3, 2, 2])).quantities:
        now = {use.name for use in quantity.uses.values() if use.lag == 0}
        assert now <= seen, quantity.name
        seen.add(quantity.name)


def test_a_wrong_gradient_would_be_noticed():
    """The test above can fail: a gradient that forgets the slope is no central difference."""
    plan = random_plan(spec([2, 2, 1]), seed=1)
    run = reference.run(plan.model, plan.inputs)
    forgetful = (run["delta3"][0] @ run["W3"][0]).T @ run["x"]
    start = plan.inputs["W2"]
    up = total_cost(plan, {"W2": bumped(start, (0, 0, 0), STEP)})
    down = total_cost(plan, {"W2": bumped(start, (0, 0, 0), -STEP)})
    assert abs(forgetful[0, 0] - (up - down) / (2 * STEP)) > CENTRAL


CHOSEN = Stated(array=lambda x, n: x[n.astype(int)], cell=lambda x, n: f"=INDEX({x[:]},{n[()]}+1)")


def test_an_equation_need_not_mind_what_has_no_value():
    model = Model(
        (
            Quantity("x", shape=(3,)),
            Quantity("n"),
            Quantity("y", equation=CHOSEN),
        )
    )
    arrays = {"x": np.arange(3.0), "n": np.array(1.0), "y": np.array(0.0)}
    assert reference.expected(model, model["y"], arrays) == 1
    for number in (np.nan, 3.0, 1e300):  # a person may have typed anything over n
        held = arrays | {"n": np.array(number)}
        assert np.isnan(reference.expected(model, model["y"], held))
    with pytest.raises(IndexError):  # a fault of the equation's own
        reference.run(model, {"x": np.arange(3.0), "n": np.array(3.0)})
