"""An input that is too large is named, and not the right formulas that have errors from it."""

import re
import shutil

import numpy as np
import pytest
from click.testing import CliRunner
from networks import random_plan, spec, with_functions, write_plan
from rewriting import edit

import xlnn
from xlnn import Model, Quantity, Stated
from xlnn.checking.check import check
from xlnn.cli.main import cli
from xlnn.errors import DataError, WorkbookError
from xlnn.loading.spec import layout_of, read_spec


@pytest.fixture
def linear(tmp_path):
    """A network whose numbers have no bounds, and its layout."""
    made = with_functions(spec([2, 3, 1], images=3), ["relu"], "squared error", "linear")
    path = write_plan(tmp_path / "linear.xlsx", random_plan(made, seed=4))
    return path, layout_of(read_spec(path))


@pytest.mark.parametrize("engine", ["formualizer", "formulas"])
@pytest.mark.parametrize("eta", [1e60, 1e300])
@pytest.mark.first(engine=1)
@pytest.mark.slow
@pytest.mark.first(1)
def test_a_learning_rate_that_is_too_large_is_named(linear, eta, engine):
    path, layout = linear
    edit(path, {layout.cell("eta", ()): eta})
    with pytest.raises(WorkbookError) as refused:
        check(path, engine)
    cell = layout.cell("eta", ())
    assert str(refused.value).startswith(f"{cell} is too large: numbers computed from η = {eta:g}")


@pytest.mark.parametrize(("name", "index"), [("x", (1, 0)), ("W3", (0, 0, 0))])
@pytest.mark.slow
@pytest.mark.first(1)
def test_another_input_that_is_too_large_is_named(linear, name, index):
    path, layout = linear
    edit(path, {layout.cell(name, index): 1e200})
    with pytest.raises(WorkbookError, match=f"^{layout.cell(name, index)} is too large"):
        check(path, "formualizer")


@pytest.mark.parametrize(("huge", "off"), [(1e290, set()), (1e308, {"dC_dW2"})])
@pytest.mark.ci
def test_an_input_with_which_all_numbers_have_a_value_may_be_huge(huge, off, tmp_path):
    """The outputs of a sigmoid have one, and so have the sentences on the Lens.

    They are never below 1e-304, so the largest inputs make numbers of slopes that are 0.
    """
    path = write_plan(tmp_path / "a.xlsx", random_plan(spec([2, 2, 2], epochs=1), seed=4))
    cell = layout_of(read_spec(path)).cell("x", (0, 0))
    edit(path, {cell: huge})
    report = check(path, "formualizer", probes=0)
    assert not report.wrong
    assert {each.gradient for each in report.gradients if each.agrees is False} == off
    assert report.agrees == (not off)


@pytest.mark.parametrize(
    ("place", "said"),
    [(("eta", ()), "η = 1.7e+308"), (("x", (0,)), "x = 1.7e+308"), (("y", (0,)), "y = -1e+200")],
)
def test_a_build_from_a_workbook_names_the_input_that_is_too_large(workbook, tmp_path, place, said):
    path = tmp_path / "typed.xlsx"
    shutil.copyfile(workbook("descent").path, path)
    cell = layout_of(read_spec(path)).cell(*place)
    edit(path, {cell: float(said.rpartition(" ")[2])})
    with pytest.raises(DataError, match=f"because {re.escape(said)} is too large: use smaller"):
        xlnn.build(output=tmp_path / "new.xlsx", from_workbook=path)
    assert not (tmp_path / "new.xlsx").exists()


def test_an_input_is_named_also_if_only_differences_of_infinite_terms_show_it(tmp_path):
    none = Stated(lambda x: x * x - x * x, "={x}*{x}-{x}*{x}")
    model = Model((Quantity("x"), Quantity("y", equation=none)))
    with pytest.raises(DataError, match=r"because x = 1e\+200 is too large: use smaller inputs"):
        xlnn.workbook(model, {"x": 1e200}, tmp_path / "y.xlsx")


def test_a_model_without_inputs_that_overflows_is_refused(tmp_path):
    huge = Stated(array=lambda: np.inf, cell=lambda: "=1E+308*10")
    model = Model((Quantity("z", equation=huge),))
    with pytest.raises(DataError, match="z is not a finite number: use smaller inputs"):
        xlnn.workbook(model, {}, tmp_path / "z.xlsx")


@pytest.mark.slow
def test_the_command_says_it_in_a_line(linear):
    path, layout = linear
    edit(path, {layout.cell("eta", ()): 1e100})
    said = CliRunner().invoke(cli, ["check", str(path), "--engine", "formualizer"])
    assert said.exit_code == 1
    assert len(said.output.splitlines()) == 1


@pytest.mark.slow
def test_an_altered_formula_is_named_beside_numbers_that_are_too_large(linear):
    path, layout = linear
    altered = layout.cell("C_T", (0,))
    edit(path, {layout.cell("eta", ()): 1e100, altered: layout.formula("C_T", (0,)) + "+1"})
    assert [wrong.cell for wrong in check(path, "formualizer").wrong] == [altered]


@pytest.mark.slow
def test_a_large_learning_rate_that_cells_can_hold_is_no_fault(linear):
    path, layout = linear
    edit(path, {layout.cell("eta", ()): 1e6})
    assert check(path, "formualizer").agrees


@pytest.mark.ci
def test_a_division_by_0_is_not_said_to_be_too_large(tmp_path):
    share = Stated(lambda x: 1 / x, lambda x: f"=1/{x[()]}")
    own = Model((Quantity("x", between=(1.0, 2.0)), Quantity("share", equation=share)))
    path = tmp_path / "own.xlsx"
    xlnn.workbook(own, {"x": 2}, path)
    edit(path, {xlnn.explain(path, "x", model=own).cell: 0})
    with np.errstate(all="ignore"):
        report = check(path, "formualizer", model=own)
    assert [wrong.got for wrong in report.wrong] == ["#DIV/0!"]
