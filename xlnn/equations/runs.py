"""Several runs: an equation of the chosen run, and sentences about each run.

An argument that differs from run to run has the runs as its first axis.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np

from xlnn.equation import Cells, Equation, Indexed, Sentence, Stated, Unit
from xlnn.equations.sentences import Lines
from xlnn.grid import LONGEST_FORMULA
from xlnn.terms import Term

ROOM = 200
"""Characters of a formula that are left free for the text shown in place of an error."""


class OfOneRun(Equation):
    """An equation of the chosen run, counted from 1; without a choice, of the first.

    Parameters
    ----------
    equation : Equation
    roles : iterable of str
        The roles of its arguments.
    own : iterable of str
        The roles of the arguments that differ from run to run.
    runs : int
        The number of runs to choose from; 0 without a choice.
    """

    def __init__(
        self, equation: Equation, roles: Iterable[str], own: Iterable[str], runs: int
    ) -> None:
        self.equation, self.own, self.runs = equation, frozenset(own), runs
        self.roles = (*roles, "run") if runs else tuple(roles)
        self.reads_as_stated = (
            bool(runs) or equation.reads_as_stated
        )  # another run may give nearly the same
        self.discontinuous, self.repeats = equation.discontinuous, equation.repeats
        self.switches = equation.switches

    def seen(self, run: float, arguments: Mapping[str, np.ndarray]) -> dict[str, Any]:
        """Return the arguments of a run."""
        at = int(run) - 1 if self.is_one(run) else 0
        return {role: value[at] if role in self.own else value for role, value in arguments.items()}

    def is_one(self, run: float) -> bool:
        """Return whether a number is that of a run; for others CHOOSE has an error."""
        return bool(1 <= run < max(self.runs, 1) + 1)

    def array(self, run: float = 1, **arguments: np.ndarray) -> np.ndarray:
        """Return the equation's value for that run; NaN where CHOOSE has an error."""
        value = self.equation.array(**self.seen(run, arguments))
        return value if self.is_one(run) else np.full(np.shape(value), np.nan)

    def ties(
        self, got: np.ndarray, tolerance: float, *, run: float = 1, **arguments: np.ndarray
    ) -> np.ndarray:
        """Return where another answer would be as good in that run."""
        return self.equation.ties(got, tolerance, **self.seen(run, arguments))

    def cell(self, *unit: int, run: Cells | None = None, **arguments: Cells) -> str:
        """Return the formula of one unit, which chooses among those of the runs."""
        numbers = range(max(self.runs, 1))
        stated = [self.equation.cell(*unit, **_at(n, self.own, arguments)) for n in numbers]
        if run is None:
            return stated[0]
        chosen = f"=CHOOSE({run[()]},{','.join(text.removeprefix('=') for text in stated)})"
        if len(chosen) <= LONGEST_FORMULA - ROOM:
            return chosen
        # a long sentence is written once, and CHOOSE picks each of its cells
        cells = {
            role: _OfChosenRun(run[()], [one.at(n, along="run") for n in numbers])
            if role in self.own
            else one
            for role, one in arguments.items()
        }
        return self.equation.cell(*unit, **cells)


class _OfChosenRun:
    """The cells of the chosen run, for an equation that reads them one by one.

    Parameters
    ----------
    run : str
        The address of its number.
    runs : sequence of Cells
        The cells of each run.
    """

    def __init__(self, run: str, runs: Sequence[Cells]) -> None:
        self.run, self.runs = run, runs
        self.shape, self.name, self.axes = runs[0].shape, runs[0].name, runs[0].axes

    samples = images = property(lambda self: self._with(lambda cells: cells.samples))
    epochs = property(lambda self: self._with(lambda cells: cells.epochs))

    def _with(self, of: Callable[[Cells], Cells]) -> Self:
        return type(self)(self.run, [of(cells) for cells in self.runs])

    def over(self, *axes: str) -> Self:
        """Return the same units, over the whole of some axes."""
        return self._with(lambda cells: cells.over(*axes))

    def at(self, index: int, along: str = "") -> Self:
        """Return the same units at one index of an axis."""
        return self._with(lambda cells: cells.at(index, along))

    def nth(self, number: str) -> "_IndexedRuns":
        """Return the same units in one row, by its number."""
        return _IndexedRuns(self.run, [cells.nth(number) for cells in self.runs])

    @property
    def listed(self) -> str:
        """All units as arguments of a function."""
        return self[...]

    def __getitem__(self, unit: Unit | tuple[Unit, ...]) -> str:
        """Return the cell, or the range, of the chosen run."""
        return f"CHOOSE({self.run},{','.join(cells[unit] for cells in self.runs)})"


class _IndexedRuns:
    """The looked-up cells of the chosen run."""

    def __init__(self, run: str, runs: Sequence[Indexed]) -> None:
        self.run, self.runs = run, runs

    def __getitem__(self, unit: Unit | tuple[Unit, ...]) -> str:
        """Return the part of a formula that looks a unit up in the chosen run."""
        return f"CHOOSE({self.run},{','.join(cells[unit] for cells in self.runs)})"

    def unit(self, *entries: str | int) -> str:
        """Return the same for a unit whose index is in cells."""
        return f"CHOOSE({self.run},{','.join(cells.unit(*entries) for cells in self.runs)})"


class SaidOfOneRun(OfOneRun, Sentence):
    """A sentence about the chosen run, or about the first."""

    def text(self, *unit: int, run: float = 1, **arguments: np.ndarray) -> str:
        if not self.is_one(run):
            raise ValueError(run)  # CHOOSE has an error
        return self.equation.text(*unit, **self.seen(run, arguments))


class SaidOfEachRun(Lines):
    """A sentence about each run, one below the other."""

    def said(self, run: int, **known: Term) -> str:
        if len(self.sentences) > 1:
            known = {role: term.at(run, "run") for role, term in known.items()}
        return super().said(run, **known)


def _at(run: int, own: Iterable[str], arguments: Mapping[str, Cells]) -> dict[str, Cells]:
    """Return the cells of a run, counted from 0."""
    return {
        role: cells.at(run, along="run") if role in own else cells
        for role, cells in arguments.items()
    }


def last_of(*unit: int) -> Stated:
    """Return the equation of the last entry of a course of shape (epochs, units ...)."""
    return Stated(
        lambda course: course[(-1, *unit)],
        lambda course: f"={course.at(-1)[unit]}",
        says="The value of the last epoch, of one unit.",
        repeats=True,
    )


def least_of(along: str) -> Stated:
    """Return the equation of the smallest value along the epochs, an axis or a family."""
    return Stated(
        lambda course: course.min(),
        lambda course: f"=MIN({course.over(along)[()]})",
        says="The smallest value of all epochs.",
    )
