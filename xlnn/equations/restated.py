"""What must hold among the sheets' own numbers, whatever the inputs are? Said in another way.

Each gap is a distance relative to the size of what it compares, over all images of one epoch, or
over all epochs of one weight. It is 0 but for rounding as long as the formulas are whole, also
where inputs were changed. Shapes: z, a, slope, delta (images, units ...), t (images, outputs).

Differs from other formulas in that it computes with whole ranges: SUMPRODUCT does so in every
engine and in every version of Excel, but calls no function on a range in some.
"""

from collections.abc import Callable

import numpy as np

from xlnn.equations.activation import leak_of, written
from xlnn.equations.dense import written_sum
from xlnn.quantity import Cells, Equation

E = "2.71828182845905"
"""Of 15 digits, which is what spreadsheet programs save of a number in a formula."""

MOST_ABOVE = 60
"""Units of a dense layer up to which its sums are written out in one formula."""


def over(distance: str, size: str) -> str:
    """Return the formula of a distance relative to a size, which may be 0.

    >>> over("A1", "B1")
    'A1/(B1+(B1=0))'
    """
    return f"{distance}/({size}+({size}=0))"


def _squares(distances: str) -> str:
    """Return the formula of a sum of squares, by products: LibreOffice makes 1E-200^2 an error.

    >>> _squares("(A1:A3-B1:B3)")
    'SUMPRODUCT((A1:A3-B1:B3),(A1:A3-B1:B3))'
    """
    return f"SUMPRODUCT({distances},{distances})"


def share(distance: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Return a distance relative to a size, which may be 0."""
    return distance / np.where(size == 0, 1, size)


class StepGap(Equation):
    """All steps of a weight in one: w(last) = w(start) - eta sum of dC_T/dw over the epochs."""

    coarse = True

    def array(self, W: np.ndarray, gradient: np.ndarray, eta: np.ndarray) -> np.ndarray:
        """Return the gap of each weight, of the shape of those of one epoch."""
        distance = np.abs(W[-1] - W[0] + eta * gradient.sum(axis=0))
        return share(distance, np.sqrt((W**2).sum(axis=0)))

    def cell(self, *unit: int, W: Cells, gradient: Cells, eta: Cells) -> str:
        """Return the formula of one weight."""
        steps = f"{eta[()]}*SUMPRODUCT({gradient.epochs[unit]})"
        distance = f"ABS({W.at(-1)[unit]}-{W.at(0)[unit]}+{steps})"
        return "=" + over(distance, f"SQRT(SUMSQ({W.epochs[unit]}))")


class SumGap(Equation):
    """Sum of w dC_T/dw + sum of b dC_T/db = sum of delta z: z is linear in w and b.

    Of a cost with a penalty, lambda times the sum of w^2 comes to it.
    """

    coarse = True
    optional = ("l2",)

    def array(  # noqa: PLR0913, PLR0917 -- all that the identity joins
        self,
        W: np.ndarray,
        b: np.ndarray,
        dC_dW: np.ndarray,
        dC_db: np.ndarray,
        delta: np.ndarray,
        z: np.ndarray,
        l2: np.ndarray | float = 0.0,
    ) -> np.ndarray:
        """Return the gap, a number."""
        weights = (W * dC_dW).sum() - l2 * (W**2).sum()
        distance = np.abs(weights + (b * dC_db).sum() - (delta * z).sum())
        return share(distance, np.sqrt((delta**2).sum() * (z**2).sum()))

    def cell(  # noqa: PLR0913, PLR0917 -- the same
        self,
        W: Cells,
        b: Cells,
        dC_dW: Cells,
        dC_db: Cells,
        delta: Cells,
        z: Cells,
        l2: Cells | None = None,
    ) -> str:
        """Return the formula of one epoch."""
        delta_all, z_all = delta.images[...], z.images[...]
        weights = f"SUMPRODUCT({W[...]},{dC_dW[...]})+SUMPRODUCT({b[...]},{dC_db[...]})"
        weights += f"-{l2[()]}*SUMSQ({W[...]})" if l2 else ""
        distance = f"ABS({weights}-SUMPRODUCT({delta_all},{z_all}))"
        return "=" + over(distance, f"SQRT(SUMSQ({delta_all})*SUMSQ({z_all}))")


class InputGap(Equation):
    """Sum of all z of a dense layer = sum_j (sum of w_ji a_i) + how many images times sum of b."""

    coarse = True

    def array(self, z: np.ndarray, a: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return the gap, a number."""
        told = (W.reshape(len(W), -1) @ a.reshape(len(a), -1).sum(axis=0)).sum() + len(z) * b.sum()
        size = np.sqrt((W**2).sum() * (a**2).sum()) + np.sqrt((z**2).sum())
        return share(np.abs(z.sum() - told), size)

    def cell(self, z: Cells, a: Cells, W: Cells, b: Cells) -> str:
        """Return the formula of one epoch."""
        z_all, a_all = z.images[...], a.images[...]
        sums = [f"SUMPRODUCT({a_all}*{W[(j, ...)]})" for j in range(W.shape[0])]
        told = f"({written_sum(sums)})+COUNT({z.images[0]})*SUMPRODUCT({b[...]})"
        size = f"(SQRT(SUMSQ({W[...]})*SUMSQ({a_all}))+SQRT(SUMSQ({z_all})))"
        return "=" + over(f"ABS(SUMPRODUCT({z_all})-({told}))", size)


class UnitGap(Equation):
    """a = a(z), and a'(z), of all units of a layer at once.

    Parameters
    ----------
    value, slope : function
        What a and a' are, of NumPy's arrays: of z, and of z and a.
    written, written_slope : str
        The same of ranges, with ``{z}`` and ``{a}``.
    reaches_1 : bool
        Whether its values are near 1, so that a distance is measured by that.
    """

    coarse = True
    optional = ("slope",)

    def __init__(
        self,
        value: Callable[[np.ndarray], np.ndarray],
        slope: Callable[[np.ndarray, np.ndarray], np.ndarray] | None,
        written: str,
        written_slope: str,
        *,
        reaches_1: bool,
    ) -> None:
        self.value, self.slope = value, slope
        self.written, self.written_slope = written, written_slope
        self.reaches_1 = reaches_1

    def array(self, z: np.ndarray, a: np.ndarray, slope: np.ndarray | None = None) -> np.ndarray:
        """Return the gap, a number."""
        gap = self._square(a, self.value(z))
        if slope is not None and self.slope is not None:
            gap += self._square(slope, self.slope(z, a))
        return np.sqrt(gap)

    def cell(self, z: Cells, a: Cells, slope: Cells | None = None) -> str:
        """Return the formula of one epoch."""
        ranges = {"z": z.images[...], "a": a.images[...]}
        gap = self._written(ranges["a"], self.written.format(**ranges))
        if slope is not None and self.written_slope:
            gap += "+" + self._written(slope.images[...], self.written_slope.format(**ranges))
        return f"=SQRT({gap})"

    def _square(self, got: np.ndarray, told: np.ndarray) -> np.ndarray:
        size = (got**2).sum()
        return share(((got - told) ** 2).sum(), 1 + size if self.reaches_1 else size)

    def _written(self, got: str, told: str) -> str:
        distance = _squares(f"({got}-{told})")
        return f"{distance}/(1+SUMSQ({got}))" if self.reaches_1 else over(distance, f"SUMSQ({got})")


class SoftmaxGap(Equation):
    """exp_k = exp(z_k - max z), and the a of an image add up to 1."""

    coarse = True

    def array(
        self, z: np.ndarray, largest: np.ndarray, exp: np.ndarray, a: np.ndarray
    ) -> np.ndarray:
        """Return the gap, a number."""
        squares = ((exp - np.exp(z - largest[:, np.newaxis])) ** 2).sum() / (1 + (exp**2).sum())
        return np.sqrt(squares) + np.abs(a.sum() - len(a)) / len(a)

    def cell(self, z: Cells, largest: Cells, exp: Cells, a: Cells) -> str:
        """Return the formula of one epoch."""
        exp_all, rows = exp.images[...], f"COUNT({largest.images[()]})"
        told = f"{E}^{_bounded(f'({z.images[...]}-{largest.images[()]})', 700)}"
        squares = f"{_squares(f'({exp_all}-{told})')}/(1+SUMSQ({exp_all}))"
        return f"=SQRT({squares})+ABS(SUMPRODUCT({a.images[...]})-{rows})/{rows}"


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(z, -700, 700)))


def _bounded(z: str, most: int) -> str:
    """Return the formula of a number within bounds.

    Its exponential is neither too large for a cell nor too small, an error to LibreOffice.

    >>> _bounded("A1", 700)
    '(A1*(A1>-700)*(A1<700)-700*(A1<=-700)+700*(A1>=700))'
    """
    return f"({z}*({z}>-{most})*({z}<{most})-{most}*({z}<=-{most})+{most}*({z}>={most}))"


def leaky_gap(slope: float) -> UnitGap:
    """Return the gap of units that pass on a part of what is below 0."""
    told = f"({{z}}*({{z}}>0)+{written(slope)}*{{z}}*({{z}}<=0))"
    return UnitGap(lambda z: np.where(z > 0, z, slope * z), None, told, "", reaches_1=False)


UNIT_GAPS = {
    "sigmoid": UnitGap(
        _sigmoid,
        lambda _, a: a * (1 - a),
        f"1/(1+{E}^-{_bounded('{z}', 700)})",
        "{a}*(1-{a})",
        reaches_1=True,
    ),
    "tanh": UnitGap(
        lambda z: 1 - 2 / (1 + np.exp(2 * np.clip(z, -350, 350))),
        lambda _, a: (1 - a) * (1 + a),
        f"(1-2/(1+{E}^(2*{_bounded('{z}', 350)})))",
        "(1-{a})*(1+{a})",
        reaches_1=True,
    ),
    # z > 0 and not rounded: where that decides, a is 0 but for rounding, too
    "relu": UnitGap(lambda z: z * (z > 0), None, "{z}*({z}>0)", "", reaches_1=False),
    "linear": UnitGap(lambda z: z, None, "{z}", "", reaches_1=False),
    "softmax": SoftmaxGap(),
}
"""By the activation's name."""


def unit_gap(activation: str) -> Equation:
    """Return the gap of the units of an activation, by its name."""
    slope = leak_of(activation)
    return UNIT_GAPS[activation] if slope is None else leaky_gap(slope)


class OutputGap(Equation):
    """delta = (a - t) a'(z) of all outputs at once; some costs and units have no a'."""

    coarse = True
    optional = ("slope",)

    def array(
        self,
        delta: np.ndarray,
        a: np.ndarray,
        t: np.ndarray,
        slope: np.ndarray | float = 1.0,
    ) -> np.ndarray:
        """Return the gap, a number."""
        return np.sqrt(share(((delta - (a - t) * slope) ** 2).sum(), (a**2).sum() + (t**2).sum()))

    def cell(self, delta: Cells, a: Cells, t: Cells, slope: Cells | None = None) -> str:
        """Return the formula of one epoch."""
        a_all, t_all = a.images[...], t.images[...]
        told = f"({a_all}-{t_all})" + (f"*{slope.images[...]}" if slope else "")
        distance = _squares(f"({delta.images[...]}-{told})")
        size = f"(SUMSQ({a_all})+SUMSQ({t_all}))"
        return f"=SQRT({over(distance, size)})"


class HiddenGap(Equation):
    """delta_i = (sum_k delta_k w_ki) a'(z_i) of all units below a dense layer at once."""

    coarse = True
    optional = ("slope",)

    def array(
        self,
        delta: np.ndarray,
        delta_above: np.ndarray,
        W_above: np.ndarray,
        slope: np.ndarray | float = 1.0,
    ) -> np.ndarray:
        """Return the gap, a number."""
        told = np.tensordot(delta_above, W_above, axes=1) * slope
        size = (delta_above**2).sum() * (W_above**2).sum()
        return np.sqrt(share(((delta - told) ** 2).sum(), size))

    def cell(
        self, delta: Cells, delta_above: Cells, W_above: Cells, slope: Cells | None = None
    ) -> str:
        """Return the formula of one epoch: a column of errors times a row of weights."""
        units = range(delta_above.shape[0])
        told = written_sum([f"{delta_above.images[k]}*{W_above[(k, ...)]}" for k in units])
        told = f"({told})" + (f"*{slope.images[...]}" if slope else "")
        distance = _squares(f"({delta.images[...]}-{told})")
        size = f"SUMSQ({delta_above.images[...]})*SUMSQ({W_above[...]})"
        return f"=SQRT({over(distance, f'({size})')})"


class CostGap(Equation):
    """C_T from all outputs at once: half the sum of (t - a)^2, or the sum of all costs.

    Without the penalty, which is part of C_T.
    """

    coarse = True
    roles = ("C_T", "t", "a", "loss", "penalty")
    optional = ("t", "a", "loss", "penalty")

    def array(
        self,
        C_T: np.ndarray,
        t: np.ndarray | None = None,
        a: np.ndarray | None = None,
        loss: np.ndarray | None = None,
        penalty: np.ndarray | float = 0.0,
    ) -> np.ndarray:
        """Return the gap, a number."""
        C_T = C_T - penalty
        if loss is not None:
            return share(np.abs(C_T - loss.sum()), np.sqrt((loss**2).sum()))
        squares = ((t - a) ** 2).sum() / 2
        return share(np.abs(C_T - squares), (a**2).sum() + (t**2).sum())

    def cell(
        self,
        C_T: Cells,
        t: Cells | None = None,
        a: Cells | None = None,
        loss: Cells | None = None,
        penalty: Cells | None = None,
    ) -> str:
        """Return the formula of one epoch."""
        costs = f"{C_T[()]}-{penalty[()]}" if penalty else C_T[()]
        if loss:
            every = loss.images[...]
            return "=" + over(f"ABS({costs}-SUMPRODUCT({every}))", f"SQRT(SUMSQ({every}))")
        a_all, t_all = a.images[...], t.images[...]
        distance = f"ABS({costs}-{_squares(f'({t_all}-{a_all})')}/2)"
        return "=" + over(distance, f"(SUMSQ({a_all})+SUMSQ({t_all}))")
