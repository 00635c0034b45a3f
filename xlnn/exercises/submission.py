"""Read what a student handed in: formulas, typed values and the exercise."""

from collections import deque
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from xlnn.checking.formula_text import as_stated
from xlnn.engines.scenarios import Place
from xlnn.errors import WorkbookError
from xlnn.exercises.array_formulas import spilled
from xlnn.exercises.handed_out import Exercise, exercise_of
from xlnn.grid import CellError, Grid
from xlnn.layout import Layout
from xlnn.loading.arrays import inputs_of, read_arrays
from xlnn.loading.name_substitution import Names
from xlnn.loading.open_file import check_sheets
from xlnn.loading.spec import described, layout_of
from xlnn.quantity import Quantity
from xlnn.workbooks.kind import Spec
from xlnn.xlsx import package
from xlnn.xlsx.cells import all_cells
from xlnn.xlsx.package import Package

Typed = float | str | bool | CellError


def anywhere(cell: str) -> bool:  # noqa: ARG001 -- whatever it is
    """Say of every cell that its formula may call what it likes: it is judged by itself."""
    return True


@dataclass(frozen=True)
class Submission:
    """A workbook that was handed in.

    Attributes
    ----------
    contents : Package
    exercise : Exercise
    spec : Spec
    layout : Layout
    formulas : dict
        By place; those of the workbook's own sheets, and a student's own beside them.
    typed : dict
        What stands in cells without a formula, by place.
    arrays : set of places
        The formulas that compute with whole ranges in any Excel.
    """

    contents: Package
    exercise: Exercise
    spec: Spec
    layout: Layout
    formulas: Mapping[Place, str]
    typed: Mapping[Place, Typed]
    arrays: AbstractSet[Place]

    @cached_property
    def blanks(self) -> tuple[Quantity, ...]:
        """The quantities that were to be filled in."""
        return tuple(self.layout.model[name] for name in self.exercise.blank)

    @cached_property
    def as_stated(self) -> frozenset[str]:
        """The quantities whose every formula reads as the workbook states it."""
        plain = {place: text for place, text in self.formulas.items() if place not in self.arrays}
        return as_stated(self.layout, plain)

    @cached_property
    def helpers(self) -> dict[Place, str]:
        """The formulas that belong to no quantity: a student's own steps in between."""
        return {place: text for place, text in self.formulas.items() if place not in self.owned}

    @cached_property
    def owned(self) -> set[Place]:
        """The cells of all quantities."""
        return {place for name in self.layout.blocks for place in self.layout.places(name).values()}

    @cached_property
    def inputs(self) -> dict[str, np.ndarray]:
        """What its input cells hold; NaN or None where it does not belong there."""
        layout = self.layout
        values = {
            title: Grid(np.full(layout.extents[key], np.nan))
            for key, title in layout.titles.items()
        }
        for (title, row, column), value in self.typed.items():
            if (title, row, column) not in self.owned:
                continue
            if isinstance(value, str):
                values[title].others[row, column] = value
            else:
                values[title].numbers[row - 1, column - 1] = value
        return inputs_of(layout, read_arrays(layout, values))

    def places(self, quantity: Quantity) -> Iterator[tuple[tuple[int, ...], Place]]:
        """Yield the index and the place of each cell that a quantity computes."""
        for index, place in self.layout.places(quantity.name).items():
            if not quantity.is_typed(index):
                yield index, place


SIZES = 8
"""Layouts that are remembered: of a class that was handed different numbers of images."""


class _Remembered:
    """Lays out what a Spec describes, once for all submissions that are alike: those of a class."""

    def __init__(self) -> None:
        self._known: deque[tuple[Spec, tuple[str, ...] | None, Layout]] = deque(maxlen=SIZES)

    def __call__(self, spec: Spec, blank: tuple[str, ...] | None) -> Layout:
        """Return what `layout_of` does."""
        for known in self._known:
            if known[:2] == (spec, blank):
                return known[2]
        self._known.append((spec, blank, layout_of(spec, blank)))
        return self._known[-1][2]


_lay_out = _Remembered()


def submission(path: Path) -> Submission:
    """Read what a student handed in.

    Raises
    ------
    WorkbookError
        The file is no exercise of xlnn, or is not safe to open.
    """
    contents = package.inspect(path, anywhere, arrays=True, local_names=True)
    exercise = exercise_of(path)
    if exercise is None:
        raise WorkbookError(
            f"{path.name} was written by xlnn, but is not an exercise: no formulas are left out."
        )
    spec, layout = described(path, None, contents, _lay_out)
    check_sheets(contents, layout)
    for name in exercise.blank:
        if name not in layout.model.by_name or layout.model[name].equation is None:
            raise WorkbookError(
                f'{path.name}: its Spec asks for "{name:.40}", which it does not compute: hand in '
                "the file as it was handed out."
            )
    names = Names(contents)
    formulas: dict[Place, str] = {}
    typed: dict[Place, Typed] = {}
    for title, (row, column, formula, value) in all_cells(path, arrays=True):
        if formula is not None:
            formulas[title, row, column] = names.plain(formula, title)
        elif value is not None:
            typed[title, row, column] = value
    into = _spilled(contents, formulas, typed)
    return Submission(
        contents,
        exercise,
        spec,
        layout,
        formulas | into,
        {place: value for place, value in typed.items() if place not in into},
        into.keys() | contents.arrays,
    )


def _spilled(
    contents: Package, formulas: Mapping[Place, str], typed: Mapping[Place, Typed]
) -> dict[Place, str]:
    """Return the formulas of the cells into which array formulas spill."""
    found = {}
    for first, cells in contents.arrays.items():
        if ":" in cells:
            found |= spilled(formulas[first], cells, first[0], typed.keys())
    return found
