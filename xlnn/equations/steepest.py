"""The change of f along each direction, compared with the inner product.

The step (dx, dy) has the length epsilon: f changes by nearly grad f . (dx, dy), which lies between
-epsilon |grad f| and epsilon |grad f|.   Book: 2-4, 2-10.
"""

from collections.abc import Mapping

import numpy as np

from xlnn.equations.dense import counted_near, place_of
from xlnn.equations.number import general_text, short, short_text
from xlnn.equations.surface import SURFACES, chosen
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
        return f"=INDEX({all_steps.over('time')[()]},{at[()]}+1)"


class Bound(Equation):
    """epsilon |grad f|: more than this no inner product can be.   Book: 2-4."""

    def array(self, length: np.ndarray, slope_x: np.ndarray, slope_y: np.ndarray) -> np.ndarray:
        """Return a number."""
        return np.abs(length) * np.sqrt(slope_x**2 + slope_y**2)

    def cell(self, length: Cells, slope_x: Cells, slope_y: Cells) -> str:
        return f"=ABS({length[()]})*SQRT({slope_x[()]}^2+{slope_y[()]}^2)"


class Angle(Equation):
    """The direction of the gradient in degrees, from 0 to 360; 0 where the gradient is 0."""

    def array(self, slope_x: np.ndarray, slope_y: np.ndarray) -> np.ndarray:
        """Return a number."""
        return np.degrees(np.arctan2(slope_y, slope_x)) % 360

    def cell(self, slope_x: Cells, slope_y: Cells) -> str:
        x, y = slope_x[()], slope_y[()]

        def degrees(ratio: str) -> str:
            return f"ACOS(({ratio})/SQRT(1+({ratio})^2))*180/PI()"

        # the smaller slope by the larger one: ACOS is exact around 0 alone, and no square overflows
        flat = f"90-{degrees(f'{y}/{x}')}+IF(SIGN({x})<0,180,IF(SIGN({y})<0,360,0))"
        steep = f"{degrees(f'{x}/{y}')}+IF(SIGN({y})<0,180,0)"
        is_0 = f"ABS(SIGN({x}))+ABS(SIGN({y}))=0"
        return f"=IF({is_0},0,IF(ABS({x})>ABS({y}),{flat},{steep}))"


class GradientDirection(Sentence):
    """Where the gradient points.

    Parameters
    ----------
    points, level : str
        ``{angle}`` stands for the direction in degrees; and what is said where the gradient is 0.
    """

    def __init__(self, points: str, level: str) -> None:
        self.points, self.level = points, level

    def text(self, *, slope_x: float, slope_y: float, angle: float) -> str:
        is_level = slope_x == slope_y == 0
        return (
            self.level if is_level else self.points.format(angle=short_text(np.round(angle, 2), 2))
        )

    def cell(self, slope_x: Cells, slope_y: Cells, angle: Cells) -> str:
        is_level = f"ABS(SIGN({slope_x[()]}))+ABS(SIGN({slope_y[()]}))=0"
        points = filled(self.points, angle=short(f"ROUND({angle[()]},2)", 2))
        return f'=IF({is_level},"{self.level}",{points})'


class Share(Equation):
    """A change as a part of the largest one; 0 where nothing changes.

    Engines take tiny numbers for equal that are not; parts of the largest are no tiny numbers.
    """

    def array(self, change: np.ndarray) -> np.ndarray:
        """Return a number from -1 to 1 for each direction."""
        size = np.abs(change).max()
        return change / size if size else change

    def cell(self, change: Cells) -> str:
        size = _size(change)
        return f"=IF(SIGN({size})=0,0,{change[()]}/{size})"


def _size(change: Cells) -> str:
    """Return the size of the largest change."""
    changes = change.over("direction")[()]
    return f"MAX(MAX({changes}),-MIN({changes}))"


EXACT, ROUNDED = 12, 14
"""To so many digits changes are alike that are as large as the largest one; and so many digits of z
rounding leaves in its changes."""


class Steepest(Sentence):
    """In which of the directions f grows and falls most, by itself and by the inner product.

    Parameters
    ----------
    words : mapping
        What is said: ``choose_step``, ``length`` where there is none, ``tied`` where directions are
        equally steep, or ``steepest``, in which ``{up}`` and ``{down}`` are the directions of the
        largest and the smallest change in degrees, ``{inner_up}`` and ``{inner_down}`` those of the
        inner product.
    degrees : int
        Between two directions.
    """

    roles = (
        *("at", "used", "length", "turn", "change", "change_share", "inner_share"),
        *("function", "z_at"),
    )

    def __init__(self, words: Mapping[str, str], degrees: int) -> None:
        self.words, self.degrees = words, degrees

    def text(  # noqa: PLR0913 -- each is a quantity
        self,
        *,
        at: float,
        used: float,
        length: float,
        turn: np.ndarray,
        change: np.ndarray,
        change_share: np.ndarray,
        inner_share: np.ndarray,
        function: float,
        z_at: float,
    ) -> str:
        if at != used:
            return self.words["choose_step"]
        if length <= 0:
            return self.words["length"]
        noise = (z_at + chosen(function).flattens) / 10**ROUNDED
        size = np.abs(change).max()
        if not (np.isfinite(size + noise) and np.isfinite(inner_share).all()):
            raise ValueError(size)  # there is no largest one
        slack = 1 / 10**EXACT
        rounded = slack + noise / size if size else slack
        most = {
            "up": change_share >= change_share.max() - rounded,
            "down": change_share <= change_share.min() + rounded,
            "inner_up": inner_share >= inner_share.max() - slack,
            "inner_down": inner_share <= inner_share.min() + slack,
        }
        if any(np.count_nonzero(alike) > 1 for alike in most.values()):
            return self.words["tied"]
        degrees = {name: self.degrees * turn[alike][0] for name, alike in most.items()}
        return self.words["steepest"].format(
            **{name: general_text(each) for name, each in degrees.items()}
        )

    def cell(self, **cells: Cells) -> str:
        at, used, length = (cells[name][()] for name in ("at", "used", "length"))
        turns, change, inner = (
            cells[name].over("direction")[()] for name in ("turn", "change_share", "inner_share")
        )
        flat = ",".join(str(int(surface.flattens)) for surface in SURFACES)
        noise = f"({cells['z_at'][()]}+CHOOSE({cells['function'][()]},{flat}))/10^{ROUNDED}"
        exact = f"1/10^{EXACT}"
        rounded = f"({exact}+{noise}/{_size(cells['change'])})"
        most = {
            "up": (change, "MAX", rounded),
            "down": (change, "MIN", rounded),
            "inner_up": (inner, "MAX", exact),
            "inner_down": (inner, "MIN", exact),
        }
        shown = {}
        for name, (column, extreme, _) in most.items():
            first = place_of(f"{extreme}({column})", column, always=True)
            shown[name] = f"({self.degrees}*INDEX({turns},{first}))"
        said = {key: filled(line, **shown) for key, line in self.words.items()}
        alike = ",".join(counted_near(*each) for each in most.values())
        known = f"IF(MAX({alike})>1,{said['tied']},{said['steepest']})"
        is_none = f"MAX({change})*MAX({inner})=0"  # then all are alike
        known = f"IF({is_none},{said['tied']},{known})"
        known = f"IF(SIGN({length})<1,{said['length']},{known})"
        return f"=IF({at}={used},{known},{said['choose_step']})"
