"""One place of a map on the Lens: window, filter, products and their sum.

Frames on the pictures above show the window, the filter and the place.
"""

from collections.abc import Iterator

from openpyxl.formatting.rule import Rule
from openpyxl.styles import Border, Side
from openpyxl.styles.differential import DifferentialStyle

from xlnn.equations.layer import PARAMETERS
from xlnn.grid import address, fixed
from xlnn.quantity import Model
from xlnn.workbooks.network.quantities.lens import MAP, PLACE, PREFIX, SHEET
from xlnn.workbooks.network.quantities.stack import Stack
from xlnn.workbooks.network.sheets.choosers import ASKED, USED
from xlnn.workbooks.network.sheets.layers import BORDERED, NAMED, ROOM, SMALL, Pictures, of_layer
from xlnn.workbooks.network.sheets.names import layer_name
from xlnn.workbooks.network.spec import Spec
from xlnn.workbooks.pages.parts import Below, Beside, Label, Numbers, Space, of_unit
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import called
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import NOTE, SECTION

CHOICES = (MAP, *PLACE)

FRAME = "D62828"
"""The colour of the frames."""

SIDES = ("left", "right", "top", "bottom")

MOST_FRAMES = 600
"""Rules up to which the pictures have frames: a column of each map has three."""


class Window(Below):
    """What is chosen, the pictures side by side, and the numbers to their right.

    Parameters
    ----------
    model : Model
    layer : str
    last : int
        The columns of its title.
    """

    def __init__(self, model: Model, layer: str, last: int) -> None:
        self.layer, names = layer, of_layer(model, SHEET, layer)
        filters, *biases = (f"window_{kind}" for kind in PARAMETERS if kind in names)
        pictures = [names[kind] for kind in ("window", filters, "window_product")]
        numbers = [names[kind] for kind in ("window_sum", *biases, "window_z", "window_there")]
        choices = (
            tuple(names[kind + what] for what in ("", f"_{USED}", f"_{ASKED}")) for kind in CHOICES
        )
        super().__init__(
            Label(self._title, look=SECTION, columns=last, above=1),
            Space(),
            Beside(
                Numbers(*choices, at=NAMED),
                Space(1, ROOM),
                Pictures(
                    "", *pictures, pictures=True, named=called,
                    looks=dict.fromkeys(pictures, BORDERED),
                ),
                Numbers(*numbers, at=NAMED, looks=dict.fromkeys(numbers, SMALL)),
            ),
        )  # fmt: skip

    def _title(self, page: Context[Spec]) -> str:
        return page.words(SHEET, "window_title", layer=layer_name(page, self.layer))

    def draw(self, drawing: Drawing, page: Context[Spec], row: int, column: int) -> None:
        """Draw it on one printed page, and the frames if they are not too many."""
        super().draw(drawing, page, row, column)
        drawing.whole.append((row, row + self.size(page.layout.model)[0] - 1))
        frames = [*self._frames(page)]
        if len(frames) <= MOST_FRAMES:
            drawing.put(row + 1, column, page.words(SHEET, "window_frames"), NOTE)
            drawing.colours[:0] = frames

    def _frames(self, page: Context[Spec]) -> Iterator[tuple[str, Rule]]:
        """Yield the frames: of the window in each map below, of the filter, and of the place."""
        stack, names = Stack(page.spec), of_layer(page.layout.model, SHEET, self.layer)
        blocks = page.layout.blocks
        chosen = (blocks[names[f"{kind}_{USED}"]] for kind in CHOICES)
        number, row, column = (fixed(block.row, block.column) for block in chosen)
        *_, high, wide = blocks[names["window"]].quantity.shape
        seen = blocks[stack.activation(stack.below[self.layer], PREFIX)]
        for first, last in seen.rectangles():
            yield from _columns(first, last, (row, high), (column, wide))
        result, weights = (blocks[names[kind]] for kind in ("z", *stack.weights(self.layer)))
        for n in range(result.quantity.shape[0]):
            framed = f"{number}={n + 1}"
            for first, last in of_unit(result, (n,)).rectangles():
                yield from _columns(first, last, (row, 1), (column, 1), f"{framed},")
            for first, last in of_unit(weights, (n,)).rectangles():
                yield f"{address(*first)}:{address(*last)}", _framed(framed)
                below = ":".join(address(last[0] + 1, each[1]) for each in (first, last))
                yield below, _framed(framed, "top")


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


def _framed(formula: str, *sides: str) -> Rule:
    """Return the rule that draws a frame around cells, or some sides of it."""
    line = Side("thin", color=FRAME)
    look = DifferentialStyle(border=Border(**dict.fromkeys(sides or SIDES, line)))
    return Rule(type="expression", dxf=look, formula=[formula])
