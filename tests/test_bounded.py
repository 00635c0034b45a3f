"""A small file costs little, whatever its formulas and its Spec ask for."""

import re
import shutil
import sys
from contextlib import suppress
from itertools import pairwise

import numpy as np
import openpyxl
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from programs import LIBRARIES
from rewriting import edit

from xlnn.checking.check import check
from xlnn.engines import Allowance, load
from xlnn.engines import _limits as allowances
from xlnn.errors import EngineError, WorkbookError
from xlnn.loading.spec import described
from xlnn.xlsx.guard import count_cells_read, ranges
from xlnn.xlsx.package import inspect

WAYS = ("{}", "1+{}", "IF(A1>0,{},0)", "IFERROR({},0)", "SUM(B1:B2,{})", "({})*2")
"""Where in a formula something stands."""

many = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
columns = st.integers(1, 16_384).map(get_column_letter)
ways = st.sampled_from(WAYS)


def write(path, cells):
    """Write a workbook of some cells."""
    workbook = Workbook()
    workbook.active.title = "S"
    for cell, content in {"A1": 1, "B1": 2, "B2": 3, **cells}.items():
        workbook.active[cell] = content
    workbook.save(path)
    return path


def refused(path):
    """Return the sentence with which a file is refused."""
    with pytest.raises(WorkbookError) as refusal:
        inspect(path)
    sentence = str(refusal.value)
    assert len(sentence) < 300
    assert sentence.isprintable()
    return sentence


@many
@given(
    name=st.sampled_from(["ROUND", "FIXED", "round", "Fixed"]),
    sign=st.sampled_from(["", "-", "+", " "]),
    digits=st.integers(100, 10**20),
    way=ways,
)
def test_a_number_rounded_to_a_hundred_places_and_more_is_refused(
    tmp_path, name, sign, digits, way
):
    formula = "=" + way.format(f"{name}(A1,{sign}{digits})")
    assert re.match(
        r"b.xlsx: S!C1 rounds to \d+ places", refused(write(tmp_path / "b.xlsx", {"C1": formula}))
    )


def test_many_places_are_found_below_a_formula_with_few_in_as_many_digits(tmp_path):
    cells = {"C1": "=FIXED(A1,0000000001)", "C2": "=FIXED(A1,1000000000)"}
    sentence = refused(write(tmp_path / "b.xlsx", cells))
    assert "rounds to 0000000001 places, and 99 are the most" in sentence


@pytest.mark.parametrize(
    "formula",
    [
        *("=ROUND(FIXED(A1,2),100)", "=FIXED(ROUND(A1,2),100,TRUE)"),
        *('=REPT(FIXED(A1,2)&")",32768)', "=ROUND({1,2},100)", "=SUM(ROUND ((A1) , 100 ))"),
    ],
)
def test_a_number_beside_another_call_is_that_of_its_own_call(formula, tmp_path):
    assert "S!C1 r" in refused(write(tmp_path / "b.xlsx", {"C1": formula}))
    inspect(write(tmp_path / "b.xlsx", {"C1": "=ROUND(INDEX(A1:A999,150),2)"}))


@many
@given(text=st.text("ab ,()", min_size=1, max_size=40), times=st.integers(1, 10**12), way=ways)
def test_a_text_repeated_beyond_a_cell_is_refused_and_no_other(tmp_path, text, times, way):
    path = write(tmp_path / "b.xlsx", {"C1": "=" + way.format(f'REPT("{text}",{times})')})
    if times * len(text) > 32_767:
        assert f"S!C1 repeats a text {times} times" in refused(path)
    else:
        inspect(path)


def test_a_text_repeated_too_often_is_found_among_many_that_are_alike(tmp_path):
    cells = {f"C{row}": f'=REPT("abc",{row + 10_000})' for row in range(1, 500)}
    inspect(write(tmp_path / "b.xlsx", cells))
    assert "S!C77 repeats" in refused(
        write(tmp_path / "b.xlsx", cells | {"C77": '=REPT("abc",20077)'})
    )


LONG = {
    "COUNTIF({},1)": 1, "SUMIF({},1)": 1, "SUM({})": 1, "COUNT({})": 1, "AVERAGE({},B1)": 1,
    "SUMPRODUCT({0},{0})": 2, "MATCH(9,{},0)": 1, "INDEX({},7,1)": 1, "SUM(A1:INDEX({},2,1))": 1,
}  # fmt: skip


@many
@given(
    long=st.sampled_from(list(LONG)),
    first=st.integers(1, 40_000),
    rows=st.integers(700_000, 1_000_000),
    column=columns,
    dollar=st.sampled_from(["", "$"]),
    formulas=st.integers(40, 90),
    whole=st.booleans(),
)
def test_formulas_that_read_a_million_rows_each_are_refused(
    tmp_path, long, first, rows, column, dollar, formulas, whole
):
    last = first + rows
    area = f"{dollar}{column}{first}:{column}{dollar}{last}" if not whole else f"{column}:{column}"
    cells = {f"C{row}": f"={long.format(area)}" for row in range(1, formulas + 1)}
    sentence = refused(write(tmp_path / "b.xlsx", cells))
    assert re.search(r"its formulas read [\d,]{10,} cells, [\d,]{7,} of them in S!C\d+", sentence)


def test_what_formulas_read_is_counted_exactly(tmp_path, monkeypatch):
    """Filled down, in all its spellings; one cell more, and the file is refused."""
    cells = {f"C{row}": f"=SUM(A${row}:$B{row + 9})+SUM(A7:B5)+A1" for row in range(1, 101)}
    path = write(tmp_path / "b.xlsx", cells)
    monkeypatch.setattr("xlnn.xlsx.guard.READS_A_FORMULA", 0)
    monkeypatch.setattr("xlnn.xlsx.guard.READS", 100 * (20 + 6))
    inspect(path)
    monkeypatch.setattr("xlnn.xlsx.guard.READS", 100 * (20 + 6) - 1)
    assert "read 2,600 cells, 26 of them in S!C1," in refused(path)


TEXTS = ("hh:mm", "A:XFD", "1:1048576", "A1:B7", 'say ""B1:C9""', "it's A1:C3", "'S'!A1:B2")


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_in_a_formula_is_no_range(text, tmp_path, monkeypatch):
    """Neither is the title of a sheet; a range after a text, or of a sheet, is one."""
    monkeypatch.setattr("xlnn.xlsx.guard.READS_A_FORMULA", 0)
    cells = {f"C{row}": f'=TEXT(SUM(A{row}:B{row}),"{text}")&"{text}"' for row in range(1, 4)}
    book = Workbook()
    book.active.title = 'B1"C2'
    for cell, formula in cells.items():
        book.active[cell] = f"{formula}&SUM('B1\"C2'!A1:A2)"
    book.save(tmp_path / "b.xlsx")
    monkeypatch.setattr("xlnn.xlsx.guard.READS", 3 * 4)
    inspect(tmp_path / "b.xlsx")
    monkeypatch.setattr("xlnn.xlsx.guard.READS", 3 * 4 - 1)
    assert "read 12 cells, 4 of them in" in refused(tmp_path / "b.xlsx")


@many
@given(row=st.integers(3_000, 1_000_000), column=st.integers(1_000, 16_384))
def test_one_far_cell_is_refused(tmp_path, row, column):
    sentence = refused(write(tmp_path / "b.xlsx", {f"{get_column_letter(column)}{row}": 1}))
    assert "closer" in sentence or "50,000,000" in sentence


def test_a_note_some_way_off_is_let_pass(tmp_path):
    inspect(write(tmp_path / "b.xlsx", {"ZZ2500": "a note"}))


@many
@given(what=st.sampled_from(["images", "epochs", "test_images"]), claim=st.integers(20_000, 10**9))
@pytest.mark.slow
def test_a_spec_that_claims_more_than_the_file_spans_is_refused(short_path, tmp_path, what, claim):
    path = shutil.copy(short_path, tmp_path / "copy.xlsx")
    claims(path, rf"^{what} = \d+", f"{what} = {claim}")
    with pytest.raises(
        WorkbookError, match=r"its Spec describes (at least )?[\d,]+ |rows and Excel has"
    ):
        described(path, contents=inspect(path))


def test_no_number_is_computed_for_rows_that_a_spec_claims(short_path, tmp_path, monkeypatch):
    path = shutil.copy(short_path, tmp_path / "copy.xlsx")
    claims(path, r"^template = ", f"test_samples = {10**9}\ntemplate = ")
    monkeypatch.setattr("xlnn.experiments.network.sheets.check.rounded", None)
    with pytest.raises(WorkbookError, match="would have 1,000,000,003 rows and Excel has"):
        described(path, contents=inspect(path))


@pytest.mark.parametrize("layers", [2_500, 4_000])
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_spec_of_thousands_of_layers_is_refused(short_copy, layers):
    more = "\n".join(f'{{ name = "h{n}", units = 1 }},' for n in range(layers))
    claims(short_copy, r"^layers = \[", "layers = [\n" + more)
    activations = 3 * 64 * (layers + 3 + 2)
    least = 4 * (layers + 2) + activations
    with pytest.raises(WorkbookError, match=f"at least {least:,} formulas, and it holds"):
        check(short_copy, "formualizer")


def claims(path, pattern, text):
    """Change the text of the Spec sheet."""
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["Spec"]
    lines = [row[0].value or "" for row in sheet.iter_rows(min_row=4, max_col=1)]
    changed, count = re.subn(pattern, text, "\n".join(lines), count=1, flags=re.MULTILINE)
    assert count == 1
    for row, line in enumerate(changed.split("\n"), 4):
        sheet.cell(row, 1).value = line
    workbook.save(path)


def doubled(*ways):
    """Return 60 cells of which each is the one before, twice."""
    cells = [f"{ways[n % len(ways)]}{n}" for n in range(1, 61)]
    return {cells[0]: '="ab"'} | {cell: f"={before}&{before}" for before, cell in pairwise(cells)}


DYNAMIC = {
    "rounded to a computed place": {"C1": "=ROUND(A1,10^9+A1)"},
    "repeated a computed number of times": {"C1": '=REPT("ab",10^9)&"c"'},
    "doubled down a column": doubled("C"),
    "doubled by turns": doubled("C", "D", "G"),
}
"""What no text of a formula tells: only an engine finds it, and its limits end it."""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits memory")
@pytest.mark.parametrize("engine", LIBRARIES)
@pytest.mark.parametrize("what", DYNAMIC)
@pytest.mark.first(1)
def test_what_only_an_engine_finds_ends_within_its_limits(tmp_path, monkeypatch, what, engine):
    monkeypatch.setattr(allowances, "SECONDS", 2.0)  # the test need not wait for all of them
    path = write(tmp_path / "b.xlsx", DYNAMIC[what])
    contents = inspect(path)
    before, held = psutil.Process().children(), psutil.Process().memory_info().rss
    recalculate = load(engine, path, Allowance.of(contents))
    (process,) = (child for child in psutil.Process().children() if child not in before)
    forked = psutil.Process().memory_info().data  # what it shares with this process is not its own
    assert process.rlimit(psutil.RLIMIT_DATA)[0] - forked < 10**9
    with suppress(EngineError):  # or it gives an error value
        recalculate({})
    assert psutil.Process().memory_info().rss - held < 10**9
    recalculate.cancel()


@pytest.mark.slow
def test_a_whole_check_of_such_a_file_is_one_sentence(short_copy):
    edit(short_copy, {f"Guide!{cell}": formula for cell, formula in doubled("X").items()})
    for engine in LIBRARIES:
        with pytest.raises(
            EngineError, match=rf"copy.xlsx: {engine} asked for more memory than the"
        ):
            check(short_copy, engine)


def test_a_check_of_6000_formulas_ends_within_20_seconds_and_a_gigabyte():
    allowed = Allowance.of_size(6_000, 1_000_000)
    assert allowed.first + max(allowed.first, allowed.again) <= 20  # a program begins anew
    assert allowed.memory < 10**9


def test_one_formula_s_ranges_are_counted_as_many_are(generator):
    shape = "SUM(A{}:B{})+MAX(C:D)+SUM(AA${}:AA${})+SUM(1:{})"
    formulas = [
        shape.format(*generator.integers(10, 99, 4), generator.integers(10, 99)).encode()
        for _ in range(50)
    ]
    found = ranges(formulas[0])
    single = [count_cells_read([formula], found)[0] for formula in formulas]
    np.testing.assert_array_equal(count_cells_read(formulas, found), single)
    assert len(set(single)) > 1
