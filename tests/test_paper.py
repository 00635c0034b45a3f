"""Each sheet is printed on A4 so that it can be read: upright or across, on one page or more."""

import openpyxl
import pytest
from openpyxl.utils.cell import coordinate_from_string

from xlnn.building.build import build
from xlnn.building.plan import begun, planned
from xlnn.shipped.templates import names
from xlnn.shipped.text import languages
from xlnn.workbooks.experiment import Experiment
from xlnn.writing.charts import scatter, square
from xlnn.writing.drawing import Drawing
from xlnn.writing.paper import LEAST, Paper, paper, size

SIX_POINTS = 0.6
"""Of 10 points: what footnotes are printed in."""


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("lang", languages())
def test_no_sheet_is_printed_smaller_than_can_be_read(name, lang):
    kind, origin, _ = begun(name)
    plan = planned(kind, origin, name, {"lang": lang}, large=True)
    drawings = kind.drawings(plan.made.spec, plan.layout)
    scales = {key: paper(d, plan.layout.extents[key]).scale for key, d in drawings.items()}
    assert {key: scale for key, scale in scales.items() if scale < SIX_POINTS} == {}
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
    plan = planned(kind, origin, name, {"lang": "en"}, large=False)
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
        (5, 10, Paper(is_upright=False, across=1, down=1, scale=1)),
        (5, 60, Paper(is_upright=True, across=1, down=1, scale=10.89 * 96 / 1200)),
        (14, 30, Paper(is_upright=False, across=1, down=1, scale=10.89 * 96 / 1050)),
        (14, 200, Paper(is_upright=False, across=1, down=0, scale=10.89 * 96 / 1050)),
        (5, 200, Paper(is_upright=True, across=1, down=0, scale=1)),
        (40, 30, Paper(is_upright=False, across=2, down=0, scale=2 * 10.89 * 96 / 3000)),
    ],
)
def test_a_sheet_is_turned_and_shared_among_pages_so_that_it_is_large(columns, rows, printed):
    found = paper(sheet(columns, rows), (1, 1))
    assert (found.is_upright, found.across, found.down) == (
        printed.is_upright,
        printed.across,
        printed.down,
    )
    assert found.scale == pytest.approx(printed.scale)
    assert found.scale >= LEAST == SIX_POINTS


def test_charts_and_quantities_count_as_well():
    drawing = sheet(2, 2)
    assert size(drawing, (1, 1)) == (150, 40)
    assert size(drawing, (10, 3)) == (150 + 64, 200)
    chart = scatter("title", "x", [])
    chart.width, chart.height = 25.4, 12.7
    drawing.charts.append(("B3", chart))
    assert size(drawing, (1, 1)) == pytest.approx((75 + 960, 40 + 480))


@pytest.mark.parametrize(
    ("name", "sheet", "orientation", "across", "down", "columns"),
    [
        ("descent", "Descent", "landscape", 1, 1, None),
        ("slopes", "Rules", "portrait", 1, 1, None),
        ("digits", "Weights", "landscape", 3, 0, "$A:$A"),
    ],
)
def test_the_workbook_says_so(name, sheet, orientation, across, down, columns, tmp_path):
    options = {"epochs": 1} if name == "digits" else {}
    path = build(name, tmp_path / "built.xlsx", verify=False, **options).path
    found = openpyxl.load_workbook(path)[sheet]
    assert found.page_setup.orientation == orientation
    assert found.page_setup.paperSize in {9, "9"}
    assert (found.page_setup.fitToWidth, found.page_setup.fitToHeight) == (across, down)
    assert found.print_title_cols == columns
    assert found.page_margins.left == pytest.approx(0.4)


@pytest.mark.parametrize(("height", "width"), [(13, 13), (9.5, 13), (13, 9.5)])
def test_a_circle_is_drawn_round(height, width):
    chart = scatter("title", "x", [])
    chart.height, chart.width = height, width
    square(chart)
    place = chart.layout.manualLayout
    assert place.w * width == pytest.approx(place.h * height)
    assert place.x + place.w <= 1
    assert place.y + place.h <= 1
