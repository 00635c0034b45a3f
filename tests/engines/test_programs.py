"""The engines that are programs: they compute anew, in private, and leave nothing behind."""

import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook
from programs import skip_without
from storing import store

from xlnn.engines import ENGINES, PROGRAMS, Allowance, gnumeric, libreoffice, load, missing
from xlnn.errors import EngineError
from xlnn.grid import CellError, SheetValues

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")


@pytest.fixture(params=PROGRAMS)
def engine(request):
    skip_without(request.param)
    return request.param


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
    false = SheetValues(np.array([[2, 99.0], [np.nan, 99.0], [np.nan, 99.0], [np.nan, 99.0]]))
    store(tmp_path / "formulas.xlsx", tmp_path / "lying.xlsx", {"S": false})
    return tmp_path / "lying.xlsx"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.ci
def test_false_cached_values_are_not_believed(engine, lying_book, temporary):
    skip_without(engine)
    before = lying_book.read_bytes()
    with load(engine, lying_book) as recalculate:
        grid = recalculate({})["S"]
    np.testing.assert_array_equal(grid.numbers[0], [2, 6])
    assert np.isnan(grid.numbers[1:]).all()
    error = CellError("#DIV/0!")
    assert grid.others == {(2, 1): "a", (2, 2): "ab", (3, 2): True, (4, 2): error}
    assert isinstance(grid.others[4, 2], CellError)
    assert lying_book.read_bytes() == before
    assert not list(temporary.iterdir())


@pytest.mark.parametrize("engine", ENGINES)
def test_numbers_in_texts_do_not_take_the_comma_of_the_user(engine, tmp_path, monkeypatch):
    skip_without(engine)
    workbook = Workbook()
    workbook.active.append(["=FIXED(3.14159,2,TRUE)", '="x"&0.5'])
    workbook.save(tmp_path / "texts.xlsx")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    recalculate = load(engine, tmp_path / "texts.xlsx")
    assert recalculate({})["Sheet"].others == {(1, 1): "3.14", (1, 2): "x0.5"}


@pytest.mark.ci
def test_libreoffice_takes_the_comma_of_the_user_unless_its_profile_forbids(tmp_path, monkeypatch):
    skip_without("libreoffice")
    workbook = Workbook()
    workbook.active.append(["=FIXED(3.14159,2,TRUE)", '="x"&0.5'])
    workbook.save(tmp_path / "texts.xlsx")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    settings = [setting for setting in libreoffice.SETTINGS if "L10N" not in setting[0]]
    monkeypatch.setattr(libreoffice, "SETTINGS", settings)
    assert load("libreoffice", tmp_path / "texts.xlsx")({})["Sheet"].others == {
        (1, 1): "3,14",
        (1, 2): "x0,5",
    }


@pytest.mark.slow
def test_two_at_a_time_do_not_disturb_each_other_and_take_their_own_inputs(engine, lying_book):
    recalculate = load(engine, lying_book)
    with ThreadPoolExecutor(2) as pool:
        results = pool.map(recalculate, ({("S", 1, 1): 5.0}, {("S", 1, 1): -1.5}))
    assert [result["S"].numbers[0, 1] for result in results] == [15, -4.5]


def without_installers(module, monkeypatch, places):
    """Put what a program's own installers do in a place of ours."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(module, "PROGRAM", replace(module.PROGRAM, places={sys.platform: places}))


@pytest.mark.parametrize("module", [libreoffice, gnumeric])
def test_a_missing_program_is_reported_with_the_remedy(module, lying_book, monkeypatch):
    without_installers(module, monkeypatch, ())
    engine = module.__name__.rpartition(".")[2]
    remedy = r"not found: install it \(Debian: apt-get install .*\) or choose another engine"
    with pytest.raises(EngineError, match=remedy):
        load(engine, lying_book)
    assert missing()[engine] == module.PROGRAM.install


def test_libreoffice_is_found_where_its_installer_puts_it(tmp_path, lying_book, monkeypatch):
    (tmp_path / "soffice").touch()
    places = (str(tmp_path / "nowhere"), str(tmp_path / "soffice"))
    without_installers(libreoffice, monkeypatch, places)
    assert callable(load("libreoffice", lying_book))


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Give a function that puts a script in the place of both programs."""

    def put(script: str) -> None:
        folder = tmp_path / "bin"
        folder.mkdir()
        for command in ("soffice", "ssconvert"):
            (folder / command).write_text(f"#!/bin/sh\n{script}\n")
            (folder / command).chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    return put


@needs_posix
@pytest.mark.parametrize("engine", PROGRAMS)
@pytest.mark.parametrize(
    ("script", "reason"), [("echo no display >&2; exit 3", "no display"), ("exit 0", "exit code 0")]
)
def test_a_failure_is_reported_with_its_reason(
    engine, lying_book, stand_in, temporary, script, reason
):
    stand_in(script)
    with pytest.raises(EngineError, match=rf"\w+ could not compute the workbook: {reason}"):
        load(engine, lying_book)({})
    assert not list(temporary.iterdir())


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # a zombie has ended


@pytest.fixture(params=PROGRAMS)
def endless(request, lying_book, stand_in, tmp_path, temporary):
    """Give a recalculation without end; whatever ends it, nothing must be left of it."""
    if not Path("/proc").is_dir():
        pytest.skip("the test looks for the process in /proc")
    child = tmp_path / "child"
    stand_in(f'sleep 60 & echo $! > "{child}"; wait')
    yield load(request.param, lying_book, Allowance(first=1, again=1, memory=10**9))
    assert not list(temporary.iterdir())
    process = int(child.read_text())
    for _ in range(50):
        if not is_running(process):
            break
        time.sleep(0.1)
    assert not is_running(process)


@needs_posix
def test_nothing_is_left_after_the_time_limit(endless, monkeypatch):
    monkeypatch.setattr(Allowance, "clock", lambda *_: 0.5)  # it sleeps: no time of a processor
    with pytest.raises(EngineError, match=r"took longer than the 1 seconds"):
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


@needs_posix
def test_a_program_sees_a_home_and_a_temporary_folder_that_are_thrown_away(
    lying_book, stand_in, temporary
):
    stand_in('echo "$TMPDIR" >&2; exit 3')
    for engine in PROGRAMS:
        with pytest.raises(EngineError, match=f": {temporary}/xlnn-"):
            load(engine, lying_book)({})
    assert not list(temporary.iterdir())


ENDS = {
    "while :; do :; done": "took longer than the 1 seconds that a workbook of its size may take",
    "exit 152": "took longer than the 1 seconds",  # what a script says of SIGXCPU
    "exit 134": "asked for more memory than the 1,000 MB",
    "kill -SEGV $$": r"ended without a result \(SIGSEGV\): choose another engine",
    "echo one >&2; echo two >&2; exit 1": "could not compute the workbook: one two",
}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits another process")
@pytest.mark.parametrize("engine", PROGRAMS)
@pytest.mark.parametrize("script", ENDS)
@pytest.mark.slow
def test_whatever_ends_a_program_is_a_sentence(lying_book, stand_in, temporary, engine, script):
    stand_in(script)
    with pytest.raises(EngineError, match=ENDS[script]):
        load(engine, lying_book, Allowance(first=1, again=1, memory=10**9))({})
    assert not list(temporary.iterdir())
