"""Answer an engine's requests in the child process.

Arrays are sent without copying (pickle's protocol 5).
"""

import faulthandler
import os
import pickle
import signal
import struct
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple

from xlnn.cleanup import ends_with_parent
from xlnn.engines._limits import Allowance, limit, limit_time
from xlnn.errors import EngineError, XlnnError

if sys.platform != "win32":
    import resource

GOODBYE = None
"""The last request."""


class Pipes(NamedTuple):
    """One side's ends of two pipes: one to receive from, one to send to."""

    requests: BinaryIO
    replies: BinaryIO


def close(lines: Iterable[Pipes]) -> None:
    """Close the pipes, even if data are unsent."""
    for pipe in chain.from_iterable(lines):
        with suppress(OSError, ValueError):
            pipe.close()


def main() -> None:
    """Serve as a new Python process; the first message has the arguments."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    hush()
    ends_with_parent(signal.SIGTERM)
    engine, path, allowance, folder = receive(requests)
    serve(engine, path, allowance, folder, [Pipes(requests, replies)])


def hush() -> None:
    """Detach standard input and output, since a failing engine may print."""
    faulthandler.disable()  # it may be redirected
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def serve(
    engine: str, path: str, allowance: Allowance, folder: str, lines: Sequence[Pipes]
) -> None:
    """Answer requests until the parent closes the pipe; a twin answers a second pipe."""
    os.environ.update(dict.fromkeys(("TMPDIR", "TMP", "TEMP"), folder))
    tempfile.tempdir = folder
    limit(allowance)
    name = f"xlnn.engines.{engine}"
    loaded = _tried(lambda: import_module(name).load(Path(path)))
    failed = isinstance(loaded, BaseException)
    is_shared = len(lines) > 1 and not failed
    forks = is_shared and _megabytes() <= import_module(name).TWIN_MEGABYTES
    requests, replies = _own(lines, forks=forks)
    with suppress(OSError, EOFError):  # the parent has ended
        while (asked := receive(requests)) is not GOODBYE:
            _send_result(replies, loaded if failed else _tried(partial(loaded, asked)))
            limit_time(allowance.again)
    if len(lines) > 1:
        with suppress(ChildProcessError):  # there is no twin, or this is the twin
            os.wait()


def _own(lines: Sequence[Pipes], *, forks: bool) -> Pipes:
    """Return this process's pipes and close the others, after forking a process for each."""
    own, *others = lines
    for line in others:
        with suppress(OSError):  # the system has no room for another process
            if forks and not os.fork():
                ends_with_parent(signal.SIGKILL)
                own = line
                break
    close(line for line in lines if line is not own)
    return own


def _megabytes() -> float:
    """Return the peak memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def _send_result(replies: BinaryIO, result: object) -> None:
    try:
        send(replies, result)
    except MemoryError:  # before anything is sent, so that it can be replaced
        send(replies, MemoryError())


def _tried(work: Callable[[], object]) -> object:
    """Return the result of a call, or its error, which the parent raises."""
    try:
        return work()
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
    """Write an object into a pipe, without copying its arrays."""
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
        The other end is closed.
    """
    (count,) = struct.unpack("<I", _exactly(pipe, 4))
    sizes = struct.unpack(f"<{count}Q", _exactly(pipe, 8 * count))
    head, *buffers = [_exactly(pipe, size) for size in sizes]
    return pickle.loads(head, buffers=buffers)  # noqa: S301 - from a process of ours


def _exactly(pipe: BinaryIO, size: int) -> bytearray:
    """Read an exact number of bytes."""
    data = bytearray(size)
    view, done = memoryview(data), 0
    while done < size:
        more = pipe.readinto(view[done:])
        if not more:
            raise EOFError
        done += more
    return data
