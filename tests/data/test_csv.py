"""A CSV is read strictly: what cannot be meant is named by line and column."""

import numpy as np
import pytest
from files import csv, read_or_refused
from hypothesis import given, settings
from hypothesis import strategies as st

from xlnn.data import csv_lines, dataset
from xlnn.data.dataset import ReadOptions
from xlnn.data.load import load
from xlnn.errors import DataError

ROW = ReadOptions(picture=(1, 3))
TABLE = ReadOptions(table=True)
IRIS = "species,length,width\nsetosa,5.1,3.5\nvirginica,6.3,3.3\nsetosa,4.9,3\n"
CARS = "km,age,price\n10,1,20.5\n50,3,12\n90,9,3\n"


@pytest.mark.parametrize(
    "content",
    [
        "0,1,0.5,-2e-1\n1,0,0,1\n",
        "label,p1,p2,p3\r\n0,1,0.5,-2e-1\r\n1,0,0,1\r\n",
        "label,p1,p2,p3\r0,1,0.5,-2e-1\r1,0,0,1\r",
        "0;1;0.5;-2e-1\n\n1;0;0;1",
        "0\t1\t0.5\t-2e-1\n1\t0\t0\t1\n",
        "label a b c\n0   1  0.5  -2e-1\n 1   0  0     1\n",
        '\ufefflabel,a,b,c\n"0","1","0.5","-2e-1"\n 1 , 0 , 0 , 1 \n',
        "\n\nlabel,a,b,c\n0,1,0.5,-2e-1\n1,0,0,1\n",
    ],
    ids=[
        "plain",
        "headings",
        "old mac",
        "semicolon",
        "tab",
        "aligned",
        "quoted",
        "blank lines first",
    ],
)
def test_images_are_read(tmp_path, content):
    data = load(csv(tmp_path, content), ROW)
    assert data.x.tolist() == [[1, 0.5, -0.2], [0, 0, 1]]
    assert data.t.tolist() == [[1, 0], [0, 1]]
    assert data.labels == ("0", "1")
    assert data.picture == (1, 3)
    assert data.features == ()
    assert not data.is_regression


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("0,1,0,1\n0,1,0,1,1\n", r"my.csv, line 2: 5 columns were found and 4 expected, as in li"),
        ("0,1\n\n1,0\n1,0,1\n", r"line 4: 3 columns were found and 2 expected, as in line 1"),
        ("0\n1\n", r"line 1: 1 column was found; two or more are expected"),
        ("New York\nRome\n", r"line 1: 1 column was found; two or more are expected"),
        ("label,p1,p2,p3\n0,1,two,1\n", r'line 2, column p2: "two" is not a number'),
        (
            "label,day,p2,p3\n0,2024-01-02,0,1\n",
            r'column day: "2024-01-02" is not a number.* If it is a date, write it as a number',
        ),
        ("0,1,0,1\n1,0,0,1e999\n", r'line 2, column p3: "1e999" is too large'),
        ("0,1,0,1\n1,0,0,1e400\n", r'line 2, column p3: "1e400" is too large'),
        ("0,1,nan,1\n", r"my.csv: 1 value missing in 1 line, the first in line 1, column p2: fill"),
        ("0,1,0,-inf\n", r'column p3: "-inf" is not finite'),
        ("0,1,0,=1+1\n", r'column p3: "=1\+1" is not a number.*remove the leading "="'),
        ("0,1,0,@A1\n", r'column p3: "@A1" is not a number.*remove the leading "@"'),
        (
            "0,1,0,\n1,0,1,1\n",
            r"1 value missing in 1 line, the first in line 1, column p3: fill them in",
        ),
        ("0,1,0,1_000\n", r'"1_000" is not a number'),
        ("0,1,0," + "1" * 65, r'"1{39}…" is not a number'),
        (
            "0;1;0.5;1\n1;1;0,5;1\n",
            r'line 2, column p2: "0,5" is written differently from the other',
        ),
        ("0,1,0,٣\n", r'"٣" is not a number'),
        (" ,1,0,1\ncat,0,1,0\n", r"line 1: the label is empty"),
        ("cat\u200bdog,1,0,1\n", r'line 1: the label "cat\?dog" holds a character that cannot be'),
        ('"a\nb",1,0,1\n', r'line 2: the label "a\?b" holds a character that cannot be printed'),
        ("0,1,0,1\n0,1,1,1\n", r'my.csv: all have the label "0"; at least 2 classes'),
        (
            "".join(f"{n},1,0,1\n" for n in range(1001)),
            r"1,001 different labels .* name the target columns",
        ),
        ("0,1,0\n1,1,0\n", r"2 pixels do not make a square picture.*--picture 1x2"),
        ("", r"my.csv is empty"),
        ("\n \n", r"my.csv is empty"),
        ("label,p1,p2,p3\n", r"my.csv holds no data"),
        ('"",""\n', r"my.csv holds no data"),
        ("0,1,0,1\n\0", r"holds NUL bytes"),
        ("0,1,0,1\n".encode("utf-16-le"), r"holds NUL bytes"),
        ('0,1,0,"1\n', r"my.csv, line 1: not CSV"),
        ('\t""0\n', r"my.csv, line 1: not CSV: '\?' expected after"),
        ("0," * 20_000 + "1\n", r"line 1: 20,001 columns were found; a sheet has 16,384"),
    ],
)
def test_what_is_no_image_is_refused_by_line_and_column(tmp_path, content, message):
    with pytest.raises(DataError, match=message) as refusal:
        load(csv(tmp_path, content), ROW)
    assert len(str(refusal.value)) < 250
    assert str(refusal.value).isprintable()


def test_more_lines_than_a_sheet_has_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_lines, "MOST_ROWS", 2)
    with pytest.raises(DataError, match="line 3: a sheet has 2 rows: leave some out"):
        load(csv(tmp_path, "0,1\n1,1\n0,1\n"), ROW)


def test_numbers_are_counted_before_they_are_read(tmp_path, monkeypatch):
    path = csv(tmp_path, "0,1,1\n1,0,0\n" * 5)
    monkeypatch.setattr(dataset, "LARGE", 29)
    monkeypatch.setattr(csv_lines.csv, "reader", None)
    message = "holds 30 numbers in 10 rows or images; over 29 make .* or add --large"
    with pytest.raises(DataError, match=message):
        load(path, ReadOptions())
    monkeypatch.setattr(dataset, "MOST_NUMBERS", 29)
    with pytest.raises(DataError, match="at most 29 are read: leave some out, or use smaller"):
        load(path, ReadOptions(large=True))


def test_large_lets_many_numbers_pass(tmp_path, monkeypatch):
    path = csv(tmp_path, "0,1,1\n1,0,0\n" * 5)
    monkeypatch.setattr(dataset, "LARGE", 29)
    assert len(load(path, ReadOptions(picture=(1, 2), large=True)).x) == 10


@pytest.mark.parametrize(
    ("first", "wanted", "labels"),
    [
        (("1", "0"), ("1", "0"), ("1", "0")),
        (("1", "0"), ("1", "2"), ("0", "1")),
        (("10", "9"), (), ("9", "10")),
        (("dog", "cat"), (), ("dog", "cat")),
        (("dog", "cat"), ("cat", "dog"), ("cat", "dog")),
        (("dog", "1"), (), ("dog", "1")),
        (("=1+1", "=cmd|'/c calc'!A1"), (), ("=1+1", "=cmd|'/c calc'!A1")),
    ],
)
def test_the_classes_are_in_the_wanted_order_or_by_number_or_as_they_appear(
    tmp_path, first, wanted, labels
):
    content = "".join(f"{label},1\n" for label in first)
    data = load(csv(tmp_path, content), ReadOptions(labels=wanted))
    assert data.labels == labels
    assert [data.labels[one] for one in data.t.argmax(axis=1)] == list(first)


@pytest.mark.parametrize("style", ["%d", "%.1f", "%.18e"])
def test_whole_labels_are_whole_however_a_program_writes_them(tmp_path, style):
    rows = np.array([[0, 0.5], [1, 0.25], [10, 0.75]])
    np.savetxt(tmp_path / "my.csv", rows, fmt=[style, "%.2f"], delimiter=",")
    data = load(tmp_path / "my.csv", ReadOptions(labels=("10", "1", "0")))
    assert data.labels == ("10", "1", "0")
    assert data.x.tolist() == [[0.5], [0.25], [0.75]]


def test_two_ways_to_write_one_letter_are_one_label(tmp_path):
    content = "caf\u00e9,1\ncafe\u0301,1\ntea,1\n"
    assert load(csv(tmp_path, content), ReadOptions()).labels == ("caf\u00e9", "tea")


def test_long_labels_are_cut_and_stay_apart(tmp_path):
    long = ["yes, " * 20 + end for end in ("a", "b")] + ["yes, " * 9 + "no, " + "yes, " * 9 + "a"]
    rows = "".join(f"{n},{n % 2},'{label}'\n" for n, label in enumerate(long))
    data = load(csv(tmp_path, "a,b,kind\n" + rows.replace("'", '"')), ReadOptions(label="kind"))
    assert data.labels == (
        "yes, yes, yes, yes,…es, yes, yes, yes, a",
        "yes, yes, yes, yes,…es, yes, yes, yes, b",
        "yes, yes, yes, yes…s, yes, yes, yes, a 3",
    )
    assert data.t.tolist() == np.eye(3).tolist()
    again = load(csv(tmp_path, "a,b,kind\n0,0," + f'"{long[1]}"\n1,2,"{long[0]}"\n'),
                 ReadOptions(label="kind", labels=data.labels))  # fmt: skip
    assert again.labels == data.labels[:2]


def test_the_label_may_stand_in_another_column(tmp_path):
    content = "length,species,width\n5,setosa,3\n6,virginica,4\n"
    data = load(csv(tmp_path, content), ReadOptions(table=True, label="species"))
    assert data.x.tolist() == [[5, 3], [6, 4]]
    assert data.labels == ("setosa", "virginica")
    assert data.features == ("length", "width")


def test_a_table_is_no_picture_and_names_its_inputs(tmp_path):
    data = load(csv(tmp_path, IRIS), TABLE)
    assert data.picture is None
    assert data.features == ("length", "width")
    assert data.t.tolist() == [[1, 0], [0, 1], [1, 0]]
    without_headings = IRIS.split("\n", 1)[1]
    assert load(csv(tmp_path, without_headings), TABLE).features == ("x1", "x2")


def test_targets_make_a_regression(tmp_path):
    data = load(csv(tmp_path, CARS), ReadOptions(targets=("price",)))
    assert data.is_regression
    assert data.x.tolist() == [[10, 1], [50, 3], [90, 9]]
    assert data.t.tolist() == [[20.5], [12], [3]]
    assert data.labels == ("price",)
    assert data.features == ("km", "age")
    assert data.picture is None


def test_targets_are_in_the_order_that_is_asked_for(tmp_path):
    data = load(csv(tmp_path, CARS), ReadOptions(targets=("price", "km")))
    assert data.labels == ("price", "km")
    assert data.t[0].tolist() == [20.5, 10]
    assert data.features == ("age",)


@pytest.mark.parametrize(
    ("content", "reading", "message"),
    [
        (
            CARS,
            ReadOptions(targets=("cost",)),
            '"cost" is not there; the headings are km, age and pr',
        ),
        (
            CARS,
            ReadOptions(targets=("km", "age", "price")),
            "all columns are targets or left out; at least one",
        ),
        (CARS, ReadOptions(targets=("km", "km")), "twice in the targets km and km"),
        ("a,a,b\n1,2,3\n", ReadOptions(targets=("a",)), '"a" appears more than once'),
        (
            "1,2\n3,4\n",
            ReadOptions(targets=("price",)),
            'not headings, so there is no column "price"',
        ),
        (
            CARS.replace("12", "=2"),
            ReadOptions(targets=("price",)),
            'line 3, column price: "=2" is',
        ),
        (
            IRIS,
            ReadOptions(table=True, label="kind"),
            '"kind" is not there; the headings are species',
        ),
        ("a,1\nb,2\n", ReadOptions(table=True, label="kind"), "the first line holds numbers, not"),
    ],
)
def test_columns_that_cannot_be_found_or_shown_are_refused(tmp_path, content, reading, message):
    with pytest.raises(DataError, match=message) as refusal:
        load(csv(tmp_path, content), reading)
    assert len(str(refusal.value)) < 250


@pytest.mark.parametrize(
    ("heading", "shown"),
    [("a" * 41, f"{'a' * 19}…{'a' * 20}"), ("a\u200b", "a?"), ("", "column 2"), ('"a\n b"', "a b")],
    ids=["long", "not to be printed", "empty", "of two lines"],
)
def test_a_heading_that_no_sheet_could_show_is_made_one(tmp_path, heading, shown):
    data = load(csv(tmp_path, f"l,{heading},b\nx,1,5\ny,2,4\n"), TABLE)
    assert data.features == (shown, "b")


@given(
    st.binary(max_size=200)
    | st.text(alphabet='01ab,;\t"\n=.\r-', max_size=60).map(lambda text: text.encode())
)
@settings(max_examples=400)
@pytest.mark.ci
def test_arbitrary_bytes_give_images_or_a_refusal(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "my.csv"
    path.write_bytes(content)
    for reading in (ReadOptions(), TABLE, ReadOptions(targets=("a",)), ReadOptions(label="a")):
        if (data := read_or_refused(path, reading)) is None:
            continue
        assert np.isfinite(data.x).all()
        assert data.is_regression or data.t.sum() == len(data.x)
        assert data.t.shape == (len(data.x), len(data.labels))
        assert (data.picture is None) == (len(data.features) == data.x.shape[1])
