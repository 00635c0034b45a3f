"""Gradient descent in a sheet is the book's table, and any other surface, step and start."""

import numpy as np
import pytest
from experiments import (
    ENGINES,
    a_template_is_refused,
    agrees_in,
    an_option_is_refused,
    built,
    changed,
    every_kind_of_cell_is_named_when_it_is_wrong,
    nothing_is_nearly_0,
)

from xlnn.building.build import build
from xlnn.equations.surface import SURFACES
from xlnn.linting import lint
from xlnn.reading.values import values
from xlnn.shipped.text import languages


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return built(tmp_path_factory.mktemp("descent"), "descent")


@pytest.mark.parametrize("engine", ENGINES)
def test_every_formula_agrees_with_numpy(path, engine):
    assert agrees_in(engine, path).formula_cells == 1167


def test_the_table_is_the_one_of_the_book(path):
    # z = x² + y² from (3, 2) with η = 0.1: each step takes x and y to 0.8 of what they are
    got = values(path, "formualizer")
    steps = 0.8 ** np.arange(31)
    np.testing.assert_allclose(got["x"], 3 * steps, rtol=1e-12)
    np.testing.assert_allclose(got["y"], 2 * steps, rtol=1e-12)
    np.testing.assert_allclose(got["dz_dx"], 6 * steps, rtol=1e-12)
    np.testing.assert_allclose(got["dx"], -0.6 * steps, rtol=1e-12)
    np.testing.assert_allclose(got["z"], 13 * steps**2, rtol=1e-12)


INPUTS = [
    {"function": 2, "eta": 0.2, "x": -1.7, "y": 0.30000000000000004},
    {"function": 3, "eta": 0.9, "x": 30.5, "y": 20.25},
    {"function": 1, "eta": 1.3, "x": 1e-9, "y": -1e-9},
    {"function": 2, "eta": 1e-12, "x": 1e8, "y": 1e8},
    {"function": 3, "eta": 0.1, "x": 0, "y": 0},
    {"function": 1, "eta": -0.1, "x": 3, "y": 2},
    {"function": 3, "at": 30, "length": 2.5, "x": -0.7, "y": 0},
    {"function": 2, "at": 7, "length": 0, "x": 3, "y": 2},
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("inputs", INPUTS)
def test_other_inputs_typed_into_the_sheet_agree_as_well(path, tmp_path, inputs, engine):
    agrees_in(engine, changed(path, tmp_path / "changed.xlsx", inputs))


def test_a_wrong_formula_of_any_quantity_is_named(path, tmp_path):
    every_kind_of_cell_is_named_when_it_is_wrong(path, tmp_path / "wrong.xlsx")


@pytest.mark.parametrize("surface", SURFACES, ids=[surface.text for surface in SURFACES])
def test_the_slopes_of_a_surface_are_its_central_differences(surface, generator):
    x, y, h = *generator.uniform(-3, 3, (2, 20)), 1e-6
    dx = (surface.z.array(x + h, y) - surface.z.array(x - h, y)) / (2 * h)
    dy = (surface.z.array(x, y + h) - surface.z.array(x, y - h)) / (2 * h)
    # a central difference of this h is right to about 1e-9
    np.testing.assert_allclose(surface.dz_dx.array(x, y), dx, rtol=0, atol=1e-8)
    np.testing.assert_allclose(surface.dz_dy.array(x, y), dy, rtol=0, atol=1e-8)


@pytest.mark.parametrize("surface", SURFACES, ids=[surface.text for surface in SURFACES])
def test_the_curvature_of_a_surface_is_the_largest_of_its_second_differences(surface):
    h = 1e-4
    angles = np.linspace(0, np.pi, 181)
    u, v = h * np.cos(angles), h * np.sin(angles)
    second = (
        surface.z.array(u, v) - 2 * surface.z.array(0.0, 0.0) + surface.z.array(-u, -v)
    ) / h**2
    assert second.max() == pytest.approx(surface.curvature, rel=1e-6)


@pytest.mark.parametrize("surface", SURFACES, ids=[surface.text for surface in SURFACES])
def test_a_level_line_is_where_the_surface_has_that_level(surface, generator):
    angles, level = generator.uniform(0, 2 * np.pi, 50), 2.5
    u, v = np.cos(angles), np.sin(angles)
    radius = surface.radius.array(level, u, v)
    np.testing.assert_allclose(surface.z.array(radius * u, radius * v), level, rtol=1e-12)


@pytest.mark.parametrize(
    ("eta", "said"),
    [(0.1, "its own side"), (0.6, "swing"), (1.1, "diverges"), (-1, "uphill")],
)
def test_the_sheet_says_what_eta_does(path, tmp_path, eta, said):
    got = values(changed(path, tmp_path / "eta.xlsx", {"eta": eta}), "formualizer")
    assert said in str(got["verdict"])
    distances = np.hypot(got["x"], got["y"])
    crossed = got["x"][1] < 0
    assert (distances[-1] > distances[0]) == (said in {"diverges", "uphill"})
    assert crossed == (said in {"swing", "diverges"})


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
    assert f"grows most at {10 * got['change'].argmax()}°" in str(got["where"])


def test_where_the_gradient_is_0_no_direction_is_steepest(path, tmp_path):
    got = values(changed(path, tmp_path / "level.xlsx", {"x": 0, "y": 0}), "formualizer")
    assert "The gradient is 0" in str(got["where"])


def test_from_keeps_what_was_changed_and_takes_options(path, tmp_path):
    start = changed(path, tmp_path / "old.xlsx", {"x": 5, "function": 3})
    new = build(from_workbook=start, eta=0.7, epochs=5, lang="ja")
    assert new.path == tmp_path / "old-new.xlsx"
    got = values(new.path, "formualizer")
    assert got["x"].shape == (6,)
    assert (got["x"][0], got["eta"], got["function"]) == (5, 0.7, 3)


REFUSED = [
    ({"data": "my.csv"}, "--data means nothing to descent: it takes --epochs, --eta, --lang"),
    ({"epochs": 10**4 + 1}, "a whole number from 1 to 10,000"),
    ({"epochs": 0}, "steps is 0: a whole number from 1"),
    ({"epochs": 10**9}, "a whole number from 1 to 10,000"),
    ({"eta": float("nan")}, "eta holds a number that is not finite"),
    ({"eta": "fast"}, "eta is 'fast': a number is expected"),
    ({"eta": 1e30}, "is no finite number"),
    ({"lang": "xx"}, 'no language "xx"'),
]


@pytest.mark.parametrize(("options", "sentence"), REFUSED)
def test_an_option_that_cannot_be_is_refused_in_a_sentence(tmp_path, options, sentence):
    an_option_is_refused(tmp_path, "descent", options, sentence)


TEMPLATES = [
    ("[sizes]\nsteps = 3", "the input eta is missing"),
    ("[sizes]\nsteps = 3\n[inputs]\neta=1\nfunction=4\nx=1\ny=1", "from 1 to 3"),
    ("[sizes]\nsteps = 3\n[inputs]\neta=1\nfunction=1\nx=[1,2]\ny=1", "x takes"),
    ("[sizes]\nsteps = 3\n[inputs]\neta=1\nfunction=1\nx=1\ny=1\nq=1", "q is no input"),
    ("[sizes]\n[inputs]\neta=1", "the sizes of a descent workbook are steps"),
    ("colour = 1", "colour is unknown"),
    ("sizes = 3", "sizes is no table"),
]


@pytest.mark.parametrize(("text", "sentence"), TEMPLATES)
def test_a_template_that_cannot_be_is_refused_in_a_sentence(tmp_path, text, sentence):
    a_template_is_refused(tmp_path, f'kind = "descent"\n{text}\n', sentence)


@pytest.mark.parametrize("lang", languages())
def test_it_is_written_in_every_language_and_excel_would_not_repair_it(tmp_path, lang):
    assert lint(built(tmp_path, "descent", lang=lang)) == ()


def test_a_quarter_of_a_turn_has_a_cosine_of_0(path):
    got = values(path, "formualizer")
    nothing_is_nearly_0(got, "u", "v", "level_x", "level_y", "unit_x", "unit_y", "step_x")
