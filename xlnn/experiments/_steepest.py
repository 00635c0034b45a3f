"""The sheet "steepest" of descent: the direction in which f changes most.   Book: 2-4, 2-10.

Steps of one small length go from a point of the descent in every direction. The change of f is
compared with the inner product of step and gradient, which lies between -epsilon |grad f| and
epsilon |grad f|.
"""

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

import xlnn
from xlnn import Cells, Quantity, Sentence, Stated, Trace
from xlnn.equations.calculus import OF_SURFACE_SHIFTED
from xlnn.equations.dense import counted_near, place_of
from xlnn.equations.lookup import UsedNumber
from xlnn.equations.number import general_text, short, short_text
from xlnn.equations.surface import SURFACES, around_circle, chosen, of_surface
from xlnn.equations.wording import filled

STEP = Stated(lambda length, u: length * u, lambda length, u: f"={length[()]}*{u[()]}")
"""A coordinate of the step in a direction (u, v)."""

CHANGE = Stated(
    lambda z_there, z_at: z_there - z_at, lambda z_there, z_at: f"={z_there[()]}-{z_at[()]}"
)
"""The change of f."""

INNER = Stated(
    lambda slope_x, step_x, slope_y, step_y: slope_x * step_x + slope_y * step_y,
    lambda slope_x, step_x, slope_y, step_y: (
        f"={slope_x[()]}*{step_x[()]}+{slope_y[()]}*{step_y[()]}"
    ),
)
"""The inner product of the gradient and the step."""


AT_STEP = Stated(
    lambda all_steps, at: all_steps[int(at)],
    lambda all_steps, at: f"=INDEX({all_steps.over('time')[()]},{at[()]}+1)",
    says="A coordinate of the point after the chosen step; 0 is the start.",
    coarse=True,
)


BOUND = Stated(
    lambda length, slope_x, slope_y: np.abs(length) * np.sqrt(slope_x**2 + slope_y**2),
    lambda length, slope_x, slope_y: f"=ABS({length[()]})*SQRT({slope_x[()]}^2+{slope_y[()]}^2)",
    says="epsilon |grad f|: more than this no inner product can be. Book: 2-4.",
)


class Angle(xlnn.Equation):
    """The direction of the gradient in degrees, from 0 to 360; 0 where the gradient is 0."""

    def array(self, slope_x: np.ndarray, slope_y: np.ndarray) -> np.ndarray:
        """Return a number."""
        return np.degrees(np.arctan2(slope_y, slope_x)) % 360

    def cell(self, slope_x: Cells, slope_y: Cells) -> str:
        x, y = slope_x[()], slope_y[()]

        def degrees(ratio: str) -> str:
            return f"ACOS(({ratio})/SQRT(1+({ratio})^2))*180/PI()"

        # the smaller slope by the larger one: ACOS is exact around 0 alone, and no square overflows
        flat = f"90-{degrees(f'{y}/{x}')}+IF(SIGN({x})<0,180,IF(SIGN({y})<0,360,0))"
        steep = f"{degrees(f'{x}/{y}')}+IF(SIGN({y})<0,180,0)"
        is_0 = f"ABS(SIGN({x}))+ABS(SIGN({y}))=0"
        return f"=IF({is_0},0,IF(ABS({x})>ABS({y}),{flat},{steep}))"


class GradientDirection(Sentence):
    """Where the gradient points.

    Parameters
    ----------
    points, level : str
        ``{angle}`` is the direction in degrees; ``level`` is shown if the gradient is 0.
    """

    def __init__(self, points: str, level: str) -> None:
        self.points, self.level = points, level

    def text(self, *, slope_x: float, slope_y: float, angle: float) -> str:
        is_level = slope_x == slope_y == 0
        return (
            self.level if is_level else self.points.format(angle=short_text(np.round(angle, 2), 2))
        )

    def cell(self, slope_x: Cells, slope_y: Cells, angle: Cells) -> str:
        is_level = f"ABS(SIGN({slope_x[()]}))+ABS(SIGN({slope_y[()]}))=0"
        points = filled(self.points, angle=short(f"ROUND({angle[()]},2)", 2))
        return f'=IF({is_level},"{self.level}",{points})'


SHARE = Stated(  # engines take tiny numbers for equal that are not; parts of the largest are not
    lambda change: change / (np.abs(change).max() or 1),
    lambda change: "=IF(SIGN({0})=0,0,{1}/{0})".format(_size(change), change[()]),
    says="A change as a part of the largest one; 0 where nothing changes.",
)


def _size(change: Cells) -> str:
    """Return the size of the largest change."""
    changes = change.over("direction")[()]
    return f"MAX(MAX({changes}),-MIN({changes}))"


EXACT, ROUNDED = 12, 14
"""Digits to which a change equals the largest one; and digits that rounding leaves in changes."""


class Steepest(Sentence):
    """The directions in which f rises and falls most, by itself and by the inner product.

    Parameters
    ----------
    words : mapping
        The texts: ``choose_step``, ``length`` if the length is missing, ``tied`` if directions
        are equally steep, or ``steepest``. In it ``{up}`` and ``{down}`` are the directions of the
        largest and the smallest change in degrees, ``{inner_up}`` and ``{inner_down}`` those of the
        inner product.
    degrees : int
        Degrees between two directions.
    """

    roles = (
        *("at", "used", "length", "turn", "change", "change_share", "inner_share"),
        *("function", "z_at"),
    )

    def __init__(self, words: Mapping[str, str], degrees: int) -> None:
        self.words, self.degrees = words, degrees

    def text(  # noqa: PLR0913 -- each is a quantity
        self,
        *,
        at: float,
        used: float,
        length: float,
        turn: np.ndarray,
        change: np.ndarray,
        change_share: np.ndarray,
        inner_share: np.ndarray,
        function: float,
        z_at: float,
    ) -> str:
        if at != used:
            return self.words["choose_step"]
        if length <= 0:
            return self.words["length"]
        noise = (z_at + chosen(function).flattens) / 10**ROUNDED
        size = np.abs(change).max()
        if not (np.isfinite(size + noise) and np.isfinite(inner_share).all()):
            raise ValueError(size)  # there is no largest one
        slack = 1 / 10**EXACT
        rounded = slack + noise / size if size else slack
        most = {
            "up": change_share >= change_share.max() - rounded,
            "down": change_share <= change_share.min() + rounded,
            "inner_up": inner_share >= inner_share.max() - slack,
            "inner_down": inner_share <= inner_share.min() + slack,
        }
        if any(np.count_nonzero(alike) > 1 for alike in most.values()):
            return self.words["tied"]
        degrees = {name: self.degrees * turn[alike][0] for name, alike in most.items()}
        return self.words["steepest"].format(
            **{name: general_text(each) for name, each in degrees.items()}
        )

    def cell(self, **cells: Cells) -> str:
        at, used, length = (cells[name][()] for name in ("at", "used", "length"))
        turns, change, inner = (
            cells[name].over("direction")[()] for name in ("turn", "change_share", "inner_share")
        )
        flat = ",".join(str(int(surface.flattens)) for surface in SURFACES)
        noise = f"({cells['z_at'][()]}+CHOOSE({cells['function'][()]},{flat}))/10^{ROUNDED}"
        exact = f"1/10^{EXACT}"
        rounded = f"({exact}+{noise}/{_size(cells['change'])})"
        most = {
            "up": (change, "MAX", rounded),
            "down": (change, "MIN", rounded),
            "inner_up": (inner, "MAX", exact),
            "inner_down": (inner, "MIN", exact),
        }
        shown = {}
        for name, (column, extreme, _) in most.items():
            first = place_of(f"{extreme}({column})", column, always=True)
            shown[name] = f"({self.degrees}*INDEX({turns},{first}))"
        said = {key: filled(line, **shown) for key, line in self.words.items()}
        alike = ",".join(counted_near(*each) for each in most.values())
        known = f"IF(MAX({alike})>1,{said['tied']},{said['steepest']})"
        is_none = f"MAX({change})*MAX({inner})=0"  # then all are alike
        known = f"IF({is_none},{said['tied']},{known})"
        known = f"IF(SIGN({length})<1,{said['length']},{known})"
        return f"=IF(COUNT({at})*({at}={used})=1,{known},{said['choose_step']})"


DIRECTIONS = 36  # one every 10 degrees


# fmt: off
def quantities(steps: int, words: xlnn.Text) -> Iterator[Quantity]:
    """Yield the point, the steps in all directions, and the change along each."""
    direction, say = xlnn.Axis("direction", DIRECTIONS, counts_from=0), words.sentence
    number = partial(Quantity, sheet="steepest")
    column = partial(number, axes=(direction,))
    yield number("at", title="after step (0: the start)", symbol=" ", role="input",
                 number_format="0", choices=(0, steps))
    yield number("used_at", title="step used", symbol=" ", number_format="0",
                 equation=UsedNumber(0, steps), uses={"chosen": "at"})
    yield number("length", title="length of the small step ε", symbol="ε", role="input",
                 number_format="General", scale=0.3)
    for x, title in (("x", "the point"), ("y", "")):
        yield number(f"{x}_at", title=title, symbol=x, equation=AT_STEP, role="weight",
                     uses={"all_steps": x, "at": "used_at"})
    point = {"function": "used_function", "x": "x_at", "y": "y_at"}
    for x, title in (("x", "gradient there"), ("y", "")):
        yield number(f"slope_{x}", title=title, symbol=f"∂z/∂{x}", uses=point, role="backward",
                     equation=of_surface(f"dz_d{x}"))
    yield number("z_at", title="value there", symbol="z", equation=of_surface("z"), uses=point,
                 role="forward")
    yield number("bound", title="largest possible inner product", symbol="ε|∇z|",
                 equation=BOUND)
    yield number("angle", title="direction of the gradient in degrees", symbol="∠∇z",
                 equation=Angle(), number_format="0.00",
                 written="tan ∠∇z = (∂z/∂y) / (∂z/∂x), 0° ≤ ∠∇z < 360°")
    yield column("turn", title="direction", symbol="k", number_format="0", counts=True)
    for name, title, of in (("unit_x", "unit step", "cos"), ("unit_y", "", "sin")):
        yield column(name, title=title, symbol=of, uses={"part": "turn"},
                     equation=around_circle(DIRECTIONS, of.upper()))
    for x, title in (("x", "small step"), ("y", "")):
        yield column(f"step_{x}", title=title, symbol=f"Δ{x}", equation=STEP, role="weight",
                     uses={"u": f"unit_{x}"})
    there = {"surface": "used_function", "x": "x_at", "y": "y_at", "dx": "step_x", "dy": "step_y"}
    yield column("z_there", title="z after it", symbol="z", equation=OF_SURFACE_SHIFTED, uses=there,
                 role="forward")
    yield column("change", title="change of z", symbol="Δz", equation=CHANGE, role="forward")
    yield column("inner", title="inner product", symbol="∇z·Δ", equation=INNER, role="backward",
                 meaning="the change of z for a small step, by the approximation formula",
                 written="∇z·Δ = |∇z| ε cos θ", source="2-10")
    for name in ("change", "inner"):
        yield column(f"{name}_share", "share", "%", title="share of the largest",
                     equation=SHARE, uses={"change": name}, number_format="0.0%")
    said = {
        "choose_step": say("choose_step", "Choose a whole number from 0 to {steps} as the step.",
                           steps=steps),
        "length": say("length", "The small step needs a length greater than 0."),
        "tied": say("tied", "Undecided: of the {directions} directions tried, two or more share "
                    "the largest or the smallest change of z or inner product.",
                    directions=DIRECTIONS),
        "steepest": say("steepest", "Of the {directions} directions tried, z increases most at "
                        "{up}° and decreases most at {down}°; the inner product is largest at "
                        "{inner_up}° and smallest at {inner_down}°.", directions=DIRECTIONS),
    }
    yield number("where", title="the steepest direction", is_text=True,
                 equation=Steepest(said, 360 // DIRECTIONS),
                 uses={"used": "used_at", "function": "used_function"})
    points = say("points", "The gradient itself points to {angle}°: for very small steps this is "
                 "the steepest way up, and the opposite direction is the steepest way down.")
    level = say("level", "The gradient is 0: to first order z does not change in any direction.")
    yield number("points", title="where the gradient points", is_text=True,
                 equation=GradientDirection(points, level))


PAGE = xlnn.Page(
    "steepest", "Steepest", "A small step from one point of the descent, in 36 directions. The "
    "smaller the step, the closer the change of z is to the inner product (2-4), which is largest "
    "along the gradient.",
    xlnn.Numbers("at", "used_at", "length", "x_at", "y_at", "slope_x", "slope_y", "z_at", "bound",
                 "angle", positive=["length"], choices={"at": "x"}, symbols=True),
    xlnn.Sentences("where", "points"),
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
