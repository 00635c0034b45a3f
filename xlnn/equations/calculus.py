"""Functions of one variable, their derivatives, and sentences about them.   Book: 2-6 to 2-9.

A slope is stated by its rule, and next to it as a difference quotient.
"""

# ruff: noqa: ARG005 -- a line takes all variables, whether or not it uses them

from typing import NamedTuple

import numpy as np

from xlnn.equation import Sentence, Stated
from xlnn.equations.activation import LARGEST
from xlnn.equations.lookup import entry_of
from xlnn.equations.number import fixed, raised, short, significant
from xlnn.equations.sentences import Told, at_most, first_place
from xlnn.equations.surface import SURFACES, Line, chosen, flattens, one_of
from xlnn.terms import Term, either, largest, least, sign

DEGREE = 4
"""The number of derivatives of a function here."""

ALIKE, AGREES, PARALLEL = 9, 6, 9
"""How many digits of two errors, of two slopes and of two directions must be the same."""

ROUNDED = 12
"""A difference below 10 to minus this power times its terms is a rounding error."""

NEARLY = 0.1
"""How far from 4 the ratio of errors may be that grow with the square of the step."""


class DifferentiableFunction(NamedTuple):
    """A function of x as the book writes it, and its first four derivatives, of x and f(x)."""

    text: str
    f: Line
    derivatives: tuple[Line, Line, Line, Line]


# fmt: off
ZERO = Line(lambda x, f: 0 * x, "0")
SAME = Line(lambda x, f: f, "{f}")

FUNCTIONS = (
    DifferentiableFunction("x²", Line(lambda x: x**2, "{x}^2"), (
        Line(lambda x, f: 2 * x, "2*{x}"), Line(lambda x, f: 2 + 0 * x, "2"), ZERO, ZERO,
    )),
    DifferentiableFunction("x³", Line(lambda x: x**3, "{x}^3"), (
        Line(lambda x, f: 3 * x**2, "3*{x}^2"), Line(lambda x, f: 6 * x, "6*{x}"),
        Line(lambda x, f: 6 + 0 * x, "6"), ZERO,
    )),
    DifferentiableFunction("eˣ", Line(np.exp, "EXP({x})"), (SAME, SAME, SAME, SAME)),
    DifferentiableFunction("σ(x)", Line(
        lambda x: 1 / (1 + np.exp(np.minimum(LARGEST, -x))), f"1/(1+EXP(MIN({LARGEST},-{{x}})))"), (
        Line(lambda x, f: f * (1 - f), "{f}*(1-{f})"),
        Line(lambda x, f: f * (1 - f) * (1 - 2 * f), "{f}*(1-{f})*(1-2*{f})"),
        Line(lambda x, f: f * (1 - f) * (1 - 6 * f + 6 * f**2), "{f}*(1-{f})*(1-6*{f}+6*{f}^2)"),
        Line(lambda x, f: f * (1 - f) * (1 - 2 * f) * (1 - 12 * f + 12 * f**2),
             "{f}*(1-{f})*(1-2*{f})*(1-12*{f}+12*{f}^2)"),
    )),
    DifferentiableFunction("sin x", Line(np.sin, "SIN({x})"), (
        Line(lambda x, f: np.cos(x), "COS({x})"), Line(lambda x, f: -f, "-{f}"),
        Line(lambda x, f: -np.cos(x), "-COS({x})"), SAME,
    )),
)
"""The functions to choose from, numbered from 1."""

OF = Stated(lambda used_function, x: chosen(FUNCTIONS, used_function).f.array(x),
            "=" + one_of("{used_function}", (function.f.text for function in FUNCTIONS)),
            says="f(x), of the chosen function.")


def of_shifted(sign: str) -> Stated:
    """Return the equation of f(x + h) or f(x - h), by the sign ``+`` or ``-``."""
    return Stated(
        lambda used_function, x, h: chosen(FUNCTIONS, used_function).f.array(
            x + h if sign == "+" else x - h),
        "=" + one_of("{used_function}",
                     (function.f.text.replace("{x}", f"({{x}}{sign}{{h}})")
                      for function in FUNCTIONS)),
        says="f(x + h) or f(x - h), of the chosen function.")


DERIVATIVES = Stated(
    lambda used_function, x, f: np.array(
        [derivative.array(x, f) for derivative in chosen(FUNCTIONS, used_function).derivatives]),
    lambda k, used_function, x, f: "=" + one_of(used_function[()], (
        function.derivatives[k].text.format(x=x[()], f=f[()]) for function in FUNCTIONS)),
    says="f'(x), f''(x) and so on, of the chosen function.")


def surface_at(x: str, y: str) -> str:
    """Return the part of a formula that is z of the chosen surface at a point."""
    return one_of("{used_surface}", (surface.z.text.format(x=x, y=y) for surface in SURFACES))


OF_SURFACE_SHIFTED = Stated(
    lambda used_surface, x, y, dx, dy: chosen(SURFACES, used_surface).z.array(x + dx, y + dy),
    "=" + surface_at("({x}+{dx})", "({y}+{dy})"),
    says="z at (x + dx, y + dy) of the chosen function of two variables.")


def partial_quotient(along: str) -> Stated:
    """Return the equation of a difference quotient of z along ``x`` or ``y``."""
    points = [{"x": "{x}", "y": "{y}", along: f"({{{along}}}{sign}{{h}})"} for sign in "+-"]
    up, down = (surface_at(**point) for point in points)

    def quotient(used_surface: np.ndarray, h: np.ndarray, **at: np.ndarray) -> np.ndarray:
        z = chosen(SURFACES, used_surface).z.array
        return (z(**at | {along: at[along] + h}) - z(**at | {along: at[along] - h})) / (2 * h)

    return Stated(
        quotient, f"=({up}-{down})/(2*{{h}})",
        says="The central difference quotient of z along x or y, the other held constant.   "
        "Book: 2-7.").taking("used_surface", "x", "y", "h")


LOG_SIZE = Stated(
    lambda e: np.log10(np.maximum(np.abs(e), 1e-12)), "=LN(MAX(ABS({e}),1/10^12))/LN(10)",
    discontinuous=True, number_format="0.00",
    says="log10 |e| of an error, at least 1e-12: below that, engines differ on what is 0.")

TAYLOR = Stated(
    lambda f, df, delta: np.cumsum(
        np.append(f, df * delta ** np.arange(1, len(df) + 1) / np.cumprod(np.arange(len(df)) + 1))),
    lambda k, f, df, delta: f"={f[()]}" + "".join(
        f"+{df[j - 1]}*{delta[()]}^{j}{('', '', '/2', '/6', '/24')[j]}" for j in range(1, k + 1)),
    says="f(x) + f'(x) d + f''(x) d^2 / 2! + ..., up to each degree. Book: 2-9.")

AGREEMENT = Told(
    {"agree": "Rules and difference quotients agree: they differ by at most {gap}, no more than a "
     "millionth of the largest slope.",
     "differ": "Rules and difference quotients differ by up to {gap}: h = {h} is too large, or so "
     "small that rounding errors dominate."},
    lambda gap, largest: (gap * 10**AGREES <= largest,), digits=4, form=significant)
"""Whether rules and difference quotients agree, and how far they differ."""

QUARTERED = Told(
    {"rounding": "At half the step the error is too small to compare: rounding errors dominate.",
     "square": "The error is {shrinks} times the error at half the step, nearly 4 times: it is "
     "proportional to the square of the step.",
     "other": "The error is {shrinks} times the error at half the step: here it is not "
     "proportional to the square of the step."},
    lambda off, used_surface, z, z_x, z_y, dx, dy, shrinks: (
        abs(entry_of(off.over("half"), 2)) * 10**ROUNDED
        <= abs(z) + abs(z_x * dx) + abs(z_y * dy) + flattens(used_surface),
        abs(shrinks - 4) <= NEARLY), digits=3)
"""Whether the error of the approximation goes with the square of the step."""


class BestStep(Sentence):
    """For which h either quotient is nearest to the slope."""

    english = {
        "best": "The slope of the tangent is {slope}. Of the h tried, the forward quotient is "
        "closest with {forward}, the central one with {central}.",
        "one": "h = 10⁻{n}",
        "several": "several equally",
    }

    def said(self, *, df: Term, n: Term, log_forward: Term, log_central: Term) -> str:
        sentence, one, several = self.words.values()

        def best(logs: Term) -> str:
            errors = logs.over("width")
            nearest = first_place(least(errors), errors)
            are_several = at_most(errors, least(errors) + 1 / 10**ALIKE) > 1
            return either(
                are_several, several, one.format(n=raised(entry_of(n.over("width"), nearest)))
            )

        forward, central = best(log_forward), best(log_central)
        return sentence.format(slope=short(df[0]), forward=forward, central=central)


STEEPEST_POINT = Told(
    {"flat": "f is 0 everywhere on the circle: no point is lower than another.",
     "point": "r = 0: the circle is a single point, ∇g is 0 there, and there is no λ.",
     "found": "Minimum on the grid: f = {f} at ({x}, {y}), where λ = {factor}; the exact minimum "
     "is f = {exact}. {lies}"},
    lambda a, b, r: (abs(sign(a)) + abs(sign(b)) == 0, sign(r) == 0),
    digits=4, form=fixed,
    lies=Told(
        {"equal": "The next grid point is equally low: the minimum lies midway between them.",
         "parallel": "There ∇f = λ∇g: the gradients are parallel.",
         "rough": "The minimum lies between grid points, so ∇f is not quite λ∇g there."},
        lambda fine_f, exact, rest_x, rest_y, a, b: (
            at_most(fine_f.over("part"), least(fine_f.over("part")) + abs(exact) / 10**ROUNDED) > 1,
            largest(abs(rest_x), abs(rest_y)) * 10**PARALLEL <= largest(abs(a), abs(b)))))
"""The point of the circle at which f is least, and how parallel the gradients are there."""


PARTS, FINE = 36, 20
"""Points of a circle, and how many finer ones are between two of them."""

STEP = Stated(lambda h: np.where(h == 0, 1e-9, h), "=IF(SIGN({h})=0,1/10^9,{h})",
              number_format="General")
WIDTH = Stated(lambda n: 10.0**-n, "=10^(-{n})", number_format="0E+00")
FORWARD = Stated(lambda up, f, h: (up - f) / h, "=({up}-{f})/{h}")
ERROR = Stated(lambda quotient, df: quotient - df[0], "={quotient}-{df[0]}",
               number_format="0.0E+00")
ALONG = Stated(lambda x, i: x + i / 5, "={x}+{i}/5")
TANGENT_LINE = Stated(lambda f, m, x, along: f + m[..., 0] * (along - x),
                      "={f}+{m[0]}*({along}-{x})")
SECANT_LINE = Stated(lambda f, m, x, along: f + m * (along - x), "={f}+{m}*({along}-{x})")
SUM_RULE = Stated(lambda a, df, b, dg: a * df[0] + b * dg[0], "={a}*{df[0]}+{b}*{dg[0]}")
SUM_QUOTIENT = Stated(
    lambda a, b, f_up, f_down, g_up, g_down, h:
        ((a * f_up + b * g_up) - (a * f_down + b * g_down)) / (2 * h),
    "=(({a}*{f_up}+{b}*{g_up})-({a}*{f_down}+{b}*{g_down}))/(2*{h})")
EXP = Stated(  # differs from the book below -700, where a spreadsheet soon overflows
    lambda x: np.exp(np.minimum(LARGEST, -x)), f"=EXP(MIN({LARGEST},-{{x}}))")
BELOW = Stated(lambda e: 1 + e, "=1+{e}")
SIGMOID = Stated(lambda below: 1 / below, "=1/{below}")
QUOTIENT_RULE = Stated(lambda e, below: e / below / below, "={e}/{below}/{below}")
CHAIN = Stated(lambda outer, inner: outer[0] * inner[0], "={outer[0]}*{inner[0]}")
CHAIN_OF_TWO = Stated(lambda u, a, v, p: 2 * u * a + 2 * v * p, "=2*{u}*{a}+2*{v}*{p}")
QUOTIENT_OF_TWO = Stated(
    lambda u, a, v, p, h: ((u + a * h)**2 + (v + p * h)**2 - (u - a * h)**2 - (v - p * h)**2)
        / (2 * h),
    "=(({u}+{a}*{h})^2+({v}+{p}*{h})^2-({u}-{a}*{h})^2-({v}-{p}*{h})^2)/(2*{h})")
HALVED = Stated(lambda whole, k: whole / 2**k, "={whole}/2^{k}")
APPROXIMATION = Stated(lambda z, z_x, z_y, dx, dy: z + z_x * dx + z_y * dy,
                       "={z}+{z_x}*{dx}+{z_y}*{dy}")
FINE_ANGLE = Stated(lambda least, j: 2 * np.pi * (least - 1 + j / FINE) / PARTS,
                    f"=2*PI()*({{least}}-1+{{j}}/{FINE})/{PARTS}")
COS = Stated(lambda r, t: r * np.cos(t), "={r}*COS({t})")
SIN = Stated(lambda r, t: r * np.sin(t), "={r}*SIN({t})")
FACTOR = Stated(  # grad f . grad g / |grad g|^2, of which |grad g| is 2r
    lambda a, b, x, y, r: (a * x + b * y) / r / (2 * r) if r else np.zeros(()),
    "=IF(SIGN({r})=0,0,({a}*{x}+{b}*{y})/{r}/(2*{r}))")
REST = Stated(lambda a, factor, x: a - factor * 2 * x, "={a}-{factor}*2*{x}")
GAP = Stated(
    lambda sum_rule, sum_quotient, s_quotient_rule, s_slope, chain, chain_quotient, dC_dx,
        quotient_x, dC_dy, quotient_y: np.max(np.abs([
            sum_rule - sum_quotient, s_quotient_rule - s_slope, chain - chain_quotient,
            dC_dx - quotient_x, dC_dy - quotient_y])),
    "=MAX(ABS({sum_rule}-{sum_quotient}),ABS({s_quotient_rule}-{s_slope}),"
    "ABS({chain}-{chain_quotient}),ABS({dC_dx}-{quotient_x}),ABS({dC_dy}-{quotient_y}))",
    number_format="0.0E+00")
LARGEST_SLOPE = Stated(
    lambda sum_rule, s_slope, chain, dC_dx, dC_dy:
        np.max(np.abs([sum_rule, s_slope, chain, dC_dx, dC_dy])),
    "=MAX(ABS({sum_rule}),ABS({s_slope}),ABS({chain}),ABS({dC_dx}),ABS({dC_dy}))")
SHRINKS = Stated(
    lambda off: np.divide(off[0], off[1], out=np.zeros(()), where=off[1] != 0),
    "=IF(SIGN(INDEX({off[half]},2))=0,0,INDEX({off[half]},1)/INDEX({off[half]},2))")
EXACT = Stated(lambda a, b, r: -abs(r) * np.sqrt(a**2 + b**2), "=-ABS({r})*SQRT({a}^2+{b}^2)")
