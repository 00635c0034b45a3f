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
from xlnn.engines import AT_ONCE, Allowance, _child, cancel, formulas, load
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


@pytest.mark.parametrize("engine", LIBRARIES)
def test_a_child_with_a_twin_answers_alike(engine, path, temporary):
    recalculate = load(engine, path, ENOUGH, with_twin=True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = [{}, *({("S", 1, 1): float(number)} for number in range(9))]
        found = [grids["S"].numbers[0, 1] for grids in pool.map(recalculate, asked)]
    assert found == [6, *(3 * number for number in range(9))]
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
    endless: "formulas took longer than the 1 seconds that a workbook of its size may take",
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


@pytest.fixture
def room(monkeypatch):
    """Give a child room for a twin, whatever this machine and this process have."""
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(formulas, "TWIN_MEGABYTES", 10**6)


@pytest.fixture
def twins(monkeypatch, room):  # noqa: ARG001 -- for its effect
    """Ask a child with a twin two things at the same time, and return what comes of each."""
    children = []

    def ask(work, path, allowance=ENOUGH):
        stand_in(monkeypatch, work)
        children.append(load("formulas", path, allowance, with_twin=True))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            futures = [pool.submit(children[-1], {("S", 1, each): 0.0}) for each in (1, 2)]
        return [future.exception() or future.result() for future in futures]

    before = set(psutil.Process().children(recursive=True))
    yield ask
    for child in children:
        child.cancel()
    assert set(psutil.Process().children(recursive=True)) == before


@needs_linux
def test_two_threads_are_answered_at_the_same_time(path, twins, tmp_path):
    def meets(_):
        (tmp_path / f"here-{os.getpid()}").touch()
        until = time.monotonic() + 20
        while len(list(tmp_path.glob("here-*"))) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        return sorted(each.name for each in tmp_path.glob("here-*"))

    first, second = twins(meets, path)
    assert first == second
    assert len(first) == 2


FAILS = {
    "crashes": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "leaves": lambda: os._exit(3),
    "sleeps": lambda: time.sleep(3600),
    "raises": lambda: 1 / 0,
    "has no memory": lambda: np.ones(10**11),
}


@needs_linux
@pytest.mark.parametrize("what", FAILS)
def test_what_a_twin_does_not_answer_the_other_does(what, path, twins, monkeypatch):
    monkeypatch.setattr(Allowance, "clock", lambda *_: 1.5)
    parent = os.getpid()

    def fails(_):
        if os.getppid() != parent:
            FAILS[what]()
        time.sleep(0.3)  # so that the twin is asked, too
        return "answered", os.getppid() == parent

    assert twins(fails, path) == [("answered", True)] * 2


@needs_linux
def test_where_no_process_can_be_begun_there_is_no_twin(path, twins, monkeypatch):
    fork, parent = os.fork, os.getpid()

    def only_once():
        if os.getpid() != parent:
            raise BlockingIOError
        return fork()

    monkeypatch.setattr(os, "fork", only_once)
    first, second = twins(lambda _: time.sleep(0.1) or os.getpid(), path)
    assert first == second


@needs_linux
def test_the_end_waits_for_no_other_child(path, monkeypatch):
    """A later child has the pipes of the earlier one, too."""
    monkeypatch.setattr(_child, "LAST_WORDS", 60.0)  # longer than any machine is busy
    earlier, later = (load("formulas", path, ENOUGH, with_twin=True) for _ in range(2))
    earlier({})
    later({})
    begin = time.monotonic()
    earlier.cancel()
    assert time.monotonic() - begin < _child.LAST_WORDS / 2
    later.cancel()


@needs_linux
def test_a_large_workbook_has_no_twin(path, twins, monkeypatch):
    monkeypatch.setattr(formulas, "TWIN_MEGABYTES", 0)

    def slow(_):
        time.sleep(0.1)
        return os.getpid()

    first, second = twins(slow, path)
    assert first == second


@needs_linux
@pytest.mark.usefixtures("room")
def test_whoever_stops_leaves_no_twin(path, monkeypatch):
    before = set(psutil.Process().children(recursive=True))
    stand_in(monkeypatch, endless)
    recalculate = load("formulas", path, ENOUGH, with_twin=True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = [pool.submit(recalculate, {}) for _ in range(2)]
        until = time.monotonic() + 20
        while (
            len(started := set(psutil.Process().children(recursive=True)) - before) < 2
            and time.monotonic() < until
        ):
            time.sleep(0.01)
        cancel(recalculate, pool)
    assert len(started) == 2
    assert all(isinstance(each.exception(), EngineError) for each in asked)
    psutil.wait_procs(started, timeout=5)
    assert not any(each.is_running() for each in started)


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
