"""What a finished workbook stores is what an engine computes of it, on each of its sheets."""

import math
import tracemalloc
import zipfile

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import random_plan, spec, write_plan

from xlnn import engines
from xlnn.building.build import build
from xlnn.errors import OutputError, WorkbookError
from xlnn.grid import CellError
from xlnn.loading.spec import layout_of, read_spec
from xlnn.xlsx.cells import cells
from xlnn.xlsx.copying import copy_cells
from xlnn.xlsx.fingerprint import PART, State, state
from xlnn.xlsx.markup import cached
from xlnn.xlsx.parts import sheet_parts

BUILDS = {
    "xor": {"epochs": 3, "test_share": 0.25},
    "iris": {"epochs": 2, "scale": "standard", "optimizer": "adam"},
    "diabetes": {"epochs": 2},
    "descent": {},
}
"""Words, numbers, scaled ones, a regression, and a kind that is no network."""

TEXTS = ["", "a & b < c > d", "\"quotes\" and 'more'", "  led and trailed  ", "two\nlines", "学 σ"]

MORE_MEMORY = 1.5
"""Allowed factor for ten times the rows: the zip's own buffers vary a little."""

CLOSE = 1e-9
"""NumPy and the engine add in another order, and what cancels keeps fewer digits."""


@pytest.fixture(scope="module", params=BUILDS)
def built(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("stored") / "built.xlsx"
    return build(request.param, path, **BUILDS[request.param]).path


def stored(path):
    """Yield each formula cell with its sheet and what is stored in it."""
    for title in sheet_parts(path):
        for cell in cells(path, title):
            if cell.formula:
                yield title, cell


def differing(path):
    """Return the formula cells that store another value than the engine computes."""
    got = engines.load("formualizer", path)({})
    scale = {title: np.nanmax(np.abs(grid.numbers), initial=1) for title, grid in got.items()}
    found = []
    for title, cell in stored(path):
        value = got[title].at(cell.row, cell.column)
        same = (
            math.isclose(cell.value, value, rel_tol=CLOSE, abs_tol=CLOSE * scale[title])
            if isinstance(value, float) and isinstance(cell.value, float)
            else cell.value == value or (value == "" and cell.value is None)
        )
        if not same:
            found.append((title, cell.row, cell.column, cell.value, value))
    return found


@pytest.mark.first(1)
def test_each_cell_stores_what_an_engine_computes(built):
    assert differing(built) == []


@pytest.mark.first(1)
def test_a_value_that_was_falsified_is_found(built, tmp_path):
    title, cell = next((t, c) for t, c in stored(built) if isinstance(c.value, float) and c.value)
    part = sheet_parts(built)[title]
    with zipfile.ZipFile(built) as old, zipfile.ZipFile(tmp_path / "false.xlsx", "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == part:
                value = repr(cell.value).removesuffix(".0").encode()
                at = data.index(b"<v>" + value, data.index(b"<f>"))
                data = data[:at] + b"<v>123456789" + data[at + 3 + len(value) :]
            new.writestr(entry, data)
    assert differing(tmp_path / "false.xlsx")


# --- what is written ---

RECIPE = random_plan(spec([1, 1], images=8, epochs=1), 1)


def read_back(folder, values):
    """Return what openpyxl finds of values that the formulas of z2 store."""
    each = np.array([*values, *[0.0] * 8][:8], dtype=object).reshape(1, 8, 1)
    path = write_plan(folder / "w.xlsx", RECIPE, z2=each)
    block = layout_of(read_spec(path)).blocks["z2"]
    sheet = openpyxl.load_workbook(path, data_only=True)["Training"]
    return path, [sheet.cell(row, block.column) for row in range(block.row, block.row + 8)]


def test_every_number_comes_back_exactly(tmp_path):
    numbers = [0.1, -2 / 3, 5e-324, -1.7976931348623157e308, 1e22, 123456789.0, 2.0**53, 1e-5]
    assert [cell.value for cell in read_back(tmp_path, numbers)[1]] == numbers
    plain = np.array(numbers).reshape(1, 8, 1)
    path = write_plan(tmp_path / "plain.xlsx", RECIPE, z2=plain)
    title = sheet_parts(path)["Training"]
    assert parts(path)[title] == parts(tmp_path / "w.xlsx")[title]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_written_as_it_is_read(number):
    kind, text = cached(number)
    assert (kind, float(text.removeprefix(">"))) == ("", number)


def test_every_text_comes_back_exactly_and_so_do_errors_and_truth_values(tmp_path):
    path, found = read_back(tmp_path, [*TEXTS, True, CellError("#DIV/0!")])
    assert [cell.value or "" for cell in found] == [*TEXTS, True, "#DIV/0!"]
    assert [cell.data_type for cell in found[-2:]] == ["b", "e"]
    # Excel drops spaces at the ends unless told to keep them
    assert b'<v xml:space="preserve">  led' in parts(path)[sheet_parts(path)["Training"]]


def test_a_character_that_no_cell_can_hold_is_refused():
    with pytest.raises(WorkbookError, match="no cell can hold"):
        cached("\x01")


def test_numbers_that_no_cell_can_hold_are_not_stored(tmp_path):
    numbers = np.array([1.0, np.nan, *[0.0] * 6]).reshape(1, 8, 1)
    path = write_plan(tmp_path / "w.xlsx", RECIPE, z2=numbers)
    assert b"<v>nan" not in parts(path)[sheet_parts(path)["Training"]]


# --- the file ---


def parts(path):
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_programs_find_first_what_the_file_is(tmp_path):
    """Some look no further than at the first entries of a zip."""
    first, second, *_, last = parts(write_plan(tmp_path / "w.xlsx", RECIPE))
    assert [first, second, last] == ["[Content_Types].xml", "_rels/.rels", PART]


def test_the_dates_of_the_document_are_source_date_epoch(tmp_path, monkeypatch):
    usual = write_plan(tmp_path / "usual.xlsx", RECIPE)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    path = write_plan(tmp_path / "w.xlsx", RECIPE)
    core = parts(path)["docProps/core.xml"].decode()
    assert core.count(">2023-11-14T22:13:20Z<") == 2
    assert parts(usual)["docProps/core.xml"].decode().count(">1980-01-01T00:00:00Z<") == 2
    assert state(path) == state(usual) == State.AS_BUILT


def test_a_source_date_epoch_that_is_no_number_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(OutputError, match='SOURCE_DATE_EPOCH is "yesterday"'):
        write_plan(tmp_path / "w.xlsx", RECIPE)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_size_of_a_part(tmp_path):
    def peak(rows):
        workbook = openpyxl.Workbook(write_only=True)
        sheet = workbook.create_sheet("S")
        for row in range(1, rows + 1):
            sheet.append([f"=A{row}*{column}" for column in range(20)])
        workbook.save(tmp_path / "in.xlsx")
        tracemalloc.start()
        copy_cells(tmp_path / "in.xlsx", tmp_path / "out.xlsx", {})
        result = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return result

    peak(100)  # caches fill
    assert peak(3_000) < MORE_MEMORY * peak(300)
