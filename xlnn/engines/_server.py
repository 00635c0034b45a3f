"""Answer requests in a child process: those of an engine, or any work."""

import faulthandler
import os
import pickle
import signal
import tempfile
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, NamedTuple

from xlnn.cleanup import ends_with_parent
from xlnn.engines._limits import Allowance, limit, limit_time
from xlnn.errors import EngineError, XlnnError

GOODBYE = None
"""The last request."""


class Pipes(NamedTuple):
    """One side's ends of two pipes: one to receive from, one to send to."""

    requests: BinaryIO
    replies: BinaryIO


def close(pipes: Pipes) -> None:
    """Close the pipes, even if data are unsent."""
    for pipe in pipes:
        with suppress(OSError, ValueError):
            pipe.close()


def main() -> None:
    """Serve as a new Python process; the first message is the function that serves."""
    pipes = Pipes(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"))
    hush()
    ends_with_parent(signal.SIGTERM)
    receive(pipes.requests)(pipes)


def hush() -> None:
    """Detach standard input and output, since a failing engine may print."""
    faulthandler.disable()  # it may be redirected
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def serve(engine: str, path: str, allowance: Allowance, folder: str, pipes: Pipes) -> None:
    """Answer an engine's requests until the parent closes the pipe."""
    os.environ.update(dict.fromkeys(("TMPDIR", "TMP", "TEMP"), folder))
    tempfile.tempdir = folder
    limit(allowance)
    loaded = tried(lambda: import_module(f"xlnn.engines.{engine}").load(Path(path)))
    failed = isinstance(loaded, BaseException)
    with suppress(OSError, EOFError):  # the parent has ended
        while (asked := receive(pipes.requests)) is not GOODBYE:
            send_result(pipes.replies, loaded if failed else tried(partial(loaded, asked)))
            limit_time(allowance.again)


def send_result(replies: BinaryIO, result: object) -> None:
    """Send a result, or the error that keeps it from being sent."""
    try:
        send(replies, result)
    except (MemoryError, AttributeError, TypeError, pickle.PicklingError) as error:
        send(replies, error)  # nothing was sent before


def tried(work: Callable[[], object]) -> object:
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
