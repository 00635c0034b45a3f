"""The engine libreoffice: that it computes anew, in private, and leaves nothing behind."""

import os
import shutil
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook

from xlnn.engines import libreoffice, load
from xlnn.errors import EngineError
from xlnn.grid import CellError, Grid
from xlnn.xlsx.cached_values import store

RECALCULATION = "OOXMLRecalcMode"

needs_libreoffice = pytest.mark.skipif(
    not shutil.which("soffice") and not os.environ.get("CI"), reason="LibreOffice is not installed"
)
needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Give the folder in which the engine makes its temporary folders."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def lying_book(tmp_path):
    """Write a workbook whose cached values are false: 2 * 3 is 99."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "S"
    for row in ((2, "=A1*3"), ("a", '=A2&"b"'), (None, "=A1=2"), (None, "=1/0")):
        sheet.append(row)
    workbook.save(tmp_path / "formulas.xlsx")
    false = Grid(np.array([[2, 99.0], [np.nan, 99.0], [np.nan, 99.0], [np.nan, 99.0]]))
    store(tmp_path / "formulas.xlsx", tmp_path / "lying.xlsx", {"S": false})
    return tmp_path / "lying.xlsx"


@needs_libreoffice
def test_false_cached_values_are_not_believed(lying_book, temporary):
    before = lying_book.read_bytes()
    grid = load("libreoffice", lying_book)({})["S"]
    np.testing.assert_array_equal(grid.numbers[0], [2, 6])
    assert np.isnan(grid.numbers[1:]).all()
    error = CellError("#DIV/0!")
    assert grid.others == {(2, 1): "a", (2, 2): "ab", (3, 2): True, (4, 2): error}
    assert isinstance(grid.others[4, 2], CellError)
    assert lying_book.read_bytes() == before
    assert not list(temporary.iterdir())


@needs_libreoffice
def test_false_cached_values_come_back_unless_recalculation_is_forced(lying_book, monkeypatch):
    settings = [setting for setting in libreoffice.SETTINGS if setting[1] != RECALCULATION]
    assert len(settings) == len(libreoffice.SETTINGS) - 1
    monkeypatch.setattr(libreoffice, "SETTINGS", settings)
    assert load("libreoffice", lying_book)({})["S"].numbers[0, 1] == 99


@needs_libreoffice
def test_numbers_in_texts_do_not_take_the_comma_of_the_user(tmp_path, monkeypatch):
    workbook = Workbook()
    workbook.active.append(["=FIXED(3.14159,2,TRUE)", '="x"&0.5'])
    workbook.save(tmp_path / "texts.xlsx")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    recalculate = load("libreoffice", tmp_path / "texts.xlsx")
    assert recalculate({})["Sheet"].others == {(1, 1): "3.14", (1, 2): "x0.5"}
    settings = [setting for setting in libreoffice.SETTINGS if "L10N" not in setting[0]]
    monkeypatch.setattr(libreoffice, "SETTINGS", settings)
    assert recalculate({})["Sheet"].others == {(1, 1): "3,14", (1, 2): "x0,5"}


@needs_libreoffice
def test_two_at_a_time_do_not_disturb_each_other_and_take_their_own_inputs(lying_book):
    recalculate = load("libreoffice", lying_book)
    with ThreadPoolExecutor(2) as pool:
        results = pool.map(recalculate, ({("S", 1, 1): 5.0}, {("S", 1, 1): -1.5}))
    assert [result["S"].numbers[0, 1] for result in results] == [15, -4.5]


def test_a_missing_libreoffice_is_reported_with_the_remedy(lying_book, monkeypatch):
    monkeypatch.setattr(libreoffice, "USUAL_PLACES", {})
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineError, match=r"not found: install it .* or choose another engine"):
        load("libreoffice", lying_book)


def test_libreoffice_is_found_where_its_installer_puts_it(tmp_path, lying_book, monkeypatch):
    (tmp_path / "soffice").touch()
    monkeypatch.setenv("PATH", "")
    places = (str(tmp_path / "nowhere"), str(tmp_path / "soffice"))
    monkeypatch.setattr(libreoffice, "USUAL_PLACES", {sys.platform: places})
    assert callable(load("libreoffice", lying_book))


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Give a function that puts a script in the place of LibreOffice."""

    def put(script: str) -> None:
        program = tmp_path / "bin" / "soffice"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")

    return put


@needs_posix
@pytest.mark.parametrize(
    ("script", "reason"), [("echo no display >&2; exit 3", "no display"), ("exit 0", "exit code 0")]
)
def test_a_failure_is_reported_with_its_reason(lying_book, stand_in, temporary, script, reason):
    stand_in(script)
    with pytest.raises(EngineError, match=f"LibreOffice could not compute the workbook: {reason}"):
        load("libreoffice", lying_book)({})
    assert not list(temporary.iterdir())


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # a zombie has ended


@pytest.fixture
def endless(lying_book, stand_in, tmp_path, temporary):
    """Give a recalculation without end; whatever ends it, nothing must be left of it."""
    if not Path("/proc").is_dir():
        pytest.skip("the test looks for the process in /proc")
    child = tmp_path / "child"
    stand_in(f'sleep 60 & echo $! > "{child}"; wait')
    yield load("libreoffice", lying_book)
    assert not list(temporary.iterdir())
    process = int(child.read_text())
    for _ in range(50):
        if not is_running(process):
            break
        time.sleep(0.1)
    assert not is_running(process)


@needs_posix
def test_nothing_is_left_after_the_time_limit(endless, monkeypatch):
    monkeypatch.setattr(libreoffice, "TIME_LIMIT", 0.5)
    with pytest.raises(EngineError, match=r"LibreOffice took longer than 0\.5 seconds"):
        endless({})


@needs_posix
def test_nothing_is_left_after_ctrl_c(endless):
    previous = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        with pytest.raises(KeyboardInterrupt):
            endless({})
    finally:
        signal.signal(signal.SIGALRM, previous)
