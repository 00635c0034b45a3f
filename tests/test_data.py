"""Images and start weights are read strictly: what cannot be meant is named and refused."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlnn.data import images_from_csv, rounded, start_from_file, start_from_seed
from xlnn.errors import DataError

LABELS = ("0", "1")
SHAPES = {"W2": (2, 3), "b2": (2,)}
START = {"W2": [[1, 2, 3], [4, 5, 6]], "b2": [0.5, -0.5]}


def csv(tmp_path, content, encoding="utf-8"):
    path = tmp_path / "my.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


@pytest.mark.parametrize(
    "content",
    [
        "0,1,0.5,-2e-1\n1,0,0,1\n",
        "label,p1,p2,p3\r\n0,1,0.5,-2e-1\r\n1,0,0,1\r\n",
        "0;1;0.5;-2e-1\n\n1;0;0;1",
        "0\t1\t0.5\t-2e-1\n1\t0\t0\t1\n",
        '\ufefflabel,a,b,c\n"0","1","0.5","-2e-1"\n 1 , 0 , 0 , 1 \n',
    ],
    ids=["plain", "headings", "semicolon", "tab", "quoted"],
)
def test_images_are_read(tmp_path, content):
    x, t = images_from_csv(csv(tmp_path, content), 3, LABELS)
    assert x.tolist() == [[1, 0.5, -0.2], [0, 0, 1]]
    assert t.tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("0,1,0\n", r"my.csv, line 1: 3 columns were found and 4 expected"),
        ("0,1,0,1\n0,1,0,1,1\n", r"line 2: 5 columns were found"),
        ("label,p1,p2,p3\n0,1,two,1\n", r'line 2, column p2: "two" is not a number'),
        ("0,1,0,1\n1,0,0,1e999\n", r'line 2, column p3: "1e999" is too large'),
        ("0,1,nan,1\n", r'line 1, column p2: "nan" is not finite'),
        ("0,1,0,-inf\n", r'column p3: "-inf" is not finite'),
        ("0,1,0,=1+1\n", r'column p3: "=1\+1" is not a number.*remove the leading "="'),
        ("0,1,0,\n", r'column p3: "" is not a number'),
        ("0,1,0,1_000\n", r'"1_000" is not a number'),
        ("0,1,0,٣\n", r'"٣" is not a number'),
        ("7,1,0,1\n", r'line 1: the label "7" is unknown. This template knows 0 and 1'),
        ("=cmd|'/c calc'!A1,1,0,1\n", r"the label .* is unknown"),
        ("", r"my.csv is empty"),
        ("\n \n", r"my.csv is empty"),
        ("label,p1,p2,p3\n", r"holds no images"),
        ("0,1,0,1\n\0", r"holds NUL bytes"),
        ("0,1,0,1\n".encode("utf-16"), r"is not UTF-8"),
        ('0,1,0,"1\n', r"not CSV"),
        ("0," * 1_000_000 + "1\n", r"1000001 columns were found"),
    ],
)
def test_what_is_no_image_is_refused_by_line_and_column(tmp_path, content, message):
    with pytest.raises(DataError, match=message) as refusal:
        images_from_csv(csv(tmp_path, content), 3, LABELS)
    assert len(str(refusal.value)) < 250


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        images_from_csv(tmp_path / "none.csv", 3, LABELS)


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_arbitrary_bytes_give_images_or_a_refusal(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "my.csv"
    path.write_bytes(content)
    try:
        x, t = images_from_csv(path, 2, LABELS)
    except DataError:
        return
    assert np.isfinite(x).all()
    assert t.sum() == len(x)


@given(st.lists(st.floats(-1e300, 1e300, allow_subnormal=False), min_size=1))
def test_rounding_keeps_15_digits_and_is_done_once(numbers):
    once = rounded(numbers)
    assert np.array_equal(once, rounded(once))
    assert np.allclose(once, numbers, rtol=1e-14, atol=0)


def test_start_weights_are_read_from_json_and_npz(tmp_path):
    (tmp_path / "start.json").write_text(json.dumps(START))
    np.savez(tmp_path / "start.npz", **{name: np.array(values) for name, values in START.items()})
    for name in ("start.json", "start.npz"):
        start = start_from_file(tmp_path / name, SHAPES)
        assert start["W2"].tolist() == START["W2"]
        assert start["b2"].tolist() == START["b2"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"b2": None}, r"b2 is missing"),
        ({"b2": [1, 2, 3]}, r"b2 has the shape \(3,\); the network has \(2,\)"),
        ({"b2": [1, float("nan")]}, r"b2 holds a value that is not finite"),
        ({"b2": [1, float("inf")]}, r"b2 holds a value that is not finite"),
        ({"b2": [1, "two"]}, r"b2 is not an array of numbers"),
        ({"b2": [1, [2]]}, r"b2 is not an array of numbers"),
        ({"W9": [1]}, r"W9 belongs to no layer"),
    ],
)
def test_a_start_that_does_not_fit_is_refused_by_name(tmp_path, changes, message):
    entries = {name: values for name, values in (START | changes).items() if values is not None}
    (tmp_path / "start.json").write_text(json.dumps(entries))
    with pytest.raises(DataError, match=message):
        start_from_file(tmp_path / "start.json", SHAPES)


@pytest.mark.parametrize(
    ("name", "content"), [("a.json", b"[1]"), ("a.json", b"{"), ("a.npz", b"x")]
)
def test_a_start_that_is_no_start_is_refused(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=name):
        start_from_file(tmp_path / name, SHAPES)


def test_a_pickle_in_a_start_is_not_opened(tmp_path):
    np.savez(tmp_path / "start.npz", W2=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match=r"start.npz is not"):
        start_from_file(tmp_path / "start.npz", SHAPES)


def test_a_seed_gives_the_same_start_again():
    first, second = (start_from_seed(5, SHAPES) for _ in range(2))
    assert all(np.array_equal(first[name], second[name]) for name in SHAPES)
    assert not np.array_equal(first["W2"], start_from_seed(6, SHAPES)["W2"])
