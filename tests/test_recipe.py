"""A template and a person's data become one recipe, or a sentence says why not."""

import numpy as np
import pytest
from PIL import Image

from xlnn.errors import DataError
from xlnn.recipe import Options, recipe
from xlnn.templates import template

NOUGHT, ONE = [1.0] * 12, [0.0] * 12


def csv(tmp_path, *rows):
    path = tmp_path / "my.csv"
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows))
    return Options(data=path)


def test_the_template_s_order_of_the_labels_is_kept(tmp_path):
    made = recipe(template("digits"), csv(tmp_path, ["1", *ONE], ["0", *NOUGHT]))
    assert made.spec.labels == ("0", "1")
    assert made.inputs["t"].tolist() == [[0, 1], [1, 0]]
    assert made.inputs["x"].tolist() == [ONE, NOUGHT]


def test_arrays_and_folders_of_pictures_are_data(tmp_path):
    np.savez(tmp_path / "my.npz", x=[NOUGHT, ONE], y=[0, 1])
    for label, ink in (("0", NOUGHT), ("1", ONE)):
        (tmp_path / "my" / label).mkdir(parents=True)
        grey = np.reshape(255 - 255 * np.array(ink), (4, 3)).astype(np.uint8)
        Image.fromarray(grey).save(tmp_path / "my" / label / "a.png")
    for path in (tmp_path / "my.npz", tmp_path / "my"):
        made = recipe(template("digits"), Options(data=path))
        assert made.inputs["x"].tolist() == [NOUGHT, ONE]
        assert made.inputs["t"].tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["0", *NOUGHT], ["7", *ONE]], r'my.csv: the label "7" is unknown. .* knows 0 and 1\.'),
        ([["0", *NOUGHT[:9]], ["1", *ONE[:9]]], "an image has 9 pixels; this template takes 12"),
    ],
)
def test_images_that_the_template_does_not_fit_are_refused(tmp_path, rows, message):
    with pytest.raises(DataError, match=message):
        recipe(template("digits"), csv(tmp_path, *rows))


def test_a_label_without_images_is_named(tmp_path):
    known = template("digits")
    known.values["labels"] = ["0", "1", "2"]
    known.values["layers"][-1]["units"] = 3
    with pytest.raises(DataError, match=r'my\.csv: no image has the label "2"'):
        recipe(known, csv(tmp_path, ["0", *NOUGHT], ["1", *ONE]))


def test_numbers_to_predict_are_no_labels(tmp_path):
    np.savez(tmp_path / "my.npz", x=[NOUGHT, ONE], t=[0.5, 2])
    with pytest.raises(DataError, match=r"my\.npz holds numbers to predict; this template knows 0"):
        recipe(template("digits"), Options(data=tmp_path / "my.npz"))
