"""Which sheets does a workbook have that predicts? Those of a network, and its weights as matrices.

A row of a matrix is what a unit, or a filter, multiplies by; its bias stands behind.
"""

from collections.abc import Iterator
from itertools import groupby
from math import prod

from xlnn.blocks import FIRST_ROW, Block
from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.layer import PARAMETERS
from xlnn.equations.layer import WEIGHTS as SHOWN
from xlnn.quantity import Model, Quantity, subscript
from xlnn.shipped.text import Text, text
from xlnn.workbooks.network.sheets import drawing, images, lens, play, recognise, settings
from xlnn.workbooks.network.sheets.bands import layer_title
from xlnn.workbooks.pages import spec_text, table
from xlnn.workbooks.pages.guide import SCALE, draw_guide
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.sheet import Sheet
from xlnn.workbooks.predict.spec import PredictSpec
from xlnn.writing.drawing import Drawing, cell_range
from xlnn.writing.style import FILLS, KEY, LABEL, NOTE, SECTION, TITLE

WEIGHTS = "weights"
LEFT = 2
WIDTH = 9


def _stack(model: Model) -> Iterator[tuple[list[Quantity], int]]:
    """Yield the parameters of each layer that has any, and the row of its heading."""
    row = FIRST_ROW - 1
    here = (quantity for quantity in model.quantities if quantity.sheet == WEIGHTS)
    for _, found in groupby(here, lambda quantity: quantity.layer):
        parameters = list(found)
        yield parameters, row
        row += parameters[0].shape[0] + 3


def place(model: Model) -> Iterator[Block]:
    """Place the parameters of each layer below each other: a row for each unit."""
    for parameters, row in _stack(model):
        column = LEFT
        for quantity in parameters:
            inside = quantity.shape[1:]
            across = tuple((0, prod(inside[n + 1 :])) for n in range(len(inside)))
            yield Block(quantity, WEIGHTS, row + 2, column, ((1, 0), *across))
            column += prod(inside)


def draw(page: Page[PredictSpec]) -> Drawing:
    """Draw what each layer is, and whose each weight is."""
    found = Drawing(widths={1: 8}, heights={1: 24}, freeze=(FIRST_ROW - 1, LEFT))
    found.put(1, 1, page.layout.titles[WEIGHTS], TITLE)
    found.put(1, LEFT + 2, page.words("notes", WEIGHTS), NOTE)
    for parameters, row in _stack(page.layout.model):
        first, *_ = blocks = [page.layout.blocks[quantity.name] for quantity in parameters]
        for column in range(1, blocks[-1].column + 1):
            found.put(row, column, "", SECTION)
            if column >= LEFT:
                found.widths[column] = WIDTH
        found.put(row, 1, layer_title(page, first.quantity.layer), SECTION)
        for unit in range(first.quantity.shape[0]):
            of_unit = subscript((unit,), first.quantity.shape[:1])
            found.put(row + 2 + unit, 1, first.quantity.symbol.format(of_unit), LABEL)
        for block in blocks:
            kind, inside = block.quantity.kind, block.quantity.shape[1:]
            over = _units(inside) if kind in SHOWN else [PARAMETERS[kind].symbol]
            for place, name in enumerate(over):
                found.put(row + 1, block.column + place, name, KEY)
            found.validations.append(table.number_validation(cell_range(block), page.words))
            if kind in SHOWN:
                found.colour_around_0(block)
    return found


def _units(below: tuple[int, ...]) -> Iterator[str]:
    """Yield what a weight looks at, counted from 1."""
    for number in range(prod(below)):
        place, rest = [], number
        for length in reversed(below):
            rest, at = divmod(rest, length)
            place.insert(0, str(at + 1))
        yield ",".join(place)


def draw_guide_of(page: Page[PredictSpec]) -> Drawing:
    """Draw the Guide: what the model is, and how it was taken."""
    spec, words = page.spec, page.words
    values = {
        "model": spec.template,
        "given": spec.given,
        "spare": spec.images - spec.given,
        "labels": words.listed(spec.labels),
        "network": _network(page),
        "inputs": spec.inputs,
    }
    more = [words("told", key) for key in spec.told]
    colours = [key for key in (*FILLS, *SCALE) if key != "backward"]
    equations = equations_of(spec, words("joined", "also"))
    return draw_guide(page, values=values, equations=equations, colours=colours, more=more)


def _network(page: Page[PredictSpec]) -> str:
    """Say which layers there are: of dense ones their sizes."""
    spec = page.spec
    if not any(kind.slides for kind in spec.kinds.values()):
        units = (layer.units for layer in spec.layers if layer.units)
        return "-".join(map(str, (spec.inputs, *units)))
    also = page.words("joined", "also")
    return also.join(layer_title(page, layer.name) for layer in spec.layers)


def equations_of(spec: PredictSpec, also: str) -> dict[str, str]:
    """Return the equations of its activation functions, with ``also`` between several."""
    used = dict.fromkeys(layer.activation for layer in spec.layers)
    return {"activation": also.join(ACTIVATIONS[name].formula for name in used)}


def draw_inputs(page: Page[PredictSpec]) -> Drawing:
    """Draw the inputs, and say which rows are free."""
    found = images.draw(page)
    if page.spec.given < page.spec.images:
        spare = page.words("notes", "spare", first=page.spec.given + 1)
        at = max(found.cells[1])
        found.put(1, at, f"{found.cells[1][at][0]} {spare}", NOTE)
    return found


SHEETS = {
    "guide": Sheet(draw_guide_of),
    "play": Sheet(play.draw, play.place),
    "images": Sheet(draw_inputs, images.place),
    "settings": Sheet(settings.draw, settings.place),
    "lens": Sheet(lens.draw, lens.place),
    "recognise": Sheet(recognise.draw, recognise.place),
    "training": Sheet(table.drawn("training"), table.placed("training")),
    "weights": Sheet(draw, place),
    "drawing": Sheet(drawing.draw, drawing.place),
    "spec": Sheet(spec_text.draw),
}
"""All sheets by their keys, in the workbook's order."""


def words_of(spec: PredictSpec) -> Text:
    """Return the words of a workbook: those of a network, and over them its own."""
    variants = ["table"] * bool(spec.features) + ["regression"] * spec.is_regression
    variants += ["scaled"] * spec.scaled
    variants += ["maps"] * any(kind.slides for kind in spec.kinds.values())
    return text(spec.lang).of(variants).with_own("predict")
