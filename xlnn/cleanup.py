"""Clean-up: remove temporary files and child processes, also after a signal.

The handler of a signal raises no exception, which a destructor or an ``except`` could swallow. It
ends child processes, removes temporary files, and exits. So anything that could be left behind is
started inside `shielded`, which delays the signal until its clean-up is registered.

Python only records a signal and does not interrupt waits: one that arrives in another thread, or
just before the main thread waits, would be handled after that wait. So another thread wakes the
main thread until it responds.
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

    # imported now, since a fork of a threaded process cannot import
    _CONTROL, _WHEN_PARENT_ENDS = CDLL(None).prctl, 1

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")

PATIENCE = 5
"""Seconds that clean-up may take: for another thread to register what it has just started, and for
a folder that a process still writes to."""

WAKING = 0.05
"""Seconds after which the main thread is woken again."""

ROOM = 1_000
"""Stack depth available to the handler, however deep the interrupted calls are."""

_SHOW_CURSOR = b"\r\x1b[2K\x1b[?25h"
"""Clears the line and shows the cursor of a terminal with a progress line."""


class _State:
    """The state of the handler, which runs in the main thread between any two of its steps."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.owner = 0
        self.is_quiet = False
        self.depth = 0  # depth of `shielded` in the main thread
        self.pending: int | None = None
        self.stopping = False
        self.endings: dict[object, Callable[[], object]] = {}


_state = _State()


@contextmanager
def shielded() -> Iterator[None]:
    """Delay signals from starting something until `ended_by` has registered its clean-up."""
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
    """Register a clean-up; return a function that unregisters it."""
    token = object()
    with shielded():
        _state.endings[token] = ending

    def forget() -> None:
        with shielded():
            _state.endings.pop(token, None)

    return forget


@contextmanager
def nothing_left() -> Iterator[None]:
    """Use one temporary folder and signal handlers that clean up.

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
    """Let a signal end this worker process silently.

    The parent removes temporary files and reports that it was stopped.
    """
    _state.is_quiet = True
    _answer_signals()
    ends_with_parent(signal.SIGTERM)


def ends_with_parent(number: int) -> None:
    """Send a signal to this process when its parent ends, for whatever reason.

    Only on Linux. The signal is also sent when the thread that started the process ends, so that
    thread must wait for it.
    """
    if sys.platform == "linux":
        _CONTROL(_WHEN_PARENT_ENDS, number)


def _answer_signals() -> None:
    _state.owner = os.getpid()
    for name in SIGNALS:
        number = getattr(signal, name, None)
        # with nohup, a program goes on when its terminal closes
        hushed = name == "SIGHUP" and number and signal.getsignal(number) is signal.SIG_IGN
        if number is not None and not hushed:
            signal.signal(number, _stop)
    if sys.platform != "win32":
        seen, noted = os.pipe()
        os.set_blocking(noted, False)
        signal.set_wakeup_fd(noted, warn_on_full_buffer=False)
        with suppress(RuntimeError):  # no thread can be started
            Thread(target=_wake, args=(seen,), daemon=True).start()


def _wake(seen: int) -> None:
    """Wake the main thread after a signal, until it responds."""
    number = os.read(seen, 1)[0]
    time.sleep(WAKING)
    while not _state.stopping and _state.pending is None:
        signal.pthread_kill(main_thread().ident, number)
        time.sleep(WAKING)


def _stop(number: int, _frame: FrameType | None) -> None:
    """Run all clean-ups, report that the program was stopped, and exit."""
    if os.getpid() != _state.owner:  # a child that has just been forked
        os._exit(128 + number)
    if _state.depth:
        _state.pending = number
        return
    if _state.stopping:
        return
    _state.stopping = True
    sys.setrecursionlimit(sys.getrecursionlimit() + ROOM)
    # never released: nothing else may start
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
    """Remove a folder, even if another thread still writes into it."""
    until = time.monotonic() + PATIENCE
    while folder.exists() and time.monotonic() < until:
        rmtree(folder, ignore_errors=True)
