"""Tables on a page: a row for each entry, or a row for each unit."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count, product
from typing import Any

from xlnn.block import Block, extent, single_block, strides, table_blocks
from xlnn.equations.sentences import Bar
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.pages.part import UNIT, UNREAD, PagePart, centred, draw_ink, draw_looks
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import (
    Named,
    add_sparklines,
    beside_symbol,
    head,
    name_rows,
    plain_name,
    row_axes,
    type_in,
)
from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import USUAL_HEIGHT
from xlnn.writing.style import KEY, PLAIN, QUIET, QUIET_NUMBER, SECTION, Look, value
from xlnn.writing.text_width import name_width, text_width

HEADINGS = 2
"""The rows of headings over a table: names and symbols; where no symbols are, one."""

LONG = 30
"""Rows of a table that may be printed on several pages; a shorter one is not cut."""


class Table(PagePart):
    """Quantities side by side: a row for each entry along their axes, a column for each unit.

    Parameters
    ----------
    names : tuple of str
    left : int
        Columns that name the rows, by default one for each axis; blank if the first quantity
        numbers the rows.
    coloured : tuple of str
        Quantities that are coloured by value, on one scale.
    ink : tuple of str
        Quantities from 0 to 1 that are shown as shades of ink.
    looks : dict
        Looks of quantities that differ from the default.
    width : float
        The width of its columns, unless their symbols need more; half of it for ink.
    repeated : bool
        Whether its headings are repeated on each printed page.
    groups : dict
        The keys of titles over columns, by the first of their columns; "" ends the previous one.
    under : dict
        Rows under the columns: the key of each heading ("" for hidden rows), and the prefix of the
        names of its numbers: ``sum`` for sum_a under a.
    named : function
        Returns the name of a quantity for its heading.
    units : dict
        For a quantity, a function that returns the names of its units on a page, in place of their
        symbols.
    widths : dict
        Widths of the columns of quantities that differ.
    lined : bool
        Whether a sparkline stands in each heading.
    folded : bool
        Whether the columns are grouped, and closed when the file opens.
    """

    def __init__(  # noqa: PLR0913 -- what a table may settle
        self,
        *names: str,
        left: int | None = None,
        coloured: Sequence[str] = (),
        ink: Sequence[str] = (),
        looks: Mapping[str, Look] | None = None,
        width: float = 0,
        repeated: bool = False,
        groups: Mapping[str, str] | None = None,
        under: Mapping[str, str] | None = None,
        named: Named = plain_name,
        units: Mapping[str, Callable[[Context[Any]], Sequence[str]]] | None = None,
        widths: Mapping[str, float] | None = None,
        lined: bool = False,
        folded: bool = False,
        above: int = 1,
    ) -> None:
        self.names, self.left, self.width, self.repeated = names, left, width, repeated
        self.coloured, self.ink, self.looks = coloured, ink, looks or {}
        self.groups, self.under, self.above = groups or {}, under or {}, above
        self.named, self.units, self.widths = named, units or {}, widths or {}
        self.lined, self.folded = lined, folded

    def _headings(self, model: Model) -> int:
        return HEADINGS - (not (self.units or _have_symbols(model, self.names)))

    def naming(self, model: Model) -> int:
        """Return how many columns come before the first of its quantities."""
        axes = row_axes(model[name] for name in self.names)
        counts = model[self.names[0]].counts
        return self.left if self.left is not None else 0 if counts else len(axes)

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield the columns."""
        quantities = [model[name] for name in self.names]
        row += self._headings(model) + bool(self.groups)
        for block in table_blocks(quantities, row, column + self.naming(model)):
            yield block
            below = block.last[0] + 2
            for down, begins in enumerate(self.under.values()):
                if beside := model.by_name.get(f"{begins}_{block.quantity.name}"):
                    yield single_block(beside, below + down, block.column)

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:  # noqa: ARG002 -- as far down as its cells
        """Draw the headings, and the names of the rows."""
        blocks = [page.layout.blocks[name] for name in self.names]
        quantities, first = [block.quantity for block in blocks], blocks[0].row
        headings = self._headings(page.layout.model)
        if self.naming(page.layout.model) and not quantities[0].counts:
            name_rows(drawing, row_axes(quantities), first, page.words, column, headings=headings)
        for block in blocks:
            named = self.units.get(block.quantity.name)
            units = named(page) if named else None
            head(
                drawing, block, page.words, self.named, width=not self.width, units=units,
                headings=headings,
            )  # fmt: skip
            type_in(drawing, block, page.words)
            if block.quantity.is_text:  # away from the numbers at its left
                look = value("@", given=block.quantity.is_input, first=False)
                drawing.looks[block.quantity.name] = replace(look, indent=1)
        if self.lined:
            add_sparklines(drawing, page, blocks)
        # the height from which wrapped names make it grow
        drawing.heights.setdefault(first - headings, USUAL_HEIGHT)
        self._set_widths(drawing, blocks)
        _dress(drawing, page, self)
        last = blocks[0].last[0]
        kept = last if last - first < LONG else first  # no heading without a row
        drawing.whole.append((first - headings - bool(self.groups), kept))
        if self.repeated:
            drawing.repeat_from, drawing.repeat = first - headings, first - 1
        if self.folded:
            columns = range(column, column + self.size(page.layout.model)[1])
            self._fold(drawing, range(first - headings, first), columns)
        self._draw_groups(drawing, page, blocks, first - headings - 1)
        below = last + 2
        for down, (key, begins) in enumerate(self.under.items()):
            look = Look(number_format=UNREAD)
            if key:
                text = page.words.of_itself("headings", key)
                drawing.put(below + down, column, text, SECTION)
                drawing.widths[column] = max(drawing.widths[column], text_width(text))
                look = replace(
                    value("General", given=False, first=False), align="center", bold=True
                )
            drawing.looks |= {f"{begins}_{name}": look for name in self.names}

    def _set_widths(self, drawing: Drawing, blocks: Iterable[Block]) -> None:
        for block in blocks:
            name = block.quantity.name
            width = self.widths.get(name, self.width / 2 if name in self.ink else self.width)
            if not width:
                continue
            for column, unit in enumerate(block.quantity.units, start=block.column):
                least = text_width(block.quantity.heading(unit))
                drawing.widths[column] = max(width, least)

    def _fold(self, drawing: Drawing, headings: Iterable[int], columns: Iterable[int]) -> None:
        drawing.folded_columns |= {*columns}
        drawing.looks |= dict.fromkeys(self.names, QUIET_NUMBER)
        for row, column in product(headings, columns):
            text, look = drawing.cells[row][column]
            drawing.put(row, column, text, replace(look, fill="key", ink=QUIET))

    def _draw_groups(
        self, drawing: Drawing, page: Context[Any], blocks: Iterable[Block], row: int
    ) -> None:
        group = ""
        for block in blocks:
            begins = self.groups.get(block.quantity.name)
            group = group if begins is None else begins
            for right in range(len(block.quantity.units) if group else 0):
                text = page.words.of_itself("charts", group) if begins and not right else ""
                drawing.put(row, block.column + right, text, SECTION)


class Units(PagePart):
    """Quantities side by side: a row or pictures for each unit, by its first index.

    Parameters
    ----------
    rows : str, tuple of str or function
        The keys of the names of the rows, or one key for all of them, with their number; "" if the
        first quantity names them; or a function that returns the names on a page.
    names : tuple of str
    headed : bool
        Whether it has headings, or continues the part above it.
    over : dict
        For a quantity, the one whose cells are the headings of its units.
    lines : tuple of str
        Quantities whose second index counts the points of a line, which are below each other. In a
        chart, a line ends there: blank rows follow the points of each unit.
    units, coloured, ink, looks
        As those of a `Table`.
    repeated : bool
        Whether its headings are repeated on each printed page.
    width : float
        The width of its columns, unless other parts settle it.
    pictures : bool
        Whether what a unit has of a quantity is shown as a picture, maps side by side.
    apart : int
        The columns between pictures.
    high : int
        Fewest rows per unit; keeps parts beside each other aligned.
    named : function
        Returns the name of a quantity for its heading, by default without its symbol.
    """

    def __init__(  # noqa: PLR0913 -- what a table of units may settle
        self,
        rows: str | Sequence[str] | Callable[[Context[Any]], Sequence[str]],
        *names: str,
        headed: bool = True,
        over: Mapping[str, str] | None = None,
        lines: Sequence[str] = (),
        units: Mapping[str, Callable[[Context[Any]], Sequence[str]]] | None = None,
        coloured: Sequence[str] = (),
        ink: Sequence[str] = (),
        looks: Mapping[str, Look] | None = None,
        repeated: bool = False,
        width: float = UNIT,
        pictures: bool = False,
        apart: int = 1,
        high: int = 1,
        named: Named | None = None,
        above: int = 0,
    ) -> None:
        self.rows, self.names, self.over, self.above = rows, names, over or {}, above
        self.coloured, self.ink, self.looks = coloured, ink, looks or {}
        self.lines, self.units = lines, units or {}
        self.headed, self.repeated, self.width = headed, repeated, width
        self.pictures, self.apart = pictures, apart
        self.high, self.named = high, named or _above_symbol

    def _headings(self, model: Model) -> int:
        above = self.over or self.units or _have_symbols(model, self.names)
        return HEADINGS - (not above) if self.headed else 0

    def _inside(self, quantity: Quantity) -> tuple[tuple[int, int], ...]:
        """Return the steps within a unit: its maps are side by side, blank columns apart."""
        if self.pictures:
            return ((0, quantity.shape[-1] + self.apart), (1, 0), (0, 1))[4 - len(quantity.shape) :]
        is_line = quantity.name in self.lines
        across = ((0, step) for step in strides(quantity.shape[1 + is_line :]))
        return ((1, 0),) * is_line + (*across,)

    def _extent(self, quantity: Quantity) -> tuple[int, int]:
        """Return how many rows and columns a unit of a quantity takes."""
        return extent(quantity.shape[1:], self._inside(quantity))

    def _is_picture(self, quantity: Quantity) -> bool:
        return self.pictures and len(quantity.shape) > 1

    def _placed(self, model: Model) -> Iterator[tuple[Quantity, int]]:
        """Yield each quantity, and how far right it is: blank columns part two pictures."""
        right, was_picture = int(bool(self.rows)), False
        for quantity in (model[name] for name in self.names):
            right += self.apart * (was_picture and self._is_picture(quantity))
            yield quantity, right
            right += self._extent(quantity)[1]
            was_picture = self._is_picture(quantity)

    def _apart(self, model: Model) -> int:
        """Return how many rows are from one unit to the next: a blank one follows several."""
        highest = max(self.high, *(self._extent(model[name])[0] for name in self.names))
        return highest + (highest > 1)

    def size(self, model: Model) -> tuple[int, int]:
        """Return its rows with the headings, and its columns with the names of the rows."""
        apart = self._apart(model)
        rows = max(model[name].shape[0] for name in self.names) * apart
        rows -= apart > 1 and not self.lines  # a line of the part below is another line
        return self._headings(model) + rows, super().size(model)[1]

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield the columns."""
        row += self._headings(model)
        for quantity, across in self._placed(model):
            down, inside = (self._apart(model), 0), self._inside(quantity)
            yield single_block(quantity, row, column + across, down, *inside)
            if over := self.over.get(quantity.name):
                yield single_block(model[over], row - 1, column + across, *inside)

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Draw the headings, and the names of the rows."""
        headings = self._headings(page.layout.model)
        if self.rows:
            self._name_rows(drawing, page, row, column)
        if self.repeated:
            drawing.repeat_from, drawing.repeat = row, row + headings - 1
        for block in (page.layout.blocks[name] for name in self.names):
            self._head(drawing, page, block, headings)
            type_in(drawing, block, page.words)
            drawing.looks[block.quantity.name] = centred(block.quantity)
        _dress(drawing, page, self)
        for block in (page.layout.blocks[name] for name in self.names if self.headed):
            if isinstance(block.quantity.equation, Bar):  # its heading is as wide
                size = drawing.looks[block.quantity.name].size
                least = text_width(Bar.FULL, size=size)
                drawing.widths[block.column] = max(drawing.widths[block.column], least)

    def _head(self, drawing: Drawing, page: Context[Any], block: Block, headings: int) -> None:
        """Draw the headings of a quantity, and make its columns wide."""
        quantity, is_picture = block.quantity, self._is_picture(block.quantity)
        inside = quantity.shape[1 + (quantity.name in self.lines) :]
        shape = self._extent(quantity)[1:] if is_picture else inside
        across, units = replace(quantity, shape=shape), None
        if quantity.name in self.over:
            units = []
        elif is_picture:
            units = [quantity.symbol.format(""), *[""] * (shape[0] - 1)]
        elif quantity.name in self.units:
            units = self.units[quantity.name](page)
        if headings:
            head(
                drawing, replace(block, quantity=across), page.words, self.named,
                width=False, headings=headings, units=units,
            )  # fmt: skip
        for right in range(len(across.units)):
            drawing.widths.setdefault(block.column + right, self.width)

    def _name_rows(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Write the names, and keep the rows of each unit on one page."""
        model, words = page.layout.model, page.words
        first, apart = row + self._headings(model), self._apart(model)
        if callable(self.rows):
            names = self.rows(page)
        else:
            one = isinstance(self.rows, str)
            keys = [self.rows] * model[self.names[0]].shape[0] if one else self.rows
            texts = (words.of_itself("headings", key) for key in keys)
            names = [text.format(number=number) for number, text in enumerate(texts, start=1)]
        for at in range(row, first):
            drawing.put(at, column, "", KEY)
        for at, text in zip(count(first, apart), names, strict=False):
            drawing.put(at, column, text, replace(KEY, shrink=True))
            if apart > 1 and not self.lines:
                drawing.whole.append((row if at == first else at, at + apart - 2))
        drawing.widths[column] = max(drawing.widths.get(column, 0), name_width(names))


def _have_symbols(model: Model, names: Iterable[str]) -> bool:
    """Return whether some quantities have symbols, for which a table has a row of headings."""
    quantities = (model[name] for name in names)
    return any(quantity.heading(quantity.units[0]).strip() for quantity in quantities)


def _above_symbol(quantity: Quantity, words: Text) -> str:
    return beside_symbol(plain_name(quantity, words), quantity.heading(quantity.units[0]))


def _dress(drawing: Drawing, page: Context[Any], table: Table | Units) -> None:
    """Colour the columns of a table, and apply special looks."""
    if table.coloured:
        blocks = (page.layout.blocks[name] for name in table.coloured)
        looks = (table.looks.get(name, PLAIN) for name in table.coloured)
        is_read = any(look.number_format != UNREAD for look in looks)
        drawing.colour_around_0(*blocks, is_read=is_read)
    draw_ink(drawing, page, table.ink)
    draw_looks(drawing, page, table.looks)
