"""Least squares: the plane nearest to some points, and the sums that determine it.

For points (x_1 ... x_k, y) the plane is y = p_1 x_1 + ... + p_k x_k + q.   Book: 2-12.
"""

import numpy as np

from xlnn.equation import Cells, Sentence, Stated
from xlnn.equations.elementary import DIFFERENCE
from xlnn.equations.number import fixed, short
from xlnn.equations.sentences import FACTORS, Told
from xlnn.quantity import subscript
from xlnn.terms import (
    Term,
    count,
    either,
    largest,
    least,
    peak,
    products,
    root,
    rounded,
    sign,
    squares,
)

SMALL = 10
"""A column depends on those before it if they leave at most 10^-SMALL of its sum of squares."""

ALIKE = 12
"""Numbers that differ by at most 10^-ALIKE, relatively, are equal, as in a spreadsheet."""

LEAST = {"x": 140, "y": 300}
"""Differences below 10^-LEAST count as 0. The squares of those of x must not become 0; those of y
are not needed."""


# fmt: off
def varies(least: int) -> Stated:
    """Return the equation that tells which columns vary by at least 10^-least."""
    return Stated(
        lambda a: 1.0 * (
            np.ptp(a, axis=0) > np.maximum(np.abs(a).max(axis=0) / 10**ALIKE, 10.0**-least)),
        "=IF(MAX({0})-MIN({0})>MAX(MAX({0})/10^{1},-MIN({0})/10^{1},1/10^{2}),1,0)".format(
            "{a[row]}", ALIKE, least),
        says="1 for a column that varies, 0 for a constant one.", reads_as_stated=True)


DEVIATION = Stated(lambda varies, a, mean: varies * (a - mean), "={varies}*({a}-{mean})",
                   says="d = x - mean: exactly 0 in a constant column.")
DEVIATION_SUMS = Stated(
    lambda d, d_y: d.T @ np.column_stack([d, d_y]),
    lambda i, j, d, d_y: "=SUMPRODUCT({},{})".format(
        d.over("row")[i], d_y.over("row")[()] if j == d.shape[0] else d.over("row")[j]),
    says="The sums of the normal equations: sum d_i d_j, and to their right sum d_i d_y.")
"""They follow from dC_T/dp_i = 0, with q = mean y - p mean x from dC_T/dq = 0: the plane goes
through the mean of the points.   Book: 2-12."""


def swept(row: int) -> Stated:
    """Return the equation of a step of Gauss-Jordan elimination, which eliminates a row's unknown.

    The row, counted from 0, is divided by its pivot, and a multiple is subtracted from each other
    row. No rows need be exchanged, since the matrix is positive semidefinite. A pivot near 0 means
    that the column depends on those before it; its coefficient is set to 0.
    """
    def array(M: np.ndarray, sums: np.ndarray) -> np.ndarray:
        swept, others = M.copy(), np.arange(len(M)) != row
        if M[row, row] <= 10.0**-SMALL * sums[row, row]:
            swept[row] = 0
        else:
            swept[row] = M[row] / M[row, row]
            swept[others] -= np.outer(M[others, row], swept[row])
        return swept

    def cell(i: int, j: int, M: Cells, sums: Cells) -> str:
        # SIGN, since IronCalc treats numbers that differ by less than 2e-16 as equal
        nothing = f"SIGN({M[row, row]}-{sums[row, row]}/10^{SMALL})<=0"
        divided = f"{M[row, j]}/{M[row, row]}"
        if i == row:
            return f"=IF({nothing},0,{divided})"
        # the parentheses make the column of the pivot exactly 0: there the quotient is 1
        return f"=IF({nothing},{M[i, j]},{M[i, j]}-{M[i, row]}*({divided}))"

    return Stated(array, cell, says="One step of Gauss-Jordan elimination: the unknown of a row is "
                  "eliminated from the others.")


SOLUTION = Stated(lambda M: M[:, -1], lambda i, M: f"={M[i, M.shape[1] - 1]}",
                  says="p: the right side, once the elimination is complete.")
INTERCEPT = Stated(
    lambda p, x_mean, y_mean: y_mean - p @ x_mean, "={y_mean}-SUMPRODUCT({p[:]},{x_mean[:]})",
    says="q = mean y - (p_1 mean x_1 + ... + p_k mean x_k). Book: 2-12.")
ON_PLANE = Stated(
    lambda p, q, x: x @ p + q,
    lambda p, q, x: (
        f"={p[0]}*{x[0]}+{q[()]}" if p.shape[0] == 1 else f"=SUMPRODUCT({p[...]},{x[...]})+{q[()]}"
    ),
    says="p_1 x_1 + ... + p_k x_k + q. Book: 2-12.")
RESIDUAL = DIFFERENCE.restated("y", "on_plane", says="e = y - (p x + q). Book: 2-12.")
SQUARED_ERRORS = Stated(lambda e: (e**2).sum() / 2, "=SUMSQ({e[row]})/2",
                        says="C_T = 1/2 sum e^2, where e = y - (p x + q). Book: 2-12.")


def fitted(name: str) -> Stated:
    """Return the equation of the line's slope or intercept by ``SLOPE`` or ``INTERCEPT``.

    If all x are equal, the function has no value: the slope is set to 0, and the intercept to the
    mean of y. The slope has the shape (1,), like the slopes of a plane.
    """
    def array(
        x: np.ndarray, y: np.ndarray, varies: np.ndarray, y_mean: np.ndarray
    ) -> np.ndarray:
        if not varies[0]:
            return np.zeros(1) if name == "SLOPE" else y_mean
        middle, height = x[:, 0].mean(), y.mean()
        size = np.abs(x[:, 0] - middle).max()
        u = (x[:, 0] - middle) / size
        slope = u @ (y - height) / (u @ u) / size
        return np.array([slope]) if name == "SLOPE" else np.asarray(height - slope * middle)

    def cell(*_: int, x: Cells, y: Cells, varies: Cells, y_mean: Cells) -> str:
        otherwise = "0" if name == "SLOPE" else y_mean[()]
        ranges = f"{y.over('row')[()]},{x.over('row')[0]}"
        return f"=IF({varies[0]}=1,{name}({ranges}),{otherwise})"

    return Stated(array, cell, says="The slope or the intercept of the line, by the spreadsheet's "
                  "own function.")


def spread(rows: int) -> Stated:
    """Return the equation of the standard deviation of each column."""
    return Stated(
        lambda sums: np.sqrt(np.diagonal(sums) / rows),
        lambda i, sums: f"=SQRT({sums[i, i]}/{rows})",
        says="s = sqrt(sum d^2 / n): the standard deviation, which scales a column: u = d / s.")


def scaled_sums(rows: int) -> Stated:
    """Return the equation of the means of products of scaled columns, shape (columns, columns + 1).

    The gradient depends on the data through these alone, so no step reads all rows.
    """
    def inverse(spread: np.ndarray) -> np.ndarray:
        return np.divide(1, spread, out=np.zeros_like(spread), where=spread > 0)

    def by(spread: Cells, i: int, j: int) -> str:
        return spread[i] + (f"*{spread[j]}" if j < spread.shape[0] else "")

    return Stated(
        lambda sums, spread: (
            sums / rows * inverse(spread)[:, np.newaxis] * np.append(inverse(spread), 1)),
        lambda i, j, sums, spread: "=IF(SIGN({0})=0,0,{1}/({2}*{0}))".format(
            by(spread, i, j), sums[i, j], rows),
        says="The means of u_i u_j, and to their right of u_i d_y; 0 for a constant column.")


STANDARDISED_GRADIENT = Stated(
    lambda g, means: means[:, :-1] @ g - means[:, -1],
    lambda i, g, means: f"=SUMPRODUCT({means[i, : g.shape[0]]},{g[...]})-{means[i, g.shape[0]]}",
    says="dC/dg_i = sum_j (mean u_i u_j) g_j - mean u_i d_y, of C = C_T / n. Book: 2-10, 2-12.")
"""Differs from the book: divided by the number of rows, so that eta need not depend on it."""

HEIGHT_GRADIENT = DIFFERENCE.restated(
    "h", "y_mean",
    says="dC/dh = h - mean y: the mean of u is 0, so the height is independent of g. "
    "Book: 2-12.")


def scaled_cost(rows: int) -> Stated:
    """Return the equation of the total cost, from the means over so many rows."""
    return Stated(
        lambda g, means, slope_g, slope_h, d_y: (
            ((d_y**2).sum() + rows * (g @ (slope_g - means[:, -1]) + slope_h**2)) / 2),
        lambda g, means, slope_g, slope_h, d_y: "=(SUMSQ({})+{}*({}+{}^2))/2".format(
            d_y.over("row")[()], rows,
            "+".join(f"{g[i]}*({slope_g[i]}-{means[i, g.shape[0]]})" for i in range(g.shape[0])),
            slope_h[()]),
        says="C_T / n = 1/2 (mean d_y^2 - 2 g mean u d_y + g (mean u u) g + (h - mean y)^2), "
        "times n.")


UNSCALED = Stated(
    lambda g, spread: np.divide(g[-1], spread, out=np.zeros_like(g[-1]), where=spread > 0),
    "=IF(SIGN({spread})=0,0,{g.last}/{spread})",
    says="p = g / s: the coefficient of x, from that of u after the last step.")
LAST_INTERCEPT = Stated(
    lambda p, x_mean, h: h[-1] - p @ x_mean,
    "={h.last}-SUMPRODUCT({p[:]},{x_mean[:]})",
    says="q = h - (p_1 mean x_1 + ... + p_k mean x_k), of the height after the last step.")

class LineSentence(Sentence):
    """y = p x + q, with the names of the columns and the numbers."""

    def said(self, *, names: Term, p: Term, q: Term) -> str:
        k = p.shape[0]
        if k > FACTORS:
            last = subscript((k - 1,), (k,))
            return f"{names[k]} = p₁x₁ + … + p{last}x{last} + q"
        others = "".join(f"{_signed(p[i])} × {names[i]}" for i in range(1, k))
        return f"{names[k]} = {fixed(p[0], 4)} × {names[0]}{others}{_signed(q)}"


class WaysAgree(Sentence):
    """Whether all methods give the same plane.

    Two planes are the same if their predictions differ by no more than 1e-5 of the spread of y, or
    by rounding errors.

    Parameters
    ----------
    rows, columns : int
    """

    english = {
        "agree": "The normal equations, SLOPE and INTERCEPT, and gradient descent give the same "
        "line.",
        "agree_many": "The normal equations and gradient descent predict the same y for every row. "
        "(SLOPE and INTERCEPT work with one column only.)",
        "late": "Gradient descent has not converged: its line is still {apart} off. Use more steps "
        "or another η.",
        "away": "Gradient descent does not get closer with this η: C_T is {first} at the start and "
        "{last} after the last step. Choose another η.",
        "overflow": "Gradient descent has no result: an input is not a number, or the numbers "
        "become too large for a sheet. Choose a smaller η.",
        "differ": "SLOPE and INTERCEPT give a different line: the numbers of a column are so close "
        "to each other that the digits of a spreadsheet do not suffice.",
        "flat": "All x are equal, or nearly so. SLOPE and INTERCEPT have no value for equal x; 0 "
        "and the mean of y are used instead. The normal equations and gradient descent give the "
        "same line, with p = 0.",
    }
    roles = ("p", "x_mean", "y", "d_y", "C_T", "C", "apart", "varies", "apart_fitted")
    optional = ("varies", "apart_fitted")

    def __init__(self, rows: int, columns: int) -> None:
        self.rows, self.agree = rows, "agree" if columns == 1 else "agree_many"

    def said(self, *, C_T: Term, C: Term, apart: Term, **known: Term) -> str:
        first, last = C.at(0), C.at(-1)
        shown = {"apart": short(apart), "first": short(first, 4), "last": short(last, 4)}
        words = {key: line.format(**shown) for key, line in self.words.items()}
        y, d_y = (known[name].over("row") for name in ("y", "d_y"))
        p, x_mean = known["p"][...], known["x_mean"][...]
        terms = peak(y) + root(products(p, p, x_mean, x_mean))
        near = root(squares(d_y) / self.rows) / 10**5 + terms / 10**14
        text = words[self.agree]
        if "varies" in known:
            text = either(sign(known["apart_fitted"] - near) > 0, words["differ"], text)
            text = either(sign(known["varies"][0]) == 0, words["flat"], text)
        arrives = either(sign(last - first + first / 10**9) < 0, words["late"], words["away"])
        text = either(sign(apart - near) > 0, arrives, text)
        return either(count(apart, last) + 0 * C_T < 2, words["overflow"], text)


def determined(rows: int, columns: int) -> Told:
    """Return whether so many rows determine the coefficients of all columns."""
    return Told(
        {"determined": "{rows} rows determine {parameters} parameters. At least as many rows as "
         "parameters are needed (2-12); here there are {more} more.",
         "dependent": "A column follows from the others, or hardly varies: even {rows} rows do not "
         "determine its coefficient. It is set to 0."},
        lambda M: (rounded(sum((M[i, i] for i in range(1, columns)), M[0, 0]), 6) == columns,),
        parameters=columns + 1, more=rows - columns - 1)


BY_HAND = Told(
    {"by_hand": "Your p and q give C_T = {C_hand}; the smallest is {C_T}, which is {more} less.",
     "better": "Your p and q give C_T = {C_hand}, less than {C_T} of the normal equations: they "
     "leave out a column that nearly follows from the others.",
     "least": "Your p and q give C_T = {C_hand}, which is the smallest."},
    lambda C_hand, C_T, y: (sign(C_hand - C_T - rounding(C_T, y)) > 0,
                            sign(C_hand - C_T + rounding(C_T, y)) < 0),
    digits=4, more=lambda C_hand, C_T: short(abs(C_hand - C_T), 4))
"""How much larger C_T of the line by hand is than the minimum."""


def rounding(C_T: Term, y: Term) -> Term:
    """Return how much of a cost may be only rounding."""
    return C_T / 10**9 + squares(y.over("row")) / 10**26


class Shown(Sentence):
    """Where an axis of the charts begins or ends, and whether any number is beyond.

    An axis that programs scale themselves, with an edge of 0, needs no sentence.

    Parameters
    ----------
    column : int
        The index of the axis' name among the names of the columns.
    shown : tuple of str
        What the charts show along this axis.
    rows : int
    """

    english = {
        "begins": "The charts show {name} from {edge} up.",
        "below": "Part of {name} lies below {edge}, where the charts begin: set the minimum of "
        "this axis to automatic.",
        "ends": "The charts show {name} up to {edge}.",
        "beyond": "Part of {name} lies above {edge}, where the charts end: set the maximum of this "
        "axis to automatic.",
    }

    def __init__(self, column: int, shown: tuple[str, ...], rows: int) -> None:
        self.column, self.shown, self.cells = column, shown, len(shown) * rows
        self.roles = ("names", "edge", *shown)

    def said(self, *, names: Term, edge: Term, **known: Term) -> str:
        numbers = [known[name].over("row")[...] for name in self.shown]
        blanks = {"name": names[self.column], "edge": short(edge, 4)}
        begins, below, ends, beyond = (line.format(**blanks) for line in self.words.values())
        up = either(least(*numbers) < edge, below, begins)
        down = either(largest(*numbers) > edge, beyond, ends)
        is_none = (count(*numbers) < self.cells) + (edge == 0) > 0
        return either(is_none, "", either(edge > 0, up, down))


def _signed(x: Term) -> str:
    """Return a number as a further term: its sign, spaced, and its size."""
    return f"{either(x < 0, ' − ', ' + ')}{fixed(abs(x), 4)}"
