"""The page of a network whose images are side by side.   Book: 3-5, 5-4.

The weights are on the left, a picture for each unit; to the right there is a block of columns for
each image: its picture, and next to each unit's weights the values of that unit.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from math import prod
from typing import Any

from openpyxl.chart import ScatterChart

from xlnn.data.wording import amount
from xlnn.equations.layer import PARAMETERS, LayerKind, Shape
from xlnn.equations.layer import WEIGHTS as PICTURED
from xlnn.grid import address, fixed
from xlnn.layout import Block, Layout, quoted, single_block
from xlnn.quantity import Model, superscript
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.parts import UNREAD, Below, PagePart
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import type_in
from xlnn.workbooks.solver.nets import Net
from xlnn.writing.charts import Line, range_of, scatter
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

UNLIMITED = "2147483647"
YES, NO = "1", "2"

SETTINGS = {
    "solver_typ": "2",  # 1 largest, 2 smallest, 3 a value
    "solver_val": "0",  # the value, if it is one
    "solver_eng": "1",  # 1 GRG Nonlinear, 2 Simplex LP, 3 Evolutionary
    "solver_neg": NO,  # whether variable cells may not be negative
    "solver_num": "0",  # how many constraints
    "solver_ver": "3",  # of the model: Excel 2010 and later
    # Excel's default options of the dialog
    "solver_pre": "0.000001",  # constraint precision
    "solver_scl": YES,  # automatic scaling
    "solver_sho": NO,  # show the result of each iteration
    "solver_rlx": NO,  # ignore integer constraints
    "solver_tol": "0.01",  # integer optimality
    "solver_tim": UNLIMITED,  # seconds
    "solver_itr": UNLIMITED,  # iterations
    "solver_nod": UNLIMITED,  # subproblems
    "solver_mip": UNLIMITED,  # feasible solutions
    "solver_cvg": "0.0001",  # convergence
    "solver_drv": "1",  # derivatives: 1 forward, 2 central
    "solver_msl": NO,  # several starts
    "solver_ssz": "100",  # population size
    "solver_rsd": "0",  # random seed
    "solver_rbv": YES,  # bounds on variables, for several starts
    "solver_mrt": "0.075",  # mutation rate
    "solver_mni": "30",  # seconds without improvement
    # of Excel 2007: estimates by tangents, search by Newton
    "solver_est": "1",
    "solver_nwt": "1",
    # LibreOffice has no GRG: its engine for nonlinear problems
    "solver_lo_eng": '"com.sun.star.comp.Calc.NLPSolver.DEPSSolverImpl"',
}
"""Everything but which cells: minimise, GRG Nonlinear, negative values allowed, no constraint."""


def solver_names(layout: Layout, objective: str, variables: Iterable[str]) -> dict[str, str]:
    """Return the hidden names of a Solver model, and what they stand for.

    Excel writes them when a workbook with a Solver model is saved, and reads them when Data >
    Solver is opened; OnlyOffice reads and writes the same ones, and LibreOffice (25.2)
    all that it knows.

    Parameters
    ----------
    layout : Layout
    objective : str
        The quantity to be made smallest.
    variables : iterable of str
        The quantities to be changed.
    """
    ranges = [each for name in variables for each in areas(layout, name)]
    cells = {"solver_opt": areas(layout, objective)[0], "solver_adj": ",".join(ranges)}
    return dict(sorted({**SETTINGS, **cells}.items()))


def areas(layout: Layout, name: str) -> list[str]:
    """Return the ranges of a quantity, with their sheet."""
    block = layout.blocks[name]
    title = quoted(layout.titles[block.sheet])
    found = []
    for corners in block.rectangles():
        cells = [fixed(*corner) for corner in dict.fromkeys(corners)]
        found.append(f"{title}!{':'.join(cells)}")
    return found


SIZE, NUMBER_WIDTH = 9, 7.7
"""Of the numbers, in points, and of their columns: room for -1E-100."""

NAME_WIDTH, GAP_WIDTH, ROW_HEIGHT = 17, 1.2, 13.5

ERROR = "C0561C"

CENTRED = replace(SECTION, align="center", size=SIZE)
LARGE = Look(size=11, bold=True, align="center", border=True)
BOLD = ("labels", "answer", "right")

LOOKS = {
    "C_T": replace(LARGE, number_format="0.00000"),
    "recognised": replace(LARGE, number_format="0"),
    "says": replace(SENTENCE, bold=True),
    "C_T_built": replace(LARGE, size=10, bold=False, number_format="0.00000"),
    "far": Look(number_format=UNREAD),
}
"""The looks of quantities other than small numbers."""

Said = str | Callable[[Context[Any]], str]
"""A text, or what tells it in the words of a page."""


class SolverPage(Page):
    """The page of a network, for a program's Solver.

    Parameters
    ----------
    net : Net
    """

    def __init__(self, net: Net) -> None:
        super().__init__("solver", "Solver", "")
        maps = [layer.shape[-1] for layer in net.layers.values() if len(layer.shape) == 3]
        self.net = net
        # columns before the biases: for names and the widest weights
        self.bias = 1 + max(map(_width, net.layers.values()))
        # columns of an image: its picture, a map and its pooled map, or z, a and t
        self.block = max(net.picture[1], sum(maps), 3)
        self.step = self.block // 3
        self.first = first = self.bias + 3
        # the first cell of each quantity, and the steps to its other entries
        self.places: dict[str, tuple[Any, ...]] = {
            "C_T": (3, 1), "recognised": (3, 2), "says": (3, first),
        }  # fmt: skip
        self.lines: dict[tuple[int, int], tuple[Said, Look]] = {
            (1, 1): (_said("sheets", "solver"), TITLE),
            (2, 1): (_said("quantities", "C_T"), LABEL),
            (2, 2): (_said("quantities", "recognised"), LABEL),
            (2, first): (_said("notes", "solver"), NOTE),
            (4, first): (_found, Look(ink=QUIET)),
            (5, 1): (_said("headings", "image"), SECTION),
        }
        self.heads = {5: ({0: "{}"}, replace(KEY, size=SIZE))}
        self._place_each("labels", 5, self.step)
        self._place_each("images", 6, 0, (1, 0), (0, 1))
        row, names = 6 + net.picture[0], list(net.layers)
        for name, after in zip(names, [*names[1:], ""], strict=True):
            if net.layers[name].parameters:  # what pools its maps is beside them
                row = self._place_layer(name, after, row + 1)
        row += 2
        self.places |= {"C_T_built": (row + 3, 1), "far": (row + 4, 1)}
        self._place_each("C", row, 0)
        self._place_each("answer", row + 1, 0)
        self._place_each("right", row + 1, self.step)
        for down, name in enumerate(("C", "answer", "C_T_built")):
            self.lines[row + down, 1] = _said("quantities", name), LABEL
        self.rows = row + 4

    def _place_each(self, name: str, row: int, right: int, *steps: tuple[int, int]) -> None:
        """Place a quantity with an entry for each image, in the columns of the image."""
        self.places[name] = row, self.first + right, (0, self.block + 1), *steps

    def _place_layer(self, name: str, after: str, row: int) -> int:
        """Place a layer with weights, and return the row after it."""
        layer, up = self.net.layers[name], superscript(name)
        maps = layer.shape[1] if len(layer.shape) == 3 else 0  # rows of z, and as many of a
        height = max(2 * maps, *map(_rows, layer.parameters.values()))
        down = height + (height > 1)
        units = (down, 0), *(((1, 0), (0, 1)) if maps else ())
        for kind, shape in layer.parameters.items():
            column = 2 if kind in PICTURED else 1 + self.bias
            self.places[f"{kind}{name}"] = row + 1, column, (down, 0), *_inner(shape)
        heads = {0: f"z{up}"} | ({} if maps else {self.step: f"a{up}"})
        self._place_each(f"z{name}", row + 1, 0, *units)
        self._place_each(f"a{name}", row + 1 + maps, 0 if maps else self.step, *units)
        if after and not self.net.layers[after].parameters:
            self._place_each(f"a{after}", row + 1 + maps, layer.shape[-1], *units)
        if not after:
            heads[2 * self.step] = "t"
            self._place_each("t", row + 1, 2 * self.step, *units)
        self.heads[row] = heads, CENTRED
        *_, bias = layer.parameters
        self.lines[row, 1] = _said("headings", f"layer_{name}"), SECTION
        self.lines[row, 2] = _said("headings", "weights"), replace(SECTION, size=SIZE)
        self.lines[row, 1 + self.bias] = f"{PARAMETERS[bias].symbol}{up}", CENTRED
        for unit in range(layer.shape[0]):
            number = unit + (1 if after else self.net.first)
            at = row + 1 + unit * down
            self.lines[at, 1] = _said("headings", f"unit_{name}", number=number), LABEL
            if maps:
                self.lines[at + maps, 1] = _said("headings", f"maps_{name}"), LABEL
        return row + 1 + (layer.shape[0] - 1) * down + height

    def content(self, model: Model) -> PagePart:  # noqa: ARG002 -- it has no parts
        """Return no parts."""
        return Below()

    def place(self, model: Model) -> Iterator[Block]:
        """Yield the cells of its quantities."""
        return (single_block(model[name], *place) for name, place in self.places.items())

    def draw(self, context: Context[Any]) -> Drawing:
        """Draw the headings and texts, small numbers or ink, and name the Solver model."""
        drawing = Drawing(gridlines=False, freeze=(6, self.first))
        drawing.heights = {1: 24} | dict.fromkeys(range(2, self.rows + 1), ROW_HEIGHT)
        images = context.layout.model["images"].shape[0]
        panel = [NAME_WIDTH, *[NUMBER_WIDTH] * self.bias, GAP_WIDTH]
        columns = [*[NUMBER_WIDTH] * self.block, GAP_WIDTH]
        drawing.widths = dict(enumerate(panel + columns * images, start=1))
        for row, head in self.heads.items():
            self._draw_heads(drawing, row, images, *head)
        for place, (said, look) in self.lines.items():
            if text := said if isinstance(said, str) else said(context):
                drawing.put(*place, text, look)
        for block in context.layout.on(self.key):
            quantity = block.quantity
            look = value(quantity.number_format, given=quantity.is_input, first=False)
            is_bold = quantity.name in BOLD
            small = replace(look, size=SIZE, align="center", border=True, bold=is_bold)
            if quantity.kind in {"images", "a"}:
                small = replace(small, fill="")
                _ink(drawing, block)
            drawing.looks[quantity.name] = LOOKS.get(quantity.name, small)
            type_in(drawing, block, context.words)
        drawing.names = solver_names(context.layout, "C_T", self.net.variables)
        drawing.picture = self._errors(context)
        return drawing

    def _draw_heads(
        self, drawing: Drawing, row: int, images: int, heads: Mapping[int, str], look: Look
    ) -> None:
        """Draw the headings over the blocks of all images, except where a quantity is."""
        taken = {column - self.first for at, column, *_ in self.places.values() if at == row}
        for column in range(1, self.bias + 2):
            drawing.put(row, column, "", CENTRED)
        for image in range(images):
            for right in {*range(self.block)} - taken:
                text = heads.get(right, "").format(image + 1)
                column = self.first + image * (self.block + 1) + right
                drawing.put(row, column, int(text) if text.isdigit() else text, look)

    def _errors(self, context: Context[Any]) -> ScatterChart:
        """Return the Guide's chart of the error of each image; cells between them are empty."""
        blocks, words = context.layout.blocks, context.words
        rows = blocks["labels"].row, blocks["C"].row
        columns = blocks["C"].column, blocks["C"].last[1]
        title = context.layout.titles[self.key]
        number, C = (range_of(title, columns[0], row, row, columns[1]) for row in rows)
        line = Line(number, C, ERROR, width=0, marker="circle")
        return scatter(words("charts", "errors"), words("charts", "image"), [line])


def _said(section: str, key: str, **numbers: int) -> Callable[[Context[Any]], str]:
    """Return a function that returns a text of a page."""
    return lambda page: page.words(section, key, **numbers)


def _found(page: Context[Any]) -> str:
    """Return how the weights were found, if they were."""
    found = page.spec.found
    if not found:
        return ""
    start = page.words("found", found.start, seed=found.seed)
    C_T = amount(float(f"{found.C_T:.2g}"))
    return page.words("found", "found", method=found.method, start=start, C_T=C_T)


def _ink(drawing: Drawing, block: Block) -> None:
    """Show the cells of a block, which is not contiguous, as ink."""
    cells = " ".join(
        ":".join(address(*corner) for corner in dict.fromkeys(corners))
        for corners in block.rectangles()
    )
    rules = (ink_scale(), *on_ink(address(block.row, block.column)))
    drawing.colours += ((cells, rule) for rule in rules)


def _width(layer: LayerKind) -> int:
    """Return how many columns the weights of a unit take."""
    shapes = layer.parameters.values()
    return max((prod(shape[1:]) // _rows(shape) for shape in shapes), default=0)


def _rows(shape: Shape) -> int:
    """Return how many rows the weights of a unit take."""
    return shape[-2] if len(shape) > 2 else 1


def _inner(shape: Shape) -> tuple[tuple[int, int], ...]:
    """Return the steps of the weights of a unit: a row, a picture, or pictures side by side."""
    return ((0, shape[-1]), (1, 0), (0, 1))[4 - len(shape) :]
