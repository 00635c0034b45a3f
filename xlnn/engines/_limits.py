"""Limit the time and memory that an engine may take for a workbook.

A usual workbook needs a tenth of the limits; a formula that would take a gigabyte or a day is
stopped.
"""

import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xlnn.errors import EngineError

if TYPE_CHECKING:
    from xlnn.xlsx.package import Package

if sys.platform != "win32":
    import resource

SECONDS, SECONDS_AGAIN, SECONDS_A_FORMULA = 7.5, 4.0, 400e-6
"""Seconds of processor time for the first evaluation and for each further one. LibreOffice took 2 s
to start, and formulas took 4 to 60 µs, in workbooks of 600 to four million. A check of 6,000
formulas by a program that starts again for its probe ends within 20 s."""

MEGABYTES, BYTES_A_FORMULA, BYTES_A_CELL = 500, 4_096, 48
"""Memory. A formula took 0.3 kB (formulas) to 2 kB (formualizer); the numbers of a sheet's
rectangle are stored several times."""

PATIENCE = 60.0
"""Additional seconds by the clock, beyond ten times the processor time, for a busy machine."""


@dataclass(frozen=True)
class Allowance:
    """The limits of an engine: memory and processor time.

    Attributes
    ----------
    first, again : float
        Seconds of processor time for the first evaluation, loading included, and for each further
        one.
    memory : int
        Bytes.
    """

    first: float
    again: float
    memory: int

    @classmethod
    def of(cls, contents: "Package") -> "Allowance":
        """Return the limits for a workbook that passed the guard."""
        return cls.of_size(contents.formula_count, contents.box)

    @classmethod
    def of_size(cls, formulas: int, box: int) -> "Allowance":
        """Return the limits for a number of formulas and of cells."""
        calculation = SECONDS_A_FORMULA * formulas
        memory = MEGABYTES * 10**6 + BYTES_A_FORMULA * formulas + BYTES_A_CELL * box
        return cls(SECONDS + calculation, SECONDS_AGAIN + calculation, memory)

    def clock(self, seconds: float) -> float:
        """Return the wall-clock limit for a limit of processor time."""
        return PATIENCE + 10 * seconds

    def too_slow(self, name: str, engine: str, seconds: float) -> EngineError:
        """Return the error for a workbook that takes too long."""
        return EngineError(
            f"{name}: {engine} took longer than the {seconds:,.0f} seconds that a workbook of its "
            "size may take: look for formulas that do needless work, or choose another engine."
        )

    def too_large(self, name: str, engine: str) -> EngineError:
        """Return the error for a workbook that takes too much memory."""
        return EngineError(
            f"{name}: {engine} asked for more memory than the {self.memory / 1e6:,.0f} MB that a "
            "workbook of its size may take: look for formulas that do needless work, or choose "
            "another engine."
        )

    def died(self, name: str, engine: str, code: int, seconds: float) -> EngineError:
        """Return the error for an engine that ended without a result."""
        if sys.platform != "win32":
            if code == -signal.SIGXCPU:
                return self.too_slow(name, engine, seconds)
            # killed by the system or ended by the engine: Rust, C++ and GLib abort in these ways
            if code in {-signal.SIGKILL, -signal.SIGABRT, -signal.SIGTRAP}:
                return self.too_large(name, engine)
        with suppress(ValueError):
            code = signal.Signals(-code).name
        return EngineError(
            f"{name}: {engine} ended without a result ({code}): choose another engine."
        )


UNLIMITED = Allowance.of_size(20_000_000, 100_000_000)
"""For a workbook that xlnn has just written; only a bug of ours would reach it."""


def limit(allowance: Allowance) -> None:
    """Limit the memory and time of this process and of programs that it starts.

    Memory is limited on Linux only.
    """
    if sys.platform == "linux":
        _lower(resource.RLIMIT_DATA, _data() + allowance.memory)
        _lower(resource.RLIMIT_CORE, 0)  # no core dump
    limit_time(allowance.first)


def limit_time(seconds: float) -> None:
    """Allow this process some more seconds of processor time."""
    if sys.platform != "win32":
        _lower(resource.RLIMIT_CPU, int(sum(os.times()[:2]) + seconds) + 1)


def _lower(what: int, to: int) -> None:
    """Set the soft limit, never above the hard one."""
    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (to if hard < 0 else min(to, hard), hard))


def _data() -> int:
    """Return the size of this process's data in bytes, including data shared with its parent."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmData:"):
                return int(line.split()[1]) * 1024
    return 0
