"""List outputs beside an image, one below the other.

The pictures below use the same columns, so none is widened for a name, which overflows instead.
"""

from collections.abc import Sequence
from dataclasses import replace

from xlnn.quantity import Model
from xlnn.workbooks.pages.sheet import Context
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import SECTION, SENTENCE, Look
from xlnn.writing.text_width import size_in

NAME, MEASURED, BAR = 3, 2, 4
"""How many columns a name has room in, a number that is to be predicted, and a bar."""

HEAD = replace(SECTION, size=9)
"""Small enough that two headings stand side by side in any font."""


def listed_at(model: Model, names: Sequence[str], first: int) -> dict[str, int]:
    """Return the column of each quantity that is listed of the outputs, from a column on.

    Names that are whole numbers take one column, words several.
    """
    at, column = {}, first
    measured = MEASURED if "predicted" in names else 1
    for name in names:
        at[name] = column
        column += named_in(model) if name == "name" else measured
    return at


def named_in(model: Model) -> int:
    """Return how many columns the name of an output takes."""
    return NAME if model["labels"].is_text else 1


def name_look(page: Context, width: float) -> Look:
    """Return the look of the outputs' names: small enough for columns of a width."""
    room = width * named_in(page.layout.model)
    return replace(SENTENCE, size=size_in(room, page.spec.labels, SENTENCE.size))


def draw_headings(drawing: Drawing, page: Context, row: int, at: dict[str, int]) -> None:
    """Draw what is listed, over the columns that it takes."""
    for column in range(min(at.values()), max(at.values()) + 1):
        drawing.put(row, column, "", HEAD)
    for name, column in at.items():
        key = "a" if name == "output" else name
        drawing.put(row, column, page.words("lens", f"output_{key}"), HEAD)
