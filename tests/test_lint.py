"""What lint finds: for each rule, files that break it."""

import re
import shutil
import subprocess
import zipfile
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.table import Table
from programs import skip_without

from xlnn.building.build import build
from xlnn.errors import WorkbookError
from xlnn.linting import RULES, inspect_and_lint, lint
from xlnn.linting.used import Used
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.formula_groups import Groups, batches
from xlnn.xlsx.package import inspect
from xlnn.xlsx.parts import read_workbook

FORMULA = r'(<c r="[A-Z]+[0-9]+"[^>]*>)<f>[^<]*</f>'
"""A cell with a formula, up to its value."""

TYPES = "[Content_Types].xml"
WORKBOOK = "xl/workbook.xml"
STYLES = "xl/styles.xml"
CHART = "xl/charts/chart1.xml"
LINES = "xl/drawings/_rels/drawing1.xml.rels"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


class Break(NamedTuple):
    """How a workbook is broken: in a sheet or a part, the first match is replaced."""

    rule: str
    part: str
    pattern: str
    replacement: str
    where: str = ""


def formula(rule, text):
    """Replace the first formula of the sheet Training."""
    return Break(rule, "Training", FORMULA, rf"\g<1><f>{text}</f>", "Training!C4")


FORMATS = "<conditionalFormatting"
"""Where merged cells stand before."""


def beside(rule, text, before="<pageMargins"):
    """Put something among the elements of the sheet Training."""
    return Break(rule, "Training", before, text + before, "Training")


def validation(attributes, content=""):
    return (
        f'<dataValidations count="1"><dataValidation {attributes}>{content}</dataValidation>'
        "</dataValidations>"
    )


def conditional(ranges, rule='type="expression" priority="1"', text="TRUE"):
    return (
        f'<conditionalFormatting sqref="{ranges}"><cfRule {rule}><formula>{text}</formula></cfRule>'
        "</conditionalFormatting>"
    )


def merges(*ranges):
    cells = "".join(f'<mergeCell ref="{found}"/>' for found in ranges)
    return f"<mergeCells>{cells}</mergeCells>"


def link(location):
    return f'<hyperlinks><hyperlink ref="A1" location="{location}"/></hyperlinks>'


def sheet_name(name):
    return Break("sheet-name", WORKBOOK, '<sheet ([^>]*)name="Spec"', f'<sheet \\1name="{name}"')


def defined_name(name, text="Play!$C$6", more=""):
    entry = f'<definedName name="{name}"{more}>{text}</definedName>'
    return Break("defined-name", WORKBOOK, "</definedNames>", f"{entry}</definedNames>", name)


def lists(length):
    return validation('sqref="C4" type="list"', f'<formula1>"{"a" * length}"</formula1>')


BREAKS = [
    formula("formula-syntax", "1+*2"),
    formula("formula-syntax", "SUM(1"),
    formula("formula-syntax", "SUM(1))"),
    formula("formula-syntax", "Play!C6:"),
    formula("formula-syntax", "1+" * 300 + "1"),
    formula("formula-syntax", "(" * 80 + "1" + ")" * 80),
    formula("arguments", "SUM(" + "1," * 255 + "1)"),
    formula("arguments", "1+MAX(C4,AVERAGE(" + "D4," * 300 + "(1)))"),
    formula("arguments", "ROUND(1)"),
    formula("arguments", "1+ABS(C4,2)"),
    formula("arguments", "IF( )"),
    formula("arguments", "PI(1)*TRUE()"),
    formula("formula-syntax", "IF(C4," * 65 + "1" + ")" * 65),
    formula("formula-syntax", '"' + "a" * 256 + '"'),
    formula("formula-syntax", "C4+1E+400"),
    Break("sheets", WORKBOOK, r'sheetId="2"', 'sheetId="1"', "the list of sheets"),
    Break("sheets", WORKBOOK, r'activeTab="[0-9]+"', 'activeTab="99"', "the list of sheets"),
    formula("unlike-ranges", "SUMPRODUCT(Weights!B4:C4,Weights!B4:B5)"),
    formula("unlike-ranges", "SUMPRODUCT(Weights!B4:C4-xlnn.eta,Weights!B4:B5-1)"),
    formula("read-differently", "SUMPRODUCT(Weights!B4:C4=Weights!B4:C4)"),
    formula("read-differently", "SUMPRODUCT(TANH(Weights!B4:C4))"),
    formula("read-differently", "C4^xlnn.eta^2"),
    formula("unknown-name", "xlnn.eta2*2"),
    formula("unknown-name", "XFE1+1"),
    formula("unknown-name", "SUM(C4:D)"),
    formula("reference", "Weights!$B$900"),
    formula("reference", "SUM(Weights!B4:B900)"),
    formula("reference", "SUM(Weights!B4:ZZ4)"),
    formula("reference", "SUM(Weights!B:B)"),
    formula("reference", "SUM(Weights!4:4)"),
    formula("reference", "Weights!B1048577"),
    formula("unknown-name", "Weights!B0"),
    Break("reference", WORKBOOK, r'(name="xlnn.eta">)[^<]*', r"\1Play!$ZZ$900", "xlnn.eta"),
    Break("reference", CHART, r"(<c:f>)[^<]*", r"\1Progress!$ZZ$1:$ZZ$9", CHART),
    beside("reference", conditional("C4:D9", text="$ZZ4&gt;0")),
    beside("reference", validation('sqref="C4" type="list"', "<formula1>$ZZ$4</formula1>")),
    Break("uncomputed", WORKBOOK, r"<calcPr[^>]*/>", ""),
    Break("cell-value", "Play", r'(<c r="C6"[^>]*>)<v>[^<]*', r"\1<v>", "Play!C6"),
    Break("cell-value", "Play", r'<c r="C6".*?</c>', '<c r="C6" t="e"><v>Err:522</v></c>'),
    Break("cell-value", "Play", r'<c r="C6".*?</c>', '<c r="C6" t="b"/>', "Play!C6"),
    Break("style-index", "Play", r'(<c r="C6") s="\d+"', r'\1 s="9999"', "Play!C6"),
    Break("style-index", "Play", r'<row r="1"', '<row r="1" s="9999"', "Play!1:1"),
    Break("style-index", "Play", r"<col ", '<col style="9999" ', "Play"),
    Break("style-index", STYLES, r'<xf ([^>]*)fontId="\d+"', r'<xf \1fontId="99"', STYLES),
    beside("style-index", conditional("C4", 'type="expression" priority="1" dxfId="99"')),
    Break("font-order", STYLES, "<font><sz [^>]*/>(.*?)</font>", r'<font>\1<sz val="9"/></font>'),
    beside("element-order", '<sheetFormatPr defaultRowHeight="15"/>'),
    beside("element-order", '<pageMargins left="1" right="1" top="1" bottom="1" header="1"/>'),
    beside("element-order", '<dimension ref="A1"/>'),
    beside("element-order", "<unheardOf/>"),
    Break("column-widths", "Play", "<cols>", '<cols><col min="1" max="3" width="9"/>'),
    Break("column-widths", "Play", "<cols>", '<cols><col min="3" max="1" width="9"/>'),
    beside("merge", merges("A1:B2", "B2:C3"), before=FORMATS),
    beside("merge", merges("A1"), before=FORMATS),
    beside("merge", merges("C4:C5"), before=FORMATS),
    beside("range", validation('sqref="C4 D0" type="list"', "<formula1>1</formula1>")),
    beside("range", conditional("C9:B2")),
    beside("range", conditional("XFE1")),
    beside("range", conditional("")),
    beside("validation-text", lists(256)),
    beside("validation-text", validation(f'sqref="C4" errorTitle="{"a" * 33}"')),
    beside("validation-text", validation(f'sqref="C4" prompt="{"a" * 256}"')),
    beside("hyperlink", link("Nowhere!A1")),
    beside("hyperlink", link("Play!A0")),
    beside("hyperlink", link("no.name")),
    sheet_name("a" * 32),
    sheet_name("what?"),
    sheet_name("'quoted'"),
    sheet_name("History"),
    sheet_name(" "),
    defined_name("ZZ9"),
    defined_name("xfd7"),
    defined_name("R"),
    defined_name("r1c1"),
    defined_name("two words"),
    defined_name("XLNN.ETA"),
    defined_name("local", more=' localSheetId="99"'),
    defined_name("nothing", text=""),
    Break(
        "relationship", LINES, "</", '<Relationship Id="a" Type="a" Target="none.png"/></', LINES
    ),
    Break("relationship", LINES, "(<Relationship [^>]*>)", r"\1\1", LINES),
    Break(
        "relationship",
        "Gradients",
        "</worksheet>",
        f'<drawing xmlns:r="{OFFICE}" r:id="a"/></worksheet>',
    ),
    Break("colour", CHART, 'srgbClr val="[^"]*"', 'srgbClr val=""', CHART),
    Break("colour", CHART, 'srgbClr val="[^"]*"', 'srgbClr val="red"', CHART),
    Break("content-type", TYPES, "/xl/styles.xml", "/xl/none.xml", TYPES),
    Break("content-type", TYPES, r"spreadsheetml\.styles\+xml", "spreadsheetml+xml", STYLES),
    Break("content-type", TYPES, r'<Default Extension="rels"[^>]*/>', "", ".rels"),
]


def change(path, changes, more=None):
    """Replace the texts of some parts, and add others."""
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name).decode() for name in file.namelist()}
    for name, new in changes.items():
        parts[name] = new(parts[name])
    with zipfile.ZipFile(path, "w") as file:
        for name, text in {**parts, **(more or {})}.items():
            file.writestr(name, text)


def replace(pattern, replacement):
    """Return a change that replaces the first match, of which there must be one."""

    def new(text):
        changed, count = re.subn(pattern, replacement, text, count=1, flags=re.DOTALL)
        assert count == 1, f"{pattern} is not in the part"
        return changed

    return new


def part_of(path, name):
    """Return the part of a sheet; of a part, its name."""
    with Archive(path) as archive:
        return read_workbook(archive).sheets.get(name, name)


def without_values(text):
    return re.sub(r"</f><v[^/>]*>[^<]*</v>", "</f>", text)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The smallest network: there is nothing in other workbooks that is broken otherwise."""
    return build("xor", tmp_path_factory.mktemp("small") / "small.xlsx", epochs=2).path


@pytest.mark.parametrize(
    "broken", BREAKS, ids=lambda broken: f"{broken.rule}: {broken.replacement:.40}"
)
@pytest.mark.first(25)
@pytest.mark.ci
def test_lint_finds(broken, small, tmp_path):
    broken_copy = shutil.copy(small, tmp_path / "broken.xlsx")
    part = part_of(broken_copy, broken.part)
    changes = {part: replace(broken.pattern, broken.replacement)}
    if broken.rule == "uncomputed":
        changes[part_of(broken_copy, "Training")] = without_values
    if broken.rule == "sheet-name":
        # the sheet's old name stands in names and charts, for which the guard refuses the file
        changes = {part: lambda text: changed(no_names(text), broken)}
        changes |= dict.fromkeys(charts(broken_copy), without_references)
    change(broken_copy, changes)
    problems = lint(broken_copy)
    assert {problem.rule for problem in problems} == {broken.rule}
    assert broken.where in problems[0].where


def test_a_workbook_of_hidden_sheets_alone_is_found(small, tmp_path):
    hidden = shutil.copy(small, tmp_path / "hidden.xlsx")
    change(hidden, {WORKBOOK: lambda text: text.replace('state="visible"', 'state="hidden"')})
    (problem,) = lint(hidden)
    assert (problem.rule, problem.message.partition(";")[0]) == ("sheets", "All sheets are hidden")


def changed(text, broken):
    return replace(broken.pattern, broken.replacement)(text)


def no_names(text):
    return re.sub("<definedNames>.*</definedNames>", "", text)


def charts(path):
    with zipfile.ZipFile(path) as file:
        return [name for name in file.namelist() if name.startswith("xl/charts/chart")]


def without_references(text):
    return re.sub(r"<c:f>[^<]*</c:f>", "<c:f>Play!$C$6</c:f>", text)


def test_every_rule_has_a_file_that_breaks_it():
    tested_below = {"orphan-part", "table-header"}
    assert {broken.rule for broken in BREAKS} | tested_below == set(RULES)


@pytest.mark.ci
def test_a_part_to_which_nothing_leads_is_found(short_copy):
    types = replace("<Override ", '<Override PartName="/xl/a.xml" ContentType="a/xml"/><Override ')
    change(short_copy, {TYPES: types}, {"xl/a.xml": '<a xmlns="a"/>'})
    assert [(found.rule, found.where) for found in lint(short_copy)] == [
        ("orphan-part", "xl/a.xml")
    ]


def test_equal_headers_of_a_table_are_found(tmp_path):
    path = tmp_path / "table.xlsx"
    book = Workbook()
    for row in (["one", "two"], [1, 2]):
        book.active.append(row)
    book.active.add_table(Table(displayName="Numbers", ref="A1:B2"))
    book.save(path)
    change(path, {"xl/tables/table1.xml": replace('name="two"', 'name="ONE"')})
    assert "table-header" in {problem.rule for problem in lint(path)}


def test_a_link_by_relationship_to_nowhere_is_found(tmp_path):
    path = tmp_path / "link.xlsx"
    book = Workbook()
    book.active["A1"].hyperlink = "#Nowhere!A1"
    book.active["A2"].hyperlink = "#Sheet!A1"
    book.active["A3"].hyperlink = "https://example.org/"
    book.save(path)
    found = [problem for problem in lint(path) if problem.rule == "hyperlink"]
    assert [problem.where for problem in found] == ["Sheet!A1"]


def test_a_formula_of_a_filled_down_column_is_found_in_its_row(short_copy):
    with zipfile.ZipFile(short_copy) as file:
        part = part_of(short_copy, "Training")
        rows = re.findall(rb'<c r="C([0-9]+)"[^>]*><f>', file.read(part))
    last = rows[-1].decode()
    # the last row of the column now refers to the row below all images
    below = replace(rf'(<c r="C{last}"[^>]*><f>[^<]*?Images!\$?[A-Z]+\$?)[0-9]+', r"\g<1>9999")
    change(short_copy, {part: below})
    found = [(problem.rule, problem.where) for problem in lint(short_copy)]
    assert found == [(rule, f"Training!C{last}") for rule in ("reference", "unlike-ranges")]


def test_formulas_wrong_alike_are_one_problem(short_copy):
    part = part_of(short_copy, "Training")
    every = lambda text: re.sub(r'(<c r="C[0-9]+"[^>]*><f>)', r"\1xlnn.eta2+", text)  # noqa: E731 -- one line
    change(short_copy, {part: every})
    assert [(found.rule, found.where) for found in lint(short_copy)] == [
        ("unknown-name", "Training!C4")
    ]


@pytest.mark.parametrize("title", ["Training", "Spec"])
def test_a_formula_beside_the_cells_is_named_on_its_sheet(short_copy, title):
    rule = (
        '<conditionalFormatting sqref="C4:D9"><cfRule type="expression" priority="1">'
        "<formula>$ZZ4&gt;0</formula></cfRule></conditionalFormatting><pageMargins"
    )
    change(short_copy, {part_of(short_copy, title): replace("<pageMargins", rule)})
    (problem,) = lint(short_copy)
    assert problem.where == f"{title}!C4:D9"


ALIKE = {
    "a row with more digits": ("Weights!B4+9", "Weights!B99999+9", "refers to Weights!B99999"),
    "a cell, and a name of more digits": ("2*Weights!B4", "2*B12345678", "neither a cell"),
    "a number that is too large": ("1+" + "1" * 300, "1+" + "1" * 310, "numbers of 1E+308"),
    "a text that is too long": (f'"{"-" * 254}1"', f'"{"-" * 254}11"', "texts of 255"),
    "a bound of many digits": ("B4+0", "B4+0*Weights!B99999999999999999999", "neither"),
}


@pytest.mark.parametrize("case", ALIKE)
@pytest.mark.ci
def test_formulas_whose_numbers_are_of_other_lengths_are_told_apart(case, short_copy):
    right, wrong, message = ALIKE[case]
    part = part_of(short_copy, "Training")
    texts = iter([right, right, wrong])
    some = lambda text: re.sub(FORMULA, lambda m: f"{m[1]}<f>{next(texts)}</f>", text, count=3)  # noqa: E731 -- one line
    change(short_copy, {part: some})
    (problem,) = lint(short_copy)
    assert message in problem.message


def test_names_that_differ_in_a_digit_are_told_apart(short_copy):
    part = part_of(short_copy, "Training")
    names = iter(["SUM(xlnn.W2)", "SUM(xlnn.W3)", "SUM(xlnn.W7)"])
    some = lambda text: re.sub(FORMULA, lambda m: f"{m[1]}<f>{next(names)}</f>", text, count=3)  # noqa: E731 -- one line
    change(short_copy, {part: some})
    (problem,) = lint(short_copy)
    assert problem.rule == "unknown-name"
    assert "xlnn.W7" in problem.message


def test_shared_formulas_are_written_out(short_copy):
    """A filled-down formula that Excel saved once: its second cell refers below all weights."""
    with zipfile.ZipFile(short_copy) as file:
        weights = file.read(part_of(short_copy, "Weights"))
    last = max(map(int, re.findall(rb'<c r="B([0-9]+)"', weights)))
    shared = iter(
        [f'<f t="shared" si="0" ref="C4:C5">Weights!B{last}</f>', '<f t="shared" si="0"/>']
    )
    pattern = r'(<c r="C[0-9]+"[^>]*>)<f>[^<]*</f>'
    some = lambda text: re.sub(pattern, lambda m: m[1] + next(shared), text, count=2)  # noqa: E731 -- one line
    change(short_copy, {part_of(short_copy, "Training"): some})
    (problem,) = lint(short_copy)
    assert (problem.rule, problem.where) == ("reference", "Training!C5")
    assert f"Weights!B{last + 1}" in problem.message


REFUSED = [
    ("<f>NOSUCH(1)</f>", "calls NOSUCH"),
    ("<f>STDEV.S(C4:C9)</f>", "calls STDEV.S"),
    ("<f>_xlfn.STDEV.S(C4:C9)</f>", "calls _xlfn.STDEV.S"),
    (f"<f>{'1+' * 4_096}1</f>", "a formula of 8,194 characters"),
    ("<f>Nowhere!A1</f>", 'a sheet "Nowhere"'),
    ("<f>#REF!</f>", "deleted"),
    ("<v>NaN</v>", "no finite value"),
    ("<v>INF</v>", "no finite value"),
    ('<f>1</f></c><c r="C4">', "from left to right"),
    ('<f>1</f></c></row><row r="1"><c r="C1">', "rows go up one by one"),
    (f'</c><c r="D4" t="str"><v>{"a" * 32_768}</v>', "32,767"),
]


@pytest.mark.parametrize(("content", "sentence"), REFUSED, ids=[found for _, found in REFUSED])
def test_what_the_guard_refuses_lint_raises(content, sentence, short_copy):
    part = part_of(short_copy, "Training")
    cell = replace(r'<c r="C4"[^>]*>.*?</c>', f'<c r="C4">{content}</c>')
    change(short_copy, {part: cell})
    with pytest.raises(WorkbookError, match=re.escape(sentence)):
        lint(short_copy)


def test_a_file_of_more_elements_than_lint_reads_is_refused(short_copy, monkeypatch):
    for module in ("linting.nodes", "xlsx.markup"):
        monkeypatch.setattr(f"xlnn.{module}.MAX_NODES", 100)
    with pytest.raises(WorkbookError, match="more than 100 elements"):
        lint(short_copy)


def test_no_more_problems_are_listed_than_anyone_reads(short_copy, monkeypatch):
    monkeypatch.setattr("xlnn.linting.MAX_PROBLEMS", 2)
    ranges = conditional("A0") + conditional("B0") + conditional("C0")
    part = part_of(short_copy, "Training")
    change(short_copy, {part: replace("<pageMargins", f"{ranges}<pageMargins")})
    assert len(lint(short_copy)) == 2


@pytest.mark.slow
def test_nothing_is_found_in_the_book_s_workbook(digits_path):
    assert lint(digits_path) == ()


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.ci
def test_each_sheet_is_read_once(short_copy, monkeypatch, shared):
    if shared:
        first = '<f t="shared" si="0" ref="C4:C5">Weights!B4</f>'
        cell = replace(r'(<c r="C4"[^>]*>)<f>[^<]*</f>', rf"\g<1>{first}")
        change(short_copy, {part_of(short_copy, "Training"): cell})
    inflated = []
    chunks = Archive.chunks

    def counted(archive, part):
        inflated.append(part)
        return chunks(archive, part)

    monkeypatch.setattr(Archive, "chunks", counted)
    contents, problems = inspect_and_lint(short_copy)
    assert problems == ()
    assert contents.formula_count == inspect(short_copy).formula_count
    inflated.clear()
    assert lint(short_copy) == ()
    sheets = [part for part in inflated if part.startswith("xl/worksheets/sheet")]
    assert len(sheets) == len(set(sheets)) == len(contents.sheets)


@pytest.mark.slow
def test_nothing_is_found_after_libreoffice_saved_the_workbook(short_path, tmp_path):
    skip_without("libreoffice")
    profile, folder = (tmp_path / "profile").as_uri(), tmp_path / "saved"
    command = ("soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx")
    subprocess.run([*command, "--outdir", folder, short_path], check=True, capture_output=True)
    assert lint(folder / short_path.name) == ()


@pytest.mark.ci
def test_openpyxl_s_own_files_break_the_order_of_fonts_alone(short_path, tmp_path):
    """The reason for the last pass of a build, and for the rule."""
    path = tmp_path / "saved.xlsx"
    book = load_workbook(short_path)
    book.save(path)
    assert {problem.rule for problem in lint(path)} == {"font-order"}


@given(
    st.sets(st.tuples(st.integers(1, 9), st.integers(1, 3))),
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(1, 3),
    st.integers(1, 3),
)
def test_a_range_is_there_if_each_of_its_cells_is(cells, first, last, left, right):
    first, last, left, right = (
        min(first, last),
        max(first, last),
        min(left, right),
        max(left, right),
    )
    used = Used()
    used.add([row for row, _ in cells], [column for _, column in cells])
    wanted = {(r, c) for r in range(first, last + 1) for c in range(left, right + 1)}
    (have,) = used.have(left, right, np.array([first]), np.array([last]))
    assert have == (wanted <= cells)


@given(
    st.lists(st.tuples(st.integers(1, 16_384), st.integers(1, 99)), min_size=1, max_size=6),
    st.sampled_from(["{}", "训练!{}", "'Layer 2'!{}", "ROUND({},2)", '"7"&{}', "1E+3*{}"]),
)
def test_a_reading_knows_which_number_is_which_row(found, form):
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 -- for this test alone

    terms = [form.format(f"${get_column_letter(column)}${row}") for column, row in found]
    text = "+".join(terms) if "&" not in form else "&".join(terms)
    groups = Groups(["训练", "Layer 2"])
    groups.add(0, *batches([(1, 1, f"={text}")]))
    (group,) = groups
    rows = group.reads(100)[0][0].tolist()
    assert [*zip((slot.columns[0] for slot in group.slots), rows, strict=True)] == found
    assert group.at(0) == f"={text}"
