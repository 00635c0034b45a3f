"""One head of causal self-attention trains Wq, Wk and Wv (Vaswani et al. 2017, section 3.2.1)."""

import numpy as np

from xlnn import Axis, Model, Quantity, Stated, previous, workbook

T, D, MASK = 4, 2, np.where(np.tri(4), 0, -np.inf)  # positions, numbers of each, the causal mask
state, epoch, row = Axis("epoch", 21, "up", counts_from=0), Axis("epoch", 20, "up"), Axis("row", 3)

project = Stated(lambda W, x: x @ W.T, lambda t, k, W, x: f"=SUMPRODUCT({x[t, :]},{W[k, :]})")
Z = Stated(lambda Q, K: Q @ K.swapaxes(1, 2) / D**0.5,
           lambda i, j, Q, K: f"=SUMPRODUCT({Q[i, :]},{K[j, :]})/SQRT({D})")
S = Stated(lambda Z: np.exp(Z + MASK - (Z + MASK).max(2)[..., None]),
           lambda i, j, Z: f"=EXP({Z[i, j]}-MAX({Z[i, :i + 1]}))" if j <= i else "=0")
A = Stated(lambda S: S / S.sum(2)[..., None], lambda i, j, S: f"={S[i, j]}/SUM({S[i, :]})")
e = Stated(lambda o, t: o - t, lambda i, k, o, t: f"={o[i, k]}-{t[i, k]}")
cost = Stated(lambda e: (e**2).sum() / 2, lambda e: f"=SUMSQ({e.over('row')[...]})/2")
back = Stated(lambda A, e, V, o: A * (e @ V.swapaxes(1, 2) - (e * o).sum(2)[..., None]) / D**0.5,
              lambda i, j, A, e, V, o:
              f"={A[i, j]}*SUMPRODUCT({e[i, :]},{V[j, :]}-{o[i, :]})/SQRT({D})")
rows = Stated(lambda a, b: a @ b, lambda i, k, a, b: "=" + "+".join(
              f"{a[i, j]}*{b[j, k]}" for j in range(T)))
columns = Stated(lambda a, b: a.swapaxes(1, 2) @ b, lambda j, k, a, b: "=" + "+".join(
                 f"{a[i, j]}*{b[i, k]}" for i in range(T)))
slope = Stated(lambda d, x: np.einsum("rtk,rti->ki", d, x), lambda k, i, d, x: "=" + "+".join(
               f"SUMPRODUCT({d.over('row')[t, k]},{x.over('row')[t, i]})" for t in range(T)))
learn = Stated(lambda w, dC, eta: w - eta * dC, lambda *u, w, dC, eta: f"={w[u]}-{eta[()]}*{dC[u]}")

def each(name, equation, shape=(T, D), axes=(epoch, row), **uses):
    return Quantity(name, equation=equation, shape=shape, axes=axes, uses=uses)

head = Model((
    Quantity("eta"), *(each(name, None, axes=(row,)) for name in "xt"),
    *(Quantity(f"W{n}", axes=(state,), shape=(D, D), equation=learn, given=1,
               uses={"w": previous(f"W{n}"), "dC": previous(f"dC_dW{n}")}) for n in "qkv"),
    *(each(n.upper(), project, W=f"W{n}") for n in "qkv"), each("Z", Z, (T, T)),
    each("S", S, (T, T)), each("A", A, (T, T)), each("o", rows, a="A", b="V"), each("e", e),
    each("dZ", back, (T, T)), each("dq", rows, a="dZ", b="K"), each("dk", columns, a="dZ", b="Q"),
    each("dv", columns, a="A", b="e"), each("C_T", cost, (), (epoch,)),
    *(each(f"dC_dW{n}", slope, (D, D), (epoch,), d=f"d{n}") for n in "qkv"),
))
if __name__ == "__main__":
    draw = np.random.default_rng(1).normal
    given = {"eta": 0.05} | {f"W{n}": draw(size=(1, D, D)) for n in "qkv"}
    print(workbook(head, given | {n: draw(size=(3, T, D)) for n in "xt"}, "attention.xlsx").report)
