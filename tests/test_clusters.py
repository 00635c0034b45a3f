"""k-means and power iteration find the groups and the axes that other ways of computing find."""

import numpy as np
import pytest
from experiments import ENGINES, agrees_in, built, changed

from xlnn.loading.values import values


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


def test_the_centres_are_those_of_scikit_learn(got):
    cluster = pytest.importorskip("sklearn.cluster")
    means = cluster.KMeans(3, init=got["centres"][0], n_init=1, tol=0).fit(got["x"])
    np.testing.assert_allclose(got["centres"][-1], means.cluster_centers_, atol=1e-9)
    assert got["C_T"][-1] == pytest.approx(means.inertia_)


def test_the_axes_are_the_eigenvectors_of_the_covariance(got):
    variances, vectors = np.linalg.eigh(np.cov(got["x"].T, bias=True))
    np.testing.assert_allclose([got["lam2"], got["lam1"]], variances, rtol=1e-9)
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


def test_the_picture_shows_each_point_in_the_series_of_its_cluster(path, tmp_path):
    got = values(changed(path, tmp_path / "changed.xlsx", {"shown": 1}), "formualizer")
    for n, nearest in enumerate(got["nearest"][1].astype(int)):
        shown = got["drawn"][n]
        np.testing.assert_array_equal(shown[:, nearest - 1], got["x"][n])
        others = [k for k in range(3) if k != nearest - 1]
        np.testing.assert_array_equal(shown[:, others], got["centres"][1][others].T)
    assert (got["path"][1:] == got["centres"][1].T).all()
