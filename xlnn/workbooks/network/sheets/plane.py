"""The sheet Map: the plane of two inputs, coloured by the outputs of a network.

The equations are those of training, over the points of a grid, from weights that are looked up.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from math import isfinite

from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.layer import PARAMETERS
from xlnn.equations.plane import (
    SIDE,
    Edge,
    EdgeText,
    GridPoint,
    HeightIf,
    OfOutput,
    OfUnits,
    OnGrid,
)
from xlnn.equations.verdict import AskedLabel, LabelNumber
from xlnn.grid import address
from xlnn.layout import Block, quoted, single_block
from xlnn.quantity import Axis, Model, Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.lens import weights
from xlnn.workbooks.network.quantities.network import forward, scaled
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.sheets.choosers import draw_choices, place_choice
from xlnn.workbooks.network.sheets.unit_rows import layer_title
from xlnn.workbooks.network.spec import Spec
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.parts import Below, Made, Numbers, Table, Units
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import list_validation, row_validation
from xlnn.writing.charts import CellColumn, Dots, graph, over
from xlnn.writing.drawing import Drawing, fixed_range
from xlnn.writing.formats import DIGIT_PIXELS, PIXELS_A_POINT
from xlnn.writing.style import (
    ASKED,
    CAPTION,
    CHOICE,
    FAINT,
    INK,
    LABEL,
    NEGATIVE,
    NOTE,
    PICTURE,
    POSITIVE,
    SECTION,
    SENTENCE,
    TITLE,
    Look,
    tint,
    two_sided_scale,
)

SHEET, NUMBERS = "map", "plane"
PREFIX = "map_"

POINT = Axis("point", SIDE * SIDE)

MOST_UNITS = 40
"""Units of all layers up to which a network is drawn over the plane: each is 900 formulas."""

SHOWN, A_LINE = 9, 3
"""Units of a layer that have a small picture, and how many stand side by side."""

PLACES = tuple(range(0, SIDE, 2))
"""Which rows and columns of the grid a small picture has."""

MOST_IMAGES = 400
"""Images that are drawn on the plane."""

NAMES, VALUES, HEIGHTS, LEFT = 2, 3, 4, 5
"""The columns: names, what is chosen, the ends of the second input; then the picture."""

TOP, PICTURE_ROW = 4, 8
"""The rows of what is chosen, and of the picture's first points."""

LEGEND_ROW, STEPS, APART_IN_LEGEND = 6, 2, 8
"""The row of the legend, its colours to either side, and columns for what a dot is."""

BESIDE = LEFT + SIDE + 2
"""Where the small pictures begin."""

PIXELS = 17
POINT_WIDTH, ROW = PIXELS / DIGIT_PIXELS, PIXELS / PIXELS_A_POINT
"""How wide and how high a point of the grid is: a square of so many pixels."""

CHOICE_ROW = 15
"""The height of a row that is higher, in points: what is chosen is written larger."""

OWN, OTHERS, RIM, SIZE = "8A3F0B", "123E6B", "FFFFFF", 6
"""The colours of the data, which must be seen on those of the plane, and their size in points."""

WIDTHS = {1: 2, NAMES: 23, VALUES: 10, HEIGHTS: 9}


def has_plane(spec: Spec) -> bool:
    """Return whether a network has two inputs, and is small enough to be drawn over their plane."""
    return (
        len(spec.features) == 2
        and all(layer.kind == "dense" for layer in spec.layers)
        and sum(layer.units for layer in spec.layers) <= MOST_UNITS
    )


def quantities(stack: Stack, words: Text) -> Iterator[Quantity]:
    """Yield the quantities of both sheets."""
    spec, output = stack.spec, stack.output
    page, table = {"prefix": PREFIX, "sheet": SHEET}, {"prefix": PREFIX, "sheet": NUMBERS}
    whole = {"number_format": "0"}
    yield quantity("epoch", choices=(0, spec.epochs), **whole, **page)
    yield quantity("label_chosen", is_text=stack.labels_are_text, number_format="General", **page)
    chosen = {"chosen": "map_label_chosen", "labels": "labels"}
    ask = AskedLabel(words("validation", "label"), len(spec.labels))
    yield quantity("label_asked", equation=ask, uses=chosen, is_text=True, **page)
    number = LabelNumber(len(spec.labels), is_text=stack.labels_are_text)
    yield quantity("output", equation=number, uses=chosen, **whole, **table)
    given = "raw" if spec.scaled else "x"
    ends = {"low": "map_low", "high": "map_high", "values": given}
    for kind, sign in (("low", -1), ("high", 1)):
        yield quantity(kind, shape=(2,), equation=Edge(sign), uses=ends, **table)
    for kind, number in (("ends", 0), ("heights", 1)):
        equation = EdgeText(number, upper_first=number == 1)
        yield quantity(kind, shape=(2,), equation=equation, uses=ends, is_text=True, **page)
    # state 0 is the start, so the weights after epoch e are in row e + 1
    yield from weights(stack, PREFIX, NUMBERS, "map_epoch", row=2)
    rows = {"axes": (POINT,), **table}
    yield replace(quantity("point", counts=True, **whole, **rows), name="map_number")
    uses = {"number": "map_number", **ends}
    grid = {"equation": GridPoint(), "uses": uses, "number_format": "0.0000"}
    yield quantity(given, shape=spec.picture, **grid, **rows)
    if spec.scaled:
        yield scaled(spec.picture, **rows)
    yield from forward(stack, slopes=False, **rows)
    uses = {"a": f"map_a{output}", "output": "map_output"}
    yield quantity("picture", shape=(SIDE, SIDE), equation=OfOutput(), uses=uses, **page)
    for layer in stack.layers[:-1]:
        shown = range(min(layer.units, SHOWN))
        for line in range(1, 2 + (len(shown) - 1) // A_LINE):
            units = shown[A_LINE * (line - 1) : A_LINE * line]
            shape = (len(units), len(PLACES), len(PLACES))
            yield quantity(
                "seen", layer.name, shape=shape, equation=OfUnits(units, PLACES),
                uses={"a": f"map_a{layer.name}"}, prefix=f"{PREFIX}line{line}_", sheet=SHEET,
            )  # fmt: skip
    yield from _data(stack, ends)


def _data(stack: Stack, ends: dict[str, str]) -> Iterator[Quantity]:
    """Yield the positions of the data in the picture: those of the chosen class, and all others."""
    some = Axis("image", min(stack.spec.samples, MOST_IMAGES))
    rows = {"axes": (some,), "prefix": PREFIX, "sheet": NUMBERS}
    at = quantity("at", shape=(2,), equation=OnGrid(some.length), uses=ends, **rows)
    at = replace(at, symbol="x{}")
    yield at
    if stack.spec.is_regression:
        return
    uses = {"at": "map_at", "truth": "truth", "output": "map_output"}
    for kind in ("own", "others"):
        equation = HeightIf(some.length, own=kind == "own")
        height = quantity(kind, equation=equation, uses=uses, number_format="0.0000;", **rows)
        yield replace(height, symbol=at.heading((1,)))


def place(model: Model) -> Iterator[Block]:
    """Place the choices, the picture and the ends of its sides, and the small pictures."""
    if f"{PREFIX}picture" not in model.by_name:
        return
    yield from place_choice(model, f"{PREFIX}epoch", TOP, VALUES)
    yield single_block(model[f"{PREFIX}label_chosen"], TOP + 1, VALUES)
    yield single_block(model[f"{PREFIX}label_asked"], TOP + 1, VALUES + 1)
    yield single_block(model[f"{PREFIX}picture"], PICTURE_ROW, LEFT, (1, 0), (0, 1))
    yield single_block(model[f"{PREFIX}heights"], PICTURE_ROW, HEIGHTS, (SIDE - 1, 0))
    yield single_block(model[f"{PREFIX}ends"], PICTURE_ROW + SIDE, LEFT, (0, SIDE - 1))
    row, layer = TOP + 1, ""
    for found in _small(model):
        side = found.shape[-1]
        row += 1 if found.layer != layer else 0
        layer = found.layer
        yield single_block(found, row, BESIDE, (0, side + 1), (1, 0), (0, 1))
        row += side + 2


def _small(model: Model) -> list[Quantity]:
    return [found for found in model.quantities if found.kind == "seen"
            and found.sheet == SHEET]  # fmt: skip


def draw(page: Context) -> Drawing:
    """Draw the headings, the lists to choose from, the data over the plane, and the colours."""
    blocks, words, model = page.layout.blocks, page.words, page.layout.model
    drawing = Drawing(gridlines=False, opens=True, widths=dict(WIDTHS))
    last = max(block.last[1] for block in page.layout.on(SHEET))
    drawing.widths |= dict.fromkeys(range(LEFT, last + 2), POINT_WIDTH)
    bottom = max(block.last[0] for block in page.layout.on(SHEET))
    drawing.heights = dict.fromkeys(range(2, TOP + 2), CHOICE_ROW) | {1: 24}
    drawing.heights |= dict.fromkeys(range(TOP + 2, bottom + 1), ROW)
    drawing.put(1, NAMES, page.layout.titles[SHEET], TITLE)
    drawing.put(2, NAMES, words("notes", SHEET, **page.layout.titles), NOTE)
    _draw_choices(drawing, page)
    _draw_legend(drawing, page)
    picture = blocks[f"{PREFIX}picture"]
    first, second = page.spec.features
    drawing.put(PICTURE_ROW + SIDE // 2, HEIGHTS, second, replace(LABEL, align="right"))
    middle = replace(LABEL, align="center")
    drawing.put(PICTURE_ROW + SIDE, LEFT + SIDE // 2, first, middle)
    if page.spec.is_regression:
        _colour(drawing, picture, page.spec.layers[-1].activation)
    else:  # what the targets are
        drawing.colour(picture, two_sided_scale(fixed_range(picture), 0, 1))
    layer = ""
    for found in _small(model):
        block = blocks[found.name]
        if found.layer != layer:
            layer = found.layer
            for column in range(BESIDE - 1, last + 2):
                drawing.put(block.row - 2, column, "", SECTION)
            title = words("map", "seen", layer=layer_title(page, layer))
            drawing.put(block.row - 2, BESIDE - 1, title, SECTION)
        _draw_mat(drawing, block, last)
        for n, unit in enumerate(found.equation.units):
            symbol = model[f"{PREFIX}a{layer}"].heading((unit,))
            at = block.column + n * (found.shape[-1] + 1)
            drawing.put(block.row - 1, at, symbol, replace(CAPTION, fill=FAINT))
        used = next(each.activation for each in page.spec.layers if each.name == layer)
        _colour(drawing, block, used)
    chart = graph(_dots(page), 1, 1, (SIDE, SIDE))
    drawing.charts.append((over(chart, (picture.row, picture.column), picture.last), chart))
    for block in page.layout.on(SHEET):
        drawing.looks[block.quantity.name] = _look(block.quantity)
    draw_choices(drawing, page, SHEET)
    drawing.looks[f"{PREFIX}label_asked"] = ASKED
    return drawing


def _draw_mat(drawing: Drawing, block: Block, last: int) -> None:
    """Draw the background of the small pictures, since a unit's may be all white."""
    shown, side, _ = block.quantity.shape
    for row in range(block.row - 1, block.row + side + 1):
        for column in range(BESIDE - 1, last + 2):
            position, place = divmod(column - BESIDE, side + 1)
            is_seen = 0 <= row - block.row < side and place < side and 0 <= position < shown
            if not is_seen:
                drawing.put(row, column, "", Look(fill=FAINT))


def _draw_legend(drawing: Drawing, page: Context) -> None:
    """Draw the legend of the colours of outputs and of the dots."""
    least, most = 0.0, 1.0
    if page.spec.is_regression:
        least, most = ACTIVATIONS[page.spec.layers[-1].activation].reach
    names = ("−", "0", "+")
    if isfinite(least) and isfinite(most):
        names = (f"{least:g}", f"{(least + most) / 2:g}", f"{most:g}")
    for n in range(2 * STEPS + 1):
        share, name = n / STEPS - 1, names[n // STEPS] if n % STEPS == 0 else ""
        fill = tint(POSITIVE if share > 0 else NEGATIVE, abs(share))
        look = replace(CAPTION, fill=fill, align="center", ink=INK if abs(share) < 1 else RIM)
        drawing.put(LEGEND_ROW, LEFT + n, name, look)
    column = LEFT + 2 * (STEPS + 1)
    for key, colour in (("own", OWN), ("others", OTHERS)) if not page.spec.is_regression else ():
        drawing.put(LEGEND_ROW, column, "●", replace(LABEL, ink=colour, align="center"))
        drawing.put(LEGEND_ROW, column + 1, page.words("map", f"dots_{key}"), CAPTION)
        column += APART_IN_LEGEND


def _draw_choices(drawing: Drawing, page: Context) -> None:
    blocks, words = page.layout.blocks, page.words
    epoch, label = (blocks[f"{PREFIX}{name}"] for name in ("epoch", "label_chosen"))
    labels = blocks["labels"]
    for block, name in (
        (epoch, words("recognise", "epoch")),
        (label, words("quantities", "output")),
    ):
        drawing.put(block.row, NAMES, name, LABEL)
    source = f"{quoted(page.layout.titles[labels.sheet])}!{fixed_range(labels)}"
    drawing.validations += [
        row_validation(page, epoch, page.layout.on("weights")[0]),
        list_validation(address(label.row, label.column), source, words, "label"),
    ]
    drawing.cursor = address(epoch.row, epoch.column)


def _colour(drawing: Drawing, block: Block, activation: str) -> None:
    """Colour a picture by the range of its activation function, or around 0."""
    least, most = ACTIVATIONS[activation].reach
    if isfinite(least) and isfinite(most):
        drawing.colour(block, two_sided_scale(fixed_range(block), least, most))
    else:
        drawing.colour_around_0(block, is_read=False)


def _dots(page: Context) -> Iterator[Dots]:
    """Yield the data, over the plane: those of the chosen class, and the others."""
    blocks, title = page.layout.blocks, page.layout.titles[NUMBERS]
    at = blocks[f"{PREFIX}at"]
    rows = at.row, at.last[0]
    x = CellColumn(title, at.column, *rows)
    if f"{PREFIX}own" not in blocks:
        yield Dots(x, CellColumn(title, at.column + 1, *rows), OTHERS, RIM, SIZE, "circle")
        return
    for name, colour in (("own", OWN), ("others", OTHERS)):
        y = CellColumn(title, blocks[PREFIX + name].column, *rows)
        yield Dots(x, y, colour, RIM, SIZE, "circle")


def _look(quantity: Quantity) -> Look:
    kind = quantity.kind
    if quantity.choices or kind == "label_chosen":  # a typed choice stays a text if labels are
        typed = "@" if quantity.is_text else "General"
        return replace(CHOICE, size=12, border=True, number_format=typed, shrink=True)
    if kind in {"picture", "seen"}:
        return replace(PICTURE, number_format=";;;")
    if kind == "heights":
        return replace(SENTENCE, align="right", ink=LABEL.ink)
    if kind == "ends":
        return replace(SENTENCE, align="center", ink=LABEL.ink)
    return replace(SENTENCE, align="center")


def _points(model: Model) -> Table:
    """Return the points of the grid and what the network computes for each."""
    return Table(*(found.name for found in model.quantities if POINT in found.axes))


def _used(model: Model) -> Below:
    """Return the ends of the plane and the weights of each layer."""
    here = [found for found in model.quantities if found.sheet == NUMBERS]
    weights = (found for found in here if found.kind in PARAMETERS)
    layers = [[each.name for each in of] for _, of in groupby(weights, lambda found: found.layer)]
    ends = [f"{PREFIX}low", f"{PREFIX}high"]
    units = (Units("{number}", *names, above=1) for names in (ends, *layers))
    return Below(Numbers(f"{PREFIX}output", at=1), *units)


NUMBERS_PAGE = Page(NUMBERS, "", "", Made(_points), Made(_used), is_helper=True, gridlines=True)
"""The page of the numbers behind the plane; the data follow the parts."""
