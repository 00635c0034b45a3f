"""Are two formulas the same in other words? A stated rule, and nothing that goes beyond it.

Some planted errors are none: ``N4*M4`` for ``M4*N4``, or a sum that takes in an empty cell. No
check can tell them from the original, and none should. They are recognised by a normal form: two
formulas whose normal forms are equal compute the same in every state of the workbook. The rule:

1. ``$``, a prefix that names the formula's own sheet, and the order of a range's corners say
   nothing about the value. ``B4:B4`` is ``B4``.
2. The operands of ``+`` and of ``*`` may stand in any order, and so may the arguments of SUM,
   SUMSQ, SUMPRODUCT and SUMXMY2.
3. SUM, SUMSQ and SUMPRODUCT of a single range pass over cells without a number: rows and columns
   at the edge of a range that hold none in any state of the workbook (headings, blank cells) are
   left out.

Rule 3 asks the workbook (`Facts`); without it the first two stand alone. Formulas with coarse
values must read as stated, so the functions that only they use (MATCH, INDEX) have no rule, nor
has MAX, whose other argument is a number.
"""

from typing import Protocol

import formualizer
from cell_references import reference

ANY_ORDER = {"SUM", "SUMSQ", "SUMPRODUCT", "SUMXMY2"}
SKIPS_EMPTY = {"SUM", "SUMSQ"}


class Facts(Protocol):
    """What the rule asks about a workbook; a cell is its sheet's title, its row and its column."""

    def may_hold_number(self, sheet, row, column):
        """Tell whether the cell holds a number in any state of the workbook."""


def same(one, other, sheet, facts=None):
    """Tell whether two formulas of a sheet are the same in other words.

    >>> same("=(S4*Weights!AO$4+T4)*I4", "=I4*(Training!$T$4+Weights!AO4*S4)", "Training")
    True
    >>> same("=A1-B1", "=B1-A1", "S"), same("=SUM(A1:A3)", "=SUM(A1:A4)", "S")
    (False, False)
    """
    return normal(one, sheet, facts) == normal(other, sheet, facts)


def normal(formula, sheet, facts=None):
    """Return a formula's normal form, by the rule above.

    >>> normal("=B$2*S!A1", "S")
    ('*', ('area', 'S', 1, 1, 1, 1), ('area', 'S', 2, 2, 2, 2))
    """
    return _normal(formualizer.parse(formula).to_dict(), sheet, facts)


def _normal(node, sheet, facts):
    match node["node_type"]:
        case "Reference":
            read = reference(node["reference"])
            return ("area", read.sheet or sheet, *read.area)
        case "Literal":
            return ("literal", node["value"])
        case "UnaryOp":
            return (node["operator"], _normal(node["operand"], sheet, facts))
        case "BinaryOp":
            sides = [_normal(node[side], sheet, facts) for side in ("left", "right")]
            return _operation(node["operator"], sides)
        case "Function":
            arguments = [_normal(argument, sheet, facts) for argument in node["args"]]
            return _function(node["name"], arguments, facts)
    raise ValueError(f"a formula with a {node['node_type']}")


def _operation(operator, sides):
    if operator not in {"+", "*"}:
        return (operator, *sides)
    operands = []
    for side in sides:
        operands += side[1:] if side[0] == operator and len(side) > 2 else [side]
    return (operator, *sorted(operands, key=repr))


def _function(name, arguments, facts):
    is_sum = name in SKIPS_EMPTY or (name == "SUMPRODUCT" and len(arguments) == 1)
    if facts is not None and is_sum:
        arguments = [_without_empty_edges(argument, facts) for argument in arguments]
    if name in ANY_ORDER:
        arguments = sorted(arguments, key=repr)
    return (name, *arguments)


def _without_empty_edges(form, facts):
    """Rule 3; a range without any number stays as it is."""
    if form[0] != "area":
        return form
    _, sheet, top, left, bottom, right = form
    rows, columns = range(top, bottom + 1), range(left, right + 1)
    full = [(r, c) for r in rows for c in columns if facts.may_hold_number(sheet, r, c)]
    if not full:
        return form
    rows, columns = zip(*full, strict=True)
    return ("area", sheet, min(rows), min(columns), max(rows), max(columns))
