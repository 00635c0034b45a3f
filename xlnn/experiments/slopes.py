"""Derivatives by rule and by difference quotient.   Book: 2-6 to 2-9.

Every sheet has a list at the left, where each slope by its rule is above its difference quotient,
and a table at the right.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import xlnn
from xlnn import Axis, Below, Beside, Chart, Model, Page, Quantity, Sentences, Table, Text, Trace
from xlnn.equations import calculus as eq
from xlnn.equations import units
from xlnn.equations.activation import SIGMOID_SLOPE
from xlnn.equations.surface import SURFACES, of_surface
from xlnn.equations.verdict import Least
from xlnn.workbooks.learning import function_choice
from xlnn.workbooks.pages.number_parts import NUMBER, Made
from xlnn.workbooks.pages.part import PagePart
from xlnn.workbooks.pages.table import plain_name
from xlnn.workbooks.pages.table_parts import Units
from xlnn.workbooks.pages.text_parts import Label
from xlnn.writing.charts import THIN
from xlnn.writing.style import LABEL, SECTION

AROUND = 10
"""Points of a curve on either side of x."""

CURVE, TANGENT = "1B4F9C", "C0561C"

# fmt: off
HEADINGS = {
    "f": "At this x", "f_secant": "The secant", "g": "At this x", "sum_rule": "Linearity (2-6)",
    "e": "The slope of the sigmoid, proven (2-6)", "outer": "Chain rule, one variable (2-8)",
    "u": "Chain rule, two variables (2-8)", "gap": "Rule and quotient",
    "z": "Partial derivatives (2-7)", "right": "Taylor's series (2-9)",
    "shrinks": "Half the step (2-9)", "least": "The smallest f on the circle",
    "factor": "The gradients there (2-7)",
}
"""The headings of the list of each sheet, by the number that follows."""

NAMES = [surface.text for surface in SURFACES]
FUNCTIONS = [function.text for function in eq.FUNCTIONS]

PRIMES, DEGREES = "′″‴⁗", [f"n = {n}" for n in range(eq.DEGREE + 1)]
SEVERAL = {
    "df": [f"f{prime}" for prime in PRIMES],
    "dg": [f"g{prime}" for prime in PRIMES],
    "d_outer": [f"f{prime}(g)" for prime in PRIMES],
    "taylor": DEGREES,
    "taylor_error": DEGREES,
}
"""Quantities of several numbers, and the symbol of each number."""


def model(_: Mapping[str, int], __: Text) -> Iterator[Quantity]:
    """Yield the quantities of each sheet, in their order."""
    yield from _tangent()
    yield from _rules()
    yield from _approximation()
    yield from _lagrange()


def _choice(name: str, title: str, of: str, names: list[str]) -> Iterator[Quantity]:
    yield from function_choice(name, names, title=f"{title} (1 to {len(names)})",
                               title_called=f"{of} is")


def _line(
    name: str, title: str, symbol: str, equation: xlnn.Equation, uses: Mapping[str, str] = {},
    **more: Any,  # noqa: ANN401 -- what a quantity has besides
) -> Quantity:
    usual = {"h": "used_h"} if "h" in equation.roles else {}
    digits = equation.number_format
    digits = "0.000000" if digits == xlnn.Equation.number_format else digits
    return Quantity(name, title=title, symbol=symbol, equation=equation, uses=usual | {**uses},
                    **{"number_format": digits} | more)


def _tangent() -> Iterator[Quantity]:
    yield from _choice("function", "function f", "f(x)", FUNCTIONS)
    yield Quantity("x", title="position x", scale=2)
    yield Quantity("h_secant", title="h of the secant", symbol="h")
    yield _line("used_h_secant", "h used", "h", eq.STEP, {"h": "h_secant"})
    yield _line("f", "value", "f(x)", eq.OF)
    yield _line("df", "derivatives by the rules", "f⁽ⁿ⁾{}", eq.DERIVATIVES, shape=(eq.DEGREE,),
                meaning="how fast f changes at x", written="f′(x) = lim Δf/Δx", source="2-6")
    secant = {"h": "used_h_secant"}
    yield _line("f_secant", "value at the other end", "f(x + h)", eq.of_shifted("+"), secant)
    yield _line("m_secant", "slope of the secant", "Δf/Δx", eq.FORWARD,
                {"up": "f_secant", **secant})
    width = Axis("n", 15, family="width")
    yield Quantity("n", title="h = 10⁻ⁿ", axes=(width,), counts=True)
    column = partial(_line, axes=(width,))
    yield column("width", "", "h", eq.WIDTH)
    yield column("f_up_h", "values", "f(x + h)", eq.of_shifted("+"), {"h": "width"})
    yield column("f_down_h", "", "f(x − h)", eq.of_shifted("-"), {"h": "width"})
    # where h is tiny, rounding makes any number of a quotient: its value proves no formula
    quotient = partial(column, reads_as_stated=True)
    yield quotient("forward", "forward", "Δf/h", eq.FORWARD, {"up": "f_up_h", "h": "width"})
    yield quotient("central", "central", "Δf/2h", units.CENTRAL,
                   {"right": "f_up_h", "left": "f_down_h", "h": "width"})
    for name in ("forward", "central"):
        yield column(f"e_{name}", f"error, {name}", "e", eq.ERROR, {"quotient": name})
        yield column(f"log_{name}", "", "log₁₀|e|", eq.LOG_SIZE, {"e": f"e_{name}"})
    point = Axis("point", 2 * AROUND + 1, counts_from=-AROUND)
    yield Quantity("i", title="point", axes=(point,), counts=True)
    column = partial(_line, axes=(point,))
    yield column("along", "", "x", eq.ALONG)
    yield column("curve", "curve", "f", eq.OF, {"x": "along"})
    yield column("on_tangent", "tangent", "f", eq.TANGENT_LINE, {"m": "df"})
    yield column("on_secant", "secant", "f", eq.SECANT_LINE, {"m": "m_secant"})
    yield Quantity("best", title="the best h", equation=eq.BestStep())


def _rules() -> Iterator[Quantity]:
    yield from _choice("second", "second function g", "g(x)", FUNCTIONS)
    for name in ("a", "b", "p", "q"):
        yield Quantity(name, title="coefficient")
    yield Quantity("y", title="position y")
    yield Quantity("h", title="h of the difference quotients", scale=0.01)
    yield _line("used_h", "h used", "h", eq.STEP, {"h": "h"})
    second = {"used_function": "used_second"}
    yield _line("g", "second function", "g(x)", eq.OF, second)
    yield _line("dg", "its derivatives", "g⁽ⁿ⁾{}", eq.DERIVATIVES, {**second, "f": "g"},
                shape=(eq.DEGREE,))
    yield _line("f_up", "values to either side", "f(x + h)", eq.of_shifted("+"))
    yield _line("f_down", "", "f(x − h)", eq.of_shifted("-"))
    yield _line("g_up", "", "g(x + h)", eq.of_shifted("+"), second)
    yield _line("g_down", "", "g(x − h)", eq.of_shifted("-"), second)
    yield _line("sum_rule", "linearity: by the rule", "af′ + bg′", eq.SUM_RULE,
                meaning="slopes add up, and factors stay", written="(af + bg)′ = af′ + bg′",
                source="2-6")
    yield _line("sum_quotient", "linearity: difference quotient", "Δ(af + bg)/Δx",
                eq.SUM_QUOTIENT)
    yield _line("e", "sigmoid: the power of e", "e⁻ˣ", eq.EXP)
    yield _line("below", "denominator", "1 + e⁻ˣ", eq.BELOW)
    yield _line("s", "sigmoid", "σ(x)", eq.SIGMOID)
    yield _line("s_quotient_rule", "its slope by the rule (1/f)′ = −f′/f²",
                "−(1 + e⁻ˣ)′/(1 + e⁻ˣ)²", eq.QUOTIENT_RULE)
    yield _line("s_slope", "the same, written with σ", "σ(1 − σ)", SIGMOID_SLOPE.of("s"),
                meaning="the slope of the sigmoid", written="σ′ = σ(1 − σ)", source="2-6")
    yield _line("outer", "chain: f of g", "f(g(x))", eq.OF, {"x": "g"})
    yield _line("d_outer", "derivatives of f, there", "f⁽ⁿ⁾(g){}", eq.DERIVATIVES,
                {"x": "g", "f": "outer"}, shape=(eq.DEGREE,))
    yield _line("outer_up", "values to either side", "f(g(x + h))", eq.OF, {"x": "g_up"})
    yield _line("outer_down", "", "f(g(x − h))", eq.OF, {"x": "g_down"})
    yield _line("chain", "chain rule: by the rule", "f′(g) g′", eq.CHAIN,
                {"outer": "d_outer", "inner": "dg"}, meaning="the slope of a composite function",
                written="dy/dx = dy/du · du/dx", source="2-8")
    yield _line("chain_quotient", "chain rule: difference quotient", "Δf/Δx", units.CENTRAL,
                {"right": "outer_up", "left": "outer_down"})
    yield _line("u", "C = u² + v², u = ax + by", "u", units.LINEAR)
    yield _line("v", "v = px + qy", "v", units.LINEAR, {"a": "p", "b": "q"})
    sums = {"x": {"meaning": "two paths from x to C, added up", "source": "2-8",
                  "written": "∂C/∂x = ∂C/∂u ∂u/∂x + ∂C/∂v ∂v/∂x"}, "y": {}}
    for along, one, other in (("x", "a", "p"), ("y", "b", "q")):
        uses = {"a": one, "p": other}
        yield _line(f"dC_d{along}", f"2u·{one} + 2v·{other}", f"∂C/∂{along}", eq.CHAIN_OF_TWO,
                    uses, **sums[along])
        yield _line(f"quotient_{along}", "the same as a difference quotient", f"ΔC/Δ{along}",
                    eq.QUOTIENT_OF_TWO, uses)
    yield _line("gap", "largest gap between rule and quotient", "max |Δ|", eq.GAP)
    yield _line("largest", "largest slope", "max |f′|", eq.LARGEST_SLOPE)
    yield Quantity("agree", title="result", equation=eq.AGREEMENT.of(h="used_h"))


def _approximation() -> Iterator[Quantity]:
    yield from _choice("surface", "function of x and y", "f(x, y)", NAMES)
    yield Quantity("dx", title="step in x", symbol="Δx")
    yield Quantity("dy", title="step in y", symbol="Δy")
    yield Quantity("delta", title="step of Taylor's series", symbol="Δ")
    surface = {"used_function": "used_surface"}
    yield _line("z", "value", "z", of_surface("z"), surface)
    yield _line("dz_dx", "partial derivative, y fixed", "∂z/∂x", of_surface("dz_dx"), surface,
                meaning="only x moves", written="∂z/∂x", source="2-7")
    yield _line("partial_x", "the same as a difference quotient", "Δz/Δx", eq.partial_quotient("x"),
                written="Δz/Δx = (z(x + h, y) − z(x − h, y)) / (2h)", source="2-7")
    yield _line("dz_dy", "partial derivative, x fixed", "∂z/∂y", of_surface("dz_dy"), surface)
    yield _line("partial_y", "the same as a difference quotient", "Δz/Δy", eq.partial_quotient("y"),
                written="Δz/Δy = (z(x, y + h) − z(x, y − h)) / (2h)", source="2-7")
    yield _line("right", "f of one variable, at the end of the step", "f(x + Δ)",
                eq.of_shifted("+"), {"h": "delta"})
    several = partial(_line, shape=(eq.DEGREE + 1,))
    yield several("taylor", "Taylor's series to degree 0, 1, 2, 3, 4", "Taylor {}", eq.TAYLOR,
                  meaning="the change over a step, to higher degrees",
                  written="f + f′Δ + f″Δ²/2! + …", source="2-9")
    yield several("taylor_error", "its errors", "e{}", units.ERROR.of("taylor", "right"))
    half = Axis("k", 9, family="half", counts_from=0)
    yield Quantity("k", title="halvings", axes=(half,), counts=True)
    column, small = partial(_line, axes=(half,)), {"dx": "small_x", "dy": "small_y"}
    yield column("small_x", "step", "Δx", eq.HALVED, {"whole": "dx"})
    yield column("small_y", "", "Δy", eq.HALVED, {"whole": "dy"})
    yield column("true", "exact", "f(x + Δx, y + Δy)", eq.OF_SURFACE_SHIFTED, small)
    yield column("near", "approximate", "f + ∇f·Δ", eq.APPROXIMATION,
                 {"z_x": "dz_dx", "z_y": "dz_dy", **small}, meaning="the change over a small step",
                 written="f(x + Δx, y + Δy) ≈ f + ∂f/∂x Δx + ∂f/∂y Δy", source="2-9")
    yield column("off", "error", "e", units.ERROR, {"y": "near", "t": "true"},
                 number_format="0.0E+00")
    yield _line("shrinks", "error / error at half the step (0: no error)", "e₀ / e₁",
                eq.SHRINKS)
    yield Quantity("square", title="what that means",
                   equation=eq.QUARTERED.of(z_x="dz_dx", z_y="dz_dy"))


def _lagrange() -> Iterator[Quantity]:
    yield Quantity("f_a", title="f = ax + by", symbol="a")
    yield Quantity("f_b", symbol="b")
    yield Quantity("r", title="on the circle x² + y² = r²")
    # the last point of the circle is its first
    part = Axis("k", eq.PARTS + 1, family="part", counts_from=0)
    near = Axis("j", 2 * eq.FINE + 1, family="part", counts_from=-eq.FINE)
    on_line = {"a": "f_a", "b": "f_b"}
    yield Quantity("part", title="circle", symbol="k", axes=(part,), counts=True)
    column = partial(_line, axes=(part,))
    for along, of in (("x", "COS"), ("y", "SIN")):
        yield column(f"unit_{along}", "", of.lower(), units.around_circle(eq.PARTS, of))
        yield column(f"circle_{along}", "", along, units.PRODUCT,
                     {"a": "r", "b": f"unit_{along}"})
    yield column("circle_f", "", "f", units.LINEAR, {**on_line, "x": "circle_x", "y": "circle_y"})
    yield _line("least", "smallest f, in row (the first if equal)", " ", Least("part"),
                {"of": "circle_f"})
    yield Quantity("j", title="finer", axes=(near,), counts=True)
    column = partial(_line, axes=(near,))
    yield column("angle", "", "θ", eq.FINE_ANGLE)
    yield column("fine_x", "", "x", eq.COS, {"t": "angle"})
    yield column("fine_y", "", "y", eq.SIN, {"t": "angle"})
    yield column("fine_f", "", "f", units.LINEAR, {**on_line, "x": "fine_x", "y": "fine_y"})
    yield _line("finest", "smallest of the finer points, in row", " ", Least("part"),
                {"of": "fine_f"})
    for name, title in (("x", "the point found"), ("y", ""), ("f", "f there")):
        yield _line(f"best_{name}", title, name, units.look_up("part", reads_as_stated=True),
                    {"number": "finest", "table": f"fine_{name}"})
    yield _line("exact", "the smallest f, by the formula", "−|r|√(a² + b²)", eq.EXACT, on_line)
    best = {"x": "best_x", "y": "best_y"}
    yield _line("factor", "Lagrange's multiplier", "λ", eq.FACTOR, {**on_line, **best},
                meaning="at the minimum ∇f is λ times ∇g", written="∇f = λ∇g", source="2-7")
    yield _line("rest_x", "difference ∇f − λ∇g", "∂f/∂x − λ ∂g/∂x", eq.REST,
                {"a": "f_a", "x": "best_x"})
    yield _line("rest_y", "", "∂f/∂y − λ ∂g/∂y", eq.REST, {"a": "f_b", "x": "best_y"})
    yield Quantity("found", title="result", equation=eq.STEEPEST_POINT,
                   uses={**on_line, **best, "f": "best_f"})


def _number(name: str) -> PagePart:
    """Return one or several numbers, after their name and symbol."""
    if name not in SEVERAL:
        return xlnn.Numbers(name, symbols=True, at=2)
    symbols = (Label(symbol, look=replace(LABEL, align="right")) for symbol in SEVERAL[name])
    return Beside(
        Label(lambda page: plain_name(page.layout.model[name], page.words)),
        Below(*symbols),
        Units("", name, headed=False, width=NUMBER),
        apart=0,
    )


def _list(first: str, last: str) -> Made:
    """Return the numbers of the model from one to another, below each other under headings."""
    def parts(model: Model) -> Below:
        names = [quantity.name for quantity in model.quantities if not quantity.axes]
        parts: list[PagePart] = [xlnn.Space()]
        for name in names[names.index(first) : names.index(last) + 1]:
            if name in HEADINGS:
                parts.append(Label(HEADINGS[name], "parts", SECTION, columns=3, above=1))
            parts.append(_number(name))
        return Below(*parts)

    return Made(parts)


def _table(names: str) -> Table:
    return Table(*names.split(), width=11)


EXPERIMENT = xlnn.Experiment(
    "slopes", model, title="Slopes in a sheet", book=("2-6", "2-7", "2-8", "2-9"),
    summary="The tangent's slope, the rules of derivatives, partial derivatives, Taylor's series, "
    "and a Lagrange multiplier.",
    inputs={
        "function": 4, "x": 0.5, "h_secant": 2, "second": 1, "a": 2, "b": 3, "p": -1, "q": 0.5,
        "y": 1.5, "h": 0.001, "surface": 3, "dx": 0.4, "dy": -0.2, "delta": 0.8,
        "f_a": 1, "f_b": 1, "r": 1,  # the book's: f = x + y on the circle of radius 1
    },
    about=(
        "How does z change when x changes a little? Training a network asks just this, for each "
        "weight (2-6 to 2-9).",
        "Every slope is shown twice: by its rule, and as a difference quotient, which uses only "
        "the function itself. They agree to as many digits as h allows.",
    ),
    pages=(
        Page(
            "tangent", "Tangent", "A derivative is the slope of the tangent (2-6): the slope of "
            "the secant as h gets smaller and smaller. Change any yellow cell.",
            Sentences("best"),
            Beside(
                Below(
                    _list("function", "m_secant"),
                    Chart("The tangent and a secant",
                          Trace("on_secant", "along", name="secant", is_quiet=True),
                          Trace("on_tangent", "along", TANGENT, name="tangent"),
                          Trace("curve", "along", CURVE, name="f"), x="x", above=2),
                    Chart("log₁₀ of the error, over n of h = 10⁻ⁿ",
                          Trace("log_forward", "n", TANGENT, THIN, "circle", "forward"),
                          Trace("log_central", "n", CURVE, THIN, "circle", "central"), x="n"),
                ),
                Below(
                    _table("n width f_up_h f_down_h forward central e_forward log_forward "
                           "e_central log_central"),
                    _table("i along curve on_tangent on_secant"),
                ),
            ),
            does="Let h shrink and see the secant become the tangent, until rounding errors "
                 "dominate.",
        ),
        Page(
            "rules", "Rules", "Each slope by its rule, and below it as a difference quotient, "
            "which needs no rule (2-6, 2-8). f and x are those of {tangent}.",
            Sentences("agree"),
            _list("second", "largest"),
            does="Add functions, multiply them by a constant, put one into another: the slopes "
                 "follow.",
        ),
        Page(
            "approximation", "Approximation", "The change over a small step (2-9), from the "
            "partial derivatives (2-7): halve the step, and the error falls to about a quarter. x "
            "and y are those of the other sheets.",
            Sentences("square"),
            Beside(_list("surface", "shrinks"), _table("k small_x small_y true near off")),
            does="Two variables, small steps, and Taylor's series.",
        ),
        Page(
            "lagrange", "Lagrange", "Where on a circle is f smallest (2-7)? Try points all around "
            "it, then finer ones; at the minimum ∇f is a multiple of ∇g.",
            Sentences("found"),
            Beside(
                Below(
                    xlnn.Space(2), _list("f_a", "rest_y"),
                    Chart("The circle and its lowest point",
                          Trace("circle_y", "circle_x", CURVE, name="x² + y² = r²"),
                          Trace("best_y", "best_x", TANGENT, 0, "circle", "smallest f"),
                          x="x", y="y", size_in_cm=(9.5, 9.5), is_square=True),
                    Chart("f around the circle", Trace("circle_f", "part", TANGENT), x="k",
                          ends=(0, eq.PARTS)),
                ),
                _table("part unit_x circle_x unit_y circle_y circle_f"),
                _table("j angle fine_x fine_y fine_f"),
            ),
            does="A minimum under a constraint.",
        ),
    ),
    colours={"result": "values and slopes"},
    tries=(
        ("On {tangent}, set h of the secant to 0.5, then to 0.1.", "The grey secant approaches the "
         "tangent, and its slope approaches f′(x)."),
        ("Choose function 3 on {tangent}, and look at the chart of errors.", "The error falls "
         "until about h = 10⁻⁸, and for the central quotient until about 10⁻⁵. Beyond that, the "
         "subtraction loses the digits that f(x + h) and f(x) share."),
        ("On {approximation}, choose Δ = 3 with function 5, then Δ = 0.3.", "Far away, degree 4 is "
         "no closer than degree 0; nearby, each degree adds digits."),
    ),
)
# fmt: on
