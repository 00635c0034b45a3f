"""A right answer keeps its mark, whatever it is written with and wherever its cells stand now."""

import re
import tomllib
from functools import partial
from pathlib import Path
from shutil import copy

import openpyxl
import pytest
from openpyxl.formula.translate import Translator
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula
from programs import skip_without
from row_edits import insert_row
from submissions import blanks, emptied, fill

import xlnn
from xlnn.engines._external import ExternalProgram
from xlnn.engines.formualizer import UNKNOWN
from xlnn.exercises import evaluation, grading, judging
from xlnn.exercises.consistency import as_a_whole
from xlnn.exercises.evaluation import FORMUALIZER
from xlnn.exercises.feedback import notes, reason, said_of
from xlnn.exercises.judging import judged
from xlnn.exercises.submission import submission
from xlnn.grid import quoted
from xlnn.loading.spec import described
from xlnn.registry.text import languages, text

pytestmark = pytest.mark.ci
"""Each asks several engines for many sets of inputs."""

grade = partial(grading.grade, seed=0, workers=1)
WORDS = text("en", "grading")
NAMES = ("z2", "a2", "C", "delta2")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A small network with two epochs."""
    folder = tmp_path_factory.mktemp("xor")
    return xlnn.build(
        "xor", folder / "full.xlsx", epochs=2, activation="sigmoid", verify=False
    ).path


@pytest.fixture(scope="module")
def softmax(tmp_path_factory):
    """A network whose outputs are shares, with one-hot targets."""
    folder = tmp_path_factory.mktemp("iris")
    return xlnn.build("iris", folder / "full.xlsx", epochs=1, verify=False).path


def handed_in(path, names, folder, answer=None, *, only=None, is_array=False):
    """Fill an exercise in: one quantity, or all, by what an answer makes of a blank."""
    book = openpyxl.load_workbook(emptied(path, names, folder / "e.xlsx"))
    for (name, _), blank in blanks(path, names).items():
        given = blank.stated if answer is None or only not in {None, name} else answer(blank)
        fill(book, blank, given)
        for place in blank.places if is_array and name == only else ():
            cell = book[blank.title].cell(*place)
            cell.value = ArrayFormula(cell.coordinate, cell.value)
    book.save(folder / "s.xlsx")
    return folder / "s.xlsx"


def found(path):
    (only,) = grade(path)
    assert not only.error, only.error
    return only


def points(path):
    return {question.quantity: question.points for question in found(path).questions}


def kinds(path):
    return [
        unit.mistake.kind if unit.mistake else None
        for question in found(path).questions
        for unit in question.units
    ]


def by_row(text):
    """Return an answer that has the same formula in each row, but for the row."""
    return lambda blank: [text.format(row) for row, _ in blank.places]


ANSWERS = tomllib.loads(Path(__file__).with_name("answers.toml").read_text())

NAMED = {
    "rate": "Play!$C$6",
    "Hidden": "Training!$F$4:$H$11",
    "half": "0.5",
    "sig": "_xlfn.LAMBDA(_xlpm.z,1/(1+EXP(-_xlpm.z)))",
}
"""A student's own names."""

BESIDE = {"C": "=EXP(-Training!C{0})", "D": "=EXP(-Training!D{0})", "E": "=EXP(-Training!E{0})"}
"""A student's own steps, on a sheet of their own."""


def named(blank, place):
    """Return what the names in the tables stand for in the formula of a cell."""
    row, column = place
    unit, letter = (*blank.unit, 0)[0], openpyxl.utils.get_column_letter(column)
    epoch = {"Training": 4 + (row - 4) // 4, "Progress": row - 2}.get(blank.title, row)
    first, second = (f"Weights!{cells[unit % 3]}{epoch}" for cells in ("BDF", "CEG"))
    data, output = 4 + (row - 4) % 4, unit % 2
    return {
        "r": row, "e": epoch, "d": data, "s": 4 * epoch - 12, "f": 4 * epoch - 9,
        "Z": "CDE"[unit % 3], "z": f"{'CDE'[unit % 3]}{row}", "A": "FGH"[unit % 3],
        "a": f"{'FGH'[unit % 3]}{row}", "g": f"{'IJK'[unit % 3]}{row}", "l": f"{'LM'[output]}{row}",
        "n": f"{'NO'[output]}{row}", "p": f"{'PQ'[output]}{row}", "t": f"Data!{'DE'[output]}{data}",
        "x": f"Data!B{data}:C{data}", "x1": f"Data!B{data}", "x2": f"Data!C{data}",
        "w": f"{first}:{second.partition('!')[2]}", "w1": first, "w2": second,
        "b": f"Weights!{'HIJ'[unit % 3]}{epoch}", "c": f"Weights!{'QR'[output]}{epoch}",
        "u": f"Weights!{('K{0}:M{0}', 'N{0}:P{0}')[output].format(epoch)}",
        "o": f"N{row}:O{row}", "y": f"Data!D{data}:E{data}",
        "k1": f"Weights!{'KLM'[unit % 3]}{epoch}", "k2": f"Weights!{'NOP'[unit % 3]}{epoch}",
        "up": f"{letter}{row - 1}", "gradient": f"Gradients!{letter}{row - 1}",
    }  # fmt: skip


def each_in_a_cell(path, table, folder, values=None):
    """Fill each answer of a table into a cell of its own; return the places of each answer."""
    book = openpyxl.load_workbook(emptied(path, tuple(table), folder / "e.xlsx"))
    for name, meaning in NAMED.items():
        book.defined_names[name] = DefinedName(name, attr_text=meaning)
    own = book.create_sheet("Own")
    for row in range(4, 12):
        for column, step in BESIDE.items():
            own[f"{column}{row}"] = step.format(row)
        own[f"K{row}"], own[f"M{row}"] = 0.5, 0.1
    answers = {name: text.splitlines() for name, text in table.items()}
    for (name, _), blank in blanks(path, tuple(table)).items():
        given = [None] * len(blank.places)
        for index, place in enumerate(blank.places):
            at = index + (*blank.unit, 0)[0] * len(blank.places)
            text = answers[name][at % len(answers[name])]
            known = named(blank, place)
            if values is not None and "{v}" in text:
                known["v"] = repr(blank.values(values)[index])
            is_array = text.startswith("{=")
            given[index] = (text[1:-1] if is_array else text).format(**known)
            if is_array:
                cell = book[blank.title].cell(*place)
                given[index] = ArrayFormula(cell.coordinate, given[index])
        fill(book, blank, given)
    book.save(folder / "s.xlsx")
    return folder / "s.xlsx"


def taken_for_wrong(path):
    """Return the formulas that are wrong, and those that are right, by quantity."""
    handed_in = submission(path)
    results, _ = as_a_whole(handed_in, judged(handed_in, 0))
    wrong, right = {}, {}
    for each in results:
        for index, given in each.formulas.items():
            (wrong if each.wrong[index] else right).setdefault(each.quantity.name, []).append(given)
    return wrong, right


def test_right_answers_in_other_words_are_right(built, tmp_path):
    wrong, right = taken_for_wrong(each_in_a_cell(built, ANSWERS["right"], tmp_path))
    assert wrong == {}
    assert right.keys() == ANSWERS["right"].keys()


@pytest.mark.slow
def test_a_factor_may_be_used_as_one_over_a_spread(softmax, tmp_path):
    def standardised(blank):
        pattern = re.compile(r"=\((.+)-(.+)\)\*(.+)")
        return [pattern.sub(r"=STANDARDIZE(\1,\2,1/\3)", text) for text in blank.stated]

    assert points(handed_in(softmax, ("x",), tmp_path, standardised)) == {"x": 1}


@pytest.mark.parametrize("small", ["1E-9", "1E-10"])
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_small_number_in_a_denominator_is_wrong_in_every_unit(small, softmax, tmp_path):
    def kept_from_0(blank):
        return [re.sub(r"/(.+)", rf"/(\1+{small})", text) for text in blank.stated]

    (shares,) = found(handed_in(softmax, ("a3",), tmp_path, kept_from_0)).questions
    assert not any(unit.share for unit in shares.units)


def test_answers_that_are_right_by_chance_are_wrong(built, tmp_path):
    values = xlnn.values(built, engine="formualizer")
    _, right = taken_for_wrong(each_in_a_cell(built, ANSWERS["wrong"], tmp_path, values))
    assert right == {}


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("a2", "=IF({z}=1,0.01,1/(1+EXP(-{z})))"),
        ("a2", "=IF(-0.7312<>{z},1/(1+EXP(-{z})),0.01)"),
        ("a3", "=IF(AND(0.5<={l},{l}<=0.5),0.01,TANH({l}))"),
    ],
)
@pytest.mark.slow
def test_a_branch_for_one_number_does_not_hide_what_is_wrong(name, formula, built, tmp_path):
    def answer(blank):
        return [formula.format(**named(blank, place)) for place in blank.places]

    path = handed_in(built, (name,), tmp_path, answer)
    assert None not in kinds(path)


def test_what_one_engine_alone_computes_as_stated_is_left_to_the_teacher(built, tmp_path):
    """Programs differ: in truth values, in COLUMN of a range, in functions that others lack."""
    skip_without("libreoffice")
    path = each_in_a_cell(built, ANSWERS["by_hand"], tmp_path)
    wrong, right = taken_for_wrong(path)
    assert (*wrong, right.keys() - {"answer"}) == (*ANSWERS["by_hand"], set())
    grades = found(path)
    mistakes = [unit.mistake for question in grades.questions for unit in question.units]
    assert {mistake.kind for mistake in mistakes} == {"engines"}
    assert grades.open == len(ANSWERS["by_hand"])
    said = {mistake.said["found"] != mistake.said["value"] for mistake in mistakes}
    assert said == {True}


def test_a_reason_names_both_engines_and_what_they_give(built, tmp_path):
    answer = by_row("=SUMPRODUCT(--(N{0}:O{0}=MAX(N{0}:O{0})),COLUMN(N{0}:O{0})-13)")
    (question,) = found(handed_in(built, ("answer",), tmp_path, answer)).questions
    assert question.units[0].by_hand
    assert re.match(
        r"ironcalc gives [12] and formualizer gives [12]: programs differ here",
        reason(question.units[0], WORDS),
    )


@pytest.mark.slow
def test_without_libreoffice_a_function_that_one_engine_lacks_is_graded_by_hand(
    built, tmp_path, monkeypatch
):
    monkeypatch.setattr(ExternalProgram, "find", lambda _: None)
    path = handed_in(built, ("z2",), tmp_path, _product_of, only="z2", is_array=True)
    assert set(kinds(path)) == {"engines"}
    assert found(path).open == 1


def _product_of(blank):
    """Return the weighted inputs as products of matrices."""
    return [
        re.sub(r"SUMPRODUCT\((.*?),(.*?)\)", r"MMULT(\1,TRANSPOSE(\2))", s) for s in blank.stated
    ]


def test_a_stated_formula_needs_no_second_engine(built, tmp_path, monkeypatch):
    """Beside a wrong one in the same column, where formualizer has to compute both."""

    def none_but_the_first(submitted, questions, engine=""):
        found = evaluation.evaluated_tasks(submitted, questions, engine)
        return found if engine == FORMUALIZER else unread(found)

    def unread(found):
        return [[[UNKNOWN] * len(values) for values in each] for each in found]

    monkeypatch.setattr(judging, "evaluated_tasks", none_but_the_first)
    path = handed_in(built, ("a2",), tmp_path, lambda b: [*b.stated[:-1], f"{b.stated[-1]}*2"])
    (result,) = judging.judged(submission(path), 0)
    assert [index for index in result.formulas if result.wrong[index]] == [
        (1, 3, unit) for unit in range(3)
    ]
    path = handed_in(built, ("a2",), tmp_path, lambda b: [f"{text}+0" for text in b.stated])
    (result,) = judging.judged(submission(path), 0)
    assert result.wrong.all()


@pytest.mark.slow
def test_a_matrix_formula_keeps_its_mark_whoever_saved_it(built, tmp_path):
    """LibreOffice writes the range of one cell as G6:G6."""
    path = handed_in(built, ("z2",), tmp_path, _product_of, only="z2", is_array=True)
    book = openpyxl.load_workbook(path)
    for cell in (cell for row in book["Training"] for cell in row):
        if isinstance(cell.value, ArrayFormula):
            cell.value.ref = f"{cell.coordinate}:{cell.coordinate}"
    book.save(path)
    assert submission(path).formulas["Training", 4, 3].startswith("=MMULT(")
    assert points(path) == {"z2": 1}


@pytest.mark.slow
def test_the_equation_of_the_exercise_sheet_is_right_word_for_word(softmax, tmp_path):
    """C = -SUM t ln a over the row, as the book writes it."""
    pairs = [*zip(*(cells_of_rows(softmax, name) for name in ("t", "a3")), strict=True)]
    answer = [f"=-SUMPRODUCT({t},LN({a}))" for t, a in pairs]
    assert points(handed_in(softmax, ("C",), tmp_path, lambda _: answer)) == {"C": 1}


@pytest.mark.slow
def test_cells_of_another_route_are_no_reason(softmax, tmp_path):
    """It reads outputs instead of losses, and these would not be right, either."""
    pairs = [*zip(*(cells_of_rows(softmax, name) for name in ("t", "a3")), strict=True)]
    answer = [f"=-LN(0.00001+SUMPRODUCT({t},{a}))" for t, a in pairs]
    assert kinds(handed_in(softmax, ("C",), tmp_path, lambda _: answer)) == ["other"]


@pytest.mark.slow
def test_a_missing_range_is_named_by_all_its_symbols(built, tmp_path):
    def answer(blank):
        return ["=SUM(F{r}:H{r})+{c}".format(**named(blank, place)) for place in blank.places]

    (question,) = found(handed_in(built, ("z3",), tmp_path, answer)).questions
    assert question.units[0].mistake.kind == "missing"
    assert question.units[0].mistake.said["symbol"] == "w³₁₁ … w³₁₃"


@pytest.mark.slow
def test_only_what_one_number_decides_is_called_another_activation(softmax, tmp_path):
    """The largest of exp(z - max z) is 1, so that shares of it are the numbers themselves."""

    def answer(blank):
        return [text.replace("SUMPRODUCT", "MAX") for text in blank.stated]

    assert set(kinds(handed_in(softmax, ("a3",), tmp_path, answer))) == {"other"}


@pytest.mark.slow
def test_the_true_class_alone_is_right_where_targets_are_one_hot(softmax, tmp_path):
    pairs = [*zip(*(cells_of_rows(softmax, name) for name in ("t", "a3")), strict=True)]
    answer = [f"=-LN(SUMPRODUCT({t},{a}))" for t, a in pairs]
    assert points(handed_in(softmax, ("C",), tmp_path, lambda _: answer)) == {"C": 1}


def cells_of_rows(path, name):
    """Return the range of each row of a quantity of one epoch."""
    _, layout = described(path)
    title = quoted(layout.titles[layout.blocks[name].sheet])
    shape = layout.model[name].lengths[-2:]
    first = (0,) * (len(layout.model[name].lengths) - 2)
    ends = ([layout.cell(name, (*first, n, m)) for m in (0, shape[1] - 1)] for n in range(shape[0]))
    return [f"{title}!{':'.join(end.rpartition('!')[2] for end in two)}" for two in ends]


@pytest.mark.parametrize(
    ("formula", "kind"),
    [
        ('=INDIRECT("C"&ROW())', "by_hand"),
        ("=1/(1+EXP(-@C{0}))", "by_hand"),
        ("=SIGMOID(C{0})", "unknown"),
    ],
)
@pytest.mark.slow
def test_what_no_engine_computes_is_judged_by_hand_and_costs_no_other(
    formula, kind, built, tmp_path
):
    path = handed_in(built, NAMES, tmp_path, by_row(formula), only="a2")
    grade = found(path)
    assert [q.points for q in grade.questions] == [1, 0, 1, 1]
    assert grade.open == 1
    units = grade.questions[1].units
    assert {unit.mistake.kind for unit in units} == {kind}
    assert "by hand" in reason(units[0], WORDS)


@pytest.mark.slow
def test_a_whole_column_is_cut_to_what_is_used(built, tmp_path):
    answer = [f"=SUMIF(Training!A:A,{epoch},Training!R:R)" for epoch in (1, 2)]
    path = handed_in(built, ("C_T",), tmp_path, lambda _: answer)
    assert points(path) == {"C_T": 1}


@pytest.mark.slow
def test_a_range_that_ends_below_its_sheet_is_as_long_as_it_reads(built, tmp_path):
    """Filled down without its $, the inputs of epoch 2 begin and end one row too low."""

    def answer(blank):
        first, _ = blank.stated
        filled = Translator(first.replace("$", ""), "A1").translate_formula("A2")
        return [first, filled]

    (question,) = found(handed_in(built, ("dC_dW2",), tmp_path, answer)).questions
    assert question.units[0].mistake.kind == "anchor"
    assert question.units[0].mistake.said == {"cells": "Data!B$4:B$7"}


def test_a_start_that_never_changes_may_be_written_as_its_number(tmp_path):
    """Before the first step, h is 0 whatever the inputs are; a later one depends on them."""
    path = xlnn.build("rnn", tmp_path / "full.xlsx", epochs=1, verify=False).path

    def answer(blank):
        return ["=0" if "$" in text else text for text in blank.stated]

    assert points(handed_in(path, ("past",), tmp_path, answer)) == {"past": 1}
    assert set(kinds(handed_in(path, ("past",), tmp_path, by_row("=0")))) == {"constant"}


@pytest.mark.slow
def test_a_misspelt_name_is_wrong(built, tmp_path):
    path = handed_in(built, ("a2",), tmp_path, by_row("=1/(1+EXP(-zz))"))
    assert set(kinds(path)) == {"error"}


@pytest.mark.slow
def test_an_entry_above_taken_by_INDEX_is_no_circle(tmp_path):
    path = xlnn.build("descent", tmp_path / "full.xlsx", verify=False).path
    (blank,) = blanks(path, ("x",)).values()
    letter = openpyxl.utils.get_column_letter(blank.places[0][1])
    top, bottom = blank.places[0][0] - 1, blank.places[-1][0]
    column = f"{letter}${top}:{letter}${bottom}"

    def answer(blank):
        return [
            text.replace(f"{letter}{row - 1}", f"INDEX({column},{row - top})")
            for text, (row, _) in zip(blank.stated, blank.places, strict=True)
        ]

    file = handed_in(path, ("x",), tmp_path, answer)
    (question,) = found(file).questions
    assert question.points == 1, [u.mistake for u in question.units]


@pytest.mark.slow
def test_a_circle_names_the_range_that_closes_it(built, tmp_path):
    path = handed_in(built, ("a2",), tmp_path, by_row("=SUM(F$4:F$9)"))
    (question,) = found(path).questions
    assert "F4:F9" in reason(question.units[0], WORDS)


@pytest.mark.slow
def test_a_circle_names_the_range_of_later_epochs_alone(built, tmp_path):
    """The errors of epoch 2 depend on the gradient of epoch 1; the inputs do not."""

    def answer(blank):
        first, last = blank.stated
        return [first.replace("7", "8"), last]

    (question,) = found(handed_in(built, ("dC_dW2",), tmp_path, answer)).questions
    assert question.units[0].mistake.kind == "circle"
    assert question.units[0].mistake.said == {"cells": "Training!U4:U8"}


def test_a_sum_by_the_epoch_over_both_epochs_is_a_circle(built, tmp_path):
    """The range holds the errors of epoch 2, which depend on this gradient."""

    def answer(blank):
        column = re.search(r"Training!([A-Z]+)", blank.stated[0])[1]
        return [
            f"=SUMIF(Training!A$4:A$11,{epoch},Training!{column}$4:{column}$11)" for epoch in (1, 2)
        ]

    (question,) = found(handed_in(built, ("dC_db2",), tmp_path, answer)).questions
    assert question.points == 0
    mistake = question.units[0].mistake
    assert (mistake.kind, mistake.said) == ("circle", {"cells": "Training!U4:U11"})
    (result,), _ = as_a_whole(*_read(tmp_path / "s.xlsx"))
    assert {index for index, fault in result.faults.items() if fault[0] == "circle"} == {
        (0, unit)
        for unit in range(3)  # no epoch depends on the gradients of the last one
    }


def _read(path):
    handed_in = submission(path)
    return handed_in, judged(handed_in, 0)


def test_a_circle_costs_only_the_cell_that_closes_it(built, tmp_path):
    """The first of four sums the column in which it stands; the others stay right."""

    def answer(blank):
        letter = openpyxl.utils.get_column_letter(blank.places[0][1])
        return [f"={blank.stated[0][1:]}+0*SUM({letter}4:{letter}11)", *blank.stated[1:]]

    path = handed_in(built, ("a2",), tmp_path, answer)
    (result,), _ = as_a_whole(*_read(path))
    assert {index[:2] for index in result.formulas if result.wrong[index]} == {(0, 0)}


def test_a_circle_through_other_quantities_costs_only_the_cell_that_closes_it(built, tmp_path):
    """Of six gradients the first sums over an image too many, which has no inputs."""

    def answer(blank):
        first, last = blank.stated
        return [first.replace("7", "8") if blank.unit == (0, 0) else first, last]

    handed_in(built, ("dC_dW2",), tmp_path, answer)
    (result,), whole = as_a_whole(*_read(tmp_path / "s.xlsx"))
    assert [index for index in result.formulas if result.wrong[index]] == [(0, 0, 0)]
    assert result.faults[0, 0, 0][0] == "circle"
    assert not whole


# --- what was moved ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def filled(built, tmp_path_factory):
    return handed_in(built, NAMES, tmp_path_factory.mktemp("filled"))


def renamed(path, old, new):
    """Rename a sheet as Excel does: names and formulas follow."""
    return _rewritten(path, lambda text: text.replace(f"{old}!", f"{new}!"), old, new)


def deleted(path, title):
    """Delete a sheet as Excel does: what named its cells is lost."""
    return _rewritten(path, lambda text: "#REF!" if f"{title}!" in text else text, title)


def _rewritten(path, change, title, new=None):
    book = openpyxl.load_workbook(path)
    for cell in (c for sheet in book for row in sheet.iter_rows() for c in row):
        if cell.data_type == "f" and isinstance(cell.value, str):
            cell.value = f"={change(cell.value[1:])}"
    for name in book.defined_names.values():
        name.value = change(name.value)
    if new:
        book[title].title = new
    else:
        del book[title]
    book.save(path)
    return path


@pytest.mark.slow
def test_renamed_and_deleted_sheets_cost_nothing_and_are_said(filled, tmp_path):
    path = copy(filled, tmp_path / "s.xlsx")
    grades = grade(deleted(renamed(path, "Training", "Work"), "Lens"))
    (only,) = grades
    assert not only.error, only.error
    assert only.points == only.of == 4
    assert only.moved == {"renamed": ("Training",), "deleted": ("Lens",)}
    said = " ".join(notes(only, grades, WORDS))
    assert "Training" in said
    assert "Lens" in said
    assert only.whole


@pytest.mark.parametrize("at", [2, 6])
@pytest.mark.slow
def test_inserted_rows_cost_nothing(filled, at, tmp_path):
    path = insert_row(copy(filled, tmp_path / "rows.xlsx"), "Training", at, names=True)
    (only,) = grade(path)
    assert not only.error, only.error
    assert only.points == only.of == 4
    assert only.moved == {"shifted": ("Training",)}


# --- wrong answers, and why ----------------------------------------------------------------------

REASONS = {
    "right for small numbers": ("a2", "=IF(ABS({1})<3,1/(1+EXP(-{1})),0.01)", "these_inputs"),
    "the sign of the exponent": ("a2", "=1/(1+EXP({1}))", "exponent"),
    "brackets": ("a2", "=1/1+EXP(-{1})", "brackets"),
    "another activation": ("a2", "=TANH({1})", "activation"),
    "rounding": ("a2", "=ROUND(1/(1+EXP(-{1})),3)", "rounded"),
    "e": ("a2", "=1/(1+2.718^(-{1}))", "e"),
    "no equals": ("a2", "1/(1+EXP(-{1}))", "no_equals"),
    "another slope": ("slope2", "=1-{1}^2", "slope"),
    "a square": ("C", "=SUMPRODUCT(N{0}:O{0}-Data!D{2}:E{2})/2", "square"),
    "a sign": ("delta3", "=({3}+{4})*{5}", "inner_sign"),
    "both epochs": ("C_T", "=SUM(Training!R$4:R$11)", "epochs"),
    "inputs for activations": ("z3", None, "instead"),
}


@pytest.fixture(scope="module")
def reasons_found(built, tmp_path_factory):
    """The reasons of all, found in one submission for each quantity's wrong formulas."""
    names = ("a2", "slope2", "z3", "C", "delta3", "C_T")
    folder = tmp_path_factory.mktemp("reasons")
    found = {}
    for number in range(7):
        book = openpyxl.load_workbook(emptied(built, names, folder / "e.xlsx"))
        used = {}
        for (name, _), blank in blanks(built, names).items():
            own = [key for key, (of, *_) in REASONS.items() if of == name]
            fill(book, blank, blank.stated)
            if number < len(own):
                used[own[number]] = name
                fill(book, blank, [_wrong(own[number], blank, *at) for at in _each(blank)])
        book.save(folder / "s.xlsx")
        (grades,) = grade(folder / "s.xlsx")
        for key, name in used.items():
            (question,) = (q for q in grades.questions if q.quantity == name)
            found[key] = {unit.mistake and unit.mistake.kind for unit in question.units}
    return found


def _each(blank):
    return zip(blank.stated, blank.places, strict=True)


def _wrong(key, blank, stated, place):
    row, column = place
    name, formula, _ = REASONS[key]
    if formula is None:  # the inputs stand where the activations belong
        return stated.replace(f"F{row}:H{row}", f"Data!B{4 + (row - 4) % 4}:C{4 + (row - 4) % 4}")
    one = {"a2": -3, "slope2": -3}.get(name, 0)
    cell = f"{openpyxl.utils.get_column_letter(column + one)}{row}"
    data = 4 + (row - 4) % 4
    unit = blank.unit[0] if blank.unit else 0
    third = f"{'NO'[unit % 2]}{row}", f"Data!{'DE'[unit % 2]}{data}", f"{'PQ'[unit % 2]}{row}"
    return formula.format(row, cell, data, *third)


@pytest.mark.parametrize("key", REASONS)
@pytest.mark.slow
def test_the_commonest_mistakes_are_named(key, reasons_found):
    assert reasons_found[key] == {REASONS[key][2]}


DEEPER = {
    "a transposed matrix": ("transformer", "dQ", None, "transposed"),
    "no mask": ("transformer", "S", None, "mask"),
    "n - 1 for n": ("transformer", "s1", ("/4+", "/3+"), "less_one"),
    "no epsilon": ("transformer", "s1", (r"\+1/100000", ""), "epsilon"),
    "epsilon in the root": ("lstm", "direction_V", (r"\)\+(\w\$\d+)\)$", r"+\1))"), "epsilon"),
    "swapped gates": ("lstm", "c", (r"=(\w+)\*(\w+)\+(\w+)", r"=\3*\2+\1"), "swapped"),
    "tanh for a sigmoid": (
        "lstm", "i", (r"1/\(1\+EXP\(MIN\(700,-(.*)\)\)\)", r"TANH(\1)"), "activation",
    ),
    "no slope": ("lstm", "di", (r"\*[^*]*\*\(1-.*$", ""), "no_slope"),
    "no slope of tanh": ("rnn", "delta", (r"\*\(1-.*$", ""), "no_slope"),
    "a mean": ("rnn", "dC_db", (r"=(.*)", r"=(\1)/16"), "mean"),
    "nothing at all": ("rnn", "dC_db", (r"=(.*)", r"=(\1)*1E-20"), "other"),
}  # fmt: skip
"""Templates, quantities, what is replaced in the stated formulas, and what the reason is."""


@pytest.fixture(scope="module")
def deeper(tmp_path_factory):
    """The templates of the later sections."""
    folder = tmp_path_factory.mktemp("deeper")
    names = {name for name, *_ in DEEPER.values()}
    return {
        name: xlnn.build(name, folder / f"{name}.xlsx", epochs=1, verify=False).path
        for name in sorted(names)
    }


def only_in(path, name, unit, answer, folder):
    """Fill in a quantity with one unit of another formula; return why that is wrong."""
    book = openpyxl.load_workbook(emptied(path, (name,), folder / "e.xlsx"))
    for (_, own), blank in blanks(path, (name,)).items():
        given = [*map(answer, blank.stated, blank.places)] if own == unit else blank.stated
        fill(book, blank, given)
    book.save(folder / "s.xlsx")
    (question,) = found(folder / "s.xlsx").questions
    wrong = [each.mistake for each in question.units if each.mistake]
    assert len(wrong) <= 1
    return wrong[0] if wrong else None


@pytest.mark.parametrize("key", DEEPER)
@pytest.mark.first(2)
@pytest.mark.slow
def test_mistakes_of_the_later_sections_are_named(key, deeper, tmp_path):
    template, name, change, kind = DEEPER[key]
    path = deeper[template]
    _, layout = described(path)
    first = layout.model[name].units[0]
    unit = tuple(map(int, first))
    if key == "a transposed matrix":
        unit = (1, 2)  # of the first row, which attends to itself alone, all errors are 0

        def answer(text, _):
            return _transposed(layout, text)

    elif key == "no mask":
        unit = (0, 1)

        def answer(_, place):
            row, column = place
            own = openpyxl.utils.get_column_letter(column - 16)
            return f"=EXP({own}{row}-MAX(BO{row}:BR{row}))"

    else:

        def answer(text, _):
            return re.sub(*change, text)

    mistake = only_in(path, name, unit, answer, tmp_path)
    assert mistake.kind == kind
    assert "{" not in reason_of(mistake)


def reason_of(mistake):
    return " ".join(said_of(mistake, text(lang, "grading")) for lang in languages())


def _transposed(layout, formula):
    """Return a formula with K transposed."""

    def turned(found):
        name, index = layout.entry(layout.titles["sentences"], *coordinate_to_tuple(found[0]))
        if name != "K":
            return found[0]
        *axes, row, column = index
        return layout.cell("K", (*axes, column, row)).partition("!")[2]

    return re.sub(r"[A-Z]+[0-9]+", turned, formula)


@pytest.mark.slow
def test_a_row_that_reads_beyond_its_end_is_named_by_that_cell(deeper, tmp_path):
    """The errors before it are off by less and less: they depend on it."""
    path = deeper["rnn"]

    def answer(formula, place):
        row, start = place[0], r"(?<!!)\b([EFG])\$[0-9]+"
        return re.sub(start, lambda each: f"{'NOP'['EFG'.index(each[1])]}{row + 1}", formula)

    mistake = only_in(path, "delta", (0,), answer, tmp_path)
    assert mistake.kind in {"dragged", "row", "instead"}
    assert mistake.cell == "Steps!N9"


def _first_product(_, place):
    return f"=Y{place[0]}*AO{place[0]}/SQRT(4)"


@pytest.mark.slow
def test_of_a_range_that_is_missing_in_part_only_that_part_is_named(deeper, tmp_path):
    """The product has the first of four columns."""
    path = deeper["transformer"]
    mistake = only_in(path, "Z", (0, 0), _first_product, tmp_path)
    assert mistake.kind == "missing"
    assert "₁₁" not in mistake.said["symbol"]


@pytest.mark.slow
def test_a_number_typed_where_the_cell_is_masked_is_right(deeper, tmp_path):
    path = deeper["transformer"]
    for typed, is_right in ((0, True), (1, False), ("=0", True), (None, False)):
        mistake = only_in(path, "S", (0, 1), lambda *_, own=typed: own, tmp_path)
        assert (mistake is None) == is_right, typed
    mistake = only_in(path, "S", (0, 0), lambda *_: 1, tmp_path)
    assert mistake.kind == "typed"  # it is 1 in all worlds, and depends on others


@pytest.mark.slow
def test_a_selector_stays_as_it_was_handed_out(tmp_path):
    """Of three functions of descent a student writes the slope of the one that is chosen."""
    path = xlnn.build("descent", tmp_path / "full.xlsx", verify=False).path
    ((_, blank),) = blanks(path, ("dz_dx",)).items()
    _, layout = described(path)
    rows = [row for row, _ in blank.places]
    x = openpyxl.utils.get_column_letter(layout.blocks["x"].column)
    file = handed_in(path, ("dz_dx",), tmp_path, lambda _: [f"=2*{x}{row}" for row in rows])
    assert points(file) == {"dz_dx": 1}
    book = openpyxl.load_workbook(file)
    row, column = layout.blocks["function"].address(())
    book[layout.titles[layout.blocks["function"].sheet]].cell(row, column).value = 3
    book.save(file)  # it is graded with the one that was handed out, too
    assert points(file) == {"dz_dx": 0}


@pytest.mark.slow
def test_rows_that_are_right_earn_their_share_where_that_is_asked_for(built, tmp_path):
    def half(blank):
        return [*blank.stated[:4], *(["=0*C4"] * 4)]

    path = handed_in(built, ("a2",), tmp_path, half)
    assert points(path) == {"a2": 0}
    (grades,) = grade(path, partial=True)
    assert grades.points == 0.5
