"""Compile the formulas of one shape to calls of `formulas`, and run each for many cells at once.

`formulas` parses the text of a shape once. Its parser builds a graph of function calls, of which
only the list of calls is kept, in the order in which to run them.

The operands of a call and its result are columns, with one value per cell. Each number comes from
`formulas`; nothing is added or multiplied here. A call is run once for all cells where that works,
otherwise for each cell.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from inspect import unwrap
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
from formulas import Parser
from formulas.cell import CELL
from formulas.functions import (
    COMPILING,
    Array,
    get_functions,
    not_implemented,
    parse_ranges,
    wrap_func,
    wrap_ranges_func,
)
from formulas.functions.look import _index
from formulas.functions.operators import OPERATORS
from formulas.ranges import Ranges
from formulas.tokens.operand import Error
from schedula import START, bypass

from xlnn.formula import Token, parsed, rewritten


def spelt(text: str) -> str:
    """Return a formula as `formulas` understands it, without outer blanks and double signs.

    In a spreadsheet a sign binds more tightly than a power: ``a+-b^2`` is a + (-b)². `formulas`
    would merge the two signs into ``a-b^2``, and subtract b².

    >>> spelt("a1+-b1^2 "), spelt("-b1^2-SUM(--a1:a2)%"), spelt("2.5E3*-(a1--b1)")
    ('a1+(-b1)^2', '-b1^2-SUM(--a1:a2)%', '2.5E+3*(-(a1-(-b1)))')
    """
    text = rewritten(text.strip(), _with_sign)
    tree = parsed(f"={text}")
    if tree is None:
        return text
    parts = [*tree.walk()]
    after = {part.children[1].start for part in parts if part.kind == "BinaryOp"}
    signed = [p for p in parts if p.operator in {"+", "-"} and len(p.children) == 1]
    marks = [
        bracket
        for part in signed
        if part.start in after and not part.brackets
        for bracket in ((part.start, "("), (part.end, ")"))
    ]
    for at, mark in sorted(marks, reverse=True):
        text = text[: at - 1] + mark + text[at - 1 :]
    return text


def _with_sign(token: Token) -> str:
    """Return a token, and a number with a sign before its exponent: 2.5E+3."""
    first, mark, exponent = (token["number"] or "").upper().partition("E")
    return f"{first}E+{exponent}" if mark and exponent.isdigit() else token[0]


class Slot(NamedTuple):
    """A range that each formula reads, as values or as a reference.

    Without an index it is the formula's own cell.
    """

    index: int | None
    is_reference: bool = False


class Result(NamedTuple):
    """The result of an earlier call."""

    call: int


class Constant(NamedTuple):
    """A value that is the same in every cell."""

    value: object


class Written(NamedTuple):
    """A number or a text that a formula states, the first as 0."""

    index: int


Operand = Slot | Result | Constant | Written


class Call(NamedTuple):
    """A call of a function of `formulas`, which takes references (``INDEX``, ``:``) or values."""

    function: Callable
    operands: tuple[Operand, ...]
    takes_references: bool
    knows_cell: bool
    """Whether it is told of the cell in which it stands, so that it is called for each."""


@dataclass(frozen=True)
class Column:
    """The values of one operand, for n cells.

    Attributes
    ----------
    values : array
        Shape (n,), or (n, rows, columns) where each value is an array. float if all are floats,
        bool if all are truth values, else object.
    kind : type or None
        The class of each cell's value in `formulas`: ``np.ndarray`` for the values of a reference,
        `Array` for a result, `Ranges` for a computed reference, None for a plain Python value.
    """

    values: np.ndarray
    kind: type | None

    def each(self) -> Iterable:
        """Yield the value of each cell in the form that `formulas` uses."""
        if self.kind is None or self.kind is Ranges:
            return self.values.tolist()
        if self.values.ndim == 1:
            return [np.asarray(value, object).view(Array) for value in self.values.tolist()]
        # formulas keeps numbers in object arrays, on which it is faster
        return list(self.values.astype(object, copy=False).view(self.kind))


class UnevenError(Exception):
    """The values of a column differ in shape, so each cell must be computed alone."""


References = Callable[[int | None, int], Ranges]
"""Returns the reference for a slot (None: the formula's own cell) and the index of a formula."""


@dataclass(frozen=True)
class Program:
    """The calls that compute a formula.

    Attributes
    ----------
    calls : tuple of Call
    outcome : operand
        The value of the formula.
    """

    calls: tuple[Call, ...]
    outcome: Operand

    def with_constants(self, values: Sequence[object]) -> "Program":
        """Return the program of a formula with these numbers and texts."""
        kept: list[Call] = []
        known: list[Operand] = []

        def bound(operand: Operand) -> Operand:
            if isinstance(operand, Written):
                return Constant(values[operand.index])
            return known[operand.call] if isinstance(operand, Result) else operand

        for call in self.calls:
            operands = tuple(map(bound, call.operands))
            if not call.knows_cell and all(isinstance(operand, Constant) for operand in operands):
                with np.errstate(all="ignore"):  # an overflow becomes an error value
                    value = call.function(*(operand.value for operand in operands))
                known.append(Constant(value))
            else:
                kept.append(call._replace(operands=operands))
                known.append(Result(len(kept) - 1))
        return Program(tuple(kept), bound(self.outcome))

    def run(
        self,
        slots: Sequence[np.ndarray],
        n: int,
        references: References,
        filled: tuple[int, int] = (1, 1),
    ) -> np.ndarray:
        """Compute n cells, or n array formulas.

        Parameters
        ----------
        slots : sequence of arrays, shape (n, rows, columns)
            Values that each formula reads.
        n : int
            The number of formulas.
        references : callable
            Returns the reference of `formulas` for a slot of one formula.
        filled : (int, int)
            The rows and columns that each fills.

        Returns
        -------
        array, shape (n,), or (n, rows, columns) of array formulas
            float, or object unless all values are finite floats.
        """
        results: list[Column] = []

        def fetch(operand: Operand, *, as_range: bool) -> Column | Constant:
            if isinstance(operand, Constant):
                return operand
            if isinstance(operand, Slot):
                if operand.is_reference:
                    return _column([references(operand.index, i) for i in range(n)])
                return Column(slots[operand.index], np.ndarray)
            result = results[operand.call]
            if result.kind is Ranges and not as_range:
                return _column(list(parse_ranges(*result.values)[0]))
            return result

        try:
            for function, operands, takes_references, _ in self.calls:
                given = [fetch(operand, as_range=takes_references) for operand in operands]
                result = _elementwise(function, given, n) if function in ELEMENTWISE else None
                results.append(result or _cell_by_cell(function, given, n))
            outcome = fetch(self.outcome, as_range=False)
            if filled != (1, 1):
                return _filled(outcome, n, filled)
            return _single_values(outcome, n)
        except UnevenError:
            # a function gave an error in some cells, or arrays of different sizes
            alone = np.empty(n if filled == (1, 1) else (n, *filled), dtype=object)
            for i in range(n):
                one = [slot[i : i + 1] for slot in slots]
                alone[i] = self.run(one, 1, lambda slot, _, i=i: references(slot, i), filled)[0]
            return alone


def compile_shape(text: str) -> Program:
    """Parse the text of a shape with `formulas` and list the calls that compute it.

    Raises
    ------
    ValueError
        The text does not parse, or uses a function that `formulas` does not have.

    Examples
    --------
    >>> numbers = np.array([[[3.0]], [[4.0]]])
    >>> compile_shape("_s0*(1-_s0)").run([numbers], 2, None)
    array([ -6., -12.])
    """
    constants: list[object] = []

    def written(token: Token) -> str:
        if token["text"]:
            constants.append(token[0][1:-1].replace('""', '"'))
        elif token["number"]:
            constants.append(int(token[0]) if token[0].isdecimal() else float(token[0]))
        else:
            return token[0]
        return f"_c{len(constants) - 1}"

    if "{" not in text:  # a constant array is parsed as a whole
        text = rewritten(text, written)
    try:
        return _parsed(text).with_constants(constants)
    except TypeError as error:  # a function is called without its arguments
        raise ValueError("calls a function with arguments that it does not take") from error


@cache
def _parsed(text: str) -> Program:
    """Parse a formula whose numbers and texts are named ``_c0``, ``_c1``: many share one."""
    try:
        builder = Parser().ast(f"={spelt(text)}")[1]
        graph, outcome = builder.dsp, builder.get_node_id(builder[-1])
    except Exception as error:
        # any error of formulas' parser means that it cannot read the formula
        raise ValueError("is not a formula that the engine can read") from error
    known: dict[Any, Operand] = {
        CELL: Slot(None, is_reference=True),
        COMPILING: Constant(value=False),
    }
    for name in graph.data_nodes:
        if name in graph.default_values:
            known.setdefault(name, Constant(graph.default_values[name]["value"]))
        elif slot := re.fullmatch("_([SC])([0-9]+)", str(name)):
            known[name] = (Slot if slot[1] == "S" else Written)(int(slot[2]))
    calls: list[Call] = []
    # the parser adds a call after those of its operands, so this is the order to run them in
    for name, node in graph.function_nodes.items():
        if node["function"] is not_implemented or not known.keys() >= {*node["inputs"]} - {START}:
            raise ValueError(f"uses {name}, which the engine does not know")
        known[node["outputs"][0]] = _add_call(node, known, calls)
    return Program(tuple(_shortened(calls)), known[outcome])


def _add_call(node: dict, known: dict[Any, Operand], calls: list[Call]) -> Operand:
    """Add a call to the list, and return its result."""
    function = node["function"]
    operands = [known[name] for name in node["inputs"] if name is not START]
    if function is bypass:
        return operands[0]
    # this wrapper turns references into values
    takes_values = getattr(function, "__code__", None) is wrap_ranges_func(bypass).__code__
    if not takes_values:
        operands = [o._replace(is_reference=True) if isinstance(o, Slot) else o for o in operands]
    if function is OPERATORS[":"]:
        function = _range
    knows_cell = COMPILING in node["inputs"]
    calls.append(Call(function, tuple(operands), not takes_values, knows_cell))
    return Result(len(calls) - 1)


def _shortened(calls: Sequence[Call]) -> Iterator[Call]:
    """Yield calls in which INDEX picks from values if its result is not needed as a reference."""
    as_references = {
        operand.call
        for call in calls
        if call.takes_references
        for operand in call.operands
        if isinstance(operand, Result)
    }
    for number, call in enumerate(calls):
        _, *given = call.operands or [None]  # of INDEX, the first tells whether it compiles
        is_index = call.function is INDEX and number not in as_references
        if is_index and isinstance(given[0], Slot):
            values = [o._replace(is_reference=False) if isinstance(o, Slot) else o for o in given]
            yield call._replace(function=PICK, operands=tuple(values), takes_references=False)
        else:
            yield call


def _elementwise(
    function: Callable, operands: Sequence[Column | Constant], n: int
) -> Column | None:
    """Run an elementwise call once for all cells; None if that is impossible."""
    if len(operands) >= _MANY_OPERANDS:
        return None
    values = [o.values if isinstance(o, Column) else _plain(o.value) for o in operands]
    if any(np.ndim(value) > 1 for value in values):
        values = [
            value[:, None, None] if isinstance(o, Column) and value.ndim == 1 else value
            for o, value in zip(operands, values, strict=True)
        ]
    try:
        shape = np.broadcast_shapes(*map(np.shape, values))
    except ValueError:
        return None
    numbers = _of_numbers(function, values) if shape[:1] == (n,) else None
    if numbers is not None and numbers.shape == shape and np.isfinite(numbers).all():
        return Column(numbers, Array)
    values = [v.astype(object) if isinstance(v, np.ndarray) else v for v in values]
    results = function(*values)
    # one cell that formulas cannot compute makes the whole result a single #VALUE!
    if np.shape(results) != shape or shape[0] != n:
        return None
    return Column(_floats(np.asarray(results), shape), Array)


def _plain(value: object) -> object:
    """Return what an array without axes holds, which is how `formulas` keeps a computed number."""
    return value.item() if isinstance(value, np.ndarray) and not value.ndim else value


def _of_numbers(function: Callable, values: Sequence[object]) -> np.ndarray | None:
    """Call for all numbers what `formulas` calls for each pair; None if others are among them."""
    if function is IF:
        test, *chosen = values
        can_choose = len(chosen) == 2 and all(map(_is_number, chosen))
        if can_choose and (_is_number(test) or _is_truth(test)):
            return np.where(test, *chosen).astype(float)
    if function in ARITHMETIC:
        values = [value.astype(float) if _is_truth(value) else value for value in values]
    if function in ARITHMETIC | COMPARISONS and all(map(_is_number, values)):
        numbers = np.asarray(unwrap(function)(*values))
        return numbers if numbers.dtype == bool else numbers.astype(float)
    return None


def _is_number(value: object) -> bool:
    if isinstance(value, np.ndarray):
        return value.dtype == float
    return type(value) is float or (type(value) is int and abs(value) <= 2**53)


def _is_truth(value: object) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == bool


_MANY_OPERANDS = 32  # beyond this, formulas iterates over the first axis only


def _cell_by_cell(function: Callable, operands: Sequence[Column | Constant], n: int) -> Column:
    """Run a call once for each cell."""
    values = (o.each() if isinstance(o, Column) else repeat(o.value, n) for o in operands)
    return _column([function(*arguments) for arguments in zip(*values, strict=True)])


def _column(results: list) -> Column:
    """Stack the results of the cells."""
    kinds = {*map(type, results)}
    if Ranges in kinds:
        return Column(_objects(results), Ranges)
    if not any(issubclass(kind, np.ndarray) for kind in kinds):
        return Column(_floats(_objects(results), (len(results),)), None)
    if len(kinds) > 1 or len({result.shape for result in results}) > 1:
        raise UnevenError
    stacked = np.stack([result.view(np.ndarray) for result in results])
    return Column(_floats(stacked, stacked.shape), kinds.pop())


def _objects(values: list) -> np.ndarray:
    """Make an array of objects, even if they are arrays themselves."""
    return np.fromiter(values, dtype=object, count=len(values))


def _floats(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Turn an array of objects into floats if all of them are floats."""
    if {*map(type, values.ravel().tolist())} <= {float, np.float64}:
        return values.astype(float).reshape(shape)
    return values.astype(object).reshape(shape)


def _single_values(outcome: Column | Constant, n: int) -> np.ndarray:
    """Reduce values to one per cell, as `formulas` does."""
    if isinstance(outcome, Constant):
        return _objects([_single(outcome.value)] * n)
    if outcome.kind is None or outcome.values.size == n:
        return outcome.values.reshape(n)
    return _objects([_single(value) for value in outcome.each()])


def _filled(outcome: Column | Constant, n: int, filled: tuple[int, int]) -> np.ndarray:
    """Return the values of array formulas: a row or a column is repeated."""
    if isinstance(outcome, Constant):
        return np.full((n, *filled), outcome.value, dtype=object)
    values = outcome.values
    values = values.reshape(n, 1, 1) if values.ndim == 1 else values
    try:
        return np.broadcast_to(values, (n, *filled))
    except ValueError:  # beyond a result there is no value
        array = np.full((n, *filled), Error.errors["#N/A"], dtype=object)
        rows, columns = (min(pair) for pair in zip(values.shape[1:], filled, strict=True))
        array[:, :rows, :columns] = values[:, :rows, :columns]
        return array


def _single(value: object) -> object:
    """Reduce a result to one value, as `formulas` does when it stores it in a cell."""
    return Ranges().push("A1", value).value[0, 0]


def named(name: str) -> Callable:
    """Return a function of `formulas`, which keeps some of them with what else they are given."""
    function = get_functions()[name]
    return function["function"] if isinstance(function, dict) else function


_OPERATORS = ("+", "-", "U+", "U-", "*", "/", "^", "%", "&", ">=", "<=", "<>", "<", ">", "=")
_NAMES = (
    *("ABS", "ACOS", "ADDRESS", "CHOOSE", "COS", "EXP", "FIXED", "IF", "IFERROR", "INT", "LN"),
    *("LOG10", "MOD", "REPT", "ROUND", "SIGN", "SIN", "SQRT", "TANH", "TEXT"),
)
ELEMENTWISE = frozenset((*map(OPERATORS.__getitem__, _OPERATORS), *map(named, _NAMES)))
"""Functions that `formulas` applies to each element of arrays."""

ARITHMETIC = frozenset(
    (*map(OPERATORS.__getitem__, ("+", "-", "*", "U-")), *map(named, ("EXP", "LN", "SQRT", "TANH")))
)
"""Those that take and return only numbers, with truth values as 0 or 1, as NumPy's do."""

COMPARISONS = frozenset(map(OPERATORS.__getitem__, (">=", "<=", "<>", "<", ">", "=")))
"""Of two numbers they return what NumPy's do; any truth value is greater than any number."""

IF = named("IF")


class _Cells:
    """The array that INDEX of `formulas` picks from: each element is a range of one cell."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values
        self.shape = values.shape

    def __getitem__(self, position: tuple[int, int]) -> np.ndarray:
        return np.array([[self.values[position]]], dtype=object)


def _pick(values: np.ndarray, row: object, column: object = None, area: object = 1) -> np.ndarray:
    """Pick from the values of a range as INDEX of `formulas` picks from the range itself.

    INDEX makes a reference of every cell before it picks one: 20 ms for a column of 3,200. The same
    `_index` of `formulas` makes the choice.
    """
    row, column, area = parse_ranges(row, column, area)[0]
    pick = np.vectorize(_index, excluded={0}, otypes=[object])
    is_reference, is_array = True, isinstance(row, np.ndarray)
    picked = pick([_Cells(values)], row, column, area, is_reference, is_array)
    if picked.size == 1:
        picked = picked.reshape(1, 1)
        if isinstance(picked[0, 0], np.ndarray):
            picked = picked[0, 0]
    return picked.view(Array)


def _range(first: Ranges, last: Ranges) -> Ranges:
    """Join two references to a range, as formulas does, which only knows their cells.

    In ``B1:INDEX(B5:B9,2)`` it would treat B2 to B4 as empty.
    """
    joined = OPERATORS[":"](first, last)
    operands = [operand for operand in (first, last) if isinstance(operand, Ranges)]
    seen = [area for operand in operands for area, _ in operand.values.values()]
    if isinstance(joined, Ranges) and not any(_holds(area, joined.ranges[0]) for area in seen):
        raise ValueError("the range reaches beyond the cells given to INDEX")
    return joined


def _holds(outer: dict, inner: dict) -> bool:
    return (
        int(outer["r1"]) <= int(inner["r1"])
        and int(outer["r2"]) >= int(inner["r2"])
        and outer["n1"] <= inner["n1"]
        and outer["n2"] >= inner["n2"]
    )


INDEX = named("INDEX")

PICK = wrap_func(_pick)
"""INDEX where its result is not used as a reference."""
