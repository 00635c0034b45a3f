"""The kind "slopes": what a derivative is, and the rules it obeys.   Book: 2-6 to 2-9.

Every sheet has a list at the left, in which each slope by its rule stands beside a difference
quotient that knows no rule, and a table at the right of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from xlnn.address import address
from xlnn.blocks import FIRST_ROW, Block, single_block, table_blocks
from xlnn.equations import calculus as eq
from xlnn.equations import rules
from xlnn.equations.surface import SURFACES, Direction, NameOf, OfSurface, UsedChoice
from xlnn.quantity import Axis, Equation, Model, Quantity
from xlnn.shipped.text import Text
from xlnn.workbooks.experiment import Experiment
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.sheet import Sheet
from xlnn.workbooks.pages.table import choice_validation, head, numbers_only, plain_name
from xlnn.writing.charts import THIN, Cells, Line, ends, scatter, square
from xlnn.writing.drawing import Drawing
from xlnn.writing.formats import DIGIT_PIXELS, PADDING, PIXELS_AN_INCH, column_pixels
from xlnn.writing.style import LABEL, NOTE, SECTION, SENTENCE, TITLE, value, wide

AROUND = 10
"""Points of a curve to either side of x."""

TABLE = 6
"""The column at which the tables begin."""

TOP, UNDER = FIRST_ROW + 2, FIRST_ROW + 21
"""The first row of a list and of the table beside it, and that of a table under the first."""

APART = 12
"""Pixels between a chart and the table beside it."""

CURVE, TANGENT, SECANT = "1B4F9C", "C0561C", "6B7785"


NAMES = {
    "tangent": [each.text for each in eq.FUNCTIONS],
    "rules": [each.text for each in eq.FUNCTIONS],
    "approximation": [each.text for each in SURFACES],
}
"""What the numbers that choose a function stand for, by their sheet."""


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
    names, here = NAMES[sheet], {"symbol": " ", "sheet": sheet}
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


SENTENCES = ("best", "agree", "square", "found")
PRIMES = ("′", "″", "‴", "⁗")

PARTS_OF_LISTS = {
    "f": "here", "f_secant": "secant", "g": "here", "sum_rule": "linearity", "e": "sigmoid",
    "outer": "chain", "u": "chain_of_two", "z": "partial", "right": "taylor", "least": "least",
    "factor": "gradients", "gap": "compared", "shrinks": "halved",
}  # fmt: skip
"""The quantities above which a list is headed, and by which words."""


def _place(sheet: str) -> Any:  # noqa: ANN401 -- the function of a Sheet
    """Return what places single numbers in a list, and beside it a table for each axis."""

    def place(model: Model) -> Iterator[Block]:
        here = [quantity for quantity in model.quantities if quantity.sheet == sheet]
        row = TOP
        for quantity in here:
            if quantity.name in SENTENCES:
                yield single_block(quantity, FIRST_ROW - 1, 1)
            elif not quantity.axes:
                row += 2 * (quantity.name in PARTS_OF_LISTS)
                yield single_block(quantity, row, 3, *[(1, 0)] * len(quantity.shape))
                row += quantity.shape[0] if quantity.shape else 1
        column, row = TABLE, TOP
        for axis in dict.fromkeys(quantity.axes[0] for quantity in here if quantity.axes):
            table = [quantity for quantity in here if quantity.axes == (axis,)]
            yield from table_blocks(table, row, column)
            column, row = (TABLE, UNDER) if sheet == "tangent" else (column + len(table) + 1, TOP)

    return place


def _draw(sheet: str) -> Any:  # noqa: ANN401 -- the function of a Sheet
    """Return what draws the names of the list, the headings of the tables, and the charts."""

    def draw(page: Page[Any]) -> Drawing:
        layout, words = page.layout, page.words
        drawing = Drawing(gridlines=False, heights={1: 24}, widths={3: 14})
        drawing.put(1, 1, layout.titles[sheet], TITLE)
        drawing.put(2, 1, words("notes", sheet, **layout.titles), NOTE)
        names, symbols = [], []
        for block in layout.on(sheet):
            quantity = block.quantity
            if quantity.name in SENTENCES:
                drawing.looks[quantity.name] = replace(SENTENCE, bold=True)
                continue
            if quantity.axes:
                head(drawing, block, words)
                drawing.widths[block.column] = max(11, wide(quantity.symbol))
                continue
            if quantity.name in PARTS_OF_LISTS:
                said = words("parts", PARTS_OF_LISTS[quantity.name])
                for column, text in enumerate((said, "", ""), start=1):
                    drawing.put(block.row - 1, column, text, SECTION)
            names.append(plain_name(quantity, words))
            drawing.put(block.row, 1, names[-1], LABEL)
            for unit in quantity.units:
                at = block.row + (unit[0] if unit else 0)
                symbols.append(_symbol(quantity, unit))
                drawing.put(at, 2, symbols[-1], replace(LABEL, align="center"))
            given = quantity.is_input
            look = value(quantity.number_format, given=given, first=False)
            drawing.looks[quantity.name] = replace(look, align="center")
            if quantity.choices:
                most = quantity.choices[1]
                source = ",".join(map(str, range(1, most + 1)))
                cell = address(block.row, block.column)
                drawing.validations.append(
                    choice_validation(cell, f'"{source}"', words, most, NAMES[sheet])
                )
            elif given:
                drawing.validations.append(numbers_only(block, words))
        drawing.widths[1] = min(46, max(map(wide, names)) + 3)
        drawing.widths[2] = max(9, max(map(wide, symbols)) + 3)
        drawing.widths[4] = 30 if sheet == "rules" else 3
        drawing.charts = [*CHARTS.get(sheet, lambda _: ())(page)]
        _part(drawing)
        return drawing

    return draw


def _part(drawing: Drawing) -> None:
    """Begin the tables at the right of the charts below the list, however wide its words are."""
    widths = [chart.width / 2.54 * PIXELS_AN_INCH + APART for _, chart in drawing.charts]
    before = sum(column_pixels(drawing, column) for column in range(1, TABLE - 1))
    needed = max(widths, default=0) - before
    if needed > column_pixels(drawing, TABLE - 1):
        drawing.widths[TABLE - 1] = (needed - PADDING) / DIGIT_PIXELS


def _symbol(quantity: Quantity, unit: tuple[int, ...]) -> str:
    """Return the symbol of a number in a list: a derivative has primes, a sum its degree."""
    symbol = quantity.heading(unit)
    if quantity.shape == (eq.DEGREE,):
        return quantity.symbol.replace("⁽ⁿ⁾", PRIMES[unit[0]]).replace("{}", "")
    return f"n = {unit[0]}" if quantity.shape else symbol


def _cells(page: Page[Any], name: str) -> Cells:
    block = page.layout.blocks[name]
    return Cells(page.layout.titles[block.sheet], block.column, block.row, block.last[0])


def _tangent_charts(page: Page[Any]) -> Iterator[tuple[str, Any]]:
    """Yield the curve with its tangent, and the errors over h."""
    words, along = page.words, _cells(page, "along")
    lines = [
        Line(along, _cells(page, "on_secant"), SECANT, words("charts", "secant"), THIN),
        Line(along, _cells(page, "on_tangent"), TANGENT, words("charts", "tangent")),
        Line(along, _cells(page, "curve"), CURVE, words("charts", "curve")),
    ]
    yield address(TOP + 18, 1), scatter(words("charts", "tangent_title"), "x", lines)
    n = _cells(page, "n")
    errors = [
        Line(n, _cells(page, "log_forward"), TANGENT, words("charts", "forward"), THIN, "circle"),
        Line(n, _cells(page, "log_central"), CURVE, words("charts", "central"), THIN, "circle"),
    ]
    yield address(TOP + 34, 1), scatter(words("charts", "errors"), "n", errors)


def _lagrange_charts(page: Page[Any]) -> Iterator[tuple[str, Any]]:
    """Yield the circle with its lowest point, and f around it."""
    words, layout = page.words, page.layout
    x, y = (layout.blocks[f"best_{along}"] for along in ("x", "y"))
    point = (Cells(layout.titles[at.sheet], at.column, at.row, at.row) for at in (x, y))
    lines = [
        Line(_cells(page, "circle_x"), _cells(page, "circle_y"), CURVE, words("charts", "circle")),
        Line(*point, TANGENT, words("charts", "lowest"), 0, "circle"),
    ]
    chart = scatter(words("charts", "circle_title"), "x", lines, "y")
    chart.height, chart.width = 9.5, 9.5
    square(chart)
    yield address(TOP + 19, 1), chart
    around = Line(_cells(page, "part"), _cells(page, "circle_f"), TANGENT)
    chart = scatter(words("charts", "around"), "k", [around])
    ends(chart.x_axis, 0, rules.PARTS)
    yield address(TOP + 39, 1), chart


CHARTS = {"tangent": _tangent_charts, "lagrange": _lagrange_charts}

KIND = Experiment(
    name="slopes",
    sizes={},
    quantities=quantities,
    sheets={
        name: Sheet(_draw(name), _place(name))
        for name in ("tangent", "rules", "approximation", "lagrange")
    },
)
