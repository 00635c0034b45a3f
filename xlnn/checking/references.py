"""List the cells to which a formula refers."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from xlnn.formula import Node, parsed, rewritten
from xlnn.grid import address, quoted


class CellRange(NamedTuple):
    """A rectangle of cells: its sheet's title in lower case, and its corners."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    def holds(self, title: str, row: int, column: int) -> bool:
        """Return whether a cell is in the range."""
        is_inside = self.top <= row <= self.bottom and self.left <= column <= self.right
        return is_inside and self.sheet == title.casefold()

    def without(self, other: "CellRange") -> Iterator["CellRange"]:
        """Yield the parts of the range outside another one, up to four.

        >>> a, b = CellRange("s", 1, 1, 3, 3), CellRange("s", 2, 2, 9, 9)
        >>> [part[1:] for part in a.without(b)]
        [(1, 1, 1, 3), (2, 1, 3, 1)]
        """
        top, bottom = max(self.top, other.top), min(self.bottom, other.bottom)
        left, right = max(self.left, other.left), min(self.right, other.right)
        if self.sheet != other.sheet or top > bottom or left > right:
            yield self
            return
        if self.top < top:
            yield self._replace(bottom=top - 1)
        if bottom < self.bottom:
            yield self._replace(top=bottom + 1)
        if self.left < left:
            yield CellRange(self.sheet, top, self.left, bottom, left - 1)
        if right < self.right:
            yield CellRange(self.sheet, top, right + 1, bottom, self.right)


def areas(formula: str, here: str) -> list[CellRange] | None:
    """Return the ranges to which a formula of a sheet refers; None if they are not all known.

    Names, whole rows and whole columns are not known ranges.

    >>> [tuple(area) for area in areas("=SUM(B2:A1)+Weights!$C3", "Training")]
    [('training', 1, 1, 2, 2), ('weights', 3, 3, 3, 3)]
    """
    if (tree := parsed(formula)) is None:
        return None
    named = [node for node in tree.walk() if node.reference]
    return [_area(node, here) for node in named] if all(n.is_bounded for n in named) else None


def _area(node: Node, here: str) -> CellRange:
    top, left, bottom, right = node.corners
    (top, bottom), (left, right) = sorted((top, bottom)), sorted((left, right))
    return CellRange((node.sheet or here).casefold(), top, left, bottom, right)


LOCATING = frozenset({"AREAS", "COLUMN", "COLUMNS", "ISFORMULA", "ROW", "ROWS", "SHEET"})
"""Functions that tell something of a reference, and take no values from its cells."""

PICKING = frozenset({"INDEX", "OFFSET"})
"""Functions that return a part or a neighbour of the reference that is their first argument."""


def taken(formula: str, here: str) -> tuple[list[CellRange], bool]:
    """Return the ranges whose values a formula takes, and whether it takes others, too.

    A program that computes a formula first computes all cells of these ranges, whether a condition
    such as that of SUMIF leaves them out or not. INDEX and OFFSET take values from cells that are
    known only when they are computed.

    >>> ranges, others = taken("=SUMIF(A1:A9,1,B1:B9)+ROW(C1)+INDEX(D1:D9,2)", "S")
    >>> [area[1:] for area in ranges], others
    ([(1, 1, 9, 1), (1, 2, 9, 2)], True)
    """
    if (tree := parsed(formula)) is None:
        return [], False
    ranges: list[CellRange] = []
    left, picks = [tree], False
    while left:
        node = left.pop()
        if node.reference:
            ranges += [_area(node, here)] if node.is_bounded else ()
        elif node.function in PICKING:
            picks = True
            left += node.children[1:]
            left += (part for part in node.children[:1] if not part.reference)
        elif node.function not in LOCATING:
            left += reversed(node.children)
    return ranges, picks


def replaced(formula: str, other: Callable[[str, str], str]) -> str:
    r"""Return a formula with each reference replaced.

    Parameters
    ----------
    formula : str
    other : function
        Returns what replaces a reference, given its sheet with the exclamation mark (empty without
        a sheet) and its cells, both as the formula writes them.

    >>> replaced("=SUM(B:B,'my data'!$A1)&\"A1\"", lambda sheet, cells: f"<{sheet}|{cells}>")
    '=SUM(<|B:B>,<\'my data\'!|$A1>)&"A1"'
    """
    return rewritten(
        formula,
        lambda token: (
            other(token["sheet"] or "", token["reference"]) if token["reference"] else token[0]
        ),
    )


def range_text(area: CellRange, titles: Iterable[str]) -> str:
    """Write an area as a formula does, with the title that its sheet has among some.

    >>> range_text(CellRange("my sheet", 4, 2, 4, 13), ["Guide", "My sheet"])
    "'My sheet'!B4:M4"
    """
    title = next((sheet for sheet in titles if sheet.casefold() == area.sheet), area.sheet)
    first, last = address(area.top, area.left), address(area.bottom, area.right)
    return f"{quoted(title)}!{first}" + (f":{last}" if last != first else "")


def beyond(named: Iterable[CellRange], allowed: Iterable[CellRange]) -> CellRange | None:
    """Return a part of some ranges that lies outside all others, or None.

    >>> others = [CellRange("s", 1, 1, 2, 1), CellRange("s", 3, 1, 3, 9)]
    >>> beyond([CellRange("s", 1, 1, 3, 1)], others)
    >>> beyond([CellRange("s", 1, 1, 4, 1)], others)[1:]
    (4, 1, 4, 1)
    """
    allowed = list(allowed)
    for area in named:
        left = [area]
        for other in allowed:
            left = [part for rest in left for part in rest.without(other)]
        if left:
            return left[0]
    return None
