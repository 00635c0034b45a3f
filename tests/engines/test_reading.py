"""An engine is believed only if it has read in a file what xlnn has read there."""

import re
import sys
from dataclasses import replace
from math import nan

import numpy as np
import pytest
from openpyxl import Workbook, load_workbook
from programs import QUICKEST_FIRST, skip_without
from rewriting import copy

from xlnn import engines
from xlnn.checking.check import check
from xlnn.engines import formualizer, formulas, libreoffice
from xlnn.engines.reading import Reading
from xlnn.errors import EngineError
from xlnn.grid import CellError, Place
from xlnn.loading.values import values
from xlnn.xlsx import markup
from xlnn.xlsx.package import inspect
from xlnn.xlsx.parts import sheet_parts

needs_fork = pytest.mark.skipif(sys.platform != "linux", reason="a spawned engine knows no patch")

ROWS = (
    (2, 0.1, "=A1*B1", "one"),
    (-3.5e-9, 1 / 3, "=SUM(A1:B2)", "a\r\n<b> & 'c' "),
    ("δ", True, '=D1&"x"', 1e300),
)
"""The constants of a sheet, and its formulas."""


@pytest.fixture
def path(tmp_path):
    book = Workbook()
    book.active.title = "S"
    for row in ROWS:
        book.active.append(row)
    book.create_sheet("T t")["B7"] = 42
    book.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def recalculated(engine, path, inputs=None):
    reading = Reading.of(inspect(path))
    with engines.load(engine, path, reading=reading) as recalculate:
        return recalculate(inputs or {})


@pytest.mark.parametrize("engine", QUICKEST_FIRST)
@pytest.mark.first(2)
@pytest.mark.ci
def test_every_engine_holds_what_a_file_says(engine, path):
    skip_without(engine)
    grid = recalculated(engine, path)["S"]
    assert grid.numbers[1, 2] == pytest.approx(2 + 0.1 - 3.5e-9 + 1 / 3)
    inputs = {("S", 1, 1): 7.0, ("S", 2, 2): 0.123456789012345, ("T t", 7, 2): 1.0}
    assert recalculated(engine, path, inputs)["S"].numbers[0, 2] == pytest.approx(0.7)


WRONG = {
    "S!A1 holds 2.0, but formulas reads 2.0000000000000004": ("S", 1, 1, np.nextafter(2, 3)),
    "S!B1 holds 0.1, but formulas reads nothing": ("S", 1, 2, nan),
    'S!B2 holds 0.3333333333333333, but formulas reads "one third"': ("S", 2, 2, "one third"),
    "S!D3 holds 1e+300, but formulas reads True": ("S", 3, 4, True),
    'S!D1 holds "one", but formulas reads "ones"': ("S", 1, 4, "ones"),
    "S!D2 holds \"a??<b> & 'c' \", but formulas reads 5.0": ("S", 2, 4, 5.0),
    'S!A3 holds "δ", but formulas reads nothing': ("S", 3, 1, nan),
    'S!A3 holds "δ", but formulas reads "#N/A"': ("S", 3, 1, CellError("#N/A")),
    "'T t'!B7 holds 42.0, but formulas reads 4.0": ("T t", 7, 2, 4.0),
}
"""What an engine holds instead, by the sentence that refuses it."""


def altered(found, title, row, column, value):
    """Put another value into a cell of what an engine computed."""
    grid = found[title]
    grid.others.pop((row, column), None)
    grid.numbers[row - 1, column - 1] = value if isinstance(value, float) else nan
    if not isinstance(value, float):
        grid.others[row, column] = value
    return found


def stand_in(monkeypatch, work):
    """Let some work change what the engine `formulas` computes; a fork takes it along."""
    load = formulas.load

    def loaded(path):
        recalculate = load(path)
        return lambda inputs: work(recalculate, inputs)

    monkeypatch.setattr(formulas, "load", loaded)


@needs_fork
@pytest.mark.parametrize("sentence", WRONG)
def test_an_engine_that_holds_another_constant_is_not_believed(path, monkeypatch, sentence):
    stand_in(monkeypatch, lambda work, inputs: altered(work(inputs), *WRONG[sentence]))
    with pytest.raises(EngineError) as refusal:
        recalculated("formulas", path)
    assert str(refusal.value).startswith(sentence.replace("'T t'", "T t"))
    assert "so it computes another workbook: type the cell again, or" in str(refusal.value)


@needs_fork
@pytest.mark.parametrize("cell", [("S", 1, 2), ("T t", 7, 2)])
def test_an_engine_that_keeps_its_own_number_for_an_input_is_not_believed(path, monkeypatch, cell):
    stand_in(monkeypatch, lambda work, _: work({}))
    recalculated("formulas", path)
    with pytest.raises(EngineError, match=r"holds 5.0, but formulas reads (0.1|42.0)"):
        recalculated("formulas", path, {cell: 5.0})
    with pytest.raises(EngineError, match=r"holds nothing, but formulas reads (0.1|42.0)"):
        recalculated("formulas", path, {cell: nan})


@needs_fork
def test_an_engine_without_a_sheet_is_not_believed(path, monkeypatch):
    stand_in(monkeypatch, lambda work, inputs: {"S": work(inputs)["S"]})
    with pytest.raises(EngineError, match=r"T t!B7 holds 42.0, but formulas reads nothing"):
        recalculated("formulas", path)


def test_only_libreoffice_may_tell_fifteen_digits(path):
    reading, found = Reading.of(inspect(path)), formulas.load(path)({})
    third = np.float64(f"{1 / 3:.15g}")
    assert third != 1 / 3
    altered(found, "S", 2, 2, float(third))
    reading.check_values("libreoffice", path, found, {}, libreoffice.PRECISION)
    with pytest.raises(EngineError, match=r"S!B2 holds 0.3333333333333333"):
        reading.check_values("formualizer", path, found, {})
    altered(found, "S", 2, 2, 0.33333333333333)
    with pytest.raises(EngineError, match=r"S!B2 holds 0.3333333333333333"):
        reading.check_values("libreoffice", path, found, {}, libreoffice.PRECISION)


@needs_fork
@pytest.mark.parametrize("cell", ["C1", "C2", "C3"])
def test_an_engine_that_holds_another_formula_is_not_believed(path, monkeypatch, cell):
    told = formualizer.told

    def other(loaded):
        tell = told(loaded)
        return lambda at: tell(at) + "*2" * (str(at) == f"S!{cell}")

    monkeypatch.setattr(formualizer, "told", other)
    with pytest.raises(EngineError, match=rf"S!{cell} holds .*, but formualizer reads .*\*2"):
        recalculated("formualizer", path)


def test_of_formulas_that_differ_in_digits_the_first_is_compared(tmp_path):
    book = Workbook()
    for row in range(1, 20):
        book.active.append((row, f"=A{row}*2", f"=A$1+A{row}"))
    book.active["B7"] = "=A7*2*1"
    book.save(tmp_path / "book.xlsx")
    cells = {str(cell) for cell in Reading.of(inspect(tmp_path / "book.xlsx")).formulas}
    assert cells == {"Sheet!B1", "Sheet!C1", "Sheet!B10", "Sheet!C10", "Sheet!B7"}


def test_formulas_that_an_engine_gets_in_other_words_are_not_compared(path):
    contents = inspect(path)
    assert Place("S", 1, 3) in Reading.of(contents).formulas
    for other in ({"named": frozenset({Place("S", 1, 3)})}, {"left_out": {Place("S", 1, 3): "X"}}):
        assert Place("S", 1, 3) not in Reading.of(replace(contents, **other)).formulas


PLANTED = {
    "Data!A6 holds 10.0, but formualizer reads 1.0": (b"</v>", b"<![CDATA[0]]></v>"),
    "Steps!K70 holds .*, but formualizer reads ": (b"</f>", b"<![CDATA[*2]]></f>"),
}
"""What formualizer alone overlooks, by the message about it."""


@needs_fork
@pytest.mark.parametrize("sentence", PLANTED)
@pytest.mark.ci
def test_what_formualizer_reads_past_is_named_even_if_the_reader_lets_it_pass(
    workbook, tmp_path, monkeypatch, sentence
):
    path, (title, address) = tmp_path / "rnn.xlsx", sentence.split()[0].split("!")

    def edit(chunks):
        (text,) = chunks
        before, cell, after = re.split(rb'(<c r="%b".*?</c>)' % address.encode(), text)
        yield before + cell.replace(*PLANTED[sentence]) + after

    source = workbook("rnn").path
    copy(source, path, {sheet_parts(source)[title]: edit})
    monkeypatch.setattr(markup, "stray", lambda _: "")
    with pytest.raises(EngineError, match=sentence):
        values(path)


@pytest.mark.ci
def test_a_workbook_saved_by_a_library_is_believed(short_copy):
    load_workbook(short_copy).save(short_copy)
    assert check(short_copy).agrees
