"""From Python a build takes what the command line takes, and refuses a wrong type in a sentence."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from xlnn.building.asked import KINDS, asked
from xlnn.building.build import build
from xlnn.errors import OptionsError, XlnnError
from xlnn.reading.values import values


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("picture", "8x6", (8, 6)),
        ("picture", [8, 6], (8, 6)),
        ("picture", (np.int64(8), 6), (8, 6)),
        ("targets", "price", ("price",)),
        ("targets", ["price", "rent"], ("price", "rent")),
        ("label", 3, "3"),
        ("label", "kind", "kind"),
        ("hidden", "5,3", (5, 3)),
        ("hidden", "5, 3", (5, 3)),
        ("hidden", 5, (5,)),
        ("hidden", [5, 3], (5, 3)),
        ("hidden", "none", ()),
        ("hidden", [], ()),
        ("epochs", np.int32(3), 3),
        ("eta", np.float64(0.5), 0.5),
        ("output", Path("a.xlsx"), Path("a.xlsx")),
        ("seed", None, None),
    ],
)
def test_what_is_asked_is_kept_in_one_type(name, given, kept):
    assert asked({name: given}) == {name: kept}


@pytest.mark.parametrize("name", sorted(KINDS))
@pytest.mark.parametrize("value", [b"1", {1}, object(), 1j, [[]], [None]])
def test_every_argument_refuses_a_wrong_type_in_one_line(name, value):
    with pytest.raises(OptionsError, match=r"is expected\.|write rows and columns as 8x8") as error:
        asked({name: value})
    assert str(error.value).isprintable()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": "many"}, r"epochs is 'many': a whole number is expected"),
        ({"epochs": 1.5}, r"epochs is 1.5: a whole number"),
        ({"epochs": True}, r"epochs is True: a whole number"),
        ({"eta": "0.5"}, r"eta is '0.5': a number is expected"),
        ({"seed": 1.0}, r"seed is 1.0: a whole number"),
        ({"picture": 8}, r"8 is no size of a picture: write rows and columns as 8x8"),
        ({"picture": "8"}, r"8 is no size of a picture"),
        ({"picture": (1, 2, 3)}, r"is no size of a picture"),
        ({"hidden": "5,x"}, r"hidden is '5,x': units of the hidden layers, such as 5,3"),
        ({"hidden": "5,"}, r"hidden is '5,': units"),
        ({"hidden": [5.5]}, r"hidden is \[5.5\]: units"),
        ({"targets": []}, r"targets is \[\]: the name of a column"),
        ({"targets": [1]}, r"targets is \[1\]: the name of a column"),
        ({"table": "yes"}, r"table is 'yes': True or False is expected"),
        ({"start": 5}, r"start is 5: a path or a dict of arrays"),
        (
            {"data": {"a": [1], "b": [0]}, "label": "b"},
            r"label is 'b': it names a column",
        ),
        ({"data": ([[1]], [0]), "label": 1}, r"label is 1: .* give them as \(x, labels\)"),
        ({"data": 5}, r"data is a int: a path, a pair of arrays"),
        ({"output": 5}, r"output is 5: a path"),
        ({"from_workbook": 5}, r"from_workbook is 5: a path"),
        ({"lang": 1}, r"lang is 1: a text"),
        ({"start": {"W2": "x"}}, r"start: b2 is missing|start: W2 is not an array"),
        ({"start": {"W2": object()}}, r"start: W2 is not an array of numbers"),
        ({"start": {1: [1]}}, r"start: 1 belongs to no layer"),
    ],
)
def test_a_wrong_argument_is_an_error_of_xlnn_and_nothing_is_written(tmp_path, options, message):
    options = {"output": tmp_path / "a.xlsx", **options}
    with pytest.raises(XlnnError, match=message):
        build(**options)
    assert list(tmp_path.iterdir()) == []


def test_arrays_frames_and_starts_of_a_program_reach_the_workbook(tmp_path):
    generator = np.random.default_rng(2)
    x = generator.normal(size=(12, 4)).round(3)
    start = {
        "W2": generator.normal(size=(2, 4)), "b2": np.zeros(2),
        "W3": [[1.0, 2.0], [3.0, 4.0]], "b3": [0.5, -0.5],
    }  # fmt: skip
    built = build(
        output=tmp_path / "a.xlsx", data=(x, ["cat", "dog"] * 6), start=start, hidden=2,
        picture="1x4", epochs=1,
    )  # fmt: skip
    assert built.notes[0] == (
        "data: 12 images of 1 × 4 pixels, labels cat and dog in labels (6 and 6)."
    )
    found = values(tmp_path / "a.xlsx", "formualizer")
    np.testing.assert_array_equal(found["x"], x)
    assert found["W3"][0].tolist() == start["W3"]
    frame = pd.DataFrame(x, columns=list("abcd")).assign(price=x.sum(axis=1))
    built = build(
        "xor", tmp_path / "b.xlsx", data=frame, targets="price", output_activation="linear",
        epochs=1, verify=False,
    )  # fmt: skip
    assert built.notes[0].startswith("data: 12 rows of 4 inputs, a, b, c and d; to predict: price")
