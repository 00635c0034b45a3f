"""How do several processes share the work on many files, so that a signal leaves none of them?"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from multiprocessing.resource_tracker import ensure_running
from typing import ParamSpec, TypeVar

from xlnn.leftovers import ended_by, ends_quietly, shielded

P, R = ParamSpec("P"), TypeVar("R")

Submit = Callable[..., Future]
"""Gives a function and its arguments to one of the processes."""


@contextmanager
def shared(count: int) -> Iterator[Submit]:
    """Give what lets processes compute; they write what is temporary where this one does.

    Parameters
    ----------
    count : int
        How many processes.
    """
    forget = ended_by(_end)
    _begin_tracker()
    pool = ProcessPoolExecutor(
        count, get_context("spawn"), initializer=_begin, initargs=(tempfile.gettempdir(),)
    )

    def submit(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        with shielded():  # which may start a process
            return pool.submit(function, *args, **kwargs)

    try:
        yield submit
    finally:
        pool.shutdown(cancel_futures=True)
        forget()


def _begin_tracker() -> None:
    """Begin the process that removes the semaphores of a program which a signal ended.

    It is to do so without a warning: they are in nobody's way, and left on purpose.
    """
    if os.name != "posix":  # there a program's semaphores end with it
        return
    warnings = list(sys.warnoptions)
    sys.warnoptions.append("ignore:resource_tracker")  # handed on to what Python starts
    try:
        ensure_running()
    finally:
        sys.warnoptions[:] = warnings


def _begin(folder: str) -> None:
    ends_quietly()
    tempfile.tempdir = folder
    # openpyxl's unfinished writers complain when they are collected; whoever waits for the result
    # is told what happened
    sys.unraisablehook = lambda _: None


def _end() -> None:
    """End all processes at once; each removes the file that it is just putting in its place."""
    children = active_children()
    for child in children:
        child.terminate()
    for child in children:
        child.join(1)
        if child.is_alive():
            child.kill()
