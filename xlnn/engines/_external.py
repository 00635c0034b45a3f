"""Run an external spreadsheet program on a copy of the cells of a workbook.

This happens in the child process of the engine, whose limits the program inherits.
"""

import os
import shutil
import signal
import subprocess
import sys
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from xlnn.engines import Recalculate
from xlnn.errors import EngineError
from xlnn.grid import CellError, Inputs, Place, SheetValues, Values
from xlnn.xlsx.cells import Cell, all_cells, cells
from xlnn.xlsx.copying import copy_cells
from xlnn.xlsx.parts import sheet_parts

_KEPT = """\
exec 3<&0
{ read -r x <&3 || kill -KILL 0; } >/dev/null 2>&1 &
exec "$@" </dev/null 3<&-
"""
"""A shell script that runs the program, and kills its process group, which is that of the child, if
standard input ends without a line: when the child was killed."""


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

    def found(self) -> str:
        """Return the path of the program.

        Raises
        ------
        EngineError
            It is not installed.
        """
        if path := self.find():
            return path
        raise EngineError(
            f"{self.name} was not found: install it ({self.install}) or choose another engine."
        )

    def load(self, path: Path) -> Recalculate:
        """Return a function that runs the program on a copy of a workbook."""
        return partial(self._recalculate, path)

    def _recalculate(self, path: Path, inputs: Inputs) -> Values:
        """Copy the cells of a workbook, with the inputs, and compute them with the program."""
        # Windows may hold a file for a moment longer than its process lives
        with TemporaryDirectory(prefix="xlnn-", ignore_cleanup_errors=True) as folder:
            copy = Path(folder, "workbook.xlsx")
            copy_cells(path, copy, inputs)
            result = self.converted(copy, Path(folder))
            return {title: self._grid(path, result, title) for title in sheet_parts(result)}

    def converted(self, workbook: Path, folder: Path) -> Path:
        """Compute a workbook with the program and save it as .xlsx in a separate folder."""
        result, home = folder / "output" / f"{workbook.stem}.xlsx", folder / "home"
        result.parent.mkdir()
        home.mkdir()
        ran = self._run(self.arguments(workbook, result, home), self.environment(home))
        code = ran.returncode
        if code or not result.is_file():
            # a script reports the signal that ended its program by a code beyond 128
            ended_by = -code if code < 0 else code - 128
            if ended_by in {*signal.Signals}:
                os.kill(os.getpid(), ended_by)  # the parent tells what that means
            output = " ".join(ran.stderr.decode(errors="replace").split())[-200:]
            reason = output or f"exit code {code}"
            raise EngineError(f"{self.name} could not compute the workbook: {reason}")
        return result

    def _run(
        self, arguments: list[str], environment: dict[str, str]
    ) -> "subprocess.CompletedProcess[bytes]":
        command = [self.found(), *arguments]
        if sys.platform != "win32":
            command = ["/bin/sh", "-c", _KEPT, "sh", *command]
        held, keeper = os.pipe()
        try:
            ran = subprocess.run(  # noqa: S603 - a known program, on our copy
                command,
                stdin=held,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={**os.environ, **environment},
                check=False,
            )
            os.write(keeper, b"\n")
        except OSError as error:
            raise EngineError(f"{self.name} cannot be started: {error}") from error
        finally:
            os.close(held)
            os.close(keeper)
        return ran

    def _grid(self, path: Path, result: Path, title: str) -> SheetValues:
        rows, columns, values = array("q"), array("q"), array("d")
        others: dict[tuple[int, int], str | bool | CellError] = {}
        height = width = 0
        for cell in cells(result, title):
            height, width = max(height, cell.row), max(width, cell.column)
            if isinstance(cell.value, str | bool):
                self._check_read(path, cell)
                others[cell.row, cell.column] = cell.value
            elif cell.value is not None:
                rows.append(cell.row - 1)
                columns.append(cell.column - 1)
                values.append(cell.value)
        numbers = np.full((height, width), np.nan)
        numbers[rows, columns] = values
        return SheetValues(numbers, others)

    def _check_read(self, path: Path, cell: Cell) -> None:
        """Refuse a result with an error value that only this program has."""
        value, unread = cell.value, self.unread
        if unread and isinstance(value, CellError) and value.startswith(unread):
            formula = f"={value.removeprefix(unread)[:-1]}"  # in quotes
            # the error spreads to all cells that depend on the formula's
            stated = ((Place(t, c.row, c.column), c.formula) for t, c in all_cells(path))
            places = (f"{cell}: " for cell, text in stated if text == formula)
            raise EngineError(f"{next(places, '')}{self.name} cannot read the formula {formula}.")
