"""The engine formualizer: its own ways; what every engine must do is in test_agreement.py."""

from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from openpyxl import Workbook

from xlnn.engines import load
from xlnn.engines.formualizer import rectangles
from xlnn.errors import EngineError, WorkbookError
from xlnn.grid import CellError


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


def test_each_kind_of_value_has_its_place_in_the_grid(book):
    path = book({"A1": 2, "B1": "=A1/4", "A2": "a", "B2": '=A2&"b"', "C2": "=A1=2", "D4": "=1/0"})
    grid = load("formualizer", path)({})["S"]
    np.testing.assert_array_equal(grid.numbers[0], [2, 0.5, np.nan, np.nan])
    assert grid.numbers.shape == (4, 4)
    assert np.isnan(grid.numbers[1:]).all()
    assert grid.others == {(2, 1): "a", (2, 2): "ab", (2, 3): True, (4, 4): CellError("#DIV/0!")}
    assert isinstance(grid.others[4, 4], CellError)


def test_an_empty_sheet_is_an_empty_grid(book):
    grid = load("formualizer", book({}))({})["S"]
    assert grid.numbers.size == 0
    assert not grid.others


def test_a_title_with_quotes_and_chinese_is_read(book):
    assert load("formualizer", book({"B3": "=1+1"}, "学 'n'"))({})["学 'n'"].numbers[2, 1] == 2


def test_inputs_are_replaced_and_a_later_call_puts_them_back(book):
    recalculate = load("formualizer", book({"A1": 1, "A2": "=A1+1", "A3": "text", "A4": "=A2*10"}))
    with_inputs = recalculate({("S", 1, 1): 5.0, ("S", 2, 1): 7.0, ("S", 3, 1): 9.0})["S"]
    assert with_inputs.numbers[:, 0].tolist() == [5, 7, 9, 70]
    with_one_input = recalculate({("S", 1, 1): 3.0})["S"]
    assert with_one_input.numbers[[0, 1, 3], 0].tolist() == [3, 4, 40]
    without = recalculate({})["S"]
    assert without.numbers[[0, 1, 3], 0].tolist() == [1, 2, 20]
    assert without.others == {(3, 1): "text"}


def test_nan_empties_a_cell_until_the_next_call(book):
    cells = {"A1": 1, "A2": "=A1+1", "A3": "=A2*10", "A4": '=IF(A2="","empty","full")'}
    recalculate = load("formualizer", book(cells))
    emptied = recalculate({("S", 2, 1): np.nan})["S"]
    np.testing.assert_array_equal(emptied.numbers[:, 0], [1, np.nan, 0, np.nan])
    assert emptied.others == {(4, 1): "empty"}
    assert recalculate({})["S"].others == {(4, 1): "full"}


def test_an_input_on_an_unknown_sheet_is_refused(book):
    recalculate = load("formualizer", book({"A1": 1}))
    with pytest.raises(WorkbookError, match='no sheet "Nope"'):
        recalculate({("Nope", 1, 1): 1.0})


def test_a_cycle_is_named_by_a_cell_inside_it(book):
    path = book({"A1": "=B1+1", "B1": "=SUM(C1:C2)", "C2": "=D2", "D2": "=C2*2"})
    with pytest.raises(WorkbookError, match=r"^S![CD]2 depends on itself: a circular reference\.$"):
        load("formualizer", path)({})


def test_a_formula_that_does_not_parse_is_named(book):
    with pytest.raises(EngineError, match=r"S!B2: formualizer cannot read or compute"):
        load("formualizer", book({"B2": "=SUM("}))({})


def test_a_file_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"no zip")
    with pytest.raises(EngineError, match=r"book\.xlsx: formualizer cannot load the file"):
        load("formualizer", path)({})


def test_a_workbook_that_formualizer_cannot_load_is_named(book):
    path = book({"A1": 2})
    with ZipFile(path) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    with ZipFile(path, "w") as broken:
        for name, content in parts.items():
            broken.writestr(name, content.replace(b"</worksheet>", b""))
    with pytest.raises(EngineError, match=r"book\.xlsx: formualizer cannot load the file"):
        load("formualizer", path)({})


def test_rectangles_cover_each_cell_once():
    block = [("S", row, column) for row in range(2, 5) for column in range(3, 6)]
    loose = [("S", 3, 9), ("T", 5, 3), ("S", 6, 3), ("S", 6, 4), ("S", 6, 5)]
    found = rectangles(block + loose)
    assert found == [("S", 2, 3, 3, 3), ("S", 3, 9, 1, 1), ("S", 6, 3, 1, 3), ("T", 5, 3, 1, 1)]
