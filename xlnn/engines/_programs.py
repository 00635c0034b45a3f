"""Compile the formulas of one shape to calls of `formulas`.

`formulas` parses the text of a shape once. Its parser builds a graph of function calls, of which
only the list of calls is kept, in the order in which to run them.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from formulas import Parser
from formulas.cell import CELL
from formulas.functions import COMPILING, not_implemented, parse_ranges
from formulas.ranges import Ranges
from openpyxl.formula.tokenizer import Token, Tokenizer
from schedula import START, bypass

from xlnn.engines._columns import (
    ConstantOperand,
    OperandValues,
    UnevenError,
    column,
    run,
    single_values,
)
from xlnn.engines._functions import INDEX, PICK, CalledFunction

_TWO_SIGNS = re.compile(r'"(?:[^"]|"")*"|([+-]\s*[+-])')
_EXPONENT = re.compile(r'("(?:[^"]|"")*")|(?<![\w.$])([0-9]+\.?[0-9]*[Ee])(?=[0-9])')


def spelt(text: str) -> str:
    """Return a formula as `formulas` understands it, without outer blanks and double signs.

    In a spreadsheet a sign binds more tightly than a power: ``a+-b^2`` is a + (-b)². `formulas`
    would merge the two signs into ``a-b^2``, and subtract b².

    >>> spelt("a1+-b1^2 "), spelt("-b1^2-SUM(--a1:a2)%"), spelt("2.5E3*a1")
    ('a1+(-b1)^2', '-b1^2-SUM(--a1:a2)%', '2.5E+3*a1')
    """
    text = _EXPONENT.sub(lambda found: found[1] or f"{found[2]}+", text.strip())
    if not any(found[1] for found in _TWO_SIGNS.finditer(text)):
        return text
    tokens = [token for token in Tokenizer(f"={text}").items if token.type != Token.WSPACE]
    written: list[str] = []
    ends: list[int] = []  # where parentheses opened before a sign are closed
    for number, token in enumerate(tokens):
        before = tokens[number - 1].type if number else None
        if token.type == Token.OP_PRE and before == Token.OP_IN:
            written.append("(")
            ends.append(_end(tokens, number))
        written.append(token.value)
        written.append(")" * ends.count(number))
    return "".join(written)


def _end(tokens: list[Token], first: int) -> int:
    """Return the last token of an operand whose signs begin at ``first``."""
    number, depth = first, 0
    while tokens[number].type == Token.OP_PRE:
        number += 1
    while True:
        depth += (tokens[number].subtype == Token.OPEN) - (tokens[number].subtype == Token.CLOSE)
        if depth == 0:
            return number
        number += 1


References = Callable[[int | None, int], Ranges]
"""Returns the reference for a slot (None: the formula's own cell) and the index of a formula."""


@dataclass(frozen=True)
class SlotValues:
    """The values of a slot."""

    index: int


@dataclass(frozen=True)
class SlotReference:
    """A slot as a reference; None means the formula's own cell."""

    slot: int | None


@dataclass(frozen=True)
class Result:
    """The result of an earlier call."""

    call: int


Operand = SlotValues | SlotReference | ConstantOperand | Result


@dataclass(frozen=True)
class Call:
    """One call of a function of `formulas`."""

    function: CalledFunction
    operands: tuple[Operand, ...]


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

    def run(self, slots: Sequence[np.ndarray], n: int, references: References) -> np.ndarray:
        """Compute n cells.

        Parameters
        ----------
        slots : sequence of arrays, shape (n, rows, columns)
            Values that each formula reads.
        n : int
            The number of formulas.
        references : callable
            Returns the reference of `formulas` for a slot of one formula.

        Returns
        -------
        array, shape (n,)
            float, or object unless all values are finite floats.
        """
        try:
            frame = _Frame(slots, n, references)
            for call in self.calls:
                takes_references = call.function.takes_references
                operands = [frame.fetch(o, as_range=takes_references) for o in call.operands]
                frame.results.append(run(call.function, operands, n))
            return single_values(frame.fetch(self.outcome, as_range=False), n)
        except UnevenError:
            # a function gave an error in some cells, or arrays of different sizes
            alone = np.empty(n, dtype=object)
            for i in range(n):
                one = [slot[i : i + 1] for slot in slots]
                alone[i] = self.run(one, 1, lambda slot, _, i=i: references(slot, i))[0]
            return alone


@dataclass(frozen=True)
class _Frame:
    """The data of a running program: the slots of n cells and the results so far."""

    slots: Sequence[np.ndarray]
    n: int
    references: References
    results: list[OperandValues] = field(default_factory=list)

    def fetch(self, operand: Operand, *, as_range: bool) -> OperandValues | ConstantOperand:
        """Return an operand; a computed range is turned into values unless ``as_range``."""
        if isinstance(operand, ConstantOperand):
            return operand
        if isinstance(operand, SlotValues):
            return OperandValues(self.slots[operand.index], np.ndarray)
        if isinstance(operand, SlotReference):
            return column([self.references(operand.slot, i) for i in range(self.n)])
        result = self.results[operand.call]
        if result.kind is Ranges and not as_range:
            return column(list(parse_ranges(*result.values)[0]))
        return result


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
    try:
        builder = Parser().ast(f"={spelt(text)}")[1]
        graph, outcome = builder.dsp, builder.get_node_id(builder[-1])
    except Exception as error:
        # any error of formulas' parser means that it cannot read the formula
        raise ValueError("is not a formula that the engine can read") from error
    known: dict[Any, Operand] = {CELL: SlotReference(None), COMPILING: ConstantOperand(value=False)}
    for name in graph.data_nodes:
        if name in graph.default_values:
            known.setdefault(name, ConstantOperand(graph.default_values[name]["value"]))
        elif slot := re.fullmatch("_S([0-9]+)", str(name)):
            known[name] = SlotValues(int(slot[1]))
    calls: list[Call] = []
    # the parser adds a call after those of its operands, so this is the order to run them in
    for name, node in graph.function_nodes.items():
        if node["function"] is not_implemented or not known.keys() >= {*node["inputs"]} - {START}:
            raise ValueError(f"uses {name}, which the engine does not know")
        try:
            known[node["outputs"][0]] = _add_call(node, known, calls)
        except TypeError as error:  # a function is called without its arguments
            raise ValueError(f"calls {name} with arguments that it does not take") from error
    return Program(_shorten_index(calls), known[outcome])


def _add_call(node: dict, known: dict[Any, Operand], calls: list[Call]) -> Operand:
    """Add a call to the list, unless its result is constant."""
    function = node["function"]
    operands = [known[name] for name in node["inputs"] if name is not START]
    if function is bypass:
        return operands[0]
    is_pure = COMPILING not in node["inputs"]
    if is_pure and all(isinstance(operand, ConstantOperand) for operand in operands):
        with np.errstate(all="ignore"):  # an overflow becomes an error value
            return ConstantOperand(function(*(operand.value for operand in operands)))
    found = CalledFunction.of(function)
    if found.takes_references:
        operands = [SlotReference(o.index) if isinstance(o, SlotValues) else o for o in operands]
    calls.append(Call(found, tuple(operands)))
    return Result(len(calls) - 1)


def _shorten_index(calls: Sequence[Call]) -> tuple[Call, ...]:
    """Let INDEX pick from values if its result is not needed as a reference."""
    as_references = {
        operand.call
        for call in calls
        if call.function.takes_references
        for operand in call.operands
        if isinstance(operand, Result)
    }
    shortened = []
    for number, call in enumerate(calls):
        if call.function.public is INDEX and number not in as_references:
            _, picked_from, *where = call.operands  # the first tells whether it compiles
            if isinstance(picked_from, SlotReference):
                operands = [
                    SlotValues(o.slot) if isinstance(o, SlotReference) else o for o in where
                ]
                shortened.append(Call(PICK, (SlotValues(picked_from.slot), *operands)))
                continue
        shortened.append(call)
    return tuple(shortened)
