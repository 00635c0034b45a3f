"""A programmer asserts in a test of their own that a workbook computes what it says."""

import re
import shutil
import subprocess
import sys

import pytest
from rewriting import edit
from test_own_models import example

import xlnn
from xlnn.errors import WorkbookError
from xlnn.testing import assert_agrees

LOAN = {"yearly": 0.06, "rate": 443.21, "debt": 10_000}


@pytest.fixture(scope="module")
def loan_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("loan") / "loan.xlsx"
    return xlnn.workbook(example("loan"), LOAN, path).path


def test_a_workbook_that_agrees_passes(loan_path):
    model = example("loan")
    assert_agrees(loan_path, model=model)
    assert_agrees(str(loan_path), engine=("formulas", "formualizer"), probes=2, seed=5, model=model)
    xlnn.testing.assert_agrees(loan_path, engine="formualizer", probes=0, model=model)


@pytest.mark.slow
def test_a_wrong_cell_fails_with_the_report_in_the_message(short_copy):
    edit(short_copy, {"Training!C5": "=1+1"})
    with pytest.raises(AssertionError) as failed:
        assert_agrees(short_copy, engine="formualizer", seed=7)
    first, cell, *rest = str(failed.value).splitlines()
    assert re.search(r"1 cell wrong \(recalculated by formualizer, also with .*\)   seed 7$", first)
    assert cell == "Training!C5   z2, epoch 1, image 2"
    assert "    formula  =1+1" in rest
    assert any(line.startswith("    expected =SUMPRODUCT(") for line in rest)


def test_each_engine_that_disagrees_is_in_the_message(loan_path, tmp_path):
    path = shutil.copy(loan_path, tmp_path / "loan.xlsx")
    edit(path, {"Plan!C6": "=1"})
    with pytest.raises(AssertionError) as failed:
        assert_agrees(path, engine=["formulas", "formualizer"], model=example("loan"))
    assert str(failed.value).count("1 cell wrong") == 2


def test_a_file_that_cannot_be_checked_is_no_disagreement(tmp_path):
    (tmp_path / "a.xlsx").write_text("no workbook")
    with pytest.raises(WorkbookError):
        assert_agrees(tmp_path / "a.xlsx")


@pytest.mark.slow
def test_pytest_shows_the_report_and_the_line_of_the_test(short_copy, tmp_path):
    edit(short_copy, {"Training!C5": "=1+1"})
    script = tmp_path / "test_mine.py"
    script.write_text(
        "from xlnn.testing import assert_agrees\n\n\n"
        f"def test_mine():\n    assert_agrees({str(short_copy)!r}, engine='formualizer')\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(script)],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "E       AssertionError: " in done.stdout
    assert "Training!C5   z2, epoch 1, image 2" in done.stdout
    assert "found = check(" not in done.stdout
