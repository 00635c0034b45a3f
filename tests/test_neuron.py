"""A neuron in a sheet fires where the book says it does, and the demons read 0 and 1."""

import numpy as np
import openpyxl
import pytest
from experiments import changed

from xlnn.building.build import build
from xlnn.data.dataset import ReadOptions
from xlnn.data.load import load
from xlnn.equations import neuron as eq
from xlnn.equations.activation import SIGMOID
from xlnn.experiments.neuron import EXPERIMENT
from xlnn.loading.spec import described
from xlnn.loading.values import values
from xlnn.registry.templates import folder
from xlnn.writing.style import FILLS


@pytest.fixture(scope="module")
def path(workbook):
    return workbook("neuron").path


@pytest.mark.parametrize(
    ("threshold", "fires"),
    [(3, [0, 0, 0, 0, 0, 0, 0, 1]), (2, [0, 0, 0, 1, 0, 1, 1, 1]), (1, [0, 1, 1, 1, 1, 1, 1, 1])],
)
def test_a_neuron_of_equal_weights_fires_from_as_many_signals_as_its_threshold(
    path, tmp_path, threshold, fires
):
    got = values(
        changed(path, tmp_path / "and.xlsx", {"w": 1, "threshold": threshold}), "formualizer"
    )
    assert got["pattern_step"].tolist() == fires
    assert got["pattern"].sum(axis=1).tolist() == [0, 1, 1, 2, 1, 2, 2, 3]
    sigmoid = 1 / (1 + np.exp(threshold - got["pattern"].sum(axis=1)))
    np.testing.assert_allclose(got["pattern_sigmoid"], sigmoid, rtol=1e-12)


@pytest.mark.parametrize(
    ("threshold", "said"), [(3, "reaches the threshold 3."), (3.5, "does not reach")]
)
def test_the_sheet_says_whether_the_neuron_fires(path, tmp_path, threshold, said):
    got = values(changed(path, tmp_path / "fires.xlsx", {"threshold": threshold}), "formualizer")
    assert said in str(got["verdict"])
    assert got["step"] == (threshold <= 3)  # 2 x 1 + 3 x 0 + 1 x 1


ONE = [[0, 1, 0]] * 4
ZERO = [[1, 1, 1], [1, 0, 1], [1, 0, 1], [1, 1, 1]]


@pytest.mark.parametrize(
    ("picture", "loudest", "said"),
    [
        (ZERO, [1, 0, 1], "is a 0"),
        (ONE, [0, 1, 0], "is a 1"),
    ],
)
def test_the_demons_call_for_the_pixels_that_they_like(path, tmp_path, picture, loudest, said):
    got = values(changed(path, tmp_path / "demons.xlsx", {"picture": picture}), "formualizer")
    assert got["loudest2"].tolist() == loudest
    assert said in str(got["says"])
    picture, W2 = np.array(picture), got["W2"].reshape(3, 4, 3)
    np.testing.assert_allclose(got["liking"], [(W * picture).sum() for W in W2])


def test_two_output_demons_who_call_alike_are_both_loudest(path, tmp_path):
    got = values(changed(path, tmp_path / "alike.xlsx", {"W3": 1}), "formualizer")
    assert got["loudest3"].tolist() == [1, 1]
    assert "equally" in str(got["says"])


def test_the_demons_read_most_of_the_images_of_the_book():
    # what the sheet computes, for all 64: the book's demons are an explanation, and not trained
    given = {name: np.array(value) for name, value in EXPERIMENT.inputs.items()}
    images = load(folder() / "digits" / "images.csv", ReadOptions(picture=(4, 3)))
    right = 0
    for x, t in zip(images.x, images.t, strict=True):
        liking = eq.INNER_PRODUCT.array(given["W2"], x.reshape(4, 3))
        a2 = SIGMOID.array(liking + given["b2"])
        a3 = SIGMOID.array(eq.BONDS.array(given["W3"], a2, given["b3"]))
        right += a3.argmax() == t.argmax()
    assert right == 62


def test_from_keeps_what_was_changed(path, tmp_path):
    start = changed(path, tmp_path / "old.xlsx", {"x": [0.5, 2, -1], "picture": ONE})
    got = values(build(from_workbook=start, lang="ja").path)
    assert got["x"].tolist() == [0.5, 2, -1]
    assert got["picture"].reshape(4, 3).tolist() == ONE


def test_only_what_is_0_but_for_rounding_is_moved():
    z = np.array([0.1 + 0.2 - 0.3, -4e-13, 6e-13, 0.1234567890125, -1e-11, 1e20])
    np.testing.assert_array_equal(eq.steady(z), [0, 0, *z[2:]])


def test_what_is_0_or_1_has_no_decimals(path):
    _, layout = described(path)
    steps = [q for q in layout.model.quantities if q.equation in {eq.UNIT_STEP, eq.FIRES}]
    assert len(steps) == 3
    assert {quantity.number_format for quantity in steps} == {"0"}
    assert layout.model["reach"].number_format == "General"  # 6 and not 6.0000


def test_what_may_be_typed_is_yellow(path):
    """Cells by their fill, pictures by the colour of 0 in their scale."""
    _, layout = described(path)
    book, typed = openpyxl.load_workbook(path), f"00{FILLS['input']}"
    for name in ("x", "w", "threshold", "b2", "W3", "b3", "picture", "W2"):
        block = layout.blocks[name]
        sheet = book[layout.titles[block.sheet]]
        cell = sheet.cell(block.row, block.column)
        scales = [
            rule.colorScale.color[len(rule.colorScale.color) // 2 - (name == "picture")].rgb
            for cells in sheet.conditional_formatting
            for rule in cells.rules
            if rule.colorScale and cell.coordinate in cells
        ]
        assert (scales or [cell.fill.start_color.rgb]) == [typed], name
