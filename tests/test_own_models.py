"""A programmer's own equations become a workbook with the same proof."""

import importlib.util
import re
import subprocess
import sys
import zipfile
from html import unescape
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from experiments import every_kind_of_cell_is_named_when_it_is_wrong
from programs import LIBRARIES, skip_without

import xlnn
from xlnn.cli import cli
from xlnn.engines import ENGINES
from xlnn.equations import units as eq
from xlnn.errors import XlnnError
from xlnn.loading import spec as reading
from xlnn.writing.style import signed

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"


def example(name):
    found = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return getattr(module, name)


MODELS = {
    "loan": {"yearly": 0.06, "rate": 443.21, "debt": 10_000},
    "kmeans": {
        "points": np.random.default_rng(3).normal(size=(20, 2)),
        "centres": [[[0.1, 0.2], [-0.3, 0.4]]],
    },
}


@pytest.fixture(scope="module", params=MODELS)
def made(request, tmp_path_factory):
    model, inputs = example(request.param), MODELS[request.param]
    path = tmp_path_factory.mktemp(request.param) / f"{request.param}.xlsx"
    return model, inputs, xlnn.workbook(model, inputs, path).path


@pytest.mark.parametrize("name", MODELS)
def test_an_example_runs_as_it_stands_and_is_short(name, tmp_path):
    script = EXAMPLES / f"{name}.py"
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "all agree with NumPy" in done.stdout
    assert len(script.read_text().splitlines()) < 40


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.first(4)
@pytest.mark.slow
def test_an_example_agrees_in_every_engine(made, engine):
    skip_without(engine)
    model, _, path = made
    assert xlnn.check(path, engine, 3, model=model).agrees


def test_the_loan_is_paid_back_as_plain_python_says(tmp_path):
    path = xlnn.workbook(example("loan"), MODELS["loan"], tmp_path / "loan.xlsx").path
    debt = 10_000.0
    for left in xlnn.values(path, model=example("loan"))["debt"]:
        assert left == pytest.approx(debt, rel=1e-12)
        debt += debt * 0.06 / 12 - 443.21


TEXTS = (
    *(
        "hh:mm",
        "A:XFD",
        "1:1048576",
        "Model!A1",
        "B9:B2",
        "SUM(A1:ZZ99)",
        "[1]x!A1",
        "#REF!",
        "a|b",
    ),
    *(
        "REPT(x,99999)",
        "INDIRECT(A1)",
        "it's A1:C3",
        ": f(x)",
        "2^3^2",
        "SUMPRODUCT(A1:A3=1)",
        "--",
    ),
)


@pytest.mark.parametrize("engine", LIBRARIES)
@pytest.mark.first(engine=1)
def test_a_text_in_a_formula_may_look_like_a_reference(engine, tmp_path):
    v = xlnn.Quantity("v", shape=(3,))
    cells = [f'=IF(""&{{v[0]}}="{text}",1,SUM({{v[:]}}))' for text in TEXTS]
    stated = [xlnn.Stated(array=lambda v: v.sum(), cell=cell) for cell in cells]
    others = [xlnn.Quantity(f"y{n}", equation=each) for n, each in enumerate(stated)]
    model = xlnn.Model((v, *others))
    path = xlnn.workbook(model, {"v": [1, 2, 4]}, tmp_path / "texts.xlsx").path
    report = xlnn.check(path, engine, model=model)
    assert (report.agrees, report.restated) == (True, ())
    assert xlnn.lint(path) == ()


@pytest.mark.ci
def test_a_wrong_formula_is_named(made, tmp_path, monkeypatch):
    model, _, path = made
    described = reading.described
    monkeypatch.setattr("experiments.described", lambda path: described(path, model))
    checked = xlnn.check
    monkeypatch.setattr(
        "experiments.check", lambda path, engine: checked(path, engine, model=model)
    )
    every_kind_of_cell_is_named_when_it_is_wrong(path, tmp_path / "wrong.xlsx")


@pytest.mark.ci
def test_the_command_line_says_in_one_sentence_that_the_model_is_the_programmers(made):
    _, _, path = made
    for command in (["check", path], ["values", path, "-o", path.with_suffix(".npz")],
                    ["build", "--from", path]):  # fmt: skip
        done = CliRunner().invoke(cli, [*map(str, command)])
        assert done.exit_code == 1
        assert "made from a model in Python" in f"{done.stderr} {done.exception}"
    assert CliRunner().invoke(cli, ["lint", str(path)]).exit_code == 0


@pytest.mark.first(1)
def test_another_model_than_the_files_is_refused(made, short_path):
    model, _, path = made
    other = xlnn.Model((xlnn.Quantity("x"),))
    with pytest.raises(XlnnError, match="made of another model: they differ in"):
        xlnn.check(path, model=other)
    with pytest.raises(XlnnError, match="made of the template digits"):
        xlnn.check(short_path, model=model)


def test_several_engines_report_together(made):
    model, _, path = made
    reports = xlnn.check(path, ["formulas", "formualizer"], model=model)
    assert reports.agrees
    assert [report.engine for report in reports] == ["formulas", "formualizer"]


@pytest.mark.parametrize("probes", [-1, 1.5, "1"])
def test_probes_are_a_whole_number_from_0_to_100(made, probes):
    model, _, path = made
    with pytest.raises(XlnnError, match="a whole number from 0 to 100"):
        xlnn.check(path, probes=probes, model=model)


DOUBLE = xlnn.Stated(array=lambda x: 2 * x, cell=lambda x: f"=2*{x[()]}")
SECOND = xlnn.Stated(array=lambda x: x[1], cell=lambda x: f"={x[2]}")
WRONG = xlnn.Stated(array=lambda x: 2 * x, cell=lambda x: f"=3*{x[()]}")
X = xlnn.Quantity("x")


class Mute(xlnn.Sentence):
    """It has a text and a formula, and does not say what they are of."""

    def text(self, *, x):
        return f"{x}"

    def cell(self, x):
        return f"={x[()]}"


REFUSED = [
    ((xlnn.Quantity("x", sheet="history"),), {"x": 1}, "neither Spec nor History"),
    ((xlnn.Quantity("x", symbol="x{0}{}"),), {"x": 1}, r'^x: "x\{0\}\{\}" cannot be its symbol'),
    ((xlnn.Quantity("x", symbol="{y}"),), {"x": 1}, r'^x: "\{y\}" cannot be its symbol'),
    ((X,), {"x": 10**400}, "x takes numbers of the shape .* too large"),
    ((), {}, "no quantities"),
    ((X, X), {"x": 1}, "Two quantities are named x"),
    ((xlnn.Quantity("2x"),), {"2x": 1}, "is not a valid name"),
    ((xlnn.Quantity("x", sheet="a/b"),), {"x": 1}, "cannot be the name of its sheet"),
    ((xlnn.Quantity("x", sheet="Spec"),), {"x": 1}, "neither Spec"),
    ((xlnn.Quantity("y", equation=DOUBLE),), {}, "no such quantity"),
    ((xlnn.Quantity("y", equation=DOUBLE), X), {"x": 1}, "put it before"),
    ((X,), {}, "The input x is missing"),
    ((X,), {"x": 1, "y": 2}, "y is not an input"),
    ((xlnn.Quantity("k", is_record=True),), {}, "k is a record of what nobody notes"),
    ((xlnn.Quantity("k", counts=True),), {}, "k counts: it takes one axis"),
    ((X,), {"x": [1, 2]}, "x takes numbers of the shape"),
    ((X,), {"x": "one"}, "x takes numbers of the shape"),
    ((X,), {"x": float("inf")}, "x holds inf: a number is expected"),
    ((X, xlnn.Quantity("y", equation=WRONG)), {"x": 1}, "does not agree with NumPy"),
    (
        (X, xlnn.Quantity("y", equation=DOUBLE, uses={"a": "x"})), {"x": 1},
        "y has a use for a, but its equation takes x",
    ),
    (
        (
            xlnn.Quantity("x", axes=(xlnn.Axis("day", 3, "up"),)),
            xlnn.Quantity("y", equation=DOUBLE, axes=(xlnn.Axis("day", 4, "up"),)),
        ),
        {"x": 1}, "y has 4 entries along day, but x, which it uses, has 3",
    ),
    (
        (
            xlnn.Quantity("z2", symbol="z^{}", title="input of layer 2"),
            xlnn.Quantity("z6", symbol="z^{}"), xlnn.Quantity("z9", kind="z", title="of layer 9"),
        ),
        {"z2": 1, "z6": 1, "z9": 1},
        '^z2 and z9 .* the kind "z", .* "input of layer 2" and "of layer 9": .*kind="z9"',
    ),
    (3, {}, "^quantities is 3: a tuple of xlnn.Quantity is expected"),
    (X, {"x": 1}, "^quantities is Quantity.*: a tuple of xlnn.Quantity is expected"),
    (("x",), {"x": 1}, r"^quantities is \('x',\): a tuple of xlnn.Quantity is expected"),
    (
        (xlnn.Quantity("x", shape=(2,)), xlnn.Quantity("y", equation=SECOND)), {"x": 1},
        r"The cell of y raises IndexError: x has the shape \(2,\), and no \(2,\)",
    ),
    ((X,), None, "^inputs is None: a dict with a number or an array for each input is expected"),
]  # fmt: skip


@pytest.mark.ci
def test_numbers_of_rows_are_filled_in_and_compared(tmp_path):
    rows = {"axes": (xlnn.Axis("row", 3, counts_from=0),)}
    model = xlnn.Model(
        (
            xlnn.Quantity("x", counts=True, **rows),
            xlnn.Quantity("y", equation=DOUBLE, **rows),
        )
    )
    path = xlnn.workbook(model, {}, tmp_path / "k.xlsx").path
    assert xlnn.values(path, model=model)["y"].tolist() == [0, 2, 4]
    book = openpyxl.load_workbook(path)
    sheet, cell = reading.described(path, model)[1].cell("x", (0,)).split("!")
    book[sheet][cell] = 7
    book.save(path)
    (wrong,) = xlnn.check(path, model=model).wrong
    assert (wrong.quantity, wrong.expected) == ("x", 0)


@pytest.mark.parametrize(("quantities", "inputs", "sentence"), REFUSED)
def test_what_makes_no_workbook_is_refused_in_a_sentence(tmp_path, quantities, inputs, sentence):
    with pytest.raises(XlnnError, match=sentence):
        xlnn.workbook(xlnn.Model(quantities), inputs, tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


DAY = xlnn.Axis("day", 3, "time")
DAYS = (DAY,)
PARTS = [
    ({"name": 5}, "name of 5 is 5: a text"),
    ({"sheet": 5}, "sheet of x is 5: a text"),
    ({"number_format": None}, "number_format of x is None: a text"),
    ({"axes": DAY}, r"axes of x is Axis\(.*: a tuple of xlnn.Axis"),
    ({"axes": "day"}, "axes of x is 'day': a tuple of xlnn.Axis"),
    ({"axes": (xlnn.Axis("day", 0),)}, "length of the axis day of x is 0: a whole number of"),
    ({"axes": (xlnn.Axis("day", "3"),)}, "length of the axis day of x is '3': a whole number"),
    ({"axes": (xlnn.Axis("day", 3, counts_from="0"),)}, "counts_from of the axis day of x is '0'"),
    ({"axes": (xlnn.Axis(3, 3),)}, "name of the axis 3 of x is 3: a text"),
    ({"shape": 3}, "shape of x is 3: a tuple of whole numbers from 1"),
    ({"shape": (2, 0)}, r"shape of x is \(2, 0\): a tuple of whole numbers from 1"),
    ({"shape": (2.5,)}, r"shape of x is \(2.5,\): a tuple of whole numbers from 1"),
    ({"equation": xlnn.Stated}, "equation of x is <class .*: an instance of xlnn.Equation"),
    ({"equation": len}, "equation of x is <built-in .*: an instance of xlnn.Equation"),
    ({"equation": xlnn.Equation()}, "equation of x is .*, which states array and cell, or"),
    ({"equation": Mute()}, "equation of x is .*, or xlnn.Sentence with said, is"),
    ({"equation": xlnn.Stated("2*x", lambda x: x)}, "equation of x is .*, which states array and"),
    ({"equation": xlnn.Stated(lambda x: x, 2)}, "equation of x is .*, which states array and"),
    ({"equation": DOUBLE, "uses": "x"}, "uses of x is 'x': a dict of names of quantities"),
    ({"equation": DOUBLE, "uses": {"x": 5}}, "uses of x is .*: a dict of names of quantities"),
    ({"uses": {"a": "x"}}, "x uses x, and has no equation"),
    ({"equation": DOUBLE, "given": -1}, "given of x is -1: a whole number of at least 0"),
    ({"equation": DOUBLE, "given": 4, "axes": DAYS}, "given of x is 4: at most the length .* 3,"),
    ({"scale": "0.1"}, "scale of x is '0.1': a number above 0"),
    ({"scale": -1}, "scale of x is -1: a number above 0"),
    ({"scale": float("nan")}, "scale of x is nan: a number above 0"),
    ({"choices": (3, 1)}, r"choices of x is \(3, 1\): a pair of whole numbers, the smaller first"),
    ({"choices": (1.5, 2)}, r"choices of x is \(1.5, 2\): a pair of whole numbers"),
    ({"between": (2, 1)}, r"between of x is \(2, 1\): a pair of numbers, the smaller first"),
    ({"between": (2,)}, r"between of x is \(2,\): a pair of numbers, the smaller first"),
    ({"between": 2}, "between of x is 2: a pair of numbers, the smaller first"),
    ({"between": (0, float("inf"))}, r"between of x is \(0, inf\): a pair of numbers"),
]


@pytest.mark.parametrize(("part", "sentence"), PARTS)
def test_a_part_that_is_none_is_a_sentence_that_names_its_quantity(tmp_path, part, sentence):
    model = xlnn.Model((xlnn.Quantity(**{"name": "x", **part}),))
    with pytest.raises(XlnnError, match=f"^{sentence}"):
        xlnn.workbook(model, {"x": 1}, tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_list_is_no_model_wherever_one_is_taken(made, tmp_path):
    sentence = "^model is .*: an xlnn.Model of the quantities is expected"
    with pytest.raises(XlnnError, match=sentence):
        xlnn.workbook([X], {"x": 1}, tmp_path / "x.xlsx")
    for call in (xlnn.check, xlnn.values, xlnn.load, xlnn.show):
        with pytest.raises(XlnnError, match=sentence):
            call(made[2], model=[X])


@pytest.mark.parametrize(("first", "second"), [("day", "step"), ("time", "time")])
def test_two_axes_that_belong_together_are_refused(first, second, tmp_path):
    axes = (xlnn.Axis(first, 3, "time"), xlnn.Axis(second, 2, "time"))
    model = xlnn.Model((xlnn.Quantity("x", axes=axes),))
    sentence = f"^x has two axes of the family time, {first} and {second}: give each axis a diff"
    with pytest.raises(XlnnError, match=sentence):
        xlnn.workbook(model, {"x": 1}, tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("forgets", ["level", "number"])
def test_what_stands_a_step_before_needs_an_ordered_axis(tmp_path, forgets):
    axes = dict.fromkeys(("level", "number"), DAYS) | {forgets: (xlnn.Axis("day", 3),)}
    both = {"before": xlnn.previous("level"), "x": xlnn.previous("number")}
    step = xlnn.Stated(array=lambda before, x: before + x, cell=lambda **_: "=1")
    number = xlnn.Quantity("number", axes=axes["number"])
    level = xlnn.Quantity("level", axes=axes["level"], equation=step, uses=both, given=1)
    with pytest.raises(XlnnError, match="must be ordered") as refusal:
        xlnn.workbook(xlnn.Model((number, level)), {"number": 1, "level": 2}, tmp_path / "x.xlsx")
    assert forgets in str(refusal.value)
    assert 'xlnn.Axis("day", 3, "up")' in str(refusal.value)


STATED = {
    "cell": [
        (lambda **_: None, "The cell of y gives None: a formula begins with"),
        (lambda **_: 2.0, "The cell of y gives 2.0: a formula begins with"),
        (lambda x: f"2*{x[()]}", r'The cell of y gives "2\*[AB][46]": a formula begins'),
        (lambda **_: 1 / 0, "The cell of y raises ZeroDivisionError: division by zero"),
        (lambda x: f"=2*({x[()]}", r'The cell of y gives "=2\*\([AB][46]", which is not a formula'),
        (lambda x: f"=FOO({x[()]})", "The cell of y calls FOO, which is not one of the"),
        (lambda x: f"=SUM({{1,2}})*{x[()]}", "The cell of y contains braces"),
        (lambda a: f"=2*{a[()]}", "The cell of y does not take x, which its array takes"),
        (lambda j, x: f"=2*{x[j]}", r"takes j, x, but its shape is \(\): an index for each"),
        (lambda x: f"=2*{x}", r"The cell of y raises ValueError: x needs an index, such as \["),
        (lambda x: f"=2*{x[0]}", r"raises IndexError: x has the shape \(\), and no \(0,\)"),
        (lambda x: f"=3*{x[()]}", "Make the array and the cell of y agree"),
        ("2*{x}", r'The cell of y gives "2\*[AB][46]": a formula begins'),
        ("=2*x", "Make the array and the cell of y agree"),
        ("=2*{z}", "The cell of y raises NameError: z is not one of its arguments, x"),
        ("=2*{x[0]}", r"raises IndexError: x has the shape \(\), and no \(0,\)"),
        ("=3*{x}", "Make the array and the cell of y agree"),
    ],
    "array": [
        (lambda x: x.setflags(), "The array of y gives None: a number was expected"),
        (lambda x: [][x], "The array of y raises TypeError"),
        (lambda x: 2j * x, "The array of y gives 2j: a number was expected"),
        (lambda x: f"{x}", "The array of y gives '1.0': a number was expected"),
        (lambda x: [x, x], r"The array of y gives float64 of the shape \(2,\): a number"),
    ],
}
"""What may be wrong with each of the two statements, and the sentence."""


@pytest.mark.parametrize("axes", [(), DAYS], ids=["once", "daily"])
@pytest.mark.parametrize(
    ("which", "wrong", "sentence"),
    [(which, *each) for which, several in STATED.items() for each in several],
)
def test_a_wrong_statement_is_a_sentence_that_names_its_quantity(
    tmp_path, axes, which, wrong, sentence
):
    stated = {"array": lambda x: 2 * x, "cell": lambda x: f"=2*{x[()]}", which: wrong}
    x = xlnn.Quantity("x", axes=axes)
    y = xlnn.Quantity("y", equation=xlnn.Stated(**stated), axes=axes)
    with pytest.raises(XlnnError) as refusal:
        xlnn.workbook(xlnn.Model((x, y)), {"x": 1}, tmp_path / "x.xlsx")
    said = str(refusal.value)
    assert re.search(sentence, said)
    assert "report" not in said
    assert list(tmp_path.iterdir()) == []


def test_texts_matrices_and_several_tables_stand_on_one_sheet(tmp_path):
    row, column = xlnn.Axis("row", 3), xlnn.Axis("column", 2)
    total = xlnn.Stated(array=lambda m: m.sum(), cell=lambda m: f"=SUM({m[...]})")
    model = xlnn.Model(
        (
            xlnn.Quantity("m", shape=(2, 3)),
            xlnn.Quantity("who", axes=(row,), is_text=True),
            xlnn.Quantity("a", axes=(row,)),
            xlnn.Quantity("b", axes=(column,), shape=(2,)),
            xlnn.Quantity("total", equation=total),
        )
    )
    inputs = {"m": np.arange(6.0).reshape(2, 3), "who": ["=1+1", "b", "c"], "a": 1 / 3, "b": 2}
    path = xlnn.workbook(model, inputs, tmp_path / "x.xlsx").path
    got = xlnn.values(path, model=model)
    assert got["total"] == 15
    assert got["who"].tolist() == ["=1+1", "b", "c"]
    np.testing.assert_array_equal(got["a"], [0.333333333333333] * 3)


def with_everything():
    """A model with a number, a matrix, a sentence, and what runs along an ordered axis."""
    step = xlnn.Axis("step", 6, "up")
    grow = xlnn.Stated(lambda before, rate: before * rate, lambda before, rate: (
        f"={before[()]}*{rate[()]}"
    ))  # fmt: skip
    uses = {"before": xlnn.previous("size")}
    return (
        xlnn.Quantity("rate", title="growth", sheet="All"),
        xlnn.Quantity("W", sheet="All", shape=(2, 3)),
        xlnn.Quantity("size", sheet="All", axes=(step,), equation=grow, given=1, uses=uses),
    )


GIVEN = {"rate": 1.5, "W": [[1, -2, 3], [4, 5, -6]], "size": 1}


def charts_in(path):
    with zipfile.ZipFile(path) as file:
        return sum(name.startswith("xl/charts/chart") for name in file.namelist())


def test_a_sheet_without_a_page_gets_a_chart_of_what_runs_and_a_picture_of_a_matrix(tmp_path):
    path = tmp_path / "all.xlsx"
    xlnn.workbook(xlnn.Model(with_everything()), GIVEN, path)
    assert charts_in(path) == 1
    sheet = openpyxl.load_workbook(path)["All"]
    assert sheet["A4"].value == "growth"
    coloured = [str(each.sqref) for each in sheet.conditional_formatting]
    assert "A7:C8" in coloured
    assert sheet.freeze_panes == "A4"


@pytest.mark.parametrize("sheet", ["Bobs", "Bob's"])
def test_an_axis_of_large_numbers_has_short_labels_on_any_sheet(sheet, tmp_path):
    large = xlnn.Quantity("y", sheet=sheet, axes=(xlnn.Axis("step", 4, "time"),))
    path = xlnn.workbook(xlnn.Model((large,)), {"y": [1e12, 2e12, 4e12, 3e12]}, tmp_path / "y.xlsx")
    (chart,) = openpyxl.load_workbook(path.path)[sheet]._charts  # noqa: SLF001
    assert chart.y_axis.number_format.formatCode == signed("0.0E+00")


@pytest.mark.ci
def test_a_page_of_ones_own_stands_where_it_is_stated(tmp_path):
    path = tmp_path / "all.xlsx"
    page = xlnn.Page(
        "All", "Growth", "Change the rate.", xlnn.Numbers("rate"), xlnn.Table("size"),
        xlnn.Chart("Size", xlnn.Trace("size")), xlnn.Chart("Again", xlnn.Trace("size")),
    )  # fmt: skip
    model = xlnn.Model(with_everything(), pages=(page,))
    xlnn.workbook(model, GIVEN, path)
    assert charts_in(path) == 2
    sheet = openpyxl.load_workbook(path)["Growth"]
    assert (sheet["A1"].value, sheet["A2"].value) == ("Growth", "Change the rate.")
    assert sheet["D4"].value == 1.5
    assert xlnn.check(path, model=model).agrees
    assert xlnn.values(path, model=model)["W"].tolist() == GIVEN["W"]  # though no part shows it


def test_what_is_no_page_is_refused(tmp_path):
    model = xlnn.Model(with_everything(), pages=("All",))
    with pytest.raises(XlnnError, match=r"pages is .*a tuple of xlnn.Page is expected"):
        xlnn.workbook(model, GIVEN, tmp_path / "all.xlsx")


def test_sheets_are_in_the_order_of_the_statement_wherever_a_recurrence_starts(tmp_path):
    model = xlnn.Model(
        (
            xlnn.Quantity("share", sheet="Settings"),
            xlnn.Quantity(
                "level", sheet="Days", axes=(xlnn.Axis("day", 3, "up"),),
                equation=xlnn.Stated(lambda before, share: before + share, "={before}+{share}"),
                uses={"before": xlnn.previous("level", start=0.0)},
            ),
        )
    )  # fmt: skip
    xlnn.workbook(model, {"share": 0.5}, tmp_path / "a.xlsx")
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == ["Settings", "Days", "Spec"]


def test_the_x_axis_of_a_chart_is_named_after_what_it_shows(tmp_path):
    day = xlnn.Axis("day", 3)
    model = xlnn.Model(
        (xlnn.Quantity("at", axes=(day,), symbol="a{}", shape=(2,)),
         xlnn.Quantity("high", axes=(day,))),
        pages=(xlnn.Page(
            "Model", "Model", "", xlnn.Chart("over", xlnn.Trace("high", ("at", 1))),
            xlnn.Chart("along", xlnn.Trace("high"))),),
    )  # fmt: skip
    xlnn.workbook(model, {"at": 1, "high": 2}, tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as file:
        texts = [
            re.findall("<a:t>(.*?)</a:t>", file.read(f"xl/charts/chart{n}.xml").decode())
            for n in (1, 2)
        ]
    assert [[*map(unescape, each)] for each in texts] == [["over", "a₂"], ["along", "day"]]


def test_a_chart_counts_across_by_the_quantity_that_counts(tmp_path):
    rows = {"axes": (xlnn.Axis("day", 3, "up"),)}
    quantities = xlnn.Quantity("n", counts=True, **rows), xlnn.Quantity("level", **rows)
    path = xlnn.workbook(xlnn.Model(quantities), {"level": [1, 2, 4]}, tmp_path / "a.xlsx").path
    (chart,) = openpyxl.load_workbook(path)["Model"]._charts  # noqa: SLF001
    (line,) = chart.series
    assert (line.xVal.numRef.f, line.yVal.numRef.f) == ("'Model'!$A$4:$A$6", "'Model'!$B$4:$B$6")


def test_what_has_no_value_is_not_blamed_on_the_size_of_an_input(tmp_path):
    root = xlnn.Stated(lambda x: np.sqrt(x), "=SQRT({x})")  # noqa: PLW0108 -- its role
    model = xlnn.Model((xlnn.Quantity("x"), xlnn.Quantity("y", equation=root)))
    with np.errstate(invalid="ignore"), pytest.raises(XlnnError, match="y has no value for these"):
        xlnn.workbook(model, {"x": -4}, tmp_path / "a.xlsx")


def test_sheets_that_differ_in_case_alone_are_refused(tmp_path):
    both = xlnn.Quantity("x", sheet="Data"), xlnn.Quantity("y", sheet="data")
    with pytest.raises(XlnnError, match="y is on the sheet data, and there is Data"):
        xlnn.workbook(xlnn.Model(both), {"x": 1, "y": 1}, tmp_path / "a.xlsx")


def test_what_is_no_part_of_a_page_is_refused():
    with pytest.raises(XlnnError, match="A part of the page here is 'x': a part, such"):
        xlnn.Page("here", "Here", "", "x")


def of_capitals():
    """Return a network with the names W and w, B and b, C and c, c_t and C_T, and its inputs.

    t is to be h w + B, with h = tanh(W x + b).
    """
    epoch, row = xlnn.Axis("epoch", 3, "up"), xlnn.Axis("row", 4)
    layers = xlnn.Weights({
        "W": xlnn.Weight((2, 2), eq.slope("row"), "delta", "x"),
        "b": xlnn.Weight((2,), eq.bias_slope("row"), "delta"),
        "w": xlnn.Weight((1, 2), eq.slope("row"), "e", "h"),
    })  # fmt: skip
    each = xlnn.alike(axes=(epoch, row))
    half = xlnn.Stated(lambda e: e**2 / 2, "={e}^2/2")
    quantities = (
        xlnn.Quantity("eta"), xlnn.Quantity("c_t"), xlnn.Quantity("B", shape=(1,)),
        xlnn.Quantity("x", axes=(row,), shape=(2,)), xlnn.Quantity("t", axes=(row,), shape=(1,)),
        *layers.trained(3),
        each("s", equation=eq.DENSE.of("W", "x", "b"), shape=(2,)),
        each("h", equation=eq.TANH.of("s"), shape=(2,)),
        each("C", equation=eq.DENSE.of("w", "h", "B"), shape=(1,)),
        each("e", equation=eq.ERROR.of("C"), shape=(1,)),
        each("c", equation=half, shape=(1,)),
        xlnn.Quantity("C_T", axes=(epoch,), equation=eq.total("row").of("c")),
        each("delta", equation=eq.Back(("e", "w"), tanh="h"), shape=(2,)),
        *layers.gradients(3),
        xlnn.Quantity("told", equation=xlnn.Told("From {C_T_first} to {C_T_last}; c_t is {c_t}.")),
    )  # fmt: skip
    draw = np.random.default_rng(5)
    given = {"eta": 0.1, "c_t": 7, "B": 0.5, "x": draw.normal(size=(4, 2)).round(1), "t": [[1]] * 4}
    return xlnn.Model(quantities), given | layers.drawn(1)


@pytest.fixture(scope="module")
def in_capitals(tmp_path_factory):
    model, inputs = of_capitals()
    path = tmp_path_factory.mktemp("capitals") / "net.xlsx"
    return model, xlnn.workbook(model, inputs, path)


def test_quantities_whose_names_differ_only_by_capitals_keep_them(in_capitals):
    model, built = in_capitals
    assert xlnn.lint(built.path) == ()
    found, run = xlnn.values(built.path, model=model), xlnn.load(built.path, model=model)
    assert {"W", "w", "B", "b", "C", "c", "c_t", "C_T"} <= found.keys()
    assert found["W"].shape, found["w"].shape == ((4, 2, 2), (4, 1, 2))
    assert (run["B"].array, found["b"].shape) == (0.5, (4, 2))
    assert {each.gradient for each in built.report.gradients} == {"dC_dW", "dC_db", "dC_dw"}
    explained = [xlnn.explain(built.path, name, model=model) for name in "WwBbCc"]
    assert [each.quantity for each in explained] == [*"WwBbCc"]


def test_the_defined_name_of_the_second_has_a_mark(in_capitals):
    _, built = in_capitals
    names = openpyxl.load_workbook(built.path).defined_names
    assert len({name.casefold() for name in names}) == len(names)
    marked = {"w", "b", "c", "C_T", "dC_dw"}
    assert {name for name in names if name.endswith(".2")} == {f"xlnn.{n}.2" for n in marked}
    assert not {f"xlnn.{name}" for name in marked} & {*names}


@pytest.mark.ci
@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_computes_names_that_differ_only_by_capitals(in_capitals, engine):
    skip_without(engine)
    model, built = in_capitals
    assert xlnn.check(built.path, engine, model=model).agrees


def test_an_audit_knows_each_gradient_of_names_that_differ_only_by_capitals(in_capitals):
    _, built = in_capitals
    found = xlnn.audit(built.path)
    assert {each.verdict for each in found.judged} == {"right"}
    assert len(found.judged) == 3 * 8  # of each epoch, 4 of W, 2 of b, and 2 of w


BROKEN = {
    "too many arguments": ("=SUM({x}" + ",{x}" * 255 + ")", lambda x: 256 * x, "256 arguments"),
    "functions too deep": (
        "=" + "ABS(" * 65 + "{x}" + ")" * 65,
        lambda x: np.hypot(x, 0),
        "at most 64 functions",
    ),
    "a form of its own": ("={x}^1^1", lambda x: x, "is computed from the left in some programs"),
}
"""Formulas that an engine computes and Excel does not, or not alike, and the complaint."""


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("axes", [(), (xlnn.Axis("row", 3),)], ids=["cell", "column"])
def test_a_pattern_that_excel_would_not_compute_is_refused(what, axes, tmp_path, monkeypatch):
    formula, array, message = BROKEN[what]
    monkeypatch.setattr("xlnn.building.proof.check_stated", lambda _: None)
    y = xlnn.Quantity("y", axes=axes, equation=xlnn.Stated(array, formula))
    with pytest.raises(XlnnError, match=f"lint finds a problem in it: .*{message}"):
        xlnn.workbook(
            xlnn.Model((xlnn.Quantity("x", axes=axes), y)),
            {"x": np.ones([axis.length for axis in axes])},
            tmp_path / "a.xlsx",
        )
    assert list(tmp_path.iterdir()) == []
