"""Sentences and labels on a page."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from xlnn.block import Block, single_block
from xlnn.errors import DataError
from xlnn.grid import address
from xlnn.model import Model
from xlnn.workbooks.pages.part import PagePart
from xlnn.workbooks.pages.sheet import Context
from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import DIGIT_PIXELS, PADDING, USUAL_WIDTH
from xlnn.writing.style import LABEL, SENTENCE, Look
from xlnn.writing.text_width import LEADING, lines, text_width

MARGIN = 6
"""What is above and below a wrapped text, in points."""


class Sentences(PagePart):
    """Sentences below each other.

    Parameters
    ----------
    names : tuple of str
    bold : int
        How many of them are bold, starting with the first.
    above : int
    look : Look
    """

    def __init__(self, *names: str, bold: int = 1, above: int = 0, look: Look = SENTENCE) -> None:
        self.names, self.bold, self.above, self.look = names, bold, above, look

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield the cells of each."""
        for quantity in (model[name] for name in self.names):
            if not quantity.is_text:
                raise DataError(f"{quantity.name} is not a sentence: Numbers or a Table show it.")
            yield single_block(quantity, row, column, *[(1, 0)] * len(quantity.shape))
            row += len(quantity.units)

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:  # noqa: ARG002 -- their looks are all
        """Give each its look."""
        for number, name in enumerate(self.names):
            drawing.looks[name] = replace(self.look, bold=number < self.bold)


Said = str | Callable[[Context[Any]], str]
"""A text: its key, or itself for all languages, or a function that returns it for a page."""


def said_on(page: Context[Any], of: str, text: Said) -> str:
    """Return a text as a page says it."""
    return page.words.of_itself(of, text) if isinstance(text, str) else text(page)


@dataclass(frozen=True)
class Label(PagePart):
    """A fixed line of text, which may overflow into blank cells.

    Attributes
    ----------
    text : str or function
        Its key, or a text for all languages, or a function that returns it for a page.
    of : str
        The table of texts that has the key.
    look : Look
    columns : int
        The number of columns with its look.
    fits : bool
        Whether its column is at least as wide.
    numbers : dict
        Values for the names in braces.
    link : str
        The cells that it leads to.
    above : int
    """

    text: Said
    of: str = ""
    look: Look = LABEL
    columns: int = 1
    fits: bool = False
    numbers: Mapping[str, int] = field(default_factory=dict)
    link: str = ""
    above: int = 0

    def size(self, model: Model) -> tuple[int, int]:  # noqa: ARG002 -- a row
        """Return one row."""
        return 1, self.columns

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Write it."""
        text = said_on(page, self.of, self.text)
        if self.numbers:
            text = text.format(**self.numbers)
        if self.link:
            drawing.links[address(row, column)] = self.link
        for right in range(self.columns):
            drawing.put(row, column + right, "" if right else text, self.look)
        if self.fits:
            usual = drawing.widths.get(column, USUAL_WIDTH)
            drawing.widths[column] = max(usual, text_width(text))
        if self.look.wrap:
            room = drawing.widths.get(column, USUAL_WIDTH) * DIGIT_PIXELS - PADDING
            height = MARGIN + lines(text, self.look, room) * self.look.size * LEADING
            drawing.heights[row] = max(height, drawing.heights.get(row, 0))
