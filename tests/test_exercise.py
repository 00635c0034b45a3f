"""An exercise leaves formulas out and says live what is right; each student has other numbers."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from experiments import ENGINES, words_of
from interruptions import LONG, SIGNALS, carriers, processes, start
from networks import from_template, plan, replace
from programs import skip_without
from rewriting import respelled

from xlnn import linting
from xlnn.building.build import build
from xlnn.building.continue_from import source_of
from xlnn.building.plan import planned
from xlnn.checking.check import check
from xlnn.cli import cli
from xlnn.equations import exercise as eq
from xlnn.errors import DataError, OptionsError, OutputError, WorkbookError
from xlnn.exercises.exercise import equation, exercise, student_exercise
from xlnn.exercises.grading import _handed_out, grade
from xlnn.exercises.levels import MOST_AT_FIRST, blanks_of, in_order, is_exercise
from xlnn.exercises.roster import HEADINGS, file_names, students
from xlnn.exercises.submission import exercise_of, submission
from xlnn.experiments.network.kind import KIND as NETWORK
from xlnn.loading.spec import described, read_spec
from xlnn.loading.values import values
from xlnn.options import Options
from xlnn.registry.templates import names, template
from xlnn.registry.text import languages, text
from xlnn.workbooks.exercise import LEVELS, Exercise
from xlnn.workbooks.exercise_drawing import own_equation
from xlnn.workbooks.exercise_sheet import exercise_title

FULL = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, 9_000))
from xlnn.cli.main import main
main()
"""
"""Runs a command that can write no file of 9 kB, nor can the processes that it starts."""

LARGE = {"digits-8x8", "cnn"}
"""Templates that take minutes."""

KINDS = [
    pytest.param(name, marks=pytest.mark.slow if name not in {"descent", "neuron"} else ())
    for name in names()
    if name not in LARGE
]


def made(path, what="digits", **asked):
    """Write an exercise of few epochs, if it has any, and return its path."""
    if "epochs" in source_of(what).kind.options:
        asked = {"epochs": 2, **asked}
    return exercise(what, path, **asked)[0].path


@pytest.fixture(scope="module")
def delta(tmp_path_factory):
    """The book's network, without its errors, for a student."""
    folder = tmp_path_factory.mktemp("exercise")
    return made(folder / "ada.xlsx", blank="delta3,delta2", student="Ada", seed=7)


def states(path, engine="formualizer"):
    """Return the states of an exercise, in words, by the quantities that are left out."""
    said = values(path, engine)["exercise_blanks_said"]
    return dict(zip(exercise_of(path).blank, map(str, said), strict=True))


def filled(path, copy, which, changed=lambda formula, _: formula):
    """Return a copy in which the stated formulas, or changed ones, stand in some quantities."""
    _, layout = described(path)
    workbook = openpyxl.load_workbook(path)
    for name in which:
        quantity, block = layout.model[name], layout.blocks[name]
        sheet = workbook[layout.titles[block.sheet]]
        for index in np.ndindex(quantity.lengths):
            if not (quantity.given and index[0] < quantity.given):
                formula = changed(layout.formula(name, index), index)
                sheet.cell(*block.address(index)).value = formula
    workbook.save(copy)
    return copy


def unfilled(path):
    """Return the cells in which a text's blank, as {source}, was never filled."""
    return [
        (sheet.title, cell.coordinate, cell.value)
        for sheet in openpyxl.load_workbook(path)
        for row in sheet
        for cell in row
        if isinstance(cell.value, str) and re.search(r"\{\w*\}", cell.value)
    ]


@pytest.mark.ci
def test_an_exercise_whose_charts_have_errors_is_written(tmp_path):
    path = exercise("slopes", tmp_path / "e.xlsx", level=2, student="Ada")[0].path
    values = openpyxl.load_workbook(path, data_only=True)["Tangent"].iter_rows(values_only=True)
    assert "#DIV/0!" in {each for row in values for each in row}


@pytest.mark.parametrize("what", KINDS)
@pytest.mark.first(1)
@pytest.mark.slow
def test_an_exercise_of_every_kind_is_empty_and_right_when_it_is_filled_in(what, tmp_path):
    path = made(tmp_path / "exercise.xlsx", what, level=5, student="Ada")
    blank = exercise_of(path).blank
    assert set(states(path).values()) == {"not done"}
    assert linting.lint(path) == ()
    assert unfilled(path) == []
    report = check(path, "formualizer", 1)
    assert {wrong.quantity for wrong in report.wrong} == set(blank)
    assert {wrong.formula for wrong in report.wrong} == {None}
    key = made(tmp_path / "key.xlsx", what, level=5, student="Ada", key=True)
    assert exercise_of(key) == exercise_of(path)
    assert set(states(key).values()) == {"correct"}
    assert check(key, "formualizer", 2).agrees
    solved = filled(path, tmp_path / "solved.xlsx", blank)
    assert set(states(solved).values()) == {"correct"}
    assert check(solved, "formualizer", 1).agrees


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("asked", [{"level": 5}, {"blank": "W2"}], ids=["level 5", "W2"])
@pytest.mark.first(1)
@pytest.mark.slow
def test_no_sheet_of_an_exercise_holds_an_unfilled_blank(lang, asked, tmp_path):
    assert unfilled(made(tmp_path / "exercise.xlsx", "xor", lang=lang, **asked)) == []


@pytest.mark.parametrize("lang", languages())
@pytest.mark.first(1)
@pytest.mark.slow
def test_no_sheet_of_a_fresh_exercise_says_what_is_not_so(lang, tmp_path):
    path = made(tmp_path / "exercise.xlsx", level=2, lang=lang)
    first = openpyxl.load_workbook(path, read_only=True).active
    assert first.title == text(lang, "practising").sheets["exercise"]
    said = values(path, "formualizer")
    words = NETWORK.words(read_spec(path))
    assert str(said["numpy_state"]).startswith(words("sentences", "check_differs", what="")[:-1])
    assert str(said["numpy_advice"]) == words("sentences", "check_after_difference")
    assert np.isnan(said["confusion_wrong"])
    assert str(said["confusion_mistakes"]) == eq.WAITING


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_sentence_waits_for_all_that_it_is_computed_from(engine, tmp_path):
    skip_without(engine)
    blank = ["dx", "change"]
    path = made(tmp_path / "exercise.xlsx", "descent", blank=blank, epochs=2)
    fresh = values(path, engine)
    assert str(fresh["name"]) == "z = x² + y²"  # it depends on neither
    said = ("verdict", "course", "where", "points")
    assert {name: str(fresh[name]) for name in said} == dict.fromkeys(said, eq.WAITING)
    half = filled(path, tmp_path / "half.xlsx", blank[:1])
    assert str(values(half, engine)["course"]) == "In 2 steps z goes from 13 to 5.3248."
    assert str(values(half, engine)["where"]) == eq.WAITING
    solved = filled(path, tmp_path / "solved.xlsx", blank)
    assert str(values(solved, engine)["where"]).startswith("Of the 36 directions tried")
    assert check(solved, engine, 1).agrees


GAP = re.compile(r"  |[ (][,.;:!?)](?!\d)|[=<>≈→] *(?:[,;:)]|\.?$)|#\w+[/!]")
"""How a sentence reads of which a number is missing."""


@pytest.mark.parametrize("what", [*dict.fromkeys(("descent", "xor", *names()))])
@pytest.mark.first(2)
@pytest.mark.ci
def test_no_sentence_of_a_fresh_exercise_has_a_gap(what, tmp_path):
    path = made(tmp_path / "exercise.xlsx", what, level=5)
    _, layout = described(path)
    said = values(path, "formualizer")
    every = [q.name for q in layout.model.quantities if q.is_sentence]
    every = [name for name in every if name != "vocabulary"]  # a list of words, with a full stop
    gaps = {
        name: str(entry)
        for name in every
        for entry in np.ravel(said[name])
        if GAP.search(str(entry))
    }
    assert every
    assert gaps == {}


def test_a_gap_is_told_from_a_sentence():
    assert GAP.search("η = 0.098 is above : near the minimum")
    assert not GAP.search("η = 0.098 is above 0.5: near the minimum, x = .5 (of 2).")


@pytest.mark.parametrize("what", ["solver", "cnn-solver"])
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_sentence_waits_for_images_that_stand_side_by_side(what, tmp_path):
    path = made(tmp_path / "exercise.xlsx", what, level=5)
    assert linting.lint(path) == ()
    assert str(values(path, "formualizer")["says"]) == eq.WAITING
    solved = filled(path, tmp_path / "solved.xlsx", exercise_of(path).blank)
    assert "images are recognised" in str(values(solved, "formualizer")["says"])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.slow
@pytest.mark.first(engine=1)
def test_every_engine_tells_the_states_alike(engine, delta, tmp_path):
    skip_without(engine)
    assert states(delta, engine) == {"delta3": "not done", "delta2": "not done"}
    solved = filled(delta, tmp_path / "solved.xlsx", ["delta3", "delta2"])
    assert states(solved, engine) == {"delta3": "correct", "delta2": "correct"}
    assert check(solved, engine, 1).agrees
    wrong = filled(delta, tmp_path / "wrong.xlsx", ["delta3"], lambda f, _: f"{f}+0.001")
    assert states(wrong, engine) == {"delta3": "wrong", "delta2": "not done"}


def test_the_only_point_of_a_line_in_a_chart_may_be_left_out(tmp_path):
    path = made(tmp_path / "point.xlsx", "neuron", blank="step")
    assert states(path) == {"step": "not done"}


@pytest.mark.slow
def test_all_cells_that_are_left_out_are_empty_and_marked_and_no_others(delta):
    _, layout = described(delta)
    sheet = openpyxl.load_workbook(delta)["Training"]
    pink = {cell.coordinate for row in sheet for cell in row if cell.fill.fgColor.rgb == "00F9DCEB"}
    left_out = {
        sheet.cell(*layout.blocks[name].address(index)).coordinate
        for name in ("delta3", "delta2")
        for index in np.ndindex(layout.model[name].lengths)
    }
    assert pink == left_out
    assert all(sheet[cell].value is None for cell in left_out)


@pytest.mark.slow
def test_the_start_of_the_weights_stays_where_their_steps_are_left_out(tmp_path):
    path = made(tmp_path / "w.xlsx", blank=["W2"])
    arrays = values(path, "formualizer")
    assert np.isfinite(arrays["W2"][0]).all()
    assert np.isnan(arrays["W2"][1:]).all()
    assert values(made(tmp_path / "key.xlsx", blank=["W2"], key=True))["W2"].shape == (3, 3, 12)


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        (lambda f, i: f if i[0] == 0 else None, "partly"),
        (lambda f, i: f if i[2] == 0 else None, "partly"),
        (lambda f, _: f"=-({f[1:]})", "wrong"),
        (lambda f, _: f"{f}*1.00001", "wrong"),
        (lambda f, i: f"{f}+0.00001*(ROW()=9)" if i else f, "wrong"),
        (lambda f, i: f.replace("Images!N", "Images!O") if i[2] == 0 else f, "wrong"),
        (lambda f, _: f"=0+({f[1:]})*1", "first step right"),
    ],
)
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_wrong_half_or_other_right_formula_is_told(delta, tmp_path, changed, state):
    path = filled(delta, tmp_path / "try.xlsx", ["delta3"], changed)
    assert states(path) == {"delta3": state, "delta2": "not done"}


@pytest.mark.slow
def test_later_steps_wait_for_what_else_is_left_out_and_then_are_told(delta, tmp_path):
    key = filled(delta, tmp_path / "key.xlsx", ["delta3", "delta2"])
    assert set(states(key).values()) == {"correct"}
    off = filled(key, tmp_path / "off.xlsx", ["delta2"], lambda f, i: f"{f}+0.1*{i[0]}")
    assert states(off) == {"delta3": "correct", "delta2": "wrong"}  # of two epochs the last
    first = filled(
        key, tmp_path / "first.xlsx", ["delta2"], lambda f, _: f"-{f}".replace("-=", "=-")
    )
    assert states(first) == {"delta3": "first step right", "delta2": "wrong"}


@pytest.mark.slow
def test_columns_that_are_exchanged_and_rows_that_are_reversed_are_wrong(delta, tmp_path):
    key = values(filled(delta, tmp_path / "key.xlsx", ["delta3"]), "formualizer")["delta3"]
    for turned in (key[..., ::-1], key[::-1], key[:, ::-1]):
        path = filled(delta, tmp_path / "t.xlsx", ["delta3"], lambda _, i, t=turned: float(t[i]))
        assert states(path)["delta3"] == "wrong"


@pytest.mark.slow
def test_a_changed_input_is_told_instead_of_a_wrong_formula(delta, tmp_path):
    path = filled(delta, tmp_path / "solved.xlsx", ["delta3", "delta2"])
    for sheet, cell in (("Play", "C6"), ("Images", "D9"), ("Weights", "B4")):
        workbook = openpyxl.load_workbook(path)
        workbook[sheet][cell].value += 0.25
        workbook.save(tmp_path / "other.xlsx")
        assert set(states(tmp_path / "other.xlsx").values()) == {"inputs changed"}
    workbook = openpyxl.load_workbook(path)
    _, layout = described(path)
    chosen = layout.cell("lens_image", ()).partition("!")[2]  # to look at: it changes nothing
    assert workbook["Lens"][chosen].value == 1
    workbook["Lens"][chosen].value = 2
    workbook.save(tmp_path / "other.xlsx")
    assert set(states(tmp_path / "other.xlsx").values()) == {"correct"}


@pytest.mark.ci
def test_the_stored_values_are_those_of_the_file_with_its_blanks(delta):
    seen, (_, layout) = openpyxl.load_workbook(delta, data_only=True), described(delta)
    title, _, state = layout.cell("exercise_blanks_said", (0,)).partition("!")
    assert seen["Training"]["S4"].value is None
    assert seen[title][state].value == "not done"
    assert seen["Gradients"]["B4"].value == 0  # computed from blanks


@pytest.mark.slow
def test_a_student_gets_the_same_again_and_another_student_other_numbers(delta, tmp_path):
    again = made(tmp_path / "again.xlsx", blank="delta3,delta2", student="Ada", seed=7)
    assert again.read_bytes() == delta.read_bytes()
    ada = values(delta, "formualizer")
    for number, other in enumerate(({"student": "Bob", "seed": 7}, {"student": "Ada", "seed": 8})):
        path = made(tmp_path / f"{number}.xlsx", blank="delta3,delta2", **other)
        arrays = values(path, "formualizer")
        assert not np.allclose(arrays["W2"][0], ada["W2"][0])
        few = min(len(arrays["x"]), len(ada["x"]))
        assert not np.array_equal(arrays["x"][:few], ada["x"][:few])


@pytest.mark.slow
def test_without_a_student_and_a_seed_the_numbers_are_those_of_the_template(tmp_path):
    path = made(tmp_path / "plain.xlsx", level=1)
    plain = build("digits", tmp_path / "digits.xlsx", epochs=2).path
    ours, theirs = values(path, "formualizer"), values(plain, "formualizer")
    for name in ("x", "t", "eta"):
        np.testing.assert_array_equal(ours[name], theirs[name])
    np.testing.assert_array_equal(ours["W2"][0], theirs["W2"][0])


MOVED = [name for name in names() if name not in LARGE]


def inputs_of(given, spec):
    """Return the inputs of a student's exercise."""
    source = source_of(spec.template)
    return student_exercise(source, source.kind.asked_for(spec), given).inputs


@pytest.mark.parametrize("what", MOVED)
@pytest.mark.first(6)
@pytest.mark.ci
def test_students_of_every_kind_have_other_inputs_and_the_same_ones_follow_again(what):
    source = source_of(what)
    spec = source.kind.plan(source, {}).spec
    asked = Exercise((), "", 3, 1)
    ada, bob = (inputs_of(replace(asked, student=name), spec) for name in ("Ada", "Bob"))
    differing = [
        name for name in ada if ada[name].shape != bob[name].shape or (ada[name] != bob[name]).any()
    ]
    assert differing
    again = inputs_of(replace(asked, student="Ada"), spec)
    assert all(np.array_equal(ada[name], again[name]) for name in ada)


@pytest.mark.ci
def test_what_a_student_was_handed_is_known_again_and_a_wrong_name_is_noticed(delta):
    spec = read_spec(delta)
    given = exercise_of(delta)
    held = values(delta, "formualizer")
    handed = inputs_of(given, spec)
    np.testing.assert_array_equal(handed["x"], held["x"])
    np.testing.assert_array_equal(handed["W3"][0], held["W3"][0])
    others = inputs_of(replace(given, student="Bob"), spec)
    assert not np.array_equal(others["W3"], handed["W3"])
    handed_in = submission(delta)
    known = _handed_out(handed_in, None)
    np.testing.assert_array_equal(known["W3"][0], held["W3"][0])
    assert _handed_out(replace(handed_in, spec=replace(spec, template="nowhere")), None) is None


def test_levels_go_from_the_weighted_input_to_a_whole_epoch(digits):
    layout = source_of("digits").kind.layout(digits.spec)
    order = [quantity.name for quantity in in_order(layout)]
    assert order.index("z2") < order.index("a2") < order.index("z3") < order.index("delta3")
    assert order.index("dC_db3") < order.index("W2") < order.index("b3")


@pytest.mark.parametrize("what", names())
@pytest.mark.first(3)
@pytest.mark.ci
def test_in_every_template_what_comes_later_is_computed_from_what_comes_before(what):
    """Only what has a start, such as weights, is there when a step begins."""
    source = source_of(what)
    few = Options(**({"epochs": 2} if "epochs" in source.kind.options else {}))
    plan = planned(source, few)
    order = in_order(plan.layout)
    place = {quantity.name: n for n, quantity in enumerate(order)}
    for quantity in order:
        for use in quantity.uses.values():
            if use.lag == 0 and use.name in place:
                is_start = plan.layout.model[use.name].given and not quantity.given
                assert is_start or place[use.name] < place[quantity.name], (use.name, quantity.name)
    level = blanks_of(plan.layout, (), 1, plan.cells)
    assert 0 < len(level) <= MOST_AT_FIRST
    fit = [quantity for quantity in order if is_exercise(plan.layout, quantity)]
    forward = [quantity.name for quantity in fit if not quantity.given]
    assert level[0] in forward or not forward


def test_the_first_level_of_lstm_is_its_gates():
    plan = planned(source_of("lstm"), Options(epochs=1))
    first = blanks_of(plan.layout, (), 1, plan.cells)
    assert {"i", "f", "o", "g", "c", "h"} <= {*first}
    order = [quantity.name for quantity in in_order(plan.layout)]
    steps = ("past", "i", "c", "h", "z", "cost", "e", "dc", "dC_dUi", "moment1_Ui", "direction_Ui")
    assert [*steps, "Ui"] == sorted((*steps, "Ui"), key=order.index)


def test_the_page_for_teachers_says_what_each_level_leaves_out():
    page = Path(__file__).parent.parent.joinpath("docs", "teacher.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([1-5]) \| (.*) \|$", page, re.MULTILINE)
    source, named = source_of("digits"), ()
    plan = planned(source, Options(epochs=1))
    for level, said in rows:
        named += tuple(re.findall("`(.*?)`", said))
        assert named == blanks_of(plan.layout, (), int(level), plan.cells)
    assert len(rows) == LEVELS


@pytest.mark.parametrize("what", ["digits", "xor"])
def test_no_level_leaves_out_what_only_draws(what):
    layout = source_of(what).kind.layout(plan(from_template(template(what)), Options()).spec)
    left_out = [q for q in in_order(layout) if is_exercise(layout, q)]
    assert [q.name for q in left_out][-4:] == ["W2", "b2", "W3", "b3"]


@pytest.mark.slow
def test_each_level_leaves_out_more_and_the_last_one_all(tmp_path):
    blanks = [
        exercise_of(made(tmp_path / f"{n}.xlsx", "descent", level=n)).blank for n in range(1, 6)
    ]
    for few, more in pairwise(blanks):
        assert more[: len(few)] == few
        assert len(more) > len(few)
    assert {"x", "dz_dx", "dx", "z"} <= set(blanks[-1])


@pytest.mark.slow
def test_an_exercise_is_made_of_a_workbook_too(short_path, tmp_path):
    workbook = openpyxl.load_workbook(short_path)
    workbook["Play"]["C6"].value = 0.4
    workbook.save(tmp_path / "own.xlsx")
    path = exercise(tmp_path / "own.xlsx", tmp_path / "e.xlsx", blank="z2", student="Ada")[0].path
    assert values(path, "formualizer")["eta"] == 0.4
    assert exercise_of(path).blank == ("z2",)


@pytest.mark.parametrize("lang", ["zh", "ja"])
@pytest.mark.first(1)
@pytest.mark.slow
def test_an_exercise_speaks_the_languages(lang, tmp_path):
    path = made(tmp_path / f"{lang}.xlsx", level=2, lang=lang, student="李雷 <&> '")
    assert len(set(states(path).values())) == 1
    assert exercise_of(path).student == "李雷 <&> '"
    assert read_spec(path).lang == lang
    workbook = openpyxl.load_workbook(path)
    sheet = workbook[{"zh": "练习", "ja": "練習"}[lang]]
    assert "李雷 <&> '" in sheet["A1"].value
    told = [sheet.cell(row, 1).value for row in (2, 3)]
    assert [workbook.worksheets[0].cell(row, 2).value for row in (3, 4)] == told
    assert all("5" in line for line in told)
    shown = " ".join(str(c.value) for row in sheet for c in row if isinstance(c.value, str))
    assert not re.search("not done|correct|{", shown)


@pytest.mark.slow
def test_a_roster_makes_a_file_for_each_student(tmp_path):
    roster = tmp_path / "names.csv"
    roster.write_text("number;Name\n1;Ada\n2;李雷\n3;../x\n", encoding="utf-8-sig")
    asked = ["descent", "--roster", str(roster), "--blank", "dx", "-o", str(tmp_path / "class")]
    result = CliRunner().invoke(cli, ["exercise", *asked])
    assert result.exit_code == 0, result.output
    assert "3 exercises" in result.output
    paths = sorted(path.name for path in (tmp_path / "class").iterdir())
    assert paths == ["Ada.xlsx", "_x.xlsx", "李雷.xlsx"]
    held = [values(tmp_path / "class" / name, "formualizer")["eta"] for name in paths]
    assert len(set(map(float, held))) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ada\nBob\nada\n", 'line 3: "ada" is already in line 1'),
        ("Ada\n\nBob\n", "line 2: a name was expected"),
        ("name,points\nAda,1\n,2\n", "line 3: a name was expected"),
        ("Ada,1\nBob,2\n", 'none is headed "name"'),
        ("name\n", "holds no names"),
        ("", "is empty"),
        ("A\u0007\n", "is not a valid name"),
        (f"{'a' * 201}\n", "is not a valid name"),
    ],
)
def test_a_roster_that_cannot_be_used_is_refused_in_a_sentence(tmp_path, text, said):
    path = tmp_path / "names.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=re.escape(said)) as refusal:
        students(path)
    assert len(str(refusal.value)) < 300


@pytest.mark.parametrize("encoding", ["cp932", "utf-16", "utf-16-le"])
def test_a_roster_in_another_encoding_names_no_option_that_there_is_not(tmp_path, encoding):
    path = tmp_path / "names.csv"
    path.write_bytes("name\nAda\n田中\n".encode(encoding))
    with pytest.raises(DataError, match=r"save it as CSV in UTF-8\.$"):
        students(path)


def test_file_names_are_safe_and_no_two_are_alike():
    given = ["../../etc", "a" * 300, "A" * 300, "con", "x.", "。", "  .", "a\\b"]
    made_of = file_names(given)
    assert len({name.casefold() for name in made_of}) == len(given)
    for name in made_of:
        assert name
        assert not set('/\\:*?"<>|') & set(name)
        assert not name.startswith((".", " "))
        assert len(name) < 80


@pytest.mark.parametrize(
    ("asked", "kind", "said"),
    [
        ({"blank": "delta"}, DataError, 'no quantity "delta" to leave out: is it delta'),
        ({"blank": "x"}, DataError, "x cannot be left out"),
        ({"blank": "story"}, DataError, "story cannot be left out"),
        ({"level": 6}, OptionsError, "from 1 to 5"),
        ({"level": 0}, OptionsError, "from 1 to 5"),
        ({"level": "1"}, OptionsError, "level is '1': a whole number from 1 to 5 is expected"),
        ({"level": 1.0}, OptionsError, "level is 1.0: a whole number from 1 to 5 is expected"),
        ({"student": 5}, OptionsError, "student is 5: a name is expected"),
        ({"blank": ("z2", 3)}, OptionsError, "blank is ('z2', 3): a name of a quantity"),
        ({"epochs": "3"}, OptionsError, "epochs is '3': a whole number of at least 1 is expected"),
        ({"roster": 5}, OptionsError, "roster is 5: a path is expected"),
        ({"level": 1, "blank": "z2"}, OptionsError, "cannot be combined"),
        ({"seed": -1}, OptionsError, "seed is -1"),
        ({"seed": True}, OptionsError, "seed is True"),
        ({"student": "A\n\0"}, DataError, "is not a valid name"),
        ({"student": "A", "roster": "names.csv"}, OptionsError, "cannot be combined"),
        ({"roster": "nowhere.csv"}, DataError, "cannot be read"),
        ({"epochs": 0}, OptionsError, "epochs is 0: a whole number of at least 1"),
        ({"lang": "fr"}, DataError, "no language"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(asked, kind, said, tmp_path):
    with pytest.raises(kind, match=re.escape(said)):
        made(tmp_path / ("class" if [*asked] == ["roster"] else "e.xlsx"), **asked)
    assert not [*tmp_path.iterdir()]


def test_numbers_that_rounding_decides_are_not_left_out(tmp_path):
    with pytest.raises(DataError, match="rounding decides"):
        made(tmp_path / "e.xlsx", "slopes", blank="e_central")


@pytest.mark.slow
def test_what_a_person_did_is_not_replaced(delta, tmp_path):
    copy = filled(delta, tmp_path / "mine.xlsx", ["delta3"])
    with pytest.raises(OutputError, match=r"may have been changed|was changed"):
        made(copy, blank="delta3")
    roster = tmp_path / "n.csv"
    roster.write_text("Ada\n")
    with pytest.raises(OutputError, match="a folder"):
        made(tmp_path / "x.xlsx", roster=roster)


@pytest.mark.slow
def test_an_altered_state_is_found_by_the_check(delta, tmp_path):
    path = filled(delta, tmp_path / "key.xlsx", ["delta3", "delta2"])
    workbook = openpyxl.load_workbook(path)
    altered = described(path)[1].cell("exercise_blanks", (0,))
    sheet, cell = altered.split("!")
    workbook[sheet][cell].value = "=3"
    workbook.save(path)
    report = check(path, "formualizer", 1)
    assert [wrong.cell for wrong in report.wrong] == [altered]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nothing", 'no quantity "nothing" to leave out'),
        ("x", "x cannot be left out"),
        ("story", "story cannot be left out"),
        ("delta2", "each named once"),
    ],
)
@pytest.mark.ci
def test_a_spec_that_leaves_out_what_cannot_be_is_refused_in_a_sentence(
    delta, tmp_path, name, said
):
    hostile = respelled(shutil.copy(delta, tmp_path / "hostile.xlsx"), '"delta3"', f'"{name}"')
    with pytest.raises(WorkbookError, match=re.escape(said)) as refusal:
        check(hostile, "formualizer", 0)
    assert len(str(refusal.value)) < 300


@pytest.mark.slow
def test_an_error_among_filled_cells_is_no_right_number(delta, tmp_path):
    path = filled(delta, tmp_path / "key.xlsx", ["delta3", "delta2"])
    workbook = openpyxl.load_workbook(path)
    workbook["Training"]["S5"].value = "=1/0"
    workbook.save(path)
    assert states(path)["delta3"] == "partly"
    assert [wrong.cell for wrong in check(path, "formualizer", 1).wrong] == ["Training!S5"]


@pytest.mark.ci
def test_without_its_sheet_an_exercise_is_checked_as_before(delta, tmp_path):
    path = filled(delta, tmp_path / "key.xlsx", ["delta3", "delta2"])
    workbook = openpyxl.load_workbook(path)
    del workbook["Exercise"]
    for name in [name for name in workbook.defined_names if "exercise" in name]:
        del workbook.defined_names[name]
    workbook["Training"].conditional_formatting = type(
        workbook["Training"].conditional_formatting
    )()
    workbook.save(path)
    assert check(path, "formualizer", 1).agrees


@pytest.mark.ci
def test_a_renamed_spec_and_a_deleted_sheet_exercise_cost_nothing(tmp_path):
    path = made(tmp_path / "key.xlsx", "descent", level=1, key=True)
    book = openpyxl.load_workbook(path)
    book["Spec"].title = "Notes"
    del book["Exercise"]
    book.save(path)
    (grades,) = grade(path, seed=0, workers=1)
    assert (grades.error, grades.points) == ("", grades.of)


@pytest.mark.ci
def test_a_level_that_was_not_handed_out_is_noted(tmp_path):
    path = made(tmp_path / "key.xlsx", "descent", level=1, key=True)
    (same,), (other,) = (grade(path, seed=0, workers=1, level=level) for level in (1, 2))
    assert same.asked_otherwise == ()
    assert set(exercise_of(made(tmp_path / "2.xlsx", "descent", level=2)).blank) == {
        *exercise_of(path).blank, *other.asked_otherwise,
    }  # fmt: skip


def test_sums_of_what_is_tiny_large_or_constant_tell_right_from_wrong():
    for numbers in (np.array([1e-8, 3e-8, -2e-8]), np.array([1e11, 3e11, 2e11]), np.full(3, 0.5)):
        area = eq.JudgedCells("a", np.arange(3)[:, None], "A1:A3", "A1:A2", "A2:A3")
        sums = eq.Sums([area])
        noted = sums.array(a=numbers)
        near, off = numbers * (1 + 1e-12), numbers * [1, 1, 1.0001]
        state = eq.SumsState()
        assert state.array(noted, sums.array(a=near)) == eq.CORRECT
        assert state.array(noted, sums.array(a=off)) == eq.WRONG
        assert state.array(noted, sums.array(a=np.array([np.nan, *numbers[1:]]))) == eq.PARTLY
        assert state.array(noted, sums.array(a=np.full(3, np.nan))) == eq.NOT_DONE


@pytest.mark.skipif(os.name != "posix", reason="no limit for files")
@pytest.mark.slow
def test_a_disk_that_is_full_is_one_sentence_for_a_class(tmp_path):
    (tmp_path / "names.csv").write_text("Ada\nBob\n")
    ran = subprocess.run(
        [sys.executable, "-c", FULL, "exercise", "descent", "--roster", "names.csv", "-o", "class"],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert re.fullmatch(r"Error: The workbook cannot be written \(.*File too large.*\n", ran.stderr)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["names.csv"]


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_signal_ends_a_class_with_nothing_left_but_whole_files(number, tmp_path):
    (tmp_path / "temporary").mkdir()
    (tmp_path / "names.csv").write_text("".join(f"Student {n}\n" for n in range(60)))
    mark = f"{tmp_path}:exercise"
    command = ["exercise", "descent", "--epochs", "5", "--roster", "names.csv", "-o", "class"]
    process = start(command, tmp_path, mark)
    while not [*tmp_path.glob("class/*.xlsx")] and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(number)
    assert process.wait(LONG) == 128 + number
    assert processes(mark) == ()
    assert [*(tmp_path / "temporary").iterdir()] == []
    made_so_far = sorted((tmp_path / "class").iterdir())
    assert 1 <= len(made_so_far) < 60
    assert all(linting.lint(path) == () for path in made_so_far)
    assert (tmp_path / "said").read_text() == "Stopped.\n"


@pytest.mark.skipif(not Path("/proc").exists(), reason="no /proc that tells who is there")
@pytest.mark.ci
def test_a_signal_before_the_first_of_a_class_leaves_no_folder(tmp_path):
    (tmp_path / "temporary").mkdir()
    (tmp_path / "names.csv").write_text("Ada\nBob\nEve\n")
    mark = f"{tmp_path}:begun"
    command = ["exercise", "digits", "--roster", "names.csv", "-o", "class"]
    process = start(command, tmp_path, mark)
    while len([*carriers(mark)]) < 2 and process.poll() is None:  # itself, and one that helps it
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert process.wait(LONG) == 128 + signal.SIGINT
    assert processes(mark) == ()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["names.csv", "said", "temporary"]
    assert (tmp_path / "said").read_text() == "Stopped.\n"


def test_the_page_for_teachers_names_every_heading_of_a_roster():
    page = Path(__file__).parent.parent / "docs" / "teacher.md"
    said = page.read_text(encoding="utf-8")
    assert [each for each in HEADINGS if f"`{each}`" not in said] == []


@pytest.mark.parametrize(
    ("lang", "name"), [("en", "function used"), ("zh", "实际使用的函数"), ("ja", "実際に使う関数")]
)
@pytest.mark.first(2)
@pytest.mark.ci
def test_what_has_no_symbol_is_called_by_its_name_and_not_by_the_codes(lang, name, tmp_path):
    path = made(tmp_path / "e.xlsx", "descent", blank="dz_dx,dz_dy,swings,grows", lang=lang)
    sheet = openpyxl.load_workbook(path)[text(lang, "practising").sheets["exercise"]]
    shown = [str(cell.value) for row in sheet for cell in row if cell.value is not None]
    for said in (
        f"∂z/∂x = CHOOSE({name}, 2 × x, 2 × x, ",
        f"∂z/∂y = CHOOSE({name}, 2 × y, 8 × y, ",
    ):
        assert any(each.startswith(said) for each in shown)
    formulas = [each for each in shown if each.startswith("=")]
    assert not {"swings", "grows", "function"} & ({*shown} - {*formulas})
    for kind in ("swings", "grows"):
        assert shown.count(words_of("descent", lang)("quantities", kind)) == 2


EQUATIONS = {
    "z2": "z² = Σ w² x + b²",
    "z3": "z³ = Σ w³ a² + b³",
    "a3": "a³ = exp(z) / Σ exp(z)",
    "a2": "a² = tanh(z²)",
    "loss": "c = −t ln a",
    "slope2": "a′(z²) = 1 − (a²)²",
    "delta3": "δ³ = a³ − t",
    "delta2": "δ² = (Σ δ³ w³) a′(z²)",
    "dC_dW3": "∂C_T/∂w³ = Σ δ³ a²",
    "W2": "w² ← w² − η ∂C_T/∂w²",
}


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("name", EQUATIONS)
def test_an_equation_is_that_of_its_own_layer(name, lang):
    source = source_of("iris")
    made = planned(source, Options(lang=lang))
    words = source.kind.words(made.spec, made.layout).words["guide"]["symbols"]
    quantity = made.layout.model[name]
    told = source.kind.equations(made.spec, quantity.layer)
    found = own_equation(quantity, made.layout.model, words[quantity.kind], told)
    assert found == EQUATIONS[name]


@pytest.mark.parametrize("what", ["descent", "xor"])
@pytest.mark.first(1)
def test_the_picture_of_the_guide_stands_below_what_is_said_of_the_exercise(what, tmp_path):
    sheet = openpyxl.load_workbook(made(tmp_path / "e.xlsx", what, level=1))["Guide"]
    (picture,) = sheet._charts  # noqa: SLF001 -- openpyxl has no other name for them
    said = next(c.row for c in sheet["B"] if str(c.value).startswith("The rest of this page"))
    assert picture.anchor._from.row == said  # noqa: SLF001 -- a name of the file format


def equation_of(what, name):
    source = source_of(what)
    made = planned(source, Options())
    names = source.kind.words(made.spec, made.layout).words["quantities"]
    return equation(made.layout, name, names)


@pytest.mark.parametrize(
    ("what", "name", "said"),
    [
        ("rnn", "z", "z = Σ h V + c₁"),
        ("rnn", "cost", "C = max(z, 0) − t × z + ln(1 + exp(−|z|))"),
        ("rnn", "y", "y = 1 / (1 + exp(−z))"),
        ("rnn", "dC_dW", "∂C/∂W₃₁ = Σ δ₃ x"),
        ("rnn", "size", "|∂z/∂h| = √(Σ (∂z/∂h)²)"),
        ("rnn", "U", "U₃₃ ← U₃₃ − η × ∂C/∂U₃₃"),
        ("regression", "e", "e = y − (px + q)"),
        ("xor", "C", "C = (Σ (t₁ − a³₁)² + Σ (t₂ − a³₂)²) / 2"),
        ("embeddings", "C_ratings", "C = (Σ e² + λ × (Σ p² + Σ q² + Σ bᵤ² + Σ bᵢ²)) / 2"),
        ("regression", "x_mean", "AVERAGE(x)"),
        ("regression", "q_last", "h − Σ p by descent × mean"),
        ("descent", "unit_x", "cos = cos(2 × π × k / 36)"),
        ("descent", "dz_dy", "∂z/∂y = CHOOSE(function used, 2 × y, 8 × y, 2 × y / (1 + x² + y²))"),
        ("digits", "W2", "w²₃,₁₂ ← w²₃,₁₂ − η × ∂C_T/∂w²₃,₁₂"),
    ],
)
def test_a_formula_is_read_as_an_equation(what, name, said):
    assert equation_of(what, name) == said


@pytest.mark.ci
def test_every_line_of_an_exercise_has_an_equation():
    without = set()
    for what in names():
        source = source_of(what)
        made = planned(source, Options())
        words = source.kind.words(made.spec, made.layout).words
        known = words.get("guide", {}).get("symbols", {})
        for q in in_order(made.layout):
            told = source.kind.equations(made.spec, q.layer)
            if is_exercise(made.layout, q) and not (
                own_equation(q, made.layout.model, known.get(q.kind, {}), told)
                or equation(made.layout, q.name, words["quantities"])
            ):
                without.add((what, q.name))
    assert without == set()


# --- the check of an exercise -------------------------------------------------------------------


@pytest.fixture(scope="module")
def half_done(tmp_path_factory):
    """Of four quantities one is right in other words, one wrong, one half done, one empty."""
    folder = tmp_path_factory.mktemp("half")
    blank = ["z2", "a2", "C", "delta2"]
    path = made(folder / "e.xlsx", "xor", blank=blank, epochs=1)
    _, layout = described(path)
    book = openpyxl.load_workbook(path)

    def fill(name, change, rows=4):
        quantity, block = layout.model[name], layout.blocks[name]
        for index in np.ndindex(quantity.lengths):
            if index[1] < rows:
                sheet = book[layout.titles[block.sheet]]
                sheet.cell(*block.address(index)).value = change(layout.formula(name, index))

    fill("z2", lambda text: f"=0+({text[1:]})")
    fill("a2", lambda text: f"=SIN(C4)*{len(text)}")
    fill("C", lambda text: text, rows=2)
    book.save(folder / "half.xlsx")
    return folder / "half.xlsx", layout


def answers_in(said, layout, names):
    """Return the formulas of some quantities that a text holds."""
    return [
        text
        for name in names
        for text in layout.stated(name).values()
        if text[1:] in said.replace(" ", "")
    ]


@pytest.mark.ci
def test_the_check_of_an_exercise_says_what_is_right_and_never_what_belongs_there(half_done):
    path, layout = half_done
    done = CliRunner().invoke(cli, ["check", str(path), "--seed", "5"])
    assert done.exit_code == 1
    lines = done.output.splitlines()
    assert lines[0].endswith("1 of 4 right, also with random inputs   seed 5")
    said = [re.split(r":| \(", line.split("   ")[-1])[0] for line in lines[1:]]
    assert said == ["right", "wrong", "partly", "not done"]
    as_json = CliRunner().invoke(cli, ["check", str(path), "--json"])
    found = json.loads(as_json.output)
    assert [each["state"] for each in found["blanks"]] == said
    assert found["agrees"] is False
    in_python = check(path, "formualizer", 1)
    wrong = [each for each in in_python.wrong if each.quantity in exercise_of(path).blank]
    assert {each.quantity for each in wrong} >= {"a2", "C", "delta2"}
    assert {(each.expected, each.expected_formula) for each in wrong} == {(None, "")}
    assert {each.stated for each in in_python.restated} == {""}
    for told in (done.output, as_json.output, str(in_python), json.dumps(in_python.to_json())):
        assert answers_in(told, layout, ("delta2", "C", "a2")) == []


@pytest.mark.ci
def test_the_solution_shows_what_belongs_into_an_exercise_and_nothing_else_does(
    half_done, tmp_path
):
    path, layout = half_done
    blank = ",".join(exercise_of(path).blank)
    key = tmp_path / "key.xlsx"
    asked = ["xor", "--blank", blank, "--epochs", "1", "--key", "-o", str(key)]
    CliRunner().invoke(cli, ["exercise", *asked])
    done = CliRunner().invoke(cli, ["check", str(path), "--key", str(key), "--json"])
    assert done.exit_code == 1
    assert answers_in(done.output, layout, ("delta2",))
    for other in (path, filled(path, tmp_path / "own.xlsx", ["C"])):
        refused = CliRunner().invoke(cli, ["check", str(path), "--key", str(other)])
        assert refused.exit_code == 1
        assert "is not the solution of half.xlsx" in refused.output
        assert answers_in(refused.output, layout, exercise_of(path).blank) == []


@pytest.mark.ci
def test_the_solution_of_an_exercise_is_right_in_its_own_check(tmp_path):
    key = made(tmp_path / "key.xlsx", "descent", level=1, key=True)
    done = CliRunner().invoke(cli, ["check", str(key)])
    assert done.exit_code == 0, done.output
    assert "6 of 6 right" in done.output


@pytest.mark.parametrize("lang", languages())
@pytest.mark.ci
@pytest.mark.first(1)
def test_the_guide_of_an_exercise_promises_no_formula(lang, tmp_path):
    path = made(tmp_path / "e.xlsx", "xor", level=1, lang=lang, epochs=1)
    guide = openpyxl.load_workbook(path).worksheets[0]
    said = [cell.value for row in guide for cell in row if isinstance(cell.value, str)]
    own = text(lang, "practising")("guide", "check")
    assert own in said
    assert [line for line in said if "xlnn check FILE" in line] == [own]


# --- points and hints ---------------------------------------------------------------------------


@pytest.mark.parametrize("lang", languages())
@pytest.mark.ci
@pytest.mark.first(1)
def test_the_sheet_shows_points_and_hints_where_they_are_asked_for(lang, tmp_path):
    asked = {"blank": "z2,slope2,C_T", "epochs": 1, "lang": lang}
    plain = made(tmp_path / "plain.xlsx", "xor", **asked)
    path = made(tmp_path / "e.xlsx", "xor", points={"z2": 4}, hints=True, **asked)
    own, title = text(lang, "practising"), exercise_title(lang)
    shown, before = (openpyxl.load_workbook(each)[title] for each in (path, plain))
    cells = {c.coordinate: c.value for row in shown for c in row if isinstance(c.value, str)}
    worth = [own("exercise", "points", points=number) for number in ("4", "1", "1")]
    names = [value.split("\n")[-1] for value in cells.values() if value.endswith(tuple(worth))]
    assert names == worth
    _, layout = described(path)
    mark = own("exercise", "hint", cell="", cells="")[:2]
    hints = [value for value in cells.values() if f"\n{mark}" in value]
    assert len(hints) == 3
    assert layout.titles[layout.blocks["x"].sheet] in hints[0]
    assert "SUMPRODUCT" in hints[0]
    assert layout.stated("z2")[layout.titles["training"], 4, 3][1:] not in hints[0]
    others = {c.coordinate: c.value for row in before for c in row if isinstance(c.value, str)}
    assert others.keys() == cells.keys()
    assert {described(each)[1].cell("exercise_done", ()) for each in (path, plain)} == {
        layout.cell("exercise_done", ())
    }
    assert not any(value in other for other in others.values() for value in worth)
    symbols = [value for value in cells.values() if value in {"z²", "a′(z²)", "C_T"}]
    assert symbols.count("C_T") >= 1


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (
            {"delta": 1},
            "There are points for delta, which the exercise does not leave out. It leaves out z2.",
        ),
        ("z2=-1", "points is 'z2=-1': points of at least 0"),
        ("z2", "points is 'z2': points of at least 0, such as delta3=4,delta2=6, is expected"),
        ({"z2": float("inf")}, "points"),
    ],
)
def test_points_that_cannot_be_shown_are_refused(points, said, tmp_path):
    with pytest.raises(DataError, match=re.escape(said)):
        made(tmp_path / "e.xlsx", "xor", blank="z2", points=points)
    assert not [*tmp_path.iterdir()]
