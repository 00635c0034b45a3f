"""The example of an audit finds a missing mask, and nothing in a sheet that is right."""

import subprocess
import sys

import pytest
from documents import ROOT, example
from programs import LIBRARIES, skip_without

AUDIT = example("audit")
ROUNDING = 1e-9
"""Of C_T of some ones at h = 1e-4: 1e-16 / 1e-4, and room for the sum's."""


def differing(path, engine="formualizer"):
    found = AUDIT["audit"](path, AUDIT["C_T"], AUDIT["PAIRS"], engine=engine)
    return {cell for (_, cell), stated, slope in found if abs(stated - slope) > ROUNDING}


@pytest.mark.parametrize("engine", [*LIBRARIES, "libreoffice"])
def test_a_missing_mask_is_found_in_the_unit_that_is_off_for_some_rows(engine, tmp_path):
    skip_without(engine)
    AUDIT["stand_in"](tmp_path / "net.xlsx", "")
    if engine == "libreoffice":  # a start of the program for each number: one pair
        pair = {("Net", "B2"): AUDIT["PAIRS"]["Net", "B2"]}
        (found,) = AUDIT["audit"](tmp_path / "net.xlsx", AUDIT["C_T"], pair, engine=engine)
        assert abs(found[1] - found[2]) > 1
    else:
        assert differing(tmp_path / "net.xlsx", engine) == {"B2", "C2", "D2"}


def test_a_sheet_with_its_masks_is_right(tmp_path):
    AUDIT["stand_in"](tmp_path / "net.xlsx", "*IF({}>0,1,0)")
    assert differing(tmp_path / "net.xlsx") == set()


def test_another_error_is_found_where_it_is(tmp_path):
    AUDIT["stand_in"](tmp_path / "net.xlsx", "*IF({}>0,2,0)")
    assert differing(tmp_path / "net.xlsx") == {"B2", "C2", "D2", "B3", "C3", "D3"}


def test_the_example_says_both_and_leaves_nothing_behind(tmp_path):
    command = [sys.executable, str(ROOT / "docs/examples/audit.py")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.count("differs") == 3
    assert list(tmp_path.iterdir()) == []
