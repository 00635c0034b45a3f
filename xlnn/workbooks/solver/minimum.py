"""Find the weights with the smallest C_T with SciPy.

The gradient is computed by back-propagation, with the same equations as in other workbooks. A
solver descends from its start, so the minimum it finds depends on the start.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from xlnn.data.numbers import rounded
from xlnn.equations.cost import SQUARED_ERROR, SQUARED_ERROR_DELTA
from xlnn.equations.layer import computed
from xlnn.errors import OptionsError
from xlnn.workbooks.solver.nets import Net

METHOD = "L-BFGS-B"
"""A quasi-Newton method, close kin of those of Excel's GRG; the others of SciPy find no less."""

SMALLEST_SLOPE, STEPS = 1e-12, 5_000
"""When it ends: where no component of the gradient is larger, or after so many steps."""

WITHOUT = (
    '--solved asks SciPy for the weights, and it is not installed: pip install "xlnn[solver]", or '
    "build without --solved and use Solver in Excel."
)


@dataclass(frozen=True)
class Minimum:
    """The result of a solver.

    Attributes
    ----------
    weights : dict of arrays
        By name, rounded to the digits that a spreadsheet keeps.
    method : str
        The program, its version and its method.
    """

    weights: dict[str, np.ndarray]
    method: str


def gradient(
    net: Net, x: np.ndarray, t: np.ndarray, weights: Mapping[str, np.ndarray]
) -> tuple[float, dict[str, np.ndarray]]:
    """Return C_T and its gradient, by back-propagation.

    Parameters
    ----------
    net : Net
    x : array, shape (images, rows, columns)
    t : array, shape (images, outputs)
    weights : dict of arrays
        The weights and biases by their names.

    Book: 4-3, 5-5.
    """
    values: dict[str, dict[str, Any]] = {}
    a = x
    for name, layer in net.layers.items():
        values[name] = {kind: weights[f"{kind}{name}"] for kind in layer.parameters}
        values[name] |= {"below": a, "slope": 1.0}
        for kind, equation in {**layer.forward, **layer.noted}.items():
            values[name][kind] = computed(equation, values[name])
        a = values[name]["a"]
    delta, slopes = SQUARED_ERROR_DELTA.array(t, a, values[net.output]["slope"]), {}
    for name, below in zip(reversed(net.layers), [*reversed(net.layers), ""][1:], strict=True):
        layer, own = net.layers[name], {**values[name], "delta": delta}
        for kind, equation in layer.gradients.items():
            slopes[f"{kind}{name}"] = computed(equation, own)
        if below:
            own |= {f"{kind}_above": value for kind, value in own.items()}
            delta = computed(layer.delta_below, own | {"slope": values[below]["slope"]})
    return float(SQUARED_ERROR.array(t, a).sum()), slopes


def find(net: Net, x: np.ndarray, t: np.ndarray, start: Mapping[str, np.ndarray]) -> Minimum:
    """Find weights that minimise C_T, by descending from a start.

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
    shapes = net.variables

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
    return Minimum(weights, f"SciPy {scipy.__version__}, {METHOD}")
