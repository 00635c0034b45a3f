"""Find inputs where a formula's value jumps and programs differ, although all of them are right.

A part of a formula whose last digit decides the value (`xlnn.checking.last_digits`) is on an edge
if its two sides are equal as decimals, or its quotient is a whole number. To find an edge, the
cells from which the part is computed get short decimals, and one of these is solved for. If
floating-point numbers then give another value than exact decimals, programs differ: some, such as
LibreOffice and Excel, treat nearly equal numbers as equal.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from xlnn import reference
from xlnn.checking.arithmetic import (
    Computation,
    UnsupportedError,
    World,
    compiled,
    references,
    value_of,
)
from xlnn.checking.last_digits import MUST_SAY, Deciders, Deciding, Digits
from xlnn.checking.references import areas
from xlnn.checking.report import Edge, Restated
from xlnn.engines import Allowance
from xlnn.engines._child import Child
from xlnn.engines.arrays import FAILED
from xlnn.engines.scenarios import NOTHING, Question, Task
from xlnn.errors import EngineError
from xlnn.formula import Node, parsed
from xlnn.grid import CellError, Place, address, quoted
from xlnn.layout import Layout
from xlnn.quantity import Quantity
from xlnn.reference import Arrays
from xlnn.xlsx.range_shapes import at_a1

PROGRAMS = {"formualizer": "scenarios", "ironcalc": "arrays"}
"""The engines that compute single formulas within a few hundredths of a second."""

EXACT = "exact arithmetic"
"""The name of exact results among those of programs; LibreOffice and Excel are closest to it."""

MOST_LEAVES = 40
"""The most cells that are tried together."""

DEPTH = 2
"""Levels of formulas above the cells that are tried: a formula, and those that it reads."""

TRIALS = 100
"""The most draws for each formula: first positive numbers of one decimal, then also negative ones,
then two decimals."""

LENGTH, LENGTH_OF_ALL = 20_000, 400_000
"""The most characters of formulas to compute, for one formula and for all. Long formulas have fewer
draws, and a workbook with very many formulas is not tried to the end."""

MISSES = 8
"""The draws after which a part is given up if it is not linear in any cell that is tried."""

MOST_FORMULAS = 4
"""The most formulas of a quantity that are tried; the others differ only in constants."""

DIFFERENT = 1e-9
"""The smallest relative difference between two numbers that rounding does not explain."""

LARGEST = 1000
"""The largest number that is tried."""

PLACES = 10_000
"""The denominator of numbers with four decimals, the most that a tried number has."""


@dataclass(frozen=True)
class _Leaf:
    """What a cell may hold when inputs are tried.

    Attributes
    ----------
    low, high : float
    is_whole : bool
    is_typed : bool
    """

    low: float
    high: float
    is_whole: bool
    is_typed: bool = True

    @classmethod
    def of(cls, quantity: Quantity, index: tuple[int, ...], digits: Digits) -> "_Leaf":
        """Return what a cell of a quantity may hold; for a computed cell, a usual range."""
        if quantity.counts:
            number = quantity.axes[0].counts_from + index[0]
            return cls(number, number, is_whole=True)
        if not quantity.is_typed(index):
            return cls(0, 1, is_whole=digits == Digits.WHOLE, is_typed=False)
        low, high = quantity.choices or quantity.between or (-LARGEST, LARGEST)
        return cls(low, high, is_whole=bool(quantity.choices))

    def drawn(self, generator: np.random.Generator, scale: int) -> Fraction:
        """Return a whole number, or a decimal of one digit or two."""
        if self.is_whole:
            return Fraction(int(generator.integers(self.low, min(self.high, self.low + 9) + 1)))
        number = max(0, math.ceil(self.low)) + Fraction(int(generator.integers(1, scale)), scale)
        return number if self.allows(number) else Fraction(str(self.low))

    def allows(self, number: Fraction) -> bool:
        """Return whether a cell may hold a number, and a person might type it."""
        if not self.low <= number <= self.high:
            return False
        return number.denominator == 1 if self.is_whole else PLACES % number.denominator == 0


Leaves = dict[Place, Fraction]


@dataclass
class _Situation:
    """A formula with the formulas that it depends on, and the cells that may be tried.

    Attributes
    ----------
    place : Place
    quantity : str
    formula : str
    """

    place: Place
    quantity: str
    formula: str
    formulas: dict[Place, str] = field(default_factory=dict)
    computations: dict[Place, Computation] = field(default_factory=dict)
    leaves: dict[Place, _Leaf] = field(default_factory=dict)
    read: dict[Place, Sequence[Place]] = field(default_factory=dict)

    def may_decide(self, part: Deciding) -> bool:
        """Return whether a part is tried.

        A threshold or a divisor is only tried with typed numbers: a computed one may never be
        there. Other parts have an edge wherever they are.
        """
        if part.how in MUST_SAY:
            return True
        waiting, known = [*_read(part.sides, self.place.title)], set()
        while waiting:
            place = waiting.pop()
            if place in self.leaves and not self.leaves[place].is_typed:
                return False
            if place not in known:
                known.add(place)
                waiting += self.read.get(place, ())
        return True

    def world(self, values: Mapping[Place, Fraction], number: Callable[[Any], Any]) -> World:
        """Return the values of all its cells in one kind of numbers."""
        known = {place: number(value) for place, value in values.items()}

        def cell(place: Place) -> Any:  # noqa: ANN401 -- the value of a cell
            if place not in known:
                known[place] = self.computations[place](world)
            return known[place]

        world = World(number, cell)
        return world

    def value(self, values: Leaves, number: Callable[[Any], Any]) -> Any:  # noqa: ANN401 -- of a cell
        """Return the value of the formula: a float, a text or an error.

        Raises
        ------
        UnsupportedError
            It is not a single value, or is not computed here.
        """
        computation = self.computations[self.place]
        result = value_of(lambda world: _single(computation(world)), self.world(values, number))
        return result if isinstance(result, str) or math.isfinite(result) else CellError("#NUM!")

    def gap(self, part: Computation, values: Leaves) -> Fraction | None:
        """Return how far a part is from its edge, with exact numbers."""
        value = value_of(part, self.world(values, Fraction))
        value = value.ravel()[0] if isinstance(value, np.ndarray) else value
        return value if isinstance(value, Fraction) else None


def _single(value: Any) -> float | str:  # noqa: ANN401 -- the value of a cell
    return value if isinstance(value, str) else float(value)


def _read(parts: Iterable[Node], here: str) -> Iterator[Place]:
    return (place for part in parts for place in references(part, here))


class _Search:
    """Finds edges of the formulas of a layout."""

    def __init__(self, deciders: Deciders) -> None:
        self.layout, self.deciders = deciders.layout, deciders
        self._left = LENGTH_OF_ALL

    def edges(self, restated: Iterable[Restated]) -> Iterator[tuple[_Situation, Leaves]]:
        """Yield the first edge of each quantity and of each restated formula."""
        for quantity in self.layout.model.quantities:
            if quantity.equation is not None and not quantity.is_sentence:
                stated = self.deciders.formulas(quantity).items()
                places = ((Place(*self.layout.place(quantity.name, at)), f) for f, at in stated)
                yield from self._first(quantity.name, places)
        seen = set()
        for rewritten in restated:
            if (shape := at_a1(rewritten.formula)) not in seen:
                seen.add(shape)
                place = self._place(rewritten.cell)
                formula = self.deciders.plain(rewritten.formula, place.title)
                yield from self._first(rewritten.quantity, [(place, formula)])

    def _place(self, cell: str) -> Place:
        ((sheet, row, column, *_),) = areas(f"={cell}", "") or ()
        entry = self.layout.entry(sheet, row, column)
        return Place(*self.layout.place(*entry)) if entry else Place(sheet, row, column)

    def _first(
        self, name: str, formulas: Iterable[tuple[Place, str]]
    ) -> Iterator[tuple[_Situation, Leaves]]:
        candidates = ((place, f, self.deciders.parts(f, place.title)) for place, f in formulas)
        for place, formula, parts in islice(filter(itemgetter(2), candidates), MOST_FORMULAS):
            with suppress(UnsupportedError):
                if edge := self._edge(name, place, formula, parts):
                    yield edge
                    return

    def _edge(
        self, name: str, place: Place, formula: str, parts: Sequence[Deciding]
    ) -> tuple[_Situation, Leaves] | None:
        situation = self._situation(name, place, formula)
        gaps = [_gap(part, place.title) for part in filter(situation.may_decide, parts)]
        misses = dict.fromkeys(range(len(gaps)), 0)
        generator = np.random.default_rng(0)
        length = sum(map(len, situation.formulas.values()))
        trials = min(TRIALS if situation.leaves else 1, min(LENGTH, self._left) // length)
        for trial in range(trials):
            self._left -= length
            left = [which for which, missed in misses.items() if missed < MISSES]
            if not left:
                break
            which = left[trial % len(left)]
            try:
                values = _on_edge(situation, gaps[which], trial / trials, generator)
            except _NotLinearError:
                misses[which] += 1
                continue
            if values is not None and differ(
                situation.value(values, Fraction), situation.value(values, float)
            ):
                return situation, values
        return None

    def _situation(self, name: str, place: Place, formula: str) -> _Situation:
        """Follow the formulas that a formula reads, while they are few and can be computed."""
        situation = _Situation(place, name, formula)
        waiting = self._follow(situation, place, formula)
        for _ in range(DEPTH - 1):
            reached, waiting = waiting, []
            for at in reached:
                with suppress(UnsupportedError):
                    name, index = self.layout.entry(*at)
                    text = self.deciders.plain(self.layout.formula(name, index), at.title)
                    waiting += self._follow(situation, at, text)
        return situation

    def _follow(self, situation: _Situation, place: Place, formula: str) -> list[Place]:
        """Compute a cell by its formula, and return the cells that it reads and a formula computes.

        Raises
        ------
        UnsupportedError
            The formula reads too many cells, or a part of it is not computed.
        """
        tree = parsed(formula)
        if tree is None:
            raise UnsupportedError(formula)
        computation = compiled(tree, place.title)
        read = dict.fromkeys(_read([tree], place.title))
        leaves = {at: self._leaf(at) for at in read if at not in situation.formulas}
        if len(situation.leaves | leaves) > MOST_LEAVES:
            raise UnsupportedError(formula)
        situation.leaves = {**leaves, **situation.leaves}
        situation.leaves.pop(place, None)
        situation.formulas[place], situation.computations[place] = formula, computation
        situation.read[place] = [*read]
        return [at for at in leaves if self._is_computed(at)]

    def _is_computed(self, place: Place) -> bool:
        entry = self.layout.entry(*place)
        return entry is not None and not self.layout.model[entry[0]].is_typed(entry[1])

    def _leaf(self, place: Place) -> "_Leaf":
        """Return what a cell may hold.

        Raises
        ------
        UnsupportedError
            It holds a text.
        """
        entry = self.layout.entry(*place)
        if entry is None:
            return _Leaf(0, 1, is_whole=False)
        name, index = entry
        quantity = self.layout.model[name]
        if quantity.is_text:
            raise UnsupportedError(name)
        return _Leaf.of(quantity, index, self.deciders.digits[name])


class _NotLinearError(Exception):
    """No cell could be solved for an edge."""


@dataclass(frozen=True)
class _Gap:
    """How far a part is from its edge: at 0, or at whole numbers."""

    computation: Computation
    is_whole: bool


def _gap(part: Deciding, here: str) -> _Gap:
    sides = [compiled(side, here) for side in part.sides]
    one, *others = sides
    if not others:
        return _Gap(one, is_whole=part.how == "cut")
    (other,) = others
    if part.how == "remainder":
        return _Gap(lambda world: one(world) / other(world), is_whole=True)
    return _Gap(lambda world: one(world) - other(world), is_whole=False)


def _on_edge(
    situation: _Situation, gap: _Gap, progress: float, generator: np.random.Generator
) -> Leaves | None:
    """Return numbers on the edge: those drawn, but one solved for as if the gap were linear.

    Parameters
    ----------
    situation : _Situation
    gap : _Gap
    progress : float
        From 0 to 1: at first the numbers are positive and have one decimal.
    generator : Generator

    Raises
    ------
    _NotLinearError
        It is not linear in the cells that were tried.
    """
    scale, least = (10 if progress < 2 / 3 else 100), (0 if progress < 1 / 3 else -LARGEST)
    drawn = {at: leaf.drawn(generator, scale) for at, leaf in situation.leaves.items()}
    target = Fraction(int(generator.integers(1, 100)) if gap.is_whole else 0)
    is_linear, places = False, [*situation.leaves]
    for number in generator.permutation(len(places))[:3]:
        place = places[int(number)]
        zero, one = (situation.gap(gap.computation, {**drawn, place: Fraction(n)}) for n in (0, 1))
        if zero is None or one is None or zero == one:
            continue
        values = {**drawn, place: (target - zero) / (one - zero)}
        if situation.gap(gap.computation, values) == target:
            is_linear = True
            if values[place] >= least and situation.leaves[place].allows(values[place]):
                return values
    here = situation.gap(gap.computation, drawn)
    if here is not None and (here.denominator == 1 if gap.is_whole else here == 0):
        return drawn
    if not is_linear:
        raise _NotLinearError
    return None


def differ(one: Any, other: Any) -> bool:  # noqa: ANN401 -- values of cells
    """Return whether two values differ by more than rounding.

    >>> differ(0.1 + 0.2, 0.3), differ(1.0, 0.0), differ("#DIV/0!", 1e16)
    (False, True, True)
    """
    if isinstance(one, str | None) or isinstance(other, str | None):
        return bool(one != other)
    return bool(abs(float(one) - float(other)) > DIFFERENT * max(1, abs(one), abs(other)))


def edges(
    deciders: Deciders, arrays: Arrays, restated: Iterable[Restated] = ()
) -> tuple[Edge, ...]:
    """Return inputs where the formulas of a workbook jump and programs differ.

    Parameters
    ----------
    deciders : Deciders
        The formulas of its layout.
    arrays : dict of arrays
        Values of all quantities, for NumPy's value.
    restated : iterable of Restated
        Formulas that were rewritten.

    Returns
    -------
    tuple of Edge
        At most one for each quantity and for each restated formula that differs from the others in
        more than its cells.
    """
    layout, search = deciders.layout, _Search(deciders)
    situations = [*search.edges(restated)]
    if not situations:
        return ()
    values: list[dict[str, Any]] = [{} for _ in situations]
    for program, answers in _computed(layout, situations).items():
        for edge_values, answer in zip(values, answers, strict=True):
            if answer not in FAILED:
                edge_values[program] = answer
    made = []
    for (situation, leaves), edge_values in zip(situations, values, strict=True):
        numpys = _in_numpy(layout, arrays, situation, leaves)
        if numpys is not None:
            edge_values["NumPy"] = numpys
        edge_values[EXACT] = situation.value(leaves, Fraction)
        if any(differ(value, edge_values[EXACT]) for value in edge_values.values()):
            inputs = {_cell(at): float(number) for at, number in leaves.items()}
            name, formula = situation.quantity, situation.formula
            made.append(Edge(_cell(situation.place), name, formula, inputs, edge_values))
    return tuple(made)


def _cell(place: Place) -> str:
    return f"{quoted(place.title)}!{address(*place[1:])}"


def _computed(
    layout: Layout, situations: Sequence[tuple[_Situation, Leaves]]
) -> dict[str, list[Any]]:
    """Return the values of the formulas in each engine that computes them."""
    titles = tuple(layout.titles.values())
    tasks = [
        Task(
            situation.formulas,
            {at: float(number) for at, number in leaves.items()},
            (situation.place,),
        )
        for situation, leaves in situations
    ]
    asked = Question(titles, values=dict.fromkeys(titles, NOTHING), tasks=tasks)
    size = sum(len(task.formulas) + len(task.constants) for task in tasks)
    values = {}
    with ExitStack() as stack:
        children = {
            name: stack.enter_context(Child(engine, Path("edges"), Allowance.of_size(size, size)))
            for name, engine in PROGRAMS.items()
        }
        for name, ask in children.items():
            with suppress(EngineError):
                values[name] = [value for (value,) in ask(asked)]
    return values


def _in_numpy(
    layout: Layout, arrays: Arrays, situation: _Situation, leaves: Leaves
) -> float | str | None:
    """Return the value that NumPy computes from the same inputs, or None."""
    model, changed = layout.model, dict(arrays)
    entries = {at: layout.entry(*at) for at in (*leaves, *situation.formulas)}
    for name in {entry[0] for entry in entries.values() if entry}:
        changed[name] = np.array(arrays[name])
    for at, number in leaves.items():
        if entry := entries[at]:
            changed[entry[0]][entry[1]] = float(number)
    order = {quantity.name: number for number, quantity in enumerate(model.quantities)}
    computed = [entries[at] for at in situation.formulas]
    try:
        with np.errstate(all="ignore"):
            for name, index in sorted(computed, key=lambda entry: (order[entry[0]], entry[1])):
                changed[name][index] = reference.expected(model, model[name], changed)[index]
    except Exception:  # noqa: BLE001 -- a programmer's code may raise anything
        return None
    name, index = entries[situation.place]
    value = changed[name][index]
    if isinstance(value, str):
        return value
    return float(value) if value is not None and math.isfinite(value) else None
