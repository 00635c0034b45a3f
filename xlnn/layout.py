"""Place quantities on sheets, and compute the addresses of their cells.

A quantity occupies a `Block`: its array index maps to a row and a column by a fixed step for each
axis. So a block can be a table (a row for each epoch and sample, a column for each unit) or a
picture (rows and columns of pixels). Only this module knows cell addresses.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import islice, product, repeat
from math import prod
from typing import Any, Self

import numpy as np

from xlnn.errors import DataError, WidthError
from xlnn.grid import address, fixed, letters, quoted
from xlnn.quantity import Axis, ByName, Cells, Model, Quantity, Unit, Use

ROWS, COLUMNS = 1_048_576, 16_384
"""Excel's grid."""

LONGEST_FORMULA = 8_192
"""Excel's limit, in characters."""


FIRST_ROW = 4
"""The first row of tables, below the sheet's title and two rows of headings."""


@dataclass(frozen=True)
class Block:
    """The cells of a quantity.

    Attributes
    ----------
    quantity : Quantity
    sheet : str
        The sheet's key.
    row, column : int
        The first cell, from 1.
    steps : tuple of (int, int)
        For each dimension of the quantity's array, the distance to its next entry: rows, columns.
    """

    quantity: Quantity
    sheet: str
    row: int
    column: int
    steps: tuple[tuple[int, int], ...]

    def address(self, index: tuple[int, ...]) -> tuple[int, int]:
        """Return the row and column of one entry of the array."""
        row, column = self.row, self.column
        for position, (down, right) in zip(index, self.steps, strict=True):
            row += position * down
            column += position * right
        return row, column

    def index(self, row: int, column: int) -> tuple[int, ...] | None:
        """Return the index of the entry at a row and a column; None if there is none."""
        left = [row - self.row, column - self.column]
        found = [0] * len(self.steps)
        # the widest step first; a dimension of length 1 may have step 0
        order = sorted(range(len(self.steps)), key=lambda n: -sum(self.steps[n]))
        for dimension in order:
            for direction, step in enumerate(self.steps[dimension]):
                if step:
                    most = self.quantity.lengths[dimension] - 1
                    found[dimension] = min(max(left[direction], 0) // step, most)
                    left[direction] -= found[dimension] * step
        return None if any(left) else tuple(found)

    def places(self, unit: tuple[int, ...]) -> Iterator[tuple[int, int]]:
        """Yield the row and column of one unit at every index along the axes, in their order."""
        axes = self.quantity.axes
        if not axes:
            return iter((self.address(unit),))
        lengths = tuple(axis.length for axis in axes)
        row, column = self.address((*(0 for _ in axes), *unit))
        down, right = (tuple(step[n] for step in self.steps[: len(axes)]) for n in (0, 1))
        return zip(spread(row, down, lengths), spread(column, right, lengths), strict=True)

    @cached_property
    def parts(self) -> "tuple[Block, ...]":
        """The cells of each part of the quantity, such as those of each run."""
        if not self.quantity.each:
            return (self,)
        return tuple(self._entry(part, n) for n, part in enumerate(self.quantity.parts))

    def at(self, family: str, number: int) -> "Block | None":
        """Return the cells of one entry along the first axis, if it has one of that family.

        Otherwise the cells are those of all entries; None if the axis lacks this one.
        """
        entries = self.quantity.entries(family)
        if not entries:
            return self
        n = number - self.quantity.axes[0].first
        return self._entry(entries[n], n) if 0 <= n < len(entries) else None

    def _entry(self, part: Quantity, number: int) -> "Block":
        (down, right), *steps = self.steps
        row, column = self.row + number * down, self.column + number * right
        return Block(part, self.sheet, row, column, (*steps,))

    @property
    def lengths(self) -> tuple[int, ...]:
        """The lengths of its axes."""
        return tuple(axis.length for axis in self.quantity.axes)

    @property
    def given(self) -> int:
        """How many entries of each unit are typed before the computed ones."""
        return self.quantity.given * prod(self.lengths[1:])

    @property
    def is_table(self) -> bool:
        """Whether its epochs and samples are consecutive rows."""
        axes = len(self.quantity.axes)
        return self.steps[:axes] == _table_steps(self.quantity)[:axes]

    @property
    def is_dense(self) -> bool:
        """Whether it fills its bounding rectangle; units in separate bands do not."""
        return _fills(self.quantity.lengths, self.steps)

    @property
    def last(self) -> tuple[int, int]:
        """The row and column of the last entry of the array."""
        return self.address(tuple(length - 1 for length in self.quantity.lengths))

    def rectangles(self) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """Yield the first and the last cell of its rectangles, as few as possible."""
        lengths, apart = self.quantity.lengths, len(self.steps)
        while apart and _fills(lengths[apart - 1 :], self.steps[apart - 1 :]):
            apart -= 1
        ends = tuple(length - 1 for length in lengths[apart:])
        for index in product(*map(range, lengths[:apart])):
            yield self.address((*index, *(0 for _ in ends))), self.address((*index, *ends))

    def ranges(self, *, is_fixed: bool = False) -> Iterator[str]:
        """Yield its rectangles as ranges, or as single cells; fixed ones have ``$``."""
        written = fixed if is_fixed else address
        for corners in self.rectangles():
            yield ":".join(written(*corner) for corner in dict.fromkeys(corners))

    def window(self, sheet: np.ndarray) -> np.ndarray:
        """Return the block's entries as a view of an array of the whole sheet.

        Parameters
        ----------
        sheet : array, shape (rows, columns)
            An array at least as large as the block's extent.

        Returns
        -------
        array
            Of the quantity's shape.
        """
        down, right = sheet.strides
        return np.lib.stride_tricks.as_strided(
            sheet[self.row - 1 :, self.column - 1 :],
            self.quantity.lengths,
            tuple(rows * down + columns * right for rows, columns in self.steps),
        )


def _fills(lengths: Sequence[int], steps: Sequence[tuple[int, int]]) -> bool:
    """Return whether entries leave no gaps."""
    return prod(extent(lengths, steps)) == prod(lengths)


def extent(lengths: Sequence[int], steps: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return how many rows and columns the entries of an array take.

    >>> extent((2, 3), ((5, 0), (0, 1)))
    (6, 3)
    """
    last = [(length - 1, step) for length, step in zip(lengths, steps, strict=True)]
    return 1 + sum(n * down for n, (down, _) in last), 1 + sum(n * right for n, (_, right) in last)


@lru_cache(maxsize=64)
def spread(first: int, steps: tuple[int, ...], lengths: tuple[int, ...]) -> list[int]:
    """Return a number that changes by a step along each axis, for every index in order.

    >>> spread(4, (2, 1), (3, 2))
    [4, 5, 6, 7, 8, 9]
    """
    return moving(first, steps, lengths).tolist()


def moving(first: int, steps: tuple[int, ...], lengths: tuple[int, ...]) -> np.ndarray:
    """Return the numbers of `spread` as an array."""
    numbers = np.array(first)
    for step, length in zip(steps, lengths, strict=True):
        numbers = np.add.outer(numbers, step * np.arange(length))
    return numbers.ravel()


def table_blocks(quantities: Iterable[Quantity], row: int, column: int) -> Iterator[Block]:
    """Place quantities side by side: a row for each epoch and sample, a column for each unit."""
    for quantity in quantities:
        yield Block(quantity, quantity.sheet, row, column, _table_steps(quantity))
        column += prod(quantity.shape)


def _table_steps(quantity: Quantity) -> tuple[tuple[int, int], ...]:
    """Return steps for a row for each index along the axes and a column for each unit."""
    down = strides([axis.length for axis in quantity.axes])
    return (*((step, 0) for step in down), *((0, step) for step in strides(quantity.shape)))


def strides(lengths: Sequence[int]) -> list[int]:
    """Return how many entries lie from one to the next along each dimension of an array.

    >>> strides((2, 3, 4))
    [12, 4, 1]
    """
    return [prod(lengths[number:]) for number in range(1, len(lengths) + 1)]


def single_block(quantity: Quantity, row: int, column: int, *steps: tuple[int, int]) -> Block:
    """Place a quantity whose axes have length 1: only its units have steps."""
    return Block(quantity, quantity.sheet, row, column, ((0, 0),) * len(quantity.axes) + steps)


class NoRectangleError(ValueError):
    """Cells requested as a range do not fill a rectangle."""


@dataclass(frozen=True)
class FilledColumn:
    """The formula of one unit, to be filled down over the block's epochs and samples.

    Attributes
    ----------
    unit : tuple of int
    text : str
        The formula; ``{0}``, ``{1}`` ... stand for the row numbers of `rows`.
    rows : tuple of (int, tuple of int)
        Row numbers that move with the formula's own index along its axes: at the first index, and
        by how much for each step along each axis.
    starts : tuple of (int, int, FilledColumn)
        Different formulas where a recurrence starts, or side by side: an axis, the index along it,
        and the formula.
    """

    unit: tuple[int, ...]
    text: str
    rows: tuple[tuple[int, tuple[int, ...]], ...]
    starts: "tuple[tuple[int, int, FilledColumn], ...]" = ()

    def at(self, index: tuple[int, ...]) -> str:
        """Return the formula at an index along the block's axes."""
        for axis, first, column in self.starts:
            if index[axis] == first:
                return column.at(index)
        return self.text.format(
            *(
                first + sum(i * step for i, step in zip(index, steps, strict=True))
                for first, steps in self.rows
            )
        )

    def down(self, lengths: tuple[int, ...], given: int) -> Iterator[str]:
        """Yield the formula at every index along axes of these lengths, but the given ones."""
        if self.starts:
            return map(self.at, islice(np.ndindex(lengths), given, None))
        if not self.rows:
            return repeat(self.text, prod(lengths) - given)
        numbers = [spread(first, steps, lengths)[given:] for first, steps in self.rows]
        return map(self.text.format, *numbers)


@dataclass(eq=False)
class QuantityCells(Cells):
    """The cells of a quantity as seen from the formula of another one (`xlnn.quantity.Cells`).

    Attributes
    ----------
    block, here : Block
        The cells of the quantity, and those of the formula's own.
    use : Use
    title : str
        The title of the quantity's sheet.
    rows : dict
        The rows that the formula refers to, as `FilledColumn` has them; new ones are added.
    entry : dict
        The index along the axis ``each``, and along axes that stand side by side, by the family.
    spanned : frozenset of str
        The axes of which all entries are meant, by name or family.
    fixed : dict
        The index along axes of which one entry is meant.
    """

    block: Block
    here: Block
    use: Use
    title: str
    rows: dict[tuple, int]
    entry: Mapping[str, int]
    spanned: frozenset[str] = frozenset()
    fixed: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        """Refuse to be part of a formula without an index."""
        index = ", ".join("0" * len(self.shape)) or "()"
        raise ValueError(f"{self.block.quantity.name} needs an index, such as [{index}]")

    @property
    def name(self) -> str:
        """The name of the quantity."""
        return self.block.quantity.name

    @property
    def axes(self) -> tuple[str, ...]:
        """The names of its axes, and of their families."""
        axes = self.block.quantity.axes
        return tuple(dict.fromkeys(name for axis in axes for name in (axis.name, axis.family)))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the units."""
        return self.block.quantity.shape

    @property
    def listed(self) -> str:
        """All units as arguments of SUM or MAX: a range, or single cells."""
        try:
            return self[...]
        except NoRectangleError:
            axes = self.block.quantity.axes
            spanned = [axis for axis in axes if {axis.name, axis.family} & self.spanned]
            names = [axis.name for axis in spanned]
            each = (
                replace(self, spanned=frozenset(), fixed={**self.fixed, **dict(zip(names, index))})  # noqa: B905 -- one each
                for index in np.ndindex(*(axis.length for axis in spanned))
            )
            return ",".join(one[unit] for one in each for unit in self.block.quantity.units)

    def at(self, index: int, along: str = "") -> Self:
        """Return the same units at one index of an axis, from 0; -1 is the last."""
        rows = self.block.quantity.rows
        ordered = [axis.name for axis in rows if axis.order] or [axis.name for axis in rows]
        if not along and len(ordered) > 1:
            raise ValueError(
                f"{self.block.quantity.name} has the axes {' and '.join(ordered)}: "
                f'say which, as in at({index}, along="{ordered[-1]}")'
            )
        return replace(self, fixed={**self.fixed, along or "".join(ordered): index})

    def over(self, *axes: str) -> Self:
        """Return the same units, over the whole of the axes with these names or families."""
        return replace(self, spanned=self.spanned.union(axes))

    def __getitem__(self, unit: Unit | tuple[Unit, ...]) -> str:
        """Return the address of a unit, or the range of several; ``...`` as in NumPy."""
        unit = unit if isinstance(unit, tuple) else (unit,)
        if 0 < len(unit) < len(self.shape) and ... not in unit:
            unit = (*unit, ...)
        if ... in unit:
            at = unit.index(...)
            missing = len(self.shape) - len(unit) + 1
            unit = (*unit[:at], *(slice(None),) * missing, *unit[at + 1 :])
        quantity = self.block.quantity
        if len(unit) != len(self.shape):
            raise IndexError(f"{quantity.name} has the shape {self.shape}, and no {unit}")
        steps = self.block.steps[len(quantity.axes) :]
        row, column, height, width, cells, moves = self._along
        for entry, length, (down, right) in zip(unit, quantity.shape, steps, strict=True):
            if isinstance(entry, slice):
                first, beyond, _ = entry.indices(length)
                more = beyond - first - 1
                height, width, cells = (
                    height + more * down,
                    width + more * right,
                    cells * (more + 1),
                )
            else:
                first = entry if entry >= 0 else entry + length
                if not 0 <= first < length:
                    raise IndexError(f"{quantity.name} has the shape {self.shape}, and no {unit}")
            row, column = row + first * down, column + first * right
        if height * width != cells:
            raise NoRectangleError(f"{quantity.name}{list(unit)} is not one rectangle of cells")
        return self._render(row, column, height, width, moves)

    @cached_property
    def _along(self) -> tuple[int, int, int, int, int, tuple[int, ...]]:
        """The cells of the first unit along the axes.

        Returns
        -------
        row, column, height, width, cells : int
        moves : tuple of int
            How many rows they move for the next entry along each of the formula's own axes.
        """
        row, column, height, width, cells = self.block.row, self.block.column, 1, 1, 1
        moves = [0] * len(self.here.quantity.axes)
        for axis, (down, right) in zip(self.block.quantity.axes, self.block.steps, strict=False):
            first, last, own = self._span(axis)
            row, column = row + first * down, column + first * right
            height, width = height + (last - first) * down, width + (last - first) * right
            cells *= last - first + 1
            if own is not None:
                moves[own] += down
        return row, column, height, width, cells, tuple(moves)

    def _span(self, axis: Axis) -> tuple[int, int, int | None]:
        """Return the first and last index along an axis, and the axis here that moves them."""
        if {axis.name, axis.family} & self.spanned:
            return 0, axis.length - 1, None
        for name in {axis.name, axis.family} & self.fixed.keys():
            return self.fixed[name] % axis.length, self.fixed[name] % axis.length, None
        if axis.length == 1:
            return 0, 0, None
        if axis.family in self.entry:
            first = self.entry[axis.family] - axis.first
            return first, first, None
        for position, own in enumerate(self.here.quantity.axes):
            if own.family == axis.family:
                lag = self.use.lag if axis.family == self.use.along else 0
                first = own.first - axis.first - lag
                return first, first, position
        raise ValueError(
            f"{self.block.quantity.name} is used for one {axis.name} of several: for all of them, "
            f'write over("{axis.name}") before the index'
        )

    def _render(
        self, row: int, column: int, height: int, width: int, moves: tuple[int, ...]
    ) -> str:
        is_fixed = bool(moves) and moves[-1] == 0
        if is_fixed and self.entry:  # side by side, no row is filled down
            is_fixed = self.here.quantity.axes[-1].family not in self.entry
        fixed = "$" if is_fixed else ""

        def corner(right: int, down: int) -> str:
            key = (row + down, moves)
            number = self.rows.setdefault(key, len(self.rows))
            return f"{letters(column + right)}{fixed}{{{number}}}"

        sheet = f"{quoted(self.title)}!" if self.block.sheet != self.here.sheet else ""
        if height == width == 1:
            return sheet + corner(0, 0)
        return f"{sheet}{corner(0, 0)}:{corner(width - 1, height - 1)}"


@dataclass(frozen=True)
class Layout:
    """The blocks of all quantities of a workbook.

    Attributes
    ----------
    model : Model
    titles : dict
        The sheets' titles by their keys, in the workbook's order.
    blocks : dict
        The blocks by their quantity's name.
    """

    model: Model
    titles: dict[str, str]
    blocks: dict[str, Block]

    @cached_property
    def extents(self) -> dict[str, tuple[int, int]]:
        """The last row and column of the blocks of each sheet."""
        extents = dict.fromkeys(self.titles, (0, 0))
        for block in self.blocks.values():
            extents[block.sheet] = tuple(map(max, extents[block.sheet], block.last))
        return extents

    def at(self, family: str, number: int) -> Self:
        """Return the layout at one entry along first axes of a family (`Block.at`)."""
        found = {name: block.at(family, number) for name, block in self.blocks.items()}
        blocks = {name: block for name, block in found.items() if block}
        model = Model(tuple(block.quantity for block in blocks.values()))
        return replace(self, model=model, blocks=blocks)

    def sheets(self, arrays: Mapping[str, Any], empty: float) -> dict[str, np.ndarray]:
        """Return an array of each sheet, by its title, with arrays of quantities at their cells."""
        found = {title: np.full(self.extents[key], empty) for key, title in self.titles.items()}
        for name, array in arrays.items():
            block = self.blocks[name]
            block.window(found[self.titles[block.sheet]])[...] = array
        return found

    def on(self, sheet: str) -> tuple[Block, ...]:
        """Return the blocks of a sheet, in the order of their quantities."""
        return tuple(block for block in self.blocks.values() if block.sheet == sheet)

    def entry(self, title: str, row: int, column: int) -> tuple[str, tuple[int, ...]] | None:
        """Return the quantity and the index of a cell, by its sheet's title.

        Upper and lower case are equal in titles; None if the cell belongs to no quantity.
        """
        keys = (key for key, each in self.titles.items() if each.casefold() == title.casefold())
        for block in self.on(next(keys, "")):
            index = block.index(row, column)
            if index is not None:
                return block.quantity.name, index
        return None

    def cell(self, name: str, index: tuple[int, ...]) -> str:
        """Return the address of one entry of a quantity's array, as ``Training!R7``."""
        title, *place = self.place(name, index)
        return f"{quoted(title)}!{address(*place)}"

    def place(self, name: str, index: tuple[int, ...]) -> tuple[str, int, int]:
        """Return the title, row and column of one entry of a quantity's array."""
        block = self.blocks[name]
        return self.titles[block.sheet], *block.address(index)

    def places(self, name: str) -> Mapping[tuple[int, ...], tuple[str, int, int]]:
        """Return the title, row and column of each entry of a quantity's array, by its index."""
        if name not in self._places:
            block = self.blocks[name]
            title = self.titles[block.sheet]
            indices = product(*map(range, block.quantity.lengths))
            self._places[name] = {index: (title, *block.address(index)) for index in indices}
        return self._places[name]

    @cached_property
    def _places(self) -> dict[str, dict[tuple[int, ...], tuple[str, int, int]]]:
        """Cached places, since all files of a class have the same."""
        return {}

    def stated(self, name: str) -> Mapping[tuple[str, int, int], str]:
        """Return the formula of each cell that a quantity computes, by title, row and column."""
        if name not in self._formulas:
            title = self.titles[self.blocks[name].sheet]
            self._formulas[name] = {
                (title, *place): text
                for number, part in enumerate(self.blocks[name].parts)
                for column in self.columns(name, number)
                for place, text in zip(
                    islice(part.places(column.unit), part.given, None),
                    column.down(part.lengths, part.given),
                    strict=True,
                )
            }
        return self._formulas[name]

    @cached_property
    def _formulas(self) -> dict[str, dict[tuple[str, int, int], str]]:
        """Cached formulas."""
        return {}

    def columns(self, name: str, part: int = 0) -> tuple[FilledColumn, ...]:
        """Return the formula of each unit of a part of a quantity that has an equation."""
        if (name, part) not in self._columns:
            units = self.model[name].units
            self._columns[name, part] = tuple(self._column(name, part, unit) for unit in units)
        return self._columns[name, part]

    @cached_property
    def _columns(self) -> dict[tuple[str, int], tuple[FilledColumn, ...]]:
        """Cached columns, since they are written and later compared."""
        return {}

    def formula(self, name: str, index: tuple[int, ...]) -> str:
        """Return the formula of one entry of a quantity's array."""
        quantity = self.model[name]
        each, axes = len(quantity.each), len(quantity.axes)
        part, along = sum(index[:each]), index[each:axes]
        across = {axis.family: axis.first + along[n] for n, axis in self._across(name, part)}
        return self._column(name, part, index[axes:], entry=across).at(along)

    @cached_property
    def names(self) -> dict[str, str]:
        """The defined names and their cells; names of further runs end in the run's number.

        Cells that do not fill a rectangle have no name. Excel takes ``xlnn.W`` and ``xlnn.w`` for
        one name, so the second of them ends in ``.2``.
        """
        found, spelt = {}, Counter()
        for name, block in self.blocks.items():
            spelt[name.casefold()] += 1
            number = spelt[name.casefold()]
            mark = f".{number}" if number > 1 else ""
            for run, part in enumerate(block.parts, start=block.quantity.begins + 1):
                if part.is_dense:
                    ends = (part.row, part.column), part.last
                    cells = ":".join(fixed(*corner) for corner in dict.fromkeys(ends))
                    end = f".run{run}" if run > 1 else ""
                    found[f"xlnn.{name}{mark}{end}"] = f"{quoted(self.titles[block.sheet])}!{cells}"
        return found

    def _across(self, name: str, part: int) -> Iterator[tuple[int, Axis]]:
        """Yield the axes along which a formula and its arguments stand side by side."""
        here = self.blocks[name].parts[part]
        for number, axis in enumerate(here.quantity.axes):
            sources = here.quantity.sources if here.steps[number][1] else ()
            if any(_goes_right(self.blocks[source], axis.family) for source in sources):
                yield number, axis

    def _column(
        self,
        name: str,
        part: int,
        unit: tuple[int, ...],
        starting: frozenset[str] = frozenset(),
        entry: Mapping[str, int] = {},
    ) -> FilledColumn:
        """Return the formula of a unit where recurrences along some families start.

        ``entry`` is its index along families that stand side by side, by default each in turn.
        """
        here = self.blocks[name].parts[part]
        for number, axis in self._across(name, part):
            if axis.family not in entry:
                at = ({**entry, axis.family: axis.first + n} for n in range(axis.length))
                columns = [self._column(name, part, unit, starting, each) for each in at]
                starts = tuple((number, n, column) for n, column in enumerate(columns))
                return replace(columns[0], starts=starts)
        entry = {**entry, **{axis.family: axis.first + part for axis in self.model[name].each}}
        rows: dict[tuple, int] = {}
        arguments = {}
        for role, use in here.quantity.uses.items():
            is_start = use.start is not None and use.along in starting
            read = Use(str(use.start)) if is_start else use
            block = self.blocks[read.name]
            title = self.titles[block.sheet]
            arguments[role] = QuantityCells(block, here, read, title, rows, entry)
        starts = tuple(
            (axis, index, self._column(name, part, unit, starting | {family}))
            for axis, index, family in _starts(here.quantity)
            if family not in starting
        )
        return _stated(here.quantity, unit, arguments, rows, starts)


def _goes_right(block: Block, family: str) -> bool:
    """Return whether entries along an axis of a family stand side by side."""
    axes = zip(block.quantity.axes, block.steps, strict=False)
    return any(axis.family == family and right for axis, (_, right) in axes)


def _starts(quantity: Quantity) -> Iterator[tuple[int, int, str]]:
    """Yield where a recurrence starts: an axis, the index along it, and the axis's family."""
    families = {use.along for use in quantity.uses.values() if use.start is not None}
    for number, axis in enumerate(quantity.axes):
        if axis.family in families:
            yield number, 0 if axis.order == "up" else axis.length - 1, axis.family


def _stated(
    quantity: Quantity,
    unit: tuple[int, ...],
    arguments: Mapping[str, QuantityCells],
    rows: dict[tuple, int],
    starts: tuple[tuple[int, int, FilledColumn], ...],
) -> FilledColumn:
    """Return the formula of a unit, and collect the rows that it refers to.

    Raises
    ------
    DataError
        It is not a formula, or too long for a cell.
    """
    text = quantity.equation.cell(*unit, **arguments)
    if quantity.otherwise:
        text = f'=IFERROR({text.removeprefix("=")},"{quantity.otherwise}")'
    column, is_text = FilledColumn(unit, text, tuple(rows), starts), isinstance(text, str)
    last = tuple(axis.length - 1 for axis in quantity.axes)
    if not (is_text and text.startswith("=")):
        said = f'"{column.at(last):.60}"' if is_text else f"{text!r:.60}"
        raise DataError(f'The cell of {quantity.name} gives {said}: a formula begins with "=".')
    if len(text) + 5 * len(rows) > LONGEST_FORMULA:
        longest = len(column.at(last))
        if longest > LONGEST_FORMULA:
            raise DataError(
                f"The formula of {quantity.name} has {longest:,} characters and a cell takes "
                f"{LONGEST_FORMULA:,}: make the layers narrower."
            )
    return column


def lay_out(model: Model, titles: dict[str, str], blocks: Iterable[Block]) -> Layout:
    """Join the blocks of all sheets.

    Parameters
    ----------
    model : Model
    titles : dict
        The sheets' titles by their keys, in the workbook's order.
    blocks : iterable of Block
        One for each quantity, in any order.

    Raises
    ------
    DataError
        A sheet would be larger than Excel's grid, or a quantity is on no sheet.
    """
    placed = {block.quantity.name: block for block in blocks}
    if lost := [quantity for quantity in model.quantities if quantity.name not in placed]:
        name, sheet = lost[0].name, lost[0].sheet
        raise DataError(f"{name} is on the sheet {sheet}, but no page has that key.")
    for block in placed.values():
        _check_grid(block, titles[block.sheet])
    blocks = ByName((each.name, placed[each.name]) for each in model.quantities)
    return Layout(model, titles, blocks)


def _check_grid(block: Block, title: str) -> None:
    row, column = block.last
    if row > ROWS:
        raise DataError(
            f"The sheet {title} would have {row:,} rows and Excel has {ROWS:,}: "
            "take fewer epochs or fewer images."
        )
    if column > COLUMNS:
        raise WidthError(
            f"The sheet {title} would have {column:,} columns and Excel has {COLUMNS:,}: "
            "make the layers narrower, or use fewer inputs."
        )
