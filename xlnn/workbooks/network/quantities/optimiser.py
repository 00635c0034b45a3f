"""The quantities that turn a gradient into a step.

They count as the weights do: row 0 stands before the first epoch, where nothing is remembered yet.
"""

from collections.abc import Iterator

from xlnn.equations.layer import WEIGHTS
from xlnn.equations.optimiser import (
    DIRECTION,
    OPTIMISERS,
    Correction,
    Count,
    Memory,
    Optimiser,
    Penalty,
)
from xlnn.quantity import Quantity, Use, previous
from xlnn.workbooks.network.quantities.stack import Stack, quantity

SHEET = "optimiser"
L2 = "l2"
"""The strength of the penalty on the weights."""


def optimiser_of(stack: Stack) -> Optimiser:
    """Return the optimiser of a network.

    Where runs have several, each has a direction, so that they are shown beside each other.
    """
    optimiser = OPTIMISERS[stack.spec.optimizer]
    return optimiser.directed if len(set(stack.spec.runs)) > 1 else optimiser


def constants(stack: Stack) -> Iterator[Quantity]:
    """Yield what the optimiser and the penalty take, which a person may change."""
    for name, constant in optimiser_of(stack).constants.items():
        yield quantity(name, between=constant.probed)
    if stack.spec.regularised:
        yield quantity(L2, between=(0.01, 0.5))


def steps(stack: Stack) -> Iterator[Quantity]:
    """Yield what is remembered of the gradients, the direction, and the weights that step."""
    optimiser = optimiser_of(stack)
    rows = {"axes": (stack.state,), "given": 1, "is_record": True}
    if optimiser.corrected:
        uses = {"before": previous("steps")}
        yield quantity("steps", equation=Count(), uses=uses, **rows)
    for name, constant in optimiser.corrected.items():
        uses = {"beta": constant, "steps": "steps"}
        yield quantity(name, equation=Correction(), uses=uses, **rows)
    for kind, layer, shape in stack.parameters:
        gradient = previous(f"dC_d{kind}{layer}")
        for name, memory in optimiser.memories.items():
            found = f"{name}_{kind}"
            yield quantity(
                found, layer, shape=shape, equation=memory.equation,
                uses=_remembered(memory, f"{found}{layer}", gradient), **rows,
            )  # fmt: skip
        if optimiser.direction:
            named = {name: f"{name}_{kind}{layer}" for name in optimiser.memories}
            uses = named | {"gradient": gradient, "epsilon": "epsilon"}
            uses |= {name: name for name in optimiser.corrected}
            yield quantity(
                f"{DIRECTION}_{kind}", layer, shape=shape, equation=optimiser.direction, uses=uses,
                **rows,
            )  # fmt: skip


def _remembered(memory: Memory, name: str, gradient: Use) -> dict[str, Use | str]:
    return {"before": previous(name), "gradient": gradient, memory.role: memory.constant}


def led_by(stack: Stack, kind: str, layer: str) -> Use:
    """Return along what the weights or biases of a layer step: the gradient, or a direction."""
    step = optimiser_of(stack).step
    return Use(f"{step}_{kind}{layer}") if step else previous(f"dC_d{kind}{layer}")


def step_of(stack: Stack, kind: str, layer: str) -> dict[str, Use | str]:
    """Return what the equation of a step is computed from."""
    uses = {"w": previous(f"{kind}{layer}"), "gradient": led_by(stack, kind, layer)}
    return {**uses, "eta": "eta"}


def penalty(stack: Stack) -> Iterator[Quantity]:
    """Yield what the weights of an epoch add to its cost."""
    if stack.spec.regularised:
        uses = {name: name for name in penalised(stack)} | {L2: L2}
        equation = Penalty(tuple(penalised(stack)))
        yield quantity("penalty", axes=(stack.epoch,), equation=equation, uses=uses)


def penalised(stack: Stack) -> list[str]:
    """Return the names of the weights; biases are none of them."""
    return [f"{kind}{layer}" for kind, layer, _ in stack.parameters if kind in WEIGHTS]
