"""The sheet "steepest" of descent: the direction in which f changes most.   Book: 2-4, 2-10.

A small step of one length goes from a point of the descent in every direction. What f changes by is
compared with the inner product of the step and the gradient.
"""

from collections.abc import Iterator
from functools import partial

from xlnn.equations import steepest as eq
from xlnn.equations.calculus import OfSurfaceShifted
from xlnn.equations.surface import Direction, OfSurface, UsedChoice
from xlnn.quantity import Axis, Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.parts import Beside, Chart, Numbers, Sentences, Table, Trace

DIRECTIONS = 36  # one every 10 degrees


# fmt: off
def quantities(steps: int, words: Text) -> Iterator[Quantity]:
    """Yield the point, the steps in all directions, and what each changes."""
    direction, say = Axis("direction", DIRECTIONS, counts_from=0), words.sentence
    number = partial(Quantity, sheet="steepest")
    column = partial(number, axes=(direction,))
    yield number("at", title="after step (0: the start)", symbol=" ", role="input",
                 number_format="0", choices=(0, steps))
    yield number("used_at", title="step used", symbol=" ", number_format="0",
                 equation=UsedChoice(0, steps), uses={"choice": "at"})
    yield number("length", title="length of the small step ε", symbol="ε", role="input",
                 number_format="General", scale=0.3)
    for x, title in (("x", "the point"), ("y", "")):
        yield number(f"{x}_at", title=title, symbol=x, equation=eq.AtStep(), role="weight",
                     uses={"all_steps": x, "at": "used_at"})
    point = {"function": "used_function", "x": "x_at", "y": "y_at"}
    for x, title in (("x", "gradient there"), ("y", "")):
        yield number(f"slope_{x}", title=title, symbol=f"∂z/∂{x}", uses=point, role="backward",
                     equation=OfSurface(f"dz_d{x}"))
    yield number("z_at", title="value there", symbol="z", equation=OfSurface("z"), uses=point,
                 role="forward")
    yield number("bound", title="largest possible inner product", symbol="ε|∇z|",
                 equation=eq.Bound())
    yield number("angle", title="direction of the gradient in degrees", symbol="∠∇z",
                 equation=eq.Angle(), number_format="0.00")
    yield column("turn", title="direction", symbol="k", number_format="0", counts=True)
    for name, title, of in (("unit_x", "unit step", "cos"), ("unit_y", "", "sin")):
        yield column(name, title=title, symbol=of, uses={"part": "turn"},
                     equation=Direction(DIRECTIONS, of.upper()))
    for x, title in (("x", "small step"), ("y", "")):
        yield column(f"step_{x}", title=title, symbol=f"Δ{x}", equation=eq.STEP, role="weight",
                     uses={"u": f"unit_{x}"})
    there = {"surface": "used_function", "x": "x_at", "y": "y_at", "dx": "step_x", "dy": "step_y"}
    yield column("z_there", title="z after it", symbol="z", equation=OfSurfaceShifted(), uses=there,
                 role="forward")
    yield column("change", title="change of z", symbol="Δz", equation=eq.CHANGE, role="forward")
    yield column("inner", title="inner product", symbol="∇z·Δ", equation=eq.INNER, role="backward",
                 meaning="the change of z for a small step, by the approximation formula",
                 written="∇z·Δ = |∇z| ε cos θ", source="2-10")
    for name in ("change", "inner"):
        yield column(f"{name}_share", "share", "%", title="share of the largest",
                     equation=eq.Share(), uses={"change": name}, number_format="0.0%")
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
                 equation=eq.Steepest(said, 360 // DIRECTIONS),
                 uses={"used": "used_at", "function": "used_function"})
    points = say("points", "The gradient itself points to {angle}°: for very small steps this is "
                 "the steepest way up, and the opposite direction is the steepest way down.")
    level = say("level", "The gradient is 0: to first order z does not change in any direction.")
    yield number("points", title="where the gradient points", is_text=True,
                 equation=eq.GradientDirection(points, level))


PAGE = Page(
    "steepest", "Steepest", "A small step from one point of the descent, in 36 directions. The "
    "smaller the step, the closer the change of z is to the inner product (2-4), which is largest "
    "along the gradient.",
    Numbers("at", "used_at", "length", "x_at", "y_at", "slope_x", "slope_y", "z_at", "bound",
            "angle", positive=["length"], choices={"at": "x"}, symbols=True),
    Sentences("where", "points"),
    Beside(
        Table("turn", "unit_x", "unit_y", "step_x", "step_y", "z_there", "change", "inner",
              "change_share", "inner_share", left=1, coloured=("change", "inner")),
        Chart("Change of z for a small step, by direction",
              Trace("inner", "turn", "1B4F9C", name="inner product ∇z·Δ"),
              Trace("change", "turn", "C0561C", marker="circle", width=0, name="change of z"),
              x="direction, tens of degrees", size_in_cm=(13, 10), ends=(0, DIRECTIONS)),
    ),
    does="Try 36 directions: why gradient descent goes against the gradient.",
)
# fmt: on
