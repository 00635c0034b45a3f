"""Share work on many files among processes, which a signal ends together, or a cluster.

Each process is a new Python that only imports xlnn, so the calling program (a script without a
guard, a notebook, standard input) is not run again.
"""

import json
import os
import pickle
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from pathlib import Path
from threading import local
from typing import ParamSpec, TypeVar

from xlnn.cleanup import ended_by, ends_quietly, shielded
from xlnn.engines._server import GOODBYE, hush, receive, send
from xlnn.errors import MENDABLE, OptionsError

P = ParamSpec("P")
R = TypeVar("R")

WAITING = 4
"""Files queued per process, so that few are in memory."""


def shared_out(paths: Sequence[Path], shard: tuple[int, int] | None) -> list[Path]:
    """Return one part of some files: (3, 16) is the third of sixteen parts.

    >>> [path.name for path in shared_out([Path(name) for name in "abcde"], (2, 2))]
    ['b', 'd']
    """
    if shard is None:
        return list(paths)
    number, count = shard
    if not 1 <= number <= count:
        raise OptionsError(f"shard is {number}/{count}: 1/{count} to {count}/{count} are expected.")
    return list(paths[number - 1 :: count])


def each_of(
    work: Callable[[Path], R],
    paths: Sequence[Path],
    workers: int | None,
    executor: Executor | None = None,
    *,
    failed: Callable[[Path], R],
) -> Iterator[tuple[Path, R]]:
    """Yield the result of each file as soon as it is known, even if a process dies.

    Parameters
    ----------
    work : function
    paths : sequence of Path
    workers : int or None
        The number of processes; by default one for each processor.
    executor : Executor
        Runs the work instead.
    failed : function
        Returns the result of a file at which a process died.
    """
    if executor is not None:
        yield from _from_executor(executor.submit, work, paths, os.cpu_count() or 1)
        return
    count = min(workers or os.cpu_count() or 1, len(paths))
    if count <= 1:
        for path in paths:
            yield path, work(path)
        return
    left = list(paths)
    with shared(count) as submit, suppress(BrokenExecutor):
        for path, result in _from_executor(submit, work, paths, count):
            left.remove(path)
            yield path, result
    for path in left:  # a process died, and all others with it: each file gets a separate process
        with shared(1) as submit:
            try:
                yield path, submit(work, path).result()
            except BrokenExecutor:
                yield path, failed(path)


def _from_executor(
    submit: Callable[..., "Future[R]"],
    work: Callable[[Path], R],
    paths: Sequence[Path],
    count: int,
) -> Iterator[tuple[Path, R]]:
    """Yield an executor's results, submitting only a few files at a time."""
    left = iter(paths)
    waiting = {submit(work, path): path for path in islice(left, WAITING * count)}
    while waiting:
        ready, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for done in ready:
            path = waiting.pop(done)
            waiting |= {submit(work, further): further for further in islice(left, 1)}
            yield path, done.result()


Submit = Callable[..., Future]
"""Submits a function and its arguments to one of the processes."""

LAST_WORDS = 1.0
"""Seconds for a process to end when told to."""

_PROGRAM = """\
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from xlnn.exercises.parallel import serve
serve()
"""
"""The program of a new Python, with the same sys.path."""


@contextmanager
def shared(count: int) -> Iterator[Submit]:
    """Yield a function that submits work to processes, which share our temporary folder.

    If a process dies, its work raises BrokenExecutor; other work goes on.

    Parameters
    ----------
    count : int
        The number of processes.
    """
    workers = _Workers()
    forget = ended_by(workers.end)
    pool = ThreadPoolExecutor(count, "xlnn")  # a thread waits for each process

    def submit(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        return pool.submit(workers.ask, partial(function, *args, **kwargs))

    try:
        yield submit
    except (KeyboardInterrupt, GeneratorExit):  # do not wait for running work
        workers.end()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        workers.dismiss()
        forget()


class _Workers:
    """The processes, one for each calling thread."""

    def __init__(self) -> None:
        self._own = local()
        self._every: list[subprocess.Popen[bytes]] = []
        self._is_over = False

    def ask(self, work: Callable[[], object]) -> object:
        """Run work in this thread's process; return its result or raise its error."""
        asked = pickle.dumps(work)  # pickle before sending, so that errors are raised here
        worker = getattr(self._own, "worker", None) or self._begun()
        try:
            send(worker.stdin, asked)
            is_done, result = receive(worker.stdout)
        except (OSError, EOFError, ValueError):
            self._own.worker = None
            self._end(worker)
            raise BrokenExecutor("A process ended before its work was done.") from None
        if is_done:
            return pickle.loads(result)  # noqa: S301 -- from a process of ours
        raise pickle.loads(result)  # noqa: S301 -- the same

    def _begun(self) -> "subprocess.Popen[bytes]":
        with shielded():
            if self._is_over:
                raise BrokenExecutor("The work was stopped.")
            worker = subprocess.Popen(  # noqa: S603 -- this Python, with our own program
                [sys.executable, "-c", _PROGRAM, json.dumps(sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for the parent
            )
            self._every.append(worker)
            self._own.worker = worker
        with suppress(OSError):  # it has ended: the next request shows it
            send(worker.stdin, tempfile.gettempdir())
        return worker

    def end(self) -> None:
        """End all processes at once; each removes the file that it is writing."""
        self._is_over = True
        every = list(self._every)
        for worker in every:
            worker.terminate()
        for worker in every:
            _wait(worker)

    def dismiss(self) -> None:
        """Let processes without work end."""
        for worker in self._every:
            with suppress(OSError, ValueError):
                send(worker.stdin, GOODBYE)
        for worker in self._every:
            _wait(worker)
            _close(worker)

    def _end(self, worker: "subprocess.Popen[bytes]") -> None:
        with shielded():
            _wait(worker)
            if not self._is_over:
                self._every.remove(worker)
        _close(worker)


def _wait(worker: "subprocess.Popen[bytes]") -> None:
    try:
        worker.wait(LAST_WORDS)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def _close(worker: "subprocess.Popen[bytes]") -> None:
    for pipe in (worker.stdin, worker.stdout):
        with suppress(OSError, ValueError):
            pipe.close()


# --- in the process that works ---------------------------------------------------------------


def serve() -> None:
    """Run requests from standard input, and write results to standard output."""
    ends_quietly()
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    hush()  # the only output goes through the pipes
    with suppress(OSError, EOFError):  # the parent has ended
        tempfile.tempdir = receive(requests)
        while (asked := receive(requests)) is not GOODBYE:
            send(replies, _outcome(asked))


def _outcome(asked: bytes) -> tuple[bool, bytes]:
    """Return whether work succeeded, and its pickled result or error."""
    try:
        return True, pickle.dumps(pickle.loads(asked)())  # noqa: S301 -- from a process of ours
    except BaseException as error:  # noqa: BLE001 -- the parent raises it
        if not isinstance(error, MENDABLE):  # a bug of ours, so it keeps its traceback
            error.add_note(traceback.format_exc())
        try:
            pickle.loads(said := pickle.dumps(error))  # noqa: S301 -- pickled just before
        except Exception:  # noqa: BLE001 -- anything may be wrong with it
            said = pickle.dumps(RuntimeError(traceback.format_exc()))
        return False, said
