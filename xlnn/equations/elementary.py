"""Equations of a few letters, each stated once; elsewhere they have other names and a meaning."""

import numpy as np

from xlnn.equation import Stated
from xlnn.equations.dense import written_call

COPY = Stated(
    lambda a: a,
    "={a}",
    repeats=True,
    says="A copy of a number in another place.",
    usage="a (n) → (n)",
)
SUM = Stated(lambda a, b: a + b, "={a}+{b}", usage="a (n), b (n) → (n): a + b.")
DIFFERENCE = Stated(lambda a, b: a - b, "={a}-{b}", usage="a (n), b (n) → (n): a - b.")
PRODUCT = Stated(lambda a, b: a * b, "={a}*{b}", usage="a (n), b (n) → (n): a b.")
NEGATIVE = Stated(lambda a: -a, "=-{a}", usage="a (n) → (n): -a.")
HALF_SQUARE = Stated(
    lambda t, a: (t - a) ** 2 / 2,
    "=({t}-{a})^2/2",
    usage="t (n), a (n) → (n): C = (t - a)^2 / 2 of one output. Book: 3-3.",
)

LINE = Stated(
    lambda x, m, n: m * x + n,
    "={m}*{x}+{n}",
    usage="x (k), m (k), n (k) → (k): y = mx + n. Book: 2-1 has ax + b.",
)

PLUS_PRODUCT = Stated(
    lambda a, b, c: a + b * c, "={a}+{b}*{c}", usage="a (n), b (n), c (n) → (n): a + b c."
)
LINEAR = Stated(
    lambda a, x, b, y: a * x + b * y,
    "={a}*{x}+{b}*{y}",
    usage="a (n), x (n), b (n), y (n) → (n): A linear combination of two numbers. Book: 2-2, 2-3.",
)

CENTRAL = Stated(
    lambda right, left, h: (right - left) / (2 * h),
    "=({right}-{left})/(2*{h})",
    usage="right (n), left (n), h () → (n): (a(z + h) - a(z - h)) / 2h: the slope between two "
    "points. Book: 2-6.",
)

LENGTH = Stated(
    lambda a: np.sqrt((a * a).sum(-1)),
    "=SQRT(SUMSQ({a[:]}))",
    usage="a (row; n) → (row;): |a|, the root of the sum of the squares. Book: 2-4.",
)


def total(*axes: str) -> Stated:
    """Return the sum over axes, and of all units.

    >>> total("row")
    Stated(C)
    >>> total("row", "step")
    Stated(C)
    """
    return Stated(
        lambda C: C.sum(),
        lambda C: "=" + written_call("SUM", C.over(*axes).listed.split(",")),
        usage=f"C ({', '.join(axes)}; n) → (): The sum.",
    )


def mean(*axes: str, count: int = 0) -> Stated:
    """Return the mean over axes; the quantity must have no others.

    With their `count` an empty cell is 0, as in other formulas; AVERAGE leaves it out.

    >>> mean("row")
    Stated(of)
    """
    return Stated(
        lambda of: of.mean(0),
        lambda *unit, of: (
            f"=SUM({of.over(*axes)[unit]})/{count}"
            if count
            else f"=AVERAGE({of.over(*axes)[unit]})"
        ),
        says="The mean of all entries.",
        usage=f"of ({', '.join(axes)}; n) → (n)",
    )


def root_mean_square(*axes: str) -> Stated:
    """Return the typical size of numbers, such as errors, over the only axes that they have.

    >>> root_mean_square("row")
    Stated(of)
    """
    return Stated(
        lambda of: np.sqrt((of**2).mean(0)),
        lambda *unit, of: "=SQRT(SUMSQ({0})/COUNT({0}))".format(of.over(*axes)[unit]),
        says="The root mean square: the square root of the mean of all squares.",
        usage=f"of ({', '.join(axes)}; n) → (n)",
    )
