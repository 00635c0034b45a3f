"""Small edits of a formula that make or mend a mistake."""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, pairwise

from xlnn.formula import Node, Token, is_sign, parsed, rewritten, significant

Edit = tuple[str, dict[str, str], str]
"""The kind of a mistake, the values of its sentence's braces, and a formula."""

FEWEST = 3
"""Fewest terms of a mean, to distinguish it from a factor of the equation such as 1/2."""

MOST_SWAPPED = 6
"""The most cells in a formula for which swapping two is tried."""

_ROUNDING = {"ROUND(", "ROUNDUP(", "ROUNDDOWN(", "TRUNC("}

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
    "sigmoid": ("=1/(1+EXP(MIN(700,-{})))", "=1/(1+EXP(-{}))"),
    "tanh": ("=TANH({})",),
}
"""Activation functions of any number, as the workbook writes them."""


def mended(formula: str) -> Iterator[Edit]:
    """Yield edits of a student's formula that may make it right."""
    found = [*significant(formula)]
    constants = [token for token in found if _is_e(token)]
    for token in constants:
        yield "e", {"value": token[0]}, _with(formula, token, "EXP(1)")
    if constants:
        yield "e", {"value": constants[0][0]}, _changed(formula, _is_e, "EXP(1)")
    if any(map(_is_rounding, found)):  # of its arguments the first is the number
        yield "rounded", {}, _changed(formula, _is_rounding, "CHOOSE(1,")
    for kind, before, _, text in _turned(formula, found):
        yield kind, before, text
    for before, token in pairwise(found):
        if token[0] == "-" and (before["call"] or before[0][-1:] in {"(", ",", "="}):
            yield "inner_sign", {"sign": "-"}, _with(formula, token, "")


def spoilt(formula: str) -> Iterator[Edit]:
    """Yield edits of the right formula that a student may have made of it."""
    found = [*significant(formula)]
    parts = [*tree.walk()] if (tree := parsed(formula)) else []
    for kind, _, after, text in _turned(formula, found):
        yield kind, after, text
    for part in parts:
        start, end = part.start, part.end
        if part.brackets:
            yield "brackets", {}, formula[:start] + formula[start + 1 : end - 1] + formula[end:]
    for text in _without_squares(formula, parts):
        yield "square", {}, text
        yield "square", {}, f"=-({text[1:]})"
    yield from _without_factors(formula)
    yield from _of_others(formula, found)
    yield from _other_divisors(formula)
    if "SQRT(" in formula:
        yield from _other_epsilons(formula, found)
    yield from _swapped(formula)


def turned(formula: str) -> Iterator[Edit]:
    """Yield a formula with one of its matrices, or its result, transposed or no longer transposed.

    >>> [text for *_, text in turned("=MMULT(TRANSPOSE(A1:B2),C1:D2)")]
    ... # doctest: +NORMALIZE_WHITESPACE
    ['=MMULT(TRANSPOSE(A1:B2),TRANSPOSE(C1:D2))', '=TRANSPOSE(MMULT(TRANSPOSE(A1:B2),C1:D2))',
     '=MMULT(A1:B2,C1:D2)']
    """
    tree = parsed(formula)
    for part in tree.walk() if tree else ():
        if part.function == "TRANSPOSE" and len(part.children) == 1:
            yield _exchanged(formula, part, str(part.children[0]))
        for factor in part.children if part.function == "MMULT" else ():
            if factor.is_bounded:
                yield _exchanged(formula, factor, f"TRANSPOSE({factor})")
        if part is tree:
            yield _exchanged(formula, part, f"TRANSPOSE({formula[1:]})")


def summed_otherwise(formula: str) -> Iterator[Edit]:
    """Yield the right formula of a matrix with other sums: of all numbers, or along the other axis.

    Of the sums along the other axis, the formula gives the first, as the matrix's first cell does.

    >>> [*summed_otherwise("=MMULT(TRANSPOSE(ROW(A1:A9)^0),B1:C9)")]
    ... # doctest: +NORMALIZE_WHITESPACE
    [('each_column', {'range': 'B1:C9'}, '=SUM(B1:C9)'),
     ('each_column', {'range': 'B1:C9'}, '=SUM(INDEX(B1:C9,1,0))')]
    """
    tree = parsed(formula)
    for part in tree.walk() if tree else ():
        if part.function != "MMULT" or len(part.children) != 2:
            continue
        one, other = map(str, part.children)
        if one.startswith("TRANSPOSE(ROW("):
            kind, of, first = "each_column", other, "1,0"
        elif other.startswith("TRANSPOSE(COLUMN("):
            kind, of, first = "each_row", one, "0,1"
        else:
            continue
        for text in (f"SUM({of})", f"SUM(INDEX({of},{first}))"):
            yield kind, {"range": of}, _exchanged(formula, part, text)[-1]


def _exchanged(formula: str, part: Node, other: str) -> Edit:
    """Return the edit of kind ``transposed`` that replaces a part of a formula."""
    start, end = part.start + part.brackets, part.end - part.brackets
    text = formula[:start] + other + formula[end:]
    return "transposed", {"symbol": formula[start:end], "right": other}, text


def _with(formula: str, token: Token, other: str, last: Token | None = None) -> str:
    """Return a formula with another text in the place of a token, or of some up to the last."""
    return formula[: token.start()] + other + formula[(last or token).end() :]


def _changed(formula: str, is_meant: Callable[[Token], bool], other: str) -> str:
    """Return a formula with another text in the place of all tokens of a kind."""
    return rewritten(formula, lambda token: other if is_meant(token) else token[0])


def _is_e(token: Token) -> bool:
    """Return whether a token is the number e with some of its digits."""
    return (token["number"] or "").startswith("2.7") and "E" not in token["number"].upper()


def _is_rounding(token: Token) -> bool:
    return token[0].upper() in _ROUNDING


def _single_cells(found: Sequence[Token]) -> list[Token]:
    """Return the tokens that are single cells, and no corners of a range."""
    corners = {
        end
        for one, token, other in zip(found, found[1:], found[2:], strict=False)
        if token[0] == ":"
        for end in (one, other)
    }
    return [t for t in found if t["first_row"] and not t["last_row"] and t not in corners]


def _turned(
    formula: str, found: Sequence[Token]
) -> Iterator[tuple[str, dict[str, str], dict[str, str], str]]:
    """Yield the formula with one sign turned, its kind, and what was and is said of the sign."""
    for token, after in pairwise(found):
        if token[0].upper() == "EXP(":
            is_negative = after[0] == "-"
            other, last = ("EXP(", after) if is_negative else ("EXP(-", token)
            yield "exponent", {}, {}, _with(formula, token, other, last)
    for before, token in pairwise(found):
        if token[0] in {"+", "-"} and not is_sign(token, before):
            other = "-" if token[0] == "+" else "+"
            text = _with(formula, token, other)
            yield "inner_sign", {"sign": token[0]}, {"sign": other}, text


def _without_squares(formula: str, parts: Sequence[Node]) -> Iterator[str]:
    """Yield the formula without one of its squares, or with a sum in place of one of squares.

    >>> formula = "=SUMXMY2(A1:A3,B1:B3)+C1^2"
    >>> [*_without_squares(formula, [*parsed(formula).walk()])]
    ... # doctest: +NORMALIZE_WHITESPACE
    ['=SUMPRODUCT(A1:A3-B1:B3)+C1^2', '=SUMPRODUCT(ABS(A1:A3-B1:B3))+C1^2',
     '=SUMXMY2(A1:A3,B1:B3)+C1']
    """
    for part in parts:
        others = []
        if part.operator == "^" and part.children[1].word == "2":
            yield formula[: part.children[0].end] + formula[part.children[1].end :]
        elif part.function == "SUMXMY2" and len(part.children) == 2:
            one, other = (formula[argument.start : argument.end] for argument in part.children)
            others = [f"SUMPRODUCT({one}-{other})", f"SUMPRODUCT(ABS({one}-{other}))"]
        elif part.function == "SUMSQ":
            others = ["SUM(" + str(part).partition("(")[2]]
        for text in others:
            start, end = part.start + part.brackets, part.end - part.brackets
            yield formula[:start] + text + formula[end:]


def _of_others(formula: str, found: Sequence[Token]) -> Iterator[Edit]:
    """Yield other activations, and their slopes, of the single cell that a formula reads."""
    cells = {token[0] for token in _single_cells(found)}
    for cell in cells if len(cells) == 1 and ":" not in formula else ():
        for name, text in ACTIVATIONS.items():
            yield "activation", {"function": name}, "=" + text.format(cell)
        for name, texts in SLOPES.items():
            for text in texts:
                yield "slope", {"function": name}, "=" + text.format(cell)

    for name, texts in _OF_SUMS.items():
        of = next(filter(None, (_within(text, formula) for text in texts)), None)
        for other in _OF_SUMS.keys() - {name} if of else ():
            text = "=" + ACTIVATIONS[other].format(f"({of})")
            yield "activation", {"function": other}, text


def _within(text: str, formula: str) -> str | None:
    """Return what a formula has in the place of the braces of a text; None if it is another."""
    before, after = text.split("{}")
    if not (formula.startswith(before) and formula.endswith(after)):
        return None
    of = formula[len(before) : len(formula) - len(after)]
    return of if parsed(f"={of}") else None


def _other_divisors(formula: str) -> Iterator[Edit]:
    """Yield the formula with n - 1 for a number n that it divides by, and undivided.

    >>> [text for *_, text in _other_divisors("=SUM(A1:A4)/4")]
    ['=SUM(A1:A4)/3', '=SUM(A1:A4)']
    """
    found = [*significant(formula), None]
    for sign, token, after in zip(found, found[1:], found[2:], strict=False):
        digits = token["number"] or ""
        is_count = sign[0] == "/" and digits.isdecimal() and int(digits) >= FEWEST
        if is_count and not (after and after[0] == "/"):
            divisor = {"count": digits, "less": str(int(digits) - 1)}
            yield "less_one", divisor, _with(formula, token, divisor["less"])
            yield "sum", divisor, _with(formula, sign, "", token)


def _other_epsilons(formula: str, found: Sequence[Token]) -> Iterator[Edit]:
    """Yield the formula without what is added so that no denominator is 0, or with it in the root.

    That is a power of ten, or a cell after a root.

    >>> formula = "=A1/(SQRT(B1)+C1)"
    >>> [text for *_, text in _other_epsilons(formula, [*significant(formula)])]
    ['=A1/(SQRT(B1))', '=A1/(SQRT(B1+C1))']
    """
    cells = _single_cells(found)
    for before, plus, one, after in zip(found, found[1:], found[2:], found[3:], strict=False):
        if plus[0] == "+" and one[0] == "1" and after[0] == "/":
            tens = found[found.index(after) + 1]
            if tens[0].rstrip("0") == "1" and len(tens[0]) > 1:
                yield "epsilon", {}, _with(formula, plus, "", tens)
        elif plus[0] == "+" and before[0] == after[0] == ")" and one in cells:
            yield "epsilon", {}, _with(formula, plus, "", one)
            yield "epsilon", {}, _with(formula, before, f"+{one[0]})", one)


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
    found = _single_cells([*significant(formula)])
    cells = [*dict.fromkeys(token[0] for token in found)]
    for one, other in combinations(cells, 2) if len(cells) <= MOST_SWAPPED else ():
        text, exchanged = formula, {one: other, other: one}
        for token in reversed(found):
            text = _with(text, token, exchanged.get(token[0], token[0]))
        yield "swapped", {"first": one, "second": other}, text


def _parts(formula: str, start: int, end: int, signs: str) -> Iterator[tuple[int, int]]:
    """Yield the positions of what signs separate outside all parentheses."""
    depth, begin = 0, start
    for token in significant(formula[:end]):
        depth += bool(token["call"] or token["open"]) - bool(token["close"])
        if token.start() >= start and token[0] in signs and not depth:
            if token.start() > begin:
                yield begin, token.start()
            begin = token.end()
    if end > begin:
        yield begin, end
