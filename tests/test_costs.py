"""Costs in a sheet: both costs and their δ are the book's, and the valley is that of NumPy."""

import numpy as np
import openpyxl
import pytest
from experiments import changed, nothing_is_nearly_0

from xlnn.building.build import build
from xlnn.loading.spec import described
from xlnn.loading.values import values


@pytest.fixture(scope="module")
def path(workbook):
    return workbook("costs").path


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def squared(z, t):
    return (t - sigmoid(z)) ** 2 / 2


def cross_entropy(z, t):
    return -(t * np.log(sigmoid(z)) + (1 - t) * np.log(1 - sigmoid(z)))


@pytest.mark.parametrize("t", [1, 0, 0.3])
def test_costs_and_deltas_are_the_books_and_its_central_differences(path, tmp_path, t):
    got = values(changed(path, tmp_path / "t.xlsx", {"t": t}), "formualizer")
    z, h = got["z_along"][:, 0], 1e-5
    np.testing.assert_allclose(z, np.linspace(-8, 8, 41), atol=1e-12)
    for name, cost in (("sq", squared), ("ce", cross_entropy)):
        np.testing.assert_allclose(got[f"C_{name}_along"].ravel(), cost(z, t), rtol=1e-9)
        slope = (cost(z + h, t) - cost(z - h, t)) / (2 * h)
        np.testing.assert_allclose(got[f"delta_{name}_along"].ravel(), slope, atol=1e-8)


def test_where_the_sigmoid_is_flat_cross_entropy_drives_the_unit_a_hundred_times_as_much(path):
    got = values(path, "formualizer")
    ratio = float(got["delta_ce_chosen"][0] / got["delta_sq_chosen"][0])
    assert got["times"] == pytest.approx(ratio, rel=1e-12)
    assert ratio > 100
    assert f"{round(ratio, 1)} times" in str(got["which"])


def test_at_0_the_delta_of_squared_error_is_a_quarter_of_the_other_as_the_guide_says(
    path, tmp_path
):
    got = values(changed(path, tmp_path / "at-0.xlsx", {"z_chosen": 0}), "formualizer")
    assert (got["delta_sq_chosen"][0], got["delta_ce_chosen"][0]) == (-0.125, -0.5)
    assert got["times"] == 4
    guide = openpyxl.load_workbook(path)["Guide"]
    told = [str(cell.value) for row in guide for cell in row]
    assert any("is a quarter of the other" in line for line in told)


def test_a_flat_sigmoid_is_said_to_be(path, tmp_path):
    got = values(changed(path, tmp_path / "flat.xlsx", {"z_chosen": -60}), "formualizer")
    assert got["slope_chosen"][0] < 1e-12
    assert "the sigmoid is flat" in str(got["which"])


def test_the_unit_with_cross_entropy_arrives_first_and_the_sheet_counts_the_steps(path):
    got = values(path, "formualizer")
    far = {name: int((np.abs(got[f"a_{name}"] - 1) > 0.1).sum()) for name in ("sq", "ce")}
    assert far["ce"] < far["sq"] / 2
    said = str(got["far"])
    assert f"of 61 (steps 0 to 60): {far['sq']} with squared error," in said
    assert f" {far['ce']} with cross-entropy." in said


@pytest.mark.parametrize(("name", "cost"), [("sq", squared), ("ce", cross_entropy)])
def test_the_valley_is_the_cost_of_all_rows_at_each_pair_of_weights(path, tmp_path, name, cost):
    got = values(changed(path, tmp_path / "b.xlsx", {"b": 0.3, "middle": [1, -0.5]}), "formualizer")
    x, t = got["x"], got["target"]
    w1, w2 = np.meshgrid(1 + 0.4 * np.arange(-10, 11), -0.5 + 0.4 * np.arange(-10, 11))
    C_T = sum(cost(w1 * x1 + w2 * x2 + 0.3, each) for (x1, x2), each in zip(x, t, strict=True))
    np.testing.assert_allclose(got[f"C_T_{name}"], C_T, rtol=1e-9)
    np.testing.assert_allclose(got[f"low_w1_{name}"], C_T.min(axis=0), rtol=1e-9)
    np.testing.assert_allclose(got[f"low_w2_{name}"], C_T.min(axis=1), rtol=1e-9)
    i, j = np.unravel_index(C_T.argmin(), C_T.shape)
    said = str(got[f"lowest_{name}"])
    assert f"{C_T.min():.4f}" in said
    assert f"w₁ = {round(w1[i, j], 6):g}, w₂ = {round(w2[i, j], 6):g}." in said


def test_the_least_of_the_valley_lies_inside_the_grid(path):
    got = values(path, "formualizer")
    for name in ("sq", "ce"):
        i, j = np.unravel_index(got[f"C_T_{name}"].argmin(), (21, 21))
        assert 0 < i < 20
        assert 0 < j < 20


@pytest.mark.slow
def test_from_keeps_what_was_changed_and_takes_options(path, tmp_path):
    start = changed(path, tmp_path / "old.xlsx", {"b": 5, "z_sq": -3})
    got = values(build(from_workbook=start, eta=0.7, epochs=5, lang="ja").path)
    assert (got["z_sq"].shape, got["z_sq"][0, 0], got["eta"], got["b"]) == ((6, 1), -3, 0.7, 5)


def test_the_axes_of_the_valley_pass_through_0(path):
    nothing_is_nearly_0(values(path, "formualizer"), "w1_sq", "w2_sq", "w1_ce", "w2_ce")


def test_the_deepest_place_of_a_valley_is_found_by_reading(path):
    _, layout = described(path)
    book, got = openpyxl.load_workbook(path), values(path, "formualizer")
    for cost in ("sq", "ce"):
        block = layout.blocks[f"C_T_{cost}"]
        cell = book[layout.titles[block.sheet]].cell(block.row, block.column)
        shown = np.round(
            got[f"C_T_{cost}"], len(cell.number_format.split(";")[0].partition(".")[2])
        )
        assert np.count_nonzero(shown == shown.min()) <= 2


@pytest.mark.parametrize("cost", ["sq", "ce"])
def test_the_lowest_place_of_a_valley_is_framed(path, cost):
    _, layout = described(path)
    block = layout.blocks[f"C_T_{cost}"]
    sheet = openpyxl.load_workbook(path)[layout.titles[block.sheet]]
    first, *_, last = [sheet.cell(*at).coordinate for at in (block.address((0, 0)), block.last)]
    rules = [rule for rule in sheet.conditional_formatting[f"{first}:{last}"] if rule.formula]
    framed = [rule for rule in rules if rule.dxf.border]
    corners = [f"${cell[0]}${cell[1:]}" for cell in (first, last)]
    assert [rule.formula for rule in framed] == [[f"{first}=MIN({':'.join(corners)})"]]
    assert framed[0].dxf.border.left.style == "thin"
