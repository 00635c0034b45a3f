"""The layout of a network whose layers are side by side, with its weights beside units."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import ceil, prod

from xlnn.quantity import Quantity
from xlnn.workbooks.pages.network_drawing import CLEAR_SQUARE, POINTS, Dots, Point, Texts
from xlnn.workbooks.pages.network_layers import (
    MOST_MAPS,
    Caption,
    Entry,
    Index,
    NetworkLayout,
    drawn_places,
    in_part,
)
from xlnn.workbooks.pages.progress import sampled
from xlnn.writing.style import FAINT, tint

SIDE, ABOVE, BOTTOM, OVER = 13, 12, 4, 5
"""The room at the sides, above and below all layers, and over a layer for its name, in mm."""

APART, MOST_APART = 28, 10
"""The largest distance of units below each other, and of layers."""

LARGEST, PITCH = 3.4, 7
"""The largest radius of a unit, and the largest distance of places of a map."""

ACROSS, TAKEN, BROADEST = 2.2, 0.5, 0.8
"""The distance of units in a row, in radii; the part of the width that the units of all layers
take at most; and the part of the distance of layers that a map takes."""

IN_PICTURES, FILLED, GAP = 0.4, 0.9, 1.2
"""How much of the room between layers the pictures of weights take at most, how much of their
units' heights, and how far they are from units and lines."""

LEAST_SQUARE, LARGEST_SQUARE = 2, 17
"""Sides of a weight's square beside a unit, in points: a row of weights is folded only if its
squares would be less than clear."""

MOST_SQUARES = 1_024
"""Most squares drawn in one network. Each takes 15 cells."""

WEIGHTS = "The squares beside a unit are its weights."
WEIGHTS_IN_PART = "The squares beside a unit are its weights: {parts}."


@dataclass(frozen=True)
class WeightPictures:
    """The pictures of weights beside the units of a layer, which are alike.

    Attributes
    ----------
    weights : str
        The quantity.
    indices : list of tuple of int
        The indices of the weights, unit after unit.
    places : tuple of (int, int)
        The row and the column of each weight of a unit.
    of : int
        How many weights a unit has.
    points : int
        The side of a square, in points.
    """

    weights: str
    indices: list[Index]
    places: Sequence[tuple[int, int]]
    of: int
    points: int

    @property
    def side(self) -> float:
        """The side of a square."""
        return round(self.points / POINTS, 1)

    @property
    def size(self) -> tuple[float, float]:
        """How high and how broad a picture is."""
        rows, columns = (1 + max(numbers) for numbers in zip(*self.places, strict=True))
        return rows * self.side, columns * self.side


class SideBySide(NetworkLayout):
    """The layers from left to right."""

    @property
    def size(self) -> tuple[float, float]:
        """The width and the height."""
        return self.stated.size

    @cached_property
    def pitches(self) -> dict[str, float]:
        """The distance of the units, rows or maps of each layer below each other."""
        return {name: pitch for column in self.stated.columns for name, pitch in self._of(column)}

    def _of(self, column: Sequence[str]) -> Iterator[tuple[str, float]]:
        layers = [self.layers[name] for name in column]
        height = self.size[1] - ABOVE - BOTTOM - OVER * len(column)
        pitch = height / sum(layer.grid[0] for layer in layers)
        for name, layer in zip(column, layers, strict=True):
            yield name, pitch if layer.is_map else min(APART, pitch)

    @cached_property
    def radius(self) -> float:
        """The radius of a unit."""
        rows = [name for name, layer in self.layers.items() if not layer.is_map]
        wide = (
            max(
                self.layers[name].grid[-1] * (1 + (name in self.stated.back)) if name in rows else 0
                for name in column
            )
            for column in self.stated.columns
        )
        units, apart = max(1, sum(wide)), min((self.pitches[name] for name in rows), default=APART)
        return min(LARGEST, 0.38 * apart, TAKEN * self._width / units / ACROSS)

    @property
    def _width(self) -> float:
        """The width without the room at the sides."""
        return self.size[0] - sum(self.stated.room)

    @cached_property
    def map_pitch(self) -> float:
        """The distance of places of a map, the same in all maps."""
        maps = {name: layer.grid for name, layer in self.layers.items() if layer.is_map}
        apart = self._width / (len(self.stated.columns) - 0.5)
        heights = [self.pitches[name] / (rows + 1) for name, (_, rows, _) in maps.items()]
        return min([PITCH, *heights, *(BROADEST * apart / grid[-1] for grid in maps.values())])

    def across(self, name: str) -> float:
        """Return how broad a unit is."""
        return self.map_pitch if self.layers[name].is_map else 2 * self.radius

    def half(self, name: str) -> float:
        """Return how far to either side of its middle a layer reaches."""
        layer = self.layers[name]
        pitch = self.map_pitch if layer.is_map else ACROSS * self.radius
        return layer.grid[-1] * pitch / 2

    def behind(self, name: str) -> float:
        """Return how far to the right of a layer's middle its lines begin."""
        pictures = self.pictures.get(name)
        return self._before_pictures(name) + (pictures.size[1] + 2 * GAP if pictures else 0)

    def _before_pictures(self, name: str) -> float:
        is_map = self.layers[name].is_map
        errors = self.half(name) * 1.3 + 1.2 if name in self.stated.back else 0.4 * (not is_map)
        return self.half(name) + errors

    @cached_property
    def middles(self) -> dict[str, float]:
        """The middle of each layer, with as much room for lines before each column."""
        columns = self.stated.columns
        halves = [max(map(self.half, column)) for column in columns]
        behind = [max(map(self.behind, column)) for column in columns]
        gap = (self._width - sum(halves) - sum(behind)) / max(1, len(columns) - 1)
        middles, x = {}, float(self.stated.room[0])
        for column, half, end in zip(columns, halves, behind, strict=True):
            middles |= dict.fromkeys(column, x + half)
            x += half + end + gap
        return middles

    def _where(self, name: str) -> Point:
        """Return the middle of a layer's first unit, row or map."""
        column = next(names for names in self.stated.columns if name in names)
        heights = {n: OVER + self.pitches[n] * self.layers[n].grid[0] for n in column}
        free = self.size[1] - ABOVE - BOTTOM - sum(heights.values())
        apart = min(MOST_APART, free / len(column))
        above = OVER + (free - apart * (len(column) - 1)) / 2
        for below in column[: column.index(name)]:
            above += heights[below] + apart
        return self.middles[name], self.size[1] - ABOVE - above - self.pitches[name] / 2

    def place(self, name: str, entry: Entry) -> Point:
        """Return where a unit is."""
        (x, y), (_, rows, columns) = self._group(name, entry), self.layers[name].grid
        pitch = self.map_pitch if self.layers[name].is_map else ACROSS * self.radius
        *_, row, column = entry
        return x + pitch * (column - (columns - 1) / 2), y + pitch * ((rows - 1) / 2 - row)

    def _group(self, name: str, entry: Entry) -> Point:
        """Return the middle of the row or map of a unit."""
        middle, top = self._where(name)
        return middle, top - entry[1] * self.pitches[name]

    def ends(self, start: tuple[str, Entry], end: tuple[str, Entry]) -> tuple[Point, Point]:
        """Return where a line leaves a row or map, and where it reaches another.

        It leaves behind the errors and weights. Those of the places of a map begin where the map
        ends, so that it is seen, those of a row one below the other.
        """
        (x, y), (a, b) = self._group(*start), self._group(*end)
        (name, entry), layer = start, self.layers[start[0]]
        if layer.is_map and len(entry) > 2:
            columns, (_, up) = layer.grid[-1], self.place(*start)
            y = up + self.map_pitch * ((columns - 1) / 2 - entry[-1]) / columns
        return (round(x + self.behind(name), 1), round(y, 1)), (a - self.half(end[0]), b)

    def square(self, name: str, entry: Entry) -> Point:
        """Return where the error of a unit is: to the right of the row."""
        (x, y), half = self.place(name, (*entry[:-1], 0)), self.half(name)
        return x + 2 * half + 0.4 + 1.4 * self.radius * entry[-1], y

    def captions(self) -> Iterator[Texts]:
        """Yield the name of each layer where no line is.

        It is above the layer, or below it at the foot of a column. Those of columns are in a row.
        """
        tops = {name: self._top(name) for name in self.layers}
        last = [column[-1] for column in self.stated.columns if len(column) > 1]
        tops |= {name: self._where(name)[1] - self._below(name) for name in last}
        first = [column[0] for column in self.stated.columns]
        tops |= dict.fromkeys(first, max(tops[name] for name in first))
        names = {(self.middles[name], top): self.called(name) for name, top in tops.items()}
        yield self.texts("heading", names, "t")

    def _top(self, name: str) -> float:
        """Return where the name of a layer may begin, above its first unit, row or map."""
        return self._where(name)[1] + self._high(name) + 0.3

    def _below(self, name: str) -> float:
        """Return how far below the middle of the first unit the name at a column's foot is."""
        return (self.layers[name].grid[0] - 1) * self.pitches[name] + self._high(name) + OVER

    def _high(self, name: str) -> float:
        """Return how far above its middle a unit, row or map reaches, with its weights."""
        layer = self.layers[name]
        high = self.map_pitch * layer.grid[1] / 2 if layer.is_map else self.radius
        picture = self.pictures.get(name)
        return max(high, picture.size[0] / 2) if picture else high

    # the pictures of weights

    @property
    def said(self) -> Iterator[Caption]:
        """The lines of text above it, each in a row."""
        yield from super().said
        if not self.pictures:
            return
        parts = [
            in_part(self.named(name), len(picture.places), picture.of)
            for name, picture in self.pictures.items()
            if len(picture.places) < picture.of
        ]
        yield lambda page: page.words.of_itself(
            "headings", WEIGHTS_IN_PART if parts else WEIGHTS
        ).format(parts="; ".join(part(page) for part in parts))

    @cached_property
    def pictures(self) -> dict[str, WeightPictures]:
        """The pictures of weights beside the units of layers, where there is room."""
        layers = self.stated.beside
        units = sum(self.layers[layer].grid[0] for layer in layers)
        taken = [
            max(self.half(name) + self._before_pictures(name) for name in column)
            for column in self.stated.columns
        ]
        room = IN_PICTURES * (self._width - sum(taken)) / max(1, len(layers)) - 2 * GAP
        if room * POINTS < LEAST_SQUARE:
            return {}
        return {layer: self._pictures(layer, room, MOST_SQUARES // units) for layer in layers}

    def _pictures(self, name: str, breadth: float, most: int) -> WeightPictures:
        """Return the pictures of a layer of so many weights at most."""
        below, weights = next(
            (self.known(start), weights)
            for start, weights, end in self.stated.lines
            if end == name and isinstance(start, str)
        )
        layer, shape = self.layers[name], below.quantity.shape
        seen = self._seen(below.quantity)
        down, across = (
            int(length * POINTS / LEAST_SQUARE) for length in (FILLED * self.pitches[name], breadth)
        )

        def points(rows: int, columns: int) -> int:
            size = int(min(FILLED * self.pitches[name] / rows, breadth / columns) * POINTS)
            return max(LEAST_SQUARE, min(LARGEST_SQUARE, size))

        if len(seen) == 1:
            shown = sampled(*seen, min(most, down * across))
            lengths = {rows: ceil(len(shown) / rows) for rows in range(1, down + 1)}
            clear = {rows: min(CLEAR_SQUARE, points(rows, lengths[rows])) for rows in lengths}
            rows = max(clear, key=lambda rows: clear[rows])  # the fewest of the clearest
            indices, columns = [(unit,) for unit in shown], lengths[rows]
            places = [divmod(place, columns) for place in range(len(shown))]
        else:  # maps side by side
            maps = min(prod(seen[:-2]), MOST_MAPS, (across + 1) // 2)
            most_wide = (across + 1) // maps - 1
            grid, indices = drawn_places((maps, *seen[-2:]), shape, most, down, most_wide)
            maps, rows, wide = grid
            columns = maps * (wide + 1) - 1
            inside = product(*map(range, grid))
            places = [(row, m * (wide + 1) + column) for m, row, column in inside]
        weighed = [(*j, *i) for (_, j), i in product(layer.ends, indices)]
        return WeightPictures(weights, weighed, places, prod(seen), points(rows, columns))

    def _seen(self, quantity: Quantity) -> Index:
        """Return the shape in which a layer is seen: that of a picture, or its own."""
        return self.stated.pictures.get(quantity.name, quantity.shape)

    def squares(self) -> Iterator[Dots]:
        """Yield the pictures of weights beside units."""
        for name, pictures in self.pictures.items():
            prefix, (ends, between) = f"{self.stated.key}_square_", self.stated.names(name)
            yield Dots(
                prefix, ends, between, self.weights(pictures.weights, prefix, pictures.indices),
                self.square_places(name), size="max", marker="square", points=pictures.points,
                outline="", empty=tint(FAINT, 0.5),
            )  # fmt: skip

    def square_places(self, name: str) -> list[Point]:
        """Return where each weight's square is, unit after unit."""
        pictures, layer = self.pictures[name], self.layers[name]
        side, (high, _) = pictures.side, pictures.size
        left = self.middles[name] + self._before_pictures(name) + GAP
        ends = (self._group(name, (0, *place))[1] for place, _ in layer.ends)
        return [
            (left + (column + 1 / 2) * side, y + high / 2 - (row + 1 / 2) * side)
            for y, (row, column) in product(ends, pictures.places)
        ]
