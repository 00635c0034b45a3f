"""Parts of Lens and Recognise: one sample, its way through the layers, and the outputs."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from openpyxl.worksheet.datavalidation import DataValidation

from xlnn.block import Block
from xlnn.equations.layer import SINGLE, WEIGHTS
from xlnn.experiments.network.sheets.names import layer_title
from xlnn.model import Model
from xlnn.workbooks.pages.number_parts import Numbers, Row
from xlnn.workbooks.pages.part import Below, Beside, PagePart
from xlnn.workbooks.pages.predict import lists_of_words, typed_names
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table_parts import HEADINGS, Units
from xlnn.workbooks.pages.text_parts import Label
from xlnn.workbooks.spec import Spec
from xlnn.writing.drawing import Drawing, cell_range
from xlnn.writing.formats import DIGIT_PIXELS, PADDING, PIXELS_A_POINT
from xlnn.writing.style import (
    INPUT_INK,
    KEY,
    LABEL,
    NUMBER,
    PICTURE,
    SECTION,
    SENTENCE,
)
from xlnn.writing.text_width import named_over, size_in, text_width, word_width

CELL, FEATURE_WIDTH = 6.9, 8.6
"""The width of all columns, and their least width below names."""

NAMED, ROOM = 3, 2
"""Columns that the name of a choice takes, and blank ones for the sentence beside it."""

NAME, MEASURED, BAR = 3, 2, 4
"""The columns for the name of an output, for a number to predict, and for a bar."""

MOST_SQUARE = 8
"""Rows up to which the rows of a picture are high."""

HEAD = replace(SECTION, size=9)
"""Small enough that two headings stand side by side in any font."""

BORDERED = replace(PICTURE, border=True)
GIVEN = replace(BORDERED, fill="input", ink=INPUT_INK, number_format="General")
WORD = replace(GIVEN, number_format="@", shrink=True)  # what is typed there stays a word
FEATURE, FEATURE_HEIGHT = replace(LABEL, align="center", wrap=True), 27
SMALL = replace(NUMBER, size=PICTURE.size, number_format="")
"""A number as narrow as a picture, in its own format."""

OUTPUTS = {
    "name": "label", "raw_t": "actual y", "predicted": "predicted ŷ", "t": "", "output": "output a",
    "bar": "",
}  # fmt: skip
"""What is listed for each output, with the headings; the heading of targets is their name."""

DRAW = "draw here", "1 is ink, 0 is paper; numbers between are grey."
TYPE = "type here", "A number; in many pictures 1 is ink and 0 is paper."
"""What to do with a grid, and what its numbers are: first in general, then for a model that was
trained elsewhere."""

NUMBERS = ("normalised", "z", "exp", "a", "slope", "argmax", "loss", "delta", "delta_normalised")
"""Kinds of numbers of a unit or a map; a layer shows those that it computes."""


class Narrow(Below):
    """Parts in columns of one width, so that no picture is stretched.

    Parameters
    ----------
    prefix : str
        The beginning of the names of the sheet's quantities.
    parts : tuple of PagePart
    """

    def __init__(self, prefix: str, *parts: PagePart) -> None:
        super().__init__(*parts)
        self.prefix = prefix

    def draw(self, drawing: Drawing, page: Context[Spec], row: int, column: int) -> None:
        """Draw them, with the names of outputs small enough to fit."""
        features = page.spec.features
        width = max(FEATURE_WIDTH, word_width(features, FEATURE.size)) if features else CELL
        columns = range(column, column + self.size(page.layout.model)[1])
        drawing.widths |= dict.fromkeys(columns, width)
        super().draw(drawing, page, row, column)
        size = size_in(width * _wide(page.layout.model), page.spec.labels, SENTENCE.size)
        drawing.looks[f"{self.prefix}name"] = replace(SENTENCE, size=size)


def _wide(model: Model) -> int:
    """Return the columns for the name of an output: one for whole numbers, several for words."""
    return NAME if model["labels"].is_text else 1


class Inputs(Row):
    """A row of inputs below their names, or pixels below a line of text; some may be typed."""

    def __init__(self, prefix: str, kind: str) -> None:
        super().__init__("", prefix + kind)
        self.prefix, self.kind, self.name = prefix, kind, prefix + kind

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield the cells."""
        yield from super().blocks(model, row + 1, column)

    def draw(self, drawing: Drawing, page: Context[Spec], row: int, column: int) -> None:
        """Draw what is above them, their looks and colours, and what may be typed."""
        super().draw(drawing, page, row + 1, column)
        block, spec, blocks = page.layout.blocks[self.name], page.spec, page.layout.blocks
        typed, is_text = block.quantity.is_input, block.quantity.is_text
        digits = PICTURE.number_format if self.kind == "x" and spec.scaled else "General"
        look = replace(PICTURE, number_format=digits, border=not spec.features)
        drawing.looks[self.name] = look if not typed else WORD if is_text else GIVEN
        is_below = self.kind == "x" and f"{self.prefix}raw" in blocks
        if is_below:
            drawing.put(row, column, page.words.of_itself("headings", "the same, scaled"), LABEL)
        elif spec.features:
            for at, name in enumerate(typed_names(spec, self.kind), start=block.column):
                drawing.put(row, at, name, named_over(spec.features, FEATURE))
            drawing.heights[row] = FEATURE_HEIGHT
        if is_text:
            drawing.validations += lists_of_words(spec, block)
        if spec.features:
            return
        drawing.colour_ink(block, typed=typed)
        if not is_below:
            lists = (f"{self.prefix}{kind}" for kind in ("output", "gap"))
            drawing.heights |= squares(block, CELL, *(blocks[n] for n in lists if n in blocks))
        if typed:  # pixels of ink and of paper; numbers between them, too
            texts = DRAW if spec.epochs else TYPE
            grid, prompt = (page.words.of_itself("headings", text) for text in texts)
            drawing.put(row, column, grid, LABEL)
            drawing.validations[-1] = DataValidation(
                type="list", formula1='"0,1"', showErrorMessage=False, showInputMessage=True,
                promptTitle=grid, prompt=prompt, sqref=cell_range(block),
            )  # fmt: skip


def squares(block: Block, width: float, *beside: Block) -> dict[int, float]:
    """Return the heights of the rows of a picture, so that its pixels are squares.

    A picture with many rows has low ones, so that what is below it stays in reach. Lists beside it
    have rows of the same height, even if they are longer.
    """
    if len(range(block.row, block.last[0] + 1)) > MOST_SQUARE:
        return {}
    height = (width * DIGIT_PIXELS + PADDING) / PIXELS_A_POINT
    last = max(other.last[0] for other in (block, *beside))
    return dict.fromkeys(range(block.row, last + 1), height)


def outputs(model: Model, prefix: str) -> Beside:
    """Return the list of outputs, each a column below its heading."""
    columns = []
    for kind in OUTPUTS:
        name = prefix + kind
        if name not in model.by_name:
            continue
        usual = MEASURED if f"{prefix}predicted" in model.by_name else 1
        wide = {"name": _wide(model), "bar": BAR}.get(kind, usual)
        heading = Label(partial(output_heading, kind), look=HEAD, columns=wide)
        look = SENTENCE if model[name].is_text else SMALL
        columns.append(Below(heading, Units("", name, headed=False, looks={name: look})))
    return Beside(*columns, apart=0)


def output_heading(kind: str, page: Context[Spec]) -> str:
    """Return the heading over what is listed of each output."""
    if kind == "t":
        return f"{page.words('quantities', kind)} t"
    is_number = kind == "name" and page.spec.is_regression
    return page.words.of_itself("headings", "output" if is_number else OUTPUTS[kind])


def layers(model: Model, sheet: str) -> dict[str, dict[str, str]]:
    """Return the layers that a sheet shows, from below: the names of their quantities by kinds."""
    here = [quantity for quantity in model.quantities if quantity.sheet == sheet]
    shown = [quantity.layer for quantity in here if quantity.kind == "a"]
    return {layer: {q.kind: q.name for q in here if q.layer == layer} for layer in shown}


class Section(Below):
    """Parts below the title of a layer, which no page break separates from the first row.

    Parameters
    ----------
    layer : str
    columns : int
        The columns of its title.
    parts : tuple of PagePart
    """

    def __init__(self, layer: str, columns: int, *parts: PagePart) -> None:
        title = Label(lambda page: layer_title(page, layer), look=SECTION, columns=columns, above=1)
        super().__init__(title, *parts)

    def draw(self, drawing: Drawing, page: Context[Spec], row: int, column: int) -> None:
        """Draw them, and keep the title with the headings and the first row below it."""
        super().draw(drawing, page, row, column)
        drawing.whole.append((row, row + HEADINGS + 1))


def above(names: Mapping[str, str]) -> Iterator[PagePart]:
    """Yield the single numbers of a layer, and the units below it if the layer has no weights."""
    if single := [names[kind] for kind in SINGLE if kind in names]:
        looks = dict.fromkeys(single, SMALL)
        yield Numbers(*single, at=1, named=lambda quantity, _: quantity.symbol, looks=looks)
    if "below" in names and WEIGHTS.isdisjoint(names):
        yield Beside(Label("a"), Row(names["below"], look=SMALL), apart=0)


class Pictures(Units):
    """The units of a layer; each kind of picture has its own scale of colours."""

    def draw(self, drawing: Drawing, page: Context[Spec], row: int, column: int) -> None:
        """Draw them under headings that widen no column, and colour the pictures."""
        super().draw(drawing, page, row, column)
        if self.over:
            drawing.put(row + 1, column, "a", KEY)
        for below in range(row, row + self._headings(page.layout.model)):
            cells = drawing.cells[below]
            for at, (text, look) in cells.items():
                cells[at] = text, replace(look, bold=False, size=PICTURE.size)
        for block in (page.layout.blocks[name] for name in self.names):
            if len(block.quantity.shape) == 1:
                continue
            if block.quantity.name not in self.coloured and block.quantity.kind != "argmax":
                drawing.colour_around_0(block)
            text, look = drawing.cells[row][block.column]
            room = self._extent(block.quantity)[1] * drawing.widths[block.column]
            if text_width(text, size=look.size) > room:  # it runs on over the blank cells beside it
                drawing.put(row, block.column, text, replace(look, align="left"))


def units(model: Model, names: Mapping[str, str], *kinds: str, **options: Any) -> Units:  # noqa: ANN401 -- as Units has them
    """Return the quantities of some kinds in a layer: weights below their inputs, numbers, maps.

    Parameters
    ----------
    model : Model
    names : dict
        The names of the layer's quantities by their kinds, as `layers` has them.
    kinds : tuple of str
    options
        As those of `Units`.
    """
    shown = [*dict.fromkeys(names[kind] for kind in kinds if kind in names)]
    unit = model[names.get("z", names["a"])]
    weights = [names[kind] for kind in WEIGHTS & names.keys() if names[kind] in shown]
    over = dict.fromkeys(weights, names["below"]) if "below" in names else {}
    looks = {name: BORDERED if len(model[name].shape) > 1 else SMALL for name in shown}
    looks |= dict.fromkeys(over.values(), SMALL)
    if argmax := names.get("argmax"):
        looks |= {argmax: replace(BORDERED, number_format="0")} if argmax in shown else {}
    symbols = [unit.heading((number,)) for number in range(unit.shape[0])]
    return Pictures(symbols, *shown, over=over, looks=looks, pictures=True, **options)
