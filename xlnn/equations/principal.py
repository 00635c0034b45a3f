"""The first two principal axes of points, by power iteration.

H. Hotelling, Analysis of a complex of statistical variables into principal components, Journal of
Educational Psychology 24 (1933), whose iteration finds the axes. A direction v (columns,) is
multiplied by the covariance S again and again, and turns towards the axis along which the points
spread most; the second axis is that of what the first one leaves of S.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from xlnn.equations import units
from xlnn.quantity import Choice, Quantity, Stated, previous

NEARLY = 0.001
"""The part of all variance that axes may miss; its square is what their last step may still add."""

UNIT = Stated(  # what has no length has no direction, and stays; a small number may equal 0
    lambda v, Sv: Sv / np.sqrt((Sv**2).sum()) if (Sv**2).sum() else v,
    "=IF(SIGN(SUMSQ({Sv[:]}))=0,{v},{Sv}/SQRT(SUMSQ({Sv[:]})))",
)
RAYLEIGH = Stated(
    lambda v, Sv: v @ Sv / (v @ v) if v @ v else 0,
    "=IF(SIGN(SUMSQ({v[:]}))=0,0,SUMPRODUCT({v[:]},{Sv[:]})/SUMSQ({v[:]}))",
)
SIGNED = Stated(  # v and -v are one axis: the component that is largest is positive
    lambda v: v[-1] if v[-1].max() >= -v[-1].min() else -v[-1],
    "=IF(MAX({v.last[:]})>=-MIN({v.last[:]}),1,-1)*{v.last}",
)
DEFLATED = Stated(
    lambda S, lam, axis: S - lam * np.outer(axis, axis),
    lambda i, j, S, lam, axis: f"={S[i, j]}-{lam[()]}*{axis[i]}*{axis[j]}",
)
WHOLE = Stated(lambda S: S.trace(), lambda S: "=" + "+".join(S[i, i] for i in range(S.shape[0])))
RISE = Stated(lambda lam: lam[-1] - lam[-2], lambda lam: f"={lam.at(-1)[()]}-{lam.at(-2)[()]}")
FOUND = Choice(  # axes have the largest variances: no less than the mean of those that are left
    lambda spread, whole, share1, share2, rise1, rise2: (
        0
        if not spread.any()
        else 1
        + (share1 >= share2 - NEARLY)
        * (share2 * (len(spread) - 1) >= 1 - NEARLY - share1)
        * (max(rise1, rise2) <= NEARLY**2 * whole)
    ),
    f"=IF(SIGN(SUM({{spread[:]}}))=0,0,1+({{share1}}>={{share2}}-{NEARLY})"
    f"*({{share2}}*(COUNT({{spread[:]}})-1)>=1-{NEARLY}-{{share1}})"
    f"*(SIGN(MAX({{rise1}},{{rise2}})-{NEARLY}^2*{{whole}})<1))",
)


def spread(rows: str) -> Stated:
    """Return how far each column reaches: its largest number minus the smallest."""
    return Stated(
        lambda x: np.ptp(x, axis=0),
        lambda i, x: "=MAX({0})-MIN({0})".format(x.over(rows)[i]),
    )


SCORE = Stated(
    lambda d, axis1, axis2: d @ np.column_stack([axis1, axis2]),
    lambda n, d, axis1, axis2: f"=SUMPRODUCT({d[:]},{(axis1, axis2)[n][:]})",
)


# fmt: off
def axes(
    here: Callable[..., Quantity], each: Callable[..., Quantity], turn: Callable[..., Quantity],
    columns: int, rows: str,
) -> Iterator[Quantity]:
    """Yield the axes of points x: directions, variances, and where the points lie along them.

    ``axis1`` and ``axis2`` are 1 long, ``lam1`` and ``lam2`` the variances along them, ``share1``
    and ``share2`` their parts of all variance. ``varies`` is 2 if they are the axes, 1 if the steps
    have not found them, and 0 if all points are the same.

    Parameters
    ----------
    here, each, turn : function
        Return a quantity (columns,) of a name and fields: one, one of each point x, and one of each
        step, along an axis ``step`` that is filled down. Each is a ``partial`` of `Quantity`.
    columns : int
    rows : str
        The axis of the points.

    >>> [q.name for q in axes(*[partial(Quantity, shape=(3,))] * 3, 3, "point")][:5]
    ['mean', 'd', 'S1', 'whole', 'spread']
    """
    number, square = partial(here, shape=()), partial(here, shape=(columns, columns))
    yield here("mean", title="mean", equation=units.mean(rows).of("x"), symbol="x̄{}")
    yield each("d", title="deviation", equation=units.ERROR.of("x", "mean"), symbol="d{}")
    yield square("S1", kind="S", symbol="S{}", title="covariance", equation=units.covariance(rows),
                 meaning="of the whole population: divided by the number of points",
                 written="S = Σ d dᵀ / n", source="Hotelling 1933")
    yield number("whole", title="all variance", equation=WHOLE.of("S1"))
    yield here("spread", title="largest minus smallest", equation=spread(rows))
    for n, up, low in ("1¹₁", "2²₂"):
        S, v, Sv, lam, axis = (f"{name}{n}" for name in ("S", "v", "Sv", "lambda", "axis"))
        if n == "2":
            yield square("S2", title="what the first axis leaves", symbol="S{}",
                         equation=DEFLATED.of("S1", "lam1", "axis1"))
        yield turn(v, kind="v", symbol="v{}", title="direction", given=1,
                   equation=UNIT.of(previous(v), previous(Sv)), role="weight",
                   meaning="turns towards the axis of the largest variance; v and −v are one "
                   "axis, of which the largest component is positive",
                   written="v ← S v / |S v|", source="Hotelling 1933")
        yield turn(Sv, kind="Sv", symbol="Sv{}", title="S v", equation=units.PROJECT.of(S, v),
                   role="forward")
        yield turn(lam, kind="lambda", symbol="λ", title="variance along it", shape=(),
                   equation=RAYLEIGH.of(v, Sv), meaning="how far the points spread along v",
                   written="λ = v·S v / v·v", source="Hotelling 1933")
        yield here(axis, title=f"axis {n}", equation=SIGNED.of(v), symbol=f"v{up}{{}}")
        yield number(f"lam{n}", title=f"variance along axis {n}", symbol=f"λ{low}",
                     equation=units.entry(-1, "step").of(lam))
        yield number(f"rise{n}", title=f"what the last step added to it, axis {n}",
                     equation=RISE.of(lam))
        yield number(f"share{n}", title=f"its share of all variance, axis {n}",
                     equation=units.RATIO.of("whole", f"lam{n}"), number_format="0.0%")
    yield each("score", title="along the axes", equation=SCORE, symbol="s{}", shape=(2,))
    yield number("varies", title="0: all points are equal, 1: no axes yet, 2: axes", equation=FOUND)
# fmt: on
