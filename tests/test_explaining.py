"""Any cell of any workbook is said in words, and so is what is in a workbook."""

import json
import re
import shutil
from dataclasses import replace

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from rewriting import edit
from test_own_models import MODELS, example

import xlnn
from xlnn.axis import Axis
from xlnn.block import Block
from xlnn.building.continue_from import source_of
from xlnn.building.plan import planned, source_of_template
from xlnn.cli import cli
from xlnn.errors import OptionsError
from xlnn.explaining.entries import dependants
from xlnn.explaining.explanation import in_words
from xlnn.explaining.run import course_of
from xlnn.explaining.show import sparkline
from xlnn.loading.spec import described, layout_of, read_spec
from xlnn.loading.values import as_built
from xlnn.model import Model
from xlnn.options import Options
from xlnn.quantity import Quantity
from xlnn.registry.templates import names, template
from xlnn.registry.text import languages

EXPERIMENTS = [
    pytest.param(name, marks=pytest.mark.slow) if name == "cnn-solver" else name
    for name in names()
    if "kind" in template(name).values
]
"""cnn-solver is solver with more quantities."""


def said(*arguments):
    """Run the command as a person does whose output is piped, and return what it says."""
    result = CliRunner().invoke(cli, list(map(str, arguments)), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def leaves(parts):
    """Return the symbols of parts."""
    return [part.symbol for part in parts]


# --- where a cell stands ---------------------------------------------------------------------


@pytest.mark.parametrize("axes", [(), (3,), (3, 4)])
@pytest.mark.parametrize("shape", [(), (2,), (2, 5), (1, 1)])
def test_each_entry_is_found_again_where_it_stands_and_none_beside_them(axes, shape):
    along = tuple(Axis(f"a{n}", length) for n, length in enumerate(axes))
    quantity = Quantity("q", sheet="s", shape=shape, axes=along)
    units = tuple((0, 1 if n == len(shape) - 1 else shape[-1]) for n in range(len(shape)))
    rows = tuple((4 if n == 0 and len(axes) == 2 else 1, 0) for n in range(len(axes)))
    block = Block(quantity, "s", 7, 3, (*rows, *units))
    places = {block.address(index): index for index in np.ndindex(*quantity.lengths)}
    for row in range(5, 25):
        for column in range(1, 16):
            assert block.index(row, column) == places.get((row, column))


@pytest.mark.parametrize("name", ["digits", *EXPERIMENTS])
@pytest.mark.ci
@pytest.mark.first(4)
def test_every_cell_of_a_workbook_leads_to_its_own_entry(name):
    options = {"epochs": 1} if name == "digits" else {}
    layout = planned(source_of(name), Options(**options)).layout
    for quantity in layout.model.quantities:
        block = layout.blocks[quantity.name]
        for index in {(0,) * len(quantity.lengths), tuple(n - 1 for n in quantity.lengths)}:
            assert block.index(*block.address(index)) == index


# --- a cell in words -------------------------------------------------------------------------


@pytest.mark.ci
def test_a_cell_is_said_with_its_symbol_equation_formula_and_numbers(short_path):
    text = xlnn.explain(short_path, "Training!U9")
    assert (text.symbol, text.name, text.layer, text.unit) == (
        "δ²₁",
        "error of the unit",
        "2",
        (1,),
    )
    assert text.place == {"epoch": 1, "image": 6}
    assert text.book == "4-2, 4-3"
    assert text.formula == "=(S9*Weights!AO$4+T9*Weights!AR$4)*I9"
    assert text.in_symbols == "(δ³₁ × w³₁₁ + δ³₂ × w³₂₁) × a′(z²₁)"
    arrays = xlnn.values(short_path)
    numbers = [arrays["delta3"][0, 5, 0], arrays["W3"][0, 0, 0]]
    assert text.in_numbers.startswith(f"(({in_words(numbers[0])}) × {in_words(numbers[1])} + ")
    assert text.value == pytest.approx(text.expected, rel=1e-12)
    assert text.value == pytest.approx(arrays["delta2"][0, 5, 0], rel=1e-12)
    assert text.agrees
    assert leaves(text.computed_from) == ["δ³₁", "w³₁₁", "δ³₂", "w³₂₁", "a′(z²₁)"]
    assert leaves(text.used_for)[:2] == ["∂C_T/∂w²₁,₁ … ∂C_T/∂w²₁,₁₂", "∂C_T/∂b²₁"]
    assert text.used_for[0].cells == "Gradients!B4 … M4"


@pytest.mark.slow
def test_a_quantity_is_named_with_its_epoch_image_and_unit(short_path):
    by_cell = xlnn.explain(short_path, "Training!U9")
    by_name = xlnn.explain(short_path, "delta2", at={"epoch": 1, "image": 6}, unit=(1,))
    assert by_name == by_cell
    assert xlnn.explain(short_path, "'training'!$U$9") == by_cell
    weights = xlnn.explain(short_path, "W2", at={"epoch": 3}, unit=(2, 3))
    assert (weights.symbol, weights.cell) == ("w²₂,₃", "Weights!P7")


@pytest.mark.ci
def test_a_picture_has_the_number_of_its_image_whichever_line_it_is_in(short_path):
    found = xlnn.explain(short_path, "line2_picture", at={"image": 12}, unit=(1, 1))
    assert "image 12" in str(found)
    assert found.formula == f"=B{3 + 12}"
    with pytest.raises(xlnn.XlnnError, match="image goes from 10 to 18"):
        xlnn.explain(short_path, "line2_picture", at={"image": 1})


def test_an_input_says_what_is_computed_from_it(short_path):
    text = xlnn.explain(short_path, "eta")
    assert (text.role, text.formula, text.agrees) == ("input", None, None)
    assert leaves(text.used_for)[:2] == ["w²₁,₁ … w²₃,₁₂", "b²₁ … b²₃"]
    assert text.used_for[0].count == 3 * 36  # the three epochs' steps, not the start
    start = xlnn.explain(short_path, "W2")
    assert (start.role, start.computed_from) == ("input", ())
    sheets = {part.cells.partition("!")[0] for part in start.used_for}
    assert "Weights" in sheets
    assert "Check" not in sheets  # it only compares


@pytest.mark.ci
def test_depth_follows_what_a_cell_is_computed_from_and_for(short_path):
    text = xlnn.explain(short_path, "delta3", at={"epoch": 2}, depth=3)
    error = next(part for part in text.computed_from if part.symbol == "a³₁")
    assert leaves(error.parts) == ["z³₁"]
    assert leaves(error.parts[0].parts)[0].startswith("a²₁")
    assert text.used_for[0].parts[0].parts
    flat = xlnn.explain(short_path, "delta3", at={"epoch": 2})
    assert all(part.parts == () for part in (*flat.computed_from, *flat.used_for))


def test_dependants_are_the_formulas_that_name_the_cell(short_path):
    _, layout = described(short_path)
    for name, index in (("a2", (1, 5, 0)), ("W3", (1, 0, 2)), ("x", (4, 7)), ("C", (2, 63))):
        cell = layout.cell(name, index)
        title, address = cell.split("!")
        found = {
            layout.cell(quantity.name, (*place, *unit))
            for quantity, unit, places in dependants(layout, name, index)
            for place in places
        }
        named = set()
        for quantity in layout.model.quantities:
            if quantity.equation is None or name not in {u.name for u in quantity.uses.values()}:
                continue
            for entry in np.ndindex(*quantity.lengths):
                if quantity.given and entry[0] < quantity.given:
                    continue
                formula = layout.formula(quantity.name, entry)
                here = layout.titles[quantity.sheet]
                if _names(formula, here, title, address):
                    named.add(layout.cell(quantity.name, entry))
        assert found == named
        assert found


RANGE = re.compile(
    r"(?:('[^']+'|[A-Za-z]\w*)!)?\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?"
)


def _names(formula, here, title, address):
    """Tell whether a formula names a cell: read by hand, by another route than the product's."""
    column, row = re.fullmatch(r"([A-Z]+)(\d+)", address).groups()
    at = openpyxl.utils.column_index_from_string
    for sheet, left, top, right, bottom in RANGE.findall(re.sub('"[^"]*"', "", formula)):
        if (sheet.strip("'") or here) != title:
            continue
        columns = at(left) <= at(column) <= at(right or left)
        if columns and int(top) <= int(row) <= int(bottom or top):
            return True
    return False


@pytest.mark.parametrize("lang", languages()[::-1])
@pytest.mark.parametrize("name", EXPERIMENTS)
@pytest.mark.first(1)
@pytest.mark.ci
def test_every_quantity_of_an_experiment_is_explained_in_each_language(name, lang, tmp_path):
    path = xlnn.build(name, tmp_path / "a.xlsx", verify=False).path
    _, layout = described(path)
    for quantity in layout.model.quantities[:: max(1, len(layout.model.quantities) // 6)]:
        lines = said("explain", path, quantity.name, "--lang", lang, "--depth", 2).splitlines()
        assert lines[0].startswith(layout.cell(quantity.name, (0,) * len(quantity.lengths)))
        assert not any("{" in line and "}" not in line for line in lines)


def test_a_workbook_of_ones_own_is_explained_with_its_model(tmp_path):
    model, inputs = example("loan"), MODELS["loan"]
    path = xlnn.workbook(model, inputs, tmp_path / "loan.xlsx").path
    name = next(quantity.name for quantity in model.quantities if not quantity.is_input)
    assert xlnn.explain(path, name, model=model).agrees
    assert 0.06 in xlnn.show(path, model=model).settings.values()
    with pytest.raises(xlnn.XlnnError, match="made from a model in Python"):
        xlnn.explain(path, name)


# --- a cell that is wrong --------------------------------------------------------------------


@pytest.fixture
def altered(short_copy):
    """A workbook with a wrong formula and one that is in other words."""
    wrong, other = "=(S9*Weights!AO$4-T9*Weights!AR$4)*I9", "=N9-N9*N9"
    return edit(short_copy, {"Training!U9": wrong, "Training!P9": other})


@pytest.mark.ci
def test_a_wrong_cell_is_said_to_be_wrong_with_its_own_formula(altered):
    text = xlnn.explain(altered, "Training!U9")
    assert not text.agrees
    assert " − " in text.in_symbols
    assert text.expected != text.value
    output = said("explain", altered, "Training!U9")
    assert f"wrong: NumPy gives {in_words(text.expected)}" in output
    assert "expected formula   =(S9*Weights!AO$4+T9*Weights!AR$4)*I9" in output


@pytest.mark.ci
def test_a_restated_cell_agrees_and_says_how_it_is_stated(altered):
    text = xlnn.explain(altered, "Training!P9")
    assert text.agrees
    assert (text.formula, text.remark) == ("=N9-N9*N9", "=N9*(1-N9)")


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory):
    """An exercise without the errors and gradients, and the formulas that belong there."""
    path = tmp_path_factory.mktemp("exercise") / "exercise.xlsx"
    key = path.with_name("key.xlsx")
    xlnn.exercise("first", path, blank=["delta3"], epochs=1)
    xlnn.exercise("first", key, blank=["delta3"], epochs=1, key=True)
    return path, openpyxl.load_workbook(key)["Every epoch"]["J4"].value


@pytest.mark.parametrize(
    ("typed", "judged"),
    [
        (None, "not done yet"),
        ("=H4-First!D11", "wrong: not the expected formula"),
        (0.5, "wrong: not the expected formula"),
        ("=H4*(1-H4)*(H4-First!D11)", "agrees with NumPy"),
    ],
)
@pytest.mark.ci
def test_an_exercise_keeps_its_answer_whatever_stands_in_a_blank(
    handed_out, tmp_path, typed, judged
):
    path, answer = handed_out
    copy, cell = tmp_path / "copy.xlsx", "Every epoch!J4"
    edit(shutil.copy(path, copy), {cell: typed})
    explanation = xlnn.explain(copy, cell)
    assert judged in str(explanation)
    told = f"{explanation}{json.dumps(explanation.to_json(), ensure_ascii=False)}"
    assert answer not in told
    assert explanation.expected in {None, explanation.value}


# --- what cannot be explained ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "options", "message"),
    [
        ("Guide!A1", {}, "does not belong to a quantity"),
        ("Nowhere!A1", {}, "is not a cell of the sheets Guide"),
        ("Training!", {}, "is not a cell"),
        ("delta9", {}, "is it delta"),
        ("", {}, "There is no quantity"),
        ("z2", {"at": {"image": 65}}, "image goes from 1 to 64"),
        ("z2", {"at": {"epoch": 0}}, "epoch goes from 1 to 3"),
        ("eta", {"at": {"epoch": 1}}, "its axes are none"),
        ("z2", {"unit": (4,)}, "z2 has units 1 to 3, and no unit 4"),
        ("z2", {"unit": (0,)}, "z2 has units 1 to 3, and no unit 0"),
        ("z2", {"unit": (1, 1)}, "and no unit 1,1"),
        ("W2", {"unit": (3, 0)}, "W2 has units 1,1 to 3,12, and no unit 3,0"),
        ("eta", {"unit": (1,)}, "eta is one number and has no unit 1"),
        ("Training!C4", {"at": {"epoch": 2}}, "is already one cell"),
        ("Training!C4", {"unit": (2,)}, "is already one cell"),
        ("z2", {"depth": 0}, "at least 1"),
        ("z2", {"lang": "xx"}, "no language"),
        ("z2", {"engine": "abacus"}, "abacus"),
    ],
)
@pytest.mark.first(4)
@pytest.mark.ci
def test_what_is_not_there_is_one_sentence(short_path, what, options, message):
    with pytest.raises(xlnn.XlnnError, match=message) as refusal:
        xlnn.explain(short_path, what, **options)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("arguments", [["--unit", "x"], ["--at", "epoch"], ["--at", "=2"]])
def test_wrong_usage_is_exit_code_2(short_path, arguments):
    result = CliRunner().invoke(cli, ["explain", str(short_path), "z2", *arguments])
    assert result.exit_code == 2
    assert "--" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("z2", "--epoch", "0"), "There is no epoch 0: for z2, epoch goes from 1 to 3."),
        (("z2", "--image", "0"), "There is no image 0: for z2, image goes from 1 to 64."),
        (("x", "--epoch", "0"), "x has no epoch: its axes are image."),
    ],
)
@pytest.mark.ci
def test_a_zero_is_a_number_like_any_other(short_path, arguments, message):
    result = CliRunner().invoke(cli, ["explain", str(short_path), *arguments])
    assert message in str(result.exception)


@pytest.mark.ci
def test_json_holds_what_the_text_says(short_path):
    found = json.loads(said("explain", short_path, "delta3", "--image", 6, "--json"))
    assert found == json.loads(
        json.dumps(xlnn.explain(short_path, "delta3", at={"image": 6}).to_json())
    )


# --- what is in a workbook -------------------------------------------------------------------


@pytest.mark.ci
def test_show_says_kind_network_settings_course_and_that_nothing_was_changed(
    short_path, short_book
):
    text = said("show", short_path)
    lines = text.splitlines()
    assert len([line for line in lines if not line.startswith(" ")]) <= 10
    assert len(lines) <= 14  # two of what it is, four sentences
    for words in ("network", "12-3-2", "η = 0.2", "C_T", "unchanged since", "█"):
        assert words in text
    seen = xlnn.show(short_path)
    assert seen.changed is False
    assert seen.course == pytest.approx(xlnn.values(short_path)["C_T"])
    assert seen.inputs["W2"] == 36
    formulas = sum(c.data_type == "f" for s in short_book for row in s.rows for c in row)
    assert sum(seen.formulas.values()) == formulas


@pytest.mark.ci
def test_show_says_which_input_and_which_formula_was_changed(altered):
    text = said("show", edit(altered, {"Play!C6": 0.7}))
    assert "changed since" in text
    assert "η = 0.7" in text
    assert "1 cell wrong" in text


def test_a_place_is_named_in_the_language_of_the_sheets(tmp_path):
    path = tmp_path / "q.xlsx"
    xlnn.build("q-learning", path, epochs=2, lang="zh", verify=False)
    first, *_ = said("explain", path, "Q").splitlines()
    assert first.endswith("单元 1、回合 1、步 1、位置 1")
    first, *_ = said("explain", path, "Q", "--lang", "en").splitlines()
    assert first.endswith("unit 1, episode 1, step 1, place 1")


@pytest.mark.parametrize("lang", languages()[::-1])
@pytest.mark.parametrize("name", EXPERIMENTS)
@pytest.mark.first(2, lang=1)
@pytest.mark.slow
def test_show_fits_every_kind_in_each_language(name, lang, tmp_path):
    path = xlnn.build(name, tmp_path / "a.xlsx", lang=lang).path
    seen = xlnn.show(path)
    assert (seen.template, seen.lang, seen.changed, seen.wrong) == (name, lang, False, 0)
    assert len(said("show", path).splitlines()) <= 14


@pytest.mark.parametrize("lang", languages()[::-1])
@pytest.mark.parametrize("name", ["neuron", "slopes", "xor"])
@pytest.mark.first(1)
@pytest.mark.ci
def test_show_repeats_sentences_and_equations_only(name, lang, tmp_path):
    path = xlnn.build(name, tmp_path / "a.xlsx", lang=lang, verify=False).path
    assert xlnn.show(path).said
    for text in ("{}", "░", "   -0.1\n", "   σ(x)\n", "   x²\n"):
        assert text not in said("show", path)


@pytest.mark.ci
def test_show_names_what_was_changed_and_the_command_that_tells_more(short_copy):
    first, second = xlnn.show(edit(short_copy, {"Play!C6": 0.7})).check
    assert first.endswith(": learning rate η.")
    assert "xlnn check FILE" in second


@pytest.mark.parametrize(
    ("lang", "trained", "tested"),
    [
        ("en", "training data: ", "held out: "),
        ("zh", "训练：", "测试："),
        ("ja", "学習：", "テスト："),
    ],
)
@pytest.mark.first(1)
@pytest.mark.ci
def test_show_names_the_rows_that_are_held_out(tmp_path, lang, trained, tested):
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 5)
    data, path = (x, x.sum(axis=1) == 1), tmp_path / "a.xlsx"
    xlnn.build("xor", path, data=data, epochs=2, test_share=0.2, lang=lang, verify=False)
    told = " ".join(xlnn.show(path).said)
    assert told.count(trained) == told.count(tested) == 1
    assert xlnn.show(path).sizes["data"] == "own"


@pytest.mark.parametrize(
    ("name", "symbol", "along"),
    [
        ("gan", "C_G", "epoch"),
        ("vae", "C_T", "epoch"),
        ("q-learning", "Σ r", "episode"),
        ("clusters", "C_T", "step"),
        ("regression", "C_T", "step"),
        ("descent", "z", "step"),
        ("costs", None, None),
        ("neuron", None, None),
    ],
)
def test_the_course_is_the_cost_along_epochs_steps_or_episodes(name, symbol, along):
    plan = planned(source_of_template(name), Options())
    course = course_of(plan.layout, plan.run)
    assert (course and course.symbol.format("")) == symbol
    assert (course and course.rows[0].name) == along


def test_show_prints_the_course_of_an_experiment(tmp_path):
    path = xlnn.build("q-learning", tmp_path / "a.xlsx", epochs=5, verify=False).path
    (line,) = re.findall("^progress +(.*)$", said("show", path), re.MULTILINE)
    assert re.fullmatch("Σ r   [−0-9.]+ [▁-█]{5} [−0-9.]+", line)
    assert xlnn.show(path).course == pytest.approx(xlnn.values(path)["total"])


@pytest.mark.slow
def test_show_names_the_run_of_each_line(tmp_path):
    path = xlnn.build("xor", tmp_path / "a.xlsx", epochs=3, eta=(0.1, 0.5), verify=False).path
    workbook = openpyxl.load_workbook(path)
    sheet, cell = layout_of(read_spec(path)).cell("confusion_run", ()).split("!")
    workbook[sheet.strip("'")][cell] = 2
    workbook.save(path)
    text = said("show", path)
    assert "run 1: η = 0.1   run 2: η = 0.5" in text
    assert re.search(r"C_T   run 1: η = 0\.1   3\.26\d+ █▃▁ \d", text)
    assert re.search(r"C_T   run 2: η = 0\.5   3\.26\d+ .{3} \d", text)
    assert re.search("   run 1: In the last epoch", text)
    assert "   run 2: The sheets agree with NumPy's run: C_T" in text
    seen = xlnn.show(path)
    assert seen.said[0].startswith("run 2: ")
    courses = np.array([*seen.courses.values()])
    assert courses == pytest.approx(xlnn.values(path)["C_T"])
    assert seen.settings["run 2: η"] == 0.5


def test_a_file_that_is_no_workbook_is_one_sentence(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    for call in (xlnn.show, lambda path: xlnn.explain(path, "eta")):
        with pytest.raises(xlnn.XlnnError):
            call(tmp_path / "a.xlsx")


def test_a_course_with_a_hole_or_without_change_is_drawn():
    assert sparkline([1.0, 1.0]) == "▁▁"
    assert sparkline([0.0, float("nan"), 1.0]) == "▁ █"
    assert len(sparkline(range(1000))) == 50


@pytest.mark.ci
def test_a_file_is_left_as_it_was(short_copy, short_path):
    said("show", short_copy)
    said("explain", short_copy, "C_T")
    assert short_copy.read_bytes() == short_path.read_bytes()


@pytest.mark.ci
def test_the_error_names_axes_as_a_person_counts(short_path):
    with pytest.raises(OptionsError, match="state"):
        xlnn.explain(short_path, "W2", at={"image": 1})


# --- stored values ---------------------------------------------------------------------------


def parts_of(seen):
    """Return what a summary or an explanation holds, but who recalculated it."""
    held = json.loads(json.dumps(seen.to_json()))
    return held.pop("recalculated_by"), held


def all_values(said):
    """Return a JSON object with its numbers rounded, as engines round differently."""
    if isinstance(said, dict):
        return {key: all_values(each) for key, each in said.items()}
    if isinstance(said, list):
        return [all_values(each) for each in said]
    return pytest.approx(said, rel=1e-9, abs=1e-12) if isinstance(said, float) else said


@pytest.mark.parametrize(
    "name",
    [
        "first",
        "descent",
        "xor",
        *(each for each in EXPERIMENTS if each not in ["first", "descent"]),
    ],
)
@pytest.mark.first(2)
def test_stored_values_say_what_recalculated_ones_do(name, workbook):
    path = workbook(name).path
    for ask in (xlnn.show, explained):
        by_nobody, stored = parts_of(ask(path))
        engine, computed = parts_of(ask(path, "formualizer"))
        assert (by_nobody, engine) == ("", "formualizer")
        assert stored == all_values(computed)
    assert "values as stored" in said("show", path)
    assert "values as stored" not in said("show", path, "--engine", "formualizer")


def explained(path, engine=None):
    """Explain the first quantity with rows that is computed."""
    model = described(path)[1].model
    name = next(each.name for each in model.quantities if each.computed and each.rows)
    return xlnn.explain(path, name, engine=engine)


def test_a_workbook_that_was_changed_is_recalculated(tmp_path):
    path = xlnn.build("first", tmp_path / "a.xlsx").path
    assert xlnn.show(path).recalculated_by == ""
    edit(path, {xlnn.explain(path, "eta").cell: 0.7})
    assert xlnn.show(path).recalculated_by == "formualizer"
    assert xlnn.explain(path, "eta").recalculated_by == "formualizer"


def test_stored_values_that_are_not_numpys_do_not_agree(tmp_path, monkeypatch):
    path = xlnn.build("first", tmp_path / "a.xlsx").path
    spec, layout, values = as_built(path)
    title, row, column = layout.place("C_T", (0,))
    values[title].numbers[row - 1, column - 1] += 1
    monkeypatch.setattr("xlnn.explaining.entries.as_built", lambda _: (spec, layout, values))
    assert xlnn.explain(path, "C_T").agrees is False


def test_sheets_of_another_version_are_not_read_as_those_of_this_one(tmp_path, monkeypatch):
    path = xlnn.build("first", tmp_path / "a.xlsx").path
    spec, layout = described(path)
    fewer = replace(layout, model=Model(layout.model.quantities[:-1]))
    titles = {key: f"{title} 2" for key, title in layout.titles.items()}
    for other in (fewer, replace(layout, titles=titles)):
        monkeypatch.setattr("xlnn.loading.values.described", lambda _, it=other: (spec, it))
        assert as_built(path) is None


def test_an_exercise_is_recalculated(tmp_path):
    xlnn.exercise("first", path := tmp_path / "a.xlsx", blank="delta3")
    assert as_built(path) is None
