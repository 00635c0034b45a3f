"""Find the entry of a quantity in a cell, what it depends on and what depends on it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property, partial
from itertools import product
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from openpyxl.utils.cell import coordinate_to_tuple

from xlnn.arguments import is_text, wrong
from xlnn.block import Block, moving
from xlnn.checking.check import examined
from xlnn.checking.references import CellRange, areas, range_text
from xlnn.data.messages import likely
from xlnn.engines import DEFAULT_ENGINE
from xlnn.errors import OptionsError
from xlnn.explaining.explanation import SHOWN, Part, Value, in_words, meaning_of
from xlnn.explaining.quantity_values import index_of
from xlnn.explaining.run import CHECK
from xlnn.formula import title_of
from xlnn.grid import CellError, Values, quoted
from xlnn.layout import Layout
from xlnn.loading.values import as_built, read_arrays
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.quantity_cells import FilledColumn
from xlnn.workbooks import kind_of
from xlnn.workbooks.entries import WorkbookSpec

if TYPE_CHECKING:
    from xlnn.checking.report import Report, Restated, Wrong
    from xlnn.registry.text import Text


EXERCISE = "exercise_"
"""The prefix of quantities about the progress of an exercise, which are not explained."""

FIRST = 1_000_000
"""The first number for rows that move; other rows in a formula are fixed."""

Dependants = tuple[Quantity, tuple[int, ...], list[tuple[int, ...]]]
"""A quantity, a unit of it, and the indices along its axes."""


def dependants(layout: Layout, name: str, index: tuple[int, ...]) -> Iterator[Dependants]:
    """Yield the entries that are computed from an entry of a quantity, unit by unit.

    They follow from the formulas of the layout.
    """
    title, *at = layout.place(name, index)
    place = title.casefold(), *at
    for quantity in layout.model.quantities:
        if name not in quantity.sources or quantity.name.startswith(EXERCISE):
            continue
        here = layout.titles[quantity.sheet]
        whole = layout.blocks[quantity.name].runs
        for number, part in enumerate(layout.heads(quantity.name)):
            lengths, before = part.lengths, (number,) if quantity.each else ()
            for column in layout.columns(quantity.name, number):
                naming = _naming(column, here, lengths, place)
                naming[: part.given] = False
                if naming.any():
                    indices = np.argwhere(naming.reshape(lengths))
                    for unit, entries in _of_slices(whole[number], column.unit, indices):
                        yield quantity, unit, [(*before, *map(int, entry)) for entry in entries]


def _of_slices(
    block: Block, unit: tuple[int, ...], indices: np.ndarray
) -> Iterator[tuple[tuple[int, ...], np.ndarray]]:
    """Yield each unit with its entries along the axes; of slices, all that are in them."""
    if not block.quantity.sliced:
        yield unit, indices
        return
    axes = len(block.quantity.axes)
    inside = [
        range(length if is_inside else 1)
        for length, is_inside in zip(block.quantity.lengths, block.quantity.inside, strict=True)
    ]
    every = np.array([np.add(e, more) for e in indices for more in product(*inside[:axes])])
    for more in product(*inside[axes:]):
        yield tuple(map(int, np.add(unit, more))), every


def _naming(
    column: FilledColumn, here: str, lengths: tuple[int, ...], place: tuple[str, int, int]
) -> np.ndarray:
    """Tell at which places of a column the formula refers to a cell."""
    sheet, row, at = place
    if column.starts:
        naming = _naming(replace(column, starts=()), here, lengths, place).reshape(lengths)
        for axis, index, start in column.starts:
            selection = (*(slice(None) for _ in range(axis)), index)
            naming[selection] = _naming(start, here, lengths, place).reshape(lengths)[selection]
        return naming.ravel()
    naming = np.zeros(prod(lengths), dtype=bool)
    # with indices in place of rows, an area's corners show how they move
    numbered = column.text.format(*range(FIRST, FIRST + len(column.rows)))
    for area in areas(numbered, here) or ():
        if area.sheet == sheet and area.left <= at <= area.right:
            corners = [
                moving(*column.rows[n - FIRST], lengths) if n >= FIRST else np.full(naming.size, n)
                for n in (area.top, area.bottom)
            ]
            naming |= (np.minimum(*corners) <= row) & (row <= np.maximum(*corners))
    return naming


Entry = tuple[str, tuple[int, ...]]
"""The name of a quantity, and an index of its array."""

ADDRESS = re.compile(r"\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}")
"""A cell without its sheet."""


class Seen(NamedTuple):
    """A workbook and its values; without a report if they are those that xlnn stored."""

    spec: WorkbookSpec
    layout: Layout
    values: Values
    report: "Report | None"


def seen_by(engine: str | None, path: Path, model: Model | None) -> Seen:
    """Return a workbook with its values.

    An engine recalculates them, and all formulas are compared. If none is named, the stored values
    of a workbook that is unchanged since xlnn built it are read.
    """
    if engine is None and model is None and (opened := as_built(path)):
        return Seen(*opened, None)
    report, spec, layout, values, _ = examined(path, engine or DEFAULT_ENGINE, model)
    return Seen(spec, layout, values, report)


class Entries:
    """The entries of a workbook, with its texts."""

    def __init__(self, seen: Seen, lang: str | None) -> None:
        self.layout, self.values = seen.layout, seen.values
        self.lang = lang or seen.spec.lang
        spec = replace(seen.spec, lang=self.lang)  # type: ignore[type-var]
        kind = kind_of(spec)
        self.words: Text = kind.words(spec, self.layout)
        self.equations = kind.equations(spec)
        self.recalculated_by, differing = "", ()
        if seen.report is not None:  # a report is false if it found something wrong
            self.recalculated_by = seen.report.engine
            differing = (*seen.report.restated, *seen.report.wrong)
        self.altered: dict[str, Wrong | Restated] = {entry.cell: entry for entry in differing}

    @cached_property
    def arrays(self) -> dict[str, np.ndarray]:
        """The values of all quantities."""
        return read_arrays(self.layout, self.values)

    def found(self, what: str, at: Mapping[str, int], unit: tuple[int, ...]) -> Entry:
        """Return the entry that the user names."""
        if not is_text(what):
            raise wrong("what", what, "a cell, or the name of a quantity,")
        if what not in self.layout.model.by_name and (entry := self._in_cell(what)):
            if at or unit:
                raise OptionsError(
                    "{what:.60} is already one cell: epoch, image and unit are for the name of a "
                    "quantity, such as delta3.",
                    what=what,
                )
            return entry
        if what not in self.layout.model.by_name:
            raise OptionsError(
                'There is no quantity "{what:.40}", and no quantity has a cell {what}{hint}'
                if ADDRESS.fullmatch(what)
                else 'There is no quantity "{what:.40}"{hint}',
                what=what,
                hint=likely(what, self.layout.model.by_name),
            )
        return what, index_of(self.layout.model[what], at, unit)

    def _in_cell(self, what: str) -> Entry | None:
        """Return the entry in a cell; None if it is not one, or is on no sheet that it names.

        Raises
        ------
        OptionsError
            There is no such cell, or several sheets have one.
        """
        sheet, mark, cell = what.rpartition("!")
        titles = [*self.layout.titles.values()]
        asked = [title for title in titles if title.casefold() == title_of(sheet).casefold()]
        if mark and not (asked and ADDRESS.fullmatch(cell)):
            sheets = ", ".join(titles)
            raise OptionsError(
                "{what:.60} is not a cell of the sheets {sheets}.", what=what, sheets=sheets
            )
        if not ADDRESS.fullmatch(cell):
            return None
        place = cell.replace("$", "").upper()
        entries = {
            title: entry
            for title in (asked if mark else titles)
            if (entry := self.layout.entry(title, *coordinate_to_tuple(place)))
        }
        if mark and not entries:
            raise OptionsError(
                "{what:.60} does not belong to a quantity: it is a heading, or empty.", what=what
            )
        if len(entries) > 1:
            raise OptionsError(
                "{what} is a cell of a quantity on {sheets}: add the sheet, for example {example}.",
                what=what,
                sheets=", ".join(entries),
                example=f"{quoted(next(iter(entries)))}!{place}",
            )
        return next(iter(entries.values()), None)

    def in_area(self, area: CellRange) -> Iterator[Entry]:
        """Yield the entries in an area."""
        for row in range(area.top, area.bottom + 1):
            for column in range(area.left, area.right + 1):
                entry = self.layout.entry(area.sheet, row, column)
                if entry is not None:
                    yield entry

    def symbol(self, entry: Entry) -> str:
        """Return the book's notation of an entry, or its name."""
        quantity = self.layout.model[entry[0]]
        return quantity.heading(entry[1][len(quantity.axes) :]).strip() or quantity.name

    def value(self, entry: Entry) -> Value:
        """Return the value of a cell."""
        title, *place = self.layout.place(*entry)
        held = self.values[title].at(*place)
        return str(held) if isinstance(held, CellError) else held

    def formula(self, entry: Entry) -> str | None:
        """Return the formula of a cell: as stated, unless the check found a different one."""
        if self.layout.model[entry[0]].is_typed(entry[1]):
            return None
        altered = self.altered.get(self.layout.cells(*entry))
        return altered.formula if altered else self.layout.formula(*entry)

    def part(self, entries: list[Entry], cells: str, parts: tuple[Part, ...] = ()) -> Part:
        """Return some cells of one quantity as a part."""
        quantity = self.layout.model[entries[0][0]]
        name = meaning_of(quantity, self.words, self.equations)["name"]
        symbol = self._symbols(entries)
        values = tuple(map(self.value, entries[:SHOWN]))
        return Part(quantity.name, name, symbol, cells, len(entries), values, parts)

    def _symbols(self, entries: list[Entry]) -> str:
        """Return the symbols of the first and the last entry."""
        return " … ".join(dict.fromkeys(map(self.symbol, (entries[0], entries[-1]))))

    def computed_from(self, entry: Entry, depth: int) -> tuple[Part, ...]:
        """Return the cells that an entry's formula refers to."""
        formula, (here, *_) = self.formula(entry), self.layout.place(*entry)
        if formula is None or depth < 1:
            return ()
        parts = {}
        for area in areas(formula, here) or ():
            entries = list(self.in_area(area))
            if entries and area not in parts:
                cells = range_text(area, self.layout.titles.values())
                parts[area] = self.part(entries, cells, self._deeper(entries, depth))
        return tuple(parts.values())

    def _deeper(self, entries: list[Entry], depth: int) -> tuple[Part, ...]:
        if len(entries) == 1 or depth == 1:
            return self.computed_from(entries[0], depth - 1)
        deeper = partial(self.computed_from, depth=depth - 2)
        return tuple(self.part([e], self.layout.cell(*e), deeper(e)) for e in entries[:SHOWN])

    def used_for(self, entry: Entry, depth: int) -> tuple[Part, ...]:
        """Return the cells that refer to an entry, a part for each quantity."""
        entries_of: dict[str, list[Entry]] = {}
        sheet = self.layout.blocks[entry[0]].sheet
        for quantity, unit, places in dependants(self.layout, *entry) if depth else ():
            if quantity.sheet == CHECK != sheet:  # it compares, and uses no cell for anything else
                continue
            entries = entries_of.setdefault(quantity.name, [])
            entries += ((quantity.name, (*place, *unit)) for place in places)
        parts = []
        for entries in entries_of.values():
            first, last = (self.layout.cell(*entries[n]) for n in (0, -1))
            cells = first if first == last else f"{first} … {last.rpartition('!')[2]}"
            parts.append(self.part(entries, cells, self.used_for(entries[0], depth - 1)))
        return tuple(parts)

    def as_symbol(self, area: CellRange) -> str:
        """Return an area as symbols."""
        entries = list(self.in_area(area))
        return self._symbols(entries) if entries else "?"

    def as_number(self, area: CellRange) -> str:
        """Return an area as values."""
        values = [self.value(entry) for entry in self.in_area(area)]
        if len(values) == 1:
            said = in_words(values[0])
            return f"({said})" if said.startswith("−") else said
        shown = [in_words(value) for value in values[:SHOWN]]
        if len(values) > SHOWN:
            shown[-2:] = ["…", in_words(values[-1])]
        return "{" + ", ".join(shown) + "}"
