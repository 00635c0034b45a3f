"""Compute chosen formulas with arrays, LET and LAMBDA, cell by cell, without reading a file.

It runs in a child process, as an engine does, but is not one of those that recalculate a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import ironcalc

from xlnn.engines import Allowance
from xlnn.engines._child import Child
from xlnn.engines.formualizer import ERRORS
from xlnn.engines.ironcalc import Session, meaning, shape_of
from xlnn.grid import CellError

Place = tuple[str, int, int]
"""The title of a sheet, a row and a column, from 1."""

Held = float | str | bool | CellError | None


@dataclass(frozen=True)
class Sheets:
    """Cells to compute.

    Attributes
    ----------
    titles : tuple of str
    formulas : mapping
        Formulas with their "=", by place.
    constants : mapping
        Numbers, texts and truth values by place.
    arrays : mapping
        The rows and columns that each array formula fills, by its place.
    names : tuple of (str, str or None, str)
        Defined names, the sheet if they are local to one, and what they stand for.
    """

    titles: tuple[str, ...]
    formulas: Mapping[Place, str]
    constants: Mapping[Place, Held]
    arrays: Mapping[Place, tuple[int, int]] = field(default_factory=dict)
    names: tuple[tuple[str, str | None, str], ...] = ()


def beside(path: Path, allowance: Allowance) -> Child:
    """Start a child process that computes cells of a file within limits."""
    return Child("cellwise", path, allowance)


def load(path: Path) -> "_Cellwise":  # noqa: ARG001 -- an engine is given one
    """Start without reading a file."""
    return _Cellwise()


class _Cellwise:
    def __call__(self, asked: Mapping[str, object]) -> list[list[Held]]:
        """Compute each round; return the values of the wanted cells.

        Parameters
        ----------
        asked : dict
            ``sheets``: `Sheets`, or None for those of the last call; ``rounds``: a list of numbers
            to put into cells, by place, undone before the next round; ``wanted``: places.
        """
        if asked["sheets"] is not None:
            self._fill(asked["sheets"])
        found = []
        for moved in asked["rounds"]:
            for place, number in moved.items():
                self._put(place, number)
            self.session.model.evaluate()
            found.append([self.session.value(place) for place in asked["wanted"]])
            for place in moved:
                self._put(place, self.sheets.constants.get(place))
        return found

    def _fill(self, sheets: Sheets) -> None:
        self.sheets = sheets
        self.session = Session("the workbook", sheets.titles)
        for name, title, target in sheets.names:  # names it cannot define give #NAME?
            self.session.define(name, target, title)
        for place, value in sheets.constants.items():
            self._put(place, value)
        self.marks: dict[str, int] = {}
        for place, formula in sheets.formulas.items():
            self._state(place, formula)

    def _put(self, place: Place, value: Held) -> None:
        """Put a value into a cell, unless it is an error unknown to IronCalc."""
        if not isinstance(value, CellError) or value in ERRORS.values():
            self.session.put(place, float(value) if type(value) is int else value)

    def _state(self, place: Place, formula: str) -> None:
        """Put a formula into a cell, with a mark if IronCalc would write it differently.

        IronCalc keeps one of the formulas that it writes alike, and computes it for all.
        """
        cell = self.session.numbers[place[0]], *place[1:]
        height, width = self.sheets.arrays.get(place, (1, 1))
        shape = shape_of(formula)
        try:
            if shape not in self.marks:
                is_kept = meaning(formula) == meaning(self.session.written(cell, formula))
                self.marks[shape] = 0 if is_kept else len(self.marks) + 1
            if mark := self.marks[shape]:
                formula = f"=IF({mark},{formula[1:]})"
            self.session.model.set_user_array_formula(*cell, width, height, formula)
        except ironcalc.WorkbookError:
            self._put(place, CellError("#N/A"))
