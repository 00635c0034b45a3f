"""Regression in a sheet is the book's line, and the least squares of any other table."""

import csv
import shutil

import numpy as np
import openpyxl
import pytest
from experiments import (
    ENGINES,
    a_template_is_refused,
    agrees_in,
    changed,
    every_kind_of_cell_is_named_when_it_is_wrong,
)
from rewriting import edit

from xlnn.building.build import build
from xlnn.errors import XlnnError
from xlnn.loading.spec import described
from xlnn.loading.values import values
from xlnn.writing.charts import SMALL_PRINT
from xlnn.writing.style import AXIS, signed


@pytest.fixture(scope="module")
def path(workbook):
    return workbook("regression").path


def table(path, rows, headings):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    return path


@pytest.fixture(scope="module")
def prices(tmp_path_factory):
    """A workbook of three columns, of sizes far apart, and noise."""
    folder, generator = tmp_path_factory.mktemp("prices"), np.random.default_rng(5)
    x = generator.normal((80, 3, 1990), (25, 1, 20), (40, 3))
    y = 1000 * x[:, 0] + 5e3 * x[:, 1] - 200 * x[:, 2] + generator.normal(0, 4e3, 40)
    rows = np.round(np.column_stack([x, y]), 3)
    data = table(folder / "my.csv", rows, ["area", "rooms", "year", "price"])
    options = {"data": data, "targets": ["price"], "epochs": 300}
    return rows, build("regression", folder / "prices.xlsx", **options).path


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(engine=1)
@pytest.mark.slow
def test_a_table_of_one_s_own_agrees_as_well(prices, engine):
    agrees_in(engine, prices[1])


def test_the_line_is_that_of_the_seven_people_all_three_ways(path):
    got = values(path, "formualizer")
    x, y = got["x"][:, 0], got["y"]
    p = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    q = y.mean() - p * x.mean()
    assert (round(p, 2), round(q, 2)) == (0.41, -12.06)
    for slope, intercept in (("p", "q"), ("p_fitted", "q_fitted")):
        np.testing.assert_allclose(got[slope], p, rtol=1e-10)
        np.testing.assert_allclose(got[intercept], q, rtol=1e-10)
    np.testing.assert_allclose(got["p_last"], p, rtol=1e-9)  # after 50 halvings
    np.testing.assert_allclose(got["e"], y - p * x - q, atol=1e-9)
    assert "same line" in str(got["agreement"])
    assert str(got["line"]) == "weight_kg = 0.4100 × height_cm − 12.0574"


def test_the_plane_of_many_columns_is_numpys_least_squares(prices):
    rows, path = prices
    got = values(path, "formualizer")
    right = np.linalg.lstsq(np.column_stack([rows[:, :3], np.ones(len(rows))]), rows[:, 3])[0]
    np.testing.assert_allclose([*got["p"], got["q"]], right, rtol=1e-8)
    np.testing.assert_allclose([*got["p_last"], got["q_last"]], right, rtol=1e-6)
    assert "SLOPE and INTERCEPT work with one column only" in str(got["agreement"])
    assert "40 rows determine 4 parameters" in str(got["determined"])


def test_no_line_by_hand_is_better(path, tmp_path, generator):
    least = float(values(path, "formualizer")["C_T"])
    for p, q in generator.normal((0.41, -12), (0.05, 5), (3, 2)):
        got = values(
            changed(path, tmp_path / "hand.xlsx", {"p_hand": p, "q_hand": q}), "formualizer"
        )
        assert got["C_hand"] > least
        assert f"the smallest is {round(least, 4)}" in str(got["by_hand"])
    best = {
        "p_hand": float(values(path, "formualizer")["p"][0]),
        "q_hand": float(values(path, "formualizer")["q"]),
    }
    assert "which is the smallest" in str(
        values(changed(path, tmp_path / "best.xlsx", best), "formualizer")["by_hand"]
    )


@pytest.mark.slow
def test_a_wrong_formula_of_any_quantity_of_a_plane_is_named(prices, tmp_path):
    every_kind_of_cell_is_named_when_it_is_wrong(prices[1], tmp_path / "wrong.xlsx")


@pytest.mark.parametrize("constant", [0, 0.1, 1e8])
def test_a_column_that_never_changes_has_no_coefficient(path, tmp_path, constant):
    got = values(changed(path, tmp_path / "flat.xlsx", {"x": constant}), "formualizer")
    assert (got["p"][0], got["p_fitted"], got["p_last"][0]) == (0, 0, 0)
    assert got["q"] == pytest.approx(got["y"].mean())
    assert "hardly varies" in str(got["determined"])


def test_a_column_that_follows_from_the_others_is_left_out_and_the_errors_stay(prices, tmp_path):
    rows, path = prices
    x = rows[:, :3].copy()
    x[:, 2] = 2 * x[:, 0] - 3 * x[:, 1] + 7
    got = values(changed(path, tmp_path / "twice.xlsx", {"x": x}), "formualizer")
    assert got["p"][2] == 0
    assert "follows from the others" in str(got["determined"])
    right = np.linalg.lstsq(np.column_stack([x[:, :2], np.ones(len(x))]), rows[:, 3])[0]
    np.testing.assert_allclose(got["y_line"], x[:, :2] @ right[:2] + right[2], rtol=1e-9)


def test_the_sheet_says_when_the_descent_has_not_arrived(path, tmp_path):
    got = values(changed(path, tmp_path / "slow.xlsx", {"eta": 0.01}), "formualizer")
    assert "has not converged" in str(got["agreement"])
    assert got["C_last"] > got["C_T"]


def test_the_gradient_of_the_descent_is_the_central_difference_of_C_T(prices):
    got = values(prices[1], "formualizer")
    x, y, step = got["x"], got["y"], 2
    u = (x - x.mean(0)) / x.std(0)

    def cost(g, h):
        return ((y - u @ g - h) ** 2).sum() / 2

    g, h, small = got["g"][step], got["h"][step], 1e-2
    np.testing.assert_allclose(got["C"][step], cost(g, h), rtol=1e-9)
    for j, unit in enumerate(np.eye(3) * small):
        slope = (cost(g + unit, h) - cost(g - unit, h)) / (2 * small) / len(y)
        assert got["dC_dg"][step, j] == pytest.approx(slope, rel=1e-5)
    slope = (cost(g, h + small) - cost(g, h - small)) / (2 * small) / len(y)
    assert got["dC_dh"][step] == pytest.approx(slope, rel=1e-5)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(engine=1)
@pytest.mark.slow
def test_columns_of_sizes_far_apart_agree_and_are_numpys_least_squares(tmp_path, engine):
    generator = np.random.default_rng(1)
    x = generator.normal(size=(60, 8)) * 10.0 ** generator.integers(-6, 7, 8) + 1e3
    rows = np.column_stack([x, x @ generator.normal(size=8) + generator.normal(size=60)])
    data = table(tmp_path / "far.csv", rows, [*"abcdefgh", "y"])
    built = build("regression", tmp_path / "far.xlsx", data=data, targets=["y"], epochs=3)
    agrees_in(engine, built.path)
    d = x - x.mean(0)
    right = np.linalg.lstsq(d / d.std(0), rows[:, -1] - rows[:, -1].mean())[0] / d.std(0)
    # of the column whose numbers differ by 1e-6 around 1e3 the deviations have 7 digits
    np.testing.assert_allclose(values(built.path, "formualizer")["p"], right, rtol=1e-5)


def test_as_many_rows_as_parameters_leave_no_error(tmp_path):
    data = table(tmp_path / "two.csv", [[1, 5], [3, 9]], ["a", "b"])
    got = values(build("regression", tmp_path / "two.xlsx", data=data, targets=["b"]).path)
    np.testing.assert_allclose(got["e"], 0, atol=1e-12)
    assert "there are 0 more" in str(got["determined"])


def axes_of(path):
    """Return the number formats of the axes of the chart of the points."""
    chart = openpyxl.load_workbook(path)["Regression"]._charts[0]  # noqa: SLF001
    return [axis.number_format.formatCode for axis in (chart.x_axis, chart.y_axis)]


@pytest.mark.parametrize(
    ("x", "y", "formats"),
    [
        (1, 1e12, [AXIS, signed("0.0E+00")]),
        (-1e9, 1e-6, [signed("0.0E+00")] * 2),
    ],
)
def test_the_axes_of_large_and_tiny_numbers_have_short_labels(tmp_path, x, y, formats):
    data = table(tmp_path / "d.csv", [[x, 2 * y], [3 * x, -y], [4 * x, 5 * y]], ["x", "y"])
    built = build("regression", tmp_path / "d.xlsx", data=data, targets=["y"], epochs=1)
    assert axes_of(built.path) == formats


def test_the_axes_of_other_numbers_have_usual_labels(path):
    assert axes_of(path) == [AXIS, AXIS]


def limits(path):
    """Return the limits of the axes of all charts: those of the Guide, then the sheet's."""
    guide, sheet = openpyxl.load_workbook(path).worksheets[:2]
    scaled = [
        axis.scaling
        for chart in guide._charts + sheet._charts  # noqa: SLF001
        for axis in (chart.x_axis, chart.y_axis)
    ]
    return [(each.min, each.max) for each in scaled]


@pytest.mark.parametrize("size", [1e-9, 1, 1e12])
@pytest.mark.parametrize("sign", [1, -1])
def test_an_axis_begins_near_its_numbers_and_a_sentence_says_what_is_beyond(tmp_path, size, sign):
    rows = [(2, 45.5), (-1, 56.4), (7, 50)]
    data = table(tmp_path / "d.csv", [[x, sign * size * y] for x, y in rows], ["x", "weight"])
    options = {"data": data, "targets": ["weight"], "epochs": 1, "verify": False}
    path = build("regression", tmp_path / "d.xlsx", **options).path
    got, free, edge = values(path), (None, None), sign * size * 40
    framed = (edge, None) if sign > 0 else (None, edge)
    assert limits(path) == [free, framed, free, framed, framed, free]
    assert got["y_edge"] == edge
    assert str(got["y_shown"]).startswith("The charts show weight ")
    assert str(got["x_shown"]) == ""
    new = {"y": [sign * size * y for y in (30, 50, 56)]}
    typed = values(changed(path, tmp_path / "beyond.xlsx", new))
    where = "below" if sign > 0 else "above"
    assert f"Part of weight lies {where}" in str(typed["y_shown"])
    empty = shutil.copy(path, tmp_path / "empty.xlsx")
    edit(empty, {described(path)[1].cell("y", (1,)): None})
    assert values(empty)["y_shown"] == ""  # the other sentences say what is missing


@pytest.mark.ci
def test_from_a_workbook_with_other_numbers_the_axes_begin_near_these(path, tmp_path):
    typed = changed(path, tmp_path / "old.xlsx", {"y": np.arange(200, 270, 10), "q_hand": 150})
    assert "weight_kg from 40 up" in str(values(typed)["y_shown"])
    new = build(from_workbook=typed, output=tmp_path / "new.xlsx").path
    assert limits(new)[3] == (180, None)
    assert "weight_kg from 180 up" in str(values(new)["y_shown"])


@pytest.mark.parametrize("y", [[7, 7, 7], [0, 0, 0], [-1, 5, 60], [1, 5, 60], [100, 105, 110]])
def test_an_axis_that_excel_begins_near_its_numbers_or_near_0_is_left_to_it(tmp_path, y):
    data = table(tmp_path / "d.csv", list(zip(range(3), y, strict=True)), ["x", "y"])
    options = {"data": data, "targets": ["y"], "epochs": 1, "verify": False}
    path = build("regression", tmp_path / "d.xlsx", **options).path
    assert {*limits(path)} == {(None, None)}
    assert values(path)["y_shown"] == ""


@pytest.mark.slow
def test_from_keeps_what_was_changed_and_takes_options_and_data(path, tmp_path):
    start = changed(path, tmp_path / "old.xlsx", {"q_hand": 5, "y": np.arange(7)})
    got = values(build(from_workbook=start, eta=0.7, epochs=5, lang="ja").path)
    assert (got["g"].shape, got["eta"], got["q_hand"]) == ((6, 1), 0.7, 5)
    np.testing.assert_array_equal(got["y"], np.arange(7))
    data = table(tmp_path / "my.csv", [[1, 2, 3], [4, 5, 9], [7, 9, 1]], ["a", "b", "c"])
    new = build(from_workbook=start, output=tmp_path / "n.xlsx", data=data, targets=["a"])
    assert [*values(new.path, "formualizer")["names"]] == ["b", "c", "a"]


REFUSED = [
    ({"data": "my.csv"}, "--data and --target belong together"),
    ({"data": "my.csv", "targets": ["nothing"]}, '"nothing" is not there'),
    ({"data": "my.csv", "targets": ["a", "b"]}, "name one column to predict"),
    ({"data": "my.csv", "targets": ["c"]}, "2 rows cannot determine 3 parameters"),
    ({"data": "tiny.csv", "targets": ["b"]}, "column a: its numbers differ by 2e-200"),
    ({"data": "huge.csv", "targets": ["a"]}, "column a: its numbers differ by 1e.200"),
    ({"data": "wide.csv", "targets": ["y"]}, "31 columns were found and 30 are eliminated"),
    ({"data": "word.csv", "targets": ["b"]}, '"red" is not a number'),
    ({"data": "none.csv", "targets": ["b"]}, "none.csv"),
]


@pytest.mark.parametrize(("options", "sentence"), REFUSED)
def test_data_that_cannot_be_are_refused_in_a_sentence(tmp_path, options, sentence):
    table(tmp_path / "my.csv", [[1, 2, 3], [4, 5, 6]], ["a", "b", "c"])
    table(tmp_path / "word.csv", [[1, 2], ["red", 5], [3, 4]], ["a", "b"])
    table(tmp_path / "tiny.csv", [[1e-200, 2], [2e-200, 5], [0, 4]], ["a", "b"])
    table(tmp_path / "huge.csv", [[1e200, 2], [2e200, 5], [1e200, 4]], ["a", "b"])
    table(tmp_path / "wide.csv", np.eye(40)[:, :32], [f"c{n}" for n in range(31)] + ["y"])
    options = {**options, "data": tmp_path / options["data"]}
    with pytest.raises(XlnnError, match=sentence):
        build("regression", tmp_path / "regression.xlsx", **options)
    assert not (tmp_path / "regression.xlsx").exists()


TEMPLATES = [
    ("[sizes]\nsteps = 3", r"\[data\] does not say its file"),
    ("[data]\nfile = 1\ntarget = 'b'", r"\[data\]: file is 1: a text is expected"),
    ("data = 1", "data is 1: a table, written in"),
    ("[data]\nfile = 'my.csv'\ntarget = 'b'\n[sizes]\nx = 1", "sizes of a regression workbook are"),
]


@pytest.mark.parametrize(("text", "sentence"), TEMPLATES)
def test_a_template_that_cannot_be_is_refused_in_a_sentence(tmp_path, text, sentence):
    folder = tmp_path / "mine"
    folder.mkdir()
    table(folder / "my.csv", [[1, 2], [4, 5]], ["a", "b"])
    a_template_is_refused(tmp_path, f'kind = "regression"\n{text}\n', sentence)


def test_the_numbers_beside_the_small_chart_of_the_guide_are_small(path):
    guide, sheet = openpyxl.load_workbook(path).worksheets[:2]
    (chart,), whole = guide._charts, sheet._charts[0]  # noqa: SLF001 -- no other way
    for axis in (chart.x_axis, chart.y_axis):
        assert axis.txPr.p[0].pPr.defRPr.sz == SMALL_PRINT
    assert whole.x_axis.txPr is None


def test_text_as_the_learning_rate_is_named_as_a_reason_for_no_result(path, tmp_path):
    copy = shutil.copy(path, tmp_path / "copy.xlsx")
    edit(copy, {described(copy)[1].cell("eta", ()): '="abc"'})
    got = values(copy, "formualizer")
    assert "an input is not a number" in str(got["agreement"])
