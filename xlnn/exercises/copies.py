"""Find submissions that share the same wrong formulas.

Common mistakes have common formulas, so a wrong formula suggests a copy only if few have it. A
typed number always does, since students have different numbers.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError
from openpyxl.utils import column_index_from_string

from xlnn.checking.formula_text import plainly
from xlnn.engines.scenarios import Place
from xlnn.exercises.grades import Copies, Grade
from xlnn.layout import Layout

_CELL = re.compile(r"(\$?)([A-Z]{1,3})(\$?)([0-9]{1,7})", re.IGNORECASE)

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
    few = max(FEW, len(grades) // 20)
    pairs: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for key, files in having.items():
        _, symbol, answer = key
        if 1 < len(files) <= few or (len(files) > 1 and _TYPED.fullmatch(answer)):
            for pair in combinations(files, 2):
                pairs[pair][symbol] = first[key]
    return tuple(Copies(pair, answers) for pair, answers in pairs.items())


def filled_in(layout: Layout, formulas: Mapping[Place, str]) -> str:
    """Return the formulas filled into a column, each once, whatever the number of rows.

    Parameters
    ----------
    layout : Layout
    formulas : dict
        The formulas by place, from top to bottom.
    """
    return "\n".join(dict.fromkeys(_seen(layout, *each) for each in formulas.items()))


def _seen(layout: Layout, place: Place, formula: str) -> str:
    """Return a formula with its cells relative to its own."""
    try:
        items = Tokenizer(formula).items
    except (TokenizerError, ValueError, IndexError):  # a parenthesis or a quote is missing
        return plainly(formula)
    for token in items:
        if token.type == Token.OPERAND and token.subtype == Token.RANGE:
            sheet, mark, cells = token.value.rpartition("!")
            ends = [_CELL.fullmatch(end) for end in cells.split(":")]
            if all(ends):
                title = (sheet.strip("'").replace("''", "'") or place[0]).casefold()
                is_long = len({end[4] for end in ends}) > 1
                seen = [
                    (_entry(layout, title, end) if is_long else _beside(layout, place, title, end))
                    or _aside(place, end)
                    for end in ends
                ]
                token.value = sheet + mark + ":".join(seen)
    return plainly("=" + "".join(token.value for token in items))


def _aside(place: Place, cell: re.Match[str]) -> str:
    """Return how far away a cell is, or where it is if it is fixed."""
    row, column = int(cell[4]), column_index_from_string(cell[2])
    down = f"R{row}" if cell[3] else f"R[{row - place[1]}]"
    return down + (f"C{column}" if cell[1] else f"C[{column - place[2]}]")


def _entry(layout: Layout, title: str, cell: re.Match[str]) -> str:
    """Return the entry of a quantity at an end of a range, the last one as such."""
    found = layout.entry(title, int(cell[4]), column_index_from_string(cell[2]))
    if found is None:
        return ""
    name, index = found
    lengths = layout.model[name].lengths
    each = ["last" if n == of - 1 else f"{n}" for n, of in zip(index, lengths, strict=True)]
    return f"{name}[{','.join(each)}]"


def _beside(layout: Layout, place: Place, title: str, cell: re.Match[str]) -> str:
    """Return how many rows away an entry is that moves down with the formula."""
    own = layout.entry(*place)
    found = layout.entry(title, int(cell[4]), column_index_from_string(cell[2]))
    if own is None or found is None or cell[3]:
        return ""
    axes, others = layout.model[own[0]].axes, layout.model[found[0]].axes
    if not axes or not others or axes[-1] != others[-1]:
        return ""
    count = len(others)
    there, here = reversed(found[1][:count]), reversed(own[1][: len(axes)])
    off = [n - m for n, m in zip(there, here, strict=False)]  # without epochs it stays as it is
    return f"{found[0]}[{off}{found[1][count:]}]"
