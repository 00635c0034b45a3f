"""The cells of a quantity, as the formula of another one refers to them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice, repeat
from math import prod
from typing import Self

import numpy as np

from xlnn.axis import Axis, Use
from xlnn.block import Block, spread
from xlnn.equation import Cells, Unit
from xlnn.grid import letters, quoted


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
        For each row number in the formula: its first value, and how much it grows per step along
        each axis.
    starts : tuple of (int, int, FilledColumn)
        Different formulas where a recurrence starts, or side by side: an axis, the index along it,
        and the formula.
    size : (int, int)
        How many rows and columns an array formula fills.
    """

    unit: tuple[int, ...]
    text: str
    rows: tuple[tuple[int, tuple[int, ...]], ...]
    starts: "tuple[tuple[int, int, FilledColumn], ...]" = ()
    size: tuple[int, int] = (1, 1)

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
    """The cells of a quantity as seen from the formula of another one (`xlnn.equation.Cells`).

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
            cells = (
                replace(self, spanned=frozenset(), fixed={**self.fixed, **dict(zip(names, index))})  # noqa: B905 -- one each
                for index in np.ndindex(*(axis.length for axis in spanned))
            )
            return ",".join(one[unit] for one in cells for unit in self.block.quantity.units)

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

    def nth(self, number: str) -> "IndexedCells":
        """Return the same units in one row of those over which they are, by its number from 1."""
        return IndexedCells(self, number)

    @property
    def slice(self) -> Self:
        """The same over all samples, which an array formula computes at once."""
        names = (axis.name for axis in self.block.quantity.samples)
        return self.over(*names)

    def __getitem__(self, unit: Unit | tuple[Unit, ...]) -> str:
        """Return the address of a unit, or the range of several; ``...`` as in NumPy."""
        row, column, height, width, cells, moves = self.rectangle(unit)
        if height * width != cells:
            raise NoRectangleError(f"{self.name}[{unit}] is not one rectangle of cells")
        return self.render(row, column, height, width, moves)

    def rectangle(
        self, unit: Unit | tuple[Unit, ...]
    ) -> tuple[int, int, int, int, int, tuple[int, ...]]:
        """Return the rectangle around some units, how many cells they are, and how they move."""
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
        return row, column, height, width, cells, moves

    @property
    def steps(self) -> Iterator[tuple[int, int, int]]:
        """The length of each axis over which the units are, and the distance of its entries."""
        for axis, (down, right) in zip(self.block.quantity.axes, self.block.steps, strict=False):
            if {axis.name, axis.family} & self.spanned and axis.length > 1:
                yield axis.length, down, right

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
        lag = self.use.lag if axis.family == self.use.along else 0
        if axis.family in self.entry:
            first = self.entry[axis.family] - axis.first - lag
            return first, first, None
        for position, own in enumerate(self.here.quantity.axes):
            if own.family == axis.family:
                first = own.first - axis.first - lag
                return first, first, position
        raise ValueError(
            f"{self.block.quantity.name} is used for one {axis.name} of several: for all of them, "
            f'write over("{axis.name}") before the index'
        )

    def render(self, row: int, column: int, height: int, width: int, moves: tuple[int, ...]) -> str:
        """Return a rectangle as a formula refers to it."""
        is_fixed = bool(moves) and moves[-1] == 0 and not self.here.quantity.sliced
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
class SliceRanges:
    """The ranges of a slice (`xlnn.slices.Ranges`).

    Attributes
    ----------
    cells : QuantityCells
        Over the samples that it has.
    is_turned : bool
        Whether a vector lies in a column.
    """

    cells: QuantityCells
    is_turned: bool = False

    def area(self, fixed: Mapping[str, int]) -> str:
        """Return the range of the slice, at one index of some axes besides."""
        area = replace(self.cells, fixed=fixed)[...]
        return f"TRANSPOSE({area})" if self.is_turned else area

    def unit(self, unit: tuple[Unit, ...], fixed: Mapping[str, int]) -> str:
        """Return the range of a unit, or of several."""
        return replace(self.cells, fixed=fixed)[unit]

    def left(self, fixed: Mapping[str, int]) -> str:
        """Return the cells of the first column in its rows, which name them."""
        cells = replace(self.cells, fixed=fixed)
        row, _, height, *_, moves = cells.rectangle(...)
        return cells.render(row, 1, height, 1, moves)

    def above(self, fixed: Mapping[str, int]) -> str:
        """Return the cells above its columns, which are headings."""
        cells = replace(self.cells, fixed=fixed).slice
        row, column, _, width, _, moves = cells.rectangle(...)
        return cells.render(row - 1, column, 1, width, moves)


@dataclass(frozen=True)
class IndexedCells:
    """Units of which a formula looks up one row among several.

    Attributes
    ----------
    cells : QuantityCells
    number : str
        The number of the row, from 1, among all of the axes over which the units are.
    """

    cells: QuantityCells
    number: str

    def __getitem__(self, unit: Unit | tuple[Unit, ...]) -> str:
        """Return ``INDEX`` of a unit; the address if there is one row."""
        row, column, height, width, _, moves = self.cells.rectangle(unit)
        area = self.cells.render(row, column, height, width, moves)
        if height * width == 1:
            return area
        steps = [*self.cells.steps]
        down = _place(self.number, [(length, down) for length, down, _ in steps])
        right = _place(self.number, [(length, right) for length, _, right in steps])
        return self._index(area, down, right, width)

    def unit(self, *entries: str | int) -> str:
        """Return ``INDEX`` of a unit whose index has numbers in cells, from 1, or is known, from 0.

        All units lie in one rectangle with the rows.
        """
        row, column, height, width, _, moves = self.cells.rectangle(...)
        area = self.cells.render(row, column, height, width, moves)
        if height * width == 1:
            return area
        steps, places = [*self.cells.steps], []
        block = self.cells.block
        units = block.steps[len(block.quantity.axes) :]
        for way in (0, 1):
            place = _place(self.number, [(step[0], step[1 + way]) for step in steps])
            terms, known = ([place], 0) if place != "1" else ([], 1)
            for entry, step in zip(entries, (unit[way] for unit in units), strict=True):
                if isinstance(entry, int):
                    known += entry * step
                elif step == 1 and known > 0:
                    terms, known = [*terms, entry], known - 1
                elif step:
                    terms.append(f"({entry}-1)*{step}")
            places.append(_joined(terms, known))
        return self._index(area, *places, width)

    @staticmethod
    def _index(area: str, down: str, right: str, width: int) -> str:
        # in a row the number is given as a column's: Gnumeric would take it for a row's
        return f"INDEX({area},{down})" if width == 1 else f"INDEX({area},{down},{right})"


def _joined(terms: Sequence[str], known: int) -> str:
    """Return the sum of some terms and a number, which is left out if it is 0."""
    return "+".join([*terms, *([str(known)] if known or not terms else [])])


def _place(number: str, axes: Sequence[tuple[int, int]]) -> str:
    """Return where an entry is, from 1, along axes of these lengths and distances.

    >>> _place("B5", [(50, 64), (64, 1)]), _place("B5", [(50, 70), (64, 1)])
    ('B5', 'INT((B5-1)/64)*70+MOD(B5-1,64)+1')
    >>> _place("B5", [(51, 4)]), _place("B5", [(51, 0)])
    ('(B5-1)*4+1', '1')
    """
    kept: list[tuple[int, int]] = []
    for length, step in axes:
        if kept and kept[-1][1] == length * step:  # they follow one another
            kept[-1] = kept[-1][0] * length, step
        else:
            kept.append((length, step))
    if len(kept) == 1 and kept[0][1] == 1:
        return number
    terms, after = [], prod(length for length, _ in kept)
    for position, (length, step) in enumerate(kept):
        after //= length
        if not step:
            continue
        entry = f"INT(({number}-1)/{after})" if after > 1 else f"({number}-1)"
        if position:
            entry = f"MOD({entry if after > 1 else entry[1:-1]},{length})"
        terms.append(f"{entry}*{step}" if step > 1 else entry)
    return "+".join([*terms, "1"])
