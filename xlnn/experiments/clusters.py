"""Group points by k-means, and find their principal axes by power iteration.

S. Lloyd, Least squares quantization in PCM, IEEE Transactions on Information Theory 28 (1982). The
axes are those of H. Hotelling (1933), in `xlnn.equations.principal`.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np

import xlnn
from xlnn import Axis, Chart, Numbers, Page, Quantity, Size, Stated, Table, Trace, alike, previous
from xlnn.equations import principal
from xlnn.equations import units as eq

COLOURS = ("C0561C", "1B4F9C", "5B8C5A", "8E5EA2", "B8860B", "555555")
PALE = ("E3B291", "96ABD0", "B0CBAF", "CAB1D3", "DFC788", "ADADAD")
"""The colours of the centres, and the paler ones of their points."""

PARTS = 48

LAST = "step", "last_move"
"""The axis and the quantity that settle which steps are folded: those after the last move."""


# fmt: off
LEAST = Stated(lambda distance: distance.min(axis=1), "=MIN({distance[:]})")
OWN = eq.Choice(lambda nearest, centres: np.eye(len(centres))[nearest.astype(int) - 1],
                "=IF({nearest}={0},1,0)")
COUNT = eq.Choice(lambda own: own.sum(axis=0), "=SUM({own[point]})")
EMPTY = eq.Choice(lambda points: (points == 0).sum(), "=COUNTIF({points[:]},0)")
CENTRES = Stated(  # Lloyd does not say where a centre without points goes: here it stays
    lambda before, own, points, x: np.where(
        points[:, np.newaxis], own.T @ x / np.maximum(1, points)[:, np.newaxis], before),
    lambda k, i, before, own, points, x: "=IF({0}=0,{1},SUMPRODUCT({2},{3})/{0})".format(
        points[k], before[k, i], own.over("point")[k], x.over("point")[i]))
PATH = Stated(  # the centre after each step; after the step shown it stays
    lambda centres, stop, used: centres[
        np.minimum(stop, used).astype(int)].swapaxes(1, 2)[:, :2],
    lambda i, k, centres, stop, used: (
        f"=INDEX({centres.over('step')[k, i]},MIN({stop[()]},{used[()]})+1)"))
DRAWN = Stated(  # in the series of other clusters a point is hidden under the centre
    lambda x, nearest, path: np.where(
        nearest[:, np.newaxis, np.newaxis] == np.arange(path.shape[2]) + 1,
        x[:, :2, np.newaxis], path[-1]),
    lambda i, k, x, nearest, path: f"=IF({nearest[()]}={k + 1},{x[i]},{path.at(-1)[i, k]})")
SWING = Stated(  # to and fro on an axis, up to two standard deviations away
    lambda turn, mean, lam, axis: mean[:2] + 2 * np.outer(turn, np.sqrt(max(lam, 0)) * axis[:2]),
    "={mean}+2*{turn}*SQRT(MAX(0,{lam}))*{axis}")
ELLIPSE = Stated(lambda line1, line2, mean: line1 + line2 - mean[:2], "={line1}+{line2}-{mean}")


def model(sizes: dict, words: xlnn.Text) -> Iterator[Quantity | xlnn.Copy]:
    """Yield the points, the steps of k-means, the points of the charts, and the principal axes."""
    D, K, point = sizes["columns"], sizes["clusters"], Axis("point", sizes["points"])
    step = Axis("step", sizes["steps"] + 1, "up", counts_from=0)
    yield from xlnn.choice("shown", step, words, title="step shown (0: the start)", used="used")
    of_point = alike(sheet="points", axes=(point,))
    yield of_point("number", "point", symbol="n", counts=True)
    yield of_point("x", "point", symbol="x{}", shape=(D,), scale=2,
                   meaning="the coordinates of a point")
    centre = alike(sheet="centres", axes=(step,), shape=(K,))
    yield centre("centres", "centre", CENTRES.of(*map(previous, ("centres", "own", "points"))),
                 given=1, symbol="c{}", shape=(K, D), role="weight", scale=2,
                 meaning="the mean of the points that were nearest; without points it stays",
                 written="c = Σ x / number of points", source="Lloyd 1982")
    near = alike(sheet="steps", axes=(step, point))
    yield near("distance", "squared distance", eq.DISTANCE, symbol="d²{}", shape=(K,),
               role="forward", meaning="from the point to each centre", written="d² = Σ (x − c)²",
               source="Lloyd 1982")
    yield near("nearest", "nearest centre", eq.best(least=True).of("distance"), symbol="k",
               meaning="the first of those that are nearest", written="arg min d²",
               source="Lloyd 1982")
    yield near("least", "squared distance to it", LEAST, symbol="min d²")
    yield near("own", "1 for its cluster", OWN, symbol="r{}", shape=(K,))
    yield centre("points", "points of each cluster", COUNT, symbol="n{}")
    yield centre("C_T", "sum of squared distances", eq.total("point").of("least"), symbol="C_T",
                 shape=(), written="C_T = Σ min d²", source="Lloyd 1982",
                 meaning="how far the points are from their centres; no step makes it larger")
    stop, at = Axis("stop", step.length, counts_from=0), {"step": "used"}
    drawn = alike(sheet="drawn", number_format="0.00", shape=(2, K))
    yield Quantity("stop", title="step", symbol="k", sheet="drawn", axes=(stop,), counts=True)
    yield drawn("path", "path of the centre", PATH, symbol="c{}", axes=(stop,))
    yield xlnn.shown("nearest", "number", at=at, sheet="drawn")
    yield drawn("drawn", "drawn", DRAWN.of(nearest="nearest_shown"), symbol="x{}", axes=(point,))
    yield xlnn.shown("C_T", at=at)
    yield xlnn.shown("points", kind="points", at=at, sheet="drawn")
    yield Quantity("empty", title="clusters without points", equation=EMPTY.of("points_shown"))
    yield Quantity("last_move", title="last step that moves a centre",
                   equation=eq.Least("step", first=0).of("C_T"))
    yield Quantity("told", equation=xlnn.Told(
        "After step {used} the squared distances add up to {C_T_shown}; clusters without "
        "points: {empty}.", digits=3))
    yield from _axes(sizes["steps"], point, D)


def _axes(steps: int, point: Axis, D: int) -> Iterator[Quantity]:
    """Yield the principal axes, and the lines of the chart."""
    here = alike(sheet="axes", shape=(D,))
    of_point = alike(sheet="points", axes=(point,), shape=(D,))
    turn = alike(sheet="power", axes=(Axis("step", steps + 1, "up", counts_from=0),), shape=(D,))
    yield from principal.axes(here, of_point, turn, D, point)
    part = Axis("part", PARTS + 1, counts_from=0)
    yield Quantity("part", title="part", symbol=" ", sheet="drawn", axes=(part,), counts=True)
    line = alike(symbol="x{}", sheet="drawn", axes=(part,), number_format="0.00", shape=(2,))
    for n, of in (("1", "cos"), ("2", "sin")):
        yield line(f"turn{n}", "", eq.around_circle(PARTS, of.upper()), symbol=of, shape=())
        yield line(f"line{n}", f"axis {n}", SWING.of(f"turn{n}", lam=f"lam{n}", axis=f"axis{n}"))
    yield line("ellipse", "ellipse", ELLIPSE)
    yield Quantity("main", sheet="axes", equation=xlnn.Told({
        "alike": "All points are the same: there are no axes.",
        "turns": "After step {steps} the directions are not yet the axes: build with more epochs, "
        "or begin with other directions.",
        "main": "The first axis has {share1} of the variance, the second one {share2}.",
        "nothing": "A direction is 0 at the start and cannot turn: type other numbers into the "
        "first row of the power iteration.",
        "near": "The points spread about equally far along two axes, so that these cannot be told "
        "apart: any direction between them would do as well.",
        "line": "All points are on one line: it is the first axis, and there is no second one."},
        "varies", 3))


def inputs(sizes: dict) -> dict:
    """Return points around three places."""
    draw = np.random.default_rng(sizes["seed"])
    near = np.resize([[2, 1], [5, 2.5], [4, 5]], (sizes["points"], sizes["columns"]))
    x = (near + draw.normal(size=near.shape) * 0.6).round(2)
    return {"shown": sizes["steps"], "x": x, **starts(x, sizes["clusters"], x[0])}


def starts(x: np.ndarray, K: int, around: np.ndarray) -> dict:
    """Return the start of the iterations: centres around a point, and directions."""
    mean, spread = x.mean(axis=0), np.ptp(x, axis=0)
    size = max(spread.max(), 1e-300)  # rounded to two digits of points near to 1
    digits = max(0, 2 - int(np.floor(np.log10(size))))
    centres = (around + (np.resize(x, (K, x.shape[1])) - mean) / 5).round(digits)
    first, second = np.eye(x.shape[1])[np.argsort(-spread, kind="stable")[:2]]
    return {"centres": centres[np.newaxis], "v1": first, "v2": second}


def from_data(data: xlnn.Dataset, where: str) -> tuple:  # noqa: ARG001 -- nothing is refused
    """Return the sizes and inputs for a table of numbers with one point per row."""
    points, columns = data.x.shape
    return {"points": points, "columns": columns}, lambda sizes: {
        "x": data.x, **starts(data.x, sizes["clusters"], data.x.mean(axis=0))}


plane = partial(Chart, x="x₁", y="x₂", size_in_cm=(15, 11))

EXPERIMENT = xlnn.Experiment(
    "clusters", model, title="Clusters and axes",
    summary="k-means, with the paths of its centres, and the principal axes by power iteration, of "
    "the same points.",
    sizes={"steps": Size(8, 1, 200), "points": Size(60, 3, 5_000), "columns": Size(2, 2, 10),
           "clusters": Size(3, 1, 6), "seed": Size(1, 0, 2**31)},
    inputs=inputs, from_data=from_data, task=0, reads="columns",
    options_for={"epochs": "steps", "seed": "seed"},
    about=(
        "Nobody says what the {points} points are. k-means divides them among {clusters} centres: "
        "each point belongs to the nearest one, then each centre moves to the mean of its points.",
        "No step makes the sum of the squared distances larger, and soon nothing moves. Where it "
        "ends depends on where it begins; a centre without points stays where it is.",
        "Power iteration finds the axis along which the points spread most: a direction is "
        "multiplied by the covariance again and again. The second axis is found in what the first "
        "one leaves.",
        "Your own points:  xlnn build clusters --data my.csv  takes 2 to 10 columns of numbers; "
        "the charts show the first two.",
    ),
    colours={"forward": "distances and products", "weight": "centres and directions",
             "result": "what follows from them"},
    pages=(
        Page(
            "clusters", "Clusters", "Choose a step: each centre moves to the mean of the "
            "points that are nearest to it.",
            xlnn.Sentences("told"), xlnn.Space(),
            xlnn.Beside(
                Numbers(("shown", "shown_asked"), "C_T_shown", "empty", "last_move"),
                xlnn.Below(
                    plane("Points and paths of the centres",
                          Trace(("drawn", 1), ("drawn", 0), PALE, 0, "circle", name=None),
                          Trace(("path", 1), ("path", 0), COLOURS, marker="diamond", size=9)),
                    Chart("Sum of squared distances", Trace("C_T", marker="circle"),
                          size_in_cm=(15, 7.2)),
                ),
            ),
        ),
        Page(
            "axes", "Axes", "The axes along which the points spread most, and the ellipse two "
            "standard deviations away from the mean.",
            xlnn.Sentences("main"), xlnn.Space(),
            xlnn.Beside(
                xlnn.Below(Numbers("whole", "lam1", "share1", "off1", "lam2", "share2", "off2",
                                   "third"),
                           *(xlnn.Grid(name, digits="0.000", above=1)
                             for name in ("mean", "spread", "S1", "axis1", "S2", "axis2"))),
                xlnn.Below(
                    plane("Points, ellipse and axes",
                          Trace(("x", 1), ("x", 0), "777777", 0, "circle", name="points"),
                          Trace(("ellipse", 1), ("ellipse", 0), "1B4F9C", name="ellipse"),
                          Trace(("line1", 1), ("line1", 0), "C0561C", name="axis 1"),
                          Trace(("line2", 1), ("line2", 0), "5B8C5A", name="axis 2")),
                    Chart("Variance along the direction",
                          Trace("lambda1", colour="C0561C", name="direction 1"),
                          Trace("lambda2", colour="5B8C5A", name="direction 2"),
                          size_in_cm=(15, 7.2)),
                ),
            ),
        ),
        Page("steps", "Steps", "In each step, the nearest centre of each point.", until=LAST),
        Page("centres", "Centres", "The centres after each step. The first row is the start: it is "
             "yours to change.", until=LAST),
        Page("power", "Power iteration", "Each direction is the one before, times the covariance, "
             "scaled to length 1.", Table("v1", "Sv1", "lambda1", "sine1", "v2", "Sv2",
                                                "lambda2", "sine2",
                                   groups={"v1": "direction 1", "v2": "direction 2"})),
        Page("points", "Points", "The points, and where they lie along the axes."),
        Page("drawn", "Drawn", "What the charts are drawn from."),
    ),
    tries=(
        ("On {clusters}, step from 0 to the last.", "The centres begin side by side and walk to "
         "their groups; after some steps nothing moves."),
        ("On {centres}, type (2, 1), (2, 1.2) and (4, 4) as start centres.", "Two centres divide "
         "one group, and the third has both others: the sum ends larger than before."),
        ("On {centres}, type 99 for a start centre.", "It is nearest to no point and stays where "
         "it is, and two centres share three groups."),
        ("On {power}, type other numbers into the first row.", "The direction turns to the same "
         "axis, unless it begins at right angles to it."),
    ),
)
# fmt: on
