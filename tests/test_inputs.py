"""Numbers are put into input cells, and nothing else of a workbook is touched."""

import re
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.chart import LineChart, Reference
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.styles import Font
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from xlnn.errors import WorkbookError
from xlnn.xlsx.copying import replace_inputs, rewrite_cells

SHEET_1 = "xl/worksheets/sheet1.xml"
SCALE = ColorScaleRule(start_type="min", start_color="FF0000", end_type="max", end_color="00FF00")


def write_rich(path: Path) -> None:
    """Write a workbook with all that must not be touched."""
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


@pytest.fixture
def rich(tmp_path):
    write_rich(tmp_path / "rich.xlsx")
    return tmp_path / "rich.xlsx"


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
    with pytest.raises(WorkbookError, match=r"in\.xlsx: it is not an \.xlsx workbook"):
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
