"""Small edits of a formula that make or mend a mistake."""

import re
from collections.abc import Iterator
from itertools import combinations

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
FEWEST = 3
"""Fewest terms of a mean, to distinguish it from a factor of the equation such as 1/2."""

MOST_SWAPPED = 6
"""The most cells in a formula for which swapping two is tried."""

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

_OF_SUMS = {
    "sigmoid": (
        re.compile(r"=1/\(1\+EXP\(MIN\(700,-(.+)\)\)\)"),
        re.compile(r"=1/\(1\+EXP\(-(.+)\)\)"),
    ),
    "tanh": (re.compile(r"=TANH\((.+)\)"),),
}
"""Activation functions of any number, as the workbook writes them."""

_DIVISOR = re.compile(r"/([0-9]+)(?![\d/.])")
_EPSILON = re.compile(rf"\+(?:1/10+(?!\d)|(?<=\)\+){_CELL}(?=\)))")
"""What is added so that no denominator is 0: a power of ten, or a cell after a root."""

_ROOT = re.compile(rf"\)\+({_CELL})(?=\))")


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
    yield from _other_divisors(formula)
    yield from _without_factors(formula)
    if "SQRT(" in formula:
        for _, text in _each(_EPSILON, "", formula):
            yield "epsilon", {}, text
        yield "epsilon", {}, _ROOT.sub(r"+\1)", formula)
    yield from _swapped(formula)


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

    for name, patterns in _OF_SUMS.items():
        found = next(filter(None, (pattern.fullmatch(formula) for pattern in patterns)), None)
        for other in _OF_SUMS.keys() - {name} if found and _is_closed(found[1]) else ():
            yield (
                "activation",
                {"function": other},
                "=" + ACTIVATIONS[other].format(f"({found[1]})"),
            )


def _other_divisors(formula: str) -> Iterator[Edit]:
    """Yield the formula with n - 1 for a number n that it divides by, and undivided.

    >>> [text for *_, text in _other_divisors("=SUM(A1:A4)/4")]
    ['=SUM(A1:A4)/3', '=SUM(A1:A4)']
    """
    for found in _DIVISOR.finditer(formula):
        if (count := int(found[1])) >= FEWEST:
            before, after = formula[: found.start()], formula[found.end() :]
            said = {"count": str(count), "less": str(count - 1)}
            yield "less_one", said, f"{before}/{count - 1}{after}"
            yield "sum", said, before + after


def _without_factors(formula: str) -> Iterator[Edit]:
    """Yield the formula without a factor of a term, or without a slope such as a(1 - a).

    >>> [(kind, *said.values(), text) for kind, said, text in _without_factors("=B1*A1*(1-A1)+C1")]
    ... # doctest: +NORMALIZE_WHITESPACE
    [('no_factor', 'B1', '=A1*(1-A1)+C1'), ('no_factor', 'A1', '=B1*(1-A1)+C1'),
     ('no_slope', '(1-A1)', '=B1*A1+C1'), ('no_slope', 'A1*(1-A1)', '=B1+C1')]
    """
    for start, end in _parts(formula, 1, len(formula), "+-"):
        factors = [*_parts(formula, start, end, "*")]
        for first in range(len(factors)):
            yield from _cut(formula, factors, first, first)
        for first in range(len(factors) - 1 if len(factors) > 2 else 0):
            (a, b), (c, d) = factors[first : first + 2]
            if formula[c:d] == f"(1-{formula[a:b]})":
                yield from _cut(formula, factors, first, first + 1)


def _cut(formula: str, factors: list[tuple[int, int]], first: int, last: int) -> Iterator[Edit]:
    """Yield the formula without some of the factors of a term, unless these are all."""
    if last - first + 1 == len(factors):
        return
    start, end = factors[first][0], factors[last][1]
    cut = formula[start:end]
    begin, stop = (start - 1, end) if first else (start, end + 1)
    kind = "no_slope" if "(1-" in cut else "no_factor"
    yield kind, {"factor": cut}, formula[:begin] + formula[stop:]


def _swapped(formula: str) -> Iterator[Edit]:
    """Yield the formula with two of its cells exchanged, as gates are.

    >>> next(_swapped("=A1*B1+C1*D1"))
    ('swapped', {'first': 'A1', 'second': 'B1'}, '=B1*A1+C1*D1')
    """
    cells = [*dict.fromkeys(_ONE_CELL.findall(formula))]
    for one, other in combinations(cells, 2) if len(cells) <= MOST_SWAPPED else ():
        exchanged = {one: other, other: one}
        text = _ONE_CELL.sub(lambda found, by=exchanged: by.get(found[0], found[0]), formula)
        yield "swapped", {"first": one, "second": other}, text


def _parts(formula: str, start: int, end: int, signs: str) -> Iterator[tuple[int, int]]:
    """Yield the positions of what signs separate outside all parentheses."""
    depth, begin = 0, start
    for position in range(start, end):
        sign = formula[position]
        depth += (sign == "(") - (sign == ")")
        if sign in signs and not depth:
            if position > begin:
                yield begin, position
            begin = position + 1
    if end > begin:
        yield begin, end


def _is_closed(text: str) -> bool:
    """Return whether no parenthesis is closed before it is opened."""
    depth = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            return False
    return True


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
