"""The kind "slopes": what a derivative is, and the rules it obeys.   Book: 2-6 to 2-9.

Every sheet has a list at the left, in which each slope by its rule stands beside a difference
quotient that knows no rule, and a table at the right of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from xlnn.blocks import Block, single_block
from xlnn.equations import calculus as eq
from xlnn.equations import rules
from xlnn.equations.surface import SURFACES, Direction, NameOf, OfSurface, UsedChoice
from xlnn.quantity import Axis, Equation, Model, Quantity
from xlnn.shipped.text import Text
from xlnn.workbooks.experiment import Experiment
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.parts import (
    Below,
    Beside,
    Chart,
    Label,
    Numbers,
    Part,
    Sentences,
    Space,
    Table,
    Trace,
    page,
)
from xlnn.writing.charts import THIN
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import LABEL, SECTION, value

AROUND = 10
"""Points of a curve to either side of x."""

CURVE, TANGENT, SECANT = "1B4F9C", "C0561C", "6B7785"

NAMES = {
    "function": [each.text for each in eq.FUNCTIONS],
    "second": [each.text for each in eq.FUNCTIONS],
    "surface": [each.text for each in SURFACES],
}
"""What the numbers that choose a function stand for."""

LISTS = {
    "tangent": {
        "": "function used_function function_name x h_secant used_h_secant",
        "here": "f df",
        "secant": "f_secant m_secant",
    },
    "rules": {
        "": "second used_second second_name a b p q y h used_h",
        "here": "g dg f_up f_down g_up g_down",
        "linearity": "sum_rule sum_quotient",
        "sigmoid": "e below s s_quotient_rule s_slope",
        "chain": "outer d_outer outer_up outer_down chain chain_quotient",
        "chain_of_two": "u v dC_dx quotient_x dC_dy quotient_y",
        "compared": "gap largest",
    },
    "approximation": {
        "": "surface used_surface surface_name dx dy delta",
        "partial": "z dz_dx partial_x dz_dy partial_y",
        "taylor": "right taylor taylor_error",
        "halved": "shrinks",
    },
    "lagrange": {
        "": "f_a f_b r",
        "least": "least finest best_x best_y best_f exact",
        "gradients": "factor rest_x rest_y",
    },
}
"""The numbers in the list of each sheet, below the keys of their headings."""

PRIMES, DEGREES = "′″‴⁗", [f"n = {n}" for n in range(eq.DEGREE + 1)]
SEVERAL = {
    "df": [f"f{prime}" for prime in PRIMES],
    "dg": [f"g{prime}" for prime in PRIMES],
    "d_outer": [f"f{prime}(g)" for prime in PRIMES],
    "taylor": DEGREES,
    "taylor_error": DEGREES,
}
"""Quantities of several numbers, and what each of these is called."""


def quantities(_: Mapping[str, int], words: Text) -> Iterator[Quantity]:
    """Yield what stands on each sheet, in its order."""
    yield from _tangent(words)
    yield from _rules(words)
    yield from _approximation(words)
    yield from _lagrange(words)


def _input(sheet: str, name: str, symbol: str = "", scale: float = 1.0) -> Quantity:
    return Quantity(name, symbol=symbol or name, sheet=sheet, role="input", scale=scale,
                    number_format="General")  # fmt: skip


def _choice(sheet: str, name: str, words: Text) -> Iterator[Quantity]:
    """Yield a number that chooses a function, the number that is used, and the function's name."""
    names, here = NAMES[name], {"symbol": " ", "sheet": sheet}
    whole, used = {**here, "number_format": "0"}, UsedChoice(1, len(names))
    yield Quantity(name, role="input", choices=(1, len(names)), **whole)
    yield Quantity(f"used_{name}", equation=used, uses={"choice": name}, **whole)
    named = NameOf(names, words.open("sentences", "choose", most=len(names)))
    uses = {"choice": name, "used": f"used_{name}"}
    yield Quantity(f"{name}_name", equation=named, uses=uses, is_text=True, **here)


def _used(sheet: str, name: str) -> Quantity:
    """Return an h that is not 0."""
    return replace(_line(sheet, f"used_{name}", "h", rules.STEP, h=name), number_format="General")


USED = {"function": "used_function", "surface": "used_surface", "h": "used_h"}
"""What is meant by these roles where nothing else is said: a choice as it is used, an h not 0."""


def _line(sheet: str, name: str, symbol: str, equation: Equation, **uses: str) -> Quantity:
    usual = {role: use for role, use in USED.items() if role in equation.roles}
    return Quantity(name, symbol=symbol, sheet=sheet, equation=equation, uses={**usual, **uses},
                    number_format="0.000000")  # fmt: skip


def _column(axis: Axis, *line: Any, **uses: str) -> Quantity:  # noqa: ANN401 -- those of _line
    return replace(_line(*line, **uses), axes=(axis,))


def _count(sheet: str, name: str, symbol: str, axis: Axis) -> Quantity:
    return Quantity(name, symbol=symbol, sheet=sheet, axes=(axis,), counts=True, role="key",
                    number_format="0")  # fmt: skip


def _tangent(words: Text) -> Iterator[Quantity]:
    on = "tangent"
    yield from _choice(on, "function", words)
    yield _input(on, "x", scale=2)
    yield _input(on, "h_secant", "h")
    yield _used(on, "h_secant")
    yield _line(on, "f", "f(x)", eq.Of())
    yield replace(_line(on, "df", "f{}", eq.Derivatives()), shape=(eq.DEGREE,), symbol="f⁽ⁿ⁾{}")
    yield _line(on, "f_secant", "f(x + h)", eq.OfShifted("+"), h="used_h_secant")
    yield _line(on, "m_secant", "Δf/Δx", rules.FORWARD, up="f_secant", h="used_h_secant")
    width = Axis("width", 15)
    yield _count(on, "n", "n", width)
    yield replace(_column(width, on, "width", "h", rules.WIDTH), number_format="0E+00")
    for side, sign in (("up", "+"), ("down", "-")):
        symbol = f"f(x {sign.replace('-', '−')} h)"
        yield _column(width, on, f"f_{side}_h", symbol, eq.OfShifted(sign), h="width")
    # where h is tiny, rounding makes any number of a quotient: its value proves no formula
    of_reading = {"reads_as_stated": True}
    forward = _column(width, on, "forward", "Δf/h", rules.FORWARD, up="f_up_h", h="width")
    yield replace(forward, **of_reading)
    two = {"up": "f_up_h", "down": "f_down_h", "h": "width"}
    yield replace(_column(width, on, "central", "Δf/2h", rules.CENTRAL, **two), **of_reading)
    for name in ("forward", "central"):
        error = _column(width, on, f"e_{name}", "e", rules.ERROR, quotient=name)
        yield replace(error, number_format="0.0E+00")
        log = _column(width, on, f"log_{name}", "log₁₀|e|", eq.LogSize(), e=f"e_{name}")
        yield replace(log, number_format="0.00")
    point = Axis("point", 2 * AROUND + 1, counts_from=-AROUND)
    yield _count(on, "i", "i", point)
    yield _column(point, on, "along", "x", rules.ALONG)
    yield _column(point, on, "curve", "f", eq.Of(), x="along")
    yield _column(point, on, "on_tangent", "f", rules.TANGENT_LINE, m="df")
    yield _column(point, on, "on_secant", "f", rules.SECANT_LINE, m="m_secant")
    said = tuple(words.open("sentences", key) for key in ("best", "one", "several"))
    yield Quantity("best", sheet=on, equation=eq.BestStep(said), is_text=True)


def _rules(words: Text) -> Iterator[Quantity]:
    on = "rules"
    yield from _choice(on, "second", words)
    for name in ("a", "b", "p", "q", "y"):
        yield _input(on, name)
    yield _input(on, "h", scale=0.01)
    yield _used(on, "h")
    yield _line(on, "g", "g(x)", eq.Of(), function="used_second")
    dg = _line(on, "dg", "g⁽ⁿ⁾{}", eq.Derivatives(), function="used_second", f="g")
    yield replace(dg, shape=(eq.DEGREE,))
    for name, function in (("f", "used_function"), ("g", "used_second")):
        for side, sign in (("up", "+"), ("down", "-")):
            symbol = f"{name}(x {sign.replace('-', '−')} h)"
            yield _line(on, f"{name}_{side}", symbol, eq.OfShifted(sign), function=function)
    yield _line(on, "sum_rule", "af′ + bg′", rules.SUM_RULE)
    yield _line(on, "sum_quotient", "Δ(af + bg)/Δx", rules.SUM_QUOTIENT)
    yield _line(on, "e", "e⁻ˣ", rules.EXP)
    yield _line(on, "below", "1 + e⁻ˣ", rules.BELOW)
    yield _line(on, "s", "σ(x)", rules.SIGMOID)
    yield _line(on, "s_quotient_rule", "−(1 + e⁻ˣ)′/(1 + e⁻ˣ)²", rules.QUOTIENT_RULE)
    yield _line(on, "s_slope", "σ(1 − σ)", rules.SIGMOID_SLOPE)
    yield _line(on, "outer", "f(g(x))", eq.Of(), x="g")
    outer = _line(on, "d_outer", "f⁽ⁿ⁾(g){}", eq.Derivatives(), x="g", f="outer")
    yield replace(outer, shape=(eq.DEGREE,))
    for side in ("up", "down"):
        yield _line(on, f"outer_{side}", "f(g)", eq.Of(), x=f"g_{side}")
    yield _line(on, "chain", "f′(g) g′", rules.CHAIN, outer="d_outer", inner="dg")
    yield _line(on, "chain_quotient", "Δf/Δx", rules.CENTRAL, up="outer_up", down="outer_down")
    yield _line(on, "u", "u", rules.LINEAR)
    yield _line(on, "v", "v", rules.LINEAR, a="p", b="q")
    for along, one, other in (("x", "a", "p"), ("y", "b", "q")):
        uses = {"a": one, "p": other}
        yield _line(on, f"dC_d{along}", f"∂C/∂{along}", rules.CHAIN_OF_TWO, **uses)
        yield _line(on, f"quotient_{along}", f"ΔC/Δ{along}", rules.QUOTIENT_OF_TWO, **uses)
    yield replace(_line(on, "gap", "max |Δ|", rules.GAP), number_format="0.0E+00")
    yield _line(on, "largest", "max |f′|", rules.LARGEST)
    said = eq.Agreement(tuple(words.open("sentences", key) for key in ("agree", "differ")))
    yield Quantity("agree", sheet=on, equation=said, uses={"h": "used_h"}, is_text=True)


def _approximation(words: Text) -> Iterator[Quantity]:
    on = "approximation"
    yield from _choice(on, "surface", words)
    yield _input(on, "dx", "Δx")
    yield _input(on, "dy", "Δy")
    yield _input(on, "delta", "Δ")
    for name, symbol in (("z", "z"), ("dz_dx", "∂z/∂x"), ("dz_dy", "∂z/∂y")):
        yield _line(on, name, symbol, OfSurface(name), function="used_surface")
        if name != "z":
            along = name[-1]
            yield _line(on, f"partial_{along}", f"Δz/Δ{along}", eq.PartialQuotient(along))
    yield _line(on, "right", "f(x + Δ)", eq.OfShifted("+"), h="delta")
    degrees = {"shape": (eq.DEGREE + 1,)}
    yield replace(_line(on, "taylor", "Taylor {}", eq.Taylor()), **degrees)
    yield replace(_line(on, "taylor_error", "e{}", eq.TaylorError()), **degrees)
    half = Axis("half", 9, counts_from=0)
    yield _count(on, "k", "k", half)
    for along in ("x", "y"):
        yield _column(half, on, f"small_{along}", f"Δ{along}", rules.HALVED, whole=f"d{along}")
    small = {"dx": "small_x", "dy": "small_y"}
    yield _column(half, on, "true", "f(x + Δx, y + Δy)", eq.OfSurfaceShifted(), **small)
    near = {"z_x": "dz_dx", "z_y": "dz_dy", **small}
    yield _column(half, on, "near", "f + ∇f·Δ", rules.APPROXIMATION, **near)
    off = _column(half, on, "off", "e", rules.APART, right="true")
    yield replace(off, number_format="0.0E+00")
    yield _line(on, "shrinks", "e₀ / e₁", rules.SHRINKS)
    said = eq.Halved(tuple(words.open("sentences", key) for key in ("square", "other", "rounding")))
    uses = {"surface": "used_surface", "z_x": "dz_dx", "z_y": "dz_dy"}
    yield Quantity("square", sheet=on, equation=said, uses=uses, is_text=True)


def _lagrange(words: Text) -> Iterator[Quantity]:
    on = "lagrange"
    yield _input(on, "f_a", "a")
    yield _input(on, "f_b", "b")
    yield _input(on, "r", "r")
    part = Axis("part", rules.PARTS + 1, counts_from=0)  # the last is the first again
    near = Axis("near", 2 * rules.FINE + 1, family="part", counts_from=-rules.FINE)
    line = {"a": "f_a", "b": "f_b"}
    yield _count(on, "part", "k", part)
    for along, of in (("x", "COS"), ("y", "SIN")):
        yield _column(part, on, f"unit_{along}", of.lower(), Direction(rules.PARTS, of))
        yield _column(part, on, f"circle_{along}", along, rules.TIMES, u=f"unit_{along}")
    on_circle = {"x": "circle_x", "y": "circle_y"}
    yield _column(part, on, "circle_f", "f", rules.LINEAR, **line, **on_circle)
    yield replace(_line(on, "least", " ", eq.Least(), f="circle_f"), number_format="0")
    yield _count(on, "j", "j", near)
    yield _column(near, on, "angle", "θ", rules.FINE_ANGLE)
    for along, of in (("x", rules.COS), ("y", rules.SIN)):
        yield _column(near, on, f"fine_{along}", along, of, t="angle")
    on_fine = {"x": "fine_x", "y": "fine_y"}
    yield _column(near, on, "fine_f", "f", rules.LINEAR, **line, **on_fine)
    yield replace(_line(on, "finest", " ", eq.Least(), f="fine_f"), number_format="0")
    for name in ("x", "y", "f"):
        at = {"least": "finest", "all_points": f"fine_{name}"}
        yield _line(on, f"best_{name}", name, eq.At(), **at)
    yield _line(on, "exact", "−|r|√(a² + b²)", rules.EXACT, **line)
    best = {"x": "best_x", "y": "best_y"}
    yield _line(on, "factor", "λ", rules.FACTOR, **line, **best)
    for along, of in (("x", "f_a"), ("y", "f_b")):
        symbol = f"∂f/∂{along} − λ ∂g/∂{along}"
        yield _line(on, f"rest_{along}", symbol, rules.REST, a=of, x=f"best_{along}")
    cases = ("flat", "point", "found", "equal", "parallel", "rough")
    said = {key: words.open("sentences", key) for key in cases}
    uses = {**line, **best, "f": "best_f"}
    yield Quantity("found", sheet=on, equation=eq.Found(said), uses=uses, is_text=True)


@dataclass(frozen=True)
class Several(Part):
    """The numbers of a quantity below each other, each behind its symbol.

    Attributes
    ----------
    name : str
    """

    name: str

    def size(self, model: Model) -> tuple[int, int]:
        """Return a row for each number."""
        return model[self.name].shape[0], 3

    def blocks(self, model: Model, row: int, column: int) -> Iterator[Block]:
        """Yield its cells."""
        yield single_block(model[self.name], row, column + 2, (1, 0))

    def draw(self, drawing: Drawing, page: Page[Any], row: int, column: int) -> None:
        """Draw its name and the symbols."""
        quantity = page.layout.model[self.name]
        Label(self.name, "quantities", fits=True).draw(drawing, page, row, column)
        look = value(quantity.number_format, given=False, first=False)
        drawing.looks[self.name] = replace(look, align="center", border=True)
        for down, symbol in enumerate(SEVERAL[self.name], start=row):
            drawing.put(down, column + 1, symbol, replace(LABEL, align="right"))


def _number(name: str) -> Part:
    """Return a number, or several, behind its name and symbol."""
    if name in SEVERAL:
        return Several(name)
    return Numbers(name, choices=NAMES, symbols=True, at=2)


def _list(sheet: str) -> Iterator[Part]:
    """Yield what the list of a sheet is made of: headings, and numbers behind their names."""
    for key, names in LISTS[sheet].items():
        yield Label(key, "parts", SECTION, columns=3, above=1) if key else Space()
        yield from map(_number, names.split())


def _table(names: str) -> Table:
    return Table(*names.split(), width=11)


KIND = Experiment(
    name="slopes",
    sizes={},
    quantities=quantities,
    sheets={
        "tangent": page(
            "tangent",
            Sentences("best"),
            Beside(
                Below(
                    *_list("tangent"),
                    Chart(
                        "tangent_title",
                        Trace("on_secant", "along", SECANT, THIN, name="secant"),
                        Trace("on_tangent", "along", TANGENT, name="tangent"),
                        Trace("curve", "along", CURVE, name="curve"),
                        x="x",
                        above=2,
                    ),
                    Chart(
                        "errors",
                        Trace("log_forward", "n", TANGENT, THIN, "circle", "forward"),
                        Trace("log_central", "n", CURVE, THIN, "circle", "central"),
                        x="n",
                    ),
                ),
                Below(
                    _table(
                        "n width f_up_h f_down_h forward central "
                        "e_forward log_forward e_central log_central"
                    ),
                    _table("i along curve on_tangent on_secant"),
                ),
            ),
        ),
        "rules": page("rules", Sentences("agree"), *_list("rules")),
        "approximation": page(
            "approximation",
            Sentences("square"),
            Beside(Below(*_list("approximation")), _table("k small_x small_y true near off")),
        ),
        "lagrange": page(
            "lagrange",
            Sentences("found"),
            Beside(
                Below(
                    *_list("lagrange"),
                    Chart(
                        "circle_title",
                        Trace("circle_y", "circle_x", CURVE, name="circle"),
                        Trace("best_y", "best_x", TANGENT, 0, "circle", "lowest"),
                        x="x",
                        y="y",
                        size_in_cm=(9.5, 9.5),
                        is_square=True,
                    ),
                    Chart(
                        "around", Trace("circle_f", "part", TANGENT), x="k", ends=(0, rules.PARTS)
                    ),
                ),
                _table("part unit_x circle_x unit_y circle_y circle_f"),
                _table("j angle fine_x fine_y fine_f"),
            ),
        ),
    },
)
