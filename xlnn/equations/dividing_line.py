"""The line w1 x + w2 y + b = 0 at which a unit divides the plane.

Shapes: x (points, 2), t (points, 1), W (units, 2), b (units,).   Book: 1-2, 1-3.
"""

import numpy as np

from xlnn.equations.number import general_text
from xlnn.equations.wording import filled
from xlnn.quantity import Cells, Equation, Sentence

REACH = 4
"""How far a line is drawn from its nearest point to the origin, to both sides."""

RIGHT, SIDES = ("right_single", "right_hidden"), ("side_single", "side_hidden")
"""What is known of the points of both networks."""

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
            f"=IF(SIGN({square})=0,0,-{b[j]}*{W[j, self.along]}/{square}"
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


class EpochUsed(Equation):
    """The epoch that is shown: what was chosen, as a whole number of those that there are.

    Parameters
    ----------
    last : int
    """

    coarse = jumps = True

    def __init__(self, last: int) -> None:
        self.last = last

    def array(self, shown: np.ndarray) -> np.ndarray:
        """Return a number; 0 where none was chosen."""
        return np.floor(np.clip(np.nan_to_num(shown), 0, self.last))

    def cell(self, shown: Cells) -> str:
        """Return the formula."""
        return f"=IF(COUNT({shown[()]})=1,INT(MAX(0,MIN({self.last},{shown[()]}))),0)"


NEAR = 0.002
"""The weighted input below which the output is 0.500."""


class RightSide(Equation):
    """1 where a point lies on the side of its target, 0 on the other, -1 where it is undecided.

    There the output is 0.500, as it is shown.
    """

    coarse = jumps = True

    def array(self, z: np.ndarray, answer: np.ndarray, truth: np.ndarray) -> np.ndarray:
        """Return a number for each point, of the shape of z."""
        return np.where(np.abs(z) < NEAR, -1.0, np.where(answer == truth, 1.0, 0.0))

    def cell(self, k: int, z: Cells, answer: Cells, truth: Cells) -> str:
        """Return the formula of one point."""
        return f"=IF(ABS({z[k]})<{NEAR},-1,IF({answer[k]}={truth[k]},1,0))"


class RightSides(Equation):
    """How many points lie on the side of their target."""

    coarse = jumps = True

    def array(self, right: np.ndarray) -> np.ndarray:
        """Return a number."""
        return (right == 1).sum()

    def cell(self, right: Cells) -> str:
        """Return the formula."""
        return f"=COUNTIF({right.images[0]},1)"


class CountSentence(Sentence):
    """How many points both networks have right in the epoch that is shown.

    Parameters
    ----------
    words : (str, str, str)
        ``{epoch}``, ``{right_single}`` and ``{right_hidden}`` stand for numbers; what precedes it
        where another epoch was chosen than is shown; and what follows where an output is undecided.
    """

    roles = ("shown", "epoch", *RIGHT, *SIDES)

    def __init__(self, words: tuple[str, str, str]) -> None:
        self.words = words

    def text(self, *, shown: float, epoch: float, **known: np.ndarray) -> str:
        """Return the text."""
        count, choose, undecided = self.words
        numbers = {name: general_text(float(known[name])) for name in RIGHT}
        said = count.format(epoch=general_text(float(epoch)), **numbers)
        if any((known[name] == -1).any() for name in SIDES):
            said += undecided
        return said if shown == epoch else choose.format(epoch=general_text(float(epoch))) + said

    def cell(self, shown: Cells, epoch: Cells, **known: Cells) -> str:
        """Return the formula."""
        numbers = {name: known[name][()] for name in RIGHT} | {"epoch": epoch[()]}
        count, choose, undecided = (filled(line, **numbers) for line in self.words)
        on_line = "+".join(f"COUNTIF({known[name].images[0]},-1)" for name in SIDES)
        is_chosen = f"COUNT({shown[()]})*({shown[()]}={epoch[()]})=1"
        return f'=IF({is_chosen},"",{choose})&{count}&IF({on_line}>0,{undecided},"")'


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
