"""A sentence is a quantity: its text is stated in Python, too, and every check compares it."""

import numpy as np
import openpyxl
import pytest
from programs import skip_without

import xlnn
from xlnn import Axis, Model, Quantity, Sentence, Stated
from xlnn.checking.comparison import unlike
from xlnn.engines import ENGINES, PROGRAMS
from xlnn.equations.number import fixed, fixed_text
from xlnn.equations.wording import filled


class Told(Sentence):
    """What became of x, in words."""

    def __init__(self, words="x is {x}, at most {most}.", python="x is {x}, at most {most}."):
        self.words, self.python = words, python

    def text(self, *, x, all_x):
        return self.python.format(x=fixed_text(x, 2), most=fixed_text(all_x.max(), 2))

    def cell(self, x, all_x):
        shown = {"x": fixed(x[()], 2), "most": fixed(f"MAX({all_x.over('day')[()]})", 2)}
        return "=" + filled(self.words, **shown)


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
def test_a_sentence_whose_two_statements_differ_is_not_published(tmp_path, words, python):
    with pytest.raises(xlnn.XlnnError, match="does not agree with NumPy"):
        xlnn.workbook(model(Told(words, python)), INPUTS, tmp_path / "said.xlsx")
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
    def text(self, *, x):
        return f"{fixed_text(x, 2)} of {fixed_text(x, 2)}"

    def cell(self, x):
        return f'={fixed(x[()], 2)}&" of "&{fixed(x[()], 2)}'


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


@pytest.mark.slow
def test_a_sentence_about_a_number_that_is_missing_is_no_fault_of_its_own(tmp_path):
    root = Stated(lambda x: x**0.5, lambda x: f"=SQRT({x[()]})")

    class Root(Sentence):
        def text(self, *, root):
            return f"The root is {fixed_text(root)}."

        def cell(self, root):
            return "=" + filled("The root is {root}.", root=fixed(root[()]))

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
