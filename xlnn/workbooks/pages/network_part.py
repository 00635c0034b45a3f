"""The part of a page that draws a network: its layers side by side, or unrolled in time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain, product
from math import ceil, hypot
from typing import Any

from xlnn.axis import Axis, Use
from xlnn.data.messages import cut
from xlnn.equation import Equation
from xlnn.equations.lookup import ChosenUnits
from xlnn.equations.network_drawing import AT_LEAST_1, LARGEST_SIZE
from xlnn.equations.number import fixed
from xlnn.equations.sentences import Told
from xlnn.errors import DataError
from xlnn.grid import address
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.workbooks.learning import counted
from xlnn.workbooks.pages.chart_parts import ROW, SIGNS
from xlnn.workbooks.pages.network_drawing import (
    POINTS,
    Connections,
    Dots,
    Picture,
    Point,
    Texts,
    stated,
)
from xlnn.workbooks.pages.part import PagePart
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import called
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import CAPTION, FAINT, INK, NEGATIVE, POSITIVE, QUIET

MOST_STEPS, MOST_UNITS, MOST_CONNECTIONS = 16, 16, 450
"""The last steps and the first units that are drawn, and the most connections altogether."""

STEP, LOWEST, HIGHEST, WIDEST = 22, 78, 86, 320
"""The width of a step at least, the height at least and at most, and the width at most, in mm.
LibreOffice breaks texts into lines in a lower chart."""

LEFT, RIGHT, SIDE, BOTTOM, ABOVE = 40, 14, 13, 10, 12
"""The room beside the steps for names and texts, beside layers, below steps and above all."""

OVER, BETWEEN, MOST_APART, TAKEN = 0.6, 1.3, 1.5, 0.5
"""The room over a layer for its name, between layers of a step, and most between layers below each
other, in rows; and the part of the width that the units of layers side by side take at most."""

APART, LARGEST = 10, 3.4
"""The largest distance of units below each other, and their largest radius."""

ACROSS, SQUARE = 2.2, 1.3
"""The distance of units in a row, and the side of the square of an error, in radii."""

LEANING = 0.95
"""How much of a step its layers take, each further to the right than the one below it."""

LONGEST = 24
"""Characters of a layer's name."""

LEGEND = "Blue is below 0, orange above. A thicker line or a stronger colour is a larger number."
ERRORS = "The square beside a unit is its error, on the way back."
PART = "{what}, {drawn} of {of}"

Line = tuple[str | Use, str, str]
Entry = tuple[int, int, int]
"""A step and, in it, a row and a column of units."""


class Network(PagePart):
    """A network with the activations and weights of the epoch and row that a person chose.

    A unit's colour is its number, a line's colour and width are a weight. Of wide layers the first
    units are drawn, and of many steps the last.

    Parameters
    ----------
    layers : tuple of str or (str, ...)
        The quantities that are layers, from left to right, those of a tuple below each other; along
        an axis from the bottom up. Their units are in a column, those of a matrix in rows.
    lines : sequence of (str or Use, str, str)
        What a layer receives: from which layer, by which weights, and which layer it is. Along an
        axis, ``xlnn.previous("h")`` is the layer at the step before. Weights are a matrix, with a
        row for each row of the layer; or a vector, from each unit to the same one; or "" for thin
        lines, to the same unit if there are as many. Weights that have the axis, such as gates,
        are those of the step.
    along : str
        The axis along which it is unrolled.
    back : dict of str
        The error of a layer, which is drawn beside its units.
    ink : tuple of str
        Layers of numbers from 0 to 1 that are shades of ink.
    labels : dict of str
        A quantity with the text beside each unit or row of a layer; "" for its numbers.
    at : dict of str
        The quantity with the chosen entry of an axis, by default ``epoch_used`` of ``epoch``.
    key : str
        How the names of its quantities begin: those of two drawings differ.
    width_in_cm : float
        Its width; of many steps the least.
    """

    def __init__(  # noqa: PLR0913 -- what a drawing may settle
        self,
        *layers: str | Sequence[str],
        lines: Sequence[Line],
        along: str = "",
        back: Mapping[str, str] | None = None,
        ink: Sequence[str] = (),
        labels: Mapping[str, str] | None = None,
        at: Mapping[str, str] | None = None,
        key: str = "network",
        width_in_cm: float = 19,
        above: int = 1,
    ) -> None:
        self.columns = [(each,) if isinstance(each, str) else tuple(each) for each in layers]
        self.lines, self.along, self.back, self.ink = lines, along, back or {}, ink
        self.labels, self.at, self.key, self.above = labels or {}, at or {}, key, above
        self.width = 10 * width_in_cm

    def quantities(self, model: Model) -> Iterator[Quantity]:
        """Yield the numbers that it is drawn from, on the sheet Drawing."""
        return self.picture(model).quantities()

    @property
    def _said(self) -> list[str]:
        """What is said above it, each in a row."""
        return [LEGEND, ERRORS] if self.back else [LEGEND]

    def picture(self, model: Model) -> Picture:
        """Return what is drawn."""
        return (_Unrolled if self.along else _Layered)(self, model).picture

    def size(self, model: Model) -> tuple[int, int]:
        """Return how many rows it covers, with what is said above it, and one column."""
        _, height = self.picture(model).size
        return len(self._said) + ceil(height / 10 / ROW), 1

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Draw it over the cells, and above it what its colours mean."""
        drawing.whole.append((row, row + len(self._said)))  # printed above the chart
        for text in self._said:
            drawing.put(row, column, page.words.of_itself("headings", text), CAPTION)
            row += 1
        chart = self.picture(page.layout.model).chart(page)
        drawing.charts.append((address(row, column), chart))


@dataclass(frozen=True)
class _Layer:
    """A layer as it is drawn.

    Attributes
    ----------
    quantity : Quantity
    rows, columns : int
        The units that are drawn in a step.
    of : int
        How many rows it has.
    steps : tuple of int
        Those in which it is.
    """

    quantity: Quantity
    rows: int
    columns: int
    of: int
    steps: tuple[int, ...]

    @property
    def entries(self) -> list[Entry]:
        """The units of all steps."""
        return [*product(self.steps, range(self.rows), range(self.columns))]


class _Plan:
    """What a network draws, and where."""

    def __init__(self, network: Network, model: Model) -> None:
        self.network, self.model = network, model
        self.layers = {name: self._layer(name, MOST_UNITS) for name in chain(*network.columns)}
        for name in (*network.back, *network.ink, *network.labels):
            self._known(name)
        for most in range(MOST_UNITS, 0, -1):
            self.layers = {name: self._layer(name, most) for name in self.layers}
            if sum(len(self._pairs(line)) for line in network.lines) <= MOST_CONNECTIONS:
                break

    # what it looks like

    size: tuple[float, float]
    radius: float
    """That of a unit."""

    def place(self, name: str, entry: Entry) -> Point:
        """Return where a unit is."""
        raise NotImplementedError

    def ends(self, start: tuple[str, Entry], end: tuple[str, Entry]) -> tuple[Point, Point]:
        """Return the ends of a line between two units or rows."""
        raise NotImplementedError

    def square(self, name: str, entry: Entry) -> Point:
        """Return where the error of a unit is."""
        raise NotImplementedError

    def captions(self) -> Iterator[Texts]:
        """Yield the names of layers and steps."""
        raise NotImplementedError

    @cached_property
    def picture(self) -> Picture:
        """All of it."""
        units = [self._units(name) for name in self.layers]
        inked = [dots for dots in units if dots.layer in self.network.ink]
        alike = [[dots for dots in units if dots not in inked], inked]
        errors = [self._errors(name) for name in self.layers if name in self.network.back]
        links = [self._connections(line) for line in self.network.lines]
        texts = [*self.captions(), *self._labels(), self._legend]
        dots = [each for each in (*alike, errors) if each]
        return Picture(dots, [each for each in links if each.ends], texts, self.size)

    # what is drawn

    def _aside(self, name: str, entry: Entry) -> float:
        """Return how far to the right of the middle of its row a unit is."""
        return ACROSS * self.radius * (entry[2] - (self.layers[name].columns - 1) / 2)

    @cached_property
    def axis(self) -> Axis:
        """The axis along which it is unrolled, if there is one."""
        along = self.network.along
        axes = [a for q in self.model.quantities for a in q.rows if a.name == along]
        if along and not axes:
            raise DataError(f'No quantity has the axis "{along}", along which a network is drawn.')
        return axes[0] if axes else Axis("", 1)

    def _layer(self, name: str, most: int) -> _Layer:
        quantity = self.model[name]
        if len(quantity.shape) > 2:
            raise DataError(f"{name} has the shape {quantity.shape}: a layer is a row or a matrix.")
        of, columns = (*quantity.shape, 1, 1)[:2]
        last = self.axis.length
        has = any(axis.name == self.network.along for axis in quantity.rows)
        steps = range(max(0, last - MOST_STEPS) if has else last - 1, last)
        return _Layer(quantity, min(of, most), min(columns, most), of, tuple(steps))

    def _pairs(self, line: Line) -> list[tuple[Entry, Entry, tuple[int, ...]]]:
        """Return the units or rows that are connected, and the index of each weight."""
        start, weights, end = line
        lag = start.lag if isinstance(start, Use) else 0
        first, last = (self._known(each) for each in (_named(start), end))
        steps = [step for step in last.steps if step - lag in first.steps]
        shape = self.model[weights].shape if weights else ()
        whole = last.of, first.of
        units = [*product(range(last.rows), range(first.rows))]
        if len(shape) == 1 or (not shape and last.of == first.of):  # to the same unit
            units, whole = [(j, i) for j, i in units if j == i], (last.of,) * 2
        if shape not in {whole, whole[:1], ()} or whole[1] != first.of:
            raise DataError(
                f"{weights} has the shape {shape}, but leads from {first.of} to {last.of} units."
            )
        return [
            ((step - lag, i, 0), (step, j, 0), (j, i)[: len(shape)])
            for step in steps
            for j, i in units
        ]

    def _known(self, name: str) -> _Layer:
        if name not in self.layers:
            raise DataError(f'The drawing has no layer "{name}".')
        return self.layers[name]

    def _looked_up(
        self, quantity: Quantity, kind: str, name: str, units: Sequence[tuple[int, ...]],
        steps: Sequence[int],
    ) -> Quantity:  # fmt: skip
        """State the numbers of some units at the chosen entries."""
        along, at = self.network.along, self.network.at
        axes = [axis for axis in quantity.rows if axis.name != along]
        numbers = {axis.name: at.get(axis.name, f"{axis.name}_used") for axis in axes}
        has = len(axes) < len(quantity.rows)
        equation = ChosenUnits(
            counted(quantity.rows, numbers, self.model.by_name), units, along, steps if has else ()
        )
        uses = {"of": quantity.name, **numbers}
        title = "w" if kind == "weight" else kind
        return stated(name, kind, title, equation, len(units), layer=quantity.name, uses=uses)

    def _dots(
        self, layer: str, of: Quantity, prefix: str, places: Sequence[Point],
        **look: Any,  # noqa: ANN401 -- the fields of dots
    ) -> Dots:  # fmt: skip
        """Return the dots of the numbers of a layer."""
        drawn = self.layers[layer]
        shape = of.shape or (1,)
        units = [(row, column)[: len(of.shape)] for _, row, column in drawn.entries]
        if shape != (drawn.quantity.shape or (1,)):
            raise DataError(f"{of.name} has the shape {shape}, and {layer} another.")
        steps = [step for step, *_ in drawn.entries]
        value = self._looked_up(of, "value", f"{prefix}value_{layer}", units, steps)
        return Dots(prefix, layer, "_", value, places, **look)

    def _units(self, name: str) -> Dots:
        layer, is_ink = self.layers[name], name in self.network.ink
        return self._dots(
            name, layer.quantity, f"{self.network.key}_",
            [self.place(name, entry) for entry in layer.entries],
            largest=None if is_ink else _scale(layer.quantity), below_0=not is_ink,
            points=round(2 * self.radius * POINTS), full=INK if is_ink else POSITIVE,
        )  # fmt: skip

    def _errors(self, name: str) -> Dots:
        layer, of = self.layers[name], self.model[self.network.back[name]]
        return self._dots(
            name, of, f"{self.network.key}_back_",
            [self.square(name, entry) for entry in layer.entries],
            marker="square", points=max(3, round(SQUARE * self.radius * POINTS)), outline="",
        )  # fmt: skip

    def _connections(self, line: Line) -> Connections:
        start, weights, end = line
        pairs, prefix = self._pairs(line), f"{self.network.key}_"
        from_layer = _named(start)
        ends = [self.ends((from_layer, first), (end, last)) for first, last, _ in pairs]
        named = weights or f"{from_layer}_{end}"
        if not weights or not pairs:
            return Connections(prefix, named, "_", None, ends)
        quantity, units = self.model[weights], [unit for *_, unit in pairs]
        steps = [step for _, (step, *_), _ in pairs]
        found = self._looked_up(quantity, "weight", f"{prefix}weight_{named}", units, steps)
        return Connections(prefix, named, "_", found, ends, _scale(quantity))

    def _labels(self) -> Iterator[Texts]:
        for name, cells in self.network.labels.items():
            layer, prefix = self.layers[name], f"{self.network.key}_"
            is_first = name in self.network.columns[0] and not self.network.along
            at = 0 if is_first else layer.columns - 1
            entries = [entry for entry in layer.entries if entry[-1] == at]
            beside = -self.radius if is_first else self.radius
            where = self.square if name in self.network.back and not is_first else self.place
            places = [(x + beside, y) for x, y in (where(name, each) for each in entries)]
            said = cells or [_told(n) for n in range(len(entries))]
            yield Texts(
                prefix, name, "_", "label", places, cells=said,
                uses={"v": f"{prefix}value_{name}"}, side="l" if is_first else "r",
            )  # fmt: skip

    @property
    def _legend(self) -> Texts:
        """The colours, at the upper right."""
        width, height = self.size
        places = [(width - 32 + 9 * n, height - 4) for n in range(3)]
        return Texts(
            f"{self.network.key}_", "", "", "legend", places, lambda _: SIGNS,
            colours=(NEGATIVE, FAINT, POSITIVE), ink=QUIET,
        )  # fmt: skip

    def _texts(
        self, kind: str, said: Mapping[Point, Callable[[Context[Any]], str]], side: str
    ) -> Texts:
        """Return texts at points."""
        texts = [*said.values()]
        return Texts(
            f"{self.network.key}_", "", "", kind, [*said], lambda page: [t(page) for t in texts],
            side=side, ink=QUIET,
        )  # fmt: skip

    def _called(self, name: str) -> Callable[[Context[Any]], str]:
        """Return the name of a layer on a page, with how much of it is drawn."""
        layer = self.layers[name]

        def said(page: Context[Any]) -> str:
            name, symbol = called(layer.quantity, page.words), layer.quantity.symbol.format("")
            what = " ".join(dict.fromkeys([cut(name, LONGEST), symbol.strip()])).strip()
            if layer.rows == layer.of:
                return what
            text = page.words.of_itself("charts", PART)
            return text.format(what=what, drawn=layer.rows, of=layer.of)

        return said


class _Unrolled(_Plan):
    """Steps from left to right, and in each of them the layers from the bottom up."""

    @cached_property
    def _steps(self) -> list[int]:
        return sorted({step for layer in self.layers.values() for step in layer.steps})

    @cached_property
    def _pitch(self) -> float:
        rows = sum(layer.rows for layer in self.layers.values()) + BETWEEN * (len(self.layers) - 1)
        return min(APART, HIGHEST / rows)

    @cached_property
    def _apart(self) -> float:
        width = max(self.network.width, min(WIDEST, LEFT + RIGHT + STEP * len(self._steps)))
        return (width - LEFT - RIGHT) / len(self._steps)

    @cached_property
    def radius(self) -> float:
        """That of a unit."""
        return min(LARGEST, 0.33 * self._pitch, 0.12 * self._apart)

    @cached_property
    def _bottoms(self) -> dict[str, float]:
        """The height of the lowest units of each layer."""
        found, height = {}, BOTTOM + self._pitch / 2
        for name, layer in self.layers.items():
            found[name] = height
            height += (layer.rows + BETWEEN) * self._pitch
        return found

    @cached_property
    def size(self) -> tuple[float, float]:
        """The width and the height."""
        *_, name = self.layers
        top = self._bottoms[name] + self.layers[name].rows * self._pitch
        return LEFT + self._apart * len(self._steps) + RIGHT, max(LOWEST, top + ABOVE)

    def place(self, name: str, entry: Entry) -> Point:
        """Return where a unit is."""
        step, row, _ = entry
        layer, number = self.layers[name], [*self.layers].index(name)
        leaning = LEANING * ((number + 0.5) / len(self.layers) - 0.5)
        x = LEFT + self._apart * (self._steps.index(step) + 0.5 + leaning)
        height = self._bottoms[name] + (layer.rows - 1 - row) * self._pitch
        return x + self._aside(name, entry), height

    def ends(self, start: tuple[str, Entry], end: tuple[str, Entry]) -> tuple[Point, Point]:
        """Return where a line leaves a unit, and where it reaches another."""
        (x, y), (a, b) = self.place(*start), self.place(*end)
        behind = self.square(*start)[0] + self.radius if start[0] in self.network.back else x
        begins, reaches = max(x + self.radius, behind), a - self.radius
        if begins < reaches:
            return (begins, y), (reaches, b)
        share = self.radius / max(hypot(a - x, b - y), self.radius)
        right, up = share * (a - x), share * (b - y)
        return (x + right, y + up), (a - right, b - up)

    def square(self, name: str, entry: Entry) -> Point:
        """Return where the error of a unit is: to the right of it."""
        x, y = self.place(name, entry)
        return x + 1.8 * self.radius, y

    def captions(self) -> Iterator[Texts]:
        """Yield the names of the layers at the left, and the numbers of the steps below."""
        names = {}
        for name, layer in self.layers.items():
            middle = self._bottoms[name] + (layer.rows - 1) / 2 * self._pitch
            names[LEFT - 5, middle] = self._called(name)
        names[LEFT - 5, 5.0] = lambda page: page.words.of_itself("headings", self.axis.name)
        yield self._texts("name", names, "l")
        numbers = {
            (LEFT + self._apart * (n + 0.5), 3.0): partial(_number, self.axis, step)
            for n, step in enumerate(self._steps)
        }
        yield self._texts("heading", numbers, "t")


class _Layered(_Plan):
    """The layers from left to right."""

    @cached_property
    def _rows(self) -> list[float]:
        """The rows that each column takes, with those over its layers."""
        columns = ([self.layers[name] for name in column] for column in self.network.columns)
        return [sum(layer.rows + OVER for layer in column) for column in columns]

    @cached_property
    def _pitch(self) -> float:
        return min(APART, HIGHEST / max(self._rows))

    @cached_property
    def radius(self) -> float:
        """That of a unit."""
        units = sum(
            max(self.layers[name].columns * (1 + (name in self.network.back)) for name in column)
            for column in self.network.columns
        )
        room = TAKEN * (self.network.width - 2 * SIDE)
        return min(LARGEST, 0.38 * self._pitch, room / units / ACROSS)

    @cached_property
    def size(self) -> tuple[float, float]:
        """The width and the height."""
        return self.network.width, max(LOWEST, self._pitch * max(self._rows) + ABOVE)

    def _half(self, name: str) -> float:
        return self.layers[name].columns * self.radius * ACROSS / 2

    def _behind(self, name: str) -> float:
        """Return how far to the right of a layer's middle its lines begin."""
        squares = self._half(name) * 1.3 + 1.2 if name in self.network.back else 0.4
        return self._half(name) + squares

    @cached_property
    def _middles(self) -> list[float]:
        """The middle of each column, with as much room for lines before each."""
        columns = self.network.columns
        halves = [max(map(self._half, column)) for column in columns]
        behind = [max(map(self._behind, column)) for column in columns]
        gap = (self.network.width - 2 * SIDE - sum(halves) - sum(behind)) / max(1, len(columns) - 1)
        found, x = [], float(SIDE)
        for half, end in zip(halves, behind, strict=True):
            found.append(x + half)
            x += half + end + gap
        return found

    def _where(self, name: str) -> Point:
        """Return the middle of a layer's first row."""
        columns = self.network.columns
        number, column = next((n, each) for n, each in enumerate(columns) if name in each)
        free = max(self._rows) - self._rows[number]
        apart = min(MOST_APART, free / len(column))
        above = OVER + 0.5 + (free - apart * (len(column) - 1)) / 2
        for each in column[: column.index(name)]:
            above += self.layers[each].rows + OVER + apart
        return self._middles[number], self.size[1] - ABOVE - self._pitch * above

    def place(self, name: str, entry: Entry) -> Point:
        """Return where a unit is."""
        x, y = self._row(name, entry)
        return x + self._aside(name, entry), y

    def ends(self, start: tuple[str, Entry], end: tuple[str, Entry]) -> tuple[Point, Point]:
        """Return where a line leaves a row, behind its errors, and where it reaches another."""
        (x, y), (a, b) = self._row(*start), self._row(*end)
        return (x + self._behind(start[0]), y), (a - self._half(end[0]), b)

    def _row(self, name: str, entry: Entry) -> Point:
        """Return the middle of the row of a unit."""
        middle, top = self._where(name)
        return middle, top - entry[1] * self._pitch

    def square(self, name: str, entry: Entry) -> Point:
        """Return where the error of a unit is: to the right of the row."""
        step, row, column = entry
        (x, y), half = self.place(name, (step, row, 0)), self._half(name)
        return x + 2 * half + 0.4 + 1.4 * self.radius * column, y

    def captions(self) -> Iterator[Texts]:
        """Yield the name of each layer above it."""
        names = {}
        for name in self.layers:
            x, y = self._where(name)
            names[x, y + self.radius + 0.3] = self._called(name)
        yield self._texts("heading", names, "t")


def _named(layer: str | Use) -> str:
    return layer.name if isinstance(layer, Use) else layer


def _number(axis: Axis, step: int, _: Context[Any]) -> str:
    return str(step + axis.counts_from)


def _scale(quantity: Quantity) -> Equation:
    """Return what has the full colour: 1, if numbers that are computed are not larger."""
    is_typed = quantity.is_input or quantity.role == "backward"
    return LARGEST_SIZE if is_typed else AT_LEAST_1


def _told(unit: int) -> Told:
    return Told(["{value}"], value=lambda v: fixed(v[unit], 2))
