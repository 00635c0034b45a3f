"""The first sheet of an .xlsx is a table, read as a stream and by its stored values."""

import datetime as dt
import subprocess
import zipfile

import numpy as np
import openpyxl
import pytest
from files import read_or_refused
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import skip_without

from xlnn.data import dataset, sheet
from xlnn.data.dataset import ReadOptions
from xlnn.data.load import load, load_rows
from xlnn.errors import DataError, WorkbookError

TABLE = ReadOptions(table=True)
IRIS = [["species", "length", "width"], ["setosa", 5.1, 3.5], ["virginica", 6.3, None]]


def xlsx(tmp_path, rows, name="my.xlsx", **others):
    """Save rows as the first sheet, and others as sheets of their names."""
    workbook = openpyxl.Workbook()
    workbook.active.title = "Data"
    for title, lines in {"Data": rows, **others}.items():
        sheet = workbook.active if title == "Data" else workbook.create_sheet(title)
        for line in lines:
            sheet.append(line)
    workbook.save(tmp_path / name)
    return tmp_path / name


def altered(path, old, new):
    """Replace bytes in the first sheet."""
    with zipfile.ZipFile(path) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    part = "xl/worksheets/sheet1.xml"
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in parts.items():
            archive.writestr(entry, content)
    return path


def test_a_table_is_read_as_from_a_csv(tmp_path):
    rows = [*IRIS[:2], ["virginica", 6.3, -2.5e-7], ["setosa", 0.1, True]]
    data = load(xlsx(tmp_path, rows), TABLE)
    assert data.x.tolist() == [[5.1, 3.5], [6.3, -2.5e-7], [0.1, 1]]
    assert data.labels == ("setosa", "virginica")
    assert data.features == ("length", "width")
    (told,) = data.told
    assert told == (
        "my.xlsx: 3 rows of 2 inputs, length and width; labels setosa and virginica in the column "
        '"species" (2 and 1).'
    )


def test_pictures_without_headings_and_a_numeric_label(tmp_path):
    data = load(xlsx(tmp_path, [[0, *[1, 0] * 32], [1, *[0, 1] * 32]]), ReadOptions())
    assert data.labels == ("0", "1")
    assert data.picture == (8, 8)


def test_the_sheet_is_the_first_or_the_one_that_is_asked_for(tmp_path):
    path = xlsx(tmp_path, [["a", 1], ["b", 2]], More=[["c", 3], ["d", 4]])
    first = load(path, TABLE)
    assert first.labels == ("a", "b")
    assert first.told[1] == 'my.xlsx: the first sheet, "Data", was read (--sheet).'
    other = load(path, ReadOptions(table=True, sheet="More"))
    assert other.labels == ("c", "d")
    assert len(other.told) == 1
    with pytest.raises(DataError, match='there is no sheet "None"; there are Data and More'):
        load(path, ReadOptions(sheet="None"))


def test_a_first_sheet_of_notes_is_refused_with_the_other_sheets(tmp_path):
    path = xlsx(tmp_path, [["Read me"]])
    book = openpyxl.load_workbook(path)
    book.create_sheet("More").append(["a", 1])
    book.save(path)
    with pytest.raises(
        DataError, match=r'1 column .* in the sheet "Data"\. Other sheets \(--sheet\): More\.'
    ):
        load(path, TABLE)


def test_a_table_may_begin_anywhere_and_have_blank_rows(tmp_path):
    rows = [[], [None, None, "k", "a"], [None, None, "x", 1], [], [None, None, "y", 2]]
    data = load(xlsx(tmp_path, rows), TABLE)
    assert data.x.tolist() == [[1], [2]]
    assert data.features == ("a",)


def test_formulas_count_by_their_stored_values_and_are_told(tmp_path):
    path = xlsx(tmp_path, [["a", "=TODAY()"], ["b", "=1+1"], ["a", 3]])
    with pytest.raises(DataError, match=r"my\.xlsx, Data!B1 holds a formula without a stored val"):
        load(path, TABLE)
    altered(path, b"<v></v>", b"<v>7</v>")
    data = load(path, TABLE)
    assert data.x.tolist() == [[7], [7], [3]]
    assert data.told[1] == "my.xlsx holds 2 formulas: the stored values were taken."


@pytest.mark.parametrize("look", ["yyyy-mm-dd", "d.m.yy", "h:mm:ss", "mmm", '[$-411]ge"年"m"月"'])
def test_dates_are_left_out_and_told(tmp_path, look):
    path = xlsx(tmp_path, [["k", "day", "b"], ["x", 45292, 1], ["y", 45293.5, 2], ["x", None, 3]])
    workbook = openpyxl.load_workbook(path)
    for row in range(2, 6):  # also an empty cell, and a text beside the numbers
        workbook["Data"].cell(row, 2).number_format = look
    workbook["Data"]["A2"].number_format = look
    workbook.save(path)
    data = load(path, ReadOptions(table=True, missing="drop"))
    assert data.x.tolist() == [[1], [2], [3]]
    assert "my.xlsx: left out day (dates); --columns names those to keep." in data.told
    kept = load(path, ReadOptions(table=True, missing="drop", columns=("day", "b")))
    assert kept.x.tolist() == [[45292, 1], [45293.5, 2]]
    assert "my.xlsx: dates in day were read as numbers of days." in kept.told
    assert not any("read as numbers" in note for note in data.told)


@pytest.mark.parametrize("look", ["0.00", "General", '"day" 0', "[Red]0", "0.0E+00", "# ?/?"])
def test_numbers_that_are_no_dates_are_told_as_none(tmp_path, look):
    path = xlsx(tmp_path, [["k", "a"], ["x", 1], ["y", 2]])
    workbook = openpyxl.load_workbook(path)
    workbook["Data"]["B2"].number_format = look
    workbook.save(path)
    assert len(load(path, TABLE).told) == 1


def test_a_date_as_other_programs_write_it_is_told(tmp_path):
    """Of a built-in format, on a sheet that says nothing of its size."""
    path = xlsx(tmp_path, [["k", "day"], ["x", dt.date(2024, 1, 1)], ["y", 3]])
    altered(path, b'<dimension ref="A1:B3"/>', b"")
    workbook = openpyxl.load_workbook(path)
    workbook["Data"]["B2"].number_format = "mm-dd-yy"
    workbook.save(path)
    altered(path, b'<dimension ref="A1:B3"/>', b"")
    data = load(path, TABLE)
    assert data.x.tolist() == [[45292], [3]]
    assert data.told[-1] == "my.xlsx: dates in day were read as numbers of days."


def test_a_sheet_without_its_size_is_read(tmp_path):
    path = xlsx(tmp_path, [["a", 1], ["b", 2]])
    assert load(altered(path, b'<dimension ref="A1:B2"/>', b""), TABLE).x.tolist() == [
        [1],
        [2],
    ]


def test_cells_that_are_empty_or_not_available_are_missing(tmp_path):
    path = xlsx(tmp_path, [*IRIS, ["setosa", "#N/A", 1]])
    with pytest.raises(
        DataError, match=r"2 values missing in 2 rows, the first in row 3, column w"
    ):
        load(path, TABLE)
    data = load(path, ReadOptions(table=True, missing="mean"))
    mean = round((3.5 + 1) / 2, 1)  # with as many decimals as its column has
    assert data.x.tolist() == [[5.1, 3.5], [6.3, mean], [5.7, 1]]
    assert data.missing == "mean"


def test_texts_that_are_numbers_are_read_as_in_a_csv(tmp_path):
    data = load(xlsx(tmp_path, [["a", "0,5", 1], ["b", "1.234,5", 2]]), TABLE)
    assert data.x.tolist() == [[0.5, 1], [1234.5, 2]]
    assert "decimal comma" in data.told[1]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], r'my\.xlsx: the sheet "Data" is empty \(--sheet\)'),
        ([["My measurements"], [], ["k"], ["x"]], r"row 1: 1 column was found"),
        ([["k", "a"], ["x", "two"]], r'my\.xlsx: no column is left .*: a has "two" in row 2'),
        ([["k", "a"], ["x", "#DIV/0!"]], r"my\.xlsx: 1 value missing in 1 row, the first in row 2"),
        ([["k", "a"]], r"my\.xlsx holds no data: expected a row for each image or row"),
    ],
)
def test_what_is_no_table_is_refused_by_its_cell(tmp_path, rows, message):
    with pytest.raises(DataError, match=message) as refusal:
        load(xlsx(tmp_path, rows), TABLE)
    assert len(str(refusal.value)) < 250


def test_a_second_table_below_an_empty_row_is_suspected(tmp_path):
    rows = [["x", "y", "kind"], [1, 2, "a"], [3, 4, "b"]]
    path = xlsx(tmp_path, [*rows, [], ["name", "value"], ["rate", 0.1]])
    for options in ({"targets": ("y",)}, {"label": "x"}):
        with pytest.raises(DataError, match="If another table begins in row 5, remove it"):
            load(path, ReadOptions(**options))
    told = load(path, ReadOptions(label="kind", missing="mean")).told
    assert "my.xlsx: row 5 has no label. If another table begins in row 5, remove it." in told
    path = xlsx(tmp_path, [*rows, [5, 6]])
    told = load(path, ReadOptions(label="kind", missing="mean")).told
    assert "another table" not in " ".join(told)
    path = xlsx(tmp_path, [*rows, ["name", "value"]])
    with pytest.raises(DataError) as refusal:
        load(path, ReadOptions(targets=("y",)))
    assert "another table" not in str(refusal.value)


def test_what_a_sheet_claims_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = xlsx(tmp_path, [["a", 1], ["b", 2]])
    altered(path, b'ref="A1:B2"', b'ref="A1:CV20000"')
    monkeypatch.setattr(sheet, "cell_value", None)
    monkeypatch.setattr(sheet, "number", None)
    message = r"my\.xlsx holds 1,980,000 numbers in 20,000 rows or images; over 1,000,000 make"
    with pytest.raises(DataError, match=message):
        load(path, TABLE)


def test_what_a_sheet_holds_is_refused_when_there_is_too_much(tmp_path, monkeypatch):
    path = altered(xlsx(tmp_path, [["a", 1]] * 50), b'ref="A1:B50"', b'ref="A1:B2"')
    monkeypatch.setattr(dataset, "LARGE", 20)
    with pytest.raises(DataError, match=r"my\.xlsx holds 21 numbers in 21 rows or images"):
        load(path, TABLE)


@pytest.mark.parametrize(
    ("part", "message"),
    [("xl/vbaProject.bin", "macros"), ("xl/externalLinks/externalLink1.xml", "other workbooks")],
)
def test_the_gate_of_a_workbook_to_check_is_that_of_data(tmp_path, part, message):
    path = xlsx(tmp_path, [["a", 1], ["b", 2]])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(part, b"<x/>")
    with pytest.raises(WorkbookError, match=message):
        load(path, TABLE)


@pytest.mark.parametrize("name", ["my.xls", "my.ods", "my.xlsx"])
def test_what_is_no_xlsx_is_refused_with_what_to_do(tmp_path, name):
    (tmp_path / name).write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100)
    with pytest.raises(WorkbookError, match=r"in the old \.xls format.*; save it as \.xlsx"):
        load(tmp_path / name, TABLE)


def test_a_workbook_named_csv_is_refused_with_what_to_do(tmp_path):
    path = xlsx(tmp_path, [["a", 1], ["b", 2]], name="my.csv")
    with pytest.raises(DataError, match=r"is a zip file, but CSV is expected: name it by its kind"):
        load(path, TABLE)


@pytest.mark.ci
def test_a_sheet_saved_by_another_program_is_read(tmp_path):
    skip_without("gnumeric")
    (tmp_path / "my.csv").write_text("k,a,b\nx,1,0.1\ny,2,1e-3\n")
    command = ["ssconvert", "my.csv", "my.xlsx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    assert load(tmp_path / "my.xlsx", TABLE).x.tolist() == [[1, 0.1], [2, 0.001]]


@given(st.integers(0, 3000), st.binary(min_size=1, max_size=4))
@settings(max_examples=150)
@pytest.mark.slow
def test_altered_bytes_give_data_or_a_refusal(tmp_path_factory, place, change):
    path = xlsx(tmp_path_factory.mktemp("bytes"), [["a", 1, 2], ["b", 2, 3]])
    content = bytearray(path.read_bytes())
    content[place : place + len(change)] = change
    path.write_bytes(content)
    data = read_or_refused(path, TABLE)
    assert data is None or np.isfinite(data.x).all()


def test_a_sheet_that_does_not_say_its_size_is_read(tmp_path):
    path = xlsx(tmp_path, [*IRIS[:2], ["virginica", 6.3, 2]])
    path = altered(path, b'<dimension ref="A1:C3"/>', b"")
    assert load(path, TABLE).x.tolist() == [[5.1, 3.5], [6.3, 2]]


def test_what_stands_beside_a_table_is_left_out_and_told(tmp_path):
    rows = [["k", "a", "b"], ["x", 1, 2], ["y", 2, 3, None, "late"], ["x", 3, 5]]
    rows = [[None, None, *row] for row in rows]
    rows[3][0] = "?"
    data = load(xlsx(tmp_path, [*rows, ["!"]]), TABLE)
    assert data.x.tolist() == [[1, 2], [2, 3], [3, 5]]
    told = "my.xlsx: left out what stands beside the table, the first in Data!G3."
    assert data.told[1] == told


def test_a_column_without_a_heading_is_part_of_the_table_next_to_it(tmp_path):
    """As pandas writes the index of a data frame."""
    rows = [[None, "a", "kind"], *([n, n * n % 7, "xy"[n % 2]] for n in range(12))]
    data = load(xlsx(tmp_path, rows), ReadOptions(label="kind"))
    assert (data.features, len(data.x)) == (("a",), 12)
    assert any("left out column 1, which numbers the rows" in told for told in data.told)
    assert load(xlsx(tmp_path, [row[::-1] for row in rows]), ReadOptions()).features == ("a",)


def test_cells_that_were_merged_over_rows_count_in_each(tmp_path):
    rows = [["group", "a", "kind"], *([None, n * n % 7, "xy"[n % 2]] for n in range(12))]
    rows[1][0], rows[7][0] = "north", "south"
    path = xlsx(tmp_path, [["Report"], *rows])
    book = openpyxl.load_workbook(path)
    for area in ("A1:C1", "A3:A8", "A9:A14"):
        book["Data"].merge_cells(area)
    book.save(path)
    data = load(path, ReadOptions(label="kind"))
    assert data.features == ("group = south", "a")
    assert data.x[:, 0].tolist() == [0] * 6 + [1] * 6


def test_rows_of_a_sheet_that_are_read_as_they_are_have_the_same_length(tmp_path):
    """An empty column parts no tables there, such as the free places of a maze."""
    rows = [["S", None, "#"], [None, None, None, "#"], [None, None, None, "G"]]
    found = load_rows(xlsx(tmp_path, [[None, *row] for row in rows]), ReadOptions())
    assert [texts for _, texts in found] == [["S", "", "#", ""], *[["", "", "", t] for t in "#G"]]
    assert found[0][0] == "my.xlsx, row 1"
