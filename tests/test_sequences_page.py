"""docs/sequences.md is walked: what it says of sheets and numbers is so when one gets there."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from documents import unnamed_sheets
from openpyxl.formula.translate import Translator
from rewriting import edit

from xlnn import reference
from xlnn.building.build import build
from xlnn.building.plan import planned, source_of_template
from xlnn.checking.check import check
from xlnn.exercises.exercise import exercise
from xlnn.exercises.grading import grade as grade_files
from xlnn.loading.values import values
from xlnn.model import Model
from xlnn.options import Options

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "sequences.md").read_text(encoding="utf-8")
TRANSLATIONS = sorted(DOCS.glob("sequences.*.md"))
SECTIONS = [" ".join(each.split()) for each in re.split(r"^## ", PAGE, flags=re.MULTILINE)]

LED = {
    "sequences": ["Coupled pair"],
    "rnn": ["Network", "Gradients", "Steps"],
    "lstm": ["Memory", "Weights"],
    "gru": ["Memory", "Weights"],
    "attention": ["Attention"],
    "transformer": ["Talk", "Inside"],
    "names": ["Names"],
}
"""Of each template the sheets to which its section leads a reader."""


@cache
def plan_of(name, **options):
    return planned(source_of_template(name), Options(lang="en", **options))


def computed(name, **typed):
    """Compute a template as it is built, some inputs typed over."""
    plan = plan_of(name)
    inputs = dict(plan.inputs)
    for key, value in typed.items():
        inputs[key] = np.broadcast_to(np.asarray(value, float), inputs[key].shape)
    return reference.run(plan.layout.model, inputs)


def section(name):
    """Return the part of the page from the command that builds a template."""
    return next(each for each in SECTIONS if f"xlnn build {name} " in each[:200])


@pytest.mark.parametrize("name", LED)
def test_the_sheets_to_which_a_reader_is_led_are_there(name):
    assert set(LED[name]) <= {*plan_of(name).layout.titles.values()}
    assert not [sheet for sheet in LED[name] if sheet not in section(name)]


@pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda path: path.name)
@pytest.mark.ci
def test_a_translation_names_the_sheets_as_they_are_titled_there(path):
    assert unnamed_sheets(path, LED) == []


def test_the_gradient_of_U_is_made_of_the_columns_that_are_named():
    layout = plan_of("rnn").layout
    assert layout.cell("dC_dU", (0, 0, 0)) in section("rnn")
    assert layout.formula("dC_dU", (0, 0, 0)) in section("rnn")
    assert layout.cell("h", (0, 0, 0, 0)).startswith("Steps!G")
    assert "h of the same step instead, which begins in column G of Steps" in section("rnn")


@pytest.mark.parametrize("typed", [{"coefficients": [[0.5, 2], [-2, 3]]}, {"a": 3, "b": -1}])
def test_there_and_back_of_the_coupled_pair_stay_equal(typed):
    run = computed("sequences", **typed)
    assert run["at_end"] == pytest.approx(run["at_start"])
    assert "both numbers at the top stay equal" in section("sequences")


def test_h_changes_its_sign_more_and_more_clearly():
    first, last = (computed("rnn", epoch=n)["h_shown"][:, 0] for n in (1, 40))
    assert (np.diff(np.sign(first)) != 0).all()
    assert abs(first).max() < 0.7
    assert [f"{x:.2g}".replace("-", "−") for x in last[:2]] == ["−0.9", "0.95"]
    assert "from −0.9 to 0.95" in section("rnn")


def test_a_wrong_gradient_lets_the_cost_fall_all_the_same():
    plan, told = plan_of("rnn"), section("rnn")
    right = plan.layout.model["dC_dU"]
    uses = {
        role: replace(use, name=use.name.replace("past", "h")) for role, use in right.uses.items()
    }
    wrong = [replace(q, uses=uses) if q is right else q for q in plan.layout.model.quantities]
    run = reference.run(Model(wrong), plan.inputs)
    assert f"falls, to {run['C_T'][-1]:.3f}, with {run['right'][-1]:.0f} of 64" in told
    assert run["C_T"][0] > 54


@pytest.mark.ci
def test_one_wrong_gradient_changes_the_cost_and_is_named(tmp_path):
    path = build("rnn", tmp_path / "rnn.xlsx", lang="en", verify=False).path
    (formula,) = re.findall("`(=SUM.+?)` into Gradients!B6", section("rnn"))
    edit(path, {"Gradients!B6": formula})
    assert f"{values(path, 'formualizer')['C_T'][-1]:.3f} instead of 1.933" in section("rnn")
    assert [wrong.cell for wrong in check(path, "formualizer", 1).wrong] == ["Gradients!B6"]


@pytest.mark.ci
def test_the_exercise_is_solved_by_three_formulas_filled_down(tmp_path):
    (options,) = re.findall("xlnn exercise rnn --blank delta --epochs (.) -o ada", PAGE)
    path = tmp_path / "ada.xlsx"
    exercise("rnn", path, lang="en", blank="delta", epochs=int(options))
    book = openpyxl.load_workbook(path)
    (first,) = re.findall("(?m)^    (=.*G6.*)$", PAGE)
    for own, columns in ("N", "QBEHG"), ("O", "RCFIH"), ("P", "SDGJI"):  # of V, of U, of h
        each = dict(zip("QBEHG", columns, strict=True))
        formula = re.sub(r"(?<=[!-])[QBEHG]", lambda found, each=each: each[found[0]], first)
        for n in range(6, 70):
            filled = Translator(formula, f"{own}6").translate_formula(f"{own}{n}")
            book["Steps"][f"{own}{n}"] = filled
    book.save(path)
    (grade,) = grade_files([path], seed=1)
    assert grade.points == 1


def test_the_rnn_learns_and_its_gradient_fades():
    run = computed("rnn")
    assert str(run["course"]) in section("rnn")
    assert f"shows row {run['row']:.0f}, all ones" in section("rnn")
    assert (np.diff(np.sign(run["h_shown"][:, 0])) != 0).all()  # of a row of ones
    assert run["x_shown"].min() == 1
    assert run["ratio"] < 0.05
    charts = plan_of("rnn").kind.all_words("en").words["charts"]
    assert "How far back the gradient reaches" in charts
    assert "How far back the gradient reaches" in section("rnn")


def test_the_lstm_remembers_from_the_epoch_that_is_named():
    run, told = computed("lstm", row=8), section("lstm")
    first = np.flatnonzero(run["recognised"] < 8).max() + 2
    assert f"all eight rows right from epoch {first} on" in told
    assert run["recognised_rnn"].max() < 8
    assert run["f_shown"].min() > 0.7
    assert run["share"][0] > 0.5
    assert f"{run['share_rnn'][0] * 1e4:.0f} parts in 10,000" in told


@pytest.mark.ci
def test_the_lstm_has_trouble_without_open_forget_gates():
    right, usual = computed("lstm", bf=0)["recognised"], computed("lstm")["recognised"]
    assert np.argmax(right == 8) > np.argmax(usual == 8) + 10
    assert right[-1] == 7
    assert "takes longer, and in the end one row is wrong again" in section("lstm")
    cells = [plan_of("lstm").layout.cell("bf", (0, unit)) for unit in (0, 1)]
    assert cells == ["Weights!P6", "Weights!Q6"]
    assert "both bf, P6 and Q6, to 0" in section("lstm")


def test_the_gru_learns_the_same_with_fewer_weights_and_no_bound_is_passed():
    run, told = computed("gru"), section("gru")
    assert (run["recognised"][-1], run["recognised_lstm"][-1]) == (8, 8)
    assert "The GRU has 27 weights and the LSTM 35." in str(run["lacks"])
    assert "27 weights instead of 35" in told
    assert f"c grows to {run['largest_lstm']:.1f}, h stays below 1" in told
    assert run["largest"] < 1


@pytest.mark.ci
def test_with_closed_gates_the_gru_forgets():
    run, told = computed("gru", bu=-2), section("gru")
    assert run["recognised"][-1] == 7
    assert computed("gru", bu=-2, epoch=1)["remains"] < 0.01
    cells = [plan_of("gru").layout.cell("bu", (0, unit)) for unit in (0, 1)]
    assert cells == ["Weights!V6", "Weights!W6"]
    assert "both bu, V6 and W6, to −2" in told


def test_attention_is_masked_and_ends_at_the_capital():
    run = computed("attention")
    assert not run["S"][..., ~np.tri(4, dtype=bool)].any()
    np.testing.assert_allclose(run["A"].sum(-1), 1)
    assert run["right"][-1] == run["hit"][-1].size


def test_the_transformer_says_what_is_told():
    run, told = computed("transformer"), section("transformer")
    assert "at first from big dog to big dog says WOOF!" in told
    assert [*run["typed"]] == ["big", "dog", "…", "…"]
    assert [*run["sentence"]] == ["big", "dog", "says", "WOOF!", "."]
    assert run["p_typed"][0, 2:4] == pytest.approx([0.5, 0.5], abs=0.05)  # cat, dog
    assert list(run["likely"].ravel()[1:]) == ["says", "WOOF!", "."]
    early = [list(computed("transformer", epoch=n)["likely"].ravel())
             for n in (0, 10, 20)]  # fmt: skip
    assert early[0] != early[1] != early[2]
    assert plan_of("transformer").layout.formula("s1", (0, 0, 0)).endswith("/4+1/100000)")
    formula = plan_of("transformer").layout.formula("dC_dE", (0, 0, 0))
    assert formula.count("SUMIF") == 4


def test_the_character_model_types_what_is_told():
    plan, told = plan_of("names", epochs=100, edition="matrices"), section("names")
    inputs = plan.inputs
    run = reference.run(plan.layout.model, inputs)
    typed = [str(name) for name in run["new"]]
    assert f"{', '.join(typed[:-1])} and {typed[-1]}" in told
    assert len({*typed} & {*map(str, run["name"])}) == 3
    assert f"{sum(plan.layout.formula_counts().values()):,} formulas" in told
    cells = plan_of("names", epochs=100, large=True).layout
    assert f"{sum(cells.formula_counts().values()):,}" in told
    for epoch in (0, 10, 30):
        other = reference.run(plan.layout.model, {**inputs, "epoch": np.array(float(epoch))})
        assert typed != [str(name) for name in other["new"]]


def test_adam_has_a_sheet_with_its_corrections():
    plan = plan_of("rnn", optimizer="adam")
    assert "Optimiser" in plan.layout.titles.values()
    assert {"correction1", "correction2"} <= {q.name for q in plan.layout.model.quantities}


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru", "attention", "transformer"])
def test_each_guide_says_how_own_sequences_come_in(name):
    plan = plan_of(name)
    about = plan.kind.words(plan.spec).words["guide"]["about"]
    assert [line for line in about if f"xlnn build {name} --data" in line]
    assert "each Guide says how" in SECTIONS[-1]
