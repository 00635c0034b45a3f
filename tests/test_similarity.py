"""The inner product keeps within its bounds, images are ranked by it, and matrices multiply."""

import shutil

import numpy as np
import pytest
from experiments import ENGINES, a_template_is_refused, changed
from programs import skip_without
from rewriting import edit

from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.equations.similarity import ANGLE, image_at_rank
from xlnn.experiments.similarity import EXPERIMENT
from xlnn.loading.spec import described
from xlnn.loading.values import values
from xlnn.registry.templates import folder

ZERO = np.array([[1, 1, 1], [1, 0, 1], [1, 0, 1], [1, 1, 1]])
ONE = np.array([[0, 1, 0]] * 4)


@pytest.fixture(scope="module")
def path(workbook):
    return workbook("similarity").path


@pytest.mark.parametrize(
    ("a", "b", "angle", "said"),
    [
        (ZERO, 3 * ZERO, 0, "the same direction"),
        (0.1 * ZERO, -0.3 * ZERO, 180, "opposite"),
        (ONE, 1 - ONE, 90, "right angles"),
        (ZERO, ONE, np.degrees(np.arccos(2 / np.sqrt(10 * 4))), "is between"),
        (ZERO, -ONE, 180 - np.degrees(np.arccos(2 / np.sqrt(10 * 4))), "below 0"),
        (ZERO, 0 * ONE, 90, "|a||b| = 0"),
    ],
)
def test_the_sheet_says_how_two_patterns_lie(path, tmp_path, a, b, angle, said):
    got = values(
        changed(path, tmp_path / "ab.xlsx", {"pattern_a": a, "pattern_b": b}), "formualizer"
    )
    assert got["angle"] == pytest.approx(angle, abs=1e-9)
    assert said in str(got["verdict"])


def test_the_inner_product_of_any_two_patterns_keeps_within_its_bounds(path, tmp_path, generator):
    for _ in range(3):
        a, b = generator.normal(size=(2, 4, 3))
        got = values(
            changed(path, tmp_path / "any.xlsx", {"pattern_a": a, "pattern_b": b}), "formualizer"
        )
        assert got["inner"] == pytest.approx(np.vdot(a, b))
        assert got["upper"] == pytest.approx(np.linalg.norm(a) * np.linalg.norm(b))
        assert got["lower"] <= got["inner"] <= got["upper"]


@pytest.mark.parametrize(("drawn", "first", "last"), [(ZERO, 0, 1), (ONE, 1, 0)])
def test_images_of_the_drawn_digit_come_first_and_of_the_other_last(
    path, tmp_path, drawn, first, last
):
    got = values(changed(path, tmp_path / "drawn.xlsx", {"pattern_a": drawn}), "formualizer")
    images = np.asarray(got["images"]).reshape(64, 12)
    cosines = images @ drawn.ravel() / np.linalg.norm(images, axis=1) / np.linalg.norm(drawn)
    order = np.argsort(-np.round(cosines, 9), kind="stable")
    assert got["place"][order].tolist() == list(range(1, 65))
    assert got["best"].tolist() == (order[:8] + 1).tolist()
    assert got["last"].tolist() == (order[-8:] + 1).tolist()
    np.testing.assert_array_equal(np.ravel(got["best_pictures"]), images[order[:8]].ravel())
    assert set(got["best_label"]) == {first}
    assert set(got["last_label"]) == {last}


def test_the_images_are_those_of_the_digits(path):
    rows = np.loadtxt(folder() / "digits" / "images.csv", delimiter=",", skiprows=1)
    got = values(path, "formualizer")
    np.testing.assert_array_equal(got["labels"], rows[:, 0])
    np.testing.assert_array_equal(np.asarray(got["images"]).reshape(64, 12), rows[:, 1:])


def test_the_matrices_are_what_numpy_makes_of_them(path, tmp_path, generator):
    A, B = generator.integers(-9, 10, (2, 3, 3))
    got = values(changed(path, tmp_path / "AB.xlsx", {"matrix_A": A, "matrix_B": B}), "formualizer")
    wanted = {
        "AB": A @ B,
        "BA": B @ A,
        "hadamard": A * B,
        "A_turned": A.T,
        "turned_AB": (A @ B).T,
        "BA_turned": B.T @ A.T,
    }
    for name, matrix in wanted.items():
        np.testing.assert_array_equal(np.asarray(got[name]).reshape(3, 3), matrix)
    assert "not equal" in str(got["commutes_said"])
    assert "reverses its order" in str(got["turns_said"])


def test_a_matrix_and_its_square_commute(path, tmp_path):
    A = np.array([[0.1, 0.2, 0.3], [-0.7, 0.1, 0], [0, 0.5, 0.3]])
    got = values(
        changed(path, tmp_path / "square.xlsx", {"matrix_A": A, "matrix_B": A @ A}), "formualizer"
    )
    assert "either order" in str(got["commutes_said"])


@pytest.mark.slow
def test_from_keeps_what_was_changed(path, tmp_path):
    start = changed(path, tmp_path / "old.xlsx", {"pattern_a": ONE, "matrix_A": 7})
    got = values(build(from_workbook=start, lang="ja").path)
    np.testing.assert_array_equal(np.asarray(got["pattern_a"]).reshape(4, 3), ONE)
    assert set(np.ravel(got["matrix_A"])) == {7}
    assert np.asarray(got["images"]).size == 64 * 12


REFUSED = [
    ('images = "digits"', 'images = "nothing"', "images is .*nothing.*: a template with pictures"),
    ('images = "digits"', 'images = "xor"', "images is .*xor.*: a template with pictures"),
    ('images = "digits"', "images = 3", "images is 3: a text is expected"),
    ("images = 64", "images = 63", "labels takes 63"),
    ("rows = 4", "rows = 5", "pattern_a takes 5 x 3"),
]


@pytest.mark.parametrize(("text", "other", "sentence"), REFUSED)
def test_a_template_that_cannot_be_is_refused_in_a_sentence(tmp_path, text, other, sentence):
    template = EXPERIMENT.as_toml()
    assert text in template
    a_template_is_refused(tmp_path, template.replace(text, other), sentence)


def test_a_place_that_no_image_takes_accuses_no_cell_that_looks_for_it():
    found = image_at_rank([1, 2, 3]).array(np.array([3.0, 1.0, 4.0]))
    np.testing.assert_array_equal(found, [2, np.nan, 1])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("number", ["=80", "=-1", "=1E+300", "=0/0", '="a"'])
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_number_of_no_image_is_named_and_not_what_is_looked_up_by_it(
    path, tmp_path, engine, number
):
    skip_without(engine)
    _, layout = described(path)
    cell = layout.cell("best", (1,))
    edited = edit(shutil.copy(path, tmp_path / "edited.xlsx"), {cell: number})
    report = check(edited, engine)
    assert [each.cell for each in report.wrong] == [cell]


@pytest.mark.parametrize("cosine", [0.1234567890125, 0.5, 0.9999999999985])
def test_an_angle_moves_no_further_than_its_cosine(cosine):
    here, there = (ANGLE.array(np.float64(c)) for c in (cosine, cosine + 1e-15))
    assert abs(here - there) < 2e-15 * 180 / np.pi / np.sqrt(1 - cosine**2)
