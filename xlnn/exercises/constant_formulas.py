"""Find formulas that do not depend on any quantity.

A number inside a formula is a typed number. If the right value happens to be the same in all
worlds, such as the number of images recognised with random weights, values cannot show this.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property

from xlnn.checking.references import CellRange, areas
from xlnn.engines.scenarios import Found, Place
from xlnn.exercises.submission import Submission
from xlnn.grid import CellError
from xlnn.quantity import Quantity

Index = tuple[int, ...]


class Constants:
    """Finds the constant formulas of a submission."""

    def __init__(self, submitted: Submission) -> None:
        self._submitted = submitted
        self._idle: set[Place] = set()  # helper cells that lead to no quantity

    def of(
        self,
        quantity: Quantity,
        formulas: Mapping[Index, str],
        got: Sequence[Mapping[Index, Found]],
    ) -> frozenset[Index]:
        """Return the entries of a quantity whose formulas are constant, and should not be.

        Parameters
        ----------
        quantity : Quantity
        formulas : dict
            The student's formulas, by index.
        got : sequence of dict
            The values in each world: a formula whose values vary need not be read.
        """
        layout = self._submitted.layout
        here = layout.titles[layout.blocks[quantity.name].sheet]
        return frozenset(
            index
            for index, text in formulas.items()
            if not isinstance(got[0][index], CellError)
            and all(values[index] == got[0][index] for values in got)
            and not self._leads(text, here)
            and self._leads(layout.formula(quantity.name, index), here)
        )

    def _leads(self, formula: str, here: str) -> bool:
        """Return whether a formula leads to a quantity, directly or through helper cells."""
        seen: set[Place] = set()
        left = [(formula, here)]
        while left:
            named = areas(*left.pop())
            if named is None or any(_in(area, self._owned) for area in named):
                return True
            steps = {place for area in named for place in _in(area, self._steps)}
            left += [
                (self._steps[place[0]][place], place[0]) for place in steps - seen - self._idle
            ]
            seen |= steps
        self._idle |= seen
        return False

    @cached_property
    def _owned(self) -> "Sheets":
        return _by_sheet(dict.fromkeys(self._submitted.owned, ""))

    @cached_property
    def _steps(self) -> "Sheets":
        return _by_sheet(self._submitted.helpers)


Sheets = dict[str, dict[Place, str]]
"""Formulas by the title of a sheet in lower case, as in areas, and by place."""


def _by_sheet(formulas: Mapping[Place, str]) -> Sheets:
    found: Sheets = {}
    for (title, row, column), text in formulas.items():
        sheet = title.casefold()
        found.setdefault(sheet, {})[sheet, row, column] = text
    return found


def _in(area: CellRange, sheets: Sheets) -> list[Place]:
    """Return the places in an area."""
    there = sheets.get(area.sheet, {})
    if (area.top, area.left) == (area.bottom, area.right):
        return [place for place in [area[:3]] if place in there]
    return [
        place
        for place in there
        if area.top <= place[1] <= area.bottom and area.left <= place[2] <= area.right
    ]
