"""The cost of a neuron on a grid of weights w1 and w2, for two cost functions.   Book: 3-4.

A formula holds all rows of the data: there is no cell for each z, a and C of each pair of weights.
"""

import numpy as np

from xlnn.equations.dense import counted_near, place_of
from xlnn.equations.neuron import DIGITS, steadied, steady
from xlnn.equations.number import fixed, fixed_text, short, short_text
from xlnn.equations.wording import filled
from xlnn.quantity import Cells, Equation, Sentence, Stated

FLAT = 300
"""From a z of minus this down the sigmoid is 0 to 130 digits, and its square still a number:
LibreOffice has none for a power below 1e-308."""

MANY = 10**12
"""More times than can be told from no slope at all."""

POINT = Stated(lambda i: i[:, np.newaxis] * 0.4, lambda _, i: f"={i[()]}*0.4")
"""The z of a point of the curves, in the shape of a layer of one unit."""

SQUARED = Stated(lambda t, a: ((t - a) ** 2)[..., 0] / 2, lambda t, a: f"=SUMSQ({t[0]}-{a[0]})/2")
"""C = 1/2 (t - a)^2, of one output.   Book: 3-3, 3-4."""

TIMES = Stated(
    lambda slope: np.divide(1, slope, out=np.zeros_like(slope), where=slope > 0)[..., 0],
    lambda slope: f"=IF(SIGN({slope[0]})>0,1/{slope[0]},0)",
)
"""How many times the delta of the squared error that of the cross-entropy is; 0 where the sigmoid
has no slope that a number could hold."""


class Weights(Equation):
    """The weights of the grid: around the middle, at equal distances.

    Parameters
    ----------
    which : int
        0 for w1, 1 for w2.
    size : int
        How many there are.
    """

    def __init__(self, which: int, size: int) -> None:
        self.which, self.size = which, size

    def array(self, middle: np.ndarray, between: np.ndarray) -> np.ndarray:
        """Return the weights, shape (size)."""
        return steady(middle[self.which] + (np.arange(self.size) - self.size // 2) * between)

    def cell(self, i: int, middle: Cells, between: Cells) -> str:
        """Return the formula of one weight."""
        return "=" + steadied(f"({middle[self.which]}+({i - self.size // 2})*{between[()]})")


class CostOnGrid(Equation):
    """C_T of one neuron with a sigmoid, over all rows, at each pair of weights.   Book: 3-3, 3-4.

    Parameters
    ----------
    rows : int
    cost : str
        ``squared`` or ``cross-entropy``, which is stated as
        `xlnn.equations.cost.CrossEntropy` is.
    """

    def __init__(self, rows: int, cost: str) -> None:
        self.rows, self.cost = rows, cost

    def array(
        self, w1: np.ndarray, w2: np.ndarray, b: np.ndarray, x: np.ndarray, target: np.ndarray
    ) -> np.ndarray:
        """Return the costs, shape (w2, w1)."""
        z = w1[:, np.newaxis] * x[:, 0] + (w2[:, np.newaxis] * x[:, 1])[:, np.newaxis] + b
        if self.cost == "squared":
            a = 1 / (1 + np.exp(np.minimum(FLAT, -z)))
            return ((target - a) ** 2).sum(axis=-1) / 2
        return (np.maximum(z, 0) - target * z + np.log(1 + np.exp(-np.abs(z)))).sum(axis=-1)

    def cell(self, *at: int, w1: Cells, w2: Cells, b: Cells, x: Cells, target: Cells) -> str:
        """Return the formula of one pair of weights."""
        i, j = at

        def cost(row: int) -> str:
            z, t = f"({w1[j]}*{x[row, 0]}+{w2[i]}*{x[row, 1]}+{b[()]})", target[row]
            if self.cost == "squared":
                return f"({t}-1/(1+EXP(MIN({FLAT},-{z}))))^2"
            return f"MAX({z},0)-{t}*{z}+LN(1+EXP(-ABS({z})))"

        total = "+".join(map(cost, range(self.rows)))
        return f"=({total})/2" if self.cost == "squared" else f"={total}"


class LeastAlong(Equation):
    """The least C_T at each w1, or at each w2: what the valley looks like from its side.

    Parameters
    ----------
    axis : int
        0 for the least of each column, 1 for that of each row.
    """

    def __init__(self, axis: int) -> None:
        self.axis = axis

    def array(self, C_T: np.ndarray) -> np.ndarray:
        """Return the costs, shape (weights)."""
        return C_T.min(axis=self.axis)

    def cell(self, i: int, C_T: Cells) -> str:
        """Return the formula of one weight."""
        return f"=MIN({C_T[i, :] if self.axis else C_T[:, i]})"


class Lowest(Sentence):
    """Where on the grid C_T is least, if it is least at one point.

    Parameters
    ----------
    words : (str, str, str)
        That one point is lowest, at ``{w1}`` and ``{w2}``; that ``{count}`` points are; and that
        all are. ``{C_T}`` is the least of C_T.
    """

    def __init__(self, words: tuple[str, str, str]) -> None:
        self.words = words

    def text(
        self,
        *,
        w1: np.ndarray,
        w2: np.ndarray,
        C_T: np.ndarray,
        low_w1: np.ndarray,
        low_w2: np.ndarray,
    ) -> str:
        """Return the text."""
        one, several, every = self.words
        least = low_w1.min()
        count = (C_T - least <= max(1, abs(least)) / 10**12).sum()
        line = one if count == 1 else every if count == C_T.size else several
        return line.format(
            C_T=fixed_text(least, 4),
            count=count,
            w1=short_text(w1[low_w1.argmin()]),
            w2=short_text(w2[low_w2.argmin()]),
        )

    def cell(self, w1: Cells, w2: Cells, C_T: Cells, low_w1: Cells, low_w2: Cells) -> str:
        """Return the formula."""

        def at(weights: Cells, low: Cells) -> str:
            found = place_of(f"MIN({low[:]})", low[:], always=True)
            # w2 stand below each other, and w1 side by side
            place = f"{found},1" if weights is w2 else f"1,{found}"
            return short(f"INDEX({weights[:]},{place})")

        least = f"MIN({low_w1[:]})"
        count = counted_near(C_T[...], "MIN", f"MAX(1,ABS({least}))/10^12")
        shown = {"C_T": fixed(least, 4), "count": count}
        shown |= {"w1": at(w1, low_w1), "w2": at(w2, low_w2)}
        one, several, every = (filled(line, **shown) for line in self.words)
        points = C_T.shape[0] * C_T.shape[1]
        return f"=IF({count}=1,{one},IF({count}={points},{every},{several}))"


class WhichLearns(Sentence):
    """What both deltas are at the chosen z.

    Parameters
    ----------
    words : (str, str, str)
        ``{z}``, ``{a}``, ``{t}``, ``{delta_sq}``, ``{delta_ce}`` and ``{times}`` stand for
        numbers; where the sigmoid is flat; and where the output has reached its target.
    """

    roles = ("z", "a", "t", "delta_sq", "delta_ce", "times")

    def __init__(self, words: tuple[str, str, str]) -> None:
        self.words = words

    def text(self, *, times: float, **numbers: np.ndarray) -> str:
        """Return the text."""
        said, flat, reached = self.words
        shown = {name: short_text(each[0]) for name, each in numbers.items()}
        shown["times"] = short_text(min(times, MANY), 1)
        line = said if 0 < times <= MANY else flat
        line = reached if abs(numbers["delta_ce"][0]) < 0.5 / 10**DIGITS else line
        return line.format(**shown)

    def cell(self, times: Cells, **cells: Cells) -> str:
        """Return the formula."""
        shown = {name: short(cell[0]) for name, cell in cells.items()}
        shown["times"] = short(f"MIN({times[()]},10^12)", 1)
        said, flat, reached = (filled(line, **shown) for line in self.words)
        learns = f"IF(AND({times[()]}>0,{times[()]}<=10^12),{said},{flat})"
        return f"=IF(ABS({cells['delta_ce'][0]})<0.5/10^{DIGITS},{reached},{learns})"


class FarFromTarget(Sentence):
    """How many outputs of each unit are farther than 0.1 from its target, by more than rounding.

    Parameters
    ----------
    words : str
        ``{squared}`` and ``{cross}`` stand for how many.
    """

    def __init__(self, words: str) -> None:
        self.words = words

    def text(self, *, t: np.ndarray, a_sq: np.ndarray, a_ce: np.ndarray) -> str:
        """Return the text."""
        far = 0.1 + 1 / 10**12
        squared, cross = ((np.abs(a[:, 0] - t[0]) > far).sum() for a in (a_sq, a_ce))
        return self.words.format(squared=squared, cross=cross)

    def cell(self, t: Cells, a_sq: Cells, a_ce: Cells) -> str:
        """Return the formula."""

        def far(a: Cells) -> str:
            every, target = a.over("time")[0], t[0]
            above = f'COUNTIF({every},">"&ROUND({target}+0.1,12)+1/10^12)'
            below = f'COUNTIF({every},"<"&ROUND({target}-0.1,12)-1/10^12)'
            return f"({above}+{below})"

        return "=" + filled(self.words, squared=far(a_sq), cross=far(a_ce))
