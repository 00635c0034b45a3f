"""The first two principal axes of points, by power iteration.

H. Hotelling, Analysis of a complex of statistical variables into principal components, Journal of
Educational Psychology 24 (1933), whose iteration finds the axes. A direction v (columns,) is
multiplied by the covariance S again and again, and turns towards the axis along which the points
spread most; the second axis is that of what the first one leaves of S.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from xlnn.axis import Axis, previous
from xlnn.equation import Cells, Choice, Stated
from xlnn.equations import units
from xlnn.equations.dense import written_squares
from xlnn.quantity import Quantity
from xlnn.terms import NO_EXPONENT

__all__ = ["axes"]

NEARLY = 0.001
"""The share of the whole variance that the axes may lack."""

SEEN = 0.0005
"""The largest error of an axis: sheets show three decimals."""

NEAR = 0.05
"""Two axes cannot be told apart if their variances differ by less than this share of the larger:
that would take more steps than a sheet has."""

SLOW = 20
"""A direction converges slowly if its error is this many times its next turn: another axis has
nearly the same variance."""

ROUNDING = 12
"""A turn or a share below 10 to minus this power is a rounding error."""

UNIT = Stated(  # if S v is 0, v stays; SIGN, since engines treat tiny numbers as 0
    lambda v, Sv: Sv / np.sqrt((Sv**2).sum()) if (Sv**2).sum() else v,
    "=IF(SIGN(SUMSQ({Sv[:]}))=0,{v},{Sv}/SQRT(SUMSQ({Sv[:]})))",
)
RAYLEIGH = Stated(
    lambda v, Sv: v @ Sv / (v @ v) if v @ v else 0,
    "=IF(SIGN(SUMSQ({v[:]}))=0,0,SUMPRODUCT({v[:]},{Sv[:]})/SUMSQ({v[:]}))",
)
SIGNED = Stated(  # v and -v are the same axis: the largest component is made positive
    lambda v: v[-1] if v[-1].max() >= -v[-1].min() else -v[-1],
    "=IF(MAX({v.last[:]})>=-MIN({v.last[:]}),1,-1)*{v.last}",
)
DEFLATED = Stated(
    lambda S, lam, axis: S - lam * np.outer(axis, axis),
    lambda i, j, S, lam, axis: f"={S[i, j]}-{lam[()]}*{axis[i]}*{axis[j]}",
)
WHOLE = Stated(lambda S: S.trace(), lambda S: "=" + "+".join(S[i, i] for i in range(S.shape[0])))
SINE = Stated(  # the part of S v at right angles to v, divided by the length of S v
    lambda v, Sv, lam: np.sqrt((Sv - lam * v) @ (Sv - lam * v) / (Sv @ Sv)) if Sv @ Sv else 0,
    lambda v, Sv, lam: "=IF(SIGN(SUMSQ({0}))=0,0,SQRT({1}/SUMSQ({0})))".format(
        Sv[:], written_squares([f"{Sv[i]}-{lam[()]}*{v[i]}" for i in range(v.shape[0])])
    ),
    says="The sine of the angle between v and S v: how far the next step turns the direction.",
)
OFF = Stated(
    lambda sine: (
        sine[-1]
        if sine[-1] < 10.0**-ROUNDING
        else min(1, sine[-1] * sine[-2] / (sine[-2] - sine[-1]))
        if sine[-1] < sine[-2]
        else 1
    ),
    lambda sine: "=IF({0}<1/10^{2},{0},IF({0}<{1},MIN(1,{0}*{1}/({1}-{0})),1))".format(
        sine.at(-1)[()], sine.at(-2)[()], ROUNDING
    ),
    says="How far off a direction is: the sum of all turns to come, if each is smaller by the same "
    "factor.",
)
THIRD = Stated(  # exact for three columns; for more it is at most the third variance
    lambda S2, whole, lam1, lam2: (
        ((S2**2).sum() - lam2**2) / (whole - lam1 - lam2)
        if whole - lam1 - lam2 > 10.0**-ROUNDING * whole
        else 0
    ),
    f"=IF(SIGN({{whole}}-{{lam1}}-{{lam2}}-{{whole}}/10^{ROUNDING})<1,0,"
    "(SUMSQ({S2[:]})-{lam2}^2)/({whole}-{lam1}-{lam2}))",
    says="The mean of the variances that two axes leave, with these variances as weights.",
)
ALIKE, TURNING, FOUND, NOTHING, TOO_NEAR, LINE = range(6)
"""What is known of the axes: see ``varies`` in `axes`."""


def known(  # noqa: PLR0913 -- all that tells it
    *, spread: np.ndarray, v1: np.ndarray, v2: np.ndarray, share1: float, share2: float,
    sine1: np.ndarray, sine2: np.ndarray, off1: float, off2: float, lam2: float, third: float,
) -> int:  # fmt: skip
    """Return what is known of the axes, as ``varies`` in `axes`."""
    slow1, slow2 = (
        sine[-1] < 10.0**-ROUNDING or off >= SLOW * sine[-1]
        for sine, off in ((sine1, off1), (sine2, off2))
    )
    least, most = sorted((share1, share2))
    # the axes have the largest variances, so these are at least the mean of the others
    are_large = share2 * (len(spread) - 1) >= 1 - NEARLY - share1
    are_near = most + least <= 1 + NEARLY and least >= (1 - NEAR) * most
    cases = (
        (not spread.any(), ALIKE),
        (not (v1[0].any() and v2[0].any()), NOTHING),
        (slow1 and are_near and are_large, TOO_NEAR),
        (not are_large or share1 < share2 - NEARLY or off1 > SEEN, TURNING),
        (share2 < 10.0**-ROUNDING, LINE),
        (slow2 and third >= (1 - NEAR) * lam2, TOO_NEAR),
        # what the first axis is off is in what it leaves, where the second one is found
        (off2 * share2 + off1 * share1 <= SEEN * share2, FOUND),
    )
    return next((number for holds, number in cases if holds), TURNING)


def known_cell(**of: Cells) -> str:
    """Return the formula of the same number as `known`."""
    numbers = ("share1", "share2", "off1", "off2", "lam2", "third")
    cells = {name: of[name][()] for name in numbers}
    for n in "12":
        sine = of[f"sine{n}"].at(-1)[()]
        cells[f"slow{n}"] = f"(({sine}<1/10^{ROUNDING})+({cells[f'off{n}']}>={SLOW}*{sine})>0)"
    cells |= {"spread": of["spread"][:], "columns": of["spread"].shape[0]}
    cells |= {v: f"SIGN(SUMSQ({of[v].at(0)[:]}))" for v in ("v1", "v2")}
    near = (
        f"({{share1}}+{{share2}}<=1+{NEARLY})"
        f"*(MIN({{share1}},{{share2}})>={1 - NEAR}*MAX({{share1}},{{share2}}))"
    )
    large = f"({{share2}}*({{columns}}-1)>=1-{NEARLY}-{{share1}})"
    cases = (
        ("SIGN(SUM({spread}))=0", ALIKE),
        ("{v1}*{v2}=0", NOTHING),
        (f"{{slow1}}*{near}*{large}=1", TOO_NEAR),
        (f"{large}*({{share1}}>={{share2}}-{NEARLY})*({{off1}}<={SEEN})=0", TURNING),
        (f"{{share2}}<1/10^{ROUNDING}", LINE),
        (f"{{slow2}}*({{third}}>={1 - NEAR}*{{lam2}})=1", TOO_NEAR),
        (f"{{off2}}*{{share2}}+{{off1}}*{{share1}}<={SEEN}*{{share2}}", FOUND),
    )
    tests = "".join(f"IF({condition},{number}," for condition, number in cases)
    return f"={tests.format(**cells)}{TURNING}" + ")" * len(cases)


KNOWN = Choice(known, known_cell)


def spread(rows: str) -> Stated:
    """Return how far each column reaches: its largest deviation minus the smallest."""
    return Stated(
        lambda d: np.ptp(d, axis=0),
        lambda i, d: "=MAX({0})-MIN({0})".format(d.over(rows)[i]),
    )


SCORE = Stated(
    lambda d, axis1, axis2: d @ np.column_stack([axis1, axis2]),
    lambda n, d, axis1, axis2: f"=SUMPRODUCT({d[:]},{(axis1, axis2)[n][:]})",
)


# fmt: off
def axes(
    here: Callable[..., Quantity], each: Callable[..., Quantity], turn: Callable[..., Quantity],
    columns: int, rows: Axis,
) -> Iterator[Quantity]:
    """Yield the axes of points x: directions, variances, and where the points lie along them.

    ``axis1`` and ``axis2`` are 1 long, ``lam1`` and ``lam2`` the variances along them, ``share1``
    and ``share2`` their parts of all variance. ``varies`` is 2 if they are the axes to three
    decimals, 1 if the steps have not found them, 0 if all points are the same, 3 if a direction is
    0 at the start, 4 if two variances are too near to tell their axes apart, and 5 if the points
    are on a line, which has no second axis.

    Parameters
    ----------
    here, each, turn : function
        Return a quantity (columns,) of a name and fields: one, one of each point x, and one of each
        step, along an axis ``step`` that is filled down. Each is a ``partial`` of `Quantity`.
    columns : int
    rows : Axis
        That of the points.

    >>> [q.name for q in axes(*[partial(Quantity, shape=(3,))] * 3, 3, Axis("point", 9))][:5]
    ['mean', 'd', 'S1', 'whole', 'spread']
    """
    number, square = partial(here, shape=()), partial(here, shape=(columns, columns))
    mean, covariance = units.mean(rows.name, count=rows.length), units.covariance(rows.name)
    yield here("mean", title="mean", equation=mean.of("x"), symbol="x̄{}")
    yield each("d", title="deviation", equation=units.ERROR.of("x", "mean"), symbol="d{}")
    yield square("S1", kind="S", symbol="S{}", title="covariance", equation=covariance,
                 meaning="of the whole population: divided by the number of points",
                 written="S = Σ d dᵀ / n", source="Hotelling 1933")
    yield number("whole", title="all variance", equation=WHOLE.of("S1"))
    yield here("spread", title="largest minus smallest", equation=spread(rows.name))
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
        yield turn(f"sine{n}", kind="sine", symbol="sin θ", title="turn to the next step",
                   shape=(), equation=SINE.of(v, Sv, lam), number_format=NO_EXPONENT,
                   meaning="how far v is from an axis; at 0 it stops turning",
                   written="|S v − λ v| / |S v|")
        yield here(axis, title=f"axis {n}", equation=SIGNED.of(v), symbol=f"v{up}{{}}")
        yield number(f"lam{n}", title=f"variance along axis {n}", symbol=f"λ{low}",
                     equation=units.entry(-1, "step").of(lam))
        yield number(f"off{n}", title=f"how far direction {n} still turns",
                     equation=OFF.of(f"sine{n}"), number_format=NO_EXPONENT)
        yield number(f"share{n}", title=f"its share of all variance, axis {n}",
                     equation=units.RATIO.of("whole", f"lam{n}"), number_format="0.0%")
    yield each("score", title="along the axes", equation=SCORE, symbol="s{}", shape=(2,))
    yield number("third", title="variance that both axes leave", equation=THIRD,
                 number_format=NO_EXPONENT)
    yield number("varies", title="0: no axes, 1: not yet found, 2: found, 3: a direction is 0, "
                 "4: variances too close, 5: a line", equation=KNOWN)
# fmt: on
