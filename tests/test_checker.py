"""The check finds what is wrong, names it where it is born, and lets pass what is right."""

import json
import re

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from networks import (
    HIDDEN,
    PAIRS,
    convolutional_plans,
    plans,
    random_plan,
    replace,
    spec,
    with_functions,
    write_plan,
)
from openpyxl.formula.translate import Translator
from programs import LIBRARIES, QUICKEST_FIRST, skip_without
from rewriting import edit

from xlnn import reference
from xlnn.checking.check import check
from xlnn.engines import PROGRAMS
from xlnn.errors import WorkbookError
from xlnn.loading.spec import layout_of, read_spec
from xlnn.loading.values import values

ENGINES = LIBRARIES
DRIFT = 1e-11
"""50 epochs of rounding at 1e-16, in another order of summation."""


@pytest.mark.parametrize("engine", QUICKEST_FIRST)
@pytest.mark.first(engine=1)
@pytest.mark.slow
def test_every_formula_cell_of_the_book_agrees_with_numpy(digits_path, engine):
    skip_without(engine)
    report = check(digits_path, engine)
    assert report.agrees, report.wrong[:3]
    assert report.compared_cells == report.formula_cells + report.text_cells == 86_544
    assert report.text_cells == 229
    assert report.other_cells == 0
    assert report.drift < DRIFT


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(engine=1)
@pytest.mark.slow
def test_values_equal_the_numpy_run_under_the_names_of_the_contract(digits_path, digits, engine):
    got = values(digits_path, engine)
    run = reference.run(digits.model, digits.inputs)
    shapes = {
        "x": (64, 12), "t": (64, 2), "eta": (), "C": (50, 64), "C_T": (50,),
        "W2": (51, 3, 12), "b2": (51, 3), "W3": (51, 2, 3), "b3": (51, 2),
        "z2": (50, 64, 3), "a2": (50, 64, 3), "delta2": (50, 64, 3),
        "z3": (50, 64, 2), "a3": (50, 64, 2), "delta3": (50, 64, 2),
        "dC_dW2": (50, 3, 12), "dC_db2": (50, 3), "dC_dW3": (50, 2, 3), "dC_db3": (50, 2),
    }  # fmt: skip
    for name, shape in shapes.items():
        assert got[name].shape == shape, name
    assert set(run) <= set(got)
    for name, array in run.items():
        np.testing.assert_allclose(got[name], array, rtol=0, atol=DRIFT, err_msg=name)


@pytest.mark.slow
def test_all_formulas_of_the_file_are_counted(digits_path):
    workbook = openpyxl.load_workbook(digits_path)
    formulas = sum(
        cell.data_type == "f" for sheet in workbook for row in sheet.iter_rows() for cell in row
    )
    report = check(digits_path, "formualizer", probes=0)
    assert report.compared_cells == formulas


@given(plan=plans() | convolutional_plans())
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.slow
@pytest.mark.first(engine=1)
def test_random_networks_agree_with_numpy(plan, engine, tmp_path):
    report = check(write_plan(tmp_path / "random.xlsx", plan), engine)
    assert report.agrees, report.wrong[:3]
    assert report.drift < DRIFT


EXTREME = [(pair, hidden, "formualizer") for pair in PAIRS for hidden in HIDDEN] + [
    (pair, HIDDEN[0], engine) for engine in QUICKEST_FIRST[1:] for pair in PAIRS
]  # some seconds each: one function is enough


@pytest.mark.parametrize(("pair", "hidden", "engine"), EXTREME)
@pytest.mark.first(1)
@pytest.mark.slow
def test_functions_agree_also_where_the_book_would_ask_for_exp_of_2000(
    pair, hidden, engine, tmp_path
):
    skip_without(engine)
    plan = random_plan(with_functions(spec([3, 2, 3]), [hidden], *pair), seed=4)
    plan.inputs["b2"][...] = [[-800.0, 3.0]]
    plan.inputs["b3"][...] = [[2000.0, -2000.0, 0.0]]
    report = check(write_plan(tmp_path / "large.xlsx", plan), engine)
    assert report.agrees, report.wrong[:3]


ERRORS = {
    "a shifted reference": ("z2", (1, 5, 0), lambda f: f.replace("B9:M9", "B10:M10")),
    "a changed operator": ("a2", (0, 63, 2), lambda f: f.replace("1+EXP", "1-EXP")),
    "a constant added": ("W3", (2, 1, 2), lambda f: f + "+0.001"),
    "a range one short": ("dC_dW2", (1, 2, 11), lambda f: re.sub(r"67\)$", "66)", f)),
    "a sign dropped": ("a3", (2, 0, 1), lambda f: f.replace(",-", ",")),
    "a lost weight": ("delta2", (0, 7, 1), lambda f: re.sub(r"\+[^)]*\)", ")", f)),
    "a wrong sum": ("C_T", (1,), lambda f: f.replace("SUM(", "MAX(")),
    "a wrong verdict": ("right", (0, 3), lambda f: f.replace(",1,0)", ",0,1)")),
    "a wrong class": ("answer", (2, 9), lambda f: f.replace("MAX", "MIN")),
    "a wrong label": ("label", (1, 1), lambda f: f.replace("C$6", "C$5")),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.first(1)
def test_check_names_the_one_altered_cell(short_copy, error, engine):
    name, index, alter = ERRORS[error]
    layout = layout_of(read_spec(short_copy))
    cell, formula = layout.cell(name, index), layout.formula(name, index)
    assert alter(formula) != formula
    edit(short_copy, {cell: alter(formula)})
    report = check(short_copy, engine)
    assert not report.agrees
    (wrong,) = report.wrong
    assert (wrong.cell, wrong.quantity) == (cell, name)
    assert wrong.formula == alter(formula)
    assert wrong.expected_formula == formula
    epoch = index[0] if name.startswith("W") else index[0] + 1
    image = index[1] + 1 if layout.blocks[name].quantity.axes[-1].name == "image" else None
    assert (wrong.epoch, wrong.image) == (epoch, image)
    # a coarse value may be right by chance, and the formula is named for how it reads
    assert wrong.got != wrong.expected or layout.blocks[name].quantity.is_read_as_stated


@pytest.mark.slow
def test_a_formula_replaced_by_its_own_value_is_named(short_copy):
    value = float(values(short_copy, "formualizer")["z2"][1, 2, 0])
    layout = layout_of(read_spec(short_copy))
    cell = layout.cell("z2", (1, 2, 0))
    report = check(edit(short_copy, {cell: value}), "formualizer")
    (wrong,) = report.wrong
    assert (wrong.cell, wrong.formula) == (cell, None)
    assert report.compared_cells == check(short_copy, "formualizer", probes=0).compared_cells


@pytest.mark.ci
def test_a_formula_right_only_because_a_pixel_is_0_needs_the_probe(short_copy):
    """Image 1 has a 0 in x5: reading its weight twice changes nothing until x5 is no 0."""
    layout = layout_of(read_spec(short_copy))
    cell, formula = layout.cell("z2", (0, 0, 0)), layout.formula("z2", (0, 0, 0))
    edit(short_copy, {cell: f"{formula}+Images!F4"})
    assert values(short_copy, "formualizer")["x"][0, 4] == 0
    assert check(short_copy, "formualizer", probes=0).agrees
    (wrong,) = check(short_copy, "formualizer", probes=1).wrong
    assert wrong.cell == cell


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(engine=1)
@pytest.mark.slow
def test_an_error_value_is_named_where_it_is_born_and_its_victims_are_counted(short_copy, engine):
    layout = layout_of(read_spec(short_copy))
    cell = layout.cell("z2", (0, 4, 1))
    report = check(edit(short_copy, {cell: "=1/0"}), engine)
    (wrong,) = report.wrong
    assert (wrong.cell, wrong.got) == (cell, "#DIV/0!")
    assert report.consequences > 1_000


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(engine=1)
@pytest.mark.slow
def test_a_wrong_formula_that_saturates_a_unit_is_the_one_cause(short_copy, engine):
    layout = layout_of(read_spec(short_copy))
    cell = layout.cell("z2", (0, 4, 1))
    (wrong,) = check(edit(short_copy, {cell: "=-1000"}), engine).wrong
    assert wrong.cell == cell


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(engine=1)
@pytest.mark.slow
def test_inputs_that_saturate_a_unit_give_no_error(short_copy, engine):
    """EXP(1000) is an error in a spreadsheet; the formula of a(z) does not ask for it."""
    layout = layout_of(read_spec(short_copy))
    assert check(edit(short_copy, {layout.cell("b2", (0, 1)): -1000}), engine).agrees
    assert values(short_copy, engine)["a2"][0, :, 1].max() < 1e-300


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(engine=1)
@pytest.mark.slow
def test_an_overflow_of_the_inputs_is_named(short_copy, engine):
    layout = layout_of(read_spec(short_copy))
    large = {layout.cell("x", (0, 0)): 1e300, layout.cell("W2", (0, 1, 0)): 1e300}
    with pytest.raises(WorkbookError, match=r"^Images!B4 is too large: .*x₁ = 1e\+300 do not fit"):
        check(edit(short_copy, large), engine)


@pytest.mark.slow
def test_consequences_are_counted_and_not_listed(short_copy):
    layout = layout_of(read_spec(short_copy))
    cell = layout.cell("W2", (1, 0, 0))
    report = check(edit(short_copy, {cell: "=1"}), "formualizer")
    assert [wrong.cell for wrong in report.wrong] == [cell]
    assert report.consequences > 500


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(engine=1)
@pytest.mark.slow
def test_inputs_that_a_person_changed_are_taken_as_they_are(short_copy, engine):
    before = values(short_copy, engine)["C_T"]
    report = check(
        edit(short_copy, {"Play!C6": 0.5, "Images!B4": 0.25, "Weights!B4": -1.5}), engine
    )
    assert report.agrees
    after = values(short_copy, engine)
    assert after["eta"] == 0.5
    assert after["x"][0, 0] == 0.25
    assert after["W2"][0, 0, 0] == -1.5
    assert not np.allclose(before, after["C_T"])


@pytest.mark.slow
def test_formulas_that_a_person_added_elsewhere_are_counted_and_do_not_disturb(short_copy):
    workbook = openpyxl.load_workbook(short_copy)
    workbook.create_sheet("My notes", 0)["A1"] = "=SUM(Progress!B4:B6)"
    workbook["Progress"]["B20"] = "=MAX(B4:B6)"
    workbook["Training"].column_dimensions["C"].width = 30
    workbook.save(short_copy)
    report = check(short_copy, "formualizer")
    assert report.agrees
    assert report.other_cells == 2


@pytest.mark.parametrize("content", [None, "many", True])
@pytest.mark.slow
def test_an_input_cell_without_a_number_is_refused_by_name(short_copy, content):
    edit(short_copy, {"Images!C5": content})
    with pytest.raises(WorkbookError, match=r"Images!C5 holds .*type a number"):
        check(short_copy, "formualizer")


def test_a_workbook_without_spec_is_refused(tmp_path):
    path = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(path)
    with pytest.raises(WorkbookError, match="no sheet Spec"):
        check(path, "formualizer")


@pytest.mark.slow
def test_a_spec_that_was_changed_into_nonsense_is_refused(short_copy):
    edit(short_copy, {"Spec!A4": "format = 1 1"})
    with pytest.raises(WorkbookError, match="sheet Spec: The Spec cannot be read"):
        check(short_copy, "formualizer")


@pytest.mark.slow
def test_a_deleted_sheet_is_named(short_copy):
    workbook = openpyxl.load_workbook(short_copy)
    workbook["Progress"].title = "Fortschritt"
    workbook.save(short_copy)
    with pytest.raises(WorkbookError, match="Progress"):
        check(short_copy, "formualizer")


def test_a_folder_in_the_place_of_a_workbook_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").mkdir()
    for folder in (".", "a"):
        with pytest.raises(WorkbookError, match=rf"^{re.escape(folder)}: this is a folder; name"):
            check(folder)


def test_a_file_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "text.xlsx"
    path.write_text("no workbook")
    with pytest.raises(WorkbookError):
        check(path, "formualizer")


@pytest.mark.slow
def test_the_json_report_has_the_entries_of_the_contract(short_copy):
    layout = layout_of(read_spec(short_copy))
    edit(short_copy, {layout.cell("C", (0, 0)): "=1/0"})
    report = json.loads(json.dumps(check(short_copy, "formualizer").to_json(), allow_nan=False))
    assert {
        "file", "engine", "agrees", "formula_cells", "compared_cells", "drift", "quantities",
        "wrong", "text_cells",
    } <= set(report)  # fmt: skip
    assert set(report["quantities"][0]) == {"name", "cells", "max_difference", "agrees"}
    assert set(report["wrong"][0]) == {
        "cell", "quantity", "epoch", "image", "expected", "got", "formula", "expected_formula",
        "place", "reason",
    }  # fmt: skip


@pytest.mark.slow
def test_a_whole_number_is_written_as_json(short_copy):
    """A class comes from argmax as an integer of NumPy, which json does not know."""
    layout = layout_of(read_spec(short_copy))
    report = check(edit(short_copy, {layout.cell("truth", (2,)): "=1+0.5"}), "formualizer")
    (wrong,) = json.loads(json.dumps(report.to_json(), allow_nan=False))["wrong"]
    assert (wrong["expected"], wrong["got"]) == (1, 1.5)


@pytest.mark.slow
def test_a_sentence_about_a_wrong_label_is_a_victim_and_no_cause(tmp_path):
    plan = random_plan(replace(spec([2, 2, 2]), labels=("cat", "dog")), seed=3)
    plan.inputs["labels"] = np.array(["cat", "dog"], dtype=object)
    path = write_plan(tmp_path / "words.xlsx", plan)
    cell = layout_of(plan.spec).cell("truth_label", (1,))
    (wrong,) = check(edit(path, {cell: "=INDEX(Images!D3:E3,1/0)"}), "formualizer").wrong
    assert wrong.cell == cell


@pytest.mark.slow
def test_every_block_is_its_first_cell_filled_down(short_path):
    """Within an epoch a spreadsheet's own fill-down gives each column; from epoch to epoch the
    layout's moving rows do."""
    workbook = openpyxl.load_workbook(short_path)
    layout = layout_of(read_spec(short_path))
    image = layout.model["x"].axes[0]
    seen = 0
    for name, block in layout.blocks.items():
        quantity = block.quantity
        if quantity.equation is None:
            continue
        sheet = workbook[layout.titles[block.sheet]]
        for index in np.ndindex(quantity.lengths):
            if quantity.given and index[0] < quantity.given:
                continue
            row, column = block.address(index)
            formula = sheet.cell(row, column).value
            assert formula == layout.formula(name, index)
            seen += 1
            innermost = len(quantity.axes) - 1
            if block.is_table and quantity.axes[-1:] == (image,) and index[innermost] > 0:
                above = sheet.cell(row - 1, column)
                moved = Translator(above.value, above.coordinate)
                assert moved.translate_formula(sheet.cell(row, column).coordinate) == formula
    assert seen == sum(
        cell.data_type == "f" for sheet in workbook for row in sheet.iter_rows() for cell in row
    )


@pytest.mark.slow
def test_the_same_column_of_weights_and_gradients_is_the_same_parameter(digits_path):
    layout = layout_of(read_spec(digits_path))
    for name in ("W2", "b2", "W3", "b3"):
        assert layout.blocks[name].column == layout.blocks[f"dC_d{name}"].column


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(engine=1)
def test_a_layer_of_300_units_agrees(tmp_path, engine):
    """Sums that long are put in brackets: an engine takes 256 operators in a row."""
    plan = random_plan(spec([2, 2, 300, 2], images=1, epochs=1), seed=2)
    assert check(write_plan(tmp_path / "wide.xlsx", plan), engine).agrees


@pytest.mark.slow
def test_labels_that_are_words_are_compared_as_texts(tmp_path):
    words = spec([2, 2, 2])
    words = replace(words, labels=("cat", "dog"))
    plan = random_plan(words, seed=3)
    plan.inputs["labels"] = np.array(["cat", "dog"], dtype=object)
    path = write_plan(tmp_path / "words.xlsx", plan)
    report = check(path, "formualizer")
    assert report.agrees
    layout = layout_of(words)
    texts = [q for q in layout.model.quantities if q.is_text and q.equation is not None]
    assert report.text_cells == sum(np.prod(q.lengths, dtype=int) for q in texts) > 3 + 2 * 3
    cell = layout.cell("label", (1, 2))
    report = check(edit(path, {cell: '="bird"'}), "formualizer")
    (wrong,) = report.wrong
    assert (wrong.cell, wrong.got) == (cell, "bird")


@pytest.mark.parametrize("engine", [*ENGINES, *PROGRAMS])
@pytest.mark.first(1)
@pytest.mark.slow
def test_epochs_of_equal_cost_are_told_apart_by_no_engine_and_a_worse_one_is_wrong(
    short_copy, engine
):
    """MATCH takes numbers for equal that differ in the 16th digit; NumPy does not."""
    skip_without(engine)
    layout = layout_of(read_spec(short_copy))
    still = {layout.cell("eta", ()): 1e-16}
    assert check(edit(short_copy, still), engine).agrees
    model, best = layout.model, layout.blocks["best"].quantity
    C_T = np.array([3.0, 2.0 + 1e-15, 2.0, 4.0])
    tied = [reference.ties(model, best, {"best": np.array(n), "C_T": C_T}, 1e-12) for n in range(6)]
    assert tied == [False, False, True, True, False, False]
