"""Functions of two variables for gradient descent, with their slopes and contour lines.

A function states five lines, each twice: z, its two partial derivatives, the distance of a contour
line from the minimum in a direction, and the largest curvature at the minimum.   Book: 2-7, 2-10,
2-11.
"""

# ruff: noqa: ARG005 -- a line takes all variables, whether or not it uses them

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np

from xlnn.equation import Cells, Sentence, Stated
from xlnn.equations.dense import written_squares
from xlnn.equations.elementary import SUM
from xlnn.equations.number import significant
from xlnn.equations.sentences import Told
from xlnn.terms import Term, choice, count, either, sign

# fmt: off
DESCENT = Stated(
    lambda w, gradient, eta: w - eta * gradient, "={w}-{eta}*{gradient}",
    says="w - eta dC_T/dw: the weights after one step against the gradient. Book: 2-10, 4-4.")
GRADIENT_SIZE = Stated(
    lambda **gradients: np.sqrt(sum((gradient**2).sum() for gradient in gradients.values())),
    lambda **gradients: f"=SQRT({written_squares([slope[...] for slope in gradients.values()])})",
    says="|grad C_T| = sqrt(sum of the squares of all its components).   Book: 2-10.")
DISPLACEMENT = Stated(
    lambda eta, slope: -eta * slope, "=-{eta}*{slope}",
    says="dx = -eta dz/dx: how far a step goes along one axis. Book: 2-10, 2-11.")
MOVED = SUM.restated("at", "by", says="x + dx: where the previous step led. Book: 2-11.")


class Line(NamedTuple):
    """A line of a function to choose: in NumPy, and as a part of a formula, with ``{x}``."""

    array: Callable[..., Any]
    text: str


@dataclass(frozen=True)
class Surface:
    """A function of x and y with its minimum, 0, at (0, 0).

    Attributes
    ----------
    text : str
        The function, as the book writes it.
    z, dz_dx, dz_dy : Line
        The function and its partial derivatives, of x and y.
    radius : Line
        The distance from the minimum at which z reaches a level, in the direction (u, v).
    curvature : (float, float)
        The second derivatives along x and along y at the minimum; the larger one is the largest in
        any direction.
    flattens : bool
        Whether it gets flatter farther out, so that steps that lead away come to an end.
    """

    text: str
    z: Line
    dz_dx: Line
    dz_dy: Line
    radius: Line
    curvature: tuple[float, float]
    flattens: bool = False


SURFACES = (
    Surface(
        "x² + y²",
        z=Line(lambda x, y: x**2 + y**2, "{x}^2+{y}^2"),
        dz_dx=Line(lambda x, y: 2 * x, "2*{x}"),
        dz_dy=Line(lambda x, y: 2 * y, "2*{y}"),
        radius=Line(lambda c, u, v: np.sqrt(c / (u**2 + v**2)), "SQRT({level}/({u}^2+{v}^2))"),
        curvature=(2, 2),
    ),
    Surface(
        "x² + 4y²",
        z=Line(lambda x, y: x**2 + 4 * y**2, "{x}^2+4*{y}^2"),
        dz_dx=Line(lambda x, y: 2 * x, "2*{x}"),
        dz_dy=Line(lambda x, y: 8 * y, "8*{y}"),
        radius=Line(lambda c, u, v: np.sqrt(c / (u**2 + 4 * v**2)),
                    "SQRT({level}/({u}^2+4*{v}^2))"),
        curvature=(2, 8),
    ),
    Surface(
        "ln(1 + x² + y²)",
        z=Line(lambda x, y: np.log(1 + x**2 + y**2), "LN(1+{x}^2+{y}^2)"),
        dz_dx=Line(lambda x, y: 2 * x / (1 + x**2 + y**2), "2*{x}/(1+{x}^2+{y}^2)"),
        dz_dy=Line(lambda x, y: 2 * y / (1 + x**2 + y**2), "2*{y}/(1+{x}^2+{y}^2)"),
        radius=Line(lambda c, u, v: np.sqrt((np.exp(c) - 1) / (u**2 + v**2)),
                    "SQRT((EXP({level})-1)/({u}^2+{v}^2))"),
        curvature=(2, 2),
        flattens=True,
    ),
)
"""The surfaces to choose from, numbered from 1: the book's, a narrow valley, and one that is flat
far out."""

VERDICTS = {
    "minimum": "The point starts at the minimum: the gradient is 0 there, so it stays whatever η "
    "is.",
    "uphill": " leads uphill: every step goes along the gradient. Choose a number greater than 0.",
    "stays": ": every step is 0, so the point stays where it is. Choose a number greater than 0.",
    "settles": " is below {swings}: every step stays on its own side of the valley.",
    "reaches": " is exactly {swings}: one step reaches the bottom of the valley.",
    "nears": " is exactly {swings}: near the minimum, one step almost reaches it.",
    "swings": " is above {swings}: every step crosses the valley, but ends closer to its bottom.",
    "wobbles": " is above {swings}: near the minimum, every step crosses the valley, but from "
    "anywhere every step ends closer.",
    "even": " is exactly {grows}: every step ends as far on the other side of the valley, no "
    "closer to its bottom.",
    "slows": " is exactly {grows}: near the minimum, every step crosses the valley and ends "
    "closer, but ever more slowly.",
    "grows": " is above {grows}: every step ends on the other side of the valley, farther from its "
    "bottom. The descent diverges.",
    "bounded": " is above {grows}: near the minimum, every step leads away; farther out, it leads "
    "closer. The descent does not diverge.",
    "huge": " is so large that the numbers exceed the range of a spreadsheet.",
}
"""The outcomes of the descent: it starts at the minimum; eta is below 0 or 0; eta is below, at or
above the eta from which steps cross the valley (`nears`, `wobbles` where the surface flattens); it
is at or above that from which they lead away (`slows`, `bounded`; `huge` beyond all numbers)."""

DIGITS = 12
"""Decimals to which eta is compared with those limits, and with which it is shown beside them."""


Of = TypeVar("Of")


def chosen(functions: Sequence[Of], number: np.ndarray) -> Of:
    """Return the function with a number, counted from 1."""
    return functions[round(float(number)) - 1]


def one_of(number: str, lines: Iterable[str]) -> str:
    """Return the part of a formula that is the line with a number, counted from 1.

    >>> one_of("{n}", ["2*{x}", "{x}^2"])
    'CHOOSE({n},2*{x},{x}^2)'
    """
    return f"CHOOSE({number},{','.join(lines)})"


def of_surface(line: str) -> Stated:
    """Return the equation of ``z``, ``dz_dx`` or ``dz_dy`` of the chosen function, at (x, y)."""
    return Stated(
        lambda used_function, x, y: getattr(chosen(SURFACES, used_function), line).array(x, y),
        "=" + one_of("{used_function}", (getattr(surface, line).text for surface in SURFACES)),
        says="z or one of its partial derivatives, of the chosen function at (x, y). Book: 2-11.")


def largest_eta(times: int) -> Stated:
    """Return the eta above which steps near the minimum cross it (1) or lead away (2).

    Along the curvature k a step takes x to (1 - eta k) x: it crosses the minimum where eta > 1 / k,
    and ends farther away than it began where eta > 2 / k. The larger k decides, unless x or y is 0
    from the start: then it stays 0.
    """
    def array(used_function: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        along_x, along_y = chosen(SURFACES, used_function).curvature
        moves_x, moves_y = x[0] != 0, y[0] != 0
        one = along_x if moves_x else along_y
        return np.asarray(times / (one if moves_x != moves_y else max(along_x, along_y)))

    def curvature(moves_x: str, moves_y: str, along_x: float, along_y: float) -> str:
        if along_x == along_y:
            return f"{along_x}"
        only_y = f"IF({moves_y}>{moves_x},{along_y},{max(along_x, along_y)})"
        return f"IF({moves_x}>{moves_y},{along_x},{only_y})"

    def cell(used_function: Cells, x: Cells, y: Cells) -> str:
        moves = [f"ABS(SIGN({cells.at(0)[()]}))" for cells in (x, y)]
        every = (curvature(*moves, *surface.curvature) for surface in SURFACES)
        return f"={times}/{one_of(used_function[()], every)}"

    return Stated(array, cell, reads_as_stated=True, number_format="General", says="The eta above "
                  "which steps of gradient descent near the minimum cross it, or diverge.")


def level_of(lines: int) -> Stated:
    """Return the equation of the levels of so many contour lines."""
    return Stated(
        lambda number, z: z[0] * (number / lines) ** 2,
        f"={{z.first}}*({{number}}/{lines})^2",
        says="The levels of contour lines: the outermost goes through the start, the others are "
        "inside, at about equal distances.")


def on_level_line(along: str) -> Stated:
    """Return the equation of a coordinate of points on contour lines: ``u`` for x, ``v`` for y."""
    return Stated(
        lambda used_function, level, u, v: {"u": u, "v": v}[along] * (
            chosen(SURFACES, used_function).radius.array(level[:, np.newaxis], u, v)),
        f"={one_of('{used_function}', (surface.radius.text for surface in SURFACES))}*{{{along}}}",
        says="A coordinate of the point on a contour line in a direction.")


def flattens(used_function: Term) -> Term:
    """Return 1 for a surface that flattens, by its number, and else 0."""
    return choice(used_function, *(int(surface.flattens) for surface in SURFACES))


LIMITS = (
    ("swings", ("reaches", "nears"), ("swings", "wobbles")),
    ("grows", ("even", "slows"), ("grows", "bounded")),
)
"""The two limits of eta, with the verdicts at and above each: on a surface that is curved
everywhere, and on one that flattens."""


class EtaVerdict(Sentence):
    """What eta does to the descent from its start: ``eta``, and one of the `VERDICTS`.

    ``minimum`` is a complete sentence.
    """

    roles = ("eta", "used_function", "swings", "grows", "x", "y", "z")
    english = {"eta": "η = {eta}", **VERDICTS}

    def said(
        self, *, eta: Term, used_function: Term, x: Term, y: Term, z: Term, **limits: Term
    ) -> str:
        """Return the sentence, which depends on x and y at the start."""
        begins = self.words["eta"].format(eta=significant(eta, DIGITS + 1))
        lines = {key: line.format(eta=eta, **limits) for key, line in self.words.items()}
        lines["bounded"] = either(count(z.at(-1)) == 0, lines["huge"], lines["bounded"])
        known = lines["settles"]
        for name, *keys in LIMITS:
            at, above = (
                either(flattens(used_function) == 1, lines[flattening], lines[bending])
                for bending, flattening in keys
            )
            beyond = eta - limits[name]
            known = either(beyond >= -(10**-DIGITS), at, known)
            known = either(beyond > 10**-DIGITS, above, known)
        known = either(sign(eta) == 0, lines["stays"], known)
        known = either(sign(eta) < 0, lines["uphill"], known)
        start = abs(sign(x.at(0))) + abs(sign(y.at(0)))
        return either(start == 0, lines["minimum"], begins + known)


def course(steps: int) -> Told:
    """Return how far z decreased in so many steps, or in how many rows it is too large."""
    return Told(
        {"course": "In {steps} steps z goes from {z_first} to {z_last}.",
         "lost": "In {lost} of {all} rows z is too large for a spreadsheet."},
        lambda z: (count(z.over("time")) > steps,),
        lost=lambda z: steps + 1 - count(z.over("time")), all=steps + 1)
