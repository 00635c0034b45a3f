"""The sheets Weights, Gradients and Optimiser, and the sheet Weights where nothing trains.

On Optimiser there is a table for each memory, one below another, so that a column is a parameter as
on Weights and Gradients; the first starts in the same row as theirs. Numbers that all parameters
share are beside them. If nothing trains, the weights of a layer are a matrix with a row
for each unit or filter, followed by its bias.
"""

from collections.abc import Iterator
from itertools import groupby, product

from xlnn.block import FIRST_ROW
from xlnn.equations.layer import PARAMETERS
from xlnn.equations.layer import WEIGHTS as SHOWN
from xlnn.experiments.network.quantities.stating import text_of
from xlnn.experiments.network.sheets.images import Examples
from xlnn.experiments.network.sheets.names import layer_title
from xlnn.model import Model
from xlnn.quantity import Quantity, subscript
from xlnn.workbooks.pages.number_parts import Made
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.part import Below, Beside, Space
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table_parts import Table, Units
from xlnn.workbooks.pages.text_parts import Label
from xlnn.workbooks.spec import Spec
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import KEY, SECTION

SHEET, WEIGHTS = "optimiser", "weights"
WIDTH = 8
"""The width of the column with the names of the units."""


def _layers(model: Model) -> Below:
    """Return the parameters of each layer that has any, below each other."""
    here = (quantity for quantity in model.quantities if quantity.sheet == WEIGHTS)
    return Below(*(_layer(*layer) for _, layer in groupby(here, lambda quantity: quantity.layer)))


def _layer(first: Quantity, *others: Quantity) -> Below:
    """Return the title of a layer, and below it a row for each unit."""
    parameters, count = (first, *others), first.shape[:1]
    over = [Label(name, look=KEY) for quantity in parameters for name in _over(quantity)]
    units = [first.symbol.format(subscript((unit,), count)) for unit in range(*count)]
    shown = [quantity.name for quantity in parameters if quantity.kind in SHOWN]
    return Below(
        Label(
            lambda page: layer_title(page, first.layer),
            look=SECTION, columns=1 + len(over), above=1,
        ),
        Beside(Space(), *over, apart=0),
        Units(units, *(parameter.name for parameter in parameters), headed=False, coloured=shown),
    )  # fmt: skip


def _over(quantity: Quantity) -> Iterator[str]:
    """Yield the heading of each column: the input of a weight, counted from 1, or a symbol."""
    if quantity.kind not in SHOWN:
        yield PARAMETERS[quantity.kind].symbol
        return
    for place in product(*(range(1, length + 1) for length in quantity.shape[1:])):
        yield ",".join(map(str, place))


class _Matrices(Page):
    """The page of the matrices, with the names of the units in sight."""

    def draw(self, context: Context[Spec]) -> Drawing:
        """Draw it."""
        drawing = super().draw(context)
        drawing.freeze, drawing.widths[1] = (self.row, 2), WIDTH
        return drawing


MATRICES = _Matrices(WEIGHTS, "", "", Made(_layers), row=FIRST_ROW - 1, tab="table")
"""The page of weights if nothing trains; its texts are those of `PAGE`."""


def _lined(model: Model) -> Table:
    """Return the weights of every epoch, each with its course."""
    return Table(*(q.name for q in model.quantities if q.sheet == WEIGHTS), lined=True)


PAGE = Examples(
    WEIGHTS,
    "Weights",
    text_of(
        "The weights and biases. The first row is the start, which you may change; each further "
        "row is one step of gradient descent.",
        predicts="The weights and biases of the model: one row per unit or filter, one column per "
        "input.",
    ),
    Made(_lined),
    does=text_of(
        "The weights, from the start to the last epoch.",
        predicts="The result of training: the weights and biases.",
    ),
)

GRADIENTS = Examples(
    "gradients",
    "Gradients",
    text_of(
        "The gradient of the total cost, summed over the images. The same column letter as on "
        "{weights} is the same parameter.",
        "The gradient of the total cost, summed over the rows of the data. The same column letter "
        "as on {weights} is the same parameter.",
    ),
    does="The gradients that update the weights.",
)


def _tables(model: Model) -> Beside:
    tables: dict[str, list[str]] = {}
    for quantity in (q for q in model.quantities if q.sheet == SHEET):
        kept = quantity.kind.rpartition("_")[0] if quantity.layer else ""
        tables.setdefault(kept, []).append(quantity.name)
    shared = tables.pop("", [])
    beside = [Table(*shared, left=0)] if shared else []
    return Beside(Below(*(Table(*names) for names in tables.values())), *beside)


REMEMBERED = Page(
    SHEET, "Optimiser", "What the optimiser accumulates from the gradients, and the direction of "
    "each update. The same column as on {weights} and {gradients} is the same parameter; before "
    "the first epoch all of it is 0.", Made(_tables),
    does="How gradients become updates: what the optimiser accumulates, epoch by epoch.",
    is_helper=True, stays=False, gridlines=True, tab="table",
)  # fmt: skip
