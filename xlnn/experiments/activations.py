"""Activation functions and their slopes, from which a unit learns.   Book: 2-1.

Activation functions beside their slopes and central differences; two units, one of which cannot
learn; a line and a parabola; and the bell curve from which start weights are drawn.
"""

from collections.abc import Iterator, Mapping

import xlnn
from xlnn import Axis, Beside, Chart, Numbers, Page, Quantity, Sentences, Told, Trace
from xlnn.equations import functions as eq
from xlnn.equations import units
from xlnn.equations.surface import DESCENT
from xlnn.workbooks.pages.text_parts import Label
from xlnn.writing.style import NEGATIVE, PLAIN, POSITIVE, SECTION

SHOWN = {
    "step": ("unit step", NEGATIVE, "u(z)", "u′(z)", "1 (z ≥ 0), 0 (z < 0)", "0 (z ≠ 0)"),
    "sigmoid": ("sigmoid", POSITIVE, "σ(z)", "σ′(z)", "1 / (1 + exp(−z))", "σ(z) (1 − σ(z))"),
    "tanh": ("tanh", "5B8C5A", "tanh(z)", "tanh′(z)", "tanh(z)", "1 − tanh²(z)"),
    "relu": ("ReLU", "8C5BA6", "ReLU(z)", "ReLU′(z)", "max(0, z)", "1 (z > 0), 0 (z ≤ 0)"),
    "linear": ("linear", "B59410", "z", "z′", "z", "1"),
}
"""The name of each function, its colour, its symbols and formulas, and those of its slope."""

SIZE = 15, 8.5
"""The size of charts, in cm."""

UNITS = ("step", "sigmoid")
STEPS = ("w", "input", "answer", "answer_slope", "C", "dC_dw")
"""The two units that learn, and the columns of each in the table of steps."""


# fmt: off
def model(sizes: Mapping[str, int], _: xlnn.Text) -> Iterator[Quantity]:
    """Yield the functions, the two units that learn, the two shapes, and the bell curve."""
    point = Axis("point", eq.POINTS, counts_from=0)
    yield from _functions(point)
    yield from _learning(Axis("step", sizes["steps"] + 1, "time", counts_from=0))
    yield from _shapes(point)
    yield from _bell()


def _functions(point: Axis) -> Iterator[Quantity]:
    column = xlnn.alike(sheet="table", axes=(point,))
    beside = xlnn.alike(sheet="differences", axes=(point,))
    for name, title, scale in (("low", "z from", 4), ("high", "z to", 4), ("h", "h", 0.1)):
        yield Quantity(name, title=title, scale=scale)
    yield Quantity("used_h", title="h that is used", symbol="h", equation=eq.STEP)
    yield column("number", "point", symbol="k", counts=True)
    yield column("z", "point z", eq.ALONG)
    sides = (("right", "z + h", units.SUM), ("left", "z − h", units.DIFFERENCE))
    for side, symbol, equation in sides:
        yield beside(f"z_{side}", f"{side} of z", equation.of("z", "used_h"), symbol=symbol)
    for name, (value, slope_of) in eq.FUNCTIONS.items():
        _, _, symbol, slope, *_ = SHOWN[name]
        yield column(name, "value", value, kind="value", symbol=symbol, role="forward",
                     meaning="the output of a unit for its weighted input z",
                     written="u(z), σ(z), tanh(z), max(0, z), z", source="2-1")
        for side, shifted, _ in sides:
            yield beside(f"{name}_{side}", f"value at {side}", value.of(z=f"z_{side}"),
                         kind=side, symbol=symbol.replace("z", shifted))
        yield column(f"{name}_slope", "slope", slope_of, kind="slope", symbol=slope,
                     uses={"a": name} if "a" in slope_of.roles else {}, role="backward",
                     meaning="how fast the output changes with z",
                     written="0, σ(1 − σ), 1 − tanh², 0 or 1, 1", source="2-6")
    for name, (_, _, _, slope, *_) in SHOWN.items():
        yield column(f"{name}_difference", "central difference",
                     units.CENTRAL.of(f"{name}_right", f"{name}_left", "used_h"), kind="difference",
                     symbol=slope, meaning="the same slope, measured with two points",
                     written="(a(z + h) − a(z − h)) / 2h", source="2-6")
    for name in SHOWN:
        yield column(f"{name}_error", "difference − slope",
                     units.ERROR.of(f"{name}_difference", f"{name}_slope"), kind="error",
                     symbol="−", number_format="0.0E+00")
        yield Quantity(f"{name}_gap", "gap", title="gap (root mean square)",
                       number_format="0.0E+00",
                       equation=units.root_mean_square("point").of(f"{name}_error"))


def _learning(step: Axis) -> Iterator[Quantity]:
    for name, title in (("x", "input x"), ("t", "target t"), ("b", "bias b")):
        yield Quantity(name, title=title)
    yield Quantity("eta", title="learning rate η", symbol="η", is_step_size=True)
    column = xlnn.alike(axes=(step,))
    courses = {
        "step": Told("Unit step: w stays at {w_first}, and C at {C_first}. Its slope is 0, so "
                     "gradient descent has nothing to follow.", digits=4),
        "sigmoid": eq.LEARNING}
    for name in UNITS:
        of, (value, slope) = {key: f"{name}_{key}" for key in STEPS}, eq.FUNCTIONS[name]
        yield column(of["w"], "weight",
                     DESCENT.of(xlnn.previous(of["w"]), xlnn.previous(of["dC_dw"])), kind="w",
                     symbol="w", given=1, role="weight",
                     meaning="the learned weight; the first row is the start",
                     written="w ← w − η ∂C/∂w", source="2-10")
        yield column(of["input"], "input", units.LINE.of("x", of["w"], "b"), kind="input",
                     symbol="z")
        yield column(of["answer"], "answer", value.of(z=of["input"]), kind="answer", symbol="a",
                     role="forward")
        yield column(of["answer_slope"], "slope", slope, kind="answer_slope", symbol="a′(z)",
                     uses={role: of[{"z": "input", "a": "answer"}[role]] for role in slope.roles},
                     role="backward")
        yield column(of["C"], "error", units.HALF_SQUARE.of("t", of["answer"]), kind="C",
                     symbol="C", role="forward")
        yield column(of["dC_dw"], "gradient",
                     eq.GRADIENT.of(of["answer"], slope=of["answer_slope"]), kind="dC_dw",
                     symbol="∂C/∂w", role="backward",
                     meaning="how fast the error changes with the weight",
                     written="∂C/∂w = (a − t) a′(z) x", source="2-8")
        yield Quantity(f"{name}_course", equation=courses[name],
                       uses={key: of[key] for key in ("w", "C", "dC_dw")
                             if key in courses[name].roles})


def _shapes(point: Axis) -> Iterator[Quantity]:
    for name, symbol, title in (("m", "m", "line: slope m"), ("n", "n", "line: intercept n"),
                                ("p", "a", "parabola: a"), ("q", "b", "parabola: b"),
                                ("r", "c", "parabola: c")):
        yield Quantity(name, title=title, symbol=symbol)
    bends, parabola = {"a": "p", "b": "q"}, {"a": "p", "b": "q", "c": "r"}
    yield Quantity("lowest_x", title="vertex x = −b / 2a (0 if a = 0)", symbol="x",
                   equation=eq.VERTEX, uses=bends, meaning="the vertex of the parabola",
                   written="x = −b / 2a", source="2-1")
    yield Quantity("lowest_y", title="vertex y", symbol="y", equation=eq.PARABOLA,
                   uses={**parabola, "x": "lowest_x"})
    yield Quantity("bends", title="bends", equation=eq.BENDS, uses=bends)
    yield Quantity("vertex", equation=Told({
        "maximum": "a < 0: the parabola is highest at x = {lowest_x} and has no lowest point: "
        "gradient descent from anywhere else never ends.",
        "straight": "a = 0: this is a line; it has no lowest point.",
        "minimum": "a > 0: the parabola is lowest at x = {lowest_x}, where y = {lowest_y}. There "
        "its slope 2ax + b is 0.",
        "level": "a = b = 0: this is a horizontal line, y = {lowest_y}. All its points are equally "
        "low."}, "bends"))
    column = xlnn.alike(sheet="shape_points", axes=(point,))
    yield column("shape_number", "point", symbol="k", counts=True)
    yield column("shape_x", "point x", eq.BESIDE.of("shape_number", "lowest_x"), symbol="x")
    yield column("line", "line", units.LINE.of("shape_x"), symbol="mx + n", role="forward")
    yield column("parabola", "parabola", eq.PARABOLA, symbol="ax² + bx + c",
                 uses={**parabola, "x": "shape_x"}, role="forward")


def _bell() -> Iterator[Quantity]:
    of = {"deviation": "used_deviation"}
    for name, title, symbol in (("mean", "mean μ", "μ"),
                                ("deviation", "standard deviation σ", "σ")):
        yield Quantity(name, title=title, symbol=symbol)
    yield Quantity("used_deviation", title="σ that is used", symbol="σ",
                   equation=eq.STEP.of("deviation"))
    column = xlnn.alike(sheet="bell_points", axes=(Axis("point", eq.BELL_POINTS, counts_from=0),))
    yield column("bell_number", "point", symbol="k", counts=True)
    yield column("bell_x", "point x", eq.AROUND, symbol="x",
                 uses={**of, "number": "bell_number"})
    yield column("density", "density", eq.BELL, symbol="f(x)", uses={**of, "x": "bell_x"},
                 role="forward", meaning="the normal distribution",
                 written="f(x) = exp(−(x − μ)² / 2σ²) / (√(2π) σ)", source="2-1")
    for far, title in ((1, "area within μ ± σ"), (2, "area within μ ± 2σ"),
                       (3, "area within μ ± 3σ")):
        yield Quantity(f"within_{far}", title=title, equation=eq.area_within(far),
                       uses={**of, "number": "bell_number", "bell": "density"})
    for far in (1, 2, 3):
        yield Quantity(f"percent_{far}", "percent", "%", title="percent",
                       equation=eq.PERCENT.of(f"within_{far}"))
    yield Quantity("drawn", equation=eq.DRAWN, uses=of)


def _curves(title: str, ending: str, up: tuple[float, ...] = ()) -> Chart:
    """Return a chart over z of all functions, or of all slopes."""
    traces = (Trace(f"{key}{ending}", "z", colour, name=name)
              for key, (name, colour, *_) in SHOWN.items())
    return Chart(title, *traces, x="z", size_in_cm=SIZE, ends_up=up)


def _functions_in_words() -> Iterator[Beside]:
    """Yield a row for each function: its name, its formula, that of its slope, and the gap."""
    heads = ("function", "a(z)", "a′(z)", "gap (RMS)")
    yield Beside(*(Label(head, "headings", SECTION, fits=True) for head in heads), apart=0)
    for key, (name, *_, formula, slope) in SHOWN.items():
        yield Beside(Label(name, "charts", PLAIN, fits=True), Label(formula, fits=True),
                     Label(slope, fits=True), xlnn.Row(f"{key}_gap"), apart=0)


EXPERIMENT = xlnn.Experiment(
    "activations", model, title="Functions that a network needs", book=("2-1",),
    summary="Five activation functions and their slopes, why the unit step cannot learn, the "
    "parabola's minimum, the bell curve.",
    sizes={"steps": xlnn.Size(20, 1, 1_000)},
    inputs={
        "low": -4, "high": 4, "h": 0.001,
        "x": 1, "t": 1, "b": 0, "eta": 2,  # one unit learns to answer t to x
        "step_w": -1, "sigmoid_w": -1,  # both begin with the same weight
        "m": 2, "n": 1,  # y = mx + n
        "p": 1, "q": -2, "r": -3,  # y = px² + qx + r
        "mean": 0, "deviation": 1,
    },
    options_for={"epochs": "steps"},
    about=(
        "A neuron answers with an activation function. Gradient descent asks for its slope, and "
        "the slope decides whether it can learn (2-1).",
        "Each slope stands beside its central difference, (a(z + h) − a(z − h)) / 2h, so that no "
        "formula has to be believed.",
        "The line and the parabola, the minimum, and the normal distribution are those of 2-1.",
    ),
    colours={
        "forward": "values of the functions", "backward": "slopes and gradients",
        "weight": "the learned weight", "result": "points, differences and results",
    },
    symbols={"value": "a(z)", "slope": "a′(z)", "difference": "Δa/Δz"},
    pages=(
        Page(
            "activations", "Functions", "Activation functions and their slopes. Choose the range "
            "and h; each slope by its formula is compared with the central difference (a(z + h) − "
            "a(z − h)) / 2h.",
            Beside(
                xlnn.Below(Numbers("low", "high", "h", "used_h", at=1), xlnn.Space(),
                           *_functions_in_words(), _curves("Activation functions", "")),
                xlnn.Below(_curves("Their slopes", "_slope"),
                           _curves("Their slopes as central differences", "_difference",
                                   up=(0, 1.2, 0.2))),
            ),
            xlnn.Space(),
            Label("The gap is the root mean square (RMS) of slope − difference over all points. If "
                  "it stays large however small h is, there is a kink or a jump in the range. "
                  "There the function has no slope.", "notes"),
            Label("The step has slope 0 everywhere except at 0, where it jumps by 1 within 2h: "
                  "there the difference is 1 / 2h and grows as h shrinks. With a small h it is far "
                  "above the chart.", "notes"),
            Label("ReLU bends at 0: the difference there is ½, between its slopes 0 and 1.",
                  "notes"),
            does="Compare five functions and their slopes over a range that you choose.",
        ),
        Page(
            "learning", "Learning", "Two units learn by gradient descent to output t for the input "
            "x: one with the unit step, one with the sigmoid. Everything else is the same if both "
            "start with the same w.",
            Beside(
                Numbers("x", "t", "b", "eta", at=2, positive=()),
                Chart("Error C after each step",
                      *(Trace(f"{key}_C", colour=SHOWN[key][1], name=SHOWN[key][0])
                        for key in UNITS), size_in_cm=SIZE),
            ),
            Sentences("step_course", "sigmoid_course", bold=2),
            xlnn.Table(*(f"{unit}_{key}" for unit in UNITS for key in STEPS),
                       groups={f"{unit}_w": SHOWN[unit][0] for unit in UNITS}),
            does="Why the step cannot learn: its weight never changes.",
        ),
        Page(
            "shapes", "Line and parabola", "A line and a parabola. A parabola with a > 0 has a "
            "minimum, which is what gradient descent looks for.",
            Numbers("m", "n", "p", "q", "r", "lowest_x", "lowest_y", at=2),
            Sentences("vertex", above=1),
            xlnn.Space(),
            Chart("Line and parabola",
                  Trace("line", "shape_x", SHOWN["linear"][1], name="y = mx + n", of=""),
                  Trace("parabola", "shape_x", NEGATIVE, name="y = ax² + bx + c", of=""),
                  Trace("lowest_y", "lowest_x", POSITIVE, marker="circle",
                        name="vertex (a ≠ 0)"),
                  x="x", size_in_cm=SIZE),
            does="A quadratic function with a > 0 has a minimum; a sloping line has none.",
        ),
        Page(
            "bell", "Bell curve", "The normal distribution, from which start weights are drawn. "
            "Change the mean and the standard deviation.",
            Numbers("mean", "deviation", "used_deviation", "within_1", "within_2", "within_3",
                    at=2, positive=["deviation"]),
            Sentences("drawn", above=1),
            xlnn.Space(),
            Chart("Density f(x)", Trace("density", "bell_x", POSITIVE), x="x", size_in_cm=SIZE),
            does="Where start weights come from.",
        ),
        Page("table", "Table", "Each function, its slope by formula, and its slope as a central "
             "difference.", does="The numbers of the charts of functions and slopes.",
             is_helper=True),
        Page("differences", "Differences", "The functions at z + h and z − h, from which the "
             "central differences are computed.", is_helper=True),
        Page("shape_points", "Points of shapes", "Points of the line and of the parabola, around "
             "the vertex.", is_helper=True),
        Page("bell_points", "Points of bell", "Points of the bell curve, 1/20 of a standard "
             "deviation apart.", is_helper=True),
    ),
    tries=(
        ("On {activations}, set h to 0.1, then to 0.01.", "The gap of sigmoid and tanh shrinks to "
         "a hundredth, with the square of h; the gap of the step grows: there is no slope at a "
         "jump."),
        ("On {learning}, give both units the start w = −6, then w = 1.", "At −6 the sigmoid is "
         "nearly flat too and hardly learns. At 1 the output of the step is already 1, and C is 0: "
         "luck, not learning."),
        ("On {shapes}, set the parabola's a to −1, then to 0.", "Only a > 0 has a minimum. A "
         "sloping line falls for ever."),
    ),
)
