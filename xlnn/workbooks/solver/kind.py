"""The kinds "solver" and "cnn-solver": a network on one sheet, for a spreadsheet's own Solver.

Excel finds the Solver model in the file; the Guide has the steps for LibreOffice. With ``solved``,
SciPy finds the weights by gradients from back-propagation, with the same equations as in other
workbooks. It descends from a start, so the minimum it finds depends on the start.   Book: 3-5, 5-4.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Annotated, Any, ClassVar

import numpy as np

from xlnn import reference
from xlnn.data.numbers import rounded
from xlnn.data.wording import short
from xlnn.errors import DataError, OptionsError
from xlnn.option import WHOLE, Option
from xlnn.quantity import Model, Quantity
from xlnn.reference import Arrays
from xlnn.registry.templates import Template, folder, names
from xlnn.registry.text import Text
from xlnn.workbooks.entries import SELDOM, one_of
from xlnn.workbooks.experiment import Experiment, ExperimentOrigin, ExperimentSpec, Size
from xlnn.workbooks.kind import Recipe
from xlnn.workbooks.network.quantities.network import network
from xlnn.workbooks.network.spec import Spec
from xlnn.workbooks.network.start import start_from_file, start_from_seed, start_of
from xlnn.workbooks.solver.nets import DENSE, MAPS, quantities, variables
from xlnn.workbooks.solver.sheet import page

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
class SolverSpec(ExperimentSpec):
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

    described_by: ClassVar[type[ExperimentSpec]] = SolverSpec

    def from_template(self, template: Template) -> ExperimentOrigin:
        """Read a template; ``start`` names another one, whose start is used."""
        values = dict(template.values)
        named, where = values.pop("start", None), f"template.toml of {template.name}"
        origin = super().from_template(replace(template, values=values))
        if named is None:
            return origin
        file = folder() / str(named) / "start.json"
        if named not in names() or not file.exists():
            raise DataError(f"{where}: start is {short(named)}: a template with a start.json.")
        return ExperimentOrigin(
            origin.spec, {**start_from_file(file, variables(self.net)), **origin.inputs}
        )

    def from_workbook(self, name: str, spec: ExperimentSpec, arrays: Arrays) -> ExperimentOrigin:
        """Return the current contents of a workbook; changed weights no longer count as found."""
        found = spec.found
        if found and not np.isclose(arrays["C_T"], found.C_T, rtol=1e-6, atol=0):
            spec = replace(spec, found=None)
        origin = super().from_workbook(name, spec, arrays)
        return replace(origin, inputs={**origin.inputs, "C_T_built": arrays["C_T_built"]})

    def recipe(
        self, origin: ExperimentOrigin, options: Mapping[str, Any]
    ) -> Recipe[ExperimentSpec]:
        """Combine an origin with options, and find the weights if requested."""
        given = self._start(options)
        known = {**origin.inputs, **given}
        began = "template" if known.pop("C_T_built", None) is None else "workbook"
        began = "file" if "start" in options else "seed" if given else began
        kept = None if given else origin.spec.found
        plain = {name: value for name, value in options.items() if name == "lang"}
        made = super().recipe(ExperimentOrigin(origin.spec, known), plain)
        inputs, notes, method = dict(made.inputs), (), ""
        if options.get("solved"):
            target = reference.expected(made.model, made.model["t"], made.inputs)
            weights, method = find(self.net, inputs["images"], target, inputs)
            inputs |= weights
        inputs["C_T_built"] = np.asarray(0.0)
        run = reference.run(made.model, inputs)
        inputs["C_T_built"] = np.asarray(float(f"{float(run['C_T']):.15g}"))
        if method:
            seed = options["seed"] if began == "seed" else None
            kept = Found(method, began, float(inputs["C_T_built"]), seed)
            notes = self._notes(run)
        return replace(made, spec=replace(made.spec, found=kept), inputs=inputs, notes=notes)

    def _start(self, options: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Return the weights given in the options, if any."""
        if "start" in options:
            return start_of(options["start"], variables(self.net))
        if "seed" in options:
            return start_from_seed(options["seed"], variables(self.net))
        return {}

    def _notes(self, run: Arrays) -> tuple[str, ...]:
        right, images = int(run["recognised"]), len(run["C"])
        said = f"SciPy found C_T = {float(run['C_T']):.2g}, {right} of {images} images recognised."
        more = (
            (" Another start may give a smaller C_T: try another --seed.") if right < images else ""
        )
        return (said + more,)


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
"""A quasi-Newton method, close kin of those of Excel's GRG; the others of SciPy find no less."""

SMALLEST_SLOPE, STEPS = 1e-12, 5_000
"""When it ends: where no component of the gradient is larger, or after so many steps."""

WITHOUT = (
    '--solved asks SciPy for the weights, and it is not installed: pip install "xlnn[solver]", or '
    "build without --solved and use Solver in Excel."
)


@cache
def _training(net: Spec, images: int) -> Model:
    """Return the model of an epoch of training."""
    return network(replace(net, epochs=1, samples=images, cost="squared error"))


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
