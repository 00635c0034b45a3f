"""Recurrences filled down are the sequences of the book, and a way back meets the way there."""

import numpy as np
import pytest
from experiments import ENGINES, agrees_in, built, changed

from xlnn.building.build import build
from xlnn.loading.values import values


@pytest.fixture(scope="module")
def path(workbook):
    return workbook("sequences").path


@pytest.fixture(scope="module")
def got(path):
    return values(path, "formualizer")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(engine=1)
def test_a_pair_may_grow_beyond_what_can_be_rounded(tmp_path, engine):
    path = built(tmp_path, "sequences", epochs=100)
    agrees_in(engine, path)
    assert values(path, "formualizer")["a"][-1] > 1e60


def test_a_recurrence_and_its_formula_give_the_same_terms(got):
    assert got["arithmetic"].tolist() == list(range(1, 20, 2))
    np.testing.assert_allclose(got["arithmetic_term"], got["arithmetic"])
    np.testing.assert_allclose(got["geometric"], 1.5 ** np.arange(10))
    np.testing.assert_allclose(got["geometric_term"], got["geometric"])
    # a = 0.5 a + 3 stays at 6, and the distance to it halves each time
    np.testing.assert_allclose(got["linear"], 6 - 5 * 0.5 ** np.arange(10))


def test_the_coupled_pair_is_the_power_of_its_matrix(got):
    P = np.array([[1, 2], [2, 3]])
    pairs = [np.linalg.matrix_power(P, n) @ [1, 1] for n in range(10)]
    np.testing.assert_allclose(np.transpose([got["a"], got["b"]]), pairs)
    assert (got["a"][1], got["b"][1], got["a"][2], got["b"][2]) == (3, 5, 13, 21)
    assert got["ratio"][-1] == pytest.approx((1 + np.sqrt(5)) / 2, abs=1e-8)


def test_the_way_back_meets_the_way_there_and_is_its_derivative(path, tmp_path):
    start = {"coefficients": [[0.5, -2], [1.25, 0.75]], "a": 3, "b": -1, "c": 2, "d_back": 5}
    got = values(changed(path, tmp_path / "pair.xlsx", start), "formualizer")
    assert got["at_end"] == pytest.approx(float(got["at_start"]), rel=1e-12)
    assert "the same number" in str(got["verdict"])
    h = 1e-3
    ends = [
        float(
            values(changed(path, tmp_path / f"{a}.xlsx", {**start, "a": a}), "formualizer")[
                "at_end"
            ]
        )
        for a in (3 + h, 3 - h)
    ]
    # the number at the end is linear in a_1, so that the difference is exact but for rounding
    assert (ends[0] - ends[1]) / (2 * h) == pytest.approx(got["c"][-1], rel=1e-9)


def test_the_sum_is_linear(path, tmp_path, got):
    assert (got["sum_added"], got["sum_multiplied"], got["sum_combined"]) == (45, 45, -15)
    u, v = [0.1, 0.2, 0.3, -7, 1e3], [3, 0.7, -0.1, 2, 5]
    got = values(changed(path, tmp_path / "sums.xlsx", {"u": u, "v": v, "by": 0.3}), "formualizer")
    for law in ("added", "multiplied", "combined"):
        assert got[f"sum_{law}"] == pytest.approx(float(got[f"from_{law}"]))
        assert got[f"same_{law}"] == 1
        assert "rounding" not in str(got[f"law_{law}"])


def test_what_differs_by_rounding_is_said_to(path, tmp_path):
    # 1E+17 + 1 is 1E+17, so that the ones are lost where they are added to it one by one
    u, v = [1e17, 1, -1e17, 1, 1], [1, 1e17, 1, -1e17, 1]
    got = values(changed(path, tmp_path / "rounding.xlsx", {"u": u, "v": v}), "formualizer")
    assert got["sum_added"] != got["from_added"]
    assert "rounding" in str(got["law_added"])


def test_from_keeps_what_was_changed_and_takes_options(path, tmp_path):
    start = changed(path, tmp_path / "old.xlsx", {"r": 2, "u": [9, 8, 7, 6, 5]})
    got = values(build(from_workbook=start, epochs=4, lang="ja").path)
    assert got["geometric"].tolist() == [1, 2, 4, 8]
    assert got["u"].tolist() == [9, 8, 7, 6, 5]


def test_the_last_terms_are_told(got):
    assert str(got["course"]).startswith("After 10 terms the arithmetic sequence is at 19, ")
    assert f"the geometric one at {round(1.5**9, 4)}," in str(got["course"])
