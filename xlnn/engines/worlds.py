"""What do some formulas give among given numbers? Of a workbook, nothing but these is looked at.

Whoever judges one quantity at a time asks for each of them: its formulas, with the right numbers
in all other cells. It works in a process of its own, as an engine does, and is none of those that
recalculate a file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import formualizer

from xlnn.engines import Allowance
from xlnn.engines._child import Child
from xlnn.engines.formualizer import ERRORS, rectangles
from xlnn.grid import CellError

if TYPE_CHECKING:
    import numpy as np

Place = tuple[str, int, int]
"""The title of a sheet, a row and a column, from 1."""

UNREAD = CellError("#ERROR!")
"""What a formula gives that cannot be read or computed."""

CIRCLE = CellError("#CIRC!")

Found = float | str | bool | CellError | None


@dataclass(frozen=True)
class Task:
    """Formulas to put among the numbers, and what to read then.

    Attributes
    ----------
    formulas : dict
        By place, with their "=".
    constants : dict
        What is typed in, in the place of a number; None for an empty cell.
    wanted : tuple of places
    """

    formulas: Mapping[Place, str]
    constants: Mapping[Place, float | str | bool | None]
    wanted: tuple[Place, ...]


def beside(path: Path, allowance: Allowance) -> Child:
    """Begin a process that computes formulas of a file among given numbers, within limits."""
    return Child("worlds", path, allowance)


def load(path: Path) -> "_Worlds":  # noqa: ARG001 -- an engine is given one
    """Begin; no file is read."""
    return _Worlds()


class _Worlds:
    """Numbers, among which formulas are evaluated."""

    def __call__(self, asked: Mapping[str, Any]) -> list[list[Found]]:
        """Evaluate each task among the numbers.

        Parameters
        ----------
        asked : dict
            ``sheets``: titles; ``numbers``: for some of them an array whose first entry is cell
            A1, NaN where it is empty; ``texts``: by place; ``formulas``: by place, which are there
            for all tasks; ``tasks``: a list of `Task`, no two with the same cells.

        Returns
        -------
        list of lists
            For each task, what its wanted cells hold.
        """
        evaluation = formualizer.EvaluationConfig()
        evaluation.enable_parallel = False
        config = formualizer.WorkbookConfig(
            mode=formualizer.WorkbookMode.Interactive,
            eval_config=evaluation,
            enable_changelog=False,
        )
        self.book = formualizer.Workbook(config=config)
        self.book.set_temporal_egress("serial")
        self.given: dict[Place, float | str | bool | None] = dict(asked["texts"])
        self.numbers: Mapping[str, np.ndarray] = asked["numbers"]
        for title in asked["sheets"]:
            self.book.add_sheet(title)
            numbers = self.numbers.get(title)
            if numbers is not None and numbers.size:
                rows = [[None if isnan(n) else n for n in row] for row in numbers.tolist()]
                self.book.set_values_batch(title, 1, 1, rows)
        self._write(self.given)
        self._state(asked["formulas"])
        return [self._evaluated(task) for task in asked["tasks"]]

    def _evaluated(self, task: Task) -> list[Found]:
        self._write(task.constants)
        self._state(task.formulas)
        try:
            self.book.evaluate_all()
            found = self._read(task.wanted)
        except (ValueError, RuntimeError, formualizer.ExcelEvaluationError):
            found = [UNREAD] * len(task.wanted)
        self._write({place: self._was(place) for place in (*task.formulas, *task.constants)})
        return found

    def _was(self, place: Place) -> float | str | bool | None:
        if place in self.given:
            return self.given[place]
        numbers = self.numbers.get(place[0])
        if numbers is None or place[1] > numbers.shape[0] or place[2] > numbers.shape[1]:
            return None
        number = float(numbers[place[1] - 1, place[2] - 1])
        return None if isnan(number) else number

    def _write(self, values: Mapping[Place, float | str | bool | None]) -> None:
        for sheet, row, column, height, width in rectangles(values):
            data = [
                [values[sheet, r, c] for c in range(column, column + width)]
                for r in range(row, row + height)
            ]
            self.book.set_values_batch(sheet, row, column, data)

    def _state(self, formulas: Mapping[Place, str]) -> None:
        for sheet, row, column, height, width in rectangles(formulas):
            texts = [
                [formulas[sheet, r, c] for c in range(column, column + width)]
                for r in range(row, row + height)
            ]
            try:
                self.book.set_formulas_batch(sheet, row, column, texts)
            except (ValueError, RuntimeError, formualizer.ExcelEvaluationError):
                self._state_singly(sheet, row, column, texts)

    def _state_singly(self, sheet: str, row: int, column: int, texts: list[list[str]]) -> None:
        """State formulas of which some cannot be read."""
        for down, line in enumerate(texts):
            for right, text in enumerate(line):
                try:
                    self.book.set_formula(sheet, row + down, column + right, text)
                except (ValueError, RuntimeError, formualizer.ExcelEvaluationError):
                    self.book.set_value(sheet, row + down, column + right, str(UNREAD))

    def _read(self, wanted: Iterable[Place]) -> list[Found]:
        found: dict[Place, Found] = {}
        for sheet, row, column, height, width in rectangles(wanted):
            area = formualizer.RangeAddress(
                sheet, row, column, row + height - 1, column + width - 1
            )
            for down, line in enumerate(self.book.sheet(sheet).get_values(area)):
                for right, value in enumerate(line):
                    found[sheet, row + down, column + right] = _plain(value)
        return [found[place] for place in wanted]


def _plain(value: object) -> Found:
    if value is None or isinstance(value, str | bool | float):
        return value
    if isinstance(value, int):
        return float(value)
    kind = value.get("kind") if isinstance(value, dict) else ""
    return CIRCLE if kind == "Circ" else ERRORS.get(str(kind), UNREAD)
