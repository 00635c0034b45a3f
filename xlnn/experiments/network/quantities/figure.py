"""Place the units of a network in the drawing on Play.

Lengths are in mm; x is from the left and y from below. A layer is a column: units below each other,
maps as squares of places. Only some units of wide layers are drawn, so that no network takes more
than a few thousand cells.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product
from math import ceil, prod

import numpy as np

from xlnn.equations.activation import ACTIVATIONS
from xlnn.experiments.network.quantities.lens import shown_shape
from xlnn.experiments.network.quantities.stack import Stack
from xlnn.workbooks.pages.network_drawing import CLEAR_SQUARE, POINTS
from xlnn.workbooks.pages.progress import sampled

WIDTH, HEIGHT = 170, 120
"""Of the whole figure."""

ROWS, COLUMNS = 23, 28
"""The cells over which it lies, nearly squares."""

MORE = 6
"""Columns that a table's network has besides, for names, of `CELL` mm each."""

CELL = WIDTH / COLUMNS

LISTED = 12
"""Outputs, and inputs of a table, that are listed with their names."""

MOST_WEIGHTS, BROADEST = 2_000, 48
"""Weights of a layer that are shown as pictures, and how many columns these take."""

LEAST_SQUARE, LARGEST_SQUARE = 2, 17
"""Sides of a weight's square beside a unit, in points: a row of weights is folded only if its
squares would be less than clear."""

MOST_SQUARES = 1_024
"""Most squares drawn in one network. Each takes 15 cells."""

IN_PICTURES, FILLED, GAP = 0.4, 0.9, 1.2
"""How much of the room between columns the pictures of weights take at most, how much of their
units' heights, and how far they are from units and lines."""

BOTTOM, TOP = 4, 108
"""Between which heights units stand; above them is a layer's heading."""

LEFT, RIGHT = 7, 136
"""Where the first column begins, and the last one stands: further left where labels are long."""

LABEL_SIZE, LABEL_GAP = 9, 2
"""Of the texts beside units: the size in points, and how far from the units they stand."""

SHARE, WIDEST = "0.000", "1.23 × 10⁻¹²"
"""Of what is told of an output: a number between 0 and 1, and the widest one of any size."""

NAMES = 39
"""Where the first column begins if its units have names."""

MOST_UNITS, LEAST_UNITS = 16, 2
"""Units of a dense layer that are drawn; where there are many layers, fewer."""

MOST_CONNECTIONS = 450
"""Most connections drawn in one network. Each takes 26 cells."""

MOST_MAPS, MAP_SIDE, MOST_PLACES = 6, 8, 160
"""Maps of a layer, places along their sides, and places of a layer altogether."""

APART, PITCH = 28, 7
"""The largest distance of units in a column, and of places in a map."""

ROUND_SHARE, MOST_POINTS = 0.7, 20
"""How much of its place a unit takes, and how many points at most."""

Index = tuple[int, ...]
Point = tuple[float, float]
Look = tuple[bool, str]
"""Whether units are places of maps, and between which values they lie."""


@dataclass(frozen=True)
class DrawnLayer:
    """A layer in the drawing.

    Attributes
    ----------
    layer : str
    units : tuple of tuple of int
        The indices of the units; maps one after the other.
    grid : tuple of int
        The numbers of maps, rows and columns drawn; those of a unit are 1.
    is_map : bool
        Whether units are places of maps, and not below each other.
    of : int
        How many units the layer has.
    reach : str
        The range of its values: ``ink`` from 0 to 1, ``above 0`` or ``around 0``.
    bounded : bool
        Whether they are between -1 and 1, so that their colours need no scale.
    """

    layer: str
    units: tuple[Index, ...]
    grid: Index
    is_map: bool
    of: int
    reach: str
    bounded: bool

    @property
    def look(self) -> Look:
        """The look of its units, which other layers may share."""
        return self.is_map, self.reach

    @property
    def places(self) -> Iterator[Index]:
        """The map or unit, the row and the column of each of its units."""
        return product(*map(range, self.grid))


@dataclass(frozen=True)
class WeightPictures:
    """The pictures of weights beside the units of a layer, which are alike.

    Attributes
    ----------
    weights : list of tuple of int
        The indices of the weights, unit after unit.
    places : tuple of (int, int)
        The row and the column of each weight of a unit.
    of : int
        How many weights a unit has.
    points : int
        The side of a square, in points.
    """

    weights: list[Index]
    places: tuple[tuple[int, int], ...]
    of: int
    points: int

    @property
    def side(self) -> float:
        """The side of a square."""
        return round(self.points / POINTS, 1)

    @property
    def size(self) -> tuple[float, float]:
        """How high and how broad a picture is."""
        rows, columns = (1 + max(each) for each in zip(*self.places, strict=True))
        return rows * self.side, columns * self.side


@dataclass(frozen=True)
class Figure:
    """The drawing of the network."""

    stack: Stack

    @cached_property
    def columns(self) -> dict[str, DrawnLayer]:
        """The layers by their names, the input first."""
        below, dense = self.stack.below, self.dense
        for most in range(MOST_UNITS, LEAST_UNITS - 1, -1):
            columns = {name: self._column(name, most) for name in ("1", *self.stack.names)}
            units = {name: len(column.units) for name, column in columns.items()}
            if sum(units[name] * units[below[name]] for name in dense) <= MOST_CONNECTIONS:
                break
        return columns

    @cached_property
    def alike(self) -> dict[Look, list[DrawnLayer]]:
        """The layers whose units look alike, by their look."""
        looks: dict[Look, list[DrawnLayer]] = {}
        for column in self.columns.values():
            looks.setdefault(column.look, []).append(column)
        return looks

    @cached_property
    def dense(self) -> list[str]:
        """The layers with a weight for each connection."""
        flat = (name for name in self.stack.names if len(self.stack.shapes[name]) == 1)
        return [name for name in flat if self.stack.weights(name)]

    def guides(self, layer: str) -> list[tuple[Point, Point]]:
        """Return the lines from each map or unit below to the maps that are connected with it."""
        below = self.stack.below[layer]
        starts, ends = self._heights(below), self._heights(layer)
        every = self.stack.weights(layer) or len(starts) == 1
        first = self.middles[below] + self._half(below)
        last = self.middles[layer] - self._half(layer)
        pairs = product(enumerate(ends), enumerate(starts))
        return [((first, y), (last, end)) for (j, end), (i, y) in pairs if every or i == j]

    def x(self, layer: str) -> list[float]:
        """Return how far to the right each unit of a column stands."""
        column, middle = self.columns[layer], self.middles[layer]
        *_, columns = column.grid
        return [middle + (c - (columns - 1) / 2) * self.pitch for *_, c in column.places]

    def y(self, layer: str) -> list[float]:
        """Return how high each unit of a column stands."""
        column, heights = self.columns[layer], self._heights(layer)
        _, rows, _ = column.grid
        return [heights[m] + ((rows - 1) / 2 - r) * self.pitch for m, r, _ in column.places]

    def places(self, layer: str) -> list[Point]:
        """Return where each unit of a column stands."""
        return [*zip(self.x(layer), self.y(layer), strict=True)]

    def lines(self, layer: str) -> list[tuple[Point, Point]]:
        """Return the ends of the line of each weight, unit after unit."""
        below, radius = self.stack.below[layer], self.radius(layer)
        starts = [
            (x + right, y + up)
            for (x, y), right, up in zip(self.places(below), *self.out(below), strict=True)
        ]
        return [((a, b), (x - radius, y)) for x, y in self.places(layer) for a, b in starts]

    @cached_property
    def middles(self) -> dict[str, float]:
        """The positions of the layers' columns, with as much room for lines before each."""
        names = [*reversed(self.columns)]
        taken = sum(self._behind(name) - self._half(name) for name in names)
        gap, middles = (self._free - taken) / (len(names) - 1), {names[0]: self.right}
        for above, name in pairwise(names):
            middles[name] = middles[above] - self._half(above) - gap - self._behind(name)
        return middles

    @cached_property
    def pictures(self) -> dict[str, WeightPictures]:
        """The pictures of weights beside the units of hidden layers, where there is room."""
        layers = [layer for layer in self.dense if layer != self.stack.output]
        units = sum(len(self.columns[layer].units) for layer in layers)
        room = IN_PICTURES * self._free / max(1, len(layers)) - 2 * GAP
        if room * POINTS < LEAST_SQUARE:
            return {}
        return {layer: self._pictures(layer, room, MOST_SQUARES // units) for layer in layers}

    def _pictures(self, layer: str, breadth: float, most: int) -> WeightPictures:
        """Return the pictures of a layer of so many weights at most."""
        shape, seen = self._shapes(self.stack.below[layer])
        high = FILLED * min(APART, (TOP - BOTTOM) / len(self.columns[layer].units))
        down, across = (int(length * POINTS / LEAST_SQUARE) for length in (high, breadth))

        def points(rows: int, columns: int) -> int:
            size = int(min(high / rows, breadth / columns) * POINTS)
            return max(LEAST_SQUARE, min(LARGEST_SQUARE, size))

        if len(seen) == 1:
            shown = sampled(*seen, min(most, down * across))
            lengths = {rows: ceil(len(shown) / rows) for rows in range(1, down + 1)}
            clear = {rows: min(CLEAR_SQUARE, points(rows, lengths[rows])) for rows in lengths}
            rows = max(clear, key=lambda rows: clear[rows])  # the fewest of the clearest
            indices, columns = [(unit,) for unit in shown], lengths[rows]
            places = tuple(divmod(place, columns) for place in range(len(shown)))
        else:  # maps side by side
            maps = min(prod(seen[:-2]), MOST_MAPS, (across + 1) // 2)
            most_wide = (across + 1) // maps - 1
            grid, indices = _drawn((maps, *seen[-2:]), shape, most, down, most_wide)
            maps, rows, wide = grid
            columns = maps * (wide + 1) - 1
            inside = product(*map(range, grid))
            places = tuple((row, m * (wide + 1) + column) for m, row, column in inside)
        weights = self.weights(layer, indices)
        return WeightPictures(weights, places, prod(seen), points(rows, columns))

    def squares(self, layer: str) -> tuple[list[float], list[float]]:
        """Return how far to the right and how high each weight's square is, unit after unit."""
        pictures = self.pictures[layer]
        side, (high, _) = pictures.side, pictures.size
        left = self.middles[layer] + self._half(layer) + GAP
        both = [*product(self.y(layer), pictures.places)]
        x = [left + (column + 1 / 2) * side for _, (_, column) in both]
        return x, [y + high / 2 - (row + 1 / 2) * side for y, (row, _) in both]

    def weights(self, layer: str, below: Sequence[Index]) -> list[Index]:
        """Return the indices of the weights that drawn units give some of the layer below."""
        return [(*j, *i) for j, i in product(self.columns[layer].units, below)]

    @property
    def width(self) -> float:
        """How wide it is."""
        return (COLUMNS + (MORE if self.stack.spec.features else 0)) * CELL

    @cached_property
    def right(self) -> float:
        """Where the last column stands, with room for the labels of the outputs beside it."""
        # what writes, and openpyxl, is imported when there is something to draw
        from xlnn.writing.formats import DIGIT_PIXELS, PIXELS_A_POINT  # noqa: PLC0415
        from xlnn.writing.text_width import text_width  # noqa: PLC0415

        value = SHARE if self.stack.is_share else WIDEST
        labels = [f"{label}  {value}" for label in self.stack.spec.labels]
        pixels = text_width(*labels, size=LABEL_SIZE) * DIGIT_PIXELS
        room = LABEL_GAP + pixels / PIXELS_A_POINT / POINTS
        return min(RIGHT + self.width - WIDTH, self.width - room - self.radius(self.stack.output))

    @cached_property
    def pitch(self) -> float:
        """The distance of places of a map, the same in all maps."""
        grids = [column.grid for column in self.columns.values() if column.is_map]
        apart = (self.right - LEFT) / (len(self.columns) - 0.5)
        heights = [(TOP - BOTTOM) / maps / (rows + 1) for maps, rows, _ in grids]
        breadths = [apart * 0.8 / columns for *_, columns in grids]
        return min([PITCH, *heights, *breadths])

    @cached_property
    def apart(self) -> float:
        """The smallest distance of units below each other."""
        longest = max(len(c.units) for c in self.columns.values() if not c.is_map)
        return min(APART, (TOP - BOTTOM) / longest)

    def points(self, column: DrawnLayer) -> int:
        """Return how large the units of a column are, in points."""
        size = self.pitch if column.is_map else self.apart * ROUND_SHARE
        return max(3, min(MOST_POINTS, round(size * POINTS)))

    def radius(self, layer: str) -> float:
        """Return the radius of a unit of a layer."""
        return round(self.points(self.columns[layer]) / POINTS / 2, 1)

    def shown(self, name: str, layer: str) -> Index:
        """Return the shape in which the weights of a layer's first units are shown; () if not."""
        spec, below = self.stack.spec, self.stack.below[layer]
        units, *seen = shown_shape(self.stack, name, layer)
        if spec.features and below == "1":
            seen = [spec.inputs]
        size = prod(seen)
        if len(seen) == 1:  # a row for each unit
            units, seen = min(units, LISTED), [min(size, BROADEST)]
        elif len(seen) == 3:  # a row of pictures, of as many maps as fit
            units = max(1, min(units, LISTED, MOST_WEIGHTS // size))
            seen = [max(1, min(seen[0], BROADEST // (seen[-1] + 1))), *seen[1:]]
        else:
            units = max(1, min(units, MOST_WEIGHTS // size, BROADEST // (seen[-1] + 1)))
        return () if prod(seen) > MOST_WEIGHTS else (units, *seen)

    def out(self, layer: str) -> tuple[list[float], list[float]]:
        """Return how far from the middle of each unit its lines begin: to the right, and up.

        Those of a place of a map begin where the map ends, so that it is seen, those of a row one
        below the other.
        """
        column, right = self.columns[layer], self.middles[layer] + self._behind(layer)
        *_, columns = column.grid
        up = [((columns - 1) / 2 - c) * self.pitch / columns for *_, c in column.places]
        return [round(right - x, 1) for x in self.x(layer)], [round(y, 1) for y in up]

    def _heights(self, layer: str) -> list[float]:
        """Return the heights of maps or units, from the top."""
        column = self.columns[layer]
        number, *_ = column.grid
        apart = min(TOP if column.is_map else APART, (TOP - BOTTOM) / number)
        top = (TOP + BOTTOM) / 2 + apart * (number - 1) / 2
        return [top - apart * position for position in range(number)]

    def _half(self, layer: str) -> float:
        """Return how far a column of maps or units reaches to either side."""
        column = self.columns[layer]
        return column.grid[2] / 2 * self.pitch if column.is_map else self.radius(layer)

    def _behind(self, layer: str) -> float:
        """Return how far to the right of a column's middle its lines begin."""
        pictures = self.pictures.get(layer)
        return self._half(layer) + (pictures.size[1] + 2 * GAP if pictures else 0)

    @property
    def _free(self) -> float:
        """How much room is between all columns, for pictures of weights and for lines."""
        left = NAMES if self.stack.spec.features else LEFT
        *before, last = map(self._half, self.columns)
        return self.right - left - 2 * sum(before) - last

    def _column(self, name: str, most: int) -> DrawnLayer:
        """Return a column; a dense one, or one below, has so many units at most."""
        shape, seen = self._shapes(name)
        reach, bounded = self._reach(name)
        is_map = len(seen) > 1 and (len(shape) > 1 or prod(shape) > most)
        if is_map:
            is_seen_whole = any(self.stack.below[layer] == name for layer in self.dense)
            cap = most if is_seen_whole else MOST_PLACES
            grid, units = _drawn((1, *seen)[-3:], shape, cap, MAP_SIDE, MAP_SIDE)
        else:
            units = tuple((unit,) for unit in range(min(most, shape[0])))
            grid = (len(units), 1, 1)
        return DrawnLayer(
            name, units, grid, is_map=is_map, of=prod(shape), reach=reach, bounded=bounded
        )

    def _shapes(self, layer: str) -> tuple[Index, Index]:
        """Return the shape of a layer, and that in which it is seen: of pixels a picture's."""
        shape, spec = self.stack.shapes[layer], self.stack.spec
        return shape, spec.grid if layer == "1" and not spec.features else shape

    def _reach(self, layer: str) -> tuple[str, bool]:
        """Return the range of a layer's values, and whether it is within -1 and 1."""
        spec, kinds = self.stack.spec, self.stack.kinds
        while layer != "1" and not kinds[layer].activates:
            layer = self.stack.below[layer]
        if layer == "1":
            return ("around 0" if spec.features or spec.scaled else "ink"), False
        least, most = ACTIVATIONS[kinds[layer].activation].reach
        return ("above 0" if least >= 0 else "around 0"), max(-least, most) <= 1


def _drawn(
    maps: Index, shape: Index, most: int, down: int, across: int
) -> tuple[Index, tuple[Index, ...]]:
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
    return (number, len(rows), len(columns)), tuple(map(tuple, indices))
