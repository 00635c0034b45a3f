"""Formulas that no template states are computed by two engines; a difference is reported."""

import json

import openpyxl
import pytest
from click.testing import CliRunner

import xlnn
from xlnn import engines
from xlnn.checking.check import check
from xlnn.cli import cli
from xlnn.errors import CircularReferenceError, DisagreementError, EngineError
from xlnn.grid import SheetValues
from xlnn.loading.spec import described

SUM = xlnn.Stated(array=lambda v: v.sum(), cell="=SUM({v[:]})")
MODEL = xlnn.Model((
    xlnn.Quantity("v", "numbers", sheet="sum", shape=(3,)),
    xlnn.Quantity("s", "their sum", sheet="sum", equation=SUM),
))  # fmt: skip
INPUTS = {"v": [0.5, 1.5, 4.0]}


class Misreading:
    """An engine that gives 1 more in each cell of a sheet that holds a number."""

    def __init__(self, engine, title):
        self.engine, self.title = engine, title

    def __call__(self, inputs):
        values = self.engine(inputs)
        grid = values[self.title]
        return {**values, self.title: SheetValues(grid.numbers + 1, grid.others)}

    def cancel(self):
        self.engine.cancel()


class Refusing(Misreading):
    """An engine that cannot compute the workbook."""

    def __call__(self, _):
        raise EngineError("it lacks a function")


class Circling(Misreading):
    """An engine that finds a circle."""

    def __call__(self, _):
        raise CircularReferenceError("A1 depends on itself: a circular reference.")


@pytest.fixture
def asked(monkeypatch):
    """Replace some engines; return a function that does so, and the names that were loaded."""
    real, loaded = engines.load, []

    def replaced(kind=None, title="", names=()):
        def load(name, *rest, **more):
            loaded.append(name)
            found = real(name, *rest, **more)
            return kind(found, title) if name in names else found

        monkeypatch.setattr(engines, "load", load)
        return loaded

    return replaced


@pytest.fixture(scope="module")
def first_path(workbook):
    return workbook("first", epochs=3).path


@pytest.fixture
def restated(first_path, tmp_path):
    """The workbook `first` with C_T of its second epoch in other words, and the cell's sheet."""
    path = tmp_path / "first.xlsx"
    book = openpyxl.load_workbook(first_path)
    _, layout = described(first_path)
    title, *at = layout.place("C_T", (1,))
    cell = book[title].cell(*at)
    cell.value = f"{cell.value}*2/2"
    book.save(path)
    return path, layout.cell("C_T", (1,)), title


def test_a_template_is_computed_by_one_engine(first_path, asked):
    loaded = asked()
    report = check(first_path)
    assert (report.witness, loaded) == ("", ["formualizer"])


def test_an_own_model_is_computed_by_two_engines(tmp_path, asked):
    loaded = asked()
    built = xlnn.workbook(MODEL, INPUTS, tmp_path / "sum.xlsx")
    assert loaded == ["formualizer", "ironcalc"]
    assert (built.report.engine, built.report.witness) == ("formualizer", "ironcalc")
    assert "formualizer and ironcalc, also with random inputs" in str(built.report)
    assert check(built.path, model=MODEL).witness == "ironcalc"


@pytest.mark.parametrize(
    ("engine", "witness"), [("ironcalc", "formualizer"), ("formulas", "ironcalc")]
)
def test_an_engine_is_not_its_own_witness(tmp_path, engine, witness):
    built = xlnn.workbook(MODEL, INPUTS, tmp_path / "sum.xlsx", verify=False)
    assert check(built.path, engine, model=MODEL).witness == witness


def test_an_own_model_that_two_engines_compute_differently_is_not_written(tmp_path, asked):
    asked(Misreading, "sum", ["ironcalc", "formulas"])
    path = tmp_path / "sum.xlsx"
    with pytest.raises(DisagreementError, match="formualizer gives NumPy's value and ironcalc"):
        xlnn.workbook(MODEL, INPUTS, path)
    assert not path.exists()


def test_check_names_the_cell_of_an_own_model_and_both_values(tmp_path, asked):
    path = xlnn.workbook(MODEL, INPUTS, tmp_path / "sum.xlsx").path
    asked(Misreading, "sum", ["ironcalc", "formulas"])
    report = check(path, model=MODEL, probes=0)
    (wrong,) = report.wrong
    # each of the three numbers is 1 more, and so is the sum
    assert (wrong.quantity, wrong.got, wrong.expected) == ("s", 7.0, 9.0)
    assert "formualizer gives NumPy's value and ironcalc gives 7" in wrong.reason


def test_a_restated_formula_that_one_engine_alone_confirms_is_wrong(restated, asked):
    path, cell, title = restated
    asked(Misreading, title, ["ironcalc", "formulas"])
    report = check(path)
    assert [wrong.cell for wrong in report.wrong] == [cell]
    assert not report.restated


def test_a_restated_formula_names_both_engines(restated):
    path, cell, _ = restated
    done = CliRunner().invoke(cli, ["check", str(path)])
    assert done.exit_code == 0
    assert (
        "1 formula restated, the same value at 2 points in formualizer and ironcalc:" in done.stdout
    )
    said = json.loads(CliRunner().invoke(cli, ["check", str(path), "--json"]).stdout)
    assert said["witness"] == "ironcalc"
    assert [each["cell"] for each in said["restated"]] == [cell]


@pytest.mark.parametrize("kind", [Refusing, Circling, Misreading])
def test_the_next_engine_confirms_what_a_witness_does_not(restated, asked, kind):
    path, _, title = restated
    loaded = asked(kind, title, ["ironcalc"])
    report = check(path)
    asked_too = "ironcalc and formulas" if kind is Misreading else "formulas"
    assert (report.agrees, report.witness) == (True, asked_too)
    alone = [note for note in report.notes if "the other engines give NumPy's value" in note]
    assert bool(alone) == (kind is Misreading)
    assert loaded == ["formualizer", "ironcalc", "formulas"]


def test_what_no_second_engine_computes_is_not_called_restated(restated, asked):
    path, cell, _ = restated
    asked(Refusing, "", ["ironcalc", "formulas"])
    report = check(path)
    (wrong,) = report.wrong
    assert (wrong.cell, report.restated, report.witness) == (cell, (), "")
    assert "only formualizer computes it" in wrong.reason


def test_a_formula_that_is_wrong_anyway_needs_no_second_engine(first_path, tmp_path, asked):
    path = tmp_path / "first.xlsx"
    book = openpyxl.load_workbook(first_path)
    title, *at = described(first_path)[1].place("C_T", (1,))
    book[title].cell(*at).value = "=1+1"
    book.save(path)
    loaded = asked()
    assert not check(path).agrees
    assert loaded == ["formualizer"]


def test_an_own_model_that_no_second_engine_computes_is_not_written(tmp_path, asked):
    asked(Refusing, "", ["ironcalc", "formulas"])
    with pytest.raises(DisagreementError, match=r"sum!B4, s, =SUM.*only formualizer computes it"):
        xlnn.workbook(MODEL, INPUTS, tmp_path / "sum.xlsx")
