"""What is drawn on the sheet Lens: one epoch and one image, from the pixels to the step.

Each unit is a band: its weights as a picture, its numbers, and its gradient as a picture, in the
order in which the book computes them; behind them each line with the numbers in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from xlnn.address import address
from xlnn.drawing import Drawing
from xlnn.layout import Block, quoted
from xlnn.models.lens import FIRST_UNITS, PREFIX
from xlnn.models.workbook import drawn_whole
from xlnn.quantity import Model, Quantity
from xlnn.sheets.page import Page
from xlnn.sheets.table import choice_validation
from xlnn.style import (
    CAPTION,
    LABEL,
    LINK,
    NOTE,
    NUMBER,
    PICTURE,
    SECTION,
    SENTENCE,
    TITLE,
    diverging_scale,
    ink_scale,
    name_width,
    value,
)

SHEET = "lens"
TOP = 4
LEFT = 2
PICTURES = ("W", "dC_dW_one", "dC_dW", "W_after")
BIASES = ("b", "", "dC_db", "b_after")
"""What stands below each picture; the gradient of a bias in one image is delta itself."""
NUMBERS = ("z", "exp", "a", "slope", "loss", "delta")
"""What a unit has, of which a layer shows what it computes."""
TEXTS = ("z_text", "a_text", "loss_text", "delta_text")
CELL, LABELS, VALUES = 6.2, 7.5, 9
FEATURE = replace(CAPTION, align="center", wrap=True)


@dataclass(frozen=True)
class _Grid:
    """Where the parts of the sheet stand, from the sizes of its network."""

    model: Model

    def units(self, layer: str) -> int:
        """How many units of a layer are shown."""
        return self.model[f"{PREFIX}z{layer}"].shape[0]

    @property
    def layers(self) -> list[str]:
        """The layers' names, from below."""
        return [q.layer for q in self.model.quantities if q.name.startswith(f"{PREFIX}z_text")]

    def shown(self, kinds: tuple[str, ...], layer: str) -> list[str]:
        """Return the names of what a layer's units have of some kinds; only outputs have a cost."""
        names = [
            kind if kind == "loss" and layer == self.layers[-1] else kind + layer for kind in kinds
        ]
        return [name for name in names if PREFIX + name in self.model.by_name]

    def picture(self, layer: str) -> tuple[int, int]:
        """Rows and columns of a unit's weights."""
        _, *shape = self.model[f"{PREFIX}W{layer}"].shape
        return (shape[0], shape[1]) if len(shape) == 2 else (1, shape[0])

    @property
    def width(self) -> int:
        """The columns of the widest picture, so that all bands stand below each other."""
        return max(self.picture(layer)[1] for layer in self.layers)

    def column(self, position: int) -> int:
        """Return the first column of the weights (0), of the gradients, or of the texts (4)."""
        numbers = 3 if position else 0
        return LEFT + position * (self.width + 1) + numbers

    @property
    def numbers(self) -> int:
        """The column of z, a, a' and delta; their symbols stand to the left."""
        return LEFT + self.width + 2

    @property
    def outputs(self) -> int:
        """The first column of the list of outputs, to the right of the image."""
        return LEFT + 5 + self.model[f"{PREFIX}x"].shape[1]

    def above(self, layer: str) -> int:
        """Return the rows above the first band: the heading, and what the layer sees."""
        return (
            3 if {f"{PREFIX}below{layer}", f"{PREFIX}largest{layer}"} & {*self.model.by_name} else 1
        )

    def band(self, layer: str) -> int:
        """Return how many rows a unit takes."""
        return max(self.picture(layer)[0] + 1, len(self.shown(NUMBERS, layer))) + 2

    def row(self, layer: str) -> int:
        """Return the row of a layer's heading."""
        shown = self.model[f"{PREFIX}x"].shape[0]
        outputs = self.model[f"{PREFIX}t"].shape[0]
        row = TOP + max(shown, outputs + 2, 6) + 2
        for name in self.layers:
            if name == layer:
                break
            row += self.units(name) * self.band(name) + self.above(name) + 1
        return row


def place(model: Model) -> Iterator[Block]:
    """Place the choices, the image, the outputs, and a band for each unit."""
    grid = _Grid(model)
    for row, name in enumerate(("epoch", "image", "position", "there", "gap"), start=TOP):
        yield _block(model, name, row, LEFT + 2)
    yield _block(model, "x", TOP + (model[f"{PREFIX}x"].shape[0] == 1), LEFT + 4, (1, 0), (0, 1))
    for column, name in enumerate(("name", "t", "output", "bar"), start=grid.outputs):
        yield _block(model, name, TOP + 1, column, (1, 0))
    below = TOP + 1 + model[f"{PREFIX}t"].shape[0]
    yield _block(model, "C", below, grid.outputs + 2)
    yield _block(model, "C_text", below, grid.outputs + 3)
    for layer in grid.layers:
        yield from _place_layer(model, grid, layer)


def _place_layer(model: Model, grid: _Grid, layer: str) -> Iterator[Block]:
    down, (rows, _) = grid.band(layer), grid.picture(layer)
    first = grid.row(layer) + grid.above(layer)
    if f"{PREFIX}below{layer}" in model.by_name:
        yield _block(model, f"below{layer}", first - 1, LEFT, (0, 1))
    if f"{PREFIX}largest{layer}" in model.by_name:
        yield _block(model, f"largest{layer}", first - 1, grid.numbers)
    is_picture = len(model[f"{PREFIX}W{layer}"].shape) == 3
    inside = ((1, 0), (0, 1)) if is_picture else ((0, 1),)
    for position, kind in enumerate(PICTURES):
        column = grid.column(position)
        yield _block(model, kind + layer, first + 1, column, (down, 0), *inside)
        if BIASES[position]:
            yield _block(model, BIASES[position] + layer, first + 1 + rows, column, (down, 0))
    for kinds, column in ((NUMBERS, grid.numbers), (TEXTS, grid.column(4))):
        for position, name in enumerate(grid.shown(kinds, layer), start=1):
            yield _block(model, name, first + position, column, (down, 0))


def _block(model: Model, name: str, row: int, column: int, *steps: tuple[int, int]) -> Block:
    """Return the cells of a quantity of the one image, whose axis takes no room."""
    quantity = model[PREFIX + name]
    return Block(quantity, SHEET, row, column, ((0, 0),) * len(quantity.axes) + steps)


def draw(page: Page) -> Drawing:
    """Draw the headings, the choices' lists and the colours."""
    grid = _Grid(page.layout.model)
    drawing = Drawing(gridlines=False, one_page=True, widths={1: 2}, heights={1: 24})
    for column in range(LEFT, grid.column(4)):
        drawing.widths[column] = CELL
    drawing.widths |= {grid.numbers - 1: LABELS, grid.numbers: VALUES, grid.column(4): 60}
    drawing.put(1, LEFT, page.layout.titles[SHEET], TITLE)
    drawing.put(2, LEFT, page.words("notes", SHEET, **page.layout.titles), NOTE)
    if not drawn_whole(page.spec):
        drawing.put(3, LEFT, page.words("notes", "first_units", count=FIRST_UNITS), NOTE)
    _draw_top(drawing, page, grid)
    for layer in grid.layers:
        _draw_layer(drawing, page, grid, layer)
    for block in page.layout.on(SHEET):
        _look(drawing, block.quantity)
    labels = page.spec.labels[: grid.units(grid.layers[-1])]
    drawing.widths[grid.outputs] = max(drawing.widths[grid.outputs], name_width(labels))
    if page.spec.features:
        _draw_features(drawing, page)
    return drawing


def _draw_top(drawing: Drawing, page: Page, grid: _Grid) -> None:
    blocks, words = page.layout.blocks, page.words
    for name in ("epoch", "image", "position", "there", "gap"):
        drawing.put(blocks[PREFIX + name].row, LEFT, words("lens", name), LABEL)
    progress, images = (quoted(page.layout.titles[key]) for key in ("progress", "images"))
    sources = {"epoch": (progress, "C_T"), "image": (images, "number")}
    for name, (title, column) in sources.items():
        cell, source = blocks[PREFIX + name], blocks[column]
        drawing.validations.append(
            choice_validation(
                address(cell.row, cell.column),
                f"{title}!$A${source.row}:$A${source.last[0]}",
                words,
                cell.quantity.choices[1],
            )
        )
    position = blocks[f"{PREFIX}position"]
    training = blocks["C"]
    drawing.put(position.row, LEFT, words("lens", "position"), LINK)
    target = f"{quoted(page.layout.titles['training'])}!{address(training.row, 1)}"
    drawing.links[address(position.row, LEFT)] = target
    headings = ("name", "t", "a", "bar")
    for column, name in enumerate(headings, start=grid.outputs):
        drawing.put(TOP, column, words("lens", f"output_{name}"), SECTION)
    drawing.put(blocks[f"{PREFIX}C"].row, grid.outputs, "C", LABEL)
    if not page.spec.features:
        drawing.colour(blocks[f"{PREFIX}x"], ink_scale())


def _draw_features(drawing: Drawing, page: Page) -> None:
    """Draw a row of the table as numbers below the features' names, and not as a picture."""
    x = page.layout.blocks[f"{PREFIX}x"]
    drawing.looks[f"{PREFIX}x"] = PICTURE
    drawing.heights[x.row - 1] = 24
    for position, name in enumerate(page.spec.features):
        drawing.put(x.row - 1, x.column + position, name, FEATURE)


def _draw_layer(drawing: Drawing, page: Page, grid: _Grid, layer: str) -> None:
    blocks, words, row = page.layout.blocks, page.words, grid.row(layer)
    headings = {grid.column(i): words("lens", kind) for i, kind in enumerate(PICTURES)}
    headings |= {grid.numbers: "", grid.column(4): words("lens", "texts")}
    for column in range(LEFT, grid.column(4) + 1):
        drawing.put(row, column, headings.get(column, ""), SECTION)
    drawing.put(row, grid.numbers - 1, words("lens", "layer", layer=layer), SECTION)
    units = grid.units(layer)
    if f"{PREFIX}below{layer}" in blocks:
        drawing.put(row + 1, LEFT, words("lens", "below"), LABEL)
    if f"{PREFIX}largest{layer}" in blocks:
        largest = blocks[f"{PREFIX}largest{layer}"]
        drawing.put(largest.row, grid.numbers - 1, largest.quantity.symbol, LABEL)
    for unit in range(units):
        top = row + grid.above(layer) + unit * grid.band(layer)
        for position, kind in enumerate(PICTURES):
            symbol = blocks[f"{PREFIX}z{layer}"].quantity.heading((unit,)).replace("z", "w")
            drawing.put(top, grid.column(position), _SYMBOLS[kind] + symbol, LABEL)
        bias = top + 1 + grid.picture(layer)[0]
        for position in (0, 2, 3):
            drawing.put(bias, grid.column(position) + 1, "b", LABEL)
        for position, name in enumerate(grid.shown(NUMBERS, layer), start=1):
            quantity = blocks[PREFIX + name].quantity
            drawing.put(top + position, grid.numbers - 1, quantity.heading((unit,)), LABEL)
    for kind in PICTURES:
        block = blocks[f"{PREFIX}{kind}{layer}"]
        drawing.colour(block, diverging_scale(_REACH[kind]))


_REACH = {"W": 3, "dC_dW_one": 0.1, "dC_dW": 1, "W_after": 3}
"""The values at which the colours of the pictures are full."""

_SYMBOLS = {"W": "", "dC_dW_one": "∂C/∂", "dC_dW": "∂C_T/∂", "W_after": "→ "}


def _look(drawing: Drawing, quantity: Quantity) -> None:
    kind = quantity.kind
    if quantity.choices:
        look = replace(value("0", given=True, first=False), bold=True, align="center")
    elif kind == "x":
        look = replace(PICTURE, number_format=";;;")
    elif kind.endswith("text") or kind in {"bar", "name"}:
        look = SENTENCE
    elif kind in {"position", "there", "gap", "t", "output", "C", "largest", *NUMBERS}:
        look = replace(NUMBER, number_format=quantity.number_format)
    else:
        look = PICTURE
    drawing.looks[quantity.name] = look
