"""Run an engine in a child process and talk to it through a pipe.

Where the system can fork, the child starts in milliseconds, with everything imported. Elsewhere it
is a new Python.
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
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from shutil import rmtree
from threading import Event, Lock, RLock, Timer
from typing import Protocol
from weakref import finalize

from xlnn.cleanup import ended_by, ends_with_parent, shielded
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


class Child:
    """An engine that has loaded a workbook in a child process.

    Errors while loading are raised by the first call. Threads are answered one after the other.
    """

    def __init__(self, engine: str, path: Path, allowance: Allowance) -> None:
        self._engine, self._name, self._allowance = engine, path.name, allowance
        self._seconds, self._works = allowance.first, Lock()
        with shielded():
            folder = tempfile.mkdtemp(prefix="xlnn-")
            works = partial(serve, engine, str(path.absolute()), allowance, folder)
            self._process = _forked(engine, works) if FORKS else spawned(works)
            self._forget = ended_by(self._process.end)
        self.cancel = finalize(self, _end, self._process, self._works, folder, self._forget)

    def __call__(self, inputs: Inputs) -> Values:
        """Compute the workbook with these inputs.

        Raises
        ------
        EngineError
            It failed, ended, or took more time or memory than it may.
        """
        with self._works:
            answer = self._answer(inputs)
        if isinstance(answer, MemoryError):
            raise self._allowance.too_large(self._name, self._engine) from None
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _answer(self, inputs: Inputs) -> object:
        seconds, self._seconds = self._seconds, self._allowance.again
        expired = Event()
        late = Timer(self._allowance.clock(seconds), self._expire, [expired])
        late.daemon = True
        late.start()
        try:
            send(self._process.pipes.requests, inputs)
            return receive(self._process.pipes.replies)
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


class _Process(Protocol):
    """A child process."""

    pipes: Pipes

    def end(self, patience: float = 0) -> int:
        """Wait some seconds, then kill it; return its exit code or minus its signal."""
        ...


def _end(process: _Process, works: Lock, folder: str, forget: Callable[[], None]) -> None:
    is_idle = not works.locked()
    if is_idle:  # let it end by itself, so that its processor time is added to this process's
        with suppress(OSError, ValueError):
            send(process.pipes.requests, GOODBYE)
    process.end(LAST_WORDS if is_idle else 0)
    forget()
    rmtree(folder, ignore_errors=True)
    close(process.pipes)


class _Forked:
    """A fork of this process."""

    def __init__(self, process: int, pipes: Pipes) -> None:
        self._process, self._code, self.pipes = process, None, pipes
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


def _forked(engine: str, works: Callable[[Pipes], None]) -> _Forked:
    with warnings.catch_warnings():
        # formulas compares with literals, which Python reports when it first compiles the package
        warnings.simplefilter("ignore", SyntaxWarning)
        import_module(f"xlnn.engines.{engine}")  # once for all children
    asking, asked = _pipes()
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
        works(asked)
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


class Spawned:
    """A new Python.

    Attributes
    ----------
    pipes : Pipes
    terminate : function
        Tells it to end.
    """

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process, self.terminate = process, process.terminate
        self.pipes = Pipes(process.stdin, process.stdout)

    def end(self, patience: float = 0) -> int:
        """Wait some seconds, then kill it; return its exit code or minus its signal."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(patience)
        self._process.kill()
        return self._process.wait(LAST_WORDS)


def spawned(works: Callable[[Pipes], None]) -> Spawned:
    """Start a new Python that calls a function with its ends of two pipes."""
    process = subprocess.Popen(  # noqa: S603 - this Python, with our own program
        [sys.executable, "-c", _PROGRAM, json.dumps(sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for the parent
    )
    with suppress(OSError):  # it has ended: the first call reports it
        send(process.stdin, works)
    return Spawned(process)
