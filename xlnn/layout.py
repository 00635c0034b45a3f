"""Place quantities on sheets: each formula, and the cell of each entry."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice, product
from typing import Any, Self

import numpy as np

from xlnn.axis import Axis, Use
from xlnn.block import COLUMNS, ROWS, Block
from xlnn.errors import DataError, WidthError
from xlnn.grid import LONGEST_FORMULA, address, fixed, quoted
from xlnn.model import ByName, Model
from xlnn.quantity import Quantity
from xlnn.quantity_cells import FilledColumn, QuantityCells, SliceRanges
from xlnn.slices import Slice, as_rows, matrix_of, slice_formula

NARROWER = "make the layers narrower"


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

    def formula_counts(self) -> Counter[str]:
        """Return the number of formulas of each sheet that has some, by its title."""
        counts: Counter[str] = Counter()
        for quantity in self.model.quantities:
            if quantity.computed:
                counts[self.titles[quantity.sheet]] += quantity.formulas
        return counts

    def at(self, family: str, number: int) -> Self:
        """Return the layout at one entry along first axes of a family (`Block.at`)."""
        reduced = {name: block.at(family, number) for name, block in self.blocks.items()}
        blocks = {name: block for name, block in reduced.items() if block}
        model = Model(tuple(block.quantity for block in blocks.values()))
        return replace(self, model=model, blocks=blocks)

    def sheets(self, arrays: Mapping[str, Any], empty: float) -> dict[str, np.ndarray]:
        """Return an array of each sheet, by its title, with arrays of quantities at their cells."""
        grids = {title: np.full(self.extents[key], empty) for key, title in self.titles.items()}
        for name, array in arrays.items():
            block = self.blocks[name]
            block.window(grids[self.titles[block.sheet]])[...] = array
        return grids

    def on(self, sheet: str) -> tuple[Block, ...]:
        """Return the blocks of a sheet, in the order of their quantities."""
        return self._on.get(sheet, ())

    @cached_property
    def _on(self) -> dict[str, tuple[Block, ...]]:
        by_sheet: dict[str, list[Block]] = {}
        for block in self.blocks.values():
            by_sheet.setdefault(block.sheet, []).append(block)
        return {sheet: tuple(blocks) for sheet, blocks in by_sheet.items()}

    def entry(self, title: str, row: int, column: int) -> tuple[str, tuple[int, ...]] | None:
        """Return the quantity and the index of a cell, by its sheet's title.

        Upper and lower case are equal in titles; None if the cell belongs to no quantity.
        """
        keys = (key for key, own in self.titles.items() if own.casefold() == title.casefold())
        for block in self.on(next(keys, "")):
            index = block.index(row, column)
            if index is not None:
                return block.quantity.name, index
        return None

    def cell(self, name: str, index: tuple[int, ...]) -> str:
        """Return the address of one entry of a quantity's array, as ``Training!R7``."""
        title, *place = self.place(name, index)
        return f"{quoted(title)}!{address(*place)}"

    def cells(self, name: str, index: tuple[int, ...]) -> str:
        """Return the address of the cells that the formula of an entry fills."""
        block = self.blocks[name]
        area = block.area(index)
        return f"{quoted(self.titles[block.sheet])}!{area}" if area else self.cell(name, index)

    @cached_property
    def has_arrays(self) -> bool:
        """Whether it has array formulas."""
        return any(quantity.sliced for quantity in self.model.quantities)

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
        """Return the formula of each cell of a quantity that holds one, by title, row, column."""
        if name not in self._formulas:
            title = self.titles[self.blocks[name].sheet]
            self._formulas[name] = {
                (title, *place): text
                for number, part in enumerate(self.heads(name))
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

    def heads(self, name: str) -> Iterator[Block]:
        """Yield the cells that hold the formulas of each run of a quantity."""
        return (run.heads for run in self.blocks[name].runs)

    def columns(self, name: str, run: int = 0) -> tuple[FilledColumn, ...]:
        """Return the formula of each unit of a run of a quantity that has an equation.

        Where an array formula fills all units there is one.
        """
        if (name, run) not in self._columns:
            units = self.blocks[name].heads.quantity.units
            self._columns[name, run] = tuple(self._column(name, run, unit) for unit in units)
        return self._columns[name, run]

    @cached_property
    def _columns(self) -> dict[tuple[str, int], tuple[FilledColumn, ...]]:
        """Cached columns, since they are written and later compared."""
        return {}

    def formula(self, name: str, index: tuple[int, ...]) -> str:
        """Return the formula of one entry of a quantity's array; of a slice all have the same."""
        quantity, index = self.model[name], self.blocks[name].head(index)
        runs, axes = len(quantity.each), len(quantity.axes)
        run, along = sum(index[:runs]), index[runs:axes]
        across = {axis.family: axis.first + along[n] for n, axis in self._across(name, run)}
        return self._column(name, run, index[axes:], entry=across).at(along)

    @cached_property
    def names(self) -> dict[str, str]:
        """The defined names and their cells; names of further runs end in the run's number.

        Cells that do not fill a rectangle have no name. Excel takes ``xlnn.W`` and ``xlnn.w`` for
        one name, so the second of them ends in ``.2``.
        """
        names, spelt = {}, Counter()
        for name, block in self.blocks.items():
            spelt[name.casefold()] += 1
            number = spelt[name.casefold()]
            mark = f".{number}" if number > 1 else ""
            for run, own in enumerate(block.runs, start=block.quantity.begins + 1):
                if own.is_dense:
                    ends = (own.row, own.column), own.last
                    cells = ":".join(fixed(*corner) for corner in dict.fromkeys(ends))
                    end = f".run{run}" if run > 1 else ""
                    names[f"xlnn.{name}{mark}{end}"] = f"{quoted(self.titles[block.sheet])}!{cells}"
        return names

    def _across(self, name: str, run: int) -> Iterator[tuple[int, Axis]]:
        """Yield the axes along which arguments of a formula stand side by side."""
        here = self.blocks[name].runs[run]
        for number, axis in enumerate(here.quantity.axes):
            sources = here.quantity.sources if axis.length > 1 else ()
            if any(_goes_right(self.blocks[source], axis.family) for source in sources):
                yield number, axis

    def _column(
        self,
        name: str,
        run: int,
        unit: tuple[int, ...],
        starting: frozenset[str] = frozenset(),
        entry: Mapping[str, int] = {},
    ) -> FilledColumn:
        """Return the formula of a unit where recurrences along some families start.

        ``entry`` is its index along families that stand side by side, by default each in turn.
        """
        here = self.blocks[name].runs[run]
        start_at = {(axis, index): family for axis, index, family in _starts(here.quantity)}
        for number, axis in self._across(name, run):
            if axis.family not in entry:
                columns = []
                for n in range(axis.length):
                    begun = starting.union([start_at[number, n]] if (number, n) in start_at else ())
                    at = {**entry, axis.family: axis.first + n}
                    columns.append(self._column(name, run, unit, begun, at))
                starts = tuple((number, n, column) for n, column in enumerate(columns))
                return replace(columns[0], starts=starts)
        entry = {**entry, **{axis.family: axis.first + run for axis in self.model[name].each}}
        rows: dict[tuple, int] = {}
        arguments = {}
        for role, use in here.quantity.uses.items():
            is_start = use.start is not None and use.along in starting
            read = Use(str(use.start)) if is_start else use
            block = self.blocks[read.name]
            title = self.titles[block.sheet]
            arguments[role] = QuantityCells(block, here, read, title, rows, entry)
        own = QuantityCells(here, here, Use(name), self.titles[here.sheet], rows, entry)
        starts = tuple(
            (axis, index, self._column(name, run, unit, starting | {family}))
            for (axis, index), family in start_at.items()
            if family not in starting
        )
        column = _stated(own, unit, arguments, rows, starts)
        return replace(column, size=here.size) if here.quantity.sliced else column


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
    own: QuantityCells,
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
    quantity = own.block.quantity
    if quantity.sliced:
        whole = quantity.sliced != "sample"
        slices = {role: _slice(argument, whole=whole) for role, argument in arguments.items()}
        text = slice_formula(_slice(own, whole=whole), slices, unit)
    else:
        text = quantity.equation.cell(*unit, **arguments)
    if quantity.otherwise:
        text = f'=IFERROR({text.removeprefix("=")},"{quantity.otherwise}")'
    column, is_text = FilledColumn(unit, text, tuple(rows), starts), isinstance(text, str)
    last = tuple(axis.length - 1 for axis in quantity.axes)
    if not (is_text and text.startswith("=")):
        shown = f'"{column.at(last):.60}"' if is_text else f"{text!r:.60}"
        raise DataError(f'The cell of {quantity.name} gives {shown}: a formula begins with "=".')
    if len(text) + 5 * len(rows) > LONGEST_FORMULA:
        longest = len(column.at(last))
        if longest > LONGEST_FORMULA:
            of_runs = getattr(quantity.equation, "runs", 0)
            raise DataError(
                f"The formula of {quantity.name} has {longest:,} characters and a cell takes "
                f"{LONGEST_FORMULA:,}: {'compare fewer runs' if of_runs else NARROWER}."
            )
    return column


def _slice(cells: QuantityCells, *, whole: bool) -> Slice:
    """Return an argument as an array formula of all samples, or of one, sees it."""
    turned = is_turned(cells.block, whole=whole)
    ranges = SliceRanges(cells.slice if whole else cells, is_turned=turned)
    return Slice(cells.block.quantity, ranges, whole=whole)


def is_turned(block: Block, *, whole: bool) -> bool:
    """Return whether a row lies in a column, or a column in a row."""
    part = replace(block, quantity=replace(block.quantity, sliced="all" if whole else "sample"))
    rows, columns = matrix_of(as_rows(block.quantity, whole=whole))
    return rows != columns and 1 in (rows, columns) and part.size == (columns, rows)


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
    blocks = ByName((quantity.name, placed[quantity.name]) for quantity in model.quantities)
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
            f"{NARROWER}, or use fewer inputs."
        )
