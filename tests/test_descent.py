"""Gradient descent in a sheet is the book's table, and any other surface, step and start."""

import numpy as np
import pytest
from experiments import changed, nothing_is_nearly_0

from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.equations.surface import SURFACES, VERDICTS
from xlnn.loading.values import values


@pytest.fixture(scope="module")
def path(workbook):
    return workbook("descent").path


def test_the_table_is_the_one_of_the_book(path):
    # z = x² + y² from (3, 2) with η = 0.1: each step takes x and y to 0.8 of what they are
    got = values(path, "formualizer")
    steps = 0.8 ** np.arange(31)
    np.testing.assert_allclose(got["x"], 3 * steps, rtol=1e-12)
    np.testing.assert_allclose(got["y"], 2 * steps, rtol=1e-12)
    np.testing.assert_allclose(got["dz_dx"], 6 * steps, rtol=1e-12)
    np.testing.assert_allclose(got["dx"], -0.6 * steps, rtol=1e-12)
    np.testing.assert_allclose(got["z"], 13 * steps**2, rtol=1e-12)


@pytest.mark.parametrize("surface", SURFACES, ids=[surface.text for surface in SURFACES])
def test_the_slopes_of_a_surface_are_its_central_differences(surface, generator):
    x, y, h = *generator.uniform(-3, 3, (2, 20)), 1e-6
    dx = (surface.z.array(x + h, y) - surface.z.array(x - h, y)) / (2 * h)
    dy = (surface.z.array(x, y + h) - surface.z.array(x, y - h)) / (2 * h)
    # a central difference of this h is right to about 1e-9
    np.testing.assert_allclose(surface.dz_dx.array(x, y), dx, rtol=0, atol=1e-8)
    np.testing.assert_allclose(surface.dz_dy.array(x, y), dy, rtol=0, atol=1e-8)


@pytest.mark.parametrize("surface", SURFACES, ids=[surface.text for surface in SURFACES])
def test_the_curvatures_of_a_surface_are_its_second_differences(
    surface,
):
    h = 1e-4
    angles = np.linspace(0, np.pi, 181)
    u, v = h * np.cos(angles), h * np.sin(angles)
    second = (
        surface.z.array(u, v) - 2 * surface.z.array(0.0, 0.0) + surface.z.array(-u, -v)
    ) / h**2
    assert second[0] == pytest.approx(surface.curvature[0], rel=1e-6)
    assert second[90] == pytest.approx(surface.curvature[1], rel=1e-6)
    assert second.max() == pytest.approx(max(surface.curvature), rel=1e-6)


@pytest.mark.parametrize("surface", SURFACES, ids=[surface.text for surface in SURFACES])
def test_a_level_line_is_where_the_surface_has_that_level(surface, generator):
    angles, level = generator.uniform(0, 2 * np.pi, 50), 2.5
    u, v = np.cos(angles), np.sin(angles)
    radius = surface.radius.array(level, u, v)
    np.testing.assert_allclose(surface.z.array(radius * u, radius * v), level, rtol=1e-12)


@pytest.mark.parametrize(
    ("eta", "said"),
    [(0.1, "its own side"), (0.6, "ends closer"), (1.1, "diverges"), (-1, "uphill")],
)
def test_the_sheet_says_what_eta_does(path, tmp_path, eta, said):
    got = values(changed(path, tmp_path / "eta.xlsx", {"eta": eta}), "formualizer")
    assert said in str(got["verdict"])
    distances = np.hypot(got["x"], got["y"])
    crossed = got["x"][1] < 0
    assert (distances[-1] > distances[0]) == (said in {"diverges", "uphill"})
    assert crossed == (said in {"ends closer", "diverges"})


@pytest.mark.parametrize(
    ("function", "eta", "verdict"),
    [
        (1, -0.1, "uphill"),
        (1, 0, "stays"),
        (1, 1e-9, "settles"),
        (1, 0.499999, "settles"),
        (1, 0.5, "reaches"),
        (1, 0.5000001, "swings"),
        (1, 1, "even"),
        (1, 1.000001, "grows"),
        (2, 0.124, "settles"),
        (2, 0.125, "reaches"),
        (2, 0.2, "swings"),
        (2, 0.25, "even"),
        (2, 0.26, "grows"),
        (3, 0, "stays"),
        (3, 0.5, "nears"),
        (3, 0.6, "wobbles"),
        (3, 1, "slows"),
        (3, 1.1, "bounded"),
        (3, 7.5, "bounded"),
    ],
)
def test_what_the_sheet_says_is_so_at_the_limits_too(path, tmp_path, function, eta, verdict):
    inputs = {"function": function, "eta": eta, "x": 0.3, "y": 0.2}
    got = values(changed(path, tmp_path / "eta.xlsx", inputs), "formualizer")
    said, _, then = str(got["verdict"]).removeprefix("η = ").partition(":")
    known = VERDICTS
    assert then == known[verdict].partition(":")[2]
    for words, sign in {" is above ": 1, " is exactly ": 0, " is below ": -1}.items():
        if words in said:
            told, limit = said.split(words)
            assert np.sign(eta - float(limit)) == sign
            assert (told == limit) == (sign == 0)
    first, last = np.abs(got["y"][0]), np.abs(got["y"][-1])
    crosses = got["y"][1] < 0
    holds = {
        "uphill": got["z"][-1] > got["z"][0],
        "stays": last == first,
        "settles": last < first and not crosses,
        "reaches": np.abs(got["y"][1]) < 1e-12 and not crosses,
        "nears": np.abs(got["y"][1]) < 0.2 * first and not crosses,
        "swings": last < first and crosses,
        "wobbles": last < first and crosses,
        "even": last == pytest.approx(first) and crosses,
        "slows": last < first and crosses,
        "grows": last > first and crosses,
        "bounded": got["z"][-1] > 1e-3 and np.hypot(got["x"], got["y"]).max() <= eta,
    }
    assert holds[verdict]


@pytest.mark.parametrize("function", [1, 2, 3])
def test_a_small_step_changes_z_most_where_the_inner_product_says(path, tmp_path, function):
    inputs = {"function": function, "length": 1e-4, "at": 3}
    got = values(changed(path, tmp_path / "small.xlsx", inputs), "formualizer")
    point, gradient = (got["x"][3], got["y"][3]), (got["dz_dx"][3], got["dz_dy"][3])
    np.testing.assert_allclose((got["x_at"], got["y_at"]), point)
    np.testing.assert_allclose((got["slope_x"], got["slope_y"]), gradient)
    # what is left is of the second order: half the largest curvature times the step squared
    np.testing.assert_allclose(got["change"], got["inner"], atol=1e-8 * 4.01)
    angle = np.degrees(np.arctan2(gradient[1], gradient[0])) % 360
    for column in (got["change"], got["inner"]):
        assert abs(10 * column.argmax() - angle) <= 5
        assert abs(10 * column.argmin() - (angle + 180) % 360) <= 5
    assert np.abs(got["inner"]).max() <= got["bound"]
    assert f"increases most at {10 * got['change'].argmax()}°" in str(got["where"])
    assert f"points to {angle:.2f}°" in str(got["points"])


def test_where_the_gradient_is_0_no_direction_is_steepest(path, tmp_path):
    got = values(changed(path, tmp_path / "level.xlsx", {"x": 0, "y": 0}), "formualizer")
    assert str(got["where"]).startswith("Undecided")
    assert str(got["points"]).startswith("The gradient is 0")


@pytest.mark.slow
def test_from_keeps_what_was_changed_and_takes_options(path, tmp_path):
    start = changed(path, tmp_path / "old.xlsx", {"x": 5, "function": 3})
    new = build(from_workbook=start, eta=0.7, epochs=5, lang="ja")
    assert new.path == tmp_path / "old-new.xlsx"
    got = values(new.path, "formualizer")
    assert got["x"].shape == (6,)
    assert (got["x"][0], got["eta"], got["function"]) == (5, 0.7, 3)


def test_a_quarter_of_a_turn_has_a_cosine_of_0(path):
    got = values(path, "formualizer")
    nothing_is_nearly_0(got, "u", "v", "level_x", "level_y", "unit_x", "unit_y", "step_x")


def test_a_long_number_in_a_sentence_may_be_rounded_either_way(path):
    # in one of these probes z is 11093017.5955975, and IronCalc rounds it up
    assert check(path, "ironcalc", probes=4, seed=1042).agrees
