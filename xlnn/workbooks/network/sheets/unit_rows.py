"""Draw the units of a layer below each other, each with its pictures and numbers.

A layer is a heading and a band for each of its units or maps. A band consists of strips, side by
side; a strip has pictures or numbers below each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

from xlnn.equations.layer import PARAMETERS
from xlnn.layout import Block, single_block
from xlnn.quantity import Model, Quantity, superscript
from xlnn.workbooks.pages.parts import picture_size, picture_steps
from xlnn.workbooks.pages.sheet import Context
from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import DIGIT_PIXELS, PADDING, PIXELS_A_POINT
from xlnn.writing.style import CAPTION, LABEL, SECTION

PICTURES = {
    "{}": "{}^", "dC_d{}_one": "∂C/∂{}^", "dC_d{}": "∂C_T/∂{}^", "velocity_{}": "v({}^)",
    "direction_{}": "r({}^)", "{}_after": "→ {}^",
}  # fmt: skip
"""What is shown of a parameter, by its kind, and the symbol over it; ^ is layer and unit."""

SYMBOLS = {
    kind.format(name): symbol.format(parameter.symbol)
    for name, parameter in PARAMETERS.items()
    for kind, symbol in PICTURES.items()
}
"""The same of each parameter."""

BESIDE = replace(LABEL, indent=1)

MOST_SQUARE = 8
"""Rows up to which a picture has high ones."""


@dataclass(frozen=True)
class Strip:
    """Quantities of a unit below each other.

    Attributes
    ----------
    names : tuple of str
        Without the sheet's prefix.
    is_labelled : bool
        Whether their symbols are in a column to their left, since they are single numbers.
    width : float
        The least columns that it takes.
    """

    names: tuple[str, ...]
    is_labelled: bool = False
    width: float = 1


@dataclass(frozen=True)
class Bands:
    """The bands of a layer.

    Attributes
    ----------
    model : Model
    prefix, layer : str
    row : int
        The row of the layer's heading.
    left : int
    strips : tuple of Strip
    width : int
        The least width of a picture, so that layers stand below each other.
    lines : int
        Rows between the headings and the first band.
    texts : int
        The first column in which sentences may stand: they make it wide.
    is_more : bool
        Whether it continues the bands above it, without a heading of the layer.
    """

    model: Model
    prefix: str
    layer: str
    row: int
    left: int
    strips: tuple[Strip, ...]
    width: int = 1
    lines: int = 0
    texts: int = 1
    is_more: bool = False

    @property
    def is_dense(self) -> bool:
        """Whether its units are single numbers, not maps."""
        return len(self.quantity(f"a{self.layer}").shape) == 1

    @property
    def first(self) -> int:
        """The row of the first band."""
        return self.row + 2 + self.lines

    @property
    def units(self) -> int:
        """How many bands there are."""
        return self.quantity(self.strips[0].names[0]).shape[0]

    @property
    def down(self) -> int:
        """How many rows a band takes: the symbols, what is highest, and one that is empty."""
        return 2 + max(sum(self.height(name) for name in strip.names) for strip in self.strips)

    @property
    def next(self) -> int:
        """The row of the next layer's heading."""
        return self.first + self.units * self.down

    @property
    def spans(self) -> tuple[tuple[int, float], ...]:
        """The first and the last column of each strip; a sentence may end within its last."""
        spans, column = [], self.left
        for strip in self.strips:
            column += strip.is_labelled
            if self.quantity(strip.names[0]).is_text:
                column = max(column, self.texts)
            widths = (picture_size(self.quantity(name))[1] for name in strip.names)
            width = 1 if strip.is_labelled else max(self.width, strip.width, *widths)
            spans.append((column, column + width - 1))
            column += ceil(width) + 1
        return tuple(spans)

    @property
    def columns(self) -> tuple[int, ...]:
        """The first column of each strip."""
        return tuple(first for first, _ in self.spans)

    def folded(self, last: int) -> Iterator["Bands"]:
        """Yield the same bands; strips beyond a last column begin again on the left, below."""
        count = max(1, sum(end <= last for _, end in self.spans))
        line = replace(self, strips=self.strips[:count])
        yield line
        if rest := self.strips[count:]:
            more = replace(self, row=line.next - 1, strips=rest, lines=0, is_more=True)
            yield from more.folded(last)

    def quantity(self, name: str) -> Quantity:
        """Return a quantity by its name without the prefix."""
        return self.model[self.prefix + name]

    def height(self, name: str) -> int:
        """Return how many rows a unit of a quantity takes."""
        return picture_size(self.quantity(name))[0]

    def place(self) -> Iterator[Block]:
        """Place the quantities of all strips."""
        for column, strip in zip(self.columns, self.strips, strict=True):
            row = self.first + 1
            for name in strip.names:
                quantity = self.quantity(name)
                yield single_block(quantity, row, column, (self.down, 0), *picture_steps(quantity))
                row += self.height(name)

    def draw(self, drawing: Drawing, page: Context, headings: dict[str, str], last: int) -> None:
        """Draw the headings of the layer and its strips, and the symbols of its units."""
        for column in range(self.left, last + 1) if not self.is_more else ():
            title = layer_title(page, self.layer) if column == self.left else ""
            drawing.put(self.row, column, title, SECTION)
        for unit in range(self.units):
            row = self.first + unit * self.down
            drawing.whole.append((row if unit else self.row + self.is_more, row + self.down - 2))
        for column, strip in zip(self.columns, self.strips, strict=True):
            first = self.quantity(strip.names[0])
            if text := headings.get(first.kind, ""):
                drawing.put(self.row + 1, column - strip.is_labelled, text, LABEL)
            for unit in range(self.units):
                self._draw_symbols(drawing, column, strip, unit)
            if not strip.is_labelled and not first.is_text and first.kind != "argmax":
                blocks = (page.layout.blocks[self.prefix + name] for name in strip.names)
                drawing.colour_around_0(*blocks)

    def _draw_symbols(self, drawing: Drawing, column: int, strip: Strip, unit: int) -> None:
        row = self.first + unit * self.down
        first = self.quantity(strip.names[0])
        if not strip.is_labelled and not first.is_text:
            drawing.put(row, column, symbol(first, unit, self.layer), LABEL)
        for name in strip.names:
            row += 1
            quantity = self.quantity(name)
            if strip.is_labelled:
                drawing.put(row, column - 1, quantity.heading((unit,)), LABEL)
            elif name != strip.names[0] and not quantity.is_text:
                drawing.put(row, column + 1, self._second, BESIDE)
            row += self.height(name) - 1
        if first.kind.endswith("_one"):
            # of one image that of the bias is shown already: delta, of a map the sum of its deltas
            delta = self.quantity(f"delta{self.layer}").heading((unit,)) if self.is_dense else "Σ δ"
            drawing.put(row + 1, column, f"∂C/∂{self._second} = {delta}", CAPTION)

    @property
    def _second(self) -> str:
        """The symbol of the parameter that is shown below the first: that of a bias."""
        return PARAMETERS[parameters_of(self.model, self.layer)[1]].symbol


def parameters_of(model: Model, layer: str) -> list[str]:
    """Return the names of the parameters of a layer."""
    return [name for name in PARAMETERS if f"{name}{layer}" in model.by_name]


def symbol(quantity: Quantity, unit: int, layer: str) -> str:
    """Return the text over a picture: its symbol, for one unit of a layer."""
    if quantity.kind not in SYMBOLS:
        return quantity.heading((unit,))
    index = Quantity("", "", "{}", "", shape=quantity.shape).heading((unit,))
    return SYMBOLS[quantity.kind].replace("^", f"{superscript(layer)}{index}")


def squares(block: Block, width: float, beside: Block) -> dict[int, float]:
    """Return the heights of the rows of a picture, so that its pixels are squares.

    A picture with many rows has low ones, so that what is below it stays in reach. A list beside it
    has rows of the same height, even if it is longer.
    """
    if len(range(block.row, block.last[0] + 1)) > MOST_SQUARE:
        return {}
    height = (width * DIGIT_PIXELS + PADDING) / PIXELS_A_POINT
    return dict.fromkeys(range(block.row, max(block.last[0], beside.last[0]) + 1), height)


def layer_name(page: Context, layer: str) -> str:
    """Return which layer it is: hidden, output, or another kind."""
    found = next(spec for spec in page.spec.layers if spec.name == layer)
    if found.kind != "dense":
        return page.words("play", found.kind, layer=layer)
    where = "output" if found is page.spec.layers[-1] else "dense"
    return page.words("layers", where, layer=layer)


def layer_title(page: Context, layer: str) -> str:
    """Return what a layer is, with the size of filters and blocks."""
    found = next(spec for spec in page.spec.layers if spec.name == layer)
    if found.kind == "dense":
        return layer_name(page, layer)
    rows, columns = found.size or (0, 0)
    values = {"layer": layer, "units": found.units, "rows": rows, "columns": columns}
    return page.words("layers", found.kind, **values)
