"""Find the parts of a formula that depend on the last digit of a computed number.

Programs differ in that digit: 0.1 + 0.2 = 0.3 is true in some and false in others, and INT(0.29 *
100) is 28 or 29. A number that is typed, copied, chosen or rounded is the same in all of them, and
whole numbers are added and multiplied without an error.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from xlnn.errors import DataError
from xlnn.formula import Node, parsed
from xlnn.layout import Layout
from xlnn.quantity import Quantity
from xlnn.xlsx.guard import ARGUMENTS
from xlnn.xlsx.name_substitution import Names
from xlnn.xlsx.range_shapes import at_a1


class Digits(IntEnum):
    """How well programs agree on a number."""

    COMPUTED = 0
    """Its last digit may differ."""

    SAME = 1
    """It is the same in all: typed, a constant, a copy, or rounded."""

    WHOLE = 2
    """It is a whole number, or no number."""


@dataclass(frozen=True)
class Deciding:
    """A part of a formula that depends on the last digit of a computed number.

    Attributes
    ----------
    node : Node
    how : str
        ``equal`` or ``order`` of a comparison, ``cut`` of INT, ``remainder`` of MOD, ``divisor`` of
        a division by what may be 0.
    sides : tuple of Node
        The parts that are compared (a single one with 0); the one that is cut off; or MOD's two.
    """

    node: Node
    how: str
    sides: tuple[Node, ...]


MUST_SAY = {
    "equal": "compares computed numbers for equality",
    "cut": "takes the whole part of a computed number",
    "remainder": "takes the remainder of a computed number, or by one that is not whole",
}
"""What a statement may do only if it sets ``discontinuous=True``."""

_INSTEAD = {
    "equal": "round both sides, as ROUND(…,9) does",
    "cut": "round first, as INT(ROUND(…,9)) does",
    "remainder": "take MOD of whole numbers",
}

_HOW = {
    **dict.fromkeys(("=", "<>", "COUNTIF", "COUNTIFS", "MATCH", "SUMIF", "VLOOKUP"), "equal"),
    **dict.fromkeys(("<", "<=", ">", ">=", "SIGN"), "order"),
    "INT": "cut",
    "MOD": "remainder",
    "/": "divisor",
}
"""How operators and functions decide."""

_AS_ARGUMENTS = frozenset({"ABS", "CHOOSE", "IF", "IFERROR", "INDEX", "LARGE", "MAX", "MIN"})
_WHOLE = frozenset({
    *("ADDRESS", "AND", "COUNT", "COUNTIF", "COUNTIFS", "FALSE", "FIXED", "INT", "ISBLANK"),
    *("MATCH", "MID", "RANK", "REPT", "RIGHT", "ROW", "SIGN", "TEXT", "TRUE"),
})  # fmt: skip
_OF_WHOLE = frozenset({"MOD", "SUM", "SUMIF", "SUMPRODUCT", "SUMSQ", "SUMXMY2"})
_PICKING = frozenset({"INDEX", "LARGE", "MAX", "MIN"})
_EXACT_LAST = {"MATCH": 3, "VLOOKUP": 4}
_CHOOSING = frozenset({"CHOOSE", "IF"})


class Deciders:
    """Finds deciding parts of the formulas of a layout."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        names = {("", name): area for name, area in layout.names.items()}
        self._names = Names(names, layout.titles.values())

    def plain(self, formula: str, title: str) -> str:
        """Return a formula of a sheet with cells in place of names."""
        return self._names.plain(formula, title)

    def formulas(self, quantity: Quantity) -> Mapping[str, tuple[int, ...]]:
        """Return the formulas of a quantity that differ in more than their cells.

        Returns
        -------
        mapping of tuple of int
            The index of each formula.
        """
        return self._formulas[quantity.name]

    @cached_property
    def _formulas(self) -> dict[str, dict[str, tuple[int, ...]]]:
        formulas = {}
        for quantity in self.layout.model.quantities:
            title = self.layout.place(quantity.name, (0,) * len(quantity.lengths))[0]
            formulas[quantity.name] = alike = {}
            seen = set()
            for number, part in enumerate(quantity.runs if quantity.equation else ()):
                last = tuple(axis.length - 1 for axis in part.axes)
                run = (number,) * len(quantity.each)
                for column in self.layout.columns(quantity.name, number):
                    formula = column.at(last)
                    if (shape := at_a1(formula)) not in seen:
                        seen.add(shape)
                        alike[self.plain(formula, title)] = (*run, *last, *column.unit)
        return formulas

    @cached_property
    def digits(self) -> dict[str, Digits]:
        """How well programs agree on each quantity.

        A recurrence agrees unless one of its steps does not, so each begins at the best value.
        """
        digits = dict.fromkeys(self.layout.blocks, Digits.WHOLE)
        trees = []
        for quantity in self.layout.model.quantities:
            name, title = quantity.name, self.layout.titles[self.layout.blocks[quantity.name].sheet]
            if quantity.is_input and not (quantity.is_text or quantity.choices):
                digits[name] = Digits.SAME
            if not quantity.is_text:
                formulas = (parsed(formula) for formula in self.formulas(quantity))
                trees += [(name, title, tree) for tree in formulas if tree]
        self.__dict__["digits"] = digits  # which the passes read
        before = None
        while before != digits:
            before = dict(digits)
            for name, title, tree in trees:
                if digits[name] > Digits.COMPUTED:
                    digits[name] = min(digits[name], self.of(tree, title))
        return digits

    def of(self, node: Node, here: str) -> Digits:  # noqa: PLR0911 -- a kind of node each
        """Return how well programs agree on a part of a formula of a sheet."""
        children = node.children
        match node.kind:
            case "Literal":
                value = node.value
                is_broken = isinstance(value, float) and value != int(value)
                return Digits.SAME if is_broken else Digits.WHOLE
            case "Reference":
                return self._referred(node, here)
            case "UnaryOp" if node.operator in {"-", "+"}:
                return self.of(children[0], here)
            case "BinaryOp":
                return self._operation(node.operator, children, here)
            case "Function":
                return self._function(node.function, children, here)
            case "Omitted":
                return Digits.WHOLE
        return Digits.COMPUTED

    def _least(self, children: Iterable[Node], here: str) -> Digits:
        least = Digits.WHOLE
        for part in children:
            least = min(least, self.of(part, here))
            if least == Digits.COMPUTED:  # nothing is less
                break
        return least

    def _operation(self, operator: str, children: Sequence[Node], here: str) -> Digits:
        if operator == "^" and not isinstance(children[1].value, float):
            return Digits.COMPUTED  # a negative exponent gives no whole number
        if operator in {"+", "-", "*", "^"}:
            return _if_whole(self._least(children, here))
        return Digits.COMPUTED if operator == "/" else Digits.WHOLE

    def _function(self, name: str, children: Sequence[Node], here: str) -> Digits:
        if _lacks(name, children):
            return Digits.COMPUTED
        if name in _WHOLE:
            return Digits.WHOLE
        if name in _AS_ARGUMENTS:
            return self._least(children[1:] if name in _CHOOSING else children, here)
        if name == "ROUND":
            return Digits.WHOLE if children[1].value == 0 else Digits.SAME
        if name == "VLOOKUP":
            return self.of(children[1], here)
        return _if_whole(self._least(children, here)) if name in _OF_WHOLE else Digits.COMPUTED

    def _referred(self, node: Node, here: str) -> Digits:
        if (corners := node.corners) is None:
            return Digits.COMPUTED
        entries = (self.layout.entry(node.sheet or here, *corners[at : at + 2]) for at in (0, 2))
        digits = (self.digits[entry[0]] for entry in entries if entry)
        return min(digits, default=Digits.SAME)

    def parts(self, formula: str, title: str) -> list[Deciding]:
        """Return the deciding parts of a formula of a sheet."""
        tree = parsed(formula)
        return [*self._parts(tree, title)] if tree else []

    def _parts(self, node: Node, here: str) -> Iterator[Deciding]:
        children = node.children
        for part in children:
            yield from self._parts(part, here)
        how = self._how(node, children, here)
        if how:
            yield Deciding(node, how, tuple(children[1:] if how == "divisor" else children[:2]))
        elif node.function in {"IF", "AND"}:
            # a number as a condition is compared with 0
            for part in children[:1] if node.function == "IF" else children:
                if self.of(part, here) == Digits.COMPUTED:
                    yield Deciding(part, "equal", (part,))

    def _how(self, node: Node, children: Sequence[Node], here: str) -> str:
        """Return how a node decides by a computed number, or an empty string."""
        name = node.function
        how = "" if _lacks(name, children) else _HOW.get(node.operator or name, "")
        match how:
            case "":
                agree = True
            case "cut":
                agree = self._cuts_well(children[0], here)
            case "remainder":
                agree = self._divides_well(children, here)
            case "divisor":
                agree = self.of(children[1], here) > Digits.COMPUTED
            case _:
                agree = self._least(children[:2], here) > Digits.COMPUTED
        is_other = how == "equal" and bool(name) and not _finds_equal(name, children)
        return "" if agree or is_other else how

    def _cuts_well(self, part: Node, here: str) -> bool:
        """Return whether no rounding error can cross a whole number."""
        if part.operator == "/":
            return self._divides_well(part.children, here)
        return self.of(part, here) > Digits.COMPUTED

    def _divides_well(self, children: Sequence[Node], here: str) -> bool:
        """Return whether a quotient is a whole number in all programs or in none.

        That holds for a typed number divided by a whole one: the quotient is exact, or far from the
        next whole number.
        """
        one, other = (self.of(part, here) for part in children)
        return one > Digits.COMPUTED and other == Digits.WHOLE


def _lacks(name: str, children: Sequence[Node]) -> bool:
    """Return whether a function has too few arguments, which is refused with the file."""
    return len(children) < ARGUMENTS.get(name, (0, 0))[0]


def _finds_equal(name: str, children: Sequence[Node]) -> bool:
    """Return whether a function looks for an equal number that is not picked from its own range."""
    if name in {"MATCH", "VLOOKUP"}:
        is_exact = len(children) == _EXACT_LAST[name] and children[-1].value == 0
        return is_exact and children[0].function not in _PICKING
    is_text = isinstance(children[1].value, str) or children[1].operator == "&"
    return not is_text  # such as ">0", or ">"&A1


def _if_whole(digits: Digits) -> Digits:
    return digits if digits == Digits.WHOLE else Digits.COMPUTED


def check_last_digits(layout: Layout) -> None:
    """Refuse a model with a formula that a last digit decides, unless it says so.

    Raises
    ------
    DataError
        The message names the quantity and the part of its formula.
    """
    deciders = Deciders(layout)
    for quantity in layout.model.quantities:
        equation = quantity.equation
        if equation is None or equation.discontinuous or quantity.is_sentence:
            continue
        title = layout.titles[layout.blocks[quantity.name].sheet]
        for formula in deciders.formulas(quantity):
            for part in deciders.parts(formula, title):
                if part.how in MUST_SAY:
                    raise DataError(
                        f'The cell of {quantity.name} gives "{formula:.60}", in which '
                        f"{part.node!s:.60} {MUST_SAY[part.how]}, on whose last digit "
                        "programs differ: set discontinuous=True in its equation, or "
                        f"{_INSTEAD[part.how]}."
                    )
