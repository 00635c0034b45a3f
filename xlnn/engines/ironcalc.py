"""The engine ``ironcalc``: a spreadsheet engine in Rust that is filled cell by cell.

It does not read the file itself: its reader rewrites each formula and omits parentheses that
matter, so that =(A1+B1)% becomes =A1+B1%.
"""

import re
from array import array
from collections.abc import Sequence
from pathlib import Path

import formualizer
import ironcalc
import numpy as np

from xlnn.engines import Recalculate
from xlnn.engines.formualizer import ERRORS, cause, place
from xlnn.errors import CircularReferenceError, EngineError, WorkbookError
from xlnn.grid import CellError, Inputs, SheetValues, Values
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.cells import all_cells
from xlnn.xlsx.parts import read_workbook
from xlnn.xlsx.range_shapes import parsed

CIRCULAR = "#CIRC!"
"""IronCalc's value of cells in a circular reference, and of those that depend on them."""

FAILED = ("#ERROR!", "#N/IMPL!")
"""Its value for a formula that it cannot read, or a function that it lacks."""

Place = tuple[str, int, int]
"""The title of a sheet, a row and a column, from 1."""

Cell = tuple[int, int, int]
"""The number of a sheet, from 0, a row and a column, from 1."""

Held = float | str | bool | CellError | None

_DIGITS = str.maketrans("123456789", "000000000")
_LONG_NUMBER = re.compile(r"[0-9.]{16}")
_COMPUTED_CORNER = re.compile(r":\s*[\w.]*\(|\)\s*:")
_QUOTED = re.compile(r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'")
_TEXT = re.compile(r'"(?:[^"]|"")*"')


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
    with Archive(path) as archive:
        workbook = read_workbook(archive)
    session = Session(path.name, [*workbook.sheets])
    for name, target, attributes in workbook.names:
        if "localSheetId" not in attributes:  # names of a single sheet are not used in formulas
            session.define(name, target)
    for title, (row, column, formula, value) in all_cells(path):
        if formula is not None:
            session.state((title, row, column), formula)
        elif value is not None:
            session.put((title, row, column), value)
    return session


class Session:
    """A workbook that is filled cell by cell, and remembers the original values of replaced inputs.

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
        self.model, self.drafts = self._empty(titles), self._empty(titles)
        self.unknown: set[str] = set()
        self.marks: dict[str, int] = {}
        self.marked: dict[Cell, str] = {}
        self.used = [(array("i"), array("i")) for _ in titles]
        self.originals: dict[Cell, Held] = {}
        self.formulas: dict[Cell, str] = {}

    def put(self, place: Place, value: Held) -> None:
        """Put a value into a cell; None empties it."""
        cell = self._cell(place)
        self._put(cell, value)
        self._use(cell)

    def state(self, place: Place, formula: str) -> None:
        """Put a formula into a cell.

        Raises
        ------
        EngineError
            IronCalc reads it differently.
        """
        cell = self._cell(place)
        if shape_of(formula) not in self.marks:
            self._refuse_misread(cell, formula)
        self._state(cell, formula)
        self._use(cell)

    def state_any(self, place: Place, formula: str, size: tuple[int, int]) -> None:
        """Put a formula into cells, so many rows and columns, whatever it is.

        One that IronCalc cannot read becomes one of its own errors.
        """
        self._state(self._cell(place), formula if _is_closed(formula) else "=(", size)

    def value(self, place: Place) -> Held:
        """Return the value of a cell after the last evaluation."""
        cell = self._cell(place)
        return self._value(cell, self.model.get_cell_value(*cell))

    def _cell(self, place: Place) -> Cell:
        title, row, column = place
        return self.numbers[title], row, column

    def _use(self, cell: Cell) -> None:
        sheet, row, column = cell
        rows, columns = self.used[sheet]
        rows.append(row)
        columns.append(column)

    def __call__(self, inputs: Inputs) -> Values:
        """Restore the inputs of the last call, put in the new ones, and evaluate."""
        for sheet, _, _ in inputs:
            if sheet not in self.numbers:
                raise WorkbookError(f'{self.name}: there is no sheet "{sheet}".')
        numbers = {(self.numbers[sheet], *at): float(n) for (sheet, *at), n in inputs.items()}
        for cell in self.originals.keys() - numbers.keys():
            self._put(cell, self.originals.pop(cell))
            if formula := self.formulas.pop(cell, None):
                self._state(cell, formula)
        for cell, number in numbers.items():
            if cell not in self.originals:
                self._remember(cell)
            self.model.update_cell_with_number(*cell, number)
        self.model.evaluate()
        spoilt: dict[str, list[tuple[str, int, int]]] = {}
        grids = {title: self._grid(title, spoilt) for title in self.numbers}
        for error in FAILED:
            if error in spoilt:
                cell = cause(spoilt[error], self._formula)
                why = f"IronCalc cannot read the formula {self._formula(cell)}"
                raise EngineError(f"{place(*cell)}: {why}.")
        if CIRCULAR in spoilt:
            cell = cause(spoilt[CIRCULAR], self._formula)
            raise CircularReferenceError(f"{place(*cell)} depends on itself: a circular reference.")
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
        try:
            for model in (self.model, self.drafts):
                model.new_defined_name(name, scope, target)
        except ironcalc.WorkbookError:  # it only accepts names of fixed ranges
            self.unknown.add(name.casefold())

    def _put(self, cell: Cell, value: Held) -> None:
        """Put a value into a cell."""
        if value is None:
            self.model.clear_cell_contents(*cell)
        elif isinstance(value, bool):
            self.model.update_cell_with_bool(*cell, value)
        elif value in ERRORS.values() and isinstance(value, CellError):
            self.model.set_user_input(*cell, value)
        elif isinstance(value, str):
            self.model.update_cell_with_text(*cell, value)
        else:
            self.model.update_cell_with_number(*cell, value)

    def _state(self, cell: Cell, formula: str, size: tuple[int, int] = (1, 1)) -> None:
        """Put a formula into cells, as an array formula, which cannot spill.

        IronCalc keeps one of the formulas that it writes alike, and computes it for all. Formulas
        that it would write differently get a mark for their shape: IF(7,…).
        """
        shape = shape_of(formula)
        mark = self.marks.get(shape)
        if mark is None:
            own = meaning(formula)
            is_kept = own is not None and own == meaning(self.written(cell, formula))
            mark = self.marks[shape] = 0 if is_kept else len(self.marks) + 1
        if mark:
            self.marked[cell] = formula
            formula = f"=IF({mark},{formula[1:]})"
        self.model.set_user_array_formula(*cell, *size[::-1], formula)

    def written(self, cell: Cell, formula: str) -> str:
        """Return a formula as IronCalc writes it."""
        self.drafts.update_cell_with_formula(*cell, formula)
        found = self.drafts.get_cell_formula(*cell) or ""
        self.drafts.clear_cell_contents(*cell)
        return found

    def _refuse_misread(self, cell: Cell, formula: str) -> None:
        """Refuse a formula that IronCalc is known to misread."""
        why = ""
        if meaning(formula) is None:
            why = "a bracket or a sign is missing"
        elif _COMPUTED_CORNER.search(_TEXT.sub("", formula)):
            why = "a corner of its range is computed"
        elif _of_two_sheets("SUMXMY2", formualizer.parse(formula)):
            why = "SUMXMY2 takes ranges of two sheets"
        elif self.unknown:
            for reference in formualizer.parse(formula).walk_refs():
                if getattr(reference, "name", "").casefold() in self.unknown:
                    why = f"{reference.name} stands for no fixed range"
        if why:
            title = next(title for title, number in self.numbers.items() if number == cell[0])
            where = place(title, *cell[1:])
            raise EngineError(f"{where}: IronCalc cannot read the formula {formula}: {why}.")

    def _remember(self, cell: Cell) -> None:
        self.originals[cell] = self._value(cell, self.model.get_cell_value(*cell))
        if formula := self.marked.get(cell) or self.model.get_cell_formula(*cell):
            self.formulas[cell] = formula
        if self.originals[cell] is None:
            self._use(cell)

    def _value(self, cell: Cell, value: Held) -> Held:
        """Return a cell's value, with error values told apart from texts that look like them."""
        if isinstance(value, str) and value.startswith("#"):
            is_error = self.model.get_cell_type(*cell) == ironcalc.CellType.ErrorValue
            return CellError(value) if is_error else value
        return value

    def _formula(self, cell: tuple[str, int, int]) -> str:
        title, *at = cell
        own = self.numbers[title], *at
        return self.marked.get(own) or self.model.get_cell_formula(*own) or ""

    def _grid(self, title: str, spoilt: dict[str, list[tuple[str, int, int]]]) -> SheetValues:
        """Read a sheet's values; collect cells with one of IronCalc's own errors."""
        sheet = self.numbers[title]
        rows, columns = (np.array(each, dtype=np.intp) for each in self.used[sheet])
        get = self.model.get_cell_value
        found = [get(sheet, *at) for at in zip(*self.used[sheet], strict=True)]
        numbers = np.full((rows.max(initial=0), columns.max(initial=0)), np.nan)
        numbers[rows - 1, columns - 1] = [v if type(v) is float else np.nan for v in found]
        others: dict[tuple[int, int], str | bool | CellError] = {}
        for row, column, value in zip(*self.used[sheet], found, strict=True):
            if isinstance(value, str | bool):
                held = others[row, column] = self._value((sheet, row, column), value)
                if isinstance(held, CellError) and held in {*FAILED, CIRCULAR}:
                    spoilt.setdefault(held, []).append((title, row, column))
        return SheetValues(numbers, others)


def shape_of(formula: str) -> str:
    """Return what formulas that differ in their digits alone share: IronCalc reads them alike.

    >>> shape_of("=A12*0.5") == shape_of("=A34*0.6")
    True
    """
    return formula if _LONG_NUMBER.search(formula) else formula.translate(_DIGITS)


def meaning(formula: str) -> int | None:
    """Return a number that formulas share if they are read alike; None if it cannot be read."""
    tree = parsed(formula)
    return tree and tree.fingerprint()


def _is_closed(formula: str) -> bool:
    """Return whether the parentheses of a formula are balanced."""
    depth = 0
    for sign in re.findall(r"[()]", _QUOTED.sub("", formula)):
        depth += 1 if sign == "(" else -1
        if depth < 0:
            return False
    return depth == 0


def _of_two_sheets(function: str, tree: formualizer.ASTNode) -> bool:
    """Return whether a function in a formula has references to different sheets."""
    arguments = tree.children()
    if tree.get_function_name() == function:
        places = [each.get_reference_string() or "" for each in arguments]
        if len({each.rpartition("!")[0].casefold() for each in places}) > 1:
            return True
    return any(_of_two_sheets(function, each) for each in arguments)
