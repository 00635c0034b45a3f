"""Draw networks: dots, lines and texts in one chart, over the numbers of the hidden sheet Drawing.

A `Picture` says what is drawn and where. Its quantities are numbers of the sheet Drawing: a dot has
a row with a column for each colour, and a line two rows with a column for each strength. Lengths
are in mm; x is from the left and y from below.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, groupby
from typing import Any

from openpyxl.chart import ScatterChart

from xlnn.axis import Axis
from xlnn.equation import Equation
from xlnn.equations import network_drawing as eq
from xlnn.equations.sentences import Lines, Told
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.pages.number_parts import Made, Numbers
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.part import Below, Beside, PagePart
from xlnn.workbooks.pages.predict import PREFIX
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import ONE, plain_name
from xlnn.workbooks.pages.table_parts import Units
from xlnn.workbooks.runs import is_of_one
from xlnn.writing.charts import Line, Range, graph, range_of
from xlnn.writing.style import FAINT, INK, NEGATIVE, POSITIVE, QUIET, RULE, tint

SHEET, KIND = "drawing", "drawn_"
"""The sheet, and how the kinds of its quantities begin."""

WAYS = "across", "up"

SERIES = (-1, 1, -2, 2, -3, 3)
"""The strengths of the lines, from the weakest, which are drawn first."""

TINTS = {1: 0.4, 2: 0.75, 3: 1.0}
"""How full the colour of a line is, by its strength."""

TEXTS = "label", "name", "heading", "legend"
"""The kinds of texts."""

LOOKED_UP = "outputs", "targets"
"""Kinds of several numbers that stand among single ones."""

SIDES = {"across": "right", "up": "up"}

PLACES = {"across": "mm to the right", "up": "mm up"}

LARGEST = {"size": "largest |value|", "max": "largest |w| of the squares"}
"""What positions, and the largest number of a kind, are called."""

LINE_WIDTHS = {1: 8_000, 2: 19_000, 3: 38_000}
"""The width of a line, by its strength, in EMU."""

GUIDE_WIDTH = 6_000
"""How wide a line is whose weight is not drawn."""

POINTS = 72 / 25.4
"""Points per millimetre."""

CLEAR_SQUARE = 7
"""The side, in points, of squares between which the paper is seen."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Drawn:
    """What belongs to a layer of a drawing, and how its quantities are named.

    Attributes
    ----------
    prefix, layer : str
    between : str
        What is between the kind and the layer in their names.
    """

    prefix: str
    layer: str
    between: str

    def name(self, kind: str) -> str:
        """Return the name of a quantity."""
        return f"{self.prefix}{kind}{self.between}{self.layer}"

    def state(
        self,
        kind: str,
        title: str,
        equation: Equation,
        *shape: int,
        **fields: Any,  # noqa: ANN401 -- the fields of a quantity
    ) -> Quantity:
        """State a quantity."""
        return stated(self.name(kind), kind, title, equation, *shape, layer=self.layer, **fields)


@dataclass(frozen=True)
class Dots(Drawn):
    """Dots that are coloured by number.

    Attributes
    ----------
    value : Quantity
        The numbers, one for each.
    places : sequence of (float, float)
    largest : Equation or None
        The size of the number with the full colour; None if it is 1.
    size : str
        The kind of that number.
    below_0 : bool
        Whether there are colours below 0.
    marker : str
    points : int
        Their size.
    outline, full : str
        The colours of their outlines, and of the largest number.
    empty : str
        The colour of 0.
    """

    value: Quantity
    places: Sequence[Point]
    largest: Equation | None = eq.LARGEST_SIZE
    size: str = "size"
    below_0: bool = True
    marker: str = "circle"
    points: int = 10
    outline: str = QUIET
    full: str = POSITIVE
    empty: str = FAINT

    @property
    def levels(self) -> tuple[int, ...]:
        """The levels of colour, each a column."""
        return tuple(range(-eq.LEVELS if self.below_0 else 0, eq.LEVELS + 1))

    def quantities(self) -> Iterator[Quantity]:
        """Yield the numbers, the largest one, fill levels, positions, and the heights of dots."""
        count = len(self.places)
        uses = {"v": self.value.name, "level": self.name("level"), "y": self.name("up")}
        yield self.value
        if self.largest:
            yield self.state(
                self.size, LARGEST[self.size], self.largest, uses={"v": self.value.name}
            )
            uses["size"] = self.name(self.size)
        level = eq.FillLevel(below_0=self.below_0)
        used = {role: name for role, name in uses.items() if role in level.roles}
        yield self.state("level", "level", level, count, uses=used, number_format="0")
        yield from _coordinates(self, self.places)
        used = {role: uses[role] for role in ("level", "y")}
        shape = count, len(self.levels)
        yield self.state(
            "dot",
            "height, if of level",
            eq.Dot(self.levels),
            *shape,
            uses=used,
            number_format="0.0;",
        )

    def lines(self, page: Context[Any], last: "Dots") -> Iterator[Line]:
        """Yield these dots, with those down to the last ones, which are below them."""
        across = _cells(page, self.name("across"), last.name("across"))
        size = self.points - (self.marker == "square" and self.points >= CLEAR_SQUARE)
        look = {"marker": self.marker, "size": size, "outline": self.outline}
        for n, level in enumerate(self.levels):
            full = self.full if level >= 0 else NEGATIVE
            fill = tint(full, abs(level) / eq.LEVELS, self.empty)
            heights = _cells(page, self.name("dot"), last.name("dot"), n)
            yield Line(across, heights, fill, width=0, **look)


@dataclass(frozen=True)
class Connections(Drawn):
    """Lines that are coloured by their weights, or thin ones without.

    Attributes
    ----------
    weight : Quantity or None
        A number for each.
    ends : sequence of ((float, float), (float, float))
        Where each begins and ends.
    largest : Equation
        The size of the strongest weight.
    """

    weight: Quantity | None
    ends: Sequence[tuple[Point, Point]]
    largest: Equation = eq.LARGEST_SIZE

    def quantities(self) -> Iterator[Quantity]:
        """Yield the weights and the lines in each series, or the ends of thin lines."""
        if self.weight is None:
            shape = len(self.ends), 2
            for way, numbers in zip(WAYS, zip(*chain(*self.ends), strict=True), strict=True):
                where = eq.coordinate(numbers, shape)
                yield self.state(
                    f"guide_{way}", f"guide: {SIDES[way]}", where, *shape, number_format="0.0"
                )
            return
        count, weight = len(self.ends), self.weight.name
        yield self.weight
        yield self.state("heaviest", "largest |w|", self.largest, uses={"v": weight})
        uses = {"w": weight, "size": self.name("heaviest")}
        yield self.state("strength", "strength", eq.Strength(), count, uses=uses, number_format="0")
        shape, uses = (count, 2, len(SERIES)), {"strength": self.name("strength")}
        for at, way in enumerate(WAYS):
            starts, ends = ([end[at] for end in points] for points in zip(*self.ends, strict=True))
            line = eq.LineEnds(SERIES, starts, ends)
            yield self.state(
                f"line_{way}", f"{SIDES[way]}, if of strength", line, *shape, uses=uses,
                number_format="0.0",
            )  # fmt: skip


@dataclass(frozen=True)
class Texts(Drawn):
    """Texts beside points.

    Attributes
    ----------
    kind : str
        One of `TEXTS`.
    places : sequence of (float, float)
    texts : function
        Returns them for a page, unless they are in cells.
    cells : str or sequence of sentences
        A quantity with as many texts, or what is said there.
    uses : dict
        The quantities that sentences tell, by role.
    side : str
        Where they are: ``l``, ``r`` or ``t``, to the left, to the right or above.
    ink : str
    colours : sequence of str
        The colours of the dots at the points.
    """

    kind: str
    places: Sequence[Point]
    texts: Callable[[Context[Any]], Sequence[str]] | None = None
    cells: str | Sequence[Told] = ()
    uses: Mapping[str, str] = field(default_factory=dict)
    side: str = "r"
    ink: str = INK
    colours: Sequence[str] = ()

    def quantities(self) -> Iterator[Quantity]:
        """Yield their positions, and what is said there."""
        yield from _coordinates(self, self.places, f"{self.kind}_")
        if self.cells and not isinstance(self.cells, str):
            sentence = Lines(self.cells)
            uses = {role: name for role, name in self.uses.items() if role in sentence.roles}
            yield self.state(
                f"{self.kind}_text", "beside the output", sentence, len(self.cells), uses=uses,
                axes=(Axis(ONE, 1),),
            )  # fmt: skip

    def lines(self, page: Context[Any]) -> Iterator[Line]:
        """Yield each text at its point."""
        blocks, title = page.layout.blocks, page.layout.titles

        def cell(name: str, unit: Sequence[int]) -> Range:
            block = blocks[name]
            row, column = block.address((*[0] * len(block.quantity.axes), *unit))
            return range_of(title[block.sheet], column, row, row)

        texts = self.texts(page) if self.texts else ()
        across, up = (self.name(f"{self.kind}_{way}") for way in WAYS)
        name = self.cells if isinstance(self.cells, str) else self.name(f"{self.kind}_text")
        for unit in range(len(self.places)):
            x, y = (cell(coordinate, (unit,)) for coordinate in (across, up))
            text = texts[unit] if self.texts else cell(name, page.layout.model[name].units[unit])
            dot = {"colour": self.colours[unit], "marker": "circle"} if self.colours else {}
            yield Line(x, y, name=text, width=0, side=self.side, ink=self.ink, size=8, **dot)


@dataclass(frozen=True)
class Picture:
    """What is drawn, and how large it is, in mm.

    Attributes
    ----------
    dots : sequence of sequences of Dots
        Groups of dots that look alike.
    connections : sequence of Connections
    texts : sequence of Texts
    size : (float, float)
    """

    dots: Sequence[Sequence[Dots]]
    connections: Sequence[Connections]
    texts: Sequence[Texts]
    size: tuple[float, float]

    def quantities(self) -> Iterator[Quantity]:
        """Yield the numbers that it is made of."""
        for drawn in (*chain(*self.dots), *self.connections, *self.texts):
            yield from drawn.quantities()

    def chart(self, page: Context[Any]) -> ScatterChart:
        """Return the chart of these numbers."""
        things: list[Line] = []
        thin = [connection for connection in self.connections if connection.weight is None]
        lines = [connection for connection in self.connections if connection.weight]
        if thin:
            ways = (_cells(page, *_ends(thin, f"guide_{way}")) for way in WAYS)
            things.append(Line(*ways, RULE, width=GUIDE_WIDTH))
        for series, strength in enumerate(SERIES if lines else ()):
            ways = (_cells(page, *_ends(lines, f"line_{way}"), series) for way in WAYS)
            colour = tint(POSITIVE if strength > 0 else NEGATIVE, TINTS[abs(strength)])
            things.append(Line(*ways, colour, width=LINE_WIDTHS[abs(strength)]))
        for dots in self.dots:
            things += dots[0].lines(page, dots[-1])
        for texts in self.texts:
            things += texts.lines(page)
        width, height = self.size
        return graph(things, width / 10, height / 10, self.size)


def stated(
    name: str,
    kind: str,
    title: str,
    equation: Equation,
    *shape: int,
    **fields: Any,  # noqa: ANN401 -- the fields of a quantity
) -> Quantity:
    """State a quantity of the sheet Drawing."""
    return Quantity(
        name, f"{KIND}{kind}", sheet=SHEET, shape=shape, equation=equation, role="result",
        title=title, **fields,
    )  # fmt: skip


def _coordinates(of: Drawn, places: Sequence[Point], kind: str = "") -> Iterator[Quantity]:
    for way, numbers in zip(WAYS, zip(*places, strict=True), strict=True):
        title = f"{kind[:-1]}: {SIDES[way]}" if kind else PLACES[way]
        where, count = eq.coordinate(numbers), len(numbers)
        yield of.state(f"{kind}{way}", title, where, count, number_format="0.0")


def _ends(of: Sequence[Drawn], kind: str) -> tuple[str, str]:
    """Return the names of the first and of the last quantity of a kind."""
    return of[0].name(kind), of[-1].name(kind)


def _cells(page: Context[Any], first: str, last: str, series: int = 0) -> Range:
    """Return the cells of quantities that are below each other."""
    begins, ends = (page.layout.blocks[name] for name in (first, last))
    title = page.layout.titles[SHEET]
    return range_of(title, begins.column + series, begins.row, ends.last[0])


def _parts(model: Model) -> Beside:
    """Return the tables side by side: dots, texts, look-ups, connections, lines, thin lines."""
    here = [quantity for quantity in model.quantities if quantity.sheet == SHEET]
    kinds = {q.name: q.kind.removeprefix(KIND) for q in here}
    single = (q.name for q in here if not q.shape or q.kind in LOOKED_UP)
    dots: dict[str, list[Quantity]] = {}
    for quantity in here:
        if kinds[quantity.name] == "dot":
            dots.setdefault(_begins(quantity, "dot"), []).append(quantity)
    texts: dict[str, list[str]] = {}
    for name, kind in kinds.items():
        text, is_of, _ = kind.partition("_")
        if is_of and text in TEXTS:
            texts.setdefault(name.replace(kind, text), []).append(name)
    first, *others = ([*_dotted(model, dot)] for dot in dots.values())
    columns = [
        first,
        [Units("", *names, above=1) for names in texts.values()],
        [Numbers(*(name for name in single if kinds[name] != "course"), named=_named, at=1)],
        *others,
        [*_of_layers(model, here, "line", weighed=True)],
        [*_of_layers(model, here, "line")],
        [*_of_layers(model, here, "guide")],
    ]
    return Beside(*(Below(*parts) for parts in columns if parts))


def _begins(quantity: Quantity, kind: str) -> str:
    """Return how the names begin of a drawing's quantities that have its prefix."""
    return quantity.name.removesuffix(quantity.layer).rpartition(kind)[0]


def _beside(quantity: Quantity, kind: str, other: str) -> str:
    """Return the name of the quantity of another kind, of the same layer and prefix."""
    begins = _begins(quantity, kind)
    return begins + other + quantity.name.removeprefix(begins + kind)


def _dotted(model: Model, dots: Sequence[Quantity]) -> Iterator[PagePart]:
    """Yield a row for each dot, with headings over those that have the same levels."""
    for levels, of in groupby(dots, lambda dot: dot.equation.levels):
        for number, dot in enumerate(of):
            level = dot.uses["level"].name
            value = model[level].uses["v"].name
            places = (_beside(dot, "dot", way) for way in WAYS)
            yield Units(
                partial(_symbols, name=value), value, level, *places, dot.name,
                units={dot.name: partial(_signed, levels)},
                headed=not number, above=not number,
            )  # fmt: skip


def _of_layers(
    model: Model, here: Sequence[Quantity], kind: str, *, weighed: bool = False
) -> Iterator[PagePart]:
    """Yield the weight of each connection, its line in each series, or the thin lines."""
    of = f"{kind}_across"
    for number, first in enumerate(quantity for quantity in here if quantity.kind == f"{KIND}{of}"):
        names = [_beside(first, of, f"{kind}_{way}") for way in WAYS]
        rows, series, lines = "", (), names
        if kind == "line":
            strength = first.uses["strength"].name
            weight, series = model[strength].uses["w"].name, SERIES
            rows = partial(_symbols, name=weight)
            if weighed:
                names, series, lines = [weight, strength], (), ()
        yield Units(
            rows, *names, lines=lines, headed=not number,
            units=dict.fromkeys(names, partial(_signed, series)) if series else {},
        )  # fmt: skip


def _named(quantity: Quantity, words: Text) -> str:
    """Return what a number is, and the sheet or the layer that it is of."""
    of = words("sheets", "recognise") if quantity.name.startswith(PREFIX) else quantity.layer
    name = plain_name(quantity, words)
    return words("joined", "named", what=of, name=name) if of else name


def _signed(levels: Sequence[int], _: Context[Any]) -> list[str]:
    """Return levels with their signs; 0 has none."""
    return [f"{level:+d}" if level else "0" for level in levels]


def _symbols(page: Context[Any], name: str) -> list[str]:
    """Return the symbols of the units or weights that are looked up, and their entries."""
    quantity, model = page.layout.model[name], page.layout.model
    equation = quantity.equation.equation if is_of_one(quantity) else quantity.equation
    of = model[quantity.uses["of"].name]
    entries = getattr(equation, "fixed", None) or [{}] * len(equation.units)
    return [
        " ".join([of.heading(unit), *map(str, entry.values())])
        for unit, entry in zip(equation.units, entries, strict=True)
    ]


PAGE = Page(
    SHEET, "Drawing", "The numbers behind the drawing of the network. Each line belongs to one of "
    "six columns, by strength; each unit belongs to one of the columns for levels.", Made(_parts),
    is_helper=True, gridlines=True, is_hidden=True,
)  # fmt: skip
"""The sheet of the numbers behind the picture."""
