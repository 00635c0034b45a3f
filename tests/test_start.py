"""Start weights are read strictly and drawn the same for a seed."""

import json

import numpy as np
import pytest

from xlnn.errors import DataError
from xlnn.workbooks.start_weights import start_from_seed, start_of, tensor_name

SHAPES = {"W2": (2, 3), "b2": (2,)}
TENSORS = {name: tensor_name(name) for name in SHAPES}
START = {"W2": [[1, 2, 3], [4, 5, 6]], "b2": [0.5, -0.5]}


def test_start_weights_are_read_from_json_and_npz(tmp_path):
    (tmp_path / "start.json").write_text(json.dumps(START))
    np.savez(tmp_path / "start.npz", **{name: np.array(values) for name, values in START.items()})
    for name in ("start.json", "start.npz"):
        start = start_of(tmp_path / name, SHAPES)
        assert start["W2"].tolist() == START["W2"]
        assert start["b2"].tolist() == START["b2"]


@pytest.mark.parametrize("scaling", [{}, {"middle": [1, 2, 3], "factor": [1, 1, 1]}])
def test_a_start_may_have_the_names_of_pytorch(tmp_path, scaling):
    named = {"layer2.weight": START["W2"], "layer2.bias": START["b2"], **scaling}
    np.savez(tmp_path / "start.npz", **{name: np.array(array) for name, array in named.items()})
    start = start_of(tmp_path / "start.npz", SHAPES, TENSORS)
    assert {name: array.tolist() for name, array in start.items()} == START


def test_a_filter_of_a_start_may_be_a_picture(tmp_path):
    np.savez(tmp_path / "start.npz", WF=np.ones((2, 1, 3, 3)), bF=np.ones(2))
    start = start_of(
        tmp_path / "start.npz",
        {"WF": (2, 9), "bF": (2,)},
        {n: tensor_name(n) for n in ("WF", "bF")},
    )
    assert start["WF"].shape == (2, 9)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"b2": None}, r"b2 is missing"),
        ({"b2": [1, 2, 3]}, r"b2 has the shape \(3,\); the network has \(2,\)"),
        ({"b2": [1, float("nan")]}, r"b2 holds a value that is not finite"),
        ({"b2": [1, float("inf")]}, r"b2 holds a value that is not finite"),
        ({"b2": [1, "two"]}, r"b2 is not an array of numbers"),
        ({"b2": [1, [2]]}, r"b2 is not an array of numbers"),
        ({"b2": [1, "2"]}, r"b2 is not an array of numbers"),
        ({"b2": [1, "1_0"]}, r"b2 is not an array of numbers"),
        ({"b2": [1, "٣"]}, r"b2 is not an array of numbers"),
        ({"b2": [1, True]}, r"b2 is not an array of numbers"),
        ({"b2": "12"}, r"b2 is not an array of numbers"),
        ({"W9": [1]}, r"W9 belongs to no layer"),
        ({"W9": [1], "b9": [1]}, r"W9 and b9 belong to no layer"),
    ],
)
def test_a_start_that_does_not_fit_is_refused_by_name(tmp_path, changes, message):
    entries = {name: values for name, values in (START | changes).items() if values is not None}
    (tmp_path / "start.json").write_text(json.dumps(entries))
    with pytest.raises(DataError, match=message):
        start_of(tmp_path / "start.json", SHAPES)


@pytest.mark.parametrize(
    ("message", "content"),
    [("a.json is not an object", b"[1]"), ("a.json is not JSON", b"{"), ("a.npz is not", b"x")],
)
def test_a_start_that_is_no_start_is_refused(tmp_path, message, content):
    path = tmp_path / message.split()[0]
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        start_of(path, SHAPES)


def test_a_pickle_in_a_start_is_not_opened(tmp_path):
    np.savez(tmp_path / "start.npz", W2=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match=r"start.npz: W2 holds objects of the kind object"):
        start_of(tmp_path / "start.npz", SHAPES, TENSORS)


@pytest.mark.parametrize("array", [np.array(["1", "2"]), np.array([True, False])])
def test_texts_and_truth_values_in_an_archive_are_no_numbers(tmp_path, array):
    np.savez(tmp_path / "start.npz", W2=np.ones((2, 3)), b2=array)
    with pytest.raises(DataError, match=r"b2 is not an array of numbers"):
        start_of(tmp_path / "start.npz", SHAPES, TENSORS)


def test_a_seed_gives_the_same_start_again():
    first, second = (start_from_seed(5, SHAPES) for _ in range(2))
    assert all(np.array_equal(first[name], second[name]) for name in SHAPES)
    assert not np.array_equal(first["W2"], start_from_seed(6, SHAPES)["W2"])


def test_the_normal_spread_is_the_plain_draw_in_the_order_of_the_names():
    generator = np.random.default_rng(5)
    drawn = start_from_seed(5, SHAPES)
    for name, shape in SHAPES.items():
        np.testing.assert_allclose(drawn[name], generator.standard_normal(shape), rtol=1e-14)


def test_fan_in_narrows_the_weights_by_what_a_unit_adds_up_and_leaves_biases_0():
    shapes = {"W2": (400, 25), "b2": (400,), "WF": (50, 10, 10), "bF": (50,)}
    start = start_from_seed(5, shapes, spread="fan-in")
    plain = np.random.default_rng(5).standard_normal((400, 25))
    np.testing.assert_allclose(start["W2"], plain / 5, rtol=1e-14)
    assert start["WF"].std() == pytest.approx(0.1, rel=0.05)
    assert not start["b2"].any()
    assert not start["bF"].any()
    assert {name: array.shape for name, array in start.items()} == shapes
