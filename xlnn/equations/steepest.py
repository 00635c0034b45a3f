"""In which direction does f change most? What a small step changes, and the inner product.

The step (dx, dy) has the length epsilon: f changes by nearly grad f . (dx, dy), which lies between
-epsilon |grad f| and epsilon |grad f|.   Book: 2-4, 2-10.
"""

import numpy as np

from xlnn.equations.number import general_text
from xlnn.equations.wording import filled
from xlnn.quantity import Cells, Equation, Sentence, Stated

STEP = Stated(lambda length, u: length * u, lambda length, u: f"={length[()]}*{u[()]}")
"""A coordinate of the step in a direction (u, v)."""

CHANGE = Stated(
    lambda z_there, z_at: z_there - z_at, lambda z_there, z_at: f"={z_there[()]}-{z_at[()]}"
)
"""By how much f changes."""

INNER = Stated(
    lambda slope_x, step_x, slope_y, step_y: slope_x * step_x + slope_y * step_y,
    lambda slope_x, step_x, slope_y, step_y: (
        f"={slope_x[()]}*{step_x[()]}+{slope_y[()]}*{step_y[()]}"
    ),
)
"""The inner product of the gradient and the step."""


class AtStep(Equation):
    """A coordinate of the point after the chosen step; 0 is the start."""

    coarse = True

    def array(self, all_steps: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Return a number."""
        return all_steps[int(at)]

    def cell(self, all_steps: Cells, at: Cells) -> str:
        """Return the formula."""
        return f"=INDEX({all_steps.over('time')[()]},{at[()]}+1)"


class Bound(Equation):
    """epsilon |grad f|: more than this no inner product can be.   Book: 2-4."""

    def array(self, length: np.ndarray, slope_x: np.ndarray, slope_y: np.ndarray) -> np.ndarray:
        """Return a number."""
        return np.abs(length) * np.sqrt(slope_x**2 + slope_y**2)

    def cell(self, length: Cells, slope_x: Cells, slope_y: Cells) -> str:
        """Return the formula."""
        return f"=ABS({length[()]})*SQRT({slope_x[()]}^2+{slope_y[()]}^2)"


class Steepest(Sentence):
    """In which direction f grows and falls most, and whether the inner product says the same.

    Parameters
    ----------
    words : (str, str)
        ``{up}`` and ``{down}`` stand for the directions of the largest and the smallest change, in
        degrees, ``{inner_up}`` and ``{inner_down}`` for those of the inner product; and that the
        gradient is 0.
    degrees : int
        Between two directions.
    """

    def __init__(self, words: tuple[str, str], degrees: int) -> None:
        self.words, self.degrees = words, degrees

    def text(self, *, turn: np.ndarray, change: np.ndarray, inner: np.ndarray, bound: float) -> str:
        """Return the text."""
        steepest, level = self.words
        if round(float(bound), 12) == 0:
            return level
        places = {
            "up": change.argmax(),
            "inner_up": inner.argmax(),
            "down": change.argmin(),
            "inner_down": inner.argmin(),
        }
        degrees = {name: self.degrees * turn[place] for name, place in places.items()}
        return steepest.format(**{name: general_text(each) for name, each in degrees.items()})

    def cell(self, turn: Cells, change: Cells, inner: Cells, bound: Cells) -> str:
        """Return the formula."""
        turns = turn.over("direction")[()]

        def degrees(most: str, numbers: Cells) -> str:
            column = numbers.over("direction")[()]
            return f"({self.degrees}*INDEX({turns},MATCH({most}({column}),{column},0)))"

        shown = {
            "up": degrees("MAX", change),
            "inner_up": degrees("MAX", inner),
            "down": degrees("MIN", change),
            "inner_down": degrees("MIN", inner),
        }
        steepest, level = (filled(line, **shown) for line in self.words)
        return f"=IF(ROUND({bound[()]},12)=0,{level},{steepest})"
