"""Slopes in a sheet: each by its rule equals its difference quotient, and NumPy's."""

import numpy as np
import openpyxl
import pytest
from experiments import changed, nothing_is_nearly_0

from xlnn.building.build import build
from xlnn.equations.calculus import FUNCTIONS
from xlnn.equations.surface import SURFACES
from xlnn.equations.verdict import Least
from xlnn.loading.values import values

TEXTS = [function.text for function in FUNCTIONS]


@pytest.fixture(scope="module")
def path(workbook):
    return workbook("slopes").path


@pytest.mark.parametrize("function", FUNCTIONS, ids=TEXTS)
def test_each_derivative_is_the_central_difference_of_the_one_before(function, generator):
    x, h = generator.uniform(-2, 2, 20), 1e-5

    def derivative(k, x):
        return (
            function.f.array(x)
            if k == 0
            else function.derivatives[k - 1].array(x, derivative(0, x))
        )

    for k in range(1, 5):
        quotient = (derivative(k - 1, x + h) - derivative(k - 1, x - h)) / (2 * h)
        np.testing.assert_allclose(derivative(k, x), quotient, rtol=1e-8, atol=1e-9)


def test_the_error_of_a_quotient_falls_with_h_until_rounding_wins(path, tmp_path):
    got = values(changed(path, tmp_path / "exp.xlsx", {"function": 3, "x": 1}), "formualizer")
    forward, central = got["e_forward"], got["e_central"]
    # f'' h / 2 and f''' h² / 6, both of e
    np.testing.assert_allclose(forward[:5], np.e * got["width"][:5] / 2, rtol=0.05)
    np.testing.assert_allclose(central[:3], np.e * got["width"][:3] ** 2 / 6, rtol=0.01)
    assert np.argmin(got["log_forward"]) + 1 in {7, 8, 9}
    assert np.argmin(got["log_central"]) + 1 in {4, 5, 6}
    assert abs(forward[-1]) > abs(forward[7])
    assert f"tangent is {round(np.e, 6)}" in str(got["best"])


def test_the_rules_give_what_the_quotients_give(path):
    got = values(path, "formualizer")
    for rule, quotient in (
        ("sum_rule", "sum_quotient"),
        ("chain", "chain_quotient"),
        ("dC_dx", "quotient_x"),
        ("dC_dy", "quotient_y"),
        ("dz_dx", "partial_x"),
        ("dz_dy", "partial_y"),
    ):
        assert got[rule] == pytest.approx(float(got[quotient]), rel=1e-5)
    assert got["s_slope"] == pytest.approx(float(got["s_quotient_rule"]), rel=1e-14)
    gaps = [got["sum_rule"] - got["sum_quotient"], got["chain"] - got["chain_quotient"]]
    gaps += [got[f"dC_d{along}"] - got[f"quotient_{along}"] for along in ("x", "y")]
    assert got["gap"] == pytest.approx(np.abs(gaps).max(), abs=1e-14)
    assert 0 < got["gap"] < 1e-6


def test_the_rules_and_quotients_part_where_h_is_large(path, tmp_path):
    far = values(changed(path, tmp_path / "far.xlsx", {"h": 1}), "formualizer")
    assert far["gap"] > 1e-3
    assert f"differ by up to {far['gap']:.4g}" in str(far["agree"])


@pytest.mark.parametrize("surface", range(1, len(SURFACES) + 1))
def test_half_the_step_leaves_a_quarter_of_the_error(path, tmp_path, surface):
    got = values(
        changed(path, tmp_path / "surface.xlsx", {"surface": surface, "dx": 0.1}), "formualizer"
    )
    np.testing.assert_allclose(got["off"][3:-1] / got["off"][4:], 4, rtol=0.02)
    assert got["shrinks"] == pytest.approx(got["off"][0] / got["off"][1])
    assert 2 < got["shrinks"] < 8


def test_each_degree_of_taylors_series_comes_nearer(path, tmp_path):
    got = values(
        changed(path, tmp_path / "exp.xlsx", {"function": 3, "x": 0, "delta": 1}), "formualizer"
    )
    np.testing.assert_allclose(got["taylor"], [1, 2, 5 / 2, 8 / 3, 65 / 24], rtol=1e-14)
    np.testing.assert_allclose(got["taylor_error"], got["taylor"] - np.e, rtol=1e-12)


def test_the_least_on_the_circle_is_the_books_and_its_gradients_are_parallel(path):
    # x + y on x² + y² = 1: least at x = y = -1/√2, where λ = -1/√2
    got = values(path, "formualizer")
    least = -np.sqrt(0.5)
    np.testing.assert_allclose([got["best_x"], got["best_y"], got["factor"]], least, rtol=1e-12)
    assert got["best_f"] == pytest.approx(float(got["exact"]))
    assert "parallel" in str(got["found"])


def test_the_point_found_is_as_near_as_the_finer_grid(path, tmp_path, generator):
    for a, b, r in generator.uniform(-3, 3, (3, 3)):
        got = values(
            changed(path, tmp_path / "f.xlsx", {"f_a": a, "f_b": b, "r": r}), "formualizer"
        )
        right = -abs(r) * np.array([a, b]) / np.hypot(a, b)
        # half a step of the finer grid, of 36 x 20 points around the circle
        near = abs(r) * np.pi / 36 / 20
        assert np.hypot(*(right - [got["best_x"], got["best_y"]])) <= near * (1 + 1e-9)
        assert "∇f is not quite λ∇g" in str(got["found"])


def test_equal_points_are_ties_and_others_are_not():
    f = np.array([2.0, 1.0, 1.0 + 1e-15, 3.0])
    assert Least("part").ties(np.asarray(3.0), 1e-12, of=f)
    assert not Least("part").ties(np.asarray(4.0), 1e-12, of=f)
    assert not Least("part").ties(np.asarray(9.0), 1e-12, of=f)
    assert not Least("part").ties(np.asarray(np.nan), 1e-12, of=f)


@pytest.mark.slow
def test_from_keeps_what_was_changed(path, tmp_path):
    start = changed(path, tmp_path / "old.xlsx", {"x": 5, "function": 3})
    got = values(build(from_workbook=start, lang="zh").path)
    assert (got["x"], got["function"]) == (5, 3)


def test_a_quarter_of_a_turn_has_a_cosine_of_0(path):
    nothing_is_nearly_0(values(path, "formualizer"), "unit_x", "unit_y", "circle_x", "circle_y")


@pytest.mark.parametrize(
    ("sheet", "first"), [("Tangent", "1: x²"), ("Rules", "1: x²"), ("Approximation", "1: x² + y²")]
)
def test_who_selects_the_number_of_a_function_sees_which_there_are(path, sheet, first):
    found = openpyxl.load_workbook(path)[sheet].data_validations.dataValidation
    assert [each.prompt.split("\n")[0] for each in found if each.prompt] == [first]
