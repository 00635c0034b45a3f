"""The sheet Lens: one epoch and one image, from the pixels to the step.

Each unit has a row or pictures: its weights, its numbers, and its gradient, in the order in which
the book computes them; below are the equations with their numbers. For a convolution, the sheet
also shows one place of a map, with its window.
"""

from collections.abc import Iterator
from functools import partial

from openpyxl.formatting.rule import Rule
from openpyxl.styles import Border, Side
from openpyxl.styles.differential import DifferentialStyle

from xlnn.equations.layer import PARAMETERS
from xlnn.experiments.network.layers import activation_of, kinds_of
from xlnn.experiments.network.quantities.lens import (
    FIRST_UNITS,
    MAP,
    PLACE,
    PREFIX,
    SHEET,
    drawn_whole,
)
from xlnn.experiments.network.quantities.stating import text_of
from xlnn.experiments.network.sheets.choosers import ASKED, USED, choices
from xlnn.experiments.network.sheets.layers import (
    BORDERED,
    NAMED,
    NUMBERS,
    ROOM,
    SMALL,
    Inputs,
    Narrow,
    Pictures,
    Section,
    above,
    layers,
    outputs,
    units,
)
from xlnn.experiments.network.sheets.names import layer_name
from xlnn.grid import address, fixed, quoted
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.pages.chart_parts import of_unit
from xlnn.workbooks.pages.number_parts import Hidden, Made, Numbers, used_choices
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.part import Below, Beside, PagePart, Space
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import called, plain_name
from xlnn.workbooks.pages.text_parts import Label, Sentences
from xlnn.workbooks.spec import Spec
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import LABEL, LINK, NOTE, SECTION

TEXTS = ("normalised_text", "z_text", "a_text", "loss_text", "delta_text")
GRADIENTS = ("dC_d{}_one", "dC_d{}", "velocity_{}", "direction_{}", "{}_after")
"""The quantities of each parameter; the gradient of a bias for one image is delta itself."""

ACROSS = 25
"""Columns that fit a window, and the width of a page."""

STEPS = {
    **dict.fromkeys(("z", "a", "argmax"), 1), "C": 2, **dict.fromkeys(("slope", "delta"), 3),
    **{
        kind.format(name): number
        for name in PARAMETERS
        for kind, number in (("dC_d{}_one", 4), ("dC_d{}", 5), ("{}_after", 6))
    },
}  # fmt: skip
"""In which order the book computes what is here; a line at the top says where each is."""

READING = (
    "Read this in six steps: 1. down the layers, z and a; 2. at the top, the cost C; 3. back up, "
    "the errors δ; then, to the right or below: 4. ∂C/∂w = δ a, ∂C/∂b = δ; 5. its sum over all "
    "{samples}; 6. the update."
)
"""How to read the sheet; ``{samples}`` are images or rows, in another sentence of each language."""

FIRST = (
    "The network is too large to draw in full: these are the first {count} units of each layer, "
    "taken from the other sheets."
)

NAMES = {
    kind.format(name): what
    for name, parameter in PARAMETERS.items() if parameter.heading
    for kind, what in {
        "{}": parameter.heading, "dC_d{}": f"∂C_T/∂{parameter.symbol}, all {{samples}}",
        "velocity_{}": "velocity: the update is −η v",
        "direction_{}": "direction: the update is −η r",
    }.items()
}  # fmt: skip
"""The names of weights and gradients that stand side by side."""

TITLED = {
    *PARAMETERS, *NUMBERS,
    *(kind.format(name) for kind in ("dC_d{}_one", "{}_after") for name in PARAMETERS),
}  # fmt: skip
"""The quantities that are shown with the names of their kinds; others have no name."""

FRAMES = (
    "Choose a map and a position in the yellow cells: the red frames above show the window, the "
    "filter and the result."
)

CHOSEN = (MAP, *PLACE)
"""The choices for a convolution whose window is shown."""

FRAME = "D62828"
"""The colour of the frames."""

SIDES = ("left", "right", "top", "bottom")

MOST_FRAMES = 600
"""Rules up to which the pictures have frames: a column of each map has three."""


class _Lens(Narrow):
    """Parts below the choices, which stay in sight."""

    def draw(self, drawing: Drawing, page: Context[Spec], row: int, column: int) -> None:
        """Draw them, and a link to the row of the table that has the same numbers."""
        super().draw(drawing, page, row, column)
        blocks = page.layout.blocks
        drawing.freeze = (blocks[f"{PREFIX}image"].row + 1, 1)
        if position := blocks.get(f"{PREFIX}position"):
            drawing.put(position.row, column, plain_name(position.quantity, page.words), LINK)
            target = f"{quoted(page.titles['training'])}!{address(blocks['C'].row, 1)}"
            drawing.links[address(position.row, column)] = target


def _parts(model: Model) -> _Lens:
    """Return the choices beside the image and the outputs, and each layer below them."""
    names = layers(model, SHEET)
    names[[*names][-1]] |= _existing(model, "loss")
    tables = {layer: _table(model, names[layer]) for layer in names}
    last = max(part.size(model)[1] for part in tables.values())
    shown = ("image", "position", "there", "gap")
    return _Lens(
        PREFIX,
        Label(_steps, look=NOTE),
        Beside(
            Below(
                Label(_first_units, look=NOTE),
                choices(PREFIX, *shown, at=NAMED, of={f"{PREFIX}image": "number"}),
                used_choices(model, f"{PREFIX}epoch", f"{PREFIX}image"),
            ),
            Space(1, ROOM),
            Below(*(Inputs(PREFIX, kind) for kind in _existing(model, "raw", "x"))),
            Below(Space(), *_outputs(model)),
            most=ACROSS,
        ),
        *(_layer(model, layer, names[layer], tables[layer], last) for layer in names),
    )


def _existing(model: Model, *kinds: str) -> dict[str, str]:
    """Return the quantities of some kinds, by kind, as far as the sheet has them."""
    return {kind: PREFIX + kind for kind in kinds if PREFIX + kind in model.by_name}


def _steps(page: Context[Spec]) -> str:
    text = page.words.of_itself("headings", READING.format(samples=_samples(page.layout.model)))
    return text if f"{PREFIX}C" in page.layout.blocks else ""


def _samples(model: Model) -> str:
    """Return the word for the samples: images or rows."""
    return f"{model['number'].title}s"


def _first_units(page: Context[Spec]) -> str:
    """Say what is shown of a network that is too large to be drawn whole."""
    shown = page.words.of_itself("headings", FIRST).format(count=FIRST_UNITS)
    return "" if drawn_whole(page.spec) else shown


def _outputs(model: Model) -> Iterator[PagePart]:
    """Yield the outputs, the cost, and the sentences about the cost and the prediction."""
    listed = outputs(model, PREFIX)
    yield listed
    for cost in _existing(model, "C").values():
        before = listed.parts[: len(_existing(model, "name", "raw_t", "predicted", "t"))]
        at = sum(part.size(model)[1] for part in before)
        named = partial(_named, _samples(model))
        yield Numbers(cost, at=at, named=named, looks={cost: SMALL})
    # a line of its own: beside the cost, squares of several outputs would widen the page
    yield Sentences(*_existing(model, "C_text", "verdict").values(), bold=0)


def _named(samples: str, quantity: Quantity, words: Text) -> str:
    """Return the name of a quantity, with the number of its step; a bias stands beside weights."""
    kind = quantity.kind
    if kind == "C":
        what = quantity.symbol
    elif kind in NAMES:
        what = words.of_itself("headings", NAMES[kind].format(samples=samples))
    else:
        what = plain_name(quantity, words) if kind in TITLED else ""
    is_step = what and kind in STEPS
    return words("joined", "step", number=STEPS[kind], what=what) if is_step else what


def _table(model: Model, names: dict[str, str]) -> PagePart:
    """Return the units of a layer, forward and back; beside it the gradients, or all below it."""
    own = [kind for kind in PARAMETERS if kind in names]
    strips = [(*own, *NUMBERS), *([kind.format(name) for name in own] for kind in GRADIENTS)]
    strips = [shown for kinds in strips if (shown := [k for k in kinds if k in names])]
    shapes = (model[names[kind]].shape[1:] for shown in strips for kind in shown)
    high = max((1, 1, *shape)[-2] for shape in shapes)  # the rows of a picture or of a map
    computed, *gradients = (
        units(
            model, names, *shown, high=high, named=partial(_named, _samples(model)),
            coloured=[names[kind] for kind in shown if kind not in NUMBERS],
        )
        for shown in strips
    )  # fmt: skip
    line = Beside(computed, *gradients, apart=0)
    if not gradients or line.size(model)[1] <= ACROSS:
        return line
    return Below(computed, Space(), Beside(*gradients, apart=0, most=ACROSS))


def _layer(model: Model, layer: str, names: dict[str, str], table: PagePart, last: int) -> Section:
    """Return a layer: its units, its equations, and one place of a convolution."""
    texts = [names[kind] for kind in TEXTS if kind in names]
    told = [Label("with the numbers in it", "headings", LABEL, above=1)] if texts else []
    told += [Sentences(*texts, bold=0)] if texts else []
    place = [Window(model, layer, last)] if "window" in names else []
    return Section(layer, last, *above(names), table, *told, *place)


class Window(Below):
    """One place of a map: window, filter, products and their sum.

    What is chosen, the pictures side by side, and the numbers to their right. Frames on the
    pictures above show the window, the filter and the place.

    Parameters
    ----------
    model : Model
    layer : str
    last : int
        The columns of its title.
    """

    def __init__(self, model: Model, layer: str, last: int) -> None:
        self.layer, names = layer, layers(model, SHEET)[layer]
        filters, *biases = (f"window_{kind}" for kind in PARAMETERS if kind in names)
        pictures = [names[kind] for kind in ("window", filters, "window_product")]
        numbers = [names[kind] for kind in ("window_sum", *biases, "window_z", "window_there")]
        chosen = ((names[kind], names[f"{kind}_{ASKED}"]) for kind in CHOSEN)
        used = Hidden(*(names[f"{kind}_{USED}"] for kind in CHOSEN))
        super().__init__(
            Label(self._title, look=SECTION, columns=last, above=1),
            Space(),
            Beside(
                Below(Numbers(*chosen, at=NAMED), used),
                Space(1, ROOM),
                Pictures(
                    "", *pictures, pictures=True, named=called,
                    looks=dict.fromkeys(pictures, BORDERED),
                ),
                Numbers(*numbers, at=NAMED, looks=dict.fromkeys(numbers, SMALL)),
            ),
        )  # fmt: skip

    def _title(self, page: Context[Spec]) -> str:
        text = page.words.of_itself("headings", "{layer}: how one cell of a map is computed")
        return text.format(layer=layer_name(page, self.layer))

    def draw(self, drawing: Drawing, page: Context[Spec], row: int, column: int) -> None:
        """Draw it on one printed page, and the frames if they are not too many."""
        super().draw(drawing, page, row, column)
        drawing.whole.append((row, row + self.size(page.layout.model)[0] - 1))
        frames = [*self._frames(page)]
        if len(frames) <= MOST_FRAMES:
            drawing.put(row + 1, column, page.words.of_itself("headings", FRAMES), NOTE)
            drawing.colours[:0] = frames

    def _frames(self, page: Context[Spec]) -> Iterator[tuple[str, Rule]]:
        """Yield the frames: of the window in each map below, of the filter, and of the place."""
        spec, names = page.spec, layers(page.layout.model, SHEET)[self.layer]
        blocks = page.layout.blocks
        chosen = (blocks[names[f"{kind}_{USED}"]] for kind in CHOSEN)
        number, row, column = (fixed(block.row, block.column) for block in chosen)
        *_, high, wide = blocks[names["window"]].quantity.shape
        seen = blocks[activation_of(kinds_of(spec)[self.layer].lower, PREFIX)]
        for first, last in seen.rectangles():
            yield from _columns(first, last, (row, high), (column, wide))
        result, weights = (
            blocks[names[kind]] for kind in ("z", *kinds_of(spec)[self.layer].weights)
        )
        for n in range(result.quantity.shape[0]):
            framed = f"{number}={n + 1}"
            for first, last in of_unit(result, (n,)).rectangles():
                yield from _columns(first, last, (row, 1), (column, 1), f"{framed},")
            for first, last in of_unit(weights, (n,)).rectangles():
                yield f"{address(*first)}:{address(*last)}", _framed(framed)
                below = ":".join(address(last[0] + 1, corner[1]) for corner in (first, last))
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
    for n, position in enumerate(range(first[1], last[1] + 1), start=1):
        cells = f"{address(first[0], position)}:{address(last[0], position)}"
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


def _does(spec: Spec) -> str:
    """Return what to do: pictures may go through filters."""
    if spec.epochs and any(kind.slides for kind in kinds_of(spec).values()):
        return "Follow one image through the filters and back: each map with its formulas."
    return text_of(
        "Follow one image through the network and back: each number with its formula.",
        "Follow one row through the network and back: each number with its formula.",
        "Follow one row through the network: each number with its formula.",
    )(spec)


PAGE = Page(
    SHEET, "Lens",
    text_of(
        "One image in one epoch: forward, back, and the update. Choose both in the yellow cells. "
        "Every number is a formula; the sheet {training} has the same numbers.",
        "One row of the data in one epoch: forward, back, and the update. Choose both in the "
        "yellow cells. Every number is a formula; the sheet {training} has the same numbers.",
        "One row on its way through the network. Choose it in the yellow cell. Every number is a "
        "formula; the sheet {training} has the same numbers.",
    ),
    Made(_parts), does=_does, row=3,
)  # fmt: skip
