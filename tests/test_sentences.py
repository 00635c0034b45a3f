"""A sentence is a quantity: its text is stated in Python, too, and every check compares it."""

import numpy as np
import openpyxl
import pytest
from programs import skip_without

import xlnn
from xlnn import Axis, Model, Quantity, Sentence, Stated
from xlnn.checking.comparison import unlike
from xlnn.engines import ENGINES, PROGRAMS
from xlnn.equations.number import factor, fixed, fixed_formula, fixed_text, short
from xlnn.terms import MISSING, Formula, Value, among, either, joined, largest


class Told(Sentence):
    """What became of x, in words."""

    def said(self, *, x, all_x):
        return f"x is {fixed(x, 2)}, at most {fixed(largest(all_x.over('day')), 2)}."


class ToldApart(Told):
    """The same, with a formula or a text of its own: a fault of the program."""

    def __init__(self, words, python):
        self.words, self.python = words, python

    def text(self, *, x, all_x):
        return self.python.format(x=fixed_text(x, 2), most=fixed_text(all_x.max(), 2))

    def cell(self, x, all_x):
        most = fixed_formula(f"MAX({all_x.over('day')[()]})", 2)
        said = self.words.replace("{x}", f'"&{fixed_formula(x[()], 2)}&"')
        return '="{}"'.format(said.replace("{most}", f'"&{most}&"'))


def model(sentence=None):
    week, day = Axis("week", 3), Axis("day", 4)
    return Model((
        Quantity("x", axes=(week,)),
        Quantity("all_x", axes=(day,)),
        Quantity("said", equation=sentence or Told(), axes=(week,), is_text=True),
    ))  # fmt: skip


INPUTS = {"x": [0.25, -1.5, 1e-7], "all_x": [1, 2, 3.14159, 0]}


@pytest.fixture
def path(tmp_path):
    xlnn.workbook(model(), INPUTS, tmp_path / "said.xlsx")
    return tmp_path / "said.xlsx"


def test_a_sentence_has_its_own_row_of_an_axis_that_it_shares_and_all_of_another(path):
    assert [*xlnn.values(path, model=model())["said"]] == [
        "x is 0.25, at most 3.14.",
        "x is −1.50, at most 3.14.",
        "x is 1 × 10⁻⁷, at most 3.14.",
    ]


@pytest.mark.parametrize("engine", [*ENGINES, *PROGRAMS])
@pytest.mark.first(2)
def test_every_formula_is_compared_sentences_as_well(path, engine):
    skip_without(engine)
    report = xlnn.check(path, engine, probes=2, model=model())
    assert report.agrees
    assert report.compared_cells == report.text_cells == 3


@pytest.mark.parametrize(
    ("words", "python"),
    [
        ("x is {x}, at most {most}.", "x is {x}, at least {most}."),
        ("x is {x}, at most {x}.", "x is {x}, at most {most}."),
    ],
)
def test_a_sentence_whose_text_and_formula_differ_is_not_published(tmp_path, words, python):
    with pytest.raises(xlnn.XlnnError, match="does not agree with NumPy"):
        xlnn.workbook(model(ToldApart(words, python)), INPUTS, tmp_path / "said.xlsx")
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("engine", [*ENGINES, *PROGRAMS])
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_wrong_word_is_reported_like_a_wrong_number(path, engine):
    skip_without(engine)
    workbook = openpyxl.load_workbook(path)
    cell = xlnn.explain(path, "said", at={"week": 2}, model=model()).cell
    sheet, address = cell.split("!")
    formula = workbook[sheet][address].value
    workbook[sheet][address] = formula.replace("at most", "at least")
    workbook.save(path)
    (wrong,) = xlnn.check(path, engine, model=model()).wrong
    assert (wrong.cell, wrong.expected) == (cell, "x is −1.50, at most 3.14.")
    assert wrong.got == "x is −1.50, at least 3.14."


class Twice(Sentence):
    def said(self, *, x):
        return f"{fixed(x, 2)} of {fixed(x, 2)}"


def is_wrong(x, text):
    said = Quantity("said", equation=Twice(), is_text=True)
    arrays = {"x": np.array(x), "said": np.array(text, dtype=object)}
    expected = np.array(Twice().text(x=x), dtype=object)
    return bool(unlike(Model((Quantity("x"), said)), said, arrays, expected))


def test_a_number_on_the_edge_of_rounding_may_be_written_either_way():
    assert not is_wrong(0.125, "0.13 of 0.12")
    assert not is_wrong(0.125 - 1e-14, "0.13 of 0.13")
    assert is_wrong(0.125 - 1e-9, "0.13 of 0.13")
    assert is_wrong(0.125, "0.14 of 0.13")
    assert is_wrong(0.125, "0.13 in 0.13")
    assert is_wrong(0.125, None)


def test_a_sentence_without_a_text_is_refused(tmp_path):
    class Mute(Sentence):
        roles = ("x",)

        def cell(self, x):
            return f'="x is "&{x[()]}'

    mute = Model((Quantity("x"), Quantity("said", equation=Mute(), is_text=True)))
    with pytest.raises(xlnn.XlnnError, match="said"):
        xlnn.workbook(mute, {"x": 1}, tmp_path / "mute.xlsx")


def test_a_sentence_without_an_index_for_its_shape_is_refused(tmp_path):
    class Whole(Sentence):
        def said(self, *, x):
            return f"x is {fixed(x)}."

    whole = Model((Quantity("x"), Quantity("whole", equation=Whole(), shape=(2,))))
    with pytest.raises(xlnn.XlnnError, match=r"as in said\(i1, x\)"):
        xlnn.workbook(whole, {"x": 1}, tmp_path / "whole.xlsx")


@pytest.mark.slow
def test_a_sentence_about_a_number_that_is_missing_is_no_fault_of_its_own(tmp_path):
    root = Stated(lambda x: x**0.5, lambda x: f"=SQRT({x[()]})")

    class Root(Sentence):
        def said(self, *, root):
            return f"The root is {fixed(root)}."

    own = Model((
        Quantity("x", between=(0.0, 4.0)),
        Quantity("root", equation=root),
        Quantity("said", equation=Root(), is_text=True),
    ))  # fmt: skip
    path = tmp_path / "root.xlsx"
    xlnn.workbook(own, {"x": 4}, path)
    assert xlnn.values(path, model=own)["said"] == "The root is 2.000."
    workbook = openpyxl.load_workbook(path)
    sheet, address = xlnn.explain(path, "x", model=own).cell.split("!")
    workbook[sheet][address] = -1
    workbook.save(path)
    assert {wrong.quantity for wrong in xlnn.check(path, model=own).wrong} <= {"root"}


# --- terms -----------------------------------------------------------------------------------


def both(said, *numbers):
    """Return the text of a sentence about some numbers, and its formula about the cells A1 …"""
    return said(*map(Value, numbers)), joined(
        said(*(Formula(f"{'ABC'[n]}1") for n in range(len(numbers))))
    )


@pytest.mark.parametrize(
    ("said", "numbers", "text", "formula"),
    [
        (lambda x: f"{x}", (3.0,), "3", 'A1&""'),
        (lambda x: f"{x} apples", (3.0,), "3 apples", 'A1&" apples"'),
        (lambda x: f"{x - 1} more", (3.0,), "2 more", '(A1-1)&" more"'),
        (lambda x, y: f"= {x - (y - 1) / 2}", (3.0, 2), "= 2.5", '"= "&(A1-(B1-1)/2)'),
        (lambda x, y: f"= {x - (x - y)}", (3.0, 2), "= 2", '"= "&(A1-(A1-B1))'),
        (lambda x: f"= {(1 - x) * 10**6}", (3.0,), "= -2000000", '"= "&((1-A1)*10^6)'),
        (lambda x: f"= {x / 10**12}", (3e12,), "= 3", '"= "&(A1/10^12)'),
        (lambda x: either(x > 1 / 10**300, "yes", "no"), (1,), "yes", 'IF(A1>1/10^300,"yes","no")'),
        (lambda x: either(x >= -1e-12, "yes", ""), (-1,), "", 'IF(A1>=-1/10^12,"yes","")'),
        (lambda x: either(abs(x) < 2.5e7, "a", "b"), (1,), "a", 'IF(ABS(A1)<25000000,"a","b")'),
        (lambda x: either((x > 1) + (x == 0) > 0, "a", "b"), (0,), "a",
         'IF((A1>1)+(A1=0)>0,"a","b")'),
        (lambda x: either(x == 1, 'the "one"', "no"), (1,), 'the "one"',
         'IF(A1=1,"the ""one""","no")'),
        (lambda x: among(1 + x, ["none", f"x = {x}"]), (1,), "x = 1",
         'CHOOSE(1+A1,"none","x = "&A1)'),
        (lambda x, y: either(x == 0, "none", f"{x / y}"), (0, 0), "none",
         'IF(A1=0,"none",(A1/B1)&"")'),
        (lambda _: "", (0,), "", '""'),
        (lambda _: "a" * 300, (0,), "a" * 300, f'"{"a" * 255}"&"{"a" * 45}"'),
    ],
)  # fmt: skip
def test_a_sentence_is_stated_once_for_python_and_for_a_cell(said, numbers, text, formula):
    assert both(said, *numbers) == (text, formula)


@pytest.mark.parametrize("form", [fixed, factor, short])
def test_a_form_of_numbers_writes_values_and_cells(form):
    text, formula = both(lambda x: f"x = {form(x)}", 0.25)
    assert text == ("x = 0.25" if form is short else "x = 0.250")
    assert formula.startswith('"x = "&IF(')


@pytest.mark.parametrize(
    "said",
    [
        lambda x: f"{x}",
        lambda x: f"{fixed(1 / (x - x))}",
        lambda x: either(x > 0, "yes", "no"),
        lambda x: either(x == 0, "yes", "no"),
        lambda x: either(largest(x, 1) > 0, "yes", "no"),
        lambda x: among(x, ["one"]),
    ],
)
@pytest.mark.parametrize("missing", [np.nan, np.inf])
def test_a_sentence_has_no_text_where_a_number_is_missing(said, missing):
    class Missing(Sentence):
        def said(self, *, x):
            return said(x)

    with pytest.raises(ValueError, match="missing in a Missing"):
        Missing().text(x=missing)


@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "ironcalc"])
@pytest.mark.first(1)  # IronCalc compares what is infinite
def test_a_sentence_in_which_a_number_becomes_too_large_has_its_other_text(tmp_path, engine):
    class Square(Sentence):
        def said(self, *, x):
            return either(x * x > 4, "more than 4", "at most 4")

    skip_without(engine)
    said = Quantity("said", equation=Square(), otherwise="too large")
    own, path = Model((Quantity("x"), said)), tmp_path / "x.xlsx"
    xlnn.workbook(own, {"x": 1e200}, path)
    assert xlnn.check(path, engine, model=own).agrees
    assert xlnn.values(path, model=own)["said"] == "too large"


@pytest.mark.parametrize("number", [0, 2, 0.5, -1])
def test_a_text_that_is_not_among_the_others_is_missing(number):
    assert among(Value(number), ["one"]) == MISSING


@pytest.mark.parametrize("x", [Value(1), Formula("A1")])
def test_a_condition_cannot_be_decided_before_its_cell_is_known(x):
    with pytest.raises(TypeError, match="either"):
        "more" if x > 0 else "less"  # noqa: B018
