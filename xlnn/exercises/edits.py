"""Explain mistakes by a small edit of the student's formula or of the right one.

If an edit of the student's formula makes it right in every world, or an edit of the right formula
gives the student's values in every world, the edit is the reason.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from xlnn.engines.scenarios import Found, Task
from xlnn.exercises.evaluation import evaluated_tasks
from xlnn.exercises.judging import TOLERANCE, JudgedQuantity
from xlnn.exercises.submission import Submission
from xlnn.grid import CellError

Index = tuple[int, ...]

Edit = tuple[str, dict[str, str], str]
"""The kind of a mistake, the values of its sentence's braces, and a formula."""

MOST = 12
"""The most units of a quantity that are examined; later ones usually have the same mistake."""

WORLDS = 3
"""Worlds in which an edit is tried; formulas do not agree in that many by chance."""

_CELL = r"(?:(?:'(?:[^']|'')*'|[^\W\d][\w.]*)!)?\$?[A-Z]{1,3}\$?[0-9]{1,7}"
_ONE_CELL = re.compile(rf"(?<![\w$:!'.]){_CELL}(?![\w(:!])")
_SIGN = re.compile(r"(?<=[\w)}%$])\s*([-+])")
_LEADING = re.compile(r"(?<=[(,=])\s*-")
_EXP = re.compile(r"EXP\((-?)", re.IGNORECASE)
_E = re.compile(r"(?<![\w.$])2\.71?8?[0-9]*(?![\w.])")
_ROUND = re.compile(r"\b(?:ROUND|ROUNDUP|ROUNDDOWN|TRUNC)\(", re.IGNORECASE)
_SQUARE = re.compile(r"\^2(?![\d.])")
_PAIR = re.compile(r"SUMXMY2\(([^,]*),([^)]*)\)")
_SQUARES = (
    (_PAIR, r"SUMPRODUCT(\1-\2)"),
    (_PAIR, r"SUMPRODUCT(ABS(\1-\2))"),
    (re.compile(r"SUMSQ\("), "SUM("),
)
"""Sums of squares, and what they are without the square."""

ACTIVATIONS = {
    "sigmoid": "1/(1+EXP(-{}))",
    "tanh": "TANH({})",
    "relu": "MAX(0,{})",
    "linear": "{}*1",
    "EXP": "EXP({})",
}
"""Activation functions of a weighted input, as a student writes them."""

SLOPES = {
    "sigmoid": ("{0}*(1-{0})", "1/(1+EXP(-{0}))*(1-1/(1+EXP(-{0})))"),
    "tanh": ("1-{0}^2", "1-TANH({0})^2"),
    "relu": ("IF({0}>0,1,0)",),
    "linear": ("1+0*{0}",),
}
"""Their slopes, of the activation or of the weighted input."""


def edits(
    handed_in: Submission, judged: JudgedQuantity, units: Mapping[Index, Index]
) -> dict[Index, tuple[str, dict[str, str]]]:
    """Return the kind of mistake and the parts of its sentence, for units that an edit explains.

    Parameters
    ----------
    handed_in : Submission
    judged : Judged
    units : dict
        The first wrong index of each unit in question.
    """
    layout, name = handed_in.layout, judged.quantity.name
    chosen = dict([*units.items()][:MOST])
    own = {unit: judged.formulas[i] for unit, i in chosen.items() if i in judged.formulas}
    tries = [(unit, edit, True) for unit, text in own.items() for edit in _mended(text)]
    tries += [
        (unit, edit, False)
        for unit, index in chosen.items()
        for edit in _spoilt(layout.formula(name, index))
    ]
    found = _tried(handed_in, judged, [(chosen[unit], text) for unit, (*_, text), _ in tries])
    reasons: dict[Index, tuple[str, dict[str, str]]] = {}
    for (unit, (kind, said, _), is_mended), values in zip(tries, found, strict=True):
        right = _right(judged, chosen[unit])
        given = [got[chosen[unit]] for got in judged.got[:WORLDS]]
        says_nothing = len(set(given)) < 2 or (not is_mended and _alike(values, right))
        if not says_nothing and _alike(values, right if is_mended else given):
            reasons.setdefault(unit, (kind, said))
    return reasons


def right_with(
    handed_in: Submission, judged: JudgedQuantity, formulas: Mapping[Index, str]
) -> set[Index]:
    """Return the entries of a quantity that other formulas would make right."""
    found = zip(formulas, _tried(handed_in, judged, [*formulas.items()]), strict=True)
    return {index for index, values in found if _alike(values, _right(judged, index))}


def _tried(
    handed_in: Submission, judged: JudgedQuantity, formulas: Sequence[tuple[Index, str]]
) -> list[list[Found]]:
    """Return what each formula gives in its cell, in some worlds."""
    if not formulas:
        return []
    places = dict(handed_in.places(judged.quantity))
    tasks = [Task({places[index]: text}, {}, (places[index],)) for index, text in formulas]
    answers = evaluated_tasks(handed_in, [(world, tasks) for world in judged.worlds[:WORLDS]])
    return [[found[n][0] for found in answers] for n in range(len(tasks))]


def _right(judged: JudgedQuantity, index: Index) -> list[Found]:
    """Return the right values of an entry in these worlds."""
    return [world.arrays[judged.quantity.name][index] for world in judged.worlds[:WORLDS]]


def _alike(values: list[Found], others: list[Found]) -> bool:
    """Return whether numbers are equal in every world."""
    for one, other in zip(values, others, strict=True):
        if isinstance(one, str | bool | CellError) or isinstance(other, str | bool | CellError):
            return False
        if one is None or other is None:
            return False
        if not abs(one - other) <= TOLERANCE * max(1e-6, abs(other)):
            return False
    return True


def _mended(formula: str) -> Iterator[Edit]:
    """Yield edits of a student's formula that may make it right."""
    for found in _E.finditer(formula):
        yield "e", {"value": found[0]}, _cut_in(formula, found.span(), "EXP(1)")
    every = _E.sub("EXP(1)", formula)
    if every != formula:
        yield "e", {"value": _E.findall(formula)[0]}, every
    if _ROUND.search(formula):
        yield "rounded", {}, _without_rounding(formula)
    for found in _EXP.finditer(formula):
        yield "exponent", {}, _cut_in(formula, found.span(), "EXP(" if found[1] else "EXP(-")
    for found in _SIGN.finditer(formula):
        other = "-" if found[1] == "+" else "+"
        yield "inner_sign", {"sign": found[1]}, _cut_in(formula, found.span(1), other)
    for found in _LEADING.finditer(formula):
        yield "inner_sign", {"sign": "-"}, _cut_in(formula, found.span(), "")


def _spoilt(formula: str) -> Iterator[Edit]:
    """Yield edits of the right formula that a student may have made of it."""
    for found in _EXP.finditer(formula):
        yield "exponent", {}, _cut_in(formula, found.span(), "EXP(" if found[1] else "EXP(-")
    for found in _SIGN.finditer(formula):
        other = "-" if found[1] == "+" else "+"
        yield "inner_sign", {"sign": other}, _cut_in(formula, found.span(1), other)
    for start, end in _brackets(formula):
        yield "brackets", {}, formula[:start] + formula[start + 1 : end] + formula[end + 1 :]
    squares = (_cut_in(formula, found.span(), "") for found in _SQUARE.finditer(formula))
    sums = (pattern.sub(text, formula) for pattern, text in _SQUARES)
    for text in (*squares, *sums):
        if text != formula:
            yield "square", {}, text
            yield "square", {}, f"=-({text[1:]})"
    yield from _of_others(formula)


def _of_others(formula: str) -> Iterator[Edit]:
    """Yield other activations, and their slopes, of the single cell that a formula reads."""
    cells = dict.fromkeys(_ONE_CELL.findall(formula))
    for cell in cells if len(cells) == 1 and ":" not in formula else ():
        for name, text in ACTIVATIONS.items():
            yield "activation", {"function": name}, "=" + text.format(cell)
        for name, texts in SLOPES.items():
            for text in texts:
                yield "slope", {"function": name}, "=" + text.format(cell)


def _cut_in(text: str, span: tuple[int, int], other: str) -> str:
    return text[: span[0]] + other + text[span[1] :]


def _brackets(formula: str) -> Iterator[tuple[int, int]]:
    """Yield the positions of pairs of parentheses that do not belong to a function."""
    opened: list[int] = []
    for position, sign in enumerate(formula):
        if sign == "(":
            opened.append(position)
        elif sign == ")" and opened:
            start = opened.pop()
            if not (formula[start - 1].isalnum() or formula[start - 1] in "._"):
                yield start, position


def _without_rounding(formula: str) -> str:
    """Return a formula without rounding."""
    while found := _ROUND.search(formula):
        depth, comma, end = 1, 0, found.end()
        while end < len(formula) and depth:
            sign = formula[end]
            depth += (sign == "(") - (sign == ")")
            if sign == "," and depth == 1 and not comma:
                comma = end
            end += 1
        inner = formula[found.end() : comma or end - 1]
        formula = f"{formula[: found.start()]}({inner}){formula[end:]}"
    return formula
