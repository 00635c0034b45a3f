"""The functions of 2-1 have the slopes that the sheet says, and the step can not learn."""

import numpy as np
import pytest
from experiments import changed, nothing_is_nearly_0

from xlnn.building.build import build
from xlnn.loading.values import values


@pytest.fixture(scope="module")
def path(workbook):
    return workbook("activations").path


@pytest.fixture(scope="module")
def got(path):
    return values(path, "formualizer")


def test_the_functions_are_those_of_numpy(got):
    z = np.linspace(-4, 4, 81)
    sigmoid = 1 / (1 + np.exp(-z))
    np.testing.assert_allclose(got["z"], z, atol=1e-12)
    np.testing.assert_allclose(got["sigmoid"], sigmoid, rtol=1e-12)
    np.testing.assert_allclose(got["tanh"], np.tanh(z), rtol=0, atol=1e-12)
    np.testing.assert_allclose(got["relu"], np.clip(z, 0, None), atol=1e-12)
    assert got["step"].tolist() == [0] * 40 + [1] * 41


@pytest.mark.parametrize("name", ["step", "sigmoid", "tanh", "relu", "linear"])
def test_a_slope_is_the_central_difference_but_where_the_function_breaks(got, name):
    smooth = np.ones(81, dtype=bool)
    smooth[40] = name not in {"step", "relu"}
    # h is 0.001, and the difference of a smooth function is right to about h squared
    np.testing.assert_allclose(
        got[f"{name}_slope"][smooth], got[f"{name}_difference"][smooth], rtol=0, atol=1e-6
    )


@pytest.mark.parametrize("h", [0.1, 0.001])
def test_at_its_jump_the_difference_of_the_step_grows_as_h_shrinks(path, tmp_path, h):
    got = values(changed(path, tmp_path / "h.xlsx", {"h": h}), "formualizer")
    assert got["step_difference"][40] == pytest.approx(1 / (2 * h))
    assert got["relu_difference"][40] == pytest.approx(0.5)


def test_the_step_learns_nothing_and_the_sigmoid_learns(got):
    assert set(got["step_w"]) == {-1}
    assert set(got["step_C"]) == {0.5}
    w, costs = -1.0, []
    for _ in range(21):
        a = 1 / (1 + np.exp(-w))
        costs.append((1 - a) ** 2 / 2)
        w += 2 * (1 - a) * a * (1 - a)
    np.testing.assert_allclose(got["sigmoid_C"], costs, rtol=1e-12)


def test_the_gradient_of_the_sigmoid_unit_is_the_central_difference_of_its_error(got):
    def error(w):
        return (1 - 1 / (1 + np.exp(-w))) ** 2 / 2

    w, h = got["sigmoid_w"], 1e-6
    difference = (error(w + h) - error(w - h)) / (2 * h)
    # a central difference of this h is right to about 1e-10
    np.testing.assert_allclose(got["sigmoid_dC_dw"], difference, rtol=0, atol=1e-9)


@pytest.mark.parametrize(("p", "said"), [(1, "lowest at x = 1"), (0, "a line"), (-1, "highest")])
def test_only_a_parabola_that_opens_upwards_has_a_minimum(path, tmp_path, p, said):
    got = values(changed(path, tmp_path / "p.xlsx", {"p": p}), "formualizer")
    assert said in str(got["vertex"])
    if p > 0:
        assert got["lowest_y"] <= got["parabola"].min()


def test_the_bell_curve_holds_what_every_table_says(path, tmp_path):
    changes = {"mean": 3, "deviation": 0.5}
    for got in (
        values(path, "formualizer"),
        values(changed(path, tmp_path / "bell.xlsx", changes), "formualizer"),
    ):
        within = [got[f"within_{far}"] for far in (1, 2, 3)]
        # strips a twentieth of a deviation wide are right to about 1e-4
        np.testing.assert_allclose(within, [0.6827, 0.9545, 0.9973], atol=2e-4)
    assert "68.3 %" in str(got["drawn"])


@pytest.mark.slow
def test_from_keeps_what_was_changed_and_takes_options(path, tmp_path):
    start = changed(path, tmp_path / "old.xlsx", {"low": -2, "p": 5})
    got = values(build(from_workbook=start, eta=0.5, epochs=3, lang="zh").path)
    assert got["sigmoid_C"].shape == (4,)
    assert (got["low"], got["p"], got["eta"]) == (-2, 5, 0.5)


def test_the_line_and_the_parabola_cross_the_axes_at_0(got):
    nothing_is_nearly_0(got, "shape_x", "line", "parabola")
