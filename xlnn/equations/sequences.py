"""Sequences by recurrence, coupled pairs, and sums.   Book: 2-2, 2-3."""

import numpy as np

from xlnn.equation import Stated
from xlnn.equations.elementary import LINEAR, PRODUCT, SUM

ALIKE = 9
"""Digits to which two numbers agree that are equal apart from rounding."""

# fmt: off
ADDED = SUM.restated("u", "v", number_format="General")
"""a_n+1 = a_n + d, and a_k + b_k.   Book: 2-2, 2-3."""

MULTIPLIED = PRODUCT.restated("by", "u")
"""a_n+1 = r a_n, and c a_k.   Book: 2-2, 2-3."""

COMBINED = LINEAR.restated("by", "u", "and_by", "v")
"""c a_k + d b_k; also of two sums."""

ARITHMETIC_TERM = Stated(
    lambda arithmetic, n, d: arithmetic[0] + (n - 1) * d,
    "={arithmetic.first}+({n}-1)*{d}", number_format="General")
"""a_n = a_1 + (n - 1) d.   Book: 2-2."""

GEOMETRIC_TERM = Stated(  # 0^0 is 1 to NumPy and an error to a spreadsheet
    lambda geometric, n, r: geometric[0] * r ** (n - 1),
    "=IF({n}=1,{geometric.first},{geometric.first}*{r}^({n}-1))")
"""a_n = a_1 r^(n - 1).   Book: 2-2."""

SAME = Stated(
    lambda left, right: np.where(
        np.abs(left - right) <= np.maximum(np.abs(left), np.abs(right)) / 10.0**ALIKE, 1.0, 0.0),
    f"=IF(ABS({{left}}-{{right}})<=MAX(ABS({{left}}),ABS({{right}}))/10^{ALIKE},1,0)",
    reads_as_stated=True,
    says="1 where two numbers agree to 9 digits, else 0.")


def coupled(*at: tuple[int, int]) -> Stated:
    """Return the equation of one of two coupled sequences, whose coefficients are P[at]."""
    return Stated(
        lambda P, one, other: P[at[0]] * one + P[at[1]] * other,
        lambda P, one, other: f"={P[at[0]]}*{one[()]}+{P[at[1]]}*{other[()]}",
        number_format="General",
        says="One of two sequences that are computed from each other. Book: 2-2.")


def across(of_pair: int, of_back: int) -> Stated:
    """Return c a + d b of two pairs of sequences, at the end 0 or -1 of each pair.

    Parameters
    ----------
    of_pair : int
        The end of the sequences a and b.
    of_back : int
        The end of the sequences c and d.
    """
    return Stated(
        lambda a, b, c, d_back: c[of_back] * a[of_pair] + d_back[of_back] * b[of_pair],
        lambda a, b, c, d_back: (
            f"={c.at(of_back)[()]}*{a.at(of_pair)[()]}+{d_back.at(of_back)[()]}*{b.at(of_pair)[()]}"
        ),
        number_format="General")
