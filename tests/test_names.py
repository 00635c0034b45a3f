"""A person's own defined names are read as Excel reads them, and what they stand for is judged."""

import shutil

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName
from programs import skip_without
from test_saved_elsewhere import rewrite

import xlnn
from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.checking.formula_text import Readings
from xlnn.engines import ENGINES
from xlnn.errors import WorkbookError
from xlnn.grid import Place
from xlnn.loading.open_file import opened
from xlnn.loading.spec import described
from xlnn.loading.values import values
from xlnn.xlsx.name_substitution import MeaningError, Names
from xlnn.xlsx.package import Package

STEP, SUM, ANSWER = "Weights!B5", "Progress!B4", "Training!X4"
"""=B4-Play!C$6*Gradients!B4, =SUM(Training!R4:R7) and =MATCH(MAX(N4:O4),N4:O4,0)"""

WITH_RATE = (STEP, "=B4-rate*Gradients!B4")
RATE = "Play!$C$6"

SAME = {
    "a cell": ({"rate": RATE}, *WITH_RATE),
    "a cell in other letters": ({"Rate": "play!$c$6"}, STEP, "=B4-RATE*Gradients!B4"),
    "a name of xlnn": ({}, STEP, "=B4-xlnn.eta*Gradients!B4"),
    "a name of a name": ({"rate": "speed", "speed": RATE}, *WITH_RATE),
    "a range": ({"costs": "Training!$R$4:$R$7"}, SUM, "=SUM(costs)"),
    "a range of ranges": (
        {"costs": "Training!$R$4:$R$7"}, SUM, "=SUM(INDEX(costs,1,1),Training!R5:R7)+0*SUM(costs)",
    ),
    "a number": ({"one": "1"}, STEP, "=B4-one*Play!C6*Gradients!B4"),
    "a number below 0": ({"minus": "=-1"}, STEP, "=B4+minus*Play!C6*Gradients!B4"),
    "a number to a power": ({"minus": "-2"}, STEP, "=B4-minus^2/4*Play!C6*Gradients!B4"),
    "a computation": ({"half": f"{RATE}/2+{RATE}*0"}, STEP, "=B4-2*half*Gradients!B4"),
    "a sum": ({"total": "SUM(Training!$R$4:$R$7)"}, SUM, "=total"),
    "a name of the sheet": ({("Weights", "rate"): RATE}, *WITH_RATE),
    "a name of the sheet before one of the book": (
        {"rate": "Play!$C$5", ("Weights", "rate"): RATE}, *WITH_RATE,
    ),
    "a name of the book beside one of another sheet": (
        {"rate": RATE, ("Data", "rate"): "Play!$C$5"}, *WITH_RATE,
    ),
    "a name of another sheet, with its title": (
        {("Play", "rate"): RATE}, STEP, "=B4-Play!rate*Gradients!B4",
    ),
    "a class": ({"outputs": "Training!$N$4:$O$4"}, ANSWER, "=MATCH(MAX(outputs),outputs,0)"),
}  # fmt: skip
"""Names, a cell, and a formula that says the same with them."""

WRONG = {
    "another cell": ({"rate": "Play!$C$5"}, *WITH_RATE, "it refers to Play!C5, which its"),
    "another sheet": ({"rate": "Weights!$C$4"}, *WITH_RATE, "it refers to Weights!C4, which its"),
    "a range with another cell": (
        {"costs": "Training!$R$4:$R$8"}, SUM, "=SUM(costs)-Training!R8", "refers to Training!R8,",
    ),
    "a name of a name of another cell": (
        {"rate": "speed", "speed": "Play!$C$5"}, *WITH_RATE, "refers to Play!C5, which its",
    ),
    "a name of the sheet for another cell": (
        {"rate": RATE, ("Weights", "rate"): "Play!$C$5"}, *WITH_RATE, "refers to Play!C5",
    ),
    "another number": ({"one": "1.001"}, STEP, "=B4-one*Play!C6*Gradients!B4", None),
    "no $": ({"rate": "Play!C6"}, *WITH_RATE, "stands for Play!C6, which is another cell"),
    "one $": ({"rate": "Play!C$6"}, *WITH_RATE, "stands for Play!C$6, which is another"),
    "no sheet": ({"rate": "$C$4"}, *WITH_RATE, "stands for $C$4, which is another cell"),
    "a half of a range": (
        {"costs": "Training!$R$4:R7"}, SUM, "=SUM(costs)", "stands for R7, which is another cell",
    ),
    "itself": ({"rate": "rate+1"}, *WITH_RATE, "the name rate leads back to itself"),
    "a circle": ({"rate": "speed", "speed": "-rate"}, *WITH_RATE, "leads back to itself"),
    "more than a cell takes": (
        {"rate": f"0*SUM(n.12)+{RATE}", "n.0": RATE}
        | {f"n.{n}": f"n.{n - 1}+n.{n - 1}" for n in range(1, 13)},
        *WITH_RATE,
        "stands for more than a cell takes",
    ),
    "a product of ranges": (
        {"costs": "Training!$R$4:$R$7*1"}, SUM, "=SUM(costs)",
        "the name costs stands for a computation with Training!$R$4:$R$7, which Excel computes",
    ),
    "one cell of a range": (
        {"rates": "Play!$C$6:$C$7"}, STEP, "=B4-rates*Gradients!B4", "uses only one cell of",
    ),
    "a whole column": (
        {"costs": "Training!$R:$R"}, SUM, "=SUM(costs)", "it does not refer to cells or ranges",
    ),
    "a name of another sheet": (
        {("Data", "rate"): RATE}, *WITH_RATE, "the name rate is defined for another sheet alone",
    ),
    "a class in other words": (
        {"zero": "1-1"}, ANSWER, "=MATCH(MAX(N4:O4),N4:O4,zero)", "must read as expected",
    ),
}  # fmt: skip
"""The same, and the reason."""


@pytest.fixture(scope="module")
def xor_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("xor") / "xor.xlsx"
    build("xor", path, epochs=2, verify=False)
    return path


@pytest.fixture
def xor_copy(xor_path, tmp_path):
    return shutil.copy(xor_path, tmp_path / "copy.xlsx")


def name(path, names, formulas):
    """Define names, for the book or for one of its sheets, and write formulas into cells."""
    book = openpyxl.load_workbook(path)
    for of, text in names.items():
        place, own = (book[of[0]], of[1]) if isinstance(of, tuple) else (book, of)
        place.defined_names[own] = DefinedName(own, attr_text=text)
    for cell, formula in formulas.items():
        title, address = cell.split("!")
        book[title][address] = formula
    book.save(path)
    return path


def fault(path, names, cell, formula):
    """Return why a formula is wrong however its values are."""
    contents = opened(name(path, names, {cell: formula}))
    _, layout = described(path, None, contents)
    readings = Readings(layout, contents)
    (entry,) = readings.otherwise
    assert layout.cell(*entry) == cell
    return readings.fault(entry)


@pytest.mark.parametrize("kind", SAME)
@pytest.mark.first(1)
@pytest.mark.ci
def test_a_name_for_what_the_equation_uses_is_no_fault(xor_copy, kind):
    assert fault(xor_copy, *SAME[kind]) is None


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_name_for_anything_else_is_a_fault(xor_copy, kind):
    *named, reason = WRONG[kind]
    found = fault(xor_copy, *named)
    assert found is None if reason is None else reason in found


@pytest.mark.parametrize("engine", sorted(ENGINES))
@pytest.mark.parametrize("kind", SAME)
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_name_for_what_the_equation_uses_is_restated(xor_copy, kind, engine):
    skip_without(engine)
    names, cell, formula = SAME[kind]
    report = check(name(xor_copy, names, {cell: formula}), engine)
    assert report.agrees, report.wrong[:3]
    (restated,) = report.restated
    assert (restated.cell, restated.formula) == (cell, formula)


@pytest.mark.parametrize("engine", sorted(ENGINES))
@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.first(1)
@pytest.mark.ci
def test_a_name_for_anything_else_is_wrong_with_its_reason(xor_copy, kind, engine):
    skip_without(engine)
    names, cell, formula, reason = WRONG[kind]
    (wrong,) = check(name(xor_copy, names, {cell: formula}), engine).wrong
    assert (wrong.cell, wrong.formula) == (cell, formula)
    assert reason is None or reason in wrong.reason


@pytest.mark.ci
def test_formulas_filled_down_with_a_name_are_all_restated(xor_copy):
    formulas = {f"Weights!{c}5": f"={c}4-rate*Gradients!{c}4" for c in "BCDEFG"}
    report = check(name(xor_copy, {"rate": RATE}, formulas), "formualizer")
    assert report.agrees
    assert [each.cell for each in report.restated] == [*formulas]


@pytest.mark.slow
def test_a_shared_formula_with_a_name_is_restated_in_every_cell(xor_copy):
    """Excel shares a formula that was filled; the first cell alone states it."""
    name(xor_copy, {"rate": RATE}, {STEP: WITH_RATE[1], "Weights!C5": "=C4-rate*Gradients!C4"})
    first, second = b"<f>B4-rate*Gradients!B4</f>", b"<f>C4-rate*Gradients!C4</f>"
    shared = first.replace(b"<f>", b'<f t="shared" ref="B5:C5" si="0">')
    rewrite(
        xor_copy,
        lambda part: part.replace(first, shared).replace(second, b'<f t="shared" si="0"/>'),
    )
    report = check(xor_copy, "formualizer")
    assert report.agrees
    assert [each.cell for each in report.restated] == [STEP, "Weights!C5"]


@pytest.mark.slow
def test_a_circle_is_named_and_a_formula_with_a_name_beside_it_is_not(xor_copy):
    path = name(xor_copy, {"rate": RATE}, {STEP: WITH_RATE[1], "Training!C5": "=C5+1"})
    report = check(path, "formualizer")
    assert [(each.cell, each.got) for each in report.wrong] == [("Training!C5", "#CIRC!")]
    assert [each.cell for each in report.restated] == [STEP]


@pytest.mark.ci
def test_a_name_beside_a_formula_that_is_left_out_leads_to_its_cells_alone(xor_copy):
    own = {STEP: WITH_RATE[1], "Weights!BA5": "=STDEV(B4:B5)*rate"}
    report = check(name(xor_copy, {"rate": RATE}, own), "formualizer")
    assert report.agrees
    assert report.left_out == {"Weights!BA5": "STDEV"}


@pytest.mark.slow
def test_values_are_those_that_the_name_stands_for(xor_copy):
    before = values(xor_copy, "formualizer")["W2"]
    name(xor_copy, {"rate": "Play!$C$5", ("Weights", "rate"): RATE}, dict([WITH_RATE]))
    assert (values(xor_copy, "formualizer")["W2"] == before).all()


def test_a_name_of_two_meanings_is_refused_with_the_true_one(xor_copy):
    book = openpyxl.load_workbook(xor_copy)
    for text, own in ((RATE, "rate"), ("Play!$C$5", "RATE")):
        book.defined_names[own] = DefinedName(own, attr_text=text)
    book["Weights"]["B5"] = WITH_RATE[1]
    book.save(xor_copy)
    with pytest.raises(WorkbookError) as said:
        check(xor_copy, "formualizer")
    assert str(said.value).endswith(
        'Weights!B5 uses the name "rate", which is defined more than once; write the cells in its '
        "place."
    )


GRADED = {
    "a cell": ({"rate": RATE}, "rate", 1),
    "a name of a name": ({"rate": "speed", "speed": RATE}, "rate", 1),
    "a computation": ({"half": f"{RATE}/2"}, "2*half", 1),
    "a number below 0": ({"minus": "-2"}, "minus^2/4*Play!$C$6", 1),
    "a name of the sheet": ({"rate": "Play!$C$5", ("Weights", "rate"): RATE}, "rate", 1),
    "another cell": ({"rate": "Play!$C$5"}, "rate", 0),
    "another cell for the sheet": ({"rate": RATE, ("Weights", "rate"): "Play!$C$5"}, "rate", 0),
    "no $": ({"rate": "Play!C6"}, "rate", 0),
    "a circle": ({"rate": "rate"}, "rate", 0),
}


@pytest.fixture(scope="module")
def exercise_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("class") / "Ada.xlsx"
    xlnn.exercise("xor", path, blank="W2", epochs=2, key=True)
    return path


@pytest.mark.parametrize("kind", GRADED)
@pytest.mark.first(1)
@pytest.mark.slow
def test_an_answer_with_a_name_is_graded_by_what_it_stands_for(exercise_path, tmp_path, kind):
    names, rate, points = GRADED[kind]
    path = shutil.copy(exercise_path, tmp_path / "Ada.xlsx")
    cells = [f"{column}{row}" for column in "BCDEFG" for row in (5, 6)]
    formulas = {
        f"Weights!{c}": f"={c[0]}{int(c[1]) - 1}-{rate}*Gradients!{c[0]}{int(c[1]) - 1}"
        for c in cells
    }
    (grade,) = xlnn.grade([name(path, names, formulas)])
    assert grade.points == points
    assert not grade.error


def book_of(names, local):
    defined = {("", name): text for name, text in names.items()} | local
    return Package(None, ("S", "T t"), {}, defined, 0, named=frozenset({Place("S", 1, 1)}))


@pytest.mark.parametrize(
    ("formula", "title", "expected"),
    [
        ("=rate*2", "T t", "=S!$A$1*2"),
        ("=rate*2", "S", "=$A$1*2"),
        ("=Rate+'T t'!rate", "S", "=$A$1+'T t'!$B$2"),
        ("=rate", "T t", "=$B$2"),
        ('="rate"&RATE(1)&rate.x', "S", '="rate"&RATE(1)&rate.x'),
        ("=SUM(range)^minus", "S", "=SUM('T t'!$A$1:$B$2)^(-1)"),
        ("=text&TRUE", "S", '="a rate"&TRUE'),
        ("=率", "S", "=$A$1"),
    ],
)
def test_cells_stand_in_the_places_of_names(formula, title, expected):
    found = Names.of(
        book_of(
            {
                "rate": "S!$A$1",
                "range": "'T t'!$A$1:$B$2",
                "minus": "-1",
                "text": '"a rate"',
                "率": "S!$A$1",
            },
            {("T t", "rate"): "'T t'!$B$2"} if expected.endswith("$B$2") else {},
        )
    ).written_out(formula, title)
    assert found == expected


def test_names_that_double_one_another_cost_little():
    doubled = {f"n.{number}": f"n.{number - 1}+n.{number - 1}" for number in range(1, 60)}
    names = Names.of(book_of({"n.0": "S!$A$1", **doubled}, {}))
    with pytest.raises(MeaningError, match="more than a cell takes"):
        names.written_out("=n.59", "S")
