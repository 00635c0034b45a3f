"""How does an engine work in a process of its own? It is asked through a pipe, and may die.

Where the system can fork, the child begins with everything imported: some milliseconds. Elsewhere
it is a new Python. The arrays of a result come through the pipe as they are (pickle's protocol 5).
"""

import faulthandler
import gc
import json
import os
import pickle
import signal
import struct
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from shutil import rmtree
from threading import Event, Lock, RLock, Timer
from typing import BinaryIO, Protocol
from weakref import finalize

from xlnn.engines._allowance import Allowance, limit, limit_time
from xlnn.errors import EngineError, XlnnError
from xlnn.grid import Inputs, Values
from xlnn.leftovers import ended_by, shielded

FORKS = sys.platform == "linux"
"""macOS has fork, too, but its own libraries do not survive it."""

LAST_WORDS = 2.0
"""Seconds in which a process ends of which the pipe is closed."""

_PROGRAM = """\
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from xlnn.engines._child import main
main()
"""
"""What a new Python runs, with the path that this one has."""


class Child:
    """An engine that has loaded a workbook in a process of its own.

    What goes wrong while it loads is raised by the first call.
    """

    def __init__(self, engine: str, path: Path, allowance: Allowance) -> None:
        self._engine, self._name, self._allowance = engine, path.name, allowance
        self._seconds = allowance.first
        self._works = Lock()
        with shielded():
            folder = tempfile.mkdtemp(prefix="xlnn-")
            start = _fork if FORKS else _spawn
            self._process = start(engine, str(path.absolute()), allowance, folder)
            self._forget = ended_by(self._process.end)
        self.cancel = finalize(self, _end, self._process, folder, self._forget)

    def __call__(self, inputs: Inputs) -> Values:
        """Let the engine compute the workbook with these inputs.

        Raises
        ------
        EngineError
            It failed, ended, or took more time or memory than it may.
        """
        with self._works:
            seconds, self._seconds = self._seconds, self._allowance.again
            expired = Event()
            late = Timer(self._allowance.clock(seconds), self._expire, [expired])
            late.daemon = True
            late.start()
            try:
                send(self._process.requests, dict(inputs))
                answer = receive(self._process.replies)
            except (OSError, EOFError, ValueError):  # its end of the pipe is closed
                if expired.is_set():
                    raise self._allowance.too_slow(self._name, self._engine, seconds) from None
                code = self._process.end(LAST_WORDS)
                raise self._allowance.died(self._name, self._engine, code, seconds) from None
            finally:
                late.cancel()
        if isinstance(answer, MemoryError):
            raise self._allowance.too_large(self._name, self._engine) from None
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _expire(self, expired: Event) -> None:
        expired.set()
        self._process.end()


class _Process(Protocol):
    """A process that serves."""

    requests: BinaryIO
    replies: BinaryIO

    def end(self, patience: float = 0) -> int:
        """End it, if it does not within some seconds; return its exit code or minus its signal."""
        ...


def _end(process: _Process, folder: str, forget: Callable[[], None]) -> None:
    process.end()
    forget()
    rmtree(folder, ignore_errors=True)
    for pipe in (process.requests, process.replies):
        with suppress(OSError, ValueError):  # what was not sent before it died
            pipe.close()


class _Forked:
    """A fork of this process."""

    def __init__(self, process: int, requests: int, replies: int) -> None:
        self._process, self._code = process, None
        self._waits = RLock()  # a signal may end what is just being ended
        self.requests, self.replies = os.fdopen(requests, "wb"), os.fdopen(replies, "rb")

    def end(self, patience: float = 0) -> int:
        with self._waits:
            until = time.monotonic() + patience
            while self._code is None:
                ended, status = os.waitpid(self._process, os.WNOHANG)
                if ended:
                    self._code = os.waitstatus_to_exitcode(status)
                elif time.monotonic() >= until:
                    os.kill(self._process, signal.SIGKILL)
                time.sleep(0 if ended else 0.001)
            return self._code


def _fork(engine: str, path: str, allowance: Allowance, folder: str) -> _Forked:
    import_module(f"xlnn.engines.{engine}")  # once for all children
    asked, requests = os.pipe()
    replies, answers = os.pipe()
    with warnings.catch_warnings():
        # Python 3.12 warns of other threads: the child touches nothing that they may hold
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process:
        os.close(asked)
        os.close(answers)
        return _Forked(process, requests, replies)
    try:
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.setsid()  # Ctrl-C is for the one that asked
        gc.freeze()  # what came along is collected where it came from
        os.close(requests)
        os.close(replies)
        _hush()
        serve(engine, path, allowance, folder, (os.fdopen(asked, "rb"), os.fdopen(answers, "wb")))
    finally:
        os._exit(0)  # with nothing of what the other does at its end


class _Spawned:
    """A new Python."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self.requests, self.replies = process.stdin, process.stdout

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
        start_new_session=True,  # Ctrl-C is for the one that asked
    )
    with suppress(OSError):  # it has ended: the first call says so
        send(process.stdin, (engine, path, allowance, folder))
    return _Spawned(process)


def main() -> None:
    """Serve as a new Python: what to serve is the first message."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    _hush()
    engine, path, allowance, folder = receive(requests)
    serve(engine, path, allowance, folder, (requests, replies))


def _hush() -> None:
    """Let nothing be read or said but through the pipes: an engine may have its own last words."""
    faulthandler.disable()  # it may hold a stream of its own
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def serve(
    engine: str, path: str, allowance: Allowance, folder: str, pipes: tuple[BinaryIO, BinaryIO]
) -> None:
    """Answer what is asked, until nobody can ask any more."""
    requests, replies = pipes
    os.environ.update(dict.fromkeys(("TMPDIR", "TMP", "TEMP"), folder))
    tempfile.tempdir = folder
    limit(allowance)
    loaded = _tried(lambda: import_module(f"xlnn.engines.{engine}").load(Path(path)))
    with suppress(OSError, EOFError):  # the one that asked has ended
        asked = receive(requests)
        while isinstance(loaded, BaseException):
            send(replies, loaded)
            receive(requests)
        while True:
            _send_result(replies, _tried(partial(loaded, asked)))
            asked = receive(requests)
            limit_time(allowance.again)


def _send_result(replies: BinaryIO, result: object) -> None:
    try:
        send(replies, result)
    except MemoryError:  # before anything was sent: the arrays go as they are
        send(replies, MemoryError())


def _tried(work: Callable[[], object]) -> object:
    """Return what comes out, be it an error: whoever asked raises it."""
    try:
        return work()
    except MemoryError:
        return MemoryError()
    except RecursionError:
        return EngineError("A formula is nested too deeply for the engine: split it.")
    except XlnnError as error:
        return error
    except Exception as error:  # noqa: BLE001 -- ours to mend, so it comes with its traceback
        error.add_note(traceback.format_exc())
        return error if _can_be_sent(error) else EngineError(f"The engine failed: {error!r}.")
    except BaseException as error:  # noqa: BLE001 -- a panic in Rust is no Exception
        return EngineError(f"The engine failed: {error}.")


def _can_be_sent(error: Exception) -> bool:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own, of a moment ago
    except Exception:  # noqa: BLE001 -- whatever is wrong with it
        return False
    return True


def send(pipe: BinaryIO, thing: object) -> None:
    """Write an object into a pipe, its arrays as they are."""
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(thing, protocol=5, buffer_callback=buffers.append)
    parts = [memoryview(head), *(buffer.raw() for buffer in buffers)]
    sizes = [part.nbytes for part in parts]
    pipe.write(struct.pack(f"<I{len(sizes)}Q", len(sizes), *sizes))
    pipe.writelines(parts)
    pipe.flush()


def receive(pipe: BinaryIO) -> object:
    """Read what `send` wrote.

    Raises
    ------
    EOFError
        Nobody writes any more.
    """
    (count,) = struct.unpack("<I", _exactly(pipe, 4))
    sizes = struct.unpack(f"<{count}Q", _exactly(pipe, 8 * count))
    head, *buffers = [_exactly(pipe, size) for size in sizes]
    return pickle.loads(head, buffers=buffers)  # noqa: S301 - from a process of ours


def _exactly(pipe: BinaryIO, size: int) -> bytearray:
    """Read so many bytes."""
    data = bytearray(size)
    view, done = memoryview(data), 0
    while done < size:
        more = pipe.readinto(view[done:])
        if not more:
            raise EOFError
        done += more
    return data
