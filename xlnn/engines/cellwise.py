"""Compute formulas with arrays, LET and LAMBDA, cell by cell: no file is read.

It works in a process of its own, as an engine does, and is none of those that recalculate a file:
whoever asks has chosen the formulas.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import ironcalc

from xlnn.engines import Allowance
from xlnn.engines._child import Child
from xlnn.engines.formualizer import ERRORS
from xlnn.engines.ironcalc import meaning
from xlnn.errors import EngineError
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
        By place, with their "=".
    constants : mapping
        Numbers, texts and truth values by place.
    arrays : mapping
        How many rows and columns each array formula fills, by its place.
    names : tuple of (str, str or None, str)
        Defined names, the sheet that alone knows them, and what they stand for.
    """

    titles: tuple[str, ...]
    formulas: Mapping[Place, str]
    constants: Mapping[Place, Held]
    arrays: Mapping[Place, tuple[int, int]] = field(default_factory=dict)
    names: tuple[tuple[str, str | None, str], ...] = ()


def beside(path: Path, allowance: Allowance) -> Child:
    """Begin a process that computes cells of a file within limits."""
    return Child("cellwise", path, allowance)


def load(path: Path) -> "_Cellwise":  # noqa: ARG001 -- an engine is given one
    """Begin; no file is read."""
    return _Cellwise()


class _Cellwise:
    def __call__(self, asked: Mapping[str, object]) -> list[list[Held]]:
        """Compute each round; return what the wanted cells hold then.

        Parameters
        ----------
        asked : dict
            ``sheets``: `Sheets`, or None for those of the call before; ``rounds``: a list of
            numbers to put into cells, by place, each put back before the next; ``wanted``: places.
        """
        if asked["sheets"] is not None:
            self._fill(asked["sheets"])
        found = []
        for moved in asked["rounds"]:
            for place, number in moved.items():
                self._put(place, number)
            self.model.evaluate()
            found.append([self._value(place) for place in asked["wanted"]])
            for place in moved:
                self._put(place, self.sheets.constants.get(place))
        return found

    def _fill(self, sheets: Sheets) -> None:
        self.sheets = sheets
        self.numbers = {title: number for number, title in enumerate(sheets.titles)}
        self.model, self.drafts = self._empty(), self._empty()
        for name, title, target in sheets.names:
            scope = None if title is None else self.numbers[title]
            try:
                for model in (self.model, self.drafts):
                    model.new_defined_name(name, scope, target)
            except ironcalc.WorkbookError:  # a formula that uses it gives #NAME?
                continue
        for place, value in sheets.constants.items():
            self._put(place, value)
        self.misread = 0
        for place, formula in sheets.formulas.items():
            self._state(place, formula)

    def _empty(self) -> ironcalc.Model:
        model = ironcalc.create("workbook", "en", "UTC")
        titles = self.sheets.titles
        try:
            model.rename_sheet(0, titles[0])
            for title in titles[1:]:
                model.add_sheet(title)
        except ironcalc.WorkbookError as error:
            raise EngineError(f"IronCalc cannot take the sheets: {error}") from error
        return model

    def _put(self, place: Place, value: Held) -> None:
        cell = self.numbers[place[0]], *place[1:]
        if value is None:
            self.model.clear_cell_contents(*cell)
        elif isinstance(value, bool):
            self.model.update_cell_with_bool(*cell, value)
        elif isinstance(value, CellError):
            if value in ERRORS.values():
                self.model.set_user_input(*cell, value)
        elif isinstance(value, str):
            self.model.update_cell_with_text(*cell, value)
        else:
            self.model.update_cell_with_number(*cell, float(value))

    def _state(self, place: Place, formula: str) -> None:
        """Put a formula into a cell; one that IronCalc would not write as it is, with a mark.

        Of formulas that it writes alike IronCalc keeps one, and computes it for all.
        """
        cell = self.numbers[place[0]], *place[1:]
        height, width = self.sheets.arrays.get(place, (1, 1))
        try:
            self.drafts.update_cell_with_formula(*cell, formula)
            if meaning(formula) != meaning(self.drafts.get_cell_formula(*cell) or ""):
                self.misread += 1
                formula = f"=IF({self.misread},{formula[1:]})"
            self.drafts.clear_cell_contents(*cell)
            self.model.set_user_array_formula(*cell, width, height, formula)
        except ironcalc.WorkbookError:
            self._put(place, CellError("#N/A"))

    def _value(self, place: Place) -> Held:
        cell = self.numbers[place[0]], *place[1:]
        value = self.model.get_cell_value(*cell)
        if isinstance(value, str) and value.startswith("#"):
            is_error = self.model.get_cell_type(*cell) == ironcalc.CellType.ErrorValue
            return CellError(value) if is_error else value
        return value
