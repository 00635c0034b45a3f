"""Honest edits: a person's own formulas are left out, and what was done to rows is said once."""

import re
import time
from itertools import product

import openpyxl
import pytest
from programs import LIBRARIES
from rewriting import edit
from row_edits import delete_row, insert_row, sort_rows
from test_saved_elsewhere import rewrite

from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.errors import WorkbookError
from xlnn.loading.open_file import lint, opened
from xlnn.loading.unseen_formulas import sentence
from xlnn.loading.values import values

ENGINES = LIBRARIES
OWN = {
    "Training!BA5": "=STDEV(C4:C9)",
    "Guide!Z9": "=TODAY()",
    "Lens!A200": "=_xlfn.STDEV.S(Training!C:C)",
    "Progress!Z9": "=SUM(Training!BA5,1)",
    "Guide!Z10": "=Training!#REF!+1",
}


def said(path, **options):
    """Return what the check says of rows, in a refusal or in its notes."""
    try:
        report = check(path, "formualizer", **options)
    except WorkbookError as error:
        return str(error)
    return " ".join(report.notes)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(engine=1)
@pytest.mark.slow
def test_formulas_of_ones_own_are_left_out_and_named(short_copy, engine):
    report = check(edit(short_copy, OWN), engine)
    assert report.agrees
    assert dict(report.left_out) == {
        "Training!BA5": "STDEV",
        "Guide!Z9": "TODAY",
        "Lens!A200": "_xlfn.STDEV.S",
        "Guide!Z10": "#REF!",
    }
    assert "4 formulas of your own are left out" in sentence(report.left_out)
    assert report.other_cells == 5
    assert report.to_json()["left_out"] == report.left_out


@pytest.mark.slow
def test_a_workbook_with_formulas_of_ones_own_is_read_and_built_from(short_copy, tmp_path):
    before = values(short_copy, "formualizer")
    edit(short_copy, OWN)
    assert (values(short_copy, "formualizer")["z2"] == before["z2"]).all()
    assert build(from_workbook=short_copy, output=tmp_path / "new.xlsx").report.agrees


@pytest.mark.slow
def test_a_workbook_with_formulas_of_ones_own_is_linted(short_copy):
    saved = lint(edit(short_copy, {"Guide!Z9": "my own"}))
    own = OWN | {"Lens!A200": "=_xlfn.STDEV.S(Training!C4:C9)"}  # no empty cells
    assert lint(edit(short_copy, own)) == saved
    with pytest.raises(WorkbookError, match="Training!C5 calls TODAY"):
        lint(edit(short_copy, {"Training!C5": "=TODAY()"}))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(engine=1)
@pytest.mark.slow
def test_no_engine_sees_what_is_left_out(short_copy, engine, monkeypatch):
    from xlnn import engines  # noqa: PLC0415 -- patched here

    load, seen = engines.load, []

    def watched(name, path, allowance, **more):
        book = openpyxl.load_workbook(path)
        seen.append(book["Training"]["BA5"].value)
        return load(name, path, allowance, **more)

    monkeypatch.setattr(engines, "load", watched)
    assert check(edit(short_copy, OWN), engine).agrees
    assert seen == [None]


@pytest.mark.parametrize(
    "reader",
    [
        {"Training!C5": "=1+0*BA5"},
        {"Training!C5": "=SUM(BA4:BA6)*0"},
        {"Training!C5": "=SUM(BA:BA)*0"},
        {"Training!C5": "=SUM(A1:INDEX(A1:BB9,5,54))"},
        {"Play!C6": "=SUM(Training!BA4:(Training!BA6))"},
        {"Training!C5": "=Guide!Z30", "Guide!Z30": "=Guide!Z31", "Guide!Z31": "=Training!BA5"},
        {"Play!C6": "=Training!BA5"},
    ],
)
@pytest.mark.first(1)
@pytest.mark.slow
def test_what_a_quantity_may_depend_on_is_refused(short_copy, reader):
    edit(short_copy, {"Training!BA5": "=STDEV(C4:C9)", **reader})
    with pytest.raises(WorkbookError, match=r"Training!BA5 calls STDEV, .* may depend on it"):
        check(short_copy, "formualizer")


@pytest.mark.ci
def test_a_shared_formula_is_left_out_in_every_cell(short_copy):
    edit(
        short_copy, {"Training!BA5": "=STDEV(C4:C9)", "Training!BA6": "=1", "Training!BA7": "=BA6"}
    )
    first, shared = (
        f"<f{more}>STDEV(C4:C9)</f>".encode() for more in ("", ' t="shared" ref="BA5:BA6" si="0"')
    )
    follower = re.compile(rb'(<c r="BA6"[^>]*>)<f>1</f>')
    rewrite(
        short_copy,
        lambda part: follower.sub(rb'\1<f t="shared" si="0"/>', part.replace(first, shared)),
    )
    report = check(short_copy, "formualizer")
    assert report.agrees
    assert report.left_out == {"Training!BA5": "STDEV", "Training!BA6": "STDEV"}
    edit(short_copy, {"Training!C5": "=1+0*BA6"})
    with pytest.raises(WorkbookError, match=r"Training!BA6 calls STDEV, .* may depend on it"):
        check(short_copy, "formualizer")


@pytest.mark.slow
def test_thousands_of_them_take_no_longer_than_some(short_copy):
    """Each reads the one above it, and none of them is looked for in every formula."""
    seconds = []
    for last in (25, 4005):
        edit(short_copy, {f"Training!BA{row}": f"=RAND()+BA{row - 1}" for row in range(6, last)})
        begin = time.process_time()
        contents = opened(short_copy)
        seconds.append(time.process_time() - begin)
        assert len(contents.left_out) == last - 6
    assert seconds[1] < 8 * seconds[0]


@pytest.mark.parametrize("cell", ["Training!C5", "Play!C6", "Weights!B4", "Check!B5"])
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_function_inside_the_blocks_is_refused(short_copy, cell):
    edit(short_copy, {cell: "=STDEV(A1:A3)"})
    with pytest.raises(WorkbookError, match=f"{cell} calls STDEV"):
        check(short_copy, "formualizer")


@pytest.mark.parametrize(
    "formula",
    ['=WEBSERVICE("http://x")', '=_xlfn.WEBSERVICE("x")', '=RTD("a",,"b")', '=INDIRECT("C5")',
     "=[1]x!A1", "=cmd|'/c calc'!A1", '=CUBEVALUE("a","b")', "=ſTDEV(A1)"],
)  # fmt: skip
@pytest.mark.first(2)
@pytest.mark.slow
@pytest.mark.first(1)
def test_a_formula_that_reaches_further_than_cells_is_refused_wherever_it_stands(
    short_copy, formula
):
    edit(short_copy, {"Training!BA5": formula})
    with pytest.raises(WorkbookError, match="Training!BA5"):
        check(short_copy, "formualizer")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(engine=1)
@pytest.mark.slow
def test_an_empty_last_row_and_a_dimension_claim_no_cells(short_copy, engine):
    """LibreOffice writes both after a row was deleted."""
    end = b'<row r="1048576" ht="12.8"/></sheetData>'
    rewrite(short_copy, lambda part: part.replace(b"</sheetData>", end))
    assert check(short_copy, engine).agrees


@pytest.mark.slow
def test_a_row_appended_below_the_images_is_mentioned(short_copy):
    assert check(short_copy, "formualizer").notes == ()
    more = {f"Images!{letter}68": 1 for letter in "ABCDEFGHIJKLMNO"}
    report = check(edit(short_copy, more), "formualizer")
    assert report.agrees
    (note,) = report.notes
    assert note.startswith("Images: row 68 below the data is not part of the network")


@pytest.mark.parametrize(
    ("title", "row"),
    [
        *product(["Training", "Images", "Weights", "Gradients"], [5, 6]),
        *product(["Progress"], [6, 7]),
    ],
)
@pytest.mark.first(1)
@pytest.mark.slow
def test_an_inserted_row_is_named(short_copy, title, row):
    insert_row(short_copy, title, row)
    assert f"a row was inserted above {title}!{row + 1}: undo it" in said(short_copy)


@pytest.mark.slow
def test_several_inserted_rows_are_named(short_copy):
    insert_row(short_copy, "Training", 40, 3)
    assert "3 rows were inserted above Training!43: undo it" in said(short_copy)


@pytest.mark.parametrize("title", ["Training", "Images", "Gradients", "Progress"])
@pytest.mark.slow
def test_a_deleted_row_is_named(short_copy, title):
    delete_row(short_copy, title, 5)
    assert f"a row was deleted from the sheet {title}" in said(short_copy)


@pytest.mark.slow
def test_a_sorted_table_is_named(short_copy):
    rows = list(range(4, 4 + 3 * 64))
    sort_rows(short_copy, "Training", rows[0], rows[-1], rows[::-1])
    assert re.search(
        r"formulas of the sheet Training lost the cells that they refer to, because rows .* sorted",
        said(short_copy),
    )


@pytest.mark.slow
def test_rows_that_were_swapped_are_named(short_copy):
    """Within an epoch the formulas follow; a row of another epoch reads other weights."""
    book = openpyxl.load_workbook(short_copy)
    sheet = book["Training"]
    for row, other in ((70, 134), (71, 135)):
        for column in range(1, sheet.max_column + 1):
            cell, swapped = sheet.cell(row, column), sheet.cell(other, column)
            cell.value, swapped.value = swapped.value, cell.value
    book.save(short_copy)
    assert "the rows of the sheet Training were sorted or moved: undo it" in said(short_copy)


@pytest.mark.slow
def test_one_wrong_cell_is_no_story_of_rows(short_copy):
    assert said(edit(short_copy, {"Training!C5": "=1+1", "Training!C6": None})) == ""
