"""Arcs over words: how much each takes from itself and from those before it.

A chart cannot set the width of a line by a number, but a series has one: an arc is drawn by the
series of its strength. In all other series it is outside the chart.
"""

from collections.abc import Iterator

import numpy as np

from xlnn.equation import Cells, Equation, Stated
from xlnn.quantity import Quantity

__all__ = ["arcs"]

STRENGTHS = (0.1, 0.3, 0.6)
"""The share from which an arc is drawn, and those from which it is thicker."""

DIGITS = 9
"""Decimals to which shares are rounded before comparisons."""

NOWHERE = -100
"""The height of an arc that is not drawn: below the chart."""

STEPS = 16
"""The number of straight pieces of an arc."""

WORD, HIGH = 30, 20
"""The width of a word, and the height of the widest arc."""

FOOT, SELF = 4, 6
"""How far from the middle of a word its arcs begin, and half the width of the arc from a word to
itself."""


def pairs(words: int) -> list[tuple[int, int]]:
    """Return each word with itself and with those before it.

    >>> pairs(2)
    [(0, 0), (1, 0), (1, 1)]
    """
    return [(i, j) for i in range(words) for j in range(i + 1)]


def ends(i: int, j: int) -> tuple[float, float]:
    """Return where an arc ends and where it begins, from the left edge of the first word.

    >>> ends(2, 0), ends(1, 1)
    ((19.0, 71.0), (39.0, 51.0))
    """
    apart = SELF if i == j else -FOOT
    return WORD * (j + 1 / 2) - apart, WORD * (i + 1 / 2) + apart


def heights(words: int) -> np.ndarray:
    """Return how high each arc is at each of its points: the widest is the highest."""
    wide = np.array([right - left for left, right in (ends(*pair) for pair in pairs(words))])
    return HIGH * np.outer(wide / wide.max(), np.sin(np.pi * np.arange(STEPS + 1) / STEPS))


def across(words: int) -> np.ndarray:
    """Return how far to the right each arc is at each of its points."""
    left, right = np.array([ends(*pair) for pair in pairs(words)])[:, :, np.newaxis].swapaxes(0, 1)
    turn = (1 - np.cos(np.pi * np.arange(STEPS + 1) / STEPS)) / 2
    return left + (right - left) * turn


STRENGTH = Stated(
    lambda A: np.array([_strength(A[pair]) for pair in pairs(len(A))]),
    lambda n, A: _strength_cell(A[pairs(A.shape[0])[n]]),
    reads_as_stated=True,
    discontinuous=True,
    number_format="0",
    says="How strongly each arc is drawn: 1 to 3, and 0 where less than a tenth is taken.",
)


def _strength(share: float) -> float:
    return float(sum(round(share, DIGITS) >= bound for bound in STRENGTHS))


def _strength_cell(cell: str) -> str:
    least, some, much = STRENGTHS
    share = f"ROUND({cell},{DIGITS})"
    return f"=IF({share}>={much},3,IF({share}>={some},2,IF({share}>={least},1,0)))"


class Heights(Equation):
    """The height of each point of an arc in each series; out of sight unless it has its strength.

    Parameters
    ----------
    words : int
    """

    reads_as_stated = discontinuous = True

    def __init__(self, words: int) -> None:
        self.heights = heights(words).round(1)

    def array(self, strength: np.ndarray) -> np.ndarray:
        """Return the heights, shape (arcs, points, series)."""
        own = strength[:, np.newaxis] == np.arange(1, 1 + len(STRENGTHS))
        return np.where(own[:, np.newaxis], self.heights[..., np.newaxis], float(NOWHERE))

    def cell(self, arc: int, point: int, series: int, strength: Cells) -> str:
        return f"=IF({strength[arc]}={series + 1},{self.heights[arc, point]:g},{NOWHERE})"


def arcs(of: str, words: int, sheet: str) -> Iterator[Quantity]:
    """Yield the numbers of a drawing of arcs: their strengths, and the points of each.

    Parameters
    ----------
    of : str
        The shares that are taken, of the shape (words, words).
    words : int
    sheet : str
    """
    places = across(words).round(1)
    number = len(places)
    yield Quantity(
        "arc_strength", title="strength", symbol=" ", sheet=sheet, shape=(number,),
        equation=STRENGTH.of(of),
    )  # fmt: skip
    yield Quantity(
        "arc_across", title="to the right", symbol=" ", sheet=sheet, shape=(number, STEPS + 1),
        equation=Stated(lambda: places, lambda arc, point: f"={places[arc, point]:g}"),
        number_format="0.00",
    )  # fmt: skip
    yield Quantity(
        "arc_up", title="up", symbol=" ", sheet=sheet, equation=Heights(words).of("arc_strength"),
        shape=(number, STEPS + 1, len(STRENGTHS)), number_format="0.00;",
    )  # fmt: skip
