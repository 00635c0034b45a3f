"""What xlnn.xlsx.package lets pass, and one file for each thing that it refuses."""

import io
import shutil
import struct
import subprocess
import zipfile
import zlib
from unittest import mock

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.chart import LineChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import ColorScaleRule, FormulaRule
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula
from programs import skip_without

from xlnn.errors import WorkbookError
from xlnn.grid import CellError
from xlnn.xlsx import archive, package, parts, sheet_stream
from xlnn.xlsx.cells import Cell, cells
from xlnn.xlsx.guard import FUNCTIONS
from xlnn.xlsx.package import inspect

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def relationships(*entries):
    body = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"{more}/>'
        for name, kind, target, more in entries
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{body}</Relationships>'


def content_types(*overrides):
    body = "".join(f'<Override PartName="{n}" ContentType="{t}"/>' for n, t in overrides)
    return (
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{body}</Types>'
    )


WORKBOOK_TYPE = ("/xl/workbook.xml", f"{SHEET_TYPE}.sheet.main+xml")
SHEET_RELATIONSHIP = ("rId1", "worksheet", "worksheets/sheet1.xml", "")
STRINGS_RELATIONSHIP = ("rId2", "sharedStrings", "/xl/sharedStrings.xml", "")


def worksheet(data, after="", before=""):
    return (
        f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">{before}'
        f"<sheetData>{data}</sheetData>{after}</worksheet>"
    )


def workbook(extra="", sheets='<sheet name="Training" sheetId="1" r:id="rId1"/>'):
    return (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets>{extra}</workbook>'
    )


def minimal(data="", **changes):
    """Return the parts of a small workbook, some of them changed; None leaves a part out."""
    book = {
        "[Content_Types].xml": content_types(WORKBOOK_TYPE),
        "_rels/.rels": relationships(("rId1", "officeDocument", "xl/workbook.xml", "")),
        "xl/workbook.xml": workbook(),
        "xl/_rels/workbook.xml.rels": relationships(SHEET_RELATIONSHIP),
        "xl/worksheets/sheet1.xml": worksheet(data),
    }
    book.update(changes)
    return {name: text for name, text in book.items() if text is not None}


def row(*cells_, number=1):
    return f'<row r="{number}">{"".join(cells_)}</row>'


def formula(text, where="A1", attributes=""):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<c r="{where}"><f{attributes}>{escaped}</f></c>'


@pytest.fixture
def save(tmp_path):
    def save(book, name="book.xlsx"):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for part, text in book.items():
                file.writestr(part, text)
        return path

    return save


@pytest.fixture
def refusal(save):
    """Return the sentence by which a workbook of these parts is refused."""

    def refusal(book):
        return refusal_of(save(book))

    return refusal


def refusal_of(path):
    with pytest.raises(WorkbookError) as error:
        inspect(path)
    sentence = str(error.value)
    assert sentence.startswith(f"{path.name}: ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def full_workbook(path, *, chart_sheet=False):
    """Write a workbook with all that a workbook of xlnn has."""
    book = openpyxl.Workbook()
    check = book.active
    check.title = "Gradient check"
    for number in range(1, 20):
        check.cell(number, 1, number / 7)
        check.cell(number, 2, f"=A{number}*2+SUM($A$1:A{number})")
    check["C1"] = '=IF(A1>0,"a ""quoted"" text [1]!|","no")&"训练"'
    check["C2"], check["C3"], check["C4"] = True, "  text & <more>  ", "#N/A"
    check["C5"] = "=1/0"
    check["C6"].comment = Comment("a comment", "someone")
    check["D1"].hyperlink = "https://example.org/"
    check["D2"].hyperlink = "#'训练'!A1"
    check["E1"] = "=SUM(xlnn.z2)"
    check.merge_cells("G1:H2")
    check.conditional_formatting.add(
        "A1:A19",
        ColorScaleRule(start_type="min", end_type="max", start_color="FF0000", end_color="00FF00"),
    )
    check.conditional_formatting.add("B1:B19", FormulaRule(formula=["$A1>1"]))
    validation = DataValidation(type="list", formula1='"a,b"')
    validation.add("D5")
    check.add_data_validation(validation)
    other = book.create_sheet("训练")
    other["A1"], other["B2"] = 3, "='Gradient check'!B3+训练!A1"
    chart = LineChart()
    chart.add_data(Reference(check, min_col=2, min_row=1, max_row=19))
    check.add_chart(chart, "F2")
    if chart_sheet:
        second = LineChart()
        second.add_data(Reference(check, min_col=2, min_row=1, max_row=19))
        book.create_chartsheet("Chart", 0).add_chart(second)
    book.defined_names["xlnn.z2"] = DefinedName("xlnn.z2", attr_text="'Gradient check'!$B$1:$B$19")
    book.save(path)
    return path


def as_openpyxl_reads(path):
    book = openpyxl.load_workbook(path)
    return {
        (sheet.title, cell.row, cell.column): cell.value
        for sheet in book.worksheets
        for line in sheet.iter_rows()
        for cell in line
        if cell.value is not None
    }


def as_package_reads(path):
    return {
        (title, cell.row, cell.column): cell.formula or cell.value
        for title in inspect(path).sheets
        for cell in cells(path, title)
        if cell.formula or cell.value is not None
    }


# What passes


def test_cells_reads_what_openpyxl_wrote(tmp_path):
    path = full_workbook(tmp_path / "book.xlsx", chart_sheet=True)
    assert as_package_reads(path) == as_openpyxl_reads(path)


def test_contents_name_sheets_formulas_and_names(tmp_path):
    contents = inspect(full_workbook(tmp_path / "book.xlsx", chart_sheet=True))
    assert contents.sheets == ("Gradient check", "训练")
    cells = contents.formulas["Gradient check"]
    rows, columns = cells.rows, cells.columns
    assert rows.dtype == columns.dtype == np.int32
    assert list(zip(rows, columns, strict=True))[:4] == [(1, 2), (1, 3), (1, 5), (2, 2)]
    assert contents.formula_count == 23
    assert contents.names == {"xlnn.z2": "'Gradient check'!$B$1:$B$19"}


def test_a_sheet_without_formulas_has_empty_arrays(save):
    cells = inspect(save(minimal())).formulas["Training"]
    rows, columns = cells.rows, cells.columns
    assert len(rows) == len(columns) == 0


def test_the_order_of_the_zip_entries_does_not_matter(tmp_path):
    path = full_workbook(tmp_path / "book.xlsx")
    turned = tmp_path / "turned.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(turned, "w") as new:
        for name in reversed(old.namelist()):
            new.writestr(name, old.read(name))
    assert as_package_reads(turned) == as_package_reads(path)


@pytest.mark.ci
def test_cells_reads_what_libreoffice_saved(tmp_path):
    skip_without("libreoffice")
    path = full_workbook(tmp_path / "book.xlsx")
    subprocess.run(
        [
            shutil.which("soffice"),
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            *("--headless", "--convert-to", "xlsx", "--outdir", tmp_path / "saved", path),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    saved = tmp_path / "saved" / "book.xlsx"
    assert as_package_reads(saved) == as_openpyxl_reads(saved)
    assert inspect(saved).formula_count == 25  # TRUE and #N/A are formulas, too


def test_shared_formulas_are_written_out_for_each_cell(save):
    path = save(
        minimal(
            row(formula("SUM(B1:$C$1)*Training!D1", "A1", ' t="shared" ref="A1:A3" si="0"'))
            + row('<c r="A2"><f t="shared" si="0"/><v>5</v></c>', number=2)
            + row('<c r="B3"><f t="shared" si="0"></f></c>', number=3)
        )
    )
    assert inspect(path).formula_count == 3
    assert list(cells(path, "Training")) == [
        Cell(1, 1, "=SUM(B1:$C$1)*Training!D1", None),
        Cell(2, 1, "=SUM(B2:$C$1)*Training!D2", 5.0),
        Cell(3, 2, "=SUM(C3:$C$1)*Training!E3", None),
    ]


def test_every_type_of_cell_is_read(save):
    data = row(
        '<c r="A1" t="s"><v>1</v></c>',
        '<c r="B1" t="b"><v>1</v></c>',
        '<c r="C1" t="e"><v>#NUM!</v></c>',
        '<c r="D1" t="n"><v>-2.5E-3</v></c>',
        '<c r="E1"><v>7</v></c>',
        '<c r="F1" t="str"><f>A1&amp;"x"</f><v>one &lt; two</v></c>',
        '<c r="G1" t="inlineStr"><is><r><rPr><b/></rPr><t>ri</t></r><r><t>ch</t></r>'
        '<rPh sb="0" eb="1"><t>aloud</t></rPh></is></c>',
        '<c r="H1" s="0"/>',
        '<c r="J1" t="inlineStr"><is><t xml:space="preserve"> a </t></is></c>',
    )
    strings = (
        f'<sst xmlns="{MAIN}"><si><t>zero</t></si><si><r><t>on</t></r><r><t>e</t></r>'
        "<rPh><t>aloud</t></rPh></si></sst>"
    )
    path = save(
        minimal(
            data,
            **{
                "xl/_rels/workbook.xml.rels": relationships(
                    SHEET_RELATIONSHIP, STRINGS_RELATIONSHIP
                ),
                "xl/sharedStrings.xml": strings,
            },
        )
    )
    inspect(path)
    found = list(cells(path, "Training"))
    assert [cell.value for cell in found] == [
        *("one", True, CellError("#NUM!"), -0.0025, 7.0, "one < two", "rich", None, " a "),
    ]
    assert isinstance(found[2].value, CellError)
    assert found[5].formula == '=A1&"x"'
    assert [cell.column for cell in found] == [1, 2, 3, 4, 5, 6, 7, 8, 10]


def test_rows_and_cells_without_an_address_follow_the_one_before(save):
    path = save(
        minimal(
            "<row><c><v>1</v></c><c><v>2</v></c></row>"
            '<row r="4"><c r="C4"><v>3</v></c><c><v>4</v></c></row><row><c><v>5</v></c></row>'
        )
    )
    inspect(path)
    assert [(cell.row, cell.column) for cell in cells(path, "Training")] == [
        *((1, 1), (1, 2), (4, 3), (4, 4), (5, 1)),
    ]


@pytest.mark.parametrize("namespace", [MAIN, STRICT])
def test_namespace_prefixes_and_indented_xml_make_no_difference(save, namespace):
    sheet = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <x:worksheet xmlns:x='{namespace}'>
          <x:sheetData>
            <x:row r="1">
              <x:c r='A&#49;'> <x:f>SU<![CDATA[M]]>(B1<!-- here -->:B&#50;)</x:f> <x:v/> </x:c>
            </x:row>
          </x:sheetData>
        </x:worksheet>""".strip()
    path = save(minimal(**{"xl/worksheets/sheet1.xml": sheet}))
    assert inspect(path).formula_count == 1
    assert list(cells(path, "Training")) == [Cell(1, 1, "=SUM(B1:B2)", None)]


def test_cells_of_a_sheet_that_is_not_there_is_refused(save):
    with pytest.raises(WorkbookError, match=r'no sheet "Other"; there are Training'):
        next(cells(save(minimal()), "Other"))


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_of_the_list_passes(save, name):
    inspect(save(minimal(row(formula(f"{name}(B1)")))))


@pytest.mark.parametrize(
    "text",
    [
        "-(2^2)%",
        "SUM(B1:INDEX(B1:B9,3,1))",
        "SUMPRODUCT((B1:B9=2)*1,C1:C9)",
        '"WEBSERVICE(1)"&"|[1]!#REF!"',
        "IF(B1<>0,#N/A,TRUE)",
        "'TRAINING'!$A$3:B4",
        "SUM(A:C,1:2)",
        "1.5E-3+.5",
        "sum(xlnn.z2)",
    ],
)
def test_an_ordinary_formula_passes(save, text):
    path = save(minimal(row(formula(text))))
    inspect(path)
    assert next(cells(path, "Training")).formula == f"={text}"


# What is no .xlsx file


def test_a_missing_file_is_refused(tmp_path):
    assert "no such file" in refusal_of(tmp_path / "absent.xlsx")


def test_a_folder_is_refused(tmp_path):
    assert "folder" in refusal_of(tmp_path)


def test_a_text_is_refused(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_text("a,b\n1,2\n")
    assert "not an .xlsx workbook" in refusal_of(path)


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "book.xlsx"
    path.touch()
    assert "not an .xlsx workbook" in refusal_of(path)


def test_another_zip_file_is_refused(refusal):
    assert "not a workbook" in refusal({"word/document.xml": "<a xmlns='b'/>"})


def test_a_truncated_file_is_refused(save):
    path = save(minimal())
    path.write_bytes(path.read_bytes()[:-30])
    assert "cut off" in refusal_of(path)


def test_a_file_with_something_appended_is_refused(save):
    path = save(minimal())
    path.write_bytes(path.read_bytes() + b"more")
    assert "appended" in refusal_of(path)


def test_a_file_with_something_put_before_is_refused(save):
    path = save(minimal())
    path.write_bytes(b"PK\x03\x04" + path.read_bytes())
    assert "not where it should be" in refusal_of(path)


def test_a_protected_workbook_is_told_from_an_old_one(tmp_path):
    path = tmp_path / "book.xlsx"
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000)
    path.write_bytes(head + "EncryptedPackage".encode("utf-16-le") + bytes(100))
    assert "password" in refusal_of(path)
    path.write_bytes(head + "Workbook".encode("utf-16-le"))
    assert ".xls format" in refusal_of(path)


# Zip files built to do harm


def test_a_part_that_inflates_beyond_the_ratio_is_refused(refusal):
    bomb = "<worksheet>" + " " * (20 << 20)
    assert "zip bomb" in refusal(minimal(**{"xl/worksheets/sheet1.xml": bomb}))


def test_declared_sizes_above_the_limits_are_refused_before_inflating(save, monkeypatch):
    path = save(minimal())
    monkeypatch.setattr(archive, "MAX_TOTAL", 1000)
    with mock.patch.object(archive.zlib, "decompressobj") as inflate:
        assert "inflates to" in refusal_of(path)
        monkeypatch.setattr(archive, "MAX_PART", 100)
        assert "inflates from" in refusal_of(path)
    inflate.assert_not_called()


def test_a_large_file_is_refused(save, monkeypatch):
    path = save(minimal())
    monkeypatch.setattr(archive, "MAX_FILE", 100)
    assert "fewer epochs" in refusal_of(path)


def test_too_many_parts_are_refused(save):
    book = minimal() | {f"xl/media/{number}.txt": "" for number in range(archive.MAX_ENTRIES)}
    assert "more than 10,000 parts" in refusal_of(save(book))


def test_a_part_that_is_there_twice_is_refused(save):
    book = minimal()
    book["XL/WORKBOOK.xml"] = book["xl/workbook.xml"]
    assert "twice" in refusal_of(save(book))


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/x", "xl\\workbook2.xml", "a/../b"])
def test_a_part_name_that_leaves_the_package_is_refused(refusal, name):
    assert "not allowed" in refusal(minimal() | {name: "x"})


def directory_entry(data, name):
    """Return where a zip's directory tells about a part."""
    place = data.rindex(name.encode())
    start = data.rindex(b"PK\x01\x02", 0, place)
    assert start + 46 == place
    return start


def with_declared_size(path, name, size):
    """Let both headers of a part declare another size."""
    data = bytearray(path.read_bytes())
    start = directory_entry(data, name)
    struct.pack_into("<L", data, start + 24, size)
    (local,) = struct.unpack_from("<L", data, start + 42)
    struct.pack_into("<L", data, local + 22, size)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("size", [10, 10_000])
def test_a_declared_size_that_lies_is_found_while_inflating(save, size):
    path = with_declared_size(save(minimal()), "xl/worksheets/sheet1.xml", size)
    assert "does not hold" in refusal_of(path)


def test_no_more_is_inflated_than_the_directory_declares(save):
    big = worksheet("<row/>" * 300_000)
    path = save(minimal(**{"xl/worksheets/sheet1.xml": big}))
    with_declared_size(path, "xl/worksheets/sheet1.xml", 200_000)
    counted = 0
    crc32 = zlib.crc32

    def count(data, start=0):
        nonlocal counted
        counted += len(data)
        return crc32(data, start)

    with mock.patch.object(archive.zlib, "crc32", count):
        assert "does not hold" in refusal_of(path)
    assert counted < 600_000


def test_two_headers_that_contradict_each_other_are_refused(save):
    path = save(minimal())
    data = bytearray(path.read_bytes())
    start = directory_entry(data, "xl/workbook.xml")
    struct.pack_into("<L", data, start + 24, 5)
    path.write_bytes(data)
    assert "contradict" in refusal_of(path)


def test_overlapping_parts_are_refused(save):
    path = save(minimal() | {"xl/a1.xml": "<a/>", "xl/a2.xml": "<a/>"})
    data = bytearray(path.read_bytes())
    # the second entry becomes a second name for a stretch inside the first one's data
    first = directory_entry(data, "xl/a1.xml")
    (place,) = struct.unpack_from("<L", data, first + 42)
    struct.pack_into("<LL", data, first + 20, 30, 30)
    struct.pack_into("<LL", data, place + 18, 30, 30)
    path.write_bytes(data)
    assert "overlaps" in refusal_of(path)


def test_an_encrypted_part_is_refused(save):
    path = save(minimal())
    data = bytearray(path.read_bytes())
    data[directory_entry(data, "xl/workbook.xml") + 8] |= 1
    path.write_bytes(data)
    assert "encrypted" in refusal_of(path)


def test_a_part_compressed_in_another_way_is_refused(tmp_path):
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as file:
        for part, text in minimal().items():
            file.writestr(part, text)
    assert "method 12" in refusal_of(path)


# XML built to do harm


ENTITY = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("part", [name for name in minimal() if name.endswith((".xml", ".rels"))])
def test_a_document_type_is_refused_in_any_part(refusal, part):
    book = minimal()
    book[part] = ENTITY + book[part]
    assert "document type" in refusal(book)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", ["xl/drawings/vmlDrawing1.vml", "customXml/item1.xml"])
def test_a_document_type_is_refused_in_what_is_not_read_as_xml(refusal, name, encoding):
    assert "document type" in refusal(minimal() | {name: (ENTITY + "<xml/>").encode(encoding)})


def test_xml_that_is_not_sound_is_refused(refusal):
    assert "not valid XML" in refusal(minimal('<row r="1">'))


def test_another_encoding_is_refused(refusal):
    declared = '<?xml version="1.0" encoding="UTF-7"?>' + worksheet("")
    assert "UTF-7" in refusal(minimal(**{"xl/worksheets/sheet1.xml": declared}))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_refused(refusal, encoding):
    sheet = worksheet("").encode(encoding)
    assert "UTF-16" in refusal(minimal(**{"xl/worksheets/sheet1.xml": sheet}))


def test_elements_nested_without_end_are_refused(refusal):
    deep = worksheet("", after="<a>" * 1000 + "</a>" * 1000)
    assert "deep" in refusal(minimal(**{"xl/worksheets/sheet1.xml": deep}))
    styles = f'<a xmlns="{MAIN}">' + "<a>" * 1000 + "</a>" * 1001
    assert "deep" in refusal(minimal() | {"xl/styles.xml": styles})


def test_a_tag_without_end_is_refused(refusal):
    long = worksheet("").replace("<sheetData>", f'<sheetData x="{"ab" * (2 << 20)}">')
    assert "a tag or a text of more than" in refusal(minimal(**{"xl/worksheets/sheet1.xml": long}))


def test_a_text_without_end_is_refused(refusal):
    styles = f'<a xmlns="{MAIN}">{"ab" * (1 << 20)}</a>'
    assert "a tag or a text of more than" in refusal(minimal() | {"xl/styles.xml": styles})


def test_more_elements_than_memory_should_hold_are_refused(refusal, monkeypatch):
    monkeypatch.setattr("xlnn.xlsx.markup.MAX_NODES", 100)
    many = f'<a xmlns="{MAIN}"><a>{"<b/>" * 200}</a></a>'
    assert "more than 100 elements" in refusal(minimal() | {"xl/styles.xml": many})


def test_a_part_of_huge_xml_that_is_no_sheet_is_refused(refusal, monkeypatch):
    monkeypatch.setattr(parts, "MAX_OTHER_PART", 1000)
    styles = f'<a xmlns="{MAIN}">{"<a/>" * 300}</a>'
    assert "remove what is not needed" in refusal(minimal() | {"xl/styles.xml": styles})


@pytest.mark.parametrize(
    "sheet",
    [
        worksheet("").replace("<sheetData>", "<row/><sheetData>"),
        worksheet("").replace("</worksheet>", "<sheetData/></worksheet>"),
        worksheet("<row><row/></row>"),
        worksheet("<c/>"),
        worksheet("<row><f>1</f></row>"),
        worksheet("<row><c><f>1</f><f>2</f></c></row>"),
        worksheet("<row><c><v>1</v>2</c></row>"),
        worksheet("<row><c><f>1<f>2</f></f></c></row>"),
        worksheet("<row><c><extLst><ext><c><f>1</f></c></ext></extLst></c></row>"),
        worksheet("<row><extLst><ext><x><c/></x></ext></extLst></row>"),
        worksheet("", after="<extLst><ext><row><c/></row></ext></extLst>"),
        worksheet('<row><c/><a:Choice xmlns:a="b"><c/></a:Choice></row>'),
    ],
)
def test_cells_where_none_belong_are_refused(refusal, sheet):
    assert "where none belongs" in refusal(minimal(**{"xl/worksheets/sheet1.xml": sheet}))


def test_an_element_of_no_namespace_is_refused(refusal):
    sheet = worksheet('<row><c xmlns=""/></row>')
    assert "no namespace" in refusal(minimal(**{"xl/worksheets/sheet1.xml": sheet}))


def test_a_sheet_that_the_workbook_does_not_list_is_refused(refusal):
    hidden = worksheet(row(formula("1")))
    assert "does not list" in refusal(minimal() | {"xl/worksheets/sheet2.xml": hidden})


# Parts and relationships that no workbook of xlnn has


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("xl/vbaProject.bin", "macros"),
        ("xl/macrosheets/sheet1.xml", "macros"),
        ("xl/dialogsheets/sheet1.xml", "dialog"),
        ("xl/externalLinks/externalLink1.xml", "other workbooks"),
        ("xl/embeddings/oleObject1.bin", "embedded object"),
        ("xl/embeddings/book.xlsx", "embedded object"),
        ("xl/activeX/activeX1.xml", "ActiveX"),
        ("xl/ctrlProps/ctrlProp1.xml", "control"),
        ("xl/connections.xml", "external data"),
        ("xl/queryTables/queryTable1.xml", "query"),
        ("xl/webextensions/webextension1.xml", "web extension"),
        ("xl/model/item.data", "data model"),
    ],
)
def test_a_part_that_brings_more_than_cells_is_refused(refusal, part, found):
    assert found in refusal(minimal() | {part: "<a/>"})


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("vbaProject", "macros"),
        ("xlMacrosheet", "macros"),
        ("externalLink", "other workbooks"),
        ("oleObject", "embedded object"),
        ("package", "embedded file"),
        ("control", "control"),
        ("connections", "external data"),
    ],
)
def test_a_relationship_that_brings_more_than_cells_is_refused(refusal, kind, found):
    more = relationships(SHEET_RELATIONSHIP, ("rId9", kind, "harmless.bin", ""))
    assert found in refusal(minimal(**{"xl/_rels/workbook.xml.rels": more}))


def test_a_content_type_of_macros_is_refused(refusal):
    types = content_types(
        ("/xl/workbook.xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml")
    )
    assert "macros" in refusal(minimal(**{"[Content_Types].xml": types}))


MACROS = minimal(
    **{
        "[Content_Types].xml": content_types(
            ("/xl/workbook.xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
            ("/xl/vbaProject.bin", "application/vnd.ms-office.vbaProject"),
        ),
        "xl/_rels/workbook.xml.rels": relationships(
            SHEET_RELATIONSHIP, ("rId9", "vbaProject", "vbaProject.bin", "")
        ),
        "xl/vbaProject.bin": "Sub Train()",
        "xl/ctrlProps/ctrlProp1.xml": f'<formControlPr xmlns="{MAIN}"/>',
    }
)
"""The parts of an .xlsm with a button."""


def test_a_workbook_with_macros_is_read_where_they_are_accepted(save, refusal):
    assert "macros" in refusal(MACROS)
    path = save(MACROS, "book.xlsm")
    contents = inspect(path, may_hold_macros=True)
    assert contents.sheets == ("Training",)
    assert contents.brings == {"macros (VBA)", "a form control"}
    assert list(cells(path, "Training")) == []


@pytest.mark.parametrize(
    "part",
    ["xl/externalLinks/externalLink1.xml", "xl/macrosheets/sheet1.xml", "xl/model/item.data"],
)
def test_where_macros_are_accepted_nothing_else_is(save, part):
    with pytest.raises(WorkbookError, match=part):
        inspect(save(MACROS | {part: "<a/>"}), may_hold_macros=True)


def test_where_other_contents_are_accepted_macros_are_not(save):
    with pytest.raises(WorkbookError, match="macros"):
        inspect(save(MACROS), sets_aside=True)


def test_a_binary_workbook_is_refused(refusal):
    types = content_types(
        ("/xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.macroEnabled.main")
    )
    assert ".xlsb" in refusal(minimal(**{"[Content_Types].xml": types}))


def test_a_second_workbook_part_is_refused(refusal):
    types = content_types(WORKBOOK_TYPE, ("/xl/other.xml", WORKBOOK_TYPE[1]))
    assert "declares 2 workbooks" in refusal(minimal(**{"[Content_Types].xml": types}))


def test_an_external_relationship_is_refused(refusal):
    picture = ("rId1", "image", "https://example.org/x.png", ' TargetMode="External"')
    book = minimal() | {"xl/worksheets/_rels/sheet1.xml.rels": relationships(picture)}
    assert "outside the file" in refusal(book)


def test_a_hyperlink_to_the_outside_passes(save):
    link = ("rId1", "hyperlink", "https://example.org/", ' TargetMode="External"')
    inspect(save(minimal() | {"xl/worksheets/_rels/sheet1.xml.rels": relationships(link)}))


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        ((), "missing"),
        ((("rId1", "worksheet", "worksheets/other.xml", ""),), "missing"),
        ((("rId1", "mysterious", "worksheets/sheet1.xml", ""),), "no known kind"),
        ((SHEET_RELATIONSHIP, SHEET_RELATIONSHIP), "twice"),
        ((SHEET_RELATIONSHIP, STRINGS_RELATIONSHIP), "shared texts"),
    ],
)
def test_a_relationship_that_leads_nowhere_is_refused(refusal, entries, found):
    assert found in refusal(minimal(**{"xl/_rels/workbook.xml.rels": relationships(*entries)}))


def test_a_sheet_that_is_there_twice_is_refused(refusal):
    twice = '<sheet name="Training" r:id="rId1"/><sheet name="training" r:id="rId1"/>'
    assert "twice" in refusal(minimal(**{"xl/workbook.xml": workbook(sheets=twice)}))


def test_a_workbook_without_sheets_is_refused(refusal):
    assert "no sheet" in refusal(minimal(**{"xl/workbook.xml": workbook(sheets="")}))


# Formulas


REFUSED_FORMULAS = [
    ('WEBSERVICE("http://x")', "calls WEBSERVICE"),
    ('webservice ("x")', "calls webservice"),
    ('HYPERLINK("http://x")', "calls HYPERLINK"),
    ("_xlfn.LET(_xlpm.a,1,_xlpm.a)", "calls _xlfn.LET"),
    ("SUMX2MY2(B1:B2,C1:C2)", "calls SUMX2MY2"),
    ("SUMXMY3(B1:B2,C1:C2)", "calls SUMXMY3"),
    ("ſUM(B1)", "calls ſUM"),
    ("cmd|'/c calc'!A1", "DDE"),
    ("[1]Sheet!A1", "another workbook"),
    ("[book.xlsx]Sheet!A1", "another workbook"),
    ("'[book.xlsx]Sheet'!A1", "another workbook"),
    (r"'C:\folder\[book.xlsx]Sheet'!A1", "another workbook"),
    ("Table1[x]", "to a table"),
    ("#REF!+1", "deleted"),
    ("Training!#REF!", "deleted"),
    ("Absent!A1", 'a sheet "Absent"'),
    ("'It''s absent'!A1", 'a sheet "It\'s absent"'),
    ("SUM(A1:XFD1048576)", "17,179,869,184 cells"),
    ("SUM(A:XFD)", "17,179,869,184 cells"),
    ("SUM($1:$1048576)", "17,179,869,184 cells"),
    ("SUM(Training!A1:Training!XFD999999)", "16,383,983,616 cells"),
    ('"never ends', "may not contain"),
    ("B1#", "may not contain"),
    ("@B1", "may not contain"),
]


@pytest.mark.parametrize(("text", "found"), REFUSED_FORMULAS)
def test_a_formula_that_reaches_outside_is_refused_with_its_cell(refusal, text, found):
    sentence = refusal(minimal(row(formula("1"), formula(text, "B1"))))
    assert found in sentence
    assert "Training!B1" in sentence


@pytest.mark.parametrize("text", ["NOW()", "[1]x!A1"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<conditionalFormatting><cfRule><formula>", "</formula></cfRule></conditionalFormatting>"),
        (
            "<dataValidations><dataValidation><formula1>",
            "</formula1></dataValidation></dataValidations>",
        ),
        (
            "<dataValidations><dataValidation><formula2>",
            "</formula2></dataValidation></dataValidations>",
        ),
        ('<extLst><ext><x:y xmlns:x="u"><x:f>', "</x:f></x:y></ext></extLst>"),
        ('<conditionalFormatting><cfvo type="formula" val="', '"/></conditionalFormatting>'),
    ],
)
def test_a_formula_outside_the_cells_is_refused(refusal, before, after, text):
    sheet = worksheet("", after=before + text + after)
    sentence = refusal(minimal(**{"xl/worksheets/sheet1.xml": sheet}))
    assert 'of the sheet "Training"' in sentence


def test_a_formula_of_a_defined_name_is_refused(refusal):
    names = '<definedNames><definedName name="n">[1]S!$A$1</definedName></definedNames>'
    sentence = refusal(minimal(**{"xl/workbook.xml": workbook(names)}))
    assert 'the defined name "n" refers to another workbook' in sentence


def test_a_name_of_a_macro_is_refused(refusal):
    names = '<definedNames><definedName name="n" xlm="1">1</definedName></definedNames>'
    assert "macro" in refusal(minimal(**{"xl/workbook.xml": workbook(names)}))


@pytest.mark.parametrize(
    ("setting", "found"),
    [
        ('fullPrecision="0"', "precision as displayed"),
        ('iterate="1" fullPrecision=" false "', "precision as displayed"),
        ('xmlns:x="u" x:fullPrecision="0"', "of a foreign namespace"),
    ],
)
def test_a_setting_under_which_engines_differ_is_refused(refusal, setting, found):
    book = minimal(**{"xl/workbook.xml": workbook(f'<calcPr calcId="1" {setting}/>')})
    assert found in refusal(book)


@pytest.mark.parametrize(("value", "computes"), [("1", True), ("true", True), ("0", False)])
def test_a_sheet_by_the_rules_of_lotus_is_refused(save, refusal, value, computes):
    sheet = worksheet("", before=f'<sheetPr transitionEvaluation="{value}"/>')
    book = minimal(**{"xl/worksheets/sheet1.xml": sheet})
    if computes:
        assert 'the sheet "Training" computes by the rules of Lotus' in refusal(book)
    else:
        inspect(save(book))


@pytest.mark.parametrize("setting", ["", 'iterate="0" fullPrecision="true" calcMode="manual"'])
def test_settings_that_change_no_value_pass(save, setting):
    inspect(save(minimal(**{"xl/workbook.xml": workbook(f"<calcPr {setting}/>")})))


def test_a_chart_of_another_workbook_is_refused(refusal):
    chart = '<c:x xmlns:c="u"><c:f>[1]Sheet!$A$1</c:f></c:x>'
    assert "another workbook" in refusal(minimal() | {"xl/charts/chart1.xml": chart})


def test_one_bad_formula_among_many_of_the_same_shape_is_found(refusal, monkeypatch):
    monkeypatch.setattr(package, "_BATCH", 7)
    good = [row(formula(f"SUMXMY2(B{n}:C{n},D1:E1)", f"A{n}"), number=n) for n in range(1, 500)]
    bad = row(formula("SUMXMY7(B1:C1,D1:E1)", "A500"), number=500)
    assert "Training!A500 calls SUMXMY7" in refusal(minimal("".join(good) + bad))


@pytest.mark.parametrize(
    ("good", "bad"), [("B111111:CV111112", "B111111:CV999999"), ("$1:$2", "$1:$9999")]
)
def test_a_range_that_is_too_large_by_its_digits_alone_is_found(refusal, good, bad):
    data = row(formula(f"SUM({good})"), formula(f"SUM({bad})", "B1"))
    assert "Training!B1 refers to" in refusal(minimal(data))


def test_a_sheet_name_that_differs_in_a_digit_is_found(refusal):
    sheets = '<sheet name="S1" r:id="rId1"/>'
    data = row(formula("S1!B1"), formula("S2!B1", "B1"))
    assert 'a sheet "S2"' in refusal(minimal(data, **{"xl/workbook.xml": workbook("", sheets)}))


def test_what_is_harmless_in_one_file_is_looked_at_anew_beside_other_sheets(save, refusal):
    data = row(formula("Other!B1+1"))
    beside = workbook("", '<sheet name="Other" r:id="rId1"/>')
    inspect(save(minimal(data, **{"xl/workbook.xml": beside})))
    assert 'a sheet "Other"' in refusal(minimal(data))


def test_an_array_formula_is_refused(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = ArrayFormula("A1:A2", "=SUM(B1:B2*C1:C2)")
    book.save(tmp_path / "book.xlsx")
    assert "Sheet!A1 holds an array formula" in refusal_of(tmp_path / "book.xlsx")


def test_a_data_table_is_refused(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = DataTableFormula("A1:A2", r1="B1")
    book.save(tmp_path / "book.xlsx")
    assert "data table" in refusal_of(tmp_path / "book.xlsx")


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1"><f t="shared" si="0"/></c>',
        '<c r="A1"><f/></c>',
        formula("1", attributes=' t="mysterious"'),
        formula("1", attributes=' t="shared" si="0"')
        + formula("2", "B1", attributes=' t="shared" si="0"'),
    ],
)
def test_a_formula_that_is_not_stated_once_is_refused(refusal, cell):
    assert "write a plain formula" in refusal(minimal(row(cell)))


def test_a_shared_formula_that_would_leave_the_sheet_is_refused(refusal):
    data = row(formula("A1", "B2", ' t="shared" si="0"'), number=2)
    data += row('<c r="A3"><f t="shared" si="0"/></c>', number=3)
    assert "Training!A3 holds a shared formula that cannot" in refusal(minimal(data))


def test_what_a_shared_formula_reads_is_counted_in_every_cell(save, refusal):
    data = row(formula("SUM($B$1:$B$1000000)", attributes=' t="shared" si="0"'))
    inspect(save(minimal(data)))
    follower = '<c r="A{0}"><f t="shared" si="0"/></c>'
    data += "".join(row(follower.format(number), number=number) for number in range(2, 31))
    assert "its formulas read 30,000,000 cells" in refusal(minimal(data))


def test_a_formula_of_more_than_8192_characters_is_refused(save, refusal):
    inspect(save(minimal(row(formula("1" + "+1" * 4095)))))
    assert "8,193 characters" in refusal(minimal(row(formula("11" + "+1" * 4095))))


def test_a_message_holds_no_commands_to_the_terminal(refusal):
    names = '<definedNames><definedName name="a&#10;b\x9b2J">NOW()</definedName></definedNames>'
    assert '"a?b?2J" calls NOW' in refusal(minimal(**{"xl/workbook.xml": workbook(names)}))


# Cells


@pytest.mark.parametrize(
    "data",
    [
        '<row r="1048577"><c><v>1</v></c></row>',
        '<row r="1048576"/><row><c><v>1</v></c></row>',
        row('<c r="XFE1"/>'),
        row('<c r="XFD1"/>', "<c/>"),
    ],
)
def test_a_cell_outside_the_grid_is_refused(refusal, data):
    assert "outside the grid" in refusal(minimal(data))


def test_two_cells_that_span_the_whole_grid_are_refused(refusal):
    sentence = refusal(
        minimal(row('<c r="A1"/>') + row('<c r="XFD1048576"><v>1</v></c>', number=1_048_576))
    )
    assert "Training!XFD1048576 makes this sheet a rectangle of 17,179,869,184 cells" in sentence


def test_sheets_that_are_too_large_together_are_refused(refusal, monkeypatch):
    monkeypatch.setattr(package, "MAX_BOX", 10)
    sheets = '<sheet name="A" r:id="rId1"/><sheet name="B" r:id="rId3"/>'
    book = minimal(
        row('<c r="F1"/>'),
        **{
            "xl/workbook.xml": workbook(sheets=sheets),
            "xl/worksheets/b.xml": worksheet(row('<c r="F1"/>')),
            "xl/_rels/workbook.xml.rels": relationships(
                SHEET_RELATIONSHIP, ("rId3", "worksheet", "worksheets/b.xml", "")
            ),
        },
    )
    assert "claims 12 cells" in refusal(book)


def test_a_dimension_and_an_empty_last_row_claim_no_cells(save):
    """No engine believes the dimension, and LibreOffice writes that row."""
    sheet = worksheet(
        row(formula("1")) + row(number=1_048_576), before='<dimension ref="A1:XFD1048576"/>'
    )
    assert inspect(save(minimal(**{"xl/worksheets/sheet1.xml": sheet}))).formula_count == 1


@pytest.mark.parametrize(
    "after",
    [
        '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        '<hyperlinks><hyperlink ref="A1:XFD1048576" location="A1"/></hyperlinks>',
    ],
)
def test_a_merged_range_or_link_over_the_whole_grid_is_refused(refusal, after):
    sheet = worksheet("", after=after)
    assert "merged ranges" in refusal(minimal(**{"xl/worksheets/sheet1.xml": sheet}))


@pytest.mark.parametrize(
    "data",
    [
        row('<c r="B1"/>', '<c r="A1"/>'),
        row('<c r="A1"/>', '<c r="A1"/>'),
        row('<c r="A2"/>'),
        row('<c r="a1"/>'),
        row('<c r="?"/>'),
        row(number=2) + row(number=1),
        row(number=2) + row(number=2),
        row(number="01"),
        row(number="x"),
    ],
)
def test_cells_out_of_order_are_refused(refusal, data):
    sentence = refusal(minimal(data))
    assert "from left to right" in sentence or "one by one" in sentence


@pytest.mark.parametrize(
    "cell",
    [
        *(
            f'<c r="A1"><v>{value}</v></c>'
            for value in ("NaN", "INF", "-inf", "1e999", "1_0", "x", "٣", "0x1")
        ),
        '<c r="A1" t="b"><v>2</v></c>',
        '<c r="A1" t="s"><v>0</v></c>',
        '<c r="A1" t="s"><v>-1</v></c>',
        f'<c r="A1" t="s"><v>{"9" * 30_000}</v></c>',
        '<c r="A1" t="z"><v>1</v></c>',
        '<c r="A1"><f>1</f><v>nan</v></c>',
    ],
)
def test_a_value_that_does_not_fit_its_type_is_refused(refusal, cell):
    assert "no finite value" in refusal(minimal(row(cell)))


@pytest.mark.parametrize("length", [32_767, 32_768])
@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1" t="str"><f>1</f><v>{}</v></c>',
        '<c r="A1" t="inlineStr"><is><t>{}</t></is></c>',
    ],
)
def test_a_text_of_more_than_32767_characters_is_refused(save, cell, length):
    path = save(minimal(row(cell.format("a" * length))))
    if length == sheet_stream.MAX_TEXT:
        inspect(path)
    else:
        assert "more than 32,767 characters" in refusal_of(path)


def with_strings(data, *strings):
    items = "".join(f"<si><t>{text}</t></si>" for text in strings)
    return minimal(
        data,
        **{
            "xl/_rels/workbook.xml.rels": relationships(SHEET_RELATIONSHIP, STRINGS_RELATIONSHIP),
            "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{items}</sst>',
        },
    )


def test_a_shared_text_of_more_than_32767_characters_is_refused(save, refusal):
    inspect(save(with_strings("", "a" * 32_767)))
    assert "shared text 1" in refusal(with_strings("", "a" * 32_768))


def test_too_many_shared_texts_are_refused(refusal, monkeypatch):
    monkeypatch.setattr(parts, "MAX_STRINGS", 2)
    assert "more than 2 shared texts" in refusal(with_strings("", "a", "b", "c"))


@pytest.mark.parametrize(
    "data",
    [
        row('<c r="A1" t="s"><v>0</v></c>', '<c r="B1" t="s"><v>0</v></c>'),
        row(formula("1234567890", attributes=' t="shared" si="0"'))
        + row('<c r="A2"><f t="shared" si="0"/></c>', number=2),
        row(formula("1234567890"), formula("1234567890", "B1")),
    ],
)
def test_texts_that_would_fill_memory_once_written_out_are_refused(refusal, monkeypatch, data):
    monkeypatch.setattr(package, "MAX_ALL_TEXT", 15)
    assert "20 characters in its cells" in refusal(with_strings(data, "a" * 10))


# Whatever the bytes


def outcome(path):
    """Read all of a file; only a WorkbookError may come of it."""
    try:
        for title in inspect(path).sheets:
            for _ in cells(path, title):
                pass
    except WorkbookError:
        return False
    return True


RELAXED = settings(
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@RELAXED
@given(st.binary(max_size=200), st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06" + bytes(18)]))
def test_arbitrary_bytes_raise_nothing_but_workbook_error(tmp_path, content, head):
    path = tmp_path / "book.xlsx"
    path.write_bytes(head + content)
    outcome(path)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return full_workbook(tmp_path_factory.mktemp("good") / "book.xlsx").read_bytes()


@RELAXED
@given(changes=st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 255)), max_size=4))
@pytest.mark.ci
def test_flipped_bytes_raise_nothing_but_workbook_error(tmp_path, good, changes):
    data = bytearray(good)
    for place, flip in changes:
        data[place % len(data)] ^= flip
    path = tmp_path / "book.xlsx"
    path.write_bytes(data)
    assert outcome(path) or changes


@RELAXED
@given(changes=st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=3)), max_size=3))
@pytest.mark.ci
def test_changed_xml_raises_nothing_but_workbook_error(tmp_path, good, changes):
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            text = bytearray(old.read(name))
            for place, put in changes:
                if place % 5 == len(name) % 5:
                    text[place % len(text) : place % len(text) + 1] = put
            new.writestr(name, bytes(text))
    outcome(path)
