"""Exclusive or without and with a hidden layer: one line cannot divide it, and two can."""

import numpy as np
import openpyxl
import pytest
from experiments import built, changed

from xlnn.building.build import build
from xlnn.experiments.xor_layers import line_end
from xlnn.linting import lint
from xlnn.loading.spec import described
from xlnn.loading.values import values
from xlnn.registry.text import languages

POINTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


@pytest.fixture(scope="module")
def path(workbook):
    return workbook("xor-layers").path


@pytest.fixture(scope="module")
def short(workbook):
    return workbook("xor-layers", epochs=5).path


def test_the_hidden_layer_learns_what_one_unit_does_not(path):
    got = values(path, "formualizer")
    assert got["right_hidden"] == 4
    assert got["right_single"] < 4
    assert got["C_T_hidden"][-1] < 0.05
    assert got["C_T_single"][-1] == pytest.approx(0.5, abs=1e-3)  # all outputs at a half
    assert "Each hidden unit draws its own line" in str(got["means"])
    assert "are right without a hidden layer, and 4 with one" in str(got["counts"])


def test_no_line_at_all_divides_exclusive_or(generator):
    # what the Guide says, of 100,000 lines; for OR some do
    lines = generator.normal(size=(100_000, 3))
    fires = (lines[:, :2] @ POINTS.T + lines[:, 2:] >= 0).astype(int)
    assert not (fires == [0, 1, 1, 0]).all(axis=1).any()
    assert (fires == [0, 1, 1, 1]).all(axis=1).any()


def trained(start, targets, epochs, eta=2.0):
    """Train both networks in bare Python, a number at a time; return all C_T and the weights."""

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    w = {name: np.array(array, dtype=float) for name, array in start.items()}
    costs = {"single": [], "hidden": []}
    for _ in range(epochs + 1):
        total = dict.fromkeys(costs, 0.0)
        slope = {name: np.zeros_like(array) for name, array in w.items()}
        for (x1, x2), t in zip(POINTS, targets, strict=True):
            a = sigmoid(w["W_single"][0, 0] * x1 + w["W_single"][0, 1] * x2 + w["b_single"][0])
            delta = (a - t) * a * (1 - a)
            slope["W_single"][0] += [delta * x1, delta * x2]
            slope["b_single"][0] += delta
            total["single"] += (t - a) ** 2 / 2
            h = [sigmoid(w["W2"][j, 0] * x1 + w["W2"][j, 1] * x2 + w["b2"][j]) for j in range(2)]
            a = sigmoid(w["W3"][0, 0] * h[0] + w["W3"][0, 1] * h[1] + w["b3"][0])
            delta = (a - t) * a * (1 - a)
            slope["W3"][0] += [delta * h[0], delta * h[1]]
            slope["b3"][0] += delta
            for j in range(2):
                below = delta * w["W3"][0, j] * h[j] * (1 - h[j])
                slope["W2"][j] += [below * x1, below * x2]
                slope["b2"][j] += below
            total["hidden"] += (t - a) ** 2 / 2
        for name, cost in total.items():
            costs[name].append(cost)
        w = {name: array - eta * slope[name] for name, array in w.items()}
    return costs


def test_both_trainings_are_those_of_bare_python(path):
    got = values(path, "formualizer")
    start = {name: got[name][0] for name in ("W_single", "b_single", "W2", "b2", "W3", "b3")}
    costs = trained(start, [0, 1, 1, 0], 120)
    np.testing.assert_allclose(got["C_T_single"], costs["single"], rtol=1e-9)
    np.testing.assert_allclose(got["C_T_hidden"], costs["hidden"], rtol=1e-9)


@pytest.mark.parametrize("targets", [[0, 1, 1, 1], [0, 0, 0, 1]], ids=["or", "and"])
def test_one_line_is_enough_for(path, tmp_path, targets):
    got = values(changed(path, tmp_path / "other.xlsx", {"t": np.array(targets)[:, np.newaxis]}))
    assert got["right_single"] == 4
    assert "for these points one line is enough" in str(got["means"])


def test_a_moved_point_lets_one_line_do(path, tmp_path):
    x = np.where(POINTS.all(axis=1, keepdims=True), 0.2, POINTS)
    got = values(changed(path, tmp_path / "moved.xlsx", {"x": x}), "formualizer")
    assert got["right_single"] == 4


def test_equal_hidden_units_stay_equal(path, tmp_path):
    same = {"W2": [[1.5, -0.5], [1.5, -0.5]], "b2": [0.25, 0.25], "W3": [[0.75, 0.75]]}
    inputs = {name: np.array(array)[np.newaxis] for name, array in same.items()}
    got = values(changed(path, tmp_path / "same.xlsx", inputs), "formualizer")
    np.testing.assert_array_equal(got["W2"][:, 0], got["W2"][:, 1])
    assert got["right_hidden"] < 4


def test_the_ends_of_a_line_lie_on_it(generator):
    W, b = generator.normal(size=(50, 2)), generator.normal(size=50)
    x, y = (line_end(along).array(W, b) for along in (0, 1))
    np.testing.assert_allclose(W[:, :1] * x + W[:, 1:] * y + b[:, np.newaxis], 0, atol=1e-12)
    np.testing.assert_allclose(np.hypot(np.diff(x), np.diff(y)), 8, rtol=1e-12)


@pytest.mark.slow
def test_the_epoch_shown_shows_its_weights(path, tmp_path):
    whole = values(path, "formualizer")
    for epoch in (0, 1, 57):
        got = values(changed(path, tmp_path / "shown.xlsx", {"shown": epoch}), "formualizer")
        for name in ("W_single", "b_single", "W2", "b2", "W3", "b3"):
            np.testing.assert_allclose(got[f"{name}_shown"], whole[name][epoch])
        np.testing.assert_allclose(got["a3_shown"], whole["a3"][epoch])
        assert f"After epoch {epoch}, " in str(got["counts"])


def test_fewer_epochs_show_the_last_one(short):
    assert values(short, "formualizer")["shown"] == 5


@pytest.mark.slow
def test_from_keeps_what_was_changed_and_takes_options(short, tmp_path):
    start = changed(short, tmp_path / "old.xlsx", {"t": [[0], [1], [1], [1]], "eta": 3})
    new = build(from_workbook=start, epochs=3, lang="zh")
    got = values(new.path, "formualizer")
    assert got["C_T_single"].shape == (4,)
    assert (got["eta"], got["shown"]) == (3, 3)
    np.testing.assert_array_equal(got["t"].ravel(), [0, 1, 1, 1])


@pytest.mark.parametrize("lang", languages())
@pytest.mark.slow
def test_it_is_written_in_every_language_and_excel_would_not_repair_it(tmp_path, lang):
    path = built(tmp_path, "xor-layers", lang=lang, epochs=3)
    assert lint(path) == ()
    charts = openpyxl.load_workbook(path).worksheets[1]._charts  # noqa: SLF001 -- no other way
    assert [len(chart.series) for chart in charts] == [3, 4, 2]


def test_an_output_that_is_shown_as_a_half_is_not_counted_as_right(path):
    got = values(path, "formualizer")
    assert np.all(np.abs(got["a_single_shown"] - 0.5) < 0.0005)
    assert got["right_single"] == 0
    assert set(got["side_single"].ravel()) == {-1}


@pytest.mark.parametrize(("lang", "marks"), [("en", "✓–✗"), ("zh", "✓–✗"), ("ja", "○–×")])
def test_right_and_wrong_are_marked_as_the_language_does(tmp_path, lang, marks):
    sheet = openpyxl.load_workbook(built(tmp_path, "xor-layers", lang=lang, epochs=2)).worksheets[1]
    formats = {cell.number_format for row in sheet.iter_rows() for cell in row}
    assert ";".join(f'"{mark}"' for mark in marks) in formats


def test_a_point_that_a_series_does_not_show_is_blank_below_the_axes(short):
    got = values(short, "formualizer")
    np.testing.assert_array_equal(got["height"] >= 0, [[1, 0], [0, 1], [0, 1], [1, 0]])
    sheet = openpyxl.load_workbook(short)["Weights"]
    low = sheet.parent.worksheets[1]._charts[0].y_axis.scaling.min  # noqa: SLF001 -- no other way
    assert got["height"].min() < low
    block = described(short)[1].blocks["height"]
    positive, negative = sheet.cell(block.row, block.column).number_format.split(";")
    assert (positive, negative) == ("0.0", "")
