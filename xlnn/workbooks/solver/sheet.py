"""Where does the network stand on its one sheet, and what is drawn around it?   Book: 3-5, 5-4.

At the left the weights, a picture for each unit; to the right a block of cells for each image: its
picture, and beside the weights of each unit what that unit makes of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from xlnn.address import address
from xlnn.blocks import Block, single_block
from xlnn.equations.layer import LayerKind
from xlnn.quantity import Model, superscript
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.panel import type_in
from xlnn.workbooks.pages.table import plain_name
from xlnn.workbooks.solver.excel import solver_names
from xlnn.workbooks.solver.nets import Net
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import (
    KEY,
    LABEL,
    NOTE,
    QUIET,
    SECTION,
    SENTENCE,
    TITLE,
    Look,
    ink_scale,
    on_ink,
    value,
)

HEAD = 5
"""The row of the images' numbers; above it, always in sight, the title, C_T, and what it means."""

NAMES, WEIGHTS = 1, 2
"""The columns of what is named, and the first one of the weights."""

NAME_WIDTH, WEIGHT_WIDTH, GAP_WIDTH, ROW_HEIGHT = 21, 6.3, 1.7, 15
PAPER = 650, 500
"""Width and height of what can be printed on A4, in points; columns are a little wider in
LibreOffice than in Excel."""

SIZE = 9
"""Of the numbers, in points."""

LARGEST_SCALE = 67
"""Per cent to which a page is printed."""


@dataclass(frozen=True)
class Places:
    """The rows and columns of a network.

    Attributes
    ----------
    net : Net
    """

    net: Net

    @property
    def across(self) -> int:
        """Columns of the widest weights."""
        return max(_width(layer) for layer in self._weighted.values())

    @property
    def bias(self) -> int:
        """The column of the biases."""
        return WEIGHTS + self.across

    @property
    def first(self) -> int:
        """The first column of the first image."""
        return self.bias + 2

    @property
    def part(self) -> int:
        """Columns from z to a, and from a to what comes of it: a map, or a number."""
        return max((layer.shape[-1] for layer in self._maps), default=1)

    @property
    def block(self) -> int:
        """Columns of an image: its picture, or z, a and what comes of it."""
        pooled = [layer.shape[-1] for layer in self.net.layers.values() if not layer.weighted]
        return max(self.net.picture[1], 2 * self.part + max(pooled, default=1))

    @property
    def pooled(self) -> str:
        """The symbol of what pooling makes of a map; nothing where there is none."""
        names = [name for name, layer in self.net.layers.items() if not layer.weighted]
        return f"a{superscript(names[0])}" if names else ""

    @property
    def apart(self) -> int:
        """Columns from one image to the next."""
        return self.block + 1

    @property
    def tops(self) -> dict[str, int]:
        """The row of the first unit of each layer; one above it are the headings."""
        row, tops = HEAD + self.net.picture[0] + 3, {}
        for name, layer in self.net.layers.items():
            if not layer.weighted:
                tops[name] = list(tops.values())[-1]  # beside what it pools
                continue
            tops[name] = row
            row += layer.shape[0] * self.down(name) + 2 - (_height(layer) > 1)
        return {**tops, "": row}

    def down(self, name: str) -> int:
        """Return how many rows lie from one unit of a layer to the next."""
        height = _height(self.net.layers[name])
        return height + (height > 1)

    @property
    def results(self) -> int:
        """The row of C."""
        return self.tops[""]

    @property
    def last(self) -> int:
        """The last row."""
        return self.results + 4

    @property
    def _weighted(self) -> dict[str, LayerKind]:
        return {name: layer for name, layer in self.net.layers.items() if layer.weighted}

    @property
    def _maps(self) -> list[LayerKind]:
        return [layer for layer in self._weighted.values() if len(layer.shape) == 3]

    def place(self, model: Model) -> Iterator[Block]:
        """Give each quantity its cells."""
        right, down = (0, self.apart), (1, 0)
        yield single_block(model["images"], HEAD + 1, self.first, right, down, (0, 1))
        yield single_block(model["labels"], HEAD, self.first + self.part, right)
        for name, layer in self.net.layers.items():
            top, units = self.tops[name], (self.down(name), 0)
            if layer.weighted:
                inner = _inner(layer)
                yield single_block(model[f"W{name}"], top, WEIGHTS, units, *inner)
                yield single_block(model[f"b{name}"], top, self.bias, units)
                within = (down, (0, 1)) if len(layer.shape) == 3 else ()
                yield single_block(model[f"z{name}"], top, self.first, right, units, *within)
                column = self.first + self.part
            else:
                units, within = (self.down(next(iter(self.net.layers))), 0), (down, (0, 1))
                column = self.first + 2 * self.part
            yield single_block(model[f"a{name}"], top, column, right, units, *within)
        output = self.net.output
        column = self.first + 2 * self.part
        yield single_block(model["t"], self.tops[output], column, right, (self.down(output), 0))
        yield single_block(model["C"], self.results, self.first, right)
        yield single_block(model["answer"], self.results + 1, self.first, right)
        yield single_block(model["right"], self.results + 1, self.first + self.part, right)
        yield single_block(model["C_T"], 3, NAMES)
        yield single_block(model["recognised"], 3, WEIGHTS)
        yield single_block(model["says"], 3, self.first)
        yield single_block(model["C_T_built"], self.results + 3, NAMES)
        yield single_block(model["far"], self.results + 4, NAMES)


def _width(layer: LayerKind) -> int:
    """Return how many columns the weights of a unit take."""
    return prod(layer.weights[1:]) // _rows(layer)


def _rows(layer: LayerKind) -> int:
    """Return how many rows the weights of a unit take."""
    return layer.weights[-2] if len(layer.weights) > 2 else 1


def _height(layer: LayerKind) -> int:
    """Return how many rows a unit takes: of its weights or of its map."""
    return max(_rows(layer), layer.shape[1] if len(layer.shape) == 3 else 1)


def _inner(layer: LayerKind) -> tuple[tuple[int, int], ...]:
    """Return the steps of the weights of a unit: a row, a picture, or pictures side by side."""
    shape = layer.weights[1:]
    if len(shape) == 1:
        return ((0, 1),)
    maps = ((0, shape[-1]),) if len(shape) == 3 else ()
    return (*maps, (1, 0), (0, 1))


def draw(page: Page[Any], places: Places, found: str) -> Drawing:
    """Draw the headings, the pictures of numbers, what is printed, and the Solver model.

    Parameters
    ----------
    page : Page
    places : Places
    found : str
        How the weights were found that it was built with; nothing where nobody did.
    """
    layout, words, net = page.layout, page.words, places.net
    drawing = Drawing(
        gridlines=False, heights={1: 24}, freeze=(HEAD + 1, places.first), repeat=HEAD
    )
    drawing.put(1, NAMES, layout.titles["solver"], TITLE)
    drawing.put(2, places.first, words("notes", "solver"), NOTE)
    if found:
        drawing.put(4, places.first, found, Look(ink=QUIET))
    drawing.heights |= dict.fromkeys(range(2, places.last + 1), ROW_HEIGHT)
    _columns(drawing, places, layout.model["images"].shape[0])
    _head(drawing, page, places)
    for name in net.variables:
        block = layout.blocks[name]
        look = value("0.00", given=True, first=False)
        drawing.looks[name] = replace(look, size=SIZE, align="center", border=True)
        type_in(drawing, block, words)
    for name in ("images", "labels"):
        type_in(drawing, layout.blocks[name], words)
    _pictures(drawing, page, places)
    _results(drawing, page)
    drawing.names = solver_names(layout, "C_T", net.variables)
    return drawing


def _columns(drawing: Drawing, places: Places, images: int) -> None:
    """Set the widths, and how many images are printed on a page."""
    narrow = 6.3 if places.part == 1 else 4.7
    widths = {NAMES: NAME_WIDTH, **dict.fromkeys(range(WEIGHTS, places.bias + 1), WEIGHT_WIDTH)}
    widths |= {places.first - 1: GAP_WIDTH}
    panel = sum(map(_points, widths.values()))
    for image in range(images):
        column = places.first + image * places.apart
        widths |= dict.fromkeys(range(column, column + places.block), narrow)
        widths[column + places.block] = GAP_WIDTH
    drawing.widths |= widths
    high = sum(drawing.heights.get(row, ROW_HEIGHT) for row in range(1, places.last + 1))
    drawing.scale = min(LARGEST_SCALE, int(100 * PAPER[1] / high))
    block = places.block * _points(narrow) + _points(GAP_WIDTH)
    several = max(1, int((100 * PAPER[0] / drawing.scale - panel) / block))
    drawing.breaks = [
        places.first - 1 + places.apart * image for image in range(several, images, several)
    ]


def _points(width: float) -> float:
    """Return the width of a column, given in characters, in points."""
    return 0.75 * int(7 * width + 5)


def _head(drawing: Drawing, page: Page[Any], places: Places) -> None:
    """Draw what is above the images and above the units of each layer."""
    words, net = page.words, places.net
    drawing.put(HEAD, NAMES, words("headings", "image"), SECTION)
    for column in range(WEIGHTS, places.first - 1):
        drawing.put(HEAD, column, "", SECTION)
    starts = [
        places.first + image * places.apart for image in range(page.layout.model["images"].shape[0])
    ]
    for number, column in enumerate(starts, start=1):
        drawing.put(HEAD, column, number, replace(KEY, size=SIZE))
        for more in range(1, places.block):
            if more != places.part:  # where the digit stands
                drawing.put(HEAD, column + more, "", KEY)
    for name, layer in net.layers.items():
        if layer.weighted:
            _head_layer(drawing, page, places, name, starts)


def _head_layer(
    drawing: Drawing, page: Page[Any], places: Places, name: str, starts: list[int]
) -> None:
    """Draw what is above the units of a layer, and the name of each."""
    words, net = page.words, places.net
    centred = replace(SECTION, align="center", size=SIZE)
    row, up = places.tops[name] - 1, superscript(name)
    drawing.put(row, NAMES, words("headings", f"layer_{name}"), SECTION)
    for column in range(WEIGHTS, places.bias):
        text = words("headings", "weights") if column == WEIGHTS else ""
        drawing.put(row, column, text, replace(SECTION, size=SIZE))
    drawing.put(row, places.bias, f"b{up}", centred)
    counts_from = net.first if name == net.output else 1
    for unit in range(net.layers[name].shape[0]):
        text = words("headings", f"unit_{name}", number=counts_from + unit)
        drawing.put(places.tops[name] + unit * places.down(name), NAMES, text, LABEL)
    third = "t" if name == net.output else places.pooled
    for column in starts:
        for number, text in enumerate((f"z{up}", f"a{up}", third)):
            at = column + number * places.part
            for each in range(at, min(at + places.part, column + places.block)):
                drawing.put(row, each, text if each == at else "", centred)


def _pictures(drawing: Drawing, page: Page[Any], places: Places) -> None:
    """Let pixels and outputs look like ink, and z like small numbers."""
    blocks = page.layout.blocks
    for name, layer in [("", None), *places.net.layers.items()]:
        block = blocks[f"a{name}" if name else "images"]
        quantity = block.quantity
        look = value(quantity.number_format, given=quantity.is_input, first=False)
        drawing.looks[quantity.name] = replace(
            look, fill="", size=SIZE, align="center", border=True
        )
        cells = " ".join(
            ":".join(address(*corner) for corner in dict.fromkeys(corners))
            for corners in block.rectangles()
        )
        drawing.colours.append((cells, ink_scale()))
        drawing.colours.append((cells, on_ink(address(block.row, block.column))))
        if layer and layer.weighted:
            digits = "0.00" if len(layer.shape) == 1 else "0.0"
            drawing.looks[f"z{name}"] = Look(
                size=SIZE, align="center", border=True, number_format=digits
            )
    drawing.looks["t"] = Look(size=SIZE, align="center", border=True, number_format="0")
    digit = value("0", given=True, first=False)
    drawing.looks["labels"] = replace(digit, size=SIZE, align="center", bold=True)


def _results(drawing: Drawing, page: Page[Any]) -> None:
    """Draw C_T and what it comes to, and the names of what stands below the images."""
    layout, words = page.layout, page.words
    large = Look(size=11, bold=True, align="center", border=True)
    for name in ("C_T", "recognised", "C_T_built"):
        block = layout.blocks[name]
        drawing.put(block.row - 1, block.column, plain_name(block.quantity, words), LABEL)
        drawing.looks[name] = replace(large, number_format=block.quantity.number_format)
    drawing.looks["C_T_built"] = replace(drawing.looks["C_T_built"], size=10, bold=False)
    drawing.looks["far"] = Look(number_format=";;;")
    for name in ("C", "answer"):
        block = layout.blocks[name]
        drawing.put(block.row, NAMES, plain_name(block.quantity, words), LABEL)
    for name in ("C", "answer", "right"):
        quantity = layout.blocks[name].quantity
        drawing.looks[name] = Look(
            size=SIZE, align="center", number_format=quantity.number_format, bold=name != "C"
        )
    drawing.looks["says"] = replace(SENTENCE, bold=True)
