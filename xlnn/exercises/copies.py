"""Find submissions that share the same wrong formulas.

Common mistakes have common formulas, so a wrong formula suggests a copy only if few have it. A
typed number always does, since students have different numbers.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from itertools import combinations

from xlnn.checking.formula_text import plainly
from xlnn.checking.references import replaced
from xlnn.exercises.grades import Copies, Grade
from xlnn.formula import corners, title_of
from xlnn.layout import Layout

_TYPED = re.compile(r"(?:-?[0-9]*\.[0-9]{4,}(?:e[-+]?[0-9]+)?\s*)+", re.IGNORECASE)
"""Numbers that no two students have by chance."""

FEW = 3
"""How many may share a wrong formula before it counts as common; a twentieth of a large class."""


def copies(grades: Sequence[Grade]) -> tuple[Copies, ...]:
    """Return the pairs of submissions with the same wrong answers."""
    having: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    first: dict[tuple[str, str, str], str] = {}
    for grade in grades:
        for question in grade.questions:
            for unit in question.units:
                if unit.answer:
                    key = question.quantity, unit.symbol, unit.filled or unit.answer
                    having[key].append(grade.file)
                    first[key] = unit.answer.partition("\n")[0]
    most = max(FEW, len(grades) // 20)
    pairs: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for key, files in having.items():
        _, symbol, answer = key
        if 1 < len(files) <= most or (len(files) > 1 and _TYPED.fullmatch(answer)):
            for pair in combinations(files, 2):
                pairs[pair][symbol] = first[key]
    return tuple(Copies(pair, answers) for pair, answers in pairs.items())


def filled_in(layout: Layout, sheet: str, formula: str) -> str:
    """Return a formula with entries of quantities in place of cells.

    The last entry along an axis is called so: how many there are does not matter.

    Parameters
    ----------
    layout : Layout
    sheet : str
        The key of the formula's sheet.
    formula : str
    """

    def entries(before: str, cells: str) -> str:
        corner = partial(_entry, layout, title_of(before) or layout.titles[sheet])
        return before + ":".join(map(corner, cells.split(":")))

    return plainly(replaced(formula, entries))


def _entry(layout: Layout, title: str, cell: str) -> str:
    """Return the entry of a quantity that a cell holds, or the cell if it holds none."""
    row, column = (corners(cell) or (0, 0))[:2]
    found = layout.entry(title.casefold(), row, column)
    if found is None:
        return cell
    name, index = found
    lengths = layout.model[name].lengths
    numbers = ["last" if n == of - 1 else f"{n}" for n, of in zip(index, lengths, strict=True)]
    return f"{name}[{','.join(numbers)}]"
