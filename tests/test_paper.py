"""Each sheet is printed on A4 so that it can be read: upright or across, on one page or more."""

from dataclasses import replace
from itertools import product

import openpyxl
import pytest
from openpyxl.utils.cell import coordinate_from_string

from xlnn.building.build import build
from xlnn.building.plan import begun, planned
from xlnn.options import Options
from xlnn.shipped.templates import names
from xlnn.shipped.text import languages
from xlnn.workbooks.experiment import Experiment
from xlnn.writing.charts import scatter, square
from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import fitted
from xlnn.writing.paper import LEAST, MOST, Paper, paper, printed, size
from xlnn.writing.style import NOTE, SECTION
from xlnn.writing.whole import column_runs, rows_together

READABLE = 0.65
"""Of 10 points, 6.5: a little more than footnotes."""


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("lang", languages())
@pytest.mark.first(1)
def test_no_sheet_is_printed_smaller_than_can_be_read(name, lang):
    kind, origin, _ = begun(name)
    plan = planned(kind, origin, name, Options(lang=lang, large=True))
    drawings = kind.drawings(plan.made.spec, plan.layout)
    on = plan.layout.on
    scales = {key: paper(fitted(d, on(key)), on(key)).scale for key, d in drawings.items()}
    assert {key: scale for key, scale in scales.items() if scale < READABLE} == {}
    assert [key for key, drawing in drawings.items() if repeats_a_chart(drawing)] == []


def repeats_a_chart(drawing):
    """Return whether the rows that are printed on each page hold the beginning of a chart.

    The upper border of one that begins just below them is printed with them.
    """
    anchors = [anchor for anchor, _ in drawing.charts if isinstance(anchor, str)]
    return drawing.repeat > 0 and any(
        coordinate_from_string(anchor)[1] <= drawing.repeat + 1 for anchor in anchors
    )


@pytest.mark.parametrize("name", [n for n in names() if isinstance(begun(n)[0], Experiment)])
def test_each_sheet_of_an_experiment_shows_what_is_said_of_it(name):
    kind, origin, _ = begun(name)
    plan = planned(kind, origin, name, Options(lang="en"))
    notes = kind.words(plan.made.spec, plan.layout).words["notes"]
    for key, drawing in kind.drawings(plan.made.spec, plan.layout).items():
        if key in notes:
            texts = [str(text) for cells in drawing.cells.values() for text, _ in cells.values()]
            assert notes[key].format(**plan.layout.titles) in texts, key


def sheet(columns, rows, *, one_page=True, width=10.0):
    """Return a drawing with cells as far as a row and a column."""
    drawing = Drawing(one_page=one_page, widths=dict.fromkeys(range(1, columns + 1), width))
    drawing.put(rows, columns, "x")
    return drawing


@pytest.mark.parametrize(
    ("columns", "rows", "printed"),
    [
        (5, 10, Paper(is_upright=False, scale=1, columns=(5,), rows=(10,))),
        (5, 60, Paper(is_upright=True, scale=11.19 * 96 / 1200, columns=(5,), rows=(60,))),
        (14, 30, Paper(is_upright=False, scale=1, columns=(14,), rows=(30,))),
        (14, 80, Paper(is_upright=False, scale=0.85, columns=(14,), rows=(40, 80))),
        (5, 100, Paper(is_upright=True, scale=0.98, columns=(5,), rows=(50, 100))),
        (25, 30, Paper(is_upright=False, scale=1, columns=(13, 25), rows=(30,))),
    ],
)
def test_a_sheet_is_turned_and_shared_among_pages_so_that_it_is_large(columns, rows, printed):
    found = paper(sheet(columns, rows, one_page=rows != 80), ())
    assert found == replace(printed, scale=pytest.approx(printed.scale))
    assert found.scale >= LEAST == READABLE


def test_pages_are_broken_before_what_would_be_cut():
    drawing = sheet(14, 80, one_page=False)
    assert paper(drawing, ()).rows == (40, 80)
    for row in range(38, 50):
        drawing.put(row, 2, "x")
    assert not set(range(38, 49)) & set(paper(drawing, ()).rows)
    chart = scatter("title", "x", [])
    drawing.charts.append(("E30", chart))  # fifteen rows
    assert not set(range(30, 44)) & set(paper(drawing, ()).rows)


def test_columns_below_one_heading_stay_together():
    drawing = sheet(30, 10, one_page=False)
    last = paper(drawing, ()).columns[0]
    heading = range(last - 2, last + 3)
    for column in heading:
        drawing.put(2, column, "" if column > heading[0] else "x", SECTION)
    assert not set(heading[:-1]) & set(paper(drawing, ()).columns)


def test_pages_on_which_nothing_stands_are_not_printed():
    drawing = sheet(14, 80, one_page=False)
    drawing.put(3, 30, "x")
    found = paper(drawing, ())
    left, right = found.areas
    assert left == ((1, 1), (80, found.columns[0]))
    assert right[0] == (1, found.columns[0] + 1)
    assert right[1] == (found.rows[0], 30)
    assert not found.is_part


@pytest.mark.parametrize(("columns", "rows"), [(5, 2_000), (60, 2_000), (600, 10)])
def test_of_many_pages_the_beginning_is_printed_and_the_end(columns, rows):
    drawing = sheet(columns, rows, one_page=False)
    for row, column in product(range(1, rows + 1), range(1, columns + 1)):
        drawing.put(row, column, "x")
    found = paper(drawing, ())
    assert found.is_part
    assert MOST / 2 < len(found.columns) * len(found.rows) <= MOST
    assert found.areas[0][0] == (1, 1)
    assert found.areas[-1][1][0] == rows


def test_of_a_wide_and_long_sheet_all_columns_are_printed_rather_than_more_rows():
    drawing = sheet(120, 400, one_page=False)
    for row, column in product(range(1, 401), range(1, 121)):
        drawing.put(row, column, "x")
    found = paper(drawing, ())
    assert found.columns[-1] == 120
    assert {corners[1][1] for corners in found.areas} == {120}


def test_charts_and_quantities_count_as_well():
    drawing = sheet(2, 2)
    assert size(drawing, printed(drawing, ())) == (150, 40)
    chart = scatter("title", "x", [])
    chart.width, chart.height = 25.4, 12.7
    drawing.charts.append(("B3", chart))
    touched = size(drawing, printed(drawing, ()))
    assert touched == (2 * 75 + 14 * 64, 26 * 20)  # columns and rows


@pytest.mark.parametrize(
    ("name", "sheet", "orientation", "breaks", "columns"),
    [
        ("descent", "Descent", "landscape", 0, None),
        ("slopes", "Rules", "portrait", 0, None),
        ("digits", "Weights", "landscape", 2, "$A:$A"),
    ],
)
def test_the_workbook_says_so(name, sheet, orientation, breaks, columns, tmp_path):
    options = {"epochs": 1} if name == "digits" else {}
    path = build(name, tmp_path / "built.xlsx", verify=False, **options).path
    found = openpyxl.load_workbook(path)[sheet]
    assert found.page_setup.orientation == orientation
    assert found.page_setup.paperSize in {9, "9"}
    assert len(found.col_breaks.brk) == breaks
    fitted_to_page = found.sheet_properties.pageSetUpPr
    assert bool(fitted_to_page and fitted_to_page.fitToPage) == (breaks == 0)
    assert found.page_setup.scale >= READABLE * 100 if breaks else found.page_setup.fitToWidth == 1
    assert found.print_title_cols == columns
    assert found.page_margins.left == pytest.approx(0.25)
    footer = found.oddFooter.right.text
    assert bool(footer) == (breaks > 0)
    free = 72 * (found.page_margins.bottom - found.page_margins.footer)
    assert not footer or free > found.oddFooter.right.size  # or LibreOffice cuts it off


@pytest.mark.parametrize(("height", "width"), [(13, 13), (9.5, 13), (13, 9.5)])
def test_a_circle_is_drawn_round(height, width):
    chart = scatter("title", "x", [])
    chart.height, chart.width = height, width
    square(chart)
    place = chart.layout.manualLayout
    assert place.w * width == pytest.approx(place.h * height)
    assert place.x + place.w <= 1
    assert place.y + place.h <= 1


def test_a_heading_stays_with_what_stands_below_it():
    drawing = Drawing()
    drawing.put(30, 2, "a filter", SECTION)
    drawing.put(31, 2, "how it is read", NOTE)
    drawing.put(33, 2, 0.5)
    whole, _ = rows_together(drawing, column_runs(drawing, ()))
    assert any(first <= 30 and last >= 33 for first, last in whole)
