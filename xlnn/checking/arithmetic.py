"""Compute a formula in exact fractions, or in floating-point numbers as programs do.

Decimals such as 0.1, their sums and their products are exact as `fractions.Fraction`, so what
differs from the result with `float` is a rounding error. A function such as EXP gives the same
rounded number in both.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import partial, reduce
from operator import add, eq, ge, gt, le, lt, mul, ne, sub
from typing import Any, NamedTuple

import numpy as np

from xlnn.formula import Node
from xlnn.grid import CellError, Place

Number = Fraction | float
Value = Any
"""A number, a truth value, a text, or a two-dimensional array of these."""

MOST_CELLS = 200
"""The most cells of a range: longer ones take too long."""

MOST_BITS = 10_000
"""The most bits of an exact power. Longer ones are rounded, since long fractions are slow."""

MOST_DIGITS = 99
"""The most digits to which a number is rounded, as in a stated formula."""


class UnsupportedError(Exception):
    """A part of a formula that this module cannot compute."""


class _CellErrorRaised(Exception):  # noqa: N818 -- the value of a cell, not a mistake
    """The formula's value is an error, such as #DIV/0!."""


class World(NamedTuple):
    """The kind of numbers and the cells with which a formula is computed.

    Attributes
    ----------
    number : type
        `fractions.Fraction` or float.
    cell : function
        Returns the value of a cell.
    """

    number: Callable[[Any], Number]
    cell: Callable[[Place], Value]


Computation = Callable[[World], Value]


def value_of(computation: Computation, world: World) -> Value:
    """Return the value of a compiled formula, or its error.

    Raises
    ------
    UnsupportedError
        The formula has a value that this module cannot compute with.
    """
    try:
        return computation(world)
    except _CellErrorRaised as error:
        return CellError(str(error))
    except ZeroDivisionError:
        return CellError("#DIV/0!")
    except (OverflowError, ValueError):
        return CellError("#NUM!")
    except (TypeError, AttributeError, IndexError, RecursionError) as error:  # a text, a circle
        raise UnsupportedError(str(error)) from error


def compiled(node: Node, here: str) -> Computation:
    """Compile a formula of a sheet.

    >>> from xlnn.formula import parsed
    >>> computed = compiled(parsed("=INT(S!A1*100)"), "S")
    >>> [int(computed(World(kind, lambda _: kind("0.29")))) for kind in (Fraction, float)]
    [29, 28]

    Raises
    ------
    UnsupportedError
        The formula has a part that this module cannot compute.
    """
    children = node.children
    match node.kind:
        case "Literal":
            return _literal(node)
        case "Reference":
            return _reference(node, here)
        case "UnaryOp" if node.operator in _SIGNS:
            sign, part = _SIGNS[node.operator], compiled(children[0], here)
            return lambda world: _each(sign, _plain(world, part(world)))
        case "BinaryOp" if node.operator in _OPERATORS:
            operation = _OPERATORS[node.operator]
            one, other = (compiled(part, here) for part in children)
            return lambda world: _each(
                operation, _plain(world, one(world)), _plain(world, other(world))
            )
        case "Function":
            return _function(node.function, [compiled(p, here) for p in children])
    raise UnsupportedError(str(node))


def _literal(node: Node) -> Computation:
    value = node.value
    if isinstance(value, bool | str):
        return lambda _: value
    written = Fraction(node.word)
    return lambda world: world.number(written)


def references(node: Node, here: str) -> Iterator[Place]:
    """Yield the cells to which a formula of a sheet refers.

    Raises
    ------
    UnsupportedError
        One is not a range of at most `MOST_CELLS` cells.
    """
    for part in node.walk():
        if part.reference:
            yield from (place for row in _cells(part, here) for place in row)


def _cells(node: Node, here: str) -> list[list[Place]]:
    if (corners := node.corners) is None:
        raise UnsupportedError(node.reference)
    (top, bottom), (left, right) = sorted(corners[::2]), sorted(corners[1::2])
    if (bottom - top + 1) * (right - left + 1) > MOST_CELLS:
        raise UnsupportedError(node.reference)
    return [
        [Place(node.sheet or here, row, column) for column in range(left, right + 1)]
        for row in range(top, bottom + 1)
    ]


def _reference(node: Node, here: str) -> Computation:
    places = _cells(node, here)
    if ":" not in node.reference:
        return lambda world: world.cell(places[0][0])

    def area(world: World) -> np.ndarray:
        array = np.empty((len(places), len(places[0])), dtype=object)
        for row, line in enumerate(places):
            for column, place in enumerate(line):
                array[row, column] = world.cell(place)
        return array

    return area


def _each(operation: Callable[..., Value], *operands: Value) -> Value:
    """Compute for each cell of operands that are ranges."""
    if any(isinstance(operand, np.ndarray) for operand in operands):
        return np.frompyfunc(operation, len(operands), 1)(*operands)
    return operation(*operands)


def _plain(world: World, value: Value) -> Value:
    """Return truth values as numbers."""
    if isinstance(value, np.ndarray):
        return np.frompyfunc(partial(_plain, world), 1, 1)(value)
    return world.number(value) if isinstance(value, bool) else value


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(base, Fraction) and exponent == int(exponent):
        size = max(base.numerator.bit_length(), base.denominator.bit_length())
        if size * abs(exponent) <= MOST_BITS:
            return base ** int(exponent)
    power = float(base) ** float(exponent)
    if isinstance(power, complex):
        raise _CellErrorRaised("#NUM!")
    return power if isinstance(base, float) else Fraction(power)


_SIGNS: Mapping[str | None, Callable[[Number], Number]] = {
    "-": lambda x: -x, "+": lambda x: x, "%": lambda x: x / 100,
}  # fmt: skip

_OPERATORS: Mapping[str | None, Callable[..., Value]] = {
    "+": add, "-": sub, "*": mul, "/": lambda x, y: x / y, "^": _power,
    "=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge,
}  # fmt: skip


def _function(name: str, arguments: list[Computation]) -> Computation:
    if name == "IF":
        return partial(_if, arguments)
    if name == "CHOOSE":
        return lambda world: arguments[_whole(arguments[0](world), len(arguments) - 1)](world)
    if name == "IFERROR":
        return partial(_iferror, arguments)
    if name not in _FUNCTIONS:
        raise UnsupportedError(name)
    call = _FUNCTIONS[name]
    return lambda world: call(world.number, *(part(world) for part in arguments))


def _if(arguments: list[Computation], world: World) -> Value:
    condition = arguments[0](world)
    if isinstance(condition, np.ndarray | str):
        raise UnsupportedError("IF")
    if condition:
        return arguments[1](world)
    return arguments[2](world) if len(arguments) > 2 else False


def _iferror(arguments: list[Computation], world: World) -> Value:
    value = value_of(arguments[0], world)
    return arguments[1](world) if isinstance(value, CellError) else value


def _whole(number: Value, most: int) -> int:
    """Return a number that chooses, from 1 on."""
    chosen = math.floor(number)
    if not 1 <= chosen <= most:
        raise _CellErrorRaised("#VALUE!")
    return chosen


def _flat(values: tuple[Value, ...]) -> list[Number]:
    """Return the numbers among arguments; a program ignores truth values and texts in ranges."""
    numbers = []
    for value in values:
        if isinstance(value, np.ndarray):
            numbers += [number for number in value.ravel() if not isinstance(number, bool | str)]
        else:
            numbers.append(value)
    return numbers


def _sum(number: Callable[[Any], Number], *values: Value) -> Number:
    return reduce(add, _flat(values), number(0))


def _sumproduct(number: Callable[[Any], Number], *values: Value) -> Number:
    product = reduce(partial(_each, mul), values)
    return _sum(number, product)


def _round(number: Callable[[Any], Number], x: Number, digits: Number) -> Number:
    """Round half away from zero, a float by the digits with which it is written."""
    if abs(digits) > MOST_DIGITS:
        raise UnsupportedError("ROUND")
    exact = x if isinstance(x, Fraction) else Fraction(repr(x))
    scale = Fraction(10) ** int(digits)
    size = math.floor(abs(exact) * scale + Fraction(1, 2)) / scale
    return number(size if exact >= 0 else -size)


def _match(number: Callable[[Any], Number], x: Value, among: np.ndarray, kind: Value) -> Number:
    if kind != 0:
        raise UnsupportedError("MATCH")
    for position, entry in enumerate(among.ravel(), start=1):
        if entry == x:
            return number(position)
    raise _CellErrorRaised("#N/A")


def _index(_: object, among: np.ndarray, *at: Number) -> Value:
    if 0 in at:
        raise UnsupportedError("INDEX")
    if len(at) == 1 and 1 not in among.shape:
        raise _CellErrorRaised("#REF!")
    if len(at) == 1:
        return among.ravel()[_whole(at[0], among.size) - 1]
    row, column = (_whole(n, most) - 1 for n, most in zip(at, among.shape, strict=True))
    return among[row, column]


def _rounded(function: Callable[[float], float]) -> Callable[..., Number]:
    """Return a function that has the same rounded value in either kind of numbers."""
    return lambda number, x: number(function(float(x)))


_FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "ABS": lambda _, x: _each(abs, x),
    "AND": lambda _, *values: all(_flat(values)),
    "AVERAGE": lambda number, *values: _sum(number, *values) / number(len(_flat(values))),
    "COUNT": lambda number, *values: number(len(_flat(values))),
    "FALSE": lambda _: False,
    "INDEX": _index,
    "INT": lambda number, x: number(math.floor(x)),
    "LARGE": lambda _, among, k: sorted(_flat((among,)), reverse=True)[int(k) - 1],
    "MATCH": _match,
    "MAX": lambda _, *values: max(_flat(values)),
    "MIN": lambda _, *values: min(_flat(values)),
    "MOD": lambda _, x, y: x % y,
    "PI": lambda number: number(math.pi),
    "ROUND": _round,
    "SIGN": lambda number, x: number((x > 0) - (x < 0)),
    "SUM": _sum,
    "SUMPRODUCT": _sumproduct,
    "SUMSQ": lambda number, *values: _sum(number, *(_power(x, 2) for x in _flat(values))),
    "SUMXMY2": lambda number, one, other: _sum(number, _each(_power, one - other, 2)),
    "TRUE": lambda _: True,
    **{
        name: _rounded(function)
        for name, function in {
            "ACOS": math.acos, "COS": math.cos, "EXP": math.exp, "LN": math.log,
            "LOG10": math.log10, "SIN": math.sin, "SQRT": math.sqrt, "TANH": math.tanh,
        }.items()
    },
}  # fmt: skip
