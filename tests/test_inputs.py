"""An engine gets the cells of a workbook, with numbers in inputs, and nothing else."""

import re
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import LineChart, Reference
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.styles import Font
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from xlnn.errors import WorkbookError
from xlnn.grid import CellError
from xlnn.xlsx.cells import all_cells
from xlnn.xlsx.copying import copy_cells
from xlnn.xlsx.package import inspect

SCALE = ColorScaleRule(start_type="min", start_color="FF0000", end_type="max", end_color="00FF00")


def write_rich(path: Path) -> None:
    """Write a workbook with cells of every type, and more than cells."""
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


OTHER_WRITERS = {
    "attributes in another order": lambda x: x.replace('<c r="A1" t="n">', "<c t='n' r='A1' >"),
    "a text": lambda x: re.sub(r'<c r="A1".*?</c>', '<c r="A1" t="str"><v>0</v></c>', x),
    "a styled cell without content": lambda x: re.sub(r'<c r="A1".*?</c>', '<c r="A1" s="1"/>', x),
    "a formula": lambda x: re.sub(r'<c r="A1".*?</c>', '<c r="A1"><f>1+1</f><v>2</v></c>', x),
    "a line between elements": lambda x: x.replace("<v></v>", "").replace("><", ">\n<"),
    "a prefix": lambda x: re.sub(r"<(/?)(?=\w)", r"<\1x:", x).replace("xmlns=", "xmlns:x="),
    "spans": lambda x: x.replace('<row r="1"', '<row spans="1:3" r="1"'),
    "a comment with a cell": lambda x: x.replace("<sheetData>", '<!-- <c r="A1"/> --><sheetData>'),
}


@pytest.mark.parametrize("change", OTHER_WRITERS.values(), ids=OTHER_WRITERS)
def test_an_input_is_replaced_however_the_sheet_is_written(edited, tmp_path, change):
    copy_cells(edited(change), tmp_path / "out.xlsx", {("S", 1, 1): 0.1})
    sheet = load_workbook(tmp_path / "out.xlsx")["S"]
    assert sheet["A1"].value == 0.1
    assert sheet["B1"].value == "=A1/3"
    assert sheet["A2"].value == "text"


def test_the_copy_holds_the_cells_and_nothing_else(rich, tmp_path):
    changes = {("S", 1, 1): 7.0, ("S", 2, 1): None, ("S", 3, 1): float("nan"), ("S", 3, 2): "=1<2"}
    copy_cells(rich, tmp_path / "out.xlsx", changes)
    assert list(inspect(tmp_path / "out.xlsx").sheets) == ["S", "Empty"]
    found = (cell for _, cell in all_cells(tmp_path / "out.xlsx"))
    assert {(cell.row, cell.column): cell.formula or cell.value for cell in found} == {
        (1, 1): 7.0,
        (1, 2): "=A1/3",
        (1, 3): "#S!A1",
        (2, 2): '=A2&"!"',
        (3, 2): "=1<2",
        (4, 2): "=1/0",
    }
    with ZipFile(tmp_path / "out.xlsx") as package:
        assert len(package.namelist()) == len(["types", "roots", "book", "links", "S", "Empty"])


def test_values_of_every_type_are_copied(edited, tmp_path):
    cells = (
        '<c r="A1" t="b"><v>1</v></c><c r="B1" t="e"><v>#N/A</v></c><c r="C1"><v>1e-300</v></c>'
        '<c r="D1" t="inlineStr"><is><t xml:space="preserve"> a&lt;"学" _x0041_</t></is></c>'
        '<c r="E1" t="str"><v>=1+1</v></c><c r="F1"><v>0.1</v></c>'
    )
    path = edited(lambda x: re.sub(r'(<row r="1".*?>).*?</row>', rf"\g<1>{cells}</row>", x))
    copy_cells(path, tmp_path / "out.xlsx", {})
    found = [cell.value for _, cell in all_cells(tmp_path / "out.xlsx") if cell.row == 1]
    assert found == [True, "#N/A", 1e-300, ' a<"学" A', "=1+1", 0.1]
    assert isinstance(found[1], CellError)


def test_an_array_formula_fills_the_same_cells(edited, tmp_path):
    formula = '<f t="array" ref="B1:B2">A1:A2*2</f>'
    path = edited(lambda x: re.sub(r'<c r="B1".*?</c>', f'<c r="B1">{formula}</c>', x))
    copy_cells(path, tmp_path / "out.xlsx", {})
    assert load_workbook(tmp_path / "out.xlsx")["S"]["B1"].value.ref == "B1:B2"


@pytest.mark.parametrize("cell", [("S", 90, 1), ("S", 1, 28), ("Nope", 1, 1)])
def test_an_input_that_is_not_in_the_file_is_named(rich, tmp_path, cell):
    with pytest.raises(WorkbookError, match=r"rich\.xlsx: the input (S!A90|S!AB1|Nope!A1) is not"):
        copy_cells(rich, tmp_path / "out.xlsx", {cell: 1.0})


def test_each_cell_of_a_shared_formula_gets_its_own(edited, tmp_path):
    shared = '<c r="A1"><f t="shared" si="0" ref="A1:B1">C5+1</f><v>2</v></c>'
    path = edited(
        lambda x: re.sub(
            r'<c r="A1".*?</c><c r="B1".*?</c>', f'{shared}<c r="B1"><f t="shared" si="0"/></c>', x
        )
    )
    copy_cells(path, tmp_path / "out.xlsx", {("S", 1, 1): 1.0})
    sheet = load_workbook(tmp_path / "out.xlsx")["S"]
    assert (sheet["A1"].value, sheet["B1"].value) == (1.0, "=D5+1")


@pytest.mark.parametrize("change", [lambda x: x[:300], lambda x: "<!DOCTYPE worksheet>" + x])
def test_a_sheet_that_is_not_sound_xml_is_refused(edited, tmp_path, change):
    with pytest.raises(WorkbookError):
        copy_cells(edited(change), tmp_path / "out.xlsx", {("S", 1, 1): 1.0})


def test_a_file_that_is_no_zip_is_refused(tmp_path):
    (tmp_path / "in.xlsx").write_bytes(b"no zip")
    with pytest.raises(WorkbookError, match=r"in\.xlsx: it is not an \.xlsx workbook"):
        copy_cells(tmp_path / "in.xlsx", tmp_path / "out.xlsx", {})
