"""The engine ``ironcalc``: a spreadsheet engine in Rust that is filled cell by cell.

It does not read the file itself: its reader rewrites each formula and omits parentheses that
matter, so that =(A1+B1)% becomes =A1+B1%.
"""

import math
import re
from array import array
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import ironcalc
import numpy as np

from xlnn.engines import Anew, Recalculate
from xlnn.engines.formualizer import ERRORS, check_computed
from xlnn.errors import EngineError, WorkbookError
from xlnn.formula import Node, Token, parsed, rewritten, tokens
from xlnn.grid import CellError, Inputs, Place, SheetValues, Values
from xlnn.xlsx.cells import all_cells
from xlnn.xlsx.parts import sheet_parts

FAILED = ("#ERROR!", "#N/IMPL!")
"""Its value for a formula that it cannot read, or a function that it lacks."""

Cell = tuple[int, int, int]
"""The number of a sheet, from 0, a row and a column, from 1."""

Held = float | str | bool | CellError | None

_DIGITS = str.maketrans("123456789", "000000000")
_LONG_NUMBER = re.compile(r"[0-9.]{16}")


def load(path: Path) -> Recalculate:
    """Read a workbook, and give IronCalc its cells.

    Parameters
    ----------
    path : Path
        A file that `xlnn.xlsx.package.inspect` has accepted.

    Raises
    ------
    EngineError
        IronCalc does not accept a sheet's title, or cannot read a formula.
    """
    return Anew(lambda: filled(path))


def filled(path: Path) -> "Session":
    """Return a session with the cells of a workbook."""
    session = Session(path.name, [*sheet_parts(path)])
    for title, (row, column, formula, value, size) in all_cells(path, parts=False):
        if formula is not None:
            session.state((title, row, column), formula, size)
        elif value is not None:
            session.put((title, row, column), value)
    return session


class Session:
    """A workbook that is filled cell by cell.

    Parameters
    ----------
    name : str
        The name of the file, for messages.
    titles : sequence of str
        The titles of its sheets.
    """

    def __init__(self, name: str, titles: Sequence[str]) -> None:
        self.name = name
        self.numbers = {title: number for number, title in enumerate(titles)}
        quoted = ("'" + title.replace("'", "''") + "'" for title in titles)
        self.spellings = {f"{title}!".casefold(): f"{title}!" for title in (*titles, *quoted)}
        self.model = self._empty(titles)
        self.marks: dict[str, int] = {}
        self.stated: dict[Place, str] = {}
        self.sizes: dict[Place, tuple[int, int]] = {}
        self.used = {title: (array("i"), array("i")) for title in titles}

    def put(self, place: Place, value: Held) -> None:
        """Put a value into a cell; None empties it."""
        cell = self._used(place)
        if value is None and place in self.sizes:
            (sheet, row, column), (rows, columns) = cell, self.sizes.pop(place)
            ends = row + rows - 1, column + columns - 1
            self.model.range_clear_contents(sheet, row, column, *ends)
        elif value is None:
            self.model.clear_cell_contents(*cell)
        elif isinstance(value, bool):
            self.model.update_cell_with_bool(*cell, value)
        elif value in ERRORS.values() and isinstance(value, CellError):
            self.model.set_user_input(*cell, value)
        elif isinstance(value, str):
            self.model.update_cell_with_text(*cell, value)
        else:
            self.model.update_cell_with_number(*cell, value)

    def state(self, place: Place, formula: str, size: tuple[int, int] = (1, 1)) -> None:
        """Put a formula into a cell, or an array formula into so many rows and columns.

        Raises
        ------
        EngineError
            IronCalc reads it differently.
        """
        formula = self._spelt(formula)
        if shape_of(formula) not in self.marks:
            self._refuse_misread(place, formula)
        for numbers, first, index in zip(
            self.used[place[0]], place[1:], np.indices(size), strict=True
        ):
            numbers.extend((first + index).ravel().tolist())
        self._state(place, formula, size)
        if size != (1, 1):
            self.sizes[place] = size

    def state_any(self, place: Place, formula: str, size: tuple[int, int]) -> None:
        """Put a formula into cells, so many rows and columns, whatever it is.

        One that IronCalc cannot read becomes one of its own errors.
        """
        self._state(place, self._spelt(formula) if _is_closed(formula) else "=(", size)
        if size != (1, 1):
            self.sizes[place] = size

    def _spelt(self, formula: str) -> str:
        """Write the titles of sheets as the workbook has them: IronCalc finds no other letters."""

        def spelt(token: Token) -> str:
            sheet = token["sheet"] or ""
            return self.spellings.get(sheet.casefold(), sheet) + token[0].removeprefix(sheet)

        return rewritten(formula, spelt) if "!" in formula else formula

    def value(self, place: Place) -> Held:
        """Return the value of a cell after the last evaluation."""
        cell = self._cell(place)
        value = self.model.get_cell_value(*cell)
        if isinstance(value, str) and value.startswith("#"):  # an error, or a text that looks so
            is_error = self.model.get_cell_type(*cell) == ironcalc.CellType.ErrorValue
            return CellError(value) if is_error else value
        return value

    def _cell(self, place: Place) -> Cell:
        title, row, column = place
        return self.numbers[title], row, column

    def _used(self, place: Place) -> Cell:
        """Note that a cell holds something, and return it."""
        for numbers, number in zip(self.used[place[0]], place[1:], strict=True):
            numbers.append(number)
        return self._cell(place)

    def __call__(self, inputs: Inputs) -> Values:
        """Put in the inputs and evaluate."""
        for sheet, _, _ in inputs:
            if sheet not in self.numbers:
                raise WorkbookError(f'{self.name}: there is no sheet "{sheet}".')
        for cell, number in inputs.items():
            self.put(cell, None if math.isnan(number) else float(number))
        self.model.evaluate()
        grids = {title: self._grid(title) for title in self.numbers}
        stated = self.stated.__getitem__
        check_computed(grids, FAILED, stated, "IronCalc cannot read the formula")
        return grids

    def _empty(self, titles: Sequence[str]) -> ironcalc.Model:
        """Return a workbook with empty sheets."""
        model = ironcalc.create("workbook", "en", "UTC")
        try:
            model.rename_sheet(0, titles[0])
            for title in titles[1:]:
                model.add_sheet(title)
        except ironcalc.WorkbookError as error:
            raise EngineError(f"{self.name}: IronCalc cannot take its sheets: {error}") from error
        return model

    def define(self, name: str, target: str, title: str | None = None) -> None:
        """Give cells a name, for the workbook or for one sheet."""
        scope = None if title is None else self.numbers[title]
        with suppress(ironcalc.WorkbookError):  # formulas with the name then give #NAME?
            self.model.new_defined_name(name, scope, self._spelt(target))

    def _state(self, place: Place, formula: str, size: tuple[int, int] = (1, 1)) -> None:
        """Put a formula into cells, as an array formula, which cannot spill.

        IronCalc keeps one of the formulas that it writes alike, and computes it for all. It omits
        parentheses that matter, so formulas get a mark for their shape: IF(7,…).
        """
        mark = self.marks.setdefault(shape_of(formula), len(self.marks) + 1)
        self.stated[place] = formula
        marked = f"=IF({mark},({formula[1:]}))"
        self.model.set_user_array_formula(*self._cell(place), *size[::-1], marked)

    def _refuse_misread(self, cell: Place, formula: str) -> None:
        """Refuse a formula that IronCalc is known to misread."""
        why = ""
        if (tree := parsed(formula)) is None:
            why = "a bracket or a sign is missing"
        elif any(map(_has_computed_corner, tree.walk())):
            why = "a corner of its range is computed"
        elif any(map(_is_of_two_sheets, tree.walk())):
            why = "SUMXMY2 takes ranges of two sheets"
        if why:
            raise EngineError(f"{Place(*cell)}: IronCalc cannot read the formula {formula}: {why}.")

    def _grid(self, title: str) -> SheetValues:
        """Read a sheet's values."""
        rows, columns = (np.array(positions, dtype=np.intp) for positions in self.used[title])
        get, sheet = self.model.get_cell_value, self.numbers[title]
        values = [get(sheet, *at) for at in zip(*self.used[title], strict=True)]
        numbers = np.full((rows.max(initial=0), columns.max(initial=0)), np.nan)
        numbers[rows - 1, columns - 1] = [v if type(v) is float else np.nan for v in values]
        others: dict[tuple[int, int], str | bool | CellError] = {}
        for row, column, value in zip(*self.used[title], values, strict=True):
            if isinstance(value, str | bool):
                others[row, column] = self.value((title, row, column))
        return SheetValues(numbers, others)


def shape_of(formula: str) -> str:
    """Return what formulas share that differ only in their digits: IronCalc reads them alike.

    >>> shape_of("=A12*0.5") == shape_of("=A34*0.6")
    True
    """
    return formula if _LONG_NUMBER.search(formula) else formula.translate(_DIGITS)


def _is_closed(formula: str) -> bool:
    """Return whether the parentheses of a formula are balanced."""
    depth = 0
    for token in tokens(formula):
        depth += (token["call"] is not None or token[0] == "(") - (token[0] == ")")
        if depth < 0:
            return False
    return depth == 0


def _has_computed_corner(node: Node) -> bool:
    """Return whether a part of a formula is a range with a corner that is not written as a cell."""
    return node.operator == ":" and any(p.brackets or not p.reference for p in node.children)


def _is_of_two_sheets(node: Node) -> bool:
    """Return whether a part of a formula is SUMXMY2 with references to different sheets."""
    return node.function == "SUMXMY2" and len({p.sheet.casefold() for p in node.children}) > 1
