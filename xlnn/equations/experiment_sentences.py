"""Sentences of an experiment: words with numbers in their blanks, one of several by a case."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from xlnn.equations.number import short, short_text
from xlnn.equations.wording import filled
from xlnn.quantity import Cells, Sentence

DIGITS = 6
"""Decimals of a number in a sentence; those that are 0 at its end are left out."""

_END = re.compile("_(first|last)$")


class Told(Sentence):
    """Words with a number in each blank, ``{name}`` for the quantity of that role.

    Of a quantity with steps, ``{name_first}`` and ``{name_last}`` are those at its ends.

    Parameters
    ----------
    lines : sequence of str
        What is said in case 0, in case 1 and so on; one line alone is said always.
    case : str
        The role that tells the case, where there are several lines.
    digits : int
        Decimals at most.
    """

    def __init__(self, lines: Sequence[str], case: str = "", digits: int = DIGITS) -> None:
        self.lines, self.case, self.digits = tuple(lines), case, digits
        blanks = (blank for line in lines for blank in re.findall(r"\{(\w+)\}", line))
        self.blanks = {blank: _END.sub("", blank) for blank in blanks}
        self.roles = tuple(dict.fromkeys((*((case,) if case else ()), *self.blanks.values())))

    def text(self, *unit: int, **known: np.ndarray) -> str:
        """Return the text; a quantity of several units gives the unit's own number."""

        def own(values: np.ndarray) -> float:
            return values[unit] if np.ndim(values) else values

        numbers = {}
        for blank, role in self.blanks.items():
            end = _END.search(blank)
            values = known[role][0 if end[1] == "first" else -1] if end else known[role]
            numbers[blank] = short_text(own(values), self.digits)
        line = self.lines[int(own(known[self.case]))] if self.case else self.lines[0]
        return line.format(**numbers)

    def cell(self, *unit: int, **known: Cells) -> str:
        """Return the formula; a quantity of several units gives the unit's own number."""
        numbers = {}
        for blank, role in self.blanks.items():
            cells = known[role]
            if end := _END.search(blank):
                cells = cells.at(0 if end[1] == "first" else -1)
            numbers[blank] = short(cells[unit if cells.shape else ()], self.digits)
        texts = [filled(line, **numbers) for line in self.lines]
        if not self.case:
            return f"={texts[0]}"
        case = known[self.case]
        return f"=CHOOSE(1+{case[unit if case.shape else ()]},{','.join(texts)})"


class Complete(Sentence):
    """A sentence that is told only where no cell of a table is without a number.

    Parameters
    ----------
    said : Sentence
    missing : str
        What is told otherwise.
    columns : tuple of str
        The roles of the table's columns, along ``row``.
    cells : int
        How many cells they have.
    """

    def __init__(self, said: Sentence, missing: str, columns: tuple[str, ...], cells: int) -> None:
        self.said, self.missing, self.columns, self.cells = said, missing, columns, cells
        self.roles = tuple(dict.fromkeys((*said.roles, *columns)))
        self.optional = said.optional

    def text(self, *unit: int, **known: np.ndarray) -> str:
        if not all(np.isfinite(known[name]).all() for name in self.columns):
            return self.missing
        return self.said.text(*unit, **self._of_said(known))

    def cell(self, *unit: int, **known: Cells) -> str:
        ranges = ",".join(known[name].over("row")[...] for name in self.columns)
        said = self.said.cell(*unit, **self._of_said(known)).removeprefix("=")
        return f'=IF(COUNT({ranges})<{self.cells},"{self.missing}",{said})'

    def _of_said(self, known: Mapping[str, Any]) -> dict[str, Any]:
        return {name: each for name, each in known.items() if name in self.said.roles}
