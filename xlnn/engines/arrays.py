"""Compute selected formulas with IronCalc, which supports arrays, LET and LAMBDA.

It is called like `xlnn.engines.scenarios`: in grading, for formulas that formualizer computes
wrongly or lacks, and in audits. formualizer cannot apply a scalar function to a range inside
SUMPRODUCT, and reports a circular reference if INDEX picks from a column that includes its own
cell.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from math import isnan
from pathlib import Path

import ironcalc

from xlnn.engines.formualizer import CIRCULAR, ERRORS, UNKNOWN
from xlnn.engines.functions import shown
from xlnn.engines.ironcalc import Session
from xlnn.engines.scenarios import NOTHING, Found, Place, Question
from xlnn.grid import CellError

FAILED = frozenset({UNKNOWN, CellError("#N/IMPL!"), CellError("#NAME?")})
"""The error of a formula that an engine cannot read, or whose function it lacks."""


def is_error(value: Found) -> bool:
    """Return whether a cell is an error, or marked as a formula that was not accepted."""
    return isinstance(value, CellError) or value == UNKNOWN


def load(path: Path) -> "_IronCalcScenarios":
    """Start without reading a file."""
    return _IronCalcScenarios(path.name)


class _IronCalcScenarios:
    """Given numbers, with which formulas are evaluated."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, asked: Question) -> list[list[Found]]:
        """Evaluate each task with the numbers; without sheets, those of the last question."""
        if asked.sheets:
            self._fill(asked)
        results = []
        for task in asked.tasks:
            self._change(task.constants, task.formulas)
            self._book.model.evaluate()
            results.append([_plain(self._book.value(place)) for place in task.wanted])
            self._change(dict.fromkeys(task.formulas), {})  # of a matrix its first cell clears all
            places = (*self._filled(task.formulas), *task.constants)
            self._change({place: self._held(place) for place in places}, {})
        return results

    def _fill(self, asked: Question) -> None:
        self._book, self._asked = Session(self._name, asked.sheets), asked
        for name, title, target in asked.names:
            self._book.define(name, target, title)
        for title, grid in asked.values.items():
            for row, line in enumerate(grid.numbers.tolist(), start=1):
                for column, number in enumerate(line, start=1):
                    if not isnan(number):
                        self._book.put((title, row, column), number)
            for place, text in grid.others.items():
                self._book.put((title, *place), text)
        self._change(asked.beside, asked.formulas)

    def _filled(self, formulas: Iterable[Place]) -> Iterator[Place]:
        """Yield the cells that formulas fill."""
        for title, row, column in formulas:
            rows, columns = self._asked.arrays.get((title, row, column), (1, 1))
            for down, right in product(range(rows), range(columns)):
                yield title, row + down, column + right

    def _held(self, place: Place) -> Found:
        """Return what a cell holds besides tasks."""
        if place in self._asked.beside:
            return self._asked.beside[place]
        return self._asked.values.get(place[0], NOTHING).at(*place[1:])

    def _change(self, constants: Mapping[Place, Found], formulas: Mapping[Place, str]) -> None:
        for place, value in constants.items():
            if not isinstance(value, CellError) or value in ERRORS.values():
                self._book.put(place, value)
        for place, formula in formulas.items():
            if self._asked.arrays.get(place, (1, 1)) != (1, 1):
                for cell in self._filled([place]):
                    self._book.put(cell, None)
            try:
                self._book.state_any(place, shown(formula), self._asked.arrays.get(place, (1, 1)))
            except ironcalc.WorkbookError:  # it fills cells that others hold
                self._book.put(place, CellError("#N/A"))


def _plain(value: Found) -> Found:
    """Return a value as formualizer does: None for an empty cell."""
    return CIRCULAR if value == CIRCULAR else None if value == "" else value
