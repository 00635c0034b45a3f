"""What other libraries read from the workbooks that xlnn builds: what is stored there, bit by bit.

What is stored are NumPy's values. The JavaScript libraries are those that ``make readers`` puts
into the folder .readers.
"""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from networks import NETWORK_TEMPLATES, once_alike
from programs import skip_without_javascript

from xlnn import reference
from xlnn.block import FIRST_ROW
from xlnn.grid import SheetValues
from xlnn.loading.spec import layout_of, read_spec
from xlnn.loading.values import read_arrays, write_values
from xlnn.reference import inputs_of
from xlnn.registry.templates import names
from xlnn.xlsx.cells import cells
from xlnn.xlsx.package import inspect

SCRIPT = Path(__file__).with_name("readers.js")
JAVASCRIPT = SCRIPT.parent.parent / ".readers"
TIMEOUT = 120
"""Seconds for one file; one or two are usual."""

TABLES = ("training", "weights", "gradients")
"""The sheets that are tables, for which people take polars."""


@pytest.fixture(scope="module", params=once_alike(names()))
def built(request, workbook):
    """Return the workbook of a template, of two epochs."""
    epochs = 2 if request.param in NETWORK_TEMPLATES else None
    return workbook(request.param, fewer=True, epochs=epochs, verify=False).path


@pytest.fixture(scope="module")
def stored(built):
    """Return what a workbook holds: {sheet: {(row, column): value}}, empty texts left out."""
    return {
        sheet: filled((cell.row, cell.column, cell.value) for cell in cells(built, sheet))
        for sheet in inspect(built).sheets
    }


def filled(found):
    return {(row, column): value for row, column, value in found if value not in {None, ""}}


@pytest.mark.first(1)
def test_what_is_stored_is_numpy_s(built, stored):
    layout = layout_of(read_spec(built))
    arrays = read_arrays(layout, {title: grid(found) for title, found in stored.items()})
    run = reference.run(layout.model, inputs_of(layout.model, arrays))
    for title, values in write_values(layout, run).items():
        rows, columns = np.nonzero(np.isfinite(values.numbers))
        computed = values.numbers[rows, columns].tolist()
        places = zip((rows + 1).tolist(), (columns + 1).tolist(), strict=True)
        assert [stored[title][place] for place in places] == computed


def grid(found):
    """Return the values of a sheet as an engine returns them."""
    numbers = {place: value for place, value in found.items() if isinstance(value, float)}
    texts = {place: value for place, value in found.items() if isinstance(value, str)}
    table = np.full(np.max([*found], axis=0), np.nan)
    for (row, column), value in numbers.items():
        table[row - 1, column - 1] = value
    return SheetValues(table, texts)


@pytest.mark.parametrize("library", ["xlsx", "exceljs"])
@pytest.mark.first(1)
@pytest.mark.slow
def test_javascript_reads_what_is_stored(built, stored, library):
    assert javascript(library, built) == stored


def skip_without_reader(library):
    skip_without_javascript(JAVASCRIPT / "node_modules" / library, "readers")


def javascript(library, path):
    """Return what SheetJS (xlsx) or exceljs reads."""
    sheets = {title: [] for title in inspect(path).sheets}
    for title, *cell in json.loads(run_javascript(library, path)):
        sheets[title].append(cell)
    return {title: filled(found) for title, found in sheets.items()}


def run_javascript(library, *paths):
    """Let a library read a workbook, and print what it holds or save it."""
    skip_without_reader(library)
    command = ["node", SCRIPT, JAVASCRIPT, library, *paths]
    run = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", timeout=TIMEOUT, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.first(1)
@pytest.mark.ci
def test_calamine_reads_what_is_stored(built, stored):
    calamine = pytest.importorskip("python_calamine")
    book = calamine.CalamineWorkbook.from_path(built)
    assert book.sheet_names == [*stored]
    for title, known in stored.items():
        rows = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
        numbered = (
            (row, column, value)
            for row, values in enumerate(rows, 1)
            for column, value in enumerate(values, 1)
        )
        assert filled(numbered) == known


@pytest.mark.first(5)
@pytest.mark.slow
def test_polars_reads_the_tables_as_they_are_stored(built, stored):
    polars = pytest.importorskip("polars")
    layout = layout_of(read_spec(built))
    for key in TABLES:
        rows = {block.row for block in layout.blocks.values() if block.sheet == key}
        if rows != {FIRST_ROW}:  # an experiment may have several tables below each other
            continue
        title = layout.titles[key]
        table = polars.read_excel(
            built,
            sheet_name=title,
            infer_schema_length=None,
            read_options={"header_row": FIRST_ROW - 2},
        )
        numbered = (
            (row, column, value)
            for column, series in enumerate(table, 1)
            for row, value in enumerate(series, FIRST_ROW)
        )
        below = {place: value for place, value in stored[title].items() if place[0] >= FIRST_ROW}
        assert filled(numbered) == below
