"""The engine ``formualizer``: a spreadsheet engine in Rust; the fastest, so `build` uses it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from math import isnan
from pathlib import Path

import formualizer
import numpy as np

from xlnn.engines import Anew, Recalculate
from xlnn.errors import CircularReferenceError, EngineError, WorkbookError
from xlnn.formula import MAX_COLUMNS, MAX_ROWS, Token, corners_of, title_of, tokens
from xlnn.grid import CellError, Inputs, Place, SheetValues, Values
from xlnn.xlsx.archive import MAX_ENTRIES, MAX_FILE, MAX_PART, MAX_TOTAL

ERRORS = {
    "Div": CellError("#DIV/0!"),
    "Na": CellError("#N/A"),
    "Name": CellError("#NAME?"),
    "Null": CellError("#NULL!"),
    "Num": CellError("#NUM!"),
    "Ref": CellError("#REF!"),
    "Spill": CellError("#SPILL!"),
    "Value": CellError("#VALUE!"),
}
"""The error values of a spreadsheet, by formualizer's names."""

CIRCULAR = CellError("#CIRC!")
"""The value of cells in a circular reference, and of those that depend on them; as in IronCalc."""

UNKNOWN = CellError("#ERROR!")
"""The value of a formula that formualizer cannot read, and of all that depend on it."""

MALFORMED = "=#ERROR!"

FAILURES = (ValueError, RuntimeError, formualizer.ExcelEvaluationError)
"""Exceptions for a workbook that it cannot evaluate."""

LIMITS = {
    "max_input_bytes": MAX_FILE,
    "max_entries": MAX_ENTRIES,
    "max_expanded_bytes": MAX_TOTAL,
    "max_part_bytes": MAX_PART,
}
"""`xlnn.xlsx.archive` limits the files instead; formualizer's own limit, 256 MB per part, is
reached by a sheet of two million formulas."""

CHUNK_ROWS = 2_000  # rows turned into Python objects at a time


def load(path: Path) -> Recalculate:
    """Load a workbook and parse its formulas.

    Raises
    ------
    EngineError
        formualizer cannot load or evaluate the file.
    """
    return Anew(lambda: _FormualizerSession(path))


def told(loaded: Anew) -> Callable[[Place], str]:
    """Return a function that returns the formula of a cell of a loaded and computed workbook."""
    return lambda cell: loaded.session.workbook.get_formula(*cell) or ""


def configuration() -> formualizer.WorkbookConfig:
    """Return formualizer's configuration."""
    # Interactive keeps a formula that it cannot parse as its cell's value, and goes on.
    # one thread is as fast as two, since formulas depend on one another
    evaluation = formualizer.EvaluationConfig()
    evaluation.enable_parallel = False
    return formualizer.WorkbookConfig(
        mode=formualizer.WorkbookMode.Interactive, eval_config=evaluation, enable_changelog=False
    )


class _FormualizerSession:
    """A loaded workbook."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            self.workbook = formualizer.Workbook.load_path(
                str(path), config=configuration(), load_limits=LIMITS
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise EngineError(f"{path.name}: formualizer cannot load the file: {error}") from error
        self.workbook.set_temporal_egress("serial")  # dates as a spreadsheet's numbers

    def __call__(self, inputs: Inputs) -> Values:
        """Put in the inputs and evaluate, which takes half as long as loading again."""
        titles = self.workbook.sheet_names
        for sheet, _, _ in inputs:
            if sheet not in titles:
                raise WorkbookError(f'{self.name}: there is no sheet "{sheet}".')
        numbers = {cell: None if isnan(value) else float(value) for cell, value in inputs.items()}
        put(self.workbook, numbers)
        try:
            self.workbook.evaluate_all()
        except FAILURES as error:
            raise EngineError(f"{self.name}: formualizer cannot evaluate it: {error}") from error
        grids = {title: self._grid(title) for title in titles}
        check_computed(grids, [UNKNOWN], self._formula, "formualizer cannot read or compute")
        return grids

    def _grid(self, title: str) -> SheetValues:
        """Read a sheet's values."""
        rows, columns = self._used_area(title)
        numbers = np.full((rows, columns), np.nan)
        others: dict[tuple[int, int], str | bool | CellError] = {}
        sheet = self.workbook.sheet(title)
        for start in range(1, rows + 1, CHUNK_ROWS):
            end = min(start + CHUNK_ROWS - 1, rows)
            area = formualizer.RangeAddress(title, start, 1, end, columns)
            for row, values in enumerate(sheet.get_values(area), start):
                numbers[row - 1] = [v if type(v) is float else np.nan for v in values]
                for column, value in enumerate(values, 1):
                    if value is None or type(value) is float:
                        continue
                    if type(value) is int:
                        numbers[row - 1, column - 1] = value
                    else:
                        others[row, column] = not_a_number(value)
        return SheetValues(numbers, others)

    def _used_area(self, title: str) -> tuple[int, int]:
        """Return the rows and columns, which the engine knows without reading cells."""
        sheet = "'" + title.replace("'", "''") + "'"
        rows = self.workbook.range_page(f"{sheet}!A:XFD", limit=1).total // MAX_COLUMNS
        columns = self.workbook.range_page(f"{sheet}!1:{MAX_ROWS}", limit=1).total // MAX_ROWS
        return rows, columns

    def _formula(self, cell: Place) -> str:
        formula = self.workbook.get_formula(*cell) or ""
        # formualizer keeps a message instead of a formula that it cannot read
        return "its formula" if formula.startswith(MALFORMED) else formula


def check_computed(
    values: Values,
    failures: Iterable[str],
    formula: Callable[[Place], str],
    said: str,
) -> None:
    """Refuse values with an engine's own errors.

    Parameters
    ----------
    values : Values
    failures : iterable of str
        The errors of formulas that the engine cannot compute.
    formula : function
        Returns the formula of a cell.
    said : str
        The message before the formula.

    Raises
    ------
    EngineError
        A formula cannot be computed; the message names the one that spoils the others.
    CircularReferenceError
        There is a circular reference.
    """
    for error in (*failures, CIRCULAR):
        spoilt = [
            Place(title, *at)
            for title, grid in values.items()
            for at, value in grid.others.items()
            if value == error and isinstance(value, CellError)
        ]
        if spoilt:
            cell = _cause(spoilt, formula)
            if error == CIRCULAR:
                raise CircularReferenceError(f"{cell} depends on itself: a circular reference.")
            raise EngineError(f"{cell}: {said} {formula(cell)}.")


def _cause(spoilt: Sequence[Place], formula: Callable[[Place], str]) -> Place:
    """Follow an error back to the cell where it starts, or to a circular reference."""
    cell, known, way = spoilt[0], set(spoilt), set()
    while cell not in way:
        way.add(cell)
        seen = chain.from_iterable(_cells(t, cell[0], known) for t in tokens(formula(cell)))
        cell = next(seen, cell)
    return cell


def not_a_number(value: object) -> str | bool | CellError:
    """Return the text, boolean or error of a cell."""
    if isinstance(value, str | bool):
        return value
    kind = value.get("kind") if isinstance(value, dict) else type(value).__name__
    if kind in ERRORS:
        return ERRORS[kind]
    return CIRCULAR if kind == "Circ" else UNKNOWN


def put(
    workbook: formualizer.Workbook,
    values: Mapping[tuple[str, int, int], float | str | bool | None],
) -> None:
    """Put values into cells."""
    for sheet, row, column, height, width in rectangles(values):
        data = [
            [values[sheet, r, c] for c in range(column, column + width)]
            for r in range(row, row + height)
        ]
        workbook.set_values_batch(sheet, row, column, data)


def _cells(token: Token, here: str, known: Iterable[Place]) -> Iterator[Place]:
    """Yield which of some cells a token in a formula of a sheet covers; a name may cover any."""
    if not (token["reference"] or token["name"]):
        return
    sheet = title_of(token["sheet"]) if token["sheet"] else here
    top, left, bottom, right = corners_of(token) or (1, 1, MAX_ROWS, MAX_COLUMNS)
    if (top, left) == (bottom, right):
        yield from {Place(sheet, top, left)}.intersection(known)
        return
    for cell in sorted(known):
        if cell.title == sheet and top <= cell.row <= bottom and left <= cell.column <= right:
            yield cell


def rectangles(cells: Iterable[tuple[str, int, int]]) -> list[tuple[str, int, int, int, int]]:
    """Join adjacent cells to rectangles, since each change costs the same at any size.

    Returns
    -------
    list of (sheet, row, column, height, width)

    Examples
    --------
    >>> rectangles([("S", 1, 1), ("S", 1, 2), ("S", 2, 1), ("S", 2, 2), ("S", 9, 1)])
    [('S', 1, 1, 2, 2), ('S', 9, 1, 1, 1)]
    """
    runs: list[list] = []
    for sheet, row, column in sorted(cells):
        last = runs[-1] if runs else None
        if last and last[:2] == [sheet, row] and last[2] + last[3] == column:
            last[3] += 1
        else:
            runs.append([sheet, row, column, 1])
    joined: dict[tuple[str, int, int], tuple[int, int]] = {}  # (sheet, column, width): first, last
    areas = []
    for sheet, row, column, width in runs:
        key = (sheet, column, width)
        first, last_row = joined.get(key, (row, row - 1))
        if last_row + 1 != row:
            areas.append((sheet, first, column, last_row - first + 1, width))
            first = row
        joined[key] = (first, row)
    areas += [(s, first, c, last - first + 1, w) for (s, c, w), (first, last) in joined.items()]
    return sorted(areas)
