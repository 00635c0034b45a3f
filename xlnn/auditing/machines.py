"""Compute cells of a sheet, again and again with other numbers: with IronCalc, or LibreOffice."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from xlnn.engines import Allowance
from xlnn.engines.cellwise import Held, Place, Sheets, beside
from xlnn.engines.libreoffice import PROGRAM
from xlnn.engines.scenarios import Task
from xlnn.exercises.by_libreoffice import computed

SECONDS_A_FORMULA, SECONDS_A_ROUND = 5e-6, 1e-3
"""What IronCalc takes to evaluate what is loaded, measured: twice that and more."""

MOST_CONVERTED = 60_000
"""Formulas that LibreOffice computes at once, all copies of them counted: some ten seconds."""

MOST_COPIES = 300
"""Copies in one workbook, each of which has sheets of its own."""


class IronCalc:
    """Computes cells of a file in a process of its own, within limits."""

    name = "IronCalc"
    epsilon = float(np.finfo(float).eps)
    most_work = 4e6
    """Formulas that are computed while slopes are measured: some ten seconds."""

    def __init__(self, path: Path, formulas: int, box: int) -> None:
        self._child = beside(path, Allowance.of_size(max(formulas, 2_000), box))

    def close(self) -> None:
        """End the process."""
        self._child.cancel()

    def load(self, sheets: Sheets) -> None:
        """Put other cells in."""
        self._size = len(sheets.formulas)
        self._child({"sheets": sheets, "rounds": [], "wanted": []})

    def rounds(
        self, moves: Sequence[Mapping[Place, float]], wanted: Sequence[Place]
    ) -> list[list[Held]]:
        """Return what some cells hold in each round, with other numbers in some cells."""
        seconds = SECONDS_A_FORMULA * self._size + SECONDS_A_ROUND
        at_once = max(1, int((2 + 2e-4 * self._size) / seconds))
        found: list[list[Held]] = []
        for start in range(0, len(moves), at_once):
            asked = {"sheets": None, "rounds": moves[start : start + at_once], "wanted": wanted}
            found += self._child(asked)
        return found


class LibreOffice:
    """Computes cells with LibreOffice, all rounds in one workbook if they are not too many."""

    name = "LibreOffice"
    epsilon = 5e-15
    """It writes numbers with 15 digits."""
    most_work = 4.0 * MOST_CONVERTED

    def __init__(self) -> None:
        self._sheets = Sheets((), {}, {})

    def load(self, sheets: Sheets) -> None:
        """Put other cells in."""
        self._sheets = sheets

    def rounds(
        self, moves: Sequence[Mapping[Place, float]], wanted: Sequence[Place]
    ) -> list[list[Held]]:
        """Return what some cells hold in each round, with other numbers in some cells.

        Raises
        ------
        EngineError
            LibreOffice fails.
        """
        sheets, size = self._sheets, max(1, len(self._sheets.formulas))
        at_once = max(1, min(MOST_COPIES, MOST_CONVERTED // size))
        found: list[list[Held]] = []
        for start in range(0, len(moves), at_once):
            tasks = [Task({}, move, tuple(wanted)) for move in moves[start : start + at_once]]
            question = {
                "values": {}, "beside": sheets.constants, "formulas": sheets.formulas,
                "tasks": tasks,
            }  # fmt: skip
            cells = len(tasks) * (size + len(sheets.constants))
            found += computed([question], sheets.arrays, Allowance.of_size(cells, cells))[0]
        return found


def second_opinion(formulas: int) -> LibreOffice | None:
    """Return LibreOffice, where it is installed and the formulas are not too many for it."""
    return LibreOffice() if formulas <= MOST_CONVERTED and PROGRAM.find() else None
