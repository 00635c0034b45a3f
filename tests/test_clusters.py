"""k-means and power iteration find the groups and the axes that other ways of computing find."""

import zipfile
from functools import cache

import numpy as np
import openpyxl
import pytest
from experiments import ENGINES, agrees_in, built, changed

import xlnn
from xlnn import Axis, Model, alike, reference, workbook
from xlnn.building.plan import planned, source_of_template
from xlnn.engines import load
from xlnn.equations import principal
from xlnn.errors import XlnnError
from xlnn.loading.spec import described
from xlnn.loading.values import read_array, values
from xlnn.options import Options

UPRIGHT = [[0, n % 5] for n in range(60)]
ROUND = [[np.cos(n * np.pi / 30), np.sin(n * np.pi / 30)] for n in range(60)]
"""Points of a circle, which has no longest axis."""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return built(tmp_path_factory.mktemp("clusters"), "clusters")


@pytest.fixture(scope="module")
def got(path):
    return values(path, "formualizer")


def test_no_step_makes_the_cost_larger_and_the_last_ones_change_nothing(got):
    assert (np.diff(got["C_T"]) <= 1e-12).all()
    assert got["C_T"][-1] == got["C_T"][-2] < got["C_T"][0] / 3
    assert np.sort(got["points"][-1]).tolist() == [19, 20, 21]  # of three groups of 20


def test_by_default_the_centres_take_several_steps_and_then_stand_still(got):
    moved = np.abs(np.diff(got["centres"], axis=0)).max(axis=(1, 2)) > 0
    assert moved.sum() >= 5
    assert moved.tolist() == sorted(moved, reverse=True)  # and not a step is left out
    assert len(moved) - moved.sum() <= 2  # few steps in which nothing moves
    assert got["last_move"] == moved.sum()
    assert (got["points"] > 0).all()


def test_no_number_beside_the_axes_has_an_exponent():
    plan = planned(source_of_template("clusters"), Options())
    looks = plan.kind.drawings(plan.spec, plan.layout)["axes"].looks
    for name in ("off1", "off2", "third"):
        assert ";" in looks[name].number_format  # no rule for small numbers is added to it


def hidden_rows(sheet):
    return {row for row, each in sheet.row_dimensions.items() if each.hidden}


def test_the_steps_after_the_last_change_are_folded(path, got):
    workbook = openpyxl.load_workbook(path)
    steps, centres = workbook["Steps"], workbook["Centres"]
    last, points = int(got["last_move"]), len(got["x"])
    assert hidden_rows(centres) == {*range(6 + last + 1, 6 + len(got["C_T"]))}
    assert hidden_rows(steps) == {*range(6 + (last + 1) * points, 6 + len(got["C_T"]) * points)}
    for sheet in (steps, centres):
        first = min(hidden_rows(sheet))
        assert sheet.row_dimensions[first].outlineLevel == 1
        assert sheet.row_dimensions[first - 1].collapsed
        assert sheet["A3"].value.startswith(f"After step {last} nothing changed")
    assert not any(hidden_rows(workbook[title]) for title in ("Clusters", "Points", "Drawn"))


def test_nothing_is_folded_while_the_centres_move(tmp_path):
    workbook = openpyxl.load_workbook(built(tmp_path, "clusters", epochs=5))
    assert not any(map(hidden_rows, workbook))
    assert workbook["Steps"]["A3"].value is None


def test_nothing_is_folded_in_an_exercise(tmp_path):
    (made,) = xlnn.exercise("clusters", tmp_path / "a.xlsx", blank="centres")
    assert not any(map(hidden_rows, openpyxl.load_workbook(made.path)))


def test_charts_show_the_steps_that_are_folded(path):
    with zipfile.ZipFile(path) as file:
        charts = [file.read(each) for each in file.namelist() if "charts/chart" in each]
    assert charts
    assert all(b'plotVisOnly val="0"' in chart for chart in charts)


def test_the_centres_are_those_of_scikit_learn(got):
    cluster = pytest.importorskip("sklearn.cluster")
    means = cluster.KMeans(3, init=got["centres"][0], n_init=1, tol=0).fit(got["x"])
    np.testing.assert_allclose(got["centres"][-1], means.cluster_centers_, atol=1e-9)
    assert got["C_T"][-1] == pytest.approx(means.inertia_)


def test_the_axes_are_the_eigenvectors_of_the_covariance(got):
    variances, vectors = np.linalg.eigh(np.cov(got["x"].T, bias=True))
    # of eight steps, each of which leaves a fourteenth of the error of a variance
    np.testing.assert_allclose([got["lam2"], got["lam1"]], variances, rtol=1e-7)
    for axis, vector in ((got["axis2"], vectors[:, 0]), (got["axis1"], vectors[:, 1])):
        assert abs(axis @ vector) == pytest.approx(1)
        assert axis[np.abs(axis).argmax()] > 0
    assert got["share1"] + got["share2"] == pytest.approx(1)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(1)
def test_a_centre_without_points_stays_where_it_is(path, tmp_path, engine):
    start = values(path, "formualizer")["centres"][0].copy()
    start[1] = 99
    copy = changed(path, tmp_path / "changed.xlsx", {"centres": start})
    agrees_in(engine, copy)
    got = values(copy, "formualizer")
    assert (got["centres"][:, 1] == 99).all()
    assert got["empty"] == 1
    assert "clusters without points: 1" in str(got["told"])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(1)
def test_points_that_are_near_to_0_are_told_apart(path, tmp_path, got, engine):
    small = {"x": got["x"] * 1e-9, "centres": got["centres"][0] * 1e-9}
    copy = changed(path, tmp_path / "changed.xlsx", small)
    agrees_in(engine, copy)
    np.testing.assert_array_equal(values(copy, engine)["points"], got["points"])


def test_where_it_ends_depends_on_where_it_begins(path, tmp_path, got):
    start = {"centres": [[2, 1], [2, 1.2], [4, 4]]}
    other = values(changed(path, tmp_path / "changed.xlsx", start), "formualizer")
    assert other["C_T"][-1] > 3 * got["C_T"][-1]


def test_the_sign_of_an_axis_does_not_depend_on_where_the_iteration_begins(path, tmp_path, got):
    start = {"v1": -got["v1"][0], "v2": [-3, 0.5]}
    other = values(changed(path, tmp_path / "changed.xlsx", start), "formualizer")
    for axis in ("axis1", "axis2"):
        np.testing.assert_allclose(other[axis], got[axis], atol=1e-6)


def test_points_that_are_all_equal_have_no_axis(path, tmp_path):
    copy = changed(path, tmp_path / "changed.xlsx", {"x": 2.5})
    agrees_in("formualizer", copy)
    got = values(copy, "formualizer")
    assert got["share1"] == got["lam1"] == got["C_T"][-1] == 0
    assert str(got["main"]) == "All points are the same: there are no axes."


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"x": 0.1}, "All points are the same"),  # whose mean is rounded
        ({"v1": 0}, "A direction is 0 at the start"),
        ({"v2": 0}, "A direction is 0 at the start"),
        ({"x": UPRIGHT, "v1": [1, 0]}, "not yet the axes"),  # at right angles to the axis
    ],
)
def test_axes_are_told_only_where_there_are_some(path, tmp_path, given, said):
    copy = changed(path, tmp_path / "changed.xlsx", given)
    agrees_in("formualizer", copy)
    assert said in str(values(copy, "formualizer")["main"])


def test_points_that_are_all_cleared_are_the_same(path, tmp_path):
    workbook, layout = openpyxl.load_workbook(path), described(path)[1]
    for title, row, column in layout.places("x").values():
        workbook[title].cell(row, column).value = None
    workbook.save(tmp_path / "cleared.xlsx")
    computed = load("formualizer", tmp_path / "cleared.xlsx")({})
    for name in ("mean", "spread", "lam1", "main"):
        got = read_array(layout, layout.blocks[name], computed)
        assert "All points are the same" in str(got) if name == "main" else (got == 0).all()


def of_axes(**options):
    """Return a run of the template, and how far its axes are from the eigenvectors."""
    plan = planned(source_of_template("clusters"), Options(**options))
    found = reference.run(plan.layout.model, plan.inputs)
    return found, far_off(found)


def far_off(found):
    vectors = np.linalg.eigh(np.cov(found["x"].T, bias=True))[1]
    return max(
        np.abs(np.abs(vectors[:, k]) - np.abs(found[axis])).max()
        for axis, k in (("axis1", -1), ("axis2", -2))
    )


def test_axes_that_are_off_in_the_third_decimal_are_not_told():
    found, off = of_axes(epochs=6, seed=4)
    assert off > principal.SEEN
    assert "not yet the axes" in str(found["main"])


@pytest.mark.parametrize("steps", [2, 4, 6, 12])
def test_axes_that_are_told_are_right_to_three_decimals(steps):
    runs = [of_axes(epochs=steps, seed=seed) for seed in range(20)]
    told = [off for found, off in runs if found["varies"] == 2]
    assert len(told) == {2: 0, 12: 20}.get(steps, len(told))
    assert max(told, default=0) <= principal.SEEN


@cache
def axes_model(columns, steps):
    place, step = Axis("place", 40), Axis("step", steps + 1, "up", counts_from=0)
    of = [alike(axes=axes, shape=(columns,)) for axes in ((), (place,), (step,))]
    return Model((of[1]("x"), *principal.axes(*of, columns=columns, rows=place)))


@pytest.mark.parametrize("columns", [2, 3, 5])
def test_axes_of_any_points_are_told_only_if_they_are_found(columns, generator):
    told = set()
    for steps in (3, 12, 100):
        for _ in range(40):
            sizes = generator.choice([1, 1.02, 2, 9], columns)
            turned = np.linalg.qr(generator.normal(size=(columns, columns)))[0]
            x = generator.normal(size=(40, columns)) * sizes @ turned
            v1, v2 = generator.normal(size=(2, 1, columns))
            found = reference.run(axes_model(columns, steps), {"x": x, "v1": v1, "v2": v2})
            told.add(int(found["varies"]))
            lengths = np.linalg.eigvalsh(np.cov(x.T, bias=True))[::-1]
            if found["varies"] == 2:
                assert far_off(found) <= 2 * principal.SEEN, lengths
            elif found["varies"] == 4:
                assert (lengths[1:3] / lengths[: len(lengths[1:3])]).max() > 0.85
    assert {1, 2} <= told


@pytest.mark.parametrize(
    ("x", "said"),
    [
        (ROUND, "cannot be told apart"),
        (np.multiply(ROUND, [1, 0.99]), "cannot be told apart"),
        (np.multiply(ROUND, [1, 0.9]), "The first axis has 0.552 of the variance"),
        ([[n, 2 * n] for n in range(60)], "All points are on one line"),
    ],
)
def test_axes_of_nearly_equal_variance_are_not_told_apart(x, said):
    plan = planned(source_of_template("clusters"), Options(epochs=40))
    turned = np.array(x) @ [[0.8, 0.6], [-0.6, 0.8]]
    found = reference.run(plan.layout.model, {**plan.inputs, "x": turned})
    assert said in str(found["main"])


def test_a_model_of_ones_own_states_the_axes_of_its_rows(tmp_path):
    place = Axis("place", 40)
    turn = Axis("step", 61, "up", counts_from=0)
    of = [alike(axes=axes, shape=(3,)) for axes in ((), (place,), (turn,))]
    model = Model((of[1]("x"), *principal.axes(*of, columns=3, rows=place)))
    x = np.random.default_rng(1).normal(size=(40, 3)) * (0.01, 5, 2)
    given = {"x": x, "v1": np.ones((1, 3)), "v2": np.array([[1, 0, 1]])}
    run = workbook(model, given, tmp_path / "own.xlsx")
    assert run.report.agrees
    lengths, vectors = np.linalg.eigh(np.cov(x.T, bias=True))
    found = reference.run(model, given)
    for n, k in (("1", -1), ("2", -2)):
        assert found[f"lam{n}"] == pytest.approx(lengths[k], rel=1e-9)
        assert abs(found[f"axis{n}"] @ vectors[:, k]) == pytest.approx(1)
    assert found["varies"] == 2


def test_too_few_steps_find_no_axes(tmp_path):
    got = values(built(tmp_path, "clusters", epochs=2), "formualizer")
    assert got["share1"] + got["share2"] > 1.001
    assert "not yet the axes" in str(got["main"])


def test_the_iteration_begins_along_the_columns_that_spread_most(tmp_path):
    found, _ = of_points(tmp_path, "x,y,z\n0,0,1\n0,0,2\n0,1,5\n")
    assert found["v1"][0].tolist() == [0, 0, 1]
    assert found["v2"][0].tolist() == [0, 1, 0]


def test_the_picture_shows_each_point_in_the_series_of_its_cluster(path, tmp_path):
    got = values(changed(path, tmp_path / "changed.xlsx", {"shown": 1}), "formualizer")
    for n, nearest in enumerate(got["nearest"][1].astype(int)):
        shown = got["drawn"][n]
        np.testing.assert_array_equal(shown[:, nearest - 1], got["x"][n])
        others = [k for k in range(3) if k != nearest - 1]
        np.testing.assert_array_equal(shown[:, others], got["centres"][1][others].T)
    assert (got["path"][1:] == got["centres"][1].T).all()


def of_points(tmp_path, text, **options):
    """Compute the clusters of a CSV."""
    (tmp_path / "my.csv").write_text(text)
    plan = planned(source_of_template("clusters"), Options(data=tmp_path / "my.csv", **options))
    return reference.run(plan.layout.model, plan.inputs), plan.told


@pytest.mark.parametrize("columns", [2, 5])
@pytest.mark.parametrize("factor", [1, -1e8, 1e-9])
def test_a_person_brings_points_of_any_size(tmp_path, columns, factor):
    rows = [
        [factor * (1 + (n % 3) * 5 + (n * k % 7) / 10) for k in range(columns)] for n in range(12)
    ]
    names = ",".join(f"c{k}" for k in range(columns))
    found, notes = of_points(
        tmp_path, names + "\n" + "\n".join(",".join(map(repr, row)) for row in rows)
    )
    np.testing.assert_allclose(found["x"], rows, rtol=1e-14)
    assert found["C_T"][-1] < found["C_T"][0] / 3
    assert sorted(found["points"][-1]) == [4, 4, 4]
    assert f"my.csv: 12 rows of {columns} inputs" in notes[0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x,y\n1,2\n3,4\n", "my.csv: points is 2: a whole number from 3 to 5,000 is expected"),
        (",".join(f"c{n}" for n in range(11)) + ("\n" + ",".join("12345678901")) * 3,
         "my.csv: columns is 11: a whole number from 2 to 10 is expected"),
        ("x,y\n1,2\n3,\n5,6\n7,8\n", "1 value missing in 1 line, the first in line 3, column y"),
    ],
)  # fmt: skip
def test_points_that_cannot_be_are_refused_in_a_sentence(tmp_path, text, sentence):
    with pytest.raises(XlnnError, match=sentence):
        of_points(tmp_path, text)


def test_how_points_are_read_may_be_said(tmp_path):
    text = "n;x;y\na;1,5;2\nb;3,5;\nc;5;6\nd;7;8\n"
    found, _ = of_points(tmp_path, text, decimal=",", missing="drop", drop=("n",))
    assert found["x"].tolist() == [[1.5, 2], [5, 6], [7, 8]]


def test_how_data_are_read_is_refused_without_data():
    with pytest.raises(XlnnError, match="--missing says how to read data: add --data"):
        planned(source_of_template("clusters"), Options(missing="drop"))
