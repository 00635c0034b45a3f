"""Start child processes that answer requests through pipes.

Where the system can fork, an engine's process starts in milliseconds, with everything imported.
Other processes are a new Python.
"""

import faulthandler
import gc
import json
import os
import pickle
import signal
import subprocess
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import RLock
from typing import BinaryIO, NamedTuple

from xlnn.cleanup import ends_with_parent
from xlnn.errors import EngineError, XlnnError

ANSWER = 1 << 20
"""Size of a pipe, so that a child need not wait until its answer is read by a thread that may
itself be waiting."""

LAST_WORDS = 2.0
"""Seconds for a process to end after its pipe was closed."""

if sys.platform == "linux":
    import fcntl

_PROGRAM = """\
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from xlnn.engines._process import main
main()
"""
"""The program of a new Python, with the same sys.path."""

GOODBYE = None
"""The last request."""


class Pipes(NamedTuple):
    """One side's ends of two pipes: one for requests, one for replies."""

    requests: BinaryIO
    replies: BinaryIO


@dataclass
class Process:
    """A child process.

    Attributes
    ----------
    number : int
        Its process id.
    pipes : Pipes
    has_ended, code : function
        Tells whether it has ended; waits for that and returns its exit code or minus its signal.
    """

    number: int
    pipes: Pipes
    has_ended: Callable[[], object]
    code: Callable[[], int]
    _waits: RLock = field(default_factory=RLock)  # a signal handler may end it meanwhile
    _code: int | None = None

    def ask(self, request: object) -> object:
        """Send a request; return the result, which may be an error.

        Raises
        ------
        OSError, EOFError, ValueError
            The process has ended, or it was dismissed.
        """
        send(self.pipes.requests, request)
        return receive(self.pipes.replies)

    def end(self, patience: float = 0) -> int:
        """Wait some seconds, then kill it and what it started; return its exit code or -signal."""
        with self._waits:
            until = time.monotonic() + patience
            while self._code is None:
                if self.has_ended() or time.monotonic() >= until:
                    with suppress(OSError, AttributeError):  # no process group yet, or Windows
                        os.killpg(self.number, signal.SIGKILL)
                    with suppress(OSError):
                        os.kill(self.number, getattr(signal, "SIGKILL", signal.SIGTERM))
                    self._code = self.code()
                else:
                    time.sleep(0.001)
            return self._code

    def dismiss(self) -> None:
        """Let it end by itself, so that its processor time is added to this process's."""
        with suppress(OSError, ValueError):
            send(self.pipes.requests, GOODBYE)
        self.end(LAST_WORDS)
        for pipe in self.pipes:
            with suppress(OSError, ValueError):  # data are unsent
                pipe.close()


def forked(works: Callable[[Pipes], None]) -> Process:
    """Fork, and call a function in the child with its ends of two pipes."""
    asked, requests = os.pipe()
    replies, answers = os.pipe()
    with suppress(OSError):  # the system does not allow larger pipes
        fcntl.fcntl(answers, fcntl.F_SETPIPE_SZ, ANSWER)
    with warnings.catch_warnings():
        # Python 3.12 warns about other threads: the child uses no locks that they may hold
        warnings.simplefilter("ignore", DeprecationWarning)
        number = os.fork()
    if number:
        os.close(asked)
        os.close(answers)
        return Process(
            number,
            Pipes(os.fdopen(requests, "wb"), os.fdopen(replies, "rb")),
            # until it is waited for, its process id is not reused
            lambda: os.waitid(os.P_PID, number, os.WEXITED | os.WNOHANG | os.WNOWAIT),
            lambda: os.waitstatus_to_exitcode(os.waitpid(number, 0)[1]),
        )
    try:
        for handled in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(handled, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.setsid()  # Ctrl-C is for the parent
        ends_with_parent(signal.SIGKILL)
        gc.freeze()  # copied objects are collected in the parent
        os.close(requests)
        os.close(replies)
        _hush()
        works(Pipes(os.fdopen(asked, "rb"), os.fdopen(answers, "wb")))
    finally:
        os._exit(0)  # without the parent's exit handlers


def spawned(works: Callable[[Pipes], None]) -> Process:
    """Start a new Python that calls a function with its ends of two pipes."""
    process = subprocess.Popen(  # noqa: S603 - this Python, with our own program
        [sys.executable, "-c", _PROGRAM, json.dumps(sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for the parent
    )
    with suppress(OSError):  # it has ended: the first request reports it
        send(process.stdin, works)
    return Process(
        process.pid,
        Pipes(process.stdin, process.stdout),
        lambda: process.poll() is not None,
        process.wait,
    )


def main() -> None:
    """Serve as a new Python process; the first message is the function that serves."""
    pipes = Pipes(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"))
    _hush()
    ends_with_parent(signal.SIGTERM)
    receive(pipes.requests)(pipes)


def _hush() -> None:
    """Detach standard input and output, since a failing engine may print."""
    faulthandler.disable()  # it may be redirected
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def answer(pipes: Pipes, work: Callable[[object], object]) -> None:
    """Answer requests with the result of some work, until the parent says goodbye or ends."""
    with suppress(OSError, EOFError):
        while (asked := receive(pipes.requests)) is not GOODBYE:
            try:
                send(pipes.replies, tried(work, asked))
            except (MemoryError, AttributeError, TypeError, pickle.PicklingError) as error:
                send(pipes.replies, error)  # nothing was sent before


def tried(work: Callable[..., object], *given: object) -> object:
    """Return the result of a call, or its error, which the parent raises."""
    try:
        return work(*given)
    except MemoryError:
        return MemoryError()
    except RecursionError:
        return EngineError("A formula is nested too deeply for the engine: split it.")
    except XlnnError as error:
        return error
    except Exception as error:  # noqa: BLE001 -- a bug of ours, so it keeps its traceback
        error.add_note(traceback.format_exc())
        return error if _can_be_sent(error) else EngineError(f"The engine failed: {error!r}.")
    except BaseException as error:  # noqa: BLE001 -- a panic in Rust is not an Exception
        return EngineError(f"The engine failed: {error}.")


def _can_be_sent(error: Exception) -> bool:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - pickled just before
    except Exception:  # noqa: BLE001 -- anything may be wrong with it
        return False
    return True


def send(pipe: BinaryIO, thing: object) -> None:
    """Write an object into a pipe, as a whole."""
    pipe.write(pickle.dumps(thing, protocol=pickle.HIGHEST_PROTOCOL))
    pipe.flush()


def receive(pipe: BinaryIO) -> object:
    """Read what `send` wrote.

    Raises
    ------
    EOFError
        The other end is closed.
    """
    try:
        return pickle.load(pipe)  # noqa: S301 -- from a process of ours
    except pickle.UnpicklingError:
        raise EOFError from None
