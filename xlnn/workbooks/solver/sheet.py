"""The page of a network whose images are side by side.   Book: 3-5, 5-4.

The weights are on the left, a picture for each unit; to the right there is a block of columns for
each image: its picture, and next to each unit's weights the values of that unit.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from math import prod
from typing import Any

from xlnn.data.wording import amount
from xlnn.equations.layer import parameter_of
from xlnn.layout import Layout, quoted
from xlnn.quantity import Model
from xlnn.workbooks.network.spec import Spec
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.parts import (
    Across,
    Below,
    Beside,
    Grid,
    Label,
    Made,
    Numbers,
    PagePart,
    Row,
    Sentences,
    Space,
    Units,
)
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.solver.nets import variables
from xlnn.writing.charts import Line, range_of, scatter
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import INPUT_INK, NOTE, QUIET, SECTION, Look

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
    blocks = [layout.blocks[name] for name in (objective, *variables)]
    found = [
        [f"{quoted(layout.titles[block.sheet])}!{cells}" for cells in block.ranges(is_fixed=True)]
        for block in blocks
    ]
    cells = {"solver_opt": found[0][0], "solver_adj": ",".join(chain(*found[1:]))}
    return dict(sorted({**SETTINGS, **cells}.items()))


ERROR, WIDTH, GAP, HEIGHT = "C0561C", 7.7, 1.2, 13
"""The colour of errors; the widths of columns: with room for -1E-100, and between images; the
height of rows, in points."""

PICTURE = {"scale": "ink", "width": WIDTH, "height": 0, "text_size": 9}
HEAD = replace(SECTION, align="center", size=9)
LARGE = Look(bold=True, align="center", border=True, number_format="")
RESULT = replace(LARGE, size=9)
SMALL = replace(RESULT, bold=False)
WEIGHT = replace(SMALL, fill="input", ink=INPUT_INK)


def page(net: Spec, bands: Mapping[str, Sequence[str]]) -> Page:
    """Return the page of a network, for a program's Solver.

    ``bands`` are the quantities that it shows side by side, by the key of their heading.
    """
    return Page("solver", "Solver", "", Made(partial(_Solver, net, bands)), row=2)


class _Solver(Below):
    """What is found at the top, and below it the bands of the network; the Solver model."""

    def __init__(self, net: Spec, bands: Mapping[str, Sequence[str]], model: Model) -> None:
        whole = Across(
            "image",
            (Label("image", "headings", SECTION), Row("", "labels")),
            (Space(), Grid("images", titled=False, **PICTURE)),
            *(_band(net, model, heading, *names) for heading, names in bands.items()),
            (Label("C", "quantities", above=1), Row("C", look=SMALL)),
            (Label("answer", "quantities"), Row("answer", "right", look=RESULT)),
            (Numbers("C_T_built", at=1, looks={"C_T_built": SMALL}), Space()),
            width=GAP,
        )  # fmt: skip
        names = Label("C_T", "quantities", fits=True), Label("recognised", "quantities")
        totals = Row("C_T", "recognised", look=LARGE)
        left = Below(Beside(*names, apart=0), totals, Space(0, whole.left(model) - 1))
        found = Label(_found, look=Look(ink=QUIET))
        right = Below(Label("solver", "notes", NOTE), Sentences("says"), found)
        super().__init__(Beside(left, right), whole)
        self.net = net

    def draw(self, drawing: Drawing, page: Context[Any], row: int, column: int) -> None:
        """Draw it, name the model, and draw the Guide's chart; cells between errors are empty."""
        super().draw(drawing, page, row, column)
        last = row + self.size(page.layout.model)[0]
        drawing.heights |= dict.fromkeys(range(row, last), HEIGHT)
        drawing.names = solver_names(page.layout, "C_T", variables(self.net))
        title, C = page.layout.titles["solver"], page.layout.blocks["C"]
        rows = page.layout.blocks["labels"].row, C.row
        cells = (range_of(title, C.column, row, row, C.last[1]) for row in rows)
        line = Line(*cells, ERROR, width=0, marker="circle")
        said = (page.words("charts", key) for key in ("errors", "image"))
        drawing.picture = scatter(*said, [line])


def _band(net: Spec, model: Model, heading: str, *names: str) -> tuple[PagePart, PagePart]:
    """Return the weights and biases of a layer, and what each image has beside them."""
    shared, own = ([n for n in names if bool(model[n].axes) is is_own] for is_own in (False, True))
    options = {
        "headed": False, "pictures": True, "apart": 0, "width": WIDTH,
        "high": max(_size(model[name].shape)[0] for name in names),
    }  # fmt: skip

    def heads(*names: str) -> Iterator[PagePart]:
        for quantity in (model[name] for name in names):
            yield Label(quantity.symbol, look=HEAD, columns=_size(quantity.shape)[1])

    title = Label(heading, "headings", SECTION, above=1)
    ink = [name for name in own if model[name].kind == "a"]
    each = Units("", *own, ink=ink, looks=dict.fromkeys(own, SMALL), **options)
    right = Below(Beside(*heads(*own), apart=0), each)
    if not shared:
        return title, right
    _, layer = parameter_of(shared[0])
    first = int(net.labels[0]) if layer == net.layers[-1].name else 1
    numbers = range(first, first + model[shared[0]].shape[0])
    named = partial(_units, f"unit_{layer}", numbers)
    units = Units(named, *shared, looks=dict.fromkeys(shared, WEIGHT), **options)
    return Below(Beside(title, *heads(*shared), apart=0), units), right


def _size(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return the rows and columns of a unit, whose maps are side by side."""
    _, *inside = shape
    rows = inside[-2] if len(inside) > 1 else 1
    return rows, prod(inside) // rows


def _units(key: str, numbers: range, page: Context[Any]) -> list[str]:
    return [page.words("headings", key, number=number) for number in numbers]


def _found(page: Context[Any]) -> str:
    """Return how the weights were found, if they were."""
    found = page.spec.found
    if not found:
        return ""
    start = page.words("found", found.start, seed=found.seed)
    C_T = amount(float(f"{found.C_T:.2g}"))
    return page.words("found", "found", method=found.method, start=start, C_T=C_T)
