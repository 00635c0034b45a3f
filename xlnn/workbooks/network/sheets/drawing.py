"""The sheet Drawing, whose numbers make the picture of the network on Play."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby

from openpyxl.chart import ScatterChart

from xlnn.data.wording import cut
from xlnn.equations.play import LEVELS
from xlnn.quantity import Model, Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.figure import CLEAR_SQUARE, HEIGHT, DrawnLayer, Figure
from xlnn.workbooks.network.quantities.play import NUMBERS, PREFIX, SERIES, SQUARE
from xlnn.workbooks.network.quantities.runs import is_of_one
from xlnn.workbooks.network.quantities.stack import Stack
from xlnn.workbooks.network.sheets import recognise
from xlnn.workbooks.network.sheets.names import layer_name
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.parts import Below, Beside, Made, Numbers, PagePart, Units
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import plain_name
from xlnn.writing.charts import Line, Range, graph, range_of
from xlnn.writing.style import FAINT, INK, NEGATIVE, POSITIVE, QUIET, RULE, tint

TINTS = {1: 0.4, 2: 0.75, 3: 1.0}
"""How full the colour of a line is, by its strength."""

LINE_WIDTHS = {1: 8_000, 2: 19_000, 3: 38_000}
"""How wide it is, in EMU."""

GUIDE_WIDTH = 6_000
"""How wide a line is that leads from map to map."""

LINES = "line_across", "line_up"

TEXTS = ("label_text", "label_across"), ("name_across",), ("heading_across", "heading_up")
"""Texts and their places, each a table."""

LONGEST_NAME = 24
"""Characters of an input's name that stand beside it."""

MOST_CAPTIONS = 6
"""Columns up to which there is room for words above each."""


def _parts(model: Model) -> Beside:
    """Return the tables side by side: units, texts, look-ups, squares, connections, lines."""
    here = [quantity for quantity in model.quantities if quantity.sheet == NUMBERS]
    columns = [
        [*_dotted(here, PREFIX, "value")], [*_texts(here)], [*_looked_up(here)],
        [*_dotted(here, SQUARE, "weight")],
        [*_connections(here, "weight", "strength")],
        [*_connections(here, *LINES, lines=LINES)], [*_guides(here)],
    ]  # fmt: skip
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


def _texts(here: Sequence[Quantity]) -> Iterator[PagePart]:
    """Yield the texts of the picture and their places."""
    for kinds in TEXTS:
        if names := [quantity.name for quantity in here if quantity.kind in kinds]:
            yield Units("", *names, above=1)


def _looked_up(here: Sequence[Quantity]) -> Iterator[PagePart]:
    """Yield what is looked up for sentences, and the largest values of each layer."""
    single = (each for each in here if not each.shape or each.kind in {"outputs", "targets"})
    names = (each.name for each in single if each.kind != "course")
    yield Numbers(*names, named=_named, at=1)


def _connections(
    here: Sequence[Quantity], *kinds: str, lines: Sequence[str] = ()
) -> Iterator[PagePart]:
    """Yield the weight of each connection, or its line in each series."""
    layers = (quantity.layer for quantity in here if quantity.kind == "strength")
    for number, layer in enumerate(layers):
        names, drawn = ([f"{PREFIX}{kind}{layer}" for kind in each] for each in (kinds, lines))
        yield Units(
            partial(_symbols, name=f"{PREFIX}weight{layer}"), *names, lines=drawn,
            units=dict.fromkeys(drawn, partial(_signed, SERIES)), headed=not number,
        )  # fmt: skip


def _guides(here: Sequence[Quantity]) -> Iterator[PagePart]:
    """Yield the lines from map to map."""
    layers = (quantity.layer for quantity in here if quantity.kind == "guide_across")
    for number, layer in enumerate(layers):
        lines = [f"{PREFIX}guide_{way}{layer}" for way in ("across", "up")]
        yield Units("", *lines, lines=lines, headed=not number)


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
    things = [*_lines(page, figure), *_dots(page, figure), *_tags(page, figure)]
    return graph(things, figure.width / 10, HEIGHT / 10, (figure.width, HEIGHT))


def _cells(page: Context, name: str, layers: Sequence[str], series: int = 0) -> Range:
    """Return the cells of a quantity of some layers, which are below each other."""
    first, last = (page.layout.blocks[f"{name}{layers[at]}"] for at in (0, -1))
    title = page.layout.titles[NUMBERS]
    return range_of(title, first.column + series, first.row, last.last[0])


def _lines(page: Context, figure: Figure) -> Iterator[Line]:
    maps = [name for name in figure.stack.names if name not in figure.dense]
    if maps:
        ways = (_cells(page, f"{PREFIX}guide_{way}", maps) for way in ("across", "up"))
        yield Line(*ways, RULE, width=GUIDE_WIDTH)
    for series, strength in enumerate(SERIES):
        ways = (_cells(page, f"{PREFIX}{each}", figure.dense, series) for each in LINES)
        colour = tint(POSITIVE if strength > 0 else NEGATIVE, TINTS[abs(strength)])
        yield Line(*ways, colour, width=LINE_WIDTHS[abs(strength)])


def _dots(page: Context, figure: Figure) -> Iterator[Line]:
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
            fill = tint(full if level >= 0 else NEGATIVE, abs(level) / LEVELS, empty)
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
