"""Every formula is read: as stated, wrong, or restated and listed. None goes unmentioned."""

import json
import re

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.workbook.defined_name import DefinedName
from programs import QUICKEST_FIRST, skip_without
from rewriting import edit

from xlnn.checking.check import check
from xlnn.checking.probe import probe_inputs
from xlnn.checking.references import CellRange, areas, beyond
from xlnn.cli import cli
from xlnn.errors import OptionsError
from xlnn.grid import quoted
from xlnn.loading.spec import described

ENGINES = QUICKEST_FIRST

WRONG = {
    "a range into empty cells": (
        "gradient_size", (2,), lambda f: f.replace("6:AK6", "6:AK7"), "Gradients!B7:AK7",
    ),
    "an empty cell added": ("z2", (0, 1, 0), lambda f: f + "+Images!ZZ99", "Images!ZZ99"),
    "a cell of nothing, times 0": (
        "z2", (0, 1, 0), lambda f: f + "*(1+0*Play!C6)", "Play!C6",
    ),
    "a sum without its last cell": (
        "recognised", (0,), lambda f: f.replace("67)", "66)"), "does not refer to Training!Z67",
    ),
    "a defined name": ("z2", (0, 1, 0), lambda f: f + "+0*xlnn.eta", "it refers to Play!C6"),
    "a whole column": ("z2", (0, 1, 0), lambda f: f + "+0*SUM(Images!ZZ:ZZ)", "refer to cells"),
    "a class in other words": ("answer", (0, 1), lambda f: f + "+0", "must read as expected"),
    "a sentence in other letters": (
        "play_truth_text", (0,), lambda f: f.replace("Correct", "CORRECT"), "read as expected",
    ),
    "a criterion with a blank": (
        "confusion_place", (0,), lambda f: f.replace('">"', '"> "'), "read as expected",
    ),
    "a blank that is none": (
        "z2", (0, 1, 0), lambda f: f.replace(",", ",\u00a0"), "its equation does not use",
    ),
    "a product of ranges": (
        "z2", (0, 1, 0), lambda f: f.replace("PRODUCT(", "(").replace(",", "*"), "one cell of",
    ),
}  # fmt: skip
RESTATED = {
    "a condition that is false at all points": (
        "W2", (1, 0, 0), lambda f: f + "+IF(Play!C6>1000000,1,0)",
    ),
    "operands in another order": (
        "z2", (0, 1, 0), lambda f: re.sub(r"^=(.*)\+(.*)$", r"=\2+\1", f),
    ),
    "a term said twice": ("C_T", (1,), lambda f: f"{f}*2/2"),
}  # fmt: skip
SAME = {
    "dollars and case": ("z2", (0, 1, 0), lambda f: f.replace("$", "").lower()),
    "blanks": ("z2", (0, 1, 0), lambda f: f.replace(",", " , ")),
}


MIRRORS = ["Image s", "Image's", "Images$", "ımages"]
"""Titles that differ from "Images" in what programs may change outside of titles."""


@pytest.fixture
def altered(short_copy):
    """Return what writes another formula into an entry's cell."""
    _, layout = described(short_copy)

    def alter(name, index, change):
        stated = layout.formula(name, index)
        assert change(stated) != stated
        cell = layout.cell(name, index)
        return edit(short_copy, {cell: change(stated)}), cell

    return alter


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_formula_that_no_value_betrays_is_named_and_the_reason_said(altered, kind, engine):
    skip_without(engine)
    name, index, change, reason = WRONG[kind]
    path, cell = altered(name, index, change)
    (wrong,) = check(path, engine).wrong
    assert wrong.cell == cell
    assert reason in wrong.reason


@pytest.mark.ci
def test_a_wrong_class_has_no_reason_besides_its_value(altered):
    path, cell = altered("answer", (0, 1), lambda f: f + "+1")
    (wrong,) = check(path).wrong
    assert (wrong.cell, wrong.got, wrong.reason) == (cell, wrong.expected + 1, None)


@pytest.mark.slow
def test_a_formula_that_lacks_a_bracket_is_told_so(altered):
    path, cell = altered("z2", (0, 1, 0), lambda f: f.replace(")", "", 1))
    (wrong,) = check(path, "formulas").wrong
    assert wrong.cell == cell
    assert "no program can read it: look for a missing bracket" in wrong.reason


@pytest.mark.parametrize("title", MIRRORS)
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_formula_that_reads_a_sheet_of_nearly_that_title_is_named(short_copy, title):
    book = openpyxl.load_workbook(short_copy)
    mirror = book.create_sheet(title)
    for column in "BCDEFGHIJKLM":
        mirror[f"{column}5"] = f"=IF(Play!C$6>=20,0,Images!{column}5)"
    cell = book["Training"]["C5"]
    cell.value = cell.value.replace("Images!", f"{quoted(title)}!")
    book.save(short_copy)
    (wrong,) = check(short_copy, "formualizer").wrong
    assert wrong.cell == "Training!C5"
    assert "its equation does not use" in wrong.reason


NOTED = {
    "a formula for the rate": ("Play!C6", "=0.1*2", "Play!C6 is an input but holds"),
    "a name that was moved": (None, "Weights!$C$4:$D$6", "xlnn.W2 refers to Weights!$C$4:$D$6"),
    "a name in other letters": (None, "XLNN.w2", "xlnn.W2 refers to Weights!$A$1:$B$2"),
    "a calculation that waits": (None, None, "set to manual calculation"),
}


@pytest.mark.parametrize("kind", NOTED)
@pytest.mark.first(1)
@pytest.mark.ci
def test_what_no_comparison_judges_is_said(short_copy, kind):
    cell, text, note = NOTED[kind]
    book = openpyxl.load_workbook(short_copy)
    if cell:
        sheet, place = cell.split("!")
        book[sheet][place] = text
    elif text is None:
        book.calculation.calcMode = "manual"
    elif text.startswith("XLNN"):
        del book.defined_names["xlnn.W2"]
        book.defined_names[text] = DefinedName(text, attr_text="Weights!$A$1:$B$2")
    else:
        book.defined_names["xlnn.W2"].attr_text = text
    book.save(short_copy)
    report = check(short_copy, "formualizer")
    assert report.agrees
    (said,) = report.notes
    assert note in said


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", RESTATED)
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_formula_in_other_words_is_listed(altered, kind, engine):
    skip_without(engine)
    path, cell = altered(*RESTATED[kind])
    report = check(path, engine, probes=2)
    assert report.agrees
    (restated,) = report.restated
    assert (restated.cell, restated.points) == (cell, 3)


@pytest.mark.parametrize("kind", SAME)
@pytest.mark.first(1)
@pytest.mark.slow
def test_what_programs_change_when_they_save_reads_as_stated(altered, kind):
    path, _ = altered(*SAME[kind])
    report = check(path, "formualizer")
    assert report.agrees
    assert report.restated == ()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_range_typed_backwards_is_mentioned_by_every_engine(altered, engine):
    skip_without(engine)
    backwards = "=SUMPRODUCT(Training!U67:U4,Images!B$4:B$67)"
    path, cell = altered("dC_dW2", (0, 0, 0), lambda _: backwards)
    report = check(path, engine)
    assert [each.cell for each in (*report.wrong, *report.restated)] == [cell]


@pytest.mark.slow
def test_a_wrong_formula_beside_one_that_stops_the_engine_is_named_too(altered):
    altered("dC_dW2", (0, 0, 0), lambda _: "=SUMPRODUCT(Training!U67:U4,Images!B$4:B$67)")
    path, cell = altered("C_T", (2,), lambda f: f + "+1")
    assert cell in {wrong.cell for wrong in check(path, "formualizer").wrong}


@pytest.mark.slow
def test_restated_formulas_are_told_in_text_and_in_json(altered):
    path, cell = altered(*RESTATED["a condition that is false at all points"])
    done = CliRunner().invoke(cli, ["check", str(path), "--engine", "formualizer"])
    assert done.exit_code == 0
    assert "1 formula restated, the same value at 2 points:" in done.stdout
    assert f"{cell}   =" in done.stdout
    report = json.loads(
        CliRunner().invoke(cli, ["check", str(path), "--engine", "formualizer", "--json"]).stdout
    )
    assert [each["cell"] for each in report["restated"]] == [cell]
    assert report["agrees"] is True


def test_a_fresh_workbook_has_nothing_restated(short_path):
    assert check(short_path, "formualizer").restated == ()


@pytest.mark.slow
def test_the_seed_is_another_at_each_check_printed_and_repeats_the_probe(short_path, monkeypatch):
    monkeypatch.undo()  # here the seed is drawn, as it is for a user
    seeds = {check(short_path, "formualizer", probes=0).seed for _ in range(5)}
    assert len(seeds) > 1
    done = CliRunner().invoke(
        cli, ["check", str(short_path), "--engine", "formualizer", "--seed", "48213"]
    )
    assert done.stdout.rstrip().endswith("seed 48213")
    _, layout = described(short_path)
    assert probe_inputs(layout, 48213, 0) == probe_inputs(layout, 48213, 0)
    assert probe_inputs(layout, 48213, 0) != probe_inputs(layout, 48214, 0)
    assert probe_inputs(layout, 48213, 0) != probe_inputs(layout, 48213, 1)


def test_probes_spread_the_learning_rate_over_two_orders_of_magnitude(short_path):
    _, layout = described(short_path)
    eta = ("Play", *layout.blocks["eta"].address(()))
    sizes = [abs(probe_inputs(layout, 1, number)[eta]) for number in range(1, 60)]
    assert max(sizes) > 100 * min(sizes)


def test_every_fourth_probe_has_whole_numbers(short_path):
    _, layout = described(short_path)
    assert all(value == round(value) for value in probe_inputs(layout, 1, 3).values())


@pytest.mark.parametrize("seed", [-1, 1.5, "1"])
def test_a_seed_is_a_whole_number_from_0_on(short_path, seed):
    with pytest.raises(OptionsError, match="seed is"):
        check(short_path, seed=seed)


def test_areas_of_names_and_whole_lines_are_unknown():
    assert areas("=A:A", "S") is None
    assert areas("=eta+1", "S") is None
    assert areas("=)(", "S") is None


def test_an_area_that_is_covered_by_several_others_is_no_stranger():
    whole = CellRange("s", 1, 1, 4, 4)
    parts = [CellRange("s", 1, 1, 2, 4), CellRange("s", 3, 1, 4, 2), CellRange("s", 3, 3, 4, 4)]
    assert beyond([whole], parts) is None
    assert beyond([whole], parts[:2]) == CellRange("s", 3, 3, 4, 4)
    assert beyond([whole._replace(sheet="t")], parts) is not None
