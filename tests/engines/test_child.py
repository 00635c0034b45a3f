"""An engine in a process of its own answers, and whatever ends it becomes one sentence."""

import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import psutil
import pytest
from openpyxl import Workbook
from programs import LIBRARIES

from xlnn.cleanup import _state
from xlnn.engines import Allowance, _child, _process, formulas, load
from xlnn.errors import EngineError, WorkbookError
from xlnn.grid import SheetValues

ENOUGH = Allowance(first=60, again=60, memory=10**9)
LITTLE = Allowance(first=1, again=1, memory=200 * 10**6)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it limits no processor time")
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits memory")


@pytest.fixture(params=[True, False], ids=["forked", "spawned"])
def starts(request, monkeypatch):
    """Start children in both ways, also where one of them is usual."""
    if request.param and not hasattr(os, "fork"):
        pytest.skip("this system does not fork")
    monkeypatch.setattr(_child, "FORKS", request.param)


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def path(tmp_path):
    workbook = Workbook()
    workbook.active.title = "S"
    for row in ((2, "=A1*3"), ("a", '=A2&"b"'), (None, "=1/0")):
        workbook.active.append(row)
    workbook.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


@pytest.mark.usefixtures("starts")
@pytest.mark.parametrize("engine", LIBRARIES)
@pytest.mark.slow
def test_a_child_answers_as_the_engine_itself_does(engine, path, temporary):
    recalculate = load(engine, path, ENOUGH)
    for inputs, expected in (({}, 6), ({("S", 1, 1): 5.0}, 15), ({}, 6)):
        grid = recalculate(inputs)["S"]
        assert grid.numbers[0, 1] == expected
        assert grid.others == {(2, 1): "a", (2, 2): "ab", (3, 2): "#DIV/0!"}
        grid.numbers[0, 0] = 1.0  # and is not read-only
    with pytest.raises(WorkbookError, match='no sheet "Nope"'):
        recalculate({("Nope", 1, 1): 1.0})
    recalculate.cancel()
    assert not list(temporary.iterdir())


def stand_in(monkeypatch, work):
    """Put some work in the place of an engine's; a fork takes it along."""
    monkeypatch.setattr(formulas, "load", lambda _: work)


def endless(_):
    while True:
        pass


def greedy(_):
    return {"S": SheetValues(np.ones((10_000, 10_000)))}


def killed(_):
    os.kill(os.getpid(), signal.SIGKILL)


def aborted(_):
    os.abort()


def crashed(_):
    os.kill(os.getpid(), signal.SIGSEGV)


def left(_):
    os._exit(3)


def deep(inputs):
    return deep(inputs)


def unsendable(_):
    class LocalError(Exception):
        pass

    raise LocalError("of nobody else")


ENDS = {
    endless: "formulas took longer than the 2 seconds that a workbook of its size may take",
    greedy: "formulas asked for more memory than the 200 MB that a workbook of its size may take",
    killed: "formulas asked for more memory",
    aborted: "formulas asked for more memory",
    crashed: r"formulas ended without a result \(SIGSEGV\): choose another engine",
    left: r"formulas ended without a result \(3\)",
    deep: "nested too deeply",
    unsendable: "The engine failed: LocalError",
}


@needs_linux
@pytest.mark.parametrize("work", ENDS, ids=lambda work: work.__name__)
@pytest.mark.ci
def test_whatever_ends_an_engine_is_a_sentence_and_leaves_nothing(
    work, path, temporary, monkeypatch
):
    stand_in(monkeypatch, work)
    recalculate = load("formulas", path, LITTLE)
    with pytest.raises(EngineError, match=ENDS[work]) as said:
        recalculate({})
    assert "\n" not in str(said.value)
    assert len(str(said.value)) < 300
    recalculate.cancel()
    assert not list(temporary.iterdir())


@needs_linux
def test_an_engine_that_sleeps_for_ever_is_ended_by_the_clock(path, monkeypatch):
    stand_in(monkeypatch, lambda _: time.sleep(3600))
    monkeypatch.setattr(Allowance, "clock", lambda *_: 0.5)
    with pytest.raises(EngineError, match="took longer"):
        load("formulas", path, LITTLE)({})


@needs_linux
def test_a_fault_of_ours_comes_with_its_own_traceback(path, monkeypatch):
    stand_in(monkeypatch, lambda inputs: inputs["nothing"])
    with pytest.raises(KeyError) as raised:
        load("formulas", path, LITTLE)({})
    assert "stand_in" in raised.value.__notes__[0]


@needs_linux
def test_an_engine_says_nothing_on_the_terminal(path, monkeypatch, capfd):
    stand_in(monkeypatch, lambda _: os.write(2, b"last words") and os.abort())
    with pytest.raises(EngineError):
        load("formulas", path, LITTLE)({})
    assert capfd.readouterr() == ("", "")


@needs_linux
def test_the_end_waits_for_no_other_child(path, monkeypatch):
    """A later child has the pipes of the earlier one, too."""
    monkeypatch.setattr(_process, "LAST_WORDS", 60.0)  # longer than any machine is busy
    earlier, later = (load("formulas", path, ENOUGH) for _ in range(2))
    earlier({})
    later({})
    begin = time.monotonic()
    earlier.cancel()
    assert time.monotonic() - begin < _process.LAST_WORDS / 2
    later.cancel()


@needs_linux
def test_whoever_stops_leaves_no_process(path, monkeypatch):
    before = set(psutil.Process().children(recursive=True))
    stand_in(monkeypatch, endless)
    recalculate = load("formulas", path, ENOUGH)
    (started,) = set(psutil.Process().children(recursive=True)) - before
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(recalculate, {})
        while not asked.running():
            time.sleep(0.01)
        pool.shutdown(wait=False, cancel_futures=True)
        recalculate.cancel()
    assert isinstance(asked.exception(), EngineError)
    psutil.wait_procs([started], timeout=5)
    assert not started.is_running()


@needs_linux
def test_an_answer_that_nobody_waited_for_is_not_given_to_the_next_question(path, monkeypatch):
    stand_in(monkeypatch, lambda inputs: time.sleep(inputs["seconds"]) or inputs)
    recalculate = load("formulas", path, ENOUGH)
    previous = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        with pytest.raises(KeyboardInterrupt):
            recalculate({"seconds": 1.0})
    finally:
        signal.signal(signal.SIGALRM, previous)
    with pytest.raises(EngineError, match="formulas"):
        recalculate({"seconds": 0.0})


@needs_linux
def test_a_child_ends_with_the_last_who_can_ask_it(path):
    endings, before = len(_state.endings), set(psutil.Process().children())
    recalculate = load("formulas", path, ENOUGH)
    (process,) = set(psutil.Process().children()) - before
    assert len(_state.endings) == endings + 1
    del recalculate
    assert len(_state.endings) == endings
    assert not process.is_running()


def test_what_an_engine_may_take_grows_with_the_workbook():
    """Measured: 8.2 GB for 4 million formulas in formualizer, some 100 s in each engine."""
    small, large = Allowance.of_size(6_000, 20_000), Allowance.of_size(4_000_000, 40_000_000)
    assert small.first + small.again < 20
    assert small.memory < 600e6
    assert large.memory > 2 * 8.2e9
    assert large.first > 10 * 100
