"""A hostile workbook is refused in one sentence, before any engine sees it."""

import subprocess
import sys
import zipfile

import openpyxl
import pytest
from programs import LIBRARIES, QUICKEST_FIRST, skip_without
from rewriting import edit

from xlnn import engines
from xlnn.checking.check import check
from xlnn.checking.comparison import CIRCULAR
from xlnn.engines import PROGRAMS
from xlnn.errors import WorkbookError
from xlnn.linting import lint
from xlnn.loading.spec import layout_of, read_spec
from xlnn.loading.values import values


@pytest.fixture
def with_macros(short_copy):
    """The workbook with a part that holds macros."""
    with zipfile.ZipFile(short_copy, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macros")
    return short_copy


@pytest.mark.parametrize("command", [check, values, lint])
def test_no_engine_sees_a_file_that_is_refused(with_macros, command, monkeypatch):
    def seen(*_):
        raise AssertionError("an engine has seen the file")

    monkeypatch.setattr(engines, "load", seen)
    with pytest.raises(WorkbookError, match="macros"):
        command(with_macros)


def test_a_refusal_is_one_sentence_and_exit_code_1(with_macros):
    command = [sys.executable, "-m", "xlnn", "check", with_macros]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 1
    assert ran.stdout == ""
    (said,) = (line for line in ran.stderr.splitlines() if "…" not in line)  # of progress
    assert "macros" in said


@pytest.mark.parametrize("engine", QUICKEST_FIRST)
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_circular_reference_is_named_and_ends(short_copy, engine):
    skip_without(engine)
    (wrong,) = check(edit(short_copy, {"Training!C4": "=F4+1"}), engine).wrong
    assert (wrong.cell, wrong.formula) == ("Training!C4", "=F4+1")
    # programs give the cells of a circle error values or what they had, and the others theirs
    assert (wrong.got == CIRCULAR) == (engine not in PROGRAMS)


CIRCLES = {
    "itself": {"Training!C5": "=C5"},
    "a range with itself": {"Progress!B5": "=SUM(Training!R68:R131)+0*SUM(B4:B6)"},
    "the epoch after": {"Weights!B5": "=B4-Play!C$6*Gradients!B6"},
    "two circles": {"Training!C5": "=F5", "Training!D9": "=D9"},
    "a cell of nobody": {"Training!C5": "=Guide!Z99", "Guide!Z99": "=Training!F5"},
    "a sentence": {"Progress!F7": '="a"&F7'},
}


@pytest.mark.parametrize("engine", LIBRARIES)
@pytest.mark.parametrize("circle", CIRCLES)
@pytest.mark.first(1)
@pytest.mark.slow
def test_beside_a_circle_other_words_pass_and_other_errors_are_named(short_copy, circle, engine):
    layout = layout_of(read_spec(short_copy))
    slope, typed = layout.cell("slope2", (2, 9, 0)), layout.cell("C", (1, 3))
    a = layout.cell("a2", (2, 9, 0)).split("!")[1]
    others = {slope: f"=(1-{a})*{a}", typed: 0.5}
    report = check(edit(short_copy, CIRCLES[circle] | others), engine)
    named = {wrong.cell for wrong in report.wrong}
    assert named == {*CIRCLES[circle], typed} - {"Guide!Z99"}


def iterating(path, changes):
    """Switch on what lets a program settle circles, and give their cells numbers."""
    workbook = openpyxl.load_workbook(edit(path, changes))
    workbook.calculation.iterate = True
    workbook.save(path)
    return path


@pytest.mark.parametrize("engine", QUICKEST_FIRST)
@pytest.mark.slow
def test_a_circle_is_named_where_programs_may_iterate(short_copy, engine):
    skip_without(engine)
    (wrong,) = check(iterating(short_copy, {"Training!C4": "=F4/2+1"}), engine).wrong
    assert (wrong.cell, wrong.formula) == ("Training!C4", "=F4/2+1")
    # Gnumeric settles it, and its number is no reason to believe the formula
    settled = {"libreoffice": "#VALUE!", "gnumeric": wrong.got}
    assert wrong.got == settled.get(engine, CIRCULAR)


@pytest.mark.parametrize("engine", QUICKEST_FIRST)
@pytest.mark.slow
def test_a_workbook_without_a_circle_may_iterate(short_copy, engine):
    skip_without(engine)
    assert check(iterating(short_copy, {}), engine).agrees


@pytest.mark.parametrize("change", [edit, iterating])
@pytest.mark.parametrize("engine", LIBRARIES)
@pytest.mark.first(1)
@pytest.mark.slow
def test_values_of_a_circle_are_refused(short_copy, engine, change):
    change(short_copy, {"Training!C4": "=F4/2+1"})
    with pytest.raises(WorkbookError, match=r"(C4|F4) depends on itself: a circular reference"):
        values(short_copy, engine)


@pytest.mark.parametrize("typed", [99_999, -3, 0.5, "x", None])
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_position_beyond_all_rows_is_named(short_copy, typed):
    """The cells that look something up there have no values to be compared with."""
    cell = layout_of(read_spec(short_copy)).cell("lens_position", ())
    (wrong,) = check(edit(short_copy, {cell: typed}), "formualizer").wrong
    assert (wrong.cell, wrong.got) == (cell, typed)


@pytest.mark.parametrize(
    "formula", ['=WEBSERVICE("http://localhost")', "=cmd|'/c calc'!A1", "=[1]x!A1"]
)
@pytest.mark.first(1)
def test_a_dangerous_formula_is_named(short_copy, formula):
    edit(short_copy, {"Training!D7": formula})
    with pytest.raises(WorkbookError, match=r"Training!D7"):
        check(short_copy, "formualizer")
