"""Letters as numbers from 1: one-hot rows, the letter before, the cost, and drawing a letter.

Each place of a name is a row of a matrix, as in `xlnn.equations.attention`.
"""

import numpy as np

from xlnn.equation import Cells, Choice, Stated
from xlnn.equations.activation import LARGEST
from xlnn.slices import Slice, a_column, of_vectors

__all__ = ["BEFORE", "COST", "DRAWN", "EXP", "one_hot"]

BEFORE = Stated(
    lambda t: np.insert(t[..., :-1], 0, 1.0, axis=-1),
    lambda p, t: f"={t[p - 1]}" if p else "=1",
    reads_as_stated=True,
    number_format="0",
    usage="t (row; p) → (row; p): The number before, and 1 before the first.",
)


def one_hot(numbers: int, places: int) -> Stated:
    """Return one-hot rows: a 1 in the column of the number, and a 1 in the column of its place.

    The columns of the places follow those of the numbers.

    >>> one_hot(3, 2)
    Stated(s)
    """

    def array(s: np.ndarray) -> np.ndarray:
        digits = np.zeros((*s.shape, numbers + places))
        digits[..., :numbers] = s[..., None] == np.arange(1, numbers + 1)
        digits[..., numbers:] = np.eye(places)
        return digits

    def cell(p: int, k: int, s: Cells) -> str:
        return f"=IF({s[p]}={k + 1},1,0)" if k < numbers else f"={int(k == numbers + p)}"

    def block(s: Slice, own: Slice) -> str:
        k = own.column_numbers
        return f"=IF({a_column(s)}={k},1,0)+IF({own.row_numbers}+{numbers}={k},1,0)"

    return Stated(
        array, cell, reads_as_stated=True, discontinuous=True, number_format="0",
        block=block, block_of="sample",
        usage=f"s (row; {places}) from 1 to {numbers} → (row; {places}, {numbers + places})",
    )  # fmt: skip


EXP = Stated(
    lambda z: np.exp(np.minimum(z, LARGEST)),
    f"=EXP(IF({{z}}>{LARGEST},{LARGEST},{{z}}))",
    usage="z (row; n) → (row; n): e^z, of which `SHARE` makes a softmax; a number above "
    f"{LARGEST} counts as {LARGEST}, so that it fits.",
)


def _at(z: np.ndarray, t: np.ndarray) -> np.ndarray:
    number = np.clip(t, 1, z.shape[-1]).astype(int)
    return np.take_along_axis(z, number[..., None] - 1, -1)[..., 0]


COST = Stated(
    lambda z, u, t: np.log(u.sum(-1)) - _at(z, t),
    lambda i, z, u, t: f"=LN(SUM({u[i, :]}))-INDEX({z[i, :]},1,{t[i]})",
    block=lambda z, u, t: "=LN({})-{}".format(
        u.row_sums, z.sum_rows(f"{z}*IF({a_column(t)}={of_vectors(z).column_numbers},1,0)")
    ),
    usage="z (row; p, n), u (row; p, n), t (row; p) from 1 to n → (row; p): -ln of the probability "
    "of the target, with u = exp z.",
)


def _sums(p: Cells, i: int) -> list[str]:
    return [f"SUM({p[i, : k + 1]})" for k in range(p.shape[1] - 1)]


DRAWN = Choice(
    lambda p, r: 1.0 + (p.cumsum(-1)[..., :-1] < r[..., None]).sum(-1),
    lambda i, p, r: "=1+" + "+".join(f"IF({total}<{r[i]},1,0)" for total in _sums(p, i)),
    block=lambda p, r: "=1+{}".format(
        p.sum_rows(
            f"IF(MMULT({of_vectors(p)},IF(TRANSPOSE({p.column_numbers})<={p.column_numbers},1,0))"
            f"<{a_column(r)},1,0)*IF({p.column_numbers}<{p.shape[0]},1,0)"
        )
    ),
    usage="p (row; q, n), r (row; q) → (row; q): The number drawn by r: each number has a part of "
    "the range from 0 to 1 that is as large as its probability, and r falls into one of them.",
)
