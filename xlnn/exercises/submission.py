"""Read a submission: formulas, typed values and the exercise; or what was handed out."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from pathlib import Path

import numpy as np
from openpyxl.utils import range_boundaries

from xlnn.checking.circles import Order
from xlnn.checking.formula_text import as_stated
from xlnn.checking.references import CellRange
from xlnn.engines.scenarios import Place
from xlnn.equation import Constant
from xlnn.errors import DataError, WorkbookError
from xlnn.exercises.array_formulas import ENTRYWISE, intersected, spilled
from xlnn.exercises.returned import Returning, cut
from xlnn.formula import functions_of
from xlnn.grid import CellError, SheetValues
from xlnn.layout import Layout
from xlnn.loading.open_file import check_sheets
from xlnn.loading.spec import described, spec_text
from xlnn.loading.values import read_arrays
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.reference import inputs_of
from xlnn.workbooks.entries import WorkbookSpec
from xlnn.workbooks.exercise import Exercise, exercise_in
from xlnn.xlsx import package
from xlnn.xlsx.cells import FormulaCells, all_cells
from xlnn.xlsx.guard import FormulaGuard
from xlnn.xlsx.name_substitution import Names
from xlnn.xlsx.package import Package


def handed_out(where: Path) -> dict[str, str]:
    """Read the Specs that were handed out, from a file or a folder.

    Returns
    -------
    dict of str
        The texts of the Specs, by the student's name.

    Raises
    ------
    WorkbookError
        There are no exercises.
    """
    files = sorted(where.rglob("*.xlsx")) if where.is_dir() else [where]
    found = {}
    for file in files:
        if exercise := exercise_of(file):
            found[exercise.student] = spec_text(file)[1]
    if not found:
        raise WorkbookError(f"{where} holds no exercise: name what was handed out.")
    return found


def exercise_of(path: Path) -> Exercise | None:
    """Return the exercise in an inspected workbook.

    Returns
    -------
    Exercise or None
        None for an ordinary workbook. The names of the blanks may not exist, since anything can be
        written into the sheet Spec.

    Raises
    ------
    WorkbookError
        The file has no Spec, or its exercise is not as xlnn writes it.
    """
    title, text = spec_text(path)
    try:
        return exercise_in(text)
    except DataError as error:
        raise WorkbookError(f"{path.name}, sheet {title}: {error}") from error


Typed = float | str | bool | CellError


def anywhere(cell: Place | str) -> bool:  # noqa: ARG001 -- whatever it is
    """Return True: any formula may call any function, since each is judged alone."""
    return True


@dataclass(frozen=True)
class Submission:
    """A workbook that a student handed in.

    Attributes
    ----------
    contents : Package
    exercise : Exercise
    spec : Spec
    layout : Layout
    formulas : dict
        Formulas by place, including the student's own outside the quantities.
    typed : dict
        Typed values by place.
    arrays : set of places
        The formulas that are array formulas in any version of Excel.
    matrices : dict
        The array formulas that fill cells of a blank at once: for the place of each of these cells,
        the first cell and the range.
    refused : set of places
        Formulas that no engine may see, so that the teacher judges what depends on them.
    moved : dict of tuple
        What the student moved: titles of sheets by what happened to them, as in `Returning`.
    model : Model or None
        The programmer's own model of which the exercise was made.
    """

    contents: Package
    exercise: Exercise
    spec: WorkbookSpec
    layout: Layout
    formulas: Mapping[Place, str]
    typed: Mapping[Place, Typed]
    arrays: AbstractSet[Place]
    matrices: Mapping[Place, tuple[Place, str]] = field(default_factory=dict)
    refused: AbstractSet[Place] = frozenset()
    moved: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    model: Model | None = None

    @cached_property
    def deleted(self) -> frozenset[str]:
        """The quantities of sheets that are missing."""
        titles = self.moved.get("deleted", ())
        return frozenset(
            name
            for name, block in self.layout.blocks.items()
            if self.layout.titles[block.sheet] in titles
        )

    @cached_property
    def blanks(self) -> tuple[Quantity, ...]:
        """The blanked quantities."""
        return tuple(self.layout.model[name] for name in self.exercise.blank)

    @cached_property
    def as_stated(self) -> frozenset[str]:
        """The quantities all of whose formulas read as stated."""
        return as_stated(self.layout, {at: self.formulas[at] for at in self.plain})

    @cached_property
    def plain(self) -> frozenset[Place]:
        """The formulas that may read as stated: those of one cell, and of a matrix as it is."""
        places = (at for at in self.formulas if at not in self.arrays)
        stated = {
            (at, block.area(index))
            for name, block in self.layout.blocks.items()
            if block.quantity.sliced
            for index, at in self.layout.places(name).items()
        }
        found = (at for at, (_, area) in self.matrices.items() if (at, area) in stated)
        return frozenset((*places, *found))

    @cached_property
    def sizes(self) -> dict[Place, tuple[int, int]]:
        """The rows and columns that each array formula fills, by its first cell."""
        alone = {at: (1, 1) for at in self.arrays if at not in self.matrices}
        firsts = {first: _size(area) for first, area in self.matrices.values()}
        return {**alone, **firsts}

    def is_part(self, place: Place) -> bool:
        """Return whether a cell is filled by the array formula of another one."""
        return place in self.matrices and self.matrices[place][0] != place

    @cached_property
    def helpers(self) -> dict[Place, str]:
        """The student's own helper formulas, outside all quantities."""
        return {place: text for place, text in self.formulas.items() if place not in self.owned}

    @cached_property
    def order(self) -> Order:
        """The order in which the cells are computed."""
        return Order(self.layout, self.contents)

    @cached_property
    def owned(self) -> set[Place]:
        """The cells of all quantities."""
        return {place for name in self.layout.blocks for place in self.layout.places(name).values()}

    @cached_property
    def inputs(self) -> dict[str, np.ndarray]:
        """The values of its input cells; NaN or None for unsuitable values."""
        layout = self.layout
        values = {
            title: SheetValues(np.full(layout.extents[key], np.nan))
            for key, title in layout.titles.items()
        }
        for (title, row, column), value in self.typed.items():
            if (title, row, column) not in self.owned:
                continue
            if isinstance(value, str):
                values[title].others[row, column] = value
            else:
                values[title].numbers[row - 1, column - 1] = value
        return inputs_of(layout.model, read_arrays(layout, values))

    def varies(self, area: CellRange) -> bool:
        """Return whether an area has cells of a quantity that is not a constant."""
        return any(next(area.without(other), None) != area for other in self._varying)

    @cached_property
    def _varying(self) -> list[CellRange]:
        """The rectangles of all quantities that are not constants."""
        return [
            CellRange(self.layout.titles[block.sheet].casefold(), *first, *last)
            for block in self.layout.blocks.values()
            if not isinstance(block.quantity.equation, Constant)
            for first, last in block.rectangles()
        ]

    def places(self, quantity: Quantity) -> Iterator[tuple[tuple[int, ...], Place]]:
        """Yield the index and the place of each cell that a quantity computes."""
        for index, place in self.layout.places(quantity.name).items():
            if not quantity.is_typed(index):
                yield index, place


def submission(path: Path, model: Model | None = None) -> Submission:
    """Read a submission, of a template or of a programmer's own model.

    Raises
    ------
    WorkbookError
        The file is not an exercise of xlnn, or is unsafe to open.
    """
    contents = package.inspect(
        path, anywhere, arrays=True, local_names=True, spares=True,
        may_hold_macros=path.suffix.lower() == ".xlsm",
    )  # fmt: skip
    exercise = exercise_of(path)
    if exercise is None:
        raise WorkbookError(
            f"{path.name} was written by xlnn, but is not an exercise: no formulas are left out."
        )
    spec, layout = described(path, model, contents)
    for name in exercise.blank:
        if name not in layout.model.by_name or layout.model[name].equation is None:
            raise WorkbookError(
                f'{path.name}: its Spec asks for "{name:.40}", which it does not compute: hand in '
                "the file as it was handed out."
            )
    formulas: dict[Place, str] = {}
    typed: dict[Place, Typed] = {}
    names = Names.of(contents)
    for title, (row, column, formula, value, _) in all_cells(path):
        if formula is not None:
            formulas[title, row, column] = names.plain(formula, title)
        elif value is not None:
            typed[title, row, column] = value
    formulas = cut(formulas, *_most(layout, formulas, typed))
    matrices = _matrices(contents, layout, formulas)
    asked = {at for name in exercise.blank for at in layout.places(name).values()}
    into = _spilled(contents, formulas, typed.keys() | asked, matrices)
    into |= {at: formulas[first] for at, (first, _) in matrices.items()}
    formulas |= into
    typed = {place: value for place, value in typed.items() if place not in into}
    refused = _refused(contents, formulas)
    arrays = into.keys() | contents.arrays
    filled = [*formulas, *typed]
    returning = Returning(layout, contents.names, contents.sheets, filled)
    if not returning.moved or not returning.titles:
        check_sheets(contents, layout)
    if returning.is_needed:
        back = returning.place
        formulas = {back(at): returning.formula(text, at[0]) for at, text in formulas.items()}
        typed = {back(at): value for at, value in typed.items()}
        refused, arrays = {back(at) for at in refused}, {back(at) for at in arrays}
        matrices = {back(at): (back(first), cells) for at, (first, cells) in matrices.items()}
    if returning.moved:
        contents = _as_handed_out(contents, layout, formulas, returning)
    read = Submission(
        contents,
        exercise,
        spec,
        layout,
        {place: text for place, text in formulas.items() if place not in refused},
        typed,
        arrays,
        matrices,
        frozenset(refused),
        returning.moved,
        model,
    )
    answers = (at for q in read.blanks if q.name not in read.as_stated for _, at in read.places(q))
    alone = [at for at in (*answers, *read.helpers) if at in read.formulas and at not in arrays]
    crossed = {at: intersected(read.formulas[at], *at[1:]) for at in alone}
    changed = any(read.formulas[at] != text for at, text in crossed.items())
    return replace(read, formulas=read.formulas | crossed) if changed else read


SPARE = 10
"""Rows and columns below and beside the cells that a formula may read, since a range is often a few
rows off."""


def _most(
    layout: Layout, formulas: Mapping[Place, str], typed: Mapping[Place, Typed]
) -> tuple[int, int]:
    """Return the last row and column to which ranges may reach on any sheet."""
    places = (place[1:] for place in (*formulas, *typed))
    rows, columns = zip(*layout.extents.values(), *places, strict=True)
    return max(rows) + SPARE, max(columns) + SPARE


def _refused(contents: Package, formulas: Mapping[Place, str]) -> set[Place]:
    """Return the places of the formulas that no engine may see, after names were replaced."""
    if not contents.refused:
        return set()
    guard = FormulaGuard(contents.sheets, WorkbookError, {}, anywhere, spares=True)
    guard.check([text[1:] for text in formulas.values()], [*formulas].__getitem__)
    return guard.refused_cells


def _as_handed_out(
    contents: Package, layout: Layout, formulas: Mapping[Place, str], returning: Returning
) -> Package:
    """Return the contents of a file with everything back at its original place."""
    titles = [returning.titles.get(title, title) for title in contents.sheets]
    cells: dict[str, list[tuple[int, int]]] = {
        title: [] for title in (*layout.titles.values(), *titles)
    }
    for title, row, column in formulas:
        cells[title].append((row, column))
    found = {}
    for title, places in cells.items():
        found[title] = FormulaCells(sorted(places))
    return replace(contents, sheets=tuple(cells), formulas=found)


def _size(area: str) -> tuple[int, int]:
    left, top, right, bottom = range_boundaries(area)
    return bottom - top + 1, right - left + 1


def _matrices(
    contents: Package, layout: Layout, formulas: Mapping[Place, str]
) -> dict[Place, tuple[Place, str]]:
    """Return the array formulas that are computed as a whole, by the places of their cells.

    They are in cells of a quantity in matrices, and fill at most as many cells as it has.
    """
    found = {}
    for first, cells in contents.arrays.items():
        entry = layout.entry(*first)
        if entry is None or not layout.model[entry[0]].sliced or ":" not in cells:
            continue
        places = set(layout.places(entry[0]).values())
        rows, columns = _size(cells)
        if functions_of(formulas[first]) <= ENTRYWISE or rows * columns > len(places):
            continue
        title, top, left = first
        for down, right in product(range(rows), range(columns)):
            if (place := (title, top + down, left + right)) in places:
                found[place] = first, cells
    return found


def _spilled(
    contents: Package,
    formulas: Mapping[Place, str],
    filled: AbstractSet[Place],
    matrices: Mapping[Place, object],
) -> dict[Place, str]:
    """Return the formulas of the cells into which other array formulas spill."""
    found = {}
    for first, cells in contents.arrays.items():
        if ":" in cells and first not in matrices:
            found |= spilled(formulas[first], cells, first[0], filled)
    return found
