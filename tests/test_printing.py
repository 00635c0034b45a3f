"""Each sheet is as wide as an A4 page, and no chart or short table is cut."""

from itertools import pairwise, product

import numpy as np
import openpyxl
import pytest
from networks import NETWORK_TEMPLATES, SMALLER, some_images
from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from openpyxl.worksheet.pagebreak import Break
from printing import printed

from xlnn.axis import Axis
from xlnn.block import single_block, table_blocks
from xlnn.building.build import build
from xlnn.building.plan import planned, source_of_template
from xlnn.equations.sentences import Told
from xlnn.options import Options
from xlnn.quantity import Quantity
from xlnn.registry.templates import names
from xlnn.registry.text import languages
from xlnn.workbooks.pages.confusion import TITLES
from xlnn.workbooks.pages.table_parts import HEADINGS
from xlnn.writing.charts import scatter
from xlnn.writing.drawing import Drawing
from xlnn.writing.printing import PORTRAIT, pages
from xlnn.writing.style import SECTION

pytestmark = pytest.mark.ci

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
def test_nothing_is_cut_or_covered_or_left_out(name, lang, tmp_path):
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
        assert how.covered == (), title
        assert all(is_folded(sheet, cell) for cell in how.missing), title
        assert sheet.page_setup.paperSize in {9, "9"}
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth == 1


def is_folded(sheet, cell):
    """Tell whether a cell is in a closed group of rows or columns."""
    column, row = coordinate_from_string(cell)
    closed = [bool(group.hidden) for group in sheet.column_dimensions.values()
              if group.min <= column_index_from_string(column) <= group.max]  # fmt: skip
    return sheet.row_dimensions[row].hidden or any(closed)


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("lang", languages())
@pytest.mark.first(1)
def test_no_page_repeats_the_beginning_of_a_chart(name, lang):
    source = source_of_template(name)
    plan = planned(source, Options(lang=lang, large=True))
    drawings = plan.kind.drawings(plan.spec, plan.layout)
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
    assert found.area == ((1, 1), (rows, columns))


@pytest.mark.slow
def test_each_page_has_a_footer_with_room_for_it(digits_path):
    shown = (s for s in openpyxl.load_workbook(digits_path) if s.sheet_state == "visible")
    for sheet in shown:
        assert "&P / &N" in sheet.oddFooter.right.text
        free = 72 * (sheet.page_margins.bottom - sheet.page_margins.footer)
        assert free > sheet.oddFooter.right.size  # or LibreOffice cuts it off


@pytest.mark.slow
def test_headings_are_printed_again(tmp_path):
    path = build("digits", tmp_path / "built.xlsx", epochs=EPOCHS, verify=False).path
    book = openpyxl.load_workbook(path)
    assert book["Gradient check"].print_title_rows == "$20:$21"
    assert book["Gradient check"]["B21"].value
    assert book["Training"].print_title_rows == "$1:$3"


def of_template(name, key):
    """Return the drawing of a sheet of a template, and its quantities."""
    plan = planned(source_of_template(name), Options())
    return plan.kind.drawings(plan.spec, plan.layout)[key], plan.layout.on(key)


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
    assert tops.isdisjoint(rows[0] for rows, _ in found)
    (row,) = (c.row for cells in sheet.iter_rows() for c in cells if c.value == "Results")
    assert row > int(sheet.print_title_rows.rpartition("$")[2])


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


def test_a_chart_over_narrow_columns_is_printed_up_to_its_border():
    """A width in a file has the padding in it: 2.7 is 19 pixels, 34 of which hold 17 cm."""
    drawing = Drawing(widths=dict.fromkeys(range(1, 60), 2.7))
    chart = scatter("", "", [])
    chart.width, chart.height = 17, 8
    drawing.charts.append(("A1", chart))
    (_, last) = pages(drawing, []).area[1]
    assert 34 <= last <= 37


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
    sheet = openpyxl.load_workbook(path)["Confusion matrix"]
    assert sheet.print_title_rows
    first, last = (int(row) for row in sheet.print_title_rows.replace("$", "").split(":"))
    assert first == last
    heads = [cell.value for cell in sheet[first] if cell.value]
    kinds = "listed_label", "listed_answer", "answer", "key", "place"
    label, taken, *counted = (TITLES[kind] for kind in kinds)
    assert heads == ["image", label, taken, "image", *counted]


@pytest.mark.parametrize("rows", [200, 3_000])
def test_no_page_is_cut_through_rows_that_belong_together(rows):
    drawing = sheet_of(5, rows)
    drawing.repeat = 3
    drawing.whole = [(row, row + 6) for row in range(6, rows, 8)]
    found = pages(drawing, ())
    down = [0, *range(20, 20 * rows + 1, 20)]
    starts, begin, further = {1}, 0, 0
    for row in range(1, rows + 1):
        if row - 1 in found.breaks or down[row] - begin + further > PORTRAIT[1]:
            begin, further = down[row - 1], 3 * 20
            starts.add(row)
    inside = {row for first, last in drawing.whole for row in range(first + 1, last + 1)}
    assert len(starts) > 3
    assert not inside & starts


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
    assert pages(drawing, ()).area == ((1, 1), (2, 2))


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
    (_, (_, right)), (_, (_, usual)) = known.area, unknown.area
    assert (right > usual) == (long > 10)


def test_no_page_is_printed_for_rows_that_are_folded():
    drawing, noted = sheet_of(5, 10), Quantity("noted", axes=(Axis("n", 3),), shape=(40,))
    blocks = [*table_blocks([noted], 20, 1)]
    drawing.put(19, 1, "x")
    assert pages(drawing, blocks).area == ((1, 1), (22, 40))
    drawing.folded_rows = {20, 21, 22}
    found = pages(drawing, blocks)
    assert found.area == ((1, 1), (19, 5))
