"""Missing values are refused with their number, or left out, or a mean: as a person says."""

import numpy as np
import openpyxl
import pytest
from files import csv, npz

from xlnn.building.build import build
from xlnn.building.choose_network import choose_network
from xlnn.data.dataset import ReadOptions
from xlnn.data.load import load
from xlnn.errors import DataError
from xlnn.experiments.network.sheets.guide import MISSING
from xlnn.options import Options
from xlnn.registry.text import text

HOLES = "k,a,b\nx,1,10\ny,,20\nx,5,NA\ny,3,nan\n"


@pytest.mark.parametrize(
    "word", ["", " ", "NA", "N/A", "nan", "NaN", "null", "None", "?", "-", "#N/A"]
)
def test_however_it_is_written_a_missing_value_is_counted(tmp_path, word):
    message = (
        r"my.csv: 1 value missing in 1 line, the first in line 3, column b: fill them in, or add "
    )
    with pytest.raises(DataError, match=message + "--missing drop .* or --missing mean"):
        load(csv(tmp_path, f"k,a,b\nx,1,2\ny,3,{word}\n"), ReadOptions(table=True))


def test_the_count_is_of_values_and_of_lines(tmp_path):
    message = "3 values missing in 3 lines, the first in line 3, column a"
    with pytest.raises(DataError, match=message):
        load(csv(tmp_path, HOLES), ReadOptions(table=True))


def test_lines_are_left_out_and_told(tmp_path):
    data = load(csv(tmp_path, HOLES + "y,7,8\n"), ReadOptions(table=True, missing="drop"))
    assert data.x.tolist() == [[1, 10], [7, 8]]
    assert data.labels == ("x", "y")
    assert data.t.tolist() == [[1, 0], [0, 1]]
    assert data.missing == "drop"
    assert data.told[0].startswith("my.csv: 2 rows of 2 inputs")
    assert data.told[1] == "my.csv: 3 lines with missing values left out (--missing drop)."


def test_a_line_without_a_label_is_left_out_too(tmp_path):
    path = csv(tmp_path, "k,a\nx,1\n,2\ny,3\n")
    for missing in ("drop", "mean"):
        assert load(path, ReadOptions(table=True, missing=missing)).x.tolist() == [[1], [3]]
    with pytest.raises(DataError, match=r"line 3: the label is empty; .*--missing drop"):
        load(path, ReadOptions(table=True))


def test_where_a_network_is_chosen_means_take_the_place_of_missing_inputs(tmp_path):
    rows = "".join(f"{'xy'[n % 2]},{n * n % 7},{n % 3 or ''}\n" for n in range(12))
    path = csv(tmp_path, f"k,a,b\n{rows},5,1\n")
    data = choose_network(Options(data=path, label="k"))[0].data
    assert data.x[:, 1].tolist() == [2, 1, 2] * 4  # 1.5, rounded as the column is
    assert data.told[1:3] == (
        "my.csv: 1 line with nothing to predict left out (--missing mean).",
        "my.csv: 4 missing values replaced by the mean of the column (--missing mean).",
    )


def test_means_are_of_the_column_and_told(tmp_path):
    data = load(csv(tmp_path, HOLES), ReadOptions(table=True, missing="mean"))
    assert data.x.tolist() == [[1, 10], [3, 20], [5, 15], [3, 15]]
    assert data.missing == "mean"
    assert data.told[1] == (
        "my.csv: 3 missing values replaced by the mean of the column (--missing mean)."
    )


@pytest.mark.parametrize(
    ("column", "mean"),
    [
        (("181", "210", "193"), 195),
        (("18.7", "15", "17.6"), 17.1),
        (("0.25", "0.5", "0.3"), 0.35),
        (("1e-9", "2e-9", "2.5e-9"), 1.8e-9),
        (("0.1", "0.3333333333333333", "0.2"), 0.2111111111111111),
        (("1", "0", "0"), 0.33),
    ],
)
def test_a_mean_has_as_many_decimals_as_its_column(tmp_path, column, mean):
    lines = "".join(f"{'xy'[n % 2]},{value}\n" for n, value in enumerate((*column, "")))
    data = load(csv(tmp_path, f"k,a\n{lines}"), ReadOptions(table=True, missing="mean"))
    assert data.x[3, 0] == pytest.approx(mean, rel=1e-14)


@pytest.mark.parametrize("size", [1e-200, 1e300])
def test_means_of_tiny_and_of_huge_numbers_are_finite(tmp_path, size):
    path = csv(tmp_path, f"k,a\nx,{size}\ny,{size}\nx,\n")
    data = load(path, ReadOptions(table=True, missing="mean"))
    assert data.x[2, 0] == pytest.approx(size, rel=1e-14)


def test_nothing_is_told_where_nothing_is_missing(tmp_path):
    for missing in ("drop", "mean"):
        data = load(csv(tmp_path, "k,a\nx,1\ny,2\n"), ReadOptions(table=True, missing=missing))
        assert data.missing == ""
        assert len(data.told) == 1


@pytest.mark.parametrize(
    ("content", "reading", "message"),
    [
        (
            "k,a\nx,\ny,\n",
            ReadOptions(table=True, missing="mean"),
            'the column "a" holds no value at all',
        ),
        (
            "k,a\nx,\ny,\n",
            ReadOptions(table=True, missing="drop"),
            "every line has a missing value",
        ),
        ("a,p\n1,2\n2,\n", ReadOptions(targets=("p",)), "line 3, column p"),
        ("k,a\nx,1\ny,-inf\n", ReadOptions(missing="mean"), '"-inf" is not finite'),
    ],
)
def test_what_cannot_be_filled_is_refused(tmp_path, content, reading, message):
    with pytest.raises(DataError, match=message):
        load(csv(tmp_path, content), reading)


@pytest.mark.parametrize("missing", ["drop", "mean"])
def test_a_target_that_is_missing_leaves_its_line_out(tmp_path, missing):
    data = load(csv(tmp_path, "a,p\n1,2\n2,\n3,4\n"), ReadOptions(targets=("p",), missing=missing))
    assert data.t.tolist() == [[2], [4]]
    assert data.x.tolist() == [[1], [3]]


def test_nan_in_arrays_is_missing(tmp_path):
    path = npz(tmp_path, x=np.array([[1, 2], [np.nan, 4], [3, 6]]), y=["a", "b", "b"])
    drop = load(path, ReadOptions(table=True, missing="drop"))
    assert drop.x.tolist() == [[1, 2], [3, 6]]
    assert drop.labels == ("a", "b")
    assert load(path, ReadOptions(table=True, missing="mean")).x[1].tolist() == [2, 4]


@pytest.mark.parametrize(
    ("missing", "lang"),
    [("drop", "zh"), ("mean", "en"), ("drop", "ja"), ("mean", "zh"), ("mean", "ja")],
)
@pytest.mark.first(1)
@pytest.mark.slow
def test_what_was_made_of_missing_values_stands_in_the_guide(tmp_path, lang, missing):
    table = csv(tmp_path, HOLES + "x,7,8\ny,8,9\n")
    options = {"data": table, "table": True, "missing": missing, "lang": lang, "epochs": 1}
    build("xor", tmp_path / "holes.xlsx", verify=False, **options)
    said = text(lang).of_itself("headings", MISSING[missing])
    assert said in guide(tmp_path / "holes.xlsx")
    # continued, it still holds; with other data that are whole, no more
    build(from_workbook=tmp_path / "holes.xlsx", output=tmp_path / "on.xlsx", verify=False)
    assert said in guide(tmp_path / "on.xlsx")
    whole = csv(tmp_path, "k,a,b\nx,1,10\ny,2,20\n")
    build(from_workbook=tmp_path / "on.xlsx", output=tmp_path / "new.xlsx", data=whole, table=True)
    assert said not in guide(tmp_path / "new.xlsx")


@pytest.mark.slow
def test_of_a_whole_table_the_guide_says_nothing_of_missing_values(tmp_path):
    table = csv(tmp_path, "k,a,b\nx,1,10\ny,2,20\n")
    options = {"data": table, "table": True, "missing": "mean", "epochs": 1}
    build("xor", tmp_path / "whole.xlsx", verify=False, **options)
    assert not any("missing" in line for line in guide(tmp_path / "whole.xlsx"))


def guide(path):
    """Return the texts of the first sheet."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return {str(cell) for row in sheet.iter_rows(values_only=True) for cell in row}


def test_a_missing_word_is_one_missing_value(tmp_path):
    rows = "".join(
        f"{'xy'[n % 2]},{n or ''},{('red', 'blue', 'green', '')[n % 4]}\n" for n in range(12)
    )
    path = csv(tmp_path, f"k,a,colour\n{rows}")
    data = load(path, ReadOptions(label="k", missing="mean"))
    assert data.x.shape == (12, 4)
    told = "my.csv: 4 missing values replaced by the mean of the column (--missing mean)."
    assert told in data.told
    np.testing.assert_allclose(data.x[3, 1:], 0.33)  # a share
