"""Arrays are read without pickles, and not before their sizes were looked at."""

import io
import zipfile

import numpy as np
import pytest
from files import npz, read_or_refused
from hypothesis import given, settings
from hypothesis import strategies as st

from xlnn.data import arrays, dataset
from xlnn.data import npz as archive
from xlnn.data.dataset import ReadOptions
from xlnn.data.load import load, load_inputs
from xlnn.errors import DataError

X = np.array([[1, 0.5, 0, 0], [0, 0, 0.25, 1], [1, 1, 1, 1]])


@pytest.mark.parametrize("key", ["labels", "y"])
@pytest.mark.parametrize(
    ("given", "labels"),
    [
        (np.array([7, 3, 7]), ("3", "7")),
        (np.array([7, 3, 7], dtype=np.uint8), ("3", "7")),
        (np.array([7.0, 3.0, 7.0], dtype=np.float16), ("3", "7")),
        (np.array([True, False, True]), ("False", "True")),
        (np.array(["dog", "cat", "dog"]), ("dog", "cat")),
    ],
    ids=["integers", "bytes", "whole floats", "booleans", "texts"],
)
def test_labels_are_whole_numbers_or_texts(tmp_path, key, given, labels):
    data = load(npz(tmp_path, x=X, **{key: given}), ReadOptions())
    assert data.x.tolist() == X.tolist()
    assert data.labels == labels
    own = [data.labels[one] for one in data.t.argmax(axis=1)]
    assert own == [str(label if given.dtype.kind in "Ub" else int(label)) for label in given]
    assert data.picture is None


@pytest.mark.parametrize(
    ("inputs", "size"), [(4, None), (63, None), (64, (8, 8)), (65, None), (784, (28, 28))]
)
def test_flat_arrays_are_pictures_from_8_by_8_pixels_on(tmp_path, inputs, size):
    x = np.eye(3, inputs)
    assert load(npz(tmp_path, x=x, y=[0, 1, 0]), ReadOptions()).picture == size
    assert load(npz(tmp_path, x=x - 1, y=[0, 1, 0]), ReadOptions()).picture is None


def test_the_shape_of_x_is_the_size_of_the_pictures(tmp_path):
    data = load(npz(tmp_path, x=X.reshape(3, 1, 4), y=[0, 1, 0]), ReadOptions(picture=(2, 2)))
    assert data.picture == (1, 4)
    assert data.x.tolist() == X.tolist()
    fortran = np.asfortranarray(X.reshape(3, 2, 2))
    assert load(npz(tmp_path, x=fortran, y=[0, 1, 0]), ReadOptions()).x.tolist() == X.tolist()


def test_a_wanted_size_is_taken_for_flat_pictures(tmp_path):
    assert load(npz(tmp_path, x=X, y=[0, 1, 0]), ReadOptions(picture=(4, 1))).picture == (4, 1)


def test_a_table_has_no_picture(tmp_path):
    for x in (X, X.reshape(3, 2, 2)):
        data = load(npz(tmp_path, x=x, y=[0, 1, 0]), ReadOptions(table=True))
        assert data.picture is None
        assert data.features == ("x1", "x2", "x3", "x4")


def test_one_hot_targets_are_classes(tmp_path):
    t = np.eye(3)[[2, 0, 2]]
    data = load(npz(tmp_path, x=X, t=t), ReadOptions())
    assert not data.is_regression
    assert data.labels == ("0", "1", "2")
    assert data.t.tolist() == t.tolist()
    named = npz(tmp_path, x=X, t=t, names=np.array(["a", "b", "c"]))
    assert load(named, ReadOptions()).labels == ("a", "b", "c")
    wanted = load(named, ReadOptions(labels=("c", "b", "a")))
    assert wanted.labels == ("c", "b", "a")
    assert wanted.t.tolist() == t[:, ::-1].tolist()


@pytest.mark.parametrize(
    "t", [[[0.5, 0.5]] * 3, [[1, 1]] * 3, [[0, 0]] * 3, [[1], [0], [1]], [1, 2, 3]]
)
def test_other_targets_are_a_regression(tmp_path, t):
    data = load(npz(tmp_path, x=X, t=np.array(t)), ReadOptions())
    assert data.is_regression
    assert data.t.tolist() == np.array(t, dtype=float).reshape(3, -1).tolist()
    assert data.labels == ("t1", "t2")[: data.t.shape[1]]
    assert data.picture is None
    assert data.features == ("x1", "x2", "x3", "x4")


def test_a_regression_of_pictures_keeps_their_size(tmp_path):
    data = load(npz(tmp_path, x=X.reshape(3, 2, 2), t=[1, 2, 3]), ReadOptions())
    assert data.is_regression
    assert data.picture == (2, 2)


@pytest.mark.parametrize(
    ("x", "y"), [("x_train", "y_train"), ("train_images", "train_labels"), ("arr_0", "arr_1")]
)
def test_names_that_other_programs_give_are_known(tmp_path, x, y):
    path = npz(tmp_path, **{x: X, y: [0, 1, 0], "x_test": X[:1]})
    data = load(path, ReadOptions())
    assert data.x.tolist() == X.tolist()
    assert data.labels == ("0", "1")
    assert data.told[1] == "my.npz: left out x_test; --test-share holds rows out."
    assert load_inputs(path, ReadOptions(), 4).x.tolist() == X.tolist()


def test_labels_in_a_column_and_one_hot_labels_are_read_as_keras_has_them(tmp_path):
    y = np.array([2, 0, 2])
    column = load(npz(tmp_path, x_train=X, y_train=y.reshape(3, 1)), ReadOptions())
    assert (column.labels, column.t.tolist()) == (("0", "2"), [[0, 1], [1, 0], [0, 1]])
    one_hot = load(npz(tmp_path, x_train=X, y_train=np.eye(3)[y]), ReadOptions())
    assert (one_hot.labels, one_hot.t.tolist()) == (("0", "1", "2"), np.eye(3)[y].tolist())


def test_colours_become_grey(tmp_path):
    red, white = np.array([[[255, 0, 0]]]), np.full((1, 1, 3), 255)
    path = npz(tmp_path, x=np.array([red, white]).astype(np.uint8), y=[0, 1])
    data = load(path, ReadOptions())
    assert data.picture == (1, 1)
    assert data.x.ravel() == pytest.approx([0.299 * 255, 255])
    assert data.told[1] == "my.npz: colours were read as grey."
    assert load_inputs(path, ReadOptions(), 1).x.tolist() == data.x.tolist()
    alone = load(npz(tmp_path, x=np.ones((2, 3, 3, 1)), y=[0, 1]), ReadOptions())
    assert (alone.picture, len(alone.told)) == ((3, 3), 1)


def test_the_outputs_of_a_regression_are_named_by_the_file_or_the_reading(tmp_path):
    wanted = ReadOptions(targets=("price", "age"))
    t = np.eye(2)[[0, 1, 0]]
    data = load(npz(tmp_path, x=X, t=t), wanted)
    assert data.is_regression
    assert data.labels == ("price", "age")
    assert load(npz(tmp_path, x=X, t=t[:, :1]), wanted).labels == ("t1",)
    names = np.array(["km", "l"])
    assert load(npz(tmp_path, x=X, t=t, names=names), wanted).labels == ("km", "l")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x": None}, r"my.npz holds y; x is expected, and one of labels, y or t"),
        ({"y": None}, r"my.npz holds x; x is expected, and one of labels, y or t"),
        ({"y": None, "x": None}, r"my.npz holds nothing; x is expected"),
        ({"t": [1, 2, 3]}, r"my.npz holds .*; x is expected, and one of"),
        ({"z": [1]}, r"my.npz: z is not known; x is expected"),
        ({"names": ["a", "b"]}, r"names belongs to t; y holds the names itself"),
        ({"y": [0, 1]}, r"x has 3 rows and y 2"),
        ({"y": 1, "x": X[:1]}, r"y has the shape \(\); one label for each row of x"),
        ({"y": None, "labels": [[0, 1]] * 3}, r"labels has the shape \(3, 2\); one label for each"),
        ({"z": [1]}, r"z is not known; x is expected, and .* t: leave other arrays out"),
        ({"y": [0, 0.5, 1]}, r"y holds numbers that are not whole.*name the array t"),
        ({"y": [0, np.nan, 1]}, r"y holds numbers that are not whole"),
        ({"y": [0, 2**60, 1]}, r"y holds numbers that are not whole"),
        ({"y": [5, 5, 5]}, r'all have the label "5"; at least 2 classes'),
        ({"y": ["a", "b\n", "c\nd"]}, r'my.npz, y, entry 3: the label "c\?d" holds a character'),
        ({"x": [["a"], ["b"], ["c"]]}, r"x holds no numbers"),
        ({"x": [[1j], [1], [1]]}, r"x holds objects of the kind complex128; numbers and texts"),
        ({"x": [1, 2, 3]}, r"x has the shape \(3,\); 2 or 3 axes"),
        ({"x": np.zeros((3, 2, 2, 2))}, r"x has the shape \(3, 2, 2, 2\); 2 or 3 axes"),
        ({"X": X}, r"my.npz holds x, y and X; x is expected, and one of"),
        ({"w": 1, "z": 1}, r"my.npz: w and z are not known; x is expected"),
        ({"x": np.zeros((3, 0))}, r"x has the shape \(3, 0\)"),
        ({"x": np.zeros((3, 16_385))}, r"x has 3 rows of 16,385 numbers; a sheet has 1,048,576"),
        ({"x": [[np.nan], [1], [1]]}, r"1 value missing in 1 row, the first in row 1, column 1"),
        ({"x": [[np.inf], [1], [1]]}, r"x holds a value that is not finite"),
        ({"x": [[1e301], [1], [1]]}, r"x holds a value that is not finite"),
        ({"y": None, "t": [1, np.inf, 3]}, r"t holds a value that is not finite"),
        ({"y": None, "t": ["a", "b", "c"]}, r"t holds no numbers"),
        ({"y": None, "t": np.zeros((3, 1, 1))}, r"t has the shape \(3, 1, 1\); 2 axes"),
        ({"y": None, "t": [1, 2, 3], "names": ["a", "b"]}, r"names are a and b; a different one"),
        ({"y": None, "t": [1, 2, 3], "names": ["a", "a"]}, r"names are a and a; a different one"),
        ({"y": None, "t": np.eye(3), "names": ["a", "b", "a"]}, r"names are a, b and a; a diff"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_by_name(tmp_path, changes, message):
    given = {"x": X, "y": np.array([0, 1, 0])} | changes
    path = npz(tmp_path, **{key: np.array(v) for key, v in given.items() if v is not None})
    with pytest.raises(DataError, match=message) as refusal:
        load(path, ReadOptions())
    assert len(str(refusal.value)) < 250


def test_too_many_rows_and_classes_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(arrays, "MOST_ROWS", 2)
    with pytest.raises(DataError, match="x has 3 rows of 4 numbers; a sheet has 2 rows"):
        load(npz(tmp_path, x=X, y=[0, 1, 0]), ReadOptions())


def test_more_than_a_thousand_classes_are_refused(tmp_path):
    with pytest.raises(DataError, match="1,001 different labels"):
        load(npz(tmp_path, x=np.ones((1001, 1)), t=np.eye(1001)), ReadOptions(large=True))


def test_classes_are_no_columns_to_predict(tmp_path):
    with pytest.raises(DataError, match=r"holds y, which are classes; put .* into an array t"):
        load(npz(tmp_path, x=X, y=[0, 1, 0]), ReadOptions(targets=("price",)))


def test_a_pickle_is_not_opened(tmp_path):
    opened = tmp_path / "opened"

    class Hostile:
        def __reduce__(self):
            return opened.touch, ()

    path = npz(tmp_path, x=np.array([Hostile()], dtype=object))
    with pytest.raises(DataError, match=r"my\.npz: x holds objects of the kind object"):
        load(path, ReadOptions())
    assert not opened.exists()


def raw(tmp_path, header, data=b"", version=b"\1\0"):
    """Write an archive whose array x has this header and these bytes."""
    text = header.encode() + b"\n"
    path = tmp_path / "my.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(
            "x.npy", b"\x93NUMPY" + version + len(text).to_bytes(2, "little") + text + data
        )
    return path


def header(shape="(1,)", kind="<f8"):
    return f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}}}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"header": header("(1000000000000,)")}, r"x claims 8,000,000,000,000 bytes and does not"),
        ({"header": header(), "data": b"1234567"}, r"x claims 8 bytes and does not hold as many"),
        ({"header": header(), "data": b"123456789"}, r"x claims 8 bytes and does not hold"),
        ({"header": header("(10000000000,)", "<U0")}, r"x has an impossible shape"),
        ({"header": header("(-1, -1)"), "data": b"12345678"}, r"x has an impossible shape"),
        ({"header": header(kind="<U1"), "data": b"\xff" * 4}, r"is not an .npz archive of arrays"),
        ({"header": header(), "version": b"\3\0"}, r"x is in version 3.0 of NumPy's format"),
        ({"header": "{" * 5000}, r"is not an .npz archive of arrays"),
        ({"header": "__import__('os')"}, r"is not an .npz archive of arrays"),
    ],
)
def test_a_header_that_lies_is_refused(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        load(raw(tmp_path, **content), ReadOptions())


def test_an_archive_that_inflates_too_far_is_refused_before_it_does(tmp_path, monkeypatch):
    path = npz(tmp_path, x=np.zeros((1000, 1000)))
    assert path.stat().st_size < 100_000
    monkeypatch.setattr(archive, "LARGEST_INFLATED", 1_000_000)
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    with pytest.raises(DataError, match=r"declares 1 arrays of 8,000,128 bytes; at most"):
        load(path, ReadOptions())


def test_too_many_arrays_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MOST_ARRAYS", 1)
    with pytest.raises(DataError, match=r"declares 2 arrays"):
        load(npz(tmp_path, x=X, y=[0, 1, 0]), ReadOptions())


def test_a_missing_archive_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"none.npz cannot be read: No such file"):
        load(tmp_path / "none.npz", ReadOptions())


def test_numbers_are_counted_before_they_are_inflated(tmp_path, monkeypatch):
    path = npz(tmp_path, x=np.zeros((20_000, 100), dtype=bool), y=np.zeros(20_000, dtype=np.int8))
    assert path.stat().st_size < 20_000
    monkeypatch.setattr(np, "frombuffer", None)
    message = (
        r"my\.npz: x holds 2,000,000 numbers in 20,000 rows or images; over 1,000,000 .*--large"
    )
    with pytest.raises(DataError, match=message):
        load(path, ReadOptions())
    monkeypatch.setattr(dataset, "MOST_NUMBERS", 1_500_000)
    with pytest.raises(DataError, match="at most 1,500,000 are read: leave some out"):
        load(path, ReadOptions(large=True))


def test_texts_are_counted_in_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "LARGEST_TEXTS", 100)
    with pytest.raises(DataError, match=r"y holds 120 bytes of text; at most 100 are read"):
        load(npz(tmp_path, x=X, y=np.array(["a" * 10, "b", "c"])), ReadOptions())


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_numpy_does_not_compress_with_is_not_inflated(tmp_path, method, monkeypatch):
    with zipfile.ZipFile(tmp_path / "my.npz", "w", method) as zipped:
        zipped.writestr("x.npy", b"0" * 1000)
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    with pytest.raises(DataError, match=r"my\.npz: x\.npy is compressed in a way that NumPy does"):
        load(tmp_path / "my.npz", ReadOptions())


def test_arrays_of_no_use_are_not_inflated(tmp_path, monkeypatch):
    path = npz(tmp_path, x=X, y=[0, 1, 0], other=np.zeros(10))
    seen = []
    known = archive._array  # noqa: SLF001 -- what inflates
    monkeypatch.setattr(archive, "_array", lambda *a: seen.append(a[2].filename) or known(*a))
    with pytest.raises(DataError, match="other is not known; x is expected"):
        load(path, ReadOptions())
    assert seen == ["x.npy", "y.npy"]


def test_a_directory_of_very_many_entries_is_not_listed(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "my.npz", "w") as zipped:
        for number in range(2_100):
            zipped.writestr(f"{number}.npy", b"")
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(DataError, match=r"my\.npz declares more than 1,000 arrays"):
        load(tmp_path / "my.npz", ReadOptions())


BYTES = io.BytesIO()
np.savez_compressed(BYTES, x=X, y=np.array(["a", "b", "a"]))


@given(st.binary(max_size=100) | st.tuples(st.integers(0, 600), st.binary(min_size=1, max_size=4)))
@settings(max_examples=300)
def test_arbitrary_or_altered_bytes_give_data_or_a_refusal(tmp_path_factory, change):
    content = bytearray(BYTES.getvalue())
    if isinstance(change, bytes):
        content = change
    else:
        content[change[0] : change[0] + len(change[1])] = change[1]
    path = tmp_path_factory.mktemp("bytes") / "my.npz"
    path.write_bytes(content)
    data = read_or_refused(path, ReadOptions())
    assert data is None or np.isfinite(data.x).all()
