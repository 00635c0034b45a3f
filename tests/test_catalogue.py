"""docs/catalogue.md says what the code has, and each of its lines does what it says."""

import pydoc
import re
import runpy
from importlib import import_module
from pathlib import Path

import ironcalc
import numpy as np
import pytest
from test_programmer_page import run_page

import xlnn
from xlnn.equation import Equation
from xlnn.equations import arcs
from xlnn.equations import units as eq
from xlnn.errors import DataError
from xlnn.formula import functions_of
from xlnn.registry.text import text
from xlnn.xlsx.forms import misread
from xlnn.xlsx.guard import FUNCTIONS, INSTEAD

PAGE = runpy.run_path(str(Path(__file__).parent.parent / "docs" / "catalogue.py"))
TEXT = PAGE["PAGE"].read_text(encoding="utf-8")
MODULES = PAGE["modules"]()
WITH_EQUATIONS = [name for name in MODULES if name not in {"principal", "arcs", "labels"}]
LENGTHS = {"row": 3, "step": 4, "image": 3, "person": 4}


def test_the_page_is_what_the_code_says():
    # if this fails: make catalogue
    assert PAGE["text"]() == TEXT


def test_everything_that_a_module_offers_is_on_it():
    for module in MODULES:
        alias = PAGE["ALIASES"].get(module, module)
        for name in import_module(f"xlnn.equations.{module}").__all__:
            assert re.search(rf"^\| `{alias}\.{name}\b", TEXT, re.MULTILINE), name


def test_everything_of_which_models_and_pages_are_made_is_on_it():
    homes = xlnn._HOMES  # noqa: SLF001
    pages = {name for name, home in homes.items() if home.startswith("xlnn.workbooks.pages.")}
    assert pages == PAGE["PARTS"].keys()
    stated = ("axis", "equation", "model", "quantity", "equations.sentences",
              "workbooks.learning", "workbooks.samples", "workbooks.experiment")  # fmt: skip
    every = {name for name, home in homes.items() if home.removeprefix("xlnn.") in stated}
    assert every - set(PAGE["BUILDING"]) == {"Use", "Cells", "Copy"}  # what others return


def axes_of(shape):
    for axis in shape.axes:
        name, _, order = axis.partition(" ")
        yield xlnn.Axis(name, LENGTHS.get(name, 5), order)


def computed(module):
    """Return a model of all equations of a module, with an input for each argument."""
    draw, quantities, inputs = np.random.default_rng(4), [], {}
    for number, (call, equation, _) in enumerate(PAGE["called"](module)):
        takes, gives = PAGE["shapes"](equation)
        assert tuple(takes) == equation.roles, call
        named = {role: f"q{number}_{role}" for role in takes}
        for role, shape in takes.items():
            axes = tuple(axes_of(shape))
            lengths = *(axis.length for axis in axes), *shape.units
            if shape.most:
                most = int(LENGTHS.get(shape.most) or PAGE["LENGTHS"].get(shape.most, shape.most))
                given = draw.integers(int(shape.least), most + 1, lengths)
                range_of = {"choices": (int(shape.least), most)}
            else:
                given, range_of = draw.uniform(0.1, 0.9, lengths).round(3), {"between": (0.1, 0.9)}
            inputs[named[role]] = given
            quantities.append(xlnn.Quantity(named[role], axes=axes, shape=shape.units, **range_of))
        quantities.append(xlnn.Quantity(
            f"q{number}", axes=tuple(axes_of(gives)), shape=gives.units,
            equation=equation.of(**named)))  # fmt: skip
    return xlnn.Model(tuple(quantities)), inputs


def test_what_returns_equations_is_called_as_its_docstring_calls_it():
    assert PAGE["calls"](eq.best) == ["best()", "best(alike=0, least=True)"]
    assert PAGE["calls"](eq.unchosen) == []  # its example asks for an array
    assert PAGE["calls"](eq.SUM) == []


@pytest.mark.parametrize("module", WITH_EQUATIONS)
def test_each_equation_has_the_shapes_that_the_page_says(module, tmp_path):
    model, inputs = computed(module)
    built = xlnn.workbook(model, inputs, tmp_path / "every.xlsx")
    assert built.report.agrees
    found = xlnn.values(built.path, model=model)
    for number, (call, equation, _) in enumerate(PAGE["called"](module)):
        gives = PAGE["shapes"](equation)[1]
        assert found[f"q{number}"].shape[len(gives.axes) :] == gives.units, call


def test_a_shape_that_is_wrong_is_found(tmp_path):
    wrong = xlnn.Stated(lambda W, x: x @ W.T, lambda j, W, x: f"=SUMPRODUCT({x[:]},{W[j, :]})",
                        usage="W (n, m), x (row; n) → (row; m)")  # fmt: skip
    takes, gives = PAGE["shapes"](wrong)
    assert (takes["W"].units, takes["x"].axes, gives.units) == ((2, 3), ("row",), (3,))
    row = xlnn.Axis("row", 3)
    model = xlnn.Model((
        xlnn.Quantity("W", shape=takes["W"].units), xlnn.Quantity("x", axes=(row,), shape=(2,)),
        xlnn.Quantity("y", axes=(row,), shape=gives.units, equation=wrong),
    ))  # fmt: skip
    with pytest.raises(DataError):
        xlnn.workbook(model, {"W": 1, "x": 1}, tmp_path / "wrong.xlsx")


@pytest.mark.parametrize("module", MODULES)
def test_help_shows_the_shapes_and_no_addresses(module):
    found = import_module(f"xlnn.equations.{module}")
    shown = pydoc.plain(pydoc.render_doc(found))
    assert " at 0x" not in shown
    assert "<lambda>" not in shown
    for name in found.__all__:
        each = getattr(found, name)
        if isinstance(each, Equation):
            own = pydoc.plain(pydoc.render_doc(each))
            shapes = each.usage.partition(": ")[0]
            assert shapes
            assert shapes in own
            assert shapes in shown


@pytest.mark.ci
def test_each_line_of_use_of_a_part_shows_what_it_names(tmp_path):
    row, epoch = xlnn.Axis("row", 3), xlnn.Axis("epoch", 4, "up")
    quantities = (
        xlnn.Quantity("eta"), xlnn.Quantity("W", shape=(2, 3)),
        xlnn.Quantity("x", axes=(row,), shape=(2,)),
        xlnn.Quantity("s", axes=(row,), equation=xlnn.Stated(lambda x: x.sum(-1), "=SUM({x[:]})")),
        xlnn.Quantity("C_T", axes=(epoch,)),
        *xlnn.choice("row", row, text("en"), title="row shown"), xlnn.shown("x"),
        xlnn.Quantity("told", equation=xlnn.Told("The rate is {eta}."), is_text=True),
        xlnn.Quantity("A", shape=(3, 3)), *arcs.arcs("A", 3, "Model"),
    )  # fmt: skip
    inputs = {"A": 0.5, "eta": 0.1, "W": 0.5, "x": 1, "C_T": [3, 2, 1, 0.5], "row": 1}
    for number, (name, use) in enumerate(PAGE["PARTS"].items()):
        part = eval(use, {"xlnn": xlnn})  # noqa: S307 -- a line of the page
        if isinstance(part, xlnn.Page) and name != "Page":
            continue  # a page of training
        part = xlnn.Chart("Trace", part) if name == "Trace" else part
        page = part if name == "Page" else xlnn.Page("Model", name, "", part)
        model = xlnn.Model(quantities, pages=(page,))
        given = {each.name: inputs[each.name] for each in model.inputs}
        assert xlnn.workbook(model, given, tmp_path / f"{number}.xlsx").report.agrees


@pytest.mark.ci
def test_the_recipes_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_page(TEXT)


CELLS = {"x": "A1:A5", "y": "B1:B5", "a": "C1", "b": "D1"}


def value(formula):
    """Return IronCalc's value of a formula of x, y, a and b."""
    book = ironcalc.create("book", "en", "UTC")
    for row, numbers in enumerate(zip([3, 1, 4, 3, 5.5], [2, 7, 1, 8, 2.5], strict=True), start=1):
        for column, number in enumerate(numbers, start=1):
            book.set_user_input(0, row, column, str(number))
    book.set_user_input(0, 1, 3, "0.4")
    book.set_user_input(0, 1, 4, "0.7")
    book.set_user_input(0, 1, 5, f"={formula}")
    book.evaluate()
    return book.get_cell_value(0, 1, 5)


@pytest.mark.parametrize("call", [call for call in INSTEAD if "(" in call])
def test_what_is_written_in_place_of_a_function_has_its_value(call):
    not_this, this = (
        re.sub(r"\b[xyab]\b(?!\()", lambda found: CELLS[found[0]], text)
        for text in (call, INSTEAD[call])
    )
    assert functions_of(f"={this}") <= FUNCTIONS
    assert misread(f"={this}") is None
    found, wanted = value(this), value(not_this)
    is_text = isinstance(wanted, str)
    assert found == (wanted if is_text else pytest.approx(wanted, rel=1e-12))


def test_no_function_is_allowed_and_has_a_replacement():
    assert {call.partition("(")[0] for call in INSTEAD}.isdisjoint(FUNCTIONS)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("=DEVSQ({x[:]})", r"in place of DEVSQ\(x\) write SUMSQ\(x\)-SUM\(x\)\^2/COUNT\(x\)\."),
        ("=MDETERM({x[:]})", "in place of MDETERM write the steps of the elimination"),
        ("=SUM({x[:]})+BESSELJ(1,1)", "alike; write the formula without it"),
    ],
)
def test_a_statement_with_another_function_is_told_what_to_write(cell, said, tmp_path):
    wrong = xlnn.Stated(lambda x: x.sum(), cell)
    model = xlnn.Model((xlnn.Quantity("x", shape=(3,)), xlnn.Quantity("y", equation=wrong)))
    with pytest.raises(DataError, match=said):
        xlnn.workbook(model, {"x": [1, 2, 3]}, tmp_path / "a.xlsx")


def test_an_equation_of_your_own_is_documented_by_its_usage():
    double = xlnn.Stated(lambda x: 2 * x, "=2*{x}", usage="x (n) → (n): 2 x.")
    assert repr(double) == "Stated(x)"
    assert double.__doc__ == "2 x.\n\nx (n) → (n)"
    assert eq.Back(("d", "W"), tanh="h").usage.startswith("d (row; m), W (m, n), h (row; n) →")
