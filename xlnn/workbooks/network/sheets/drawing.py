"""The sheet Drawing, whose numbers make the picture of the network on Play; and the picture.

Everything is looked up in the training sheets, so it is small compared with them.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain, groupby

from openpyxl.chart import ScatterChart

from xlnn.data.messages import cut
from xlnn.equations import play as eq
from xlnn.equations.lookup import OfRow
from xlnn.equations.number import fixed, share, significant
from xlnn.equations.sentences import Lines, Told
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.figure import (
    CLEAR_SQUARE,
    HEIGHT,
    LISTED,
    TOP,
    DrawnLayer,
    Figure,
)
from xlnn.workbooks.network.quantities.lens import ONE
from xlnn.workbooks.network.quantities.play import NUMBERS, PREFIX, WHOLE, drawn, row_of
from xlnn.workbooks.network.quantities.stack import Stack
from xlnn.workbooks.network.sheets import recognise
from xlnn.workbooks.network.sheets.names import layer_name
from xlnn.workbooks.pages.number_parts import Made, Numbers
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.part import Below, Beside, PagePart
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import plain_name
from xlnn.workbooks.pages.table_parts import Units
from xlnn.workbooks.runs import is_of_one
from xlnn.writing.charts import Line, Range, graph, range_of
from xlnn.writing.style import FAINT, INK, NEGATIVE, POSITIVE, QUIET, RULE, tint

SQUARE = f"{PREFIX}square_"
"""The prefix of what the pictures of weights are drawn from."""

SERIES = (-1, 1, -2, 2, -3, 3)
"""The strengths of the lines, from the weakest, which are drawn first."""

PLACE = {"number_format": "0.0"}

IN_SIGHT = {"number_format": "0.0;"}
"""Of what may be out of sight, below 0: it is not written."""

TINTS = {1: 0.4, 2: 0.75, 3: 1.0}
"""How full the colour of a line is, by its strength."""

LINE_WIDTHS = {1: 8_000, 2: 19_000, 3: 38_000}
"""How wide it is, in EMU."""

GUIDE_WIDTH = 6_000
"""How wide a line is that leads from map to map."""

LINES, GUIDES = ("line_across", "line_up"), ("guide_across", "guide_up")

TEXTS = ("label_text", "label_across"), ("name_across",), ("heading_across", "heading_up")
"""Texts and their places, each a table."""

LONGEST_NAME = 24
"""Characters of an input's name that stand beside it."""

MOST_CAPTIONS = 6
"""Columns up to which there is room for words above each."""


def quantities(stack: Stack) -> Iterator[Quantity]:
    """Yield the numbers of the picture."""
    figure = Figure(stack)
    for columns in figure.alike.values():  # so that they are below each other
        for column in columns:
            yield from _units(figure, column)
    for layer in stack.names:
        yield from _connections(figure, layer)
    for layer, pictures in figure.pictures.items():
        weight = _weight(stack, pictures.weights, layer, SQUARE)
        yield from _dots(weight, "max", figure.squares(layer), below_0=True)
    yield from _texts(figure)


def _units(figure: Figure, column: DrawnLayer) -> Iterator[Quantity]:
    """Yield the values of a layer's units, and their dots."""
    layer, shape, stack = column.layer, (len(column.units),), figure.stack
    value = OfRow(shape, units=column.units)
    value = value.of(stack.activation(layer), "play_image" if layer == "1" else row_of(stack))
    places, below_0 = (figure.x(layer), figure.y(layer)), column.reach == "around 0"
    size = "" if column.bounded else "size"
    yield from _dots(drawn("value", value, shape=shape, layer=layer), size, places, below_0=below_0)


def _dots(
    value: Quantity, size: str, places: tuple[Sequence[float], Sequence[float]], *, below_0: bool
) -> Iterator[Quantity]:
    """Yield numbers that are drawn as dots, the largest one, fill levels, positions, and dots."""
    layer, shape, prefix = value.layer, value.shape, value.name.partition(value.kind)[0]
    own = partial(drawn, layer=layer, prefix=prefix)
    uses = {"v": value.name, "level": f"{prefix}level{layer}", "y": f"{prefix}up{layer}"}
    yield value
    if size:
        yield own(size, eq.LARGEST_SIZE, uses)
        uses["size"] = f"{prefix}{size}{layer}"
    yield own("level", eq.FillLevel(below_0=below_0), uses, shape, **WHOLE)
    for kind, place in zip(("across", "up"), places, strict=True):
        yield own(kind, eq.coordinate(place), shape=shape, **PLACE)
    levels = tuple(range(-eq.LEVELS if below_0 else 0, eq.LEVELS + 1))
    yield own("dot", eq.Dot(levels), uses, (*shape, len(levels)), **IN_SIGHT)


def _weight(
    stack: Stack, weights: Sequence[tuple[int, ...]], layer: str, prefix: str = PREFIX
) -> Quantity:
    """Return some weights of a layer, in the chosen epoch."""
    shape, (name,) = (len(weights),), stack.weights(layer)
    uses = {"of": f"{name}{layer}"} | stack.at_epoch(PREFIX)
    return drawn("weight", OfRow(shape, units=weights), uses, shape, layer=layer, prefix=prefix)


def _connections(figure: Figure, layer: str) -> Iterator[Quantity]:
    """Yield the connections of a layer: its weights and their lines, or where its maps look."""
    own, below = partial(drawn, layer=layer), figure.stack.below[layer]
    if layer not in figure.dense:  # thin lines from each map to those that look at it
        lines = figure.guides(layer)
        for way, places in zip(("across", "up"), zip(*chain(*lines), strict=True), strict=True):
            shape = (len(lines), 2)
            yield own(f"guide_{way}", eq.coordinate(places, shape), shape=shape, **PLACE)
        return
    weight = _weight(figure.stack, figure.weights(layer, figure.columns[below].units), layer)
    strength, largest = f"play_strength{layer}", f"play_heaviest{layer}"
    yield weight
    yield own("heaviest", eq.LARGEST_SIZE.of(weight.name))
    yield own("strength", eq.Strength().of(weight.name, largest), shape=weight.shape, **WHOLE)
    right, up = figure.out(below)
    for kind, ends in (("across", (right, figure.radius(layer))), ("up", (up, 0))):
        line = eq.LineEnds(SERIES, *ends).of(strength, f"play_{kind}{below}", f"play_{kind}{layer}")
        yield own(f"line_{kind}", line, shape=(*weight.shape, 2, len(SERIES)), **PLACE)


def _texts(figure: Figure) -> Iterator[Quantity]:
    """Yield the positions of headings and of names beside units, and the texts of outputs."""
    stack, output = figure.stack, figure.stack.output
    middles = [figure.middles[layer] for layer in figure.columns]
    places = {"heading_across": middles, "heading_up": [TOP + 2.0] * len(middles)}
    right = [x + figure.radius(output) for x in figure.x(output)]
    places["label_across"] = right[:LISTED]
    if stack.spec.features:
        places["name_across"] = [x - figure.radius("1") for x in figure.x("1")]
    for kind, each in places.items():
        yield drawn(kind, eq.coordinate(each), shape=(len(each),), **PLACE)
    uses = {"a": f"play_value{output}", "predicted": "play_output"}
    labels = [_label(stack, unit) for unit in range(len(right[:LISTED]))]
    yield drawn("label_text", Lines(labels), uses, (len(labels),), axes=(ONE,))


def _label(stack: Stack, unit: int) -> Told:
    """Return the text beside an output: its label and its value or prediction."""
    said = partial(Told, ["{label}  {value}"], label=lambda labels: labels[unit])
    if stack.spec.is_regression:
        return said(value=lambda predicted: significant(predicted[unit]))
    form = share if stack.is_share else fixed
    return said(value=lambda a: form(a[unit]))


def _parts(model: Model) -> Beside:
    """Return the tables side by side: units, texts, look-ups, squares, connections, lines."""
    here = [quantity for quantity in model.quantities if quantity.sheet == NUMBERS]
    texts = ([q.name for q in here if q.kind in kinds] for kinds in TEXTS)
    single = (each for each in here if not each.shape or each.kind in {"outputs", "targets"})
    looked_up = (each.name for each in single if each.kind != "course")
    columns = [
        [*_dotted(here, PREFIX, "value")],
        [Units("", *names, above=1) for names in texts if names],
        [Numbers(*looked_up, named=_named, at=1)],
        [*_dotted(here, SQUARE, "weight")],
        [*_of_layers(here, "weight", "strength", of="weight")],
        [*_of_layers(here, *LINES, of="weight", series=SERIES)],
        [*_of_layers(here, *GUIDES)],
    ]
    return Beside(*(Below(*parts) for parts in columns if parts))


def _dotted(here: Sequence[Quantity], prefix: str, value: str) -> Iterator[PagePart]:
    """Yield a row for each unit or square, with headings over those that have the same levels."""
    dots = (quantity for quantity in here if quantity.name == f"{prefix}dot{quantity.layer}")
    for levels, of in groupby(dots, lambda dot: dot.equation.levels):
        for number, dot in enumerate(of):
            names = [f"{prefix}{kind}{dot.layer}" for kind in (value, "level", "across", "up")]
            yield Units(
                partial(_symbols, name=names[0]), *names, dot.name,
                units={dot.name: partial(_signed, levels)},
                headed=not number, above=not number,
            )  # fmt: skip


def _of_layers(
    here: Sequence[Quantity], *kinds: str, of: str = "", series: Sequence[int] = ()
) -> Iterator[PagePart]:
    """Yield the weight of each connection, its line in each series, or the lines between maps."""
    layers = [each.layer for each in here if each.name == f"{PREFIX}{kinds[0]}{each.layer}"]
    for number, layer in enumerate(layers):
        names = [f"{PREFIX}{kind}{layer}" for kind in kinds]
        yield Units(
            partial(_symbols, name=f"{PREFIX}{of}{layer}") if of else "", *names,
            lines=names if kinds in {LINES, GUIDES} else (), headed=not number,
            units=dict.fromkeys(names, partial(_signed, series)) if series else {},
        )  # fmt: skip


def _named(quantity: Quantity, words: Text) -> str:
    """Return what a number is, and the sheet or the layer that it is of."""
    of = words("sheets", recognise.SHEET) if quantity.name.startswith(recognise.PREFIX) else ""
    name, of = plain_name(quantity, words), of or quantity.layer
    return words("joined", "named", what=of, name=name) if of else name


def _signed(levels: Sequence[int], _: Context) -> list[str]:
    """Return levels with their signs; 0 has none."""
    return [f"{level:+d}" if level else "0" for level in levels]


def _symbols(page: Context, name: str) -> list[str]:
    """Return the symbols of the units or weights that are looked up."""
    found, model = page.layout.model[name], page.layout.model
    equation = found.equation.equation if is_of_one(found) else found.equation
    return [*map(model[found.uses["of"].name].heading, equation.units)]


PAGE = Page(NUMBERS, "", "", Made(_parts), is_helper=True, gridlines=True, is_hidden=True)
"""The page of the numbers behind the picture; the course of a chosen run follows the parts."""


def picture(page: Context) -> ScatterChart:
    """Return the drawing of the network: lines, units, their weights, and beside them texts."""
    figure = Figure(Stack(page.spec))
    things = [*_lines(page, figure), *_points(page, figure), *_tags(page, figure)]
    return graph(things, figure.width / 10, HEIGHT / 10, (figure.width, HEIGHT))


def _cells(page: Context, name: str, layers: Sequence[str], series: int = 0) -> Range:
    """Return the cells of a quantity of some layers, which are below each other."""
    first, last = (page.layout.blocks[f"{name}{layers[at]}"] for at in (0, -1))
    title = page.layout.titles[NUMBERS]
    return range_of(title, first.column + series, first.row, last.last[0])


def _lines(page: Context, figure: Figure) -> Iterator[Line]:
    maps = [name for name in figure.stack.names if name not in figure.dense]
    if maps:
        ways = (_cells(page, f"{PREFIX}{each}", maps) for each in GUIDES)
        yield Line(*ways, RULE, width=GUIDE_WIDTH)
    for series, strength in enumerate(SERIES):
        ways = (_cells(page, f"{PREFIX}{each}", figure.dense, series) for each in LINES)
        colour = tint(POSITIVE if strength > 0 else NEGATIVE, TINTS[abs(strength)])
        yield Line(*ways, colour, width=LINE_WIDTHS[abs(strength)])


def _points(page: Context, figure: Figure) -> Iterator[Line]:
    dots = []
    for layer, each in figure.pictures.items():
        size = each.points - (each.points >= CLEAR_SQUARE)
        look = {"marker": "square", "size": size, "outline": ""}
        dots.append((SQUARE, [layer], POSITIVE, tint(FAINT, 0.5), look))
    for (is_map, reach), columns in figure.alike.items():
        marker, outline = ("square", RULE) if is_map else ("circle", QUIET)
        look = {"marker": marker, "size": figure.points(columns[0]), "outline": outline}
        full, layers = INK if reach == "ink" else POSITIVE, [each.layer for each in columns]
        dots.append((PREFIX, layers, full, FAINT, look))
    for prefix, layers, full, empty, look in dots:
        across = _cells(page, f"{prefix}across", layers)
        levels = page.layout.model[f"{prefix}dot{layers[0]}"].equation.levels
        for n, level in enumerate(levels):
            fill = tint(full if level >= 0 else NEGATIVE, abs(level) / eq.LEVELS, empty)
            yield Line(across, _cells(page, f"{prefix}dot", layers, n), fill, width=0, **look)


def _tags(page: Context, figure: Figure) -> Iterator[Line]:
    blocks, title = page.layout.blocks, page.layout.titles[NUMBERS]

    def point(name: str, unit: int) -> Range:
        block = blocks[PREFIX + name]
        return range_of(title, block.column, block.row + unit, block.row + unit)

    for n, column in enumerate(figure.columns.values()):
        x, y = point("heading_across", n), point("heading_up", n)
        yield Line(x, y, name=_caption(page, column), width=0, side="t", ink=QUIET)
    output = figure.stack.output
    for unit in range(page.layout.model[f"{PREFIX}label_text"].shape[0]):
        x, y = point("label_across", unit), point(f"up{output}", unit)
        yield Line(x, y, name=point("label_text", unit), width=0, side="r", ink=INK)
    for unit, name in enumerate(page.spec.features[: len(figure.columns["1"].units)]):
        x, y = point("name_across", unit), point("up1", unit)
        yield Line(x, y, name=cut(name, LONGEST_NAME), width=0, side="l", ink=INK)


def _caption(page: Context, column: DrawnLayer) -> str:
    """Say which layer a column is, and how much of it is drawn."""
    is_input = column.layer not in {layer.name for layer in page.spec.layers}
    name = page.words("play", "input") if is_input else layer_name(page, column.layer)
    if 1 + len(page.spec.layers) > MOST_CAPTIONS:
        name = column.layer
    return in_part(page, name, len(column.units), column.of)


def in_part(page: Context, name: str, drawn: int, of: int) -> str:
    """Return a name, with how much of it is drawn unless it is drawn whole."""
    if drawn == of:
        return name
    part = page.words("play", "part", drawn=drawn, of=of)
    return page.words("joined", "named", what=name, name=part)
