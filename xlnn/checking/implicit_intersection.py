"""Find formulas in which Excel uses one cell of a range and an engine uses all.

In a formula that is not marked as an array formula, Excel and LibreOffice compute ``A1:A3*B1:B3``
for one cell of each range: the one in the formula's own row or column (implicit intersection).
Other engines compute an array, which agrees with NumPy but with no spreadsheet program. So the
formula's text decides here, not an engine's result.
"""

from collections.abc import Mapping
from typing import Any

from xlnn.xlsx.range_shapes import (
    NO_NAMES,
    RANGES,
    REFERRING,
    SINGLE,
    Names,
    parsed,
    referred,
)

_PASSING = {"IF": 1, "CHOOSE": 1}
"""Functions that return a range, and the first argument that they may return."""

_ONE_BY_ONE = {
    *("IF", "IFERROR", "CHOOSE", "INDEX", "MATCH", "VLOOKUP", "RANK", "COUNTIF", "COUNTIFS"),
    "SUMIF",
}
"""Functions that Excel applies to single values, even in SUMPRODUCT."""


def intersection(formula: str, names: Names = NO_NAMES) -> str | None:
    """Return the range of which Excel would use one cell, or None.

    Parameters
    ----------
    formula : str
        With its leading "=".
    names : mapping of str to str
        What defined names stand for, by their names in lower case.

    >>> intersection("=SUM(A1:C1*A2:C2)"), intersection("=A1:INDEX(B:B,2)")
    ('A1:C1', 'A1:INDEX(B:B,2)')
    >>> intersection("=SUMPRODUCT(CHOOSE({1,2},A1,B1),POWER(C1:D1,2))"), intersection("={1,2}*2")
    (None, '{…}')
    >>> intersection("=SUMPRODUCT((A1:C1=2)*A2:C2)+SUM(A1:C1)"), intersection("=B4:B4")
    (None, None)
    """
    if (tree := parsed(formula)) is None:
        return None
    return _IntersectionFinder(names).taken(tree.to_dict(), whole=False, arrays=False)


class _IntersectionFinder:
    """Walks the tree of a formula; each method returns the range that would be intersected."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def taken(self, node: Mapping[str, Any], *, whole: bool, arrays: bool) -> str | None:
        """Return the range that would be intersected in a node, or None.

        Parameters
        ----------
        node : mapping
        whole : bool
            Whether a range may be used as a whole here.
        arrays : bool
            Whether Excel evaluates this node for each cell of a range.
        """
        match node["node_type"]:
            case "Reference":
                text = node["reference"]
                return text if not (whole or arrays) and self._is_range(text) else None
            case "Array":
                return None if whole or arrays else "{…}"
            case "UnaryOp":
                return self.taken(node["operand"], whole=False, arrays=arrays)
            case "BinaryOp":
                return self._operation(node, whole=whole, arrays=arrays)
            case "Function":
                return self._function(node, whole=whole, arrays=arrays)
        return None

    def _operation(self, node: Mapping[str, Any], *, whole: bool, arrays: bool) -> str | None:
        sides = node["left"], node["right"]
        if node["operator"] not in REFERRING:
            found = (self.taken(side, whole=False, arrays=arrays) for side in sides)
            return next(filter(None, found), None)
        if not (whole or arrays):
            return _text(node)
        found = (self.taken(side, whole=True, arrays=arrays) for side in sides)
        return next(filter(None, found), None)

    def _function(self, node: Mapping[str, Any], *, whole: bool, arrays: bool) -> str | None:
        name, arguments = node["name"].upper(), node["args"]
        within = whole or arrays
        if name == "SUMPRODUCT":
            arrays = True
        elif name in _ONE_BY_ONE or name not in SINGLE:
            arrays = False
        takes = RANGES.get(name, (False,))
        first = _PASSING.get(name)
        for position, argument in enumerate(arguments):
            if argument["node_type"] == "Array" and within:
                continue  # Excel evaluates any function for each entry of a constant
            may = takes[min(position, len(takes) - 1)]
            if first is not None and position >= first:
                may = whole
            found = self.taken(argument, whole=may, arrays=arrays)
            if found:
                return found
        if name == "INDEX" and not (whole or arrays) and _is_line(arguments):
            return _text(node)
        return None

    def _is_range(self, text: str) -> bool:
        first, colon, last = referred(text, self._names).replace("$", "").upper().partition(":")
        # a whole column or row has many cells even if both corners are the same
        return bool(colon) and (first != last or first.isalpha() or first.isdigit())


def _is_line(arguments: list[Mapping[str, Any]]) -> bool:
    """Return whether INDEX returns a whole row or column, as with row or column 0."""
    return any(
        argument["node_type"] == "Omitted" or argument.get("value") == 0
        for argument in arguments[1:]
    )


def _text(node: Mapping[str, Any]) -> str:
    """Return a tree of references as a formula writes it."""
    match node["node_type"]:
        case "Reference":
            return node["reference"]
        case "BinaryOp":
            sides = _text(node["left"]), _text(node["right"])
            return node["operator"].join(sides)
        case "Function":
            return f"{node['name']}({','.join(map(_text, node['args']))})"
        case "Literal" if isinstance(node["value"], float):
            return f"{node['value']:.15g}"
    return "…"
