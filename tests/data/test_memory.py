"""What a program holds is read as what a file holds."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from xlnn.data import dataset
from xlnn.data.dataset import ReadOptions
from xlnn.data.load import load
from xlnn.errors import DataError

X = np.array([[1, 0.5, 0, 0], [0, 0, 0.25, 1], [1, 1, 1, 1]])
TABLE = ReadOptions(table=True)
FRAME = pd.DataFrame({"kind": ["a", "b", "a"], "n": [1, 2, 3], "v": [0.1, -2.5, 1e-7]})


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [
        ([7, 3, 7], ("3", "7")),
        (np.array([7.0, 3.0, 7.0]), ("3", "7")),
        (np.array([True, False, True]), ("False", "True")),
        (["dog", "cat", "dog"], ("dog", "cat")),
        (np.array(["dog", "cat", "dog"], dtype=object), ("dog", "cat")),
    ],
)
def test_a_pair_of_arrays_is_x_and_labels(labels, wanted):
    data = load((X, labels), ReadOptions())
    assert data.x.tolist() == X.tolist()
    assert data.labels == wanted
    assert data.picture is None
    assert data.told[0].startswith("data: 3 rows of 4 inputs, x1, x2, x3 and x4; labels ")


@pytest.mark.parametrize("t", [[0.5, 1, 2], [[1, 2], [3, 4], [5, 6]]])
def test_a_second_array_that_is_no_class_is_predicted(t):
    data = load((X, t), ReadOptions())
    assert data.is_regression
    assert data.t.tolist() == np.array(t, dtype=float).reshape(3, -1).tolist()


def test_whole_numbers_are_predicted_where_targets_are_asked_for():
    data = load((X, [100, 200, 300]), ReadOptions(targets=("price",), table=True))
    assert data.is_regression
    assert data.labels == ("price",)


def test_a_dict_holds_what_an_archive_holds():
    data = load({"x": X, "t": [1, 2, 3], "names": ["price"]}, ReadOptions())
    assert data.is_regression
    assert data.labels == ("price",)


def test_a_frame_of_pandas_is_a_table_with_headings():
    data = load(FRAME, TABLE)
    assert data.x.tolist() == FRAME[["n", "v"]].to_numpy().tolist()
    assert data.labels == ("a", "b")
    assert data.features == ("n", "v")
    assert data.told == (
        'data: 3 rows of 2 inputs, n and v; labels a and b in the column "kind" (2 and 1).',
    )
    assert (
        load(FRAME[["n", "v"]], ReadOptions(targets=("v",))).t.ravel().tolist()
        == FRAME["v"].tolist()
    )


@pytest.mark.ci
def test_a_frame_of_polars_is_a_table_with_headings():
    polars = pytest.importorskip("polars")
    data = load(polars.DataFrame(FRAME.to_dict("list")), TABLE)
    assert data.x.tolist() == FRAME[["n", "v"]].to_numpy().tolist()
    assert data.features == ("n", "v")


def test_a_frame_is_read_by_what_it_does_and_not_by_what_it_is():
    """As polars has it: columns, get_columns and series with to_list, and nothing of pandas."""

    class Series(list):
        def to_list(self):
            return list(self)

    class Frame:
        columns = ("kind", "n")

        def get_columns(self):
            return [Series(["a", "b"]), Series([1, 2])]

    assert load(Frame(), TABLE).x.tolist() == [[1], [2]]


def test_columns_that_are_numbered_are_no_headings():
    data = load(pd.DataFrame([["a", 1, 2], ["b", 3, 4]]), TABLE)
    assert data.features == ("x1", "x2")
    assert load(
        pd.DataFrame([[1, 2, 0], [3, 4, 1]]), ReadOptions(label="last", table=True)
    ).labels == (
        "0",
        "1",
    )


def test_headings_that_are_numbers_are_still_headings_of_a_frame():
    data = load(pd.DataFrame({"k": ["a", "b"], "2019": [1, 2], "2020": [3, 4]}), TABLE)
    assert data.features == ("2019", "2020")
    assert data.x.tolist() == [[1, 3], [2, 4]]


@pytest.mark.parametrize("absent", [None, np.nan, pd.NA])
def test_every_way_to_be_missing_in_a_frame_is_one(absent):
    frame = pd.DataFrame({"k": ["a", "b", "a"], "n": [1, absent, 3]})
    with pytest.raises(DataError, match="data: 1 value missing in 1 row, the first in row 2, colu"):
        load(frame, TABLE)
    assert load(frame, ReadOptions(table=True, missing="mean")).x.tolist() == [[1], [2], [3]]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({1, 2}, r"data is a set: a path, a pair of arrays"),
        (7, r"data is a int: a path"),
        (X, r"data is a ndarray: a path"),
        ((X, X, X), r"data is a tuple: a path"),
        ({1: X}, r"data is a dict: a path"),
        ({"x": X}, r"data holds x; x is expected, and one of labels, y or t"),
        ((X, [1, 2]), r"data: x has 3 rows and labels 2"),
        ((X, [{}, 1, 2]), r"labels holds objects of the kind object"),
        (([[1, 2], [3]], [0, 1]), r"x is not an array: "),
        ((X, None), r"labels holds objects of the kind object"),
        ((X + np.inf, [0, 1, 0]), r"data: x holds a value that is not finite"),
        ((X * 1j, [0, 1, 0]), r"x holds objects of the kind complex128"),
        (pd.DataFrame({"a": [1]}), r"The data frame has 1 columns; from 2 to"),
        (pd.DataFrame({"a": [], "b": []}), r"data holds no data"),
        (
            pd.DataFrame({"k": ["a"], "d": [dt.date(2020, 1, 1)]}),
            r'"d" holds a date: numbers',
        ),
        (pd.DataFrame({"k": ["a"], "d": [Decimal(1)]}), r'row 1, column "d" holds a Decimal'),
        (pd.DataFrame([[1, 2, 3]], columns=["a", "b", "b"]), r"all have the label"),
    ],
)
def test_what_is_no_data_is_refused(data, message):
    with pytest.raises(DataError, match=message):
        load(data, TABLE)


def test_numbers_of_a_program_are_counted_too(monkeypatch):
    monkeypatch.setattr(dataset, "LARGE", 5)
    for data in ((X, [0, 1, 0]), FRAME):
        with pytest.raises(DataError, match=r"holds \d+ numbers in 3 rows or images; over 5 make"):
            load(data, TABLE)
        assert len(load(data, ReadOptions(table=True, large=True)).x) == 3
