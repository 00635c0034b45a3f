"""Run an engine in a child process within limits of time and memory."""

import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from shutil import rmtree
from threading import Event, Lock, Timer
from typing import Self
from weakref import finalize

from xlnn.cleanup import ended_by, shielded
from xlnn.engines._limits import Allowance, limit, limit_time
from xlnn.engines._process import LAST_WORDS, Pipes, Process, answer, forked, spawned, tried
from xlnn.engines.reading import Reading
from xlnn.grid import Inputs, Values

FORKS = sys.platform == "linux"
"""macOS has fork, too, but its own libraries do not survive it."""


class Child:
    """An engine that has loaded a workbook in a child process.

    Errors while loading are raised by the first call. Threads are answered one after the other.
    """

    def __init__(
        self, engine: str, path: Path, allowance: Allowance, reading: Reading | None = None
    ) -> None:
        self._engine, self._name, self._allowance = engine, path.name, allowance
        self._seconds, self._works = allowance.first, Lock()
        if FORKS:
            with warnings.catch_warnings():
                # formulas compares with literals, which Python reports when it first compiles it
                warnings.simplefilter("ignore", SyntaxWarning)
                import_module(f"xlnn.engines.{engine}")  # once for all children
        with shielded():
            folder = tempfile.mkdtemp(prefix="xlnn-")
            works = partial(_serve, engine, str(path.absolute()), allowance, reading, folder)
            self._process = forked(works) if FORKS else spawned(works)
            self._forget = ended_by(self._process.end)
        self.cancel = finalize(self, _end, self._process, self._works, folder, self._forget)

    def __enter__(self) -> Self:
        """Return the engine itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the engine and remove its folder."""
        self.cancel()

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
        try:
            if isinstance(answer, BaseException):
                raise answer
            return answer
        finally:
            del answer  # its traceback refers to this frame, which would keep the child alive

    def _answer(self, inputs: Inputs) -> object:
        seconds, self._seconds = self._seconds, self._allowance.again
        expired = Event()
        late = Timer(self._allowance.clock(seconds), self._expire, [expired])
        late.daemon = True
        late.start()
        try:
            return self._process.ask(inputs)
        except (OSError, EOFError, ValueError):
            code = self._process.end(LAST_WORDS)
            self.cancel()
            if expired.is_set():
                raise self._allowance.too_slow(self._name, self._engine, seconds) from None
            raise self._allowance.died(self._name, self._engine, code, seconds) from None
        except BaseException:  # a signal: its answer would be taken for that to the next question
            self.cancel()
            raise
        finally:
            late.cancel()
            late.join()  # it holds the child, too

    def _expire(self, expired: Event) -> None:
        expired.set()
        self._process.end()


def _end(process: Process, works: Lock, folder: str, forget: Callable[[], None]) -> None:
    if works.locked():  # it is computing
        process.end()
    process.dismiss()
    forget()
    rmtree(folder, ignore_errors=True)


def _serve(  # noqa: PLR0913, PLR0917 -- what a process needs
    engine: str,
    path: str,
    allowance: Allowance,
    reading: Reading | None,
    folder: str,
    pipes: Pipes,
) -> None:
    """Answer an engine's requests in its child process."""
    os.environ.update(dict.fromkeys(("TMPDIR", "TMP", "TEMP"), folder))
    tempfile.tempdir = folder
    limit(allowance)
    module = tried(import_module, f"xlnn.engines.{engine}")
    loaded = tried(lambda: module.load(Path(path)))
    is_first = True

    def computed(inputs: Inputs) -> object:
        nonlocal is_first
        try:
            if isinstance(loaded, BaseException):
                return loaded
            values = loaded(inputs)
            if reading:
                precision = getattr(module, "PRECISION", 0.0)
                reading.check_values(engine, Path(path), values, inputs, precision)
                if is_first and hasattr(module, "told"):
                    reading.check_formulas(engine, module.told(loaded))
            is_first = False
            return values
        finally:
            limit_time(allowance.again)

    answer(pipes, computed)
