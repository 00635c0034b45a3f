"""What Excel itself computed, beside what each engine computes of the same cells.

`tests/excel/README.md` says where the numbers are from.
"""

import json
import re
import tomllib
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.utils.cell import coordinate_to_tuple
from programs import LIBRARIES, skip_without

from xlnn.engines import PROGRAMS, load
from xlnn.errors import EngineError
from xlnn.grid import CellError

FOLDER = Path(__file__).parent / "excel"
SHEETS = [json.loads(line) for line in (FOLDER / "sheets.jsonl").read_text("utf-8").splitlines()]
DIFFERENCES = tomllib.loads((FOLDER / "differences.toml").read_text("utf-8"))
CHECK = (Path(__file__).parent.parent / "docs" / "check.md").read_text("utf-8")

FORMULAS = {
    f"{sheet['title']}!{cell}": (formula, excel)
    for sheet in SHEETS
    for cell, (formula, excel, _) in sheet["formulas"].items()
}

TOLERANCE = 1e-14
"""Relative: LibreOffice writes 15 digits."""


def differing(engine):
    """Return the cells that are listed as different, and those that the engine refuses."""
    listed = dict(DIFFERENCES[engine])
    unread = {cell for cells in listed.pop("unread", {}).values() for cell in cells}
    return {cell for cells in listed.values() for cell in cells}, unread


def write(path, wanted):
    """Write the sheets with some of their formulas, and all else that Excel had in them."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for sheet in SHEETS:
        page = workbook.create_sheet(sheet["title"])
        for at, value in sheet["cells"].items():
            page[at] = value
            if isinstance(value, float):
                page[at]._value = repr(value)  # noqa: SLF001 -- openpyxl writes 16 digits
            if isinstance(value, str) and not value.startswith("#"):
                page[at].data_type = "s"
        for at, (formula, *_) in sheet["formulas"].items():
            if f"{sheet['title']}!{at}" in wanted:
                page[at] = re.sub(r"\b(LET|STDEV\.P|VAR\.P)\(", r"_xlfn.\1(", formula)
    workbook.save(path)
    return path


def agree(got, excel):
    """Tell whether a value is that of Excel."""
    if isinstance(excel, str) and excel.startswith("#"):
        return isinstance(got, CellError) and got == excel
    if isinstance(excel, str | bool) or not isinstance(got, float):
        return type(got) is type(excel) and got == excel
    return abs(got - excel) <= TOLERANCE * abs(excel)


@pytest.mark.parametrize(
    "engine", [*LIBRARIES, *(pytest.param(each, marks=pytest.mark.slow) for each in PROGRAMS)]
)
@pytest.mark.ci
def test_an_engine_computes_what_excel_computed_but_for_the_differences_that_are_listed(
    engine, tmp_path
):
    skip_without(engine)
    listed, unread = differing(engine)
    path = write(tmp_path / "excel.xlsx", FORMULAS.keys() - unread)
    with load(engine, path) as recalculate:
        values = recalculate({})
    found = set()
    for cell in FORMULAS.keys() - unread:
        title, _, at = cell.partition("!")
        if not agree(values[title].at(*coordinate_to_tuple(at)), FORMULAS[cell][1]):
            found.add(cell)
    assert {cell: FORMULAS[cell] for cell in found - listed} == {}, "new differences"
    assert {cell: FORMULAS[cell] for cell in listed - found} == {}, "differences that are gone"


UNREAD = [(engine, cell) for engine in DIFFERENCES for cell in sorted(differing(engine)[1])]


@pytest.mark.parametrize(("engine", "cell"), UNREAD)
@pytest.mark.first(3)
@pytest.mark.slow
def test_what_an_engine_cannot_read_is_refused_by_its_cell(engine, cell, tmp_path):
    with pytest.raises(EngineError, match=f"^{cell}: "):
        load(engine, write(tmp_path / "unread.xlsx", {cell}))({})


def test_a_difference_to_excel_is_found():
    for cell, (_, excel) in FORMULAS.items():
        other = excel * (1 + 3e-14) + 1e-300 if type(excel) in {int, float} else "another"
        assert not agree(other, excel), cell
        assert not agree(None, excel), cell
    assert not agree("#N/A", "#N/A")
    assert not agree(1.0, excel=True)


def test_no_difference_is_listed_twice_or_beside_the_point():
    for engine in DIFFERENCES:
        listed, unread = differing(engine)
        reasons = {k: v for k, v in DIFFERENCES[engine].items() if k != "unread"}
        assert sum(map(len, reasons.values())) == len(listed)
        assert not listed & unread
        assert listed | unread <= set(FORMULAS)


@pytest.mark.parametrize("engine", DIFFERENCES)
def test_the_documents_say_how_many_agree(engine):
    differ = sum(map(len, differing(engine)))
    assert f"| {engine} | {len(FORMULAS) - differ:,} | {differ} |" in CHECK
    assert f"{len(FORMULAS):,} values" in CHECK
