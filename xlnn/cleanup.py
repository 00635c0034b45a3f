"""Clean-up: remove temporary files and child processes, also after a signal.

A signal raises nothing: an exception can be swallowed wherever it arrives, in a destructor or in
somebody's ``except``. The handler itself ends what was started, removes what was written, and
leaves. So whatever can be left behind is begun inside `shielded`, which puts the signal off until
it is known here. Python only notes a signal, and wakes nobody who waits: one that comes to another
thread, or just before the main thread waits, would be answered when that wait is over. So a thread
tells the main thread of it until it answers.
"""

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from threading import RLock, Thread, current_thread, main_thread
from types import FrameType
from typing import NoReturn

from xlnn.errors import OutputError

if sys.platform == "linux":
    from ctypes import CDLL

    # found now, since a fork of several threads can import nothing
    _CONTROL, _WHEN_PARENT_ENDS = CDLL(None).prctl, 1

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")

PATIENCE = 5
"""Seconds that the end may take: for another thread to say what it has just begun, and for a folder
to be empty into which one still writes."""

WAKING = 0.05
"""Seconds after which the main thread is told of a signal again."""

ROOM = 1_000
"""Calls that the handler may make, however deep the calls are that the signal interrupts."""

_SHOW_CURSOR = b"\r\x1b[2K\x1b[?25h"
"""What a terminal needs on which progress was shown: an empty line and a cursor."""


class _State:
    """What the handler must know; it runs in the main thread, between any two steps of it."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.owner = 0
        self.is_quiet = False
        self.depth = 0  # of `shielded` in the main thread
        self.pending: int | None = None
        self.stopping = False
        self.endings: dict[object, Callable[[], object]] = {}


_state = _State()


@contextmanager
def shielded() -> Iterator[None]:
    """Let no signal end the program between the beginning of something and `ended_by`."""
    with _state.lock:
        is_main = current_thread() is main_thread()
        _state.depth += is_main
        try:
            yield
        finally:
            _state.depth -= is_main
            if not _state.depth and _state.pending is not None:
                _stop(_state.pending, None)


def ended_by(ending: Callable[[], object]) -> Callable[[], None]:
    """Remember how something that was begun is ended; return what forgets it."""
    token = object()
    with shielded():
        _state.endings[token] = ending

    def forget() -> None:
        with shielded():
            _state.endings.pop(token, None)

    return forget


@contextmanager
def nothing_left() -> Iterator[None]:
    """Give the program one folder for all that is temporary, and handlers that leave nothing.

    Raises
    ------
    OutputError
        No temporary folder can be made.
    """
    with shielded():
        _answer_signals()
        try:
            folder = Path(tempfile.mkdtemp(prefix="xlnn-"))
        except OSError as error:
            raise OutputError(
                f"No temporary folder can be created ({error.strerror}): set TMPDIR to a writable "
                "folder with free space."
            ) from error
        tempfile.tempdir = str(folder)
        ended_by(lambda: _remove(folder))
    try:
        yield
    finally:
        _remove(folder)


def ends_quietly() -> None:
    """Let a signal end this process, which works for another one, with nothing left of its own.

    What is temporary stands where that one removes it, and that one says that it stopped.
    """
    _state.is_quiet = True
    _answer_signals()
    ends_with_parent(signal.SIGTERM)


def ends_with_parent(number: int) -> None:
    """Let this process get a signal when the one that began it has ended, however it ended.

    The system can do this on Linux. It is also sent when the thread has ended that began the
    process: so that thread must be one that waits for it.
    """
    if sys.platform == "linux":
        _CONTROL(_WHEN_PARENT_ENDS, number)


def _answer_signals() -> None:
    _state.owner = os.getpid()
    for name in SIGNALS:
        number = getattr(signal, name, None)
        # nohup asks that a program goes on when its terminal ends
        hushed = name == "SIGHUP" and number and signal.getsignal(number) is signal.SIG_IGN
        if number is not None and not hushed:
            signal.signal(number, _stop)
    if sys.platform != "win32":
        seen, noted = os.pipe()
        os.set_blocking(noted, False)
        signal.set_wakeup_fd(noted, warn_on_full_buffer=False)
        with suppress(RuntimeError):  # no thread to be had
            Thread(target=_wake, args=(seen,), daemon=True).start()


def _wake(seen: int) -> None:
    """Wake the main thread once a signal has come, until it answers."""
    number = os.read(seen, 1)[0]
    time.sleep(WAKING)
    while not _state.stopping and _state.pending is None:
        signal.pthread_kill(main_thread().ident, number)
        time.sleep(WAKING)


def _stop(number: int, _frame: FrameType | None) -> None:
    """End everything that was begun, say that it stopped, and leave."""
    if os.getpid() != _state.owner:  # a child in its first moments
        os._exit(128 + number)
    if _state.depth:
        _state.pending = number
        return
    if _state.stopping:
        return
    _state.stopping = True
    sys.setrecursionlimit(sys.getrecursionlimit() + ROOM)
    # never given back: nothing begins any more
    _state.lock.acquire(timeout=PATIENCE)
    for ending in reversed(list(_state.endings.values())):
        with suppress(Exception):
            ending()
    _leave(number)


def _leave(number: int) -> NoReturn:
    if _state.is_quiet:
        os._exit(128 + number)
    with suppress(OSError):
        shown = sys.platform != "win32" and os.isatty(2)
        os.write(2, (_SHOW_CURSOR if shown else b"") + b"Stopped.\n")
    os._exit(128 + number)


def _remove(folder: Path) -> None:
    """Remove a folder, also one into which another thread still writes."""
    until = time.monotonic() + PATIENCE
    while folder.exists() and time.monotonic() < until:
        rmtree(folder, ignore_errors=True)
