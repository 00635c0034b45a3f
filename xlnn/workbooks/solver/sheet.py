"""The page of a network whose images are side by side.   Book: 3-5, 5-4.

The weights are on the left, a picture for each unit; to the right there is a block of columns for
each image: its picture, and next to each unit's weights the values of that unit.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import floor, log10, prod
from typing import Any

from openpyxl.chart import ScatterChart

from xlnn.equations.layer import PARAMETERS, LayerKind, Shape
from xlnn.equations.layer import WEIGHTS as PICTURED
from xlnn.grid import address, fixed
from xlnn.layout import Block, Layout, quoted, single_block
from xlnn.quantity import SUPERSCRIPTS, Model, superscript
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.parts import PagePart
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import type_in
from xlnn.workbooks.solver.nets import Net
from xlnn.writing.charts import CellColumn, Line, scatter
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

Place = tuple[int | tuple[int, int], ...]
"""Rows and columns from the first cell of a band, and the steps to a quantity's other entries."""

Said = str | Callable[[Context[Any]], str]
"""A text, or what tells it in the words of a page."""


@dataclass(frozen=True)
class BandColumns:
    """The columns that all bands have.

    Attributes
    ----------
    bias : int
        Columns before the biases: for names and the widest weights.
    block : int
        Columns of an image: its picture, a map and its pooled map, or z, a and t.
    """

    bias: int
    block: int

    @property
    def first(self) -> int:
        """Columns before the first image."""
        return self.bias + 2

    @property
    def step(self) -> int:
        """Columns from z to a, and from a to t."""
        return self.block // 3

    @property
    def apart(self) -> int:
        """Columns from one image to the next."""
        return self.block + 1


@dataclass(frozen=True)
class Band(PagePart):
    """Rows of the page.

    Attributes
    ----------
    columns : BandColumns
    rows : int
    left, each : dict
        The places of quantities; for those with an entry for each image, within its block.
    lines : dict
        Texts and their looks, by their rows and columns.
    heads : dict or None
        The texts over the blocks, by their columns, if it has headings; ``{}`` is the image.
    head : Look
    looks : dict
        Looks of quantities other than small numbers.
    above : int
    """

    columns: BandColumns
    rows: int
    left: Mapping[str, Place] = field(default_factory=dict)
    each: Mapping[str, Place] = field(default_factory=dict)
    lines: Mapping[tuple[int, int], tuple[Said, Look]] = field(default_factory=dict)
    heads: Mapping[int, str] | None = None
    head: Look = CENTRED
    looks: Mapping[str, Look] = field(default_factory=dict)
    above: int = 1

    def size(self, model: Model) -> tuple[int, int]:
        """Return its rows, and the columns of all images."""
        return self.rows, self.columns.first + model["images"].shape[0] * self.columns.apart

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield the cells of its quantities."""
        for name, (down, right, *steps) in self.left.items():
            yield single_block(model[name], row + down, column + right, *steps)
        column, across = column + self.columns.first, (0, self.columns.apart)
        for name, (down, right, *steps) in self.each.items():
            yield single_block(model[name], row + down, column + right, across, *steps)

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Draw the headings and texts, and show quantities as small numbers or ink."""
        if self.heads is not None:
            self._draw_heads(drawing, page, row, column)
        for (down, right), (said, look) in self.lines.items():
            text = said if isinstance(said, str) else said(page)
            if text:
                drawing.put(row + down, column + right, text, look)
        for block in (page.layout.blocks[name] for name in (*self.left, *self.each)):
            quantity = block.quantity
            look = value(quantity.number_format, given=quantity.is_input, first=False)
            is_bold = quantity.name in BOLD
            small = replace(look, size=SIZE, align="center", border=True, bold=is_bold)
            if quantity.kind in {"images", "a"}:
                small = replace(small, fill="")
                _ink(drawing, block)
            drawing.looks[quantity.name] = self.looks.get(quantity.name, small)
            type_in(drawing, block, page.words)

    def _draw_heads(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        columns, taken = self.columns, {right for down, right, *_ in self.each.values() if not down}
        for right in range(columns.bias + 1):
            drawing.put(row, column + right, "", CENTRED)
        for image in range(page.layout.model["images"].shape[0]):
            for right in {*range(columns.block)} - taken:
                text = self.heads.get(right, "").format(image + 1)
                at = column + columns.first + image * columns.apart + right
                drawing.put(row, at, int(text) if text.isdigit() else text, self.head)


def page_of(net: Net) -> Page:
    """Return the page of a network."""
    maps = [layer.shape[-1] for layer in net.layers.values() if len(layer.shape) == 3]
    columns = BandColumns(
        1 + max(map(_width, net.layers.values())), max(net.picture[1], sum(maps), 3)
    )
    top = Band(
        columns,
        4,
        {"C_T": (2, 0), "recognised": (2, 1), "says": (2, columns.first)},
        lines={
            (0, 0): (_said("sheets", "solver"), TITLE),
            (1, 0): (_said("quantities", "C_T"), LABEL),
            (1, 1): (_said("quantities", "recognised"), LABEL),
            (1, columns.first): (_said("notes", "solver"), NOTE),
            (3, columns.first): (_found, Look(ink=QUIET)),
        },
        looks={
            "C_T": replace(LARGE, number_format="0.00000"),
            "recognised": replace(LARGE, number_format="0"),
            "says": replace(SENTENCE, bold=True),
        },
    )
    pictures = Band(
        columns,
        1 + net.picture[0],
        each={"labels": (0, columns.step), "images": (1, 0, (1, 0), (0, 1))},
        lines={(0, 0): (_said("headings", "image"), SECTION)},
        heads={0: "{}"},
        head=replace(KEY, size=SIZE),
        above=0,
    )
    results = Band(
        columns,
        5,
        {"C_T_built": (3, 0), "far": (4, 0)},
        {"C": (0, 0), "answer": (1, 0), "right": (1, columns.step)},
        lines={
            (0, 0): (_said("quantities", "C"), LABEL),
            (1, 0): (_said("quantities", "answer"), LABEL),
            (2, 0): (_said("quantities", "C_T_built"), LABEL),
        },
        looks={
            "C_T_built": replace(LARGE, size=10, bold=False, number_format="0.00000"),
            "far": Look(number_format=";;;"),
        },
        above=2,
    )
    parts = (top, pictures, *_layers(net, columns), results)
    return SolverPage(net, columns, parts)


class SolverPage(Page):
    """A page of bands, for a network and a program's Solver."""

    def __init__(self, net: Net, columns: BandColumns, bands: tuple[Band, ...]) -> None:
        super().__init__("solver", "Solver", "", *bands, row=1)
        self.net, self.columns, self.head = net, columns, bands[0]

    def draw(self, context: Context[Any]) -> Drawing:
        """Draw the bands, and the names that hold the Solver model."""
        content = self.content(context.layout.model)
        drawing = Drawing(gridlines=False, freeze=(2 + self.head.rows, 1 + self.columns.first))
        rows, _ = content.size(context.layout.model)
        drawing.heights = {1: 24} | dict.fromkeys(range(2, rows + 1), ROW_HEIGHT)
        content.draw(drawing, context, self.row, 1)
        _set_widths(drawing, self.columns, context.layout.model["images"].shape[0])
        drawing.names = solver_names(context.layout, "C_T", self.net.variables)
        drawing.picture = self._errors(context)
        return drawing

    def _errors(self, context: Context[Any]) -> ScatterChart:
        """Return the Guide's chart of the error of each image; cells between them are empty."""
        blocks, words = context.layout.blocks, context.words
        rows = blocks["labels"].row, blocks["C"].row
        columns = blocks["C"].column, blocks["C"].last[1]
        title = context.layout.titles[self.key]
        number, C = (CellColumn(title, columns[0], row, row, columns[1]) for row in rows)
        line = Line(number, C, ERROR, width=0, marker="circle")
        return scatter(words("charts", "errors"), words("charts", "image"), [line])


def _layers(net: Net, columns: BandColumns) -> Iterator[Band]:
    """Yield the band of each layer with weights; what pools its maps is beside them."""
    names = list(net.layers)
    for name, after in zip(names, [*names[1:], ""], strict=True):
        layer, up = net.layers[name], superscript(name)
        if not layer.parameters:
            continue
        maps = layer.shape[1] if len(layer.shape) == 3 else 0  # rows of z, and as many of a
        height = max(2 * maps, *map(_rows, layer.parameters.values()))
        down = height + (height > 1)
        units = (down, 0), *(((1, 0), (0, 1)) if maps else ())
        heads = {0: f"z{up}"} | ({} if maps else {columns.step: f"a{up}"})
        a = (1 + maps, 0) if maps else (1, columns.step)
        each = {f"z{name}": (1, 0, *units), f"a{name}": (*a, *units)}
        if after and not net.layers[after].parameters:
            each[f"a{after}"] = (1 + maps, layer.shape[-1], *units)
        if not after:
            heads[2 * columns.step] = "t"
            each["t"] = (1, 2 * columns.step, *units)
        *_, bias = layer.parameters
        texts = {
            (0, 0): (_said("headings", f"layer_{name}"), SECTION),
            (0, 1): (_said("headings", "weights"), replace(SECTION, size=SIZE)),
            (0, columns.bias): (f"{PARAMETERS[bias].symbol}{up}", CENTRED),
        }
        for unit in range(layer.shape[0]):
            number = unit + (1 if after else net.first)
            texts[1 + unit * down, 0] = _said("headings", f"unit_{name}", number=number), LABEL
            if maps:
                texts[1 + unit * down + maps, 0] = _said("headings", f"maps_{name}"), LABEL
        left = {
            f"{kind}{name}": (1, 1 if kind in PICTURED else columns.bias, (down, 0), *_inner(shape))
            for kind, shape in layer.parameters.items()
        }
        yield Band(columns, 1 + (layer.shape[0] - 1) * down + height, left, each, texts, heads)


def _said(section: str, key: str, **numbers: int) -> Callable[[Context[Any]], str]:
    """Return a function that returns a text of a page."""
    return lambda page: page.words(section, key, **numbers)


def _found(page: Context[Any]) -> str:
    """Return how the weights were found, if they were."""
    found = page.spec.found
    if not found:
        return ""
    start = page.words("found", found.start, seed=found.seed)
    return page.words("found", "found", method=found.method, start=start, C_T=power(found.C_T))


def power(number: float) -> str:
    """Return a number with two digits; if it is far below 1, with a power of 10.

    >>> power(6.47e-13), power(1.5)
    ('6.5 × 10⁻¹³', '1.5')
    """
    if number == 0 or number >= 1e-3:
        return f"{number:.2g}"
    exponent = floor(log10(number))
    return f"{number / 10**exponent:.1f} × 10⁻{str(-exponent).translate(SUPERSCRIPTS)}"


def _set_widths(drawing: Drawing, columns: BandColumns, images: int) -> None:
    panel = [NAME_WIDTH, *[NUMBER_WIDTH] * columns.bias, GAP_WIDTH]
    block = [*[NUMBER_WIDTH] * columns.block, GAP_WIDTH]
    drawing.widths = dict(enumerate(panel + block * images, start=1))


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
