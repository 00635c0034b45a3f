"""Attention among the positions of a sequence, forward and backward.

Each position is a row of a matrix, so that x has the shape (positions, numbers) in each sequence.
A. Vaswani et al., Attention is all you need, NeurIPS 2017, arXiv:1706.03762: scaled dot-product
attention (equation 1, section 3.2.1), its mask (3.2.3), a block with residuals (3.1) and a
feed-forward layer (3.3), positional encoding (3.5), embeddings times √d (3.4). Answers are chosen
by a softmax, and numbered from 1. J. L. Ba, J. R. Kiros and G. E. Hinton, Layer normalization,
arXiv:1607.06450, equation 4, of each position.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from xlnn.equation import Cells, Stated
from xlnn.equations import units
from xlnn.equations.dense import written_sum
from xlnn.quantity import Quantity
from xlnn.slices import Slice, a_column, largest_of, largest_unit, of_vectors, product

__all__ = [
    "BIAS_SLOPE", "COST", "ERROR", "EXP", "GAIN_SLOPE", "LOOK_UP", "MASKED", "MEAN", "MIX_BACK",
    "NORMAL", "NORMAL_BACK", "PROJECT", "RELU_BACK", "SCORE", "SCORE_ERROR", "SHARE", "SLOPE",
    "SPREAD", "TOTAL", "block", "block_back", "encoding", "head", "head_back", "hit",
    "look_up_slope", "position",
]  # fmt: skip

SOURCE, NORM = "Vaswani et al. 2017, ", "Ba et al. 2016, (4)"

PROJECT, EXP, SHARE, TOTAL = units.PROJECT, units.EXP, units.SHARE, units.total("row")
"""The product of each position with the same weights; the exponentials of a softmax, and the shares
of `MASKED` or of these; the sum of the costs."""


def encoding(positions: int, numbers: int) -> Stated:
    """Return PE(pos, 2i) = sin(pos / 10000^(2i/d)) and PE(pos, 2i + 1) = cos of the same.

    >>> encoding(2, 4)
    Stated()
    """
    pos, k = np.mgrid[:positions, :numbers]
    angle = pos / 10000 ** ((k - k % 2) / numbers)
    return Stated(
        lambda: np.where(k % 2, np.cos(angle), np.sin(angle)),
        lambda t, k: f"={('SIN', 'COS')[k % 2]}({t}/10000^({k - k % 2}/{numbers}))",
        usage=f"→ ({positions}, {numbers})",
    )


SCORE = Stated(
    lambda Q, K: Q @ K.swapaxes(-1, -2) / Q.shape[-1] ** 0.5,
    lambda i, j, Q, K: f"=SUMPRODUCT({Q[i, :]},{K[j, :]})/SQRT({Q.shape[1]})",
    usage="Q (row; p, n), K (row; p, n) → (row; p, p): How well the query of a position fits "
    "the key of another.",
    block=lambda Q, K: f"=MMULT({Q},TRANSPOSE({K}))/SQRT({Q.shape[0]})",
    block_of="sample",
)


def _earlier(Z: np.ndarray) -> np.ndarray:
    """Return 1 for a position and those before it, and 0 for later ones."""
    return np.tri(Z.shape[-1])


def _masked(Z: Slice) -> str:
    """Return the array formula of a sequence; the first score takes the place of later ones."""
    first, *others = Z.units
    rows = Z.row_numbers
    known = [f"IF({rows}>={n},{unit},{first})" for n, unit in enumerate(others, start=2)]
    largest = largest_of([first, *known], [first, *known])
    return f"=IF({rows}>={Z.column_numbers},EXP({Z}-{largest}),0)"


MASKED = Stated(  # later positions get e^-inf = 0; the largest score is taken off, so that exp fits
    lambda Z: (
        _earlier(Z)
        * np.exp(_earlier(Z) * (Z - np.where(_earlier(Z), Z, -np.inf).max(-1)[..., None]))
    ),
    lambda i, j, Z: f"=EXP({Z[i, j]}-MAX({Z[i, : i + 1]}))" if j <= i else "=0",
    usage="Z (row; p, p) → (row; p, p): exp(Z - max Z) of a position and those before it, 0 of "
    "later ones.",
    block=_masked,
    block_of="sample",
)

MIX_BACK = Stated(
    lambda a, b: a.swapaxes(-1, -2) @ b,
    lambda j, k, a, b: "=" + written_sum([f"{a[i, j]}*{b[i, k]}" for i in range(a.shape[0])]),
    usage="a (row; p, q), b (row; p, n) → (row; q, n): a transposed, times b: the error of "
    "keys and of values.",
    block="=MMULT(TRANSPOSE({a}),{b})",
    block_of="sample",
)


def _of_target(z: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return the entry of each position's target."""
    number = np.clip(t, 1, z.shape[-1]).astype(int)
    return np.take_along_axis(z, number[..., None] - 1, -1)[..., 0]


def _is_target(z: Slice, t: Slice) -> str:
    """Return 1 at the target of each position, else 0, as a matrix like z."""
    return f"IF({a_column(t)}={of_vectors(z).column_numbers},1,0)"


COST = Stated(
    lambda z, u, t: np.log(u.sum(-1)) + z.max(-1) - _of_target(z, t),
    lambda i, z, u, t: f"=LN(SUM({u[i, :]}))+MAX({z[i, :]})-INDEX({z[i, :]},1,{t[i]})",
    usage="z (row; p, v), u (row; p, v), t (row; p) from 1 to v → (row; p): -ln of the "
    "probability of the target, with u = exp(z - max z).",
    block=lambda z, u, t: (
        f"=LN({u.row_sums})+{largest_unit(z)}-{z.sum_rows(f'{z}*{_is_target(z, t)}')}"
    ),
)
ERROR = Stated(
    lambda p, t: p - (t[..., None] == np.arange(1, p.shape[-1] + 1)),
    lambda i, k, p, t: f"={p[i, k]}-IF({t[i]}={k + 1},1,0)",
    usage="p (row; q, v), t (row; q) from 1 to v → (row; q, v): p, less 1 at the target: how "
    "fast `COST` changes with z.",
    block=lambda p, t: f"={p}-{_is_target(p, t)}",
)


def hit(least: float) -> Stated:
    """Return 1 where the target has a probability above the least, else 0.

    >>> hit(0.5)
    Stated(p, t)
    """
    return Stated(
        lambda p, t: (_of_target(p, t) > least) * 1.0,
        lambda i, p, t: f"=IF(INDEX({p[i, :]},1,{t[i]})>{least},1,0)",
        reads_as_stated=True,
        discontinuous=True,
        usage="p (row; q, v), t (row; q) from 1 to v → (row; q)",
        block=lambda p, t: f"=IF({p.sum_rows(f'{p}*{_is_target(p, t)}')}>{least},1,0)",
    )


SCORE_ERROR = Stated(
    lambda A, do, V, o: (
        A * (do @ V.swapaxes(-1, -2) - (do * o).sum(-1)[..., None]) / V.shape[-1] ** 0.5
    ),
    lambda i, j, A, do, V, o: (
        f"={A[i, j]}*(SUMPRODUCT({do[i, :]},{V[j, :]})-SUMPRODUCT({do[i, :]},{o[i, :]}))"
        f"/SQRT({V.shape[1]})"
    ),
    usage="A (row; p, p), do (row; p, n), V (row; p, n), o (row; p, n) → (row; p, p): Back "
    "through the softmax and the square root.",
    block=lambda A, do, V, o: (
        f"={A}*(MMULT({do},TRANSPOSE({V}))-{do.sum_rows(f'{do}*{o}')})/SQRT({V.shape[0]})"
    ),
    block_of="sample",
)


def _summed(positions: Cells, term: Callable[[int], str]) -> str:
    """Return the sum of a term over the positions of errors."""
    return written_sum([term(t) for t in range(positions.shape[0])])


SLOPE = Stated(
    lambda d, a: np.einsum("rtk,rti->ki", d, a),
    lambda k, i, d, a: (
        "=" + _summed(d, lambda t: f"SUMPRODUCT({d.over('row')[t, k]},{a.over('row')[t, i]})")
    ),
    usage="d (row; p, m), a (row; p, n) → (m, n): The gradient of weights: errors times their "
    "inputs, summed over rows and positions.",
    block=lambda d, a: f"=MMULT(TRANSPOSE({of_vectors(d, a)}),{a})",
)

GAIN_SLOPE = Stated(
    lambda d, a: (d * a).sum((0, 1)),
    lambda k, d, a: (
        "=" + _summed(d, lambda t: f"SUMPRODUCT({d.over('row')[t, k]},{a.over('row')[t, k]})")
    ),
    usage="d (row; p, n), a (row; p, n) → (n): The gradient of the gain of a layer normalisation.",
    block=lambda d, a: f"={of_vectors(d, a).sum_columns(f'{d}*{a}')}",
)
BIAS_SLOPE = Stated(
    lambda d: d.sum((0, 1)),
    lambda k, d: "=" + _summed(d, lambda t: f"SUM({d.over('row')[t, k]})"),
    usage="d (row; p, n) → (n): The gradient of biases.",
    block=lambda d: f"={of_vectors(d).column_sums}",
)

LOOK_UP = Stated(
    lambda E, s, PE: E[np.clip(s, 1, len(E)).astype(int) - 1] * E.shape[1] ** 0.5 + PE,
    lambda t, k, E, s, PE: "=CHOOSE({},{})*SQRT({})+{}".format(
        s[t], ",".join(E[v, k] for v in range(E.shape[0])), E.shape[1], PE[t, k]
    ),
    usage="E (v, n), s (row; p) from 1 to v, PE (p, n) → (row; p, n): The embedding E of each "
    "symbol s, times √d, and where it stands.",
    block=lambda E, s, PE: (
        f"=MMULT(IF({a_column(s)}=TRANSPOSE({E.row_numbers}),1,0),{E})*SQRT({E.shape[1]})+{PE}"
    ),
    block_of="sample",
)


def look_up_slope(symbols: int) -> Stated:
    """Return the gradient of an embedding: of each symbol, the sum over all places where it is.

    >>> look_up_slope(3)
    Stated(d, s)
    """
    return Stated(
        lambda d, s: (
            np.array([d[s == v].sum(0) for v in range(1, symbols + 1)]) * d.shape[-1] ** 0.5
        ),
        lambda v, k, d, s: "=SQRT({})*({})".format(
            d.shape[1],
            _summed(d, lambda t: f"SUMIF({s.over('row')[t]},{v + 1},{d.over('row')[t, k]})"),
        ),
        usage=f"d (row; p, n), s (row; p) from 1 to {symbols} → ({symbols}, n)",
        block=lambda d, s, own: (
            f"=SQRT({d.shape[0]})*"
            f"MMULT(IF({own.row_numbers}=TRANSPOSE({a_column(s)}),1,0),{of_vectors(d)})"
        ),
    )


EPSILON = 1e-5
"""The ε of the layer normalisation."""

MEAN = Stated(
    lambda r: r.mean(-1),
    lambda t, r: f"=AVERAGE({r[t, :]})",
    usage="r (row; p, n) → (row; p): The mean of each position.",
    block=lambda r: f"={of_vectors(r).row_sums}/{r.shape[0]}",
)
SPREAD = Stated(  # divided by d, as the variance of a population is, and not by d - 1
    lambda r, m: np.sqrt(((r - m[..., None]) ** 2).sum(-1) / r.shape[-1] + EPSILON),
    lambda t, r, m: "=SQRT(SUMSQ({})/{}+1/{})".format(
        ",".join(f"{r[t, k]}-{m[t]}" for k in range(r.shape[1])), r.shape[1], round(1 / EPSILON)
    ),
    usage="r (row; p, n), m (row; p) → (row; p): The root of the variance of each position plus ε.",
    block=lambda r, m: "=SQRT({}/{}+1/{})".format(
        of_vectors(r).sum_rows(f"({r}-{a_column(m)})*({r}-{m})"), r.shape[0], round(1 / EPSILON)
    ),
)
NORMAL = Stated(
    lambda r, m, s: (r - m[..., None]) / s[..., None],
    lambda t, k, r, m, s: f"=({r[t, k]}-{m[t]})/{s[t]}",
    usage="r (row; p, n), m (row; p), s (row; p) → (row; p, n): (r - m) / s.",
)
NORMAL_BACK = Stated(  # with d = ∂C/∂n: (d - mean d - n mean (n d)) / s
    lambda dy, g, n, s: (
        (dy * g - (dy * g).mean(-1)[..., None] - n * (n * dy * g).mean(-1)[..., None])
        / s[..., None]
    ),
    lambda t, k, dy, g, n, s: (
        f"=({dy[t, k]}*{g[k]}-SUMPRODUCT({dy[t, :]},{g[:]})/{n.shape[1]}"
        f"-{n[t, k]}*SUMPRODUCT({n[t, :]},{dy[t, :]},{g[:]})/{n.shape[1]})/{s[t]}"
    ),
    usage="dy (row; p, n), g (n), n (row; p, n), s (row; p) → (row; p, n): Back through "
    "`NORMAL`: mean and spread depend on r as well.",
    block=lambda dy, g, n, s: (
        f"=({dy}*{g}-{of_vectors(n).sum_rows(f'{dy}*{g}')}/{n.shape[0]}"
        f"-{n}*{n.sum_rows(f'{n}*{dy}*{g}')}/{n.shape[0]})/{a_column(s)}"
    ),
)
RELU_BACK = Stated(  # the mask is that of h, what the ReLU receives
    lambda a, b, h: (a @ b) * (np.round(np.clip(h, 0, 1), 12) > 0),
    lambda i, k, a, b, h: (
        f"=IF(ROUND(MIN(1,MAX(0,{h[i, k]})),12)>0,1,0)"
        f"*({written_sum([f'{a[i, j]}*{b[j, k]}' for j in range(a.shape[1])])})"
    ),
    reads_as_stated=True,
    discontinuous=True,
    usage="a (row; p, m), b (m, n), h (row; p, n) → (row; p, n): Back through weights b and a "
    "relu that receives h.",
    block=lambda a, b, h: f"=IF({h}>0.5/10^12,1,0)*{product(a, b)}",
)


# fmt: off
def position(positions: int, numbers: int) -> Quantity:
    """Return the positional encoding PE."""
    return Quantity(
        "PE", title="positional encoding", shape=(positions, numbers), role="forward",
        equation=encoding(positions, numbers), source=SOURCE + "3.5",
        meaning="where a symbol stands; sin and cos of a pair share the exponent 2i/d",
        written="sin(pos / 10000^(2i/d)), cos(pos / 10000^(2i/d))")


def head(each: Callable[..., Quantity], positions: int) -> Iterator[Quantity]:
    """Yield a causal head of self-attention: from its input x to o, what it takes from there.

    Parameters
    ----------
    each : function
        Returns a quantity (positions, numbers) of a name and fields: a ``partial`` of `Quantity`.
    positions : int

    >>> [q.name for q in head(partial(Quantity, shape=(5, 3)), 5)]
    ['Q', 'K', 'V', 'Z', 'S', 'A', 'o']
    """
    each = partial(each, has_positions=True)
    square = partial(each, shape=(positions, positions))
    for name, title, meaning in (("Q", "query", "what a position looks for"),
                                 ("K", "key", "what a position offers"),
                                 ("V", "value", "what it hands on")):
        W = f"W{name.lower()}"
        yield each(name, title=title, equation=PROJECT, uses={"W": W}, source=SOURCE + "(1)",
                   meaning=meaning, written=f"{name} = x {W}ᵀ")
    yield square("Z", title="score", equation=SCORE, source=SOURCE + "(1)",
                 meaning="how well a query fits a key; by √d, so that scores do not grow with d",
                 written="Z = Q Kᵀ / √d")
    yield square("S", title="exp, masked", equation=MASKED, source=SOURCE + "3.2.3",
                 meaning="0 for later positions: masked before the softmax, so that each row still "
                 "sums to 1", written="S = exp(Z − max Z), 0 if j > i")
    yield square("A", title="attention", equation=SHARE, source=SOURCE + "(1)",
                 meaning="how much each position takes from each",
                 written="A = softmax(Z) = S / Σ S")
    yield each("o", title="what is taken", equation=units.Back(("A", "V")), source=SOURCE + "(1)",
               meaning="the mixture of values", written="o = A V")


def head_back(each: Callable[..., Quantity], positions: int) -> Iterator[Quantity]:
    """Yield the errors of its scores, queries, keys and values, from those of o, ``do``.

    >>> [q.name for q in head_back(partial(Quantity, shape=(5, 3)), 5)]
    ['dZ', 'dQ', 'dK', 'dV']
    """
    back = partial(each, role="backward", has_positions=True)
    yield back("dZ", title="error of the score", symbol="∂Z{}", equation=SCORE_ERROR,
               shape=(positions, positions), written="∂C/∂Zᵢⱼ = Aᵢⱼ ∂C/∂oᵢ · (Vⱼ − oᵢ) / √d",
               meaning="through softmax and √d; 0 where A is 0: the mask needs no rule of its own")
    yield back("dQ", title="error of the query", symbol="∂Q{}", equation=units.Back(("dZ", "K")))
    yield back("dK", title="error of the key", symbol="∂K{}", equation=MIX_BACK,
               uses={"a": "dZ", "b": "Q"})
    yield back("dV", title="error of the value", symbol="∂V{}", equation=MIX_BACK,
               uses={"a": "A", "b": "do"}, meaning="from all positions that took it",
               written="∂C/∂V = Aᵀ ∂C/∂o")


def block(each: Callable[..., Quantity], positions: int, hidden: int) -> Iterator[Quantity]:
    """Yield a block of a transformer: a head and a feed-forward layer, from x to y2.

    Beside each the input goes on, and a layer normalisation follows.

    Parameters
    ----------
    each : function
        As for `head`.
    positions : int
    hidden : int
        The units of the feed-forward layer.

    >>> [q.name for q in block(partial(Quantity, shape=(5, 3)), 5, 8)][7:]
    ['taken', 'r1', 'm1', 's1', 'n1', 'y1', 'h', 'active', 'f', 'r2', 'm2', 's2', 'n2', 'y2']
    """
    each = partial(each, has_positions=True)
    mean, wide = partial(each, shape=(positions,)), partial(each, shape=(positions, hidden))
    yield from head(each, positions)
    yield each("taken", title="output of attention", equation=PROJECT.of("Wo", "o"), symbol="u{}")
    yield each("r1", title="residual 1", equation=units.SUM.of("x", "taken"), source=SOURCE + "3.1",
               meaning="the input goes on beside it", written="r₁ = x + A V Woᵀ")
    yield mean("m1", title="mean 1", equation=MEAN.of("r1"))
    yield mean("s1", title="spread 1", equation=SPREAD.of("r1", "m1"), source=NORM,
               meaning="of the numbers of one position: the variance divides by d, and ε stands "
               "inside the root", written="s = √(Σ(r − m)²/d + ε)")
    yield each("n1", title="normalised 1", equation=NORMAL.of("r1", "m1", "s1"))
    yield each("y1", title="layer norm 1", equation=units.LINE.of("n1", "g1", "b1"), source=NORM,
               meaning="with mean b and spread g, whatever the size of r",
               written="y = g (r − m)/s + b")
    yield wide("h", title="feed-forward", equation=units.DENSE.of("W1", "y1", "c1"),
               meaning="a dense layer for each position, of y₁ and not of A",
               written="h = y₁ W₁ᵀ + c₁", source=SOURCE + "(2)")
    yield wide("active", title="relu", equation=units.RELU.of("h"), symbol="h⁺{}")
    yield each("f", title="feed-forward, out", equation=units.DENSE.of("W2", "active", "c2"))
    yield each("r2", title="residual 2", equation=units.SUM.of("y1", "f"))
    yield mean("m2", title="mean 2", equation=MEAN.of("r2"))
    yield mean("s2", title="spread 2", equation=SPREAD.of("r2", "m2"))
    yield each("n2", title="normalised 2", equation=NORMAL.of("r2", "m2", "s2"))
    yield each("y2", title="layer norm 2", equation=units.LINE.of("n2", "g2", "b2"))


def block_back(each: Callable[..., Quantity], positions: int, hidden: int) -> Iterator[Quantity]:
    """Yield the errors in a block, from that of y2, ``dy2``, back to that of x, ``dx``.

    >>> [q.name for q in block_back(partial(Quantity, shape=(5, 3)), 5, 8)][:5]
    ['dr2', 'dh', 'dy1', 'dr1', 'do']
    """
    back = partial(each, role="backward", has_positions=True)
    yield back("dr2", title="error of r2", equation=NORMAL_BACK.of("dy2", "g2", "n2", "s2"),
               symbol="∂r2{}", meaning="mean and spread depend on r as well",
               written="(d − mean d − n mean(n d)) / s, d = g ∂C/∂y")
    yield back("dh", title="error of h", equation=RELU_BACK.of("dr2", "W2"), symbol="∂h{}",
               shape=(positions, hidden), written="(∂C/∂r₂ W₂) · (h > 0)",
               meaning="0 where h is not above 0: the mask is that of h")
    yield back("dy1", title="error of y1", equation=units.Back(("dh", "W1"), plus="dr2"),
               symbol="∂y1{}", meaning="by the residual and by the feed-forward layer",
               written="∂C/∂r₂ + ∂C/∂h W₁")
    yield back("dr1", title="error of r1", equation=NORMAL_BACK.of("dy1", "g1", "n1", "s1"),
               symbol="∂r1{}")
    yield back("do", title="error of o", equation=units.Back(("dr1", "Wo")), symbol="∂o{}")
    yield from head_back(each, positions)
    through = (("dQ", "Wq"), ("dK", "Wk"), ("dV", "Wv"))
    yield back("dx", title="error of x", equation=units.Back(*through, plus="dr1"),
               symbol="∂x{}", meaning="by the residual, Q, K and V",
               written="∂C/∂r₁ + ∂Q Wq + ∂K Wk + ∂V Wv")
# fmt: on
