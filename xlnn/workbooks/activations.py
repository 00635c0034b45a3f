"""The kind "activations": the functions that a network needs, and their slopes.   Book: 2-1.

Activation functions beside their slopes and central differences; two units of which one can not
learn; a line and a parabola; and the bell curve from which start weights are drawn.
"""

from collections.abc import Iterator, Mapping

from xlnn.equations import functions as eq
from xlnn.equations.activation import Sigmoid, SigmoidSlope
from xlnn.equations.neuron import UnitStep
from xlnn.equations.telling import Told
from xlnn.quantity import Axis, Quantity, Sentence, previous
from xlnn.shipped.text import Text
from xlnn.workbooks.experiment import Experiment
from xlnn.workbooks.pages.parts import (
    Below,
    Beside,
    Chart,
    Hidden,
    Label,
    Numbers,
    Row,
    Sentences,
    Space,
    Table,
    Trace,
    helper_page,
    page,
)
from xlnn.writing.style import NEGATIVE, PLAIN, POSITIVE, SECTION

POINTS = 81
"""Of each curve; 0 is one of them where the range lies evenly around it."""

BELL_POINTS, DEVIATIONS = 161, 4
"""Of the bell curve, and how far it is drawn to either side, in standard deviations: so close that
the strips between them hold its area to the tenth of a percent."""

SYMBOLS = {
    "step": ("u(z)", "u′(z)"),
    "sigmoid": ("σ(z)", "σ′(z)"),
    "tanh": ("tanh(z)", "tanh′(z)"),
    "relu": ("ReLU(z)", "ReLU′(z)"),
    "linear": ("z", "z′"),
}
"""How each function is written, and its slope."""

FORMULAS = {
    "step": ("1 (z ≥ 0), 0 (z < 0)", "0 (z ≠ 0)"),
    "sigmoid": ("1 / (1 + exp(−z))", "σ(z) (1 − σ(z))"),
    "tanh": ("tanh(z)", "1 − tanh²(z)"),
    "relu": ("max(0, z)", "1 (z > 0), 0 (z ≤ 0)"),
    "linear": ("z", "1"),
}
"""What each is, and its slope."""

COLOURS = {
    "step": NEGATIVE,
    "sigmoid": POSITIVE,
    "tanh": "5B8C5A",
    "relu": "8C5BA6",
    "linear": "B59410",
}

SIZE = 15, 8.5
"""Of charts, in cm."""

RANGE = ("low", "high", "h", "used_h")
UNITS = ("step", "sigmoid")
STEPS = ("w", "input", "answer", "answer_slope", "C", "dC_dw")
COURSES = ("backwards", "flat", "falls", "stays", "rises")
LEARNING = ("x", "t", "b", "eta")
SHAPES = ("m", "n", "p", "q", "r", "lowest_x", "lowest_y")
BELL = ("mean", "deviation", "used_deviation", "within_1", "within_2", "within_3")
HELPERS = ("table", "differences", "shape_points", "bell_points")


def quantities(sizes: Mapping[str, int], words: Text) -> Iterator[Quantity]:
    """Yield the functions, the two units that learn, the two shapes, and the bell curve."""
    point = Axis("point", POINTS, counts_from=0)
    yield from _functions(point)
    yield from _learning(sizes["steps"], words)
    yield from _shapes(point, words)
    yield from _bell(words)


def _functions(point: Axis) -> Iterator[Quantity]:
    page = {"sheet": "activations", "number_format": "General"}
    for name, scale in (("low", 4), ("high", 4), ("h", 0.1)):
        yield Quantity(name, role="input", scale=scale, **page)
    yield Quantity("used_h", symbol="h", equation=eq.STEP, **page)
    table, beside = ({"sheet": key, "axes": (point,)} for key in ("table", "differences"))
    yield Quantity("number", symbol="k", counts=True, **{**table, "number_format": "0"})
    yield Quantity("z", symbol="z", equation=eq.points(POINTS), **table)
    for name, equation in (("right", eq.RIGHT), ("left", eq.LEFT)):
        symbol = "z + h" if name == "right" else "z − h"
        yield Quantity(
            f"z_{name}", symbol=symbol, equation=equation, uses={"h": "used_h"}, **beside
        )
    for function in eq.FUNCTIONS:
        name, (symbol, slope) = function.name, SYMBOLS[function.name]
        yield Quantity(name, "value", symbol, equation=function.value, role="forward", **table)
        for side in ("right", "left"):
            shown = symbol.replace("z", "z + h" if side == "right" else "z − h")
            uses = {"z": f"z_{side}"}
            yield Quantity(
                f"{name}_{side}", side, shown, equation=function.value, uses=uses, **beside
            )
        uses = {"a": name} if function.of_value else {}
        yield Quantity(
            f"{name}_slope",
            "slope",
            slope,
            equation=function.slope,
            uses=uses,
            role="backward",
            **table,
        )
    for function in eq.FUNCTIONS:
        name = function.name
        uses = {"right": f"{name}_right", "left": f"{name}_left", "h": "used_h"}
        yield Quantity(
            f"{name}_difference",
            "difference",
            SYMBOLS[name][1],
            equation=eq.CENTRAL,
            uses=uses,
            **table,
        )
    small = {"number_format": "0.0E+00"}
    for function in eq.FUNCTIONS:
        name = function.name
        uses = {"slope": f"{name}_slope", "difference": f"{name}_difference"}
        yield Quantity(f"{name}_error", "error", "−", equation=eq.ERROR, uses=uses, **table | small)
        uses = {"error": f"{name}_error"}
        yield Quantity(f"{name}_gap", "gap", equation=eq.GAP, uses=uses, **page | small)


def _learning(steps: int, words: Text) -> Iterator[Quantity]:
    page = {"sheet": "learning"}
    for name in LEARNING:
        symbol = "η" if name == "eta" else name
        yield Quantity(
            name,
            symbol=symbol,
            role="input",
            number_format="General",
            calms=name == "eta",
            **page,
        )
    table = {**page, "axes": (Axis("step", steps + 1, "time", counts_from=0),)}
    for name in UNITS:
        of = {key: f"{name}_{key}" for key in STEPS}
        yield Quantity(
            of["w"],
            "w",
            "w",
            equation=eq.LEARNED,
            uses={"w": previous(of["w"]), "gradient": previous(of["dC_dw"])},
            given=1,
            role="weight",
            **table,
        )
        yield Quantity(
            of["input"], "input", "z", equation=eq.ANSWER_Z, uses={"w": of["w"]}, **table
        )
        value_of, slope_of = (
            (UnitStep(), eq.Flat()) if name == "step" else (Sigmoid(), SigmoidSlope())
        )
        uses = {"z": of["input"]}
        yield Quantity(
            of["answer"], "answer", "a", equation=value_of, uses=uses, role="forward", **table
        )
        uses = {"z": of["input"]} if name == "step" else {"a": of["answer"]}
        yield Quantity(
            of["answer_slope"],
            "answer_slope",
            "a′(z)",
            equation=slope_of,
            uses=uses,
            role="backward",
            **table,
        )
        uses = {"a": of["answer"]}
        yield Quantity(
            of["C"], "C", "C", equation=eq.SQUARED_ERROR, uses=uses, role="forward", **table
        )
        yield Quantity(
            of["dC_dw"],
            "dC_dw",
            "∂C/∂w",
            equation=eq.GRADIENT,
            uses={"a": of["answer"], "slope": of["answer_slope"]},
            role="backward",
            **table,
        )
        if name == "step":
            said: Sentence = Told([words.open("sentences", "step_course")], digits=4)
        else:
            begins = words.open("sentences", "sigmoid_course", steps=steps)
            said = eq.Learning(begins, {key: words("sentences", key) for key in COURSES})
        uses = {role: of[role] for role in ("w", "C", "dC_dw") if role in said.roles}
        yield Quantity(f"{name}_course", equation=said, uses=uses, is_text=True, **page)


def _shapes(point: Axis, words: Text) -> Iterator[Quantity]:
    page = {"sheet": "shapes"}
    for name, symbol in zip(SHAPES[:5], "mnabc", strict=True):
        yield Quantity(name, symbol=symbol, role="input", number_format="General", **page)
    parabola = {"a": "p", "b": "q", "c": "r"}
    yield Quantity("lowest_x", symbol="x", equation=eq.VERTEX, uses={"a": "p", "b": "q"}, **page)
    uses = {**parabola, "x": "lowest_x"}
    yield Quantity("lowest_y", symbol="y", equation=eq.PARABOLA, uses=uses, **page)
    bends = {"equation": eq.Bends(), "uses": {"a": "p", "b": "q"}}
    yield Quantity("bends", number_format=";;;", **bends, **page)
    said = [words.open("sentences", key) for key in ("maximum", "straight", "minimum", "level")]
    yield Quantity("vertex", equation=Told(said, "bends"), is_text=True, **page)
    table = {"sheet": "shape_points", "axes": (point,)}
    yield Quantity("shape_number", symbol="k", counts=True, number_format="0", **table)
    uses = {"number": "shape_number", "middle": "lowest_x"}
    yield Quantity("shape_x", symbol="x", equation=eq.beside(POINTS), uses=uses, **table)
    uses = {"x": "shape_x"}
    yield Quantity("line", symbol="mx + n", equation=eq.LINE, uses=uses, role="forward", **table)
    uses = {**parabola, "x": "shape_x"}
    yield Quantity(
        "parabola", symbol="ax² + bx + c", equation=eq.PARABOLA, uses=uses, role="forward", **table
    )


def _bell(words: Text) -> Iterator[Quantity]:
    page = {"sheet": "bell"}
    for name, symbol in (("mean", "μ"), ("deviation", "σ")):
        yield Quantity(name, symbol=symbol, role="input", number_format="General", **page)
    yield Quantity("used_deviation", symbol="σ", equation=eq.STEP, uses={"h": "deviation"}, **page)
    table = {"sheet": "bell_points", "axes": (Axis("point", BELL_POINTS, counts_from=0),)}
    of = {"deviation": "used_deviation"}
    yield Quantity("bell_number", symbol="k", counts=True, number_format="0", **table)
    uses = {**of, "number": "bell_number"}
    yield Quantity(
        "bell_x", symbol="x", equation=eq.around(BELL_POINTS, DEVIATIONS), uses=uses, **table
    )
    uses = {**of, "x": "bell_x"}
    yield Quantity("density", symbol="f(x)", equation=eq.BELL, uses=uses, role="forward", **table)
    half = (BELL_POINTS - 1) // 2
    for far in (1, 2, 3):
        apart = half // DEVIATIONS * far
        area = eq.Area(half - apart, half + apart, DEVIATIONS / half)
        uses = {**of, "number": "bell_number", "bell": "density"}
        yield Quantity(f"within_{far}", equation=area, uses=uses, number_format="0.0%", **page)
    for far in (1, 2, 3):
        yield Quantity(
            f"percent_{far}",
            "percent",
            "%",
            equation=eq.PERCENT,
            uses={"part": f"within_{far}"},
            number_format=";;;",
            **page,
        )
    drawn = eq.Drawn(tuple(words.open("sentences", key) for key in ("drawn", "apart")))
    yield Quantity("drawn", equation=drawn, uses=of, is_text=True, **page)


def _curves(title: str, ending: str, up: tuple[float, ...] = ()) -> Chart:
    """Return the chart of something of all functions over z."""
    traces = (Trace(f"{name}{ending}", "z", COLOURS[name], name=name) for name in COLOURS)
    return Chart(title, *traces, x="z", size_in_cm=SIZE, ends_up=up)


def _functions_in_words() -> Iterator[Beside]:
    """Yield a row for each function: its name, its formula, that of its slope, and the gap."""
    keys = ("function", "formula", "slope", "gap")
    heads = (Label(key, "headings", SECTION, fits=True) for key in keys)
    yield Beside(*heads, apart=0)
    for name, formulas in FORMULAS.items():
        texts = (Label(text, fits=True) for text in formulas)
        named = Label(name, "charts", PLAIN, fits=True)
        yield Beside(named, *texts, Row(f"{name}_gap"), apart=0)


KIND = Experiment(
    name="activations",
    sizes={"steps": (1, 1_000)},
    quantities=quantities,
    sheets={
        "activations": page(
            "activations",
            Beside(
                Below(
                    Numbers(*RANGE, at=1),
                    Space(),
                    *_functions_in_words(),
                    _curves("functions", ""),
                ),
                Below(
                    _curves("slopes", "_slope"),
                    _curves("differences", "_difference", up=(0, 1.2, 0.2)),
                ),
            ),
            Space(),
            *(Label(key, "notes") for key in ("kink", "step_slope", "linear_slope")),
        ),
        "learning": page(
            "learning",
            Beside(
                Numbers(*LEARNING, at=2),
                Chart(
                    "learning",
                    *(Trace(f"{name}_C", colour=COLOURS[name], name=name) for name in UNITS),
                    size_in_cm=SIZE,
                ),
            ),
            Sentences("step_course", "sigmoid_course", bold=2),
            Table(
                *(f"{name}_{key}" for name in UNITS for key in STEPS),
                groups={f"{name}_w": name for name in UNITS},
            ),
        ),
        "shapes": page(
            "shapes",
            Numbers(*SHAPES, at=2),
            Sentences("vertex", above=1),
            Hidden("bends"),
            Chart(
                "shapes",
                Trace("line", "shape_x", COLOURS["linear"], name="y = mx + n"),
                Trace("parabola", "shape_x", NEGATIVE, name="y = ax² + bx + c"),
                Trace("lowest_y", "lowest_x", POSITIVE, marker="circle", name="vertex"),
                x="x",
                size_in_cm=SIZE,
            ),
        ),
        "bell": page(
            "bell",
            Numbers(*BELL, at=2, positive=["deviation"]),
            Sentences("drawn", above=1),
            Hidden("percent_1", "percent_2", "percent_3"),
            Chart("bell", Trace("density", "bell_x", POSITIVE), x="x", size_in_cm=SIZE),
        ),
        **{
            key: helper_page(key) for key in ("table", "differences", "shape_points", "bell_points")
        },
    },
    taken={"epochs": "steps", "eta": "eta"},
)
