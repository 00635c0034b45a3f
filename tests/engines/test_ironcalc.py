"""The engine IronCalc: its own ways; what every engine must do is in test_agreement.py."""

import re
from itertools import permutations
from pathlib import Path

import ironcalc
import numpy as np
import openpyxl
import pytest
from networks import FEWER_EPOCHS, once_alike
from openpyxl import Workbook

from xlnn.checking.check import check
from xlnn.engines import load
from xlnn.errors import EngineError, WorkbookError
from xlnn.grid import CellError
from xlnn.registry.templates import names


@pytest.fixture
def book(tmp_path):
    def write(cells: dict[str, object], title: str = "S") -> Path:
        workbook = Workbook()
        workbook.active.title = title
        for cell, value in cells.items():
            workbook.active[cell] = value
        workbook.save(tmp_path / "book.xlsx")
        return tmp_path / "book.xlsx"

    return write


def computed(path):
    return load("ironcalc", path)({})["S"]


def test_each_kind_of_value_has_its_place_in_the_grid(book):
    cells = {"A1": 2, "B1": "=A1/4", "A2": "a", "B2": '=A2&"b"', "C2": "=A1=2", "D4": "=1/0"}
    grid = computed(book(cells | {"A3": "#N/A", "B3": "=A3", "C3": True}))
    np.testing.assert_array_equal(grid.numbers[0], [2, 0.5, np.nan, np.nan])
    assert grid.numbers.shape == (4, 4)
    assert np.isnan(grid.numbers[1:]).all()
    texts = {(2, 1): "a", (2, 2): "ab", (2, 3): True, (3, 3): True}
    errors = {(3, 1): "#N/A", (3, 2): "#N/A", (4, 4): "#DIV/0!"}
    assert grid.others == texts | errors
    assert all(isinstance(grid.others[at], CellError) for at in errors)


def test_a_text_that_reads_like_an_error_or_a_formula_stays_a_text(book):
    texts = ["#N/A", "=1+1", "#CIRC!"]
    path = book({f"B{row}": f"=A{row}" for row in (1, 2, 3)})
    workbook = openpyxl.load_workbook(path)
    for row, text in enumerate(texts, start=1):
        workbook.active.cell(row, 1).value = text
        workbook.active.cell(row, 1).data_type = "s"
    workbook.save(path)
    others = computed(path).others
    assert [others[row, 2] for row in (1, 2, 3)] == texts
    assert not any(isinstance(other, CellError) for other in others.values())


def test_an_empty_sheet_is_an_empty_grid(book):
    grid = computed(book({}))
    assert grid.numbers.size == 0
    assert not grid.others


def test_a_title_with_quotes_and_chinese_is_read(book):
    path = book({"B3": "='学 ''n'''!C3+1", "C3": 1}, "学 'n'")
    assert load("ironcalc", path)({})["学 'n'"].numbers[2, 1] == 2


def test_a_title_in_other_letters_is_that_of_the_sheet_and_a_text_stays(book):
    cells = {"B1": "=play!$a$1", "B2": "='PLAY'!A1+SUM(play!A1:A2)", "B3": '="play!"'}
    grid = load("ironcalc", book({"A1": 2, **cells}, "Play"))({})["Play"]
    assert grid.numbers[:2, 1].tolist() == [2, 4]
    assert grid.others == {(3, 2): "play!"}


def test_inputs_are_replaced_and_a_later_call_puts_them_back(book):
    cells = {"A1": 1, "A2": "=(A1+1)%", "A3": "text", "A4": "=A2*1000", "A5": "#N/A", "A6": True}
    recalculate = load("ironcalc", book(cells))
    inputs = {("S", row, 1): float(row) for row in (1, 2, 3, 5, 6, 7)}
    with_inputs = recalculate(inputs)["S"]
    assert with_inputs.numbers[:, 0].tolist() == [1, 2, 3, 2000, 5, 6, 7]
    with_one_input = recalculate({("S", 1, 1): 3.0})["S"]
    assert with_one_input.numbers[[0, 1, 3], 0].tolist() == [3, 0.04, 40]
    without = recalculate({})["S"]
    assert without.numbers[[0, 1, 3], 0].tolist() == [1, 0.02, 20]
    assert without.others == {(3, 1): "text", (5, 1): CellError("#N/A"), (6, 1): True}
    assert isinstance(without.others[5, 1], CellError)


def test_a_number_is_put_in_as_it_is_to_the_last_bit(book, generator):
    recalculate = load("ironcalc", book({"A1": 1, "A2": "=A1"}))
    for number in [*generator.normal(size=20).tolist(), 5e-324, 1.7976931348623157e308]:
        assert recalculate({("S", 1, 1): number})["S"].numbers[:, 0].tolist() == [number] * 2


def test_an_input_on_an_unknown_sheet_is_refused(book):
    with pytest.raises(WorkbookError, match='no sheet "Nope"'):
        load("ironcalc", book({"A1": 1}))({("Nope", 1, 1): 1.0})


def test_a_cycle_is_named_by_a_cell_inside_it(book):
    path = book({"A1": "=B1+1", "B1": "=SUM(C1:C2)", "C2": "=D2", "D2": "=C2*2"})
    with pytest.raises(WorkbookError, match=r"^S![CD]2 depends on itself: a circular reference\.$"):
        load("ironcalc", path)({})


@pytest.mark.ci
def test_a_long_chain_of_cells_is_no_circle(book):
    path = book({f"A{row}": f"=A{row + 1}+1" for row in range(1, 30_000)} | {"A30000": 1})
    assert computed(path).numbers[0, 0] == 30_000


BROKEN = ["=SUM(", "=SUM(C1:C3", "=C1)", "=(C1,C2)", "=1E309"]


@pytest.mark.parametrize("formula", BROKEN)
def test_a_formula_that_ironcalc_cannot_read_is_named_and_not_one_that_it_spoils(book, formula):
    with pytest.raises(EngineError, match=r"^S!B2: IronCalc cannot read the formula =") as refused:
        computed(book({"A1": "=B2", "B2": formula}))
    assert formula in str(refused.value)


def test_ironcalc_alone_closes_brackets_that_are_missing_and_overlooks_what_follows():
    model = ironcalc.create("book", "en", "UTC")
    model.update_cell_with_number(0, 1, 1, 5)
    for row, formula in ((2, "=SUM(A1:A1"), (3, "=A1)"), (4, "=A1 A2")):
        model.update_cell_with_formula(0, row, 1, formula)
    model.evaluate()
    assert [model.get_cell_value(0, row, 1) for row in (2, 3, 4)] == [5, 5, 5]


MISREAD = {
    "=SUM(A1:INDEX(A1:A3,2))": "a corner of its range is computed",
    "=SUMXMY2(A1:A2,T!A1:A2)": "SUMXMY2 takes ranges of two sheets",
}


def test_what_stands_in_a_text_is_no_corner_of_a_range(book):
    grid = computed(book({"A1": 2, "B1": '="(of all): "&A1'}))
    assert grid.at(1, 2) == "(of all): 2"


@pytest.mark.ci
@pytest.mark.parametrize("name", once_alike(names()))
def test_ironcalc_agrees_with_numpy_in_every_template(name, workbook):
    built = workbook(name, fewer=True, epochs=FEWER_EPOCHS.get(name))
    report = check(built.path, "ironcalc")
    assert report.agrees, report.wrong[:3]


@pytest.mark.parametrize("formula", MISREAD)
def test_what_ironcalc_is_known_to_misread_is_refused_with_the_reason(book, formula):
    path = book({"A1": 1, "B1": formula})
    with pytest.raises(EngineError, match=rf"^S!B1: IronCalc cannot .*: {MISREAD[formula]}\.$"):
        computed(path)


A, B, C = 1.5, 2, 2.5
BRACKETS = {
    "=(A1+B1)%": (A + B) / 100,
    "=A1+B1%": A + B / 100,
    '=(A1=B1)&"x"': "FALSEx",
    '=A1=B1&"x"': False,
    "=A1/(-(B1/C1))": A / -(B / C),
    "=A1/-B1/C1": A / -B / C,
    "=(A1<B1)=(B1<C1)": True,
    "=A1<B1=B1<C1": False,
    "=A1<(B1=(B1<C1))": True,
    "=0.12345678901234561*1": 0.12345678901234561,
    "=0.12345678901234568*1": 0.12345678901234568,
    "=-A1^2": A**2,
    "=a1+B1+sum(A1:C1)": 2 * A + 2 * B + C,
}
"""Formulas of which IronCalc takes some for others, where their cells lie alike."""


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_no_formula_is_taken_for_another_whatever_their_order(book, order):
    formulas = [formula for start in order for formula in [*BRACKETS][start::3]]
    cells = {}
    for row, formula in enumerate(formulas, start=1):
        own = re.sub(r"([A-Ca-c])1", rf"\g<1>{row}", formula)
        cells |= {f"A{row}": A, f"B{row}": B, f"C{row}": C, f"E{row}": own}
    grid = computed(book(cells))
    got = [grid.at(row, 5) for row in range(1, len(formulas) + 1)]
    assert got == [BRACKETS[each] for each in formulas]


def test_ironcalc_alone_takes_a_formula_for_another(book):
    model = ironcalc.load_from_xlsx(str(book({"A1": 1.5, "B1": 2, "C1": "=(A1+B1)%"})), "en", "UTC")
    model.evaluate()
    assert model.get_cell_value(0, 1, 3) == pytest.approx(1.52)


def test_no_formula_fills_another_cell(book):
    path = book({"A1": 1, "A2": 2, "A3": 3, "C1": "=A1:A3", "D1": "={5;6;7}", "E1": "=A1:A3*2",
                 "F2": "=SUM(C1:E9)"})  # fmt: skip
    grid = computed(path)
    assert [grid.at(row, column) for row in (2, 3) for column in (3, 4, 5)] == [None] * 6
    assert grid.at(2, 6) == 1 + 5 + 2


def test_a_file_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"no zip")
    with pytest.raises(WorkbookError, match=r"book\.xlsx: it is not an \.xlsx workbook"):
        load("ironcalc", path)({})


def test_a_title_that_ironcalc_does_not_take_is_told(book, monkeypatch):
    def refuse(*_):
        raise ironcalc.WorkbookError("Invalid name for a sheet: 'S'")

    model = type("Model", (), {"rename_sheet": refuse})
    monkeypatch.setattr(ironcalc, "create", lambda *_: model())
    with pytest.raises(EngineError, match=r"book\.xlsx: IronCalc cannot take its sheets: Invalid"):
        computed(book({"A1": 1}))


def test_ironcalc_loses_digits_of_a_slope_where_numbers_are_large_beside_their_differences(book):
    """A fault that docs/check.md names; the other engines have 0.5 to the last bit."""
    rows = range(1, 8)
    cells = {f"A{row}": 10**8 + row for row in rows} | {f"B{row}": row / 2 for row in rows}
    path = book(cells | {"C1": "=SLOPE(B1:B7,A1:A7)"})
    assert abs(computed(path).numbers[0, 2] - 0.5) > 1e-3
    assert load("formualizer", path)({})["S"].numbers[0, 2] == pytest.approx(0.5, rel=1e-12)
