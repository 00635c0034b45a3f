"""Small edits of a formula that make or mend a mistake."""

import re
from collections.abc import Iterator

Edit = tuple[str, dict[str, str], str]
"""The kind of a mistake, the values of its sentence's braces, and a formula."""

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


def mended(formula: str) -> Iterator[Edit]:
    """Yield edits of a student's formula that may make it right."""
    for found, text in _each(_E, "EXP(1)", formula):
        yield "e", {"value": found[0]}, text
    if values := _E.findall(formula):
        yield "e", {"value": values[0]}, _E.sub("EXP(1)", formula)
    if _ROUND.search(formula):  # of its arguments the first is the number
        yield "rounded", {}, _ROUND.sub("CHOOSE(1,", formula)
    for kind, before, _, text in _turned(formula):
        yield kind, before, text
    for _, text in _each(_LEADING, "", formula):
        yield "inner_sign", {"sign": "-"}, text


def spoilt(formula: str) -> Iterator[Edit]:
    """Yield edits of the right formula that a student may have made of it."""
    for kind, _, after, text in _turned(formula):
        yield kind, after, text
    for start, end in _brackets(formula):
        yield "brackets", {}, formula[:start] + formula[start + 1 : end] + formula[end + 1 :]
    squares = (text for _, text in _each(_SQUARE, "", formula))
    sums = (pattern.sub(text, formula) for pattern, text in _SQUARES)
    for text in (*squares, *sums):
        if text != formula:
            yield "square", {}, text
            yield "square", {}, f"=-({text[1:]})"
    yield from _of_others(formula)


def _each(
    pattern: re.Pattern[str], other: str, formula: str
) -> Iterator[tuple[re.Match[str], str]]:
    """Yield each place of a pattern, and the formula with another text there."""
    for found in pattern.finditer(formula):
        yield found, formula[: found.start()] + other + formula[found.end() :]


def _turned(formula: str) -> Iterator[tuple[str, dict[str, str], dict[str, str], str]]:
    """Yield the formula with one sign turned, its kind, and what was and is said of the sign."""
    for found in _EXP.finditer(formula):
        other = "EXP(" if found[1] else "EXP(-"
        yield "exponent", {}, {}, formula[: found.start()] + other + formula[found.end() :]
    for found in _SIGN.finditer(formula):
        other = "-" if found[1] == "+" else "+"
        text = formula[: found.start(1)] + other + formula[found.end(1) :]
        yield "inner_sign", {"sign": found[1]}, {"sign": other}, text


def _of_others(formula: str) -> Iterator[Edit]:
    """Yield other activations, and their slopes, of the single cell that a formula reads."""
    cells = dict.fromkeys(_ONE_CELL.findall(formula))
    for cell in cells if len(cells) == 1 and ":" not in formula else ():
        for name, text in ACTIVATIONS.items():
            yield "activation", {"function": name}, "=" + text.format(cell)
        for name, texts in SLOPES.items():
            for text in texts:
                yield "slope", {"function": name}, "=" + text.format(cell)


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
