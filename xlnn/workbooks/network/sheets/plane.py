"""Draw the sheet Map: the plane of two inputs, coloured by the outputs."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from math import isfinite

from xlnn.address import address
from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.layer import PARAMETERS
from xlnn.equations.plane import SIDE
from xlnn.layout import FIRST_ROW, Block, quoted, single_block, table_blocks
from xlnn.quantity import Model, Quantity
from xlnn.workbooks.network.quantities.plane import NUMBERS, PREFIX, SHEET
from xlnn.workbooks.network.sheets.choosers import draw_used, with_used
from xlnn.workbooks.network.sheets.unit_rows import layer_title
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import head, list_validation, row_validation, title_line
from xlnn.writing.charts import CellColumn, Dots, graph, over
from xlnn.writing.drawing import Drawing, fixed_range
from xlnn.writing.formats import DIGIT_PIXELS, PIXELS_A_POINT
from xlnn.writing.style import (
    ASKED,
    CAPTION,
    CHOICE,
    FAINT,
    INK,
    KEY,
    LABEL,
    NEGATIVE,
    NOTE,
    PICTURE,
    POSITIVE,
    SECTION,
    SENTENCE,
    TITLE,
    Look,
    heading,
    tint,
    two_sided_scale,
)

NAMES, VALUES, HEIGHTS, LEFT = 2, 3, 4, 5
"""The columns: names, what is chosen, the ends of the second input; then the picture."""

TOP, PICTURE_ROW = 4, 8
"""The rows of what is chosen, and of the picture's first points."""

LEGEND_ROW, STEPS, APART_IN_LEGEND = 6, 2, 8
"""The row of the legend, its colours to either side, and columns for what a dot is."""

BESIDE = LEFT + SIDE + 2
"""Where the small pictures begin."""

PIXELS = 17
POINT, ROW = PIXELS / DIGIT_PIXELS, PIXELS / PIXELS_A_POINT
"""How wide and how high a point of the grid is: a square of so many pixels."""

CHOICE_ROW = 15
"""The height of a row that is higher, in points: what is chosen is written larger."""

OWN, OTHERS, RIM, SIZE = "8A3F0B", "123E6B", "FFFFFF", 6
"""The colours of the data, which must be seen on those of the plane, and their size in points."""

APART = 2
"""Rows of an image: its own, and one that is truly empty, so that no line joins two images."""

WIDTHS = {1: 2, NAMES: 23, VALUES: 10, HEIGHTS: 9}


def place(model: Model) -> Iterator[Block]:
    """Place the choices, the picture and the ends of its sides, and the small pictures."""
    if f"{PREFIX}picture" not in model.by_name:
        return
    yield from with_used(model, f"{PREFIX}epoch", TOP, VALUES)
    yield single_block(model[f"{PREFIX}label_chosen"], TOP + 1, VALUES)
    yield single_block(model[f"{PREFIX}label_asked"], TOP + 1, VALUES + 1)
    yield single_block(model[f"{PREFIX}picture"], PICTURE_ROW, LEFT, (1, 0), (0, 1))
    yield single_block(model[f"{PREFIX}heights"], PICTURE_ROW, HEIGHTS, (SIDE - 1, 0))
    yield single_block(model[f"{PREFIX}ends"], PICTURE_ROW + SIDE, LEFT, (0, SIDE - 1))
    row, layer = TOP + 1, ""
    for quantity in _small(model):
        side = quantity.shape[-1]
        row += 1 if quantity.layer != layer else 0
        layer = quantity.layer
        yield single_block(quantity, row, BESIDE, (0, side + 1), (1, 0), (0, 1))
        row += side + 2


def _small(model: Model) -> list[Quantity]:
    return [quantity for quantity in model.quantities if quantity.kind == "seen"
            and quantity.sheet == SHEET]  # fmt: skip


def place_numbers(model: Model) -> Iterator[Block]:
    """Place the points of the grid as a table, and beside it the weights and the data."""
    here = [quantity for quantity in model.quantities if quantity.sheet == NUMBERS]
    points = [q for q in here if q.axes and q.axes[0].name == "point"]
    yield from table_blocks(points, FIRST_ROW, 1)
    column = 3 + sum(block.last[1] - block.column + 1 for block in table_blocks(points, 1, 1))
    yield single_block(model[f"{PREFIX}output"], FIRST_ROW + 3, column)
    for name in ("low", "high"):
        yield single_block(model[PREFIX + name], FIRST_ROW, column, (1, 0))
        column += 1
    column += 1
    row, widths = FIRST_ROW, [0]
    parameters = (quantity for quantity in here if quantity.kind in PARAMETERS)
    for _, of_layer in groupby(parameters, lambda quantity: quantity.layer):
        right = column
        for quantity in of_layer:
            units, *seen = quantity.shape
            inside = ((0, 0),) * (len(seen) - 1) + ((0, 1),) * bool(seen)
            yield Block(quantity, NUMBERS, row, right, ((1, 0), *inside))
            right += seen[-1] if seen else 1
        widths.append(right - column)
        row += units + 2
    column += max(widths) + 2
    for name in ("at", "own", "others"):
        if PREFIX + name in model.by_name:
            units = ((0, 1),) * len(model[PREFIX + name].shape)
            yield Block(model[PREFIX + name], NUMBERS, FIRST_ROW, column, ((APART, 0), *units))
            column += 2 if units else 1


def draw(page: Context) -> Drawing:
    """Draw the headings, the lists to choose from, the data over the plane, and the colours."""
    blocks, words, model = page.layout.blocks, page.words, page.layout.model
    drawing = Drawing(gridlines=False, opens=True, widths=dict(WIDTHS))
    last = max(block.last[1] for block in page.layout.on(SHEET))
    drawing.widths |= dict.fromkeys(range(LEFT, last + 2), POINT)
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
    for quantity in _small(model):
        block = blocks[quantity.name]
        if quantity.layer != layer:
            layer = quantity.layer
            for column in range(BESIDE - 1, last + 2):
                drawing.put(block.row - 2, column, "", SECTION)
            title = words("map", "seen", layer=layer_title(page, layer))
            drawing.put(block.row - 2, BESIDE - 1, title, SECTION)
        _draw_mat(drawing, block, last)
        for n, unit in enumerate(quantity.equation.units):
            symbol = model[f"{PREFIX}a{layer}"].heading((unit,))
            at = block.column + n * (quantity.shape[-1] + 1)
            drawing.put(block.row - 1, at, symbol, replace(CAPTION, fill=FAINT))
        found = next(each.activation for each in page.spec.layers if each.name == layer)
        _colour(drawing, block, found)
    chart = graph(_dots(page), 1, 1, (SIDE, SIDE))
    drawing.charts.append((over(chart, (picture.row, picture.column), picture.last), chart))
    for block in page.layout.on(SHEET):
        drawing.looks[block.quantity.name] = _look(block.quantity)
    draw_used(drawing, page, SHEET)
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
    for block, name in ((epoch, words("recognise", "epoch")), (label, words("map", "output"))):
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


def draw_numbers(page: Context) -> Drawing:
    """Draw the headings of the table of points, of the weights and of the data."""
    blocks, words = page.layout.on(NUMBERS), page.words
    drawing = Drawing(freeze=(FIRST_ROW, 2), repeat=FIRST_ROW - 1, heights={1: 24, 2: 30})
    for block in blocks:
        quantity = block.quantity
        if quantity.axes and quantity.axes[0].name == "point":
            head(drawing, block, words, lambda q, w: w("map", "point") if q.kind == "number"
                 else w("quantities", q.kind))  # fmt: skip
            continue
        if quantity.kind == "output":
            drawing.put(block.row, block.column - 1, words("map", "output"), KEY)
            continue
        is_parameter = quantity.kind in PARAMETERS
        symbol = quantity.symbol.replace("{}", "")
        name = symbol if is_parameter else words("map", quantity.kind)
        row = block.row - 1 if is_parameter else FIRST_ROW - 2
        for column in range(block.column, block.last[1] + 1):
            is_first = column == block.column
            look = heading("weight" if is_parameter else "key", first=is_first)
            drawing.put(row, column, name if is_first else "", look)
            drawing.widths[column] = 10
    _name_images(drawing, page)
    title_line(drawing, page, NUMBERS, 2)
    return drawing


def _name_images(drawing: Drawing, page: Context) -> None:
    """Name the rows of the data, and those of the ends of the inputs."""
    at = page.layout.blocks[f"{PREFIX}at"]
    for image in range(at.quantity.axes[0].length):
        drawing.put(at.row + APART * image, at.column - 1, image + 1, KEY)
    across, up = page.spec.features
    names = {at.column: across, at.column + 1: up}
    for name in ("own", "others"):
        if block := page.layout.blocks.get(PREFIX + name):
            names[block.column] = up
    for column, name in names.items():
        drawing.put(at.row - 1, column, name, heading("key", first=column != at.column + 1))
    low = page.layout.blocks[f"{PREFIX}low"]
    for n, name in enumerate(page.spec.features):
        drawing.put(low.row + n, low.column - 1, name, KEY)
