"""Compute cells of an audited workbook with IronCalc, or with LibreOffice where they differ."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from xlnn.auditing.clock import Clock
from xlnn.engines import Allowance
from xlnn.engines._child import Child
from xlnn.engines.libreoffice import PROGRAM
from xlnn.engines.scenarios import Found, Place, Question, Task
from xlnn.errors import EngineError
from xlnn.exercises.evaluation import computed

SECONDS_A_FORMULA, SECONDS_A_ROUND = 5e-6, 1e-3
"""At least twice the measured time in which IronCalc evaluates one formula, and starts a round."""

MOST_CONVERTED = 60_000
"""The most formulas that LibreOffice computes at once, copies included: some ten seconds."""

MOST_COPIES = 300
"""The most copies in one workbook; each has its own sheets."""


class IronCalc:
    """Computes cells of a file in a process of its own, within limits."""

    name = "IronCalc"
    epsilon = float(np.finfo(float).eps)
    most_work = 4e6
    """Formulas that are computed while slopes are measured: some ten seconds."""

    def __init__(self, path: Path, formulas: int, box: int, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self._allowance = Allowance.of_size(max(formulas, 2_000), box)
        self._child: Child | None = None

    def close(self) -> None:
        """End the process."""
        if self._child is not None:
            self._child.cancel()
            self._child = None

    def load(self, sheets: Question) -> None:
        """Load other cells, in another process if the one before failed.

        Raises
        ------
        EngineError
            It fails.
        """
        self._size = len(sheets.formulas)
        self._ask(sheets)

    def _ask(self, question: Question) -> list[list[Found]]:
        if self._child is None:
            self._child = Child("arrays", self._path, within(self._allowance, self._clock))
        try:
            return self._child(question)
        except EngineError:
            self.close()
            raise

    def rounds(
        self, moves: Sequence[Mapping[Place, float]], wanted: Sequence[Place]
    ) -> list[list[Found]]:
        """Return the values of some cells in each round, with other numbers in some cells."""
        seconds = SECONDS_A_FORMULA * self._size + SECONDS_A_ROUND
        at_once = max(1, int((2 + 2e-4 * self._size) / seconds))
        values: list[list[Found]] = []
        for start in range(0, len(moves), at_once):
            self._clock.check()
            batch = moves[start : start + at_once]
            values += self._ask(Question(tasks=[Task({}, move, tuple(wanted)) for move in batch]))
        return values


class LibreOffice:
    """Computes cells with LibreOffice, all rounds in one workbook if they are not too many."""

    name = "LibreOffice"
    epsilon = 5e-15
    """It writes numbers with 15 digits."""
    most_work = 4.0 * MOST_CONVERTED

    def __init__(self, clock: Clock) -> None:
        self._sheets, self._clock = Question(), clock

    def load(self, sheets: Question) -> None:
        """Load other cells."""
        self._sheets = sheets

    def rounds(
        self, moves: Sequence[Mapping[Place, float]], wanted: Sequence[Place]
    ) -> list[list[Found]]:
        """Return the values of some cells in each round, with other numbers in some cells.

        Raises
        ------
        EngineError
            LibreOffice fails.
        """
        sheets, size = self._sheets, max(1, len(self._sheets.formulas))
        at_once = max(1, min(MOST_COPIES, MOST_CONVERTED // size))
        values: list[list[Found]] = []
        for start in range(0, len(moves), at_once):
            tasks = [Task({}, move, tuple(wanted)) for move in moves[start : start + at_once]]
            cells = len(tasks) * (size + len(sheets.beside))
            self._clock.check()
            allowed = within(Allowance.of_size(cells, cells), self._clock)
            values += computed([replace(sheets, tasks=tasks)], allowed)[0]
        return values


Engine = IronCalc | LibreOffice


def within(allowance: Allowance, clock: Clock) -> Allowance:
    """Return the limits of an engine in an audit that takes no longer than it may."""
    left = clock.left + 1
    return replace(allowance, first=min(allowance.first, left), again=min(allowance.again, left))


def second_opinion(formulas: int, clock: Clock) -> LibreOffice | None:
    """Return LibreOffice, where it is installed and the formulas are not too many for it."""
    return LibreOffice(clock) if formulas <= MOST_CONVERTED and PROGRAM.find() else None
