"""Find forms of formulas that programs compute differently, and say what to write instead.

A *form* is a way to write a formula: a comparison as an argument of SUMPRODUCT, a range where a
function takes one value, a power of a power. `FORMS` is the table of them. Statements, the check,
lint and grades read it, and a test computes an example of each row in all engines.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache, partial
from itertools import chain
from typing import NamedTuple

from xlnn.errors import Message
from xlnn.formula import Node, parsed
from xlnn.xlsx.range_shapes import RANGES, REFERRING, SINGLE, Reading, at_a1, reading_of

COMPARING = {"=", "<>", "<", ">", "<=", ">="}
_TRUTHS = {"AND", "FALSE", "ISBLANK", "ISNUMBER", "ISTEXT", "NOT", "OR", "TRUE", "XOR"}
_TEXTS = {"ADDRESS", "FIXED", "MID", "REPT", "RIGHT", "TEXT"}
_WHOLE = {"COLUMN", "COUNT", "COUNTIF", "COUNTIFS", "INT", "MATCH", "RANK", "ROW", "SIGN"}
"""What operators and functions return: truth values, texts, whole numbers."""

_ALL, _FIRST, _SECOND, _REST = slice(None), slice(1), slice(1, 2), slice(1, None)

_BRANCHES: Mapping[str, slice] = {"CHOOSE": _REST, "IF": _REST, "IFERROR": _ALL}
"""Arguments of which a function returns one."""

_SUMS = (
    *("AVERAGE", "COUNT", "MAX", "MIN", "SUM", "SUMPRODUCT", "SUMSQ", "SUMXMY2"),
    *("INTERCEPT", "SLOPE", "STEYX"),
)

_NO_TRUTH: Mapping[str, slice] = {
    **dict.fromkeys((*_SUMS, "LARGE"), _ALL),
    **dict.fromkeys(("COUNTIF", "COUNTIFS", "MID", "RIGHT", "SUMIF"), _REST),
    **dict.fromkeys(("CHOOSE", "MATCH", "RANK", "TEXT", "VLOOKUP"), _FIRST),
}
_NO_TEXT: Mapping[str, slice] = {
    **dict.fromkeys((*_SUMS, "AND"), _ALL),
    **dict.fromkeys(("LARGE", "MID", "RIGHT"), _REST),
    **dict.fromkeys(("CHOOSE", "IF"), _FIRST),
}
"""Arguments that some programs read as a number and others leave out or refuse if they are truth
values or texts. Everywhere else programs agree."""

_NO_CELL: Mapping[str, slice] = {
    **dict.fromkeys(("COUNTIF", "LARGE"), _FIRST),
    **dict.fromkeys(("MATCH", "RANK", "VLOOKUP"), _SECOND),
    **dict.fromkeys(("COUNTIFS", "SUMIF"), slice(0, None, 2)),
    "SUMXMY2": _ALL,
}
"""Arguments that are an error in IronCalc if they are a single cell."""

_NO_CHOICE: Mapping[str, slice] = {
    **dict.fromkeys(("MATCH", "VLOOKUP"), _FIRST),
    "COUNT": _ALL,
    "COUNTIF": _SECOND,
}
"""Arguments that IronCalc does not find or count if CHOOSE picks them among cells."""

_MAY_BE_EMPTY = {"INDEX", "MOD", "RANK", "ROUND", "SUM", "SUMSQ"}
"""Functions whose empty arguments programs agree on, or which another row of `FORMS` covers."""


class Parts(NamedTuple):
    """The parts of a formula: what each form looks at.

    Attributes
    ----------
    whole : Node
        The whole formula.
    calls : list of Node
        Its functions.
    operations : list of Node
        Its operations with two operands.
    reading : Reading
        The ranges that Excel and some engines compute differently.
    """

    whole: Node
    calls: list[Node]
    operations: list[Node]
    reading: Reading

    @classmethod
    def of(cls, formula: Node) -> "Parts":
        """Take a formula apart."""
        parts = [*formula.walk()]
        calls = [part for part in parts if part.kind == "Function"]
        operations = [part for part in parts if part.kind == "BinaryOp"]
        return cls(formula, calls, operations, reading_of(formula))


class Form(NamedTuple):
    """A form of formulas that programs compute differently.

    Attributes
    ----------
    name : str
        The form in a few words: "a formula with …".
    finds : function
        Yields, for each place where a formula has the form, the words for the sentence's braces.
    sentence : str
        What programs do with it, and what to write instead.
    is_0_in_excel : bool
        Whether Excel counts it as 0, unlike the engine that computes answers to exercises.
    """

    name: str
    finds: Callable[[Parts], Iterator[tuple[object, ...]]]
    sentence: str
    is_0_in_excel: bool = False


class FoundForm(NamedTuple):
    """A form in a formula, and the words for the braces of its sentence."""

    form: Form
    words: tuple[str, ...]

    def __str__(self) -> str:
        """Say what programs do with it, and what to write instead."""
        return Message(self.form.sentence, **dict(zip("ab", self.words, strict=False)))


def misread(formula: str, *, is_0_in_excel: bool = False) -> FoundForm | None:
    """Return the first form of a formula that programs compute differently; None if it has none.

    Parameters
    ----------
    formula : str
        With its leading "=", and with cells in place of names (`xlnn.xlsx.name_substitution`).
    is_0_in_excel : bool
        Whether to look only for forms that Excel counts as 0.

    >>> misread("=SUMPRODUCT(A1:A3=B1:B3)").form.name
    'a truth value in SUMPRODUCT'
    >>> print(misread('=SUM("5",A1)'))
    SUM reads the text "5" as a number in some programs and not in others: write a number
    >>> misread("=SUMPRODUCT((A1:A3=B1:B3)*1)")
    """
    is_found = _found_alike(at_a1(formula), is_0_in_excel=is_0_in_excel)
    return _found(formula, is_0_in_excel=is_0_in_excel) if is_found else None


def _found(formula: str, *, is_0_in_excel: bool) -> FoundForm | None:
    if (tree := parsed(formula)) is None:
        return None
    forms = (form for form in FORMS if form.is_0_in_excel or not is_0_in_excel)
    parts = Parts.of(tree)
    matches = ((form, words) for form in forms for words in form.finds(parts))
    form, words = next(matches, (None, ()))
    return FoundForm(form, tuple(f"{word!s:.120}" for word in words)) if form else None


_found_alike = lru_cache(maxsize=4096)(_found)


def _unlike(formula: Parts) -> Iterator[tuple[object]]:
    if pair := formula.reading.unlike:
        yield (pair,)


def _intersected(formula: Parts) -> Iterator[tuple[str]]:
    if one := formula.reading.intersected:
        yield (one,)


def _among(formula: Parts, positions: Mapping[str, slice]) -> Iterator[tuple[str, Node]]:
    """Yield certain arguments of functions, each with the function."""
    for call in formula.calls:
        for argument in (
            call.children[positions[call.function]] if call.function in positions else ()
        ):
            yield call.function, argument


def _operations(formula: Parts, operators: set[str]) -> Iterator[Node]:
    """Yield operations with two operands."""
    return (part for part in formula.operations if part.operator in operators)


def _unsigned(part: Node) -> Node:
    """Return a part of a formula without the signs before it."""
    return _unsigned(part.children[0]) if _is_signed(part) else part


def _is_signed(part: Node, signs: str = "+-") -> bool:
    return part.kind == "UnaryOp" and part.operator in signs


def _is_truth(part: Node, signs: str = "+", of: Callable[[Iterable[bool]], bool] = any) -> bool:
    """Return whether a part of a formula gives TRUE or FALSE.

    Parameters
    ----------
    part : Node
    signs : str
        The signs before it that are ignored. A plus never turns it into a number.
    of : function
        ``any`` if one branch of an IF is enough, or ``all``.
    """
    if _is_signed(part, signs):
        return _is_truth(part.children[0], signs, of)
    is_truth = partial(_is_truth, signs=signs, of=of)
    return _gives(part, bool, _TRUTHS | COMPARING, is_truth, of)


def _is_negated_twice(part: Node) -> bool:
    """Return whether a part of a formula is a truth value with ``--`` before it."""
    signs = 0
    while _is_signed(part):
        signs += part.operator == "-"
        (part,) = part.children
    return signs > 0 and signs % 2 == 0 and _is_truth(part)


def _is_text(part: Node) -> bool:
    """Return whether a part of a formula gives a text."""
    return _gives(part, str, _TEXTS | {"&"}, _is_text, any)


def _gives(
    part: Node,
    kind: type,
    by: set[str],
    test: Callable[[Node], bool],
    of: Callable[[Iterable[bool]], bool],
) -> bool:
    """Return whether a part of a formula gives a value of a kind.

    Parameters
    ----------
    part : Node
    kind : type
        The class of such constants.
    by : set of str
        The functions and operators that return such values.
    test : function
        Answers the question for a branch of IF, or for an entry of an array.
    of : function
        ``any`` or ``all`` of these.
    """
    match part.kind:
        case "Literal":
            return isinstance(part.value, kind)
        case "Array" | "Row":
            return of(map(test, part.children))
        case "BinaryOp":
            return part.operator in by
        case "Function":
            branches = _branches(part)
            return part.function in by or (bool(branches) and of(map(test, branches)))
    return False


def _branches(call: Node) -> tuple[Node, ...]:
    """Return the arguments among which a function chooses its value."""
    return call.children[_BRANCHES.get(call.function, slice(0))]


def _truths_in_products(formula: Parts) -> Iterator[tuple[str, Node]]:
    for name, argument in _among(formula, {"SUMPRODUCT": _ALL}):
        if _is_truth(argument):
            yield name, _unsigned(argument)


def _truths(formula: Parts) -> Iterator[tuple[str, Node]]:
    joined = (
        ("&", part) for operation in _operations(formula, {"&"}) for part in operation.children
    )
    for name, argument in chain(_among(formula, _NO_TRUTH), joined):
        if _is_truth(argument):
            yield name, _unsigned(argument)


def _signed_truths(formula: Parts) -> Iterator[tuple[Node]]:
    whole = formula.whole
    if _is_truth(whole, "+-") and not _is_truth(whole):
        yield (_unsigned(whole),)
    for _, argument in _among(formula, _NO_TRUTH):
        if _is_negated_twice(argument):
            yield (_unsigned(argument),)


def _compared_truths(formula: Parts) -> Iterator[tuple[Node]]:
    for comparison in _operations(formula, COMPARING):
        sides = comparison.children
        may_be = [side for side in sides if _is_truth(side) or _is_negated_twice(side)]
        if may_be and not all(_is_truth(side, of=all) for side in sides):
            yield (_unsigned(may_be[0]),)


def _texts(formula: Parts) -> Iterator[tuple[str, Node]]:
    return (pair for pair in _among(formula, _NO_TEXT) if _is_text(pair[1]))


def _ranges_taken_singly(formula: Parts) -> Iterator[tuple[str, Node]]:
    return _taken_singly(formula.whole, is_range_taken=False)


def _taken_singly(part: Node, *, is_range_taken: bool) -> Iterator[tuple[str, Node]]:
    if part.kind != "Function":
        for below in part.children:
            yield from _taken_singly(below, is_range_taken=is_range_taken)
        return
    name, takes = part.function, RANGES.get(part.function, (False,))
    for position, argument in enumerate(part.children):
        is_branch = name in {"CHOOSE", "IF"} and position > 0
        taken = is_range_taken if is_branch else takes[min(position, len(takes) - 1)]
        if not taken and name in SINGLE and _is_range(argument):
            yield name, argument
        yield from _taken_singly(argument, is_range_taken=taken)


def _is_range(part: Node) -> bool:
    """Return whether a part of a formula has several values."""
    match part.kind:
        case "Reference":
            return _shape(part) not in {None, (1, 1)}
        case "Array":
            return True
        case "BinaryOp" | "UnaryOp":
            return any(map(_is_range, part.children))
    return any(map(_is_range, _branches(part)))


def _shape(part: Node) -> tuple[int, int] | None:
    """Return the rows and columns of a reference; None for another part of a formula."""
    if (corners := part.corners) is None:
        return None
    top, left, bottom, right = corners
    return abs(bottom - top) + 1, abs(right - left) + 1


def _single_cells(formula: Parts) -> Iterator[tuple[str, str]]:
    for name, argument in _among(formula, _NO_CELL):
        cell = argument.reference
        if ":" not in cell and _shape(argument) == (1, 1):
            yield name, f"{cell}:{cell.rpartition('!')[2]}"


def _choices(formula: Parts) -> Iterator[tuple[str, Node]]:
    for name, argument in _among(formula, _NO_CHOICE):
        yield from ((name, part) for part in _operands(argument) if _is_choice(part))


def _operands(part: Node) -> Iterator[Node]:
    """Yield what a part of a formula is computed from by operators alone."""
    if part.kind not in {"BinaryOp", "UnaryOp"}:
        yield part
        return
    for below in part.children:
        yield from _operands(below)


def _is_choice(part: Node) -> bool:
    """Return whether a part of a formula is CHOOSE with a cell among what it picks from."""
    if part.function != "CHOOSE":
        return False
    return any(below.kind == "Reference" for choice in part.children[1:] for below in choice.walk())


def _one_position(formula: Parts) -> Iterator[tuple[Node]]:
    for cells, *positions in _indexed(formula):
        if len(positions) == 1 and (shape := _shape(cells)):
            rows, columns = shape
            if columns > 1 or rows == 1:
                yield (cells,)


def _whole_lines(formula: Parts) -> Iterator[tuple[Node]]:
    for cells, *positions in _indexed(formula):
        if any(position.kind == "Omitted" or position.value == 0 for position in positions):
            yield (cells,)


def _indexed(formula: Parts) -> Iterator[tuple[Node, ...]]:
    """Yield what INDEX picks from, and the positions."""
    return (call.children for call in formula.calls if call.function == "INDEX" and call.children)


def _powers_of_powers(formula: Parts) -> Iterator[tuple[Node]]:
    for power in _operations(formula, {"^"}):
        base = power.children[0]
        if base.operator == "^" and not base.brackets:
            yield (power,)


def _ranks_not_whole(formula: Parts) -> Iterator[tuple[Node]]:
    ranks = (rank for _, rank in _among(formula, {"LARGE": _SECOND}))
    return ((rank,) for rank in ranks if not _is_whole(rank))


def _is_whole(part: Node) -> bool:
    """Return whether a part of a formula gives a whole number, if the cells hold whole numbers."""
    match part.kind:
        case "Literal":
            return not isinstance(part.value, float) or part.value.is_integer()
        case "BinaryOp" | "UnaryOp":
            is_closed = part.operator in {"+", "-", "*", ":"} and all(map(_is_whole, part.children))
            return is_closed or part.operator in COMPARING
        case "Function":
            if part.function == "ROUND":
                return part.children[-1].value == 0
            is_closed = part.function in {"ABS", "MAX", "MIN", "MOD", "SUM"}
            passed = part.children if is_closed else _branches(part)
            return part.function in _WHOLE or (bool(passed) and all(map(_is_whole, passed)))
    return True


def _empty(formula: Parts) -> Iterator[tuple[str]]:
    for call in formula.calls:
        if call.function in SINGLE - _MAY_BE_EMPTY:
            yield from ((call.function,) for part in call.children if part.kind == "Omitted")


def _computed_ranges(formula: Parts) -> Iterator[tuple[Node]]:
    return ((operation,) for operation in _operations(formula, REFERRING))


UNLIKE = Form("ranges of different shapes", _unlike, "it pairs {a}; use ranges of the same shape")
INTERSECTED = Form(
    "a range in which Excel uses only one cell",
    _intersected,
    "Excel uses only one cell of {a} here: use SUMPRODUCT",
)
FORMS = (
    UNLIKE,
    Form(
        "a range where a function takes one value",
        _ranges_taken_singly,
        "{a} takes one value, and programs compute it of {b} differently: compute {a} of each cell "
        "in a separate cell (in a model, a quantity), and refer to those cells",
    ),
    Form(
        "a truth value in SUMPRODUCT",
        _truths_in_products,
        "{a} counts the truth value {b} as 1 in some programs and as 0 in Excel: write ({b})*1",
        is_0_in_excel=True,
    ),
    Form(
        "a truth value in place of a number or a text",
        _truths,
        "{a} counts the truth value {b} as a number in some programs and not in others: write "
        "({b})*1",
    ),
    Form(
        "signs before a truth value",
        _signed_truths,
        "the signs before the truth value {a} turn it into a number in some programs and not in "
        "others: multiply it, as in ({a})*1",
    ),
    Form(
        "a truth value compared with a number",
        _compared_truths,
        "the truth value {a} is compared as a number in some programs and not in others: join "
        "comparisons with AND, or write ({a})*1",
    ),
    Form(
        "a text in place of a number",
        _texts,
        "{a} reads the text {b} as a number in some programs and not in others: write a number",
    ),
    Form(
        "a single cell in place of a range",
        _single_cells,
        "{a} takes a range, and a single cell is an error in some programs: write {b}, or "
        "compute it without {a}",
    ),
    Form(
        "CHOOSE in place of a value to find",
        _choices,
        "{a} does not find the value of {b} in some programs: write IF, or compute {b} in a "
        "separate cell",
    ),
    Form(
        "INDEX with one position",
        _one_position,
        "INDEX reads one position in {a} as a column in some programs and as a row in others: "
        "write both, the row and the column",
    ),
    Form(
        "INDEX of a whole row or column",
        _whole_lines,
        "INDEX picks a whole row or column of {a}, which is an error in some programs: refer to "
        "its cells",
    ),
    Form(
        "a power of a power",
        _powers_of_powers,
        "{a} is computed from the left in some programs and from the right in others: write "
        "brackets, as in (a^b)^c",
    ),
    Form(
        "LARGE with a rank that is not whole",
        _ranks_not_whole,
        "LARGE rounds the rank {a} up in some programs and down in others: write ROUND({a},0), or "
        "a whole number",
    ),
    Form(
        "an empty argument",
        _empty,
        "an empty argument of {a} is 0 in some programs and ignored in others: write its value",
    ),
    Form(
        "a computed range",
        _computed_ranges,
        "some programs cannot read {a}: write a range with both corners, as in A1:B2",
    ),
    INTERSECTED,
)
"""All forms that no formula of ours may have. The first that a formula has is reported."""
