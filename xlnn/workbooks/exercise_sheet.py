"""The quantities of the sheet Exercise, which tell what is right.

An exercise is a workbook of any kind without the formulas of some quantities. It adds quantities
that show how far they are filled in, which the check compares, too, and a sheet with instructions.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, starmap

import numpy as np

from xlnn.block import Block
from xlnn.data.messages import likely
from xlnn.equation import Sentence
from xlnn.equations import exercise as eq
from xlnn.errors import DataError
from xlnn.grid import quoted
from xlnn.layout import Layout, lay_out
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.reference import Arrays
from xlnn.registry.text import Text, text

SHEET, WORDS = "exercise", "practising"
"""The key of the sheet, and the folder of its words."""

CORRECT = eq.CORRECT
"""The state of a blank that is filled in correctly."""

MOST_AREAS = 20
"""The most areas of a quantity that the formula of a waiting sentence names."""


def exercise_title(lang: str) -> str:
    """Return the title of the sheet Exercise."""
    return text(lang, WORDS).sheets[SHEET]


def check_blank(model: Model, name: str) -> None:
    """Refuse a quantity whose formulas can not be left out.

    Raises
    ------
    DataError
        The message names it.
    """
    if name not in model.by_name:
        hint = likely(name, [q.name for q in model.quantities if q.equation])
        raise DataError(f'There is no quantity "{name:.40}" to leave out{hint}', "blank")
    quantity = model[name]
    if quantity.equation is None or quantity.is_text:
        raise DataError(
            f"{name} cannot be left out: it is not a number that formulas compute.", "blank"
        )


@dataclass(frozen=True)
class Tasks:
    """The blanks of a workbook, and the areas whose sums are compared.

    Attributes
    ----------
    layout : Layout
        Without the sheet Exercise.
    blank : tuple of str
    """

    layout: Layout
    blank: tuple[str, ...]

    @cached_property
    def firsts(self) -> tuple[eq.JudgedCells, ...]:
        """The areas of all quantities that are left out, in their first steps or without steps.

        An area is a column of a table, or a row of what is no table.
        """
        first = (self._areas(name, self._computed(name)) for name in self.blank)
        return tuple(chain(*first))

    @cached_property
    def areas(self) -> tuple[eq.JudgedCells, ...]:
        """The areas of first steps, and then those of later ones."""
        later = (self._areas(name, self._computed(name, later=True)) for name in self.blank)
        return (*self.firsts, *chain(*later))

    @cached_property
    def bounds(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """The ranges of areas of each quantity that is left out: of its first and later steps."""
        is_first = np.arange(len(self.areas)) < len(self.firsts)
        own = (np.array([area.name == name for area in self.areas]) for name in self.blank)
        return tuple((*_runs(is_own & is_first), *_runs(is_own & ~is_first)) for is_own in own)

    def _computed(self, name: str, *, later: bool = False) -> np.ndarray:
        """Mark the entries of a quantity that formulas compute: in the first step, or later."""
        quantity = self.layout.model[name]
        wanted = np.full(quantity.lengths, not (later or quantity.timed))
        if quantity.timed:
            first = quantity.given
            steps = slice(first + 1, None) if later else slice(first, first + 1)
            wanted[(*(slice(None) for _ in quantity.each), steps)] = True
        return wanted

    @cached_property
    def inputs(self) -> tuple[eq.JudgedCells, ...]:
        """The areas of the inputs that any of the blanks depends on."""
        model = self.layout.model
        needed = model.needed_by(*self.blank)
        names = [q.name for q in model.inputs if q.name in needed and not q.is_text]
        return tuple(
            area for name in names for area in self._areas(name, self._typed(name), whole=True)
        )

    @cached_property
    def needed(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """The ranges of areas of the inputs that each quantity that is left out depends on."""
        sources = map(self.layout.model.needed_by, self.blank)
        depend = ([area.name in source for area in self.inputs] for source in sources)
        return tuple(tuple(_runs(np.array(is_needed, dtype=bool))) for is_needed in depend)

    def _typed(self, name: str) -> np.ndarray:
        """Mark the entries of an input that are typed in."""
        wanted = np.zeros(self.layout.model[name].lengths, dtype=bool)
        self.layout.model[name].typed(wanted)[...] = True
        return wanted

    def ends(self, name: str) -> Iterator[eq.JudgedCells]:
        """Yield the last row of a table's quantity, which is filled last; of others, all areas.

        For images that are side by side it is the last area: a formula cannot hold all.
        """
        block = self.layout.blocks[name]
        first = block.runs[0]
        if first.is_table and first.quantity.axes and first.is_dense:
            grid = self._grid(block, np.ones(block.quantity.lengths, dtype=bool))
            for run in block.runs:
                bottom = run.last[0] - block.row
                yield self._area(block, grid, slice(bottom, bottom + 1))
        else:
            steps = (self._computed(name, later=later) for later in (False, True))
            areas = [*chain(*(self._areas(name, wanted, whole=True) for wanted in steps))]
            yield from areas if len(areas) <= MOST_AREAS else areas[-1:]

    @staticmethod
    def _grid(block: Block, wanted: np.ndarray) -> np.ndarray:
        """Return the entry in each cell of a block; -1 where it is not wanted."""
        here = replace(block, row=1, column=1)
        grid = np.full(here.last, -1)
        here.window(grid)[...] = np.where(wanted, np.arange(wanted.size).reshape(wanted.shape), -1)
        return grid

    def _areas(
        self, name: str, wanted: np.ndarray, *, whole: bool = False
    ) -> Iterator[eq.JudgedCells]:
        """Yield the areas of some entries of a quantity, or one of all if they fill a rectangle."""
        block = self.layout.blocks[name]
        grid = self._grid(block, wanted)
        down = np.flatnonzero((grid >= 0).any(axis=1)).tolist()
        rows = slice(down[0], down[-1] + 1) if down else slice(0)
        if whole and down and (grid[rows] >= 0).all():
            yield self._area(block, grid, rows)
            return
        first = block.runs[0]
        if block.quantity.sliced:
            yield from self._slices(block, grid)
            return
        lengthwise = (first.is_table and bool(first.quantity.axes)) or grid.shape[1] == 1
        for number, line in enumerate(grid.T if lengthwise else grid):
            for along in starmap(slice, _runs(line >= 0)):
                across = slice(number, number + 1)
                yield self._area(block, grid, *((along, across) if lengthwise else (across, along)))

    def _slices(self, block: Block, grid: np.ndarray) -> Iterator[eq.JudgedCells]:
        """Yield an area for each array formula."""
        height, width = block.size
        for run in block.runs:
            heads = run.heads
            for row, column in chain(*map(heads.places, heads.quantity.units)):
                down, right = row - block.row, column - block.column
                rows, columns = slice(down, down + height), slice(right, right + width)
                if (grid[rows, columns] >= 0).all():
                    yield self._area(block, grid, rows, columns)

    def _area(
        self, block: Block, grid: np.ndarray, rows: slice, columns: slice = slice(0, None)
    ) -> eq.JudgedCells:
        """Return some rows and columns of a block as an area."""
        title = quoted(self.layout.titles[block.sheet])
        row, column = block.row + rows.start, block.column + columns.start
        return eq.JudgedCells(block.quantity.name, grid[rows, columns], title, row, column)

    def right(self, run: Arrays, other: Arrays) -> tuple[bool, ...]:
        """Tell of each quantity that is left out whether two runs have the same sums."""
        states = eq.SumsState().array(_sums(self.areas, run), _sums(self.areas, other))
        return tuple(
            all((states[begin:end] == eq.CORRECT).all() for begin, end in stretches)
            for stretches in self.bounds
        )


def _runs(there: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield the half-open ranges in which all values are true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]))).tolist()
    yield from zip(edges[::2], edges[1::2], strict=True)


def quantities(tasks: Tasks, words: Text) -> Iterator[Quantity]:
    """Yield what tells how far a workbook is filled in."""
    page = {"sheet": SHEET, "symbol": " "}
    states, sums = words.words["states"], {**page, "number_format": "0.0000"}
    whole = {**page, "number_format": "0"}
    for part, areas in (("inputs_", tasks.inputs), ("", tasks.areas)):
        if not areas:
            continue
        noted, live, state = (f"exercise_{part}{name}" for name in ("noted", "sums", "state"))
        shape = (len(areas), eq.SUMS)
        yield Quantity(noted, shape=shape, is_record=True, **sums)
        yield Quantity(live, shape=shape, equation=eq.Sums(areas), **sums)
        uses = {"noted": noted, "sums": live}
        yield Quantity(state, shape=shape[:1], equation=eq.SumsState(), uses=uses, **whole)
        sentence = eq.state_said(states | (words.words["inputs"] if part else {}))
        uses = {"states": state}
        yield Quantity(
            f"{state}_said", shape=shape[:1], equation=sentence, is_text=True, uses=uses, **page
        )
    same = "exercise_inputs_state" if tasks.inputs else "exercise_state"  # then none is read
    yield Quantity(
        "exercise_blanks",
        shape=(len(tasks.blank),),
        equation=eq.BlankState(len(tasks.firsts), tasks.bounds, tasks.needed),
        uses={"states": "exercise_state", "same": same},
        **whole,
    )
    uses = {"states": "exercise_blanks"}
    yield Quantity("exercise_done", equation=eq.COUNT_RIGHT, uses=uses, **whole)
    yield Quantity(
        "exercise_blanks_said",
        shape=(len(tasks.blank),),
        equation=eq.state_said(states),
        is_text=True,
        uses=uses,
        **page,
    )


def waiting(layout: Layout, blank: Sequence[str]) -> Layout:
    """Return a layout whose sentences wait for what is left out, where they depend on it.

    Those of the sheet Check do not: they say that formulas are missing.

    Raises
    ------
    DataError
        As `exercised`.
    """
    for name in blank:
        check_blank(layout.model, name)
    tasks, blocks = Tasks(layout, tuple(blank)), dict(layout.blocks)
    for quantity in layout.model.quantities:
        sentence = quantity.equation
        if not isinstance(sentence, Sentence) or quantity.sheet == "check":
            continue
        sources = layout.model.needed_by(quantity.name)
        names = [name for name in blank if name in sources]
        areas = [*chain(*map(tasks.ends, names))]
        if areas and not _shares_rows(quantity, [layout.model[name] for name in names]):
            uses = {eq.Waiting.ROLE.format(name): name for name in names}
            waits = replace(
                quantity, equation=eq.Waiting(sentence, areas), uses={**quantity.uses, **uses}
            )
            blocks[quantity.name] = replace(blocks[quantity.name], quantity=waits)
    model = Model(tuple(blocks[quantity.name].quantity for quantity in layout.model.quantities))
    return lay_out(model, layout.titles, blocks.values())


def _shares_rows(sentence: Quantity, others: Iterable[Quantity]) -> bool:
    """Return whether a sentence shares its rows with others, and only reads these."""
    own = {axis.name for axis in sentence.axes if axis.length > 1}
    return any(axis.name in own for quantity in others for axis in quantity.axes)


def noted(tasks: Tasks, run: Arrays) -> dict[str, np.ndarray]:
    """Return the sums that an exercise holds for comparison, from a run with its inputs.

    Parameters
    ----------
    tasks : Tasks
    run : mapping of arrays
        Every quantity of the workbook without the sheet Exercise.
    """
    both: Iterable[tuple[str, Sequence[eq.JudgedCells]]] = (
        ("exercise_inputs_noted", tasks.inputs),
        ("exercise_noted", tasks.areas),
    )
    return {name: _sums(areas, run) for name, areas in both if areas}


def _sums(areas: Sequence[eq.JudgedCells], run: Mapping[str, np.ndarray]) -> np.ndarray:
    equation = eq.Sums(areas)
    sums = equation.array(**{name: run[name] for name in equation.roles})
    return np.array([[float(f"{number:.15g}") for number in row] for row in sums])
