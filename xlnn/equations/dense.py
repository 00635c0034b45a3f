"""The equations of a dense layer: every unit sees every unit of the layer below.

Shapes: a of the layer ``below`` (samples, inputs), W (units, inputs), b (units,), z and delta
(samples, units).
"""

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np

from xlnn.equation import Cells, Equation, Stated
from xlnn.slices import NotOfSliceError, Slice, of_vectors, product

LONGEST_CHAIN = 100
"""The most terms in one sum: formualizer accepts 256 operators, so longer sums are nested in
parentheses."""

MOST_ARGUMENTS = 200
"""The most arguments of a function: it accepts 255, so more are nested in further calls."""


def written_call(function: str, cells: Sequence[str]) -> str:
    """Return the MAX, MIN or SUM of cells or ranges, written out.

    Differs from MAX of a range, as `total` from SUM, and for the same reason.

    >>> written_call("MAX", ["A1", "B1"])
    'MAX(A1,B1)'
    """
    if len(cells) <= MOST_ARGUMENTS:
        return f"{function}({','.join(cells)})"
    groups = range(0, len(cells), MOST_ARGUMENTS)
    parts = [written_call(function, cells[i : i + MOST_ARGUMENTS]) for i in groups]
    return written_call(function, parts)


def written_squares(ranges: Sequence[str]) -> str:
    """Return the sum of the squares of cells or ranges, written out.

    >>> written_squares(["A1:B1", "D1"])
    'SUMSQ(A1:B1,D1)'
    """
    starts = range(0, len(ranges), MOST_ARGUMENTS)
    parts = [f"SUMSQ({','.join(ranges[i : i + MOST_ARGUMENTS])})" for i in starts]
    return written_sum(parts)


def written_sum(terms: Sequence[str]) -> str:
    """Return a sum, written out.

    >>> written_sum(["a*b", "c*d"])
    'a*b+c*d'
    """
    if len(terms) <= LONGEST_CHAIN:
        return "+".join(terms)
    groups = [terms[i : i + LONGEST_CHAIN] for i in range(0, len(terms), LONGEST_CHAIN)]
    return "+".join(f"({'+'.join(group)})" for group in groups)


def counted(cells: str, number: object, sign: str = "=") -> str:
    """Return the formula that counts cells equal to a number, or greater or less than it.

    A single cell is compared instead, since some programs count in ranges only.

    >>> counted("A1:A9", 2), counted("A1:A9", 0, ">"), counted("A1", 2)
    ('COUNTIF(A1:A9,2)', 'COUNTIF(A1:A9,">0")', 'IF(A1=2,1,0)')
    """
    if ":" not in cells:
        return f"IF({cells}{sign}{number},1,0)"
    return f"COUNTIF({cells},{number})" if sign == "=" else f'COUNTIF({cells},"{sign}{number}")'


def place_of(value: object, cells: str, *, always: bool = False) -> str:
    """Return the formula of the first position of a value in cells, from 1; 0 if it is missing.

    A single cell is compared instead, since IronCalc (0.9.1) finds nothing in one.

    >>> place_of(2, "A1:A9"), place_of(2, "A1"), place_of("MIN(A1:A9)", "A1:A9", always=True)
    ('IFERROR(MATCH(2,A1:A9,0),0)', 'IF(A1=2,1,0)', 'MATCH(MIN(A1:A9),A1:A9,0)')

    Parameters
    ----------
    value : str or number
    cells : str
    always : bool
        Whether the value is certain to be there.
    """
    if ":" not in cells:
        return "1" if always else f"IF({cells}={value},1,0)"
    position = f"MATCH({value},{cells},0)"
    return position if always else f"IFERROR({position},0)"


def place_in(array: np.ndarray, value: object) -> np.ndarray:
    """Return the first position of a value along the last axis, from 1; 0 if it is missing.

    >>> place_in(np.array([5, 7, 7]), 7), place_in(np.array([5, 7]), np.array([[5], [6]]))
    (array(2.), array([1., 0.]))
    """
    is_it = array == value
    return np.where(is_it.any(axis=-1), is_it.argmax(axis=-1) + 1.0, 0.0)


def total(cells: Cells) -> str:
    """Return the sum of all units, of the formula's own row or of the rows that it names.

    Differs from SUM of a range: LibreOffice 25.2's SUM may read outdated cells if it computes them
    in the middle of another computation. SUMPRODUCT does not.
    """
    if ":" in cells.listed and "," not in cells.listed:
        return f"SUMPRODUCT({cells.listed})"
    return f"({written_sum(cells.listed.split(','))})"


def _weighted_input(*at: int, W: Cells, x: Cells, b: Cells) -> str:
    """Return the formula of a unit, with a SUMPRODUCT for each map below."""
    *row, j = at
    maps = range(W.shape[1]) if len(W.shape) == 4 else ()
    parts = [(m, ...) for m in maps] or [(...,)]
    try:
        terms = [f"SUMPRODUCT({x[(*row, *part)]},{W[(j, *part)]})" for part in parts]
    except ValueError:  # they are not a range
        terms = [f"{W[j, i]}*{x[(*row, i)]}" for i in range(W.shape[1])]
    return f"={written_sum(terms)}+{b[j]}"


def _received(W: Slice, x: Slice, b: Slice) -> str:
    """Return the array formula of what all units receive from all samples."""
    if x.shape != W.shape[1:]:  # the rows of a matrix that lie side by side
        raise NotOfSliceError
    return f"=MMULT({x},TRANSPOSE({W}))+{b}"


DENSE = Stated(
    lambda W, x, b: (
        x.reshape(*x.shape[: x.ndim + 1 - W.ndim], -1) @ W.reshape(len(W), -1).T + b  # or pictures
    ),
    _weighted_input,
    says="z_j = sum_i w_ji a_i + b_j.   Book: 3-2, 5-3.",
    usage="W (m, n), x (row; n), b (m) → (row; m)",
    block=_received,
)
"""What each unit receives; x may be the rows of a matrix, or x and W shaped as pictures or maps."""


class Back(Equation):
    """The error of what enters weights, from the errors of what they give: the sum of d W.

    Parameters
    ----------
    *pairs : (str, str)
        The roles of an error d and of the weights W through which it comes back.
    plus : str
        The role of an error that comes back on another way.
    tanh : str
        The role of the outputs h, if they are tanh of what the error is to be of.
    slope : str
        The role of the slope of the activation function, which a linear unit does not have.
    says : str

    >>> Back(("d", "W"), ("e", "U"), plus="other", tanh="h")
    Back(d, W, e, U, other, h)
    >>> Back(("d", "W"), slope="s")
    Back(d, W, s)
    """

    def __init__(
        self,
        *pairs: tuple[str, str],
        plus: str = "",
        tanh: str = "",
        slope: str = "",
        says: str = "",
    ) -> None:
        self.pairs, self.plus, self.tanh, self.slope, self.says = pairs, plus, tanh, slope, says
        self.roles = (*chain.from_iterable(pairs), *filter(None, (plus, tanh, slope)))
        self.optional = (slope,) if slope else ()
        through = ", ".join(f"{d} (row; m), {W} (m, n)" for d, W in pairs)
        own = (f", {role} (row; n)" for role in self.roles[2 * len(pairs) :])
        self.usage = f"{through}{''.join(own)} → (row; n)"
        self.usage += "" if says else ": The errors that come back through weights: the sum of d W."
        self._document()

    def array(self, **known: np.ndarray) -> np.ndarray:
        """Return the errors, in the shape of what enters."""
        error = sum(_through(known[d], known[W]) for d, W in self.pairs)
        error = known[self.plus] + error if self.plus else error
        error = error * (1 - known[self.tanh] ** 2) if self.tanh else error
        return error * known[self.slope] if self.slope in known else error

    def cell(self, *at: int, **known: Cells) -> str:
        terms = [known[self.plus][at]] if self.plus else []
        for d, W in ((known[d], known[W]) for d, W in self.pairs):
            row, unit = at[: len(d.shape) - 1], at[len(d.shape) - 1 :]
            terms += [f"{d[(*row, j)]}*{W[(j, *unit)]}" for j in range(W.shape[0])]
        factors = (name for name in (self.tanh, self.slope) if name in known)
        error = f"({written_sum(terms)})"
        return self._written(error, {name: known[name][at] for name in factors})

    def block(self, **known: Slice) -> str:
        """Return the array formula of all samples: the errors times the weights."""
        terms = [f"{known[self.plus]}"] if self.plus else []
        terms += [product(known[d], known[W]) for d, W in self.pairs]
        factors = (name for name in (self.tanh, self.slope) if name in known)
        error = "+".join(terms) if len(terms) == 1 else f"({'+'.join(terms)})"
        return self._written(error, {name: f"{known[name]}" for name in factors})

    def _written(self, error: str, factors: Mapping[str, str]) -> str:
        """Return the formula of an error, times the slope of the activation function."""
        if self.tanh:
            h = factors[self.tanh]
            return f"={error}*(1-{h}*{h})"
        if self.slope in factors:
            return f"={error}*{factors[self.slope]}"
        return f"={error[1:-1] if error[0] == '(' else error}"


def _through(d: np.ndarray, W: np.ndarray) -> np.ndarray:
    """Return d W; of the rows of matrices, or of one row each, with units of any shape."""
    return d @ W if d.ndim > 2 else np.tensordot(d, W, axes=1)


BACK = Back(("d", "W"))

HIDDEN_DELTA = Back(
    ("delta_above", "W_above"),
    slope="slope",
    says="delta_i = (sum_k delta_k w_ki) a'(z_i), from the layer above.   Book: 4-3.\n\n"
    "A layer with linear units has no a'.",
)


WEIGHT_GRADIENT = Stated(
    lambda delta, below: np.tensordot(delta, below, axes=(0, 0)),
    lambda j, *unit, delta, below: f"=SUMPRODUCT({delta.samples[j]},{below.samples[unit]})",
    block="=MMULT(TRANSPOSE({delta}),{below})",
    says="dC_T/dw_ji = sum over the samples of delta_j a_i. Book: 4-2, summed as in 4-4.",
)

BIAS_GRADIENT = Stated(
    lambda delta: delta.sum(axis=(0, *range(2, delta.ndim))),
    lambda j, delta: f"=SUMPRODUCT({delta.samples[j, ...]})",
    block=lambda delta: f"={of_vectors(delta).column_sums}",
    says="dC_T/db_j = sum over the samples, and a filter's places, of delta_j. Book: 4-2, 5-5.",
)
