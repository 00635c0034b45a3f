"""Sequences by their recurrences and by their formulas, and sums.   Book: 2-2, 2-3.

Shapes: everything is a number at each place of a sequence.
"""

import numpy as np

from xlnn.quantity import Cells, Equation, Stated

ALIKE = 9
"""Digits of two numbers that are one but for rounding."""

ARITHMETIC = Stated(lambda before, d: before + d, lambda before, d: f"={before[()]}+{d[()]}")
"""a_n+1 = a_n + d.   Book: 2-2."""

GEOMETRIC = Stated(lambda before, r: r * before, lambda before, r: f"={r[()]}*{before[()]}")
"""a_n+1 = r a_n.   Book: 2-2."""

LINEAR = Stated(
    lambda before, p, q: p * before + q,
    lambda before, p, q: f"={p[()]}*{before[()]}+{q[()]}",
)
"""a_n+1 = p a_n + q: both at once.   Book: 2-2."""

ARITHMETIC_TERM = Stated(
    lambda a, n, d: a[0] + (n - 1) * d,
    lambda a, n, d: f"={a.at(0)[()]}+({n[()]}-1)*{d[()]}",
)
"""a_n = a_1 + (n - 1) d.   Book: 2-2."""

GEOMETRIC_TERM = Stated(
    lambda a, n, r: a[0] * r ** (n - 1),
    # 0^0 is 1 to NumPy and an error to a spreadsheet
    lambda a, n, r: f"=IF({n[()]}=1,{a.at(0)[()]},{a.at(0)[()]}*{r[()]}^({n[()]}-1))",
)
"""a_n = a_1 r^(n - 1).   Book: 2-2."""


class Coupled(Equation):
    """One of two sequences that are computed from each other.   Book: 2-2.

    Parameters
    ----------
    which : int
        0 for the first of them, 1 for the second.
    back : bool
        Whether the coefficients are those of the way back: the columns of the matrix in place of
        its rows. The errors of back-propagation take it (book: 4-3).
    """

    def __init__(self, which: int, *, back: bool = False) -> None:
        self.at = [(j, which) if back else (which, j) for j in range(2)]

    def array(self, P: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Return a number."""
        return P[self.at[0]] * one + P[self.at[1]] * other

    def cell(self, P: Cells, one: Cells, other: Cells) -> str:
        """Return the formula of one place."""
        return f"={P[self.at[0]]}*{one[()]}+{P[self.at[1]]}*{other[()]}"


class Ratio(Equation):
    """b_n / a_n: the direction in which the pair lies; 0 where a_n is 0."""

    def array(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return a number for each place."""
        return np.where(a == 0, 0.0, b / np.where(a == 0, 1.0, a))

    def cell(self, a: Cells, b: Cells) -> str:
        """Return the formula of one place."""
        return f"=IF(SIGN({a[()]})=0,0,{b[()]}/{a[()]})"


def across(of_pair: int, of_back: int) -> Equation:
    """Return c a + d b, of one end of the pair on the way there, and one of that on the way back.

    Parameters
    ----------
    of_pair, of_back : int
        0 for the first place, -1 for the last.
    """
    return Stated(
        lambda a, b, c, d: np.asarray(c[of_back] * a[of_pair] + d[of_back] * b[of_pair]),
        lambda a, b, c, d: (
            f"={c.at(of_back)[()]}*{a.at(of_pair)[()]}+{d.at(of_back)[()]}*{b.at(of_pair)[()]}"
        ),
    )


ADDED = Stated(lambda a, b: a + b, lambda a, b: f"={a[()]}+{b[()]}")
"""a_k + b_k."""

MULTIPLIED = Stated(lambda a, by: by * a, lambda a, by: f"={by[()]}*{a[()]}")
"""c a_k."""

COMBINED = Stated(
    lambda a, b, by, and_by: by * a + and_by * b,
    lambda a, b, by, and_by: f"={by[()]}*{a[()]}+{and_by[()]}*{b[()]}",
)
"""c a_k + d b_k; also of two sums."""

TOTAL = Stated(lambda terms: terms.sum(), lambda terms: f"=SUMPRODUCT({terms.over('k')[()]})")
"""The sum of all terms.   Book: 2-3."""


class Same(Equation):
    """1 where two numbers are one to `ALIKE` digits, else 0."""

    coarse = True

    def array(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Return a number."""
        size = np.maximum(np.abs(left), np.abs(right))
        return np.where(np.abs(left - right) <= size / 10.0**ALIKE, 1.0, 0.0)

    def cell(self, left: Cells, right: Cells) -> str:
        """Return the formula."""
        far, size = (
            f"ABS({left[()]}-{right[()]})", f"MAX(ABS({left[()]}),ABS({right[()]}))"
        )  # fmt: skip
        return f"=IF({far}<={size}/10^{ALIKE},1,0)"
