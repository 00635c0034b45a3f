"""Quantities for a drawing of the network: looked-up values, levels and ends of lines.

A chart cannot colour points by number, but series can have colours: a connection is drawn by the
series of its sign and strength, a unit by the series of its level. In all other series a connection
has no length, and a unit is outside the chart.
"""

from collections.abc import Sequence

import numpy as np

from xlnn.equation import Cells, Equation, Stated
from xlnn.terms import peak_formula

DIGITS = 9
"""Decimals to which shares are rounded before comparisons, so that 0.1 + 0.2 is 0.3 everywhere."""

LEVELS = 5
"""Levels of a unit to either side of 0."""

STRENGTHS = (0.35, 0.7)
"""Shares of the largest weight of a layer from which a line is stronger."""

UNSEEN = -LEVELS - 1
"""The level of a unit that has no number: no series draws it."""

NOWHERE = -100
"""The height of an invisible unit: below the chart."""

Index = tuple[int, ...]


LARGEST_SIZE = Stated(
    lambda v: np.abs(v).max(),
    lambda v: f"={peak_formula(v[...])}",
    says="max |v|: the largest absolute value.",
)
AT_LEAST_1 = Stated(
    lambda v: np.maximum(1.0, np.abs(v).max()),
    lambda v: f"=MAX(1,{peak_formula(v[...])})",
    says="max |v|, or 1 if that is less: numbers between -1 and 1 have the same colours anywhere.",
)


class FillLevel(Equation):
    """How strongly a unit is filled: v, or v / size, in steps of a fifth; -6 without a number.

    Parameters
    ----------
    below_0 : bool
        Whether there are levels below 0; otherwise negative values have level 0.
    """

    reads_as_stated = discontinuous = True
    roles = ("v", "size")
    optional = ("size",)

    def __init__(self, *, below_0: bool) -> None:
        self.below_0 = below_0

    def array(self, v: np.ndarray, size: np.ndarray | float = 1.0) -> np.ndarray:
        """Return the levels, whole numbers from -5 or 0 to 5, of the shape of v."""
        share = np.round(np.where(v == 0, 0, v / np.where(size == 0, 1, size)), DIGITS)
        level = np.sign(share) * np.floor(LEVELS * np.abs(share) + 0.5)  # ROUND: away from 0
        level = np.clip(level, -LEVELS if self.below_0 else 0, LEVELS)
        return np.where(np.isfinite(share), level, UNSEEN)

    def cell(self, *unit: int, v: Cells, size: Cells | None = None) -> str:
        least = -LEVELS if self.below_0 else 0
        share = f"{v[unit]}/{size[()]}" if size else v[unit]
        level = f"MAX({least},MIN({LEVELS},ROUND({LEVELS}*ROUND({share},{DIGITS}),0)))"
        return f"=IFERROR(IF({v[unit]}=0,0,{level}),{UNSEEN})"


class Strength(Equation):
    """How strongly a connection is drawn: 1 to 3 by |w| / max |w| of its layer, with w's sign.

    Without a number it is 0, and not drawn.
    """

    reads_as_stated = discontinuous = True

    def array(self, w: np.ndarray, size: np.ndarray) -> np.ndarray:
        """Return the strengths, whole numbers from -3 to 3, of the shape of w; 0 where w is 0."""
        share = np.round(np.abs(w) / np.where(size == 0, 1, size), DIGITS)
        strength = np.sign(w) * (1 + sum((share > bound).astype(float) for bound in STRENGTHS))
        return np.where(np.isfinite(share), strength, 0.0)

    def cell(self, *unit: int, w: Cells, size: Cells) -> str:
        share = f"ROUND(ABS({w[unit]})/{size[()]},{DIGITS})"
        weak, strong = STRENGTHS
        strength = f"IF({share}>{strong},3,IF({share}>{weak},2,1))"
        return f"=IFERROR(IF({w[unit]}=0,0,SIGN({w[unit]})*{strength}),0)"


def rounded(places: Sequence[float], shape: Index = ()) -> np.ndarray:
    """Return positions in the drawing to a tenth of a mm."""
    return np.array([round(place, 1) for place in places]).reshape(shape or -1)


def coordinate(places: Sequence[float], shape: Index = ()) -> Stated:
    """Return the equation of positions in the drawing."""
    stated = rounded(places, shape)
    return Stated(
        lambda: stated,
        lambda *unit: f"={stated[unit]:g}",
        says="A position in the drawing, in mm from the left or from below.",
        reads_as_stated=True,
    )


class LineEnds(Equation):
    """The ends of a connection in each series: equal unless the series has its strength.

    Equal ends are both where the connection ends: LibreOffice leaves out a point that is equal to
    the one before it, and with it a line that would begin there.

    Parameters
    ----------
    strengths : tuple of int
        The strength that each series draws.
    starts, ends : sequence of float
        Where each connection begins and ends.
    """

    reads_as_stated = discontinuous = True

    def __init__(
        self, strengths: tuple[int, ...], starts: Sequence[float], ends: Sequence[float]
    ) -> None:
        self.strengths = strengths
        self.starts, self.ends = rounded(starts), rounded(ends)

    def array(self, strength: np.ndarray) -> np.ndarray:
        """Return both ends, shape (connections, 2, series), of strength (connections,)."""
        own = strength.reshape(-1, 1) == np.array(self.strengths)
        ends = np.broadcast_to(self.ends[:, np.newaxis], own.shape)
        return np.stack([np.where(own, self.starts[:, np.newaxis], ends), ends], axis=1)

    def cell(self, connection: int, at: int, series: int, strength: Cells) -> str:
        start, end = self.starts[connection], self.ends[connection]
        if at == 1:
            return f"={end:g}"
        return f"=IF({strength[connection]}={self.strengths[series]},{start:g},{end:g})"


class Dot(Equation):
    """The height of a unit in the series of each level; out of sight unless it has that level.

    Parameters
    ----------
    levels : tuple of int
        The level that each series draws.
    """

    reads_as_stated = discontinuous = True

    def __init__(self, levels: tuple[int, ...]) -> None:
        self.levels = levels

    def array(self, level: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the heights, shape (units, series)."""
        own = level[:, np.newaxis] == np.array(self.levels)
        return np.where(own, y[:, np.newaxis], float(NOWHERE))

    def cell(self, unit: int, series: int, level: Cells, y: Cells) -> str:
        return f"=IF({level[unit]}={self.levels[series]},{y[unit]},{NOWHERE})"
