"""An exercise from a programmer's own model is graded as one from a template."""

import openpyxl
import pytest
from click.testing import CliRunner
from submissions import RIGHT, WRONG, blanks, fill

import xlnn
from xlnn.cli import cli
from xlnn.equations import units as eq
from xlnn.errors import XlnnError
from xlnn.exercises.feedback import reason
from xlnn.exercises.submission import exercise_of
from xlnn.registry.text import text

BLANK = "y", "e", "C_T", "dC_dw", "w"
NEAR = {
    "column": {"column", "missing", "typed", "circle", "constant"},
    "row": {"row", "epoch", "circle", None},
    "dragged": {"dragged", "epoch"},
}
"""By which kinds a mistake may be named, if not by its own."""


def line():
    """Return a line w x that is fitted to three points in two epochs, and its inputs."""
    epoch, row = xlnn.Axis("epoch", 2, "up"), xlnn.Axis("row", 3)
    network = xlnn.Weights({"w": xlnn.Weight((1, 2), eq.slope("row"), "e", "x", symbol="w{}")})
    each = xlnn.alike(axes=(epoch, row), shape=(1,), sheet="Rows")
    halves = xlnn.Stated(lambda e: (e**2).sum() / 2, "=SUMSQ({e[row][0]})/2")
    model = xlnn.Model((
        xlnn.Quantity("eta"),
        xlnn.Quantity("x", axes=(row,), shape=(2,), sheet="Data"),
        xlnn.Quantity("t", axes=(row,), shape=(1,), sheet="Data"),
        *network.trained(2),
        each("y", "height of the line", eq.PROJECT.of("w", "x"), written="y = w₁ + w₂ x"),
        each("e", "error", eq.ERROR),
        xlnn.Quantity("C_T", axes=(epoch,), equation=halves, title="cost",
                      meaning="half the sum of all squared errors"),
        *network.gradients(2),
    ))  # fmt: skip
    inputs = {"eta": 0.05, "x": [[1, 0.5], [1, 1.5], [1, 2.5]], "t": [[0.3], [2.1], [1.4]]}
    return model, inputs | {"w": [[[0.7, 1.6]]]}


MODEL, INPUTS = line()


def grades(path, **how):
    """Return the grade of one file."""
    (found,) = xlnn.grade(path, model=MODEL, inputs=INPUTS, seed=0, **how)
    assert not found.error, found.error
    return found


def kinds(found):
    """Return the mistakes of each quantity; None where it is right."""
    return [
        (question.quantity, unit.mistake.kind if unit.mistake else None)
        for question in found.questions
        for unit in question.units
    ]


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory):
    """Ada's exercise, its units that are blank, and their right values."""
    folder = tmp_path_factory.mktemp("own")
    asked = {"inputs": INPUTS, "blank": BLANK, "student": "Ada"}
    path = xlnn.exercise(MODEL, folder / "ada.xlsx", **asked)[0].path
    key = xlnn.exercise(MODEL, folder / "key.xlsx", key=True, **asked)[0].path
    return path, blanks(path, BLANK, MODEL), xlnn.values(key, model=MODEL)


def submitted(handed_out, folder, answer, *, only=None):
    """Fill the exercise in: every unit, or those of one quantity, with an answer."""
    exercise, units, arrays = handed_out
    workbook, made = openpyxl.load_workbook(exercise), {}
    for (name, unit), blank in units.items():
        given = answer(blank, blank.values(arrays)) if only in {None, name} else None
        made[name, unit] = given is not None
        fill(workbook, blank, blank.stated if given is None else given)
    workbook.save(folder / "ada.xlsx")
    return folder / "ada.xlsx", made


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.first(2)
def test_a_right_answer_is_right_in_any_words(handed_out, name, tmp_path):
    path, _ = submitted(handed_out, tmp_path, RIGHT[name])
    found = grades(path)
    assert {kind for _, kind in kinds(found)} == {None}
    assert (found.points, found.of, found.changed, found.intact) == (5, 5, (), True)


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.first(3)
def test_a_planted_mistake_is_found_and_named(handed_out, name, tmp_path):
    path, made = submitted(handed_out, tmp_path, WRONG[name])
    for is_wrong, (quantity, kind) in zip(made.values(), kinds(grades(path)), strict=True):
        assert (kind in NEAR.get(name, {name})) if is_wrong else kind is None, (quantity, kind)


@pytest.mark.parametrize("name", ["y", "w"])
def test_one_mistake_costs_one_mark_although_all_follows_from_it(handed_out, name, tmp_path):
    path, _ = submitted(handed_out, tmp_path, WRONG["factor"], only=name)
    lost = {each.quantity for each in grades(path).questions if each.points < each.of}
    assert lost == {name}


def test_the_sheet_says_what_is_right(handed_out, tmp_path):
    path, _ = submitted(handed_out, tmp_path, RIGHT["twice"])
    assert xlnn.values(path, model=MODEL)["exercise_done"] == len(BLANK)
    path, _ = submitted(handed_out, tmp_path, WRONG["sign"], only="C_T")
    assert xlnn.values(path, model=MODEL)["exercise_done"] == len(BLANK) - 1


def test_the_sheet_has_the_symbols_and_sentences_of_the_model(handed_out):
    sheet = openpyxl.load_workbook(handed_out[0])["Exercise"]
    shown = {cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)}
    assert {"Exercise for Ada", "height of the line", "w"} <= shown
    said = " ".join(shown)
    assert "y = w₁ + w₂ x" in said  # as it is written
    assert "half the sum of all squared errors" in said
    assert "w ← w − η ∂C/∂w" in said
    assert "e₁ = y₁ − t₁" in said  # by the formula


def test_each_student_has_numbers_and_changed_ones_are_noted(handed_out, tmp_path):
    path, *_ = handed_out
    own = xlnn.values(path, model=MODEL)
    assert own["eta"] != INPUTS["eta"]
    assert (own["x"][:, 0] == 1).all()
    workbook = openpyxl.load_workbook(path)
    workbook["Data"]["B4"].value = 9
    workbook.save(tmp_path / "changed.xlsx")
    assert grades(tmp_path / "changed.xlsx").changed == ("x",)
    (found,) = xlnn.grade(tmp_path / "changed.xlsx", model=MODEL)  # the inputs are not known
    assert (found.error, found.changed) == ("", ())


def test_neither_check_nor_explain_shows_an_answer(handed_out):
    path, *_ = handed_out
    report = xlnn.check(path, model=MODEL)
    assert not report.agrees
    assert {each.expected for each in report.wrong if each.quantity in BLANK} == {None}
    assert xlnn.explain(path, "y", model=MODEL).expected is None
    shown = xlnn.check(path, model=MODEL, answers=True).wrong
    assert {each.expected for each in shown if each.quantity == "y"} != {None}


def test_what_is_computed_first_in_a_step_comes_first(tmp_path):
    """A level follows the number of its own day, and only then is doubled."""
    daily = xlnn.alike(axes=(xlnn.Axis("day", 4, "up"),))
    moved = xlnn.Stated(lambda before, number: (before + number) / 2, "=({before}+{number})/2")
    model = xlnn.Model((
        daily("number"),
        daily("level", equation=moved.of(xlnn.previous("level")), given=1),
        daily("twice", equation=xlnn.Stated(lambda level: 2 * level, "=2*{level}")),
    ))  # fmt: skip
    inputs = {"number": [3, 4, 8, 6], "level": 2}
    xlnn.exercise(model, tmp_path / "a.xlsx", inputs=inputs, blank="twice,level")
    assert exercise_of(tmp_path / "a.xlsx").blank == ("level", "twice")


@pytest.mark.ci
def test_a_class_is_written_and_graded(tmp_path):
    (tmp_path / "names.csv").write_text("name\nAda\n王芳\n", encoding="utf-8")
    made = xlnn.exercise(
        MODEL, tmp_path / "class", inputs=INPUTS, level=5, roster=tmp_path / "names.csv", key=True
    )
    assert len({tuple(xlnn.values(each.path, model=MODEL)["t"].ravel()) for each in made}) == 2
    found = xlnn.grade(
        tmp_path / "class", model=MODEL, inputs=INPUTS, level=5, roster=tmp_path / "names.csv"
    )
    assert [(each.student, each.points, each.of) for each in found] == [
        ("Ada", 5, 5), ("王芳", 5, 5)
    ]  # fmt: skip
    assert {each.asked_otherwise for each in found} == {()}


@pytest.mark.parametrize("lang", ["zh", "ja"])
@pytest.mark.first(1)
def test_an_exercise_and_its_grades_are_in_other_languages(tmp_path, lang):
    path = tmp_path / "ada.xlsx"
    xlnn.exercise(MODEL, path, inputs=INPUTS, blank="y", student="Ada", lang=lang)
    titles = openpyxl.load_workbook(path).sheetnames
    assert {text(lang, "practising").sheets["exercise"], text(lang).sheets["spec"], "Rows"} <= {
        *titles
    }
    (unit,) = grades(path).questions[0].units
    assert unit.mistake.kind == "empty"
    assert grades(path).lang == lang
    said = text(lang, "grading")
    assert reason(unit, said).startswith(said("reasons", "empty"))


def test_a_command_says_that_the_model_is_needed(handed_out):
    path, *_ = handed_out
    for command in ("check", "grade"):
        done = CliRunner().invoke(cli, [command, str(path)])
        assert done.exit_code == 1
        assert "use Python, as in xlnn.check(path, model=...)" in done.output + done.stderr


def of_sheet(name):
    return xlnn.Model((
        xlnn.Quantity("x", sheet=name),
        xlnn.Quantity("y", equation=eq.COPY.of("x"), sheet=name),
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("what", "options", "said"),
    [
        (MODEL, {"blank": "y"}, "inputs is None: a dict with a number"),
        (MODEL, {"blank": "z", "inputs": INPUTS}, 'no quantity "z" to leave out'),
        (MODEL, {"blank": "x", "inputs": INPUTS}, "x cannot be left out"),
        (MODEL, {"blank": "y", "inputs": {"eta": 1}}, "The input x is missing"),
        (MODEL, {"blank": "y", "inputs": INPUTS, "epochs": 3}, "--epochs is not available"),
        (MODEL, {"blank": "y", "inputs": INPUTS, "autograder": "a.zip"}, "use xlnn.grade"),
        ("digits", {"blank": "a2", "inputs": INPUTS}, "model is 'digits'"),
        (of_sheet("Exercise"), {"blank": "y", "inputs": {"x": 1}}, "The sheet Exercise has the"),
        (of_sheet("exercise"), {"blank": "y", "inputs": {"x": 1}}, "The sheet exercise has the"),
    ],
)
def test_what_is_no_exercise_is_refused(tmp_path, what, options, said):
    with pytest.raises(XlnnError, match=said):
        xlnn.exercise(what, tmp_path / "a.xlsx", **options)
    assert not [*tmp_path.iterdir()]


def test_an_exercise_from_another_model_is_not_graded(handed_out):
    (found,) = xlnn.grade(handed_out[0], model=of_sheet("A"))
    assert "made of another model" in found.error
