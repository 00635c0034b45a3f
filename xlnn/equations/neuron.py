"""One neuron and the book's demons: threshold, unit step, patterns, and the loudest demon.

Shapes: x and w (inputs,), patterns (demons, rows, columns).   Book: 1-2, 1-3, 1-5.
"""

import numpy as np

from xlnn.equation import Stated
from xlnn.equations.dense import written_sum
from xlnn.equations.number import short
from xlnn.equations.sentences import Told
from xlnn.terms import largest

INPUTS = 3
"""The inputs of the neuron."""

POINTS, HALF = 161, 80
"""Points of each curve, so many that the step looks vertical, and those on either side of 0."""

DIGITS = 12
"""A number counts as 0 if it is 0 to this many decimals: 0.1 + 0.2 - 0.3 is 0 in a spreadsheet and
5.6E-17 in NumPy."""


def steady(z: np.ndarray) -> np.ndarray:
    """Return numbers, with those that are 0 apart from rounding errors set to 0.

    Rounding all of them would not do: engines that differ in the last bit would round some
    differently.
    """
    return np.where(np.abs(z) < 0.5 / 10**DIGITS, 0.0, z)


def steadied(cell: str) -> str:
    """Return the formula of `steady`."""
    return f"IF(ABS({cell})<0.5/10^{DIGITS},0,{cell})"


# fmt: off
UNIT_STEP = Stated(
    lambda z: np.where(steady(z) >= 0, 1.0, 0.0), "=IF(" + steadied("{z}") + ">=0,1,0)",
    says="u(z) = 1 for z >= 0, else 0: whether a neuron fires.   Book: 1-2, 1-3, 2-1.",
    reads_as_stated=True)

FIRES = Stated(
    lambda z, x, w, bias: np.where(
        z >= -np.minimum(0.5, np.maximum(np.abs(x * w).max(axis=-1), np.abs(bias))) / 10**DIGITS,
        1.0, 0.0),
    lambda z, x, w, bias: "=IF({}>=-MIN(0.5,MAX({},ABS({})))/10^{},1,0)".format(
        z[()], ",".join(f"ABS({x[i]}*{w[i]})" for i in range(w.shape[0])), bias[()], DIGITS),
    reads_as_stated=True, number_format="0",
    says="u(z) = 1 for z >= 0, else 0, within the rounding error of its terms.   Book: 1-2, 1-3.")

INNER_PRODUCT = Stated(
    lambda W, x: (W * x).sum(axis=(1, 2)), lambda j, W, x: f"=SUMPRODUCT({W[j, ...]},{x[...]})",
    says="How well each demon's pattern fits the picture: the sum of the products. Book: 1-5, 2-4.")

BONDS = Stated(
    lambda W, a, b: W @ a + b,
    lambda k, W, a, b: f"={written_sum([f'{W[k, j]}*{a[j]}' for j in range(a.shape[0])])}+{b[k]}",
    says="z = W a + b of demons who listen to the demons before them. Book: 1-5, 1-6.")

AS_LOUD = Stated(
    lambda a: np.where(a.max() - a < 0.5 / 10**DIGITS, 1.0, 0.0 * a.max()),
    lambda j, a: (
        f"=IF(MAX({','.join(a[i] for i in range(a.shape[0]))})-{a[j]}<0.5/10^{DIGITS},1,0)"),
    says="1 for each demon as loud as the loudest, apart from rounding; else 0.   Book: 1-5.",
    reads_as_stated=True, number_format="0;;")

WINNER = Stated(
    lambda loudest: np.where(
        loudest.sum() == 1, loudest.argmax(), loudest.size + 0.0 * loudest.sum()),
    lambda loudest: "=IF({}=1,{},{})".format(
        written_sum([loudest[k] for k in range(loudest.shape[0])]),
        written_sum([f"{k}*{loudest[k]}" for k in range(loudest.shape[0])]), loudest.shape[0]),
    says="Which single demon is loudest, from 0; the number of demons where several are.",
    reads_as_stated=True)

WEIGHTED_INPUT = Stated(lambda products, bias: products.sum() + bias,
                        "=SUMPRODUCT({products[:]})+{bias}")
"""z = w_1 x_1 + w_2 x_2 + ... + b.   Book: 1-3."""

OF_PATTERN = Stated(
    lambda pattern, w, bias: pattern @ w + bias,
    lambda pattern, w, bias: "={}+{}".format(
        written_sum([f"{pattern[i]}*{w[i]}" for i in range(w.shape[0])]), bias[()]))
"""z for each pattern of firing inputs."""

REACH = Stated(lambda z: np.maximum(6.0, 1.2 * np.abs(z)), "=MAX(6,1.2*ABS({z}))",
               number_format="General")
"""How far a curve is drawn so that the neuron's own point is on it."""


DIGIT = Stated(
    lambda number: np.floor(number[:, np.newaxis] / 2.0 ** np.arange(INPUTS)[::-1]) % 2,
    lambda i, number: f"=MOD(INT({number[()]}/{2 ** (INPUTS - 1 - i)}),2)",
    says="The binary digits of a number, so that each pattern of inputs occurs once.",
    reads_as_stated=True, number_format="0")

SPREAD = Stated(lambda number, reach: reach * (number / HALF - 1),
                f"={{reach}}*({{number}}/{HALF}-1)")
"""z at points from -reach to reach."""

FIRING = Told(
    {"fires": "z = {reached} is at least 0: the weighted sum reaches the threshold {threshold}. "
     "The neuron fires.",
     "silent": "z = {z} is below 0: the weighted sum does not reach the threshold {threshold}. The "
     "neuron does not fire."},
    lambda step: (step == 1,), digits=3, reached=lambda z: short(largest(0, z), 3))
"""Whether the neuron fires, with z; a z that is 0 apart from rounding is not shown as negative."""
