"""Hold a workbook of any author: its cells, what each formula reads, and what depends on what.

No engine sees the file. Formulas that reach further than cells keep their stored values.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from math import inf, nan, prod
from pathlib import Path

from xlnn.arguments import is_number
from xlnn.auditing.formula import Factor, Pattern, Reference, Term, key_of, size
from xlnn.checking.references import CellRange
from xlnn.engines.formualizer import rectangles
from xlnn.engines.scenarios import Found, Place, Question
from xlnn.grid import address, quoted

MOST_NAMED = 6
"""The most cells that a note names one by one."""


@dataclass
class Book:
    """A workbook and the graph of its cells.

    Attributes
    ----------
    path : Path
    titles : tuple of str
    formulas : dict
        Formulas by cell, with cells in place of names; an array formula is at its first cell.
    patterns : dict
        The pattern of each formula: those that are filled down share one.
    values : dict
        What each cell holds: a typed value, or the value of a formula, stored or recalculated.
    stored : dict
        The value that is stored with each formula, where there is one.
    arrays : dict
        The rows and columns that each array formula fills.
    owner : dict
        The first cell of the array formula that fills a cell.
    lambdas : tuple of (str, str or None, str)
        The functions that names define: the name, the sheet if it is local to one, and the text.
    names : dict
        The cells that the other names stand for, by name.
    aside : dict
        Why formulas are not recalculated, by cell: the stored value is taken.
    brings : frozenset of str
        Contents of the file that are not used, such as macros, which are not run.
    last : dict
        The last row that was read of each sheet with more rows, by its title in lower case.
    check : function
        Is called while much is computed, and may stop the audit.
    """

    path: Path
    titles: tuple[str, ...]
    formulas: dict[Place, str] = field(default_factory=dict)
    patterns: dict[Place, Pattern] = field(default_factory=dict)
    values: dict[Place, Found] = field(default_factory=dict)
    stored: dict[Place, Found] = field(default_factory=dict)
    arrays: dict[Place, tuple[int, int]] = field(default_factory=dict)
    owner: dict[Place, Place] = field(default_factory=dict)
    lambdas: tuple[tuple[str, str | None, str], ...] = ()
    names: dict[str, tuple[CellRange, ...]] = field(default_factory=dict)
    aside: dict[Place, str] = field(default_factory=dict)
    brings: frozenset[str] = frozenset()
    last: dict[str, int] = field(default_factory=dict)
    check: Callable[[], None] = lambda: None
    _known: dict[tuple, Pattern] = field(default_factory=dict)

    def put(self, formulas: Mapping[Place, str | None]) -> None:
        """Set or remove formulas, and forget what was derived from them."""
        for place, text in formulas.items():
            if text is None:
                del self.formulas[place], self.patterns[place]
            else:
                self.formulas[place], self.patterns[place] = text, self.shared(text, place)
        for name in ("filled", "readers", "read_cells", "order", "_inputs", "_inside"):
            self.__dict__.pop(name, None)

    def shared(self, formula: str, place: Place) -> Pattern:
        """Return the pattern of a formula; formulas that are alike share one."""
        key = key_of(formula, place)
        if key not in self._known:
            lambdas = frozenset(name.upper() for name, _, _ in self.lambdas)
            self._known[key] = Pattern(formula, place, lambdas)
        return self._known[key]

    # Cells

    @cached_property
    def lower(self) -> dict[str, str]:
        """Return the title of each sheet by its lower-case form."""
        return {title.casefold(): title for title in self.titles}

    @cached_property
    def filled(self) -> dict[str, dict[tuple[int, int], Place]]:
        """Return the cells that hold something, by sheet in lower case."""
        by_sheet: dict[str, dict[tuple[int, int], Place]] = {t.casefold(): {} for t in self.titles}
        for place in (*self.formulas, *self.values, *self.owner):
            by_sheet[place[0].casefold()][place[1:]] = place
        return by_sheet

    @property
    def filled_places(self) -> Iterator[Place]:
        """Yield all cells that hold something."""
        for cells in self.filled.values():
            yield from cells.values()

    def number(self, place: Place | None) -> float:
        """Return the number that a cell holds; NaN if it holds none."""
        return number(self.values.get(place))

    def is_number(self, place: Place) -> bool:
        """Tell whether a cell holds a number."""
        return is_number(self.values.get(place))

    def bottom(self, title: str) -> int:
        """Return the last row of a sheet that holds something."""
        return max((row for row, _ in self.filled[title.casefold()]), default=0)

    def inside(self, area: CellRange) -> tuple[Place, ...]:
        """Return the filled cells of an area."""
        sheet, top, left, bottom, right = area
        filled = self.filled.get(sheet, {})
        if (top, left) == (bottom, right):
            return (filled[top, left],) if (top, left) in filled else ()
        inside = self._inside.get(area)
        if inside is None:
            if prod(size(area)) <= 2 * len(filled):
                places = ((r, c) for r in range(top, bottom + 1) for c in range(left, right + 1))
                inside = tuple(filled[at] for at in places if at in filled)
            else:
                inside = tuple(
                    place for (row, column), place in filled.items()
                    if top <= row <= bottom and left <= column <= right
                )  # fmt: skip
            self._inside[area] = inside
        return inside

    @cached_property
    def _inside(self) -> dict[CellRange, tuple[Place, ...]]:
        return {}

    # Formulas

    def formula(self, place: Place) -> str | None:
        """Return the formula that computes a cell."""
        return self.formulas.get(self.owner.get(place, place))

    def pattern(self, place: Place) -> Pattern | None:
        """Return the pattern of a cell's formula."""
        return self.patterns.get(self.owner.get(place, place))

    def filled_by(self, first: Place) -> Iterator[Place]:
        """Yield the cells that a formula fills: its own, and those of an array."""
        height, width = self.arrays.get(first, (1, 1))
        for row in range(first[1], first[1] + height):
            for column in range(first[2], first[2] + width):
                yield first[0], row, column

    def terms(self, place: Place) -> tuple[Term, ...]:
        """Return the sum of products that a cell is, with the cells that it multiplies.

        In an array formula, these are the cells at the same place of the arrays.
        """
        pattern = self.pattern(place)
        return () if pattern is None else tuple(
            Term(sign, tuple(
                Factor(self.element(what, place), is_divisor)
                if isinstance(what, Reference) else Factor(what, is_divisor)
                for what, is_divisor in factors
            ))
            for sign, factors in pattern.terms
        )  # fmt: skip

    def element(self, reference: Reference, place: Place) -> Place | None:
        """Return the cell that a reference gives at a place of an array, maybe a transposed one."""
        first = self.owner.get(place, place)
        area, shape = reference.area(first), self.arrays.get(first, (1, 1))
        at = place[1] - first[1], place[2] - first[2]
        if reference.is_transposed:
            shape, at = shape[::-1], at[::-1]
        if size(area) not in {(1, 1), shape}:
            return None
        down, right = (0, 0) if size(area) == (1, 1) else at
        return self.filled.get(area.sheet, {}).get((area.top + down, area.left + right))

    def areas(self, place: Place) -> list[CellRange]:
        """Return the areas that a cell's formula names."""
        place = self.owner.get(place, place)
        pattern = self.patterns.get(place)
        if pattern is None:
            return []
        areas = []
        for reference in pattern.references:
            area = reference.area(place)
            if reference.is_spilt:
                height, width = self.arrays.get(self.filled[area.sheet].get(area[1:3]), (1, 1))
                area = area._replace(bottom=area.top + height - 1, right=area.left + width - 1)
            areas.append(area)
        return areas

    def inputs(self, place: Place) -> tuple[tuple[Place, ...], ...]:
        """Return the filled cells that a cell's formula names, in one tuple for each area.

        Formulas that name the same area share its cells.
        """
        place = self.owner.get(place, place)
        inputs = self._inputs.get(place)
        if inputs is None:
            inputs = self._inputs[place] = tuple(map(self.inside, self.areas(place)))
        return inputs

    @cached_property
    def _inputs(self) -> dict[Place, tuple[tuple[Place, ...], ...]]:
        return {}

    def reads(self, place: Place) -> tuple[Place, ...]:
        """Return the filled cells that a cell's formula names, without repetition."""
        inputs = self.inputs(place)
        return inputs[0] if len(inputs) == 1 else tuple(dict.fromkeys(chain.from_iterable(inputs)))

    @cached_property
    def readers(self) -> dict[Place, tuple[Place, ...]]:
        """Return the cells whose formulas read each cell; all that an array formula fills."""
        readers: dict[Place, list[Place]] = {}
        for place in self.formulas:
            who = [*self.filled_by(place)]
            for read in self.reads(place):
                readers.setdefault(read, []).extend(who)
        return {place: tuple(who) for place, who in readers.items()}

    @cached_property
    def read_cells(self) -> set[Place]:
        """Return the cells that a formula reads."""
        areas = {id(cells): cells for place in self.formulas for cells in self.inputs(place)}
        return set().union(*areas.values())

    def reads_unread(self, place: Place) -> bool:
        """Tell whether a formula names cells in rows that were not read."""
        return any(area.bottom > self.last.get(area.sheet, inf) for area in self.areas(place))

    def rounds(self, place: Place) -> bool:
        """Tell whether a cell is rounded."""
        pattern = self.pattern(place)
        return pattern is not None and pattern.rounds

    # What depends on what

    def cone(self, places: Iterable[Place], stops: Iterable[Place] = ()) -> set[Place]:
        """Return some cells and all that they depend on, up to the cells where it stops."""
        stops = stops if isinstance(stops, set | frozenset) else set(stops)
        left, seen = list(places), set()
        self.check()
        while left:
            place = left.pop()
            if place in seen:
                continue
            seen.add(place)
            if place not in stops:
                left += self.reads(place)
        return seen

    @cached_property
    def order(self) -> list[Place]:
        """Return the cells with formulas, each after those that it reads, except in circles."""
        order: list[Place] = []
        entered: set[Place | int] = set()  # cells, and areas that many formulas name

        def ahead(place: Place) -> Iterator[Place]:
            for cells in self.inputs(place):
                if len(cells) == 1 or id(cells) not in entered:
                    entered.add(id(cells))
                    yield from cells

        for start in self.formulas:
            left = [] if start in entered else [(start, ahead(start))]
            entered.add(start)
            while left:
                place, further = left[-1]
                for read in further:
                    first = self.owner.get(read, read)
                    if first in self.formulas and first not in entered:
                        entered.add(first)
                        left.append((first, ahead(first)))
                        break
                else:
                    order.append(place)
                    left.pop()
        return order

    # For engines and people

    def sheets(
        self,
        places: Iterable[Place] | None = None,
        fixed: Collection[Place] = (),
    ) -> Question:
        """Return the cells for an engine: all or some, with fixed values for some of them.

        If a cell of an array formula is fixed, the whole formula is left out.
        """
        whole = {self.owner.get(place, place) for place in fixed}
        formulas, constants = {}, {*fixed}
        for place in self.filled_places if places is None else places:
            first = self.owner.get(place, place)
            if first in self.formulas and first not in whole:
                formulas[first] = self.formulas[first]
            else:
                constants.add(place)
        return self.question(formulas, constants, self.arrays)

    def question(
        self,
        formulas: Mapping[Place, str],
        constants: Iterable[Place],
        arrays: Mapping[Place, tuple[int, int]],
    ) -> Question:
        """Return some formulas, among what some cells hold, for an engine."""
        beside = {place: self.values.get(place) for place in constants}
        filled = {first: arrays[first] for first in formulas if first in arrays}
        return Question(self.titles, formulas, beside=beside, arrays=filled, names=self.lambdas)

    def at(self, place: Place) -> str:
        """Return the address of a cell, with its sheet."""
        title = "" if len(self.titles) == 1 else f"{quoted(place[0])}!"
        return f"{title}{address(*place[1:])}"

    def shown(self, places: Iterable[Place], most: int = 10_000) -> str:
        """Return the addresses of some cells: rectangles as ranges; of many, the first few."""
        blocks = sorted(
            rectangles({*places}), key=lambda corner: (self.titles.index(corner[0]), corner[1:])
        )
        ranges = [
            self.at((title, top, left))
            + (f":{address(top + height - 1, left + width - 1)}" if height * width > 1 else "")
            for title, top, left, height, width in blocks
        ]
        return ", ".join(ranges[:most]) + (" …" if len(ranges) > most else "")


def islands(places: Iterable[Place]) -> Iterator[list[Place]]:
    """Yield the cells that touch each other, above, below or beside."""
    left = dict.fromkeys(places)
    while left:
        island, near = [], [next(reversed(left))]
        while near:
            place = title, row, column = near.pop()
            if place in left:
                del left[place]
                island.append(place)
                near += [(title, row + n, column) for n in (1, -1)]
                near += [(title, row, column + n) for n in (1, -1)]
        yield island


def number(value: Found) -> float:
    """Return a value as a float, or NaN if it is not a number."""
    return float(value) if is_number(value) else nan


def is_cell(what: object) -> bool:
    """Tell whether a factor is a cell."""
    return isinstance(what, tuple)
