"""What Gnumeric, SheetJS and Spire write, and xlnn does not, is read as they mean it."""

import pytest
from openpyxl import load_workbook
from test_package import (
    MAIN,
    WORKBOOK_TYPE,
    content_types,
    formula,
    minimal,
    refusal,
    row,
    save,
    workbook,
)

from xlnn.loading.unseen_formulas import file_for_engine
from xlnn.xlsx.cells import cells
from xlnn.xlsx.copying import copy_cells
from xlnn.xlsx.package import inspect

__all__ = ["refusal", "save"]


@pytest.mark.parametrize(
    ("setting", "wanted"),
    [
        ("", False),
        ('iterate="0"', False),
        ('iterate=" false "', False),
        ('iterate="1"', True),
        ('iterateCount="9" iterate="&#49;"', True),
        ('iterate="?"', True),
    ],
)
def test_iteration_is_noticed_and_switched_off_in_a_copy(save, setting, wanted):
    calculation = f'<x:calcPr xmlns:x="{MAIN}" {setting} calcMode="auto"/>'
    path = save(minimal(**{"xl/workbook.xml": workbook(calculation)}))
    assert inspect(path).iterates == wanted
    with file_for_engine(inspect(path)) as file:
        assert not inspect(file).iterates


BINARY = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"


def test_the_type_of_parts_that_are_not_there_passes(save):
    """SheetJS names the types of all kinds that it knows."""
    inspect(save(minimal() | {"[Content_Types].xml": of_endings("bin")}))


@pytest.mark.parametrize("ending", ["bin", "BIN"])
def test_the_type_of_parts_that_are_there_is_refused(refusal, ending):
    parts = {"[Content_Types].xml": of_endings(ending), "xl/any.Bin": "binary"}
    assert f'"*.{ending.lower()}" means that the file holds a binary workbook' in refusal(
        minimal() | parts
    )


def of_endings(ending):
    default = f'<Default Extension="{ending}" ContentType="{BINARY}"/>'
    return content_types(WORKBOOK_TYPE).replace("<Override", f"{default}<Override", 1)


@pytest.mark.parametrize("name", ["_xlnm.Print_Area", "_xlnm.Print_Titles"])
def test_a_sheet_that_is_printed_whole_passes(save, name):
    """Gnumeric says so by a deleted reference."""
    inspect(save(minimal(**{"xl/workbook.xml": names(name)})))


@pytest.mark.parametrize("name", ["_xlnm.Sheet_Title", "Print_Area", "xlnn.eta"])
def test_another_name_of_deleted_cells_is_refused(refusal, name):
    assert "deleted" in refusal(minimal(**{"xl/workbook.xml": names(name)}))


def names(name):
    entry = f'<definedName name="{name}" localSheetId="0">#REF!</definedName>'
    return workbook(f"<definedNames>{entry}</definedNames>")


PREFIXED = [
    ("_xlfn.IFERROR(B1,0)", "IFERROR(B1,0)"),
    ("1+_xlfn.IFERROR(_xlfn.IFERROR(B1,0),0)", "1+IFERROR(IFERROR(B1,0),0)"),
    ('IF(B1>0,"_xlfn.IFERROR(","&")', 'IF(B1>0,"_xlfn.IFERROR(","&")'),
    (
        """IF(B1<0,"a""_xlfn.IFERROR(",_xlfn.IFERROR(B1,0))""",
        """IF(B1<0,"a""_xlfn.IFERROR(",IFERROR(B1,0))""",
    ),
]


@pytest.mark.parametrize(("written", "read"), PREFIXED)
@pytest.mark.parametrize("attributes", ["", ' t="shared" si="0" ref="A1:A2"'])
def test_a_prefix_that_excel_does_not_write_is_read_over(save, tmp_path, written, read, attributes):
    first, second = formula(written, "A1", attributes), formula("1", "A2")
    path = save(minimal(row(first, '<c r="B1"><v>1</v></c>') + row(second, number=2)))
    contents = inspect(path)
    assert next(contents.stated("Training")) == (1, 1, "=" + read)
    assert next(cells(path, "Training")).formula == "=" + read
    copy_cells(path, tmp_path / "copy.xlsx", {})
    assert load_workbook(tmp_path / "copy.xlsx")["Training"]["A1"].value == "=" + read


@pytest.mark.parametrize("quote", ["&quot;", "&#34;"])
def test_a_prefix_in_a_text_stays_however_the_quotes_are_written(save, tmp_path, quote):
    text = f"<f>{quote}_xlfn.IFERROR({quote}&amp;1</f>"
    path = save(minimal(row(f'<c r="A1">{text}</c>')))
    copy_cells(path, tmp_path / "copy.xlsx", {})
    assert [*cells(path, "Training")] == [*cells(tmp_path / "copy.xlsx", "Training")]
    assert next(cells(path, "Training")).formula == '="_xlfn.IFERROR("&1'
