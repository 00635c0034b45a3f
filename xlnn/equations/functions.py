"""The functions of 2-1 with their slopes, and a unit that cannot learn since its slope is 0.

Shapes: everything is a number at each point.   Book: 2-1, 2-6.
"""

import numpy as np

from xlnn.equation import Stated
from xlnn.equations import activation as of
from xlnn.equations.neuron import UNIT_STEP, steadied, steady
from xlnn.equations.sentences import Told
from xlnn.terms import Term, sign

SMALLEST = 1e-9
"""Replaces a width of 0, to avoid dividing by 0."""

HARDLY = 0.001
"""A relative change of the error up to this size counts as no change."""

POINTS, HALF = 81, 40
"""Points of each curve, and points on either side of its middle: if the range is symmetric around
0, the middle point is 0."""

BELL_POINTS, BELL_HALF, DEVIATIONS = 161, 80, 4
"""Points of the bell curve, points on either side of its middle, and how many standard deviations
these reach. The strips between the points have the area of the curve to a tenth of a percent."""

FARTHEST = 9
"""The mean may be up to 10 to this power standard deviations from 0; farther away, the points have
too few digits left to differ."""

# fmt: off
FLAT = Stated(
    lambda z: np.zeros_like(z), "=0*{z}", reads_as_stated=True,  # noqa: PLW0108 -- its argument is z
    says="u'(z) = 0: the step is flat on both sides of 0; at 0 it has no slope.   Book: 2-1.")
ONE = Stated(
    lambda z: np.ones_like(z), "=1+0*{z}", reads_as_stated=True,  # noqa: PLW0108 -- likewise
    says="a'(z) = 1, the slope of a line.")

FUNCTIONS = {
    "step": (UNIT_STEP, FLAT), "sigmoid": (of.SIGMOID, of.SIGMOID_SLOPE),
    "tanh": (of.TANH, of.TANH_SLOPE), "relu": (of.RELU, of.RELU_SLOPE), "linear": (of.LINEAR, ONE),
}
"""Each function of z with its slope, in the order of the columns; a slope takes z or the value."""

STEP = Stated(lambda h: np.maximum(np.abs(h), SMALLEST), "=MAX(ABS({h}),1/10^9)",
              number_format="General")
"""The h that is used, which is never 0."""

PARABOLA = Stated(lambda x, a, b, c: a * x**2 + b * x + c, "={a}*{x}^2+{b}*{x}+{c}")
"""y = ax^2 + bx + c.   Book: 2-1."""

BENDS = Stated(
    lambda a, b: np.where((a == 0) & (b == 0), 3, np.sign(a) + 1),
    "=IF(ABS(SIGN({a}))+ABS(SIGN({b}))=0,3,SIGN({a})+1)", reads_as_stated=True,
    says="2 for a parabola that opens upwards, 0 for one that opens downwards, 1 for a line.")
"""3 for a horizontal line, where all points are equally low."""

VERTEX = Stated(lambda a, b: np.where(a == 0, 0.0, -b / (2 * np.where(a == 0, 1, a))),
                "=IF(SIGN({a})=0,0,-{b}/(2*{a}))")
"""x = -b / 2a: where the parabola is lowest, for a > 0.   Book: 2-1."""

PERCENT = Stated(lambda part: 100 * part, "=100*{part}")
"""A share as a percentage, for a sentence."""

BELL = Stated(
    lambda x, mean, deviation: (
        np.exp(-((x - mean) ** 2) / (2 * deviation**2)) / (np.sqrt(2 * np.pi) * deviation)),
    "=EXP(-(({x}-{mean})^2)/(2*{deviation}^2))/(SQRT(2*PI())*{deviation})")
"""f(x) = exp(-(x - mu)^2 / 2 sigma^2) / (sqrt(2 pi) sigma).   Book: 2-1."""

GRADIENT = Stated(lambda a, t, slope, x: (a - t) * slope * x, "=({a}-{t})*{slope}*{x}")
"""dC/dw = (a - t) a'(z) x: the chain rule.   Book: 2-8, 4-2."""


ALONG = Stated(
    lambda number, low, high: steady(low + number * (high - low) / (POINTS - 1)),
    "=" + steadied(f"({{low}}+{{number}}*({{high}}-{{low}})/{POINTS - 1})"))
"""Equally spaced points of a range."""

BESIDE = Stated(
    lambda number, middle: steady(middle + 5 * (number - HALF) / HALF),
    "=" + steadied(f"({{middle}}+5*({{number}}-{HALF})/{HALF})"))
"""Equally spaced points from 5 below the middle to 5 above it."""

AROUND = Stated(
    lambda number, mean, deviation: mean + DEVIATIONS * deviation * (number / BELL_HALF - 1),
    f"={{mean}}+{DEVIATIONS}*{{deviation}}*({{number}}/{BELL_HALF}-1)")
"""Equally spaced points within `DEVIATIONS` standard deviations of the mean."""


def area_within(deviations: int) -> Stated:
    """Return the equation of the area below the bell curve within some standard deviations."""
    away = BELL_HALF // DEVIATIONS * deviations
    first, last, apart = BELL_HALF - away, BELL_HALF + away, DEVIATIONS / BELL_HALF
    return Stated(
        lambda number, bell, deviation: apart * deviation * (
            bell[(number >= first) & (number <= last)].sum()
            - bell[(number == first) | (number == last)].sum() / 2),
        f'={apart}*{{deviation}}*(SUMIF({{number[point]}},">={first}",{{bell[point]}})'
        f'-SUMIF({{number[point]}},">{last}",{{bell[point]}})'
        f"-(INDEX({{bell[point]}},{first + 1})+INDEX({{bell[point]}},{last + 1}))/2)",
        number_format="0.0%",
        says="The area below equally spaced points: the sum of the strips between neighbours.")


DRAWN = Told(
    {"apart": "σ is so small compared with μ that a spreadsheet cannot tell the points of the "
     "curve apart.",
     "drawn": "Of numbers drawn from it, {percent_1} % lie within μ ± σ, {percent_2} % within μ ± "
     "2σ, {percent_3} % within μ ± 3σ."},
    lambda mean, deviation: (abs(mean) / 10**FARTHEST > deviation,), digits=1)
"""What share of random numbers lies near the mean."""


LEARNING = Told(
    {"sigmoid_course": "Sigmoid: w goes from {w_first} to {w_last}, C from {C_first} to {C_last} "
     "in {steps} steps. {leads}"},
    digits=4,
    leads=Told(
        {"backwards": "η is not greater than 0, so no step goes down: choose a number greater than "
         "0.",
         "flat": "The gradient is 0: it gives no direction.",
         "falls": "Its slope gives the direction.",
         "rises": "C rises: its slope gives the direction, not the distance. η is too large.",
         "stays": "C hardly changes: its slope gives the direction, not the distance."},
        lambda eta, dC_dw, C: (
            sign(eta) < 1, sign(dC_dw.at(0)) == 0, rise(C) < -HARDLY, rise(C) > HARDLY)))
"""How a unit learns in its steps, and where they lead."""


def rise(C: Term) -> Term:
    """Return the relative change of an error from its first value to its last one."""
    return C.at(-1) / C.at(0) - 1
