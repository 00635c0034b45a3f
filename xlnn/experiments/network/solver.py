"""The kinds "solver" and "cnn-solver": a network on one sheet, for a spreadsheet's own Solver.

The weights are on the left, a picture for each unit; to the right there is a block of columns for
each image: its picture, and next to each unit's weights the values of that unit. There are two
networks: the dense one of chapter 3, and the convolutional one of chapter 5.

Excel finds the Solver model in the file; the Guide has the steps for LibreOffice. With ``solved``,
SciPy finds the weights by gradients from back-propagation, with the same equations as in other
workbooks. It descends from a start, so the minimum it finds depends on the start.   Book: 3-5, 5-4.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import chain
from math import prod
from typing import Annotated, Any, ClassVar

import numpy as np

from xlnn import reference
from xlnn.axis import Axis
from xlnn.data.messages import amount, short
from xlnn.data.numbers import rounded
from xlnn.equations import digits
from xlnn.equations.cost import SQUARED_ERROR, TOTAL_COST
from xlnn.equations.layer import PARAMETERS, parameter_of, probed
from xlnn.equations.sentences import Told
from xlnn.equations.verdict import RECOGNISED, RIGHT
from xlnn.errors import DataError, OptionsError
from xlnn.experiments.network.layers import LayerSpec, kinds_of, network_spec, parameters_of
from xlnn.experiments.network.quantities.network import network
from xlnn.grid import quoted
from xlnn.layout import Layout
from xlnn.model import Model
from xlnn.option import WHOLE, Option
from xlnn.quantity import Quantity, superscript
from xlnn.reference import Arrays
from xlnn.registry.templates import Template, folder, names
from xlnn.registry.text import Text
from xlnn.workbooks.entries import SELDOM, one_of
from xlnn.workbooks.experiment import Experiment, Size
from xlnn.workbooks.kind import Plan, Source
from xlnn.workbooks.pages.grid_part import Grid
from xlnn.workbooks.pages.number_parts import Made, Numbers, Row
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.part import Across, Below, Beside, PagePart, Space
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table_parts import Units
from xlnn.workbooks.pages.text_parts import Label, Sentences
from xlnn.workbooks.spec import Spec
from xlnn.workbooks.start_weights import start_from_seed, start_of
from xlnn.writing.charts import Line, range_of, scatter
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import INPUT_INK, NOTE, QUIET, SECTION, Look

DENSE = network_spec((4, 3), ("0", "1"), LayerSpec("2", 3), LayerSpec("3", 2))
"""12-3-2 units.   Book: 3-1, 3-5."""

MAPS = network_spec(
    (6, 6), ("1", "2", "3"),
    LayerSpec("F", 3, "sigmoid", "convolution", (3, 3)),
    LayerSpec("P", 0, "linear", "max pooling", (2, 2)),
    LayerSpec("O", 3),
)  # fmt: skip
"""Three filters of 3 x 3, max pooling of 2 x 2, three outputs.   Book: 5-2, 5-4."""


def variables(net: Spec) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the weights and biases by name, layer by layer."""
    return {f"{kind}{layer}": shape for kind, layer, shape in parameters_of(net)}


def quantities(net: Spec, images: int, words: Text) -> Iterator[Quantity]:
    """Yield the weights, and for each image its picture, its units, C and the digit recognised."""
    for kind, layer, shape in parameters_of(net):
        symbol = f"{PARAMETERS[kind].symbol}{superscript(layer)}"
        yield Quantity(f"{kind}{layer}", kind, symbol, shape=shape, role="weight",
                       number_format="0.00", scale=probed(kind, shape))  # fmt: skip
    of_image = partial(Quantity, axes=(Axis("image", images),))
    yield of_image("images", symbol="x{}", shape=net.picture)
    first, last = int(net.labels[0]), int(net.labels[-1])
    yield of_image("labels", symbol="", choices=(first, last))
    target = digits.target(first, len(net.labels))
    yield of_image("t", symbol="t", shape=(len(net.labels),), equation=target.of("labels"),
                   number_format="0", role="forward")  # fmt: skip
    below = "images"
    for name, layer in kinds_of(net).items():
        for kind, equation in layer.forward.items():
            uses = {role: below if role == "below" else f"{role}{name}" for role in equation.roles}
            decimals = "0.0" if kind == "z" and len(layer.shape) == 3 else "0.00"
            yield of_image(f"{kind}{name}", kind, f"{kind}{superscript(name)}", shape=layer.shape,
                           equation=equation, uses=uses, number_format=decimals,
                           role="forward")  # fmt: skip
        below = f"a{name}"
    yield of_image("C", symbol="C", equation=SQUARED_ERROR.of("t", below), number_format="0.000")
    yield of_image("answer", equation=digits.LargestDigit(first).of(below),
                   number_format='0;"?";0')  # fmt: skip
    marks = words("sentences", "marks")
    yield of_image("right", equation=RIGHT.of("answer", "labels"), number_format=marks)
    yield Quantity("C_T", symbol="C_T", equation=TOTAL_COST, number_format="0.00000")
    yield Quantity("recognised", equation=RECOGNISED, number_format="0")
    yield Quantity("C_T_built", symbol="C_T", is_record=True, number_format="0.00000")
    yield Quantity("far", equation=digits.how_far(images), number_format="0")
    keys = ("to_solve", "all_right", "solved")
    sentences = [words.open("sentences", key, images=images) for key in keys]
    yield Quantity("says", equation=Told(sentences, "far"), is_text=True)


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
"""The Solver model without its cells: minimise, GRG Nonlinear, negative values, no constraint."""


def solver_names(layout: Layout, objective: str, variables: Iterable[str]) -> dict[str, str]:
    """Return the hidden names of a Solver model, and what they stand for.

    Excel writes them when a workbook with a Solver model is saved, and reads them when Data >
    Solver is opened; OnlyOffice reads and writes the same ones, and LibreOffice (25.2) all that it
    knows.

    Parameters
    ----------
    layout : Layout
    objective : str
        The quantity to be made smallest.
    variables : iterable of str
        The quantities to be changed.
    """
    blocks = [layout.blocks[name] for name in (objective, *variables)]
    ranges = [
        [f"{quoted(layout.titles[block.sheet])}!{cells}" for cells in block.ranges(is_fixed=True)]
        for block in blocks
    ]
    cells = {"solver_opt": ranges[0][0], "solver_adj": ",".join(chain(*ranges[1:]))}
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
    """The results at the top and the bands of the network below them, with the Solver model."""

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
        label = Label(_found, look=Look(ink=QUIET))
        right = Below(Label("solver", "notes", NOTE), Sentences("says"), label)
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
        titles = (page.words("charts", key) for key in ("errors", "image"))
        drawing.picture = scatter(*titles, [line])


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
    beside = Units("", *own, ink=ink, looks=dict.fromkeys(own, SMALL), **options)
    right = Below(Beside(*heads(*own), apart=0), beside)
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


STARTS = ("template", "seed", "file", "workbook")
"""Where a solver may have begun."""


@dataclass(frozen=True)
class Found:
    """How the weights were found: the method, from which start, with which seed if any."""

    method: str
    start: Annotated[str, one_of("start", STARTS)]
    C_T: float
    seed: Annotated[int | None, Option(WHOLE, "")] = field(default=None, metadata=SELDOM)


@dataclass(frozen=True)
class SolverSpec(Spec):
    """Everything about such a workbook that is not a number in one of its input cells.

    Attributes
    ----------
    found : Found or None
        How the weights were found, if they were.
    """

    found: Found | None = field(default=None, metadata=SELDOM)


@dataclass(frozen=True)
class SolverKind(Experiment):
    """An experiment with a network whose weights a solver changes."""

    net: Spec = DENSE

    described_by: ClassVar[type[Spec]] = SolverSpec

    def from_template(self, template: Template) -> Source:
        """Read a template; ``start`` names another one, whose start is used."""
        values = dict(template.values)
        named, where = values.pop("start", None), f"template.toml of {template.name}"
        source = super().from_template(replace(template, values=values))
        if named is None:
            return source
        file = folder() / str(named) / "start.json"
        if named not in names() or not file.exists():
            raise DataError(f"{where}: start is {short(named)}: a template with a start.json.")
        return replace(source, inputs={**start_of(file, variables(self.net)), **source.inputs})

    def from_workbook(self, name: str, spec: Spec, arrays: Arrays) -> Source:
        """Return the current contents of a workbook; changed weights no longer count as found."""
        found, source = spec.found, super().from_workbook(name, spec, arrays)
        if found and not np.isclose(arrays["C_T"], found.C_T, rtol=1e-6, atol=0):
            found = None
        inputs = {**source.inputs, "C_T_built": arrays["C_T_built"]}
        return replace(source, inputs=inputs, settings={**source.settings, "found": found})

    def plan(self, source: Source, options: Mapping[str, Any]) -> Plan[Spec]:
        """Combine a source with options, and find the weights if requested."""
        given = self._start(options)
        known = {**source.inputs, **given}
        began = "template" if known.pop("C_T_built", None) is None else "workbook"
        began = "file" if "start" in options else "seed" if given else began
        kept = None if given else source.settings.get("found")
        plain = {name: value for name, value in options.items() if name == "lang"}
        plan = super().plan(replace(source, inputs=known), plain)
        inputs, notes, method = dict(plan.inputs), (), ""
        if options.get("solved"):
            target = reference.expected(plan.model, plan.model["t"], plan.inputs)
            weights, method = find(self.net, inputs["images"], target, inputs)
            inputs |= weights
        inputs["C_T_built"] = np.asarray(0.0)
        run = reference.run(plan.model, inputs)
        inputs["C_T_built"] = np.asarray(float(f"{float(run['C_T']):.15g}"))
        if method:
            seed = options["seed"] if began == "seed" else None
            kept = Found(method, began, float(inputs["C_T_built"]), seed)
            notes = self._notes(run)
        return replace(plan, spec=replace(plan.spec, found=kept), inputs=inputs, told=notes)

    def _start(self, options: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Return the weights given in the options, if any."""
        if "start" in options:
            return start_of(options["start"], variables(self.net))
        if "seed" in options:
            return start_from_seed(options["seed"], variables(self.net))
        return {}

    def _notes(self, run: Arrays) -> tuple[str, ...]:
        right, images = int(run["recognised"]), len(run["C"])
        note = f"SciPy found C_T = {float(run['C_T']):.2g}, {right} of {images} images recognised."
        more = (
            (" Another start may give a smaller C_T: try another --seed.") if right < images else ""
        )
        return (note + more,)


def _made(name: str, net: Spec, **bands: Sequence[str]) -> SolverKind:
    """Return the kind of a network, and the bands of its sheet."""

    def yielded(sizes: Mapping[str, int], words: Text) -> Iterator[Quantity]:
        return quantities(net, sizes["images"], words)

    return SolverKind(
        name=name,
        sizes={"images": Size(64, 1, 200)},
        model=yielded,
        pages=(page(net, bands),),
        net=net,
    )


KIND = _made(
    "solver", DENSE, layer_2=("W2", "b2", "z2", "a2"), layer_3=("W3", "b3", "z3", "a3", "t")
)
MAPS_KIND = _made(
    "cnn-solver",
    MAPS,
    layer_F=("WF", "bF", "zF"),
    maps_F=("aF", "aP"),
    layer_O=("WO", "bO", "zO", "aO", "t"),
)


METHOD = "L-BFGS-B"
"""A quasi-Newton method, like those of Excel's GRG; SciPy's others find no smaller cost."""

SMALLEST_SLOPE, STEPS = 1e-12, 5_000
"""It ends where no component of the gradient is larger, or after so many steps."""

WITHOUT = (
    '--solved asks SciPy for the weights, and it is not installed: pip install "xlnn[solver]", or '
    "build without --solved and use Solver in Excel."
)


@cache
def _training(net: Spec, images: int) -> Model:
    """Return the model of an epoch of training."""
    return network(net.sized(epochs=1, images=images, cost="squared error"))


def gradient(
    net: Spec, x: np.ndarray, t: np.ndarray, weights: Mapping[str, np.ndarray]
) -> tuple[float, dict[str, np.ndarray]]:
    """Return C_T and its gradient, by back-propagation.

    Parameters
    ----------
    net : Spec
    x : array, shape (images, rows, columns)
    t : array, shape (images, outputs)
    weights : dict of arrays
        The weights and biases by their names.

    Book: 4-3, 5-5.
    """
    model = _training(net, len(x))
    given = {"x": x, "t": t, "eta": 0, "labels": [*map(float, net.labels)], **weights}
    inputs = {q.name: np.reshape(given[q.name], q.input_lengths) for q in model.inputs}
    run = reference.run(model, inputs | reference.known(model))
    slopes = {name: run[f"dC_d{name}"].reshape(array.shape) for name, array in weights.items()}
    return float(run["C_T"][0]), slopes


def find(
    net: Spec, x: np.ndarray, t: np.ndarray, start: Mapping[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], str]:
    """Find weights that minimise C_T, by descending from a start.

    Return them by name, rounded to the digits that a spreadsheet keeps, and the method: the
    program, its version and its method.

    Raises
    ------
    OptionsError
        SciPy is not installed.
    """
    try:
        import scipy  # noqa: PLC0415 -- an extra
        from scipy.optimize import minimize  # noqa: PLC0415 -- the same
    except ImportError as error:
        raise OptionsError(WITHOUT) from error
    shapes = variables(net)

    def unpacked(vector: np.ndarray) -> dict[str, np.ndarray]:
        ends = np.cumsum([int(np.prod(shape)) for shape in shapes.values()])
        parts = np.split(vector, ends[:-1])
        pairs = zip(shapes.items(), parts, strict=True)
        return {name: part.reshape(shape) for (name, shape), part in pairs}

    def packed(arrays: Mapping[str, np.ndarray]) -> np.ndarray:
        return np.concatenate([np.ravel(arrays[name]) for name in shapes])

    def cost(vector: np.ndarray) -> tuple[float, np.ndarray]:
        C_T, slopes = gradient(net, x, t, unpacked(vector))
        return C_T, packed(slopes)

    options = {"gtol": SMALLEST_SLOPE, "ftol": 0.0, "maxiter": STEPS, "maxfun": 2 * STEPS}
    result = minimize(cost, packed(start), jac=True, method=METHOD, options=options)
    weights = {name: rounded(array) for name, array in unpacked(result.x).items()}
    return weights, f"SciPy {scipy.__version__}, {METHOD}"
