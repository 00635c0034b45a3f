"""Name quantities, inputs and outputs, in headings and in lists beside a sample."""

from collections.abc import Sequence
from dataclasses import replace

from xlnn.quantity import Model, Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.network import TEST
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import plain_name
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import SECTION, SENTENCE, Look
from xlnn.writing.text_width import size_in

NAME, MEASURED, BAR = 3, 2, 4
"""The columns for a name, for a number to predict, and for a bar."""

HEAD = replace(SECTION, size=9)
"""Small enough that two headings stand side by side in any font."""


def named(quantity: Quantity, words: Text) -> str:
    """Return the name of a quantity, to be shown beside that of the training samples."""
    name = plain_name(quantity, words)
    is_beside = quantity.sheet in {"progress", "fit", "check"} and TEST in quantity.name
    return words("headings", "tested", name=name) if is_beside else name


def input_names(page: Context) -> tuple[str, ...]:
    """Return the names of the inputs: a table's features, or the symbols of pixels."""
    x = page.layout.model["x"]
    return page.spec.features or tuple(x.heading(unit) for unit in x.units)


def list_columns(model: Model, names: Sequence[str], first: int) -> dict[str, int]:
    """Return the column of each quantity in the list of outputs, starting at a column.

    Names that are whole numbers take one column, words several.
    """
    at, column = {}, first
    measured = MEASURED if "predicted" in names else 1
    for name in names:
        at[name] = column
        column += name_columns(model) if name == "name" else measured
    return at


def name_columns(model: Model) -> int:
    """Return how many columns the name of an output takes."""
    return NAME if model["labels"].is_text else 1


def name_look(page: Context, width: float) -> Look:
    """Return the look of the outputs' names: small enough for columns of a width."""
    room = width * name_columns(page.layout.model)
    return replace(SENTENCE, size=size_in(room, page.spec.labels, SENTENCE.size))


def draw_headings(drawing: Drawing, page: Context, row: int, at: dict[str, int]) -> None:
    """Draw the headings of the list of outputs."""
    for column in range(min(at.values()), max(at.values()) + 1):
        drawing.put(row, column, "", HEAD)
    for name, column in at.items():
        key = "a" if name == "output" else name
        drawing.put(row, column, page.words("lens", f"output_{key}"), HEAD)
