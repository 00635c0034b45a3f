"""Formulas by which an exercise shows whether the filled-in cells are right.

They compare sums of the filled-in numbers with the sums noted when the exercise was written, so
that neither the numbers nor the formulas are revealed. One of the sums depends on the order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from xlnn.equation import Cells, Choice, Equation, Sentence
from xlnn.equations.dense import counted
from xlnn.equations.sentences import Told
from xlnn.grid import address

SUMS = 4
"""The count of numbers, their sum, the sum of their squares, and the sum of each square times the
next number."""

NOT_DONE, PARTLY, WRONG, CORRECT, OTHER_INPUTS, FIRST_STEP = range(6)
"""The states of a blank. In `FIRST_STEP`, the first step (epoch) is right and later ones wait for
other blanks: without the errors δ there are no new weights."""

CLOSE = "0.000000001"
"""The largest relative difference at which sums agree: far more than what rounding in another
engine or another correct formula makes in hundreds of epochs, far less than any mistake makes."""

SMALLEST = "0.000001"
"""Added to the root mean square of the numbers, so that zeros may differ by 1E-15."""


@dataclass(frozen=True, eq=False)
class JudgedCells:
    """A rectangle of cells of one quantity.

    Attributes
    ----------
    name : str
        The quantity's name.
    entries : array of int, shape (rows, columns)
        Indices of its entries in the quantity's flattened array.
    title : str
        The sheet's title, as a formula writes it.
    row, column : int
        The position of the first cell.
    """

    name: str
    entries: np.ndarray
    title: str
    row: int
    column: int

    def cells(self, skipped: int = 0, dropped: int = 0) -> str:
        """Return the range, as a formula writes it, without some cells at its start and end.

        It leaves out whole rows or, if there is only one row, columns.
        """
        height, width = self.entries.shape
        down, right = (1, 0) if height > 1 else (0, 1)
        first = address(self.row + skipped * down, self.column + skipped * right)
        bottom, end = self.row + height - 1, self.column + width - 1
        last = address(bottom - dropped * down, end - dropped * right)
        return f"{self.title}!{first}" + (f":{last}" if first != last else "")


class Sums(Equation):
    """Sums over rectangles of cells; empty cells are ignored."""

    def __init__(self, areas: Sequence[JudgedCells]) -> None:
        self.areas = tuple(areas)
        self.roles = tuple(dict.fromkeys(area.name for area in areas))

    def array(self, **arrays: np.ndarray) -> np.ndarray:
        """Return the sums, shape (areas, `SUMS`), of arrays of any shape."""
        sums = np.empty((len(self.areas), SUMS))
        for row, area in enumerate(self.areas):
            numbers = np.asarray(arrays[area.name], dtype=float).ravel()[area.entries]
            there = np.isfinite(numbers)
            numbers = np.where(there, numbers, 0.0)
            rows = numbers if len(numbers) > 1 else numbers.T
            first, after = (rows[:-1], rows[1:]) if rows.size > 1 else (rows, rows)
            sums[row] = (
                there.sum(), numbers.sum(), (numbers**2).sum(), (first * first * after).sum()
            )  # fmt: skip
        return sums

    def cell(self, area: int, which: int, **_: Cells) -> str:
        here = self.areas[area]
        cells = here.cells()
        ordered = f"SUM({cells})*SUMSQ({cells})"
        if here.entries.size > 1:
            first, after = here.cells(dropped=1), here.cells(skipped=1)
            ordered = f"SUMPRODUCT({first},{first},{after})"
        return (
            f"=COUNT({cells})",
            f"=IFERROR(SUM({cells}),0)",
            f"=IFERROR(SUMSQ({cells}),0)",
            f"=IFERROR({ordered},0)",
        )[which]


class SumsState(Equation):
    """The state of each area: no cell is filled in, some are, or the sums are wrong or right."""

    reads_as_stated = discontinuous = True

    def array(self, noted: np.ndarray, sums: np.ndarray) -> np.ndarray:
        """Return the states, shape (areas,), of arrays of shape (areas, `SUMS`)."""
        count = noted[:, 0]
        size = np.sqrt(noted[:, 2] / count) + float(SMALLEST)
        near = np.ones(len(count), dtype=bool)
        for which in range(1, SUMS):
            allowed = float(CLOSE) * count * size**which
            near &= np.abs(sums[:, which] - noted[:, which]) <= allowed
        complete = np.where(near, CORRECT, WRONG)
        state = np.where(sums[:, 0] < count, PARTLY, complete)
        return np.where(sums[:, 0] == 0, NOT_DONE, state).astype(float)

    def cell(self, area: int, noted: Cells, sums: Cells) -> str:
        count = noted[area, 0]
        size = f"(SQRT({noted[area, 2]}/{count})+{SMALLEST})"
        near = ",".join(
            f"ABS({sums[area, which]}-{noted[area, which]})<={CLOSE}*{count}" + f"*{size}" * which
            for which in range(1, SUMS)
        )
        return (
            f"=IF({sums[area, 0]}=0,{NOT_DONE},IF({sums[area, 0]}<{count},{PARTLY},"
            f"IF(AND({near}),{CORRECT},{WRONG})))"
        )


class BlankState(Equation):
    """Whether blanks are filled in, and correctly; only unchanged inputs can show the latter.

    Parameters
    ----------
    firsts : int
        How many areas belong to first steps; those of later steps follow.
    areas : sequence of tuples of (int, int)
        For each blanked quantity, the half-open ranges of its areas in the first step and, if there
        are any, in later steps.
    inputs : sequence of tuples of (int, int)
        For each blanked quantity, the inputs that it depends on, as half-open ranges.
    """

    reads_as_stated = discontinuous = True

    def __init__(
        self,
        firsts: int,
        areas: Sequence[Sequence[tuple[int, int]]],
        inputs: Sequence[Sequence[tuple[int, int]]],
    ) -> None:
        self.firsts = firsts
        self.areas, self.inputs = tuple(areas), tuple(map(tuple, inputs))

    def array(self, states: np.ndarray, same: np.ndarray) -> np.ndarray:
        """Return the states, shape (quantities,), from those of the areas and of the inputs."""
        return np.array([self._state(n, states, same) for n in range(len(self.areas))], dtype=float)

    def _state(self, number: int, states: np.ndarray, same: np.ndarray) -> int:
        stretches = [states[begin:end] for begin, end in self.areas[number]]
        first, here = stretches[0], np.concatenate(stretches)
        if (here == NOT_DONE).all():
            return NOT_DONE
        if any((same[begin:end] != CORRECT).any() for begin, end in self.inputs[number]):
            return OTHER_INPUTS
        if (here == CORRECT).all():
            return CORRECT
        if (first == WRONG).any():
            return WRONG
        if (here < WRONG).any():
            return PARTLY
        return FIRST_STEP if (states[: self.firsts] != CORRECT).any() else WRONG

    def cell(self, number: int, states: Cells, same: Cells) -> str:
        stretches = [states[begin:end] for begin, end in self.areas[number]]
        count = sum(end - begin for begin, end in self.areas[number])

        def in_all(cells: Sequence[str], state: int) -> str:
            return "+".join(counted(stretch, state) for stretch in cells)

        wait = f"{counted(states[: self.firsts], CORRECT)}<{self.firsts}"
        last = f"IF({wait},{FIRST_STEP},{WRONG})" if len(stretches) > 1 else str(WRONG)
        rest = (
            f"IF({in_all(stretches, CORRECT)}={count},{CORRECT},"
            f"IF({in_all(stretches[:1], WRONG)}>0,{WRONG},"
            f"IF({in_all(stretches, NOT_DONE)}+{in_all(stretches, PARTLY)}>0,{PARTLY},{last})))"
        )
        inputs = [same[begin:end] for begin, end in self.inputs[number]]
        if inputs:
            size = sum(end - begin for begin, end in self.inputs[number])
            rest = f"IF({in_all(inputs, CORRECT)}<{size},{OTHER_INPUTS},{rest})"
        return f"=IF({in_all(stretches, NOT_DONE)}={count},{NOT_DONE},{rest})"


COUNT_RIGHT = Choice(
    lambda states: np.asarray((states == CORRECT).sum(), dtype=float),
    lambda states: "=" + counted(states[...], CORRECT),
    says="How many of the blanked quantities are right.",
)

STATES = ("not_done", "partly", "wrong", "correct", "other_inputs", "first_step")
"""The keys of the words for the states."""


def state_said(words: Mapping[str, str]) -> Told:
    """Return the sentence that shows the word for a state."""
    return Told([words[key] for key in STATES], "states")


WAITING = "…"
"""Shown instead of a sentence while cells that it depends on are empty."""


class Waiting(Sentence):
    """A sentence that is shown as `WAITING` while cells that it depends on are empty.

    Parameters
    ----------
    sentence : Sentence
        The sentence that is shown once they are filled in.
    areas : sequence of JudgedCells
        The cells that it depends on.
    """

    ROLE = "left_out_{}"

    def __init__(self, sentence: Sentence, areas: Sequence[JudgedCells]) -> None:
        self.sentence, self.areas = sentence, tuple(areas)
        self.roles = tuple(self.ROLE.format(area.name) for area in self.areas)
        self.cells = sum(area.entries.size for area in self.areas)
        self.repeats, self.discontinuous = sentence.repeats, sentence.discontinuous

    def text(self, *unit: int, **known: np.ndarray) -> str:
        there = 0
        for role, area in zip(self.roles, self.areas, strict=True):
            there += np.isfinite(np.ravel(known[role])[area.entries]).sum()
        if there < self.cells:
            return WAITING
        known = {role: array for role, array in known.items() if role not in self.roles}
        return self.sentence.text(*unit, **known)

    def cell(self, *unit: int, **known: Cells) -> str:
        known = {role: cells for role, cells in known.items() if role not in self.roles}
        there = f"COUNT({','.join(area.cells() for area in self.areas)})"
        formula = self.sentence.cell(*unit, **known).removeprefix("=")
        return f'=IF({there}<{self.cells},"{WAITING}",{formula})'
