"""Each sheet comes out of a printer so that it can be read, and nothing is cut that has room."""

import openpyxl
import pytest
from networks import NETWORK_TEMPLATES, SMALLER, some_images
from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from printing import printed

from xlnn.building.build import build
from xlnn.practising.exercise import exercise
from xlnn.shipped.templates import names
from xlnn.shipped.text import languages, text
from xlnn.workbooks.exercise_sheet import BESIDE

READABLE = 0.65
"""Of 10 points, 6.5: a little more than footnotes."""

PAGES = 16
"""Of a sheet: more is not read on paper."""

EPOCHS = 4

FEW = {"digits-8x8": 20, "cnn": 4, "diabetes": 3}
"""Of the images of a template every so many: enough for tables of several pages."""

FIRST = ("xor-layers", "iris", "slopes", "costs", "xor", "digits-8x8", "diabetes")
"""The templates that have been printed badly."""

CASES = [(name, "en") for name in FIRST]
CASES += [(n, lang) for n in names() for lang in languages() if (n, lang) not in CASES]


@pytest.mark.first(len(FIRST))
@pytest.mark.parametrize(("name", "lang"), CASES)
@pytest.mark.first(1)
def test_nothing_is_cut_or_too_small_or_empty(name, lang, tmp_path):
    options = {"lang": lang, "verify": False}
    if name in NETWORK_TEMPLATES:
        options["epochs"] = EPOCHS
        if name in FEW:
            options |= some_images(name, FEW[name], tmp_path) | SMALLER.get(name, {})
    path = build(name, tmp_path / "built.xlsx", large=True, **options).path
    for title, how in printed(path).items():
        assert how.cut == (), title
        assert how.empty == (), title
        assert how.covered == (), title
        assert how.scale >= READABLE, title
        assert len(how.pages) <= PAGES, title


def test_of_a_long_sheet_the_beginning_is_printed_and_the_end(tmp_path):
    path = build("digits", tmp_path / "built.xlsx", verify=False).path
    sheet = openpyxl.load_workbook(path)["Training"]
    pages = printed(path)["Training"].pages
    assert len(pages) <= PAGES
    assert min(rows[0] for rows, _ in pages) == 1
    assert max(rows[1] for rows, _ in pages) == sheet.max_row
    assert max(columns[1] for _, columns in pages) == sheet.max_column
    assert "print area" in sheet.oddFooter.left.text


def test_a_heading_of_many_columns_stands_again_on_each_page(digits_path):
    sheet = openpyxl.load_workbook(digits_path)["Weights"]
    begins = [each.id + 1 for each in sheet.col_breaks.brk]
    assert begins
    for column in begins:
        group = [sheet.cell(2, n).value for n in range(column, 1, -1)]
        assert group[0] == next(text for text in group[1:] if text) or sheet.cell(2, column).value


def test_the_headings_of_a_table_below_others_are_printed_again(digits_path):
    sheet = openpyxl.load_workbook(digits_path)["Gradient check"]
    assert sheet.print_title_rows == "$19:$20"
    assert sheet["B20"].value


def test_names_of_rows_are_printed_again_only_where_something_stands_in_these(tmp_path):
    path = build("iris", tmp_path / "built.xlsx", verify=False, epochs=EPOCHS).path
    book = openpyxl.load_workbook(path)
    for title, first in (("Gradient check", "h"), ("Check", "result")):
        sheet, pages = book[title], printed(path)[title].pages
        assert sheet.print_title_cols == "$A:$A"
        (row,) = (cell.row for cell in sheet["A"] if cell.value == first)
        further = [rows for rows, columns in pages if columns[0] > 1]
        assert further
        assert min(rows[0] for rows in further) > row


def test_on_progress_no_page_begins_with_the_border_of_a_chart_or_repeats_what_happened(tmp_path):
    path = build("iris", tmp_path / "built.xlsx", verify=False, epochs=EPOCHS).path
    sheet, pages = openpyxl.load_workbook(path)["Progress"], printed(path)["Progress"].pages
    tops = {chart.anchor._from.row + 1 for chart in sheet._charts}  # noqa: SLF001 -- of the file
    assert len(pages) > 2
    assert tops.isdisjoint(rows[0] for rows, _ in pages)
    (row,) = (c.row for cells in sheet.iter_rows() for c in cells if c.value == "What happened")
    assert row > int(sheet.print_title_rows.rpartition("$")[2])


def test_no_page_is_printed_of_a_list_that_is_empty_there(tmp_path):
    path = build("iris", tmp_path / "built.xlsx", verify=False, epochs=EPOCHS).path
    sheet, pages = openpyxl.load_workbook(path)["Confusion table"], printed(path)["Confusion table"]
    first = [rows for rows, columns in pages.pages if columns[0] == 1]
    assert len(first) == 1
    assert first[0][1] < sheet.max_row


@pytest.mark.parametrize(("name", "lang"), [("digits", "en"), ("digits", "zh"), ("slopes", "ja")])
@pytest.mark.first(1)
def test_the_questions_of_an_exercise_are_a_page_wide(name, lang, tmp_path):
    epochs = 3 if name == "digits" else None
    path = exercise(name, tmp_path / "handed.xlsx", level=2, epochs=epochs, lang=lang)[0].path
    how = printed(path)[text(lang, "practising").sheets["exercise"]]
    assert how.cut == ()
    assert how.scale >= READABLE
    assert {columns[0] for _, columns in how.pages} == {1, BESIDE}


@pytest.fixture
def sheet():
    """A sheet of 30 columns and 100 rows, each with its number in the first cells."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for column in range(1, 31):
        sheet.cell(1, column, column)
    for row in range(1, 101, 2):
        sheet.cell(row, 1, row)
    return sheet


def found(sheet, path):
    """Return how the sheet is printed once it is saved."""
    sheet.parent.save(path)
    return printed(path)[sheet.title]


def charted(sheet, anchor):
    chart = ScatterChart()
    cells = Reference(sheet, min_col=1, min_row=1, max_row=9)
    chart.series.append(Series(cells, cells))
    chart.width, chart.height = 10, 7
    sheet.add_chart(chart, anchor)


def test_a_chart_over_two_pages_is_cut(sheet, tmp_path):
    charted(sheet, "H20")
    assert "chart 1 across" in found(sheet, tmp_path / "cut.xlsx").cut
    sheet.col_breaks.append(Break(id=7))
    assert "chart 1 across" not in found(sheet, tmp_path / "whole.xlsx").cut


def test_breaks_are_not_heeded_where_a_sheet_is_fitted_to_pages(sheet, tmp_path):
    charted(sheet, "M20")
    sheet.col_breaks.append(Break(id=12))
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 2, 0
    how = found(sheet, tmp_path / "fitted.xlsx")
    assert 0.5 < how.scale < 1
    sheet.page_setup.fitToWidth = 1
    assert found(sheet, tmp_path / "one.xlsx").scale < how.scale


def test_a_text_that_runs_on_and_a_small_table_are_cut(sheet, tmp_path):
    sheet["I10"] = "a text that runs on over several cells"
    for row in range(42, 53):
        sheet.cell(row, 3, row)
    cut = found(sheet, tmp_path / "cut.xlsx").cut
    assert any(each.startswith("I10") and each.endswith("across") for each in cut)
    assert "rows 42-52 down" in cut


def test_a_page_on_which_nothing_stands_is_empty(sheet, tmp_path):
    how = found(sheet, tmp_path / "empty.xlsx")
    assert how.empty
    sheet.print_area = "A1:J50"
    assert found(sheet, tmp_path / "filled.xlsx").empty == ()


def test_names_of_rows_are_printed_again_only_beside_their_rows(tmp_path):
    path = build("digits", tmp_path / "built.xlsx", epochs=EPOCHS, verify=False).path
    book = openpyxl.load_workbook(path)
    again = {sheet.title: sheet.print_title_cols for sheet in book}
    assert again["Training"] == "$A:$B"
    assert again["Weights"] == again["Gradient check"] == "$A:$A"
    assert again["Images"] is again["Progress"] is None
    # where only the parameters go on, no names of images stand beside nothing
    *_, (rows, columns) = printed(path)["Gradient check"].pages
    held = [r[0].row for r in book["Gradient check"].iter_rows(min_col=columns[0]) if r[0].value]
    assert rows == (rows[0], max(held))


def test_the_list_of_what_is_wrong_has_its_headings_on_each_page(tmp_path):
    path = build("digits", tmp_path / "built.xlsx", epochs=EPOCHS, verify=False).path
    sheet = openpyxl.load_workbook(path)["Confusion table"]
    assert sheet.print_title_rows
    first, last = (int(row) for row in sheet.print_title_rows.replace("$", "").split(":"))
    assert first == last
    heads = [cell.value for cell in sheet[first] if cell.value]
    said = text("en")
    listed, counted = (
        [said("headings", "image"), *(said("confusion", key) for key in keys)]
        for keys in (("label", "taken_for"), ("answer", "key", "place"))
    )
    assert heads == [*listed, *counted]
