"""What is drawn around the network on its one sheet, and how is it printed?   Book: 3-5, 5-4."""

from dataclasses import replace
from typing import Any

from xlnn.address import address
from xlnn.equations.layer import PARAMETERS
from xlnn.quantity import superscript
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.panel import type_in
from xlnn.workbooks.pages.table import plain_name
from xlnn.workbooks.solver.excel import solver_names
from xlnn.workbooks.solver.places import HEAD, NAMES, WEIGHTS, Places
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

SIZE, NUMBER_WIDTH = 9, 7.7
"""Of the numbers, in points, and of their columns: room for -1E-100."""

NAME_WIDTH, GAP_WIDTH, ROW_HEIGHT = 17, 1.2, 13.5


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
    drawing = Drawing(gridlines=False, heights={1: 24}, freeze=(HEAD + 1, places.first))
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
    """Set the widths."""
    widths = {NAMES: NAME_WIDTH, **dict.fromkeys(range(WEIGHTS, places.bias + 1), NUMBER_WIDTH)}
    widths |= {places.first - 1: GAP_WIDTH}
    for image in range(images):
        column = places.first + image * places.apart
        widths |= dict.fromkeys(range(column, column + places.block), NUMBER_WIDTH)
        widths[column + places.block] = GAP_WIDTH
    drawing.widths |= widths


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
            if more != places.step:  # where the digit stands
                drawing.put(HEAD, column + more, "", KEY)
    for name, layer in net.layers.items():
        if layer.parameters:
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
    *_, bias = net.layers[name].parameters
    drawing.put(row, places.bias, f"{PARAMETERS[bias].symbol}{up}", centred)
    counts_from = net.first if name == net.output else 1
    for unit in range(net.layers[name].shape[0]):
        text = words("headings", f"unit_{name}", number=counts_from + unit)
        drawing.put(places.tops[name] + unit * places.down(name), NAMES, text, LABEL)
    rows = places.map_rows(name)
    symbols = [f"z{up}"] if rows else [f"z{up}", f"a{up}", "t" if name == net.output else ""]
    for column in starts:
        for each in range(places.block):
            drawing.put(row, column + each, "", centred)
        for number, text in enumerate(symbols):
            drawing.put(row, column + number * places.step, text, centred)
    for unit in range(net.layers[name].shape[0] if rows else 0):
        below = places.tops[name] + unit * places.down(name) + rows
        drawing.put(below, NAMES, words("headings", f"maps_{name}"), LABEL)


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
        rules = (ink_scale(), *on_ink(address(block.row, block.column)))
        drawing.colours += ((cells, rule) for rule in rules)
        if layer and layer.parameters:
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
