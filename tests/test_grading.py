"""Every quantity of a submission is judged alone, and every lost mark has its reason."""

import csv
import json
import re
import subprocess
import sys
import zipfile
from functools import partial
from types import SimpleNamespace

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from networks import some_images
from openpyxl.worksheet.formula import ArrayFormula
from programs import skip_without
from submissions import RIGHT, WRONG, blanks, emptied, fill, on_another_sheet
from test_saved_elsewhere import save_with_gnumeric, save_with_libreoffice

import xlnn
from xlnn.cli import cli
from xlnn.exercises import grading
from xlnn.exercises.copies import filled_in
from xlnn.exercises.evaluation import World
from xlnn.exercises.feedback import reason, reasons, words_of
from xlnn.exercises.grades import QuestionGrade, UnitGrade
from xlnn.exercises.judging import PROBES, SIZES, judged, worlds
from xlnn.exercises.mistakes import Mistake, _beside
from xlnn.exercises.submission import submission
from xlnn.loading.spec import described
from xlnn.registry.text import languages, text

grade = partial(grading.grade, seed=0)
"""Grades at the same random inputs each time: which reason fits best may depend on them."""

BLANK = {
    "digits": ("z2", "a2", "C", "delta3", "delta2", "dC_dW2", "W2", "b3"),
    "descent": ("dz_dx", "dx", "x", "z"),
    "regression": ("q", "y_new", "C_T"),
}
"""What is blank in an exercise of each kind."""

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ARRAYS = "http://schemas.microsoft.com/office/spreadsheetml/2017/dynamicarray"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"

SAVING = {"libreoffice": save_with_libreoffice, "gnumeric": save_with_gnumeric}
"""Programs in which a student may save."""

NEAR = {
    "column": {"column", "missing", "typed"},
    # p by the normal equations stands above p by SLOPE, and a step reads the row above its own
    "row": {"row", "epoch", "circle", None},
    "offset": {"offset"},
    "dragged": {"dragged", "epoch"},  # the weights may be those of the first epoch
    "missing": {"missing"},
}
"""By which kinds a mistake may be named: the next row may be another epoch, and the next unit one
that is used as well."""


@pytest.fixture(scope="module", params=BLANK)
def handed_out(request, tmp_path_factory):
    """A workbook with its values, the units that are blank, and the exercise."""
    folder = tmp_path_factory.mktemp(request.param)
    options = {"epochs": 2, **some_images("digits", 8, folder)} if request.param == "digits" else {}
    path = xlnn.build(request.param, folder / "full.xlsx", **options).path
    names = BLANK[request.param]
    return (
        xlnn.values(path, engine="formualizer"),
        blanks(path, names),
        emptied(path, names, folder / "ada.xlsx", student="Ada"),
    )


def submitted(handed_out, folder, answer, *, only=None):
    """Fill an exercise in: one unit of each quantity with an answer, the others right."""
    arrays, units, exercise = handed_out
    workbook = openpyxl.load_workbook(exercise)
    truth = {}
    for (name, unit), blank in units.items():
        given = answer(blank, blank.values(arrays)) if only in {None, name} else None
        truth[name, unit] = given is not None
        fill(workbook, blank, blank.stated if given is None else given)
    path = folder / "ada.xlsx"
    workbook.save(path)
    return path, truth


def only(grades):
    (found,) = grades
    assert not found.error, found.error
    return found


def units(found):
    """Return the mistake of each unit by quantity and symbol; None where it is right."""
    return [
        (question.quantity, unit.mistake.kind if unit.mistake else None)
        for question in found.questions
        for unit in question.units
    ]


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.first(1)
@pytest.mark.ci
def test_a_right_answer_is_right_in_any_words(handed_out, name, tmp_path):
    path, _ = submitted(handed_out, tmp_path, RIGHT[name])
    found = only(grade(path, workers=1))
    assert {kind for _, kind in units(found)} == {None}
    assert found.points == found.of
    assert found.whole


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.first(1)
@pytest.mark.ci
def test_a_mistake_is_found_and_named(handed_out, name, tmp_path):
    path, made = submitted(handed_out, tmp_path, WRONG[name])
    found = only(grade(path, workers=1))
    for is_wrong, (quantity, kind) in zip(made.values(), units(found), strict=True):
        assert (kind in NEAR.get(name, {name})) if is_wrong else kind is None, (quantity, kind)
    if any(made.values()):
        assert found.points < found.of


@pytest.mark.parametrize("name", ["typed", "sign", "empty", "error"])
@pytest.mark.first(1)
@pytest.mark.ci
def test_one_mistake_costs_one_mark(handed_out, name, tmp_path):
    _, every, _ = handed_out
    first = next(iter(every))[0]
    path, _ = submitted(handed_out, tmp_path, WRONG[name], only=first)
    found = only(grade(path, workers=1))
    lost = {question.quantity for question in found.questions if question.points < question.of}
    assert lost == {first}


@pytest.fixture(scope="module")
def one_epoch(tmp_path_factory):
    """A workbook of which exercises are made by hand."""
    return xlnn.build("digits", tmp_path_factory.mktemp("one") / "full.xlsx", epochs=1).path


def reasons_of(path, name, answer, folder):
    """Fill one quantity in, each cell with what an answer makes of its row; say what is wrong."""
    every = blanks(path, (name,))
    workbook = openpyxl.load_workbook(emptied(path, (name,), folder / "e.xlsx"))
    for blank in every.values():
        fill(workbook, blank, [answer(row) for row, _ in blank.places])
    workbook.save(folder / "s.xlsx")
    (question,) = only(grade(folder / "s.xlsx", workers=1)).questions
    return [reason(unit, text("en", "grading")) for unit in question.units]


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        ("=(N{0}-Images!N{0})^2/2-(O{0}-Images!O{0})^2/2", "a sign inside the formula"),
        ("=((N{0}-Images!N{0})+(O{0}-Images!O{0}))/2", "a square is missing"),
        ("=(N{0}-Images!O{0})^2/2+(O{0}-Images!N{0})^2/2", "Images!N4 and Images!O4 are swapped"),
    ],
)
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_range_that_is_named_cell_by_cell_is_not_too_short(formula, why, one_epoch, tmp_path):
    (said,) = reasons_of(one_epoch, "C", formula.format, tmp_path)
    assert said.startswith(why)


@pytest.mark.slow
def test_a_formula_that_pairs_ranges_of_unlike_shape_is_told_so(one_epoch, tmp_path):
    """An engine spreads the row over the column and gives the right number; Excel gives #VALUE!."""
    spread = "=SUMPRODUCT(N{0}:O{0}-Images!N{0}:O{0},Images!N{0}:N{1})"
    (said,) = reasons_of(one_epoch, "C", lambda row: spread.format(row, row + 1), tmp_path)
    assert said.startswith("pairs N4:O4 (1 × 2) with Images!N4:N5 (2 × 1): use ranges of the same")
    twice = "=SUMPRODUCT((N{0}:O{0}-Images!N{0}:O{0})^2*{{1;1}})/4"
    (said,) = reasons_of(one_epoch, "C", twice.format, tmp_path)
    assert said.startswith("pairs N4:O4 (1 × 2) with {…} (2 × 1)")


@pytest.mark.parametrize(
    "formula",
    [
        "=SUMPRODUCT((N{0}:O{0}-Images!N{0}:O{0})^2,{{1,1}})/2",
        "=SUMPRODUCT((N{0}:O{0}-Images!N{0}:O{0})^2*{{1;1}}*{{1,1;1,1}})/4",
        "=SUMPRODUCT((N{0}:O{0}-Images!N{0}:O{0})^2*Play!C$6^0)/2",
    ],
)
@pytest.mark.first(1)
@pytest.mark.slow
def test_what_excel_repeats_over_a_range_of_the_formula_is_right(formula, one_epoch, tmp_path):
    assert reasons_of(one_epoch, "C", formula.format, tmp_path) == ["right"]


@pytest.mark.slow
def test_half_a_range_that_is_named_cell_by_cell_is_too_short(one_epoch, tmp_path):
    (said,) = reasons_of(one_epoch, "C", "=(N{0}-Images!N{0})^2/2".format, tmp_path)
    assert said.startswith("t₂ (Images!O4) is missing")


@pytest.mark.slow
def test_a_cell_that_is_named_for_itself_makes_no_short_range_whole(tmp_path):
    """The outputs of iris are shares: one of the numbers that are added is divided by their sum."""
    path = xlnn.build("iris", tmp_path / "full.xlsx", epochs=1, verify=False).path
    said = reasons_of(path, "a3", "=X{0}/SUMPRODUCT(V{0}:W{0})".format, tmp_path)
    assert "one too short: Training!V4:W4 instead of Training!V4:X4" in said[2]


@pytest.mark.slow
def test_two_numbers_that_differ_late_are_shown_as_far_as_they_differ(one_epoch, tmp_path):
    def answer(row):
        return f"=1/(1+EXP(0.9999993)^-C{row})"

    said, *_ = reasons_of(one_epoch, "a2", answer, tmp_path)
    found, belongs = re.match(r"gives (\S+) instead of (\S+)", said).groups()
    assert found != belongs
    assert found[:-1] == belongs[:-1]


PRODUCTS = {
    "MMULT(Images!B{0}:M{0},TRANSPOSE(Weights!{1}$4:{2}$4))": True,
    "SUM(Images!B{0}:M{0}*_xlfn.SINGLE(1)*Weights!{1}$4:{2}$4)": True,
    "(SUMX2PY2(Images!B{0}:M{0},Weights!{1}$4:{2}$4)"
    "-SUMXMY2(Images!B{0}:M{0},Weights!{1}$4:{2}$4))/2": False,
}
"""The weighted sum by functions that no sheet of ours uses, and whether it is an array formula."""


@pytest.mark.parametrize(("product", "is_array"), PRODUCTS.items())
@pytest.mark.first(1)
@pytest.mark.slow
def test_any_function_that_gives_the_right_values_is_right(product, is_array, one_epoch, tmp_path):
    every = blanks(one_epoch, ("z2",))
    workbook = openpyxl.load_workbook(emptied(one_epoch, ("z2",), tmp_path / "e.xlsx"))
    for blank in every.values():
        weights = re.search(r"Weights!\$?([A-Z]+)\$?4:\$?([A-Z]+)", blank.stated[0]).groups()
        bias = blank.stated[0].rpartition("+")[2]
        for row, column in blank.places:
            cell = workbook[blank.title].cell(row, column)
            text = f"={product.format(row, *weights)}+{bias}"
            cell.value = ArrayFormula(cell.coordinate, text) if is_array else text
    workbook.save(tmp_path / "s.xlsx")
    found = only(grade(tmp_path / "s.xlsx", workers=1))
    assert (found.points, found.whole) == (1, True)


@pytest.mark.slow
def test_a_function_that_no_engine_has_is_named(one_epoch, tmp_path):
    said, *_ = reasons_of(one_epoch, "a2", "=SIGMOID(C{0})".format, tmp_path)
    assert "supports the function SIGMOID" in said


def test_of_tiny_numbers_those_that_differ_most_are_shown():
    worlds = tuple(World({"q": np.array(number)}) for number in (1e-12, 2e-12))
    judged = SimpleNamespace(
        quantity=SimpleNamespace(name="q"), got=({(): 1e-12}, {(): 3e-12}), worlds=worlds
    )
    assert _beside(judged, ()) == {"found": "3e-12", "expected": "2e-12"}


@pytest.mark.slow
def test_a_constant_upstream_earns_nothing_downstream_and_costs_nothing_there(tmp_path):
    path = xlnn.build("digits", tmp_path / "full.xlsx", epochs=1).path
    names = ("z3", "a3", "delta3", "delta2")
    every = blanks(path, names)
    workbook = openpyxl.load_workbook(emptied(path, names, tmp_path / "e.xlsx"))
    for (name, _), blank in every.items():
        zeros = ["=0"] * len(blank.stated)
        fill(workbook, blank, zeros if name in {"z3", "delta2"} else blank.stated)
    workbook.save(tmp_path / "s.xlsx")
    found = only(grade(tmp_path / "s.xlsx", workers=1))
    assert [question.points for question in found.questions] == [0, 1, 1, 0]
    assert found.whole is False


@pytest.mark.slow
def test_what_is_right_among_right_values_and_closes_a_circle_is_wrong(tmp_path):
    path = xlnn.build("descent", tmp_path / "full.xlsx").path
    every = blanks(path, ("dx", "x"))
    workbook = openpyxl.load_workbook(emptied(path, ("dx", "x"), tmp_path / "e.xlsx"))
    (_, dx), (_, x) = every.items()
    rows = [row for row, _ in dx.places]
    fill(workbook, dx, [*(f"=B{row + 1}-B{row}" for row in rows[:-1]), dx.stated[-1]])
    fill(workbook, x, x.stated)
    workbook.save(tmp_path / "s.xlsx")
    found = only(grade(tmp_path / "s.xlsx", workers=1))
    assert [question.points for question in found.questions] == [0, 1]
    assert units(found)[0][1] == "circle"
    assert found.whole is False


CIRCLES = {
    "its own cell": "=I{0}/(1-F{0})",
    "its own cell in a range": "=SUM(F$4:F$9)",
    "a cell that names it": "=F{1}",
}


@pytest.mark.parametrize("name", CIRCLES)
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_formula_that_names_its_own_cell_is_a_circle(name, one_epoch, tmp_path):
    def answer(row):
        return CIRCLES[name].format(row, row + 1 if row % 2 == 0 else row - 1)

    said, *_ = reasons_of(one_epoch, "a2", answer, tmp_path)
    assert said.startswith("the cell is computed from itself: ")
    assert said.endswith(" closes a circle (Training!F4)")


@pytest.mark.slow
def test_a_truth_value_is_no_number(one_epoch, tmp_path):
    """The sum of a column of them is 0 in Excel, so that Progress would count none."""
    (said,) = reasons_of(one_epoch, "right", "=X{0}=Images!P{0}".format, tmp_path)
    assert said.startswith("gives TRUE or FALSE, which sums ignore: write IF(…,1,0)")
    assert only(grade(tmp_path / "s.xlsx", workers=1)).whole is False
    assert reasons_of(one_epoch, "right", "=(X{0}=Images!P{0})*1".format, tmp_path) == ["right"]


COUNTED = "=SUMPRODUCT(X{0}:X{1}=Images!P$4:P$67)"


@pytest.mark.ci
def test_a_truth_value_in_sumproduct_is_0_in_excel(one_epoch, tmp_path):
    """formualizer counts it as 1, so that it would find the number of right images."""
    (said,) = reasons_of(one_epoch, "all_right", lambda _: COUNTED.format(4, 67), tmp_path)
    assert said.startswith(
        "SUMPRODUCT counts X4:X67=Images!P$4:P$67 as 0, since it is TRUE or FALSE: write "
        "(X4:X67=Images!P$4:P$67)*1"
    )


@pytest.mark.slow
def test_what_counts_a_truth_value_in_sumproduct_is_right(one_epoch, tmp_path):
    for counted in ("({})*1", "--({})"):
        formula = COUNTED.replace(
            "X{0}:X{1}=Images!P$4:P$67", counted.format("X4:X67=Images!P4:P67")
        )
        assert reasons_of(one_epoch, "all_right", lambda _, f=formula: f, tmp_path) == ["right"]


@pytest.mark.slow
def test_a_truth_value_in_sumproduct_of_a_step_is_0_in_excel(one_epoch, tmp_path):
    every = blanks(one_epoch, ("all_right",))
    workbook = openpyxl.load_workbook(emptied(one_epoch, ("all_right",), tmp_path / "e.xlsx"))
    workbook.create_sheet("My steps")["A1"] = "=SUMPRODUCT(Training!X4:X67=Images!P4:P67)"
    for blank in every.values():
        fill(workbook, blank, ["='My steps'!A1"] * len(blank.stated))
    workbook.save(tmp_path / "s.xlsx")
    assert units(only(grade(tmp_path / "s.xlsx", workers=1))) == [("all_right", "uncounted")]


@pytest.mark.slow
def test_a_text_that_was_typed_is_called_no_number(one_epoch, tmp_path):
    said, *_ = reasons_of(one_epoch, "a2", lambda _: "weiß nicht", tmp_path)
    assert said == "a typed value instead of a formula: weiß nicht (Training!F4)"


CONSTANTS = {
    "a number": ("=0", "constant"),
    "of a step": ("='My steps'!A1", "constant"),
    "of a step of a step": ("=SUM('My steps'!A1:A2)*0", "constant"),
    "of a step that leads to a quantity": ("='My steps'!B1*0", None),
}
"""Formulas that give 0 in all worlds, and what is wrong with them."""


@pytest.mark.parametrize("name", CONSTANTS)
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_constant_that_is_right_by_chance_is_a_typed_number(name, one_epoch, tmp_path):
    """In no epoch of any world that is judged are all images right."""
    formula, kind = CONSTANTS[name]
    every = blanks(one_epoch, ("all_right",))
    workbook = openpyxl.load_workbook(emptied(one_epoch, ("all_right",), tmp_path / "e.xlsx"))
    steps = workbook.create_sheet("My steps")
    steps["A1"], steps["A2"], steps["B1"], steps["B2"] = "=A2", 0, "=B2", "=Training!N4"
    for blank in every.values():
        fill(workbook, blank, [formula] * len(blank.stated))
    workbook.save(tmp_path / "s.xlsx")
    found = only(grade(tmp_path / "s.xlsx", workers=1))
    assert units(found) == [("all_right", kind)]


@pytest.mark.parametrize("usable", [True, False])
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_copy_of_the_answer_elsewhere_in_the_workbook_is_no_answer(usable, tmp_path):
    """Play shows the cost of an epoch: it reads the very cells that are to be filled in."""
    names = ("C_T", "recognised")
    path = xlnn.build("digits", tmp_path / "full.xlsx", epochs=1).path
    every = blanks(path, names)
    workbook = openpyxl.load_workbook(emptied(path, names, tmp_path / "e.xlsx"))
    (_, cost), (_, recognised) = every.items()
    fill(workbook, cost, ["=Play!C14"] * len(cost.stated))
    fill(workbook, recognised, recognised.stated)
    if not usable:
        workbook["Play"]["C6"] = "0.2 "
    workbook.save(tmp_path / "s.xlsx")
    found = only(grade(tmp_path / "s.xlsx", workers=1))
    assert {q.quantity: q.points for q in found.questions} == {"C_T": 0, "recognised": 1}
    assert found.whole is (False if usable else None)


@pytest.mark.slow
def test_helper_cells_and_other_routes_are_right(handed_out, tmp_path):
    _, every, exercise = handed_out
    workbook = openpyxl.load_workbook(exercise)
    aside = workbook.create_sheet("My steps")
    for number, blank in enumerate(every.values(), start=1):
        answers = []
        for row, stated in enumerate(on_another_sheet(blank), start=1):
            cell = aside.cell(row, number)
            cell.value = f"=2*({stated[1:]})"
            answers.append(f"='My steps'!{cell.coordinate}/2")
        fill(workbook, blank, answers)
    workbook.save(tmp_path / "ada.xlsx")
    found = only(grade(tmp_path / "ada.xlsx", workers=1))
    assert {kind for _, kind in units(found)} == {None}


@pytest.mark.slow
def test_a_function_that_engines_compute_otherwise_is_judged_by_its_value(tmp_path):
    path = xlnn.build("digits", tmp_path / "full.xlsx", epochs=1).path
    every = blanks(path, ("a2",))
    workbook = openpyxl.load_workbook(emptied(path, ("a2",), tmp_path / "e.xlsx"))
    for blank in every.values():
        fill(workbook, blank, [f"=POWER({text[1:]},1)" for text in blank.stated])
    workbook.save(tmp_path / "s.xlsx")
    assert only(grade(tmp_path / "s.xlsx", workers=1)).points == 1


@pytest.mark.ci
def test_altered_inputs_and_formulas_elsewhere_cost_nothing(handed_out, tmp_path):
    path, _ = submitted(handed_out, tmp_path, RIGHT["stated"])
    workbook = openpyxl.load_workbook(path)
    for sheet in workbook:
        for line in sheet.iter_rows():
            for cell in line:
                if cell.data_type == "n" and isinstance(cell.value, float):
                    cell.value *= 1.5
    workbook.save(path)
    found = only(grade(path, workers=1))
    assert found.points == found.of


def as_excel_writes(path, name):
    """Say of array formulas that they are Excel 365's own: dynamic, by a part of metadata."""
    metadata = (
        f'<metadata xmlns="{MAIN}" xmlns:xda="{ARRAYS}"><metadataTypes count="1"><metadataType '
        'name="XLDAPR" minSupportedVersion="120000" copy="1" cellMeta="1"/></metadataTypes>'
        '<futureMetadata name="XLDAPR" count="1"><bk><extLst><ext '
        'uri="{bdbb8cdc-fa1e-496e-a857-3c3f30c029c3}"><xda:dynamicArrayProperties '
        'fDynamic="1" fCollapsed="0"/></ext></extLst></bk></futureMetadata><cellMetadata '
        'count="1"><bk><rc t="1" v="0"/></bk></cellMetadata></metadata>'
    )
    kind = '<Override PartName="/xl/metadata.xml" ContentType="{}.sheetMetadata+xml"/></Types>'
    link = '<Relationship Id="rIdM" Type="{}/sheetMetadata" Target="metadata.xml"/></Relationships>'
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(path.with_name(name), "w") as new:
        for entry in old.namelist():
            text = old.read(entry)
            if entry.startswith("xl/worksheets/sheet"):
                text = re.sub(rb'<c ([^>]*)>(?=<f [^>]*t="array")', rb'<c \1 cm="1">', text)
            elif entry == "[Content_Types].xml":
                text = text.replace(b"</Types>", kind.format(TYPES).encode())
            elif entry == "xl/_rels/workbook.xml.rels":
                text = text.replace(b"</Relationships>", link.format(LINKS).encode())
            new.writestr(entry, text)
        new.writestr("xl/metadata.xml", metadata)
    return path.with_name(name)


@pytest.mark.slow
def test_array_formulas_of_excel_are_judged_as_any_other(tmp_path):
    path = xlnn.build("digits", tmp_path / "full.xlsx", epochs=1).path
    every = blanks(path, ("z2", "a2", "delta2"))
    workbook = openpyxl.load_workbook(emptied(path, ("z2", "a2", "delta2"), tmp_path / "e.xlsx"))
    for (name, unit), blank in every.items():
        for place, stated in zip(blank.places, blank.stated, strict=True):
            cell = workbook[blank.title].cell(*place)
            text = re.sub(r"SUMPRODUCT\((.*?),(.*?)\)", r"SUM(\1*\2)", stated)
            wrong = "*2" if name == "delta2" and unit == (1,) else ""
            cell.value = ArrayFormula(cell.coordinate, text + wrong)
    workbook.save(tmp_path / "s.xlsx")
    for file in (tmp_path / "s.xlsx", as_excel_writes(tmp_path / "s.xlsx", "excel.xlsx")):
        found = only(grade(file, workers=1))
        assert {unit for unit in units(found) if unit[1]} == {("delta2", "factor")}
        assert found.points == pytest.approx(2 + 2 / 3)


@pytest.mark.parametrize("rows", [1, 64])
@pytest.mark.first(1)
@pytest.mark.slow
def test_an_array_formula_that_spills_is_judged_cell_by_cell(one_epoch, rows, tmp_path):
    """Excel 365 writes a formula of a range once, and into the other cells what it gives."""
    every = blanks(one_epoch, ("a2",))
    workbook = openpyxl.load_workbook(emptied(one_epoch, ("a2",), tmp_path / "e.xlsx"))
    sheet = workbook["Training"]
    for blank in every.values():
        fill(workbook, blank, [0.5] * len(blank.stated))  # as it was stored
    for top in range(4, 68, rows):
        cells = f"F{top}:H{top + rows - 1}"
        text = f"=1/(1+EXP(-C{top}:E{top + rows - 1}))"
        sheet[f"F{top}"].value = ArrayFormula(cells, text)
    workbook.save(tmp_path / "s.xlsx")
    for file in (tmp_path / "s.xlsx", as_excel_writes(tmp_path / "s.xlsx", "excel.xlsx")):
        assert only(grade(file, workers=1)).points == 1
    sheet[f"F{68 - rows}"].value = ArrayFormula(f"F{68 - rows}:H67", f"={text[1:]}*2")
    workbook.save(tmp_path / "s.xlsx")
    assert {kind for _, kind in units(only(grade(tmp_path / "s.xlsx", workers=1)))} <= {
        "factor",
        "other",
    }


@pytest.mark.parametrize("cell", ["F4", "BB1"])
@pytest.mark.slow
def test_a_deleted_reference_costs_no_more_than_its_own_mark(one_epoch, cell, tmp_path):
    names = ("a2", "C")
    workbook = openpyxl.load_workbook(emptied(one_epoch, names, tmp_path / "e.xlsx"))
    for blank in blanks(one_epoch, names).values():
        fill(workbook, blank, blank.stated)
    workbook["Training"][cell] = "=SUM(#REF!)"
    workbook.save(tmp_path / "s.xlsx")
    found = only(grade(tmp_path / "s.xlsx", workers=1))
    lost = [unit for question in found.questions for unit in question.units if unit.mistake]
    assert [(unit.symbol, unit.mistake.kind) for unit in lost] == (
        [("a²₁", "error")] if cell == "F4" else []
    )


@pytest.mark.parametrize("program", SAVING)
@pytest.mark.slow
def test_a_submission_is_judged_the_same_after_another_program_saved_it(program, tmp_path):
    skip_without(program)
    path = xlnn.build("digits", tmp_path / "full.xlsx", epochs=1).path
    names = ("z2", "delta2", "dC_dW3")
    workbook = openpyxl.load_workbook(emptied(path, names, tmp_path / "e.xlsx"))
    for (name, unit), blank in blanks(path, names).items():
        wrong = name == "delta2" and unit == (1,)
        fill(workbook, blank, WRONG["missing"](blank, ()) if wrong else blank.stated)
    workbook.save(tmp_path / "s.xlsx")
    before = only(grade(tmp_path / "s.xlsx", workers=1))
    after = only(grade(SAVING[program](tmp_path / "s.xlsx", tmp_path), workers=1))
    assert units(after) == units(before)
    assert ("delta2", "missing") in units(before)


# --- several files ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def class_of_four(tmp_path_factory):
    """Ada is right, Bob and Eve have the same odd mistake, Cy hands in no workbook."""
    folder = tmp_path_factory.mktemp("class")
    path = xlnn.build("descent", folder / "full.xlsx").path
    names = ("dz_dx", "dx")
    for student in ("Ada", "Bob", "Eve"):
        file = folder / f"{student.lower()}.xlsx"
        workbook = openpyxl.load_workbook(emptied(path, names, file, student=student))
        for (name, _), blank in blanks(path, names).items():
            odd = [f"={text[1:]}+7/3" for text in blank.stated]
            fill(workbook, blank, odd if name == "dx" and student != "Ada" else blank.stated)
        workbook.save(file)
    (folder / "cy.xlsx").write_bytes(b"PK\x03\x04 nothing")
    return [folder / f"{name}.xlsx" for name in ("ada", "bob", "cy", "eve")]


@pytest.mark.slow
def test_what_reads_as_stated_is_not_computed_and_the_rest_in_all_worlds(class_of_four):
    ada, bob = class_of_four[0], class_of_four[1]
    counts = {path: [len(each.got) for each in judged(submission(path), 0)] for path in (ada, bob)}
    assert counts == {ada: [0, 0], bob: [0, 1 + PROBES + len(SIZES) + 1]}


@pytest.mark.slow
def test_a_bad_file_gets_its_sentence_and_stops_no_other(class_of_four):
    grades = grade(class_of_four, points={"dx": 4}, workers=2)
    assert [each.points for each in grades] == [5, 1, 0, 1]
    assert [bool(each.error) for each in grades] == [False, False, True, False]
    assert "cy.xlsx" in grades.grades[2].error


@pytest.mark.slow
def test_pairs_that_agree_where_both_are_wrong_are_named(class_of_four):
    (pair,) = grade(class_of_four, workers=1).copies
    assert pair.files == ("bob.xlsx", "eve.xlsx")


@pytest.mark.slow
def test_copies_are_found_whatever_numbers_of_images_were_handed_out(tmp_path):
    names = {"delta3": "={}*2", "dC_dW3": "={}*3", "C_T": "=({}+1)"}
    for student, images in (("Ada", 8), ("Bob", 11), ("Cy", 11)):
        folder = tmp_path / student
        folder.mkdir()
        own = some_images("digits", images, folder)
        path = xlnn.build("digits", folder / "full.xlsx", epochs=2, verify=False, **own).path
        file = emptied(path, tuple(names), tmp_path / f"{student}.xlsx", student=student)
        workbook = openpyxl.load_workbook(file)
        for (name, _), blank in blanks(path, tuple(names)).items():
            odd = "={}/5" if student == "Cy" else names[name]
            fill(workbook, blank, [odd.format(text[1:]) for text in blank.stated])
        workbook.save(file)
    files = [tmp_path / f"{student}.xlsx" for student in ("Ada", "Bob", "Cy")]
    (pair,) = grade(files, workers=1).copies
    assert pair.files == ("Ada.xlsx", "Bob.xlsx")
    assert len(pair.answers) == 2 + 6 + 1  # δ³, ∂C/∂w³ and C_T
    assert pair.answers["δ³₁"].startswith("=(")


ODD = ("=", "=F4*(", "=)", '="a', "='a!F4", "={1,2", "=F4:F", "=#REF!+ZZZ9999999", "=(]", "=F:F")


@pytest.mark.parametrize("formula", ODD)
def test_what_is_no_formula_can_be_compared_all_the_same(formula, one_epoch):
    _, layout = described(one_epoch)
    assert filled_in(layout, "training", formula).startswith("=")


@pytest.mark.slow
def test_a_common_mistake_makes_no_pairs(class_of_four, tmp_path):
    bob = class_of_four[1].read_bytes()
    files = [tmp_path / f"bob{number}.xlsx" for number in range(5)]
    for file in files:
        file.write_bytes(bob)
    assert grade(files, workers=1).copies == ()


@pytest.mark.slow
def test_each_run_draws_its_random_inputs_anew_and_says_how_to_repeat_them(class_of_four):
    files = class_of_four[:2]
    seeds = {grading.grade(files[0], workers=1).seed for _ in range(3)}
    assert len(seeds) > 1
    assert grading.grade(files, workers=1, seed=7).to_json()["seed"] == 7
    asked = ["grade", *map(str, files), "--seed", "7"]
    one, other = (CliRunner().invoke(cli, asked).output for _ in range(2))
    assert one == other
    assert one.endswith("\nrandom inputs   seed 7\n")


@pytest.mark.slow
def test_a_formula_that_was_fitted_to_some_random_inputs_is_wrong_at_others(tmp_path):
    """It is off by a term that is 0 at the file's own inputs and at those of seed 0."""
    path = xlnn.build("descent", tmp_path / "full.xlsx").path
    exercise = emptied(path, ("dx",), tmp_path / "e.xlsx")
    (blank,) = blanks(path, ("dx",)).values()
    known = [world.arrays["eta"].item() for world in worlds(submission(exercise), 0)]
    eta = blank.stated[0].removeprefix("=-").partition("*")[0]
    # the learning rates are near each other: their differences alone have a tiny product
    term = "*".join(["1E+12", *(f"({eta}-{number!r})" for number in known)])
    workbook = openpyxl.load_workbook(exercise)
    fill(workbook, blank, [f"={text[1:]}+{term}" for text in blank.stated])
    workbook.save(tmp_path / "s.xlsx")
    assert only(grading.grade(tmp_path / "s.xlsx", workers=1, seed=0)).points == 1
    assert only(grading.grade(tmp_path / "s.xlsx", workers=1)).points == 0


@pytest.mark.parametrize("ending", ["xlsx", "csv", "json"])
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_report_names_each_student_and_question(class_of_four, ending, tmp_path):
    report = tmp_path / f"report.{ending}"
    arguments = ["grade", *map(str, class_of_four), "--points", "dx=4", "-o", str(report)]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 1, result.output  # one file is none
    assert isinstance(result.exception, SystemExit), result.exception
    if ending == "json":
        found = json.loads(report.read_text(encoding="utf-8"))
        assert [each["student"] for each in found["grades"]] == ["Ada", "Bob", "", "Eve"]
    elif ending == "csv":
        with report.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        assert [row[0] for row in rows[1:]] == ["Ada", "Bob", "", "Eve"]
        assert rows[1][2:4] == ["5", "5"] or rows[1][2:4] == ["5.0", "5.0"]
    else:
        book = openpyxl.load_workbook(report)
        assert book.sheetnames == ["Class", "Questions", "Groups", "Ada", "Bob", "cy", "Eve"]
        assert book["Questions"].max_row == 3


@pytest.mark.slow
def test_a_report_holds_no_formula_whatever_a_student_is_called(tmp_path):
    path = xlnn.build("descent", tmp_path / "full.xlsx").path
    emptied(path, ("dx",), tmp_path / "a.xlsx", student="=1+1")
    for ending in ("xlsx", "csv"):
        report = tmp_path / f"r.{ending}"
        CliRunner().invoke(cli, ["grade", str(tmp_path / "a.xlsx"), "-o", str(report)])
    cells = [c for s in openpyxl.load_workbook(tmp_path / "r.xlsx") for r in s.rows for c in r]
    assert not any(cell.data_type == "f" for cell in cells)
    assert "\n'=1+1," in (tmp_path / "r.csv").read_text(encoding="utf-8-sig").replace("\r", "")


@pytest.mark.parametrize("name", ["*.xlsx", "[].xlsx", "'.xlsx"])
@pytest.mark.ci
def test_a_file_whose_name_is_no_sheet_s_has_a_sheet_all_the_same(name, tmp_path):
    report = tmp_path / "report.xlsx"
    done = CliRunner().invoke(cli, ["grade", str(tmp_path / name), "-o", str(report)])
    assert done.exit_code == 1
    assert openpyxl.load_workbook(report).sheetnames[-1] == "–"


@pytest.mark.ci
def test_a_report_never_replaces_a_submission_or_another_file(class_of_four, tmp_path):
    for name in (str(class_of_four[0]), str(tmp_path / "r.txt")):
        result = CliRunner().invoke(cli, ["grade", str(class_of_four[0]), "-o", name])
        assert result.exit_code != 0
        assert not isinstance(result.exception, AssertionError)
    (tmp_path / "r.csv").write_text("mine")
    done = subprocess.run(
        [sys.executable, "-m", "xlnn", "grade", str(class_of_four[0]), "-o", tmp_path / "r.csv"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "--force" in done.stderr
    assert (tmp_path / "r.csv").read_text() == "mine"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"points": {"dx": -1}}, "a number from 0"),
        ({"points": {"nothing": 1}}, "not left out in any file"),
        ({"points": {"dx": "4"}}, "a number from 0"),
        ({"seed": -1}, "a whole number of at least 0"),
    ],
)
def test_points_and_seeds_that_cannot_be_given_are_refused(class_of_four, options, message):
    with pytest.raises(xlnn.XlnnError, match=message):
        grade(class_of_four[0], workers=1, **options)


def test_a_workbook_that_is_no_exercise_is_one_sentence(short_path):
    (found,) = grade(short_path, workers=1)
    assert "not an exercise" in found.error


@pytest.mark.slow
def test_a_file_of_one_student_in_the_name_of_another_is_noted(tmp_path):
    """The sheet Spec of Bob's file is made to say that it is Ada's."""
    (tmp_path / "names.csv").write_text("Ada\nBob\n")
    xlnn.exercise(
        "digits", tmp_path / "class", blank=["delta3"], epochs=1, roster=tmp_path / "names.csv"
    )
    ada, bob = sorted((tmp_path / "class").glob("*.xlsx"))
    assert [each.changed for each in grade([ada, bob], workers=1)] == [(), ()]
    workbook = openpyxl.load_workbook(bob)
    for (cell,) in workbook["Spec"].iter_rows(max_col=1):
        if isinstance(cell.value, str):
            cell.value = cell.value.replace('"Bob"', '"Ada"')
    workbook.save(bob)
    found = only(grade(bob, workers=1))
    assert found.student == "Ada"
    assert "w²" in found.changed


# --- words -----------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", languages())
def test_every_reason_is_said_in_each_language(class_of_four, lang):
    words = text(lang, "grading")
    assert set(WRONG) <= set(words.words["reasons"])
    grades = grade(class_of_four[1], workers=1)
    unit = next(u for q in only(grades).questions for u in q.units if not u.right)
    assert "{" not in reason(unit, words_of(grades, lang))


def test_many_units_with_one_reason_are_one_line():
    def unit(number, kind):
        return UnitGrade(
            f"z{number}", right=False, mistake=Mistake(kind, f"Training!B{number}", {})
        )

    units = tuple(unit(number, "empty" if number < 40 else "sign") for number in range(1, 43))
    question = QuestionGrade("z2", "z²", "weighted input", 0.0, 1.0, units)
    assert list(reasons(question, text("en", "grading"))) == [
        "z1, z2, z3, z4, z5, … z39 (39 units): not done (Training!B1)",
        "z40, z41, z42: the sign is wrong (Training!B40)",
    ]
