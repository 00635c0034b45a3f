"""Where does a unit divide the plane? Its line w1 x + w2 y + b = 0, and the points on its sides.

Shapes: x (points, 2), t (points, 1), W (units, 2), b (units,).   Book: 1-2, 1-3.
"""

import numpy as np

from xlnn.equations.verdict import Recognised, Right
from xlnn.quantity import Cells, Equation

REACH = 4
"""How far a line is drawn from its nearest point to the origin, to both sides."""

OUTSIDE = 9
"""Where a point is drawn that a series does not show: outside the axes of the chart."""


class LineEnd(Equation):
    """A coordinate of both ends of the line on which a unit's z is 0.

    The line's nearest point to the origin is -b (w1, w2) / |w|^2, and it runs along (-w2, w1). A
    unit without weights divides nothing: its line is the origin.

    Parameters
    ----------
    along : int
        0 for x, 1 for y.
    """

    def __init__(self, along: int) -> None:
        self.along = along

    def array(self, W: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return the coordinates, shape (units, 2)."""
        square = (W**2).sum(axis=1)
        none = square == 0
        square = np.where(none, 1.0, square)
        along = np.array([-W[:, 1], W[:, 0]])[self.along] / np.sqrt(square)
        middle = -b * W[:, self.along] / square
        ends = middle[:, np.newaxis] + REACH * along[:, np.newaxis] * np.array([-1, 1])
        return np.where(none[:, np.newaxis], 0.0, ends)

    def cell(self, j: int, end: int, W: Cells, b: Cells) -> str:
        """Return the formula of one end."""
        square = f"({W[j, 0]}^2+{W[j, 1]}^2)"
        along = (f"(-{W[j, 1]})", W[j, 0])[self.along]
        sign = "+" if end else "-"
        return (
            f"=IF({square}=0,0,-{b[j]}*{W[j, self.along]}/{square}"
            f"{sign}{REACH}*{along}/SQRT({square}))"
        )


class HeightOf(Equation):
    """The y at which a point is drawn in the series of its class, and far outside in the other."""

    coarse = True

    def array(self, x: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Return the heights, shape (points, 2): of those that are 0, and of those that are 1."""
        return np.where(t == np.array([0, 1]), x[:, 1:], float(OUTSIDE))

    def cell(self, which: int, x: Cells, t: Cells) -> str:
        """Return the formula of one point."""
        return f"=IF({t[0]}={which},{x[1]},{OUTSIDE})"


class RightSide(Right):
    """1 where a point lies on the side of its target, else 0."""

    def cell(self, k: int, answer: Cells, truth: Cells) -> str:
        """Return the formula of one point."""
        return f"=IF({answer[k]}={truth[k]},1,0)"


class RightSides(Recognised):
    """How many points lie on the side of their target."""

    def cell(self, right: Cells) -> str:
        """Return the formula."""
        return f"=SUM({right.images[0]})"


class WhoCan(Equation):
    """Who has all points right: 0 neither, 1 the one layer alone, 2 the two alone, 3 both.

    Parameters
    ----------
    points : int
    """

    coarse = jumps = True

    def __init__(self, points: int) -> None:
        self.points = points

    def array(self, right_single: np.ndarray, right_hidden: np.ndarray) -> np.ndarray:
        """Return a number."""
        one, two = right_single == self.points, right_hidden == self.points
        return np.asarray(1.0 * one + 2.0 * two)

    def cell(self, right_single: Cells, right_hidden: Cells) -> str:
        """Return the formula."""
        one, two = right_single[()], right_hidden[()]
        return f"=IF({one}={self.points},1,0)+IF({two}={self.points},2,0)"
