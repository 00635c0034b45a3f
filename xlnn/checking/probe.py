"""With which random numbers is a workbook compared once more, so that nothing agrees by chance?"""

import numpy as np

from xlnn import reference
from xlnn.equations.activation import ACTIVATIONS
from xlnn.grid import Inputs
from xlnn.layout import Layout
from xlnn.quantity import Model

UNBOUNDED = tuple(
    type(found.value) for found in ACTIVATIONS.values() if not np.isfinite(found.reach).all()
)
"""Activations that grow with the weights, and the weights with them: training may overflow."""

LARGEST = 1e9
"""How large training may become: far below what a cell holds, far above what it begins with."""

SHRINK, TRIES = 1 / 8, 50
"""How the learning rate is made smaller until it does not; 8^-50 moves no weight at all."""


def probe_inputs(layout: Layout, seed: int) -> Inputs:
    """Draw a random number for every input cell that holds a number.

    Their sizes are between a quarter and the whole of the quantity's scale, of either sign; a
    selector gets one of its choices. The learning rate is smaller where training would overflow.
    """
    generator = np.random.default_rng(seed)
    drawn = {}
    for quantity in layout.model.inputs:
        if quantity.is_text:
            continue
        if quantity.choices:
            least, most = quantity.choices
            numbers = generator.integers(least, most + 1, quantity.input_lengths)
        else:
            size = generator.uniform(0.25, 1.0, quantity.input_lengths)
            numbers = quantity.scale * size * generator.choice([-1.0, 1.0], size.shape)
        drawn[quantity.name] = numbers
    drawn["eta"] = _calm(layout.model, drawn)
    probe = {}
    for name, numbers in drawn.items():
        block = layout.blocks[name]
        for index in np.ndindex(numbers.shape):
            row, column = block.address(index)
            number = float(f"{numbers[index]:.15g}")
            probe[layout.titles[block.sheet], row, column] = number
    return probe


def _calm(model: Model, drawn: dict[str, np.ndarray]) -> np.ndarray:
    """Return a learning rate with which training stays within bounds."""
    if not any(isinstance(quantity.equation, UNBOUNDED) for quantity in model.quantities):
        return drawn["eta"]
    training, eta = _training(model), np.asarray(drawn["eta"])
    for _ in range(TRIES):
        run = reference.run(training, {**drawn, "eta": eta})
        if all((np.abs(run[quantity.name]) < LARGEST).all() for quantity in training.quantities):
            break
        eta = eta * SHRINK
    return eta


def _training(model: Model) -> Model:
    """Return the quantities that training computes, without those that look at them."""
    needed, waiting = set(), ["C_T"]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += [use.name for use in model[name].uses.values()]
    return Model(tuple(quantity for quantity in model.quantities if quantity.name in needed))
