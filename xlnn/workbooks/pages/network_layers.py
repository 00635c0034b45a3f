"""The layers of a network as they are drawn, and the numbers of their units and lines."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, product
from math import prod
from typing import Any, TypeAlias

import numpy as np

from xlnn.axis import Axis, Use
from xlnn.data.messages import cut
from xlnn.equation import Equation
from xlnn.equations.lookup import ChosenUnits
from xlnn.equations.network_drawing import AT_LEAST_1, LARGEST_SIZE
from xlnn.equations.number import fixed
from xlnn.equations.sentences import Told
from xlnn.errors import DataError
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.workbooks.learning import counted
from xlnn.workbooks.pages.chart_parts import SIGNS
from xlnn.workbooks.pages.network_drawing import (
    POINTS,
    Connections,
    Dots,
    Picture,
    Point,
    Texts,
    stated,
)
from xlnn.workbooks.pages.progress import sampled
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import called
from xlnn.writing.style import FAINT, INK, NEGATIVE, POSITIVE, QUIET, RULE

MOST_STEPS, MOST_UNITS, MOST_CONNECTIONS = 16, 16, 450
"""The last steps and the first units that are drawn, and the most connections altogether."""

MOST_MAPS, MAP_SIDE, MOST_PLACES = 6, 8, 160
"""Maps of a layer, places along their sides, and places of a layer altogether."""

SQUARE = 1.3
"""The side of the square of an error, in radii."""

LONGEST = 24
"""Characters of a layer's name."""

LEGEND = "Blue is below 0, orange above. A thicker line or a stronger colour is a larger number."
ERRORS = "The square beside a unit is its error, on the way back."
PART = "{what}, {drawn} of {of}"

Line: TypeAlias = tuple[str | Use, str, str]
Entry: TypeAlias = tuple[int, ...]
"""A step, a group, and a row and a column in it; of a whole map only the first two."""

Index: TypeAlias = tuple[int, ...]
Caption: TypeAlias = Callable[[Context[Any]], str]
Labels: TypeAlias = str | Sequence[Told] | Callable[[Context[Any]], Sequence[str]]


@dataclass(frozen=True)
class Statement:
    """What is stated of a drawing: see `xlnn.workbooks.pages.network_part.Network`.

    Attributes
    ----------
    columns : sequence of tuple of str
        The layers, those of a tuple below each other.
    size : (float, float)
        The width and the height.
    """

    columns: Sequence[tuple[str, ...]]
    lines: Sequence[Line]
    along: str
    back: Mapping[str, str]
    beside: Sequence[str]
    pictures: Mapping[str, tuple[int, int]]
    ink: Sequence[str]
    reach: Mapping[str, tuple[float, float]]
    labels: Mapping[str, Labels]
    captions: Mapping[str, Caption]
    at: Mapping[str, str]
    key: str
    named: Mapping[str, str]
    size: tuple[float, float]
    room: tuple[float, float]

    def names(self, of: str) -> tuple[str, str]:
        """Return the end of names, and what is between it and their kinds."""
        return (self.named[of], "") if of in self.named else (of, "_")


@dataclass(frozen=True)
class Layer:
    """A layer as it is drawn.

    Attributes
    ----------
    quantity : Quantity
    units : sequence of tuple of int
        The indices of the units that are drawn in a step, group after group.
    grid : (int, int, int)
        How many groups there are, and their rows and columns: a map, a row or a unit each.
    is_map : bool
    steps : tuple of int
        The steps that have it.
    """

    quantity: Quantity
    units: Sequence[Index]
    grid: tuple[int, int, int]
    is_map: bool
    steps: Sequence[int]

    @property
    def shape(self) -> Index:
        """The shape of what lines lead to: rows, or places of maps."""
        shape = self.quantity.shape or (1,)
        return shape if self.is_map else shape[:1]

    @property
    def of(self) -> int:
        """How many groups it has, drawn or not."""
        is_picture = self.is_map and len(self.quantity.shape) < 3
        return 1 if is_picture else self.shape[0]

    @property
    def entries(self) -> list[Entry]:
        """The units of all steps."""
        return [*product(self.steps, *map(range, self.grid))]

    @property
    def ends(self) -> list[tuple[Entry, Index]]:
        """Where lines lead to in a step, and the index of each."""
        places = product(*map(range, self.grid))
        if self.is_map:
            return [*zip(places, self.units, strict=True)]
        return [(place, place[:1]) for place in places if not place[-1]]

    @property
    def groups(self) -> list[tuple[Entry, Index]]:
        """Where thin lines lead to in a step: maps or rows."""
        if not self.is_map:
            return self.ends
        return [((group,), (group,)) for group in range(self.grid[0])]


class NetworkLayout:
    """What of a network is drawn, and where."""

    def __init__(self, statement: Statement, model: Model) -> None:
        self.stated, self.model = statement, model
        self.layers = {name: self._layer(name, MOST_UNITS) for name in chain(*statement.columns)}
        for name in (*statement.back, *statement.beside, *statement.ink, *statement.labels):
            self.known(name)
        for most in range(MOST_UNITS, 0, -1):
            self.layers = {name: self._layer(name, most) for name in self.layers}
            if sum(len(self._pairs(line)) for line in statement.lines) <= MOST_CONNECTIONS:
                break

    # what it looks like

    size: tuple[float, float]
    radius: float
    """The radius of a unit."""

    def place(self, name: str, entry: Entry) -> Point:
        """Return where a unit is."""
        raise NotImplementedError

    def across(self, name: str) -> float:
        """Return how broad a unit is."""
        raise NotImplementedError

    def ends(self, start: tuple[str, Entry], end: tuple[str, Entry]) -> tuple[Point, Point]:
        """Return the ends of a line between two units, rows or maps."""
        raise NotImplementedError

    def square(self, name: str, entry: Entry) -> Point:
        """Return where the error of a unit is."""
        raise NotImplementedError

    def captions(self) -> Iterator[Texts]:
        """Yield the names of layers and steps."""
        raise NotImplementedError

    def squares(self) -> Iterator[Dots]:
        """Yield the pictures of weights beside units."""
        return iter(())

    @property
    def said(self) -> Iterator[Caption]:
        """The lines of text above it, each in a row."""
        yield lambda page: page.words.of_itself("headings", LEGEND)
        if self.stated.back:
            yield lambda page: page.words.of_itself("headings", ERRORS)

    @cached_property
    def picture(self) -> Picture:
        """The whole picture."""
        alike: dict[tuple[object, ...], list[Dots]] = {}
        for dots in map(self._units, self.layers):
            alike.setdefault((dots.marker, dots.full, dots.below_0), []).append(dots)
        errors = [self._errors(name) for name in self.layers if name in self.stated.back]
        links = [self._connections(line) for line in self.stated.lines]
        texts = [*self.captions(), *self._labels(), self._legend]
        dots = [*alike.values(), *([square] for square in self.squares()), *filter(None, [errors])]
        return Picture(dots, [link for link in links if link.ends], texts, self.size)

    # what is drawn

    @cached_property
    def axis(self) -> Axis:
        """The axis along which it is unrolled, if there is one."""
        along = self.stated.along
        axes = [a for q in self.model.quantities for a in q.rows if a.name == along]
        if along and not axes:
            raise DataError(f'No quantity has the axis "{along}", along which a network is drawn.')
        return axes[0] if axes else Axis("", 1)

    def known(self, name: str) -> Layer:
        """Return a layer.

        Raises
        ------
        DataError
            No layer has that name.
        """
        if name not in self.layers:
            raise DataError(f'The drawing has no layer "{name}".')
        return self.layers[name]

    def _layer(self, name: str, most: int) -> Layer:
        """Return a layer with at most so many of the units that lines lead to."""
        quantity, last = self.model[name], self.axis.length
        shape, picture = quantity.shape, self.stated.pictures.get(name)
        if len(shape) > (2 if self.stated.along else 3):
            raise DataError(f"{name} has the shape {shape}: a layer is a row, a matrix or maps.")
        has = any(axis.name == self.stated.along for axis in quantity.rows)
        steps = range(max(0, last - MOST_STEPS) if has else last - 1, last)
        if len(shape) == 3 or (picture and (len(shape) == 2 or prod(shape) > most)):
            weighed = any(
                _named(start) == name and self._is_weighed(weights, end)
                for start, weights, end in self.stated.lines
            )
            maps = shape if len(shape) == 3 else (1, *(picture or ()))
            most = most if weighed else MOST_PLACES
            grid, units = drawn_places(maps, shape, most, MAP_SIDE, MAP_SIDE)
            return Layer(quantity, units, grid, is_map=True, steps=steps)
        rows, columns = (min(length, most) for length in (*shape, 1, 1)[:2])
        units = [place[: len(shape)] for place in product(range(rows), range(columns))]
        return Layer(quantity, units, (rows, 1, columns), is_map=False, steps=steps)

    def _is_weighed(self, weights: str, end: str) -> bool:
        """Return whether lines have a weight each, and are not those of filters."""
        return bool(weights) and len(self.model[end].shape) < 3

    def _pairs(self, line: Line) -> list[tuple[Entry, Entry, Index]]:
        """Return the units, rows or maps that are connected, and the index of each weight."""
        start, weights, end = line
        lag = start.lag if isinstance(start, Use) else 0
        first, last = (self.known(name) for name in (_named(start), end))
        steps = [step for step in last.steps if step - lag in first.steps]
        shape = self.model[weights].shape if weights else ()
        if shape and self._is_weighed(weights, end):
            pairs, is_same = [*product(last.ends, first.ends)], len(shape) == 1
            fits = shape == (last.shape if is_same else last.shape + first.shape)
            fits &= not is_same or last.shape == first.shape
        else:
            pairs, is_same = [*product(last.groups, first.groups)], last.of == first.of
            fits, is_same, shape = shape[:1] in {(), last.shape[:1]}, is_same and not shape, ()
        if not fits:
            raise DataError(
                f"{weights} has the shape {self.model[weights].shape}, but leads from "
                f"{prod(first.shape)} to {prod(last.shape)} units."
            )
        return [
            ((step - lag, *i), (step, *j), (*to, *of)[: len(shape)])
            for step in steps
            for (j, to), (i, of) in pairs
            if not is_same or to == of
        ]

    def _looked_up(
        self, quantity: Quantity, begins: str, of: str, units: Sequence[Index],
        steps: Sequence[int],
    ) -> Quantity:  # fmt: skip
        """State the numbers of some units at the chosen entries, of a layer or of weights."""
        along, at = self.stated.along, self.stated.at
        axes = [axis for axis in quantity.rows if axis.name != along]
        numbers = {axis.name: at.get(axis.name, f"{axis.name}_used") for axis in axes}
        has = len(axes) < len(quantity.rows)
        equation = ChosenUnits(
            counted(quantity.rows, numbers, self.model.by_name), units, along, steps if has else ()
        )
        uses = {"of": quantity.name, **numbers}
        kind, (ends, between) = begins.rpartition("_")[2], self.stated.names(of)
        title = "w" if kind == "weight" else kind
        name = f"{begins}{between}{ends}"
        return stated(name, kind, title, equation, len(units), layer=ends, uses=uses)

    def _dots(
        self, name: str, of: Quantity, prefix: str, places: Sequence[Point],
        **look: Any,  # noqa: ANN401 -- the fields of dots
    ) -> Dots:  # fmt: skip
        """Return the dots of the numbers of a layer."""
        layer, (ends, between) = self.layers[name], self.stated.names(name)
        if of.shape != layer.quantity.shape:
            raise DataError(f"{of.name} has the shape {of.shape}, and {name} another.")
        steps = [step for step, *_ in layer.entries]
        units = [*layer.units] * len(layer.steps)
        value = self._looked_up(of, f"{prefix}value", name, units, steps)
        return Dots(prefix, ends, between, value, places, **look)

    def _units(self, name: str) -> Dots:
        layer, is_ink, reach = self.layers[name], name in self.stated.ink, self.stated.reach
        least, most = reach.get(name, (-np.inf, np.inf))
        largest = scale_of(layer.quantity) if name not in reach else LARGEST_SIZE
        marker, outline = ("square", RULE) if layer.is_map else ("circle", QUIET)
        return self._dots(
            name, layer.quantity, f"{self.stated.key}_",
            [self.place(name, entry) for entry in layer.entries],
            largest=None if max(-least, most) <= 1 else largest, below_0=least < 0,
            points=max(3, round(self.across(name) * POINTS)), full=INK if is_ink else POSITIVE,
            marker=marker, outline=outline,
        )  # fmt: skip

    def _errors(self, name: str) -> Dots:
        layer, of = self.layers[name], self.model[self.stated.back[name]]
        return self._dots(
            name, of, f"{self.stated.key}_back_",
            [self.square(name, entry) for entry in layer.entries],
            marker="square", points=max(3, round(SQUARE * self.radius * POINTS)), outline="",
        )  # fmt: skip

    def _connections(self, line: Line) -> Connections:
        start, weights, end = line
        pairs, prefix = self._pairs(line), f"{self.stated.key}_"
        from_layer = _named(start)
        ends = [self.ends((from_layer, first), (end, last)) for first, last, _ in pairs]
        if not self._is_weighed(weights, end) or not pairs:
            name, between = self.stated.names(weights or f"{from_layer}_{end}")
            return Connections(prefix, name, between, None, ends)
        steps = [step for _, (step, *_), _ in pairs]
        quantities = self.weights(weights, prefix, [index for *_, index in pairs], steps)
        name, between = self.stated.names(weights)
        return Connections(prefix, name, between, quantities, ends, scale_of(self.model[weights]))

    def weights(
        self, weights: str, prefix: str, indices: Sequence[Index], steps: Sequence[int] = ()
    ) -> Quantity:
        """State some weights at the chosen entries."""
        return self._looked_up(self.model[weights], f"{prefix}weight", weights, indices, steps)

    def _labels(self) -> Iterator[Texts]:
        for name, cells in self.stated.labels.items():
            layer, prefix = self.layers[name], f"{self.stated.key}_"
            is_first = name in self.stated.columns[0] and not self.stated.along
            at = 0 if is_first else layer.grid[-1] - 1
            entries = [entry for entry in layer.entries if entry[-1] == at]
            beside = -self.radius if is_first else self.radius
            where = self.square if name in self.stated.back and not is_first else self.place
            places = [(x + beside, y) for x, y in (where(name, entry) for entry in entries)]
            texts = cells or [_told(n) for n in range(len(entries))]
            if not isinstance(texts, str) and not callable(texts):
                places = places[: len(texts)]
            kind = "name" if callable(texts) else "label"
            ends, between = self.stated.names(name)
            value = f"{prefix}value{between}{ends}"
            if kind in self.stated.named:
                ends, between = self.stated.names(kind)
            yield Texts(
                prefix, ends, between, kind, places,
                **({"texts": texts} if callable(texts) else {"cells": texts}),
                uses={"v": value}, side="l" if is_first else "r",
            )  # fmt: skip

    @property
    def _legend(self) -> Texts:
        """The colours, at the upper right."""
        width, height = self.size
        places = [(width - 32 + 9 * n, height - 4) for n in range(3)]
        return Texts(
            f"{self.stated.key}_", "", "", "legend", places, lambda _: SIGNS,
            colours=(NEGATIVE, FAINT, POSITIVE), ink=QUIET,
        )  # fmt: skip

    def texts(self, kind: str, said: Mapping[Point, Caption], side: str) -> Texts:
        """Return texts at points."""
        texts = [*said.values()]
        return Texts(
            f"{self.stated.key}_", "", "", kind, [*said], lambda page: [t(page) for t in texts],
            side=side, ink=QUIET,
        )  # fmt: skip

    def called(self, name: str) -> Caption:
        """Return the name of a layer on a page, with how much of it is drawn."""
        layer = self.layers[name]
        return in_part(self.named(name), len(layer.ends), prod(layer.shape))

    def named(self, name: str) -> Caption:
        """Return the name of a layer on a page."""
        quantity = self.layers[name].quantity

        def said(page: Context[Any]) -> str:
            name, symbol = called(quantity, page.words), quantity.symbol.format("")
            return " ".join(dict.fromkeys([cut(name, LONGEST), symbol.strip()])).strip()

        return self.stated.captions.get(name, said)


def in_part(named: Caption, drawn: int, of: int) -> Caption:
    """Return a name, with how much of it is drawn unless it is drawn whole."""
    if drawn == of:
        return named
    return lambda page: page.words.of_itself("charts", PART).format(
        what=named(page), drawn=drawn, of=of
    )


def drawn_places(
    maps: Index, shape: Index, most: int, down: int, across: int
) -> tuple[tuple[int, int, int], list[Index]]:
    """Return the grid of those places of maps that are drawn, and their indices in an array.

    They are evenly spread, at most so many altogether, below each other, and in a row of a map.
    """
    number, *lengths = min(maps[0], MOST_MAPS, most), *maps[1:]
    for side in range(max(down, across), 0, -1):
        rows, columns = (sampled(length, side) for length in lengths)
        fits = len(rows) <= down and len(columns) <= across
        if fits and number * len(rows) * len(columns) <= most:
            break
    places = np.ravel_multi_index([*zip(*product(range(number), rows, columns), strict=True)], maps)
    indices = np.stack(np.unravel_index(places, shape), axis=1).tolist()
    return (number, len(rows), len(columns)), [*map(tuple, indices)]


def scale_of(quantity: Quantity) -> Equation:
    """Return what has the full colour: 1, if numbers that are computed are not larger."""
    is_typed = quantity.is_input or quantity.role == "backward"
    return LARGEST_SIZE if is_typed else AT_LEAST_1


def _named(layer: str | Use) -> str:
    return layer.name if isinstance(layer, Use) else layer


def _told(unit: int) -> Told:
    return Told(["{value}"], value=lambda v: fixed(v[unit], 2))
