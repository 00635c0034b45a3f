"""Run an external spreadsheet program on a private copy of a workbook, within limits."""

import os
import shutil
import signal
import subprocess
import sys
from array import array
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

import numpy as np

from xlnn.cleanup import ended_by, shielded
from xlnn.engines._limits import Allowance, limit
from xlnn.errors import EngineError
from xlnn.grid import CellError, Inputs, SheetValues, Values, address
from xlnn.xlsx.cells import Cell, cells
from xlnn.xlsx.copying import replace_inputs
from xlnn.xlsx.parts import sheet_parts

LAST_WORDS = 5  # seconds for a killed process to end

_KEPT = """\
exec 3<&0
{ read -r x <&3; kill -KILL 0; } >/dev/null 2>&1 &
exec "$@" </dev/null 3<&-
"""
"""A shell script that runs the program, and kills its process group when standard input closes:
when this process has ended or releases it. The program may have started others."""


@dataclass(frozen=True)
class ExternalProgram:
    """A spreadsheet program that runs without a window.

    Attributes
    ----------
    name : str
        Its official name.
    commands : tuple of str
        Names of its command on the PATH.
    install : str
        How to install it.
    arguments : function
        Returns the arguments of the command, given the workbook, the result to write, and a folder
        for everything else, which it may prepare.
    places : mapping of str to tuple of str
        Where its installers put it outside the PATH, by `sys.platform`.
    environment : function
        Returns environment variables for the program, given the same folder.
    unread : str
        The beginning of the error value of a formula that the program cannot read.
    """

    name: str
    commands: tuple[str, ...]
    install: str
    arguments: Callable[[Path, Path, Path], list[str]]
    places: Mapping[str, tuple[str, ...]]
    environment: Callable[[Path], dict[str, str]]
    unread: str = ""

    def find(self) -> str | None:
        """Return the path of the program, or None if it is not installed."""
        on_path = next(filter(None, map(shutil.which, self.commands)), None)
        places = self.places.get(sys.platform, ())
        return on_path or next((place for place in places if Path(place).is_file()), None)


class Conversions:
    """Recalculates a copy of the file at each call.

    Raises
    ------
    EngineError
        The program was not found.
    """

    def __init__(self, path: Path, program: ExternalProgram, allowance: Allowance) -> None:
        found = program.find()
        if found is None:
            raise EngineError(
                f"{program.name} was not found: install it ({program.install}) or choose another"
                " engine."
            )
        self._path, self._program, self._found = path, program, found
        self._allowance = allowance
        self._works = Lock()
        self._running: list[subprocess.Popen[bytes]] = []

    def cancel(self) -> None:
        """Stop the program, and wait until its files are removed."""
        for process in self._running:
            _kill(process)
        with self._works:
            pass

    def __call__(self, inputs: Inputs) -> Values:
        """Write the inputs into a copy, and compute it with the program."""
        # Windows may hold a file for a moment longer than its process lives.
        folder = TemporaryDirectory(prefix="xlnn-", ignore_cleanup_errors=True)
        with self._works, folder as name:
            copy = Path(name, "workbook.xlsx")
            replace_inputs(self._path, copy, inputs)
            result = self._convert(copy, Path(name))
            return {title: self._grid(result, title) for title in sheet_parts(result)}

    def _convert(self, workbook: Path, folder: Path) -> Path:
        """Compute a workbook with the program and save it as .xlsx."""
        name, program = self._program.name, self._program
        seconds = self._allowance.first  # each time it starts and loads the file again
        result, home = folder / "output" / workbook.name, folder / "home"
        result.parent.mkdir()
        home.mkdir()
        command = [self._found, *program.arguments(workbook, result, home)]
        process, let_go = self._start(command, program.environment(home))
        try:
            _, said = process.communicate(timeout=self._allowance.clock(seconds))
        except subprocess.TimeoutExpired:
            raise self._allowance.too_slow(self._path.name, name, seconds) from None
        finally:
            _end(process)
            self._running.remove(process)
            let_go()
        if process.returncode < 0:
            raise self._allowance.died(self._path.name, name, process.returncode, seconds)
        if process.returncode > 0 or not result.is_file():
            code = process.returncode
            if code - 128 in {*signal.Signals}:  # messages of its script about the program
                raise self._allowance.died(self._path.name, name, 128 - code, seconds)
            reason = " ".join(said.decode(errors="replace").split())[-200:] or f"exit code {code}"
            raise EngineError(f"{name} could not compute the workbook: {reason}")
        return result

    def _start(
        self, command: list[str], environment: dict[str, str]
    ) -> tuple["subprocess.Popen[bytes]", Callable[[], None]]:
        held, keeper = os.pipe()
        if sys.platform != "win32":
            command = ["/bin/sh", "-c", _KEPT, "sh", *command]
        try:
            with shielded():
                process = subprocess.Popen(  # noqa: S603 - a known program, on our copy
                    command,
                    stdin=held,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    env={**os.environ, **environment},
                    start_new_session=True,  # a new process group, so that its children end, too
                )
                self._running.append(process)
                forget = ended_by(lambda: _end(process))
        except OSError as error:
            os.close(keeper)
            raise EngineError(f"{self._program.name} cannot be started: {error}") from error
        finally:
            os.close(held)

        def let_go() -> None:
            os.close(keeper)
            forget()

        limit(self._allowance, process.pid)
        return process, let_go

    def _grid(self, result: Path, title: str) -> SheetValues:
        rows, columns, values = array("q"), array("q"), array("d")
        others: dict[tuple[int, int], str | bool | CellError] = {}
        height = width = 0
        for cell in cells(result, title, arrays=True):
            height, width = max(height, cell.row), max(width, cell.column)
            if isinstance(cell.value, str | bool):
                self._check_read(cell)
                others[cell.row, cell.column] = cell.value
            elif cell.value is not None:
                rows.append(cell.row - 1)
                columns.append(cell.column - 1)
                values.append(cell.value)
        numbers = np.full((height, width), np.nan)
        numbers[rows, columns] = values
        return SheetValues(numbers, others)

    def _check_read(self, cell: Cell) -> None:
        """Refuse a result with an error value that only this program has."""
        value, unread = cell.value, self._program.unread
        if unread and isinstance(value, CellError) and value.startswith(unread):
            formula = f"={value.removeprefix(unread)[:-1]}"  # in quotes
            raise EngineError(
                f"{self._place_of(formula)}{self._program.name} cannot read the formula {formula}."
            )

    def _place_of(self, formula: str) -> str:
        """Return the cell of a formula whose error spreads to all cells that depend on it."""
        found = ((t, c) for t in sheet_parts(self._path) for c in cells(self._path, t))
        places = (f"{t}!{address(c.row, c.column)}: " for t, c in found if c.formula == formula)
        return next(places, "")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop the program, also after Ctrl-C, which does not reach its process group."""
    if process.poll() is not None:
        return
    _kill(process)
    # its children hold the same pipe, which closes when the last of them ends
    with suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=LAST_WORDS)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError):  # it has just ended
            os.killpg(process.pid, signal.SIGKILL)
