"""Run an engine in a child process and talk to it through a pipe.

Where the system can fork, the child starts in milliseconds, with everything imported. Elsewhere it
is a new Python. A child that has loaded a workbook can fork once more, and both compute at the same
time.
"""

import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from select import select
from shutil import rmtree
from threading import Event, Lock, RLock, Timer
from typing import Protocol
from weakref import finalize

from xlnn.cleanup import ended_by, ends_with_parent, shielded
from xlnn.engines import AT_ONCE
from xlnn.engines._limits import Allowance
from xlnn.engines._server import GOODBYE, Pipes, close, hush, receive, send, serve
from xlnn.grid import Inputs, Values

FORKS = sys.platform == "linux"
"""macOS has fork, too, but its own libraries do not survive it."""

ANSWER = 1 << 20
"""Size of a pipe, so that a child need not wait until its answer is read by a thread that may
itself be waiting."""

LAST_WORDS = 2.0
"""Seconds for a process to end after its pipe was closed."""

if sys.platform == "linux":
    import fcntl

    _HAS_ENDED = os.WEXITED | os.WNOHANG | os.WNOWAIT

_PROGRAM = """\
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from xlnn.engines._server import main
main()
"""
"""The program of a new Python, with the same sys.path."""


class _Line:
    """A child process that answers one request at a time."""

    def __init__(self, pipes: Pipes, allowance: Allowance) -> None:
        self._pipes, self._allowance = pipes, allowance
        self.works = Lock()
        self.seconds = allowance.first

    def ask(self, inputs: Inputs, patience: float | None = None) -> object:
        """Send a request and return the answer, which may be an error.

        Raises
        ------
        OSError, EOFError, ValueError
            The child's end of the pipes is closed, or ``patience`` seconds have passed.
        """
        self.seconds = self._allowance.again
        send(self._pipes.requests, dict(inputs))
        if patience is not None and not select([self._pipes.replies], [], [], patience)[0]:
            raise EOFError
        return receive(self._pipes.replies)


class Child:
    """An engine that has loaded a workbook in a child process.

    Errors while loading are raised by the first call. With a twin, two threads are answered at
    the same time.
    """

    def __init__(
        self, engine: str, path: Path, allowance: Allowance, *, with_twin: bool = False
    ) -> None:
        self._engine, self._name, self._allowance = engine, path.name, allowance
        has_room = with_twin and FORKS and (os.cpu_count() or 1) > 1
        with shielded():
            folder = tempfile.mkdtemp(prefix="xlnn-")
            start = partial(_fork, AT_ONCE if has_room else 1) if FORKS else _spawn
            self._process = start(engine, str(path.absolute()), allowance, folder)
            self._forget = ended_by(self._process.end)
        self._line, *self._twins = [_Line(pipes, allowance) for pipes in self._process.lines]
        works = [line.works for line in (self._line, *self._twins)]
        self.cancel = finalize(self, _end, self._process, works, folder, self._forget)

    def __call__(self, inputs: Inputs) -> Values:
        """Compute the workbook with these inputs.

        Raises
        ------
        EngineError
            It failed, ended, or took more time or memory than it may.
        """
        works = self._line.works
        if not works.acquire(blocking=False):
            for twin in self._twins:
                if (values := self._values_of(twin, inputs)) is not None:
                    return values
            works.acquire()
        try:
            answer = self._answer(inputs)
        finally:
            works.release()
        if isinstance(answer, MemoryError):
            raise self._allowance.too_large(self._name, self._engine) from None
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _answer(self, inputs: Inputs) -> object:
        seconds = self._line.seconds
        expired = Event()
        late = Timer(self._allowance.clock(seconds), self._expire, [expired])
        late.daemon = True
        late.start()
        try:
            return self._line.ask(inputs)
        except (OSError, EOFError, ValueError):
            if expired.is_set():
                raise self._allowance.too_slow(self._name, self._engine, seconds) from None
            code = self._process.end(LAST_WORDS)
            raise self._allowance.died(self._name, self._engine, code, seconds) from None
        finally:
            late.cancel()

    def _expire(self, expired: Event) -> None:
        expired.set()
        self._process.end()

    def _values_of(self, twin: _Line, inputs: Inputs) -> Values | None:
        """Return what the twin computes, or None if it is busy or fails.

        It raises no errors: the first process is asked again, and raises them.
        """
        if not twin.works.acquire(blocking=False):
            return None
        try:
            answer = twin.ask(inputs, self._allowance.clock(twin.seconds))
        except (OSError, EOFError, ValueError):
            self._twins = []
            return None
        finally:
            twin.works.release()
        return None if isinstance(answer, BaseException) else answer


class _Process(Protocol):
    """A child process."""

    lines: Sequence[Pipes]

    def end(self, patience: float = 0) -> int:
        """Wait some seconds, then kill it; return its exit code or minus its signal."""
        ...


def _end(process: _Process, works: Sequence[Lock], folder: str, forget: Callable[[], None]) -> None:
    is_idle = not any(work.locked() for work in works)
    if is_idle:  # let it end by itself, so that its processor time is added to this process's
        for requests, _ in process.lines:
            with suppress(OSError, ValueError):
                send(requests, GOODBYE)
    process.end(LAST_WORDS if is_idle else 0)
    forget()
    rmtree(folder, ignore_errors=True)
    close(process.lines)


class _Forked:
    """A fork of this process, and its own fork."""

    def __init__(self, process: int, lines: Sequence[Pipes]) -> None:
        self._process, self._code, self.lines = process, None, lines
        self._waits = RLock()  # a signal handler may end it meanwhile

    def end(self, patience: float = 0) -> int:
        with self._waits:
            until = time.monotonic() + patience
            while self._code is None:
                # until it is waited for, its process id is not reused
                if os.waitid(os.P_PID, self._process, _HAS_ENDED) or time.monotonic() >= until:
                    self._kill()
                    self._code = os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])
                else:
                    time.sleep(0.001)
            return self._code

    def _kill(self) -> None:
        with suppress(ProcessLookupError):  # it has not started its process group yet
            os.killpg(self._process, signal.SIGKILL)
        os.kill(self._process, signal.SIGKILL)


def _fork(count: int, engine: str, path: str, allowance: Allowance, folder: str) -> _Forked:
    import_module(f"xlnn.engines.{engine}")  # once for all children
    asking, asked = zip(*(_pipes() for _ in range(count)), strict=True)
    with warnings.catch_warnings():
        # Python 3.12 warns about other threads: the child uses no locks that they may hold
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process:
        close(asked)
        return _Forked(process, asking)
    try:
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.setsid()  # Ctrl-C is for the parent
        ends_with_parent(signal.SIGKILL)
        gc.freeze()  # copied objects are collected in the parent
        close(asking)
        hush()
        serve(engine, path, allowance, folder, asked)
    finally:
        os._exit(0)  # without the parent's exit handlers


def _pipes() -> tuple[Pipes, Pipes]:
    """Make two pipes; return the ends of the parent and of the child."""
    asked, requests = os.pipe()
    replies, answers = os.pipe()
    with suppress(OSError):  # the system does not allow larger pipes
        fcntl.fcntl(answers, fcntl.F_SETPIPE_SZ, ANSWER)
    return (
        Pipes(os.fdopen(requests, "wb"), os.fdopen(replies, "rb")),
        Pipes(os.fdopen(asked, "rb"), os.fdopen(answers, "wb")),
    )


class _Spawned:
    """A new Python."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self.lines = [Pipes(process.stdin, process.stdout)]

    def end(self, patience: float = 0) -> int:
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(patience)
        self._process.kill()
        return self._process.wait(LAST_WORDS)


def _spawn(engine: str, path: str, allowance: Allowance, folder: str) -> _Spawned:
    process = subprocess.Popen(  # noqa: S603 - this Python, with our own program
        [sys.executable, "-c", _PROGRAM, json.dumps(sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for the parent
    )
    with suppress(OSError):  # it has ended: the first call reports it
        send(process.stdin, (engine, path, allowance, folder))
    return _Spawned(process)
