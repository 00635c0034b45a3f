"""What a finished workbook stores is what an engine computes of it, on each of its sheets."""

import math
import os
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path
from zipfile import ZIP_STORED

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import random_recipe, spec, write_recipe
from test_inputs import write_rich

from xlnn import engines
from xlnn.building import writing
from xlnn.building.build import build
from xlnn.errors import OutputError, WorkbookError
from xlnn.grid import CellError, SheetValues
from xlnn.loading.spec import layout_of, read_spec
from xlnn.xlsx.cells import cells
from xlnn.xlsx.copying import copy
from xlnn.xlsx.fingerprint import seal
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

RECIPE = random_recipe(spec([1, 1], images=8, epochs=1), 1)


def read_back(folder, values):
    """Return what openpyxl finds of values that the formulas of z2 store."""
    each = np.array([*values, *[0.0] * 8][:8], dtype=object).reshape(1, 8, 1)
    path = write_recipe(folder / "w.xlsx", RECIPE, z2=each)
    block = layout_of(read_spec(path)).blocks["z2"]
    sheet = openpyxl.load_workbook(path, data_only=True)["Training"]
    return path, [sheet.cell(row, block.column) for row in range(block.row, block.row + 8)]


def test_every_number_comes_back_exactly(tmp_path):
    numbers = [0.1, -2 / 3, 5e-324, -1.7976931348623157e308, 1e22, 123456789.0, 2.0**53, 1e-5]
    assert [cell.value for cell in read_back(tmp_path, numbers)[1]] == numbers
    plain = np.array(numbers).reshape(1, 8, 1)
    path = write_recipe(tmp_path / "plain.xlsx", RECIPE, z2=plain)
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
    path = write_recipe(tmp_path / "w.xlsx", RECIPE, z2=numbers)
    assert b"<v>nan" not in parts(path)[sheet_parts(path)["Training"]]


def test_a_formula_without_a_value_is_named(tmp_path):
    path = write_recipe(tmp_path / "w.xlsx", RECIPE)
    layout = layout_of(read_spec(path))
    values = {title: SheetValues(np.zeros(layout.extents[k])) for k, title in layout.titles.items()}
    block = layout.blocks["z2"]
    values["Training"].numbers[block.row, block.column - 1] = np.nan
    cell = layout.cell("z2", (0, 1, 0))
    with pytest.raises(WorkbookError, match=f"{cell}: the formula has no value that a cell can"):
        copy(path, tmp_path / "copy.xlsx", writing.storing(layout, values, ()), ZIP_STORED)


# --- the last pass ---


def parts(path):
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.fixture
def rich(tmp_path):
    write_rich(tmp_path / "rich.xlsx")
    return tmp_path / "rich.xlsx"


@pytest.fixture
def sealed(rich):
    seal(rich, rich.with_name("sealed.xlsx"))
    return rich.with_name("sealed.xlsx")


def test_programs_find_first_what_the_file_is(rich, sealed):
    """Some look no further than at the first entries of a zip."""
    first, second, *others = parts(sealed)
    assert [first, second] == ["[Content_Types].xml", "_rels/.rels"]
    assert others == [name for name in parts(rich) if name not in {first, second}]


def test_everything_but_the_dates_is_as_before(rich, sealed):
    before, after = parts(rich), parts(sealed)
    assert set(before) == set(after)
    assert {name for name in before if before[name] != after[name]} == {"docProps/core.xml"}


MAKE = """
from pathlib import Path
from test_inputs import write_rich
from xlnn.xlsx.fingerprint import seal
write_rich(Path("in.xlsx"))
seal(Path("in.xlsx"), Path("out.xlsx"))
"""


@pytest.mark.slow
def test_the_same_workbook_gives_the_same_bytes_anywhere(tmp_path):
    def make(name, **environment):
        folder = tmp_path / name
        folder.mkdir()
        here = os.pathsep.join([str(Path(__file__).parent), *sys.path])
        subprocess.run(
            [sys.executable, "-c", MAKE],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": here} | environment,
            check=True,
        )
        return (folder / "out.xlsx").read_bytes()

    one = make("one", TZ="UTC", LC_ALL="C", PYTHONHASHSEED="1")
    other = make("other", TZ="Asia/Tokyo", LC_ALL="de_DE.UTF-8", PYTHONHASHSEED="2")
    assert one == other
    later = make("later", SOURCE_DATE_EPOCH="1700000000")
    assert later != one


def test_the_dates_of_the_document_are_source_date_epoch(rich, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    seal(rich, tmp_path / "out.xlsx")
    core = parts(tmp_path / "out.xlsx")["docProps/core.xml"].decode()
    assert core.count(">2023-11-14T22:13:20Z<") == 2


def test_a_source_date_epoch_that_is_no_number_is_refused(rich, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(OutputError, match='SOURCE_DATE_EPOCH is "yesterday"'):
        seal(rich, tmp_path / "out.xlsx")


@pytest.mark.slow
def test_memory_does_not_grow_with_the_size_of_a_part(tmp_path):
    def peak(rows):
        workbook = openpyxl.Workbook(write_only=True)
        sheet = workbook.create_sheet("S")
        for row in range(1, rows + 1):
            sheet.append([f"=A{row}*{column}" for column in range(20)])
        workbook.save(tmp_path / "in.xlsx")
        tracemalloc.start()
        seal(tmp_path / "in.xlsx", tmp_path / "out.xlsx")
        result = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return result

    peak(100)  # caches fill
    assert peak(3_000) < MORE_MEMORY * peak(300)
