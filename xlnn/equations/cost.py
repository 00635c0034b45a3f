"""Cost functions, and delta of the output layer, where back-propagation begins.

Shapes: t, z and a (samples, outputs), C (samples,).
"""

from dataclasses import dataclass

import numpy as np

from xlnn.equation import Equation, Sentence, Stated
from xlnn.equations.activation import LEAKY, leak_of
from xlnn.equations.dense import total, written_call, written_squares
from xlnn.equations.elementary import DIFFERENCE
from xlnn.equations.sentences import (
    CategoricalCrossEntropySentence,
    CrossEntropySentence,
)

SQUARED_ERROR = Stated(
    lambda t, a: ((t - a) ** 2).sum(axis=-1) / 2,
    lambda t, a: f"={written_squares([f'{t[k]}-{a[k]}' for k in range(a.shape[0])])}/2",
    says="C = 1/2 sum_k (t_k - a_k)^2, for one sample. Book: 3-4.",
    usage="t (row; n), a (row; n) → (row;)",
    block=lambda t, a: f"={a.sum_rows(f'({t}-{a})*({t}-{a})')}/2",
)

SQUARED_ERROR_DELTA = Stated(
    lambda t, a, slope=1.0: (a - t) * slope,
    lambda k, t, a, slope=None: f"=({a[k]}-{t[k]})*{slope[k]}" if slope else f"={a[k]}-{t[k]}",
    optional=("slope",),
    says="delta_k = dC/da_k a'(z_k) = (a_k - t_k) a'(z_k); a linear unit has no a'. Book: 4-2.",
)

CROSS_ENTROPY = Stated(
    lambda z, t: np.maximum(z, 0) - t * z + np.log(1 + np.exp(-np.abs(z))),
    "=MAX({z},0)-{t}*{z}+LN(1+EXP(-ABS({z})))",
    says="c_k = -(t_k ln a_k + (1 - t_k) ln(1 - a_k)), of a sigmoid unit. Book: 3-3.",
    reads_as_stated=True,
    usage="z (row; n), t (row; n) → (row; n)",
    block="=IF({z}>0,{z},0)-{t}*{z}+LN(1+EXP(-ABS({z})))",
)
"""Differs from the book's form, which takes ln 0 once a is 0 or 1 to 16 digits: with a = 1 / (1 +
exp(-z)) it is the same as max(z, 0) - t z + ln(1 + exp(-|z|))."""

CATEGORICAL_CROSS_ENTROPY = Stated(
    lambda t, z, largest, exp: t * ((np.log(exp.sum(axis=1)) + largest)[:, np.newaxis] - z),
    lambda k, t, z, largest, exp: f"={t[k]}*(LN({total(exp)})+{largest[()]}-{z[k]})",
    one_hot=("t",),
    says="c_k = -t_k ln a_k, of a softmax unit.",
    block=lambda t, z, largest, exp: f"={t}*(LN({exp.row_sums})+{largest}-{z})",
)
"""Differs from that form, which takes ln 0 once a is 0: with a = exp / sum exp it is the same as
t_k (ln(sum exp) + max z - z_k)."""

SUM_OF_OUTPUTS = Stated(
    lambda loss: loss.sum(axis=1),
    lambda loss: "=" + written_call("SUM", loss.listed.split(",")),
    says="C = sum_k c_k, for one sample. Book: 3-3.",
    block=lambda loss: f"={loss.row_sums}",
)

CROSS_ENTROPY_DELTA = DIFFERENCE.restated(
    "a",
    "t",
    says="delta_k = a_k - t_k: a'(z_k) cancels. With softmax the targets sum to 1.",
)

TOTAL_COST = Stated(
    lambda C, penalty=0.0: C.sum() + penalty,
    lambda C, penalty=None: (
        "="
        + written_call("SUM", C.samples.listed.split(","))
        + (f"+{penalty[()]}" if penalty else "")
    ),
    optional=("penalty",),
    says="C_T = sum of C over the samples, and the penalty on the weights if any.   Book: 3-4.",
)


@dataclass(frozen=True)
class Cost:
    """A cost function, and the delta that it gives the output layer.

    Attributes
    ----------
    value, delta : Equation
    loss : Equation or None
        The cost of one output, if the cost of a sample is their sum.
    formula, delta_formula, loss_formula : str
        As the Guide shows them, in every language.
    outputs : tuple of str
        The activation functions of the output layer that it suits.
    reason : str
        Why it suits no others.
    sentence : type or None
        The sentence with the cost of one output in numbers.
    for_numbers : bool
        Whether the targets may be any numbers, as in a regression.
    """

    value: Equation
    delta: Equation
    loss: Equation | None
    formula: str
    delta_formula: str
    outputs: tuple[str, ...]
    reason: str
    sentence: type[Sentence] | None = None
    for_numbers: bool = False
    loss_formula: str = ""

    def suits(self, output: str) -> bool:
        """Return whether it suits an activation function; leaky relu may have any slope."""
        return (output if leak_of(output) is None else LEAKY) in self.outputs


COSTS = {
    "squared error": Cost(
        SQUARED_ERROR,
        SQUARED_ERROR_DELTA,
        None,
        "C = ½ Σ (t − a)²",
        "(a − t) a′(z)",
        ("sigmoid", "tanh", "relu", LEAKY, "linear"),
        "an output of softmax depends on all weighted inputs, and δ = (a − t) a′(z) on one",
        for_numbers=True,
    ),
    "cross-entropy": Cost(
        SUM_OF_OUTPUTS,
        CROSS_ENTROPY_DELTA,
        CROSS_ENTROPY,
        "C = −Σ (t ln a + (1 − t) ln(1 − a))",
        "a − t",
        ("sigmoid",),
        "ln a and ln(1 − a) ask for outputs between 0 and 1, and δ = a − t for the sigmoid",
        CrossEntropySentence,
        loss_formula="c = −(t ln a + (1 − t) ln(1 − a))",
    ),
    "categorical cross-entropy": Cost(
        SUM_OF_OUTPUTS,
        CROSS_ENTROPY_DELTA,
        CATEGORICAL_CROSS_ENTROPY,
        "C = −Σ t ln a",
        "a − t",
        ("softmax",),
        "its outputs are probabilities that sum to 1, and δ = a − t holds for softmax",
        CategoricalCrossEntropySentence,
        loss_formula="c = −t ln a",
    ),
}
