"""The sheet "steepest" of descent: in which direction does f change most?   Book: 2-4, 2-10.

A small step of one length goes from a point of the descent in every direction. What f changes by is
compared with the inner product of the step and the gradient.
"""

from collections.abc import Iterator

from xlnn.equations import steepest as eq
from xlnn.equations.calculus import OfSurfaceShifted
from xlnn.equations.surface import Direction, OfSurface, UsedChoice
from xlnn.quantity import Axis, Quantity
from xlnn.shipped.text import Text
from xlnn.workbooks.pages.parts import Beside, Chart, Numbers, Sentences, Table, Trace, page

DIRECTIONS = 36
"""A direction every 10 degrees."""

LIST = (
    "at", "used_at", "length", "x_at", "y_at", "slope_x", "slope_y", "z_at", "bound", "angle",
)  # fmt: skip
COLUMNS = (
    "unit_x", "unit_y", "step_x", "step_y", "z_there", "change", "inner", "change_share",
    "inner_share",
)  # fmt: skip
CHANGE, INNER = "C0561C", "1B4F9C"


def quantities(steps: int, words: Text) -> Iterator[Quantity]:
    """Yield the point, the steps in all directions, and what each changes."""
    page = {"sheet": "steepest"}
    direction = Axis("direction", DIRECTIONS, counts_from=0)
    around = {**page, "axes": (direction,)}
    yield Quantity("at", symbol=" ", role="input", number_format="0", choices=(0, steps), **page)
    used = {"equation": UsedChoice(0, steps), "uses": {"choice": "at"}}
    yield Quantity("used_at", symbol=" ", number_format="0", **used, **page)
    yield Quantity("length", symbol="ε", role="input", number_format="General", scale=0.3, **page)
    point = {"function": "used_function", "x": "x_at", "y": "y_at"}
    for x in ("x", "y"):
        of = {"all_steps": x, "at": "used_at"}
        yield Quantity(f"{x}_at", symbol=x, equation=eq.AtStep(), uses=of, role="weight", **page)
    for x in ("x", "y"):
        slope = OfSurface(f"dz_d{x}")
        yield Quantity(
            f"slope_{x}", symbol=f"∂z/∂{x}", equation=slope, uses=point, role="backward", **page
        )
    yield Quantity("z_at", symbol="z", equation=OfSurface("z"), uses=point, role="forward", **page)
    yield Quantity("bound", symbol="ε|∇z|", equation=eq.Bound(), **page)
    yield Quantity("angle", symbol="∠∇z", equation=eq.Angle(), number_format="0.00", **page)
    turn = {"symbol": "k", "number_format": "0"}
    yield Quantity("turn", axes=(direction,), counts=True, **turn, **page)
    for name, of in (("unit_x", "COS"), ("unit_y", "SIN")):
        turned = Direction(DIRECTIONS, of)
        yield Quantity(name, symbol=of.lower(), equation=turned, uses={"part": "turn"}, **around)
    for x in ("x", "y"):
        step = {"u": f"unit_{x}"}
        yield Quantity(
            f"step_{x}", symbol=f"Δ{x}", equation=eq.STEP, uses=step, role="weight", **around
        )
    there = {"surface": "used_function", "x": "x_at", "y": "y_at", "dx": "step_x", "dy": "step_y"}
    yield Quantity(
        "z_there", symbol="z", equation=OfSurfaceShifted(), uses=there, role="forward", **around
    )
    yield Quantity("change", symbol="Δz", equation=eq.CHANGE, role="forward", **around)
    yield Quantity("inner", symbol="∇z·Δ", equation=eq.INNER, role="backward", **around)
    for name in ("change", "inner"):
        uses = {"change": name}
        yield Quantity(
            f"{name}_share", kind="share", symbol="%", equation=eq.Share(), uses=uses,
            **around | {"number_format": "0.0%"},
        )  # fmt: skip
    told = {"steps": steps, "directions": DIRECTIONS}
    said = {
        key: words.open("sentences", key, **told)
        for key in ("choose_step", "length", "tied", "steepest")
    }
    where = eq.Steepest(said, 360 // DIRECTIONS)
    uses = {"used": "used_at", "function": "used_function"}
    yield Quantity("where", equation=where, uses=uses, is_text=True, **page)
    points = eq.Points(*(words.open("sentences", key) for key in ("points", "level")))
    yield Quantity("points", equation=points, is_text=True, **page)


PAGE = page(
    "steepest",
    Numbers(*LIST, positive=["length"], choices={"at": "x"}, symbols=True),
    Sentences("where", "points"),
    Beside(
        Table("turn", *COLUMNS, left=1, coloured=("change", "inner")),
        Chart(
            "steepest",
            Trace("inner", "turn", INNER, name="inner"),
            Trace("change", "turn", CHANGE, marker="circle", width=0, name="change"),
            size_in_cm=(13, 10),
            ends=(0, DIRECTIONS),
        ),
    ),
)
