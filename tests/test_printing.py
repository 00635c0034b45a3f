"""Each sheet comes out of a printer on A4 so that it can be read, and nothing is cut or empty."""

from itertools import pairwise, product

import numpy as np
import openpyxl
import pytest
from networks import NETWORK_TEMPLATES, SMALLER, some_images
from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.utils.cell import coordinate_from_string
from openpyxl.worksheet.pagebreak import Break
from printing import printed

from xlnn.building.build import build
from xlnn.building.plan import origin_of_template, planned
from xlnn.equations.wording import Told
from xlnn.exercises.exercise import exercise
from xlnn.layout import single_block, table_blocks
from xlnn.loading.spec import described
from xlnn.options import Options
from xlnn.quantity import Axis, Quantity
from xlnn.registry.templates import names
from xlnn.registry.text import languages, text
from xlnn.workbooks.pages.parts import HEADINGS
from xlnn.writing.charts import scatter
from xlnn.writing.drawing import Drawing
from xlnn.writing.printing import LEAST, MOST, PORTRAIT, pages
from xlnn.writing.style import PLAIN, SECTION

pytestmark = pytest.mark.ci

READABLE = 0.65
"""Of 10 points, 6.5: as small as print may be."""

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
@pytest.mark.slow
def test_nothing_is_cut_or_too_small_or_empty_or_left_out(name, lang, tmp_path):
    options = {"lang": lang, "verify": False}
    if name in NETWORK_TEMPLATES:
        options["epochs"] = EPOCHS
        if name in FEW:
            options |= some_images(name, FEW[name], tmp_path) | SMALLER.get(name, {})
    path = build(name, tmp_path / "built.xlsx", large=True, **options).path
    book = openpyxl.load_workbook(path)
    for title, how in printed(path).items():
        sheet = book[title]
        assert how.cut == (), title
        assert how.empty == (), title
        assert how.covered == (), title
        assert how.scale >= READABLE, title
        assert len(how.pages) <= PAGES, title
        assert how.missing == () or text(lang)("joined", "part") in sheet.oddFooter.left.text, title
        assert sheet.page_setup.paperSize in {9, "9"}
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth == 1


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("lang", languages())
@pytest.mark.first(1)
def test_no_page_repeats_the_beginning_of_a_chart(name, lang):
    kind, origin, _ = origin_of_template(name)
    plan = planned(kind, origin, name, Options(lang=lang, large=True))
    drawings = kind.drawings(plan.made.spec, plan.layout)
    for key, drawing in drawings.items():
        anchors = [anchor for anchor, _ in drawing.charts if isinstance(anchor, str)]
        # the upper border of a chart just below the repeated rows is printed with them
        tops = [coordinate_from_string(anchor)[1] for anchor in anchors]
        assert not drawing.repeat or min(tops, default=9**9) > drawing.repeat + 1, key


def sheet_of(columns, rows, *, width=10.0):
    """Return a drawing with a cell at the last row and column of each row."""
    drawing = Drawing(widths=dict.fromkeys(range(1, columns + 1), width))
    for row, column in product(range(1, rows + 1), range(1, columns + 1)):
        drawing.put(row, column, "x")
    return drawing


@pytest.mark.parametrize(
    ("columns", "rows", "is_upright", "is_one"),
    [
        (14, 30, False, True),
        (5, 60, True, True),
        (5, 200, True, False),
        (20, 80, False, False),
    ],
)
def test_a_sheet_is_turned_as_it_is_largest_and_fitted_to_the_width(
    columns, rows, is_upright, is_one
):
    found = pages(sheet_of(columns, rows), ())
    assert (found.is_upright, found.is_one) == (is_upright, is_one)
    assert found.areas == (((1, 1), (rows, columns)),)


def test_a_sheet_that_is_too_wide_is_cut_at_an_empty_column_rather_than_in_a_table():
    drawing = sheet_of(40, 10)
    widest = max(last[1] - first[1] + 1 for first, last in pages(drawing, ()).areas)
    assert widest * 75 * LEAST <= 11.19 * 96  # pixels
    for row in range(1, 11):
        del drawing.cells[row][18]
    assert pages(drawing, ()).areas[0] == ((1, 1), (10, 18))


@pytest.mark.parametrize("width", [3, 12])
def test_no_chart_is_cut_by_the_edge_of_a_page(width):
    drawing, chart = sheet_of(40, 60), scatter("title", "x", [])
    chart.width, chart.height = width, 10
    drawing.charts.append(("R45", chart))
    found = pages(drawing, ())
    ends = {last[1] for _, last in found.areas}
    assert not ends & set(range(18, 18 + int(width / 2.54 * 96 / 75)))
    assert found.breaks == (43,)


def test_pages_on_which_nothing_stands_are_not_printed():
    drawing = sheet_of(20, 80)
    drawing.put(3, 30, "x")
    (_, left), (first, last) = pages(drawing, ()).areas
    assert left == (80, first[1] - 1)
    assert last == (3, 30)
    assert not pages(drawing, ()).is_part


@pytest.mark.parametrize(("columns", "rows"), [(5, 2_000), (60, 2_000), (600, 10)])
@pytest.mark.slow
def test_of_many_pages_the_beginning_is_printed_and_the_end(columns, rows):
    found = pages(sheet_of(columns, rows), ())
    assert found.is_part
    assert len(found.areas) <= MOST == PAGES
    assert found.areas[0][0] == (1, 1)
    assert found.areas[-1][1][0] == rows


def test_of_a_wide_and_long_sheet_all_columns_are_printed_rather_than_more_rows():
    found = pages(sheet_of(120, 400), ())
    assert found.areas[-1][1] == (400, 120)


def test_the_beginning_and_the_end_are_a_page_each_however_wide_other_columns_are():
    narrow, wide = 12, 20  # two groups do not fit a page side by side
    drawing = sheet_of(9 * (narrow + 1) + wide, 400)
    drawing.widths |= dict.fromkeys(range(1, narrow + 1), 15.0)
    for cells in drawing.cells.values():
        for gap in range(1, 10):
            del cells[gap * (narrow + 1)]
    areas = pages(drawing, ()).areas
    assert areas[-1][1] == (400, 8 * (narrow + 1))  # the widest group is not printed
    rows = [last[0] - first[0] + 1 for first, last in areas]
    high, across = (8.27 - 0.65) * 96, (11.69 - 0.5) * 96  # pixels
    assert max(rows[2:]) * 20 <= high  # they are not shrunk
    assert high < rows[0] * 20 <= high * ((narrow * 110 + 75) / across)


@pytest.mark.slow
def test_of_a_long_sheet_the_beginning_is_printed_and_the_end(tmp_path):
    path = build("digits", tmp_path / "built.xlsx", verify=False).path
    sheet = openpyxl.load_workbook(path)["Training"]
    found = printed(path)["Training"].pages
    assert len(found) <= PAGES
    assert min(rows[0] for rows, _ in found) == 1
    assert max(rows[1] for rows, _ in found) == sheet.max_row
    assert max(columns[1] for _, columns in found) == sheet.max_column
    assert "print area" in sheet.oddFooter.left.text


@pytest.mark.slow
def test_each_page_has_a_footer_with_room_for_it(digits_path):
    shown = (s for s in openpyxl.load_workbook(digits_path) if s.sheet_state == "visible")
    for sheet in shown:
        assert "&P / &N" in sheet.oddFooter.right.text
        free = 72 * (sheet.page_margins.bottom - sheet.page_margins.footer)
        assert free > sheet.oddFooter.right.size  # or LibreOffice cuts it off


@pytest.mark.slow
def test_headings_and_names_of_rows_are_printed_again(tmp_path):
    path = build("digits", tmp_path / "built.xlsx", epochs=EPOCHS, verify=False).path
    book = openpyxl.load_workbook(path)
    assert book["Gradient check"].print_title_rows == "$20:$21"
    assert book["Gradient check"]["B21"].value
    assert book["Training"].print_title_rows == "$1:$3"
    again = {sheet.title: sheet.print_title_cols for sheet in book}
    assert again["Training"] == "$A:$B"
    assert again["Weights"] == again["Gradient check"] == "$A:$A"
    assert again["Images"] is again["Progress"] is None  # pictures and charts have no rows


def of_template(name, key):
    """Return the drawing of a sheet of a template, and its quantities."""
    plan = planned(*origin_of_template(name)[:2], name, Options())
    return plan.kind.drawings(plan.made.spec, plan.layout)[key], plan.layout.on(key)


@pytest.mark.parametrize(("name", "key"), [("costs", "learning"), ("clusters", "steps")])
def test_the_headings_of_a_long_table_are_printed_on_each_page(name, key):
    drawing, blocks = of_template(name, key)
    first = min(block.row for block in blocks if block.quantity.axes)
    assert (drawing.repeat_from, drawing.repeat) == (first - 2 - (key == "learning"), first - 1)


def test_headings_beside_a_chart_or_a_list_are_not_printed_again():
    for name, key in (("descent", "descent"), ("slopes", "tangent")):
        assert of_template(name, key)[0].repeat == 0


def test_a_short_table_is_not_cut():
    drawing, blocks = of_template("slopes", "tangent")
    rows = next((b.row, b.last[0]) for b in blocks if b.quantity.name == "curve")
    assert (rows[0] - HEADINGS, rows[1]) in drawing.whole


def test_names_of_rows_are_not_printed_beside_a_table_of_other_rows():
    plan = pages(*of_template("first", "every"))
    assert len(plan.areas) > 1
    assert not plan.repeats_names
    assert pages(*of_template("digits", "training")).repeats_names


def test_no_heading_of_the_guide_ends_a_page_and_a_section_is_on_one():
    drawing, _ = of_template("neuron", "guide")
    headings = [row for row, cells in drawing.cells.items() if cells.get(7, ("", 0))[1] == SECTION]
    assert len(headings) > 3
    assert {(row, row + 2) for row in headings} <= {*drawing.whole}
    assert {(row, after - 2) for row, after in pairwise(headings)} <= {*drawing.whole}


@pytest.mark.slow
def test_on_progress_no_page_begins_with_the_border_of_a_chart_or_repeats_what_happened(tmp_path):
    path = build("iris", tmp_path / "built.xlsx", verify=False, epochs=EPOCHS).path
    sheet, found = openpyxl.load_workbook(path)["Progress"], printed(path)["Progress"].pages
    tops = {chart.anchor._from.row + 1 for chart in sheet._charts}  # noqa: SLF001 -- of the file
    assert len(found) > 1
    assert tops.isdisjoint(rows[0] for rows, _ in found)
    (row,) = (c.row for cells in sheet.iter_rows() for c in cells if c.value == "Results")
    assert row > int(sheet.print_title_rows.rpartition("$")[2])


@pytest.mark.slow
def test_no_page_is_printed_of_a_list_that_is_empty_there(tmp_path):
    path = build("iris", tmp_path / "built.xlsx", verify=False, epochs=EPOCHS).path
    sheet, how = openpyxl.load_workbook(path)["Confusion table"], printed(path)["Confusion table"]
    first = [rows for rows, columns in how.pages if columns[0] == 1]
    assert len(first) == 1
    assert first[0][1] < sheet.max_row


@pytest.mark.parametrize(("name", "lang"), [("digits", "en"), ("digits", "zh"), ("slopes", "ja")])
@pytest.mark.first(1)
@pytest.mark.slow
def test_the_questions_of_an_exercise_are_a_page_wide(name, lang, tmp_path):
    epochs = 3 if name == "digits" else None
    path = exercise(name, tmp_path / "handed.xlsx", level=2, epochs=epochs, lang=lang)[0].path
    how = printed(path)[text(lang, "practising").sheets["exercise"]]
    assert how.cut == ()
    assert how.scale >= READABLE
    _, layout = described(path)
    beside = layout.blocks["exercise_state_said"].column - 2  # their symbols, and their cells
    assert {columns[0] for _, columns in how.pages} == {1, beside}


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


def test_a_chart_over_two_pages_is_cut(sheet, tmp_path):
    chart = ScatterChart()
    cells = Reference(sheet, min_col=1, min_row=1, max_row=9)
    chart.series.append(Series(cells, cells))
    sheet.add_chart(chart, "H40")
    sheet.print_area = "A1:J100"
    assert found(sheet, tmp_path / "cut.xlsx").cut == ("chart 1",)
    sheet.row_breaks.append(Break(id=38))
    assert found(sheet, tmp_path / "whole.xlsx").cut == ()
    sheet.print_area = "A1:J100,K1:AD100"
    assert found(sheet, tmp_path / "cut.xlsx").cut == ("chart 1",)


def test_a_page_on_which_nothing_stands_is_empty_and_a_cell_outside_is_missing(sheet, tmp_path):
    sheet.print_area = "A1:J99,K1:AD99"
    how = found(sheet, tmp_path / "empty.xlsx")
    assert how.empty
    assert how.missing == ()
    sheet.print_area = "A1:J99,K1:AC1"
    how = found(sheet, tmp_path / "filled.xlsx")
    assert how.empty == ()
    assert how.missing == ("AD1",)


def test_a_sheet_of_one_page_is_as_small_as_its_rows_need(sheet, tmp_path):
    sheet.print_area = "A1:J100"
    scale = found(sheet, tmp_path / "wide.xlsx").scale
    sheet.page_setup.fitToHeight = 1
    assert found(sheet, tmp_path / "one.xlsx").scale < scale


@pytest.mark.slow
def test_the_list_of_what_is_wrong_has_its_headings_on_each_page(tmp_path):
    path = build("digits", tmp_path / "built.xlsx", epochs=EPOCHS, verify=False).path
    sheet = openpyxl.load_workbook(path)["Confusion table"]
    assert sheet.print_title_rows
    first, last = (int(row) for row in sheet.print_title_rows.replace("$", "").split(":"))
    assert first == last
    heads = [cell.value for cell in sheet[first] if cell.value]
    said = text("en")
    listed, counted = (
        [said("headings", "image"), *(said(*key) for key in keys)]
        for keys in (
            [("confusion", "listed_label"), ("confusion", "listed_answer")],
            [("quantities", "answer"), ("confusion", "key"), ("confusion", "place")],
        )
    )
    assert heads == [*listed, *counted]


def test_a_sheet_is_cut_beside_a_text_rather_than_through_it():
    drawing = sheet_of(24, 10)
    (_, (_, usual)), _ = pages(drawing, ()).areas
    drawing.put(11, usual, "word " * 20, PLAIN)
    drawing.put(12, usual + 4, "x")
    (_, (_, cut)), _ = pages(drawing, ()).areas
    assert not usual <= cut < usual + 4


@pytest.mark.parametrize("rows", [200, 3_000])
def test_no_page_is_cut_through_rows_that_belong_together(rows):
    drawing = sheet_of(5, rows)
    drawing.repeat = 3
    drawing.whole = [(row, row + 6) for row in range(6, rows, 8)]
    found = pages(drawing, ())
    down = [0, *range(20, 20 * rows + 1, 20)]
    starts, begin, further = {1, *(first[0] for first, _ in found.areas)}, 0, 0
    for row in (row for (top, _), (last, _) in found.areas for row in range(top, last + 1)):
        if row - 1 in found.breaks or down[row] - begin + further > PORTRAIT[1]:
            begin, further = down[row - 1], 3 * 20
            starts.add(row)
    inside = {row for first, last in drawing.whole for row in range(first + 1, last + 1)}
    assert len(starts) > 3
    assert not inside & starts


def test_no_page_is_cut_through_a_picture_beside_a_chart():
    drawing = sheet_of(5, 100)
    last = int(PORTRAIT[1] // 20)
    picture, chart = (last - 6, last - 1), (last - 3, last + 8)
    drawing.whole = [picture, chart]
    (cut,) = (row for row in pages(drawing, ()).breaks if row < last)
    assert cut < picture[0]
    drawing.whole = [(2, last - 1), chart]  # too tall to go with it
    assert chart[0] - 1 in pages(drawing, ()).breaks


def test_a_long_table_is_cut_rather_than_a_chart_beside_those_above_it():
    drawing = sheet_of(5, 100)
    last = int(PORTRAIT[1] // 20)
    chart, short, long = (last - 30, last - 12), (last - 14, last - 3), (last - 5, last + 30)
    drawing.whole = [chart, short, long]
    assert not any(chart[0] <= row < chart[1] for row in pages(drawing, ()).breaks)


def test_a_table_is_cut_rather_than_a_higher_chart_beside_it():
    drawing, chart = sheet_of(5, 100), scatter("title", "x", [])
    last = int(PORTRAIT[1] // 20)
    chart.width, chart.height = 5, 30 * 20 / 96 * 2.54
    drawing.charts.append((f"C{last - 38}", chart))
    drawing.whole = [(last - 12, last - 5), (last - 6, last + 2)]
    assert not any(last - 38 <= row <= last - 9 for row in pages(drawing, ()).breaks)


def test_no_page_is_nearly_empty_for_what_comes_next():
    drawing = sheet_of(5, 100)
    last = int(PORTRAIT[1] // 20)
    drawing.whole = [(6, last + 2)]
    assert 5 not in pages(drawing, ()).breaks
    drawing.whole = [(last // 2, last + 2)]
    assert last // 2 - 1 in pages(drawing, ()).breaks


def test_the_border_of_a_chart_is_printed_even_if_it_fills_its_columns():
    drawing, chart = Drawing(widths={1: 10.0}), scatter("title", "x", [])
    chart.width, chart.height = 70 / 96 * 2.54, 15 / 96 * 2.54  # a column and a row, nearly
    drawing.charts.append(("A1", chart))
    assert pages(drawing, ()).areas == (((1, 1), (2, 2)),)


def test_no_page_ends_with_the_headings_of_a_table():
    drawing, blocks = of_template("costs", "learning")
    first = next(block.row for block in blocks if block.quantity.name == "z_sq")
    assert (first - HEADINGS - 1, first) in drawing.whole


@pytest.mark.parametrize("long", [10, 90])
def test_a_sentence_is_printed_as_far_as_it_goes(long):
    said = Quantity("said", equation=Told(["x"]), is_text=True)
    block = single_block(said, 12, 1)
    known = pages(sheet_of(3, 10), [block], {"said": np.array("語" * long, dtype=object)})
    unknown = pages(sheet_of(3, 10), [block])
    (_, (_, right)), (_, (_, usual)) = known.areas[0], unknown.areas[0]
    assert (right > usual) == (long > 10)


@pytest.mark.parametrize("name", ["cnn", "circles", "iris"])
@pytest.mark.first(1)
def test_the_lens_is_as_wide_as_a_page(name):
    kind, origin, _ = origin_of_template(name)
    plan = planned(kind, origin, name, Options(large=True, epochs=1))
    drawing = kind.drawings(plan.made.spec, plan.layout)["lens"]
    areas = pages(drawing, plan.layout.on("lens")).areas
    assert len({left for (_, left), _ in areas}) == 1


def test_no_page_is_printed_for_rows_that_are_folded():
    drawing, noted = sheet_of(5, 10), Quantity("noted", axes=(Axis("n", 3),), shape=(40,))
    blocks = [*table_blocks([noted], 20, 1)]
    drawing.put(19, 1, "x")
    assert len(pages(drawing, blocks).areas) > 1
    drawing.folded_rows = {20, 21, 22}
    found = pages(drawing, blocks)
    assert found.areas == (((1, 1), (19, 5)),)
    assert found.is_part


def test_a_line_that_runs_on_over_several_pages_is_printed_to_its_end():
    drawing = Drawing()
    drawing.put(1, 1, "word " * 120, PLAIN)
    areas = pages(drawing, ()).areas
    assert len(areas) > 1
    assert areas[0][0] == (1, 1)
    assert all(last[1] + 1 == first[1] for (_, last), (first, _) in pairwise(areas))
