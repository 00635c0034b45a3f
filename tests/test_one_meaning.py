"""A file that two programs would read as two workbooks is refused, in many ways of each kind."""

import itertools
import struct
import zipfile

import pytest
from test_package import (
    MAIN,
    OFFICE,
    PACKAGE,
    SHEET_RELATIONSHIP,
    SHEET_TYPE,
    STRICT,
    STRINGS_RELATIONSHIP,
    WORKBOOK_TYPE,
    content_types,
    formula,
    minimal,
    relationships,
    row,
    workbook,
    worksheet,
)

from xlnn.errors import WorkbookError
from xlnn.xlsx.cells import cells
from xlnn.xlsx.package import inspect

STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
OTHER_SHEET = {"xl/worksheets/evil.xml": worksheet(row('<c r="A1"><v>7</v></c>'))}
ROOT = ("rId1", "officeDocument", "xl/workbook.xml", "")
FOREIGN = "urn:of-nobody"


def saved(path, book):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for part, text in book if isinstance(book, list) else book.items():
            file.writestr(part, text)
    return path


def roots():
    """Make packages whose root leads elsewhere, or to several parts, or nowhere."""
    elsewhere = (
        *("xl/other.xml", "xl/Workbook.xml", "/XL/workbook.xml", "workbook.xml", "xl/./../wb.xml"),
        *("xl/w%6Frkbook.xml", "//host/xl/workbook.xml", "xl/workbook.xml?a", "xl/workbook.xml#a"),
        *("file:///xl/workbook.xml", "xl\\workbook.xml", "", "xl"),
    )
    for target in elsewhere:
        yield relationships(("rId1", "officeDocument", target, ""))
        yield relationships(ROOT, ("rId2", "officeDocument", target, ""))
        yield relationships(("rId2", "officeDocument", target, ""), ROOT)
    yield relationships()
    for kind in ("OfficeDocument", "officedocument", "OFFICEDOCUMENT"):
        yield relationships(ROOT, ("rId2", kind, "xl/other.xml", ""))
        yield relationships((*ROOT[:1], kind, *ROOT[2:]))
    good = relationships(ROOT)
    yield good.replace(f"{PACKAGE}/relationships", FOREIGN)
    yield good.replace("<Relationship ", f'<Relationship xmlns="{FOREIGN}" ')
    yield good.replace("<Relationship ", "<x><Relationship ").replace("/></", "/></x></")
    yield good.replace(f"{OFFICE}/officeDocument", f"{FOREIGN}/officeDocument")
    yield good.replace("Target=", f'xmlns:f="{FOREIGN}" f:Target="xl/other.xml" Target=')
    yield None


@pytest.mark.parametrize("root", [*roots()])
def test_a_root_that_leads_to_another_workbook_is_refused(tmp_path, root):
    """Some programs follow it, and others know where the workbook stands."""
    book = minimal(**{"_rels/.rels": root, "xl/other.xml": "<a xmlns='b'/>"})
    with pytest.raises(WorkbookError):
        inspect(saved(tmp_path / "book.xlsx", book))


def test_a_root_of_the_strict_standard_passes(tmp_path):
    root = relationships(ROOT).replace(OFFICE, STRICT_OFFICE)
    inspect(saved(tmp_path / "book.xlsx", minimal(**{"_rels/.rels": root})))


def identities():
    """Make lists of sheets in which more than one attribute could name the part."""
    spaces = f'xmlns:f="{FOREIGN}" xmlns:g="{OFFICE}/"'
    for mine, theirs in itertools.product(
        ('r:id="rId1"', ""), ('f:id="rId9"', 'g:id="rId9"', 'id="rId9"', 'Id="rId9"')
    ):
        for pair in ((mine, theirs), (theirs, mine)):
            yield workbook(sheets=f'<sheet {spaces} name="Training" {" ".join(pair)}/>')
    yield workbook(sheets=f'<sheet xmlns:r="{FOREIGN}" name="Training" r:id="rId1"/>')
    yield workbook(
        sheets=f'<sheet xmlns:r="{FOREIGN}" xmlns:q="{OFFICE}" name="Training" '
        'r:id="rId9" q:id="rId1"/>'
    )
    yield workbook(
        sheets=f'<sheet xmlns:q="{STRICT_OFFICE}" name="Training" r:id="rId1" q:id="rId9"/>'
    )
    yield workbook(
        sheets=f'<sheet xmlns:f="{FOREIGN}" f:name="Other" name="Training" r:id="rId1"/>'
    )


@pytest.mark.parametrize("text", [*identities()])
def test_a_sheet_that_names_its_part_by_another_attribute_is_refused(tmp_path, text):
    known = relationships(SHEET_RELATIONSHIP, ("rId9", "worksheet", "worksheets/evil.xml", ""))
    book = minimal(**{"xl/workbook.xml": text, "xl/_rels/workbook.xml.rels": known, **OTHER_SHEET})
    with pytest.raises(WorkbookError):
        inspect(saved(tmp_path / "book.xlsx", book))


def strangers():
    """Make workbooks in which an element stands elsewhere, or in a foreign namespace."""
    sheet = '<sheet name="Evil" sheetId="2" r:id="rId9"/>'
    foreign = sheet.replace("<sheet ", f'<f:sheet xmlns:f="{FOREIGN}" ')
    listed = '<sheet name="Training" sheetId="1" r:id="rId1"/>'
    yield workbook(sheets=listed + foreign)
    yield workbook(f"<extLst><ext><sheets>{sheet}</sheets></ext></extLst>")
    yield workbook(sheet)
    choice = "<m:AlternateContent xmlns:m='urn:m'><m:Choice>{}</m:Choice></m:AlternateContent>"
    yield workbook(sheets=listed + choice.format(sheet))
    yield workbook(sheets=choice.format(listed))
    yield workbook('<extLst><ext><calcPr iterate="1"/></ext></extLst>')
    yield workbook(f'<f:calcPr xmlns:f="{FOREIGN}" iterate="1"/>')
    name = '<definedName name="n">1</definedName>'
    yield workbook(name)
    yield workbook(f'<f:definedNames xmlns:f="{FOREIGN}">{name}</f:definedNames>')


@pytest.mark.parametrize("text", [*strangers()])
def test_a_workbook_that_says_something_where_none_belongs_is_refused(tmp_path, text):
    known = relationships(SHEET_RELATIONSHIP, ("rId9", "worksheet", "worksheets/evil.xml", ""))
    book = minimal(**{"xl/workbook.xml": text, "xl/_rels/workbook.xml.rels": known, **OTHER_SHEET})
    with pytest.raises(WorkbookError):
        inspect(saved(tmp_path / "book.xlsx", book))


ENDINGS = (".bin", ".XML", ".xlsx", ".txt", ".xml.bin", "", ".vml", ".rels")
TYPES = (
    "chartsheet+xml", "sharedStrings+xml", "styles+xml", "sheet.binary.main", "",
)  # fmt: skip


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_sheet_under_another_ending_is_refused(tmp_path, ending):
    target = f"worksheets/sheet1{ending}"
    book = minimal(
        **{
            "xl/worksheets/sheet1.xml": None,
            f"xl/{target}": worksheet(""),
            "xl/_rels/workbook.xml.rels": relationships(("rId1", "worksheet", target, "")),
        }
    )
    with pytest.raises(WorkbookError):
        inspect(saved(tmp_path / "book.xlsx", book))


@pytest.mark.parametrize("ending", ENDINGS)
def test_shared_texts_under_another_ending_are_refused(tmp_path, ending):
    strings = ("rId2", "sharedStrings", f"texts{ending}", "")
    book = minimal(
        **{
            f"xl/texts{ending}": f'<sst xmlns="{MAIN}"/>',
            "xl/_rels/workbook.xml.rels": relationships(SHEET_RELATIONSHIP, strings),
        }
    )
    with pytest.raises(WorkbookError):
        inspect(saved(tmp_path / "book.xlsx", book))


@pytest.mark.parametrize("content", TYPES)
def test_a_sheet_of_another_content_type_is_refused(tmp_path, content):
    types = content_types(WORKBOOK_TYPE, ("/xl/worksheets/sheet1.xml", f"{SHEET_TYPE}.{content}"))
    with pytest.raises(WorkbookError):
        inspect(saved(tmp_path / "book.xlsx", minimal(**{"[Content_Types].xml": types})))


@pytest.mark.parametrize(
    "first", ["/xl/worksheets/sheet1.xml", "/XL/worksheets/SHEET1.xml", "/xl/workbook.xml"]
)
@pytest.mark.parametrize("kind", ["worksheet+xml", "chartsheet+xml"])
def test_a_part_of_two_content_types_is_refused(tmp_path, first, kind):
    sheet = ("/xl/worksheets/sheet1.xml", f"{SHEET_TYPE}.worksheet+xml")
    types = content_types(WORKBOOK_TYPE, sheet, (first, f"{SHEET_TYPE}.{kind}"))
    with pytest.raises(WorkbookError):
        inspect(saved(tmp_path / "book.xlsx", minimal(**{"[Content_Types].xml": types})))


@pytest.mark.parametrize("part", list(minimal()))
@pytest.mark.parametrize("change", [str, str.upper, str.title, "./{}".format])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_named_twice_or_in_two_cases_is_refused(tmp_path, part, change):
    book = minimal()
    with pytest.raises(WorkbookError):
        inspect(saved(tmp_path / "book.xlsx", [*book.items(), (change(part), book[part])]))


@pytest.mark.parametrize("name", ["xl//a.xml", "./a.xml", "xl/./a.xml", "xl/a.xml/[0].piece"])
def test_a_part_under_a_name_that_some_programs_shorten_is_refused(tmp_path, name):
    with pytest.raises(WorkbookError, match="not allowed"):
        inspect(saved(tmp_path / "book.xlsx", minimal() | {name: "<a xmlns='b'/>"}))


def test_a_part_with_a_second_name_is_refused(tmp_path):
    path = tmp_path / "book.xlsx"
    info = zipfile.ZipInfo("xl/notes.xml")
    info.extra = struct.pack("<HHBL", 0x7075, 20, 1, 0) + b"xl/workbook.xml"
    with zipfile.ZipFile(saved(path, minimal()), "a") as file:
        file.writestr(info, "<a xmlns='b'/>")
    with pytest.raises(WorkbookError, match="not allowed"):
        inspect(path)


def named(*names):
    body = "".join(
        f'<definedName name="{name}"{more}>{text}</definedName>' for name, text, more in names
    )
    return {"xl/workbook.xml": workbook(f"<definedNames>{body}</definedNames>")}


ON_SHEET = ' localSheetId="0"'
TWICE = [
    [("rate", "Training!$B$1", ""), ("rate", "Training!$C$1", "")],
    [("rate", "Training!$B$1", ""), ("RATE", "Training!$C$1", "")],
    [("rate", "Training!$B$1", ""), ("rate", "Training!$C$1", ON_SHEET)],
    [("rate", "Training!$B$1", ON_SHEET), ("rate", "Training!$C$1", "")],
    [("rate", "Training!$C$1", ON_SHEET)],
]


@pytest.mark.parametrize("names", TWICE)
@pytest.mark.parametrize("text", ["rate", "2*Rate", "SUM(rate,B1)", "SUM(B1:RATE)", "-rate%"])
def test_a_formula_with_a_name_of_two_meanings_is_refused(tmp_path, names, text):
    book = minimal(row(formula("1"), formula(text, "B1")), **named(*names))
    with pytest.raises(WorkbookError, match="Training!B1 uses the name"):
        inspect(saved(tmp_path / "book.xlsx", book))


@pytest.mark.parametrize("names", TWICE)
def test_a_name_of_two_meanings_that_no_formula_uses_passes(tmp_path, names):
    book = minimal(row(formula("1+Training!B1")), **named(*names))
    inspect(saved(tmp_path / "book.xlsx", book))


@pytest.mark.parametrize("name", ["B1", "b1", "XFD7", "eta1"])
def test_a_formula_with_a_name_that_reads_as_a_cell_is_refused(tmp_path, name):
    book = minimal(row(formula(f"2*{name}")), **named((name, "Training!$C$1", "")))
    with pytest.raises(WorkbookError, match="Training!A1 uses the name"):
        inspect(saved(tmp_path / "book.xlsx", book))


def test_what_is_printed_of_each_sheet_is_no_name_of_two_meanings_but_for_a_formula(tmp_path):
    names = named(*[("_xlnm.Print_Titles", "Training!$1:$3", ON_SHEET)])
    inspect(saved(tmp_path / "book.xlsx", minimal(row(formula("A2+A3")), **names)))
    book = minimal(row(formula("SUM(_xlnm.Print_Titles)")), **names)
    with pytest.raises(WorkbookError, match="Training!A1 uses the name"):
        inspect(saved(tmp_path / "book.xlsx", book))


def test_ranges_that_gnumeric_could_not_read_pass_where_no_formula_may_use_them(tmp_path):
    lost = "ERROR(&quot;Training!$B$1,Training!$C$1&quot;)"
    book = minimal(row(formula("1")), **named(("solver_adj", lost, ON_SHEET)))
    inspect(saved(tmp_path / "book.xlsx", book))
    used = minimal(row(formula("solver_adj")), **named(("solver_adj", lost, ON_SHEET)))
    with pytest.raises(WorkbookError, match="uses the name"):
        inspect(saved(tmp_path / "used.xlsx", used))
    for text, more in [(lost, ""), (lost + "+1", ON_SHEET), ("ERROR(A1)", ON_SHEET)]:
        book = minimal(row(formula("1")), **named(("solver_adj", text, more)))
        with pytest.raises(WorkbookError, match="calls ERROR"):
            inspect(saved(tmp_path / "other.xlsx", book))


def test_one_name_of_two_meanings_among_many_formulas_of_one_shape_is_found(tmp_path):
    names = named(("rate_1", "1", ""), ("rate_2", "2", ""), ("rate_2", "3", ON_SHEET))
    good = [row(formula("rate_1", f"A{n}"), number=n) for n in range(1, 50)]
    bad = row(formula("rate_2", "A50"), number=50)
    with pytest.raises(WorkbookError, match="Training!A50 uses the name"):
        inspect(saved(tmp_path / "book.xlsx", minimal("".join(good) + bad, **names)))


def strange_cells():
    """Make sheets in which a foreign element or attribute could be taken for ours."""
    f = f'xmlns:f="{FOREIGN}"'
    yield worksheet(
        "", after=f"<f:sheetData {f}><f:row><f:c><f:v>1</f:v></f:c></f:row></f:sheetData>"
    )
    yield worksheet("", before=f"<f:row {f}/>")
    yield worksheet(f'<row {f} f:r="7"><c r="A1"/></row>')
    yield worksheet(f'<row><c {f} f:r="B1"><v>1</v></c></row>')
    yield worksheet(f'<row><c {f} f:t="b"><v>1</v></c></row>')
    yield worksheet(f'<row><c r="A1"><f {f} f:t="array" f:ref="A1:A2">1</f></c></row>')
    yield worksheet(f"<row><c r='A1'><f:v {f}>1</f:v></c></row>")
    yield worksheet(f"<row><f:c {f}/></row>")
    yield worksheet(f"<f:row {f}/>")
    inline = '<row><c r="A1" t="inlineStr"><is>{}</is></c></row>'
    yield worksheet(inline.format(f"<t>a</t><f:t {f}>b</f:t>"))
    for name in ("c", "row", "v", "f", "is", "sheetData"):
        yield worksheet(inline.format(f"<t>a</t><{name}/>"))
        yield worksheet(inline.format(f"<t>a</t><r><{name}/></r>"))
    yield worksheet(inline.format(f"<t>a</t><r><f:t {f}>b</f:t></r>"))


@pytest.mark.parametrize("sheet", [*strange_cells()])
def test_what_some_programs_would_take_for_a_cell_is_refused(tmp_path, sheet):
    book = minimal(**{"xl/worksheets/sheet1.xml": sheet})
    with pytest.raises(WorkbookError):
        inspect(saved(tmp_path / "book.xlsx", book))


STRANGE_TEXTS = [
    "<t>a</t>",
    "<si><x><t>a</t></x></si>",
    "<si><si><t>a</t></si></si>",
    f"<si><t>a</t><f:t xmlns:f='{FOREIGN}'>b</f:t></si>",
    f"<f:si xmlns:f='{FOREIGN}'><t>a</t></f:si>",
    f"<si><f:r xmlns:f='{FOREIGN}'><t>a</t></f:r></si>",
]


def with_texts(text):
    known = relationships(SHEET_RELATIONSHIP, STRINGS_RELATIONSHIP)
    strings = f'<sst xmlns="{MAIN}">{text}</sst>'
    return minimal(
        row('<c r="A1" t="s"><v>0</v></c>'),
        **{"xl/sharedStrings.xml": strings, "xl/_rels/workbook.xml.rels": known},
    )


@pytest.mark.parametrize("text", STRANGE_TEXTS)
def test_a_shared_text_that_stands_where_none_belongs_is_refused(tmp_path, text):
    with pytest.raises(WorkbookError, match="where none belongs"):
        inspect(saved(tmp_path / "book.xlsx", with_texts(text)))


@pytest.mark.parametrize("aloud", ["<rPh/>", "<rPh><t>b</t></rPh>", "<rPh><t/></rPh><rPh/>"])
def test_how_a_text_is_read_aloud_is_no_part_of_it(tmp_path, aloud):
    path = saved(tmp_path / "book.xlsx", with_texts(f"<si>{aloud}<t>a</t>{aloud}</si>"))
    inspect(path)
    assert [cell.value for cell in cells(path, "Training")] == ["a"]


def test_the_strict_standard_passes(tmp_path):
    """Excel can save so."""
    book = minimal(row(formula("1+1")))
    strict = {
        part: text.replace(OFFICE, STRICT_OFFICE).replace(MAIN, STRICT)
        for part, text in book.items()
    }
    inspect(saved(tmp_path / "book.xlsx", strict))
