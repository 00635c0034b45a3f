"""A point goes down a surface by gradient descent.   Book: 2-10, 2-11.

The example of an experiment: its quantities, its pages, and its initial inputs. Its equations are
in `xlnn.equations.surface`, the page of all directions in `xlnn.experiments._steepest`.
"""

from collections.abc import Iterator, Mapping
from functools import partial

import xlnn
from xlnn import Axis, Below, Chart, Quantity, Table, Trace, alike, previous
from xlnn.equations import surface as eq
from xlnn.equations import units
from xlnn.experiments import _steepest
from xlnn.workbooks.learning import function_choice


# fmt: off
def model(sizes: Mapping[str, int], _: xlnn.Text) -> Iterator[Quantity | xlnn.Copy]:
    """Yield the settings, the table of steps, the level lines, and the sentences."""
    steps = sizes["steps"]
    yield Quantity("eta", title="learning rate η", symbol="η", scale=0.05, is_step_size=True,
                   meaning="how far a step goes", source="2-10")
    yield from function_choice("function", [f"z = {surface.text}" for surface in eq.SURFACES],
                               title="function (1, 2 or 3)", called="name")
    column = alike(axes=(Axis("step", steps + 1, "time", counts_from=0),))
    place = partial(column, equation=eq.MOVED, given=1, role="weight", scale=3, source="2-11")
    yield place("x", "position", uses={"at": previous("x"), "by": previous("dx")},
                meaning="where the point is; the first row is the start", written="x ← x + Δx")
    yield place("y", uses={"at": previous("y"), "by": previous("dy")})
    slope = partial(column, role="backward")
    yield slope("dz_dx", "gradient", eq.of_surface("dz_dx"), symbol="∂z/∂x",
                meaning="how fast z changes with x alone", written="∂z/∂x", source="2-7")
    yield slope("dz_dy", symbol="∂z/∂y", equation=eq.of_surface("dz_dy"))
    move = partial(column, equation=eq.DISPLACEMENT, role="backward")
    yield move("dx", "displacement −η∇z", symbol="Δx", uses={"slope": "dz_dx"},
               meaning="the step: against the gradient", written="Δx = −η ∂z/∂x", source="2-10")
    yield move("dy", symbol="Δy", uses={"slope": "dz_dy"})
    yield column("z", "value", eq.of_surface("z"), role="forward", source="2-11",
                 meaning="the height of the surface at (x, y)", written="z = f(x, y)")
    for name, does, times in (("swings", "overshoot", 1), ("grows", "lead away", 2)):
        yield Quantity(name, title=f"near (0, 0), steps {does} if η >",
                       equation=eq.largest_eta(times))
    yield Quantity("verdict", equation=eq.EtaVerdict())
    yield Quantity("course", equation=eq.course(steps))
    line, part = Axis("line", 6), Axis("part", 49, counts_from=0)  # all around, to the first
    at = alike(number_format="0.000")
    yield Quantity("number", title="line", symbol="n", axes=(line,), counts=True)
    yield Quantity("part", title="part of the circle", symbol="k", axes=(part,), counts=True)
    yield at("level", "z on the line", eq.level_of(line.length), symbol="z", axes=(line,))
    for u, of in (("u", "cos"), ("v", "sin")):
        yield at(u, of, units.around_circle(part.length - 1, of.upper()), axes=(part,))
    for x, u in (("x", "u"), ("y", "v")):
        yield at(f"level_{x}", x, eq.on_level_line(u), symbol=x, axes=(line, part))
    yield from _steepest.quantities(steps)


EXPERIMENT = xlnn.Experiment(
    "descent", model, title="Gradient descent in a sheet",
    summary="Gradient descent from (3, 2) down z = x² + y² over level lines, and why the gradient "
    "is the steepest direction.",
    book=("2-10", "2-11"), sizes={"steps": xlnn.Size(30)}, options_for={"epochs": "steps"},
    inputs={"eta": 0.1, "function": 1, "x": 3, "y": 2, "at": 0, "length": 0.1},
    about=(
        "A point lies on the surface z = f(x, y). Step by step it moves in the direction in which "
        "z falls fastest: against the gradient (2-10).",
        "The table is the one in 2-11: step, position, gradient, displacement and value. Every "
        "number is a formula, filled down over {steps} steps.",
    ),
    pages=(
        xlnn.Page(
            "descent", "Descent", "From the start, against the gradient, step by step. Change any "
            "yellow cell and everything is recalculated.",
            xlnn.Beside(
                Below(
                    xlnn.Numbers("eta", ("function", "name"), "used_function", "swings", "grows"),
                    xlnn.Sentences("verdict", "course", above=1),
                    Table("x", "y", "dz_dx", "dz_dy", "dx", "dy", "z"),
                ),
                Below(
                    Chart("The path over the level lines",
                          Trace("level_y", "level_x", each="line", is_quiet=True),
                          Trace("y", "x", "C0561C", marker="circle"), x="x", y="y", is_square=True),
                    Chart("z after each step", Trace("z", colour="1B4F9C")),
                ),
            ),
            does="Follow the point down. Change η, choose another function, move the start.",
        ),
        _steepest.PAGE,
        xlnn.Page(
            "level_lines", "Level lines", "Points of the lines on which z is constant, for the "
            "chart on the sheet Descent. The outermost line goes through the start.",
            Table("level_x", "level_y"), Table("number", "level"), Table("part", "u", "v"),
            does="The points of the lines in the chart.", is_helper=True,
        ),
    ),
    colours={"forward": "the value of z", "backward": "the gradient and the step against it",
             "weight": "the position of the point", "result": "results"},
    tries=(
        ("Set η on {descent} to 0.6, then to 1.1.", "With 0.6 the point crosses the valley at "
         "every step and still arrives. With 1.1 it gets farther away with each step."),
        ("Choose function 2, a narrow valley, with η = 0.2, then 0.24.", "In y the point swings "
         "from side to side, in x it does not. With 0.2 both shrink by the factor 0.6 at each "
         "step; with 0.24 x shrinks faster and y hardly at all: one η has to serve both."),
        ("Choose function 3 and start at (30, 20).", "Far out the surface is nearly flat: a small "
         "gradient makes small steps, however far the minimum is."),
        ("On {steepest} set the length to 1, then to 0.01.", "The smaller the step, the closer the "
         "change of z is to the inner product."),
    ),
)
