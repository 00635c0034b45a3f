"""The rules of derivatives, a line each, and beside them the quotients that know no rule.

Each constant is one line of the book, stated for NumPy and for a cell.   Book: 2-6 to 2-9.
"""

import numpy as np

from xlnn.equations.activation import LARGEST as UTMOST
from xlnn.quantity import Stated

PARTS, FINE = 36, 20
"""Points of a circle, and how many finer ones lie between two of them."""

STEP = Stated(lambda h: np.where(h == 0, 1e-9, h), lambda h: f"=IF(SIGN({h[()]})=0,1/10^9,{h[()]})")
WIDTH = Stated(lambda n: 10.0**-n, lambda n: f"=10^(-{n[()]})")
FORWARD = Stated(lambda up, f, h: (up - f) / h, lambda up, f, h: f"=({up[()]}-{f[()]})/{h[()]}")
CENTRAL = Stated(lambda up, down, h: (up - down) / (2 * h),
                 lambda up, down, h: f"=({up[()]}-{down[()]})/(2*{h[()]})")  # fmt: skip
ERROR = Stated(lambda quotient, df: quotient - df[0],
               lambda quotient, df: f"={quotient[()]}-{df[0]}")  # fmt: skip
ALONG = Stated(lambda x, i: x + i / 5, lambda x, i: f"={x[()]}+{i[()]}/5")
TANGENT_LINE = Stated(lambda f, m, x, along: f + m[..., 0] * (along - x),
                      lambda f, m, x, along: f"={f[()]}+{m[0]}*({along[()]}-{x[()]})")  # fmt: skip
SECANT_LINE = Stated(lambda f, m, x, along: f + m * (along - x),
                     lambda f, m, x, along: f"={f[()]}+{m[()]}*({along[()]}-{x[()]})")  # fmt: skip
SUM_RULE = Stated(lambda a, df, b, dg: a * df[0] + b * dg[0],
                  lambda a, df, b, dg: f"={a[()]}*{df[0]}+{b[()]}*{dg[0]}")  # fmt: skip
SUM_QUOTIENT = Stated(
    lambda a, b, f_up, f_down, g_up, g_down, h:
        ((a * f_up + b * g_up) - (a * f_down + b * g_down)) / (2 * h),
    lambda a, b, f_up, f_down, g_up, g_down, h:
        f"=(({a[()]}*{f_up[()]}+{b[()]}*{g_up[()]})"
        f"-({a[()]}*{f_down[()]}+{b[()]}*{g_down[()]}))/(2*{h[()]})",
)  # fmt: skip
EXP = Stated(  # differs from the book below -700, beyond which a spreadsheet soon has no number
    lambda x: np.exp(np.minimum(UTMOST, -x)), lambda x: f"=EXP(MIN({UTMOST},-{x[()]}))"
)
BELOW = Stated(lambda e: 1 + e, lambda e: f"=1+{e[()]}")
SIGMOID = Stated(lambda below: 1 / below, lambda below: f"=1/{below[()]}")
QUOTIENT_RULE = Stated(lambda e, below: e / below / below,
                       lambda e, below: f"={e[()]}/{below[()]}/{below[()]}")  # fmt: skip
SIGMOID_SLOPE = Stated(lambda s: s * (1 - s), lambda s: f"={s[()]}*(1-{s[()]})")
CHAIN = Stated(lambda outer, inner: outer[0] * inner[0],
               lambda outer, inner: f"={outer[0]}*{inner[0]}")  # fmt: skip
LINEAR = Stated(lambda a, x, b, y: a * x + b * y,
                lambda a, x, b, y: f"={a[()]}*{x[()]}+{b[()]}*{y[()]}")  # fmt: skip
CHAIN_OF_TWO = Stated(lambda u, a, v, p: 2 * u * a + 2 * v * p,
                      lambda u, a, v, p: f"=2*{u[()]}*{a[()]}+2*{v[()]}*{p[()]}")  # fmt: skip
QUOTIENT_OF_TWO = Stated(
    lambda u, a, v, p, h: ((u + a * h)**2 + (v + p * h)**2 - (u - a * h)**2 - (v - p * h)**2)
        / (2 * h),
    lambda u, a, v, p, h: f"=(({u[()]}+{a[()]}*{h[()]})^2+({v[()]}+{p[()]}*{h[()]})^2"
        f"-({u[()]}-{a[()]}*{h[()]})^2-({v[()]}-{p[()]}*{h[()]})^2)/(2*{h[()]})",
)  # fmt: skip
HALVED = Stated(lambda whole, k: whole / 2**k, lambda whole, k: f"={whole[()]}/2^{k[()]}")
APPROXIMATION = Stated(lambda z, z_x, z_y, dx, dy: z + z_x * dx + z_y * dy,
                       lambda z, z_x, z_y, dx, dy: f"={z[()]}+{z_x[()]}*{dx[()]}"
                       f"+{z_y[()]}*{dy[()]}")  # fmt: skip
APART = Stated(lambda near, right: near - right, lambda near, right: f"={near[()]}-{right[()]}")
TIMES = Stated(lambda r, u: r * u, lambda r, u: f"={r[()]}*{u[()]}")
FINE_ANGLE = Stated(lambda least, j: 2 * np.pi * (least - 1 + j / FINE) / PARTS,
                    lambda least, j: f"=2*PI()*({least[()]}-1+{j[()]}/{FINE})/{PARTS}")  # fmt: skip
COS = Stated(lambda r, t: r * np.cos(t), lambda r, t: f"={r[()]}*COS({t[()]})")
SIN = Stated(lambda r, t: r * np.sin(t), lambda r, t: f"={r[()]}*SIN({t[()]})")
FACTOR = Stated(  # grad f . grad g / |grad g|^2, of which |grad g| is 2r
    lambda a, b, x, y, r: (a * x + b * y) / r / (2 * r) if r else np.zeros(()),
    lambda a, b, x, y, r: f"=IF(SIGN({r[()]})=0,0,({a[()]}*{x[()]}+{b[()]}*{y[()]})/{r[()]}"
        f"/(2*{r[()]}))",
)  # fmt: skip
REST = Stated(lambda a, factor, x: a - factor * 2 * x,
              lambda a, factor, x: f"={a[()]}-{factor[()]}*2*{x[()]}")  # fmt: skip
GAP = Stated(
    lambda sum_rule, sum_quotient, s_quotient_rule, s_slope, chain, chain_quotient, dC_dx,
        quotient_x, dC_dy, quotient_y: np.max(np.abs([
            sum_rule - sum_quotient, s_quotient_rule - s_slope, chain - chain_quotient,
            dC_dx - quotient_x, dC_dy - quotient_y])),
    lambda sum_rule, sum_quotient, s_quotient_rule, s_slope, chain, chain_quotient, dC_dx,
        quotient_x, dC_dy, quotient_y:
        f"=MAX(ABS({sum_rule[()]}-{sum_quotient[()]}),ABS({s_quotient_rule[()]}-{s_slope[()]}),"
        f"ABS({chain[()]}-{chain_quotient[()]}),ABS({dC_dx[()]}-{quotient_x[()]}),"
        f"ABS({dC_dy[()]}-{quotient_y[()]}))",
)  # fmt: skip
LARGEST = Stated(
    lambda sum_rule, s_slope, chain, dC_dx, dC_dy:
        np.max(np.abs([sum_rule, s_slope, chain, dC_dx, dC_dy])),
    lambda sum_rule, s_slope, chain, dC_dx, dC_dy:
        f"=MAX(ABS({sum_rule[()]}),ABS({s_slope[()]}),ABS({chain[()]}),ABS({dC_dx[()]}),"
        f"ABS({dC_dy[()]}))",
)  # fmt: skip
SHRINKS = Stated(
    lambda off: np.divide(off[0], off[1], out=np.zeros(()), where=off[1] != 0),
    lambda off: f"=IF(SIGN(INDEX({off.over('half')[()]},2))=0,0,"
        f"INDEX({off.over('half')[()]},1)/INDEX({off.over('half')[()]},2))",
)  # fmt: skip
EXACT = Stated(lambda a, b, r: -abs(r) * np.sqrt(a**2 + b**2),
               lambda a, b, r: f"=-ABS({r[()]})*SQRT({a[()]}^2+{b[()]}^2)")  # fmt: skip
