"""An Elman network learns the parity of bits: back-propagation through time (Werbos 1990)."""

import numpy as np

from xlnn import Axis, Model, Quantity, Stated, following, previous, workbook

WEIGHTS = {"U": ((3, 3), "delta", "past"), "W": ((3, 2), "delta", "x"), "V": ((1, 3), "e", "h")}
state, epoch = Axis("epoch", 21, "up", counts_from=0), Axis("epoch", 20, "up")
row, up, down = Axis("row", 4), Axis("step", 5, "up"), Axis("step", 5, "down")
steps, back = ({"sheet": "Steps", "axes": (epoch, row, step)} for step in (up, down))

copy = Stated(lambda h: h, lambda j, h: f"={h[j]}")
h = Stated(lambda U, past, W, x: np.tanh(past @ U.T + x @ W.T), lambda j, U, past, W, x:
           f"=TANH(SUMPRODUCT({U[j, :]},{past[:]})+SUMPRODUCT({W[j, :]},{x[:]}))")
e = Stated(lambda V, h, t: h @ V.T - t, lambda k, V, h, t: f"=SUMPRODUCT({V[k, :]},{h[:]})-{t[k]}")
delta = Stated(lambda V, e, U, after, h: (e @ V + after @ U) * (1 - h**2),
               lambda i, V, e, U, after, h: "=({}*{}+{})*(1-{}^2)".format(
                   e[0], V[0, i], "+".join(f"{after[j]}*{U[j, i]}" for j in range(3)), h[i]))
cost = Stated(lambda e: (e**2).sum() / 2, lambda e: f"=SUMSQ({e.over('row', 'step')[0]})/2")
slope = Stated(lambda d, a: np.einsum("rsj,rsi->ji", d, a), lambda j, i, d, a:
               f"=SUMPRODUCT({d.over('row', 'step')[j]},{a.over('row', 'step')[i]})")
learn = Stated(lambda w, dC, eta: w - eta * dC, lambda *u, w, dC, eta: f"={w[u]}-{eta[()]}*{dC[u]}")

rnn = Model((
    Quantity("eta"), Quantity("t", sheet="Data", axes=(row, up), shape=(1,)),
    Quantity("x", sheet="Data", axes=(row, up), shape=(2,)),  # the second one is 1: a bias
    *(Quantity(w, sheet="Weights", axes=(state,), shape=shape, equation=learn, given=1, uses={
        "w": previous(w), "dC": previous(f"dC_d{w}")}) for w, (shape, *_) in WEIGHTS.items()),
    Quantity("past", shape=(3,), equation=copy, uses={"h": previous("h", "step", 0.0)}, **steps),
    Quantity("h", shape=(3,), equation=h, **steps), Quantity("e", shape=(1,), equation=e, **steps),
    Quantity("delta", shape=(3,), equation=delta, **back,
             uses={"after": following("delta", "step", start=0)}),
    Quantity("C_T", sheet="Progress", axes=(epoch,), equation=cost),
    *(Quantity(f"dC_d{w}", sheet="Gradients", axes=(epoch,), shape=shape, equation=slope,
               uses={"d": d, "a": a}) for w, (shape, d, a) in WEIGHTS.items()),
))

if __name__ == "__main__":
    draw = np.random.default_rng(1)
    bits, given = draw.integers(0, 2, (4, 5, 1)), {"eta": 0.05}
    given |= {w: draw.normal(size=(1, *shape)) for w, (shape, *_) in WEIGHTS.items()}
    given |= {"x": np.insert(bits, 1, 1, axis=2), "t": bits.cumsum(axis=1) % 2}
    print(workbook(rnn, given, "rnn.xlsx").report)
