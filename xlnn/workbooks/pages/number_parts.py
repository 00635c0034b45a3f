"""Single numbers on a page, rows of units, and what is hidden there."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any

from xlnn.block import Block, single_block, table_blocks
from xlnn.equations.lookup import Asked, NameOf, UsedNumber
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.workbooks.pages.part import UNREAD, PagePart, centred, draw_ink, draw_looks
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import (
    Named,
    called,
    offered_validation,
    plain_name,
    row_validation,
    type_in,
)
from xlnn.workbooks.pages.text_parts import Label
from xlnn.workbooks.runs import choice_of_run
from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import USUAL_WIDTH
from xlnn.writing.style import ASKED, KEY, LABEL, PLAIN, QUIET_NUMBER, Look, heading, value
from xlnn.writing.text_width import text_width

NUMBER = 12
"""The width of a column that holds numbers without a table."""


class Numbers(PagePart):
    """Single numbers below each other, each after its name.

    Parameters
    ----------
    names : tuple of str or (str, ...)
        The quantities. Those of further names are shown beside the number. Numbers of one
        quantity are side by side, such as those of several runs.
    positive : tuple of str
        Those that must be greater than 0, by default learning rates (`Quantity.is_step_size`).
    choices : dict
        For a choice, the meaning of each number, unless a sentence names what is chosen; or a
        quantity whose row is chosen, unless `xlnn.choice` has its axis, or without rows, whose
        value; "" if another part has the list.
    symbols : bool
        Whether symbols are shown between names and numbers.
    at : int
        The number of columns for a name and its symbol.
    ink : tuple of str
        Quantities from 0 to 1 that are shown as shades of ink.
    named : function
        Returns the name of a quantity; by default also its symbol if it has no name.
    looks : dict
        Looks of quantities that differ from the default.
    """

    is_last = True

    def __init__(  # noqa: PLR0913 -- what a list may settle
        self,
        *names: str | tuple[str, ...],
        positive: Sequence[str] | None = None,
        choices: Mapping[str, Sequence[str] | str] | None = None,
        symbols: bool = False,
        at: int = 3,
        ink: Sequence[str] = (),
        named: Named | None = None,
        looks: Mapping[str, Look] | None = None,
    ) -> None:
        self.named = named or (plain_name if symbols else called)
        self.names = [(name,) if isinstance(name, str) else name for name in names]
        self.positive, self.choices = positive, choices or {}
        self.symbols, self.at, self.ink = symbols, at, ink
        self.looks = looks or {}

    def size(self, model: Model) -> tuple[int, int]:
        """Return a row for each number, and the columns up to its last unit."""
        rows = self._rows(model)
        numbers = (model[name] for name, *_ in rows)
        most = max(number.begins + len(_side_by_side(number).units) for number in numbers)
        return len(rows), self.at + most

    def _rows(self, model: Model) -> list[tuple[str, ...]]:
        """Return the names of each row; the choice of a run is above that of an epoch."""
        rows, shown = [], {name for name, *_ in self.names}
        for name, *beside in self.names:
            run = choice_of_run(name) if model[name].choices else ""
            if run not in shown and run in model.by_name and model[run].choices:
                rows.append((run, f"{run}_asked"))
            rows.append((name, *beside))
        return rows

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield the cells of the numbers, and of the quantities beside them."""
        for down, names in enumerate(self._rows(model), start=row):
            quantities = [model[name] for name in names]
            right = column + self.at + quantities[0].begins
            placed = table_blocks(map(_side_by_side, quantities), down, right)
            for quantity, block in zip(quantities, placed, strict=True):
                yield replace(block, quantity=quantity)

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:  # noqa: ARG002 -- beside its cells
        """Draw their names, and add validations."""
        texts = []
        for name, *beside in self._rows(page.layout.model):
            drawing.looks |= {other: _beside(page.layout.model[other]) for other in beside}
            block = page.layout.blocks[name]
            quantity = block.quantity
            texts.append(self.named(quantity, page.words))
            drawing.put(block.row, column, texts[-1], LABEL)
            if self.symbols:
                symbol = Label(quantity.heading(()), look=replace(LABEL, align="right"), fits=True)
                symbol.draw(drawing, page, block.row, column + self.at - 1)
            drawing.looks[name] = centred(quantity)
            chosen = self.choices.get(name, _meant(page.layout.model, name))
            if chosen and isinstance(chosen, str):
                drawing.validations.append(row_validation(page, block, page.layout.blocks[chosen]))
            elif chosen != "":
                is_positive = (
                    quantity.is_step_size if self.positive is None else name in self.positive
                )
                type_in(drawing, block, page.words, chosen, positive=is_positive)
            for at in range(block.column, block.last[1] + 1):
                drawing.widths.setdefault(at, NUMBER)
        beside = range(column + 1, column + self.at - self.symbols)
        room = sum(drawing.widths.get(place, USUAL_WIDTH) for place in beside)
        usual = drawing.widths.get(column, USUAL_WIDTH)
        drawing.widths[column] = max(usual, text_width(*texts) - room)
        draw_ink(drawing, page, self.ink)
        draw_looks(drawing, page, self.looks)


def _side_by_side(quantity: Quantity) -> Quantity:
    """Return a quantity that has its runs as units."""
    runs = (axis.length for axis in quantity.each)
    return replace(quantity, axes=quantity.rows, shape=(*runs, *quantity.shape))


def _meant(model: Model, name: str) -> Sequence[str]:
    """Return the meanings of the numbers of a choice, or a quantity with the rows that it names."""
    names: Sequence[str] = ()
    for equation in (q.equation for q in model.quantities if name in q.sources):
        if isinstance(equation, NameOf):
            return equation.names
        if isinstance(equation, UsedNumber) and equation.along:
            axes = [(equation.along.name, equation.along.length)]
            rows = (q for q in model.quantities if [(a.name, a.length) for a in q.axes] == axes)
            names = next((row.name for row in rows), ())
    return names


def _beside(quantity: Quantity) -> Look:
    if isinstance(quantity.equation, Asked):
        return ASKED
    return PLAIN if quantity.is_text else QUIET_NUMBER


class Row(PagePart):
    """Quantities side by side; a matrix takes all of its rows, and "" leaves a cell blank.

    Parameters
    ----------
    names : tuple of str
    width : float
        The width of its columns.
    flat : bool
        Whether all units of a quantity are side by side, too.
    look : Look or None
        Their look, if it differs from the default.
    align : str
        Where texts are in their cells.
    text_size : int
        The size of texts, which are bold if it is above the usual one; 0 for the usual one.
    titled : bool
        Whether their names are above them.
    listed : str
        A quantity whose texts are offered where a text is typed.
    """

    def __init__(  # noqa: PLR0913 -- what a row may settle
        self,
        *names: str,
        width: float = 0,
        flat: bool = False,
        look: Look | None = None,
        align: str = "center",
        text_size: int = 0,
        titled: bool = False,
        listed: str = "",
    ) -> None:
        self.names, self.width, self.flat, self.look = names, width, flat, look
        self.align, self.text_size = align, text_size
        self.titled, self.listed = titled, listed

    def _shapes(self, model: Model) -> list[tuple[int, ...]]:
        """Return the rows, if it has several, and columns of each."""
        shapes = [model[name].shape if name else () for name in self.names]
        return [(prod(shape),) for shape in shapes] if self.flat else shapes

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield their cells."""
        row += self.titled
        for name, shape in zip(self.names, self._shapes(model), strict=True):
            if name and self.flat:
                yield from table_blocks([model[name]], row, column)
            elif name:
                steps = [(1, 0), (0, 1)][2 - len(shape) :]
                yield single_block(model[name], row, column, *steps)
            column += (1, *shape)[-1]

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:  # noqa: ARG002 -- each has its cells
        """Add validations, and centre texts and choices."""
        for block in (page.layout.blocks[name] for name in self.names if name):
            quantity = block.quantity
            if self.titled:
                title = called(quantity, page.words)
                drawing.put(block.row - 1, block.column, title, replace(LABEL, align="center"))
                usual = drawing.widths.get(block.column, USUAL_WIDTH)
                drawing.widths[block.column] = max(usual, text_width(title))
            if quantity.is_text:
                look = value("@", given=quantity.is_input, first=False)
                size = self.text_size or look.size
                drawing.looks[quantity.name] = replace(
                    look, align=self.align, size=size, bold=size > look.size, shrink=True
                )
            else:
                type_in(drawing, block, page.words)
            if quantity.choices:
                drawing.looks[quantity.name] = centred(quantity)
            if quantity.is_text and quantity.is_input and self.listed:
                offered = page.layout.blocks[self.listed]
                drawing.validations.append(offered_validation(page, block, offered))
            if self.width:
                columns = range(block.column, block.last[1] + 1)
                drawing.widths |= dict.fromkeys(columns, self.width)
        if self.look:
            draw_looks(drawing, page, dict.fromkeys(filter(None, self.names), self.look))


class Hidden(Row):
    """Quantities that a page uses but does not show, side by side: they have no digits."""

    def __init__(self, *names: str, indent: int = 0) -> None:
        super().__init__(*[""] * indent, *names, look=Look(number_format=UNREAD))


def used_choices(model: Model, *choices: str) -> Hidden:
    """Return the numbers that are used in place of choices, and of the choices of a run."""
    names = (f"{choice}_used" for name in choices for choice in (choice_of_run(name), name))
    return Hidden(*(name for name in names if name in model.by_name))


class Made(PagePart):
    """A part that depends on the model.

    Parameters
    ----------
    of : function
        Returns the part of a model.
    """

    def __init__(self, of: Callable[[Model], PagePart]) -> None:
        self.of = of

    def placed(self, model: Model) -> Iterator[tuple[PagePart, int, int]]:
        """Yield the part."""
        yield self.of(model), 0, 0


class Symbols(PagePart):
    """The symbols of quantities and their units side by side, over rows of numbers.

    Parameters
    ----------
    names : tuple of str
        "" leaves a cell blank.
    coloured : bool
        Whether they have the colours of their quantities, as headings of a table have.
    """

    def __init__(self, *names: str, coloured: bool = False) -> None:
        self.names, self.coloured = names, coloured

    def size(self, model: Model) -> tuple[int, int]:
        """Return one row, with a column for each unit."""
        return 1, sum(len(model[name].units) if name else 1 for name in self.names)

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Write them."""
        for name in self.names:
            quantity = page.layout.model[name] if name else None
            for unit in quantity.units if quantity else ():
                coloured = heading(quantity.role, first=unit == quantity.units[0])
                look = coloured if self.coloured else KEY
                drawing.put(row, column, quantity.heading(unit), look)
                column += 1
            column += not name
