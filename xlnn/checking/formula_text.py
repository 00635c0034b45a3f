"""Find formulas that differ from the layout, and decide which are allowed.

Every formula is read. One that reads as stated, up to ``$``, quotes, blanks and case, is verified
in form and by value. One that differs is wrong if its values cannot verify it (a class, a look-up,
a sentence), if it refers to other cells than its equation uses, or not to all of them, or if it has
a form that programs compute differently. Otherwise it is *restated*, and verified by its values
alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from string import ascii_lowercase, ascii_uppercase

from xlnn.block import Block
from xlnn.checking.references import CellRange, areas, beyond, range_text
from xlnn.errors import DataError, Message
from xlnn.formula import Node, Token, corners_of, parsed, significant, title_of, tokens
from xlnn.grid import quoted
from xlnn.layout import Layout
from xlnn.xlsx.forms import misread
from xlnn.xlsx.name_substitution import MeaningError, Names
from xlnn.xlsx.package import Package
from xlnn.xlsx.range_shapes import intersection

Entry = tuple[str, tuple[int, ...]]
"""A quantity's name and an index of its array."""

ALIKE_BY_CHANCE = Message("its value alone is not enough, so it must read as expected")
"""Why a formula is wrong although it gives the right value."""

_UPPER = str.maketrans(ascii_lowercase, ascii_uppercase)
"""Only ASCII letters, since other letters may share one capital."""


def plainly(formula: str) -> str:
    """Normalise what programs change on saving a formula: $, quotes, blanks and case.

    Texts and quoted sheet titles stay as they are.

    >>> plainly("=Sum('Images'!$B$4:B7, C1)")
    '=SUM(IMAGES!B4:B7,C1)'
    >>> plainly('=$b4 & "A blank"'), plainly("=+'Test images'!$B$4")
    ('=B4&"A blank"', "=+'TEST IMAGES'!B4")
    """
    written: list[str] = []
    for token in significant(formula):
        if token[0] == ")" and written[-1] == "TRUE(":
            written[-1] = "TRUE"  # LibreOffice writes TRUE() for TRUE
        else:
            written.append(_plain(token))
    return "".join(written)


def _plain(token: Token) -> str:
    if token["text"]:
        return token[0]
    sheet = token["sheet"] and f"{quoted(title_of(token['sheet']))}!"
    text = f"{sheet or ''}{token[token.lastgroup]}".replace("$", "")
    return " " if token["space"] else text.translate(_UPPER)


def is_backwards(formula: str) -> bool:
    """Return whether a formula has a reversed range, such as B9:B2.

    >>> is_backwards("=SUM(B9:B2)"), is_backwards("=SUM(B2:B9)+C1")
    (True, False)
    >>> is_backwards('=A1&"B9:B2"')
    False
    """
    corners = filter(None, map(corners_of, tokens(formula)))
    return any(top > bottom or left > right for top, left, bottom, right in corners)


def is_bracketed_otherwise(formula: str, stated: str) -> bool:
    """Return whether two formulas with the same cells differ only in redundant parentheses.

    >>> is_bracketed_otherwise("=A1+B1+C1", "=(A1+B1)+C1")
    True
    >>> is_bracketed_otherwise("=A1-B1-C1", "=A1-(B1-C1)")
    False
    """
    one, other = (parsed(plainly(text)) for text in (formula, stated))
    return one is not None and other is not None and _computed(one) == _computed(other)


def _computed(node: Node) -> tuple[object, ...]:
    """Return what a part of a formula computes, however it is written."""
    word = node.word if node.value is None else node.value
    return node.kind, word, *map(_computed, node.children)


@dataclass(frozen=True)
class Readings:
    """The formulas of a workbook beside those of its layout."""

    layout: Layout
    contents: Package

    @cached_property
    def otherwise(self) -> dict[Entry, str]:
        """The formulas that differ from the layout, by their entries."""
        otherwise: dict[Entry, str] = {}
        for sheet, title in self.layout.titles.items():
            blocks = (block for block in self.layout.on(sheet) if block.quantity.equation)
            stated = _Stated(self.layout, blocks)
            areas_filled = self.contents.arrays
            for row, column, formula in self.contents.stated(title):
                text = stated.at(row, column)
                if text is None:
                    continue
                is_same = stated.areas.get((row, column), "") == areas_filled.get(
                    (title, row, column), ""
                )
                if not (is_same and _reads_as(text, formula)):
                    otherwise[self.layout.entry(title, row, column)] = formula
        return otherwise

    @cached_property
    def names(self) -> Names:
        """The defined names."""
        return Names.of(self.contents)

    @cached_property
    def written_out(self) -> dict[Entry, str]:
        """The formulas that differ from the stated ones, with defined names resolved."""
        return {
            entry: self.names.plain(formula, self.layout.place(*entry)[0])
            for entry, formula in self.otherwise.items()
        }

    def fault(self, entry: Entry) -> str | None:
        """Return why an altered formula is wrong whatever its value; None if it may be right."""
        (title, *place), formula = self.layout.place(*entry), self.otherwise[entry]
        filled = self.contents.arrays.get((title, *place), "")
        wanted = self.layout.blocks[entry[0]].area(entry[1])
        if filled != wanted:
            if not wanted:
                return Message("it is an array formula, and a formula of one cell is expected")
            if not filled:
                return Message(
                    "it fills one cell, and an array formula of {range} is expected", range=wanted
                )
            return Message(
                "it is an array formula of {filled}, and one of {range} is expected",
                filled=filled,
                range=wanted,
            )
        try:
            for used, computation in self.names.computations(formula, title):
                if one := intersection(f"={computation}"):
                    return Message(
                        "the name {name} stands for a computation with {range}, which Excel "
                        "computes for the whole range and other programs for one cell: write it "
                        "out",
                        name=used,
                        range=one,
                    )
            return self._fault(entry, self.names.written_out(formula, title))
        except MeaningError as unclear:
            return unclear.args[0]

    def _fault(self, entry: Entry, formula: str) -> str | None:
        """Return the same for a formula without defined names."""
        name, index = entry
        (title, *_), quantity = self.layout.place(*entry), self.layout.model[name]
        if not quantity.sliced and (form := misread(formula)):
            return str(form)
        named = areas(formula, title)
        if named is None and parsed(formula) is None:
            return Message("no program can read it: look for a missing bracket or operator")
        if named is None:
            return Message("it does not refer to cells or ranges")
        stated = self.layout.formula(name, index)
        if other_cells := _other_cells(named, areas(stated, title) or [], self.contents.sheets):
            return other_cells
        if quantity.is_read_as_stated and not is_bracketed_otherwise(formula, stated):
            return ALIKE_BY_CHANCE
        return None


def _other_cells(
    named: Sequence[CellRange], uses: Sequence[CellRange], titles: Sequence[str]
) -> str | None:
    """Say which cells only the formula refers to, or only its equation uses."""
    if uses and not named:
        return ALIKE_BY_CHANCE
    if outside := beyond(named, uses):
        named = range_text(outside, titles)
        return Message("it refers to {range}, which its equation does not use", range=named)
    if left_out := beyond(uses, named):
        named = range_text(left_out, titles)
        return Message("it does not refer to {range}, which its equation uses", range=named)
    return None


def check_stated(layout: Layout) -> None:
    """Refuse a model with formulas that programs compute differently.

    Raises
    ------
    DataError
        The message names the quantity, and says what to write instead.
    """
    names = Names({("", name): area for name, area in layout.names.items()}, layout.titles.values())
    for quantity in layout.model.quantities:
        title = layout.titles[layout.blocks[quantity.name].sheet]
        if quantity.sliced:
            continue
        for number, part in enumerate(quantity.runs if quantity.equation else ()):
            last = tuple(axis.length - 1 for axis in part.axes)
            for column in layout.columns(quantity.name, number):
                formula = column.at(last)
                if form := misread(names.plain(formula, title)):
                    raise DataError(f'The cell of {quantity.name} gives "{formula:.60}": {form}.')


def as_stated(layout: Layout, formulas: Mapping[tuple[str, int, int], str]) -> frozenset[str]:
    """Return the quantities whose cells all have the formulas of the layout.

    Parameters
    ----------
    layout : Layout
    formulas : mapping of str
        Formulas by title, row and column.
    """
    return frozenset(
        name
        for name, block in layout.blocks.items()
        if block.quantity.equation is not None
        and all(_reads_as(text, formulas.get(at, "")) for at, text in layout.stated(name).items())
    )


def _reads_as(stated: str, formula: str) -> bool:
    return stated == formula or plainly(stated) == plainly(formula)


class _Stated:
    """The formulas of a sheet as the layout states them, row by row.

    Formulas of tables are made on demand, since there may be four million.
    """

    def __init__(self, layout: Layout, blocks: Iterable[Block]) -> None:
        self._single: dict[tuple[int, int], str] = {}
        self._slices: list[Block] = []
        self.areas: dict[tuple[int, int], str] = {}  # those that array formulas fill
        self._columns: dict[int, list[tuple[range, Iterator[tuple[int, str]]]]] = {}
        for block in blocks:
            name = block.quantity.name
            if block.quantity.sliced:
                self._slices.append(block)
                stated = layout.stated(name)
                self._single.update({place[1:]: text for place, text in stated.items()})
                self.areas |= {place[1:]: block.area_at(*place[1:]) for place in stated}
                continue
            if not (block.runs[0].is_table and block.runs[0].lengths):
                stated = layout.stated(name)
                self._single.update({place[1:]: text for place, text in stated.items()})
                continue
            for number, part in enumerate(block.runs):
                axes, given = part.lengths, part.given
                for column in layout.columns(name, number):
                    row, at = part.address((*(0 for _ in axes), *column.unit))
                    rows = range(row + given, row + prod(axes))
                    down = zip(rows, column.down(axes, given), strict=True)
                    self._columns.setdefault(at, []).append((rows, down))

    def at(self, row: int, column: int) -> str | None:
        """Return the formula that a cell should have; rows must be requested in order."""
        for rows, down in self._columns.get(column, ()):
            if row in rows:
                for formula_row, text in down:
                    if formula_row == row:
                        return text
        if (row, column) in self._single:
            return self._single[row, column]
        # a cell that the array formula of another one fills has none of its own
        is_part = any(block.index(row, column) is not None for block in self._slices)
        return "" if is_part else None
