"""A signal at any moment ends the program, and nothing is left behind.

`make signals` sends 200 of them.
"""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from interruptions import (
    LONG,
    MARK,
    carriers,
    commands,
    heed,
    interrupt,
    prepare,
    processes,
    start,
    trials,
)

from xlnn import cleanup
from xlnn.atomic_write import replacing
from xlnn.exercises.parallel import shared

pytestmark = [
    pytest.mark.ci,
    pytest.mark.skipif(os.name == "nt", reason="Windows has none of these signals"),
]

NUMBER = 5


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.mark.slow
def test_signals_at_random_moments_end_every_command_and_leave_nothing(folder):
    rng = np.random.default_rng()
    unclean = [trial for trial in trials(folder, rng, NUMBER, epochs=3) if not trial.is_clean]
    assert unclean == []


@pytest.mark.slow
def test_what_is_left_is_found(folder):
    """The test above would see a folder and a process that outlive their program."""
    prepare(folder, 3)
    mark = "left"
    process = start(commands(3)[0], folder, mark)
    assert any(str(process.pid) in carrier for carrier in carriers(mark))
    process.kill()
    process.wait()
    (folder / "temporary" / "xlnn-lost").mkdir()
    trial = interrupt(folder, commands(3)[0], signal.SIGTERM, 0.0)
    assert trial.left == ("temporary/xlnn-lost",)
    assert not trial.is_clean


SWALLOWING = """
import sys, time
from xlnn.cleanup import nothing_left
with nothing_left():
    class Swallows:
        def __del__(self):
            print("here", flush=True)
            time.sleep(60)
    try:
        Swallows()
    except BaseException:
        pass
    print("there", flush=True)
    time.sleep(60)
"""


NOTICED = """
for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(each, signal.SIG_DFL)  # nohup, and a shell's background, ignore some
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_in_a_destructor_is_not_swallowed(name):
    """Python swallows an exception there: a handler that raises one would be lost."""
    process = subprocess.Popen(
        [sys.executable, "-c", "import signal\n" + NOTICED + SWALLOWING], stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"here\n"
    process.send_signal(getattr(signal, name))
    assert process.wait(LONG) == 128 + getattr(signal, name)
    assert process.stdout.read() == b""
    process.stdout.close()


SHIELDED = """
import sys, time
from xlnn.cleanup import ended_by, nothing_left, shielded
with nothing_left():
    with shielded():
        print("here", flush=True)
        time.sleep(1)
        ended_by(lambda: print("ended", flush=True))
    print("there", flush=True)
"""


def test_what_is_just_begun_is_known_before_a_signal_ends_it():
    process = subprocess.Popen([sys.executable, "-c", SHIELDED], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"here\n"
    process.send_signal(signal.SIGTERM)
    assert process.stdout.read() == b"ended\n"
    assert process.wait(LONG) == 128 + signal.SIGTERM
    process.stdout.close()


ELSEWHERE = """
import signal, threading
from xlnn.cleanup import nothing_left
with nothing_left():
    def noted():
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
    threading.Timer(0.5, noted).start()
    threading.Event().wait()
"""


def test_a_signal_that_wakes_nobody_ends_the_program():
    """Python notes it in whichever thread it comes to, and the main thread goes on waiting."""
    ran = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], timeout=LONG, capture_output=True, check=False
    )
    assert ran.returncode == 128 + signal.SIGINT
    assert ran.stderr == b"Stopped.\n"


DEEP = """
import os, signal
from xlnn.cleanup import ended_by, nothing_left
def deep():
    try:
        deep()
    except RecursionError:
        os.kill(os.getpid(), signal.SIGTERM)
with nothing_left():
    ended_by(lambda: print("ended", flush=True))
    deep()
    while True:
        pass
"""


def test_a_signal_where_no_call_can_be_made_ends_the_program():
    """The handler is called as well."""
    ran = subprocess.run(
        [sys.executable, "-c", DEEP], timeout=LONG, capture_output=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (128 + signal.SIGTERM, b"ended\n")


BUSY = """
import os, sys
os.cpu_count = lambda: 2
from xlnn.engines import formulas
def endless(_):
    while True:
        pass
formulas.load = lambda _: endless
from xlnn.cli import main
main()
"""
"""The command, with an engine that computes for ever."""

RAISES = (
    """
import time
from xlnn.checking import check
def described(*_):
    time.sleep(2)
    return 1 / 0
check.described = described
"""
    + BUSY
)

STAND_IN = "#!/bin/sh\nsleep 600 & sleep 600\n"
"""A program that starts another one; a signal to the first alone leaves the second."""

ENDS = ("SIGTERM", "SIGKILL", "SIGINT", "SIGHUP", "an exception")


@pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")
@pytest.mark.parametrize(("engine", "count"), [("formulas", 2), ("gnumeric", 4)])
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.first(1)
@pytest.mark.slow
def test_whatever_ends_a_command_ends_what_it_started(
    engine, count, end, short_path, tmp_path, monkeypatch
):
    (tmp_path / "ssconvert").write_text(STAND_IN)
    (tmp_path / "ssconvert").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    mark = f"busy:{time.monotonic_ns()}"
    process = subprocess.Popen(
        [sys.executable, "-c", RAISES if end == "an exception" else BUSY,
         "check", short_path, "--engine", engine],
        env=os.environ | {MARK: mark}, stderr=subprocess.DEVNULL, preexec_fn=heed,  # noqa: PLW1509
    )  # fmt: skip
    until = time.monotonic() + LONG
    while len([*carriers(mark)]) < count and time.monotonic() < until:
        time.sleep(0.01)
    assert len([*carriers(mark)]) >= count
    if end != "an exception":
        process.send_signal(getattr(signal, end))
    assert process.wait(LONG) != 0
    assert processes(mark) == ()


def test_ctrl_c_among_the_imports_says_nothing(tmp_path):
    (tmp_path / "click.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    ran = subprocess.run(
        [sys.executable, "-m", "xlnn", "templates"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=False,
        preexec_fn=heed,
    )
    assert (ran.returncode, ran.stderr) == (-signal.SIGINT, b"")


def test_nohup_keeps_its_meaning():
    code = "import signal\nfrom xlnn.cleanup import nothing_left\nwith nothing_left():\n"
    code += "    print(signal.getsignal(signal.SIGHUP).name)"
    hushed = "import os,signal,sys; signal.signal(signal.SIGHUP, signal.SIG_IGN);"
    hushed += "os.execv(sys.executable, [sys.executable, '-c', sys.argv[1]])"
    ran = subprocess.run(
        [sys.executable, "-c", hushed, code], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "SIG_IGN\n"


def half_written(path):
    """Put half a file in its place, and say so."""
    with replacing(path) as file:
        file.write(b"half")
        path.with_suffix(".begun").touch()
        time.sleep(LONG)


def test_a_process_that_shares_the_work_leaves_no_half_written_file(tmp_path):
    """Its end is that of the program, which may come at any moment of a copy."""
    path = tmp_path / "student.xlsx"
    with shared(1) as submit:
        submit(half_written, path)
        until = time.monotonic() + LONG
        while not path.with_suffix(".begun").exists() and time.monotonic() < until:
            time.sleep(0.01)
        assert len([*tmp_path.glob(".xlnn-*.part")]) == 1
        for ending in [*cleanup._state.endings.values()]:  # noqa: SLF001 -- as a signal does
            ending()
    assert [each.name for each in tmp_path.iterdir()] == ["student.begun"]
