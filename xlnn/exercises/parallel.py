"""Share work on many files among processes, which a signal ends together, or a cluster.

Each process is a new Python that only imports xlnn, so the calling program (a script without a
guard, a notebook, standard input) is not run again.
"""

import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from operator import call
from pathlib import Path
from threading import local
from typing import ParamSpec, TypeVar

from xlnn.cleanup import ended_by, ends_quietly, shielded
from xlnn.engines._process import LAST_WORDS, Pipes, Process, answer, spawned
from xlnn.errors import OptionsError

P = ParamSpec("P")
R = TypeVar("R")


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
    count = min(workers or os.cpu_count() or 1, len(paths))
    if executor is None and count <= 1:
        for path in paths:
            yield path, work(path)
        return
    with shared(count) if executor is None else nullcontext(executor.submit) as submit:
        waiting = {submit(work, path): path for path in paths}
        for done in as_completed([*waiting]):
            path = waiting.pop(done)  # and forget its result
            has_died = executor is None and isinstance(done.exception(), BrokenExecutor)
            yield path, failed(path) if has_died else done.result()


Submit = Callable[..., Future]
"""Submits a function and its arguments to one of the processes."""


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


def at_once(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
    """Do work in this process, since no other one could, and return it done."""
    done: Future[R] = Future()
    done.set_result(function(*args, **kwargs))
    return done


class _Workers:
    """The processes, one for each calling thread."""

    def __init__(self) -> None:
        self._own = local()
        self._every: list[Process] = []
        self._is_over = False

    def ask(self, work: Callable[[], object]) -> object:
        """Run work in this thread's process; return its result or raise its error."""
        worker = getattr(self._own, "worker", None) or self._begun()
        try:
            result = worker.ask(work)
        except (OSError, EOFError, ValueError):
            self._own.worker = None
            worker.dismiss()
            raise BrokenExecutor("A process ended before its work was done.") from None
        if isinstance(result, BaseException):
            raise result
        return result

    def _begun(self) -> Process:
        with shielded():
            if self._is_over:
                raise BrokenExecutor("The work was stopped.")
            worker = self._own.worker = spawned(partial(_serve, tempfile.gettempdir()))
            self._every.append(worker)
        return worker

    def end(self) -> None:
        """End all processes at once; each removes the file that it is writing."""
        self._is_over = True
        for worker in self._every:
            with suppress(OSError):
                os.kill(worker.number, signal.SIGTERM)
        for worker in self._every:
            worker.end(LAST_WORDS)

    def dismiss(self) -> None:
        """Let processes without work end."""
        for worker in self._every:
            worker.dismiss()


def _serve(folder: str, pipes: Pipes) -> None:
    """Do the work that is asked for, in a process of its own, with a folder for temporary files."""
    ends_quietly()
    tempfile.tempdir = folder
    answer(pipes, call)
