"""Units that receive a row of numbers: their sums, outputs and costs, and gradients over all rows.

Each row of a layer's table is a vector x of shape (inputs,), the weights are W (units, inputs) and
b (units,), and an error has the shape (units,). Axes of rows, such as ``"row", "step"``, are those
over which a cost or a gradient is a sum.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from xlnn.equation import Cells, Choice, Sentence, Stated
from xlnn.equations import activation, cost, dense, elementary, lookup, verdict
from xlnn.equations.dense import written_squares
from xlnn.equations.neuron import steadied, steady
from xlnn.equations.sentences import at_least, first_place
from xlnn.slices import joined, largest_unit, of_vectors
from xlnn.terms import Term, among, either, largest, peak_formula

__all__ = [
    "BACK", "CENTRAL", "COPY", "DENSE", "DIFFERENCE", "DISTANCE", "ENTROPY", "ERROR", "EXP",
    "HALF_SQUARE", "LENGTH", "LINE", "LINEAR", "NEGATIVE", "PRODUCT", "PROJECT", "RATIO",
    "RELU", "SHARE", "SIGMOID", "SIGMOID_DELTA", "SQUARED_ERROR", "SUM", "TANH", "AskedAll",
    "Back", "Largest", "Least", "Listed", "Named", "OfRow", "UsedNumber", "around_circle", "best",
    "bias_slope", "covariance", "entry", "look_up", "mean", "pictures", "right",
    "root_mean_square", "slope", "total", "unchosen",
]  # fmt: skip

SIGMOID, TANH, RELU = activation.SIGMOID, activation.TANH, activation.RELU
SQUARED_ERROR, ENTROPY = cost.SQUARED_ERROR, cost.CROSS_ENTROPY
DENSE, Back, BACK = dense.DENSE, dense.Back, dense.BACK
OfRow, pictures = lookup.OfRow, lookup.pictures  # which show a row of pixels as a picture
Least = verdict.Least
UsedNumber, AskedAll, unchosen = lookup.UsedNumber, lookup.AskedAll, lookup.unchosen
SIGMOID_DELTA = Stated(
    lambda a, t: (a - t) * a * (1 - a),
    "=({a}-{t})*{a}*(1-{a})",
    says="delta = (a - t) a'(z), with a' = a (1 - a) of a sigmoid output. Book: 4-2.",
    usage="a (row; n), t (row; n) → (row; n)",
)
COPY, SUM, DIFFERENCE, PRODUCT = (
    elementary.COPY,
    elementary.SUM,
    elementary.DIFFERENCE,
    elementary.PRODUCT,
)
NEGATIVE, LINE, LINEAR = elementary.NEGATIVE, elementary.LINE, elementary.LINEAR
CENTRAL, HALF_SQUARE, LENGTH = elementary.CENTRAL, elementary.HALF_SQUARE, elementary.LENGTH
total, mean, root_mean_square = elementary.total, elementary.mean, elementary.root_mean_square
RATIO = Stated(
    lambda a, b: np.where(a == 0, 0.0, b / np.where(a == 0, 1.0, a)),
    "=IF(SIGN({a})=0,0,{b}/{a})",
    says="b / a, and 0 where a is 0.",
    usage="a (n), b (n) → (n)",
)
PROJECT = Stated(
    lambda W, x: x @ W.T,
    lambda *at, W, x: f"=SUMPRODUCT({x[(*at[:-1], slice(None))]},{W[at[-1], :]})",
    usage="W (m, n), x (row; n) → (row; m): W x, without a bias; x may be the rows of a matrix.",
    block=lambda W, x: f"=MMULT({of_vectors(x)},TRANSPOSE({W}))",
)


EXP = Stated(
    lambda z: np.exp(z - z.max(-1)[..., None]),
    lambda *at, z: f"=EXP({z[at]}-MAX({z[(*at[:-1], slice(None))]}))",
    usage="z (row; n) → (row; n): exp(z - max z), of which `SHARE` makes a softmax.",
    block=lambda z: f"=EXP({z}-{largest_unit(z)})",
)
SHARE = Stated(
    lambda S: S / S.sum(-1)[..., None],
    lambda *at, S: f"={S[at]}/SUM({S[(*at[:-1], slice(None))]})",
    usage="S (row; n) → (row; n): S / sum S: the softmax, of `EXP`.",
    block=lambda S: f"={of_vectors(S)}/{S.row_sums}",
)

ERROR = DIFFERENCE.restated(
    "y",
    "t",
    usage="y (row; n), t (row; n) → (row; n): y - t: how fast the cross-entropy changes with z.",
)


def slope(*axes: str) -> Stated:
    """Return the gradient of weights: what enters them times their error, summed over axes.

    >>> slope("row")
    Stated(d, a)
    >>> slope("row", "step")
    Stated(d, a)
    """
    return Stated(
        lambda d, a: np.einsum("nj,ni->ji", *(x.reshape(-1, x.shape[-1]) for x in (d, a))),
        lambda j, i, d, a: f"=SUMPRODUCT({d.over(*axes)[j]},{a.over(*axes)[i]})",
        usage=f"d ({', '.join(axes)}; m), a ({', '.join(axes)}; n) → (m, n)",
        block=lambda d, a: (
            "="
            + "+".join(
                f"MMULT(TRANSPOSE({of_vectors(error, entering)}),{entering})"
                for error, entering in zip(d.each(*axes), a.each(*axes), strict=True)
            )
        ),
    )


def bias_slope(*axes: str) -> Stated:
    """Return the gradient of biases.

    >>> bias_slope("row")
    Stated(d)
    """
    return Stated(
        lambda d: d.reshape(-1, d.shape[-1]).sum(0),
        lambda j, d: f"=SUM({d.over(*axes)[j]})",
        usage=f"d ({', '.join(axes)}; m) → (m)",
        block=lambda d: f"={of_vectors(*d.each(*axes)).sum_columns(joined(d.each(*axes)))}",
    )


def entry(index: int, axis: str, shape: int = 0) -> Stated:
    """Return the entry at an index of an axis: -1 is the last.

    Parameters
    ----------
    index : int
    axis : str
        The last axis of the quantity ``of``.
    shape : int
        The number of dimensions of a unit.

    >>> entry(-1, "step")
    Stated(of)
    """
    return Stated(
        lambda of: of.take(index, axis=-1 - shape),
        lambda *unit, of: f"={of.at(index, along=axis)[unit]}",
        usage=f"of ({axis};) → ()",
    )


DISTANCE = Stated(
    lambda x, centres: ((x[:, np.newaxis] - centres) ** 2).sum(axis=2),
    lambda k, x, centres: (
        "=" + written_squares([f"{x[i]}-{centres[k, i]}" for i in range(x.shape[0])])
    ),
    usage="x (row; n), centres (m, n) → (row; m): The squared distances of each row from those "
    "of centres.",
)


def covariance(*axes: str) -> Stated:
    """Return the covariance of a population, from its deviations d from the mean.

    >>> covariance("point")
    Stated(d)
    """
    return Stated(
        lambda d: d.T @ d / len(d),
        lambda i, j, d: "=SUMPRODUCT({0},{1})/COUNT({0})".format(
            *(d.over(*axes)[unit] for unit in (i, j))
        ),
        usage=f"d ({', '.join(axes)}; n) → (n, n)",
    )


def look_up(*axes: str, **fields: Any) -> Stated:  # noqa: ANN401 -- the fields of an equation
    """Return entries of a table along axes, by their numbers from 1.

    The units of the numbers come before those of the table. Without axes the table is a matrix,
    whose entries are counted row by row.

    Parameters
    ----------
    *axes : str
    **fields : object
        Fields of `Stated`: ``reads_as_stated=True`` where entries are kinds or places.

    >>> look_up("person")
    Stated(table, number)
    >>> look_up()
    Stated(table, number)
    """

    def cell(*unit: int, table: Cells, number: Cells) -> str:
        numbers = len(number.shape)
        at = number[unit[:numbers]]
        if axes:
            return f"={table.over(*axes).nth(at)[unit[numbers:]]}"
        columns = table.shape[1]
        return f"=INDEX({table[...]},INT(({at}-1)/{columns})+1,MOD({at}-1,{columns})+1)"

    return Stated(
        lambda table, number: lookup.entry(table if axes else table.ravel(), number),
        cell,
        says="The entry of a table with a number that counts from 1.",
        usage=f"table ({axes[0]};), number (n) from 1 to {axes[0]} → (n)"
        if axes
        else "table (m, n), number (k) from 1 to m → (k)",
        **fields,
    )


def around_circle(parts: int, of: str) -> Stated:
    """Return the equation of ``COS`` or ``SIN`` of each part of the full circle, from 0 on.

    >>> around_circle(8, "COS")
    Stated(part)
    """
    function = {"COS": np.cos, "SIN": np.sin}[of]
    return Stated(
        lambda part: steady(function(2 * np.pi * part / parts)),
        "=" + steadied(f"{of}(2*PI()*{{part}}/{parts})"),
        says="cos or sin of a part of the full circle; exactly 0 where only rounding would remain.",
        usage="part (n) → (n)",
    )


def training_position(samples: int) -> Stated:
    """Return the equation of a row of the sheet Training, which has so many rows per epoch."""
    return Stated(
        lambda epoch, image: (epoch - 1) * samples + image,
        lambda epoch, image: f"=({epoch[()]}-1)*{samples}+{image[()]}",
        says="The position of the chosen epoch and image among the rows of the sheet Training, "
        "from 1.",
        reads_as_stated=True,
    )


def right(*axes: str) -> Stated:
    """Return how many outputs are on the side of ½ on which their target is.

    COUNTIFS skips an empty target, which is 0 in training: so of all outputs below ½, those with a
    target from ½ on are subtracted.

    >>> right("row", "step")
    Stated(y, t)
    """
    return Choice(
        lambda y, t: 1.0 * (((y >= 0.5) & (t >= 0.5)) | ((y < 0.5) & (t < 0.5))).sum(),
        lambda y, t: (
            '=COUNTIFS({0},">="&0.5,{1},">="&0.5)'
            '+COUNTIF({0},"<"&0.5)-COUNTIFS({0},"<"&0.5,{1},">="&0.5)'.format(
                *(cells.over(*axes)[0] for cells in (y, t))
            )
        ),
        usage=f"y ({', '.join(axes)}; 1), t ({', '.join(axes)}; 1) → ()",
    )


CLOSE = 10**9
"""Numbers of a row are alike, apart from rounding, if they differ by at most its largest absolute
value divided by this."""


def first_best(of: np.ndarray, alike: int = 1, *, least: bool = False) -> np.ndarray:
    """Return which number of each row is the first of the largest or least ones, from 1.

    Parameters
    ----------
    of : array of shape (..., n)
    alike : int
        What to return if all numbers of a row are alike.
    least : bool
    """
    of, size = -of if least else of, np.abs(of).max(-1, keepdims=True)
    is_best = of.max(-1, keepdims=True) - of <= size / CLOSE
    return np.where(is_best.all(-1), alike, 1.0 + is_best.argmax(-1))


def first_best_in(of: Cells, *row: int, alike: int = 1, least: bool = False) -> str:
    """Return the part of a formula that finds the number of `first_best` among a row's units.

    Signs are compared, since some programs treat numbers as equal that differ very little.
    """
    every, count = of[(*row, slice(None))], of.shape[-1]
    cases = [(f"MAX({every})-MIN({every})", alike)] if alike != 1 else []
    for k in range(count - 1):
        unit = of[(*row, k)]
        cases.append((f"{unit}-MIN({every})" if least else f"MAX({every})-{unit}", k + 1))
    size = f"{peak_formula(every)}/{CLOSE}"
    tests = "".join(f"IF(SIGN({gap}-{size})<1,{number}," for gap, number in cases)
    return f"{tests}{count}{')' * len(cases)}"


def best(*, alike: int = 1, least: bool = False) -> Stated:
    """Return which unit of a row is the first of the largest or least ones, as `first_best`.

    >>> best()
    Stated(of)
    >>> best(alike=0, least=True)
    Stated(of)
    """
    return Choice(
        lambda of: first_best(of, alike, least=least),
        lambda of: f"={first_best_in(of, alike=alike, least=least)}",
        usage="of (row; n) → (row;)",
    )


class Named(Sentence):
    """The names of numbers, which count from 1, in a row or in a column.

    Parameters
    ----------
    names : sequence of str
    """

    repeats = True

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)

    def said(self, *unit: int, of: Term) -> str:
        return among(of[max(unit)], self.names)


class Listed(Sentence):
    """The names of numbers, which count from 1, from a list of names in cells.

    Parameters
    ----------
    axis : str
        The axis of the list.
    """

    repeats = True

    def __init__(self, axis: str) -> None:
        self.axis = axis

    def said(self, *unit: int, of: Term, names: Term) -> str:
        n = max(unit)
        name = f"{lookup.entry_of(names.over(self.axis), of[n])}"
        return either(of[n] >= 1, name, "–")  # INDEX of 0 is a whole column


def number_of(axis: str, names: int) -> Stated:
    """Return the equation of the numbers of words in a list of names, 0 if it has no such name.

    Upper and lower case are equal, as with = in a cell.

    Parameters
    ----------
    axis : str
        The axis of the list.
    names : int
        Its length.
    """

    def array(typed: np.ndarray, names: np.ndarray) -> np.ndarray:
        known = [str(name or "").lower() for name in names]
        words = (str(text or "").lower() for text in typed)
        return np.array([1 + known.index(word) if word in known else 0 for word in words], float)

    def cell(unit: int, typed: Cells, names: Cells) -> str:
        tests = (f"IF({typed[unit]}={names.at(n, along=axis)[()]},{n + 1}," for n in range(length))
        return f"={''.join(tests)}0{')' * length}"

    length = names
    return Choice(array, cell)


LIKELIEST = Choice(
    lambda p: np.where(np.isnan(p).any(-1), np.nan, 1.0 + np.argmax(p, axis=-1)),
    lambda t, p: "=" + dense.place_of(f"MAX({p[t, :]})", p[t, :], always=True),
    says="Which of the probabilities of each row is the first of the largest, from 1.",
)


class Largest(Sentence):
    """The name of the largest number of each row, or a dash if it is not the only one.

    Parameters
    ----------
    axis : str
        The axis of the list of names, which are in cells.
    close : float
        How much less a number may be that counts as equal.
    """

    repeats = True

    def __init__(self, axis: str, close: float = 1e-6) -> None:
        self.axis, self.close = axis, close

    def said(self, t: int, *, p: Term, names: Term) -> str:
        row = p[t, :]
        several = at_least(row, largest(row) - self.close) > 1
        name = lookup.entry_of(names.over(self.axis), first_place(largest(row), row))
        return either(several, "–", f"{name}")
