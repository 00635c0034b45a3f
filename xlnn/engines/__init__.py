"""Recalculate a workbook with one of several formula engines.

An engine ignores the values stored in a file: it computes every formula anew.
"""

from collections.abc import Callable, Container
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from xlnn.engines._limits import UNLIMITED, Allowance
from xlnn.errors import OptionsError

if TYPE_CHECKING:  # the command line names the engines before it imports NumPy
    from xlnn.engines._child import Child
    from xlnn.engines.reading import Reading
    from xlnn.grid import Inputs, Values

__all__ = [
    "ENGINES", "UNLIMITED", "Allowance", "Anew", "Recalculate", "check_name", "load",
    "missing",
]  # fmt: skip

Recalculate = Callable[["Inputs"], "Values"]
"""Recalculates the loaded workbook, with some inputs replaced (``{}`` for none)."""

ENGINES = ("formulas", "formualizer", "ironcalc", "libreoffice", "gnumeric")

DEFAULT_ENGINE = "formualizer"
"""The fastest of those that pip installs; `docs/benchmarks.md` has measurements."""

PROGRAMS = ("libreoffice", "gnumeric")
"""The engines that are separate programs, which pip does not install."""


def missing() -> dict[str, str]:
    """Return the engines that are not installed, and how to install each."""
    programs = {name: import_module(f"xlnn.engines.{name}").PROGRAM for name in PROGRAMS}
    return {name: program.install for name, program in programs.items() if not program.find()}


class Anew:
    """An engine that loads its workbook again where a cell no longer has the number put into it.

    Attributes
    ----------
    session : Recalculate
        What was loaded last.
    """

    def __init__(self, load: Callable[[], Recalculate]) -> None:
        self._load, self._replaced = load, set()
        self.session = load()

    def __call__(self, inputs: "Inputs") -> "Values":
        """Recalculate the workbook."""
        if self._replaced - inputs.keys():
            self.session = self._load()
            self._replaced.clear()
        self._replaced.update(inputs)
        return self.session(inputs)


def able(engine: str, arrays: Container[object]) -> str:
    """Return an engine, or IronCalc for one that does not compute a file's array formulas.

    >>> able("formualizer", {}), able("formualizer", {"A1": "A1:B2"})
    ('formualizer', 'ironcalc')
    """
    return "ironcalc" if arrays and engine == "formualizer" else engine


def check_name(engine: str) -> None:
    """Check that an engine exists.

    Raises
    ------
    OptionsError
        There is no such engine.
    """
    if engine not in ENGINES:
        raise OptionsError(
            'There is no engine "{engine}"; choose one of {names}.',
            engine=engine,
            names=", ".join(ENGINES),
        )


def load(
    engine: str, path: Path, allowance: Allowance = UNLIMITED, *, reading: "Reading | None" = None
) -> "Child":
    """Load a workbook into an engine; the result may be called any number of times.

    The engine runs in a child process within limits, until a ``with`` statement ends. Without one
    it ends when it is garbage-collected, which may be too late to remove its folder. If it cannot
    load the workbook, or if it reads it in another way than `reading`, the first call raises the
    error. Formulas with defined names are rewritten before an engine sees them
    (`xlnn.loading.unseen_formulas.file_for_engine`).

    Raises
    ------
    OptionsError
        The engine is unknown.
    EngineError
        It is not installed.
    """
    check_name(engine)
    if engine in PROGRAMS:
        import_module(f"xlnn.engines.{engine}").PROGRAM.found()
        allowance = replace(allowance, again=allowance.first)  # it starts and reads the file again
    if engine == "formulas":  # it took up to 3 ms for a formula, and 0.7 ms again
        allowance = replace(allowance, first=2 * allowance.first, again=2 * allowance.again)
    return import_module("xlnn.engines._child").Child(engine, path, allowance, reading)
