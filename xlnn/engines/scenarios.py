"""Compute selected formulas of a workbook with given values in the other cells.

Grading judges one quantity at a time: its formulas, with the right numbers in all other cells. The
formulas are computed in a child process, as by an engine that recalculates a file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import formualizer
import numpy as np

from xlnn.engines.formualizer import FAILURES, UNKNOWN, configuration, not_a_number, put, rectangles
from xlnn.engines.functions import shown
from xlnn.grid import CellError, Place, SheetValues, Values

NOTHING = SheetValues(np.zeros((0, 0)))
"""A sheet without values."""

Found = float | str | bool | CellError | None


@dataclass(frozen=True)
class Task:
    """Formulas to evaluate, and the cells to read afterwards.

    Attributes
    ----------
    formulas : dict
        Formulas with their "=", by place.
    constants : dict
        Values that replace numbers, by place; None for an empty cell.
    wanted : tuple of places
    """

    formulas: Mapping[Place, str]
    constants: Mapping[Place, float | str | bool | None]
    wanted: tuple[Place, ...]


@dataclass(frozen=True)
class Question:
    """What an engine is asked to compute.

    Attributes
    ----------
    sheets : tuple of str
        The titles of the sheets.
    formulas : mapping
        Formulas for all tasks, with their "=", by place.
    beside : mapping
        Numbers, texts and truth values of cells, by place.
    values : mapping of SheetValues
        The values of some sheets.
    arrays : mapping
        How many rows and columns each array formula fills, by place.
    names : tuple of (str, str or None, str)
        Defined names, the sheet if they are local to one, and what they stand for.
    tasks : sequence of Task
        No two with the same cells.
    """

    sheets: tuple[str, ...] = ()
    formulas: Mapping[Place, str] = field(default_factory=dict)
    beside: Mapping[Place, Found] = field(default_factory=dict)
    values: Values = field(default_factory=dict)
    arrays: Mapping[Place, tuple[int, int]] = field(default_factory=dict)
    names: tuple[tuple[str, str | None, str], ...] = ()
    tasks: Sequence[Task] = ()


def load(path: Path) -> "_FormualizerScenarios":  # noqa: ARG001 -- an engine is given one
    """Start without reading a file."""
    return _FormualizerScenarios()


class _FormualizerScenarios:
    """Given numbers, with which formulas are evaluated."""

    def __call__(self, asked: Question) -> list[list[Found]]:
        """Evaluate each task with the numbers; it takes no array formulas and no names.

        Returns
        -------
        list of lists
            For each task, the values of its wanted cells.
        """
        results: list[list[Found]] = []
        before: tuple[Place, ...] = ()
        for task in asked.tasks:
            if not results or len(task.formulas) > 1:
                self._lay(asked, task)
            else:
                put(self.book, {place: asked.values[place[0]].at(*place[1:]) for place in before})
            results.append(self._evaluated(task))
            before = (*task.formulas, *task.constants)
        return results

    def _lay(self, asked: Question, task: Task) -> None:
        """Start a workbook with the numbers, except in cells that have a formula.

        formualizer takes quadratic time to set a chain of formulas in cells that had values.
        """
        self.book = formualizer.Workbook(config=configuration())
        self.book.set_temporal_egress("serial")
        for title in asked.sheets:
            self.book.add_sheet(title)
        values = {
            (title, *place): value
            for title, grid in asked.values.items()
            for place, value in (*_numbers(grid), *grid.others.items())
        } | {**asked.beside}
        stated = {*asked.formulas, *task.formulas}
        put(self.book, {place: values[place] for place in values.keys() - stated})
        self._state(asked.formulas)

    def _evaluated(self, task: Task) -> list[Found]:
        put(self.book, task.constants)
        self._state(task.formulas)
        try:
            self.book.evaluate_all()
            return self._read(task.wanted)
        except FAILURES:
            return [UNKNOWN] * len(task.wanted)

    def _state(self, formulas: Mapping[Place, str]) -> None:
        """Set formulas one by one: formualizer leaves some of the last in a batch uncomputed."""
        for place, text in formulas.items():
            try:
                self.book.set_formula(*place, shown(text))
            except FAILURES:
                self.book.set_value(*place, str(UNKNOWN))

    def _read(self, wanted: Iterable[Place]) -> list[Found]:
        values: dict[Place, Found] = {}
        for sheet, row, column, height, width in rectangles(wanted):
            area = formualizer.RangeAddress(
                sheet, row, column, row + height - 1, column + width - 1
            )
            for down, line in enumerate(self.book.sheet(sheet).get_values(area)):
                for right, value in enumerate(line):
                    values[sheet, row + down, column + right] = _plain(value)
        return [values[place] for place in wanted]


def _numbers(grid: SheetValues) -> Iterator[tuple[tuple[int, int], float]]:
    rows, columns = np.nonzero(~np.isnan(grid.numbers))
    places = zip((rows + 1).tolist(), (columns + 1).tolist(), strict=True)
    return zip(places, grid.numbers[rows, columns].tolist(), strict=True)


def _plain(value: object) -> Found:
    if value is None or isinstance(value, float):
        return value
    return float(value) if type(value) is int else not_a_number(value)
