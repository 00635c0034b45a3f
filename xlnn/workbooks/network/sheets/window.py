"""Draw one place of a map on the Lens: window, filter, products and their sum.

Frames on the pictures above show the window, the filter and the place.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Border, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.datavalidation import DataValidation

from xlnn.grid import address, fixed
from xlnn.layout import Block, single_block
from xlnn.quantity import Model
from xlnn.workbooks.network.quantities.lens import MAP, PLACE, PREFIX
from xlnn.workbooks.network.quantities.stack import Stack
from xlnn.workbooks.network.sheets.choosers import ROOM, USED, place_choice
from xlnn.workbooks.network.sheets.unit_rows import layer_name, parameters_of
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import choice_validation
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import LABEL, NOTE, NUMBER, PICTURE, SECTION

CHOICES = (MAP, *PLACE)

CHOSEN, SHOWN = 2, 4 + ROOM
"""How far right of the words the choices stand, and the first picture."""

FIRST = 3
"""Rows from the heading to the first numbers: below it a note, and what the pictures are."""

VALUE = 3
"""How far right of its words a number stands."""

LISTED = 60
"""Numbers up to which a list to choose from has room in a validation."""

FRAME = "D62828"
"""The colour of the frames."""

SIDES = ("left", "right", "top", "bottom")

MOST_FRAMES = 600
"""Rules up to which the pictures have frames: a column of each map has three."""


def has_window(model: Model, layer: str) -> bool:
    """Return whether a layer is a convolution with quantities for one place."""
    return _name("window", layer) in model.by_name


def height(model: Model, layer: str) -> int:
    """Return how many rows it takes, with one that is empty."""
    if not has_window(model, layer):
        return 0
    *maps, rows, _ = model[_name("window", layer)].shape
    _, numbers = _kinds(model, layer)
    return FIRST + 1 + max(len(numbers) + 1, (maps[0] if maps else 1) * (rows + 1))


def place(model: Model, layer: str, row: int, left: int) -> Iterator[Block]:
    """Place the choices, the pictures side by side, and the numbers to their right."""
    for down, kind in enumerate(CHOICES, start=FIRST):
        yield from place_choice(model, _name(kind, layer), row + down, left + CHOSEN)
    column, (pictures, numbers) = left + SHOWN, _kinds(model, layer)
    for kind in pictures:
        *maps, rows, columns = model[_name(kind, layer)].shape
        steps = (*(((rows + 1, 0),) * len(maps)), (1, 0), (0, 1))
        yield single_block(model[_name(kind, layer)], row + FIRST, column, *steps)
        column += columns + 1
    for down, kind in enumerate(numbers, start=FIRST):
        yield single_block(model[_name(kind, layer)], row + down, column + VALUE)


def draw(drawing: Drawing, page: Context, layer: str, last: int) -> None:
    """Draw the headings, the lists to choose from, the colours and the frames."""
    blocks, words = page.layout.blocks, page.words
    chosen = [blocks[_name(kind, layer)] for kind in CHOICES]
    row, left = chosen[0].row - FIRST, chosen[0].column - CHOSEN
    for column in range(left, last + 1):
        drawing.put(row, column, "", SECTION)
    title = words("lens", "window_title", layer=layer_name(page, layer))
    drawing.put(row, left, title, SECTION)
    for block in chosen:
        drawing.put(block.row, left, words("lens", block.quantity.kind), LABEL)
        drawing.validations.append(_choice(page, block))
    drawing.whole.append((row, row + height(page.layout.model, layer) - 2))
    pictures, numbers = _kinds(page.layout.model, layer)
    for kind in pictures:
        block = blocks[_name(kind, layer)]
        drawing.put(block.row - 1, block.column, words("lens", kind), LABEL)
        drawing.colour_around_0(block)
    for kind in numbers:
        block = blocks[_name(kind, layer)]
        drawing.put(block.row, block.column - VALUE, words("lens", kind), LABEL)
        drawing.looks[block.quantity.name] = replace(NUMBER, size=PICTURE.size)
    below = Stack(page.spec).below[layer]
    frames = [*_frames(page, layer, Stack(page.spec).activation(below, PREFIX))]
    if len(frames) <= MOST_FRAMES:
        drawing.put(row + 1, left, words("lens", "window_frames"), NOTE)
        drawing.colours[:0] = frames


def _kinds(model: Model, layer: str) -> tuple[list[str], list[str]]:
    """Return the kinds of the pictures, and of the numbers, in the order in which they stand."""
    filters, *biases = (f"window_{name}" for name in parameters_of(model, layer))
    numbers = ["window_sum", *biases, "window_z", "window_there"]
    return ["window", filters, "window_product"], numbers


def _choice(page: Context, block: Block) -> DataValidation:
    most = block.quantity.choices[1]
    cell = address(block.row, block.column)
    if most <= LISTED:
        numbers = ",".join(map(str, range(1, most + 1)))
        return choice_validation(cell, f'"{numbers}"', page.words, most)
    validation = DataValidation(
        type="whole", operator="between", formula1="1", formula2=str(most), allow_blank=False,
        showErrorMessage=True, errorTitle=page.words("validation", "choice_title"),
        error=page.words("validation", "choice", least=1, largest=most),
    )  # fmt: skip
    validation.add(cell)
    return validation


def _frames(page: Context, layer: str, below: str) -> Iterator[tuple[str, Rule]]:
    """Yield the frames: of the window in each map below, of the filter, and of the place."""
    blocks = page.layout.blocks
    chosen = (blocks[_name(f"{kind}_{USED}", layer)] for kind in CHOICES)
    number, row, column = (fixed(block.row, block.column) for block in chosen)
    filters, *_ = parameters_of(page.layout.model, layer)
    seen, weights, result = (
        blocks[name] for name in (below, f"{PREFIX}{filters}{layer}", f"{PREFIX}z{layer}")
    )
    *_, high, wide = blocks[_name("window", layer)].quantity.shape
    for first, last in _maps(seen):
        yield from _columns(first, last, (row, high), (column, wide))
    for n, (first, last) in enumerate(_maps(result), start=1):
        yield from _columns(first, last, (row, 1), (column, 1), f"{number}={n},")
    for n in range(1, weights.quantity.shape[0] + 1):
        for first, last in _maps(weights, n - 1):
            framed = f"{number}={n}"
            yield f"{address(*first)}:{address(*last)}", _framed(framed)
            below = last[0] + 1
            yield f"{address(below, first[1])}:{address(below, last[1])}", _framed(framed, "top")


def _columns(
    first: tuple[int, int],
    last: tuple[int, int],
    down: tuple[str, int],
    right: tuple[str, int],
    also: str = "",
) -> Iterator[tuple[str, Rule]]:
    """Yield a rule for each column of a map, since not all programs agree on COLUMN."""
    (row, high), (column, wide) = down, right
    at = f"ROW()-{first[0] - 1}"
    rows, below = f"{at}>={row},{at}<{row}+{high}", f"{at}={row}+{high}"
    for n, each in enumerate(range(first[1], last[1] + 1), start=1):
        cells = f"{address(first[0], each)}:{address(last[0], each)}"
        columns = f"{column}<={n},{n}<{column}+{wide}"
        yield cells, _framed(f"AND({also}{rows},{columns})")
        # the line between two cells is also that of the one below, or to the right
        yield cells, _framed(f"AND({also}{below},{columns})", "top")
        yield cells, _framed(f"AND({also}{rows},{n}={column}+{wide})", "left")


def _maps(block: Block, unit: int | None = None) -> Iterator[tuple[tuple[int, int], ...]]:
    """Yield the first and last cell of each map of a block, or of those of one filter."""
    *maps, rows, columns = block.quantity.shape
    axes = (0,) * len(block.quantity.axes)
    for index in np.ndindex(*maps):
        if unit is not None and index[0] != unit:
            continue
        yield (
            block.address((*axes, *index, 0, 0)),
            block.address((*axes, *index, rows - 1, columns - 1)),
        )


def _framed(formula: str, *sides: str) -> Rule:
    """Return the rule that draws a frame around cells, or some sides of it."""
    line = Side("thin", color=FRAME)
    look = DifferentialStyle(border=Border(**dict.fromkeys(sides or SIDES, line)))
    return Rule(type="expression", dxf=look, formula=[formula])


def _name(kind: str, layer: str) -> str:
    return f"{PREFIX}{kind}{layer}"
