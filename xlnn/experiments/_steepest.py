"""The sheet "steepest" of descent: the direction in which f changes most.   Book: 2-4, 2-10.

Steps of one small length go from a point of the descent in every direction. The change of f is
compared with the inner product of step and gradient, which lies between -epsilon |grad f| and
epsilon |grad f|.
"""

from collections.abc import Iterator

import numpy as np

import xlnn
from xlnn import Quantity, Sentence, Stated, Told, Trace, alike
from xlnn.equations import units
from xlnn.equations.calculus import OF_SURFACE_SHIFTED
from xlnn.equations.lookup import UsedNumber, entry_of, is_chosen
from xlnn.equations.number import short
from xlnn.equations.sentences import at_least, at_most, first_place
from xlnn.equations.surface import flattens, of_surface
from xlnn.terms import Term, either, largest, least, peak, peak_formula, rounded, sign

DIRECTIONS, DEGREES = 36, 10  # one every 10 degrees

EXACT, ROUNDED = 12, 14
"""Digits to which a change equals the largest one; and digits that rounding leaves in changes."""


# fmt: off
def degrees(ratio: str) -> str:
    """Return the formula of the angle with a cotangent: ACOS is exact around 0 alone."""
    return f"ACOS(({ratio})/SQRT(1+({ratio})^2))*180/PI()"


BOUND = Stated(
    lambda length, slope_x, slope_y: np.abs(length) * np.sqrt(slope_x**2 + slope_y**2),
    "=ABS({length})*SQRT({slope_x}^2+{slope_y}^2)",
    says="epsilon |grad f|: more than this no inner product can be. Book: 2-4.")
ANGLE = Stated(  # the smaller slope divided by the larger: no square can overflow
    lambda slope_x, slope_y: np.degrees(np.arctan2(slope_y, slope_x)) % 360,
    "=IF(ABS(SIGN({slope_x}))+ABS(SIGN({slope_y}))=0,0,IF(ABS({slope_x})>ABS({slope_y}),"
    f"90-{degrees('{slope_y}/{slope_x}')}"
    "+IF(SIGN({slope_x})<0,180,IF(SIGN({slope_y})<0,360,0)),"
    f"{degrees('{slope_x}/{slope_y}')}+IF(SIGN({{slope_y}})<0,180,0)))", number_format="0.00",
    says="The direction of the gradient in degrees, from 0 to 360; 0 where the gradient is 0.")
SHARE = Stated(  # engines treat different tiny numbers as equal, but not shares of the largest
    lambda change: change / (np.abs(change).max() or 1),
    "=IF(SIGN({0})=0,0,{{change}}/{0})".format(peak_formula("{change[direction]}")),
    number_format="0.0%", says="A change as a part of the largest one; 0 where nothing changes.")

POINTS = Told(
    {"level": "The gradient is 0: to first order z does not change in any direction.",
     "points": "The gradient itself points to {angle}°: for very small steps this is the steepest "
     "way up, and the opposite direction is the steepest way down."},
    lambda slope_x, slope_y: (abs(sign(slope_x)) + abs(sign(slope_y)) == 0,),
    angle=lambda angle: short(rounded(angle, 2), 2))
"""The sentence about the direction of the gradient."""


class Steepest(Sentence):
    """The directions in which f rises and falls most, as computed and by the inner product."""

    english = {
        "choose_step": "Choose a whole number from 0 to {steps} as the step.",
        "length": "The small step needs a length greater than 0.",
        "tied": "Undecided: of the {directions} directions tried, two or more share the largest or "
        "the smallest change of z or inner product.",
        "steepest": "Of the {directions} directions tried, z increases most at {up}° and decreases "
        "most at {down}°; the inner product is largest at {inner_up}° and smallest at "
        "{inner_down}°.",
    }
    numbers = {"directions": DIRECTIONS}
    roles = ("at", "used", "length", "turn", "change", "change_share", "inner_share",
             "used_function", "z_at")

    def said(self, *, at: Term, used: Term, length: Term, z_at: Term, **of: Term) -> str:
        columns = ("turn", "change", "change_share", "inner_share")
        turns, change, changes, inners = (of[name].over("direction") for name in columns)
        exact, noise = 1 / 10**EXACT, (z_at + flattens(of["used_function"])) / 10**ROUNDED
        rounding = exact + noise / peak(change)
        most = {
            "up": (changes, largest, at_least(changes, largest(changes) - rounding)),
            "down": (changes, least, at_most(changes, least(changes) + rounding)),
            "inner_up": (inners, largest, at_least(inners, largest(inners) - exact)),
            "inner_down": (inners, least, at_most(inners, least(inners) + exact)),
        }
        shown = {name: DEGREES * entry_of(turns, first_place(extreme(column), column))
                 for name, (column, extreme, _) in most.items()}
        lines = {key: line.format(**shown) for key, line in self.words.items()}
        is_tied = largest(*(alike for *_, alike in most.values())) > 1
        known = either(is_tied, lines["tied"], lines["steepest"])
        # if the largest change is 0, all directions are alike
        known = either(largest(changes) * largest(inners) == 0, lines["tied"], known)
        known = either(sign(length) < 1, lines["length"], known)
        return either(is_chosen(at, used), known, lines["choose_step"])


def quantities(steps: int) -> Iterator[Quantity | xlnn.Copy]:
    """Yield the point, the steps in all directions, and the change along each."""
    column = alike(axes=(xlnn.Axis("direction", DIRECTIONS, counts_from=0),))
    yield Quantity("at", title="after step (0: the start)", symbol=" ", choices=(0, steps))
    yield Quantity("used_at", title="step used", symbol=" ",
                   equation=UsedNumber(0, steps).of(chosen="at"))
    yield Quantity("length", title="length of the small step ε", symbol="ε", scale=0.3)
    for x, title in (("x", "the point"), ("y", "")):
        yield xlnn.shown(x, name=f"{x}_at", title=title, symbol=x, at={"step": "used_at"})
    point = {"x": "x_at", "y": "y_at"}
    for x, title in (("x", "gradient there"), ("y", "")):
        yield Quantity(f"slope_{x}", title=title, symbol=f"∂z/∂{x}", uses=point, role="backward",
                       equation=of_surface(f"dz_d{x}"))
    yield Quantity("z_at", title="value there", symbol="z", equation=of_surface("z"), uses=point,
                   role="forward")
    yield Quantity("bound", title="largest possible inner product", symbol="ε|∇z|", equation=BOUND)
    yield Quantity("angle", title="direction of the gradient in degrees", symbol="∠∇z",
                   equation=ANGLE, written="tan ∠∇z = (∂z/∂y) / (∂z/∂x), 0° ≤ ∠∇z < 360°")
    yield column("turn", "direction", symbol="k", counts=True)
    for name, title, of in (("unit_x", "unit step", "cos"), ("unit_y", "", "sin")):
        yield column(name, title, units.around_circle(DIRECTIONS, of.upper()).of("turn"), symbol=of)
    for x, title in (("x", "small step"), ("y", "")):
        yield column(f"step_{x}", title, units.PRODUCT.of("length", f"unit_{x}"), symbol=f"Δ{x}",
                     role="weight")
    there = {"used_surface": "used_function", **point, "dx": "step_x", "dy": "step_y"}
    yield column("z_there", "z after it", OF_SURFACE_SHIFTED, symbol="z", uses=there,
                 role="forward")
    yield column("change", "change of z", units.ERROR.of("z_there", "z_at"), symbol="Δz",
                 role="forward")
    yield column("inner", "inner product",
                 units.LINEAR.of("slope_x", "step_x", "slope_y", "step_y"), symbol="∇z·Δ",
                 role="backward", source="2-10", written="∇z·Δ = |∇z| ε cos θ",
                 meaning="the change of z for a small step, by the approximation formula")
    for name in ("change", "inner"):
        yield column(f"{name}_share", "share of the largest", SHARE.of(name), kind="share",
                     symbol="%")
    yield Quantity("where", title="the steepest direction", equation=Steepest().of(used="used_at"))
    yield Quantity("points", title="where the gradient points", equation=POINTS)


PAGE = xlnn.Page(
    "steepest", "Steepest", "A small step from one point of the descent, in 36 directions. The "
    "smaller the step, the closer the change of z is to the inner product (2-4), which is largest "
    "along the gradient.",
    xlnn.Numbers("at", "used_at", "length", "x_at", "y_at", "slope_x", "slope_y", "z_at", "bound",
                 "angle", positive=["length"], choices={"at": "x"}, symbols=True),
    xlnn.Sentences("where", "points", above=1),
    xlnn.Beside(
        xlnn.Table("turn", "unit_x", "unit_y", "step_x", "step_y", "z_there", "change", "inner",
                   "change_share", "inner_share", left=1, coloured=("change", "inner")),
        xlnn.Chart("Change of z for a small step, by direction",
                   Trace("inner", "turn", "1B4F9C", name="inner product ∇z·Δ"),
                   Trace("change", "turn", "C0561C", marker="circle", width=0, name="change of z"),
                   x="direction, tens of degrees", size_in_cm=(13, 10), ends=(0, DIRECTIONS)),
    ),
    does="Try 36 directions: why gradient descent goes against the gradient.",
)
# fmt: on
