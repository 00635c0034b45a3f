"""Draw the sheet Play: the network at the chosen epoch and image."""

from collections.abc import Iterator
from dataclasses import replace

from xlnn.equations.layer import PARAMETERS, WEIGHTS
from xlnn.equations.lookup import Asked
from xlnn.grid import address
from xlnn.layout import Block, single_block
from xlnn.quantity import Model, Quantity
from xlnn.workbooks.network.quantities.figure import LISTED, ROWS, SHARE, WIDEST, Figure
from xlnn.workbooks.network.quantities.play import PREFIX, SHEET
from xlnn.workbooks.network.quantities.stack import Stack
from xlnn.workbooks.network.sheets.choosers import draw_choices, place_choice
from xlnn.workbooks.network.sheets.drawing import in_part, picture
from xlnn.workbooks.network.sheets.names import layer_name
from xlnn.workbooks.pages.sheet import Context, point_of
from xlnn.workbooks.pages.table import bounded_validation, row_validation
from xlnn.writing.charts import Line, Range, ends, over, range_of, scatter
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import (
    ASKED,
    CAPTION,
    CHOICE,
    INK,
    LABEL,
    NEGATIVE,
    NOTE,
    NUMBER,
    PICTURE,
    POSITIVE,
    SECTION,
    SENTENCE,
    TITLE,
    WHITE,
    Look,
    ink_scale,
    tint,
)
from xlnn.writing.text_width import text_width

TOP = 4
ETA = TOP + 2
"""The row of the learning rate, below what is chosen."""

WIDEST_IMAGE = 8
"""Columns up to which the image stands beside the network; a wider one stands below it."""

LEGEND = (-1, -0.6, -0.2, 0, 0.2, 0.6, 1)
"""How full the colours of the legend are, below 0 and above."""

FEW = 3
"""Epochs from which on some of them are proposed."""
NAMES, VALUES, BARS, RIGHT = 2, 3, 4, 6
"""The columns: names, numbers, bars; from RIGHT on they are as narrow as pixels."""

WIDTHS = {1: 2, NAMES: 22, VALUES: 13, BARS: 20, RIGHT - 1: 2}
LEFT = (NAMES, VALUES, BARS)
"""The columns beside which pictures stand."""

HEADLINE, SIZES = replace(SENTENCE, bold=True), (14, 12, 10)
"""How the network's answer looks, and of which size: smaller where it would not fit."""

PIXEL, ROW = 2.7, 15
"""The width and the height, in points, of a pixel."""

COURSE_WIDTH, COURSE_HEIGHT = 10.6, 5.6
"""Of the chart of the cost, in cm."""

COURSE, HERE = "C0561C", "1F2933"
"""The colours of the cost, and of where it is in the chosen epoch."""

POINTS = 72 / 2.54
"""Of a cm."""


def place(model: Model) -> Iterator[Block]:
    """Place the choices, the learning rate, their results, the image, and the weights."""
    rows = _rows(model)
    asked = (PREFIX + "epoch", PREFIX + "image", "eta")
    here = {quantity.name for quantity in model.quantities if quantity.sheet == SHEET}
    for row, name in enumerate(asked, start=TOP):
        if name in here:
            yield from place_choice(model, name, row, VALUES)
    down = (
        (ETA + 1, NAMES, ("diverged",)),
        (ETA + 2, NAMES, ("verdict", "truth_text")),
        (rows["course"], VALUES, ("C_T", "recognised")),
    )
    for first, column, names in down:
        for row, name in enumerate(names, start=first):
            if PREFIX + name in model.by_name:
                yield single_block(model[PREFIX + name], row, column)
    columns = {"name": NAMES, "output": VALUES, "bar": BARS, "t": BARS}
    for name, column in columns.items():
        if PREFIX + name in model.by_name:
            yield single_block(model[PREFIX + name], rows["outputs"] + 1, column, (1, 0))
    if "inputs" in rows:
        yield single_block(model[f"{PREFIX}given"], rows["inputs"] + 1, VALUES, (1, 0))
    if image := model.by_name.get(f"{PREFIX}x"):
        row = TOP + 1 + (0 if _is_beside(image) else ROWS + 1)
        yield single_block(image, row, RIGHT, (1, 0), (0, 1))
    yield from _pictures(model)


def _rows(model: Model) -> dict[str, int]:
    """Return the row of the heading of each part at the left, and that of its chart."""
    rows = {"outputs": ETA + (5 if f"{PREFIX}verdict" in model.by_name else 2)}
    row = rows["outputs"] + model[f"{PREFIX}output"].shape[0] + 2
    if f"{PREFIX}given" in model.by_name:
        rows["inputs"] = row
        row += model[f"{PREFIX}given"].shape[0] + 2
    return rows | {"course": row, "chart": row + 3}


def _is_beside(image: Quantity) -> bool:
    """Return whether the image leaves room for the network beside it."""
    return image.shape[1] <= WIDEST_IMAGE


def _left_of_network(model: Model) -> int:
    """Return the column at which the drawing of the network begins, beside the image."""
    image = model.by_name.get(f"{PREFIX}x")
    return RIGHT + image.shape[1] + 1 if image and _is_beside(image) else RIGHT


def _pictures(model: Model) -> Iterator[Block]:
    """Place the weights of each layer and its biases below the network.

    Each unit has a row or a picture, and each map a row.
    """
    row = TOP + ROWS + 1
    if image := model.by_name.get(f"{PREFIX}x"):
        row = max(row, TOP + 3 + image.shape[0] + (0 if _is_beside(image) else ROWS))
    for quantity, bias in _parameters(model):
        match quantity.shape:
            case (units, wide):
                column, steps, high = RIGHT + 1, ((1, 0), (0, 1)), units
                of_bias = (row + 2, column + wide + 1)
            case (_, rows, columns):
                wide = max(columns, 3)  # above it are a name, a symbol and the bias
                column, steps, high = RIGHT, ((0, wide + 1), (1, 0), (0, 1)), rows
                of_bias = (row + 1, column + wide - 1)
            case (units, maps, rows, columns):
                column, high = RIGHT + 1, units * (rows + 1) - 1
                steps = ((rows + 1, 0), (0, columns + 1), (1, 0), (0, 1))
                of_bias = (row + 2, column + maps * (columns + 1))
        yield Block(quantity, SHEET, row + 2, column, steps)
        yield Block(bias, SHEET, *of_bias, steps[:1])
        if name := model.by_name.get(f"{PREFIX}name{quantity.layer}"):
            at = (row + 1, column) if len(quantity.shape) == 3 else (row + 2, of_bias[1] + 1)
            yield single_block(name, *at, *steps[:1])
        row += high + 3


def _parameters(model: Model) -> list[tuple[Quantity, Quantity]]:
    """Return the weights of each layer that are shown, with its biases."""
    shown = [q for q in model.quantities if q.sheet == SHEET and q.kind in PARAMETERS]
    biases = {q.layer: q for q in shown if q.kind not in WEIGHTS}
    return [(q, biases[q.layer]) for q in shown if q.kind in WEIGHTS]


def draw(page: Context) -> Drawing:
    """Draw the headings, the lists to choose from, the network and the course of the cost."""
    blocks, words, model = page.layout.blocks, page.words, page.layout.model
    drawing = Drawing(gridlines=False, opens="map" not in page.layout.titles)
    drawing.widths = _widths(page)
    drawing.widths |= dict.fromkeys(range(RIGHT, _last(page) + 1), PIXEL)
    figure = Figure(Stack(page.spec))
    last = max(TOP + ROWS, *(block.last[0] for block in page.layout.on(SHEET)))
    rows = _rows(model)
    bottom = rows["chart"] + int(COURSE_HEIGHT * POINTS / ROW) + 1
    drawing.heights = dict.fromkeys(range(2, max(last, bottom) + 1), ROW) | {1: 24}
    drawing.put(1, NAMES, page.layout.titles[SHEET], TITLE)
    epochs = page.spec.epochs
    note, soon = "play_few" if 0 < epochs < FEW else SHEET, max(2, round(epochs / 10))
    drawing.put(2, NAMES, words("notes", note, soon=soon, last=epochs), replace(NOTE, italic=False))
    _draw_choices(drawing, page)
    _draw_left(drawing, page, rows)
    if image := blocks.get(f"{PREFIX}x"):
        drawing.put(image.row - 1, RIGHT, words("play", "image"), LABEL)
        drawing.colour(image, ink_scale())
    _draw_legend(drawing, page)
    chart, left = picture(page), _left_of_network(model)
    where = over(chart, (TOP, left), (TOP + ROWS - 1, left + figure.cells - 1))
    drawing.charts.append((where, chart))
    drawing.picture = picture(page)
    for quantity, biases in _parameters(model):
        bias, symbol = blocks[biases.name], PARAMETERS[biases.kind].symbol
        drawing.colour_around_0(blocks[quantity.name], bias, is_read=False)
        _draw_weights(drawing, page, blocks[quantity.name])
        if len(quantity.shape) != 3:
            _name_columns(drawing, page, blocks[quantity.name])
            drawing.put(bias.row - 1, bias.column, symbol, replace(CAPTION, align="center"))
        else:
            for unit in range(bias.quantity.shape[0]):
                row, column = bias.address((unit,))
                drawing.put(row, column - 1, symbol, replace(CAPTION, align="right"))
    for block in page.layout.on(SHEET):
        drawing.looks[block.quantity.name] = _look(block.quantity)
    draw_choices(drawing, page, SHEET)
    drawing.looks[f"{PREFIX}diverged"] = ASKED
    if headline := blocks.get(f"{PREFIX}verdict"):
        drawing.looks[headline.quantity.name] = replace(HEADLINE, size=_size(page))
    return drawing


def _draw_legend(drawing: Drawing, page: Context) -> None:
    """Draw what the colours and the lines mean, above the network, and the squares, below it."""
    left = _left_of_network(page.layout.model)
    names = {0: "−", len(LEGEND) // 2: "0", len(LEGEND) - 1: "+"}
    for n, share in enumerate(LEGEND):
        fill = tint(POSITIVE if share > 0 else NEGATIVE, abs(share))
        ink = INK if abs(share) < 1 else WHITE
        look = replace(CAPTION, fill=fill, border=True, align="center", ink=ink)
        drawing.put(TOP - 1, left + n, names.get(n, ""), look)
    drawing.put(TOP - 1, left + len(LEGEND) + 1, page.words("play", "legend"), CAPTION)
    if pictures := Figure(Stack(page.spec)).pictures:
        parts = [
            in_part(page, layer_name(page, layer), len(each.places), each.of)
            for layer, each in pictures.items()
            if len(each.places) < each.of
        ]
        said = page.words("joined", "also").join([page.words("play", "squares"), *parts])
        drawing.put(TOP + ROWS, left, said, CAPTION)


def _last(page: Context) -> int:
    """Return the last of the narrow columns: those of the drawing and of the weights."""
    model = page.layout.model
    shown = [page.layout.blocks[each.name].last[1] for pair in _parameters(model) for each in pair]
    return max(_left_of_network(model) + Figure(Stack(page.spec)).cells - 1, *shown)


def _widths(page: Context) -> dict[int, float]:
    """Return the widths of columns, so that pictures do not hide names and sentences."""
    names = text_width(*page.spec.labels[:LISTED], *page.spec.features[:LISTED])
    widths = WIDTHS | {NAMES: max(WIDTHS[NAMES], names)}
    longest = max(_length(page, _size(page)), text_width(*_sentences(page)))
    missing = longest - sum(widths[column] for column in LEFT)
    equations = (q.equation for q in page.layout.model.quantities if q.sheet == SHEET)
    asked = text_width(*(each.words for each in equations if isinstance(each, Asked)))
    return widths | {BARS: max(widths[BARS] + max(0, missing), asked)}


def _size(page: Context) -> int:
    """Return the size of the headline: the larger one where there is room for it."""
    room = max(sum(WIDTHS[column] for column in LEFT), text_width(*_sentences(page)))
    return next((size for size in SIZES if _length(page, size) <= room), SIZES[-1])


def _length(page: Context, size: int) -> float:
    """Return the width of the longest headline."""
    if f"{PREFIX}verdict" not in page.layout.blocks:
        return 0
    verdict = page.layout.model[f"{PREFIX}verdict"].equation
    told = SHARE if Stack(page.spec).is_share else WIDEST
    numbers = dict.fromkeys(("output", "predicted", "actual"), told)
    said = [verdict.words] if page.spec.is_regression else [verdict.words, verdict.undecided]
    headlines = [words.format(label=each, **numbers) for words in said for each in page.spec.labels]
    return text_width(*headlines, size=size)


def _sentences(page: Context) -> Iterator[str]:
    """Yield the longest lines around the headline."""
    if f"{PREFIX}truth_text" in page.layout.blocks:
        yield page.words("sentences", "is_unknown")
        for label in page.spec.labels:
            yield page.words("sentences", "is_wrong", truth=label)
    if f"{PREFIX}diverged" in page.layout.blocks:
        yield page.words("sentences", "rose", first=WIDEST, last=WIDEST)
        yield page.words("sentences", "lost")


def _draw_choices(drawing: Drawing, page: Context) -> None:
    for name, rows in (("epoch", "C_T"), ("image", "number")):
        cell = page.layout.blocks.get(PREFIX + name)
        if cell is None:
            continue
        drawing.put(cell.row, NAMES, page.words("lens", name), LABEL)
        drawing.validations.append(row_validation(page, cell, page.layout.blocks[rows]))
        drawing.cursor = drawing.cursor or address(cell.row, cell.column)
    eta = page.layout.blocks.get("eta")
    if eta and eta.sheet == SHEET:
        drawing.put(eta.row, NAMES, f"{page.words('quantities', 'eta')} η", LABEL)
        where = address(eta.row, eta.column)
        drawing.validations.append(bounded_validation(where, page.words, "positive"))


def _draw_left(drawing: Drawing, page: Context, rows: dict[str, int]) -> None:
    """Draw the names of the outputs, of a table's inputs, and of the epoch's results."""
    words, blocks = page.words, page.layout.blocks
    for column, name in enumerate(("name", "a", "bar"), start=NAMES):
        drawing.put(rows["outputs"], column, words("lens", f"output_{name}"), SECTION)
    if f"{PREFIX}t" in blocks:
        for column, kind in ((VALUES, "predicted"), (BARS, "actual")):
            drawing.put(
                rows["outputs"], column, words("quantities", kind), replace(SECTION, align="center")
            )
    if "inputs" in rows:
        given = blocks[f"{PREFIX}given"]
        for column in range(NAMES, BARS + 1):
            drawing.put(rows["inputs"], column, "", SECTION)
        drawing.put(rows["inputs"], NAMES, words("play", "input"), SECTION)
        for n in range(given.quantity.shape[0]):
            drawing.put(given.row + n, NAMES, page.spec.features[n], LABEL)
    if page.spec.epochs:
        _draw_course(drawing, page, rows)


def _draw_course(drawing: Drawing, page: Context, rows: dict[str, int]) -> None:
    """Draw the results of the chosen epoch, the course of the cost, and its value in that epoch."""
    words, blocks = page.words, page.layout.blocks
    for name in ("C_T", "recognised"):
        if block := blocks.get(PREFIX + name):
            drawing.put(block.row, NAMES, words("quantities", name), LABEL)
    if block := blocks.get(f"{PREFIX}recognised"):
        drawing.put(block.row, BARS, words("play", "of", images=page.spec.samples), LABEL)
    x, y = (_below(page, block, column) for block, column in _course(page))
    point = [point_of(page.layout, f"{PREFIX}{name}") for name in ("epoch_used", "C_T")]
    lines = [Line(x, y, COURSE), Line(*point, HERE, width=0, marker="circle")]
    chart = scatter(words("charts", "C_T"), words("charts", "epoch"), lines)
    chart.width, chart.height = COURSE_WIDTH, COURSE_HEIGHT
    chart.y_axis.scaling.min = 0
    ends(chart.x_axis, 0, page.spec.epochs)
    drawing.charts.append((address(rows["chart"], NAMES), chart))


def _course(page: Context) -> list[tuple[Block, int]]:
    """Return the cells of the epochs and costs, of the chosen run if there are several."""
    costs = page.layout.blocks["C_T"]
    course = page.layout.blocks.get(f"{PREFIX}course", costs)
    return [(costs, 1), (course, course.column)]


def _below(page: Context, block: Block, column: int) -> Range:
    return range_of(page.layout.titles[block.sheet], column, block.row, block.last[0])


def _draw_weights(drawing: Drawing, page: Context, block: Block) -> None:
    """Draw the heading of a layer's weights, and beside or over each picture its unit."""
    quantity = block.quantity
    units, *seen = quantity.shape
    heading = block.row - 2
    for column in range(RIGHT, _last(page) + 1):
        drawing.put(heading, column, "", SECTION)
    whose = "filters" if _is_of_filters(page, quantity.layer) else "weights"
    title = page.words("play", whose, layer=layer_name(page, quantity.layer))
    of = page.layout.model[f"{quantity.kind}{quantity.layer}"].shape[0]
    if units < of:
        title = page.words("play", "first", what=title, drawn=units, of=of)
    drawing.put(heading, RIGHT, title, SECTION)
    for unit in range(units):
        row, column = block.address((unit, *(0 for _ in seen)))
        at = (row - 1, column) if len(seen) == 2 else (row, RIGHT)
        if f"{PREFIX}name{quantity.layer}" not in page.layout.blocks:
            drawing.put(*at, str(unit + 1), CAPTION)


def _name_columns(drawing: Drawing, page: Context, block: Block) -> None:
    """Draw over each column the unit or map of the layer below that it weighs."""
    below = Stack(page.spec).below[block.quantity.layer]
    heading = page.layout.model["x" if below == "1" else f"a{below}"].heading
    _, places, *inside = block.quantity.shape
    names = [heading((place,)) for place in range(places)]
    if not inside and text_width(*names, size=CAPTION.size) > PIXEL + 1:
        names = [str(place + 1) for place in range(places)]
    look = CAPTION if inside else replace(CAPTION, align="center")
    for place, name in enumerate(names):
        _, column = block.address((0, place, *(0 for _ in inside)))
        drawing.put(block.row - 1, column, name, look)


def _is_of_filters(page: Context, layer: str) -> bool:
    return any(spec.name == layer and spec.kind == "convolution" for spec in page.spec.layers)


def _look(quantity: Quantity) -> Look:
    kind = quantity.kind
    if quantity.choices:
        return replace(CHOICE, size=12, border=True)
    if kind == "eta":
        return replace(CHOICE, size=12, border=True, number_format=quantity.number_format)
    if kind in {*PARAMETERS, "x"}:
        return replace(PICTURE, number_format=";;;", border=True)
    if quantity.is_text:
        return CAPTION if quantity.layer else SENTENCE
    return replace(NUMBER, number_format=quantity.number_format)
