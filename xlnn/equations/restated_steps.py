"""What must hold among an optimiser's numbers, whatever the inputs are? Said in another way.

Each gap is summed over all epochs of one weight, relative to the size of what it compares, as in
`xlnn.equations.restated`. Shapes: memories and directions (epochs + 1, units ...) with nothing in
row 0, gradients (epochs, units ...).
"""

import numpy as np

from xlnn.equations.restated import over, share
from xlnn.quantity import Cells, Equation


def _size(cells: str) -> str:
    """Return the formula of a bound of the sum of numbers of either sign."""
    return f"SQRT(COUNT({cells})*SUMSQ({cells}))"


def _bound(array: np.ndarray) -> np.ndarray:
    return np.sqrt(len(array) * (array**2).sum(axis=0))


class VelocityGap(Equation):
    """Sum of v = mu (sum of all v but the last) + sum of dC_T/dw: nothing stands before."""

    coarse = True

    def array(self, memory: np.ndarray, gradient: np.ndarray, constant: np.ndarray) -> np.ndarray:
        """Return the gap of each weight."""
        told = constant * (memory.sum(axis=0) - memory[-1]) + gradient.sum(axis=0)
        return share(np.abs(memory.sum(axis=0) - told), _bound(memory) + _bound(gradient))

    def cell(self, *unit: int, memory: Cells, gradient: Cells, constant: Cells) -> str:
        """Return the formula of one weight."""
        m, g = memory.epochs[unit], gradient.epochs[unit]
        told = f"{constant[()]}*(SUMPRODUCT({m})-{memory.at(-1)[unit]})+SUMPRODUCT({g})"
        return "=" + over(f"ABS(SUMPRODUCT({m})-({told}))", f"({_size(m)}+{_size(g)})")


class MeanGap(Equation):
    """Sum of m = beta (sum of all m but the last) + (1 - beta) sum of dC_T/dw."""

    coarse = True

    def array(self, memory: np.ndarray, gradient: np.ndarray, constant: np.ndarray) -> np.ndarray:
        """Return the gap of each weight."""
        told = constant * (memory.sum(axis=0) - memory[-1])
        told = told + (1 - constant) * gradient.sum(axis=0)
        return share(np.abs(memory.sum(axis=0) - told), _bound(memory) + _bound(gradient))

    def cell(self, *unit: int, memory: Cells, gradient: Cells, constant: Cells) -> str:
        """Return the formula of one weight."""
        m, g, beta = memory.epochs[unit], gradient.epochs[unit], constant[()]
        told = f"{beta}*(SUMPRODUCT({m})-{memory.at(-1)[unit]})+(1-{beta})*SUMPRODUCT({g})"
        return "=" + over(f"ABS(SUMPRODUCT({m})-({told}))", f"({_size(m)}+{_size(g)})")


class MeanSquareGap(Equation):
    """Sum of s = beta (sum of all s but the last) + (1 - beta) sum of squares of dC_T/dw."""

    coarse = True

    def array(self, memory: np.ndarray, gradient: np.ndarray, constant: np.ndarray) -> np.ndarray:
        """Return the gap of each weight."""
        squares = (gradient**2).sum(axis=0)
        told = constant * (memory.sum(axis=0) - memory[-1]) + (1 - constant) * squares
        return share(np.abs(memory.sum(axis=0) - told), _bound(memory) + squares)

    def cell(self, *unit: int, memory: Cells, gradient: Cells, constant: Cells) -> str:
        """Return the formula of one weight."""
        s, beta = memory.epochs[unit], constant[()]
        squares = f"SUMSQ({gradient.epochs[unit]})"
        told = f"{beta}*(SUMPRODUCT({s})-{memory.at(-1)[unit]})+(1-{beta})*{squares}"
        return "=" + over(f"ABS(SUMPRODUCT({s})-({told}))", f"({_size(s)}+{squares})")


class AlongGap(Equation):
    """Sum of r = sum of what the weights step along: the gradient, or the velocity.

    Parameters
    ----------
    role : str
    """

    coarse = True

    def __init__(self, role: str) -> None:
        self.roles = ("direction", role)

    def array(self, direction: np.ndarray, **one: np.ndarray) -> np.ndarray:
        """Return the gap of each weight."""
        (along,) = one.values()
        return share(np.abs(direction.sum(axis=0) - along.sum(axis=0)), _bound(along))

    def cell(self, *unit: int, direction: Cells, **one: Cells) -> str:
        """Return the formula of one weight."""
        r, (g,) = direction.epochs[unit], (each.epochs[unit] for each in one.values())
        return "=" + over(f"ABS(SUMPRODUCT({r})-SUMPRODUCT({g}))", _size(g))


class ScaledGap(Equation):
    """Sum of r (sqrt(s) + epsilon) = sum of dC_T/dw."""

    coarse = True

    def array(
        self,
        direction: np.ndarray,
        square: np.ndarray,
        gradient: np.ndarray,
        epsilon: np.ndarray,
    ) -> np.ndarray:
        """Return the gap of each weight."""
        told = (direction * (square**0.5 + epsilon)).sum(axis=0)
        return share(np.abs(told - gradient.sum(axis=0)), _bound(gradient))

    def cell(
        self, *unit: int, direction: Cells, square: Cells, gradient: Cells, epsilon: Cells
    ) -> str:
        """Return the formula of one weight; SUMPRODUCT takes a power of a range, but no SQRT."""
        r, s, g = (each.epochs[unit] for each in (direction, square, gradient))
        told = f"SUMPRODUCT({r}*({s}^0.5+{epsilon[()]}))"
        return "=" + over(f"ABS({told}-SUMPRODUCT({g}))", _size(g))


class CorrectedGap(Equation):
    """Sum of r (sqrt(v) + epsilon sqrt(1 - beta2^n)) (1 - beta1^n) = sum of m sqrt(1 - beta2^n).

    And n counts the steps: in each epoch one.
    """

    coarse = True

    def array(  # noqa: PLR0913, PLR0917 -- all that the identity joins
        self,
        direction: np.ndarray,
        moment1: np.ndarray,
        moment2: np.ndarray,
        steps: np.ndarray,
        beta1: np.ndarray,
        beta2: np.ndarray,
        epsilon: np.ndarray,
    ) -> np.ndarray:
        """Return the gap of each weight."""
        n = np.reshape(steps, (-1, *(1 for _ in direction.shape[1:])))
        c1, c2 = 1 - beta1**n, (1 - beta2**n) ** 0.5
        left = (direction * (moment2**0.5 + epsilon * c2) * c1).sum(axis=0)
        right = moment1 * c2
        counted = np.abs(steps.sum() - len(steps) * (len(steps) - 1) / 2)
        return share(np.abs(left - right.sum(axis=0)), _bound(right)) + counted

    def cell(  # noqa: PLR0913 -- the same
        self,
        *unit: int,
        direction: Cells,
        moment1: Cells,
        moment2: Cells,
        steps: Cells,
        beta1: Cells,
        beta2: Cells,
        epsilon: Cells,
    ) -> str:
        """Return the formula of one weight."""
        r, m, v = (each.epochs[unit] for each in (direction, moment1, moment2))
        n = steps.epochs[()]
        c1, c2 = f"(1-{beta1[()]}^{n})", f"(1-{beta2[()]}^{n})^0.5"
        left = f"SUMPRODUCT({r}*({v}^0.5+{epsilon[()]}*{c2})*{c1})"
        size = f"SQRT(COUNT({m})*SUMPRODUCT({m}*{c2},{m}*{c2}))"
        counted = f"ABS(SUMPRODUCT({n})-COUNT({n})*(COUNT({n})-1)/2)"
        return "=" + over(f"ABS({left}-SUMPRODUCT({m}*{c2}))", size) + f"+{counted}"


class PenaltyGap(Equation):
    """The penalty = lambda times half the sum of products w w, layer by layer.

    Parameters
    ----------
    names : tuple of str
        The weights.
    """

    coarse = True

    def __init__(self, names: tuple[str, ...]) -> None:
        self.roles = (*names, "penalty", "l2")

    def array(self, penalty: np.ndarray, l2: np.ndarray, **weights: np.ndarray) -> np.ndarray:
        """Return the gap, a number."""
        told = l2 * 0.5 * sum((W**2).sum() for W in weights.values())
        return share(np.abs(penalty - told), np.abs(told))

    def cell(self, penalty: Cells, l2: Cells, **weights: Cells) -> str:
        """Return the formula of one epoch."""
        ranges = (W[...] for W in weights.values())
        squares = "+".join(f"SUMPRODUCT({each},{each})" for each in ranges)
        told = f"{l2[()]}*0.5*({squares})"
        return "=" + over(f"ABS({penalty[()]}-{told})", f"ABS({told})")


MEMORY_GAPS = {
    "velocity": VelocityGap(),
    "square": MeanSquareGap(),
    "moment1": MeanGap(),
    "moment2": MeanSquareGap(),
}
"""By the name of what is remembered."""

DIRECTION_GAPS = {
    "sgd": AlongGap("gradient"), "momentum": AlongGap("velocity"),
    "rmsprop": ScaledGap(), "adam": CorrectedGap(),
}  # fmt: skip
"""By the optimiser."""
