"""What the last pass over a workbook writes, and what it leaves alone."""

import os
import re
import subprocess
import sys
import tracemalloc
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.chart import LineChart, Reference
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.styles import Font
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from xlnn.errors import OutputError, WorkbookError
from xlnn.grid import CellError, Grid
from xlnn.xlsx.cached_values import replace_inputs, store
from xlnn.xlsx.copying import rewrite_cells
from xlnn.xlsx.filled_rows import NotPlainError, fill_rows

TEXTS = ["", "a & b < c > d", "\"quotes\" and 'more'", "  led and trailed  ", "two\nlines", "学 σ"]
MORE_MEMORY = 1.5  # allowed factor for ten times the rows: the zip's own buffers vary a little
SHEET_1 = "xl/worksheets/sheet1.xml"
SCALE = ColorScaleRule(start_type="min", start_color="FF0000", end_type="max", end_color="00FF00")


def write_rich(path: Path) -> None:
    """Write a workbook with all that the last pass must not touch."""
    workbook = Workbook(write_only=False)
    sheet = workbook.active
    sheet.title = "S"
    sheet["A1"], sheet["B1"] = 2, "=A1/3"
    sheet["A2"], sheet["B2"] = "text", '=A2&"!"'
    sheet["A3"], sheet["B3"] = True, "=A1=2"
    sheet["A4"], sheet["B4"] = None, "=1/0"
    sheet["B1"].font = Font(name="Arial", bold=True, italic=True, color="FF0000", size=12)
    sheet["C1"].hyperlink = "#S!A1"
    sheet.conditional_formatting.add("A1:B4", SCALE)
    sheet.add_data_validation(DataValidation("list", formula1='"1,2,3"', sqref="A1"))
    workbook.defined_names["xlnn.x"] = DefinedName("xlnn.x", attr_text="S!$A$1:$B$4")
    chart = LineChart()
    chart.add_data(Reference(sheet, min_col=1, min_row=1, max_row=4))
    sheet.add_chart(chart, "E1")
    workbook.create_sheet("Empty")
    workbook.save(path)


RICH = {
    "S": Grid(
        np.array([[2, 2 / 3], [np.nan, np.nan], [np.nan, np.nan], [np.nan, np.nan]]),
        {(2, 2): "text!", (3, 2): True, (4, 2): CellError("#DIV/0!")},
    ),
    "Empty": Grid(np.empty((0, 0))),
}


@pytest.fixture
def rich(tmp_path):
    write_rich(tmp_path / "rich.xlsx")
    return tmp_path / "rich.xlsx"


@pytest.fixture
def stored(rich):
    target = rich.with_name("stored.xlsx")
    store(rich, target, RICH)
    return target


@pytest.fixture
def edited(rich):
    """Give a function that copies the workbook with the XML of its first sheet changed."""

    def edit(change) -> Path:
        target = rich.with_name("edited.xlsx")
        with ZipFile(rich) as old, ZipFile(target, "w", ZIP_DEFLATED) as new:
            for name in old.namelist():
                data = old.read(name).decode()
                new.writestr(name, change(data) if name.endswith("sheet1.xml") else data)
        return target

    return edit


def parts(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def without_values(sheet: bytes) -> bytes:
    return re.sub(rb'(<c r="B\d"[^>]*?)(?: t="\w+")?>(<f>.*?</f>).*?</c>', rb"\1>\2</c>", sheet)


# --- store ---


def test_store_counts_the_formula_cells(rich, tmp_path):
    assert store(rich, tmp_path / "out.xlsx", RICH) == 4


def test_openpyxl_shows_the_cached_values(stored):
    sheet = load_workbook(stored, data_only=True)["S"]
    assert [sheet.cell(row, 2).value for row in range(1, 5)] == [2 / 3, "text!", True, "#DIV/0!"]
    assert [sheet.cell(row, 2).data_type for row in range(1, 5)] == ["n", "s", "b", "e"]


def test_programs_find_first_what_the_file_is(rich, stored):
    """Some look no further than at the first entries of a zip."""
    with ZipFile(rich) as old, ZipFile(stored) as new:
        first, second, *others = new.namelist()
        assert [first, second] == ["[Content_Types].xml", "_rels/.rels"]
        kept = [name for name in old.namelist() if name not in {first, second}]
        assert [name for name in others if name in kept] == [
            name for name in kept if name in others
        ]


def test_pandas_shows_the_cached_values(stored):
    frame = pd.read_excel(stored, header=None, engine="openpyxl")
    assert frame[1][:3].tolist() == [2 / 3, "text!", True]


def test_formulas_and_everything_else_are_as_before(rich, stored):
    before, after = parts(rich), parts(stored)
    assert set(before) == set(after)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"xl/worksheets/sheet1.xml", "docProps/core.xml"}
    sheet = "xl/worksheets/sheet1.xml"
    assert without_values(before[sheet]) == without_values(after[sheet])
    for kept in (b"<conditionalFormatting", b"<dataValidation ", b"<hyperlink ", b"<drawing "):
        assert kept in after[sheet]
    assert b'fullCalcOnLoad="1"' in after["xl/workbook.xml"]
    assert any("chart" in name for name in after)


@settings(max_examples=20)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_every_number_comes_back_exactly(tmp_path_factory, numbers):
    folder = tmp_path_factory.mktemp("numbers")
    workbook = Workbook()
    workbook.active.append(["=1"] * len(numbers))
    workbook.save(folder / "in.xlsx")
    store(folder / "in.xlsx", folder / "out.xlsx", {"Sheet": Grid(np.array([numbers]))})
    sheet = load_workbook(folder / "out.xlsx", data_only=True).active
    assert [cell.value for cell in sheet[1]] == numbers


def test_every_text_comes_back_exactly(tmp_path):
    workbook = Workbook()
    for row in range(1, len(TEXTS) + 1):
        workbook.active.cell(row, 1, '="x"')
    workbook.save(tmp_path / "in.xlsx")
    grid = Grid(np.full((len(TEXTS), 1), np.nan), {(r, 1): t for r, t in enumerate(TEXTS, 1)})
    store(tmp_path / "in.xlsx", tmp_path / "out.xlsx", {"Sheet": grid})
    sheet = load_workbook(tmp_path / "out.xlsx", data_only=True).active
    assert [cell.value or "" for (cell,) in sheet.iter_rows()] == TEXTS
    # Excel drops spaces at the ends unless told to keep them.
    assert b'<v xml:space="preserve">  led' in parts(tmp_path / "out.xlsx")[SHEET_1]


@pytest.mark.parametrize("value", [np.nan, np.inf, "\x01"])
def test_a_value_that_no_cell_can_hold_is_refused(rich, tmp_path, value):
    text = isinstance(value, str)
    grid = Grid(np.array([[2, 0 if text else value]]), {(1, 2): value} if text else {})
    with pytest.raises(WorkbookError, match="S!B1"):
        store(rich, tmp_path / "out.xlsx", {"S": grid})


@pytest.mark.parametrize("values", [{}, {"S": Grid(np.empty((0, 0)))}])
def test_a_formula_without_a_value_is_named(rich, tmp_path, values):
    with pytest.raises(WorkbookError, match="S!B1: the formula has no value"):
        store(rich, tmp_path / "out.xlsx", values)


def test_memory_does_not_grow_with_the_sheet(tmp_path):
    def peak(rows: int) -> int:
        workbook = Workbook(write_only=True)
        sheet = workbook.create_sheet("S")
        for row in range(1, rows + 1):
            sheet.append([f"=A{row}*{column}" for column in range(20)])
        workbook.save(tmp_path / "in.xlsx")
        values = {"S": Grid(np.ones((rows, 20)))}
        tracemalloc.start()
        store(tmp_path / "in.xlsx", tmp_path / "out.xlsx", values)
        result = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return result

    peak(100)  # caches fill
    assert peak(3_000) < MORE_MEMORY * peak(300)


MAKE = """
import sys
from pathlib import Path
from openpyxl import Workbook
from xlnn.xlsx.cached_values import store
from test_cached_values import RICH, write_rich
write_rich(Path("in.xlsx"))
store(Path("in.xlsx"), Path("out.xlsx"), RICH)
"""


def test_the_same_workbook_gives_the_same_bytes_anywhere(tmp_path):
    def make(name: str, **environment: str) -> bytes:
        folder = tmp_path / name
        folder.mkdir()
        here = os.pathsep.join([str(Path(__file__).parent), *sys.path])
        subprocess.run(
            [sys.executable, "-c", MAKE],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": here} | environment,
            check=True,
        )
        return (folder / "out.xlsx").read_bytes()

    one = make("one", TZ="UTC", LC_ALL="C", PYTHONHASHSEED="1")
    other = make("other", TZ="Asia/Tokyo", LC_ALL="de_DE.UTF-8", PYTHONHASHSEED="2")
    assert one == other
    later = make("later", SOURCE_DATE_EPOCH="1700000000")
    assert later != one


def test_the_dates_of_the_document_are_source_date_epoch(rich, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    store(rich, tmp_path / "out.xlsx", RICH)
    core = parts(tmp_path / "out.xlsx")["docProps/core.xml"].decode()
    assert core.count(">2023-11-14T22:13:20Z<") == 2


def test_a_source_date_epoch_that_is_no_number_is_refused(rich, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(OutputError, match='SOURCE_DATE_EPOCH is "yesterday"'):
        store(rich, tmp_path / "out.xlsx", RICH)


# --- replace_inputs ---

OTHER_WRITERS = {
    "attributes in another order": lambda x: x.replace('<c r="A1" t="n">', "<c t='n' r='A1' >"),
    "a shared string": lambda x: re.sub(r'<c r="A1".*?</c>', '<c r="A1" t="s"><v>0</v></c>', x),
    "a styled cell without content": lambda x: re.sub(r'<c r="A1".*?</c>', '<c r="A1" s="1"/>', x),
    "a formula": lambda x: re.sub(r'<c r="A1".*?</c>', '<c r="A1"><f>1+1</f><v>2</v></c>', x),
    "a line between elements": lambda x: x.replace("><", ">\n<"),
    "a prefix": lambda x: re.sub(r"<(/?)(?=\w)", r"<\1x:", x).replace("xmlns=", "xmlns:x="),
    "spans": lambda x: x.replace('<row r="1"', '<row spans="1:3" r="1"'),
    "a comment with a cell": lambda x: x.replace("<sheetData>", '<!-- <c r="A1"/> --><sheetData>'),
}


@pytest.mark.parametrize("change", OTHER_WRITERS.values(), ids=OTHER_WRITERS)
def test_an_input_is_replaced_however_the_sheet_is_written(edited, tmp_path, change):
    replace_inputs(edited(change), tmp_path / "out.xlsx", {("S", 1, 1): 0.1})
    sheet = load_workbook(tmp_path / "out.xlsx")["S"]
    assert sheet["A1"].value == 0.1
    assert sheet["B1"].value == "=A1/3"
    assert sheet["A2"].value == "text"


def test_only_the_input_is_changed(rich, tmp_path):
    replace_inputs(rich, tmp_path / "out.xlsx", {("S", 1, 1): 7.0})
    before, after = parts(rich), parts(tmp_path / "out.xlsx")
    before[SHEET_1] = re.sub(
        rb'<c r="A1".*?</c>', b'<c r="A1"><v>7.0</v></c>', before[SHEET_1], count=1
    )
    assert before == after


def test_a_style_is_kept_with_a_replaced_input(edited, tmp_path):
    path = edited(lambda x: re.sub(r'<c r="A1".*?</c>', '<c s="1" r="A1" t="b"><v>1</v></c>', x))
    replace_inputs(path, tmp_path / "out.xlsx", {("S", 1, 1): 7.0})
    assert b'<c r="A1" s="1"><v>7.0</v></c>' in parts(tmp_path / "out.xlsx")[SHEET_1]


@pytest.mark.parametrize("cell", [("S", 90, 1), ("S", 1, 28), ("Nope", 1, 1)])
def test_an_input_that_is_not_in_the_file_is_named(rich, tmp_path, cell):
    with pytest.raises(WorkbookError, match=r"rich\.xlsx: the input (S!A90|S!AB1|Nope!A1) is not"):
        replace_inputs(rich, tmp_path / "out.xlsx", {cell: 1.0})


def test_an_input_whose_formula_is_shared_is_refused(edited, tmp_path):
    shared = '<c r="A1"><f t="shared" si="0" ref="A1:A2">1+1</f><v>2</v></c>'
    path = edited(lambda x: re.sub(r'<c r="A1".*?</c>', shared, x))
    with pytest.raises(WorkbookError, match="S!A1 is an input, but holds a formula that other"):
        replace_inputs(path, tmp_path / "out.xlsx", {("S", 1, 1): 1.0})


@pytest.mark.parametrize("change", [lambda x: x[:300], lambda x: "<!DOCTYPE worksheet>" + x])
def test_a_sheet_that_is_not_sound_xml_is_refused(edited, tmp_path, change):
    with pytest.raises(WorkbookError):
        replace_inputs(edited(change), tmp_path / "out.xlsx", {("S", 1, 1): 1.0})


def test_a_file_that_is_no_zip_is_refused(tmp_path):
    (tmp_path / "in.xlsx").write_bytes(b"no zip")
    with pytest.raises(WorkbookError, match=r"in\.xlsx: it is no \.xlsx workbook"):
        replace_inputs(tmp_path / "in.xlsx", tmp_path / "out.xlsx", {})


@given(st.lists(st.integers(1, 30), min_size=1))
def test_chunks_may_be_cut_anywhere(sizes):
    sheet = (
        '<worksheet><sheetData><row r="1"><c r="A1"/><c r="B1" s="2" ><f>A1&lt;"学"</f><v>1</v></c>'
        '<c r="C1" t="inlineStr"><is><t>c &gt; </t></is></c ></row></sheetData></worksheet>'
    ).encode()
    chunks, at = [], 0
    while at < len(sheet):
        size = sizes[len(chunks) % len(sizes)]
        chunks.append(sheet[at : at + size])
        at += size
    seen = []

    def rewrite(cell):
        seen.append((cell.attributes["r"], cell.formula))
        return None if cell.attributes["r"] == "C1" else cell.rebuilt(cell.formula, "", ">5")

    result = b"".join(rewrite_cells(rewrite)(chunks)).decode()
    assert seen == [("A1", ""), ("B1", '<f>A1&lt;"学"</f>'), ("C1", "")]
    assert result == sheet.decode().replace('<c r="A1"/>', '<c r="A1"><v>5</v></c>').replace(
        '<c r="B1" s="2" ><f>A1&lt;"学"</f><v>1</v></c>',
        '<c r="B1" s="2"><f>A1&lt;"学"</f><v>5</v></c>',
    )


# Rows as xlnn's writer writes them need no parser, and others get one

ROW = '<row r="1"><c r="A1"><v>2</v></c><c r="B1" s="3"><f>A1&lt;3</f></c></row>'


def filled(data, size):
    chunks = (data[start : start + size] for start in range(0, len(data), size))
    edit = fill_rows(np.array([[2.0, 0.5]]), lambda place: (' t="str"', f">{place}"), [].append)
    return b"".join(edit(chunks))


@pytest.mark.parametrize("size", [1, 7, 50, 1000])
def test_plain_rows_are_filled_wherever_chunks_are_cut(size):
    data = f"<sheetData>{ROW}{ROW.replace('B1', 'C1')}</sheetData><tail/>".encode()
    expected = data.replace(b'B1" s="3"><f>A1&lt;3</f>', b'B1" s="3"><f>A1&lt;3</f><v>0.5</v>')
    text = b'C1" s="3" t="str"><f>A1&lt;3</f><v>C1</v>'
    assert filled(data, size) == expected.replace(b'C1" s="3"><f>A1&lt;3</f>', text)


@pytest.mark.parametrize(
    "row",
    [
        '<row r="1"><c s="3" r="B1"><f>A1</f></c></row>',
        '<row r="1"><c r="B1"><f t="shared" si="0"/></c></row>',
        '<row r="1"><c r="B1"><f >A1</f></c></row>',
        '<row r="1"><x:c r="B1"><x:f>A1</x:f></x:c></row>',
        '<row r="1"><c r="B1"><f>A1</f><v>1</v></c></row>',
        '<row r="1"><c r="B1" t="str"><f>A1</f></c></row>',
        '<row r="1"><!-- <c r="B1"><f>A1</f></c> --></row>',
        '<row r="1"/><x:row r="2"><c r="B1"><f>A1</f></c></x:row>',
    ],
)
@pytest.mark.parametrize("size", [1, 1000])
def test_any_other_formula_is_left_to_a_parser(row, size):
    with pytest.raises(NotPlainError):
        filled(f"<sheetData>{row}</sheetData>".encode(), size)


@pytest.mark.parametrize(
    "name", sorted({*OTHER_WRITERS} - {"a shared string"})
)  # which is not there
def test_values_are_stored_however_the_sheet_is_written(edited, tmp_path, name):
    store(edited(OTHER_WRITERS[name]), tmp_path / "out.xlsx", RICH)
    sheet = load_workbook(tmp_path / "out.xlsx", data_only=True)["S"]
    assert [sheet[f"B{row}"].value for row in (1, 2, 3, 4)] == [2 / 3, "text!", True, "#DIV/0!"]
