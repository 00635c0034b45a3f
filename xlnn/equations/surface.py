"""Functions of two variables that a point descends: each with its slopes and its level lines.

A function states five lines, each twice: z, its two partial derivatives, how far its level line is
from the minimum in a direction, and the largest curvature at the minimum.   Book: 2-7, 2-10, 2-11.
"""

# ruff: noqa: ARG005 -- a line takes all variables, whether they stand in it or not

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from xlnn.equations.neuron import steadied, steady
from xlnn.equations.number import general_text, short, short_text
from xlnn.equations.wording import filled
from xlnn.quantity import Cells, Equation, Sentence, Stated


@dataclass(frozen=True)
class Surface:
    """A function of x and y with its minimum, 0, at (0, 0).

    Attributes
    ----------
    text : str
        As the book writes it.
    z, dz_dx, dz_dy : Stated
        The function and its partial derivatives, of x and y.
    radius : Stated
        How far from the minimum z reaches a level, in the direction of the unit vector (u, v).
    curvature : float
        The largest second derivative in any direction at the minimum.
    flattens : bool
        Whether it is flatter farther out, so that steps that lead away come to an end.
    """

    text: str
    z: Stated
    dz_dx: Stated
    dz_dy: Stated
    radius: Stated
    curvature: float
    flattens: bool = False


SURFACES = (
    Surface(
        text="x² + y²",
        z=Stated(lambda x, y: x**2 + y**2, lambda x, y: f"{x}^2+{y}^2"),
        dz_dx=Stated(lambda x, y: 2 * x, lambda x, y: f"2*{x}"),
        dz_dy=Stated(lambda x, y: 2 * y, lambda x, y: f"2*{y}"),
        radius=Stated(lambda c, u, v: np.sqrt(c / (u**2 + v**2)),
                      lambda c, u, v: f"SQRT({c}/({u}^2+{v}^2))"),
        curvature=2,
    ),
    Surface(
        text="x² + 4y²",
        z=Stated(lambda x, y: x**2 + 4 * y**2, lambda x, y: f"{x}^2+4*{y}^2"),
        dz_dx=Stated(lambda x, y: 2 * x, lambda x, y: f"2*{x}"),
        dz_dy=Stated(lambda x, y: 8 * y, lambda x, y: f"8*{y}"),
        radius=Stated(lambda c, u, v: np.sqrt(c / (u**2 + 4 * v**2)),
                      lambda c, u, v: f"SQRT({c}/({u}^2+4*{v}^2))"),
        curvature=8,
    ),
    Surface(
        text="ln(1 + x² + y²)",
        z=Stated(lambda x, y: np.log(1 + x**2 + y**2), lambda x, y: f"LN(1+{x}^2+{y}^2)"),
        dz_dx=Stated(lambda x, y: 2 * x / (1 + x**2 + y**2), lambda x, y: f"2*{x}/(1+{x}^2+{y}^2)"),
        dz_dy=Stated(lambda x, y: 2 * y / (1 + x**2 + y**2), lambda x, y: f"2*{y}/(1+{x}^2+{y}^2)"),
        radius=Stated(lambda c, u, v: np.sqrt((np.exp(c) - 1) / (u**2 + v**2)),
                      lambda c, u, v: f"SQRT((EXP({c})-1)/({u}^2+{v}^2))"),
        curvature=2,
        flattens=True,
    ),
)  # fmt: skip
"""Those to choose from, from 1 on: the book's, a narrow valley, and one that is flat far out."""


VERDICTS = (
    "uphill", "stays", "settles", "reaches", "swings", "even", "slows", "grows", "bounded",
)  # fmt: skip
"""What eta may do to the descent: below 0, at 0, below, at and above the eta from which steps
cross the valley, at that from which they lead away (`slows` where the surface flattens), above."""

DIGITS = 6
"""Decimals with which eta is shown."""


def chosen(function: np.ndarray) -> Surface:
    """Return the function that a number stands for, counted from 1."""
    return SURFACES[round(float(function)) - 1]


class OfSurface(Equation):
    """A line of the chosen function: z or one of its partial derivatives, at (x, y).

    Parameters
    ----------
    line : str
        ``z``, ``dz_dx`` or ``dz_dy``.

    Book: 2-11.
    """

    def __init__(self, line: str) -> None:
        self.line = line

    def array(self, function: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return a number."""
        return np.asarray(getattr(chosen(function), self.line).array(x, y))

    def cell(self, function: Cells, x: Cells, y: Cells) -> str:
        """Return the formula of one step."""
        lines = (getattr(surface, self.line).cell(x[()], y[()]) for surface in SURFACES)
        return f"=CHOOSE({function[()]},{','.join(lines)})"


class Displacement(Equation):
    """dx = -eta dz/dx: how far a step goes along one axis.   Book: 2-10, 2-11."""

    def array(self, eta: np.ndarray, slope: np.ndarray) -> np.ndarray:
        """Return a number."""
        return -eta * slope

    def cell(self, eta: Cells, slope: Cells) -> str:
        """Return the formula of one step."""
        return f"=-{eta[()]}*{slope[()]}"


class Moved(Equation):
    """x + dx: where the step before led.   Book: 2-11."""

    def array(self, at: np.ndarray, by: np.ndarray) -> np.ndarray:
        """Return a number."""
        return at + by

    def cell(self, at: Cells, by: Cells) -> str:
        """Return the formula of one step."""
        return f"={at[()]}+{by[()]}"


class LargestEta(Equation):
    """The eta from which steps of gradient descent near the minimum cross it, or grow.

    Along the largest curvature k a step takes x to (1 - eta k) x: it crosses the minimum where
    eta > 1 / k, and ends farther away than it began where eta > 2 / k.

    Parameters
    ----------
    times : float
        1 for crossing, 2 for growing.
    """

    def __init__(self, times: int) -> None:
        self.times = times

    def array(self, function: np.ndarray) -> np.ndarray:
        """Return a number."""
        return np.asarray(self.times / chosen(function).curvature)

    def cell(self, function: Cells) -> str:
        """Return the formula."""
        curvatures = ",".join(f"{surface.curvature}" for surface in SURFACES)
        return f"={self.times}/CHOOSE({function[()]},{curvatures})"


class Level(Equation):
    """The levels of some level lines: the outermost goes through the start, the others inside.

    Parameters
    ----------
    lines : int
        How many there are; their distances from the minimum are about equal.
    """

    def __init__(self, lines: int) -> None:
        self.lines = lines

    def array(self, number: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return a number for each line, from 1 on."""
        return z[0] * (number / self.lines) ** 2

    def cell(self, number: Cells, z: Cells) -> str:
        """Return the formula of one line."""
        return f"={z.at(0)[()]}*({number[()]}/{self.lines})^2"


class Direction(Equation):
    """cos or sin of a part of the full circle; 0 where rounding alone would leave a rest.

    Parameters
    ----------
    parts : int
    of : str
        ``COS`` or ``SIN``.
    """

    def __init__(self, parts: int, of: str) -> None:
        self.parts, self.of = parts, of

    def array(self, part: np.ndarray) -> np.ndarray:
        """Return a number for each part, from 0 on."""
        return steady({"COS": np.cos, "SIN": np.sin}[self.of](2 * np.pi * part / self.parts))

    def cell(self, part: Cells) -> str:
        """Return the formula of one part."""
        return "=" + steadied(f"{self.of}(2*PI()*{part[()]}/{self.parts})")


class OnLevelLine(Equation):
    """A coordinate of the point of a level line in a direction.

    Parameters
    ----------
    along : str
        The role that is the coordinate's own: ``u`` for x, ``v`` for y.
    """

    def __init__(self, along: str) -> None:
        self.along = along

    def array(
        self, function: np.ndarray, level: np.ndarray, u: np.ndarray, v: np.ndarray
    ) -> np.ndarray:
        """Return the coordinate, shape (levels, directions)."""
        radius = chosen(function).radius.array(level[:, np.newaxis], u, v)
        return radius * {"u": u, "v": v}[self.along]

    def cell(self, function: Cells, level: Cells, u: Cells, v: Cells) -> str:
        """Return the formula of one point."""
        lines = (surface.radius.cell(level[()], u[()], v[()]) for surface in SURFACES)
        own = {"u": u, "v": v}[self.along]
        return f"=CHOOSE({function[()]},{','.join(lines)})*{own[()]}"


class FunctionName(Sentence):
    """The chosen function, as the book writes it."""

    def text(self, *, function: float) -> str:
        """Return the text."""
        return f"z = {SURFACES[int(function) - 1].text}"

    def cell(self, function: Cells) -> str:
        """Return the formula."""
        names = ",".join(f'"z = {surface.text}"' for surface in SURFACES)
        return f"=CHOOSE({function[()]},{names})"


class EtaVerdict(Sentence):
    """What eta does to the descent, in words.

    Eta is compared as it is shown, so that none that reads as a limit is said to be above it.

    Parameters
    ----------
    words : mapping
        The sentences by the `VERDICTS`; ``{eta}``, ``{swings}`` and ``{grows}`` stand for the
        numbers.
    """

    def __init__(self, words: Mapping[str, str]) -> None:
        self.words = words

    def text(self, *, eta: float, function: float, swings: float, grows: float) -> str:
        """Return the text."""
        flattens = SURFACES[int(function) - 1].flattens
        at = round(float(eta), DIGITS)
        if eta < 0:
            key = "uphill"
        elif eta == 0:
            key = "stays"
        elif at > grows:
            key = "bounded" if flattens else "grows"
        elif at == grows:
            key = "slows" if flattens else "even"
        elif at > swings:
            key = "swings"
        else:
            key = "reaches" if at == swings else "settles"
        numbers = {"eta": short_text(eta, DIGITS)}
        numbers |= {"swings": general_text(swings), "grows": general_text(grows)}
        return self.words[key].format(**numbers)

    def cell(self, eta: Cells, function: Cells, swings: Cells, grows: Cells) -> str:
        """Return the formula."""
        at, cross, leave = eta[()], swings[()], grows[()]
        shown = {"eta": short(at, DIGITS), "swings": cross, "grows": leave}
        said = {key: filled(line, **shown) for key, line in self.words.items()}
        flat = ",".join(str(int(surface.flattens)) for surface in SURFACES)
        is_flat, rounded = f"CHOOSE({function[()]},{flat})=1", f"ROUND({at},{DIGITS})"
        even = f"IF({is_flat},{said['slows']},{said['even']})"
        away = f"IF({is_flat},{said['bounded']},{said['grows']})"
        below = f"IF({rounded}={cross},{said['reaches']},{said['settles']})"
        inside = f"IF({rounded}>{cross},{said['swings']},{below})"
        known = f"IF({rounded}>{leave},{away},IF({rounded}={leave},{even},{inside}))"
        return f"=IF({at}<0,{said['uphill']},IF({at}=0,{said['stays']},{known}))"
