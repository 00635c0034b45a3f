"""Are two formulas the same in other words? A stated rule, and nothing that goes beyond it.

Some planted errors are none: ``N4*M4`` for ``M4*N4``, or a sum that takes in an empty cell. No
check can tell them from the original, and none should. They are recognised by a normal form: two
formulas whose normal forms are equal compute the same in every state of the workbook. The rule:

1. ``$``, a prefix that names the formula's own sheet, and the order of a range's corners say
   nothing about the value. ``B4:B4`` is ``B4``.
2. The operands of ``+`` and of ``*`` may stand in any order, and so may the arguments of SUM,
   SUMSQ, SUMPRODUCT, MAX, MIN and SUMXMY2.
3. SUM, SUMSQ, MAX and MIN of a range pass over cells without a number: rows and columns at the
   edge of a range that hold none in any state of the workbook (headings, blank cells) are left out.
   So are such cells at the end of the s of MATCH(n, s, 0), where n is a number other than 0.
4. INDEX(column, n) reads none of the column beyond the largest n: where n is a class, counted from
   1 to K, the column ends after its K-th cell.
5. MATCH(MAX(r), s, 0) finds the maximum within r, if s begins with r: s ends where r ends. The
   same for MIN.
6. The slope of a sigmoid, a (1 - a), is never above a: MAX passes over a slope at the end of a
   range that also holds its a.

Rules 4 to 6 leave cells out only where none holds a formula but slopes, which no class goes into:
a formula that takes in its own cell is a circle, even if it reads no more than before. Rules 3 to 6
ask the workbook (`Facts`); without it the first two stand alone.
"""

from typing import Protocol

import formualizer
from cell_references import reference

ANY_ORDER = {"SUM", "SUMSQ", "SUMPRODUCT", "MAX", "MIN", "SUMXMY2"}
SKIPS_EMPTY = {"SUM", "SUMSQ", "MAX", "MIN"}


class Facts(Protocol):
    """What the rule asks about a workbook; a cell is its sheet's title, its row and its column."""

    def may_hold_number(self, sheet, row, column):
        """Tell whether the cell holds a number in any state of the workbook."""

    def holds_formula(self, sheet, row, column):
        """Tell whether the cell holds a formula."""

    def classes(self, sheet, row, column):
        """Return how many classes there are, if the cell holds a class; else None."""

    def activation_of(self, sheet, row, column):
        """Return the row and column of the a of which the cell is the slope; else None."""


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
    if facts is not None:
        if name in SKIPS_EMPTY:
            arguments = [_without_empty_edges(argument, facts) for argument in arguments]
        match name, arguments:
            case "MAX", [argument]:
                arguments = [_without_slopes(argument, facts)]
            case "INDEX", [("area", title, top, left, _, right) as column, number]:
                classes = facts.classes(*number[1:4]) if _is_cell(number) else None
                if classes and left == right:
                    bottom = min(column[4], top + classes - 1)
                    cut = _cut(column, ("area", title, top, left, bottom, right), facts)
                    arguments = [cut, number]
            case "MATCH", [("MAX" | "MIN" as most, ("area", *_) as r), ("area", *_) as s, exact]:
                if _begins_with(s, r):
                    arguments = [(most, r), _cut(s, r, facts), exact]
            case "MATCH", [("literal", float(n)) as wanted, ("area", *_) as searched, exact] if n:
                full = _without_empty_edges(searched, facts)
                arguments = [wanted, (*searched[:4], *full[4:]), exact]
    if name in ANY_ORDER:
        arguments = sorted(arguments, key=repr)
    return (name, *arguments)


def _is_cell(form):
    return form[0] == "area" and form[2:4] == form[4:6]


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


def _without_slopes(form, facts):
    """Rule 6."""
    if form[0] != "area":
        return form
    _, sheet, top, left, bottom, right = form
    while top == bottom and right > left:
        activation = facts.activation_of(sheet, top, right)
        if activation is None or activation[0] != top or not left <= activation[1] < right:
            break
        right -= 1
    return ("area", sheet, top, left, bottom, right)


def _cut(whole, part, facts):
    """Return a part of a range if what is left out holds no formulas but slopes, else the whole."""
    _, sheet, top, left, bottom, right = whole
    _, _, _, _, last_row, last_column = part
    left_out = (
        (sheet, row, column)
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if row > last_row or column > last_column
    )
    harmless = all(
        not facts.holds_formula(*cell) or facts.activation_of(*cell) for cell in left_out
    )
    return part if harmless else whole


def _begins_with(whole, beginning):
    """Tell whether a range is another one, or continues it along its length."""
    _, *corner, bottom, right = whole
    _, *first, last_row, last_column = beginning
    along = (bottom == last_row and right >= last_column and last_row == first[1]) or (
        right == last_column and bottom >= last_row and last_column == first[2]
    )
    return corner == first and along
