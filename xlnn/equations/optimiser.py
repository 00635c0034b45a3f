"""Optimisers beyond gradient descent: momentum, RMSProp, Adam; and the L2 penalty on the weights.

Each optimiser keeps a memory of earlier gradients, 0 before the first epoch, and computes from it
the direction r in which the weights step: w - eta r. Shapes: those of the weights or biases of a
layer; the constants mu, beta and epsilon are numbers.

B. T. Polyak, Some methods of speeding up the convergence of iteration methods, USSR Computational
Mathematics and Mathematical Physics 4 (1964). T. Tieleman and G. Hinton, Lecture 6.5: RMSProp,
Neural Networks for Machine Learning (2012). D. P. Kingma and J. Ba, Adam: A method for stochastic
optimization, ICLR 2015, arXiv:1412.6980.
"""

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from xlnn.axis import Use, previous
from xlnn.equation import Equation, Stated
from xlnn.equations.dense import written_squares
from xlnn.equations.elementary import LINE
from xlnn.equations.surface import DESCENT

DIRECTION = "direction"

VELOCITY = LINE.restated(
    "before",
    "mu",
    "gradient",
    says="v <- mu v + g. B. T. Polyak 1964, as in PyTorch's SGD: eta is outside.",
).taking("before", "gradient", "mu")

MOVING_AVERAGE = Stated(
    lambda before, gradient, beta: beta * before + (1 - beta) * gradient,
    "={beta}*{before}+(1-{beta})*{gradient}",
    says="m <- beta m + (1 - beta) g: a moving average of the gradients. Kingma and Ba 2015.",
)

MEAN_SQUARE = Stated(
    lambda before, gradient, beta: beta * before + (1 - beta) * gradient * gradient,
    # g*g, since 1E-200^2 is an error in some programs
    "={beta}*{before}+(1-{beta})*{gradient}*{gradient}",
    says="s <- beta s + (1 - beta) g g: the same for squares. Tieleman and Hinton 2012.",
)

SCALED_GRADIENT = Stated(
    lambda gradient, square, epsilon: gradient / (np.sqrt(square) + epsilon),
    "={gradient}/(SQRT({square})+{epsilon})",
    says="r = g / (sqrt(s) + epsilon), the direction of RMSProp. Tieleman and Hinton 2012.",
)
"""epsilon is outside the root, as in PyTorch: a gradient that was always 0 moves nothing."""

ALONG = Stated(
    lambda **one: next(iter(one.values())),
    lambda *unit, **one: f"={next(iter(one.values()))[unit]}",
    says="r = g or r = v: the weights step along the gradient or the velocity.",
)

COUNT = Stated(
    lambda before: before + 1,
    "={before}+1",
    says="n <- n + 1: how many steps were taken.",
)

CORRECTION = Stated(
    lambda beta, steps: 1 - beta**steps,
    "=1-{beta}^{steps}",
    says="1 - beta^n: the weight of n gradients in a mean that began with 0. Kingma and Ba 2015.",
)

CORRECTED_RATIO = Stated(
    lambda moment1, moment2, correction1, correction2, epsilon: (
        moment1 / correction1 / (np.sqrt(moment2 / correction2) + epsilon)
    ),
    "={moment1}/{correction1}/(SQRT({moment2}/{correction2})+{epsilon})",
    says="r = (m / (1 - beta1^n)) / (sqrt(v / (1 - beta2^n)) + epsilon). Kingma and Ba 2015.",
)

PENALTY = Stated(
    lambda l2, **weights: l2 / 2 * sum((w * w).sum() for w in weights.values()),
    lambda l2, **weights: f"={l2[()]}/2*({written_squares([w[...] for w in weights.values()])})",
    says="lambda/2 sum of w^2, over the weights of all layers; biases are not penalised.",
)
"""Differs from PyTorch's weight_decay, which applies to all parameters unless they are grouped: a
bias makes no output steeper, so it is not decayed (Goodfellow et al. 2016, 7.1)."""


def with_penalty(gradient: Equation) -> Equation:
    """Return the equation of a gradient of the costs and of the penalty."""
    return Stated(
        lambda w, l2, **own: gradient.array(**own) + l2 * w,
        lambda *unit, w, l2, **own: f"{gradient.cell(*unit, **own)}+{l2[()]}*{w[unit]}",
        says="dC_T/dw + lambda w: the gradient of the samples' costs, and of the penalty.",
        block=gradient.block and (lambda w, l2, **own: f"{gradient.block(**own)}+{l2}*{w}"),
    ).taking(*gradient.roles, "w", "l2")


@dataclass(frozen=True)
class Hyperparameter:
    """A hyperparameter of an optimiser: its default and its range.

    Attributes
    ----------
    usual : float
        Its default.
    share : bool
        Whether it is a share, at least 0 and less than 1; otherwise it is greater than 0.
    """

    usual: float
    share: bool = True

    @property
    def probed(self) -> tuple[float, float]:
        """The range of values that a probe uses, in which errors show."""
        return (0.05, 0.95) if self.share else (1e-4, 0.1)

    @property
    def wanted(self) -> str:
        """Its range, in words."""
        return "from 0 to less than 1" if self.share else "greater than 0"

    def takes(self, value: float) -> bool:
        """Return whether it may have that value."""
        return 0 <= value < 1 if self.share else value > 0


@dataclass(frozen=True)
class Optimiser:
    """How an optimiser turns a gradient into a step.

    Attributes
    ----------
    title : str
        Its name in English.
    constants : dict
        Its hyperparameters, by name.
    memories : dict
        The equations of its memories, by name, in the order in which they are computed. They take
        the value ``before``, the ``gradient``, and a constant.
    direction : Equation or None
        Takes the memories, the gradient and the constants; None if the only memory, or the
        gradient itself, is the direction.
    corrected : dict
        The constant behind each correction, by the correction's name.
    step_formula, rule : str
        The direction of a step of weight ``{}``, and how it is computed, as the Guide shows them in
        every language.
    source : str
        The publication.
    """

    title: str = "gradient descent"
    constants: dict[str, Hyperparameter] = field(default_factory=dict)
    memories: dict[str, Equation] = field(default_factory=dict)
    direction: Equation | None = None
    corrected: dict[str, str] = field(default_factory=dict)
    step_formula: str = "∂C_T/∂{}"
    rule: str = ""
    source: str = "4-4"

    @property
    def step(self) -> str:
        """The kind of quantity along which the weights step; empty for the gradient itself."""
        return DIRECTION if self.direction else next(iter(self.memories), "")

    @property
    def counted(self) -> dict[str, Equation]:
        """What all weights share, by name: how many steps were taken, and the corrections."""
        corrections = {name: CORRECTION.of(beta) for name, beta in self.corrected.items()}
        return {"steps": COUNT.of(previous("steps")), **corrections} if corrections else {}

    def remembered(self, weight: str) -> dict[str, Equation]:
        """Return what a weight has besides its gradient, by name: memories, and the direction.

        >>> [*OPTIMISERS["rmsprop"].remembered("W")], [*OPTIMISERS["sgd"].remembered("W")]
        (['square', 'direction'], [])
        """
        gradient = previous(f"dC_d{weight}")
        quantities = {
            name: memory.of(previous(f"{name}_{weight}"), gradient)
            for name, memory in self.memories.items()
        }
        if self.direction:
            known = {name: f"{name}_{weight}" for name in quantities} | {"gradient": gradient}
            own = {role: known[role] for role in self.direction.roles if role in known}
            quantities[DIRECTION] = self.direction.of(**own)
        return quantities

    def step_of(self, weight: str) -> Equation:
        """Return the equation of a weight after a step, with its arguments."""
        along = Use(f"{self.step}_{weight}") if self.step else previous(f"dC_d{weight}")
        return DESCENT.of(previous(weight), along)

    @property
    def directed(self) -> Self:
        """The same with an explicit direction, if it steps along a memory or the gradient."""
        if self.direction:
            return self
        along = next(iter(self.memories), "gradient")
        rule = f"r = {self.step_formula.format('w')}"
        return replace(self, direction=ALONG.taking(along), step_formula="r", rule=rule)


DIRECTED = ", directed"
"""After the name of an optimiser: with an explicit direction (`Optimiser.directed`)."""

PLAIN = "sgd"
"""The plain step against the gradient, of all samples at once."""

OPTIMISERS = {
    PLAIN: Optimiser(),
    "momentum": Optimiser(
        "momentum",
        {"mu": Hyperparameter(0.9)},
        {"velocity": VELOCITY},
        step_formula="v",
        source="Polyak 1964",
    ),
    "rmsprop": Optimiser(
        "RMSProp",
        {"beta": Hyperparameter(0.9), "epsilon": Hyperparameter(1e-8, share=False)},
        {"square": MEAN_SQUARE},
        SCALED_GRADIENT,
        step_formula="r",
        rule="r = (∂C_T/∂w) / (√s + ε)",
        source="Tieleman & Hinton 2012",
    ),
    "adam": Optimiser(
        "Adam",
        {
            "beta1": Hyperparameter(0.9),
            "beta2": Hyperparameter(0.999),
            "epsilon": Hyperparameter(1e-8, share=False),
        },
        {"moment1": MOVING_AVERAGE.of(beta="beta1"), "moment2": MEAN_SQUARE.of(beta="beta2")},
        CORRECTED_RATIO,
        {"correction1": "beta1", "correction2": "beta2"},
        step_formula="r",
        rule="r = (m / (1 − β₁ⁿ)) / (√(v / (1 − β₂ⁿ)) + ε)",
        source="Kingma & Ba 2015",
    ),
}
"""Optimisers by their names in templates."""

REMEMBERED = (*dict.fromkeys(name for o in OPTIMISERS.values() for name in o.memories), DIRECTION)
"""Quantities that a weight may have besides its gradient."""


def optimiser_named(name: str) -> Optimiser:
    """Return an optimiser by its name, which may end with `DIRECTED`.

    >>> optimiser_named("sgd, directed").step_formula
    'r'
    """
    optimiser = OPTIMISERS[name.removesuffix(DIRECTED)]
    return optimiser.directed if name.endswith(DIRECTED) else optimiser
