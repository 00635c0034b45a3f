"""What a finished workbook stores is what an engine computes of it, on each of its sheets."""

import math
import zipfile

import numpy as np
import pytest

from xlnn import engines
from xlnn.building.build import build
from xlnn.xlsx.cells import cells
from xlnn.xlsx.parts import sheet_parts

BUILDS = {
    "xor": {"epochs": 3, "test_share": 0.25},
    "iris": {"epochs": 2, "scale": "standard", "optimizer": "adam"},
    "diabetes": {"epochs": 2},
    "descent": {},
}
"""Words, numbers, scaled ones, a regression, and a kind that is no network."""

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
