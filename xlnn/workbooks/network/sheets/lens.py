"""Draw the sheet Lens: one epoch and one image, from the pixels to the step.

Each unit is a band: its weights as a picture, its numbers, and its gradient as a picture, in the
order in which the book computes them, followed by each equation with its numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil

from xlnn.equations.layer import PARAMETERS, SINGLE
from xlnn.equations.wording import FACTORS
from xlnn.grid import address
from xlnn.layout import COLUMNS, Block, quoted, single_block
from xlnn.quantity import Model, Quantity
from xlnn.workbooks.network.quantities.lens import FIRST_UNITS, PREFIX, drawn_whole
from xlnn.workbooks.network.sheets import window
from xlnn.workbooks.network.sheets.choosers import ROOM, draw_choices, place_choice
from xlnn.workbooks.network.sheets.names import (
    BAR,
    MEASURED,
    draw_headings,
    list_columns,
    name_look,
)
from xlnn.workbooks.network.sheets.unit_rows import (
    Bands,
    Strip,
    parameters_of,
    squares,
)
from xlnn.workbooks.pages.parts import picture_size
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import row_validation
from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import DIGIT_PIXELS, PADDING
from xlnn.writing.printing import LANDSCAPE, LEAST
from xlnn.writing.style import (
    CAPTION,
    CHOICE,
    LABEL,
    LINK,
    NOTE,
    NUMBER,
    PICTURE,
    SENTENCE,
    TITLE,
    ink_scale,
)
from xlnn.writing.text_width import named_over, word_width

SHEET = "lens"
TOP = 5
"""The row of the epoch: of several runs one is chosen above it, below how to read."""

LEFT = 2
IMAGE = LEFT + 4 + ROOM
"""The first column of the image, to the right of the choices."""

NUMBERS = ("normalised", "z", "exp", "a", "slope", "loss", "delta", "delta_normalised")
"""What a unit has, of which a layer shows what it computes."""
TEXTS = ("normalised_text", "z_text", "a_text", "loss_text", "delta_text")
CHOSEN = ("epoch", "image", "position", "there", "gap")
"""What is chosen, and what comes of it, below each other."""
TARGETS = ("t", "raw_t", "predicted")
"""What is to be predicted, and what is."""
GRADIENTS = ("dC_d{}_one", "dC_d{}", "velocity_{}", "direction_{}", "{}_after")
"""Pictures of each parameter; the gradient of a bias in one image is delta itself."""
MAPS = ("z", "a", "slope", "argmax", "delta")
"""What maps have."""
CELL, BESIDE_TITLE = 6.9, 4
"""The width of a pixel, and how far right of the title stands what is said of a large network."""
SENTENCES, FACTOR = 24, 18
"""The width of the sentences without factors, and of each pair, ``(−0.147) × (−0.388) + ``."""
COLUMN = CELL + PADDING / DIGIT_PIXELS
LAST = LEFT + (LANDSCAPE[0] / LEAST / DIGIT_PIXELS - 3) / COLUMN - 1
"""The width of a column with its margins, and the last that fits a page, after a narrow one."""
STEPS = {
    **dict.fromkeys(("z", "a", "argmax"), 1), "C": 2, **dict.fromkeys(("slope", "delta"), 3),
    **{
        kind.format(name): number
        for name in PARAMETERS
        for kind, number in (("dC_d{}_one", 4), ("dC_d{}", 5), ("{}_after", 6))
    },
}  # fmt: skip
"""In which order the book computes what stands here; a line at the top says where each is."""
FEATURE = replace(CAPTION, align="center", wrap=True)


@dataclass(frozen=True)
class _Grid:
    """The positions of the parts of the sheet, from the sizes of its network."""

    model: Model

    @cached_property
    def layers(self) -> list[str]:
        """The layers' names, from below."""
        return [q.layer for q in self.model.quantities if q.sheet == SHEET and q.kind == "a"]

    def has(self, name: str) -> bool:
        """Return whether there is a quantity of that name."""
        return PREFIX + name in self.model.by_name

    def strips(self, layer: str) -> tuple[Strip, ...]:
        """Return what the units of a layer show, from left to right."""

        def shown(*kinds: str) -> tuple[str, ...]:
            output = layer == self.layers[-1]
            names = ("loss" if kind == "loss" and output else f"{kind}{layer}" for kind in kinds)
            return tuple(name for name in names if self.has(name))

        own = parameters_of(self.model, layer)
        gradients = [tuple(kind.format(name) for name in own) for kind in GRADIENTS]
        if len(self.model[f"{PREFIX}a{layer}"].shape) == 1:
            numbers = Strip(shown(*NUMBERS), is_labelled=True)
            texts = Strip(shown(*TEXTS), width=self.sentences / COLUMN)
            pictures = (Strip(shown(*kinds)) for kinds in gradients if shown(*kinds))
            return (Strip(shown(*own)), numbers, *pictures, texts)
        names = [own, *((kind,) for kind in MAPS), *gradients]
        return tuple(Strip(shown(*kinds)) for kinds in names if shown(*kinds))

    def singles(self, layer: str) -> list[str]:
        """Return the names of a layer's quantities with one number per image."""
        return [f"{PREFIX}{kind}{layer}" for kind in SINGLE if self.has(f"{kind}{layer}")]

    @cached_property
    def bands(self) -> list[Bands]:
        """The bands of all layers, one layer below the other, folded to the width of a page."""
        if self.is_folded:
            return [*self._bands(int(LAST), texts=1)]
        return [*self._bands(COLUMNS, texts=self.beyond)]

    @cached_property
    def is_folded(self) -> bool:
        """Whether the list of outputs fits a page, but not all bands unless they are folded."""
        whole = self._bands(COLUMNS, texts=self.beyond)
        return self.beyond <= LAST < max(last for bands in whole for _, last in bands.spans)

    def _bands(self, last: int, texts: int) -> Iterator[Bands]:
        """Yield the bands, folded after a column; sentences stand from another column on."""
        shown, outputs = (self.model[PREFIX + name].shape[0] for name in ("x", "output"))
        row, width = TOP + max(shown, outputs + 2, 6) + 2, max(map(self.wide, self.dense))
        for layer in self.layers:
            is_dense, singles = layer in self.dense, len(self.singles(layer))
            lines = max(2 * self.has(f"below{layer}"), singles and singles + 1)
            whole = Bands(
                self.model, PREFIX, layer, row, LEFT, self.strips(layer),
                width=width if is_dense else 1, lines=lines, texts=texts,
            )  # fmt: skip
            for bands in whole.folded(last):
                yield bands
                row = bands.next + 1
            row += window.height(self.model, layer)

    @cached_property
    def listed(self) -> dict[str, int]:
        """What is listed of each output, and in which columns, to the right of the image."""
        names = ("name", "raw_t", "predicted", "t", "output", "bar")
        first = IMAGE + 1 + self.model[f"{PREFIX}x"].shape[1]
        return list_columns(self.model, [name for name in names if self.has(name)], first)

    @property
    def beyond(self) -> int:
        """The first column beyond the list of outputs."""
        return max(self.listed.values()) + (BAR if "bar" in self.listed else MEASURED)

    @cached_property
    def dense(self) -> list[str]:
        """The layers whose units are single numbers, not maps."""
        return [layer for layer in self.layers if self.has(f"z_text{layer}")]

    def wide(self, layer: str) -> int:
        """Return how many columns the first parameter of a layer takes."""
        first, *_ = parameters_of(self.model, layer)
        return picture_size(self.model[f"{PREFIX}{first}{layer}"])[1]

    @property
    def sentences(self) -> float:
        """The width of the sentences."""
        pairs = (1, *map(self.wide, self.dense))
        return SENTENCES + FACTOR * max(n for n in pairs if n <= FACTORS)


def place(model: Model) -> Iterator[Block]:
    """Place the choices, the image, the outputs, and a band for each unit."""
    grid = _Grid(model)
    yield from _place_top(model, grid)
    for layer, bands in {bands.layer: bands for bands in grid.bands}.items():
        if window.has_window(model, layer):
            yield from window.place(model, layer, bands.next, LEFT)
    for bands in grid.bands:
        yield from bands.place()
        if bands.is_more:
            continue
        if grid.has(f"below{bands.layer}"):
            yield single_block(model[f"{PREFIX}below{bands.layer}"], bands.first - 1, LEFT, (0, 1))
        names = grid.singles(bands.layer)
        for row, name in enumerate(names, start=bands.first - len(names)):
            yield single_block(model[name], row, bands.columns[1])


def _place_top(model: Model, grid: _Grid) -> Iterator[Block]:
    """Place the choices, the image and the outputs."""
    for row, name in enumerate(filter(grid.has, CHOSEN), start=TOP):
        yield from place_choice(model, PREFIX + name, row, LEFT + 2)
    row = TOP + (model[f"{PREFIX}x"].shape[0] == 1)
    for name in ("raw", "x"):
        if grid.has(name):
            yield single_block(model[PREFIX + name], row, IMAGE, (1, 0), (0, 1))
            row += 1
    for name, column in grid.listed.items():
        yield single_block(model[PREFIX + name], TOP + 1, column, (1, 0))
    below, output = TOP + 1 + model[f"{PREFIX}output"].shape[0], grid.listed["output"]
    for column, name in enumerate(("C", "C_text"), start=output):
        if grid.has(name):
            yield single_block(model[PREFIX + name], below, column)
    if grid.has("verdict"):
        yield single_block(model[f"{PREFIX}verdict"], below + 1, grid.listed["name"])


def draw(page: Context) -> Drawing:
    """Draw the headings, the choices' lists and the colours."""
    grid = _Grid(page.layout.model)
    drawing = Drawing(gridlines=False, widths={1: 2}, heights={1: 24}, freeze=(TOP + 2, 1))
    last = max(bands.columns[-1] for bands in grid.bands)
    if grid.is_folded:
        last = max(grid.beyond, *(ceil(end) for bands in grid.bands for _, end in bands.spans))
    width = max(CELL, word_width(page.spec.features, FEATURE.size))
    drawing.widths |= dict.fromkeys(range(LEFT, last + 1), width)
    if not grid.is_folded:  # otherwise sentences run on over empty cells
        drawing.widths[grid.bands[-1].columns[-1]] = grid.sentences
    drawing.put(1, LEFT, page.layout.titles[SHEET], TITLE)
    drawing.put(2, LEFT, page.words("notes", SHEET, **page.layout.titles), NOTE)
    if not drawn_whole(page.spec):
        shown = page.words("notes", "first_units", count=FIRST_UNITS)
        drawing.put(1, LEFT + BESIDE_TITLE, shown, NOTE)
    if grid.has("C"):
        drawing.put(3, LEFT, page.words("lens", "steps"), NOTE)
    _draw_top(drawing, page, grid)
    _draw_bands(drawing, page, grid, last)
    for block in page.layout.on(SHEET):
        _look(drawing, block.quantity, block.column)
    drawing.looks[f"{PREFIX}name"] = name_look(page, width)
    draw_choices(drawing, page, SHEET)
    for layer in grid.layers:
        if window.has_window(page.layout.model, layer):
            window.draw(drawing, page, layer, last)
    if page.spec.features:
        _draw_features(drawing, page)
    return drawing


def _draw_bands(drawing: Drawing, page: Context, grid: _Grid, last: int) -> None:
    """Draw the bands and what stands above those of a layer."""
    first = {own[0] for layer in grid.layers if (own := parameters_of(grid.model, layer))}
    kinds = (kind.format(name) for kind in ("{}", *GRADIENTS) for name in first)
    headings = {kind: _step(page, kind, page.words("lens", kind)) for kind in kinds}
    headings |= dict.fromkeys(TEXTS[:2], page.words("lens", "texts"))
    maps = {kind: _step(page, kind, page.words("quantities", kind)) for kind in MAPS}
    steps = (("z", "z, a"), *((("delta", "δ"),) if grid.has("C") else ()))
    numbers = {"z": "   ".join(_step(page, *each) for each in steps)}
    numbers["normalised"] = numbers["z"].replace("z, a", "x̂, z, a")
    for bands in grid.bands:
        bands.draw(drawing, page, headings | (numbers if bands.is_dense else maps), last)
        if bands.is_more:
            continue
        if grid.has(f"below{bands.layer}"):
            drawing.put(bands.first - 2, LEFT, page.words("lens", "below"), LABEL)
        for single in (page.layout.blocks[name] for name in grid.singles(bands.layer)):
            drawing.put(single.row, single.column - 1, single.quantity.symbol, LABEL)


def _step(page: Context, kind: str, what: str) -> str:
    """Return a heading, with the number of its step if it has one and the network is trained."""
    if kind not in STEPS or f"{PREFIX}C" not in page.layout.blocks:
        return what
    return page.words("joined", "step", number=STEPS[kind], what=what)


def _draw_top(drawing: Drawing, page: Context, grid: _Grid) -> None:
    blocks, words = page.layout.blocks, page.words
    for name in filter(grid.has, CHOSEN):
        drawing.put(blocks[PREFIX + name].row, LEFT, words("lens", name), LABEL)
    for name, rows in (("epoch", "C_T"), ("image", "number")):
        if grid.has(name):
            drawing.validations.append(row_validation(page, blocks[PREFIX + name], blocks[rows]))
    if position := blocks.get(f"{PREFIX}position"):
        drawing.put(position.row, LEFT, words("lens", "position"), LINK)
        target = f"{quoted(page.layout.titles['training'])}!{address(blocks['C'].row, 1)}"
        drawing.links[address(position.row, LEFT)] = target
    draw_headings(drawing, page, TOP, grid.listed)
    if grid.has("C"):
        drawing.put(blocks[f"{PREFIX}C"].row, grid.listed["name"], _step(page, "C", "C"), LABEL)
    if not page.spec.features:
        drawing.colour(blocks[f"{PREFIX}x"], ink_scale())
        drawing.heights |= squares(blocks[f"{PREFIX}x"], CELL, blocks[f"{PREFIX}output"])


def _draw_features(drawing: Drawing, page: Context) -> None:
    """Draw a row of the table as numbers below the features' names, and not as a picture."""
    x = page.layout.blocks[f"{PREFIX}x"]
    drawing.looks[f"{PREFIX}x"] = PICTURE
    if raw := page.layout.blocks.get(f"{PREFIX}raw"):
        drawing.put(x.row, x.column - 1, page.words("lens", "scaled"), LABEL)
        drawing.looks[f"{PREFIX}raw"] = replace(PICTURE, number_format="General")
    names = raw or x
    drawing.heights[names.row - 1] = 24
    look = named_over(page.spec.features, FEATURE)
    for position, name in enumerate(page.spec.features):
        drawing.put(names.row - 1, names.column + position, name, look)


def _look(drawing: Drawing, quantity: Quantity, column: int) -> None:
    kind = quantity.kind
    if quantity.choices:
        look = CHOICE
    elif kind == "x":
        look = replace(PICTURE, number_format=";;;", border=True)
    elif kind.endswith("text") or kind in {"bar", "name", "verdict"}:
        look = SENTENCE
    elif len(quantity.shape) == 3 and kind in MAPS:
        digits = "0" if kind == "argmax" else "0.00"
        look = replace(PICTURE, number_format=digits, border=True)
    elif kind in {"position", "there", "gap", "output", "C", *SINGLE, *TARGETS, *NUMBERS}:
        # as narrow as the pictures above or below
        is_narrow = drawing.widths.get(column) == drawing.widths[LEFT]
        size = PICTURE.size if is_narrow else NUMBER.size
        look = replace(NUMBER, size=size, number_format=quantity.number_format)
    else:
        look = replace(PICTURE, border=kind != "below")
    drawing.looks[quantity.name] = look
