"""The activation functions a(z) and their slopes a'(z), unit by unit.

Shapes: z and a (samples, units ...). The unit step is not among them: its slope is 0 wherever it is
defined, so gradient descent cannot use it (book: 2-1).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

import numpy as np

from xlnn.equation import Equation, Stated
from xlnn.equations.dense import total, written_call
from xlnn.equations.elementary import COPY
from xlnn.slices import first_largest

LARGEST = 700
"""The largest argument of exp: exp overflows beyond 709 in a spreadsheet."""

DIGITS = 12
"""A z that is 0 to this many decimals switches its unit off: 0.1 + 0.2 - 0.3 is 0 in engines and
5.6e-17 in NumPy, so the last digits must not decide."""


def written(number: float) -> str:
    """Return a number as a formula writes it.

    >>> written(0.01), written(2.0)
    ('0.01', '2')
    """
    return f"{number:.15g}"


SIGMOID = Stated(
    # Differs from the book below -700, where exp(-z) soon overflows: a stays 1e-304
    lambda z: 1 / (1 + np.exp(np.minimum(LARGEST, -z))),
    # of -z, not of the cell: MAX(-700,z) ignores an empty cell (0) and would give -700
    lambda *unit, z: f"=1/(1+EXP(MIN({LARGEST},-{z[unit]})))",
    says="a = 1 / (1 + exp(-z)), between 0 and 1. Book: 1-3, 2-1.",
    usage="z (row; n) → (row; n)",
    block=f"=1/(1+EXP(-IF({{z}}<-{LARGEST},-{LARGEST},{{z}})))",
)

SIGMOID_SLOPE = Stated(
    lambda a: a * (1 - a),
    "={a}*(1-{a})",
    says="a'(z) = a (1 - a). Book: 2-6.",
)

TANH = Stated(
    lambda z: np.tanh(z),  # noqa: PLW0108 -- its argument is z
    "=TANH({z})",
    says="a = tanh(z), between -1 and 1. Book: 2-1.",
    usage="z (row; n) → (row; n)",
)

TANH_SLOPE = Stated(
    lambda a: 1 - a * a,
    "=1-{a}*{a}",
    says="a'(z) = 1 - a^2.",
)

RELU = Stated(
    lambda z: np.maximum(0, z),
    "=MAX(0,{z})",
    says="a = max(0, z).",
    reads_as_stated=True,
    switches=True,
    usage="z (row; n) → (row; n)",
    block="=IF({z}>0,{z},0)",
)
"""No rounding is needed: a is continuous at 0."""


def relu_slope(below: float = 0) -> Stated:
    """Return the equation of the slope of a relu that has a slope below 0."""
    return Stated(
        lambda z: np.where(np.round(np.clip(z, 0, 1), DIGITS) > 0, 1.0, below),
        # between 0 and 1: not every engine rounds 1E+20 to 12 places
        lambda *unit, z: f"=IF(ROUND(MIN(1,MAX(0,{z[unit]})),{DIGITS})>0,1,{written(below)})",
        says=f"a'(z) = 1 where z > 0, else {written(below)}; at 0, where it is undefined, it is "
        f"set to {written(below)}.",
        reads_as_stated=True,
        discontinuous=True,
        block=f"=IF({{z}}>0.5/10^{DIGITS},1,{written(below)})",
    )


RELU_SLOPE = relu_slope()
"""Differs from that line within 5e-13 of 0, where rounding might decide: there it is 0, too."""


def leaky_relu(slope: float) -> Stated:
    """Return the equation of a leaky relu, with a slope below 0 of at least 0."""
    return Stated(
        lambda z: np.maximum(0, z) + slope * np.minimum(0, z),
        lambda *unit, z: f"=MAX(0,{z[unit]})+{written(slope)}*MIN(0,{z[unit]})",
        says="a = z where z > 0, else slope z.",
        reads_as_stated=True,
        block=f"=IF({{z}}>0,{{z}},{written(slope)}*{{z}})",
    )


LINEAR = COPY.restated(
    "z", repeats=False, says="a = z: the unit passes on its input, and its slope is 1."
)

LARGEST_INPUT = Stated(
    lambda z: z.max(axis=1),
    lambda z: "=" + written_call("MAX", [z[k] for k in range(z.shape[0])]),
    says="max_l z_l: the largest weighted input of a layer.",
    reads_as_stated=True,
    block=lambda z: f"={first_largest(z, [f'{unit}' for unit in z.units])}",
)

EXPONENTIAL = Stated(
    lambda z, largest: np.exp(z - largest[:, np.newaxis]),
    "=EXP({z}-{largest})",
    says="exp(z_k - max_l z_l): between 0 and 1, so it cannot overflow.",
)

SOFTMAX = Stated(
    lambda exp: exp / exp.sum(axis=1, keepdims=True),
    lambda k, exp: f"={exp[k]}/{total(exp)}",
    says="a_k = exp(z_k) / sum_l exp(z_l); subtracting max z from every z does not change it.",
    block=lambda exp: f"={exp}/{exp.row_sums}",
)


@dataclass(frozen=True)
class Activation:
    """An activation function and its slope.

    Attributes
    ----------
    value : Equation
    slope : Equation or None
        None where it is 1 everywhere, or where no cost needs it.
    formula, slope_formula : str
        Both as the Guide shows them, in every language.
    symbol : str
        How a sentence names the function.
    steps : dict
        Quantities that are computed first: one number per layer, or one per unit.
    only_output : bool
        Whether only the output layer may have it.
    reach : (float, float)
        The range of its values.
    """

    value: Equation
    slope: Equation | None
    formula: str
    slope_formula: str = ""
    symbol: str = ""
    steps: Mapping[str, Equation] = field(default_factory=dict)
    only_output: bool = False
    reach: tuple[float, float] = (-inf, inf)


LEAKY = "leaky relu"
"""Its slope below 0 is 0.01; another slope follows the name."""

USUAL_SLOPE = 0.01


def leak_of(name: str) -> float | None:
    """Return the slope below 0 of a leaky relu activation by its name; None for others.

    >>> leak_of("leaky relu"), leak_of("leaky relu 0.2"), leak_of("relu")
    (0.01, 0.2, None)
    """
    match = re.fullmatch(rf"{LEAKY}(?: ([0-9]{{1,3}}(?:\.[0-9]{{1,15}})?))?", name)
    return float(match[1] or USUAL_SLOPE) if match else None


class _Activations(dict[str, Activation]):
    """The activations by their names, and leaky relu units of any slope."""

    def __missing__(self, name: str) -> Activation:
        """Return a leaky relu whose slope is part of its name."""
        slope = leak_of(name)
        if slope is None:
            raise KeyError(name)
        return _leaky(slope)

    def __contains__(self, name: object) -> bool:
        """Return whether there is an activation with that name."""
        return isinstance(name, str) and (super().__contains__(name) or leak_of(name) is not None)


def _leaky(slope: float) -> Activation:
    return Activation(
        leaky_relu(slope),
        relu_slope(slope),
        f"a = max(0, z) + {written(slope)} min(0, z)",
        f"a′(z) = 1 (z > 0), {written(slope)} (z ≤ 0)",
        symbol="leaky ReLU",
    )


ACTIVATIONS = _Activations(
    {
        "sigmoid": Activation(
            SIGMOID,
            SIGMOID_SLOPE,
            "a = 1 / (1 + exp(−z))",
            "a′(z) = a (1 − a)",
            symbol="σ",
            reach=(0, 1),
        ),
        "tanh": Activation(
            TANH, TANH_SLOPE, "a = tanh(z)", "a′(z) = 1 − a²", symbol="tanh", reach=(-1, 1)
        ),
        "relu": Activation(
            RELU,
            RELU_SLOPE,
            "a = max(0, z)",
            "a′(z) = 1 (z > 0), 0 (z ≤ 0)",
            symbol="ReLU",
            reach=(0, inf),
        ),
        LEAKY: _leaky(USUAL_SLOPE),
        "linear": Activation(LINEAR, None, "a = z"),
        "softmax": Activation(
            SOFTMAX,
            None,
            "a = exp(z) / Σ exp(z)",
            symbol="softmax",
            steps={"largest": LARGEST_INPUT, "exp": EXPONENTIAL},
            only_output=True,
            reach=(0, 1),
        ),
    }
)

REFUSED = {
    "unit step": "it is not differentiable at 0 and its slope is 0 elsewhere, so that gradient "
    "descent has nothing to go by (book: 2-1)",
}
"""Activation functions that no network here can learn with, and why."""
