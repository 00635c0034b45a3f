"""Place the units of a network in the drawing on Play.

Lengths are in mm; x is from the left and y from below. A layer is a column: units below each other,
maps as squares of places. Only some units of wide layers are drawn, so that no network takes more
than a few thousand cells.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, prod

from xlnn.equations.activation import ACTIVATIONS
from xlnn.workbooks.network.quantities.lens import shown_shape
from xlnn.workbooks.network.quantities.stack import Stack

WIDTH, HEIGHT = 170, 120
"""Of the whole figure."""

ROWS, COLUMNS = 23, 28
"""The cells over which it lies, nearly squares."""

MORE = 6
"""Columns that a network has besides which has no picture beside it, of `CELL` mm each."""

CELL = WIDTH / COLUMNS

LISTED = 12
"""Outputs, and inputs of a table, that are listed with their names."""

MOST_WEIGHTS, BROADEST = 2_000, 48
"""Weights of a layer that are shown as pictures, and how many columns these take."""

BESIDE = 2.2
"""Cells behind a picture: a gap, the bias and where lines begin."""

LEAST_LINE = 12
"""How much room there is at least for the lines before a layer and behind its pictures."""

BOTTOM, TOP = 4, 108
"""Between which heights units stand; above them is a layer's heading."""

LEFT, RIGHT = 10, 136
"""Between which the layers' columns stand, the last one further left where labels are long."""

LABEL_SIZE, LABEL_GAP = 9, 2
"""Of the texts beside units: the size in points, and how far from the units they stand."""

SHARE, WIDEST = "0.000", "1.23 × 10⁻¹²"
"""Of what is told of an output: a number between 0 and 1, and the widest one of any size."""

NAMES = 42
"""Where the first column stands if its units have names."""

MOST_UNITS, LEAST_UNITS = 16, 2
"""Units of a dense layer that are drawn; where there are many layers, fewer."""

MOST_CONNECTIONS = 450
"""Of a whole network, whatever its sizes: each is 26 cells."""

MOST_MAPS, MAP_SIDE, MOST_PLACES = 6, 8, 160
"""Maps of a layer, places along their sides, and places of a layer altogether."""

APART, PITCH = 28, 7
"""The largest distance of units in a column, and of places in a map."""

POINTS = 72 / 25.4
"""Of a mm."""

ROUND_SHARE, MOST_POINTS = 0.7, 20
"""How much of its place a unit takes, and how many points at most."""

Index = tuple[int, ...]
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
        The numbers of maps, rows and columns drawn; () for units below each other.
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
    of: int
    reach: str
    bounded: bool

    @property
    def look(self) -> Look:
        """The look of its units, which other layers may share."""
        return bool(self.grid), self.reach


@dataclass(frozen=True)
class WeightPictures:
    """The positions of pictures of weights beside units, in cells from the figure's first one.

    Attributes
    ----------
    row, apart : int
        The first row of the first picture, and how far the pictures are apart.
    column : int
        Their first column.
    rows, columns : int
        Of a picture.
    """

    row: int
    apart: int
    column: int
    rows: int
    columns: int

    @property
    def bias(self) -> int:
        """The column of the biases."""
        return self.column + self.columns + 1

    @property
    def right(self) -> float:
        """Where lines may begin to their right."""
        return (self.column + self.columns + BESIDE) * CELL

    def height(self, unit: int) -> float:
        """Return how high the middle of a unit's picture is."""
        middle = self.row + self.apart * unit + self.rows / 2
        return round((1 - middle / ROWS) * HEIGHT, 1)


@dataclass(frozen=True)
class Figure:
    """The drawing of the network."""

    stack: Stack

    @cached_property
    def columns(self) -> dict[str, DrawnLayer]:
        """The layers by their names, the input first."""
        for most in range(MOST_UNITS, LEAST_UNITS, -1):
            columns = self._columns(most)
            if self._connections(columns) <= MOST_CONNECTIONS:
                return columns
        return self._columns(LEAST_UNITS)

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

    def guides(self, layer: str) -> list[tuple[int, int]]:
        """Return the pairs of map or unit below and map of a layer that are connected, from 0."""
        below, here = (len(self.edges(each)) for each in (self.stack.below[layer], layer))
        every = self.stack.weights(layer) or below == 1
        return [(i, j) for j in range(here) for i in range(below) if every or i == j]

    def x(self, layer: str) -> list[float]:
        """Return how far to the right each unit of a column stands."""
        column, middle = self.columns[layer], self.middle(layer)
        if not column.grid:
            return [middle] * len(column.units)
        _, _, columns = column.grid
        return [middle + (c - (columns - 1) / 2) * self.pitch for _, _, c in _places(column.grid)]

    def y(self, layer: str) -> list[float]:
        """Return how high each unit of a column stands."""
        column = self.columns[layer]
        if pictures := self.beside(layer):
            return [pictures.height(unit) for unit in range(len(column.units))]
        if not column.grid:
            return [*self._heights(len(column.units), APART)]
        maps, rows, _ = column.grid
        middles = [*self._heights(maps, TOP)]
        return [middles[m] + ((rows - 1) / 2 - r) * self.pitch for m, r, _ in _places(column.grid)]

    def edges(self, layer: str) -> list[tuple[float, float, float]]:
        """Return the left edge, right edge and centre height of each map or unit."""
        grid, middle = self.columns[layer].grid, self.middle(layer)
        half = grid[2] / 2 * self.pitch if grid else self.radius(layer)
        heights = self._heights(grid[0], TOP) if grid else self.y(layer)
        return [(middle - half, middle + half, y) for y in heights]

    def middle(self, layer: str) -> float:
        """Return the position of a layer's column."""
        names = [*self.columns]
        left = NAMES if self.stack.spec.features else LEFT + self._breadth(names[0]) / 2
        at, span = names.index(layer) / (len(names) - 1), self.right - left
        if at == 1 / 2:  # as much room before a single hidden layer as behind its pictures
            _, _, columns = self._pictures(layer) or (0, 0, -BESIDE)
            free = (span - self.radius(layer) - (columns + BESIDE) * CELL) / 2
            return left + (free if free >= LEAST_LINE + CELL else span / 2)
        return left + span * at

    @property
    def cells(self) -> int:
        """How many columns of cells it lies over."""
        return COLUMNS + (MORE if self.stack.spec.features else 0)

    @property
    def width(self) -> float:
        """How wide it is."""
        return self.cells * CELL

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
        grids = [column.grid for column in self.columns.values() if column.grid]
        apart = (self.right - LEFT) / (len(self.columns) - 0.5)
        heights = [(TOP - BOTTOM) / maps / (rows + 1) for maps, rows, _ in grids]
        breadths = [apart * 0.8 / columns for *_, columns in grids]
        return min([PITCH, *heights, *breadths])

    @cached_property
    def apart(self) -> float:
        """The smallest distance of units below each other."""
        longest = max(len(c.units) for c in self.columns.values() if not c.grid)
        return min(APART, (TOP - BOTTOM) / longest)

    def points(self, column: DrawnLayer) -> int:
        """Return how large the units of a column are, in points."""
        size = self.pitch if column.grid else self.apart * ROUND_SHARE
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

    def beside(self, layer: str) -> WeightPictures | None:
        """Return the positions of pictures of weights beside a hidden layer's units, or None.

        The many weights of a wide table are below the network instead, a row for each unit. Beside
        a unit they would take several rows, and no input would be one column with its name above.
        """
        names = self.stack.names
        if not (size := self._pictures(layer)):
            return None
        units, rows, columns = size
        apart = int(min(APART, (TOP - BOTTOM) / units) / HEIGHT * ROWS)
        centre = (1 - (TOP + BOTTOM) / 2 / HEIGHT) * ROWS
        first = round(centre - (apart * (units - 1) + rows) / 2)
        left = ceil((self.middle(layer) + self.radius(layer)) / CELL)
        found = WeightPictures(first, apart, left, rows, columns)
        room = self.middle(names[names.index(layer) + 1]) - found.right
        return found if apart > rows and room >= LEAST_LINE else None

    def _pictures(self, layer: str) -> Index | None:
        """Return the number of pictures of weights that may stand beside units, and their sides."""
        if layer not in self.stack.names[:-1] or not self.stack.weights(layer):
            return None
        units, *seen = self.shown(self.stack.weights(layer)[0], layer) or (0,)
        is_whole = len(seen) <= 2 and units == self.columns[layer].of
        return (units, *(1, *seen)[-2:]) if is_whole and not self.columns[layer].grid else None

    def out(self, layer: str) -> tuple[list[float], list[float]]:
        """Return how far from the middle of each unit its lines begin: to the right, and up.

        Those of a place of a map begin where the map ends, so that it is seen, those of a row one
        below the other.
        """
        column = self.columns[layer]
        if not column.grid:
            here = [0.0] * len(column.units)
            pictures = self.beside(layer)
            right = pictures.right - self.middle(layer) if pictures else self.radius(layer)
            right = round(right, 1)
            return [right] * len(here), here
        _, right, _ = self.edges(layer)[0]
        columns, apart = column.grid[2], self.pitch / column.grid[2]
        up = [((columns - 1) / 2 - c) * apart for *_, c in _places(column.grid)]
        return [round(right - x, 1) for x in self.x(layer)], [round(y, 1) for y in up]

    def _heights(self, number: int, most: float) -> Iterator[float]:
        """Yield the heights of so many things below each other, from the top."""
        apart = min(most, (TOP - BOTTOM) / number)
        top = (TOP + BOTTOM) / 2 + apart * (number - 1) / 2
        return (top - apart * position for position in range(number))

    def _breadth(self, layer: str) -> float:
        grid = self.columns[layer].grid
        return grid[2] * self.pitch if grid else 0

    def _connections(self, columns: dict[str, DrawnLayer]) -> int:
        below = self.stack.below
        return sum(len(columns[n].units) * len(columns[below[n]].units) for n in self.dense)

    def _columns(self, most: int) -> dict[str, DrawnLayer]:
        """Return the columns, dense ones of so many units at most."""
        names = ["1", *self.stack.names]
        above = dict(zip(names, self.stack.names, strict=False))
        return {
            name: self._column(name, most, is_seen_whole=above.get(name) in self.dense)
            for name in names
        }

    def _column(self, name: str, most: int, *, is_seen_whole: bool) -> DrawnLayer:
        shape = self.stack.shapes[name]
        reach, bounded = self._reach(name)
        picture = self.stack.spec.picture if name == "1" else shape
        is_picture = name == "1" and not self.stack.spec.features
        is_map = len(shape) > 1 or (is_picture and prod(shape) > most)
        if not is_map:
            units = tuple((unit,) for unit in range(min(most, shape[0])))
            return DrawnLayer(name, units, (), shape[0], reach, bounded)
        maps, rows, columns = picture if len(picture) == 3 else (1, *picture)
        cap = most if is_seen_whole else MOST_PLACES
        maps_drawn = min(maps, MOST_MAPS, cap)
        side = next(
            side
            for side in range(MAP_SIDE, 0, -1)
            if maps_drawn * min(side, rows) * min(side, columns) <= cap or side == 1
        )
        r, c = sampled(rows, side), sampled(columns, side)
        grid = (maps_drawn, len(r), len(c))
        units = tuple(
            _stored((m, r[row], c[column]), shape, columns) for m, row, column in _places(grid)
        )
        return DrawnLayer(name, units, grid, prod(shape), reach, bounded)

    def _reach(self, layer: str) -> tuple[str, bool]:
        """Return the range of a layer's values, and whether it is within -1 and 1."""
        spec, kinds = self.stack.spec, self.stack.kinds
        while layer != "1" and not kinds[layer].activates:
            layer = self.stack.below[layer]
        if layer == "1":
            return ("around 0" if spec.features or spec.scaled else "ink"), False
        least, most = ACTIVATIONS[kinds[layer].activation].reach
        return ("above 0" if least >= 0 else "around 0"), max(-least, most) <= 1


def sampled(length: int, most: int) -> Sequence[int]:
    """Return evenly spread places along a side.

    >>> sampled(3, 4), sampled(8, 4)
    (range(0, 3), [1, 3, 5, 7])
    """
    if length <= most:
        return range(length)
    return [(2 * place + 1) * length // (2 * most) for place in range(most)]


def _places(grid: Index) -> Iterator[Index]:
    maps, rows, columns = grid
    return ((m, r, c) for m in range(maps) for r in range(rows) for c in range(columns))


def _stored(place: Index, shape: Index, columns: int) -> Index:
    """Return the index of a map's place in an array: of maps, a picture, or a row of pixels."""
    if len(shape) == 3:
        return place
    _, row, column = place
    return (row, column) if len(shape) == 2 else (row * columns + column,)
